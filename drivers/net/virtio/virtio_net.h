/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_NET_H
#define VIRTIO_NET_H
/**
 * DOC: The network device over any transport.
 */
#include <plx_ethdev_driver.h>

#include "virtio_rxtx.h"
#include "virtio_transport.h"

PLX_BEGIN_DECLS

/** VIRTIO_L2_OVERHEAD - bytes by which a frame is longer than the MTU: header and a VLAN tag. */
#define VIRTIO_L2_OVERHEAD (PLX_ETHER_HDR_LEN + PLX_VLAN_HLEN)
/** VIRTIO_MTU_MAX - largest MTU: the frame and its header fill the 16-bit length of an mbuf. */
#define VIRTIO_MTU_MAX (UINT16_MAX - VIRTIO_L2_OVERHEAD - VIRTIO_NET_HDR_HASH_SIZE)

/** VIRTIO_CQ_MIN - fewest descriptors of a control queue. */
#define VIRTIO_CQ_MIN 2
/** VIRTIO_CQ_DATA_MAX - bytes of data that a command may have. */
#define VIRTIO_CQ_DATA_MAX 1024
/** VIRTIO_MC_ADDRS_MAX - multicast addresses that we tell the device of. */
#define VIRTIO_MC_ADDRS_MAX 64
/** VIRTIO_RETA_SIZE_MAX - entries of the largest redirection table that we use. */
#define VIRTIO_RETA_SIZE_MAX 128
/** VIRTIO_RSS_KEY_SIZE - bytes of the hash key; 5.1.4 wants devices to take that many. */
#define VIRTIO_RSS_KEY_SIZE 40

struct virtio_cq;

/**
 * struct virtio_hw - a network device; the start of what a transport's probe has as dev_private.
 * @transport: how to reach it.
 * @dev_name: for messages; the bus's storage.
 * @supported: what device and driver have both; by virtio_hw_init().
 * @features: those of @supported that the configuration of the port takes.
 * @device_pairs: pairs of Rx and Tx queues that the device has.
 * @max_pairs: those that we can use.
 * @rx_size: most descriptors of a receive queue.
 * @tx_size: most descriptors of a transmit queue.
 * @cq_size: descriptors of the control queue; 0 if there is none.
 * @max_mtu: bytes.
 * @reta_size: entries of the redirection table; 0 without RSS.
 * @hash_types: VIRTIO_NET_HASH_TYPE_*.
 * @mac: its address after a reset.
 * @cq: the control queue; NULL if there is none.
 * @started: between dev_start and dev_stop.
 * @intr_started: changes of the configuration are told of.
 * @gave_up: that the device wants to be reset was logged.
 * @reset_told: PLX_ETH_EVENT_INTR_RESET was raised since the start.
 * @rx_gone: by queue, what released Rx queues had counted.
 * @tx_gone: by queue, what released Tx queues had counted.
 * @kicks_gone: doorbells of released queues, Rx and Tx.
 * @stats_base: what was counted when the statistics were reset.
 * @kicks_base: doorbells then, Rx and Tx.
 */
struct virtio_hw {
	struct virtio_transport *transport;
	const char *dev_name;
	uint64_t supported;
	uint64_t features;
	uint16_t device_pairs;
	uint16_t max_pairs;
	uint16_t rx_size;
	uint16_t tx_size;
	uint16_t cq_size;
	uint16_t max_mtu;
	uint16_t reta_size;
	uint32_t hash_types;
	struct plx_ether_addr mac;
	struct virtio_cq *cq;
	bool started;
	bool intr_started;
	bool gave_up;
	bool reset_told;
	struct virtio_queue_stats rx_gone[PLX_MAX_QUEUES_PER_PORT];
	struct virtio_queue_stats tx_gone[PLX_MAX_QUEUES_PER_PORT];
	uint64_t kicks_gone[2];
	struct plx_eth_stats stats_base;
	uint64_t kicks_base[2];
};

/** virtio_has() - was feature bit @f agreed on? */
static inline bool
virtio_has(const struct virtio_hw *hw, unsigned int f)
{
	return (hw->features & VIRTIO_BIT(f)) != 0;
}

/** virtio_supports() - could feature bit @f be agreed on? */
static inline bool
virtio_supports(const struct virtio_hw *hw, unsigned int f)
{
	return (hw->supported & VIRTIO_BIT(f)) != 0;
}

/** virtio_cq_index() - 5.1.2: number of the control queue, which goes by what was agreed on. */
static inline uint16_t
virtio_cq_index(const struct virtio_hw *hw)
{
	return VIRTIO_NET_CTRL_VQ(virtio_has(hw, VIRTIO_NET_F_MQ) ||
		virtio_has(hw, VIRTIO_NET_F_RSS) ? hw->device_pairs : 1);
}

/* virtio_hw.c */

/**
 * virtio_hw_init() - agree on features and learn what the device is; it is in reset afterwards.
 * @hw: zeroed, with transport and dev_name.
 *
 * Return: 0, with all the above filled in but @cq; or a negative errno, logged: -ENOTSUP if the
 * device lacks a feature that we need, -EPROTO if it breaks the protocol.
 */
int virtio_hw_init(struct virtio_hw *hw);
/**
 * virtio_hw_reinit() - from reset up to the point where queues are set up, with hw->features.
 * Return: 0; -EPROTO if it does not accept them; the errno of a failed reset.
 */
int virtio_hw_reinit(struct virtio_hw *hw);
/** virtio_hw_ready() - all queues are enabled: let the device run. */
void virtio_hw_ready(struct virtio_hw *hw);

/** virtio_random_mac() - make up an address. */
void virtio_random_mac(struct plx_ether_addr *mac);

/* virtio_features.c */

/** virtio_features_known() - all that this driver can make use of, among @offered. */
uint64_t virtio_features_known(uint64_t offered);
/** virtio_features_for() - those of @supported that a port with @conf wants. */
uint64_t virtio_features_for(uint64_t supported, const struct plx_eth_conf *conf);
/** virtio_rx_offload_capa() - PLX_ETH_RX_OFFLOAD_* that come with @supported. */
uint64_t virtio_rx_offload_capa(uint64_t supported);
/** virtio_tx_offload_capa() - PLX_ETH_TX_OFFLOAD_* that come with @supported. */
uint64_t virtio_tx_offload_capa(uint64_t supported);

/* virtio_ethdev.c */

/** VIRTIO_RX_BUF_MIN - bytes of the smallest buffer, with mergeable ones. */
#define VIRTIO_RX_BUF_MIN 64
/** VIRTIO_RX_DESC_LIM - limits of Rx rings of the best device. */
#define VIRTIO_RX_DESC_LIM { .nb_max = VIRTQ_SIZE_MAX, .nb_min = VIRTIO_QUEUE_MIN, \
	.nb_align = 1, .nb_pow2 = 1 }
/** VIRTIO_TX_DESC_LIM - limits of Tx rings of the best device. */
#define VIRTIO_TX_DESC_LIM { .nb_max = VIRTQ_SIZE_MAX, .nb_min = VIRTIO_TX_DESC_MIN, \
	.nb_align = 1, .nb_pow2 = 1, .nb_seg_max = VIRTIO_TX_DESC_MIN - 1, \
	.nb_mtu_seg_max = VIRTIO_TX_DESC_MIN - 1 }
/** VIRTIO_TX_OFFLOAD_CAPA - PLX_ETH_TX_OFFLOAD_* of the best device. */
#define VIRTIO_TX_OFFLOAD_CAPA (PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_UDP_CKSUM | \
	PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO | \
	PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)

/** virtio_eth_dev_ops - of a port over any transport. */
extern const struct plx_eth_dev_ops virtio_eth_dev_ops;

/**
 * virtio_port_init() - make a port of a device.
 * @dev: made by the transport's probe, dev_private starting with a struct virtio_hw that went
 *	through virtio_hw_init().
 *
 * Return: 0; -ENOMEM.
 */
int virtio_port_init(struct plx_eth_dev *dev);

/* virtio_queues.c: functions of the driver, see struct plx_eth_dev_ops. */
int virtio_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc,
	int socket_id, const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool);
int virtio_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc,
	int socket_id, const struct plx_eth_txconf *conf);
void virtio_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);
void virtio_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);
int virtio_rx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id);
int virtio_rx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id);
int virtio_tx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id);
int virtio_tx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id);
int virtio_tx_done_cleanup(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt);
/**
 * virtio_queues_start() - 3.1.1 step 7: all but those with a deferred start, and the control queue.
 * Return: 0; -ENOMEM; the transport's errno. Whatever was started has to be stopped.
 */
int virtio_queues_start(struct plx_eth_dev *dev);
/** virtio_queues_kick() - the device runs: tell it of the buffers in the Rx queues. */
void virtio_queues_kick(struct plx_eth_dev *dev);
/** virtio_queues_stop() - the device is in reset: nothing is lost but what is in the rings. */
void virtio_queues_stop(struct plx_eth_dev *dev);

/* virtio_stats.c: functions of the driver, and what it keeps of queues that are released. */
int virtio_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
int virtio_stats_reset(struct plx_eth_dev *dev);
int virtio_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats);
int virtio_xstats_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n);
int virtio_xstats_get(struct plx_eth_dev *dev, uint64_t *values, unsigned int n);
int virtio_xstats_reset(struct plx_eth_dev *dev);
/** virtio_stats_keep_rx() - the Rx queue goes; the port's counters go on. */
void virtio_stats_keep_rx(struct virtio_hw *hw, uint16_t queue_id, const struct virtio_rxq *rxq);
/** virtio_stats_keep_tx() - the same of a Tx queue. */
void virtio_stats_keep_tx(struct virtio_hw *hw, uint16_t queue_id, const struct virtio_txq *txq);

/* virtio_ctrl.c: functions of the driver that are commands to the device. */
int virtio_promiscuous_enable(struct plx_eth_dev *dev);
int virtio_promiscuous_disable(struct plx_eth_dev *dev);
int virtio_allmulticast_enable(struct plx_eth_dev *dev);
int virtio_allmulticast_disable(struct plx_eth_dev *dev);
int virtio_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
int virtio_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int virtio_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int virtio_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr);
int virtio_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on);
/** virtio_set_pairs() - use so many pairs of queues. Return: as virtio_cq_command(); -ENOTSUP. */
int virtio_set_pairs(struct virtio_hw *hw, uint16_t pairs);

/* virtio_rss.c */

/** virtio_rss_flow_types() - PLX_ETH_RSS_* of VIRTIO_NET_HASH_TYPE_*. */
uint64_t virtio_rss_flow_types(uint32_t hash_types);
/** virtio_rss_set() - the driver's rss_set. */
int virtio_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss);

/* virtio_intr.c */

/**
 * virtio_intr_configure() - the port has new queues and a new conf.intr_conf; it is stopped.
 * Return: 0; -ENOTSUP; the bus's errno.
 */
int virtio_intr_configure(struct plx_eth_dev *dev);
/** virtio_intr_start() - before the queues are enabled. Return: 0; the transport's errno. */
int virtio_intr_start(struct plx_eth_dev *dev);
/** virtio_intr_stop() - no event is raised any more. Return: 0; the transport's errno. */
int virtio_intr_stop(struct plx_eth_dev *dev);
/** virtio_tell_reset() - raise PLX_ETH_EVENT_INTR_RESET, once in a start; @dev: the port. Any thread. */
void virtio_tell_reset(void *dev);
/** virtio_rx_queue_intr_enable() - the driver's rx_queue_intr_enable. */
int virtio_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id);
/** virtio_rx_queue_intr_disable() - the driver's rx_queue_intr_disable. */
int virtio_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id);
/** virtio_rx_queue_intr_fd() - the driver's rx_queue_intr_fd. */
int virtio_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id);

/* virtio_cq.c */

/**
 * virtio_cq_create() - make the control queue.
 * @dev_name: of the device; must outlive the queue.
 * @size: descriptors, a power of two, at least VIRTIO_CQ_MIN.
 * @features: agreed with the device.
 * @timeout_ms: how long the device may take to answer a command.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 * Return: the queue, or NULL for lack of memory.
 */
struct virtio_cq *virtio_cq_create(const char *dev_name, uint16_t size, uint64_t features,
	unsigned int timeout_ms, int socket);
/** virtio_cq_start() - make it as new, before it is enabled as queue @index. Return: its virtqueue. */
struct virtqueue *virtio_cq_start(struct virtio_cq *cq, uint16_t index);
/** virtio_cq_destroy() - free it; the device is in reset. NULL is fine. */
void virtio_cq_destroy(struct virtio_cq *cq);
/**
 * virtio_cq_command() - send a command to the device and wait for its answer.
 * @cls: class of the command.
 * @command: in that class.
 * @data: of @len bytes, at most VIRTIO_CQ_DATA_MAX.
 *
 * Return: 0; -EINVAL if @len is too large; -EFAULT if addresses are checked and the device can't
 * reach the command, which it does not get then; -EIO if the device refused; -ETIMEDOUT if it did not
 * answer and -EPROTO if it broke the protocol: the queue is broken then, until the next start.
 */
int virtio_cq_command(struct virtio_cq *cq, uint8_t cls, uint8_t command, const void *data,
	size_t len);

PLX_END_DECLS
#endif
