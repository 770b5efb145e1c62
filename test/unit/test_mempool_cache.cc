/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: caches, and threads that share a pool. */
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "test_mempool.h"

namespace {

TEST(MempoolCache, SizesAndPlaceOfTheCaches)
{
	Pool none = make_pool(100, 64, 0);
	ASSERT_TRUE(none);
	EXPECT_EQ(plx_mempool_default_cache(none.get(), 0), nullptr);
	none.reset();

	Pool mp = make_pool(100, 64, 33);
	ASSERT_TRUE(mp);
	EXPECT_EQ(plx_mempool_default_cache(mp.get(), LCORE_ID_ANY), nullptr);
	EXPECT_EQ(plx_mempool_default_cache(mp.get(), PLX_MAX_LCORE), nullptr);
	for (unsigned int i = 0; i < PLX_MAX_LCORE; i++) {
		plx_mempool_cache *cache = plx_mempool_default_cache(mp.get(), i);

		ASSERT_NE(cache, nullptr);
		EXPECT_EQ(num(cache) % PLX_CACHE_LINE_SIZE, 0u);
		EXPECT_EQ(cache->size, 33u);
		EXPECT_EQ(cache->flushthresh, 49u);
		EXPECT_EQ(cache->len, 0u);
		EXPECT_GE(num(plx_mempool_default_cache(mp.get(), 1)) -
			num(plx_mempool_default_cache(mp.get(), 0)),
			sizeof(*cache) + 66 * sizeof(void *) + PLX_CACHE_LINE_SIZE);
	}
}

TEST(MempoolCache, LastInFirstOut)
{
	Pool mp = make_pool(100, 64, 32);
	void *a, *b, *c;

	ASSERT_TRUE(mp);
	ASSERT_EQ(plx_mempool_get(mp.get(), &a), 0);
	ASSERT_EQ(plx_mempool_get(mp.get(), &b), 0);
	ASSERT_NE(a, b);
	plx_mempool_put(mp.get(), a);
	plx_mempool_put(mp.get(), b);
	ASSERT_EQ(plx_mempool_get(mp.get(), &c), 0);
	EXPECT_EQ(c, b);
	ASSERT_EQ(plx_mempool_get(mp.get(), &c), 0);
	EXPECT_EQ(c, a);
	plx_mempool_put(mp.get(), a);
	plx_mempool_put(mp.get(), b);
	expect_complete(mp.get());
}

TEST(MempoolCache, RefillsAndFlushesInBulk)
{
	Pool mp = make_pool(255, 64, 32);
	std::vector<void *> objs(255);

	ASSERT_TRUE(mp);
	plx_mempool_cache *cache = own_cache(mp);
	ASSERT_NE(cache, nullptr);

	/* One object from an empty cache: refilled to its size. */
	ASSERT_EQ(plx_mempool_get(mp.get(), &objs[0]), 0);
	EXPECT_EQ(cache->len, 32u);
	EXPECT_EQ(plx_ring_count(mp->ring), 222u);
	/* 32 more are there, without the ring. */
	ASSERT_EQ(plx_mempool_get_bulk(mp.get(), &objs[1], 32), 0);
	EXPECT_EQ(cache->len, 0u);
	EXPECT_EQ(plx_ring_count(mp->ring), 222u);
	/* More than the cache may hold comes straight from the ring. */
	ASSERT_EQ(plx_mempool_get_bulk(mp.get(), &objs[33], 33), 0);
	EXPECT_EQ(cache->len, 0u);
	EXPECT_EQ(plx_ring_count(mp->ring), 189u);

	/* Back: up to 48 stay; the next one flushes them and stays itself. */
	plx_mempool_put_bulk(mp.get(), &objs[0], 48);
	EXPECT_EQ(cache->len, 48u);
	EXPECT_EQ(plx_ring_count(mp->ring), 189u);
	plx_mempool_put(mp.get(), objs[48]);
	EXPECT_EQ(cache->len, 1u);
	EXPECT_EQ(plx_ring_count(mp->ring), 237u);
	plx_mempool_put_bulk(mp.get(), &objs[49], 17);
	EXPECT_EQ(cache->len, 18u);

	/* More than the cache may hold goes straight to the ring. */
	ASSERT_EQ(plx_mempool_get_bulk(mp.get(), &objs[0], 49), 0);
	const unsigned int len = cache->len;
	plx_mempool_put_bulk(mp.get(), &objs[0], 49);
	EXPECT_EQ(cache->len, len);
	expect_complete(mp.get());
}

TEST(MempoolCache, FailedGetKeepsTheCachedObjects)
{
	Pool mp = make_pool(64, 64, 32);
	void *objs[65];

	ASSERT_TRUE(mp);
	plx_mempool_cache *cache = own_cache(mp);
	ASSERT_EQ(plx_mempool_generic_get(mp.get(), objs, 50, nullptr), 0);
	ASSERT_EQ(plx_mempool_get(mp.get(), &objs[50]), 0);
	ASSERT_EQ(cache->len, 0u);
	plx_mempool_put(mp.get(), objs[50]);
	ASSERT_EQ(cache->len, 1u);
	/* 1 in the cache and 13 in the ring. */
	EXPECT_EQ(plx_mempool_get_bulk(mp.get(), objs + 50, 15), -ENOENT);
	EXPECT_EQ(cache->len, 1u);
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 14u);
	EXPECT_EQ(plx_mempool_get_bulk(mp.get(), objs + 50, 14), 0);
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 0u);
	plx_mempool_put_bulk(mp.get(), objs, 64);
	expect_complete(mp.get());
}

TEST(MempoolCache, PutTwiceIsNoticedWhenTheRingOverflows)
{
	Pool mp = make_pool(16, 64, 0);
	void *obj;

	ASSERT_TRUE(mp);
	ASSERT_EQ(plx_mempool_get(mp.get(), &obj), 0);
	plx_mempool_put(mp.get(), obj);
	/* Logs one line and drops it. */
	plx_mempool_put(mp.get(), obj);
	expect_complete(mp.get());
}

TEST(MempoolThreads, ThreadsThatAreNoLcoreBypassTheCache)
{
	Pool mp = make_pool(100, 64, 32);

	ASSERT_TRUE(mp);
	run_threads(1, [&](unsigned int) {
		void *objs[40];

		ASSERT_EQ(plx_lcore_id(), LCORE_ID_ANY);
		ASSERT_EQ(plx_mempool_get_bulk(mp.get(), objs, 40), 0);
		EXPECT_EQ(plx_ring_count(mp->ring), 60u);
		plx_mempool_put_bulk(mp.get(), objs, 40);
		EXPECT_EQ(plx_ring_count(mp->ring), 100u);
	});
	for (unsigned int i = 0; i < PLX_MAX_LCORE; i++)
		EXPECT_EQ(plx_mempool_default_cache(mp.get(), i)->len, 0u);
	expect_complete(mp.get());
}

/* Take, mark as mine, look whether they stayed mine, give back. */
int
traffic(plx_mempool *mp, uintptr_t me)
{
	void *objs[24];

	for (unsigned int i = 0; i < 3000; i++) {
		const unsigned int n = 1 + i % 24;

		if (plx_mempool_get_bulk(mp, objs, n) < 0) {
			std::this_thread::yield();
			continue;
		}
		for (unsigned int k = 0; k < n; k++)
			*static_cast<uintptr_t *>(objs[k]) = me + i;
		for (unsigned int k = 0; k < n; k++)
			if (*static_cast<uintptr_t *>(objs[k]) != me + i)
				return -EIO;
		plx_mempool_put_bulk(mp, objs, n);
	}
	return 0;
}

int
lcore_traffic(void *mp)
{
	return traffic(static_cast<plx_mempool *>(mp), uintptr_t(plx_lcore_id() + 1) << 32);
}

/* The main lcore, a worker if there is one, and threads that are none, all on one pool. */
TEST(MempoolThreads, NoObjectIsGivenToTwo)
{
	/* Little enough that it runs dry at times. */
	Pool mp = make_pool(80, 64, 16);
	unsigned int worker = plx_get_next_lcore(-1u, 1, 0);

	ASSERT_TRUE(mp);
	std::vector<int> results(3, -1);
	if (worker < PLX_MAX_LCORE) {
		ASSERT_EQ(plx_eal_remote_launch(lcore_traffic, mp.get(), worker), 0);
	}
	std::thread others([&] {
		run_threads(3, [&](unsigned int i) {
			results[i] = traffic(mp.get(), uintptr_t(i + 1000) << 32);
		});
	});
	EXPECT_EQ(lcore_traffic(mp.get()), 0);
	others.join();
	EXPECT_EQ(plx_eal_wait_lcore(worker), worker < PLX_MAX_LCORE ? 0 : -EINVAL);
	EXPECT_EQ(results, std::vector<int>(3, 0));
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 80u);
}

int
hoard(void *arg)
{
	plx_mempool *mp = static_cast<plx_mempool *>(arg);
	void *objs[16];

	if (plx_mempool_get_bulk(mp, objs, 16) < 0)
		return -ENOENT;
	plx_mempool_put_bulk(mp, objs, 16);
	return int(plx_mempool_default_cache(mp, plx_lcore_id())->len);
}

TEST(MempoolThreads, ObjectsInCachesOfOthersCountAsFree)
{
	Pool mp = make_pool(80, 64, 16);
	unsigned int worker = plx_get_next_lcore(-1u, 1, 0);

	ASSERT_TRUE(mp);
	if (worker == PLX_MAX_LCORE)
		GTEST_SKIP() << "one lcore only";
	ASSERT_EQ(plx_eal_remote_launch(hoard, mp.get(), worker), 0);
	const int hoarded = plx_eal_wait_lcore(worker);
	ASSERT_GE(hoarded, 16);
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 80u);
	/* They are free, yet out of reach. */
	std::vector<void *> objs = drain(mp.get());
	EXPECT_EQ(objs.size(), 80u - unsigned(hoarded));
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), unsigned(hoarded));
	plx_mempool_put_bulk(mp.get(), objs.data(), unsigned(objs.size()));
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 80u);
}

} // namespace
