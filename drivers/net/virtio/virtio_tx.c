/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <plx_malloc.h>

#include "virtio_rxtx.h"

/* Mbufs that go back to their pool at once. */
#define FREE_MAX 64

struct virtio_txq *
virtio_txq_create(const char *dev_name, uint16_t index, uint16_t size, uint16_t free_thresh,
	int socket)
{
	struct virtio_txq *txq;

	txq = plx_zmalloc_socket("virtio Tx queue", sizeof(*txq) + size * sizeof(txq->slots[0]),
		PLX_CACHE_LINE_SIZE, socket);
	if (txq == NULL)
		return NULL;
	txq->hdr = plx_zmalloc_socket("virtio Tx header", sizeof(*txq->hdr), 0, socket);
	if (txq->hdr == NULL)
		goto err_hdr;
	if (virtqueue_alloc(&txq->vq, "virtio Tx rings", dev_name, "Tx queue", index, size,
			socket) < 0)
		goto err_vq;
	txq->free_thresh = free_thresh;
	txq->segs_max = VIRTIO_TX_SEGS_MAX(size);
	return txq;
err_vq:
	plx_free(txq->hdr);
err_hdr:
	plx_free(txq);
	return NULL;
}

void
virtio_txq_start(struct virtio_txq *txq)
{
	uint16_t i;

	virtqueue_reset(&txq->vq);
	for (i = 0; i < txq->vq.size; i++)
		txq->slots[i].next = (uint16_t)(i + 1);
	txq->free_head = 0;
	txq->free_tail = txq->vq.mask;
	txq->nb_free = txq->vq.size;
}

void
virtio_txq_stop(struct virtio_txq *txq)
{
	uint16_t i;

	for (i = 0; i < txq->vq.size; i++) {
		plx_pktmbuf_free(txq->slots[i].mbuf);
		txq->slots[i].mbuf = NULL;
	}
}

void
virtio_txq_destroy(struct virtio_txq *txq)
{
	if (txq == NULL)
		return;
	virtqueue_free(&txq->vq);
	plx_free(txq->hdr);
	plx_free(txq);
}

/* Append descriptors @head to @last, which are linked and @n, to the free list. */
static __plx_always_inline void
put_free(struct virtio_txq *txq, uint16_t head, uint16_t last, uint16_t n)
{
	if (plx_unlikely(txq->nb_free == 0))
		txq->free_head = head;
	else
		txq->slots[txq->free_tail].next = head;
	txq->free_tail = last;
	txq->nb_free = (uint16_t)(txq->nb_free + n);
}

/* The slot whose packet used element @e returns; NULL if it is none: then the queue is broken. */
static __plx_always_inline struct virtio_tx_slot *
used_slot(struct virtio_txq *txq, struct virtq_used_elem e)
{
	struct virtio_tx_slot *slot;

	if (plx_unlikely(e.id >= txq->vq.size)) {
		virtqueue_break(&txq->vq, "used id %u, of %u descriptors", e.id, txq->vq.size);
		return NULL;
	}
	slot = &txq->slots[e.id];
	if (plx_unlikely(slot->mbuf == NULL)) {
		virtqueue_break(&txq->vq, "used id %u, which it did not have", e.id);
		return NULL;
	}
	return slot;
}

/* Free the packets that the device has sent. */
static void
reclaim(struct virtio_txq *txq)
{
	struct virtqueue *vq = &txq->vq;
	uint16_t nb_used = virtqueue_nb_used(vq), nb_done = 0;
	struct plx_mempool *pool = NULL;
	struct plx_mbuf *done[FREE_MAX];
	struct virtio_tx_slot *slot;
	struct virtq_used_elem e;

	if (plx_unlikely(nb_used > virtqueue_nb_outstanding(vq))) {
		virtqueue_break(vq, "%u buffers used of %u", nb_used,
			virtqueue_nb_outstanding(vq));
		virtio_stat_add(&txq->stats.errors, 1);
		return;
	}
	for (; nb_used > 0; nb_used--) {
		e = virtqueue_used_at(vq, vq->used_idx & vq->mask);
		slot = used_slot(txq, e);
		if (plx_unlikely(slot == NULL)) {
			virtio_stat_add(&txq->stats.errors, 1);
			break;
		}
		vq->used_idx++;
		if (plx_likely(slot->pool != NULL)) {
			if (plx_unlikely(slot->pool != pool || nb_done == FREE_MAX)) {
				if (nb_done > 0)
					plx_mbuf_raw_free_bulk(pool, done, nb_done);
				nb_done = 0;
				pool = slot->pool;
			}
			done[nb_done++] = slot->mbuf;
			put_free(txq, (uint16_t)e.id, (uint16_t)e.id, 1);
		} else {
			plx_pktmbuf_free(slot->mbuf);
			put_free(txq, (uint16_t)e.id, slot->last, slot->nb_descs);
		}
		slot->mbuf = NULL;
	}
	if (nb_done > 0)
		plx_mbuf_raw_free_bulk(pool, done, nb_done);
}

/* Can the header go in front of the data? Only if nobody else looks at the mbuf. */
static __plx_always_inline bool
header_fits(const struct plx_mbuf *m)
{
	return plx_mbuf_refcnt_read(m) == 1 && m->data_off >= VIRTIO_NET_HDR_SIZE;
}

/*
 * Is @m one segment, and does header_fits()? One load for three fields of rearm_data: data_off is
 * in bits 0 to 15, refcnt in 16 to 31, nb_segs in 32 to 47. Acquire, as plx_mbuf_refcnt_read().
 */
static __plx_always_inline bool
is_simple(const struct plx_mbuf *m)
{
	const uint64_t rearm = __atomic_load_n(&m->rearm_data, __ATOMIC_ACQUIRE);

	return (uint32_t)(rearm >> 16) == 0x00010001 && (uint16_t)rearm >= VIRTIO_NET_HDR_SIZE;
}

/* Put the header in front of the data of @m and let @desc be both. */
static __plx_always_inline void
fill_with_header(struct virtq_desc *desc, const struct plx_mbuf *m)
{
	memset(plx_pktmbuf_mtod_offset(m, char *, -VIRTIO_NET_HDR_SIZE), 0, VIRTIO_NET_HDR_SIZE);
	desc->addr = plx_pktmbuf_iova(m) - VIRTIO_NET_HDR_SIZE;
	desc->len = (uint32_t)m->data_len + VIRTIO_NET_HDR_SIZE;
}

/* Hand the packet that starts at descriptor @head to the device, at the next publish. */
static __plx_always_inline void
make_available(struct virtqueue *vq, uint16_t head)
{
	uint16_t *entry = &vq->avail->ring[vq->avail_idx++ & vq->mask];

	/* Mostly it is there from the last time round, and the device's copy stays good. */
	if (plx_unlikely(*entry != head))
		*entry = head;
}

/* Enqueue a packet that is_simple(); a descriptor is free. */
static __plx_always_inline void
enqueue_simple(struct virtio_txq *txq, struct plx_mbuf *m)
{
	const uint16_t id = txq->free_head;
	struct virtio_tx_slot *slot = &txq->slots[id];

	txq->free_head = slot->next;
	txq->nb_free--;
	slot->mbuf = m;
	/* It is ours alone: when it comes back nothing in it will have changed. */
	slot->pool = m->pool;
	fill_with_header(&txq->vq.desc[id], m);
	txq->vq.desc[id].flags = 0;
	make_available(&txq->vq, id);
}

/*
 * Describe @m, with its header in front of the data if @push, by @nb_descs free descriptors.
 * Segments without data are left out: devices take a descriptor of no bytes for an error.
 */
static void
fill_chain(struct virtio_txq *txq, struct plx_mbuf *m, bool push, uint16_t nb_descs)
{
	const uint16_t head = txq->free_head;
	const struct plx_mbuf *seg = push ? m->next : m;
	uint16_t id = head, last = head, left;

	for (left = nb_descs; left > 0; left--) {
		struct virtq_desc *desc = &txq->vq.desc[id];

		if (left < nb_descs) {
			while (seg->data_len == 0)
				seg = seg->next;
			desc->addr = plx_pktmbuf_iova(seg);
			desc->len = seg->data_len;
			seg = seg->next;
		} else if (push) {
			fill_with_header(desc, m);
		} else {
			desc->addr = (uint64_t)(uintptr_t)txq->hdr;
			desc->len = VIRTIO_NET_HDR_SIZE;
		}
		last = id;
		id = txq->slots[id].next;
		desc->flags = left > 1 ? VIRTQ_DESC_F_NEXT : 0;
		desc->next = id;
	}
	txq->free_head = id;
	txq->nb_free = (uint16_t)(txq->nb_free - nb_descs);
	txq->slots[head].mbuf = m;
	txq->slots[head].pool = NULL;
	txq->slots[head].last = last;
	txq->slots[head].nb_descs = nb_descs;
	make_available(&txq->vq, head);
}

/*
 * Enqueue any packet. Return: 0; -ENOSPC if too few descriptors are free; -EMSGSIZE if it has more
 * segments than we take.
 */
static __attribute__((noinline)) int
enqueue_any(struct virtio_txq *txq, struct plx_mbuf *m)
{
	const bool push = header_fits(m);
	uint16_t nb_descs = 1, nb_segs = 0;
	const struct plx_mbuf *seg;

	for (seg = m; seg != NULL; seg = seg->next) {
		if (++nb_segs > txq->segs_max)
			return -EMSGSIZE;
		if (seg->data_len > 0 && !(push && seg == m))
			nb_descs++;
	}
	if (nb_descs > txq->nb_free) {
		reclaim(txq);
		if (txq->vq.broken || nb_descs > txq->nb_free)
			return -ENOSPC;
	}
	fill_chain(txq, m, push, nb_descs);
	return 0;
}

/* Could the device read all that descriptors of @m would say? */
static __attribute__((cold, noinline)) bool
is_reachable(const struct virtio_txq *txq, const struct plx_mbuf *m)
{
	uint32_t hdr = header_fits(m) ? VIRTIO_NET_HDR_SIZE : 0;

	for (; m != NULL; m = m->next, hdr = 0)
		if (m->data_len + hdr > 0 &&
		    virtqueue_check(&txq->vq, plx_pktmbuf_iova(m) - hdr, m->data_len + hdr,
				VIRTIO_DMA_READ) < 0)
			return false;
	return true;
}

static __plx_always_inline uint16_t
xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts, const bool check)
{
	struct virtio_txq *txq = queue;
	struct virtqueue *vq = &txq->vq;
	const uint16_t avail_idx = vq->avail_idx;
	uint16_t nb_tx, nb_bad = 0;
	uint64_t bytes = 0;

	if (plx_unlikely(vq->broken))
		return 0;
	if (txq->nb_free < txq->free_thresh || txq->nb_free < nb_pkts) {
		reclaim(txq);
		if (plx_unlikely(vq->broken))
			return 0;
	}
	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		struct plx_mbuf *m = tx_pkts[nb_tx];
		const uint32_t len = m->pkt_len;

		if (check && !is_reachable(txq, m)) {
			plx_pktmbuf_free(m);
			nb_bad++;
			continue;
		}
		if (plx_likely(is_simple(m))) {
			if (plx_unlikely(txq->nb_free == 0))
				break;
			enqueue_simple(txq, m);
		} else {
			int ret = enqueue_any(txq, m);

			if (ret == -ENOSPC)
				break;
			if (plx_unlikely(ret < 0)) {
				plx_pktmbuf_free(m);
				nb_bad++;
				continue;
			}
		}
		bytes += len;
	}
	if (plx_unlikely(nb_bad > 0))
		virtio_stat_add(&txq->stats.errors, nb_bad);
	if (plx_likely(vq->avail_idx != avail_idx)) {
		virtqueue_publish(vq);
		virtqueue_kick(vq);
		virtio_stat_add(&txq->stats.packets, (uint64_t)(nb_tx - nb_bad));
		virtio_stat_add(&txq->stats.bytes, bytes);
	}
	return nb_tx;
}

uint16_t
virtio_xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	return xmit_pkts(queue, tx_pkts, nb_pkts, false);
}

uint16_t
virtio_xmit_pkts_checked(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	return xmit_pkts(queue, tx_pkts, nb_pkts, true);
}
