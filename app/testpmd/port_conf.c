/* SPDX-License-Identifier: BSD-3-Clause */
/* How ports are configured: what options and commands ask for. */
#include <stdio.h>

#include "testpmd.h"

void
port_conf_init(const struct testpmd_options *o, const struct plx_eth_dev_info *info,
	struct fwd_port *port)
{
	port->rx_offloads = o->rx_offloads;
	port->tx_offloads = o->tx_offloads;
	/* Chains are made here, or come in. */
	if (o->tx_layout.nb_segs > 1 || (o->rx_offloads & PLX_ETH_RX_OFFLOAD_SCATTER))
		port->tx_offloads |= PLX_ETH_TX_OFFLOAD_MULTI_SEGS & info->tx_offload_capa;
	port->rss_hf = o->rss_hf & info->flow_type_rss_offloads;
	port->mtu = o->max_pkt_len ?
		o->max_pkt_len - PLX_ETHER_HDR_LEN - PLX_ETHER_CRC_LEN : 0;
}

/*
 * May each Tx queue be promised mbufs of one pool? Only if there is one, and no port of another node
 * may come.
 */
static bool
is_one_pool(const struct testpmd *tp)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES; i++)
		n += tp->pools[i] != NULL;
	return n == 1 && !tp->opts.hot_plug && !tp->opts.interactive;
}

static void
promise_fast_free(const struct testpmd *tp, struct fwd_port *port)
{
	struct plx_eth_dev_info info;

	if (plx_eth_dev_info_get(port->port_id, &info) == 0 && is_one_pool(tp))
		port->tx_offloads |= PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE & info.tx_offload_capa;
}

static int
setup_queues(const struct testpmd_options *o, const struct fwd_port *port)
{
	const struct plx_eth_rxconf rxconf = {
		.rx_free_thresh = (uint16_t)o->rxfreet,
		.rx_drop_en = o->enable_drop_en,
	};
	const struct plx_eth_txconf txconf = {
		.tx_rs_thresh = (uint16_t)o->txrst,
		.tx_free_thresh = (uint16_t)o->txfreet,
	};
	int ret = 0;

	for (uint16_t q = 0; q < o->rxq && ret == 0; q++)
		ret = plx_eth_rx_queue_setup(port->port_id, q, (uint16_t)o->rxd, port->socket_id,
			&rxconf, port->pool);
	for (uint16_t q = 0; q < o->txq && ret == 0; q++)
		ret = plx_eth_tx_queue_setup(port->port_id, q, (uint16_t)o->txd, port->socket_id,
			&txconf);
	return ret;
}

int
port_configure(const struct testpmd *tp, struct fwd_port *port)
{
	const struct testpmd_options *o = &tp->opts;
	struct plx_eth_conf conf = { 0 };
	int ret;

	promise_fast_free(tp, port);
	conf.intr_conf.lsc = port->has_lsc && !o->no_lsc_interrupt;
	conf.rxmode.mtu = port->mtu;
	conf.rxmode.offloads = port->rx_offloads;
	conf.txmode.offloads = port->tx_offloads;
	if (o->rxq > 1 && port->rss_hf != 0) {
		conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = port->rss_hf;
	}
	ret = plx_eth_dev_configure(port->port_id, (uint16_t)o->rxq, (uint16_t)o->txq, &conf);
	return ret < 0 ? ret : setup_queues(o, port);
}

static void
flush_queue(uint16_t port_id, uint16_t queue_id, uint32_t most)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t n;

	do {
		n = plx_eth_rx_burst(port_id, queue_id, pkts,
			(uint16_t)PLX_MIN(most, (uint32_t)MAX_PKT_BURST));
		plx_pktmbuf_free_bulk(pkts, n);
		most -= n;
	} while (n > 0 && most > 0);
}

void
port_flush(const struct testpmd_options *o, const struct fwd_port *port)
{
	struct plx_eth_rxq_info info;

	for (uint16_t q = 0; q < o->rxq; q++)
		if (plx_eth_rx_queue_info_get(port->port_id, q, &info) == 0 &&
		    info.queue_state == PLX_ETH_QUEUE_STATE_STARTED)
			flush_queue(port->port_id, q, port->nb_rxd);
}
