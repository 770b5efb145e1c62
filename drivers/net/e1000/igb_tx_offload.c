/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending any packet: chains, checksums, VLAN tags, TSO. */
#include <errno.h>

#include <plx_io.h>

#include "igb_rxtx.h"

/* What a packet may ask for that needs a context. */
#define CTX_FLAGS (PLX_MBUF_F_TX_VLAN | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_L4_MASK | \
	PLX_MBUF_F_TX_TCP_SEG)
/* Bytes of all headers of a packet that is cut. */
#define TSO_HDR_MAX 240
/* A packet is prefetched so many ahead. */
#define LOOK_AHEAD 4

/* What the chip needs at least to find checksums, and to cut. */
#define L3_LEN_MIN 20
#define TCP_LEN_MIN 20

/**
 * struct tx_packet - what a packet is, for the chip.
 * @ctx: the context that it refers to, without a number; if it needs one.
 * @hi: of its data descriptors.
 * @len: bytes.
 * @nb_segs: segments that have data.
 * @needs_ctx: it refers to a context.
 */
struct tx_packet {
	struct igb_desc ctx;
	uint64_t hi;
	uint32_t len;
	uint16_t nb_segs;
	bool needs_ctx;
};

/* Count what there is. Return: 0; -EINVAL if it can't be sent. */
static __plx_always_inline int
measure(struct tx_packet *p, const struct plx_mbuf *m)
{
	uint16_t nb_segs = 1;

	p->len = m->data_len;
	p->nb_segs = m->data_len > 0;
	for (m = m->next; plx_unlikely(m != NULL); m = m->next) {
		/* Also a chain that has no end. */
		if (++nb_segs > IGB_TX_SEGS_MAX)
			return -EINVAL;
		p->len += m->data_len;
		p->nb_segs = (uint16_t)(p->nb_segs + (m->data_len > 0));
	}
	return p->len >= IGB_FRAME_MIN ? 0 : -EINVAL;
}

/* The checksums that a packet with @flags shall get. Return: 0; -EINVAL. */
static int
describe_checksums(struct tx_packet *p, const struct plx_mbuf *m, uint64_t flags)
{
	if (m->l3_len < L3_LEN_MIN)
		return -EINVAL;
	if (flags & PLX_MBUF_F_TX_IP_CKSUM)
		p->hi |= IGB_TXD_IXSM;
	if (flags & PLX_MBUF_F_TX_TCP_SEG)
		flags = PLX_MBUF_F_TX_TCP_CKSUM;
	switch (flags & PLX_MBUF_F_TX_L4_MASK) {
	case PLX_MBUF_F_TX_TCP_CKSUM:
		p->ctx.hi |= IGB_CTX_TCP;
		break;
	case PLX_MBUF_F_TX_SCTP_CKSUM:
		p->ctx.hi |= IGB_CTX_SCTP;
		break;
	case PLX_MBUF_F_TX_UDP_CKSUM:
		p->ctx.hi |= IGB_CTX_UDP;
		break;
	default:
		return 0;
	}
	p->hi |= IGB_TXD_TXSM;
	return 0;
}

/* Into what a packet with @hdr_len bytes before its TCP header is cut. Return: 0; -EINVAL. */
static int
describe_tso(struct tx_packet *p, const struct plx_mbuf *m, uint32_t hdr_len)
{
	hdr_len += m->l4_len;
	if (m->tso_segsz == 0 || m->l4_len < TCP_LEN_MIN || hdr_len > TSO_HDR_MAX ||
	    hdr_len >= p->len || p->len > IGB_TSO_MAX)
		return -EINVAL;
	p->ctx.hi |= IGB_CTX_L4LEN(m->l4_len) | IGB_CTX_MSS(m->tso_segsz);
	p->hi |= IGB_TXD_TSE | IGB_TXD_PAYLEN(p->len - hdr_len);
	return 0;
}

/* What a packet with @flags asks for, and the context that it refers to. Return: 0; -EINVAL. */
static int
describe_offloads(struct tx_packet *p, const struct plx_mbuf *m, uint64_t flags)
{
	const uint32_t l2_len = m->l2_len > 0 ? m->l2_len : PLX_ETHER_HDR_LEN;
	const uint32_t hdr_len = l2_len + m->l3_len;

	p->needs_ctx = true;
	p->ctx.lo = IGB_CTX_MACLEN(l2_len) | IGB_CTX_IPLEN(m->l3_len);
	p->ctx.hi = IGB_CTX_DTYP | IGB_CTX_DEXT;
	if (m->ol_flags & PLX_MBUF_F_TX_IPV4)
		p->ctx.hi |= IGB_CTX_IPV4;
	if (flags & PLX_MBUF_F_TX_VLAN) {
		p->ctx.lo |= IGB_CTX_VLAN(m->vlan_tci);
		p->hi |= IGB_TXD_VLE;
	}
	if ((flags & ~PLX_MBUF_F_TX_VLAN) && describe_checksums(p, m, flags) < 0)
		return -EINVAL;
	if (flags & PLX_MBUF_F_TX_TCP_SEG)
		return describe_tso(p, m, hdr_len);
	p->hi |= IGB_TXD_PAYLEN(p->len);
	return hdr_len < p->len && p->len <= IGB_FRAME_MAX ? 0 : -EINVAL;
}

/* Return: 0; -EINVAL if it can't be sent. */
static __plx_always_inline int
describe(struct tx_packet *p, const struct plx_mbuf *m)
{
	const uint64_t flags = m->ol_flags & CTX_FLAGS;

	if (plx_unlikely(measure(p, m) < 0))
		return -EINVAL;
	p->hi = IGB_TXD_DATA | IGB_TXD_DEXT | IGB_TXD_IFCS;
	if (flags != 0)
		return describe_offloads(p, m, flags);
	p->needs_ctx = false;
	p->hi |= IGB_TXD_PAYLEN(p->len);
	return plx_likely(p->len <= IGB_FRAME_MAX) ? 0 : -EINVAL;
}

/* The number of the context @ctx; IGB_NB_CTX if the chip does not have it. */
static __plx_always_inline unsigned int
find_ctx(const struct igb_txq *txq, const struct igb_desc *ctx)
{
	unsigned int i;

	for (i = 0; i < IGB_NB_CTX; i++)
		if (txq->ctx[i].lo == ctx->lo && txq->ctx[i].hi == ctx->hi)
			break;
	return i;
}

static __plx_always_inline uint16_t
take_desc(struct igb_txq *txq)
{
	const uint16_t id = txq->next;

	txq->next = plx_unlikely(id + 1 == txq->nb_desc) ? 0 : (uint16_t)(id + 1);
	return id;
}

/* Give the chip a context, in place of the one that was not written last. Return: its number. */
static unsigned int
put_ctx(struct igb_txq *txq, const struct igb_desc *ctx)
{
	const unsigned int i = (txq->ctx_last + 1u) % IGB_NB_CTX;
	const uint16_t id = take_desc(txq);

	txq->ctx[i] = *ctx;
	txq->ctx_last = (uint16_t)i;
	txq->ring[id].lo = ctx->lo;
	txq->ring[id].hi = ctx->hi | IGB_CTX_IDX(i);
	txq->sw_ring[id] = NULL;
	return i;
}

/*
 * Segments without data are left out: they are freed with the packet, of which only the last
 * descriptor knows. Return: that descriptor.
 */
static __plx_always_inline uint16_t
put_data(struct igb_txq *txq, const struct tx_packet *p, struct plx_mbuf *m)
{
	const struct plx_mbuf *seg = m;
	uint16_t id;

	for (uint16_t left = p->nb_segs;; seg = seg->next) {
		if (plx_unlikely(seg->data_len == 0))
			continue;
		id = take_desc(txq);
		txq->ring[id].lo = plx_pktmbuf_iova(seg);
		if (--left == 0)
			break;
		txq->ring[id].hi = p->hi | IGB_TXD_LEN(seg->data_len);
		txq->sw_ring[id] = NULL;
	}
	txq->ring[id].hi = p->hi | IGB_TXD_LEN(seg->data_len) | IGB_TXD_EOP;
	txq->sw_ring[id] = m;
	return id;
}

/* Can the batch be freed without a look at @m? Only if each of its descriptors is such a packet. */
static __plx_always_inline void
note_in_batch(struct igb_txq *txq, const struct plx_mbuf *m, uint16_t nb_descs)
{
	if (plx_unlikely(m->pool != txq->pool)) {
		if (txq->nb_since_rs == 0)
			txq->pool = m->pool;
		else
			txq->mixed = true;
	}
	if (nb_descs > 1 || m->next != NULL || plx_mbuf_refcnt_read(m) != 1)
		txq->mixed = true;
}

/* Return: 0; -ENOSPC if too few descriptors are free; -EINVAL if it can't be sent. */
static __plx_always_inline int
enqueue(struct igb_txq *txq, struct plx_mbuf *m, uint64_t *bytes)
{
	unsigned int ctx = IGB_NB_CTX;
	struct tx_packet p;
	uint16_t nb_descs, last;

	if (plx_unlikely(describe(&p, m) < 0))
		return -EINVAL;
	nb_descs = p.nb_segs;
	if (p.needs_ctx) {
		ctx = find_ctx(txq, &p.ctx);
		nb_descs = (uint16_t)(nb_descs + (ctx == IGB_NB_CTX));
	}
	if (plx_unlikely(nb_descs > txq->nb_free)) {
		igb_tx_reclaim(txq);
		if (nb_descs > txq->nb_free)
			return -ENOSPC;
	}
	note_in_batch(txq, m, nb_descs);
	if (p.needs_ctx) {
		if (ctx == IGB_NB_CTX)
			ctx = put_ctx(txq, &p.ctx);
		p.hi |= IGB_TXD_CTX(ctx);
	}
	last = put_data(txq, &p, m);
	txq->nb_free = (uint16_t)(txq->nb_free - nb_descs);
	txq->nb_since_rs = (uint16_t)(txq->nb_since_rs + nb_descs);
	if (txq->nb_since_rs >= txq->rs_thresh)
		igb_tx_report(txq, last);
	*bytes += p.len;
	return 0;
}

uint16_t
igb_xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct igb_txq *txq = queue;
	const uint64_t errors = txq->q.errors;
	uint64_t bytes = 0;
	uint16_t nb_tx;

	if (plx_unlikely(!igb_queue_runs(&txq->q)))
		return 0;
	if (txq->nb_free < PLX_MAX(txq->free_thresh, nb_pkts))
		igb_tx_reclaim(txq);
	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		int ret;

		if (nb_tx + LOOK_AHEAD < nb_pkts)
			plx_prefetch0(tx_pkts[nb_tx + LOOK_AHEAD]);
		ret = enqueue(txq, tx_pkts[nb_tx], &bytes);
		if (ret == -ENOSPC)
			break;
		if (plx_unlikely(ret < 0))
			igb_tx_reject(txq, tx_pkts[nb_tx]);
	}
	igb_tx_end(txq, (uint16_t)(nb_tx - (txq->q.errors - errors)), bytes);
	return nb_tx;
}

int
igb_tx_check(const struct plx_mbuf *m)
{
	struct tx_packet p;

	return describe(&p, m);
}
