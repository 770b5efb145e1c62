/* SPDX-License-Identifier: BSD-3-Clause */
/* Which addresses a port receives. */
#include <stdlib.h>
#include <string.h>

#include "ethdev_private.h"

/*
 * A switch of the port, @now, is to be @on, by the driver's @set: at once if the port is started, else
 * with the next start.
 */
static int
change(struct plx_eth_dev *dev, int *now, int on, int (*set)(struct plx_eth_dev *dev),
	const char *what)
{
	int ret = 0;

	if (set == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	if (dev->state == PLX_ETH_DEV_STARTED && *now != on)
		ret = eth_dev_result(dev, what, set(dev));
	if (ret == 0)
		*now = on;
	return ret;
}

int
plx_eth_promiscuous_enable(uint16_t port_id)
{
	const char *what = "receive all";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);

	return dev == NULL ? -ENODEV : change(dev, &dev->promiscuous, 1,
		dev->dev_ops->promiscuous_enable, what);
}

int
plx_eth_promiscuous_disable(uint16_t port_id)
{
	const char *what = "stop receiving all";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);

	return dev == NULL ? -ENODEV : change(dev, &dev->promiscuous, 0,
		dev->dev_ops->promiscuous_disable, what);
}

int
plx_eth_promiscuous_get(uint16_t port_id)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	return dev != NULL ? dev->promiscuous : -ENODEV;
}

int
plx_eth_allmulticast_enable(uint16_t port_id)
{
	const char *what = "receive all multicast";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);

	return dev == NULL ? -ENODEV : change(dev, &dev->all_multicast, 1,
		dev->dev_ops->allmulticast_enable, what);
}

int
plx_eth_allmulticast_disable(uint16_t port_id)
{
	const char *what = "stop receiving all multicast";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);

	return dev == NULL ? -ENODEV : change(dev, &dev->all_multicast, 0,
		dev->dev_ops->allmulticast_disable, what);
}

int
plx_eth_allmulticast_get(uint16_t port_id)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	return dev != NULL ? dev->all_multicast : -ENODEV;
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
plx_eth_macaddrs_get(uint16_t port_id, struct plx_ether_addr *ma, unsigned int num)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);
	unsigned int n = 0;

	if (dev == NULL)
		return -ENODEV;
	for (unsigned int i = 0; i < PLX_ETH_MAC_ADDRS_MAX; i++) {
		const struct plx_ether_addr *addr = i == 0 ? &dev->mac_addr : &dev->mac_addrs[i];

		if (i > 0 && plx_is_zero_ether_addr(addr))
			continue;
		if (n < num)
			ma[n] = *addr;
		n++;
	}
	return (int)n;
}

/* The filter of an address that was added, or 0. */
static uint32_t
find_added(const struct plx_eth_dev *dev, const struct plx_ether_addr *addr)
{
	for (uint32_t i = 1; i < PLX_ETH_MAC_ADDRS_MAX; i++)
		if (plx_is_same_ether_addr(&dev->mac_addrs[i], addr))
			return i;
	return 0;
}

static int
check_unicast(const struct plx_eth_dev *dev, const struct plx_ether_addr *addr)
{
	if (plx_is_valid_assigned_ether_addr(addr))
		return 0;
	return eth_dev_refuse(dev, -EINVAL, PLX_ETHER_ADDR_PRT_FMT " is no unicast address",
		PLX_ETHER_ADDR_BYTES(addr));
}

int
plx_eth_dev_default_mac_addr_set(uint16_t port_id, const struct plx_ether_addr *mac_addr)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set the MAC address");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	ret = check_unicast(dev, mac_addr);
	if (ret < 0)
		return ret;
	if (find_added(dev, mac_addr) > 0)
		return eth_dev_refuse(dev, -EEXIST, PLX_ETHER_ADDR_PRT_FMT
			" can't be the MAC address, it was added: remove it first",
			PLX_ETHER_ADDR_BYTES(mac_addr));
	ret = dev->dev_ops->mac_addr_set != NULL ? dev->dev_ops->mac_addr_set(dev, mac_addr) :
		-ENOTSUP;
	if (ret == 0)
		dev->mac_addr = *mac_addr;
	return eth_dev_result(dev, "set the MAC address", ret);
}

/* A free filter, or -ENOSPC. */
static int
find_filter(struct plx_eth_dev *dev, uint32_t *index)
{
	static const struct plx_ether_addr none;
	struct plx_eth_dev_info info;

	eth_dev_info(dev, &info);
	*index = find_added(dev, &none);
	if (*index > 0 && *index < info.max_mac_addrs)
		return 0;
	return eth_dev_refuse(dev, -ENOSPC, "it has %u MAC addresses, all of them taken",
		info.max_mac_addrs);
}

int
plx_eth_dev_mac_addr_add(uint16_t port_id, const struct plx_ether_addr *mac_addr)
{
	const char *what = "add a MAC address";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	uint32_t index;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->mac_addr_add == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	ret = check_unicast(dev, mac_addr);
	if (ret < 0 || plx_is_same_ether_addr(&dev->mac_addr, mac_addr) ||
	    find_added(dev, mac_addr) > 0)
		return ret;
	ret = find_filter(dev, &index);
	if (ret < 0)
		return ret;
	if (dev->state == PLX_ETH_DEV_STARTED)
		ret = dev->dev_ops->mac_addr_add(dev, mac_addr, index);
	if (ret == 0)
		dev->mac_addrs[index] = *mac_addr;
	return eth_dev_result(dev, what, ret);
}

int
plx_eth_dev_mac_addr_remove(uint16_t port_id, const struct plx_ether_addr *mac_addr)
{
	static const struct plx_ether_addr none;
	const char *what = "remove a MAC address";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	uint32_t index;
	int ret = 0;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->mac_addr_remove == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	if (plx_is_same_ether_addr(&dev->mac_addr, mac_addr))
		return eth_dev_refuse(dev, -EADDRINUSE, PLX_ETHER_ADDR_PRT_FMT
			" is the default MAC address, which stays", PLX_ETHER_ADDR_BYTES(mac_addr));
	index = plx_is_zero_ether_addr(mac_addr) ? 0 : find_added(dev, mac_addr);
	if (index == 0)
		return eth_dev_refuse(dev, -ENOENT, PLX_ETHER_ADDR_PRT_FMT " was not added",
			PLX_ETHER_ADDR_BYTES(mac_addr));
	if (dev->state == PLX_ETH_DEV_STARTED)
		ret = dev->dev_ops->mac_addr_remove(dev, mac_addr, index);
	if (ret == 0)
		dev->mac_addrs[index] = none;
	return eth_dev_result(dev, what, ret);
}

static int
check_mc_addrs(struct plx_eth_dev *dev, const struct plx_ether_addr *addrs, uint32_t nb)
{
	struct plx_eth_dev_info info;

	eth_dev_info(dev, &info);
	if (nb > info.max_mc_addrs)
		return eth_dev_refuse(dev, -ENOSPC, "%u multicast addresses asked for, it can have %u",
			nb, info.max_mc_addrs);
	for (uint32_t i = 0; i < nb; i++)
		if (!plx_is_multicast_ether_addr(&addrs[i]))
			return eth_dev_refuse(dev, -EINVAL, PLX_ETHER_ADDR_PRT_FMT
				" is no multicast address", PLX_ETHER_ADDR_BYTES(&addrs[i]));
	return 0;
}

int
plx_eth_dev_set_mc_addr_list(uint16_t port_id, const struct plx_ether_addr *mc_addr_set,
	uint32_t nb_mc_addr)
{
	const char *what = "set the multicast addresses";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	struct plx_ether_addr *copy = NULL;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->set_mc_addr_list == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	ret = check_mc_addrs(dev, mc_addr_set, nb_mc_addr);
	if (ret < 0)
		return ret;
	if (nb_mc_addr > 0) {
		copy = malloc(nb_mc_addr * sizeof(*copy));
		if (copy == NULL)
			return eth_dev_result(dev, what, -ENOMEM);
		memcpy(copy, mc_addr_set, nb_mc_addr * sizeof(*copy));
	}
	if (dev->state == PLX_ETH_DEV_STARTED)
		ret = dev->dev_ops->set_mc_addr_list(dev, copy, nb_mc_addr);
	if (ret == 0) {
		free(dev->mc_addrs);
		dev->mc_addrs = copy;
		dev->nb_mc_addrs = nb_mc_addr;
	} else {
		free(copy);
	}
	return eth_dev_result(dev, what, ret);
}
