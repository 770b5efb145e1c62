/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues that start and stop, with the port or alone. */
#include <unistd.h>

#include "e1000e_hw.h"

/* The longest frame takes 8 ms at 10 Mbit/s: then the MAC has nothing under way any more. */
#define QUIET_US 10000

/*
 * The 82574 can't stop a single Rx queue: the receiver pauses while its ring goes or comes. On-chip
 * descriptors are dropped when the head is written (10.2.5 RDH).
 */
static void
change_rx_ring(struct plx_eth_dev *dev, const struct e1000e_rxq *rxq)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	bool on = !hw->link_off, any = false;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		any = any || ((const struct e1000e_rxq *)dev->rx_queues[i])->q.started;
	e1000_clear(hw, E1000_RCTL, E1000_RCTL_EN);
	e1000_flush(hw);
	usleep(QUIET_US);
	e1000e_rx_ring_set(dev, rxq);
	if (dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS)
		e1000e_rss_set(dev, &dev->rss);
	e1000_assign(hw, E1000_RCTL, E1000_RCTL_EN, on && any);
	if (rxq->q.started)
		e1000e_rxq_publish(rxq);
	e1000_flush(hw);
}

int
e1000e_rx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct e1000e_rxq *rxq = dev->rx_queues[queue_id];
	int ret = e1000e_rxq_start(rxq, e1000e_buf_len(dev));

	if (ret == 0)
		change_rx_ring(dev, rxq);
	return ret;
}

int
e1000e_rx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct e1000e_rxq *rxq = dev->rx_queues[queue_id];

	/* It is stopped for the ring that the device is told of, and then its mbufs go. */
	rxq->q.started = false;
	rxq->q.running = false;
	change_rx_ring(dev, rxq);
	rxq->q.started = true;
	e1000e_rxq_stop(rxq);
	return 0;
}

int
e1000e_tx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct e1000e_txq *txq = dev->tx_queues[queue_id];

	e1000e_txq_start(txq);
	e1000e_tx_ring_set(dev, txq);
	return 0;
}

/* What was given to it is sent, if there is a link; then the transmitter pauses while the ring goes. */
int
e1000e_tx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct e1000e_txq *txq = dev->tx_queues[queue_id];
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint32_t tctl = e1000_read(hw, E1000_TCTL);

	(void)e1000_wait(hw, E1000E_TDH(queue_id), UINT16_MAX, txq->next, QUIET_US);
	e1000_clear(hw, E1000E_TARC(queue_id), E1000E_TARC_ENABLE);
	e1000_write(hw, E1000_TCTL, tctl & ~E1000_TCTL_EN);
	e1000_flush(hw);
	usleep(QUIET_US);
	e1000e_txq_stop(txq);
	e1000e_tx_ring_set(dev, txq);
	e1000_write(hw, E1000_TCTL, tctl);
	return 0;
}

int
e1000e_start_queues(struct plx_eth_dev *dev)
{
	const uint32_t buf_len = e1000e_buf_len(dev);

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		int ret;

		if (dev->rxq_info[i].conf.rx_deferred_start)
			continue;
		ret = e1000e_rxq_start(dev->rx_queues[i], buf_len);
		if (ret < 0)
			return ret;
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		if (!dev->txq_info[i].conf.tx_deferred_start)
			e1000e_txq_start(dev->tx_queues[i]);
	return 0;
}

void
e1000e_stop_queues(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		e1000e_rxq_stop(dev->rx_queues[i]);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		e1000e_txq_stop(dev->tx_queues[i]);
}
