/* SPDX-License-Identifier: BSD-3-Clause */
/* VLANs: which of them a port receives, and what it does with tags. */
#include "ethdev_private.h"

static const struct {
	int vlan;
	uint64_t rx;
} offloads[] = {
	{ PLX_ETH_VLAN_STRIP_OFFLOAD, PLX_ETH_RX_OFFLOAD_VLAN_STRIP },
	{ PLX_ETH_VLAN_FILTER_OFFLOAD, PLX_ETH_RX_OFFLOAD_VLAN_FILTER },
	{ PLX_ETH_VLAN_EXTEND_OFFLOAD, PLX_ETH_RX_OFFLOAD_VLAN_EXTEND },
};
#define ALL_RX (PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_VLAN_FILTER | \
	PLX_ETH_RX_OFFLOAD_VLAN_EXTEND)

static uint64_t
to_rx(int mask)
{
	uint64_t rx = 0;

	for (size_t i = 0; i < PLX_DIM(offloads); i++)
		rx |= mask & offloads[i].vlan ? offloads[i].rx : 0;
	return rx;
}

static int
from_rx(uint64_t rx)
{
	int mask = 0;

	for (size_t i = 0; i < PLX_DIM(offloads); i++)
		mask |= rx & offloads[i].rx ? offloads[i].vlan : 0;
	return mask;
}

int
plx_eth_dev_vlan_filter(uint16_t port_id, uint16_t vlan_id, int on)
{
	const char *what = on ? "receive a VLAN" : "stop receiving a VLAN";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	uint64_t *word, bit;
	bool is_on;
	int ret = 0;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->vlan_filter_set == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	if (vlan_id > PLX_ETHER_MAX_VLAN_ID)
		return eth_dev_refuse(dev, -EINVAL, "VLAN %u asked for, they go from 0 to %u", vlan_id,
			PLX_ETHER_MAX_VLAN_ID);
	if (!(dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER))
		return eth_dev_refuse(dev, -ENOTSUP, "can't %s: offload VLAN_FILTER is off", what);
	word = &dev->vlan_ids[vlan_id / 64];
	bit = UINT64_C(1) << vlan_id % 64;
	is_on = (*word & bit) != 0;
	if (dev->state == PLX_ETH_DEV_STARTED && is_on != (on != 0))
		ret = dev->dev_ops->vlan_filter_set(dev, vlan_id, on != 0);
	if (ret == 0)
		*word = on ? *word | bit : *word & ~bit;
	return eth_dev_result(dev, what, ret);
}

/* What the port's offloads say is what those of its queues say. */
static void
tell_queues(struct plx_eth_dev *dev, uint64_t rx)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		uint64_t *of_queue = &dev->rxq_info[i].conf.offloads;

		*of_queue = (*of_queue & ~ALL_RX) | rx;
	}
}

/* VLANs first: between the filter and its table no packet shall be lost. */
static int
change(struct plx_eth_dev *dev, uint64_t changed)
{
	int ret = 0;

	if (changed & PLX_ETH_RX_OFFLOAD_VLAN_FILTER)
		ret = eth_dev_restore_vlans(dev);
	return ret < 0 ? ret : eth_dev_result(dev, "change the VLAN offloads",
		dev->dev_ops->vlan_offload_set(dev, from_rx(changed)));
}

int
plx_eth_dev_set_vlan_offload(uint16_t port_id, int offload_mask)
{
	const char *what = "change the VLAN offloads";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	const uint64_t rx = to_rx(offload_mask);
	struct plx_eth_dev_info info;
	uint64_t before;
	int ret = 0;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->vlan_offload_set == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	eth_dev_info(dev, &info);
	if (from_rx(rx) != offload_mask)
		return eth_dev_refuse(dev, -EINVAL, "VLAN offloads %#x asked for, there are %#x",
			offload_mask, from_rx(ALL_RX));
	ret = eth_dev_check_offloads(dev, "Rx", rx, info.rx_offload_capa, -EINVAL);
	if (ret < 0)
		return ret;
	before = dev->conf.rxmode.offloads;
	dev->conf.rxmode.offloads = (before & ~ALL_RX) | rx;
	if (dev->state == PLX_ETH_DEV_STARTED && (before & ALL_RX) != rx)
		ret = change(dev, (before & ALL_RX) ^ rx);
	if (ret < 0)
		dev->conf.rxmode.offloads = before;
	else
		tell_queues(dev, rx);
	return ret;
}

int
plx_eth_dev_get_vlan_offload(uint16_t port_id)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	return dev != NULL ? from_rx(dev->conf.rxmode.offloads) : -ENODEV;
}
