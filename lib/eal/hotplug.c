/* SPDX-License-Identifier: BSD-3-Clause */
/* Single devices that come and go between start-up and clean-up. */
#include <errno.h>
#include <string.h>

#include <plx_dev_hotplug.h>
#include <plx_interrupts.h>

#include "eal_private.h"

/* Releasing a device waits for callbacks, so on their thread it would wait for itself. */
static int
enter(void)
{
	if (plx_thread_is_intr())
		return -EDEADLK;
	pthread_mutex_lock(&eal.hotplug.lock);
	if (eal.initialised)
		return 0;
	pthread_mutex_unlock(&eal.hotplug.lock);
	return -EINVAL;
}

static void
leave(void)
{
	pthread_mutex_unlock(&eal.hotplug.lock);
}

/* The bus that knows names like @name; else the one that makes a device of any name. */
static struct plx_bus *
bus_of(const char *name)
{
	struct plx_bus *bus, *any = NULL;

	for (bus = eal_buses(); bus != NULL; bus = bus->next) {
		if (bus->parse != NULL && bus->parse(name))
			return bus;
		if (bus->parse == NULL && bus->plug != NULL)
			any = bus;
	}
	return any;
}

static int
plug(const char *name, const char *args)
{
	struct plx_bus *bus = bus_of(name);

	if (name[0] != '\0' && bus != NULL && bus->plug != NULL)
		return bus->plug(bus, name, args);
	PLX_LOG(ERR, &eal_logtype, "'%s': no bus can plug a device of such a name (EINVAL): write a "
		"PCI device as 0000:01:00.0", name);
	return -EINVAL;
}

int
plx_dev_probe(const char *devargs)
{
	struct plx_devarg *arg = NULL;
	int ret = enter();

	if (ret == -EINVAL)
		PLX_LOG(ERR, &eal_logtype, "%s: not plugged (EINVAL): call plx_eal_init() first",
			devargs);
	if (ret < 0)
		return ret;
	ret = eal_devarg_add(&arg, PLX_DEVARG_ALLOW, devargs);
	if (ret == 0)
		ret = plug(arg->name, arg->args);
	eal_devargs_free(&arg);
	leave();
	return ret;
}

int
plx_dev_remove(struct plx_device *dev)
{
	struct plx_bus *bus;
	int ret;

	if (dev == NULL)
		return -EINVAL;
	ret = enter();
	if (ret < 0)
		return ret;
	for (bus = eal_buses(); bus != NULL && bus != dev->bus; )
		bus = bus->next;
	ret = bus != NULL && bus->unplug != NULL ? bus->unplug(bus, dev) : -ENOTSUP;
	leave();
	return ret;
}

struct plx_device *
plx_dev_find(const char *name)
{
	struct plx_device *dev = NULL;

	if (enter() < 0)
		return NULL;
	for (struct plx_bus *bus = eal_buses(); bus != NULL && dev == NULL; bus = bus->next)
		if (bus->find != NULL)
			dev = bus->find(bus, name);
	leave();
	return dev;
}

int
plx_dev_is_wanted(const char *name)
{
	struct plx_bus *bus = bus_of(name);

	return bus != NULL && bus->is_wanted != NULL && bus->is_wanted(bus, name);
}
