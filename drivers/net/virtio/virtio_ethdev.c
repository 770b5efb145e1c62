/* SPDX-License-Identifier: BSD-3-Clause */
/* The network device as a port. */
#include <errno.h>
#include <unistd.h>

#include "virtio_log.h"
#include "virtio_net.h"

/* Ring sizes if none is asked for, and when to refill and to reclaim. */
#define DEFAULT_DESC 512
#define DEFAULT_FREE_THRESH 32
/* How long, and how often, to look for a link. */
#define LINK_WAIT_MS 9000
#define LINK_POLL_MS 50

static struct virtio_rxq *
rx_queue(const struct plx_eth_dev *dev, uint16_t id)
{
	return dev->rx_queues[id];
}

static struct virtio_txq *
tx_queue(const struct plx_eth_dev *dev, uint16_t id)
{
	return dev->tx_queues[id];
}

static void
virtio_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct virtio_hw *hw = dev->dev_private;
	const uint32_t mtu = PLX_MAX(dev->mtu, (uint16_t)PLX_ETHER_MTU);

	info->min_mtu = PLX_ETHER_MIN_MTU;
	info->max_mtu = hw->max_mtu;
	/* A packet must fit one buffer; 5.1.6.3.1 wants room for an MTU of 1500 at least. */
	info->min_rx_bufsize = mtu + VIRTIO_L2_OVERHEAD +
		VIRTIO_RX_DATA_OFF - PLX_PKTMBUF_HEADROOM;
	info->max_rx_pktlen = (uint32_t)hw->max_mtu + VIRTIO_L2_OVERHEAD;
	info->max_rx_queues = 1;
	info->max_tx_queues = 1;
	info->rx_desc_lim = (struct plx_eth_desc_lim){
		.nb_max = hw->rx_size, .nb_min = VIRTIO_QUEUE_MIN, .nb_align = 1, .nb_pow2 = 1 };
	info->tx_desc_lim = (struct plx_eth_desc_lim){
		.nb_max = hw->tx_size, .nb_min = VIRTIO_TX_SEGS_MAX(hw->tx_size) + 1,
		.nb_align = 1, .nb_pow2 = 1 };
	info->default_rx_desc = PLX_MIN(hw->rx_size, (uint16_t)DEFAULT_DESC);
	info->default_tx_desc = PLX_MIN(hw->tx_size, (uint16_t)DEFAULT_DESC);
	info->tx_desc_lim.nb_seg_max = VIRTIO_TX_SEGS_MAX(hw->tx_size);
	if (hw->transport->intr != NULL && virtio_has(hw, VIRTIO_NET_F_STATUS))
		info->dev_flags = PLX_ETH_DEV_INTR_LSC;
}

/* 0 stands for the default, which small rings have less of. */
static int
choose_thresh(const struct virtio_hw *hw, const char *name, uint16_t wanted, uint16_t nb_desc,
	uint16_t *thresh)
{
	if (wanted == 0)
		wanted = PLX_MIN((uint16_t)(nb_desc / 4), (uint16_t)DEFAULT_FREE_THRESH);
	if (wanted > nb_desc) {
		VIRTIO_ERR(hw->dev_name, "%s is %u, but the queue has %u descriptors", name, wanted,
			nb_desc);
		return -EINVAL;
	}
	*thresh = wanted;
	return 0;
}

static int
virtio_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_rxq *rxq;
	uint16_t thresh;

	if (choose_thresh(hw, "rx_free_thresh", conf->rx_free_thresh, nb_desc, &thresh) < 0)
		return -EINVAL;
	rxq = virtio_rxq_create(hw->dev_name, dev->port_id, VIRTIO_NET_RX_VQ(queue_id), nb_desc,
		thresh, mb_pool, socket_id);
	if (rxq == NULL)
		return -ENOMEM;
	if (virtqueue_set_checker(&rxq->vq, hw->transport) < 0) {
		virtio_rxq_destroy(rxq);
		return -EFAULT;
	}
	dev->rx_queues[queue_id] = rxq;
	return 0;
}

static int
virtio_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_txq *txq;
	uint16_t thresh;

	if (choose_thresh(hw, "tx_free_thresh", conf->tx_free_thresh, nb_desc, &thresh) < 0)
		return -EINVAL;
	txq = virtio_txq_create(hw->dev_name, VIRTIO_NET_TX_VQ(queue_id), nb_desc, thresh,
		socket_id);
	if (txq == NULL)
		return -ENOMEM;
	if (virtqueue_set_checker(&txq->vq, hw->transport) < 0 ||
	    virtqueue_check(&txq->vq, (uint64_t)(uintptr_t)txq->hdr, sizeof(*txq->hdr),
			VIRTIO_DMA_READ) < 0) {
		virtio_txq_destroy(txq);
		return -EFAULT;
	}
	dev->tx_queues[queue_id] = txq;
	return 0;
}

static void
stats_sum(struct virtio_queue_stats *sum, const struct virtio_queue_stats *s)
{
	sum->packets += __atomic_load_n(&s->packets, __ATOMIC_RELAXED);
	sum->bytes += __atomic_load_n(&s->bytes, __ATOMIC_RELAXED);
	sum->errors += __atomic_load_n(&s->errors, __ATOMIC_RELAXED);
	sum->nombuf += __atomic_load_n(&s->nombuf, __ATOMIC_RELAXED);
}

/* The port's counters go on when its queues go. */
static void
virtio_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct virtio_hw *hw = dev->dev_private;

	stats_sum(&hw->rx_gone, &rx_queue(dev, queue_id)->stats);
	virtio_rxq_destroy(rx_queue(dev, queue_id));
}

static void
virtio_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct virtio_hw *hw = dev->dev_private;

	stats_sum(&hw->tx_gone, &tx_queue(dev, queue_id)->stats);
	virtio_txq_destroy(tx_queue(dev, queue_id));
}

/* What was counted since the port was made. */
static struct plx_eth_stats
stats_total(const struct plx_eth_dev *dev)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_queue_stats rx = hw->rx_gone, tx = hw->tx_gone;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		if (rx_queue(dev, i) != NULL)
			stats_sum(&rx, &rx_queue(dev, i)->stats);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		if (tx_queue(dev, i) != NULL)
			stats_sum(&tx, &tx_queue(dev, i)->stats);
	return (struct plx_eth_stats){
		.ipackets = rx.packets, .ibytes = rx.bytes, .ierrors = rx.errors,
		.rx_nombuf = rx.nombuf,
		.opackets = tx.packets, .obytes = tx.bytes, .oerrors = tx.errors,
	};
}

static int
virtio_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	const struct virtio_hw *hw = dev->dev_private;
	const struct plx_eth_stats *base = &hw->stats_base;

	*stats = stats_total(dev);
	stats->ipackets -= base->ipackets;
	stats->opackets -= base->opackets;
	stats->ibytes -= base->ibytes;
	stats->obytes -= base->obytes;
	stats->ierrors -= base->ierrors;
	stats->oerrors -= base->oerrors;
	stats->rx_nombuf -= base->rx_nombuf;
	return 0;
}

/* Counters are written by the threads that poll, so they are not set back but subtracted from. */
static int
virtio_stats_reset(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	hw->stats_base = stats_total(dev);
	return 0;
}

static int
set_promiscuous(struct virtio_hw *hw, uint8_t on)
{
	if (!virtio_has(hw, VIRTIO_NET_F_CTRL_RX))
		return -ENOTSUP;
	return virtio_cq_command(hw->cq, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, &on,
		sizeof(on));
}

static int
virtio_promiscuous_enable(struct plx_eth_dev *dev)
{
	return set_promiscuous(dev->dev_private, 1);
}

static int
virtio_promiscuous_disable(struct plx_eth_dev *dev)
{
	return set_promiscuous(dev->dev_private, 0);
}

/* While the port is stopped it is enough that ethdev keeps the address: the start sets it. */
static int
virtio_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	struct virtio_hw *hw = dev->dev_private;

	if (!virtio_has(hw, VIRTIO_NET_F_CTRL_MAC_ADDR))
		return -ENOTSUP;
	if (!hw->started)
		return 0;
	return virtio_cq_command(hw->cq, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET,
		mac_addr, sizeof(*mac_addr));
}

/* The device need not be told; but a frame of that size must fit the buffers. */
static int
virtio_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	const struct virtio_hw *hw = dev->dev_private;
	const uint32_t need = (uint32_t)mtu + VIRTIO_L2_OVERHEAD + VIRTIO_NET_HDR_SIZE;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		const struct virtio_rxq *rxq = rx_queue(dev, i);

		if (rxq == NULL || rxq->buf_len >= need)
			continue;
		VIRTIO_ERR(hw->dev_name, "an MTU of %u needs buffers of %u bytes, those of Rx "
			"queue %u have %u: set it up with larger mbufs", mtu, need, i,
			rxq->buf_len);
		return -EINVAL;
	}
	return 0;
}

static int
virtio_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	struct virtio_hw *hw = dev->dev_private;
	struct virtio_transport *t = hw->transport;
	uint16_t status = VIRTIO_NET_S_LINK_UP;
	uint8_t device_status;
	int waited, ret;

	link->link_speed = PLX_ETH_SPEED_NUM_NONE;
	link->link_duplex = 1;
	if (!__atomic_load_n(&hw->started, __ATOMIC_RELAXED))
		return 0;
	device_status = t->ops->get_status(t);
	if (device_status == VIRTIO_STATUS_GONE)
		return 0;
	if (device_status & VIRTIO_STATUS_NEEDS_RESET) {
		if (!__atomic_exchange_n(&hw->gave_up, true, __ATOMIC_RELAXED))
			VIRTIO_ERR(hw->dev_name,
				"the device gave up and needs a reset: stop and start the port");
		return 0;
	}
	for (waited = 0; virtio_has(hw, VIRTIO_NET_F_STATUS); waited += LINK_POLL_MS) {
		ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_STATUS, &status, sizeof(status));
		if (ret < 0)
			return ret;
		if ((status & VIRTIO_NET_S_LINK_UP) || !wait || waited >= LINK_WAIT_MS)
			break;
		usleep(LINK_POLL_MS * 1000);
	}
	if (status & VIRTIO_NET_S_LINK_UP) {
		link->link_status = 1;
		link->link_speed = PLX_ETH_SPEED_NUM_UNKNOWN;
	}
	return 0;
}

/* The device is in reset: nothing is lost but what is in the rings. */
static void
stop_queues(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		virtio_rxq_stop(rx_queue(dev, i));
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		virtio_txq_stop(tx_queue(dev, i));
}

/* 3.1.1 step 7. */
static int
start_queues(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	struct virtio_transport *t = hw->transport;
	struct virtqueue *cvq;
	int ret = 0;

	for (uint16_t i = 0; i < dev->nb_rx_queues && ret == 0; i++) {
		ret = virtio_rxq_start(rx_queue(dev, i));
		if (ret == 0)
			ret = t->ops->queue_enable(t, &rx_queue(dev, i)->vq);
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues && ret == 0; i++) {
		virtio_txq_start(tx_queue(dev, i));
		ret = t->ops->queue_enable(t, &tx_queue(dev, i)->vq);
	}
	if (ret < 0 || hw->cq == NULL)
		return ret;
	cvq = virtio_cq_start(hw->cq);
	ret = virtqueue_set_checker(cvq, t);
	return ret < 0 ? ret : t->ops->queue_enable(t, cvq);
}

/*
 * From here on packets move, and only from here on doorbells may be rung (3.1.1). An interrupt may
 * ask for the link at once, which is down while the port is not started.
 */
static void
go(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	__atomic_store_n(&hw->gave_up, false, __ATOMIC_RELAXED);
	__atomic_store_n(&hw->started, true, __ATOMIC_RELAXED);
	virtio_hw_ready(hw);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		virtqueue_kick(&rx_queue(dev, i)->vq);
}

/* What a reset made the device forget. Being promiscuous again is ethdev's to ask for. */
static int
restore_filters(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	int ret = 0;

	if (!dev->promiscuous && virtio_has(hw, VIRTIO_NET_F_CTRL_RX))
		ret = set_promiscuous(hw, 0);
	if (ret == 0 && !plx_is_same_ether_addr(&dev->mac_addr, &hw->mac))
		ret = virtio_mac_addr_set(dev, &dev->mac_addr);
	return ret;
}

static int
virtio_dev_stop(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	int intr_ret, ret;

	__atomic_store_n(&hw->started, false, __ATOMIC_RELAXED);
	intr_ret = virtio_intr_stop(dev);
	ret = hw->transport->ops->reset(hw->transport);
	stop_queues(dev);
	/* What is gone does no DMA: it is stopped. */
	return ret < 0 && ret != -ENODEV ? ret : intr_ret;
}

static int
virtio_dev_start(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;
	int ret;

	ret = virtio_hw_reinit(hw);
	if (ret == 0)
		ret = virtio_intr_start(dev);
	if (ret == 0)
		ret = start_queues(dev);
	if (ret == 0) {
		go(dev);
		ret = restore_filters(dev);
	}
	if (ret < 0)
		(void)virtio_dev_stop(dev);
	return ret;
}

static int
virtio_dev_close(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	virtio_cq_destroy(hw->cq);
	hw->cq = NULL;
	return hw->transport->intr != NULL ? hw->transport->intr->disable(hw->transport) : 0;
}

static const struct plx_eth_dev_ops virtio_eth_dev_ops = {
	.dev_configure = virtio_intr_configure,
	.dev_start = virtio_dev_start,
	.dev_stop = virtio_dev_stop,
	.dev_close = virtio_dev_close,
	.dev_infos_get = virtio_infos_get,
	.rx_queue_setup = virtio_rx_queue_setup,
	.tx_queue_setup = virtio_tx_queue_setup,
	.rx_queue_release = virtio_rx_queue_release,
	.tx_queue_release = virtio_tx_queue_release,
	.link_update = virtio_link_update,
	.stats_get = virtio_stats_get,
	.stats_reset = virtio_stats_reset,
	.promiscuous_enable = virtio_promiscuous_enable,
	.promiscuous_disable = virtio_promiscuous_disable,
	.mac_addr_set = virtio_mac_addr_set,
	.mtu_set = virtio_mtu_set,
	.rx_queue_intr_enable = virtio_rx_queue_intr_enable,
	.rx_queue_intr_disable = virtio_rx_queue_intr_disable,
	.rx_queue_intr_fd = virtio_rx_queue_intr_fd,
};

int
virtio_port_init(struct plx_eth_dev *dev)
{
	struct virtio_hw *hw = dev->dev_private;

	if (hw->cq_size > 0) {
		hw->cq = virtio_cq_create(hw->dev_name, VIRTIO_NET_CTRL_VQ(1), hw->cq_size,
			hw->transport->timeout_ms, dev->device->numa_node);
		if (hw->cq == NULL)
			return -ENOMEM;
	}
	dev->dev_ops = &virtio_eth_dev_ops;
	dev->rx_pkt_burst = hw->transport->check ? virtio_recv_pkts_checked : virtio_recv_pkts;
	dev->tx_pkt_burst = hw->transport->check ? virtio_xmit_pkts_checked : virtio_xmit_pkts;
	dev->mac_addr = hw->mac;
	dev->mtu = PLX_MIN(hw->max_mtu, (uint16_t)PLX_ETHER_MTU);
	return 0;
}
