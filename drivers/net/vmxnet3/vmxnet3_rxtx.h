/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VMXNET3_RXTX_H
#define VMXNET3_RXTX_H
/**
 * DOC: Queues and their rings.
 *
 * The driver fills descriptors in the order of the ring, the device takes them in that order, and
 * tells of each by a completion in a ring of its own. Who owns an entry is in the entry: its
 * generation bit is 1 in the first round of the ring, 0 in the second and so on. So neither side
 * has to read an index of the other, and registers are written only to wake the device.
 *
 * One descriptor of each ring stays empty: to the device, a full ring and an empty one would have
 * the same index.
 */
#include <stdbool.h>

#include <plx_ethdev_driver.h>
#include <plx_memzone.h>

#include "vmxnet3_spec.h"

PLX_BEGIN_DECLS

/** VMXNET3_L2_OVERHEAD - bytes by which a frame is longer than the MTU: header and a VLAN tag. */
#define VMXNET3_L2_OVERHEAD (PLX_ETHER_HDR_LEN + PLX_VLAN_HLEN)
/** VMXNET3_FRAME_MAX - bytes of the longest frame that is not to be cut. */
#define VMXNET3_FRAME_MAX (VMXNET3_MTU_MAX + VMXNET3_L2_OVERHEAD)
/** VMXNET3_LOOK_AHEAD - mbufs of Rx are prefetched so many packets ahead. */
#define VMXNET3_LOOK_AHEAD 4
/** VMXNET3_TSO_MAX - bytes of the longest packet that can be cut. */
#define VMXNET3_TSO_MAX 65535

/**
 * struct vmxnet3_queue - what Rx and Tx queues have in common.
 * @dev: port; NULL in tests.
 * @dev_name: of the device, for messages.
 * @label: "Rx queue", for messages.
 * @id: number of the queue.
 * @broken: the device broke the protocol, or stopped the queue.
 * @errors: packets dropped here, and what broke the queue.
 * @mz: the rings' memory.
 * @comp: completion ring.
 * @nb_comps: its size.
 * @next_comp: the completion that comes next.
 * @comp_gen: VMXNET3_COMP_GEN or 0: the generation it will have.
 */
struct vmxnet3_queue {
	struct plx_eth_dev *dev;
	const char *dev_name;
	const char *label;
	uint16_t id;
	bool broken;
	uint64_t errors;
	const struct plx_memzone *mz;
	struct vmxnet3_comp *comp;
	uint16_t nb_comps;
	uint16_t next_comp;
	uint64_t comp_gen;
};

/**
 * struct vmxnet3_rx_ring - buffers for the device.
 * @desc: descriptors.
 * @mbufs: of the descriptors from @next_use to @next_fill; VMXNET3_LOOK_AHEAD more entries are
 *	NULL.
 * @prod: register for @next_fill.
 * @word: vmxnet3_desc.word, but for the generation.
 * @gen: VMXNET3_RXD_GEN or 0: generation of @next_fill.
 * @size: descriptors; 0 if there is no such ring.
 * @next_fill: descriptor that gets the next buffer.
 * @next_use: oldest one that the device has.
 * @nb_used: descriptors that the device has.
 * @nb_max: so many it may have.
 */
struct vmxnet3_rx_ring {
	struct vmxnet3_desc *desc;
	struct plx_mbuf **mbufs;
	volatile void *prod;
	uint64_t word;
	uint64_t gen;
	uint16_t size;
	uint16_t next_fill;
	uint16_t next_use;
	uint16_t nb_used;
	uint16_t nb_max;
};

/**
 * struct vmxnet3_rxq - an Rx queue.
 * @q: common part.
 * @ring: the first one has buffers for packets or the start of packets, the second one for the
 *	rest.
 * @whole: vmxnet3_comp.lo, but for the index, of a packet that is in one buffer; a value that no
 *	completion has while a packet is being put together.
 * @plain: what @whole is otherwise.
 * @ctrl: shared with the device; its update_prod.
 * @mp: where mbufs come from.
 * @rearm_data: mbuf's rearm_data of a packet of this queue.
 * @ol_mask: PLX_MBUF_F_RX_* that were asked for.
 * @buf_off: bytes from an mbuf of @mp to its buffer.
 * @buf_len: bytes of that buffer.
 * @free_thresh: refill when so many descriptors are empty.
 * @nb_rxq: Rx queues of the device: numbers of second rings start there.
 * @sg_max: most buffers of a packet.
 * @head: packet that is being put together, or NULL.
 * @tail: its last mbuf.
 * @nombuf: mbufs that could not be had.
 * @nombuf_seen: of the descriptors that are empty now, so many are counted in @nombuf.
 */
struct vmxnet3_rxq {
	struct vmxnet3_queue q;
	struct vmxnet3_rx_ring ring[2];
	uint64_t whole;
	uint64_t plain;
	struct vmxnet3_rx_desc *ctrl;
	struct plx_mempool *mp;
	uint64_t rearm_data;
	uint64_t ol_mask;
	uint32_t buf_off;
	uint16_t buf_len;
	uint16_t free_thresh;
	uint16_t nb_rxq;
	uint16_t sg_max;
	struct plx_mbuf *head;
	struct plx_mbuf *tail;
	uint64_t nombuf;
	uint16_t nombuf_seen;
};

/**
 * struct vmxnet3_rxq_conf - of a queue that is to be made.
 * @dev: port, or NULL.
 * @dev_name: must outlive the queue.
 * @port_id: for mbufs and names.
 * @id: number of the queue.
 * @nb_desc: descriptors of the first ring.
 * @scatter: packets may take several buffers.
 * @free_thresh: 1 up to @nb_desc - 1.
 * @mp: where mbufs come from.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 */
struct vmxnet3_rxq_conf {
	struct plx_eth_dev *dev;
	const char *dev_name;
	uint16_t port_id;
	uint16_t id;
	uint16_t nb_desc;
	bool scatter;
	uint16_t free_thresh;
	struct plx_mempool *mp;
	int socket;
};

/** vmxnet3_rxq_create() - make a queue, without registers. Return: the queue; NULL: errno tells. */
struct vmxnet3_rxq *vmxnet3_rxq_create(const struct vmxnet3_rxq_conf *conf);
/**
 * vmxnet3_rxq_start() - make the rings as new and full.
 * @ctrl: what is shared with the device.
 * @bar: its BAR for data.
 * @nb_rxq: Rx queues of the device.
 * @mtu: of the port.
 * @offloads: PLX_ETH_RX_OFFLOAD_* of the port.
 * Return: 0; -ENOMEM if the pool has too few mbufs; -EINVAL if a packet would need more buffers
 * than the second ring has.
 */
int vmxnet3_rxq_start(struct vmxnet3_rxq *rxq, struct vmxnet3_rx_desc *ctrl, volatile uint8_t *bar,
	uint16_t nb_rxq, uint16_t mtu, uint64_t offloads);
/** vmxnet3_rxq_tell() - the device is active: write the producer registers. */
void vmxnet3_rxq_tell(struct vmxnet3_rxq *rxq);
/** vmxnet3_rxq_stop() - free all mbufs in the queue; the device is quiet. */
void vmxnet3_rxq_stop(struct vmxnet3_rxq *rxq);
/** vmxnet3_rxq_destroy() - free a stopped queue; NULL is fine. */
void vmxnet3_rxq_destroy(struct vmxnet3_rxq *rxq);

/** vmxnet3_recv_pkts() - the driver's plx_eth_rx_burst_t. */
uint16_t vmxnet3_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** vmxnet3_rx_queue_count() - the driver's plx_eth_rx_queue_count_t. */
int vmxnet3_rx_queue_count(void *queue);
/** vmxnet3_rx_descriptor_status() - the driver's plx_eth_rx_descriptor_status_t. */
int vmxnet3_rx_descriptor_status(void *queue, uint16_t offset);

/**
 * struct vmxnet3_tx_slot - what is known of a descriptor.
 * @mbuf: packet whose last descriptor this is, or NULL.
 * @pool: where @mbuf can go back unread, being one segment with one user; NULL if it can't.
 */
struct vmxnet3_tx_slot {
	struct plx_mbuf *mbuf;
	struct plx_mempool *pool;
};

/**
 * struct vmxnet3_txq - a Tx queue.
 * @q: common part.
 * @desc: descriptors.
 * @data: the data ring: a place for a small packet for each descriptor.
 * @data_iova: its address for the device.
 * @slots: by descriptor.
 * @prod: the doorbell.
 * @gen: VMXNET3_TXD_GEN or 0: generation of @next_fill.
 * @size: descriptors.
 * @next_fill: descriptor that is filled next.
 * @next_done: oldest one that the device has.
 * @nb_free: descriptors that may be filled.
 * @free_thresh: look for completions when fewer are free.
 * @nb_held: slots with an mbuf.
 * @offloads: PLX_ETH_TX_OFFLOAD_* of the queue.
 */
struct vmxnet3_txq {
	struct vmxnet3_queue q;
	struct vmxnet3_desc *desc;
	uint8_t (*data)[VMXNET3_DATA_SIZE];
	uint64_t data_iova;
	struct vmxnet3_tx_slot *slots;
	volatile void *prod;
	uint64_t gen;
	uint16_t size;
	uint16_t next_fill;
	uint16_t next_done;
	uint16_t nb_free;
	uint16_t free_thresh;
	uint16_t nb_held;
	uint64_t offloads;
};

/** struct vmxnet3_txq_conf - as struct vmxnet3_rxq_conf. @offloads: PLX_ETH_TX_OFFLOAD_*. */
struct vmxnet3_txq_conf {
	struct plx_eth_dev *dev;
	const char *dev_name;
	uint16_t port_id;
	uint16_t id;
	uint16_t nb_desc;
	uint16_t free_thresh;
	uint64_t offloads;
	int socket;
};

/** vmxnet3_txq_create() - make a queue, without registers. Return: the queue; NULL: errno tells. */
struct vmxnet3_txq *vmxnet3_txq_create(const struct vmxnet3_txq_conf *conf);
/** vmxnet3_txq_start() - make the rings as new and empty. @bar: the device's BAR for data. */
void vmxnet3_txq_start(struct vmxnet3_txq *txq, volatile uint8_t *bar);
/** vmxnet3_txq_stop() - free all mbufs in the queue; the device is quiet. */
void vmxnet3_txq_stop(struct vmxnet3_txq *txq);
/** vmxnet3_txq_destroy() - free a stopped queue; NULL is fine. */
void vmxnet3_txq_destroy(struct vmxnet3_txq *txq);

/**
 * VMXNET3_BORDER - a Tx buffer does not cross such an address, unless its packet would have too
 * many then. QEMU maps each buffer in one piece, and drops the packet if that is in two hugepages
 * which are no neighbours in the machine's memory.
 */
#define VMXNET3_BORDER (UINT64_C(2) << 20)
/** VMXNET3_NO_BORDER - none. */
#define VMXNET3_NO_BORDER (UINT64_C(1) << 63)

/**
 * vmxnet3_buffer_len() - of @len bytes at @addr, so many can be one buffer. @border: a power of
 * two.
 */
static __plx_always_inline uint32_t
vmxnet3_buffer_len(uint64_t addr, uint32_t len, uint64_t border)
{
	const uint64_t to_border = border - (addr & (border - 1));

	len = PLX_MIN(len, (uint32_t)VMXNET3_TX_BUF_MAX);
	return plx_unlikely(to_border < len) ? (uint32_t)to_border : len;
}

/**
 * vmxnet3_nb_descs_of() - descriptors that a packet takes, if it is not copied.
 * @border: VMXNET3_BORDER or VMXNET3_NO_BORDER.
 * Return: how many; -EINVAL: more than a packet may have, or it is too short, or its segments are
 * not as long as it says.
 */
int vmxnet3_nb_descs_of(const struct plx_mbuf *m, uint64_t border);
/**
 * vmxnet3_offload_word() - what the first descriptor of a packet says of offloads.
 * Return: 0; -ENOTSUP, -EINVAL: the device can't do that, and might stop the queue over it.
 */
int vmxnet3_offload_word(const struct plx_mbuf *m, uint64_t *word);

/** vmxnet3_xmit_pkts() - the driver's plx_eth_tx_burst_t. */
uint16_t vmxnet3_xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** vmxnet3_prep_pkts() - the driver's plx_eth_tx_prep_t. */
uint16_t vmxnet3_prep_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** vmxnet3_tx_descriptor_status() - the driver's plx_eth_tx_descriptor_status_t. */
int vmxnet3_tx_descriptor_status(void *queue, uint16_t offset);
/**
 * vmxnet3_tx_clean() - free mbufs of up to @max packets that were sent; 0: all. Return: how many.
 */
int vmxnet3_tx_clean(struct vmxnet3_txq *txq, uint32_t max);

/** vmxnet3_queue_fault() - use the queue no more: log why, and count it. @format: as printf(3). */
void vmxnet3_queue_fault(struct vmxnet3_queue *q, const char *format, ...)
	__plx_format_printf(2, 3) __attribute__((cold));
/** vmxnet3_queue_break() - vmxnet3_queue_fault(), and raise INTR_RESET. */
void vmxnet3_queue_break(struct vmxnet3_queue *q, const char *format, ...)
	__plx_format_printf(2, 3) __attribute__((cold));

/** vmxnet3_comp_hi() - vmxnet3_comp.hi: what the device wrote before is read after it. */
static __plx_always_inline uint64_t
vmxnet3_comp_hi(const struct vmxnet3_comp *comp)
{
	return __atomic_load_n(&comp->hi, __ATOMIC_ACQUIRE);
}

/** vmxnet3_comp_lo() - vmxnet3_comp.lo, read once. */
static __plx_always_inline uint64_t
vmxnet3_comp_lo(const struct vmxnet3_comp *comp)
{
	return __atomic_load_n(&comp->lo, __ATOMIC_RELAXED);
}

/** vmxnet3_comp_is_new() - was @n completions from here one written, the next one for @n 0? */
static inline bool
vmxnet3_comp_is_new(const struct vmxnet3_queue *q, uint16_t n)
{
	uint32_t i = (uint32_t)q->next_comp + n;
	uint64_t gen = q->comp_gen;

	if (i >= q->nb_comps) {
		i -= q->nb_comps;
		gen ^= VMXNET3_COMP_GEN;
	}
	return ((vmxnet3_comp_hi(&q->comp[i]) ^ gen) & VMXNET3_COMP_GEN) == 0;
}

/** vmxnet3_comp_advance() - @n completions were taken. */
static inline void
vmxnet3_comp_advance(struct vmxnet3_queue *q, uint16_t n)
{
	uint32_t i = (uint32_t)q->next_comp + n;

	if (i >= q->nb_comps) {
		i -= q->nb_comps;
		q->comp_gen ^= VMXNET3_COMP_GEN;
	}
	q->next_comp = (uint16_t)i;
}

/** vmxnet3_queue_is_broken() - any thread. */
static inline bool
vmxnet3_queue_is_broken(const struct vmxnet3_queue *q)
{
	return plx_unlikely(__atomic_load_n(&q->broken, __ATOMIC_RELAXED));
}

/** vmxnet3_stat_add() - count; other threads may read the counter meanwhile. */
static inline void
vmxnet3_stat_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

PLX_END_DECLS
#endif
