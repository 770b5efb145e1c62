/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port tells of itself, and what can be set: link, statistics, promiscuity, address, MTU. */
#include "test_ethdev_toy.h"

namespace {

TEST_F(Ethdev, Info)
{
	plx_eth_dev_info info;

	set_up();
	ASSERT_EQ(plx_eth_dev_info_get(id, &info), 0);
	EXPECT_EQ(info.device, &toy->device);
	EXPECT_STREQ(info.driver_name, "net_toy");
	EXPECT_EQ(info.nb_rx_queues, 1);
	EXPECT_EQ(info.max_rx_queues, 4);
}

TEST_F(Ethdev, LinkAndStatistics)
{
	plx_eth_link link;
	plx_eth_stats stats;

	toy->link.link_speed = 100;
	toy->stats.imissed = 7;
	EXPECT_EQ(plx_eth_link_get_nowait(id, &link), 0);
	EXPECT_EQ(link.link_speed, 100u);
	EXPECT_EQ(plx_eth_link_get(id, &link), 0);
	EXPECT_EQ(plx_eth_stats_get(id, &stats), 0);
	EXPECT_EQ(stats.imissed, 7u);
	EXPECT_EQ(plx_eth_stats_reset(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "link", "link wait", "stats", "stats reset" }));
	toy->fails = "stats";
	EXPECT_EQ(plx_eth_stats_get(id, &stats), -EIO);
	toy->fails = "stats reset";
	expect_refused(-EIO, { "statistics" }, [&] { return plx_eth_stats_reset(id); });
}

TEST_F(Ethdev, PromiscuousSurvivesAStop)
{
	set_up();
	EXPECT_EQ(plx_eth_promiscuous_get(id), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(id), 0);
	EXPECT_EQ(plx_eth_promiscuous_get(id), 1);
	EXPECT_EQ(toy->calls, Calls{}) << "not before the start";
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(id), 0) << "it is on already";
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	ASSERT_EQ(plx_eth_promiscuous_disable(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "start", "promisc on", "stop", "start", "promisc on",
		"promisc off" }));
	toy->fails = "promisc on";
	expect_refused(-EIO, { "EIO" }, [&] { return plx_eth_promiscuous_enable(id); });
	EXPECT_EQ(plx_eth_promiscuous_get(id), 0);
	toy->ops.promiscuous_enable = nullptr;
	expect_refused(-ENOTSUP, { "EOPNOTSUPP" }, [&] { return plx_eth_promiscuous_enable(id); });
}

TEST_F(Ethdev, MacAddress)
{
	const plx_ether_addr old = toy->dev->mac_addr, mac = { { 2, 0, 0, 0, 0, 9 } },
		group = { { 1, 0, 0, 0, 0, 9 } }, zero = {};
	plx_ether_addr now;

	for (const plx_ether_addr *bad : { &group, &zero })
		expect_refused(-EINVAL, { "unicast" },
			[&] { return plx_eth_dev_default_mac_addr_set(id, bad); });
	toy->fails = "mac";
	expect_refused(-EIO, { "MAC", "EIO" },
		[&] { return plx_eth_dev_default_mac_addr_set(id, &mac); });
	ASSERT_EQ(plx_eth_macaddr_get(id, &now), 0);
	EXPECT_TRUE(plx_is_same_ether_addr(&now, &old));
	toy->fails = "";
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(id, &mac), 0);
	ASSERT_EQ(plx_eth_macaddr_get(id, &now), 0);
	EXPECT_TRUE(plx_is_same_ether_addr(&now, &mac));
	toy->ops.mac_addr_set = nullptr;
	expect_refused(-ENOTSUP, { "EOPNOTSUPP" },
		[&] { return plx_eth_dev_default_mac_addr_set(id, &mac); });
}

TEST_F(Ethdev, Mtu)
{
	plx_eth_conf conf = {};
	uint16_t mtu;

	for (uint16_t bad : { 0, 67, 9001 })
		expect_refused(-EINVAL, { std::to_string(bad), "68 to 9000" },
			[&] { return plx_eth_dev_set_mtu(id, bad); });
	toy->fails = "mtu 2000";
	expect_refused(-EIO, { "MTU", "EIO" }, [&] { return plx_eth_dev_set_mtu(id, 2000); });
	EXPECT_EQ(toy->dev->mtu, 1500);
	EXPECT_EQ(plx_eth_dev_set_mtu(id, 9000), 0);
	EXPECT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
	ASSERT_EQ(plx_eth_dev_get_mtu(id, &mtu), 0);
	EXPECT_EQ(mtu, 1500) << "the default";
	toy->limits.max_mtu = 1400;
	EXPECT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
	EXPECT_EQ(toy->dev->mtu, 1400) << "the nearest to the default";
	toy->ops.mtu_set = nullptr;
	EXPECT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
	conf.rxmode.mtu = 1000;
	expect_refused(-ENOTSUP, { "EOPNOTSUPP" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	expect_refused(-ENOTSUP, { "EOPNOTSUPP" }, [&] { return plx_eth_dev_set_mtu(id, 1000); });
	conf.rxmode.mtu = 1400;
	EXPECT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0) << "what it is already";
}

} // namespace
