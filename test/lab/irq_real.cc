/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts on the real kernel: each kind that a device has, by VFIO's own trigger and by a device
 * that interrupts; and the kernel's request to give the device back. The devices are those of the
 * lab; this program is their driver.
 */
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <plx_bus_vfio.h>
#include <plx_dev_event.h>
#include <plx_eal.h>

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
}

namespace {

constexpr uint16_t VIRTIO = 0x1af4, INTEL = 0x8086, EDU = 0x1234;

const struct plx_pci_id ids[] = {
	{ PLX_PCI_DEVICE(VIRTIO, 0x1041) },
	{ PLX_PCI_DEVICE(INTEL, 0x10d3) },
	{ PLX_PCI_DEVICE(EDU, 0x11e8) },
	{ 0, 0, 0, 0 },
};

plx_pci_device *probed;

int
probe(const plx_pci_driver *, plx_pci_device *dev)
{
	probed = dev;
	return 0;
}

int
remove(plx_pci_device *)
{
	probed = nullptr;
	return 0;
}

plx_pci_driver driver = { { "irq_real" }, ids, probe, remove, nullptr };

/* A number that the interrupt thread changes. */
class Counter {
public:
	void add()
	{
		std::lock_guard<std::mutex> lock(mutex_);
		n_++;
		changed_.notify_all();
	}
	bool reaches(unsigned int n)
	{
		std::unique_lock<std::mutex> lock(mutex_);
		return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return n_ >= n; });
	}

private:
	std::mutex mutex_;
	std::condition_variable changed_;
	unsigned int n_ = 0;
};

struct Case {
	const char *backend;
	const char *option;		/* of --vfio-intr */
	enum plx_pci_intr_type type;
	uint16_t vendor;
	const char *name;
};

std::string
read_line(const std::string &path)
{
	std::string line;
	std::ifstream file(path);

	std::getline(file, line);
	return line;
}

/* The device of @vendor among those of the lab, "" if there is none. */
std::string
find_device(uint16_t vendor)
{
	const char *nics = getenv("LAB_NICS");
	std::istringstream words(nics != nullptr ? nics : "");
	std::string bdf;

	while (words >> bdf) {
		const std::string text = read_line("/sys/bus/pci/devices/" + bdf + "/vendor");

		if (strtoul(text.c_str(), nullptr, 16) == vendor)
			return bdf;
	}
	return "";
}

class Irq : public testing::TestWithParam<Case> {
protected:
	void SetUp() override
	{
		static const bool registered = (plx_pci_register(&driver), true);

		ASSERT_TRUE(registered);
		bdf = find_device(GetParam().vendor);
		if (bdf.empty())
			GTEST_SKIP() << "no such device in this lab";
		std::vector<std::string> words { "irq_real", "-l", "0", "-a", bdf,
			std::string("--vfio-backend=") + GetParam().backend };

		if (GetParam().option[0] != '\0')
			words.push_back(std::string("--vfio-intr=") + GetParam().option);
		for (std::string &word : words)
			argv.push_back(&word[0]);
		argv.push_back(nullptr);
		ASSERT_EQ(plx_eal_init(int(words.size()), argv.data()), int(words.size()) - 1);
		running = true;
		ASSERT_NE(probed, nullptr);
	}

	void TearDown() override
	{
		if (running) {
			EXPECT_EQ(plx_eal_cleanup(), 0);
		}
	}

	/* VFIO's own trigger, as if the device had interrupted. */
	int trigger(uint32_t index, unsigned int vector)
	{
		vfio_irq_set set {};

		set.argsz = sizeof(set);
		set.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER;
		set.index = index;
		set.start = vector;
		set.count = 1;
		return ioctl(probed->vfio->fd, VFIO_DEVICE_SET_IRQS, &set) < 0 ? -errno : 0;
	}

	uint32_t index() const { return uint32_t(GetParam().type - PLX_PCI_INTR_LEGACY); }

	std::string bdf;
	std::vector<char *> argv;
	bool running = false;
};

struct Device {
	plx_pci_device *pci;
	Counter calls;
	std::function<void()> quiet = [] {};
};

/* As a driver does it: see what it was, then let it come again. */
int
on_interrupt(void *arg)
{
	Device *device = static_cast<Device *>(arg);

	device->quiet();
	int ret = plx_pci_intr_ack(device->pci);
	device->calls.add();
	return ret;
}

TEST_P(Irq, vector_0_calls_back)
{
	Device device;

	device.pci = probed;
	for (int round = 0; round < 3; round++) {
		ASSERT_EQ(plx_pci_intr_enable(probed, 0), 0);
		EXPECT_EQ(plx_pci_intr_type_get(probed), GetParam().type);
		ASSERT_EQ(plx_pci_intr_callback_register(probed, on_interrupt, &device), 0);
		for (unsigned int i = 1; i <= 5; i++) {
			ASSERT_EQ(trigger(index(), 0), 0);
			ASSERT_TRUE(device.calls.reaches(unsigned(5 * round) + i));
		}
		ASSERT_EQ(plx_pci_intr_callback_unregister(probed, on_interrupt, &device), 0);
		ASSERT_EQ(plx_pci_intr_disable(probed), 0);
		EXPECT_EQ(trigger(index(), 0), -EINVAL) << "it is off";
	}
}

bool
signalled(int fd)
{
	uint64_t value;

	return read(fd, &value, sizeof(value)) == ssize_t(sizeof(value));
}

TEST_P(Irq, receive_queues_have_their_own_and_more_can_be_added)
{
	if (GetParam().type != PLX_PCI_INTR_MSIX) {
		ASSERT_EQ(plx_pci_intr_enable(probed, 1), -ENOSPC);
		return;
	}
	ASSERT_EQ(plx_pci_intr_enable(probed, 1), 0);

	const int first = plx_pci_intr_rx_fd(probed, 0);

	ASSERT_GE(first, 0);
	ASSERT_EQ(trigger(index(), 1), 0);
	EXPECT_TRUE(signalled(first));
	ASSERT_EQ(plx_pci_intr_enable(probed, 2), 0);
	EXPECT_EQ(plx_pci_intr_rx_fd(probed, 0), first);
	signalled(first);	/* where the kernel can't add, once too often */
	for (uint16_t queue = 0; queue < 2; queue++) {
		ASSERT_EQ(trigger(index(), queue + 1u), 0);
		EXPECT_TRUE(signalled(plx_pci_intr_rx_fd(probed, queue)));
		EXPECT_FALSE(signalled(plx_pci_intr_rx_fd(probed, uint16_t(1 - queue))));
	}
	EXPECT_EQ(plx_pci_intr_enable(probed, 3000), -ENOSPC);
	ASSERT_EQ(trigger(index(), 2), 0);
	EXPECT_TRUE(signalled(plx_pci_intr_rx_fd(probed, 1))) << "all is as it was";
}

/* QEMU's docs/specs/edu.rst: a write to 0x60 interrupts, one to 0x64 ends it. */
TEST_P(Irq, a_device_interrupts)
{
	constexpr unsigned int RAISE = 0x60, ACK = 0x64;
	Device device;

	if (GetParam().vendor != EDU)
		GTEST_SKIP() << "only the teaching device can be told to";

	volatile uint32_t *regs = static_cast<volatile uint32_t *>(probed->mem_resource[0].addr);

	ASSERT_NE(regs, nullptr);
	device.pci = probed;
	device.quiet = [&] { regs[ACK / 4] = 1; };
	ASSERT_EQ(plx_pci_intr_enable(probed, 0), 0);
	ASSERT_EQ(plx_pci_intr_callback_register(probed, on_interrupt, &device), 0);
	for (unsigned int i = 1; i <= 100; i++) {
		regs[RAISE / 4] = 1;
		ASSERT_TRUE(device.calls.reaches(i));
	}
	ASSERT_EQ(plx_pci_intr_callback_unregister(probed, on_interrupt, &device), 0);
}

struct Seen {
	Counter calls;
	std::string name;
	plx_dev_event_type event = PLX_DEV_EVENT_ADD;
};

int
on_event(const char *name, plx_dev_event_type event, void *arg)
{
	Seen *seen = static_cast<Seen *>(arg);

	seen->name = name;
	seen->event = event;
	seen->calls.add();
	return 0;
}

TEST_P(Irq, errors_are_events)
{
	Seen seen;

	ASSERT_EQ(plx_dev_event_callback_register(bdf.c_str(), on_event, &seen), 0);

	const int ret = trigger(VFIO_PCI_ERR_IRQ_INDEX, 0);

	if (ret == 0) {
		EXPECT_TRUE(seen.calls.reaches(1));
		EXPECT_EQ(seen.name, bdf);
		EXPECT_EQ(seen.event, PLX_DEV_EVENT_ERROR);
	}
	/* The teaching device is conventional PCI, to which Linux before 7.3 gives none. */
	EXPECT_TRUE(ret == 0 || (ret == -EINVAL && GetParam().vendor == EDU)) << ret;
	ASSERT_EQ(plx_dev_event_callback_unregister(bdf.c_str(), on_event, &seen), 0);
}

int
write_bdf(const std::string &file, const std::string &bdf)
{
	const int fd = open(("/sys/bus/pci/drivers/vfio-pci/" + file).c_str(), O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, bdf.data(), bdf.size());
	const int ret = n < 0 ? -errno : 0;

	close(fd);
	return ret;
}

/* Who unbinds the device waits until it is released; we hear of that. */
TEST_P(Irq, the_kernel_wants_it_back)
{
	Seen seen;
	int unbound = -1;

	ASSERT_EQ(plx_dev_event_callback_register(nullptr, on_event, &seen), 0);

	std::thread unbinder([&] { unbound = write_bdf("unbind", bdf); });

	EXPECT_TRUE(seen.calls.reaches(1));
	EXPECT_EQ(seen.name, bdf);
	EXPECT_EQ(seen.event, PLX_DEV_EVENT_REMOVE);
	EXPECT_EQ(plx_dev_event_callback_unregister(nullptr, on_event, &seen), 0);
	EXPECT_EQ(plx_eal_cleanup(), 0);
	running = false;
	unbinder.join();
	EXPECT_EQ(unbound, 0);
	EXPECT_EQ(write_bdf("bind", bdf), 0);
}

const Case cases[] = {
	{ "iommufd", "", PLX_PCI_INTR_MSIX, VIRTIO, "virtio" },
	{ "iommufd", "legacy", PLX_PCI_INTR_LEGACY, VIRTIO, "virtio_legacy" },
	{ "iommufd", "msix", PLX_PCI_INTR_MSIX, INTEL, "e1000e_msix" },
	{ "iommufd", "msi", PLX_PCI_INTR_MSI, INTEL, "e1000e_msi" },
	{ "iommufd", "legacy", PLX_PCI_INTR_LEGACY, INTEL, "e1000e_legacy" },
	{ "iommufd", "", PLX_PCI_INTR_MSI, EDU, "edu" },
	{ "iommufd", "legacy", PLX_PCI_INTR_LEGACY, EDU, "edu_legacy" },
	{ "legacy", "", PLX_PCI_INTR_MSIX, VIRTIO, "group_virtio" },
	{ "legacy", "msi", PLX_PCI_INTR_MSI, INTEL, "group_e1000e_msi" },
	{ "legacy", "legacy", PLX_PCI_INTR_LEGACY, INTEL, "group_e1000e_legacy" },
	{ "legacy", "", PLX_PCI_INTR_MSI, EDU, "group_edu" },
	{ "legacy", "legacy", PLX_PCI_INTR_LEGACY, EDU, "group_edu_legacy" },
};

INSTANTIATE_TEST_SUITE_P(Devices, Irq, testing::ValuesIn(cases),
	[](const testing::TestParamInfo<Case> &info) { return std::string(info.param.name); });

class IrqMissing : public Irq {};

/* What was asked for is never replaced. */
TEST_P(IrqMissing, explicit_means_explicit)
{
	EXPECT_EQ(plx_pci_intr_enable(probed, 0), -ENOTSUP);
	EXPECT_EQ(plx_pci_intr_type_get(probed), PLX_PCI_INTR_NONE);
}

const Case missing[] = {
	{ "iommufd", "msix", PLX_PCI_INTR_NONE, EDU, "edu_msix" },
	{ "legacy", "msi", PLX_PCI_INTR_NONE, VIRTIO, "group_virtio_msi" },
};

INSTANTIATE_TEST_SUITE_P(Devices, IrqMissing, testing::ValuesIn(missing),
	[](const testing::TestParamInfo<Case> &info) { return std::string(info.param.name); });

} // namespace
