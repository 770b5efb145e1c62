/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMPOOL_SHOW_H
#define PLX_MEMPOOL_SHOW_H
/**
 * DOC: What pools tell of themselves: statistics of a debug build, audits, dumps. Programs include
 * <plx_mempool.h>.
 */
#include <stdio.h>

#include <plx_mempool.h>

PLX_BEGIN_DECLS

/**
 * struct plx_mempool_stats - what happened to a pool; of a debug build.
 * @put_bulk: calls that put.
 * @put_objs: objects put.
 * @get_success_bulk: calls that got.
 * @get_success_objs: objects got.
 * @get_fail_bulk: calls that did not.
 * @get_fail_objs: objects that these wanted.
 * @put_common_pool_bulk: of the calls that put, those that the ring had to do with.
 * @get_common_pool_bulk: of the calls that got, those that the ring had to do with.
 * @bad_objs: objects that were put twice or into another pool, or had bytes around them
 *	overwritten.
 */
struct plx_mempool_stats {
	uint64_t put_bulk;
	uint64_t put_objs;
	uint64_t get_success_bulk;
	uint64_t get_success_objs;
	uint64_t get_fail_bulk;
	uint64_t get_fail_objs;
	uint64_t put_common_pool_bulk;
	uint64_t get_common_pool_bulk;
	uint64_t bad_objs;
} __plx_cache_aligned;

/**
 * plx_mempool_stats_get() - what did an lcore do with a pool?
 * @mp: pool.
 * @lcore_id: an lcore; PLX_MAX_LCORE: all threads that are none; LCORE_ID_ANY: all together.
 * @stats: filled in.
 *
 * Any thread. Return: 0; -ENOTSUP in a build without -Dmempool_debug=true; -EINVAL.
 */
PLX_EXPORT int plx_mempool_stats_get(const struct plx_mempool *mp, unsigned int lcore_id,
	struct plx_mempool_stats *stats);

/**
 * plx_mempool_audit() - look at a pool and all of its objects.
 * @mp: pool, which no other thread uses meanwhile.
 *
 * Return: 0; -EBADMSG if a header names another pool, the caches or the ring have more than there
 * is, or, in a debug build, a cookie is overwritten. One line is logged.
 */
PLX_EXPORT int plx_mempool_audit(struct plx_mempool *mp);

/**
 * plx_mempool_dump() - print the state of a pool for people.
 * @f: open for writing.
 * @mp: pool. Any thread. Return: 0; -EIO.
 */
PLX_EXPORT int plx_mempool_dump(FILE *f, struct plx_mempool *mp);

/** plx_mempool_list_dump() - plx_mempool_dump() for all pools. Return: 0; -EIO. */
PLX_EXPORT int plx_mempool_list_dump(FILE *f);

/**
 * plx_mempool_walk() - call @func for every pool.
 * @func: may neither make nor free pools, rings, memzones or memory.
 * @arg: passed on. Any thread.
 */
PLX_EXPORT void plx_mempool_walk(void (*func)(struct plx_mempool *mp, void *arg), void *arg);

PLX_END_DECLS
#endif
