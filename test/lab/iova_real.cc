/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/iova on the real kernel: what is mapped is what a device sees. */
#include "iova_edu.h"

namespace {

INSTANTIATE_TEST_SUITE_P(Backends, Real, testing::Values("iommufd", "type1"),
	[](const testing::TestParamInfo<const char *> &info) { return std::string(info.param); });

TEST_P(Real, a_map_and_an_unmap_are_a_call_each)
{
	Memory m(64 * MIB);
	plx_iova_mapping all = m.mapping(0, m.len), found;

	ASSERT_EQ(plx_iova_map(s, &all), 0);
	EXPECT_EQ(calls(), 1u);
	EXPECT_EQ(pinned(), m.len);
	EXPECT_EQ(plx_iova_check(s, all.iova, m.len), 0);
	EXPECT_EQ(plx_iova_lookup(s, all.iova + m.len - 1, &found), 0);
	EXPECT_EQ(found.va, m.va);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, m.len), 0);
	EXPECT_EQ(calls(), 2u);
	EXPECT_EQ(pinned(), 0u);
}

TEST_P(Real, granules_go_one_by_one_and_in_runs)
{
	Memory m(16 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len, HUGE_PAGE);

	ASSERT_EQ(plx_iova_map(s, &all), 0);
	EXPECT_EQ(stats().extents, 16u);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(5 * HUGE_PAGE), HUGE_PAGE), 0);
	EXPECT_EQ(pinned(), 15 * HUGE_PAGE);
	EXPECT_EQ(plx_iova_unmap(s, m.iova(6 * HUGE_PAGE), HUGE_PAGE / 2), -EINVAL);
	EXPECT_EQ(pinned(), 15 * HUGE_PAGE);

	uint64_t before = calls();
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), m.len), 0);
	EXPECT_EQ(calls(), before + 1);
	EXPECT_EQ(pinned(), 0u);
}

TEST_P(Real, neighbours_in_a_batch_grow_together_up_to_the_granule)
{
	Memory m(16 * HUGE_PAGE);
	plx_iova_batch *b = plx_iova_batch_begin(s);

	for (uint64_t at = m.len; at > 0; at -= HUGE_PAGE) {
		plx_iova_mapping page = m.mapping(at - HUGE_PAGE, HUGE_PAGE, 8 * HUGE_PAGE);

		ASSERT_EQ(plx_iova_batch_map(b, &page), 0);
	}
	ASSERT_EQ(plx_iova_batch_commit(b), 0);
	EXPECT_EQ(calls(), 2u);
	EXPECT_EQ(pinned(), m.len);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(8 * HUGE_PAGE), 8 * HUGE_PAGE), 0);
	EXPECT_EQ(pinned(), m.len / 2);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), 8 * HUGE_PAGE), 0);
}

TEST_P(Real, a_run_of_a_window_is_one_call_and_each_granule_can_go)
{
	Memory m(16 * HUGE_PAGE, 8 * HUGE_PAGE);
	plx_iova_mapping whole = m.mapping(0, m.len, HUGE_PAGE);
	plx_iova_window *w;

	ASSERT_EQ(plx_iova_window_open(s, &whole, &w), 0);
	EXPECT_EQ(pinned(), 0u);
	EXPECT_EQ(map_window(s, w, 0, HUGE_PAGE), -ENOENT);
	ASSERT_EQ(plx_iova_window_add(w, 0, 8 * HUGE_PAGE), 0);
	EXPECT_EQ(map_window(s, w, 4 * HUGE_PAGE, 8 * HUGE_PAGE), -ENOENT);
	EXPECT_EQ(calls(), 0u);
	ASSERT_EQ(map_window(s, w, 0, 8 * HUGE_PAGE), 0);
	EXPECT_EQ(calls(), iommufd() ? 1u : 8u);
	EXPECT_EQ(pinned(), 8 * HUGE_PAGE);
	for (uint64_t i : { 3, 0, 7, 4 })
		ASSERT_EQ(plx_iova_unmap(s, m.iova(i * HUGE_PAGE), HUGE_PAGE), 0);
	EXPECT_EQ(pinned(), 4 * HUGE_PAGE);
	EXPECT_EQ(plx_iova_window_close(w), -EBUSY);

	uint64_t before = calls();
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), m.len), 0);
	EXPECT_EQ(calls(), before + 1);
	EXPECT_EQ(pinned(), 0u);
	EXPECT_EQ(plx_iova_window_close(w), 0);
}

/* The hazard of shared pages: what a space still maps may not be replaced. */
TEST_P(Real, new_memory_is_refused_while_the_old_is_mapped_and_seen_by_the_device_later)
{
	Memory m(4 * HUGE_PAGE);
	plx_iova_mapping whole = m.mapping(0, m.len, HUGE_PAGE);
	plx_iova_window *w;
	Edu edu(dev, bdf[0].c_str(), iommufd());

	ASSERT_EQ(plx_iova_window_open(s, &whole, &w), 0);
	ASSERT_EQ(plx_iova_window_add(w, 0, m.len), 0);
	ASSERT_EQ(map_window(s, w, 0, m.len), 0);
	m.fill(HUGE_PAGE, HUGE_PAGE, 0x11);
	ASSERT_TRUE(edu.copy(m.iova(0), m.iova(HUGE_PAGE), PAGE));
	EXPECT_EQ(memcmp(m.at(0), m.at(HUGE_PAGE), PAGE), 0);

	EXPECT_EQ(plx_iova_window_remove(w, HUGE_PAGE, HUGE_PAGE), -EBUSY);
	EXPECT_EQ(plx_iova_window_add(w, HUGE_PAGE, HUGE_PAGE), -EEXIST);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(HUGE_PAGE), HUGE_PAGE), 0);
	ASSERT_EQ(plx_iova_window_remove(w, HUGE_PAGE, HUGE_PAGE), 0);
	EXPECT_EQ(map_window(s, w, HUGE_PAGE, HUGE_PAGE), -ENOENT);

	long had = raw_hugepages_free();
	m.punch(HUGE_PAGE, HUGE_PAGE);
	EXPECT_EQ(raw_hugepages_free(), had + 1);	/* nobody holds the old page */
	m.fill(HUGE_PAGE, HUGE_PAGE, 0x22);
	ASSERT_EQ(plx_iova_window_add(w, HUGE_PAGE, HUGE_PAGE), 0);
	ASSERT_EQ(map_window(s, w, HUGE_PAGE, HUGE_PAGE), 0);
	ASSERT_TRUE(edu.copy(m.iova(0), m.iova(HUGE_PAGE), PAGE));
	EXPECT_EQ(*m.at(0), 0x22);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), m.len), 0);
	EXPECT_EQ(plx_iova_window_close(w), 0);
}

/* Once while all others come and go: a fault would also be in the kernel's log. */
TEST_P(Real, a_device_works_on_while_its_neighbours_come_and_go)
{
	Memory m(16 * HUGE_PAGE);
	plx_iova_mapping mine = m.mapping(0, HUGE_PAGE), others = m.mapping(HUGE_PAGE, m.len - HUGE_PAGE,
		HUGE_PAGE);
	Edu edu(dev, bdf[0].c_str(), iommufd());

	ASSERT_EQ(plx_iova_map(s, &mine), 0);
	for (int i = 1; i < 4; i++) {
		ASSERT_EQ(plx_iova_map(s, &others), 0);
		memset(m.at(0), i, PAGE);
		ASSERT_TRUE(edu.copy(m.iova(PAGE), m.iova(0), PAGE));
		EXPECT_EQ(*m.at(PAGE), i);
		ASSERT_EQ(plx_iova_unmap(s, others.iova, others.len), 0);
		ASSERT_TRUE(edu.copy(m.iova(2 * PAGE), m.iova(PAGE), PAGE));
		EXPECT_EQ(*m.at(2 * PAGE), i);
	}
	ASSERT_EQ(plx_iova_unmap(s, mine.iova, mine.len), 0);
}

TEST_P(Real, spaces_share_what_is_pinned)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len);
	plx_iova_space *beside;

	ASSERT_EQ(plx_iova_space_open_beside(s, &beside), 0);
	int other = raw_attach(beside, bdf[1].c_str());
	ASSERT_GE(other, 0) << strerror(-other);
	ASSERT_EQ(plx_iova_map(s, &all), 0);
	ASSERT_EQ(plx_iova_map(beside, &all), 0);
	EXPECT_EQ(pinned(), iommufd() ? m.len : 2 * m.len);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	EXPECT_EQ(pinned(), m.len);
	ASSERT_EQ(plx_iova_map(s, &all), 0);
	ASSERT_EQ(plx_iova_unmap(beside, all.iova, all.len), 0);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	EXPECT_EQ(pinned(), 0u);
	EXPECT_EQ(raw_detach(beside, other), 0);
	EXPECT_EQ(plx_iova_space_close(beside), 0);
}

/* Charged again, and then gone without a trace: neither space's pins hold up the other's pages. */
TEST_P(Real, spaces_pin_on_their_own_if_they_are_told_to)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len), own = all;
	plx_iova_space *beside;
	plx_iova_stats st;

	own.flags |= PLX_IOVA_OWN_PINS;
	ASSERT_EQ(plx_iova_space_open_beside(s, &beside), 0);
	int other = raw_attach(beside, bdf[1].c_str());
	ASSERT_GE(other, 0) << strerror(-other);
	ASSERT_EQ(plx_iova_map(s, &all), 0);
	ASSERT_EQ(plx_iova_map(beside, &own), 0);
	EXPECT_EQ(pinned(), 2 * m.len);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	EXPECT_EQ(pinned(), m.len);
	/* What is left can be shared again. */
	ASSERT_EQ(plx_iova_map(s, &all), 0);
	EXPECT_EQ(pinned(), iommufd() ? m.len : 2 * m.len);
	plx_iova_stats_get(beside, &st);
	EXPECT_EQ(st.calls[PLX_IOVA_CALL_COPY], 0u);
	ASSERT_EQ(plx_iova_unmap(beside, all.iova, all.len), 0);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	EXPECT_EQ(pinned(), 0u);
	EXPECT_EQ(raw_detach(beside, other), 0);
	EXPECT_EQ(plx_iova_space_close(beside), 0);
}

/* Replayed into a space of its own, a device reaches what the first one does, pinned once. */
TEST_P(Real, a_space_is_replayed_for_a_device_of_its_own)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping run = m.mapping(0, 6 * HUGE_PAGE, HUGE_PAGE), one = m.mapping(7 * HUGE_PAGE,
		HUGE_PAGE), refused = {}, beyond = m.mapping(6 * HUGE_PAGE, PAGE);
	plx_iova_range hole;
	plx_iova_space *beside;

	ASSERT_EQ(plx_iova_map(s, &run), 0);
	ASSERT_EQ(plx_iova_map(s, &one), 0);
	ASSERT_EQ(raw_detach(s, dev), 0);
	dev = -1;
	ASSERT_EQ(plx_iova_space_open_beside(s, &beside), 0);
	int other = raw_attach(beside, bdf[0].c_str());
	ASSERT_GE(other, 0) << strerror(-other);
	ASSERT_EQ(plx_iova_replay(s, beside, nullptr), 0);
	EXPECT_EQ(raw_pinned_kb(beside), pinned_before + static_cast<long>(7 * HUGE_PAGE / KIB));
	{
		Edu edu(other, bdf[0].c_str(), iommufd());

		m.fill(7 * HUGE_PAGE, HUGE_PAGE, 0x33);
		ASSERT_TRUE(edu.copy(m.iova(0), m.iova(7 * HUGE_PAGE), PAGE));
		EXPECT_EQ(*m.at(0), 0x33);
	}
	/* One by one, as they were; then all that is left, and what can't be reached is named. */
	ASSERT_EQ(plx_iova_unmap(beside, m.iova(HUGE_PAGE), HUGE_PAGE), 0);
	ASSERT_EQ(plx_iova_unmap(beside, m.iova(0), m.len), 0);
	std::vector<plx_iova_range> w(plx_iova_windows(beside, nullptr, 0, nullptr));
	ASSERT_FALSE(w.empty());
	ASSERT_EQ(plx_iova_windows(beside, w.data(), static_cast<unsigned int>(w.size()), nullptr), w.size());
	if (w.back().last != UINT64_MAX && iommufd()) {
		/* Only a space that never had a device takes it. */
		plx_iova_space *wide;

		beyond.iova = w.back().last + 1;
		ASSERT_EQ(plx_iova_space_open_beside(s, &wide), 0);
		ASSERT_EQ(plx_iova_map(wide, &beyond), 0);
		int third = raw_attach(wide, bdf[1].c_str());
		EXPECT_EQ(third, -EADDRINUSE);
		EXPECT_EQ(plx_iova_windows_hole(wide, beyond.iova, PAGE, &hole), 0);
		EXPECT_EQ(plx_iova_replay(wide, beside, &refused), -ERANGE);
		EXPECT_EQ(refused.iova, beyond.iova);
		EXPECT_EQ(plx_iova_windows_hole(beside, beyond.iova, PAGE, &hole), -ERANGE);
		EXPECT_EQ(hole.start, w.back().last + 1);
		EXPECT_EQ(plx_iova_space_close(wide), 0);
	}
	EXPECT_EQ(raw_detach(beside, other), 0);
	EXPECT_EQ(plx_iova_space_close(beside), 0);
}

/* While one space still maps a granule the other one must not get new memory there. */
TEST_P(Real, spaces_share_a_window)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping whole = m.mapping(0, m.len, HUGE_PAGE);
	plx_iova_space *beside;
	plx_iova_window *w;

	if (!iommufd())
		GTEST_SKIP() << "a window of type1 belongs to one space";
	ASSERT_EQ(plx_iova_space_open_beside(s, &beside), 0);
	int other = raw_attach(beside, bdf[1].c_str());
	ASSERT_GE(other, 0) << strerror(-other);
	ASSERT_EQ(plx_iova_window_open(s, &whole, &w), 0);
	ASSERT_EQ(plx_iova_window_add(w, 0, m.len), 0);
	ASSERT_EQ(map_window(s, w, 0, m.len), 0);
	ASSERT_EQ(map_window(beside, w, 0, m.len), 0);
	EXPECT_EQ(pinned(), m.len);
	ASSERT_EQ(plx_iova_unmap(s, whole.iova, whole.len), 0);
	EXPECT_EQ(plx_iova_window_remove(w, 0, HUGE_PAGE), -EBUSY);
	ASSERT_EQ(plx_iova_unmap(beside, m.iova(0), HUGE_PAGE), 0);
	EXPECT_EQ(plx_iova_window_remove(w, 0, HUGE_PAGE), 0);
	EXPECT_EQ(pinned(), 7 * HUGE_PAGE);
	EXPECT_EQ(raw_detach(beside, other), 0);
	EXPECT_EQ(plx_iova_space_close(beside), 0);
	EXPECT_EQ(pinned(), 0u);
	EXPECT_EQ(plx_iova_window_close(w), 0);
}

TEST_P(Real, mappings_outlive_the_last_device)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len, HUGE_PAGE);

	ASSERT_EQ(plx_iova_map(s, &all), 0);
	ASSERT_EQ(raw_detach(s, dev), 0);
	EXPECT_EQ(pinned(), 0u);
	EXPECT_EQ(stats().extents, 8u);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), HUGE_PAGE), 0);
	dev = raw_attach(s, bdf[0].c_str());
	ASSERT_GE(dev, 0) << strerror(-dev);
	EXPECT_EQ(pinned(), 7 * HUGE_PAGE);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), m.len), 0);
}

TEST_P(Real, several_devices_share_a_space_without_calls_for_the_second)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len);

	ASSERT_EQ(plx_iova_map(s, &all), 0);
	int second = raw_attach(s, bdf[1].c_str());
	ASSERT_GE(second, 0) << strerror(-second);
	EXPECT_EQ(calls(), 1u);
	EXPECT_EQ(stats().attached, 2u);
	EXPECT_EQ(pinned(), m.len);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	EXPECT_EQ(raw_detach(s, second), 0);
}

} // namespace
