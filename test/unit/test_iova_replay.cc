/* SPDX-License-Identifier: BSD-3-Clause */
/* All mappings of a space in another one: all or nothing, and it is said what does not fit. */
#include <thread>

#include "test_iova_fake.h"

namespace {

constexpr uint64_t MB = 1 << 20, GB = 1 << 30;

/* A second space, with a device, of a domain with the first one or not. */
class Replay : public Space {
protected:
	void SetUp() override
	{
		Space::SetUp();
		ASSERT_EQ(plx_iova_attach(s, 0), 0);
		open_other(nullptr);
	}

	void TearDown() override
	{
		close_other();
		Space::TearDown();
	}

	void open_other(Fake *beside)
	{
		g = open_fake(GetParam(), beside);
		to = &g->space;
		ASSERT_EQ(plx_iova_attach(to, 0), 0);
	}

	void close_other()
	{
		EXPECT_EQ(plx_iova_detach(to, 0), 0);
		EXPECT_EQ(plx_iova_space_close(to), 0);
	}

	/* Maps some, in units that a batch would make others of if it could. */
	void map_some(uint64_t granule)
	{
		for (uint64_t at = GB; at < GB + 8 * MB; at += 2 * MB) {
			plx_iova_mapping m = { at, 2 * MB, reinterpret_cast<void *>(at), PLX_IOVA_READ, -1, 0, granule };

			ASSERT_EQ(plx_iova_map(s, &m), 0);
		}
		ASSERT_EQ(map(2 * GB, MB), 0);
	}

	Fake *g;
	plx_iova_space *to;
};

INSTANTIATE_TEST_SUITE_P(Backends, Replay, testing::Values(&open_ops, &late_ops),
	[](const auto &info) { return std::string(info.param->name); });

TEST_P(Replay, SameUnits)
{
	plx_iova_mapping m;

	map_some(4 * MB);
	ASSERT_EQ(f->maps.size(), 5u);
	EXPECT_EQ(plx_iova_replay(s, to, nullptr), 0);
	EXPECT_EQ(g->maps, f->maps);
	EXPECT_EQ(tree_of(to), g->maps);
	EXPECT_EQ(plx_iova_lookup(to, GB, &m), 0);
	EXPECT_EQ(m.flags, PLX_IOVA_READ);
	EXPECT_EQ(m.va, reinterpret_cast<void *>(GB));
	EXPECT_EQ(plx_iova_unmap(to, GB + 2 * MB, 2 * MB), 0);
	expect_same();
	EXPECT_EQ(f->maps.size(), 5u);
	/* And now they overlap. */
	EXPECT_EQ(plx_iova_replay(s, to, nullptr), -EEXIST);
	EXPECT_EQ(g->maps.size(), 4u);
}

TEST_P(Replay, NothingAndItself)
{
	int calls = g->calls;

	EXPECT_EQ(plx_iova_replay(s, to, nullptr), 0);
	EXPECT_EQ(g->calls, calls);
	EXPECT_EQ(plx_iova_replay(s, s, nullptr), -EINVAL);
}

/* Before its device comes a space takes all; then the device decides. */
TEST_P(Replay, IntoASpaceThatWaitsForItsDevice)
{
	map_some(0);
	ASSERT_EQ(plx_iova_detach(to, 0), 0);
	EXPECT_EQ(plx_iova_replay(s, to, nullptr), 0);
	EXPECT_EQ(tree_of(to), f->maps);
	EXPECT_EQ(plx_iova_attach(to, 0), 0);
	EXPECT_EQ(g->maps, f->maps);
}

TEST_P(Replay, TellsWhatDoesNotFit)
{
	plx_iova_mapping refused = {};
	plx_iova_range hole;

	map_some(0);
	close_other();
	g = open_fake(GetParam());
	to = &g->space;
	g->ranges = { { 0, 2 * GB + MB / 2 - 1 } };
	ASSERT_EQ(plx_iova_attach(to, 0), 0);
	int calls = g->calls;

	EXPECT_EQ(plx_iova_replay(s, to, nullptr), -ERANGE);
	EXPECT_EQ(plx_iova_replay(s, to, &refused), -ERANGE);
	EXPECT_EQ(refused.iova, 2 * GB);
	EXPECT_EQ(refused.len, MB);
	EXPECT_EQ(plx_iova_windows_hole(to, refused.iova, refused.len, &hole), -ERANGE);
	EXPECT_EQ(hole.start, 2 * GB + MB / 2);
	/* Pages of its IOMMU that are larger. */
	to->reach.alignment = 2 * MB;
	to->reach.windows[0].last = UINT64_MAX;
	EXPECT_EQ(plx_iova_replay(s, to, &refused), -EINVAL);
	EXPECT_EQ(g->calls, calls);
	EXPECT_TRUE(tree_of(to).empty());
	ASSERT_EQ(plx_iova_unmap(s, 2 * GB, MB), 0);
	EXPECT_EQ(plx_iova_replay(s, to, nullptr), 0);
}

TEST_P(Replay, EveryCallFailsInTurn)
{
	map_some(0);
	for (int fail = 1; fail <= 5; fail++) {
		g->fail_at = g->calls + fail;
		EXPECT_EQ(plx_iova_replay(s, to, nullptr), -EIO) << fail;
		EXPECT_TRUE(g->maps.empty()) << fail;
		EXPECT_TRUE(tree_of(to).empty()) << fail;
		expect_same();
	}
	g->fail_at = 0;
	EXPECT_EQ(plx_iova_replay(s, to, nullptr), 0);
}

/* What was mapped through a window is again: the window must not change under either space. */
TEST_P(Replay, WindowsOfTheSameDomain)
{
	plx_iova_mapping all = { 4 * GB, 16 * MB, reinterpret_cast<void *>(4 * GB), PLX_IOVA_READ, -1, 0, 2 * MB };
	plx_iova_mapping refused = {};
	plx_iova_window *w;

	for (bool beside : { false, true }) {
		if (beside) {
			close_other();
			open_other(f);
		}
		ASSERT_EQ(plx_iova_window_open(s, &all, &w), 0);
		ASSERT_EQ(plx_iova_window_add(w, 0, 8 * MB), 0);
		plx_iova_batch *b = plx_iova_batch_begin(s);
		ASSERT_EQ(plx_iova_batch_map_window(b, w, 2 * MB, 6 * MB), 0);
		ASSERT_EQ(plx_iova_batch_commit(b), 0);
		EXPECT_EQ(plx_iova_replay(s, to, &refused), beside ? 0 : -EINVAL);
		EXPECT_EQ(refused.iova, 4 * GB + 2 * MB);
		ASSERT_EQ(plx_iova_unmap(s, 4 * GB, 16 * MB), 0);
		EXPECT_EQ(plx_iova_window_remove(w, 2 * MB, 2 * MB), beside ? -EBUSY : 0);
		EXPECT_EQ(g->maps.size(), beside ? 3u : 0u);
		EXPECT_EQ(plx_iova_unmap(to, 4 * GB, 16 * MB), beside ? 0 : -ENOENT);
		EXPECT_EQ(plx_iova_window_close(w), 0);
	}
}

/* There and back at once, while both change: for ThreadSanitizer, and for a lock taken in turns. */
TEST_P(Replay, ThreadsBothWays)
{
	std::thread there([this] {
		for (int i = 0; i < 300; i++) {
			int ret = map(GB, MB);
			ASSERT_TRUE(ret == 0 || ret == -EEXIST);
			ret = plx_iova_replay(s, to, nullptr);
			ASSERT_TRUE(ret == 0 || ret == -EEXIST);
			ASSERT_EQ(plx_iova_unmap(s, GB, 4 * MB), 0);
		}
	});
	for (int i = 0; i < 300; i++) {
		int ret = plx_iova_replay(to, s, nullptr);
		ASSERT_TRUE(ret == 0 || ret == -EEXIST);
		ret = plx_iova_unmap(to, GB, 4 * MB);
		ASSERT_TRUE(ret == 0 || ret == -ENOENT);
	}
	there.join();
	plx_iova_unmap(s, 0, UINT64_MAX);
}

} // namespace
