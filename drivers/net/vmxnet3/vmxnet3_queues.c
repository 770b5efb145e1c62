/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of queues, and what becomes of a queue whose device is at fault. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <plx_malloc.h>

#include "vmxnet3_log.h"
#include "vmxnet3_rxtx.h"

/* Rings that follow each other in one piece of memory; each has an aligned start. */
static size_t
ring_bytes(size_t entries, size_t size)
{
	return PLX_ALIGN_CEIL(entries * size, VMXNET3_RING_ALIGN);
}

static const struct plx_memzone *
rings_reserve(const char *kind, uint16_t port, uint16_t id, size_t len, int socket)
{
	char name[PLX_MEMZONE_NAMESIZE];

	snprintf(name, sizeof(name), "vmxnet3 %u %s %u", port, kind, id);
	return plx_memzone_reserve_aligned(name, len, socket, PLX_MEMZONE_IOVA_CONTIG,
		VMXNET3_RING_ALIGN);
}

static uint16_t
rx_buf_len(struct plx_mempool *mp)
{
	const uint16_t room = plx_pktmbuf_data_room_size(mp);

	return PLX_MIN((uint16_t)(room - PLX_PKTMBUF_HEADROOM), (uint16_t)VMXNET3_RX_BUF_MAX);
}

/* The second ring: as many as the first one, and enough for a packet of the largest MTU. */
static uint16_t
body_ring_size(const struct vmxnet3_rxq_conf *conf)
{
	const uint32_t need = VMXNET3_FRAME_MAX / rx_buf_len(conf->mp) + 2;

	if (!conf->scatter)
		return VMXNET3_RING_MIN;
	return (uint16_t)PLX_ALIGN_CEIL(PLX_MAX(need, (uint32_t)conf->nb_desc),
		(uint32_t)VMXNET3_RING_MIN);
}

static int
rx_rings_alloc(struct vmxnet3_rxq *rxq, const struct vmxnet3_rxq_conf *conf, uint16_t body_size)
{
	const size_t head = ring_bytes(conf->nb_desc, sizeof(struct vmxnet3_desc));
	const size_t body = ring_bytes(body_size, sizeof(struct vmxnet3_desc));
	const uint16_t nb_comps = (uint16_t)(conf->nb_desc + body_size);
	const size_t comp = ring_bytes(nb_comps, sizeof(struct vmxnet3_comp));

	rxq->q.mz = rings_reserve("Rx", conf->port_id, conf->id, head + body + comp, conf->socket);
	if (rxq->q.mz == NULL)
		return -errno;
	rxq->ring[0].desc = rxq->q.mz->addr;
	rxq->ring[1].desc = PLX_PTR_ADD(rxq->q.mz->addr, head);
	rxq->q.comp = PLX_PTR_ADD(rxq->q.mz->addr, head + body);
	rxq->q.nb_comps = nb_comps;
	return 0;
}

struct vmxnet3_rxq *
vmxnet3_rxq_create(const struct vmxnet3_rxq_conf *conf)
{
	const uint16_t body_size = body_ring_size(conf);
	const size_t nb_mbufs = (size_t)conf->nb_desc + body_size + 2 * VMXNET3_LOOK_AHEAD;
	struct plx_mbuf proto = {
		.data_off = PLX_PKTMBUF_HEADROOM, .refcnt = 1, .nb_segs = 1, .port = conf->port_id,
	};
	struct vmxnet3_rxq *rxq;
	int ret;

	rxq = plx_zmalloc_socket("vmxnet3 Rx queue",
		sizeof(*rxq) + nb_mbufs * sizeof(struct plx_mbuf *), PLX_CACHE_LINE_SIZE,
		conf->socket);
	if (rxq == NULL)
		return NULL;
	ret = rx_rings_alloc(rxq, conf, body_size);
	if (ret < 0) {
		plx_free(rxq);
		errno = -ret;
		return NULL;
	}
	rxq->q.dev = conf->dev;
	rxq->q.dev_name = conf->dev_name;
	rxq->q.label = "Rx queue";
	rxq->q.id = conf->id;
	rxq->mp = conf->mp;
	rxq->rearm_data = proto.rearm_data;
	rxq->buf_off = (uint32_t)(sizeof(struct plx_mbuf) + plx_pktmbuf_priv_size(conf->mp) +
		PLX_PKTMBUF_HEADROOM);
	rxq->buf_len = rx_buf_len(conf->mp);
	rxq->free_thresh = conf->free_thresh;
	rxq->ring[0].mbufs = (struct plx_mbuf **)(rxq + 1);
	rxq->ring[0].size = conf->nb_desc;
	rxq->ring[0].nb_max = (uint16_t)(conf->nb_desc - 1);
	rxq->ring[0].word = rxq->buf_len;
	rxq->ring[1].mbufs = rxq->ring[0].mbufs + conf->nb_desc + VMXNET3_LOOK_AHEAD;
	rxq->ring[1].size = body_size;
	rxq->ring[1].nb_max = conf->scatter ? (uint16_t)(body_size - 1) : 0;
	rxq->ring[1].word = rxq->buf_len | VMXNET3_RXD_BODY;
	vmxnet3_rxq_stop(rxq);
	return rxq;
}

void
vmxnet3_rxq_destroy(struct vmxnet3_rxq *rxq)
{
	if (rxq == NULL)
		return;
	(void)plx_memzone_free(rxq->q.mz);
	plx_free(rxq);
}

struct vmxnet3_txq *
vmxnet3_txq_create(const struct vmxnet3_txq_conf *conf)
{
	const uint16_t size = conf->nb_desc;
	const size_t ring = ring_bytes(size, sizeof(struct vmxnet3_desc));
	const size_t comp = ring_bytes(size, sizeof(struct vmxnet3_comp));
	struct vmxnet3_txq *txq;
	int ret;

	txq = plx_zmalloc_socket("vmxnet3 Tx queue", sizeof(*txq) + size * sizeof(txq->slots[0]),
		PLX_CACHE_LINE_SIZE, conf->socket);
	if (txq == NULL)
		return NULL;
	txq->q.mz = rings_reserve("Tx", conf->port_id, conf->id,
		ring + comp + ring_bytes(size, VMXNET3_DATA_SIZE), conf->socket);
	if (txq->q.mz == NULL) {
		ret = errno;
		plx_free(txq);
		errno = ret;
		return NULL;
	}
	txq->q.dev = conf->dev;
	txq->q.dev_name = conf->dev_name;
	txq->q.label = "Tx queue";
	txq->q.id = conf->id;
	txq->desc = txq->q.mz->addr;
	txq->q.comp = PLX_PTR_ADD(txq->q.mz->addr, ring);
	txq->q.nb_comps = size;
	txq->data = PLX_PTR_ADD(txq->q.mz->addr, ring + comp);
	txq->data_iova = txq->q.mz->iova + ring + comp;
	txq->slots = (struct vmxnet3_tx_slot *)(txq + 1);
	txq->size = size;
	txq->free_thresh = conf->free_thresh;
	txq->offloads = conf->offloads;
	vmxnet3_txq_stop(txq);
	return txq;
}

void
vmxnet3_txq_destroy(struct vmxnet3_txq *txq)
{
	if (txq == NULL)
		return;
	(void)plx_memzone_free(txq->q.mz);
	plx_free(txq);
}

static __plx_format_printf(2, 0) void
queue_fault(struct vmxnet3_queue *q, const char *format, va_list ap)
{
	char what[128];

	vsnprintf(what, sizeof(what), format, ap);
	__atomic_store_n(&q->broken, true, __ATOMIC_RELAXED);
	vmxnet3_stat_add(&q->errors, 1);
	VMXNET3_ERR(q->dev_name, "%s %u is stopped as the device is at fault: %s; stop and "
		"start the port", q->label, q->id, what);
}

void
vmxnet3_queue_fault(struct vmxnet3_queue *q, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	queue_fault(q, format, ap);
	va_end(ap);
}

void
vmxnet3_queue_break(struct vmxnet3_queue *q, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	queue_fault(q, format, ap);
	va_end(ap);
	if (q->dev != NULL)
		plx_eth_dev_callback_process(q->dev, PLX_ETH_EVENT_INTR_RESET, NULL);
}
