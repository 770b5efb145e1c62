/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fast path of net_ring. Bytes are not counted, as DPDK's driver does not: a look into each packet
 * on both sides would cost more than all the rest.
 */
#include "net_ring.h"

static __plx_always_inline uint16_t
account_rx(struct ring_queue *rxq, struct plx_mbuf **pkts, uint16_t nb_rx)
{
	const uint16_t port_id = rxq->port_id;

	if (nb_rx > 0)
		vport_count(&rxq->counters.packets, nb_rx);
	for (uint16_t i = 0; i < nb_rx; i++)
		pkts[i]->port = port_id;
	return nb_rx;
}

uint16_t
ring_rx_burst_st(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *rxq = queue;

	return account_rx(rxq, rx_pkts, (uint16_t)plx_ring_sc_dequeue_burst(rxq->ring,
		(void **)rx_pkts, nb_pkts, NULL));
}

uint16_t
ring_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *rxq = queue;

	return account_rx(rxq, rx_pkts, (uint16_t)plx_ring_dequeue_burst(rxq->ring,
		(void **)rx_pkts, nb_pkts, NULL));
}

static __plx_always_inline uint16_t
account_tx(struct ring_queue *txq, uint16_t nb_tx)
{
	vport_count(&txq->counters.packets, nb_tx);
	return nb_tx;
}

uint16_t
ring_tx_burst_st(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *txq = queue;

	return account_tx(txq, (uint16_t)plx_ring_sp_enqueue_burst(txq->ring, (void **)tx_pkts,
		nb_pkts, NULL));
}

uint16_t
ring_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *txq = queue;

	return account_tx(txq, (uint16_t)plx_ring_enqueue_burst(txq->ring, (void **)tx_pkts, nb_pkts,
		NULL));
}

int
ring_rx_queue_count(void *queue)
{
	const struct ring_queue *rxq = queue;

	return (int)plx_ring_count(rxq->ring);
}
