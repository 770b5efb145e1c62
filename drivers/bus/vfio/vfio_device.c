/* SPDX-License-Identifier: BSD-3-Clause */
/* An open VFIO device, however it was opened: from freshly opened to usable, and back. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include "vfio_private.h"

static int
read_info(struct plx_pci_device *pci)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct plx_vfio_device *dev = pci->vfio;

	if (ioctl(dev->fd, VFIO_DEVICE_GET_INFO, &info) < 0)
		return -errno;
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI))
		return -ENOTSUP;
	dev->can_reset = (info.flags & VFIO_DEVICE_FLAGS_RESET) != 0;
	return vfio_region_get(dev->fd, VFIO_PCI_CONFIG_REGION_INDEX, &dev->config);
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
	ret = pci_set_command(pci, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
	if (ret < 0)
		return ret;
	*step = "map its BARs";
	ret = vfio_bars_map(pci);
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
	int ret = vfio_bars_unmap(pci);

	first = first < 0 ? first : ret;
	ret = pci->vfio->config.size > 0 ? plx_pci_set_bus_master(pci, 0) : 0;
	vfio_region_put(&pci->vfio->config);
	return first < 0 ? first : ret;
}
