/* SPDX-License-Identifier: BSD-3-Clause */
/* The receive ring: its life, and what can be asked of it. 82574: 7.1.8. */
#include <errno.h>
#include <string.h>

#include <plx_malloc.h>

#include "e1000e_rxtx.h"

/* Mbufs in the software ring that are prefetched may be behind its end. */
#define SW_RING_PAD 8
#define FREE_THRESH 64

/* 10.2.5 RCTL: sizes that BSIZE and BSEX have; FLXBUF has the other multiples of 1 KiB. */
static const struct {
	uint32_t len;
	uint32_t rctl;
} buf_sizes[] = {
	{ 16384, E1000_RCTL_BSEX | E1000_RCTL_BSIZE(1) },
	{ 8192, E1000_RCTL_BSEX | E1000_RCTL_BSIZE(2) },
	{ 4096, E1000_RCTL_BSEX | E1000_RCTL_BSIZE(3) },
	{ 2048, E1000_RCTL_BSIZE(0) },
	{ 1024, E1000_RCTL_BSIZE(1) },
	{ 512, E1000_RCTL_BSIZE(2) },
	{ 256, E1000_RCTL_BSIZE(3) },
};

uint32_t
e1000e_rx_buf_len(uint32_t room)
{
	if (room < buf_sizes[0].len && room >= 1024)
		return PLX_ALIGN_FLOOR(room, 1024u);
	for (unsigned int i = 0; i < PLX_DIM(buf_sizes); i++)
		if (room >= buf_sizes[i].len)
			return buf_sizes[i].len;
	return 0;
}

uint32_t
e1000e_rctl_buf_len(uint32_t buf_len)
{
	for (unsigned int i = 0; i < PLX_DIM(buf_sizes); i++)
		if (buf_len == buf_sizes[i].len)
			return buf_sizes[i].rctl;
	return E1000E_RCTL_FLXBUF(buf_len / 1024);
}

static void
set_offloads(struct e1000e_rxq *rxq, uint64_t offloads)
{
	rxq->offloads = offloads;
	rxq->scatter = (offloads & PLX_ETH_RX_OFFLOAD_SCATTER) != 0;
	rxq->rss_hash = (offloads & PLX_ETH_RX_OFFLOAD_RSS_HASH) != 0;
	rxq->crc_len = offloads & PLX_ETH_RX_OFFLOAD_KEEP_CRC ? PLX_ETHER_CRC_LEN : 0;
	if (offloads & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM)
		rxq->cksum_mask |= PLX_MBUF_F_RX_IP_CKSUM_MASK;
	if (offloads & (PLX_ETH_RX_OFFLOAD_UDP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_CKSUM))
		rxq->cksum_mask |= PLX_MBUF_F_RX_L4_CKSUM_MASK;
}

int
e1000e_rxq_create(struct plx_eth_dev *dev, uint16_t id, uint16_t size, int socket,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mp, volatile uint32_t *tail,
	struct e1000e_rxq **out)
{
	const struct plx_mbuf proto = {
		.data_off = PLX_PKTMBUF_HEADROOM, .refcnt = 1, .nb_segs = 1, .port = dev->port_id,
	};
	const uint16_t thresh = e1000_queue_thresh(conf->rx_free_thresh, FREE_THRESH, size);
	struct e1000e_rxq *rxq;
	int ret;

	if (thresh >= size)
		return -EINVAL;
	rxq = plx_zmalloc_socket("e1000e Rx queue", sizeof(*rxq) +
		(size + SW_RING_PAD) * sizeof(rxq->sw_ring[0]), PLX_CACHE_LINE_SIZE, socket);
	if (rxq == NULL)
		return -ENOMEM;
	ret = e1000_ring_alloc((void **)&rxq->ring, "e1000e Rx ring", size * sizeof(rxq->ring[0]),
		E1000E_RING_ALIGN, socket);
	if (ret < 0) {
		plx_free(rxq);
		return ret;
	}
	rxq->q.dev = dev;
	rxq->q.id = id;
	rxq->sw_ring = PLX_PTR_ADD(rxq, sizeof(*rxq));
	rxq->tail = tail;
	rxq->mp = mp;
	rxq->rearm_data = proto.rearm_data;
	rxq->size = size;
	rxq->free_thresh = thresh;
	rxq->room = (uint16_t)(plx_pktmbuf_data_room_size(mp) - PLX_PKTMBUF_HEADROOM);
	rxq->buf_off = (uint32_t)(sizeof(struct plx_mbuf) + plx_pktmbuf_priv_size(mp) +
		PLX_PKTMBUF_HEADROOM);
	set_offloads(rxq, conf->offloads);
	*out = rxq;
	return 0;
}

/* All descriptors get a buffer; the device has all but the last one. */
int
e1000e_rxq_start(struct e1000e_rxq *rxq, uint32_t buf_len)
{
	if (plx_mbuf_raw_alloc_bulk(rxq->mp, rxq->sw_ring, rxq->size) < 0)
		return -ENOMEM;
	for (uint16_t i = 0; i < rxq->size; i++) {
		rxq->ring[i].read.addr = plx_mem_iova(rxq->sw_ring[i]) + rxq->buf_off;
		rxq->ring[i].read.zero = 0;
	}
	/* It may have changed since the queue was set up. */
	rxq->strip = (rxq->q.dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
	rxq->buf_len = (uint16_t)buf_len;
	rxq->segs_max = (uint16_t)(E1000E_FRAME_MAX / buf_len + 1);
	rxq->next = 0;
	rxq->fill = 0;
	rxq->nb_empty = 0;
	rxq->nombuf_seen = 0;
	rxq->nb_bufs = 0;
	e1000_queue_set_started(&rxq->q, true);
	return 0;
}

void
e1000e_rxq_publish(const struct e1000e_rxq *rxq)
{
	plx_write32(rxq->fill == 0 ? rxq->size - 1u : rxq->fill - 1u, rxq->tail);
}

void
e1000e_rxq_stop(struct e1000e_rxq *rxq)
{
	uint16_t i = rxq->next, n;

	if (!rxq->q.started)
		return;
	for (n = (uint16_t)(rxq->size - rxq->nb_empty); n > 0; n--) {
		plx_mbuf_raw_free(rxq->sw_ring[i]);
		i = i + 1 == rxq->size ? 0 : (uint16_t)(i + 1);
	}
	e1000_queue_set_started(&rxq->q, false);
	rxq->nb_empty = rxq->size;
	plx_pktmbuf_free(rxq->first);
	rxq->first = NULL;
}

void
e1000e_rxq_destroy(struct e1000e_rxq *rxq)
{
	if (rxq == NULL)
		return;
	plx_free(rxq->ring);
	plx_free(rxq);
}

static uint32_t
status_at(const struct e1000e_rxq *rxq, uint16_t offset)
{
	const uint32_t i = (uint32_t)rxq->next + offset;

	return (uint32_t)__atomic_load_n(&rxq->ring[i < rxq->size ? i : i - rxq->size].wb.status,
		__ATOMIC_ACQUIRE);
}

/* Descriptors that the device may have filled. */
static uint16_t
nb_given(const struct e1000e_rxq *rxq)
{
	return rxq->q.started ? (uint16_t)(rxq->size - 1 - rxq->nb_empty) : 0;
}

int
e1000e_rx_queue_count(void *queue)
{
	const struct e1000e_rxq *rxq = queue;
	int nb_pkts = 0;

	for (uint16_t i = 0; i < nb_given(rxq); i++) {
		const uint32_t status = status_at(rxq, i);

		if (!(status & E1000E_RXD_DD))
			break;
		nb_pkts += (status & E1000E_RXD_EOP) != 0;
	}
	return nb_pkts;
}

int
e1000e_rx_descriptor_status(void *queue, uint16_t offset)
{
	const struct e1000e_rxq *rxq = queue;

	if (offset >= rxq->size)
		return -EINVAL;
	if (offset >= nb_given(rxq))
		return PLX_ETH_RX_DESC_UNAVAIL;
	return status_at(rxq, offset) & E1000E_RXD_DD ? PLX_ETH_RX_DESC_DONE :
		PLX_ETH_RX_DESC_AVAIL;
}
