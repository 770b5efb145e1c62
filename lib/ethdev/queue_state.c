/* SPDX-License-Identifier: BSD-3-Clause */
/* Single queues of a started port: started, stopped, and what they are like. */
#include <stdio.h>

#include "ethdev_private.h"

/* How queue @id is, or NULL with @ret set; @action: "start" or "stop". */
static uint8_t *
queue_state(struct plx_eth_dev *dev, bool rx, uint16_t id, const char *action, int *ret)
{
	*ret = eth_dev_check_queue(dev, rx, id);
	if (*ret < 0)
		return NULL;
	if (dev->state != PLX_ETH_DEV_STARTED) {
		*ret = eth_dev_refuse(dev, -EINVAL, "can't %s %s queue %u: start the port first", action,
			rx ? "Rx" : "Tx", id);
		return NULL;
	}
	return rx ? &dev->rxq_info[id].queue_state : &dev->txq_info[id].queue_state;
}

static int
change(uint16_t port_id, bool rx, uint16_t id, uint8_t to)
{
	const char *action = to == PLX_ETH_QUEUE_STATE_STARTED ? "start" : "stop";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, action);
	int (*op)(struct plx_eth_dev *dev, uint16_t queue_id);
	char what[32];
	uint8_t *state;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	state = queue_state(dev, rx, id, action, &ret);
	if (state == NULL || *state == to)
		return ret;
	if (rx)
		op = to == PLX_ETH_QUEUE_STATE_STARTED ? dev->dev_ops->rx_queue_start :
			dev->dev_ops->rx_queue_stop;
	else
		op = to == PLX_ETH_QUEUE_STATE_STARTED ? dev->dev_ops->tx_queue_start :
			dev->dev_ops->tx_queue_stop;
	ret = op != NULL ? op(dev, id) : -ENOTSUP;
	if (ret == 0)
		*state = to;
	snprintf(what, sizeof(what), "%s %s queue %u", action, rx ? "Rx" : "Tx", id);
	return eth_dev_result(dev, what, ret);
}

int
plx_eth_dev_rx_queue_start(uint16_t port_id, uint16_t rx_queue_id)
{
	return change(port_id, true, rx_queue_id, PLX_ETH_QUEUE_STATE_STARTED);
}

int
plx_eth_dev_rx_queue_stop(uint16_t port_id, uint16_t rx_queue_id)
{
	return change(port_id, true, rx_queue_id, PLX_ETH_QUEUE_STATE_STOPPED);
}

int
plx_eth_dev_tx_queue_start(uint16_t port_id, uint16_t tx_queue_id)
{
	return change(port_id, false, tx_queue_id, PLX_ETH_QUEUE_STATE_STARTED);
}

int
plx_eth_dev_tx_queue_stop(uint16_t port_id, uint16_t tx_queue_id)
{
	return change(port_id, false, tx_queue_id, PLX_ETH_QUEUE_STATE_STOPPED);
}

int
plx_eth_rx_queue_info_get(uint16_t port_id, uint16_t queue_id, struct plx_eth_rxq_info *qinfo)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);
	struct plx_eth_dev_info info;

	if (dev == NULL)
		return -ENODEV;
	if (queue_id >= dev->nb_rx_queues || dev->rx_queues[queue_id] == NULL)
		return -EINVAL;
	eth_dev_info(dev, &info);
	*qinfo = dev->rxq_info[queue_id];
	qinfo->scattered_rx = (qinfo->conf.offloads & PLX_ETH_RX_OFFLOAD_SCATTER) != 0 &&
		eth_dev_frame_len(&info, dev->mtu, qinfo->conf.offloads) > qinfo->rx_buf_size;
	return 0;
}

int
plx_eth_tx_queue_info_get(uint16_t port_id, uint16_t queue_id, struct plx_eth_txq_info *qinfo)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	if (queue_id >= dev->nb_tx_queues || dev->tx_queues[queue_id] == NULL)
		return -EINVAL;
	*qinfo = dev->txq_info[queue_id];
	return 0;
}
