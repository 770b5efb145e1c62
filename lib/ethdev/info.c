/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port is and how it fares: limits, link, statistics. */
#include <pthread.h>
#include <string.h>

#include "ethdev_private.h"

/* What ethdev has room for. */
static void
cut(struct plx_eth_dev_info *info)
{
	info->max_rx_queues = PLX_MIN(info->max_rx_queues, (uint16_t)PLX_MAX_QUEUES_PER_PORT);
	info->max_tx_queues = PLX_MIN(info->max_tx_queues, (uint16_t)PLX_MAX_QUEUES_PER_PORT);
	info->max_mac_addrs = PLX_MIN(info->max_mac_addrs, (uint32_t)PLX_ETH_MAC_ADDRS_MAX);
	info->max_mac_addrs = PLX_MAX(info->max_mac_addrs, 1u);
}

void
eth_dev_info(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	memset(info, 0, sizeof(*info));
	if (dev->caps != NULL)
		*info = dev->caps->info;
	if (dev->dev_ops->dev_infos_get != NULL)
		dev->dev_ops->dev_infos_get(dev, info);
	cut(info);
	info->device = dev->device;
	info->driver_name = dev->device->driver != NULL ? dev->device->driver->name : "";
	info->nb_rx_queues = dev->nb_rx_queues;
	info->nb_tx_queues = dev->nb_tx_queues;
}

int
plx_eth_dev_info_get(uint16_t port_id, struct plx_eth_dev_info *info)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	eth_dev_info(dev, info);
	return 0;
}

static int
link_get(uint16_t port_id, int wait, struct plx_eth_link *link)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	memset(link, 0, sizeof(*link));
	return dev->dev_ops->link_update(dev, wait, link);
}

int
plx_eth_link_get_nowait(uint16_t port_id, struct plx_eth_link *link)
{
	return link_get(port_id, 0, link);
}

int
plx_eth_link_get(uint16_t port_id, struct plx_eth_link *link)
{
	return link_get(port_id, 1, link);
}

int
eth_dev_stats(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	int ret;

	memset(stats, 0, sizeof(*stats));
	ret = dev->dev_ops->stats_get(dev, stats);
	stats->oerrors += eth_dev_wrap_dropped(dev);
	return ret;
}

int
plx_eth_stats_get(uint16_t port_id, struct plx_eth_stats *stats)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);
	int ret;

	if (dev == NULL)
		return -ENODEV;
	pthread_mutex_lock(&dev->stats_lock);
	ret = eth_dev_stats(dev, stats);
	pthread_mutex_unlock(&dev->stats_lock);
	return ret;
}
