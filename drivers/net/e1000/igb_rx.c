/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving. */
#include <errno.h>

#include <plx_ptype.h>

#include "igb_rxtx.h"

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

/* Bring near what will be touched soon. */
static __plx_always_inline void
look_ahead(struct plx_mbuf *const *entry, uint32_t buf_off)
{
	const struct plx_mbuf *m = entry[IGB_RX_LOOK_AHEAD];

	plx_prefetch0_write(m);
	plx_prefetch0(PLX_PTR_ADD(m, buf_off));
}

/**
 * struct rx_format - what fill_mbuf() needs of a queue, for the registers of the CPU.
 * @rearm_data: as in struct igb_rxq.
 * @ol_mask: as in struct igb_rxq.
 * @buf_off: as in struct igb_rxq.
 */
struct rx_format {
	uint64_t rearm_data;
	uint64_t ol_mask;
	uint32_t buf_off;
};

static __plx_always_inline struct rx_format
format_of(const struct igb_rxq *rxq)
{
	return (struct rx_format){ rxq->rearm_data, rxq->ol_mask, rxq->buf_off };
}

/* Several fields of an mbuf as one. */
typedef uint64_t __attribute__((may_alias)) fields_t;

/* Make @m the packet that the descriptor @lo, @hi is about: 32 bytes by four stores. */
static __plx_always_inline void
fill_mbuf(const struct rx_format *format, struct plx_mbuf *m, uint64_t lo, uint64_t hi)
{
	const uint64_t len = IGB_RXD_LEN(hi);
	fields_t *fields = PLX_PTR_ADD(m, offsetof(struct plx_mbuf, rx_descriptor_fields1));

	m->rearm_data = format->rearm_data;
	m->ol_flags = (flags_of_status[FLAGS_INDEX(hi)] |
		(IGB_RXD_RSS_TYPE(lo) != 0 ? PLX_MBUF_F_RX_RSS_HASH : 0)) & format->ol_mask;
	/* packet_type and pkt_len; data_len, vlan_tci and hash. */
	fields[0] = ptypes[IGB_RXD_PTYPE(lo)] | len << 32;
	fields[1] = hi >> 32 | (lo & 0xffffffff00000000);
}

/* Is a descriptor with this status one whole and good packet? Both bounds in one comparison. */
static __plx_always_inline bool
is_packet(uint64_t hi, uint32_t len_span)
{
	return (hi & STATUS_MASK) == STATUS_GOOD && IGB_RXD_LEN(hi) - PLX_ETHER_HDR_LEN <= len_span;
}

/* The span of good lengths, see is_packet(). */
static __plx_always_inline uint32_t
len_span_of(const struct igb_rxq *rxq)
{
	return rxq->buf_len - PLX_ETHER_HDR_LEN;
}

/*
 * The next descriptor, whose status is @hi, is not one whole and good packet. One that is damaged or no
 * frame at all is dropped; one that can't be breaks the queue.
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
	if (igb_rx_status(&rxq->ring[rxq->next]) & IGB_RXD_DD)
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
		igb_rxq_refill(rxq);
}

/*
 * Receive from @rxq->next on, @max packets at most, which are not beyond the end of the ring. It ends
 * before a descriptor that is not one whole and good packet, also one that the chip still has.
 * Return: packets.
 */
static __plx_always_inline unsigned int
take_run(const struct igb_rxq *rxq, struct plx_mbuf **rx_pkts, unsigned int max, uint64_t *bytes)
{
	const struct igb_desc *desc = &rxq->ring[rxq->next];
	struct plx_mbuf *const *entry = &rxq->sw_ring[rxq->next];
	const uint32_t len_span = len_span_of(rxq);
	const struct rx_format format = format_of(rxq);
	unsigned int i;

	for (i = 0; i < max; i++) {
		const uint64_t hi = igb_rx_status(&desc[i]);

		if (plx_unlikely(!is_packet(hi, len_span)))
			break;
		look_ahead(&entry[i], format.buf_off);
		fill_mbuf(&format, entry[i], __atomic_load_n(&desc[i].lo, __ATOMIC_RELAXED), hi);
		*bytes += IGB_RXD_LEN(hi);
		rx_pkts[i] = entry[i];
	}
	return i;
}

/* The chip has @n descriptors less. */
static __plx_always_inline void
consume(struct igb_rxq *rxq, unsigned int n)
{
	rxq->nb_owned = (uint16_t)(rxq->nb_owned - n);
	rxq->next = (uint16_t)(rxq->next + n);
	if (rxq->next == rxq->nb_desc)
		rxq->next = 0;
}

uint16_t
igb_recv_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct igb_rxq *rxq = queue;
	unsigned int nb_rx = 0, room, n;
	uint64_t bytes = 0, hi;

	if (plx_unlikely(!igb_queue_runs(&rxq->q)))
		return 0;
	while ((room = PLX_MIN(nb_pkts - nb_rx, (unsigned int)rxq->nb_owned)) > 0) {
		room = PLX_MIN(room, (unsigned int)(rxq->nb_desc - rxq->next));
		n = take_run(rxq, &rx_pkts[nb_rx], room, &bytes);
		nb_rx += n;
		consume(rxq, n);
		if (n == room)
			continue;
		/* Read again: it may have become a good one since the run ended. */
		hi = igb_rx_status(&rxq->ring[rxq->next]);
		if (plx_likely(!(hi & IGB_RXD_DD)))
			break;
		if (is_packet(hi, len_span_of(rxq)))
			continue;
		if (drop(rxq, hi) < 0)
			break;
		consume(rxq, 1);
	}
	end_burst(rxq, (uint16_t)nb_rx, bytes);
	return (uint16_t)nb_rx;
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
	const struct rx_format format = format_of(rxq);
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
	fill_mbuf(&format, first, lo, hi);
	first->rearm_data = whole.rearm_data;
	first->pkt_len = whole.pkt_len;
	first->data_len = whole.data_len;
	return first;
}

uint16_t
igb_recv_scattered_pkts(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct igb_rxq *rxq = queue;
	uint16_t nb_rx = 0;
	uint64_t bytes = 0;

	if (plx_unlikely(!igb_queue_runs(&rxq->q)))
		return 0;
	while (nb_rx < nb_pkts && rxq->nb_owned > 0) {
		const struct igb_desc *desc = &rxq->ring[rxq->next];
		const uint64_t hi = igb_rx_status(desc);
		struct plx_mbuf *m;

		if (!(hi & IGB_RXD_DD))
			break;
		look_ahead(&rxq->sw_ring[rxq->next], rxq->buf_off);
		m = take_segment(rxq, __atomic_load_n(&desc->lo, __ATOMIC_RELAXED), hi);
		if (plx_unlikely(rxq->q.broken))
			break;
		consume(rxq, 1);
		if (m != NULL) {
			bytes += m->pkt_len;
			rx_pkts[nb_rx++] = m;
		}
	}
	end_burst(rxq, nb_rx, bytes);
	return nb_rx;
}

