/* SPDX-License-Identifier: BSD-3-Clause */
/* After a start: what was set before it, and what the device forgot when it was reset. */
#include "ethdev_private.h"

static int
restore_addresses(struct plx_eth_dev *dev)
{
	int ret = 0;

	for (uint32_t i = 1; i < PLX_ETH_MAC_ADDRS_MAX && ret == 0; i++)
		if (!plx_is_zero_ether_addr(&dev->mac_addrs[i]))
			ret = dev->dev_ops->mac_addr_add(dev, &dev->mac_addrs[i], i);
	if (ret == 0 && dev->nb_mc_addrs > 0)
		ret = dev->dev_ops->set_mc_addr_list(dev, dev->mc_addrs, dev->nb_mc_addrs);
	return eth_dev_result(dev, "receive its other addresses", ret);
}

int
eth_dev_restore_vlans(struct plx_eth_dev *dev)
{
	int ret = 0;

	if (!(dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER) ||
	    dev->dev_ops->vlan_filter_set == NULL)
		return 0;
	for (uint16_t id = 0; id <= PLX_ETHER_MAX_VLAN_ID && ret == 0; id++)
		if (dev->vlan_ids[id / 64] >> id % 64 & 1)
			ret = dev->dev_ops->vlan_filter_set(dev, id, 1);
	return eth_dev_result(dev, "receive its VLANs", ret);
}

int
eth_dev_restore(struct plx_eth_dev *dev)
{
	int ret = restore_addresses(dev);

	if (ret == 0)
		ret = eth_dev_restore_vlans(dev);
	if (ret == 0 && dev->promiscuous)
		ret = eth_dev_result(dev, "receive all", dev->dev_ops->promiscuous_enable(dev));
	if (ret == 0 && dev->all_multicast)
		ret = eth_dev_result(dev, "receive all multicast",
			dev->dev_ops->allmulticast_enable(dev));
	if (ret == 0 && dev->fc_set)
		ret = eth_dev_result(dev, "set flow control",
			dev->dev_ops->flow_ctrl_set(dev, &dev->fc_conf));
	return ret;
}
