/* SPDX-License-Identifier: BSD-3-Clause */
/* Life of a transmit queue. */
#include <errno.h>

#include <plx_malloc.h>
#include <plx_memory.h>

#include "virtio_rxtx.h"

static bool
has(const struct virtio_queue_conf *conf, unsigned int feature)
{
	return (conf->features & VIRTIO_BIT(feature)) != 0;
}

/* What packets may ask for, by what was agreed on and asked for. */
static void
choose_flags(struct virtio_txq *txq, const struct virtio_queue_conf *conf)
{
	uint64_t taken = 0;

	if (has(conf, VIRTIO_NET_F_CSUM))
		taken |= PLX_MBUF_F_TX_L4_MASK;
	/* With TSO comes the IP checksum, which we make. */
	if (has(conf, VIRTIO_NET_F_HOST_TSO4) && has(conf, VIRTIO_NET_F_HOST_TSO6))
		taken |= PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM;
	if (conf->offloads & PLX_ETH_TX_OFFLOAD_VLAN_INSERT)
		taken |= PLX_MBUF_F_TX_VLAN;
	txq->refused_flags = VIRTIO_TX_OFFLOADS & ~taken;
	txq->slow_flags = (VIRTIO_TX_OFFLOADS & ~PLX_MBUF_F_TX_L4_MASK) | txq->refused_flags |
		VIRTIO_TX_ATTACHED;
}

static int
alloc_tables(struct virtio_txq *txq, int socket)
{
	txq->table_bytes = (uint32_t)((txq->segs_max + 1) * sizeof(struct virtq_desc));
	txq->tables = plx_zmalloc_socket("virtio Tx tables", VIRTIO_TX_TABLES * txq->table_bytes,
		txq->table_bytes, socket);
	return txq->tables != NULL ? 0 : -ENOMEM;
}

/* Parts in DMA memory. All are aligned to their sizes, so that none crosses the end of a page. */
static int
alloc_parts(struct virtio_txq *txq, const struct virtio_queue_conf *conf)
{
	int ret;

	txq->hdrs = plx_zmalloc_socket("virtio Tx headers",
		(size_t)conf->size * VIRTIO_TX_HDR_STRIDE, VIRTIO_TX_HDR_STRIDE, conf->socket);
	if (txq->hdrs == NULL)
		return -ENOMEM;
	ret = has(conf, VIRTIO_F_INDIRECT_DESC) ? alloc_tables(txq, conf->socket) : 0;
	if (ret == 0)
		ret = virtqueue_alloc(&txq->vq, "virtio Tx rings", conf->size, conf->features,
			conf->socket);
	return ret;
}

struct virtio_txq *
virtio_txq_create(const struct virtio_queue_conf *conf)
{
	const size_t per_desc = sizeof(struct virtio_tx_slot) + sizeof(uint16_t);
	struct virtio_txq *txq;

	txq = plx_zmalloc_socket("virtio Tx queue", sizeof(*txq) + conf->size * per_desc,
		PLX_CACHE_LINE_SIZE, conf->socket);
	if (txq == NULL)
		return NULL;
	txq->vq.dev_name = conf->dev_name;
	txq->vq.label = "Tx queue";
	txq->vq.index = conf->index;
	txq->ops = virtio_tx_ops_of(conf->features);
	txq->free_ids = (uint16_t *)(void *)&txq->slots[conf->size];
	txq->free_thresh = conf->free_thresh;
	txq->segs_max = VIRTIO_TX_SEGS_MAX(conf->size);
	txq->hdr_size = has(conf, VIRTIO_NET_F_HASH_REPORT) ? VIRTIO_NET_HDR_HASH_SIZE :
		VIRTIO_NET_HDR_SIZE;
	txq->offloads = conf->offloads;
	choose_flags(txq, conf);
	if (alloc_parts(txq, conf) == 0)
		return txq;
	virtio_txq_destroy(txq);
	return NULL;
}

void
virtio_txq_start(struct virtio_txq *txq)
{
	virtqueue_reset(&txq->vq);
	for (uint16_t i = 0; i < txq->vq.size; i++)
		txq->free_ids[i] = i;
	txq->free_head = 0;
	txq->free_tail = txq->vq.size;
	txq->nb_free_tables = 0;
	for (uint16_t i = 0; i < VIRTIO_TX_TABLES && txq->tables != NULL; i++)
		txq->free_tables[txq->nb_free_tables++] = i;
}

void
virtio_txq_stop(struct virtio_txq *txq)
{
	txq->vq.broken = true;	/* until the next start nothing moves */
	for (uint16_t i = 0; i < txq->vq.size; i++) {
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
	plx_free(txq->tables);
	plx_free(txq->hdrs);
	plx_free(txq);
}

int
virtio_txq_check(const struct virtio_txq *txq)
{
	int ret;

	ret = virtqueue_check(&txq->vq, plx_mem_iova(txq->hdrs),
		(size_t)txq->vq.size * VIRTIO_TX_HDR_STRIDE, VIRTIO_DMA_READ);
	if (ret == 0 && txq->tables != NULL)
		ret = virtqueue_check(&txq->vq, plx_mem_iova(txq->tables),
			VIRTIO_TX_TABLES * txq->table_bytes, VIRTIO_DMA_READ);
	return ret;
}
