/* SPDX-License-Identifier: BSD-3-Clause */
/* A device by its IOMMU group and a container. Documentation/driver-api/vfio.rst. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
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

bool
vfio_group_in_the_way(const char *name, char *text, size_t size)
{
	char path[PATH_MAX], driver[64];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), PCI_SYSFS "/%s/iommu_group/devices", name);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, name) == 0 ||
		    pci_kernel_driver(entry->d_name, driver, sizeof(driver)) < 0 ||
		    driver[0] == '\0' || strstr(driver, "vfio") != NULL ||
		    strcmp(driver, "pcieport") == 0 || strcmp(driver, "pci-stub") == 0)
			continue;
		snprintf(text, size, "%.32s of its group is bound to %s: bind that to vfio-pci too, or unbind "
			"it", entry->d_name, driver);
		found = true;
	}
	closedir(dir);
	return found;
}

/* All functions of a group must be with VFIO, or with nobody, before it may be used. */
static int
check_viable(const struct plx_vfio_device *dev, int fd)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char why[192];

	if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status) < 0) {
		int ret = -errno;

		PLX_LOG(ERR, &vfio_logtype, "%s: no status of %s (%s): is it a VFIO group?", dev->name,
			dev->node, plx_strerror(ret));
		return ret;
	}
	if (status.flags & VFIO_GROUP_FLAGS_VIABLE)
		return 0;
	if (!vfio_group_in_the_way(dev->name, why, sizeof(why)))
		snprintf(why, sizeof(why), "a device of it is with a kernel driver");
	PLX_LOG(ERR, &vfio_logtype, "%s: group %s is not viable (EBUSY): %s", dev->name, dev->node, why);
	return -EBUSY;
}

static const char *
attach_hint(int err)
{
	return err == -EPERM ?
		"no interrupt remapping: set vfio_iommu_type1.allow_unsafe_interrupts=1, or, where "
		"iommufd is the container, iommufd.allow_unsafe_interrupts=1" : vfio_map_hint(err);
}

/* Open the group and let it see the address space. */
static int
open_group(const struct plx_vfio_device *dev, struct vfio_group *group)
{
	int ret;

	group->fd = open(dev->node, O_RDWR | O_CLOEXEC);
	if (group->fd < 0) {
		ret = -errno;
		PLX_LOG(ERR, &vfio_logtype, "%s: can't open %s (%s): %s", dev->name, dev->node,
			plx_strerror(ret), ret == -EPERM && dev->noiommu ? VFIO_RAWIO_HINT :
			vfio_map_hint(ret));
		return ret;
	}
	ret = check_viable(dev, group->fd);
	if (ret == 0) {
		ret = plx_iova_attach(group->space->iova, group->fd);
		if (ret < 0)
			PLX_LOG(ERR, &vfio_logtype, "%s: can't attach group %s to the container (%s): %s",
				dev->name, dev->node, plx_strerror(ret), attach_hint(ret));
	}
	if (ret < 0)
		close(group->fd);
	return ret;
}

static int
add_group(struct vfio_bus *bus, struct plx_vfio_device *dev, unsigned int id)
{
	struct vfio_group *group = calloc(1, sizeof(*group));
	int ret;

	if (group == NULL)
		return -ENOMEM;
	group->id = id;
	ret = vfio_space_get(bus, dev, true, &group->space);
	if (ret == 0) {
		ret = open_group(dev, group);
		if (ret < 0 && vfio_space_put(bus, group->space) < 0)
			PLX_LOG(DEBUG, &vfio_logtype, "%s: its space, after that", dev->name);
	}
	if (ret < 0) {
		free(group);
		return ret;
	}
	group->next = bus->groups;
	bus->groups = group;
	dev->group = group;
	return 0;
}

/* Devices of one group are in one container: the kernel isolates no finer. */
static int
get_group(struct vfio_bus *bus, struct plx_vfio_device *dev, unsigned int id)
{
	struct vfio_group *group = bus->groups;
	int ret = 0;

	while (group != NULL && group->id != id)
		group = group->next;
	dev->group = group;
	if (group == NULL)
		ret = add_group(bus, dev, id);
	else if (group->space->shared == dev->args->private_space)
		ret = -EINVAL;
	if (ret == 0) {
		dev->group->users++;
		dev->space = dev->group->space;
	} else if (group != NULL) {
		PLX_LOG(ERR, &vfio_logtype, "%s: group %s is in a %s container already (EINVAL): give "
			"its devices the same ioas=", dev->name, dev->node,
			group->space->shared ? "shared" : "private");
	}
	return ret;
}

static int
put_group(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	struct vfio_group *group = dev->group, **at = &bus->groups;
	int first, ret;

	if (--group->users > 0)
		return 0;
	first = plx_iova_detach(group->space->iova, group->fd);
	if (first < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't detach group %s from the container (%s): closing "
			"it anyway", dev->name, dev->node, plx_strerror(first));
	close(group->fd);
	ret = vfio_space_put(bus, group->space);
	while (*at != group)
		at = &(*at)->next;
	*at = group->next;
	free(group);
	return first < 0 ? first : ret;
}

/* The kernel takes a token behind the name, as text: drivers/vfio/pci/vfio_pci_core.c. */
static int
get_device_fd(const struct plx_vfio_device *dev)
{
	const uint8_t *u = dev->args->token.uuid;
	char name[PCI_NAME_MAX + 64];
	int fd;

	if (dev->args->token.given)
		snprintf(name, sizeof(name), "%s vf_token=%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
			"%02x%02x%02x%02x%02x%02x", dev->name, u[0], u[1], u[2], u[3], u[4], u[5], u[6],
			u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
	else
		snprintf(name, sizeof(name), "%s", dev->name);
	fd = ioctl(dev->group->fd, VFIO_GROUP_GET_DEVICE_FD, name);
	return fd >= 0 ? fd : -errno;
}

/* An iommufd that serves as the container attaches a device here, not with its group. */
static int
get_device(struct plx_vfio_device *dev)
{
	int ret;

	dev->fd = get_device_fd(dev);
	if (dev->fd < 0 || dev->space->iommufd == NULL)
		return PLX_MIN(dev->fd, 0);
	ret = plx_iova_windows_update(dev->space->iova);
	if (ret < 0)
		close(dev->fd);
	return ret;
}

static const char *
device_hint(const struct plx_vfio_device *dev, int err)
{
	switch (err) {
	case -EACCES:
		return dev->args->token.given ? "the VF token is not the one that the PF has" :
			"its PF is with vfio-pci too: give the PF's token by vf_token=UUID";
	case -EINVAL:
		return dev->args->token.given ? "it takes no VF token" : vfio_map_hint(err);
	case -EPERM:	/* iommufd as the container attaches as late as this */
		return attach_hint(err);
	default:
		return vfio_map_hint(err);
	}
}

static int
group_open(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	unsigned int id;
	int ret = find_group(dev->name, &id);

	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: in no IOMMU group (%s): is it still bound to vfio-pci, and "
			"has the kernel CONFIG_VFIO_GROUP?", dev->name, plx_strerror(ret));
		return ret;
	}
	snprintf(dev->node, sizeof(dev->node), "/dev/vfio/%s%u", dev->noiommu ? "noiommu-" : "", id);
	ret = get_group(bus, dev, id);
	if (ret < 0)
		return ret;
	ret = get_device(dev);
	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: can't get the device from group %s (%s): %s", dev->name,
			dev->node, plx_strerror(ret), device_hint(dev, ret));
		if (put_group(bus, dev) < 0)
			PLX_LOG(DEBUG, &vfio_logtype, "%s: the group after that", dev->name);
		return ret;
	}
	return 0;
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
