/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_PEEK_H
#define PLX_RING_PEEK_H
/**
 * DOC: Enqueue and dequeue in two steps: look before taking, and write or read in place.
 *
 * ..._start() reserves slots and ..._finish() hands over as many of them as are wanted after all,
 * from none to all. In between nobody else of that side gets in (HTS) or is there (SP, SC): keep it
 * short, and call finish even for none, from the same thread; but not after a start that returned
 * 0. Start on a side of another mode (MP, MC, RTS) reserves nothing and returns 0.
 *
 *	n = plx_ring_dequeue_bulk_start(r, &obj, 1, NULL);
 *	if (n != 0)
 *		plx_ring_dequeue_finish(r, is_wanted(obj) ? n : 0);
 *
 * The zero-copy functions (..._zc_...) give the place in the ring instead of copying. It is one run
 * of slots, or two where the end of the ring's memory comes in between.
 */
#include <plx_ring_elem.h>

PLX_BEGIN_DECLS

/**
 * struct plx_ring_zc_data - where reserved slots are.
 * @ptr1: the first of them.
 * @ptr2: where it goes on after @n1 of them; NULL if all are at @ptr1.
 * @n1: slots at @ptr1.
 */
struct plx_ring_zc_data {
	void *ptr1;
	void *ptr2;
	unsigned int n1;
};

/**
 * plx_ring_start() - reserve slots on a side that lets in one thread at a time.
 * @own: that side.
 * @other: the side across.
 * @span: as in plx_ring_move_head().
 * @n: slots wanted.
 * @behavior: see enum plx_ring_queue_behavior.
 * @pos: set to the position of the first one.
 * @left: if not NULL: set to the slots that are left to be taken.
 *
 * Return: slots reserved.
 */
static __plx_always_inline unsigned int
plx_ring_start(struct plx_ring_headtail *own, const struct plx_ring_headtail *other, uint32_t span,
	unsigned int n, enum plx_ring_queue_behavior behavior, uint32_t *pos, unsigned int *left)
{
	uint32_t avail = 0;

	if (own->sync_type == PLX_RING_SYNC_ST)
		n = plx_ring_move_head(own, other, span, n, behavior, PLX_RING_SYNC_ST, pos,
			&avail);
	else if (own->sync_type == PLX_RING_SYNC_MT_HTS)
		n = plx_ring_move_head(own, other, span, n, behavior, PLX_RING_SYNC_MT_HTS, pos,
			&avail);
	else
		n = 0;
	if (left != NULL)
		*left = avail - n;
	return n;
}

/**
 * plx_ring_finish() - hand over the first @n slots of those that were reserved, and give up the
 * rest.
 * @own: the side.
 * @n: slots.
 */
static __plx_always_inline void
plx_ring_finish(struct plx_ring_headtail *own, unsigned int n)
{
	/* Relaxed: nobody but this thread may write it now. */
	uint32_t pos = (uint32_t)__atomic_load_n(&own->tail, __ATOMIC_RELAXED);

	/*
	 * The head goes back first: as long as it is not where the tail is, nobody gets in.
	 * Release: with @n 0 it is this store that lets the next one in, and looking at the slots
	 * is over.
	 */
	__atomic_store_n(&own->head, (uint32_t)(pos + n), __ATOMIC_RELEASE);
	if (n != 0)
		plx_ring_move_tail(own, pos, n, PLX_RING_SYNC_ST);
}

/** plx_ring_zc_fill() - fill @zcd for @n slots from position @pos on. */
static __plx_always_inline void
plx_ring_zc_fill(struct plx_ring *r, unsigned int esize, uint32_t pos, unsigned int n,
	struct plx_ring_zc_data *zcd)
{
	uint32_t first;

	zcd->ptr1 = plx_ring_slots(r, esize, pos, &first);
	zcd->n1 = PLX_MIN(n, first);
	zcd->ptr2 = n > first ? r + 1 : NULL;
}

/**
 * plx_ring_enqueue_bulk_elem_start() - reserve slots for @n elements, all or nothing.
 * @r: ring.
 * @n: elements.
 * @free_space: if not NULL: set to the elements that still fit besides these.
 *
 * Return: slots reserved, @n or 0. Unless 0, plx_ring_enqueue_finish() or its like must follow.
 */
static __plx_always_inline unsigned int
plx_ring_enqueue_bulk_elem_start(struct plx_ring *r, unsigned int n, unsigned int *free_space)
{
	uint32_t pos;

	return plx_ring_start(&r->prod, &r->cons, r->capacity, n, PLX_RING_QUEUE_FIXED, &pos,
		free_space);
}

/** plx_ring_enqueue_bulk_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_enqueue_bulk_start(struct plx_ring *r, unsigned int n, unsigned int *free_space)
{
	return plx_ring_enqueue_bulk_elem_start(r, n, free_space);
}

/** plx_ring_enqueue_burst_elem_start() - as the bulk one, for as many as fit. */
static __plx_always_inline unsigned int
plx_ring_enqueue_burst_elem_start(struct plx_ring *r, unsigned int n, unsigned int *free_space)
{
	uint32_t pos;

	return plx_ring_start(&r->prod, &r->cons, r->capacity, n, PLX_RING_QUEUE_VARIABLE, &pos,
		free_space);
}

/** plx_ring_enqueue_burst_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_enqueue_burst_start(struct plx_ring *r, unsigned int n, unsigned int *free_space)
{
	return plx_ring_enqueue_burst_elem_start(r, n, free_space);
}

/**
 * plx_ring_enqueue_elem_finish() - copy elements into the slots reserved, and hand them over.
 * @r: ring.
 * @obj_table: array of @n elements.
 * @esize: bytes of an element.
 * @n: elements, 0 to what start returned; slots beyond are given up.
 */
static __plx_always_inline void
plx_ring_enqueue_elem_finish(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n)
{
	/* Relaxed: as in plx_ring_finish(). */
	plx_ring_copy_in(r, (uint32_t)__atomic_load_n(&r->prod.tail, __ATOMIC_RELAXED), obj_table,
		esize, n);
	plx_ring_finish(&r->prod, n);
}

/** plx_ring_enqueue_finish() - the same for pointers. */
static __plx_always_inline void
plx_ring_enqueue_finish(struct plx_ring *r, void * const *obj_table, unsigned int n)
{
	plx_ring_enqueue_elem_finish(r, obj_table, sizeof(void *), n);
}

/**
 * plx_ring_dequeue_bulk_elem_start() - copy the first @n elements without taking them yet, all or
 * nothing.
 * @r: ring.
 * @obj_table: array of @n elements to be filled.
 * @esize: bytes of an element.
 * @n: elements.
 * @available: if not NULL: set to the elements that are left besides these.
 *
 * Return: elements copied, @n or 0. Unless 0, plx_ring_dequeue_finish() or its like must follow.
 */
static __plx_always_inline unsigned int
plx_ring_dequeue_bulk_elem_start(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	uint32_t pos;

	n = plx_ring_start(&r->cons, &r->prod, 0, n, PLX_RING_QUEUE_FIXED, &pos, available);
	if (n != 0)
		plx_ring_copy_out(r, pos, obj_table, esize, n);
	return n;
}

/** plx_ring_dequeue_bulk_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_dequeue_bulk_start(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_dequeue_bulk_elem_start(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_dequeue_burst_elem_start() - as the bulk one, for what is there. */
static __plx_always_inline unsigned int
plx_ring_dequeue_burst_elem_start(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	uint32_t pos;

	n = plx_ring_start(&r->cons, &r->prod, 0, n, PLX_RING_QUEUE_VARIABLE, &pos, available);
	if (n != 0)
		plx_ring_copy_out(r, pos, obj_table, esize, n);
	return n;
}

/** plx_ring_dequeue_burst_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_dequeue_burst_start(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_dequeue_burst_elem_start(r, obj_table, sizeof(void *), n, available);
}

/**
 * plx_ring_dequeue_elem_finish() - take the first @n of the elements that were looked at.
 * @r: ring.
 * @n: elements, 0 to what start returned; the others stay where they are.
 */
static __plx_always_inline void
plx_ring_dequeue_elem_finish(struct plx_ring *r, unsigned int n)
{
	plx_ring_finish(&r->cons, n);
}

/** plx_ring_dequeue_finish() - the same for pointers. */
static __plx_always_inline void
plx_ring_dequeue_finish(struct plx_ring *r, unsigned int n)
{
	plx_ring_finish(&r->cons, n);
}

/**
 * plx_ring_enqueue_zc_bulk_elem_start() - reserve slots to be written in place, all or nothing.
 * @r: ring.
 * @esize: bytes of an element.
 * @n: elements.
 * @zcd: filled in, unless 0 is returned.
 * @free_space: if not NULL: set to the elements that still fit besides these.
 *
 * Return: @n or 0. Unless 0, plx_ring_enqueue_zc_elem_finish() must follow.
 */
static __plx_always_inline unsigned int
plx_ring_enqueue_zc_bulk_elem_start(struct plx_ring *r, unsigned int esize, unsigned int n,
	struct plx_ring_zc_data *zcd, unsigned int *free_space)
{
	uint32_t pos;

	n = plx_ring_start(&r->prod, &r->cons, r->capacity, n, PLX_RING_QUEUE_FIXED, &pos,
		free_space);
	if (n != 0)
		plx_ring_zc_fill(r, esize, pos, n, zcd);
	return n;
}

/** plx_ring_enqueue_zc_bulk_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_enqueue_zc_bulk_start(struct plx_ring *r, unsigned int n, struct plx_ring_zc_data *zcd,
	unsigned int *free_space)
{
	return plx_ring_enqueue_zc_bulk_elem_start(r, sizeof(void *), n, zcd, free_space);
}

/** plx_ring_enqueue_zc_burst_elem_start() - as the bulk one, for as many as fit. */
static __plx_always_inline unsigned int
plx_ring_enqueue_zc_burst_elem_start(struct plx_ring *r, unsigned int esize, unsigned int n,
	struct plx_ring_zc_data *zcd, unsigned int *free_space)
{
	uint32_t pos;

	n = plx_ring_start(&r->prod, &r->cons, r->capacity, n, PLX_RING_QUEUE_VARIABLE, &pos,
		free_space);
	if (n != 0)
		plx_ring_zc_fill(r, esize, pos, n, zcd);
	return n;
}

/** plx_ring_enqueue_zc_burst_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_enqueue_zc_burst_start(struct plx_ring *r, unsigned int n, struct plx_ring_zc_data *zcd,
	unsigned int *free_space)
{
	return plx_ring_enqueue_zc_burst_elem_start(r, sizeof(void *), n, zcd, free_space);
}

/**
 * plx_ring_enqueue_zc_elem_finish() - hand over the first @n of the slots reserved; 0 to all of
 * them.
 */
static __plx_always_inline void
plx_ring_enqueue_zc_elem_finish(struct plx_ring *r, unsigned int n)
{
	plx_ring_finish(&r->prod, n);
}

/** plx_ring_enqueue_zc_finish() - the same for pointers. */
static __plx_always_inline void
plx_ring_enqueue_zc_finish(struct plx_ring *r, unsigned int n)
{
	plx_ring_finish(&r->prod, n);
}

/**
 * plx_ring_dequeue_zc_bulk_elem_start() - look at elements in place, all or nothing.
 * @r: ring.
 * @esize: bytes of an element.
 * @n: elements.
 * @zcd: filled in, unless 0 is returned.
 * @available: if not NULL: set to the elements that are left besides these.
 *
 * Return: @n or 0. Unless 0, plx_ring_dequeue_zc_elem_finish() must follow.
 */
static __plx_always_inline unsigned int
plx_ring_dequeue_zc_bulk_elem_start(struct plx_ring *r, unsigned int esize, unsigned int n,
	struct plx_ring_zc_data *zcd, unsigned int *available)
{
	uint32_t pos;

	n = plx_ring_start(&r->cons, &r->prod, 0, n, PLX_RING_QUEUE_FIXED, &pos, available);
	if (n != 0)
		plx_ring_zc_fill(r, esize, pos, n, zcd);
	return n;
}

/** plx_ring_dequeue_zc_bulk_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_dequeue_zc_bulk_start(struct plx_ring *r, unsigned int n, struct plx_ring_zc_data *zcd,
	unsigned int *available)
{
	return plx_ring_dequeue_zc_bulk_elem_start(r, sizeof(void *), n, zcd, available);
}

/** plx_ring_dequeue_zc_burst_elem_start() - as the bulk one, for what is there. */
static __plx_always_inline unsigned int
plx_ring_dequeue_zc_burst_elem_start(struct plx_ring *r, unsigned int esize, unsigned int n,
	struct plx_ring_zc_data *zcd, unsigned int *available)
{
	uint32_t pos;

	n = plx_ring_start(&r->cons, &r->prod, 0, n, PLX_RING_QUEUE_VARIABLE, &pos, available);
	if (n != 0)
		plx_ring_zc_fill(r, esize, pos, n, zcd);
	return n;
}

/** plx_ring_dequeue_zc_burst_start() - the same for pointers. */
static __plx_always_inline unsigned int
plx_ring_dequeue_zc_burst_start(struct plx_ring *r, unsigned int n, struct plx_ring_zc_data *zcd,
	unsigned int *available)
{
	return plx_ring_dequeue_zc_burst_elem_start(r, sizeof(void *), n, zcd, available);
}

/**
 * plx_ring_dequeue_zc_elem_finish() - take the first @n of the elements looked at; 0 to all of
 * them.
 */
static __plx_always_inline void
plx_ring_dequeue_zc_elem_finish(struct plx_ring *r, unsigned int n)
{
	plx_ring_finish(&r->cons, n);
}

/** plx_ring_dequeue_zc_finish() - the same for pointers. */
static __plx_always_inline void
plx_ring_dequeue_zc_finish(struct plx_ring *r, unsigned int n)
{
	plx_ring_finish(&r->cons, n);
}

PLX_END_DECLS
#endif
