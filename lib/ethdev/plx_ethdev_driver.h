/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_DRIVER_H
#define PLX_ETHDEV_DRIVER_H
/**
 * DOC: What a poll-mode driver gives to ethdev.
 *
 * ethdev checks ids, states and limits (from dev_infos_get) before it calls a driver, so a driver
 * need not do it again. Calls come from one thread at a time for a port, but link_update and
 * stats_get from any. ethdev also logs what fails, with the errno: a driver's functions are silent.
 */
#include <plx_callbacks.h>
#include <plx_dev.h>
#include <plx_ethdev.h>

PLX_BEGIN_DECLS

struct plx_eth_dev;

/**
 * struct plx_eth_dev_ops - a driver's functions; const static storage.
 * @dev_configure: queue counts are in @nb_rx_queues and so on; NULL if there is nothing to do.
 * @dev_start: all queues are set up. On failure nothing runs.
 * @dev_stop: no DMA of packets afterwards, not even if it returns an error (then by a reset); mbufs
 *	in the rings are freed.
 * @dev_close: release all but the queues (released before) and @dev_private (freed after).
 * @dev_infos_get: fill @info, which is zeroed; must not fail. @device, @driver_name and the numbers
 *	of queues configured are filled in by ethdev.
 * @rx_queue_setup: make the queue and store it in dev->rx_queues[id]; on failure nothing is left.
 * @rx_queue_release: free the queue dev->rx_queues[id]; the port is stopped.
 * @link_update: fill @link, which is zeroed; with @wait it may take up to 9 s.
 * @stats_get: fill @stats, which is zeroed.
 * @rx_queue_intr_enable: tell of packets from now on, with a full fence between that and the poll
 *	that follows; by the thread of the queue. NULL: -ENOTSUP, as for all three.
 * @rx_queue_intr_disable: no more.
 * @rx_queue_intr_fd: the eventfd, from dev_configure with conf.intr_conf.rxq until the next one or
 *	dev_close; or a negative errno.
 * @promiscuous_enable: only called while started; ethdev calls it again after each dev_start.
 *
 * The others are as their namesakes of ethdev. promiscuous, mac_addr_set, mtu_set may be NULL:
 * -ENOTSUP. All return 0 or a negative errno.
 */
struct plx_eth_dev_ops {
	int (*dev_configure)(struct plx_eth_dev *dev);
	int (*dev_start)(struct plx_eth_dev *dev);
	int (*dev_stop)(struct plx_eth_dev *dev);
	int (*dev_close)(struct plx_eth_dev *dev);
	void (*dev_infos_get)(struct plx_eth_dev *dev, struct plx_eth_dev_info *info);
	int (*rx_queue_setup)(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc,
		int socket_id, const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool);
	int (*tx_queue_setup)(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc,
		int socket_id, const struct plx_eth_txconf *conf);
	void (*rx_queue_release)(struct plx_eth_dev *dev, uint16_t queue_id);
	void (*tx_queue_release)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*link_update)(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link);
	int (*stats_get)(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
	int (*stats_reset)(struct plx_eth_dev *dev);
	int (*promiscuous_enable)(struct plx_eth_dev *dev);
	int (*promiscuous_disable)(struct plx_eth_dev *dev);
	int (*mac_addr_set)(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
	int (*mtu_set)(struct plx_eth_dev *dev, uint16_t mtu);
	int (*rx_queue_intr_enable)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*rx_queue_intr_disable)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*rx_queue_intr_fd)(struct plx_eth_dev *dev, uint16_t queue_id);
};

/** enum plx_eth_dev_state - how far a port is. */
enum plx_eth_dev_state {
	PLX_ETH_DEV_UNUSED,	/* no port */
	PLX_ETH_DEV_MADE,	/* by probe */
	PLX_ETH_DEV_CONFIGURED,	/* queue counts are known */
	PLX_ETH_DEV_STARTED,
};

/**
 * struct plx_eth_dev - a port, from the inside.
 * @rx_pkt_burst: the driver's, set in probe or dev_start; ethdev puts it into the fast-path table
 *	after a successful dev_start.
 * @tx_pkt_burst: as @rx_pkt_burst.
 * @dev_ops: the driver's functions.
 * @dev_private: the driver's data, zeroed, of the size it asked for; ethdev frees it.
 * @device: it belongs to.
 * @port_id: its number.
 * @state: ethdev's.
 * @nb_rx_queues: configured.
 * @nb_tx_queues: configured.
 * @mtu: bytes; the driver sets the first value in probe, ethdev keeps it up to date.
 * @promiscuous: ethdev's.
 * @mac_addr: the driver sets it in probe, ethdev keeps it up to date; dev_start programs it.
 * @conf: of the last plx_eth_dev_configure().
 * @rx_queues: the driver's queues by id; NULL if not set up.
 * @tx_queues: as @rx_queues.
 * @name: of the port.
 * @callbacks: ethdev's; see plx_eth_dev_callback_process().
 */
struct plx_eth_dev {
	plx_eth_rx_burst_t rx_pkt_burst;
	plx_eth_tx_burst_t tx_pkt_burst;
	const struct plx_eth_dev_ops *dev_ops;
	void *dev_private;
	struct plx_device *device;
	uint16_t port_id;
	enum plx_eth_dev_state state;
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
	uint16_t mtu;
	int promiscuous;
	struct plx_ether_addr mac_addr;
	struct plx_eth_conf conf;
	void *rx_queues[PLX_MAX_QUEUES_PER_PORT];
	void *tx_queues[PLX_MAX_QUEUES_PER_PORT];
	char name[PLX_ETH_NAME_MAX_LEN];
	struct plx_callbacks callbacks;
};

/**
 * plx_eth_dev_create() - a driver's probe makes a port, in state MADE and not visible yet.
 * @name: unique, usually the device's.
 * @private_size: bytes of dev_private, from the heap of the device's node.
 *
 * The driver fills dev_ops, burst functions, mac_addr and mtu, then calls
 * plx_eth_dev_probing_finish(). Return: the port, or NULL with errno EEXIST, ENOSPC (all
 * PLX_MAX_ETHPORTS taken), ENAMETOOLONG or ENOMEM.
 */
PLX_EXPORT struct plx_eth_dev *plx_eth_dev_create(struct plx_device *device, const char *name,
	size_t private_size);
/** plx_eth_dev_probing_finish() - the port may be used. */
PLX_EXPORT void plx_eth_dev_probing_finish(struct plx_eth_dev *dev);
/** plx_eth_dev_release_port() - undo plx_eth_dev_create(), for a probe that fails after it. */
PLX_EXPORT void plx_eth_dev_release_port(struct plx_eth_dev *dev);
/** plx_eth_dev_of() - the port that belongs to @device, or NULL; for a driver's remove. */
PLX_EXPORT struct plx_eth_dev *plx_eth_dev_of(const struct plx_device *device);
/**
 * plx_eth_dev_callback_process() - a driver tells of an event.
 * @ret_param: passed on to the callbacks.
 *
 * Any thread, but the port must not be closed meanwhile: a driver that calls it on the interrupt
 * thread unregisters there in dev_stop or dev_close, which waits. Return: how many callbacks were
 * called.
 */
PLX_EXPORT int plx_eth_dev_callback_process(struct plx_eth_dev *dev, enum plx_eth_event_type event,
	void *ret_param);

PLX_END_DECLS
#endif
