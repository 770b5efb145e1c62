/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: what ports are and have counted. */
#include <inttypes.h>
#include <stdio.h>

#include "commands.h"

static int
show_stats(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	stats_show_port(port);
	return 0;
}

static int
show_xstats(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	stats_show_xstats(port);
	return 0;
}

static int
clear_stats(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	if (plx_eth_stats_reset(port->port_id) < 0)
		return 0;
	port->shown = (struct plx_eth_stats){ 0 };
	port->at_start = (struct plx_eth_stats){ 0 };
	printf("\n  NIC statistics for port %d cleared\n", port->port_id);
	return 0;
}

static int
clear_xstats(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	if (plx_eth_xstats_reset(port->port_id) == 0) {
		port->shown = (struct plx_eth_stats){ 0 };
		port->at_start = (struct plx_eth_stats){ 0 };
	}
	return 0;
}

static void
print_link(const struct plx_eth_link *link)
{
	char speed[32];

	link_speed_text(link->link_speed, speed, sizeof(speed));
	printf("\nLink status: %s\nLink speed: %s\n", link->link_status ? "up" : "down", speed);
	printf("Link duplex: %s\nAutoneg status: %s\n",
		link->link_duplex ? "full-duplex" : "half-duplex", link->link_autoneg ? "On" : "Off");
}

static void
print_filters(uint16_t port_id)
{
	int vlan = plx_eth_dev_get_vlan_offload(port_id);

	printf("Promiscuous mode: %s\n", plx_eth_promiscuous_get(port_id) ? "enabled" : "disabled");
	printf("Allmulticast mode: %s\n",
		plx_eth_allmulticast_get(port_id) ? "enabled" : "disabled");
	printf("VLAN offload: \n  strip %s, filter %s, extend %s, qinq strip off\n",
		vlan & PLX_ETH_VLAN_STRIP_OFFLOAD ? "on" : "off",
		vlan & PLX_ETH_VLAN_FILTER_OFFLOAD ? "on" : "off",
		vlan & PLX_ETH_VLAN_EXTEND_OFFLOAD ? "on" : "off");
}

static void
print_rss(const struct plx_eth_dev_info *info)
{
	if (info->hash_key_size > 0)
		printf("Hash key size in bytes: %u\n", info->hash_key_size);
	if (info->reta_size > 0)
		printf("Redirection table size: %u\n", info->reta_size);
	if (info->flow_type_rss_offloads == 0) {
		printf("No RSS offload flow type is supported.\n");
		return;
	}
	printf("Supported RSS offload flow types:\n");
	rss_print_types(info->flow_type_rss_offloads);
}

static void
print_rings(const char *direction, const struct plx_eth_desc_lim *lim, uint16_t now, uint16_t max)
{
	printf("Max possible %s queues: %u\nCurrent number of %s queues: %u\n", direction, max,
		direction, now);
	printf("Max possible number of %sDs per queue: %u\n", direction, lim->nb_max);
	printf("Min possible number of %sDs per queue: %u\n", direction, lim->nb_min);
	printf("%sDs number alignment: %u\n", direction, PLX_MAX(lim->nb_align, (uint16_t)1));
}

static void
print_info(const struct fwd_port *port, const struct plx_eth_dev_info *info,
	const struct plx_eth_link *link)
{
	static const char border[] = "*********************";
	struct plx_ether_addr mac = { { 0 } };
	char fw[64] = "not available";
	uint16_t mtu = 0;

	(void)plx_eth_macaddr_get(port->port_id, &mac);
	(void)plx_eth_dev_get_mtu(port->port_id, &mtu);
	(void)plx_eth_dev_fw_version_get(port->port_id, fw, sizeof(fw));
	printf("\n%s Infos for port %-2u %s\n", border, port->port_id, border);
	printf("MAC address: " PLX_ETHER_ADDR_PRT_FMT "\n", PLX_ETHER_ADDR_BYTES(&mac));
	printf("Device name: %s\nDriver name: %s\n", info->device->name, info->driver_name);
	printf("Firmware-version: %s\nConnect to socket: %d\n", fw, port->socket_id);
	printf("memory allocation on the socket: %d", port->socket_id);
	print_link(link);
	printf("MTU: %u\n", mtu);
	print_filters(port->port_id);
	printf("Maximum number of MAC addresses: %u\n", info->max_mac_addrs);
	printf("Maximum number of MAC addresses of hash filtering: 0\n");
	print_rss(info);
	printf("Minimum size of RX buffer: %u\n", info->min_rx_bufsize);
	printf("Maximum configurable length of RX packet: %u\n", info->max_rx_pktlen);
	print_rings("RX", &info->rx_desc_lim, info->nb_rx_queues, info->max_rx_queues);
	print_rings("TX", &info->tx_desc_lim, info->nb_tx_queues, info->max_tx_queues);
	printf("Max segment number per packet: %u\nMax segment number per MTU/TSO: %u\n",
		info->tx_desc_lim.nb_seg_max, info->tx_desc_lim.nb_mtu_seg_max);
}

static int
show_info(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_dev_info info;
	struct plx_eth_link link;
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret == 0)
		ret = plx_eth_link_get_nowait(port->port_id, &link);
	if (ret == 0)
		print_info(port, &info, &link);
	return ret;
}

static int
summarize(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_ether_addr mac = { { 0 } };
	struct plx_eth_link link = { 0 };
	struct plx_eth_dev_info info;
	char name[PLX_ETH_NAME_MAX_LEN], speed[32];
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret == 0)
		ret = plx_eth_dev_get_name_by_port(port->port_id, name);
	if (ret < 0)
		return ret;
	(void)plx_eth_macaddr_get(port->port_id, &mac);
	(void)plx_eth_link_get_nowait(port->port_id, &link);
	link_speed_text(link.link_speed, speed, sizeof(speed));
	printf("%-4d " PLX_ETHER_ADDR_PRT_FMT " %-12s %-14s %-8s %s\n", port->port_id,
		PLX_ETHER_ADDR_BYTES(&mac), name, info.driver_name,
		link.link_status ? "up" : "down", speed);
	return 0;
}

static int
cmd_summary(struct testpmd *tp, char *const args[])
{
	printf("Number of available ports: %u\n%-4s %-17s %-12s %-14s %-8s %s\n", tp->nb_ports, "Port",
		"MAC Address", "Name", "Driver", "Status", "Link");
	return each_port(tp, args[0], summarize, args);
}

const struct command show_commands[] = {
	{ "clear port stats PORT", "count from 0 again", NULL, clear_stats },
	{ "clear port xstats PORT", "the same of all counters", NULL, clear_xstats },
	{ "show port info PORT", "what a port is", NULL, show_info },
	{ "show port stats PORT", "what it counted", NULL, show_stats },
	{ "show port summary PORT", "a line about it", cmd_summary, NULL },
	{ "show port xstats PORT", "all that it counted", NULL, show_xstats },
	{ NULL, NULL, NULL, NULL },
};
