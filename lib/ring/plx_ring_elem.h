/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_ELEM_H
#define PLX_RING_ELEM_H
/**
 * DOC: Rings of elements of 4, 8, 12, 16, ... bytes: the functions of <plx_ring.h> with the size.
 *
 * Every call on a ring takes the size that the ring was made with; what is wrong there is not
 * checked. Where the size is a constant, as it should be, copying has no loop over an element.
 */
#include <errno.h>
#include <sys/types.h>

#include <plx_ring_move.h>

PLX_BEGIN_DECLS

/**
 * plx_ring_get_memsize_elem() - bytes that a ring of elements takes.
 * @esize: bytes of an element, a multiple of PLX_RING_ELEM_ALIGN.
 * @count: slots, as for plx_ring_get_memsize().
 *
 * Any thread. Return: bytes, slots included, a multiple of a cache line; -EINVAL for a bad @esize
 * or
 * @count.
 */
PLX_EXPORT ssize_t plx_ring_get_memsize_elem(unsigned int esize, unsigned int count);

/**
 * plx_ring_create_elem() - make an empty ring of elements in a memzone.
 * @name: as in plx_ring_create().
 * @esize: bytes of an element, a multiple of PLX_RING_ELEM_ALIGN.
 * @count: as in plx_ring_create().
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 * @flags: as in plx_ring_create().
 *
 * Any thread. Return: the ring, to be freed with plx_ring_free(); or NULL with errno EINVAL,
 * ENAMETOOLONG, EEXIST or ENOMEM.
 */
PLX_EXPORT struct plx_ring *plx_ring_create_elem(const char *name, unsigned int esize,
	unsigned int count, int socket_id, unsigned int flags);

/**
 * plx_ring_mp_enqueue_bulk_elem() - enqueue all or nothing; several producers may run.
 * @r: ring.
 * @obj_table: array of @n elements.
 * @esize: bytes of an element, that of plx_ring_create_elem().
 * @n: elements.
 * @free_space: if not NULL: set to the elements that still fit after this call.
 *
 * Return: elements enqueued: @n or 0.
 */
static __plx_always_inline unsigned int
plx_ring_mp_enqueue_bulk_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED, PLX_RING_SYNC_MT,
		free_space);
}

/**
 * plx_ring_sp_enqueue_bulk_elem() - plx_ring_mp_enqueue_bulk_elem(), but one producer at a time.
 */
static __plx_always_inline unsigned int
plx_ring_sp_enqueue_bulk_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED, PLX_RING_SYNC_ST,
		free_space);
}

/** plx_ring_enqueue_bulk_elem() - plx_ring_mp_enqueue_bulk_elem() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_enqueue_bulk_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_any_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED, free_space);
}

/**
 * plx_ring_mp_enqueue_burst_elem() - enqueue as many as fit; several producers may run.
 * @r: ring.
 * @obj_table: array of @n elements.
 * @esize: bytes of an element, that of plx_ring_create_elem().
 * @n: elements.
 * @free_space: if not NULL: set to the elements that still fit after this call.
 *
 * Return: elements enqueued: 0 to @n, the first ones of @obj_table.
 */
static __plx_always_inline unsigned int
plx_ring_mp_enqueue_burst_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_MT, free_space);
}

/**
 * plx_ring_sp_enqueue_burst_elem() - plx_ring_mp_enqueue_burst_elem(), but one producer at a time.
 */
static __plx_always_inline unsigned int
plx_ring_sp_enqueue_burst_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_ST, free_space);
}

/** plx_ring_enqueue_burst_elem() - plx_ring_mp_enqueue_burst_elem() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_enqueue_burst_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_any_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE, free_space);
}

/** plx_ring_mp_enqueue_elem() - enqueue one element, MP. Return: 0; -ENOBUFS when full. */
static __plx_always_inline int
plx_ring_mp_enqueue_elem(struct plx_ring *r, const void *obj, unsigned int esize)
{
	return plx_ring_mp_enqueue_bulk_elem(r, obj, esize, 1, NULL) ? 0 : -ENOBUFS;
}

/** plx_ring_sp_enqueue_elem() - enqueue one element, SP. Return: 0; -ENOBUFS when full. */
static __plx_always_inline int
plx_ring_sp_enqueue_elem(struct plx_ring *r, const void *obj, unsigned int esize)
{
	return plx_ring_sp_enqueue_bulk_elem(r, obj, esize, 1, NULL) ? 0 : -ENOBUFS;
}

/**
 * plx_ring_enqueue_elem() - enqueue one element in the mode of the ring. Return: 0; -ENOBUFS when
 * full.
 */
static __plx_always_inline int
plx_ring_enqueue_elem(struct plx_ring *r, const void *obj, unsigned int esize)
{
	return plx_ring_enqueue_bulk_elem(r, obj, esize, 1, NULL) ? 0 : -ENOBUFS;
}

/**
 * plx_ring_mc_dequeue_bulk_elem() - dequeue all or nothing; several consumers may run.
 * @r: ring.
 * @obj_table: array of @n elements to be filled.
 * @esize: bytes of an element, that of plx_ring_create_elem().
 * @n: elements.
 * @available: if not NULL: set to the elements that are left after this call.
 *
 * Return: elements dequeued: @n or 0.
 */
static __plx_always_inline unsigned int
plx_ring_mc_dequeue_bulk_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED, PLX_RING_SYNC_MT,
		available);
}

/**
 * plx_ring_sc_dequeue_bulk_elem() - plx_ring_mc_dequeue_bulk_elem(), but one consumer at a time.
 */
static __plx_always_inline unsigned int
plx_ring_sc_dequeue_bulk_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED, PLX_RING_SYNC_ST,
		available);
}

/** plx_ring_dequeue_bulk_elem() - plx_ring_mc_dequeue_bulk_elem() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_dequeue_bulk_elem(struct plx_ring *r, void *obj_table, unsigned int esize, unsigned int n,
	unsigned int *available)
{
	return plx_ring_any_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED, available);
}

/**
 * plx_ring_mc_dequeue_burst_elem() - dequeue what is there, up to @n; several consumers may run.
 * @r: ring.
 * @obj_table: array of @n elements to be filled.
 * @esize: bytes of an element, that of plx_ring_create_elem().
 * @n: elements.
 * @available: if not NULL: set to the elements that are left after this call.
 *
 * Return: elements dequeued: 0 to @n.
 */
static __plx_always_inline unsigned int
plx_ring_mc_dequeue_burst_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_MT, available);
}

/**
 * plx_ring_sc_dequeue_burst_elem() - plx_ring_mc_dequeue_burst_elem(), but one consumer at a time.
 */
static __plx_always_inline unsigned int
plx_ring_sc_dequeue_burst_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_ST, available);
}

/** plx_ring_dequeue_burst_elem() - plx_ring_mc_dequeue_burst_elem() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_dequeue_burst_elem(struct plx_ring *r, void *obj_table, unsigned int esize, unsigned int n,
	unsigned int *available)
{
	return plx_ring_any_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE, available);
}

/** plx_ring_mc_dequeue_elem() - dequeue one element, MC. Return: 0; -ENOENT when empty. */
static __plx_always_inline int
plx_ring_mc_dequeue_elem(struct plx_ring *r, void *obj_p, unsigned int esize)
{
	return plx_ring_mc_dequeue_bulk_elem(r, obj_p, esize, 1, NULL) ? 0 : -ENOENT;
}

/** plx_ring_sc_dequeue_elem() - dequeue one element, SC. Return: 0; -ENOENT when empty. */
static __plx_always_inline int
plx_ring_sc_dequeue_elem(struct plx_ring *r, void *obj_p, unsigned int esize)
{
	return plx_ring_sc_dequeue_bulk_elem(r, obj_p, esize, 1, NULL) ? 0 : -ENOENT;
}

/**
 * plx_ring_dequeue_elem() - dequeue one element in the mode of the ring. Return: 0; -ENOENT when
 * empty.
 */
static __plx_always_inline int
plx_ring_dequeue_elem(struct plx_ring *r, void *obj_p, unsigned int esize)
{
	return plx_ring_dequeue_bulk_elem(r, obj_p, esize, 1, NULL) ? 0 : -ENOENT;
}

PLX_END_DECLS
#endif
