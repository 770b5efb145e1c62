/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: made and freed, and the way between caches and the ring. */
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>
#include <plx_malloc.h>

#include "mempool_private.h"

PLX_LOG_REGISTER(plx_mempool_logtype, "lib.mempool", "MEMPOOL", NOTICE)

/*
 * The zone of a pool: struct plx_mempool, private data, caches, statistics of a debug build, ring.
 * Offsets in bytes, all of them multiples of a cache line.
 */
struct layout {
	size_t cache;
	size_t cache_stride;
	size_t stats;
	size_t ring;
	size_t total;
};

#ifdef PLX_MEMPOOL_DEBUG
#define STATS_SIZE ((PLX_MAX_LCORE + 1) * sizeof(struct plx_mempool_stats))
#define COOKIE_SIZE sizeof(uint64_t)
#else
#define STATS_SIZE ((size_t)0)
#define COOKIE_SIZE 0
#endif

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

static size_t
cache_bytes(uint32_t cache_size)
{
	return sizeof(struct plx_mempool_cache) + lines(2 * cache_size * sizeof(void *));
}

uint32_t
plx_mempool_calc_obj_size(uint32_t elt_size, uint32_t flags, struct plx_mempool_objsz *sz)
{
	const size_t header = lines(sizeof(struct plx_mempool_objhdr));
	size_t total = header + (COOKIE_SIZE == 0 ? (size_t)elt_size :
		PLX_ALIGN_CEIL((size_t)elt_size, COOKIE_SIZE + !COOKIE_SIZE) + COOKIE_SIZE);

	total = lines(total);
	if (!(flags & MEMPOOL_F_NO_SPREAD) && total / PLX_CACHE_LINE_SIZE % 2 == 0)
		total += PLX_CACHE_LINE_SIZE;
	if (elt_size == 0 || total > UINT32_MAX)
		return 0;
	if (sz != NULL) {
		sz->elt_size = elt_size;
		sz->header_size = (uint32_t)header;
		sz->trailer_size = (uint32_t)(total - header - elt_size);
		sz->total_size = (uint32_t)total;
	}
	return (uint32_t)total;
}

static int
make_layout(struct layout *l, unsigned int n, unsigned int elt_size, unsigned int cache_size,
	unsigned int private_data_size, unsigned int flags)
{
	ssize_t ring_size;

	if (n == 0 || n > PLX_RING_SZ_MASK || elt_size == 0 || (flags & ~MEMPOOL_F_ALL) ||
	    cache_size > PLX_MEMPOOL_CACHE_MAX_SIZE || flush_threshold(cache_size) > n)
		return -EINVAL;
	if (plx_mempool_calc_obj_size(elt_size, flags, NULL) == 0)
		return -ENOMEM;
	ring_size = plx_ring_get_memsize(plx_align32pow2(n + 1));
	if (ring_size < 0)
		return -EINVAL;

	l->cache = lines(sizeof(struct plx_mempool) + private_data_size);
	/* One unused line between the caches of two lcores: the CPU prefetches lines in pairs. */
	l->cache_stride = cache_size == 0 ? 0 : cache_bytes(cache_size) + PLX_CACHE_LINE_SIZE;
	l->stats = l->cache + PLX_MAX_LCORE * l->cache_stride;
	l->ring = l->stats + STATS_SIZE;
	l->total = l->ring + (size_t)ring_size;
	return 0;
}

static void
init_cache(struct plx_mempool_cache *cache, uint32_t size)
{
	cache->size = size;
	cache->flushthresh = flush_threshold(size);
	cache->len = 0;
}

static void
init_caches(struct plx_mempool *mp)
{
	struct plx_mempool_cache *cache;
	unsigned int lcore;

	for (lcore = 0; (cache = plx_mempool_default_cache(mp, lcore)) != NULL; lcore++)
		init_cache(cache, mp->cache_size);
}

static int
init_pool(struct plx_mempool *mp, const struct layout *l, unsigned int n)
{
	char *base = (char *)mp;
	unsigned int ring_flags = RING_F_EXACT_SZ;
	struct plx_mempool_objsz sz;

	(void)plx_mempool_calc_obj_size(mp->elt_size, mp->flags, &sz);
	mp->header_size = sz.header_size;
	mp->trailer_size = sz.trailer_size;
	if (mp->cache_size != 0) {
		mp->local_cache = base + l->cache;
		mp->cache_stride = (uint32_t)l->cache_stride;
		init_caches(mp);
	}
#ifdef PLX_MEMPOOL_DEBUG
	mp->stats = (struct plx_mempool_stats *)(void *)(base + l->stats);
#endif
	if (mp->flags & MEMPOOL_F_SP_PUT)
		ring_flags |= RING_F_SP_ENQ;
	if (mp->flags & MEMPOOL_F_SC_GET)
		ring_flags |= RING_F_SC_DEQ;
	mp->ring = (struct plx_ring *)(void *)(base + l->ring);
	return plx_ring_init(mp->ring, mp->name, n, ring_flags);
}

/* An error is the caller's: it asked to free what is no pool. */
static void
free_zone(const struct plx_memzone *mz, const struct plx_mempool *mp)
{
	int ret = mz != NULL && mz->addr == mp ? plx_memzone_free(mz) : -EINVAL;

	if (ret < 0)
		PLX_LOG(ERR, &plx_mempool_logtype, "pool %p not freed (%s): "
			"free only what plx_mempool_create() made, and once", (const void *)mp,
			plx_strerror(ret));
}

/* A pool without objects that is not found by its name yet; or NULL with errno. */
static struct plx_mempool *
create_empty(const char *name, const struct layout *l, unsigned int n, unsigned int elt_size,
	unsigned int cache_size, unsigned int private_data_size, int socket_id, unsigned int flags)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz = NULL;
	struct plx_mempool *mp;
	int ret = zone_name(zone, name);

	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	mz = plx_memzone_reserve(zone, l->total, socket_id, 0);
	if (mz == NULL)
		return NULL;
	mp = (struct plx_mempool *)mz->addr;
	strcpy(mp->name, name);
	mp->elt_size = elt_size;
	mp->cache_size = cache_size;
	mp->private_data_size = private_data_size;
	mp->socket_id = socket_id;
	mp->flags = flags;
	ret = init_pool(mp, l, n);
	if (ret < 0) {
		free_zone(mz, mp);
		errno = -ret;
		return NULL;
	}
	return mp;
}

static void
publish(struct plx_mempool *mp)
{
	/* Release: who finds the pool by its name finds all of it. */
	__atomic_store_n(&mp->ready, 1, __ATOMIC_RELEASE);
}

/* What plx_mempool_create() may be asked for. 0 or -errno. */
static int
check_request(struct layout *l, const char *name, unsigned int n, unsigned int elt_size,
	unsigned int cache_size, unsigned int private_data_size, unsigned int flags)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	int ret = zone_name(zone, name);

	if (ret == 0)
		ret = make_layout(l, n, elt_size, cache_size, private_data_size, flags);
	if (ret == 0 && plx_memzone_lookup(zone) != NULL)
		ret = -EEXIST;
	return ret;
}

struct plx_mempool *
plx_mempool_create_empty(const char *name, unsigned int n, unsigned int elt_size,
	unsigned int cache_size, unsigned int private_data_size, int socket_id, unsigned int flags)
{
	struct plx_mempool *mp;
	struct layout l;
	int ret = check_request(&l, name, n, elt_size, cache_size, private_data_size, flags);

	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	mp = create_empty(name, &l, n, elt_size, cache_size, private_data_size, socket_id, flags);
	if (mp != NULL)
		publish(mp);
	return mp;
}

struct plx_mempool *
plx_mempool_create(const char *name, unsigned int n, unsigned int elt_size, unsigned int cache_size,
	unsigned int private_data_size, plx_mempool_ctor_t *mp_init, void *mp_init_arg,
	plx_mempool_obj_cb_t *obj_init, void *obj_init_arg, int socket_id, unsigned int flags)
{
	struct plx_mempool_mem *mem;
	struct plx_mempool *mp;
	struct layout l;
	int ret;

	/* The objects first: if there is too little memory, then for them. */
	ret = check_request(&l, name, n, elt_size, cache_size, private_data_size, flags);
	if (ret == 0)
		ret = mempool_mem_alloc(&mem, n,
			plx_mempool_calc_obj_size(elt_size, flags, NULL), socket_id);
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	mp = create_empty(name, &l, n, elt_size, cache_size, private_data_size, socket_id, flags);
	if (mp == NULL) {
		ret = errno;
		mempool_mem_free(mem);
		errno = ret;
		return NULL;
	}
	ret = mp_init != NULL ? mp_init(mp, mp_init_arg) : 0;
	mempool_mem_add(mp, mem);
	if (ret >= 0 && obj_init != NULL)
		ret = plx_mempool_obj_iter(mp, obj_init, obj_init_arg);
	if (ret < 0) {
		plx_mempool_free(mp);
		errno = -ret;
		return NULL;
	}
	publish(mp);
	return mp;
}

int
plx_mempool_set_ops_byname(struct plx_mempool *mp, const char *name, void *pool_config)
{
	static const struct {
		const char *name;
		unsigned int ring_flags;
	} ops[] = {
		{ "ring_mp_mc", 0 },
		{ "ring_sp_sc", RING_F_SP_ENQ | RING_F_SC_DEQ },
		{ "ring_mp_sc", RING_F_SC_DEQ },
		{ "ring_sp_mc", RING_F_SP_ENQ },
		{ "ring_mt_rts", RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ },
		{ "ring_mt_hts", RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ },
	};
	unsigned int i;

	if (mp->size != 0)
		return -EEXIST;
	for (i = 0; i < PLX_DIM(ops); i++)
		if (pool_config == NULL && strcmp(ops[i].name, name) == 0)
			return plx_ring_init(mp->ring, mp->name, mp->ring->capacity,
				RING_F_EXACT_SZ | ops[i].ring_flags);
	return -EINVAL;
}

void
plx_mempool_free(struct plx_mempool *mp)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz;

	if (mp == NULL)
		return;
	mz = zone_name(zone, mp->name) == 0 ? plx_memzone_lookup(zone) : NULL;
	if (mz != NULL && mz->addr == mp)
		mempool_mem_free(mp->mem);
	free_zone(mz, mp);
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

struct plx_mempool_cache *
plx_mempool_cache_create(uint32_t size, int socket_id)
{
	struct plx_mempool_cache *cache;

	if (size == 0 || size > PLX_MEMPOOL_CACHE_MAX_SIZE) {
		errno = EINVAL;
		return NULL;
	}
	cache = (struct plx_mempool_cache *)plx_zmalloc_socket("mempool", cache_bytes(size), 0,
		socket_id);
	if (cache != NULL)
		init_cache(cache, size);
	return cache;
}

void
plx_mempool_cache_free(struct plx_mempool_cache *cache)
{
	plx_free(cache);
}

/* Modes that few pools have, out of line: to save the registers they need costs the others time. */
static __attribute__((noinline)) unsigned int
dequeue_by_mode(struct plx_ring *r, void **obj_table, unsigned int n)
{
	return plx_ring_dequeue_bulk(r, obj_table, n, NULL);
}

static __attribute__((noinline)) unsigned int
enqueue_by_mode(struct plx_ring *r, void * const *obj_table, unsigned int n)
{
	return plx_ring_enqueue_bulk(r, obj_table, n, NULL);
}

static __plx_always_inline int
ring_get(struct plx_mempool *mp, void **obj_table, unsigned int n)
{
	struct plx_ring *r = mp->ring;
	unsigned int got;

	mempool_count_common(mp, 0);
	got = plx_likely(plx_ring_get_cons_sync_type(r) == PLX_RING_SYNC_MT) ?
		plx_ring_mc_dequeue_bulk(r, obj_table, n, NULL) :
		dequeue_by_mode(r, obj_table, n);
	return got == n ? 0 : -ENOENT;
}

static __plx_always_inline void
ring_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n)
{
	struct plx_ring *r = mp->ring;
	unsigned int put;

	mempool_count_common(mp, 1);
	put = plx_likely(plx_ring_get_prod_sync_type(r) == PLX_RING_SYNC_MT) ?
		plx_ring_mp_enqueue_bulk(r, obj_table, n, NULL) :
		enqueue_by_mode(r, obj_table, n);
	/* There is room for all objects of the pool, so what does not fit came twice. */
	if (plx_unlikely(put != n))
		PLX_LOG(ERR, &plx_mempool_logtype, "pool \"%s\": %u objects dropped, they exceed the "
			"pool's %u: some were put twice, or belong to another pool",
			mp->name, n, mp->size);
}

void
plx_mempool_cache_flush(struct plx_mempool_cache *cache, struct plx_mempool *mp)
{
	if (cache == NULL)
		cache = plx_mempool_default_cache(mp, plx_lcore_id());
	if (cache == NULL || cache->len == 0)
		return;
	ring_put(mp, plx_mempool_cache_objs(cache), cache->len);
	__atomic_store_n(&cache->len, 0, __ATOMIC_RELAXED);
}

/* Out of line, so that who has no cache does not pay for its registers. */
static __attribute__((noinline)) int
get_and_refill(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	uint32_t len, missing;
	void **objs;

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

int
plx_mempool_get_uncached(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	return cache == NULL ? ring_get(mp, obj_table, n) : get_and_refill(mp, obj_table, n, cache);
}

/* As get_and_refill(). */
static __attribute__((noinline)) void
flush_and_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	void **objs = plx_mempool_cache_objs(cache);

	/* What was put last is the warmest: it stays, the rest goes. */
	ring_put(mp, objs, cache->len);
	plx_ring_copy_objs(objs, obj_table, n);
	__atomic_store_n(&cache->len, n, __ATOMIC_RELAXED);
}

void
plx_mempool_put_uncached(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	if (cache == NULL || n > cache->flushthresh)
		ring_put(mp, obj_table, n);
	else
		flush_and_put(mp, obj_table, n, cache);
}
