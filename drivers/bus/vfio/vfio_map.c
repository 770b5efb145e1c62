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
add(struct plx_iova_space *space, const struct plx_mem_region *region)
{
	struct plx_iova_mapping m = {
		.iova = (uintptr_t)region->addr,
		.len = region->len,
		.va = region->addr,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | PLX_IOVA_FD,
		.fd = region->fd,
		.fd_offset = region->fd_offset,
	};
	int ret;

	if (space == NULL)
		return 0;
	ret = plx_iova_map(space, &m);
	if (ret < 0)
		log_failed(space, region, ret);
	return ret;
}

static int
remove_region(struct plx_iova_space *space, const struct plx_mem_region *region)
{
	return space != NULL ? plx_iova_unmap(space, (uintptr_t)region->addr, region->len) : 0;
}

static int
on_event(enum plx_mem_event event, const struct plx_mem_region *region, void *arg)
{
	struct vfio_bus *bus = arg;
	int ret, other;

	if (event == PLX_MEM_EVENT_REMOVE) {
		ret = remove_region(bus->iommufd, region);
		other = remove_region(bus->type1, region);
		return ret < 0 ? ret : other;
	}
	ret = add(bus->iommufd, region);
	if (ret < 0)
		return ret;
	ret = add(bus->type1, region);
	if (ret < 0 && remove_region(bus->iommufd, region) < 0)
		PLX_LOG(ERR, &vfio_logtype, "%p stays mapped for DMA", region->addr);
	return ret;
}

int
vfio_map_start(struct vfio_bus *bus)
{
	int ret = 0;

	if (bus->iommufd != NULL || bus->type1 != NULL)
		ret = plx_mem_event_callback_register("vfio", on_event, bus);
	bus->mapped = ret == 0;
	return ret;
}

int
vfio_map_stop(struct vfio_bus *bus)
{
	int ret = 0;

	if (bus->mapped && (bus->iommufd != NULL || bus->type1 != NULL))
		ret = plx_mem_event_callback_unregister(on_event, bus);
	bus->mapped = false;
	return ret;
}

/* External memory in a space, and how many devices asked for it: spaces are shared, so each may. */
struct vfio_user_map {
	struct plx_iova_space *space;
	uint64_t iova;
	uint64_t len;
	unsigned int users;
	struct vfio_user_map *next;
};

static struct vfio_user_map **
find_user_map(struct vfio_bus *bus, const struct plx_iova_space *space, uint64_t iova, uint64_t len)
{
	struct vfio_user_map **at = &bus->user_maps;

	while (*at != NULL && ((*at)->space != space || (*at)->iova != iova || (*at)->len != len))
		at = &(*at)->next;
	return at;
}

int
vfio_user_map(struct vfio_bus *bus, struct plx_iova_space *space,
	const struct plx_iova_mapping *mapping)
{
	struct vfio_user_map *map = *find_user_map(bus, space, mapping->iova, mapping->len);
	int ret;

	if (map != NULL) {
		map->users++;
		return 0;
	}
	map = calloc(1, sizeof(*map));
	if (map == NULL)
		return -ENOMEM;
	ret = plx_iova_map(space, mapping);
	if (ret < 0) {
		free(map);
		return ret;
	}
	map->space = space;
	map->iova = mapping->iova;
	map->len = mapping->len;
	map->users = 1;
	map->next = bus->user_maps;
	bus->user_maps = map;
	return 0;
}

int
vfio_user_unmap(struct vfio_bus *bus, struct plx_iova_space *space, uint64_t iova, uint64_t len)
{
	struct vfio_user_map **at = find_user_map(bus, space, iova, len), *map = *at;
	int ret;

	if (map == NULL)
		return -ENOENT;
	if (map->users > 1) {
		map->users--;
		return 0;
	}
	ret = plx_iova_unmap(space, iova, len);
	if (ret < 0)
		return ret;
	*at = map->next;
	free(map);
	return 0;
}

void
vfio_user_maps_free(struct vfio_bus *bus)
{
	while (bus->user_maps != NULL) {
		struct vfio_user_map *map = bus->user_maps;

		bus->user_maps = map->next;
		free(map);
	}
}
