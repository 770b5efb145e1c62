/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of the application, and DMA to it on two buses made up for the purpose. */
#include <cerrno>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <plx_dev.h>
#include <plx_malloc.h>

#include "eal_env.h"

namespace {

constexpr size_t PAGE = 4096;

struct FakeBus {
	plx_bus bus = {};
	std::set<std::tuple<plx_device *, void *, size_t>> maps;
	int fd = -2;
	uint64_t fd_offset = 0;
	int map_ret = 0, unmap_ret = 0;

	static FakeBus *of(plx_bus *bus)
	{
		return reinterpret_cast<FakeBus *>(bus);	/* its first member */
	}

	explicit FakeBus(const char *name, bool dma)
	{
		bus.name = name;
		bus.scan = bus.probe = bus.cleanup = [](plx_bus *) { return 0; };
		if (!dma) {
			plx_bus_register(&bus);
			return;
		}
		bus.dma_map = [](plx_bus *b, plx_device *dev, void *addr, uint64_t iova, size_t len,
			int fd, uint64_t fd_offset) {
			FakeBus *self = of(b);

			EXPECT_EQ(iova, reinterpret_cast<uintptr_t>(addr));
			self->fd = fd;
			self->fd_offset = fd_offset;
			if (self->map_ret == 0) {
				EXPECT_TRUE(self->maps.insert({ dev, addr, len }).second);
			}
			return self->map_ret;
		};
		bus.dma_unmap = [](plx_bus *b, plx_device *dev, void *addr, uint64_t, size_t len) {
			FakeBus *self = of(b);

			if (self->unmap_ret == 0) {
				EXPECT_EQ(self->maps.erase({ dev, addr, len }), 1u);
			}
			return self->unmap_ret;
		};
		plx_bus_register(&bus);
	}
};

/* Registered before main(), as a bus of the library is. */
FakeBus bus_a("fake_a", true), bus_b("fake_b", true), no_dma("fake_c", false);

class Extmem : public testing::Test {
protected:
	void SetUp() override
	{
		fd = memfd_create("extmem", MFD_CLOEXEC);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(ftruncate(fd, 20 * PAGE), 0);
		void *p = mmap(nullptr, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4 * PAGE);
		ASSERT_NE(p, MAP_FAILED);
		addr = static_cast<char *>(p);
		iova = reinterpret_cast<uintptr_t>(p);
	}

	void TearDown() override
	{
		munmap(addr, LEN);
		close(fd);
		EXPECT_TRUE(bus_a.maps.empty());
		EXPECT_TRUE(bus_b.maps.empty());
	}

	static constexpr size_t LEN = 16 * PAGE;
	int fd = -1;
	char *addr = nullptr;
	uint64_t iova = 0;
};

TEST_F(Extmem, IsKnownWhileItIsRegistered)
{
	uint64_t offset = 0;

	EXPECT_EQ(plx_mem_virt2iova(addr), PLX_BAD_IOVA);
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, fd, 4 * PAGE), 0);
	EXPECT_EQ(plx_mem_virt2iova(addr + 5000), iova + 5000);
	EXPECT_EQ(plx_mem_virt2iova(addr + LEN), PLX_BAD_IOVA);
	EXPECT_EQ(plx_mem_virt2fd(addr + 5000, &offset), fd);
	EXPECT_EQ(offset, 4 * PAGE + 5000);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
	EXPECT_EQ(plx_mem_virt2iova(addr), PLX_BAD_IOVA);
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, -1, 0), 0);
	EXPECT_EQ(plx_mem_virt2iova(addr), iova);
	EXPECT_EQ(plx_mem_virt2fd(addr, &offset), -ENOENT);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
}

TEST_F(Extmem, BadRequests)
{
	void *heap = plx_malloc("t", 2 * PAGE, PAGE);

	ASSERT_NE(heap, nullptr);
	EXPECT_EQ(plx_extmem_register(heap, PAGE, PAGE, -1, 0), -EEXIST);
	/* Reserved for regions, though there is none yet. */
	EXPECT_EQ(plx_extmem_register(static_cast<char *>(heap) + (1u << 30), PAGE, PAGE, -1, 0), -EEXIST);
	EXPECT_EQ(plx_extmem_register(nullptr, PAGE, PAGE, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, 0, PAGE, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr + 1, PAGE, PAGE, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, PAGE + 1, PAGE, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, PAGE, 3 * PAGE, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, PAGE, 64, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, PAGE, PAGE, fd, 7), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, PAGE, PAGE, -2, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_register(addr, 0 - PAGE, PAGE, -1, 0), -EINVAL);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), -ENOENT);
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, -1, 0), 0);
	EXPECT_EQ(plx_extmem_register(addr + PAGE, PAGE, PAGE, -1, 0), -EEXIST);
	EXPECT_EQ(plx_extmem_register(addr, LEN, PAGE, -1, 0), -EEXIST);
	EXPECT_EQ(plx_extmem_unregister(addr, PAGE), -ENOENT);
	EXPECT_EQ(plx_extmem_unregister(addr + PAGE, LEN), -ENOENT);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
	plx_free(heap);
}

TEST_F(Extmem, DmaOfAllDevices)
{
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, fd, 4 * PAGE), 0);
	EXPECT_EQ(plx_dev_dma_map(nullptr, addr + PAGE, iova + PAGE, 2 * PAGE), 0);
	EXPECT_EQ(bus_a.maps.size(), 1u);
	EXPECT_EQ(bus_b.maps.size(), 1u);
	EXPECT_EQ(bus_b.fd, fd);
	EXPECT_EQ(bus_b.fd_offset, 5 * PAGE);
	EXPECT_EQ(plx_dev_dma_map(nullptr, addr + PAGE, iova + PAGE, 2 * PAGE), -EEXIST);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), -EBUSY);
	EXPECT_EQ(plx_dev_dma_unmap(nullptr, addr + PAGE, iova + PAGE, PAGE), -ENOENT);
	bus_b.unmap_ret = -EIO;
	EXPECT_EQ(plx_dev_dma_unmap(nullptr, addr + PAGE, iova + PAGE, 2 * PAGE), -EIO);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), -EBUSY);
	bus_b.unmap_ret = 0;
	bus_a.maps.insert({ nullptr, addr + PAGE, 2 * PAGE });	/* so that it can go again */
	EXPECT_EQ(plx_dev_dma_unmap(nullptr, addr + PAGE, iova + PAGE, 2 * PAGE), 0);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
}

TEST_F(Extmem, DmaOfOneDevice)
{
	plx_device dev = {}, deaf = {};

	dev.bus = &bus_b.bus;
	deaf.bus = &no_dma.bus;
	EXPECT_EQ(plx_dev_dma_map(&dev, addr, iova, PAGE), -ENOENT);
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, -1, 0), 0);
	EXPECT_EQ(plx_dev_dma_map(&dev, addr, iova + PAGE, PAGE), -EINVAL);
	EXPECT_EQ(plx_dev_dma_map(&dev, addr, iova, 0), -EINVAL);
	EXPECT_EQ(plx_dev_dma_map(&dev, addr, iova, 100), -EINVAL);
	EXPECT_EQ(plx_dev_dma_map(&dev, addr + 64, iova + 64, PAGE), -EINVAL);
	EXPECT_EQ(plx_dev_dma_map(&dev, addr, iova, LEN + PAGE), -ENOENT);
	EXPECT_EQ(plx_dev_dma_map(&deaf, addr, iova, PAGE), -ENOTSUP);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, -1, 0), 0);
	EXPECT_EQ(plx_dev_dma_map(&dev, addr, iova, LEN), 0);
	EXPECT_TRUE(bus_a.maps.empty());
	EXPECT_EQ(bus_b.maps.count({ &dev, addr, LEN }), 1u);
	EXPECT_EQ(bus_b.fd, -1);
	EXPECT_EQ(plx_dev_dma_unmap(nullptr, addr, iova, LEN), -ENOENT);
	EXPECT_EQ(plx_dev_dma_unmap(&dev, addr, iova, LEN), 0);
	EXPECT_EQ(plx_dev_dma_unmap(&dev, addr, iova, LEN), -ENOENT);
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
}

/* The second bus refuses: the first one forgets it again. */
TEST_F(Extmem, DmaIsAllOrNothing)
{
	ASSERT_EQ(plx_extmem_register(addr, LEN, PAGE, -1, 0), 0);
	bus_b.map_ret = -ENOSPC;
	EXPECT_EQ(plx_dev_dma_map(nullptr, addr, iova, LEN), -ENOSPC);
	bus_b.map_ret = 0;
	EXPECT_TRUE(bus_a.maps.empty());
	EXPECT_EQ(plx_extmem_unregister(addr, LEN), 0);
}

} // namespace
