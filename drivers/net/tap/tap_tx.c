/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames to the kernel. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <plx_errno.h>
#include <plx_ip.h>
#include <plx_log.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "net_tap.h"

#define OFFLOADS (PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_L4_MASK | PLX_MBUF_F_TX_TCP_SEG)
/* Headers up to the checksum in TCP's: as long as the lengths in an mbuf can tell. */
#define MAX_HEADERS (127 + 511 + 18)
PLX_STATIC_ASSERT(offsetof(struct plx_tcp_hdr, cksum) + 2 == 18, "end of the checksum");
PLX_STATIC_ASSERT(sizeof(struct plx_udp_hdr) == 8, "end of the checksum");

/* Headers, and what the kernel has to do in them. */
struct headers {
	struct virtio_net_hdr vnet;
	char bytes[MAX_HEADERS];
	uint16_t len;
};

static bool
is_tcp(const struct plx_mbuf *m)
{
	return (m->ol_flags & PLX_MBUF_F_TX_L4_MASK) == PLX_MBUF_F_TX_TCP_CKSUM ||
		m->ol_flags & PLX_MBUF_F_TX_TCP_SEG;
}

static bool
has_l4(const struct plx_mbuf *m)
{
	return (m->ol_flags & (PLX_MBUF_F_TX_L4_MASK | PLX_MBUF_F_TX_TCP_SEG)) != 0;
}

static void
fill_ip_checksum(char *l3)
{
	struct plx_ipv4_hdr *ip = (void *)l3;

	ip->hdr_checksum = 0;
	ip->hdr_checksum = plx_ipv4_cksum(ip);
}

/* Add the length of the payload to the pseudo-header's checksum: the kernel wants it, NICs do not. */
static void
add_tcp_length(char *field, uint32_t len)
{
	uint16_t value;
	uint32_t sum;

	memcpy(&value, field, sizeof(value));
	sum = value + (uint32_t)htons((uint16_t)len);
	sum = (sum & 0xffff) + (sum >> 16);
	value = (uint16_t)sum;
	memcpy(field, &value, sizeof(value));
}

static void
ask_checksum(const struct plx_mbuf *m, struct headers *h)
{
	const uint16_t l4 = (uint16_t)(m->l2_len + m->l3_len);
	const uint16_t offset = (uint16_t)(is_tcp(m) ? offsetof(struct plx_tcp_hdr, cksum) :
		offsetof(struct plx_udp_hdr, dgram_cksum));

	h->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->vnet.csum_start = l4;
	h->vnet.csum_offset = offset;
	if (!(m->ol_flags & PLX_MBUF_F_TX_TCP_SEG))
		return;
	h->vnet.gso_type = m->ol_flags & PLX_MBUF_F_TX_IPV6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
		VIRTIO_NET_HDR_GSO_TCPV4;
	h->vnet.gso_size = m->tso_segsz;
	h->vnet.hdr_len = (uint16_t)(l4 + m->l4_len);
	add_tcp_length(h->bytes + l4 + offset, m->pkt_len - l4);
}

/* The packet may be shared: what changes is a copy of its headers. Return: 0; -EINVAL. */
static int
copy_headers(const struct plx_mbuf *m, struct headers *h)
{
	h->len = (uint16_t)(m->l2_len + m->l3_len + (!has_l4(m) ? 0 : is_tcp(m) ? 18 : 8));
	if (h->len > m->data_len ||
	    (m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM && m->l3_len < sizeof(struct plx_ipv4_hdr)))
		return -EINVAL;
	memcpy(h->bytes, plx_pktmbuf_mtod(m, const void *), h->len);
	if (m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM)
		fill_ip_checksum(h->bytes + m->l2_len);
	if (has_l4(m))
		ask_checksum(m, h);
	return 0;
}

/* Pieces of the packet behind its first @skip bytes. Return: how many; all in one if there are many. */
static int
add_pieces(struct tap_txq *txq, const struct plx_mbuf *m, uint16_t skip, struct iovec *pieces)
{
	int n = 0;

	if (m->nb_segs > TAP_IOVECS) {
		vport_tx_bytes(m, txq->buf);
		pieces[0] = (struct iovec){ txq->buf + skip, m->pkt_len - skip };
		return 1;
	}
	for (; m != NULL; m = m->next, skip = 0)
		pieces[n++] = (struct iovec){ plx_pktmbuf_mtod_offset(m, char *, skip),
			(size_t)m->data_len - skip };
	return n;
}

static ssize_t
send_pieces(struct tap_txq *txq, const struct plx_mbuf *m)
{
	struct iovec pieces[2 + TAP_IOVECS];
	struct headers h = { .vnet = { .flags = 0 } };
	int n = 2;

	if (m->ol_flags & OFFLOADS && copy_headers(m, &h) < 0) {
		errno = EINVAL;
		return -1;
	}
	pieces[0] = (struct iovec){ &h.vnet, sizeof(h.vnet) };
	pieces[1] = (struct iovec){ h.bytes, h.len };
	n += add_pieces(txq, m, h.len, pieces + n);
	return writev(txq->fd, pieces, n);
}

/* One mbuf that is ours alone has room for the header in front: one piece. */
static ssize_t
send_frame(struct tap_txq *txq, struct plx_mbuf *m)
{
	char *start;

	if (plx_unlikely(m->nb_segs > 1 || m->ol_flags & OFFLOADS || plx_mbuf_refcnt_read(m) > 1 ||
	    plx_pktmbuf_headroom(m) < TAP_VNET_LEN))
		return send_pieces(txq, m);
	start = plx_pktmbuf_mtod(m, char *) - TAP_VNET_LEN;
	memset(start, 0, TAP_VNET_LEN);
	return write(txq->fd, start, TAP_VNET_LEN + m->data_len);
}

static void
fail(struct tap_txq *txq)
{
	vport_count(&txq->counters.errors, 1);
	if (!txq->silent)
		PLX_LOG(ERR, &tap_logtype, "%s: the interface takes no frames (%s): they are dropped until it "
			"does", txq->port_name, plx_strerror(errno));
	txq->silent = true;
}

uint16_t
tap_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct tap_txq *txq = queue;
	uint16_t nb_tx = 0, nb_sent = 0;
	uint64_t bytes = 0;

	for (; nb_tx < nb_pkts; nb_tx++) {
		struct plx_mbuf *m = tx_pkts[nb_tx];

		if (plx_unlikely(m->pkt_len > VPORT_MAX_PKTLEN)) {
			vport_count(&txq->counters.errors, 1);
		} else if (plx_likely(send_frame(txq, m) >= 0)) {
			txq->silent = false;
			bytes += m->pkt_len;
			nb_sent++;
		} else if (errno == EAGAIN) {
			break;
		} else {
			fail(txq);
		}
	}
	plx_pktmbuf_free_bulk(tx_pkts, nb_tx);
	vport_count_packets(&txq->counters, nb_sent, bytes);
	return nb_tx;
}

uint16_t
tap_tx_prepare(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	static const struct plx_eth_desc_lim any = VPORT_DESC_LIM;
	const struct tap_txq *txq = queue;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		int ret = plx_eth_tx_prepare_check(tx_pkts[i], txq->offloads, &any, VPORT_MAX_PKTLEN);

		if (ret == 0)
			ret = plx_eth_tx_prepare_cksum(tx_pkts[i]);
		if (ret < 0) {
			errno = -ret;
			return i;
		}
	}
	return nb_pkts;
}
