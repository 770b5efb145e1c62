/* SPDX-License-Identifier: BSD-3-Clause */
/* Mode txonly: send UDP packets as fast as the port takes them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <plx_ip.h>
#include <plx_udp.h>

#include "fwd.h"

/* Addresses for benchmarks, never routed (RFC 2544, C.2.2); port 9 discards (RFC 863). */
#define TX_SRC_ADDR PLX_IPV4(198, 18, 0, 1)
#define TX_DST_ADDR PLX_IPV4(198, 18, 0, 2)
#define TX_UDP_PORT 9
#define TX_TTL 64

static void
fill_udp(struct plx_ipv4_hdr *ip, struct plx_udp_hdr *udp, uint16_t ip_len)
{
	ip->version_ihl = PLX_IPV4_VHL_DEF;
	ip->total_length = plx_cpu_to_be_16(ip_len);
	ip->time_to_live = TX_TTL;
	ip->next_proto_id = IPPROTO_UDP;
	ip->src_addr = plx_cpu_to_be_32(TX_SRC_ADDR);
	ip->dst_addr = plx_cpu_to_be_32(TX_DST_ADDR);
	ip->hdr_checksum = plx_ipv4_cksum(ip);
	udp->src_port = plx_cpu_to_be_16(TX_UDP_PORT);
	udp->dst_port = plx_cpu_to_be_16(TX_UDP_PORT);
	udp->dgram_len = plx_cpu_to_be_16((uint16_t)(ip_len - sizeof(*ip)));
	udp->dgram_cksum = plx_ipv4_udptcp_cksum(ip, udp);
}

/* The whole packet is made once; its payload is zero, so that nothing old leaves the machine. */
static int
txonly_begin(struct fwd_stream *fs)
{
	struct plx_ether_hdr *eth;
	struct plx_ipv4_hdr *ip;

	fs->tx_packet = calloc(1, fs->tx_layout->pkt_len);
	if (fs->tx_packet == NULL)
		return -ENOMEM;
	eth = (struct plx_ether_hdr *)(void *)fs->tx_packet;
	eth->dst_addr = fs->peer_addr;
	eth->src_addr = fs->port_addr;
	eth->ether_type = PLX_BE16(PLX_ETHER_TYPE_IPV4);
	ip = (struct plx_ipv4_hdr *)(eth + 1);
	fill_udp(ip, (struct plx_udp_hdr *)(ip + 1),
		(uint16_t)(fs->tx_layout->pkt_len - sizeof(*eth)));
	return 0;
}

static void
txonly_end(struct fwd_stream *fs)
{
	free(fs->tx_packet);
	fs->tx_packet = NULL;
}

/* Fill the segment @m with the bytes of the packet from @from on; return where they end. */
static inline const char *
fill_segment(struct plx_mbuf *m, const char *from, uint16_t len)
{
	memcpy(plx_pktmbuf_mtod(m, void *), from, len);
	m->data_len = len;
	return from + len;
}

/* Make @head, which is empty, a packet. Return: 0; -ENOENT, with @head still to be freed. */
static inline int
make_packet(const struct fwd_stream *fs, struct plx_mbuf *head)
{
	const struct tx_layout *layout = fs->tx_layout;
	struct plx_mbuf *segs[MAX_TX_SEGS], *last = head;
	const char *from = fill_segment(head, fs->tx_packet, layout->seg_lens[0]);

	if (layout->nb_segs > 1 &&
	    plx_pktmbuf_alloc_bulk(fs->pool, segs, layout->nb_segs - 1U) < 0)
		return -ENOENT;
	for (uint16_t i = 1; i < layout->nb_segs; i++) {
		from = fill_segment(segs[i - 1], from, layout->seg_lens[i]);
		last->next = segs[i - 1];
		last = last->next;
	}
	head->nb_segs = layout->nb_segs;
	head->pkt_len = layout->pkt_len;
	return 0;
}

static void
txonly_transmit(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t n = 0;

	if (plx_pktmbuf_alloc_bulk(fs->pool, pkts, fs->burst) < 0)
		return;
	while (n < fs->burst && make_packet(fs, pkts[n]) == 0)
		n++;
	if (plx_unlikely(n < fs->burst))
		plx_pktmbuf_free_bulk(pkts + n, fs->burst - n);
	if (n > 0)
		stream_transmit(fs, pkts, n);
}

const struct fwd_engine txonly_engine = {
	.name = "txonly",
	.generates = true,
	.begin = txonly_begin,
	.end = txonly_end,
	.packet_fwd = txonly_transmit,
};
