/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_HTS_H
#define PLX_RING_HTS_H
/**
 * DOC: Functions for one mode by name: head and tail in step, see PLX_RING_SYNC_MT_HTS.
 *
 * plx_ring_enqueue*() and plx_ring_dequeue*() of a ring that was made with RING_F_MP_HTS_ENQ or
 * RING_F_MC_HTS_DEQ are the same; these spare the test of the mode. All calls on a side of a ring
 * are of one mode: which it was made with.
 */
#include <plx_ring_elem.h>

PLX_BEGIN_DECLS

/** plx_ring_mp_hts_enqueue_bulk_elem() - plx_ring_enqueue_bulk_elem() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_hts_enqueue_bulk_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED,
		PLX_RING_SYNC_MT_HTS, free_space);
}

/** plx_ring_mp_hts_enqueue_bulk() - plx_ring_enqueue_bulk() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_hts_enqueue_bulk(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_mp_hts_enqueue_bulk_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_mp_hts_enqueue_burst_elem() - plx_ring_enqueue_burst_elem() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_hts_enqueue_burst_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_MT_HTS, free_space);
}

/** plx_ring_mp_hts_enqueue_burst() - plx_ring_enqueue_burst() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_hts_enqueue_burst(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_mp_hts_enqueue_burst_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_mc_hts_dequeue_bulk_elem() - plx_ring_dequeue_bulk_elem() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_hts_dequeue_bulk_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED,
		PLX_RING_SYNC_MT_HTS, available);
}

/** plx_ring_mc_hts_dequeue_bulk() - plx_ring_dequeue_bulk() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_hts_dequeue_bulk(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_mc_hts_dequeue_bulk_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_mc_hts_dequeue_burst_elem() - plx_ring_dequeue_burst_elem() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_hts_dequeue_burst_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_MT_HTS, available);
}

/** plx_ring_mc_hts_dequeue_burst() - plx_ring_dequeue_burst() of an HTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_hts_dequeue_burst(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_mc_hts_dequeue_burst_elem(r, obj_table, sizeof(void *), n, available);
}

PLX_END_DECLS
#endif
