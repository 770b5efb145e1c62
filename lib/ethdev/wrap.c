/* SPDX-License-Identifier: BSD-3-Clause */
/* Bursts with something around them. */
#include <string.h>

#include "wrap.h"

/* What belongs to the driver's @queue; it was put there before the burst function was. */
static struct wrap_queue *
wrap_of(const void *queue)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return wrap_table_find(queue);
}

uint16_t
wrap_rx_burst(void *queue, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	const struct wrap_queue *wrap = wrap_of(queue);
	const struct plx_eth_dev *dev = wrap->dev;
	const struct wrap_list *list;
	uint16_t n = dev->rx_pkt_burst(queue, pkts, nb_pkts);

	list = __atomic_load_n(&wrap->list, __ATOMIC_ACQUIRE);
	for (unsigned int i = 0; list != NULL && i < list->n; i++)
		n = list->callbacks[i]->rx(dev->port_id, wrap->id, pkts, n, nb_pkts,
			list->callbacks[i]->user_param);
	return n;
}

/* Can the device read all of the packet? */
static bool
is_reachable(const struct wrap_queue *wrap, const struct plx_mbuf *m)
{
	const struct plx_eth_dev *dev = wrap->dev;

	for (; m != NULL; m = m->next)
		if (m->data_len > 0 && dev->dma_check(dev, wrap->label, plx_pktmbuf_iova(m),
				m->data_len, 0) < 0)
			return false;
	return true;
}

/* Free what the device can't reach. Return: how many packets remain, the first ones. */
static uint16_t
drop_unreachable(struct wrap_queue *wrap, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t n = 0;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		if (is_reachable(wrap, pkts[i]))
			pkts[n++] = pkts[i];
		else
			plx_pktmbuf_free(pkts[i]);
	}
	__atomic_store_n(&wrap->dropped, wrap->dropped + nb_pkts - n, __ATOMIC_RELAXED);
	return n;
}

uint16_t
wrap_tx_burst(void *queue, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	struct wrap_queue *wrap = wrap_of(queue);
	const struct plx_eth_dev *dev = wrap->dev;
	const struct wrap_list *list = __atomic_load_n(&wrap->list, __ATOMIC_ACQUIRE);
	uint16_t n = nb_pkts, unsent;

	for (unsigned int i = 0; list != NULL && i < list->n; i++) {
		const struct plx_eth_rxtx_callback *cb = list->callbacks[i];

		n = PLX_MIN(cb->tx(dev->port_id, wrap->id, pkts, n, cb->user_param), n);
	}
	if (dev->dma_check != NULL)
		n = drop_unreachable(wrap, pkts, n);
	unsent = (uint16_t)(n - dev->tx_pkt_burst(queue, pkts, n));
	/* Packets that were dropped are taken like those that were sent: the rest is the last ones. */
	memmove(&pkts[nb_pkts - unsent], &pkts[n - unsent], unsent * sizeof(pkts[0]));
	return (uint16_t)(nb_pkts - unsent);
}
