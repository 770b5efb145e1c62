/* SPDX-License-Identifier: BSD-3-Clause */
/* All DMA memory of the process: setting it up, asking about it, giving it back. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <numa.h>

#include "eal_private.h"

PLX_LOG_REGISTER(mem_logtype, "lib.eal.mem", "MEM", NOTICE)

/* libnuma has read at its load which nodes have memory; asking sysfs again would be slow. */
static bool
node_has_memory(int node)
{
	if (numa_available() < 0)
		return node == 0;
	return node <= numa_max_node() && numa_bitmask_isbitset(numa_all_nodes_ptr, (unsigned int)node);
}

bool
eal_memory_has_node(const struct eal_memory *mem, int node)
{
	if (node < 0 || node >= PLX_MAX_NUMA_NODES)
		return false;
	for (unsigned int i = 0; i < mem->n_page_sizes; i++)
		if (mem->arenas[node][i].base != NULL)
			return true;
	return false;
}

int
eal_memory_first_node(const struct eal_memory *mem)
{
	int node = 0;

	while (node < PLX_MAX_NUMA_NODES - 1 && !eal_memory_has_node(mem, node))
		node++;
	return node;
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

/* Every page size on a node; what the windows have no room for goes without, but for the first. */
static int
reserve_on_node(struct eal_memory *mem, int node, uint64_t from, const struct plx_dev_windows *win)
{
	for (unsigned int i = 0; i < mem->n_page_sizes; i++) {
		struct eal_arena *a = &mem->arenas[node][i];
		size_t len = arena_size();
		int ret;

		a->page_size = mem->page_sizes[i];
		a->size_index = i;
		a->socket_id = node;
		ret = eal_arena_reserve(a, len, from, win);
		if (ret < 0 && i > 0) {
			PLX_LOG(INFO, &mem_logtype, "node %d: no address space for pages of %zu KiB", node,
				a->page_size >> 10);
			continue;
		}
		if (ret < 0) {
			log_no_space(win, len, ret);
			return ret;
		}
		ret = eal_iova_arena_init(a);
		if (ret < 0) {
			log_no_space(win, len, ret);
			return ret;
		}
		PLX_LOG(INFO, &mem_logtype, "node %d: %zu GiB of address space at %p, pages of %zu KiB",
			node, a->len >> 30, a->base, a->page_size >> 10);
		from = (uintptr_t)a->base + a->len;
	}
	return 0;
}

static int
reserve_arenas(struct eal_memory *mem, const struct eal_options *opts,
	const struct plx_dev_windows *win)
{
	uint64_t from = opts->base_virtaddr ? opts->base_virtaddr : EAL_BASE_VIRTADDR;
	int ret = 0;

	for (int node = 0; node < PLX_MAX_NUMA_NODES && ret == 0; node++)
		if (node_has_memory(node))
			ret = reserve_on_node(mem, node, from, win);
	return ret;
}

static int
choose_page_sizes(struct eal_memory *mem, const struct eal_options *opts)
{
	int ret;

	mem->n_page_sizes = 1;
	mem->page_sizes[0] = (size_t)sysconf(_SC_PAGESIZE);
	ret = eal_files_open(&mem->files, opts, &mem->page_sizes[0]);
	if (ret < 0 || opts->no_huge || mem->files.dir_fd >= 0)
		return ret;
	mem->n_page_sizes = eal_hugepages_sizes(mem->page_sizes);
	if (mem->n_page_sizes > 0)
		return 0;
	PLX_LOG(ERR, &mem_logtype, "no free hugepages (ENOMEM): echo 256 > /sys/kernel/mm/"
		"hugepages/hugepages-2048kB/nr_hugepages, or use --no-huge");
	return -ENOMEM;
}

static void
init_locks(struct eal_memory *mem)
{
	mem->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	mem->event_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	for (int node = 0; node < PLX_MAX_NUMA_NODES; node++)
		mem->heaps[node].growing = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

int
eal_memory_init(const struct eal_options *opts, const struct plx_dev_windows *win)
{
	struct eal_memory *mem = &eal.mem;
	int ret;

	memset(mem, 0, sizeof(*mem));
	init_locks(mem);
	TAILQ_INIT(&mem->listeners);
	LIST_INIT(&mem->memzones);
	RB_INIT(&mem->extmems);
	mem->match_allocations = opts->match_allocations;
	mem->bind_nodes = numa_available() >= 0 && numa_num_configured_nodes() > 1;
	eal_reaper_init(mem);
	mem->ready = true;
	ret = choose_page_sizes(mem, opts);
	if (ret == 0)
		ret = reserve_arenas(mem, opts, win);
	return ret < 0 ? ret : eal_memory_plug_initial(mem, opts);
}

/* Everything of an arena. Return: 0 or the first errno. */
static int
release_arena(struct eal_memory *mem, struct eal_arena *a)
{
	struct eal_region *r, *following;

	RB_FOREACH_SAFE(r, eal_region_tree, &a->regions, following)
		eal_region_unplug(mem, r);
	return RB_EMPTY(&a->regions) ? eal_arena_release(a) : -EBUSY;
}

/* Return: 0, or the first errno; it goes on after one. */
int
eal_memory_fini(void)
{
	struct eal_memory *mem = &eal.mem;
	int first = 0;

	if (!mem->ready)
		return 0;
	eal_reaper_stop(mem);
	eal_memzones_fini(mem);
	eal_extmems_fini(mem);
	mem->closing = true;
	pthread_mutex_lock(&mem->event_lock);
	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES; i++) {
		int ret = release_arena(mem, &mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES]);

		if (first == 0)
			first = ret;
	}
	pthread_mutex_unlock(&mem->event_lock);
	eal_files_close(&mem->files);
	mem->ready = false;
	return first;
}
