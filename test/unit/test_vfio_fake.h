/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VFIO_FAKE_H
#define TEST_VFIO_FAKE_H
/*
 * A VFIO device without a kernel: a memfd is the device's file, and this program's own ioctl()
 * answers for it. For one test file of a program.
 */
#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <linux/pci.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
}

/* What the kernel would say about a region. */
struct FakeRegion {
	uint64_t offset = 0, size = 0;
	uint32_t flags = 0;
	std::vector<uint8_t> caps;	/* as they follow the info */
};

/* What the kernel would say about a kind of interrupts. */
struct FakeIrqs {
	uint32_t count = 0, flags = 0;
	std::vector<int> fds;		/* of the vectors that are enabled */
	unsigned int unmasked = 0;
};

class FakeVfio : public testing::Test {
public:
	static constexpr uint64_t BAR_SPACING = 1 << 20;
	static constexpr uint32_t ACCESS = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

	int answer(unsigned long request, void *arg)
	{
		calls[request]++;
		/* Also if it is said to have failed, as a port does that loses its link. */
		if (request == VFIO_DEVICE_PCI_HOT_RESET)
			poke(PCI_COMMAND, uint16_t(0));
		if (!errors[request].empty()) {
			const int err = errors[request].front();

			if (errors[request].size() > 1 || !forever)
				errors[request].erase(errors[request].begin());
			if (err != 0)
				return err;
		}
		switch (request) {
		case VFIO_DEVICE_GET_INFO:
			static_cast<vfio_device_info *>(arg)->flags = device_flags;
			return 0;
		case VFIO_DEVICE_GET_REGION_INFO:
			return region_info(static_cast<vfio_region_info *>(arg));
		case VFIO_DEVICE_RESET:
			poke(PCI_COMMAND, uint16_t(0));
			return 0;
		case VFIO_DEVICE_GET_PCI_HOT_RESET_INFO:
			return hot_reset_info(static_cast<vfio_pci_hot_reset_info *>(arg));
		case VFIO_DEVICE_PCI_HOT_RESET:
			return hot_reset(static_cast<vfio_pci_hot_reset *>(arg));
		case VFIO_DEVICE_GET_IRQ_INFO:
			return irq_info(static_cast<vfio_irq_info *>(arg));
		case VFIO_DEVICE_SET_IRQS:
			return set_irqs(static_cast<const vfio_irq_set *>(arg));
		}
		return -ENOTTY;
	}

	int fd = -1;

protected:
	void SetUp() override
	{
		fd = memfd_create("device", 0);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(ftruncate(fd, off_t(8 * BAR_SPACING)), 0);
		vfio.name = "0000:01:00.0";
		vfio.fd = fd;
		dev.device.name = vfio.name;
		dev.device.bus = &bus.bus;
		dev.addr.bus = 1;
		dev.vfio = &vfio;
		bus.devices = &dev;
		regions[VFIO_PCI_CONFIG_REGION_INDEX] = { 0, PCI_CFG_SPACE_EXP_SIZE, ACCESS, {} };
		self() = this;
	}

	void TearDown() override
	{
		self() = nullptr;
		close(fd);
	}

	/* Run it, and have what it logged in @log. */
	template <typename Fn> int logged(Fn fn)
	{
		testing::internal::CaptureStderr();

		const int ret = fn();

		log = testing::internal::GetCapturedStderr();
		return ret;
	}

	bool log_has(const char *words) const { return log.find(words) != log.npos; }

	auto log_lines() const { return std::count(log.begin(), log.end(), '\n'); }

	/* BAR @bar of the file, which has the number @bar in every byte. */
	FakeRegion &add_bar(unsigned int bar, uint64_t size, uint32_t flags)
	{
		const std::vector<uint8_t> content(size, uint8_t(bar));
		FakeRegion &r = regions[bar];

		r = { (bar + 1) * BAR_SPACING, size, flags, {} };
		EXPECT_EQ(pwrite(fd, content.data(), size, off_t(r.offset)), ssize_t(size));
		return r;
	}

	template <typename T> void poke(uint64_t offset, T value)
	{
		ASSERT_EQ(pwrite(fd, &value, sizeof(value), off_t(offset)), ssize_t(sizeof(value)));
	}

	template <typename T> T peek(uint64_t offset)
	{
		T value {};

		EXPECT_EQ(pread(fd, &value, sizeof(value), off_t(offset)), ssize_t(sizeof(value)));
		return value;
	}

	/* What a request answers next, one by one, 0 for going on; with @forever the last stays. */
	std::map<unsigned long, std::vector<int>> errors;
	bool forever = false;
	std::map<unsigned long, unsigned int> calls;
	uint32_t device_flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	std::map<unsigned int, FakeRegion> regions;
	std::map<unsigned int, FakeIrqs> irqs;
	std::vector<vfio_pci_dependent_device> affected;
	uint32_t hot_flags = 0;
	std::vector<int> shown;		/* group files of the last hot reset */
	plx_vfio_device vfio {};
	plx_pci_device dev {};
	struct vfio_bus bus {};
	std::string log;

private:
	static FakeVfio *&self()
	{
		static FakeVfio *fake;
		return fake;
	}

	friend FakeVfio *fake_of(int fd);

	int region_info(vfio_region_info *info)
	{
		const FakeRegion &r = regions[info->index];
		const uint32_t needed = uint32_t(sizeof(*info) + r.caps.size());

		info->flags = r.flags;
		info->offset = r.offset;
		info->size = r.size;
		info->cap_offset = 0;
		if (r.caps.empty())
			return 0;
		info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
		if (info->argsz < needed) {
			info->argsz = needed;
			return 0;
		}
		memcpy(info + 1, r.caps.data(), r.caps.size());
		info->cap_offset = sizeof(*info);
		return 0;
	}

	/* 3: the kernel says EINVAL for errors of conventional PCI, and not a count of 0. */
	int irq_info(vfio_irq_info *info)
	{
		if (irqs.count(info->index) == 0)
			return -EINVAL;
		info->count = irqs[info->index].count;
		info->flags = irqs[info->index].flags;
		return 0;
	}

	int set_irqs(const vfio_irq_set *set)
	{
		FakeIrqs &i = irqs[set->index];
		const uint32_t end = set->start + set->count;

		if (set->flags == (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER) &&
		    set->count == 0) {
			i.fds.clear();
			return 0;
		}
		if (end > i.count)
			return -EINVAL;
		if (set->flags == (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK)) {
			i.unmasked += set->count;
			return 0;
		}
		if (set->flags != (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER) ||
		    set->argsz != sizeof(*set) + set->count * sizeof(int) ||
		    (!i.fds.empty() && end > i.fds.size() && (i.flags & VFIO_IRQ_INFO_NORESIZE)))
			return -EINVAL;
		i.fds.resize(std::max(i.fds.size(), size_t(end)), -1);
		memcpy(&i.fds[set->start], set->data, set->count * sizeof(int));
		return 0;
	}

	int hot_reset_info(vfio_pci_hot_reset_info *info)
	{
		const size_t bytes = affected.size() * sizeof(affected[0]);

		info->flags = hot_flags;
		info->count = uint32_t(affected.size());
		if (info->argsz < sizeof(*info) + bytes)
			return -ENOSPC;
		memcpy(info->devices, affected.data(), bytes);
		return 0;
	}

	int hot_reset(const vfio_pci_hot_reset *request)
	{
		if (request->argsz < sizeof(*request) + request->count * sizeof(int32_t))
			return -EINVAL;
		shown.assign(request->group_fds, request->group_fds + request->count);
		return 0;
	}
};

inline FakeVfio *
fake_of(int fd)
{
	FakeVfio *fake = FakeVfio::self();

	return fake != nullptr && fake->fd == fd ? fake : nullptr;
}

/* Instead of libc's. */
extern "C" int
ioctl(int fd, unsigned long request, ...) noexcept
{
	va_list list;

	va_start(list, request);
	void *arg = va_arg(list, void *);
	va_end(list);
	if (fake_of(fd) == nullptr)
		return int(syscall(SYS_ioctl, fd, request, arg));

	const int ret = fake_of(fd)->answer(request, arg);

	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

#endif
