/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ARP_H
#define PLX_ARP_H
/**
 * DOC: ARP packets (RFC 826) for IPv4 on Ethernet.
 */
#include <plx_ether.h>

PLX_BEGIN_DECLS

/** PLX_ARP_HRD_ETHER - arp_hardware: Ethernet. */
#define PLX_ARP_HRD_ETHER 1
/** PLX_ARP_OP_REQUEST - arp_opcode: who has arp_tip? */
#define PLX_ARP_OP_REQUEST 1
/** PLX_ARP_OP_REPLY - arp_opcode: arp_sip is at arp_sha. */
#define PLX_ARP_OP_REPLY 2
/** PLX_ARP_OP_REVREQUEST - arp_opcode: what is my protocol address? (RFC 903) */
#define PLX_ARP_OP_REVREQUEST 3
/** PLX_ARP_OP_REVREPLY - arp_opcode: the answer to that. */
#define PLX_ARP_OP_REVREPLY 4
/** PLX_ARP_OP_INVREQUEST - arp_opcode: what is the peer's protocol address? (RFC 2390) */
#define PLX_ARP_OP_INVREQUEST 8
/** PLX_ARP_OP_INVREPLY - arp_opcode: the answer to that. */
#define PLX_ARP_OP_INVREPLY 9

/**
 * struct plx_arp_ipv4 - addresses in an ARP packet for IPv4 on Ethernet.
 * @arp_sha: sender's hardware address.
 * @arp_sip: sender's IPv4 address.
 * @arp_tha: target's hardware address.
 * @arp_tip: target's IPv4 address.
 */
struct plx_arp_ipv4 {
	struct plx_ether_addr arp_sha;
	plx_be32_t arp_sip;
	struct plx_ether_addr arp_tha;
	plx_be32_t arp_tip;
} __attribute__((packed, aligned(2)));

/**
 * struct plx_arp_hdr - an ARP packet.
 * @arp_hardware: kind of hardware address, PLX_ARP_HRD_*.
 * @arp_protocol: kind of protocol address, PLX_ETHER_TYPE_*.
 * @arp_hlen: bytes of a hardware address.
 * @arp_plen: bytes of a protocol address.
 * @arp_opcode: PLX_ARP_OP_*.
 * @arp_data: the addresses.
 */
struct plx_arp_hdr {
	plx_be16_t arp_hardware;
	plx_be16_t arp_protocol;
	uint8_t arp_hlen;
	uint8_t arp_plen;
	plx_be16_t arp_opcode;
	struct plx_arp_ipv4 arp_data;
} __attribute__((packed, aligned(2)));

PLX_STATIC_ASSERT(sizeof(struct plx_arp_hdr) == 28, "as on the wire");

PLX_END_DECLS
#endif
