/* SPDX-License-Identifier: BSD-3-Clause */
/* Data over several segments, names of flags, fields that come at run time, dumps. */
#include <climits>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "test_mbuf.h"

#include <plx_mbuf_dyn.h>

namespace {

TEST_F(Mbuf, ReadAcrossSegments)
{
	plx_mbuf *m = packet(4, 25);
	char buf[100];

	for (uint32_t off = 0; off <= 100; off++) {
		for (uint32_t len = 0; off + len <= 100; len++) {
			memset(buf, 0x7f, sizeof(buf));
			const char *p = static_cast<const char *>(plx_pktmbuf_read(m, off, len, buf));
			const bool one = len == 0 || off / 25 == (off + len - 1) / 25;

			ASSERT_NE(p, nullptr) << off << " " << len;
			ASSERT_EQ(p == buf, !one) << off << " " << len;
			for (uint32_t i = 0; i < len; i++)
				ASSERT_EQ(p[i], char(off + i));
		}
		EXPECT_EQ(plx_pktmbuf_read(m, off, 101 - off, buf), nullptr);
	}
	EXPECT_EQ(plx_pktmbuf_read(m, UINT32_MAX, UINT32_MAX, buf), nullptr);
	EXPECT_EQ(plx_pktmbuf_read(m, 1, UINT32_MAX, buf), nullptr);
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, LinearizeMovesAllIntoOne)
{
	plx_mbuf *m = packet(5, 50);

	EXPECT_EQ(plx_pktmbuf_linearize(m), 0);
	EXPECT_EQ(fault(m), "");
	EXPECT_EQ(m->nb_segs, 1);
	EXPECT_EQ(m->data_len, 250);
	for (int i = 0; i < 250; i++)
		ASSERT_EQ(plx_pktmbuf_mtod(m, char *)[i], char(i));
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 1u);
	EXPECT_EQ(plx_pktmbuf_linearize(m), 0);
	plx_pktmbuf_free(m);

	/* No room, or not to be written: nothing changes. */
	m = packet(3, 1000);
	EXPECT_EQ(plx_pktmbuf_linearize(m), -ENOSPC);
	EXPECT_EQ(fault(m), "");
	EXPECT_EQ(m->nb_segs, 3);
	plx_pktmbuf_free(m);
	m = packet(2, 10);
	plx_mbuf *clone = plx_pktmbuf_clone(m, mp.get());
	EXPECT_EQ(plx_pktmbuf_linearize(m), -ENOSPC);
	EXPECT_EQ(plx_pktmbuf_linearize(clone), -ENOSPC);
	plx_pktmbuf_free(clone);
	EXPECT_EQ(plx_pktmbuf_linearize(m), 0);
	plx_pktmbuf_free(m);
}

TEST_F(Mbuf, CopyOfAnyPart)
{
	Pool small(plx_pktmbuf_pool_create("small", 63, 0, 0, 128 + 30, SOCKET_ID_ANY));
	plx_mbuf *m = packet(3, 60);

	ASSERT_TRUE(small);
	m->ol_flags = PLX_MBUF_F_RX_VLAN;
	m->vlan_tci = 5;
	for (plx_mempool *pool : { mp.get(), small.get() }) {
		for (uint32_t off : { 0u, 1u, 59u, 60u, 100u, 180u }) {
			for (uint32_t len : { 0u, 1u, 30u, 31u, 179u, UINT32_MAX }) {
				plx_mbuf *c = plx_pktmbuf_copy(m, pool, off, len);
				char buf[200];

				ASSERT_NE(c, nullptr);
				ASSERT_EQ(c->pkt_len, std::min(len, 180 - off));
				EXPECT_EQ(fault(c), "");
				EXPECT_EQ(c->vlan_tci, 5);
				EXPECT_EQ(c->ol_flags, PLX_MBUF_F_RX_VLAN);
				const char *p = static_cast<const char *>(
					plx_pktmbuf_read(c, 0, c->pkt_len, buf));
				for (uint32_t i = 0; i < c->pkt_len; i++)
					ASSERT_EQ(p[i], char(off + i));
				plx_pktmbuf_free(c);
			}
		}
	}
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_copy(m, mp.get(), 181, 1), nullptr);
	EXPECT_EQ(errno, EINVAL);
	/* The pool runs dry on the way. */
	Pool few(plx_pktmbuf_pool_create("few", 1, 0, 0, 128 + 30, SOCKET_ID_ANY));
	ASSERT_TRUE(few);
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_copy(m, few.get(), 0, UINT32_MAX), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_mempool_avail_count(few.get()), 1u);
	EXPECT_EQ(plx_mempool_avail_count(small.get()), 63u);
	/* A copy of one that shares its buffer has its own. */
	plx_mbuf *clone = plx_pktmbuf_clone(m, mp.get());
	plx_mbuf *copy = plx_pktmbuf_copy(clone, mp.get(), 0, UINT32_MAX);
	EXPECT_TRUE(PLX_MBUF_DIRECT(copy));
	plx_pktmbuf_free(clone);
	plx_pktmbuf_free(copy);
	plx_pktmbuf_free(m);
}

TEST(MbufFlags, NamesAndLists)
{
	char buf[200];

	EXPECT_STREQ(plx_get_rx_ol_flag_name(PLX_MBUF_F_RX_RSS_HASH), "PLX_MBUF_F_RX_RSS_HASH");
	EXPECT_STREQ(plx_get_tx_ol_flag_name(PLX_MBUF_F_TX_UDP_CKSUM), "PLX_MBUF_F_TX_UDP_CKSUM");
	EXPECT_EQ(plx_get_rx_ol_flag_name(PLX_MBUF_F_TX_UDP_CKSUM), nullptr);
	EXPECT_EQ(plx_get_tx_ol_flag_name(0), nullptr);
	EXPECT_EQ(plx_get_rx_ol_flag_list(PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_L4_CKSUM_NONE, buf, sizeof(buf)), 0);
	EXPECT_STREQ(buf, "PLX_MBUF_F_RX_VLAN PLX_MBUF_F_RX_L4_CKSUM_NONE");
	/* Values of a field, not bits. */
	EXPECT_EQ(plx_get_tx_ol_flag_list(PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4, buf, sizeof(buf)), 0);
	EXPECT_STREQ(buf, "PLX_MBUF_F_TX_UDP_CKSUM PLX_MBUF_F_TX_IPV4");
	EXPECT_EQ(plx_get_rx_ol_flag_list(0, buf, sizeof(buf)), 0);
	EXPECT_STREQ(buf, "");
	EXPECT_EQ(plx_get_tx_ol_flag_list(PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4, buf, 30), -ENOSPC);
	EXPECT_STREQ(buf, "PLX_MBUF_F_TX_UDP_CKSUM");
	EXPECT_EQ(plx_get_rx_ol_flag_list(PLX_MBUF_F_RX_VLAN, buf, 0), -ENOSPC);
	EXPECT_EQ(plx_get_rx_ol_flag_list(PLX_MBUF_F_RX_VLAN, buf, 19), 0);
	EXPECT_EQ(plx_get_rx_ol_flag_list(PLX_MBUF_F_RX_VLAN, buf, 18), -ENOSPC);
}

plx_mbuf_dynfield
field(const char *name, size_t size, size_t align)
{
	plx_mbuf_dynfield f = {};

	snprintf(f.name, sizeof(f.name), "%s", name);
	f.size = size;
	f.align = align;
	return f;
}

TEST(MbufDyn, FieldsHaveOnePlaceEach)
{
	plx_mbuf_dynfield got = {}, f = field("a", 4, 4);
	const int a = plx_mbuf_dynfield_register(&f);

	ASSERT_GE(a, int(offsetof(plx_mbuf, dynfield1)));
	EXPECT_EQ(a % 4, 0);
	EXPECT_EQ(plx_mbuf_dynfield_register(&f), a);
	EXPECT_EQ(plx_mbuf_dynfield_lookup("a", &got), a);
	EXPECT_EQ(got.size, 4u);
	EXPECT_EQ(plx_mbuf_dynfield_lookup("b", nullptr), -ENOENT);
	f.size = 8;
	EXPECT_EQ(plx_mbuf_dynfield_register(&f), -EEXIST);
	f = field("b", 8, 8);
	const int b = plx_mbuf_dynfield_register(&f);
	ASSERT_GE(b, 0);
	EXPECT_EQ(b % 8, 0);
	EXPECT_TRUE(b + 8 <= a || a + 4 <= b);
	f = field("c", 2, 2);
	EXPECT_EQ(plx_mbuf_dynfield_register_offset(&f, size_t(b)), -EBUSY);
	EXPECT_EQ(plx_mbuf_dynfield_register_offset(&f, 0), -EBUSY);
	EXPECT_EQ(plx_mbuf_dynfield_register_offset(&f, 1), -EINVAL);
	EXPECT_EQ(plx_mbuf_dynfield_register_offset(&f, sizeof(plx_mbuf)), -EBUSY);
	/* Small fields are at the end, so that larger ones find room. */
	ASSERT_NE(b + 8, a);
	EXPECT_EQ(plx_mbuf_dynfield_register_offset(&f, size_t(a) - 4), a - 4);
	f = field("a", 4, 4);
	EXPECT_EQ(plx_mbuf_dynfield_register_offset(&f, size_t(a) - 4), -EEXIST);

	for (const auto &bad : { field("", 4, 4), field("x", 0, 4), field("x", 4, 3), field("x", 4, 0),
			field("x", 45, 1), field("x", 4, 128) })
		EXPECT_EQ(plx_mbuf_dynfield_register(&bad), -EINVAL);
	/* Until there is no room. */
	int n = 0, ret;
	do {
		f = field(("fill" + std::to_string(n++)).c_str(), 4, 4);
		ret = plx_mbuf_dynfield_register(&f);
	} while (ret >= 0);
	EXPECT_EQ(ret, -ENOSPC);
	EXPECT_GE(n, 5);

	plx_mbuf m = {};
	*PLX_MBUF_DYNFIELD(&m, a, uint32_t *) = 0x12345678;
	*PLX_MBUF_DYNFIELD(&m, b, uint64_t *) = UINT64_MAX;
	EXPECT_EQ(*PLX_MBUF_DYNFIELD(&m, a, uint32_t *), 0x12345678u);
}

TEST(MbufDyn, FlagsHaveOneBitEach)
{
	plx_mbuf_dynflag f = {}, got = {};
	uint64_t bits = 0;
	int n = 0, bit;

	strcpy(f.name, "first");
	const int first = plx_mbuf_dynflag_register(&f);
	ASSERT_GE(first, 0);
	EXPECT_EQ(plx_mbuf_dynflag_register(&f), first);
	EXPECT_EQ(plx_mbuf_dynflag_lookup("first", &got), first);
	EXPECT_STREQ(got.name, "first");
	EXPECT_EQ(plx_mbuf_dynflag_lookup("", nullptr), -ENOENT);
	EXPECT_EQ(plx_mbuf_dynflag_register_bitnum(&f, unsigned(first) + 1), -EEXIST);
	strcpy(f.name, "other");
	EXPECT_EQ(plx_mbuf_dynflag_register_bitnum(&f, unsigned(first)), -EBUSY);
	EXPECT_EQ(plx_mbuf_dynflag_register_bitnum(&f, 61), -EBUSY);
	EXPECT_EQ(plx_mbuf_dynflag_register_bitnum(&f, 0), -EBUSY);
	EXPECT_EQ(plx_mbuf_dynflag_register_bitnum(&f, 64), -EINVAL);
	EXPECT_EQ(plx_mbuf_dynflag_register_bitnum(&f, 39), 39);
	f.name[0] = '\0';
	EXPECT_EQ(plx_mbuf_dynflag_register(&f), -EINVAL);
	memset(f.name, 'x', sizeof(f.name));
	EXPECT_EQ(plx_mbuf_dynflag_register(&f), -EINVAL);
	for (;;) {
		snprintf(f.name, sizeof(f.name), "flag %d", n++);
		bit = plx_mbuf_dynflag_register(&f);
		if (bit < 0)
			break;
		EXPECT_FALSE(bits >> bit & 1);
		bits |= uint64_t(1) << bit;
	}
	EXPECT_EQ(bit, -ENOSPC);
	/* None that means something to drivers. */
	for (int i = 0; i < 64; i++)
		EXPECT_TRUE(!(bits >> i & 1) || (!plx_get_rx_ol_flag_name(UINT64_C(1) << i) &&
			!plx_get_tx_ol_flag_name(UINT64_C(1) << i)));
	char *text = nullptr;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	EXPECT_EQ(plx_mbuf_dyn_dump(out), 0);
	fclose(out);
	EXPECT_NE(std::string(text).find("flag first bit"), std::string::npos);
	free(text);
}

TEST_F(Mbuf, DumpShowsSegmentsAndData)
{
	plx_mbuf *m = packet(2, 20);
	char *text = nullptr;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	EXPECT_EQ(plx_pktmbuf_dump(f, m, 30), 0);
	fclose(f);
	const std::string s(text);
	free(text);
	EXPECT_NE(s.find("pkt_len=40"), std::string::npos) << s;
	EXPECT_NE(s.find("00000000: 00 01 02 03"), std::string::npos) << s;
	EXPECT_NE(s.find("00000000: 14 15 16"), std::string::npos) << s;
	EXPECT_EQ(s.find(" 1E"), std::string::npos) << s;
	plx_pktmbuf_free(m);
}

} // namespace
