/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: set-up, and all kinds of them. */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "test_mempool.h"

namespace {

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
	testing::internal::CaptureStderr();
	plx_mempool_free(&fake);
	EXPECT_NE(testing::internal::GetCapturedStderr().find("not freed (EINVAL"), std::string::npos);
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

			EXPECT_EQ(stride, plx_mempool_calc_obj_size(elt_size, flags, nullptr));
#ifndef PLX_MEMPOOL_DEBUG
			EXPECT_EQ(stride, flags || least / 64 % 2 ? least : least + 64);
#else
			EXPECT_GE(stride, least);
#endif
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

int
count_within(plx_mempool *mp, void *arg, const plx_mempool_memhdr *memhdr, unsigned int)
{
	std::vector<void *> *objs = static_cast<std::vector<void *> *>(arg);
	const uintptr_t first = num(memhdr->addr), end = first + memhdr->len;

	objs->erase(std::remove_if(objs->begin(), objs->end(), [=](void *obj) {
		return num(obj) >= first && num(obj) + mp->elt_size <= end;
	}), objs->end());
	return objs->empty() ? -ECANCELED : 0;
}

TEST(MempoolSetup, AllObjectsLieInMemoryThatIsTold)
{
	Pool mp = make_pool(50, 200, 0);
	ASSERT_TRUE(mp);
	std::vector<void *> objs = drain(mp.get()), inside = objs;
	void *outside = &mp;

	EXPECT_EQ(plx_mempool_mem_iter(mp.get(), count_within, &inside), -ECANCELED);
	inside = { outside };
	EXPECT_EQ(plx_mempool_mem_iter(mp.get(), count_within, &inside), 0);
	EXPECT_EQ(inside.size(), 1u);
	plx_mempool_put_bulk(mp.get(), objs.data(), unsigned(objs.size()));
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

} // namespace
