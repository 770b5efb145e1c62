/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMPOOL_POPULATE_H
#define PLX_MEMPOOL_POPULATE_H
/**
 * DOC: The memory that objects of a pool are in: where it comes from, and what there is. Programs
 * include <plx_mempool.h>; most are content with plx_mempool_create().
 */
#include <plx_mempool.h>

PLX_BEGIN_DECLS

/**
 * plx_mempool_create_empty() - make a pool without objects, for plx_mempool_populate_*().
 * @name: as of plx_mempool_create(), as are all others.
 * @n: objects that it will have at most.
 *
 * Return: the pool, to be freed with plx_mempool_free(); or NULL with errno EINVAL, ENAMETOOLONG,
 * EEXIST or ENOMEM.
 */
PLX_EXPORT struct plx_mempool *plx_mempool_create_empty(const char *name, unsigned int n,
	unsigned int elt_size, unsigned int cache_size, unsigned int private_data_size,
	int socket_id, unsigned int flags);

/**
 * plx_mempool_set_ops_byname() - choose the mode of the ring of a pool that has no objects yet.
 * @mp: pool of plx_mempool_create_empty().
 * @name: "ring_mp_mc", "ring_sp_sc", "ring_mp_sc", "ring_sp_mc", "ring_mt_rts" or "ring_mt_hts":
 *	see enum plx_ring_sync_type.
 * @pool_config: NULL.
 *
 * Return: 0; -EINVAL for another name or a @pool_config; -EEXIST if it has objects.
 */
PLX_EXPORT int plx_mempool_set_ops_byname(struct plx_mempool *mp, const char *name,
	void *pool_config);

/**
 * plx_mempool_populate_default() - give a pool all objects that it lacks.
 * @mp: pool; no other thread uses it meanwhile.
 *
 * In one piece of the heap of the pool's node, or in pieces which are no smaller than a 64th of
 * what is lacking. The memory of objects is zero. Return: objects added; -ENOMEM or what else
 * plx_malloc_socket() says, with none added.
 */
PLX_EXPORT int plx_mempool_populate_default(struct plx_mempool *mp);

/** typedef plx_mempool_memchunk_free_cb_t - gets memory back that a pool had from the caller. */
typedef void (plx_mempool_memchunk_free_cb_t)(void *addr, void *opaque);

/**
 * plx_mempool_populate_virt() - give a pool objects in memory of the caller.
 * @mp: pool; no other thread uses it meanwhile.
 * @addr: start of the memory, which need not be aligned. For devices it has to be in a memory
 *	region or registered and mapped: plx_extmem_register(), plx_dev_dma_map().
 * @len: bytes.
 * @pg_sz: no object that fits in between lies across a multiple of this, a power of two; 0: any
 *	may.
 * @free_cb: called by plx_mempool_free(); NULL: nobody is told.
 * @opaque: its argument.
 *
 * Bytes of objects keep what is in them. Return: objects added, as many as fit but no more than the
 * pool lacks, at least 1; -ENOSPC if none fits or none is lacking; -EINVAL; -ENOMEM. @free_cb is
 * not called then.
 */
PLX_EXPORT int plx_mempool_populate_virt(struct plx_mempool *mp, void *addr, size_t len,
	size_t pg_sz, plx_mempool_memchunk_free_cb_t *free_cb, void *opaque);

/**
 * struct plx_mempool_objsz - what an object takes, in bytes.
 * @elt_size: the object.
 * @header_size: in front of it.
 * @trailer_size: behind it.
 * @total_size: all of it: from one object to the next.
 */
struct plx_mempool_objsz {
	uint32_t elt_size;
	uint32_t header_size;
	uint32_t trailer_size;
	uint32_t total_size;
};

/**
 * plx_mempool_calc_obj_size() - what does an object take?
 * @elt_size: bytes of the object.
 * @flags: MEMPOOL_F_NO_SPREAD or 0.
 * @sz: filled in, if not NULL.
 *
 * Return: its total_size; 0 if that is too large, or @elt_size 0.
 */
PLX_EXPORT uint32_t plx_mempool_calc_obj_size(uint32_t elt_size, uint32_t flags,
	struct plx_mempool_objsz *sz);

/**
 * struct plx_mempool_memhdr - memory that objects of a pool are in; read only for users.
 * @addr: first byte.
 * @len: bytes.
 */
struct plx_mempool_memhdr {
	void *addr;
	size_t len;
};

/**
 * typedef plx_mempool_mem_cb_t - called for a piece of memory of a pool.
 * @mp: pool.
 * @arg: the caller's.
 * @memhdr: the piece; all objects of the pool lie in one of them each.
 * @mem_idx: its number, from 0.
 *
 * Return: 0 to go on; a negative errno ends the walk.
 */
typedef int (plx_mempool_mem_cb_t)(struct plx_mempool *mp, void *arg,
	const struct plx_mempool_memhdr *memhdr, unsigned int mem_idx);

/**
 * plx_mempool_mem_iter() - call @mem_cb for every piece of memory that objects are in.
 * @mp: pool.
 * @mem_cb: what to call.
 * @mem_cb_arg: passed on.
 *
 * Any thread. Return: 0; or the negative errno with which @mem_cb ended the walk.
 */
PLX_EXPORT int plx_mempool_mem_iter(struct plx_mempool *mp, plx_mempool_mem_cb_t *mem_cb,
	void *mem_cb_arg);

PLX_END_DECLS
#endif
