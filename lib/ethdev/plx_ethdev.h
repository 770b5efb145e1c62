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
#include <plx_ethdev_burst.h>
#include <plx_ethdev_filter.h>
#include <plx_ethdev_hw.h>
#include <plx_ethdev_offload.h>
#include <plx_ethdev_rss.h>
#include <plx_ethdev_xstats.h>
#include <plx_interrupts.h>

PLX_BEGIN_DECLS

/** PLX_ETH_NAME_MAX_LEN - bytes of a port's name, the final NUL included. */
#define PLX_ETH_NAME_MAX_LEN 64

/** PLX_ETH_SPEED_NUM_NONE - link speed that means: no link. In Mbit/s, as the others. */
#define PLX_ETH_SPEED_NUM_NONE 0
/** PLX_ETH_SPEED_NUM_10M - 10 Mbit/s. */
#define PLX_ETH_SPEED_NUM_10M 10
/** PLX_ETH_SPEED_NUM_100M - 100 Mbit/s. */
#define PLX_ETH_SPEED_NUM_100M 100
/** PLX_ETH_SPEED_NUM_1G - 1 Gbit/s. */
#define PLX_ETH_SPEED_NUM_1G 1000
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
 * @nb_seg_max: Tx: most mbuf segments of a packet that is to be cut (TSO).
 * @nb_mtu_seg_max: Tx: most mbuf segments of any other packet.
 */
struct plx_eth_desc_lim {
	uint16_t nb_max;
	uint16_t nb_min;
	uint16_t nb_align;
	uint16_t nb_pow2;
	uint16_t nb_seg_max;
	uint16_t nb_mtu_seg_max;
};

/** PLX_ETH_DEV_INTR_LSC - in dev_flags: the port can tell of link changes by an interrupt. */
#define PLX_ETH_DEV_INTR_LSC 0x0002
/** PLX_ETH_DEV_INTR_RMV - in dev_flags: the port tells when its device goes. */
#define PLX_ETH_DEV_INTR_RMV 0x0008

/**
 * struct plx_eth_dev_info - what a port is and can do.
 * @device: it belongs to.
 * @driver_name: "net_virtio".
 * @min_mtu: smallest MTU in bytes.
 * @max_mtu: largest MTU in bytes.
 * @min_rx_bufsize: smallest data room of an Rx mbuf in bytes, headroom not counted.
 * @max_rx_pktlen: longest frame in bytes, without CRC; by (@max_rx_pktlen - @max_mtu) bytes a frame
 *	is longer than its MTU.
 * @max_rx_queues: most Rx queues.
 * @max_tx_queues: most Tx queues.
 * @max_mac_addrs: unicast addresses, the default one included; 1 if there is only that.
 * @max_mc_addrs: multicast addresses of plx_eth_dev_set_mc_addr_list(); 0 for none.
 * @rx_offload_capa: PLX_ETH_RX_OFFLOAD_* that the port has.
 * @tx_offload_capa: PLX_ETH_TX_OFFLOAD_* that the port has.
 * @rx_queue_offload_capa: those of @rx_offload_capa that queues may have each for itself.
 * @tx_queue_offload_capa: those of @tx_offload_capa that queues may have each for itself.
 * @reta_size: entries of the redirection table; 0 without RSS.
 * @hash_key_size: bytes of the hash key.
 * @flow_type_rss_offloads: PLX_ETH_RSS_* that the port has.
 * @rx_desc_lim: limits of Rx rings.
 * @tx_desc_lim: limits of Tx rings.
 * @default_rx_desc: Rx ring size used when 0 is asked for.
 * @default_tx_desc: Tx ring size used when 0 is asked for.
 * @nb_rx_queues: Rx queues configured.
 * @nb_tx_queues: Tx queues configured.
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
	uint32_t max_mac_addrs;
	uint32_t max_mc_addrs;
	uint64_t rx_offload_capa;
	uint64_t tx_offload_capa;
	uint64_t rx_queue_offload_capa;
	uint64_t tx_queue_offload_capa;
	uint16_t reta_size;
	uint8_t hash_key_size;
	uint64_t flow_type_rss_offloads;
	struct plx_eth_desc_lim rx_desc_lim;
	struct plx_eth_desc_lim tx_desc_lim;
	uint16_t default_rx_desc;
	uint16_t default_tx_desc;
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
	uint32_t dev_flags;
};

/** enum plx_eth_rx_mq_mode - how packets find their Rx queue. */
enum plx_eth_rx_mq_mode {
	PLX_ETH_MQ_RX_NONE,	/* all to queue 0, or as the device likes */
	PLX_ETH_MQ_RX_RSS,	/* by a hash */
};

/**
 * struct plx_eth_rxmode - receiving, of the whole port.
 * @mq_mode: how packets find their queue.
 * @mtu: bytes of the largest layer 3 packet; 0 = 1500, or what is nearest to it that the port can.
 * @max_lro_pkt_size: bytes of the longest packet that LRO makes; 0 = the driver's.
 * @offloads: PLX_ETH_RX_OFFLOAD_*, of all queues.
 */
struct plx_eth_rxmode {
	enum plx_eth_rx_mq_mode mq_mode;
	uint32_t mtu;
	uint32_t max_lro_pkt_size;
	uint64_t offloads;
};

/** struct plx_eth_txmode - sending, of the whole port. @offloads: PLX_ETH_TX_OFFLOAD_*. */
struct plx_eth_txmode {
	uint64_t offloads;
};

/**
 * struct plx_eth_intr_conf - which interrupts a port shall have.
 * @lsc: link changes: PLX_ETH_EVENT_INTR_LSC is raised.
 * @rxq: packets, a vector for each Rx queue: plx_eth_dev_rx_intr_enable().
 * @rmv: the device is gone or has to go: PLX_ETH_EVENT_INTR_RMV is raised.
 */
struct plx_eth_intr_conf {
	uint32_t lsc : 1;
	uint32_t rxq : 1;
	uint32_t rmv : 1;
};

/**
 * struct plx_eth_conf - configuration of a port; zeroed is the default.
 * @rxmode: receiving.
 * @txmode: sending.
 * @rx_adv_conf: rss_conf: with PLX_ETH_MQ_RX_RSS; its key is copied.
 * @intr_conf: interrupts; none by default.
 */
struct plx_eth_conf {
	struct plx_eth_rxmode rxmode;
	struct plx_eth_txmode txmode;
	struct {
		struct plx_eth_rss_conf rss_conf;
	} rx_adv_conf;
	struct plx_eth_intr_conf intr_conf;
};

/**
 * struct plx_eth_rxconf - configuration of an Rx queue; zeroed is the default, as is NULL.
 * @rx_free_thresh: refill when so many descriptors are empty; 0 = the driver's.
 * @rx_drop_en: 1: drop packets of this queue when it is full, rather than let others wait.
 * @rx_deferred_start: 1: not started with the port, but by plx_eth_dev_rx_queue_start().
 * @offloads: PLX_ETH_RX_OFFLOAD_* beside those of the port.
 */
struct plx_eth_rxconf {
	uint16_t rx_free_thresh;
	uint8_t rx_drop_en;
	uint8_t rx_deferred_start;
	uint64_t offloads;
};

/**
 * struct plx_eth_txconf - configuration of a Tx queue; zeroed is the default, as is NULL.
 * @tx_rs_thresh: let the device report after so many descriptors; 0 = the driver's.
 * @tx_free_thresh: free mbufs when fewer descriptors are free; 0 = the driver's.
 * @tx_deferred_start: 1: not started with the port, but by plx_eth_dev_tx_queue_start().
 * @offloads: PLX_ETH_TX_OFFLOAD_* beside those of the port.
 */
struct plx_eth_txconf {
	uint16_t tx_rs_thresh;
	uint16_t tx_free_thresh;
	uint8_t tx_deferred_start;
	uint64_t offloads;
};

/** PLX_ETH_QUEUE_STATE_STOPPED - no packets go through the queue. */
#define PLX_ETH_QUEUE_STATE_STOPPED 0
/** PLX_ETH_QUEUE_STATE_STARTED - packets do, if the port is started. */
#define PLX_ETH_QUEUE_STATE_STARTED 1

/**
 * struct plx_eth_rxq_info - an Rx queue.
 * @mp: where mbufs come from.
 * @conf: as it is in effect, the port's offloads included.
 * @scattered_rx: 1: a packet can be longer than an mbuf.
 * @queue_state: PLX_ETH_QUEUE_STATE_*.
 * @nb_desc: descriptors.
 * @rx_buf_size: bytes of a packet that one mbuf takes.
 */
struct plx_eth_rxq_info {
	struct plx_mempool *mp;
	struct plx_eth_rxconf conf;
	uint8_t scattered_rx;
	uint8_t queue_state;
	uint16_t nb_desc;
	uint16_t rx_buf_size;
};

/**
 * struct plx_eth_txq_info - a Tx queue.
 * @conf: as it is in effect, the port's offloads included.
 * @nb_desc: descriptors.
 * @queue_state: PLX_ETH_QUEUE_STATE_*.
 */
struct plx_eth_txq_info {
	struct plx_eth_txconf conf;
	uint16_t nb_desc;
	uint8_t queue_state;
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
 * Return: 0; -ENODEV; -EBUSY while started, -EINVAL beyond the port's limits, without any queue, for
 * RSS without an Rx queue, a key of another length, or RSS_HASH without RSS, -ENOTSUP for an MTU that
 * can't be changed, or an interrupt, offload or hash that it does not have, all of them with the port
 * as it was; or the driver's errno, after which the port is not configured.
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
 * size or threshold, an offload that queues can't have each for itself, a deferred start where the
 * driver can't start single queues, or mbufs whose data room is too small, for the largest frame too
 * unless PLX_ETH_RX_OFFLOAD_SCATTER is on; -ENOTSUP for a pool of plx_pktmbuf_pool_create_extbuf() where
 * the driver needs the mbufs' own buffers, as those of NICs do; -EFAULT with --dma-check if the device can't reach them all;
 * -ENOMEM; another errno of the driver, after which the queue is not set up.
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
/**
 * plx_eth_dev_reset() - stop, release the queues and reset the device; then configure it again.
 * What was said of addresses, filters and promiscuity is kept.
 * Return: 0; -ENODEV; -ENOTSUP; the driver's errno, and then too it has to be configured again.
 */
PLX_EXPORT int plx_eth_dev_reset(uint16_t port_id);

/**
 * plx_eth_dev_rx_queue_start() - start one queue of a started port.
 * Return: 0, also if it is started; -ENODEV; -EINVAL for a queue or port that is not so; -ENOTSUP;
 * -ENOMEM if it can't be filled; the driver's errno: it is as before.
 */
PLX_EXPORT int plx_eth_dev_rx_queue_start(uint16_t port_id, uint16_t rx_queue_id);
/** plx_eth_dev_rx_queue_stop() - stop it: its mbufs are freed; nobody polls it. Return: as start. */
PLX_EXPORT int plx_eth_dev_rx_queue_stop(uint16_t port_id, uint16_t rx_queue_id);
/** plx_eth_dev_tx_queue_start() - as plx_eth_dev_rx_queue_start(). */
PLX_EXPORT int plx_eth_dev_tx_queue_start(uint16_t port_id, uint16_t tx_queue_id);
/** plx_eth_dev_tx_queue_stop() - as plx_eth_dev_rx_queue_stop(). */
PLX_EXPORT int plx_eth_dev_tx_queue_stop(uint16_t port_id, uint16_t tx_queue_id);
/** plx_eth_rx_queue_info_get() - fill @qinfo. Return: 0; -ENODEV; -EINVAL if it is not set up. */
PLX_EXPORT int plx_eth_rx_queue_info_get(uint16_t port_id, uint16_t queue_id,
	struct plx_eth_rxq_info *qinfo);
/** plx_eth_tx_queue_info_get() - as plx_eth_rx_queue_info_get(). */
PLX_EXPORT int plx_eth_tx_queue_info_get(uint16_t port_id, uint16_t queue_id,
	struct plx_eth_txq_info *qinfo);

/**
 * plx_eth_dev_get_supported_ptypes() - packet types that the driver finds out by itself.
 * @ptype_mask: layers, PLX_PTYPE_*_MASK.
 * @ptypes: of @num entries; may be NULL with 0.
 * Return: how many there are, of which the first @num were copied; 0 if none; -ENODEV.
 */
PLX_EXPORT int plx_eth_dev_get_supported_ptypes(uint16_t port_id, uint32_t ptype_mask,
	uint32_t *ptypes, int num);

/** plx_eth_link_get_nowait() - link as it is now. Return: 0; -ENODEV. Any thread. */
PLX_EXPORT int plx_eth_link_get_nowait(uint16_t port_id, struct plx_eth_link *link);
/** plx_eth_link_get() - as plx_eth_link_get_nowait(), but waits up to 9 s for a link. */
PLX_EXPORT int plx_eth_link_get(uint16_t port_id, struct plx_eth_link *link);

/** plx_eth_stats_get() - fill @stats. Return: 0; -ENODEV; the driver's errno. Any thread. */
PLX_EXPORT int plx_eth_stats_get(uint16_t port_id, struct plx_eth_stats *stats);
/** plx_eth_stats_reset() - count from 0 again. Return: 0; -ENODEV; the driver's errno. */
PLX_EXPORT int plx_eth_stats_reset(uint16_t port_id);

/** plx_eth_dev_get_mtu() - read the MTU in bytes. Return: 0; -ENODEV. */
PLX_EXPORT int plx_eth_dev_get_mtu(uint16_t port_id, uint16_t *mtu);
/**
 * plx_eth_dev_set_mtu() - set the MTU in bytes.
 * Return: 0; -ENODEV; -EINVAL outside min_mtu..max_mtu, or if a frame would not fit the mbufs of a
 * queue that can't scatter; -ENOTSUP; -EBUSY while started if the driver can't; the driver's errno.
 * The MTU is as it was unless 0 is returned.
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

PLX_END_DECLS
#endif
