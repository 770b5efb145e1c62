/* SPDX-License-Identifier: BSD-3-Clause */
/* The bus "pci": which devices are taken, by which backend and driver, and in which order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio_private.h"

PLX_LOG_REGISTER(vfio_logtype, "bus.vfio", "VFIO", NOTICE)

static struct vfio_bus *
self(struct plx_bus *bus)
{
	return plx_container_of(bus, struct vfio_bus, bus);
}

static int
bus_parse(const char *name)
{
	struct plx_pci_addr addr;

	return pci_name_parse(name, &addr) == 0;
}

/* A device that the user named must be there, with vfio-pci, and have a driver here. */
int
pci_check_named(struct vfio_bus *bus, const struct plx_devarg *arg)
{
	struct plx_pci_device *pci = pci_find(bus->devices, arg->name);
	char driver[64];
	int ret;

	if (pci == NULL) {
		PLX_LOG(ERR, &vfio_logtype, "%s: there is no such PCI device (ENODEV): see "
			PCI_SYSFS, arg->name);
		return -ENODEV;
	}
	if (vfio_pci_of(pci)->args.named) {
		PLX_LOG(ERR, &vfio_logtype, "-a %s: named twice (EEXIST): give all arguments at once",
			pci->device.name);
		return -EEXIST;
	}
	ret = pci_kernel_driver(pci->device.name, driver, sizeof(driver));
	if (ret < 0 || strcmp(driver, "vfio-pci") != 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: bound to %s%s, not to vfio-pci (%s): %sdriverctl "
			"--nosave set-override %s vfio-pci", pci->device.name,
			driver[0] ? "kernel driver " : "no driver", driver,
			plx_strerror(ret < 0 ? ret : -ENODEV),
			vfio_noiommu_unbound_hint(pci->device.name), pci->device.name);
		return ret < 0 ? ret : -ENODEV;
	}
	if (pci_find_driver(bus, pci) != NULL)
		return pci_args_parse(bus, pci, arg->args);
	PLX_LOG(ERR, &vfio_logtype, "%s: no driver for device %04x:%04x (ENODEV): leave it out",
		pci->device.name, pci->id.vendor_id, pci->id.device_id);
	return -ENODEV;
}

/* An explicit backend that can't work at all is told before any device is looked at. */
static int
check_backend(const struct vfio_bus *bus)
{
	const char *file = bus->backend == VFIO_BACKEND_IOMMUFD ? "/dev/iommu" : "/dev/vfio/vfio";
	int ret;

	/* Who names an iommufd may have been passed what he may not open. */
	if (bus->backend == VFIO_BACKEND_AUTO || bus->backend == VFIO_BACKEND_NOIOMMU ||
	    bus->iommufds != NULL ||
	    access(file, R_OK | W_OK) == 0)
		return 0;
	ret = -errno;
	PLX_LOG(ERR, &vfio_logtype, "--vfio-backend=%s needs %s (%s): %s",
		vfio_backend_name(bus->backend), file, plx_strerror(ret),
		ret != -ENOENT ? vfio_map_hint(ret) : bus->backend == VFIO_BACKEND_IOMMUFD ?
		"use a kernel with CONFIG_IOMMUFD, or --vfio-backend=legacy" : "modprobe vfio-pci");
	return ret;
}

static int
check_disabled(void)
{
	for (const struct plx_devarg *arg = plx_devargs(); arg != NULL; arg = arg->next) {
		if (arg->kind == PLX_DEVARG_VDEV)
			continue;
		PLX_LOG(ERR, &vfio_logtype, "--no-pci and %s exclude each other (EINVAL): give one",
			arg->name);
		return -EINVAL;
	}
	return 0;
}

static int
bus_scan(struct plx_bus *plx_bus)
{
	struct vfio_bus *bus = self(plx_bus);
	const struct plx_devarg *arg;
	int ret;

	if (bus->disabled)
		return check_disabled();
	ret = check_backend(bus);
	if (ret < 0)
		return ret;
	ret = pci_scan(&bus->devices);
	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "can't list " PCI_SYSFS " (%s): mount /sys",
			plx_strerror(ret));
		return ret;
	}
	for (arg = plx_devargs(); arg != NULL && ret == 0; arg = arg->next)
		if (arg->kind == PLX_DEVARG_ALLOW && bus_parse(arg->name))
			ret = pci_check_named(bus, arg);
	return ret;
}

static bool
is_usable(const struct vfio_bus *bus, const struct plx_pci_device *pci)
{
	char driver[64];

	return pci_find_driver(bus, pci) != NULL &&
		pci_kernel_driver(pci->device.name, driver, sizeof(driver)) == 0 &&
		strcmp(driver, "vfio-pci") == 0;
}

/* Open every device that will be probed: only then is it known what they all can reach. */
static int
bus_attach(struct plx_bus *plx_bus, struct plx_dev_windows *win)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_pci_device *pci;
	int ret = 0;

	for (pci = bus->devices; pci != NULL; pci = pci->next) {
		if (!pci_is_wanted(&pci->addr) || !is_usable(bus, pci))
			continue;
		ret = pci_open(bus, pci);
		if (ret < 0 && vfio_pci_of(pci)->args.named)
			return ret;
	}
	return vfio_spaces_narrow(bus, win);
}

static int
bus_map(struct plx_bus *plx_bus)
{
	struct vfio_bus *bus = self(plx_bus);
	struct vfio_space *s;
	int ret = 0;

	bus->listening = true;
	for (s = bus->spaces; s != NULL && ret == 0; s = s->next)
		if (s->users > 0)
			ret = vfio_space_listen(bus, s);
	return ret;
}

static int
bus_probe(struct plx_bus *plx_bus)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_pci_device *pci;

	for (pci = bus->devices; pci != NULL; pci = pci->next) {
		int ret;

		if (pci->vfio == NULL)
			continue;
		ret = pci_probe(bus, pci);
		if (ret == 0)
			continue;
		if (vfio_pci_of(pci)->args.named)
			return ret;
		if (pci_release(bus, pci) < 0)
			PLX_LOG(DEBUG, &vfio_logtype, "%s: close after a failed probe",
				pci->device.name);
	}
	return 0;
}

/* The last device first: the reverse of how they came. */
static int
release_from(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	int first, ret;

	if (pci == NULL)
		return 0;
	first = release_from(bus, pci->next);
	ret = pci_release(bus, pci);
	return first < 0 ? first : ret;
}

/* Devices go before mappings: with no device in the space, taking the mappings away is cheap. */
static int
bus_cleanup(struct plx_bus *plx_bus)
{
	struct vfio_bus *bus = self(plx_bus);
	int first = release_from(bus, bus->devices);
	int ret = vfio_spaces_close(bus);

	pci_free(&bus->devices);
	vfio_options_reset(bus);
	bus->listening = false;
	return first < 0 ? first : ret;
}

struct vfio_bus vfio_bus = {
	.bus = {
		.name = "pci",
		.scan = bus_scan,
		.attach = bus_attach,
		.iova_mode = vfio_iova_mode,
		.map = bus_map,
		.probe = bus_probe,
		.cleanup = bus_cleanup,
		.parse = bus_parse,
		.dma_map = vfio_dma_map,
		.dma_unmap = vfio_dma_unmap,
		.plug = pci_plug,
		.unplug = pci_unplug,
		.find = pci_find_used,
		.is_wanted = pci_is_name_wanted,
		.uevent = pci_uevent,
		.options = vfio_options,
	},
	.spaces_lock = PTHREAD_MUTEX_INITIALIZER,
};

PLX_INIT(vfio_bus_register)
{
	plx_bus_register(&vfio_bus.bus);
}

void
plx_pci_register(struct plx_pci_driver *driver)
{
	driver->next = vfio_bus.drivers;
	vfio_bus.drivers = driver;
}
