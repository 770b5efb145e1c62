/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_RTS_H
#define PLX_RING_RTS_H
/**
 * DOC: Functions for one mode by name: relaxed tail, see PLX_RING_SYNC_MT_RTS.
 *
 * plx_ring_enqueue*() and plx_ring_dequeue*() of a ring that was made with RING_F_MP_RTS_ENQ or
 * RING_F_MC_RTS_DEQ are the same; these spare the test of the mode. All calls on a side of a ring
 * are of one mode: which it was made with.
 */
#include <plx_ring_elem.h>

PLX_BEGIN_DECLS

/** plx_ring_mp_rts_enqueue_bulk_elem() - plx_ring_enqueue_bulk_elem() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_rts_enqueue_bulk_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED,
		PLX_RING_SYNC_MT_RTS, free_space);
}

/** plx_ring_mp_rts_enqueue_bulk() - plx_ring_enqueue_bulk() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_rts_enqueue_bulk(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_mp_rts_enqueue_bulk_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_mp_rts_enqueue_burst_elem() - plx_ring_enqueue_burst_elem() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_rts_enqueue_burst_elem(struct plx_ring *r, const void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *free_space)
{
	return plx_ring_do_enqueue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_MT_RTS, free_space);
}

/** plx_ring_mp_rts_enqueue_burst() - plx_ring_enqueue_burst() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mp_rts_enqueue_burst(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_mp_rts_enqueue_burst_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_mc_rts_dequeue_bulk_elem() - plx_ring_dequeue_bulk_elem() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_rts_dequeue_bulk_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_FIXED,
		PLX_RING_SYNC_MT_RTS, available);
}

/** plx_ring_mc_rts_dequeue_bulk() - plx_ring_dequeue_bulk() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_rts_dequeue_bulk(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_mc_rts_dequeue_bulk_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_mc_rts_dequeue_burst_elem() - plx_ring_dequeue_burst_elem() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_rts_dequeue_burst_elem(struct plx_ring *r, void *obj_table, unsigned int esize,
	unsigned int n, unsigned int *available)
{
	return plx_ring_do_dequeue(r, obj_table, esize, n, PLX_RING_QUEUE_VARIABLE,
		PLX_RING_SYNC_MT_RTS, available);
}

/** plx_ring_mc_rts_dequeue_burst() - plx_ring_dequeue_burst() of an RTS ring. */
static __plx_always_inline unsigned int
plx_ring_mc_rts_dequeue_burst(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_mc_rts_dequeue_burst_elem(r, obj_table, sizeof(void *), n, available);
}

/**
 * plx_ring_get_prod_htd_max() - how far a producer may run ahead of another one.
 * Return: slots that the head may be ahead of the tail when a call begins; UINT32_MAX if the
 * producers are not in the mode RTS.
 */
PLX_EXPORT uint32_t plx_ring_get_prod_htd_max(const struct plx_ring *r);

/**
 * plx_ring_set_prod_htd_max() - set plx_ring_get_prod_htd_max(), an eighth of the capacity at
 * first.
 * @r: ring, which no producer uses now.
 * @v: slots; a small number has threads wait for each other sooner, as in the mode MT with 0.
 *
 * Return: 0; -ENOTSUP if the producers are not in the mode RTS.
 */
PLX_EXPORT int plx_ring_set_prod_htd_max(struct plx_ring *r, uint32_t v);

/**
 * plx_ring_get_cons_htd_max() - how far a consumer may run ahead of another one.
 * Return: slots that the head may be ahead of the tail when a call begins; UINT32_MAX if the
 * consumers are not in the mode RTS.
 */
PLX_EXPORT uint32_t plx_ring_get_cons_htd_max(const struct plx_ring *r);

/**
 * plx_ring_set_cons_htd_max() - set plx_ring_get_cons_htd_max(), an eighth of the capacity at
 * first.
 * @r: ring, which no consumer uses now.
 * @v: slots; a small number has threads wait for each other sooner, as in the mode MT with 0.
 *
 * Return: 0; -ENOTSUP if the consumers are not in the mode RTS.
 */
PLX_EXPORT int plx_ring_set_cons_htd_max(struct plx_ring *r, uint32_t v);

PLX_END_DECLS
#endif
