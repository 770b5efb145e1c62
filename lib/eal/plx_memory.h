/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MEMORY_H
#define PLX_MEMORY_H
/**
 * DOC: DMA-able memory: arenas, regions, and who listens to them.
 *
 * An arena is address space that is reserved, not memory: one for each NUMA node, placed where all
 * devices can address it. A region is memory that was plugged into an arena as one piece: one
 * memfd, mapped shared at its final address, bound to its node and populated before anybody hears
 * of it. Listeners (the VFIO bus) map it for their devices, or veto it.
 */
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
 * @fd: the memfd that backs it; the region's own, never close it.
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
 * Called with the memory lock held: it must not allocate or free DMA memory. For an ADD a negative
 * errno is a veto: listeners that had agreed get a REMOVE, the region is taken back, the allocation
 * fails with that errno. The value returned for a REMOVE is logged when it is not 0, and the
 * region then stays mapped in this process for ever, since a device may still write to it.
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
 * plx_mem_region_walk() - call @func for each region, by node and rising address.
 * @func: ends the walk by a value other than 0; must not allocate DMA memory.
 *
 * Any thread. Return: 0, or what @func ended it with.
 */
PLX_EXPORT int plx_mem_region_walk(int (*func)(const struct plx_mem_region *region, void *arg),
	void *arg);

/** PLX_BAD_IOVA - no I/O address. */
#define PLX_BAD_IOVA UINT64_MAX

/** plx_mem_virt2iova() - I/O address of @virt, or PLX_BAD_IOVA if it is in no region. */
PLX_EXPORT uint64_t plx_mem_virt2iova(const void *virt);

/**
 * plx_mem_virt2fd() - the file behind @virt, for another process or a vhost back end.
 * @offset: gets the byte offset of @virt in the file.
 * Return: the fd, which stays the region's; -ENOENT if @virt is in no region.
 */
PLX_EXPORT int plx_mem_virt2fd(const void *virt, uint64_t *offset);

PLX_END_DECLS
#endif
