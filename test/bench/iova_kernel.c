/* SPDX-License-Identifier: BSD-3-Clause */
/* 512 MiB of populated hugepages on the real kernel: as lib/iova maps them, and page by page. */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <plx_iova.h>

#include "iommufd_uapi.h"
#include "iova_bench.h"
#include "vfio_raw.h"

/*
 * The two ways in turn so often. The first round is for the caches, here and in the kernel (and in
 * the lab for QEMU's, of translated code, which count most); its results are "cold-".
 */
#define MAP_ROUNDS 4
/*
 * What a pool of hugepages gives is neighbours in memory, or falls where it should rise: the kernel
 * then has as many runs of pages to map as there are pages, and these results are "scattered-". Pages
 * that are given back come again in the other order, so memory is had twice to see both.
 */
#define LAYOUTS 2
#define SCATTERED_RUNS 64
/* Where every IOMMU reaches, one of 39 bits too. */
#define BENCH_VA ((void *)0x1000000000)

static struct plx_iova_mapping
mapping_of(void *va, int fd)
{
	return (struct plx_iova_mapping){
		.iova = (uintptr_t)va,
		.len = BENCH_SIZE,
		.va = va,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | (fd >= 0 ? PLX_IOVA_FD : 0),
		.fd = fd,
	};
}

static void
result(const char *kind, const char *name, uint64_t value)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s", kind, name);
	bench_result(text, value);
}

/* Runs of physically contiguous pages, by /proc/self/pagemap: bits 0 to 54 are the frame. */
static int
physical_runs(const void *va)
{
	const uint64_t step = BENCH_PAGE >> 12, frame_mask = ((uint64_t)1 << 55) - 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), runs = 0;
	uint64_t entry, last = 0;

	if (fd < 0)
		return -errno;
	for (size_t at = 0; at < BENCH_SIZE && runs >= 0; at += BENCH_PAGE) {
		off_t where = (off_t)(((uintptr_t)va + at) >> 12) * (off_t)sizeof(entry);

		if (pread(fd, &entry, sizeof(entry), where) != sizeof(entry)) {
			runs = -EIO;
			break;
		}
		runs += (entry & frame_mask) != last + step;
		last = entry & frame_mask;
	}
	close(fd);
	return runs;
}

/* Kernel calls of the space so far, and the time in them if @ns is not NULL. */
static uint64_t
calls_of(struct plx_iova_space *space, uint64_t *ns)
{
	struct plx_iova_stats stats;
	uint64_t n = 0, sum = 0;

	plx_iova_stats_get(space, &stats);
	for (unsigned int i = 0; i < PLX_IOVA_CALLS; i++) {
		n += stats.calls[i];
		sum += stats.ns[i];
	}
	if (ns != NULL)
		*ns = sum;
	return n;
}

/* The cost of a map into a space that has a device. */
static int
timed_map(struct plx_iova_space *space, const struct plx_iova_mapping *m, const char *kind,
	const char *name)
{
	uint64_t start = bench_now();
	int ret = plx_iova_map(space, m);

	if (ret == 0)
		result(kind, name, bench_now() - start);
	return ret;
}

static int
timed_unmap(struct plx_iova_space *space, const struct plx_iova_mapping *m, const char *kind,
	const char *name)
{
	uint64_t start = bench_now();
	int ret = plx_iova_unmap(space, m->iova, m->len);

	if (ret == 0)
		result(kind, name, bench_now() - start);
	return ret;
}

static int
map_attached(struct plx_iova_space *space, void *va, int fd, const char *kind)
{
	struct plx_iova_mapping m = mapping_of(va, fd);
	int ret = timed_map(space, &m, kind, "map");
	uint64_t ns;

	if (ret < 0)
		return ret;
	bench_result("map-calls", calls_of(space, &ns));
	result(kind, "map-kernel", ns);
	ret = timed_unmap(space, &m, kind, "unmap");
	bench_result("all-calls", calls_of(space, NULL));
	return ret;
}

/* By lib/iova, in a space of its own. */
static int
map_space(struct plx_iova_space *space, const char *bdf, void *va, int fd, const char *kind)
{
	int dev = raw_attach(space, bdf), ret = dev, undo;

	if (dev >= 0) {
		ret = map_attached(space, va, fd, kind);
		undo = raw_detach(space, dev);
		ret = ret < 0 ? ret : undo;
	}
	undo = plx_iova_space_close(space);
	return ret < 0 ? ret : undo;
}

/* One ioctl for each page, and what it takes; a device is attached. @map is given @arg. */
static int
map_pages(int (*map)(int fd, uint32_t arg, void *page), int fd, uint32_t arg, void *va,
	const char *kind)
{
	uint64_t start = bench_now();
	int ret = 0;

	for (size_t done = 0; done < BENCH_SIZE && ret == 0; done += BENCH_PAGE)
		ret = map(fd, arg, PLX_PTR_ADD(va, done));
	if (ret == 0)
		result(kind, "map-pages", bench_now() - start);
	return ret;
}

static int
map_page_iommufd(int iommufd, uint32_t ioas_id, void *page)
{
	struct uapi_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = UAPI_IOAS_MAP_FIXED_IOVA | UAPI_IOAS_MAP_READABLE |
			UAPI_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas_id,
		.user_va = (uintptr_t)page,
		.iova = (uintptr_t)page,
		.length = BENCH_PAGE,
	};

	return ioctl(iommufd, UAPI_IOAS_MAP, &cmd) < 0 ? -errno : 0;
}

static int
pages_iommufd(const char *bdf, void *va, const char *kind)
{
	struct uapi_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct uapi_vfio_attach_pt attach = { .argsz = sizeof(attach) };
	int iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC), dev = -ENOENT, ret = 0;

	if (iommufd < 0 || ioctl(iommufd, UAPI_IOAS_ALLOC, &alloc) < 0)
		ret = -errno;
	if (ret == 0) {
		attach.pt_id = alloc.out_ioas_id;
		dev = raw_open_cdev(bdf, iommufd);
		ret = dev < 0 ? dev : 0;
	}
	if (ret == 0)
		ret = ioctl(dev, UAPI_VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) < 0 ? -errno :
			map_pages(map_page_iommufd, iommufd, alloc.out_ioas_id, va, kind);
	/* The kernel takes all of it back with the files. */
	if (dev >= 0)
		close(dev);
	if (iommufd >= 0)
		close(iommufd);
	return ret;
}

static int
map_page_type1(int container, uint32_t unused, void *page)
{
	struct vfio_iommu_type1_dma_map cmd = {
		.argsz = sizeof(cmd),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)page,
		.iova = (uintptr_t)page,
		.size = BENCH_PAGE,
	};

	return ioctl(container, VFIO_IOMMU_MAP_DMA, &cmd) < 0 ? -errno : 0;
}

static int
pages_type1(const char *bdf, void *va, const char *kind)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	int group = raw_open_group(bdf), ret = 0;

	if (container < 0 || group < 0 || ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0 ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
		ret = container >= 0 && group < 0 ? group : -errno;
	if (ret == 0)
		ret = map_pages(map_page_type1, container, 0, va, kind);
	if (group >= 0)
		close(group);
	if (container >= 0)
		close(container);
	return ret;
}

typedef int (*open_fn)(int fd, struct plx_iova_space **space);
typedef int (*pages_fn)(const char *bdf, void *va, const char *kind);

/* The two ways in turn: by lib/iova, and by @pages. */
static int
map_in_turn(open_fn open_space, pages_fn pages, const char *bdf, void *va, int fd)
{
	struct plx_iova_space *space;
	int runs = physical_runs(va), ret = PLX_MIN(runs, 0);

	for (unsigned int i = 0; i < MAP_ROUNDS && ret == 0; i++) {
		const char *kind = i == 0 ? "cold-" : runs > SCATTERED_RUNS ? "scattered-" : "";

		ret = open_space(-1, &space);
		if (ret == 0)
			ret = map_space(space, bdf, va, fd, kind);
		if (ret == 0)
			ret = pages(bdf, va, kind);
	}
	return ret;
}

static int
bench_map(open_fn open_space, pages_fn pages, const char *bdf)
{
	int fd, ret = 0;

	for (unsigned int i = 0; i < LAYOUTS && ret == 0; i++) {
		void *va = raw_hugepages(BENCH_VA, BENCH_SIZE, &fd);

		if (va == NULL)
			return -errno;
		ret = map_in_turn(open_space, pages, bdf, va, fd);
		munmap(va, BENCH_SIZE);
		close(fd);
	}
	return ret;
}

int
bench_map_iommufd(const char *bdf)
{
	return bench_map(plx_iova_space_open_iommufd, pages_iommufd, bdf);
}

int
bench_map_type1(const char *bdf)
{
	return bench_map(plx_iova_space_open_type1, pages_type1, bdf);
}

/*
 * Each space has its own device, so each has a page table to fill. The second one shares the pins
 * of the first, and then has its own.
 */
static int
share(struct plx_iova_space *one, struct plx_iova_space *two, const struct plx_iova_mapping *m)
{
	struct plx_iova_mapping own = *m;
	int ret = timed_map(one, m, "", "first-space");

	if (ret < 0)
		return ret;
	bench_result("first-pinned-kib", (uint64_t)raw_pinned_kb(one));
	ret = timed_map(two, m, "", "second-space");
	if (ret < 0)
		return ret;
	bench_result("both-pinned-kib", (uint64_t)raw_pinned_kb(one));
	ret = timed_unmap(two, m, "", "second-unmap");
	if (ret < 0)
		return ret;
	own.flags |= PLX_IOVA_OWN_PINS;
	ret = timed_map(two, &own, "", "own-second-space");
	bench_result("own-pinned-kib", (uint64_t)raw_pinned_kb(one));
	return ret;
}

int
bench_share(const char *first, const char *second)
{
	struct plx_iova_space *one = NULL, *two = NULL;
	int fd, dev_one = -ENODEV, dev_two = -ENODEV, ret, undo = 0;
	void *va = raw_hugepages(BENCH_VA, BENCH_SIZE, &fd);
	struct plx_iova_mapping m = mapping_of(va, fd);

	if (va == NULL)
		return -errno;
	ret = plx_iova_space_open_iommufd(-1, &one);
	if (ret == 0)
		ret = plx_iova_space_open_beside(one, &two);
	if (ret == 0)
		ret = dev_one = raw_attach(one, first);
	if (ret >= 0)
		ret = dev_two = raw_attach(two, second);
	if (ret >= 0)
		ret = share(one, two, &m);
	if (dev_one >= 0)
		undo = raw_detach(one, dev_one);
	if (dev_two >= 0 && raw_detach(two, dev_two) < 0)
		undo = -EIO;
	if (one != NULL && plx_iova_space_close(one) < 0)
		undo = -EIO;
	if (two != NULL && plx_iova_space_close(two) < 0)
		undo = -EIO;
	munmap(va, BENCH_SIZE);
	close(fd);
	return ret < 0 ? ret : undo;
}
