/* SPDX-License-Identifier: BSD-3-Clause */
/* How a heap grows: by how much, from which pages, and what is tried before memory is called short. */
#include <errno.h>

#include "eal_private.h"

/* A heap grows by a quarter of itself, but not by less than this: regions stay few. */
#define MIN_GROWTH ((size_t)4 << 20)
/* A request of this size gets a region of just its size. */
#define OWN_REGION ((size_t)32 << 20)

/* Plug in @len bytes and, with @req, allocate from them before anybody else can. */
static int
plug(struct eal_memory *mem, struct eal_arena *arena, size_t len, const struct heap_request *req,
	void **obj, bool *zeroed)
{
	struct eal_heap *heap = &mem->heaps[arena->socket_id];
	struct eal_region *region;
	size_t total;
	int ret;

	pthread_mutex_lock(&mem->lock);
	total = heap->total;
	pthread_mutex_unlock(&mem->lock);
	if (heap->limit != 0 && (len > heap->limit || total > heap->limit - len))
		return -ENOMEM;
	ret = eal_region_plug(mem, arena, len, req == NULL, &region);
	if (ret < 0)
		return ret;
	pthread_mutex_lock(&mem->lock);
	heap_add_region(mem, region);
	if (req != NULL)
		ret = heap_alloc(mem, req, obj, zeroed);
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

static int
grow_arena(struct eal_memory *mem, struct eal_arena *arena, const struct heap_request *req,
	void **obj, bool *zeroed)
{
	size_t need = PLX_ALIGN_CEIL(heap_need(req), arena->page_size);
	size_t step;
	int ret = -ENOMEM;

	pthread_mutex_lock(&mem->lock);
	step = PLX_MAX(mem->heaps[req->socket_id].total / 4, MIN_GROWTH);
	pthread_mutex_unlock(&mem->lock);
	step = PLX_ALIGN_CEIL(step, arena->page_size);
	if (need < OWN_REGION && step > need && !mem->match_allocations)
		ret = plug(mem, arena, step, req, obj, zeroed);
	/* Too much was wanted at once? What is needed may still be there. */
	if (ret == -ENOMEM)
		ret = plug(mem, arena, need, req, obj, zeroed);
	return ret;
}

static int
grow(struct eal_memory *mem, const struct heap_request *req, void **obj, bool *zeroed)
{
	int ret = -ENOMEM;

	for (unsigned int i = 0; i < mem->n_page_sizes && ret == -ENOMEM; i++) {
		struct eal_arena *arena = &mem->arenas[req->socket_id][i];

		if (arena->base != NULL &&
		    (req->page_size == 0 || req->page_size == arena->page_size))
			ret = grow_arena(mem, arena, req, obj, zeroed);
	}
	return ret;
}

static int
alloc_plugged(struct eal_memory *mem, const struct heap_request *req, void **obj, bool *zeroed)
{
	int ret;

	pthread_mutex_lock(&mem->lock);
	ret = heap_alloc(mem, req, obj, zeroed);
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

static bool
fits_an_arena(const struct eal_memory *mem, const struct heap_request *req)
{
	for (unsigned int i = 0; i < mem->n_page_sizes; i++)
		if (heap_need(req) <= mem->arenas[req->socket_id][i].len)
			return true;
	return false;
}

static uint64_t
count_retired(struct eal_memory *mem)
{
	uint64_t n;

	pthread_mutex_lock(&mem->lock);
	n = mem->reaper.retired;
	pthread_mutex_unlock(&mem->lock);
	return n;
}

/* Empty memory that is kept for speed, or is just being given back, makes no allocation fail. */
static int
grow_or_trim(struct eal_memory *mem, const struct heap_request *req, void **obj, bool *zeroed)
{
	uint64_t retired = count_retired(mem);
	int ret = grow(mem, req, obj, zeroed);

	if (ret != -ENOMEM || !fits_an_arena(mem, req))
		return ret;
	/* What can't go of it has been logged; what did go counts. */
	eal_trim(mem);
	return count_retired(mem) != retired ? grow(mem, req, obj, zeroed) : ret;
}

int
eal_heap_alloc(struct eal_memory *mem, struct heap_request *req, void **obj, bool *zeroed)
{
	struct eal_heap *heap;
	int ret = heap_request_check(mem, req);

	if (ret < 0)
		return ret;
	ret = alloc_plugged(mem, req, obj, zeroed);
	if (ret == 0)
		return 0;
	heap = &mem->heaps[req->socket_id];
	pthread_mutex_lock(&heap->growing);
	/* Another thread may have grown it meanwhile. */
	ret = alloc_plugged(mem, req, obj, zeroed);
	if (ret == -ENOMEM) {
		ret = grow_or_trim(mem, req, obj, zeroed);
		/* What was plugged and is not contiguous enough is left empty. */
		if (ret == 0 || req->contig)
			eal_reaper_start(mem);
	}
	pthread_mutex_unlock(&heap->growing);
	return ret;
}

int
eal_heap_plug_pinned(struct eal_memory *mem, struct eal_arena *arena, size_t len)
{
	return plug(mem, arena, len, NULL, NULL, NULL);
}
