/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IOVA_REAL_H
#define TEST_IOVA_REAL_H
/* A space of the real kernel with a device attached, as a fixture; the parameter is the backend. */
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <plx_iova.h>

#include "vfio_raw.h"

namespace {

constexpr uint64_t KIB = 1024, MIB = 1024 * KIB, PAGE = 4 * KIB, HUGE_PAGE = 2 * MIB;
/* Below what an IOMMU of 39 bits reaches. */
constexpr uint64_t WHERE = 0x1000000000;
constexpr unsigned int RW = PLX_IOVA_READ | PLX_IOVA_WRITE;

/* Hugepages at WHERE; only the first @present bytes are there. */
class Memory {
public:
	explicit Memory(uint64_t len, uint64_t present = UINT64_MAX) : len(len)
	{
		fd = memfd_create("test", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
		EXPECT_GE(fd, 0) << strerror(errno);
		EXPECT_EQ(ftruncate(fd, static_cast<off_t>(len)), 0) << strerror(errno);
		va = mmap(reinterpret_cast<void *>(WHERE), len, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
		EXPECT_NE(va, MAP_FAILED) << strerror(errno);
		fill(0, std::min(len, present), 1);
	}
	~Memory()
	{
		EXPECT_EQ(munmap(va, len), 0);
		EXPECT_EQ(close(fd), 0);
	}
	Memory(const Memory &) = delete;
	Memory &operator=(const Memory &) = delete;

	char *at(uint64_t offset) const { return static_cast<char *>(va) + offset; }
	uint64_t iova(uint64_t offset) const { return WHERE + offset; }
	void fill(uint64_t offset, uint64_t n, int value) const
	{
		for (uint64_t done = 0; done < n; done += HUGE_PAGE)
			memset(at(offset + done), value, PAGE);
	}
	/* The pages go: what is touched next is a new one. */
	void punch(uint64_t offset, uint64_t n) const
	{
		EXPECT_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			static_cast<off_t>(offset), static_cast<off_t>(n)), 0);
	}
	plx_iova_mapping mapping(uint64_t offset, uint64_t n, uint64_t granule = 0) const
	{
		return { iova(offset), n, at(offset), RW | PLX_IOVA_FD, fd, offset, granule };
	}

	const uint64_t len;
	int fd;
	void *va;
};

/* All that a failed call must leave as it was. */
struct State {
	uint64_t extents, bytes, left;
	long pinned, free;

	bool operator==(const State &o) const
	{
		return extents == o.extents && bytes == o.bytes && left == o.left && pinned == o.pinned &&
			free == o.free;
	}
};

[[maybe_unused]] std::ostream &
operator<<(std::ostream &out, const State &s)
{
	return out << s.extents << " extents, " << s.bytes << " bytes, " << s.left << " entries left, "
		<< s.pinned << " KiB pinned, " << s.free << " hugepages free";
}

class Real : public testing::TestWithParam<const char *> {
protected:
	void SetUp() override
	{
		std::istringstream nics(getenv("LAB_NICS") != nullptr ? getenv("LAB_NICS") : "");

		for (std::string nic; nics >> nic;)
			bdf.push_back(nic);
		ASSERT_GE(bdf.size(), 3u) << "LAB_NICS must be edu and two more";
		free_before = raw_hugepages_free();
		ASSERT_EQ(open(&s), 0);
		pinned_before = raw_pinned_kb(s);
		dev = raw_attach(s, bdf[0].c_str());
		ASSERT_GE(dev, 0) << strerror(-dev);
	}

	void TearDown() override
	{
		if (dev >= 0) {
			EXPECT_EQ(raw_detach(s, dev), 0);
		}
		EXPECT_EQ(raw_pinned_kb(s), pinned_before);
		EXPECT_EQ(plx_iova_space_close(s), 0);
		EXPECT_EQ(raw_hugepages_free(), free_before);
	}

	static bool iommufd() { return strcmp(GetParam(), "iommufd") == 0; }

	static int open(plx_iova_space **space)
	{
		return iommufd() ? plx_iova_space_open_iommufd(-1, space) :
			plx_iova_space_open_type1(-1, space);
	}

	plx_iova_stats stats() const
	{
		plx_iova_stats st;

		plx_iova_stats_get(s, &st);
		return st;
	}

	State state() const
	{
		plx_iova_stats st = stats();

		return { st.extents, st.bytes, st.entries_left, raw_pinned_kb(s), raw_hugepages_free() };
	}

	uint64_t calls() const
	{
		plx_iova_stats st = stats();
		uint64_t n = 0;

		for (uint64_t c : st.calls)
			n += c;
		return n;
	}

	uint64_t pinned() const
	{
		return static_cast<uint64_t>(raw_pinned_kb(s) - pinned_before) * KIB;
	}

	std::vector<plx_iova_range> windows() const
	{
		std::vector<plx_iova_range> w(plx_iova_windows(s, nullptr, 0, nullptr));

		plx_iova_windows(s, w.data(), static_cast<unsigned int>(w.size()), nullptr);
		return w;
	}

	int map_window(plx_iova_space *space, plx_iova_window *w, uint64_t offset, uint64_t len)
	{
		plx_iova_batch *b = plx_iova_batch_begin(space);
		int ret = plx_iova_batch_map_window(b, w, offset, len);

		if (ret == 0)
			return plx_iova_batch_commit(b);
		plx_iova_batch_abort(b);
		return ret;
	}

	std::vector<std::string> bdf;
	plx_iova_space *s = nullptr;
	int dev = -1;
	long free_before = 0, pinned_before = 0;
};

} // namespace
#endif
