/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VPORT_H
#define VPORT_H
/*
 * What ports without a NIC have in common: they are made of --vdev, count in software, and have no
 * descriptors. The private data of such a port begin with a struct vport, and each of its queues
 * with a struct vport_counters.
 */
#include <errno.h>
#include <stdbool.h>

#include <plx_bus_vdev.h>
#include <plx_ethdev_driver.h>

/* The longest frame; and with any headroom it fits an mbuf up to VPORT_MAX_SEGMENT bytes. */
#define VPORT_MAX_PKTLEN UINT16_MAX
#define VPORT_MAX_SEGMENT 64512
PLX_STATIC_ASSERT(VPORT_MAX_SEGMENT + PLX_PKTMBUF_HEADROOM <= UINT16_MAX, "such a buffer can be made");

/* Any number of descriptors will do: there are no rings. */
#define VPORT_DESC_LIM { \
	.nb_max = UINT16_MAX, .nb_min = 1, .nb_align = 1, \
	.nb_seg_max = PLX_MBUF_MAX_NB_SEGS, .nb_mtu_seg_max = PLX_MBUF_MAX_NB_SEGS, \
}

/* Offloads that need no NIC. */
#define VPORT_TX_OFFLOADS (PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)

/* What all of these ports say in their struct plx_eth_dev_info. */
#define VPORT_INFO \
	.min_mtu = PLX_ETHER_MIN_MTU, \
	.max_mtu = VPORT_MAX_PKTLEN - PLX_ETHER_HDR_LEN, \
	.min_rx_bufsize = 1, \
	.max_rx_pktlen = VPORT_MAX_PKTLEN, \
	.rx_desc_lim = VPORT_DESC_LIM, \
	.tx_desc_lim = VPORT_DESC_LIM, \
	.default_rx_desc = 512, \
	.default_tx_desc = 512

/*
 * Of one queue. One writer, the thread that polls the queue; others read at any time. They outlive
 * the set-up of their queue and never go back: a reset remembers where they were.
 */
struct vport_counters {
	uint64_t packets;
	uint64_t bytes;
	uint64_t errors;
	uint64_t nombuf;	/* Rx: packets that found no mbuf */
};

/*
 * The queues of one direction, all that a port may have.
 * @first: an array of the driver's type.
 * @size: bytes of one.
 * @before: what they had counted when they were set up.
 */
struct vport_queues {
	void *first;
	size_t size;
	struct plx_eth_queue_stats before[PLX_MAX_QUEUES_PER_PORT];
};

/* All of the array @a. */
#define VPORT_QUEUES(a) ((struct vport_queues){ .first = (a), .size = sizeof((a)[0]) })

/*
 * @link_up: between start and stop, unless the user says otherwise.
 * @removed: its device is gone, and that was told.
 * @base: what the queues had counted at the last reset, as in struct plx_eth_stats.
 */
struct vport {
	struct vport_queues rx;
	struct vport_queues tx;
	int link_up;
	int removed;
	uint64_t base[sizeof(struct plx_eth_stats) / sizeof(uint64_t)];
};

/* vport.c */
/*
 * Make a port of what @caps can do, with @private_size bytes of private data, its MTU and a random
 * address. Return: the port, for plx_eth_dev_probing_finish(); or NULL with errno, logged.
 */
struct plx_eth_dev *vport_create(struct plx_vdev_device *vdev, const struct plx_eth_caps *caps,
	size_t private_size);
/* A driver's remove. */
int vport_remove(struct plx_vdev_device *vdev);
/* A number of @min to @max, for a struct plx_kvarg. Return: 0 or -EINVAL. */
int vport_arg_u32(const char *value, uint32_t min, uint32_t max, uint32_t *out);
/* A copy of a text, in the place of a former one, if it is not empty. Return: 0, -EINVAL, -ENOMEM. */
int vport_arg_text(const char *value, char **out);

/* Functions of struct plx_eth_dev_ops, for what a port does not care for, and for its link. */
int vport_accept(struct plx_eth_dev *dev);
int vport_mtu_set(struct plx_eth_dev *dev, uint16_t mtu);
int vport_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
int vport_link_up(struct plx_eth_dev *dev);
int vport_link_down(struct plx_eth_dev *dev);
/* The same, by the user's word: with an event, as of a wire that is pulled. */
int vport_set_link_up(struct plx_eth_dev *dev);
int vport_set_link_down(struct plx_eth_dev *dev);
int vport_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link);
void vport_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);

/* Raise PLX_ETH_EVENT_INTR_RMV, once. Any thread; the port may be closed when it returns. */
void vport_removed(struct plx_eth_dev *dev);

/* vport_stats.c: the queue of that number, which ethdev has from now on; it counts from 0. */
void *vport_rx_queue(struct plx_eth_dev *dev, uint16_t queue_id);
void *vport_tx_queue(struct plx_eth_dev *dev, uint16_t queue_id);
/* Functions of struct plx_eth_dev_ops. */
int vport_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
int vport_stats_reset(struct plx_eth_dev *dev);
int vport_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats);

/* Add to a counter that only this thread writes: no locked instruction. */
static inline void
vport_count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/*
 * What a receiver sets of an mbuf that it took raw, in one piece: from rearm_data to hash, in the first
 * cache line.
 */
struct vport_fresh {
	uint64_t rearm_data;
	uint64_t ol_flags;
	uint32_t packet_type;
	uint32_t pkt_len;
	uint16_t data_len;
	uint16_t vlan_tci;
	uint32_t rss;
};
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, hash) - offsetof(struct plx_mbuf, rearm_data) ==
	offsetof(struct vport_fresh, rss), "these are fields of struct plx_mbuf");

/* A packet of @len bytes in one mbuf, received by @dev. */
static inline struct vport_fresh
vport_fresh(const struct plx_eth_dev *dev, uint16_t len)
{
	const struct plx_mbuf m = {
		.data_off = PLX_PKTMBUF_HEADROOM,
		.refcnt = 1,
		.nb_segs = 1,
		.port = dev->port_id,
	};
	const struct vport_fresh fresh = {
		.rearm_data = m.rearm_data,
		.pkt_len = len,
		.data_len = len,
	};

	return fresh;
}

static __plx_always_inline void
vport_refresh(struct plx_mbuf *m, const struct vport_fresh *fresh)
{
	__builtin_memcpy(&m->rearm_data, fresh, sizeof(*fresh));
}

/*
 * An Rx queue whose frames are copied into mbufs; it begins a driver's queue.
 * @room: bytes of a frame that one mbuf takes.
 * @scatter: may a frame take several?
 */
struct vport_rx {
	struct vport_counters counters;
	struct plx_mempool *pool;
	struct vport_fresh fresh;
	uint16_t room;
	uint8_t scatter;
};

/* vport_copy.c */
void vport_rx_init(struct vport_rx *rx, const struct plx_eth_dev *dev,
	const struct plx_eth_rxconf *conf, struct plx_mempool *pool);
/*
 * Make a packet of a frame. Return: 0; -ENOMEM or -EMSGSIZE, counted in nombuf and errors.
 */
int vport_rx_chain(struct vport_rx *rx, const void *frame, uint32_t len, struct plx_mbuf **out);

static __plx_always_inline int
vport_rx_frame(struct vport_rx *rx, const void *frame, uint32_t len, struct plx_mbuf **out)
{
	struct plx_mbuf *m;

	if (plx_unlikely(len > rx->room))
		return vport_rx_chain(rx, frame, len, out);
	m = plx_mbuf_raw_alloc(rx->pool);
	if (plx_unlikely(m == NULL)) {
		vport_count(&rx->counters.nombuf, 1);
		return -ENOMEM;
	}
	vport_refresh(m, &rx->fresh);
	m->pkt_len = len;
	m->data_len = (uint16_t)len;
	__builtin_memcpy(plx_pktmbuf_mtod(m, void *), frame, len);
	*out = m;
	return 0;
}

static __plx_always_inline void
vport_count_packets(struct vport_counters *counters, uint64_t packets, uint64_t bytes)
{
	vport_count(&counters->packets, packets);
	vport_count(&counters->bytes, bytes);
}

/* The bytes of a packet in one piece: its own, or copied to @buf of VPORT_MAX_PKTLEN bytes. */
const void *vport_tx_bytes(const struct plx_mbuf *m, char *buf);

#endif
