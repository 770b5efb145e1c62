/* SPDX-License-Identifier: BSD-3-Clause */
/* The iommufds: what --iommufd names, or /dev/iommu for want of any. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iommufd_uapi.h>

#include "vfio_private.h"

#define DEFAULT_ID "iommufd0"

struct vfio_iommufd *
vfio_iommufd_find(const struct vfio_bus *bus, const char *id)
{
	struct vfio_iommufd *i = bus->iommufds;

	while (i != NULL && strcmp(i->id, id) != 0)
		i = i->next;
	return i;
}

int
vfio_iommufd_add(struct vfio_bus *bus, const char *id, int fd)
{
	struct vfio_iommufd **at = &bus->iommufds, *i;

	if (vfio_iommufd_find(bus, id) != NULL)
		return -EEXIST;
	i = calloc(1, sizeof(*i));
	if (i == NULL)
		return -ENOMEM;
	i->id = strdup(id);
	if (i->id == NULL) {
		free(i);
		return -ENOMEM;
	}
	i->fd = fd;
	while (*at != NULL)
		at = &(*at)->next;
	*at = i;
	return 0;
}

static int
open_dev_iommu(struct vfio_iommufd *i)
{
	int ret;

	i->fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	i->owned = i->fd >= 0;
	if (i->owned)
		return 0;
	ret = -errno;
	PLX_LOG(ERR, &vfio_logtype, "can't open /dev/iommu for iommufd %s (%s): %s, or use "
		"--vfio-backend=legacy", i->id, plx_strerror(ret), ret == -ENOENT ?
		"use a kernel with CONFIG_IOMMUFD" : vfio_map_hint(ret));
	return ret;
}

int
vfio_iommufd_get(struct vfio_bus *bus, const struct vfio_args *args, struct vfio_iommufd **out)
{
	struct vfio_iommufd *i = args->iommufd;
	int ret = 0;

	if (i == NULL && bus->iommufds == NULL)
		ret = vfio_iommufd_add(bus, DEFAULT_ID, -1);
	if (ret < 0)
		return ret;
	if (i == NULL)
		i = bus->iommufds;
	*out = i;
	return i->fd < 0 ? open_dev_iommu(i) : 0;
}

/* The kernel looks for object 0, which there never is; of another file it says ENOTTY or EINVAL. */
int
vfio_iommufd_check(int fd)
{
	struct uapi_iommu_destroy cmd = { .size = sizeof(cmd) };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENODEV;
	return ioctl(fd, UAPI_IOMMU_DESTROY, &cmd) < 0 && errno == ENOENT ? 0 : -ENODEV;
}

void
vfio_iommufds_free(struct vfio_bus *bus)
{
	while (bus->iommufds != NULL) {
		struct vfio_iommufd *i = bus->iommufds;

		bus->iommufds = i->next;
		if (i->owned)
			close(i->fd);
		free(i->id);
		free(i);
	}
}
