/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_CONFORMANCE_H
#define TEST_CONFORMANCE_H
/*
 * What the conformance tests stand on: the mode that $PLX_MODE names, two edu devices (QEMU's teaching
 * device, docs/specs/edu.rst) as DMA engines behind a driver of this program, and counters that each
 * test leaves as it found them.
 */
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/klog.h>

#include <gtest/gtest.h>

#include <plx_bus_vfio.h>
#include <plx_eal.h>
#include <plx_iova.h>
#include <plx_lcore.h>
#include <plx_malloc.h>
#include <plx_memzone.h>

#include "vfio_raw.h"

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
}

namespace {

constexpr uint64_t PAGE = 4096, HUGE_PAGE = 2 << 20, BIG = 64 << 20;

/* A way to have devices: the EAL's arguments for all of them, and what -a says of each. */
struct Mode {
	const char *name;
	std::vector<std::string> eal;
	const char *device;		/* behind -a BDF */
	bool legacy;			/* groups, and not devices, attach */
	bool is_private;		/* each device is in a space of its own */
	bool may_be_private;
	bool keeps;			/* tables stay without a device */
	bool physical;			/* no IOMMU: nothing is translated, and nothing stopped */
};

/* A further one is a further line. */
const std::vector<Mode> modes = {
	{ "type1v2", { "--vfio-backend=legacy" }, "", true, false, true, false, false },
	{ "compat", { "--vfio-backend=legacy", "--iommufd", "id=x" }, ",iommufd=x", true, false, false,
		false, false },
	{ "shared", { "--vfio-backend=iommufd" }, "", false, false, true, false, false },
	{ "private", { "--vfio-backend=iommufd" }, ",ioas=private", false, true, true, false, false },
	{ "keep", { "--vfio-backend=iommufd" }, ",hwpt=keep", false, false, true, true, false },
	{ "noiommu", { "--vfio-backend=noiommu" }, "", false, false, false, false, true },
};

const Mode &
mode()
{
	const char *name = getenv("PLX_MODE");

	for (const Mode &m : modes)
		if (name != nullptr && strcmp(m.name, name) == 0)
			return m;
	fprintf(stderr, "PLX_MODE=%s: there is no such mode\n", name != nullptr ? name : "");
	exit(EXIT_FAILURE);
}

/* What the process has of the kernel. What it pins is in VmPin or VmLck, which the backends choose. */
struct Counters {
	long files, pinned, locked, hugepages;

	static Counters now()
	{
		long n = 0;

		for ([[maybe_unused]] const auto &file :
		     std::filesystem::directory_iterator("/proc/self/fd"))
			n++;
		return { n, raw_status_kb("VmPin"), raw_status_kb("VmLck"), raw_hugepages_free() };
	}
	bool operator==(const Counters &o) const
	{
		return files == o.files && pinned == o.pinned && locked == o.locked &&
			hugepages == o.hugepages;
	}
};

[[maybe_unused]] std::ostream &
operator<<(std::ostream &out, const Counters &c)
{
	return out << c.files << " files, VmPin " << c.pinned << " KiB, VmLck " << c.locked << " KiB, "
		<< c.hugepages << " hugepages free";
}

/* Until @done(), for 30 s at most. */
template <typename F> bool
await(F done)
{
	const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);

	while (!done()) {
		if (std::chrono::steady_clock::now() > deadline)
			return false;
		std::this_thread::sleep_for(std::chrono::milliseconds(1));
	}
	return true;
}

/* DMA faults that the kernel's log has of a device: each IOMMU driver has its own words. */
long
faults_of(const plx_pci_device *dev)
{
	const std::string name = dev->device.name, bdf = name.substr(5);
	const std::string endpoint = " EP " + std::to_string(dev->addr.bus << 8 | dev->addr.devid << 3 |
		dev->addr.function) + " ";
	std::string log(1 << 20, '\0'), line;
	const int n = klogctl(3, log.data(), int(log.size()));	/* SYSLOG_ACTION_READ_ALL */
	long found = 0;

	EXPECT_GT(n, 0);
	log.resize(size_t(std::max(n, 0)));
	for (std::istringstream lines(log); std::getline(lines, line);)
		if (line.find(bdf + "] fault addr") != std::string::npos ||
		    line.find("IO_PAGE_FAULT device=" + name) != std::string::npos ||
		    line.find(" fault from" + endpoint) != std::string::npos)
			found++;
	return found;
}

/* Memory as devices have it. */
struct Piece {
	uint64_t iova, len;
};

/* @n bytes at @p: as one piece, but by physical addresses none goes on behind its hugepage. */
std::vector<Piece>
pieces(const void *p, uint64_t n)
{
	const auto *at = static_cast<const char *>(p), *const end = at + n;
	std::vector<Piece> all;

	for (uint64_t len; at < end; at += len) {
		len = uint64_t(end - at);
		if (mode().physical)
			len = std::min(len, HUGE_PAGE - reinterpret_cast<uintptr_t>(at) % HUGE_PAGE);
		all.push_back({ plx_mem_virt2iova(at), len });
		EXPECT_NE(all.back().iova, PLX_BAD_IOVA);
	}
	return all;
}

/* The DMA engine of an edu. It has a buffer of 4 KiB, and takes 100 ms to fill or empty it. */
class Engine {
public:
	explicit Engine(const plx_pci_device *dev) : regs(static_cast<char *>(dev->mem_resource[0].addr))
	{
		EXPECT_NE(regs, nullptr);
	}

	/* Into the buffer, from its byte @at on; and from there. */
	bool read(uint64_t iova, uint64_t n, uint64_t at = 0) const
	{
		return run(iova, BUFFER + at, n, START);
	}
	bool write(uint64_t iova, uint64_t n, uint64_t at = 0) const
	{
		return run(BUFFER + at, iova, n, START | TO_MEMORY);
	}
	bool copy(void *dst, const void *src, uint64_t n) const
	{
		return each(pieces(src, n), &Engine::read) && each(pieces(dst, n), &Engine::write);
	}
	/* An interrupt with these bits as its reason; and its end. */
	void raise(uint32_t bits) const { reg32(0x60) = bits; }
	void acknowledge(uint32_t bits) const { reg32(0x64) = bits; }
	uint32_t identification() const { return reg32(0); }

private:
	static constexpr uint64_t BUFFER = 0x40000, SRC = 0x80, DST = 0x88, COUNT = 0x90, CMD = 0x98;
	static constexpr uint64_t START = 1, TO_MEMORY = 2;

	volatile uint32_t &reg32(uint64_t offset) const
	{
		return *reinterpret_cast<volatile uint32_t *>(regs + offset);
	}
	volatile uint64_t &reg(uint64_t offset) const
	{
		return *reinterpret_cast<volatile uint64_t *>(regs + offset);
	}
	bool each(const std::vector<Piece> &all,
		bool (Engine::*move)(uint64_t iova, uint64_t n, uint64_t at) const) const
	{
		uint64_t at = 0;

		for (const Piece &p : all) {
			if (!(this->*move)(p.iova, p.len, at))
				return false;
			at += p.len;
		}
		return true;
	}
	bool run(uint64_t src, uint64_t dst, uint64_t n, uint64_t command) const
	{
		reg(SRC) = src;
		reg(DST) = dst;
		reg(COUNT) = n;
		reg(CMD) = command;
		return await([this] { return (reg(CMD) & START) == 0; });
	}

	char *regs;
};

std::vector<plx_pci_device *> devices;		/* that are probed, by address */

const plx_pci_id ids[] = { { PLX_PCI_DEVICE(0x1234, 0x11e8) }, {} };
plx_pci_driver driver;

/* Registered last, it is asked first. */
void
register_driver()
{
	if (driver.id_table != nullptr)
		return;
	driver.driver.name = "conformance";
	driver.id_table = ids;
	driver.probe = [](const plx_pci_driver *, plx_pci_device *dev) {
		devices.push_back(dev);
		return 0;
	};
	driver.remove = [](plx_pci_device *dev) {
		devices.erase(std::find(devices.begin(), devices.end(), dev));
		return 0;
	};
	plx_pci_register(&driver);
}

/* A started EAL with both devices, as $PLX_MODE says. */
class Conformance : public testing::Test {
protected:
	void SetUp() override
	{
		register_driver();
		before = Counters::now();
		start(mode().device, mode().device);
	}

	void TearDown() override
	{
		stop();
		EXPECT_EQ(Counters::now(), before);
	}

	/* With @first and @second behind the addresses of the devices. */
	void start(const std::string &first, const std::string &second)
	{
		std::istringstream nics(getenv("LAB_NICS") != nullptr ? getenv("LAB_NICS") : "");
		std::vector<std::string> words { "conformance", "-l", "0", "-m", "8" };
		std::vector<char *> argv;
		std::string a, b;

		nics >> a >> b;
		words.insert(words.end(), mode().eal.begin(), mode().eal.end());
		words.insert(words.end(), { "-a", a + first, "-a", b + second });
		for (std::string &word : words)
			argv.push_back(word.data());
		argv.push_back(nullptr);
		ASSERT_EQ(plx_eal_init(int(words.size()), argv.data()), int(words.size()) - 1);
		running = true;
		ASSERT_EQ(devices.size(), 2u);
	}

	void stop()
	{
		if (running) {
			EXPECT_EQ(plx_eal_cleanup(), 0);
		}
		running = false;
		EXPECT_TRUE(devices.empty());
	}

	static plx_iova_space *space(const plx_pci_device *dev) { return dev->vfio->space->iova; }

	/* Can each device have all of it? 0, or what plx_iova_check() says. */
	static int reach(const std::vector<Piece> &all)
	{
		int first = 0;

		for (const plx_pci_device *dev : devices)
			for (const Piece &p : all) {
				const int ret = plx_iova_check(space(dev), p.iova, p.len);

				first = first < 0 ? first : ret;
			}
		return first;
	}

	/* Kernel calls of the space, by kind. */
	static std::vector<uint64_t> calls(const plx_pci_device *dev)
	{
		plx_iova_stats s;

		plx_iova_stats_get(space(dev), &s);
		return { std::begin(s.calls), std::end(s.calls) };
	}

	/* @dev copies @n bytes within @memory, which has room for twice as many. */
	static void expect_copy(const plx_pci_device *dev, void *memory, uint64_t n = PAGE)
	{
		static uint8_t seed;
		auto *src = static_cast<uint8_t *>(memory), *dst = src + n;

		seed++;
		for (uint64_t i = 0; i < n; i++)
			src[i] = uint8_t(i * 7 + i / 256 + seed);
		memset(dst, 0, n);
		EXPECT_TRUE(Engine(dev).copy(dst, src, n)) << dev->device.name;
		EXPECT_EQ(memcmp(dst, src, n), 0) << dev->device.name;
	}

	Counters before {};
	bool running = false;
};

} // namespace
#endif
