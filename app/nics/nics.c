/* SPDX-License-Identifier: BSD-3-Clause */
/* plx-nics: what the drivers of this build can do, as Markdown; doc/nics.md holds it. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plx_ethdev_driver.h>

#define CELL 128

/* A row: its name, and what it says of a driver. */
struct row {
	const char *name;
	void (*cell)(const struct plx_eth_caps *caps, char *buf);
};

static void
yes_no(char *buf, bool yes)
{
	snprintf(buf, CELL, "%s", yes ? "yes" : "");
}

/* Rows of numbers. */
#define NUMBER_CELL(field) \
static void \
field(const struct plx_eth_caps *caps, char *buf) \
{ \
	snprintf(buf, CELL, "%" PRIu64, (uint64_t)caps->info.field); \
}
NUMBER_CELL(max_rx_queues)
NUMBER_CELL(max_tx_queues)
NUMBER_CELL(max_mac_addrs)
NUMBER_CELL(max_mc_addrs)

/* Rows that say yes for a driver that has a function. */
#define OP_CELL(op) \
static void \
op(const struct plx_eth_caps *caps, char *buf) \
{ \
	yes_no(buf, caps->ops->op != NULL); \
}
OP_CELL(rx_queue_start)
OP_CELL(rx_queue_intr_enable)
OP_CELL(promiscuous_enable)
OP_CELL(allmulticast_enable)
OP_CELL(vlan_filter_set)
OP_CELL(flow_ctrl_set)
OP_CELL(dev_set_link_down)
OP_CELL(dev_reset)
OP_CELL(queue_stats_get)
OP_CELL(xstats_names)
OP_CELL(supported_ptypes)
OP_CELL(tx_done_cleanup)
OP_CELL(dev_led_on)
OP_CELL(get_eeprom)
OP_CELL(set_eeprom)
OP_CELL(get_reg)
OP_CELL(fw_version_get)

static void
mtu(const struct plx_eth_caps *caps, char *buf)
{
	if (caps->ops->mtu_set == NULL)
		snprintf(buf, CELL, "%u", caps->info.max_mtu);
	else
		snprintf(buf, CELL, "%u to %u", caps->info.min_mtu, caps->info.max_mtu);
}

static void
descriptors(const struct plx_eth_desc_lim *lim, char *buf)
{
	int n = snprintf(buf, CELL, "%u to %u", lim->nb_min, lim->nb_max);

	if (lim->nb_pow2)
		snprintf(buf + n, (size_t)(CELL - n), ", powers of 2");
	else if (lim->nb_align > 1)
		snprintf(buf + n, (size_t)(CELL - n), ", by %u", lim->nb_align);
}

static void
rx_descriptors(const struct plx_eth_caps *caps, char *buf)
{
	descriptors(&caps->info.rx_desc_lim, buf);
}

static void
tx_descriptors(const struct plx_eth_caps *caps, char *buf)
{
	descriptors(&caps->info.tx_desc_lim, buf);
}

static void
tx_segments(const struct plx_eth_caps *caps, char *buf)
{
	const struct plx_eth_desc_lim *lim = &caps->info.tx_desc_lim;
	const uint16_t plain = lim->nb_mtu_seg_max ? lim->nb_mtu_seg_max : lim->nb_seg_max;

	if (plain == lim->nb_seg_max)
		snprintf(buf, CELL, "%u", plain);
	else
		snprintf(buf, CELL, "%u, TSO %u", plain, lim->nb_seg_max);
}

static void
link_interrupt(const struct plx_eth_caps *caps, char *buf)
{
	yes_no(buf, caps->info.dev_flags & PLX_ETH_DEV_INTR_LSC);
}

static void
removal(const struct plx_eth_caps *caps, char *buf)
{
	yes_no(buf, caps->info.dev_flags & PLX_ETH_DEV_INTR_RMV);
}

static void
rss_table(const struct plx_eth_caps *caps, char *buf)
{
	if (caps->ops->rss_set != NULL && caps->info.reta_size > 0)
		snprintf(buf, CELL, "%u", caps->info.reta_size);
}

static void
rss_key(const struct plx_eth_caps *caps, char *buf)
{
	if (caps->ops->rss_set != NULL && caps->info.hash_key_size > 0)
		snprintf(buf, CELL, "%u", caps->info.hash_key_size);
}

static void
rss_types(const struct plx_eth_caps *caps, char *buf)
{
	static const struct {
		const char *name;
		uint64_t rss_hf;
	} types[] = {
		{ "IP", PLX_ETH_RSS_IP },
		{ "TCP", PLX_ETH_RSS_TCP },
		{ "UDP", PLX_ETH_RSS_UDP },
		{ "SCTP", PLX_ETH_RSS_NONFRAG_IPV4_SCTP | PLX_ETH_RSS_NONFRAG_IPV6_SCTP },
	};
	size_t n = 0;

	for (size_t i = 0; i < PLX_DIM(types) && caps->ops->rss_set != NULL; i++)
		if (caps->info.flow_type_rss_offloads & types[i].rss_hf)
			n += (size_t)snprintf(buf + n, CELL - n, "%s%s", n ? ", " : "", types[i].name);
}

static const struct row rows[] = {
	{ "Rx queues", max_rx_queues },
	{ "Tx queues", max_tx_queues },
	{ "Rx descriptors", rx_descriptors },
	{ "Tx descriptors", tx_descriptors },
	{ "Tx segments of a packet", tx_segments },
	{ "MTU", mtu },
	{ "queues start and stop singly", rx_queue_start },
	{ "RSS table, entries", rss_table },
	{ "RSS key, bytes", rss_key },
	{ "RSS by", rss_types },
	{ "unicast addresses", max_mac_addrs },
	{ "multicast addresses", max_mc_addrs },
	{ "promiscuous", promiscuous_enable },
	{ "all multicast", allmulticast_enable },
	{ "VLAN filter", vlan_filter_set },
	{ "flow control", flow_ctrl_set },
	{ "interrupts of links", link_interrupt },
	{ "interrupts of Rx queues", rx_queue_intr_enable },
	{ "events of removal", removal },
	{ "link up and down", dev_set_link_down },
	{ "reset", dev_reset },
	{ "statistics of queues", queue_stats_get },
	{ "xstats of its own", xstats_names },
	{ "packet types", supported_ptypes },
	{ "Tx done cleanup", tx_done_cleanup },
	{ "LED", dev_led_on },
	{ "EEPROM, read", get_eeprom },
	{ "EEPROM, write", set_eeprom },
	{ "registers", get_reg },
	{ "firmware version", fw_version_get },
};

static void
print_rows(void)
{
	for (size_t i = 0; i < PLX_DIM(rows); i++) {
		printf("| %s |", rows[i].name);
		for (const struct plx_eth_caps *c = plx_eth_caps_first(); c != NULL; c = c->next) {
			char buf[CELL] = "";

			rows[i].cell(c, buf);
			printf(" %s |", buf);
		}
		printf("\n");
	}
}

/* "queue": each queue for itself; "port": all or none. */
static const char *
offload_cell(uint64_t bit, uint64_t port_capa, uint64_t queue_capa)
{
	return !(port_capa & bit) ? "" : queue_capa & bit ? "queue" : "port";
}

static void
print_offload(bool rx, uint64_t bit, const char *name)
{
	printf("| %s %s |", rx ? "Rx" : "Tx", name);
	for (const struct plx_eth_caps *c = plx_eth_caps_first(); c != NULL; c = c->next)
		printf(" %s |", rx ?
			offload_cell(bit, c->info.rx_offload_capa, c->info.rx_queue_offload_capa) :
			offload_cell(bit, c->info.tx_offload_capa, c->info.tx_queue_offload_capa));
	printf("\n");
}

static void
print_offloads(bool rx)
{
	for (unsigned int i = 0; i < 64; i++) {
		const uint64_t bit = UINT64_C(1) << i;
		const char *name = rx ? plx_eth_dev_rx_offload_name(bit) :
			plx_eth_dev_tx_offload_name(bit);

		if (strcmp(name, "UNKNOWN") != 0)
			print_offload(rx, bit, name);
	}
}

static void
print_table(void)
{
	printf("| |");
	for (const struct plx_eth_caps *c = plx_eth_caps_first(); c != NULL; c = c->next)
		printf(" [%s](#%s) |", c->info.driver_name, c->info.driver_name);
	printf("\n|---|");
	for (const struct plx_eth_caps *c = plx_eth_caps_first(); c != NULL; c = c->next)
		printf("---|");
	printf("\n");
	print_rows();
	print_offloads(true);
	print_offloads(false);
}

static void
print_driver(const struct plx_eth_caps *caps)
{
	const char *const *arg = caps->devargs;

	printf("\n### %s\n\nDevices: %s.\n", caps->info.driver_name, caps->devices);
	printf("More: [nics/%s.md](nics/%s.md).\n", caps->info.driver_name, caps->info.driver_name);
	if (arg == NULL || *arg == NULL)
		return;
	printf("\nDevargs:\n\n");
	for (; *arg != NULL; arg++)
		printf("    %s\n", *arg);
}

int
main(void)
{
	print_table();
	for (const struct plx_eth_caps *c = plx_eth_caps_first(); c != NULL; c = c->next)
		print_driver(c);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	perror("plx-nics: standard output");
	return EXIT_FAILURE;
}
