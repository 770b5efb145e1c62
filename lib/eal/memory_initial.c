/* SPDX-License-Identifier: BSD-3-Clause */
/* -m, --socket-mem and --socket-limit: the memory that is there from the start. */
#include <errno.h>
#include <unistd.h>

#include "eal_private.h"

static unsigned int
lcores_on_node(int node)
{
	unsigned int id, n = 0;

	PLX_LCORE_FOREACH(id)
		n += plx_lcore_to_socket_id(id) == (unsigned int)node;
	return n;
}

/* Bytes of each node: as --socket-mem says, or -m spread over the nodes as the lcores are. */
static uint64_t
shares(const struct eal_memory *mem, const struct eal_options *opts, uint64_t *share)
{
	uint64_t sum = 0;

	for (int node = 0; node < PLX_MAX_NUMA_NODES; node++) {
		share[node] = opts->node_memory[node];
		if (opts->memory > 0 && eal_memory_has_node(mem, node))
			share[node] = opts->memory / plx_lcore_count() * lcores_on_node(node);
		sum += share[node];
	}
	return sum;
}

/* From the preferred page size that has enough. */
static int
plug_node(struct eal_memory *mem, int node, uint64_t len)
{
	int ret = -EINVAL;

	for (unsigned int i = 0; i < mem->n_page_sizes; i++) {
		struct eal_arena *arena = &mem->arenas[node][i];

		if (arena->base == NULL)
			continue;
		ret = eal_heap_plug_pinned(mem, arena, PLX_ALIGN_CEIL(len, arena->page_size));
		if (ret != -ENOMEM)
			break;
	}
	return ret;
}

static void
log_failed(const struct eal_memory *mem, const struct eal_options *opts, int node, uint64_t len,
	int ret)
{
	const char *option = opts->socket_mem != NULL ? "--socket-mem" : "-m";
	uintmax_t mib = len >> 20, asked = opts->socket_mem != NULL ? mib : opts->memory >> 20;
	size_t limit = mem->heaps[node].limit, page_size = mem->page_sizes[0];

	if (!eal_memory_has_node(mem, node))
		PLX_LOG(ERR, &mem_logtype, "%s %s: node %d has no memory (EINVAL): give 0 there", option,
			opts->socket_mem, node);
	else if (limit != 0 && len > limit)
		PLX_LOG(ERR, &mem_logtype, "%s %ju: %ju MiB on node %d are more than its --socket-limit "
			"of %zu MiB (%s): raise that", option, asked, mib, node, limit >> 20,
			plx_strerror(ret));
	else if (ret == -EPERM)
		PLX_LOG(ERR, &mem_logtype, "%s %ju: may not bind %ju MiB to node %d (%s): let the seccomp "
			"profile of the container allow mbind", option, asked, mib, node,
			plx_strerror(ret));
	else if (page_size > (size_t)sysconf(_SC_PAGESIZE))
		PLX_LOG(ERR, &mem_logtype, "%s %ju: can't have %ju MiB on node %d, %zu hugepages of %zu KiB "
			"are free there (%s): lower %s, or raise /sys/kernel/mm/hugepages/hugepages-%zukB/"
			"nr_hugepages", option, asked, mib, node, eal_hugepages_free_on(node, page_size),
			page_size >> 10, plx_strerror(ret), option, page_size >> 10);
	else
		PLX_LOG(ERR, &mem_logtype, "%s %ju: can't have %ju MiB on node %d (%s): lower %s", option,
			asked, mib, node, plx_strerror(ret), option);
}

int
eal_memory_plug_initial(struct eal_memory *mem, const struct eal_options *opts)
{
	uint64_t share[PLX_MAX_NUMA_NODES];
	uint64_t sum = shares(mem, opts, share);
	struct eal_progress progress;
	int node, ret = 0;

	for (node = 0; node < PLX_MAX_NUMA_NODES; node++)
		mem->heaps[node].limit = opts->node_limit[node];
	if (sum == 0)
		return 0;
	eal_progress_begin(&progress, sum, eal_now_ns());
	mem->progress = &progress;
	for (node = 0; node < PLX_MAX_NUMA_NODES && ret == 0; node++)
		if (share[node] > 0)
			ret = plug_node(mem, node, share[node]);
	mem->progress = NULL;
	eal_progress_end(&progress);
	if (ret < 0)
		log_failed(mem, opts, node - 1, share[node - 1], ret);
	return ret;
}
