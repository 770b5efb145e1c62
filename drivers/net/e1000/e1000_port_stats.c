/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics of a port of any family: what its queues counted, and what the chip did. */
#include <stdio.h>

#include "e1000_port.h"

static void
add(struct e1000_queue_stats *sum, const struct e1000_queue *queue)
{
	sum->packets += __atomic_load_n(&queue->packets, __ATOMIC_RELAXED);
	sum->bytes += __atomic_load_n(&queue->bytes, __ATOMIC_RELAXED);
	sum->errors += __atomic_load_n(&queue->errors, __ATOMIC_RELAXED);
	sum->nombuf += __atomic_load_n(&queue->nombuf, __ATOMIC_RELAXED);
}

void
e1000_queue_gone(struct e1000_queue_stats *gone, const struct e1000_queue *queue)
{
	add(gone, queue);
}

/* Packets that the chip dropped because they were damaged; those of no buffer are not among them. */
static uint64_t
rx_errors(struct e1000_hw *hw)
{
	return e1000_stat_get(hw, E1000_CRCERRS) + e1000_stat_get(hw, E1000_ALGNERRC) +
		e1000_stat_get(hw, E1000_RXERRC) + e1000_stat_get(hw, E1000_RLEC) +
		e1000_stat_get(hw, E1000_ROC) + e1000_stat_get(hw, E1000_RFC) +
		e1000_stat_get(hw, E1000_RJC);
}

static uint64_t
tx_errors(struct e1000_hw *hw)
{
	return e1000_stat_get(hw, E1000_ECOL) + e1000_stat_get(hw, E1000_LATECOL);
}

/* Of the queues: since the port was made. */
static struct plx_eth_stats
queues_total(const struct plx_eth_dev *dev)
{
	const struct e1000_port *port = e1000_port(dev);
	struct e1000_queue_stats rx = port->rx_gone, tx = port->tx_gone;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		if (dev->rx_queues[i] != NULL)
			add(&rx, dev->rx_queues[i]);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		if (dev->tx_queues[i] != NULL)
			add(&tx, dev->tx_queues[i]);
	return (struct plx_eth_stats){
		.ipackets = rx.packets, .ibytes = rx.bytes, .ierrors = rx.errors,
		.rx_nombuf = rx.nombuf,
		.opackets = tx.packets, .obytes = tx.bytes, .oerrors = tx.errors,
	};
}

int
e1000_stats_get_op(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	const struct plx_eth_stats *base = &e1000_port(dev)->stats_base;
	struct e1000_hw *hw = e1000_hw(dev);

	e1000_stats_update(hw);
	*stats = queues_total(dev);
	stats->ipackets -= __atomic_load_n(&base->ipackets, __ATOMIC_RELAXED);
	stats->opackets -= __atomic_load_n(&base->opackets, __ATOMIC_RELAXED);
	stats->ibytes -= __atomic_load_n(&base->ibytes, __ATOMIC_RELAXED);
	stats->obytes -= __atomic_load_n(&base->obytes, __ATOMIC_RELAXED);
	stats->ierrors -= __atomic_load_n(&base->ierrors, __ATOMIC_RELAXED);
	stats->oerrors -= __atomic_load_n(&base->oerrors, __ATOMIC_RELAXED);
	stats->rx_nombuf -= __atomic_load_n(&base->rx_nombuf, __ATOMIC_RELAXED);
	stats->ierrors += rx_errors(hw);
	stats->oerrors += tx_errors(hw);
	stats->imissed = e1000_stat_get(hw, E1000_MPC);
	return 0;
}

/* Counters of queues are written by the threads that poll: they are subtracted from, not set. */
int
e1000_stats_reset_op(struct plx_eth_dev *dev)
{
	struct plx_eth_stats *base = &e1000_port(dev)->stats_base;
	const struct plx_eth_stats now = queues_total(dev);

	e1000_stats_reset(e1000_hw(dev));
	__atomic_store_n(&base->ipackets, now.ipackets, __ATOMIC_RELAXED);
	__atomic_store_n(&base->opackets, now.opackets, __ATOMIC_RELAXED);
	__atomic_store_n(&base->ibytes, now.ibytes, __ATOMIC_RELAXED);
	__atomic_store_n(&base->obytes, now.obytes, __ATOMIC_RELAXED);
	__atomic_store_n(&base->ierrors, now.ierrors, __ATOMIC_RELAXED);
	__atomic_store_n(&base->oerrors, now.oerrors, __ATOMIC_RELAXED);
	__atomic_store_n(&base->rx_nombuf, now.rx_nombuf, __ATOMIC_RELAXED);
	return 0;
}

int
e1000_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats)
{
	struct e1000_queue_stats sum = { 0 };

	add(&sum, rx ? dev->rx_queues[queue_id] : dev->tx_queues[queue_id]);
	stats->packets = sum.packets;
	stats->bytes = sum.bytes;
	stats->errors = sum.errors;
	return 0;
}

int
e1000_xstats_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n)
{
	const struct e1000_family *family = e1000_hw(dev)->family;

	if (n < family->nb_stats)
		return family->nb_stats;
	for (unsigned int i = 0; i < family->nb_stats; i++)
		snprintf(names[i].name, sizeof(names[i].name), "%s", family->stats[i].name);
	return family->nb_stats;
}

int
e1000_xstats_get(struct plx_eth_dev *dev, uint64_t *values, unsigned int n)
{
	struct e1000_hw *hw = e1000_hw(dev);

	e1000_stats_update(hw);
	if (n >= hw->family->nb_stats)
		e1000_stats_copy(hw, values, n);
	return hw->family->nb_stats;
}
