/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000E_RXTX_H
#define E1000E_RXTX_H
/**
 * DOC: Receive and transmit queues of the 82574.
 *
 * Life of a queue: create; then any number of times start, bursts, stop; destroy. start and stop do
 * not touch the device, which does not use the ring at that time.
 */
#include <plx_ethdev_driver.h>
#include <plx_io.h>

#include "e1000_queue.h"
#include "e1000e_regs.h"

PLX_BEGIN_DECLS

/** E1000E_RX_DESC_MIN - fewest Rx descriptors. */
#define E1000E_RX_DESC_MIN 32
/** E1000E_TX_DESC_MIN - fewest Tx descriptors: a longest packet, and as many that are not reported. */
#define E1000E_TX_DESC_MIN 64
/** E1000E_DESC_MAX - most descriptors of either. */
#define E1000E_DESC_MAX 4096
/** E1000E_TX_SEGS_MAX - most mbufs of a packet: 64 KiB in buffers of 2 KiB, and some. */
#define E1000E_TX_SEGS_MAX 40
/** E1000E_TX_LEN_MIN - fewest bytes of a packet that the MAC pads (10.2.6 TCTL.PSP). */
#define E1000E_TX_LEN_MIN 17
/** E1000E_FRAME_LEN_MAX - bytes of the longest frame that is sent, without CRC. */
#define E1000E_FRAME_LEN_MAX 9230
/** E1000E_TSO_LEN_MAX - bytes of the longest packet that is cut. */
#define E1000E_TSO_LEN_MAX 65535
/** E1000E_TSO_HDR_MAX - bytes of its headers. */
#define E1000E_TSO_HDR_MAX 240

/**
 * struct e1000e_rxq - a receive queue.
 * @q: counters and state; what is of all families.
 * @ring: @size descriptors.
 * @sw_ring: mbuf of each descriptor, valid where the descriptor is not empty.
 * @tail: register; the device has descriptors up to it, and not that one.
 * @mp: where mbufs come from.
 * @rearm_data: mbuf's rearm_data of a packet of this queue.
 * @first: first mbuf of a packet whose end is not there yet; NULL if there is none.
 * @last: last one of it so far.
 * @size: descriptors.
 * @next: the one that the device fills next.
 * @fill: the first empty one.
 * @nb_empty: descriptors from @fill to @next that have no mbuf.
 * @free_thresh: refill when so many are empty.
 * @nombuf_seen: of those that are empty, so many are counted in q.nombuf.
 * @buf_off: bytes from an mbuf of @mp to its data.
 * @buf_len: bytes that the device writes into a buffer, at most: a size that it knows.
 * @segs_max: descriptors that a packet can have.
 * @nb_bufs: descriptors so far of a packet whose end is not there: of one that is dropped, where
 *	packets take one buffer; behind the first one, where they are put together.
 * @crc_len: bytes of CRC that packets end with.
 * @scatter: packets may be chains.
 * @room: bytes for data in an mbuf.
 * @strip: VLAN tags are taken out; else those that the device took are put back.
 * @cksum_mask: PLX_MBUF_F_RX_*_CKSUM_* that are told.
 * @rss_hash: the hash is told.
 * @offloads: PLX_ETH_RX_OFFLOAD_* of the queue.
 */
struct e1000e_rxq {
	struct e1000_queue q;
	union e1000e_rx_desc *ring;
	struct plx_mbuf **sw_ring;
	volatile uint32_t *tail;
	struct plx_mempool *mp;
	uint64_t rearm_data;
	uint16_t size;
	uint16_t next;
	uint16_t fill;
	uint16_t nb_empty;
	uint16_t free_thresh;
	uint16_t nombuf_seen;
	uint16_t buf_len;
	uint16_t segs_max;
	uint32_t buf_off;
	uint16_t nb_bufs;
	uint16_t room;
	uint8_t crc_len;
	bool scatter;
	bool strip;
	bool rss_hash;
	uint64_t cksum_mask;
	struct plx_mbuf *first;
	struct plx_mbuf *last;
	uint64_t offloads;
};

/** e1000e_rx_buf_len() - the largest buffer size of the device that is no more than @room; 0: none. */
uint32_t e1000e_rx_buf_len(uint32_t room);
/** e1000e_rctl_buf_len() - RCTL for a size that e1000e_rx_buf_len() returned. */
uint32_t e1000e_rctl_buf_len(uint32_t buf_len);

/**
 * e1000e_rxq_create() - make a receive queue.
 * @tail: its tail register.
 * @conf: with the port's offloads, and rx_free_thresh 0 for the default.
 * Return: 0, with the queue in @out; -ENOMEM; -EINVAL for rx_free_thresh.
 */
int e1000e_rxq_create(struct plx_eth_dev *dev, uint16_t id, uint16_t size, int socket,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mp, volatile uint32_t *tail,
	struct e1000e_rxq **out);
/**
 * e1000e_rxq_start() - make the ring as new and full; then e1000e_rxq_publish().
 * @buf_len: what RCTL says.
 * Return: 0; -ENOMEM if the pool has too few mbufs.
 */
int e1000e_rxq_start(struct e1000e_rxq *rxq, uint32_t buf_len);
/** e1000e_rxq_publish() - write the tail: the device may fill the ring. */
void e1000e_rxq_publish(const struct e1000e_rxq *rxq);
/** e1000e_rxq_stop() - free all mbufs in the queue. */
void e1000e_rxq_stop(struct e1000e_rxq *rxq);
/** e1000e_rxq_destroy() - free a stopped queue; NULL is fine. */
void e1000e_rxq_destroy(struct e1000e_rxq *rxq);

/** e1000e_rx_burst() - the plx_eth_rx_burst_t of ports without Rx offloads. */
uint16_t e1000e_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** e1000e_rx_burst_full() - that of ports with some, and frames that fit a buffer. */
uint16_t e1000e_rx_burst_full(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/**
 * e1000e_rx_burst_scattered() - that of ports with frames that may take several buffers. They come as
 * chains with PLX_ETH_RX_OFFLOAD_SCATTER, else they are put together.
 */
uint16_t e1000e_rx_burst_scattered(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** e1000e_rx_queue_count() - the driver's plx_eth_rx_queue_count_t. */
int e1000e_rx_queue_count(void *queue);
/** e1000e_rx_descriptor_status() - the driver's plx_eth_rx_descriptor_status_t. */
int e1000e_rx_descriptor_status(void *queue, uint16_t offset);

/**
 * struct e1000e_tx_report - descriptors that the device reports on together, by their last one.
 * @pool: where all their mbufs can go back unread, each having one user; NULL if they can't.
 * @last: the one with RS.
 * @nb_pkts: packets that end in them.
 * @holes: some of them have no mbuf.
 * @filled: some of them have one.
 */
struct e1000e_tx_report {
	struct plx_mempool *pool;
	uint16_t last;
	uint16_t nb_pkts;
	bool holes;
	bool filled;
};

/**
 * struct e1000e_txq - a transmit queue.
 * @q: counters and state; what is of all families.
 * @ring: @size descriptors.
 * @sw_ring: the mbuf that each descriptor sends; NULL if none.
 * @tail: register; the device has descriptors up to it, and not that one.
 * @open: the report that the next descriptors belong to; its last is not known yet.
 * @size: descriptors.
 * @next: the first free one.
 * @clean: the oldest one that is not free.
 * @nb_free: free descriptors; one stays so for ever, as a full ring would look empty.
 * @free_thresh: look for reports when fewer are free.
 * @rs_thresh: ask for a report after so many.
 * @nb_open: descriptors since the last report.
 * @report_head: the oldest report that did not come.
 * @nb_reports: reports that did not come.
 * @fast_free: the program promises that all mbufs are of one pool and have one user.
 * @share_context: the device keeps the context for this queue: it need not be given again.
 * @context: the context that the device has, both words; 0 if it has none.
 * @reports: @size of them, in a ring.
 * @offloads: PLX_ETH_TX_OFFLOAD_* of the queue.
 */
struct e1000e_txq {
	struct e1000_queue q;
	struct e1000e_tx_desc *ring;
	struct plx_mbuf **sw_ring;
	volatile uint32_t *tail;
	struct e1000e_tx_report open;
	uint16_t size;
	uint16_t next;
	uint16_t clean;
	uint16_t nb_free;
	uint16_t free_thresh;
	uint16_t rs_thresh;
	uint16_t nb_open;
	uint16_t report_head;
	uint16_t nb_reports;
	bool fast_free;
	bool share_context;
	struct e1000e_tx_desc context;
	struct e1000e_tx_report *reports;
	uint64_t offloads;
};

/** e1000e_txq_create() - make a transmit queue; see e1000e_rxq_create(). */
int e1000e_txq_create(struct plx_eth_dev *dev, uint16_t id, uint16_t size, int socket,
	const struct plx_eth_txconf *conf, volatile uint32_t *tail, struct e1000e_txq **out);
/** e1000e_txq_start() - make the ring as new and empty. */
void e1000e_txq_start(struct e1000e_txq *txq);
/** e1000e_txq_stop() - free all mbufs in the queue. */
void e1000e_txq_stop(struct e1000e_txq *txq);
/** e1000e_txq_destroy() - free a stopped queue; NULL is fine. */
void e1000e_txq_destroy(struct e1000e_txq *txq);
/**
 * e1000e_txq_clean() - free the mbufs of descriptors that the device reported on.
 * @nb_pkts: packets at most; 0: as many as there are. Reports are taken whole.
 * Return: packets.
 */
uint32_t e1000e_txq_clean(struct e1000e_txq *txq, uint32_t nb_pkts);

/** e1000e_tx_burst() - the plx_eth_tx_burst_t of ports without Tx offloads: one mbuf a packet. */
uint16_t e1000e_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** e1000e_tx_burst_full() - that of others. */
uint16_t e1000e_tx_burst_full(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** e1000e_tx_prepare() - the driver's plx_eth_tx_prep_t. */
uint16_t e1000e_tx_prepare(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** e1000e_tx_descriptor_status() - the driver's plx_eth_tx_descriptor_status_t. */
int e1000e_tx_descriptor_status(void *queue, uint16_t offset);

/** e1000e_tx_close_report() - the descriptor before next is the last one of a report. */
void e1000e_tx_close_report(struct e1000e_txq *txq);

PLX_END_DECLS
#endif
