/* SPDX-License-Identifier: BSD-3-Clause */
/* Batches: what they come to, in how many kernel calls, and that all of it happens or nothing. */
#include <random>
#include <thread>

#include "test_iova_fake.h"

namespace {

constexpr uint64_t MB = 1 << 20, GB = 1 << 30;
constexpr unsigned int RW = PLX_IOVA_READ | PLX_IOVA_WRITE;

class Batch : public Space {
protected:
	void SetUp() override
	{
		Space::SetUp();
		f->ranges = { { 0, UINT64_MAX } };
		ASSERT_EQ(plx_iova_attach(s, 0), 0);
		b = plx_iova_batch_begin(s);
		calls = f->calls;
	}

	int add(uint64_t iova, uint64_t len, uint64_t granule = 0, uint64_t va = 0)
	{
		plx_iova_mapping m = { iova, len, reinterpret_cast<void *>(va ? va : iova), RW, -1, 0, granule };

		return plx_iova_batch_map(b, &m);
	}

	int remove(uint64_t iova, uint64_t len) { return plx_iova_batch_unmap(b, iova, len); }

	/* Commit, begin the next one, and see that tree and kernel agree. */
	int commit()
	{
		int ret = plx_iova_batch_commit(b);

		b = plx_iova_batch_begin(s);
		used = f->calls - calls;
		calls = f->calls;
		expect_same();
		return ret;
	}

	void TearDown() override
	{
		plx_iova_batch_abort(b);
		Space::TearDown();
	}

	plx_iova_batch *b;
	int calls, used;	/* before, and of the last commit */
};

INSTANTIATE_TEST_SUITE_P(Backends, Batch, testing::Values(&open_ops, &late_ops),
	[](const auto &info) { return std::string(info.param->name); });

TEST_P(Batch, EmptyIsNothing)
{
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 0);
}

TEST_P(Batch, AbortIsNothing)
{
	EXPECT_EQ(add(GB, MB), 0);
	plx_iova_batch_abort(b);
	b = plx_iova_batch_begin(s);
	EXPECT_EQ(commit(), 0);
	EXPECT_TRUE(f->maps.empty());
}

/* Neighbours with a granule, added in any order, become granules; each is one call. */
TEST_P(Batch, NeighboursGrowTogetherUpToTheGranule)
{
	std::mt19937 rng(3);
	std::vector<uint64_t> pages;

	for (uint64_t at = 4 * GB + 2 * MB; at < 4 * GB + 130 * MB; at += 2 * MB)
		pages.push_back(at);
	std::shuffle(pages.begin(), pages.end(), rng);
	for (uint64_t at : pages)
		ASSERT_EQ(add(at, 2 * MB, 64 * MB), 0);
	EXPECT_EQ(commit(), 0);
	const std::map<uint64_t, uint64_t> want = { { 4 * GB + 2 * MB, 62 * MB },
		{ 4 * GB + 64 * MB, 64 * MB }, { 4 * GB + 128 * MB, 2 * MB } };
	EXPECT_EQ(f->maps, want);
	EXPECT_EQ(used, 3);
	/* Each can go on its own, nothing smaller can. */
	EXPECT_EQ(remove(4 * GB + 64 * MB, 2 * MB), 0);
	EXPECT_EQ(commit(), -EINVAL);
	EXPECT_EQ(used, 0);
	EXPECT_EQ(remove(4 * GB + 64 * MB, 64 * MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 1);
}

/* A large mapping with a granule is cut; one without is one call and one unit. */
TEST_P(Batch, LargeOnesAreCutAtTheGranule)
{
	EXPECT_EQ(add(GB, 8 * MB, 2 * MB), 0);
	EXPECT_EQ(add(2 * GB, 8 * MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(f->maps.size(), 5u);
	EXPECT_EQ(used, 5);
	EXPECT_EQ(remove(GB + 2 * MB, 2 * MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(remove(2 * GB, 4 * MB), 0);
	EXPECT_EQ(commit(), -EINVAL);
}

/* What is not the same memory, or was asked for as a whole, stays apart. */
TEST_P(Batch, StrangersStayApart)
{
	EXPECT_EQ(add(GB, MB), 0);
	EXPECT_EQ(add(GB + MB, MB), 0);
	EXPECT_EQ(add(2 * GB, MB, 64 * MB), 0);
	EXPECT_EQ(add(2 * GB + MB, MB, 64 * MB, 7 * GB), 0);
	EXPECT_EQ(add(2 * GB + 2 * MB, MB, 32 * MB, 7 * GB + MB), 0);
	plx_iova_mapping ro = { 3 * GB, MB, reinterpret_cast<void *>(3 * GB), PLX_IOVA_READ, -1, 0, 64 * MB };
	EXPECT_EQ(plx_iova_batch_map(b, &ro), 0);
	EXPECT_EQ(add(3 * GB + MB, MB, 64 * MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(f->maps.size(), 7u);
}

/* 1 TiB of 2 MiB pages, in granules of 1 GiB. */
TEST_P(Batch, TerabyteIs1024Calls)
{
	for (uint64_t at = 0; at < 1024 * GB; at += 2 * MB)
		ASSERT_EQ(add(4 * GB + at, 2 * MB, GB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(f->maps.size(), 1024u);
	EXPECT_EQ(used, 1024);
	EXPECT_EQ(remove(4 * GB, 1024 * GB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 1);
}

TEST_P(Batch, MapAndUnmapCancel)
{
	EXPECT_EQ(add(GB, MB), 0);
	EXPECT_EQ(add(2 * GB, MB), 0);
	EXPECT_EQ(remove(GB, MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 1);
	EXPECT_EQ(f->maps.count(GB), 0u);
	/* Unmap and map is not nothing: the memory may be other memory. */
	EXPECT_EQ(remove(2 * GB, MB), 0);
	EXPECT_EQ(add(2 * GB, 2 * MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 2);
	EXPECT_EQ(f->maps[2 * GB], 2 * MB);
}

/* One call removes a run with gaps; what stays, or comes with the same batch, divides runs. */
TEST_P(Batch, RemovalsAreRuns)
{
	for (uint64_t i = 0; i < 10; i++)
		ASSERT_EQ(add(GB + 2 * i * MB, MB), 0);
	ASSERT_EQ(commit(), 0);
	for (uint64_t i : { 9, 0, 1, 2, 8, 6, 7, 5 })
		ASSERT_EQ(remove(GB + 2 * i * MB, MB), 0);
	ASSERT_EQ(add(GB + 3 * MB, MB), 0);	/* between 1 and 2 */
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 1 + 3);
	const std::map<uint64_t, uint64_t> want = { { GB + 3 * MB, MB }, { GB + 6 * MB, MB },
		{ GB + 8 * MB, MB } };
	EXPECT_EQ(f->maps, want);
}

TEST_P(Batch, RefusedBeforeTheKernelIsAsked)
{
	ASSERT_EQ(add(GB, 4 * MB), 0);
	ASSERT_EQ(commit(), 0);
	struct { int want; uint64_t first[2], second[2]; bool unmap; } const bad[] = {
		{ -EEXIST, { 2 * GB, 2 * MB }, { 2 * GB + MB, MB }, false },
		{ -EEXIST, { 2 * GB, MB }, { GB + MB, MB }, false },
		{ -EINVAL, { 2 * GB, 2 * MB }, { 2 * GB, MB }, true },
		{ -EINVAL, { 2 * GB, MB }, { GB, MB }, true },
		{ -ENOENT, { 2 * GB, MB }, { 5 * GB, MB }, true },
	};
	for (const auto &c : bad) {
		EXPECT_EQ(add(c.first[0], c.first[1]), 0);
		EXPECT_EQ(c.unmap ? remove(c.second[0], c.second[1]) : add(c.second[0], c.second[1]), 0);
		EXPECT_EQ(commit(), c.want);
		EXPECT_EQ(used, 0);
	}
	/* Wrong by themselves: at once, and the batch goes on. */
	EXPECT_EQ(add(GB, 0), -EINVAL);
	EXPECT_EQ(add(GB + 1, MB), -EINVAL);
	EXPECT_EQ(add(UINT64_MAX - MB + 1, 2 * MB), -EINVAL);
	EXPECT_EQ(add(2 * GB, MB, 3 * MB), -EINVAL);
	EXPECT_EQ(add(2 * GB, MB, 2048), -EINVAL);
	EXPECT_EQ(remove(GB, 0), -EINVAL);
	plx_iova_mapping closed = { 2 * GB, MB, reinterpret_cast<void *>(2 * GB), RW | PLX_IOVA_FD, 0x7fff0000, 0, 0 };
	EXPECT_EQ(plx_iova_batch_map(b, &closed), -EBADF);
	EXPECT_EQ(add(2 * GB, MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(f->maps.size(), 2u);
}

/* A budget of entries, as type1 has one. */
TEST_P(Batch, BudgetIsCheckedFirst)
{
	s->reach.budget = 4;
	EXPECT_EQ(add(GB, 10 * MB, 2 * MB), 0);
	EXPECT_EQ(commit(), -ENOSPC);
	EXPECT_EQ(used, 0);
	EXPECT_EQ(add(GB, 8 * MB, 2 * MB), 0);
	EXPECT_EQ(commit(), 0);
	plx_iova_stats stats;
	plx_iova_stats_get(s, &stats);
	EXPECT_EQ(stats.entries_left, 0u);
	/* Full, and still all of it can be exchanged: then removals go first. */
	EXPECT_EQ(add(2 * GB, 8 * MB, 2 * MB), 0);
	EXPECT_EQ(remove(GB, 8 * MB), 0);
	EXPECT_EQ(commit(), 0);
	EXPECT_EQ(used, 1 + 4);
	EXPECT_EQ(add(3 * GB, MB), 0);
	EXPECT_EQ(commit(), -ENOSPC);
}

/*
 * A batch with a bit of everything, and its first, second, ... kernel call fails: the space is as
 * before each time, and with no failure it is done.
 */
TEST_P(Batch, EveryCallFailsInTurn)
{
	for (uint64_t i = 0; i < 6; i++)
		ASSERT_EQ(add(GB + 4 * i * MB, 2 * MB), 0);
	ASSERT_EQ(commit(), 0);
	const auto before = f->maps;
	int ret = -1;
	for (int fail = 1; ret != 0; fail++) {
		ASSERT_LT(fail, 30);
		ASSERT_EQ(add(2 * GB, 6 * MB, 2 * MB), 0);	/* new, early */
		ASSERT_EQ(remove(GB, 2 * MB), 0);
		ASSERT_EQ(add(GB, 4 * MB), 0);			/* where something was: late */
		ASSERT_EQ(remove(GB + 12 * MB, 6 * MB), 0);
		ASSERT_EQ(add(3 * GB, MB), 0);
		ASSERT_EQ(remove(GB + 20 * MB, 2 * MB), 0);
		ASSERT_EQ(add(GB + 20 * MB, MB), 0);		/* late */
		f->error = -ENOMEM;
		f->fail_at = f->calls + fail;
		ret = commit();
		if (ret == 0)
			break;
		ASSERT_EQ(ret, -ENOMEM) << fail;
		ASSERT_EQ(f->maps, before) << fail;
	}
	f->fail_at = 0;
	EXPECT_EQ(f->maps.size(), 3u + 1 + 1 + 1 + 2);
}

/* The way back fails too: that is told, and the tree is still the truth. */
TEST_P(Batch, FailureOfTheWayBackIsTold)
{
	ASSERT_EQ(add(GB, 2 * MB), 0);
	ASSERT_EQ(commit(), 0);
	ASSERT_EQ(add(2 * GB, MB), 0);
	ASSERT_EQ(remove(GB, 2 * MB), 0);
	ASSERT_EQ(add(GB, MB), 0);
	f->fail_at = f->calls + 3;	/* the late map */
	f->fail_more = 2;		/* and both steps of the undo */
	EXPECT_EQ(commit(), -ENOTRECOVERABLE);
	const std::map<uint64_t, uint64_t> want = { { 2 * GB, MB } };
	EXPECT_EQ(f->maps, want);
}

/* Random batches with random failures against a model that only knows addresses. */
TEST_P(Batch, SameAsModel)
{
	std::map<uint64_t, uint64_t> model;
	std::mt19937_64 rng(4);

	for (int round = 0; round < 3000; round++) {
		auto next = model;
		bool good = true;

		for (uint64_t i = 0; i < 1 + rng() % 6; i++) {
			uint64_t iova = GB + rng() % 64 * MB, len = (1 + rng() % 3) * MB;
			auto after = next.lower_bound(iova);

			if (rng() % 3 != 0) {
				bool clash = (after != next.end() && after->first < iova + len) ||
					(after != next.begin() && std::prev(after)->first + std::prev(after)->second > iova);
				ASSERT_EQ(add(iova, len), 0);
				good &= !clash;
				if (!clash)
					next[iova] = len;
			} else {
				auto at = rng() % 2 && !next.empty() ? std::next(next.begin(),
					static_cast<long>(rng() % next.size())) : after;
				if (at == next.end())
					continue;
				ASSERT_EQ(remove(at->first, at->second), 0);
				next.erase(at);
			}
		}
		f->fail_at = rng() % 4 == 0 ? f->calls + 1 + static_cast<int>(rng() % 4) : 0;
		f->error = -EFAULT;
		int ret = commit();
		ASSERT_TRUE(ret == 0 ? good : !good || ret == -EFAULT) << ret << " in round " << round;
		if (ret == 0)
			model = next;
		ASSERT_EQ(f->maps, model) << round;
		f->fail_at = 0;
	}
}

class Window : public Batch {
protected:
	void SetUp() override
	{
		Batch::SetUp();
		ASSERT_EQ(plx_iova_window_open(s, &all, &w), 0);
	}

	void TearDown() override
	{
		plx_iova_unmap(s, all.iova, all.len);
		ASSERT_EQ(plx_iova_window_close(w), 0);
		Batch::TearDown();
	}

	int map_run(uint64_t offset, uint64_t len)
	{
		int ret = plx_iova_batch_map_window(b, w, offset, len);

		return ret < 0 ? ret : commit();
	}

	plx_iova_mapping all = { 4 * GB, 64 * MB, reinterpret_cast<void *>(4 * GB), RW, -1, 0, 2 * MB };
	plx_iova_window *w;
};

INSTANTIATE_TEST_SUITE_P(Backends, Window, testing::Values(&open_ops, &late_ops),
	[](const auto &info) { return std::string(info.param->name); });

/* A run is one copy where there is one; every granule of it can go on its own. */
TEST_P(Window, RunsAndGranules)
{
	EXPECT_EQ(map_run(0, 2 * MB), -ENOENT);
	ASSERT_EQ(plx_iova_window_add(w, 0, 64 * MB), 0);
	EXPECT_EQ(map_run(0, 32 * MB), 0);
	EXPECT_EQ(used, s->ops->copy ? 1 : 16);
	EXPECT_EQ(f->maps.size(), 16u);
	EXPECT_EQ(plx_iova_unmap(s, 4 * GB + 6 * MB, 2 * MB), 0);
	EXPECT_EQ(plx_iova_unmap(s, 4 * GB + 7 * MB, 2 * MB), -EINVAL);
	EXPECT_EQ(map_run(6 * MB, 2 * MB), 0);
	EXPECT_EQ(map_run(6 * MB, 2 * MB), -EEXIST);
	EXPECT_EQ(map_run(MB, 2 * MB), -EINVAL);
	EXPECT_EQ(map_run(64 * MB, 2 * MB), -EINVAL);
}

/*
 * The stale share: as long as a space maps a granule, memory can't go from it, nor can other memory
 * be said to have come.
 */
TEST_P(Window, MemoryCantChangeUnderAMapping)
{
	ASSERT_EQ(plx_iova_window_add(w, 0, 8 * MB), 0);
	EXPECT_EQ(plx_iova_window_add(w, 6 * MB, 4 * MB), -EEXIST);
	ASSERT_EQ(map_run(2 * MB, 2 * MB), 0);
	EXPECT_EQ(plx_iova_window_remove(w, 0, 8 * MB), -EBUSY);
	EXPECT_EQ(plx_iova_window_remove(w, 0, 2 * MB), 0);
	EXPECT_EQ(plx_iova_window_remove(w, 0, 2 * MB), -ENOENT);
	EXPECT_EQ(plx_iova_window_remove(w, 0, MB), -EINVAL);
	EXPECT_EQ(plx_iova_window_close(w), -EBUSY);
	ASSERT_EQ(plx_iova_unmap(s, 4 * GB + 2 * MB, 2 * MB), 0);
	EXPECT_EQ(plx_iova_window_remove(w, 2 * MB, 6 * MB), 0);
	EXPECT_EQ(map_run(2 * MB, 2 * MB), -ENOENT);
}

TEST_P(Window, FailedRunLeavesNothing)
{
	ASSERT_EQ(plx_iova_window_add(w, 0, 64 * MB), 0);
	int ret = -1;
	for (int fail = 1; ret != 0; fail++) {
		ASSERT_LT(fail, 40);
		f->fail_at = f->calls + fail;
		f->error = -ENOMEM;
		ret = map_run(0, 8 * MB);
		ASSERT_TRUE(ret == 0 || (ret == -ENOMEM && f->maps.empty()));
		ASSERT_TRUE(ret == 0 || plx_iova_window_remove(w, 0, 8 * MB) == 0);
		ASSERT_TRUE(ret == 0 || plx_iova_window_add(w, 0, 8 * MB) == 0);
	}
	f->fail_at = 0;
}

TEST_P(Window, BadOnesAreRefused)
{
	plx_iova_window *other;
	plx_iova_mapping m = all;

	m.granule = 0;
	EXPECT_EQ(plx_iova_window_open(s, &m, &other), -EINVAL);
	m.granule = 128 * MB;
	EXPECT_EQ(plx_iova_window_open(s, &m, &other), -EINVAL);
	m.granule = 2 * MB;
	m.iova += MB;
	EXPECT_EQ(plx_iova_window_open(s, &m, &other), -EINVAL);
	m = all;
	m.len = 0;
	EXPECT_EQ(plx_iova_window_open(s, &m, &other), -EINVAL);
	m = all;
	m.flags |= PLX_IOVA_OWN_PINS;
	EXPECT_EQ(plx_iova_window_open(s, &m, &other), -EINVAL);
	m.flags |= PLX_IOVA_OWN_PINS << 1;
	EXPECT_EQ(plx_iova_map(s, &m), -EINVAL);
}

} // namespace
