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
#include <plx_interrupts.h>

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
 * @addr: where it is mapped in this process; NULL if it is absent, an I/O BAR or not mappable: then
 *	plx_pci_mmio_read() and plx_pci_mmio_write() are the way. There may be holes in it, and to
 *	touch one is a fault: plx_pci_mmio_addr() knows.
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
 * plx_pci_has_capability_list() - does the device have any capability?
 * Return: 1 or 0; a negative errno.
 */
PLX_EXPORT int plx_pci_has_capability_list(const struct plx_pci_device *dev);

/**
 * plx_pci_find_capability() - walk the capability list (PCI 3.0 section 6.7).
 * @cap: capability id, 0x09 for vendor specific.
 * Return: offset of the first one; 0 if there is none; -ELOOP for a list without end; a negative
 * errno of plx_pci_read_config().
 */
PLX_EXPORT int plx_pci_find_capability(const struct plx_pci_device *dev, uint8_t cap);

/**
 * plx_pci_find_next_capability() - the one behind one that was found.
 * @after: where that one is; 0 for the first one.
 * Return: as plx_pci_find_capability().
 */
PLX_EXPORT int plx_pci_find_next_capability(const struct plx_pci_device *dev, uint8_t cap,
	uint8_t after);

/**
 * plx_pci_find_ext_capability() - walk the extended capabilities (PCI Express 4.0 section 7.6.3).
 * @cap: capability id of 16 bits, 0x10 for SR-IOV.
 * Return: as plx_pci_find_capability(); 0 also if the device is no PCI Express device.
 */
PLX_EXPORT int plx_pci_find_ext_capability(const struct plx_pci_device *dev, uint32_t cap);

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

/**
 * plx_pci_mmio_read() - read from a BAR of any kind, also I/O ports, by a system call.
 * @bar: 0 to PLX_PCI_MAX_RESOURCE - 1.
 * @buf: gets @len bytes, little endian as the device has them.
 * @len: in bytes. 1, 2 or 4 at a multiple of itself is one access of the device; else there may be
 *	several.
 * @offset: in bytes.
 *
 * The way to registers that are not mapped, outside of the fast path. The MSI-X table reads as ones
 * and is not written: it is the kernel's. Any thread.
 * Return: 0 when all @len bytes were read; -EINVAL if they are not all in the BAR; -ENODEV if the
 * device is not open; -EIO if it does not answer; another negative errno.
 */
PLX_EXPORT int plx_pci_mmio_read(const struct plx_pci_device *dev, int bar, void *buf, size_t len,
	uint64_t offset);
/** plx_pci_mmio_write() - write; as plx_pci_mmio_read(). */
PLX_EXPORT int plx_pci_mmio_write(const struct plx_pci_device *dev, int bar, const void *buf,
	size_t len, uint64_t offset);

/**
 * plx_pci_mmio_addr() - where registers of a BAR are in this process.
 * @bar: any number.
 * @offset: of the first byte in the BAR.
 * @len: bytes that will be accessed from there.
 *
 * Any thread. Return: the address, valid until after remove(); NULL if they are not all in the BAR
 * and mapped.
 */
PLX_EXPORT void *plx_pci_mmio_addr(const struct plx_pci_device *dev, int bar, uint64_t offset,
	size_t len);

/**
 * plx_pci_reset() - reset the function, by whichever way the kernel has found for it.
 *
 * Waits for up to a second while another reset is under way. Afterwards the device's registers are
 * as after power on, and memory, I/O and bus master are on if they were before. The driver has
 * stopped the device; a thread that accesses a BAR meanwhile waits.
 * Return: 0; -EOPNOTSUPP if the device has no reset; -EBUSY or -EAGAIN if others were at it all the
 * time; another negative errno.
 */
PLX_EXPORT int plx_pci_reset(const struct plx_pci_device *dev);

/**
 * plx_pci_is_lost() - was a register touched that was not there?
 *
 * When a device is gone, or its memory is off, an access to a BAR does no harm: it reads as ones, and
 * what is written is read back later, but does not reach the device. This tells it from registers
 * that happen to have such values. It stays so until the BARs are unmapped, after remove(): what was
 * touched is not mapped again by a reset. Any thread, at any time; it is cheap.
 * Return: 1 or 0.
 */
PLX_EXPORT int plx_pci_is_lost(const struct plx_pci_device *dev);

/**
 * plx_pci_set_private() - move a device to an address space of its own, or back to the shared one.
 * @private_space: as ioas=private says at start.
 *
 * All memory is mapped where it goes before it does. The driver has stopped the device. Not while
 * another thread uses this device. Return: 0, also if it is there already; -ENODEV if it is not open;
 * -ENOTSUP with the legacy backend or without an IOMMU; as plx_iova_attach(), logged, and then it is
 * where it was.
 */
PLX_EXPORT int plx_pci_set_private(struct plx_pci_device *dev, bool private_space);

/**
 * plx_pci_hot_reset() - reset the bus or slot that the device is on, with all devices there.
 *
 * As plx_pci_reset(), for each of them. Only if they all are open in this process: with the legacy
 * backend, their groups. Their drivers have stopped them. A failure is logged, with the name of a
 * device that is in the way.
 * Return: 0; -EBUSY if another device would be hit; -EOPNOTSUPP on a root bus, or if the port above
 * can't, or if its link did not come back in the kernel's time (then the devices may have been
 * reset); -ENODEV if the device is not open; another negative errno.
 */
PLX_EXPORT int plx_pci_hot_reset(const struct plx_pci_device *dev);

/** enum plx_pci_intr_type - kinds of interrupts, the better ones last. */
enum plx_pci_intr_type {
	PLX_PCI_INTR_NONE,	/* not enabled */
	PLX_PCI_INTR_LEGACY,	/* INTx: one, masked by the kernel until it is acknowledged */
	PLX_PCI_INTR_MSI,
	PLX_PCI_INTR_MSIX,
};

/**
 * plx_pci_intr_enable() - let the device interrupt: vector 0 for all but packets, and behind it one
 * for each receive queue.
 * @nb_rx_vectors: receive queues, 0 or more. INTx has room for none.
 *
 * The best kind that has so many vectors is taken, or what --vfio-intr says. If they are enabled
 * already, more are added: files of before stay what they are; where the kernel can't add any
 * without taking all down for a moment (VFIO_IRQ_INFO_NORESIZE), each of them is signalled once in
 * case an interrupt was lost. One thread at a time for a device.
 *
 * Return: 0, also if as many are there; -ENOSPC if it has fewer; -ENOTSUP if it has none of the
 * kind; -ENODEV; -ENOMEM, -EMFILE and others of the kernel. It is as before then, and logged.
 */
PLX_EXPORT int plx_pci_intr_enable(const struct plx_pci_device *dev, uint16_t nb_rx_vectors);
/**
 * plx_pci_intr_disable() - no interrupts any more, and their files are closed; callbacks were
 * unregistered before. Return: 0; -ENODEV; the kernel's errno, and then they are off too.
 */
PLX_EXPORT int plx_pci_intr_disable(const struct plx_pci_device *dev);
/** plx_pci_intr_type_get() - what is enabled. */
PLX_EXPORT enum plx_pci_intr_type plx_pci_intr_type_get(const struct plx_pci_device *dev);

/**
 * plx_pci_intr_callback_register() - call @cb(@cb_arg) on interrupts of vector 0, on the interrupt
 * thread. With INTx it must see to it that the device lowers the line, then plx_pci_intr_ack().
 * Return: 0; -EINVAL while they are not enabled; as plx_intr_callback_register().
 */
PLX_EXPORT int plx_pci_intr_callback_register(const struct plx_pci_device *dev,
	plx_intr_callback_fn cb, void *cb_arg);
/** plx_pci_intr_callback_unregister() - undo it; as plx_intr_callback_unregister(). */
PLX_EXPORT int plx_pci_intr_callback_unregister(const struct plx_pci_device *dev,
	plx_intr_callback_fn cb, void *cb_arg);
/**
 * plx_pci_intr_ack() - vector 0 was handled and may come again; only INTx needs it.
 * Return: 0; -EINVAL while they are not enabled; the kernel's errno.
 */
PLX_EXPORT int plx_pci_intr_ack(const struct plx_pci_device *dev);
/**
 * plx_pci_intr_rx_fd() - the eventfd of receive queue @queue's vector, which is @queue + 1.
 * It stays the bus's, until plx_pci_intr_disable(). Return: the file; -EINVAL if there is none.
 */
PLX_EXPORT int plx_pci_intr_rx_fd(const struct plx_pci_device *dev, uint16_t queue);

PLX_END_DECLS
#endif
