/* SPDX-License-Identifier: BSD-3-Clause */
/* The transmit ring: its life, and how mbufs come back. 82574: 7.2.4. */
#include <errno.h>
#include <string.h>

#include <plx_malloc.h>

#include "e1000e_rxtx.h"

#define FREE_THRESH 32
#define RS_THRESH 32
/* Mbufs that go back to their pool at once. */
#define FREE_MAX 64

int
e1000e_txq_create(struct plx_eth_dev *dev, uint16_t id, uint16_t size, int socket,
	const struct plx_eth_txconf *conf, volatile uint32_t *tail, struct e1000e_txq **out)
{
	const uint16_t free_thresh = e1000_queue_thresh(conf->tx_free_thresh, FREE_THRESH, size);
	const uint16_t rs_thresh = e1000_queue_thresh(conf->tx_rs_thresh, RS_THRESH, size);
	struct e1000e_txq *txq;
	int ret;

	/*
	 * The descriptors that no report covers yet, and the longest packet with its context, must fit
	 * side by side: else the queue would wait for itself.
	 */
	if (rs_thresh + E1000E_TX_SEGS_MAX + 1 >= size || free_thresh >= size)
		return -EINVAL;
	txq = plx_zmalloc_socket("e1000e Tx queue", sizeof(*txq) +
		size * (sizeof(txq->sw_ring[0]) + sizeof(txq->reports[0])),
		PLX_CACHE_LINE_SIZE, socket);
	if (txq == NULL)
		return -ENOMEM;
	ret = e1000_ring_alloc((void **)&txq->ring, "e1000e Tx ring", size * sizeof(txq->ring[0]),
		E1000E_RING_ALIGN, socket);
	if (ret < 0) {
		plx_free(txq);
		return ret;
	}
	txq->q.dev = dev;
	txq->q.id = id;
	txq->sw_ring = PLX_PTR_ADD(txq, sizeof(*txq));
	txq->reports = PLX_PTR_ADD(txq->sw_ring, size * sizeof(txq->sw_ring[0]));
	txq->tail = tail;
	txq->size = size;
	txq->free_thresh = free_thresh;
	txq->rs_thresh = rs_thresh;
	txq->offloads = conf->offloads;
	txq->fast_free = (conf->offloads & PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE) != 0;
	/* With two queues the device remembers the last context of either. */
	txq->share_context = dev->nb_tx_queues == 1;
	*out = txq;
	return 0;
}

void
e1000e_txq_start(struct e1000e_txq *txq)
{
	memset(txq->ring, 0, txq->size * sizeof(txq->ring[0]));
	memset(&txq->open, 0, sizeof(txq->open));
	memset(&txq->context, 0, sizeof(txq->context));
	txq->next = 0;
	txq->clean = 0;
	txq->nb_free = (uint16_t)(txq->size - 1);
	txq->nb_open = 0;
	txq->report_head = 0;
	txq->nb_reports = 0;
	e1000_queue_set_started(&txq->q, true);
}

/* Free @n mbufs, of @pool and with one user each, or of any if it is NULL; some may be NULL. */
static void
free_mbufs(struct plx_mempool *pool, struct plx_mbuf **mbufs, uint16_t n)
{
	struct plx_mbuf *done[FREE_MAX];
	unsigned int nb_done = 0;
	struct plx_mempool *of = pool;

	for (uint16_t i = 0; i < n; i++) {
		struct plx_mbuf *m = mbufs[i];

		if (m != NULL && pool == NULL)
			m = plx_pktmbuf_prefree_seg(m);
		if (m == NULL)
			continue;
		if (nb_done > 0 && (nb_done == FREE_MAX || (pool == NULL && m->pool != of))) {
			plx_mbuf_raw_free_bulk(of, done, nb_done);
			nb_done = 0;
		}
		if (pool == NULL)
			of = m->pool;
		done[nb_done++] = m;
	}
	if (nb_done > 0)
		plx_mbuf_raw_free_bulk(of, done, nb_done);
}

/* The same of descriptors that lie side by side. Mostly they all have an mbuf, of one pool. */
static __plx_always_inline void
free_run(const struct e1000e_tx_report *report, struct plx_mbuf **mbufs, uint16_t n)
{
	if (plx_likely(report->pool != NULL && !report->holes))
		plx_mbuf_raw_free_bulk(report->pool, mbufs, n);
	else
		free_mbufs(report->pool, mbufs, n);
}

/* Free what the oldest report tells of. */
static __plx_always_inline void
take_report(struct e1000e_txq *txq, const struct e1000e_tx_report *report)
{
	const uint16_t end = (uint16_t)(report->last + 1);
	uint16_t n;

	if (plx_likely(end > txq->clean)) {
		n = (uint16_t)(end - txq->clean);
		free_run(report, &txq->sw_ring[txq->clean], n);
	} else {
		n = (uint16_t)(txq->size - txq->clean);
		free_run(report, &txq->sw_ring[txq->clean], n);
		free_run(report, &txq->sw_ring[0], end);
		n = (uint16_t)(n + end);
	}
	txq->clean = end == txq->size ? 0 : end;
	txq->nb_free = (uint16_t)(txq->nb_free + n);
	if (++txq->report_head == txq->size)
		txq->report_head = 0;
	txq->nb_reports--;
}

static bool
is_done(const struct e1000e_txq *txq, const struct e1000e_tx_report *report)
{
	return (__atomic_load_n(&txq->ring[report->last].cmd, __ATOMIC_ACQUIRE) &
		E1000E_TXD_DD) != 0;
}

uint32_t
e1000e_txq_clean(struct e1000e_txq *txq, uint32_t nb_pkts)
{
	uint32_t nb_done = 0;

	while (txq->nb_reports > 0) {
		const struct e1000e_tx_report *report = &txq->reports[txq->report_head];

		if (!is_done(txq, report) || (nb_pkts != 0 && nb_done + report->nb_pkts > nb_pkts))
			break;
		nb_done += report->nb_pkts;
		take_report(txq, report);
	}
	return nb_done;
}

void
e1000e_tx_close_report(struct e1000e_txq *txq)
{
	const uint16_t last = txq->next == 0 ? (uint16_t)(txq->size - 1) : (uint16_t)(txq->next - 1);
	uint32_t i = (uint32_t)txq->report_head + txq->nb_reports;

	if (i >= txq->size)
		i -= txq->size;
	txq->ring[last].cmd |= E1000E_TXD_RS;
	txq->open.last = last;
	txq->reports[i] = txq->open;
	txq->nb_reports++;
	txq->nb_open = 0;
	memset(&txq->open, 0, sizeof(txq->open));
}

void
e1000e_txq_stop(struct e1000e_txq *txq)
{
	uint16_t i = txq->clean;

	if (!txq->q.started)
		return;
	/* Reports that are under way will not come any more: nothing is sent. */
	for (; i != txq->next; i = i + 1 == txq->size ? 0 : (uint16_t)(i + 1))
		if (txq->sw_ring[i] != NULL)
			plx_pktmbuf_free_seg(txq->sw_ring[i]);
	txq->clean = txq->next;
	txq->nb_reports = 0;
	e1000_queue_set_started(&txq->q, false);
}

void
e1000e_txq_destroy(struct e1000e_txq *txq)
{
	if (txq == NULL)
		return;
	plx_free(txq->ring);
	plx_free(txq);
}

int
e1000e_tx_descriptor_status(void *queue, uint16_t offset)
{
	const struct e1000e_txq *txq = queue;
	uint16_t begin = txq->clean;
	uint32_t used;

	if (offset >= txq->size)
		return -EINVAL;
	if (!txq->q.started)
		return PLX_ETH_TX_DESC_UNAVAIL;
	/* Behind those that are free, and the one that stays so, is the oldest one in use. */
	if (offset <= txq->nb_free)
		return PLX_ETH_TX_DESC_DONE;
	used = (uint32_t)offset - txq->nb_free - 1;
	for (uint16_t i = 0; i < txq->nb_reports; i++) {
		const uint32_t at = (uint32_t)txq->report_head + i;
		const struct e1000e_tx_report *report =
			&txq->reports[at < txq->size ? at : at - txq->size];
		const uint32_t n = (uint32_t)(report->last + 1 + txq->size - begin - 1) % txq->size + 1;

		if (!is_done(txq, report))
			break;
		if (used < n)
			return PLX_ETH_TX_DESC_DONE;
		used -= n;
		begin = (uint16_t)((report->last + 1) % txq->size);
	}
	return PLX_ETH_TX_DESC_FULL;
}
