/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_RX_H
#define VIRTIO_RX_H
/**
 * DOC: Receiving, as far as it does not go by the layout of the rings. Included by virtio_rx_split.c
 * and virtio_rx_packed.c, which each make functions of it in which nothing asks for the layout.
 */
#include <string.h>

#include "virtio_rxtx.h"

/* Mbufs that are taken from the pool at once. */
#define VIRTIO_REFILL_MAX 64
/* A packet's mbuf is prefetched so many packets ahead. */
#define VIRTIO_LOOK_AHEAD 4

/*
 * struct virtio_rx_ring - a layout; each instance is constant, so that its functions are inlined.
 * @nb_used: at most so many buffers came back; 0 if the device broke the queue.
 * @take: the mbuf of the next buffer that came back, of which *@used_idx is the index, and how many
 *	bytes the device wrote; NULL if there is none, or it returned one that it did not have, by
 *	which it breaks the queue.
 * @post: @m is the buffer for the descriptor at @idx.
 * @publish: let the device see those below vq->avail_idx, and ring the doorbell if it wants that.
 */
struct virtio_rx_ring {
	uint16_t (*nb_used)(struct virtio_rxq *rxq);
	struct plx_mbuf *(*take)(struct virtio_rxq *rxq, uint16_t *used_idx, uint32_t *len);
	void (*post)(struct virtio_rxq *rxq, uint16_t idx, struct plx_mbuf *m);
	void (*publish)(struct virtqueue *vq);
};

/* Each empty descriptor is counted once, however often we come back for an mbuf in vain. */
static __attribute__((cold, noinline)) void
count_nombuf(struct virtio_rxq *rxq, uint16_t nb_empty)
{
	if (nb_empty > rxq->nombuf_seen)
		virtqueue_count(&rxq->stats.nombuf, (uint64_t)(nb_empty - rxq->nombuf_seen));
	rxq->nombuf_seen = nb_empty;
}

/*
 * Give the device new buffers as long as at least @thresh descriptors are empty. Nothing is
 * published. Mbufs are not touched: a line that is not cached costs less once its packet is there
 * and it was prefetched. All buffers of a pool are at the same place in the mbuf.
 *
 * Return: number of buffers.
 */
static __plx_always_inline uint16_t
virtio_rx_fill(struct virtio_rxq *rxq, uint16_t thresh, const struct virtio_rx_ring *ring)
{
	struct virtqueue *vq = &rxq->vq;
	uint16_t avail_idx = vq->avail_idx;
	struct plx_mbuf *mbufs[VIRTIO_REFILL_MAX];
	uint16_t nb_empty, n;

	while ((nb_empty = (uint16_t)(vq->used_idx + vq->size - avail_idx)) >= thresh) {
		n = PLX_MIN(nb_empty, (uint16_t)VIRTIO_REFILL_MAX);
		if (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->mp, mbufs, n) < 0)) {
			count_nombuf(rxq, nb_empty);
			break;
		}
		rxq->nombuf_seen = 0;
		for (uint16_t i = 0; i < n; i++)
			ring->post(rxq, avail_idx++, mbufs[i]);
	}
	n = (uint16_t)(avail_idx - vq->avail_idx);
	vq->avail_idx = avail_idx;
	return n;
}

/* The mbuf that came back under id @id, which is free then; NULL if the device did not have it. */
static __plx_always_inline struct plx_mbuf *
virtio_rx_by_id(struct virtio_rxq *rxq, uint32_t id)
{
	struct plx_mbuf *m;

	if (plx_unlikely(id >= rxq->vq.size)) {
		virtqueue_break(&rxq->vq, "used id %u, of %u descriptors", id, rxq->vq.size);
		return NULL;
	}
	m = rxq->sw_ring[id];
	if (plx_unlikely(m == NULL)) {
		virtqueue_break(&rxq->vq, "used id %u, which it did not have", id);
		return NULL;
	}
	rxq->sw_ring[id] = NULL;
	return m;
}

/* A packet that is too short is dropped; one beyond its buffer says that the device is at fault. */
static __attribute__((cold, noinline)) void
virtio_rx_drop(struct virtio_rxq *rxq, struct plx_mbuf *m, uint32_t len)
{
	if (len > rxq->buf_len)
		virtqueue_break(&rxq->vq, "wrote %u bytes into a buffer of %u", len, rxq->buf_len);
	virtqueue_count(&rxq->stats.errors, 1);
	plx_pktmbuf_free(m);
}

/*
 * Append the buffers of a packet behind the first one, @nb_more of them, of which no more than
 * @nb_used came back. 5.1.6.4.1: all of a packet are seen together, so that there are too few says
 * that the device is at fault. Return: 0; -1: the queue is broken, and @m holds what was there.
 */
static __plx_always_inline int
virtio_rx_append(struct virtio_rxq *rxq, struct plx_mbuf *m, uint16_t nb_more, uint16_t nb_used,
	uint16_t *used_idx, const struct virtio_rx_ring *ring)
{
	struct plx_mbuf *last = m, *seg;
	uint32_t len;

	if (plx_unlikely(nb_more > nb_used)) {
		virtqueue_break(&rxq->vq, "a packet of %u buffers, of which it returned %u",
			nb_more + 1u, nb_used + 1u);
		return -1;
	}
	for (; nb_more > 0; nb_more--) {
		seg = ring->take(rxq, used_idx, &len);
		if (plx_unlikely(seg == NULL)) {
			if (!rxq->vq.broken)
				virtqueue_break(&rxq->vq, "%u buffers of a packet are missing",
					nb_more);
			return -1;
		}
		/* No header here: the data begin where it would. */
		seg->rearm_data = rxq->rearm_data;
		seg->data_off = (uint16_t)(VIRTIO_RX_DATA_OFF - rxq->hdr_size);
		seg->data_len = (uint16_t)len;
		last->next = seg;
		last = seg;
		m->nb_segs++;
		if (plx_unlikely(len == 0 || len > rxq->buf_len)) {
			virtqueue_break(&rxq->vq, "wrote %u bytes into a buffer of %u", len,
				rxq->buf_len);
			return -1;
		}
		m->pkt_len += len;
	}
	return 0;
}

/*
 * 5.1.6.4.2: NEEDS_CSUM: the sender, on the same host, left the sum out. DATA_VALID: it was looked
 * at. A packet that was put together is told by gso_type.
 */
static __plx_always_inline uint64_t
virtio_rx_csum_flags(struct plx_mbuf *m, const struct virtio_net_hdr *hdr)
{
	const uint8_t flags = hdr->flags;
	const uint8_t gso = (uint8_t)(hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN);
	uint64_t ol_flags = 0;

	if (flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		ol_flags = PLX_MBUF_F_RX_L4_CKSUM_NONE;
	else if (flags & VIRTIO_NET_HDR_F_DATA_VALID)
		ol_flags = PLX_MBUF_F_RX_L4_CKSUM_GOOD;
	if (gso == VIRTIO_NET_HDR_GSO_TCPV4 || gso == VIRTIO_NET_HDR_GSO_TCPV6) {
		m->tso_segsz = hdr->gso_size;
		ol_flags |= PLX_MBUF_F_RX_LRO;
	}
	return ol_flags;
}

/* Devices do not take tags out, so it is done here: the addresses move up over the tag. */
static __plx_always_inline uint64_t
virtio_rx_strip(struct plx_mbuf *m)
{
	const uint16_t tpid = plx_cpu_to_be_16(PLX_ETHER_TYPE_VLAN);
	char *data = plx_pktmbuf_mtod(m, char *);
	uint16_t type, tci;

	if (m->data_len < PLX_ETHER_HDR_LEN + PLX_VLAN_HLEN)
		return 0;
	memcpy(&type, data + 2 * PLX_ETHER_ADDR_LEN, sizeof(type));
	if (type != tpid)
		return 0;
	memcpy(&tci, data + PLX_ETHER_HDR_LEN, sizeof(tci));
	memmove(data + PLX_VLAN_HLEN, data, 2 * PLX_ETHER_ADDR_LEN);
	m->vlan_tci = plx_be_to_cpu_16(tci);
	m->data_off = (uint16_t)(m->data_off + PLX_VLAN_HLEN);
	m->data_len = (uint16_t)(m->data_len - PLX_VLAN_HLEN);
	m->pkt_len -= PLX_VLAN_HLEN;
	return PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED;
}

/* What header and data tell of the packet @m. */
static __plx_always_inline void
virtio_rx_offloads(const struct virtio_rxq *rxq, struct plx_mbuf *m,
	const struct virtio_net_hdr *hdr)
{
	uint64_t ol_flags = 0;

	if (rxq->csum)
		ol_flags |= virtio_rx_csum_flags(m, hdr);
	if (rxq->hash && hdr->hash_report != 0) {
		m->hash.rss = hdr->hash_value;
		ol_flags |= PLX_MBUF_F_RX_RSS_HASH;
	}
	if (rxq->strip)
		ol_flags |= virtio_rx_strip(m);
	m->ol_flags = ol_flags;
}

/* The header of the packet whose first buffer is @m, which the device may write to all the time. */
static __plx_always_inline struct virtio_net_hdr *
virtio_rx_header(const struct virtio_rxq *rxq, const struct plx_mbuf *m)
{
	return (struct virtio_net_hdr *)((uintptr_t)m + rxq->buf_off);
}

static __plx_always_inline uint16_t
virtio_rx_nb_buffers(const struct virtio_rxq *rxq, const struct plx_mbuf *m)
{
	return rxq->mergeable ?
		__atomic_load_n(&virtio_rx_header(rxq, m)->num_buffers, __ATOMIC_RELAXED) : 1;
}

static __attribute__((cold, noinline)) void
virtio_rx_broken(struct virtio_rxq *rxq)
{
	if (rxq->vq.broken)
		virtqueue_count(&rxq->stats.errors, 1);
}

/* @full: several buffers a packet, and offloads, as far as negotiated. */
static __plx_always_inline uint16_t
virtio_rx_burst(struct virtio_rxq *rxq, struct plx_mbuf **rx_pkts, uint16_t nb_pkts,
	const struct virtio_rx_ring *ring, const bool full)
{
	struct virtqueue *vq = &rxq->vq;
	const uint16_t hdr_size = full ? rxq->hdr_size : VIRTIO_NET_HDR_SIZE;
	const uint32_t len_min = hdr_size + PLX_ETHER_HDR_LEN;
	const uint32_t len_span = rxq->buf_len - len_min;
	const uint64_t rearm_data = rxq->rearm_data;
	uint16_t used_idx = vq->used_idx;
	uint16_t nb_used, nb_bufs, nb_rx = 0;
	struct plx_mbuf *m, *next;
	uint64_t bytes = 0;
	uint32_t len;

	if (plx_unlikely(vq->broken))
		return 0;
	for (nb_used = ring->nb_used(rxq); nb_used > 0 && nb_rx < nb_pkts; nb_used--) {
		m = ring->take(rxq, &used_idx, &len);
		if (plx_unlikely(m == NULL)) {
			virtio_rx_broken(rxq);
			break;
		}
		next = rxq->sw_ring[(used_idx + VIRTIO_LOOK_AHEAD) & vq->mask];
		plx_prefetch0_write(next);
		if (full)
			plx_prefetch0((const char *)next + rxq->buf_off);
		m->rearm_data = rearm_data;
		/* Both bounds in one comparison: below the least, the difference wraps around. */
		if (plx_unlikely(len - len_min > len_span)) {
			virtio_rx_drop(rxq, m, len);
			if (vq->broken)
				break;
			continue;
		}
		len -= hdr_size;
		m->ol_flags = 0;
		m->packet_type = 0;
		m->pkt_len = len;
		m->data_len = (uint16_t)len;
		if (full) {
			nb_bufs = virtio_rx_nb_buffers(rxq, m);
			if (nb_bufs > 1 && virtio_rx_append(rxq, m, (uint16_t)(nb_bufs - 1),
					(uint16_t)(nb_used - 1), &used_idx, ring) < 0) {
				virtio_rx_drop(rxq, m, 0);
				break;
			}
			nb_used = (uint16_t)(nb_used - (nb_bufs > 1 ? nb_bufs - 1 : 0));
			virtio_rx_offloads(rxq, m, virtio_rx_header(rxq, m));
		}
		bytes += full ? m->pkt_len : len;
		rx_pkts[nb_rx++] = m;
	}
	vq->used_idx = used_idx;
	if (nb_rx > 0) {
		virtqueue_count(&rxq->stats.packets, nb_rx);
		virtqueue_count(&rxq->stats.bytes, bytes);
	}
	/* Also on an idle poll, for the pool may have been empty the last time. */
	if (plx_likely(!vq->broken) && virtio_rx_fill(rxq, rxq->free_thresh, ring) > 0)
		ring->publish(vq);
	return nb_rx;
}

#endif
