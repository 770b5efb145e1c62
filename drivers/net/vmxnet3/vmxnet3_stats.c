/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics. The device counts packets and bytes of each queue, so no burst has to; it begins anew
 * at each activation.
 */
#include <errno.h>
#include <string.h>

#include "vmxnet3_hw.h"

static uint64_t
load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Have the device write its counters, and add them; under the lock. */
static int
add_device(const struct plx_eth_dev *dev, struct vmxnet3_counters *sum)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	uint32_t status;

	if (!hw->active)
		return 0;
	status = hw->command(hw, VMXNET3_CMD_GET_STATS);
	if (status != 0)
		return status == UINT32_MAX ? -ENODEV : -EIO;
	for (unsigned int c = 0; c < VMXNET3_NB_STATS; c++) {
		for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
			sum->rx[i][c] += load(&hw->rx_descs[i].stats[c]);
		for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
			sum->tx[i][c] += load(&hw->tx_descs[i].stats[c]);
	}
	return 0;
}

/* What was counted since the port was made. */
static int
total(const struct plx_eth_dev *dev, struct vmxnet3_counters *sum)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret;

	pthread_mutex_lock(&hw->lock);
	*sum = hw->gone;
	ret = add_device(dev, sum);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		const struct vmxnet3_rxq *rxq = dev->rx_queues[i];

		sum->rx_errors[i] += rxq != NULL ? load(&rxq->q.errors) : 0;
		sum->rx_nombuf[i] += rxq != NULL ? load(&rxq->nombuf) : 0;
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++) {
		const struct vmxnet3_txq *txq = dev->tx_queues[i];

		sum->tx_errors[i] += txq != NULL ? load(&txq->q.errors) : 0;
	}
	pthread_mutex_unlock(&hw->lock);
	return ret;
}

int
vmxnet3_stats_keep(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret;

	pthread_mutex_lock(&hw->lock);
	ret = add_device(dev, &hw->gone);
	pthread_mutex_unlock(&hw->lock);
	return ret;
}

/* The port's counters go on when its queues go. */
void
vmxnet3_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	struct vmxnet3_rxq *rxq = dev->rx_queues[queue_id];

	pthread_mutex_lock(&hw->lock);
	hw->gone.rx_errors[queue_id] += rxq->q.errors;
	hw->gone.rx_nombuf[queue_id] += rxq->nombuf;
	dev->rx_queues[queue_id] = NULL;
	pthread_mutex_unlock(&hw->lock);
	vmxnet3_rxq_destroy(rxq);
}

void
vmxnet3_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	struct vmxnet3_txq *txq = dev->tx_queues[queue_id];

	pthread_mutex_lock(&hw->lock);
	hw->gone.tx_errors[queue_id] += txq->q.errors;
	dev->tx_queues[queue_id] = NULL;
	pthread_mutex_unlock(&hw->lock);
	vmxnet3_txq_destroy(txq);
}

/* Of @c of a queue: packets of all kinds, or bytes, for which @first is that of unicast. */
static uint64_t
all_kinds(const uint64_t *c, unsigned int first)
{
	return c[first] + c[first + 2] + c[first + 4];
}

static struct plx_eth_stats
to_eth_stats(const struct vmxnet3_counters *c)
{
	struct plx_eth_stats s = { 0 };

	for (unsigned int i = 0; i < VMXNET3_MAX_RX_QUEUES; i++) {
		s.ipackets += all_kinds(c->rx[i], VMXNET3_RX_UCAST_PKTS);
		s.ibytes += all_kinds(c->rx[i], VMXNET3_RX_UCAST_BYTES);
		s.imissed += c->rx[i][VMXNET3_RX_OUT_OF_BUF];
		s.ierrors += c->rx[i][VMXNET3_RX_ERRORS] + c->rx_errors[i];
		s.rx_nombuf += c->rx_nombuf[i];
	}
	for (unsigned int i = 0; i < VMXNET3_MAX_TX_QUEUES; i++) {
		s.opackets += all_kinds(c->tx[i], VMXNET3_TX_UCAST_PKTS);
		s.obytes += all_kinds(c->tx[i], VMXNET3_TX_UCAST_BYTES);
		s.oerrors += c->tx[i][VMXNET3_TX_ERRORS] + c->tx[i][VMXNET3_TX_DISCARDS] +
			c->tx_errors[i];
	}
	return s;
}

/* struct vmxnet3_counters is counters and nothing else. */
static void
subtract(struct vmxnet3_counters *from, const struct vmxnet3_counters *what)
{
	uint64_t *a = (uint64_t *)from;
	const uint64_t *b = (const uint64_t *)what;

	for (unsigned int i = 0; i < sizeof(*from) / sizeof(*a); i++)
		a[i] -= b[i];
}

/* What was counted since the last reset. */
static int
since_reset(const struct plx_eth_dev *dev, struct vmxnet3_counters *c)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret = total(dev, c);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&hw->lock);
	subtract(c, &hw->base);
	pthread_mutex_unlock(&hw->lock);
	return 0;
}

int
vmxnet3_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	struct vmxnet3_counters c;
	int ret = since_reset(dev, &c);

	if (ret == 0)
		*stats = to_eth_stats(&c);
	return ret;
}

/* Counters are written by others, so they are not set back but subtracted from. */
int
vmxnet3_stats_reset(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	struct vmxnet3_counters c;
	int ret = total(dev, &c);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&hw->lock);
	hw->base = c;
	pthread_mutex_unlock(&hw->lock);
	return 0;
}

int
vmxnet3_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats)
{
	struct vmxnet3_counters c;
	int ret = total(dev, &c);

	if (ret < 0)
		return ret;
	if (rx) {
		stats->packets = all_kinds(c.rx[queue_id], VMXNET3_RX_UCAST_PKTS);
		stats->bytes = all_kinds(c.rx[queue_id], VMXNET3_RX_UCAST_BYTES);
		stats->errors = c.rx[queue_id][VMXNET3_RX_ERRORS] + c.rx_errors[queue_id];
	} else {
		stats->packets = all_kinds(c.tx[queue_id], VMXNET3_TX_UCAST_PKTS);
		stats->bytes = all_kinds(c.tx[queue_id], VMXNET3_TX_UCAST_BYTES);
		stats->errors = c.tx[queue_id][VMXNET3_TX_ERRORS] +
			c.tx[queue_id][VMXNET3_TX_DISCARDS] + c.tx_errors[queue_id];
	}
	return 0;
}

static const struct {
	const char *name;
	bool rx;
	unsigned int counter;
} xstats[] = {
	{ "rx_unicast_packets", true, VMXNET3_RX_UCAST_PKTS },
	{ "rx_unicast_bytes", true, VMXNET3_RX_UCAST_BYTES },
	{ "rx_multicast_packets", true, VMXNET3_RX_MCAST_PKTS },
	{ "rx_multicast_bytes", true, VMXNET3_RX_MCAST_BYTES },
	{ "rx_broadcast_packets", true, VMXNET3_RX_BCAST_PKTS },
	{ "rx_broadcast_bytes", true, VMXNET3_RX_BCAST_BYTES },
	{ "rx_device_errors", true, VMXNET3_RX_ERRORS },
	{ "tx_unicast_packets", false, VMXNET3_TX_UCAST_PKTS },
	{ "tx_unicast_bytes", false, VMXNET3_TX_UCAST_BYTES },
	{ "tx_multicast_packets", false, VMXNET3_TX_MCAST_PKTS },
	{ "tx_multicast_bytes", false, VMXNET3_TX_MCAST_BYTES },
	{ "tx_broadcast_packets", false, VMXNET3_TX_BCAST_PKTS },
	{ "tx_broadcast_bytes", false, VMXNET3_TX_BCAST_BYTES },
	{ "tx_tso_packets", false, VMXNET3_TX_TSO_PKTS },
	{ "tx_tso_bytes", false, VMXNET3_TX_TSO_BYTES },
	{ "tx_device_errors", false, VMXNET3_TX_ERRORS },
	{ "tx_device_discards", false, VMXNET3_TX_DISCARDS },
};

int
vmxnet3_xstats_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n)
{
	if (n >= PLX_DIM(xstats))
		for (unsigned int i = 0; i < PLX_DIM(xstats); i++)
			strncpy(names[i].name, xstats[i].name, sizeof(names[i].name) - 1);
	return PLX_DIM(xstats);
}

int
vmxnet3_xstats_get(struct plx_eth_dev *dev, uint64_t *values, unsigned int n)
{
	struct vmxnet3_counters c;
	int ret = since_reset(dev, &c);

	if (ret < 0)
		return ret;
	if (n < PLX_DIM(xstats))
		return PLX_DIM(xstats);
	for (unsigned int i = 0; i < PLX_DIM(xstats); i++) {
		const bool rx = xstats[i].rx;

		values[i] = 0;
		for (unsigned int q = 0; q < (rx ? PLX_DIM(c.rx) : PLX_DIM(c.tx)); q++)
			values[i] += (rx ? c.rx : c.tx)[q][xstats[i].counter];
	}
	return PLX_DIM(xstats);
}
