/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: addresses and VLANs, and what comes back after a start. */
#include "test_ethdev_toy.h"

namespace {

class EthdevFilter : public Ethdev {
protected:
	static plx_ether_addr unicast(uint8_t n) { return { { 2, 0, 0, 0, 9, n } }; }
	static plx_ether_addr multicast(uint8_t n) { return { { 1, 0, 0x5e, 0, 9, n } }; }

	int add(uint8_t n)
	{
		const plx_ether_addr mac = unicast(n);

		return plx_eth_dev_mac_addr_add(id, &mac);
	}

	int remove(uint8_t n)
	{
		const plx_ether_addr mac = unicast(n);

		return plx_eth_dev_mac_addr_remove(id, &mac);
	}

	void start_with_vlan_filter()
	{
		plx_eth_conf conf = {};

		conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_FILTER;
		start_with(conf);
	}
};

TEST_F(EthdevFilter, NoSuchPort)
{
	const plx_ether_addr mac = unicast(1);
	const std::vector<std::function<int(uint16_t)>> changes = {
		plx_eth_allmulticast_enable, plx_eth_allmulticast_disable,
		[&](uint16_t p) { return plx_eth_dev_mac_addr_add(p, &mac); },
		[&](uint16_t p) { return plx_eth_dev_mac_addr_remove(p, &mac); },
		[&](uint16_t p) { return plx_eth_dev_set_mc_addr_list(p, &mac, 1); },
		[](uint16_t p) { return plx_eth_dev_vlan_filter(p, 1, 1); },
		[](uint16_t p) { return plx_eth_dev_set_vlan_offload(p, 0); },
	};

	for (const auto &change : changes)
		expect_refused(-ENODEV, { "ENODEV" }, [&] { return change(NO_PORT); });
	EXPECT_EQ(plx_eth_allmulticast_get(NO_PORT), -ENODEV);
	EXPECT_EQ(plx_eth_macaddrs_get(NO_PORT, nullptr, 0), -ENODEV);
	EXPECT_EQ(plx_eth_dev_get_vlan_offload(NO_PORT), -ENODEV);
}

TEST_F(EthdevFilter, NotSupported)
{
	const plx_ether_addr mac = multicast(1);

	start_with_vlan_filter();
	toy->ops.allmulticast_enable = nullptr;
	toy->ops.mac_addr_add = nullptr;
	toy->ops.mac_addr_remove = nullptr;
	toy->ops.set_mc_addr_list = nullptr;
	toy->ops.vlan_filter_set = nullptr;
	toy->ops.vlan_offload_set = nullptr;
	expect_refused(-ENOTSUP, { "multicast" }, [&] { return plx_eth_allmulticast_enable(id); });
	expect_refused(-ENOTSUP, { "add" }, [&] { return add(1); });
	expect_refused(-ENOTSUP, { "remove" }, [&] { return remove(1); });
	expect_refused(-ENOTSUP, { "multicast" },
		[&] { return plx_eth_dev_set_mc_addr_list(id, &mac, 1); });
	expect_refused(-ENOTSUP, { "VLAN" }, [&] { return plx_eth_dev_vlan_filter(id, 1, 1); });
	expect_refused(-ENOTSUP, { "VLAN" }, [&] { return plx_eth_dev_set_vlan_offload(id, 0); });
}

TEST_F(EthdevFilter, AllMulticast)
{
	start();
	EXPECT_EQ(plx_eth_allmulticast_get(id), 0);
	ASSERT_EQ(plx_eth_allmulticast_enable(id), 0);
	ASSERT_EQ(plx_eth_allmulticast_enable(id), 0);
	EXPECT_EQ(plx_eth_allmulticast_get(id), 1);
	toy->fails = "allmulti off";
	expect_refused(-EIO, { "multicast", "EIO" },
		[&] { return plx_eth_allmulticast_disable(id); });
	EXPECT_EQ(plx_eth_allmulticast_get(id), 1);
	EXPECT_EQ(toy->calls, (Calls{ "allmulti on", "allmulti off" }));
}

TEST_F(EthdevFilter, MoreAddresses)
{
	const plx_ether_addr zero = {}, def = toy->dev->mac_addr, one = unicast(1),
		group = multicast(1);
	plx_ether_addr all[4];

	start();
	for (const plx_ether_addr *bad : { &zero, &group })
		expect_refused(-EINVAL, { "unicast" },
			[&] { return plx_eth_dev_mac_addr_add(id, bad); });
	EXPECT_EQ(plx_eth_dev_mac_addr_add(id, &def), 0) << "the default one";
	EXPECT_EQ(add(1), 0);
	EXPECT_EQ(add(1), 0);
	EXPECT_EQ(add(2), 0);
	EXPECT_EQ(add(3), 0);
	expect_refused(-ENOSPC, { "4 MAC addresses" }, [&] { return add(4); });
	EXPECT_EQ(plx_eth_macaddrs_get(id, all, 2), 4);
	EXPECT_TRUE(plx_is_same_ether_addr(&all[0], &def));
	EXPECT_TRUE(plx_is_same_ether_addr(&all[1], &one));
	EXPECT_EQ(remove(2), 0);
	EXPECT_EQ(plx_eth_macaddrs_get(id, all, 4), 3);
	EXPECT_EQ(add(4), 0);
	EXPECT_EQ(toy->calls, (Calls{ "mac add 1", "mac add 2", "mac add 3", "mac remove 2",
		"mac add 2" }));
	expect_refused(-ENOENT, { "02:00:00:00:09:09" }, [&] { return remove(9); });
	expect_refused(-ENOENT, { "00:00:00:00:00:00" },
		[&] { return plx_eth_dev_mac_addr_remove(id, &zero); });
	expect_refused(-EADDRINUSE, { "default" },
		[&] { return plx_eth_dev_mac_addr_remove(id, &def); });
	expect_refused(-EEXIST, { "02:00:00:00:09:01", "remove it" },
		[&] { return plx_eth_dev_default_mac_addr_set(id, &one); });
}

TEST_F(EthdevFilter, AnAddressThatTheDriverRefuses)
{
	start();
	toy->fails = "mac add 1";
	expect_refused(-EIO, { "add", "EIO" }, [&] { return add(1); });
	EXPECT_EQ(plx_eth_macaddrs_get(id, nullptr, 0), 1);
	toy->fails = "mac remove 1";
	ASSERT_EQ(add(1), 0);
	expect_refused(-EIO, { "remove", "EIO" }, [&] { return remove(1); });
	EXPECT_EQ(plx_eth_macaddrs_get(id, nullptr, 0), 2);
}

TEST_F(EthdevFilter, MulticastList)
{
	const plx_ether_addr list[] = { multicast(1), multicast(2), multicast(3), multicast(4) };
	const plx_ether_addr bad[] = { multicast(1), unicast(1) };

	start();
	expect_refused(-ENOSPC, { "4 multicast", "3" },
		[&] { return plx_eth_dev_set_mc_addr_list(id, list, 4); });
	expect_refused(-EINVAL, { "02:00:00:00:09:01", "multicast" },
		[&] { return plx_eth_dev_set_mc_addr_list(id, bad, 2); });
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(id, list, 3), 0);
	EXPECT_EQ(toy->mc_list.size(), 3u);
	toy->fails = "mc 1";
	expect_refused(-EIO, { "multicast", "EIO" },
		[&] { return plx_eth_dev_set_mc_addr_list(id, list, 1); });
	EXPECT_EQ(toy->dev->nb_mc_addrs, 3u);
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(id, nullptr, 0), 0);
	EXPECT_EQ(toy->calls, (Calls{ "mc 3", "mc 1", "mc 0" }));
}

TEST_F(EthdevFilter, Vlans)
{
	start_with_vlan_filter();
	expect_refused(-EINVAL, { "4096", "4095" },
		[&] { return plx_eth_dev_vlan_filter(id, 4096, 1); });
	EXPECT_EQ(plx_eth_dev_vlan_filter(id, 4095, 1), 0);
	EXPECT_EQ(plx_eth_dev_vlan_filter(id, 4095, 1), 0);
	EXPECT_EQ(plx_eth_dev_vlan_filter(id, 0, 1), 0);
	EXPECT_EQ(plx_eth_dev_vlan_filter(id, 0, 0), 0);
	EXPECT_EQ(plx_eth_dev_vlan_filter(id, 0, 0), 0);
	EXPECT_EQ(toy->calls, (Calls{ "vlan on 4095", "vlan on 0", "vlan off 0" }));
	toy->fails = "vlan on 7";
	expect_refused(-EIO, { "VLAN", "EIO" }, [&] { return plx_eth_dev_vlan_filter(id, 7, 1); });
	EXPECT_EQ(toy->dev->vlan_ids[0], 0u);
	toy->fails = "";
	ASSERT_EQ(plx_eth_dev_set_vlan_offload(id, 0), 0);
	expect_refused(-ENOTSUP, { "VLAN_FILTER is off" },
		[&] { return plx_eth_dev_vlan_filter(id, 7, 1); });
}

TEST_F(EthdevFilter, VlanOffloads)
{
	plx_eth_rxq_info info;

	start_with_vlan_filter();
	ASSERT_EQ(plx_eth_dev_vlan_filter(id, 5, 1), 0);
	toy->calls.clear();
	EXPECT_EQ(plx_eth_dev_get_vlan_offload(id), PLX_ETH_VLAN_FILTER_OFFLOAD);
	expect_refused(-EINVAL, { "0x10", "0x7" },
		[&] { return plx_eth_dev_set_vlan_offload(id, 0x10); });
	expect_refused(-EINVAL, { "no VLAN_EXTEND", "EINVAL" },
		[&] { return plx_eth_dev_set_vlan_offload(id, PLX_ETH_VLAN_EXTEND_OFFLOAD); });
	EXPECT_EQ(plx_eth_dev_set_vlan_offload(id, PLX_ETH_VLAN_FILTER_OFFLOAD), 0);
	EXPECT_EQ(toy->calls, Calls{}) << "it is so";
	EXPECT_EQ(plx_eth_dev_set_vlan_offload(id, PLX_ETH_VLAN_STRIP_OFFLOAD), 0);
	EXPECT_EQ(toy->calls, Calls{ "vlan offload 3" }) << "both changed";
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 0, &info), 0);
	EXPECT_EQ(info.conf.offloads, PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
	/* A filter that comes back knows its VLANs, before it filters. */
	toy->calls.clear();
	EXPECT_EQ(plx_eth_dev_set_vlan_offload(id, PLX_ETH_VLAN_FILTER_OFFLOAD), 0);
	EXPECT_EQ(toy->calls, (Calls{ "vlan on 5", "vlan offload 3" }));
	for (const char *fails : { "vlan offload 2", "vlan on 5" }) {
		ASSERT_EQ(plx_eth_dev_set_vlan_offload(id, 0), 0);
		toy->fails = fails;
		expect_refused(-EIO, { "VLAN", "EIO" }, [&] {
			return plx_eth_dev_set_vlan_offload(id, PLX_ETH_VLAN_FILTER_OFFLOAD);
		});
		EXPECT_EQ(plx_eth_dev_get_vlan_offload(id), 0);
		toy->fails = "";
	}
}

/* Everything that can be set, in the order in which it comes back. */
const Calls RESTORED = { "start", "mac add 1", "mc 1", "vlan on 5", "promisc on", "allmulti on",
	"fc set" };

class EthdevRestore : public EthdevFilter {
protected:
	void set_all()
	{
		const plx_ether_addr group = multicast(1);
		plx_eth_fc_conf fc = {};

		ASSERT_EQ(add(1), 0);
		ASSERT_EQ(plx_eth_dev_set_mc_addr_list(id, &group, 1), 0);
		ASSERT_EQ(plx_eth_dev_vlan_filter(id, 5, 1), 0);
		ASSERT_EQ(plx_eth_promiscuous_enable(id), 0);
		ASSERT_EQ(plx_eth_allmulticast_enable(id), 0);
		fc.high_water = 1000;
		ASSERT_EQ(plx_eth_dev_flow_ctrl_set(id, &fc), 0);
	}
};

TEST_F(EthdevRestore, WhatWasSetComesBack)
{
	start_with_vlan_filter();
	set_all();
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->calls.clear();
	toy->fc = {};
	toy->mc_list.clear();
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_EQ(toy->calls, RESTORED);
	EXPECT_EQ(toy->fc.high_water, 1000u);
	ASSERT_EQ(toy->mc_list.size(), 1u);
}

TEST_F(EthdevRestore, WhatIsSetBeforeAStartComesWithIt)
{
	start_with_vlan_filter();
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->calls.clear();
	set_all();
	EXPECT_EQ(toy->calls, Calls{});
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_EQ(toy->calls, RESTORED);
}

TEST_F(EthdevRestore, IfItDoesNotThePortStops)
{
	start_with_vlan_filter();
	set_all();
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	for (size_t i = 1; i < RESTORED.size(); i++) {
		toy->calls.clear();
		toy->fails = RESTORED[i];
		expect_refused(-EIO, { "EIO" }, [&] { return plx_eth_dev_start(id); });
		EXPECT_FALSE(bursts_work());
		Calls expected(RESTORED.begin(), RESTORED.begin() + static_cast<int>(i) + 1);
		expected.push_back("stop");
		EXPECT_EQ(toy->calls, expected);
	}
	toy->fails = "";
	ASSERT_EQ(plx_eth_dev_start(id), 0);
}

TEST_F(EthdevRestore, AlsoAfterAReset)
{
	start_with_vlan_filter();
	set_all();
	toy->calls.clear();
	ASSERT_EQ(plx_eth_dev_reset(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "stop", "rx release 0", "tx release 0", "reset" }));
	expect_refused(-EINVAL, { "configure it" }, [&] { return plx_eth_dev_start(id); });
	start_with_vlan_filter();
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->calls.clear();
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_EQ(toy->calls, RESTORED);
}

TEST_F(EthdevRestore, ResetFails)
{
	start();
	toy->fails = "reset";
	expect_refused(-EIO, { "reset", "EIO" }, [&] { return plx_eth_dev_reset(id); });
	EXPECT_EQ(plx_eth_dev_start(id), -EINVAL);
	start();
	toy->fails = "stop";
	expect_refused(0, { "stop", "EIO" }, [&] { return plx_eth_dev_reset(id); });
	toy->fails = "";
	start();
	toy->calls.clear();
	toy->ops.dev_reset = nullptr;
	expect_refused(-ENOTSUP, { "reset" }, [&] { return plx_eth_dev_reset(id); });
	EXPECT_EQ(toy->calls, Calls{}) << "it runs on";
	expect_refused(-ENODEV, { "reset" }, [] { return plx_eth_dev_reset(NO_PORT); });
}

} // namespace
