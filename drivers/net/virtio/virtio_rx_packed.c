/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving by packed rings. */
#include <errno.h>

#include "virtio_rx.h"
#include "virtqueue_packed.h"

/* There is no index to read: each descriptor says for itself whether it came back. */
static __plx_always_inline uint16_t
nb_used(struct virtio_rxq *rxq)
{
	return virtqueue_nb_outstanding(&rxq->vq);
}

static __plx_always_inline struct plx_mbuf *
take(struct virtio_rxq *rxq, uint16_t *used_idx, uint32_t *len)
{
	struct virtqueue *vq = &rxq->vq;
	struct virtq_used_elem e;
	struct plx_mbuf *m;

	if (!virtqueue_packed_is_used(vq, *used_idx))
		return NULL;
	e = virtqueue_packed_used_at(vq, *used_idx);
	m = virtio_rx_by_id(rxq, e.id);
	if (plx_unlikely(m == NULL))
		return NULL;
	/* Slot and id are both free, and go together at the next refill. */
	rxq->ids[*used_idx & vq->mask] = (uint16_t)e.id;
	(*used_idx)++;
	*len = e.len;
	return m;
}

static __plx_always_inline void
post(struct virtio_rxq *rxq, uint16_t idx, struct plx_mbuf *m)
{
	struct virtqueue *vq = &rxq->vq;
	const uint16_t id = rxq->ids[idx & vq->mask];

	rxq->sw_ring[id] = m;
	virtqueue_packed_set(vq, idx, plx_mem_iova(m) + rxq->buf_off, rxq->buf_len, id);
	virtqueue_packed_publish(vq, idx, VIRTQ_DESC_F_WRITE);
}

static const struct virtio_rx_ring ring = { nb_used, take, post, virtqueue_packed_kick };

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
	for (uint16_t i = 0; i < rxq->vq.size; i++)
		rxq->ids[i] = i;
}

static uint16_t
fill(struct virtio_rxq *rxq)
{
	return virtio_rx_fill(rxq, 1, &ring);
}

static int
queue_count(void *queue)
{
	const struct virtio_rxq *rxq = queue;
	const struct virtqueue *vq = &rxq->vq;
	const uint16_t max = virtqueue_nb_outstanding(vq);
	uint16_t n = 0;

	while (n < max && virtqueue_packed_is_used(vq, (uint16_t)(vq->used_idx + n)))
		n++;
	return n;
}

static int
descriptor_status(void *queue, uint16_t offset)
{
	const struct virtio_rxq *rxq = queue;
	const struct virtqueue *vq = &rxq->vq;

	if (offset >= vq->size)
		return -EINVAL;
	if (offset >= virtqueue_nb_outstanding(vq))
		return PLX_ETH_RX_DESC_UNAVAIL;
	return virtqueue_packed_is_used(vq, (uint16_t)(vq->used_idx + offset)) ?
		PLX_ETH_RX_DESC_DONE : PLX_ETH_RX_DESC_AVAIL;
}

const struct virtio_rx_ops virtio_rx_packed = {
	.recv_pkts = recv_pkts,
	.recv_pkts_full = recv_pkts_full,
	.init = init,
	.fill = fill,
	.kick = virtqueue_packed_kick,
	.intr_enable = virtqueue_packed_intr_enable,
	.intr_disable = virtqueue_packed_intr_disable,
	.queue_count = queue_count,
	.descriptor_status = descriptor_status,
};
