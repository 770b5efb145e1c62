/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMORY_H
#define PLX_MEMORY_H
/**
 * DOC: DMA-able memory: arenas, regions, and who listens to them.
 *
 * An arena is address space that is reserved, not memory: one for each NUMA node and page size,
 * placed where all devices can address it. A region is memory that was plugged into an arena as one
 * piece: one file, mapped shared at its final address, bound to its node and populated before
 * anybody hears of it. Listeners (the VFIO bus) map it for their devices, or veto it. A region that
 * has become empty retires as one piece, some time later and in a thread of its own.
 *
 * Memory of the application can be made known too, and be mapped for DMA: plx_extmem_register() and
 * plx_dev_dma_map(). See doc/memory.md for the policies.
 */
#include <stdio.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

/** struct plx_iova_range - I/O addresses from @start to @last, both included. */
struct plx_iova_range {
	uint64_t start;
	uint64_t last;
};

/**
 * struct plx_mem_region - one plugged piece of memory; read only for users.
 * @addr: first byte; aligned to @page_size.
 * @len: bytes, a multiple of @page_size.
 * @page_size: bytes of one page: 4 KiB, 2 MiB or 1 GiB.
 * @socket_id: NUMA node.
 * @fd: the memfd, or file of --huge-dir, that backs it; the region's own, never close it.
 * @fd_offset: offset in @fd of the first byte.
 */
struct plx_mem_region {
	void *addr;
	size_t len;
	size_t page_size;
	int socket_id;
	int fd;
	uint64_t fd_offset;
};

/** enum plx_mem_event - what happens to a region. */
enum plx_mem_event {
	PLX_MEM_EVENT_ADD,	/* it was populated; users will get it if every listener agrees */
	PLX_MEM_EVENT_REMOVE,	/* nobody uses it any more; forget it now */
};

/**
 * typedef plx_mem_event_cb - a listener.
 *
 * Called in the thread that allocates, in the one that retires regions, or in the caller's of
 * plx_mem_trim(); for one region at a time, and allocations that need no new memory go on meanwhile.
 * It must not allocate DMA memory, and not register or unregister anything here. For an ADD a
 * negative errno is a veto: listeners that had agreed get a REMOVE, the region is taken back, the
 * allocation fails with that errno. A negative errno for a REMOVE is logged, and the region then stays
 * mapped in this process, unused, until plx_eal_cleanup(), since a device may still write to it.
 */
typedef int (*plx_mem_event_cb)(enum plx_mem_event event, const struct plx_mem_region *region,
	void *arg);

/**
 * plx_mem_event_callback_register() - listen; regions that exist are announced by ADD at once.
 * @name: of the listener, for logs; static storage.
 * @cb: called for every region.
 * @arg: passed on; (@cb, @arg) must be new.
 *
 * Any thread. Return: 0; -EEXIST; -ENOMEM; or the veto on a region that exists, after which the
 * listener got a REMOVE for those it had agreed to and is not registered.
 */
PLX_EXPORT int plx_mem_event_callback_register(const char *name, plx_mem_event_cb cb, void *arg);

/**
 * plx_mem_event_callback_unregister() - stop listening; existing regions are announced by REMOVE.
 * Any thread. Return: 0; -ENOENT if it was none; the first errno of the callback, which is
 * unregistered all the same.
 */
PLX_EXPORT int plx_mem_event_callback_unregister(plx_mem_event_cb cb, void *arg);

/**
 * plx_mem_region_walk() - call @func for each region, by node, page size and address.
 * @func: ends the walk by a value other than 0; must not call back into the memory system, which
 *	waits meanwhile.
 *
 * Any thread. Return: 0, or what @func ended it with.
 */
PLX_EXPORT int plx_mem_region_walk(int (*func)(const struct plx_mem_region *region, void *arg),
	void *arg);

/** PLX_BAD_IOVA - no I/O address. */
#define PLX_BAD_IOVA UINT64_MAX

/**
 * plx_mem_virt2iova() - I/O address of @virt, or PLX_BAD_IOVA if it is neither in a region nor in
 * external memory; of external memory there is none in PLX_IOVA_PA. Any thread, and in PLX_IOVA_PA
 * without a lock.
 */
PLX_EXPORT uint64_t plx_mem_virt2iova(const void *virt);

/** plx_mem_iova_is_pa - is plx_eal_iova_mode() PLX_IOVA_PA? For plx_mem_iova(); read only. */
PLX_EXPORT extern int plx_mem_iova_is_pa;

/**
 * plx_mem_iova() - I/O address of @virt, which is in a region: plx_mem_virt2iova() for the fast path.
 * Unless devices address memory physically it is @virt, at the price of one branch. Any thread.
 */
static inline uint64_t
plx_mem_iova(const void *virt)
{
	return plx_likely(!plx_mem_iova_is_pa) ? (uint64_t)(uintptr_t)virt : plx_mem_virt2iova(virt);
}

/**
 * plx_mem_iova_page() - how much of a large object is contiguous for devices for sure?
 *
 * Return: 0: all of it. In PLX_IOVA_PA the smallest page in use, a power of two: what crosses no
 * multiple of it is. An object of the heap that is no larger than a page is contiguous as a whole.
 */
PLX_EXPORT size_t plx_mem_iova_page(void);

/**
 * plx_mem_virt2fd() - the file behind @virt, for another process or a vhost back end.
 * @offset: gets the byte offset of @virt in the file.
 * Any thread. Return: the fd, which stays the region's (or whose it was that registered it);
 * -ENOENT if @virt is in no region, or in external memory without a file.
 */
PLX_EXPORT int plx_mem_virt2fd(const void *virt, uint64_t *offset);

/**
 * plx_mem_dump() - print arenas, regions and external memory for people.
 * @f: open for writing; allocations wait while it is written.
 * Any thread. Return: 0; -EIO.
 */
PLX_EXPORT int plx_mem_dump(FILE *f);

/**
 * plx_mem_retire_limits_set() - when do regions that became empty go?
 * @keep_bytes: a heap's empty regions stay as long as they are no more than this together; SIZE_MAX:
 *	none ever goes by itself. 64 MiB at start, 0 with --match-allocations.
 * @delay_ms: a region has been empty for this long when it goes. 2,000 at start, 0 with
 *	--match-allocations.
 *
 * The largest region that is due goes first, as long as there is more than @keep_bytes. Memory that
 * -m or --socket-mem plugged at start-up never goes. Any thread. Return: 0; -EINVAL before
 * plx_eal_init().
 */
PLX_EXPORT int plx_mem_retire_limits_set(size_t keep_bytes, unsigned int delay_ms);

/**
 * plx_mem_trim() - give back every region that is empty, now; only start-up's memory stays.
 *
 * Any thread but a listener; comes back when it is done, with what was on its way out already too.
 * Return: bytes given back, 0 if there was nothing; the first errno of a listener that could not let
 * go of a region, after which all others are gone; -EINVAL before plx_eal_init().
 */
PLX_EXPORT int64_t plx_mem_trim(void);

/**
 * plx_extmem_register() - make memory of the application known.
 * @addr: first byte, a multiple of @page_size; the application's, mapped until it is unregistered.
 * @len: bytes, a multiple of @page_size.
 * @page_size: a power of two of 4 KiB or more: the unit for plx_dev_dma_map().
 * @fd: the file that is mapped shared there, or -1. It stays the caller's, open until it is
 *	unregistered; with it devices share pins, and plx_mem_virt2fd() answers.
 * @fd_offset: offset in @fd of the first byte, a multiple of @page_size.
 *
 * plx_mem_virt2iova() and plx_mem_virt2fd() answer for it from now on. No device can reach it yet,
 * and no heap uses it. Any thread. Return: 0; -EINVAL; -EEXIST if it overlaps external memory or an
 * arena; -ENOMEM.
 */
PLX_EXPORT int plx_extmem_register(void *addr, size_t len, size_t page_size, int fd,
	uint64_t fd_offset);

/**
 * plx_extmem_unregister() - undo plx_extmem_register() of the same @addr and @len.
 * Any thread. Return: 0; -ENOENT if it was not; -EBUSY while it, or part of it, is mapped for DMA.
 */
PLX_EXPORT int plx_extmem_unregister(void *addr, size_t len);

PLX_END_DECLS
#endif
