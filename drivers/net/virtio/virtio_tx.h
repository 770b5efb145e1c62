/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_TX_H
#define VIRTIO_TX_H
/**
 * DOC: Sending, as far as it does not go by the layout of the rings. Included by virtio_tx_split.c
 * and virtio_tx_packed.c, which each make functions of it in which nothing asks for the layout.
 */
#include <errno.h>
#include <string.h>

#include "virtio_rxtx.h"
#include "virtio_tx_offload.h"

/* Mbufs that go back to their pool at once. */
#define VIRTIO_FREE_MAX 64
/* A packet of more pieces goes by a table: that costs the device a look, but only one descriptor. */
#define VIRTIO_DIRECT_MAX 4

/* struct virtio_tx_piece - what one descriptor will say. */
struct virtio_tx_piece {
	uint64_t addr;
	uint32_t len;
};

/*
 * struct virtio_tx_ring - a layout; each instance is constant, so that its functions are inlined.
 * @nb_free: free descriptors.
 * @nb_used: at most so many packets came back; 0 if the device broke the queue.
 * @done: the id of the next packet that came back; false if there is none.
 * @retire: @id was it, its slot is still filled in: its descriptors, and ids, are free.
 * @put: the packet of @id is @len bytes at @addr; @flags: 0 or VIRTQ_DESC_F_INDIRECT.
 * @put_chain: it is @n pieces, of which there are free descriptors.
 * @fill_table: write a table of @n pieces.
 * @publish: let the device see those below vq->avail_idx, and ring the doorbell if it wants that.
 */
struct virtio_tx_ring {
	uint16_t (*nb_free)(const struct virtio_txq *txq);
	uint16_t (*nb_used)(struct virtio_txq *txq);
	bool (*done)(const struct virtio_txq *txq, uint32_t *id);
	void (*retire)(struct virtio_txq *txq, uint16_t id, uint16_t nb_descs);
	void (*put)(struct virtio_txq *txq, uint16_t id, uint64_t addr, uint32_t len, uint16_t flags);
	void (*put_chain)(struct virtio_txq *txq, uint16_t id, const struct virtio_tx_piece *pieces,
		uint16_t n);
	void (*fill_table)(void *table, const struct virtio_tx_piece *pieces, uint16_t n);
	void (*publish)(struct virtqueue *vq);
};

static __plx_always_inline uint16_t
virtio_tx_get_id(struct virtio_txq *txq)
{
	return txq->free_ids[txq->free_head++ & txq->vq.mask];
}

static __plx_always_inline void
virtio_tx_put_id(struct virtio_txq *txq, uint16_t id)
{
	txq->free_ids[txq->free_tail++ & txq->vq.mask] = id;
}

/* The slot of the packet that came back as @id; NULL if there is none: then the queue is broken. */
static __plx_always_inline struct virtio_tx_slot *
virtio_tx_slot_of(struct virtio_txq *txq, uint32_t id)
{
	struct virtio_tx_slot *slot;

	if (plx_unlikely(id >= txq->vq.size)) {
		virtqueue_break(&txq->vq, "used id %u, of %u descriptors", id, txq->vq.size);
		return NULL;
	}
	slot = &txq->slots[id];
	if (plx_unlikely(slot->mbuf == NULL)) {
		virtqueue_break(&txq->vq, "used id %u, which it did not have", id);
		return NULL;
	}
	return slot;
}

/* Free up to @max packets that the device has sent. Return: how many. */
static __plx_always_inline uint16_t
virtio_tx_reclaim(struct virtio_txq *txq, uint16_t max, const struct virtio_tx_ring *ring)
{
	uint16_t nb_used = ring->nb_used(txq), nb_done = 0, nb_held = 0;
	struct plx_mempool *pool = NULL;
	struct plx_mbuf *held[VIRTIO_FREE_MAX];
	struct virtio_tx_slot *slot;
	uint32_t id;

	for (; nb_used > 0 && nb_done < max && ring->done(txq, &id); nb_used--) {
		slot = virtio_tx_slot_of(txq, id);
		if (plx_unlikely(slot == NULL)) {
			virtqueue_count(&txq->stats.errors, 1);
			break;
		}
		nb_done++;
		if (plx_likely(slot->pool != NULL)) {
			if (plx_unlikely(slot->pool != pool || nb_held == VIRTIO_FREE_MAX)) {
				if (nb_held > 0)
					plx_mbuf_raw_free_bulk(pool, held, nb_held);
				nb_held = 0;
				pool = slot->pool;
			}
			held[nb_held++] = slot->mbuf;
			ring->retire(txq, (uint16_t)id, 1);
		} else {
			plx_pktmbuf_free(slot->mbuf);
			if (slot->table > 0)
				txq->free_tables[txq->nb_free_tables++] =
					(uint16_t)(slot->table - 1);
			ring->retire(txq, (uint16_t)id, slot->nb_descs);
		}
		slot->mbuf = NULL;
	}
	if (nb_held > 0)
		plx_mbuf_raw_free_bulk(pool, held, nb_held);
	return nb_done;
}

/*
 * Is @m one segment with one user, whose data are its own, with room for the header, that asks for
 * nothing out of the way? One load for three fields of rearm_data: data_off is in bits 0 to 15,
 * refcnt in 16 to 31, nb_segs in 32 to 47. Acquire, as plx_mbuf_refcnt_read().
 */
static __plx_always_inline bool
virtio_tx_is_simple(const struct plx_mbuf *m, uint16_t hdr_size, uint64_t slow_flags)
{
	const uint64_t rearm = __atomic_load_n(&m->rearm_data, __ATOMIC_ACQUIRE);

	return (uint32_t)(rearm >> 16) == 0x00010001 && (uint16_t)rearm >= hdr_size &&
		!(m->ol_flags & slow_flags);
}

/* Enqueue a packet that is simple; a descriptor is free. Return: false: it asks for nonsense. */
static __plx_always_inline bool
virtio_tx_simple(struct virtio_txq *txq, struct plx_mbuf *m, const struct virtio_tx_ring *ring,
	const bool full)
{
	const uint16_t hdr_size = full ? txq->hdr_size : VIRTIO_NET_HDR_SIZE;
	void *hdr = plx_pktmbuf_mtod_offset(m, char *, -hdr_size);
	struct virtio_tx_slot *slot;
	uint16_t id;

	memset(hdr, 0, hdr_size);
	if (full && plx_unlikely(!virtio_tx_csum(hdr, m, 0)))
		return false;
	id = virtio_tx_get_id(txq);
	slot = &txq->slots[id];
	slot->mbuf = m;
	/* It is ours alone: when it comes back nothing in it will have changed. */
	slot->pool = m->pool;
	ring->put(txq, id, plx_pktmbuf_iova(m) - hdr_size, (uint32_t)m->data_len + hdr_size, 0);
	return true;
}

/* Can header, and tag, go in front of the data? Only if nobody else looks at the mbuf. */
static inline bool
virtio_tx_can_push(const struct virtio_txq *txq, const struct plx_mbuf *m, uint16_t tag_len)
{
	return plx_mbuf_refcnt_read(m) == 1 && !(m->ol_flags & VIRTIO_TX_ATTACHED) &&
		m->data_off >= txq->hdr_size + tag_len;
}

static inline void
virtio_tx_fill_header(struct virtio_txq *txq, struct virtio_net_hdr *hdr, struct plx_mbuf *m,
	uint16_t tag_len)
{
	memset(hdr, 0, txq->hdr_size);
	(void)virtio_tx_csum(hdr, m, tag_len);	/* it was checked */
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG)
		virtio_tx_tso(hdr, m, tag_len);
}

/* The first piece, in the headroom of @m: header, tagged frame if @tag_len, all data. */
static inline struct virtio_tx_piece
virtio_tx_push(struct virtio_txq *txq, struct plx_mbuf *m, uint16_t tag_len)
{
	const uint16_t before = (uint16_t)(txq->hdr_size + tag_len);
	char *start = plx_pktmbuf_mtod_offset(m, char *, -before);

	virtio_tx_fill_header(txq, (struct virtio_net_hdr *)(void *)start, m, tag_len);
	if (tag_len > 0)
		virtio_tx_tag(m, start + txq->hdr_size);
	return (struct virtio_tx_piece){ plx_pktmbuf_iova(m) - before,
		(uint32_t)m->data_len + before };
}

/*
 * The first piece elsewhere: the header, and what there is of a tagged frame up to the tag. *@done:
 * bytes of the data that are in it.
 */
static inline struct virtio_tx_piece
virtio_tx_separate(struct virtio_txq *txq, struct plx_mbuf *m, uint16_t id, uint16_t tag_len,
	uint16_t *done)
{
	char *hdr = txq->hdrs + (size_t)id * VIRTIO_TX_HDR_STRIDE;

	virtio_tx_fill_header(txq, (struct virtio_net_hdr *)(void *)hdr, m, tag_len);
	*done = 0;
	if (tag_len > 0) {
		virtio_tx_tag(m, hdr + txq->hdr_size);
		*done = 2 * PLX_ETHER_ADDR_LEN;
	}
	return (struct virtio_tx_piece){ plx_mem_iova(hdr),
		(uint32_t)txq->hdr_size + *done + tag_len };
}

/* Segments without data are left out: devices take a descriptor of no bytes for an error. */
static inline uint16_t
virtio_tx_gather(struct virtio_txq *txq, struct plx_mbuf *m, uint16_t id, bool push,
	uint16_t tag_len, struct virtio_tx_piece *pieces)
{
	const struct plx_mbuf *seg = m;
	uint16_t n = 1, done = 0;

	if (push) {
		pieces[0] = virtio_tx_push(txq, m, tag_len);
		seg = m->next;
	} else {
		pieces[0] = virtio_tx_separate(txq, m, id, tag_len, &done);
	}
	for (; seg != NULL; seg = seg->next, done = 0)
		if (seg->data_len > done)
			pieces[n++] = (struct virtio_tx_piece){
				plx_pktmbuf_iova_offset(seg, done), (uint32_t)seg->data_len - done };
	return n;
}

/* May @m be sent at all? *@nb_pieces: at most so many. Return: 0; -EINVAL. Nothing is changed. */
static inline int
virtio_tx_look(const struct virtio_txq *txq, const struct plx_mbuf *m, bool push, uint16_t *nb_pieces)
{
	struct virtio_net_hdr scratch;
	uint16_t nb_segs = 0, n = 1;

	for (const struct plx_mbuf *seg = m; seg != NULL; seg = seg->next) {
		if (++nb_segs > txq->segs_max)
			return -EINVAL;
		if (seg->data_len > 0 && !(push && seg == m))
			n++;
	}
	*nb_pieces = n;
	if (m->ol_flags & txq->refused_flags || !virtio_tx_csum(&scratch, m, 0))
		return -EINVAL;
	/* An IP checksum alone is nothing that the device makes. */
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG)
		return virtio_tx_tso_fits(m) ? 0 : -EINVAL;
	if (m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM)
		return -EINVAL;
	if ((m->ol_flags & PLX_MBUF_F_TX_VLAN) && m->data_len < PLX_ETHER_HDR_LEN)
		return -EINVAL;
	return 0;
}

/* Enqueue any packet. Return: 0; -ENOSPC if too few descriptors are free; -EINVAL if it can't be sent. */
static __plx_always_inline int
virtio_tx_any(struct virtio_txq *txq, struct plx_mbuf *m, const struct virtio_tx_ring *ring)
{
	const uint16_t tag_len = (m->ol_flags & PLX_MBUF_F_TX_VLAN) ? PLX_VLAN_HLEN : 0;
	const bool push = virtio_tx_can_push(txq, m, tag_len);
	struct virtio_tx_piece pieces[VIRTIO_TX_DESC_MIN];
	uint16_t n, id, need;
	bool by_table;
	void *table;

	if (virtio_tx_look(txq, m, push, &n) < 0)
		return -EINVAL;
	by_table = txq->nb_free_tables > 0 && n > VIRTIO_DIRECT_MAX;
	need = by_table ? 1 : n;
	if (need > ring->nb_free(txq)) {
		virtio_tx_reclaim(txq, UINT16_MAX, ring);
		if (txq->vq.broken || need > ring->nb_free(txq))
			return -ENOSPC;
	}
	id = virtio_tx_get_id(txq);
	n = virtio_tx_gather(txq, m, id, push, tag_len, pieces);
	txq->slots[id] = (struct virtio_tx_slot){ .mbuf = m, .nb_descs = by_table ? 1 : n };
	if (by_table) {
		txq->slots[id].table = txq->free_tables[--txq->nb_free_tables];
		table = txq->tables + (size_t)txq->slots[id].table++ * txq->table_bytes;
		ring->fill_table(table, pieces, n);
		ring->put(txq, id, plx_mem_iova(table), (uint32_t)(n * sizeof(struct virtq_desc)),
			VIRTQ_DESC_F_INDIRECT);
	} else {
		ring->put_chain(txq, id, pieces, n);
	}
	return 0;
}

/*
 * @any: virtio_tx_any() of the layout, not inlined. @full: offloads, as far as negotiated.
 */
static __plx_always_inline uint16_t
virtio_tx_burst(struct virtio_txq *txq, struct plx_mbuf **tx_pkts, uint16_t nb_pkts,
	const struct virtio_tx_ring *ring, int (*any)(struct virtio_txq *txq, struct plx_mbuf *m),
	const bool full)
{
	const uint64_t slow_flags = full ? txq->slow_flags : VIRTIO_TX_OFFLOADS | VIRTIO_TX_ATTACHED;
	const uint16_t hdr_size = full ? txq->hdr_size : VIRTIO_NET_HDR_SIZE;
	struct virtqueue *vq = &txq->vq;
	const uint16_t avail_idx = vq->avail_idx;
	uint16_t nb_tx, nb_bad = 0;
	uint64_t bytes = 0;
	int ret;

	if (plx_unlikely(vq->broken))
		return 0;
	if (ring->nb_free(txq) < txq->free_thresh || ring->nb_free(txq) < nb_pkts) {
		virtio_tx_reclaim(txq, UINT16_MAX, ring);
		if (plx_unlikely(vq->broken))
			return 0;
	}
	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		struct plx_mbuf *m = tx_pkts[nb_tx];
		const uint32_t len = m->pkt_len;

		if (plx_likely(virtio_tx_is_simple(m, hdr_size, slow_flags))) {
			if (plx_unlikely(ring->nb_free(txq) == 0))
				break;
			ret = virtio_tx_simple(txq, m, ring, full) ? 0 : -EINVAL;
		} else {
			ret = any(txq, m);
			if (ret == -ENOSPC)
				break;
		}
		if (plx_unlikely(ret < 0)) {
			plx_pktmbuf_free(m);
			nb_bad++;
			continue;
		}
		bytes += len;
	}
	if (plx_unlikely(nb_bad > 0))
		virtqueue_count(&txq->stats.errors, nb_bad);
	if (plx_likely(vq->avail_idx != avail_idx)) {
		ring->publish(vq);
		virtqueue_count(&txq->stats.packets, (uint64_t)(nb_tx - nb_bad));
		virtqueue_count(&txq->stats.bytes, bytes);
	}
	return nb_tx;
}

#endif
