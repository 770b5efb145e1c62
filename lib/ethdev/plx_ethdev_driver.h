/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_DRIVER_H
#define PLX_ETHDEV_DRIVER_H
/**
 * DOC: What a poll-mode driver gives to ethdev.
 *
 * ethdev checks ids, states and limits before it calls a driver, so a driver need not do it again.
 * Calls come from one thread at a time for a port, but link_update and those for statistics from any.
 * Of the latter there is one at a time, and none while a queue is set up or released; they may come
 * during all else.
 * ethdev also logs what fails, with the errno: a driver's functions are silent.
 *
 * What a program set (addresses, filters, hash, flow control) is ethdev's to remember: it is in
 * struct plx_eth_dev, and after each dev_start ethdev gives it to the driver again, for a start resets
 * most devices. So these functions are called while the port is started only, and a driver keeps no
 * copy. dev_start leaves a device that receives what is for mac_addr and broadcast.
 *
 * A device is not trusted. What it writes is checked before use; one that breaks the protocol makes
 * its queue broken: no burst moves anything on it any more, ierrors or oerrors count it, one line
 * says what the device did, PLX_ETH_EVENT_INTR_RESET is raised, and the next start heals it.
 */
#include <pthread.h>
#include <stdbool.h>

#include <plx_callbacks.h>
#include <plx_dev.h>
#include <plx_ethdev.h>

PLX_BEGIN_DECLS

struct plx_eth_dev;

/**
 * struct plx_eth_queue_stats - what a driver counted on one queue since it was set up.
 * @packets: received or sent.
 * @bytes: of them, without CRC.
 * @errors: packets in error.
 */
struct plx_eth_queue_stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t errors;
};

/**
 * struct plx_eth_rss - the hash and table of a port, which ethdev keeps.
 * @rss_hf: PLX_ETH_RSS_*; 0: no RSS.
 * @key_len: bytes of @key, hash_key_size of the port.
 * @key: Toeplitz key.
 * @reta_size: entries, reta_size of the port.
 * @reta: Rx queues.
 */
struct plx_eth_rss {
	uint64_t rss_hf;
	uint8_t key_len;
	uint8_t key[PLX_ETH_RSS_KEY_MAX];
	uint16_t reta_size;
	uint16_t reta[PLX_ETH_RSS_RETA_SIZE_MAX];
};

/**
 * struct plx_eth_dev_ops - a driver's functions; const static storage.
 * @dev_configure: queue counts are in @nb_rx_queues and so on, the rest in @conf; NULL if there is
 *	nothing to do.
 * @dev_start: all queues are set up; those with deferred start are not to be started. Programs
 *	mac_addr, mtu, rss (if conf has PLX_ETH_MQ_RX_RSS) and the offloads. On failure nothing runs.
 * @dev_stop: no DMA of packets afterwards, not even if it returns an error (then by a reset); mbufs
 *	in the rings are freed.
 * @dev_close: release all but the queues (released before) and @dev_private (freed after).
 * @dev_reset: the port is stopped, without queues: bring the device to the state after probe.
 * @dev_infos_get: change @info, which has the limits of the driver's struct plx_eth_caps, to what this
 *	device can; must not fail; NULL if nothing differs. @device, @driver_name and the numbers of
 *	queues configured are filled in by ethdev.
 * @rx_queue_setup: make the queue and store it in dev->rx_queues[id]; on failure nothing is left.
 *	@conf has the port's offloads too.
 * @rx_queue_release: free the queue dev->rx_queues[id]; it, or the port, is stopped.
 * @rx_queue_start: of a started port. NULL, of all four: such queues and deferred start are refused.
 * @rx_queue_stop: its mbufs are freed.
 * @link_update: fill @link, which is zeroed; with @wait it may take up to 9 s.
 * @dev_set_link_up: of a started port; as dev_set_link_down NULL: -ENOTSUP.
 * @stats_get: fill @stats, which is zeroed.
 * @queue_stats_get: of Rx queue @queue_id if @rx, else Tx; the queue is set up. NULL: no xstats of
 *	queues.
 * @xstats_names: fill @names, of @n entries, with those that struct plx_eth_stats and the queues do
 *	not have, if all fit. Return: how many there are. NULL: none; as xstats_get.
 * @xstats_get: their values, in that order. Return: how many there are, or a negative errno.
 * @xstats_reset: those from 0 again; stats_reset is called too.
 * @rx_queue_intr_enable: tell of packets from now on, with a full fence between that and the poll
 *	that follows; by the thread of the queue. NULL: -ENOTSUP, as for all three.
 * @rx_queue_intr_disable: no more.
 * @rx_queue_intr_fd: the eventfd, from dev_configure with conf.intr_conf.rxq until the next one or
 *	dev_close; or a negative errno.
 * @mac_addr_set: make @mac_addr the default one. Also called while the port is stopped.
 * @mac_addr_add: receive @mac_addr too, by filter @index, 1 to max_mac_addrs - 1.
 * @mac_addr_remove: no more; @mac_addr is what it was.
 * @set_mc_addr_list: in place of the one of before.
 * @mtu_set: frames of that MTU are to pass. ethdev has checked that they fit the mbufs. Also called while
 *	the port is stopped; -EBUSY if it has to be, and is not.
 * @vlan_filter_set: @on: 1 or 0.
 * @vlan_offload_set: conf.rxmode.offloads has changed in the bits of PLX_ETH_VLAN_*_OFFLOAD in @mask.
 * @rss_set: program @rss, which dev->rss becomes if it succeeds. NULL: no RSS.
 * @flow_ctrl_get: as it is.
 * @flow_ctrl_set: program it.
 * @tx_done_cleanup: as plx_eth_tx_done_cleanup(); by the thread of the queue.
 * @supported_ptypes: list that ends with PLX_PTYPE_UNKNOWN; for the burst function that is used. NULL: none.
 *
 * The others are as their namesakes of ethdev. All but those of the port's life, of its queues,
 * link_update, stats_get and stats_reset may be NULL: -ENOTSUP. All return 0 or a negative errno,
 * where nothing else is said.
 */
struct plx_eth_dev_ops {
	int (*dev_configure)(struct plx_eth_dev *dev);
	int (*dev_start)(struct plx_eth_dev *dev);
	int (*dev_stop)(struct plx_eth_dev *dev);
	int (*dev_close)(struct plx_eth_dev *dev);
	int (*dev_reset)(struct plx_eth_dev *dev);
	void (*dev_infos_get)(struct plx_eth_dev *dev, struct plx_eth_dev_info *info);
	int (*rx_queue_setup)(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc,
		int socket_id, const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool);
	int (*tx_queue_setup)(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc,
		int socket_id, const struct plx_eth_txconf *conf);
	void (*rx_queue_release)(struct plx_eth_dev *dev, uint16_t queue_id);
	void (*tx_queue_release)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*rx_queue_start)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*rx_queue_stop)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*tx_queue_start)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*tx_queue_stop)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*link_update)(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link);
	int (*dev_set_link_up)(struct plx_eth_dev *dev);
	int (*dev_set_link_down)(struct plx_eth_dev *dev);
	int (*stats_get)(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
	int (*stats_reset)(struct plx_eth_dev *dev);
	int (*queue_stats_get)(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
		struct plx_eth_queue_stats *stats);
	int (*xstats_names)(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n);
	int (*xstats_get)(struct plx_eth_dev *dev, uint64_t *values, unsigned int n);
	int (*xstats_reset)(struct plx_eth_dev *dev);
	int (*promiscuous_enable)(struct plx_eth_dev *dev);
	int (*promiscuous_disable)(struct plx_eth_dev *dev);
	int (*allmulticast_enable)(struct plx_eth_dev *dev);
	int (*allmulticast_disable)(struct plx_eth_dev *dev);
	int (*mac_addr_set)(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
	int (*mac_addr_add)(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
		uint32_t index);
	int (*mac_addr_remove)(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
		uint32_t index);
	int (*set_mc_addr_list)(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
		uint32_t nb_mc_addr);
	int (*mtu_set)(struct plx_eth_dev *dev, uint16_t mtu);
	int (*vlan_filter_set)(struct plx_eth_dev *dev, uint16_t vlan_id, int on);
	int (*vlan_offload_set)(struct plx_eth_dev *dev, int mask);
	int (*rss_set)(struct plx_eth_dev *dev, const struct plx_eth_rss *rss);
	int (*flow_ctrl_get)(struct plx_eth_dev *dev, struct plx_eth_fc_conf *fc_conf);
	int (*flow_ctrl_set)(struct plx_eth_dev *dev, const struct plx_eth_fc_conf *fc_conf);
	int (*dev_led_on)(struct plx_eth_dev *dev);
	int (*dev_led_off)(struct plx_eth_dev *dev);
	int (*get_eeprom_length)(struct plx_eth_dev *dev);
	int (*get_eeprom)(struct plx_eth_dev *dev, struct plx_dev_eeprom_info *info);
	int (*set_eeprom)(struct plx_eth_dev *dev, const struct plx_dev_eeprom_info *info);
	int (*get_reg)(struct plx_eth_dev *dev, struct plx_dev_reg_info *info);
	int (*fw_version_get)(struct plx_eth_dev *dev, char *fw_version, size_t fw_size);
	int (*tx_done_cleanup)(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt);
	const uint32_t *(*supported_ptypes)(struct plx_eth_dev *dev);
	int (*rx_queue_intr_enable)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*rx_queue_intr_disable)(struct plx_eth_dev *dev, uint16_t queue_id);
	int (*rx_queue_intr_fd)(struct plx_eth_dev *dev, uint16_t queue_id);
};

/**
 * struct plx_eth_caps - what a driver can do, as data; static storage of the driver.
 * @info: limits of the best device that it takes, with driver_name: what ethdev validates against, and
 *	where dev_infos_get starts from.
 * @ops: the functions of its ports.
 * @devices: what it drives, in one line: "Intel 82576, I350, I210".
 * @devargs: what -a or --vdev take for it, "key=VALUE  help" each, the list ends with NULL; or NULL.
 * @rx_own_buffers: Rx works out where the buffer of an mbuf is from where the mbuf is: ethdev refuses
 *	pools of plx_pktmbuf_pool_create_extbuf().
 * @next: ethdev's.
 *
 * doc/nics.md is made of these.
 */
struct plx_eth_caps {
	struct plx_eth_dev_info info;
	const struct plx_eth_dev_ops *ops;
	const char *devices;
	const char *const *devargs;
	bool rx_own_buffers;
	struct plx_eth_caps *next;
};

/** plx_eth_caps_register() - make @caps known; by a constructor, before main(). */
PLX_EXPORT void plx_eth_caps_register(struct plx_eth_caps *caps);
/** plx_eth_caps_first() - the first driver's, by the alphabet; go on by next. NULL: no drivers. */
PLX_EXPORT const struct plx_eth_caps *plx_eth_caps_first(void);
/** PLX_ETH_REGISTER_CAPS() - register the static struct plx_eth_caps @caps. */
#define PLX_ETH_REGISTER_CAPS(caps) PLX_INIT(caps##_register) { plx_eth_caps_register(&(caps)); }

/** enum plx_eth_dev_state - how far a port is. */
enum plx_eth_dev_state {
	PLX_ETH_DEV_UNUSED,	/* no port */
	PLX_ETH_DEV_MADE,	/* by probe */
	PLX_ETH_DEV_CONFIGURED,	/* queue counts are known */
	PLX_ETH_DEV_STARTED,
};

/** PLX_ETH_MAC_ADDRS_MAX - unicast addresses of a port, at most. */
#define PLX_ETH_MAC_ADDRS_MAX 64

/**
 * struct plx_eth_dev - a port, from the inside.
 * @rx_pkt_burst: the driver's, set in probe or dev_start; ethdev puts it into the fast-path table
 *	after a successful dev_start; so for all of the first six.
 * @tx_pkt_burst: as @rx_pkt_burst.
 * @tx_pkt_prepare: NULL if there is nothing to prepare.
 * @rx_queue_count: NULL if the driver can't tell.
 * @rx_descriptor_status: NULL if the driver can't tell.
 * @tx_descriptor_status: NULL if the driver can't tell.
 * @dma_check: could the device reach @len bytes from @iova? Set in probe if --dma-check was given, as
 *	plx_pci_dma_check_enabled() knows; ethdev then asks for each pool of an Rx queue and each segment
 *	that is sent. NULL: addresses are not checked, and that costs nothing.
 * @caps: the driver's limits.
 * @dev_ops: the driver's functions; plx_eth_dev_probing_finish() takes those of @caps if it is NULL.
 * @dev_private: the driver's data, zeroed, of the size it asked for; ethdev frees it.
 * @device: it belongs to.
 * @port_id: its number.
 * @state: ethdev's.
 * @nb_rx_queues: configured.
 * @nb_tx_queues: configured.
 * @mtu: bytes; the driver sets the first value in probe, ethdev keeps it up to date.
 * @promiscuous: ethdev's.
 * @all_multicast: ethdev's.
 * @mac_addr: the driver sets it in probe, ethdev keeps it up to date; dev_start programs it.
 * @mac_addrs: more addresses by their filter; zero where there is none, and always in the first one.
 * @mc_addrs: multicast addresses, @nb_mc_addrs of them.
 * @nb_mc_addrs: see @mc_addrs.
 * @vlan_ids: a bit for each VLAN that is received.
 * @conf: of the last plx_eth_dev_configure(); rxmode.offloads with plx_eth_dev_set_vlan_offload().
 * @rss: hash and table.
 * @fc_conf: flow control, if @fc_set.
 * @fc_set: somebody has set it.
 * @rx_queues: the driver's queues by id; NULL if not set up. Each has an address of its own.
 * @tx_queues: as @rx_queues.
 * @rxq_info: of Rx queues that are set up; ethdev's.
 * @txq_info: of Tx queues that are set up; ethdev's.
 * @rxq_base: ethdev's: what the queues had counted at the last reset of statistics.
 * @txq_base: ethdev's.
 * @name: of the port.
 * @callbacks: ethdev's; see plx_eth_dev_callback_process().
 * @stats_lock: ethdev's; a driver's functions for statistics are called with it held.
 * @wrap: ethdev's: callbacks and checks around bursts; NULL if there are none.
 */
struct plx_eth_dev {
	plx_eth_rx_burst_t rx_pkt_burst;
	plx_eth_tx_burst_t tx_pkt_burst;
	plx_eth_tx_prep_t tx_pkt_prepare;
	plx_eth_rx_queue_count_t rx_queue_count;
	plx_eth_rx_descriptor_status_t rx_descriptor_status;
	plx_eth_tx_descriptor_status_t tx_descriptor_status;
	int (*dma_check)(const struct plx_eth_dev *dev, const char *queue, uint64_t iova, size_t len,
		int device_writes);
	const struct plx_eth_caps *caps;
	const struct plx_eth_dev_ops *dev_ops;
	void *dev_private;
	struct plx_device *device;
	uint16_t port_id;
	enum plx_eth_dev_state state;
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
	uint16_t mtu;
	int promiscuous;
	int all_multicast;
	struct plx_ether_addr mac_addr;
	struct plx_ether_addr mac_addrs[PLX_ETH_MAC_ADDRS_MAX];
	struct plx_ether_addr *mc_addrs;
	uint32_t nb_mc_addrs;
	uint64_t vlan_ids[4096 / 64];
	struct plx_eth_conf conf;
	struct plx_eth_rss rss;
	struct plx_eth_fc_conf fc_conf;
	int fc_set;
	void *rx_queues[PLX_MAX_QUEUES_PER_PORT];
	void *tx_queues[PLX_MAX_QUEUES_PER_PORT];
	struct plx_eth_rxq_info rxq_info[PLX_MAX_QUEUES_PER_PORT];
	struct plx_eth_txq_info txq_info[PLX_MAX_QUEUES_PER_PORT];
	struct plx_eth_queue_stats rxq_base[PLX_MAX_QUEUES_PER_PORT];
	struct plx_eth_queue_stats txq_base[PLX_MAX_QUEUES_PER_PORT];
	char name[PLX_ETH_NAME_MAX_LEN];
	struct plx_callbacks callbacks;
	pthread_mutex_t stats_lock;
	struct eth_dev_wrap *wrap;
};

/**
 * plx_eth_dev_create() - a driver's probe makes a port, in state MADE and not visible yet.
 * @name: unique, usually the device's.
 * @private_size: bytes of dev_private, from the heap of the device's node.
 *
 * The driver fills caps, burst functions, mac_addr and mtu, then calls plx_eth_dev_probing_finish(). Return: the port, or NULL with errno EEXIST, ENOSPC (all
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

/**
 * plx_eth_tx_prepare_check() - is what a packet asks for something that a port can do? For a driver's
 * tx_pkt_prepare.
 * @m: packet.
 * @tx_offloads: PLX_ETH_TX_OFFLOAD_* that are on for the queue.
 * @lim: limits of segments.
 * @max_tso_len: bytes of the longest packet that can be cut.
 *
 * Looks at ol_flags, header lengths (they must lie within the first segment where the NIC needs them,
 * and fit the packet), tso_segsz (1 or more) and segments. Return: 0; -ENOTSUP; -EINVAL.
 */
PLX_EXPORT int plx_eth_tx_prepare_check(const struct plx_mbuf *m, uint64_t tx_offloads,
	const struct plx_eth_desc_lim *lim, uint32_t max_tso_len);
/**
 * plx_eth_tx_prepare_cksum() - put the pseudo-header checksum where NICs of Intel's kind want it: in
 * the TCP or UDP checksum field, for TSO without the length; and 0 in that of IPv4.
 * @m: packet that plx_eth_tx_prepare_check() likes.
 *
 * Return: 0; -EINVAL if the headers are not in the first segment.
 */
PLX_EXPORT int plx_eth_tx_prepare_cksum(struct plx_mbuf *m);

PLX_END_DECLS
#endif
