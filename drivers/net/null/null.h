/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NULL_H
#define NULL_H
/*
 * net_null: a port without a wire. Rx gives as many packets as are asked for, Tx takes and frees
 * all it gets: what remains is the cost of everything around a NIC.
 */
#include <vport.h>

/* The shortest Ethernet frame without CRC. */
#define NULL_MIN_SIZE 60
PLX_STATIC_ASSERT(NULL_MIN_SIZE == PLX_ETHER_MIN_LEN - PLX_ETHER_CRC_LEN, "as the help has it");
#define NULL_DEFAULT_SIZE 64

/* All of a queue is in one cache line, but for the frame. */
struct null_rxq {
	struct vport_counters counters;
	struct plx_mempool *pool;
	char *frame;			/* copied into each packet */
	struct vport_fresh fresh;
} __plx_cache_aligned;

struct null_txq {
	struct vport_counters counters;
	char *frame;			/* where packets are copied to */
	uint16_t size;			/* of @frame */
	uint16_t fast_free;		/* offload MBUF_FAST_FREE is on */
} __plx_cache_aligned;

/*
 * @size: bytes of each packet that is received.
 * @copy: touch the data of packets?
 * @no_rx: receive nothing?
 */
struct null_args {
	uint32_t size;
	uint32_t copy;
	uint32_t no_rx;
};

struct null_port {
	struct vport vport;
	struct null_args args;
	struct null_rxq rxqs[PLX_MAX_QUEUES_PER_PORT];
	struct null_txq txqs[PLX_MAX_QUEUES_PER_PORT];
};

/* null_rxtx.c */
uint16_t null_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t null_rx_burst_copy(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t null_rx_burst_none(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t null_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
uint16_t null_tx_burst_copy(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

#endif
