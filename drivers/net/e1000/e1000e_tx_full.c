/* SPDX-License-Identifier: BSD-3-Clause */
/* Transmit of packets that may be chains, and may ask for checksums, VLAN tags and TSO. 82574: 7.2. */
#include <errno.h>

#include <plx_ip.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "e1000e_rxtx.h"

#define CKSUM_FLAGS (PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_L4_MASK | PLX_MBUF_F_TX_TCP_SEG)
/* A context says where checksums are in eight bits. */
#define CKSUM_AT_MAX 255

static uint32_t
l4_offset(const struct plx_mbuf *m)
{
	return (uint32_t)m->l2_len + m->l3_len;
}

/* Where the L4 checksum is behind the start of the L4 header; -1 if none is asked for. */
static int
l4_cksum_at(uint64_t ol_flags)
{
	if (ol_flags & PLX_MBUF_F_TX_TCP_SEG)
		return offsetof(struct plx_tcp_hdr, cksum);
	switch (ol_flags & PLX_MBUF_F_TX_L4_MASK) {
	case PLX_MBUF_F_TX_TCP_CKSUM:
		return offsetof(struct plx_tcp_hdr, cksum);
	case PLX_MBUF_F_TX_UDP_CKSUM:
		return offsetof(struct plx_udp_hdr, dgram_cksum);
	default:
		return -1;
	}
}

/* Could the device compute what a packet of @len bytes asks for? Where that is not so it may hang. */
static bool
cksum_fits(const struct plx_mbuf *m, uint32_t len)
{
	const uint32_t l4 = l4_offset(m);
	const int at = l4_cksum_at(m->ol_flags);
	const uint32_t need = l4 + (at < 0 ? 0 : (uint32_t)at + sizeof(uint16_t));

	if ((m->ol_flags & PLX_MBUF_F_TX_L4_MASK) == PLX_MBUF_F_TX_SCTP_CKSUM)
		return false;
	if ((m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM) && m->l3_len < sizeof(struct plx_ipv4_hdr))
		return false;
	return need <= len && need <= CKSUM_AT_MAX;
}

static bool
tso_fits(const struct plx_mbuf *m, uint32_t len)
{
	const uint32_t hdr = l4_offset(m) + m->l4_len;

	return m->l4_len >= sizeof(struct plx_tcp_hdr) && hdr <= E1000E_TSO_HDR_MAX && hdr < len &&
		len <= E1000E_TSO_LEN_MAX && m->tso_segsz > 0 &&
		hdr + m->tso_segsz <= E1000E_FRAME_LEN_MAX;
}

/* Return: data descriptors that the packet needs; -EINVAL if it can't be sent. */
static int
check_packet(const struct plx_mbuf *m)
{
	uint32_t nb_descs = 0, nb_segs = 0, len = 0;

	for (const struct plx_mbuf *seg = m; seg != NULL; seg = seg->next) {
		if (++nb_segs > m->nb_segs)
			return -EINVAL;
		nb_descs += seg->data_len > 0;
		len += seg->data_len;
	}
	if (nb_descs > E1000E_TX_SEGS_MAX || len < E1000E_TX_LEN_MIN || len != m->pkt_len)
		return -EINVAL;
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG) {
		if (!tso_fits(m, len))
			return -EINVAL;
	} else if (len > E1000E_FRAME_LEN_MAX) {
		return -EINVAL;
	}
	return (m->ol_flags & CKSUM_FLAGS) && !cksum_fits(m, len) ? -EINVAL : (int)nb_descs;
}

/* The context that a packet needs. */
static struct e1000e_tx_desc
make_context(const struct plx_mbuf *m)
{
	const uint32_t l2 = m->l2_len, l4 = l4_offset(m), hdr = l4 + m->l4_len;
	const int at = l4_cksum_at(m->ol_flags);
	struct e1000e_tx_desc ctx = { .addr = E1000E_TXC_IPCSS(l2), .cmd = E1000E_TXD_DEXT };

	if (m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM) {
		ctx.addr |= E1000E_TXC_IPCSE(l4 - 1) |
			E1000E_TXC_IPCSO(l2 + offsetof(struct plx_ipv4_hdr, hdr_checksum));
		ctx.cmd |= E1000E_TXC_IPV4;
	}
	if (at >= 0)
		ctx.addr |= E1000E_TXC_TUCSS(l4) | E1000E_TXC_TUCSO(l4 + (uint32_t)at);
	if (at == offsetof(struct plx_tcp_hdr, cksum))
		ctx.cmd |= E1000E_TXC_TCP;
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG)
		ctx.cmd |= E1000E_TXC_TSE | (m->pkt_len - hdr) | E1000E_TXC_HDRLEN(hdr) |
			E1000E_TXC_MSS(m->tso_segsz);
	return ctx;
}

/* A context for TSO counts down what it cut: it is good for one packet. */
static bool
has_context(const struct e1000e_txq *txq, const struct e1000e_tx_desc *ctx)
{
	return txq->share_context && !(ctx->cmd & E1000E_TXC_TSE) &&
		ctx->addr == txq->context.addr && ctx->cmd == txq->context.cmd;
}

/* What all data descriptors of a packet have in common. */
static uint64_t
data_command(const struct plx_mbuf *m)
{
	const uint64_t f = m->ol_flags;
	uint64_t cmd = E1000E_TXD_DATA | E1000E_TXD_IFCS;

	if (f & PLX_MBUF_F_TX_IP_CKSUM)
		cmd |= E1000E_TXD_IXSM;
	if (f & (PLX_MBUF_F_TX_L4_MASK | PLX_MBUF_F_TX_TCP_SEG))
		cmd |= E1000E_TXD_TXSM;
	if (f & PLX_MBUF_F_TX_TCP_SEG)
		cmd |= E1000E_TXD_TSE;
	if (f & PLX_MBUF_F_TX_VLAN)
		cmd |= E1000E_TXD_VLE | E1000E_TXD_VLAN(m->vlan_tci);
	return cmd;
}

static __plx_always_inline void
put_desc(struct e1000e_txq *txq, uint64_t addr, uint64_t cmd, struct plx_mbuf *m)
{
	txq->ring[txq->next].addr = addr;
	txq->ring[txq->next].cmd = cmd;
	txq->sw_ring[txq->next] = m;
	if (++txq->next == txq->size)
		txq->next = 0;
	txq->nb_open++;
	txq->nb_free--;
}

/*
 * A segment belongs to its descriptor from now on, and no more to a chain: one that is ours alone is
 * made as its pool wants it now, while it is in the cache, and goes back unread.
 */
static __plx_always_inline void
own_segment(struct e1000e_txq *txq, struct plx_mbuf *seg)
{
	struct plx_mempool *pool = NULL;

	if (plx_likely(plx_mbuf_refcnt_read(seg) == 1)) {
		if (seg->next != NULL)
			seg->next = NULL;
		if (seg->nb_segs != 1)
			seg->nb_segs = 1;
		pool = seg->pool;
	}
	if (!txq->open.filled)
		txq->open.pool = pool;
	else if (txq->open.pool != pool)
		txq->open.pool = NULL;
	txq->open.filled = true;
}

static void
put_packet(struct e1000e_txq *txq, struct plx_mbuf *m, uint32_t nb_descs)
{
	uint64_t cmd = data_command(m);
	struct plx_mbuf *next;

	for (struct plx_mbuf *seg = m; seg != NULL; seg = next) {
		next = seg->next;
		if (plx_unlikely(seg->data_len == 0)) {
			plx_pktmbuf_free_seg(seg);
			continue;
		}
		if (--nb_descs == 0)
			cmd |= E1000E_TXD_EOP;
		own_segment(txq, seg);
		put_desc(txq, plx_pktmbuf_iova(seg), cmd | seg->data_len, seg);
	}
	txq->open.nb_pkts++;
	if (txq->nb_open >= txq->rs_thresh)
		e1000e_tx_close_report(txq);
}

/* Return: 0; -ENOSPC if too few descriptors are free; -EINVAL if it can't be sent. */
static __plx_always_inline int
enqueue(struct e1000e_txq *txq, struct plx_mbuf *m)
{
	struct e1000e_tx_desc ctx = { 0, 0 };
	const int nb_descs = check_packet(m);
	uint32_t need = (uint32_t)nb_descs;

	if (plx_unlikely(nb_descs < 0))
		return nb_descs;
	if (m->ol_flags & CKSUM_FLAGS) {
		ctx = make_context(m);
		if (has_context(txq, &ctx))
			ctx.cmd = 0;
		else
			need++;
	}
	if (plx_unlikely(need > txq->nb_free)) {
		e1000e_txq_clean(txq, 0);
		if (need > txq->nb_free)
			return -ENOSPC;
	}
	if (ctx.cmd != 0) {
		txq->context = ctx;
		txq->open.holes = true;
		put_desc(txq, ctx.addr, ctx.cmd, NULL);
	}
	put_packet(txq, m, (uint32_t)nb_descs);
	return 0;
}

uint16_t
e1000e_tx_burst_full(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct e1000e_txq *txq = queue;
	const uint16_t begin = txq->next;
	uint16_t nb_tx, nb_bad = 0;
	uint64_t bytes = 0;

	if (plx_unlikely(!txq->q.running))
		return 0;
	if (txq->nb_free < txq->free_thresh || txq->nb_free < nb_pkts)
		e1000e_txq_clean(txq, 0);
	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		struct plx_mbuf *m = tx_pkts[nb_tx];
		const uint32_t len = m->pkt_len;
		const int ret = enqueue(txq, m);

		if (plx_likely(ret == 0)) {
			bytes += len;
			continue;
		}
		if (ret == -ENOSPC)
			break;
		plx_pktmbuf_free(m);
		nb_bad++;
	}
	if (plx_unlikely(nb_bad > 0))
		e1000_count(&txq->q.errors, nb_bad);
	if (plx_likely(txq->next != begin)) {
		plx_write32(txq->next, txq->tail);
		e1000_count(&txq->q.packets, (uint64_t)(nb_tx - nb_bad));
		e1000_count(&txq->q.bytes, bytes);
	}
	return nb_tx;
}

uint16_t
e1000e_tx_prepare(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	static const struct plx_eth_desc_lim lim = {
		.nb_seg_max = E1000E_TX_SEGS_MAX, .nb_mtu_seg_max = E1000E_TX_SEGS_MAX };
	const struct e1000e_txq *txq = queue;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		int ret = plx_eth_tx_prepare_check(tx_pkts[i], txq->offloads, &lim,
			E1000E_TSO_LEN_MAX);

		if (ret == 0)
			ret = check_packet(tx_pkts[i]);
		if (ret >= 0)
			ret = plx_eth_tx_prepare_cksum(tx_pkts[i]);
		if (ret < 0) {
			errno = -ret;
			return i;
		}
	}
	return nb_pkts;
}
