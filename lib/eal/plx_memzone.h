/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMZONE_H
#define PLX_MEMZONE_H
/**
 * DOC: Named pieces of DMA memory, found again by name.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** PLX_MEMZONE_NAMESIZE - bytes of a name, the final NUL included. */
#define PLX_MEMZONE_NAMESIZE 32

/**
 * struct plx_memzone - one zone; read only for users, valid until it is freed.
 * @name: unique in the process.
 * @addr: its first byte.
 * @iova: the same byte as devices see it; equal to @addr outside noiommu.
 * @len: bytes.
 * @socket_id: NUMA node of the memory.
 */
struct plx_memzone {
	char name[PLX_MEMZONE_NAMESIZE];
	void *addr;
	uint64_t iova;
	size_t len;
	int32_t socket_id;
};

/**
 * plx_memzone_reserve_aligned() - allocate a zone, filled with zeroes.
 * @name: 1 to 31 bytes.
 * @len: bytes, more than 0.
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 * @flags: none yet; 0.
 * @align: bytes, a power of two; 0 for a cache line.
 *
 * Any thread. Return: the zone, or NULL with errno EEXIST, ENAMETOOLONG, EINVAL or ENOMEM.
 */
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

PLX_END_DECLS
#endif
