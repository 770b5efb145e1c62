/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving. 82576: 7.1. */
#include <errno.h>

#include <plx_io.h>
#include <plx_malloc.h>
#include <plx_ptype.h>

#include "igb_rxtx.h"

/* Mbufs that are taken from the pool at once. */
#define REFILL_MAX 64
/* An mbuf and its packet are prefetched so many packets ahead. */
#define LOOK_AHEAD 4
/* 8.10.10: prefetch when fewer than 8 descriptors are on the chip; write back each by itself. */
#define RXDCTL_THRESHOLDS (IGB_DCTL_PTHRESH(8) | IGB_DCTL_HTHRESH(8) | IGB_DCTL_WTHRESH(1))
/* What a descriptor of a whole and good packet has. */
#define STATUS_MASK (IGB_RXD_DD | IGB_RXD_EOP | IGB_RXD_RXE)
#define STATUS_GOOD (IGB_RXD_DD | IGB_RXD_EOP)

/* Tables of 2^n entries by what an entry is for its index. */
#define ROW4(F, i) F(i), F((i) + 1), F((i) + 2), F((i) + 3)
#define ROW16(F, i) ROW4(F, i), ROW4(F, (i) + 4), ROW4(F, (i) + 8), ROW4(F, (i) + 12)
#define ROW64(F, i) ROW16(F, i), ROW16(F, (i) + 16), ROW16(F, (i) + 32), ROW16(F, (i) + 48)

/* Status bits 3 to 6 and error bits 29 and 30, as six bits. */
#define FLAGS_INDEX(hi) (((uint32_t)(hi) >> 3 & 0xf) | ((uint32_t)(hi) >> 25 & 0x30))
#define INDEX_HAS(i, bit) ((FLAGS_INDEX(bit) & (i)) != 0)
#define FLAGS(i) ( \
	(INDEX_HAS(i, IGB_RXD_VP) ? PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED : 0) | \
	(!INDEX_HAS(i, IGB_RXD_IPCS) ? 0 : INDEX_HAS(i, IGB_RXD_IPE) ? \
		PLX_MBUF_F_RX_IP_CKSUM_BAD : PLX_MBUF_F_RX_IP_CKSUM_GOOD) | \
	(!INDEX_HAS(i, IGB_RXD_L4CS) ? 0 : INDEX_HAS(i, IGB_RXD_L4E) ? \
		PLX_MBUF_F_RX_L4_CKSUM_BAD : PLX_MBUF_F_RX_L4_CKSUM_GOOD))

static const uint64_t flags_of_status[64] = { ROW64(FLAGS, 0) };

/*
 * The chip does not tell whether a tag that it leaves in is there, so nothing is said of layer 2.
 * IPv6 in IPv4 has both; its outer header counts, and what is behind it is not told.
 */
#define L3(i) ((i) & IGB_RXD_PTYPE_IPV4E ? PLX_PTYPE_L3_IPV4_EXT : \
	(i) & IGB_RXD_PTYPE_IPV4 ? PLX_PTYPE_L3_IPV4 : \
	(i) & IGB_RXD_PTYPE_IPV6E ? PLX_PTYPE_L3_IPV6_EXT : \
	(i) & IGB_RXD_PTYPE_IPV6 ? PLX_PTYPE_L3_IPV6 : 0)
#define IS_TUNNEL(i) (((i) & (IGB_RXD_PTYPE_IPV4 | IGB_RXD_PTYPE_IPV4E)) && \
	((i) & (IGB_RXD_PTYPE_IPV6 | IGB_RXD_PTYPE_IPV6E)))
#define L4(i) (L3(i) == 0 || IS_TUNNEL(i) ? 0 : \
	(i) & IGB_RXD_PTYPE_TCP ? PLX_PTYPE_L4_TCP : \
	(i) & IGB_RXD_PTYPE_UDP ? PLX_PTYPE_L4_UDP : \
	(i) & IGB_RXD_PTYPE_SCTP ? PLX_PTYPE_L4_SCTP : 0)
#define PTYPE(i) (L3(i) | L4(i))

static const uint32_t ptypes[IGB_RXD_PTYPES] = { ROW64(PTYPE, 0), ROW64(PTYPE, 64) };

const uint32_t *
igb_supported_ptypes(struct plx_eth_dev *dev)
{
	static const uint32_t list[] = { PLX_PTYPE_L3_IPV4, PLX_PTYPE_L3_IPV4_EXT,
		PLX_PTYPE_L3_IPV6, PLX_PTYPE_L3_IPV6_EXT, PLX_PTYPE_L4_TCP, PLX_PTYPE_L4_UDP,
		PLX_PTYPE_L4_SCTP, PLX_PTYPE_UNKNOWN };

	(void)dev;
	return list;
}

struct igb_rxq *
igb_rxq_create(struct plx_eth_dev *dev, uint16_t id, void *regs, uint16_t nb_desc,
	uint16_t free_thresh, struct plx_mempool *mp, int socket)
{
	const struct plx_mbuf proto = {
		.data_off = PLX_PKTMBUF_HEADROOM, .refcnt = 1, .nb_segs = 1, .port = dev->port_id,
	};
	const uint32_t room = plx_pktmbuf_data_room_size(mp) - PLX_PKTMBUF_HEADROOM;
	/* The last entries are for looking ahead, and stay NULL. */
	const size_t sw_bytes = (nb_desc + LOOK_AHEAD) * sizeof(struct plx_mbuf *);
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
	rxq->buf_len = (uint16_t)PLX_ALIGN_FLOOR(room, (uint32_t)IGB_SRRCTL_BSIZE_UNIT);
	rxq->nb_desc = nb_desc;
	rxq->free_thresh = free_thresh;
	rxq->segs_max = (uint16_t)((IGB_FRAME_MAX + PLX_ETHER_CRC_LEN) / rxq->buf_len + 1);
	return rxq;
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

/* 8.10.9: what the chip has ends before RDT, which is the one that is kept back. */
static __plx_always_inline void
write_tail(struct igb_rxq *rxq)
{
	const uint16_t behind = rxq->refill == 0 ? rxq->nb_desc : rxq->refill;

	plx_write32(behind - 1u, igb_queue_reg(rxq->regs, IGB_DT));
}

/* Give the chip new buffers as long as at least @rxq->free_thresh descriptors are empty. */
static void
refill(struct igb_rxq *rxq)
{
	const uint16_t nb_owned = rxq->nb_owned;
	uint16_t nb_empty;

	while ((nb_empty = (uint16_t)(rxq->nb_desc - 1 - rxq->nb_owned)) >= rxq->free_thresh) {
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
	plx_write32(rxq->buf_len / IGB_SRRCTL_BSIZE_UNIT | IGB_SRRCTL_ONE_BUFFER |
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

static __plx_always_inline uint16_t
advance(const struct igb_rxq *rxq, uint16_t at)
{
	return plx_unlikely(++at == rxq->nb_desc) ? 0 : at;
}

static __plx_always_inline uint64_t
load_status(const struct igb_desc *desc)
{
	return __atomic_load_n(&desc->hi, __ATOMIC_ACQUIRE);
}

/* Bring near what will be touched soon. */
static __plx_always_inline void
look_ahead(const struct igb_rxq *rxq, uint16_t at)
{
	const struct plx_mbuf *m = rxq->sw_ring[at + LOOK_AHEAD];

	plx_prefetch0_write(m);
	plx_prefetch0(PLX_PTR_ADD(m, rxq->buf_off));
}

/* Several fields of an mbuf as one. */
typedef uint64_t __attribute__((may_alias)) fields_t;

/* Make @m the packet that the descriptor @lo, @hi is about: 32 bytes by four stores. */
static __plx_always_inline void
fill_mbuf(const struct igb_rxq *rxq, struct plx_mbuf *m, uint64_t lo, uint64_t hi)
{
	const uint64_t len = IGB_RXD_LEN(hi);
	fields_t *fields = PLX_PTR_ADD(m, offsetof(struct plx_mbuf, rx_descriptor_fields1));

	m->rearm_data = rxq->rearm_data;
	m->ol_flags = (flags_of_status[FLAGS_INDEX(hi)] |
		(IGB_RXD_RSS_TYPE(lo) != 0 ? PLX_MBUF_F_RX_RSS_HASH : 0)) & rxq->ol_mask;
	/* packet_type and pkt_len; data_len, vlan_tci and hash. */
	fields[0] = ptypes[IGB_RXD_PTYPE(lo)] | len << 32;
	fields[1] = hi >> 32 | (lo & 0xffffffff00000000);
}

/*
 * A descriptor that is not one whole and good packet. One that is damaged or no frame at all is
 * dropped; one that can't be breaks the queue.
 *
 * Return: 0 if it was dropped; -EPROTO.
 */
static __attribute__((cold, noinline)) int
drop(struct igb_rxq *rxq, uint64_t hi)
{
	const uint32_t len = IGB_RXD_LEN(hi);

	if (len > rxq->buf_len) {
		e1000_queue_break(&rxq->q, true, "descriptor %u: %u bytes in a buffer of %u",
			rxq->next, len, rxq->buf_len);
		return -EPROTO;
	}
	if (!(hi & IGB_RXD_EOP)) {
		e1000_queue_break(&rxq->q, true, "descriptor %u: %u bytes and no end of the packet",
			rxq->next, len);
		return -EPROTO;
	}
	e1000_count(&rxq->q.errors, 1);
	plx_mbuf_raw_free(rxq->sw_ring[rxq->next]);
	return 0;
}

/* All that the chip had is taken: the one that is kept back must not look as if it was done. */
static __attribute__((cold, noinline)) void
check_kept_back(struct igb_rxq *rxq)
{
	if (load_status(&rxq->ring[rxq->next]) & IGB_RXD_DD)
		e1000_queue_break(&rxq->q, true,
			"descriptor %u is done, which it did not have", rxq->next);
}

/* Count, and refill also on an idle poll, for the pool may have been empty the last time. */
static __plx_always_inline void
end_burst(struct igb_rxq *rxq, uint16_t nb_rx, uint64_t bytes)
{
	if (nb_rx > 0) {
		e1000_count(&rxq->q.packets, nb_rx);
		e1000_count(&rxq->q.bytes, bytes - (uint64_t)nb_rx * rxq->crc_len);
	}
	if (plx_unlikely(rxq->nb_owned == 0))
		check_kept_back(rxq);
	if (rxq->nb_desc - 1 - rxq->nb_owned >= rxq->free_thresh && plx_likely(!rxq->q.broken))
		refill(rxq);
}

uint16_t
igb_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct igb_rxq *rxq = queue;
	const uint32_t len_span = rxq->buf_len - PLX_ETHER_HDR_LEN;
	uint16_t nb_rx = 0, left;
	uint64_t bytes = 0;

	if (plx_unlikely(!igb_queue_runs(&rxq->q)))
		return 0;
	for (left = rxq->nb_owned; nb_rx < nb_pkts && left > 0; left--) {
		const struct igb_desc *desc = &rxq->ring[rxq->next];
		const uint64_t hi = load_status(desc);

		if (!(hi & IGB_RXD_DD))
			break;
		look_ahead(rxq, rxq->next);
		if (plx_likely((hi & STATUS_MASK) == STATUS_GOOD &&
				IGB_RXD_LEN(hi) - PLX_ETHER_HDR_LEN <= len_span)) {
			struct plx_mbuf *m = rxq->sw_ring[rxq->next];

			fill_mbuf(rxq, m, __atomic_load_n(&desc->lo, __ATOMIC_RELAXED), hi);
			bytes += IGB_RXD_LEN(hi);
			rx_pkts[nb_rx++] = m;
		} else if (drop(rxq, hi) < 0) {
			break;
		}
		rxq->next = advance(rxq, rxq->next);
	}
	rxq->nb_owned = left;
	end_burst(rxq, nb_rx, bytes);
	return nb_rx;
}

/* The chain that is being received gets @m as its last segment. -EPROTO: it would never end. */
static __plx_always_inline int
append(struct igb_rxq *rxq, struct plx_mbuf *m, uint16_t len)
{
	m->rearm_data = rxq->rearm_data;
	m->data_len = len;
	if (rxq->first == NULL) {
		m->pkt_len = len;
		rxq->first = m;
	} else {
		if (plx_unlikely(rxq->first->nb_segs >= rxq->segs_max))
			return -EPROTO;
		rxq->first->nb_segs++;
		rxq->first->pkt_len += len;
		rxq->last->next = m;
	}
	rxq->last = m;
	return 0;
}

/* Take a descriptor of a frame that has several. Return: the packet, if it is the last one; or NULL. */
static struct plx_mbuf *
take_segment(struct igb_rxq *rxq, uint64_t lo, uint64_t hi)
{
	struct plx_mbuf *m = rxq->sw_ring[rxq->next], *first;
	const uint16_t len = (uint16_t)IGB_RXD_LEN(hi);
	struct plx_mbuf whole;

	if (plx_unlikely(len > rxq->buf_len)) {
		e1000_queue_break(&rxq->q, true, "descriptor %u: %u bytes in a buffer of %u",
			rxq->next, len, rxq->buf_len);
		return NULL;
	}
	if (plx_unlikely(append(rxq, m, len) < 0)) {
		e1000_queue_break(&rxq->q, true, "descriptor %u: a packet of more than %u buffers",
			rxq->next, rxq->segs_max);
		return NULL;
	}
	if (!(hi & IGB_RXD_EOP))
		return NULL;
	first = rxq->first;
	rxq->first = NULL;
	if (plx_unlikely((hi & IGB_RXD_RXE) || first->pkt_len < PLX_ETHER_HDR_LEN)) {
		e1000_count(&rxq->q.errors, 1);
		plx_pktmbuf_free(first);
		return NULL;
	}
	/* The last descriptor speaks for the packet, but of its own bytes only. */
	whole.rearm_data = first->rearm_data;
	whole.pkt_len = first->pkt_len;
	whole.data_len = first->data_len;
	fill_mbuf(rxq, first, lo, hi);
	first->rearm_data = whole.rearm_data;
	first->pkt_len = whole.pkt_len;
	first->data_len = whole.data_len;
	return first;
}

uint16_t
igb_recv_scattered_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct igb_rxq *rxq = queue;
	uint16_t nb_rx = 0, left;
	uint64_t bytes = 0;

	if (plx_unlikely(!igb_queue_runs(&rxq->q)))
		return 0;
	for (left = rxq->nb_owned; nb_rx < nb_pkts && left > 0; left--) {
		const struct igb_desc *desc = &rxq->ring[rxq->next];
		const uint64_t hi = load_status(desc);
		struct plx_mbuf *m;

		if (!(hi & IGB_RXD_DD))
			break;
		look_ahead(rxq, rxq->next);
		m = take_segment(rxq, __atomic_load_n(&desc->lo, __ATOMIC_RELAXED), hi);
		if (plx_unlikely(rxq->q.broken))
			break;
		if (m != NULL) {
			bytes += m->pkt_len;
			rx_pkts[nb_rx++] = m;
		}
		rxq->next = advance(rxq, rxq->next);
	}
	rxq->nb_owned = left;
	end_burst(rxq, nb_rx, bytes);
	return nb_rx;
}

static bool
is_done(const struct igb_rxq *rxq, uint16_t offset)
{
	return load_status(&rxq->ring[(rxq->next + offset) % rxq->nb_desc]) & IGB_RXD_DD;
}

/* The chip writes back in order, so those that are done are the first ones. */
int
igb_rx_queue_count(void *queue)
{
	const struct igb_rxq *rxq = queue;
	uint16_t low = 0, high = rxq->nb_owned;

	while (low < high) {
		const uint16_t middle = (uint16_t)((low + high) / 2);

		if (is_done(rxq, middle))
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
	return is_done(rxq, offset) ? PLX_ETH_RX_DESC_DONE : PLX_ETH_RX_DESC_AVAIL;
}
