/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A space without an IOMMU on the real kernel: physical addresses are right, which QEMU's DMA engine
 * proves, memory that is not there is refused, and nothing is left. The parameter is how it attaches.
 */
#include "iova_real.h"

#include "iova_edu.h"

namespace {

class Physical : public testing::TestWithParam<const char *> {
protected:
	void SetUp() override
	{
		std::istringstream nics(getenv("LAB_NICS") != nullptr ? getenv("LAB_NICS") : "");

		ASSERT_TRUE(nics >> bdf) << "LAB_NICS must be edu";
		if (by_node()) {
			iommufd = ::open("/dev/iommu", O_RDWR | O_CLOEXEC);
			ASSERT_GE(iommufd, 0);
		}
		int ret = plx_iova_space_open_noiommu(iommufd, &s);
		if (by_node() && ret == -ENOTTY)
			GTEST_SKIP() << "before Linux 7.3";
		ASSERT_EQ(ret, 0);
		free_before = raw_hugepages_free();
		dev = attach();
		ASSERT_GE(dev, 0) << strerror(-dev);
	}

	void TearDown() override
	{
		if (dev >= 0) {
			EXPECT_EQ(raw_detach(s, dev), 0);
		}
		if (s != nullptr) {
			EXPECT_EQ(plx_iova_space_close(s), 0);
			EXPECT_EQ(raw_hugepages_free(), free_before);
			EXPECT_EQ(raw_status_kb("VmPin"), 0);
		}
		if (iommufd >= 0) {
			EXPECT_EQ(close(iommufd), 0);
		}
	}

	int attach()
	{
		int fd = by_node() ? raw_open_cdev(bdf.c_str(), iommufd) : raw_open_group(bdf.c_str());
		int ret = fd < 0 ? fd : plx_iova_attach(s, fd);

		if (ret == 0)
			return fd;
		if (fd >= 0)
			close(fd);
		return ret;
	}

	static bool by_node() { return strcmp(GetParam(), "node") == 0; }

	std::string bdf;
	plx_iova_space *s = nullptr;
	int iommufd = -1, dev = -1;
	long free_before = 0;
};

TEST_P(Physical, PagesAreKnownByTheirAddresses)
{
	Memory m(8 * HUGE_PAGE);
	plx_iova_mapping want = m.mapping(0, m.len), found;
	uint64_t phys[8];

	ASSERT_EQ(plx_iova_map_phys(s, &want, HUGE_PAGE, phys), 0);
	EXPECT_EQ(raw_status_kb("VmPin") * KIB, by_node() ? m.len : 0);
	for (int i = 0; i < 8; i++) {
		EXPECT_EQ(phys[i] % HUGE_PAGE, 0u);
		EXPECT_EQ(plx_iova_check(s, phys[i], HUGE_PAGE), 0);
		ASSERT_EQ(plx_iova_lookup(s, phys[i] + HUGE_PAGE - 1, &found), 0);
		EXPECT_EQ(found.va, m.at(i * HUGE_PAGE));
	}
	EXPECT_EQ(plx_iova_map_phys(s, &want, HUGE_PAGE, phys), -EEXIST);
	EXPECT_EQ(plx_iova_unmap_phys(s, m.at(HUGE_PAGE)), -ENOENT);
	EXPECT_EQ(plx_iova_unmap_phys(s, m.at(0)), 0);
	EXPECT_EQ(plx_iova_unmap_phys(s, m.at(0)), -ENOENT);
	EXPECT_EQ(plx_iova_check(s, phys[0], PAGE), -EFAULT);
	EXPECT_EQ(raw_status_kb("VmPin"), 0);
}

TEST_P(Physical, TheDeviceFindsThePages)
{
	Memory m(2 * HUGE_PAGE);
	plx_iova_mapping want = m.mapping(0, m.len);
	uint64_t phys[2];
	Edu edu(dev, bdf.c_str(), by_node());

	ASSERT_EQ(plx_iova_map_phys(s, &want, HUGE_PAGE, phys), 0);
	memset(m.at(PAGE), 0x5a, PAGE);
	ASSERT_TRUE(edu.copy(phys[1] + 3 * PAGE, phys[0] + PAGE, PAGE));
	EXPECT_EQ(memcmp(m.at(HUGE_PAGE + 3 * PAGE), m.at(PAGE), PAGE), 0);
	EXPECT_EQ(plx_iova_unmap_phys(s, m.at(0)), 0);
}

TEST_P(Physical, WhatIsNotThereOrNotAPageIsRefused)
{
	Memory m(4 * HUGE_PAGE);
	plx_iova_mapping bad = m.mapping(0, HUGE_PAGE);
	uint64_t phys[1024];
	void *small = mmap(nullptr, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(small, MAP_FAILED);
	bad.len = HUGE_PAGE / 2;
	EXPECT_EQ(plx_iova_map_phys(s, &bad, HUGE_PAGE, phys), -EINVAL);
	bad.len = HUGE_PAGE;
	EXPECT_EQ(plx_iova_map_phys(s, &bad, 3 * PAGE, phys), -EINVAL);
	bad.iova = 1ull << 40;
	bad.flags = RW;
	EXPECT_EQ(plx_iova_map(s, &bad), -EFAULT);
	bad.va = small;
	bad.len = 4 * PAGE;
	/* An IOAS lets small pages come, and holds them. */
	if (!by_node()) {
		EXPECT_EQ(plx_iova_map_phys(s, &bad, PAGE, phys), -EFAULT);
	}
	munmap(small, 4 * PAGE);
	EXPECT_EQ(plx_iova_map_phys(s, &bad, PAGE, phys), -EFAULT);
	EXPECT_EQ(raw_status_kb("VmPin"), 0);

	plx_iova_space *other;
	ASSERT_EQ(plx_iova_space_open_iommufd(-1, &other), 0);
	EXPECT_EQ(plx_iova_map_phys(other, &bad, PAGE, phys), -EOPNOTSUPP);
	EXPECT_EQ(plx_iova_unmap_phys(other, small), -EOPNOTSUPP);
	EXPECT_EQ(plx_iova_space_close(other), 0);
}

/* Nobody held the memory while no device was there. */
TEST_P(Physical, AComingDeviceIsRefusedIfThePagesAreOthersNow)
{
	Memory m(2 * HUGE_PAGE);
	plx_iova_mapping want = m.mapping(0, m.len);
	uint64_t phys[2];
	void *taken;
	int fd;

	ASSERT_EQ(plx_iova_map_phys(s, &want, HUGE_PAGE, phys), 0);
	ASSERT_EQ(raw_detach(s, dev), 0);
	dev = attach();
	ASSERT_GE(dev, 0) << strerror(-dev);
	ASSERT_EQ(raw_detach(s, dev), 0);
	m.punch(0, m.len);
	/* Of the pages that went somebody else has one. */
	taken = raw_hugepages(nullptr, HUGE_PAGE, &fd);
	ASSERT_NE(taken, nullptr);
	m.fill(0, m.len, 1);
	dev = attach();
	EXPECT_EQ(dev, -EFAULT);
	munmap(taken, HUGE_PAGE);
	close(fd);
	EXPECT_EQ(plx_iova_unmap_phys(s, m.at(0)), 0);
}

INSTANTIATE_TEST_SUITE_P(Ways, Physical, testing::Values("group", "node"),
	[](const testing::TestParamInfo<const char *> &p) { return std::string(p.param); });

} // namespace
