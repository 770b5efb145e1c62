/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_PORT_CONTRACT_TX_H
#define TEST_PORT_CONTRACT_TX_H
/*
 * Requests for offloads of a sender: what both judges, software on the other end and the kernel,
 * are shown.
 */
#include "port_contract.h"

namespace contract {

struct Kind {
	const char *name;
	int version;
	uint8_t proto;
};
[[maybe_unused]] constexpr Kind kinds[] = {
	{ "UDP on IPv4", 4, IPPROTO_UDP },
	{ "TCP on IPv4", 4, IPPROTO_TCP },
	{ "UDP on IPv6", 6, IPPROTO_UDP },
	{ "TCP on IPv6", 6, IPPROTO_TCP },
};

inline IpSpec
spec_of(const Kind &kind)
{
	IpSpec spec;

	spec.version = kind.version;
	spec.proto = kind.proto;
	return spec;
}

class TxOffload : public Contract {
protected:
	void SetUp() override
	{
		Contract::SetUp();
		NEED_WIRE();
		capa = tx.info().tx_offload_capa;
	}

	/* With all that has to do with checksums, and @more, on. */
	void start_with(uint64_t more = 0)
	{
		Config sender, receiver;

		sender.conf.txmode.offloads = capa & (PLX_ETH_TX_OFFLOAD_IPV4_CKSUM |
			PLX_ETH_TX_OFFLOAD_UDP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM |
			PLX_ETH_TX_OFFLOAD_MULTI_SEGS | more);
		receiver.rx_desc = round_desc(rx.info().rx_desc_lim, 256);
		ASSERT_NO_FATAL_FAILURE(start(sender, receiver));
	}

	bool fills_in_l4(const Kind &kind) const
	{
		return capa & (kind.proto == IPPROTO_UDP ? PLX_ETH_TX_OFFLOAD_UDP_CKSUM :
			PLX_ETH_TX_OFFLOAD_TCP_CKSUM);
	}

	/*
	 * The frame as a packet that asks for what this port fills in, with nonsense in the place
	 * of it.
	 */
	plx_mbuf *request(Bytes frame, unsigned int segments = 1)
	{
		const Layout at = layout_of(frame);
		const Kind kind = { "", at.version, at.proto };
		uint64_t flags = at.version == 4 ? PLX_MBUF_F_TX_IPV4 : PLX_MBUF_F_TX_IPV6;

		if (at.version == 4 && (capa & PLX_ETH_TX_OFFLOAD_IPV4_CKSUM)) {
			flags |= PLX_MBUF_F_TX_IP_CKSUM;
			put16(frame, at.ip_cksum(), 0xdead);
		}
		if (fills_in_l4(kind)) {
			flags |= at.proto == IPPROTO_UDP ? PLX_MBUF_F_TX_UDP_CKSUM :
				PLX_MBUF_F_TX_TCP_CKSUM;
			put16(frame, at.l4_cksum(), 0xbeef);
		}

		plx_mbuf *m = make_packet(pool, frame, segments);

		m->ol_flags = flags;
		m->l2_len = at.l2_len & 0x7f;
		m->l3_len = at.l3_len & 0x1ff;
		m->l4_len = at.l4_len & 0xff;
		return m;
	}

	/* Prepared and sent, @packet arrives as @expected. */
	void expect_arrives(plx_mbuf *packet, const std::vector<Bytes> &expected,
		const std::string &what)
	{
		std::vector<Packet> received;

		errno = 0;
		ASSERT_EQ(plx_eth_tx_prepare(tx.id, 0, &packet, 1), 1) << what << ": errno "
			<< errno;
		send({ packet });
		received = receive(expected.size());
		ASSERT_EQ(received.size(), expected.size()) << what;
		for (size_t i = 0; i < expected.size(); i++) {
			const Bytes found = unpadded(received[i].data, expected[i].size());

			ASSERT_EQ(difference(expected[i], found), "")
				<< what << ", packet " << i << " of " << expected.size();
		}
	}

	/* The TCP packets that @frame is to be cut into, as this model of a device makes them. */
	static std::vector<Bytes> pieces(const Bytes &frame, size_t mss)
	{
		std::vector<Bytes> all = cut(frame, mss);

		if (!options.tso_last_flags) {
			all.back()[layout_of(frame).l4() + 13] &= 0xf6;
			set_checksums(all.back());
		}
		return all;
	}

	/* It is refused, for that reason, and left as it was. */
	void expect_refused(plx_mbuf *packet, int reason, const char *what)
	{
		const Bytes before(plx_pktmbuf_mtod(packet, const uint8_t *),
			plx_pktmbuf_mtod(packet, const uint8_t *) + packet->data_len);

		errno = 0;
		EXPECT_EQ(plx_eth_tx_prepare(tx.id, 0, &packet, 1), 0) << what;
		EXPECT_EQ(errno, reason) << what;
		EXPECT_EQ(difference(before, Bytes(plx_pktmbuf_mtod(packet, const uint8_t *),
			plx_pktmbuf_mtod(packet, const uint8_t *) + packet->data_len)), "") << what;
		plx_pktmbuf_free(packet);
	}

	/* A TCP packet to be cut. */
	plx_mbuf *cut_request(Bytes frame, uint16_t mss)
	{
		const Layout at = layout_of(frame);
		plx_mbuf *m;

		if (at.version == 4)
			put16(frame, at.ip_cksum(), 0xdead);
		put16(frame, at.l4_cksum(), 0xbeef);
		m = make_packet(pool, frame, unsigned((frame.size() + 1999) / 2000));
		m->ol_flags = PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_TCP_CKSUM | (at.version == 4 ?
			PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM : PLX_MBUF_F_TX_IPV6);
		m->l2_len = at.l2_len & 0x7f;
		m->l3_len = at.l3_len & 0x1ff;
		m->l4_len = at.l4_len & 0xff;
		m->tso_segsz = mss;
		return m;
	}

	uint64_t capa = 0;
};

} // namespace contract
#endif
