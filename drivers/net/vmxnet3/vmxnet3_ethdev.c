/* SPDX-License-Identifier: BSD-3-Clause */
/* The device as a port. */
#include <errno.h>
#include <unistd.h>

#include "vmxnet3_hw.h"
#include "vmxnet3_log.h"

/* When to refill and to reclaim, if nothing is asked for. */
#define DEFAULT_FREE_THRESH 32
/* How long, and how often, to look for a link. */
#define LINK_WAIT_MS 9000
#define LINK_POLL_MS 50

/* 0 stands for the default, which small rings have less of. */
static int
choose_thresh(const struct plx_eth_dev *dev, const char *name, uint16_t wanted, uint16_t nb_desc,
	uint16_t *thresh)
{
	if (wanted == 0)
		wanted = PLX_MIN((uint16_t)(nb_desc / 4), (uint16_t)DEFAULT_FREE_THRESH);
	if (wanted >= nb_desc) {
		VMXNET3_ERR(dev->name, "%s is %u, but of %u descriptors one stays empty", name,
			wanted, nb_desc);
		return -EINVAL;
	}
	*thresh = wanted;
	return 0;
}

/* May the device be given the rings? */
static int
check_rings(const struct plx_eth_dev *dev, const struct vmxnet3_queue *q)
{
	return plx_pci_dma_check(vmxnet3_hw_of(dev)->pci, q->label, q->mz->iova, q->mz->len,
		PLX_PCI_DMA_READ | PLX_PCI_DMA_WRITE);
}

static int
vmxnet3_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	struct vmxnet3_rxq_conf q = {
		.dev = dev, .dev_name = dev->name, .port_id = dev->port_id, .id = queue_id,
		.nb_desc = nb_desc, .mp = mb_pool, .socket = socket_id,
		.scatter = (conf->offloads & PLX_ETH_RX_OFFLOAD_SCATTER) != 0,
	};
	struct vmxnet3_rxq *rxq;
	int ret;

	ret = choose_thresh(dev, "rx_free_thresh", conf->rx_free_thresh, nb_desc, &q.free_thresh);
	if (ret < 0)
		return ret;
	rxq = vmxnet3_rxq_create(&q);
	if (rxq == NULL)
		return -errno;
	ret = check_rings(dev, &rxq->q);
	if (ret < 0) {
		vmxnet3_rxq_destroy(rxq);
		return ret;
	}
	dev->rx_queues[queue_id] = rxq;
	return 0;
}

static int
vmxnet3_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	struct vmxnet3_txq_conf q = {
		.dev = dev, .dev_name = dev->name, .port_id = dev->port_id, .id = queue_id,
		.nb_desc = nb_desc, .offloads = conf->offloads, .socket = socket_id,
	};
	struct vmxnet3_txq *txq;
	int ret;

	ret = choose_thresh(dev, "tx_free_thresh", conf->tx_free_thresh, nb_desc, &q.free_thresh);
	if (ret < 0)
		return ret;
	txq = vmxnet3_txq_create(&q);
	if (txq == NULL)
		return -errno;
	ret = check_rings(dev, &txq->q);
	if (ret < 0) {
		vmxnet3_txq_destroy(txq);
		return ret;
	}
	dev->tx_queues[queue_id] = txq;
	return 0;
}

static void
stop_queues(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		vmxnet3_rxq_stop(dev->rx_queues[i]);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		vmxnet3_txq_stop(dev->tx_queues[i]);
}

static int
start_queues(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret;

	vmxnet3_queue_descs(dev);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		ret = vmxnet3_rxq_start(dev->rx_queues[i], &hw->rx_descs[i], hw->data_bar,
			vmxnet3_nb_queues(dev->nb_rx_queues), dev->mtu, dev->conf.rxmode.offloads);
		if (ret < 0)
			return ret;
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		vmxnet3_txq_start(dev->tx_queues[i], hw->data_bar);
	return 0;
}

static int
vmxnet3_dev_stop(struct plx_eth_dev *dev)
{
	int intr_ret = vmxnet3_intr_stop(dev);
	int ret;

	/* Should it fail, counters since the start are lost; what is wrong the next step tells. */
	(void)vmxnet3_stats_keep(dev);
	ret = vmxnet3_hw_quiesce(vmxnet3_hw_of(dev));
	stop_queues(dev);
	/* What is gone does no DMA: it is stopped. */
	return ret < 0 && ret != -ENODEV ? ret : intr_ret;
}

static int
vmxnet3_dev_start(struct plx_eth_dev *dev)
{
	int ret = start_queues(dev);

	if (ret == 0)
		ret = vmxnet3_hw_activate(dev);
	if (ret < 0) {
		stop_queues(dev);
		return ret;
	}
	ret = vmxnet3_intr_start(dev);
	if (ret < 0)
		(void)vmxnet3_dev_stop(dev);
	return ret;
}

static int
vmxnet3_dev_close(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret = vmxnet3_hw_destroy(hw), intr_ret = 0;

	if (plx_pci_intr_type_get(hw->pci) != PLX_PCI_INTR_NONE)
		intr_ret = plx_pci_intr_disable(hw->pci);
	return ret < 0 ? ret : intr_ret;
}

/*
 * The whole function, if the kernel can; what the device itself calls a reset leaves it as it is.
 */
static int
vmxnet3_dev_reset(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret = plx_pci_reset(hw->pci);

	if (ret < 0 && ret != -EOPNOTSUPP)
		return ret;
	return vmxnet3_hw_reset(hw);
}

static int
vmxnet3_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	uint32_t state, speed;
	int ret;

	link->link_duplex = 1;
	if (!__atomic_load_n(&hw->active, __ATOMIC_RELAXED))
		return 0;
	(void)vmxnet3_handle_events(dev, VMXNET3_ECR_RQERR | VMXNET3_ECR_TQERR);
	for (int waited = 0;; waited += LINK_POLL_MS) {
		ret = vmxnet3_ask(hw, VMXNET3_CMD_GET_LINK, &state);
		if (ret < 0)
			return ret == -ENODEV ? 0 : ret;
		if ((state & VMXNET3_LINK_UP) || !wait || waited >= LINK_WAIT_MS)
			break;
		usleep(LINK_POLL_MS * 1000);
	}
	if (state & VMXNET3_LINK_UP) {
		speed = state >> 16;
		link->link_status = 1;
		link->link_speed = speed > 0 ? speed : PLX_ETH_SPEED_NUM_UNKNOWN;
	}
	return 0;
}

/* The device learns it when it is activated; ethdev has seen to it that it fits the mbufs. */
static int
vmxnet3_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	return vmxnet3_hw_of(dev)->active ? -EBUSY : 0;
}

static int
vmxnet3_tx_done_cleanup(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt)
{
	return vmxnet3_tx_clean(dev->tx_queues[queue_id], free_cnt);
}

static void
vmxnet3_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	info->max_rx_queues = vmxnet3_hw_of(dev)->max_rx_queues;
}

static const struct plx_eth_dev_ops vmxnet3_ops = {
	.dev_configure = vmxnet3_intr_configure,
	.dev_start = vmxnet3_dev_start,
	.dev_stop = vmxnet3_dev_stop,
	.dev_close = vmxnet3_dev_close,
	.dev_reset = vmxnet3_dev_reset,
	.dev_infos_get = vmxnet3_infos_get,
	.rx_queue_setup = vmxnet3_rx_queue_setup,
	.tx_queue_setup = vmxnet3_tx_queue_setup,
	.rx_queue_release = vmxnet3_rx_queue_release,
	.tx_queue_release = vmxnet3_tx_queue_release,
	.link_update = vmxnet3_link_update,
	.stats_get = vmxnet3_stats_get,
	.stats_reset = vmxnet3_stats_reset,
	.queue_stats_get = vmxnet3_queue_stats_get,
	.xstats_names = vmxnet3_xstats_names,
	.xstats_get = vmxnet3_xstats_get,
	.promiscuous_enable = vmxnet3_promiscuous_enable,
	.promiscuous_disable = vmxnet3_promiscuous_disable,
	.allmulticast_enable = vmxnet3_allmulticast_enable,
	.allmulticast_disable = vmxnet3_allmulticast_disable,
	.mac_addr_set = vmxnet3_mac_addr_set,
	.set_mc_addr_list = vmxnet3_set_mc_addr_list,
	.mtu_set = vmxnet3_mtu_set,
	.vlan_filter_set = vmxnet3_vlan_filter_set,
	.vlan_offload_set = vmxnet3_vlan_offload_set,
	.rss_set = vmxnet3_rss_set,
	.get_reg = vmxnet3_get_reg,
	.tx_done_cleanup = vmxnet3_tx_done_cleanup,
	.rx_queue_intr_enable = vmxnet3_rx_queue_intr_enable,
	.rx_queue_intr_disable = vmxnet3_rx_queue_intr_disable,
	.rx_queue_intr_fd = vmxnet3_rx_queue_intr_fd,
};

#define RX_OFFLOADS (PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_VLAN_FILTER | \
	PLX_ETH_RX_OFFLOAD_CHECKSUM | PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_RSS_HASH)
#define TX_OFFLOADS (PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_UDP_CKSUM | \
	PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO | PLX_ETH_TX_OFFLOAD_MULTI_SEGS)

static struct plx_eth_caps vmxnet3_caps = {
	.info = {
		.driver_name = "net_vmxnet3",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = VMXNET3_MTU_MAX,
		.min_rx_bufsize = VMXNET3_RX_BUF_MIN,
		.max_rx_pktlen = VMXNET3_FRAME_MAX,
		.max_rx_queues = VMXNET3_MAX_RX_QUEUES,
		.max_tx_queues = VMXNET3_MAX_TX_QUEUES,
		.max_mac_addrs = 1,
		.max_mc_addrs = UINT16_MAX / PLX_ETHER_ADDR_LEN,
		.rx_offload_capa = RX_OFFLOADS,
		.tx_offload_capa = TX_OFFLOADS,
		.tx_queue_offload_capa = TX_OFFLOADS,
		.reta_size = VMXNET3_RSS_TABLE_SIZE,
		.hash_key_size = VMXNET3_RSS_KEY_SIZE,
		.flow_type_rss_offloads = PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV4_TCP |
			PLX_ETH_RSS_IPV6 | PLX_ETH_RSS_NONFRAG_IPV6_TCP,
		.rx_desc_lim = { .nb_max = VMXNET3_RING_MAX, .nb_min = VMXNET3_RING_MIN,
			.nb_align = VMXNET3_RING_MIN },
		.tx_desc_lim = { .nb_max = VMXNET3_RING_MAX, .nb_min = VMXNET3_RING_MIN,
			.nb_align = VMXNET3_RING_MIN, .nb_seg_max = VMXNET3_TXD_PER_TSO,
			.nb_mtu_seg_max = VMXNET3_TXD_PER_PKT },
		.default_rx_desc = 256,
		.default_tx_desc = 512,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &vmxnet3_ops,
	.devices = "VMware vmxnet3, revisions 1 and up; QEMU's",
	.rx_own_buffers = true,
};
PLX_ETH_REGISTER_CAPS(vmxnet3_caps)

int
vmxnet3_port_init(struct plx_eth_dev *dev)
{
	int ret = vmxnet3_hw_init(dev);

	if (ret < 0)
		return ret;
	dev->caps = &vmxnet3_caps;
	dev->dev_ops = &vmxnet3_ops;
	dev->rx_pkt_burst = vmxnet3_recv_pkts;
	dev->tx_pkt_burst = vmxnet3_xmit_pkts;
	dev->tx_pkt_prepare = vmxnet3_prep_pkts;
	dev->rx_queue_count = vmxnet3_rx_queue_count;
	dev->rx_descriptor_status = vmxnet3_rx_descriptor_status;
	dev->tx_descriptor_status = vmxnet3_tx_descriptor_status;
	dev->mtu = PLX_ETHER_MTU;
	return 0;
}
