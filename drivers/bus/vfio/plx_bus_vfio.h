/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_BUS_VFIO_H
#define PLX_BUS_VFIO_H
/**
 * DOC: PCI devices through VFIO, seen from the driver side.
 *
 * When a driver's probe() is called the device is open, attached to an address space in which all
 * DMA memory is mapped, reset, and a bus master. A driver never calls an ioctl: what it needs of
 * the kernel is here.
 */
#include <stdbool.h>

#include <plx_dev.h>

PLX_BEGIN_DECLS

/** PLX_PCI_ANY_ID - matches every value in a struct plx_pci_id. */
#define PLX_PCI_ANY_ID 0xffff
/** PLX_PCI_MAX_RESOURCE - number of BARs. */
#define PLX_PCI_MAX_RESOURCE 6

/** struct plx_pci_addr - where a device is. */
struct plx_pci_addr {
	uint32_t domain;
	uint8_t bus;
	uint8_t devid;
	uint8_t function;
};

/** struct plx_pci_id - identity of a device, or what a driver takes (0xffff = any). */
struct plx_pci_id {
	uint16_t vendor_id;
	uint16_t device_id;
	uint16_t subsystem_vendor_id;
	uint16_t subsystem_device_id;
};

/** PLX_PCI_DEVICE() - a struct plx_pci_id for an id table: vendor and device, any subsystem. */
#define PLX_PCI_DEVICE(vend, dev) \
	.vendor_id = (vend), .device_id = (dev), \
	.subsystem_vendor_id = PLX_PCI_ANY_ID, .subsystem_device_id = PLX_PCI_ANY_ID

/**
 * struct plx_mem_resource - a BAR.
 * @addr: where it is mapped in this process; NULL if it is absent, an I/O BAR or not mappable.
 * @len: bytes; 0 if it is absent.
 */
struct plx_mem_resource {
	void *addr;
	uint64_t len;
};

struct plx_vfio_device;

/**
 * struct plx_pci_device - a PCI function; read only for drivers.
 * @device: common part.
 * @addr: where it is.
 * @id: what it is.
 * @mem_resource: its BARs, mapped from before probe() until after remove().
 * @vfio: the bus's handle of the open device; NULL if it is not open.
 * @next: the bus's.
 */
struct plx_pci_device {
	struct plx_device device;
	struct plx_pci_addr addr;
	struct plx_pci_id id;
	struct plx_mem_resource mem_resource[PLX_PCI_MAX_RESOURCE];
	struct plx_vfio_device *vfio;
	struct plx_pci_device *next;
};

/**
 * struct plx_pci_driver - a driver of PCI devices; static storage of the driver.
 * @driver: common part.
 * @id_table: what it takes; the last entry has vendor_id 0.
 * @probe: take a device; returns 0 or a negative errno, having logged why and undone all.
 * @remove: let it go; the device does no DMA afterwards. Returns 0 or a negative errno.
 * @next: the bus's.
 */
struct plx_pci_driver {
	struct plx_driver driver;
	const struct plx_pci_id *id_table;
	int (*probe)(const struct plx_pci_driver *drv, struct plx_pci_device *dev);
	int (*remove)(struct plx_pci_device *dev);
	struct plx_pci_driver *next;
};

/** plx_pci_register() - add @driver to the bus; by a constructor, before main(). */
PLX_EXPORT void plx_pci_register(struct plx_pci_driver *driver);

/** PLX_PMD_REGISTER_PCI() - register the static struct plx_pci_driver @drv. */
#define PLX_PMD_REGISTER_PCI(drv) PLX_INIT(drv##_register) { plx_pci_register(&(drv)); }

/**
 * plx_pci_read_config() - read the device's configuration space.
 * @buf: gets @len bytes, little endian as the device has them.
 * @offset: byte offset.
 * Return: 0 when all @len bytes were read; else a negative errno.
 */
PLX_EXPORT int plx_pci_read_config(const struct plx_pci_device *dev, void *buf, size_t len,
	uint64_t offset);
/** plx_pci_write_config() - write; as plx_pci_read_config(). */
PLX_EXPORT int plx_pci_write_config(const struct plx_pci_device *dev, const void *buf, size_t len,
	uint64_t offset);

/**
 * plx_pci_find_capability() - walk the capability list (PCI 3.0 section 6.7).
 * @cap: capability id, 0x09 for vendor specific.
 * @after: 0, or where the last one was found, to find the next.
 * Return: its offset; 0 if there is no further one; a negative errno.
 */
PLX_EXPORT int plx_pci_find_capability(const struct plx_pci_device *dev, uint8_t cap, uint8_t after);

/** plx_pci_set_bus_master() - let the device do DMA, or not. Return: 0 or a negative errno. */
PLX_EXPORT int plx_pci_set_bus_master(const struct plx_pci_device *dev, int enable);

/** PLX_PCI_DMA_READ - the device will read. */
#define PLX_PCI_DMA_READ 1u
/** PLX_PCI_DMA_WRITE - the device will write. */
#define PLX_PCI_DMA_WRITE 2u

/**
 * plx_pci_dma_check_enabled() - was the option --dma-check given?
 *
 * It does not change while the device has a driver: a driver asks once, and pays nothing for checks
 * that are off.
 */
PLX_EXPORT bool plx_pci_dma_check_enabled(const struct plx_pci_device *dev);

/**
 * plx_pci_dma_check() - can the device do DMA at an address, which it is about to be given?
 * @queue: for which of its queues, for the message; or NULL.
 * @iova: first byte.
 * @len: bytes.
 * @how: PLX_PCI_DMA_READ, PLX_PCI_DMA_WRITE or both.
 *
 * Any thread. What is mapped now may be unmapped before the device gets there. Return: 0, without
 * a look if checks are off; -EFAULT if not every byte is mapped for the device to do so. Why is
 * logged, once a second at most.
 */
PLX_EXPORT int plx_pci_dma_check(const struct plx_pci_device *dev, const char *queue,
	uint64_t iova, size_t len, uint32_t how);

/** plx_pci_reset() - function level reset. Return: 0; -EOPNOTSUPP if it can't; another errno. */
PLX_EXPORT int plx_pci_reset(const struct plx_pci_device *dev);

PLX_END_DECLS
#endif
