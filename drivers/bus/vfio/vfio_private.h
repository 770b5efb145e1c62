/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VFIO_PRIVATE_H
#define VFIO_PRIVATE_H
/* What the files of the VFIO bus share. */
#include <stdbool.h>
#include <stdio.h>

#include <plx_bus_vfio.h>
#include <plx_errno.h>
#include <plx_iova.h>
#include <plx_log.h>

extern struct plx_logtype vfio_logtype;

#define PCI_SYSFS "/sys/bus/pci/devices"
#define PCI_NAME_MAX 32

/* What --vfio-backend says. */
enum vfio_backend {
	VFIO_BACKEND_AUTO,
	VFIO_BACKEND_IOMMUFD,
	VFIO_BACKEND_LEGACY,
};

struct vfio_bus;

/*
 * How to get at a device: two worlds. @open leaves dev->fd open and the device attached to an
 * address space of its world; it logs what fails, having undone the rest. @close is the reverse and
 * returns the first errno.
 */
struct vfio_access_ops {
	const char *name;
	int (*open)(struct vfio_bus *bus, struct plx_vfio_device *dev);
	int (*close)(struct vfio_bus *bus, struct plx_vfio_device *dev);
};
extern const struct vfio_access_ops vfio_cdev_ops;
extern const struct vfio_access_ops vfio_group_ops;

/* A legacy IOMMU group that is open; shared by its devices. */
struct vfio_group {
	unsigned int id;
	int fd;
	unsigned int users;
	struct vfio_group *next;
};

/* A region of an open device; see vfio_region.c. */
struct vfio_region {
	uint64_t offset;		/* in the device's file */
	uint64_t size;			/* 0: it is absent */
	uint32_t flags;			/* VFIO_REGION_INFO_FLAG_... */
	bool sparse;			/* areas are not all of it */
	bool msix_mappable;		/* the MSI-X table may be mapped too */
	unsigned int n_areas;		/* that may be mapped */
	struct vfio_region_sparse_mmap_area *areas;
};

/* An open device. */
struct plx_vfio_device {
	const struct vfio_access_ops *ops;
	const char *name;		/* of the PCI device, for messages */
	int fd;
	struct vfio_group *group;	/* legacy only */
	char node[64];			/* what was opened, for messages */
	struct vfio_region config;	/* configuration space */
	struct vfio_region bars[PLX_PCI_MAX_RESOURCE];
	bool can_reset;
};

/* The bus. Everything but the drivers lives from scan to cleanup. */
struct vfio_bus {
	struct plx_bus bus;
	struct plx_pci_driver *drivers;
	struct plx_pci_device *devices;		/* by address */
	enum vfio_backend backend;
	bool disabled;				/* --no-pci */
	bool mapped;				/* do we listen to memory events? */
	struct plx_iova_space *iommufd;		/* all cdev devices; NULL until the first one */
	struct plx_iova_space *type1;		/* all groups; NULL until the first one */
	struct vfio_group *groups;
	struct vfio_user_map *user_maps;	/* of external memory; see vfio_map.c */
};

/* pci_scan.c */
int pci_addr_parse(const char *name, struct plx_pci_addr *addr);
int pci_addr_compare(const struct plx_pci_addr *a, const struct plx_pci_addr *b);
int pci_scan(struct plx_pci_device **devices);
void pci_free(struct plx_pci_device **devices);
/* Name of the kernel driver into @driver, "" if there is none. 0 or a negative errno. */
int pci_kernel_driver(const char *name, char *driver, size_t size);

/* vfio_cdev.c: does the device have a node of its own? */
bool vfio_cdev_available(const char *name);

/* vfio_device.c: what is the same in both worlds, on an open device. Each logs what fails. */
int vfio_device_setup(struct plx_pci_device *pci);
int vfio_device_teardown(struct plx_pci_device *pci);

/* vfio_region.c: what the kernel says of a region; _put() frees it, also one that is all zero. */
int vfio_region_get(int fd, uint32_t index, struct vfio_region *region);
void vfio_region_put(struct vfio_region *region);
/* Through the device's file. 0; -EINVAL if it is not all inside; -EIO if it was cut short. */
int vfio_region_read(int fd, const struct vfio_region *region, void *buf, size_t len,
	uint64_t offset);
int vfio_region_write(int fd, const struct vfio_region *region, const void *buf, size_t len,
	uint64_t offset);
/* All BARs into pci->mem_resource; what a failure leaves, unmap takes away. */
int vfio_bars_map(struct plx_pci_device *pci);
int vfio_bars_unmap(struct plx_pci_device *pci);

/* pci_config.c: bits of the command register; @set wins. */
int pci_set_command(const struct plx_pci_device *dev, uint16_t set, uint16_t clear);

/* vfio_map.c: memory events into address spaces. */
int vfio_map_start(struct vfio_bus *bus);
int vfio_map_stop(struct vfio_bus *bus);
/* vfio_map.c: external memory into the spaces; one call at a time. */
int vfio_user_map(struct vfio_bus *bus, struct plx_iova_space *space,
	const struct plx_iova_mapping *mapping);
int vfio_user_unmap(struct vfio_bus *bus, struct plx_iova_space *space, uint64_t iova, uint64_t len);
/* Forget them all; the spaces are closed. */
void vfio_user_maps_free(struct vfio_bus *bus);
/* What to do about an errno of attaching or mapping; a short text in static storage. */
const char *vfio_map_hint(int err);

#endif
