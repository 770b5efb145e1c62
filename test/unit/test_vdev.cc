/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtual bus and net_null, from --vdev to packets. Every test starts and ends the EAL. */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plx_bus_vdev.h>
#include <plx_eal.h>
#include <plx_ethdev.h>
#include <plx_lcore.h>
#include <plx_malloc.h>

namespace {

using Words = std::vector<std::string>;

/* What the two drivers of this test were called for; what they fail with. */
Words calls;
std::string fails;

int
note(const char *what, const plx_vdev_device *dev)
{
	calls.push_back(std::string(what) + " " + dev->device.driver->name + " " +
		dev->device.name + " " + dev->device.args);
	return fails == std::string(what) + " " + dev->device.name ? -EIO : 0;
}

int probe_toy(plx_vdev_device *dev) { return note("probe", dev); }
int remove_toy(plx_vdev_device *dev) { return note("remove", dev); }

plx_vdev_driver toy = { { "toy" }, probe_toy, remove_toy, nullptr };
plx_vdev_driver toy_long = { { "toy_long" }, probe_toy, remove_toy, nullptr };
PLX_PMD_REGISTER_VDEV(toy)
PLX_PMD_REGISTER_VDEV(toy_long)

class Vdev : public testing::Test {
protected:
	void SetUp() override
	{
		calls.clear();
		fails = "";
	}

	void TearDown() override
	{
		if (running_) {
			EXPECT_EQ(plx_eal_cleanup(), 0);
		}
		EXPECT_EQ(plx_eth_dev_count_avail(), 0);
	}

	/* plx_eal_init() with a --vdev for each of @vdevs; what it logs goes to @err. */
	int start(const Words &vdevs)
	{
		Words words { "test", "--no-huge", "--no-pci", "-m", "64" };
		std::vector<char *> argv;
		int ret;

		for (const auto &v : vdevs)
			words.push_back("--vdev=" + v);
		for (auto &w : words)
			argv.push_back(w.data());
		argv.push_back(nullptr);
		testing::internal::CaptureStderr();
		ret = plx_eal_init(static_cast<int>(words.size()), argv.data());
		err = testing::internal::GetCapturedStderr();
		running_ = ret >= 0;
		return ret;
	}

	int stop()
	{
		running_ = false;
		return plx_eal_cleanup();
	}

	void expect_line(const Words &words) const
	{
		EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
		for (const auto &word : words)
			EXPECT_NE(err.find(word), std::string::npos) << word << " not in: " << err;
	}

	std::string err;

private:
	bool running_ = false;
};

TEST_F(Vdev, ProbesInOrderAndRemovesInReverse)
{
	ASSERT_GE(start({ "toy1,a=b,c", "toy_long1", "toy_lon" }), 0) << err;
	EXPECT_EQ(stop(), 0);
	EXPECT_EQ(calls, (Words{ "probe toy toy1 a=b,c", "probe toy_long toy_long1 ",
		"probe toy toy_lon ", "remove toy toy_lon ", "remove toy_long toy_long1 ",
		"remove toy toy1 a=b,c" }));
}

TEST_F(Vdev, AFailedProbeUndoesTheOthers)
{
	fails = "probe toy2";
	EXPECT_EQ(start({ "toy1", "toy2", "toy3" }), -EIO);
	EXPECT_EQ(calls, (Words{ "probe toy toy1 ", "probe toy toy2 ", "remove toy toy1 " }));
	fails = "";
	EXPECT_GE(start({ "toy2" }), 0) << err;
}

TEST_F(Vdev, AFailedRemoveIsToldAndTheRestGoesOn)
{
	fails = "remove toy2";
	ASSERT_GE(start({ "toy1", "toy2" }), 0) << err;
	EXPECT_EQ(stop(), -EIO);
	EXPECT_EQ(calls.back(), "remove toy toy1 ");
}

TEST_F(Vdev, Refuses)
{
	EXPECT_EQ(start({ "net_nul" }), -ENODEV);
	expect_line({ "net_nul:", "ENODEV", "net_null, ", "toy, toy_long" });
	EXPECT_EQ(start({ "" }), -ENODEV);
	expect_line({ "ENODEV" });
	EXPECT_EQ(start({ "toy1", "net_null0", "toy1,x=1" }), -EEXIST);
	expect_line({ "toy1", "EEXIST" });
	EXPECT_EQ(calls, Words{});
}

TEST_F(Vdev, NullRefusesBadArguments)
{
	const std::vector<std::pair<std::string, Words>> bad = {
		{ "size=59", { "net_null0", "size=59", "60 to" } },
		{ "size=64513", { "net_null0", "size=64513", "to 64512" } },
		{ "size=big", { "net_null0", "size=big", "EINVAL" } },
		{ "size=64x", { "net_null0", "size=64x", "EINVAL" } },
		{ "size", { "net_null0", "size=", "EINVAL" } },
		{ "copy=2", { "net_null0", "copy=2", "0 or 1" } },
		{ "no-rx=yes", { "net_null0", "no-rx=yes", "0 or 1" } },
		{ "colour=1", { "net_null0", "colour", "size, copy, no-rx" } },
	};

	for (const auto &[args, words] : bad) {
		EXPECT_EQ(start({ "toy1", "net_null0," + args }), -EINVAL) << args;
		expect_line(words);
		EXPECT_EQ(plx_eth_dev_count_avail(), 0);
	}
	EXPECT_EQ(calls.back(), "remove toy toy1 ");
}

TEST_F(Vdev, BlockAndAllowAreNotForIt)
{
	char args[][16] = { "test", "--no-huge", "--no-pci", "-a", "toy1" };
	char *argv[] = { args[0], args[1], args[2], args[3], args[4], nullptr };

	EXPECT_EQ(plx_eal_init(5, argv), -EINVAL);
}

/* A running net_null port with two queues each way. */
class Null : public Vdev {
protected:
	static constexpr unsigned int NB_MBUFS = 255;

	void run(const std::string &args)
	{
		ASSERT_GE(start({ "net_null0" + args }), 0) << err;
		ASSERT_EQ(plx_eth_dev_get_port_by_name("net_null0", &id), 0);
		mp = plx_pktmbuf_pool_create("null", NB_MBUFS, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
			SOCKET_ID_ANY);
		ASSERT_NE(mp, nullptr);
		set_up();
		ASSERT_EQ(plx_eth_dev_start(id), 0);
	}

	void set_up()
	{
		ASSERT_EQ(plx_eth_dev_configure(id, 2, 2, nullptr), 0);
		for (uint16_t q = 0; q < 2; q++) {
			ASSERT_EQ(plx_eth_rx_queue_setup(id, q, 0, SOCKET_ID_ANY, nullptr, mp), 0);
			ASSERT_EQ(plx_eth_tx_queue_setup(id, q, 0, SOCKET_ID_ANY, nullptr), 0);
		}
	}

	void TearDown() override
	{
		if (mp != nullptr) {
			EXPECT_EQ(plx_eth_dev_close(id), 0);
			EXPECT_TRUE(plx_mempool_full(mp));
		}
		plx_mempool_free(mp);
		Vdev::TearDown();
	}

	static size_t heap_bytes()
	{
		plx_malloc_socket_stats s;
		size_t sum = 0;

		for (int node = 0; node < PLX_MAX_NUMA_NODES; node++)
			if (plx_malloc_get_socket_stats(node, &s) == 0)
				sum += s.heap_allocsz_bytes;
		return sum;
	}

	plx_eth_stats stats() const
	{
		plx_eth_stats s;

		EXPECT_EQ(plx_eth_stats_get(id, &s), 0);
		return s;
	}

	uint16_t id = 0;
	plx_mempool *mp = nullptr;
	plx_mbuf *pkts[NB_MBUFS];
};

TEST_F(Null, GivesAndTakesPackets)
{
	run(",size=128,copy=1");
	ASSERT_EQ(plx_eth_rx_burst(id, 1, pkts, 32), 32);
	for (int i = 0; i < 32; i++) {
		const char *reason;

		EXPECT_EQ(plx_mbuf_check(pkts[i], 1, &reason), 0) << reason;
		EXPECT_EQ(pkts[i]->data_len, 128);
		EXPECT_EQ(pkts[i]->pkt_len, 128u);
		EXPECT_EQ(pkts[i]->port, id);
		EXPECT_EQ(pkts[i]->nb_segs, 1);
		EXPECT_EQ(pkts[i]->ol_flags, 0u);
		EXPECT_EQ(plx_pktmbuf_headroom(pkts[i]), PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(std::string(plx_pktmbuf_mtod(pkts[i], char *), 128), std::string(128, 0));
		EXPECT_EQ(pkts[i]->packet_type, 0u);
		EXPECT_EQ(pkts[i]->vlan_tci, 0);
		/* A user may leave anything there. */
		memset(plx_pktmbuf_mtod(pkts[i], char *), 'x', 128);
		ASSERT_NE(plx_pktmbuf_adj(pkts[i], 28), nullptr);
		pkts[i]->ol_flags = PLX_MBUF_F_TX_IPV4;
		pkts[i]->packet_type = 1;
		pkts[i]->vlan_tci = 1;
	}
	EXPECT_EQ(plx_eth_tx_burst(id, 0, pkts, 32), 32);
	EXPECT_TRUE(plx_mempool_full(mp));

	plx_eth_stats s = stats();

	EXPECT_EQ(s.ipackets, 32u);
	EXPECT_EQ(s.ibytes, 32u * 128);
	EXPECT_EQ(s.opackets, 32u);
	EXPECT_EQ(s.obytes, 32u * 100);
	/* The same mbufs again, among others: nothing of what was sent comes back. */
	ASSERT_EQ(plx_eth_rx_burst(id, 0, pkts, NB_MBUFS), NB_MBUFS);
	for (plx_mbuf *m : pkts) {
		EXPECT_EQ(plx_pktmbuf_headroom(m), PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(plx_pktmbuf_mtod(m, char *)[64], 0);
		EXPECT_EQ(m->ol_flags + m->packet_type + m->vlan_tci, 0u);
	}
	EXPECT_EQ(plx_eth_tx_burst(id, 1, pkts, NB_MBUFS), NB_MBUFS);
}

TEST_F(Null, NeverWritesDataUnlessToldTo)
{
	run("");
	ASSERT_EQ(plx_eth_rx_burst(id, 0, pkts, 1), 1);
	EXPECT_EQ(pkts[0]->data_len, 64);

	plx_mbuf *first = pkts[0];

	plx_pktmbuf_mtod(first, char *)[5] = 'x';
	ASSERT_EQ(plx_eth_tx_burst(id, 0, pkts, 1), 1);
	do
		ASSERT_EQ(plx_eth_rx_burst(id, 0, pkts, 1), 1);
	while (pkts[0] != first && plx_eth_tx_burst(id, 0, pkts, 1) == 1);
	EXPECT_EQ(plx_pktmbuf_mtod(first, char *)[5], 'x');
	ASSERT_EQ(plx_eth_tx_burst(id, 0, pkts, 1), 1);
}

TEST_F(Null, AnEmptyPoolIsCountedAndHarmless)
{
	run("");
	plx_mbuf *more[NB_MBUFS + 1];

	EXPECT_EQ(plx_eth_rx_burst(id, 0, more, NB_MBUFS + 1), 0);
	EXPECT_EQ(stats().rx_nombuf, NB_MBUFS + 1u);
	EXPECT_EQ(plx_eth_rx_burst(id, 0, pkts, NB_MBUFS), NB_MBUFS);
	EXPECT_EQ(plx_eth_rx_burst(id, 1, more, 1), 0);
	EXPECT_EQ(plx_eth_tx_burst(id, 0, pkts, NB_MBUFS), NB_MBUFS);
	EXPECT_TRUE(plx_mempool_full(mp));
}

TEST_F(Null, ReceivesNothingIfToldSo)
{
	run(",no-rx=1");
	EXPECT_EQ(plx_eth_rx_burst(id, 0, pkts, 32), 0);
	ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp, pkts, 3), 0);
	EXPECT_EQ(plx_eth_tx_burst(id, 0, pkts, 3), 3);
	EXPECT_EQ(stats().ipackets + stats().rx_nombuf, 0u);
	EXPECT_EQ(stats().opackets, 3u);
}

TEST_F(Null, TakesChainsAndSharedPackets)
{
	run(",copy=1");
	ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp, pkts, 3), 0);
	ASSERT_NE(plx_pktmbuf_append(pkts[0], 2000), nullptr);
	ASSERT_NE(plx_pktmbuf_append(pkts[1], 50), nullptr);
	ASSERT_EQ(plx_pktmbuf_chain(pkts[0], pkts[1]), 0);
	plx_mbuf_refcnt_update(pkts[2], 1);
	pkts[1] = pkts[2];
	EXPECT_EQ(plx_eth_tx_burst(id, 0, pkts, 2), 2);
	EXPECT_EQ(stats().obytes, 2050u);
	EXPECT_EQ(plx_mempool_in_use_count(mp), 1u) << "the shared one is still ours";
	plx_pktmbuf_free(pkts[2]);
}

TEST_F(Null, CountersOutliveQueuesUntilTheyAreReset)
{
	run(",size=100,copy=1");
	const size_t heap = heap_bytes();

	ASSERT_EQ(plx_eth_rx_burst(id, 0, pkts, 10), 10);
	ASSERT_EQ(plx_eth_tx_burst(id, 0, pkts, 10), 10);
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	set_up();
	EXPECT_EQ(heap_bytes(), heap) << "the old queues are gone";
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_EQ(stats().ipackets, 10u);
	ASSERT_EQ(plx_eth_stats_reset(id), 0);

	plx_eth_stats s = stats();

	EXPECT_EQ(s.ipackets + s.ibytes + s.opackets + s.obytes + s.rx_nombuf, 0u);
	ASSERT_EQ(plx_eth_rx_burst(id, 1, pkts, 1), 1);
	EXPECT_EQ(stats().ibytes, 100u);
	ASSERT_EQ(plx_eth_tx_burst(id, 1, pkts, 1), 1);
}

TEST_F(Null, IsAPortLikeOthers)
{
	run("");
	const plx_ether_addr mac = { { 2, 0, 0, 0, 0, 7 } };
	plx_ether_addr now;
	plx_eth_link link;
	plx_eth_dev_info info;

	ASSERT_EQ(plx_eth_macaddr_get(id, &now), 0);
	EXPECT_TRUE(plx_is_valid_assigned_ether_addr(&now));
	EXPECT_TRUE(plx_is_local_admin_ether_addr(&now));
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(id, &mac), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(id, 9000), 0);
	EXPECT_EQ(plx_eth_promiscuous_enable(id), 0);
	EXPECT_EQ(plx_eth_promiscuous_disable(id), 0);
	ASSERT_EQ(plx_eth_dev_info_get(id, &info), 0);
	EXPECT_STREQ(info.driver_name, "net_null");
	EXPECT_EQ(info.max_rx_queues, PLX_MAX_QUEUES_PER_PORT);
	ASSERT_EQ(plx_eth_link_get(id, &link), 0);
	EXPECT_EQ(link.link_status, 1);
	EXPECT_EQ(link.link_speed, uint32_t(PLX_ETH_SPEED_NUM_10G));
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	ASSERT_EQ(plx_eth_link_get(id, &link), 0);
	EXPECT_EQ(link.link_status, 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
}

TEST_F(Null, PacketsMustFitTheMbufs)
{
	ASSERT_GE(start({ "net_null0,size=3000" }), 0) << err;
	mp = plx_pktmbuf_pool_create("null", NB_MBUFS, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
		SOCKET_ID_ANY);
	ASSERT_NE(mp, nullptr);
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(id, 0, 0, SOCKET_ID_ANY, nullptr, mp), -EINVAL);
}

TEST_F(Null, TheEalClosesAPortThatIsOpen)
{
	run("");
	plx_mempool_free(mp);
	mp = nullptr;
	EXPECT_EQ(stop(), 0);
}

} // namespace
