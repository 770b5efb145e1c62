/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that objects of a pool are in: got from the heap or from the application, and walked.
 */
#include <plx_malloc.h>
#include <plx_memory.h>

#include "mempool_private.h"

/* A heap that is full of holes gives pieces, each at least such a part of what is wanted. */
#define LEAST_PART 64
/* What the description of a piece takes in front of its objects. */
#define DESC_SIZE PLX_ALIGN_CEIL(sizeof(struct plx_mempool_mem), (size_t)PLX_CACHE_LINE_SIZE)

/* No hugepage is smaller. */
#define HUGEPAGE (UINT64_C(2) << 20)
/* Objects are spared a border while it costs no more than such a part of the memory. */
#define GAP_PART 32

static size_t
stride_of(const struct plx_mempool *mp)
{
	return (size_t)mp->header_size + mp->elt_size + mp->trailer_size;
}

/*
 * How many objects fit into a page, if none may lie across the border of two; 0: all follow each
 * other, since memory is contiguous for devices, or since an object is larger than a page.
 */
static size_t
objs_per_page(size_t page, size_t stride)
{
	return page / stride;
}

/*
 * What no object of the heap's memory shall lie across. Where devices see memory as we do it need not be
 * so, but one entry of a TLB is enough for an object then, and device models that map a buffer in one
 * piece (QEMU's) do not drop it.
 */
static size_t
page_for(size_t stride)
{
	const size_t page = plx_mem_iova_page();

	return page == 0 && stride <= HUGEPAGE / GAP_PART ? HUGEPAGE : page;
}

/* What all objects take: at the border of pages there may be a gap, so a gap for each. */
static size_t
objs_size(size_t n, size_t stride)
{
	const size_t page = page_for(stride), per_page = objs_per_page(page, stride);

	/* 2^31 objects of 2^32 bytes are less than 2^64: no overflow. */
	return n * stride + (per_page == 0 ? 0 :
		stride + (n / per_page + 1) * (page - per_page * stride));
}

/* Objects of a piece before the first border of pages. */
static size_t
objs_before_border(const struct plx_mempool_mem *mem, size_t stride, char **border)
{
	*border = (char *)PLX_ALIGN_CEIL((uintptr_t)mem->elts, mem->page);
	return PLX_PTR_DIFF(*border, mem->elts) / stride;
}

/* How many objects fit into a piece. */
static size_t
objs_fit(const struct plx_mempool_mem *mem, size_t stride)
{
	const char *end = (const char *)mem->hdr.addr + mem->hdr.len;
	const size_t per_page = objs_per_page(mem->page, stride);
	size_t n, len;
	char *border;

	if (mem->elts >= end)
		return 0;
	if (per_page == 0)
		return PLX_PTR_DIFF(end, mem->elts) / stride;
	n = objs_before_border(mem, stride, &border);
	if (border >= end)
		return PLX_PTR_DIFF(end, mem->elts) / stride;
	len = PLX_PTR_DIFF(end, border);
	return n + len / mem->page * per_page + len % mem->page / stride;
}

static void *
nth_obj(const struct plx_mempool *mp, const struct plx_mempool_mem *mem, unsigned int idx)
{
	const size_t stride = stride_of(mp), per_page = objs_per_page(mem->page, stride);
	size_t first;
	char *border;

	if (per_page != 0) {
		first = objs_before_border(mem, stride, &border);
		if (idx >= first)
			return border + (idx - first) / per_page * mem->page +
				(idx - first) % per_page * stride + mp->header_size;
	}
	return mem->elts + idx * stride + mp->header_size;
}

/* The largest piece that is to be had, of @n objects or half as many, but not less than @least. */
static struct plx_mempool_mem *
alloc_piece(unsigned int n, unsigned int least, size_t stride, int socket_id)
{
	struct plx_mempool_mem *mem;
	size_t len;

	for (;; n /= 2) {
		len = objs_size(n, stride);
		mem = (struct plx_mempool_mem *)plx_zmalloc_socket("mempool", DESC_SIZE + len, 0,
			socket_id);
		if (mem != NULL)
			break;
		if (errno != ENOMEM || n / 2 < least)
			return NULL;
	}
	mem->elts = (char *)mem + DESC_SIZE;
	mem->hdr.addr = mem->elts;
	mem->hdr.len = len;
	mem->page = page_for(stride);
	mem->n = n;
	return mem;
}

int
mempool_mem_alloc(struct plx_mempool_mem **list, unsigned int n, size_t stride, int socket_id)
{
	const unsigned int least = n / LEAST_PART + 1;
	struct plx_mempool_mem **last = list;
	int ret;

	for (*list = NULL; n > 0; n -= (*last)->n, last = &(*last)->next) {
		*last = alloc_piece(n, PLX_MIN(least, n), stride, socket_id);
		if (*last == NULL) {
			ret = -errno;
			mempool_mem_free(*list);
			return ret;
		}
	}
	return 0;
}

void
mempool_mem_free(struct plx_mempool_mem *list)
{
	struct plx_mempool_mem *next;

	for (; list != NULL; list = next) {
		next = list->next;
		if (list->free_cb != NULL)
			list->free_cb(list->hdr.addr, list->opaque);
		plx_free(list);
	}
}

void
mempool_mem_add(struct plx_mempool *mp, struct plx_mempool_mem *list)
{
	struct plx_mempool_mem **last = &mp->mem;
	unsigned int i;
	void *obj;

	while (*last != NULL)
		last = &(*last)->next;
	*last = list;
	for (; list != NULL; list = list->next) {
		for (i = 0; i < list->n; i++) {
			obj = nth_obj(mp, list, i);
			((struct plx_mempool_objhdr *)obj - 1)->mp = mp;
			mempool_debug_init_obj(mp, obj);
			/* There is room in the ring for all that the pool may have. */
			(void)plx_ring_enqueue(mp->ring, obj);
		}
		mp->size += list->n;
	}
}

int
plx_mempool_populate_default(struct plx_mempool *mp)
{
	const unsigned int n = mp->ring->capacity - mp->size;
	struct plx_mempool_mem *list;
	int ret = mempool_mem_alloc(&list, n, stride_of(mp), mp->socket_id);

	if (ret < 0)
		return ret;
	mempool_mem_add(mp, list);
	return (int)n;
}

int
plx_mempool_populate_virt(struct plx_mempool *mp, void *addr, size_t len, size_t pg_sz,
	plx_mempool_memchunk_free_cb_t *free_cb, void *opaque)
{
	const unsigned int lacking = mp->ring->capacity - mp->size;
	struct plx_mempool_mem desc = {
		.hdr = { .addr = addr, .len = len },
		.elts = (char *)PLX_ALIGN_CEIL((uintptr_t)addr, PLX_CACHE_LINE_SIZE),
		.page = pg_sz,
		.free_cb = free_cb,
		.opaque = opaque,
	};
	struct plx_mempool_mem *mem;

	if (addr == NULL || len == 0 || (pg_sz & (pg_sz - 1)) != 0)
		return -EINVAL;
	desc.n = (unsigned int)PLX_MIN(objs_fit(&desc, stride_of(mp)), (size_t)lacking);
	if (desc.n == 0)
		return -ENOSPC;
	mem = (struct plx_mempool_mem *)plx_malloc_socket("mempool", sizeof(*mem), 0,
		mp->socket_id);
	if (mem == NULL)
		return -errno;
	*mem = desc;
	mempool_mem_add(mp, mem);
	return (int)desc.n;
}

int
plx_mempool_obj_iter(struct plx_mempool *mp, plx_mempool_obj_cb_t *obj_cb, void *obj_cb_arg)
{
	const struct plx_mempool_mem *mem;
	unsigned int i, idx = 0;
	int ret;

	for (mem = mp->mem; mem != NULL; mem = mem->next) {
		for (i = 0; i < mem->n; i++) {
			ret = obj_cb(mp, obj_cb_arg, nth_obj(mp, mem, i), idx++);
			if (ret < 0)
				return ret;
		}
	}
	return 0;
}

int
plx_mempool_mem_iter(struct plx_mempool *mp, plx_mempool_mem_cb_t *mem_cb, void *mem_cb_arg)
{
	const struct plx_mempool_mem *mem;
	unsigned int idx = 0;
	int ret;

	for (mem = mp->mem; mem != NULL; mem = mem->next) {
		ret = mem_cb(mp, mem_cb_arg, &mem->hdr, idx++);
		if (ret < 0)
			return ret;
	}
	return 0;
}
