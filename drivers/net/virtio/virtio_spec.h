/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_SPEC_H
#define VIRTIO_SPEC_H
/**
 * DOC: What virtio 1.2 defines for every transport, and for the network device.
 *
 * Section numbers are those of "Virtual I/O Device (VIRTIO) Version 1.2". All fields are little
 * endian; so is every CPU that Pollux runs on, and nothing is swapped.
 */
#include <plx_common.h>

PLX_STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "virtio fields are not swapped");

/* 2.1 Device status field. Written bit by bit in this order; 0 resets the device. */
#define VIRTIO_STATUS_ACKNOWLEDGE	0x01	/* we found it */
#define VIRTIO_STATUS_DRIVER		0x02	/* we can drive it */
#define VIRTIO_STATUS_DRIVER_OK		0x04	/* we are ready */
#define VIRTIO_STATUS_FEATURES_OK	0x08	/* features are agreed */
#define VIRTIO_STATUS_NEEDS_RESET	0x40	/* the device's word: it gave up */
#define VIRTIO_STATUS_GONE		0xff	/* no device: two of these bits are reserved */
#define VIRTIO_STATUS_FAILED		0x80	/* we gave up */

/* 6 Reserved feature bits: the transport and the rings. */
#define VIRTIO_F_VERSION_1		32	/* a virtio 1 device */
#define VIRTIO_F_ACCESS_PLATFORM	33	/* its DMA goes through the IOMMU */
#define VIRTIO_F_ORDER_PLATFORM		36	/* it needs the barriers that hardware needs */

/* 5.1.3 Feature bits of the network device. */
#define VIRTIO_NET_F_MTU		3	/* config.mtu is the largest MTU */
#define VIRTIO_NET_F_MAC		5	/* config.mac is its address */
#define VIRTIO_NET_F_STATUS		16	/* config.status has the link */
#define VIRTIO_NET_F_CTRL_VQ		17	/* there is a control queue */
#define VIRTIO_NET_F_CTRL_RX		18	/* it takes receive filters */
#define VIRTIO_NET_F_CTRL_MAC_ADDR	23	/* it takes a MAC address */

/** VIRTIO_BIT() - mask of a feature bit. */
#define VIRTIO_BIT(f) (UINT64_C(1) << (f))

/* 5.1.2 Virtqueues, as they are numbered without VIRTIO_NET_F_MQ: receive, transmit, control. */
#define VIRTIO_NET_RX_VQ(pair)		((uint16_t)(2 * (pair)))
#define VIRTIO_NET_TX_VQ(pair)		((uint16_t)(2 * (pair) + 1))
#define VIRTIO_NET_CTRL_VQ(max_pairs)	((uint16_t)(2 * (max_pairs)))

/* 5.1.4 Device configuration layout: struct virtio_net_config. Read-only. */
#define VIRTIO_NET_CONFIG_MAC		0	/* u8[6] */
#define VIRTIO_NET_CONFIG_STATUS	6	/* le16 */
#define VIRTIO_NET_CONFIG_MTU		10	/* le16 */

#define VIRTIO_NET_S_LINK_UP		0x1	/* in status */

/**
 * struct virtio_net_hdr - 5.1.6: what precedes every packet in both directions.
 *
 * Without offloads and mergeable buffers it is all zero on transmit, and tells nothing on receive.
 */
struct virtio_net_hdr {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t num_buffers;
};

/** VIRTIO_NET_HDR_SIZE - bytes of that header with VIRTIO_F_VERSION_1. */
#define VIRTIO_NET_HDR_SIZE 12
PLX_STATIC_ASSERT(sizeof(struct virtio_net_hdr) == VIRTIO_NET_HDR_SIZE, "5.1.6");

/** struct virtio_net_ctrl_hdr - 5.1.6.5: start of a control command; its data follow. */
struct virtio_net_ctrl_hdr {
	uint8_t cls;
	uint8_t command;
};

#define VIRTIO_NET_CTRL_RX		0	/* class, 5.1.6.5.1 */
#define VIRTIO_NET_CTRL_RX_PROMISC	0	/* command: u8, 1 = on */
#define VIRTIO_NET_CTRL_MAC		1	/* class, 5.1.6.5.2 */
#define VIRTIO_NET_CTRL_MAC_ADDR_SET	1	/* command: u8[6] */

#define VIRTIO_NET_OK			0	/* the device's answer, one byte */
#define VIRTIO_NET_ERR			1

#endif
