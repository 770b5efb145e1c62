/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VPORT_MEMBER_H
#define VPORT_MEMBER_H
/*
 * What an interface of the kernel has to receive for a port: packet(7), memberships. The kernel
 * counts them, so that those of others stay; ours go with the packet socket that asked for them.
 */
#include <stdbool.h>

#include <linux/if_packet.h>

#include <plx_ethdev_driver.h>

#include "netdev.h"

/* Return: a packet socket that receives nothing by itself, or a negative errno. */
int vport_member_open(void);
/* Let it receive, or no more. @type: PACKET_MR_*. @addr: or NULL. Return: 0 or a negative errno. */
int vport_member(int fd, const struct netdev *nd, bool add, unsigned short type,
	const struct plx_ether_addr *addr);
/* Those of set_mc_addr_list, in the place of the port's. Return: 0 or a negative errno. */
int vport_member_mc_addrs(int fd, const struct netdev *nd, const struct plx_eth_dev *dev,
	const struct plx_ether_addr *mc_addrs, uint32_t nb_mc_addrs);

#endif
