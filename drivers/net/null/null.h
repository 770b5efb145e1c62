/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NULL_H
#define NULL_H
/*
 * net_null: a port without a wire. Rx gives as many packets as are asked for, Tx takes and frees
 * all it gets: what remains is the cost of everything around a NIC.
 */
#include <plx_bus_vdev.h>
#include <plx_ethdev_driver.h>

/* The shortest Ethernet frame without CRC, and the longest that fits an mbuf. */
#define NULL_MIN_SIZE (PLX_ETHER_MIN_LEN - PLX_ETHER_CRC_LEN)
#define NULL_MAX_SIZE (UINT16_MAX - PLX_PKTMBUF_HEADROOM)
#define NULL_DEFAULT_SIZE 64

/*
 * Counters have one writer, the thread that polls the queue; others read them at any time. They
 * outlive the set-up of their queue and never go back: a reset remembers where they were.
 */
struct null_rxq {
	struct plx_mempool *pool;
	uint64_t rearm_data;		/* of each mbuf, see struct plx_mbuf */
	uint16_t size;
	char *frame;			/* copied into each packet; NULL: don't */
	uint64_t packets;
	uint64_t nombuf;
	uint64_t before;		/* @packets when the queue was set up */
} __plx_cache_aligned;

struct null_txq {
	uint16_t fast_free;		/* offload MBUF_FAST_FREE is on */
	uint16_t size;			/* of @frame */
	char *frame;			/* where packets are copied to; NULL: don't */
	uint64_t packets;
	uint64_t bytes;
	uint64_t packets_before;	/* when the queue was set up */
	uint64_t bytes_before;
} __plx_cache_aligned;

/*
 * @size: bytes of each packet that is received.
 * @copy: touch the data of packets?
 * @link_up: between start and stop.
 * @base: what the queues had counted at the last reset.
 */
struct null_port {
	uint32_t size;
	uint32_t copy;
	int link_up;
	struct plx_eth_stats base;
	struct null_rxq rxqs[PLX_MAX_QUEUES_PER_PORT];
	struct null_txq txqs[PLX_MAX_QUEUES_PER_PORT];
};

/* null_rxtx.c */
uint16_t null_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t null_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

#endif
