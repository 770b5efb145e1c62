/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Forwards as basicfwd does, what comes in at a port goes out at its neighbour, but sleeps when
 * there is nothing to do: the receive queues interrupt, and the lcore waits for them by epoll. Under
 * load it polls, and there are no interrupts at all. A port alone sends back what it receives.
 *
 *   rx-intr -l 0 -a 0000:01:00.0 -a 0000:02:00.0
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_ethdev.h>
#include <plx_interrupts.h>
#include <plx_lcore.h>
#include <plx_mbuf.h>

#define NUM_MBUFS 8191
#define CACHE_SIZE 250
#define BURST_SIZE 32
/* Polls in vain before it sleeps: a short pause in the traffic is no reason to. */
#define IDLE_POLLS 1000
/* Polls after which it looks for the signal to end, should it never sleep. */
#define BUSY_POLLS 100000

struct counts {
	uint64_t sleeps;
	uint64_t wakes;		/* by a receive queue */
};

static int
start_port(uint16_t port, struct plx_mempool *pool)
{
	const struct plx_eth_conf conf = { .intr_conf.rxq = 1 };
	int ret = plx_eth_dev_configure(port, 1, 1, &conf);

	if (ret == 0)
		ret = plx_eth_rx_queue_setup(port, 0, 0, plx_eth_dev_socket_id(port), NULL, pool);
	if (ret == 0)
		ret = plx_eth_tx_queue_setup(port, 0, 0, plx_eth_dev_socket_id(port), NULL);
	if (ret == 0)
		ret = plx_eth_dev_start(port);
	if (ret == 0)
		ret = plx_eth_promiscuous_enable(port);
	/* This thread will sleep for the queue, and hear of it by the number of the port. */
	if (ret == 0)
		ret = plx_eth_dev_rx_intr_ctl_q(port, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD,
			(void *)(uintptr_t)port);
	if (ret < 0)
		fprintf(stderr, "port %u: can't start: %s\n", port, plx_strerror(ret));
	return ret;
}

static uint16_t
neighbour(uint16_t port)
{
	return plx_eth_dev_is_valid_port(port ^ 1) ? port ^ 1 : port;
}

/* One burst of each port. Return: packets. */
static unsigned int
poll_ports(void)
{
	struct plx_mbuf *pkts[BURST_SIZE];
	unsigned int sum = 0;
	uint16_t port;

	PLX_ETH_FOREACH_DEV(port) {
		uint16_t got = plx_eth_rx_burst(port, 0, pkts, BURST_SIZE);
		uint16_t sent = got ? plx_eth_tx_burst(neighbour(port), 0, pkts, got) : 0;

		/* What the neighbour has no room for is dropped. */
		plx_pktmbuf_free_bulk(pkts + sent, (unsigned int)(got - sent));
		sum += got;
	}
	return sum;
}

static int
switch_interrupts(bool on)
{
	uint16_t port;

	PLX_ETH_FOREACH_DEV(port) {
		int ret = on ? plx_eth_dev_rx_intr_enable(port, 0) :
			plx_eth_dev_rx_intr_disable(port, 0);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/*
 * Wait up to @timeout ms for what is in the epoll set: the queues, and the signal to end, which is
 * told from the ports by its data, the address of @stop. Return: 1 if a queue woke us; 0; errno.
 */
static int
wait_event(bool *stop, int timeout)
{
	struct plx_epoll_event events[PLX_EPOLL_MAX_EVENTS];
	int n = plx_epoll_wait(PLX_EPOLL_PER_THREAD, events, PLX_EPOLL_MAX_EVENTS,
		timeout), woken = 0;

	for (int i = 0; i < n; i++) {
		if (events[i].epdata.data == stop)
			*stop = true;
		else
			woken = 1;
	}
	return n < 0 && n != -EINTR ? n : woken;
}

/*
 * The order matters. A packet that comes before the interrupts are on is found by the poll that
 * follows, one that comes after they are on wakes: none is slept over.
 */
static int
sleep_if_idle(struct counts *counts, bool *stop)
{
	int ret = switch_interrupts(true), off_ret;

	if (ret == 0 && poll_ports() == 0) {
		ret = wait_event(stop, -1);
		counts->sleeps++;
		counts->wakes += ret > 0;
	}
	off_ret = switch_interrupts(false);
	return ret < 0 ? ret : off_ret;
}

/* Ends by the signal. Return: 0 or a negative errno. */
static int
forward(struct counts *counts)
{
	unsigned int idle = 0, busy = 0;
	bool stop = false;
	struct plx_epoll_event event = { { EPOLLIN, &stop } };
	sigset_t end;
	int fd, ret;

	sigemptyset(&end);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGTERM);
	fd = signalfd(-1, &end, SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, fd, &event);
	while (ret >= 0 && !stop) {
		idle = poll_ports() > 0 ? 0 : idle + 1;
		if (idle >= IDLE_POLLS) {
			ret = sleep_if_idle(counts, &stop);
			idle = 0;
		} else if (++busy % BUSY_POLLS == 0) {
			ret = wait_event(&stop, 0);
		}
	}
	close(fd);
	return ret < 0 ? ret : 0;
}

static int
run(void)
{
	uint16_t port, ports = plx_eth_dev_count_avail();
	struct counts counts = { 0 };
	struct plx_mempool *pool;
	int ret;

	if (ports == 0) {
		fprintf(stderr, "no ports: name them by -a\n");
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
	printf("forwarding, %u ports, Ctrl-C ends it\n", ports);
	fflush(stdout);
	ret = forward(&counts);
	if (ret < 0)
		fprintf(stderr, "can't go on: %s\n", plx_strerror(ret));
	PLX_ETH_FOREACH_DEV(port) {
		struct plx_eth_stats stats;

		if (plx_eth_stats_get(port, &stats) == 0)
			printf("port %u: %ju packets in, %ju out\n", port, (uintmax_t)stats.ipackets,
				(uintmax_t)stats.opackets);
	}
	printf("slept %ju times, woken by packets %ju times\n", (uintmax_t)counts.sleeps,
		(uintmax_t)counts.wakes);
	return ret;
}

int
main(int argc, char **argv)
{
	sigset_t end;
	int ret;

	/* A handler could run just before the lcore falls asleep; a file in its epoll set can't. */
	sigemptyset(&end);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &end, NULL) < 0)
		return EXIT_FAILURE;
	ret = plx_eal_init(argc, argv);
	if (ret == -ECANCELED)
		return EXIT_SUCCESS;	/* --help and --version */
	if (ret < 0)
		return EXIT_FAILURE;	/* the EAL has said why */
	ret = run();
	/* Closes the ports too. */
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
