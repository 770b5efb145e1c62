/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_BUS_VDEV_H
#define PLX_BUS_VDEV_H
/**
 * DOC: The virtual bus: devices that exist because --vdev says so. Driver side.
 */
#include <plx_dev.h>

PLX_BEGIN_DECLS

/**
 * struct plx_vdev_device - a virtual device.
 * @device: its args are the user's; its driver is set when probe is called.
 * @next: the bus's.
 */
struct plx_vdev_device {
	struct plx_device device;
	struct plx_vdev_device *next;
};

/**
 * struct plx_vdev_driver - a driver of virtual devices; static storage of the driver.
 * @driver: its name is what --vdev names begin with: "net_null" takes "net_null0". Where several
 *	match, the longest name does it.
 * @probe: make the device; returns 0 or a negative errno, having logged why and undone all.
 * @remove: unmake it; returns 0 or a negative errno, having logged why and gone on to the end.
 * @next: the bus's.
 */
struct plx_vdev_driver {
	struct plx_driver driver;
	int (*probe)(struct plx_vdev_device *dev);
	int (*remove)(struct plx_vdev_device *dev);
	struct plx_vdev_driver *next;
};

/**
 * plx_vdev_init() - make a virtual device, as plx_dev_probe() does.
 * @name: "net_null0".
 * @args: "key=value,..."; NULL is "".
 * Return: 0, or as plx_dev_probe().
 */
PLX_EXPORT int plx_vdev_init(const char *name, const char *args);
/**
 * plx_vdev_uninit() - unmake it, as plx_dev_remove() does.
 * Return: 0; -ENOENT if there is none of this name; or as plx_dev_remove().
 */
PLX_EXPORT int plx_vdev_uninit(const char *name);

/** plx_vdev_register() - add @driver to the bus; by a constructor, before main(). */
PLX_EXPORT void plx_vdev_register(struct plx_vdev_driver *driver);

/** PLX_PMD_REGISTER_VDEV() - register the static struct plx_vdev_driver @drv. */
#define PLX_PMD_REGISTER_VDEV(drv) PLX_INIT(drv##_register) { plx_vdev_register(&(drv)); }

PLX_END_DECLS
#endif
