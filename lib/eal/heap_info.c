/* SPDX-License-Identifier: BSD-3-Clause */
/* What is in the heaps, for programs and for people. */
#include <errno.h>
#include <string.h>

#include "eal_private.h"

void
heap_stats(const struct eal_heap *heap, struct plx_malloc_socket_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->heap_totalsz_bytes = heap->total;
	stats->heap_allocsz_bytes = heap->used;
	stats->heap_freesz_bytes = heap->total - heap->used;
	stats->alloc_count = heap->objects;
	for (unsigned int i = 0; i < EAL_PAGE_SIZES * HEAP_CLASSES; i++) {
		const struct heap_elem *e = heap->free[i / HEAP_CLASSES][i % HEAP_CLASSES];

		for (; e != NULL; e = e->next) {
			stats->free_count++;
			stats->greatest_free_size = PLX_MAX(stats->greatest_free_size, e->size);
		}
	}
}

int
plx_malloc_get_socket_stats(int socket, struct plx_malloc_socket_stats *stats)
{
	struct eal_memory *mem = &eal.mem;

	if (!mem->ready || !eal_memory_has_node(mem, socket))
		return -EINVAL;
	pthread_mutex_lock(&mem->lock);
	heap_stats(&mem->heaps[socket], stats);
	pthread_mutex_unlock(&mem->lock);
	return 0;
}

/* Objects of a node whose type is @type: how many, and bytes. */
static void
count_type(struct eal_memory *mem, int node, const char *type, unsigned int *n, size_t *bytes)
{
	struct eal_region *r = NULL;

	*n = 0;
	*bytes = 0;
	while ((r = eal_region_next(mem, r)) != NULL) {
		struct heap_elem *e = r->pub.addr;

		for (; r->pub.socket_id == node && e != NULL; e = heap_elem_next(e)) {
			if (e->state != HEAP_BUSY ||
			    strncmp(e->type, type, sizeof(e->type) - 1) != 0)
				continue;
			++*n;
			*bytes += e->size;
		}
	}
}

static void
dump_stats(struct eal_memory *mem, int node, FILE *f, const char *type)
{
	struct plx_malloc_socket_stats s;
	unsigned int n;
	size_t bytes;

	heap_stats(&mem->heaps[node], &s);
	fprintf(f, "node %d: %zu bytes, %zu free in %u pieces, largest %zu, %zu in use in %u objects, "
		"%zu in empty regions\n", node, s.heap_totalsz_bytes, s.heap_freesz_bytes,
		s.free_count, s.greatest_free_size, s.heap_allocsz_bytes, s.alloc_count,
		mem->heaps[node].empty);
	if (type == NULL)
		return;
	count_type(mem, node, type, &n, &bytes);
	fprintf(f, "node %d: type %s: %zu bytes in %u objects\n", node, type, bytes, n);
}

int
plx_malloc_dump_stats(FILE *f, const char *type)
{
	struct eal_memory *mem = &eal.mem;

	pthread_mutex_lock(&mem->lock);
	for (int node = 0; node < PLX_MAX_NUMA_NODES; node++)
		if (mem->ready && eal_memory_has_node(mem, node))
			dump_stats(mem, node, f, type);
	pthread_mutex_unlock(&mem->lock);
	return ferror(f) ? -EIO : 0;
}

static void
dump_region(FILE *f, const struct eal_region *r)
{
	fprintf(f, "region %p len %zu page %zu node %d\n", r->pub.addr, r->pub.len, r->pub.page_size,
		r->pub.socket_id);
	for (struct heap_elem *e = r->pub.addr; e != NULL; e = heap_elem_next(e))
		fprintf(f, "  %p len %zu %s %s\n", PLX_PTR_ADD(e, HEAP_HDR), e->size - HEAP_HDR,
			e->state == HEAP_BUSY ? "busy" : "free",
			e->state == HEAP_BUSY ? e->type : "");
}

int
plx_malloc_dump_heaps(FILE *f)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_region *r = NULL;

	pthread_mutex_lock(&mem->lock);
	while ((r = eal_region_next(mem, r)) != NULL)
		dump_region(f, r);
	pthread_mutex_unlock(&mem->lock);
	return ferror(f) ? -EIO : 0;
}
