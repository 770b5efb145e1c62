/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_RXTX_H
#define VIRTIO_RXTX_H
/**
 * DOC: Receive and transmit queues of the network device: a virtqueue full of mbufs.
 *
 * Life of a queue: create; then any number of times start, bursts, stop; destroy. start and stop
 * are called while the device is in reset.
 */
#include <plx_ethdev.h>

#include "virtio_spec.h"
#include "virtqueue.h"

PLX_BEGIN_DECLS

/** VIRTIO_RX_DATA_OFF - where a received packet starts in its mbuf; its header is just before. */
#define VIRTIO_RX_DATA_OFF \
	(PLX_PKTMBUF_HEADROOM < VIRTIO_NET_HDR_SIZE ? VIRTIO_NET_HDR_SIZE : PLX_PKTMBUF_HEADROOM)
/** VIRTIO_QUEUE_MIN - fewest descriptors that a device must offer for Rx and Tx. */
#define VIRTIO_QUEUE_MIN 16
/** VIRTIO_TX_DESC_MIN - fewest descriptors of a Tx queue, unless the device has fewer. */
#define VIRTIO_TX_DESC_MIN 64
/** VIRTIO_TX_SEGS_MAX() - most segments of a packet in a Tx queue of @size; one is its header. */
#define VIRTIO_TX_SEGS_MAX(size) \
	((uint16_t)(PLX_MIN((uint16_t)(size), (uint16_t)VIRTIO_TX_DESC_MIN) - 1))

/**
 * struct virtio_queue_stats - what one queue counted; written by the queue's thread only.
 * @packets: received or sent.
 * @bytes: of them, without virtio header and CRC.
 * @errors: packets that were dropped, and protocol errors of the device.
 * @nombuf: mbufs that could not be had, or that the device can't reach.
 */
struct virtio_queue_stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t errors;
	uint64_t nombuf;
};

/**
 * struct virtio_rxq - a receive queue; every packet is one descriptor.
 * @vq: its virtqueue. The available ring is written only when the device changes the order.
 * @mp: where mbufs come from.
 * @rearm_data: mbuf's rearm_data of a packet of this queue.
 * @buf_off: bytes from an mbuf of @mp to its buffer, the virtio header included.
 * @buf_len: bytes of that buffer.
 * @free_thresh: refill when so many descriptors are empty.
 * @nombuf_seen: of the descriptors that are empty now, so many are counted in stats.nombuf.
 * @refused: since the start a buffer was not given to the device, as it can't reach it.
 * @stats: counters.
 * @sw_ring: the mbuf of each descriptor that the device has, else NULL.
 */
struct virtio_rxq {
	struct virtqueue vq;
	struct plx_mempool *mp;
	uint64_t rearm_data;
	uint32_t buf_off;
	uint32_t buf_len;
	uint16_t free_thresh;
	uint16_t nombuf_seen;
	bool refused;
	struct virtio_queue_stats stats;
	struct plx_mbuf *sw_ring[];
};

/**
 * virtio_rxq_create() - make a receive queue.
 * @dev_name: of the device; must outlive the queue.
 * @port_id: of the port, for mbufs.
 * @index: number of the virtqueue.
 * @size: descriptors, a power of two.
 * @free_thresh: 1 up to @size.
 * @mp: where mbufs come from.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 * Return: the queue, or NULL for lack of memory.
 */
struct virtio_rxq *virtio_rxq_create(const char *dev_name, uint16_t port_id, uint16_t index,
	uint16_t size, uint16_t free_thresh, struct plx_mempool *mp, int socket);
/**
 * virtio_rxq_start() - make the rings as new and full.
 * Return: 0; -ENOMEM if @mp has too few; -EFAULT if the device can't reach what @mp has, which is
 * known if addresses are checked.
 */
int virtio_rxq_start(struct virtio_rxq *rxq);
/** virtio_rxq_stop() - free all mbufs in the queue. */
void virtio_rxq_stop(struct virtio_rxq *rxq);
/** virtio_rxq_destroy() - free a stopped queue; NULL is fine. */
void virtio_rxq_destroy(struct virtio_rxq *rxq);
/** virtio_recv_pkts() - the driver's plx_eth_rx_burst_t. */
uint16_t virtio_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/**
 * virtio_recv_pkts_checked() - the same, but a buffer that the device can't reach is not given to it
 * and counts as one that could not be had.
 */
uint16_t virtio_recv_pkts_checked(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);

/**
 * struct virtio_tx_slot - what we know about a descriptor.
 * @mbuf: the packet, if the device has it and this is its first descriptor; else NULL.
 * @pool: where @mbuf can go back unread, being one segment with one user; NULL if it can't.
 * @next: next descriptor of the packet, or next free one.
 * @last: last descriptor of the packet, if @pool is NULL.
 * @nb_descs: descriptors of the packet, if @pool is NULL.
 */
struct virtio_tx_slot {
	struct plx_mbuf *mbuf;
	struct plx_mempool *pool;
	uint16_t next;
	uint16_t last;
	uint16_t nb_descs;
};

/**
 * struct virtio_txq - a transmit queue.
 * @vq: its virtqueue.
 * @free_head: first free descriptor, if there is one: a list through virtio_tx_slot.next. It is
 *	first in, first out, so that a device that works in order meets descriptors in order.
 * @free_tail: last free descriptor, if there is one.
 * @nb_free: free descriptors.
 * @free_thresh: reclaim when fewer are free.
 * @segs_max: most segments of a packet.
 * @hdr: header in DMA memory for packets which have no room for one. One does for all, since the
 *	device only reads it and without offloads all headers are zero.
 * @stats: counters.
 * @slots: by descriptor.
 */
struct virtio_txq {
	struct virtqueue vq;
	uint16_t free_head;
	uint16_t free_tail;
	uint16_t nb_free;
	uint16_t free_thresh;
	uint16_t segs_max;
	struct virtio_net_hdr *hdr;
	struct virtio_queue_stats stats;
	struct virtio_tx_slot slots[];
};

/** virtio_txq_create() - make a transmit queue; see virtio_rxq_create(). */
struct virtio_txq *virtio_txq_create(const char *dev_name, uint16_t index, uint16_t size,
	uint16_t free_thresh, int socket);
/** virtio_txq_start() - make the rings as new and empty. */
void virtio_txq_start(struct virtio_txq *txq);
/** virtio_txq_stop() - free all mbufs in the queue. */
void virtio_txq_stop(struct virtio_txq *txq);
/** virtio_txq_destroy() - free a stopped queue; NULL is fine. */
void virtio_txq_destroy(struct virtio_txq *txq);
/** virtio_xmit_pkts() - the driver's plx_eth_tx_burst_t. */
uint16_t virtio_xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/**
 * virtio_xmit_pkts_checked() - the same, but a packet that the device can't reach all of is dropped,
 * and counts as an error.
 */
uint16_t virtio_xmit_pkts_checked(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

/** virtio_stat_add() - count; other threads may read the counter meanwhile. */
static inline void
virtio_stat_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

PLX_END_DECLS
#endif
