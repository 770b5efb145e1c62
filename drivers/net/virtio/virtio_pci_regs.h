/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_PCI_REGS_H
#define VIRTIO_PCI_REGS_H
/**
 * DOC: Registers of virtio over PCI: virtio 1.2 section 4.1.
 */
#include <plx_common.h>

#define VIRTIO_PCI_VENDOR		0x1af4	/* 4.1.2 */
#define VIRTIO_PCI_DEVICE_NET		0x1041	/* 0x1040 + device id 1 */
#define VIRTIO_PCI_DEVICE_NET_TRANS	0x1000	/* transitional: has the legacy interface too */

#define PCI_CAP_ID_VNDR			0x09

/**
 * struct virtio_pci_cap - 4.1.4: a vendor capability that says where in which BAR a structure is.
 */
struct virtio_pci_cap {
	uint8_t cap_vndr;
	uint8_t cap_next;
	uint8_t cap_len;
	uint8_t cfg_type;
	uint8_t bar;
	uint8_t id;
	uint8_t padding[2];
	uint32_t offset;
	uint32_t length;
};

/** struct virtio_pci_notify_cap - 4.1.4.4: the one of the doorbells. */
struct virtio_pci_notify_cap {
	struct virtio_pci_cap cap;
	uint32_t notify_off_multiplier;
};

/* virtio_pci_cap.cfg_type; others are of no use to us. */
#define VIRTIO_PCI_CAP_COMMON_CFG	1
#define VIRTIO_PCI_CAP_NOTIFY_CFG	2
#define VIRTIO_PCI_CAP_ISR_CFG		3
#define VIRTIO_PCI_CAP_DEVICE_CFG	4

/* 4.1.4.5: bits of the ISR status, which is cleared by reading it, as is the interrupt. */
#define VIRTIO_PCI_ISR_QUEUE		0x1
#define VIRTIO_PCI_ISR_CONFIG		0x2

/**
 * struct virtio_pci_common_cfg - 4.1.4.3: common configuration.
 *
 * Each field is accessed by its own width; the 64-bit ones as two halves (4.1.3.1).
 */
struct virtio_pci_common_cfg {
	uint32_t device_feature_select;
	uint32_t device_feature;
	uint32_t driver_feature_select;
	uint32_t driver_feature;
	uint16_t config_msix_vector;
	uint16_t num_queues;
	uint8_t device_status;
	uint8_t config_generation;

	uint16_t queue_select;
	uint16_t queue_size;
	uint16_t queue_msix_vector;
	uint16_t queue_enable;
	uint16_t queue_notify_off;
	uint32_t queue_desc[2];		/* low half, high half */
	uint32_t queue_driver[2];
	uint32_t queue_device[2];

	/* Of devices with VIRTIO_F_NOTIFICATION_DATA and VIRTIO_F_RING_RESET only. */
	uint16_t queue_notify_data;
	uint16_t queue_reset;
};

/** VIRTIO_PCI_COMMON_MIN - bytes of it that every device has. */
#define VIRTIO_PCI_COMMON_MIN 56

PLX_STATIC_ASSERT(sizeof(struct virtio_pci_cap) == 16, "4.1.4");
PLX_STATIC_ASSERT(sizeof(struct virtio_pci_notify_cap) == 20, "4.1.4.4");
PLX_STATIC_ASSERT(offsetof(struct virtio_pci_common_cfg, queue_select) == 22, "4.1.4.3");
PLX_STATIC_ASSERT(offsetof(struct virtio_pci_common_cfg, queue_notify_data) ==
	VIRTIO_PCI_COMMON_MIN, "4.1.4.3");
PLX_STATIC_ASSERT(sizeof(struct virtio_pci_common_cfg) == 60, "4.1.4.3");

#endif
