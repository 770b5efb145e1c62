/* SPDX-License-Identifier: BSD-3-Clause */
/* Start, stop, reset and close of a port. */
#include "ethdev_private.h"

static int
missing_queue(const struct plx_eth_dev *dev, const char *direction, unsigned int id)
{
	return eth_dev_refuse(dev, -EINVAL, "can't start: %s queue %u is not set up", direction, id);
}

static int
check_startable(const struct plx_eth_dev *dev)
{
	if (dev->state != PLX_ETH_DEV_CONFIGURED)
		return eth_dev_refuse(dev, -EINVAL, "can't start: configure it first");
	for (unsigned int i = 0; i < dev->nb_rx_queues; i++)
		if (dev->rx_queues[i] == NULL)
			return missing_queue(dev, "Rx", i);
	for (unsigned int i = 0; i < dev->nb_tx_queues; i++)
		if (dev->tx_queues[i] == NULL)
			return missing_queue(dev, "Tx", i);
	return 0;
}

/* Queues go with their port, but those with deferred start. */
static void
set_queue_states(struct plx_eth_dev *dev, bool started)
{
	for (unsigned int i = 0; i < dev->nb_rx_queues; i++)
		dev->rxq_info[i].queue_state = started && !dev->rxq_info[i].conf.rx_deferred_start;
	for (unsigned int i = 0; i < dev->nb_tx_queues; i++)
		dev->txq_info[i].queue_state = started && !dev->txq_info[i].conf.tx_deferred_start;
}

int
plx_eth_dev_start(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "start");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->state == PLX_ETH_DEV_STARTED)
		return 0;
	ret = check_startable(dev);
	if (ret == 0 && dev->dma_check != NULL)
		ret = eth_dev_result(dev, "check addresses", eth_dev_wrap_create(dev));
	if (ret < 0)
		return ret;
	ret = eth_dev_result(dev, "start", dev->dev_ops->dev_start(dev));
	if (ret < 0)
		return ret;
	ret = eth_dev_restore(dev);
	if (ret < 0) {
		eth_dev_result(dev, "stop", dev->dev_ops->dev_stop(dev));
		return ret;
	}
	set_queue_states(dev, true);
	dev->state = PLX_ETH_DEV_STARTED;
	eth_dev_fp_enable(dev);
	return 0;
}

/* The driver has stopped the device whatever it returns, see struct plx_eth_dev_ops. */
static int
dev_stop(struct plx_eth_dev *dev)
{
	if (dev->state != PLX_ETH_DEV_STARTED)
		return 0;
	eth_dev_fp_disable(dev->port_id);
	dev->state = PLX_ETH_DEV_CONFIGURED;
	set_queue_states(dev, false);
	eth_dev_wrap_free_retired(dev);
	return eth_dev_result(dev, "stop cleanly", dev->dev_ops->dev_stop(dev));
}

int
plx_eth_dev_stop(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "stop");

	return dev != NULL ? dev_stop(dev) : -ENODEV;
}

int
plx_eth_dev_reset(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "reset");
	int stop_ret, ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->dev_reset == NULL)
		return eth_dev_result(dev, "reset", -ENOTSUP);
	stop_ret = dev_stop(dev);
	eth_dev_release_queues(dev);
	dev->state = PLX_ETH_DEV_MADE;
	ret = eth_dev_result(dev, "reset", dev->dev_ops->dev_reset(dev));
	/* A device that did not stop cleanly is what a reset is for: if that helped, all is well. */
	return ret < 0 && stop_ret < 0 ? stop_ret : ret;
}

int
plx_eth_dev_close(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "close");
	int stop_ret, close_ret;

	if (dev == NULL)
		return -ENODEV;
	stop_ret = dev_stop(dev);
	(void)eth_dev_watch_removal(dev, false);
	eth_dev_release_queues(dev);
	close_ret = eth_dev_result(dev, "close cleanly", dev->dev_ops->dev_close(dev));
	plx_eth_dev_release_port(dev);
	return stop_ret < 0 ? stop_ret : close_ret;
}
