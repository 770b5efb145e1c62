/* SPDX-License-Identifier: BSD-3-Clause */
/* testpmd's modes, from one port of the test to another. */
#include <plx_arp.h>
#include <plx_icmp.h>
#include <plx_ip.h>
#include <plx_udp.h>

#include "test_ethdev_toy.h"

extern "C" {
#include "../../app/testpmd/fwd.h"
}

namespace {

using Bytes = std::vector<uint8_t>;

constexpr plx_ether_addr PEER = { { 2, 0, 0, 0, 0, 1 } };
constexpr plx_ether_addr HOST = { { 0x52, 0x54, 0, 0, 0, 0x10 } };
constexpr plx_ether_addr ALL = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
constexpr uint32_t HOST_IP = PLX_IPV4(192, 168, 0, 1);
constexpr uint32_t PORT_IP = PLX_IPV4(192, 168, 0, 2);

template <typename T> Bytes
bytes_of(const T &header)
{
	const uint8_t *p = reinterpret_cast<const uint8_t *>(&header);

	return Bytes(p, p + sizeof(header));
}

Bytes
operator+(Bytes a, const Bytes &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

Bytes
ether(const plx_ether_addr &dst, const plx_ether_addr &src, uint16_t type)
{
	return bytes_of(plx_ether_hdr{ dst, src, PLX_BE16(type) });
}

class Fwd : public testing::Test {
protected:
	static constexpr unsigned int NB_MBUFS = 127;

	void SetUp() override
	{
		pool.reset(plx_pktmbuf_pool_create("fwd", NB_MBUFS, 0, 0,
			PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
		start(from);
		start(to);
		fs.rx_port = from.id;
		fs.tx_port = to.id;
		fs.burst = 32;
		fs.peer_addr = PEER;
		fs.port_addr = to.dev->mac_addr;
		fs.tx_layout = &layout;
		fs.pool = pool.get();
	}

	void TearDown() override
	{
		for (plx_mbuf *m : to.sent)
			plx_pktmbuf_free(m);
		EXPECT_TRUE(plx_mempool_full(pool.get()));
	}

	void start(Toy &port)
	{
		ASSERT_EQ(plx_eth_dev_configure(port.id, 1, 1, nullptr), 0);
		ASSERT_EQ(plx_eth_rx_queue_setup(port.id, 0, 0, 0, nullptr, pool.get()), 0);
		ASSERT_EQ(plx_eth_tx_queue_setup(port.id, 0, 0, 0, nullptr), 0);
		ASSERT_EQ(plx_eth_dev_start(port.id), 0);
	}

	plx_mbuf *packet(const Bytes &data)
	{
		plx_mbuf *m = plx_pktmbuf_alloc(pool.get());
		char *p = plx_pktmbuf_append(m, static_cast<uint16_t>(data.size()));

		std::copy(data.begin(), data.end(), p);
		return m;
	}

	void receive(const Bytes &data) { from.incoming.push_back(packet(data)); }

	static Bytes data_of(const plx_mbuf *m)
	{
		Bytes all;

		for (; m != nullptr; m = m->next) {
			const uint8_t *p = plx_pktmbuf_mtod(m, const uint8_t *);

			all.insert(all.end(), p, p + m->data_len);
		}
		return all;
	}

	/* What comes out when @data goes in; empty: nothing. */
	Bytes through(const fwd_engine &engine, const Bytes &data)
	{
		Bytes out;

		receive(data);
		engine.packet_fwd(&fs);
		if (to.sent.empty())
			return out;
		out = data_of(to.sent.back());
		plx_pktmbuf_free(to.sent.back());
		to.sent.pop_back();
		return out;
	}

	Pool pool;
	Toy from { "from" };
	Toy to { "to" };
	tx_layout layout = { 1, { 64 }, 64 };
	fwd_stream fs = {};
};

TEST_F(Fwd, IoMovesWhatItGets)
{
	const Bytes frame(60, 'x');

	EXPECT_EQ(through(io_engine, frame), frame);
	for (int i = 0; i < 40; i++)
		receive(frame);
	io_engine.packet_fwd(&fs);
	EXPECT_EQ(to.sent.size(), 32u) << "one burst";
	io_engine.packet_fwd(&fs);
	EXPECT_EQ(to.sent.size(), 40u);
	EXPECT_EQ(fs.rx_packets, 41u);
	EXPECT_EQ(fs.tx_packets, 41u);
}

TEST_F(Fwd, WhatThePortDoesNotTakeIsDropped)
{
	for (const fwd_engine *engine : { &io_engine, &mac_engine, &macswap_engine }) {
		const uint64_t dropped = fs.fwd_dropped;

		for (int i = 0; i < 10; i++)
			receive(Bytes(60, 'x'));
		to.tx_room = 3;
		engine->packet_fwd(&fs);
		EXPECT_EQ(fs.fwd_dropped - dropped, 7u) << engine->name;
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), to.sent.size()) << engine->name;
	}
	EXPECT_EQ(fs.tx_packets, 9u);
}

TEST_F(Fwd, RxonlyFrees)
{
	for (int i = 0; i < 10; i++)
		receive(Bytes(60, 'x'));
	rxonly_engine.packet_fwd(&fs);
	EXPECT_EQ(fs.rx_packets, 10u);
	EXPECT_EQ(fs.tx_packets, 0u);
	EXPECT_TRUE(to.sent.empty());
}

TEST_F(Fwd, MacSetsAndMacswapExchangesAddresses)
{
	const Bytes rest(46, 'r'), frame = ether(ALL, HOST, 0x1234) + rest;

	EXPECT_EQ(through(mac_engine, frame), ether(PEER, fs.port_addr, 0x1234) + rest);
	EXPECT_EQ(through(macswap_engine, frame), ether(HOST, ALL, 0x1234) + rest);
}

TEST_F(Fwd, TxonlySendsRightPackets)
{
	const std::vector<std::vector<uint16_t>> layouts = {
		{ 64 }, { 42 }, { 1518 }, { 2048 }, { 20, 30, 14 }, { 1, 1, 61 },
		{ 64, 1000, 2047 },
	};

	for (const auto &lens : layouts) {
		layout = {};
		for (uint16_t len : lens) {
			layout.seg_lens[layout.nb_segs++] = len;
			layout.pkt_len += len;
		}
		fs.burst = 2;
		ASSERT_EQ(txonly_engine.begin(&fs), 0);
		txonly_engine.packet_fwd(&fs);
		txonly_engine.end(&fs);
		ASSERT_EQ(to.sent.size(), 2u);
		for (plx_mbuf *m : to.sent) {
			const char *reason;
			Bytes data = data_of(m);
			const plx_mbuf *seg = m;

			EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
			EXPECT_EQ(m->nb_segs, lens.size());
			for (uint16_t len : lens) {
				EXPECT_EQ(seg->data_len, len);
				seg = seg->next;
			}
			ASSERT_EQ(data.size(), layout.pkt_len);

			auto *eth = reinterpret_cast<plx_ether_hdr *>(data.data());
			auto *ip = reinterpret_cast<plx_ipv4_hdr *>(eth + 1);
			auto *udp = reinterpret_cast<plx_udp_hdr *>(ip + 1);

			EXPECT_TRUE(plx_is_same_ether_addr(&eth->dst_addr, &PEER));
			EXPECT_TRUE(plx_is_same_ether_addr(&eth->src_addr, &fs.port_addr));
			EXPECT_EQ(eth->ether_type, PLX_BE16(PLX_ETHER_TYPE_IPV4));
			EXPECT_EQ(ip->next_proto_id, IPPROTO_UDP);
			EXPECT_EQ(plx_be_to_cpu_16(ip->total_length), data.size() - 14);
			EXPECT_EQ(plx_be_to_cpu_16(udp->dgram_len), data.size() - 34);
			EXPECT_EQ(plx_raw_cksum(ip, sizeof(*ip)), 0xffff);
			EXPECT_NE(udp->dgram_cksum, 0);
			EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(ip, udp), 0);
			plx_pktmbuf_free(m);
		}
		to.sent.clear();
	}
}

TEST_F(Fwd, TxonlyWithTooFewMbufs)
{
	fs.burst = NB_MBUFS;
	layout = { 2, { 32, 32 }, 64 };
	ASSERT_EQ(txonly_engine.begin(&fs), 0);
	txonly_engine.packet_fwd(&fs);
	EXPECT_TRUE(to.sent.empty()) << "heads for all, and no second segment";
	fs.burst = NB_MBUFS - 10;
	txonly_engine.packet_fwd(&fs);
	EXPECT_EQ(to.sent.size(), 10u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 20u);
	EXPECT_EQ(fs.tx_packets, 10u);
	EXPECT_EQ(fs.fwd_dropped, 0u);
	fs.burst = NB_MBUFS;
	txonly_engine.packet_fwd(&fs);
	EXPECT_EQ(to.sent.size(), 10u) << "not even heads";
	txonly_engine.end(&fs);
	txonly_engine.end(&fs);	/* as after a begin() that failed */
}

plx_arp_hdr
arp(uint16_t op, const plx_ether_addr &sha, uint32_t sip, const plx_ether_addr &tha, uint32_t tip)
{
	plx_arp_hdr h = {};

	h.arp_hardware = PLX_BE16(PLX_ARP_HRD_ETHER);
	h.arp_protocol = PLX_BE16(PLX_ETHER_TYPE_IPV4);
	h.arp_hlen = 6;
	h.arp_plen = 4;
	h.arp_opcode = PLX_BE16(op);
	h.arp_data = { sha, PLX_BE32(sip), tha, PLX_BE32(tip) };
	return h;
}

TEST_F(Fwd, IcmpechoAnswersArp)
{
	const plx_ether_addr none = {};
	const Bytes pad(18, 0);
	const plx_arp_hdr ask = arp(PLX_ARP_OP_REQUEST, HOST, HOST_IP, none, PORT_IP);

	EXPECT_EQ(through(icmpecho_engine, ether(ALL, HOST, PLX_ETHER_TYPE_ARP) + bytes_of(ask) +
		pad), ether(HOST, fs.port_addr, PLX_ETHER_TYPE_ARP) +
		bytes_of(arp(PLX_ARP_OP_REPLY, fs.port_addr, PORT_IP, HOST, HOST_IP)) + pad);

	std::vector<plx_arp_hdr> others {
		arp(PLX_ARP_OP_REPLY, HOST, HOST_IP, fs.port_addr, PORT_IP),
		arp(PLX_ARP_OP_REQUEST, HOST, HOST_IP, none, HOST_IP),	/* an announcement */
		arp(PLX_ARP_OP_REQUEST, HOST, 0, none, PORT_IP),	/* a probe */
		ask, ask, ask, ask,
	};

	others[3].arp_hardware = PLX_BE16(6);
	others[4].arp_protocol = PLX_BE16(PLX_ETHER_TYPE_IPV6);
	others[5].arp_hlen = 8;
	others[6].arp_plen = 16;
	for (const auto &other : others)
		EXPECT_EQ(through(icmpecho_engine, ether(ALL, HOST, PLX_ETHER_TYPE_ARP) +
			bytes_of(other) + pad), Bytes{});
}

/* An echo request from HOST_IP, its checksums right; @options is of whole words. */
Bytes
ping(const Bytes &payload, const Bytes &options = {}, uint16_t ident = 7)
{
	plx_icmp_hdr icmp = { PLX_IP_ICMP_ECHO_REQUEST, 0, 0, ident, PLX_BE16(3) };
	plx_ipv4_hdr ip = {};
	Bytes body = bytes_of(icmp) + payload;

	icmp.icmp_cksum = static_cast<uint16_t>(~plx_raw_cksum(body.data(), body.size()));
	ip.version_ihl = static_cast<uint8_t>(0x45 + options.size() / 4);
	ip.total_length = PLX_BE16(20 + options.size() + body.size());
	ip.time_to_live = 64;
	ip.next_proto_id = IPPROTO_ICMP;
	ip.src_addr = PLX_BE32(HOST_IP);
	ip.dst_addr = PLX_BE32(PORT_IP);

	Bytes header = bytes_of(ip) + options;

	ip.hdr_checksum = static_cast<uint16_t>(~plx_raw_cksum(header.data(), header.size()));
	return bytes_of(ip) + options + bytes_of(icmp) + payload;
}

/* Is @packet, from the IP header on, the right answer to ping()? */
void
expect_pong(const Bytes &packet, const Bytes &payload, size_t ip_len = 20)
{
	ASSERT_EQ(packet.size(), ip_len + 8 + payload.size());

	auto *ip = reinterpret_cast<const plx_ipv4_hdr *>(packet.data());
	auto *icmp = reinterpret_cast<const plx_icmp_hdr *>(packet.data() + ip_len);

	EXPECT_EQ(plx_be_to_cpu_32(ip->src_addr), PORT_IP);
	EXPECT_EQ(plx_be_to_cpu_32(ip->dst_addr), HOST_IP);
	EXPECT_EQ(plx_raw_cksum(ip, ip_len), 0xffff);
	EXPECT_EQ(icmp->icmp_type, PLX_IP_ICMP_ECHO_REPLY);
	EXPECT_EQ(plx_raw_cksum(icmp, packet.size() - ip_len), 0xffff);
	EXPECT_EQ(Bytes(packet.end() - static_cast<long>(payload.size()), packet.end()), payload);
}

TEST_F(Fwd, IcmpechoAnswersPings)
{
	const Bytes to_port = ether(fs.port_addr, HOST, PLX_ETHER_TYPE_IPV4),
		to_host = ether(HOST, fs.port_addr, PLX_ETHER_TYPE_IPV4);

	for (const Bytes &payload : { Bytes(), Bytes(57, 'p'), Bytes(1400, 'q') }) {
		Bytes out = through(icmpecho_engine, to_port + ping(payload));

		ASSERT_GE(out.size(), 14u);
		EXPECT_EQ(Bytes(out.begin(), out.begin() + 14), to_host);
		expect_pong(Bytes(out.begin() + 14, out.end()), payload);
	}

	/* To all stations: the answer comes from one. */
	Bytes out = through(icmpecho_engine, ether(ALL, HOST, PLX_ETHER_TYPE_IPV4) +
		ping({ 1 }, Bytes(8, 1)));

	ASSERT_GE(out.size(), 14u);
	EXPECT_EQ(Bytes(out.begin(), out.begin() + 14), to_host);
	expect_pong(Bytes(out.begin() + 14, out.end()), { 1 }, 28);
}

TEST_F(Fwd, IcmpechoKeepsEveryChecksumRight)
{
	const Bytes eth = ether(fs.port_addr, HOST, PLX_ETHER_TYPE_IPV4);

	for (unsigned int ident = 0; ident <= UINT16_MAX; ident++) {
		Bytes out = through(icmpecho_engine, eth + ping({}, {},
			static_cast<uint16_t>(ident)));

		ASSERT_EQ(plx_raw_cksum(out.data() + 34, 8), 0xffff) << ident;
	}
}

TEST_F(Fwd, IcmpechoSeesThroughVlanTags)
{
	const Bytes payload(20, 'v');
	const plx_vlan_hdr outer = { PLX_BE16(100), PLX_BE16(PLX_ETHER_TYPE_VLAN) },
		inner = { PLX_BE16(5), PLX_BE16(PLX_ETHER_TYPE_IPV4) };
	Bytes out = through(icmpecho_engine, ether(fs.port_addr, HOST, PLX_ETHER_TYPE_VLAN) +
		bytes_of(inner) + ping(payload));

	ASSERT_GE(out.size(), 18u);
	EXPECT_EQ(Bytes(out.begin() + 14, out.begin() + 18), bytes_of(inner));
	expect_pong(Bytes(out.begin() + 18, out.end()), payload);
	out = through(icmpecho_engine, ether(fs.port_addr, HOST, PLX_ETHER_TYPE_QINQ) +
		bytes_of(outer) + bytes_of(inner) + ping(payload));
	ASSERT_GE(out.size(), 22u);
	expect_pong(Bytes(out.begin() + 22, out.end()), payload);
	/* Three tags are beyond it. */
	EXPECT_EQ(through(icmpecho_engine, ether(fs.port_addr, HOST, PLX_ETHER_TYPE_QINQ) +
		bytes_of(outer) + bytes_of(outer) + bytes_of(inner) + ping(payload)), Bytes{});
}

TEST_F(Fwd, IcmpechoTakesDataInOtherSegments)
{
	const Bytes payload(300, 's'), frame = ether(fs.port_addr, HOST, PLX_ETHER_TYPE_IPV4) +
		ping(payload);

	for (long cut : { 42, 43, 200 }) {
		plx_mbuf *m = packet(Bytes(frame.begin(), frame.begin() + cut));

		ASSERT_EQ(plx_pktmbuf_chain(m, packet(Bytes(frame.begin() + cut, frame.end()))), 0);
		from.incoming.push_back(m);
		icmpecho_engine.packet_fwd(&fs);
		ASSERT_EQ(to.sent.size(), 1u) << cut;

		Bytes out = data_of(to.sent[0]);

		expect_pong(Bytes(out.begin() + 14, out.end()), payload);
		plx_pktmbuf_free(to.sent[0]);
		to.sent.clear();
	}
}

TEST_F(Fwd, IcmpechoDropsTheRest)
{
	const Bytes eth = ether(fs.port_addr, HOST, PLX_ETHER_TYPE_IPV4), good = ping({});
	auto with = [&](size_t offset, const Bytes &bytes) {
		Bytes packet = eth + good;

		std::copy(bytes.begin(), bytes.end(), &packet[14 + offset]);
		return packet;
	};
	const std::vector<Bytes> others {
		with(0, { 0x65 }),		/* not version 4 */
		with(0, { 0x44 }),		/* a header of 16 bytes */
		with(6, { 0x20, 0 }),		/* a first fragment */
		with(6, { 0, 1 }),		/* a later one */
		with(9, { IPPROTO_UDP }),
		with(16, { 224, 0, 0, 1 }),	/* to a group */
		with(16, { 255, 255, 255, 255 }),
		with(20, { 0 }),		/* a reply */
		with(20, { 13 }),		/* a timestamp request */
		with(21, { 1 }),		/* an unknown code */
		ether(fs.port_addr, HOST, PLX_ETHER_TYPE_IPV6) + good,
	};

	for (size_t i = 0; i < others.size(); i++)
		EXPECT_EQ(through(icmpecho_engine, others[i]), Bytes{}) << i;
	EXPECT_NE(through(icmpecho_engine, with(6, { 0x40, 0 })), Bytes{}) << "don't fragment";
	/* Cut short anywhere, also in tags and ARP packets. */
	for (const Bytes &whole : { eth + good, ether(ALL, HOST, PLX_ETHER_TYPE_VLAN) +
			bytes_of(plx_vlan_hdr{ 0, PLX_BE16(PLX_ETHER_TYPE_ARP) }) +
			bytes_of(arp(PLX_ARP_OP_REQUEST, HOST, HOST_IP, {}, PORT_IP)) })
		for (size_t len = 0; len < whole.size(); len++)
			EXPECT_EQ(through(icmpecho_engine, Bytes(whole.begin(),
				whole.begin() + static_cast<long>(len))), Bytes{}) << len;
	EXPECT_EQ(fs.fwd_dropped, 0u) << "that counts what a port refuses";
}

TEST_F(Fwd, IcmpechoAnswersSomeOfABurst)
{
	const Bytes good = ether(fs.port_addr, HOST, PLX_ETHER_TYPE_IPV4) + ping({});

	for (int i = 0; i < 10; i++)
		receive(i % 3 == 0 ? good : Bytes(60, 'x'));
	to.tx_room = 3;
	icmpecho_engine.packet_fwd(&fs);
	EXPECT_EQ(fs.rx_packets, 10u);
	EXPECT_EQ(fs.tx_packets, 3u);
	EXPECT_EQ(fs.fwd_dropped, 1u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 3u);
}

} // namespace
