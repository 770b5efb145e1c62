/* SPDX-License-Identifier: BSD-3-Clause */
/* Where memory events meet address spaces. */
#include <errno.h>
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
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE,
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
