/* SPDX-License-Identifier: BSD-3-Clause */
/* --dma-check on the VFIO bus, with an address space of a back end that is the test's. */
#include "eal_env.h"
#include "test_iova_fake.h"

#include "../../drivers/bus/vfio/vfio_private.h"

namespace {

constexpr uint64_t AT = 0x100000;

class VfioCheck : public Space {
protected:
	void SetUp() override
	{
		Space::SetUp();
		vfio.space = &space;
		space.iova = s;
		bus.dma_check.on = true;
		dev.device.name = "0000:01:00.0";
		dev.device.bus = &bus.bus;
		dev.vfio = &vfio;
		ASSERT_EQ(map(AT, 2 * PAGE), 0);
		ASSERT_EQ(map(AT + 2 * PAGE, PAGE), 0);
	}

	int check(uint64_t iova, size_t len, uint32_t how = PLX_PCI_DMA_READ)
	{
		testing::internal::CaptureStderr();

		const int ret = plx_pci_dma_check(&dev, "Tx queue", iova, len, how);

		log = testing::internal::GetCapturedStderr();
		return ret;
	}

	struct vfio_bus bus {};
	vfio_space space {};
	plx_vfio_device vfio {};
	plx_pci_device dev {};
	std::string log;
};

TEST_P(VfioCheck, WhatIsMapped)
{
	EXPECT_TRUE(plx_pci_dma_check_enabled(&dev));
	EXPECT_EQ(check(AT, 1), 0);
	EXPECT_EQ(check(AT, 3 * PAGE, PLX_PCI_DMA_READ | PLX_PCI_DMA_WRITE), 0);
	EXPECT_EQ(check(AT + 3 * PAGE - 1, 1), 0);
	EXPECT_EQ(log, "");
}

TEST_P(VfioCheck, WhatIsNot)
{
	EXPECT_EQ(check(AT + 3 * PAGE - 1, 2), -EFAULT);
	for (const char *word : { "0000:01:00.0", "Tx queue", "2 bytes at 0x102fff", "EFAULT",
			"0x102000 to 0x102fff" })
		EXPECT_NE(log.find(word), log.npos) << word << ": " << log;
	EXPECT_EQ(check(AT - 1, 1), -EFAULT);
	EXPECT_EQ(check(AT, 0), -EFAULT);
	EXPECT_EQ(check(UINT64_MAX, 2), -EFAULT);
}

TEST_P(VfioCheck, ReadOnly)
{
	plx_iova_mapping m = { 2 * AT, PAGE, reinterpret_cast<void *>(2 * AT), PLX_IOVA_READ, -1, 0, 0 };

	ASSERT_EQ(plx_iova_map(s, &m), 0);
	EXPECT_EQ(check(2 * AT, PAGE), 0);
	EXPECT_EQ(check(2 * AT, PAGE, PLX_PCI_DMA_WRITE), -EFAULT);
	EXPECT_NE(log.find("read only"), log.npos) << log;
}

/* The second line comes when its time has come, and tells of those before. */
TEST_P(VfioCheck, LinesAreRateLimited)
{
	EXPECT_EQ(check(AT - 1, 1), -EFAULT);
	EXPECT_NE(log, "");
	bus.dma_check.next_line = UINT64_MAX;
	EXPECT_EQ(check(AT - 1, 1), -EFAULT);
	EXPECT_EQ(check(AT - 1, 1), -EFAULT);
	EXPECT_EQ(log, "");
	bus.dma_check.next_line = 0;
	EXPECT_EQ(check(AT - 1, 1), -EFAULT);
	EXPECT_NE(log.find("2 more"), log.npos) << log;
}

TEST_P(VfioCheck, OffOrNotOpen)
{
	bus.dma_check.on = false;
	EXPECT_FALSE(plx_pci_dma_check_enabled(&dev));
	EXPECT_EQ(check(0, 1), 0);
	bus.dma_check.on = true;
	dev.vfio = nullptr;
	EXPECT_EQ(check(AT, 1), -EFAULT);
	EXPECT_NE(log.find("nothing is mapped"), log.npos) << log;
	dev.device.bus = nullptr;
	EXPECT_FALSE(plx_pci_dma_check_enabled(&dev));
}

INSTANTIATE_TEST_SUITE_P(All, VfioCheck, testing::Values(&open_ops, &late_ops));

} // namespace
