/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port is and how it is set: limits, link, statistics, address, MTU, promiscuity. */
#include <string.h>

#include "ethdev_private.h"

void
eth_dev_info(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	memset(info, 0, sizeof(*info));
	if (dev->caps != NULL)
		*info = dev->caps->info;
	if (dev->dev_ops->dev_infos_get != NULL)
		dev->dev_ops->dev_infos_get(dev, info);
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
plx_eth_stats_get(uint16_t port_id, struct plx_eth_stats *stats)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	memset(stats, 0, sizeof(*stats));
	return dev->dev_ops->stats_get(dev, stats);
}

int
plx_eth_stats_reset(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "reset statistics");

	if (dev == NULL)
		return -ENODEV;
	return eth_dev_result(dev, "reset statistics", dev->dev_ops->stats_reset(dev));
}

static int
promiscuous_set(uint16_t port_id, int on, const char *what)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	int (*set)(struct plx_eth_dev *dev);
	int ret = 0;

	if (dev == NULL)
		return -ENODEV;
	set = on ? dev->dev_ops->promiscuous_enable : dev->dev_ops->promiscuous_disable;
	if (set == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	if (dev->state == PLX_ETH_DEV_STARTED && dev->promiscuous != on)
		ret = eth_dev_result(dev, what, set(dev));
	if (ret == 0)
		dev->promiscuous = on;
	return ret;
}

int
plx_eth_promiscuous_enable(uint16_t port_id)
{
	return promiscuous_set(port_id, 1, "receive all");
}

int
plx_eth_promiscuous_disable(uint16_t port_id)
{
	return promiscuous_set(port_id, 0, "stop receiving all");
}

int
plx_eth_promiscuous_get(uint16_t port_id)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	return dev != NULL ? dev->promiscuous : -ENODEV;
}

int
plx_eth_macaddr_get(uint16_t port_id, struct plx_ether_addr *mac_addr)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	*mac_addr = dev->mac_addr;
	return 0;
}

int
plx_eth_dev_default_mac_addr_set(uint16_t port_id, const struct plx_ether_addr *mac_addr)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set the MAC address");
	int ret = -ENOTSUP;

	if (dev == NULL)
		return -ENODEV;
	if (!plx_is_valid_assigned_ether_addr(mac_addr)) {
		PORT_ERR(dev, PLX_ETHER_ADDR_PRT_FMT " is no unicast address (EINVAL)",
			PLX_ETHER_ADDR_BYTES(mac_addr));
		return -EINVAL;
	}
	if (dev->dev_ops->mac_addr_set != NULL)
		ret = dev->dev_ops->mac_addr_set(dev, mac_addr);
	if (ret == 0)
		dev->mac_addr = *mac_addr;
	return eth_dev_result(dev, "set the MAC address", ret);
}

int
plx_eth_dev_get_mtu(uint16_t port_id, uint16_t *mtu)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	*mtu = dev->mtu;
	return 0;
}

uint16_t
eth_dev_default_mtu(struct plx_eth_dev *dev)
{
	struct plx_eth_dev_info info;
	uint16_t mtu;

	if (dev->dev_ops->mtu_set == NULL)
		return dev->mtu;
	eth_dev_info(dev, &info);
	mtu = PLX_MIN((uint16_t)PLX_ETHER_MTU, info.max_mtu);
	return PLX_MAX(mtu, info.min_mtu);
}

int
eth_dev_check_mtu(struct plx_eth_dev *dev, uint32_t mtu)
{
	struct plx_eth_dev_info info;

	eth_dev_info(dev, &info);
	if (mtu < info.min_mtu || mtu > info.max_mtu) {
		PORT_ERR(dev, "an MTU of %u asked for, it can have %u to %u (EINVAL)", mtu,
			info.min_mtu, info.max_mtu);
		return -EINVAL;
	}
	if (mtu != dev->mtu && dev->dev_ops->mtu_set == NULL)
		return eth_dev_result(dev, "change the MTU", -ENOTSUP);
	return 0;
}

int
eth_dev_change_mtu(struct plx_eth_dev *dev, uint16_t mtu)
{
	int ret = mtu != dev->mtu ? dev->dev_ops->mtu_set(dev, mtu) : 0;

	if (ret == 0)
		dev->mtu = mtu;
	return eth_dev_result(dev, "change the MTU", ret);
}

int
plx_eth_dev_set_mtu(uint16_t port_id, uint16_t mtu)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set the MTU");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	ret = eth_dev_check_mtu(dev, mtu);
	return ret < 0 ? ret : eth_dev_change_mtu(dev, mtu);
}
