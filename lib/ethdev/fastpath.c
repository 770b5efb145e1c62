/* SPDX-License-Identifier: BSD-3-Clause */
/* The table through which bursts reach ports. */
#include "ethdev_private.h"

static void *no_queues[PLX_MAX_QUEUES_PER_PORT];

static uint16_t
no_burst(void *queue, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	return 0;
}

static int
no_count(void *queue)
{
	return -ENOTSUP;
}

static int
no_status(void *queue, uint16_t offset)
{
	return -ENOTSUP;
}

#define NOT_STARTED { \
	.rx_pkt_burst = no_burst, .rxq = no_queues, .rx_queue_count = no_count, \
	.rx_descriptor_status = no_status, \
	.tx_pkt_burst = no_burst, .txq = no_queues, .tx_descriptor_status = no_status, \
}

struct plx_eth_fp_ops plx_eth_fp_ops[PLX_MAX_ETHPORTS] = {
	[0 ... PLX_MAX_ETHPORTS - 1] = NOT_STARTED
};

void
eth_dev_fp_disable(uint16_t port_id)
{
	plx_eth_fp_ops[port_id] = (struct plx_eth_fp_ops)NOT_STARTED;
}

void
eth_dev_fp_enable(struct plx_eth_dev *dev)
{
	struct plx_eth_fp_ops *fp = &plx_eth_fp_ops[dev->port_id];

	/* A port may have queues of one direction only; then the other keeps no_burst(). */
	if (dev->nb_rx_queues > 0) {
		fp->rxq = dev->rx_queues;
		fp->rx_pkt_burst = eth_dev_rx_burst(dev);
		if (dev->rx_queue_count != NULL)
			fp->rx_queue_count = dev->rx_queue_count;
		if (dev->rx_descriptor_status != NULL)
			fp->rx_descriptor_status = dev->rx_descriptor_status;
	}
	if (dev->nb_tx_queues > 0) {
		fp->txq = dev->tx_queues;
		fp->tx_pkt_burst = eth_dev_tx_burst(dev);
		fp->tx_pkt_prepare = dev->tx_pkt_prepare;
		if (dev->tx_descriptor_status != NULL)
			fp->tx_descriptor_status = dev->tx_descriptor_status;
	}
}
