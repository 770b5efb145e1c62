/* SPDX-License-Identifier: BSD-3-Clause */
/* net_igb: the PF as a port. */
#include "igb_port.h"

/* What the port can for all its queues together. */
#define RX_OFFLOADS (IGB_RX_QUEUE_OFFLOADS | PLX_ETH_RX_OFFLOAD_CHECKSUM | \
	PLX_ETH_RX_OFFLOAD_SCTP_CKSUM | PLX_ETH_RX_OFFLOAD_VLAN_STRIP | \
	PLX_ETH_RX_OFFLOAD_VLAN_FILTER | PLX_ETH_RX_OFFLOAD_KEEP_CRC)

static void
igb_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct igb_chip *chip = igb_chip(e1000_hw(dev));

	info->max_rx_queues = chip->nb_queues;
	info->max_tx_queues = chip->nb_queues;
	info->max_mac_addrs = chip->family.nb_rar;
}

static void *
rxq_regs(const struct plx_eth_dev *dev, uint16_t queue_id)
{
	return PLX_PTR_ADD(e1000_hw(dev)->bar, IGB_RXQ(queue_id));
}

static void *
txq_regs(const struct plx_eth_dev *dev, uint16_t queue_id)
{
	return PLX_PTR_ADD(e1000_hw(dev)->bar, IGB_TXQ(queue_id));
}

static int
igb_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	return igb_rx_queue_make(dev, queue_id, rxq_regs(dev, queue_id), true, nb_desc, socket_id,
		conf, mb_pool);
}

static int
igb_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	return igb_tx_queue_make(dev, queue_id, txq_regs(dev, queue_id), nb_desc, socket_id, conf);
}

/* Packets that no queue had a descriptor for are counted by the port or by the queue (drop_en). */
static int
igb_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int ret = e1000_stats_get_op(dev, stats);

	for (uint16_t q = 0; q < igb_chip(hw)->nb_queues; q++)
		stats->imissed += e1000_stat_get(hw, IGB_RXQ(q) + IGB_RQDPC);
	return ret;
}

/* Neither receives nor sends, whatever state it is in: by the next larger hammer each time. */
static int
force_stop(struct plx_eth_dev *dev)
{
	const struct plx_pci_device *pci_dev = e1000_port(dev)->pci_dev;
	struct e1000_hw *hw = e1000_hw(dev);
	int ret = igb_reset(hw);

	if (ret == -ETIMEDOUT)
		ret = plx_pci_reset(pci_dev);
	if (ret < 0 && ret != -ENODEV)
		ret = plx_pci_set_bus_master(pci_dev, 0);
	return ret;
}

/*
 * Queues are disabled before the paths that they belong to. The chip is not reset, so that a start
 * finds the link as it was.
 */
static int
igb_dev_stop(struct plx_eth_dev *dev)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int intr_ret = igb_intr_stop(dev);
	int ret;

	__atomic_store_n(&hw->link_off, true, __ATOMIC_RELAXED);
	ret = igb_queues_stop(dev);
	e1000_clear(hw, E1000_RCTL, E1000_RCTL_EN);
	e1000_clear(hw, E1000_TCTL, E1000_TCTL_EN);
	e1000_flush(hw);
	if (ret < 0) {
		(void)force_stop(dev);
		igb_queues_clear(dev);
	}
	return ret < 0 ? ret : intr_ret;
}

static void
paths_enable(struct e1000_hw *hw)
{
	e1000_write(hw, E1000_TCTL, E1000_TCTL_EN | E1000_TCTL_PSP | E1000_TCTL_RTLC |
		E1000_TCTL_CT(E1000_TCTL_CT_DEFAULT) | E1000_TCTL_COLD(E1000_TCTL_COLD_FD));
	e1000_set(hw, E1000_RCTL, E1000_RCTL_EN);
	e1000_flush(hw);
}

static int
igb_dev_start(struct plx_eth_dev *dev)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int ret;

	if (e1000_is_gone(hw))
		return -ENODEV;
	ret = plx_pci_set_bus_master(e1000_port(dev)->pci_dev, 1);
	if (ret == 0)
		ret = igb_rx_program(dev);
	if (ret == 0)
		ret = e1000_link_start(hw);
	if (ret == 0)
		ret = igb_queues_start(dev);
	if (ret == 0)
		ret = igb_intr_start(dev);
	if (ret < 0) {
		(void)igb_dev_stop(dev);
		return ret;
	}
	igb_choose_bursts(dev);
	paths_enable(hw);
	return 0;
}

/* CTRL_EXT.DRV_LOAD: firmware is told whether a driver has the chip. */
static int
igb_dev_reset(struct plx_eth_dev *dev)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int ret = igb_reset(hw);

	if (ret == 0)
		e1000_set(hw, E1000_CTRL_EXT, E1000_CTRL_EXT_DRV_LOAD);
	return ret;
}

static int
igb_dev_close(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);
	int intr_ret = plx_pci_intr_disable(port->pci_dev);
	int ret = e1000_reset(&port->hw);

	if (ret == -ENODEV)
		return intr_ret;
	e1000_clear(&port->hw, E1000_CTRL_EXT, E1000_CTRL_EXT_DRV_LOAD);
	return ret < 0 ? ret : intr_ret;
}

static const struct plx_eth_dev_ops igb_ops = {
	.dev_configure = e1000_intr_configure,
	.dev_start = igb_dev_start,
	.dev_stop = igb_dev_stop,
	.dev_close = igb_dev_close,
	.dev_reset = igb_dev_reset,
	.dev_infos_get = igb_infos_get,
	.rx_queue_setup = igb_rx_queue_setup,
	.tx_queue_setup = igb_tx_queue_setup,
	.rx_queue_release = igb_rx_queue_release,
	.tx_queue_release = igb_tx_queue_release,
	.rx_queue_start = igb_rx_queue_start,
	.rx_queue_stop = igb_rx_queue_stop,
	.tx_queue_start = igb_tx_queue_start,
	.tx_queue_stop = igb_tx_queue_stop,
	.link_update = e1000_link_update,
	.dev_set_link_up = e1000_set_link_up,
	.dev_set_link_down = e1000_set_link_down,
	.stats_get = igb_stats_get,
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
	.mtu_set = igb_mtu_set,
	.vlan_filter_set = e1000_vlan_filter_set,
	.vlan_offload_set = igb_vlan_offload_set,
	.rss_set = igb_rss_set,
	.flow_ctrl_get = e1000_flow_ctrl_get,
	.flow_ctrl_set = e1000_flow_ctrl_set,
	.dev_led_on = e1000_dev_led_on,
	.dev_led_off = e1000_dev_led_off,
	.get_eeprom_length = e1000_get_eeprom_length,
	.get_eeprom = e1000_get_eeprom,
	.get_reg = e1000_get_reg,
	.tx_done_cleanup = igb_tx_done_cleanup,
	.supported_ptypes = igb_supported_ptypes,
	.rx_queue_intr_enable = igb_rx_queue_intr_enable,
	.rx_queue_intr_disable = igb_rx_queue_intr_disable,
	.rx_queue_intr_fd = e1000_rx_queue_intr_fd,
};

static struct plx_eth_caps igb_caps = {
	.info = {
		.driver_name = "net_igb",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = IGB_MTU_MAX,
		.min_rx_bufsize = IGB_SRRCTL_BSIZE_UNIT,
		.max_rx_pktlen = IGB_FRAME_MAX,
		.max_rx_queues = IGB_QUEUES_MAX,
		.max_tx_queues = IGB_QUEUES_MAX,
		.max_mac_addrs = 32,
		.max_mc_addrs = 4096,
		.rx_offload_capa = RX_OFFLOADS,
		.rx_queue_offload_capa = IGB_RX_QUEUE_OFFLOADS,
		.tx_offload_capa = IGB_TX_OFFLOADS,
		.tx_queue_offload_capa = IGB_TX_OFFLOADS,
		.reta_size = E1000_RETA_SIZE,
		.hash_key_size = E1000_RSS_KEY_SIZE,
		.flow_type_rss_offloads = IGB_RSS,
		IGB_DESC_LIMS,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &igb_ops,
	.devices = "Intel 82576, 82580, I350, I210, I211 with a copper PHY",
	.rx_own_buffers = true,
};
PLX_ETH_REGISTER_CAPS(igb_caps)

static int
init_port(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);
	int ret;

	port->hw.family = &igb_chip_of(port->pci_dev->id.device_id)->family;
	ret = igb_dev_reset(dev);
	if (ret < 0)
		return ret;
	e1000_mac_get(&port->hw, &dev->mac_addr);
	dev->caps = &igb_caps;
	igb_choose_bursts(dev);
	return 0;
}

static int
igb_probe(const struct plx_pci_driver *drv, struct plx_pci_device *pci_dev)
{
	(void)drv;
	return e1000_probe(pci_dev, sizeof(struct e1000_port), E1000_BAR_SIZE, init_port,
		"it can't be reset");
}

#define ID(device) { PLX_PCI_DEVICE(IGB_PCI_VENDOR, (device)) }
static const struct plx_pci_id igb_ids[] = {
	ID(IGB_DEV_82576), ID(IGB_DEV_82576_QUAD), ID(IGB_DEV_82576_QUAD_ET2),
	ID(IGB_DEV_82576_NS), ID(IGB_DEV_82580), ID(IGB_DEV_82580_DUAL), ID(IGB_DEV_I350),
	ID(IGB_DEV_I210), ID(IGB_DEV_I210_FLASHLESS), ID(IGB_DEV_I211), { .vendor_id = 0 },
};

static struct plx_pci_driver net_igb = {
	.driver = { .name = "net_igb" },
	.id_table = igb_ids,
	.probe = igb_probe,
	.remove = e1000_remove,
};
PLX_PMD_REGISTER_PCI(net_igb)
