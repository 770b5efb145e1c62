/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Regions: a memfd mapped at its final address, bound to its node, populated, and only then
 * announced. Whatever fails, the arena is as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <numa.h>
#include <numaif.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "eal_private.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23	/* Linux 5.14, include/uapi/asm-generic/mman-common.h */
#endif

/* A listener for what happens to regions. */
struct eal_listener {
	const char *name;
	plx_mem_event_cb cb;
	void *arg;
	TAILQ_ENTRY(eal_listener) next;
};

/* First gap of @len bytes in @arena; *after gets the region before it, or NULL. */
static void *
find_gap(const struct eal_arena *arena, size_t len, struct eal_region **after)
{
	uintptr_t at = (uintptr_t)arena->base;
	uintptr_t end = at + arena->len;
	struct eal_region *r;

	*after = NULL;
	LIST_FOREACH(r, &arena->regions, next) {
		if ((uintptr_t)r->pub.addr - at >= len)
			break;
		at = (uintptr_t)r->pub.addr + r->pub.len;
		*after = r;
	}
	if (r == NULL && end - at < len)
		return NULL;
	return (void *)at;
}

/*
 * A file of @len bytes that can't change size any more: a file truncated under a device would
 * leave it with pages that nobody else sees.
 */
static int
make_file(size_t len, size_t page_size)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd, ret;

	if (page_size > (size_t)sysconf(_SC_PAGESIZE))
		flags |= MFD_HUGETLB | (unsigned int)__builtin_ctzll(page_size) << MFD_HUGE_SHIFT;
	fd = memfd_create("pollux", flags);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)len) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/* Memory of this node only: a NIC's ring on the wrong node costs more than a clear error. */
static int
bind_to_node(void *addr, size_t len, int node)
{
	struct bitmask *nodes;
	long ret;

	if (numa_available() < 0 || numa_num_configured_nodes() <= 1)
		return 0;
	nodes = numa_allocate_nodemask();
	if (nodes == NULL)
		return -ENOMEM;
	numa_bitmask_setbit(nodes, (unsigned int)node);
	ret = mbind(addr, len, MPOL_BIND, nodes->maskp, nodes->size + 1, 0) < 0 ? -errno : 0;
	numa_free_nodemask(nodes);
	return (int)ret;
}

/* Have the pages now, as an errno: later it would be a SIGBUS. */
static int
populate(void *addr, size_t len)
{
	int ret;

	do {
		ret = madvise(addr, len, MADV_POPULATE_WRITE) < 0 ? -errno : 0;
	} while (ret == -EINTR || ret == -EAGAIN);
	/* madvise(2): EFAULT stands for the SIGBUS of a hugepage pool that ran dry. */
	return ret == -EFAULT ? -ENOMEM : ret;
}

/* Give the addresses back to the arena, as reserved space. */
static void
unmap(struct plx_mem_region *r)
{
	if (mmap(r->addr, r->len, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		PLX_LOG(ERR, &mem_logtype, "%zu bytes at %p stay mapped (%s): raise vm.max_map_count",
			r->len, r->addr, plx_strerror(errno));
	close(r->fd);
}

static int
map(struct plx_mem_region *r)
{
	int ret;

	r->fd = make_file(r->len, r->page_size);
	if (r->fd < 0)
		return r->fd;
	if (mmap(r->addr, r->len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, r->fd, 0) ==
	    MAP_FAILED) {
		ret = -errno;
		close(r->fd);
		return ret;
	}
	ret = bind_to_node(r->addr, r->len, r->socket_id);
	if (ret == 0)
		ret = populate(r->addr, r->len);
	if (ret < 0)
		unmap(r);
	return ret;
}

/* REMOVE to all listeners before @end (NULL: to all), the last one first. Return: first errno. */
static int
announce_remove(struct eal_memory *mem, struct eal_region *region, struct eal_listener *end)
{
	struct eal_listener *l = end != NULL ? TAILQ_PREV(end, eal_listener_list, next) :
		TAILQ_LAST(&mem->listeners, eal_listener_list);
	int first = 0;

	for (; l != NULL; l = TAILQ_PREV(l, eal_listener_list, next)) {
		int ret = l->cb(PLX_MEM_EVENT_REMOVE, &region->pub, l->arg);

		if (ret < 0)
			PLX_LOG(ERR, &mem_logtype, "%s can't let go of %zu bytes at %p (%s): the memory "
				"stays in use", l->name, region->pub.len, region->pub.addr,
				plx_strerror(ret));
		if (first == 0)
			first = ret;
	}
	return first;
}

/* ADD to all. After a veto those that agreed hear a REMOVE; *stuck if one of them couldn't. */
static int
announce_add(struct eal_memory *mem, struct eal_region *region, bool *stuck)
{
	struct eal_listener *l;

	*stuck = false;
	TAILQ_FOREACH(l, &mem->listeners, next) {
		int ret = l->cb(PLX_MEM_EVENT_ADD, &region->pub, l->arg);

		if (ret < 0) {
			*stuck = announce_remove(mem, region, l) < 0;
			return ret;
		}
	}
	return 0;
}

static void
drop(struct eal_region *region)
{
	unmap(&region->pub);
	LIST_REMOVE(region, next);
	free(region);
}

int
eal_region_plug(struct eal_memory *mem, struct eal_arena *arena, size_t len,
	struct eal_region **region)
{
	struct eal_region *r = calloc(1, sizeof(*r)), *after;
	bool stuck;
	int ret = -ENOMEM;

	if (r == NULL)
		return -ENOMEM;
	r->arena = arena;
	r->pub.len = len;
	r->pub.page_size = arena->page_size;
	r->pub.socket_id = arena->socket_id;
	r->pub.addr = find_gap(arena, len, &after);
	if (r->pub.addr != NULL)
		ret = map(&r->pub);
	if (ret < 0) {
		free(r);
		return ret;
	}
	if (after != NULL)
		LIST_INSERT_AFTER(after, r, next);
	else
		LIST_INSERT_HEAD(&arena->regions, r, next);
	ret = announce_add(mem, r, &stuck);
	if (ret == 0)
		*region = r;
	else if (!stuck)
		drop(r);
	return ret;
}

/* A region that a listener can't let go of stays mapped and listed: a device may write to it. */
void
eal_region_unplug(struct eal_memory *mem, struct eal_region *region)
{
	if (announce_remove(mem, region, NULL) == 0)
		drop(region);
}

struct eal_region *
eal_region_find(struct eal_memory *mem, const void *addr)
{
	struct eal_region *r;

	for (unsigned int node = 0; node < PLX_MAX_NUMA_NODES; node++) {
		struct eal_arena *a = &mem->arenas[node];

		if (a->base == NULL || PLX_PTR_DIFF(addr, a->base) >= a->len)
			continue;
		LIST_FOREACH(r, &a->regions, next)
			if (PLX_PTR_DIFF(addr, r->pub.addr) < r->pub.len)
				return r;
	}
	return NULL;
}

/*
 * Tell one listener about all regions before @end (NULL: all). An ADD stops at the first veto,
 * *vetoed; a REMOVE goes on. Return: the first errno.
 */
static int
replay(struct eal_memory *mem, struct eal_listener *l, enum plx_mem_event event,
	const struct eal_region *end, struct eal_region **vetoed)
{
	struct eal_region *r;
	int first = 0;

	for (unsigned int node = 0; node < PLX_MAX_NUMA_NODES; node++) {
		LIST_FOREACH(r, &mem->arenas[node].regions, next) {
			int ret;

			if (r == end)
				return first;
			ret = l->cb(event, &r->pub, l->arg);
			if (first == 0)
				first = ret;
			if (ret < 0 && event == PLX_MEM_EVENT_ADD) {
				*vetoed = r;
				return ret;
			}
		}
	}
	return first;
}

static struct eal_listener *
find_listener(struct eal_memory *mem, plx_mem_event_cb cb, void *arg)
{
	struct eal_listener *l;

	TAILQ_FOREACH(l, &mem->listeners, next)
		if (l->cb == cb && l->arg == arg)
			return l;
	return NULL;
}

static int
add_listener(struct eal_memory *mem, const char *name, plx_mem_event_cb cb, void *arg)
{
	struct eal_region *vetoed;
	struct eal_listener *l;
	int ret;

	if (find_listener(mem, cb, arg) != NULL)
		return -EEXIST;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return -ENOMEM;
	l->name = name;
	l->cb = cb;
	l->arg = arg;
	ret = replay(mem, l, PLX_MEM_EVENT_ADD, NULL, &vetoed);
	if (ret == 0) {
		TAILQ_INSERT_TAIL(&mem->listeners, l, next);
		return 0;
	}
	if (replay(mem, l, PLX_MEM_EVENT_REMOVE, vetoed, NULL) < 0)
		PLX_LOG(ERR, &mem_logtype, "%s can't let go of all memory after its veto", name);
	free(l);
	return ret;
}

int
plx_mem_event_callback_register(const char *name, plx_mem_event_cb cb, void *arg)
{
	struct eal_memory *mem = &eal.mem;
	int ret;

	pthread_mutex_lock(&mem->lock);
	ret = add_listener(mem, name, cb, arg);
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

int
plx_mem_event_callback_unregister(plx_mem_event_cb cb, void *arg)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_listener *l;
	int ret = -ENOENT;

	pthread_mutex_lock(&mem->lock);
	l = find_listener(mem, cb, arg);
	if (l != NULL) {
		TAILQ_REMOVE(&mem->listeners, l, next);
		ret = replay(mem, l, PLX_MEM_EVENT_REMOVE, NULL, NULL);
		free(l);
	}
	pthread_mutex_unlock(&mem->lock);
	return ret;
}
