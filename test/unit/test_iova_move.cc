/* SPDX-License-Identifier: BSD-3-Clause */
/* A device moves from one space to another one, or stays where it was. */
#include "test_iova_fake.h"

namespace {

class Move : public testing::Test {
protected:
	void SetUp() override
	{
		from = open_fake(&open_ops);
		to = open_fake(&open_ops, from);
		ASSERT_EQ(plx_iova_attach(&from->space, 7), 0);
	}

	void TearDown() override
	{
		for (Fake *f : { to, from }) {	/* whose lock is the one of both */
			f->fail_at = 0;
			while (f->space.stats.attached > 0)
				ASSERT_EQ(plx_iova_detach(&f->space, 7), 0);
			ASSERT_EQ(plx_iova_space_close(&f->space), 0);
		}
	}

	/* Devices that the space counts, and the first window that it has. */
	static void expect(Fake *f, unsigned int attached, uint64_t last)
	{
		plx_iova_range range = { 1, 1 };

		EXPECT_EQ(f->space.stats.attached, attached);
		EXPECT_GE(plx_iova_windows(&f->space, &range, 1, nullptr), 1u);
		EXPECT_EQ(range.last, last);
	}

	Fake *from, *to;
};

constexpr uint64_t LOW = 0xfedfffff;

TEST_F(Move, BothSpacesKnow)
{
	from->ranges = { { 0, UINT64_MAX } };	/* what is left when the device has gone */
	EXPECT_EQ(plx_iova_move(&from->space, &to->space, 7), 0);
	expect(from, 0, UINT64_MAX);
	expect(to, 1, LOW);
}

TEST_F(Move, RefusedByTheKernelItStays)
{
	to->fail_at = to->calls + 1;
	to->error = -EADDRINUSE;
	EXPECT_EQ(plx_iova_move(&from->space, &to->space, 7), -EADDRINUSE);
	expect(from, 1, LOW);
	expect(to, 0, UINT64_MAX);
}

TEST_F(Move, WithoutWindowsItGoesBack)
{
	int calls = from->calls;

	to->fail_at = to->calls + 2;	/* the attach works, reading the windows does not */
	EXPECT_EQ(plx_iova_move(&from->space, &to->space, 7), -EIO);
	EXPECT_EQ(from->calls, calls + 1) << "it was not attached again";
	expect(from, 1, LOW);
	expect(to, 0, UINT64_MAX);
}

/* That the old space could not be asked again is no failure: it stays as narrow as it was. */
TEST_F(Move, OldWindowsStayIfTheyCannotBeRead)
{
	from->fail_at = from->calls + 1;
	EXPECT_EQ(plx_iova_move(&from->space, &to->space, 7), 0);
	expect(from, 0, LOW);
	expect(to, 1, LOW);
}

TEST_F(Move, WhatCannotBeMoved)
{
	Fake *stranger = open_fake(&open_ops);

	EXPECT_EQ(plx_iova_move(&from->space, &from->space, 7), -EINVAL);
	EXPECT_EQ(plx_iova_move(&from->space, &stranger->space, 7), -EINVAL);
	EXPECT_EQ(plx_iova_move(&stranger->space, &from->space, 7), -EINVAL);
	EXPECT_EQ(plx_iova_move(&to->space, &from->space, 7), -ENOENT);
	expect(from, 1, LOW);
	EXPECT_EQ(plx_iova_keep_tables(&from->space, 1), -ENOTSUP);
	EXPECT_EQ(plx_iova_space_close(&stranger->space), 0);
}

TEST_F(Move, WindowsAreReadAgain)
{
	from->ranges = { { 0, 0xffff } };
	EXPECT_EQ(plx_iova_windows_update(&from->space), 0);
	expect(from, 1, 0xffff);
	from->fail_at = from->calls + 1;
	EXPECT_EQ(plx_iova_windows_update(&from->space), -EIO);
	expect(from, 1, 0xffff);
}

} // namespace
