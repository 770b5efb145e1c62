/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A space as a legacy container with the type1 IOMMU, version 2: the one that never unmaps more
 * than it was asked to. Documentation/driver-api/vfio.rst, include/uapi/linux/vfio.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "iova_private.h"

/*
 * EINVAL: the group is in no container any more. The kernel takes it out by itself when its last
 * device is unbound, as it may be the moment the device was closed.
 */
static int
type1_detach(struct plx_iova_space *space, int fd)
{
	return ioctl(fd, VFIO_GROUP_UNSET_CONTAINER) < 0 && errno != EINVAL ? -errno : 0;
}

/* A container gets its IOMMU with the first group, and loses it and all mappings with the last. */
static int
type1_attach(struct plx_iova_space *space, int fd, bool first)
{
	int ret, undo;

	if (ioctl(fd, VFIO_GROUP_SET_CONTAINER, &space->fd) < 0)
		return -errno;
	if (!first || ioctl(space->fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) == 0)
		return 0;
	ret = -errno;
	undo = type1_detach(space, fd);
	return undo < 0 ? undo : ret;
}

static int
type1_map(struct plx_iova_space *space, const struct iova_extent *e, enum plx_iova_call *call)
{
	struct vfio_iommu_type1_dma_map cmd = {
		.argsz = sizeof(cmd),
		.flags = (e->flags & PLX_IOVA_READ ? VFIO_DMA_MAP_FLAG_READ : 0) |
			(e->flags & PLX_IOVA_WRITE ? VFIO_DMA_MAP_FLAG_WRITE : 0),
		.vaddr = (uintptr_t)e->va,
		.iova = e->iova,
		.size = e->len,
	};

	return ioctl(space->fd, VFIO_IOMMU_MAP_DMA, &cmd) < 0 ? -errno : 0;
}

static int
type1_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len, uint64_t *unmapped)
{
	struct vfio_iommu_type1_dma_unmap cmd = {
		.argsz = sizeof(cmd),
		.iova = iova,
		.size = len,
	};

	if (ioctl(space->fd, VFIO_IOMMU_UNMAP_DMA, &cmd) < 0)
		return -errno;
	*unmapped = cmd.size;
	return 0;
}

/* GET_INFO with room for all capabilities: the kernel says in argsz how much that is. */
static int
get_info(int container, struct vfio_iommu_type1_info **info)
{
	uint32_t size = sizeof(**info);

	*info = NULL;
	for (;;) {
		struct vfio_iommu_type1_info *more = realloc(*info, size);

		if (more == NULL) {
			free(*info);
			return -ENOMEM;
		}
		*info = more;
		**info = (struct vfio_iommu_type1_info){ .argsz = size };
		if (ioctl(container, VFIO_IOMMU_GET_INFO, *info) < 0) {
			int ret = -errno;

			free(*info);
			return ret;
		}
		if ((*info)->argsz <= size)
			return 0;
		size = (*info)->argsz;
	}
}

static const struct vfio_info_cap_header *
find_cap(const struct vfio_iommu_type1_info *info, uint16_t id)
{
	uint32_t offset = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;

	while (offset >= sizeof(*info) &&
	       offset + sizeof(struct vfio_info_cap_header) <= info->argsz) {
		const struct vfio_info_cap_header *cap =
			(const void *)((const char *)info + offset);

		if (cap->id == id)
			return cap;
		if (cap->next <= offset)	/* the kernel lists them in order */
			break;
		offset = cap->next;
	}
	return NULL;
}

static int
type1_windows(struct plx_iova_space *space)
{
	static const struct plx_iova_range all = { .start = 0, .last = UINT64_MAX };
	const struct vfio_iommu_type1_info_cap_iova_range *cap;
	const struct vfio_iommu_type1_info_dma_avail *avail;
	const struct plx_iova_range *ranges = &all;
	struct vfio_iommu_type1_info *info;
	uint64_t alignment = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned int n = 1;
	int ret;

	ret = get_info(space->fd, &info);
	if (ret < 0)
		return ret;
	/* The smallest page of the IOMMU, where it is larger than ours. */
	if (info->flags & VFIO_IOMMU_INFO_PGSIZES && info->iova_pgsizes != 0)
		alignment = PLX_MAX(alignment, (uint64_t)1 << __builtin_ctzll(info->iova_pgsizes));
	cap = (const void *)find_cap(info, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
	if (cap != NULL) {
		/* struct vfio_iova_range is first and last address too. */
		ranges = (const void *)cap->iova_ranges;
		n = cap->nr_iovas;
	}
	ret = iova_set_windows(space, ranges, n, alignment);
	/* Read before anything is mapped, and after a further attach: what is mapped counts too. */
	avail = (const void *)find_cap(info, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
	if (ret == 0 && avail != NULL)
		space->reach.budget = avail->avail +
			(space->stats.attached > 0 ? space->shadow.count : 0);
	free(info);
	return ret;
}

/* With no group there is nothing in the kernel. */
static int
type1_close(struct plx_iova_space *space)
{
	iova_space_fini(space);
	return 0;
}

static int
type1_open_beside(struct plx_iova_space *space, struct plx_iova_space **beside)
{
	return plx_iova_space_open_type1(-1, beside);
}

static const struct iova_ops type1_ops = {
	.name = "type1v2",
	.open_maps = false,
	.attach = type1_attach,
	.detach = type1_detach,
	.map = type1_map,
	.unmap = type1_unmap,
	.windows = type1_windows,
	.open_beside = type1_open_beside,
	.close = type1_close,
};

static int
check_container(int container)
{
	int version = ioctl(container, VFIO_GET_API_VERSION);
	int has_v2;

	if (version < 0)
		return -errno;
	if (version != VFIO_API_VERSION)
		return -EPROTO;
	has_v2 = ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU);
	if (has_v2 < 0)
		return -errno;
	return has_v2 ? 0 : -EOPNOTSUPP;
}

int
plx_iova_space_open_type1(int container, struct plx_iova_space **space)
{
	bool owned = container < 0;
	struct plx_iova_space *s = NULL;
	int ret;

	if (owned)
		container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (container < 0)
		return -errno;
	ret = check_container(container);
	if (ret == 0) {
		s = calloc(1, sizeof(*s));
		ret = s != NULL ? iova_space_init(s, &type1_ops, container, owned, NULL) : -ENOMEM;
	}
	if (ret < 0) {
		free(s);
		if (owned)
			close(container);
		return ret;
	}
	*space = s;
	return 0;
}
