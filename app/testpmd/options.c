/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line behind "--": one table, from which parsing and --help both come. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plx_dev.h>
#include <plx_ip.h>
#include <plx_udp.h>

#include "testpmd.h"

#define LONG_ONLY 256	/* getopt values of options start here; below are their letters */
#define MIN_TX_PKT_LEN \
	(PLX_ETHER_HDR_LEN + sizeof(struct plx_ipv4_hdr) + sizeof(struct plx_udp_hdr))
#define MAX_TX_PKT_LEN (PLX_ETHER_HDR_LEN + UINT16_MAX)	/* total_length of IPv4 */
#define DEFAULT_TX_PKT_LEN 64

/*
 * @set: NULL for @rx_offloads, if there are any; or for a number from @min to @max, stored at @number
 * in struct testpmd_options.
 */
struct option_spec {
	const char *name;
	char letter;
	const char *value;
	const char *help;
	int (*set)(struct testpmd_options *o, const char *value);
	size_t number;
	uint32_t min;
	uint32_t max;
	uint64_t rx_offloads;
};

static int
bad_value(const char *option, const char *value, const char *allowed)
{
	TESTPMD_LOG(ERR, "--%s=%s (EINVAL): give %s", option, value, allowed);
	return -EINVAL;
}

static int
set_engine(struct testpmd_options *o, const char *value)
{
	char names[128];

	o->engine = fwd_engine_find(value);
	o->engine_given = true;
	if (o->engine != NULL)
		return 0;
	fwd_engine_names(names, sizeof(names));
	return bad_value("forward-mode", value, names);
}

static int
set_topology(struct testpmd_options *o, const char *value)
{
	static const char *const names[] = {
		[TOPOLOGY_PAIRED] = "paired",
		[TOPOLOGY_CHAINED] = "chained",
		[TOPOLOGY_LOOP] = "loop",
	};

	for (size_t i = 0; i < PLX_DIM(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			o->topology = (enum port_topology)i;
			return 0;
		}
	}
	return bad_value("port-topology", value, "paired, chained or loop");
}

static int
set_auto_start(struct testpmd_options *o, const char *value)
{
	o->auto_start = true;
	return 0;
}

static int
set_hot_plug(struct testpmd_options *o, const char *value)
{
	o->hot_plug = true;
	return 0;
}

static int
set_interactive(struct testpmd_options *o, const char *value)
{
	o->interactive = true;
	return 0;
}

static int
set_no_lsc_interrupt(struct testpmd_options *o, const char *value)
{
	o->no_lsc_interrupt = true;
	return 0;
}

static int
set_drop_en(struct testpmd_options *o, const char *value)
{
	o->enable_drop_en = true;
	return 0;
}

static int
set_no_flush_rx(struct testpmd_options *o, const char *value)
{
	o->no_flush_rx = true;
	return 0;
}

static int
set_disable_rss(struct testpmd_options *o, const char *value)
{
	o->rss_hf = 0;
	return 0;
}

static int
set_rss_ip(struct testpmd_options *o, const char *value)
{
	o->rss_hf = PLX_ETH_RSS_IP;
	return 0;
}

static int
set_rss_udp(struct testpmd_options *o, const char *value)
{
	o->rss_hf = PLX_ETH_RSS_UDP;
	return 0;
}

/* Bits as hexadecimal digits, with or without 0x. */
static int
parse_bits(const char *name, const char *value, uint64_t *bits)
{
	char *end;

	errno = 0;
	*bits |= strtoull(value, &end, 16);
	if (errno == 0 && isxdigit((unsigned char)value[0]) && *end == '\0')
		return 0;
	return bad_value(name, value, "hexadecimal digits");
}

static int
set_rx_offload_bits(struct testpmd_options *o, const char *value)
{
	return parse_bits("rx-offloads", value, &o->rx_offloads);
}

static int
set_tx_offload_bits(struct testpmd_options *o, const char *value)
{
	return parse_bits("tx-offloads", value, &o->tx_offloads);
}

static int
set_tx_first(struct testpmd_options *o, const char *value)
{
	o->tx_first = true;
	return 0;
}

/* "64,128,...": a length for each segment. */
static int
parse_tx_layout(struct tx_layout *layout, const char *list)
{
	char item[8];
	uint32_t len;
	size_t n;

	memset(layout, 0, sizeof(*layout));
	do {
		n = strcspn(list, ",");
		if (n >= sizeof(item) || layout->nb_segs == MAX_TX_SEGS)
			return -EINVAL;
		memcpy(item, list, n);
		item[n] = '\0';
		if (plx_kvarg_u32(item, &len) < 0 || len < 1 || len > UINT16_MAX)
			return -EINVAL;
		layout->seg_lens[layout->nb_segs++] = (uint16_t)len;
		layout->pkt_len += len;
		list += n;
	} while (*list++ == ',');
	if (layout->pkt_len < MIN_TX_PKT_LEN || layout->pkt_len > MAX_TX_PKT_LEN)
		return -EINVAL;
	return 0;
}

static int
set_tx_layout(struct testpmd_options *o, const char *value)
{
	char allowed[96];

	if (parse_tx_layout(&o->tx_layout, value) == 0)
		return 0;
	snprintf(allowed, sizeof(allowed), "1 to %d lengths of at least 1 byte, in total %zu to %d",
		MAX_TX_SEGS, MIN_TX_PKT_LEN, MAX_TX_PKT_LEN);
	return bad_value("txpkts", value, allowed);
}

static int print_help(struct testpmd_options *o, const char *value);

#define NUMBER(name_, field, min_, max_, help_) \
	{ .name = (name_), .value = "N", .help = (help_), \
	  .number = offsetof(struct testpmd_options, field), .min = (min_), .max = (max_) }

#define RX_OFFLOADS(name_, bits_, help_) \
	{ .name = (name_), .help = (help_), .rx_offloads = (bits_) }

static const struct option_spec specs[] = {
	{ "auto-start", 'a', NULL, "start forwarding at once, as is done without -i", set_auto_start },
	NUMBER("burst", burst, 1, MAX_PKT_BURST, "packets of a burst (32)"),
	{ "disable-rss", 0, NULL, "one Rx queue gets all packets, if the device likes", set_disable_rss },
	{ "enable-drop-en", 0, NULL, "a full Rx queue drops its packets", set_drop_en },
	RX_OFFLOADS("enable-hw-vlan", PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_VLAN_FILTER,
		"the port takes VLAN tags out, and filters by them"),
	RX_OFFLOADS("enable-hw-vlan-filter", PLX_ETH_RX_OFFLOAD_VLAN_FILTER,
		"the port receives VLANs of \"rx_vlan add\" only"),
	RX_OFFLOADS("enable-hw-vlan-strip", PLX_ETH_RX_OFFLOAD_VLAN_STRIP,
		"the port takes VLAN tags out"),
	RX_OFFLOADS("enable-rx-cksum", PLX_ETH_RX_OFFLOAD_CHECKSUM, "the port checks checksums"),
	RX_OFFLOADS("enable-scatter", PLX_ETH_RX_OFFLOAD_SCATTER,
		"a packet may come in several mbufs"),
	{ "forward-mode", 0, "MODE", "io, mac, macswap, rxonly, txonly, icmpecho or csum (io)",
		set_engine },
	{ "help", 'h', NULL, "print this and end", print_help },
	{ "hot-plug", 0, NULL, "take devices that come, as -a and -b say, and let go of those that go",
		set_hot_plug },
	{ "interactive", 'i', NULL, "read commands from standard input; \"help\" lists them",
		set_interactive },
	NUMBER("max-pkt-len", max_pkt_len, PLX_ETHER_MIN_LEN, UINT16_MAX,
		"bytes of the longest frame, CRC included (1518)"),
	NUMBER("mbuf-size", mbuf_size, PLX_PKTMBUF_HEADROOM + DEFAULT_TX_PKT_LEN, UINT16_MAX,
		"bytes of an mbuf's buffer, headroom included (2176)"),
	NUMBER("nb-cores", nb_cores, 1, PLX_MAX_LCORE, "lcores that forward (1)"),
	{ "no-flush-rx", 0, NULL, "forward what came before the start, too", set_no_flush_rx },
	{ "no-lsc-interrupt", 0, NULL, "no interrupts when the link changes", set_no_lsc_interrupt },
	{ "port-topology", 0, "NAME", "paired, chained or loop (paired)", set_topology },
	{ "rss-ip", 0, NULL, "with --rxq above 1: spread packets by their IP addresses, the default",
		set_rss_ip },
	{ "rss-udp", 0, NULL, "the same by addresses and ports of UDP", set_rss_udp },
	{ "rx-offloads", 0, "HEX", "PLX_ETH_RX_OFFLOAD_* that the ports shall have", set_rx_offload_bits },
	NUMBER("rxd", rxd, 0, UINT16_MAX, "descriptors of an Rx queue, 0: the driver's choice (0)"),
	NUMBER("rxfreet", rxfreet, 0, UINT16_MAX,
		"refill an Rx queue when so many are free, 0: the driver's choice (0)"),
	NUMBER("rxq", rxq, 1, PLX_MAX_QUEUES_PER_PORT, "Rx queues of a port (1)"),
	NUMBER("stats-period", stats_period, 0, UINT16_MAX,
		"seconds from one show of statistics to the next, 0: none (0)"),
	NUMBER("total-num-mbufs", total_num_mbufs, 1025, INT32_MAX, "mbufs of each pool"),
	{ "tx-first", 0, NULL, "send a burst by each stream first", set_tx_first },
	{ "tx-offloads", 0, "HEX", "PLX_ETH_TX_OFFLOAD_* that the ports shall have", set_tx_offload_bits },
	NUMBER("txd", txd, 0, UINT16_MAX, "descriptors of a Tx queue, 0: the driver's choice (0)"),
	NUMBER("txfreet", txfreet, 0, UINT16_MAX,
		"reclaim a Tx queue when fewer are free, 0: the driver's choice (0)"),
	{ "txpkts", 0, "LEN[,LEN]*", "bytes of each segment of a generated packet (64)",
		set_tx_layout },
	NUMBER("txq", txq, 1, PLX_MAX_QUEUES_PER_PORT, "Tx queues of a port (1)"),
	NUMBER("txrst", txrst, 0, UINT16_MAX,
		"let the device report after so many, 0: the driver's choice (0)"),
};

static int
print_help(struct testpmd_options *o, const char *value)
{
	printf("Usage: plx-testpmd [EAL options] -- [options]\n\nOptions, behind \"--\":\n");
	for (size_t i = 0; i < PLX_DIM(specs); i++) {
		const struct option_spec *spec = &specs[i];
		char left[48];

		snprintf(left, sizeof(left), "%c%c%c --%s%s%s", spec->letter ? '-' : ' ',
			spec->letter ? spec->letter : ' ', spec->letter ? ',' : ' ', spec->name,
			spec->value ? "=" : "", spec->value ? spec->value : "");
		printf("  %-30s %s\n", left, spec->help);
	}
	printf("\nEAL options, before \"--\": see plx-testpmd --help\n");
	return -ECANCELED;
}

static int
set_number(struct testpmd_options *o, const struct option_spec *spec, const char *value)
{
	uint32_t *number = PLX_PTR_ADD(o, spec->number);
	char allowed[48];

	if (plx_kvarg_u32(value, number) == 0 && *number >= spec->min && *number <= spec->max)
		return 0;
	snprintf(allowed, sizeof(allowed), "%u to %u", spec->min, spec->max);
	return bad_value(spec->name, value, allowed);
}

static int
set_option(struct testpmd_options *o, int value)
{
	for (size_t i = 0; i < PLX_DIM(specs); i++) {
		const struct option_spec *spec = &specs[i];

		if (value != LONG_ONLY + (int)i && value != spec->letter)
			continue;
		if (spec->set != NULL)
			return spec->set(o, optarg);
		o->rx_offloads |= spec->rx_offloads;
		return spec->rx_offloads ? 0 : set_number(o, spec, optarg);
	}
	return -EINVAL;
}

/* getopt's '?' and ':' as one line; @arg is the argument in question. */
static int
log_bad_option(int value, const char *arg)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	const char *what = "is not known, or short for several";

	if (value == ':')
		what = "needs a value";
	else if (optopt >= LONG_ONLY)
		what = "takes no value";
	else if (optopt != 0)
		arg = letter;	/* @arg may hold others, which are right */
	TESTPMD_LOG(ERR, "option %s %s (EINVAL): see plx-testpmd -- --help", arg, what);
	return -EINVAL;
}

static int
scan(struct testpmd_options *o, int argc, char **argv)
{
	struct option longs[PLX_DIM(specs) + 1] = { 0 };
	int value, ret = 0;

	for (size_t i = 0; i < PLX_DIM(specs); i++)
		longs[i] = (struct option){ specs[i].name, specs[i].value != NULL, NULL,
			LONG_ONLY + (int)i };
	optind = 0;	/* getopt(3): a new vector is scanned */
	opterr = 0;
	while (ret == 0 && (value = getopt_long(argc, argv, "+:ahi", longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			ret = log_bad_option(value, argv[optind - 1]);
		else
			ret = set_option(o, value);
	}
	if (ret == 0 && optind < argc) {
		TESTPMD_LOG(ERR, "'%s' is no option (EINVAL): see plx-testpmd -- --help",
			argv[optind]);
		ret = -EINVAL;
	}
	return ret;
}

/* What is right by itself must also fit together. */
static int
check(const struct testpmd_options *o)
{
	uint32_t room = o->mbuf_size - PLX_PKTMBUF_HEADROOM;

	for (uint16_t i = 0; i < o->tx_layout.nb_segs; i++) {
		if (o->tx_layout.seg_lens[i] <= room)
			continue;
		TESTPMD_LOG(ERR, "--txpkts: a segment of %u bytes (EINVAL): with "
			"--mbuf-size=%u an mbuf holds %u", o->tx_layout.seg_lens[i], o->mbuf_size,
			room);
		return -EINVAL;
	}
	return 0;
}

int
options_parse(struct testpmd_options *opts, int argc, char **argv)
{
	int ret;

	*opts = (struct testpmd_options){
		.engine = &io_engine,
		.nb_cores = 1,
		.mbuf_size = PLX_MBUF_DEFAULT_BUF_SIZE,
		.burst = DEFAULT_BURST,
		.rxq = 1,
		.txq = 1,
		.rss_hf = PLX_ETH_RSS_IP,
		.tx_layout = {
			.nb_segs = 1,
			.seg_lens = { DEFAULT_TX_PKT_LEN },
			.pkt_len = DEFAULT_TX_PKT_LEN,
		},
	};
	ret = scan(opts, argc, argv);
	return ret < 0 ? ret : check(opts);
}
