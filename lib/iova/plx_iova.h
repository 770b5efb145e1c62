/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_IOVA_H
#define PLX_IOVA_H
/**
 * DOC: I/O address spaces: what devices can reach, and at which address.
 *
 * A space is one page table of the IOMMU as the kernel offers it: one IOAS of iommufd, or one
 * legacy container of type1 v2. Devices (iommufd) or groups (type1) are attached to it and then see
 * all of its mappings. A tree of extents shadows the kernel's mappings and is the truth: a request
 * is checked against it and against the windows before the kernel is asked, so an error of the
 * kernel is never one that could have been foreseen.
 *
 * Every function may be called from any thread; calls on one space take its lock, and a call that
 * asks the kernel holds it meanwhile. None of them may race with plx_iova_space_close().
 */
#include <plx_memory.h>

PLX_BEGIN_DECLS

struct plx_iova_space;

/** PLX_IOVA_READ - the device may read. */
#define PLX_IOVA_READ 1u
/** PLX_IOVA_WRITE - the device may write. */
#define PLX_IOVA_WRITE 2u

/**
 * struct plx_iova_mapping - memory of this process at an I/O address.
 * @iova: first I/O address, a multiple of the space's alignment.
 * @len: bytes, a multiple of the space's alignment.
 * @va: the same byte in this process; page aligned, and mapped as long as the mapping lives.
 * @flags: PLX_IOVA_READ, PLX_IOVA_WRITE or both.
 */
struct plx_iova_mapping {
	uint64_t iova;
	uint64_t len;
	void *va;
	unsigned int flags;
};

/**
 * plx_iova_space_open_iommufd() - make a space as a new IOAS.
 * @iommufd: an open /dev/iommu of the caller, which stays the caller's; -1 to open it here.
 * @space: gets the space; the caller closes it.
 *
 * Mappings that are made before a device is attached cost no memory yet: the kernel looks at the
 * pages when the first device comes. Return: 0; -ENOENT or -EACCES for /dev/iommu; -ENOMEM; -EBADF
 * or -ENOTTY for a wrong @iommufd.
 */
PLX_EXPORT int plx_iova_space_open_iommufd(int iommufd, struct plx_iova_space **space);

/**
 * plx_iova_space_open_type1() - make a space as a new legacy container, type1 version 2.
 * @container: an open /dev/vfio/vfio of the caller, which stays the caller's; -1 to open it here.
 * @space: gets the space; the caller closes it.
 *
 * A container forgets its mappings when its last group goes, and can have none before the first
 * one comes: the space keeps them in its tree and maps them again at every first attach.
 * Return: as plx_iova_space_open_iommufd(); -EPROTO for an API version that is not 0; -EOPNOTSUPP
 * without type1 v2.
 */
PLX_EXPORT int plx_iova_space_open_type1(int container, struct plx_iova_space **space);

/**
 * plx_iova_space_close() - unmap everything and forget the space.
 * Return: 0; -EBUSY, with nothing done, while a device is attached; the kernel's errno for what
 * could not be undone, after which @space is gone all the same.
 */
PLX_EXPORT int plx_iova_space_close(struct plx_iova_space *space);

/** plx_iova_space_name() - "iommufd" or "type1v2"; static storage. */
PLX_EXPORT const char *plx_iova_space_name(const struct plx_iova_space *space);
/** plx_iova_space_fd() - the space's iommufd or container; it stays the space's. */
PLX_EXPORT int plx_iova_space_fd(const struct plx_iova_space *space);

/**
 * plx_iova_attach() - let a device see the space.
 * @fd: on iommufd a VFIO device that was bound to plx_iova_space_fd(); on type1 a VFIO group.
 *
 * Windows are read again, since the device may have narrowed them. Return: 0; -EADDRINUSE or
 * -EINVAL when mappings lie where the device can't reach; -ENOMEM (also RLIMIT_MEMLOCK), -EBUSY and
 * whatever else the kernel says: the device is not attached and the space as before.
 */
PLX_EXPORT int plx_iova_attach(struct plx_iova_space *space, int fd);

/**
 * plx_iova_detach() - undo plx_iova_attach(); the device does no DMA any more.
 * @fd: as it was given to plx_iova_attach(); on type1 the group's devices must be closed before.
 * Return: 0; -ENOENT if nothing is attached; the kernel's errno, and then it still is attached.
 */
PLX_EXPORT int plx_iova_detach(struct plx_iova_space *space, int fd);

/**
 * plx_iova_map() - add a mapping.
 *
 * Return: 0; -EINVAL for length 0, wrap-around, misalignment or no flags; -ERANGE outside the
 * windows; -EEXIST if it overlaps a mapping; all before the kernel is asked. Else the kernel's
 * errno: -EFAULT if @va is not memory, -ENOMEM (also RLIMIT_MEMLOCK), -ENOSPC (type1's
 * dma_entry_limit). The space is as before then.
 */
PLX_EXPORT int plx_iova_map(struct plx_iova_space *space, const struct plx_iova_mapping *mapping);

/**
 * plx_iova_unmap() - remove all mappings in a range, by one kernel call.
 * @iova: first address.
 * @len: bytes. Mappings must lie in the range as a whole; gaps in it are fine.
 *
 * Return: 0; -EINVAL for length 0, wrap-around, or a mapping that is cut by an end of the range;
 * -ENOENT if there is none; all before the kernel is asked. Else the kernel's errno, or -EIO if it
 * removed another number of bytes than the tree knows.
 */
PLX_EXPORT int plx_iova_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len);

/**
 * plx_iova_windows() - the addresses that the attached devices can all reach.
 * @ranges: gets up to @n of them, sorted.
 * @n: size of @ranges; 0 to ask for the number.
 * @alignment: gets the bytes that addresses and lengths must be multiples of; or NULL.
 *
 * Return: number of windows, which may be more than @n.
 */
PLX_EXPORT unsigned int plx_iova_windows(struct plx_iova_space *space,
	struct plx_iova_range *ranges, unsigned int n, uint64_t *alignment);

/**
 * plx_iova_lookup() - the mapping that an address lies in, in O(log n).
 * @mapping: gets a copy.
 * Return: 0 or -ENOENT.
 */
PLX_EXPORT int plx_iova_lookup(struct plx_iova_space *space, uint64_t iova,
	struct plx_iova_mapping *mapping);

/**
 * plx_iova_walk() - call @func for every mapping, by rising address, with the lock held.
 * @func: ends the walk by a value other than 0; must not call into the space.
 * Return: 0, or what @func ended it with.
 */
PLX_EXPORT int plx_iova_walk(struct plx_iova_space *space,
	int (*func)(const struct plx_iova_mapping *mapping, void *arg), void *arg);

PLX_END_DECLS
#endif
