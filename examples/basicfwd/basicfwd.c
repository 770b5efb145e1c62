/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The smallest program that forwards packets: what comes in at a port goes out at its neighbour,
 * 0 and 1, 2 and 3, ... It is built by pkg-config alone, see the Makefile, and is a good start to
 * copy from.
 *
 *   basicfwd -l 0 -a 0000:01:00.0 -a 0000:02:00.0
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_ethdev.h>
#include <plx_lcore.h>
#include <plx_mbuf.h>

#define NUM_MBUFS 8191
#define CACHE_SIZE 250
#define BURST_SIZE 32

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	stop = sig;
}

/* One Rx and one Tx queue of the default size, and everything that arrives is for us. */
static int
start_port(uint16_t port, struct plx_mempool *pool)
{
	int ret = plx_eth_dev_configure(port, 1, 1, NULL);

	if (ret == 0)
		ret = plx_eth_rx_queue_setup(port, 0, 0, plx_eth_dev_socket_id(port), NULL, pool);
	if (ret == 0)
		ret = plx_eth_tx_queue_setup(port, 0, 0, plx_eth_dev_socket_id(port), NULL);
	if (ret == 0)
		ret = plx_eth_dev_start(port);
	if (ret == 0)
		ret = plx_eth_promiscuous_enable(port);
	if (ret < 0)
		fprintf(stderr, "port %u: can't start: %s\n", port, plx_strerror(ret));
	return ret;
}

static void
forward(void)
{
	struct plx_mbuf *pkts[BURST_SIZE];
	uint16_t port;

	while (!stop) {
		PLX_ETH_FOREACH_DEV(port) {
			uint16_t got = plx_eth_rx_burst(port, 0, pkts, BURST_SIZE);
			uint16_t sent = got ? plx_eth_tx_burst(port ^ 1, 0, pkts, got) : 0;

			/* What the neighbour has no room for is dropped. */
			plx_pktmbuf_free_bulk(pkts + sent, (unsigned int)(got - sent));
		}
	}
}

static int
run(void)
{
	struct plx_mempool *pool;
	uint16_t port, ports = plx_eth_dev_count_avail();

	if (ports < 2 || ports % 2 != 0) {
		fprintf(stderr, "%u ports: an even number is needed, name them by -a\n", ports);
		return -1;
	}
	pool = plx_pktmbuf_pool_create("pool", NUM_MBUFS * ports, CACHE_SIZE, 0,
		PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (pool == NULL) {
		perror("can't make mbufs");
		return -1;
	}
	PLX_ETH_FOREACH_DEV(port)
		if (start_port(port, pool) < 0)
			return -1;
	printf("forwarding between %u ports, Ctrl-C ends it\n", ports);
	fflush(stdout);
	forward();
	PLX_ETH_FOREACH_DEV(port) {
		struct plx_eth_stats stats;

		if (plx_eth_stats_get(port, &stats) == 0)
			printf("port %u: %ju packets in, %ju out\n", port, (uintmax_t)stats.ipackets,
				(uintmax_t)stats.opackets);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int ret = plx_eal_init(argc, argv);

	if (ret == -ECANCELED)
		return EXIT_SUCCESS;	/* --help and --version */
	if (ret < 0)
		return EXIT_FAILURE;	/* the EAL has said why */
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	ret = run();
	/* Closes the ports too. */
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
