/* SPDX-License-Identifier: BSD-3-Clause */
/* net_igbvf: a VF as a port. */
#include <bsd/stdlib.h>

#include "igbvf.h"

/* Addresses that a PF lets a VF have are few, and it may give less. */
#define MAC_ADDRS_MAX 4

/* The PF strips tags, checks checksums and hashes, or not, for all. */
#define RX_OFFLOADS (PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_CHECKSUM | \
	PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_VLAN_FILTER)

#define COUNTER(name_, reg_) { .name = (name_), .reg = (reg_), .wraps = true }
static const struct e1000_stat stats[] = {
	COUNTER("rx_wire_good_packets", IGBVF_GPRC), COUNTER("tx_wire_good_packets", IGBVF_GPTC),
	COUNTER("rx_wire_good_bytes", IGBVF_GORC), COUNTER("tx_wire_good_bytes", IGBVF_GOTC),
	COUNTER("rx_multicast_packets", IGBVF_MPRC),
	COUNTER("rx_local_packets", IGBVF_GPRLBC), COUNTER("tx_local_packets", IGBVF_GPTLBC),
	COUNTER("rx_local_bytes", IGBVF_GORLBC), COUNTER("tx_local_bytes", IGBVF_GOTLBC),
};

#define RXQ_REGS(q) { "RDBAL" #q, IGBVF_RXQ(q) + IGB_DBAL }, \
	{ "RDBAH" #q, IGBVF_RXQ(q) + IGB_DBAH }, { "RDLEN" #q, IGBVF_RXQ(q) + IGB_DLEN }, \
	{ "SRRCTL" #q, IGBVF_RXQ(q) + IGB_SRRCTL }, { "RDH" #q, IGBVF_RXQ(q) + IGB_DH }, \
	{ "RDT" #q, IGBVF_RXQ(q) + IGB_DT }, { "RXDCTL" #q, IGBVF_RXQ(q) + IGB_DCTL }
#define TXQ_REGS(q) { "TDBAL" #q, IGBVF_TXQ(q) + IGB_DBAL }, \
	{ "TDBAH" #q, IGBVF_TXQ(q) + IGB_DBAH }, { "TDLEN" #q, IGBVF_TXQ(q) + IGB_DLEN }, \
	{ "TDH" #q, IGBVF_TXQ(q) + IGB_DH }, { "TDT" #q, IGBVF_TXQ(q) + IGB_DT }, \
	{ "TXDCTL" #q, IGBVF_TXQ(q) + IGB_DCTL }
/* Not the mailbox: reading it clears what was told. */
static const struct e1000_reg regs[] = {
	{ "STATUS", E1000_STATUS }, { "VTEIMS", IGB_EIMS }, { "VTIVAR", IGBVF_IVAR },
	{ "VTIVAR_MISC", IGBVF_IVAR_MISC }, RXQ_REGS(0), TXQ_REGS(0), RXQ_REGS(1), TXQ_REGS(1),
};

static const struct e1000_family family = {
	.nb_rar = 1, .stats = stats, .nb_stats = PLX_DIM(stats), .regs = regs,
	.nb_regs = PLX_DIM(regs),
};

static int
igbvf_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	/* How long a frame may be is the PF's to say in the end. */
	return igb_rx_queue_make(dev, queue_id,
		PLX_PTR_ADD(e1000_hw(dev)->bar, IGBVF_RXQ(queue_id)), false, nb_desc, socket_id,
		conf, mb_pool);
}

static int
igbvf_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	return igb_tx_queue_make(dev, queue_id,
		PLX_PTR_ADD(e1000_hw(dev)->bar, IGBVF_TXQ(queue_id)), nb_desc, socket_id, conf);
}

/* What the VF sees is the PF's link, as long as the PF lives; that it was reset is also found here. */
static void
look_for_link(struct plx_eth_dev *dev, struct plx_eth_link *link)
{
	struct igbvf_port *vf = igbvf_port(dev);
	uint32_t events;

	e1000_link_get(&vf->port.hw, link);
	if (__atomic_load_n(&vf->port.hw.link_off, __ATOMIC_RELAXED))
		return;
	events = igbvf_events(vf);
	if (events != IGBVF_MBX_GONE && (events & (IGBVF_MBX_RSTI | IGBVF_MBX_RSTD)))
		igbvf_pf_lost(dev);
	if (__atomic_load_n(&vf->lost, __ATOMIC_RELAXED)) {
		link->link_status = 0;
		link->link_speed = PLX_ETH_SPEED_NUM_NONE;
	}
}

static int
igbvf_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	return e1000_link_wait(dev, wait, link, look_for_link);
}

/* A reset of the function stops its queues, whatever state they are in. */
static void
force_stop(struct plx_eth_dev *dev)
{
	const struct plx_pci_device *pci_dev = e1000_port(dev)->pci_dev;

	e1000_write(e1000_hw(dev), E1000_CTRL, E1000_CTRL_RST);
	e1000_flush(e1000_hw(dev));
	if (plx_pci_reset(pci_dev) < 0 && plx_pci_set_bus_master(pci_dev, 0) < 0)
		E1000_ERR(pci_dev->device.name, "neither a reset nor its bus mastering can be had: it "
			"may go on with DMA until it is closed");
}

static int
igbvf_dev_stop(struct plx_eth_dev *dev)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int intr_ret = igbvf_intr_stop(dev);
	int ret;

	__atomic_store_n(&hw->link_off, true, __ATOMIC_RELAXED);
	ret = igb_queues_stop(dev);
	if (ret < 0) {
		force_stop(dev);
		igb_queues_clear(dev);
	}
	return ret < 0 ? ret : intr_ret;
}

/* Addresses, VLANs and so on are gone with the reset: ethdev asks for them again. */
static int
igbvf_dev_start(struct plx_eth_dev *dev)
{
	struct igbvf_port *vf = igbvf_port(dev);
	int ret;

	if (e1000_is_gone(&vf->port.hw))
		return -ENODEV;
	ret = plx_pci_set_bus_master(vf->port.pci_dev, 1);
	if (ret == 0)
		ret = igbvf_reset(vf);
	if (ret == 0 && !(vf->given_mac && plx_is_same_ether_addr(&vf->mac, &dev->mac_addr)))
		ret = igbvf_mac_send(vf, &dev->mac_addr);
	if (ret == 0)
		ret = igbvf_mtu_send(vf, dev->mtu);
	if (ret == 0)
		ret = igb_queues_start(dev);
	if (ret == 0)
		ret = igbvf_intr_start(dev);
	if (ret < 0) {
		(void)igbvf_dev_stop(dev);
		return ret;
	}
	__atomic_store_n(&vf->port.hw.link_off, false, __ATOMIC_RELAXED);
	igb_choose_bursts(dev);
	return 0;
}

static int
igbvf_dev_reset(struct plx_eth_dev *dev)
{
	return igbvf_reset(igbvf_port(dev));
}

static int
igbvf_dev_close(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);

	e1000_write(&port->hw, E1000_CTRL, E1000_CTRL_RST);
	return plx_pci_intr_disable(port->pci_dev);
}

static const struct plx_eth_dev_ops igbvf_ops = {
	.dev_configure = e1000_intr_configure,
	.dev_start = igbvf_dev_start,
	.dev_stop = igbvf_dev_stop,
	.dev_close = igbvf_dev_close,
	.dev_reset = igbvf_dev_reset,
	.rx_queue_setup = igbvf_rx_queue_setup,
	.tx_queue_setup = igbvf_tx_queue_setup,
	.rx_queue_release = igb_rx_queue_release,
	.tx_queue_release = igb_tx_queue_release,
	.rx_queue_start = igb_rx_queue_start,
	.rx_queue_stop = igb_rx_queue_stop,
	.tx_queue_start = igb_tx_queue_start,
	.tx_queue_stop = igb_tx_queue_stop,
	.link_update = igbvf_link_update,
	.stats_get = e1000_stats_get_op,
	.stats_reset = e1000_stats_reset_op,
	.queue_stats_get = e1000_queue_stats_get,
	.xstats_names = e1000_xstats_names,
	.xstats_get = e1000_xstats_get,
	.allmulticast_enable = igbvf_allmulticast_enable,
	.allmulticast_disable = igbvf_allmulticast_disable,
	.mac_addr_set = igbvf_mac_addr_set,
	.mac_addr_add = igbvf_mac_addr_add,
	.mac_addr_remove = igbvf_mac_addr_remove,
	.set_mc_addr_list = igbvf_set_mc_addr_list,
	.mtu_set = igbvf_mtu_set,
	.vlan_filter_set = igbvf_vlan_filter_set,
	.get_reg = e1000_get_reg,
	.tx_done_cleanup = igb_tx_done_cleanup,
	.supported_ptypes = igb_supported_ptypes,
	.rx_queue_intr_enable = igb_rx_queue_intr_enable,
	.rx_queue_intr_disable = igb_rx_queue_intr_disable,
	.rx_queue_intr_fd = e1000_rx_queue_intr_fd,
};

static struct plx_eth_caps igbvf_caps = {
	.info = {
		.driver_name = "net_igbvf",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = IGB_MTU_MAX,
		.min_rx_bufsize = IGB_SRRCTL_BSIZE_UNIT,
		.max_rx_pktlen = IGB_FRAME_MAX,
		.max_rx_queues = IGBVF_QUEUES_MAX,
		.max_tx_queues = IGBVF_QUEUES_MAX,
		.max_mac_addrs = MAC_ADDRS_MAX,
		.max_mc_addrs = IGBVF_MULTICAST_MAX,
		.rx_offload_capa = RX_OFFLOADS,
		.rx_queue_offload_capa = PLX_ETH_RX_OFFLOAD_SCATTER,
		.tx_offload_capa = IGB_TX_OFFLOADS,
		.tx_queue_offload_capa = IGB_TX_OFFLOADS,
		IGB_DESC_LIMS,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &igbvf_ops,
	.devices = "Intel 82576 virtual function",
	.rx_own_buffers = true,
};
PLX_ETH_REGISTER_CAPS(igbvf_caps)

static void
choose_mac(struct plx_eth_dev *dev)
{
	const struct igbvf_port *vf = igbvf_port(dev);

	if (vf->given_mac) {
		dev->mac_addr = vf->mac;
		return;
	}
	arc4random_buf(dev->mac_addr.addr_bytes, sizeof(dev->mac_addr.addr_bytes));
	dev->mac_addr.addr_bytes[0] &= (uint8_t)~PLX_ETHER_GROUP_ADDR;
	dev->mac_addr.addr_bytes[0] |= PLX_ETHER_LOCAL_ADMIN_ADDR;
}

static int
init_port(struct plx_eth_dev *dev)
{
	struct igbvf_port *vf = igbvf_port(dev);
	int ret;

	vf->port.hw.family = &family;
	vf->port.hw.link_off = true;
	/* What the VF counted before is not ours. */
	e1000_stats_rebase(&vf->port.hw);
	ret = igbvf_reset(vf);
	if (ret < 0)
		return ret;
	choose_mac(dev);
	dev->caps = &igbvf_caps;
	igb_choose_bursts(dev);
	return 0;
}

static int
igbvf_probe(const struct plx_pci_driver *drv, struct plx_pci_device *pci_dev)
{
	(void)drv;
	return e1000_probe(pci_dev, sizeof(struct igbvf_port), IGBVF_BAR_SIZE, init_port,
		"is its PF up?");
}

static const struct plx_pci_id igbvf_ids[] = {
	{ PLX_PCI_DEVICE(IGB_PCI_VENDOR, IGBVF_DEV_82576) },
	{ .vendor_id = 0 },
};

static struct plx_pci_driver net_igbvf = {
	.driver = { .name = "net_igbvf" },
	.id_table = igbvf_ids,
	.probe = igbvf_probe,
	.remove = e1000_remove,
};
PLX_PMD_REGISTER_PCI(net_igbvf)
