/* SPDX-License-Identifier: BSD-3-Clause */
/* Chips of the e1000 families below any port: the BAR is plain memory, and so a device that does nothing by itself. */
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
#include "../../drivers/net/e1000/e1000_hw.h"
#include "../../drivers/net/e1000/e1000e_hw.h"
}

namespace {

class E1000Hw : public testing::Test {
protected:
	E1000Hw() : bar(E1000_BAR_SIZE / 4)
	{
		hw.bar = bar.data();
		hw.family = &e1000e_family;
	}

	~E1000Hw() override { rest(); }

	uint32_t &reg(uint32_t offset) { return bar[offset / 4]; }
	uint32_t get(uint32_t offset) { return __atomic_load_n(&reg(offset), __ATOMIC_ACQUIRE); }
	void set(uint32_t offset, uint32_t value) { __atomic_store_n(&reg(offset), value, __ATOMIC_RELEASE); }
	/* A device that does @work again and again, in another thread. */
	void live(std::function<void()> work)
	{
		stop = false;
		device = std::thread([this, work] {
			while (!stop)
				work();
		});
	}
	/* The device that lives may not run for a while; how fast it is is not what is tested. */
	int patiently(std::function<int()> access)
	{
		const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
		int ret;

		do {
			ret = access();
		} while (ret == -ETIMEDOUT && std::chrono::steady_clock::now() < end);
		return ret;
	}
	void rest()
	{
		stop = true;
		if (device.joinable())
			device.join();
	}
	void remove() { bar.assign(bar.size(), UINT32_MAX); }

	std::vector<uint32_t> bar;
	struct e1000_hw hw {};
	std::thread device;
	std::atomic<bool> stop { false };
};

TEST_F(E1000Hw, ResetThatEnds)
{
	set(E1000_STATUS, E1000_STATUS_MASTER_EN);
	live([this] {
		if (get(E1000_CTRL) & E1000_CTRL_MASTER_DIS)
			set(E1000_STATUS, 0);
		if (get(E1000_CTRL) & E1000_CTRL_RST) {
			set(E1000_EECD, E1000_EECD_AUTO_RD);
			set(E1000_CTRL, 0);
		}
	});
	EXPECT_EQ(patiently([&] { return e1000_reset(&hw); }), 0);
	EXPECT_EQ(get(E1000_IMC), UINT32_MAX);
	EXPECT_EQ(get(E1000_RCTL), 0u);
	EXPECT_TRUE(hw.link_off);
}

TEST_F(E1000Hw, ResetThatNeverEnds)
{
	EXPECT_EQ(e1000_reset(&hw), -ETIMEDOUT);
	EXPECT_EQ(get(E1000_RCTL), 0u) << "what can be switched off is off";
	EXPECT_NE(get(E1000_CTRL) & E1000_CTRL_MASTER_DIS, 0u);
}

TEST_F(E1000Hw, EepromThatIsNeverRead)
{
	live([this] { set(E1000_CTRL, get(E1000_CTRL) & ~E1000_CTRL_RST); });
	EXPECT_EQ(e1000_reset(&hw), -ETIMEDOUT);
}

TEST_F(E1000Hw, DmaThatNeverEndsIsEndedByTheReset)
{
	set(E1000_STATUS, E1000_STATUS_MASTER_EN);
	set(E1000_EECD, E1000_EECD_AUTO_RD);
	live([this] { set(E1000_CTRL, get(E1000_CTRL) & ~E1000_CTRL_RST); });
	EXPECT_EQ(patiently([&] { return e1000_reset(&hw); }), 0);
}

TEST_F(E1000Hw, NothingWaitsForADeviceThatIsGone)
{
	uint16_t word;
	plx_eth_link link {};

	set(E1000_EECD, E1000_EECD_PRES | 1u << 11);
	remove();
	EXPECT_TRUE(e1000_is_gone(&hw));
	EXPECT_EQ(patiently([&] { return e1000_reset(&hw); }), -ENODEV);
	EXPECT_EQ(e1000_phy_read(&hw, E1000_PHY_STATUS, &word), -ENODEV);
	EXPECT_EQ(e1000_phy_write(&hw, E1000_PHY_CTRL, 0), -ENODEV);
	EXPECT_EQ(e1000_nvm_words(&hw), 0u);
	e1000_link_get(&hw, &link);
	EXPECT_EQ(link.link_status, 0);
	e1000_stats_update(&hw);
	EXPECT_EQ(e1000_stat_get(&hw, E1000_MPC), 0u) << "ones are no counts";
}

/* In the middle of a wait. */
TEST_F(E1000Hw, RemovalDuringAReset)
{
	live([this] {
		if (get(E1000_CTRL) & E1000_CTRL_RST)
			for (uint32_t i = 0; i < bar.size(); i++)
				set(4 * i, UINT32_MAX);
	});
	EXPECT_EQ(patiently([&] { return e1000_reset(&hw); }), -ENODEV);
}

TEST_F(E1000Hw, PhyThatIsNeverReady)
{
	uint16_t value;

	EXPECT_EQ(e1000_phy_read(&hw, E1000_PHY_STATUS, &value), -ETIMEDOUT);
	EXPECT_EQ(e1000_phy_write(&hw, E1000_PHY_CTRL, 1), -ETIMEDOUT);
	EXPECT_EQ(e1000_link_start(&hw), -ETIMEDOUT);
	EXPECT_EQ(e1000_link_set(&hw, false), -ETIMEDOUT);
	EXPECT_EQ(get(E1000E_EXTCNF_CTRL), 0u) << "others may have it again";
}

TEST_F(E1000Hw, PhyThatFirmwareKeeps)
{
	uint16_t value;

	live([this] { set(E1000E_EXTCNF_CTRL, 0); });
	EXPECT_NE(e1000_phy_read(&hw, E1000_PHY_STATUS, &value), 0);
}

TEST_F(E1000Hw, PhyAccess)
{
	uint16_t value = 0;

	live([this] {
		const uint32_t mdic = get(E1000_MDIC);

		if (mdic & E1000_MDIC_READY)
			return;
		if (mdic == (E1000_MDIC_PHY(1) | E1000_MDIC_REG(1) | E1000_MDIC_OP_READ))
			set(E1000_MDIC, mdic | E1000_MDIC_READY | 0x796d);
		else if (mdic & E1000_MDIC_OP_WRITE)
			set(E1000_MDIC, mdic | E1000_MDIC_READY);
		else if (mdic & E1000_MDIC_OP_READ)
			set(E1000_MDIC, mdic | E1000_MDIC_READY | E1000_MDIC_ERROR);
	});
	EXPECT_EQ(patiently([&] { return e1000_phy_read(&hw, 1, &value); }), 0);
	EXPECT_EQ(value, 0x796d);
	EXPECT_EQ(patiently([&] { return e1000_phy_write(&hw, 9, 0x1234); }), 0);
	EXPECT_EQ(get(E1000_MDIC), E1000_MDIC_PHY(1) | E1000_MDIC_REG(9) | E1000_MDIC_OP_WRITE |
		E1000_MDIC_READY | 0x1234);
	EXPECT_EQ(patiently([&] { return e1000_phy_read(&hw, 2, &value); }), -EIO) << "the PHY says no";
}

TEST_F(E1000Hw, Link)
{
	plx_eth_link link {};

	set(E1000_STATUS, E1000_STATUS_LU | E1000_STATUS_FD | 2u << 6);
	e1000_link_get(&hw, &link);
	EXPECT_EQ(link.link_status, 1);
	EXPECT_EQ(link.link_speed, 1000u);
	EXPECT_EQ(link.link_duplex, 1);
	set(E1000_STATUS, E1000_STATUS_LU | 1u << 6);
	e1000_link_get(&hw, &link);
	EXPECT_EQ(link.link_speed, 100u);
	EXPECT_EQ(link.link_duplex, 0);
	hw.link_off = true;
	e1000_link_get(&hw, &link);
	EXPECT_EQ(link.link_status, 0) << "the port was told so";
}

TEST_F(E1000Hw, Eeprom)
{
	uint16_t data[4] = {};

	EXPECT_EQ(e1000_nvm_words(&hw), 0u) << "there is none";
	EXPECT_EQ(e1000_nvm_read(&hw, 0, 1, data), -EINVAL);
	set(E1000_EECD, E1000_EECD_PRES);
	EXPECT_EQ(e1000_nvm_words(&hw), 64u);
	set(E1000_EECD, E1000_EECD_PRES | 2u << 11);
	EXPECT_EQ(e1000_nvm_words(&hw), 256u);
	EXPECT_EQ(e1000_nvm_read(&hw, 255, 2, data), -EINVAL);
	EXPECT_EQ(e1000_nvm_read(&hw, UINT32_MAX, 2, data), -EINVAL);
	EXPECT_EQ(e1000_nvm_read(&hw, 0, 1, data), -ETIMEDOUT) << "it is never done";
	live([this] {
		const uint32_t eerd = get(E1000_EERD);

		if (eerd & E1000_EERD_START)
			set(E1000_EERD, (eerd >> 2 & E1000_EERD_ADDR_MAX) * 3 << 16 | E1000_EERD_DONE);
	});
	EXPECT_EQ(patiently([&] { return e1000_nvm_read(&hw, 7, 2, data); }), 0);
	EXPECT_EQ(data[0], 21);
	EXPECT_EQ(data[1], 24);
}

TEST_F(E1000Hw, AddressFilters)
{
	const plx_ether_addr mac = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };
	plx_ether_addr read;

	e1000_rar_set(&hw, 0, &mac);
	EXPECT_EQ(get(E1000_RAL(0)), 0x12005452u);
	EXPECT_EQ(get(E1000_RAH(0)), 0x5634u | E1000_RAH_AV);
	e1000_mac_get(&hw, &read);
	EXPECT_TRUE(plx_is_same_ether_addr(&mac, &read));
	e1000_rar_set(&hw, 15, &mac);
	EXPECT_EQ(get(0x5478), 0x12005452u);
	EXPECT_EQ(e1000_rar_offset(16), 0x54e0u) << "behind a gap";
	e1000_rar_clear(&hw, 15);
	EXPECT_EQ(get(E1000_RAH(15)), 0u);
}

TEST_F(E1000Hw, MulticastAndVlans)
{
	const plx_ether_addr mc = { { 0x01, 0x00, 0x5e, 0x00, 0x12, 0x34 } };

	e1000_mta_set(&hw, &mc, 1);
	EXPECT_EQ(get(E1000_MTA(0x341 >> 5)), 1u << (0x341 & 31));
	e1000_mta_set(&hw, nullptr, 0);
	EXPECT_EQ(get(E1000_MTA(0x341 >> 5)), 0u);
	e1000_vfta_set(&hw, 4095, true);
	e1000_vfta_set(&hw, 4064, true);
	EXPECT_EQ(get(E1000_VFTA(127)), 0x80000001u);
	e1000_vfta_set(&hw, 4095, false);
	EXPECT_EQ(get(E1000_VFTA(127)), 1u);
	e1000_filters_clear(&hw);
	EXPECT_EQ(get(E1000_VFTA(127)), 0u);
}

TEST_F(E1000Hw, StatisticsAddUp)
{
	set(E1000_MPC, 5);
	set(E1000_TORL, 7);
	set(E1000_TORL + 4, 2);
	e1000_stats_update(&hw);
	e1000_stats_update(&hw);
	EXPECT_EQ(e1000_stat_get(&hw, E1000_MPC), 10u);
	EXPECT_EQ(e1000_stat_get(&hw, E1000_TORL), 2 * 0x200000007u);
	e1000_stats_reset(&hw);
	EXPECT_EQ(e1000_stat_get(&hw, E1000_MPC), 0u);
	EXPECT_EQ(e1000_stat_get(&hw, 0x4ffc), 0u) << "no such counter";
}

TEST_F(E1000Hw, FlowControlWaterMarks)
{
	plx_eth_fc_conf fc {};

	set(E1000_PBA, 20);
	fc.mode = PLX_ETH_FC_TX_PAUSE;
	fc.high_water = 20 << 10;
	EXPECT_EQ(e1000_fc_set(&hw, &fc), -EINVAL) << "all of the buffer";
	fc.high_water = 1000;
	fc.low_water = 1001;
	EXPECT_EQ(e1000_fc_set(&hw, &fc), -EINVAL) << "low above high";
	fc.low_water = 504;
	fc.pause_time = 100;
	fc.send_xon = 1;
	EXPECT_EQ(e1000_fc_set(&hw, &fc), 0);
	EXPECT_EQ(get(E1000_FCRTH), 1000u);
	EXPECT_EQ(get(E1000_FCRTL), 504u | E1000_FCRTL_XONE);
	EXPECT_EQ(get(E1000_CTRL), E1000_CTRL_TFCE);
	plx_eth_fc_conf read {};
	e1000_fc_get(&hw, &read);
	EXPECT_EQ(read.mode, PLX_ETH_FC_TX_PAUSE);
	EXPECT_EQ(read.high_water, 1000u);
	EXPECT_EQ(read.pause_time, 100);
	fc.mode = PLX_ETH_FC_NONE;
	EXPECT_EQ(e1000_fc_set(&hw, &fc), 0);
	EXPECT_EQ(get(E1000_CTRL), 0u);
	EXPECT_EQ(get(E1000_FCRTH), 0u);
}

TEST_F(E1000Hw, Led)
{
	set(E1000_LEDCTL, 0x07068302);
	e1000_led_set(&hw, true);
	e1000_led_set(&hw, true);
	EXPECT_EQ(get(E1000_LEDCTL), 0x0706830eu);
	e1000_led_set(&hw, false);
	EXPECT_EQ(get(E1000_LEDCTL), 0x07068302u);
}

} // namespace
