/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IOVA_EDU_H
#define TEST_IOVA_EDU_H
/*
 * QEMU's teaching device as a DMA engine (docs/specs/edu.rst of QEMU): what it reads and writes
 * says which pages the IOMMU really has at an address.
 */
#include <chrono>
#include <ctime>

#include <linux/vfio.h>
#include <sys/ioctl.h>

#include "iova_real.h"

namespace {

class Edu {
public:
	/* @attached is a device node, or a group with the device @bdf. */
	Edu(int attached, const char *bdf, bool iommufd)
	{
		vfio_region_info bar = {}, config = {};

		bar.argsz = config.argsz = sizeof(bar);
		bar.index = VFIO_PCI_BAR0_REGION_INDEX;
		config.index = VFIO_PCI_CONFIG_REGION_INDEX;
		fd = iommufd ? dup(attached) : ioctl(attached, VFIO_GROUP_GET_DEVICE_FD, bdf);
		EXPECT_GE(fd, 0) << strerror(errno);
		EXPECT_EQ(ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &bar), 0) << strerror(errno);
		EXPECT_EQ(ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &config), 0) << strerror(errno);
		size = bar.size;
		regs = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			static_cast<off_t>(bar.offset));
		EXPECT_NE(regs, MAP_FAILED) << strerror(errno);
		enable(static_cast<off_t>(config.offset) + COMMAND);
	}
	~Edu()
	{
		munmap(regs, size);
		close(fd);
	}
	Edu(const Edu &) = delete;
	Edu &operator=(const Edu &) = delete;

	/* Copy @n bytes, up to 4 KiB, from one I/O address to another. false: it does not end. */
	bool copy(uint64_t dst, uint64_t src, uint64_t n)
	{
		return run(src, BUFFER, n, START) && run(BUFFER, dst, n, START | FROM_DEVICE);
	}

private:
	static constexpr off_t COMMAND = 4;			/* PCI: command register */
	static constexpr uint16_t MEMORY_AND_MASTER = 6;
	static constexpr uint64_t BUFFER = 0x40000, SRC = 0x80, DST = 0x88, COUNT = 0x90, CMD = 0x98;
	static constexpr uint64_t START = 1, FROM_DEVICE = 2;

	void enable(off_t offset)
	{
		uint16_t command = 0;

		EXPECT_EQ(pread(fd, &command, sizeof(command), offset), ssize_t(sizeof(command)));
		command |= MEMORY_AND_MASTER;
		EXPECT_EQ(pwrite(fd, &command, sizeof(command), offset), ssize_t(sizeof(command)));
	}

	volatile uint64_t &reg(uint64_t offset)
	{
		return *reinterpret_cast<volatile uint64_t *>(static_cast<char *>(regs) + offset);
	}

	bool run(uint64_t src, uint64_t dst, uint64_t n, uint64_t cmd)
	{
		auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
		const timespec moment = { 0, 1000000 };

		reg(SRC) = src;
		reg(DST) = dst;
		reg(COUNT) = n;
		reg(CMD) = cmd;
		while (reg(CMD) & START) {
			if (std::chrono::steady_clock::now() > deadline)
				return false;
			nanosleep(&moment, nullptr);
		}
		return true;
	}

	int fd;
	uint64_t size;
	void *regs;
};

} // namespace
#endif
