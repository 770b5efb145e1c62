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

/* An open device. */
struct plx_vfio_device {
	const struct vfio_access_ops *ops;
	const char *name;		/* of the PCI device, for messages */
	int fd;
	struct vfio_group *group;	/* legacy only */
	char node[64];			/* what was opened, for messages */
	uint64_t config_offset;		/* of configuration space in fd */
	uint64_t config_size;
	bool can_reset;
};

/* --dma-check, and when its next line may be logged. */
struct vfio_dma_check {
	bool on;
	uint64_t next_line;		/* timer cycles */
	uint64_t unsaid;		/* lines that were left out since the last one */
};

/* The bus. Everything but the drivers lives from scan to cleanup. */
struct vfio_bus {
	struct plx_bus bus;
	struct plx_pci_driver *drivers;
	struct plx_pci_device *devices;		/* by address */
	enum vfio_backend backend;
	bool disabled;				/* --no-pci */
	struct vfio_dma_check dma_check;
	bool mapped;				/* do we listen to memory events? */
	struct plx_iova_space *iommufd;		/* all cdev devices; NULL until the first one */
	struct plx_iova_space *type1;		/* all groups; NULL until the first one */
	struct vfio_group *groups;
	struct vfio_user_map *user_maps;	/* of external memory; see vfio_map.c */
};

/* vfio_check.c: the space that @device is in; NULL if it is not open. */
struct plx_iova_space *vfio_space_of(const struct vfio_bus *bus, const struct plx_device *device);

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
