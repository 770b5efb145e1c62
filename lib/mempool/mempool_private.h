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
 * @free_cb: who gets the memory in the end; NULL: nobody.
 * @opaque: its argument.
 * @next: piece, in the order in which they came.
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

/* Pieces that one populate asks for at most: each is a 64th of what is lacking, and one is the rest. */
#define MEMPOOL_MAX_PIECES 65

/* Memory that was allocated, and is of no pool yet. */
struct mempool_pieces {
	unsigned int count;
	struct {
		void *addr;
		size_t len;
		unsigned int n;
	} piece[MEMPOOL_MAX_PIECES];
};

size_t mempool_stride(const struct plx_mempool *mp);
/* Memory for @n objects of @stride bytes each. 0, or -errno with nothing allocated. */
int mempool_pieces_alloc(struct mempool_pieces *pieces, unsigned int n, size_t stride, int socket_id);
void mempool_pieces_free(struct mempool_pieces *pieces);
/* Give them to the pool. 0, or -errno with nothing given; all are freed then. */
int mempool_pieces_add(struct plx_mempool *mp, struct mempool_pieces *pieces);
void mempool_free_mem(struct plx_mempool *mp);

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
