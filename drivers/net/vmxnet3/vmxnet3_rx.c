/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving. */
#include <errno.h>

#include <plx_io.h>

#include "vmxnet3_rxtx.h"

/* Mbufs that are taken from the pool at once. */
#define REFILL_MAX 64
/* What a packet in one buffer is told by: its descriptor, its ring, and that it is whole. */
#define WHOLE_MASK (VMXNET3_RXC_IDX | VMXNET3_RXC_EOP | VMXNET3_RXC_SOP | VMXNET3_RXC_RQID(0x3ff))
/* Of vmxnet3_rxq.whole: differs from whatever is left of a completion under WHOLE_MASK. */
#define NOTHING_IS_WHOLE (~WHOLE_MASK)

/* Each empty descriptor is counted once, however often we come back for an mbuf in vain. */
static __attribute__((cold, noinline)) void
count_nombuf(struct vmxnet3_rxq *rxq, uint16_t nb_empty)
{
	if (nb_empty > rxq->nombuf_seen)
		vmxnet3_stat_add(&rxq->nombuf, (uint64_t)(nb_empty - rxq->nombuf_seen));
	rxq->nombuf_seen = nb_empty;
}

/*
 * Give the device new buffers until the ring is full. Mbufs go straight from the pool to where they are
 * kept, and are not touched: a line that is not cached costs less once its packet is there and it was
 * prefetched. The generation makes a descriptor the device's, so it is written last, in one word with
 * all that is not the address.
 */
static void
fill(struct vmxnet3_rxq *rxq, struct vmxnet3_rx_ring *ring)
{
	const uint32_t buf_off = rxq->buf_off;
	uint16_t nb_empty, n, i;

	while ((nb_empty = (uint16_t)(ring->nb_max - ring->nb_used)) > 0) {
		struct vmxnet3_desc *desc = &ring->desc[ring->next_fill];
		struct plx_mbuf **mbufs = &ring->mbufs[ring->next_fill];
		const uint64_t word = ring->word | ring->gen;

		n = PLX_MIN(nb_empty, (uint16_t)(ring->size - ring->next_fill));
		n = PLX_MIN(n, (uint16_t)REFILL_MAX);
		/* A pool that has less gives what it has. */
		while (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->mp, mbufs, n) < 0)) {
			n /= 2;
			if (n == 0) {
				count_nombuf(rxq, nb_empty);
				return;
			}
		}
		rxq->nombuf_seen = 0;
		for (i = 0; i < n; i++) {
			desc[i].addr = plx_mem_iova(mbufs[i]) + buf_off;
			__atomic_store_n(&desc[i].word, word, __ATOMIC_RELEASE);
		}
		ring->nb_used = (uint16_t)(ring->nb_used + n);
		ring->next_fill = (uint16_t)(ring->next_fill + n);
		if (ring->next_fill == ring->size) {
			ring->next_fill = 0;
			ring->gen ^= VMXNET3_RXD_GEN;
		}
	}
}

void
vmxnet3_rxq_tell(struct vmxnet3_rxq *rxq)
{
	plx_write32(rxq->ring[0].next_fill, rxq->ring[0].prod);
	plx_write32(rxq->ring[1].next_fill, rxq->ring[1].prod);
}

static __plx_always_inline bool
wants_refill(const struct vmxnet3_rxq *rxq, const struct vmxnet3_rx_ring *ring)
{
	return ring->nb_max - ring->nb_used >= rxq->free_thresh;
}

/*
 * A device that ran out of buffers asks to be told of new ones. It sets update_prod and then looks at
 * the ring once more; we have filled the ring and now look at update_prod: a full fence, or each side
 * could miss what the other one wrote.
 */
static __attribute__((noinline)) void
refill(struct vmxnet3_rxq *rxq)
{
	for (unsigned int i = 0; i < PLX_DIM(rxq->ring); i++)
		if (wants_refill(rxq, &rxq->ring[i]))
			fill(rxq, &rxq->ring[i]);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (plx_unlikely(__atomic_load_n(&rxq->ctrl->update_prod, __ATOMIC_RELAXED)))
		vmxnet3_rxq_tell(rxq);
}

/* Free the mbufs of the @n oldest descriptors, which are the device's no more. */
static void
drop_buffers(struct vmxnet3_rx_ring *ring, uint16_t n)
{
	for (; n > 0; n--) {
		plx_mbuf_raw_free(ring->mbufs[ring->next_use]);
		if (++ring->next_use == ring->size)
			ring->next_use = 0;
		ring->nb_used--;
	}
}

int
vmxnet3_rxq_start(struct vmxnet3_rxq *rxq, struct vmxnet3_rx_desc *ctrl, volatile uint8_t *bar,
	uint16_t nb_rxq, uint16_t mtu, uint64_t offloads)
{
	const uint32_t frame = (uint32_t)mtu + VMXNET3_L2_OVERHEAD;
	const bool scatter = rxq->ring[1].nb_max > 0;

	rxq->sg_max = scatter ? (uint16_t)((frame + rxq->buf_len - 1) / rxq->buf_len) : 1;
	if (rxq->sg_max > rxq->ring[1].nb_max + 1)
		return -EINVAL;
	rxq->ctrl = ctrl;
	rxq->ring[0].prod = bar + VMXNET3_RXPROD(rxq->q.id);
	rxq->ring[1].prod = bar + VMXNET3_RXPROD2(rxq->q.id);
	rxq->nb_rxq = nb_rxq;
	rxq->ol_mask = PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED;
	if (offloads & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM)
		rxq->ol_mask |= PLX_MBUF_F_RX_IP_CKSUM_MASK;
	if (offloads & (PLX_ETH_RX_OFFLOAD_TCP_CKSUM | PLX_ETH_RX_OFFLOAD_UDP_CKSUM))
		rxq->ol_mask |= PLX_MBUF_F_RX_L4_CKSUM_MASK;
	if (offloads & PLX_ETH_RX_OFFLOAD_RSS_HASH)
		rxq->ol_mask |= PLX_MBUF_F_RX_RSS_HASH;
	rxq->plain = VMXNET3_RXC_EOP | VMXNET3_RXC_SOP | VMXNET3_RXC_RQID(rxq->q.id);
	rxq->whole = rxq->plain;
	rxq->nombuf_seen = 0;
	for (unsigned int i = 0; i < PLX_DIM(rxq->ring); i++) {
		fill(rxq, &rxq->ring[i]);
		if (rxq->ring[i].nb_used != rxq->ring[i].nb_max) {
			vmxnet3_rxq_stop(rxq);
			return -ENOMEM;
		}
	}
	return 0;
}

void
vmxnet3_rxq_stop(struct vmxnet3_rxq *rxq)
{
	for (unsigned int i = 0; i < PLX_DIM(rxq->ring); i++) {
		struct vmxnet3_rx_ring *ring = &rxq->ring[i];

		drop_buffers(ring, ring->nb_used);
		for (unsigned int j = 0; j < ring->size; j++)
			ring->desc[j] = (struct vmxnet3_desc){ 0 };
		ring->next_fill = 0;
		ring->next_use = 0;
		ring->gen = VMXNET3_RXD_GEN;
	}
	plx_pktmbuf_free(rxq->head);
	rxq->head = NULL;
	for (unsigned int j = 0; j < rxq->q.nb_comps; j++)
		rxq->q.comp[j] = (struct vmxnet3_comp){ 0 };
	rxq->q.next_comp = 0;
	rxq->q.comp_gen = VMXNET3_COMP_GEN;
	rxq->q.broken = false;
}

/* What the device found out about a packet, by its last completion. */
static void
set_checksums(const struct vmxnet3_rxq *rxq, struct plx_mbuf *m, uint64_t lo, uint64_t hi)
{
	uint64_t flags = 0;

	if (hi & VMXNET3_RXC_TS) {
		flags |= PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED;
		m->vlan_tci = VMXNET3_RXC_TCI(hi);
	}
	if (!(lo & VMXNET3_RXC_CNC)) {
		if (hi & VMXNET3_RXC_V4)
			flags |= hi & VMXNET3_RXC_IPC ? PLX_MBUF_F_RX_IP_CKSUM_GOOD :
				PLX_MBUF_F_RX_IP_CKSUM_BAD;
		if ((hi & (VMXNET3_RXC_TCP | VMXNET3_RXC_UDP)) && !(hi & VMXNET3_RXC_FRG))
			flags |= hi & VMXNET3_RXC_TUC ? PLX_MBUF_F_RX_L4_CKSUM_GOOD :
				PLX_MBUF_F_RX_L4_CKSUM_BAD;
	}
	m->ol_flags |= flags & rxq->ol_mask;
}

/* The hash is in the first completion of a packet. */
static void
set_hash(const struct vmxnet3_rxq *rxq, struct plx_mbuf *m, uint64_t lo)
{
	m->ol_flags = lo & VMXNET3_RXC_RSS ? PLX_MBUF_F_RX_RSS_HASH & rxq->ol_mask : 0;
	m->hash.rss = VMXNET3_RXC_HASH(lo);
}

static __attribute__((noinline)) void
set_offloads(const struct vmxnet3_rxq *rxq, struct plx_mbuf *m, uint64_t lo, uint64_t hi)
{
	set_hash(rxq, m, lo);
	set_checksums(rxq, m, lo, hi);
}

/*
 * Take the buffer that a completion is about. The device may leave buffers out; it does not come back to
 * them. NULL if it is none that it has: then the queue is broken.
 */
static struct plx_mbuf *
take_buffer(struct vmxnet3_rxq *rxq, uint64_t lo, uint64_t hi)
{
	const uint16_t id = VMXNET3_RXC_RQID_GET(lo), idx = lo & VMXNET3_RXC_IDX;
	struct vmxnet3_rx_ring *ring = &rxq->ring[id == rxq->q.id ? 0 : 1];
	const uint16_t len = hi & VMXNET3_RXC_LEN;
	uint32_t ahead;
	struct plx_mbuf *m;

	if (id != rxq->q.id && id != rxq->q.id + rxq->nb_rxq) {
		vmxnet3_queue_break(&rxq->q, "a completion of ring %u", id);
		return NULL;
	}
	ahead = idx >= ring->next_use ? (uint32_t)(idx - ring->next_use) :
		(uint32_t)(idx + ring->size - ring->next_use);
	if (idx >= ring->size || ahead >= ring->nb_used) {
		vmxnet3_queue_break(&rxq->q, "descriptor %u of ring %u, which it did not have", idx, id);
		return NULL;
	}
	if (len > rxq->buf_len) {
		vmxnet3_queue_break(&rxq->q, "descriptor %u of ring %u with %u bytes in a buffer of %u",
			idx, id, len, rxq->buf_len);
		return NULL;
	}
	drop_buffers(ring, (uint16_t)ahead);
	m = ring->mbufs[idx];
	ring->next_use = (uint16_t)(idx + 1) == ring->size ? 0 : (uint16_t)(idx + 1);
	ring->nb_used--;
	m->rearm_data = rxq->rearm_data;
	m->ol_flags = 0;
	m->packet_type = 0;
	m->pkt_len = len;
	m->data_len = len;
	return m;
}

/* Add a buffer to the packet at hand. Return: 0; -EPROTO if that can't be: then the queue is broken. */
static int
add_to_packet(struct vmxnet3_rxq *rxq, struct plx_mbuf *m, uint64_t lo)
{
	if (lo & VMXNET3_RXC_SOP) {
		if (rxq->head != NULL || VMXNET3_RXC_RQID_GET(lo) != rxq->q.id) {
			vmxnet3_queue_break(&rxq->q, rxq->head != NULL ?
				"a packet begins within a packet" : "a packet begins in the second ring");
			return -EPROTO;
		}
		set_hash(rxq, m, lo);
		rxq->head = m;
		rxq->whole = NOTHING_IS_WHOLE;
	} else {
		if (rxq->head == NULL || rxq->head->nb_segs == rxq->sg_max) {
			vmxnet3_queue_break(&rxq->q, rxq->head == NULL ? "a packet without a start" :
				"a packet without an end, of %u buffers", rxq->sg_max);
			return -EPROTO;
		}
		rxq->head->nb_segs++;
		rxq->head->pkt_len += m->data_len;
		rxq->tail->next = m;
	}
	rxq->tail = m;
	return 0;
}

/*
 * Handle a completion that is not just a packet in the next buffer.
 * Return: a packet that is whole now, or NULL.
 */
static __attribute__((noinline)) struct plx_mbuf *
take_any(struct vmxnet3_rxq *rxq, uint64_t lo, uint64_t hi)
{
	struct plx_mbuf *m = take_buffer(rxq, lo, hi);

	if (m == NULL)
		return NULL;
	if (add_to_packet(rxq, m, lo) < 0) {
		plx_mbuf_raw_free(m);
		return NULL;
	}
	if (!(lo & VMXNET3_RXC_EOP))
		return NULL;
	m = rxq->head;
	rxq->head = NULL;
	rxq->whole = rxq->plain;
	/* What did not fit the buffers, or no longer found any: the device has counted it. */
	if ((hi & VMXNET3_RXC_ERR) || m->pkt_len < PLX_ETHER_HDR_LEN) {
		if (!(hi & VMXNET3_RXC_ERR))
			vmxnet3_stat_add(&rxq->q.errors, 1);
		plx_pktmbuf_free(m);
		return NULL;
	}
	set_checksums(rxq, m, lo, hi);
	return m;
}

/* Is it anything but checksums that nobody looked at? */
static __plx_always_inline bool
has_offloads(uint64_t lo, uint64_t hi)
{
	return (lo & (VMXNET3_RXC_RSS | VMXNET3_RXC_CNC)) != VMXNET3_RXC_CNC || (hi & VMXNET3_RXC_TS);
}

uint16_t
vmxnet3_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct vmxnet3_rxq *rxq = queue;
	struct vmxnet3_queue *q = &rxq->q;
	struct vmxnet3_rx_ring *ring = &rxq->ring[0];
	struct plx_mbuf **const mbufs = ring->mbufs;
	const struct vmxnet3_comp *const comps = q->comp;
	/* Length and error bit in one comparison: with an error, or below the least, it is too large. */
	const uint32_t len_span = rxq->buf_len - PLX_ETHER_HDR_LEN;
	const uint64_t rearm_data = rxq->rearm_data;
	const uint32_t nb_comps = q->nb_comps, size = ring->size;
	uint32_t next_comp = q->next_comp, next_use = ring->next_use, nb_used = ring->nb_used;
	uint64_t gen = q->comp_gen, whole = rxq->whole;
	uint16_t nb_rx = 0;
	struct plx_mbuf *m;

	if (vmxnet3_queue_is_broken(q))
		return 0;
	while (nb_rx < nb_pkts) {
		const uint64_t hi = vmxnet3_comp_hi(&comps[next_comp]);
		const uint64_t lo = vmxnet3_comp_lo(&comps[next_comp]);
		const uint32_t len = (uint32_t)hi & (VMXNET3_RXC_LEN | VMXNET3_RXC_ERR);

		if ((int64_t)(hi ^ gen) < 0)
			break;
		if (plx_unlikely(++next_comp == nb_comps)) {
			next_comp = 0;
			gen ^= VMXNET3_COMP_GEN;
		}
		if (plx_likely((lo & WHOLE_MASK) == (whole | next_use) && nb_used > 0 &&
				len - PLX_ETHER_HDR_LEN <= len_span)) {
			m = mbufs[next_use];
			plx_prefetch0_write(mbufs[next_use + VMXNET3_LOOK_AHEAD]);
			if (plx_unlikely(++next_use == size))
				next_use = 0;
			nb_used--;
			m->rearm_data = rearm_data;
			m->ol_flags = 0;
			m->packet_type = 0;
			m->pkt_len = len;
			m->data_len = (uint16_t)len;
			if (plx_unlikely(has_offloads(lo, hi)))
				set_offloads(rxq, m, lo, hi);
		} else {
			ring->next_use = (uint16_t)next_use;
			ring->nb_used = (uint16_t)nb_used;
			m = take_any(rxq, lo, hi);
			next_use = ring->next_use;
			nb_used = ring->nb_used;
			whole = rxq->whole;
			if (vmxnet3_queue_is_broken(q))
				break;
			if (m == NULL)
				continue;
		}
		rx_pkts[nb_rx++] = m;
	}
	q->next_comp = (uint16_t)next_comp;
	q->comp_gen = gen;
	ring->next_use = (uint16_t)next_use;
	ring->nb_used = (uint16_t)nb_used;
	/* Also on an idle poll, for the pool may have been empty the last time. */
	if ((wants_refill(rxq, &rxq->ring[0]) || wants_refill(rxq, &rxq->ring[1])) && !vmxnet3_queue_is_broken(q))
		refill(rxq);
	return nb_rx;
}

int
vmxnet3_rx_queue_count(void *queue)
{
	const struct vmxnet3_rxq *rxq = queue;
	const struct vmxnet3_queue *q = &rxq->q;
	uint32_t i = q->next_comp;
	int nb_pkts = 0;

	for (uint16_t n = 0; n < q->nb_comps && vmxnet3_comp_is_new(q, n); n++) {
		nb_pkts += (vmxnet3_comp_lo(&q->comp[i]) & VMXNET3_RXC_EOP) != 0;
		if (++i == q->nb_comps)
			i = 0;
	}
	return nb_pkts;
}

int
vmxnet3_rx_descriptor_status(void *queue, uint16_t offset)
{
	const struct vmxnet3_rxq *rxq = queue;

	if (offset >= rxq->ring[0].size)
		return -EINVAL;
	if (offset >= rxq->ring[0].nb_used)
		return PLX_ETH_RX_DESC_UNAVAIL;
	return vmxnet3_comp_is_new(&rxq->q, offset) ? PLX_ETH_RX_DESC_DONE : PLX_ETH_RX_DESC_AVAIL;
}
