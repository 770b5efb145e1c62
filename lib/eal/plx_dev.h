/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_DEV_H
#define PLX_DEV_H
/**
 * DOC: Buses, devices and drivers: the registries, seen from the driver side.
 *
 * A bus registers itself by a constructor; a driver registers with its bus the same way. At
 * start-up the EAL calls every bus in four steps: scan (what is there?), attach (take what was
 * asked for, tell which I/O addresses it can reach), then, when memory is there, map, and probe.
 * Clean-up is the reverse. In between, single devices are plugged and unplugged.
 */
#include <plx_eal.h>
#include <plx_memory.h>

PLX_BEGIN_DECLS

struct plx_bus;
struct plx_uevent;

/**
 * struct plx_driver - the part that all drivers have in common.
 * @name: "net_virtio"; static storage.
 */
struct plx_driver {
	const char *name;
};

/**
 * struct plx_device - the part that all devices have in common; embedded in the bus's own.
 * @name: "0000:01:00.0" or "net_null0"; the bus's storage.
 * @bus: it is on.
 * @driver: bound to it; NULL before probe.
 * @args: "key=value,..." from -a or --vdev; "" if there were none. The bus's storage.
 * @numa_node: it is attached to; SOCKET_ID_ANY when that is not known.
 */
struct plx_device {
	const char *name;
	const struct plx_bus *bus;
	const struct plx_driver *driver;
	const char *args;
	int numa_node;
};

/**
 * struct plx_dev_windows - I/O address ranges that a set of devices can all reach.
 * @ranges: sorted, not overlapping; allocated by malloc(), owned by whoever holds this struct.
 * @n: number of @ranges.
 */
struct plx_dev_windows {
	struct plx_iova_range *ranges;
	unsigned int n;
};

/** plx_dev_windows_init() - all 64 bits of address. Return: 0 or -ENOMEM. */
PLX_EXPORT int plx_dev_windows_init(struct plx_dev_windows *w);
/**
 * plx_dev_windows_intersect() - keep only what is also in @ranges.
 * @ranges: @n of them, sorted, not overlapping.
 * Return: 0 or -ENOMEM, with @w as it was. @w may end up empty.
 */
PLX_EXPORT int plx_dev_windows_intersect(struct plx_dev_windows *w,
	const struct plx_iova_range *ranges, unsigned int n);
/** plx_dev_windows_fini() - free the ranges. */
PLX_EXPORT void plx_dev_windows_fini(struct plx_dev_windows *w);

/**
 * struct plx_bus_option - a long command line option that a bus adds to the EAL's.
 * @name: without the dashes; NULL ends a table.
 * @value: name of its value in the help, or NULL if it takes none.
 * @help: one line.
 * @set: called with the value, or NULL; returns 0 or -EINVAL. The bus forgets it in cleanup.
 */
struct plx_bus_option {
	const char *name;
	const char *value;
	const char *help;
	int (*set)(const char *value);
};

/**
 * struct plx_bus - a bus; static storage of its room, called by the EAL on the main lcore only, or
 * from @dma_map on by the threads that are named there.
 * @name: "pci" or "vdev".
 * @scan: find devices, by the options; no device is touched yet.
 * @attach: open those that will be probed and narrow @win to what they can reach. NULL if the bus
 *	has no use for it. On failure it has undone what it did.
 * @iova_mode: after @attach: what those devices address memory by; PLX_IOVA_DC if there are none.
 *	With PLX_IOVA_PA the bus calls plx_mem_iova_set() for every region. NULL: PLX_IOVA_DC.
 * @map: make the memory known to the devices, by plx_mem_event_callback_register(); NULL if none.
 * @probe: bind drivers. A device that was named by the user and can't be probed is an error; any
 *	other is logged and left. On failure cleanup() is called.
 * @cleanup: undo probe, map, attach, scan and options, as far as they went; called whenever
 *	options were parsed. Return: 0 or the first errno; it goes on after an error.
 * @parse: does @name name a device of this bus ("0000:01:00.0")? Return: 1 or 0. NULL: never.
 * @dma_map: let @dev, or every device of the bus if it is NULL, reach @len bytes of external memory
 *	at @addr by the I/O address @iova, which is the same; @fd and @fd_offset say which file they
 *	are of, -1: none. Undone by itself on failure. NULL if no device here does DMA.
 * @dma_unmap: undo @dma_map of the same @dev, @addr and @len; NULL if @dma_map is. Both are called
 *	by any thread, one at a time, and don't log.
 * @plug: take the device @name with @args into use, all four steps for this one. If @parse is NULL the
 *	bus is asked for names that no other one knows. Undone by itself on failure; -EEXIST if it is in
 *	use. NULL: devices don't come later.
 * @unplug: release and forget @dev, which may be gone; goes on after an error. Before the driver
 *	has let go, which ends DMA, and the device is closed, it calls plx_dev_dma_unmap_all().
 * @find: the device of this name that is in use, or NULL. These three are called by any thread but
 *	the interrupt thread, one at a time. NULL if @plug is.
 * @is_wanted: do -a and -b take the device @name of this bus? Any thread. NULL: never.
 * @uevent: does the message tell that a device came, or went? Then its name is copied to @name, of
 *	PLX_DEV_NAME_MAX bytes, and 1 is returned if it came, -1 if it went; else 0. Silent, on the
 *	interrupt thread. NULL: never.
 * @options: options of the bus, or NULL.
 * @next: the registry's.
 *
 * The functions return 0 or a negative errno after they logged one line about it.
 */
struct plx_bus {
	const char *name;
	int (*scan)(struct plx_bus *bus);
	int (*attach)(struct plx_bus *bus, struct plx_dev_windows *win);
	enum plx_iova_mode (*iova_mode)(struct plx_bus *bus);
	int (*map)(struct plx_bus *bus);
	int (*probe)(struct plx_bus *bus);
	int (*cleanup)(struct plx_bus *bus);
	int (*parse)(const char *name);
	int (*dma_map)(struct plx_bus *bus, struct plx_device *dev, void *addr, uint64_t iova,
		size_t len, int fd, uint64_t fd_offset);
	int (*dma_unmap)(struct plx_bus *bus, struct plx_device *dev, void *addr, uint64_t iova,
		size_t len);
	int (*plug)(struct plx_bus *bus, const char *name, const char *args);
	int (*unplug)(struct plx_bus *bus, struct plx_device *dev);
	struct plx_device *(*find)(struct plx_bus *bus, const char *name);
	int (*is_wanted)(struct plx_bus *bus, const char *name);
	int (*uevent)(struct plx_bus *bus, const struct plx_uevent *event, char *name);
	const struct plx_bus_option *options;
	struct plx_bus *next;
};

/**
 * plx_mem_iova_set() - tell where devices see a region, in PLX_IOVA_PA; by a bus, for an ADD event.
 * @region: as announced.
 * @iovas: I/O address of each page of it, by address; multiples of the page size.
 * The EAL forgets them by itself when the region goes. Return: 0; -EINVAL outside PLX_IOVA_PA, for an
 * address in a page, or for what is in no arena.
 */
PLX_EXPORT int plx_mem_iova_set(const struct plx_mem_region *region, const uint64_t *iovas);

/**
 * plx_dev_dma_map() - let a device do DMA to memory that plx_extmem_register() made known.
 * @dev: the device, or NULL for all of all buses.
 * @addr: first byte; with @len whole pages inside one piece of external memory.
 * @iova: where the device will see it: equal to @addr.
 * @len: bytes.
 *
 * Devices that share an address space share the mapping, so that a call for each of them is as good
 * as one for all. Any thread. Return: 0; -EINVAL for another @iova, or what cuts a page; -ENOENT
 * outside of external memory; -EEXIST if it is done already, or overlaps; -ENOTSUP if the bus of @dev
 * does no DMA, and always in PLX_IOVA_PA, where nobody knows how such memory lies; -ENODEV if @dev is
 * not open; -ENOMEM (also RLIMIT_MEMLOCK) or whatever the kernel says: then nothing is mapped.
 */
PLX_EXPORT int plx_dev_dma_map(struct plx_device *dev, void *addr, uint64_t iova, size_t len);

/**
 * plx_dev_dma_unmap() - undo plx_dev_dma_map() of the same arguments.
 * Any thread; no device uses the memory any more. Return: 0; -EINVAL and -ENOENT as above, the latter
 * also if it was not mapped so; the kernel's errno, and then it counts as mapped.
 */
PLX_EXPORT int plx_dev_dma_unmap(struct plx_device *dev, void *addr, uint64_t iova, size_t len);

/**
 * plx_dev_dma_unmap_all() - a bus is about to close @dev: undo its plx_dev_dma_map() calls.
 * Return: 0, or the first errno, logged; none is remembered even so.
 */
PLX_EXPORT int plx_dev_dma_unmap_all(struct plx_device *dev);

/**
 * plx_dev_dma_walk() - a bus has a new address space, or a device another one: what is mapped?
 * @dev: what was mapped for this device alone; NULL: what was mapped for all.
 * @cb: called with each piece, as a bus's dma_map is, until it returns a negative errno. While it
 *	runs no dma_map or dma_unmap of a bus does.
 *
 * Return: 0, or what @cb returned.
 */
PLX_EXPORT int plx_dev_dma_walk(const struct plx_device *dev,
	int (*cb)(void *addr, size_t len, int fd, uint64_t fd_offset,
	void *arg), void *arg);

/** PLX_DEV_NAME_MAX - bytes of a device's name at most, with its final zero. */
#define PLX_DEV_NAME_MAX 64

/**
 * struct plx_uevent - what a message of the kernel about a device says; texts are "" if it does not.
 * @action: "add", "bind", "remove", ...
 * @devpath: in sysfs, as "/devices/pci0000:00/0000:00:10.0/0000:01:00.0".
 * @subsystem: "pci".
 * @driver: the kernel's driver that has it.
 */
struct plx_uevent {
	const char *action;
	const char *devpath;
	const char *subsystem;
	const char *driver;
};

/** plx_bus_register() - put @bus into the registry; by a constructor, before main(). */
PLX_EXPORT void plx_bus_register(struct plx_bus *bus);

/** enum plx_devarg_kind - which option a struct plx_devarg came from. */
enum plx_devarg_kind {
	PLX_DEVARG_ALLOW,	/* -a */
	PLX_DEVARG_BLOCK,	/* -b */
	PLX_DEVARG_VDEV,	/* --vdev */
};

/**
 * struct plx_devarg - one -a, -b or --vdev option: "NAME[,KEY=VALUE...]".
 * @kind: which option.
 * @name: what stands before the first comma.
 * @args: what stands after it, or "".
 * @next: the following option, in command line order.
 */
struct plx_devarg {
	enum plx_devarg_kind kind;
	char *name;
	char *args;
	struct plx_devarg *next;
};

/** plx_devargs() - the device options of the running plx_eal_init(), the first one or NULL. */
PLX_EXPORT const struct plx_devarg *plx_devargs(void);

/**
 * struct plx_kvarg - how to read one key of a device's arguments.
 * @key: its name.
 * @set: called with the value ("" if there is no '='); returns 0 or -EINVAL. A key may be given several
 *	times.
 * @expects: what the value can be, for the message: "a size of 60 to 65407 bytes"; NULL says nothing.
 */
struct plx_kvarg {
	const char *key;
	int (*set)(const char *value, void *arg);
	const char *expects;
};

/**
 * plx_kvargs_parse() - read "key=value,key=value" and call @keys[].set for each.
 * @dev: for the message.
 * @args: the string; "" is fine.
 * @keys: known keys; the last one has a NULL key.
 * @arg: passed on.
 *
 * An unknown key or a bad value is logged with the name of @dev and the keys that are known.
 * Return: 0; -EINVAL; -ENOMEM.
 */
PLX_EXPORT int plx_kvargs_parse(const char *dev, const char *args, const struct plx_kvarg *keys,
	void *arg);

/** plx_kvarg_u32() - read a whole decimal or 0x number of at most 32 bits. Return: 0 or -EINVAL. */
PLX_EXPORT int plx_kvarg_u32(const char *value, uint32_t *out);

PLX_END_DECLS
#endif
