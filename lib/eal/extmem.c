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

static bool
overlaps(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return (uintptr_t)a < (uintptr_t)b + b_len && (uintptr_t)b < (uintptr_t)a + a_len;
}

struct eal_extmem *
eal_extmem_find(struct eal_memory *mem, const void *addr)
{
	struct eal_extmem *x;

	LIST_FOREACH(x, &mem->extmems, next)
		if (PLX_PTR_DIFF(addr, x->addr) < x->len)
			return x;
	return NULL;
}

/* An arena counts as a whole: where there is no region now there may be one later. */
static bool
is_taken(struct eal_memory *mem, const void *addr, size_t len)
{
	const struct eal_extmem *x;

	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES; i++) {
		const struct eal_arena *a = &mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES];

		if (a->base != NULL && overlaps(addr, len, a->base, a->len))
			return true;
	}
	LIST_FOREACH(x, &mem->extmems, next)
		if (overlaps(addr, len, x->addr, x->len))
			return true;
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
	if (is_taken(mem, addr, len))
		ret = -EEXIST;
	else
		LIST_INSERT_HEAD(&mem->extmems, x, next);
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
		LIST_REMOVE(x, next);
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

static int
bus_map(struct plx_bus *bus, struct plx_device *dev, const struct eal_extmem *x, void *addr,
	size_t len)
{
	uint64_t offset = x->fd >= 0 ? x->fd_offset + PLX_PTR_DIFF(addr, x->addr) : 0;

	return bus->dma_map(bus, dev, addr, (uintptr_t)addr, len, x->fd, offset);
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
		ret = bus_map(bus, dev, x, addr, len);
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

/* The buses are gone by now, and their mappings with them. */
void
eal_extmems_fini(struct eal_memory *mem)
{
	struct eal_dma_map *m;
	struct eal_extmem *x;

	while ((x = LIST_FIRST(&mem->extmems)) != NULL) {
		while ((m = LIST_FIRST(&x->dma_maps)) != NULL) {
			LIST_REMOVE(m, next);
			free(m);
		}
		LIST_REMOVE(x, next);
		free(x);
	}
}
