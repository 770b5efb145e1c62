/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry of buses, and calling all of them step by step. */
#include <errno.h>
#include <string.h>

#include "eal_private.h"

/* Constructors fill it before main(). */
static struct plx_bus *buses;

/* Sorted by name, so that probe order does not hang on link order. */
void
plx_bus_register(struct plx_bus *bus)
{
	struct plx_bus **at = &buses;

	while (*at != NULL && strcmp((*at)->name, bus->name) < 0)
		at = &(*at)->next;
	bus->next = *at;
	*at = bus;
}

struct plx_bus *
eal_buses(void)
{
	return buses;
}

int
eal_buses_scan(void)
{
	for (struct plx_bus *bus = buses; bus != NULL; bus = bus->next) {
		int ret = bus->scan(bus);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int
eal_buses_attach(struct plx_dev_windows *win)
{
	for (struct plx_bus *bus = buses; bus != NULL; bus = bus->next) {
		int ret = bus->attach != NULL ? bus->attach(bus, win) : 0;

		if (ret < 0)
			return ret;
	}
	return 0;
}

int
eal_buses_iova_mode(enum plx_iova_mode *mode)
{
	*mode = PLX_IOVA_DC;
	for (struct plx_bus *bus = buses; bus != NULL; bus = bus->next) {
		enum plx_iova_mode its = bus->iova_mode != NULL ? bus->iova_mode(bus) : PLX_IOVA_DC;

		if (its == PLX_IOVA_DC)
			continue;
		if (*mode != PLX_IOVA_DC && *mode != its)
			return -EINVAL;
		*mode = its;
	}
	return 0;
}

int
eal_buses_map(void)
{
	for (struct plx_bus *bus = buses; bus != NULL; bus = bus->next) {
		int ret = bus->map != NULL ? bus->map(bus) : 0;

		if (ret < 0)
			return ret;
	}
	return 0;
}

int
eal_buses_probe(void)
{
	for (struct plx_bus *bus = buses; bus != NULL; bus = bus->next) {
		int ret = bus->probe(bus);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int
eal_buses_cleanup(void)
{
	int first = 0;

	for (struct plx_bus *bus = buses; bus != NULL; bus = bus->next) {
		int ret = bus->cleanup(bus);

		if (first == 0)
			first = ret;
	}
	return first;
}

static int
check_devarg(const struct plx_devarg *d)
{
	if (d->kind == PLX_DEVARG_VDEV)
		return 0;
	for (const struct plx_bus *bus = buses; bus != NULL; bus = bus->next)
		if (bus->parse != NULL && bus->parse(d->name))
			return 0;
	PLX_LOG(ERR, &eal_logtype, "%s %s: no bus has devices of such a name (EINVAL): write a PCI "
		"device as 0000:01:00.0", d->kind == PLX_DEVARG_ALLOW ? "-a" : "-b", d->name);
	return -EINVAL;
}

int
eal_buses_check_devargs(const struct plx_devarg *devargs)
{
	int ret = 0;

	for (; devargs != NULL && ret == 0; devargs = devargs->next)
		ret = check_devarg(devargs);
	return ret;
}
