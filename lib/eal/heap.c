/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heap of a node: boundary tags in front of every object, free pieces in lists by power of
 * two. A piece never reaches beyond its region, so that a region can go as one. Headers hold only
 * addresses inside regions, which every process could follow.
 */
#include <errno.h>
#include <string.h>

#include "eal_private.h"

#define STATE_FREE 0x46524545u	/* "FREE" */
#define STATE_BUSY 0x42555359u	/* "BUSY" */

/* In front of each piece; one cache line, so that objects start on one. */
struct heap_elem {
	size_t size;		/* bytes of the piece, header included */
	size_t prev_size;	/* of the piece before it in the region; 0 in the first one */
	struct heap_elem *next;	/* in its free list */
	struct heap_elem *prev;
	char type[16];
	uint32_t state;
	int16_t socket_id;
	bool last;		/* in its region */
	bool zeroed;		/* free, and still as the kernel zeroed it, header excepted */
} __plx_cache_aligned;

#define HDR sizeof(struct heap_elem)
#define MIN_PIECE (2 * HDR)
#define LARGEST_ALIGN ((size_t)1 << 30)
/* A heap grows by a quarter of itself, but not by less than this: regions stay few. */
#define MIN_GROWTH ((size_t)4 << 20)
/* A request of this size gets a region of just its size. */
#define OWN_REGION ((size_t)32 << 20)

PLX_STATIC_ASSERT(HDR == PLX_CACHE_LINE_SIZE, "a header is a cache line");

static struct heap_elem *
elem_next(struct heap_elem *e)
{
	return e->last ? NULL : PLX_PTR_ADD(e, e->size);
}

static struct heap_elem *
elem_prev(struct heap_elem *e)
{
	return e->prev_size == 0 ? NULL : (void *)((uintptr_t)e - e->prev_size);
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
	struct heap_elem **head = &heap->free[class_of(e->size)];

	e->state = STATE_FREE;
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
		heap->free[class_of(e->size)] = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
}

/* Cut @e at @size bytes; the tail becomes a piece of its own, which is returned, in no list. */
static struct heap_elem *
split(struct heap_elem *e, size_t size)
{
	struct heap_elem *tail = PLX_PTR_ADD(e, size), *after = elem_next(e);

	*tail = (struct heap_elem){
		.size = e->size - size,
		.prev_size = size,
		.socket_id = e->socket_id,
		.last = e->last,
		.zeroed = e->zeroed,
		.state = STATE_FREE,
	};
	if (after != NULL)
		after->prev_size = tail->size;
	e->size = size;
	e->last = false;
	return tail;
}

/* Where in the free piece @e an object header must start so that the object is aligned; 0: nowhere. */
static uintptr_t
place(const struct heap_elem *e, size_t size, size_t align)
{
	uintptr_t start = (uintptr_t)e;
	uintptr_t obj = PLX_ALIGN_CEIL(start + HDR, align);

	/* What is left in front must be a piece. */
	while (obj - HDR != start && obj - HDR - start < MIN_PIECE)
		obj += align;
	return obj + size <= start + e->size ? obj - HDR : 0;
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
	if (obj->size - HDR - size >= MIN_PIECE)
		free_insert(heap, split(obj, HDR + size));
	obj->state = STATE_BUSY;
	heap->used += obj->size;
	heap->objects++;
	return obj;
}

static struct heap_elem *
find(struct eal_heap *heap, size_t size, size_t align)
{
	for (unsigned int class = class_of(HDR + size); class < HEAP_CLASSES; class++) {
		for (struct heap_elem *e = heap->free[class]; e != NULL; e = e->next) {
			uintptr_t at = place(e, size, align);

			if (at != 0)
				return carve(heap, e, at, size);
		}
	}
	return NULL;
}

/* Plug in a region of @len bytes, a multiple of the page size, and make it one free piece. */
int
heap_plug(struct eal_memory *mem, int socket_id, size_t len)
{
	struct eal_heap *heap = &mem->heaps[socket_id];
	struct eal_region *region;
	struct heap_elem *e;
	int ret = eal_region_plug(mem, &mem->arenas[socket_id], len, &region);

	if (ret < 0)
		return ret;
	e = region->pub.addr;
	*e = (struct heap_elem){
		.size = len,
		.socket_id = (int16_t)socket_id,
		.last = true,
		.zeroed = true,
	};
	free_insert(heap, e);
	heap->total += len;
	return 0;
}

/* More memory for a request of @need bytes, header and alignment included. */
static int
grow(struct eal_memory *mem, int socket_id, size_t need)
{
	size_t page = mem->arenas[socket_id].page_size;
	size_t step = PLX_MAX(mem->heaps[socket_id].total / 4, MIN_GROWTH);
	int ret = -ENOMEM;

	need = PLX_ALIGN_CEIL(need, page);
	step = PLX_ALIGN_CEIL(step, page);
	if (need < OWN_REGION && step > need)
		ret = heap_plug(mem, socket_id, step);
	/* Too much was wanted at once? What is needed may still be there. */
	if (ret == -ENOMEM)
		ret = heap_plug(mem, socket_id, need);
	return ret;
}

int
heap_alloc(struct eal_memory *mem, int socket_id, size_t size, size_t align, const char *type,
	void **obj, bool *zeroed)
{
	struct eal_heap *heap;
	struct heap_elem *e;

	if (size == 0 || (align & (align - 1)) != 0 || align > LARGEST_ALIGN)
		return -EINVAL;
	align = PLX_MAX(align, (size_t)PLX_CACHE_LINE_SIZE);
	if (socket_id < 0 || socket_id >= PLX_MAX_NUMA_NODES || mem->arenas[socket_id].base == NULL)
		return -EINVAL;
	if (size > mem->arenas[socket_id].len)
		return -ENOMEM;
	size = PLX_ALIGN_CEIL(size, HDR);
	heap = &mem->heaps[socket_id];
	e = find(heap, size, align);
	if (e == NULL) {
		/* Room for the header, and for a whole piece in front of the aligned object. */
		int ret = grow(mem, socket_id, HDR + size + (align > HDR ? align + MIN_PIECE : 0));

		if (ret < 0)
			return ret;
		e = find(heap, size, align);
		if (e == NULL)
			return -ENOMEM;
	}
	strncpy(e->type, type != NULL ? type : "", sizeof(e->type) - 1);
	e->type[sizeof(e->type) - 1] = '\0';
	*zeroed = e->zeroed;
	e->zeroed = false;
	*obj = PLX_PTR_ADD(e, HDR);
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
	after = elem_next(e);
	if (after != NULL)
		after->prev_size = e->size;
	behind->state = 0;
}

/* -EINVAL if @obj is no object: in no region, or free already. */
int
heap_free(struct eal_memory *mem, void *obj)
{
	struct heap_elem *e = (void *)((uintptr_t)obj - HDR), *other;
	struct eal_heap *heap;

	if ((uintptr_t)obj % HDR != 0 || eal_region_find(mem, e) == NULL || e->state != STATE_BUSY)
		return -EINVAL;
	heap = &mem->heaps[e->socket_id];
	heap->used -= e->size;
	heap->objects--;
	e->zeroed = false;
	other = elem_next(e);
	if (other != NULL && other->state == STATE_FREE) {
		free_remove(heap, other);
		merge(e, other);
	}
	other = elem_prev(e);
	if (other != NULL && other->state == STATE_FREE) {
		free_remove(heap, other);
		merge(other, e);
		e = other;
	}
	free_insert(heap, e);
	return 0;
}

void
heap_stats(const struct eal_heap *heap, struct plx_malloc_socket_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->heap_totalsz_bytes = heap->total;
	stats->heap_allocsz_bytes = heap->used;
	stats->heap_freesz_bytes = heap->total - heap->used;
	stats->alloc_count = heap->objects;
	for (unsigned int class = 0; class < HEAP_CLASSES; class++) {
		for (const struct heap_elem *e = heap->free[class]; e != NULL; e = e->next) {
			stats->free_count++;
			stats->greatest_free_size = PLX_MAX(stats->greatest_free_size, e->size);
		}
	}
}
