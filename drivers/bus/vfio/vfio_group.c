/* SPDX-License-Identifier: BSD-3-Clause */
/* A device by its IOMMU group and a container. Documentation/driver-api/vfio.rst. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio_private.h"

static int
find_group(const char *name, unsigned int *id)
{
	char path[PATH_MAX], target[PATH_MAX], *end;
	ssize_t len;

	snprintf(path, sizeof(path), PCI_SYSFS "/%s/iommu_group", name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	*id = (unsigned int)strtoul(basename(target), &end, 10);
	return *end == '\0' ? 0 : -EIO;
}

static int
open_space(struct vfio_bus *bus)
{
	int ret;

	if (bus->type1 != NULL)
		return 0;
	ret = plx_iova_space_open_type1(-1, &bus->type1);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "can't use /dev/vfio/vfio (%s): %s", plx_strerror(ret),
			ret == -ENOENT ? "modprobe vfio-pci" :
			ret == -EOPNOTSUPP ? "the kernel lacks CONFIG_VFIO_IOMMU_TYPE1, or the IOMMU is off" :
			vfio_map_hint(ret));
	return ret;
}

/* All functions of a group must be with VFIO, or with nobody, before it may be used. */
static int
check_viable(const struct plx_vfio_device *dev, int fd)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status) < 0) {
		int ret = -errno;

		PLX_LOG(ERR, &vfio_logtype, "%s: no status of %s (%s): is it a VFIO group?", dev->name,
			dev->node, plx_strerror(ret));
		return ret;
	}
	if (status.flags & VFIO_GROUP_FLAGS_VIABLE)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: group %s is not viable (EBUSY): bind the other devices in "
		PCI_SYSFS "/%s/iommu_group/devices to vfio-pci too", dev->name, dev->node, dev->name);
	return -EBUSY;
}

/* Open the group and let it see the address space. */
static int
open_group(struct vfio_bus *bus, const struct plx_vfio_device *dev, struct vfio_group *group)
{
	int ret;

	group->fd = open(dev->node, O_RDWR | O_CLOEXEC);
	if (group->fd < 0) {
		ret = -errno;
		PLX_LOG(ERR, &vfio_logtype, "%s: can't open %s (%s): %s", dev->name, dev->node,
			plx_strerror(ret), vfio_map_hint(ret));
		return ret;
	}
	ret = check_viable(dev, group->fd);
	if (ret == 0) {
		ret = plx_iova_attach(bus->type1, group->fd);
		if (ret < 0)
			PLX_LOG(ERR, &vfio_logtype, "%s: can't attach group %s to the container (%s): %s",
				dev->name, dev->node, plx_strerror(ret), ret == -EPERM ?
				"no interrupt remapping: set vfio_iommu_type1.allow_unsafe_interrupts=1" :
				vfio_map_hint(ret));
	}
	if (ret < 0)
		close(group->fd);
	return ret;
}

static int
get_group(struct vfio_bus *bus, struct plx_vfio_device *dev, unsigned int id)
{
	struct vfio_group *group;
	int ret;

	for (group = bus->groups; group != NULL; group = group->next)
		if (group->id == id)
			break;
	if (group == NULL) {
		group = calloc(1, sizeof(*group));
		if (group == NULL)
			return -ENOMEM;
		group->id = id;
		ret = open_group(bus, dev, group);
		if (ret < 0) {
			free(group);
			return ret;
		}
		group->next = bus->groups;
		bus->groups = group;
	}
	group->users++;
	dev->group = group;
	return 0;
}

static int
put_group(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	struct vfio_group *group = dev->group, **at = &bus->groups;
	int ret;

	if (--group->users > 0)
		return 0;
	ret = plx_iova_detach(bus->type1, group->fd);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't detach group %s from the container (%s): closing "
			"it anyway", dev->name, dev->node, plx_strerror(ret));
	close(group->fd);
	while (*at != group)
		at = &(*at)->next;
	*at = group->next;
	free(group);
	return ret;
}

static int
group_open(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	unsigned int id;
	int ret = find_group(dev->name, &id);

	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: in no IOMMU group (%s): switch the IOMMU on in the "
			"firmware and by intel_iommu=on or amd_iommu=on", dev->name, plx_strerror(ret));
		return ret;
	}
	snprintf(dev->node, sizeof(dev->node), "/dev/vfio/%u", id);
	ret = open_space(bus);
	if (ret == 0)
		ret = get_group(bus, dev, id);
	if (ret < 0)
		return ret;
	dev->fd = ioctl(dev->group->fd, VFIO_GROUP_GET_DEVICE_FD, dev->name);
	if (dev->fd >= 0)
		return 0;
	ret = -errno;
	PLX_LOG(ERR, &vfio_logtype, "%s: can't get the device from group %s (%s): %s", dev->name,
		dev->node, plx_strerror(ret), vfio_map_hint(ret));
	if (put_group(bus, dev) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "%s: the group after that", dev->name);
	return ret;
}

static int
group_close(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	close(dev->fd);
	return put_group(bus, dev);
}

const struct vfio_access_ops vfio_group_ops = {
	.name = "legacy",
	.open = group_open,
	.close = group_close,
};
