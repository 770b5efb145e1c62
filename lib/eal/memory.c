/* SPDX-License-Identifier: BSD-3-Clause */
/* All DMA memory of the process: setting it up, asking about it, giving it back. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <numa.h>

#include "eal_private.h"

PLX_LOG_REGISTER(mem_logtype, "lib.eal.mem", "MEM", NOTICE)

static bool
node_has_memory(int node)
{
	if (numa_available() < 0)
		return node == 0;
	return node <= numa_max_node() && numa_node_size64(node, NULL) > 0;
}

/*
 * Address space for all RAM of the machine on each node, since what a node has now is no limit:
 * memory may be added to it later. Reserving costs nothing.
 */
static size_t
arena_size(void)
{
	size_t ram = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);

	return PLX_ALIGN_CEIL(ram, (size_t)1 << 30);
}

static void
log_no_space(const struct plx_dev_windows *win, size_t len, int ret)
{
	if (ret == -EADDRNOTAVAIL && win->n > 0)
		PLX_LOG(ERR, &mem_logtype, "no address space for %zu MiB in the %u windows of all "
			"devices, the first is 0x%jx-0x%jx (%s): lower --base-virtaddr or leave out "
			"devices", len >> 20, win->n, (uintmax_t)win->ranges[0].start,
			(uintmax_t)win->ranges[0].last, plx_strerror(ret));
	else
		PLX_LOG(ERR, &mem_logtype, "no address space for %zu MiB (%s): raise ulimit -v, or "
			"leave out devices", len >> 20, plx_strerror(ret));
}

static int
reserve_arenas(struct eal_memory *mem, const struct eal_options *opts, size_t page_size,
	const struct plx_dev_windows *win)
{
	uint64_t from = opts->base_virtaddr ? opts->base_virtaddr : EAL_BASE_VIRTADDR;

	for (int node = 0; node < PLX_MAX_NUMA_NODES; node++) {
		struct eal_arena *a = &mem->arenas[node];
		size_t len = arena_size();
		int ret;

		if (!node_has_memory(node))
			continue;
		a->page_size = page_size;
		a->socket_id = node;
		ret = eal_arena_reserve(a, len, from, win);
		if (ret < 0) {
			log_no_space(win, len, ret);
			return ret;
		}
		PLX_LOG(INFO, &mem_logtype, "node %d: %zu GiB of address space at %p, pages of %zu KiB",
			node, a->len >> 30, a->base, page_size >> 10);
	}
	return 0;
}

static unsigned int
lcores_on_node(int node)
{
	unsigned int id, n = 0;

	PLX_LCORE_FOREACH(id)
		n += plx_lcore_to_socket_id(id) == (unsigned int)node;
	return n;
}

/* -m: plug it in now, spread over the nodes as the lcores are. */
static int
plug_initial(struct eal_memory *mem, uint64_t memory, size_t page_size)
{
	int ret = 0;

	for (int node = 0; node < PLX_MAX_NUMA_NODES && ret == 0; node++) {
		size_t share = memory / plx_lcore_count() * lcores_on_node(node);

		if (mem->arenas[node].base == NULL || share == 0)
			continue;
		share = PLX_ALIGN_CEIL(share, page_size);
		ret = heap_plug(mem, node, share);
		if (ret < 0 && page_size > (size_t)sysconf(_SC_PAGESIZE))
			PLX_LOG(ERR, &mem_logtype, "-m %ju: can't have %zu MiB on node %d, %zu hugepages of "
				"%zu KiB are free (%s): lower -m, or raise /sys/kernel/mm/hugepages/"
				"hugepages-%zukB/nr_hugepages", (uintmax_t)(memory >> 20), share >> 20,
				node, eal_hugepages_available(page_size), page_size >> 10,
				plx_strerror(ret), page_size >> 10);
		else if (ret < 0)
			PLX_LOG(ERR, &mem_logtype, "-m %ju: can't have %zu MiB on node %d (%s): lower -m",
				(uintmax_t)(memory >> 20), share >> 20, node, plx_strerror(ret));
	}
	return ret;
}

int
eal_memory_init(const struct eal_options *opts, const struct plx_dev_windows *win)
{
	struct eal_memory *mem = &eal.mem;
	size_t page_size = eal_page_size_choose(opts->no_huge);
	int ret;

	memset(mem, 0, sizeof(*mem));
	mem->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	TAILQ_INIT(&mem->listeners);
	LIST_INIT(&mem->memzones);
	mem->ready = true;
	if (page_size == 0) {
		PLX_LOG(ERR, &mem_logtype, "no free hugepages (ENOMEM): echo 256 > /sys/kernel/mm/"
			"hugepages/hugepages-2048kB/nr_hugepages, or use --no-huge");
		return -ENOMEM;
	}
	ret = reserve_arenas(mem, opts, page_size, win);
	if (ret == 0 && opts->memory > 0)
		ret = plug_initial(mem, opts->memory, page_size);
	return ret;
}

/* Return: 0, or the first errno; it goes on after one. */
int
eal_memory_fini(void)
{
	struct eal_memory *mem = &eal.mem;
	int first = 0;

	if (!mem->ready)
		return 0;
	eal_memzones_fini(mem);
	for (int node = 0; node < PLX_MAX_NUMA_NODES; node++) {
		struct eal_arena *a = &mem->arenas[node];
		struct eal_region *r, *following;
		int ret;

		for (r = LIST_FIRST(&a->regions); r != NULL; r = following) {
			following = LIST_NEXT(r, next);
			eal_region_unplug(mem, r);
		}
		if (!LIST_EMPTY(&a->regions)) {
			first = first ? first : -EBUSY;
			continue;
		}
		ret = eal_arena_release(a);
		if (first == 0)
			first = ret;
	}
	mem->ready = false;
	return first;
}

int
plx_mem_region_walk(int (*func)(const struct plx_mem_region *region, void *arg), void *arg)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_region *r;
	int ret = 0;

	pthread_mutex_lock(&mem->lock);
	for (unsigned int node = 0; node < PLX_MAX_NUMA_NODES && ret == 0; node++) {
		LIST_FOREACH(r, &mem->arenas[node].regions, next) {
			ret = func(&r->pub, arg);
			if (ret != 0)
				break;
		}
	}
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

uint64_t
plx_mem_virt2iova(const void *virt)
{
	struct eal_memory *mem = &eal.mem;
	bool found;

	pthread_mutex_lock(&mem->lock);
	found = eal_region_find(mem, virt) != NULL;
	pthread_mutex_unlock(&mem->lock);
	return found ? (uintptr_t)virt : PLX_BAD_IOVA;
}

int
plx_mem_virt2fd(const void *virt, uint64_t *offset)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_region *r;
	int fd = -ENOENT;

	pthread_mutex_lock(&mem->lock);
	r = eal_region_find(mem, virt);
	if (r != NULL) {
		fd = r->pub.fd;
		*offset = r->pub.fd_offset + PLX_PTR_DIFF(virt, r->pub.addr);
	}
	pthread_mutex_unlock(&mem->lock);
	return fd;
}
