/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: what is near the chip, and the registry of drivers. */
#include <plx_ptype.h>

#include "test_ethdev_toy.h"

namespace {

TEST_F(Ethdev, FlowControl)
{
	plx_eth_fc_conf fc = {}, now;

	toy->fc.pause_time = 99;
	ASSERT_EQ(plx_eth_dev_flow_ctrl_get(id, &now), 0);
	EXPECT_EQ(now.pause_time, 99) << "the chip's";
	fc.low_water = 2;
	fc.high_water = 1;
	expect_refused(-EINVAL, { "1 bytes", "to 2" },
		[&] { return plx_eth_dev_flow_ctrl_set(id, &fc); });
	fc.high_water = 3;
	fc.mode = static_cast<plx_eth_fc_mode>(4);
	expect_refused(-EINVAL, { "mode 4" }, [&] { return plx_eth_dev_flow_ctrl_set(id, &fc); });
	fc.mode = PLX_ETH_FC_FULL;
	ASSERT_EQ(plx_eth_dev_flow_ctrl_set(id, &fc), 0);
	EXPECT_EQ(toy->count("fc set"), 0u);
	ASSERT_EQ(plx_eth_dev_flow_ctrl_get(id, &now), 0);
	EXPECT_EQ(now.high_water, 3u) << "what the start will set";
	start();
	ASSERT_EQ(plx_eth_dev_flow_ctrl_get(id, &now), 0);
	EXPECT_EQ(now.high_water, 3u);
	toy->fails = "fc set";
	fc.high_water = 7;
	expect_refused(-EIO, { "flow control", "EIO" },
		[&] { return plx_eth_dev_flow_ctrl_set(id, &fc); });
	EXPECT_EQ(toy->dev->fc_conf.high_water, 3u);
	toy->fails = "fc get";
	EXPECT_EQ(plx_eth_dev_flow_ctrl_get(id, &now), -EIO);
	toy->ops.flow_ctrl_get = nullptr;
	toy->ops.flow_ctrl_set = nullptr;
	EXPECT_EQ(plx_eth_dev_flow_ctrl_get(id, &now), -ENOTSUP);
	expect_refused(-ENOTSUP, { "flow control" },
		[&] { return plx_eth_dev_flow_ctrl_set(id, &fc); });
	EXPECT_EQ(plx_eth_dev_flow_ctrl_get(NO_PORT, &now), -ENODEV);
	expect_refused(-ENODEV, { "flow control" },
		[&] { return plx_eth_dev_flow_ctrl_set(NO_PORT, &fc); });
}

TEST_F(Ethdev, LinkUpAndDown)
{
	set_up();
	expect_refused(-EINVAL, { "start it" }, [&] { return plx_eth_dev_set_link_up(id); });
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	toy->calls.clear();
	EXPECT_EQ(plx_eth_dev_set_link_down(id), 0);
	EXPECT_EQ(plx_eth_dev_set_link_up(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "link down", "link up" }));
	toy->fails = "link up";
	expect_refused(-EIO, { "link up", "EIO" }, [&] { return plx_eth_dev_set_link_up(id); });
	toy->ops.dev_set_link_down = nullptr;
	expect_refused(-ENOTSUP, { "link down" }, [&] { return plx_eth_dev_set_link_down(id); });
	expect_refused(-ENODEV, { "link" }, [] { return plx_eth_dev_set_link_down(NO_PORT); });
	expect_refused(-ENODEV, { "link" }, [] { return plx_eth_dev_set_link_up(NO_PORT); });
}

TEST_F(Ethdev, Led)
{
	EXPECT_EQ(plx_eth_led_on(id), 0);
	EXPECT_EQ(plx_eth_led_off(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "led on", "led off" }));
	toy->fails = "led on";
	expect_refused(-EIO, { "LED", "EIO" }, [&] { return plx_eth_led_on(id); });
	toy->ops.dev_led_on = nullptr;
	toy->ops.dev_led_off = nullptr;
	for (auto set : { plx_eth_led_on, plx_eth_led_off }) {
		expect_refused(-ENOTSUP, { "LED" }, [&] { return set(id); });
		expect_refused(-ENODEV, { "LED" }, [&] { return set(NO_PORT); });
	}
}

/* The toy's has 64 bytes. */
TEST_F(Ethdev, Eeprom)
{
	uint8_t data[64];
	plx_dev_eeprom_info piece = { data, 32, 32, 0 }, beyond = { data, 33, 32, 0 },
		wraps = { data, UINT32_MAX, 2, 0 }, none = { nullptr, 0, 1, 0 };

	EXPECT_EQ(plx_eth_dev_get_eeprom_length(id), 64);
	EXPECT_EQ(plx_eth_dev_get_eeprom(id, &piece), 0);
	EXPECT_EQ(plx_eth_dev_set_eeprom(id, &piece), 0);
	for (plx_dev_eeprom_info *bad : { &beyond, &wraps, &none }) {
		EXPECT_EQ(plx_eth_dev_get_eeprom(id, bad), -EINVAL);
		expect_refused(-EINVAL, { "EEPROM", "64" },
			[&] { return plx_eth_dev_set_eeprom(id, bad); });
	}
	EXPECT_EQ(toy->count("eeprom get"), 1u);
	EXPECT_EQ(toy->count("eeprom set"), 1u);
	toy->fails = "eeprom get";
	EXPECT_EQ(plx_eth_dev_get_eeprom(id, &piece), -EIO);
	toy->fails = "eeprom set";
	expect_refused(-EIO, { "EEPROM", "EIO" },
		[&] { return plx_eth_dev_set_eeprom(id, &piece); });
	toy->fails = "eeprom length";
	EXPECT_EQ(plx_eth_dev_get_eeprom(id, &piece), -EIO);
	expect_refused(-EIO, { "EEPROM" }, [&] { return plx_eth_dev_set_eeprom(id, &piece); });
	toy->fails = "";
	toy->ops.get_eeprom = nullptr;
	toy->ops.set_eeprom = nullptr;
	EXPECT_EQ(plx_eth_dev_get_eeprom(id, &piece), -ENOTSUP);
	expect_refused(-ENOTSUP, { "EEPROM" }, [&] { return plx_eth_dev_set_eeprom(id, &piece); });
	toy->ops.get_eeprom_length = nullptr;
	EXPECT_EQ(plx_eth_dev_get_eeprom_length(id), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_get_eeprom_length(NO_PORT), -ENODEV);
	EXPECT_EQ(plx_eth_dev_get_eeprom(NO_PORT, &piece), -ENODEV);
	expect_refused(-ENODEV, { "EEPROM" },
		[&] { return plx_eth_dev_set_eeprom(NO_PORT, &piece); });
}

TEST_F(Ethdev, RegistersAndFirmware)
{
	plx_dev_reg_info regs = {};
	char fw[8];

	EXPECT_EQ(plx_eth_dev_get_reg_info(id, &regs), 0);
	EXPECT_EQ(plx_eth_dev_fw_version_get(id, fw, sizeof(fw)), 0);
	toy->fails = "reg";
	EXPECT_EQ(plx_eth_dev_get_reg_info(id, &regs), -EIO);
	toy->fails = "fw";
	EXPECT_EQ(plx_eth_dev_fw_version_get(id, fw, sizeof(fw)), -EIO);
	toy->ops.get_reg = nullptr;
	toy->ops.fw_version_get = nullptr;
	EXPECT_EQ(plx_eth_dev_get_reg_info(id, &regs), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_fw_version_get(id, fw, sizeof(fw)), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_get_reg_info(NO_PORT, &regs), -ENODEV);
	EXPECT_EQ(plx_eth_dev_fw_version_get(NO_PORT, fw, sizeof(fw)), -ENODEV);
}

TEST_F(Ethdev, PacketTypesOfTheDriver)
{
	uint32_t types[2] = {};

	toy->ptypes = { PLX_PTYPE_L2_ETHER, PLX_PTYPE_L3_IPV4, PLX_PTYPE_L3_IPV6, PLX_PTYPE_UNKNOWN };
	EXPECT_EQ(plx_eth_dev_get_supported_ptypes(id, PLX_PTYPE_ALL_MASK, nullptr, 0), 3);
	EXPECT_EQ(plx_eth_dev_get_supported_ptypes(id, PLX_PTYPE_L3_MASK, types, 1), 2);
	EXPECT_EQ(types[0], static_cast<uint32_t>(PLX_PTYPE_L3_IPV4));
	EXPECT_EQ(types[1], 0u);
	EXPECT_EQ(plx_eth_dev_get_supported_ptypes(id, PLX_PTYPE_L4_MASK, types, 2), 0);
	toy->ops.supported_ptypes = nullptr;
	EXPECT_EQ(plx_eth_dev_get_supported_ptypes(id, PLX_PTYPE_ALL_MASK, types, 2), 0);
	EXPECT_EQ(plx_eth_dev_get_supported_ptypes(NO_PORT, PLX_PTYPE_ALL_MASK, types, 2), -ENODEV);
}

TEST_F(Ethdev, DriversByTheAlphabet)
{
	static plx_eth_caps toy_caps = {}, last_caps = {};
	std::vector<std::string> names;

	if (last_caps.info.driver_name == nullptr) {
		last_caps.info.driver_name = "zzz";
		toy_caps.info.driver_name = "aaa";
		plx_eth_caps_register(&last_caps);
		plx_eth_caps_register(&toy_caps);
	}
	for (const plx_eth_caps *c = plx_eth_caps_first(); c != nullptr; c = c->next)
		names.push_back(c->info.driver_name);
	EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
	EXPECT_EQ(names.front(), "aaa");
	EXPECT_EQ(names.back(), "zzz");
	EXPECT_EQ(std::count(names.begin(), names.end(), "net_null"), 1);
}

TEST_F(Ethdev, APortOfCaps)
{
	plx_eth_caps caps = {};
	plx_eth_dev_info info;

	caps.info = toy->limits;
	caps.info.max_mac_addrs = 1000;
	caps.ops = &toy->ops;
	toy->ops.dev_infos_get = nullptr;
	toy->dev->caps = &caps;
	toy->dev->dev_ops = nullptr;
	plx_eth_dev_probing_finish(toy->dev);
	EXPECT_EQ(toy->dev->dev_ops, &toy->ops);
	ASSERT_EQ(plx_eth_dev_info_get(id, &info), 0);
	EXPECT_EQ(info.max_rx_queues, 4);
	EXPECT_EQ(info.max_mac_addrs, static_cast<uint32_t>(PLX_ETH_MAC_ADDRS_MAX)) << "ethdev's limit";
	ASSERT_EQ(plx_eth_dev_close(id), 0);
}

} // namespace
