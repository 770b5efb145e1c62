/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: which packets a port receives. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static int
set_promisc(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	bool on;

	if (arg_on_off(args[1], &on) != 0)
		return CMD_BAD_ARGUMENTS;
	port->promisc_tried = true;
	(void)(on ? plx_eth_promiscuous_enable : plx_eth_promiscuous_disable)(port->port_id);
	return 0;
}

static int
set_allmulti(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	bool on;

	if (arg_on_off(args[1], &on) != 0)
		return CMD_BAD_ARGUMENTS;
	(void)(on ? plx_eth_allmulticast_enable : plx_eth_allmulticast_disable)(port->port_id);
	return 0;
}

static int
mac_add(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_ether_addr mac;

	if (arg_mac(args[1], &mac) != 0)
		return CMD_BAD_ARGUMENTS;
	(void)plx_eth_dev_mac_addr_add(port->port_id, &mac);
	return 0;
}

static int
mac_remove(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_ether_addr mac;

	if (arg_mac(args[1], &mac) != 0)
		return CMD_BAD_ARGUMENTS;
	(void)plx_eth_dev_mac_addr_remove(port->port_id, &mac);
	return 0;
}

static int
mac_set(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_ether_addr mac;

	if (arg_mac(args[1], &mac) != 0)
		return CMD_BAD_ARGUMENTS;
	if (plx_eth_dev_default_mac_addr_set(port->port_id, &mac) == 0)
		port->mac_addr = mac;
	return 0;
}

static uint32_t
find_mcast(const struct fwd_port *port, const struct plx_ether_addr *mac)
{
	uint32_t i = 0;

	while (i < port->nb_mc_addrs && !plx_is_same_ether_addr(&port->mc_addrs[i], mac))
		i++;
	return i;
}

static int
mcast_add(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_ether_addr mac;

	if (arg_mac(args[1], &mac) != 0)
		return CMD_BAD_ARGUMENTS;
	if (find_mcast(port, &mac) < port->nb_mc_addrs) {
		printf("multicast address already filtered by port\n");
		return 0;
	}
	if (port->nb_mc_addrs == MAX_MC_ADDRS)
		return CMD_BAD_ARGUMENTS;
	port->mc_addrs[port->nb_mc_addrs] = mac;
	if (plx_eth_dev_set_mc_addr_list(port->port_id, port->mc_addrs, port->nb_mc_addrs + 1) == 0)
		port->nb_mc_addrs++;
	return 0;
}

static int
mcast_remove(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_ether_addr mac, left[MAX_MC_ADDRS];
	uint32_t at;

	if (arg_mac(args[1], &mac) != 0)
		return CMD_BAD_ARGUMENTS;
	at = find_mcast(port, &mac);
	if (at == port->nb_mc_addrs) {
		printf("multicast address not filtered by port %u\n", port->port_id);
		return 0;
	}
	memcpy(left, port->mc_addrs, sizeof(left));
	left[at] = left[port->nb_mc_addrs - 1];
	if (plx_eth_dev_set_mc_addr_list(port->port_id, left, port->nb_mc_addrs - 1) == 0) {
		memcpy(port->mc_addrs, left, sizeof(left));
		port->nb_mc_addrs--;
	}
	return 0;
}

/* @args: on or off, port. It stays so over stop and start. */
static int
set_vlan(struct fwd_port *port, char *const args[], int offload, uint64_t rx_offload)
{
	int now = plx_eth_dev_get_vlan_offload(port->port_id);
	bool on;

	if (arg_on_off(args[0], &on) != 0)
		return CMD_BAD_ARGUMENTS;
	if (now < 0)
		return now;
	if (plx_eth_dev_set_vlan_offload(port->port_id, on ? now | offload : now & ~offload) == 0)
		port->rx_offloads = on ? port->rx_offloads | rx_offload :
			port->rx_offloads & ~rx_offload;
	return 0;
}

static int
set_vlan_strip(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return set_vlan(port, args, PLX_ETH_VLAN_STRIP_OFFLOAD, PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
}

static int
set_vlan_filter(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return set_vlan(port, args, PLX_ETH_VLAN_FILTER_OFFLOAD, PLX_ETH_RX_OFFLOAD_VLAN_FILTER);
}

/* @args: VLAN, port. */
static int
rx_vlan(struct fwd_port *port, char *const args[], int on)
{
	uint32_t vlan;

	if (arg_number(args[0], UINT16_MAX, &vlan) != 0)
		return CMD_BAD_ARGUMENTS;
	(void)plx_eth_dev_vlan_filter(port->port_id, (uint16_t)vlan, on);
	return 0;
}

static int
rx_vlan_add(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return rx_vlan(port, args, 1);
}

static int
rx_vlan_remove(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return rx_vlan(port, args, 0);
}

const struct command filter_commands[] = {
	{ "mac_addr add PORT MAC", "receive what is for one more address", NULL, mac_add },
	{ "mac_addr remove PORT MAC", "no more", NULL, mac_remove },
	{ "mac_addr set PORT MAC", "change the port's own address", NULL, mac_set },
	{ "mcast_addr add PORT MAC", "receive what is for a multicast address", NULL, mcast_add },
	{ "mcast_addr remove PORT MAC", "no more", NULL, mcast_remove },
	{ "rx_vlan add VLAN PORT", "receive a VLAN, with the filter on", NULL, rx_vlan_add },
	{ "rx_vlan rm VLAN PORT", "no more", NULL, rx_vlan_remove },
	{ "set allmulti PORT ONOFF", "receive all multicast: on or off", NULL, set_allmulti },
	{ "set promisc PORT ONOFF", "receive all: on or off", NULL, set_promisc },
	{ "vlan set filter ONOFF PORT", "receive only VLANs of rx_vlan: on or off", NULL, set_vlan_filter },
	{ "vlan set strip ONOFF PORT", "take VLAN tags out: on or off", NULL, set_vlan_strip },
	{ NULL, NULL, NULL, NULL },
};
