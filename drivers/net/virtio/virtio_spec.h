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
#define VIRTIO_F_INDIRECT_DESC		28	/* tables of descriptors */
#define VIRTIO_F_EVENT_IDX		29	/* each side says when it wants to be woken */
#define VIRTIO_F_VERSION_1		32	/* a virtio 1 device */
#define VIRTIO_F_ACCESS_PLATFORM	33	/* its DMA goes through the IOMMU */
#define VIRTIO_F_RING_PACKED		34	/* rings are laid out as in 2.8 */
#define VIRTIO_F_IN_ORDER		35	/* buffers come back in the order they went */
#define VIRTIO_F_ORDER_PLATFORM		36	/* it needs the barriers that hardware needs */
#define VIRTIO_F_NOTIFICATION_DATA	38	/* doorbells are told how far the ring goes */
#define VIRTIO_F_RING_RESET		40	/* queues can be reset one by one */

/* 5.1.3 Feature bits of the network device. */
#define VIRTIO_NET_F_CSUM		0	/* it fills in checksums */
#define VIRTIO_NET_F_GUEST_CSUM		1	/* it tells of checksums, which may not be there */
#define VIRTIO_NET_F_MTU		3	/* config.mtu is the largest MTU */
#define VIRTIO_NET_F_MAC		5	/* config.mac is its address */
#define VIRTIO_NET_F_GUEST_TSO4		7	/* TCP over IPv4 may come in large packets */
#define VIRTIO_NET_F_GUEST_TSO6		8	/* TCP over IPv6 may come in large packets */
#define VIRTIO_NET_F_HOST_TSO4		11	/* it cuts TCP over IPv4 */
#define VIRTIO_NET_F_HOST_TSO6		12	/* it cuts TCP over IPv6 */
#define VIRTIO_NET_F_MRG_RXBUF		15	/* a packet may take several receive buffers */
#define VIRTIO_NET_F_STATUS		16	/* config.status has the link */
#define VIRTIO_NET_F_CTRL_VQ		17	/* there is a control queue */
#define VIRTIO_NET_F_CTRL_RX		18	/* it takes receive filters */
#define VIRTIO_NET_F_CTRL_VLAN		19	/* it filters VLANs */
#define VIRTIO_NET_F_MQ			22	/* several pairs of queues */
#define VIRTIO_NET_F_CTRL_MAC_ADDR	23	/* it takes a MAC address */
#define VIRTIO_NET_F_HASH_REPORT	57	/* it tells the hash of a packet */
#define VIRTIO_NET_F_RSS		60	/* it spreads packets by a hash */

/** VIRTIO_BIT() - mask of a feature bit. */
#define VIRTIO_BIT(f) (UINT64_C(1) << (f))

/* 5.1.2 Virtqueues: receive and transmit in turn, then control. */
#define VIRTIO_NET_RX_VQ(pair)		((uint16_t)(2 * (pair)))
#define VIRTIO_NET_TX_VQ(pair)		((uint16_t)(2 * (pair) + 1))
#define VIRTIO_NET_CTRL_VQ(max_pairs)	((uint16_t)(2 * (max_pairs)))

/* 5.1.4 Device configuration layout: struct virtio_net_config. Read-only. */
#define VIRTIO_NET_CONFIG_MAC		0	/* u8[6] */
#define VIRTIO_NET_CONFIG_STATUS	6	/* le16 */
#define VIRTIO_NET_CONFIG_MAX_PAIRS	8	/* le16, with MQ or RSS */
#define VIRTIO_NET_CONFIG_MTU		10	/* le16 */
#define VIRTIO_NET_CONFIG_RSS_KEY	17	/* u8, bytes of the longest key */
#define VIRTIO_NET_CONFIG_RSS_TABLE	18	/* le16, entries of the largest table */
#define VIRTIO_NET_CONFIG_HASH_TYPES	20	/* le32 */

#define VIRTIO_NET_S_LINK_UP		0x1	/* in status */

/**
 * struct virtio_net_hdr - 5.1.6: what precedes every packet in both directions.
 *
 * Without offloads and mergeable buffers it is all zero on transmit, and tells nothing on receive.
 * The fields after @num_buffers are there with VIRTIO_NET_F_HASH_REPORT only.
 */
struct virtio_net_hdr {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;	/* transmit: bytes of all headers, with gso_type */
	uint16_t gso_size;	/* bytes of payload of each segment */
	uint16_t csum_start;	/* where the sum begins */
	uint16_t csum_offset;	/* from there to where it goes */
	uint16_t num_buffers;	/* receive: of the packet, with VIRTIO_NET_F_MRG_RXBUF */
	uint32_t hash_value;
	uint16_t hash_report;	/* what was hashed; 0: nothing */
	uint16_t padding;
};

/** VIRTIO_NET_HDR_SIZE - bytes of that header with VIRTIO_F_VERSION_1. */
#define VIRTIO_NET_HDR_SIZE 12
/** VIRTIO_NET_HDR_HASH_SIZE - the same with VIRTIO_NET_F_HASH_REPORT. */
#define VIRTIO_NET_HDR_HASH_SIZE 20
PLX_STATIC_ASSERT(offsetof(struct virtio_net_hdr, hash_value) == VIRTIO_NET_HDR_SIZE, "5.1.6");
PLX_STATIC_ASSERT(sizeof(struct virtio_net_hdr) == VIRTIO_NET_HDR_HASH_SIZE, "5.1.6");

#define VIRTIO_NET_HDR_F_NEEDS_CSUM	0x1	/* flags: the sum is yet to be made */
#define VIRTIO_NET_HDR_F_DATA_VALID	0x2	/* flags: the sum is right */
#define VIRTIO_NET_HDR_GSO_NONE		0	/* gso_type: not to be cut, or not put together */
#define VIRTIO_NET_HDR_GSO_TCPV4	1
#define VIRTIO_NET_HDR_GSO_TCPV6	4
#define VIRTIO_NET_HDR_GSO_ECN		0x80	/* gso_type, in addition */

/** struct virtio_net_ctrl_hdr - 5.1.6.5: start of a control command; its data follow. */
struct virtio_net_ctrl_hdr {
	uint8_t cls;
	uint8_t command;
};

#define VIRTIO_NET_CTRL_RX		0	/* class, 5.1.6.5.1 */
#define VIRTIO_NET_CTRL_RX_PROMISC	0	/* command: u8, 1 = on */
#define VIRTIO_NET_CTRL_RX_ALLMULTI	1	/* command: u8, 1 = on */
#define VIRTIO_NET_CTRL_MAC		1	/* class, 5.1.6.5.2 */
#define VIRTIO_NET_CTRL_MAC_TABLE_SET	0	/* command: unicast, multicast: le32 n, u8[n][6] */
#define VIRTIO_NET_CTRL_MAC_ADDR_SET	1	/* command: u8[6] */
#define VIRTIO_NET_CTRL_VLAN		2	/* class, 5.1.6.5.3 */
#define VIRTIO_NET_CTRL_VLAN_ADD	0	/* command: le16 */
#define VIRTIO_NET_CTRL_VLAN_DEL	1	/* command: le16 */
#define VIRTIO_NET_CTRL_MQ		4	/* class, 5.1.6.5.5 to 5.1.6.5.7 */
#define VIRTIO_NET_CTRL_MQ_PAIRS_SET	0	/* command: le16 */
#define VIRTIO_NET_CTRL_MQ_RSS_CONFIG	1	/* command: see 5.1.6.5.7.1 */

/* 5.1.6.4.3.1 What can be hashed. */
#define VIRTIO_NET_HASH_TYPE_IPv4	(1u << 0)
#define VIRTIO_NET_HASH_TYPE_TCPv4	(1u << 1)
#define VIRTIO_NET_HASH_TYPE_UDPv4	(1u << 2)
#define VIRTIO_NET_HASH_TYPE_IPv6	(1u << 3)
#define VIRTIO_NET_HASH_TYPE_TCPv6	(1u << 4)
#define VIRTIO_NET_HASH_TYPE_UDPv6	(1u << 5)
#define VIRTIO_NET_HASH_TYPE_IP_EX	(1u << 6)
#define VIRTIO_NET_HASH_TYPE_TCP_EX	(1u << 7)
#define VIRTIO_NET_HASH_TYPE_UDP_EX	(1u << 8)

#define VIRTIO_NET_OK			0	/* the device's answer, one byte */
#define VIRTIO_NET_ERR			1

#endif
