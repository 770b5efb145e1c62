/* SPDX-License-Identifier: BSD-3-Clause */
/* Spaces: requests alone, attaching and detaching, windows, look-ups. */
#include <thread>

#include "test_iova_fake.h"

namespace {

INSTANTIATE_TEST_SUITE_P(Backends, Space, testing::Values(&open_ops, &late_ops),
	[](const auto &info) { return std::string(info.param->name); });

TEST_P(Space, RefusesBeforeTheKernelIsAsked)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	ASSERT_EQ(map(0x100000, 4 * PAGE), 0);
	int calls = f->calls;

	EXPECT_EQ(map(0x200000, 0), -EINVAL);
	EXPECT_EQ(map(0x200001, PAGE), -EINVAL);
	EXPECT_EQ(map(0x200000, PAGE + 1), -EINVAL);
	EXPECT_EQ(map(UINT64_MAX - PAGE + 1, 2 * PAGE), -EINVAL);
	plx_iova_mapping no_flags = { 0x200000, PAGE, nullptr, 0, -1, 0, 0 };
	EXPECT_EQ(plx_iova_map(s, &no_flags), -EINVAL);
	plx_iova_mapping odd_va = { 0x200000, PAGE, reinterpret_cast<void *>(8), PLX_IOVA_READ,
		-1, 0, 0 };
	EXPECT_EQ(plx_iova_map(s, &odd_va), -EINVAL);
	/* the hole for interrupts, and what lies beyond the IOMMU's width */
	EXPECT_EQ(map(0xfee00000, PAGE), -ERANGE);
	EXPECT_EQ(map(0xfedff000, 2 * PAGE), -ERANGE);
	EXPECT_EQ(map(1ull << 39, PAGE), -ERANGE);
	EXPECT_EQ(map((1ull << 39) - PAGE, 2 * PAGE), -ERANGE);
	/* overlaps: same, inside, both ends, around */
	EXPECT_EQ(map(0x100000, 4 * PAGE), -EEXIST);
	EXPECT_EQ(map(0x101000, PAGE), -EEXIST);
	EXPECT_EQ(map(0x100000 - PAGE, 2 * PAGE), -EEXIST);
	EXPECT_EQ(map(0x103000, 2 * PAGE), -EEXIST);
	EXPECT_EQ(map(0x0ff000, 8 * PAGE), -EEXIST);
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 0), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, UINT64_MAX, 2), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, PAGE), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, 0x101000, 3 * PAGE), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, 0x300000, PAGE), -ENOENT);
	EXPECT_EQ(f->calls, calls);
	expect_same();
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 4 * PAGE), 0);
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 4 * PAGE), -ENOENT);
	expect_same();
}

TEST_P(Space, UnmapsManyAndHolesByOneCall)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	for (uint64_t i = 0; i < 10; i += 2)
		ASSERT_EQ(map(0x100000 + i * PAGE, PAGE), 0);
	int calls = f->calls;

	EXPECT_EQ(plx_iova_unmap(s, 0x100000 - 5 * PAGE, 30 * PAGE), 0);
	EXPECT_EQ(f->calls, calls + 1);
	expect_same();
}

TEST_P(Space, FailedMapLeavesNothing)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	f->fail_at = f->calls + 1;
	f->error = -ENOMEM;
	EXPECT_EQ(map(0x100000, PAGE), -ENOMEM);
	expect_same();
	EXPECT_EQ(map(0x100000, PAGE), 0);
	expect_same();
}

TEST_P(Space, FailedUnmapKeepsAll)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	ASSERT_EQ(map(0x100000, PAGE), 0);
	f->fail_at = f->calls + 1;
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, PAGE), -EIO);
	expect_same();
}

TEST_P(Space, ShortUnmapIsTold)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	ASSERT_EQ(map(0x100000, 2 * PAGE), 0);
	f->short_unmap = true;
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 2 * PAGE), -EIO);
}

TEST_P(Space, KeepsMappingsOverTheLastDetach)
{
	ASSERT_EQ(map(0x100000, PAGE), 0);
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	expect_same();
	ASSERT_EQ(map(0x200000, PAGE), 0);
	ASSERT_EQ(plx_iova_attach(s, 1), 0);
	ASSERT_EQ(plx_iova_detach(s, 0), 0);
	expect_same();
	ASSERT_EQ(plx_iova_detach(s, 1), 0);
	ASSERT_EQ(plx_iova_unmap(s, 0x100000, PAGE), 0);
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	expect_same();
	EXPECT_EQ(plx_iova_detach(s, 0), 0);
	EXPECT_EQ(plx_iova_detach(s, 0), -ENOENT);
}

/* Whichever call of an attach fails: the device is out again and the kernel has nothing of it. */
TEST_P(Space, FailedAttachIsUndone)
{
	ASSERT_EQ(map(0x100000, PAGE), 0);
	ASSERT_EQ(map(0x200000, PAGE), 0);
	int needed = f->calls;
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	needed = f->calls - needed;
	ASSERT_EQ(plx_iova_detach(s, 0), 0);
	f->ranges = { { PAGE, 0x7fffffff } };	/* the next device reaches less */
	for (int i = 1; i <= needed; i++) {
		f->fail_at = f->calls + i;
		EXPECT_EQ(plx_iova_attach(s, 0), -EIO) << i;
		EXPECT_EQ(f->attached, 0) << i;
		EXPECT_EQ(s->stats.attached, 0u) << i;
		plx_iova_range r[2];
		ASSERT_EQ(plx_iova_windows(s, r, 2, nullptr), 2u) << i;
		EXPECT_EQ(r[1].last, (1ull << 39) - 1) << i;
		expect_same();
	}
	f->fail_at = 0;
	EXPECT_EQ(plx_iova_attach(s, 0), 0);
	expect_same();
}

/* A space that waits for its device keeps what the device then can't reach out of the kernel. */
TEST_P(Space, AttachRefusesWhatTheDeviceCantReach)
{
	if (GetParam()->open_maps)
		return;		/* there the kernel itself refuses: EADDRINUSE */
	ASSERT_EQ(map(1ull << 40, PAGE), 0);
	EXPECT_EQ(plx_iova_attach(s, 0), -EADDRINUSE);
	EXPECT_EQ(f->attached, 0);
	EXPECT_EQ(plx_iova_windows(s, nullptr, 0, nullptr), 1u);	/* all of it, as before */
	expect_same();
}

TEST_P(Space, WindowsAndLookup)
{
	plx_iova_range r[4];
	plx_iova_mapping m;
	uint64_t alignment;

	EXPECT_EQ(plx_iova_windows(s, r, 4, &alignment), 1u);
	EXPECT_EQ(r[0].last, UINT64_MAX);
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	EXPECT_EQ(plx_iova_windows(s, nullptr, 0, nullptr), 2u);
	EXPECT_EQ(plx_iova_windows(s, r, 4, &alignment), 2u);
	EXPECT_EQ(alignment, PAGE);
	EXPECT_EQ(r[1].start, 0xfef00000u);
	ASSERT_EQ(map(0x100000, 2 * PAGE), 0);
	EXPECT_EQ(plx_iova_lookup(s, 0x101fff, &m), 0);
	EXPECT_EQ(m.iova, 0x100000u);
	EXPECT_EQ(plx_iova_lookup(s, 0x102000, &m), -ENOENT);
	EXPECT_EQ(plx_iova_lookup(s, 0x0fffff, &m), -ENOENT);
	EXPECT_EQ(plx_iova_walk(s, [](const plx_iova_mapping *, void *) { return 7; }, nullptr), 7);
	EXPECT_EQ(plx_iova_space_close(s), -EBUSY);
}

/* Which hole a range runs into, whole and from window to window. */
TEST_P(Space, HolesAreNamed)
{
	const uint64_t top = 1ull << 39, low = 0xfee00000, high = 0xfef00000;
	struct {
		uint64_t iova, len;
		int want;
		plx_iova_range hole;
	} const cases[] = {
		{ PAGE, PAGE, 0, { 1, 1 } },
		{ low - PAGE, PAGE, 0, { 1, 1 } },
		{ high, top - high, 0, { 1, 1 } },
		{ 0, PAGE, -ERANGE, { 0, PAGE - 1 } },
		{ 0, low, -ERANGE, { 0, PAGE - 1 } },
		{ low - 1, 2, -ERANGE, { low, high - 1 } },
		{ low, 1, -ERANGE, { low, high - 1 } },
		{ low + PAGE, PAGE, -ERANGE, { low, high - 1 } },
		{ high - 1, 2, -ERANGE, { low, high - 1 } },
		{ PAGE, top, -ERANGE, { low, high - 1 } },
		{ top - 1, 2, -ERANGE, { top, UINT64_MAX } },
		{ UINT64_MAX, 1, -ERANGE, { top, UINT64_MAX } },
		{ PAGE, 0, -EINVAL, { 1, 1 } },
		{ UINT64_MAX, 2, -EINVAL, { 1, 1 } },
	};
	plx_iova_range hole;

	EXPECT_EQ(plx_iova_windows_hole(s, 0, UINT64_MAX, &hole), 0);
	f->ranges[0].start = PAGE;
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	for (const auto &c : cases) {
		hole = { 1, 1 };
		SCOPED_TRACE(testing::Message() << std::hex << c.iova << " " << c.len);
		EXPECT_EQ(plx_iova_windows_hole(s, c.iova, c.len, &hole), c.want);
		EXPECT_EQ(hole.start, c.hole.start);
		EXPECT_EQ(hole.last, c.hole.last);
	}
}

/* Of windows that touch, one range can have parts; a device may reach nothing at all. */
TEST_P(Space, WindowsThatTouchAndNone)
{
	plx_iova_range hole;

	f->ranges = { { 0, 0xffff }, { 0x10000, 0x1ffff } };
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	EXPECT_EQ(map(0xf000, 2 * PAGE), 0);
	EXPECT_EQ(plx_iova_windows_hole(s, 0xf000, 0x11001, &hole), -ERANGE);
	EXPECT_EQ(hole.start, 0x20000u);
	f->ranges = {};
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	EXPECT_EQ(plx_iova_windows_hole(s, PAGE, PAGE, &hole), -ERANGE);
	EXPECT_EQ(hole.start, 0u);
	EXPECT_EQ(hole.last, UINT64_MAX);
}

/* Threads on ranges of their own, for ThreadSanitizer too. */
TEST_P(Space, ThreadsMapAndUnmap)
{
	std::vector<std::thread> threads;

	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	for (uint64_t t = 0; t < 4; t++)
		threads.emplace_back([this, t] {
			uint64_t base = (t + 1) << 24;
			plx_iova_mapping m;

			for (int i = 0; i < 500; i++) {
				ASSERT_EQ(map(base, PAGE), 0);
				ASSERT_EQ(plx_iova_lookup(s, base, &m), 0);
				ASSERT_EQ(plx_iova_unmap(s, base, PAGE), 0);
			}
		});
	for (auto &t : threads)
		t.join();
	expect_same();
}

TEST(Open, WrongFilesAreRefused)
{
	plx_iova_space *s;

	EXPECT_EQ(plx_iova_space_open_iommufd(0x7fff0000, &s), -EBADF);
	EXPECT_EQ(plx_iova_space_open_type1(0x7fff0000, &s), -EBADF);
}

} // namespace
