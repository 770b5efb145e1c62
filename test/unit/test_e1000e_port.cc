/* SPDX-License-Identifier: BSD-3-Clause */
/* net_e1000e: how a device becomes a port, and how it does not. */
#include "test_igb_chip.h"

namespace {

constexpr uint16_t DEVICE_82574L = 0x10d3;

class E1000ePort : public PciPort {
protected:
	void SetUp() override
	{
		PciPort::SetUp();
		use("net_e1000e", DEVICE_82574L, E1000_BAR_SIZE);
		(*bar)[E1000_EECD] = E1000_EECD_PRES | E1000_EECD_AUTO_RD;
		(*bar)[E1000_RAL(0)] = 0x04030252;
		(*bar)[E1000_RAH(0)] = 0x0605 | E1000_RAH_AV;
		bar->after_write = [this](uint32_t reg, uint32_t value, uint32_t) {
			if (reg == E1000_CTRL && (value & E1000_CTRL_RST) && resets_end) {
				(*bar)[E1000_CTRL] = 0;
				resets++;
			}
		};
	}

	bool resets_end = true;
	unsigned int resets = 0;
};

TEST_F(E1000ePort, ProbeMakesAPort)
{
	plx_eth_dev_info info;
	plx_ether_addr mac;
	uint16_t mtu = 0;

	ASSERT_EQ(probe(), 0);
	EXPECT_EQ(resets, 1u);
	ASSERT_EQ(plx_eth_macaddr_get(eth->port_id, &mac), 0);
	EXPECT_EQ(memcmp(&mac, "\x52\x02\x03\x04\x05\x06", 6), 0);
	ASSERT_EQ(plx_eth_dev_get_mtu(eth->port_id, &mtu), 0);
	EXPECT_EQ(mtu, PLX_ETHER_MTU);
	ASSERT_EQ(plx_eth_dev_info_get(eth->port_id, &info), 0);
	EXPECT_STREQ(info.driver_name, "net_e1000e");
	ASSERT_EQ(driver->remove(&dev), 0);
	EXPECT_EQ(plx_eth_dev_of(&dev.device), nullptr);
	EXPECT_EQ(driver->remove(&dev), 0) << "there is no port any more";
}

TEST_F(E1000ePort, ArgumentsThatItDoesNotHave)
{
	dev.device.args = "speed=10";
	EXPECT_EQ(probe(), -EINVAL);
	EXPECT_EQ(resets, 0u);
}

TEST_F(E1000ePort, ResetThatDoesNotEnd)
{
	resets_end = false;
	EXPECT_EQ(probe(), -ETIMEDOUT);
	EXPECT_TRUE(log_has("no reset"));
}

TEST_F(E1000ePort, NoMacAddress)
{
	(*bar)[E1000_RAL(0)] = 0;
	(*bar)[E1000_RAH(0)] = 0;
	EXPECT_EQ(probe(), -EADDRNOTAVAIL);
	EXPECT_TRUE(log_has("no MAC address"));
}

TEST_F(E1000ePort, TooSmallBar)
{
	dev.mem_resource[0].len = 0x10000;
	EXPECT_EQ(probe(), -ENXIO);
	EXPECT_TRUE(log_has("BAR 0"));
	EXPECT_EQ(resets, 0u);
}

/* A queue without a vector of its own could not wake anybody. */
TEST_F(E1000ePort, RxInterruptsNeedMsix)
{
	plx_eth_conf conf = {};

	conf.intr_conf.rxq = 1;
	irqs[VFIO_PCI_MSIX_IRQ_INDEX].count = 0;
	irqs[VFIO_PCI_MSI_IRQ_INDEX] = { 4, VFIO_IRQ_INFO_EVENTFD, {}, 0 };
	EXPECT_EQ(vfio_irq_teardown(&dev), 0);
	ASSERT_EQ(vfio_irq_setup(&dev), 0);
	ASSERT_EQ(probe(), 0);
	EXPECT_EQ(logged([&] { return plx_eth_dev_configure(eth->port_id, 1, 1, &conf); }), -ENOTSUP);
	EXPECT_EQ(irqs[VFIO_PCI_MSI_IRQ_INDEX].fds.size(), 0u);
	conf.intr_conf.rxq = 0;
	EXPECT_EQ(plx_eth_dev_configure(eth->port_id, 1, 1, &conf), 0);
}

TEST_F(E1000ePort, ExternalBuffers)
{
	expect_external_buffers_refused();
}

} /* namespace */
