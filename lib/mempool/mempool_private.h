/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MEMPOOL_PRIVATE_H
#define MEMPOOL_PRIVATE_H
/* What the files of lib/mempool share. */
#include <plx_log.h>
#include <plx_mempool.h>

#define MEMPOOL_F_ALL (MEMPOOL_F_NO_SPREAD | MEMPOOL_F_SP_PUT | MEMPOOL_F_SC_GET)

extern struct plx_logtype plx_mempool_logtype;

/**
 * struct plx_mempool_mem - a piece of memory with objects.
 * @hdr: what users see of it.
 * @elts: header of the first object.
 * @page: no object that fits in between lies across a multiple of this; 0: any may.
 * @n: objects in it.
 * @free_cb: of memory of the application: who gets it in the end; NULL: nobody.
 * @opaque: its argument.
 * @next: piece, in the order in which they came.
 *
 * It lies in front of the objects if these are in the heap, so that both are one allocation.
 */
struct plx_mempool_mem {
	struct plx_mempool_memhdr hdr;
	char *elts;
	size_t page;
	unsigned int n;
	plx_mempool_memchunk_free_cb_t *free_cb;
	void *opaque;
	struct plx_mempool_mem *next;
};

/*
 * Memory from the heap for @n objects of @stride bytes each, in a list of pieces. 0, or -errno with
 * nothing allocated.
 */
int mempool_mem_alloc(struct plx_mempool_mem **list, unsigned int n, size_t stride, int socket_id);
/* Give back a list of pieces, to the heap and to the application. */
void mempool_mem_free(struct plx_mempool_mem *list);
/* Give a pool a list of pieces, which has to have room for them, and enter the objects. */
void mempool_mem_add(struct plx_mempool *mp, struct plx_mempool_mem *list);

#ifdef PLX_MEMPOOL_DEBUG
void mempool_debug_init_obj(struct plx_mempool *mp, void *obj);
/* The ring had to do with a call of the caller's. */
void mempool_count_common(struct plx_mempool *mp, int is_put);
#else
static inline void
mempool_debug_init_obj(struct plx_mempool *mp, void *obj)
{
	(void)mp;
	(void)obj;
}

static inline void
mempool_count_common(struct plx_mempool *mp, int is_put)
{
	(void)mp;
	(void)is_put;
}
#endif

#endif
