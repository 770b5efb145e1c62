/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <plx_ethdev_driver.h>
#include <plx_ip.h>
#include <plx_tcp.h>

#include "virtio_rxtx.h"
#include "virtio_tx_offload.h"

/* The length of IP has 16 bits. */
#define TSO_LEN_MAX (PLX_ETHER_HDR_LEN + UINT16_MAX)
/* Bytes of destination and source address. */
#define ADDRS_LEN (2 * PLX_ETHER_ADDR_LEN)

bool
virtio_tx_tso_fits(const struct plx_mbuf *m)
{
	const size_t l3_min = (m->ol_flags & PLX_MBUF_F_TX_IPV6) ? sizeof(struct plx_ipv6_hdr) :
		sizeof(struct plx_ipv4_hdr);
	const uint32_t l2_l3 = (uint32_t)(m->l2_len + m->l3_len);

	return m->l3_len >= l3_min && m->l4_len >= sizeof(struct plx_tcp_hdr) && m->tso_segsz > 0 &&
		l2_l3 + m->l4_len <= m->data_len && m->pkt_len - l2_l3 <= UINT16_MAX;
}

/* The sum of the pseudo-header, with the length; the same however often it is worked out. */
static uint16_t
phdr_sum(const struct plx_mbuf *m, const char *l3)
{
	const uint16_t len = (uint16_t)(m->pkt_len - m->l2_len - m->l3_len);
	uint64_t sum;

	if (m->ol_flags & PLX_MBUF_F_TX_IPV6)
		sum = plx_cksum_add(0, l3 + offsetof(struct plx_ipv6_hdr, src_addr), 32);
	else
		sum = plx_cksum_add(0, l3 + offsetof(struct plx_ipv4_hdr, src_addr), 8);
	return plx_cksum_fold(sum + plx_cpu_to_be_16(6) + plx_cpu_to_be_16(len));
}

void
virtio_tx_tso(struct virtio_net_hdr *hdr, struct plx_mbuf *m, uint16_t shift)
{
	char *l3 = plx_pktmbuf_mtod_offset(m, char *, m->l2_len);
	struct plx_tcp_hdr *tcp = (struct plx_tcp_hdr *)(void *)(l3 + m->l3_len);
	struct plx_ipv4_hdr *ip = (struct plx_ipv4_hdr *)(void *)l3;

	if (!(m->ol_flags & PLX_MBUF_F_TX_IPV6)) {
		ip->hdr_checksum = 0;
		ip->hdr_checksum = (uint16_t)~plx_raw_cksum(ip, m->l3_len);
	}
	tcp->cksum = phdr_sum(m, l3);
	hdr->gso_type = (m->ol_flags & PLX_MBUF_F_TX_IPV6) ? VIRTIO_NET_HDR_GSO_TCPV6 :
		VIRTIO_NET_HDR_GSO_TCPV4;
	hdr->gso_size = m->tso_segsz;
	hdr->hdr_len = (uint16_t)(m->l2_len + m->l3_len + m->l4_len + shift);
	/* TSO implies the checksum, whether its flag is set or not. */
	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = (uint16_t)(m->l2_len + m->l3_len + shift);
	hdr->csum_offset = offsetof(struct plx_tcp_hdr, cksum);
}

void
virtio_tx_tag(const struct plx_mbuf *m, char *to)
{
	const uint16_t tag[2] = { plx_cpu_to_be_16(PLX_ETHER_TYPE_VLAN),
		plx_cpu_to_be_16(m->vlan_tci) };

	memmove(to, plx_pktmbuf_mtod(m, const char *), ADDRS_LEN);
	memcpy(to + ADDRS_LEN, tag, sizeof(tag));
}

uint16_t
virtio_tx_prepare(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	const struct virtio_txq *txq = queue;
	const struct plx_eth_desc_lim lim = {
		.nb_seg_max = txq->segs_max, .nb_mtu_seg_max = txq->segs_max };
	uint16_t i;
	int ret;

	for (i = 0; i < nb_pkts; i++) {
		ret = plx_eth_tx_prepare_check(tx_pkts[i], txq->offloads, &lim, TSO_LEN_MAX);
		if (ret == 0)
			ret = plx_eth_tx_prepare_cksum(tx_pkts[i]);
		if (ret < 0) {
			errno = -ret;
			break;
		}
	}
	return i;
}
