/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: configuration space and its capability lists. */
#include "test_vfio_fake.h"

namespace {

class PciConfig : public FakeVfio {
protected:
	void SetUp() override
	{
		FakeVfio::SetUp();
		vfio.config.size = PCI_CFG_SPACE_EXP_SIZE;
		poke(PCI_STATUS, uint16_t(PCI_STATUS_CAP_LIST));
		poke(PCI_CAPABILITY_LIST, uint8_t(0x40));
		cap(0x40, PCI_CAP_ID_PM, 0x53);	/* the lower bits mean nothing */
		cap(0x50, PCI_CAP_ID_VNDR, 0xfc);
		cap(0xfc, PCI_CAP_ID_VNDR, 0x60);
		cap(0x60, PCI_CAP_ID_EXP, 0);
		ext(0x100, PCI_EXT_CAP_ID_ERR, 0x150);
		ext(0x150, PCI_EXT_CAP_ID_ARI, 0xffc);
		ext(0xffc, PCI_EXT_CAP_ID_SRIOV, 0);
	}

	void cap(uint8_t at, uint8_t id, uint8_t next) { poke(at, uint16_t(id | next << 8)); }

	void ext(unsigned int at, unsigned int id, unsigned int next)
	{
		poke(at, uint32_t(id | 1 << 16 | next << 20));
	}

	int find(uint8_t id, uint8_t after = 0) { return plx_pci_find_next_capability(&dev, id, after); }

	int find_ext(uint32_t id) { return plx_pci_find_ext_capability(&dev, id); }
};

TEST_F(PciConfig, Access)
{
	uint32_t v = 0x12345678;

	EXPECT_EQ(plx_pci_write_config(&dev, &v, 4, 0xffc), 0);
	EXPECT_EQ(peek<uint32_t>(0xffc), v);
	v = 0;
	EXPECT_EQ(plx_pci_read_config(&dev, &v, 2, 0xffe), 0);
	EXPECT_EQ(v, 0x1234u);
	for (const uint64_t offset : { uint64_t(0xffd), uint64_t(0x1000), UINT64_MAX - 2 }) {
		EXPECT_EQ(plx_pci_read_config(&dev, &v, 4, offset), -EINVAL);
		EXPECT_EQ(plx_pci_write_config(&dev, &v, 4, offset), -EINVAL);
	}
	ASSERT_EQ(ftruncate(fd, 0xffe), 0);
	EXPECT_EQ(plx_pci_read_config(&dev, &v, 4, 0xffc), -EIO);
	dev.vfio = nullptr;
	EXPECT_EQ(plx_pci_read_config(&dev, &v, 4, 0), -ENODEV);
	EXPECT_EQ(plx_pci_write_config(&dev, &v, 4, 0), -ENODEV);
	EXPECT_EQ(plx_pci_has_capability_list(&dev), -ENODEV);
	EXPECT_EQ(find_ext(1), -ENODEV);
}

TEST_F(PciConfig, Capabilities)
{
	EXPECT_EQ(plx_pci_has_capability_list(&dev), 1);
	EXPECT_EQ(plx_pci_find_capability(&dev, PCI_CAP_ID_PM), 0x40);
	EXPECT_EQ(plx_pci_find_capability(&dev, PCI_CAP_ID_EXP), 0x60);
	EXPECT_EQ(plx_pci_find_capability(&dev, PCI_CAP_ID_MSIX), 0);
	EXPECT_EQ(find(PCI_CAP_ID_VNDR), 0x50);
	EXPECT_EQ(find(PCI_CAP_ID_VNDR, 0x50), 0xfc);
	EXPECT_EQ(find(PCI_CAP_ID_VNDR, 0xfc), 0);
	EXPECT_EQ(find(PCI_CAP_ID_EXP, 0x60), 0);
	poke(PCI_STATUS, uint16_t(0));
	EXPECT_EQ(plx_pci_has_capability_list(&dev), 0);
	EXPECT_EQ(find(PCI_CAP_ID_PM), 0);
}

TEST_F(PciConfig, CapabilitiesInALoop)
{
	cap(0x60, PCI_CAP_ID_EXP, 0x50);
	EXPECT_EQ(find(PCI_CAP_ID_EXP), 0x60);
	EXPECT_EQ(find(PCI_CAP_ID_MSIX), -ELOOP);
	/* As long as a list can be, it is none. */
	for (unsigned int at = 0x40; at <= 0xfc; at += 4)
		cap(uint8_t(at), at < 0xfc ? PCI_CAP_ID_VNDR : PCI_CAP_ID_MSIX, uint8_t(at + 4));
	EXPECT_EQ(find(PCI_CAP_ID_MSIX), 0xfc);
	EXPECT_EQ(find(PCI_CAP_ID_EXP), 0);
}

TEST_F(PciConfig, ExtendedCapabilities)
{
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_ERR), 0x100);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_ARI), 0x150);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_SRIOV), 0xffc);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_DSN), 0);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_SRIOV | 0x10000), 0);
	/* The first one may be hidden: it says only where the next one is. */
	poke(0x100, uint32_t(0x150u << 20));
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_ERR), 0);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_ARI), 0x150);
	for (const uint32_t none : { 0u, UINT32_MAX }) {
		poke(0x100, none);
		EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_ARI), 0);
		EXPECT_EQ(find_ext(none & 0xffff), 0);
	}
}

TEST_F(PciConfig, ExtendedCapabilitiesInALoop)
{
	ext(0xffc, PCI_EXT_CAP_ID_SRIOV, 0x150);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_SRIOV), 0xffc);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_DSN), -ELOOP);
	ASSERT_EQ(ftruncate(fd, 0x150), 0);
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_DSN), -EIO);
}

/* A conventional PCI device has 256 bytes, whatever is behind them in the file. */
TEST_F(PciConfig, NoExtendedSpace)
{
	vfio.config.size = PCI_CFG_SPACE_SIZE;
	EXPECT_EQ(find_ext(PCI_EXT_CAP_ID_ERR), 0);
	EXPECT_EQ(find(PCI_CAP_ID_EXP), 0x60);
}

TEST_F(PciConfig, BusMaster)
{
	poke(PCI_COMMAND, uint16_t(PCI_COMMAND_MEMORY));
	EXPECT_EQ(plx_pci_set_bus_master(&dev, 1), 0);
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	EXPECT_EQ(plx_pci_set_bus_master(&dev, 0), 0);
	EXPECT_EQ(peek<uint16_t>(PCI_COMMAND), PCI_COMMAND_MEMORY);
	dev.vfio = nullptr;
	EXPECT_EQ(plx_pci_set_bus_master(&dev, 1), -ENODEV);
}

} // namespace
