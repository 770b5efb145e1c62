/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive. */
#include <string.h>

#include <plx_byteorder.h>

#include "e1000e_rxtx.h"

/* A packet's mbuf is prefetched so many packets ahead. */
#define LOOK_AHEAD 4
/* Shorter than its addresses and type no frame is. */
#define LEN_MIN PLX_ETHER_HDR_LEN
/* Of a packet in one buffer and without errors just the latter are set. */
#define STATUS_MASK (E1000E_RXD_DD | E1000E_RXD_EOP | E1000E_RXD_FRAME_ERRORS)
#define STATUS_GOOD (E1000E_RXD_DD | E1000E_RXD_EOP)

PLX_STATIC_ASSERT(PLX_PKTMBUF_HEADROOM >= PLX_VLAN_HLEN, "a VLAN tag can be put back");

/* Each empty descriptor is counted once, however often we come back for an mbuf in vain. */
static __attribute__((cold, noinline)) void
count_nombuf(struct e1000e_rxq *rxq)
{
	if (rxq->nb_empty > rxq->nombuf_seen)
		e1000_count(&rxq->q.nombuf, (uint64_t)(rxq->nb_empty - rxq->nombuf_seen));
	rxq->nombuf_seen = rxq->nb_empty;
}

/* The pool is short: take what is there. */
static __attribute__((cold, noinline)) uint16_t
alloc_some(struct e1000e_rxq *rxq, uint16_t n)
{
	for (n /= 2; n > 0; n /= 2)
		if (plx_mbuf_raw_alloc_bulk(rxq->mp, &rxq->sw_ring[rxq->fill], n) == 0)
			break;
	if (n == 0)
		count_nombuf(rxq);
	return n;
}

/*
 * Give the device new buffers, all at once: one access of the device. Mbufs are not touched: a line
 * that is not cached costs less once its packet is there and it was prefetched. All buffers of a pool
 * are at the same place in the mbuf.
 */
static __attribute__((noinline)) void
refill(struct e1000e_rxq *rxq)
{
	const uint16_t fill = rxq->fill;

	do {
		uint16_t n = PLX_MIN(rxq->nb_empty, (uint16_t)(rxq->size - rxq->fill));
		union e1000e_rx_desc *desc = &rxq->ring[rxq->fill];
		struct plx_mbuf **mbufs = &rxq->sw_ring[rxq->fill];

		if (plx_unlikely(plx_mbuf_raw_alloc_bulk(rxq->mp, mbufs, n) < 0)) {
			n = alloc_some(rxq, n);
			if (n == 0)
				break;
		} else {
			rxq->nombuf_seen = 0;
		}
		for (uint16_t i = 0; i < n; i++) {
			desc[i].read.addr = plx_mem_iova(mbufs[i]) + rxq->buf_off;
			desc[i].read.zero = 0;
		}
		rxq->nb_empty = (uint16_t)(rxq->nb_empty - n);
		rxq->fill = (uint16_t)(rxq->fill + n);
		if (rxq->fill == rxq->size)
			rxq->fill = 0;
	} while (rxq->nb_empty >= rxq->free_thresh);
	if (rxq->fill != fill)
		e1000e_rxq_publish(rxq);
}

/* Put back a tag that the device took out, as the port does not want that (see e1000e_hw.c). */
static __attribute__((cold, noinline)) void
put_back_vlan(struct plx_mbuf *m, uint16_t tci)
{
	char *data = plx_pktmbuf_mtod_offset(m, char *, -PLX_VLAN_HLEN);
	const uint16_t tag[2] = { plx_cpu_to_be_16(PLX_ETHER_TYPE_VLAN), plx_cpu_to_be_16(tci) };

	memmove(data, data + PLX_VLAN_HLEN, 2 * PLX_ETHER_ADDR_LEN);
	memcpy(data + 2 * PLX_ETHER_ADDR_LEN, tag, sizeof(tag));
	m->data_off -= PLX_VLAN_HLEN;
	m->data_len += PLX_VLAN_HLEN;
	m->pkt_len += PLX_VLAN_HLEN;
}

/* By TCPCS, IPCS, TCPE and IPE; an error counts only where it was looked for. */
static uint64_t
cksum_flags(uint32_t status)
{
	static const uint16_t flags[16] = {
		[1] = PLX_MBUF_F_RX_L4_CKSUM_GOOD,
		[2] = PLX_MBUF_F_RX_IP_CKSUM_GOOD,
		[3] = PLX_MBUF_F_RX_IP_CKSUM_GOOD | PLX_MBUF_F_RX_L4_CKSUM_GOOD,
		[4 | 1] = PLX_MBUF_F_RX_L4_CKSUM_BAD,
		[4 | 2] = PLX_MBUF_F_RX_IP_CKSUM_GOOD,
		[4 | 3] = PLX_MBUF_F_RX_IP_CKSUM_GOOD | PLX_MBUF_F_RX_L4_CKSUM_BAD,
		[8 | 1] = PLX_MBUF_F_RX_L4_CKSUM_GOOD,
		[8 | 2] = PLX_MBUF_F_RX_IP_CKSUM_BAD,
		[8 | 3] = PLX_MBUF_F_RX_IP_CKSUM_BAD | PLX_MBUF_F_RX_L4_CKSUM_GOOD,
		[12 | 1] = PLX_MBUF_F_RX_L4_CKSUM_BAD,
		[12 | 2] = PLX_MBUF_F_RX_IP_CKSUM_BAD,
		[12 | 3] = PLX_MBUF_F_RX_IP_CKSUM_BAD | PLX_MBUF_F_RX_L4_CKSUM_BAD,
	};

	return flags[(status / E1000E_RXD_TCPCS & 3) | (status / E1000E_RXD_TCPE & 3) << 2];
}

/* What the last descriptor tells of the packet that begins with @m. */
static __plx_always_inline void
set_offloads(const struct e1000e_rxq *rxq, struct plx_mbuf *m, const union e1000e_rx_desc *desc,
	uint64_t status)
{
	m->ol_flags = cksum_flags((uint32_t)status) & rxq->cksum_mask;
	if (rxq->rss_hash && E1000E_RXD_RSS_TYPE(desc->wb.mrq) != 0) {
		m->ol_flags |= PLX_MBUF_F_RX_RSS_HASH;
		m->hash.rss = desc->wb.rss;
	}
	if (plx_likely(!(status & E1000E_RXD_VP)))
		return;
	if (__atomic_load_n(&rxq->strip, __ATOMIC_RELAXED)) {
		m->ol_flags |= PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED;
		m->vlan_tci = E1000E_RXD_VLAN(status);
	} else {
		put_back_vlan(m, E1000E_RXD_VLAN(status));
	}
}

/*
 * The device may write whatever it likes, and at any time: what is looked at is what is used, and is
 * read once.
 */
static __plx_always_inline uint64_t
read_status(const union e1000e_rx_desc *desc)
{
	return __atomic_load_n(&desc->wb.status, __ATOMIC_ACQUIRE);
}

/*
 * A descriptor with a packet that is damaged, too short, or longer than its buffer: that happens with
 * frames above the MTU, since the MAC knows no limit but 1522 bytes and its own. The packet is dropped
 * up to its end. Return: 0; -EIO if the device is at fault, the mbuf stays where it is then.
 */
static __attribute__((cold, noinline)) int
skip(struct e1000e_rxq *rxq, struct plx_mbuf *m, uint64_t status)
{
	if (E1000E_RXD_LEN(status) > rxq->buf_len) {
		e1000_queue_break(&rxq->q, true, "%u bytes in a buffer of %u",
			E1000E_RXD_LEN(status), rxq->buf_len);
		return -EIO;
	}
	if (rxq->nb_bufs == 0)
		e1000_count(&rxq->q.errors, 1);
	if (++rxq->nb_bufs > rxq->segs_max) {
		e1000_queue_break(&rxq->q, true, "a packet without end, of %u buffers so far",
			rxq->nb_bufs);
		return -EIO;
	}
	if (status & E1000E_RXD_EOP)
		rxq->nb_bufs = 0;
	plx_mbuf_raw_free(m);
	return 0;
}

/* Of a packet that is being skipped no descriptor is good. */
static uint32_t
wanted_status(const struct e1000e_rxq *rxq)
{
	return rxq->nb_bufs == 0 ? STATUS_GOOD : 0;
}

/* @n descriptors were taken, @nb_rx packets of them delivered. */
static __plx_always_inline void
taken(struct e1000e_rxq *rxq, uint16_t n, uint16_t nb_rx, uint64_t bytes)
{
	rxq->nb_empty = (uint16_t)(rxq->nb_empty + n);
	if (nb_rx > 0) {
		e1000_count(&rxq->q.packets, nb_rx);
		e1000_count(&rxq->q.bytes, bytes);
	}
	/* Also on an idle poll, for the pool may have been empty the last time. */
	if (rxq->nb_empty >= rxq->free_thresh && plx_likely(rxq->q.running))
		refill(rxq);
}

/* A packet in one buffer. */
static __plx_always_inline void
set_packet(struct plx_mbuf *m, uint64_t rearm_data, uint32_t len)
{
	m->rearm_data = rearm_data;
	m->ol_flags = 0;
	m->packet_type = 0;
	m->pkt_len = len;
	m->data_len = (uint16_t)len;
}

/*
 * What a burst without offloads does not expect, or no burst. Tags are taken out where an offload says
 * so, but it may be switched on while the port runs. Return: true if @m is a packet to be delivered;
 * false if it was dropped, or the queue broke.
 */
static __attribute__((cold, noinline)) bool
is_odd_packet(struct e1000e_rxq *rxq, struct plx_mbuf *m, const union e1000e_rx_desc *desc,
	uint64_t status)
{
	const uint32_t len = E1000E_RXD_LEN(status);

	if (((uint32_t)status & STATUS_MASK) != wanted_status(rxq) ||
	    len < LEN_MIN || len > rxq->buf_len) {
		(void)skip(rxq, m, status);
		return false;
	}
	set_packet(m, rxq->rearm_data, len);
	set_offloads(rxq, m, desc, status);
	return true;
}

static __plx_always_inline uint16_t
recv_single(struct e1000e_rxq *rxq, struct plx_mbuf **rx_pkts, uint16_t nb_pkts, const bool full)
{
	const uint32_t mask = full ? STATUS_MASK : STATUS_MASK | E1000E_RXD_VP;
	/* One comparison for both bounds: below the least, the difference wraps around. */
	const uint32_t len_span = rxq->buf_len - LEN_MIN, size = rxq->size;
	const union e1000e_rx_desc *const ring = rxq->ring;
	struct plx_mbuf **const sw_ring = rxq->sw_ring;
	const uint64_t rearm_data = rxq->rearm_data;
	uint32_t wanted = wanted_status(rxq), next = rxq->next, n, limit;
	struct plx_mbuf **got = rx_pkts;
	uint64_t bytes = 0;

	if (plx_unlikely(!rxq->q.running))
		return 0;
	/* Behind those that the device has are old ones, which look done. */
	limit = PLX_MIN((uint32_t)nb_pkts, size - 1 - rxq->nb_empty);
	for (n = 0; n < limit; n++) {
		const union e1000e_rx_desc *desc = &ring[next];
		const uint64_t status = read_status(desc);
		const uint32_t len = E1000E_RXD_LEN(status);
		struct plx_mbuf *m = sw_ring[next];
		bool good = true;

		if (plx_likely(((uint32_t)status & mask) == wanted && len - LEN_MIN <= len_span)) {
			plx_prefetch0_write(sw_ring[next + LOOK_AHEAD]);
			set_packet(m, rearm_data, len);
			if (full)
				set_offloads(rxq, m, desc, status);
		} else {
			if (!(status & E1000E_RXD_DD))
				break;
			good = is_odd_packet(rxq, m, desc, status);
			if (rxq->q.broken)
				break;
			wanted = wanted_status(rxq);
		}
		if (++next == size)
			next = 0;
		if (plx_likely(good)) {
			bytes += full ? m->pkt_len - rxq->crc_len : len;
			*got++ = m;
		}
	}
	rxq->next = (uint16_t)next;
	taken(rxq, (uint16_t)n, (uint16_t)(got - rx_pkts), bytes);
	return (uint16_t)(got - rx_pkts);
}

uint16_t
e1000e_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return recv_single(queue, rx_pkts, nb_pkts, false);
}

uint16_t
e1000e_rx_burst_full(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	return recv_single(queue, rx_pkts, nb_pkts, true);
}

/*
 * Append the buffer @m of @len bytes to the packet that is being received. Return: 0; -EIO if the
 * device is at fault: the mbuf is part of the packet then, or stays where it is.
 */
static __plx_always_inline int
append(struct e1000e_rxq *rxq, struct plx_mbuf *m, uint16_t len)
{
	struct plx_mbuf *first = rxq->first;

	m->rearm_data = rxq->rearm_data;
	m->data_len = len;
	if (plx_likely(first == NULL)) {
		m->packet_type = 0;
		m->pkt_len = len;
		rxq->nb_bufs = 0;
		rxq->first = m;
		rxq->last = m;
		return 0;
	}
	/* Counted here and not by nb_segs, for empty ones are not linked. */
	if (plx_unlikely(++rxq->nb_bufs >= rxq->segs_max)) {
		e1000_queue_break(&rxq->q, true, "a packet without end, of %u buffers so far",
			rxq->nb_bufs);
		return -EIO;
	}
	if (plx_unlikely(len == 0)) {
		/* All that it had was a part of the CRC. */
		plx_mbuf_raw_free(m);
		return 0;
	}
	first->nb_segs++;
	first->pkt_len += len;
	rxq->last->next = m;
	rxq->last = m;
	return 0;
}

/*
 * Make a packet of several buffers one of a single one, which has room for it: the device knows buffers
 * of whole KiB only, and took less of the mbuf. Return: false if it has no room, and was dropped.
 */
static __attribute__((noinline)) bool
linearize(struct e1000e_rxq *rxq, struct plx_mbuf *m)
{
	struct plx_mbuf *seg, *next;

	if (plx_unlikely(m->pkt_len > rxq->room)) {
		e1000_count(&rxq->q.errors, 1);
		plx_pktmbuf_free(m);
		return false;
	}
	for (seg = m->next; seg != NULL; seg = next) {
		next = seg->next;
		memcpy(plx_pktmbuf_mtod_offset(m, char *, m->data_len),
			plx_pktmbuf_mtod(seg, const char *), seg->data_len);
		m->data_len = (uint16_t)(m->data_len + seg->data_len);
		seg->next = NULL;
		plx_mbuf_raw_free(seg);
	}
	m->next = NULL;
	m->nb_segs = 1;
	return true;
}

uint16_t
e1000e_rx_burst_scattered(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct e1000e_rxq *rxq = queue;
	const uint16_t size = rxq->size;
	uint16_t next = rxq->next, nb_rx = 0, n, limit;
	uint64_t bytes = 0;

	if (plx_unlikely(!rxq->q.running))
		return 0;
	limit = (uint16_t)(size - 1 - rxq->nb_empty);
	for (n = 0; n < limit && nb_rx < nb_pkts; n++) {
		const union e1000e_rx_desc *desc = &rxq->ring[next];
		const uint64_t status = read_status(desc);
		const uint16_t len = E1000E_RXD_LEN(status);
		struct plx_mbuf *m = rxq->sw_ring[next];

		if (!(status & E1000E_RXD_DD))
			break;
		if (plx_unlikely(len > rxq->buf_len)) {
			e1000_queue_break(&rxq->q, true, "%u bytes in a buffer of %u", len,
				rxq->buf_len);
			break;
		}
		plx_prefetch0_write(rxq->sw_ring[next + LOOK_AHEAD]);
		if (plx_unlikely(append(rxq, m, len) < 0))
			break;
		if (++next == size)
			next = 0;
		if (!(status & E1000E_RXD_EOP))
			continue;
		m = rxq->first;
		rxq->first = NULL;
		if (plx_unlikely((status & E1000E_RXD_FRAME_ERRORS) || m->pkt_len < LEN_MIN)) {
			e1000_count(&rxq->q.errors, 1);
			plx_pktmbuf_free(m);
			continue;
		}
		if (m->nb_segs > 1 && !rxq->scatter && !linearize(rxq, m))
			continue;
		set_offloads(rxq, m, desc, status);
		bytes += m->pkt_len - rxq->crc_len;
		rx_pkts[nb_rx++] = m;
	}
	rxq->next = next;
	taken(rxq, n, nb_rx, bytes);
	return nb_rx;
}
