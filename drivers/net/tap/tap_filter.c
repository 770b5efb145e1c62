/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port receives: a program that the kernel runs on the frames of all its queues. */
#include "net_tap.h"

static int
apply(struct plx_eth_dev *dev, const struct vport_filter *filter)
{
	const struct tap_port *port = dev->dev_private;
	struct sock_filter program[VPORT_FILTER_MAX];

	return netdev_tap_filter(port->fds[0], program, vport_filter_program(filter, program));
}

int
tap_filter_start(struct plx_eth_dev *dev)
{
	struct vport_filter filter;

	vport_filter_init(&filter, dev);
	/* ethdev tells of all else once it is started. */
	filter.promiscuous = false;
	filter.all_multicast = false;
	return apply(dev, &filter);
}

/* Receive by @filter, and have the remote interface receive what is new in it, or no more. */
static int
change(struct plx_eth_dev *dev, const struct vport_filter *filter, bool add, unsigned short type,
	const struct plx_ether_addr *addr)
{
	int ret = tap_remote_member(dev, add, type, addr);

	if (ret < 0)
		return ret;
	ret = apply(dev, filter);
	if (ret < 0)
		(void)tap_remote_member(dev, !add, type, addr);
	return ret;
}

static int
set_promiscuous(struct plx_eth_dev *dev, bool on)
{
	struct vport_filter filter;

	vport_filter_init(&filter, dev);
	filter.promiscuous = on;
	return change(dev, &filter, on, PACKET_MR_PROMISC, NULL);
}

int
tap_promiscuous_enable(struct plx_eth_dev *dev)
{
	return set_promiscuous(dev, true);
}

int
tap_promiscuous_disable(struct plx_eth_dev *dev)
{
	return set_promiscuous(dev, false);
}

static int
set_allmulticast(struct plx_eth_dev *dev, bool on)
{
	struct vport_filter filter;

	vport_filter_init(&filter, dev);
	filter.all_multicast = on;
	return change(dev, &filter, on, PACKET_MR_ALLMULTI, NULL);
}

int
tap_allmulticast_enable(struct plx_eth_dev *dev)
{
	return set_allmulticast(dev, true);
}

int
tap_allmulticast_disable(struct plx_eth_dev *dev)
{
	return set_allmulticast(dev, false);
}

/* The address of the port is that of the interface, as with DPDK's. */
int
tap_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	const struct tap_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret = tap_remote_set_mac(dev, mac_addr);

	if (ret < 0)
		return ret;
	vport_filter_init(&filter, dev);
	filter.addrs[0] = *mac_addr;
	ret = netdev_set_mac(&port->netdev, mac_addr);
	if (ret == 0)
		ret = apply(dev, &filter);
	if (ret < 0)
		(void)tap_remote_set_mac(dev, &dev->mac_addr);
	return ret;
}

static int
change_mac_addr(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index,
	bool add)
{
	static const struct plx_ether_addr none;
	struct vport_filter filter;

	vport_filter_init(&filter, dev);
	filter.addrs[index] = add ? *mac_addr : none;
	return change(dev, &filter, add, PACKET_MR_UNICAST, mac_addr);
}

int
tap_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	return change_mac_addr(dev, mac_addr, index, true);
}

int
tap_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	return change_mac_addr(dev, mac_addr, index, false);
}

int
tap_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr)
{
	struct vport_filter before, filter;
	int ret;

	vport_filter_init(&before, dev);
	filter = before;
	filter.mc_addrs = mc_addrs;
	filter.nb_mc_addrs = nb_mc_addr;
	ret = apply(dev, &filter);
	if (ret < 0)
		return ret;
	ret = tap_remote_mc_addrs(dev, mc_addrs, nb_mc_addr);
	if (ret < 0)
		(void)apply(dev, &before);
	return ret;
}
