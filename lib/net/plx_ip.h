/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_IP_H
#define PLX_IP_H
/**
 * DOC: IPv4 and IPv6 headers (RFC 791, RFC 8200) and the Internet checksum (RFC 1071).
 *
 * The checksum is a sum of 16-bit words in one's complement. It comes out in the byte order of the
 * data, so what these functions return is stored in a header as it is.
 */
#include <errno.h>
#include <netinet/in.h>

#include <plx_byteorder.h>

PLX_BEGIN_DECLS

/** PLX_IPV4() - the address a.b.c.d, in CPU order. */
#define PLX_IPV4(a, b, c, d) ((uint32_t)(((a) & 0xffU) << 24 | ((b) & 0xffU) << 16 | \
	((c) & 0xffU) << 8 | ((d) & 0xffU)))
/** PLX_IPV4_VHL_DEF - version_ihl of a header without options. */
#define PLX_IPV4_VHL_DEF 0x45
/** PLX_IPV4_HDR_IHL_MASK - the 32-bit words of the header, in version_ihl. */
#define PLX_IPV4_HDR_IHL_MASK 0x0f
/** PLX_IPV4_IHL_MULTIPLIER - bytes of what that counts. */
#define PLX_IPV4_IHL_MULTIPLIER 4
/** PLX_IPV4_HDR_DF_FLAG - fragment_offset, in CPU order: don't fragment. */
#define PLX_IPV4_HDR_DF_FLAG 0x4000
/** PLX_IPV4_HDR_MF_FLAG - fragment_offset, in CPU order: more fragments follow. */
#define PLX_IPV4_HDR_MF_FLAG 0x2000
/** PLX_IPV4_HDR_OFFSET_MASK - fragment_offset, in CPU order: the offset, in 8 bytes. */
#define PLX_IPV4_HDR_OFFSET_MASK 0x1fff

/** PLX_IS_IPV4_MCAST() - 1 if the address @x, in CPU order, is a multicast group's. */
#define PLX_IS_IPV4_MCAST(x) ((x) >= PLX_IPV4(224, 0, 0, 0) && (x) <= PLX_IPV4(239, 255, 255, 255))

/**
 * struct plx_ipv4_hdr - an IPv4 header without options.
 * @version_ihl: 4 in the upper 4 bits, 32-bit words of the header in the lower.
 * @type_of_service: DSCP and ECN.
 * @total_length: bytes of header and payload.
 * @packet_id: the same in all fragments.
 * @fragment_offset: PLX_IPV4_HDR_*_FLAG and the offset.
 * @time_to_live: hops that it may still take.
 * @next_proto_id: what follows, IPPROTO_*.
 * @hdr_checksum: see plx_ipv4_cksum().
 * @src_addr: from whom.
 * @dst_addr: to whom.
 */
struct plx_ipv4_hdr {
	uint8_t version_ihl;
	uint8_t type_of_service;
	plx_be16_t total_length;
	plx_be16_t packet_id;
	plx_be16_t fragment_offset;
	uint8_t time_to_live;
	uint8_t next_proto_id;
	plx_be16_t hdr_checksum;
	plx_be32_t src_addr;
	plx_be32_t dst_addr;
} __attribute__((packed));

PLX_STATIC_ASSERT(sizeof(struct plx_ipv4_hdr) == 20, "as on the wire");

/**
 * struct plx_ipv6_hdr - an IPv6 header.
 * @vtc_flow: 6 in the upper 4 bits, traffic class, flow label.
 * @payload_len: bytes behind this header.
 * @proto: what follows, IPPROTO_*.
 * @hop_limits: hops that it may still take.
 * @src_addr: from whom.
 * @dst_addr: to whom.
 */
struct plx_ipv6_hdr {
	plx_be32_t vtc_flow;
	plx_be16_t payload_len;
	uint8_t proto;
	uint8_t hop_limits;
	uint8_t src_addr[16];
	uint8_t dst_addr[16];
} __attribute__((packed));

PLX_STATIC_ASSERT(sizeof(struct plx_ipv6_hdr) == 40, "as on the wire");

/** plx_ipv4_hdr_len() - bytes of the header, options included, as it says itself: 0 to 60. */
static inline uint8_t
plx_ipv4_hdr_len(const struct plx_ipv4_hdr *ipv4_hdr)
{
	return (uint8_t)((ipv4_hdr->version_ihl & PLX_IPV4_HDR_IHL_MASK) * PLX_IPV4_IHL_MULTIPLIER);
}

/**
 * plx_cksum_add() - add data to a sum that is not folded yet.
 * @sum: of what came before, an even number of bytes; 0 at the start.
 * @buf: any alignment.
 * @len: bytes, below 2^32.
 *
 * 32-bit words go into a 64-bit sum: the carries of many words are kept and folded in once at the
 * end, because 2^16 and 2^32 both count as 1 in one's complement of 16 bits (RFC 1071, 2 C).
 * Return: the sum, for plx_cksum_fold().
 */
static inline uint64_t
plx_cksum_add(uint64_t sum, const void *buf, size_t len)
{
	const char *p = (const char *)buf;
	uint32_t word;
	uint16_t half;

	for (; len >= sizeof(word); len -= sizeof(word), p += sizeof(word)) {
		__builtin_memcpy(&word, p, sizeof(word));
		sum += word;
	}
	if (len & 2) {
		__builtin_memcpy(&half, p, sizeof(half));
		sum += half;
		p += sizeof(half);
	}
	if (len & 1) {
		/* The last byte is the first one of a word that ends with 0. */
		half = 0;
		__builtin_memcpy(&half, p, 1);
		sum += half;
	}
	return sum;
}

/** plx_cksum_fold() - 16 bits of a sum of plx_cksum_add(), not complemented. */
static inline uint16_t
plx_cksum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

/**
 * plx_raw_cksum() - the sum of some data, not complemented.
 * @buf: any alignment.
 * @len: bytes, below 2^32.
 *
 * Return: the sum. Its complement is the checksum to send; 0xffff over data that hold their
 * checksum says that it is right.
 */
static inline uint16_t
plx_raw_cksum(const void *buf, size_t len)
{
	return plx_cksum_fold(plx_cksum_add(0, buf, len));
}

/**
 * plx_ipv4_cksum() - the checksum of an IPv4 header.
 * @ipv4_hdr: header with all its options, hdr_checksum 0.
 *
 * Return: what hdr_checksum should be.
 */
static inline uint16_t
plx_ipv4_cksum(const struct plx_ipv4_hdr *ipv4_hdr)
{
	return (uint16_t)~plx_raw_cksum(ipv4_hdr, plx_ipv4_hdr_len(ipv4_hdr));
}

/** PLX_IP_PHDR_NO_LEN - the bit of ol_flags that takes the length out: PLX_MBUF_F_TX_TCP_SEG. */
#define PLX_IP_PHDR_NO_LEN (UINT64_C(1) << 50)

/**
 * plx_ipv4_phdr_cksum() - the sum of the IPv4 pseudo-header of TCP and UDP, not complemented.
 * @ipv4_hdr: header whose total_length is at least its own length.
 * @ol_flags: of the mbuf; with PLX_MBUF_F_TX_TCP_SEG the length counts as 0.
 *
 * Return: what a NIC wants to find in the place of the L4 checksum.
 */
static inline uint16_t
plx_ipv4_phdr_cksum(const struct plx_ipv4_hdr *ipv4_hdr, uint64_t ol_flags)
{
	uint64_t sum = (uint64_t)ipv4_hdr->src_addr + ipv4_hdr->dst_addr;

	sum += PLX_BE16(ipv4_hdr->next_proto_id);
	if (!(ol_flags & PLX_IP_PHDR_NO_LEN))
		sum += PLX_BE16(plx_be_to_cpu_16(ipv4_hdr->total_length) - plx_ipv4_hdr_len(ipv4_hdr));
	return plx_cksum_fold(sum);
}

/** plx_ipv6_phdr_cksum() - plx_ipv4_phdr_cksum() for IPv6 without extension headers. */
static inline uint16_t
plx_ipv6_phdr_cksum(const struct plx_ipv6_hdr *ipv6_hdr, uint64_t ol_flags)
{
	uint64_t sum;

	sum = plx_cksum_add(0, ipv6_hdr->src_addr, sizeof(ipv6_hdr->src_addr));
	sum = plx_cksum_add(sum, ipv6_hdr->dst_addr, sizeof(ipv6_hdr->dst_addr));

	sum += PLX_BE16(ipv6_hdr->proto);
	if (!(ol_flags & PLX_IP_PHDR_NO_LEN))
		sum += ipv6_hdr->payload_len;
	return plx_cksum_fold(sum);
}

/** __plx_ipv4_udptcp_sum() - pseudo-header, L4 header and data; 0xffff with a right checksum. */
static inline uint16_t
__plx_ipv4_udptcp_sum(const struct plx_ipv4_hdr *ipv4_hdr, const void *l4_hdr)
{
	uint16_t total = plx_be_to_cpu_16(ipv4_hdr->total_length);
	uint8_t ihl = plx_ipv4_hdr_len(ipv4_hdr);

	if (plx_unlikely(total < ihl))
		return 0;
	return plx_cksum_fold(plx_cksum_add(plx_ipv4_phdr_cksum(ipv4_hdr, 0), l4_hdr,
		(size_t)total - ihl));
}

/** __plx_ipv6_udptcp_sum() - __plx_ipv4_udptcp_sum() for IPv6. */
static inline uint16_t
__plx_ipv6_udptcp_sum(const struct plx_ipv6_hdr *ipv6_hdr, const void *l4_hdr)
{
	return plx_cksum_fold(plx_cksum_add(plx_ipv6_phdr_cksum(ipv6_hdr, 0), l4_hdr,
		plx_be_to_cpu_16(ipv6_hdr->payload_len)));
}

/** __plx_udptcp_cksum() - complement of @sum; not 0 for UDP, where 0 means "none". */
static inline uint16_t
__plx_udptcp_cksum(uint16_t sum, uint8_t proto)
{
	uint16_t cksum = (uint16_t)~sum;

	return cksum == 0 && proto == IPPROTO_UDP ? 0xffff : cksum;
}

/**
 * plx_ipv4_udptcp_cksum() - the checksum of a UDP or TCP packet on IPv4.
 * @ipv4_hdr: header, right but for its checksum.
 * @l4_hdr: L4 header with checksum 0, and behind it, without a gap, all data.
 *
 * Return: what the checksum should be.
 */
static inline uint16_t
plx_ipv4_udptcp_cksum(const struct plx_ipv4_hdr *ipv4_hdr, const void *l4_hdr)
{
	return __plx_udptcp_cksum(__plx_ipv4_udptcp_sum(ipv4_hdr, l4_hdr),
		ipv4_hdr->next_proto_id);
}

/**
 * plx_ipv4_udptcp_cksum_verify() - is the checksum of a UDP or TCP packet on IPv4 right?
 * @ipv4_hdr: header; total_length was checked against the data that are there.
 * @l4_hdr: L4 header, and behind it, without a gap, all data.
 *
 * A UDP checksum of 0, "none", must be asked for before. Return: 0 if it is right; -EBADMSG.
 */
static inline int
plx_ipv4_udptcp_cksum_verify(const struct plx_ipv4_hdr *ipv4_hdr, const void *l4_hdr)
{
	return __plx_ipv4_udptcp_sum(ipv4_hdr, l4_hdr) == 0xffff ? 0 : -EBADMSG;
}

/** plx_ipv6_udptcp_cksum() - plx_ipv4_udptcp_cksum() for IPv6 without extension headers. */
static inline uint16_t
plx_ipv6_udptcp_cksum(const struct plx_ipv6_hdr *ipv6_hdr, const void *l4_hdr)
{
	return __plx_udptcp_cksum(__plx_ipv6_udptcp_sum(ipv6_hdr, l4_hdr), ipv6_hdr->proto);
}

/** plx_ipv6_udptcp_cksum_verify() - plx_ipv4_udptcp_cksum_verify() for IPv6, no extensions. */
static inline int
plx_ipv6_udptcp_cksum_verify(const struct plx_ipv6_hdr *ipv6_hdr, const void *l4_hdr)
{
	return __plx_ipv6_udptcp_sum(ipv6_hdr, l4_hdr) == 0xffff ? 0 : -EBADMSG;
}

PLX_END_DECLS
#endif
