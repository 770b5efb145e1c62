/* SPDX-License-Identifier: BSD-3-Clause */
/* PCI devices that come and go while the program runs. */
#include <errno.h>
#include <string.h>

#include "vfio_private.h"

static struct vfio_bus *
self(struct plx_bus *bus)
{
	return plx_container_of(bus, struct vfio_bus, bus);
}

bool
pci_is_wanted(const struct plx_pci_addr *addr)
{
	bool any_allow = false, allowed = false, blocked = false;
	struct plx_pci_addr other;

	for (const struct plx_devarg *arg = plx_devargs(); arg != NULL; arg = arg->next) {
		bool same = arg->kind != PLX_DEVARG_VDEV && pci_name_parse(arg->name, &other) == 0 &&
			pci_addr_compare(&other, addr) == 0;

		any_allow |= arg->kind == PLX_DEVARG_ALLOW;
		allowed |= arg->kind == PLX_DEVARG_ALLOW && same;
		blocked |= arg->kind == PLX_DEVARG_BLOCK && same;
	}
	return any_allow ? allowed : !blocked;
}

int
pci_is_name_wanted(struct plx_bus *bus, const char *name)
{
	struct plx_pci_addr addr;

	return !self(bus)->disabled && pci_name_parse(name, &addr) == 0 && pci_is_wanted(&addr);
}

/* What -a said of the device at start goes for it each time that it comes. */
static const char *
args_of(const struct plx_pci_addr *addr)
{
	struct plx_pci_addr other;

	for (const struct plx_devarg *arg = plx_devargs(); arg != NULL; arg = arg->next)
		if (arg->kind == PLX_DEVARG_ALLOW && pci_name_parse(arg->name, &other) == 0 &&
		    pci_addr_compare(&other, addr) == 0)
			return arg->args;
	return "";
}

/* All steps of start-up, for a device that is listed. */
static int
take(struct vfio_bus *bus, struct plx_pci_device *pci, const char *args)
{
	const struct plx_devarg arg = {
		.kind = PLX_DEVARG_ALLOW,
		.name = (char *)(uintptr_t)pci->device.name,
		.args = (char *)(uintptr_t)args,
	};
	int ret = pci_check_named(bus, &arg);

	if (ret == 0)
		ret = pci_open(bus, pci);
	if (ret < 0)
		return ret;
	ret = vfio_space_listen(bus, pci->vfio->space);
	if (ret == 0)
		ret = pci_probe(bus, pci);
	if (ret < 0 && pci_release(bus, pci) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "%s: release after that", pci->device.name);
	return ret;
}

int
pci_plug(struct plx_bus *plx_bus, const char *name, const char *args)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_pci_device *pci = pci_find(bus->devices, name);
	char sysfs_name[PCI_NAME_MAX];
	struct plx_pci_addr addr;
	int ret;

	if (pci != NULL && pci->vfio != NULL) {
		PLX_LOG(ERR, &vfio_logtype, "%s: is in use already (EEXIST): remove it first",
			pci->device.name);
		return -EEXIST;
	}
	/* What was known of the place may be of another device. */
	if (pci != NULL)
		pci_forget(&bus->devices, pci);
	ret = pci_name_parse(name, &addr);
	if (ret < 0)
		return ret;
	snprintf(sysfs_name, sizeof(sysfs_name), "%04x:%02x:%02x.%x", addr.domain, addr.bus, addr.devid,
		addr.function);
	ret = bus->disabled ? -ENODEV : pci_add(&bus->devices, sysfs_name);
	pci = ret == 0 ? pci_find(bus->devices, sysfs_name) : NULL;
	if (pci == NULL) {
		ret = ret == 0 ? -ENODEV : ret;
		PLX_LOG(ERR, &vfio_logtype, "%s: can't find it (%s): %s", name, plx_strerror(ret),
			bus->disabled ? "leave out --no-pci" : "see " PCI_SYSFS);
		return ret;
	}
	ret = take(bus, pci, args[0] != '\0' ? args : args_of(&addr));
	if (ret < 0)
		pci_forget(&bus->devices, pci);
	return ret;
}

/* Nothing can be done to a device that is gone, and nothing need be: that is no error. */
int
pci_unplug(struct plx_bus *plx_bus, struct plx_device *dev)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_pci_device *pci = plx_container_of(dev, struct plx_pci_device, device);
	int ret;

	PLX_LOG(NOTICE, &vfio_logtype, "%s: released", dev->name);
	ret = pci_release(bus, pci);
	pci_forget(&bus->devices, pci);
	return ret == -ENODEV ? 0 : ret;
}

struct plx_device *
pci_find_used(struct plx_bus *bus, const char *name)
{
	struct plx_pci_device *pci = pci_find(self(bus)->devices, name);

	return pci != NULL && pci->device.driver != NULL ? &pci->device : NULL;
}

/* It is there for us when vfio-pci has it; to unbind it, the kernel asks by an interrupt. */
int
pci_uevent(struct plx_bus *bus, const struct plx_uevent *event, char *name)
{
	const char *last = strrchr(event->devpath, '/');
	struct plx_pci_addr addr;
	bool came = strcmp(event->action, "bind") == 0 || strcmp(event->action, "add") == 0;

	if (self(bus)->disabled || strcmp(event->subsystem, "pci") != 0 || last == NULL ||
	    strlen(last + 1) >= PLX_DEV_NAME_MAX || pci_addr_parse(last + 1, &addr) < 0)
		return 0;
	if (came ? strcmp(event->driver, "vfio-pci") != 0 : strcmp(event->action, "remove") != 0)
		return 0;
	strcpy(name, last + 1);
	return came ? 1 : -1;
}
