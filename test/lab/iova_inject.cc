/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each point at which the kernel's iommufd can fail does fail, one after the other, within the
 * commit of one batch (Documentation/fault-injection/fault-injection.rst, /proc/thread-self/fail-nth): the
 * space, the pins and what the kernel has are as before. Needs CONFIG_IOMMUFD_TEST.
 */
#include <fstream>

#include "iova_real.h"

namespace {

class Inject : public Real {
protected:
	/* The @nth point from now on fails. */
	static void arm(int nth)
	{
		std::ofstream("/proc/thread-self/fail-nth") << nth << std::flush;
	}

	/* Did it? */
	static bool disarm()
	{
		int left = -1;

		std::ifstream("/proc/thread-self/fail-nth") >> left;
		arm(0);
		return left == 0;
	}

	/* Tree and kernel have the same: each removal gives the bytes that it should, none stay. */
	void take_apart()
	{
		std::vector<plx_iova_mapping> all;

		plx_iova_walk(s, [](const plx_iova_mapping *m, void *arg) {
			static_cast<std::vector<plx_iova_mapping> *>(arg)->push_back(*m);
			return 0;
		}, &all);
		for (const plx_iova_mapping &m : all)
			EXPECT_EQ(plx_iova_unmap(s, m.iova, m.len), 0);
		EXPECT_EQ(pinned(), 0u);
	}

	/* Another space, with a device of its own. */
	void open_beside(plx_iova_space **beside)
	{
		ASSERT_EQ(plx_iova_space_open_beside(s, beside), 0);
		other = raw_attach(*beside, bdf[1].c_str());
		ASSERT_GE(other, 0) << strerror(-other);
		alone = pinned_before;
	}

	void close_beside(plx_iova_space *beside)
	{
		pinned_before = alone;
		EXPECT_EQ(raw_detach(beside, other), 0);
		EXPECT_EQ(plx_iova_space_close(beside), 0);
	}

	/*
	 * @prepare a space, then @commit with the nth failure, until there is none any more.
	 */
	template <typename Prepare, typename Commit> void
	for_each_failure(Prepare prepare, Commit commit)
	{
		int nth = 0, failures = 0;

		for (bool hit = true; hit; nth++) {
			prepare();
			State before = state();
			plx_iova_batch *b = plx_iova_batch_begin(s);
			ASSERT_NE(b, nullptr);
			commit(b);
			arm(nth + 1);
			int ret = plx_iova_batch_commit(b);
			hit = disarm();
			SCOPED_TRACE(testing::Message() << "failure " << nth + 1);
			EXPECT_NE(ret, -ENOTRECOVERABLE);
			EXPECT_NE(ret, -EIO);
			if (!hit) {
				EXPECT_EQ(ret, 0);
			}
			if (ret != 0) {
				EXPECT_EQ(state(), before);
			}
			failures += ret != 0;
			take_apart();
			ASSERT_FALSE(HasFailure());
		}
		EXPECT_GT(failures, 0) << "the kernel injects nothing: CONFIG_IOMMUFD_TEST?";
		printf("%d points, %d failures\n", nth - 1, failures);
	}

	int other = -1;
	long alone = 0;
};

INSTANTIATE_TEST_SUITE_P(Backends, Inject, testing::Values("iommufd"),
	[](const testing::TestParamInfo<const char *> &info) { return std::string(info.param); });

/* New ones, one that goes, and one that is replaced. */
TEST_P(Inject, maps_and_unmaps)
{
	Memory m(12 * HUGE_PAGE);

	for_each_failure([&] {
		plx_iova_mapping old = m.mapping(0, 4 * HUGE_PAGE, 2 * HUGE_PAGE);

		ASSERT_EQ(plx_iova_map(s, &old), 0);
	}, [&](plx_iova_batch *b) {
		plx_iova_mapping by_va = m.mapping(6 * HUGE_PAGE, HUGE_PAGE),
			by_file = m.mapping(8 * HUGE_PAGE, 2 * HUGE_PAGE, HUGE_PAGE),
			again = m.mapping(0, HUGE_PAGE);

		by_va.flags = RW;
		ASSERT_EQ(plx_iova_batch_map(b, &by_va), 0);
		ASSERT_EQ(plx_iova_batch_map(b, &by_file), 0);
		ASSERT_EQ(plx_iova_batch_unmap(b, m.iova(0), 4 * HUGE_PAGE), 0);
		ASSERT_EQ(plx_iova_batch_map(b, &again), 0);
	});
}

/* What comes from a window that another space shares. */
TEST_P(Inject, windows)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping whole = m.mapping(0, m.len, HUGE_PAGE);
	plx_iova_space *beside;
	plx_iova_window *w;

	open_beside(&beside);
	ASSERT_EQ(plx_iova_window_open(s, &whole, &w), 0);
	ASSERT_EQ(plx_iova_window_add(w, 0, m.len), 0);
	ASSERT_EQ(map_window(beside, w, 0, m.len), 0);
	pinned_before = raw_pinned_kb(s);
	for_each_failure([&] {
		ASSERT_EQ(map_window(s, w, 0, 2 * HUGE_PAGE), 0);
		EXPECT_EQ(pinned(), 0u);
	}, [&](plx_iova_batch *b) {
		ASSERT_EQ(plx_iova_batch_map_window(b, w, 4 * HUGE_PAGE, 4 * HUGE_PAGE), 0);
		ASSERT_EQ(plx_iova_batch_unmap(b, m.iova(0), 2 * HUGE_PAGE), 0);
		ASSERT_EQ(plx_iova_batch_map_window(b, w, 0, HUGE_PAGE), 0);
	});
	close_beside(beside);
	EXPECT_EQ(plx_iova_window_close(w), 0);
}

/* The same file in two spaces. */
TEST_P(Inject, shared_pages)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len, 4 * HUGE_PAGE), half = all;
	plx_iova_space *beside;

	half.len /= 2;
	open_beside(&beside);
	ASSERT_EQ(plx_iova_map(beside, &all), 0);
	pinned_before = raw_pinned_kb(s);
	for_each_failure([&] {
		ASSERT_EQ(plx_iova_map(s, &half), 0);
		EXPECT_EQ(pinned(), 0u);
	}, [&](plx_iova_batch *b) {
		plx_iova_mapping rest = m.mapping(half.len, half.len, half.len);

		ASSERT_EQ(plx_iova_batch_map(b, &rest), 0);
		ASSERT_EQ(plx_iova_batch_unmap(b, half.iova, half.len), 0);
		rest = m.mapping(0, 2 * HUGE_PAGE);
		ASSERT_EQ(plx_iova_batch_map(b, &rest), 0);
	});
	close_beside(beside);
}

} // namespace
