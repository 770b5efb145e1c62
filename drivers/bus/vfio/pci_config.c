/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration space: access, capabilities, the command register. PCI 3.0, chapter 6. */
#include <errno.h>
#include <linux/pci_regs.h>

#include "vfio_private.h"

/* A list that is longer than its space has room for is a loop. */
#define MAX_CAPS ((PCI_CFG_SPACE_SIZE - PCI_STD_HEADER_SIZEOF) / 4)
#define MAX_EXT_CAPS ((PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / 4)

int
plx_pci_read_config(const struct plx_pci_device *dev, void *buf, size_t len, uint64_t offset)
{
	const struct plx_vfio_device *vfio = dev->vfio;

	return vfio == NULL ? -ENODEV : vfio_region_read(vfio->fd, &vfio->config, buf, len, offset);
}

int
plx_pci_write_config(const struct plx_pci_device *dev, const void *buf, size_t len,
	uint64_t offset)
{
	const struct plx_vfio_device *vfio = dev->vfio;

	return vfio == NULL ? -ENODEV : vfio_region_write(vfio->fd, &vfio->config, buf, len, offset);
}

int
plx_pci_has_capability_list(const struct plx_pci_device *dev)
{
	uint16_t status;
	int ret = plx_pci_read_config(dev, &status, sizeof(status), PCI_STATUS);

	return ret < 0 ? ret : (status & PCI_STATUS_CAP_LIST) != 0;
}

int
plx_pci_find_next_capability(const struct plx_pci_device *dev, uint8_t cap, uint8_t after)
{
	uint8_t head[2];	/* id, next */
	uint8_t at;
	int ret = plx_pci_has_capability_list(dev);

	if (ret <= 0)
		return ret;
	ret = plx_pci_read_config(dev, &at, 1, after ? (uint64_t)after + 1 : PCI_CAPABILITY_LIST);
	for (int i = 0; ret == 0 && i <= MAX_CAPS; i++) {
		at &= 0xfc;	/* the lower bits are reserved */
		if (at < PCI_STD_HEADER_SIZEOF)
			return 0;
		ret = plx_pci_read_config(dev, head, sizeof(head), at);
		if (ret == 0 && head[0] == cap)
			return at;
		at = head[1];
	}
	return ret < 0 ? ret : -ELOOP;
}

int
plx_pci_find_capability(const struct plx_pci_device *dev, uint8_t cap)
{
	return plx_pci_find_next_capability(dev, cap, 0);
}

int
plx_pci_find_ext_capability(const struct plx_pci_device *dev, uint32_t cap)
{
	unsigned int at = PCI_CFG_SPACE_SIZE;
	uint32_t header;

	if (dev->vfio != NULL && dev->vfio->config.size <= PCI_CFG_SPACE_SIZE)
		return 0;
	for (int i = 0; i < MAX_EXT_CAPS; i++) {
		int ret = plx_pci_read_config(dev, &header, sizeof(header), at);

		if (ret < 0)
			return ret;
		/* None at all is said by zeros, and by some by ones. */
		if (header == 0 || header == UINT32_MAX)
			return 0;
		if (PCI_EXT_CAP_ID(header) == cap)
			return (int)at;
		at = PCI_EXT_CAP_NEXT(header);
		if (at < PCI_CFG_SPACE_SIZE)
			return 0;
	}
	return -ELOOP;
}

int
pci_set_command(const struct plx_pci_device *dev, uint16_t set, uint16_t clear)
{
	uint16_t command;
	int ret = plx_pci_read_config(dev, &command, sizeof(command), PCI_COMMAND);

	if (ret < 0)
		return ret;
	command = (uint16_t)((command & ~clear) | set);
	return plx_pci_write_config(dev, &command, sizeof(command), PCI_COMMAND);
}

int
plx_pci_set_bus_master(const struct plx_pci_device *dev, int enable)
{
	return pci_set_command(dev, enable ? PCI_COMMAND_MASTER : 0,
		enable ? 0 : PCI_COMMAND_MASTER);
}
