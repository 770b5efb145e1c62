/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include <plx_malloc.h>

#include "virtio_rxtx.h"

/* Mbufs that are taken from the pool at once. */
#define REFILL_MAX 64
/* A packet's mbuf is prefetched so many packets ahead. */
#define LOOK_AHEAD 4
/* The least that a device may write: the header and addresses and type of an Ethernet frame. */
#define USED_LEN_MIN (VIRTIO_NET_HDR_SIZE + PLX_ETHER_HDR_LEN)

struct virtio_rxq *
virtio_rxq_create(const char *dev_name, uint16_t port_id, uint16_t index, uint16_t size,
	uint16_t free_thresh, struct plx_mempool *mp, int socket)
{
	struct plx_mbuf proto = {
		.data_off = VIRTIO_RX_DATA_OFF, .refcnt = 1, .nb_segs = 1, .port = port_id,
	};
	struct virtio_rxq *rxq;

	rxq = plx_zmalloc_socket("virtio Rx queue", sizeof(*rxq) + size * sizeof(rxq->sw_ring[0]),
		PLX_CACHE_LINE_SIZE, socket);
	if (rxq == NULL)
		return NULL;
	if (virtqueue_alloc(&rxq->vq, "virtio Rx rings", dev_name, "Rx queue", index, size,
			socket) < 0) {
		plx_free(rxq);
		return NULL;
	}
	rxq->mp = mp;
	rxq->rearm_data = proto.rearm_data;
	rxq->buf_off = (uint32_t)(sizeof(struct plx_mbuf) + plx_pktmbuf_priv_size(mp) +
		VIRTIO_RX_DATA_OFF - VIRTIO_NET_HDR_SIZE);
	rxq->buf_len = (uint32_t)(plx_pktmbuf_data_room_size(mp) - VIRTIO_RX_DATA_OFF +
		VIRTIO_NET_HDR_SIZE);
	rxq->free_thresh = free_thresh;
	return rxq;
}

/* Each empty descriptor is counted once, however often we come back for an mbuf in vain. */
static __attribute__((cold, noinline)) void
count_nombuf(struct virtio_rxq *rxq, uint16_t nb_empty)
{
	if (nb_empty > rxq->nombuf_seen)
		virtio_stat_add(&rxq->stats.nombuf, (uint64_t)(nb_empty - rxq->nombuf_seen));
	rxq->nombuf_seen = nb_empty;
}

/* Free those of @n mbufs that the device can't reach. Return: number of the others. */
static __attribute__((cold, noinline)) uint16_t
keep_reachable(struct virtio_rxq *rxq, struct plx_mbuf **mbufs, uint16_t n)
{
	uint16_t i, nb_kept = 0;

	for (i = 0; i < n; i++) {
		if (virtqueue_check(&rxq->vq, (uint64_t)(uintptr_t)mbufs[i] + rxq->buf_off,
				rxq->buf_len, VIRTIO_DMA_WRITE) == 0) {
			mbufs[nb_kept++] = mbufs[i];
			continue;
		}
		rxq->refused = true;
		plx_mbuf_raw_free(mbufs[i]);
	}
	return nb_kept;
}

/*
 * Give the device new buffers as long as at least @thresh descriptors are empty. Nothing is
 * published. Mbufs are not touched: a line that is not cached costs less once its packet is there
 * and it was prefetched. IOVA == VA, and all buffers of a pool are at the same place in the mbuf.
 * After a buffer that can't be reached the pool is left alone until the next poll: it would give the
 * same one again.
 *
 * Return: number of buffers.
 */
static __plx_always_inline uint16_t
fill(struct virtio_rxq *rxq, uint16_t thresh, const bool check)
{
	struct virtqueue *vq = &rxq->vq;
	const uint16_t mask = vq->mask;
	uint16_t avail_idx = vq->avail_idx;
	struct plx_mbuf *mbufs[REFILL_MAX];
	uint16_t nb_empty, nb_good, id, n, i;

	while ((nb_empty = (uint16_t)(vq->used_idx + vq->size - avail_idx)) >= thresh) {
		n = PLX_MIN(nb_empty, (uint16_t)REFILL_MAX);
		if (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->mp, mbufs, n) < 0)) {
			count_nombuf(rxq, nb_empty);
			break;
		}
		nb_good = check ? keep_reachable(rxq, mbufs, n) : n;
		if (check && nb_good < n)
			count_nombuf(rxq, (uint16_t)(nb_empty - nb_good));
		else
			rxq->nombuf_seen = 0;
		for (i = 0; i < nb_good; i++) {
			/* Masked, as the ring is in memory that a device at fault may write. */
			id = vq->avail->ring[avail_idx++ & mask] & mask;
			rxq->sw_ring[id] = mbufs[i];
			vq->desc[id].addr = (uint64_t)(uintptr_t)mbufs[i] + rxq->buf_off;
		}
		if (check && nb_good < n)
			break;
	}
	n = (uint16_t)(avail_idx - vq->avail_idx);
	vq->avail_idx = avail_idx;
	return n;
}

static uint16_t
refill(struct virtio_rxq *rxq, uint16_t thresh)
{
	return fill(rxq, thresh, false);
}

static uint16_t
refill_checked(struct virtio_rxq *rxq, uint16_t thresh)
{
	return fill(rxq, thresh, true);
}

int
virtio_rxq_start(struct virtio_rxq *rxq)
{
	struct virtqueue *vq = &rxq->vq;
	uint16_t i, nb_filled;

	virtqueue_reset(vq);
	rxq->nombuf_seen = 0;
	rxq->refused = false;
	for (i = 0; i < vq->size; i++) {
		vq->desc[i].len = rxq->buf_len;
		vq->desc[i].flags = VIRTQ_DESC_F_WRITE;
		vq->avail->ring[i] = i;
	}
	nb_filled = vq->checker != NULL ? refill_checked(rxq, 1) : refill(rxq, 1);
	if (nb_filled != vq->size) {
		virtio_rxq_stop(rxq);
		return rxq->refused ? -EFAULT : -ENOMEM;
	}
	virtqueue_publish(vq);
	return 0;
}

void
virtio_rxq_stop(struct virtio_rxq *rxq)
{
	uint16_t i;

	for (i = 0; i < rxq->vq.size; i++) {
		if (rxq->sw_ring[i] == NULL)
			continue;
		plx_mbuf_raw_free(rxq->sw_ring[i]);
		rxq->sw_ring[i] = NULL;
	}
}

void
virtio_rxq_destroy(struct virtio_rxq *rxq)
{
	if (rxq == NULL)
		return;
	virtqueue_free(&rxq->vq);
	plx_free(rxq);
}

/*
 * Take the mbuf that element @e in @slot of the used ring returns. NULL if it returns none that the
 * device has: then the queue is broken.
 */
static __plx_always_inline struct plx_mbuf *
take(struct virtio_rxq *rxq, uint16_t slot, struct virtq_used_elem e)
{
	struct virtqueue *vq = &rxq->vq;
	struct plx_mbuf *m;

	if (plx_unlikely(e.id >= vq->size)) {
		virtqueue_break(vq, "used id %u, of %u descriptors", e.id, vq->size);
		return NULL;
	}
	m = rxq->sw_ring[e.id];
	if (plx_unlikely(m == NULL)) {
		virtqueue_break(vq, "used id %u, which it did not have", e.id);
		return NULL;
	}
	rxq->sw_ring[e.id] = NULL;
	/*
	 * The descriptor is free, and so is this slot of the available ring, which the device read
	 * before it could return a buffer under this index. They go together at the next refill: a
	 * device that works in order finds the same number in the same slot for ever.
	 */
	if (plx_unlikely(vq->avail->ring[slot] != e.id))
		vq->avail->ring[slot] = (uint16_t)e.id;
	return m;
}

/* A packet that is too short is dropped; one beyond its buffer says that the device is at fault. */
static __attribute__((cold, noinline)) void
drop(struct virtio_rxq *rxq, struct plx_mbuf *m, struct virtq_used_elem e)
{
	if (e.len > rxq->buf_len)
		virtqueue_break(&rxq->vq, "used id %u with %u bytes in a buffer of %u", e.id,
			e.len, rxq->buf_len);
	virtio_stat_add(&rxq->stats.errors, 1);
	plx_mbuf_raw_free(m);
}

static __plx_always_inline uint16_t
recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts, const bool check)
{
	struct virtio_rxq *rxq = queue;
	struct virtqueue *vq = &rxq->vq;
	const uint32_t len_span = rxq->buf_len - USED_LEN_MIN;
	const uint64_t rearm_data = rxq->rearm_data;
	const uint16_t mask = vq->mask;
	uint16_t used_idx = vq->used_idx;
	uint16_t nb_used, nb_rx = 0;
	struct virtq_used_elem e;
	struct plx_mbuf *m;
	uint64_t bytes = 0;

	if (plx_unlikely(vq->broken))
		return 0;
	nb_used = virtqueue_nb_used(vq);
	if (plx_unlikely(nb_used > virtqueue_nb_outstanding(vq))) {
		virtqueue_break(vq, "%u buffers used of %u", nb_used,
			virtqueue_nb_outstanding(vq));
		virtio_stat_add(&rxq->stats.errors, 1);
		return 0;
	}
	for (nb_used = PLX_MIN(nb_used, nb_pkts); nb_used > 0; nb_used--) {
		e = virtqueue_used_at(vq, used_idx & mask);
		m = take(rxq, used_idx & mask, e);
		if (plx_unlikely(m == NULL)) {
			virtio_stat_add(&rxq->stats.errors, 1);
			break;
		}
		used_idx++;
		plx_prefetch0_write(rxq->sw_ring[(used_idx + LOOK_AHEAD) & mask]);
		/* Both bounds in one comparison: below the least, the difference wraps around. */
		if (plx_unlikely(e.len - USED_LEN_MIN > len_span)) {
			drop(rxq, m, e);
			if (vq->broken)
				break;
			continue;
		}
		e.len -= VIRTIO_NET_HDR_SIZE;
		m->rearm_data = rearm_data;
		m->ol_flags = 0;
		m->packet_type = 0;
		m->pkt_len = e.len;
		m->data_len = (uint16_t)e.len;
		bytes += e.len;
		rx_pkts[nb_rx++] = m;
	}
	vq->used_idx = used_idx;
	if (nb_rx > 0) {
		virtio_stat_add(&rxq->stats.packets, nb_rx);
		virtio_stat_add(&rxq->stats.bytes, bytes);
	}
	/* Also on an idle poll, for the pool may have been empty the last time. */
	if (plx_likely(!vq->broken) && (check ? refill_checked(rxq, rxq->free_thresh) :
			refill(rxq, rxq->free_thresh)) > 0) {
		virtqueue_publish(vq);
		virtqueue_kick(vq);
	}
	return nb_rx;
}

uint16_t
virtio_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return recv_pkts(queue, rx_pkts, nb_pkts, false);
}

uint16_t
virtio_recv_pkts_checked(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return recv_pkts(queue, rx_pkts, nb_pkts, true);
}
