/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: reset and hot reset. */
#include <chrono>

#include "test_vfio_fake.h"

namespace {

constexpr uint16_t ON = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
constexpr uint32_t BY_NODE = 1, OWNED = 2;	/* flags of the kernel, newer than our headers */
constexpr uint32_t NOT_OWNED = UINT32_MAX;

class VfioReset : public FakeVfio {
protected:
	void SetUp() override
	{
		FakeVfio::SetUp();
		ASSERT_EQ(vfio_region_get(fd, VFIO_PCI_CONFIG_REGION_INDEX, &vfio.config), 0);
		vfio.can_reset = true;
		poke(PCI_COMMAND, uint16_t(ON | PCI_COMMAND_INTX_DISABLE));
	}

	/* A device that a hot reset hits; the first one is ours. */
	void add_affected(uint8_t bus_nr, uint8_t slot, uint8_t function, uint32_t id)
	{
		affected.push_back({ id, 0, bus_nr, uint8_t(PCI_DEVFN(slot, function)) });
	}

	void add_group(unsigned int id, int group_fd)
	{
		groups.push_back({ id, group_fd, 1, nullptr, nullptr });
		for (size_t i = 0; i < groups.size(); i++)
			groups[i].next = i + 1 < groups.size() ? &groups[i + 1] : nullptr;
		bus.groups = groups.data();
	}

	int hot_reset()
	{
		const int ret = logged([this] { return plx_pci_hot_reset(&dev); });

		EXPECT_EQ(log_lines(), ret < 0 ? 1 : 0) << log;
		return ret;
	}

	std::vector<vfio_group> groups;
};

TEST_F(VfioReset, LeavesTheDeviceOn)
{
	ASSERT_EQ(plx_pci_reset(&dev), 0);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], 1u);
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), ON);
	poke(PCI_COMMAND, uint16_t(PCI_COMMAND_MEMORY));
	ASSERT_EQ(plx_pci_reset(&dev), 0);
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), PCI_COMMAND_MEMORY);
}

TEST_F(VfioReset, CanNot)
{
	vfio.can_reset = false;
	EXPECT_EQ(plx_pci_reset(&dev), -EOPNOTSUPP);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], 0u);
	dev.vfio = nullptr;
	EXPECT_EQ(plx_pci_reset(&dev), -ENODEV);
	EXPECT_EQ(plx_pci_hot_reset(&dev), -ENODEV);
}

TEST_F(VfioReset, WaitsForAnother)
{
	errors[VFIO_DEVICE_RESET] = { -EBUSY, -EAGAIN, -EAGAIN };
	EXPECT_EQ(plx_pci_reset(&dev), 0);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], 4u);
	errors[VFIO_DEVICE_RESET] = { -EIO };
	EXPECT_EQ(plx_pci_reset(&dev), -EIO);
	EXPECT_EQ(calls[VFIO_DEVICE_RESET], 5u);
}

TEST_F(VfioReset, DoesNotWaitForEver)
{
	const auto start = std::chrono::steady_clock::now();

	errors[VFIO_DEVICE_RESET] = { -EBUSY };
	forever = true;
	EXPECT_EQ(plx_pci_reset(&dev), -EBUSY);
	EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(900));
	EXPECT_GT(calls[VFIO_DEVICE_RESET], 1u);
}

TEST_F(VfioReset, HotByNodes)
{
	plx_vfio_device other_vfio = vfio;
	plx_pci_device other = dev;

	/* The other one's configuration space is BAR 0's part of the file. */
	other_vfio.config.offset = BAR_SPACING;
	other.vfio = &other_vfio;
	other.addr.function = 1;
	dev.next = &other;
	poke(BAR_SPACING + PCI_COMMAND, uint16_t(PCI_COMMAND_MASTER));
	hot_flags = BY_NODE | OWNED;
	add_affected(1, 0, 0, 3);
	add_affected(1, 0, 1, 4);
	add_affected(1, 0, 2, 0);	/* open nowhere, but in a group of ours */
	add_group(7, 70);
	errors[VFIO_DEVICE_PCI_HOT_RESET] = { -EAGAIN };
	ASSERT_EQ(hot_reset(), 0);
	EXPECT_EQ(calls[VFIO_DEVICE_PCI_HOT_RESET], 2u);
	EXPECT_TRUE(shown.empty());
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), ON);
	EXPECT_EQ(peek<uint16_t>(BAR_SPACING + PCI_COMMAND), PCI_COMMAND_MASTER);
}

TEST_F(VfioReset, HotByNodesWithOneInTheWay)
{
	hot_flags = BY_NODE;
	add_affected(1, 0, 0, 3);
	add_affected(1, 0x1f, 7, NOT_OWNED);
	EXPECT_EQ(hot_reset(), -EBUSY);
	EXPECT_TRUE(log_has("0000:01:00.0: ")) << log;
	EXPECT_TRUE(log_has("0000:01:1f.7") && log_has("EBUSY")) << log;
	EXPECT_EQ(calls[VFIO_DEVICE_PCI_HOT_RESET], 0u);
}

TEST_F(VfioReset, HotByGroups)
{
	add_group(5, 50);
	add_group(6, 60);
	add_group(7, 70);
	/* More than we first make room for, of two groups. */
	for (uint8_t i = 0; i < 20; i++)
		add_affected(1, i, 0, i % 2 ? 5 : 7);
	ASSERT_EQ(hot_reset(), 0);
	EXPECT_EQ(calls[VFIO_DEVICE_GET_PCI_HOT_RESET_INFO], 2u);
	EXPECT_EQ(shown, (std::vector<int> { 70, 50 }));
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), ON);
}

TEST_F(VfioReset, HotByGroupsWithOneInTheWay)
{
	add_group(5, 50);
	add_affected(1, 0, 0, 5);
	add_affected(2, 3, 1, 12);
	EXPECT_EQ(hot_reset(), -EBUSY);
	EXPECT_TRUE(log_has("0000:02:03.1 too, which is in group 12 ")) << log;
	EXPECT_EQ(calls[VFIO_DEVICE_PCI_HOT_RESET], 0u);
}

/* In a group of ours, and so allowed, but not bound: the kernel's word for that is EINVAL. */
TEST_F(VfioReset, HotByGroupsWithOneUnbound)
{
	add_group(5, 50);
	add_affected(0x7f, 0x1f, 5, 5);		/* in no sysfs: so it has no driver there */
	errors[VFIO_DEVICE_PCI_HOT_RESET] = { -EINVAL };
	EXPECT_EQ(hot_reset(), -EBUSY);
	EXPECT_TRUE(log_has("0000:7f:1f.5 too, which has no driver")) << log;
	affected.clear();
	errors[VFIO_DEVICE_PCI_HOT_RESET] = { -EINVAL };
	EXPECT_EQ(hot_reset(), -EINVAL);
}

TEST_F(VfioReset, HotCanNot)
{
	hot_flags = BY_NODE | OWNED;
	add_affected(1, 0, 0, 3);
	errors[VFIO_DEVICE_GET_PCI_HOT_RESET_INFO] = { -ENODEV };
	EXPECT_EQ(hot_reset(), -EOPNOTSUPP);
	errors[VFIO_DEVICE_PCI_HOT_RESET] = { -ENOTTY };
	EXPECT_EQ(hot_reset(), -EOPNOTSUPP);
	EXPECT_TRUE(log_has("port above")) << log;
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), ON);
	errors[VFIO_DEVICE_PCI_HOT_RESET] = { -EIO };
	EXPECT_EQ(hot_reset(), -EIO);
	errors[VFIO_DEVICE_GET_PCI_HOT_RESET_INFO] = { -EIO };
	EXPECT_EQ(hot_reset(), -EIO);
	/* More and more of them. */
	errors[VFIO_DEVICE_GET_PCI_HOT_RESET_INFO] = { -ENOSPC };
	forever = true;
	EXPECT_EQ(hot_reset(), -E2BIG);
}

} // namespace
