/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IGB_RXTX_H
#define IGB_RXTX_H
/**
 * DOC: Receive and transmit queues with advanced descriptors, of a PF or a VF: rings in memory, and
 * a few registers of each.
 *
 * Life of a queue: create; then any number of times start, bursts, stop; destroy. Nothing here knows
 * where a queue's registers are but by the address of the first one.
 */
#include <plx_io.h>

#include "e1000_queue.h"
#include "igb_regs.h"

PLX_BEGIN_DECLS

/** IGB_FRAME_MAX - longest frame that the chips receive and send, without CRC (RLPML, 9.5 KiB). */
#define IGB_FRAME_MAX 9724
/** IGB_FRAME_MIN - shortest one that may be sent; the chip pads it (TCTL.PSP). */
#define IGB_FRAME_MIN 17
/** IGB_TSO_MAX - longest packet to be cut: what IP can have, and its Ethernet header. */
#define IGB_TSO_MAX 65535
/** IGB_TX_SEGS_MAX - segments of a packet. */
#define IGB_TX_SEGS_MAX 40
/** IGB_TX_DESCS_MAX - descriptors of a packet: its segments and a context. */
#define IGB_TX_DESCS_MAX (IGB_TX_SEGS_MAX + 1)
/** IGB_RX_DESC_MIN - fewest descriptors of an Rx queue. */
#define IGB_RX_DESC_MIN 32
/** IGB_TX_DESC_MIN - fewest descriptors of a Tx queue: the largest packet, and some that are reported. */
#define IGB_TX_DESC_MIN 64
/** IGB_DESC_MAX - most descriptors of a queue (DPDK's limit; RDLEN has room for more). */
#define IGB_DESC_MAX 4096
/** IGB_DESC_ALIGN - the number must be a multiple of it: RDLEN and TDLEN count 128 bytes. */
#define IGB_DESC_ALIGN (IGB_RING_ALIGN / sizeof(struct igb_desc))
/** IGB_QUEUE_TIMEOUT_US - until a queue is enabled or disabled. */
#define IGB_QUEUE_TIMEOUT_US 20000

/**
 * struct igb_rxq - a receive queue.
 *
 * Descriptors from @next on, @nb_owned of them, are the chip's; then comes one that has an mbuf but
 * is kept back, since a full ring would look like an empty one; and then up to @next those that are
 * empty, of which @refill is the first.
 *
 * @q: common part.
 * @ring: descriptors, in memory that the chip writes.
 * @sw_ring: the mbuf of each descriptor that has one.
 * @regs: the queue's registers.
 * @mp: where mbufs come from.
 * @rearm_data: mbuf's rearm_data of a packet of this queue.
 * @ol_mask: PLX_MBUF_F_RX_* that may be told; others were not asked for.
 * @buf_off: bytes from an mbuf of @mp to its data.
 * @buf_len: bytes of a buffer.
 * @bsize: the same in KiB, as the chip knows it. Without @scatter it may be rounded up, where the chip
 *	has been told how long a frame may be.
 * @nb_desc: descriptors.
 * @next: where the next packet comes.
 * @refill: the first empty one.
 * @nb_owned: descriptors that the chip has.
 * @free_thresh: refill when so many are empty.
 * @nombuf_seen: of the descriptors that are empty now, so many are counted in q.nombuf.
 * @segs_max: most segments that a frame can have.
 * @crc_len: bytes of CRC at the end of a packet.
 * @drop_en: the chip drops packets when it has no descriptor, rather than let other queues wait.
 * @scatter: a packet may be a chain.
 * @first: first segment of a packet that is not complete; NULL if there is none.
 * @last: its last segment so far.
 */
struct igb_rxq {
	struct e1000_queue q;
	struct igb_desc *ring;
	struct plx_mbuf **sw_ring;
	void *regs;
	struct plx_mempool *mp;
	uint64_t rearm_data;
	uint64_t ol_mask;
	uint32_t buf_off;
	uint16_t buf_len;
	uint16_t bsize;
	uint16_t nb_desc;
	uint16_t next;
	uint16_t refill;
	uint16_t nb_owned;
	uint16_t free_thresh;
	uint16_t nombuf_seen;
	uint16_t segs_max;
	uint16_t crc_len;
	bool drop_en;
	bool scatter;
	struct plx_mbuf *first;
	struct plx_mbuf *last;
};

/**
 * igb_rxq_create() - make a receive queue.
 * @dev: port; its port_id goes into mbufs.
 * @id: number of the queue.
 * @regs: the queue's registers.
 * @nb_desc: descriptors.
 * @free_thresh: 1 up to @nb_desc - 1.
 * @mp: where mbufs come from.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 *
 * Of its buffers it uses whole KiB. Return: the queue, or NULL for lack of memory.
 */
struct igb_rxq *igb_rxq_create(struct plx_eth_dev *dev, uint16_t id, void *regs, uint16_t nb_desc,
	uint16_t free_thresh, struct plx_mempool *mp, int socket);
/** igb_rxq_use_all() - use all of a buffer: no frame is longer than one. */
void igb_rxq_use_all(struct igb_rxq *rxq);
/** igb_rxq_destroy() - free a stopped queue; NULL is fine. */
void igb_rxq_destroy(struct igb_rxq *rxq);
/**
 * igb_rxq_start() - fill the ring and enable the queue.
 * Return: 0; -ENOMEM if the pool has too few mbufs; -ETIMEDOUT; -ENODEV if the chip is gone. It is
 * stopped then.
 */
int igb_rxq_start(struct igb_rxq *rxq);
/**
 * igb_rxq_stop() - disable it and free its mbufs.
 * Return: 0; -ETIMEDOUT if the chip does not say that it is disabled, and then its mbufs are kept
 * until igb_rxq_clear(), for it may write to them still.
 */
int igb_rxq_stop(struct igb_rxq *rxq);
/** igb_rxq_clear() - free its mbufs: the chip was reset. */
void igb_rxq_clear(struct igb_rxq *rxq);
/** igb_recv_pkts() - plx_eth_rx_burst_t: a packet is one descriptor. */
uint16_t igb_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** igb_recv_scattered_pkts() - the same, and packets that are longer than a buffer become chains. */
uint16_t igb_recv_scattered_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** igb_rx_queue_count() - plx_eth_rx_queue_count_t. */
int igb_rx_queue_count(void *queue);
/** igb_rx_descriptor_status() - plx_eth_rx_descriptor_status_t. */
int igb_rx_descriptor_status(void *queue, uint16_t offset);
/** igb_supported_ptypes() - what both burst functions find out. */
const uint32_t *igb_supported_ptypes(struct plx_eth_dev *dev);

/**
 * struct igb_tx_batch - descriptors that the chip reports together.
 * @last: its last descriptor, which has RS.
 * @pool: each descriptor of it is a packet whose mbuf can go back to this pool unread: it is one
 *	segment and was ours alone. NULL: they have to be looked at.
 */
struct igb_tx_batch {
	struct plx_mempool *pool;
	uint16_t last;
};

/**
 * struct igb_txq - a transmit queue.
 *
 * The chip reports (RS) every @rs_thresh descriptors, at the end of a packet. Those that it will
 * report are @batches.
 *
 * @q: common part.
 * @ring: descriptors.
 * @sw_ring: the packet that ends at each descriptor; NULL where none does. Valid from @clean to @next.
 * @batches: a ring of them.
 * @regs: the queue's registers.
 * @pool: of the packets since the last RS, if they are not @mixed.
 * @mixed: the batch that is being filled can't be freed unread.
 * @nb_desc: descriptors.
 * @next: where the next packet goes.
 * @clean: first one whose packet is not freed.
 * @nb_free: descriptors that can be filled.
 * @nb_since_rs: descriptors since the last RS.
 * @rs_thresh: report after so many descriptors.
 * @free_thresh: free mbufs when fewer descriptors are free.
 * @batch_head: first batch that is not reported; these two wrap at 65536.
 * @batch_tail: behind the last one.
 * @batch_mask: size of @batches - 1.
 * @ctx: contexts that the chip has, by number; 0 if it has none.
 * @ctx_last: the one that was written last.
 * @offloads: PLX_ETH_TX_OFFLOAD_* that are on.
 */
struct igb_txq {
	struct e1000_queue q;
	struct igb_desc *ring;
	struct plx_mbuf **sw_ring;
	struct igb_tx_batch *batches;
	void *regs;
	struct plx_mempool *pool;
	bool mixed;
	uint16_t nb_desc;
	uint16_t next;
	uint16_t clean;
	uint16_t nb_free;
	uint16_t nb_since_rs;
	uint16_t rs_thresh;
	uint16_t free_thresh;
	uint16_t batch_head;
	uint16_t batch_tail;
	uint16_t batch_mask;
	struct igb_desc ctx[IGB_NB_CTX];
	uint16_t ctx_last;
	uint64_t offloads;
};

/**
 * igb_txq_create() - make a transmit queue; see igb_rxq_create().
 * @rs_thresh: 1 to IGB_TX_RS_MAX(@nb_desc).
 * @free_thresh: 1 to @nb_desc - 1.
 */
struct igb_txq *igb_txq_create(struct plx_eth_dev *dev, uint16_t id, void *regs, uint16_t nb_desc,
	uint16_t rs_thresh, uint16_t free_thresh, int socket);
/** IGB_TX_RS_MAX() - most descriptors between reports: the rest has room for the largest packet. */
#define IGB_TX_RS_MAX(nb_desc) ((nb_desc) - IGB_TX_DESCS_MAX - 1)
/** igb_txq_destroy() - free a stopped queue; NULL is fine. */
void igb_txq_destroy(struct igb_txq *txq);
/** igb_txq_start() - enable the queue, with an empty ring. Return: as igb_rxq_start(). */
int igb_txq_start(struct igb_txq *txq);
/** igb_txq_stop() - let it send what it has, disable it, free its mbufs. Return: as igb_rxq_stop(). */
int igb_txq_stop(struct igb_txq *txq);
/** igb_txq_clear() - free its mbufs: the chip was reset. */
void igb_txq_clear(struct igb_txq *txq);
/** igb_xmit_pkts() - plx_eth_tx_burst_t: any packet, with offloads. */
uint16_t igb_xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** igb_xmit_simple_pkts() - plx_eth_tx_burst_t: packets of one segment, without offloads. */
uint16_t igb_xmit_simple_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** igb_prep_pkts() - plx_eth_tx_prep_t. */
uint16_t igb_prep_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** igb_tx_descriptor_status() - plx_eth_tx_descriptor_status_t. */
int igb_tx_descriptor_status(void *queue, uint16_t offset);
/** igb_txq_done_cleanup() - free up to @free_cnt packets that were sent, 0 for all. Return: how many. */
int igb_txq_done_cleanup(struct igb_txq *txq, uint32_t free_cnt);

/* What igb_rx.c and igb_rx_ring.c share. */

/** IGB_RX_LOOK_AHEAD - so many entries of sw_ring are behind its end: NULL, for prefetching. */
#define IGB_RX_LOOK_AHEAD 4
/** igb_rxq_refill() - give the chip buffers for all empty descriptors, by one write to the tail. */
void igb_rxq_refill(struct igb_rxq *rxq);

/** igb_rx_status() - what the chip wrote in @hi; what it wrote before is read after. */
static __plx_always_inline uint64_t
igb_rx_status(const struct igb_desc *desc)
{
	return __atomic_load_n(&desc->hi, __ATOMIC_ACQUIRE);
}

/** igb_rx_is_done() - is the descriptor so many behind the next one written back? */
static __plx_always_inline bool
igb_rx_is_done(const struct igb_rxq *rxq, unsigned int offset)
{
	return igb_rx_status(&rxq->ring[(rxq->next + offset) % rxq->nb_desc]) & IGB_RXD_DD;
}

/* What igb_tx.c and igb_tx_offload.c share. */

/** igb_tx_reclaim() - free what the chip has reported. */
void igb_tx_reclaim(struct igb_txq *txq);
/** igb_tx_report() - close the batch: the packet that ends at descriptor @last is reported. */
void igb_tx_report(struct igb_txq *txq, uint16_t last);
/** igb_tx_check() - can the chip send that packet? Return: 0; -EINVAL. */
int igb_tx_check(const struct plx_mbuf *m);
/** igb_tx_reject() - take a packet that can't be sent: free and count it. */
void igb_tx_reject(struct igb_txq *txq, struct plx_mbuf *m);

/** igb_queue_runs() - may packets move? Not on a queue that is broken, or stopped by itself. */
static inline bool
igb_queue_runs(const struct e1000_queue *q)
{
	return !q->broken && q->started;
}

/** igb_queue_reg() - where a register of a queue is. */
static inline volatile uint32_t *
igb_queue_reg(void *regs, uint32_t reg)
{
	return (volatile uint32_t *)PLX_PTR_ADD(regs, reg);
}

/** igb_tx_end() - the end of a burst: one doorbell, if anything was put into the ring. */
static inline void
igb_tx_end(struct igb_txq *txq, uint16_t nb_pkts, uint64_t bytes)
{
	if (plx_unlikely(bytes == 0))
		return;
	plx_write32(txq->next, igb_queue_reg(txq->regs, IGB_DT));
	e1000_count(&txq->q.packets, nb_pkts);
	e1000_count(&txq->q.bytes, bytes);
}

/**
 * igb_queue_enable() - give the chip a ring, and enable the queue.
 * @dctl: RXDCTL or TXDCTL, without ENABLE.
 * Return: 0; -ETIMEDOUT; -ENODEV.
 */
int igb_queue_enable(void *regs, const struct igb_desc *ring, uint16_t nb_desc, uint32_t dctl);
/** igb_queue_disable() - no more DMA when this has succeeded. Return: as igb_queue_enable(). */
int igb_queue_disable(void *regs);

PLX_END_DECLS
#endif
