/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending packets of one segment, and what becomes of packets that are sent. */
#include <errno.h>

#include <plx_cycles.h>
#include <plx_io.h>
#include <plx_malloc.h>

#include "igb_rxtx.h"

/* Microseconds between two looks, and how long the chip has for what is in the ring. */
#define DRAIN_POLL_US 10
#define DRAIN_TIMEOUT_US 20000
/* Prefetch when fewer than 8 descriptors are on the chip; write back at once what has RS. */
#define TXDCTL_THRESHOLDS (IGB_DCTL_PTHRESH(8) | IGB_DCTL_HTHRESH(1) | IGB_DCTL_WTHRESH(0))
/* A packet that is one descriptor. */
#define CMD_SIMPLE (IGB_TXD_DATA | IGB_TXD_DEXT | IGB_TXD_IFCS | IGB_TXD_EOP)
/* rearm_data of an mbuf: refcnt in bits 16 to 31, nb_segs in 32 to 47; here both are 1. */
#define REARM_SHIFT 16
#define REARM_ALONE 0x00010001u
/* An mbuf is prefetched so many packets ahead. */
#define LOOK_AHEAD 4

struct igb_txq *
igb_txq_create(struct plx_eth_dev *dev, uint16_t id, void *regs, uint16_t nb_desc,
	uint16_t rs_thresh, uint16_t free_thresh, int socket)
{
	/* A batch has rs_thresh descriptors or more. */
	const uint32_t nb_batches = plx_align32pow2(nb_desc / rs_thresh + 1u);
	struct igb_txq *txq;

	txq = plx_zmalloc_socket("igb Tx queue", sizeof(*txq) +
		nb_batches * sizeof(txq->batches[0]) + nb_desc * sizeof(txq->sw_ring[0]),
		PLX_CACHE_LINE_SIZE, socket);
	if (txq == NULL)
		return NULL;
	txq->ring = plx_zmalloc_socket("igb Tx ring", nb_desc * sizeof(txq->ring[0]),
		IGB_RING_ALIGN, socket);
	if (txq->ring == NULL) {
		plx_free(txq);
		return NULL;
	}
	txq->batches = (struct igb_tx_batch *)(void *)(txq + 1);
	txq->sw_ring = (struct plx_mbuf **)(void *)(txq->batches + nb_batches);
	txq->q.dev = dev;
	txq->q.id = id;
	txq->regs = regs;
	txq->nb_desc = nb_desc;
	txq->rs_thresh = rs_thresh;
	txq->free_thresh = free_thresh;
	txq->batch_mask = (uint16_t)(nb_batches - 1);
	return txq;
}

void
igb_txq_destroy(struct igb_txq *txq)
{
	if (txq == NULL)
		return;
	plx_free(txq->ring);
	plx_free(txq);
}

int
igb_txq_start(struct igb_txq *txq)
{
	int ret;

	txq->next = 0;
	txq->clean = 0;
	txq->nb_free = (uint16_t)(txq->nb_desc - 1);
	txq->nb_since_rs = 0;
	txq->mixed = false;
	txq->pool = NULL;
	txq->batch_head = 0;
	txq->batch_tail = 0;
	for (unsigned int i = 0; i < IGB_NB_CTX; i++)
		txq->ctx[i] = (struct igb_desc){ 0, 0 };
	txq->q.broken = false;
	ret = igb_queue_enable(txq->regs, txq->ring, txq->nb_desc, TXDCTL_THRESHOLDS);
	if (ret < 0) {
		(void)igb_queue_disable(txq->regs);
		return ret;
	}
	txq->q.started = true;
	return 0;
}

void
igb_txq_clear(struct igb_txq *txq)
{
	for (; txq->clean != txq->next; txq->clean = (uint16_t)((txq->clean + 1) % txq->nb_desc)) {
		plx_pktmbuf_free(txq->sw_ring[txq->clean]);
		txq->sw_ring[txq->clean] = NULL;
	}
}

/* Before it is disabled it should be empty. A link that is down keeps it from that. */
static void
drain(struct igb_txq *txq)
{
	for (unsigned int waited = 0; waited < DRAIN_TIMEOUT_US; waited += DRAIN_POLL_US) {
		if (plx_read32(igb_queue_reg(txq->regs, IGB_DH)) == txq->next)
			return;
		plx_delay_us(DRAIN_POLL_US);
	}
}

int
igb_txq_stop(struct igb_txq *txq)
{
	int ret;

	if (txq->q.started)
		drain(txq);
	ret = igb_queue_disable(txq->regs);
	txq->q.started = false;
	if (ret == -ETIMEDOUT)
		return ret;
	/* What is gone does no DMA. */
	igb_txq_clear(txq);
	return 0;
}

void
igb_tx_reject(struct igb_txq *txq, struct plx_mbuf *m)
{
	e1000_count(&txq->q.errors, 1);
	plx_pktmbuf_free(m);
}

/* Descriptors from @from up to and with @last. */
static __plx_always_inline uint16_t
distance(const struct igb_txq *txq, uint16_t from, uint16_t last)
{
	return (uint16_t)(last >= from ? last - from + 1 : last + txq->nb_desc - from + 1);
}

static bool
is_reported(const struct igb_txq *txq, const struct igb_tx_batch *batch)
{
	return __atomic_load_n(&txq->ring[batch->last].hi, __ATOMIC_ACQUIRE) & IGB_TXD_DD;
}

/* Free @n entries from @txq->clean on, which are not beyond the end of the ring. */
static __plx_always_inline void
free_entries(struct igb_txq *txq, struct plx_mempool *pool, uint16_t n)
{
	struct plx_mbuf **mbufs = &txq->sw_ring[txq->clean];

	if (plx_likely(pool != NULL))
		plx_mbuf_raw_free_bulk(pool, mbufs, n);
	else
		plx_pktmbuf_free_bulk(mbufs, n);
	txq->clean = (uint16_t)(txq->clean + n);
	if (txq->clean == txq->nb_desc)
		txq->clean = 0;
	txq->nb_free = (uint16_t)(txq->nb_free + n);
}

void
igb_tx_reclaim(struct igb_txq *txq)
{
	while (txq->batch_head != txq->batch_tail) {
		const struct igb_tx_batch *batch = &txq->batches[txq->batch_head & txq->batch_mask];
		uint16_t n, to_end;

		if (!is_reported(txq, batch))
			break;
		n = distance(txq, txq->clean, batch->last);
		to_end = PLX_MIN(n, (uint16_t)(txq->nb_desc - txq->clean));
		free_entries(txq, batch->pool, to_end);
		if (plx_unlikely(n > to_end))
			free_entries(txq, batch->pool, (uint16_t)(n - to_end));
		txq->batch_head++;
	}
}

void
igb_tx_report(struct igb_txq *txq, uint16_t last)
{
	struct igb_tx_batch *batch = &txq->batches[txq->batch_tail++ & txq->batch_mask];

	txq->ring[last].hi |= IGB_TXD_RS;
	batch->last = last;
	batch->pool = txq->mixed ? NULL : txq->pool;
	txq->mixed = false;
	txq->nb_since_rs = 0;
}

/*
 * Fill descriptors from @txq->next on with packets, as many as @nb_pkts, but not more than @room
 * descriptors, which are free and not beyond the end of the ring or the next RS.
 * Return: packets taken.
 */
static __plx_always_inline unsigned int
fill_run(struct igb_txq *txq, struct plx_mbuf **tx_pkts, unsigned int nb_pkts, unsigned int room,
	uint64_t *bytes)
{
	struct igb_desc *desc = &txq->ring[txq->next];
	struct plx_mbuf **entry = &txq->sw_ring[txq->next];
	struct plx_mempool *pool = txq->pool;
	const int is_pa = plx_mem_iova_is_pa;
	unsigned int i, n = 0;

	for (i = 0; i < nb_pkts && n < room; i++) {
		struct plx_mbuf *m = tx_pkts[i];
		const uint32_t rearm = (uint32_t)(__atomic_load_n(&m->rearm_data,
			__ATOMIC_ACQUIRE) >> REARM_SHIFT);
		const uint64_t len = m->data_len;

		if (i + LOOK_AHEAD < nb_pkts)
			plx_prefetch0(tx_pkts[i + LOOK_AHEAD]);
		if (plx_unlikely(len - IGB_FRAME_MIN > IGB_FRAME_MAX - IGB_FRAME_MIN ||
				m->pool != pool || rearm != REARM_ALONE)) {
			/* Not as the one before: can it be sent, and does it come back alike? */
			if (rearm >> 16 != 1 ||
			    len - IGB_FRAME_MIN > IGB_FRAME_MAX - IGB_FRAME_MIN) {
				igb_tx_reject(txq, m);
				continue;
			}
			if (m->pool != pool && txq->nb_since_rs + n == 0)
				pool = m->pool;
			txq->mixed |= m->pool != pool || rearm != REARM_ALONE;
		}
		desc[n].lo = plx_unlikely(is_pa) ? plx_pktmbuf_iova(m) :
			(uintptr_t)m->buf_addr + m->data_off;
		desc[n].hi = CMD_SIMPLE | IGB_TXD_LEN(len) | IGB_TXD_PAYLEN(len);
		entry[n++] = m;
		*bytes += len;
	}
	txq->pool = pool;
	txq->nb_since_rs = (uint16_t)(txq->nb_since_rs + n);
	txq->nb_free = (uint16_t)(txq->nb_free - n);
	txq->next = (uint16_t)(txq->next + n);
	return i;
}

uint16_t
igb_xmit_simple_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct igb_txq *txq = queue;
	const uint64_t errors = txq->q.errors;
	unsigned int nb_tx = 0, room;
	uint64_t bytes = 0;

	if (plx_unlikely(!igb_queue_runs(&txq->q)))
		return 0;
	if (txq->nb_free < PLX_MAX(txq->free_thresh, nb_pkts))
		igb_tx_reclaim(txq);
	while (nb_tx < nb_pkts && txq->nb_free > 0) {
		room = PLX_MIN((unsigned int)txq->nb_free, (unsigned int)(txq->nb_desc - txq->next));
		room = PLX_MIN(room, (unsigned int)(txq->rs_thresh - txq->nb_since_rs));
		nb_tx += fill_run(txq, &tx_pkts[nb_tx], nb_pkts - nb_tx, room, &bytes);
		if (txq->nb_since_rs == txq->rs_thresh)
			igb_tx_report(txq, (uint16_t)(txq->next - 1));
		if (txq->next == txq->nb_desc)
			txq->next = 0;
	}
	igb_tx_end(txq, (uint16_t)(nb_tx - (txq->q.errors - errors)), bytes);
	return (uint16_t)nb_tx;
}

int
igb_tx_descriptor_status(void *queue, uint16_t offset)
{
	const struct igb_txq *txq = queue;
	uint16_t at, behind;

	if (offset >= txq->nb_desc)
		return -EINVAL;
	if (offset < txq->nb_free)
		return PLX_ETH_TX_DESC_DONE;
	/* The one that is never filled, since a full ring would look like an empty one. */
	if (offset == txq->nb_free)
		return PLX_ETH_TX_DESC_UNAVAIL;
	/* Position in the order of sending; then find the batch that it is in. */
	at = (uint16_t)(offset - txq->nb_free - 1);
	for (uint16_t b = txq->batch_head; b != txq->batch_tail; b++) {
		const struct igb_tx_batch *batch = &txq->batches[b & txq->batch_mask];

		if (!is_reported(txq, batch))
			break;
		behind = distance(txq, txq->clean, batch->last);
		if (at < behind)
			return PLX_ETH_TX_DESC_DONE;
	}
	return PLX_ETH_TX_DESC_FULL;
}

/* Free packets of the first batch, @max at most. Return: how many. */
static uint32_t
free_some(struct igb_txq *txq, const struct igb_tx_batch *batch, uint32_t max)
{
	uint16_t left = distance(txq, txq->clean, batch->last);
	uint32_t nb_freed = 0;

	for (; left > 0 && nb_freed < max; left--) {
		nb_freed += txq->sw_ring[txq->clean] != NULL;
		free_entries(txq, NULL, 1);
	}
	if (left == 0)
		txq->batch_head++;
	return nb_freed;
}

int
igb_txq_done_cleanup(struct igb_txq *txq, uint32_t free_cnt)
{
	const uint32_t max = free_cnt != 0 ? free_cnt : UINT32_MAX;
	uint32_t nb_freed = 0;

	while (txq->batch_head != txq->batch_tail && nb_freed < max) {
		const struct igb_tx_batch *batch = &txq->batches[txq->batch_head & txq->batch_mask];

		if (!is_reported(txq, batch))
			break;
		nb_freed += free_some(txq, batch, max - nb_freed);
	}
	return (int)nb_freed;
}
