/* SPDX-License-Identifier: BSD-3-Clause */
/* The fast path of net_ring. */
#include "net_ring.h"

static __plx_always_inline uint64_t
sum_bytes(struct plx_mbuf *const *pkts, uint16_t nb_pkts)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < nb_pkts; i++)
		bytes += pkts[i]->pkt_len;
	return bytes;
}

/* In two loops: loads that do not wait for stores. */
static __plx_always_inline void
account_rx(struct ring_queue *rxq, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	const uint16_t port_id = rxq->port_id;

	vport_count(&rxq->counters.packets, nb_pkts);
	vport_count(&rxq->counters.bytes, sum_bytes(pkts, nb_pkts));
	for (uint16_t i = 0; i < nb_pkts; i++)
		pkts[i]->port = port_id;
}

uint16_t
ring_rx_burst_st(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *rxq = queue;
	uint16_t nb_rx = (uint16_t)plx_ring_sc_dequeue_burst(rxq->ring, (void **)rx_pkts, nb_pkts,
		NULL);

	if (nb_rx > 0)
		account_rx(rxq, rx_pkts, nb_rx);
	return nb_rx;
}

uint16_t
ring_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *rxq = queue;
	uint16_t nb_rx = (uint16_t)plx_ring_dequeue_burst(rxq->ring, (void **)rx_pkts, nb_pkts, NULL);

	if (nb_rx > 0)
		account_rx(rxq, rx_pkts, nb_rx);
	return nb_rx;
}

/*
 * Packets are counted before they go: behind the enqueue they are the receiver's. What the ring did
 * not take is still ours.
 */
static __plx_always_inline uint16_t
account_tx(struct ring_queue *txq, struct plx_mbuf **pkts, uint16_t nb_pkts, uint16_t nb_tx,
	uint64_t bytes)
{
	if (plx_unlikely(nb_tx < nb_pkts))
		bytes -= sum_bytes(pkts + nb_tx, (uint16_t)(nb_pkts - nb_tx));
	vport_count(&txq->counters.packets, nb_tx);
	vport_count(&txq->counters.bytes, bytes);
	return nb_tx;
}

uint16_t
ring_tx_burst_st(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *txq = queue;
	uint64_t bytes = sum_bytes(tx_pkts, nb_pkts);
	uint16_t nb_tx = (uint16_t)plx_ring_sp_enqueue_burst(txq->ring, (void **)tx_pkts, nb_pkts,
		NULL);

	return account_tx(txq, tx_pkts, nb_pkts, nb_tx, bytes);
}

uint16_t
ring_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct ring_queue *txq = queue;
	uint64_t bytes = sum_bytes(tx_pkts, nb_pkts);
	uint16_t nb_tx = (uint16_t)plx_ring_enqueue_burst(txq->ring, (void **)tx_pkts, nb_pkts, NULL);

	return account_tx(txq, tx_pkts, nb_pkts, nb_tx, bytes);
}

int
ring_rx_queue_count(void *queue)
{
	const struct ring_queue *rxq = queue;

	return (int)plx_ring_count(rxq->ring);
}
