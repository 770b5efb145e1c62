/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Devices without an IOMMU: what is refused, and telling the EAL where memory is. They see physical
 * addresses and those behind an IOMMU see virtual ones, so a process has devices of one kind.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio_private.h"

#define UNSAFE_MODE "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"

/* First word of a file of sysfs, "" if there is none. */
static void
read_word(const char *path, char *word, size_t size)
{
	FILE *f = fopen(path, "re");

	if (f == NULL || fgets(word, (int)size, f) == NULL)
		word[0] = '\0';
	word[strcspn(word, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

/* vfio-pci makes a group of this name for a device that has none: drivers/vfio/group.c. */
static bool
has_iommu(const char *name)
{
	char path[256], group[32];

	snprintf(path, sizeof(path), PCI_SYSFS "/%s/iommu_group/name", name);
	read_word(path, group, sizeof(group));
	*strrchr(path, '/') = '\0';
	return access(path, F_OK) == 0 && strcmp(group, "vfio-noiommu") != 0;
}

const char *
vfio_noiommu_unbound_hint(const char *name)
{
	char mode[8];

	read_word(UNSAFE_MODE, mode, sizeof(mode));
	return has_iommu(name) || strcmp(mode, "N") != 0 ? "" : "it has no IOMMU, so switch that on, "
		"or echo Y > " UNSAFE_MODE " and use --vfio-backend=noiommu; then ";
}

/* A space without a device counts for nothing: what would have been in it was refused. */
static const struct vfio_space *
find_used(const struct vfio_bus *bus)
{
	const struct vfio_space *s = bus->spaces;

	while (s != NULL && s->users == 0)
		s = s->next;
	return s;
}

enum plx_iova_mode
vfio_iova_mode(struct plx_bus *bus)
{
	const struct vfio_space *s = find_used(plx_container_of(bus, struct vfio_bus, bus));

	if (s == NULL)
		return PLX_IOVA_DC;
	return s->noiommu ? PLX_IOVA_PA : PLX_IOVA_VA;
}

/* Decided by the devices that are open, or by those that were at start. */
static bool
is_mixed(const struct vfio_bus *bus, const struct plx_vfio_device *dev)
{
	const struct vfio_space *s = find_used(bus);
	enum plx_iova_mode mode = plx_eal_iova_mode();

	return (s != NULL && s->noiommu != dev->noiommu) ||
		(mode != PLX_IOVA_DC && (mode == PLX_IOVA_PA) != dev->noiommu);
}

int
vfio_noiommu_check(const struct vfio_bus *bus, const struct plx_vfio_device *dev)
{
	if (!dev->noiommu && !has_iommu(dev->name)) {
		PLX_LOG(ERR, &vfio_logtype, "%s: has no IOMMU (ENODEV): switch it on in the firmware and "
			"by intel_iommu=on or amd_iommu=on, or use --vfio-backend=noiommu, with which the "
			"device can write to all memory", dev->name);
		return -ENODEV;
	}
	if (dev->noiommu && has_iommu(dev->name)) {
		PLX_LOG(ERR, &vfio_logtype, "%s: backend=noiommu, but it has an IOMMU (EINVAL): use another "
			"backend", dev->name);
		return -EINVAL;
	}
	if (dev->noiommu && !plx_eal_has_hugepages()) {
		PLX_LOG(ERR, &vfio_logtype, "%s: backend=noiommu and --no-huge exclude each other (EINVAL): "
			"4 KiB pages are small and move, leave out --no-huge", dev->name);
		return -EINVAL;
	}
	if (!is_mixed(bus, dev))
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: %s an IOMMU, the other devices are %s one, and a process has one "
		"kind (EINVAL): name those of one kind by -a", dev->name,
		dev->noiommu ? "is without" : "is behind", dev->noiommu ? "behind" : "without");
	return -EINVAL;
}

int
vfio_noiommu_check_args(const char *name, const struct vfio_args *args)
{
	const char *key = args->fd >= 0 ? "fd=" : args->iommufd != NULL ? "iommufd=" :
		args->private_space ? "ioas=private" : NULL;

	if (key == NULL)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "%s: %s is for an address space, and backend=noiommu has none "
		"(EINVAL): leave it out", name, key);
	return -EINVAL;
}

const char *
vfio_noiommu_space_hint(const struct vfio_space *space, int err)
{
	if (err == -EPERM)
		return space->legacy ?
			"physical addresses in /proc/self/pagemap take CAP_SYS_ADMIN: run as root" :
			VFIO_RAWIO_HINT;
	if (err == -EOPNOTSUPP)
		return "echo Y > " UNSAFE_MODE;
	return err == -ENOENT ? "modprobe vfio-pci" : vfio_map_hint(err);
}

int
vfio_noiommu_map(const struct vfio_space *space, const struct plx_mem_region *region)
{
	const struct plx_iova_mapping m = {
		.len = region->len,
		.va = region->addr,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | PLX_IOVA_FD,
		.fd = region->fd,
		.fd_offset = region->fd_offset,
	};
	uint64_t *phys = calloc(region->len / region->page_size, sizeof(*phys));
	int ret, undo;

	if (phys == NULL)
		return -ENOMEM;
	ret = plx_iova_map_phys(space->iova, &m, region->page_size, phys);
	if (ret == 0) {
		ret = plx_mem_iova_set(region, phys);
		undo = ret < 0 ? plx_iova_unmap_phys(space->iova, region->addr) : 0;
		ret = undo < 0 ? undo : ret;
	}
	free(phys);
	return ret;
}
