/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A space without an IOMMU: devices see physical addresses and the kernel maps nothing for them. What
 * there is to know is where each page is; the tree has the pages by that address. Who knows is, since
 * Linux 7.3, an IOAS, which also holds the pages (include/uapi/linux/iommufd.h); else it is
 * /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst), and only hugepages stay by themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <unistd.h>

#include "iova_private.h"

#define PAGEMAP_PRESENT ((uint64_t)1 << 63)
#define PAGEMAP_PFN (((uint64_t)1 << 55) - 1)

/* Memory that plx_iova_map_phys() made known. */
struct phys_map {
	void *va;
	uint64_t len;
	uint64_t page_size;
	struct phys_map *next;
	uint64_t phys[];	/* of each page */
};

struct noiommu_space {
	struct plx_iova_space space;
	struct plx_iova_space *ioas;	/* holds the memory at IOVA == VA; NULL: pagemap is used */
	int pagemap;
	struct phys_map *maps;		/* guarded by the space's lock */
};

static struct noiommu_space *
self(const struct plx_iova_space *space)
{
	return (struct noiommu_space *)(uintptr_t)space;
}

/*
 * Where is @va, and how much of *len follows contiguously? The entry of a page has its number, but 0
 * for those who may not know it.
 */
static int
pagemap_run(int fd, const void *va, uint64_t *len, uint64_t *phys)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t entries[512], run = 0;

	while (run < *len) {
		size_t want = PLX_MIN((*len - run) / page, (uint64_t)PLX_DIM(entries));
		ssize_t got = pread(fd, entries, want * sizeof(entries[0]),
			(off_t)(((uintptr_t)va + run) / page * sizeof(entries[0])));

		if (got < (ssize_t)sizeof(entries[0]))
			return got < 0 ? -errno : -EFAULT;
		for (size_t i = 0; i < (size_t)got / sizeof(entries[0]); i++, run += page) {
			uint64_t at = (entries[i] & PAGEMAP_PFN) * page;

			if (run == 0 && (at == 0 || !(entries[i] & PAGEMAP_PRESENT)))
				return entries[i] & PAGEMAP_PRESENT ? -EPERM : -EFAULT;
			if (run == 0)
				*phys = at;
			if (at == *phys + run && (entries[i] & PAGEMAP_PRESENT))
				continue;
			*len = run;
			return 0;
		}
	}
	return 0;
}

/* -EFAULT if there is no memory, in either way. */
static int
find_run(const struct noiommu_space *s, const void *va, uint64_t *len, uint64_t *phys)
{
	int ret;

	if (s->ioas == NULL)
		return pagemap_run(s->pagemap, va, len, phys);
	ret = iova_iommufd_phys(s->ioas, (uintptr_t)va, len, phys);
	return ret == -ENOENT ? -EFAULT : ret;
}

static int
noiommu_attach(struct plx_iova_space *space, int fd, bool first)
{
	struct plx_iova_space *ioas = self(space)->ioas;

	return ioas != NULL ? plx_iova_attach(ioas, fd) :
		iova_container_attach(space, fd, first, VFIO_NOIOMMU_IOMMU);
}

static int
noiommu_detach(struct plx_iova_space *space, int fd)
{
	struct plx_iova_space *ioas = self(space)->ioas;

	return ioas != NULL ? plx_iova_detach(ioas, fd) : iova_container_detach(space, fd);
}

/* Is the memory really there? Also when the first device comes back: nobody held it meanwhile. */
static int
noiommu_map(struct plx_iova_space *space, const struct iova_extent *e, enum plx_iova_call *call)
{
	uint64_t run = e->len, phys = 0;
	int ret = find_run(self(space), e->va, &run, &phys);

	if (ret < 0)
		return ret;
	return run == e->len && phys == e->iova ? 0 : -EFAULT;
}

/* Every address is as good as any other. */
static int
noiommu_windows(struct plx_iova_space *space)
{
	static const struct plx_iova_range all = { .start = 0, .last = UINT64_MAX };

	return iova_set_windows(space, &all, 1, space->reach.alignment);
}

static int
noiommu_open_beside(struct plx_iova_space *space, struct plx_iova_space **beside)
{
	return plx_iova_space_open_noiommu(self(space)->ioas != NULL ? space->fd : -1, beside);
}

static int
noiommu_close(struct plx_iova_space *space)
{
	struct noiommu_space *s = self(space);
	int ret = s->ioas != NULL ? plx_iova_space_close(s->ioas) : 0;

	while (s->maps != NULL) {
		struct phys_map *map = s->maps;

		s->maps = map->next;
		free(map);
	}
	if (s->pagemap >= 0)
		close(s->pagemap);
	iova_space_fini(space);
	return ret;
}

static const struct iova_ops noiommu_ops = {
	.name = "noiommu",
	.open_maps = false,
	.attach = noiommu_attach,
	.detach = noiommu_detach,
	.map = noiommu_map,
	.windows = noiommu_windows,
	.open_beside = noiommu_open_beside,
	.close = noiommu_close,
};

/* Each page at its address, all or none. */
static int
map_pages(struct noiommu_space *s, struct phys_map *map, unsigned int flags)
{
	struct plx_iova_batch *batch = plx_iova_batch_begin(&s->space);
	int ret = batch != NULL ? 0 : -ENOMEM;

	for (uint64_t at = 0; ret == 0 && at < map->len; at += map->page_size) {
		struct plx_iova_mapping m = {
			.len = map->page_size,
			.va = PLX_PTR_ADD(map->va, at),
			.flags = flags & ~PLX_IOVA_FD,
		};
		uint64_t run = m.len;

		ret = find_run(s, m.va, &run, &m.iova);
		if (ret == 0 && run < m.len)
			ret = -EFAULT;
		if (ret == 0)
			ret = plx_iova_batch_map(batch, &m);
		map->phys[at / map->page_size] = m.iova;
	}
	if (ret == 0)
		return plx_iova_batch_commit(batch);
	plx_iova_batch_abort(batch);
	return ret;
}

/* Hold the memory and look up its pages. */
static int
hold_and_map(struct noiommu_space *s, const struct plx_iova_mapping *mapping, struct phys_map *map)
{
	struct plx_iova_mapping m = *mapping;
	int ret = 0, undo;

	m.iova = (uintptr_t)m.va;
	m.granule = 0;
	if (s->ioas != NULL)
		ret = plx_iova_map(s->ioas, &m);
	if (ret < 0)
		return ret;
	ret = map_pages(s, map, m.flags);
	if (ret == 0 || s->ioas == NULL)
		return ret;
	undo = plx_iova_unmap(s->ioas, m.iova, m.len);
	return undo < 0 ? undo : ret;
}

int
plx_iova_map_phys(struct plx_iova_space *space, const struct plx_iova_mapping *mapping,
	uint64_t page_size, uint64_t *phys)
{
	struct noiommu_space *s = self(space);
	struct phys_map *map;
	int ret;

	if (space->ops != &noiommu_ops)
		return -EOPNOTSUPP;
	if (!plx_is_power_of_2(page_size) || page_size < space->reach.alignment || mapping->len == 0 ||
	    (((uintptr_t)mapping->va | mapping->len) & (page_size - 1)) != 0)
		return -EINVAL;
	map = calloc(1, sizeof(*map) + mapping->len / page_size * sizeof(map->phys[0]));
	if (map == NULL)
		return -ENOMEM;
	map->va = mapping->va;
	map->len = mapping->len;
	map->page_size = page_size;
	ret = hold_and_map(s, mapping, map);
	if (ret < 0) {
		free(map);
		return ret;
	}
	for (uint64_t i = 0; i < map->len / page_size; i++)
		phys[i] = map->phys[i];
	pthread_mutex_lock(space->lock);
	map->next = s->maps;
	s->maps = map;
	pthread_mutex_unlock(space->lock);
	return 0;
}

static int
unmap_pages(struct noiommu_space *s, const struct phys_map *map)
{
	struct plx_iova_batch *batch = plx_iova_batch_begin(&s->space);
	int ret = batch != NULL ? 0 : -ENOMEM;

	for (uint64_t i = 0; ret == 0 && i < map->len / map->page_size; i++)
		ret = plx_iova_batch_unmap(batch, map->phys[i], map->page_size);
	if (ret == 0)
		return plx_iova_batch_commit(batch);
	plx_iova_batch_abort(batch);
	return ret;
}

/* Take the entry of @va off the list; NULL if there is none. */
static struct phys_map *
take_map(struct noiommu_space *s, const void *va)
{
	struct phys_map **at = &s->maps, *map;

	pthread_mutex_lock(s->space.lock);
	while (*at != NULL && (*at)->va != va)
		at = &(*at)->next;
	map = *at;
	if (map != NULL)
		*at = map->next;
	pthread_mutex_unlock(s->space.lock);
	return map;
}

int
plx_iova_unmap_phys(struct plx_iova_space *space, void *va)
{
	struct noiommu_space *s = self(space);
	struct phys_map *map;
	int ret, released = 0;

	if (space->ops != &noiommu_ops)
		return -EOPNOTSUPP;
	map = take_map(s, va);
	if (map == NULL)
		return -ENOENT;
	ret = unmap_pages(s, map);
	if (s->ioas != NULL)
		released = plx_iova_unmap(s->ioas, (uintptr_t)va, map->len);
	free(map);
	return ret < 0 ? ret : released;
}

/* -EPERM now, and not when the first memory comes. */
static int
open_pagemap(int *pagemap)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t phys, len = page;
	int ret;

	*pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (*pagemap < 0)
		return -errno;
	ret = pagemap_run(*pagemap, (void *)PLX_ALIGN_FLOOR((uintptr_t)&phys, page), &len, &phys);
	if (ret < 0) {
		close(*pagemap);
		*pagemap = -1;
	}
	return ret;
}

/* A container for groups, owned by the space from here on. */
static int
open_legacy(struct noiommu_space *s)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), ret;

	if (container < 0)
		return -errno;
	ret = iova_container_check(container, VFIO_NOIOMMU_IOMMU);
	if (ret == 0)
		ret = open_pagemap(&s->pagemap);
	if (ret == 0)
		ret = iova_space_init(&s->space, &noiommu_ops, container, true, NULL);
	if (ret < 0) {
		if (s->pagemap >= 0)
			close(s->pagemap);
		close(container);
	}
	return ret;
}

/* Nothing is mapped at 0, which is no error of the kernel's that would tell of anything else. */
static int
probe_phys(const struct plx_iova_space *ioas)
{
	uint64_t len = 1, phys;
	int ret = iova_iommufd_phys(ioas, 0, &len, &phys);

	return ret == -ENOTTY || ret == -EPERM ? ret : 0;
}

static int
open_iommufd(struct noiommu_space *s, int iommufd)
{
	int ret = plx_iova_space_open_iommufd(iommufd, &s->ioas), undo;

	if (ret < 0)
		return ret;
	ret = probe_phys(s->ioas);
	if (ret == 0)
		ret = iova_space_init(&s->space, &noiommu_ops, iommufd, false, NULL);
	if (ret == 0)
		return 0;
	undo = plx_iova_space_close(s->ioas);
	return undo < 0 ? undo : ret;
}

int
plx_iova_space_open_noiommu(int iommufd, struct plx_iova_space **space)
{
	struct noiommu_space *s = calloc(1, sizeof(*s));
	int ret;

	if (s == NULL)
		return -ENOMEM;
	s->pagemap = -1;
	ret = iommufd >= 0 ? open_iommufd(s, iommufd) : open_legacy(s);
	if (ret < 0) {
		free(s);
		return ret;
	}
	*space = &s->space;
	return 0;
}
