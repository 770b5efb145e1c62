/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: regions, BARs with holes, access through the file. */
#include <fstream>

#include "test_vfio_fake.h"

namespace {

constexpr uint64_t PAGE = 4096;
constexpr uint32_t MAPPABLE = FakeVfio::ACCESS | VFIO_REGION_INFO_FLAG_MMAP;

/* Is there memory at @p that can be read? Asks the kernel, so that a hole does not kill us. */
bool
readable(const void *p)
{
	int ends[2];

	EXPECT_EQ(pipe(ends), 0);

	const ssize_t n = write(ends[1], p, 1);

	close(ends[0]);
	close(ends[1]);
	return n == 1;
}

/* Mappings of this process that are of the device. */
unsigned int
mappings()
{
	std::ifstream maps("/proc/self/maps");
	std::string line;
	unsigned int n = 0;

	while (std::getline(maps, line))
		n += line.find("memfd:device") != line.npos;
	return n;
}

class VfioRegion : public FakeVfio {
protected:
	static constexpr uint32_t INFO = sizeof(vfio_region_info);

	void TearDown() override
	{
		EXPECT_EQ(vfio_bars_unmap(&dev), 0);
		EXPECT_EQ(mappings(), 0u);
		vfio_region_put(&vfio.config);
		FakeVfio::TearDown();
	}

	int map()
	{
		const int ret = vfio_region_get(fd, VFIO_PCI_CONFIG_REGION_INDEX, &vfio.config);

		return ret < 0 ? ret : vfio_bars_map(&dev);
	}

	/* Append a capability with its content; @next < 0: the one that follows, if there is more. */
	static void add_cap(FakeRegion &r, uint16_t id, const std::vector<uint8_t> &content, bool last,
		int next = -1)
	{
		const size_t at = r.caps.size(), end = at + sizeof(vfio_info_cap_header) + content.size();
		const vfio_info_cap_header head { id, 1, next >= 0 ? uint32_t(next) :
			last ? 0 : uint32_t(INFO + end) };

		r.caps.resize(end);
		memcpy(&r.caps[at], &head, sizeof(head));
		std::copy(content.begin(), content.end(), r.caps.begin() + long(at + sizeof(head)));
	}

	static std::vector<uint8_t> sparse(const std::vector<std::pair<uint64_t, uint64_t>> &areas,
		uint32_t claimed)
	{
		std::vector<uint8_t> v(8 + areas.size() * 16);

		memcpy(&v[0], &claimed, sizeof(claimed));
		for (size_t i = 0; i < areas.size(); i++) {
			memcpy(&v[8 + 16 * i], &areas[i].first, 8);
			memcpy(&v[16 + 16 * i], &areas[i].second, 8);
		}
		return v;
	}

	static void add_sparse(FakeRegion &r, const std::vector<std::pair<uint64_t, uint64_t>> &areas,
		bool last = true)
	{
		add_cap(r, VFIO_REGION_INFO_CAP_SPARSE_MMAP, sparse(areas, uint32_t(areas.size())), last);
	}

	/* An MSI-X table of @n vectors in @bar at @offset. */
	void add_msix(unsigned int bar, uint32_t offset, uint16_t n)
	{
		poke(PCI_STATUS, uint16_t(PCI_STATUS_CAP_LIST));
		poke(PCI_CAPABILITY_LIST, uint8_t(0x40));
		poke(0x40, uint16_t(PCI_CAP_ID_MSIX));
		poke(0x42, uint16_t(n - 1));
		poke(0x44, offset | bar);
	}

	char *at(unsigned int bar, uint64_t offset)
	{
		return static_cast<char *>(dev.mem_resource[bar].addr) + offset;
	}
};

TEST_F(VfioRegion, AWholeBar)
{
	add_bar(0, 3 * PAGE, MAPPABLE);
	ASSERT_EQ(map(), 0);
	EXPECT_EQ(calls[VFIO_DEVICE_GET_REGION_INFO], 7u);
	EXPECT_EQ(dev.mem_resource[0].len, 3 * PAGE);
	*at(0, 2 * PAGE + 5) = 99;
	EXPECT_EQ(peek<uint8_t>(BAR_SPACING + 2 * PAGE + 5), 99);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 0, 0, 3 * PAGE), at(0, 0));
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 0, 3 * PAGE - 4, 4), at(0, 3 * PAGE - 4));
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 0, 3 * PAGE - 3, 4), nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 0, UINT64_MAX, 2), nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 1, 0, 0), nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, -1, 0, 1), nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, PLX_PCI_MAX_RESOURCE, 0, 1), nullptr);
}

/* Smaller than a page: what is mapped is a page. */
TEST_F(VfioRegion, ASmallBar)
{
	add_bar(5, 0x20, MAPPABLE);
	ASSERT_EQ(map(), 0);
	EXPECT_EQ(dev.mem_resource[5].len, 0x20u);
	EXPECT_EQ(*at(5, 0x1f), 5);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 5, 0x20, 1), nullptr);
}

/* An I/O BAR, or one that the kernel does not let be mapped: by the file, as every other. */
TEST_F(VfioRegion, ThroughTheFile)
{
	uint32_t v = 0;

	add_bar(2, 0x20, ACCESS);
	add_bar(0, PAGE, MAPPABLE);
	ASSERT_EQ(map(), 0);
	EXPECT_EQ(dev.mem_resource[2].addr, nullptr);
	EXPECT_EQ(dev.mem_resource[2].len, 0x20u);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 2, 0, 4), nullptr);
	EXPECT_EQ(plx_pci_mmio_read(&dev, 2, &v, 4, 0x1c), 0);
	EXPECT_EQ(v, 0x02020202u);
	v = 0x12345678;
	EXPECT_EQ(plx_pci_mmio_write(&dev, 2, &v, 4, 0x10), 0);
	EXPECT_EQ(peek<uint32_t>(3 * BAR_SPACING + 0x10), v);
	EXPECT_EQ(plx_pci_mmio_write(&dev, 0, &v, 4, 8), 0);
	EXPECT_EQ(memcmp(at(0, 8), &v, 4), 0);
	EXPECT_EQ(plx_pci_mmio_read(&dev, 0, &v, 0, PAGE), 0);
}

TEST_F(VfioRegion, OutsideIsRefused)
{
	uint32_t v = 1;

	add_bar(2, 0x20, ACCESS);
	ASSERT_EQ(map(), 0);
	for (const auto &[bar, len, offset] : std::vector<std::tuple<int, size_t, uint64_t>> {
		     { 2, 4, 0x1d }, { 2, 1, 0x20 }, { 2, 4, UINT64_MAX - 1 }, { 2, SIZE_MAX, 1 },
		     { 1, 1, 0 }, { -1, 1, 0 }, { PLX_PCI_MAX_RESOURCE, 1, 0 } }) {
		EXPECT_EQ(plx_pci_mmio_read(&dev, bar, &v, len, offset), -EINVAL) << bar << offset;
		EXPECT_EQ(plx_pci_mmio_write(&dev, bar, &v, len, offset), -EINVAL) << bar << offset;
	}
	EXPECT_EQ(v, 1u);
	/* The device ends in the middle of it. */
	ASSERT_EQ(ftruncate(fd, off_t(3 * BAR_SPACING + 0x1e)), 0);
	EXPECT_EQ(plx_pci_mmio_read(&dev, 2, &v, 4, 0x1c), -EIO);
	dev.vfio = nullptr;
	EXPECT_EQ(plx_pci_mmio_read(&dev, 2, &v, 4, 0), -ENODEV);
	EXPECT_EQ(plx_pci_mmio_write(&dev, 2, &v, 4, 0), -ENODEV);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 2, 0, 4), nullptr);
	dev.vfio = &vfio;
}

TEST_F(VfioRegion, SparseAreasAreAtTheirPlaces)
{
	uint8_t v = 0;
	FakeRegion &r = add_bar(1, 8 * PAGE, MAPPABLE);

	add_cap(r, 77, { 1, 2, 3, 4, 5, 6, 7, 8 }, false);	/* one that we don't know */
	add_sparse(r, { { PAGE, 2 * PAGE }, { 0, 0 }, { 6 * PAGE, PAGE } });
	ASSERT_EQ(map(), 0);
	EXPECT_EQ(dev.mem_resource[1].len, 8 * PAGE);
	for (unsigned int page = 0; page < 8; page++) {
		const bool there = page == 1 || page == 2 || page == 6;

		EXPECT_EQ(readable(at(1, page * PAGE)), there) << page;
		EXPECT_EQ(plx_pci_mmio_addr(&dev, 1, page * PAGE, PAGE) != nullptr, there) << page;
		poke(2 * BAR_SPACING + page * PAGE, uint8_t(100 + page));
		EXPECT_EQ(plx_pci_mmio_read(&dev, 1, &v, 1, page * PAGE), 0);
		EXPECT_EQ(v, 100 + page);
		if (there) {
			EXPECT_EQ(*at(1, page * PAGE), char(100 + page));
		}
	}
	EXPECT_NE(plx_pci_mmio_addr(&dev, 1, PAGE, 2 * PAGE), nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 1, 2 * PAGE, PAGE + 1), nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(&dev, 1, PAGE - 1, 2), nullptr);
}

TEST_F(VfioRegion, NoAreaAtAll)
{
	add_sparse(add_bar(0, PAGE, MAPPABLE), {});
	ASSERT_EQ(map(), 0);
	EXPECT_EQ(dev.mem_resource[0].addr, nullptr);
	EXPECT_EQ(dev.mem_resource[0].len, PAGE);
}

/* What the kernel should never say. */
TEST_F(VfioRegion, NonsenseIsRefused)
{
	const std::vector<std::pair<uint64_t, uint64_t>> areas[] = {
		{ { 1, PAGE } }, { { 4 * PAGE, PAGE } }, { { 0, 5 * PAGE } },
		{ { 0, PAGE }, { PAGE, UINT64_MAX } },
	};

	for (const auto &a : areas) {
		add_sparse(add_bar(0, 4 * PAGE, MAPPABLE), a);
		EXPECT_EQ(map(), -EINVAL);
		EXPECT_EQ(dev.mem_resource[0].addr, nullptr);
		EXPECT_EQ(vfio_bars_unmap(&dev), 0);
	}
	for (const uint32_t claimed : { 2u, UINT32_MAX }) {
		add_cap(add_bar(0, PAGE, MAPPABLE), VFIO_REGION_INFO_CAP_SPARSE_MMAP,
			sparse({ { 0, PAGE } }, claimed), true);
		EXPECT_EQ(map(), -EINVAL);
	}
	/* A list that turns back, one that leaves, one with half a capability. */
	for (const int next : { int(INFO), int(INFO) - 8, int(INFO) + 12, 1 << 30 }) {
		add_cap(add_bar(0, PAGE, MAPPABLE), 77, std::vector<uint8_t>(8), false, next);
		EXPECT_EQ(map(), -EINVAL) << next;
	}
	add_cap(add_bar(0, PAGE, MAPPABLE), VFIO_REGION_INFO_CAP_SPARSE_MMAP, {}, true);
	EXPECT_EQ(map(), -EINVAL);
	add_bar(0, PAGE, MAPPABLE).caps.resize(2 << 20);
	EXPECT_EQ(map(), -E2BIG);
}

TEST_F(VfioRegion, ErrorsOfTheKernel)
{
	errors[VFIO_DEVICE_GET_REGION_INFO] = { 0, 0, -EIO };
	add_bar(0, PAGE, MAPPABLE);
	EXPECT_EQ(map(), -EIO);
	EXPECT_EQ(vfio_bars_unmap(&dev), 0);
	/* The second area can't be mapped. */
	add_sparse(add_bar(3, 4 * PAGE, MAPPABLE), { { 0, PAGE }, { 2 * PAGE, PAGE } });
	regions[3].offset++;
	EXPECT_EQ(map(), -EINVAL);
	EXPECT_EQ(dev.mem_resource[3].addr, nullptr);
	EXPECT_NE(dev.mem_resource[0].addr, nullptr);
}

/* The kernels of today: the table may be mapped. */
TEST_F(VfioRegion, MsixTableMappable)
{
	add_cap(add_bar(3, 4 * PAGE, MAPPABLE), VFIO_REGION_INFO_CAP_MSIX_MAPPABLE, {}, true);
	add_msix(3, PAGE, 5);
	ASSERT_EQ(map(), 0);
	EXPECT_TRUE(vfio.bars[3].msix_mappable);
	EXPECT_NE(plx_pci_mmio_addr(&dev, 3, 0, 4 * PAGE), nullptr);
}

TEST_F(VfioRegion, MsixTableNotMappable)
{
	const struct {
		uint32_t table;
		uint16_t vectors;
		std::vector<bool> mapped;
	} cases[] = {
		{ PAGE, 5, { true, false, true, true } },
		{ 0, 257, { false, false, true, true } },
		{ 3 * PAGE + 0x800, 2, { true, true, true, false } },
		{ 2 * PAGE, 2048, { true, true, false, false } },
	};

	for (const auto &c : cases) {
		add_bar(3, 4 * PAGE, MAPPABLE);
		add_bar(0, PAGE, MAPPABLE);
		add_msix(3, c.table, c.vectors);
		ASSERT_EQ(map(), 0);
		for (unsigned int page = 0; page < 4; page++) {
			EXPECT_EQ(readable(at(3, page * PAGE)), c.mapped[page]) << c.table << page;
			EXPECT_EQ(plx_pci_mmio_addr(&dev, 3, page * PAGE, 1) != nullptr, c.mapped[page]);
		}
		EXPECT_NE(plx_pci_mmio_addr(&dev, 0, 0, PAGE), nullptr);
		EXPECT_EQ(vfio_bars_unmap(&dev), 0);
	}
	add_msix(3, 4 * PAGE, 1);
	EXPECT_EQ(map(), -EINVAL);
	/* All of the BAR is the table. */
	EXPECT_EQ(vfio_bars_unmap(&dev), 0);
	add_bar(3, PAGE, MAPPABLE);
	add_msix(3, 0, 8);
	ASSERT_EQ(map(), 0);
	EXPECT_EQ(dev.mem_resource[3].addr, nullptr);
	/* Whoever lists areas knows where his table is. */
	EXPECT_EQ(vfio_bars_unmap(&dev), 0);
	add_sparse(add_bar(3, 2 * PAGE, MAPPABLE), { { 0, PAGE } });
	ASSERT_EQ(map(), 0);
	EXPECT_NE(plx_pci_mmio_addr(&dev, 3, 0, PAGE), nullptr);
}

/* From a file to a device and back, and what goes wrong on the way. */
TEST_F(VfioRegion, SetupAndTeardown)
{
	constexpr uint16_t ON = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	add_bar(0, PAGE, MAPPABLE);
	ASSERT_EQ(vfio_device_setup(&dev), 0);
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), ON);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], 1u);
	EXPECT_NE(dev.mem_resource[0].addr, nullptr);
	ASSERT_EQ(vfio_device_teardown(&dev), 0);
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), PCI_COMMAND_MEMORY);
	EXPECT_EQ(dev.mem_resource[0].addr, nullptr);
	EXPECT_EQ(dev.mem_resource[0].len, 0u);

	device_flags = VFIO_DEVICE_FLAGS_PCI;
	ASSERT_EQ(vfio_device_setup(&dev), 0);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], 1u);
	ASSERT_EQ(vfio_device_teardown(&dev), 0);
}

TEST_F(VfioRegion, SetupFails)
{
	add_bar(0, PAGE, MAPPABLE);
	for (const auto &[request, list, words] :
		std::vector<std::tuple<unsigned long, std::vector<int>, const char *>> {
			{ VFIO_DEVICE_GET_INFO, { -ENODEV }, "read its description (ENODEV" },
			{ VFIO_DEVICE_GET_REGION_INFO, { -EIO }, "read its description (EIO" },
			{ VFIO_DEVICE_RESET, { -EIO }, "reset it (EIO" },
			{ VFIO_DEVICE_GET_REGION_INFO, { 0, 0, -EIO }, "map its BARs (EIO" } }) {
		errors[request] = list;
		EXPECT_LT(logged([&] { return vfio_device_setup(&dev); }), 0);
		EXPECT_EQ(log_lines(), 1) << log;
		EXPECT_TRUE(log_has(words)) << log;
		EXPECT_EQ(peek<uint16_t>(PCI_COMMAND) & PCI_COMMAND_MASTER, 0);
		EXPECT_EQ(dev.mem_resource[0].addr, nullptr);
	}
	device_flags = VFIO_DEVICE_FLAGS_RESET;
	EXPECT_EQ(logged([&] { return vfio_device_setup(&dev); }), -ENOTSUP);
}

} // namespace
