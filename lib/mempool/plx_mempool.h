/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMPOOL_H
#define PLX_MEMPOOL_H
/**
 * DOC: Pools of objects of one size, with a cache for each lcore.
 *
 * A pool is a memzone with the pool's own data, the caches and a ring of free objects, and memory
 * with the objects: in one piece where that is to be had, else in several, or in memory of the
 * application. Objects from the heap of up to 64 KiB, header and all, do not lie across a multiple of
 * 2 MiB, the border of two hugepages; in PLX_IOVA_PA, where devices see pages in any order, none lies
 * across two of them that fits into one. Objects start at a cache line, an odd number of lines apart;
 * that way the first lines of objects, the busiest ones, spread evenly over memory channels and
 * cache sets.
 *
 * An lcore takes objects from its cache and puts them there, last in, first out; the cache trades
 * with the ring in bulk. Threads which are no lcore work on the ring directly, or through a cache
 * of their own. Any number of threads may use a pool, unless its flags say else. In what order the
 * objects of one bulk call come is not promised.
 *
 * A build with -Dmempool_debug=true counts, and has cookies around each object: it finds objects
 * that are put twice or into another pool, and bytes written before or behind an object.
 */
#include <errno.h>

#include <plx_common.h>
#include <plx_lcore.h>
#include <plx_memzone.h>
#include <plx_ring.h>

PLX_BEGIN_DECLS

/** PLX_MEMPOOL_MZ_PREFIX - a pool's memzone has this before the pool's name. */
#define PLX_MEMPOOL_MZ_PREFIX "MP_"
/** PLX_MEMPOOL_NAMESIZE - bytes of a pool's name, the final NUL included. */
#define PLX_MEMPOOL_NAMESIZE (PLX_MEMZONE_NAMESIZE - sizeof(PLX_MEMPOOL_MZ_PREFIX) + 1)

/** MEMPOOL_F_NO_SPREAD - pack objects as densely as their alignment allows. */
#define MEMPOOL_F_NO_SPREAD 0x0001U
/** MEMPOOL_F_SP_PUT - one thread at a time puts objects, counting flushes of all caches. */
#define MEMPOOL_F_SP_PUT 0x0004U
/** MEMPOOL_F_SC_GET - one thread at a time gets objects, counting refills of all caches. */
#define MEMPOOL_F_SC_GET 0x0008U

/**
 * struct plx_mempool_cache - free objects of one lcore; room for two times @size of them follows in
 * memory. Only that lcore touches it.
 * @size: objects that a refill leaves in it.
 * @flushthresh: objects that it may hold, 1.5 times @size; more are flushed.
 * @len: objects in it now. The last one goes first.
 */
struct plx_mempool_cache {
	uint32_t size __plx_cache_aligned;
	uint32_t flushthresh;
	uint32_t len;
};

struct plx_mempool_mem;
struct plx_mempool_stats;

/**
 * struct plx_mempool - a pool; private data of its user follow. Read only for users.
 * @name: as given to plx_mempool_create().
 * @ring: free objects that no cache holds.
 * @local_cache: caches of all lcores, @cache_stride bytes apart; NULL without caches.
 * @cache_stride: bytes.
 * @cache_size: as given; 0 without caches.
 * @size: objects of the pool; those that are missing yet come by plx_mempool_populate_*().
 * @elt_size: bytes of an object, as given.
 * @mem: the pieces of memory with objects.
 * @header_size: bytes of the header in front of each object.
 * @trailer_size: unused bytes after each object.
 * @private_data_size: bytes of private data, as given.
 * @flags: as given, MEMPOOL_F_*.
 * @socket_id: as given; the zone knows where the memory really is.
 * @ready: set last, when the pool may be found by name.
 * @stats: with PLX_MEMPOOL_DEBUG: of each lcore, and behind them of threads that are none.
 */
struct plx_mempool {
	char name[PLX_MEMPOOL_NAMESIZE] __plx_cache_aligned;
	/* The fast path reads this line only. */
	struct plx_ring *ring __plx_cache_aligned;
	char *local_cache;
	uint32_t cache_stride;
	uint32_t cache_size;
	uint32_t size;
	uint32_t elt_size;
	struct plx_mempool_mem *mem;
	uint32_t header_size;
	uint32_t trailer_size;
	uint32_t private_data_size;
	uint32_t flags;
	int32_t socket_id;
	uint32_t ready;
#ifdef PLX_MEMPOOL_DEBUG
	struct plx_mempool_stats *stats;
#endif
};

#ifndef PLX_MEMPOOL_DEBUG
PLX_STATIC_ASSERT(sizeof(struct plx_mempool) == 2 * PLX_CACHE_LINE_SIZE, "a name and a line");
#endif

/**
 * struct plx_mempool_objhdr - stands in front of each object, ends where the object starts.
 * @cookie: with PLX_MEMPOOL_DEBUG: is the object free or in use?
 * @mp: the pool that the object belongs to.
 */
struct plx_mempool_objhdr {
#ifdef PLX_MEMPOOL_DEBUG
	uint64_t cookie;
#endif
	struct plx_mempool *mp;
};

/**
 * typedef plx_mempool_ctor_t - sets up a pool's private data before there are objects.
 * Return: 0, or a negative errno, which makes plx_mempool_create() fail with it.
 */
typedef int (plx_mempool_ctor_t)(struct plx_mempool *mp, void *arg);

/**
 * typedef plx_mempool_obj_cb_t - called for an object of a pool.
 * @mp: pool.
 * @arg: the caller's.
 * @obj: object.
 * @obj_idx: its number, 0 to @mp->size - 1.
 *
 * Return: 0 to go on; a negative errno ends the walk.
 */
typedef int (plx_mempool_obj_cb_t)(struct plx_mempool *mp, void *arg, void *obj,
	unsigned int obj_idx);

/**
 * plx_mempool_create() - make a pool with all its objects.
 * @name: 1 to PLX_MEMPOOL_NAMESIZE - 1 bytes, unique among pools; copied.
 * @n: objects, 1 to PLX_RING_SZ_MASK. One less than a power of two wastes least memory.
 * @elt_size: bytes of an object, more than 0.
 * @cache_size: objects that each lcore caches, up to PLX_MEMPOOL_CACHE_MAX_SIZE; 0: no caches. A
 *	cache may hold 1.5 times as many for a while, which is at most @n. Objects in caches of
 *	others can't be got, so give @n room for that.
 * @private_data_size: bytes for the caller, see plx_mempool_get_priv(); start zeroed.
 * @mp_init: called once before the objects are made; NULL: none.
 * @mp_init_arg: its argument.
 * @obj_init: called for each object, whose memory is zero then; NULL: none.
 * @obj_init_arg: its argument.
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 * @flags: any of MEMPOOL_F_*.
 *
 * Any thread. The initialisers may neither get nor put objects. Return: the pool, to be freed with
 * plx_mempool_free(); or NULL with errno EINVAL, ENAMETOOLONG, EEXIST, ENOMEM or what an
 * initialiser returned, and then nothing is left behind.
 */
PLX_EXPORT struct plx_mempool *plx_mempool_create(const char *name, unsigned int n,
	unsigned int elt_size, unsigned int cache_size, unsigned int private_data_size,
	plx_mempool_ctor_t *mp_init, void *mp_init_arg,
	plx_mempool_obj_cb_t *obj_init, void *obj_init_arg, int socket_id, unsigned int flags);

/**
 * plx_mempool_free() - give back a pool and all its objects, in use or not.
 * @mp: no thread and no device uses it or an object of it any more; NULL is fine. What is no pool
 *	is left alone and one line is logged.
 */
PLX_EXPORT void plx_mempool_free(struct plx_mempool *mp);

/**
 * plx_mempool_lookup() - find a pool by its name.
 * Any thread. Return: the pool, or NULL with errno ENOENT.
 */
PLX_EXPORT struct plx_mempool *plx_mempool_lookup(const char *name);

/**
 * plx_mempool_obj_iter() - call @obj_cb for every object, in use or not.
 * @mp: pool.
 * @obj_cb: what to call.
 * @obj_cb_arg: passed on.
 *
 * Any thread. Return: 0; or the negative errno with which @obj_cb ended the walk.
 */
PLX_EXPORT int plx_mempool_obj_iter(struct plx_mempool *mp, plx_mempool_obj_cb_t *obj_cb,
	void *obj_cb_arg);

/**
 * plx_mempool_avail_count() - free objects, in the ring and in all caches.
 * Any thread; exact when no other thread uses the pool. Reads the cache of every lcore: slow.
 */
PLX_EXPORT unsigned int plx_mempool_avail_count(struct plx_mempool *mp);

/** plx_mempool_in_use_count() - objects that are not free; see plx_mempool_avail_count(). */
static inline unsigned int
plx_mempool_in_use_count(struct plx_mempool *mp)
{
	return mp->size - plx_mempool_avail_count(mp);
}

/** plx_mempool_full() - 1 if all objects are free, else 0; see plx_mempool_avail_count(). */
static inline int
plx_mempool_full(struct plx_mempool *mp)
{
	return plx_mempool_avail_count(mp) == mp->size;
}

/** plx_mempool_empty() - 1 if no object is free, else 0; see plx_mempool_avail_count(). */
static inline int
plx_mempool_empty(struct plx_mempool *mp)
{
	return plx_mempool_avail_count(mp) == 0;
}

/** plx_mempool_get_priv() - the caller's bytes in @mp, aligned to a cache line. */
static inline void *
plx_mempool_get_priv(struct plx_mempool *mp)
{
	return mp + 1;
}

/** plx_mempool_from_obj() - the pool of an object; @obj must be the start of one. */
static inline struct plx_mempool *
plx_mempool_from_obj(void *obj)
{
	return ((struct plx_mempool_objhdr *)obj - 1)->mp;
}

/**
 * plx_mempool_default_cache() - the cache of an lcore.
 * @mp: pool.
 * @lcore_id: plx_lcore_id() of the caller.
 *
 * Return: the cache; NULL if the pool has none or the thread is no lcore.
 */
static __plx_always_inline struct plx_mempool_cache *
plx_mempool_default_cache(struct plx_mempool *mp, unsigned int lcore_id)
{
	if (plx_unlikely(mp->cache_size == 0 || lcore_id >= PLX_MAX_LCORE))
		return NULL;
	return (struct plx_mempool_cache *)(void *)(mp->local_cache +
		(size_t)lcore_id * mp->cache_stride);
}

/** plx_mempool_cache_objs() - the objects of a cache, the first @cache->len of them valid. */
static __plx_always_inline void **
plx_mempool_cache_objs(struct plx_mempool_cache *cache)
{
	return (void **)(void *)(cache + 1);
}

/**
 * plx_mempool_cache_create() - make a cache for a thread that is no lcore.
 * @size: objects that a refill leaves in it, 1 to PLX_MEMPOOL_CACHE_MAX_SIZE.
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 *
 * For plx_mempool_generic_get() and plx_mempool_generic_put(), by one thread at a time, with one
 * pool until it is flushed. Return: the cache, to be flushed and then freed with
 * plx_mempool_cache_free(); or NULL with errno EINVAL or ENOMEM.
 */
PLX_EXPORT struct plx_mempool_cache *plx_mempool_cache_create(uint32_t size, int socket_id);

/** plx_mempool_cache_free() - give back a cache, whose objects would be lost; NULL is fine. */
PLX_EXPORT void plx_mempool_cache_free(struct plx_mempool_cache *cache);

/**
 * plx_mempool_cache_flush() - put all objects of a cache where everybody gets them.
 * @cache: the caller's own; NULL: that of the calling lcore, if there is one.
 * @mp: the pool that they are of.
 */
PLX_EXPORT void plx_mempool_cache_flush(struct plx_mempool_cache *cache, struct plx_mempool *mp);

/**
 * plx_mempool_get_uncached() - get objects when the cache has too few; refills it.
 * @mp: pool.
 * @obj_table: array of @n pointers to be filled.
 * @n: objects.
 * @cache: the caller's, or NULL.
 *
 * The out-of-line half of plx_mempool_do_generic_get(). Return: 0; -ENOENT.
 */
PLX_EXPORT int plx_mempool_get_uncached(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache);

/**
 * plx_mempool_put_uncached() - put objects when the cache has too little room; flushes it.
 * @mp: pool.
 * @obj_table: array of @n objects.
 * @n: objects.
 * @cache: the caller's, or NULL.
 *
 * The out-of-line half of plx_mempool_do_generic_put().
 */
PLX_EXPORT void plx_mempool_put_uncached(struct plx_mempool *mp, void * const *obj_table,
	unsigned int n, struct plx_mempool_cache *cache);

/** plx_mempool_do_generic_get() - plx_mempool_generic_get() without what a debug build checks. */
static __plx_always_inline int
plx_mempool_do_generic_get(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	uint32_t len;

	if (plx_likely(cache != NULL)) {
		len = cache->len;
		if (plx_likely(n <= len)) {
			len -= n;
			plx_ring_copy_objs(obj_table, plx_mempool_cache_objs(cache) + len, n);
			/* Relaxed atomic: plx_mempool_avail_count() may read it elsewhere. */
			__atomic_store_n(&cache->len, len, __ATOMIC_RELAXED);
			return 0;
		}
	}
	return plx_mempool_get_uncached(mp, obj_table, n, cache);
}

/** plx_mempool_do_generic_put() - plx_mempool_generic_put() without what a debug build checks. */
static __plx_always_inline void
plx_mempool_do_generic_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
	uint32_t len;

	if (plx_likely(cache != NULL)) {
		len = cache->len;
		if (plx_likely(n <= cache->flushthresh - len)) {
			plx_ring_copy_objs(plx_mempool_cache_objs(cache) + len, obj_table, n);
			/* As in plx_mempool_do_generic_get(). */
			__atomic_store_n(&cache->len, len + n, __ATOMIC_RELAXED);
			return;
		}
	}
	plx_mempool_put_uncached(mp, obj_table, n, cache);
}

/**
 * plx_mempool_debug_get() - plx_mempool_generic_get() of a debug build.
 * Elsewhere the same as plx_mempool_do_generic_get(), and slower.
 */
PLX_EXPORT int plx_mempool_debug_get(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache);
/** plx_mempool_debug_put() - plx_mempool_generic_put() of a debug build; see above. */
PLX_EXPORT void plx_mempool_debug_put(struct plx_mempool *mp, void * const *obj_table,
	unsigned int n, struct plx_mempool_cache *cache);

/**
 * plx_mempool_generic_get() - get objects through a cache.
 * @mp: pool.
 * @obj_table: array of @n pointers to be filled; any type of pointer, cast.
 * @n: objects, all or none.
 * @cache: the caller's own, or NULL to work on the ring.
 *
 * Return: 0; -ENOENT with nothing got when there are less than @n in @cache and the ring.
 */
static __plx_always_inline int
plx_mempool_generic_get(struct plx_mempool *mp, void **obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
#ifdef PLX_MEMPOOL_DEBUG
	return plx_mempool_debug_get(mp, obj_table, n, cache);
#else
	return plx_mempool_do_generic_get(mp, obj_table, n, cache);
#endif
}

/**
 * plx_mempool_generic_put() - put objects through a cache.
 * @mp: the pool which they came from.
 * @obj_table: array of @n objects; any type of pointer, cast.
 * @n: objects.
 * @cache: the caller's own, or NULL to work on the ring.
 *
 * An object that is put twice is an error. A debug build logs one line, counts it and leaves that
 * object out. Others see it when the ring overflows only, and then one line is logged and the
 * objects of that call are dropped.
 */
static __plx_always_inline void
plx_mempool_generic_put(struct plx_mempool *mp, void * const *obj_table, unsigned int n,
	struct plx_mempool_cache *cache)
{
#ifdef PLX_MEMPOOL_DEBUG
	plx_mempool_debug_put(mp, obj_table, n, cache);
#else
	plx_mempool_do_generic_put(mp, obj_table, n, cache);
#endif
}

/** plx_mempool_get_bulk() - plx_mempool_generic_get() with the cache of the calling lcore. */
static __plx_always_inline int
plx_mempool_get_bulk(struct plx_mempool *mp, void **obj_table, unsigned int n)
{
	return plx_mempool_generic_get(mp, obj_table, n,
		plx_mempool_default_cache(mp, plx_lcore_id()));
}

/** plx_mempool_get() - plx_mempool_get_bulk() of one object. */
static __plx_always_inline int
plx_mempool_get(struct plx_mempool *mp, void **obj_p)
{
#ifndef PLX_MEMPOOL_DEBUG
	struct plx_mempool_cache *cache = plx_mempool_default_cache(mp, plx_lcore_id());
	void *obj;
	int ret;

	/* @obj_p goes to no function here, so what it points to can stay in a register. */
	if (plx_likely(cache != NULL && cache->len != 0)) {
		*obj_p = plx_mempool_cache_objs(cache)[cache->len - 1];
		__atomic_store_n(&cache->len, cache->len - 1, __ATOMIC_RELAXED);
		return 0;
	}
	ret = plx_mempool_get_uncached(mp, &obj, 1, cache);
	if (plx_unlikely(ret < 0))
		return ret;
	*obj_p = obj;
	return 0;
#else
	return plx_mempool_get_bulk(mp, obj_p, 1);
#endif
}

/** plx_mempool_put_bulk() - plx_mempool_generic_put() with the cache of the calling lcore. */
static __plx_always_inline void
plx_mempool_put_bulk(struct plx_mempool *mp, void * const *obj_table, unsigned int n)
{
	plx_mempool_generic_put(mp, obj_table, n, plx_mempool_default_cache(mp, plx_lcore_id()));
}

/** plx_mempool_put() - plx_mempool_put_bulk() of one object. */
static __plx_always_inline void
plx_mempool_put(struct plx_mempool *mp, void *obj)
{
#ifndef PLX_MEMPOOL_DEBUG
	struct plx_mempool_cache *cache = plx_mempool_default_cache(mp, plx_lcore_id());
	uint32_t len;
	void *slow;

	/* As in plx_mempool_get(). */
	if (plx_likely(cache != NULL)) {
		len = cache->len;
		if (plx_likely(len < cache->flushthresh)) {
			plx_mempool_cache_objs(cache)[len] = obj;
			__atomic_store_n(&cache->len, len + 1, __ATOMIC_RELAXED);
			return;
		}
	}
	slow = obj;
	plx_mempool_put_uncached(mp, &slow, 1, cache);
#else
	plx_mempool_put_bulk(mp, &obj, 1);
#endif
}

PLX_END_DECLS

#include <plx_mempool_populate.h>
#include <plx_mempool_show.h>
#endif
