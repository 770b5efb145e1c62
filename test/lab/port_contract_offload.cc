/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract: checksums told, checksums filled in, and TCP cut, judged by software on the
 * other end.
 */
#include "port_contract_tx.h"

#include <algorithm>

namespace contract {

namespace {

class RxChecksum : public Contract {
protected:
	void SetUp() override
	{
		Contract::SetUp();
		NEED_WIRE();
		capa = rx.info().rx_offload_capa & PLX_ETH_RX_OFFLOAD_CHECKSUM;
		NEED(capa != 0, "no checksums are told");

		Config receiver;

		receiver.conf.rxmode.offloads = capa;
		ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	}

	/* What is told of a frame, and that it comes unchanged. */
	uint64_t told(const Bytes &frame)
	{
		const std::vector<Packet> received = exchange(std::vector<Bytes> { frame });

		EXPECT_EQ(received.size(), 1u);
		if (received.empty())
			return 0;
		EXPECT_EQ(difference(frame, received[0].data), "");
		return received[0].ol_flags;
	}
	/*
	 * That of the bits in @mask it is @wanted that is told; or nothing, from who may be silent.
	 */
	static void expect_told(uint64_t flags, uint64_t mask, uint64_t wanted, const char *what)
	{
		if (options.rx_checksums || (flags & mask) != 0) {
			EXPECT_EQ(flags & mask, wanted) << what;
		}
	}
	bool checks_l4(const Kind &kind) const
	{
		return capa & (kind.proto == IPPROTO_UDP ? PLX_ETH_RX_OFFLOAD_UDP_CKSUM :
			PLX_ETH_RX_OFFLOAD_TCP_CKSUM);
	}
	bool checks_ip(const Kind &kind) const
	{
		return kind.version == 4 && (capa & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM);
	}

	uint64_t capa = 0;
};

TEST_F(RxChecksum, good_ones)
{
	for (const Kind &kind : kinds)
		for (size_t payload : { 40, 101, 1400 }) {
			IpSpec spec = spec_of(kind);

			spec.payload = payload;

			const uint64_t flags = told(ip_frame(rx.mac(), tx.mac(), spec));

			expect_told(flags, PLX_MBUF_F_RX_L4_CKSUM_MASK,
				checks_l4(kind) ? PLX_MBUF_F_RX_L4_CKSUM_GOOD : 0, kind.name);
			expect_told(flags, PLX_MBUF_F_RX_IP_CKSUM_MASK,
				checks_ip(kind) ? PLX_MBUF_F_RX_IP_CKSUM_GOOD : 0, kind.name);
		}
}

TEST_F(RxChecksum, bad_ones)
{
	for (const Kind &kind : kinds) {
		Bytes frame = ip_frame(rx.mac(), tx.mac(), spec_of(kind));
		const Layout at = layout_of(frame);

		if (checks_l4(kind)) {
			frame[at.data() + 3] ^= 1;

			const uint64_t flags = told(frame);

			expect_told(flags, PLX_MBUF_F_RX_L4_CKSUM_MASK, PLX_MBUF_F_RX_L4_CKSUM_BAD,
				kind.name);
			EXPECT_NE(flags & PLX_MBUF_F_RX_IP_CKSUM_MASK, PLX_MBUF_F_RX_IP_CKSUM_BAD)
				<< kind.name;
		}
		if (checks_ip(kind)) {
			set_checksums(frame);
			frame[at.l2_len + 8]--;	/* the TTL, which is not of the pseudo-header */
			expect_told(told(frame), PLX_MBUF_F_RX_IP_CKSUM_MASK,
				PLX_MBUF_F_RX_IP_CKSUM_BAD, kind.name);
		}
	}
}

/* Where there is none to check, none is bad. */
TEST_F(RxChecksum, none_at_all)
{
	IpSpec spec;
	Bytes frame = ip_frame(rx.mac(), tx.mac(), spec);

	/* RFC 768: 0 says that the sender made none. */
	put16(frame, layout_of(frame).l4_cksum(), 0);
	EXPECT_NE(told(frame) & PLX_MBUF_F_RX_L4_CKSUM_MASK, PLX_MBUF_F_RX_L4_CKSUM_BAD)
		<< "UDP without one";
	spec.proto = 253;
	EXPECT_EQ(told(ip_frame(rx.mac(), tx.mac(), spec)) & PLX_MBUF_F_RX_L4_CKSUM_MASK, 0u)
		<< "no L4";
	EXPECT_EQ(told(this->frame(100)) &
		(PLX_MBUF_F_RX_L4_CKSUM_MASK | PLX_MBUF_F_RX_IP_CKSUM_MASK), 0u) << "no IP";

	/* Of a fragment nobody can say whether the checksum is right. */
	spec.proto = IPPROTO_UDP;
	frame = ip_frame(rx.mac(), tx.mac(), spec);
	put16(frame, 14 + 6, 0x2000);
	frame.back() ^= 1;
	set_ip_checksum(frame);
	EXPECT_EQ(told(frame) & PLX_MBUF_F_RX_L4_CKSUM_MASK, 0u) << "a fragment";
}

class TxChecksum : public TxOffload {};

TEST_F(TxChecksum, all_kinds_and_lengths)
{
	NEED(capa & (PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | PLX_ETH_TX_OFFLOAD_UDP_CKSUM |
		PLX_ETH_TX_OFFLOAD_TCP_CKSUM), "no checksums are filled in");
	ASSERT_NO_FATAL_FAILURE(start_with());
	for (const Kind &kind : kinds)
		for (size_t payload : { 30, 31, 500, 1401 })
			for (unsigned int segments : { 1, 3 }) {
				IpSpec spec = spec_of(kind);

				spec.payload = payload;
				spec.seed = uint32_t(payload);
				/* Headers in one mbuf are not asked too much. */
				if (segments > 1 && (payload < 500 ||
				    !(capa & PLX_ETH_TX_OFFLOAD_MULTI_SEGS)))
					continue;

				const Bytes plain = ip_frame(rx.mac(), tx.mac(), spec);

				ASSERT_NO_FATAL_FAILURE(expect_arrives(request(plain, segments),
					{ plain }, kind.name));

				const Bytes with_tag = tagged(plain, 0x2345);

				ASSERT_NO_FATAL_FAILURE(expect_arrives(request(with_tag, segments),
					{ with_tag }, std::string(kind.name) + " with a tag"));
			}
}

/* Requests, none, and others in one burst: each packet speaks for itself. */
TEST_F(TxChecksum, mixed_burst)
{
	std::vector<plx_mbuf *> packets;
	std::vector<Bytes> sent;

	NEED(capa & PLX_ETH_TX_OFFLOAD_UDP_CKSUM, "no checksums are filled in");
	ASSERT_NO_FATAL_FAILURE(start_with());
	for (unsigned int i = 0; i < 16; i++) {
		IpSpec spec = spec_of(kinds[i / 2 % 4]);

		spec.payload = 100 + i;
		sent.push_back(ip_frame(rx.mac(), tx.mac(), spec));
		if (i % 4 == 3)		/* wrong on purpose, and so it is to stay */
			sent.back().back() ^= 1;
		packets.push_back(i % 2 == 0 ? request(sent.back()) :
			make_packet(pool, sent.back()));
	}
	ASSERT_EQ(plx_eth_tx_prepare(tx.id, 0, packets.data(), uint16_t(packets.size())),
		packets.size());
	expect_same(sent, exchange(packets));
}

TEST_F(TxChecksum, requests_that_can_not_be_are_refused)
{
	const Bytes frame = ip_frame(rx.mac(), tx.mac(), {});
	plx_mbuf *m;

	NEED_PREPARE();
	capa = 0;
	ASSERT_NO_FATAL_FAILURE(start_with());
	m = make_packet(pool, frame);
	m->ol_flags = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_UDP_CKSUM;
	m->l2_len = 14;
	m->l3_len = 20;
	expect_refused(m, ENOTSUP, "it is not on");
	capa = tx.info().tx_offload_capa;
	NEED(capa & PLX_ETH_TX_OFFLOAD_UDP_CKSUM, "no checksums are filled in");
	stop();
	ASSERT_NO_FATAL_FAILURE(start_with());
	m = request(frame);
	m->l3_len = 0;
	expect_refused(m, EINVAL, "no L3 header");
	m = request(frame);
	m->l3_len = 500;
	expect_refused(m, EINVAL, "headers longer than the packet");
	m = request(frame);
	m->ol_flags &= ~(PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IPV6);
	expect_refused(m, EINVAL, "neither IPv4 nor IPv6");
}

class Tso : public TxOffload {
protected:
	void SetUp() override
	{
		TxOffload::SetUp();
		NEED(capa & PLX_ETH_TX_OFFLOAD_TCP_TSO, "TCP is not cut");
	}
};

TEST_F(Tso, segments_are_right_to_the_byte)
{
	constexpr uint8_t ACK_PSH_FIN = 0x19, ACK_CWR = 0x90;
	const struct {
		size_t payload, options;
		uint16_t mss;
		uint8_t flags;
	} cases[] = {
		{ 2000, 0, 1000, ACK_PSH_FIN },		/* no rest */
		{ 2001, 0, 1000, ACK_PSH_FIN },		/* a rest of one byte */
		{ 1, 0, 1000, ACK_PSH_FIN },		/* nothing to cut */
		{ 1000, 12, 999, ACK_CWR },		/* options, as Linux has them */
		{ 20000, 12, 1428, ACK_PSH_FIN },	/* what Linux sends by IPv6 */
		{ 5000, 40, 88, ACK_CWR },		/* many small ones */
	};

	ASSERT_NO_FATAL_FAILURE(start_with(PLX_ETH_TX_OFFLOAD_TCP_TSO));
	for (int version : { 4, 6 })
		for (const auto &c : cases) {
			IpSpec spec;

			spec.version = version;
			spec.proto = IPPROTO_TCP;
			spec.id = 0xfffe;		/* it wraps */
			spec.seq = 0xfffff000;		/* so does this */
			spec.payload = c.payload;
			spec.tcp_options = c.options;
			spec.tcp_flags = c.flags;

			const Bytes frame = ip_frame(rx.mac(), tx.mac(), spec);

			const std::string what = "IPv" + std::to_string(version) + ", " +
				std::to_string(c.payload) + " bytes by " + std::to_string(c.mss);

			ASSERT_NO_FATAL_FAILURE(expect_arrives(cut_request(frame, c.mss),
				pieces(frame, c.mss), what));
		}
}

TEST_F(Tso, with_a_vlan_tag_inserted)
{
	IpSpec spec;

	NEED(capa & PLX_ETH_TX_OFFLOAD_VLAN_INSERT, "no VLAN insertion");
	ASSERT_NO_FATAL_FAILURE(start_with(PLX_ETH_TX_OFFLOAD_TCP_TSO |
		PLX_ETH_TX_OFFLOAD_VLAN_INSERT));
	spec.proto = IPPROTO_TCP;
	spec.payload = 3000;

	const Bytes frame = ip_frame(rx.mac(), tx.mac(), spec);
	plx_mbuf *m = cut_request(frame, 1000);

	m->ol_flags |= PLX_MBUF_F_TX_VLAN;
	m->vlan_tci = 0x3007;
	ASSERT_NO_FATAL_FAILURE(expect_arrives(m, pieces(tagged(frame, 0x3007), 1000),
		"with a tag"));
}

TEST_F(Tso, requests_that_can_not_be_are_refused)
{
	IpSpec spec;
	plx_mbuf *m;

	spec.proto = IPPROTO_TCP;
	spec.payload = 1900;

	const Bytes frame = ip_frame(rx.mac(), tx.mac(), spec);

	ASSERT_NO_FATAL_FAILURE(start_with());
	expect_refused(cut_request(frame, 1000), ENOTSUP, "it is not on");
	stop();
	ASSERT_NO_FATAL_FAILURE(start_with(PLX_ETH_TX_OFFLOAD_TCP_TSO));
	expect_refused(cut_request(frame, 0), EINVAL, "pieces of nothing");
	m = cut_request(frame, 1000);
	m->l4_len = 0;
	expect_refused(m, EINVAL, "no L4 header");
	ASSERT_NO_FATAL_FAILURE(expect_arrives(cut_request(frame, 1000), pieces(frame, 1000),
		"a good one behind"));
}

} // namespace

} // namespace contract
