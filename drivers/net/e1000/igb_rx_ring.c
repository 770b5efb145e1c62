/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues: made, filled with mbufs, started and stopped. */
#include <errno.h>

#include <plx_io.h>
#include <plx_malloc.h>

#include "igb_rxtx.h"

/* Mbufs that are taken from the pool at once. */
#define REFILL_MAX 64
/* Prefetch when fewer than 8 descriptors are on the chip; write back each by itself. */
#define RXDCTL_THRESHOLDS (IGB_DCTL_PTHRESH(8) | IGB_DCTL_HTHRESH(8) | IGB_DCTL_WTHRESH(1))

struct igb_rxq *
igb_rxq_create(struct plx_eth_dev *dev, uint16_t id, void *regs, uint16_t nb_desc,
	uint16_t free_thresh, struct plx_mempool *mp, int socket)
{
	const struct plx_mbuf proto = {
		.data_off = PLX_PKTMBUF_HEADROOM, .refcnt = 1, .nb_segs = 1, .port = dev->port_id,
	};
	const uint32_t room = plx_pktmbuf_data_room_size(mp) - PLX_PKTMBUF_HEADROOM;
	/* The last entries are for looking ahead, and stay NULL. */
	const size_t sw_bytes = (nb_desc + IGB_RX_LOOK_AHEAD) * sizeof(struct plx_mbuf *);
	struct igb_rxq *rxq;

	rxq = plx_zmalloc_socket("igb Rx queue", sizeof(*rxq) + sw_bytes, PLX_CACHE_LINE_SIZE,
		socket);
	if (rxq == NULL)
		return NULL;
	rxq->ring = plx_zmalloc_socket("igb Rx ring", nb_desc * sizeof(rxq->ring[0]),
		IGB_RING_ALIGN, socket);
	if (rxq->ring == NULL) {
		plx_free(rxq);
		return NULL;
	}
	rxq->sw_ring = (struct plx_mbuf **)(void *)(rxq + 1);
	rxq->q.dev = dev;
	rxq->q.id = id;
	rxq->regs = regs;
	rxq->mp = mp;
	rxq->rearm_data = proto.rearm_data;
	rxq->buf_off = (uint32_t)(sizeof(struct plx_mbuf) + plx_pktmbuf_priv_size(mp) +
		PLX_PKTMBUF_HEADROOM);
	rxq->bsize = (uint16_t)(room / IGB_SRRCTL_BSIZE_UNIT);
	rxq->buf_len = (uint16_t)(rxq->bsize * IGB_SRRCTL_BSIZE_UNIT);
	rxq->nb_desc = nb_desc;
	rxq->free_thresh = free_thresh;
	rxq->segs_max = (uint16_t)((IGB_FRAME_MAX + PLX_ETHER_CRC_LEN) / rxq->buf_len + 1);
	return rxq;
}

void
igb_rxq_use_all(struct igb_rxq *rxq)
{
	rxq->buf_len = (uint16_t)(plx_pktmbuf_data_room_size(rxq->mp) - PLX_PKTMBUF_HEADROOM);
	rxq->bsize = (uint16_t)((rxq->buf_len + IGB_SRRCTL_BSIZE_UNIT - 1u) / IGB_SRRCTL_BSIZE_UNIT);
}

void
igb_rxq_destroy(struct igb_rxq *rxq)
{
	if (rxq == NULL)
		return;
	plx_free(rxq->ring);
	plx_free(rxq);
}

/* Each empty descriptor is counted once, however often we come back for an mbuf in vain. */
static __attribute__((cold, noinline)) void
count_nombuf(struct igb_rxq *rxq, uint16_t nb_empty)
{
	if (nb_empty > rxq->nombuf_seen)
		e1000_count(&rxq->q.nombuf, (uint64_t)(nb_empty - rxq->nombuf_seen));
	rxq->nombuf_seen = nb_empty;
}

/*
 * Put @n new mbufs into the ring from @rxq->refill on, which is not beyond its end. They are not
 * touched: a line that is not cached costs less once its packet is there and it was prefetched. All
 * buffers of a pool are at the same place in the mbuf. That @hi is 0 also takes the old DD away.
 */
static __plx_always_inline int
fill(struct igb_rxq *rxq, uint16_t n)
{
	struct plx_mbuf **mbufs = &rxq->sw_ring[rxq->refill];
	struct igb_desc *desc = &rxq->ring[rxq->refill];

	if (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->mp, mbufs, n) < 0))
		return -ENOMEM;
	for (uint16_t i = 0; i < n; i++) {
		desc[i].lo = plx_mem_iova(mbufs[i]) + rxq->buf_off;
		desc[i].hi = 0;
	}
	rxq->refill = (uint16_t)(rxq->refill + n);
	if (rxq->refill == rxq->nb_desc)
		rxq->refill = 0;
	return 0;
}

/* What the chip has ends before RDT, which is the one that is kept back. */
static __plx_always_inline void
write_tail(struct igb_rxq *rxq)
{
	const uint16_t behind = rxq->refill == 0 ? rxq->nb_desc : rxq->refill;

	plx_write32(behind - 1u, igb_queue_reg(rxq->regs, IGB_DT));
}

void
igb_rxq_refill(struct igb_rxq *rxq)
{
	const uint16_t nb_owned = rxq->nb_owned;
	uint16_t nb_empty;

	while ((nb_empty = (uint16_t)(rxq->nb_desc - 1 - rxq->nb_owned)) > 0) {
		uint16_t n = PLX_MIN(nb_empty, (uint16_t)(rxq->nb_desc - rxq->refill));

		n = PLX_MIN(n, (uint16_t)REFILL_MAX);
		if (plx_unlikely(fill(rxq, n) < 0)) {
			count_nombuf(rxq, nb_empty);
			break;
		}
		rxq->nombuf_seen = 0;
		rxq->nb_owned = (uint16_t)(rxq->nb_owned + n);
	}
	if (rxq->nb_owned != nb_owned)
		write_tail(rxq);
}

void
igb_rxq_clear(struct igb_rxq *rxq)
{
	plx_pktmbuf_free(rxq->first);
	rxq->first = NULL;
	/* Empty ones are behind those of the chip and the one that is kept back. */
	for (uint16_t i = 0; i < rxq->nb_desc; i++) {
		const uint16_t at = (uint16_t)((rxq->next + i) % rxq->nb_desc);

		if (rxq->sw_ring[at] != NULL && i <= rxq->nb_owned)
			plx_mbuf_raw_free(rxq->sw_ring[at]);
		rxq->sw_ring[at] = NULL;
	}
	rxq->nb_owned = 0;
}

static int
fill_all(struct igb_rxq *rxq)
{
	rxq->next = 0;
	rxq->refill = 0;
	rxq->nb_owned = 0;
	rxq->nombuf_seen = 0;
	for (uint16_t left = rxq->nb_desc; left > 0;) {
		const uint16_t n = PLX_MIN(left, (uint16_t)REFILL_MAX);

		if (fill(rxq, n) < 0)
			return -ENOMEM;
		left = (uint16_t)(left - n);
		rxq->nb_owned = (uint16_t)(rxq->nb_desc - left - 1);
	}
	return 0;
}

int
igb_rxq_start(struct igb_rxq *rxq)
{
	int ret = fill_all(rxq);

	if (ret < 0) {
		igb_rxq_clear(rxq);
		return ret;
	}
	rxq->q.broken = false;
	plx_write32(rxq->bsize | IGB_SRRCTL_ONE_BUFFER |
		(rxq->drop_en ? IGB_SRRCTL_DROP_EN : 0), igb_queue_reg(rxq->regs, IGB_SRRCTL));
	ret = igb_queue_enable(rxq->regs, rxq->ring, rxq->nb_desc, RXDCTL_THRESHOLDS);
	if (ret < 0) {
		(void)igb_rxq_stop(rxq);
		return ret;
	}
	write_tail(rxq);
	rxq->q.started = true;
	return 0;
}

int
igb_rxq_stop(struct igb_rxq *rxq)
{
	int ret = igb_queue_disable(rxq->regs);

	rxq->q.started = false;
	if (ret == -ETIMEDOUT)
		return ret;
	/* What is gone does no DMA. */
	igb_rxq_clear(rxq);
	return 0;
}

/* The chip writes back in order, so those that are done are the first ones. */
int
igb_rx_queue_count(void *queue)
{
	const struct igb_rxq *rxq = queue;
	uint16_t low = 0, high = rxq->nb_owned;

	while (low < high) {
		const uint16_t middle = (uint16_t)((low + high) / 2);

		if (igb_rx_is_done(rxq, middle))
			low = (uint16_t)(middle + 1);
		else
			high = middle;
	}
	return low;
}

int
igb_rx_descriptor_status(void *queue, uint16_t offset)
{
	const struct igb_rxq *rxq = queue;

	if (offset >= rxq->nb_desc)
		return -EINVAL;
	if (offset >= rxq->nb_owned)
		return PLX_ETH_RX_DESC_UNAVAIL;
	return igb_rx_is_done(rxq, offset) ? PLX_ETH_RX_DESC_DONE : PLX_ETH_RX_DESC_AVAIL;
}
