/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_BURST_H
#define PLX_ETHDEV_BURST_H
/**
 * DOC: The fast path: bursts, and what goes with them. Programs include <plx_ethdev.h>.
 *
 * A queue may be used by one thread at a time. Port and queue are not checked: they must be of a
 * configured port.
 */
#include <plx_ethdev_core.h>
#include <plx_ethdev_owner.h>
#include <plx_mbuf.h>

PLX_BEGIN_DECLS

/**
 * plx_eth_rx_burst() - receive up to @nb_pkts packets from a queue.
 * @rx_pkts: gets the packets, which are the caller's then.
 *
 * Return: number of packets.
 */
static inline uint16_t
plx_eth_rx_burst(uint16_t port_id, uint16_t queue_id, struct plx_mbuf **rx_pkts,
	const uint16_t nb_pkts)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];
	uint16_t n;

#ifdef PLX_ETHDEV_DEBUG
	if (plx_eth_queue_enter(port_id, queue_id, 0) < 0)
		return 0;
#endif
	/* Atomic: callbacks come and go meanwhile. */
	n = __atomic_load_n(&p->rx_pkt_burst, __ATOMIC_RELAXED)(p->rxq[queue_id], rx_pkts, nb_pkts);
#ifdef PLX_ETHDEV_DEBUG
	plx_eth_queue_leave(port_id, queue_id, 0);
#endif
	return n;
}

/**
 * plx_eth_tx_burst() - send up to @nb_pkts packets by a queue.
 * @tx_pkts: the first ones, as many as are returned, are the driver's then, which frees them once
 * they are sent; the rest stays the caller's.
 *
 * What the port can't send at all is taken, freed and counted in oerrors: plx_eth_tx_prepare() would
 * have told. Return: number of packets taken.
 */
static inline uint16_t
plx_eth_tx_burst(uint16_t port_id, uint16_t queue_id, struct plx_mbuf **tx_pkts,
	uint16_t nb_pkts)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];
	uint16_t n;

#ifdef PLX_ETHDEV_DEBUG
	if (plx_eth_queue_enter(port_id, queue_id, 1) < 0)
		return 0;
#endif
	n = __atomic_load_n(&p->tx_pkt_burst, __ATOMIC_RELAXED)(p->txq[queue_id], tx_pkts, nb_pkts);
#ifdef PLX_ETHDEV_DEBUG
	plx_eth_queue_leave(port_id, queue_id, 1);
#endif
	return n;
}

/**
 * plx_eth_tx_prepare() - make packets ready for plx_eth_tx_burst() where they ask for offloads.
 *
 * Checks that the port can do what ol_flags and the lengths of each packet ask for, and puts the
 * pseudo-header checksum where the NIC wants it, into headers that the caller may change. Without
 * offloads it need not be called.
 *
 * Return: how many of the first packets are ready. If not all, errno says why the next one is not:
 * ENOTSUP for an offload that the port does not have, EINVAL for lengths, segment sizes or a number of
 * segments that it can't have; it is left as it was.
 */
static inline uint16_t
plx_eth_tx_prepare(uint16_t port_id, uint16_t queue_id, struct plx_mbuf **tx_pkts,
	uint16_t nb_pkts)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];

	return p->tx_pkt_prepare != NULL ?
		p->tx_pkt_prepare(p->txq[queue_id], tx_pkts, nb_pkts) : nb_pkts;
}

/** plx_eth_rx_queue_count() - packets that wait in an Rx queue; -ENOTSUP. */
static inline int
plx_eth_rx_queue_count(uint16_t port_id, uint16_t queue_id)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];

	return p->rx_queue_count(p->rxq[queue_id]);
}

/** PLX_ETH_RX_DESC_AVAIL - empty: the device may fill it. */
#define PLX_ETH_RX_DESC_AVAIL 0
/** PLX_ETH_RX_DESC_DONE - filled, and nobody took it yet. */
#define PLX_ETH_RX_DESC_DONE 1
/** PLX_ETH_RX_DESC_UNAVAIL - the device does not have it: the driver has yet to refill it. */
#define PLX_ETH_RX_DESC_UNAVAIL 2
/**
 * plx_eth_rx_descriptor_status() - how is a descriptor?
 * @offset: from the one that the next burst begins with, 0 to the ring's size - 1.
 * Return: PLX_ETH_RX_DESC_*; -EINVAL for an offset beyond; -ENOTSUP.
 */
static inline int
plx_eth_rx_descriptor_status(uint16_t port_id, uint16_t queue_id, uint16_t offset)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];

	return p->rx_descriptor_status(p->rxq[queue_id], offset);
}

/** PLX_ETH_TX_DESC_FULL - the device has it, and is not done with it. */
#define PLX_ETH_TX_DESC_FULL 0
/** PLX_ETH_TX_DESC_DONE - the device is done with it, or never had it. */
#define PLX_ETH_TX_DESC_DONE 1
/** PLX_ETH_TX_DESC_UNAVAIL - the driver can't use it. */
#define PLX_ETH_TX_DESC_UNAVAIL 2
/**
 * plx_eth_tx_descriptor_status() - how is a descriptor?
 * @offset: from the one that the next packet goes to, 0 to the ring's size - 1.
 * Return: PLX_ETH_TX_DESC_*; -EINVAL for an offset beyond; -ENOTSUP.
 */
static inline int
plx_eth_tx_descriptor_status(uint16_t port_id, uint16_t queue_id, uint16_t offset)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];

	return p->tx_descriptor_status(p->txq[queue_id], offset);
}

/**
 * plx_eth_tx_done_cleanup() - free mbufs of packets that were sent; by the queue's thread.
 * @free_cnt: packets at most; 0 for all.
 * Return: packets whose mbufs were freed; -ENODEV; -EINVAL; -ENOTSUP.
 */
PLX_EXPORT int plx_eth_tx_done_cleanup(uint16_t port_id, uint16_t queue_id, uint32_t free_cnt);

/** typedef plx_eth_tx_buffer_cb_fn - gets packets that a flush could not send, and owns them. */
typedef void (*plx_eth_tx_buffer_cb_fn)(struct plx_mbuf **unsent, uint16_t count, void *userdata);

/**
 * struct plx_eth_dev_tx_buffer - packets that wait until it pays to send them.
 * @error_callback: gets what could not be sent.
 * @error_userdata: its argument.
 * @size: packets that it can hold.
 * @length: packets in it.
 * @pkts: of @size.
 *
 * Memory is the caller's, PLX_ETH_TX_BUFFER_SIZE(@size) bytes; one thread at a time.
 */
struct plx_eth_dev_tx_buffer {
	plx_eth_tx_buffer_cb_fn error_callback;
	void *error_userdata;
	uint16_t size;
	uint16_t length;
	struct plx_mbuf *pkts[];
};

/** PLX_ETH_TX_BUFFER_SIZE() - bytes of a buffer of @sz packets. */
#define PLX_ETH_TX_BUFFER_SIZE(sz) \
	(sizeof(struct plx_eth_dev_tx_buffer) + (sz) * sizeof(struct plx_mbuf *))

/** plx_eth_tx_buffer_init() - an empty buffer that drops what can't be sent. Return: 0; -EINVAL. */
PLX_EXPORT int plx_eth_tx_buffer_init(struct plx_eth_dev_tx_buffer *buffer, uint16_t size);
/** plx_eth_tx_buffer_set_err_callback() - who gets what can't be sent. Return: 0; -EINVAL. */
PLX_EXPORT int plx_eth_tx_buffer_set_err_callback(struct plx_eth_dev_tx_buffer *buffer,
	plx_eth_tx_buffer_cb_fn callback, void *userdata);
/** plx_eth_tx_buffer_drop_callback() - frees it. */
PLX_EXPORT void plx_eth_tx_buffer_drop_callback(struct plx_mbuf **pkts, uint16_t unsent,
	void *userdata);
/** plx_eth_tx_buffer_count_callback() - frees it, and adds to the uint64_t that @userdata is. */
PLX_EXPORT void plx_eth_tx_buffer_count_callback(struct plx_mbuf **pkts, uint16_t unsent,
	void *userdata);

/** plx_eth_tx_buffer_flush() - send what waits. Return: packets sent. */
static inline uint16_t
plx_eth_tx_buffer_flush(uint16_t port_id, uint16_t queue_id, struct plx_eth_dev_tx_buffer *buffer)
{
	const uint16_t to_send = buffer->length;
	uint16_t sent;

	if (to_send == 0)
		return 0;
	sent = plx_eth_tx_burst(port_id, queue_id, buffer->pkts, to_send);
	buffer->length = 0;
	if (plx_unlikely(sent != to_send))
		buffer->error_callback(&buffer->pkts[sent], (uint16_t)(to_send - sent),
			buffer->error_userdata);
	return sent;
}

/** plx_eth_tx_buffer() - add a packet, and flush if the buffer is full. Return: packets sent. */
static inline uint16_t
plx_eth_tx_buffer(uint16_t port_id, uint16_t queue_id, struct plx_eth_dev_tx_buffer *buffer,
	struct plx_mbuf *tx_pkt)
{
	buffer->pkts[buffer->length++] = tx_pkt;
	if (buffer->length < buffer->size)
		return 0;
	return plx_eth_tx_buffer_flush(port_id, queue_id, buffer);
}

/**
 * typedef plx_rx_callback_fn - called with what a burst received.
 * @pkts: @nb_pkts packets, in an array of @max_pkts.
 * @user_param: of who added it.
 *
 * On the queue's thread. It may change packets, drop them (by freeing and closing the gap) or add some,
 * up to @max_pkts. Returns how many there are then.
 */
typedef uint16_t (*plx_rx_callback_fn)(uint16_t port_id, uint16_t queue, struct plx_mbuf *pkts[],
	uint16_t nb_pkts, uint16_t max_pkts, void *user_param);
/**
 * typedef plx_tx_callback_fn - called with what is to be sent; as plx_rx_callback_fn, but adds none.
 *
 * Packets that it drops count as sent. Those that the driver does not take are given back to the
 * program as they are now; if it tries again the callback sees them again.
 */
typedef uint16_t (*plx_tx_callback_fn)(uint16_t port_id, uint16_t queue, struct plx_mbuf *pkts[],
	uint16_t nb_pkts, void *user_param);

/** struct plx_eth_rxtx_callback - a callback that was added. */
struct plx_eth_rxtx_callback;

/**
 * plx_eth_add_rx_callback() - call @fn behind those that are there, after each burst of a queue.
 *
 * Also while packets flow: it holds for bursts that begin later. Bursts of ports without any go
 * straight to the driver, and cost what they did. On the thread that configures the port, which
 * when done anew removes all of them. It stays over stop and start, and when the queue is set up anew.
 * Return: a handle that is the port's; NULL with errno ENODEV, EINVAL for a queue that is not
 * there, ENOMEM. Logged.
 */
PLX_EXPORT const struct plx_eth_rxtx_callback *plx_eth_add_rx_callback(uint16_t port_id,
	uint16_t queue_id, plx_rx_callback_fn fn, void *user_param);
/** plx_eth_add_first_rx_callback() - the same, before those that are there. */
PLX_EXPORT const struct plx_eth_rxtx_callback *plx_eth_add_first_rx_callback(uint16_t port_id,
	uint16_t queue_id, plx_rx_callback_fn fn, void *user_param);
/** plx_eth_add_tx_callback() - the same before each burst that is sent. */
PLX_EXPORT const struct plx_eth_rxtx_callback *plx_eth_add_tx_callback(uint16_t port_id,
	uint16_t queue_id, plx_tx_callback_fn fn, void *user_param);
/**
 * plx_eth_remove_rx_callback() - bursts that begin later do not call it, one that runs may. The memory
 * is kept until the port stops. Return: 0; -ENODEV; -EINVAL if it is not of that queue; -ENOMEM.
 */
PLX_EXPORT int plx_eth_remove_rx_callback(uint16_t port_id, uint16_t queue_id,
	const struct plx_eth_rxtx_callback *user_cb);
/** plx_eth_remove_tx_callback() - as plx_eth_remove_rx_callback(). */
PLX_EXPORT int plx_eth_remove_tx_callback(uint16_t port_id, uint16_t queue_id,
	const struct plx_eth_rxtx_callback *user_cb);

/**
 * plx_eth_rx_ptype_callback() - a plx_rx_callback_fn that finds packet types in software, for ports
 * whose driver does not. Sets packet_type of packets where it is 0.
 */
PLX_EXPORT uint16_t plx_eth_rx_ptype_callback(uint16_t port_id, uint16_t queue,
	struct plx_mbuf *pkts[], uint16_t nb_pkts, uint16_t max_pkts, void *user_param);

PLX_END_DECLS
#endif
