/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VFIO_PRIVATE_H
#define VFIO_PRIVATE_H
/* What the files of the VFIO bus share. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include <plx_bus_vfio.h>
#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_iova.h>
#include <plx_log.h>

extern struct plx_logtype vfio_logtype;

#define PCI_SYSFS "/sys/bus/pci/devices"
#define PCI_NAME_MAX 32

#define VFIO_RAWIO_HINT "without an IOMMU this takes CAP_SYS_RAWIO: run as root"

/* How a device is opened; what --vfio-backend and backend= say. */
enum vfio_backend {
	VFIO_BACKEND_AUTO,
	VFIO_BACKEND_IOMMUFD,
	VFIO_BACKEND_LEGACY,
	VFIO_BACKEND_NOIOMMU,	/* never by itself: such a device can write to all memory */
	VFIO_BACKENDS,
};

/* An iommufd: named by --iommufd, or the one that is opened for want of any. */
struct vfio_iommufd {
	char *id;
	int fd;			/* -1 until it is opened */
	bool owned;		/* opened by us, so ours to close */
	struct vfio_iommufd *next;
};

/* A VF token: a shared secret between who has the PF and who opens a VF. */
struct vfio_token {
	bool given;
	uint8_t uuid[16];
};

/* What the user says of a device, by -a BDF,KEY=VALUE. Keys of the driver are in device.args. */
struct vfio_args {
	bool named;			/* by -a */
	enum vfio_backend backend;	/* AUTO: as --vfio-backend says */
	struct vfio_iommufd *iommufd;	/* NULL: the first one */
	int fd;				/* the device's node, opened by somebody else; -1 */
	bool private_space;
	bool keep_tables;		/* hwpt=keep: filled without a device too */
	struct vfio_token token;
};

/*
 * An address space of the bus, its listener to memory events, and what it maps of external memory.
 * A shared one lives until clean-up once it listens, a private one as long as its device.
 */
struct vfio_space {
	struct plx_iova_space *iova;
	struct vfio_iommufd *iommufd;	/* NULL: a container of its own, /dev/vfio/vfio */
	bool legacy;			/* groups attach, and not devices */
	bool noiommu;			/* by physical addresses; then all spaces are so */
	bool shared;
	bool listening;
	unsigned int users;		/* devices that are open in it */
	struct vfio_user_map *user_maps;	/* see vfio_map.c */
	struct vfio_space *next;
};

struct vfio_bus;

/*
 * How to get at a device: two worlds. @open leaves dev->fd open and the device attached to
 * dev->space; it logs what fails, having undone the rest. @close is the reverse and returns the
 * first errno.
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
	struct vfio_space *space;
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
	bool noiommu;			/* devices of its kind exclude all others */
	const char *name;		/* of the PCI device, for messages */
	const struct vfio_args *args;
	int fd;
	uint32_t devid;			/* in the iommufd; cdev only */
	struct vfio_space *space;
	struct vfio_group *group;	/* legacy only */
	char node[64];			/* what was opened, for messages */
	struct vfio_region config;	/* configuration space */
	struct vfio_region bars[PLX_PCI_MAX_RESOURCE];
	bool can_reset;
	struct vfio_irqs *irqs;		/* of vfio_irq.c; NULL before setup */
};

/* A PCI function, as the bus sees it. */
struct vfio_pci {
	struct plx_pci_device pci;
	struct vfio_args args;
};

static inline struct vfio_pci *
vfio_pci_of(const struct plx_pci_device *pci)
{
	return plx_container_of(pci, struct vfio_pci, pci);
}

/* --dma-check, and when its next line may be logged. */
struct vfio_dma_check {
	bool on;
	uint64_t next_line;		/* timer cycles */
	uint64_t unsaid;		/* lines that were left out since the last one */
};

/* The bus. Everything but the drivers lives from scan to cleanup. */
struct vfio_bus {
	struct plx_bus bus;
	/* Adding to and taking from @spaces; so who maps external memory may walk it. */
	pthread_mutex_t spaces_lock;
	struct plx_pci_driver *drivers;
	struct plx_pci_device *devices;		/* by address */
	enum vfio_backend backend;
	enum plx_pci_intr_type intr;		/* --vfio-intr; PLX_PCI_INTR_NONE: not given */
	bool disabled;				/* --no-pci */
	struct vfio_dma_check dma_check;
	bool listening;				/* do spaces hear of memory yet? */
	struct vfio_token token;		/* --vfio-vf-token */
	struct vfio_iommufd *iommufds;
	struct vfio_space *spaces;
	struct vfio_group *groups;
};

/* vfio_options.c: of the command line; also what -a says of one device. */
extern const struct plx_bus_option vfio_options[];
extern struct vfio_bus vfio_bus;
const char *vfio_backend_name(enum vfio_backend backend);
/* What is asked for this device, by its own argument or else by the option. */
enum vfio_backend vfio_backend_of(const struct vfio_bus *bus, const struct vfio_args *args);
int vfio_backend_parse(const char *value, enum vfio_backend *backend);
int vfio_token_parse(const char *value, struct vfio_token *token);
/* Back to what it was before any option. */
void vfio_options_reset(struct vfio_bus *bus);

/* pci_args.c: read @text, of -a, into what is ours and the driver's. Logs what is wrong. */
int pci_args_parse(struct vfio_bus *bus, struct plx_pci_device *pci, const char *text);
/* The same with what the options of the bus say of every device it is true for. */
const struct vfio_args *pci_args_complete(const struct vfio_bus *bus, struct plx_pci_device *pci);

/* pci_bus.c: can the device be taken that the user named, and how? Logs why not. */
int pci_check_named(struct vfio_bus *bus, const struct plx_devarg *arg);

/* pci_hotplug.c: do -a and -b take it? With -a only those, with -b all but those. */
bool pci_is_wanted(const struct plx_pci_addr *addr);
/* pci_hotplug.c: the bus's operations plug, unplug, find, is_wanted, uevent. */
int pci_plug(struct plx_bus *bus, const char *name, const char *args);
int pci_unplug(struct plx_bus *bus, struct plx_device *dev);
struct plx_device *pci_find_used(struct plx_bus *bus, const char *name);
int pci_is_name_wanted(struct plx_bus *bus, const char *name);
int pci_uevent(struct plx_bus *bus, const struct plx_uevent *event, char *name);

/* vfio_guard.c: registers that are gone read as ones; see there. One that is guarded is removed. */
int vfio_guard_add(const void *addr, size_t len);
void vfio_guard_remove(const void *addr);

/* pci_probe.c: one device, from closed to driven and back. Each logs what fails. */
const struct plx_pci_driver *pci_find_driver(const struct vfio_bus *bus,
	const struct plx_pci_device *pci);
int pci_open(struct vfio_bus *bus, struct plx_pci_device *pci);
int pci_probe(struct vfio_bus *bus, struct plx_pci_device *pci);
/* Undo both, as far as they went; the first errno. */
int pci_release(struct vfio_bus *bus, struct plx_pci_device *pci);

/* vfio_space.c */
/* The space that a device asks for; opened if need be. Give it back by vfio_space_put(). */
int vfio_space_get(struct vfio_bus *bus, const struct plx_vfio_device *dev, bool legacy,
	struct vfio_space **space);
int vfio_space_put(struct vfio_bus *bus, struct vfio_space *space);
/* With its first device in it, let @space hear of memory if the bus is that far. Logs. */
int vfio_space_listen(struct vfio_bus *bus, struct vfio_space *space);
/* "shared IOAS of iommufd0", for people. */
void vfio_space_describe(const struct vfio_space *space, char *text, size_t size);
/* Narrow @win to what all devices of all spaces can reach. */
int vfio_spaces_narrow(const struct vfio_bus *bus, struct plx_dev_windows *win);
/* At the end, with no device open. The first errno. */
int vfio_spaces_close(struct vfio_bus *bus);

/* vfio_iommufd.c: the iommufds. */
/* The one called @id; NULL if there is none. */
struct vfio_iommufd *vfio_iommufd_find(const struct vfio_bus *bus, const char *id);
/* A further one; @fd -1: opened when the first device wants it. 0, -EEXIST, -ENOMEM. */
int vfio_iommufd_add(struct vfio_bus *bus, const char *id, int fd);
/* The one that @args mean, open. Logs. */
int vfio_iommufd_get(struct vfio_bus *bus, const struct vfio_args *args, struct vfio_iommufd **out);
/* Is @fd, which somebody gave us, an iommufd? 0, or -EBADF, -ENODEV. */
int vfio_iommufd_check(int fd);
void vfio_iommufds_free(struct vfio_bus *bus);

/* pci_scan.c */
int pci_addr_parse(const char *name, struct plx_pci_addr *addr);
/* As the user may write it: also "sysfsdev=PATH". 0 or -EINVAL. */
int pci_name_parse(const char *name, struct plx_pci_addr *addr);
int pci_addr_compare(const struct plx_pci_addr *a, const struct plx_pci_addr *b);
int pci_scan(struct plx_pci_device **devices);
/* The function of this name in sysfs too; 0 also if there is none, and then none is added. */
int pci_add(struct plx_pci_device **devices, const char *name);
/* Take a closed one out of the list, and free it. */
void pci_forget(struct plx_pci_device **devices, struct plx_pci_device *dev);
struct plx_pci_device *pci_find(struct plx_pci_device *devices, const char *name);
void pci_free(struct plx_pci_device **devices);
/* Name of the kernel driver into @driver, "" if there is none. 0 or a negative errno. */
int pci_kernel_driver(const char *name, char *driver, size_t size);

/* vfio_noiommu.c: devices without an IOMMU. */
/* May @dev be opened, with or without an IOMMU as it is asked for? Logs if not. */
int vfio_noiommu_check(const struct vfio_bus *bus, const struct plx_vfio_device *dev);
/* Can keys of -a that are for iommufd go with it? Logs if not. */
int vfio_noiommu_check_args(const char *name, const struct vfio_args *args);
/* Why a device that is not bound to vfio-pci may not be; "" if that has nothing to do with it. */
const char *vfio_noiommu_unbound_hint(const char *name);
/* What to do about an errno of opening the space. */
const char *vfio_noiommu_space_hint(const struct vfio_space *space, int err);
/* What devices of the bus address memory by. */
enum plx_iova_mode vfio_iova_mode(struct plx_bus *bus);
/* A region in the space: comes, with its addresses told to the EAL. */
int vfio_noiommu_map(const struct vfio_space *space, const struct plx_mem_region *region);

/* vfio_cdev.c: does the device have a node of its own? */
bool vfio_cdev_available(const char *name);
/* vfio_cdev.c: is @fd, which somebody gave us, the node of device @name? Logs if not. */
int vfio_cdev_check(const char *name, int fd);

/*
 * vfio_group.c: does a kernel driver have another device of the IOMMU group of device @name? Then
 * nobody may use the group; @text gets which one, and what to do.
 */
bool vfio_group_in_the_way(const char *name, char *text, size_t size);

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

/* vfio_irq.c: the signals of VFIO, and the vectors that a driver may have enabled. */
int vfio_irq_setup(struct plx_pci_device *pci);
int vfio_irq_teardown(struct plx_pci_device *pci);
/* The value of --vfio-intr: 0, or -EINVAL, logged. */
int vfio_intr_parse(const char *value, enum plx_pci_intr_type *type);

/* vfio_map.c: memory events into an address space; @arg is a struct vfio_space. */
int vfio_map_event(enum plx_mem_event event, const struct plx_mem_region *region, void *arg);
/* vfio_map.c: external memory, as the bus's operations of these names; one call at a time. */
int vfio_dma_map(struct plx_bus *bus, struct plx_device *dev, void *addr, uint64_t iova, size_t len,
	int fd, uint64_t fd_offset);
int vfio_dma_unmap(struct plx_bus *bus, struct plx_device *dev, void *addr, uint64_t iova,
	size_t len);
/* Map into a new @space what is mapped for all devices. */
int vfio_user_maps_replay(struct vfio_space *space);
/* Map in @to what is mapped for @dev alone, which is about to move there. After a failure, nothing. */
int vfio_user_maps_copy(const struct plx_device *dev, struct vfio_space *to);
/* @dev is in @space no more, nor is what was mapped for it. The first errno. */
int vfio_user_maps_drop(const struct plx_device *dev, struct vfio_space *space);
/* Forget what @space maps of it, which is about to be closed. */
void vfio_user_maps_free(struct vfio_space *space);
/* What to do about an errno of attaching or mapping; a short text in static storage. */
const char *vfio_map_hint(int err);

#endif
