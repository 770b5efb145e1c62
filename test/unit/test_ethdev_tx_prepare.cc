/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: packets that ask for what a port can't do, and the sums that NICs want to find. */
#include <plx_ip.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "test_ethdev_toy.h"

namespace {

constexpr uint64_t ALL = PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM |
	PLX_ETH_TX_OFFLOAD_UDP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_SCTP_CKSUM |
	PLX_ETH_TX_OFFLOAD_TCP_TSO | PLX_ETH_TX_OFFLOAD_QINQ_INSERT | PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
constexpr uint64_t TSO4 = PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM;
constexpr uint64_t TCP4 = PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV4;

class TxPrepare : public testing::Test {
protected:
	void SetUp() override
	{
		pool.reset(plx_pktmbuf_pool_create("prepare", 63, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
			SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
		m = plx_pktmbuf_alloc(pool.get());
		memset(plx_pktmbuf_append(m, 200), 0, 200);
		m->l2_len = 14;
		m->l3_len = 20;
		m->l4_len = 20;
		m->tso_segsz = 100;
	}

	void TearDown() override
	{
		plx_pktmbuf_free(m);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	}

	int check(uint64_t flags, uint64_t offloads = ALL)
	{
		m->ol_flags = flags;
		return plx_eth_tx_prepare_check(m, offloads, &lim, 65535);
	}

	void add_segments(unsigned int n)
	{
		while (n-- > 0) {
			plx_mbuf *seg = plx_pktmbuf_alloc(pool.get());

			plx_pktmbuf_append(seg, 10);
			ASSERT_EQ(plx_pktmbuf_chain(m, seg), 0);
		}
	}

	template <typename T> T *at(unsigned int offset)
	{
		return plx_pktmbuf_mtod_offset(m, T *, offset);
	}

	Pool pool;
	plx_mbuf *m = nullptr;
	plx_eth_desc_lim lim = { 512, 32, 1, 0, 8, 4 };
};

TEST_F(TxPrepare, PlainPackets)
{
	EXPECT_EQ(check(0), 0);
	EXPECT_EQ(check(0, 0), 0);
	EXPECT_EQ(check(PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_RSS_HASH, 0), 0) << "of a receiver";
	EXPECT_EQ(check(PLX_MBUF_F_TX_IPV4, 0), 0) << "nothing is asked for";
}

TEST_F(TxPrepare, OffloadsThatThePortDoesNotHave)
{
	const struct {
		uint64_t flags, offload;
	} each[] = {
		{ PLX_MBUF_F_TX_VLAN, PLX_ETH_TX_OFFLOAD_VLAN_INSERT },
		{ PLX_MBUF_F_TX_QINQ, PLX_ETH_TX_OFFLOAD_QINQ_INSERT },
		{ PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_IPV4, PLX_ETH_TX_OFFLOAD_IPV4_CKSUM },
		{ TCP4, PLX_ETH_TX_OFFLOAD_TCP_CKSUM },
		{ PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4, PLX_ETH_TX_OFFLOAD_UDP_CKSUM },
		{ PLX_MBUF_F_TX_SCTP_CKSUM | PLX_MBUF_F_TX_IPV4, PLX_ETH_TX_OFFLOAD_SCTP_CKSUM },
		{ TSO4, PLX_ETH_TX_OFFLOAD_TCP_TSO },
		{ TSO4 | PLX_MBUF_F_TX_TCP_CKSUM, PLX_ETH_TX_OFFLOAD_TCP_TSO },
	};

	for (const auto &e : each) {
		EXPECT_EQ(check(e.flags), 0) << e.flags;
		EXPECT_EQ(check(e.flags, e.offload), 0) << e.flags << ": no other one is needed";
		EXPECT_EQ(check(e.flags, ALL & ~e.offload), -ENOTSUP) << e.flags;
	}
	for (unsigned int bit : { 41u, 48u, 51u, 58u, 60u })
		EXPECT_EQ(check(UINT64_C(1) << bit), -ENOTSUP) << "nobody knows bit " << bit;
	add_segments(1);
	EXPECT_EQ(check(0), 0);
	EXPECT_EQ(check(0, ALL & ~PLX_ETH_TX_OFFLOAD_MULTI_SEGS), -ENOTSUP);
}

TEST_F(TxPrepare, Segments)
{
	add_segments(3);
	EXPECT_EQ(check(0), 0);
	add_segments(1);
	EXPECT_EQ(check(0), -EINVAL) << "more than nb_mtu_seg_max";
	EXPECT_EQ(check(TSO4), 0);
	add_segments(4);
	EXPECT_EQ(check(TSO4), -EINVAL) << "more than nb_seg_max";
	lim.nb_mtu_seg_max = 0;
	EXPECT_EQ(check(0), -EINVAL) << "nb_seg_max then";
	lim.nb_seg_max = 0;
	EXPECT_EQ(check(0), 0) << "no limit";
}

TEST_F(TxPrepare, AChainThatIsNotWhatItSays)
{
	plx_mbuf *last;

	add_segments(2);
	last = plx_pktmbuf_lastseg(m);
	m->pkt_len++;
	EXPECT_EQ(check(0), -EINVAL);
	m->pkt_len--;
	m->nb_segs++;
	EXPECT_EQ(check(0), -EINVAL);
	m->nb_segs = 2;
	EXPECT_EQ(check(0), -EINVAL);
	m->nb_segs = 3;
	m->pkt_len = static_cast<uint32_t>(m->pkt_len - last->data_len);
	last->data_len = 0;
	EXPECT_EQ(check(0), -EINVAL) << "an empty segment";
	last->data_len = 10;
	m->pkt_len += 10;
	EXPECT_EQ(check(0), 0);
}

TEST_F(TxPrepare, Headers)
{
	EXPECT_EQ(check(PLX_MBUF_F_TX_TCP_CKSUM), -EINVAL) << "of what IP?";
	EXPECT_EQ(check(TCP4 | PLX_MBUF_F_TX_IPV6), -EINVAL) << "both";
	EXPECT_EQ(check(PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_IPV6), -EINVAL) << "IPv6 has none";
	EXPECT_EQ(check(PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV6), -EINVAL) << "20 bytes of IPv6";
	m->l3_len = 40;
	EXPECT_EQ(check(PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV6), 0);
	m->l3_len = 19;
	EXPECT_EQ(check(TCP4), -EINVAL);
	m->l3_len = 20;
	m->l2_len = 13;
	EXPECT_EQ(check(TCP4), -EINVAL);
	m->l2_len = 14;
	m->pkt_len = m->data_len = 54;
	EXPECT_EQ(check(TCP4), 0);
	m->pkt_len = m->data_len = 53;
	EXPECT_EQ(check(TCP4), -EINVAL) << "the TCP header is not all there";
	m->pkt_len = m->data_len = 42;
	EXPECT_EQ(check(PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4), 0);
	m->pkt_len = m->data_len = 41;
	EXPECT_EQ(check(PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4), -EINVAL);
}

TEST_F(TxPrepare, Tso)
{
	EXPECT_EQ(check(TSO4), 0);
	EXPECT_EQ(check(TSO4 & ~PLX_MBUF_F_TX_IP_CKSUM), -EINVAL) << "each packet needs its own";
	EXPECT_EQ(check(TSO4 | PLX_MBUF_F_TX_UDP_CKSUM), -EINVAL);
	m->tso_segsz = 0;
	EXPECT_EQ(check(TSO4), -EINVAL);
	m->tso_segsz = 1;
	EXPECT_EQ(check(TSO4), 0);
	m->l4_len = 19;
	EXPECT_EQ(check(TSO4), -EINVAL);
	m->l4_len = 166;
	EXPECT_EQ(check(TSO4), -EINVAL) << "nothing but headers";
	m->l4_len = 165;
	EXPECT_EQ(check(TSO4), 0);
	add_segments(1);
	m->l4_len = 167;
	EXPECT_EQ(check(TSO4), -EINVAL) << "headers beyond the first segment";
	m->l4_len = 20;
	EXPECT_EQ(plx_eth_tx_prepare_check(m, ALL, &lim, m->pkt_len), 0);
	EXPECT_EQ(plx_eth_tx_prepare_check(m, ALL, &lim, m->pkt_len - 1), -EINVAL);
	m->l3_len = 40;
	EXPECT_EQ(check(PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IPV6), 0);
}

TEST_F(TxPrepare, SumsOfIpv4)
{
	auto *ip = at<plx_ipv4_hdr>(14);
	auto *tcp = at<plx_tcp_hdr>(34);
	auto *udp = at<plx_udp_hdr>(34);

	ip->version_ihl = 0x45;
	ip->total_length = PLX_BE16(186);
	ip->src_addr = PLX_BE32(PLX_IPV4(10, 0, 0, 1));
	ip->dst_addr = PLX_BE32(PLX_IPV4(10, 0, 0, 2));
	ip->next_proto_id = IPPROTO_TCP;
	ip->hdr_checksum = 0x1234;
	m->ol_flags = TCP4;
	ASSERT_EQ(plx_eth_tx_prepare_cksum(m), 0);
	EXPECT_EQ(tcp->cksum, plx_ipv4_phdr_cksum(ip, 0));
	EXPECT_EQ(ip->hdr_checksum, 0x1234) << "nobody asked";
	m->ol_flags = TSO4;
	ASSERT_EQ(plx_eth_tx_prepare_cksum(m), 0);
	EXPECT_EQ(tcp->cksum, plx_ipv4_phdr_cksum(ip, PLX_MBUF_F_TX_TCP_SEG));
	EXPECT_NE(tcp->cksum, plx_ipv4_phdr_cksum(ip, 0)) << "without the length";
	EXPECT_EQ(ip->hdr_checksum, 0);
	ip->next_proto_id = IPPROTO_UDP;
	m->ol_flags = PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4;
	ASSERT_EQ(plx_eth_tx_prepare_cksum(m), 0);
	EXPECT_EQ(udp->dgram_cksum, plx_ipv4_phdr_cksum(ip, 0));
}

TEST_F(TxPrepare, SumsOfIpv6)
{
	auto *ip = at<plx_ipv6_hdr>(14);
	auto *tcp = at<plx_tcp_hdr>(54);

	ip->vtc_flow = PLX_BE32(6u << 28);
	ip->proto = IPPROTO_TCP;
	ip->payload_len = PLX_BE16(146);
	ip->src_addr[15] = 1;
	ip->dst_addr[15] = 2;
	m->l3_len = 40;
	m->ol_flags = PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV6;
	ASSERT_EQ(plx_eth_tx_prepare_cksum(m), 0);
	EXPECT_EQ(tcp->cksum, plx_ipv6_phdr_cksum(ip, 0));
	/* Behind an extension header of 8 bytes: the sum is that of the TCP part alone. */
	tcp = at<plx_tcp_hdr>(62);
	m->l3_len = 48;
	ip->proto = IPPROTO_HOPOPTS;
	ASSERT_EQ(plx_eth_tx_prepare_cksum(m), 0);
	ip->proto = IPPROTO_TCP;
	ip->payload_len = PLX_BE16(138);
	EXPECT_EQ(tcp->cksum, plx_ipv6_phdr_cksum(ip, 0));
	m->ol_flags = PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IPV6;
	ASSERT_EQ(plx_eth_tx_prepare_cksum(m), 0);
	EXPECT_EQ(tcp->cksum, plx_ipv6_phdr_cksum(ip, PLX_MBUF_F_TX_TCP_SEG));
}

TEST_F(TxPrepare, SumsNeedHeaders)
{
	m->ol_flags = 0;
	m->l2_len = 0;
	EXPECT_EQ(plx_eth_tx_prepare_cksum(m), 0) << "nothing to do";
	m->ol_flags = TCP4;
	EXPECT_EQ(plx_eth_tx_prepare_cksum(m), -EINVAL);
	m->l2_len = 14;
	m->pkt_len = m->data_len = 53;
	EXPECT_EQ(plx_eth_tx_prepare_cksum(m), -EINVAL);
}

} // namespace
