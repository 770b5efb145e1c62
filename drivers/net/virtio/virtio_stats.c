/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters of the port. Queues count, each in its thread; queues that go leave theirs here. */
#include <stdio.h>

#include "virtio_net.h"

/* Doorbells: an access to the device each, and in a virtual machine an exit. */
static const char *const xstat_names[] = { "rx_kicks", "tx_kicks" };

static void
add(struct virtio_queue_stats *sum, const struct virtio_queue_stats *s)
{
	sum->packets += __atomic_load_n(&s->packets, __ATOMIC_RELAXED);
	sum->bytes += __atomic_load_n(&s->bytes, __ATOMIC_RELAXED);
	sum->errors += __atomic_load_n(&s->errors, __ATOMIC_RELAXED);
	sum->nombuf += __atomic_load_n(&s->nombuf, __ATOMIC_RELAXED);
}

/* What is counted on a queue since the port was made. */
static struct virtio_queue_stats
queue_total(const struct plx_eth_dev *dev, bool rx, uint16_t id)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_queue_stats sum = rx ? hw->rx_gone[id] : hw->tx_gone[id];

	if (rx && id < dev->nb_rx_queues && dev->rx_queues[id] != NULL)
		add(&sum, &((const struct virtio_rxq *)dev->rx_queues[id])->stats);
	if (!rx && id < dev->nb_tx_queues && dev->tx_queues[id] != NULL)
		add(&sum, &((const struct virtio_txq *)dev->tx_queues[id])->stats);
	return sum;
}

static struct plx_eth_stats
total(const struct plx_eth_dev *dev)
{
	struct virtio_queue_stats rx = { 0 }, tx = { 0 }, s;

	for (uint16_t i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		s = queue_total(dev, true, i);
		add(&rx, &s);
		s = queue_total(dev, false, i);
		add(&tx, &s);
	}
	return (struct plx_eth_stats){
		.ipackets = rx.packets, .ibytes = rx.bytes, .ierrors = rx.errors,
		.rx_nombuf = rx.nombuf,
		.opackets = tx.packets, .obytes = tx.bytes, .oerrors = tx.errors,
	};
}

int
virtio_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	const struct virtio_hw *hw = dev->dev_private;
	const struct plx_eth_stats *base = &hw->stats_base;

	*stats = total(dev);
	stats->ipackets -= base->ipackets;
	stats->opackets -= base->opackets;
	stats->ibytes -= base->ibytes;
	stats->obytes -= base->obytes;
	stats->ierrors -= base->ierrors;
	stats->oerrors -= base->oerrors;
	stats->rx_nombuf -= base->rx_nombuf;
	return 0;
}

/* Counters are written by the threads that poll, so they are not set back but subtracted from. */
int
virtio_stats_reset(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	hw->stats_base = total(dev);
	return 0;
}

int
virtio_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats)
{
	const struct virtio_queue_stats s = queue_total(dev, rx != 0, queue_id);

	*stats = (struct plx_eth_queue_stats){ s.packets, s.bytes, s.errors };
	return 0;
}

static void
count_kicks(const struct plx_eth_dev *dev, uint64_t kicks[2])
{
	const struct virtio_hw *hw = dev->dev_private;
	const struct virtio_rxq *rxq;
	const struct virtio_txq *txq;

	kicks[0] = hw->kicks_gone[0];
	kicks[1] = hw->kicks_gone[1];
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		rxq = dev->rx_queues[i];
		kicks[0] += rxq != NULL ? __atomic_load_n(&rxq->vq.kicks, __ATOMIC_RELAXED) : 0;
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++) {
		txq = dev->tx_queues[i];
		kicks[1] += txq != NULL ? __atomic_load_n(&txq->vq.kicks, __ATOMIC_RELAXED) : 0;
	}
}

int
virtio_xstats_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n)
{
	for (unsigned int i = 0; i < PLX_DIM(xstat_names) && n >= PLX_DIM(xstat_names); i++)
		snprintf(names[i].name, sizeof(names[i].name), "%s", xstat_names[i]);
	return PLX_DIM(xstat_names);
}

int
virtio_xstats_get(struct plx_eth_dev *dev, uint64_t *values, unsigned int n)
{
	const struct virtio_hw *hw = dev->dev_private;
	uint64_t kicks[PLX_DIM(xstat_names)];

	if (n < PLX_DIM(xstat_names))
		return PLX_DIM(xstat_names);
	count_kicks(dev, kicks);
	for (unsigned int i = 0; i < PLX_DIM(xstat_names); i++)
		values[i] = kicks[i] - hw->kicks_base[i];
	return PLX_DIM(xstat_names);
}

int
virtio_xstats_reset(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	count_kicks(dev, hw->kicks_base);
	return 0;
}

void
virtio_stats_keep_rx(struct virtio_hw *hw, uint16_t queue_id, const struct virtio_rxq *rxq)
{
	add(&hw->rx_gone[queue_id], &rxq->stats);
	hw->kicks_gone[0] += rxq->vq.kicks;
}

void
virtio_stats_keep_tx(struct virtio_hw *hw, uint16_t queue_id, const struct virtio_txq *txq)
{
	add(&hw->tx_gone[queue_id], &txq->stats);
	hw->kicks_gone[1] += txq->vq.kicks;
}
