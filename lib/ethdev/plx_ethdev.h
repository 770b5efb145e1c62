/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_H
#define PLX_ETHDEV_H
/**
 * DOC: Ethernet ports.
 *
 * Life of a port: a driver's probe makes it; configure, set up every queue, start, burst calls,
 * stop, (again from configure), close. All calls on one port but the burst calls, statistics and
 * link must come from one thread at a time. A queue may be polled by one thread at a time;
 * different queues by different threads at once. No call, from whatever thread, may overlap with
 * the close of its port; ports come and go on the main lcore only.
 *
 * A call that changes a port and fails has logged one line: the port, what was asked for, the limit
 * or the errno. Its caller need not log again. Calls that only read are silent.
 */
#include <plx_ether.h>
#include <plx_ethdev_core.h>
#include <plx_interrupts.h>
#include <plx_mbuf.h>

PLX_BEGIN_DECLS

/** PLX_ETH_NAME_MAX_LEN - bytes of a port's name, the final NUL included. */
#define PLX_ETH_NAME_MAX_LEN 64

/** PLX_ETH_SPEED_NUM_NONE - link speed that means: no link. In Mbit/s, as the others. */
#define PLX_ETH_SPEED_NUM_NONE 0
/** PLX_ETH_SPEED_NUM_10G - 10 Gbit/s. */
#define PLX_ETH_SPEED_NUM_10G 10000
/** PLX_ETH_SPEED_NUM_UNKNOWN - the device does not say. */
#define PLX_ETH_SPEED_NUM_UNKNOWN UINT32_MAX

/**
 * struct plx_eth_link - state of the link.
 * @link_speed: Mbit/s, PLX_ETH_SPEED_NUM_*.
 * @link_duplex: 1 = full, 0 = half.
 * @link_autoneg: 1 = negotiated, 0 = fixed.
 * @link_status: 1 = up, 0 = down.
 */
struct plx_eth_link {
	uint32_t link_speed;
	uint16_t link_duplex : 1;
	uint16_t link_autoneg : 1;
	uint16_t link_status : 1;
};

/**
 * struct plx_eth_stats - counters since the port was made or plx_eth_stats_reset().
 * @ipackets: packets received.
 * @opackets: packets sent.
 * @ibytes: bytes received, without CRC.
 * @obytes: bytes sent, without CRC.
 * @imissed: packets that the device dropped because no descriptor was free.
 * @ierrors: packets received in error.
 * @oerrors: packets that failed to be sent.
 * @rx_nombuf: mbufs that could not be had for receiving.
 */
struct plx_eth_stats {
	uint64_t ipackets;
	uint64_t opackets;
	uint64_t ibytes;
	uint64_t obytes;
	uint64_t imissed;
	uint64_t ierrors;
	uint64_t oerrors;
	uint64_t rx_nombuf;
};

/**
 * struct plx_eth_desc_lim - what a driver's descriptor rings can be; counts of descriptors.
 * @nb_max: most.
 * @nb_min: fewest.
 * @nb_align: the number must be a multiple of this, and a power of two with @nb_pow2.
 * @nb_pow2: only powers of two.
 */
struct plx_eth_desc_lim {
	uint16_t nb_max;
	uint16_t nb_min;
	uint16_t nb_align;
	uint16_t nb_pow2;
};

/** PLX_ETH_DEV_INTR_LSC - in dev_flags: the port can tell of link changes by an interrupt. */
#define PLX_ETH_DEV_INTR_LSC 0x0002

/**
 * struct plx_eth_dev_info - what a port is and can do.
 * @device: it belongs to.
 * @driver_name: "net_virtio".
 * @min_mtu: smallest MTU in bytes.
 * @max_mtu: largest MTU in bytes.
 * @min_rx_bufsize: smallest data room of an Rx mbuf in bytes, headroom not counted.
 * @max_rx_pktlen: longest frame in bytes, without CRC.
 * @max_rx_queues: most Rx queues.
 * @max_tx_queues: most Tx queues.
 * @rx_desc_lim: limits of Rx rings.
 * @tx_desc_lim: limits of Tx rings.
 * @default_rx_desc: Rx ring size used when 0 is asked for.
 * @default_tx_desc: Tx ring size used when 0 is asked for.
 * @nb_rx_queues: Rx queues configured.
 * @nb_tx_queues: Tx queues configured.
 * @max_tx_segs: most mbuf segments of one packet on Tx.
 * @dev_flags: PLX_ETH_DEV_*.
 */
struct plx_eth_dev_info {
	const struct plx_device *device;
	const char *driver_name;
	uint16_t min_mtu;
	uint16_t max_mtu;
	uint32_t min_rx_bufsize;
	uint32_t max_rx_pktlen;
	uint16_t max_rx_queues;
	uint16_t max_tx_queues;
	struct plx_eth_desc_lim rx_desc_lim;
	struct plx_eth_desc_lim tx_desc_lim;
	uint16_t default_rx_desc;
	uint16_t default_tx_desc;
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
	uint16_t max_tx_segs;
	uint32_t dev_flags;
};

/**
 * struct plx_eth_intr_conf - which interrupts a port shall have.
 * @lsc: link changes: PLX_ETH_EVENT_INTR_LSC is raised.
 * @rxq: packets, a vector for each Rx queue: plx_eth_dev_rx_intr_enable().
 */
struct plx_eth_intr_conf {
	uint32_t lsc : 1;
	uint32_t rxq : 1;
};

/**
 * struct plx_eth_conf - configuration of a port; zeroed is the default.
 * @mtu: bytes of the largest layer 3 packet; 0 = 1500, or what is nearest to it that the port can.
 * @intr_conf: interrupts; none by default.
 */
struct plx_eth_conf {
	uint32_t mtu;
	struct plx_eth_intr_conf intr_conf;
};

/**
 * struct plx_eth_rxconf - configuration of an Rx queue; zeroed is the default, as is NULL.
 * @rx_free_thresh: refill when so many descriptors are empty; 0 = the driver's.
 */
struct plx_eth_rxconf {
	uint16_t rx_free_thresh;
};

/**
 * struct plx_eth_txconf - configuration of a Tx queue; zeroed is the default, as is NULL.
 * @tx_free_thresh: free mbufs when fewer descriptors are free; 0 = the driver's.
 */
struct plx_eth_txconf {
	uint16_t tx_free_thresh;
};

/** plx_eth_dev_count_avail() - number of ports. */
PLX_EXPORT uint16_t plx_eth_dev_count_avail(void);
/** plx_eth_dev_is_valid_port() - 1 if there is a port of that id. */
PLX_EXPORT int plx_eth_dev_is_valid_port(uint16_t port_id);
/** plx_eth_find_next() - the first port whose id is @port_id or more; PLX_MAX_ETHPORTS if none. */
PLX_EXPORT uint16_t plx_eth_find_next(uint16_t port_id);
/** PLX_ETH_FOREACH_DEV() - for every port. */
#define PLX_ETH_FOREACH_DEV(p) \
	for (p = plx_eth_find_next(0); p < PLX_MAX_ETHPORTS; \
	     p = plx_eth_find_next((uint16_t)(p + 1)))
/** plx_eth_dev_get_port_by_name() - the port named @name. Return: 0 or -ENODEV. */
PLX_EXPORT int plx_eth_dev_get_port_by_name(const char *name, uint16_t *port_id);
/** plx_eth_dev_get_name_by_port() - copy the name to @name. Return: 0 or -ENODEV. */
PLX_EXPORT int plx_eth_dev_get_name_by_port(uint16_t port_id, char name[PLX_ETH_NAME_MAX_LEN]);
/** plx_eth_dev_socket_id() - NUMA node of the port, SOCKET_ID_ANY if not known or no port. */
PLX_EXPORT int plx_eth_dev_socket_id(uint16_t port_id);

/** plx_eth_dev_info_get() - fill @info. Return: 0; -ENODEV. */
PLX_EXPORT int plx_eth_dev_info_get(uint16_t port_id, struct plx_eth_dev_info *info);

/**
 * plx_eth_dev_configure() - say how many queues the port has; queues of before are released.
 * @conf: copied; NULL for the default.
 *
 * Return: 0; -ENODEV; -EBUSY while started, -EINVAL beyond the port's limits or without any queue,
 * -ENOTSUP for an MTU that can't be changed or an interrupt that it does not have, all of them with
 * the port as it was; or the driver's errno, after which the port is not configured.
 */
PLX_EXPORT int plx_eth_dev_configure(uint16_t port_id, uint16_t nb_rx_queue, uint16_t nb_tx_queue,
	const struct plx_eth_conf *conf);
/**
 * plx_eth_rx_queue_setup() - make an Rx queue; one that was there is released first.
 * @nb_rx_desc: descriptors, within rx_desc_lim; 0 for the driver's default.
 * @socket_id: NUMA node of the ring; SOCKET_ID_ANY for the port's.
 * @conf: NULL for the default.
 * @mb_pool: where the driver takes mbufs; must outlive the queue.
 *
 * Return: 0; -ENODEV; -EBUSY while started; -EINVAL for a port that is not configured, a bad queue,
 * size, or mbufs whose data room is too small; -ENOMEM; another errno of the driver, after which
 * the queue is not set up.
 */
PLX_EXPORT int plx_eth_rx_queue_setup(uint16_t port_id, uint16_t rx_queue_id, uint16_t nb_rx_desc,
	int socket_id, const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool);
/** plx_eth_tx_queue_setup() - make a Tx queue; as plx_eth_rx_queue_setup(). */
PLX_EXPORT int plx_eth_tx_queue_setup(uint16_t port_id, uint16_t tx_queue_id, uint16_t nb_tx_desc,
	int socket_id, const struct plx_eth_txconf *conf);
/**
 * plx_eth_dev_start() - let packets flow.
 * Return: 0, also if it is started already; -ENODEV; -EINVAL if not configured or a queue is
 * missing; -ENOMEM if Rx rings can't be filled; another errno of the driver: nothing is started.
 */
PLX_EXPORT int plx_eth_dev_start(uint16_t port_id);
/**
 * plx_eth_dev_stop() - stop packets; no thread may be in a burst call. mbufs in rings are freed.
 * Return: 0, also if it is stopped already; -ENODEV; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_stop(uint16_t port_id);
/** plx_eth_dev_close() - stop, release all and forget the port. Return: 0; -ENODEV; first errno. */
PLX_EXPORT int plx_eth_dev_close(uint16_t port_id);

/** plx_eth_link_get_nowait() - link as it is now. Return: 0; -ENODEV. Any thread. */
PLX_EXPORT int plx_eth_link_get_nowait(uint16_t port_id, struct plx_eth_link *link);
/** plx_eth_link_get() - as plx_eth_link_get_nowait(), but waits up to 9 s for a link. */
PLX_EXPORT int plx_eth_link_get(uint16_t port_id, struct plx_eth_link *link);

/** plx_eth_stats_get() - fill @stats. Return: 0; -ENODEV; the driver's errno. Any thread. */
PLX_EXPORT int plx_eth_stats_get(uint16_t port_id, struct plx_eth_stats *stats);
/** plx_eth_stats_reset() - count from 0 again. Return: 0; -ENODEV; the driver's errno. */
PLX_EXPORT int plx_eth_stats_reset(uint16_t port_id);

/**
 * plx_eth_promiscuous_enable() - receive all; of a port that is not started, from its start on.
 * It stays so over stop and start. Return: 0; -ENODEV; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_promiscuous_enable(uint16_t port_id);
/** plx_eth_promiscuous_disable() - only what is for us. Return: as plx_eth_promiscuous_enable(). */
PLX_EXPORT int plx_eth_promiscuous_disable(uint16_t port_id);
/** plx_eth_promiscuous_get() - 1 if it receives all, 0 if not; -ENODEV. */
PLX_EXPORT int plx_eth_promiscuous_get(uint16_t port_id);

/** plx_eth_macaddr_get() - copy the port's address. Return: 0; -ENODEV. */
PLX_EXPORT int plx_eth_macaddr_get(uint16_t port_id, struct plx_ether_addr *mac_addr);
/**
 * plx_eth_dev_default_mac_addr_set() - change it.
 * Return: 0; -ENODEV; -EINVAL if it is no unicast address; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_default_mac_addr_set(uint16_t port_id,
	const struct plx_ether_addr *mac_addr);

/** plx_eth_dev_get_mtu() - read the MTU in bytes. Return: 0; -ENODEV. */
PLX_EXPORT int plx_eth_dev_get_mtu(uint16_t port_id, uint16_t *mtu);
/**
 * plx_eth_dev_set_mtu() - set the MTU in bytes.
 * Return: 0; -ENODEV; -EINVAL outside min_mtu..max_mtu; -ENOTSUP; -EBUSY while started if the
 * driver can't; the driver's errno. The MTU is as it was unless 0 is returned.
 */
PLX_EXPORT int plx_eth_dev_set_mtu(uint16_t port_id, uint16_t mtu);

/**
 * enum plx_eth_event_type - what a port tells of by itself.
 * @PLX_ETH_EVENT_INTR_LSC: the link may have changed: ask plx_eth_link_get_nowait().
 * @PLX_ETH_EVENT_INTR_RESET: the device gave up: stop and start the port.
 * @PLX_ETH_EVENT_INTR_RMV: the device is gone, or has to go: close the port.
 */
enum plx_eth_event_type {
	PLX_ETH_EVENT_INTR_LSC,
	PLX_ETH_EVENT_INTR_RESET,
	PLX_ETH_EVENT_INTR_RMV,
};

/**
 * typedef plx_eth_dev_cb_fn - called when a port has an event, mostly on the interrupt thread.
 * @cb_arg: of who registered it.
 * @ret_param: the event's; NULL for those above.
 *
 * It must not wait for long, and neither stop nor close the port: that is the main lcore's.
 * Returns 0 or a negative errno, which is logged.
 */
typedef int (*plx_eth_dev_cb_fn)(uint16_t port_id, enum plx_eth_event_type event, void *cb_arg,
	void *ret_param);

/**
 * plx_eth_dev_callback_register() - hear of an event of a port; before or after its start.
 * Also within a callback. Return: 0; -ENODEV; -EEXIST; -ENOMEM. Logged, as the two below.
 */
PLX_EXPORT int plx_eth_dev_callback_register(uint16_t port_id, enum plx_eth_event_type event,
	plx_eth_dev_cb_fn cb_fn, void *cb_arg);
/**
 * plx_eth_dev_callback_unregister() - undo it; the close of the port does so too.
 *
 * When it returns the callback is not called any more; it waits for one that runs in another
 * thread. Return: 0; -ENODEV; -ENOENT if it is not registered.
 */
PLX_EXPORT int plx_eth_dev_callback_unregister(uint16_t port_id, enum plx_eth_event_type event,
	plx_eth_dev_cb_fn cb_fn, void *cb_arg);

/**
 * plx_eth_dev_rx_intr_enable() - interrupt when a packet comes into the queue.
 *
 * By the thread that polls the queue, of a started port that was configured with intr_conf.rxq.
 * What came before may be told of or not. So a thread that is going to sleep must enable, then poll
 * once more, and sleep only if nothing came:
 *
 *	plx_eth_dev_rx_intr_enable(port, queue);
 *	n = plx_eth_rx_burst(port, queue, pkts, nb_pkts);
 *	if (n == 0)
 *		plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, -1);
 *	plx_eth_dev_rx_intr_disable(port, queue);
 *
 * A packet that comes before the poll is found by it, one that comes later interrupts. With the
 * poll first and the enable behind it, a packet in between would be slept over.
 *
 * Return: 0; -ENODEV; -ENOTSUP; -EINVAL for a queue or state that is not so; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_rx_intr_enable(uint16_t port_id, uint16_t queue_id);
/**
 * plx_eth_dev_rx_intr_disable() - poll again. Interrupts that are under way may still arrive.
 * Return: as plx_eth_dev_rx_intr_enable().
 */
PLX_EXPORT int plx_eth_dev_rx_intr_disable(uint16_t port_id, uint16_t queue_id);
/**
 * plx_eth_dev_rx_intr_ctl_q() - let a thread sleep for the queue, or no more.
 * @epfd: PLX_EPOLL_PER_THREAD, or an epoll file.
 * @op: PLX_INTR_EVENT_ADD or PLX_INTR_EVENT_DEL.
 * @data: comes back from plx_epoll_wait().
 *
 * After plx_eth_dev_configure() with intr_conf.rxq; the next configure or close undoes it.
 * Return: as plx_eth_dev_rx_intr_enable(); the errno of plx_epoll_ctl().
 */
PLX_EXPORT int plx_eth_dev_rx_intr_ctl_q(uint16_t port_id, uint16_t queue_id, int epfd, int op,
	void *data);
/**
 * plx_eth_dev_rx_intr_ctl_q_get_fd() - the eventfd of the queue, for event loops of one's own.
 * Return: the file, which stays the port's; else as plx_eth_dev_rx_intr_enable().
 */
PLX_EXPORT int plx_eth_dev_rx_intr_ctl_q_get_fd(uint16_t port_id, uint16_t queue_id);

/**
 * plx_eth_rx_burst() - receive up to @nb_pkts packets from a queue.
 * @rx_pkts: gets the packets, which are the caller's then.
 *
 * One thread a queue. Port and queue are not checked: they must be of a configured port.
 * Return: number of packets.
 */
static inline uint16_t
plx_eth_rx_burst(uint16_t port_id, uint16_t queue_id, struct plx_mbuf **rx_pkts,
	const uint16_t nb_pkts)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];

	return p->rx_pkt_burst(p->rxq[queue_id], rx_pkts, nb_pkts);
}

/**
 * plx_eth_tx_burst() - send up to @nb_pkts packets by a queue.
 * @tx_pkts: the first ones, as many as are returned, are the driver's then, which frees them once
 * they are sent; the rest stays the caller's.
 *
 * One thread a queue. Return: number of packets taken.
 */
static inline uint16_t
plx_eth_tx_burst(uint16_t port_id, uint16_t queue_id, struct plx_mbuf **tx_pkts,
	uint16_t nb_pkts)
{
	const struct plx_eth_fp_ops *p = &plx_eth_fp_ops[port_id];

	return p->tx_pkt_burst(p->txq[queue_id], tx_pkts, nb_pkts);
}

PLX_END_DECLS
#endif
