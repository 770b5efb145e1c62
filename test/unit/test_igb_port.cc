/* SPDX-License-Identifier: BSD-3-Clause */
/* net_igb as a port, on registers that the test has: a good chip, and one that does not do what it is told. */
#include "test_igb_chip.h"

namespace {

constexpr uint16_t PHY_CTRL_RESTART = E1000_PHY_CTRL_RESTART;

/* The least that makes a chip. */
class IgbPort : public PciPort {
protected:
	void SetUp() override
	{
		PciPort::SetUp();
		make(IGB_DEV_82576);
	}

	void make(uint16_t device_id)
	{
		FakeBar *b;

		use("net_igb", device_id, E1000_BAR_SIZE);
		b = bar.get();
		power_on();
		bar->after_write = [this, b](uint32_t reg, uint32_t value, uint32_t old) {
			if (reg == E1000_CTRL && (value & E1000_CTRL_RST) && resets_end) {
				resets++;
				power_on();
			} else if (reg == E1000_MDIC) {
				mdic(value);
			} else if (stuck.count(reg)) {
				(*b)[reg] = old;
			}
		};
		bar->after_read = [this, b](uint32_t reg) {
			if (reg == IGB_SWSM)
				(*b)[reg] |= IGB_SWSM_SMBI;
			if (read_clears.count(reg))
				(*b)[reg] = 0;
		};
	}

	/* What registers have after a reset. */
	void power_on()
	{
		(*bar)[E1000_CTRL] = 0;
		(*bar)[E1000_STATUS] = E1000_STATUS_FD;
		(*bar)[E1000_EECD] = E1000_EECD_PRES | E1000_EECD_AUTO_RD;
		(*bar)[E1000_RAL(0)] = 0x04030252;
		(*bar)[E1000_RAH(0)] = 0x0605 | E1000_RAH_AV;
		(*bar)[IGB_RXQ(0) + IGB_DCTL] = IGB_DCTL_ENABLE;
		(*bar)[IGB_TXQ(0) + IGB_DCTL] = IGB_DCTL_ENABLE;
		(*bar)[IGB_SWSM] = swsm;
		phy[E1000_PHY_CTRL] = E1000_PHY_CTRL_AUTONEG;
		phy[E1000_PHY_STATUS] = 0;
	}

	void mdic(uint32_t value)
	{
		uint16_t &reg = phy[value >> 16 & 0x1f];

		if (value & E1000_MDIC_OP_WRITE)
			reg = uint16_t(value);
		if (&reg == &phy[E1000_PHY_CTRL] && (reg & PHY_CTRL_RESTART)) {
			negotiations++;
			reg = uint16_t(reg & ~PHY_CTRL_RESTART);
			phy[E1000_PHY_STATUS] = E1000_PHY_STATUS_DONE | E1000_PHY_STATUS_LINK;
			(*bar)[E1000_STATUS] |= E1000_STATUS_LU;
		}
		(*bar)[E1000_MDIC] = (value & ~0xffffu) | reg | E1000_MDIC_READY;
	}

	uint32_t queue(bool rx, uint16_t q, uint32_t reg)
	{
		return (*bar)[(rx ? IGB_RXQ(q) : IGB_TXQ(q)) + reg];
	}

	uint16_t phy[32] = {};
	uint32_t swsm = 0;
	bool resets_end = true;
	unsigned int resets = 0, negotiations = 0;
	std::map<uint32_t, bool> stuck;		/* registers that ignore writes */
	std::map<uint32_t, bool> read_clears;
};

TEST_F(IgbPort, ProbeResetsAndMakesAPort)
{
	plx_ether_addr mac;

	ASSERT_EQ(probe(), 0);
	EXPECT_EQ(resets, 1u);
	EXPECT_EQ(negotiations, 1u) << "QEMU's PHY has to be told";
	ASSERT_EQ(plx_eth_macaddr_get(eth->port_id, &mac), 0);
	EXPECT_EQ(memcmp(&mac, "\x52\x02\x03\x04\x05\x06", 6), 0);
	EXPECT_FALSE(queue(true, 0, IGB_DCTL) & IGB_DCTL_ENABLE) << "a reset had enabled it";
	EXPECT_TRUE((*bar)[E1000_CTRL_EXT] & E1000_CTRL_EXT_DRV_LOAD);
	ASSERT_EQ(driver->remove(&dev), 0);
	EXPECT_EQ(resets, 2u);
	EXPECT_FALSE((*bar)[E1000_CTRL_EXT] & E1000_CTRL_EXT_DRV_LOAD);
}

TEST_F(IgbPort, ResetThatDoesNotEnd)
{
	resets_end = false;
	EXPECT_EQ(probe(), -ETIMEDOUT);
	EXPECT_TRUE(log_has("can't reset the chip"));
}

TEST_F(IgbPort, AChipThatIsGone)
{
	bar->pull_out();
	EXPECT_EQ(probe(), -ENODEV);
}

/* Firmware that does not let go of the PHY. */
TEST_F(IgbPort, SemaphoreThatIsNeverFree)
{
	swsm = IGB_SWSM_SMBI;
	stuck[IGB_SWSM] = true;
	EXPECT_EQ(probe(), -ETIMEDOUT);
}

TEST_F(IgbPort, QueueThatCannotBeDisabled)
{
	stuck[IGB_RXQ(0) + IGB_DCTL] = true;
	EXPECT_EQ(probe(), -ETIMEDOUT);
}

TEST_F(IgbPort, TooSmallBar)
{
	dev.mem_resource[0].len = 0x10000;
	EXPECT_EQ(probe(), -ENXIO);
}

TEST_F(IgbPort, StartAndStop)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0) << log;
	EXPECT_EQ(resets, 1u) << "the link stays";
	EXPECT_EQ((*bar)[E1000_RCTL] & (E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC |
		E1000_RCTL_LPE | E1000_RCTL_UPE | E1000_RCTL_MPE | E1000_RCTL_VFE),
		E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_LPE);
	EXPECT_TRUE((*bar)[E1000_TCTL] & E1000_TCTL_EN);
	EXPECT_EQ((*bar)[IGB_RLPML], 1522u);
	EXPECT_EQ((*bar)[E1000_RAL(0)], 0x04030252u);
	EXPECT_TRUE((*bar)[E1000_CTRL] & E1000_CTRL_SLU);
	EXPECT_TRUE(queue(true, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_TRUE(queue(false, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_EQ(queue(true, 0, IGB_DT), 63u);
	EXPECT_EQ(mbufs(), 64u);
	ASSERT_EQ(stop(), 0) << log;
	EXPECT_FALSE((*bar)[E1000_RCTL] & E1000_RCTL_EN);
	EXPECT_FALSE((*bar)[E1000_TCTL] & E1000_TCTL_EN);
	EXPECT_FALSE(queue(true, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_FALSE(queue(false, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_EQ(mbufs(), 0u);
	EXPECT_EQ(resets, 1u);
}

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

TEST_F(IgbPort, StartThatFailsHasStartedNothing)
{
	for (int reg : { IGB_RXQ(1) + IGB_DCTL, IGB_TXQ(1) + IGB_DCTL }) {
		ASSERT_EQ(probe(), 0);
		set_up(2, 2);
		stuck[uint32_t(reg)] = true;
		EXPECT_EQ(start(), -ETIMEDOUT);
		EXPECT_EQ(log_lines(), 1) << log;
		EXPECT_EQ(mbufs(), 0u);
		EXPECT_FALSE((*bar)[E1000_RCTL] & E1000_RCTL_EN);
		EXPECT_FALSE((*bar)[E1000_TCTL] & E1000_TCTL_EN);
		EXPECT_FALSE(queue(true, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
		EXPECT_FALSE(queue(false, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
		stuck.clear();
		EXPECT_EQ(start(), 0) << "and it can be started again";
		EXPECT_EQ(driver->remove(&dev), 0);
	}
}

/* The chip is reset, and only then what it might still write to is freed. */
TEST_F(IgbPort, StopOfAQueueThatDoesNotObey)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	stuck[IGB_RXQ(0) + IGB_DCTL] = true;
	bar->before_read = [this](uint32_t reg) {
		if (resets == 1 && reg == E1000_CTRL) {
			EXPECT_EQ(mbufs(), 64u);
		}
		if (resets == 2)
			stuck.clear();
	};
	EXPECT_EQ(stop(), -ETIMEDOUT);
	EXPECT_EQ(resets, 2u);
	EXPECT_EQ(mbufs(), 0u);
	EXPECT_EQ(start(), 0);
}

/* Not even a reset helps: the function is reset, and if that is not to be had, DMA is switched off. */
TEST_F(IgbPort, StopOfAChipThatDoesNotObey)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	stuck[IGB_RXQ(0) + IGB_DCTL] = true;
	resets_end = false;
	errors[VFIO_DEVICE_RESET] = { -ENOTTY };
	forever = true;
	EXPECT_EQ(stop(), -ETIMEDOUT);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], vfio.can_reset ? 1u : 0u);
	EXPECT_FALSE(peek<uint16_t>(PCI_COMMAND) & PCI_COMMAND_MASTER);
	EXPECT_EQ(mbufs(), 0u);
	stuck.clear();
	resets_end = true;
	(*bar)[E1000_CTRL] = 0;
	EXPECT_EQ(start(), 0);
	EXPECT_TRUE(peek<uint16_t>(PCI_COMMAND) & PCI_COMMAND_MASTER);
}

TEST_F(IgbPort, GoneWhileItRuns)
{
	plx_mbuf *pkts[4];

	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	bar->pull_out();
	EXPECT_EQ(plx_eth_rx_burst(eth->port_id, 0, pkts, 4), 0);
	EXPECT_EQ(stop(), 0) << log;
	EXPECT_EQ(mbufs(), 0u);
	EXPECT_EQ(start(), -ENODEV);
	EXPECT_EQ(mbufs(), 0u);
}

TEST_F(IgbPort, LimitsOfEachChip)
{
	const struct {
		uint16_t id, queues, addresses;
	} chips[] = {
		{ IGB_DEV_82576, 16, 24 }, { IGB_DEV_82580, 8, 24 }, { IGB_DEV_I350, 8, 32 },
		{ IGB_DEV_I210, 4, 16 }, { IGB_DEV_I211, 2, 16 },
	};
	plx_eth_dev_info info;

	for (const auto &c : chips) {
		make(c.id);
		ASSERT_EQ(probe(), 0);
		ASSERT_EQ(plx_eth_dev_info_get(eth->port_id, &info), 0);
		EXPECT_EQ(info.max_rx_queues, c.queues);
		EXPECT_EQ(info.max_tx_queues, c.queues);
		EXPECT_EQ(info.max_mac_addrs, c.addresses);
		set_up(c.queues, c.queues);
		EXPECT_EQ(start(), 0);
		for (uint16_t q = 0; q < c.queues; q++)
			EXPECT_TRUE(queue(true, q, IGB_DCTL) & IGB_DCTL_ENABLE);
		EXPECT_EQ(driver->remove(&dev), 0);
	}
}

TEST_F(IgbPort, DeferredQueues)
{
	plx_eth_rxconf rxconf = {};
	plx_eth_txconf txconf = {};

	rxconf.rx_deferred_start = 1;
	txconf.tx_deferred_start = 1;
	ASSERT_EQ(probe(), 0);
	set_up(2, 2);
	ASSERT_EQ(plx_eth_rx_queue_setup(eth->port_id, 1, 64, SOCKET_ID_ANY, &rxconf, pool.get()), 0);
	ASSERT_EQ(plx_eth_tx_queue_setup(eth->port_id, 1, 64, SOCKET_ID_ANY, &txconf), 0);
	ASSERT_EQ(start(), 0);
	EXPECT_TRUE(queue(true, 0, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_FALSE(queue(true, 1, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_FALSE(queue(false, 1, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_EQ(plx_eth_dev_rx_queue_start(eth->port_id, 1), 0);
	EXPECT_EQ(plx_eth_dev_tx_queue_start(eth->port_id, 1), 0);
	EXPECT_TRUE(queue(true, 1, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_TRUE(queue(false, 1, IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_EQ(mbufs(), 128u);
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(eth->port_id, 1), 0);
	EXPECT_EQ(mbufs(), 64u);
	EXPECT_FALSE(queue(true, 1, IGB_DCTL) & IGB_DCTL_ENABLE);
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

TEST_F(IgbPort, ResetOfThePort)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	EXPECT_EQ(plx_eth_dev_reset(eth->port_id), 0);
	EXPECT_EQ(resets, 2u);
	EXPECT_EQ(mbufs(), 0u);
	resets_end = false;
	EXPECT_EQ(logged([&] { return plx_eth_dev_reset(eth->port_id); }), -ETIMEDOUT);
	resets_end = true;
	(*bar)[E1000_CTRL] = 0;
}

} /* namespace */
