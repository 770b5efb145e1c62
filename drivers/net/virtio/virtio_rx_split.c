/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving by split rings. */
#include <errno.h>

#include "virtio_rx.h"
#include "virtqueue_split.h"

static __plx_always_inline uint16_t
nb_used(struct virtio_rxq *rxq)
{
	struct virtqueue *vq = &rxq->vq;
	const uint16_t n = virtqueue_split_nb_used(vq);

	if (plx_likely(n <= virtqueue_nb_outstanding(vq)))
		return n;
	virtqueue_break(vq, "%u buffers used of %u", n, virtqueue_nb_outstanding(vq));
	virtqueue_count(&rxq->stats.errors, 1);
	return 0;
}

static __plx_always_inline struct plx_mbuf *
take(struct virtio_rxq *rxq, uint16_t *used_idx, uint32_t *len)
{
	struct virtqueue *vq = &rxq->vq;
	const uint16_t slot = *used_idx & vq->mask;
	const struct virtq_used_elem e = virtqueue_split_used_at(vq, slot);
	struct plx_mbuf *m = virtio_rx_by_id(rxq, e.id);

	if (plx_unlikely(m == NULL))
		return NULL;
	/*
	 * The descriptor is free, and so is this slot of the available ring, which the device read
	 * before it could return a buffer under this index. They go together at the next refill: a
	 * device that works in order finds the same number in the same slot for ever.
	 */
	if (plx_unlikely(vq->avail->ring[slot] != e.id))
		vq->avail->ring[slot] = (uint16_t)e.id;
	(*used_idx)++;
	*len = e.len;
	return m;
}

static __plx_always_inline void
post(struct virtio_rxq *rxq, uint16_t idx, struct plx_mbuf *m)
{
	struct virtqueue *vq = &rxq->vq;
	/* Masked, as the ring is in memory that a device at fault may write. */
	const uint16_t id = vq->avail->ring[idx & vq->mask] & vq->mask;

	rxq->sw_ring[id] = m;
	vq->desc[id].addr = plx_mem_iova(m) + rxq->buf_off;
}

static __plx_always_inline void
publish(struct virtqueue *vq)
{
	virtqueue_split_publish(vq);
	virtqueue_split_kick(vq);
}

static const struct virtio_rx_ring ring = { nb_used, take, post, publish };

static uint16_t
recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return virtio_rx_burst(queue, rx_pkts, nb_pkts, &ring, false);
}

static uint16_t
recv_pkts_full(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return virtio_rx_burst(queue, rx_pkts, nb_pkts, &ring, true);
}

static void
init(struct virtio_rxq *rxq)
{
	struct virtqueue *vq = &rxq->vq;

	for (uint16_t i = 0; i < vq->size; i++) {
		vq->desc[i].len = rxq->buf_len;
		vq->desc[i].flags = VIRTQ_DESC_F_WRITE;
		vq->avail->ring[i] = i;
	}
}

static uint16_t
fill(struct virtio_rxq *rxq)
{
	const uint16_t n = virtio_rx_fill(rxq, 1, &ring);

	virtqueue_split_publish(&rxq->vq);
	return n;
}

static int
queue_count(void *queue)
{
	const struct virtio_rxq *rxq = queue;
	const uint16_t n = virtqueue_split_nb_used(&rxq->vq);

	/* More than there are: the next burst will say so. */
	return n <= virtqueue_nb_outstanding(&rxq->vq) ? n : 0;
}

static int
descriptor_status(void *queue, uint16_t offset)
{
	const struct virtio_rxq *rxq = queue;

	if (offset >= rxq->vq.size)
		return -EINVAL;
	if (offset < queue_count(queue))
		return PLX_ETH_RX_DESC_DONE;
	return offset < virtqueue_nb_outstanding(&rxq->vq) ? PLX_ETH_RX_DESC_AVAIL :
		PLX_ETH_RX_DESC_UNAVAIL;
}

const struct virtio_rx_ops virtio_rx_split = {
	.recv_pkts = recv_pkts,
	.recv_pkts_full = recv_pkts_full,
	.init = init,
	.fill = fill,
	.kick = virtqueue_split_kick,
	.intr_enable = virtqueue_split_intr_enable,
	.intr_disable = virtqueue_split_intr_disable,
	.queue_count = queue_count,
	.descriptor_status = descriptor_status,
};
