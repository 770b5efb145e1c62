/* SPDX-License-Identifier: BSD-3-Clause */
/* Where memory events meet address spaces. */
#include <errno.h>
#include <limits.h>
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
log_failed(struct plx_iova_space *space, const struct plx_mem_region *region, int ret)
{
	const char *name = plx_iova_space_name(space);
	struct plx_iova_range hole;
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
	else if (plx_iova_windows_hole(space, (uintptr_t)region->addr, region->len, &hole) < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't map %zu KiB at %p for DMA (%s): its devices don't "
			"reach 0x%jx-0x%jx, choose another --base-virtaddr", name, region->len >> 10,
			region->addr, plx_strerror(ret), (uintmax_t)hole.start, (uintmax_t)hole.last);
	else
		PLX_LOG(ERR, &vfio_logtype, "%s: can't map %zu KiB at %p for DMA (%s): %s", name,
			region->len >> 10, region->addr, plx_strerror(ret), vfio_map_hint(ret));
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

/*
 * External memory in a space, and who asked for it: all devices at once, and so many single ones, as
 * they share spaces.
 */
struct vfio_user_map {
	uint64_t iova;
	uint64_t len;
	bool all;
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

static void
add_user(struct vfio_user_map *map, bool all)
{
	if (all)
		map->all = true;
	else
		map->users++;
}

static int
user_map(struct vfio_space *space, const struct plx_iova_mapping *mapping, bool all)
{
	struct vfio_user_map *map = *find_user_map(space, mapping->iova, mapping->len);
	int ret;

	if (map != NULL) {
		add_user(map, all);
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
	add_user(map, all);
	map->next = space->user_maps;
	space->user_maps = map;
	return 0;
}

static int
user_unmap(struct vfio_space *space, uint64_t iova, uint64_t len, bool all)
{
	struct vfio_user_map **at = find_user_map(space, iova, len), *map = *at;
	int ret = 0;

	if (map == NULL || (all ? !map->all : map->users == 0))
		return -ENOENT;
	if (map->all + map->users == 1)
		ret = plx_iova_unmap(space->iova, iova, len);
	if (ret < 0)
		return ret;
	if (all)
		map->all = false;
	else
		map->users--;
	if (map->all || map->users > 0)
		return 0;
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
		int ret = user_unmap(s, iova, len, true);

		any |= ret == 0;
		if (ret < 0 && ret != -ENOENT && first == 0)
			first = ret;
	}
	return first < 0 || any || bus->spaces == end ? first : -ENOENT;
}

static struct plx_iova_mapping
mapping_of(void *addr, size_t len, int fd, uint64_t fd_offset)
{
	return (struct plx_iova_mapping){
		.iova = (uintptr_t)addr,
		.len = len,
		.va = addr,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | (fd >= 0 ? PLX_IOVA_FD : 0),
		.fd = fd,
		.fd_offset = fd_offset,
	};
}

/* spaces_lock is held. */
static int
map_all(struct vfio_bus *bus, const struct plx_iova_mapping *m)
{
	struct vfio_space *s;
	int ret;

	for (s = bus->spaces; s != NULL; s = s->next) {
		ret = user_map(s, m, true);
		if (ret == 0)
			continue;
		if (unmap_before(bus, s, m->iova, m->len) < 0)
			PLX_LOG(ERR, &vfio_logtype, "%ju bytes at %p stay mapped for DMA",
				(uintmax_t)m->len, m->va);
		return ret;
	}
	return 0;
}

int
vfio_dma_map(struct plx_bus *plx_bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len,
	int fd, uint64_t fd_offset)
{
	struct vfio_bus *bus = plx_container_of(plx_bus, struct vfio_bus, bus);
	const struct plx_iova_mapping m = mapping_of(addr, len, fd, fd_offset);
	struct vfio_space *space;
	int ret;

	if (dev != NULL) {
		space = space_of(dev);
		return space != NULL ? user_map(space, &m, false) : -ENODEV;
	}
	pthread_mutex_lock(&bus->spaces_lock);
	ret = map_all(bus, &m);
	pthread_mutex_unlock(&bus->spaces_lock);
	return ret;
}

/* In a space that is on the list already it may have been mapped just now: then it stays as it is. */
static int
replay(void *addr, size_t len, int fd, uint64_t fd_offset, void *arg)
{
	const struct plx_iova_mapping m = mapping_of(addr, len, fd, fd_offset);
	struct vfio_space *space = arg;
	int ret = user_map(space, &m, true);

	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: can't map %zu KiB of external memory at %p for DMA (%s): "
			"%s", plx_iova_space_name(space->iova), len >> 10, addr, plx_strerror(ret),
			vfio_map_hint(ret));
	return ret;
}

int
vfio_user_maps_replay(struct vfio_space *space)
{
	return plx_dev_dma_walk(NULL, replay, space);
}

/* So many pieces, of those that are mapped for a device alone, are in a space. */
struct user_maps {
	struct vfio_space *space;
	unsigned int n;
};

static int
copy_one(void *addr, size_t len, int fd, uint64_t fd_offset, void *arg)
{
	const struct plx_iova_mapping m = mapping_of(addr, len, fd, fd_offset);
	struct user_maps *copied = arg;
	int ret = user_map(copied->space, &m, false);

	if (ret == 0)
		copied->n++;
	return ret;
}

static int
drop_one(void *addr, size_t len, int fd, uint64_t fd_offset, void *arg)
{
	struct user_maps *left = arg;

	(void)fd;
	(void)fd_offset;
	if (left->n == 0)
		return 0;
	left->n--;
	return user_unmap(left->space, (uintptr_t)addr, len, false);
}

int
vfio_user_maps_copy(const struct plx_device *dev, struct vfio_space *to)
{
	struct user_maps copied = { .space = to };
	int ret = plx_dev_dma_walk(dev, copy_one, &copied);

	if (ret < 0 && plx_dev_dma_walk(dev, drop_one, &copied) < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: external memory stays mapped where it did not move",
			dev->name);
	return ret;
}

int
vfio_user_maps_drop(const struct plx_device *dev, struct vfio_space *space)
{
	struct user_maps all = { .space = space, .n = UINT_MAX };

	return plx_dev_dma_walk(dev, drop_one, &all);
}

int
vfio_dma_unmap(struct plx_bus *plx_bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct vfio_bus *bus = plx_container_of(plx_bus, struct vfio_bus, bus);
	struct vfio_space *space;
	int ret;

	if (dev != NULL) {
		space = space_of(dev);
		return space != NULL ? user_unmap(space, iova, len, false) : -ENODEV;
	}
	pthread_mutex_lock(&bus->spaces_lock);
	ret = unmap_before(bus, NULL, iova, len);
	pthread_mutex_unlock(&bus->spaces_lock);
	return ret;
}
