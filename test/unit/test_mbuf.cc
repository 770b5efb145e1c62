/* SPDX-License-Identifier: BSD-3-Clause */
/* What an mbuf is, and its data. */
#include <cstring>

#include "test_mbuf.h"

namespace {

TEST(MbufPool, TellsItsSizes)
{
	Pool mp = make_pool("sizes", 24, 1500);

	ASSERT_TRUE(mp);
	EXPECT_EQ(plx_pktmbuf_data_room_size(mp.get()), 1500);
	EXPECT_EQ(plx_pktmbuf_priv_size(mp.get()), 24);
	EXPECT_EQ(plx_mempool_lookup("sizes"), mp.get());
	expect_all_back(mp);

	plx_mbuf *m = plx_pktmbuf_alloc(mp.get());
	ASSERT_NE(m, nullptr);
	/* Private data and buffer don't overlap with anything. */
	memset(plx_mbuf_to_priv(m), 0xee, 24);
	memset(m->buf_addr, 0xdd, m->buf_len);
	EXPECT_EQ(fault(m), "");
	EXPECT_EQ(static_cast<uint8_t *>(plx_mbuf_to_priv(m))[23], 0xee);
	plx_pktmbuf_free(m);
	expect_all_back(mp);
}

TEST(MbufPool, CreateRefusesBadArgumentsAndLeavesNothing)
{
	const size_t before = heap_bytes_in_use();

	errno = 0;
	EXPECT_FALSE(make_pool("bad", 4));
	EXPECT_EQ(errno, EINVAL);
	EXPECT_FALSE(make_pool("bad", 65535));
	EXPECT_EQ(errno, EINVAL);
	EXPECT_FALSE(make_pool("bad", 0, 2048, 400));
	EXPECT_EQ(errno, EINVAL);
	/* 2^48 bytes: more than the address space. */
	EXPECT_EQ(plx_pktmbuf_pool_create("bad", PLX_RING_SZ_MASK, 0, 65528, 65535, SOCKET_ID_ANY),
		nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_mempool_lookup("bad"), nullptr);
	EXPECT_EQ(heap_bytes_in_use(), before);
}

TEST(MbufPool, LargestAndSmallestBuffers)
{
	Pool large = make_pool("large", 65528, 65535), none = make_pool("none", 0, 0);

	ASSERT_TRUE(large);
	ASSERT_TRUE(none);
	plx_mbuf *m = plx_pktmbuf_alloc(large.get());
	ASSERT_NE(m, nullptr);
	EXPECT_EQ(plx_pktmbuf_tailroom(m), 65535 - PLX_PKTMBUF_HEADROOM);
	EXPECT_EQ(plx_pktmbuf_append(m, 65535), nullptr);
	EXPECT_NE(plx_pktmbuf_append(m, 65535 - PLX_PKTMBUF_HEADROOM), nullptr);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);

	m = plx_pktmbuf_alloc(none.get());
	ASSERT_NE(m, nullptr);
	EXPECT_EQ(plx_pktmbuf_headroom(m), 0);
	EXPECT_EQ(plx_pktmbuf_tailroom(m), 0);
	EXPECT_EQ(plx_pktmbuf_append(m, 1), nullptr);
	EXPECT_EQ(plx_pktmbuf_prepend(m, 1), nullptr);
	EXPECT_NE(plx_pktmbuf_append(m, 0), nullptr);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
	expect_all_back(large);
	expect_all_back(none);
}

TEST(MbufPool, OwnPoolsByInitialisers)
{
	plx_pktmbuf_pool_private priv = { 256, 8, 0 };
	const unsigned int size = sizeof(plx_mbuf) + 8 + 256;
	auto create = [&](unsigned int elt_size, unsigned int priv_data) {
		return Pool(plx_mempool_create("own", POOL_SIZE, elt_size, 0, priv_data,
			plx_pktmbuf_pool_init, &priv, plx_pktmbuf_init, nullptr, SOCKET_ID_ANY, 0));
	};

	EXPECT_FALSE(create(size - 1, sizeof(priv)));
	EXPECT_EQ(errno, EINVAL);
	EXPECT_FALSE(create(size, sizeof(priv) - 1));
	EXPECT_EQ(errno, EINVAL);
	priv.mbuf_priv_size = 7;
	EXPECT_FALSE(create(size, sizeof(priv)));
	EXPECT_EQ(errno, EINVAL);
	priv.mbuf_priv_size = 8;
	Pool mp = create(size, sizeof(priv) + 100);
	ASSERT_TRUE(mp);
	expect_all_back(mp);
}

TEST_F(Mbuf, AllocGivesAnEmptyPacketWhateverItWas)
{
	plx_mbuf *m = plx_pktmbuf_alloc(mp.get());

	ASSERT_NE(m, nullptr);
	/* All that a user may have left in it. */
	m->data_off = 7;
	m->port = 3;
	m->ol_flags = ~(PLX_MBUF_F_INDIRECT | PLX_MBUF_F_EXTERNAL);
	m->packet_type = 5;
	m->pkt_len = 6;
	m->data_len = 6;
	m->vlan_tci = 7;
	m->vlan_tci_outer = 8;
	m->tx_offload = UINT64_MAX;
	plx_pktmbuf_free(m);
	plx_mbuf *again = plx_pktmbuf_alloc(mp.get());
	ASSERT_EQ(again, m);
	EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
	EXPECT_EQ(m->port, PLX_MBUF_PORT_INVALID);
	EXPECT_EQ(m->ol_flags, 0u);
	EXPECT_EQ(m->packet_type, 0u);
	EXPECT_EQ(plx_pktmbuf_pkt_len(m), 0u);
	EXPECT_EQ(plx_pktmbuf_data_len(m), 0);
	EXPECT_EQ(m->vlan_tci, 0);
	EXPECT_EQ(m->vlan_tci_outer, 0);
	EXPECT_EQ(m->tx_offload, 0u);
	EXPECT_EQ(m->l2_len + m->l3_len + m->l4_len + m->tso_segsz, 0u);
	EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
	EXPECT_EQ(plx_pktmbuf_is_contiguous(m), 1);
	EXPECT_EQ(plx_pktmbuf_lastseg(m), m);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
	plx_pktmbuf_free(nullptr);
}

TEST_F(Mbuf, AddressesForCpuAndDevice)
{
	plx_mbuf *m = plx_pktmbuf_alloc(mp.get());

	ASSERT_NE(m, nullptr);
	char *data = plx_pktmbuf_mtod(m, char *);
	EXPECT_EQ(data, static_cast<char *>(m->buf_addr) + PLX_PKTMBUF_HEADROOM);
	EXPECT_EQ(plx_pktmbuf_mtod_offset(m, char *, 14), data + 14);
	EXPECT_EQ(plx_pktmbuf_iova(m), reinterpret_cast<uintptr_t>(data));
	EXPECT_EQ(plx_pktmbuf_iova_offset(m, 14), reinterpret_cast<uintptr_t>(data) + 14);
	EXPECT_EQ(reinterpret_cast<uintptr_t>(m) % PLX_CACHE_LINE_SIZE, 0u);
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, RearmDataIsTheFourFields)
{
	plx_mbuf *a = plx_pktmbuf_alloc(mp.get()), *b = plx_pktmbuf_alloc(mp.get());

	ASSERT_NE(b, nullptr);
	a->data_off = 1;
	a->nb_segs = 2;
	a->port = 3;
	b->rearm_data = a->rearm_data;
	EXPECT_EQ(b->data_off, 1);
	EXPECT_EQ(plx_mbuf_refcnt_read(b), 1);
	EXPECT_EQ(b->nb_segs, 2);
	EXPECT_EQ(b->port, 3);
	plx_pktmbuf_free(a);
	plx_pktmbuf_free(b);
}

TEST_F(Mbuf, PrependTakesTheHeadroom)
{
	plx_mbuf *m = packet(1, 100);
	char *data = plx_pktmbuf_mtod(m, char *);

	EXPECT_EQ(plx_pktmbuf_prepend(m, 14), data - 14);
	EXPECT_EQ(plx_pktmbuf_headroom(m), PLX_PKTMBUF_HEADROOM - 14);
	EXPECT_EQ(m->data_len, 114);
	EXPECT_EQ(m->pkt_len, 114u);
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_prepend(m, PLX_PKTMBUF_HEADROOM - 13), nullptr);
	EXPECT_EQ(errno, ENOSPC);
	EXPECT_EQ(m->pkt_len, 114u);
	EXPECT_EQ(plx_pktmbuf_prepend(m, PLX_PKTMBUF_HEADROOM - 14), m->buf_addr);
	EXPECT_EQ(plx_pktmbuf_headroom(m), 0);
	EXPECT_EQ(plx_pktmbuf_prepend(m, 1), nullptr);
	EXPECT_EQ(plx_pktmbuf_prepend(m, 0), m->buf_addr);
	EXPECT_EQ(m->data_len, 100 + PLX_PKTMBUF_HEADROOM);
	EXPECT_EQ(data[99], 99);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, AppendTakesTheTailroom)
{
	plx_mbuf *m = plx_pktmbuf_alloc(mp.get());

	ASSERT_NE(m, nullptr);
	char *data = plx_pktmbuf_mtod(m, char *);
	EXPECT_EQ(plx_pktmbuf_tailroom(m), PLX_MBUF_DEFAULT_DATAROOM);
	EXPECT_EQ(plx_pktmbuf_append(m, 60), data);
	EXPECT_EQ(plx_pktmbuf_append(m, 4), data + 60);
	EXPECT_EQ(m->pkt_len, 64u);
	EXPECT_EQ(m->data_len, 64);
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_append(m, PLX_MBUF_DEFAULT_DATAROOM - 63), nullptr);
	EXPECT_EQ(errno, ENOSPC);
	EXPECT_EQ(plx_pktmbuf_append(m, 65535), nullptr);
	EXPECT_EQ(m->pkt_len, 64u);
	EXPECT_EQ(plx_pktmbuf_append(m, PLX_MBUF_DEFAULT_DATAROOM - 64), data + 64);
	EXPECT_EQ(plx_pktmbuf_tailroom(m), 0);
	EXPECT_EQ(plx_pktmbuf_append(m, 1), nullptr);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, AdjTakesFromTheStart)
{
	plx_mbuf *m = packet(2, 100);
	char *data = plx_pktmbuf_mtod(m, char *);

	EXPECT_EQ(plx_pktmbuf_adj(m, 14), data + 14);
	EXPECT_EQ(*plx_pktmbuf_mtod(m, char *), 14);
	EXPECT_EQ(m->data_len, 86);
	EXPECT_EQ(m->pkt_len, 186u);
	EXPECT_EQ(plx_pktmbuf_headroom(m), PLX_PKTMBUF_HEADROOM + 14);
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_adj(m, 87), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(m->pkt_len, 186u);
	EXPECT_EQ(plx_pktmbuf_adj(m, 86), data + 100);
	EXPECT_EQ(m->data_len, 0);
	EXPECT_EQ(m->pkt_len, 100u);
	EXPECT_EQ(plx_pktmbuf_adj(m, 1), nullptr);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, TrimTakesFromTheEnd)
{
	plx_mbuf *m = packet(2, 100);

	EXPECT_EQ(plx_pktmbuf_trim(m, 4), 0);
	EXPECT_EQ(m->data_len, 100);
	EXPECT_EQ(m->next->data_len, 96);
	EXPECT_EQ(m->pkt_len, 196u);
	EXPECT_EQ(plx_pktmbuf_trim(m, 97), -EINVAL);
	EXPECT_EQ(m->pkt_len, 196u);
	EXPECT_EQ(plx_pktmbuf_trim(m, 96), 0);
	EXPECT_EQ(plx_pktmbuf_trim(m, 1), -EINVAL);
	EXPECT_EQ(m->pkt_len, 100u);
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, ChainsJoinPackets)
{
	plx_mbuf *a = packet(2, 100), *b = packet(3, 10);
	plx_mbuf *last = plx_pktmbuf_lastseg(b);

	EXPECT_EQ(plx_pktmbuf_is_contiguous(a), 0);
	ASSERT_EQ(plx_pktmbuf_chain(a, b), 0);
	EXPECT_EQ(a->nb_segs, 5);
	EXPECT_EQ(a->pkt_len, 230u);
	EXPECT_EQ(a->data_len, 100);
	EXPECT_EQ(b->nb_segs, 1);
	EXPECT_EQ(b->pkt_len, 10u);
	EXPECT_EQ(plx_pktmbuf_lastseg(a), last);
	EXPECT_EQ(a->next->next, b);
	EXPECT_EQ(fault(a), "");
	for (plx_mbuf *m = a; m != nullptr; m = m->next)
		EXPECT_EQ(fault(m, 0), "");
	/* The end of the packet is the end of the last segment. */
	EXPECT_EQ(plx_pktmbuf_append(a, 5), plx_pktmbuf_mtod_offset(last, char *, 10));
	EXPECT_EQ(last->data_len, 15);
	EXPECT_EQ(a->pkt_len, 235u);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 5u);
	plx_pktmbuf_free(a);
}

TEST_F(Mbuf, ChainsHaveALimit)
{
	plx_mbuf *a = packet(1, 1), *b = packet(1, 1);

	/* Only the sum counts; 65,535 real ones would not tell more. */
	a->nb_segs = PLX_MBUF_MAX_NB_SEGS;
	EXPECT_EQ(plx_pktmbuf_chain(a, b), -EOVERFLOW);
	EXPECT_EQ(a->next, nullptr);
	EXPECT_EQ(a->pkt_len, 1u);
	EXPECT_EQ(b->nb_segs, 1);
	a->nb_segs = PLX_MBUF_MAX_NB_SEGS - 1;
	EXPECT_EQ(plx_pktmbuf_chain(a, b), 0);
	EXPECT_EQ(a->nb_segs, PLX_MBUF_MAX_NB_SEGS);
	plx_pktmbuf_free(a);
}

TEST_F(Mbuf, CheckFindsWhatIsWrong)
{
	plx_mbuf *m = packet(3, 100);
	const plx_mbuf good = *m;

	EXPECT_EQ(fault(nullptr), "no mbuf");
	EXPECT_EQ(fault(m), "");
	m->pool = nullptr;
	EXPECT_EQ(fault(m, 0), "no pool");
	*m = good;
	m->buf_addr = nullptr;
	EXPECT_EQ(fault(m, 0), "no buffer");
	*m = good;
	m->refcnt = 0;
	EXPECT_EQ(fault(m, 0), "reference count is 0");
	*m = good;
	m->data_off = uint16_t(m->buf_len + 1);
	EXPECT_EQ(fault(m, 0), "data reach beyond the buffer");
	m->data_off = uint16_t(m->buf_len - 99);
	EXPECT_EQ(fault(m, 0), "data reach beyond the buffer");
	m->data_off = uint16_t(m->buf_len - 100);
	EXPECT_EQ(fault(m), "");
	*m = good;
	m->data_off = 65535;
	m->data_len = 65535;
	EXPECT_EQ(fault(m, 0), "data reach beyond the buffer");
	*m = good;
	m->nb_segs = 2;
	EXPECT_EQ(fault(m), "more segments than nb_segs");
	EXPECT_EQ(fault(m, 0), "");
	m->nb_segs = 0;
	EXPECT_EQ(fault(m), "more segments than nb_segs");
	m->nb_segs = 4;
	EXPECT_EQ(fault(m), "less segments than nb_segs");
	*m = good;
	m->pkt_len = 299;
	EXPECT_EQ(fault(m), "data of the segments exceed pkt_len");
	m->pkt_len = 301;
	EXPECT_EQ(fault(m), "data of the segments fall short of pkt_len");
	*m = good;
	/* A fault further down is found from the head only. */
	m->next->data_off = 65535;
	EXPECT_EQ(fault(m, 0), "");
	EXPECT_EQ(fault(m), "data reach beyond the buffer");
	m->next->data_off = PLX_PKTMBUF_HEADROOM;
	/* A chain that bites its tail. */
	plx_mbuf *last = plx_pktmbuf_lastseg(m);
	last->next = m;
	EXPECT_EQ(fault(m), "more segments than nb_segs");
	last->next = nullptr;
	EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free(m);
}

TEST(MbufFlags, GroupsDoNotCollide)
{
	const uint64_t rx[] = { PLX_MBUF_F_RX_VLAN, PLX_MBUF_F_RX_RSS_HASH,
		PLX_MBUF_F_RX_L4_CKSUM_MASK, PLX_MBUF_F_RX_IP_CKSUM_MASK,
		PLX_MBUF_F_RX_VLAN_STRIPPED, PLX_MBUF_F_RX_QINQ_STRIPPED, PLX_MBUF_F_RX_LRO,
		PLX_MBUF_F_RX_QINQ, PLX_MBUF_F_TX_QINQ, PLX_MBUF_F_TX_TCP_SEG,
		PLX_MBUF_F_TX_L4_MASK, PLX_MBUF_F_TX_IP_CKSUM, PLX_MBUF_F_TX_IPV4,
		PLX_MBUF_F_TX_IPV6, PLX_MBUF_F_TX_VLAN, UINT64_C(3) << 61 };
	uint64_t all = 0;

	for (uint64_t flag : rx) {
		EXPECT_EQ(all & flag, 0u) << std::hex << flag;
		all |= flag;
	}
	EXPECT_EQ(PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_SCTP_CKSUM, PLX_MBUF_F_TX_UDP_CKSUM);
}

} // namespace
