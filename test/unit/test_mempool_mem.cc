/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pools: memory in pieces and of the application, caches of threads, what pools tell, debug builds.
 */
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "test_mempool.h"

#include <plx_malloc.h>
#include <plx_memory.h>

namespace {

int
veto(plx_mem_event event, const plx_mem_region *, void *refuse)
{
	return event == PLX_MEM_EVENT_ADD && *static_cast<bool *>(refuse) ? -ENOMEM : 0;
}

/* No new regions, and of the heap only holes of @hole bytes; what is in between is in @kept. */
void
make_holes(size_t hole, std::vector<void *> *kept)
{
	std::vector<void *> all;

	while (void *p = plx_malloc("hole", hole, 0))
		all.push_back(p);
	for (size_t i = 0; i < all.size(); i++)
		if (i % 2)
			plx_free(all[i]);
		else
			kept->push_back(all[i]);
}

int
count_pieces(plx_mempool *, void *arg, const plx_mempool_memhdr *, unsigned int idx)
{
	EXPECT_EQ(idx, *static_cast<unsigned int *>(arg));
	++*static_cast<unsigned int *>(arg);
	return 0;
}

TEST(MempoolMemory, SeveralPiecesWhenThereIsNoneThatIsLargeEnough)
{
	const size_t before = heap_bytes_in_use();
	std::vector<void *> kept;
	bool refuse = false;
	unsigned int pieces = 0;

	ASSERT_EQ(plx_mem_event_callback_register("test", veto, &refuse), 0);
	refuse = true;
	make_holes(1 << 20, &kept);
	const size_t full = heap_bytes_in_use();
	Pool mp = make_pool(2000, 2048, 32);
	ASSERT_TRUE(mp) << errno;
	EXPECT_EQ(plx_mempool_mem_iter(mp.get(), count_pieces, &pieces), 0);
	EXPECT_GT(pieces, 3u);
	EXPECT_LE(pieces, 65u);
	expect_complete(mp.get());
	EXPECT_EQ(plx_mempool_audit(mp.get()), 0);
	mp.reset();
	EXPECT_EQ(heap_bytes_in_use(), full);

	/* Too much, even in pieces: nothing is left behind. */
	errno = 0;
	EXPECT_FALSE(make_pool(200000, 2048, 32));
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(heap_bytes_in_use(), full);
	plx_mempool *empty = plx_mempool_create_empty("late", 60000, 2048, 0, 0, SOCKET_ID_ANY, 0);
	ASSERT_NE(empty, nullptr);
	EXPECT_EQ(plx_mempool_populate_default(empty), -ENOMEM);
	EXPECT_EQ(empty->size, 0u);
	/* Those that a pool has already stay in it. */
	std::vector<char> mine(100000);
	const int had = plx_mempool_populate_virt(empty, mine.data(), mine.size(), 0, nullptr, nullptr);
	ASSERT_GT(had, 0);
	EXPECT_EQ(plx_mempool_populate_default(empty), -ENOMEM);
	EXPECT_EQ(empty->size, unsigned(had));
	expect_complete(empty);
	plx_mempool_free(empty);
	EXPECT_EQ(heap_bytes_in_use(), full);

	refuse = false;
	for (void *p : kept)
		plx_free(p);
	EXPECT_EQ(plx_mem_event_callback_unregister(veto, &refuse), 0);
	EXPECT_EQ(heap_bytes_in_use(), before);
}

void
count_free(void *addr, void *opaque)
{
	static_cast<std::vector<void *> *>(opaque)->push_back(addr);
}

TEST(MempoolMemory, ObjectsInMemoryOfTheApplication)
{
	const size_t len = 20000;
	std::unique_ptr<char[]> a(new char[len]), b(new char[len]);
	std::vector<void *> freed;
	plx_mempool *mp = plx_mempool_create_empty("app", 100, 200, 0, 0, SOCKET_ID_ANY, 0);
	const unsigned int stride = plx_mempool_calc_obj_size(200, 0, nullptr);

	ASSERT_NE(mp, nullptr);
	EXPECT_EQ(plx_mempool_lookup("app"), mp);
	EXPECT_EQ(mp->size, 0u);
	void *obj;
	EXPECT_EQ(plx_mempool_get(mp, &obj), -ENOENT);
	EXPECT_EQ(plx_mempool_populate_virt(mp, nullptr, len, 0, nullptr, nullptr), -EINVAL);
	EXPECT_EQ(plx_mempool_populate_virt(mp, a.get(), 0, 0, nullptr, nullptr), -EINVAL);
	EXPECT_EQ(plx_mempool_populate_virt(mp, a.get(), len, 3000, nullptr, nullptr), -EINVAL);
	EXPECT_EQ(plx_mempool_populate_virt(mp, a.get(), stride - 1, 0, count_free, &freed), -ENOSPC);
	EXPECT_TRUE(freed.empty());

	/* Not aligned, packed; then with pages that no object may straddle. */
	int n = plx_mempool_populate_virt(mp, a.get() + 1, len - 1, 0, count_free, &freed);
	EXPECT_GE(n, int((len - 128) / stride));
	EXPECT_LE(n, int(len / stride));
	int m = plx_mempool_populate_virt(mp, b.get(), len, 1024, count_free, &freed);
	ASSERT_GT(m, 0);
	EXPECT_LE(m, int((len / 1024 + 1) * (1024 / stride)));
	EXPECT_EQ(mp->size, unsigned(n + m));
	std::vector<void *> objs = drain(mp);
	ASSERT_EQ(objs.size(), size_t(n + m));
	for (void *o : objs) {
		const uintptr_t at = num(o);
		const bool in_a = at > num(a.get()) && at + 200 <= num(a.get()) + len;
		const bool in_b = at > num(b.get()) && at + 200 <= num(b.get()) + len;

		EXPECT_TRUE(in_a || in_b);
		EXPECT_TRUE(!in_b || (at - 64) / 1024 == (at + 199) / 1024);
		memset(o, 0x55, 200);
	}
	plx_mempool_put_bulk(mp, objs.data(), unsigned(objs.size()));
	/* The rest from the heap, and then none is lacking. */
	EXPECT_EQ(plx_mempool_populate_default(mp), 100 - n - m);
	EXPECT_EQ(plx_mempool_populate_default(mp), 0);
	EXPECT_EQ(plx_mempool_populate_virt(mp, a.get(), len, 0, nullptr, nullptr), -ENOSPC);
	expect_complete(mp);
	EXPECT_EQ(plx_mempool_audit(mp), 0);
	plx_mempool_free(mp);
	EXPECT_EQ(freed, (std::vector<void *>{ a.get() + 1, b.get() }));
}

TEST(MempoolMemory, NoObjectLiesAcrossTwoHugepages)
{
	plx_mempool *mp = plx_mempool_create("borders", 4000, 2300, 0, 0, nullptr, nullptr, nullptr,
		nullptr, SOCKET_ID_ANY, 0);

	ASSERT_NE(mp, nullptr);
	const std::vector<void *> objs = drain(mp);
	ASSERT_EQ(objs.size(), 4000u);
	for (void *o : objs)
		EXPECT_EQ((num(o) - 64) >> 21, (num(o) + 2299) >> 21);
	plx_mempool_put_bulk(mp, objs.data(), unsigned(objs.size()));
	plx_mempool_free(mp);
}

TEST(MempoolOps, TheRingsModeByName)
{
	const struct {
		const char *name;
		plx_ring_sync_type prod, cons;
	} ops[] = {
		{ "ring_mp_mc", PLX_RING_SYNC_MT, PLX_RING_SYNC_MT },
		{ "ring_sp_sc", PLX_RING_SYNC_ST, PLX_RING_SYNC_ST },
		{ "ring_mp_sc", PLX_RING_SYNC_MT, PLX_RING_SYNC_ST },
		{ "ring_sp_mc", PLX_RING_SYNC_ST, PLX_RING_SYNC_MT },
		{ "ring_mt_rts", PLX_RING_SYNC_MT_RTS, PLX_RING_SYNC_MT_RTS },
		{ "ring_mt_hts", PLX_RING_SYNC_MT_HTS, PLX_RING_SYNC_MT_HTS },
	};

	for (const auto &o : ops) {
		Pool mp(plx_mempool_create_empty("ops", 63, 64, 8, 0, SOCKET_ID_ANY, 0));

		ASSERT_TRUE(mp);
		EXPECT_EQ(plx_mempool_set_ops_byname(mp.get(), "stack", nullptr), -EINVAL);
		EXPECT_EQ(plx_mempool_set_ops_byname(mp.get(), o.name, &mp), -EINVAL);
		EXPECT_EQ(plx_mempool_set_ops_byname(mp.get(), o.name, nullptr), 0);
		EXPECT_EQ(plx_ring_get_prod_sync_type(mp->ring), o.prod);
		EXPECT_EQ(plx_ring_get_cons_sync_type(mp->ring), o.cons);
		ASSERT_EQ(plx_mempool_populate_default(mp.get()), 63);
		EXPECT_EQ(plx_mempool_set_ops_byname(mp.get(), o.name, nullptr), -EEXIST);
		expect_complete(mp.get());
	}
}

TEST(MempoolUserCache, WorksWithoutLcoreAndIsFlushed)
{
	Pool mp = make_pool(255, 64, 0);
	void *objs[100];

	ASSERT_TRUE(mp);
	for (uint32_t size : { 0u, PLX_MEMPOOL_CACHE_MAX_SIZE + 1u }) {
		errno = 0;
		EXPECT_EQ(plx_mempool_cache_create(size, SOCKET_ID_ANY), nullptr);
		EXPECT_EQ(errno, EINVAL);
	}
	plx_mempool_cache *cache = plx_mempool_cache_create(32, SOCKET_ID_ANY);
	ASSERT_NE(cache, nullptr);
	ASSERT_EQ(plx_mempool_generic_get(mp.get(), objs, 10, cache), 0);
	EXPECT_EQ(cache->len, 32u);
	EXPECT_EQ(plx_ring_count(mp->ring), 213u);
	plx_mempool_generic_put(mp.get(), objs, 10, cache);
	EXPECT_EQ(cache->len, 42u);
	plx_mempool_cache_flush(cache, mp.get());
	EXPECT_EQ(cache->len, 0u);
	plx_mempool_cache_flush(cache, mp.get());
	plx_mempool_cache_flush(nullptr, mp.get());
	expect_complete(mp.get());
	plx_mempool_cache_free(cache);
	plx_mempool_cache_free(nullptr);

	mp.reset();
	Pool cached = make_pool(255, 64, 16);
	ASSERT_TRUE(cached);
	ASSERT_EQ(plx_mempool_get(cached.get(), objs), 0);
	plx_mempool_put(cached.get(), objs[0]);
	EXPECT_GT(own_cache(cached)->len, 0u);
	plx_mempool_cache_flush(nullptr, cached.get());
	EXPECT_EQ(own_cache(cached)->len, 0u);
	EXPECT_EQ(plx_ring_count(cached->ring), 255u);
}

TEST(MempoolShow, DumpsAndWalksTell)
{
	Pool mp = make_pool(100, 64, 16);
	char *text = nullptr;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	std::vector<plx_mempool *> pools;

	ASSERT_TRUE(mp);
	EXPECT_EQ(plx_mempool_dump(f, mp.get()), 0);
	EXPECT_EQ(plx_mempool_list_dump(f), 0);
	fflush(f);
	const std::string s(text);
	EXPECT_NE(s.find("mempool <test>@"), s.rfind("mempool <test>@"));
	EXPECT_NE(s.find("size=100\n"), std::string::npos);
	EXPECT_NE(s.find("common_pool_count=100\n"), std::string::npos);
	fclose(f);
	free(text);
	plx_mempool_walk([](plx_mempool *p, void *arg) {
		static_cast<std::vector<plx_mempool *> *>(arg)->push_back(p);
	}, &pools);
	EXPECT_EQ(pools, std::vector<plx_mempool *>{ mp.get() });
	FILE *full = fopen("/dev/full", "w");
	setvbuf(full, nullptr, _IONBF, 0);
	EXPECT_EQ(plx_mempool_dump(full, mp.get()), -EIO);
	fclose(full);
}

TEST(MempoolShow, ObjectSizes)
{
	plx_mempool_objsz sz = {};

	EXPECT_EQ(plx_mempool_calc_obj_size(0, 0, &sz), 0u);
	EXPECT_EQ(plx_mempool_calc_obj_size(UINT32_MAX, 0, &sz), 0u);
	for (uint32_t size : { 1u, 63u, 64u, 100u, 2304u }) {
		for (uint32_t flags : { 0u, MEMPOOL_F_NO_SPREAD }) {
			const uint32_t total = plx_mempool_calc_obj_size(size, flags, &sz);

			EXPECT_EQ(total, sz.total_size);
			EXPECT_EQ(total, sz.header_size + sz.elt_size + sz.trailer_size);
			EXPECT_EQ(total % 64, 0u);
			EXPECT_TRUE(flags != 0 || total / 64 % 2 == 1);
		}
	}
}

TEST(MempoolAudit, FindsABadHeader)
{
	Pool mp = make_pool(10, 64, 0);
	void *obj;

	ASSERT_TRUE(mp);
	EXPECT_EQ(plx_mempool_audit(mp.get()), 0);
	ASSERT_EQ(plx_mempool_get(mp.get(), &obj), 0);
	plx_mempool_objhdr *hdr = static_cast<plx_mempool_objhdr *>(obj) - 1;
	hdr->mp = nullptr;
	EXPECT_EQ(plx_mempool_audit(mp.get()), -EBADMSG);
	hdr->mp = mp.get();
	EXPECT_EQ(plx_mempool_audit(mp.get()), 0);
	plx_mempool_put(mp.get(), obj);
}

#ifdef PLX_MEMPOOL_DEBUG
class MempoolDebug : public testing::Test {
protected:
	void SetUp() override
	{
		mp = make_pool(31, 100, 8);
		ASSERT_TRUE(mp);
	}

	plx_mempool_stats stats(unsigned int lcore = LCORE_ID_ANY)
	{
		plx_mempool_stats s;

		EXPECT_EQ(plx_mempool_stats_get(mp.get(), lcore, &s), 0);
		return s;
	}

	Pool mp;
};

TEST_F(MempoolDebug, Counts)
{
	std::vector<void *> objs(5), none(27);
	plx_mempool_stats s;

	ASSERT_EQ(plx_mempool_get_bulk(mp.get(), objs.data(), 5), 0);
	ASSERT_EQ(plx_mempool_get_bulk(mp.get(), none.data(), 27), -ENOENT);
	plx_mempool_put_bulk(mp.get(), objs.data(), 2);
	plx_mempool_put_bulk(mp.get(), objs.data() + 2, 3);
	s = stats(plx_lcore_id());
	EXPECT_EQ(s.get_success_bulk, 1u);
	EXPECT_EQ(s.get_success_objs, 5u);
	EXPECT_EQ(s.get_fail_bulk, 1u);
	EXPECT_EQ(s.get_fail_objs, 27u);
	EXPECT_EQ(s.put_bulk, 2u);
	EXPECT_EQ(s.put_objs, 5u);
	EXPECT_GE(s.get_common_pool_bulk, 2u);
	EXPECT_EQ(s.bad_objs, 0u);
	EXPECT_EQ(stats(PLX_MAX_LCORE).put_bulk, 0u);
	EXPECT_EQ(stats().put_objs, 5u);
	EXPECT_EQ(plx_mempool_stats_get(mp.get(), PLX_MAX_LCORE + 1, &s), -EINVAL);
}

TEST_F(MempoolDebug, PutTwiceIsLeftOut)
{
	void *objs[3];

	ASSERT_EQ(plx_mempool_get_bulk(mp.get(), objs, 3), 0);
	plx_mempool_put(mp.get(), objs[1]);
	/* The two good ones around it are put. */
	plx_mempool_put_bulk(mp.get(), objs, 3);
	EXPECT_EQ(stats().bad_objs, 1u);
	expect_complete(mp.get());
}

TEST_F(MempoolDebug, AnotherPoolsObjectIsLeftOut)
{
	Pool other(plx_mempool_create("other", 31, 100, 8, 0, nullptr, nullptr, nullptr, nullptr,
		SOCKET_ID_ANY, 0));
	void *obj;

	ASSERT_TRUE(other);
	ASSERT_EQ(plx_mempool_get(other.get(), &obj), 0);
	plx_mempool_put(mp.get(), obj);
	EXPECT_EQ(stats().bad_objs, 1u);
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 31u);
	plx_mempool_put(other.get(), obj);
	expect_complete(other.get());
}

TEST_F(MempoolDebug, BytesAroundAnObjectAreGuarded)
{
	void *obj;

	ASSERT_EQ(plx_mempool_get(mp.get(), &obj), 0);
	memset(static_cast<char *>(obj) + 104, 1, 8);
	EXPECT_EQ(plx_mempool_audit(mp.get()), -EBADMSG);
	plx_mempool_put(mp.get(), obj);
	EXPECT_EQ(stats().bad_objs, 1u);
	EXPECT_EQ(plx_mempool_audit(mp.get()), 0);
	(static_cast<plx_mempool_objhdr *>(obj) - 1)->cookie = 0;
	EXPECT_EQ(plx_mempool_audit(mp.get()), -EBADMSG);
	while (plx_mempool_get(mp.get(), &obj) == 0)
		;
	EXPECT_EQ(stats().bad_objs, 2u);
}
#else
TEST(MempoolDebug, OtherBuildsDoNotCount)
{
	Pool mp = make_pool(10, 64, 0);
	plx_mempool_stats s;

	ASSERT_TRUE(mp);
	EXPECT_EQ(plx_mempool_stats_get(mp.get(), LCORE_ID_ANY, &s), -ENOTSUP);
}
#endif

} // namespace
