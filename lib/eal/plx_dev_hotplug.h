/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_DEV_HOTPLUG_H
#define PLX_DEV_HOTPLUG_H
/**
 * DOC: Devices that come and go while the program runs.
 *
 * Between plx_eal_init() and plx_eal_cleanup(). One call at a time is made, others wait. Whoever
 * calls must not poll a port of the device, and nobody else may: stop its port first.
 *
 * None but plx_dev_is_wanted() may be called on the interrupt thread, where an event is heard:
 * releasing a device waits for callbacks. Pass the event on to another thread.
 */
#include <plx_dev.h>
#include <plx_dev_event.h>

PLX_BEGIN_DECLS

/**
 * plx_dev_probe() - take a device into use that plx_eal_init() did not.
 * @devargs: as -a and --vdev take it: "0000:01:00.0,KEY=VALUE", "sysfsdev=PATH", "net_null0,size=64".
 *
 * A PCI device without arguments gets those that -a gave it at start. Whether -a and -b take it is
 * not asked: see plx_dev_is_wanted(). All memory is mapped for it before its driver sees it, and if
 * that can't be done nothing has changed for other devices.
 *
 * Return: 0, and its port is there; -EINVAL for a name that no bus knows, or without an EAL; -ENODEV
 * if it is not there, not bound to vfio-pci, or there is no driver for it; -EEXIST if it is in use;
 * -EADDRINUSE or -ERANGE if it can't reach memory that is in use; else the errno of the step
 * that failed: all of this is logged. -EDEADLK on the interrupt thread.
 */
PLX_EXPORT int plx_dev_probe(const char *devargs);

/**
 * plx_dev_remove() - close the ports of a device, release and forget it; also when it is gone already.
 * @dev: not valid afterwards.
 *
 * What plx_dev_dma_map() mapped for it alone is unmapped.
 * Return: 0; -EINVAL without a device or an EAL; -ENOTSUP if its bus can't; -EDEADLK on the interrupt
 * thread; else the first errno on the way, which was logged: the device is released even so.
 */
PLX_EXPORT int plx_dev_remove(struct plx_device *dev);

/**
 * plx_dev_find() - the device that is called so, by any way of naming it, and is in use.
 * Return: it, valid until it is removed; NULL if there is none, or on the interrupt thread.
 */
PLX_EXPORT struct plx_device *plx_dev_find(const char *name);

/**
 * plx_dev_is_wanted() - do the options -a and -b of the program take a device of this name?
 * Any thread. Return: 1 or 0.
 */
PLX_EXPORT int plx_dev_is_wanted(const char *name);

/**
 * plx_dev_event_monitor_start() - listen to the kernel's messages about devices (uevents).
 *
 * Then devices that a driver of ours could take raise PLX_DEV_EVENT_ADD when they are ready for it,
 * and PLX_DEV_EVENT_REMOVE when they are gone; see plx_dev_event_callback_register(). Only names are
 * passed on. The kernel sends to the network namespace that it booted with, and to those that the
 * same user namespace owns: in other containers nothing is heard. Requests to release a device come
 * without a monitor. Source: lib/kobject_uevent.c of Linux.
 *
 * Any thread. Return: 0, also if it is started; the errno of socket(2), bind(2) or of
 * plx_intr_callback_register(), logged.
 */
PLX_EXPORT int plx_dev_event_monitor_start(void);

/** plx_dev_event_monitor_stop() - undo it. Any thread. Return: 0, or -ENOENT if it is not started. */
PLX_EXPORT int plx_dev_event_monitor_stop(void);

PLX_END_DECLS
#endif
