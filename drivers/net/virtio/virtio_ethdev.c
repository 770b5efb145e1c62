/* SPDX-License-Identifier: BSD-3-Clause */
/* The network device as a port. */
#include <errno.h>
#include <unistd.h>

#include "virtio_log.h"
#include "virtio_net.h"
#include "virtio_tx_offload.h"

/* Ring sizes if none is asked for. */
#define DEFAULT_DESC 512
/* How long, and how often, to look for a link. */
#define LINK_WAIT_MS 9000
#define LINK_POLL_MS 50

/* Less than the best device can: what this one has. */
static void
virtio_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct virtio_hw *hw = dev->dev_private;
	const bool ctrl_rx = virtio_supports(hw, VIRTIO_NET_F_CTRL_RX);

	/* 5.1.6.3.1: a buffer that is not merged with others takes a packet of 1500 bytes at least. */
	if (!virtio_supports(hw, VIRTIO_NET_F_MRG_RXBUF))
		info->min_rx_bufsize = PLX_ETHER_MTU + VIRTIO_L2_OVERHEAD;
	info->max_mtu = hw->max_mtu;
	info->max_rx_pktlen = (uint32_t)hw->max_mtu + VIRTIO_L2_OVERHEAD;
	info->max_rx_queues = hw->max_pairs;
	info->max_tx_queues = hw->max_pairs;
	info->max_mac_addrs = ctrl_rx ? PLX_ETH_MAC_ADDRS_MAX : 1;
	info->max_mc_addrs = ctrl_rx ? VIRTIO_MC_ADDRS_MAX : 0;
	info->rx_offload_capa = virtio_rx_offload_capa(hw->supported);
	info->tx_offload_capa = virtio_tx_offload_capa(hw->supported);
	info->reta_size = hw->reta_size;
	info->hash_key_size = hw->reta_size > 0 ? VIRTIO_RSS_KEY_SIZE : 0;
	info->flow_type_rss_offloads = virtio_rss_flow_types(hw->hash_types);
	info->rx_desc_lim.nb_max = hw->rx_size;
	info->tx_desc_lim.nb_max = hw->tx_size;
	info->tx_desc_lim.nb_min = VIRTIO_TX_SEGS_MAX(hw->tx_size) + 1;
	info->tx_desc_lim.nb_seg_max = VIRTIO_TX_SEGS_MAX(hw->tx_size);
	info->tx_desc_lim.nb_mtu_seg_max = VIRTIO_TX_SEGS_MAX(hw->tx_size);
	info->default_rx_desc = PLX_MIN(hw->rx_size, (uint16_t)DEFAULT_DESC);
	info->default_tx_desc = PLX_MIN(hw->tx_size, (uint16_t)DEFAULT_DESC);
	if (hw->transport->intr == NULL || !virtio_supports(hw, VIRTIO_NET_F_STATUS))
		info->dev_flags &= ~(uint32_t)PLX_ETH_DEV_INTR_LSC;
}

/*
 * 5.1.6.5.6: a device with several pairs sends what it receives to any of them, unless it has a
 * table. So all have to be there.
 */
static int
check_pairs(const struct plx_eth_dev *dev)
{
	const struct virtio_hw *hw = dev->dev_private;

	if (dev->nb_tx_queues <= 1 || dev->nb_rx_queues >= dev->nb_tx_queues ||
	    virtio_has(hw, VIRTIO_NET_F_RSS))
		return 0;
	VIRTIO_ERR(hw->dev_name, "%u Tx queues need as many Rx queues without RSS, not %u",
		dev->nb_tx_queues, dev->nb_rx_queues);
	return -EINVAL;
}

static int
virtio_dev_configure(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	int ret;

	hw->features = virtio_features_for(hw->supported, &dev->conf);
	ret = check_pairs(dev);
	return ret < 0 ? ret : virtio_intr_configure(dev);
}

/* The device need not be told. */
static int
virtio_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	return 0;
}

/* Whether VLANs are filtered was agreed on at the start; what else there is needs no device. */
static int
virtio_vlan_offload_set(struct plx_eth_dev *dev, int mask)
{
	const bool strip = (dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
	const bool filter = (dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER) != 0;
	const struct virtio_hw *hw = dev->dev_private;

	if (filter != virtio_has(hw, VIRTIO_NET_F_CTRL_VLAN))
		return -EBUSY;
	if ((mask & PLX_ETH_VLAN_STRIP_OFFLOAD) && strip &&
	    dev->rx_pkt_burst != virtio_rx_ops_of(hw->features)->recv_pkts_full)
		return -EBUSY;
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		__atomic_store_n(&((struct virtio_rxq *)dev->rx_queues[i])->strip, strip,
			__ATOMIC_RELAXED);
	return 0;
}

static int
virtio_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	struct virtio_hw *hw = dev->dev_private;
	struct virtio_transport *t = hw->transport;
	uint16_t status = VIRTIO_NET_S_LINK_UP;
	uint8_t device_status;
	int waited, ret;

	link->link_speed = PLX_ETH_SPEED_NUM_NONE;
	link->link_duplex = 1;
	if (!__atomic_load_n(&hw->started, __ATOMIC_RELAXED))
		return 0;
	device_status = t->ops->get_status(t);
	if (device_status == VIRTIO_STATUS_GONE)
		return 0;
	if (device_status & VIRTIO_STATUS_NEEDS_RESET) {
		if (!__atomic_exchange_n(&hw->gave_up, true, __ATOMIC_RELAXED))
			VIRTIO_ERR(hw->dev_name,
				"the device gave up and needs a reset: stop and start the port");
		return 0;
	}
	for (waited = 0; virtio_has(hw, VIRTIO_NET_F_STATUS); waited += LINK_POLL_MS) {
		ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_STATUS, &status, sizeof(status));
		if (ret < 0)
			return ret;
		if ((status & VIRTIO_NET_S_LINK_UP) || !wait || waited >= LINK_WAIT_MS)
			break;
		usleep(LINK_POLL_MS * 1000);
	}
	if (status & VIRTIO_NET_S_LINK_UP) {
		link->link_status = 1;
		link->link_speed = PLX_ETH_SPEED_NUM_UNKNOWN;
	}
	return 0;
}

/*
 * From here on packets move, and only from here on doorbells may be rung (3.1.1). An interrupt may
 * ask for the link at once, which is down while the port is not started.
 */
static void
go(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	__atomic_store_n(&hw->gave_up, false, __ATOMIC_RELAXED);
	__atomic_store_n(&hw->reset_told, false, __ATOMIC_RELAXED);
	__atomic_store_n(&hw->started, true, __ATOMIC_RELAXED);
	virtio_hw_ready(hw);
	virtio_queues_kick(dev);
}

/* 5.1.6.5.6: after a reset one pair is used, and there is no table. */
static int
spread(struct plx_eth_dev *dev)
{
	const uint16_t pairs = PLX_MAX(dev->nb_rx_queues, dev->nb_tx_queues);
	struct virtio_hw *hw = dev->dev_private;

	if (virtio_has(hw, VIRTIO_NET_F_RSS))
		return virtio_rss_set(dev, &dev->rss);
	return pairs > 1 && hw->transport->pairs == 0 ? virtio_set_pairs(hw, pairs) : 0;
}

/* What the device is told before ethdev gives it the rest: a reset lets it receive all. */
static int
tell_basics(struct plx_eth_dev *dev)
{
	const struct virtio_hw *hw = dev->dev_private;
	int ret = spread(dev);

	if (ret == 0 && virtio_has(hw, VIRTIO_NET_F_CTRL_RX))
		ret = virtio_promiscuous_disable(dev);
	if (ret == 0 && !plx_is_same_ether_addr(&dev->mac_addr, &hw->mac))
		ret = virtio_mac_addr_set(dev, &dev->mac_addr);
	return ret;
}

static int
virtio_dev_stop(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	int intr_ret, ret;

	__atomic_store_n(&hw->started, false, __ATOMIC_RELAXED);
	intr_ret = virtio_intr_stop(dev);
	ret = hw->transport->ops->reset(hw->transport);
	virtio_queues_stop(dev);
	/* What is gone does no DMA: it is stopped. */
	return ret < 0 && ret != -ENODEV ? ret : intr_ret;
}

/* The plain functions for packets that ask and tell nothing. */
static void
choose_bursts(struct plx_eth_dev *dev)
{
	const uint64_t rx_full = VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF) |
		VIRTIO_BIT(VIRTIO_NET_F_GUEST_CSUM) | VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT);
	const uint64_t tx_full = VIRTIO_BIT(VIRTIO_NET_F_CSUM) | VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT);
	const struct virtio_hw *hw = dev->dev_private;
	const struct virtio_rx_ops *rx = virtio_rx_ops_of(hw->features);
	const struct virtio_tx_ops *tx = virtio_tx_ops_of(hw->features);

	dev->rx_pkt_burst = (hw->features & rx_full) ||
		(dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) ?
		rx->recv_pkts_full : rx->recv_pkts;
	dev->tx_pkt_burst = (hw->features & tx_full) ||
		(dev->conf.txmode.offloads & PLX_ETH_TX_OFFLOAD_VLAN_INSERT) ?
		tx->xmit_pkts_full : tx->xmit_pkts;
	dev->tx_pkt_prepare = virtio_tx_prepare;
	dev->rx_queue_count = rx->queue_count;
	dev->rx_descriptor_status = rx->descriptor_status;
	dev->tx_descriptor_status = tx->descriptor_status;
}

static int
virtio_dev_start(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	int ret;

	ret = virtio_hw_reinit(hw);
	if (ret == 0)
		ret = virtio_intr_start(dev);
	if (ret == 0)
		ret = virtio_queues_start(dev);
	if (ret == 0) {
		choose_bursts(dev);
		go(dev);
		ret = tell_basics(dev);
	}
	if (ret < 0)
		(void)virtio_dev_stop(dev);
	return ret;
}

static int
virtio_dev_close(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	struct virtio_transport *t = hw->transport;
	int ret = t->intr != NULL ? t->intr->disable(t) : 0;

	virtio_cq_destroy(hw->cq);
	hw->cq = NULL;
	if (t->ops->close != NULL)
		t->ops->close(t);
	return ret;
}

/* All that a stopped device knows of us is the reset that each start begins with. */
static int
virtio_dev_reset(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	return hw->transport->ops->reset(hw->transport);
}

const struct plx_eth_dev_ops virtio_eth_dev_ops = {
	.dev_configure = virtio_dev_configure,
	.dev_start = virtio_dev_start,
	.dev_stop = virtio_dev_stop,
	.dev_close = virtio_dev_close,
	.dev_reset = virtio_dev_reset,
	.dev_infos_get = virtio_infos_get,
	.rx_queue_setup = virtio_rx_queue_setup,
	.tx_queue_setup = virtio_tx_queue_setup,
	.rx_queue_release = virtio_rx_queue_release,
	.tx_queue_release = virtio_tx_queue_release,
	.rx_queue_start = virtio_rx_queue_start,
	.rx_queue_stop = virtio_rx_queue_stop,
	.tx_queue_start = virtio_tx_queue_start,
	.tx_queue_stop = virtio_tx_queue_stop,
	.link_update = virtio_link_update,
	.stats_get = virtio_stats_get,
	.stats_reset = virtio_stats_reset,
	.queue_stats_get = virtio_queue_stats_get,
	.xstats_names = virtio_xstats_names,
	.xstats_get = virtio_xstats_get,
	.xstats_reset = virtio_xstats_reset,
	.promiscuous_enable = virtio_promiscuous_enable,
	.promiscuous_disable = virtio_promiscuous_disable,
	.allmulticast_enable = virtio_allmulticast_enable,
	.allmulticast_disable = virtio_allmulticast_disable,
	.mac_addr_set = virtio_mac_addr_set,
	.mac_addr_add = virtio_mac_addr_add,
	.mac_addr_remove = virtio_mac_addr_remove,
	.set_mc_addr_list = virtio_set_mc_addr_list,
	.mtu_set = virtio_mtu_set,
	.vlan_filter_set = virtio_vlan_filter_set,
	.vlan_offload_set = virtio_vlan_offload_set,
	.rss_set = virtio_rss_set,
	.tx_done_cleanup = virtio_tx_done_cleanup,
	.rx_queue_intr_enable = virtio_rx_queue_intr_enable,
	.rx_queue_intr_disable = virtio_rx_queue_intr_disable,
	.rx_queue_intr_fd = virtio_rx_queue_intr_fd,
};

/* The best device: see virtio_infos_get(). */
static struct plx_eth_caps virtio_caps = {
	.info = {
		.driver_name = "net_virtio",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = VIRTIO_MTU_MAX,
		.min_rx_bufsize = VIRTIO_RX_BUF_MIN,
		.max_rx_pktlen = VIRTIO_MTU_MAX + VIRTIO_L2_OVERHEAD,
		.max_rx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_tx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_mac_addrs = PLX_ETH_MAC_ADDRS_MAX,
		.max_mc_addrs = VIRTIO_MC_ADDRS_MAX,
		.rx_offload_capa = PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_UDP_CKSUM |
			PLX_ETH_RX_OFFLOAD_TCP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_LRO |
			PLX_ETH_RX_OFFLOAD_VLAN_FILTER | PLX_ETH_RX_OFFLOAD_SCATTER |
			PLX_ETH_RX_OFFLOAD_RSS_HASH,
		.tx_offload_capa = VIRTIO_TX_OFFLOAD_CAPA,
		.reta_size = VIRTIO_RETA_SIZE_MAX,
		.hash_key_size = VIRTIO_RSS_KEY_SIZE,
		.flow_type_rss_offloads = PLX_ETH_RSS_IP | PLX_ETH_RSS_TCP | PLX_ETH_RSS_UDP,
		.rx_desc_lim = VIRTIO_RX_DESC_LIM,
		.tx_desc_lim = VIRTIO_TX_DESC_LIM,
		.default_rx_desc = DEFAULT_DESC,
		.default_tx_desc = DEFAULT_DESC,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &virtio_eth_dev_ops,
	.devices = "virtio 1.x network devices over PCI: QEMU, clouds, hardware",
	.rx_own_buffers = true,
};
PLX_ETH_REGISTER_CAPS(virtio_caps)

int
virtio_port_init(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	if (hw->cq_size > 0) {
		hw->cq = virtio_cq_create(hw->dev_name, hw->cq_size, hw->supported,
			hw->transport->timeout_ms, dev->device->numa_node);
		if (hw->cq == NULL)
			return -ENOMEM;
	}
	dev->caps = &virtio_caps;
	dev->dev_ops = &virtio_eth_dev_ops;
	dev->mac_addr = hw->mac;
	dev->mtu = PLX_MIN(hw->max_mtu, (uint16_t)PLX_ETHER_MTU);
	hw->features = hw->supported;
	return 0;
}
