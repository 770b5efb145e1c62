/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mode csum: forward as mode mac, with checksums made anew, by the port where "csum set" says so, else
 * here; and let the port cut TCP packets where "tso set" says so.
 */
#include <plx_ip.h>
#include <plx_ptype.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "fwd.h"

/* @l3: IP header; @l4: offset in the packet, @l4_len: bytes from there to the end of the IP packet. */
struct csum_packet {
	struct plx_mbuf *m;
	void *l3;
	bool is_ipv4;
	uint32_t l4;
	uint32_t l4_len;
};

static void
count_bad(struct fwd_stream *fs, uint64_t ol_flags)
{
	fs->rx_bad_ip_csum += (ol_flags & PLX_MBUF_F_RX_IP_CKSUM_MASK) == PLX_MBUF_F_RX_IP_CKSUM_BAD;
	fs->rx_bad_l4_csum += (ol_flags & PLX_MBUF_F_RX_L4_CKSUM_MASK) == PLX_MBUF_F_RX_L4_CKSUM_BAD;
}

/* The sum of @len bytes from @offset on, across segments; which may be of odd lengths. */
static uint16_t
sum_of(const struct plx_mbuf *m, uint32_t offset, uint32_t len)
{
	uint64_t sum = 0;
	bool odd = false;

	for (; m != NULL && len > 0; m = m->next) {
		uint32_t n, skip = PLX_MIN(offset, (uint32_t)m->data_len);
		uint16_t part;

		offset -= skip;
		n = PLX_MIN(len, m->data_len - skip);
		part = plx_raw_cksum(plx_pktmbuf_mtod_offset(m, const void *, skip), n);
		/* What starts at an odd place counts with its bytes swapped: RFC 1071, 2 (B). */
		sum += odd ? __builtin_bswap16(part) : part;
		odd ^= n & 1;
		len -= n;
	}
	return plx_cksum_fold(sum);
}

/* With the field of the checksum 0. */
static uint16_t
l4_cksum(const struct csum_packet *p)
{
	uint64_t phdr = p->is_ipv4 ? plx_ipv4_phdr_cksum(p->l3, 0) : plx_ipv6_phdr_cksum(p->l3, 0);

	return (uint16_t)~plx_cksum_fold(phdr + sum_of(p->m, p->l4, p->l4_len));
}

static void
do_udp(const struct csum_conf *conf, const struct csum_packet *p)
{
	struct plx_udp_hdr *udp = plx_pktmbuf_mtod_offset(p->m, struct plx_udp_hdr *, p->l4);
	uint16_t cksum;

	if (udp->dgram_cksum == 0)
		return;		/* the sender wants none */
	if (conf->hw & CSUM_HW_UDP) {
		p->m->ol_flags |= PLX_MBUF_F_TX_UDP_CKSUM;
		return;
	}
	udp->dgram_cksum = 0;
	cksum = l4_cksum(p);
	udp->dgram_cksum = cksum != 0 ? cksum : 0xffff;
}

static void
do_tcp(const struct csum_conf *conf, const struct csum_packet *p)
{
	struct plx_tcp_hdr *tcp = plx_pktmbuf_mtod_offset(p->m, struct plx_tcp_hdr *, p->l4);

	if (conf->tso_segsz != 0 && p->l4_len - p->m->l4_len > conf->tso_segsz) {
		p->m->tso_segsz = conf->tso_segsz;
		p->m->ol_flags |= PLX_MBUF_F_TX_TCP_SEG | (p->is_ipv4 ? PLX_MBUF_F_TX_IP_CKSUM : 0);
		return;
	}
	if (conf->hw & CSUM_HW_TCP) {
		p->m->ol_flags |= PLX_MBUF_F_TX_TCP_CKSUM;
		return;
	}
	tcp->cksum = 0;
	tcp->cksum = l4_cksum(p);
}

/* After L4, which may ask for TSO: then the port does this checksum in any case. */
static void
do_ipv4(const struct csum_conf *conf, struct plx_mbuf *m, struct plx_ipv4_hdr *ip)
{
	ip->hdr_checksum = 0;
	if (conf->hw & CSUM_HW_IP)
		m->ol_flags |= PLX_MBUF_F_TX_IP_CKSUM;
	else if (!(m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM))
		ip->hdr_checksum = plx_ipv4_cksum(ip);
}

/* Bytes behind the base header and options, as the header says; 0 if they are not all there. */
static uint32_t
payload_len(const struct csum_packet *p, const struct plx_net_hdr_lens *lens)
{
	const struct plx_ipv4_hdr *ip4 = p->l3;
	const struct plx_ipv6_hdr *ip6 = p->l3;
	uint32_t total = p->is_ipv4 ? plx_be_to_cpu_16(ip4->total_length) :
		plx_be_to_cpu_16(ip6->payload_len) + (uint32_t)sizeof(*ip6);

	if (total < (uint32_t)lens->l3_len + lens->l4_len || lens->l2_len + total > p->m->pkt_len)
		return 0;
	return total - lens->l3_len;
}

static void
process(struct fwd_stream *fs, struct plx_mbuf *m)
{
	struct plx_ether_hdr *eth = plx_pktmbuf_mtod(m, struct plx_ether_hdr *);
	struct plx_net_hdr_lens lens;
	uint32_t ptype = plx_net_ptype(eth, m->data_len, &lens, PLX_PTYPE_ALL_MASK);
	struct csum_packet p = { .m = m, .is_ipv4 = PLX_ETH_IS_IPV4_HDR(ptype) };

	count_bad(fs, m->ol_flags);
	m->ol_flags = 0;
	if (ptype & PLX_PTYPE_L2_MASK) {
		eth->dst_addr = fs->peer_addr;
		eth->src_addr = fs->port_addr;
	}
	/* Lengths that mbufs can't say, as of chains of extension headers, are left alone. */
	if (!(ptype & PLX_PTYPE_L3_MASK) || lens.l3_len >= 1u << 9)
		return;
	p.l3 = PLX_PTR_ADD(eth, lens.l2_len);
	p.l4 = (uint32_t)lens.l2_len + lens.l3_len;
	p.l4_len = payload_len(&p, &lens);
	m->tx_offload = 0;
	m->l2_len = lens.l2_len & 0x7f;
	m->l3_len = lens.l3_len & 0x1ff;
	m->l4_len = lens.l4_len;
	m->ol_flags = p.is_ipv4 ? PLX_MBUF_F_TX_IPV4 : PLX_MBUF_F_TX_IPV6;
	/* The pseudo-header of IPv6 with extensions is not what its base header says. */
	if (p.l4_len > 0 && (p.is_ipv4 || (ptype & PLX_PTYPE_L3_MASK) == PLX_PTYPE_L3_IPV6)) {
		if ((ptype & PLX_PTYPE_L4_MASK) == PLX_PTYPE_L4_UDP)
			do_udp(&fs->csum, &p);
		else if ((ptype & PLX_PTYPE_L4_MASK) == PLX_PTYPE_L4_TCP)
			do_tcp(&fs->csum, &p);
	}
	if (p.is_ipv4)
		do_ipv4(&fs->csum, m, p.l3);
}

/* Drop what the port can't send. Return: how many packets remain, the first ones. */
static uint16_t
prepare(struct fwd_stream *fs, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t n = 0;

	while (n < nb_pkts) {
		n += plx_eth_tx_prepare(fs->tx_port, fs->tx_queue, pkts + n, (uint16_t)(nb_pkts - n));
		if (plx_likely(n == nb_pkts))
			break;
		fs->fwd_dropped++;
		plx_pktmbuf_free(pkts[n]);
		nb_pkts--;
		for (uint16_t i = n; i < nb_pkts; i++)
			pkts[i] = pkts[i + 1];
	}
	return nb_pkts;
}

static void
csum_forward(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_pkts = stream_receive(fs, pkts);

	if (nb_pkts == 0)
		return;
	for (uint16_t i = 0; i < nb_pkts; i++)
		process(fs, pkts[i]);
	stream_transmit(fs, pkts, prepare(fs, pkts, nb_pkts));
}

const struct fwd_engine csum_engine = {
	.name = "csum",
	.packet_fwd = csum_forward,
};
