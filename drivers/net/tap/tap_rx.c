/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames from the kernel. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_tap.h"

/* A header fits into the headroom, right before the frame. */
PLX_STATIC_ASSERT(PLX_PKTMBUF_HEADROOM >= TAP_VNET_LEN, "headroom of an mbuf");

static bool
have_mbuf(struct tap_rxq *rxq)
{
	if (plx_likely(rxq->mbuf != NULL))
		return true;
	rxq->mbuf = plx_mbuf_raw_alloc(rxq->rx.pool);
	if (rxq->mbuf == NULL) {
		vport_count(&rxq->rx.counters.nombuf, 1);
		return false;
	}
	vport_refresh(rxq->mbuf, &rxq->rx.fresh);
	return true;
}

static char *
frame_of(const struct tap_rxq *rxq)
{
	return plx_pktmbuf_mtod(rxq->mbuf, char *);
}

/* Return: bytes of a frame, whose beginning is in rxq->mbuf; 0 if there is none; a negative errno. */
static ssize_t
read_frame(struct tap_rxq *rxq)
{
	struct iovec pieces[] = {
		{ frame_of(rxq) - TAP_VNET_LEN, TAP_VNET_LEN + rxq->rx.room },
		{ rxq->more, VPORT_MAX_PKTLEN - rxq->rx.room },
	};
	ssize_t n = readv(rxq->fd, pieces, 2);

	if (plx_likely(n > (ssize_t)TAP_VNET_LEN))
		return n - (ssize_t)TAP_VNET_LEN;
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

static void
fail(struct tap_rxq *rxq, int error)
{
	if (rxq->silent)
		return;
	rxq->silent = true;
	vport_count(&rxq->rx.counters.errors, 1);
	PLX_LOG(ERR, &tap_logtype, "%s: the interface gives no frames (%s): it is gone, detach the port",
		rxq->dev->name, plx_strerror(error));
	vport_removed(rxq->dev);
}

/* The mbuf and the rest of a frame become a packet. Return: as vport_rx_chain(). */
static int
add_rest(struct tap_rxq *rxq, uint32_t len)
{
	const uint32_t rest = len - rxq->rx.room;
	struct plx_mbuf *tail = NULL;
	int ret;

	if (!rxq->rx.scatter) {
		vport_count(&rxq->rx.counters.errors, 1);
		return -EMSGSIZE;
	}
	rxq->mbuf->data_len = rxq->rx.room;
	rxq->mbuf->pkt_len = rxq->rx.room;
	ret = vport_rx_frame(&rxq->rx, rxq->more, rest, &tail);
	return ret == 0 ? plx_pktmbuf_chain(rxq->mbuf, tail) : ret;
}

/*
 * What the header says: virtio 1.2, 5.1.6.4. Frames that were not made here but passed on to the
 * interface come without a word, and are looked at.
 */
static void
set_flags(const struct tap_rxq *rxq, struct plx_mbuf *m, const struct virtio_net_hdr *hdr)
{
	uint64_t look = rxq->offloads & TAP_RX_CKSUM;

	if (hdr->flags & (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID)) {
		m->ol_flags |= hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM ?
			PLX_MBUF_F_RX_L4_CKSUM_NONE : PLX_MBUF_F_RX_L4_CKSUM_GOOD;
		look &= PLX_ETH_RX_OFFLOAD_IPV4_CKSUM;
	}
	if (look != 0)
		m->ol_flags |= tap_rx_cksum(m, look);
	if (hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE) {
		m->ol_flags |= PLX_MBUF_F_RX_LRO;
		m->tso_segsz = hdr->gso_size;
	}
}

/* Return: is there a packet? */
static bool
receive(struct tap_rxq *rxq, uint32_t len)
{
	struct plx_mbuf *m = rxq->mbuf;
	struct virtio_net_hdr hdr;

	if (plx_likely(len <= rxq->rx.room)) {
		m->data_len = (uint16_t)len;
		m->pkt_len = len;
	} else if (add_rest(rxq, len) < 0) {
		return false;
	}
	if (rxq->offloads & (TAP_RX_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_LRO)) {
		memcpy(&hdr, frame_of(rxq) - TAP_VNET_LEN, sizeof(hdr));
		set_flags(rxq, m, &hdr);
	}
	return true;
}

uint16_t
tap_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct tap_rxq *rxq = queue;
	uint16_t nb_rx = 0;
	uint64_t bytes = 0;

	while (nb_rx < nb_pkts && have_mbuf(rxq)) {
		ssize_t len = read_frame(rxq);

		if (len <= 0) {
			if (plx_unlikely(len < 0))
				fail(rxq, (int)len);
			break;
		}
		if (plx_unlikely(!receive(rxq, (uint32_t)len)))
			continue;
		bytes += (uint64_t)len;
		rx_pkts[nb_rx++] = rxq->mbuf;
		rxq->mbuf = NULL;
	}
	vport_count_packets(&rxq->rx.counters, nb_rx, bytes);
	return nb_rx;
}

void
tap_rx_flush(struct tap_rxq *rxq)
{
	char frame[64];

	/* A frame that is longer than the buffer is cut, and gone all the same. */
	while (read(rxq->fd, frame, sizeof(frame)) > 0)
		;
	if (rxq->mbuf != NULL)
		plx_pktmbuf_free(rxq->mbuf);
	rxq->mbuf = NULL;
}
