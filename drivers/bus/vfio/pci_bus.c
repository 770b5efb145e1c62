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

static bool
id_matches(const struct plx_pci_id *want, const struct plx_pci_id *id)
{
	return (want->vendor_id == id->vendor_id) &&
		(want->device_id == PLX_PCI_ANY_ID || want->device_id == id->device_id) &&
		(want->subsystem_vendor_id == PLX_PCI_ANY_ID ||
		 want->subsystem_vendor_id == id->subsystem_vendor_id) &&
		(want->subsystem_device_id == PLX_PCI_ANY_ID ||
		 want->subsystem_device_id == id->subsystem_device_id);
}

static const struct plx_pci_driver *
find_driver(const struct vfio_bus *bus, const struct plx_pci_device *pci)
{
	const struct plx_pci_driver *drv;
	const struct plx_pci_id *id;

	for (drv = bus->drivers; drv != NULL; drv = drv->next)
		for (id = drv->id_table; id->vendor_id != 0; id++)
			if (id_matches(id, &pci->id))
				return drv;
	return NULL;
}

static struct plx_pci_device *
find_device(const struct vfio_bus *bus, const char *name)
{
	struct plx_pci_device *pci;
	struct plx_pci_addr addr;

	if (pci_addr_parse(name, &addr) < 0)
		return NULL;
	for (pci = bus->devices; pci != NULL; pci = pci->next)
		if (pci_addr_compare(&pci->addr, &addr) == 0)
			return pci;
	return NULL;
}

static int
bus_parse(const char *name)
{
	struct plx_pci_addr addr;

	return pci_addr_parse(name, &addr) == 0;
}

/* A device that the user named must be there, with vfio-pci, and have a driver here. */
static int
check_named(const struct vfio_bus *bus, const struct plx_devarg *arg)
{
	struct plx_pci_device *pci = find_device(bus, arg->name);
	char driver[64];
	int ret;

	if (pci == NULL) {
		PLX_LOG(ERR, &vfio_logtype, "%s: there is no such PCI device (ENODEV): see "
			PCI_SYSFS, arg->name);
		return -ENODEV;
	}
	pci->device.args = arg->args;
	ret = pci_kernel_driver(pci->device.name, driver, sizeof(driver));
	if (ret < 0 || strcmp(driver, "vfio-pci") != 0) {
		PLX_LOG(ERR, &vfio_logtype, "%s: bound to %s%s, not to vfio-pci (%s): driverctl "
			"--nosave set-override %s vfio-pci", pci->device.name,
			driver[0] ? "kernel driver " : "no driver", driver,
			plx_strerror(ret < 0 ? ret : -ENODEV), pci->device.name);
		return ret < 0 ? ret : -ENODEV;
	}
	if (find_driver(bus, pci) != NULL)
		return 0;
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

	if (bus->backend == VFIO_BACKEND_AUTO || access(file, R_OK | W_OK) == 0)
		return 0;
	ret = -errno;
	PLX_LOG(ERR, &vfio_logtype, "--vfio-backend=%s needs %s (%s): %s",
		bus->backend == VFIO_BACKEND_IOMMUFD ? "iommufd" : "legacy", file, plx_strerror(ret),
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
			ret = check_named(bus, arg);
	return ret;
}

/* With -a only those, with -b all but those. *named tells that the user asked for it. */
static bool
is_wanted(const struct vfio_bus *bus, const struct plx_pci_device *pci, bool *named)
{
	bool any_allow = false, blocked = false;
	const struct plx_devarg *arg;

	*named = false;
	for (arg = plx_devargs(); arg != NULL; arg = arg->next) {
		bool match = arg->kind != PLX_DEVARG_VDEV && find_device(bus, arg->name) == pci;

		any_allow |= arg->kind == PLX_DEVARG_ALLOW;
		blocked |= match && arg->kind == PLX_DEVARG_BLOCK;
		*named |= match && arg->kind == PLX_DEVARG_ALLOW;
	}
	return any_allow ? *named : !blocked;
}

static bool
is_usable(const struct vfio_bus *bus, const struct plx_pci_device *pci)
{
	char driver[64];

	return find_driver(bus, pci) != NULL &&
		pci_kernel_driver(pci->device.name, driver, sizeof(driver)) == 0 &&
		strcmp(driver, "vfio-pci") == 0;
}

/* DESIGN: iommufd where the kernel and the device have it; what was asked for is never replaced. */
static const struct vfio_access_ops *
choose(const struct vfio_bus *bus, const char *name, const char **why)
{
	if (bus->backend == VFIO_BACKEND_IOMMUFD || bus->backend == VFIO_BACKEND_LEGACY) {
		*why = "as asked";
		return bus->backend == VFIO_BACKEND_IOMMUFD ? &vfio_cdev_ops : &vfio_group_ops;
	}
	if (access("/dev/iommu", R_OK | W_OK) < 0) {
		*why = "no access to /dev/iommu";
		return &vfio_group_ops;
	}
	if (!vfio_cdev_available(name)) {
		*why = "the device has no node of its own";
		return &vfio_group_ops;
	}
	*why = "/dev/iommu and the device's node are there";
	return &vfio_cdev_ops;
}

static int
open_device(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	struct plx_vfio_device *dev = calloc(1, sizeof(*dev));
	const char *why;
	int ret;

	if (dev == NULL)
		return -ENOMEM;
	dev->name = pci->device.name;
	dev->ops = choose(bus, dev->name, &why);
	ret = dev->ops->open(bus, dev);
	if (ret < 0) {
		free(dev);
		return ret;
	}
	PLX_LOG(NOTICE, &vfio_logtype, "%s: backend %s, %s (%s)", dev->name, dev->ops->name,
		dev->node, why);
	pci->vfio = dev;
	return 0;
}

static int
close_device(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	int ret = pci->vfio->ops->close(bus, pci->vfio);

	free(pci->vfio);
	pci->vfio = NULL;
	return ret;
}

static int
narrow(struct plx_dev_windows *win, struct plx_iova_space *space)
{
	struct plx_iova_range *ranges;
	unsigned int n;
	int ret;

	if (space == NULL)
		return 0;
	n = plx_iova_windows(space, NULL, 0, NULL);
	ranges = calloc(n + 1, sizeof(*ranges));
	if (ranges == NULL)
		return -ENOMEM;
	n = plx_iova_windows(space, ranges, n, NULL);
	ret = plx_dev_windows_intersect(win, ranges, n);
	free(ranges);
	return ret;
}

/* Open every device that will be probed: only then is it known what they all can reach. */
static int
bus_attach(struct plx_bus *plx_bus, struct plx_dev_windows *win)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_pci_device *pci;
	int ret = 0;

	for (pci = bus->devices; pci != NULL; pci = pci->next) {
		bool named;

		if (!is_wanted(bus, pci, &named) || !is_usable(bus, pci))
			continue;
		ret = open_device(bus, pci);
		if (ret < 0 && named)
			return ret;
	}
	ret = narrow(win, bus->iommufd);
	return ret < 0 ? ret : narrow(win, bus->type1);
}

static int
bus_map(struct plx_bus *plx_bus)
{
	return vfio_map_start(self(plx_bus));
}

static int
probe_device(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	const struct plx_pci_driver *drv = find_driver(bus, pci);
	int ret = vfio_device_setup(pci);

	if (ret < 0)
		return ret;
	pci->device.bus = &bus->bus;
	pci->device.driver = &drv->driver;
	ret = drv->probe(drv, pci);
	if (ret == 0)
		return 0;
	pci->device.driver = NULL;
	if (vfio_device_teardown(pci) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "%s: teardown after a failed probe", pci->device.name);
	return ret;
}

static int
bus_probe(struct plx_bus *plx_bus)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_pci_device *pci;

	for (pci = bus->devices; pci != NULL; pci = pci->next) {
		bool named;
		int ret;

		if (pci->vfio == NULL)
			continue;
		ret = probe_device(bus, pci);
		if (ret == 0)
			continue;
		if (is_wanted(bus, pci, &named) && named)
			return ret;
		if (close_device(bus, pci) < 0)
			PLX_LOG(DEBUG, &vfio_logtype, "%s: close after a failed probe",
				pci->device.name);
	}
	return 0;
}

static int
release_device(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	const struct plx_pci_driver *drv;
	int first = 0, ret;

	if (pci->device.driver != NULL) {
		drv = plx_container_of(pci->device.driver, const struct plx_pci_driver, driver);
		first = drv->remove(pci);
		ret = vfio_device_teardown(pci);
		first = first < 0 ? first : ret;
	}
	ret = close_device(bus, pci);
	return first < 0 ? first : ret;
}

/* The last device first: the reverse of how they came. */
static int
release_from(struct vfio_bus *bus, struct plx_pci_device *pci)
{
	int first, ret;

	if (pci == NULL)
		return 0;
	first = release_from(bus, pci->next);
	ret = pci->vfio != NULL ? release_device(bus, pci) : 0;
	return first < 0 ? first : ret;
}

static int
close_space(struct plx_iova_space **space)
{
	int ret = *space != NULL ? plx_iova_space_close(*space) : 0;

	*space = NULL;
	return ret;
}

/* Devices go before mappings: with no device in the space, taking the mappings away is cheap. */
static int
bus_cleanup(struct plx_bus *plx_bus)
{
	struct vfio_bus *bus = self(plx_bus);
	int first = release_from(bus, bus->devices);
	int ret = vfio_map_stop(bus);

	first = first < 0 ? first : ret;
	ret = close_space(&bus->iommufd);
	first = first < 0 ? first : ret;
	ret = close_space(&bus->type1);
	first = first < 0 ? first : ret;
	vfio_user_maps_free(bus);
	pci_free(&bus->devices);
	bus->backend = VFIO_BACKEND_AUTO;
	bus->disabled = false;
	bus->dma_check.on = false;
	return first;
}

static int
bus_dma_map(struct plx_bus *plx_bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len,
	int fd, uint64_t fd_offset)
{
	struct vfio_bus *bus = self(plx_bus);
	const struct plx_iova_mapping m = {
		.iova = iova,
		.len = len,
		.va = addr,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE | (fd >= 0 ? PLX_IOVA_FD : 0),
		.fd = fd,
		.fd_offset = fd_offset,
	};
	struct plx_iova_space *space;
	int ret;

	if (dev != NULL) {
		space = vfio_space_of(bus, dev);
		return space != NULL ? vfio_user_map(bus, space, &m) : -ENODEV;
	}
	ret = bus->iommufd != NULL ? vfio_user_map(bus, bus->iommufd, &m) : 0;
	if (ret < 0 || bus->type1 == NULL)
		return ret;
	ret = vfio_user_map(bus, bus->type1, &m);
	if (ret < 0 && bus->iommufd != NULL && vfio_user_unmap(bus, bus->iommufd, iova, len) < 0)
		PLX_LOG(ERR, &vfio_logtype, "%zu bytes at %p stay mapped for DMA", len, addr);
	return ret;
}

static int
bus_dma_unmap(struct plx_bus *plx_bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len)
{
	struct vfio_bus *bus = self(plx_bus);
	struct plx_iova_space *space;
	int ret = 0, other = 0;

	if (dev != NULL) {
		space = vfio_space_of(bus, dev);
		return space != NULL ? vfio_user_unmap(bus, space, iova, len) : -ENODEV;
	}
	if (bus->iommufd != NULL)
		ret = vfio_user_unmap(bus, bus->iommufd, iova, len);
	if (bus->type1 != NULL)
		other = vfio_user_unmap(bus, bus->type1, iova, len);
	return ret < 0 ? ret : other;
}

static struct vfio_bus vfio_bus;

static int
set_backend(const char *value)
{
	static const char *const names[] = {
		[VFIO_BACKEND_AUTO] = "auto",
		[VFIO_BACKEND_IOMMUFD] = "iommufd",
		[VFIO_BACKEND_LEGACY] = "legacy",
	};

	for (unsigned int i = 0; i < PLX_DIM(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			vfio_bus.backend = (enum vfio_backend)i;
			return 0;
		}
	}
	PLX_LOG(ERR, &vfio_logtype, "--vfio-backend: bad value '%s' (EINVAL): give auto, iommufd or "
		"legacy", value);
	return -EINVAL;
}

static int
set_no_pci(const char *value)
{
	vfio_bus.disabled = true;
	return 0;
}

static int
set_dma_check(const char *value)
{
	vfio_bus.dma_check.on = true;
	return 0;
}

static const struct plx_bus_option vfio_options[] = {
	{ "vfio-backend", "auto|iommufd|legacy", "how PCI devices are opened", set_backend },
	{ "no-pci", NULL, "leave PCI devices alone", set_no_pci },
	{ "dma-check", NULL, "refuse addresses that a device can't reach (debug)", set_dma_check },
	{ NULL, NULL, NULL, NULL },
};

static struct vfio_bus vfio_bus = {
	.bus = {
		.name = "pci",
		.scan = bus_scan,
		.attach = bus_attach,
		.map = bus_map,
		.probe = bus_probe,
		.cleanup = bus_cleanup,
		.parse = bus_parse,
		.dma_map = bus_dma_map,
		.dma_unmap = bus_dma_unmap,
		.options = vfio_options,
	},
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
