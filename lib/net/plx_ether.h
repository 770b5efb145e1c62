/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHER_H
#define PLX_ETHER_H
/**
 * DOC: Ethernet addresses and headers (IEEE 802.3, 802.1Q).
 */
#include <plx_byteorder.h>

PLX_BEGIN_DECLS

/** PLX_ETHER_ADDR_LEN - bytes of an address. */
#define PLX_ETHER_ADDR_LEN 6
/** PLX_ETHER_TYPE_LEN - bytes of the type field. */
#define PLX_ETHER_TYPE_LEN 2
/** PLX_ETHER_CRC_LEN - bytes of the frame check sequence. */
#define PLX_ETHER_CRC_LEN 4
/** PLX_ETHER_HDR_LEN - bytes of the header. */
#define PLX_ETHER_HDR_LEN (2 * PLX_ETHER_ADDR_LEN + PLX_ETHER_TYPE_LEN)
/** PLX_ETHER_MIN_LEN - bytes of the shortest frame, header and CRC included. */
#define PLX_ETHER_MIN_LEN 64
/** PLX_ETHER_MAX_LEN - bytes of the longest standard frame, header and CRC included. */
#define PLX_ETHER_MAX_LEN 1518
/** PLX_ETHER_MTU - payload bytes of PLX_ETHER_MAX_LEN. */
#define PLX_ETHER_MTU (PLX_ETHER_MAX_LEN - PLX_ETHER_HDR_LEN - PLX_ETHER_CRC_LEN)
/** PLX_ETHER_MIN_MTU - the smallest MTU that IPv4 allows (RFC 791). */
#define PLX_ETHER_MIN_MTU 68
/** PLX_VLAN_HLEN - bytes that a VLAN tag adds. */
#define PLX_VLAN_HLEN 4
/** PLX_ETHER_MAX_VLAN_FRAME_LEN - PLX_ETHER_MAX_LEN with a VLAN tag. */
#define PLX_ETHER_MAX_VLAN_FRAME_LEN (PLX_ETHER_MAX_LEN + PLX_VLAN_HLEN)
/** PLX_ETHER_MAX_JUMBO_FRAME_LEN - bytes of the longest jumbo frame, header and CRC included. */
#define PLX_ETHER_MAX_JUMBO_FRAME_LEN 0x3f00
/** PLX_ETHER_MAX_VLAN_ID - the largest VLAN id. */
#define PLX_ETHER_MAX_VLAN_ID 4095

/** PLX_ETHER_GROUP_ADDR - bit of the first byte: multicast or broadcast. */
#define PLX_ETHER_GROUP_ADDR 0x01
/** PLX_ETHER_LOCAL_ADMIN_ADDR - bit of the first byte: not assigned by the manufacturer. */
#define PLX_ETHER_LOCAL_ADMIN_ADDR 0x02

/** PLX_ETHER_TYPE_IPV4 - an IPv4 packet follows. */
#define PLX_ETHER_TYPE_IPV4 0x0800
/** PLX_ETHER_TYPE_ARP - an ARP packet follows. */
#define PLX_ETHER_TYPE_ARP 0x0806
/** PLX_ETHER_TYPE_VLAN - a struct plx_vlan_hdr follows. */
#define PLX_ETHER_TYPE_VLAN 0x8100
/** PLX_ETHER_TYPE_IPV6 - an IPv6 packet follows. */
#define PLX_ETHER_TYPE_IPV6 0x86dd
/** PLX_ETHER_TYPE_QINQ - a struct plx_vlan_hdr, the outer one, follows. */
#define PLX_ETHER_TYPE_QINQ 0x88a8

/**
 * struct plx_ether_addr - an Ethernet address.
 * @addr_bytes: in the order of transmission.
 */
struct plx_ether_addr {
	uint8_t addr_bytes[PLX_ETHER_ADDR_LEN];
} __attribute__((aligned(2)));

/**
 * struct plx_ether_hdr - what a frame starts with.
 * @dst_addr: to whom.
 * @src_addr: from whom.
 * @ether_type: what follows, PLX_ETHER_TYPE_*.
 */
struct plx_ether_hdr {
	struct plx_ether_addr dst_addr;
	struct plx_ether_addr src_addr;
	plx_be16_t ether_type;
} __attribute__((aligned(2)));

PLX_STATIC_ASSERT(sizeof(struct plx_ether_hdr) == PLX_ETHER_HDR_LEN, "as on the wire");

/**
 * struct plx_vlan_hdr - what follows an ether_type of PLX_ETHER_TYPE_VLAN.
 * @vlan_tci: priority (3 bits), drop eligible (1), VLAN id (12).
 * @eth_proto: what follows, PLX_ETHER_TYPE_*.
 */
struct plx_vlan_hdr {
	plx_be16_t vlan_tci;
	plx_be16_t eth_proto;
} __attribute__((packed));

/** PLX_ETHER_ADDR_FMT_SIZE - bytes of a printed address, the final NUL included. */
#define PLX_ETHER_ADDR_FMT_SIZE 18
/** PLX_ETHER_ADDR_PRT_FMT - format for printf(3); goes with PLX_ETHER_ADDR_BYTES(). */
#define PLX_ETHER_ADDR_PRT_FMT "%02X:%02X:%02X:%02X:%02X:%02X"
/** PLX_ETHER_ADDR_BYTES() - arguments for PLX_ETHER_ADDR_PRT_FMT, of the pointer @addr. */
#define PLX_ETHER_ADDR_BYTES(addr) \
	(addr)->addr_bytes[0], (addr)->addr_bytes[1], (addr)->addr_bytes[2], \
	(addr)->addr_bytes[3], (addr)->addr_bytes[4], (addr)->addr_bytes[5]

/**
 * plx_ether_format_addr() - print an address, "52:54:00:AB:CD:EF".
 * @buf: where to; always ends with NUL if @size is not 0.
 * @size: bytes of @buf; with less than PLX_ETHER_ADDR_FMT_SIZE the text is cut.
 * @addr: the address.
 */
PLX_EXPORT void plx_ether_format_addr(char *buf, uint16_t size, const struct plx_ether_addr *addr);

/**
 * plx_ether_unformat_addr() - read an address.
 * @str: six bytes of one or two hex digits, or three words of one to four, with ":" between them;
 *	nothing before or after.
 * @addr: set if @str is right, else unchanged.
 *
 * Return: 0; -EINVAL.
 */
PLX_EXPORT int plx_ether_unformat_addr(const char *str, struct plx_ether_addr *addr);

/** plx_ether_addr_copy() - copy an address; mind the order. */
static inline void
plx_ether_addr_copy(const struct plx_ether_addr *from, struct plx_ether_addr *to)
{
	*to = *from;
}

/** plx_is_same_ether_addr() - 1 if the addresses are equal, else 0. */
static inline int
plx_is_same_ether_addr(const struct plx_ether_addr *a, const struct plx_ether_addr *b)
{
	return __builtin_memcmp(a, b, sizeof(*a)) == 0;
}

/** plx_is_zero_ether_addr() - 1 for 00:00:00:00:00:00, else 0. */
static inline int
plx_is_zero_ether_addr(const struct plx_ether_addr *addr)
{
	static const struct plx_ether_addr zero = { { 0, 0, 0, 0, 0, 0 } };

	return plx_is_same_ether_addr(addr, &zero);
}

/** plx_is_broadcast_ether_addr() - 1 for FF:FF:FF:FF:FF:FF, else 0. */
static inline int
plx_is_broadcast_ether_addr(const struct plx_ether_addr *addr)
{
	static const struct plx_ether_addr ones = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

	return plx_is_same_ether_addr(addr, &ones);
}

/** plx_is_multicast_ether_addr() - 1 for a group address, the broadcast address too; else 0. */
static inline int
plx_is_multicast_ether_addr(const struct plx_ether_addr *addr)
{
	return addr->addr_bytes[0] & PLX_ETHER_GROUP_ADDR;
}

/** plx_is_unicast_ether_addr() - 1 for an address of one station, else 0. */
static inline int
plx_is_unicast_ether_addr(const struct plx_ether_addr *addr)
{
	return !plx_is_multicast_ether_addr(addr);
}

/** plx_is_local_admin_ether_addr() - 1 for a locally administered address, else 0. */
static inline int
plx_is_local_admin_ether_addr(const struct plx_ether_addr *addr)
{
	return (addr->addr_bytes[0] & PLX_ETHER_LOCAL_ADMIN_ADDR) != 0;
}

/** plx_is_valid_assigned_ether_addr() - 1 if a station may have the address, else 0. */
static inline int
plx_is_valid_assigned_ether_addr(const struct plx_ether_addr *addr)
{
	return plx_is_unicast_ether_addr(addr) && !plx_is_zero_ether_addr(addr);
}

PLX_END_DECLS
#endif
