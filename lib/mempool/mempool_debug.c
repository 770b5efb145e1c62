/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a debug build finds out about objects and counts, and what every build tells of its pools.
 */
#include <inttypes.h>
#include <string.h>

#include "mempool_private.h"

static __plx_always_inline struct plx_mempool_objhdr *
header_of(void *obj)
{
	return (struct plx_mempool_objhdr *)obj - 1;
}

#ifdef PLX_MEMPOOL_DEBUG
/* Any two values that are not likely to be in memory by chance, and a third one behind objects. */
#define COOKIE_FREE UINT64_C(0xf2eef2ee5ca1ab1e)
#define COOKIE_USED UINT64_C(0xa110ca7edb0ffe25)
#define COOKIE_END UINT64_C(0x0ddba11e0ddba11e)

static struct plx_mempool_stats *
own_stats(const struct plx_mempool *mp)
{
	return &mp->stats[PLX_MIN(plx_lcore_id(), (unsigned int)PLX_MAX_LCORE)];
}

/* Atomic: threads that are no lcore share one set. */
static void
count(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static uint64_t *
end_cookie(const struct plx_mempool *mp, void *obj)
{
	return (uint64_t *)(void *)((char *)obj + PLX_ALIGN_CEIL(mp->elt_size, 8));
}

void
mempool_debug_init_obj(struct plx_mempool *mp, void *obj)
{
	header_of(obj)->cookie = COOKIE_FREE;
	*end_cookie(mp, obj) = COOKIE_END;
}

void
mempool_count_common(struct plx_mempool *mp, int is_put)
{
	struct plx_mempool_stats *stats = own_stats(mp);

	count(is_put ? &stats->put_common_pool_bulk : &stats->get_common_pool_bulk, 1);
}

static void
bad_obj(struct plx_mempool *mp, const void *obj, const char *what)
{
	count(&own_stats(mp)->bad_objs, 1);
	PLX_LOG(ERR, &plx_mempool_logtype, "pool \"%s\": object %p %s", mp->name, obj, what);
}

/* Change the cookie in front of @obj from one to the other. 0; -1 if it was not the first one. */
static int
check_obj(struct plx_mempool *mp, void *obj, uint64_t from, uint64_t to)
{
	/*
	 * Exchanged at once: of two threads that put it one comes second. Relaxed: nothing else is
	 * told.
	 */
	uint64_t found = __atomic_exchange_n(&header_of(obj)->cookie, to, __ATOMIC_RELAXED);
	int ret = 0;

	if (found != from) {
		ret = found == to ? -1 : 0;
		bad_obj(mp, obj, ret == 0 ? "had the bytes before it overwritten" :
			"is put, and was free already: left out");
	}
	if (*end_cookie(mp, obj) != COOKIE_END) {
		bad_obj(mp, obj, "had the bytes behind it overwritten");
		*end_cookie(mp, obj) = COOKIE_END;
	}
	return ret;
}

int
plx_mempool_debug_get(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	struct plx_mempool_stats *stats = own_stats(mp);
	int ret = plx_mempool_do_generic_get(mp, obj_table, n, cache);
	unsigned int i;

	count(ret == 0 ? &stats->get_success_bulk : &stats->get_fail_bulk, 1);
	count(ret == 0 ? &stats->get_success_objs : &stats->get_fail_objs, n);
	for (i = 0; ret == 0 && i < n; i++)
		(void)check_obj(mp, obj_table[i], COOKIE_FREE, COOKIE_USED);
	return ret;
}

void
plx_mempool_debug_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	struct plx_mempool_stats *stats = own_stats(mp);
	unsigned int i, first = 0, good = 0;

	/* Runs of good objects, in one call each. */
	for (i = 0; i < n; i++) {
		int bad = 1;

		if (header_of(obj_table[i])->mp != mp)
			bad_obj(mp, obj_table[i], "is put, and is of another pool: left out");
		else
			bad = check_obj(mp, obj_table[i], COOKIE_USED, COOKIE_FREE);
		if (bad != 0) {
			plx_mempool_do_generic_put(mp, obj_table + first, i - first, cache);
			first = i + 1;
		} else {
			good++;
		}
	}
	plx_mempool_do_generic_put(mp, obj_table + first, n - first, cache);
	count(&stats->put_bulk, 1);
	count(&stats->put_objs, good);
}

static void
add_stats(struct plx_mempool_stats *sum, const struct plx_mempool_stats *s)
{
	sum->put_bulk += __atomic_load_n(&s->put_bulk, __ATOMIC_RELAXED);
	sum->put_objs += __atomic_load_n(&s->put_objs, __ATOMIC_RELAXED);
	sum->get_success_bulk += __atomic_load_n(&s->get_success_bulk, __ATOMIC_RELAXED);
	sum->get_success_objs += __atomic_load_n(&s->get_success_objs, __ATOMIC_RELAXED);
	sum->get_fail_bulk += __atomic_load_n(&s->get_fail_bulk, __ATOMIC_RELAXED);
	sum->get_fail_objs += __atomic_load_n(&s->get_fail_objs, __ATOMIC_RELAXED);
	sum->put_common_pool_bulk += __atomic_load_n(&s->put_common_pool_bulk, __ATOMIC_RELAXED);
	sum->get_common_pool_bulk += __atomic_load_n(&s->get_common_pool_bulk, __ATOMIC_RELAXED);
	sum->bad_objs += __atomic_load_n(&s->bad_objs, __ATOMIC_RELAXED);
}

int
plx_mempool_stats_get(const struct plx_mempool *mp, unsigned int lcore_id,
	struct plx_mempool_stats *stats)
{
	unsigned int i;

	if (lcore_id > PLX_MAX_LCORE && lcore_id != LCORE_ID_ANY)
		return -EINVAL;
	memset(stats, 0, sizeof(*stats));
	for (i = 0; i <= PLX_MAX_LCORE; i++)
		if (lcore_id == i || lcore_id == LCORE_ID_ANY)
			add_stats(stats, &mp->stats[i]);
	return 0;
}

static const char *
obj_fault(const struct plx_mempool *mp, void *obj)
{
	const uint64_t cookie = header_of(obj)->cookie;

	if (cookie != COOKIE_FREE && cookie != COOKIE_USED)
		return "had the bytes before it overwritten";
	return *end_cookie(mp, obj) == COOKIE_END ? NULL : "had the bytes behind it overwritten";
}
#else
int
plx_mempool_debug_get(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	return plx_mempool_do_generic_get(mp, obj_table, n, cache);
}

void
plx_mempool_debug_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	plx_mempool_do_generic_put(mp, obj_table, n, cache);
}

int
plx_mempool_stats_get(const struct plx_mempool *mp, unsigned int lcore_id,
	struct plx_mempool_stats *stats)
{
	(void)mp;
	(void)lcore_id;
	(void)stats;
	return -ENOTSUP;
}

static const char *
obj_fault(const struct plx_mempool *mp, void *obj)
{
	(void)mp;
	(void)obj;
	return NULL;
}
#endif

static int
audit_obj(struct plx_mempool *mp, void *arg, void *obj, unsigned int idx)
{
	const char *fault = obj_fault(mp, obj);

	(void)arg;
	if (header_of(obj)->mp != mp)
		fault = "has a header that does not name the pool";
	if (fault == NULL)
		return 0;
	PLX_LOG(ERR, &plx_mempool_logtype, "pool \"%s\": object %u at %p %s", mp->name, idx, obj,
		fault);
	return -EBADMSG;
}

int
plx_mempool_audit(struct plx_mempool *mp)
{
	const struct plx_mempool_cache *cache;
	unsigned int lcore, sum = plx_ring_count(mp->ring);

	for (lcore = 0; (cache = plx_mempool_default_cache(mp, lcore)) != NULL; lcore++) {
		if (cache->len > cache->flushthresh) {
			PLX_LOG(ERR, &plx_mempool_logtype, "pool \"%s\": cache %u has %" PRIu32
				" objects and room for %" PRIu32, mp->name, lcore, cache->len,
				cache->flushthresh);
			return -EBADMSG;
		}
		sum += cache->len;
	}
	if (sum > mp->size) {
		PLX_LOG(ERR, &plx_mempool_logtype, "pool \"%s\": %u objects are free, and it has %"
			PRIu32 ": some were put twice", mp->name, sum, mp->size);
		return -EBADMSG;
	}
	return plx_mempool_obj_iter(mp, audit_obj, NULL);
}

static void
dump_stats(FILE *f, const struct plx_mempool *mp)
{
	struct plx_mempool_stats s;

	if (plx_mempool_stats_get(mp, LCORE_ID_ANY, &s) < 0)
		return;
	fprintf(f, "  stats:\n    put_bulk=%" PRIu64 "\n    put_objs=%" PRIu64
		"\n    get_success_bulk=%" PRIu64 "\n    get_success_objs=%" PRIu64
		"\n    get_fail_bulk=%" PRIu64 "\n    get_fail_objs=%" PRIu64
		"\n    put_common_pool_bulk=%" PRIu64 "\n    get_common_pool_bulk=%" PRIu64
		"\n    bad_objs=%" PRIu64 "\n", s.put_bulk, s.put_objs, s.get_success_bulk,
		s.get_success_objs, s.get_fail_bulk, s.get_fail_objs, s.put_common_pool_bulk,
		s.get_common_pool_bulk, s.bad_objs);
}

static int
dump_mem(struct plx_mempool *mp, void *arg, const struct plx_mempool_memhdr *hdr, unsigned int idx)
{
	(void)mp;
	fprintf((FILE *)arg, "  mem[%u]=%p len=%zu\n", idx, hdr->addr, hdr->len);
	return 0;
}

int
plx_mempool_dump(FILE *f, struct plx_mempool *mp)
{
	const struct plx_mempool_cache *cache;
	const unsigned int common = plx_ring_count(mp->ring);
	unsigned int lcore, cached = 0;

	fprintf(f, "mempool <%s>@%p\n  flags=%" PRIx32 "\n  socket_id=%" PRId32 "\n  size=%" PRIu32
		"\n  header_size=%" PRIu32 "\n  elt_size=%" PRIu32 "\n  trailer_size=%" PRIu32
		"\n  total_obj_size=%" PRIu32 "\n  private_data_size=%" PRIu32 "\n", mp->name,
		(void *)mp, mp->flags, mp->socket_id, mp->size, mp->header_size, mp->elt_size,
		mp->trailer_size, mp->header_size + mp->elt_size + mp->trailer_size,
		mp->private_data_size);
	(void)plx_mempool_mem_iter(mp, dump_mem, f);
	fprintf(f, "  internal cache infos:\n    cache_size=%" PRIu32 "\n", mp->cache_size);
	for (lcore = 0; (cache = plx_mempool_default_cache(mp, lcore)) != NULL; lcore++) {
		const uint32_t len = __atomic_load_n(&cache->len, __ATOMIC_RELAXED);

		if (len != 0)
			fprintf(f, "    cache_count[%u]=%" PRIu32 "\n", lcore, len);
		cached += len;
	}
	fprintf(f, "    total_cache_count=%u\n  common_pool_count=%u\n", cached, common);
	dump_stats(f, mp);
	return ferror(f) ? -EIO : 0;
}

struct walk {
	void (*func)(struct plx_mempool *mp, void *arg);
	void *arg;
};

static void
walk_zone(const struct plx_memzone *mz, void *arg)
{
	const struct walk *walk = (const struct walk *)arg;
	struct plx_mempool *mp = (struct plx_mempool *)mz->addr;

	if (strncmp(mz->name, PLX_MEMPOOL_MZ_PREFIX, strlen(PLX_MEMPOOL_MZ_PREFIX)) == 0 &&
	    __atomic_load_n(&mp->ready, __ATOMIC_ACQUIRE))
		walk->func(mp, walk->arg);
}

void
plx_mempool_walk(void (*func)(struct plx_mempool *mp, void *arg), void *arg)
{
	struct walk walk = { .func = func, .arg = arg };

	plx_memzone_walk(walk_zone, &walk);
}

static void
dump_one(struct plx_mempool *mp, void *arg)
{
	(void)plx_mempool_dump((FILE *)arg, mp);
}

int
plx_mempool_list_dump(FILE *f)
{
	plx_mempool_walk(dump_one, f);
	return ferror(f) ? -EIO : 0;
}
