/* SPDX-License-Identifier: BSD-3-Clause */
/* Transmit of packets that ask for nothing and are one mbuf each. */
#include "e1000e_rxtx.h"

#define CMD (E1000E_TXD_DATA | E1000E_TXD_EOP | E1000E_TXD_IFCS)

/* Of rearm_data, refcnt in bits 16 to 31 and nb_segs in 32 to 47: one segment with one user. */
#define SOLE UINT64_C(0x000100010000)
#define SOLE_MASK UINT64_C(0xffffffff0000)

/*
 * Can it be sent? @m is a packet of several segments, of a mbuf that others have too, or of a length
 * that is not sent. Return: true; false if it was dropped.
 */
static __attribute__((cold, noinline)) bool
is_sendable(struct e1000e_txq *txq, struct plx_mbuf *m)
{
	if (m->nb_segs == 1 && m->data_len >= E1000E_TX_LEN_MIN &&
	    m->data_len <= E1000E_FRAME_LEN_MAX)
		return true;
	plx_pktmbuf_free(m);
	e1000_count(&txq->q.errors, 1);
	return false;
}

/* All that the device was told of until now is one report; @pool as in struct e1000e_tx_report. */
static __attribute__((noinline)) void
close_report(struct e1000e_txq *txq, uint16_t next, struct plx_mempool *pool)
{
	txq->next = next;
	txq->open.pool = pool;
	txq->open.nb_pkts = txq->rs_thresh;
	e1000e_tx_close_report(txq);
}

uint16_t
e1000e_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct e1000e_txq *txq = queue;
	/* The program may promise that: then nobody looks. */
	const uint64_t mask = txq->fast_free ? 0 : SOLE_MASK, sole = txq->fast_free ? 0 : SOLE;
	const uint32_t size = txq->size, rs_thresh = txq->rs_thresh;
	struct e1000e_tx_desc *const ring = txq->ring;
	struct plx_mbuf **const sw_ring = txq->sw_ring;
	uint32_t next, nb_open, nb_tx, nb_bad = 0;
	struct plx_mempool *pool;
	uint64_t bytes = 0;

	if (plx_unlikely(!txq->q.running))
		return 0;
	if (txq->nb_free < txq->free_thresh || txq->nb_free < nb_pkts)
		e1000e_txq_clean(txq, 0);
	nb_pkts = PLX_MIN(nb_pkts, txq->nb_free);
	next = txq->next;
	nb_open = txq->nb_open;
	pool = txq->open.pool;
	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		struct plx_mbuf *m = tx_pkts[nb_tx];
		/* Acquire, as plx_mbuf_refcnt_read(). */
		const uint64_t rearm = __atomic_load_n(&m->rearm_data, __ATOMIC_ACQUIRE);
		const uint32_t len = m->data_len;

		if (plx_unlikely((rearm & mask) != sole ||
		    len - E1000E_TX_LEN_MIN > E1000E_FRAME_LEN_MAX - E1000E_TX_LEN_MIN)) {
			if (!is_sendable(txq, m)) {
				nb_bad++;
				continue;
			}
			pool = NULL;
		} else if (plx_unlikely(m->pool != pool)) {
			/* The first one says the pool; one of another pool, that there are several. */
			pool = nb_open == 0 ? m->pool : NULL;
		}
		ring[next].addr = plx_pktmbuf_iova(m);
		ring[next].cmd = CMD | len;
		sw_ring[next] = m;
		bytes += len;
		if (++next == size)
			next = 0;
		if (++nb_open == rs_thresh) {
			close_report(txq, (uint16_t)next, pool);
			nb_open = 0;
			pool = NULL;
		}
	}
	if (plx_unlikely(nb_tx == nb_bad))
		return (uint16_t)nb_tx;
	txq->next = (uint16_t)next;
	txq->nb_open = (uint16_t)nb_open;
	txq->open.pool = pool;
	txq->nb_free = (uint16_t)(txq->nb_free - (nb_tx - nb_bad));
	plx_write32(next, txq->tail);
	e1000_count(&txq->q.packets, nb_tx - nb_bad);
	e1000_count(&txq->q.bytes, bytes);
	return (uint16_t)nb_tx;
}
