/* SPDX-License-Identifier: BSD-3-Clause */
/* Which lcore forwards from where to where. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <plx_malloc.h>

#include "testpmd.h"

int
streams_check_lcores(const struct testpmd *tp)
{
	unsigned int nb_workers = plx_lcore_count() - 1;

	if (nb_workers == 0) {
		TESTPMD_LOG(ERR, "No cores defined for forwarding (EINVAL): the main lcore does "
			"not forward, give one more by -l");
		return -EINVAL;
	}
	if (tp->opts.nb_cores > nb_workers) {
		TESTPMD_LOG(ERR, "--nb-cores=%u (EINVAL): give 1 to %u, or more lcores by -l",
			tp->opts.nb_cores, nb_workers);
		return -EINVAL;
	}
	return 0;
}

/* Where port number @i sends; the last one of an odd number is left to itself when paired. */
static unsigned int
peer_of(const struct testpmd *tp, unsigned int i)
{
	switch (tp->opts.topology) {
	case TOPOLOGY_CHAINED:
		return (i + 1) % tp->nb_ports;
	case TOPOLOGY_LOOP:
		return i;
	default:
		return (i ^ 1) < tp->nb_ports ? i ^ 1 : i;
	}
}

/* The address that testpmd gives to whoever may be connected to a port: 02:00:00:00:00:<port>. */
static struct plx_ether_addr
peer_addr(uint16_t port_id)
{
	struct plx_ether_addr addr = { { 2, 0, 0, 0, 0, (uint8_t)port_id } };

	return addr;
}

/* Single queues can be stopped by command. */
static bool
is_stopped(const struct fwd_stream *fs)
{
	struct plx_eth_rxq_info rxq;
	struct plx_eth_txq_info txq;

	return plx_eth_rx_queue_info_get(fs->rx_port, fs->rx_queue, &rxq) < 0 ||
		plx_eth_tx_queue_info_get(fs->tx_port, fs->tx_queue, &txq) < 0 ||
		rxq.queue_state == PLX_ETH_QUEUE_STATE_STOPPED ||
		txq.queue_state == PLX_ETH_QUEUE_STATE_STOPPED;
}

/* Stream number @i of all: queue 0 of each port, queue 1 of each port, ... */
static void
stream_init(const struct testpmd *tp, struct fwd_stream *fs, unsigned int i)
{
	const struct testpmd_options *o = &tp->opts;
	unsigned int nb_queues = tp->nb_streams / tp->nb_ports;
	unsigned int rx = i % tp->nb_ports, queue = i / tp->nb_ports, tx = peer_of(tp, rx);

	if (o->engine->answers) {
		/* Port by port, as DPDK counts them here. */
		rx = i / nb_queues;
		queue = i % nb_queues;
		tx = rx;
	}
	fs->rx_port = tp->ports[rx].port_id;
	fs->rx_queue = (uint16_t)queue;
	fs->tx_port = tp->ports[tx].port_id;
	fs->tx_queue = (uint16_t)queue;
	fs->burst = (uint16_t)o->burst;
	fs->peer_addr = peer_addr(fs->tx_port);
	fs->port_addr = tp->ports[tx].mac_addr;
	fs->tx_layout = &o->tx_layout;
	fs->pool = tp->ports[tx].pool;
	fs->csum = tp->ports[tx].csum;
	fs->disabled = is_stopped(fs);
}

static int
lcore_init(struct testpmd *tp, struct fwd_lcore *fc, unsigned int first, unsigned int nb_streams)
{
	fc->streams = plx_calloc("testpmd streams", nb_streams, sizeof(*fc->streams), 0);
	if (fc->streams == NULL) {
		TESTPMD_LOG(ERR, "lcore %u: no memory for %u streams (ENOMEM): free some",
			fc->lcore_id, nb_streams);
		return -ENOMEM;
	}
	fc->nb_streams = nb_streams;
	for (unsigned int i = 0; i < nb_streams; i++)
		stream_init(tp, &fc->streams[i], first + i);
	return 0;
}

static void
warn_unused(const struct testpmd *tp)
{
	const struct testpmd_options *o = &tp->opts;

	if (o->topology == TOPOLOGY_PAIRED && tp->nb_ports % 2 != 0 && !o->engine->answers)
		TESTPMD_LOG(WARNING, "Warning! port-topology=paired and odd forward ports number, "
			"the last port will pair with itself.");
	if (o->rxq != o->txq)
		TESTPMD_LOG(WARNING, "Warning! rxq=%u and txq=%u, only %u of each are used",
			o->rxq, o->txq, PLX_MIN(o->rxq, o->txq));
}

int
streams_create(struct testpmd *tp)
{
	unsigned int lcore_id = (unsigned int)-1, first = 0, each, last_ones;

	warn_unused(tp);
	tp->nb_streams = tp->nb_ports * PLX_MIN(tp->opts.rxq, tp->opts.txq);
	tp->nb_lcores = PLX_MIN(tp->opts.nb_cores, tp->nb_streams);
	/* What can't be shared out evenly goes to the last lcores, one more each. */
	each = tp->nb_streams / tp->nb_lcores;
	last_ones = tp->nb_streams % tp->nb_lcores;
	for (unsigned int i = 0; i < tp->nb_lcores; i++) {
		unsigned int n = each + (i >= tp->nb_lcores - last_ones);
		int ret;

		lcore_id = plx_get_next_lcore(lcore_id, 1, 0);
		tp->lcores[i].lcore_id = lcore_id;
		tp->lcores[i].packet_fwd = tp->opts.engine->packet_fwd;
		ret = lcore_init(tp, &tp->lcores[i], first, n);
		if (ret < 0) {
			streams_free(tp);
			return ret;
		}
		first += n;
	}
	return 0;
}

void
streams_free(struct testpmd *tp)
{
	for (unsigned int i = 0; i < tp->nb_lcores; i++)
		plx_free(tp->lcores[i].streams);
	memset(tp->lcores, 0, sizeof(tp->lcores));
	tp->nb_lcores = 0;
}

static int
socket_of(const struct testpmd *tp, uint16_t port_id)
{
	for (unsigned int i = 0; i < tp->nb_ports; i++)
		if (tp->ports[i].port_id == port_id)
			return tp->ports[i].socket_id;
	return 0;
}

static void
print_streams(const struct testpmd *tp)
{
	printf("%s packet forwarding - ports=%u - cores=%u - streams=%u - "
		"NUMA support enabled, MP allocation mode: native\n", tp->opts.engine->name,
		tp->nb_ports, tp->nb_lcores, tp->nb_streams);
	for (unsigned int i = 0; i < tp->nb_lcores; i++) {
		const struct fwd_lcore *fc = &tp->lcores[i];

		printf("Logical Core %u (socket %u) forwards packets on %u streams:", fc->lcore_id,
			plx_lcore_to_socket_id(fc->lcore_id), fc->nb_streams);
		for (unsigned int j = 0; j < fc->nb_streams; j++) {
			const struct fwd_stream *fs = &fc->streams[j];

			printf("\n  RX P=%u/Q=%u (socket %d) -> TX P=%u/Q=%u (socket %d) "
				"peer=" PLX_ETHER_ADDR_PRT_FMT, fs->rx_port, fs->rx_queue,
				socket_of(tp, fs->rx_port), fs->tx_port, fs->tx_queue,
				socket_of(tp, fs->tx_port), PLX_ETHER_ADDR_BYTES(&fs->peer_addr));
		}
		printf("\n");
	}
	printf("\n");
}

/* The queues of a port are alike: one of each direction stands for all. */
static void
print_port(const struct testpmd *tp, const struct fwd_port *port)
{
	printf("  port %u: RX queue number: %u Tx queue number: %u\n"
		"    Rx offloads=0x%" PRIx64 " Tx offloads=0x%" PRIx64 "\n", port->port_id,
		tp->opts.rxq, tp->opts.txq, port->rx_offloads, port->tx_offloads);
	printf("    RX queue: 0\n"
		"      RX desc=%u - RX free threshold=%u\n"
		"      RX threshold registers: pthresh=0 hthresh=0  wthresh=0\n"
		"      RX Offloads=0x%" PRIx64 "\n", port->nb_rxd, tp->opts.rxfreet, port->rx_offloads);
	printf("    TX queue: 0\n"
		"      TX desc=%u - TX free threshold=%u\n"
		"      TX threshold registers: pthresh=0 hthresh=0  wthresh=0\n"
		"      TX offloads=0x%" PRIx64 " - TX RS bit threshold=%u\n", port->nb_txd,
		tp->opts.txfreet, port->tx_offloads, tp->opts.txrst);
}

void
streams_print(const struct testpmd *tp)
{
	const struct testpmd_options *o = &tp->opts;

	print_streams(tp);
	printf("  %s packet forwarding packets/burst=%u\n", o->engine->name, o->burst);
	if (o->engine->generates)
		printf("  packet len=%u - nb packet segments=%u\n", o->tx_layout.pkt_len,
			o->tx_layout.nb_segs);
	printf("  nb forwarding cores=%u - nb forwarding ports=%u\n", o->nb_cores, tp->nb_ports);
	for (unsigned int i = 0; i < tp->nb_ports; i++)
		print_port(tp, &tp->ports[i]);
}
