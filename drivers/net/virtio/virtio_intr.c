/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts of the port: changes of the link by vector 0, packets by one for each Rx queue. */
#include <errno.h>

#include "virtio_net.h"

static struct virtio_transport *
transport(const struct plx_eth_dev *dev)
{
	const struct virtio_hw *hw = dev->dev_private;

	return hw->transport;
}

int
virtio_intr_configure(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	struct virtio_transport *t = transport(dev);

	if (t->intr == NULL)
		return conf->lsc || conf->rxq ? -ENOTSUP : 0;
	if (conf->lsc || conf->rxq)
		return t->intr->enable(t, conf->rxq ? dev->nb_rx_queues : 0);
	return t->intr->disable(t);
}

void
virtio_tell_reset(void *arg)
{
	struct plx_eth_dev *dev = arg;
	struct virtio_hw *hw = dev->dev_private;

	if (!__atomic_exchange_n(&hw->reset_told, true, __ATOMIC_RELAXED))
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_RESET, NULL);
}

/* 2.1.2, 5.1.4: what the device tells of by itself is that it gave up, or its link. */
static int
on_config_change(void *arg)
{
	struct plx_eth_dev *dev = arg;
	struct virtio_transport *t = transport(dev);
	uint8_t status = t->ops->get_status(t);

	if ((status & VIRTIO_STATUS_NEEDS_RESET) && status != VIRTIO_STATUS_GONE)
		virtio_tell_reset(dev);
	else
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	return 0;
}

int
virtio_intr_start(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	struct virtio_hw *hw = dev->dev_private;
	struct virtio_transport *t = hw->transport;
	int ret;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		struct virtio_rxq *rxq = dev->rx_queues[i];

		rxq->vq.vector = conf->rxq ? (uint16_t)(i + 1) : VIRTIO_NO_VECTOR;
	}
	if (!conf->lsc)
		return 0;
	ret = t->intr->config_start(t, on_config_change, dev);
	hw->intr_started = ret == 0;
	return ret;
}

int
virtio_intr_stop(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	if (!hw->intr_started)
		return 0;
	hw->intr_started = false;
	return hw->transport->intr->config_stop(hw->transport);
}

int
virtio_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct virtio_rxq *rxq = dev->rx_queues[queue_id];

	rxq->ops->intr_enable(&rxq->vq);
	return 0;
}

int
virtio_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct virtio_rxq *rxq = dev->rx_queues[queue_id];

	rxq->ops->intr_disable(&rxq->vq);
	return 0;
}

int
virtio_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct virtio_transport *t = transport(dev);

	return t->intr->rx_fd(t, queue_id);
}
