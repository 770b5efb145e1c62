/* SPDX-License-Identifier: BSD-3-Clause */
/* net_af_packet over a veth pair: frames, addresses, several queues, interrupts, and an interface that goes. */
#include <cerrno>
#include <thread>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <plx_eal.h>

#include "test_netns.h"
#include "test_vport.h"

namespace {

const std::string OTHER = "\x02\x09\x09\x09\x09\x09", BROADCAST(6, '\xff');

/* A frame to @dst that does not look like one of the kernel's. */
std::string
frame_to(const std::string &dst, const std::string &text, size_t len = 60)
{
	std::string f = dst + std::string("\x02\x01\x01\x01\x01\x01\x88\xb5", 8) + text;

	f.resize(std::max(len, f.size()), '.');
	return f;
}

class NetAfPacket : public VportTest {
protected:
	void SetUp() override
	{
		VportTest::SetUp();
		make_veth("left", "right");
	}

	void TearDown() override
	{
		if (!gone)
			delete_link("left");
		VportTest::TearDown();
	}

	/* The frames of ours that come to a queue, at least @n; those of the kernel are left out. */
	Strings wait_for(const Vport &port, size_t n, uint16_t queue = 0)
	{
		Strings ours;

		EXPECT_TRUE(eventually([&] {
			for (auto &f : receive(port.id, queue))
				if (f.find("\x88\xb5") != std::string::npos)
					ours.push_back(f);
			return ours.size() >= n;
		}));
		return ours;
	}

	static std::string mac_of(const Vport &port)
	{
		plx_ether_addr mac;

		EXPECT_EQ(plx_eth_macaddr_get(port.id, &mac), 0);
		return std::string(reinterpret_cast<char *>(mac.addr_bytes), 6);
	}

	bool gone = false;
};

TEST_F(NetAfPacket, FramesGoBothWays)
{
	Vport port("net_af_packet0", "iface=left");
	Peer peer("right");

	ASSERT_EQ(port.run(mp), 0);
	EXPECT_TRUE(port.has_link());
	for (size_t len : { 60, 61, 1514 }) {
		peer.send(frame_to(mac_of(port), "in", len));
		EXPECT_EQ(wait_for(port, 1), Strings{ frame_to(mac_of(port), "in", len) });
		EXPECT_TRUE(send(port.id, frame_to(OTHER, "out", len), 0, len > 100 ? 3 : 1));
		EXPECT_EQ(peer.receive(OTHER), frame_to(OTHER, "out", len));
	}
	EXPECT_EQ(port.stats().ipackets, 3u);
	EXPECT_EQ(port.stats().ibytes, 60u + 61 + 1514);
	EXPECT_EQ(port.stats().opackets, 3u);
	EXPECT_EQ(port.stats().obytes, 60u + 61 + 1514);
	/* What does not fit a slot. */
	EXPECT_TRUE(send(port.id, frame_to(OTHER, "long", 2040), 0, 2));
	EXPECT_EQ(port.stats().oerrors, 1u);
}

TEST_F(NetAfPacket, ReceivesWhatIsForIt)
{
	Vport port("net_af_packet0", "iface=left");
	Peer peer("right");
	const std::string mine = mac_of(port), group("\x01\x00\x5e\x01\x02\x03", 6), second = "\x02\x07\x07\x07\x07\x07";
	const auto address = [](const std::string &s) {
		plx_ether_addr a;

		s.copy(reinterpret_cast<char *>(a.addr_bytes), 6);
		return a;
	};
	plx_ether_addr group_addr = address(group), second_addr = address(second);

	ASSERT_EQ(port.run(mp), 0);
	const auto heard = [&] {
		Strings texts;

		for (const auto &dst : { mine, OTHER, second, group, BROADCAST })
			peer.send(frame_to(dst, "x"));
		peer.send(frame_to(mine, "last"));
		for (const auto &f : wait_for(port, 1))
			texts.push_back(f);
		while (texts.empty() || texts.back() != frame_to(mine, "last"))
			for (const auto &f : wait_for(port, 1))
				texts.push_back(f);
		texts.pop_back();
		for (auto &t : texts)
			t.resize(6);
		return texts;
	};
	EXPECT_EQ(heard(), (Strings{ mine, BROADCAST }));
	EXPECT_EQ(plx_eth_dev_mac_addr_add(port.id, &second_addr), 0);
	EXPECT_EQ(heard(), (Strings{ mine, second, BROADCAST }));
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(port.id, &group_addr, 1), 0);
	EXPECT_EQ(heard(), (Strings{ mine, second, group, BROADCAST }));
	/* All of it again after a restart. */
	ASSERT_EQ(plx_eth_dev_stop(port.id), 0);
	ASSERT_EQ(plx_eth_dev_start(port.id), 0);
	EXPECT_EQ(heard(), (Strings{ mine, second, group, BROADCAST }));
	EXPECT_EQ(plx_eth_dev_mac_addr_remove(port.id, &second_addr), 0);
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(port.id, nullptr, 0), 0);
	EXPECT_EQ(plx_eth_allmulticast_enable(port.id), 0);
	EXPECT_EQ(heard(), (Strings{ mine, group, BROADCAST }));
	EXPECT_EQ(plx_eth_allmulticast_disable(port.id), 0);
	EXPECT_EQ(plx_eth_promiscuous_enable(port.id), 0);
	EXPECT_EQ(heard(), (Strings{ mine, OTHER, second, group, BROADCAST }));
	EXPECT_EQ(plx_eth_promiscuous_disable(port.id), 0);
	EXPECT_EQ(heard(), (Strings{ mine, BROADCAST }));
}

TEST_F(NetAfPacket, AFullQueueIsCountedAndGoesOn)
{
	Vport port("net_af_packet0", "iface=left,framecnt=16");
	Peer peer("right");

	ASSERT_EQ(port.run(mp), 0);
	for (int i = 0; i < 100; i++)
		peer.send(frame_to(mac_of(port), "many"));
	EXPECT_TRUE(eventually([&] { return port.stats().imissed >= 84; }));
	EXPECT_EQ(wait_for(port, 16).size(), 16u);
	EXPECT_EQ(plx_eth_stats_reset(port.id), 0);
	EXPECT_EQ(port.stats().imissed, 0u);
	peer.send(frame_to(mac_of(port), "again"));
	EXPECT_EQ(wait_for(port, 1), Strings{ frame_to(mac_of(port), "again") });
}

TEST_F(NetAfPacket, WithoutMbufsFramesWait)
{
	plx_mempool *small = plx_pktmbuf_pool_create("small", 1, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	{
		Vport port("net_af_packet0", "iface=left");
		Peer peer("right");
		plx_mbuf *hold = plx_pktmbuf_alloc(small);

		ASSERT_EQ(port.run(small), 0);
		peer.send(frame_to(mac_of(port), "waits"));
		EXPECT_TRUE(eventually([&] { return receive(port.id).empty() && port.stats().rx_nombuf > 0; }));
		plx_pktmbuf_free(hold);
		EXPECT_EQ(wait_for(port, 1), Strings{ frame_to(mac_of(port), "waits") });
	}
	plx_mempool_free(small);
}

TEST_F(NetAfPacket, SeveralQueuesShareTheFlows)
{
	Vport port("net_af_packet0", "iface=left,qpairs=4"), other("net_af_packet1", "iface=right,qpairs=4");
	size_t n = 0;

	ASSERT_EQ(port.run(mp, 4, 4), 0);
	ASSERT_EQ(other.run(mp, 4, 2), 0);
	EXPECT_EQ(plx_eth_promiscuous_enable(other.id), 0);
	for (uint16_t q = 0; q < 4; q++)
		for (int i = 0; i < 8; i++)
			EXPECT_TRUE(send(port.id, frame_to(OTHER, std::to_string(i)), q));
	EXPECT_TRUE(eventually([&] {
		for (uint16_t q = 0; q < 4; q++)
			for (const auto &f : receive(other.id, q))
				n += f.find("\x88\xb5") != std::string::npos;
		return n == 32;
	})) << n;
}

TEST_F(NetAfPacket, VlanTagsStayOrAreStripped)
{
	const std::string tag("\x81\x00\x20\x05", 4);
	plx_eth_conf strip = {};
	Vport port("net_af_packet0", "iface=left");
	Peer peer("right");
	std::string tagged = frame_to(BROADCAST, "tagged");
	plx_mbuf *m = nullptr;

	tagged.insert(12, tag);
	ASSERT_EQ(port.run(mp), 0);
	peer.send(tagged);
	EXPECT_EQ(wait_for(port, 1), Strings{ tagged });
	ASSERT_EQ(plx_eth_dev_stop(port.id), 0);
	strip.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_STRIP;
	ASSERT_EQ(port.run(mp, 1, 1, &strip), 0);
	peer.send(tagged);
	ASSERT_TRUE(eventually([&] { return plx_eth_rx_burst(port.id, 0, &m, 1) == 1; }));
	EXPECT_TRUE(m->ol_flags & PLX_MBUF_F_RX_VLAN_STRIPPED);
	EXPECT_EQ(m->vlan_tci, 0x2005);
	EXPECT_EQ(bytes(m), frame_to(BROADCAST, "tagged"));
}

TEST_F(NetAfPacket, SleepsUntilAFrameComes)
{
	plx_eth_conf conf = {};
	Vport port("net_af_packet0", "iface=left");
	Peer peer("right");
	plx_epoll_event event;

	conf.intr_conf.rxq = 1;
	ASSERT_EQ(port.run(mp, 1, 1, &conf), 0);
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port.id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, nullptr), 0);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(plx_eth_dev_rx_intr_enable(port.id, 0), 0);
		receive(port.id);
		while (plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 0) > 0)
			;

		std::thread sender([&] { peer.send(frame_to(BROADCAST, "wake up")); });

		EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 10 * 1000), 1);
		sender.join();
		ASSERT_EQ(plx_eth_dev_rx_intr_disable(port.id, 0), 0);
		EXPECT_EQ(wait_for(port, 1), Strings{ frame_to(BROADCAST, "wake up") });
	}
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port.id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, nullptr), 0);
}

/* Longer than the other end takes: the interface drops it, and what is behind goes on. */
TEST_F(NetAfPacket, AFrameThatIsDroppedDoesNotStopOthers)
{
	Vport port("net_af_packet0", "iface=left");
	Peer peer("right");

	ASSERT_EQ(port.run(mp), 0);
	ASSERT_TRUE(ip("link set right mtu 1000"));

	plx_mbuf *pkts[] = { packet(frame_to(OTHER, "long", 1400)), packet(frame_to(OTHER, "short")) };

	EXPECT_EQ(plx_eth_tx_burst(port.id, 0, pkts, 2), 2);
	EXPECT_EQ(peer.receive(OTHER), frame_to(OTHER, "short"));
	EXPECT_EQ(port.stats().opackets, 1u);
	EXPECT_EQ(port.stats().obytes, 60u);
	EXPECT_EQ(port.stats().oerrors, 1u);
}

TEST_F(NetAfPacket, AnInterfaceThatGoesDownComesBack)
{
	Vport port("net_af_packet0", "iface=left");
	Peer peer("right");

	ASSERT_EQ(port.run(mp), 0);
	EXPECT_TRUE(ip("link set left down"));
	EXPECT_FALSE(port.has_link());
	expect_one_line(0, { "net_af_packet0", "ENETDOWN" }, [&] {
		for (int i = 0; i < 3; i++)
			EXPECT_TRUE(send(port.id, frame_to(OTHER, "lost")));
		return 0;
	});
	EXPECT_EQ(port.stats().oerrors, 3u);
	EXPECT_EQ(port.stats().opackets, 0u);
	EXPECT_TRUE(ip("link set left up"));
	EXPECT_TRUE(eventually([&] { return port.has_link(); }));
	EXPECT_TRUE(send(port.id, frame_to(OTHER, "out again")));
	EXPECT_EQ(peer.receive(OTHER), frame_to(OTHER, "out again"));
	peer.send(frame_to(BROADCAST, "in again"));
	EXPECT_EQ(wait_for(port, 1), Strings{ frame_to(BROADCAST, "in again") });
}

TEST_F(NetAfPacket, AnInterfaceThatVanishes)
{
	Vport port("net_af_packet0", "iface=left");

	ASSERT_EQ(port.run(mp), 0);
	delete_link("left");
	gone = true;
	EXPECT_FALSE(port.has_link());
	EXPECT_EQ(receive(port.id), Strings{});
	expect_one_line(0, { "net_af_packet0", "E" }, [&] {
		EXPECT_TRUE(send(port.id, frame_to(OTHER, "lost")));
		EXPECT_TRUE(send(port.id, frame_to(OTHER, "lost")));
		return 0;
	});
	EXPECT_EQ(port.stats().oerrors, 2u);
	EXPECT_LT(plx_eth_dev_set_mtu(port.id, 1000), 0);
}

TEST_F(NetAfPacket, MtuAndAddressAreThoseOfTheInterface)
{
	const plx_ether_addr mac = { { 2, 3, 4, 5, 6, 7 } };
	Vport port("net_af_packet0", "iface=left");
	plx_eth_dev_info info;

	ASSERT_EQ(port.run(mp), 0);
	ASSERT_EQ(plx_eth_dev_info_get(port.id, &info), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(port.id, 1400), 0);
	EXPECT_TRUE(ip("link show left | grep -q 'mtu 1400'"));
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port.id, &mac), 0);
	EXPECT_TRUE(ip("link show left | grep -q '02:03:04:05:06:07'"));
	EXPECT_EQ(plx_eth_dev_set_mtu(port.id, uint16_t(info.max_mtu + 1)), -EINVAL);
}

TEST_F(NetAfPacket, RefusesBadArguments)
{
	const std::string name = "net_af_packet0";

	expect_no_vdev(-EINVAL, name, "", { name, "iface=" });
	expect_no_vdev(-EINVAL, name, "iface=", { name, "iface", "an interface" });
	expect_no_vdev(-ENODEV, name, "iface=none0", { name, "none0", "ENODEV" });
	expect_no_vdev(-ENODEV, name, "iface=a_name_that_is_longer_than_names_are", { name, "ENODEV" });
	for (const char *bad : { "qpairs=0", "qpairs=65", "blocksz=4095", "blocksz=0", "framesz=255", "framesz=1000",
			"framecnt=0", "framecnt=x", "qdisc_bypass=2" })
		expect_no_vdev(-EINVAL, name, std::string("iface=left,") + bad, { name, bad, "give" });
	expect_no_vdev(-EINVAL, name, "iface=left,framesz=8192", { name, "8192", "blocksz" });
	expect_no_vdev(-EINVAL, name, "iface=left,framecnt=511", { name, "511", "framecnt" });
	expect_no_vdev(-EINVAL, name, "iface=left,speed=1", { name, "'speed'", "iface, qpairs, blocksz" });
}

/* In a process of its own: what is given up does not come back. */
TEST_F(NetAfPacket, WithoutRights)
{
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (pid == 0) {
		execl("/proc/self/exe", "test_net_af_packet", "--gtest_also_run_disabled_tests",
			"--gtest_filter=*DISABLED_NoRights", nullptr);
		_exit(3);
	}

	int status = 0;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
}

TEST_F(NetAfPacket, DISABLED_NoRights)
{
	__user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	__user_cap_data_struct now[2] = {};

	ASSERT_EQ(syscall(SYS_capget, &header, now), 0);
	now[0].effective &= ~(1U << CAP_NET_RAW);
	ASSERT_EQ(syscall(SYS_capset, &header, now), 0);
	expect_no_vdev(-EPERM, "net_af_packet0", "iface=left", { "net_af_packet0", "left", "EPERM", "CAP_NET_RAW" });
}

} // namespace
