/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MALLOC_H
#define PLX_MALLOC_H
/**
 * DOC: A heap on each NUMA node, in memory that devices can reach.
 *
 * What these calls return is hugepage memory (4 KiB pages with --no-huge) that is mapped for DMA of
 * every probed device at IOVA == VA. All of them may be called from any thread; they take a lock
 * and may make system calls, so they are for set-up and not for the fast path.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * plx_malloc_socket() - allocate from the heap of a node.
 * @type: what it is for, shown in dumps; NULL is fine. Not copied.
 * @size: bytes; 0 gives NULL with errno EINVAL.
 * @align: bytes, a power of two, at most the largest page; 0 for a cache line.
 * @socket: NUMA node, or SOCKET_ID_ANY: the caller's node first, then the others.
 *
 * The memory's content is undefined. Return: the object, or NULL with errno ENOMEM, EINVAL, or the
 * errno of the listener that refused the new memory.
 */
PLX_EXPORT void *plx_malloc_socket(const char *type, size_t size, unsigned int align, int socket);
/** plx_zmalloc_socket() - as plx_malloc_socket(), filled with zeroes. */
PLX_EXPORT void *plx_zmalloc_socket(const char *type, size_t size, unsigned int align, int socket);
/** plx_malloc() - plx_malloc_socket() with SOCKET_ID_ANY. */
PLX_EXPORT void *plx_malloc(const char *type, size_t size, unsigned int align);
/** plx_zmalloc() - plx_zmalloc_socket() with SOCKET_ID_ANY. */
PLX_EXPORT void *plx_zmalloc(const char *type, size_t size, unsigned int align);
/** plx_calloc() - plx_zmalloc() of @num times @size bytes; an overflow gives NULL, errno ENOMEM. */
PLX_EXPORT void *plx_calloc(const char *type, size_t num, size_t size, unsigned int align);
/** plx_free() - give back what one of the above returned; NULL is fine. errno is kept. */
PLX_EXPORT void plx_free(void *ptr);

/**
 * struct plx_malloc_socket_stats - a node's heap at one moment, in bytes.
 * @heap_totalsz_bytes: memory of the heap, headers included.
 * @heap_freesz_bytes: of it free, headers included.
 * @heap_allocsz_bytes: of it in use, headers included.
 * @greatest_free_size: the largest free piece.
 * @free_count: number of free pieces.
 * @alloc_count: number of objects.
 */
struct plx_malloc_socket_stats {
	size_t heap_totalsz_bytes;
	size_t heap_freesz_bytes;
	size_t heap_allocsz_bytes;
	size_t greatest_free_size;
	unsigned int free_count;
	unsigned int alloc_count;
};

/** plx_malloc_get_socket_stats() - fill @stats for node @socket. Return: 0 or -EINVAL. */
PLX_EXPORT int plx_malloc_get_socket_stats(int socket, struct plx_malloc_socket_stats *stats);

PLX_END_DECLS
#endif
