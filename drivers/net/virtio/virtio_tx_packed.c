/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending by packed rings. */
#include "virtio_tx.h"
#include "virtqueue_packed.h"

static __plx_always_inline uint16_t
nb_free(const struct virtio_txq *txq)
{
	return (uint16_t)(txq->vq.size - virtqueue_nb_outstanding(&txq->vq));
}

static __plx_always_inline uint16_t
nb_used(struct virtio_txq *txq)
{
	return virtqueue_nb_outstanding(&txq->vq);
}

static __plx_always_inline bool
done(const struct virtio_txq *txq, uint32_t *id)
{
	const struct virtqueue *vq = &txq->vq;

	if (virtqueue_nb_outstanding(vq) == 0 || !virtqueue_packed_is_used(vq, vq->used_idx))
		return false;
	*id = virtqueue_packed_used_at(vq, vq->used_idx).id;
	return true;
}

/* 2.8.6: the device skips as many descriptors as the chain had. */
static __plx_always_inline void
retire(struct virtio_txq *txq, uint16_t id, uint16_t nb_descs)
{
	txq->vq.used_idx = (uint16_t)(txq->vq.used_idx + nb_descs);
	virtio_tx_put_id(txq, id);
}

static __plx_always_inline void
put(struct virtio_txq *txq, uint16_t id, uint64_t addr, uint32_t len, uint16_t flags)
{
	struct virtqueue *vq = &txq->vq;

	virtqueue_packed_set(vq, vq->avail_idx, addr, len, id);
	virtqueue_packed_publish(vq, vq->avail_idx, flags);
	vq->avail_idx++;
}

/* The device may look once the first one is published, so that goes last. */
static __plx_always_inline void
put_chain(struct virtio_txq *txq, uint16_t id, const struct virtio_tx_piece *pieces, uint16_t n)
{
	struct virtqueue *vq = &txq->vq;
	const uint16_t head = vq->avail_idx;

	for (uint16_t i = 0; i < n; i++) {
		virtqueue_packed_set(vq, (uint16_t)(head + i), pieces[i].addr, pieces[i].len, id);
		if (i > 0)
			virtqueue_packed_publish(vq, (uint16_t)(head + i),
				i + 1 < n ? VIRTQ_DESC_F_NEXT : 0);
	}
	virtqueue_packed_publish(vq, head, n > 1 ? VIRTQ_DESC_F_NEXT : 0);
	vq->avail_idx = (uint16_t)(head + n);
}

/* 2.8.7: the order is that of the table; nothing but VIRTQ_DESC_F_WRITE counts in flags. */
static __plx_always_inline void
fill_table(void *table, const struct virtio_tx_piece *pieces, uint16_t n)
{
	struct virtq_packed_desc *desc = table;

	for (uint16_t i = 0; i < n; i++)
		desc[i] = (struct virtq_packed_desc){ pieces[i].addr, pieces[i].len, 0, 0 };
}

static const struct virtio_tx_ring ring = {
	nb_free, nb_used, done, retire, put, put_chain, fill_table, virtqueue_packed_kick,
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
	const struct virtqueue *vq = &txq->vq;

	if (offset >= vq->size)
		return -EINVAL;
	if (offset < nb_free(txq))
		return PLX_ETH_TX_DESC_DONE;
	return virtqueue_packed_is_used(vq, (uint16_t)(vq->used_idx + offset - nb_free(txq))) ?
		PLX_ETH_TX_DESC_DONE : PLX_ETH_TX_DESC_FULL;
}

const struct virtio_tx_ops virtio_tx_packed = {
	.xmit_pkts = xmit_pkts,
	.xmit_pkts_full = xmit_pkts_full,
	.reclaim = reclaim,
	.descriptor_status = descriptor_status,
};
