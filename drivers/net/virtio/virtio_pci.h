/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_PCI_H
#define VIRTIO_PCI_H
/**
 * DOC: The PCI transport: virtio 1.2 section 4.1, registers in memory BARs.
 */
#include <stdbool.h>

#include <plx_bus_vfio.h>

#include "virtio_pci_regs.h"
#include "virtio_transport.h"

PLX_BEGIN_DECLS

/**
 * struct virtio_pci - a virtio device on the PCI bus.
 * @transport: what the rest of the driver sees.
 * @dev: the device on the bus.
 * @common: common configuration.
 * @common_len: bytes of it.
 * @notify: where the doorbells are.
 * @notify_len: bytes from there.
 * @notify_mult: bytes from one doorbell number to the next.
 * @config: device configuration.
 * @config_len: bytes of it.
 * @isr: why it interrupts, without MSI-X; NULL if it does not say.
 * @config_changed: is called when the device configuration changed.
 * @config_arg: its argument.
 * @bus_master_off: a reset failed and the device was cut off from memory.
 */
struct virtio_pci {
	struct virtio_transport transport;
	const struct plx_pci_device *dev;
	volatile struct virtio_pci_common_cfg *common;
	uint32_t common_len;
	volatile uint8_t *notify;
	uint32_t notify_len;
	uint32_t notify_mult;
	volatile uint8_t *config;
	uint32_t config_len;
	volatile uint8_t *isr;
	int (*config_changed)(void *arg);
	void *config_arg;
	bool bus_master_off;
};

/**
 * virtio_pci_init() - find the registers of @dev.
 * Return: 0; -ENODEV if it has no virtio 1 registers; an errno of the bus. The cause is logged.
 */
int virtio_pci_init(struct virtio_pci *pci, const struct plx_pci_device *dev);

/** virtio_pci_intr_ops - interrupts over this transport. */
extern const struct virtio_intr_ops virtio_pci_intr_ops;
/**
 * virtio_pci_set_vector() - write a vector to the register @reg; nothing without MSI-X.
 * Return: 0; -EBUSY if the device has no room for one more.
 */
int virtio_pci_set_vector(struct virtio_pci *pci, volatile uint16_t *reg, uint16_t vector);

PLX_END_DECLS
#endif
