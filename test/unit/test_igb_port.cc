/* SPDX-License-Identifier: BSD-3-Clause */
/* net_igb: the port's life, with a good chip and with one that does not do what it is told. */
#include "test_igb_port.h"

namespace {

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
	EXPECT_TRUE(log_has("it can't be reset"));
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
