/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MALLOC_H
#define PLX_MALLOC_H
/**
 * DOC: A heap on each NUMA node, in memory that devices can reach.
 *
 * What these calls return is hugepage memory (4 KiB pages with --no-huge) that is mapped for DMA of
 * every probed device at IOVA == VA. In PLX_IOVA_PA (see doc/iova.md) an object that is larger than a
 * page may not be contiguous for devices; PLX_MEMZONE_IOVA_CONTIG is. All of them may be called from
 * any thread; they take a lock and may make system calls, so they are for set-up and not for the fast
 * path.
 */
#include <stdio.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * plx_malloc_socket() - allocate from the heap of a node.
 * @type: what it is for, shown in dumps; NULL is fine. Not copied.
 * @size: bytes; 0 gives NULL with errno EINVAL.
 * @align: bytes, a power of two, at most the largest page; 0 for a cache line.
 * @socket: NUMA node, or SOCKET_ID_ANY: the caller's node first, then the others.
 *
 * The memory's content is undefined. Where nothing plugged is free the heap grows, which asks the
 * kernel and the devices; what is short then is first taken from empty regions that are being kept.
 * Return: the object, or NULL with errno ENOMEM (hugepages, address space or --socket-limit are used
 * up), EINVAL, or the errno of the listener that refused the new memory.
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
/** plx_calloc_socket() - as plx_calloc(), from the heap of node @socket. */
PLX_EXPORT void *plx_calloc_socket(const char *type, size_t num, size_t size, unsigned int align,
	int socket);

/**
 * plx_realloc_socket() - give an object another size, where it is if that is possible.
 * @ptr: the object; NULL to allocate one.
 * @size: bytes; 0 frees @ptr and gives NULL, which is no error.
 * @align: bytes, a power of two, that the result must be aligned to; 0 for a cache line.
 * @socket: NUMA node that the result must be on, or SOCKET_ID_ANY: where it is, or anywhere if it has
 *	to move.
 *
 * The bytes that both sizes have stay, what is behind them is undefined. Return: the object, after
 * which @ptr is no longer valid unless it is the same; or NULL with errno as plx_malloc_socket(), or
 * EINVAL if @ptr is no object, and @ptr is as before.
 */
PLX_EXPORT void *plx_realloc_socket(void *ptr, size_t size, unsigned int align, int socket);
/** plx_realloc() - plx_realloc_socket() with SOCKET_ID_ANY. */
PLX_EXPORT void *plx_realloc(void *ptr, size_t size, unsigned int align);
/**
 * plx_free() - give back what one of the above returned; NULL is fine. errno is kept.
 *
 * Never unmaps anything itself: see plx_mem_retire_limits_set(). What is no object is logged, and
 * nothing happens.
 */
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

/**
 * plx_malloc_dump_stats() - print the statistics of each node's heap for people.
 * @f: open for writing; allocations wait while it is written.
 * @type: also count the objects of this type; NULL for none. Only its first 15 bytes count.
 * Any thread. Return: 0; -EIO.
 */
PLX_EXPORT int plx_malloc_dump_stats(FILE *f, const char *type);
/** plx_malloc_dump_heaps() - print every piece of every heap; as plx_malloc_dump_stats(). */
PLX_EXPORT int plx_malloc_dump_heaps(FILE *f);

PLX_END_DECLS
#endif
