/* SPDX-License-Identifier: BSD-3-Clause */
/* Many regions: where they go, and that each address finds its own. */
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <eal_private.h>

#include "eal_env.h"

namespace {

constexpr size_t PAGE = 4096;

class Regions : public testing::Test {
protected:
	void SetUp() override
	{
		arena = &mem.arenas[eal_memory_first_node(&mem)][0];
	}

	void TearDown() override
	{
		for (auto *r : regions)
			unplug(r);
	}

	eal_region *plug(size_t len)
	{
		eal_region *r = nullptr;

		EXPECT_EQ(eal_region_plug(&mem, arena, len, false, &r), 0);
		return r;
	}

	void unplug(eal_region *r)
	{
		pthread_mutex_lock(&mem.event_lock);
		EXPECT_EQ(eal_region_unplug(&mem, r), 0);
		pthread_mutex_unlock(&mem.event_lock);
	}

	/* Every region is found by its first and last byte, and comes once in a walk, by address. */
	void expect_all_are_found()
	{
		std::vector<const void *> walked;

		for (const auto *r : regions) {
			auto *first = static_cast<char *>(r->pub.addr);
			uint64_t offset = 0;

			EXPECT_EQ(eal_region_find(&mem, first), r);
			EXPECT_EQ(eal_region_find(&mem, first + r->pub.len - 1), r);
			EXPECT_EQ(plx_mem_virt2iova(first + 1), reinterpret_cast<uintptr_t>(first) + 1);
			EXPECT_EQ(plx_mem_virt2fd(first + r->pub.len - 1, &offset), r->pub.fd);
			EXPECT_EQ(offset, r->pub.len - 1);
		}
		EXPECT_EQ(plx_mem_region_walk([](const plx_mem_region *r, void *arg) {
			static_cast<std::vector<const void *> *>(arg)->push_back(r->addr);
			return 0;
		}, &walked), 0);
		EXPECT_EQ(walked.size(), regions.size() + 1);	/* and what start-up plugged */
		EXPECT_TRUE(std::is_sorted(walked.begin(), walked.end()));
	}

	eal_memory &mem = eal.mem;
	eal_arena *arena = nullptr;
	std::vector<eal_region *> regions;
};

TEST_F(Regions, AddressesFindTheirs)
{
	std::mt19937 rng(3);

	for (int i = 0; i < 200; i++)
		regions.push_back(plug(PAGE * (1 + i % 3)));
	expect_all_are_found();
	std::shuffle(regions.begin(), regions.end(), rng);
	while (regions.size() > 60) {
		char *gone = static_cast<char *>(regions.back()->pub.addr);

		unplug(regions.back());
		regions.pop_back();
		EXPECT_EQ(eal_region_find(&mem, gone), nullptr);
		EXPECT_EQ(plx_mem_virt2iova(gone), PLX_BAD_IOVA);
	}
	expect_all_are_found();
	/* The gaps are used again, the first that fits. */
	for (int i = 0; i < 100; i++)
		regions.push_back(plug(PAGE * (1 + i % 3)));
	expect_all_are_found();
}

TEST_F(Regions, GapsAreUsedAgain)
{
	eal_region *a = plug(2 * PAGE), *b = plug(PAGE), *c = plug(3 * PAGE), *d = plug(PAGE);
	void *hole = b->pub.addr, *wide = c->pub.addr;

	unplug(b);
	unplug(c);
	regions = { a, d, plug(4 * PAGE), plug(PAGE) };
	EXPECT_EQ(regions[2]->pub.addr, hole);
	EXPECT_GT(regions[3]->pub.addr, d->pub.addr);
	EXPECT_LT(hole, wide);
	expect_all_are_found();
}

/* Large pages of the kernel and of the IOMMU need the address to be a multiple of theirs. */
TEST_F(Regions, LargeOnesStartWhereLargePagesFit)
{
	regions = { plug(3 * PAGE), plug(EAL_LARGE_PAGE + PAGE), plug(EAL_LARGE_PAGE), plug(PAGE) };
	for (const auto *r : { regions[1], regions[2] })
		EXPECT_EQ(reinterpret_cast<uintptr_t>(r->pub.addr) % EAL_LARGE_PAGE, 0u);
	EXPECT_EQ(static_cast<char *>(regions[0]->pub.addr) + 3 * PAGE, regions[3]->pub.addr);
	expect_all_are_found();
}

TEST_F(Regions, NoAddressOutsideIsFound)
{
	auto *base = static_cast<char *>(arena->base);

	for (const void *p : { static_cast<void *>(nullptr), static_cast<void *>(base - 1),
		     static_cast<void *>(base + arena->len - 1), static_cast<void *>(base + arena->len),
		     reinterpret_cast<void *>(UINTPTR_MAX), static_cast<void *>(&mem) })
		EXPECT_EQ(eal_region_find(&mem, p), nullptr);
}

TEST_F(Regions, ArenaIsFull)
{
	eal_region *r = nullptr;

	EXPECT_EQ(eal_region_plug(&mem, arena, arena->len, false, &r), -ENOMEM);
	expect_all_are_found();
}

} // namespace
