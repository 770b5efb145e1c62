/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Regions: a file mapped at its final address, bound to its node, populated, and only then announced.
 * Whatever fails, the arena is as before. The slow steps run without mem->lock: while they do, the
 * region's state keeps everybody else away from it.
 */
#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "eal_private.h"

static int
eal_region_cmp(const struct eal_region *a, const struct eal_region *b)
{
	return eal_range_cmp(a->pub.addr, a->pub.len, b->pub.addr, b->pub.len);
}

RB_GENERATE(eal_region_tree, eal_region, node, eal_region_cmp)

/* First gap of @len bytes in @arena, where large pages of the kernel and of the IOMMU fit. */
static void *
find_gap(struct eal_arena *arena, size_t len)
{
	size_t align = len >= EAL_LARGE_PAGE ? EAL_LARGE_PAGE : arena->page_size;
	uintptr_t at = (uintptr_t)arena->base;
	uintptr_t end = at + arena->len;
	struct eal_region *r;

	RB_FOREACH(r, eal_region_tree, &arena->regions) {
		if (at + len <= (uintptr_t)r->pub.addr)
			break;
		at = (uintptr_t)r->pub.addr + r->pub.len;
		at = PLX_ALIGN_CEIL(at, align);
	}
	return at + len <= end ? (void *)at : NULL;
}

/* Take addresses for @r, so that nobody else does. */
static int
take_addresses(struct eal_memory *mem, struct eal_region *r)
{
	pthread_mutex_lock(&mem->lock);
	r->pub.addr = find_gap(r->arena, r->pub.len);
	if (r->pub.addr != NULL)
		RB_INSERT(eal_region_tree, &r->arena->regions, r);
	pthread_mutex_unlock(&mem->lock);
	return r->pub.addr != NULL ? 0 : -ENOMEM;
}

static void
set_state(struct eal_memory *mem, struct eal_region *r, enum eal_region_state state)
{
	pthread_mutex_lock(&mem->lock);
	r->state = state;
	pthread_mutex_unlock(&mem->lock);
}

static void
forget(struct eal_memory *mem, struct eal_region *r)
{
	pthread_mutex_lock(&mem->lock);
	RB_REMOVE(eal_region_tree, &r->arena->regions, r);
	pthread_mutex_unlock(&mem->lock);
	free(r);
}

/* Memory of this node only: a NIC's ring on the wrong node costs more than a clear error. */
static int
bind_to_node(const struct eal_memory *mem, void *addr, size_t len, int node)
{
	struct bitmask *nodes;
	long ret;

	if (!mem->bind_nodes)
		return 0;
	nodes = numa_allocate_nodemask();
	if (nodes == NULL)
		return -ENOMEM;
	numa_bitmask_setbit(nodes, (unsigned int)node);
	ret = mbind(addr, len, MPOL_BIND, nodes->maskp, nodes->size + 1, 0) < 0 ? -errno : 0;
	numa_free_nodemask(nodes);
	return (int)ret;
}

/* Give the addresses back to the arena, as reserved space. */
static void
unmap(struct eal_memory *mem, struct eal_region *r)
{
	eal_iova_forget(r);
	if (!mem->closing &&
	    mmap(r->pub.addr, r->pub.len, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		PLX_LOG(ERR, &mem_logtype, "%zu bytes at %p stay mapped (%s): raise vm.max_map_count",
			r->pub.len, r->pub.addr, plx_strerror(errno));
	eal_file_drop(&mem->files, &r->file, mem->closing);
}

static int
map(struct eal_memory *mem, struct eal_region *r)
{
	int ret = eal_file_make(&mem->files, r->pub.len, r->pub.page_size, &r->file);

	if (ret < 0)
		return ret;
	r->pub.fd = r->file.fd;
	if (mmap(r->pub.addr, r->pub.len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 r->file.fd, 0) == MAP_FAILED) {
		ret = -errno;
		eal_file_drop(&mem->files, &r->file, false);
		return ret;
	}
	ret = bind_to_node(mem, r->pub.addr, r->pub.len, r->pub.socket_id);
	if (ret == 0)
		ret = eal_populate(mem, r->pub.addr, r->pub.len, r->pub.page_size);
	if (ret < 0)
		unmap(mem, r);
	return ret;
}

/* Populated, but in no heap yet: it goes live if everybody agrees. */
static int
announce(struct eal_memory *mem, struct eal_region *r)
{
	bool stuck;
	int ret;

	pthread_mutex_lock(&mem->event_lock);
	ret = eal_announce_add(mem, r, &stuck);
	if (ret == 0)
		set_state(mem, r, REGION_LIVE);
	else if (stuck)
		set_state(mem, r, REGION_STUCK);
	else
		unmap(mem, r);
	pthread_mutex_unlock(&mem->event_lock);
	if (ret < 0 && !stuck)
		forget(mem, r);
	return ret;
}

int
eal_region_plug(struct eal_memory *mem, struct eal_arena *arena, size_t len, bool pinned,
	struct eal_region **region)
{
	struct eal_region *r = calloc(1, sizeof(*r));
	int ret;

	if (r == NULL)
		return -ENOMEM;
	r->arena = arena;
	r->pinned = pinned;
	r->state = REGION_PLUGGING;
	r->pub.len = len;
	r->pub.page_size = arena->page_size;
	r->pub.socket_id = arena->socket_id;
	ret = take_addresses(mem, r);
	if (ret < 0) {
		free(r);
		return ret;
	}
	ret = map(mem, r);
	if (ret < 0) {
		forget(mem, r);
		return ret;
	}
	*region = r;
	return announce(mem, r);
}

/* A region that a listener can't let go of stays mapped and listed: a device may write to it. */
int
eal_region_unplug(struct eal_memory *mem, struct eal_region *region)
{
	int ret = eal_announce_remove(mem, region);

	if (ret < 0) {
		set_state(mem, region, REGION_STUCK);
		return ret;
	}
	unmap(mem, region);
	forget(mem, region);
	return 0;
}

struct eal_region *
eal_region_find(struct eal_memory *mem, const void *addr)
{
	struct eal_region key = { .pub = { .addr = (void *)(uintptr_t)addr, .len = 1 } }, *r;

	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES; i++) {
		struct eal_arena *a = &mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES];

		if (a->base == NULL || PLX_PTR_DIFF(addr, a->base) >= a->len)
			continue;
		r = RB_FIND(eal_region_tree, &a->regions, &key);
		return r != NULL && r->state == REGION_LIVE ? r : NULL;
	}
	return NULL;
}

/* The first live region from @r on in its arena, then in the arenas behind number @i. */
static struct eal_region *
live_from(struct eal_memory *mem, struct eal_region *r, unsigned int i)
{
	for (;;) {
		for (; r != NULL; r = RB_NEXT(eal_region_tree, NULL, r))
			if (r->state == REGION_LIVE)
				return r;
		if (++i >= PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES)
			return NULL;
		r = RB_MIN(eal_region_tree,
			&mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES].regions);
	}
}

struct eal_region *
eal_region_next(struct eal_memory *mem, struct eal_region *region)
{
	if (region == NULL)
		return live_from(mem, RB_MIN(eal_region_tree, &mem->arenas[0][0].regions), 0);
	return live_from(mem, RB_NEXT(eal_region_tree, NULL, region),
		(unsigned int)(region->arena - &mem->arenas[0][0]));
}
