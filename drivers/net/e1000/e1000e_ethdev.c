/* SPDX-License-Identifier: BSD-3-Clause */
/* net_e1000e: the 82574 as a port. */
#include <errno.h>

#include <plx_errno.h>

#include "e1000e_hw.h"

#define VENDOR_INTEL 0x8086
#define DEVICE_82574L 0x10d3
#define DEVICE_82574LA 0x10f6
#define DEVICE_82583V 0x150c

#define RX_OFFLOADS (PLX_ETH_RX_OFFLOAD_CHECKSUM | PLX_ETH_RX_OFFLOAD_RSS_HASH | \
	PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_VLAN_FILTER | \
	PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_KEEP_CRC)
#define RX_QUEUE_OFFLOADS (PLX_ETH_RX_OFFLOAD_CHECKSUM | PLX_ETH_RX_OFFLOAD_RSS_HASH)
#define TX_OFFLOADS (PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | PLX_ETH_TX_OFFLOAD_UDP_CKSUM | \
	PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO | \
	PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_MULTI_SEGS | \
	PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)
#define RSS_TYPES (PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV4_TCP | PLX_ETH_RSS_IPV6 | \
	PLX_ETH_RSS_NONFRAG_IPV6_TCP | PLX_ETH_RSS_IPV6_EX)
/* Those that are not done by the simple burst functions. */
#define FULL_RX (RX_OFFLOADS & ~(PLX_ETH_RX_OFFLOAD_VLAN_FILTER | PLX_ETH_RX_OFFLOAD_SCATTER))
#define FULL_TX (TX_OFFLOADS & ~PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)

static bool
is_82583(const struct plx_eth_dev *dev)
{
	return e1000_port(dev)->pci_dev->id.device_id == DEVICE_82583V;
}

/* The 82583V is an 82574 with one queue of each kind, and without a vector for it. */
static void
infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	if (!is_82583(dev))
		return;
	info->max_rx_queues = 1;
	info->max_tx_queues = 1;
	info->reta_size = 0;
	info->hash_key_size = 0;
	info->flow_type_rss_offloads = 0;
	info->rx_offload_capa &= ~PLX_ETH_RX_OFFLOAD_RSS_HASH;
	info->rx_queue_offload_capa &= ~PLX_ETH_RX_OFFLOAD_RSS_HASH;
}

static int
rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	struct e1000e_rxq *rxq;
	int ret = e1000e_rxq_create(dev, queue_id, nb_desc, socket_id, conf, mb_pool,
		e1000_reg(e1000_hw(dev), E1000E_RDT(queue_id)), &rxq);
	if (ret == 0)
		dev->rx_queues[queue_id] = rxq;
	return ret;
}

static int
tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	struct e1000e_txq *txq;
	int ret = e1000e_txq_create(dev, queue_id, nb_desc, socket_id, conf,
		e1000_reg(e1000_hw(dev), E1000E_TDT(queue_id)), &txq);

	if (ret == 0)
		dev->tx_queues[queue_id] = txq;
	return ret;
}

static void
rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct e1000e_rxq *rxq = dev->rx_queues[queue_id];

	e1000_queue_gone(&e1000_port(dev)->rx_gone, &rxq->q);
	e1000e_rxq_destroy(rxq);
}

static void
tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct e1000e_txq *txq = dev->tx_queues[queue_id];

	e1000_queue_gone(&e1000_port(dev)->tx_gone, &txq->q);
	e1000e_txq_destroy(txq);
}

static void
choose_bursts(struct plx_eth_dev *dev)
{
	const uint64_t rx = e1000e_rx_offloads(dev), tx = e1000e_tx_offloads(dev);

	dev->rx_pkt_burst = e1000e_rx_burst;
	if ((rx & PLX_ETH_RX_OFFLOAD_SCATTER) || !e1000e_fits(dev, dev->mtu))
		dev->rx_pkt_burst = e1000e_rx_burst_scattered;
	else if ((rx & FULL_RX) || (tx & PLX_ETH_TX_OFFLOAD_VLAN_INSERT))
		dev->rx_pkt_burst = e1000e_rx_burst_full;
	dev->tx_pkt_burst = tx & FULL_TX ? e1000e_tx_burst_full : e1000e_tx_burst;
}

static int
dev_stop(struct plx_eth_dev *dev)
{
	int intr_ret = e1000e_intr_stop(dev);
	int ret = e1000e_hw_stop(dev);

	e1000e_stop_queues(dev);
	return ret < 0 ? ret : intr_ret;
}

static int
dev_start(struct plx_eth_dev *dev)
{
	int ret;

	choose_bursts(dev);
	ret = e1000e_hw_start(dev);
	if (ret == 0)
		ret = e1000e_intr_start(dev);
	if (ret == 0)
		ret = e1000e_start_queues(dev);
	if (ret == 0)
		e1000e_hw_run(dev);
	else
		(void)dev_stop(dev);
	return ret;
}

static int
dev_close(struct plx_eth_dev *dev)
{
	const struct e1000_port *port = e1000_port(dev);

	if (!e1000_is_gone(&port->hw))
		e1000_clear(&port->hw, E1000_CTRL_EXT, E1000_CTRL_EXT_DRV_LOAD);
	return plx_pci_intr_disable(port->pci_dev);
}

/* By the kernel, so that a device that a reset of its own does not help comes back too. */
static int
dev_reset(struct plx_eth_dev *dev)
{
	int ret = plx_pci_reset(e1000_port(dev)->pci_dev);

	if (ret < 0 && ret != -EOPNOTSUPP)
		return ret;
	return e1000_reset(e1000_hw(dev));
}

static int
mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	if (dev->state != PLX_ETH_DEV_STARTED)
		return 0;
	/* Another burst function is needed then. */
	if (!e1000e_fits(dev, mtu) && dev->rx_pkt_burst != e1000e_rx_burst_scattered)
		return -EBUSY;
	e1000_assign(e1000_hw(dev), E1000_RCTL, E1000_RCTL_LPE, mtu > PLX_ETHER_MTU);
	return 0;
}

static int
vlan_offload_set(struct plx_eth_dev *dev, int mask)
{
	const bool strip = (dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;

	(void)mask;
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		struct e1000e_rxq *rxq = dev->rx_queues[i];

		__atomic_store_n(&rxq->strip, strip, __ATOMIC_RELAXED);
	}
	e1000e_vlan_set(dev);
	return 0;
}

static int
rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss)
{
	e1000e_rss_set(dev, rss);
	return 0;
}

static int
tx_done_cleanup(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt)
{
	struct e1000e_txq *txq = dev->tx_queues[queue_id];

	return txq->q.running ? (int)e1000e_txq_clean(txq, free_cnt) : 0;
}

static const struct plx_eth_dev_ops ops = {
	.dev_configure = e1000_intr_configure,
	.dev_start = dev_start,
	.dev_stop = dev_stop,
	.dev_close = dev_close,
	.dev_reset = dev_reset,
	.dev_infos_get = infos_get,
	.rx_queue_setup = rx_queue_setup,
	.tx_queue_setup = tx_queue_setup,
	.rx_queue_release = rx_queue_release,
	.tx_queue_release = tx_queue_release,
	.rx_queue_start = e1000e_rx_queue_start,
	.rx_queue_stop = e1000e_rx_queue_stop,
	.tx_queue_start = e1000e_tx_queue_start,
	.tx_queue_stop = e1000e_tx_queue_stop,
	.link_update = e1000_link_update,
	.dev_set_link_up = e1000_set_link_up,
	.dev_set_link_down = e1000_set_link_down,
	.stats_get = e1000_stats_get_op,
	.stats_reset = e1000_stats_reset_op,
	.queue_stats_get = e1000_queue_stats_get,
	.xstats_names = e1000_xstats_names,
	.xstats_get = e1000_xstats_get,
	.promiscuous_enable = e1000_promiscuous_enable,
	.promiscuous_disable = e1000_promiscuous_disable,
	.allmulticast_enable = e1000_allmulticast_enable,
	.allmulticast_disable = e1000_allmulticast_disable,
	.mac_addr_set = e1000_mac_addr_set,
	.mac_addr_add = e1000_mac_addr_add,
	.mac_addr_remove = e1000_mac_addr_remove,
	.set_mc_addr_list = e1000_set_mc_addr_list,
	.mtu_set = mtu_set,
	.vlan_filter_set = e1000_vlan_filter_set,
	.vlan_offload_set = vlan_offload_set,
	.rss_set = rss_set,
	.flow_ctrl_get = e1000_flow_ctrl_get,
	.flow_ctrl_set = e1000_flow_ctrl_set,
	.dev_led_on = e1000_dev_led_on,
	.dev_led_off = e1000_dev_led_off,
	.get_eeprom_length = e1000_get_eeprom_length,
	.get_eeprom = e1000_get_eeprom,
	.get_reg = e1000_get_reg,
	.tx_done_cleanup = tx_done_cleanup,
	.rx_queue_intr_enable = e1000e_rx_queue_intr_enable,
	.rx_queue_intr_disable = e1000e_rx_queue_intr_disable,
	.rx_queue_intr_fd = e1000_rx_queue_intr_fd,
};

static struct plx_eth_caps e1000e_caps = {
	.info = {
		.driver_name = "net_e1000e",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = E1000E_FRAME_LEN_MAX - E1000E_L2_OVERHEAD,
		.min_rx_bufsize = 256,
		.max_rx_pktlen = E1000E_FRAME_LEN_MAX,
		.max_rx_queues = E1000E_QUEUES_MAX,
		.max_tx_queues = E1000E_QUEUES_MAX,
		.max_mac_addrs = 16,
		.max_mc_addrs = 4096,
		.rx_offload_capa = RX_OFFLOADS,
		.tx_offload_capa = TX_OFFLOADS,
		.rx_queue_offload_capa = RX_QUEUE_OFFLOADS,
		.tx_queue_offload_capa = TX_OFFLOADS,
		.reta_size = E1000_RETA_SIZE,
		.hash_key_size = E1000_RSS_KEY_SIZE,
		.flow_type_rss_offloads = RSS_TYPES,
		.rx_desc_lim = {
			.nb_max = E1000E_DESC_MAX, .nb_min = E1000E_RX_DESC_MIN,
			.nb_align = E1000E_DESC_ALIGN,
		},
		.tx_desc_lim = {
			.nb_max = E1000E_DESC_MAX, .nb_min = E1000E_TX_DESC_MIN,
			.nb_align = E1000E_DESC_ALIGN, .nb_seg_max = E1000E_TX_SEGS_MAX,
			.nb_mtu_seg_max = E1000E_TX_SEGS_MAX,
		},
		.default_rx_desc = 256,
		.default_tx_desc = 256,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &ops,
	.devices = "Intel 82574L, 82574LA, 82583V",
	.rx_own_buffers = true,
};
PLX_ETH_REGISTER_CAPS(e1000e_caps)

static int
init_port(struct plx_eth_dev *dev)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int ret;

	hw->family = &e1000e_family;
	ret = e1000_reset(hw);
	if (ret < 0)
		return ret;
	e1000_stats_reset(hw);
	e1000_mac_get(hw, &dev->mac_addr);
	if (!plx_is_valid_assigned_ether_addr(&dev->mac_addr))
		return -EADDRNOTAVAIL;
	dev->caps = &e1000e_caps;
	dev->rx_pkt_burst = e1000e_rx_burst;
	dev->tx_pkt_burst = e1000e_tx_burst;
	dev->tx_pkt_prepare = e1000e_tx_prepare;
	dev->rx_queue_count = e1000e_rx_queue_count;
	dev->rx_descriptor_status = e1000e_rx_descriptor_status;
	dev->tx_descriptor_status = e1000e_tx_descriptor_status;
	return 0;
}

static int
probe(const struct plx_pci_driver *drv, struct plx_pci_device *pci_dev)
{
	(void)drv;
	return e1000_probe(pci_dev, sizeof(struct e1000_port), E1000_BAR_SIZE, init_port,
		"no reset, or no MAC address in its EEPROM");
}

static const struct plx_pci_id ids[] = {
	{ PLX_PCI_DEVICE(VENDOR_INTEL, DEVICE_82574L) },
	{ PLX_PCI_DEVICE(VENDOR_INTEL, DEVICE_82574LA) },
	{ PLX_PCI_DEVICE(VENDOR_INTEL, DEVICE_82583V) },
	{ .vendor_id = 0 },
};

static struct plx_pci_driver net_e1000e = {
	.driver = { .name = "net_e1000e" },
	.id_table = ids,
	.probe = probe,
	.remove = e1000_remove,
};
PLX_PMD_REGISTER_PCI(net_e1000e)
