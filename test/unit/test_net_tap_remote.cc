/* SPDX-License-Identifier: BSD-3-Clause */
/* net_tap's remote=: packets both ways through a wire, settings, what is left when it goes. */
#include <atomic>
#include <cstring>

#include "test_net_tap_remote.h"

namespace {

TEST_F(NetTapRemote, PacketsBothWays)
{
	{
		Vport port("net_tap0", "iface=mine,remote=wire");
		Peer far("far");

		ASSERT_EQ(port.run(mp), 0);
		EXPECT_TRUE(eventually([&] { return port.has_link(); }));
		/* Down to a header without anything behind it. */
		for (size_t size : { 60, 1514, 14, 61 }) {
			const std::string f = frame(port, size);

			far.send(f);
			EXPECT_TRUE(comes(port, f)) << size;
			EXPECT_TRUE(send(port.id, frame(port, size, elsewhere)));
			EXPECT_EQ(far.receive(elsewhere).size(), size);
		}
	}
	expect_nothing_changed(before);
}

TEST_F(NetTapRemote, AddressAndMtuAreTheRemotes)
{
	ASSERT_TRUE(ip("link set wire mtu 1400 address 02:00:00:00:00:55 down"));
	before = state_of("wire");
	{
		Vport port("net_tap0", "iface=mine,remote=wire");
		uint16_t mtu = 0;

		EXPECT_TRUE(has("mine", "02:00:00:00:00:55"));
		EXPECT_TRUE(has("mine", "mtu 1400"));
		EXPECT_EQ(plx_eth_dev_get_mtu(port.id, &mtu), 0);
		EXPECT_EQ(mtu, 1400);
		ASSERT_EQ(port.run(mp), 0);
		EXPECT_TRUE(eventually([&] { return port.has_link(); })) << "a start takes it up";
		EXPECT_EQ(plx_eth_dev_set_mtu(port.id, 1300), 0);
		EXPECT_TRUE(has("wire", "mtu 1300"));
		EXPECT_TRUE(has("mine", "mtu 1300"));
		EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port.id, &other_mac), 0);
		EXPECT_TRUE(has("wire", "02:00:00:00:00:77"));
		EXPECT_TRUE(has("mine", "02:00:00:00:00:77"));
	}
	expect_nothing_changed(before);
}

TEST_F(NetTapRemote, AnAddressThatWasAskedForIsTheRemotesToo)
{
	{
		Vport port("net_tap0", "iface=mine,mac=02:00:00:00:00:09,remote=wire");
		Peer far("far");

		EXPECT_TRUE(has("wire", "02:00:00:00:00:09"));
		ASSERT_EQ(port.run(mp), 0);
		far.send(frame(port, 60));
		EXPECT_TRUE(comes(port, frame(port, 60)));
	}
	expect_nothing_changed(before);
}

TEST_F(NetTapRemote, TheRemoteReceivesWhatThePortDoes)
{
	const auto members = [] { return output("ip maddr show dev wire"); };
	const std::string others = members();
	{
		Vport port("net_tap0", "iface=mine,remote=wire");
		Peer far("far");

		ASSERT_EQ(port.run(mp), 0);
		far.send(frame(port, 60, elsewhere));
		far.send(frame(port, 60));
		EXPECT_TRUE(comes(port, frame(port, 60)));
		EXPECT_EQ(port.stats().ipackets, 1u) << "what is for others";
		ASSERT_EQ(plx_eth_promiscuous_enable(port.id), 0);
		ASSERT_EQ(plx_eth_allmulticast_enable(port.id), 0);
		EXPECT_TRUE(has("wire", "promiscuity 1"));
		EXPECT_TRUE(has("wire", "allmulti 1"));
		far.send(frame(port, 60, elsewhere));
		EXPECT_TRUE(comes(port, frame(port, 60, elsewhere)));
		ASSERT_EQ(plx_eth_dev_stop(port.id), 0);
		EXPECT_TRUE(has("wire", "promiscuity 0"));
		ASSERT_EQ(plx_eth_dev_start(port.id), 0);
		EXPECT_TRUE(has("wire", "promiscuity 1"));
		ASSERT_EQ(plx_eth_promiscuous_disable(port.id), 0);
		ASSERT_EQ(plx_eth_allmulticast_disable(port.id), 0);
		EXPECT_TRUE(has("wire", "promiscuity 0"));
		/* A veth that is to receive one more address receives all. */
		ASSERT_EQ(plx_eth_dev_mac_addr_add(port.id, &other_mac), 0);
		EXPECT_TRUE(has("wire", "promiscuity 1"));
		ASSERT_EQ(plx_eth_dev_mac_addr_remove(port.id, &other_mac), 0);
		EXPECT_TRUE(has("wire", "promiscuity 0"));
		ASSERT_EQ(plx_eth_dev_set_mc_addr_list(port.id, &group_mac, 1), 0);
		EXPECT_NE(members().find("01:00:5e:00:00:77"), std::string::npos);
		far.send(frame(port, 60, group));
		EXPECT_TRUE(comes(port, frame(port, 60, group)));
	}
	EXPECT_EQ(members(), others);
	expect_nothing_changed(before);
}

TEST_F(NetTapRemote, WhatWasThereStays)
{
	for (const char *qdisc : { "clsact", "ingress" }) {
		ASSERT_EQ(output(std::string("tc qdisc add dev wire ") + qdisc), "");
		ASSERT_EQ(output("tc filter add dev wire ingress pref 5 protocol ip u32 match u32 0 0 action mirred "
			"egress redirect dev far"), "");

		const std::string was = state_of("wire");
		{
			Vport port("net_tap0", "iface=mine,remote=wire");
			Peer far("far");

			ASSERT_EQ(port.run(mp), 0);
			far.send(frame(port, 60));
			EXPECT_TRUE(comes(port, frame(port, 60)));
		}
		expect_nothing_changed(was);
		ASSERT_EQ(output(std::string("tc qdisc del dev wire ") + qdisc), "");
	}
}

/* A process that was killed leaves a filter that drops all: its tap device is gone, or has stayed. */
TEST_F(NetTapRemote, AFilterThatIsLeftOverIsReplaced)
{
	for (const char *args : { "iface=mine,remote=wire", "iface=mine,persist=1,remote=wire" }) {
		const bool persist = strstr(args, "persist") != nullptr;

		ASSERT_TRUE(ip("tuntap add mine mode tap multi_queue vnet_hdr"));
		ASSERT_EQ(output("tc qdisc add dev wire clsact && tc filter add dev wire ingress pref 1 protocol all "
			"u32 match u32 0 0 action mirred egress redirect dev mine"), "");
		if (!persist)
			delete_link("mine");
		{
			Vport port("net_tap0", args);
			Peer far("far");

			ASSERT_EQ(port.run(mp), 0);
			far.send(frame(port, 60));
			EXPECT_TRUE(comes(port, frame(port, 60)));
		}
		EXPECT_FALSE(has("wire", "u32"));
		ASSERT_EQ(output("tc qdisc del dev wire clsact"), "");
		if (persist)
			delete_link("mine");
	}
}

TEST_F(NetTapRemote, WhatOthersTookAwayIsNoError)
{
	auto port = std::make_unique<Vport>("net_tap0", "iface=mine,remote=wire");

	ASSERT_EQ(output("tc qdisc del dev wire clsact && tc qdisc del dev mine clsact"), "");
	testing::internal::CaptureStderr();
	port.reset();
	EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
	expect_nothing_changed(before);
}

int
count(uint16_t, enum plx_eth_event_type, void *arg, void *)
{
	++*static_cast<std::atomic<int> *>(arg);
	return 0;
}

TEST_F(NetTapRemote, ItsLinkIsThePorts)
{
	plx_eth_conf conf = {};
	Vport port("net_tap0", "iface=mine,remote=wire");
	std::atomic<int> changes { 0 };

	conf.intr_conf.lsc = 1;
	ASSERT_EQ(port.set_up(mp, 1, 1, &conf), 0);
	ASSERT_EQ(plx_eth_dev_callback_register(port.id, PLX_ETH_EVENT_INTR_LSC, count, &changes), 0);
	ASSERT_EQ(plx_eth_dev_start(port.id), 0);
	EXPECT_TRUE(eventually([&] { return port.has_link(); }));

	int was = changes;

	ASSERT_TRUE(ip("link set far down"));
	EXPECT_TRUE(eventually([&] { return changes > was; }));
	EXPECT_FALSE(port.has_link());
	was = changes;
	ASSERT_TRUE(ip("link set far up"));
	EXPECT_TRUE(eventually([&] { return changes > was && port.has_link(); }));
}

TEST_F(NetTapRemote, Gone)
{
	plx_eth_conf conf = {};
	auto port = std::make_unique<Vport>("net_tap0", "iface=mine,remote=wire");
	std::atomic<int> changes { 0 };

	conf.intr_conf.lsc = 1;
	ASSERT_EQ(port->set_up(mp, 1, 1, &conf), 0);
	ASSERT_EQ(plx_eth_dev_callback_register(port->id, PLX_ETH_EVENT_INTR_LSC, count, &changes), 0);
	ASSERT_EQ(plx_eth_dev_start(port->id), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(port->id), 0);
	EXPECT_TRUE(eventually([&] { return port->has_link(); }));

	const int was = changes;

	/* Said once, and all goes on. */
	expect_one_line(0, { "net_tap0", "wire", "ENODEV" }, [&] {
		delete_link("wire");
		EXPECT_TRUE(eventually([&] { return changes > was; }));
		EXPECT_FALSE(port->has_link());
		EXPECT_TRUE(send(port->id, frame(*port, 60, elsewhere)));
		EXPECT_EQ(plx_eth_promiscuous_disable(port->id), 0);
		EXPECT_EQ(plx_eth_allmulticast_enable(port->id), 0);
		EXPECT_EQ(plx_eth_dev_mac_addr_add(port->id, &other_mac), 0);
		EXPECT_EQ(plx_eth_dev_set_mc_addr_list(port->id, &group_mac, 1), 0);
		EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port->id, &third_mac), 0);
		EXPECT_EQ(plx_eth_dev_stop(port->id), 0);
		EXPECT_EQ(plx_eth_dev_set_mtu(port->id, 1300), 0);
		EXPECT_EQ(plx_eth_dev_start(port->id), 0);
		EXPECT_FALSE(port->has_link());
		port.reset();
		return 0;
	});
}

/* Nobody watches then: the start finds out. */
TEST_F(NetTapRemote, GoneWhileThePortWasStopped)
{
	Vport port("net_tap0", "iface=mine,remote=wire");

	ASSERT_EQ(port.set_up(mp), 0);
	delete_link("wire");
	expect_one_line(0, { "net_tap0", "wire", "ENODEV" }, [&] { return plx_eth_dev_start(port.id); });
	EXPECT_FALSE(port.has_link());
}

} // namespace
