/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets circulate between two ports on one wire, on a worker, while the main lcore allocates and
 * frees 64 to 512 MiB at random. In the end each packet must still be there, and the memory must
 * not.
 *
 *   mem_churn EAL-OPTION... -- SECONDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_ethdev.h>
#include <plx_lcore.h>
#include <plx_malloc.h>
#include <plx_mbuf.h>
#include <plx_memory.h>

#include "vfio_raw.h"

#define PACKETS 32	/* sent by each port */
#define PACKET_LEN 64
#define BURST 32
#define NUM_MBUFS 4095
#define DRAIN_SECONDS 20
#define SMALLEST ((size_t)64 << 20)
#define LARGEST ((size_t)512 << 20)
#define PAGE ((size_t)2 << 20)
#define LIVE 2		/* objects at a time */

static bool stop;
static uint64_t forwarded;
static unsigned int came_back, spoilt;
static unsigned int added, removed;	/* regions, since the churn began */

static double
now(void)
{
	struct timespec ts;

	/* Can't fail: the clock exists and ts is ours. */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int
start_port(uint16_t port, struct plx_mempool *pool)
{
	int ret = plx_eth_dev_configure(port, 1, 1, NULL);

	if (ret == 0)
		ret = plx_eth_rx_queue_setup(port, 0, 0, SOCKET_ID_ANY, NULL, pool);
	if (ret == 0)
		ret = plx_eth_tx_queue_setup(port, 0, 0, SOCKET_ID_ANY, NULL);
	if (ret == 0)
		ret = plx_eth_dev_start(port);
	if (ret == 0)
		ret = plx_eth_promiscuous_enable(port);
	return ret;
}

/* To everybody, of the type for local experiments, with the packet's number all over. */
static void
fill(char *data, unsigned int number)
{
	memset(data, (int)number, PACKET_LEN);
	memset(data, 0xff, 6);
	memset(data + 6, 2, 6);
	data[12] = (char)0x88;
	data[13] = (char)0xb5;
}

static bool
is_intact(const struct plx_mbuf *m)
{
	const char *data = plx_pktmbuf_mtod(m, const char *);
	char want[PACKET_LEN];

	fill(want, (unsigned char)data[PACKET_LEN - 1]);
	return m->pkt_len >= PACKET_LEN && memcmp(data, want, PACKET_LEN) == 0;
}

static int
send_first(struct plx_mempool *pool)
{
	for (unsigned int i = 0; i < 2 * PACKETS; i++) {
		struct plx_mbuf *m = plx_pktmbuf_alloc(pool);

		char *data = m != NULL ? plx_pktmbuf_append(m, PACKET_LEN) : NULL;

		if (data == NULL)
			return -1;
		fill(data, i);
		if (plx_eth_tx_burst((uint16_t)(i & 1), 0, &m, 1) != 1)
			return -1;
	}
	return 0;
}

/* All that was received goes out again: a packet that the device does not take now is kept. */
static void
send_all(uint16_t port, struct plx_mbuf **pkts, uint16_t n)
{
	uint16_t sent = 0;

	while (sent < n)
		sent = (uint16_t)(sent + plx_eth_tx_burst(port, 0, pkts + sent, (uint16_t)(n - sent)));
	forwarded += n;
}

static int
forward(void *arg)
{
	struct plx_mbuf *pkts[BURST];
	double deadline = 0;

	while (deadline == 0 || (came_back < 2 * PACKETS && now() < deadline)) {
		bool draining = __atomic_load_n(&stop, __ATOMIC_ACQUIRE);

		if (draining && deadline == 0)
			deadline = now() + DRAIN_SECONDS;
		for (uint16_t port = 0; port < 2; port++) {
			uint16_t n = plx_eth_rx_burst(port, 0, pkts, BURST);

			if (!draining) {
				send_all(port ^ 1, pkts, n);
				continue;
			}
			for (uint16_t i = 0; i < n; i++)
				spoilt += !is_intact(pkts[i]);
			came_back += n;
			plx_pktmbuf_free_bulk(pkts, n);
		}
	}
	return 0;
}

static int
on_event(enum plx_mem_event event, const struct plx_mem_region *region, void *arg)
{
	(void)region;
	(void)arg;
	__atomic_fetch_add(event == PLX_MEM_EVENT_ADD ? &added : &removed, 1, __ATOMIC_RELAXED);
	return 0;
}

/*
 * Every other time what is free goes at once, or most of it would be used again without any event.
 * Return: how many were allocated, or -1 if there was no memory.
 */
static int
churn(double seconds)
{
	double end = now() + seconds;
	char *live[LIVE] = { NULL };
	int n = 0, failed = 0;

	for (; now() < end && !failed; n++) {
		char **slot = &live[n % LIVE];
		size_t size = SMALLEST + (size_t)rand() % ((LARGEST - SMALLEST) / PAGE + 1) * PAGE;

		plx_free(*slot);
		*slot = NULL;
		if (n % 2 == 1 && plx_mem_trim() < 0)
			failed = 1;
		*slot = plx_malloc("churn", size, 0);
		failed |= *slot == NULL;
		for (size_t at = 0; !failed && at < size; at += PAGE)
			(*slot)[at] = (char)n;
	}
	for (unsigned int i = 0; i < LIVE; i++)
		plx_free(live[i]);
	return failed ? -1 : n;
}

/* What is found wrong is printed. */
static int
check(int allocations, long free_before, long pinned_before, long pinned_after)
{
	long free_after = raw_hugepages_free();

	printf("%d allocations, %u regions added, %u removed\n", allocations, added, removed);
	printf("%ju packets forwarded, %u of %u came back, %u spoilt\n", (uintmax_t)forwarded,
		came_back, 2 * PACKETS, spoilt);
	printf("hugepages free: %ld before, %ld after; pinned KiB: %ld, %ld\n", free_before, free_after,
		pinned_before, pinned_after);
	return allocations > 0 && removed > 10 && forwarded > 0 && came_back == 2 * PACKETS &&
		spoilt == 0 && free_after == free_before && pinned_after == pinned_before ? 0 : -1;
}

static long
pinned_kb(void)
{
	/* One of the two, as the backend counts. */
	return raw_status_kb("VmPin") + raw_status_kb("VmLck");
}

static int
run(double seconds)
{
	struct plx_mempool *pool = plx_pktmbuf_pool_create("pool", NUM_MBUFS, 0, 0,
		PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	unsigned int worker = plx_get_next_lcore(-1u, 1, 0);
	long free_before, pinned_before;
	int64_t trimmed;
	int n, ret;

	if (pool == NULL || plx_eth_dev_count_avail() != 2 || worker >= PLX_MAX_LCORE) {
		fprintf(stderr, "mem_churn: needs memory, two ports and two lcores\n");
		return -1;
	}
	if (start_port(0, pool) < 0 || start_port(1, pool) < 0 || send_first(pool) < 0) {
		fprintf(stderr, "mem_churn: can't start the ports\n");
		return -1;
	}
	free_before = raw_hugepages_free();
	pinned_before = pinned_kb();
	ret = plx_eal_remote_launch(forward, NULL, worker);
	if (ret < 0)
		return ret;
	if (plx_mem_event_callback_register("churn", on_event, NULL) < 0)
		return -1;
	n = churn(seconds);
	trimmed = plx_mem_trim();
	if (plx_mem_event_callback_unregister(on_event, NULL) < 0)
		trimmed = -1;
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	if (plx_eal_wait_lcore(worker) < 0 || trimmed < 0)
		return -1;
	return check(n, free_before, pinned_before, pinned_kb());
}

int
main(int argc, char **argv)
{
	int ret = plx_eal_init(argc, argv);

	if (ret < 0)
		return EXIT_FAILURE;
	ret = ret < argc && atof(argv[argc - 1]) > 0 ? run(atof(argv[argc - 1])) : -1;
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
