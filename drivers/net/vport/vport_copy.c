/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames copied out of mbufs and into them, where they do not fit one. */
#include <string.h>

#include "vport.h"

void
vport_rx_init(struct vport_rx *rx, const struct plx_eth_dev *dev, const struct plx_eth_rxconf *conf,
	struct plx_mempool *pool)
{
	rx->pool = pool;
	rx->fresh = vport_fresh(dev, 0);
	rx->room = (uint16_t)(plx_pktmbuf_data_room_size(pool) - PLX_PKTMBUF_HEADROOM);
	rx->scatter = (conf->offloads & PLX_ETH_RX_OFFLOAD_SCATTER) != 0;
}

int
vport_rx_chain(struct vport_rx *rx, const void *frame, uint32_t len, struct plx_mbuf **out)
{
	uint32_t nb_segs = (len + rx->room - 1) / rx->room;
	struct plx_mbuf *head = NULL, **at = &head;
	const char *from = frame;

	if (!rx->scatter || len > VPORT_MAX_PKTLEN) {
		vport_count(&rx->counters.errors, 1);
		return -EMSGSIZE;
	}
	for (uint32_t left = len; left > 0; at = &(*at)->next) {
		uint16_t piece = (uint16_t)PLX_MIN(left, (uint32_t)rx->room);

		*at = plx_mbuf_raw_alloc(rx->pool);
		if (*at == NULL) {
			plx_pktmbuf_free(head);
			vport_count(&rx->counters.nombuf, 1);
			return -ENOMEM;
		}
		vport_refresh(*at, &rx->fresh);
		(*at)->data_len = piece;
		memcpy(plx_pktmbuf_mtod(*at, void *), from, piece);
		from += piece;
		left -= piece;
	}
	head->pkt_len = len;
	head->nb_segs = (uint16_t)nb_segs;
	*out = head;
	return 0;
}

const void *
vport_tx_bytes(const struct plx_mbuf *m, char *buf)
{
	char *to = buf;

	if (plx_likely(m->next == NULL))
		return plx_pktmbuf_mtod(m, const void *);
	for (; m != NULL; to += m->data_len, m = m->next)
		memcpy(to, plx_pktmbuf_mtod(m, const void *), m->data_len);
	return buf;
}
