/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages in advance, by several threads, and what is told about it meanwhile. */
#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <eal_private.h>

#include "eal_env.h"

namespace {

constexpr size_t MB = 1 << 20;

class Populate : public testing::TestWithParam<size_t> {
protected:
	/* @len bytes of address space on a file of @file_len. */
	void map(size_t map_len, size_t file_len)
	{
		fd = memfd_create("populate", MFD_CLOEXEC);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(ftruncate(fd, static_cast<off_t>(file_len)), 0);
		addr = mmap(nullptr, map_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		ASSERT_NE(addr, MAP_FAILED);
		len = map_len;
	}

	size_t pages()
	{
		std::vector<unsigned char> in_core(len / 4096);

		EXPECT_EQ(mincore(addr, len, in_core.data()), 0);
		return static_cast<size_t>(std::count_if(in_core.begin(), in_core.end(),
			[](unsigned char c) { return c & 1; }));
	}

	void TearDown() override
	{
		munmap(addr, len);
		close(fd);
	}

	eal_memory mem = {};
	void *addr = nullptr;
	size_t len = 0;
	int fd = -1;
};

TEST_P(Populate, AllPagesAreThere)
{
	map(GetParam(), GetParam());
	EXPECT_EQ(pages(), 0u);
	EXPECT_EQ(eal_populate(&mem, addr, len, 4096), 0);
	EXPECT_EQ(pages(), len / 4096);
}

/* Pages that can't be had are an errno for the caller, whichever thread found out. */
TEST_P(Populate, ShortageIsAnErrno)
{
	map(GetParam(), GetParam() - 4096);
	EXPECT_EQ(eal_populate(&mem, addr, len, 4096), -ENOMEM);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Populate, testing::Values(8192, MB, 64 * MB, 100 * MB + 4096));

TEST(Progress, QuietForASecondThenEveryFewSeconds)
{
	constexpr uint64_t S = 1000000000;
	eal_progress p;

	testing::internal::CaptureStderr();
	eal_progress_begin(&p, 1000 * MB, 5 * S);
	p.terminal = false;
	eal_progress_add(&p, 100 * MB, 5 * S + S / 2);
	eal_progress_add(&p, 100 * MB, 6 * S + 1);
	eal_progress_add(&p, 100 * MB, 7 * S);
	eal_progress_add(&p, 100 * MB, 12 * S);
	eal_progress_add(&p, 600 * MB, 20 * S);	/* the end needs no line */
	eal_progress_end(&p);
	EXPECT_EQ(testing::internal::GetCapturedStderr(),
		"MEM: 200 of 1000 MiB populated\nMEM: 400 of 1000 MiB populated\n");
}

TEST(Progress, OneLineOnATerminal)
{
	constexpr uint64_t S = 1000000000;
	eal_progress p;

	testing::internal::CaptureStderr();
	eal_progress_begin(&p, 100 * MB, 0);
	p.terminal = true;
	for (int i = 1; i <= 4; i++)
		eal_progress_add(&p, 25 * MB, static_cast<uint64_t>(i) * S);
	eal_progress_end(&p);
	EXPECT_EQ(testing::internal::GetCapturedStderr(), "\rMEM: 25 of 100 MiB populated"
		"\rMEM: 50 of 100 MiB populated\rMEM: 75 of 100 MiB populated"
		"\rMEM: 100 of 100 MiB populated\n");
}

} // namespace
