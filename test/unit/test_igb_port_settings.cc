/* SPDX-License-Identifier: BSD-3-Clause */
/* net_igb: what a program sets on a port and reads of it, in the registers. */
#include "test_igb_port.h"

namespace {

TEST_F(IgbPort, FiltersAreClearedByAStart)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	(*bar)[E1000_MTA(17)] = UINT32_MAX;
	(*bar)[E1000_VFTA(3)] = UINT32_MAX;
	(*bar)[0x54e4 + 8 * 7] = E1000_RAH_AV;
	(*bar)[E1000_RCTL] = E1000_RCTL_UPE;
	ASSERT_EQ(start(), 0);
	EXPECT_EQ((*bar)[E1000_MTA(17)], 0u);
	EXPECT_EQ((*bar)[E1000_VFTA(3)], 0u);
	EXPECT_EQ((*bar)[0x54e4 + 8 * 7], 0u) << "the last of 24";
	EXPECT_FALSE((*bar)[E1000_RCTL] & E1000_RCTL_UPE);
}

TEST_F(IgbPort, ThresholdsBeyondTheRing)
{
	plx_eth_rxconf rxconf = {};
	plx_eth_txconf txconf = {};

	ASSERT_EQ(probe(), 0);
	set_up();
	rxconf.rx_free_thresh = 64;
	EXPECT_EQ(logged([&] { return plx_eth_rx_queue_setup(eth->port_id, 0, 64, SOCKET_ID_ANY,
		&rxconf, pool.get()); }), -EINVAL);
	txconf.tx_rs_thresh = uint16_t(IGB_TX_RS_MAX(64) + 1);
	EXPECT_EQ(logged([&] { return plx_eth_tx_queue_setup(eth->port_id, 0, 64, SOCKET_ID_ANY,
		&txconf); }), -EINVAL);
	txconf.tx_rs_thresh--;
	EXPECT_EQ(plx_eth_tx_queue_setup(eth->port_id, 0, 64, SOCKET_ID_ANY, &txconf), 0);
}

/* The chip counts KiB: rounded up where RLPML keeps frames short, down where they are cut into buffers. */
TEST_F(IgbPort, BuffersThatAreNoWholeKib)
{
	Pool small(plx_pktmbuf_pool_create("igb small", 255, 0, 0, PLX_PKTMBUF_HEADROOM + 1600,
		SOCKET_ID_ANY));
	plx_eth_rxconf rxconf = {};

	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(plx_eth_rx_queue_setup(eth->port_id, 0, 64, SOCKET_ID_ANY, nullptr, small.get()), 0);
	ASSERT_EQ(start(), 0);
	EXPECT_EQ(queue(true, 0, IGB_SRRCTL) & 0x7f, 2u);
	EXPECT_EQ(igb_rxq(eth, 0)->buf_len, 1600);
	EXPECT_EQ(plx_eth_dev_set_mtu(eth->port_id, 1582), 0);
	EXPECT_EQ(logged([&] { return plx_eth_dev_set_mtu(eth->port_id, 1583); }), -EINVAL);
	ASSERT_EQ(stop(), 0);
	rxconf.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	ASSERT_EQ(plx_eth_rx_queue_setup(eth->port_id, 0, 64, SOCKET_ID_ANY, &rxconf, small.get()), 0);
	ASSERT_EQ(start(), 0);
	EXPECT_EQ(queue(true, 0, IGB_SRRCTL) & 0x7f, 1u);
	EXPECT_EQ(igb_rxq(eth, 0)->buf_len, 1024);
	ASSERT_EQ(stop(), 0);
	ASSERT_EQ(plx_eth_dev_configure(eth->port_id, 1, 1, nullptr), 0);
}

TEST_F(IgbPort, ExternalBuffers)
{
	expect_external_buffers_refused();
}

TEST_F(IgbPort, Mtu)
{
	plx_eth_conf conf = {};

	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(eth->port_id, 2030), 0);
	EXPECT_EQ((*bar)[IGB_RLPML], 2052u);
	EXPECT_EQ(logged([&] { return plx_eth_dev_set_mtu(eth->port_id, 2031); }), -EINVAL);
	EXPECT_EQ((*bar)[IGB_RLPML], 2052u);
	ASSERT_EQ(stop(), 0);
	set_up(1, 1, conf);
	ASSERT_EQ(start(), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(eth->port_id, IGB_MTU_MAX), 0);
	EXPECT_EQ((*bar)[IGB_RLPML], 9728u);
	EXPECT_EQ(eth->rx_pkt_burst, igb_recv_scattered_pkts);
}

TEST_F(IgbPort, RssAndItsTable)
{
	plx_eth_rss_reta_entry64 reta[2] = {};
	plx_eth_conf conf = {};
	uint32_t expected = 0;

	conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
	conf.rx_adv_conf.rss_conf.rss_hf = PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV4_UDP;
	ASSERT_EQ(probe(), 0);
	set_up(4, 1, conf);
	ASSERT_EQ(start(), 0);
	EXPECT_EQ((*bar)[E1000_MRQC], IGB_MRQC_RSS | IGB_MRQC_IPV4 | IGB_MRQC_UDP_IPV4);
	EXPECT_TRUE((*bar)[E1000_RXCSUM] & E1000_RXCSUM_PCSD) << "the hash is in the descriptor";
	EXPECT_EQ((*bar)[E1000_RETA(0)], 0x03020100u);
	EXPECT_EQ((*bar)[E1000_RETA(31)], 0x03020100u);
	memcpy(&expected, &eth->rss.key[36], 4);
	EXPECT_EQ((*bar)[E1000_RSSRK(9)], expected);
	reta[1].mask = UINT64_C(1) << 63;
	reta[1].reta[63] = 1;
	ASSERT_EQ(plx_eth_dev_rss_reta_update(eth->port_id, reta, 128), 0);
	EXPECT_EQ((*bar)[E1000_RETA(31)], 0x01020100u);
	EXPECT_EQ((*bar)[E1000_RETA(30)], 0x03020100u);
}

TEST_F(IgbPort, Vlans)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	ASSERT_EQ(plx_eth_dev_set_vlan_offload(eth->port_id,
		PLX_ETH_VLAN_STRIP_OFFLOAD | PLX_ETH_VLAN_FILTER_OFFLOAD), 0);
	EXPECT_TRUE((*bar)[E1000_CTRL] & E1000_CTRL_VME);
	EXPECT_TRUE((*bar)[E1000_RCTL] & E1000_RCTL_VFE);
	ASSERT_EQ(plx_eth_dev_vlan_filter(eth->port_id, 100, 1), 0);
	EXPECT_EQ((*bar)[E1000_VFTA(3)], 1u << 4);
	ASSERT_EQ(plx_eth_dev_set_vlan_offload(eth->port_id, 0), 0);
	EXPECT_FALSE((*bar)[E1000_CTRL] & E1000_CTRL_VME);
	EXPECT_FALSE((*bar)[E1000_RCTL] & E1000_RCTL_VFE);
	/* What was set comes back. */
	ASSERT_EQ(plx_eth_dev_set_vlan_offload(eth->port_id, PLX_ETH_VLAN_FILTER_OFFLOAD), 0);
	ASSERT_EQ(stop(), 0);
	ASSERT_EQ(start(), 0);
	EXPECT_TRUE((*bar)[E1000_RCTL] & E1000_RCTL_VFE);
	EXPECT_EQ((*bar)[E1000_VFTA(3)], 1u << 4);
}

TEST_F(IgbPort, KeptCrc)
{
	plx_eth_conf conf = {};

	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_KEEP_CRC;
	make(IGB_DEV_I350);
	ASSERT_EQ(probe(), 0);
	set_up(2, 1);
	ASSERT_EQ(start(), 0);
	EXPECT_TRUE((*bar)[E1000_RCTL] & E1000_RCTL_SECRC);
	EXPECT_TRUE((*bar)[IGB_DVMOLR(1)] & IGB_DVMOLR_STRCRC) << "each queue has to be told";
	ASSERT_EQ(stop(), 0);
	set_up(2, 1, conf);
	ASSERT_EQ(start(), 0);
	EXPECT_FALSE((*bar)[E1000_RCTL] & E1000_RCTL_SECRC);
	EXPECT_FALSE((*bar)[IGB_DVMOLR(1)] & IGB_DVMOLR_STRCRC);
}

TEST_F(IgbPort, FlowControl)
{
	plx_eth_fc_conf fc = {};

	(*bar)[0x2404] = 64;	/* KiB */
	ASSERT_EQ(probe(), 0);
	(*bar)[0x2404] = 64;
	set_up();
	ASSERT_EQ(start(), 0);
	fc.mode = PLX_ETH_FC_FULL;
	fc.high_water = 0xc000;
	fc.low_water = 0x8000;
	fc.pause_time = 100;
	EXPECT_EQ(plx_eth_dev_flow_ctrl_set(eth->port_id, &fc), 0);
	EXPECT_EQ((*bar)[E1000_FCRTH], 0xc000u);
	EXPECT_EQ((*bar)[E1000_CTRL] & (E1000_CTRL_RFCE | E1000_CTRL_TFCE),
		E1000_CTRL_RFCE | E1000_CTRL_TFCE);
	(*bar)[0x2404] = 32;
	EXPECT_EQ(logged([&] { return plx_eth_dev_flow_ctrl_set(eth->port_id, &fc); }), -EINVAL)
		<< "more than there is";
}

TEST_F(IgbPort, MissedPackets)
{
	plx_eth_stats stats;

	for (int reg : { E1000_MPC, IGB_RXQ(0) + IGB_RQDPC, IGB_RXQ(15) + IGB_RQDPC })
		read_clears[uint32_t(reg)] = true;
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	(*bar)[E1000_MPC] = 3;
	(*bar)[IGB_RXQ(0) + IGB_RQDPC] = 4;
	(*bar)[IGB_RXQ(15) + IGB_RQDPC] = 5;
	ASSERT_EQ(plx_eth_stats_get(eth->port_id, &stats), 0);
	EXPECT_EQ(stats.imissed, 12u);
	ASSERT_EQ(plx_eth_stats_get(eth->port_id, &stats), 0);
	EXPECT_EQ(stats.imissed, 12u);
	ASSERT_EQ(plx_eth_stats_reset(eth->port_id), 0);
	ASSERT_EQ(plx_eth_stats_get(eth->port_id, &stats), 0);
	EXPECT_EQ(stats.imissed, 0u);
}

/* An I210 does not clear that counter when it is read. */
TEST_F(IgbPort, MissedPacketsOfAnI210)
{
	plx_eth_stats stats;

	make(IGB_DEV_I210);
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	(*bar)[IGB_RXQ(1) + IGB_RQDPC] = 5;
	for (unsigned int i = 0; i < 2; i++) {
		ASSERT_EQ(plx_eth_stats_get(eth->port_id, &stats), 0);
		EXPECT_EQ(stats.imissed, 5u);
	}
}

TEST_F(IgbPort, VectorsOfQueues)
{
	struct e1000_hw hw = {};

	hw.bar = bar->addr;
	hw.family = &igb_chip_of(IGB_DEV_82576)->family;
	igb_vector_set(&hw, 2, 3);
	igb_vector_set(&hw, 10, 9);
	EXPECT_EQ((*bar)[IGB_IVAR(2)], 0x00890083u);
	hw.family = &igb_chip_of(IGB_DEV_I350)->family;
	igb_vector_set(&hw, 0, 1);
	igb_vector_set(&hw, 1, 2);
	igb_vector_set(&hw, 7, 8);
	EXPECT_EQ((*bar)[IGB_IVAR(0)], 0x00820081u);
	EXPECT_EQ((*bar)[IGB_IVAR(3)], 0x00880000u);
	EXPECT_EQ(igb_chip_of(0x1234), nullptr);
}

TEST_F(IgbPort, RxInterrupts)
{
	plx_eth_conf conf = {};

	conf.intr_conf.rxq = 1;
	conf.intr_conf.lsc = 1;
	ASSERT_EQ(probe(), 0);
	set_up(2, 1, conf);
	EXPECT_EQ(irqs[VFIO_PCI_MSIX_IRQ_INDEX].fds.size(), 3u);
	ASSERT_EQ(start(), 0) << log;
	EXPECT_TRUE((*bar)[IGB_GPIE] & IGB_GPIE_MSIX);
	EXPECT_EQ((*bar)[IGB_IVAR(0)], 0x81u);
	EXPECT_EQ((*bar)[IGB_IVAR(1)], 0x82u);
	EXPECT_EQ((*bar)[IGB_IVAR_MISC], 0x8000u);
	EXPECT_EQ((*bar)[IGB_EIAC], 7u);
	EXPECT_EQ((*bar)[IGB_EIAM], 6u);
	EXPECT_EQ((*bar)[E1000_IMS], E1000_INT_LSC);
	ASSERT_EQ(plx_eth_dev_rx_intr_enable(eth->port_id, 1), 0);
	EXPECT_EQ((*bar)[IGB_EICR], 4u) << "what was before is not told of";
	EXPECT_EQ((*bar)[IGB_EIMS], 4u);
	ASSERT_EQ(plx_eth_dev_rx_intr_disable(eth->port_id, 1), 0);
	EXPECT_EQ((*bar)[IGB_EIMC], 4u);
	EXPECT_GE(plx_eth_dev_rx_intr_ctl_q_get_fd(eth->port_id, 1), 0);
	ASSERT_EQ(stop(), 0);
	EXPECT_EQ((*bar)[IGB_EIMC], UINT32_MAX);
	EXPECT_EQ((*bar)[IGB_IVAR(1)], 0u);
}

} /* namespace */
