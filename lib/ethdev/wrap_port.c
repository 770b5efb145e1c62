/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port has for bursts with something around them: made, put in place, freed. */
#include <stdio.h>
#include <stdlib.h>

#include "wrap.h"

int
eth_dev_wrap_create(struct plx_eth_dev *dev)
{
	struct eth_dev_wrap *wrap;

	if (dev->wrap != NULL)
		return 0;
	wrap = calloc(1, sizeof(*wrap));
	if (wrap == NULL)
		return -ENOMEM;
	for (uint16_t i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		wrap->rx[i] = (struct wrap_queue){ .dev = dev, .id = i };
		wrap->tx[i] = (struct wrap_queue){ .dev = dev, .id = i };
		snprintf(wrap->rx[i].label, sizeof(wrap->rx[i].label), "Rx queue %u", i);
		snprintf(wrap->tx[i].label, sizeof(wrap->tx[i].label), "Tx queue %u", i);
	}
	dev->wrap = wrap;
	return 0;
}

plx_eth_rx_burst_t
eth_dev_rx_burst(struct plx_eth_dev *dev)
{
	if (dev->wrap == NULL || dev->wrap->nb_rx == 0)
		return dev->rx_pkt_burst;
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		wrap_table_add(dev->rx_queues[i], &dev->wrap->rx[i]);
	return wrap_rx_burst;
}

plx_eth_tx_burst_t
eth_dev_tx_burst(struct plx_eth_dev *dev)
{
	if (dev->wrap == NULL || (dev->wrap->nb_tx == 0 && dev->dma_check == NULL))
		return dev->tx_pkt_burst;
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		wrap_table_add(dev->tx_queues[i], &dev->wrap->tx[i]);
	return wrap_tx_burst;
}

void
eth_dev_wrap_forget(struct plx_eth_dev *dev, const void *queue)
{
	if (dev->wrap != NULL && queue != NULL)
		wrap_table_remove(queue);
}

void
eth_dev_wrap_free_retired(struct plx_eth_dev *dev)
{
	struct eth_dev_wrap *wrap = dev->wrap;

	while (wrap != NULL && wrap->lists != NULL) {
		struct wrap_list *list = wrap->lists;

		wrap->lists = list->retired;
		free(list);
	}
	while (wrap != NULL && wrap->callbacks != NULL) {
		struct plx_eth_rxtx_callback *cb = wrap->callbacks;

		wrap->callbacks = cb->retired;
		free(cb);
	}
}

static void
free_list(struct wrap_queue *queue)
{
	for (unsigned int i = 0; queue->list != NULL && i < queue->list->n; i++)
		free(queue->list->callbacks[i]);
	free(queue->list);
	queue->list = NULL;
}

void
eth_dev_wrap_remove_callbacks(struct plx_eth_dev *dev)
{
	if (dev->wrap == NULL)
		return;
	for (uint16_t i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		free_list(&dev->wrap->rx[i]);
		free_list(&dev->wrap->tx[i]);
	}
	dev->wrap->nb_rx = 0;
	dev->wrap->nb_tx = 0;
	eth_dev_wrap_free_retired(dev);
}

static uint64_t
dropped(const struct plx_eth_dev *dev)
{
	uint64_t sum = 0;

	for (uint16_t i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++)
		sum += __atomic_load_n(&dev->wrap->tx[i].dropped, __ATOMIC_RELAXED);
	return sum;
}

uint64_t
eth_dev_wrap_dropped(const struct plx_eth_dev *dev)
{
	return dev->wrap != NULL ? dropped(dev) - dev->wrap->dropped_base : 0;
}

void
eth_dev_wrap_stats_reset(struct plx_eth_dev *dev)
{
	if (dev->wrap != NULL)
		dev->wrap->dropped_base = dropped(dev);
}

static int
check_pool_mbuf(struct plx_mempool *mp, void *arg, void *obj, unsigned int obj_idx)
{
	const struct wrap_queue *queue = arg;
	const struct plx_mbuf *m = obj;

	return queue->dev->dma_check(queue->dev, queue->label, plx_mem_iova(m->buf_addr), m->buf_len,
		1);
}

int
eth_dev_wrap_check_pool(struct plx_eth_dev *dev, uint16_t rx_queue_id, struct plx_mempool *mp)
{
	struct wrap_queue queue = { .dev = dev };

	if (dev->dma_check == NULL)
		return 0;
	snprintf(queue.label, sizeof(queue.label), "Rx queue %u", rx_queue_id);
	return plx_mempool_obj_iter(mp, check_pool_mbuf, &queue);
}
