/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device by its own node, bound to an iommufd.
 * Documentation/driver-api/vfio.rst, "VFIO Device cdev".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <iommufd_uapi.h>

#include "vfio_private.h"

#define CDEV_DIR "/dev/vfio/devices"

/* "vfio3", the name of the device's node as sysfs has it, and its device number. */
static int
find_node(const char *name, char *node, size_t size, dev_t *number)
{
	char path[512];
	struct dirent *entry;
	unsigned int major, minor;
	DIR *dir;
	FILE *f;
	int ret = -ENOENT;

	snprintf(path, sizeof(path), PCI_SYSFS "/%s/vfio-dev", name);
	dir = opendir(path);
	if (dir == NULL)
		return -errno;
	while ((entry = readdir(dir)) != NULL && ret < 0) {
		if (strncmp(entry->d_name, "vfio", 4) != 0)
			continue;
		snprintf(node, size, "%s/%.32s", CDEV_DIR, entry->d_name);
		snprintf(path, sizeof(path), PCI_SYSFS "/%s/vfio-dev/%.32s/dev", name,
			entry->d_name);
		ret = 0;
	}
	closedir(dir);
	if (ret < 0)
		return ret;
	f = fopen(path, "re");
	if (f == NULL)
		return -errno;
	if (fscanf(f, "%u:%u", &major, &minor) == 2)
		*number = makedev(major, minor);
	else
		ret = -EIO;
	fclose(f);
	return ret;
}

bool
vfio_cdev_available(const char *name)
{
	char node[64];
	dev_t number;

	return find_node(name, node, sizeof(node), &number) == 0 && access(node, F_OK) == 0;
}

/* Open the node and make sure that it is the device: a stale /dev could hold anything. */
static int
open_node(struct plx_vfio_device *dev)
{
	struct stat st;
	dev_t number;
	int ret = find_node(dev->name, dev->node, sizeof(dev->node), &number);

	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: no device node (%s): bind it to vfio-pci on a kernel "
			"with CONFIG_VFIO_DEVICE_CDEV, or use --vfio-backend=legacy", dev->name,
			plx_strerror(ret));
		return ret;
	}
	dev->fd = open(dev->node, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0) {
		ret = -errno;
		PLX_LOG(ERR, &vfio_logtype, "%s: can't open %s (%s): %s", dev->name, dev->node,
			plx_strerror(ret), vfio_map_hint(ret));
		return ret;
	}
	if (fstat(dev->fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == number)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: %s is not the character device %u:%u (ENODEV): repair /dev",
		dev->name, dev->node, major(number), minor(number));
	close(dev->fd);
	return -ENODEV;
}

static int
open_space(struct vfio_bus *bus)
{
	int ret;

	if (bus->iommufd != NULL)
		return 0;
	ret = plx_iova_space_open_iommufd(-1, &bus->iommufd);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "can't open /dev/iommu (%s): %s, or use "
			"--vfio-backend=legacy", plx_strerror(ret), ret == -ENOENT ?
			"use a kernel with CONFIG_IOMMUFD" : vfio_map_hint(ret));
	return ret;
}

static const char *
bind_hint(int err)
{
	switch (err) {
	case -EPERM:
		return "no interrupt remapping: set iommufd.allow_unsafe_interrupts=1";
	case -EINVAL:	/* the kernel's word for a node that is bound already */
		return "another process has it: end that one first";
	default:
		return vfio_map_hint(err);
	}
}

static int
bind_and_attach(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	struct uapi_vfio_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = plx_iova_space_fd(bus->iommufd),
	};
	int ret = 0;

	if (ioctl(dev->fd, UAPI_VFIO_DEVICE_BIND_IOMMUFD, &bind) < 0) {
		ret = -errno;
		PLX_LOG(ERR, &vfio_logtype, "%s: can't bind %s to the iommufd (%s): %s", dev->name,
			dev->node, plx_strerror(ret), bind_hint(ret));
		return ret;
	}
	ret = plx_iova_attach(bus->iommufd, dev->fd);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't attach to the address space (%s): %s", dev->name,
			plx_strerror(ret), vfio_map_hint(ret));
	return ret;
}

static int
cdev_open(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	int ret = open_space(bus);

	if (ret == 0)
		ret = open_node(dev);
	if (ret < 0)
		return ret;
	ret = bind_and_attach(bus, dev);
	if (ret < 0)
		close(dev->fd);	/* which unbinds */
	return ret;
}

static int
cdev_close(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	int ret = plx_iova_detach(bus->iommufd, dev->fd);

	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't detach from the address space (%s): closing it "
			"anyway", dev->name, plx_strerror(ret));
	close(dev->fd);
	return ret;
}

const struct vfio_access_ops vfio_cdev_ops = {
	.name = "iommufd",
	.open = cdev_open,
	.close = cdev_close,
};
