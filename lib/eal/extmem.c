/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that the application brings: known by its address, and mapped for DMA when the application
 * says so. event_lock makes one change at a time, and is held while the kernel maps.
 */
#include <errno.h>
#include <stdlib.h>

#include "eal_private.h"

/* One plx_dev_dma_map(): it is undone by the same three. */
struct eal_dma_map {
	const struct plx_device *dev;	/* NULL: all */
	void *addr;
	size_t len;
	LIST_ENTRY(eal_dma_map) next;
};

static int
eal_extmem_cmp(const struct eal_extmem *a, const struct eal_extmem *b)
{
	return eal_range_cmp(a->addr, a->len, b->addr, b->len);
}

RB_GENERATE(eal_extmem_tree, eal_extmem, node, eal_extmem_cmp)

struct eal_extmem *
eal_extmem_find(struct eal_memory *mem, const void *addr)
{
	struct eal_extmem key = { .addr = (void *)(uintptr_t)addr, .len = 1 };

	return RB_FIND(eal_extmem_tree, &mem->extmems, &key);
}

/* An arena counts as a whole: where there is no region now there may be one later. */
static bool
is_in_arena(const struct eal_memory *mem, const void *addr, size_t len)
{
	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES; i++) {
		const struct eal_arena *a = &mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES];

		if (a->base != NULL && eal_range_cmp(addr, len, a->base, a->len) == 0)
			return true;
	}
	return false;
}

int
plx_extmem_register(void *addr, size_t len, size_t page_size, int fd, uint64_t fd_offset)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_extmem *x;
	int ret = 0;

	if (!mem->ready || addr == NULL || len == 0 || !plx_is_power_of_2(page_size) ||
	    page_size < 4096 || fd < -1 ||
	    (((uintptr_t)addr | len | fd_offset) & (page_size - 1)) != 0 ||
	    (uintptr_t)addr + len < len || (fd >= 0 && fd_offset + len < len))
		return -EINVAL;
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return -ENOMEM;
	x->addr = addr;
	x->len = len;
	x->page_size = page_size;
	x->fd = fd;
	x->fd_offset = fd_offset;
	LIST_INIT(&x->dma_maps);
	pthread_mutex_lock(&mem->event_lock);
	pthread_mutex_lock(&mem->lock);
	/* The tree takes none that overlaps another. */
	if (is_in_arena(mem, addr, len) || RB_INSERT(eal_extmem_tree, &mem->extmems, x) != NULL)
		ret = -EEXIST;
	pthread_mutex_unlock(&mem->lock);
	pthread_mutex_unlock(&mem->event_lock);
	if (ret < 0)
		free(x);
	return ret;
}

int
plx_extmem_unregister(void *addr, size_t len)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_extmem *x;
	int ret = 0;

	pthread_mutex_lock(&mem->event_lock);
	pthread_mutex_lock(&mem->lock);
	x = eal_extmem_find(mem, addr);
	if (x == NULL || x->addr != addr || x->len != len)
		ret = -ENOENT;
	else if (!LIST_EMPTY(&x->dma_maps))
		ret = -EBUSY;
	else
		RB_REMOVE(eal_extmem_tree, &mem->extmems, x);
	pthread_mutex_unlock(&mem->lock);
	pthread_mutex_unlock(&mem->event_lock);
	if (ret == 0)
		free(x);
	return ret;
}

static struct eal_dma_map *
find_map(const struct eal_extmem *x, const struct plx_device *dev, const void *addr, size_t len)
{
	struct eal_dma_map *m;

	LIST_FOREACH(m, &x->dma_maps, next)
		if (m->dev == dev && m->addr == addr && m->len == len)
			return m;
	return NULL;
}

/* The memory that addr..addr+len lies in, whole pages of it. event_lock is held. */
static int
find_range(struct eal_memory *mem, void *addr, uint64_t iova, size_t len, struct eal_extmem **x)
{
	if (iova != (uintptr_t)addr || len == 0)
		return -EINVAL;
	*x = eal_extmem_find(mem, addr);
	if (*x == NULL || len > (*x)->len - PLX_PTR_DIFF(addr, (*x)->addr))
		return -ENOENT;
	return (((uintptr_t)addr | len) & ((*x)->page_size - 1)) != 0 ? -EINVAL : 0;
}

/* Where @addr is in the file of @x, if it has one. */
static uint64_t
offset_of(const struct eal_extmem *x, const void *addr)
{
	return x->fd >= 0 ? x->fd_offset + PLX_PTR_DIFF(addr, x->addr) : 0;
}

/* From all buses before @end (NULL: all) that @dev may be on. Return: the first errno. */
static int
unmap_before(const struct plx_bus *end, struct plx_device *dev, void *addr, size_t len)
{
	int first = 0;

	for (struct plx_bus *bus = eal_buses(); bus != end; bus = bus->next) {
		int ret = 0;

		if (bus->dma_unmap != NULL && (dev == NULL || dev->bus == bus))
			ret = bus->dma_unmap(bus, dev, addr, (uintptr_t)addr, len);
		if (first == 0)
			first = ret;
	}
	return first;
}

static int
map_all(struct plx_device *dev, const struct eal_extmem *x, void *addr, size_t len)
{
	bool any = dev == NULL;

	for (struct plx_bus *bus = eal_buses(); bus != NULL; bus = bus->next) {
		int ret;

		if (bus->dma_map == NULL || (dev != NULL && dev->bus != bus))
			continue;
		any = true;
		ret = bus->dma_map(bus, dev, addr, (uintptr_t)addr, len, x->fd, offset_of(x, addr));
		if (ret == 0)
			continue;
		if (unmap_before(bus, dev, addr, len) < 0)
			PLX_LOG(ERR, &mem_logtype, "%zu bytes at %p stay mapped for DMA on some devices",
				len, addr);
		return ret;
	}
	return any ? 0 : -ENOTSUP;
}

/* event_lock is held. */
static int
dma_map(struct eal_memory *mem, struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct eal_dma_map *m;
	struct eal_extmem *x;
	int ret = find_range(mem, addr, iova, len, &x);

	if (ret < 0)
		return ret;
	if (find_map(x, dev, addr, len) != NULL)
		return -EEXIST;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return -ENOMEM;
	ret = map_all(dev, x, addr, len);
	if (ret < 0) {
		free(m);
		return ret;
	}
	m->dev = dev;
	m->addr = addr;
	m->len = len;
	LIST_INSERT_HEAD(&x->dma_maps, m, next);
	return 0;
}

int
plx_dev_dma_map(struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct eal_memory *mem = &eal.mem;
	int ret;

	if (eal.iova_mode == PLX_IOVA_PA)
		return -ENOTSUP;
	pthread_mutex_lock(&mem->event_lock);
	ret = dma_map(mem, dev, addr, iova, len);
	pthread_mutex_unlock(&mem->event_lock);
	return ret;
}

/* After an errno the mapping counts as there: a device may still write. event_lock is held. */
static int
dma_unmap(struct eal_memory *mem, struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct eal_dma_map *m;
	struct eal_extmem *x;
	int ret = find_range(mem, addr, iova, len, &x);

	if (ret < 0)
		return ret;
	m = find_map(x, dev, addr, len);
	if (m == NULL)
		return -ENOENT;
	ret = unmap_before(NULL, dev, addr, len);
	if (ret < 0)
		return ret;
	LIST_REMOVE(m, next);
	free(m);
	return 0;
}

int
plx_dev_dma_unmap(struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct eal_memory *mem = &eal.mem;
	int ret;

	pthread_mutex_lock(&mem->event_lock);
	ret = dma_unmap(mem, dev, addr, iova, len);
	pthread_mutex_unlock(&mem->event_lock);
	return ret;
}

int
plx_dev_dma_unmap_all(struct plx_device *dev)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_dma_map *m, *following;
	struct eal_extmem *x;
	int first = 0, ret;

	pthread_mutex_lock(&mem->event_lock);
	RB_FOREACH(x, eal_extmem_tree, &mem->extmems) {
		LIST_FOREACH_SAFE(m, &x->dma_maps, next, following) {
			if (m->dev != dev)
				continue;
			ret = unmap_before(NULL, dev, m->addr, m->len);
			if (ret < 0)
				PLX_LOG(ERR, &mem_logtype, "%s: %zu bytes at %p stay mapped for DMA (%s)",
					dev->name, m->len, m->addr, plx_strerror(ret));
			first = first < 0 ? first : ret;
			LIST_REMOVE(m, next);
			free(m);
		}
	}
	pthread_mutex_unlock(&mem->event_lock);
	return first;
}

int
plx_dev_dma_walk(const struct plx_device *dev,
	int (*cb)(void *addr, size_t len, int fd, uint64_t fd_offset, void *arg), void *arg)
{
	struct eal_memory *mem = &eal.mem;
	const struct eal_dma_map *m;
	struct eal_extmem *x;
	int ret = 0;

	pthread_mutex_lock(&mem->event_lock);
	RB_FOREACH(x, eal_extmem_tree, &mem->extmems) {
		LIST_FOREACH(m, &x->dma_maps, next) {
			if (m->dev == dev && ret == 0)
				ret = cb(m->addr, m->len, x->fd, offset_of(x, m->addr), arg);
		}
	}
	pthread_mutex_unlock(&mem->event_lock);
	return ret;
}

/* The buses are gone by now, and their mappings with them. */
void
eal_extmems_fini(struct eal_memory *mem)
{
	struct eal_dma_map *m;
	struct eal_extmem *x;

	while ((x = RB_ROOT(&mem->extmems)) != NULL) {
		while ((m = LIST_FIRST(&x->dma_maps)) != NULL) {
			LIST_REMOVE(m, next);
			free(m);
		}
		RB_REMOVE(eal_extmem_tree, &mem->extmems, x);
		free(x);
	}
}
