/* SPDX-License-Identifier: BSD-3-Clause */
/* One PCI device: by which backend it is opened, which driver gets it, and the way back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio_private.h"

static bool
id_matches(const struct plx_pci_id *want, const struct plx_pci_id *id)
{
	return (want->vendor_id == id->vendor_id) &&
		(want->device_id == PLX_PCI_ANY_ID || want->device_id == id->device_id) &&
		(want->subsystem_vendor_id == PLX_PCI_ANY_ID ||
		 want->subsystem_vendor_id == id->subsystem_vendor_id) &&
		(want->subsystem_device_id == PLX_PCI_ANY_ID ||
		 want->subsystem_device_id == id->subsystem_device_id);
}

const struct plx_pci_driver *
pci_find_driver(const struct vfio_bus *bus, const struct plx_pci_device *pci)
{
	const struct plx_pci_driver *drv;
	const struct plx_pci_id *id;

	for (drv = bus->drivers; drv != NULL; drv = drv->next)
		for (id = drv->id_table; id->vendor_id != 0; id++)
			if (id_matches(id, &pci->id))
				return drv;
	return NULL;
}

/* Without an IOMMU Linux 7.3 has nodes too, which hold memory where it is; before, there are groups. */
static const struct vfio_access_ops *
choose_noiommu(const struct plx_vfio_device *dev, const char **why)
{
	bool node = vfio_cdev_available(dev->name) && access("/dev/iommu", R_OK | W_OK) == 0;

	*why = node ? "as asked, by the device's node" : "as asked, by its group";
	return node ? &vfio_cdev_ops : &vfio_group_ops;
}

/* DESIGN: iommufd where the kernel and the device have it; what was asked for is never replaced. */
static const struct vfio_access_ops *
choose(const struct vfio_bus *bus, const struct plx_vfio_device *dev, const char **why)
{
	enum vfio_backend asked = vfio_backend_of(bus, dev->args);

	if (dev->noiommu)
		return choose_noiommu(dev, why);
	*why = "as asked";
	if (asked != VFIO_BACKEND_AUTO)
		return asked == VFIO_BACKEND_IOMMUFD ? &vfio_cdev_ops : &vfio_group_ops;
	if (dev->args->fd >= 0 || dev->args->iommufd != NULL) {
		*why = dev->args->fd >= 0 ? "its node was passed on" : "its iommufd was named";
		return &vfio_cdev_ops;
	}
	if (bus->iommufds == NULL && access("/dev/iommu", R_OK | W_OK) < 0) {
		*why = "no access to /dev/iommu";
		return &vfio_group_ops;
	}
	if (!vfio_cdev_available(dev->name)) {
		*why = "the device has no node of its own";
		return &vfio_group_ops;
	}
	*why = "/dev/iommu and the device's node are there";
	return &vfio_cdev_ops;
}

int
pci_open(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	struct plx_vfio_device *dev = calloc(1, sizeof(*dev));
	const char *why;
	char space[96];
	int ret;

	if (dev == NULL)
		return -ENOMEM;
	dev->name = pci->device.name;
	dev->args = pci_args_complete(bus, pci);
	dev->noiommu = vfio_backend_of(bus, dev->args) == VFIO_BACKEND_NOIOMMU;
	dev->ops = choose(bus, dev, &why);
	ret = vfio_noiommu_check(bus, dev);
	if (ret == 0)
		ret = dev->ops->open(bus, dev);
	if (ret < 0) {
		free(dev);
		return ret;
	}
	vfio_space_describe(dev->space, space, sizeof(space));
	PLX_LOG(NOTICE, &vfio_logtype, "%s: backend %s, %s, %s (%s)", dev->name,
		dev->noiommu ? "noiommu" : dev->ops->name, dev->node, space, why);
	pci->vfio = dev;
	return 0;
}

static int
close_device(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	int ret = pci->vfio->ops->close(bus, pci->vfio);

	free(pci->vfio);
	pci->vfio = NULL;
	return ret;
}

int
pci_probe(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	const struct plx_pci_driver *drv = pci_find_driver(bus, pci);
	int ret = vfio_device_setup(pci);

	if (ret < 0)
		return ret;
	pci->device.bus = &bus->bus;
	pci->device.driver = &drv->driver;
	ret = drv->probe(drv, pci);
	if (ret == 0)
		return 0;
	pci->device.driver = NULL;
	if (vfio_device_teardown(pci) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "%s: teardown after a failed probe", pci->device.name);
	return ret;
}

int
pci_release(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	const struct plx_pci_driver *drv;
	int first = 0, ret;

	if (pci->vfio == NULL)
		return 0;
	if (pci->device.driver != NULL) {
		drv = plx_container_of(pci->device.driver, const struct plx_pci_driver, driver);
		first = drv->remove(pci);
		ret = vfio_device_teardown(pci);
		first = first < 0 ? first : ret;
		pci->device.driver = NULL;
		/* Nothing does DMA any more. */
		ret = plx_dev_dma_unmap_all(&pci->device);
		first = first < 0 ? first : ret;
	}
	ret = close_device(bus, pci);
	return first < 0 ? first : ret;
}
