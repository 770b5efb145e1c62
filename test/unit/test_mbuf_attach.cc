/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mbufs with buffers of others: indirect, external, pinned; each is free again with its last user.
 */
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "test_mbuf.h"

namespace {

std::string
text_of(const plx_mbuf *m)
{
	std::vector<char> buf(m->pkt_len);
	const void *p = plx_pktmbuf_read(m, 0, m->pkt_len, buf.data());

	return std::string(static_cast<const char *>(p), m->pkt_len);
}

TEST_F(Mbuf, AttachSharesTheBufferUntilTheLastOneGoes)
{
	for (bool direct_first : { true, false }) {
		plx_mbuf *md = packet(1, 50), *mi = plx_pktmbuf_alloc(mp.get());
		plx_mbuf *mii = plx_pktmbuf_alloc(mp.get());

		md->ol_flags = PLX_MBUF_F_RX_VLAN;
		md->vlan_tci = 7;
		md->dynfield1[3] = 99;
		ASSERT_EQ(plx_pktmbuf_attach(mi, md), 0);
		EXPECT_TRUE(PLX_MBUF_CLONED(mi));
		EXPECT_FALSE(PLX_MBUF_DIRECT(mi));
		EXPECT_TRUE(PLX_MBUF_DIRECT(md));
		EXPECT_EQ(mi->ol_flags & ~PLX_MBUF_F_INDIRECT, PLX_MBUF_F_RX_VLAN);
		EXPECT_EQ(mi->vlan_tci, 7);
		EXPECT_EQ(mi->dynfield1[3], 99u);
		EXPECT_EQ(text_of(mi), text_of(md));
		EXPECT_EQ(plx_pktmbuf_mtod(mi, char *), plx_pktmbuf_mtod(md, char *));
		EXPECT_EQ(plx_mbuf_refcnt_read(md), 2);
		EXPECT_EQ(plx_pktmbuf_is_private(md), 0);
		EXPECT_EQ(plx_pktmbuf_is_private(mi), 0);
		EXPECT_EQ(fault(mi), "");
		/* Of an indirect one: the direct one counts, and is what is shared. */
		ASSERT_EQ(plx_pktmbuf_attach(mii, mi), 0);
		EXPECT_EQ(plx_mbuf_refcnt_read(md), 3);
		EXPECT_EQ(plx_mbuf_refcnt_read(mi), 1);
		EXPECT_EQ(plx_pktmbuf_attach(mii, md), -EINVAL);
		EXPECT_EQ(plx_pktmbuf_attach(md, mi), -EINVAL);
		const std::string text = text_of(md);
		if (direct_first)
			plx_pktmbuf_free(md);
		EXPECT_EQ(text_of(mii), text);
		plx_pktmbuf_free(mi);
		EXPECT_EQ(text_of(mii), text);
		plx_pktmbuf_detach(mii);
		EXPECT_TRUE(PLX_MBUF_DIRECT(mii));
		EXPECT_EQ(mii->data_len, 0);
		EXPECT_EQ(mii->buf_addr, reinterpret_cast<char *>(mii + 1));
		plx_pktmbuf_free(mii);
		if (!direct_first) {
			EXPECT_EQ(plx_pktmbuf_is_private(md), 1);
			plx_pktmbuf_free(md);
		}
		expect_all_back(mp);
	}
}

TEST_F(Mbuf, CloneOfAChainAndOfAClone)
{
	plx_mbuf *m = packet(3, 40);
	plx_mbuf *a = plx_pktmbuf_clone(m, mp.get()), *b = plx_pktmbuf_clone(a, mp.get());

	ASSERT_NE(a, nullptr);
	ASSERT_NE(b, nullptr);
	EXPECT_EQ(fault(a), "");
	EXPECT_EQ(a->nb_segs, 3);
	EXPECT_EQ(text_of(a), text_of(m));
	EXPECT_EQ(text_of(b), text_of(m));
	plx_pktmbuf_free(m);
	plx_pktmbuf_free_bulk(&a, 1);
	EXPECT_EQ(b->pkt_len, 120u);
	plx_pktmbuf_free(b);
}

TEST_F(Mbuf, CloneWithoutMbufsLeavesNothing)
{
	plx_mbuf *m = packet(4, 10);
	Pool few(plx_pktmbuf_pool_create("few", 3, 0, 0, 128, SOCKET_ID_ANY));

	ASSERT_TRUE(few);
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_clone(m, few.get()), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_mempool_avail_count(few.get()), 3u);
	for (plx_mbuf *seg = m; seg != nullptr; seg = seg->next)
		EXPECT_EQ(plx_mbuf_refcnt_read(seg), 1);
	plx_pktmbuf_free(m);
}

struct Freed {
	unsigned int times = 0;
	void *addr = nullptr;
};

void
ext_free(void *addr, void *opaque)
{
	Freed *f = static_cast<Freed *>(opaque);

	f->times++;
	f->addr = addr;
}

TEST_F(Mbuf, ExternalBufferIsGivenBackOnce)
{
	alignas(64) static char buf[1000];
	Freed freed;
	uint16_t len = sizeof(buf);
	plx_mbuf_ext_shared_info *shinfo =
		plx_pktmbuf_ext_shinfo_init_helper(buf, &len, ext_free, &freed);
	plx_mbuf *m = plx_pktmbuf_alloc(mp.get()), *clone, *other;

	ASSERT_NE(shinfo, nullptr);
	EXPECT_EQ(len, 1000 - sizeof(*shinfo));
	plx_pktmbuf_attach_extbuf(m, buf, len, shinfo);
	EXPECT_TRUE(PLX_MBUF_HAS_EXTBUF(m));
	EXPECT_EQ(plx_pktmbuf_headroom(m), PLX_PKTMBUF_HEADROOM);
	EXPECT_EQ(plx_pktmbuf_is_private(m), 1);
	strcpy(plx_pktmbuf_append(m, 6), "hello");
	EXPECT_EQ(fault(m), "");
	clone = plx_pktmbuf_clone(m, mp.get());
	ASSERT_NE(clone, nullptr);
	EXPECT_TRUE(PLX_MBUF_HAS_EXTBUF(clone));
	EXPECT_FALSE(PLX_MBUF_CLONED(clone));
	EXPECT_EQ(plx_mbuf_ext_refcnt_read(shinfo), 2);
	EXPECT_EQ(plx_pktmbuf_is_private(m), 0);
	plx_pktmbuf_free(m);
	EXPECT_EQ(freed.times, 0u);
	EXPECT_STREQ(plx_pktmbuf_mtod(clone, char *), "hello");
	/* The mbuf that was freed is direct again. */
	other = plx_pktmbuf_alloc(mp.get());
	EXPECT_EQ(other, m);
	EXPECT_TRUE(PLX_MBUF_DIRECT(other));
	plx_pktmbuf_free(other);
	plx_pktmbuf_detach_extbuf(clone);
	EXPECT_EQ(freed.times, 1u);
	EXPECT_EQ(freed.addr, buf);
	EXPECT_TRUE(PLX_MBUF_DIRECT(clone));
	plx_pktmbuf_free(clone);
	EXPECT_EQ(freed.times, 1u);
}

TEST_F(Mbuf, SharedInfoNeedsRoom)
{
	alignas(8) char buf[64];
	Freed freed;

	for (uint16_t len : { 0, 1, 8, 23, 24 }) {
		uint16_t l = len;

		errno = 0;
		EXPECT_EQ(plx_pktmbuf_ext_shinfo_init_helper(buf, &l, ext_free, &freed), nullptr);
		EXPECT_EQ(errno, ENOSPC) << len;
		EXPECT_EQ(l, len);
	}
	uint16_t len = 64;
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_ext_shinfo_init_helper(buf, &len, nullptr, nullptr), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_NE(plx_pktmbuf_ext_shinfo_init_helper(buf, &len, ext_free, &freed), nullptr);
	EXPECT_EQ(len, 40);
}

/* Clones on several threads: each of them may be the last one. */
TEST_F(Mbuf, ThreadsShareAndEachMayBeTheLast)
{
	static char buf[512];

	for (unsigned int round = 0; round < 200; round++) {
		Freed freed;
		uint16_t len = sizeof(buf);
		plx_mbuf *m[4] = { packet(2, 30) };
		plx_mbuf *ext = plx_pktmbuf_alloc(mp.get());

		plx_pktmbuf_attach_extbuf(ext, buf, len,
			plx_pktmbuf_ext_shinfo_init_helper(buf, &len, ext_free, &freed));
		ASSERT_EQ(plx_pktmbuf_chain(m[0], ext), 0);
		for (int i = 1; i < 4; i++)
			ASSERT_NE(m[i] = plx_pktmbuf_clone(m[0], mp.get()), nullptr);
		run_threads(4, [&](unsigned int i) { plx_pktmbuf_free(m[i]); });
		EXPECT_EQ(freed.times, 1u);
	}
}

TEST(MbufPinned, BuffersStayWithTheirMbufs)
{
	std::vector<char> a(64 * 512), b(200 * 512);
	const plx_pktmbuf_extmem mem[] = {
		{ a.data(), 0, a.size(), 512 }, { b.data(), 0, b.size(), 512 } };
	Pool mp(plx_pktmbuf_pool_create_extbuf("pinned", POOL_SIZE, 32, 16, 500, SOCKET_ID_ANY, mem, 2));
	Pool plain = make_pool();
	std::vector<plx_mbuf *> m(POOL_SIZE);

	ASSERT_TRUE(mp) << errno;
	ASSERT_TRUE(plain);
	for (unsigned int round = 0; round < 3; round++) {
		std::vector<bool> used(264);

		ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), m.data(), POOL_SIZE), 0);
		EXPECT_EQ(plx_pktmbuf_alloc(mp.get()), nullptr);
		for (plx_mbuf *seg : m) {
			char *at = static_cast<char *>(seg->buf_addr);
			const bool in_a = at >= a.data() && at < a.data() + a.size();
			const size_t i = in_a ? size_t(at - a.data()) / 512 : 64 + size_t(at - b.data()) / 512;

			EXPECT_TRUE(PLX_MBUF_HAS_EXTBUF(seg));
			EXPECT_EQ(seg->buf_len, 500);
			EXPECT_EQ(seg->priv_size, 16);
			ASSERT_LT(i, used.size());
			EXPECT_FALSE(used[i]);
			used[i] = true;
			EXPECT_EQ(fault(seg), "");
			memset(plx_pktmbuf_append(seg, 100), int(i), 100);
		}
		plx_pktmbuf_free_bulk(m.data(), POOL_SIZE);
		EXPECT_EQ(plx_mempool_avail_count(mp.get()), POOL_SIZE);
	}
	/* A clone keeps the buffer, and its mbuf out of the pool, when the mbuf was freed. */
	for (bool lost_flag : { false, true }) {
		plx_mbuf *p = plx_pktmbuf_alloc(mp.get());
		strcpy(plx_pktmbuf_append(p, 3), "hi");
		if (lost_flag)	/* as drivers that set all of ol_flags do */
			p->ol_flags = 0;
		plx_mbuf *clone = plx_pktmbuf_clone(p, plain.get());
		ASSERT_NE(clone, nullptr);
		EXPECT_EQ(plx_pktmbuf_attach(p, clone), -EINVAL);
		plx_pktmbuf_free(p);
		EXPECT_EQ(plx_mempool_avail_count(mp.get()), POOL_SIZE - 1);
		EXPECT_STREQ(plx_pktmbuf_mtod(clone, char *), "hi");
		plx_pktmbuf_free(clone);
		EXPECT_EQ(plx_mempool_avail_count(mp.get()), POOL_SIZE);
	}
	expect_all_back(plain);
}

TEST(MbufPinned, BadMemoryIsRefused)
{
	std::vector<char> a(64 * 512);
	plx_pktmbuf_extmem mem = { a.data(), 0, a.size(), 512 };

	auto make = [&](unsigned int n, uint16_t room) {
		errno = 0;
		return plx_pktmbuf_pool_create_extbuf("p", n, 0, 0, room, SOCKET_ID_ANY, &mem, 1);
	};
	EXPECT_EQ(make(65, 512), nullptr);
	EXPECT_EQ(errno, ENOSPC);
	EXPECT_EQ(make(64, 513), nullptr);
	EXPECT_EQ(errno, EINVAL);
	mem.buf_ptr = nullptr;
	EXPECT_EQ(make(64, 512), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_mempool_lookup("p"), nullptr);
}

} // namespace
