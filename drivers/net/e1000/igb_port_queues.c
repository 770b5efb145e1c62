/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of a port, of a PF or a VF. */
#include "igb_port.h"

/*
 * Refill, and report, after so many descriptors if nothing else is asked for: three bursts of Rx,
 * since each refill is a write to the tail register.
 */
#define DEFAULT_RX_FREE_THRESH 96
#define DEFAULT_TX_RS_THRESH 32

static int
refuse(const struct plx_eth_dev *dev, uint16_t queue_id, const char *name, uint16_t wanted,
	uint16_t max)
{
	E1000_ERR(dev->name, "queue %u: %s %u asked for, it can be %u at most (EINVAL)", queue_id,
		name, wanted, max);
	return -EINVAL;
}

/* What may be told of packets: PLX_MBUF_F_RX_*. */
static uint64_t
flags_of(uint64_t offloads)
{
	uint64_t flags = PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED;

	if (offloads & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM)
		flags |= PLX_MBUF_F_RX_IP_CKSUM_MASK;
	if (offloads & (PLX_ETH_RX_OFFLOAD_TCP_CKSUM | PLX_ETH_RX_OFFLOAD_UDP_CKSUM |
			PLX_ETH_RX_OFFLOAD_SCTP_CKSUM))
		flags |= PLX_MBUF_F_RX_L4_CKSUM_MASK;
	if (offloads & PLX_ETH_RX_OFFLOAD_RSS_HASH)
		flags |= PLX_MBUF_F_RX_RSS_HASH;
	return flags;
}

static bool
frame_fits(const struct igb_rxq *rxq, uint16_t mtu)
{
	return rxq->scatter || (uint32_t)mtu + IGB_FRAME_OVERHEAD + rxq->crc_len <= rxq->buf_len;
}

int
igb_rx_queue_make(struct plx_eth_dev *dev, uint16_t queue_id, void *regs, bool exact,
	uint16_t nb_desc, int socket_id, const struct plx_eth_rxconf *conf,
	struct plx_mempool *mb_pool)
{
	uint16_t thresh = conf->rx_free_thresh;
	struct igb_rxq *rxq;

	/* Small rings have less of it. One descriptor is kept back. */
	if (thresh == 0)
		thresh = (uint16_t)PLX_MIN(nb_desc * 3 / 8, DEFAULT_RX_FREE_THRESH);
	if (thresh >= nb_desc)
		return refuse(dev, queue_id, "rx_free_thresh", thresh, (uint16_t)(nb_desc - 1));
	rxq = igb_rxq_create(dev, queue_id, regs, nb_desc, thresh, mb_pool, socket_id);
	if (rxq == NULL)
		return -ENOMEM;
	rxq->ol_mask = flags_of(conf->offloads);
	rxq->crc_len = conf->offloads & PLX_ETH_RX_OFFLOAD_KEEP_CRC ? PLX_ETHER_CRC_LEN : 0;
	rxq->scatter = (conf->offloads & PLX_ETH_RX_OFFLOAD_SCATTER) != 0;
	rxq->drop_en = conf->rx_drop_en;
	if (exact && !rxq->scatter)
		igb_rxq_use_all(rxq);
	if (!frame_fits(rxq, dev->mtu)) {
		E1000_ERR(dev->name, "Rx queue %u: %u bytes of a buffer can be used, and a frame at "
			"MTU %u does not fit (EINVAL): larger mbufs, or offload SCATTER", queue_id, rxq->buf_len, dev->mtu);
		igb_rxq_destroy(rxq);
		return -EINVAL;
	}
	dev->rx_queues[queue_id] = rxq;
	return 0;
}

/*
 * Few packets in the ring means that their mbufs are still in the cache when they come back: they
 * are freed when a quarter of the ring has been filled.
 */
int
igb_tx_queue_make(struct plx_eth_dev *dev, uint16_t queue_id, void *regs, uint16_t nb_desc,
	int socket_id, const struct plx_eth_txconf *conf)
{
	const uint16_t rs_max = IGB_TX_RS_MAX(nb_desc);
	uint16_t rs = conf->tx_rs_thresh, thresh = conf->tx_free_thresh;
	struct igb_txq *txq;

	if (rs == 0)
		rs = PLX_MIN((uint16_t)(nb_desc / 4), (uint16_t)DEFAULT_TX_RS_THRESH);
	if (thresh == 0)
		thresh = (uint16_t)(nb_desc - nb_desc / 4);
	if (rs > rs_max)
		return refuse(dev, queue_id, "tx_rs_thresh", rs, rs_max);
	if (thresh >= nb_desc)
		return refuse(dev, queue_id, "tx_free_thresh", thresh, (uint16_t)(nb_desc - 1));
	txq = igb_txq_create(dev, queue_id, regs, nb_desc, rs, thresh, socket_id);
	if (txq == NULL)
		return -ENOMEM;
	txq->offloads = conf->offloads;
	dev->tx_queues[queue_id] = txq;
	return 0;
}

/* The port's counters go on when its queues go. */
void
igb_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	e1000_queue_gone(&e1000_port(dev)->rx_gone, &igb_rxq(dev, queue_id)->q);
	igb_rxq_destroy(igb_rxq(dev, queue_id));
}

void
igb_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	e1000_queue_gone(&e1000_port(dev)->tx_gone, &igb_txq(dev, queue_id)->q);
	igb_txq_destroy(igb_txq(dev, queue_id));
}

int
igb_rx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id)
{
	return igb_rxq_start(igb_rxq(dev, queue_id));
}

int
igb_rx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id)
{
	return igb_rxq_stop(igb_rxq(dev, queue_id));
}

int
igb_tx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id)
{
	return igb_txq_start(igb_txq(dev, queue_id));
}

int
igb_tx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id)
{
	return igb_txq_stop(igb_txq(dev, queue_id));
}

int
igb_tx_done_cleanup(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt)
{
	return igb_txq_done_cleanup(igb_txq(dev, queue_id), free_cnt);
}

bool
igb_mtu_fits(const struct plx_eth_dev *dev, uint16_t mtu)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		if (igb_rxq(dev, i) != NULL && !frame_fits(igb_rxq(dev, i), mtu))
			return false;
	return true;
}

void
igb_choose_bursts(struct plx_eth_dev *dev)
{
	bool scatter = false;
	uint64_t tx = 0;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		scatter |= igb_rxq(dev, i)->scatter;
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		tx |= igb_txq(dev, i)->offloads;
	tx &= ~PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	dev->rx_pkt_burst = scatter ? igb_recv_scattered_pkts : igb_recv_pkts;
	dev->tx_pkt_burst = tx != 0 ? igb_xmit_pkts : igb_xmit_simple_pkts;
	dev->tx_pkt_prepare = igb_prep_pkts;
	dev->rx_queue_count = igb_rx_queue_count;
	dev->rx_descriptor_status = igb_rx_descriptor_status;
	dev->tx_descriptor_status = igb_tx_descriptor_status;
}

int
igb_queues_start(struct plx_eth_dev *dev)
{
	int ret = 0;

	for (uint16_t i = 0; i < dev->nb_tx_queues && ret == 0; i++)
		if (!dev->txq_info[i].conf.tx_deferred_start)
			ret = igb_txq_start(igb_txq(dev, i));
	for (uint16_t i = 0; i < dev->nb_rx_queues && ret == 0; i++)
		if (!dev->rxq_info[i].conf.rx_deferred_start)
			ret = igb_rxq_start(igb_rxq(dev, i));
	return ret;
}

int
igb_queues_stop(struct plx_eth_dev *dev)
{
	int first = 0, ret;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		ret = igb_rxq_stop(igb_rxq(dev, i));
		first = first < 0 ? first : ret;
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++) {
		ret = igb_txq_stop(igb_txq(dev, i));
		first = first < 0 ? first : ret;
	}
	return first;
}

void
igb_queues_clear(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		igb_rxq_clear(igb_rxq(dev, i));
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		igb_txq_clear(igb_txq(dev, i));
}
