/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics as DPDK's testpmd prints them, letter for letter: people's scripts read them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "testpmd.h"

#define NS_PER_S 1000000000ull
#define CLEAR_AND_HOME "\033[2J\033[1;1H"

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Counters that can't be read seem to stand still since the @last time: a run goes on without. */
static void
read_stats(uint16_t port_id, const struct plx_eth_stats *last, struct plx_eth_stats *stats)
{
	struct plx_eth_stats now;

	*stats = plx_eth_stats_get(port_id, &now) == 0 ? now : *last;
}

/* Of counters that only grow; a reset by someone else shows as 0. */
static uint64_t
per_second(uint64_t now, uint64_t before, uint64_t ns)
{
	return ns > 0 && now > before ? (uint64_t)((double)(now - before) * NS_PER_S / ns) : 0;
}

void
stats_show_port(struct fwd_port *port)
{
	static const char border[] = "########################";
	const struct plx_eth_stats *old = &port->shown;
	uint64_t now = now_ns(), ns = port->shown_ns ? now - port->shown_ns : 0;
	struct plx_eth_stats stats;

	read_stats(port->port_id, old, &stats);
	printf("\n  %s NIC statistics for port %-2d %s\n", border, port->port_id, border);
	printf("  RX-packets: %-10" PRIu64 " RX-missed: %-10" PRIu64 " RX-bytes:  %-" PRIu64 "\n",
		stats.ipackets, stats.imissed, stats.ibytes);
	printf("  RX-errors: %-" PRIu64 "\n", stats.ierrors);
	printf("  RX-nombuf:  %-10" PRIu64 "\n", stats.rx_nombuf);
	printf("  TX-packets: %-10" PRIu64 " TX-errors: %-10" PRIu64 " TX-bytes:  %-" PRIu64 "\n",
		stats.opackets, stats.oerrors, stats.obytes);
	printf("\n  Throughput (since last show)\n");
	printf("  Rx-pps: %12" PRIu64 "          Rx-bps: %12" PRIu64 "\n",
		per_second(stats.ipackets, old->ipackets, ns),
		per_second(stats.ibytes, old->ibytes, ns) * 8);
	printf("  Tx-pps: %12" PRIu64 "          Tx-bps: %12" PRIu64 "\n",
		per_second(stats.opackets, old->opackets, ns),
		per_second(stats.obytes, old->obytes, ns) * 8);
	printf("  ############################################################################\n");
	port->shown = stats;
	port->shown_ns = now;
}

void
stats_show_xstats(const struct fwd_port *port)
{
	int n = plx_eth_xstats_get_names(port->port_id, NULL, 0), got = -ENOMEM;
	struct plx_eth_xstat_name *names = n > 0 ? calloc((size_t)n, sizeof(*names)) : NULL;
	uint64_t *values = n > 0 ? calloc((size_t)n, sizeof(*values)) : NULL;

	printf("###### NIC extended statistics for port %-2d\n", port->port_id);
	if (names != NULL && values != NULL)
		got = plx_eth_xstats_get_names(port->port_id, names, (unsigned int)n);
	if (got == n)
		got = plx_eth_xstats_get_by_id(port->port_id, NULL, values, (unsigned int)n);
	if (got != n)
		printf("Error: Unable to get xstats\n");
	for (int i = 0; got == n && i < n; i++)
		printf("%s: %" PRIu64 "\n", names[i].name, values[i]);
	free(names);
	free(values);
}

void
stats_show_ports(struct testpmd *tp)
{
	printf(CLEAR_AND_HOME "\nPort statistics ====================================");
	for (unsigned int i = 0; i < tp->nb_ports; i++)
		stats_show_port(&tp->ports[i]);
	fflush(stdout);
}

void
stats_start(struct testpmd *tp)
{
	for (unsigned int i = 0; i < tp->nb_ports; i++) {
		struct fwd_port *port = &tp->ports[i];

		read_stats(port->port_id, &port->at_start, &port->at_start);
	}
}

static void
show_stream(const struct fwd_stream *fs)
{
	static const char border[] = "-------";

	printf("\n  %s Forward Stats for RX Port=%2d/Queue=%2d -> TX Port=%2d/Queue=%2d %s\n",
		border, fs->rx_port, fs->rx_queue, fs->tx_port, fs->tx_queue, border);
	printf("  RX-packets: %-14" PRIu64 " TX-packets: %-14" PRIu64 " TX-dropped: %-14" PRIu64
		"\n", fs->rx_packets, fs->tx_packets, fs->fwd_dropped);
}

/* Packets that streams dropped because @port_id did not take them. */
static uint64_t
dropped_at(const struct testpmd *tp, uint16_t port_id)
{
	uint64_t dropped = 0;

	for (unsigned int i = 0; i < tp->nb_lcores; i++)
		for (unsigned int j = 0; j < tp->lcores[i].nb_streams; j++)
			if (tp->lcores[i].streams[j].tx_port == port_id)
				dropped += tp->lcores[i].streams[j].fwd_dropped;
	return dropped;
}

/* Packets of @port_id whose checksums the port found wrong, in mode csum. */
static void
show_bad_csums(const struct testpmd *tp, uint16_t port_id)
{
	uint64_t ip = 0, l4 = 0;

	for (unsigned int i = 0; i < tp->nb_lcores; i++) {
		for (unsigned int j = 0; j < tp->lcores[i].nb_streams; j++) {
			const struct fwd_stream *fs = &tp->lcores[i].streams[j];

			ip += fs->rx_port == port_id ? fs->rx_bad_ip_csum : 0;
			l4 += fs->rx_port == port_id ? fs->rx_bad_l4_csum : 0;
		}
	}
	printf("  Bad-ipcsum: %-14" PRIu64 " Bad-l4csum: %-14" PRIu64 "\n", ip, l4);
}

struct fwd_total {
	uint64_t rx_packets;
	uint64_t rx_dropped;
	uint64_t rx_nombuf;
	uint64_t tx_packets;
	uint64_t tx_dropped;
};

static void
show_rx(uint64_t packets, uint64_t dropped)
{
	printf("  RX-packets: %-14" PRIu64 " RX-dropped: %-14" PRIu64 "RX-total: %-" PRIu64 "\n",
		packets, dropped, packets + dropped);
}

static void
show_tx(uint64_t packets, uint64_t dropped)
{
	printf("  TX-packets: %-14" PRIu64 " TX-dropped: %-14" PRIu64 "TX-total: %-" PRIu64 "\n",
		packets, dropped, packets + dropped);
}

static void
show_forward_port(const struct testpmd *tp, const struct fwd_port *port, struct fwd_total *total)
{
	static const char border[] = "----------------------";
	const struct plx_eth_stats *start = &port->at_start;
	struct plx_eth_stats now;
	uint64_t tx_dropped, ierrors, rx_nombuf;

	read_stats(port->port_id, start, &now);
	tx_dropped = dropped_at(tp, port->port_id) + now.oerrors - start->oerrors;
	ierrors = now.ierrors - start->ierrors;
	rx_nombuf = now.rx_nombuf - start->rx_nombuf;
	printf("\n  %s Forward statistics for port %-2d %s\n", border, port->port_id, border);
	show_rx(now.ipackets - start->ipackets, now.imissed - start->imissed);
	if (tp->opts.engine == &csum_engine)
		show_bad_csums(tp, port->port_id);
	if (ierrors + rx_nombuf > 0) {
		printf("  RX-error: %-" PRIu64 "\n", ierrors);
		printf("  RX-nombufs: %-14" PRIu64 "\n", rx_nombuf);
	}
	show_tx(now.opackets - start->opackets, tx_dropped);
	printf("  ----------------------------------------------------------------------------\n");
	total->rx_packets += now.ipackets - start->ipackets;
	total->rx_dropped += now.imissed - start->imissed;
	total->rx_nombuf += rx_nombuf;
	total->tx_packets += now.opackets - start->opackets;
	total->tx_dropped += tx_dropped;
}

void
stats_show_forward(const struct testpmd *tp)
{
	static const char border[] = "+++++++++++++++";
	struct fwd_total total = { 0 };

	/* With one stream a port, the port's statistics say the same. */
	for (unsigned int i = 0; tp->nb_streams > tp->nb_ports && i < tp->nb_lcores; i++)
		for (unsigned int j = 0; j < tp->lcores[i].nb_streams; j++)
			show_stream(&tp->lcores[i].streams[j]);
	for (unsigned int i = 0; i < tp->nb_ports; i++)
		show_forward_port(tp, &tp->ports[i], &total);
	printf("\n  %s Accumulated forward statistics for all ports%s\n", border, border);
	show_rx(total.rx_packets, total.rx_dropped);
	if (total.rx_nombuf > 0)
		printf("  RX-nombufs: %-14" PRIu64 "\n", total.rx_nombuf);
	show_tx(total.tx_packets, total.tx_dropped);
	printf("  ++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++\n");
}
