/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory that objects of a pool are in: got from the heap or from the application, and walked. */
#include <plx_malloc.h>
#include <plx_memory.h>

#include "mempool_private.h"

size_t
mempool_stride(const struct plx_mempool *mp)
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

/* What all objects take: at the border of pages there may be a gap, so a gap for each. */
static size_t
objs_size(size_t n, size_t stride)
{
	const size_t page = plx_mem_iova_page(), per_page = objs_per_page(page, stride);

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
	const size_t stride = mempool_stride(mp), per_page = objs_per_page(mem->page, stride);
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
static void *
alloc_piece(unsigned int *n, unsigned int least, size_t stride, int socket_id, size_t *len)
{
	void *addr;

	for (;;) {
		*len = objs_size(*n, stride);
		addr = plx_zmalloc_socket("mempool", *len, 0, socket_id);
		if (addr != NULL || errno != ENOMEM || *n / 2 < least)
			return addr;
		*n /= 2;
	}
}

int
mempool_pieces_alloc(struct mempool_pieces *pieces, unsigned int n, size_t stride, int socket_id)
{
	const unsigned int least = n / (MEMPOOL_MAX_PIECES - 1) + 1;
	unsigned int want;
	size_t len;
	void *addr;

	pieces->count = 0;
	for (; n > 0; n -= want) {
		want = n;
		addr = alloc_piece(&want, PLX_MIN(least, n), stride, socket_id, &len);
		if (addr == NULL) {
			mempool_pieces_free(pieces);
			return -errno;
		}
		pieces->piece[pieces->count].addr = addr;
		pieces->piece[pieces->count].len = len;
		pieces->piece[pieces->count++].n = want;
	}
	return 0;
}

void
mempool_pieces_free(struct mempool_pieces *pieces)
{
	while (pieces->count > 0)
		plx_free(pieces->piece[--pieces->count].addr);
}

/* Add a piece and enter its objects into the ring. Return: objects; -ENOSPC; -ENOMEM. */
static int
add_mem(struct plx_mempool *mp, const struct plx_mempool_mem *desc)
{
	const size_t stride = mempool_stride(mp);
	struct plx_mempool_mem **last = &mp->mem, *mem;
	size_t n = objs_fit(desc, stride);
	unsigned int i;
	void *obj;

	n = PLX_MIN(n, (size_t)(mp->ring->capacity - mp->size));
	n = desc->n != 0 ? PLX_MIN(n, (size_t)desc->n) : n;
	if (n == 0)
		return -ENOSPC;
	mem = (struct plx_mempool_mem *)plx_malloc_socket("mempool", sizeof(*mem), 0,
		mp->socket_id);
	if (mem == NULL)
		return -ENOMEM;
	*mem = *desc;
	mem->n = (unsigned int)n;
	mem->next = NULL;
	while (*last != NULL)
		last = &(*last)->next;
	*last = mem;
	for (i = 0; i < n; i++) {
		obj = nth_obj(mp, mem, i);
		((struct plx_mempool_objhdr *)obj - 1)->mp = mp;
		mempool_debug_init_obj(mp, obj);
		/* There is room in the ring for all that the pool may have. */
		(void)plx_ring_enqueue(mp->ring, obj);
	}
	mp->size += (unsigned int)n;
	return (int)n;
}

static void
free_piece(void *addr, void *opaque)
{
	(void)opaque;
	plx_free(addr);
}

/* Take back what was added behind @last, or all; the objects are all in the ring. */
static void
drop_mem(struct plx_mempool *mp, struct plx_mempool_mem **from, unsigned int size)
{
	struct plx_mempool_mem *mem, *next;
	void *obj;

	for (mem = *from; mem != NULL; mem = next) {
		next = mem->next;
		if (mem->free_cb != NULL)
			mem->free_cb(mem->hdr.addr, mem->opaque);
		plx_free(mem);
	}
	*from = NULL;
	/* Objects are first in, first out: those that were there come round once. */
	for (; mp->size > size; mp->size--)
		(void)plx_ring_dequeue(mp->ring, &obj);
}

void
mempool_free_mem(struct plx_mempool *mp)
{
	drop_mem(mp, &mp->mem, mp->size);
}

int
mempool_pieces_add(struct plx_mempool *mp, struct mempool_pieces *pieces)
{
	struct plx_mempool_mem desc = { .page = plx_mem_iova_page(), .free_cb = free_piece };
	int ret;

	while (pieces->count > 0) {
		const unsigned int i = pieces->count - 1;

		desc.hdr.addr = pieces->piece[i].addr;
		desc.hdr.len = pieces->piece[i].len;
		desc.elts = (char *)desc.hdr.addr;
		desc.n = pieces->piece[i].n;
		ret = add_mem(mp, &desc);
		if (ret < 0) {
			mempool_pieces_free(pieces);
			return ret;
		}
		pieces->count--;
	}
	return 0;
}

int
plx_mempool_populate_default(struct plx_mempool *mp)
{
	struct plx_mempool_mem **last = &mp->mem;
	struct mempool_pieces pieces;
	const unsigned int had = mp->size;
	int ret;

	if (had == mp->ring->capacity)
		return 0;
	while (*last != NULL)
		last = &(*last)->next;
	ret = mempool_pieces_alloc(&pieces, mp->ring->capacity - had, mempool_stride(mp),
		mp->socket_id);
	if (ret < 0)
		return ret;
	ret = mempool_pieces_add(mp, &pieces);
	if (ret < 0) {
		drop_mem(mp, last, had);
		return ret;
	}
	return (int)(mp->size - had);
}

int
plx_mempool_populate_virt(struct plx_mempool *mp, void *addr, size_t len, size_t pg_sz,
	plx_mempool_memchunk_free_cb_t *free_cb, void *opaque)
{
	struct plx_mempool_mem desc = {
		.hdr = { .addr = addr, .len = len },
		.elts = (char *)PLX_ALIGN_CEIL((uintptr_t)addr, PLX_CACHE_LINE_SIZE),
		.page = pg_sz,
		.free_cb = free_cb,
		.opaque = opaque,
	};

	if (addr == NULL || len == 0 || (pg_sz & (pg_sz - 1)) != 0)
		return -EINVAL;
	return add_mem(mp, &desc);
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
