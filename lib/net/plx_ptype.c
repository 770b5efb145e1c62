/* SPDX-License-Identifier: BSD-3-Clause */
/* Which headers a packet has. Whatever the bytes say, nothing behind the last of them is read. */
#include <stdbool.h>
#include <string.h>

#include <plx_ether.h>
#include <plx_ip.h>
#include <plx_ptype.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#define SCTP_HDR_LEN 12		/* RFC 9260 section 3.1 */
#define ICMP_HDR_LEN 4		/* type, code and checksum: RFC 792, RFC 4443 section 2.1 */

/* IEEE 802 numbers that have no name elsewhere. */
#define ETHER_TYPE_QINQ 0x88a8
#define ETHER_TYPE_LLDP 0x88cc
#define ETHER_TYPE_1588 0x88f7

/* What is left to look at. */
struct rest {
	const uint8_t *data;
	size_t len;
};

/* The next @len bytes, copied to @to, for they may lie at any address; false if there are less. */
static bool
peek(const struct rest *rest, void *to, size_t len)
{
	if (rest->len < len)
		return false;
	memcpy(to, rest->data, len);
	return true;
}

static void
skip(struct rest *rest, size_t len)
{
	rest->data += len;
	rest->len -= len;
}

/* Layer 2: at most two tags. @type: of what follows, 0 if nothing is known of it. */
static uint32_t
l2(struct rest *rest, uint16_t *type)
{
	struct plx_ether_hdr ether;
	struct plx_vlan_hdr tag;
	unsigned int tags = 0;

	*type = 0;
	if (!peek(rest, &ether, sizeof(ether)))
		return PLX_PTYPE_UNKNOWN;
	skip(rest, sizeof(ether));
	*type = plx_be_to_cpu_16(ether.ether_type);
	for (; tags < 2 && (*type == PLX_ETHER_TYPE_VLAN || *type == ETHER_TYPE_QINQ); tags++) {
		if (!peek(rest, &tag, sizeof(tag))) {
			*type = 0;
			break;
		}
		skip(rest, sizeof(tag));
		*type = plx_be_to_cpu_16(tag.eth_proto);
	}
	if (tags > 0)
		return tags == 1 ? PLX_PTYPE_L2_ETHER_VLAN : PLX_PTYPE_L2_ETHER_QINQ;
	switch (*type) {
	case PLX_ETHER_TYPE_ARP:
		return PLX_PTYPE_L2_ETHER_ARP;
	case ETHER_TYPE_LLDP:
		return PLX_PTYPE_L2_ETHER_LLDP;
	case ETHER_TYPE_1588:
		return PLX_PTYPE_L2_ETHER_TIMESYNC;
	default:
		return PLX_PTYPE_L2_ETHER;
	}
}

/* @proto: what follows, -1 if that is not known; @frag: only the first fragment has its header. */
static uint32_t
ipv4(struct rest *rest, int *proto, bool *frag)
{
	struct plx_ipv4_hdr ip;
	size_t len;

	if (!peek(rest, &ip, sizeof(ip)) || ip.version_ihl >> 4 != 4)
		return 0;
	len = plx_ipv4_hdr_len(&ip);
	if (len < sizeof(ip) || len > rest->len)
		return 0;
	skip(rest, len);
	*proto = ip.next_proto_id;
	*frag = (plx_be_to_cpu_16(ip.fragment_offset) &
		(PLX_IPV4_HDR_MF_FLAG | PLX_IPV4_HDR_OFFSET_MASK)) != 0;
	return len == sizeof(ip) ? PLX_PTYPE_L3_IPV4 : PLX_PTYPE_L3_IPV4_EXT;
}

/* Skip an extension header, if @proto is one: RFC 8200 section 4, RFC 4302 section 2. */
static bool
ipv6_extension(struct rest *rest, int *proto, bool *frag)
{
	uint8_t ext[2];
	size_t len;

	switch (*proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
		break;
	default:
		return false;
	}
	*frag |= *proto == IPPROTO_FRAGMENT;
	len = 8;
	if (peek(rest, ext, sizeof(ext))) {
		if (*proto == IPPROTO_AH)
			len = (ext[1] + 2u) * 4;
		else if (*proto != IPPROTO_FRAGMENT)
			len = (ext[1] + 1u) * 8;
	}
	if (len > rest->len) {
		*proto = -1;
		return false;
	}
	*proto = ext[0];
	skip(rest, len);
	return true;
}

static uint32_t
ipv6(struct rest *rest, int *proto, bool *frag)
{
	uint32_t ptype = PLX_PTYPE_L3_IPV6;
	struct plx_ipv6_hdr ip;

	if (!peek(rest, &ip, sizeof(ip)) || plx_be_to_cpu_32(ip.vtc_flow) >> 28 != 6)
		return 0;
	skip(rest, sizeof(ip));
	*proto = ip.proto;
	/* Each one takes 8 bytes or more. Behind a fragment header is the middle of something. */
	while (!*frag && ipv6_extension(rest, proto, frag))
		ptype = PLX_PTYPE_L3_IPV6_EXT;
	return *proto < 0 ? PLX_PTYPE_L3_IPV6_EXT : ptype;
}

/* @len: 0 if it is of no matter. */
static uint32_t
l4(const struct rest *rest, int proto, uint8_t *len)
{
	struct plx_tcp_hdr tcp;
	size_t tcp_len;

	*len = 0;
	switch (proto) {
	case -1:
	case IPPROTO_NONE:
		return 0;
	case IPPROTO_TCP:
		if (!peek(rest, &tcp, sizeof(tcp)))
			return 0;
		tcp_len = (tcp.data_off >> 4) * 4u;
		if (tcp_len < sizeof(tcp) || tcp_len > rest->len)
			return 0;
		*len = (uint8_t)tcp_len;
		return PLX_PTYPE_L4_TCP;
	case IPPROTO_UDP:
		*len = sizeof(struct plx_udp_hdr);
		return rest->len >= *len ? PLX_PTYPE_L4_UDP : (*len = 0);
	case IPPROTO_SCTP:
		*len = SCTP_HDR_LEN;
		return rest->len >= *len ? PLX_PTYPE_L4_SCTP : (*len = 0);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return rest->len >= ICMP_HDR_LEN ? PLX_PTYPE_L4_ICMP : 0;
	default:
		return PLX_PTYPE_L4_NONFRAG;
	}
}

/* Layers 3 and 4 of what has the Ethernet type @type. */
static uint32_t
upper(struct rest *rest, uint16_t type, struct plx_net_hdr_lens *lens, uint32_t layers)
{
	const size_t before = rest->len;
	bool frag = false;
	uint32_t ptype;
	int proto = -1;

	if (type == PLX_ETHER_TYPE_IPV4)
		ptype = ipv4(rest, &proto, &frag);
	else if (type == PLX_ETHER_TYPE_IPV6)
		ptype = ipv6(rest, &proto, &frag);
	else
		return 0;
	/* Lengths of extension headers that no IP packet can have. */
	if (before - rest->len > UINT16_MAX)
		return 0;
	lens->l3_len = (uint16_t)(before - rest->len);
	if (ptype == 0 || !(layers & PLX_PTYPE_L4_MASK))
		return ptype;
	return ptype | (frag ? PLX_PTYPE_L4_FRAG : l4(rest, proto, &lens->l4_len));
}

uint32_t
plx_net_ptype(const void *data, size_t len, struct plx_net_hdr_lens *hdr_lens, uint32_t layers)
{
	struct plx_net_hdr_lens lens = { 0 };
	struct rest rest = { data, len };
	uint32_t ptype;
	uint16_t type;

	ptype = l2(&rest, &type);
	lens.l2_len = (uint8_t)(len - rest.len);
	if (layers & (PLX_PTYPE_L3_MASK | PLX_PTYPE_L4_MASK))
		ptype |= upper(&rest, type, &lens, layers);
	if (hdr_lens != NULL)
		*hdr_lens = lens;
	return ptype & layers;
}
