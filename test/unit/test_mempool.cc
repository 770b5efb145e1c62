/* SPDX-License-Identifier: BSD-3-Clause */
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <string>

#include "eal_env.h"

#include <plx_lcore.h>
#include <plx_mempool.h>

namespace {

struct PoolDeleter {
	void operator()(plx_mempool *mp) const { plx_mempool_free(mp); }
};
using Pool = std::unique_ptr<plx_mempool, PoolDeleter>;

Pool
make_pool(unsigned int n, unsigned int elt_size, unsigned int cache_size, unsigned int flags = 0)
{
	return Pool(plx_mempool_create("test", n, elt_size, cache_size, 0, nullptr, nullptr,
		nullptr, nullptr, SOCKET_ID_ANY, flags));
}

plx_mempool_cache *
own_cache(const Pool &mp)
{
	return plx_mempool_default_cache(mp.get(), plx_lcore_id());
}

uintptr_t
num(const void *p)
{
	return reinterpret_cast<uintptr_t>(p);
}

/* Take one object after the other until there is none. */
std::vector<void *>
drain(plx_mempool *mp)
{
	std::vector<void *> objs;
	void *obj;

	while (plx_mempool_get(mp, &obj) == 0)
		objs.push_back(obj);
	return objs;
}

/* All objects of the pool, once each, and it can get them all. */
void
expect_complete(plx_mempool *mp)
{
	std::vector<void *> objs;

	EXPECT_EQ(plx_mempool_avail_count(mp), mp->size);
	EXPECT_EQ(plx_mempool_in_use_count(mp), 0u);
	EXPECT_EQ(plx_mempool_full(mp), 1);
	objs = drain(mp);
	EXPECT_EQ(objs.size(), mp->size);
	EXPECT_EQ(std::set<void *>(objs.begin(), objs.end()).size(), mp->size);
	for (void *obj : objs)
		EXPECT_EQ(plx_mempool_from_obj(obj), mp);
	EXPECT_EQ(plx_mempool_empty(mp), 1);
	EXPECT_EQ(plx_mempool_avail_count(mp), 0u);
	for (void *obj : objs)
		plx_mempool_put(mp, obj);
	EXPECT_EQ(plx_mempool_avail_count(mp), mp->size);
}

TEST(MempoolSetup, CreateRefusesBadArgumentsAndLeavesNothing)
{
	const std::string longest(PLX_MEMPOOL_NAMESIZE - 1, 'x');
	const std::string too_long(PLX_MEMPOOL_NAMESIZE, 'x');
	const struct {
		const char *name;
		unsigned int n, elt_size, cache_size, flags;
		int error;
	} bad[] = {
		{ nullptr, 10, 64, 0, 0, EINVAL },
		{ "", 10, 64, 0, 0, EINVAL },
		{ too_long.c_str(), 10, 64, 0, 0, ENAMETOOLONG },
		{ "p", 0, 64, 0, 0, EINVAL },
		{ "p", PLX_RING_SZ_MASK + 1, 64, 0, 0, EINVAL },
		{ "p", UINT32_MAX, 64, 0, 0, EINVAL },
		{ "p", 10, 0, 0, 0, EINVAL },
		{ "p", 10, 64, 8, 0, EINVAL },
		{ "p", 10000, 64, PLX_MEMPOOL_CACHE_MAX_SIZE + 1, 0, EINVAL },
		{ "p", 10, 64, UINT32_MAX, 0, EINVAL },
		{ "p", 10, 64, 0, 0x2, EINVAL },
		{ "p", 10, 64, 0, 0x8000, EINVAL },
		/* More than the address space, on any machine: 2^50, 2^52, 2^63 bytes. */
		{ "p", 1u << 25, 1u << 25, 0, 0, ENOMEM },
		{ "p", 1u << 20, UINT32_MAX, 512, 0, ENOMEM },
		{ "p", PLX_RING_SZ_MASK, UINT32_MAX, 512, 0, ENOMEM },
	};
	const size_t before = heap_bytes_in_use();

	for (const auto &b : bad) {
		errno = 0;
		EXPECT_EQ(plx_mempool_create(b.name, b.n, b.elt_size, b.cache_size, 0, nullptr,
			nullptr, nullptr, nullptr, SOCKET_ID_ANY, b.flags), nullptr) << b.n;
		EXPECT_EQ(errno, b.error) << b.n << " " << b.elt_size << " " << b.cache_size;
	}
	errno = 0;
	EXPECT_EQ(plx_mempool_lookup("p"), nullptr);
	EXPECT_EQ(errno, ENOENT);
	EXPECT_EQ(heap_bytes_in_use(), before);

	plx_mempool *mp = plx_mempool_create(longest.c_str(), 10, 64, 6, 0, nullptr, nullptr,
		nullptr, nullptr, SOCKET_ID_ANY, 0);
	ASSERT_NE(mp, nullptr);
	EXPECT_EQ(plx_mempool_lookup(longest.c_str()), mp);
	plx_mempool_free(mp);
	EXPECT_EQ(heap_bytes_in_use(), before);
}

TEST(MempoolSetup, NamesAreUniqueAndFoundUntilFreed)
{
	Pool a = make_pool(10, 64, 0);

	ASSERT_TRUE(a);
	EXPECT_EQ(plx_mempool_lookup("test"), a.get());
	errno = 0;
	EXPECT_FALSE(make_pool(10, 64, 0));
	EXPECT_EQ(errno, EEXIST);
	EXPECT_EQ(plx_mempool_lookup("test"), a.get());
	a.reset();
	EXPECT_EQ(plx_mempool_lookup("test"), nullptr);
	EXPECT_EQ(plx_mempool_lookup(nullptr), nullptr);
	EXPECT_EQ(plx_mempool_lookup(std::string(100, 'x').c_str()), nullptr);
	plx_mempool_free(nullptr);
}

TEST(MempoolSetup, FreeingWhatIsNoPoolDoesNoHarm)
{
	Pool a = make_pool(10, 64, 0);
	plx_mempool fake;

	ASSERT_TRUE(a);
	memcpy(&fake, a.get(), sizeof(fake));
	plx_mempool_free(&fake);
	EXPECT_EQ(plx_mempool_lookup("test"), a.get());
	expect_complete(a.get());
}

struct Trace {
	plx_mempool *mp;
	std::vector<void *> objs;
	unsigned int inits, fail_at;
	int error;
};

int
init_trace(plx_mempool *mp, void *arg)
{
	Trace *t = static_cast<Trace *>(arg);
	const char *priv = static_cast<const char *>(plx_mempool_get_priv(mp));

	EXPECT_TRUE(t->objs.empty());
	EXPECT_EQ(mp->private_data_size, 100u);
	EXPECT_EQ(std::count(priv, priv + 100, 0), 100);
	/* Not found before it is finished. */
	EXPECT_EQ(plx_mempool_lookup(mp->name), nullptr);
	t->mp = mp;
	t->inits++;
	memset(plx_mempool_get_priv(mp), 0x5a, 100);
	return t->fail_at == 0 ? t->error : 0;
}

int
trace_obj(plx_mempool *mp, void *arg, void *obj, unsigned int idx)
{
	Trace *t = static_cast<Trace *>(arg);

	EXPECT_EQ(t->mp, mp);
	EXPECT_EQ(idx, t->objs.size());
	EXPECT_EQ(plx_mempool_from_obj(obj), mp);
	t->objs.push_back(obj);
	return t->objs.size() == t->fail_at ? t->error : 0;
}

plx_mempool *
create_traced(Trace *t)
{
	return plx_mempool_create("traced", 50, 200, 32, 100, init_trace, t, trace_obj, t,
		SOCKET_ID_ANY, 0);
}

TEST(MempoolSetup, InitialisersSeeThePoolThenEachObject)
{
	Trace t = { nullptr, {}, 0, UINT32_MAX, 0 };
	Pool mp(create_traced(&t));

	ASSERT_TRUE(mp);
	EXPECT_EQ(t.inits, 1u);
	EXPECT_EQ(t.objs.size(), 50u);
	expect_complete(mp.get());
	const char *priv = static_cast<const char *>(plx_mempool_get_priv(mp.get()));
	EXPECT_EQ(std::count(priv, priv + 100, 0x5a), 100);
	EXPECT_EQ(num(priv) % PLX_CACHE_LINE_SIZE, 0u);

	/* The walk meets the same objects in the same order, in use or not. */
	void *used;
	Trace again = { mp.get(), {}, 0, UINT32_MAX, 0 };
	ASSERT_EQ(plx_mempool_get(mp.get(), &used), 0);
	EXPECT_EQ(plx_mempool_obj_iter(mp.get(), trace_obj, &again), 0);
	EXPECT_EQ(again.objs, t.objs);
	plx_mempool_put(mp.get(), used);

	Trace some = { mp.get(), {}, 0, 7, -EINTR };
	EXPECT_EQ(plx_mempool_obj_iter(mp.get(), trace_obj, &some), -EINTR);
	EXPECT_EQ(some.objs.size(), 7u);
}

TEST(MempoolSetup, FailingInitialisersLeaveNothing)
{
	const size_t before = heap_bytes_in_use();

	for (unsigned int fail_at : { 0u, 1u, 25u, 50u }) {
		Trace t = { nullptr, {}, 0, fail_at, -EDOM };

		errno = 0;
		EXPECT_EQ(create_traced(&t), nullptr);
		EXPECT_EQ(errno, EDOM);
		EXPECT_EQ(t.objs.size(), fail_at);
		EXPECT_EQ(plx_mempool_lookup("traced"), nullptr);
		EXPECT_EQ(heap_bytes_in_use(), before);
	}
}

TEST(MempoolSetup, ObjectsAreAlignedApartAndWritable)
{
	for (unsigned int flags : { 0u, MEMPOOL_F_NO_SPREAD }) {
		for (unsigned int elt_size : { 1u, 8u, 63u, 64u, 65u, 128u, 2304u, 4096u, 10000u }) {
			Pool mp = make_pool(20, elt_size, 0, flags);
			ASSERT_TRUE(mp);
			std::vector<void *> objs = drain(mp.get());
			ASSERT_EQ(objs.size(), 20u);
			std::sort(objs.begin(), objs.end());
			const uintptr_t stride = num(objs[1]) - num(objs[0]);
			const uintptr_t least = PLX_ALIGN_CEIL(elt_size, 64u) + 64;

			EXPECT_EQ(stride, flags || least / 64 % 2 ? least : least + 64);
			for (unsigned int i = 0; i < 20; i++) {
				EXPECT_EQ(num(objs[i]) % PLX_CACHE_LINE_SIZE, 0u);
				EXPECT_EQ(num(objs[i]), num(objs[0]) + i * stride);
				memset(objs[i], int(i), elt_size);
			}
			for (unsigned int i = 0; i < 20; i++) {
				const char *p = static_cast<const char *>(objs[i]);
				EXPECT_EQ(std::count(p, p + elt_size, char(i)), elt_size);
				EXPECT_EQ(plx_mempool_from_obj(objs[i]), mp.get());
			}
			plx_mempool_put_bulk(mp.get(), objs.data(), 20);
			expect_complete(mp.get());
		}
	}
}

/* Pools of all kinds: n, cache size, flags. */
struct Kind {
	unsigned int n, cache_size, flags;
};

class MempoolKinds : public testing::TestWithParam<Kind> {
protected:
	void SetUp() override
	{
		mp = make_pool(GetParam().n, 100, GetParam().cache_size, GetParam().flags);
		ASSERT_TRUE(mp);
	}

	Pool mp;
};

TEST_P(MempoolKinds, EveryObjectCanBeGotSingly)
{
	expect_complete(mp.get());
	expect_complete(mp.get());
}

TEST_P(MempoolKinds, BulkIsAllOrNothingAtEachSize)
{
	const unsigned int n = GetParam().n;

	for (unsigned int bulk = 1; bulk <= n; bulk++) {
		std::vector<void *> objs(n + bulk);
		unsigned int got = 0;

		while (plx_mempool_get_bulk(mp.get(), &objs[got], bulk) == 0)
			got += bulk;
		/* Exhausted, and nothing of the rest was lost by failing. */
		ASSERT_EQ(got, n / bulk * bulk);
		ASSERT_EQ(plx_mempool_avail_count(mp.get()), n % bulk);
		ASSERT_EQ(plx_mempool_in_use_count(mp.get()), got);
		if (n % bulk != 0) {
			ASSERT_EQ(plx_mempool_get_bulk(mp.get(), &objs[got], n % bulk), 0);
			got += n % bulk;
		}
		ASSERT_EQ(got, n);
		ASSERT_EQ(std::set<void *>(objs.begin(), objs.begin() + n).size(), n);
		void *obj = &obj;
		EXPECT_EQ(plx_mempool_get(mp.get(), &obj), -ENOENT);
		EXPECT_EQ(obj, &obj);
		for (got = 0; got + bulk <= n; got += bulk)
			plx_mempool_put_bulk(mp.get(), &objs[got], bulk);
		plx_mempool_put_bulk(mp.get(), &objs[got], n - got);
		ASSERT_EQ(plx_mempool_avail_count(mp.get()), n);
	}
	std::vector<void *> too_many(n + 1);
	EXPECT_EQ(plx_mempool_get_bulk(mp.get(), too_many.data(), n + 1), -ENOENT);
	expect_complete(mp.get());
}

TEST_P(MempoolKinds, RandomTrafficLosesNothing)
{
	std::vector<void *> held;
	uint32_t random = 42;

	for (unsigned int i = 0; i < 5000; i++) {
		void *objs[80];

		random = random * 1664525 + 1013904223;
		unsigned int n = (random >> 16) % 80;
		if (random >> 31) {
			bool there = n <= GetParam().n - held.size();

			ASSERT_EQ(plx_mempool_get_bulk(mp.get(), objs, n), there ? 0 : -ENOENT);
			if (there)
				held.insert(held.end(), objs, objs + n);
		} else {
			n = std::min<size_t>(n, held.size());
			std::copy(held.end() - n, held.end(), objs);
			held.resize(held.size() - n);
			plx_mempool_put_bulk(mp.get(), objs, n);
		}
		ASSERT_EQ(plx_mempool_in_use_count(mp.get()), held.size());
	}
	EXPECT_EQ(std::set<void *>(held.begin(), held.end()).size(), held.size());
	plx_mempool_put_bulk(mp.get(), held.data(), unsigned(held.size()));
	expect_complete(mp.get());
}

INSTANTIATE_TEST_SUITE_P(All, MempoolKinds, testing::Values(
	Kind{ 1, 0, 0 },
	Kind{ 100, 0, 0 },
	Kind{ 127, 0, MEMPOOL_F_SP_PUT | MEMPOOL_F_SC_GET },
	Kind{ 100, 1, 0 },
	Kind{ 128, 2, MEMPOOL_F_SP_PUT },
	Kind{ 255, 32, 0 },
	Kind{ 100, 66, MEMPOOL_F_SC_GET },
	Kind{ 768, 512, 0 }));

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
