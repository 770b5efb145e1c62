/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Send frames of all lengths by the first port and see that each comes to the second one as it was,
 * until each mbuf of a pool without a cache had its turn on both sides. Prints how many there were, and
 * on how many pages that do not follow each other for a device the mbufs lie.
 *
 *   frames_check EAL-OPTION... -- MBUFS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plx_cycles.h>
#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_ethdev.h>
#include <plx_mbuf.h>

#define BURST 16
#define MIN_LEN 60u
#define MAX_LEN 1514u
#define TIMEOUT_S 30
#define PAGE ((uint64_t)2 << 20)

static const uint8_t header[14] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5,
};

static uint32_t
length_of(uint32_t number)
{
	return MIN_LEN + number * 7 % (MAX_LEN - MIN_LEN + 1);
}

/* The frame with @number, which is in it, and what follows from it. */
static void
make_frame(uint8_t *data, uint32_t number)
{
	uint32_t x = number * 2654435761u + 1;

	memcpy(data, header, sizeof(header));
	memcpy(data + sizeof(header), &number, sizeof(number));
	for (uint32_t i = sizeof(header) + sizeof(number); i < length_of(number); i++) {
		x = x * 1103515245u + 12345u;
		data[i] = (uint8_t)(x >> 16);
	}
}

static int
send_burst(struct plx_mempool *mp, uint32_t number)
{
	struct plx_mbuf *m[BURST];
	uint16_t sent = 0;

	for (uint32_t i = 0; i < BURST; i++) {
		m[i] = plx_pktmbuf_alloc(mp);
		if (m[i] == NULL)
			return -ENOMEM;
		m[i]->data_len = (uint16_t)length_of(number + i);
		m[i]->pkt_len = m[i]->data_len;
		make_frame(plx_pktmbuf_mtod(m[i], uint8_t *), number + i);
	}
	while (sent < BURST)
		sent = (uint16_t)(sent + plx_eth_tx_burst(0, 0, m + sent, (uint16_t)(BURST - sent)));
	return 0;
}

/* Receive BURST frames from @number on. Those of others, as the kernel's, don't count. */
static int
receive_burst(uint32_t number)
{
	uint64_t deadline = plx_get_timer_cycles() + TIMEOUT_S * plx_get_timer_hz();
	uint8_t want[MAX_LEN];
	uint32_t got = 0;
	int ret = 0;

	while (got < BURST && ret == 0) {
		struct plx_mbuf *m[BURST];
		uint16_t n = plx_eth_rx_burst(1, 0, m, BURST);

		for (uint16_t i = 0; i < n; i++) {
			const uint8_t *data = plx_pktmbuf_mtod(m[i], const uint8_t *);

			if (m[i]->data_len >= MIN_LEN && memcmp(data, header, sizeof(header)) == 0) {
				make_frame(want, number + got);
				if (m[i]->data_len != length_of(number + got) ||
				    memcmp(data, want, m[i]->data_len) != 0)
					ret = -EBADMSG;
				got++;
			}
			plx_pktmbuf_free(m[i]);
		}
		if (n == 0 && plx_get_timer_cycles() > deadline)
			ret = -ETIMEDOUT;
	}
	return ret;
}

static int
start_port(uint16_t port, struct plx_mempool *mp)
{
	const struct plx_eth_conf conf = { 0 };
	int ret = plx_eth_dev_configure(port, 1, 1, &conf);

	if (ret == 0)
		ret = plx_eth_rx_queue_setup(port, 0, 0, SOCKET_ID_ANY, NULL, mp);
	if (ret == 0)
		ret = plx_eth_tx_queue_setup(port, 0, 0, SOCKET_ID_ANY, NULL);
	return ret == 0 ? plx_eth_dev_start(port) : ret;
}

/* A page that does not come right behind the one before it. */
static int
count_page(struct plx_mempool *mp, void *arg, void *obj, unsigned int idx)
{
	uint64_t page = plx_mem_iova(obj) / PAGE, *state = arg;

	if (page != state[0] && page != state[0] + 1)
		state[1]++;
	state[0] = page;
	return 0;
}

static int
run(unsigned int mbufs)
{
	struct plx_mempool *mp = plx_pktmbuf_pool_create("frames", mbufs, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
		SOCKET_ID_ANY);
	uint64_t pages[2] = { UINT64_MAX - 1, 0 };
	uint32_t number = 0;
	int ret = mp != NULL ? 0 : -ENOMEM;

	for (uint16_t port = 0; port < 2 && ret == 0; port++)
		ret = start_port(port, mp);
	/* Each frame takes one of the pool to send it and one to receive it. */
	for (; number < mbufs && ret == 0; number += BURST) {
		ret = send_burst(mp, number);
		if (ret == 0)
			ret = receive_burst(number);
	}
	if (mp != NULL && ret == 0)
		ret = plx_mempool_obj_iter(mp, count_page, pages);
	printf("%u frames in %ju pieces: %s\n", number, (uintmax_t)pages[1], plx_strerror(ret));
	return ret;
}

int
main(int argc, char **argv)
{
	int ret = plx_eal_init(argc, argv);

	if (ret < 0)
		return EXIT_FAILURE;
	ret = ret < argc ? run((unsigned int)strtoul(argv[argc - 1], NULL, 10)) : -EINVAL;
	if (plx_eal_cleanup() < 0)
		ret = -EIO;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
