/* SPDX-License-Identifier: BSD-3-Clause */
/* An open VFIO device, however it was opened: BARs, configuration space, reset. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio_private.h"

/* A capability list longer than configuration space has room for is a loop. */
#define MAX_CAPS 48

static int
region_info(const struct plx_vfio_device *dev, uint32_t index, struct vfio_region_info *info)
{
	*info = (struct vfio_region_info){ .argsz = sizeof(*info), .index = index };
	return ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info) < 0 ? -errno : 0;
}

static int
map_bar(struct plx_pci_device *pci, unsigned int bar)
{
	struct plx_mem_resource *res = &pci->mem_resource[bar];
	struct vfio_region_info info;
	int ret = region_info(pci->vfio, VFIO_PCI_BAR0_REGION_INDEX + bar, &info);

	if (ret < 0)
		return ret;
	res->len = info.size;
	if (info.size == 0 || !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return 0;
	res->addr = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, pci->vfio->fd,
		(off_t)info.offset);
	if (res->addr == MAP_FAILED) {
		res->addr = NULL;
		return -errno;
	}
	return 0;
}

static int
unmap_bars(struct plx_pci_device *pci)
{
	int first = 0;

	for (unsigned int bar = 0; bar < PLX_PCI_MAX_RESOURCE; bar++) {
		struct plx_mem_resource *res = &pci->mem_resource[bar];

		if (res->addr != NULL && munmap(res->addr, res->len) < 0 && first == 0)
			first = -errno;
		*res = (struct plx_mem_resource){ 0 };
	}
	return first;
}

static int
read_info(struct plx_pci_device *pci)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct plx_vfio_device *dev = pci->vfio;
	struct vfio_region_info config;
	int ret;

	if (ioctl(dev->fd, VFIO_DEVICE_GET_INFO, &info) < 0)
		return -errno;
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI))
		return -ENOTSUP;
	dev->can_reset = (info.flags & VFIO_DEVICE_FLAGS_RESET) != 0;
	ret = region_info(dev, VFIO_PCI_CONFIG_REGION_INDEX, &config);
	if (ret < 0)
		return ret;
	dev->config_offset = config.offset;
	dev->config_size = config.size;
	return 0;
}

static int
set_command(const struct plx_pci_device *pci, uint16_t set, uint16_t clear)
{
	uint16_t command;
	int ret = plx_pci_read_config(pci, &command, sizeof(command), PCI_COMMAND);

	if (ret < 0)
		return ret;
	command = (uint16_t)((command & ~clear) | set);
	return plx_pci_write_config(pci, &command, sizeof(command), PCI_COMMAND);
}

/* From a freshly opened device to one that a driver can use. */
static int
setup(struct plx_pci_device *pci, const char **step)
{
	int ret;

	*step = "read its description";
	ret = read_info(pci);
	if (ret < 0)
		return ret;
	*step = "reset it";
	ret = plx_pci_reset(pci);
	if (ret < 0 && ret != -EOPNOTSUPP)
		return ret;
	*step = "enable memory and bus master";
	ret = set_command(pci, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
	*step = "map its BARs";
	for (unsigned int bar = 0; bar < PLX_PCI_MAX_RESOURCE && ret == 0; bar++)
		ret = map_bar(pci, bar);
	if (ret < 0)
		return ret;
	*step = "hear of its removal and errors";
	return vfio_irq_setup(pci);
}

int
vfio_device_setup(struct plx_pci_device *pci)
{
	const char *step;
	int ret = setup(pci, &step);

	if (ret == 0)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: can't %s (%s): see dmesg", pci->device.name, step,
		plx_strerror(ret));
	if (vfio_device_teardown(pci) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "%s: teardown after that failed too", pci->device.name);
	return ret;
}

int
vfio_device_teardown(struct plx_pci_device *pci)
{
	int first = vfio_irq_teardown(pci);
	int ret = unmap_bars(pci);

	first = first < 0 ? first : ret;
	ret = pci->vfio->config_size > 0 ? plx_pci_set_bus_master(pci, 0) : 0;
	return first < 0 ? first : ret;
}

/* Where @offset of configuration space is in the device's file; -ENODEV, -EINVAL. */
static off_t
config_at(const struct plx_pci_device *dev, size_t len, uint64_t offset)
{
	const struct plx_vfio_device *vfio = dev->vfio;

	if (vfio == NULL)
		return -ENODEV;
	if (offset > vfio->config_size || len > vfio->config_size - offset)
		return -EINVAL;
	return (off_t)(vfio->config_offset + offset);
}

static int
whole(ssize_t done, size_t len)
{
	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

int
plx_pci_read_config(const struct plx_pci_device *dev, void *buf, size_t len, uint64_t offset)
{
	off_t at = config_at(dev, len, offset);

	return at < 0 ? (int)at : whole(pread(dev->vfio->fd, buf, len, at), len);
}

int
plx_pci_write_config(const struct plx_pci_device *dev, const void *buf, size_t len,
	uint64_t offset)
{
	off_t at = config_at(dev, len, offset);

	return at < 0 ? (int)at : whole(pwrite(dev->vfio->fd, buf, len, at), len);
}

int
plx_pci_find_capability(const struct plx_pci_device *dev, uint8_t cap, uint8_t after)
{
	uint16_t status;
	uint8_t head[2];	/* id, next */
	uint8_t at;
	int ret = plx_pci_read_config(dev, &status, sizeof(status), PCI_STATUS);

	if (ret < 0)
		return ret;
	if (!(status & PCI_STATUS_CAP_LIST))
		return 0;
	ret = plx_pci_read_config(dev, &at, 1, after ? (uint64_t)after + 1 : PCI_CAPABILITY_LIST);
	for (int i = 0; ret == 0 && i < MAX_CAPS; i++) {
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
plx_pci_set_bus_master(const struct plx_pci_device *dev, int enable)
{
	return set_command(dev, enable ? PCI_COMMAND_MASTER : 0, enable ? 0 : PCI_COMMAND_MASTER);
}

int
plx_pci_reset(const struct plx_pci_device *dev)
{
	if (dev->vfio == NULL)
		return -ENODEV;
	if (!dev->vfio->can_reset)
		return -EOPNOTSUPP;
	return ioctl(dev->vfio->fd, VFIO_DEVICE_RESET) < 0 ? -errno : 0;
}
