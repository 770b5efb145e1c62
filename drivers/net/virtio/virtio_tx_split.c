/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending by split rings. */
#include "virtio_tx.h"
#include "virtqueue_split.h"

/* An id is a descriptor. */
static __plx_always_inline uint16_t
nb_free(const struct virtio_txq *txq)
{
	return (uint16_t)(txq->free_tail - txq->free_head);
}

static __plx_always_inline uint16_t
nb_used(struct virtio_txq *txq)
{
	struct virtqueue *vq = &txq->vq;
	const uint16_t n = virtqueue_split_nb_used(vq);

	if (plx_likely(n <= virtqueue_nb_outstanding(vq)))
		return n;
	virtqueue_break(vq, "%u buffers used of %u", n, virtqueue_nb_outstanding(vq));
	virtqueue_count(&txq->stats.errors, 1);
	return 0;
}

static __plx_always_inline bool
done(const struct virtio_txq *txq, uint32_t *id)
{
	const struct virtqueue *vq = &txq->vq;

	*id = virtqueue_split_used_at(vq, vq->used_idx & vq->mask).id;
	return true;
}

static __plx_always_inline void
retire(struct virtio_txq *txq, uint16_t id, uint16_t nb_descs)
{
	txq->vq.used_idx++;
	for (; nb_descs > 0; nb_descs--) {
		virtio_tx_put_id(txq, id);
		id = txq->slots[id].next;
	}
}

static __plx_always_inline void
put(struct virtio_txq *txq, uint16_t id, uint64_t addr, uint32_t len, uint16_t flags)
{
	struct virtq_desc *desc = &txq->vq.desc[id];

	desc->addr = addr;
	desc->len = len;
	desc->flags = flags;
	virtqueue_split_put(&txq->vq, id);
}

static __plx_always_inline void
put_chain(struct virtio_txq *txq, uint16_t head, const struct virtio_tx_piece *pieces, uint16_t n)
{
	uint16_t id = head, next;

	for (uint16_t i = 0; i < n; i++, id = next) {
		const bool more = i + 1 < n;

		next = more ? virtio_tx_get_id(txq) : 0;
		txq->vq.desc[id] = (struct virtq_desc){ pieces[i].addr, pieces[i].len,
			more ? VIRTQ_DESC_F_NEXT : 0, next };
		txq->slots[id].next = next;
	}
	virtqueue_split_put(&txq->vq, head);
}

/* 2.7.5.3: numbers of descriptors are those of the table. */
static __plx_always_inline void
fill_table(void *table, const struct virtio_tx_piece *pieces, uint16_t n)
{
	struct virtq_desc *desc = table;

	for (uint16_t i = 0; i < n; i++)
		desc[i] = (struct virtq_desc){ pieces[i].addr, pieces[i].len,
			i + 1 < n ? VIRTQ_DESC_F_NEXT : 0, (uint16_t)(i + 1) };
}

static __plx_always_inline void
publish(struct virtqueue *vq)
{
	virtqueue_split_publish(vq);
	virtqueue_split_kick(vq);
}

static const struct virtio_tx_ring ring = {
	nb_free, nb_used, done, retire, put, put_chain, fill_table, publish,
};

static __attribute__((noinline)) int
xmit_any(struct virtio_txq *txq, struct plx_mbuf *m)
{
	return virtio_tx_any(txq, m, &ring);
}

static uint16_t
xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	return virtio_tx_burst(queue, tx_pkts, nb_pkts, &ring, xmit_any, false);
}

static uint16_t
xmit_pkts_full(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	return virtio_tx_burst(queue, tx_pkts, nb_pkts, &ring, xmit_any, true);
}

static uint16_t
reclaim(struct virtio_txq *txq, uint16_t max)
{
	return virtio_tx_reclaim(txq, max, &ring);
}

/* From the next one on: the free ones, then the oldest of those that the device has or had. */
static int
descriptor_status(void *queue, uint16_t offset)
{
	const struct virtio_txq *txq = queue;

	if (offset >= txq->vq.size)
		return -EINVAL;
	return offset < nb_free(txq) + virtqueue_split_nb_used(&txq->vq) ? PLX_ETH_TX_DESC_DONE :
		PLX_ETH_TX_DESC_FULL;
}

const struct virtio_tx_ops virtio_tx_split = {
	.xmit_pkts = xmit_pkts,
	.xmit_pkts_full = xmit_pkts_full,
	.reclaim = reclaim,
	.descriptor_status = descriptor_status,
};
