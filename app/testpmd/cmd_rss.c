/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: RSS, and its redirection table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define GROUPS (PLX_ETH_RSS_RETA_SIZE_MAX / PLX_ETH_RETA_GROUP_SIZE)

/* DPDK's names of what is hashed, and of groups of it. */
static const struct {
	const char *name;
	uint64_t rss_hf;
} types[] = {
	{ "ipv4", PLX_ETH_RSS_IPV4 }, { "ipv4-frag", PLX_ETH_RSS_FRAG_IPV4 },
	{ "ipv4-tcp", PLX_ETH_RSS_NONFRAG_IPV4_TCP }, { "ipv4-udp", PLX_ETH_RSS_NONFRAG_IPV4_UDP },
	{ "ipv4-sctp", PLX_ETH_RSS_NONFRAG_IPV4_SCTP },
	{ "ipv4-other", PLX_ETH_RSS_NONFRAG_IPV4_OTHER },
	{ "ipv6", PLX_ETH_RSS_IPV6 }, { "ipv6-frag", PLX_ETH_RSS_FRAG_IPV6 },
	{ "ipv6-tcp", PLX_ETH_RSS_NONFRAG_IPV6_TCP }, { "ipv6-udp", PLX_ETH_RSS_NONFRAG_IPV6_UDP },
	{ "ipv6-sctp", PLX_ETH_RSS_NONFRAG_IPV6_SCTP },
	{ "ipv6-other", PLX_ETH_RSS_NONFRAG_IPV6_OTHER },
	{ "ipv6-ex", PLX_ETH_RSS_IPV6_EX }, { "ipv6-tcp-ex", PLX_ETH_RSS_IPV6_TCP_EX },
	{ "ipv6-udp-ex", PLX_ETH_RSS_IPV6_UDP_EX },
	/* From here on groups, only to be set. */
	{ "all", UINT64_MAX }, { "default", PLX_ETH_RSS_IP }, { "ip", PLX_ETH_RSS_IP },
	{ "tcp", PLX_ETH_RSS_TCP }, { "udp", PLX_ETH_RSS_UDP }, { "none", 0 },
};
#define NB_SINGLE 15

void
rss_print_types(uint64_t rss_hf)
{
	for (size_t i = 0; i < NB_SINGLE; i++)
		if (rss_hf & types[i].rss_hf)
			printf("  %s\n", types[i].name);
}

/* What the port can do of it; UINT64_MAX for a name that nobody knows. */
static uint64_t
find_types(const struct fwd_port *port, const char *name)
{
	struct plx_eth_dev_info info;

	for (size_t i = 0; i < PLX_DIM(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return plx_eth_dev_info_get(port->port_id, &info) < 0 ? 0 :
				types[i].rss_hf & info.flow_type_rss_offloads;
	return UINT64_MAX;
}

/* @args: port, type. */
static int
config_rss(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_rss_conf conf = { .rss_hf = find_types(port, args[1]) };

	if (conf.rss_hf == UINT64_MAX)
		return CMD_BAD_ARGUMENTS;
	if (plx_eth_dev_rss_hash_update(port->port_id, &conf) == 0)
		port->rss_hf = conf.rss_hf;
	return 0;
}

/* "(1,0),(2,1)": entries and their queues. 0, or CMD_BAD_ARGUMENTS. */
static int
parse_reta(const char *list, struct plx_eth_rss_reta_entry64 reta[GROUPS], uint16_t reta_size)
{
	unsigned int entry, queue;
	int n;

	for (;; list += n + 1) {
		n = 0;
		if (sscanf(list, "(%u,%u)%n", &entry, &queue, &n) < 2 || n == 0 ||
		    queue > UINT16_MAX)
			return CMD_BAD_ARGUMENTS;
		if (entry >= reta_size) {
			printf("Invalid RETA hash index=%u\n", entry);
			return CMD_BAD_ARGUMENTS;
		}
		reta[entry / 64].mask |= UINT64_C(1) << entry % 64;
		reta[entry / 64].reta[entry % 64] = (uint16_t)queue;
		if (list[n] == '\0')
			return 0;
		if (list[n] != ',')
			return CMD_BAD_ARGUMENTS;
	}
}

/* @args: port, list. */
static int
config_reta(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_rss_reta_entry64 reta[GROUPS] = { 0 };
	struct plx_eth_dev_info info;
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret < 0)
		return ret;
	if (info.reta_size == 0) {
		printf("Redirection table size is 0 which is invalid for RSS\n");
		return 0;
	}
	ret = parse_reta(args[1], reta, info.reta_size);
	if (ret == 0)
		(void)plx_eth_dev_rss_reta_update(port->port_id, reta, info.reta_size);
	return ret;
}

/* "(0xff,1)": a mask for each 64 entries, as many as @reta_size needs. 0, or CMD_BAD_ARGUMENTS. */
static int
parse_masks(const char *list, struct plx_eth_rss_reta_entry64 reta[GROUPS], uint32_t reta_size)
{
	char *end;

	if (*list++ != '(')
		return CMD_BAD_ARGUMENTS;
	for (uint32_t i = 0; i < reta_size; i += PLX_ETH_RETA_GROUP_SIZE, list = end + 1) {
		bool last = i + PLX_ETH_RETA_GROUP_SIZE >= reta_size;

		reta[i / PLX_ETH_RETA_GROUP_SIZE].mask = strtoull(list, &end, 0);
		if (end == list || *end != (last ? ')' : ','))
			return CMD_BAD_ARGUMENTS;
	}
	return *list == '\0' ? 0 : CMD_BAD_ARGUMENTS;
}

/* @args: port, size, masks. */
static int
show_reta(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_rss_reta_entry64 reta[GROUPS] = { 0 };
	uint32_t size;

	if (arg_number(args[1], PLX_ETH_RSS_RETA_SIZE_MAX, &size) != 0 || size == 0 ||
	    parse_masks(args[2], reta, size) != 0)
		return CMD_BAD_ARGUMENTS;
	if (plx_eth_dev_rss_reta_query(port->port_id, reta, (uint16_t)size) < 0) {
		printf("Failed to get RSS RETA info, port %u may have no RSS or another size\n",
			port->port_id);
		return 0;
	}
	for (uint32_t i = 0; i < size; i++)
		if (reta[i / 64].mask >> i % 64 & 1)
			printf("RSS RETA configuration: hash index=%u, queue=%u\n", i,
				reta[i / 64].reta[i % 64]);
	return 0;
}

static int
show_hash(const struct fwd_port *port, bool with_key)
{
	uint8_t key[PLX_ETH_RSS_KEY_MAX];
	struct plx_eth_rss_conf conf = { .rss_key = key, .rss_key_len = sizeof(key) };

	if (plx_eth_dev_rss_hash_conf_get(port->port_id, &conf) < 0 || conf.rss_hf == 0) {
		printf("RSS disabled\n");
		return 0;
	}
	printf("RSS functions:\n");
	rss_print_types(conf.rss_hf);
	if (with_key) {
		printf("RSS key:\n");
		for (unsigned int i = 0; i < conf.rss_key_len; i++)
			printf("%02X", key[i]);
		printf("\n");
	}
	return 0;
}

static int
show_rss_hash(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return show_hash(port, false);
}

static int
show_rss_key(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return show_hash(port, true);
}

const struct command rss_commands[] = {
	{ "port config PORT rss TYPE", "what is hashed: ip, tcp, udp, all, none, ipv4-tcp, ...", NULL,
		config_rss },
	{ "port config PORT rss reta LIST", "(entry,queue)[,(entry,queue)]", NULL, config_reta },
	{ "show port PORT rss reta SIZE MASKS", "its entries, of (mask,...) for each 64", NULL,
		show_reta },
	{ "show port PORT rss-hash", "what is hashed", NULL, show_rss_hash },
	{ "show port PORT rss-hash key", "and with what key", NULL, show_rss_key },
	{ NULL, NULL, NULL, NULL },
};
