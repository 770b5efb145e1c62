/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include <plx_log.h>
#include <plx_memory.h>
#include <plx_mempool.h>

#define MEMPOOL_F_ALL (MEMPOOL_F_NO_SPREAD | MEMPOOL_F_SP_PUT | MEMPOOL_F_SC_GET)

PLX_LOG_REGISTER(plx_mempool_logtype, "lib.mempool", "MEMPOOL", NOTICE)

/*
 * The zone of a pool: struct plx_mempool, private data, caches, ring, objects. Offsets in bytes,
 * all of them multiples of a cache line.
 */
struct layout {
	size_t cache;
	size_t cache_stride;
	size_t ring;
	size_t elts;
	size_t elt_stride;
	size_t total;
};

/*
 * How many objects fit into a page, if none may lie across the border of two; 0: all follow each
 * other, since memory is contiguous for devices, or since an object is larger than a page.
 */
static size_t
objs_per_page(size_t elt_stride)
{
	return plx_mem_iova_page() / elt_stride;
}

/* What all objects take: at the border of pages there may be a gap, so a gap for each. */
static size_t
objs_size(size_t n, size_t elt_stride)
{
	const size_t per_page = objs_per_page(elt_stride);

	return n * elt_stride + (per_page == 0 ? 0 : elt_stride +
		(n / per_page + 1) * (plx_mem_iova_page() - per_page * elt_stride));
}

static size_t
lines(size_t bytes)
{
	return PLX_ALIGN_CEIL(bytes, PLX_CACHE_LINE_SIZE);
}

static int
zone_name(char zone[PLX_MEMZONE_NAMESIZE], const char *name)
{
	if (name == NULL || name[0] == '\0')
		return -EINVAL;
	if (strlen(name) >= PLX_MEMPOOL_NAMESIZE)
		return -ENAMETOOLONG;
	(void)snprintf(zone, PLX_MEMZONE_NAMESIZE, PLX_MEMPOOL_MZ_PREFIX "%s", name);
	return 0;
}

static uint32_t
flush_threshold(uint32_t cache_size)
{
	return cache_size + cache_size / 2;
}

static int
make_layout(struct layout *l, unsigned int n, unsigned int elt_size, unsigned int cache_size,
	unsigned int private_data_size, unsigned int flags)
{
	ssize_t ring_size;

	if (n == 0 || n > PLX_RING_SZ_MASK || elt_size == 0 || (flags & ~MEMPOOL_F_ALL) ||
	    cache_size > PLX_MEMPOOL_CACHE_MAX_SIZE || flush_threshold(cache_size) > n)
		return -EINVAL;
	ring_size = plx_ring_get_memsize(plx_align32pow2(n + 1));
	if (ring_size < 0)
		return -EINVAL;

	l->cache = lines(sizeof(struct plx_mempool) + private_data_size);
	/* One unused line between the caches of two lcores: the CPU prefetches lines in pairs. */
	l->cache_stride = cache_size == 0 ? 0 : sizeof(struct plx_mempool_cache) +
		lines(2 * cache_size * sizeof(void *)) + PLX_CACHE_LINE_SIZE;
	l->ring = l->cache + PLX_MAX_LCORE * l->cache_stride;
	l->elts = l->ring + (size_t)ring_size;
	l->elt_stride = lines(lines(sizeof(struct plx_mempool_objhdr)) + (size_t)elt_size);
	if (!(flags & MEMPOOL_F_NO_SPREAD) && l->elt_stride / PLX_CACHE_LINE_SIZE % 2 == 0)
		l->elt_stride += PLX_CACHE_LINE_SIZE;
	/* 2^31 objects of 2^32 bytes are less than 2^64: no overflow. */
	l->total = l->elts + objs_size(n, l->elt_stride);
	return 0;
}

static void
init_caches(struct plx_mempool *mp)
{
	struct plx_mempool_cache *cache;
	unsigned int lcore;

	for (lcore = 0; (cache = plx_mempool_default_cache(mp, lcore)) != NULL; lcore++) {
		cache->size = mp->cache_size;
		cache->flushthresh = flush_threshold(mp->cache_size);
	}
}

static void *
nth_obj(const struct plx_mempool *mp, unsigned int idx)
{
	size_t stride = (size_t)mp->header_size + mp->elt_size + mp->trailer_size;
	size_t page = plx_mem_iova_page(), per_page = objs_per_page(stride), first;
	char *border;

	if (per_page != 0) {
		border = (char *)PLX_ALIGN_CEIL((uintptr_t)mp->elts, page);
		first = PLX_PTR_DIFF(border, mp->elts) / stride;
		if (idx >= first)
			return border + (idx - first) / per_page * page +
				(idx - first) % per_page * stride + mp->header_size;
	}
	return mp->elts + idx * stride + mp->header_size;
}

static int
init_objs(struct plx_mempool *mp, plx_mempool_obj_cb_t *obj_init, void *obj_init_arg)
{
	unsigned int i;
	void *obj;
	int ret;

	for (i = 0; i < mp->size; i++) {
		obj = nth_obj(mp, i);
		((struct plx_mempool_objhdr *)obj - 1)->mp = mp;
		ret = obj_init != NULL ? obj_init(mp, obj_init_arg, obj, i) : 0;
		if (ret >= 0)
			ret = plx_ring_sp_enqueue(mp->ring, obj);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
init_pool(struct plx_mempool *mp, const struct layout *l, plx_mempool_ctor_t *mp_init,
	void *mp_init_arg)
{
	char *base = (char *)mp;
	unsigned int ring_flags = RING_F_EXACT_SZ;
	int ret;

	mp->header_size = (uint32_t)lines(sizeof(struct plx_mempool_objhdr));
	mp->trailer_size = (uint32_t)(l->elt_stride - mp->header_size - mp->elt_size);
	mp->elts = base + l->elts;
	if (mp->cache_size != 0) {
		mp->local_cache = base + l->cache;
		mp->cache_stride = (uint32_t)l->cache_stride;
		init_caches(mp);
	}
	if (mp->flags & MEMPOOL_F_SP_PUT)
		ring_flags |= RING_F_SP_ENQ;
	if (mp->flags & MEMPOOL_F_SC_GET)
		ring_flags |= RING_F_SC_DEQ;
	mp->ring = (struct plx_ring *)(void *)(base + l->ring);
	ret = plx_ring_init(mp->ring, mp->name, mp->size, ring_flags);
	if (ret == 0 && mp_init != NULL)
		ret = mp_init(mp, mp_init_arg);
	return ret;
}

/* An error is the caller's: it asked to free what is no pool. */
static void
free_zone(const struct plx_memzone *mz, const struct plx_mempool *mp)
{
	int ret = mz != NULL && mz->addr == mp ? plx_memzone_free(mz) : -EINVAL;

	if (ret < 0)
		PLX_LOG(ERR, &plx_mempool_logtype, "pool %p not freed, error %d: "
			"free only what plx_mempool_create() made, and once", (const void *)mp, -ret);
}

struct plx_mempool *
plx_mempool_create(const char *name, unsigned int n, unsigned int elt_size, unsigned int cache_size,
	unsigned int private_data_size, plx_mempool_ctor_t *mp_init, void *mp_init_arg,
	plx_mempool_obj_cb_t *obj_init, void *obj_init_arg, int socket_id, unsigned int flags)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz;
	struct plx_mempool *mp;
	struct layout l;
	int ret;

	ret = zone_name(zone, name);
	if (ret == 0)
		ret = make_layout(&l, n, elt_size, cache_size, private_data_size, flags);
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	mz = plx_memzone_reserve(zone, l.total, socket_id, 0);
	if (mz == NULL)
		return NULL;

	mp = (struct plx_mempool *)mz->addr;
	strcpy(mp->name, name);
	mp->size = n;
	mp->elt_size = elt_size;
	mp->cache_size = cache_size;
	mp->private_data_size = private_data_size;
	mp->socket_id = socket_id;
	mp->flags = flags;
	ret = init_pool(mp, &l, mp_init, mp_init_arg);
	if (ret >= 0)
		ret = init_objs(mp, obj_init, obj_init_arg);
	if (ret < 0) {
		free_zone(mz, mp);
		errno = -ret;
		return NULL;
	}
	/* Release: who finds the pool by its name finds all of it. */
	__atomic_store_n(&mp->ready, 1, __ATOMIC_RELEASE);
	return mp;
}

void
plx_mempool_free(struct plx_mempool *mp)
{
	char zone[PLX_MEMZONE_NAMESIZE];

	if (mp != NULL)
		free_zone(zone_name(zone, mp->name) == 0 ? plx_memzone_lookup(zone) : NULL, mp);
}

struct plx_mempool *
plx_mempool_lookup(const char *name)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz;
	struct plx_mempool *mp;

	if (zone_name(zone, name) == 0) {
		mz = plx_memzone_lookup(zone);
		mp = mz != NULL ? (struct plx_mempool *)mz->addr : NULL;
		/* Acquire, with the release in plx_mempool_create(); else it is in the making. */
		if (mp != NULL && __atomic_load_n(&mp->ready, __ATOMIC_ACQUIRE))
			return mp;
	}
	errno = ENOENT;
	return NULL;
}

int
plx_mempool_obj_iter(struct plx_mempool *mp, plx_mempool_obj_cb_t *obj_cb, void *obj_cb_arg)
{
	unsigned int i;
	int ret;

	for (i = 0; i < mp->size; i++) {
		ret = obj_cb(mp, obj_cb_arg, nth_obj(mp, i), i);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int
plx_mempool_mem_iter(struct plx_mempool *mp, plx_mempool_mem_cb_t *mem_cb, void *mem_cb_arg)
{
	const char *last = (const char *)nth_obj(mp, mp->size - 1);
	const struct plx_mempool_memhdr memhdr = {
		.addr = mp->elts,
		.len = PLX_PTR_DIFF(last, mp->elts) + mp->elt_size + mp->trailer_size,
	};
	int ret = mem_cb(mp, mem_cb_arg, &memhdr, 0);

	return ret < 0 ? ret : 0;
}

unsigned int
plx_mempool_avail_count(struct plx_mempool *mp)
{
	const struct plx_mempool_cache *cache;
	unsigned int lcore, count = plx_ring_count(mp->ring);

	/* Relaxed: a number that may be out of date anyway. */
	for (lcore = 0; (cache = plx_mempool_default_cache(mp, lcore)) != NULL; lcore++)
		count += __atomic_load_n(&cache->len, __ATOMIC_RELAXED);
	/* Objects that went from the ring to a cache meanwhile were counted twice. */
	return PLX_MIN(count, mp->size);
}

static int
ring_get(struct plx_mempool *mp, void **obj_table, unsigned int n)
{
	return plx_ring_dequeue_bulk(mp->ring, obj_table, n, NULL) == n ? 0 : -ENOENT;
}

static void
ring_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n)
{
	/* There is room for all objects of the pool, so what does not fit came twice. */
	if (plx_unlikely(plx_ring_enqueue_bulk(mp->ring, obj_table, n, NULL) != n))
		PLX_LOG(ERR, &plx_mempool_logtype, "pool \"%s\": %u objects dropped, they exceed the "
			"pool's %u: some were put twice, or belong to another pool",
			mp->name, n, mp->size);
}

int
plx_mempool_get_uncached(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	uint32_t len, missing;
	void **objs;

	if (cache == NULL)
		return ring_get(mp, obj_table, n);

	/* The cached ones first: they are the warm ones. They stay valid in the cache for now. */
	objs = plx_mempool_cache_objs(cache);
	len = cache->len;
	missing = n - len;
	plx_ring_copy_objs(obj_table, objs, len);
	obj_table += len;

	if (missing <= cache->size && ring_get(mp, objs, cache->size + missing) == 0) {
		plx_ring_copy_objs(obj_table, objs + cache->size, missing);
		__atomic_store_n(&cache->len, cache->size, __ATOMIC_RELAXED);
		return 0;
	}
	/* Too many for the cache, or the ring has not enough to fill the cache as well. */
	if (ring_get(mp, obj_table, missing) < 0)
		return -ENOENT;
	__atomic_store_n(&cache->len, 0, __ATOMIC_RELAXED);
	return 0;
}

void
plx_mempool_put_uncached(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	void **objs;

	if (cache == NULL || n > cache->flushthresh) {
		ring_put(mp, obj_table, n);
		return;
	}
	/* What was put last is the warmest: it stays, the rest goes. */
	objs = plx_mempool_cache_objs(cache);
	ring_put(mp, objs, cache->len);
	plx_ring_copy_objs(objs, obj_table, n);
	__atomic_store_n(&cache->len, n, __ATOMIC_RELAXED);
}
