/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heap of a node: boundary tags in front of every object, free pieces in lists by page size and
 * power of two. A piece never reaches beyond its region, so that a region can go as one. Headers
 * hold only addresses inside regions, which every process could follow.
 */
#include <errno.h>
#include <string.h>

#include "eal_private.h"

#define MIN_PIECE (2 * HEAP_HDR)
#define LARGEST_ALIGN ((size_t)1 << 30)
/* User space ends here: no sum of two such sizes wraps around. */
#define LARGEST_SIZE ((size_t)1 << 47)

PLX_STATIC_ASSERT(HEAP_HDR == PLX_CACHE_LINE_SIZE, "a header is a cache line");

static struct heap_elem *
elem_prev(struct heap_elem *e)
{
	return e->prev_size == 0 ? NULL : (void *)((uintptr_t)e - e->prev_size);
}

static bool
is_whole_region(const struct heap_elem *e)
{
	return e->prev_size == 0 && e->last;
}

static unsigned int
class_of(size_t size)
{
	unsigned int class = 63 - (unsigned int)__builtin_clzll(size);

	return PLX_MIN(class, HEAP_CLASSES - 1u);
}

static void
free_insert(struct eal_heap *heap, struct heap_elem *e)
{
	struct heap_elem **head = &heap->free[e->size_index][class_of(e->size)];

	e->state = HEAP_FREE;
	e->prev = NULL;
	e->next = *head;
	if (*head != NULL)
		(*head)->prev = e;
	*head = e;
}

static void
free_remove(struct eal_heap *heap, struct heap_elem *e)
{
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		heap->free[e->size_index][class_of(e->size)] = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
}

/* Cut @e at @size bytes; the tail becomes a piece of its own, which is returned, in no list. */
static struct heap_elem *
split(struct heap_elem *e, size_t size)
{
	struct heap_elem *tail = PLX_PTR_ADD(e, size), *after = heap_elem_next(e);

	*tail = (struct heap_elem){
		.size = e->size - size,
		.prev_size = size,
		.socket_id = e->socket_id,
		.size_index = e->size_index,
		.last = e->last,
		.zeroed = e->zeroed,
		.state = HEAP_FREE,
	};
	if (after != NULL)
		after->prev_size = tail->size;
	e->size = size;
	e->last = false;
	return tail;
}

static bool
crosses(uintptr_t obj, size_t size, size_t bound)
{
	return bound != 0 && (obj & ~(bound - 1)) != ((obj + size - 1) & ~(bound - 1));
}

/* Where in the free piece @e an object header must start so that the object fits; 0: nowhere. */
static uintptr_t
place(struct eal_memory *mem, const struct heap_elem *e, const struct heap_request *req)
{
	uintptr_t start = (uintptr_t)e, end = start + e->size;
	uintptr_t obj = PLX_ALIGN_CEIL(start + HEAP_HDR, req->align);

	while (obj + req->size <= end) {
		size_t run = req->contig ? eal_iova_run(mem, obj, req->size) : req->size;

		/* What is left in front must be a piece. */
		if (obj - HEAP_HDR != start && obj - HEAP_HDR - start < MIN_PIECE)
			obj += req->align;
		else if (crosses(obj, req->size, req->bound))
			obj = PLX_ALIGN_CEIL(obj, req->bound);
		else if (run < req->size)
			obj = PLX_ALIGN_CEIL(obj + run, req->align);
		else
			return obj - HEAP_HDR;
	}
	return 0;
}

/* Cut off what of the busy piece @e is not needed for @size bytes; what is behind it is busy. */
static void
trim_tail(struct eal_heap *heap, struct heap_elem *e, size_t size)
{
	if (e->size - HEAP_HDR - size >= MIN_PIECE)
		free_insert(heap, split(e, HEAP_HDR + size));
}

/* Take @size bytes (without header) at the header address @at out of the free piece @e. */
static struct heap_elem *
carve(struct eal_heap *heap, struct heap_elem *e, uintptr_t at, size_t size)
{
	struct heap_elem *obj = e;

	free_remove(heap, e);
	if (at != (uintptr_t)e) {
		obj = split(e, at - (uintptr_t)e);
		free_insert(heap, e);
	}
	trim_tail(heap, obj, size);
	obj->state = HEAP_BUSY;
	heap->used += obj->size;
	heap->objects++;
	return obj;
}

/* The region of the free piece @e, which is all of it, is or is no longer empty. */
static void
set_empty(struct eal_memory *mem, struct eal_heap *heap, struct eal_region *r, bool empty)
{
	r->empty = empty;
	if (r->pinned)
		return;
	heap->empty = empty ? heap->empty + r->pub.len : heap->empty - r->pub.len;
	if (empty) {
		r->empty_since = eal_now_ns();
		eal_reaper_notify(mem, heap);
	}
}

static struct heap_elem *
find_in(struct eal_memory *mem, struct eal_heap *heap, struct heap_elem *const *lists,
	const struct heap_request *req)
{
	for (unsigned int class = class_of(HEAP_HDR + req->size); class < HEAP_CLASSES; class++) {
		for (struct heap_elem *e = lists[class]; e != NULL; e = e->next) {
			uintptr_t at = place(mem, e, req);

			if (at == 0)
				continue;
			if (is_whole_region(e))
				set_empty(mem, heap, eal_region_find(mem, e), false);
			return carve(heap, e, at, req->size);
		}
	}
	return NULL;
}

static struct heap_elem *
find(struct eal_memory *mem, const struct heap_request *req)
{
	struct eal_heap *heap = &mem->heaps[req->socket_id];
	struct heap_elem *e = NULL;

	for (unsigned int i = 0; i < mem->n_page_sizes && e == NULL; i++)
		if (req->page_size == 0 || req->page_size == mem->page_sizes[i])
			e = find_in(mem, heap, heap->free[i], req);
	return e;
}

/* The region becomes one free piece. */
void
heap_add_region(struct eal_memory *mem, struct eal_region *region)
{
	struct eal_heap *heap = &mem->heaps[region->pub.socket_id];
	struct heap_elem *e = region->pub.addr;

	*e = (struct heap_elem){
		.size = region->pub.len,
		.socket_id = (int16_t)region->pub.socket_id,
		.size_index = (uint8_t)region->arena->size_index,
		.last = true,
		.zeroed = !region->file.dirty,
	};
	free_insert(heap, e);
	heap->total += region->pub.len;
	set_empty(mem, heap, region, true);
}

void
heap_take_region(struct eal_memory *mem, struct eal_region *region)
{
	struct eal_heap *heap = &mem->heaps[region->pub.socket_id];
	struct heap_elem *e = region->pub.addr;

	free_remove(heap, e);
	e->state = 0;
	heap->total -= region->pub.len;
	set_empty(mem, heap, region, false);
}

int
heap_request_check(const struct eal_memory *mem, struct heap_request *req)
{
	if (req->size == 0 || (req->align & (req->align - 1)) != 0 || req->align > LARGEST_ALIGN)
		return -EINVAL;
	if ((req->bound & (req->bound - 1)) != 0 || (req->bound != 0 && req->size > req->bound))
		return -EINVAL;
	if (!eal_memory_has_node(mem, req->socket_id))
		return -EINVAL;
	if (req->size > LARGEST_SIZE)
		return -ENOMEM;
	req->align = PLX_MAX(req->align, (size_t)PLX_CACHE_LINE_SIZE);
	req->size = PLX_ALIGN_CEIL(req->size, HEAP_HDR);
	/* Nothing of at most a cache line, which starts on one, crosses less than that. */
	if (req->bound < req->size)
		req->bound = 0;
	/* Rings and buffers are small: they are in one piece for devices without being asked to. */
	req->contig = plx_mem_iova_is_pa && (req->contig || req->size <= plx_mem_iova_page());
	return 0;
}

/* The header; a whole piece in front of the aligned object; what is lost up to a bound or page. */
size_t
heap_need(const struct heap_request *req)
{
	return HEAP_HDR + req->size + (req->align > HEAP_HDR ? req->align + MIN_PIECE : 0) +
		(req->bound != 0 || req->contig ? req->size + MIN_PIECE : 0);
}

int
heap_alloc(struct eal_memory *mem, const struct heap_request *req, void **obj, bool *zeroed)
{
	struct heap_elem *e = find(mem, req);

	if (e == NULL)
		return -ENOMEM;
	strncpy(e->type, req->type != NULL ? req->type : "", sizeof(e->type) - 1);
	e->type[sizeof(e->type) - 1] = '\0';
	*zeroed = e->zeroed;
	e->zeroed = false;
	*obj = PLX_PTR_ADD(e, HEAP_HDR);
	return 0;
}

/* Put @e and the piece behind it together; both are in no list. */
static void
merge(struct heap_elem *e, struct heap_elem *behind)
{
	struct heap_elem *after;

	e->size += behind->size;
	e->last = behind->last;
	e->zeroed = false;
	after = heap_elem_next(e);
	if (after != NULL)
		after->prev_size = e->size;
	behind->state = 0;
}

struct heap_elem *
heap_elem_of(struct eal_memory *mem, void *obj)
{
	struct heap_elem *e = (void *)((uintptr_t)obj - HEAP_HDR);

	if ((uintptr_t)obj % HEAP_HDR != 0 || eal_region_find(mem, e) == NULL ||
	    e->state != HEAP_BUSY)
		return NULL;
	return e;
}

/* Free @e together with its free neighbours. */
static void
release(struct eal_memory *mem, struct eal_heap *heap, struct heap_elem *e)
{
	struct heap_elem *other = heap_elem_next(e);

	e->zeroed = false;
	if (other != NULL && other->state == HEAP_FREE) {
		free_remove(heap, other);
		merge(e, other);
	}
	other = elem_prev(e);
	if (other != NULL && other->state == HEAP_FREE) {
		free_remove(heap, other);
		merge(other, e);
		e = other;
	}
	free_insert(heap, e);
	if (is_whole_region(e))
		set_empty(mem, heap, eal_region_find(mem, e), true);
}

int
heap_free(struct eal_memory *mem, void *obj)
{
	struct heap_elem *e = heap_elem_of(mem, obj);
	struct eal_heap *heap;

	if (e == NULL)
		return -EINVAL;
	heap = &mem->heaps[e->socket_id];
	heap->used -= e->size;
	heap->objects--;
	release(mem, heap, e);
	return 0;
}

int
heap_resize(struct eal_memory *mem, void *obj, size_t size)
{
	struct heap_elem *e = heap_elem_of(mem, obj), *behind;
	struct eal_heap *heap;

	if (e == NULL)
		return -EINVAL;
	if (size > LARGEST_SIZE)
		return -ENOSPC;
	size = PLX_ALIGN_CEIL(size, HEAP_HDR);
	heap = &mem->heaps[e->socket_id];
	behind = heap_elem_next(e);
	if (behind != NULL && behind->state != HEAP_FREE)
		behind = NULL;
	if (HEAP_HDR + size > e->size + (behind != NULL ? behind->size : 0))
		return -ENOSPC;
	if (size <= plx_mem_iova_page() && eal_iova_run(mem, (uintptr_t)obj, size) < size)
		return -ENOSPC;
	heap->used -= e->size;
	if (behind != NULL) {
		free_remove(heap, behind);
		merge(e, behind);
	}
	trim_tail(heap, e, size);
	heap->used += e->size;
	return 0;
}
