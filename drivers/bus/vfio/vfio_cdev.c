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

/* "vfio3" or, without an IOMMU, "noiommu-vfio3": the node as sysfs has it, and its device number. */
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
		if (strncmp(entry->d_name, "vfio", 4) != 0 &&
		    strncmp(entry->d_name, "noiommu-vfio", 12) != 0)
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

/* Is @fd the character device @number? */
static bool
is_node(int fd, dev_t number)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == number;
}

static int
find_node_logged(const char *name, char *node, size_t size, dev_t *number)
{
	int ret = find_node(name, node, size, number);

	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: no device node (%s): bind it to vfio-pci on a kernel "
			"with CONFIG_VFIO_DEVICE_CDEV, or use --vfio-backend=legacy", name,
			plx_strerror(ret));
	return ret;
}

int
vfio_cdev_check(const char *name, int fd)
{
	struct stat st;
	char node[64];
	dev_t number;
	int ret = find_node_logged(name, node, sizeof(node), &number);

	if (ret < 0)
		return ret;
	if (fstat(fd, &st) < 0) {
		ret = -errno;
		PLX_LOG(ERR, &vfio_logtype, "%s: fd %d is not open (%s): pass %s on, without "
			"close-on-exec", name, fd, plx_strerror(ret), node);
		return ret;
	}
	if (is_node(fd, number))
		return 0;
	if (S_ISCHR(st.st_mode))
		PLX_LOG(ERR, &vfio_logtype, "%s: fd %d is the character device %u:%u, not %u:%u (ENODEV): "
			"pass %s on", name, fd, major(st.st_rdev), minor(st.st_rdev), major(number),
			minor(number), node);
	else
		PLX_LOG(ERR, &vfio_logtype, "%s: fd %d is no character device (ENODEV): pass %s on",
			name, fd, node);
	return -ENODEV;
}

/* The node by its name or, where nobody made that, by its number. */
static int
open_by_name_or_number(struct plx_vfio_device *dev, dev_t number)
{
	int fd = open(dev->node, O_RDWR | O_CLOEXEC), err = errno;

	if (fd >= 0 || err != ENOENT)
		return fd >= 0 ? fd : -err;
	snprintf(dev->node, sizeof(dev->node), "/dev/char/%u:%u", major(number), minor(number));
	fd = open(dev->node, O_RDWR | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

/* Open the node and make sure that it is the device: a stale /dev could hold anything. */
static int
open_node(struct plx_vfio_device *dev)
{
	dev_t number;
	int ret = find_node_logged(dev->name, dev->node, sizeof(dev->node), &number);

	if (ret < 0)
		return ret;
	dev->fd = dev->args->fd >= 0 ? dev->args->fd : open_by_name_or_number(dev, number);
	if (dev->fd < 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: can't open %s (%s): %s", dev->name, dev->node,
			plx_strerror(dev->fd), dev->fd == -ENOENT ? "repair /dev" :
			dev->fd == -EPERM && dev->noiommu ? VFIO_RAWIO_HINT :
			vfio_map_hint(dev->fd));
		return dev->fd;
	}
	if (is_node(dev->fd, number))
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: %s is not the character device %u:%u (ENODEV): repair /dev",
		dev->name, dev->node, major(number), minor(number));
	if (dev->args->fd < 0)
		close(dev->fd);
	return -ENODEV;
}

/* A node that was passed on stays its owner's, and bound until the owner closes it. */
static void
close_node(const struct plx_vfio_device *dev)
{
	if (dev->args->fd < 0)
		close(dev->fd);
}

static const char *
bind_hint(const struct plx_vfio_device *dev, int err)
{
	switch (err) {
	case -EPERM:
		return "no interrupt remapping: set iommufd.allow_unsafe_interrupts=1; or another process, or "
			"another iommufd, has a device of its IOMMU group: end that, or use the same one";
	case -EACCES:
		return dev->args->token.given ? "the VF token is not the one that the PF has" :
			"its PF is with vfio-pci too: give the PF's token by vf_token=UUID";
	case -EBUSY:
		return "another process or the kernel has it or its group: end that one first";
	case -EINVAL:	/* the kernel's word for a node that is bound already, too */
		return dev->args->token.given ?
			"it takes no VF token, or Linux is before 6.17; or another process has it" :
			"another process has it: end that one first";
	default:
		return vfio_map_hint(err);
	}
}

/* Linux before 6.17 refuses the flag, and does not look at what is behind out_devid. */
static int
bind_node(struct plx_vfio_device *dev)
{
	const struct vfio_token *token = &dev->args->token;
	struct uapi_vfio_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.flags = token->given ? UAPI_VFIO_BIND_FLAG_TOKEN : 0,
		.iommufd = plx_iova_space_fd(dev->space->iova),
		.token_uuid_ptr = (uintptr_t)token->uuid,
	};
	char why[192];
	int ret;

	if (ioctl(dev->fd, UAPI_VFIO_DEVICE_BIND_IOMMUFD, &bind) == 0) {
		dev->devid = bind.out_devid;
		return 0;
	}
	ret = -errno;
	PLX_LOG(ERR, &vfio_logtype, "%s: can't bind %s to the iommufd (%s): %s", dev->name, dev->node,
		plx_strerror(ret), vfio_group_in_the_way(dev->name, why, sizeof(why)) ? why :
		bind_hint(dev, ret));
	return ret;
}

/* For the first device of the space; the others share what it made. */
static int
keep_tables(const struct plx_vfio_device *dev)
{
	int ret = plx_iova_keep_tables(dev->space->iova, dev->devid);

	if (ret == 0 || ret == -EALREADY)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: can't make a page table that stays (%s): leave out hwpt=keep",
		dev->name, plx_strerror(ret));
	return ret;
}

static int
bind_and_attach(struct plx_vfio_device *dev)
{
	int ret = bind_node(dev);

	if (ret == 0 && dev->args->keep_tables)
		ret = keep_tables(dev);
	if (ret < 0)
		return ret;
	ret = plx_iova_attach(dev->space->iova, dev->fd);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't attach to the address space (%s): %s", dev->name,
			plx_strerror(ret), ret == -EINVAL ?
			"devices of one IOMMU group can only share one: leave out ioas=private" :
			vfio_map_hint(ret));
	return ret;
}

static int
cdev_open(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	int ret = vfio_space_get(bus, dev, false, &dev->space);

	if (ret < 0)
		return ret;
	ret = open_node(dev);
	if (ret == 0) {
		ret = bind_and_attach(dev);
		if (ret < 0)
			close_node(dev);	/* which unbinds */
	}
	if (ret < 0 && vfio_space_put(bus, dev->space) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "%s: its space, after that", dev->name);
	return ret;
}

static int
cdev_close(struct vfio_bus *bus, struct plx_vfio_device *dev)
{
	int first = plx_iova_detach(dev->space->iova, dev->fd), ret;

	if (first < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't detach from the address space (%s): closing it "
			"anyway", dev->name, plx_strerror(first));
	close_node(dev);
	ret = vfio_space_put(bus, dev->space);
	return first < 0 ? first : ret;
}

const struct vfio_access_ops vfio_cdev_ops = {
	.name = "iommufd",
	.open = cdev_open,
	.close = cdev_close,
};
