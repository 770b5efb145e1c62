/* SPDX-License-Identifier: BSD-3-Clause */
/* testpmd's mode csum, from one port of the test to another. */
#include <plx_ip.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "test_ethdev_toy.h"

extern "C" {
#include "../../app/testpmd/fwd.h"
}

namespace {

constexpr plx_ether_addr PEER = { { 2, 0, 0, 0, 0, 1 } };

class Csum : public testing::Test {
protected:
	void SetUp() override
	{
		pool.reset(plx_pktmbuf_pool_create("csum", 127, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
			SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
		for (Toy *port : { &from, &to }) {
			ASSERT_EQ(plx_eth_dev_configure(port->id, 1, 1, nullptr), 0);
			ASSERT_EQ(plx_eth_rx_queue_setup(port->id, 0, 0, 0, nullptr, pool.get()), 0);
			ASSERT_EQ(plx_eth_tx_queue_setup(port->id, 0, 0, 0, nullptr), 0);
			ASSERT_EQ(plx_eth_dev_start(port->id), 0);
		}
		fs.rx_port = from.id;
		fs.tx_port = to.id;
		fs.burst = 32;
		fs.peer_addr = PEER;
		fs.port_addr = to.dev->mac_addr;
	}

	void TearDown() override
	{
		for (plx_mbuf *m : to.sent)
			plx_pktmbuf_free(m);
		EXPECT_TRUE(plx_mempool_full(pool.get()));
	}

	/* A packet with wrong checksums; @first: bytes of its first segment, the rest is in another. */
	plx_mbuf *packet(bool ipv4, uint8_t proto, uint16_t payload, uint16_t first = 2000)
	{
		const uint16_t l3 = ipv4 ? 20 : 40, l4 = proto == IPPROTO_TCP ? 20 : 8;
		std::vector<uint8_t> data(14u + l3 + l4 + payload);
		auto *eth = reinterpret_cast<plx_ether_hdr *>(data.data());
		auto *ip4 = reinterpret_cast<plx_ipv4_hdr *>(eth + 1);
		auto *ip6 = reinterpret_cast<plx_ipv6_hdr *>(eth + 1);

		for (size_t i = data.size() - payload; i < data.size(); i++)
			data[i] = static_cast<uint8_t>(i * 7);
		eth->ether_type = ipv4 ? PLX_BE16(0x0800) : PLX_BE16(0x86dd);
		if (ipv4) {
			ip4->version_ihl = 0x45;
			ip4->total_length = PLX_BE16(static_cast<uint16_t>(data.size() - 14));
			ip4->next_proto_id = proto;
			ip4->src_addr = PLX_BE32(PLX_IPV4(10, 0, 0, 1));
			ip4->dst_addr = PLX_BE32(PLX_IPV4(10, 0, 0, 2));
			ip4->hdr_checksum = 0xbad;
		} else {
			ip6->vtc_flow = PLX_BE32(6u << 28);
			ip6->payload_len = PLX_BE16(static_cast<uint16_t>(data.size() - 54));
			ip6->proto = proto;
			ip6->src_addr[0] = ip6->dst_addr[0] = 0xfe;
		}
		if (proto == IPPROTO_TCP) {
			auto *tcp = reinterpret_cast<plx_tcp_hdr *>(data.data() + 14 + l3);

			tcp->data_off = 0x50;
			tcp->cksum = 0xbad;
		} else {
			auto *udp = reinterpret_cast<plx_udp_hdr *>(data.data() + 14 + l3);

			udp->dgram_len = PLX_BE16(static_cast<uint16_t>(8 + payload));
			udp->dgram_cksum = 0xbad;
		}
		return mbufs(data, first);
	}

	plx_mbuf *mbufs(const std::vector<uint8_t> &data, size_t first)
	{
		plx_mbuf *m = plx_pktmbuf_alloc(pool.get()), *rest;

		first = std::min(first, data.size());
		memcpy(plx_pktmbuf_append(m, static_cast<uint16_t>(first)), data.data(), first);
		if (first == data.size())
			return m;
		rest = plx_pktmbuf_alloc(pool.get());
		memcpy(plx_pktmbuf_append(rest, static_cast<uint16_t>(data.size() - first)),
			data.data() + first, data.size() - first);
		EXPECT_EQ(plx_pktmbuf_chain(m, rest), 0);
		return m;
	}

	/* What came out, in one piece; the mbuf is to.sent.back(). */
	std::vector<uint8_t> through(plx_mbuf *m)
	{
		std::vector<uint8_t> data;

		from.incoming.push_back(m);
		csum_engine.packet_fwd(&fs);
		for (m = to.sent.back(); m != nullptr; m = m->next)
			data.insert(data.end(), plx_pktmbuf_mtod(m, uint8_t *),
				plx_pktmbuf_mtod(m, uint8_t *) + m->data_len);
		return data;
	}

	Toy from{ "from" }, to{ "to" };
	Pool pool;
	fwd_stream fs = {};
};

TEST_F(Csum, InSoftware)
{
	for (uint8_t proto : { uint8_t(IPPROTO_TCP), uint8_t(IPPROTO_UDP) }) {
		for (uint16_t first : { 2000, 64, 65, 77 }) {
			auto data = through(packet(true, proto, 101, first));
			auto *eth = reinterpret_cast<plx_ether_hdr *>(data.data());
			auto *ip4 = reinterpret_cast<plx_ipv4_hdr *>(eth + 1);

			EXPECT_TRUE(plx_is_same_ether_addr(&eth->dst_addr, &PEER));
			EXPECT_TRUE(plx_is_same_ether_addr(&eth->src_addr, &to.dev->mac_addr));
			EXPECT_EQ(plx_raw_cksum(ip4, 20), 0xffff);
			EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(ip4, ip4 + 1), 0) << first;
			EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV4);

			data = through(packet(false, proto, 102, static_cast<uint16_t>(first + 20)));
			auto *ip6 = reinterpret_cast<plx_ipv6_hdr *>(data.data() + 14);

			EXPECT_EQ(plx_ipv6_udptcp_cksum_verify(ip6, ip6 + 1), 0) << first;
		}
	}
}

TEST_F(Csum, ByThePort)
{
	fs.csum.hw = CSUM_HW_IP | CSUM_HW_TCP | CSUM_HW_UDP;
	auto data = through(packet(true, IPPROTO_TCP, 100));
	auto *ip4 = reinterpret_cast<plx_ipv4_hdr *>(data.data() + 14);
	const plx_mbuf *m = to.sent.back();

	EXPECT_EQ(m->ol_flags, PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_CKSUM);
	EXPECT_EQ(m->l2_len, 14u);
	EXPECT_EQ(m->l3_len, 20u);
	EXPECT_EQ(m->l4_len, 20u);
	EXPECT_EQ(ip4->hdr_checksum, 0);
	through(packet(false, IPPROTO_UDP, 100));
	EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV6 | PLX_MBUF_F_TX_UDP_CKSUM);
}

TEST_F(Csum, Tso)
{
	fs.csum.tso_segsz = 100;
	through(packet(true, IPPROTO_TCP, 100));
	EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV4) << "it is no longer than that";
	through(packet(true, IPPROTO_TCP, 101));
	EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM |
		PLX_MBUF_F_TX_TCP_SEG);
	EXPECT_EQ(to.sent.back()->tso_segsz, 100u);
	through(packet(false, IPPROTO_TCP, 101));
	EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV6 | PLX_MBUF_F_TX_TCP_SEG);
	through(packet(false, IPPROTO_UDP, 500));
	EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV6);
}

TEST_F(Csum, WhatIsLeftAlone)
{
	plx_mbuf *m = packet(true, IPPROTO_UDP, 10);
	auto *ip4 = plx_pktmbuf_mtod_offset(m, plx_ipv4_hdr *, 14);
	auto *udp = reinterpret_cast<plx_udp_hdr *>(ip4 + 1);

	fs.csum.hw = CSUM_HW_IP | CSUM_HW_UDP;
	udp->dgram_cksum = 0;
	through(m);
	EXPECT_EQ(to.sent.back()->ol_flags, PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM)
		<< "the sender wants no UDP checksum";
	m = packet(true, IPPROTO_UDP, 10);
	ip4 = plx_pktmbuf_mtod_offset(m, plx_ipv4_hdr *, 14);
	ip4->total_length = PLX_BE16(37);
	through(m);
	EXPECT_EQ(to.sent.back()->ol_flags & PLX_MBUF_F_TX_L4_MASK, PLX_MBUF_F_TX_UDP_CKSUM)
		<< "padding behind it";
	m = packet(true, IPPROTO_UDP, 10);
	ip4 = plx_pktmbuf_mtod_offset(m, plx_ipv4_hdr *, 14);
	ip4->total_length = PLX_BE16(39);
	through(m);
	EXPECT_EQ(to.sent.back()->ol_flags & PLX_MBUF_F_TX_L4_MASK, 0u) << "it is not all there";
	m = mbufs(std::vector<uint8_t>(9), 9);
	m->ol_flags = PLX_MBUF_F_RX_VLAN;
	EXPECT_EQ(through(m), std::vector<uint8_t>(9)) << "not even Ethernet";
	EXPECT_EQ(to.sent.back()->ol_flags, 0u);
}

TEST_F(Csum, BadOnesAreCounted)
{
	for (uint64_t flags : { PLX_MBUF_F_RX_IP_CKSUM_BAD, PLX_MBUF_F_RX_L4_CKSUM_BAD,
			PLX_MBUF_F_RX_IP_CKSUM_GOOD | PLX_MBUF_F_RX_L4_CKSUM_BAD,
			PLX_MBUF_F_RX_L4_CKSUM_NONE }) {
		plx_mbuf *m = packet(true, IPPROTO_UDP, 10);

		m->ol_flags = flags;
		through(m);
	}
	EXPECT_EQ(fs.rx_bad_ip_csum, 1u);
	EXPECT_EQ(fs.rx_bad_l4_csum, 2u);
}

/* Its second and last of a burst of four, says the port, it can't send. */
uint16_t
prepare_some(void *, plx_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t n = 0;

	while (n < nb_pkts && pkts[n]->pkt_len % 2 == 0)
		n++;
	errno = n < nb_pkts ? EINVAL : 0;
	return n;
}

TEST_F(Csum, WhatCantBePreparedIsDropped)
{
	plx_mbuf *pkts[4];

	ASSERT_EQ(plx_eth_dev_stop(to.id), 0);
	to.dev->tx_pkt_prepare = prepare_some;
	ASSERT_EQ(plx_eth_dev_start(to.id), 0);
	for (uint16_t i = 0; i < 4; i++)
		from.incoming.push_back(pkts[i] = packet(true, IPPROTO_UDP, static_cast<uint16_t>(10 + i)));
	csum_engine.packet_fwd(&fs);
	EXPECT_EQ(to.sent, (std::vector<plx_mbuf *>{ pkts[0], pkts[2] }));
	EXPECT_EQ(fs.fwd_dropped, 2u);
	EXPECT_EQ(fs.tx_packets, 2u);
}

} // namespace
