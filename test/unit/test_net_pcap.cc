/* SPDX-License-Identifier: BSD-3-Clause */
/* net_pcap: files that are whole, cut, foreign, empty or can't be written; interfaces. */
#include <csignal>
#include <fstream>
#include <sstream>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_netns.h"
#include "test_vport.h"

namespace {

/* A frame that does not look like one of the kernel's. */
std::string
frame(const std::string &text, size_t len = 60)
{
	std::string f = "\xff\xff\xff\xff\xff\xff\x02\x01\x01\x01\x01\x01\x88\xb5" + text;

	f.resize(std::max(len, f.size()), '.');
	return f;
}

class NetPcap : public VportTest {
protected:
	void SetUp() override
	{
		char name[] = "/tmp/test_net_pcap.XXXXXX";

		VportTest::SetUp();
		ASSERT_NE(mkdtemp(name), nullptr);
		dir = name;
	}

	void TearDown() override
	{
		VportTest::TearDown();
		EXPECT_EQ(system(("rm -r " + dir).c_str()), 0);
	}

	std::string path(const std::string &name) const { return dir + "/" + name; }

	/* Write the frames to a file, by a port. */
	void record(const std::string &name, const Strings &frames)
	{
		Vport port("net_pcap9", "tx_pcap=" + path(name));

		ASSERT_EQ(port.run(mp), 0);
		for (const auto &f : frames)
			EXPECT_TRUE(send(port.id, f, 0, 1 + unsigned(f.size() / 2000)));
	}

	Strings play(const std::string &name)
	{
		Vport port("net_pcap8", "rx_pcap=" + path(name));

		EXPECT_EQ(port.run(mp), 0);
		return receive(port.id);
	}

	static std::string contents(const std::string &file)
	{
		std::stringstream s;

		s << std::ifstream(file).rdbuf();
		return s.str();
	}

	std::string dir;
};

TEST_F(NetPcap, WhatWasWrittenIsRead)
{
	const Strings sent { frame("one"), frame("two", 1514), frame("three", 100) };

	record("a", sent);
	EXPECT_EQ(play("a"), sent);
}

TEST_F(NetPcap, EachArgumentIsAQueue)
{
	Vport out("net_pcap0", "tx_pcap=" + path("a") + ",tx_pcap=" + path("b"));

	ASSERT_EQ(plx_eth_dev_configure(out.id, 1, 3, nullptr), -EINVAL);
	ASSERT_EQ(out.run(mp, 2, 2), 0);
	EXPECT_TRUE(send(out.id, frame("a"), 0));
	EXPECT_TRUE(send(out.id, frame("b", 3000), 1, 3));
	EXPECT_EQ(receive(out.id), Strings{}) << "nobody said from where";
	EXPECT_EQ(out.stats().opackets, 2u);
	EXPECT_EQ(out.stats().obytes, 3060u);
	ASSERT_EQ(plx_eth_dev_stop(out.id), 0);

	plx_eth_conf scatter = {};
	Vport in("net_pcap1", "rx_pcap=" + path("a") + ",rx_pcap=" + path("b"));

	scatter.rxmode.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	ASSERT_EQ(in.run(mp, 2, 2, &scatter), 0);
	EXPECT_TRUE(send(in.id, frame("dropped"), 1)) << "nobody said where to";
	EXPECT_EQ(receive(in.id, 0), Strings{ frame("a") });
	EXPECT_EQ(receive(in.id, 1), Strings{ frame("b", 3000) });
	EXPECT_EQ(receive(in.id, 1), Strings{});
	EXPECT_EQ(in.stats().ipackets, 2u);
	/* Each start plays them again. */
	ASSERT_EQ(plx_eth_dev_stop(in.id), 0);
	ASSERT_EQ(plx_eth_dev_start(in.id), 0);
	EXPECT_EQ(receive(in.id, 0), Strings{ frame("a") });
}

TEST_F(NetPcap, LongFramesNeedScatter)
{
	record("a", { frame("long", 3000), frame("short") });

	Vport port("net_pcap0", "rx_pcap=" + path("a"));

	ASSERT_EQ(port.run(mp), 0);
	EXPECT_EQ(receive(port.id), Strings{ frame("short") });
	EXPECT_EQ(port.stats().ierrors, 1u);
}

TEST_F(NetPcap, WithoutMbufsPacketsWait)
{
	const Strings sent { frame("one"), frame("two") };

	record("a", sent);

	plx_mempool *small = plx_pktmbuf_pool_create("small", 1, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	{
		Vport port("net_pcap0", "rx_pcap=" + path("a"));
		plx_mbuf *m[2];

		ASSERT_EQ(port.run(small), 0);
		ASSERT_EQ(plx_eth_rx_burst(port.id, 0, m, 2), 1);
		EXPECT_EQ(plx_eth_rx_burst(port.id, 0, m + 1, 1), 0);
		EXPECT_GE(port.stats().rx_nombuf, 1u);
		EXPECT_EQ(bytes(m[0]), sent[0]);
		EXPECT_EQ(receive(port.id), Strings{ sent[1] });
		EXPECT_EQ(port.stats().ipackets, 2u);
	}
	plx_mempool_free(small);
}

TEST_F(NetPcap, InfiniteRxBeginsAgain)
{
	record("a", { frame("one"), frame("two"), frame("three") });

	Vport port("net_pcap0", "rx_pcap=" + path("a") + ",infinite_rx=1");

	ASSERT_EQ(port.run(mp), 0);
	EXPECT_EQ(receive(port.id, 0, 4), (Strings{ frame("one"), frame("two"), frame("three"), frame("one") }));
	EXPECT_EQ(receive(port.id, 0, 1), Strings{ frame("two") });
}

TEST_F(NetPcap, ACutFileEndsWithWhatIsWhole)
{
	record("a", { frame("whole"), frame("cut") });

	const std::string cut = path("a");

	ASSERT_EQ(truncate(cut.c_str(), off_t(contents(cut).size()) - 1), 0);
	{
		Vport port("net_pcap0", "rx_pcap=" + cut);

		ASSERT_EQ(port.run(mp), 0);
		expect_one_line(0, { "net_pcap0", cut, "after 1", "truncated" }, [&] {
			EXPECT_EQ(receive(port.id), Strings{ frame("whole") });
			EXPECT_EQ(receive(port.id), Strings{});
			return 0;
		});
		EXPECT_EQ(port.stats().ierrors, 1u);
	}
	expect_no_vdev(-EIO, "net_pcap0", "rx_pcap=" + cut + ",infinite_rx=1", { "net_pcap0", cut, "truncated" });
	/* Within the header of the file. */
	ASSERT_EQ(truncate(cut.c_str(), 10), 0);
	expect_no_vdev(-EINVAL, "net_pcap0", "rx_pcap=" + cut, { "net_pcap0", "truncated" });
}

TEST_F(NetPcap, RefusesFilesThatAreNoCaptures)
{
	record("raw", { frame("one") });

	/* The link type is the last word of the header: 101 is raw IP. */
	std::fstream(path("raw"), std::ios::in | std::ios::out).seekp(20).put(101);
	expect_no_vdev(-EPROTONOSUPPORT, "net_pcap0", "rx_pcap=" + path("raw"), { "net_pcap0", "raw", "RAW", "EN10MB" });
	std::ofstream(path("text")) << std::string(100, 'x');
	expect_no_vdev(-EINVAL, "net_pcap0", "rx_pcap=" + path("text"), { "net_pcap0", "EINVAL", "text" });
	expect_no_vdev(-ENOENT, "net_pcap0", "rx_pcap=" + path("none"), { "net_pcap0", "ENOENT", "none" });
	record("empty", {});
	expect_no_vdev(-ENODATA, "net_pcap0", "rx_pcap=" + path("empty") + ",infinite_rx=1", { "empty", "no packets" });
	EXPECT_EQ(play("empty"), Strings{});
}

/* A disk that is full: what does not fit is counted and dropped, the file keeps whole packets, and goes on when there is room. */
TEST_F(NetPcap, AFullDisk)
{
	const rlim_t header = 24, record_len = 16 + 1000;
	rlimit before, limit;
	const auto handler = signal(SIGXFSZ, SIG_IGN);
	{
		Vport port("net_pcap0", "tx_pcap=" + path("a"));

		ASSERT_EQ(port.run(mp), 0);
		ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
		limit = before;
		limit.rlim_cur = header + 3 * record_len + 500;
		ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
		for (int i = 0; i < 3; i++)
			EXPECT_TRUE(send(port.id, frame(std::to_string(i), 1000)));
		expect_one_line(0, { "net_pcap0", path("a"), "EFBIG" }, [&] {
			EXPECT_TRUE(send(port.id, frame("lost", 1000)));
			EXPECT_TRUE(send(port.id, frame("lost too", 1000)));
			return 0;
		});
		EXPECT_EQ(port.stats().opackets, 3u);
		EXPECT_EQ(port.stats().obytes, 3000u);
		EXPECT_EQ(port.stats().oerrors, 2u);
		EXPECT_EQ(contents(path("a")).size(), header + 3 * record_len);
		ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
		EXPECT_TRUE(send(port.id, frame("last", 1000)));
		EXPECT_EQ(port.stats().opackets, 4u);
	}
	signal(SIGXFSZ, handler);
	EXPECT_EQ(play("a"), (Strings{ frame("0", 1000), frame("1", 1000), frame("2", 1000), frame("last", 1000) }));
	expect_no_vdev(-ENOSPC, "net_pcap0", "tx_pcap=/dev/full", { "net_pcap0", "/dev/full", "ENOSPC" });
	expect_no_vdev(-ENOENT, "net_pcap0", "tx_pcap=" + path("no/such"), { "net_pcap0", "no/such", "ENOENT" });
}

TEST_F(NetPcap, RefusesBadArguments)
{
	const std::string name = "net_pcap0", file = "rx_pcap=" + path("a");

	record("a", { frame("one") });
	expect_no_vdev(-EINVAL, name, "", { name, "give a file" });
	for (const char *key : { "rx_pcap", "tx_pcap", "rx_iface", "rx_iface_in", "tx_iface", "iface" })
		expect_no_vdev(-EINVAL, name, std::string(key) + "=", { name, key, "EINVAL" });
	expect_no_vdev(-EINVAL, name, file + ",infinite_rx=2", { name, "infinite_rx", "0 or 1" });
	expect_no_vdev(-EINVAL, name, file + ",phy_mac=x", { name, "phy_mac", "0 or 1" });
	expect_no_vdev(-EINVAL, name, file + ",phy_mac=1", { name, "needs iface" });
	expect_no_vdev(-EINVAL, name, file + ",iface=lo", { name, "alone" });
	expect_no_vdev(-EINVAL, name, "iface=lo,iface=lo", { name, "alone" });
	expect_no_vdev(-EINVAL, name, "tx_pcap=/dev/null,infinite_rx=1", { name, "needs rx_pcap" });
	expect_no_vdev(-EINVAL, name, "rx_iface=lo,infinite_rx=1", { name, "for files" });
	expect_no_vdev(-EINVAL, name, "file=x", { name, "'file'", "rx_pcap, tx_pcap, rx_iface" });
	std::string many;

	for (int i = 0; i <= PLX_MAX_QUEUES_PER_PORT; i++)
		many += file + ",";
	expect_no_vdev(-EINVAL, name, many, { name, "64" });
	expect_no_vdev(-ENODEV, name, "iface=none0", { name, "none0", "ENODEV" });
}

TEST_F(NetPcap, Interfaces)
{
	make_veth("left", "right");
	{
		Vport port("net_pcap0", "iface=left,phy_mac=1");
		Peer peer("right");
		plx_ether_addr mac;
		Strings got;

		ASSERT_EQ(port.run(mp), 0);
		ASSERT_EQ(plx_eth_macaddr_get(port.id, &mac), 0);
		EXPECT_TRUE(ip("link show left | grep -qi " + [&] {
			char text[32];

			snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", PLX_ETHER_ADDR_BYTES(&mac));
			return std::string(text);
		}()));
		EXPECT_TRUE(port.has_link());
		peer.send(frame("hello"));
		EXPECT_TRUE(eventually([&] { return !(got = receive(port.id)).empty(); }));
		EXPECT_EQ(got, Strings{ frame("hello") });
		EXPECT_TRUE(send(port.id, frame("answer")));
		EXPECT_EQ(peer.receive(frame("answer").substr(0, 12)), frame("answer"));
		EXPECT_TRUE(ip("link set right down"));
		EXPECT_TRUE(eventually([&] { return !port.has_link(); }));
		EXPECT_TRUE(ip("link set left down"));
		expect_one_line(0, { "net_pcap0", "left", "ENETDOWN" }, [&] {
			EXPECT_TRUE(send(port.id, frame("lost")));
			EXPECT_TRUE(send(port.id, frame("lost")));
			return 0;
		});
		EXPECT_EQ(port.stats().oerrors, 2u);
		EXPECT_TRUE(ip("link set left up") && ip("link set right up"));
		EXPECT_TRUE(eventually([&] { return port.has_link(); }));
		/* The former one's socket fails once, because its interface was down. */
		Peer later("right");

		EXPECT_TRUE(send(port.id, frame("again")));
		EXPECT_EQ(later.receive(frame("again").substr(0, 12)), frame("again"));
	}
	delete_link("left");
}

TEST_F(NetPcap, AnInterfaceThatVanishes)
{
	make_veth("left", "right");

	Vport port("net_pcap0", "iface=left");

	ASSERT_EQ(port.run(mp), 0);
	delete_link("left");
	EXPECT_FALSE(port.has_link());
	expect_one_line(0, { "net_pcap0", "left" }, [&] {
		EXPECT_EQ(receive(port.id), Strings{});
		EXPECT_EQ(receive(port.id), Strings{});
		return 0;
	});
	expect_one_line(0, { "net_pcap0", "left" }, [&] {
		EXPECT_TRUE(send(port.id, frame("lost")));
		EXPECT_TRUE(send(port.id, frame("lost")));
		return 0;
	});
	EXPECT_EQ(port.stats().ierrors, 1u);
	EXPECT_EQ(port.stats().oerrors, 2u);
}

/* What it sends by the interface it would otherwise hear itself. */
TEST_F(NetPcap, RxIfaceInHearsWhatComesIn)
{
	make_veth("left", "right");
	{
		Vport port("net_pcap0", "rx_iface_in=left,tx_iface=left");
		Peer peer("right");
		Strings got;

		ASSERT_EQ(port.run(mp), 0);
		EXPECT_TRUE(send(port.id, frame("out")));
		EXPECT_EQ(peer.receive(frame("out").substr(0, 12)), frame("out"));
		peer.send(frame("in"));
		EXPECT_TRUE(eventually([&] { return !(got = receive(port.id)).empty(); }));
		EXPECT_EQ(got, Strings{ frame("in") });
	}
	delete_link("left");
}

} // namespace
