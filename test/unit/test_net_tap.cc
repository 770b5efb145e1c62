/* SPDX-License-Identifier: BSD-3-Clause */
/* net_tap: the kernel's stack as the peer: ARP, ping, offloads, names, several queues, interrupts, a device that goes. */
#include <cerrno>
#include <cstring>
#include <atomic>
#include <csignal>
#include <thread>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <plx_ip.h>
#include <plx_udp.h>

#include "test_netns.h"
#include "test_vport.h"

namespace {

class NetTap : public VportTest {
protected:
	/* The kernel's end has 192.0.2.1, and knows 192.0.2.2 behind the port. */
	void make_address(const std::string &iface)
	{
		ASSERT_TRUE(ip("addr add 192.0.2.1/24 dev " + iface));
		ASSERT_TRUE(ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev " + iface));
	}

	static std::string mac_of(const Vport &port)
	{
		plx_ether_addr mac;

		EXPECT_EQ(plx_eth_macaddr_get(port.id, &mac), 0);
		return std::string(reinterpret_cast<char *>(mac.addr_bytes), 6);
	}

	/* A UDP datagram from 192.0.2.2 to the port @dst_port of 192.0.2.1. */
	plx_mbuf *datagram(const Vport &port, uint16_t dst_port, const std::string &text, uint64_t flags)
	{
		plx_ipv4_hdr iph = {};
		plx_udp_hdr udp = {};

		iph.version_ihl = 0x45;
		iph.total_length = htons(uint16_t(sizeof(iph) + sizeof(udp) + text.size()));
		iph.time_to_live = 64;
		iph.next_proto_id = IPPROTO_UDP;
		iph.src_addr = inet_addr("192.0.2.2");
		iph.dst_addr = inet_addr("192.0.2.1");
		if (!(flags & PLX_MBUF_F_TX_IP_CKSUM))
			iph.hdr_checksum = plx_ipv4_cksum(&iph);
		udp.src_port = htons(7);
		udp.dst_port = htons(dst_port);
		udp.dgram_len = htons(uint16_t(sizeof(udp) + text.size()));

		plx_mbuf *m = packet(mac_of(port) + std::string("\x02\x00\x00\x00\x00\x02\x08\x00", 8) +
			std::string(reinterpret_cast<char *>(&iph), sizeof(iph)) +
			std::string(reinterpret_cast<char *>(&udp), sizeof(udp)) + text);

		m->l2_len = 14;
		m->l3_len = 20;
		m->l4_len = 8;
		m->ol_flags = flags;
		return m;
	}
};

/* A UDP socket of the kernel. */
class Udp {
public:
	Udp() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))
	{
		sockaddr_in a = {};
		socklen_t size = sizeof(a);
		timeval timeout = { 10, 0 };

		a.sin_family = AF_INET;
		EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr *>(&a), sizeof(a)), 0);
		EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr *>(&a), &size), 0);
		setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
		port = ntohs(a.sin_port);
	}
	Udp(const Udp &) = delete;
	~Udp() { close(fd_); }

	std::string receive() const
	{
		char text[65536];
		ssize_t n = recv(fd_, text, sizeof(text), 0);

		return n > 0 ? std::string(text, size_t(n)) : "";
	}

	void send(const std::string &text) const
	{
		sockaddr_in a = {};

		a.sin_family = AF_INET;
		a.sin_port = htons(7);
		a.sin_addr.s_addr = inet_addr("192.0.2.2");
		EXPECT_EQ(sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<sockaddr *>(&a), sizeof(a)),
			ssize_t(text.size())) << strerror(errno);
	}

	uint16_t port = 0;

private:
	int fd_;
};

TEST_F(NetTap, TheKernelHearsAndAnswers)
{
	Vport port("net_tap0", "iface=mine,mac=02:00:00:00:00:09");
	Udp udp;
	Strings got;

	EXPECT_TRUE(ip("link show mine | grep -q '02:00:00:00:00:09'"));
	ASSERT_EQ(port.run(mp), 0);
	EXPECT_EQ(plx_eth_promiscuous_enable(port.id), 0);
	EXPECT_TRUE(eventually([&] { return port.has_link(); }));
	make_address("mine");

	plx_mbuf *m = datagram(port, udp.port, "hello", 0);

	ASSERT_EQ(plx_eth_tx_burst(port.id, 0, &m, 1), 1);
	EXPECT_EQ(udp.receive(), "hello");
	udp.send("answer");
	EXPECT_TRUE(eventually([&] {
		for (const auto &f : receive(port.id))
			if (f.find("answer") != std::string::npos)
				got.push_back(f);
		return !got.empty();
	}));
	EXPECT_EQ(got.at(0).size(), 14u + 20 + 8 + 6);
	EXPECT_EQ(port.stats().opackets, 1u);
	EXPECT_EQ(port.stats().obytes, 14u + 20 + 8 + 5);
	EXPECT_GE(port.stats().ipackets, 1u);
}

TEST_F(NetTap, ChecksumsAreLeftToTheKernel)
{
	plx_eth_conf conf = {};
	Vport port("net_tap0", "iface=mine");
	Udp udp;
	const std::string text(1000, 'x');

	conf.txmode.offloads = PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | PLX_ETH_TX_OFFLOAD_UDP_CKSUM;
	ASSERT_EQ(port.run(mp, 1, 1, &conf), 0);
	make_address("mine");

	plx_mbuf *m = datagram(port, udp.port, text, PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_UDP_CKSUM);

	ASSERT_EQ(plx_eth_tx_prepare(port.id, 0, &m, 1), 1);
	ASSERT_EQ(plx_eth_tx_burst(port.id, 0, &m, 1), 1);
	EXPECT_EQ(udp.receive(), text);
	/* A wrong pseudo-header would have been dropped: the kernel completes it, it does not replace it. */
	m = datagram(port, udp.port, "y", PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_TCP_SEG);
	EXPECT_EQ(plx_eth_tx_prepare(port.id, 0, &m, 1), 0) << "it has no TSO on";
	plx_pktmbuf_free(m);
}

/* TCP from the kernel to itself, each frame through the port: the other side is a veth's, in the same stack. */
TEST_F(NetTap, LargeTcpPacketsBothWays)
{
	plx_eth_conf conf = {};
	Vport left("net_tap0", "iface=left"), right("net_tap1", "iface=right");
	uint64_t longest = 0;

	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_TCP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_LRO;
	conf.txmode.offloads = PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_TCP_CKSUM |
		PLX_ETH_TX_OFFLOAD_TCP_TSO | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM;
	ASSERT_EQ(left.run(mp, 1, 1, &conf), 0);
	ASSERT_EQ(right.run(mp, 1, 1, &conf), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(left.id), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(right.id), 0);
	/* One stack would take the short way: the other end is in a namespace of its own; names are the machine's. */
	const std::string other = "net_tap_" + std::to_string(getpid());

	ASSERT_TRUE(ip("netns add " + other));
	ASSERT_TRUE(ip("link set right netns " + other));
	ASSERT_TRUE(ip("addr add 192.0.2.1/24 dev left"));
	ASSERT_TRUE(ip("-n " + other + " addr add 192.0.2.2/24 dev right"));
	ASSERT_TRUE(ip("-n " + other + " link set right up"));

	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (pid == 0) {
		execlp("ip", "ip", "netns", "exec", other.c_str(), "python3", "-c",
			"import socket\n"
			"s = socket.create_server(('192.0.2.2', 7000)).accept()[0]\n"
			"n = 0\n"
			"while n < 1000000: n += len(s.recv(65536))\n"
			"s.sendall(b'y' * 1000000)\n", nullptr);
		_exit(1);
	}

	std::atomic<bool> end { false };
	std::thread wire([&] {
		plx_mbuf *pkts[32];

		while (!end)
			for (auto [from, to] : { std::pair{ left.id, right.id }, std::pair{ right.id, left.id } }) {
				uint16_t n = plx_eth_rx_burst(from, 0, pkts, 32);

				for (uint16_t i = 0; i < n; i++) {
					plx_mbuf *m = pkts[i];
					const uint8_t *b = plx_pktmbuf_mtod(m, const uint8_t *);

					longest = std::max(longest, uint64_t(m->pkt_len));
					if (!(m->ol_flags & PLX_MBUF_F_RX_L4_CKSUM_MASK) || b[12] != 8 || b[13] != 0 || b[23] != 6)
						continue;
					m->l2_len = 14;
					m->l3_len = uint8_t((b[14] & 15) * 4);
					m->l4_len = uint8_t((b[14 + m->l3_len + 12] >> 4) * 4);
					m->ol_flags = m->ol_flags & PLX_MBUF_F_RX_LRO ?
						PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM : 0;
					m->ol_flags |= PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_TCP_CKSUM;
				}
				uint16_t ready = plx_eth_tx_prepare(to, 0, pkts, n);

				EXPECT_EQ(ready, n) << errno;
				uint16_t sent = plx_eth_tx_burst(to, 0, pkts, ready);

				plx_pktmbuf_free_bulk(pkts + sent, n - sent);
			}
	});
	const int status = system("python3 -c \"\n"
		"import socket, time\n"
		"for i in range(100):\n"
		"    try: s = socket.create_connection(('192.0.2.2', 7000), 10); break\n"
		"    except OSError: time.sleep(0.1)\n"
		"s.sendall(b'x' * 1000000)\n"
		"n = 0\n"
		"while n < 1000000:\n"
		"    d = s.recv(65536)\n"
		"    assert d.strip(b'y') == b'' and d\n"
		"    n += len(d)\n\"");
	int server = -1;

	EXPECT_EQ(status, 0);
	if (status != 0)
		kill(pid, SIGKILL);
	EXPECT_EQ(waitpid(pid, &server, 0), pid);
	EXPECT_EQ(server, 0);
	end = true;
	wire.join();
	EXPECT_GT(longest, 3000u) << "no large packet came";
	EXPECT_TRUE(ip("netns del " + other));
}

TEST_F(NetTap, NamesThatAreTaken)
{
	make_veth("taken", "other");
	expect_no_vdev(-EBUSY, "net_tap0", "iface=taken", { "net_tap0", "taken", "has that name" });
	expect_no_vdev(-EINVAL, "net_tap0", "iface=taken,persist=1", { "net_tap0", "taken", "no tap device" });
	delete_link("taken");
	ASSERT_TRUE(ip("tuntap add taken mode tap multi_queue"));
	expect_no_vdev(-EBUSY, "net_tap0", "iface=taken", { "net_tap0", "taken", "has that name" });
	delete_link("taken");

	Vport one("net_tap0", "iface=one"), pattern("net_tap1"), other("net_tap2");

	expect_no_vdev(-EBUSY, "net_tap3", "iface=one", { "net_tap3", "one" });
	EXPECT_TRUE(ip("link show dtap0 > /dev/null"));
	EXPECT_TRUE(ip("link show dtap1 > /dev/null"));
}

TEST_F(NetTap, PersistStays)
{
	{
		Vport port("net_tap0", "iface=stays,persist");
	}
	EXPECT_TRUE(ip("link show stays > /dev/null"));
	{
		Vport port("net_tap0", "iface=stays,persist=1");

		EXPECT_EQ(port.run(mp), 0);
	}
	delete_link("stays");
	{
		Vport port("net_tap0", "iface=goes");
	}
	EXPECT_FALSE(ip("link show goes 2> /dev/null"));
}

TEST_F(NetTap, SeveralQueues)
{
	Vport port("net_tap0", "iface=mine");
	size_t n = 0;

	ASSERT_EQ(port.run(mp, 4, 4), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(port.id), 0);
	make_address("mine");
	for (int i = 0; i < 16; i++)
		Udp().send("flow");
	EXPECT_TRUE(eventually([&] {
		for (uint16_t q = 0; q < 4; q++)
			for (const auto &f : receive(port.id, q))
				n += f.find("flow") != std::string::npos;
		return n == 16;
	})) << n;
	/* Fewer queues again: no flow may go to one that is gone. */
	ASSERT_EQ(plx_eth_dev_stop(port.id), 0);
	ASSERT_EQ(port.run(mp, 1, 2), 0);
	ASSERT_TRUE(ip("neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev mine"));
	n = 0;
	for (int i = 0; i < 16; i++)
		Udp().send("flow");
	EXPECT_TRUE(eventually([&] {
		for (const auto &f : receive(port.id))
			n += f.find("flow") != std::string::npos;
		return n == 16;
	})) << n;
}

TEST_F(NetTap, SleepsUntilAFrameComes)
{
	plx_eth_conf conf = {};
	Vport port("net_tap0", "iface=mine");
	Udp udp;
	plx_epoll_event event;
	bool found = false;

	conf.intr_conf.rxq = 1;
	ASSERT_EQ(port.run(mp, 1, 1, &conf), 0);
	ASSERT_EQ(plx_eth_promiscuous_enable(port.id), 0);
	make_address("mine");
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port.id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, nullptr), 0);
	ASSERT_EQ(plx_eth_dev_rx_intr_enable(port.id, 0), 0);
	receive(port.id);
	while (plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 0) > 0)
		;
	udp.send("wake up");
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 10 * 1000), 1);
	EXPECT_TRUE(eventually([&] {
		for (const auto &f : receive(port.id))
			found |= f.find("wake up") != std::string::npos;
		return found;
	}));
	ASSERT_EQ(plx_eth_dev_rx_intr_disable(port.id, 0), 0);
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port.id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, nullptr), 0);
}

TEST_F(NetTap, WithoutMbufsFramesWait)
{
	plx_mempool *small = plx_pktmbuf_pool_create("small", 1, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	{
		Vport port("net_tap0", "iface=mine");
		Udp udp;
		plx_mbuf *hold = plx_pktmbuf_alloc(small);
		bool found = false;

		ASSERT_EQ(port.run(small), 0);
		ASSERT_EQ(plx_eth_promiscuous_enable(port.id), 0);
		make_address("mine");
		EXPECT_EQ(receive(port.id), Strings{});
		EXPECT_GE(port.stats().rx_nombuf, 1u);
		udp.send("waits");
		plx_pktmbuf_free(hold);
		EXPECT_TRUE(eventually([&] {
			for (const auto &f : receive(port.id))
				found |= f.find("waits") != std::string::npos;
			return found;
		}));
	}
	plx_mempool_free(small);
}

TEST_F(NetTap, DownAndGone)
{
	Vport port("net_tap0", "iface=mine");
	const std::string frame = std::string(6, '\xff') + std::string(54, '.');

	ASSERT_EQ(port.run(mp), 0);
	EXPECT_TRUE(ip("link set mine down"));
	EXPECT_FALSE(port.has_link());
	expect_one_line(0, { "net_tap0", "EIO" }, [&] {
		EXPECT_TRUE(send(port.id, frame));
		EXPECT_TRUE(send(port.id, frame));
		return 0;
	});
	EXPECT_EQ(port.stats().oerrors, 2u);
	EXPECT_TRUE(ip("link set mine up"));
	EXPECT_TRUE(send(port.id, frame));
	EXPECT_EQ(port.stats().opackets, 1u);
	delete_link("mine");
	EXPECT_FALSE(port.has_link());
	expect_one_line(0, { "net_tap0", "EBADFD", "detach" }, [&] {
		EXPECT_EQ(receive(port.id), Strings{});
		EXPECT_EQ(receive(port.id), Strings{});
		return 0;
	});
	expect_one_line(0, { "net_tap0", "EBADFD" }, [&] {
		EXPECT_TRUE(send(port.id, frame));
		EXPECT_TRUE(send(port.id, frame));
		return 0;
	});
	EXPECT_EQ(port.stats().oerrors, 4u);
	EXPECT_EQ(port.stats().ierrors, 1u);
	EXPECT_EQ(plx_eth_dev_set_mtu(port.id, 1000), -ENODEV);
	EXPECT_EQ(plx_eth_dev_stop(port.id), 0);
}

TEST_F(NetTap, RefusesBadArguments)
{
	const std::string name = "net_tap0";

	expect_no_vdev(-EINVAL, name, "iface=", { name, "'iface='", "a name" });
	expect_no_vdev(-EINVAL, name, "iface=sixteen_bytes_xx", { name, "15 bytes" });
	for (const char *mac : { "", "x", "01:00:00:00:00:01", "00:00:00:00:00:00", "02:00:00:00:00" })
		expect_no_vdev(-EINVAL, name, std::string("mac=") + mac, { name, "mac=", "fixed" });
	expect_no_vdev(-EINVAL, name, "persist=2", { name, "persist=2", "0 or 1" });
	expect_no_vdev(-EINVAL, name, "speed=1", { name, "'speed'", "iface, mac, persist, remote" });
}

/* In a process of its own: what is given up does not come back. */
TEST_F(NetTap, WithoutRights)
{
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (pid == 0) {
		/* Back to where it has none, but behind the namespace that it makes for itself. */
		execl("/proc/self/exe", "test_net_tap", "--gtest_also_run_disabled_tests",
			"--gtest_filter=*DISABLED_NoRights", nullptr);
		_exit(3);
	}

	int status = 0;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
}

TEST_F(NetTap, DISABLED_NoRights)
{
	__user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	__user_cap_data_struct none[2] = {};

	ASSERT_EQ(syscall(SYS_capset, &header, none), 0);
	expect_no_vdev(-EPERM, "net_tap0", "iface=mine", { "net_tap0", "mine", "EPERM", "CAP_NET_ADMIN" });
}

} // namespace
