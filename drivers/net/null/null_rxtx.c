/* SPDX-License-Identifier: BSD-3-Clause */
/* The fast path of net_null. */
#include <string.h>

#include "null.h"

static __plx_always_inline uint16_t
receive(struct null_rxq *rxq, struct plx_mbuf **rx_pkts, uint16_t nb_pkts, int copy)
{
	/* Raw mbufs: every field that a receiver owns is set here. */
	if (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->pool, rx_pkts, nb_pkts) < 0)) {
		vport_count(&rxq->counters.nombuf, nb_pkts);
		return 0;
	}
	for (uint16_t i = 0; i < nb_pkts; i++) {
		vport_refresh(rx_pkts[i], &rxq->fresh);
		if (copy)
			memcpy(plx_pktmbuf_mtod(rx_pkts[i], void *), rxq->frame,
				rxq->fresh.data_len);
	}
	vport_count(&rxq->counters.packets, nb_pkts);
	vport_count(&rxq->counters.bytes, (uint64_t)nb_pkts * rxq->fresh.pkt_len);
	return nb_pkts;
}

uint16_t
null_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return receive(queue, rx_pkts, nb_pkts, 0);
}

uint16_t
null_rx_burst_copy(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return receive(queue, rx_pkts, nb_pkts, 1);
}

uint16_t
null_rx_burst_none(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return 0;
}

/* With MBUF_FAST_FREE all are direct, of one pool and of one user: of single ones nothing is looked at. */
static __plx_always_inline void
free_sent(const struct null_txq *txq, struct plx_mbuf **pkts, uint16_t nb_pkts, bool single)
{
	if (txq->fast_free && single && nb_pkts > 0)
		plx_mbuf_raw_free_bulk(pkts[0]->pool, pkts, nb_pkts);
	else
		plx_pktmbuf_free_bulk(pkts, nb_pkts);
}

static __plx_always_inline uint16_t
transmit(struct null_txq *txq, struct plx_mbuf **tx_pkts, uint16_t nb_pkts, int copy)
{
	uint64_t bytes = 0;
	bool single = true;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		const struct plx_mbuf *m = tx_pkts[i];

		bytes += m->pkt_len;
		single &= m->nb_segs == 1;
		if (copy)
			memcpy(txq->frame, plx_pktmbuf_mtod(m, const void *),
				PLX_MIN(m->data_len, txq->size));
	}
	free_sent(txq, tx_pkts, nb_pkts, single);
	vport_count(&txq->counters.packets, nb_pkts);
	vport_count(&txq->counters.bytes, bytes);
	return nb_pkts;
}

uint16_t
null_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	return transmit(queue, tx_pkts, nb_pkts, 0);
}

uint16_t
null_tx_burst_copy(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	return transmit(queue, tx_pkts, nb_pkts, 1);
}
