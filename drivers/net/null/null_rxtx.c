/* SPDX-License-Identifier: BSD-3-Clause */
/* The fast path of net_null. */
#include <stdbool.h>
#include <string.h>

#include "null.h"

/* Add to a counter that only this thread writes: no locked instruction. */
static inline void
count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

uint16_t
null_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct null_rxq *rxq = queue;

	/* Raw mbufs: every field that a receiver owns is set here, in the first cache line. */
	if (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->pool, rx_pkts, nb_pkts) < 0)) {
		count(&rxq->nombuf, nb_pkts);
		return 0;
	}
	for (uint16_t i = 0; i < nb_pkts; i++) {
		struct plx_mbuf *m = rx_pkts[i];

		m->rearm_data = rxq->rearm_data;
		m->ol_flags = 0;
		m->packet_type = 0;
		m->pkt_len = rxq->size;
		m->data_len = rxq->size;
		m->vlan_tci = 0;
		if (rxq->frame != NULL)
			memcpy(plx_pktmbuf_mtod(m, void *), rxq->frame, rxq->size);
	}
	count(&rxq->packets, nb_pkts);
	return nb_pkts;
}

/* With MBUF_FAST_FREE all are direct, of one pool and of one user: of single ones nothing is looked at. */
static inline void
free_sent(const struct null_txq *txq, struct plx_mbuf **pkts, uint16_t nb_pkts, bool single)
{
	if (txq->fast_free && single && nb_pkts > 0)
		plx_mbuf_raw_free_bulk(pkts[0]->pool, pkts, nb_pkts);
	else
		plx_pktmbuf_free_bulk(pkts, nb_pkts);
}

uint16_t
null_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct null_txq *txq = queue;
	uint64_t bytes = 0;
	bool single = true;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		const struct plx_mbuf *m = tx_pkts[i];

		bytes += m->pkt_len;
		single &= m->nb_segs == 1;
		if (txq->frame != NULL)
			memcpy(txq->frame, plx_pktmbuf_mtod(m, const void *),
				PLX_MIN(m->data_len, txq->size));
	}
	free_sent(txq, tx_pkts, nb_pkts, single);
	count(&txq->packets, nb_pkts);
	count(&txq->bytes, bytes);
	return nb_pkts;
}
