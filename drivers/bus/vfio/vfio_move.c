/* SPDX-License-Identifier: BSD-3-Clause */
/* An open device changes its address space. */
#include <errno.h>

#include "vfio_private.h"

static int
move(struct vfio_bus *bus, struct plx_pci_device *pci, struct vfio_space *to)
{
	struct plx_vfio_device *dev = pci->vfio;
	struct vfio_space *from = dev->space;
	int ret = vfio_space_listen(bus, to);

	if (ret == 0)
		ret = vfio_user_maps_copy(&pci->device, to);
	if (ret == 0) {
		ret = plx_iova_move(from->iova, to->iova, dev->fd);
		if (ret == 0)
			dev->space = to;
		/* They are where the device is, and nowhere else. */
		if (vfio_user_maps_drop(&pci->device, ret == 0 ? from : to) < 0)
			PLX_LOG(ERR, &vfio_logtype, "%s: external memory stays mapped where it is not",
				dev->name);
	}
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't move to a %s address space (%s): %s", dev->name,
			to->shared ? "shared" : "private", plx_strerror(ret), ret == -EINVAL ?
			"devices of one IOMMU group need the same one" : vfio_map_hint(ret));
	return ret;
}

int
plx_pci_set_private(struct plx_pci_device *pci, bool private_space)
{
	struct vfio_bus *bus = plx_container_of(pci->device.bus, struct vfio_bus, bus);
	struct plx_vfio_device *dev = pci->vfio;
	struct vfio_args *args = &vfio_pci_of(pci)->args;
	struct vfio_space *from, *to;
	int ret, put;

	if (dev == NULL)
		return -ENODEV;
	if (dev->ops != &vfio_cdev_ops || dev->noiommu)
		return -ENOTSUP;
	from = dev->space;
	if (from->shared != private_space)
		return 0;
	args->private_space = private_space;
	ret = vfio_space_get(bus, dev, false, &to);
	if (ret == 0) {
		ret = move(bus, pci, to);
		put = vfio_space_put(bus, ret == 0 ? from : to);
		ret = ret < 0 ? ret : put;
	}
	/* Where it is now, which a space that could not be closed does not change. */
	args->private_space = !dev->space->shared;
	return ret;
}
