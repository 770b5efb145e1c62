/* SPDX-License-Identifier: BSD-3-Clause */
/* What lib/iova refuses on the real kernel: the documented error, and nothing has changed. */
#include "iova_real.h"

namespace {

class Refused : public Real {
protected:
	/* @kernel_asked: only the kernel can know. */
	void expect_refused(const plx_iova_mapping &m, int error, bool kernel_asked = false)
	{
		State before = state();
		uint64_t asked = calls();

		EXPECT_EQ(plx_iova_map(s, &m), error);
		EXPECT_EQ(state(), before);
		if (!kernel_asked) {
			EXPECT_EQ(calls(), asked);
		}
	}

	void expect_no_unmap(uint64_t iova, uint64_t len, int error)
	{
		State before = state();
		uint64_t asked = calls();

		EXPECT_EQ(plx_iova_unmap(s, iova, len), error);
		EXPECT_EQ(state(), before);
		EXPECT_EQ(calls(), asked);
	}
};

INSTANTIATE_TEST_SUITE_P(Backends, Refused, testing::Values("iommufd", "type1"),
	[](const testing::TestParamInfo<const char *> &info) { return std::string(info.param); });

TEST_P(Refused, overlap_and_bad_arguments)
{
	Memory m(4 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, 2 * HUGE_PAGE), bad;

	ASSERT_EQ(plx_iova_map(s, &all), 0);
	expect_refused(all, -EEXIST);
	expect_refused(m.mapping(HUGE_PAGE, 2 * HUGE_PAGE), -EEXIST);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE);
	bad.iova += 512;
	expect_refused(bad, -EINVAL);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE + 512);
	expect_refused(bad, -EINVAL);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE);
	bad.va = static_cast<char *>(bad.va) + 512;
	expect_refused(bad, -EINVAL);
	expect_refused(m.mapping(2 * HUGE_PAGE, 0), -EINVAL);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE);
	bad.iova = UINT64_MAX - PAGE + 1;
	expect_refused(bad, -EINVAL);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE);
	bad.flags &= ~RW;
	expect_refused(bad, -EINVAL);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE);
	bad.granule = 3 * PAGE;
	expect_refused(bad, -EINVAL);
	bad = m.mapping(2 * HUGE_PAGE, HUGE_PAGE);
	bad.fd = -1;
	expect_refused(bad, -EBADF);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
}

TEST_P(Refused, removals_of_nothing_of_a_part_and_twice)
{
	Memory m(4 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, 2 * HUGE_PAGE);

	ASSERT_EQ(plx_iova_map(s, &all), 0);
	expect_no_unmap(m.iova(2 * HUGE_PAGE), HUGE_PAGE, -ENOENT);
	expect_no_unmap(m.iova(0), HUGE_PAGE, -EINVAL);
	expect_no_unmap(m.iova(HUGE_PAGE), 2 * HUGE_PAGE, -EINVAL);
	expect_no_unmap(m.iova(0), 0, -EINVAL);
	expect_no_unmap(UINT64_MAX - PAGE + 1, 2 * PAGE, -EINVAL);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	expect_no_unmap(all.iova, all.len, -ENOENT);
}

/* At the border of each window, and in each hole between two. */
TEST_P(Refused, addresses_outside_of_the_windows)
{
	Memory m(HUGE_PAGE);
	std::vector<plx_iova_range> w = windows();
	plx_iova_mapping page = m.mapping(0, PAGE);

	ASSERT_FALSE(w.empty());
	for (size_t i = 0; i < w.size(); i++) {
		page.iova = w[i].last - PAGE + 1;
		SCOPED_TRACE(testing::Message() << "window up to 0x" << std::hex << w[i].last);
		page.len = PAGE;
		ASSERT_EQ(plx_iova_map(s, &page), 0);
		ASSERT_EQ(plx_iova_unmap(s, page.iova, PAGE), 0);
		if (w[i].last == UINT64_MAX)
			continue;
		page.len = 2 * PAGE;
		expect_refused(page, -ERANGE);
		page.iova = w[i].last + 1;
		page.len = PAGE;
		expect_refused(page, -ERANGE);
		if (i + 1 == w.size())
			continue;
		page.iova = w[i + 1].start - PAGE;
		page.len = 2 * PAGE;
		expect_refused(page, -ERANGE);
		page.iova = w[i + 1].start;
		page.len = PAGE;
		ASSERT_EQ(plx_iova_map(s, &page), 0);
		ASSERT_EQ(plx_iova_unmap(s, page.iova, PAGE), 0);
	}
}

/* The kernel must say so, and what the batch did before is undone. */
TEST_P(Refused, memory_that_is_not_there)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping old = m.mapping(0, 2 * HUGE_PAGE), good = m.mapping(2 * HUGE_PAGE, HUGE_PAGE),
		foreign = m.mapping(0, HUGE_PAGE);
	plx_iova_batch *b;

	foreign.flags = RW;
	foreign.iova = m.iova(16 * HUGE_PAGE);
	foreign.va = m.at(16 * HUGE_PAGE);
	expect_refused(foreign, -EFAULT, true);

	ASSERT_EQ(plx_iova_map(s, &old), 0);
	State before = state();
	b = plx_iova_batch_begin(s);
	ASSERT_EQ(plx_iova_batch_map(b, &good), 0);
	ASSERT_EQ(plx_iova_batch_unmap(b, old.iova, old.len), 0);
	foreign.iova = old.iova;	/* waits for the removal, and then fails */
	ASSERT_EQ(plx_iova_batch_map(b, &foreign), 0);
	EXPECT_EQ(plx_iova_batch_commit(b), -EFAULT);
	EXPECT_EQ(state(), before);
	ASSERT_EQ(plx_iova_unmap(s, old.iova, old.len), 0);
	EXPECT_EQ(pinned(), 0u);
}

TEST_P(Refused, writing_to_memory_that_is_read_only)
{
	Memory m(HUGE_PAGE);
	plx_iova_mapping page = m.mapping(0, HUGE_PAGE);

	page.flags = RW;
	ASSERT_EQ(mprotect(m.va, m.len, PROT_READ), 0);
	expect_refused(page, -EFAULT, true);
	page.flags = PLX_IOVA_READ;
	ASSERT_EQ(plx_iova_map(s, &page), 0);
	ASSERT_EQ(plx_iova_unmap(s, page.iova, page.len), 0);
}

/* It must not be done, and yet the removal works and gives the pages back. */
TEST_P(Refused, munmap_before_unmap_leaves_the_pages_to_the_device)
{
	plx_iova_mapping all;

	{
		Memory m(4 * HUGE_PAGE);

		all = m.mapping(0, m.len);
		ASSERT_EQ(plx_iova_map(s, &all), 0);
	}
	EXPECT_EQ(raw_hugepages_free(), free_before - 4);
	EXPECT_EQ(pinned(), 4 * HUGE_PAGE);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);
	EXPECT_EQ(raw_hugepages_free(), free_before);
}

TEST_P(Refused, closing_a_space_in_use)
{
	State before = state();

	EXPECT_EQ(plx_iova_space_close(s), -EBUSY);
	EXPECT_EQ(state(), before);
}

/* Only with vfio_iommu_type1.dma_entry_limit=64 on the kernel's command line. */
TEST_P(Refused, more_mappings_than_the_kernel_takes)
{
	Memory m(65 * HUGE_PAGE);
	plx_iova_mapping all = m.mapping(0, m.len, HUGE_PAGE);

	if (stats().entries_left != 64)
		GTEST_SKIP() << "the kernel takes " << stats().entries_left;
	expect_refused(all, -ENOSPC);
	all.granule = 64 * MIB;	/* fewer and larger ones fit */
	ASSERT_EQ(plx_iova_map(s, &all), 0);
	EXPECT_EQ(stats().entries_left, 64 - stats().extents);
	EXPECT_EQ(pinned(), m.len);
	ASSERT_EQ(plx_iova_unmap(s, all.iova, all.len), 0);

	/* To the last one, and a swap of all when none is left. */
	all = m.mapping(0, 64 * HUGE_PAGE, HUGE_PAGE);
	ASSERT_EQ(plx_iova_map(s, &all), 0);
	EXPECT_EQ(stats().entries_left, 0u);
	expect_refused(m.mapping(64 * HUGE_PAGE, HUGE_PAGE), -ENOSPC);
	plx_iova_batch *b = plx_iova_batch_begin(s);
	plx_iova_mapping last = m.mapping(64 * HUGE_PAGE, HUGE_PAGE);
	ASSERT_EQ(plx_iova_batch_map(b, &last), 0);
	ASSERT_EQ(plx_iova_batch_unmap(b, m.iova(0), HUGE_PAGE), 0);
	EXPECT_EQ(plx_iova_batch_commit(b), 0);
	ASSERT_EQ(plx_iova_unmap(s, m.iova(0), m.len), 0);
}

} // namespace
