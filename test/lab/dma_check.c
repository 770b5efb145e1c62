/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Send a packet, and one whose data are in memory that is not mapped for DMA. Prints what the port
 * counted.
 *
 *   dma_check EAL-OPTION...
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <plx_eal.h>
#include <plx_ethdev.h>

#define DESC 64
#define LEN 60
#define PAGE 4096

static int
start(uint16_t port, struct plx_mempool *mp)
{
	int ret = plx_eth_dev_configure(port, 1, 1, NULL);

	if (ret == 0)
		ret = plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, NULL, mp);
	if (ret == 0)
		ret = plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, NULL);
	return ret == 0 ? plx_eth_dev_start(port) : ret;
}

/*
 * The buffer of @m is the page @outside meanwhile. We have the mbuf too, so that it does not go back
 * to its pool before it has its own buffer again: that is when the port is stopped.
 */
static int
send_two(uint16_t port, struct plx_mbuf *good, struct plx_mbuf *m, void *outside)
{
	struct plx_mbuf *pkts[] = { good, m };
	struct plx_eth_stats stats = { 0 };
	void *own = m->buf_addr;
	uint16_t sent;
	int ret;

	if (plx_pktmbuf_append(good, LEN) == NULL || plx_pktmbuf_append(m, LEN) == NULL)
		return -1;
	plx_mbuf_refcnt_update(m, 1);
	m->buf_addr = outside;
	sent = plx_eth_tx_burst(port, 0, pkts, 2);
	ret = plx_eth_stats_get(port, &stats);
	if (plx_eth_dev_stop(port) < 0)
		ret = -1;
	m->buf_addr = own;
	plx_pktmbuf_free(m);
	printf("opackets %ju oerrors %ju\n", (uintmax_t)stats.opackets, (uintmax_t)stats.oerrors);
	return ret == 0 && sent == 2 ? 0 : -1;
}

static int
run(uint16_t port)
{
	struct plx_mempool *mp = plx_pktmbuf_pool_create("dma check", 255, 0, 0,
		PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	void *outside = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct plx_mbuf *mbufs[2];
	int ret = -1;

	if (mp != NULL && outside != MAP_FAILED && start(port, mp) == 0 &&
	    plx_pktmbuf_alloc_bulk(mp, mbufs, 2) == 0)
		ret = send_two(port, mbufs[0], mbufs[1], outside);
	if (plx_eth_dev_close(port) < 0)
		ret = -1;
	plx_mempool_free(mp);
	return ret;
}

int
main(int argc, char **argv)
{
	int ret = plx_eal_init(argc, argv);

	if (ret < 0)
		return EXIT_FAILURE;
	ret = run(0);
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
