/* SPDX-License-Identifier: BSD-3-Clause */
/* Checksums of frames, as a NIC would have looked at them. */
#include <plx_ip.h>
#include <plx_ptype.h>
#include <plx_udp.h>

#include "net_tap.h"

/* Of @len bytes behind @off, in whatever pieces. */
static uint64_t
sum_of(const struct plx_mbuf *m, uint32_t off, uint32_t len)
{
	uint64_t sum = 0;
	bool odd = false;

	for (; len > 0; m = m->next) {
		uint32_t piece;
		uint16_t part;

		if (off >= m->data_len) {
			off -= m->data_len;
			continue;
		}
		piece = PLX_MIN(m->data_len - off, len);
		part = plx_raw_cksum(plx_pktmbuf_mtod_offset(m, const char *, off), piece);
		sum += odd ? __builtin_bswap16(part) : part;
		odd ^= piece & 1;
		len -= piece;
		off = 0;
	}
	return sum;
}

static bool
is_ipv4(uint32_t ptype)
{
	const uint32_t l3 = ptype & PLX_PTYPE_L3_MASK;

	return l3 == PLX_PTYPE_L3_IPV4 || l3 == PLX_PTYPE_L3_IPV4_EXT;
}

/* Right, wrong, or nothing if there is none: fragments, UDP without, cut packets. */
static uint64_t
look_at_l4(const struct plx_mbuf *m, uint32_t ptype, const struct plx_net_hdr_lens *lens)
{
	const char *l3 = plx_pktmbuf_mtod_offset(m, const char *, lens->l2_len);
	const uint32_t at = (uint32_t)lens->l2_len + lens->l3_len;
	const struct plx_udp_hdr *udp = (const void *)(l3 + lens->l3_len);
	uint32_t len;
	uint64_t sum;

	if (is_ipv4(ptype)) {
		const struct plx_ipv4_hdr *ip = (const void *)l3;

		len = plx_be_to_cpu_16(ip->total_length);
		len = len > lens->l3_len ? len - lens->l3_len : 0;
		sum = plx_ipv4_phdr_cksum(ip, 0);
	} else if ((ptype & PLX_PTYPE_L3_MASK) == PLX_PTYPE_L3_IPV6) {
		const struct plx_ipv6_hdr *ip = (const void *)l3;

		len = plx_be_to_cpu_16(ip->payload_len);
		sum = plx_ipv6_phdr_cksum(ip, 0);
	} else {
		return 0;
	}
	if (len < lens->l4_len || at + len > m->pkt_len ||
	    ((ptype & PLX_PTYPE_L4_MASK) == PLX_PTYPE_L4_UDP && udp->dgram_cksum == 0))
		return 0;
	return plx_cksum_fold(sum + sum_of(m, at, len)) == 0xffff ? PLX_MBUF_F_RX_L4_CKSUM_GOOD :
		PLX_MBUF_F_RX_L4_CKSUM_BAD;
}

uint64_t
tap_rx_cksum(const struct plx_mbuf *m, uint64_t offloads)
{
	const char *data = plx_pktmbuf_mtod(m, const char *);
	struct plx_net_hdr_lens lens;
	const uint32_t ptype = plx_net_ptype(data, m->data_len, &lens, PLX_PTYPE_ALL_MASK);
	const uint32_t l4 = ptype & PLX_PTYPE_L4_MASK;
	uint64_t flags = 0;

	if (offloads & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM && is_ipv4(ptype))
		flags = plx_raw_cksum(data + lens.l2_len, lens.l3_len) == 0xffff ?
			PLX_MBUF_F_RX_IP_CKSUM_GOOD : PLX_MBUF_F_RX_IP_CKSUM_BAD;
	if ((l4 == PLX_PTYPE_L4_TCP && offloads & PLX_ETH_RX_OFFLOAD_TCP_CKSUM) ||
	    (l4 == PLX_PTYPE_L4_UDP && offloads & PLX_ETH_RX_OFFLOAD_UDP_CKSUM))
		flags |= look_at_l4(m, ptype, &lens);
	return flags;
}
