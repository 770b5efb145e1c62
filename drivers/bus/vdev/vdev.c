/* SPDX-License-Identifier: BSD-3-Clause */
/* The bus of devices that --vdev makes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plx_bus_vdev.h>
#include <plx_dev_hotplug.h>
#include <plx_lcore.h>
#include <plx_log.h>

PLX_LOG_REGISTER(vdev_logtype, "bus.vdev", "VDEV", NOTICE)

static int vdev_scan(struct plx_bus *bus);
static int vdev_probe(struct plx_bus *bus);
static int vdev_cleanup(struct plx_bus *bus);
static int vdev_plug(struct plx_bus *bus, const char *name, const char *args);
static int vdev_unplug(struct plx_bus *bus, struct plx_device *dev);
static struct plx_device *vdev_find(struct plx_bus *bus, const char *name);

/* @drivers: by name. @devices: in the order of the command line, and then of their coming. */
static struct {
	struct plx_bus bus;
	struct plx_vdev_driver *drivers;
	struct plx_vdev_device *devices;
} vdev = {
	.bus = {
		.name = "vdev",
		.scan = vdev_scan,
		.probe = vdev_probe,
		.cleanup = vdev_cleanup,
		.plug = vdev_plug,
		.unplug = vdev_unplug,
		.find = vdev_find,
	},
};

PLX_INIT(vdev_register)
{
	plx_bus_register(&vdev.bus);
}

/* Sorted: messages do not hang on link order, and a name stands before those that begin with it. */
void
plx_vdev_register(struct plx_vdev_driver *driver)
{
	struct plx_vdev_driver **at = &vdev.drivers;

	while (*at != NULL && strcmp((*at)->driver.name, driver->driver.name) < 0)
		at = &(*at)->next;
	driver->next = *at;
	*at = driver;
}

/* The strings are copies, behind the device: plx_devargs() lasts no longer than plx_eal_init(). */
static struct plx_vdev_device *
device_new(const char *name, const char *args)
{
	size_t name_size = strlen(name) + 1, args_size = strlen(args) + 1;
	struct plx_vdev_device *dev = calloc(1, sizeof(*dev) + name_size + args_size);
	char *strings;

	if (dev == NULL)
		return NULL;
	strings = (char *)(dev + 1);
	dev->device.bus = &vdev.bus;
	dev->device.numa_node = SOCKET_ID_ANY;
	dev->device.name = memcpy(strings, name, name_size);
	dev->device.args = memcpy(strings + name_size, args, args_size);
	return dev;
}

/* Where the device of that name is linked, or the end of the list. */
static struct plx_vdev_device **
find_device(const char *name)
{
	struct plx_vdev_device **at = &vdev.devices;

	while (*at != NULL && strcmp((*at)->device.name, name) != 0)
		at = &(*at)->next;
	return at;
}

static int
add_device(const char *name, const char *args)
{
	struct plx_vdev_device **at = find_device(name);

	if (*at != NULL) {
		PLX_LOG(ERR, &vdev_logtype, "%s is there already (EEXIST): give each virtual device a "
			"name of its own", name);
		return -EEXIST;
	}
	*at = device_new(name, args);
	if (*at == NULL) {
		PLX_LOG(ERR, &vdev_logtype, "%s: no memory (ENOMEM)", name);
		return -ENOMEM;
	}
	return 0;
}

static int
vdev_scan(struct plx_bus *bus)
{
	int ret = 0;

	for (const struct plx_devarg *d = plx_devargs(); d != NULL && ret == 0; d = d->next)
		if (d->kind == PLX_DEVARG_VDEV)
			ret = add_device(d->name, d->args);
	return ret;
}

/*
 * The longest name that @name begins with: "net_null_x" may have a driver besides "net_null".
 * In the sorted list that is the last one.
 */
static struct plx_vdev_driver *
find_driver(const char *name)
{
	struct plx_vdev_driver *longest = NULL;

	for (struct plx_vdev_driver *drv = vdev.drivers; drv != NULL; drv = drv->next)
		if (strncmp(drv->driver.name, name, strlen(drv->driver.name)) == 0)
			longest = drv;
	return longest;
}

static void
log_unknown(const char *name)
{
	const struct plx_vdev_driver *drv;
	char known[512] = "none";
	size_t used = 0;

	for (drv = vdev.drivers; drv != NULL && used < sizeof(known); drv = drv->next)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			used ? ", " : "", drv->driver.name);
	PLX_LOG(ERR, &vdev_logtype, "%s: no driver has a name that it begins with (ENODEV), "
		"there are: %s", name, known);
}

static int
probe_device(struct plx_vdev_device *dev)
{
	struct plx_vdev_driver *drv = find_driver(dev->device.name);
	int ret;

	if (drv == NULL) {
		log_unknown(dev->device.name);
		return -ENODEV;
	}
	dev->device.driver = &drv->driver;
	ret = drv->probe(dev);
	if (ret < 0)
		dev->device.driver = NULL;
	return ret;
}

static int
vdev_probe(struct plx_bus *bus)
{
	int ret = 0;

	for (struct plx_vdev_device *dev = vdev.devices; dev != NULL && ret == 0; dev = dev->next)
		ret = probe_device(dev);
	return ret;
}

static int
remove_device(struct plx_vdev_device *dev)
{
	const struct plx_vdev_driver *drv;
	int ret = 0;

	if (dev->device.driver != NULL) {
		drv = plx_container_of(dev->device.driver, const struct plx_vdev_driver, driver);
		ret = drv->remove(dev);
	}
	free(dev);
	return ret;
}

static struct plx_vdev_device *
reversed(struct plx_vdev_device *dev)
{
	struct plx_vdev_device *head = NULL, *next;

	for (; dev != NULL; dev = next) {
		next = dev->next;
		dev->next = head;
		head = dev;
	}
	return head;
}

static int
vdev_cleanup(struct plx_bus *bus)
{
	struct plx_vdev_device *dev, *next;
	int first = 0, ret;

	for (dev = reversed(vdev.devices); dev != NULL; dev = next) {
		next = dev->next;
		ret = remove_device(dev);
		if (first == 0)
			first = ret;
	}
	vdev.devices = NULL;
	return first;
}

static int
vdev_plug(struct plx_bus *bus, const char *name, const char *args)
{
	struct plx_vdev_device **at;
	int ret = add_device(name, args);

	if (ret < 0)
		return ret;
	at = find_device(name);
	ret = probe_device(*at);
	if (ret < 0) {
		free(*at);
		*at = NULL;	/* it was the last one */
	}
	return ret;
}

static int
vdev_unplug(struct plx_bus *bus, struct plx_device *dev)
{
	struct plx_vdev_device **at = &vdev.devices, *gone;

	while (*at != NULL && &(*at)->device != dev)
		at = &(*at)->next;
	gone = *at;
	if (gone == NULL)
		return -ENODEV;
	*at = gone->next;
	return remove_device(gone);
}

static struct plx_device *
vdev_find(struct plx_bus *bus, const char *name)
{
	struct plx_vdev_device *dev = *find_device(name);

	return dev != NULL ? &dev->device : NULL;
}

int
plx_vdev_init(const char *name, const char *args)
{
	char *devargs;
	int ret;

	if (asprintf(&devargs, "%s,%s", name, args != NULL ? args : "") < 0)
		return -ENOMEM;
	ret = plx_dev_probe(devargs);
	free(devargs);
	return ret;
}

int
plx_vdev_uninit(const char *name)
{
	struct plx_device *dev = plx_dev_find(name);

	return dev != NULL && dev->bus == &vdev.bus ? plx_dev_remove(dev) : -ENOENT;
}
