/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The same tests for every way to have a device, $PLX_MODE (see conformance.h): DMA to memory that
 * comes and goes, in address spaces that devices share, have alone, change, or do without.
 */
#include <atomic>

#include <linux/pci_regs.h>
#include <sys/mman.h>

#include "conformance.h"

namespace {

constexpr uint64_t MSI = 0xfee00000;	/* where devices of a PC write to interrupt */

/* Two pages of a zone, and four across the end of a hugepage. */
TEST_F(Conformance, DmaReadsAndWrites)
{
	const plx_memzone *zone = plx_memzone_reserve_aligned("dma", 2 * PAGE, SOCKET_ID_ANY, 0, PAGE);
	auto *pages = static_cast<char *>(plx_malloc("dma", 2 * HUGE_PAGE, HUGE_PAGE));

	ASSERT_NE(zone, nullptr);
	ASSERT_NE(pages, nullptr);
	EXPECT_EQ(zone->iova == reinterpret_cast<uintptr_t>(zone->addr), !mode().physical);
	EXPECT_EQ(zone->iova, plx_mem_virt2iova(zone->addr));
	for (const plx_pci_device *dev : devices) {
		expect_copy(dev, zone->addr);
		expect_copy(dev, pages + HUGE_PAGE - PAGE);
		expect_copy(dev, pages + HUGE_PAGE - 100, 60);
	}
	EXPECT_EQ(plx_memzone_free(zone), 0);
	plx_free(pages);
}

/* A device that copies between two pages, again and again, each time something else. */
class Neighbour {
public:
	explicit Neighbour(const plx_pci_device *dev)
		: pages(static_cast<uint64_t *>(plx_malloc("neighbour", 2 * PAGE, PAGE))),
		thread([this, dev] { run(Engine(dev)); })
	{
	}
	~Neighbour()
	{
		end = true;
		thread.join();
		EXPECT_FALSE(failed);
		plx_free(pages);
	}
	Neighbour(const Neighbour &) = delete;
	Neighbour &operator=(const Neighbour &) = delete;

	/* It has copied once more since now, and well. */
	bool goes_on() const
	{
		const unsigned int n = copies;

		return await([this, n] { return failed || copies >= n + 2; }) && !failed;
	}

private:
	void run(const Engine &engine)
	{
		const size_t n = PAGE / sizeof(*pages);

		while (!end && !failed) {
			for (size_t i = 0; i < n; i++)
				pages[i] = copies * n + i;
			failed = !engine.copy(pages + n, pages, PAGE) || memcmp(pages + n, pages, PAGE) != 0;
			copies++;
		}
	}

	uint64_t *pages;
	std::atomic<bool> end { false }, failed { false };
	std::atomic<unsigned int> copies { 0 };
	std::thread thread;
};

/* What comes is there for all devices at once, what goes is gone, and who is not concerned sees nothing of it. */
TEST_F(Conformance, MemoryComesAndGoesUnderDma)
{
	const long faults = faults_of(devices[0]) + faults_of(devices[1]);
	Neighbour neighbour(devices[1]);

	for (int i = 0; i < 3; i++) {
		auto *memory = static_cast<char *>(plx_malloc("hot", BIG, HUGE_PAGE));

		ASSERT_NE(memory, nullptr);

		const std::vector<Piece> all = pieces(memory, BIG);

		EXPECT_EQ(reach(all), 0);
		EXPECT_TRUE(neighbour.goes_on());
		expect_copy(devices[0], memory);
		expect_copy(devices[0], memory + BIG - 2 * PAGE);
		plx_free(memory);
		EXPECT_GE(plx_mem_trim(), int64_t(BIG));
		for (const Piece &p : all)
			EXPECT_EQ(reach({ { p.iova, PAGE } }), -EFAULT);
		EXPECT_EQ(plx_mem_virt2iova(memory), PLX_BAD_IOVA);
		EXPECT_TRUE(neighbour.goes_on());
	}
	EXPECT_EQ(faults_of(devices[0]) + faults_of(devices[1]), faults);
}

/* The IOMMU stops the device and the kernel says so; this process, and the other device, hear nothing of it. */
TEST_F(Conformance, FaultAfterUnmap)
{
	if (mode().physical)
		GTEST_SKIP() << "there is no page table, so nothing stops the device";

	const long first = faults_of(devices[0]), other = faults_of(devices[1]);
	const Engine engine(devices[0]);
	auto *stays = plx_malloc("stays", 2 * PAGE, PAGE), *memory = plx_malloc("hot", BIG, HUGE_PAGE);
	const auto iova = reinterpret_cast<uintptr_t>(memory);

	ASSERT_NE(memory, nullptr);
	ASSERT_NE(stays, nullptr);
	expect_copy(devices[0], memory);
	plx_free(memory);
	EXPECT_GE(plx_mem_trim(), int64_t(BIG));
	EXPECT_EQ(faults_of(devices[0]), first);
	EXPECT_TRUE(engine.write(iova, 8));
	EXPECT_TRUE(await([&] { return faults_of(devices[0]) > first; }));
	EXPECT_TRUE(engine.read(iova, 8));
	EXPECT_TRUE(await([&] { return faults_of(devices[0]) > first + 1; }));
	expect_copy(devices[0], stays);
	expect_copy(devices[1], stays);
	/* What comes to the same place is another page. */
	memory = plx_malloc("hot", BIG, HUGE_PAGE);
	ASSERT_NE(memory, nullptr);
	expect_copy(devices[0], memory);
	plx_free(memory);
	plx_free(stays);
	EXPECT_EQ(faults_of(devices[0]), first + 2);
	EXPECT_EQ(faults_of(devices[1]), other);
}

/* Two hugepages that the EAL knows nothing of. */
class External {
public:
	explicit External(void *where = nullptr) : addr(raw_hugepages(where, LEN, &fd))
	{
		EXPECT_NE(addr, nullptr) << strerror(errno);
		EXPECT_EQ(plx_extmem_register(addr, LEN, HUGE_PAGE, fd, 0), 0);
	}
	~External()
	{
		EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
		EXPECT_EQ(munmap(addr, LEN), 0);
		EXPECT_EQ(close(fd), 0);
	}
	External(const External &) = delete;
	External &operator=(const External &) = delete;

	int map(plx_pci_device *dev) const { return plx_dev_dma_map(of(dev), addr, iova(), LEN); }
	int unmap(plx_pci_device *dev) const { return plx_dev_dma_unmap(of(dev), addr, iova(), LEN); }
	uint64_t iova() const { return reinterpret_cast<uintptr_t>(addr); }

	static constexpr size_t LEN = 2 * HUGE_PAGE;
	int fd = -1;
	void *addr;

private:
	static plx_device *of(plx_pci_device *dev) { return dev != nullptr ? &dev->device : nullptr; }
};

/* Nobody holds the pages of the application, and they have no address that stays. */
void
expect_refused(const External &memory, plx_pci_device *dev)
{
	EXPECT_EQ(plx_mem_virt2iova(memory.addr), PLX_BAD_IOVA);
	EXPECT_EQ(memory.map(dev), -ENOTSUP);
	EXPECT_EQ(memory.unmap(dev), -ENOENT);
}

TEST_F(Conformance, ExternalMemoryOfOneDevice)
{
	const External memory;
	const bool shared = space(devices[0]) == space(devices[1]);

	if (mode().physical)
		return expect_refused(memory, devices[0]);
	EXPECT_EQ(reach(pieces(memory.addr, PAGE)), -EFAULT);
	ASSERT_EQ(memory.map(devices[0]), 0);
	EXPECT_EQ(plx_extmem_unregister(memory.addr, memory.LEN), -EBUSY);
	expect_copy(devices[0], memory.addr);
	EXPECT_EQ(reach(pieces(memory.addr, memory.LEN)), shared ? 0 : -EFAULT);
	EXPECT_EQ(memory.unmap(devices[1]), -ENOENT);
	EXPECT_EQ(memory.unmap(devices[0]), 0);
	EXPECT_EQ(memory.unmap(devices[0]), -ENOENT);
	EXPECT_EQ(plx_iova_check(space(devices[0]), memory.iova(), PAGE), -EFAULT);
}

TEST_F(Conformance, ExternalMemoryOfAll)
{
	const External memory;

	if (mode().physical)
		return expect_refused(memory, nullptr);
	ASSERT_EQ(memory.map(nullptr), 0);
	EXPECT_EQ(reach(pieces(memory.addr, memory.LEN)), 0);
	for (const plx_pci_device *dev : devices)
		expect_copy(dev, memory.addr);
	EXPECT_EQ(memory.unmap(devices[0]), -ENOENT);
	EXPECT_EQ(memory.unmap(nullptr), 0);
	EXPECT_EQ(memory.unmap(nullptr), -ENOENT);
	EXPECT_EQ(reach(pieces(memory.addr, PAGE)), -EFAULT);
}

/* The interrupts' place in the address space is a hole in the windows: memory there is refused by a line that says so. */
TEST_F(Conformance, WindowsAndTheirHoles)
{
	uint64_t alignment = 0;
	plx_iova_range hole = {};
	plx_mem_region region = {};

	if (mode().physical)
		GTEST_SKIP() << "there is no page table, so there are no windows";
	for (const plx_pci_device *dev : devices) {
		const unsigned int n = plx_iova_windows(space(dev), nullptr, 0, &alignment);
		std::vector<plx_iova_range> windows(n);

		ASSERT_GE(n, 1u);
		EXPECT_EQ(alignment, PAGE);
		EXPECT_EQ(plx_iova_windows(space(dev), windows.data(), n, nullptr), n);
		for (unsigned int i = 0; i < n; i++) {
			EXPECT_LT(windows[i].start, windows[i].last);
			EXPECT_TRUE(i == 0 || windows[i - 1].last < windows[i].start);
		}
		if (n > 1 || windows[0].last < UINT64_MAX) {
			EXPECT_EQ(plx_iova_windows_hole(space(dev), windows[0].last, 2, &hole), -ERANGE);
			EXPECT_EQ(hole.start, windows[0].last + 1);
		}
	}
	if (plx_iova_windows_hole(space(devices[0]), MSI, HUGE_PAGE, &hole) == 0)
		GTEST_SKIP() << "this IOMMU has no hole at 0xfee00000";

#ifdef __SANITIZE_ADDRESS__
	GTEST_SKIP() << "the sanitizer has 0xfee00000 of this process";
#endif
	const External memory(reinterpret_cast<void *>(MSI));

	EXPECT_EQ(memory.map(devices[0]), -ERANGE);
	EXPECT_EQ(memory.map(nullptr), -ERANGE);
	EXPECT_EQ(memory.unmap(nullptr), -ENOENT);
	region.addr = memory.addr;
	region.len = memory.LEN;
	region.page_size = HUGE_PAGE;
	region.fd = memory.fd;
	testing::internal::CaptureStderr();
	EXPECT_EQ(vfio_map_event(PLX_MEM_EVENT_ADD, &region, devices[0]->vfio->space), -ERANGE);

	const std::string line = testing::internal::GetCapturedStderr();

	for (const char *word : { "4096 KiB at 0xfee00000", "ERANGE", "reach 0xfee00000-0xfeefffff",
		     "--base-virtaddr" })
		EXPECT_NE(line.find(word), std::string::npos) << word << " is not in: " << line;
	EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
}

TEST_F(Conformance, BarConfigurationInterrupt)
{
	std::atomic<unsigned int> interrupts { 0 };
	const plx_intr_callback_fn count = [](void *arg) {
		++*static_cast<std::atomic<unsigned int> *>(arg);
		return 0;
	};

	for (plx_pci_device *dev : devices) {
		const Engine engine(dev);
		uint32_t id = 0, bar = 0;

		EXPECT_EQ(plx_pci_read_config(dev, &id, sizeof(id), PCI_VENDOR_ID), 0);
		EXPECT_EQ(id, 0x11e81234u);
		EXPECT_GT(plx_pci_find_capability(dev, PCI_CAP_ID_MSI), 0);
		EXPECT_EQ(engine.identification() & 0xff, 0xedu);
		EXPECT_EQ(plx_pci_mmio_read(dev, 0, &bar, sizeof(bar), 0), 0);
		EXPECT_EQ(bar, engine.identification());
		ASSERT_EQ(plx_pci_intr_enable(dev, 0), 0);
		EXPECT_EQ(plx_pci_intr_type_get(dev), PLX_PCI_INTR_MSI);
		ASSERT_EQ(plx_pci_intr_callback_register(dev, count, &interrupts), 0);
		interrupts = 0;
		for (unsigned int i = 1; i <= 3; i++) {
			engine.raise(1);
			EXPECT_TRUE(await([&] { return interrupts >= i; }));
			engine.acknowledge(1);
		}
		EXPECT_EQ(plx_pci_intr_callback_unregister(dev, count, &interrupts), 0);
		EXPECT_EQ(plx_pci_intr_disable(dev), 0);
	}
}

/* In one space, or each in its own; and both ways mixed. */
TEST_F(Conformance, TwoDevices)
{
	void *memory;

	EXPECT_EQ(space(devices[0]) != space(devices[1]), mode().is_private);
	EXPECT_EQ(devices[0]->vfio->space->shared, !mode().is_private);
	memory = plx_malloc("both", 2 * PAGE, PAGE);
	ASSERT_NE(memory, nullptr);
	for (const plx_pci_device *dev : devices)
		expect_copy(dev, memory);
	plx_free(memory);
	if (!mode().may_be_private)
		return;
	stop();
	start(mode().device, mode().is_private ? "" : std::string(mode().device) + ",ioas=private");
	ASSERT_EQ(devices.size(), 2u);
	EXPECT_NE(space(devices[0]), space(devices[1]));
	memory = plx_malloc("both", BIG, HUGE_PAGE);
	ASSERT_NE(memory, nullptr);
	for (const plx_pci_device *dev : devices)
		expect_copy(dev, memory);

	const std::vector<Piece> first = pieces(memory, PAGE);

	plx_free(memory);
	EXPECT_GE(plx_mem_trim(), int64_t(BIG));
	EXPECT_EQ(reach(first), -EFAULT);
}

/* To a space of its own and back, while the other one works and memory comes and goes. */
TEST_F(Conformance, MovingBetweenSpaces)
{
	const External external;
	void *stays = plx_malloc("stays", 2 * PAGE, PAGE), *memory = nullptr;
	const long faults = faults_of(devices[0]) + faults_of(devices[1]);

	ASSERT_NE(stays, nullptr);
	if (mode().legacy || mode().physical) {
		plx_iova_space *const was = space(devices[0]);

		testing::internal::CaptureStderr();
		EXPECT_EQ(plx_pci_set_private(devices[0], !mode().is_private), -ENOTSUP);
		EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
		EXPECT_EQ(space(devices[0]), was);
		expect_copy(devices[0], stays);
		plx_free(stays);
		return;
	}

	const Neighbour neighbour(devices[1]);

	ASSERT_EQ(external.map(devices[0]), 0);
	for (int i = 0; i < 4; i++) {
		const bool to_private = (i % 2 == 0) != mode().is_private;

		SCOPED_TRACE("move " + std::to_string(i));
		ASSERT_EQ(plx_pci_set_private(devices[0], to_private), 0);
		EXPECT_EQ(plx_pci_set_private(devices[0], to_private), 0);
		EXPECT_EQ(devices[0]->vfio->space->shared, !to_private);
		EXPECT_EQ(space(devices[0]) == space(devices[1]), !to_private && !mode().is_private);
		expect_copy(devices[0], stays);
		expect_copy(devices[0], external.addr);
		/* In the space that it has left nobody asked for it. */
		EXPECT_EQ(plx_iova_check(space(devices[1]), external.iova(), external.LEN),
			space(devices[0]) == space(devices[1]) ? 0 : -EFAULT);
		EXPECT_EQ(plx_iova_check(space(devices[0]), external.iova(), external.LEN), 0);
		/* What came before the move is there after it, and goes after it. */
		if (memory != nullptr) {
			const std::vector<Piece> first = pieces(memory, PAGE);

			expect_copy(devices[0], memory);
			plx_free(memory);
			EXPECT_GE(plx_mem_trim(), int64_t(BIG));
			EXPECT_EQ(reach(first), -EFAULT);
			memory = nullptr;
		} else {
			memory = plx_malloc("hot", BIG, HUGE_PAGE);
			ASSERT_NE(memory, nullptr);
			expect_copy(devices[0], memory);
		}
		EXPECT_TRUE(neighbour.goes_on());
	}
	EXPECT_EQ(external.unmap(devices[0]), 0);
	EXPECT_EQ(faults_of(devices[0]) + faults_of(devices[1]), faults);
	plx_free(stays);
}

/* Something else is where the device's external memory would go: the device stays, and nothing went. */
TEST_F(Conformance, MoveThatFails)
{
	const External one, two;
	plx_iova_mapping m = {};

	if (mode().legacy || mode().physical || mode().is_private)
		GTEST_SKIP() << "nobody else is where a device could move to";
	ASSERT_EQ(plx_pci_set_private(devices[0], true), 0);
	ASSERT_EQ(one.map(devices[0]), 0);
	ASSERT_EQ(two.map(devices[0]), 0);
	for (const External *taken : { &one, &two }) {
		plx_iova_space *const own = space(devices[0]), *const shared = space(devices[1]);

		m.iova = taken->iova();
		m.len = PAGE;
		m.va = taken->addr;
		m.flags = PLX_IOVA_READ | PLX_IOVA_WRITE;
		ASSERT_EQ(plx_iova_map(shared, &m), 0);
		testing::internal::CaptureStderr();
		EXPECT_EQ(plx_pci_set_private(devices[0], false), -EEXIST);

		const std::string line = testing::internal::GetCapturedStderr();

		EXPECT_NE(line.find("can't move to a shared address space (EEXIST"), std::string::npos);
		EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
		ASSERT_EQ(plx_iova_unmap(shared, m.iova, PAGE), 0);
		EXPECT_EQ(space(devices[0]), own);
		for (const External *memory : { &one, &two }) {
			EXPECT_EQ(plx_iova_check(shared, memory->iova(), PAGE), -EFAULT);
			expect_copy(devices[0], memory->addr);
		}
	}
	EXPECT_EQ(plx_pci_set_private(devices[0], false), 0);
	for (const External *memory : { &one, &two }) {
		expect_copy(devices[0], memory->addr);
		EXPECT_EQ(memory->unmap(devices[0]), 0);
	}
}

/* Mappings where the device can't reach were made before it came. */
TEST_F(Conformance, ConflictAtAttach)
{
	const plx_pci_device *dev = devices[0];
	plx_iova_space *beside;
	plx_iova_range hole;
	plx_iova_mapping m = {};
	int fd = -1;

	if (mode().physical)
		GTEST_SKIP() << "there is no page table, so there are no mappings to conflict with";
	if (mode().legacy)
		GTEST_SKIP() << "a container has no mappings before a group comes";
	if (plx_iova_windows_hole(space(dev), MSI, PAGE, &hole) == 0)
		GTEST_SKIP() << "this IOMMU has no hole at 0xfee00000";
	m.iova = MSI;
	m.len = HUGE_PAGE;
	m.va = raw_hugepages(nullptr, HUGE_PAGE, &fd);
	m.flags = PLX_IOVA_READ | PLX_IOVA_WRITE;
	ASSERT_NE(m.va, nullptr);
	ASSERT_EQ(plx_iova_detach(space(dev), dev->vfio->fd), 0);
	ASSERT_EQ(plx_iova_space_open_beside(space(dev), &beside), 0);
	ASSERT_EQ(plx_iova_map(beside, &m), 0);
	EXPECT_EQ(plx_iova_attach(beside, dev->vfio->fd), -EADDRINUSE);
	ASSERT_EQ(plx_iova_attach(space(dev), dev->vfio->fd), 0);
	EXPECT_EQ(plx_iova_move(space(dev), beside, dev->vfio->fd), -EADDRINUSE);
	EXPECT_EQ(plx_iova_space_close(beside), 0);
	EXPECT_EQ(munmap(m.va, HUGE_PAGE), 0);
	EXPECT_EQ(close(fd), 0);
	m.va = plx_malloc("there", 2 * PAGE, PAGE);
	ASSERT_NE(m.va, nullptr);
	expect_copy(dev, m.va);
}

/* The last device leaves: tables and pins stay with hwpt=keep, and only then; who comes back finds all. */
TEST_F(Conformance, TablesWithoutADevice)
{
	auto *memory = plx_malloc("hot", BIG, HUGE_PAGE);
	std::vector<uint64_t> left[2];

	if (mode().physical)
		GTEST_SKIP() << "there is no page table, so there are none to keep";
	if (mode().legacy)
		GTEST_SKIP() << "only devices of their own leave a space and keep their file";
	ASSERT_NE(memory, nullptr);

	const long pinned = raw_status_kb("VmPin");

	EXPECT_GE(pinned - before.pinned, long(BIG >> 10));
	for (size_t i = 0; i < 2; i++) {
		ASSERT_EQ(plx_iova_detach(space(devices[i]), devices[i]->vfio->fd), 0);
		left[i] = calls(devices[i]);
	}
	EXPECT_EQ(raw_status_kb("VmPin"), mode().keeps ? pinned : before.pinned);
	for (size_t i = 0; i < 2; i++) {
		ASSERT_EQ(plx_iova_attach(space(devices[i]), devices[i]->vfio->fd), 0);
		/* No mapping is made again by us. */
		EXPECT_EQ(calls(devices[i]), left[i]);
		expect_copy(devices[i], memory);
	}
	EXPECT_EQ(raw_status_kb("VmPin"), pinned);
	plx_free(memory);
}

TEST_F(Conformance, TwentyStarts)
{
	for (int i = 0; i < 20; i++) {
		stop();
		ASSERT_EQ(Counters::now(), before) << i;
		start(mode().device, mode().device);
		ASSERT_EQ(devices.size(), 2u) << i;
	}
	expect_copy(devices[0], plx_malloc("last", 2 * PAGE, PAGE));
}

} // namespace
