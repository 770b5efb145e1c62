/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that ask for work of the NIC: is what they ask for possible, and are they ready for it? */
#include <plx_ip.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "ethdev_private.h"

/* Bits of ol_flags that are for senders; 61 and 62 say how the buffer is attached. */
#define TX_FLAGS_FIRST 41
#define TX_FLAGS_LAST 60
#define TX_FLAGS (((UINT64_C(1) << TX_FLAGS_LAST) << 1) - (UINT64_C(1) << TX_FLAGS_FIRST))
#define IP_VERSION (PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IPV6)
#define NEEDS_HEADERS (PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_L4_MASK | PLX_MBUF_F_TX_TCP_SEG)

/* The offload that a flag asks for; those of the L4 checksum are a number, see offloads_of(). */
static const struct {
	uint64_t flag;
	uint64_t offload;
} flags[] = {
	{ PLX_MBUF_F_TX_QINQ, PLX_ETH_TX_OFFLOAD_QINQ_INSERT },
	{ PLX_MBUF_F_TX_TCP_SEG, PLX_ETH_TX_OFFLOAD_TCP_TSO },
	{ PLX_MBUF_F_TX_IP_CKSUM, PLX_ETH_TX_OFFLOAD_IPV4_CKSUM },
	{ PLX_MBUF_F_TX_VLAN, PLX_ETH_TX_OFFLOAD_VLAN_INSERT },
};

/* What a packet asks for; UINT64_MAX if nobody knows all of its flags. */
static uint64_t
offloads_of(const struct plx_mbuf *m)
{
	const uint64_t l4 = m->ol_flags & PLX_MBUF_F_TX_L4_MASK;
	uint64_t known = PLX_MBUF_F_TX_L4_MASK | IP_VERSION, offloads = 0;

	for (size_t i = 0; i < PLX_DIM(flags); i++) {
		known |= flags[i].flag;
		if (m->ol_flags & flags[i].flag)
			offloads |= flags[i].offload;
	}
	if (m->ol_flags & TX_FLAGS & ~known)
		return UINT64_MAX;
	if (l4 == PLX_MBUF_F_TX_TCP_CKSUM)
		offloads |= PLX_ETH_TX_OFFLOAD_TCP_CKSUM;
	else if (l4 == PLX_MBUF_F_TX_UDP_CKSUM)
		offloads |= PLX_ETH_TX_OFFLOAD_UDP_CKSUM;
	else if (l4 == PLX_MBUF_F_TX_SCTP_CKSUM)
		offloads |= PLX_ETH_TX_OFFLOAD_SCTP_CKSUM;
	/* TSO does the checksums too: no offload of their own is needed for them. */
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG)
		offloads &= ~(PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM);
	if (m->nb_segs > 1)
		offloads |= PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
	return offloads;
}

/* Is the chain what its first segment says, and none of its segments empty? */
static bool
chain_is_right(const struct plx_mbuf *m)
{
	const uint32_t pkt_len = m->pkt_len;
	uint32_t len = 0, left = m->nb_segs;

	for (; m != NULL && left > 0 && m->data_len > 0; m = m->next, left--)
		len += m->data_len;
	return m == NULL && left == 0 && len == pkt_len;
}

static bool
segments_fit(const struct plx_mbuf *m, const struct plx_eth_desc_lim *lim)
{
	uint16_t max = lim->nb_seg_max;

	if (!(m->ol_flags & PLX_MBUF_F_TX_TCP_SEG) && lim->nb_mtu_seg_max != 0)
		max = lim->nb_mtu_seg_max;
	return max == 0 || m->nb_segs <= max;
}

/* Bytes that the L4 header must have, by what is asked for. */
static uint32_t
l4_min(const struct plx_mbuf *m)
{
	switch (m->ol_flags & PLX_MBUF_F_TX_L4_MASK) {
	case PLX_MBUF_F_TX_UDP_CKSUM:
		return sizeof(struct plx_udp_hdr);
	case PLX_MBUF_F_TX_SCTP_CKSUM:
		return 12;	/* RFC 9260 section 3.1 */
	case PLX_MBUF_F_TX_TCP_CKSUM:
		return sizeof(struct plx_tcp_hdr);
	default:
		return m->ol_flags & PLX_MBUF_F_TX_TCP_SEG ? sizeof(struct plx_tcp_hdr) : 0;
	}
}

/* Headers that the NIC works on: of one IP version, as long as they must be, in the first segment. */
static bool
headers_are_right(const struct plx_mbuf *m)
{
	const uint64_t version = m->ol_flags & IP_VERSION;
	const uint32_t l3_min = version == PLX_MBUF_F_TX_IPV6 ? sizeof(struct plx_ipv6_hdr) :
		sizeof(struct plx_ipv4_hdr);

	if (version != PLX_MBUF_F_TX_IPV4 && version != PLX_MBUF_F_TX_IPV6)
		return false;
	if ((m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM) && version != PLX_MBUF_F_TX_IPV4)
		return false;
	return m->l2_len >= PLX_ETHER_HDR_LEN && m->l3_len >= l3_min &&
		(uint32_t)m->l2_len + m->l3_len + l4_min(m) <= m->data_len;
}

static bool
tso_is_right(const struct plx_mbuf *m, uint32_t max_tso_len)
{
	const uint64_t l4 = m->ol_flags & PLX_MBUF_F_TX_L4_MASK;
	const uint32_t headers = (uint32_t)m->l2_len + m->l3_len + m->l4_len;

	if (l4 != PLX_MBUF_F_TX_L4_NO_CKSUM && l4 != PLX_MBUF_F_TX_TCP_CKSUM)
		return false;
	if ((m->ol_flags & IP_VERSION) == PLX_MBUF_F_TX_IPV4 &&
	    !(m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM))
		return false;
	return m->l4_len >= sizeof(struct plx_tcp_hdr) && m->tso_segsz > 0 &&
		headers <= m->data_len && headers < m->pkt_len && m->pkt_len <= max_tso_len;
}

int
plx_eth_tx_prepare_check(const struct plx_mbuf *m, uint64_t tx_offloads,
	const struct plx_eth_desc_lim *lim, uint32_t max_tso_len)
{
	if (offloads_of(m) & ~tx_offloads)
		return -ENOTSUP;
	if (!chain_is_right(m) || !segments_fit(m, lim))
		return -EINVAL;
	if ((m->ol_flags & NEEDS_HEADERS) && !headers_are_right(m))
		return -EINVAL;
	if ((m->ol_flags & PLX_MBUF_F_TX_TCP_SEG) && !tso_is_right(m, max_tso_len))
		return -EINVAL;
	return 0;
}

/* The sum of the pseudo-header of @len bytes of @proto, whatever extension headers IPv6 has. */
static uint16_t
ipv6_phdr_cksum(const struct plx_ipv6_hdr *ip, uint8_t proto, uint32_t len)
{
	uint64_t sum = plx_cksum_add(0, ip->src_addr, sizeof(ip->src_addr));

	sum = plx_cksum_add(sum, ip->dst_addr, sizeof(ip->dst_addr));
	sum += PLX_BE16(proto);
	return plx_cksum_fold(sum + plx_cpu_to_be_32(len));
}

static uint16_t
phdr_cksum(const struct plx_mbuf *m, const void *l3, uint8_t proto)
{
	const struct plx_ipv6_hdr *ip6 = l3;
	uint32_t len = 0;

	if (m->ol_flags & PLX_MBUF_F_TX_IPV4)
		return plx_ipv4_phdr_cksum(l3, m->ol_flags);
	/* What follows the base header, without the extensions. */
	if (!(m->ol_flags & PLX_MBUF_F_TX_TCP_SEG))
		len = (uint16_t)(plx_be_to_cpu_16(ip6->payload_len) - (m->l3_len - sizeof(*ip6)));
	return ipv6_phdr_cksum(ip6, proto, len);
}

int
plx_eth_tx_prepare_cksum(struct plx_mbuf *m)
{
	const uint64_t l4 = m->ol_flags & PLX_MBUF_F_TX_L4_MASK;
	void *l3 = plx_pktmbuf_mtod_offset(m, void *, m->l2_len);
	void *l4_hdr = plx_pktmbuf_mtod_offset(m, void *, m->l2_len + m->l3_len);

	if (!(m->ol_flags & NEEDS_HEADERS))
		return 0;
	if (!headers_are_right(m))
		return -EINVAL;
	if (m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM)
		((struct plx_ipv4_hdr *)l3)->hdr_checksum = 0;
	if ((m->ol_flags & PLX_MBUF_F_TX_TCP_SEG) || l4 == PLX_MBUF_F_TX_TCP_CKSUM)
		((struct plx_tcp_hdr *)l4_hdr)->cksum = phdr_cksum(m, l3, IPPROTO_TCP);
	else if (l4 == PLX_MBUF_F_TX_UDP_CKSUM)
		((struct plx_udp_hdr *)l4_hdr)->dgram_cksum = phdr_cksum(m, l3, IPPROTO_UDP);
	return 0;
}
