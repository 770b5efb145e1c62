/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMZONE_H
#define PLX_MEMZONE_H
/**
 * DOC: Named pieces of DMA memory, found again by name.
 */
#include <stdio.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

/** PLX_MEMZONE_NAMESIZE - bytes of a name, the final NUL included. */
#define PLX_MEMZONE_NAMESIZE 32

/** PLX_MEMZONE_2MB - in 2 MiB pages. */
#define PLX_MEMZONE_2MB 0x1u
/** PLX_MEMZONE_1GB - in 1 GiB pages; with PLX_MEMZONE_2MB in either. */
#define PLX_MEMZONE_1GB 0x2u
/** PLX_MEMZONE_SIZE_HINT_ONLY - in pages of another size if these are short. */
#define PLX_MEMZONE_SIZE_HINT_ONLY 0x4u
/**
 * PLX_MEMZONE_IOVA_CONTIG - contiguous for devices. Without it a zone larger than a page may not be so
 * in PLX_IOVA_PA; elsewhere all are. ENOMEM if there is no such memory.
 */
#define PLX_MEMZONE_IOVA_CONTIG 0x00100000u

/**
 * struct plx_memzone - one zone; read only for users, valid until it is freed.
 * @name: unique in the process.
 * @addr: its first byte.
 * @iova: the same byte as devices see it; equal to @addr outside PLX_IOVA_PA.
 * @len: bytes.
 * @hugepage_sz: bytes of the pages it is in.
 * @socket_id: NUMA node of the memory.
 * @flags: PLX_MEMZONE_ flags that it was reserved with.
 */
struct plx_memzone {
	char name[PLX_MEMZONE_NAMESIZE];
	void *addr;
	uint64_t iova;
	size_t len;
	uint64_t hugepage_sz;
	int32_t socket_id;
	uint32_t flags;
};

/**
 * plx_memzone_reserve_bounded() - allocate a zone, filled with zeroes.
 * @name: 1 to 31 bytes.
 * @len: bytes, more than 0.
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 * @flags: PLX_MEMZONE_ flags, or 0 for pages of any size.
 * @align: bytes, a power of two; 0 for a cache line.
 * @bound: the zone does not cross a multiple of this, a power of two and at least @len; 0: none.
 *
 * Any thread. Return: the zone, or NULL with errno EEXIST, ENAMETOOLONG, EINVAL, or what
 * plx_malloc_socket() fails with: ENOMEM also if there are no pages of the size that @flags name.
 */
PLX_EXPORT const struct plx_memzone *plx_memzone_reserve_bounded(const char *name, size_t len,
	int socket_id, unsigned int flags, unsigned int align, unsigned int bound);
/** plx_memzone_reserve_aligned() - plx_memzone_reserve_bounded() without a bound. */
PLX_EXPORT const struct plx_memzone *plx_memzone_reserve_aligned(const char *name, size_t len,
	int socket_id, unsigned int flags, unsigned int align);
/** plx_memzone_reserve() - plx_memzone_reserve_aligned() at a cache line. */
PLX_EXPORT const struct plx_memzone *plx_memzone_reserve(const char *name, size_t len,
	int socket_id, unsigned int flags);
/** plx_memzone_lookup() - the zone of that name, or NULL with errno ENOENT. Any thread. */
PLX_EXPORT const struct plx_memzone *plx_memzone_lookup(const char *name);
/** plx_memzone_free() - free a zone and its memory. Return: 0, or -EINVAL if it is none. */
PLX_EXPORT int plx_memzone_free(const struct plx_memzone *mz);
/** plx_memzone_walk() - call @func for every zone, under the lock: no memzone call inside. */
PLX_EXPORT void plx_memzone_walk(void (*func)(const struct plx_memzone *mz, void *arg), void *arg);
/** plx_memzone_dump() - print all zones for people. Any thread. Return: 0; -EIO. */
PLX_EXPORT int plx_memzone_dump(FILE *f);

PLX_END_DECLS
#endif
