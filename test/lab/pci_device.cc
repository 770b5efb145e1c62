/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Devices through the VFIO bus, compared with what the guest's kernel shows of them in sysfs: BARs,
 * configuration space, reset. $PLX_BACKEND says by which backend.
 */
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <linux/pci_regs.h>

#include <gtest/gtest.h>

#include <plx_bus_vfio.h>
#include <plx_eal.h>

namespace {

constexpr uint16_t EDU = 0x11e8, E1000E = 0x10d3, IGB = 0x10c9;
constexpr uint32_t STATUS = 0x8;	/* of the Intel NICs */
constexpr uint64_t IORESOURCE_MEM = 0x200;	/* include/linux/ioport.h */

std::vector<plx_pci_device *> devices;

const plx_pci_id ids[] = {
	{ PLX_PCI_DEVICE(0x1234, EDU) },
	{ PLX_PCI_DEVICE(0x8086, E1000E) },
	{ PLX_PCI_DEVICE(0x8086, IGB) },
	{},
};

plx_pci_driver driver;

class Eal : public testing::Environment {
public:
	void SetUp() override
	{
		const char *backend = getenv("PLX_BACKEND");
		std::string args[] = { "pci_device", "-m", "8",
			std::string("--vfio-backend=") + (backend != nullptr ? backend : "auto") };
		char *argv[] = { &args[0][0], &args[1][0], &args[2][0], &args[3][0], nullptr };

		driver.driver.name = "test";
		driver.id_table = ids;
		driver.probe = [](const plx_pci_driver *, plx_pci_device *dev) {
			devices.push_back(dev);
			return 0;
		};
		driver.remove = [](plx_pci_device *) { return 0; };
		/* Registered last, it is asked first. */
		plx_pci_register(&driver);
		ASSERT_EQ(plx_eal_init(4, argv), 3);
	}

	void TearDown() override { EXPECT_EQ(plx_eal_cleanup(), 0); }
};

testing::Environment *const environment = testing::AddGlobalTestEnvironment(new Eal);

std::string
sysfs(const plx_pci_device *dev, const char *file)
{
	return std::string("/sys/bus/pci/devices/") + dev->device.name + "/" + file;
}

/* Configuration space as root sees it, without VFIO in between. */
std::vector<uint8_t>
raw_config(const plx_pci_device *dev)
{
	std::ifstream f(sysfs(dev, "config"), std::ios::binary);

	return { std::istreambuf_iterator<char>(f), {} };
}

template <typename T> T
get(const std::vector<uint8_t> &v, size_t at)
{
	T value {};

	EXPECT_LE(at + sizeof(value), v.size());
	memcpy(&value, &v[at], sizeof(value));
	return value;
}

plx_pci_device *
device(uint16_t id)
{
	for (plx_pci_device *dev : devices)
		if (dev->id.device_id == id)
			return dev;
	ADD_FAILURE() << "no device " << std::hex << id;
	return nullptr;
}

uint32_t
mmio32(plx_pci_device *dev, int bar, uint64_t offset)
{
	volatile void *p = plx_pci_mmio_addr(dev, bar, offset, 4);

	EXPECT_NE(p, nullptr) << bar << " " << offset;
	return p != nullptr ? *static_cast<volatile uint32_t *>(p) : 0;
}

uint32_t
read32(plx_pci_device *dev, int bar, uint64_t offset)
{
	uint32_t v = 0;

	EXPECT_EQ(plx_pci_mmio_read(dev, bar, &v, sizeof(v), offset), 0) << bar << " " << offset;
	return v;
}

uint16_t
command(const plx_pci_device *dev)
{
	uint16_t v = 0;

	EXPECT_EQ(plx_pci_read_config(dev, &v, sizeof(v), PCI_COMMAND), 0);
	return v;
}

TEST(Pci, AllAreThere)
{
	EXPECT_EQ(devices.size(), 3u);
}

TEST(Pci, BarsAreTheKernels)
{
	for (plx_pci_device *dev : devices) {
		std::ifstream f(sysfs(dev, "resource"));
		uint64_t start, end, flags;
		char byte;

		f >> std::hex;
		for (int bar = 0; bar < PLX_PCI_MAX_RESOURCE; bar++) {
			const plx_mem_resource &res = dev->mem_resource[bar];

			SCOPED_TRACE(std::string(dev->device.name) + " BAR " + std::to_string(bar));
			for (uint64_t *v : { &start, &end, &flags }) {
				std::string word;

				f >> word;
				*v = std::stoull(word, nullptr, 16);
			}
			EXPECT_EQ(res.len, end != 0 ? end - start + 1 : 0);
			EXPECT_EQ(res.addr != nullptr, (flags & IORESOURCE_MEM) != 0);
			EXPECT_EQ(plx_pci_mmio_read(dev, bar, &byte, 1, res.len), -EINVAL);
			EXPECT_EQ(plx_pci_mmio_write(dev, bar, &byte, 1, res.len), -EINVAL);
		}
	}
}

/* By the file, and in memory: the same registers. */
TEST(Pci, EduRegisters)
{
	plx_pci_device *edu = device(EDU);
	uint32_t v = 0x12345678;

	ASSERT_NE(edu, nullptr);
	EXPECT_EQ(mmio32(edu, 0, 0) & 0xff, 0xedu);
	EXPECT_EQ(read32(edu, 0, 0), mmio32(edu, 0, 0));
	/* Gives back the complement of what was written. */
	ASSERT_EQ(plx_pci_mmio_write(edu, 0, &v, sizeof(v), 4), 0);
	EXPECT_EQ(mmio32(edu, 0, 4), ~v);
	EXPECT_EQ(read32(edu, 0, 4), ~v);
}

TEST(Pci, IntelRegisters)
{
	for (const uint16_t id : { E1000E, IGB }) {
		plx_pci_device *dev = device(id);

		ASSERT_NE(dev, nullptr);
		/* Control, status, and the MAC address as the reset read it from the EEPROM. */
		for (const uint32_t reg : { 0x0u, STATUS, 0x5400u, 0x5404u })
			EXPECT_EQ(read32(dev, 0, reg), mmio32(dev, 0, reg)) << id << " " << reg;
		EXPECT_EQ(mmio32(dev, 0, 0x5400) & 0xffffff, 0x005452u);
		EXPECT_EQ(plx_pci_mmio_addr(dev, 0, dev->mem_resource[0].len - 3, 4), nullptr);
	}
}

/* BAR 2 of the e1000e: IOADDR selects a register, IODATA is that register. */
TEST(Pci, IoPorts)
{
	plx_pci_device *dev = device(E1000E);

	ASSERT_NE(dev, nullptr);
	EXPECT_EQ(dev->mem_resource[2].addr, nullptr);
	EXPECT_EQ(plx_pci_mmio_addr(dev, 2, 0, 4), nullptr);
	for (const uint32_t reg : { STATUS, 0x5400u }) {
		ASSERT_EQ(plx_pci_mmio_write(dev, 2, &reg, sizeof(reg), 0), 0);
		EXPECT_EQ(read32(dev, 2, 0), reg);
		EXPECT_EQ(read32(dev, 2, 4), mmio32(dev, 0, reg));
	}
}

/* The kernel gives us the table's page, and keeps the table: writes by the file go nowhere. */
TEST(Pci, MsixTable)
{
	for (const uint16_t id : { E1000E, IGB }) {
		plx_pci_device *dev = device(id);
		const uint32_t mine = 0x5a5a5a5a;
		uint32_t table = 0;
		int pos;

		ASSERT_NE(dev, nullptr);
		pos = plx_pci_find_capability(dev, PCI_CAP_ID_MSIX);
		ASSERT_GT(pos, 0);
		ASSERT_EQ(plx_pci_read_config(dev, &table, 4, uint64_t(pos) + PCI_MSIX_TABLE), 0);

		const int bar = int(table & PCI_MSIX_TABLE_BIR);
		const uint32_t at = table & PCI_MSIX_TABLE_OFFSET;
		const uint32_t before = mmio32(dev, bar, at);

		EXPECT_EQ(read32(dev, bar, at), UINT32_MAX);
		EXPECT_EQ(plx_pci_mmio_write(dev, bar, &mine, 4, at), 0);
		EXPECT_EQ(mmio32(dev, bar, at), before);
	}
}

/* What VFIO makes up for itself is not compared: command, BARs, ROM and the interrupt's line. */
TEST(Pci, HeaderIsTheDevices)
{
	for (plx_pci_device *dev : devices) {
		const std::vector<uint8_t> raw = raw_config(dev);
		uint8_t ours[PCI_STD_HEADER_SIZEOF];

		ASSERT_GE(raw.size(), size_t(PCI_CFG_SPACE_SIZE));
		ASSERT_EQ(plx_pci_read_config(dev, ours, sizeof(ours), 0), 0);
		for (const auto &[from, to] : std::vector<std::pair<int, int>> {
			     { PCI_VENDOR_ID, PCI_COMMAND }, { PCI_STATUS, PCI_BASE_ADDRESS_0 },
			     { PCI_CARDBUS_CIS, PCI_ROM_ADDRESS }, { PCI_CAPABILITY_LIST, PCI_INTERRUPT_LINE },
			     { PCI_INTERRUPT_PIN, PCI_STD_HEADER_SIZEOF } })
			for (int i = from; i < to; i++)
				EXPECT_EQ(ours[i], raw[size_t(i)]) << dev->device.name << " " << i;
		EXPECT_EQ(plx_pci_read_config(dev, ours, 2, raw.size()), -EINVAL);
		EXPECT_EQ(plx_pci_read_config(dev, ours, 1, raw.size() - 1), 0);
	}
}

TEST(Pci, CapabilitiesAreTheDevices)
{
	for (plx_pci_device *dev : devices) {
		const std::vector<uint8_t> raw = raw_config(dev);
		std::map<uint8_t, std::vector<int>> want;

		SCOPED_TRACE(dev->device.name);
		for (size_t at = raw[PCI_CAPABILITY_LIST]; at != 0; at = raw[at + 1])
			want[raw[at]].push_back(int(at));
		EXPECT_FALSE(want.empty());
		EXPECT_EQ(plx_pci_has_capability_list(dev), 1);
		for (unsigned int id = 0; id <= 0xff; id++) {
			std::vector<int> found;
			int pos = 0;

			while ((pos = plx_pci_find_next_capability(dev, uint8_t(id), uint8_t(pos))) > 0)
				found.push_back(pos);
			EXPECT_EQ(pos, 0);
			EXPECT_EQ(found, want[uint8_t(id)]) << id;
			EXPECT_EQ(plx_pci_find_capability(dev, uint8_t(id)), found.empty() ? 0 : found[0]);
		}
	}
}

TEST(Pci, ExtendedCapabilitiesAreTheDevices)
{
	for (plx_pci_device *dev : devices) {
		const std::vector<uint8_t> raw = raw_config(dev);
		std::map<uint32_t, int> want;

		SCOPED_TRACE(dev->device.name);
		for (size_t at = raw.size() > PCI_CFG_SPACE_SIZE ? PCI_CFG_SPACE_SIZE : 0; at != 0;) {
			const uint32_t head = get<uint32_t>(raw, at);

			want.emplace(PCI_EXT_CAP_ID(head), int(at));
			at = PCI_EXT_CAP_NEXT(head);
		}
		for (uint32_t id = 1; id < 0x100; id++)
			EXPECT_EQ(plx_pci_find_ext_capability(dev, id), want[id]) << id;
	}
	EXPECT_GT(plx_pci_find_ext_capability(device(IGB), PCI_EXT_CAP_ID_SRIOV), 0);
	EXPECT_EQ(plx_pci_find_ext_capability(device(EDU), PCI_EXT_CAP_ID_SRIOV), 0);
}

/* The kernel's own list of ways to reset a device. */
bool
has_reset(const plx_pci_device *dev)
{
	std::ifstream f(sysfs(dev, "reset_method"));
	std::string methods;

	std::getline(f, methods);
	printf("%s: reset by \"%s\"\n", dev->device.name, methods.c_str());
	return !methods.empty();
}

TEST(Pci, Reset)
{
	for (plx_pci_device *dev : devices) {
		const uint16_t before = command(dev);

		SCOPED_TRACE(dev->device.name);
		EXPECT_EQ(before & (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER),
			PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
		EXPECT_EQ(plx_pci_reset(dev), has_reset(dev) ? 0 : -EOPNOTSUPP);
		EXPECT_EQ(command(dev), before);
		EXPECT_EQ(raw_config(dev)[PCI_COMMAND] & PCI_COMMAND_MASTER, PCI_COMMAND_MASTER);
		EXPECT_NE(mmio32(dev, 0, dev->id.device_id == EDU ? 0 : STATUS), UINT32_MAX);
		ASSERT_EQ(plx_pci_set_bus_master(dev, 0), 0);
		EXPECT_EQ(raw_config(dev)[PCI_COMMAND] & PCI_COMMAND_MASTER, 0);
		if (plx_pci_reset(dev) == 0) {
			EXPECT_EQ(command(dev) & PCI_COMMAND_MASTER, 0);
		}
		ASSERT_EQ(plx_pci_set_bus_master(dev, 1), 0);
		EXPECT_EQ(command(dev), before);
	}
}

/* A reset is one: what was written before it is gone. */
TEST(Pci, ResetResets)
{
	plx_pci_device *dev = device(IGB);	/* by FLR */
	const uint32_t mark = 0x12345678;

	ASSERT_NE(dev, nullptr);
	ASSERT_EQ(plx_pci_mmio_write(dev, 0, &mark, sizeof(mark), 0x5200), 0);
	EXPECT_EQ(mmio32(dev, 0, 0x5200), mark);	/* multicast table */
	ASSERT_EQ(plx_pci_reset(dev), 0);
	EXPECT_EQ(mmio32(dev, 0, 0x5200), 0u);
}

/* Each is alone behind a port of QEMU's; Linux waits for its link to come back, mostly in vain. */
TEST(Pci, HotReset)
{
	for (plx_pci_device *dev : devices) {
		const uint16_t before = command(dev);
		int ret;

		SCOPED_TRACE(dev->device.name);
		testing::internal::CaptureStderr();
		ret = plx_pci_hot_reset(dev);

		const std::string log = testing::internal::GetCapturedStderr();

		printf("%s: hot reset: %d: %s\n", dev->device.name, ret, log.c_str());
		EXPECT_TRUE(ret == 0 || ret == -EOPNOTSUPP) << ret;
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), ret < 0 ? 1 : 0) << log;
		EXPECT_EQ(command(dev), before);
		EXPECT_NE(mmio32(dev, 0, dev->id.device_id == EDU ? 0 : STATUS), UINT32_MAX);
	}
}

} // namespace
