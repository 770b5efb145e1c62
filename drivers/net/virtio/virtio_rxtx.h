/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_RXTX_H
#define VIRTIO_RXTX_H
/**
 * DOC: Receive and transmit queues of the network device: a virtqueue full of mbufs.
 *
 * Life of a queue: create; then any number of times start, bursts, stop; destroy. start and stop
 * are called while the device does not use the queue.
 *
 * What goes by the layout of the rings is in struct virtio_rx_ops and struct virtio_tx_ops, one for
 * each layout. Each has two burst functions: the plain one, for packets that ask and tell nothing, and
 * the full one, for all that was negotiated. Which of the four it is, is decided when the port starts.
 */
#include <plx_ethdev.h>

#include "virtio_spec.h"
#include "virtqueue.h"

PLX_BEGIN_DECLS

/** VIRTIO_RX_DATA_OFF - where a received packet starts in its mbuf; its header is just before. */
#define VIRTIO_RX_DATA_OFF (PLX_PKTMBUF_HEADROOM < VIRTIO_NET_HDR_HASH_SIZE ? \
	VIRTIO_NET_HDR_HASH_SIZE : PLX_PKTMBUF_HEADROOM)
/** VIRTIO_QUEUE_MIN - fewest descriptors that a device must offer for Rx and Tx. */
#define VIRTIO_QUEUE_MIN 16
/** VIRTIO_TX_DESC_MIN - fewest descriptors of a Tx queue, unless the device has fewer. */
#define VIRTIO_TX_DESC_MIN 64
/** VIRTIO_TX_SEGS_MAX() - most segments of a packet in a Tx queue of @size; one is its header. */
#define VIRTIO_TX_SEGS_MAX(size) \
	((uint16_t)(PLX_MIN((uint16_t)(size), (uint16_t)VIRTIO_TX_DESC_MIN) - 1))

/** VIRTIO_TX_TABLES - tables of descriptors of a Tx queue: so many large packets are cheap at once. */
#define VIRTIO_TX_TABLES 32
/** VIRTIO_TX_HDR_STRIDE - bytes kept for a header, and for addresses and VLAN tag behind it. */
#define VIRTIO_TX_HDR_STRIDE 64

/** VIRTIO_TX_ATTACHED - mbufs whose data are somebody else's too: PLX_MBUF_F_INDIRECT, _EXTERNAL. */
#define VIRTIO_TX_ATTACHED (UINT64_C(3) << 61)
/** VIRTIO_TX_OFFLOADS - all that a packet can ask for. */
#define VIRTIO_TX_OFFLOADS (PLX_MBUF_F_TX_QINQ | PLX_MBUF_F_TX_VLAN | PLX_MBUF_F_TX_TCP_SEG | \
	PLX_MBUF_F_TX_L4_MASK | PLX_MBUF_F_TX_IP_CKSUM)

struct virtio_rxq;
struct virtio_txq;

/**
 * struct virtio_rx_ops - what goes by the layout of the rings; const static storage.
 * @recv_pkts: plx_eth_rx_burst_t for packets of one buffer, without offloads.
 * @recv_pkts_full: the same for all that can be negotiated.
 * @init: fill the empty rings of a queue in with what never changes.
 * @fill: give the device buffers for all empty descriptors. Return: number of buffers.
 * @kick: ring the doorbell if the device wants it.
 * @intr_enable: let the device interrupt when it returns a buffer.
 * @intr_disable: ask it not to.
 * @queue_count: the driver's rx_queue_count.
 * @descriptor_status: the driver's rx_descriptor_status.
 */
struct virtio_rx_ops {
	plx_eth_rx_burst_t recv_pkts;
	plx_eth_rx_burst_t recv_pkts_full;
	void (*init)(struct virtio_rxq *rxq);
	uint16_t (*fill)(struct virtio_rxq *rxq);
	void (*kick)(struct virtqueue *vq);
	void (*intr_enable)(struct virtqueue *vq);
	void (*intr_disable)(struct virtqueue *vq);
	plx_eth_rx_queue_count_t queue_count;
	plx_eth_rx_descriptor_status_t descriptor_status;
};

/**
 * struct virtio_tx_ops - what goes by the layout of the rings; const static storage.
 * @xmit_pkts: plx_eth_tx_burst_t for packets without offloads.
 * @xmit_pkts_full: the same for all that can be negotiated.
 * @reclaim: free up to @max packets that were sent; the queue may be broken then. Return: number.
 * @descriptor_status: the driver's tx_descriptor_status.
 */
struct virtio_tx_ops {
	plx_eth_tx_burst_t xmit_pkts;
	plx_eth_tx_burst_t xmit_pkts_full;
	uint16_t (*reclaim)(struct virtio_txq *txq, uint16_t max);
	plx_eth_tx_descriptor_status_t descriptor_status;
};

/** virtio_rx_split - virtio_rx_split.c. */
extern const struct virtio_rx_ops virtio_rx_split;
/** virtio_rx_packed - virtio_rx_packed.c. */
extern const struct virtio_rx_ops virtio_rx_packed;
/** virtio_tx_split - virtio_tx_split.c. */
extern const struct virtio_tx_ops virtio_tx_split;
/** virtio_tx_packed - virtio_tx_packed.c. */
extern const struct virtio_tx_ops virtio_tx_packed;

/** virtio_rx_ops_of() - the ones for the layout that was agreed on. */
static inline const struct virtio_rx_ops *
virtio_rx_ops_of(uint64_t features)
{
	return (features & VIRTIO_BIT(VIRTIO_F_RING_PACKED)) ? &virtio_rx_packed : &virtio_rx_split;
}

/** virtio_tx_ops_of() - the ones for the layout that was agreed on. */
static inline const struct virtio_tx_ops *
virtio_tx_ops_of(uint64_t features)
{
	return (features & VIRTIO_BIT(VIRTIO_F_RING_PACKED)) ? &virtio_tx_packed : &virtio_tx_split;
}

/**
 * struct virtio_queue_stats - what one queue counted; written by the queue's thread only.
 * @packets: received or sent.
 * @bytes: of them, without virtio header and CRC.
 * @errors: packets that were dropped, and protocol errors of the device.
 * @nombuf: mbufs that could not be had.
 */
struct virtio_queue_stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t errors;
	uint64_t nombuf;
};

/**
 * struct virtio_queue_conf - what a queue is made of.
 * @dev_name: of the device; must outlive the queue.
 * @port_id: of the port, for mbufs.
 * @index: number of the virtqueue.
 * @size: descriptors, a power of two.
 * @free_thresh: Rx: refill when so many are empty. Tx: reclaim when fewer are free. 1 to @size.
 * @features: agreed with the device.
 * @offloads: PLX_ETH_RX_OFFLOAD_* or PLX_ETH_TX_OFFLOAD_*.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 */
struct virtio_queue_conf {
	const char *dev_name;
	uint16_t port_id;
	uint16_t index;
	uint16_t size;
	uint16_t free_thresh;
	uint64_t features;
	uint64_t offloads;
	int socket;
};

/**
 * struct virtio_rxq - a receive queue; every buffer is one descriptor.
 * @vq: its virtqueue. A split one's available ring is written only when the device changes the order.
 * @mp: where mbufs come from.
 * @ops: for the layout of @vq.
 * @rearm_data: mbuf's rearm_data of a packet of this queue.
 * @buf_off: bytes from an mbuf of @mp to its buffer, the virtio header included.
 * @buf_len: bytes of that buffer.
 * @hdr_size: bytes of the virtio header.
 * @free_thresh: refill when so many descriptors are empty.
 * @nombuf_seen: of the descriptors that are empty now, so many are counted in stats.nombuf.
 * @mergeable: VIRTIO_NET_F_MRG_RXBUF.
 * @csum: VIRTIO_NET_F_GUEST_CSUM.
 * @hash: VIRTIO_NET_F_HASH_REPORT.
 * @strip: PLX_ETH_RX_OFFLOAD_VLAN_STRIP.
 * @ids: packed: the id for the buffer that goes to a slot which is empty.
 * @stats: counters.
 * @sw_ring: by id, the mbuf if the device has it, else NULL.
 */
struct virtio_rxq {
	struct virtqueue vq;
	struct plx_mempool *mp;
	const struct virtio_rx_ops *ops;
	uint64_t rearm_data;
	uint32_t buf_off;
	uint32_t buf_len;
	uint16_t hdr_size;
	uint16_t free_thresh;
	uint16_t nombuf_seen;
	bool mergeable;
	bool csum;
	bool hash;
	bool strip;
	uint16_t *ids;
	struct virtio_queue_stats stats;
	struct plx_mbuf *sw_ring[];
};

/** virtio_rxq_create() - make a receive queue. Return: it, or NULL for lack of memory. */
struct virtio_rxq *virtio_rxq_create(const struct virtio_queue_conf *conf, struct plx_mempool *mp);
/** virtio_rxq_start() - make the rings as new and full. Return: 0; -ENOMEM if @mp has too few. */
int virtio_rxq_start(struct virtio_rxq *rxq);
/** virtio_rxq_stop() - free all mbufs in the queue. */
void virtio_rxq_stop(struct virtio_rxq *rxq);
/** virtio_rxq_destroy() - free a stopped queue; NULL is fine. */
void virtio_rxq_destroy(struct virtio_rxq *rxq);

/**
 * struct virtio_tx_slot - what we know about a buffer, by its id.
 * @mbuf: the packet, if the device has it; else NULL.
 * @pool: where @mbuf can go back unread, being one segment with one user, in one descriptor; NULL if
 *	it can't: then the next three count.
 * @next: split: next descriptor of the packet.
 * @nb_descs: descriptors of the ring that the packet has.
 * @table: its table of descriptors plus 1, or 0.
 */
struct virtio_tx_slot {
	struct plx_mbuf *mbuf;
	struct plx_mempool *pool;
	uint16_t next;
	uint16_t nb_descs;
	uint16_t table;
};

/**
 * struct virtio_txq - a transmit queue.
 * @vq: its virtqueue.
 * @ops: for the layout of @vq.
 * @free_ids: ids that are free, those from @free_head to @free_tail modulo the size. First in, first
 *	out, so that a device that works in order meets descriptors in order. In a split queue an id is
 *	a descriptor; in a packed one there are as many of both, and a packet has one id.
 * @free_head: index of the first; runs freely.
 * @free_tail: index behind the last; runs freely.
 * @free_thresh: reclaim when fewer descriptors are free.
 * @segs_max: most segments of a packet.
 * @hdr_size: bytes of the virtio header.
 * @offloads: PLX_ETH_TX_OFFLOAD_* of it.
 * @slow_flags: packets with one of these PLX_MBUF_F_* are not simple.
 * @refused_flags: packets with one of these are dropped.
 * @hdrs: by id, VIRTIO_TX_HDR_STRIDE bytes of DMA memory each, for the header of a packet that has no
 *	room for one.
 * @tables: tables of descriptors, NULL without VIRTIO_F_INDIRECT_DESC.
 * @table_bytes: bytes of each table, for segs_max + 1 descriptors, a power of two.
 * @nb_free_tables: entries of @free_tables.
 * @free_tables: tables that are free.
 * @stats: counters.
 * @slots: by id.
 */
struct virtio_txq {
	struct virtqueue vq;
	const struct virtio_tx_ops *ops;
	uint16_t *free_ids;
	uint16_t free_head;
	uint16_t free_tail;
	uint16_t free_thresh;
	uint16_t segs_max;
	uint16_t hdr_size;
	uint64_t offloads;
	uint64_t slow_flags;
	uint64_t refused_flags;
	char *hdrs;
	char *tables;
	uint32_t table_bytes;
	uint16_t nb_free_tables;
	uint16_t free_tables[VIRTIO_TX_TABLES];
	struct virtio_queue_stats stats;
	struct virtio_tx_slot slots[];
};

/** virtio_txq_create() - make a transmit queue. Return: it, or NULL for lack of memory. */
struct virtio_txq *virtio_txq_create(const struct virtio_queue_conf *conf);
/** virtio_txq_start() - make the rings as new and empty. */
void virtio_txq_start(struct virtio_txq *txq);
/** virtio_txq_stop() - free all mbufs in the queue. */
void virtio_txq_stop(struct virtio_txq *txq);
/** virtio_txq_destroy() - free a stopped queue; NULL is fine. */
void virtio_txq_destroy(struct virtio_txq *txq);
/** virtio_txq_check() - can the device reach what is not in mbufs? Return: 0; -EFAULT, logged. */
int virtio_txq_check(const struct virtio_txq *txq);

PLX_END_DECLS
#endif
