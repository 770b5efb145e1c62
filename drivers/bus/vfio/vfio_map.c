/* SPDX-License-Identifier: BSD-3-Clause */
/* Where memory events meet address spaces. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "vfio_private.h"

const char *
vfio_map_hint(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		return "run as root, or give this user the file";
	case -EBUSY:
		return "another process or the kernel has it: end that one first";
	case -EADDRINUSE:
		return "memory lies where the device can't reach: name all devices at start by -a";
	case -ENOMEM:
		return "raise ulimit -l (RLIMIT_MEMLOCK)";
	case -ENOENT:
		return "modprobe vfio-pci";
	case -ENODEV:
		return "is it bound to vfio-pci?";
	default:
		return "see dmesg";
	}
}

static void
log_failed(const struct plx_iova_space *space, const struct plx_mem_region *region, int ret)
{
	const char *name = plx_iova_space_name(space);
	struct rlimit limit;

	if (ret == -ENOMEM && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't map %zu KiB at %p for DMA (%s): RLIMIT_MEMLOCK is "
			"%ju KiB, raise it by ulimit -l", name, region->len >> 10, region->addr,
			plx_strerror(ret), (uintmax_t)limit.rlim_cur >> 10);
	else if (ret == -ENOSPC)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't map %zu KiB at %p for DMA (%s): no entry left, "
			"raise vfio_iommu_type1.dma_entry_limit or use iommufd", name, region->len >> 10,
			region->addr, plx_strerror(ret));
	else
		PLX_LOG(ERR, &vfio_logtype, "%s: can't map %zu KiB at %p for DMA (%s): %s", name,
			region->len >> 10, region->addr, plx_strerror(ret), ret == -ERANGE ?
			"outside of what the devices reach, lower --base-virtaddr" : vfio_map_hint(ret));
}

static int
add(const struct vfio_space *space, const struct plx_mem_region *region)
{
	struct plx_iova_mapping m = {
		.iova = (uintptr_t)region->addr,
		.len = region->len,
		.va = region->addr,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | PLX_IOVA_FD,
		.fd = region->fd,
		.fd_offset = region->fd_offset,
	};
	int ret = space->noiommu ? vfio_noiommu_map(space, region) : plx_iova_map(space->iova, &m);

	if (ret < 0)
		log_failed(space->iova, region, ret);
	return ret;
}

int
vfio_map_event(enum plx_mem_event event, const struct plx_mem_region *region, void *arg)
{
	const struct vfio_space *space = arg;

	if (event == PLX_MEM_EVENT_ADD)
		return add(space, region);
	return space->noiommu ? plx_iova_unmap_phys(space->iova, region->addr) :
		plx_iova_unmap(space->iova, (uintptr_t)region->addr, region->len);
}

/* External memory in a space, and how many devices asked for it: spaces are shared, so each may. */
struct vfio_user_map {
	uint64_t iova;
	uint64_t len;
	unsigned int users;
	struct vfio_user_map *next;
};

static struct vfio_user_map **
find_user_map(struct vfio_space *space, uint64_t iova, uint64_t len)
{
	struct vfio_user_map **at = &space->user_maps;

	while (*at != NULL && ((*at)->iova != iova || (*at)->len != len))
		at = &(*at)->next;
	return at;
}

static int
user_map(struct vfio_space *space, const struct plx_iova_mapping *mapping)
{
	struct vfio_user_map *map = *find_user_map(space, mapping->iova, mapping->len);
	int ret;

	if (map != NULL) {
		map->users++;
		return 0;
	}
	map = calloc(1, sizeof(*map));
	if (map == NULL)
		return -ENOMEM;
	ret = plx_iova_map(space->iova, mapping);
	if (ret < 0) {
		free(map);
		return ret;
	}
	map->iova = mapping->iova;
	map->len = mapping->len;
	map->users = 1;
	map->next = space->user_maps;
	space->user_maps = map;
	return 0;
}

static int
user_unmap(struct vfio_space *space, uint64_t iova, uint64_t len)
{
	struct vfio_user_map **at = find_user_map(space, iova, len), *map = *at;
	int ret;

	if (map == NULL)
		return -ENOENT;
	if (map->users > 1) {
		map->users--;
		return 0;
	}
	ret = plx_iova_unmap(space->iova, iova, len);
	if (ret < 0)
		return ret;
	*at = map->next;
	free(map);
	return 0;
}

void
vfio_user_maps_free(struct vfio_space *space)
{
	while (space->user_maps != NULL) {
		struct vfio_user_map *map = space->user_maps;

		space->user_maps = map->next;
		free(map);
	}
}

/* The space of a device, or NULL if it is not open. */
static struct vfio_space *
space_of(const struct plx_device *device)
{
	const struct plx_pci_device *pci = plx_container_of(device, const struct plx_pci_device, device);

	return pci->vfio != NULL ? pci->vfio->space : NULL;
}

/*
 * From all spaces before @end (NULL: all). One that has it not is no error as long as another had:
 * an earlier call may have failed halfway.
 */
static int
unmap_before(struct vfio_bus *bus, const struct vfio_space *end, uint64_t iova, uint64_t len)
{
	struct vfio_space *s;
	bool any = false;
	int first = 0;

	for (s = bus->spaces; s != end; s = s->next) {
		int ret = user_unmap(s, iova, len);

		any |= ret == 0;
		if (ret < 0 && ret != -ENOENT && first == 0)
			first = ret;
	}
	return first < 0 || any || bus->spaces == end ? first : -ENOENT;
}

int
vfio_dma_map(struct plx_bus *plx_bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len,
	int fd, uint64_t fd_offset)
{
	struct vfio_bus *bus = plx_container_of(plx_bus, struct vfio_bus, bus);
	const struct plx_iova_mapping m = {
		.iova = iova,
		.len = len,
		.va = addr,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | (fd >= 0 ? PLX_IOVA_FD : 0),
		.fd = fd,
		.fd_offset = fd_offset,
	};
	struct vfio_space *s;
	int ret = 0;

	if (dev != NULL) {
		s = space_of(dev);
		return s != NULL ? user_map(s, &m) : -ENODEV;
	}
	for (s = bus->spaces; s != NULL; s = s->next) {
		ret = user_map(s, &m);
		if (ret < 0)
			break;
	}
	if (ret < 0 && unmap_before(bus, s, iova, len) < 0)
		PLX_LOG(ERR, &vfio_logtype, "%zu bytes at %p stay mapped for DMA", len, addr);
	return ret;
}

int
vfio_dma_unmap(struct plx_bus *plx_bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct vfio_bus *bus = plx_container_of(plx_bus, struct vfio_bus, bus);
	struct vfio_space *space;

	if (dev == NULL)
		return unmap_before(bus, NULL, iova, len);
	space = space_of(dev);
	return space != NULL ? user_unmap(space, iova, len) : -ENODEV;
}
