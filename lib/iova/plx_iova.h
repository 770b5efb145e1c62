/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_IOVA_H
#define PLX_IOVA_H
/**
 * DOC: I/O address spaces: what devices can reach, and at which address.
 *
 * A space is one page table of the IOMMU as the kernel offers it: one IOAS of iommufd, or one
 * legacy container of type1 v2; or, without an IOMMU, the physical addresses. Devices (iommufd) or
 * groups (type1) are attached to it and then see all of its mappings. A tree of extents shadows the
 * kernel's mappings and is the truth: a request is checked against it and against the windows before
 * the kernel is asked, so an error of the kernel is never one that could have been foreseen.
 *
 * Every function may be called from any thread; calls on one space take its lock, which spaces of
 * one iommufd share, and a call that asks the kernel holds it meanwhile. None of them may race with
 * plx_iova_space_close() or plx_iova_window_close() of what it uses.
 */
#include <stdio.h>

#include <plx_memory.h>

PLX_BEGIN_DECLS

struct plx_iova_space;

struct plx_iova_batch;
struct plx_iova_window;

/** PLX_IOVA_READ - the device may read. */
#define PLX_IOVA_READ 1u
/** PLX_IOVA_WRITE - the device may write. */
#define PLX_IOVA_WRITE 2u
/** PLX_IOVA_FD - fd and fd_offset say which file the memory is of. */
#define PLX_IOVA_FD 4u
/**
 * PLX_IOVA_OWN_PINS - pin the pages for this space, even if another one shares its pins of them.
 *
 * Without it a second space on one iommufd costs no RLIMIT_MEMLOCK, but the kernel then looks up
 * each 4 KiB of the memory in the page table of the first one, which takes longer than pinning it
 * anew by far; see doc/iova.md for figures. Type1 can't share, so there it is always so.
 */
#define PLX_IOVA_OWN_PINS 8u

/**
 * struct plx_iova_mapping - memory of this process at an I/O address.
 * @iova: first I/O address, a multiple of the space's alignment.
 * @len: bytes, a multiple of the space's alignment.
 * @va: the same byte in this process; page aligned, and mapped as long as the mapping lives.
 * @flags: PLX_IOVA_READ, PLX_IOVA_WRITE or both; PLX_IOVA_FD; PLX_IOVA_OWN_PINS.
 * @fd: with PLX_IOVA_FD a memfd or hugetlbfs file that is mapped shared at @va; needed for the call
 *	only. The kernel then pins whole pages of the file instead of walking @va, and spaces on one
 *	iommufd share the pins (but see PLX_IOVA_OWN_PINS).
 * @fd_offset: with PLX_IOVA_FD bytes in the file of the byte at @va.
 * @granule: bytes, a power of two: the smallest part that will be unmapped on its own. The mapping
 *	is cut at the I/O addresses that are multiples of it, and neighbours in one batch grow
 *	together up to them. 0: it is removed as a whole, and nothing grows together with it.
 */
struct plx_iova_mapping {
	uint64_t iova;
	uint64_t len;
	void *va;
	unsigned int flags;
	int fd;
	uint64_t fd_offset;
	uint64_t granule;
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
 * plx_iova_space_open_noiommu() - make a space for devices without an IOMMU: all RAM, physically.
 * @iommufd: an open /dev/iommu of the caller, which stays the caller's: device nodes attach, and an
 *	IOAS of it holds pages and tells where they are. -1: groups attach to a new /dev/vfio/vfio,
 *	nobody holds pages (hugepages stay where they are), and /proc/self/pagemap tells.
 * @space: gets the space; the caller closes it.
 *
 * Memory is made known by plx_iova_map_phys(). It is no protection: the device can reach everything
 * else too. Return: as the two above; -EOPNOTSUPP unless vfio.enable_unsafe_noiommu_mode is set;
 * -ENOTTY for an iommufd before Linux 7.3; -EPERM without CAP_SYS_ADMIN (pagemap) or CAP_SYS_RAWIO
 * (iommufd).
 */
PLX_EXPORT int plx_iova_space_open_noiommu(int iommufd, struct plx_iova_space **space);

/**
 * plx_iova_space_open_beside() - make another space of the same kind.
 * @space: an open one. On iommufd the new one is an IOAS of the same iommufd, and memory with
 * PLX_IOVA_FD that both map is pinned and charged once, unless PLX_IOVA_OWN_PINS says otherwise. On
 * type1 it is another container.
 * @beside: gets the new space; the caller closes it, before or after @space.
 * Return: as the call that opened @space.
 */
PLX_EXPORT int plx_iova_space_open_beside(struct plx_iova_space *space,
	struct plx_iova_space **beside);

/**
 * plx_iova_space_close() - unmap everything and forget the space.
 * Return: 0; -EBUSY, with nothing done, while a device is attached; the kernel's errno for what
 * could not be undone, after which @space is gone all the same.
 */
PLX_EXPORT int plx_iova_space_close(struct plx_iova_space *space);

/** plx_iova_space_name() - "iommufd", "type1v2" or "noiommu"; static storage. */
PLX_EXPORT const char *plx_iova_space_name(const struct plx_iova_space *space);
/** plx_iova_space_fd() - the space's iommufd or container; it stays the space's. */
PLX_EXPORT int plx_iova_space_fd(const struct plx_iova_space *space);

/**
 * plx_iova_attach() - let a device see the space.
 * @fd: on iommufd a VFIO device that was bound to plx_iova_space_fd(); on type1 a VFIO group.
 *
 * Windows are read again, since the device may have narrowed them. Return: 0; -EADDRINUSE or
 * -EINVAL when mappings lie where the device can't reach, and plx_iova_replay() may help; -ENOMEM
 * (also RLIMIT_MEMLOCK), -EBUSY and whatever else the kernel says: the device is not attached and
 * the space as before, its windows too.
 */
PLX_EXPORT int plx_iova_attach(struct plx_iova_space *space, int fd);

/**
 * plx_iova_detach() - undo plx_iova_attach(); the device does no DMA any more.
 * @fd: as it was given to plx_iova_attach(); on type1 the group's devices must be closed before.
 * Return: 0; -ENOENT if nothing is attached; the kernel's errno, and then it still is attached.
 */
PLX_EXPORT int plx_iova_detach(struct plx_iova_space *space, int fd);

/**
 * plx_iova_move() - attach a device that is in one space to another one, in one step.
 * @from: where it is.
 * @to: another space of the same iommufd, with the mappings that the device needs.
 * @fd: the device, as in plx_iova_attach().
 *
 * The kernel replaces one page table by the other; whether DMA at this moment gets lost depends on the
 * IOMMU, so the driver had better stop the device. Return: 0; -EINVAL if the spaces are not of one
 * iommufd; -ENOENT if nothing is attached to @from; as plx_iova_attach(), and then the device is
 * where it was.
 */
PLX_EXPORT int plx_iova_move(struct plx_iova_space *from, struct plx_iova_space *to, int fd);

/**
 * plx_iova_keep_tables() - keep the page table filled and the memory pinned without a device too.
 * @devid: a device that is bound to plx_iova_space_fd(), by its id there: the table is for its IOMMU.
 *
 * Else the kernel unpins everything when the last device leaves, and pins it again for the next one,
 * which takes the time of mapping all of it. Later attaches use this table; a device behind another
 * kind of IOMMU gets one of its own as before. Call it before the first attach. It lasts until
 * plx_iova_space_close(). Return: 0; -EALREADY; -ENOTSUP on type1; -ENOENT for a wrong @devid; the
 * kernel's errno.
 */
PLX_EXPORT int plx_iova_keep_tables(struct plx_iova_space *space, uint32_t devid);

/**
 * plx_iova_windows_update() - read the windows again.
 * An attach does it. Only where iommufd serves as a legacy container a device narrows them later,
 * when it is opened. Return: 0; -ENOMEM; the kernel's errno; then they are as before.
 */
PLX_EXPORT int plx_iova_windows_update(struct plx_iova_space *space);

/**
 * plx_iova_batch_begin() - start to collect changes of a space.
 *
 * A batch is used by one thread at a time; several may be open on a space. Until the commit nothing
 * has happened. Return: the batch, or NULL with errno ENOMEM.
 */
PLX_EXPORT struct plx_iova_batch *plx_iova_batch_begin(struct plx_iova_space *space);
/**
 * plx_iova_batch_map() - add a mapping to the batch; @mapping is copied.
 * Return: 0; -EINVAL for length 0, wrap-around, misalignment or bad flags; -ENOMEM. After an error
 * the batch is as before.
 */
PLX_EXPORT int plx_iova_batch_map(struct plx_iova_batch *batch,
	const struct plx_iova_mapping *mapping);
/**
 * plx_iova_batch_unmap() - add a removal to the batch: of what is mapped, or by the batch so far.
 * Return: 0; -EINVAL for length 0 or wrap-around; -ENOMEM. After an error the batch is as before.
 */
PLX_EXPORT int plx_iova_batch_unmap(struct plx_iova_batch *batch, uint64_t iova, uint64_t len);
/** plx_iova_batch_abort() - forget the batch. NULL is fine. */
PLX_EXPORT void plx_iova_batch_abort(struct plx_iova_batch *batch);

/**
 * plx_iova_batch_commit() - do all of the batch, or nothing, and free it.
 *
 * Changes count in the order in which they were added: what is mapped and unmapped again is never
 * mapped. The rest is sorted, neighbours with a granule grow together, and each run of removals is
 * one kernel call however many mappings it has. What does not touch a removal is mapped first, so
 * that the likeliest failure costs least.
 *
 * Return: 0; or, before the kernel is asked: -ERANGE outside the windows, -EEXIST for an overlap,
 * -EINVAL for a removal that cuts a mapping, -ENOENT for one of nothing, -ENOSPC if type1 has too
 * few entries left (see struct plx_iova_stats), -ENOMEM. Else the kernel's errno: -EFAULT if memory
 * is not there, -ENOMEM (also RLIMIT_MEMLOCK), -EIO if it removed another number of bytes than the
 * tree knows; the space is as before then. -ENOTRECOVERABLE if that could not be had: what the
 * kernel refused to restore is no longer mapped, and the tree says so.
 */
PLX_EXPORT int plx_iova_batch_commit(struct plx_iova_batch *batch);

/**
 * plx_iova_replay() - map all that one space maps in another one too, as a batch, in the same units.
 * @from: its memory must stay as it is meanwhile.
 * @to: a space of any kind, with or without a device. What it maps already stays.
 * @refused: gets the first mapping for which the return is -ERANGE, or -EINVAL; or NULL.
 *
 * This is for a device that plx_iova_attach() refused because its windows are too narrow for what is
 * mapped, or that shall have a space of its own: open one by plx_iova_space_open_beside(), attach
 * the device, which tells the windows, then replay. Return: as plx_iova_batch_commit(): -ERANGE if
 * the windows of @to lack a mapping (see plx_iova_windows_hole()); -EINVAL also for one that is not
 * aligned as @to wants it, for one of a window that is not of the iommufd of @to, and if the two
 * spaces are one.
 */
PLX_EXPORT int plx_iova_replay(struct plx_iova_space *from, struct plx_iova_space *to,
	struct plx_iova_mapping *refused);

/** plx_iova_map() - a batch of one mapping. Return: as map and commit of a batch. */
PLX_EXPORT int plx_iova_map(struct plx_iova_space *space, const struct plx_iova_mapping *mapping);
/**
 * plx_iova_unmap() - a batch of one removal, by one kernel call.
 * @iova: first address.
 * @len: bytes. Mappings must lie in the range as a whole; gaps in it are fine.
 * Return: as unmap and commit of a batch.
 */
PLX_EXPORT int plx_iova_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len);

/**
 * plx_iova_map_phys() - make memory known to a space of plx_iova_space_open_noiommu().
 * @mapping: va, len, flags and, with PLX_IOVA_FD, the file; the rest counts for nothing.
 * @page_size: bytes of the memory's pages, each of which is contiguous; divides va and len.
 * @phys: gets the physical address of each page.
 *
 * With an iommufd the pages are held until plx_iova_unmap_phys() of the same, and a device must be
 * attached. Each page becomes a mapping at its physical address, for plx_iova_check() and
 * plx_iova_lookup(). Return: 0; -EINVAL; -EOPNOTSUPP on another kind of space; -EFAULT if a page is
 * not there or not contiguous; -EPERM as above; else as plx_iova_map(). Then nothing was done.
 */
PLX_EXPORT int plx_iova_map_phys(struct plx_iova_space *space,
	const struct plx_iova_mapping *mapping, uint64_t page_size, uint64_t *phys);
/**
 * plx_iova_unmap_phys() - undo plx_iova_map_phys() of @va.
 * Return: 0; -ENOENT if it was not; -EOPNOTSUPP on another kind of space; else as plx_iova_unmap().
 */
PLX_EXPORT int plx_iova_unmap_phys(struct plx_iova_space *space, void *va);

/**
 * plx_iova_window_open() - register address space in which memory will come and go by granules.
 * @space: on iommufd the window can be mapped in every space of the same iommufd, else in this one.
 * @mapping: the whole window; @granule says what can be mapped and unmapped on its own, and divides
 *	@iova and @len. The memory need not be there. With PLX_IOVA_FD the file stays the caller's.
 *	Pins are always shared: PLX_IOVA_OWN_PINS is -EINVAL.
 * @window: gets the window; the caller closes it.
 *
 * On iommufd every granule is staged in an IOAS that has no device, which costs no memory yet; a run
 * of any length is then mapped by one atomic kernel call, and its pins are shared by all spaces.
 * Return: 0; -EINVAL; -EEXIST if another window is at these addresses of the process; -ENOMEM; the
 * kernel's errno.
 */
PLX_EXPORT int plx_iova_window_open(struct plx_iova_space *space,
	const struct plx_iova_mapping *mapping, struct plx_iova_window **window);
/** plx_iova_window_close() - undo. Return: 0; -EBUSY while a granule is mapped; the kernel's errno. */
PLX_EXPORT int plx_iova_window_close(struct plx_iova_window *window);
/**
 * plx_iova_window_add() - there is memory at @offset, populated; it may be mapped now.
 * @offset: bytes from the start of the window, a multiple of the granule; as @len.
 *
 * Any thread. Return: 0; -EINVAL; -EEXIST if it was there; -EBUSY if a space still maps a granule
 * of it: it would share the old pages with the next one (see doc/iova.md).
 */
PLX_EXPORT int plx_iova_window_add(struct plx_iova_window *window, uint64_t offset, uint64_t len);
/**
 * plx_iova_window_remove() - the memory at @offset will go; call it before it does.
 * Return: 0; -EINVAL; -ENOENT if it is not there; -EBUSY while a space maps a granule of it.
 */
PLX_EXPORT int plx_iova_window_remove(struct plx_iova_window *window, uint64_t offset,
	uint64_t len);
/**
 * plx_iova_batch_map_window() - add a run of granules of a window to the batch, at the window's I/O
 * addresses.
 * Return: as plx_iova_batch_map(); -EINVAL also if @offset or @len cut a granule, or if the window is
 * not of the space's iommufd. The commit may return -ENOENT if there is no memory in a granule.
 */
PLX_EXPORT int plx_iova_batch_map_window(struct plx_iova_batch *batch,
	struct plx_iova_window *window, uint64_t offset, uint64_t len);

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
 * plx_iova_windows_hole() - why can't a range be mapped: where does it leave the windows?
 * @hole: gets the first addresses of the range that no window has, as the whole hole between two
 *	windows: the one below ends at @hole->start - 1, and there is none if that is 0; the one
 *	above starts at @hole->last + 1, and there is none if that is UINT64_MAX. Untouched if the
 *	range can be mapped.
 *
 * Return: 0 if one window has all of it; -ERANGE, as mapping it would be; -EINVAL for length 0 or
 * wrap-around.
 */
PLX_EXPORT int plx_iova_windows_hole(struct plx_iova_space *space, uint64_t iova, uint64_t len,
	struct plx_iova_range *hole);

/**
 * plx_iova_lookup() - the mapping that an address lies in, in O(log n).
 * @mapping: gets a copy: what the kernel can remove on its own, so granule is its length.
 * Return: 0 or -ENOENT.
 */
PLX_EXPORT int plx_iova_lookup(struct plx_iova_space *space, uint64_t iova,
	struct plx_iova_mapping *mapping);

/**
 * plx_iova_check() - could a device do DMA at @len bytes from @iova?
 * Return: 0 if every byte of it is mapped; -EINVAL for length 0 or wrap-around; -EFAULT.
 */
PLX_EXPORT int plx_iova_check(struct plx_iova_space *space, uint64_t iova, uint64_t len);

/**
 * plx_iova_walk() - call @func for every mapping, by rising address, with the lock held.
 * @func: ends the walk by a value other than 0; must not call into the space.
 * Return: 0, or what @func ended it with.
 */
PLX_EXPORT int plx_iova_walk(struct plx_iova_space *space,
	int (*func)(const struct plx_iova_mapping *mapping, void *arg), void *arg);

/** enum plx_iova_call - kernel calls, by kind. */
enum plx_iova_call {
	PLX_IOVA_CALL_MAP,		/* IOMMU_IOAS_MAP, or VFIO_IOMMU_MAP_DMA */
	PLX_IOVA_CALL_MAP_FILE,		/* IOMMU_IOAS_MAP_FILE */
	PLX_IOVA_CALL_COPY,		/* IOMMU_IOAS_COPY */
	PLX_IOVA_CALL_UNMAP,		/* IOMMU_IOAS_UNMAP, or VFIO_IOMMU_UNMAP_DMA */
	PLX_IOVA_CALLS,
};

/**
 * struct plx_iova_stats - counters of a space.
 * @extents: mappings now.
 * @bytes: of them.
 * @attached: devices (iommufd) or groups (type1) now.
 * @entries_left: mappings that the kernel would still take; UINT64_MAX if there is no limit.
 * @calls: kernel calls since the space was opened, failed ones included.
 * @bytes_done: bytes that they mapped or unmapped.
 * @ns: nanoseconds spent in them.
 */
struct plx_iova_stats {
	uint64_t extents;
	uint64_t bytes;
	unsigned int attached;
	uint64_t entries_left;
	uint64_t calls[PLX_IOVA_CALLS];
	uint64_t bytes_done[PLX_IOVA_CALLS];
	uint64_t ns[PLX_IOVA_CALLS];
};

/** plx_iova_stats_get() - fill @stats. */
PLX_EXPORT void plx_iova_stats_get(struct plx_iova_space *space, struct plx_iova_stats *stats);

/** plx_iova_dump() - print windows, mappings and counters for people. Return: 0; -EIO. */
PLX_EXPORT int plx_iova_dump(struct plx_iova_space *space, FILE *file);

PLX_END_DECLS
#endif
