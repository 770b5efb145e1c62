/* SPDX-License-Identifier: BSD-3-Clause */
/* PCI functions as sysfs lists them. Documentation/ABI/testing/sysfs-bus-pci. */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio_private.h"

/* "DDDD:BB:DD.F" or "BB:DD.F", hexadecimal. 0 or -EINVAL. */
int
pci_addr_parse(const char *name, struct plx_pci_addr *addr)
{
	unsigned int domain = 0, bus, dev, fn;
	int end = -1;

	sscanf(name, "%8x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end);
	if (end < 0 || name[end] != '\0') {
		domain = 0;
		end = -1;
		sscanf(name, "%2x:%2x.%1x%n", &bus, &dev, &fn, &end);
	}
	if (end < 0 || name[end] != '\0' || dev > 0x1f || fn > 7)
		return -EINVAL;
	/* sscanf's %x would take signs, spaces and "0x". */
	if (strspn(name, "0123456789abcdefABCDEF:.") != strlen(name))
		return -EINVAL;
	*addr = (struct plx_pci_addr){ domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn };
	return 0;
}

int
pci_addr_compare(const struct plx_pci_addr *a, const struct plx_pci_addr *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus < b->bus ? -1 : 1;
	if (a->devid != b->devid)
		return a->devid < b->devid ? -1 : 1;
	return (int)a->function - (int)b->function;
}

#define SYSFSDEV "sysfsdev="

/* A device may also be named by its directory in sysfs, however one gets there. */
int
pci_name_parse(const char *name, struct plx_pci_addr *addr)
{
	char path[PATH_MAX];

	if (strncmp(name, SYSFSDEV, strlen(SYSFSDEV)) != 0)
		return pci_addr_parse(name, addr);
	/* Without the directory the last part of the name is still what was meant. */
	if (realpath(name + strlen(SYSFSDEV), path) == NULL)
		snprintf(path, sizeof(path), "%s", name + strlen(SYSFSDEV));
	return pci_addr_parse(basename(path), addr);
}

struct plx_pci_device *
pci_find(struct plx_pci_device *devices, const char *name)
{
	struct plx_pci_addr addr;

	if (pci_name_parse(name, &addr) < 0)
		return NULL;
	while (devices != NULL && pci_addr_compare(&devices->addr, &addr) != 0)
		devices = devices->next;
	return devices;
}

static int
read_number(const char *name, const char *file, long *value)
{
	char path[PATH_MAX], text[32], *end;
	FILE *f;
	int ret = -EIO;

	snprintf(path, sizeof(path), PCI_SYSFS "/%s/%s", name, file);
	f = fopen(path, "re");
	if (f == NULL)
		return -errno;
	if (fgets(text, sizeof(text), f) != NULL) {
		*value = strtol(text, &end, 0);
		ret = end != text ? 0 : -EIO;
	}
	fclose(f);
	return ret;
}

static int
read_id(const char *name, const char *file, uint16_t *id)
{
	long value;
	int ret = read_number(name, file, &value);

	if (ret == 0)
		*id = (uint16_t)value;
	return ret;
}

static int
read_device(const char *name, struct plx_pci_device *dev)
{
	long node;
	int ret = read_id(name, "vendor", &dev->id.vendor_id);

	if (ret == 0)
		ret = read_id(name, "device", &dev->id.device_id);
	if (ret == 0)
		ret = read_id(name, "subsystem_vendor", &dev->id.subsystem_vendor_id);
	if (ret == 0)
		ret = read_id(name, "subsystem_device", &dev->id.subsystem_device_id);
	/* Kernels without NUMA have no such file. */
	dev->device.numa_node = read_number(name, "numa_node", &node) == 0 && node >= 0 ?
		(int)node : -1;
	return ret;
}

static void
insert(struct plx_pci_device **list, struct plx_pci_device *dev)
{
	while (*list != NULL && pci_addr_compare(&(*list)->addr, &dev->addr) < 0)
		list = &(*list)->next;
	dev->next = *list;
	*list = dev;
}

int
pci_add(struct plx_pci_device **devices, const char *name)
{
	struct vfio_pci *vp = calloc(1, sizeof(*vp));
	struct plx_pci_device *dev = vp != NULL ? &vp->pci : NULL;
	int ret = -ENOMEM;

	if (dev != NULL) {
		dev->device.name = strdup(name);
		dev->device.args = strdup("");
		vp->args.fd = -1;
	}
	if (dev != NULL && dev->device.name != NULL && dev->device.args != NULL) {
		ret = pci_addr_parse(name, &dev->addr);
		if (ret == 0)
			ret = read_device(name, dev);
	}
	if (ret < 0) {
		pci_free(&dev);
		/* It vanished while we looked: then it is not there. */
		return ret == -ENOENT ? 0 : ret;
	}
	insert(devices, dev);
	return 0;
}

/* @devices gets all PCI functions, by address. A machine without PCI has none. */
int
pci_scan(struct plx_pci_device **devices)
{
	DIR *dir = opendir(PCI_SYSFS);
	struct dirent *entry;
	int ret = 0;

	*devices = NULL;
	if (dir == NULL)
		return errno == ENOENT ? 0 : -errno;
	while (ret == 0 && (errno = 0, entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			ret = pci_add(devices, entry->d_name);
	if (ret == 0)
		ret = -errno;
	closedir(dir);
	if (ret < 0)
		pci_free(devices);
	return ret;
}

void
pci_free(struct plx_pci_device **devices)
{
	while (*devices != NULL) {
		struct plx_pci_device *dev = *devices;

		*devices = dev->next;
		free((void *)(uintptr_t)dev->device.name);
		free((void *)(uintptr_t)dev->device.args);
		free(vfio_pci_of(dev));
	}
}

void
pci_forget(struct plx_pci_device **devices, struct plx_pci_device *dev)
{
	while (*devices != dev)
		devices = &(*devices)->next;
	*devices = dev->next;
	dev->next = NULL;
	pci_free(&dev);
}

int
pci_kernel_driver(const char *name, char *driver, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	driver[0] = '\0';
	snprintf(path, sizeof(path), PCI_SYSFS "/%s/driver", name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return errno == ENOENT ? 0 : -errno;
	target[len] = '\0';
	snprintf(driver, size, "%s", basename(target));
	return 0;
}
