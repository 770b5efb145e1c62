/* SPDX-License-Identifier: BSD-3-Clause */
/* A space as an IOAS of iommufd. Documentation/userspace-api/iommufd.rst. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "iommufd_uapi.h"
#include "iova_private.h"

struct iommufd_space {
	struct plx_iova_space space;
	uint32_t ioas_id;
};

static uint32_t
ioas_id(const struct plx_iova_space *space)
{
	return ((const struct iommufd_space *)space)->ioas_id;
}

static int
iommufd_attach(struct plx_iova_space *space, int fd, bool first)
{
	struct uapi_vfio_attach_pt cmd = { .argsz = sizeof(cmd), .pt_id = ioas_id(space) };

	return ioctl(fd, UAPI_VFIO_DEVICE_ATTACH_IOMMUFD_PT, &cmd) < 0 ? -errno : 0;
}

static int
iommufd_detach(struct plx_iova_space *space, int fd)
{
	struct uapi_vfio_detach_pt cmd = { .argsz = sizeof(cmd) };

	return ioctl(fd, UAPI_VFIO_DEVICE_DETACH_IOMMUFD_PT, &cmd) < 0 ? -errno : 0;
}

static int
iommufd_map(struct plx_iova_space *space, const struct plx_iova_mapping *m)
{
	struct uapi_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = UAPI_IOAS_MAP_FIXED_IOVA |
			(m->flags & PLX_IOVA_READ ? UAPI_IOAS_MAP_READABLE : 0) |
			(m->flags & PLX_IOVA_WRITE ? UAPI_IOAS_MAP_WRITEABLE : 0),
		.ioas_id = ioas_id(space),
		.user_va = (uintptr_t)m->va,
		.length = m->len,
		.iova = m->iova,
	};

	return ioctl(space->fd, UAPI_IOAS_MAP, &cmd) < 0 ? -errno : 0;
}

static int
iommufd_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len, uint64_t *unmapped)
{
	struct uapi_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas_id(space),
		.iova = iova,
		.length = len,
	};

	if (ioctl(space->fd, UAPI_IOAS_UNMAP, &cmd) < 0)
		return -errno;
	*unmapped = cmd.length;
	return 0;
}

/* The kernel says how many there are when the room is too small (EMSGSIZE). */
static int
iommufd_windows(struct plx_iova_space *space)
{
	struct uapi_ioas_iova_ranges cmd = { .size = sizeof(cmd), .ioas_id = ioas_id(space) };
	struct plx_iova_range *ranges = NULL;
	int ret;

	/* struct plx_iova_range is first and last address, as the kernel's struct iommu_iova_range. */
	do {
		struct plx_iova_range *more = realloc(ranges, (cmd.num_iovas + 1) * sizeof(*ranges));

		if (more == NULL) {
			free(ranges);
			return -ENOMEM;
		}
		ranges = more;
		cmd.allowed_iovas = (uintptr_t)ranges;
		ret = ioctl(space->fd, UAPI_IOAS_IOVA_RANGES, &cmd) < 0 ? -errno : 0;
	} while (ret == -EMSGSIZE);
	if (ret == 0)
		ret = iova_set_windows(space, ranges, cmd.num_iovas, cmd.out_iova_alignment);
	free(ranges);
	return ret;
}

/* Destroying an IOAS unmaps all of it. */
static int
iommufd_close(struct plx_iova_space *space)
{
	struct uapi_iommu_destroy cmd = { .size = sizeof(cmd), .id = ioas_id(space) };

	return ioctl(space->fd, UAPI_IOMMU_DESTROY, &cmd) < 0 ? -errno : 0;
}

static const struct iova_ops iommufd_ops = {
	.name = "iommufd",
	.open_maps = true,
	.attach = iommufd_attach,
	.detach = iommufd_detach,
	.map = iommufd_map,
	.unmap = iommufd_unmap,
	.windows = iommufd_windows,
	.close = iommufd_close,
};

int
plx_iova_space_open_iommufd(int iommufd, struct plx_iova_space **space)
{
	struct uapi_ioas_alloc cmd = { .size = sizeof(cmd) };
	bool owned = iommufd < 0;
	struct iommufd_space *s;
	int ret;

	if (owned)
		iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (iommufd < 0)
		return -errno;
	s = calloc(1, sizeof(*s));
	if (s == NULL || iova_space_init(&s->space, &iommufd_ops, iommufd, owned) < 0) {
		free(s);
		if (owned)
			close(iommufd);
		return -ENOMEM;
	}
	if (ioctl(iommufd, UAPI_IOAS_ALLOC, &cmd) < 0) {
		ret = -errno;
		iova_space_fini(&s->space);
		return ret;
	}
	s->ioas_id = cmd.out_ioas_id;
	*space = &s->space;
	return 0;
}
