/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Regions of a device: what the kernel says about them, BARs in this process's memory, and access
 * through the device's file. include/uapi/linux/vfio.h, VFIO_DEVICE_GET_REGION_INFO.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio_private.h"

/* More room than this for what is known of a region is nonsense. */
#define MAX_INFO (1u << 20)

static uint64_t
page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* All that the kernel says, capabilities included. The caller frees it. */
static int
get_info(int fd, uint32_t index, struct vfio_region_info **out)
{
	uint32_t size = sizeof(**out);

	for (;;) {
		struct vfio_region_info *info = calloc(1, size);
		int ret;

		if (info == NULL)
			return -ENOMEM;
		info->argsz = size;
		info->index = index;
		ret = ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, info) < 0 ? -errno : 0;
		if (ret == 0 && info->argsz <= size) {
			*out = info;
			return 0;
		}
		size = info->argsz;
		free(info);
		if (ret < 0)
			return ret;
		if (size > MAX_INFO)
			return -E2BIG;
	}
}

static int
add_area(struct vfio_region *region, uint64_t offset, uint64_t size)
{
	struct vfio_region_sparse_mmap_area *areas;

	if (size == 0)
		return 0;
	if (offset % page_size() != 0 || offset > region->size || size > region->size - offset)
		return -EINVAL;
	areas = reallocarray(region->areas, region->n_areas + 1, sizeof(*areas));
	if (areas == NULL)
		return -ENOMEM;
	region->areas = areas;
	areas[region->n_areas].offset = offset;
	areas[region->n_areas++].size = size;
	return 0;
}

static int
read_sparse(struct vfio_region *region, const struct vfio_region_info_cap_sparse_mmap *cap,
	size_t room)
{
	int ret = 0;

	if (room < sizeof(*cap) || cap->nr_areas > (room - sizeof(*cap)) / sizeof(cap->areas[0]))
		return -EINVAL;
	for (uint32_t i = 0; i < cap->nr_areas && ret == 0; i++)
		ret = add_area(region, cap->areas[i].offset, cap->areas[i].size);
	return ret;
}

/* Capabilities lie behind one another, so that the list can't be a loop. */
static int
read_caps(struct vfio_region *region, const struct vfio_region_info *info)
{
	uint32_t at = info->flags & VFIO_REGION_INFO_FLAG_CAPS ? info->cap_offset : 0;
	uint32_t last = sizeof(*info) - 1;
	const struct vfio_info_cap_header *cap;
	int ret = 0;

	for (; at != 0 && ret == 0; last = at, at = cap->next) {
		if (at <= last || at % sizeof(uint64_t) != 0 || at > info->argsz ||
		    sizeof(*cap) > info->argsz - at)
			return -EINVAL;
		cap = (const void *)((const char *)info + at);
		if (cap->id == VFIO_REGION_INFO_CAP_MSIX_MAPPABLE)
			region->msix_mappable = true;
		if (cap->id != VFIO_REGION_INFO_CAP_SPARSE_MMAP)
			continue;
		region->sparse = true;
		ret = read_sparse(region, (const void *)cap, info->argsz - at);
	}
	return ret;
}

int
vfio_region_get(int fd, uint32_t index, struct vfio_region *region)
{
	struct vfio_region_info *info;
	int ret = get_info(fd, index, &info);

	*region = (struct vfio_region){ 0 };
	if (ret < 0)
		return ret;
	region->offset = info->offset;
	region->size = info->size;
	region->flags = info->flags;
	if (info->size > 0 && info->flags & VFIO_REGION_INFO_FLAG_MMAP) {
		ret = read_caps(region, info);
		if (ret == 0 && !region->sparse)
			ret = add_area(region, 0, info->size);
	}
	free(info);
	if (ret < 0)
		vfio_region_put(region);
	return ret;
}

void
vfio_region_put(struct vfio_region *region)
{
	free(region->areas);
	*region = (struct vfio_region){ 0 };
}

/*
 * Who neither lists areas nor says that the MSI-X table may be mapped refuses to map its pages:
 * leave them out.
 */
static int
leave_out_msix(const struct plx_pci_device *pci, unsigned int bar, struct vfio_region *region)
{
	const uint64_t page = page_size();
	uint64_t start, end, at;
	uint16_t control;
	uint32_t table;
	int pos, ret;

	if (region->n_areas == 0 || region->sparse || region->msix_mappable)
		return 0;
	pos = plx_pci_find_capability(pci, PCI_CAP_ID_MSIX);
	if (pos <= 0)
		return pos;
	at = (uint64_t)pos;
	ret = plx_pci_read_config(pci, &control, sizeof(control), at + PCI_MSIX_FLAGS);
	if (ret == 0)
		ret = plx_pci_read_config(pci, &table, sizeof(table), at + PCI_MSIX_TABLE);
	if (ret < 0 || (table & PCI_MSIX_TABLE_BIR) != bar)
		return ret;
	start = table & PCI_MSIX_TABLE_OFFSET;
	end = start + ((control & PCI_MSIX_FLAGS_QSIZE) + 1u) * PCI_MSIX_ENTRY_SIZE;
	start = PLX_ALIGN_FLOOR(start, page);
	end = PLX_ALIGN_CEIL(end, page);
	if (start >= region->size)
		return -EINVAL;
	region->sparse = true;
	region->n_areas = 0;
	ret = add_area(region, 0, start);
	if (ret == 0 && end < region->size)
		ret = add_area(region, end, region->size - end);
	return ret;
}

/*
 * One reservation of the whole BAR with each area at its place in it, so that offsets in the BAR
 * are offsets from one pointer, and a hole faults instead of being something else.
 */
static int
map_areas(int fd, const struct vfio_region *region, struct plx_mem_resource *res)
{
	const size_t len = PLX_ALIGN_CEIL(region->size, page_size());
	const int prot = (region->flags & VFIO_REGION_INFO_FLAG_READ ? PROT_READ : 0) |
		(region->flags & VFIO_REGION_INFO_FLAG_WRITE ? PROT_WRITE : 0);
	char *base = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int ret = 0;

	if (base == MAP_FAILED)
		return -errno;
	for (unsigned int i = 0; i < region->n_areas && ret == 0; i++) {
		const struct vfio_region_sparse_mmap_area *a = &region->areas[i];

		if (mmap(base + a->offset, a->size, prot, MAP_SHARED | MAP_FIXED, fd,
			    (off_t)(region->offset + a->offset)) == MAP_FAILED)
			ret = -errno;
	}
	if (ret == 0)
		ret = vfio_guard_add(base, len);
	if (ret < 0) {
		munmap(base, len);
		return ret;
	}
	res->addr = base;
	return 0;
}

static int
map_bar(struct plx_pci_device *pci, unsigned int bar)
{
	struct plx_mem_resource *res = &pci->mem_resource[bar];
	struct vfio_region *region = &pci->vfio->bars[bar];
	int ret = vfio_region_get(pci->vfio->fd, VFIO_PCI_BAR0_REGION_INDEX + bar, region);

	if (ret < 0)
		return ret;
	res->len = region->size;
	ret = leave_out_msix(pci, bar, region);
	if (ret < 0 || region->n_areas == 0)
		return ret;
	return map_areas(pci->vfio->fd, region, res);
}

int
vfio_bars_map(struct plx_pci_device *pci)
{
	int ret = 0;

	for (unsigned int bar = 0; bar < PLX_PCI_MAX_RESOURCE && ret == 0; bar++)
		ret = map_bar(pci, bar);
	return ret;
}

static int
unmap(const struct plx_mem_resource *res)
{
	if (res->addr == NULL)
		return 0;
	vfio_guard_remove(res->addr);
	return munmap(res->addr, PLX_ALIGN_CEIL(res->len, page_size())) < 0 ? -errno : 0;
}

int
vfio_bars_unmap(struct plx_pci_device *pci)
{
	int first = 0;

	for (unsigned int bar = 0; bar < PLX_PCI_MAX_RESOURCE; bar++) {
		struct plx_mem_resource *res = &pci->mem_resource[bar];
		int ret = unmap(res);

		first = first < 0 ? first : ret;
		*res = (struct plx_mem_resource){ 0 };
		vfio_region_put(&pci->vfio->bars[bar]);
	}
	return first;
}

static bool
is_inside(const struct vfio_region *region, uint64_t offset, size_t len)
{
	return offset <= region->size && len <= region->size - offset;
}

static int
whole(ssize_t done, size_t len)
{
	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

int
vfio_region_read(int fd, const struct vfio_region *region, void *buf, size_t len, uint64_t offset)
{
	if (!is_inside(region, offset, len))
		return -EINVAL;
	return whole(pread(fd, buf, len, (off_t)(region->offset + offset)), len);
}

int
vfio_region_write(int fd, const struct vfio_region *region, const void *buf, size_t len,
	uint64_t offset)
{
	if (!is_inside(region, offset, len))
		return -EINVAL;
	return whole(pwrite(fd, buf, len, (off_t)(region->offset + offset)), len);
}

/* -ENODEV if the device is not open, -EINVAL if there can't be such a BAR. */
static int
bar_region(const struct plx_pci_device *dev, int bar, const struct vfio_region **region)
{
	if (dev->vfio == NULL)
		return -ENODEV;
	if (bar < 0 || bar >= PLX_PCI_MAX_RESOURCE)
		return -EINVAL;
	*region = &dev->vfio->bars[bar];
	return 0;
}

int
plx_pci_mmio_read(const struct plx_pci_device *dev, int bar, void *buf, size_t len,
	uint64_t offset)
{
	const struct vfio_region *region;
	int ret = bar_region(dev, bar, &region);

	return ret < 0 ? ret : vfio_region_read(dev->vfio->fd, region, buf, len, offset);
}

int
plx_pci_mmio_write(const struct plx_pci_device *dev, int bar, const void *buf, size_t len,
	uint64_t offset)
{
	const struct vfio_region *region;
	int ret = bar_region(dev, bar, &region);

	return ret < 0 ? ret : vfio_region_write(dev->vfio->fd, region, buf, len, offset);
}

void *
plx_pci_mmio_addr(const struct plx_pci_device *dev, int bar, uint64_t offset, size_t len)
{
	const struct plx_mem_resource *res;
	const struct vfio_region *region;
	bool mapped;

	if (dev->vfio == NULL || bar < 0 || bar >= PLX_PCI_MAX_RESOURCE)
		return NULL;
	res = &dev->mem_resource[bar];
	if (res->addr == NULL || offset > res->len || len > res->len - offset)
		return NULL;
	region = &dev->vfio->bars[bar];
	mapped = !region->sparse;
	for (unsigned int i = 0; i < region->n_areas && !mapped; i++) {
		const struct vfio_region_sparse_mmap_area *a = &region->areas[i];

		mapped = offset >= a->offset && offset - a->offset <= a->size &&
			len <= a->size - (offset - a->offset);
	}
	return mapped ? PLX_PTR_ADD(res->addr, offset) : NULL;
}
