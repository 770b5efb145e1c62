/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_PTYPE_H
#define PLX_PTYPE_H
/**
 * DOC: Packet types: which headers a packet has. One number, four bits for each layer.
 *
 * Compare a layer, after its mask, with a value: they are no flags.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** PLX_PTYPE_UNKNOWN - nobody looked. */
#define PLX_PTYPE_UNKNOWN		0x00000000
/** PLX_PTYPE_L2_ETHER - Ethernet, without a VLAN tag. */
#define PLX_PTYPE_L2_ETHER		0x00000001
/** PLX_PTYPE_L2_ETHER_TIMESYNC - Ethernet, IEEE 1588. */
#define PLX_PTYPE_L2_ETHER_TIMESYNC	0x00000002
/** PLX_PTYPE_L2_ETHER_ARP - Ethernet, ARP. */
#define PLX_PTYPE_L2_ETHER_ARP		0x00000003
/** PLX_PTYPE_L2_ETHER_LLDP - Ethernet, LLDP. */
#define PLX_PTYPE_L2_ETHER_LLDP		0x00000004
/** PLX_PTYPE_L2_ETHER_VLAN - Ethernet with one tag. */
#define PLX_PTYPE_L2_ETHER_VLAN		0x00000006
/** PLX_PTYPE_L2_ETHER_QINQ - Ethernet with two tags. */
#define PLX_PTYPE_L2_ETHER_QINQ		0x00000007
/** PLX_PTYPE_L2_MASK - the bits of layer 2. */
#define PLX_PTYPE_L2_MASK		0x0000000f
/** PLX_PTYPE_L3_IPV4 - IPv4, no options. */
#define PLX_PTYPE_L3_IPV4		0x00000010
/** PLX_PTYPE_L3_IPV4_EXT - IPv4 with options. */
#define PLX_PTYPE_L3_IPV4_EXT		0x00000030
/** PLX_PTYPE_L3_IPV6 - IPv6, no extension headers. */
#define PLX_PTYPE_L3_IPV6		0x00000040
/** PLX_PTYPE_L3_IPV4_EXT_UNKNOWN - IPv4, with or without options. */
#define PLX_PTYPE_L3_IPV4_EXT_UNKNOWN	0x00000090
/** PLX_PTYPE_L3_IPV6_EXT - IPv6 with extension headers. */
#define PLX_PTYPE_L3_IPV6_EXT		0x000000c0
/** PLX_PTYPE_L3_IPV6_EXT_UNKNOWN - IPv6, with or without extension headers. */
#define PLX_PTYPE_L3_IPV6_EXT_UNKNOWN	0x000000e0
/** PLX_PTYPE_L3_MASK - the bits of layer 3. */
#define PLX_PTYPE_L3_MASK		0x000000f0
/** PLX_PTYPE_L4_TCP - TCP, not a fragment. */
#define PLX_PTYPE_L4_TCP		0x00000100
/** PLX_PTYPE_L4_UDP - UDP, not a fragment. */
#define PLX_PTYPE_L4_UDP		0x00000200
/** PLX_PTYPE_L4_FRAG - a fragment of an IP packet. */
#define PLX_PTYPE_L4_FRAG		0x00000300
/** PLX_PTYPE_L4_SCTP - SCTP, not a fragment. */
#define PLX_PTYPE_L4_SCTP		0x00000400
/** PLX_PTYPE_L4_ICMP - ICMP or ICMPv6, not a fragment. */
#define PLX_PTYPE_L4_ICMP		0x00000500
/** PLX_PTYPE_L4_NONFRAG - another protocol, not a fragment. */
#define PLX_PTYPE_L4_NONFRAG		0x00000600
/** PLX_PTYPE_L4_MASK - the bits of layer 4. */
#define PLX_PTYPE_L4_MASK		0x00000f00
/** PLX_PTYPE_ALL_MASK - the bits of all layers. */
#define PLX_PTYPE_ALL_MASK		0x0fffffff

/** PLX_ETH_IS_IPV4_HDR() - is @ptype an IPv4 packet? */
#define PLX_ETH_IS_IPV4_HDR(ptype) ((ptype) & PLX_PTYPE_L3_IPV4)
/** PLX_ETH_IS_IPV6_HDR() - is @ptype an IPv6 packet? */
#define PLX_ETH_IS_IPV6_HDR(ptype) ((ptype) & PLX_PTYPE_L3_IPV6)

/**
 * struct plx_net_hdr_lens - bytes of the headers of a packet; 0 for one that is not there.
 * @l2_len: Ethernet and VLAN tags.
 * @l3_len: IP, with options and extension headers.
 * @l4_len: TCP with its options, UDP, SCTP.
 */
struct plx_net_hdr_lens {
	uint8_t l2_len;
	uint16_t l3_len;
	uint8_t l4_len;
};

/**
 * plx_net_ptype() - find out what headers a packet has.
 * @data: start of the frame, @len bytes of it in one piece.
 * @len: bytes to look at; headers that go beyond it are not named.
 * @hdr_lens: gets their lengths; may be NULL.
 * @layers: PLX_PTYPE_L2_MASK and so on: how far to look, PLX_PTYPE_ALL_MASK for all.
 *
 * Reads @len bytes at most, whatever is in them. Any thread. Return: PLX_PTYPE_*.
 */
PLX_EXPORT uint32_t plx_net_ptype(const void *data, size_t len, struct plx_net_hdr_lens *hdr_lens,
	uint32_t layers);

PLX_END_DECLS
#endif
