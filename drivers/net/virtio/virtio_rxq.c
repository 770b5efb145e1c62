/* SPDX-License-Identifier: BSD-3-Clause */
/* Life of a receive queue. */
#include <errno.h>

#include <plx_malloc.h>

#include "virtio_rxtx.h"

static bool
has(const struct virtio_queue_conf *conf, unsigned int feature)
{
	return (conf->features & VIRTIO_BIT(feature)) != 0;
}

/* What each packet needs, worked out once. */
static void
prepare(struct virtio_rxq *rxq, const struct virtio_queue_conf *conf)
{
	struct plx_mbuf proto = {
		.data_off = VIRTIO_RX_DATA_OFF, .refcnt = 1, .nb_segs = 1, .port = conf->port_id,
	};

	rxq->rearm_data = proto.rearm_data;
	rxq->hash = has(conf, VIRTIO_NET_F_HASH_REPORT);
	rxq->mergeable = has(conf, VIRTIO_NET_F_MRG_RXBUF);
	rxq->csum = has(conf, VIRTIO_NET_F_GUEST_CSUM);
	rxq->strip = (conf->offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
	rxq->hdr_size = rxq->hash ? VIRTIO_NET_HDR_HASH_SIZE : VIRTIO_NET_HDR_SIZE;
	rxq->buf_off = (uint32_t)(sizeof(struct plx_mbuf) + plx_pktmbuf_priv_size(rxq->mp) +
		VIRTIO_RX_DATA_OFF - rxq->hdr_size);
	rxq->buf_len = (uint32_t)(plx_pktmbuf_data_room_size(rxq->mp) - VIRTIO_RX_DATA_OFF +
		rxq->hdr_size);
	rxq->free_thresh = conf->free_thresh;
}

struct virtio_rxq *
virtio_rxq_create(const struct virtio_queue_conf *conf, struct plx_mempool *mp)
{
	const size_t per_desc = sizeof(struct plx_mbuf *) + sizeof(uint16_t);
	struct virtio_rxq *rxq;

	rxq = plx_zmalloc_socket("virtio Rx queue", sizeof(*rxq) + conf->size * per_desc,
		PLX_CACHE_LINE_SIZE, conf->socket);
	if (rxq == NULL)
		return NULL;
	rxq->vq.dev_name = conf->dev_name;
	rxq->vq.label = "Rx queue";
	rxq->vq.index = conf->index;
	if (virtqueue_alloc(&rxq->vq, "virtio Rx rings", conf->size, conf->features,
			conf->socket) < 0) {
		plx_free(rxq);
		return NULL;
	}
	rxq->mp = mp;
	rxq->ops = virtio_rx_ops_of(conf->features);
	rxq->ids = (uint16_t *)(void *)&rxq->sw_ring[conf->size];
	prepare(rxq, conf);
	return rxq;
}

int
virtio_rxq_start(struct virtio_rxq *rxq)
{
	virtqueue_reset(&rxq->vq);
	rxq->nombuf_seen = 0;
	rxq->ops->init(rxq);
	if (rxq->ops->fill(rxq) == rxq->vq.size)
		return 0;
	virtio_rxq_stop(rxq);
	return -ENOMEM;
}

void
virtio_rxq_stop(struct virtio_rxq *rxq)
{
	rxq->vq.broken = true;	/* until the next start nothing moves */
	for (uint16_t i = 0; i < rxq->vq.size; i++) {
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
