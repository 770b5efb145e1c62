/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages in advance, by several threads, and what is told about it meanwhile. */
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <eal_private.h>

#include "eal_env.h"

namespace {

constexpr size_t MB = 1 << 20;

class Populate : public testing::TestWithParam<size_t> {
protected:
	/* @map_len bytes of address space, @shift behind where a large page fits, on a file of @file_len. */
	void map(size_t map_len, size_t file_len, size_t shift = 0)
	{
		space_len = map_len + EAL_LARGE_PAGE + shift;
		space = mmap(nullptr, space_len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ASSERT_NE(space, MAP_FAILED);
		fd = memfd_create("populate", MFD_CLOEXEC);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(ftruncate(fd, static_cast<off_t>(file_len)), 0);
		auto at = reinterpret_cast<uintptr_t>(space) + EAL_LARGE_PAGE - 1;
		at = (at & ~(EAL_LARGE_PAGE - 1)) + shift;
		addr = mmap(reinterpret_cast<void *>(at), map_len, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED, fd, 0);
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

	/* Faults of this thread when it writes to every page; a sanitizer's own would be among them. */
	[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] long faults_of_writing()
	{
		rusage before, after;

		EXPECT_EQ(getrusage(RUSAGE_THREAD, &before), 0);
		for (size_t at = 0; at < len; at += 4096)
			static_cast<volatile char *>(addr)[at] = 1;
		EXPECT_EQ(getrusage(RUSAGE_THREAD, &after), 0);
		return after.ru_minflt - before.ru_minflt;
	}

	/* Bytes of the mapping that are in large pages, as the kernel tells. */
	size_t large_bytes()
	{
		std::ifstream smaps("/proc/self/smaps");
		std::ostringstream begin;
		std::string line, key;
		size_t kib = 0;

		begin << std::hex << reinterpret_cast<uintptr_t>(addr) << "-";
		while (std::getline(smaps, line) && line.rfind(begin.str(), 0) != 0)
			;
		while (std::getline(smaps, line) && line.rfind("ShmemPmdMapped:", 0) != 0)
			;
		std::istringstream(line) >> key >> kib;
		return kib << 10;
	}

	/* Can this kernel make large pages of base pages at all? Asked without the code under test. */
	bool kernel_has_large_pages()
	{
		map(EAL_LARGE_PAGE, EAL_LARGE_PAGE);
		*static_cast<volatile char *>(addr) = 0;
		bool has = madvise(addr, len, 25 /* MADV_COLLAPSE */) == 0;
		TearDown();
		return has;
	}

	void TearDown() override
	{
		EXPECT_EQ(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0), 0);
		munmap(space, space_len);
		close(fd);
	}

	eal_memory mem = {};
	void *space = nullptr, *addr = nullptr;
	size_t space_len = 0;
	size_t len = 0;
	int fd = -1;
};

TEST_P(Populate, AllPagesAreThere)
{
	map(GetParam(), GetParam());
	EXPECT_EQ(pages(), 0u);
	EXPECT_EQ(eal_populate(&mem, addr, len, 4096), 0);
	EXPECT_EQ(pages(), len / 4096);
	EXPECT_LE(faults_of_writing(), static_cast<long>(len / 4096 / 100));
}

/* Where no large page fits, and where the kernel makes none. */
TEST_P(Populate, AllPagesAreThereWithoutLargeOnes)
{
	map(GetParam(), GetParam(), 4096);
	EXPECT_EQ(eal_populate(&mem, addr, len, 4096), 0);
	EXPECT_EQ(large_bytes(), 0u);
	EXPECT_EQ(pages(), len / 4096);
	EXPECT_LE(faults_of_writing(), static_cast<long>(len / 4096 / 100));
	TearDown();
	map(GetParam(), GetParam());
	ASSERT_EQ(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	EXPECT_EQ(eal_populate(&mem, addr, len, 4096), 0);
	EXPECT_EQ(large_bytes(), 0u);
	EXPECT_EQ(pages(), len / 4096);
}

TEST_P(Populate, LargePagesAreMadeOfSmallOnes)
{
	if (!kernel_has_large_pages())
		GTEST_SKIP() << "the kernel makes no large pages of base pages";
	map(GetParam(), GetParam());
	EXPECT_EQ(eal_populate(&mem, addr, len, 4096), 0);
	EXPECT_EQ(large_bytes(), GetParam() & ~(EAL_LARGE_PAGE - 1));
}

/* Pages that can't be had are an errno for the caller, whichever thread found out. */
TEST_P(Populate, ShortageIsAnErrno)
{
	/* A large page may reach beyond the end of a file, but not begin there. */
	map(GetParam(), GetParam() / 2);
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
