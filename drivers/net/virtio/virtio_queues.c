/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of the port: set up, started and stopped, with the port or one by one. */
#include <errno.h>

#include "virtio_log.h"
#include "virtio_net.h"

/* When to refill and to reclaim, if nobody says. */
#define DEFAULT_FREE_THRESH 32

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

/* 0 stands for the default, which small rings have less of. */
static uint16_t
free_thresh(uint16_t wanted, uint16_t nb_desc)
{
	return wanted != 0 ? wanted :
		PLX_MIN((uint16_t)(nb_desc / 4), (uint16_t)DEFAULT_FREE_THRESH);
}

/* 5.1.6.3.1: a buffer that is not merged with others takes a packet of 1500 bytes at least. */
static int
check_buf_len(const struct virtio_hw *hw, const struct virtio_rxq *rxq)
{
	const uint32_t need = PLX_ETHER_MTU + VIRTIO_L2_OVERHEAD + rxq->hdr_size;

	if (rxq->mergeable || rxq->buf_len >= need)
		return 0;
	VIRTIO_ERR(hw->dev_name, "mbufs hold %u bytes with the virtio header, without offload "
		"SCATTER it needs %u", rxq->buf_len, need);
	return -EINVAL;
}

/* 2.6.1: only with this feature may a queue be enabled, or reset, while the device runs. */
static int
check_ring_reset(const struct virtio_hw *hw)
{
	return virtio_has(hw, VIRTIO_F_RING_RESET) ? 0 : -ENOTSUP;
}

static int
check_deferred(const struct virtio_hw *hw, uint8_t deferred)
{
	if (!deferred || check_ring_reset(hw) == 0)
		return 0;
	VIRTIO_ERR(hw->dev_name, "deferred start asked for, this device can't start single queues "
		"(no VIRTIO_F_RING_RESET)");
	return -EINVAL;
}

int
virtio_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_queue_conf queue_conf = {
		.dev_name = hw->dev_name,
		.port_id = dev->port_id,
		.index = VIRTIO_NET_RX_VQ(queue_id),
		.size = nb_desc,
		.free_thresh = free_thresh(conf->rx_free_thresh, nb_desc),
		.features = hw->features,
		.offloads = dev->conf.rxmode.offloads,
		.socket = socket_id,
	};
	struct virtio_rxq *rxq;
	int ret = check_deferred(hw, conf->rx_deferred_start);

	if (ret < 0)
		return ret;
	rxq = virtio_rxq_create(&queue_conf, mb_pool);
	if (rxq == NULL)
		return -ENOMEM;
	rxq->vq.on_broken = virtio_tell_reset;
	rxq->vq.on_broken_arg = dev;
	ret = check_buf_len(hw, rxq);
	if (ret == 0)
		ret = virtqueue_set_checker(&rxq->vq, hw->transport);
	if (ret < 0) {
		virtio_rxq_destroy(rxq);
		return ret;
	}
	dev->rx_queues[queue_id] = rxq;
	return 0;
}

int
virtio_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_queue_conf queue_conf = {
		.dev_name = hw->dev_name,
		.port_id = dev->port_id,
		.index = VIRTIO_NET_TX_VQ(queue_id),
		.size = nb_desc,
		.free_thresh = free_thresh(conf->tx_free_thresh, nb_desc),
		.features = hw->features,
		.offloads = dev->conf.txmode.offloads,
		.socket = socket_id,
	};
	struct virtio_txq *txq;
	int ret = check_deferred(hw, conf->tx_deferred_start);

	if (ret < 0)
		return ret;
	txq = virtio_txq_create(&queue_conf);
	if (txq == NULL)
		return -ENOMEM;
	txq->vq.on_broken = virtio_tell_reset;
	txq->vq.on_broken_arg = dev;
	ret = virtqueue_set_checker(&txq->vq, hw->transport);
	if (ret == 0)
		ret = virtio_txq_check(txq);
	if (ret < 0) {
		virtio_txq_destroy(txq);
		return ret;
	}
	dev->tx_queues[queue_id] = txq;
	return 0;
}

void
virtio_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	virtio_stats_keep_rx(dev->dev_private, queue_id, rx_queue(dev, queue_id));
	virtio_rxq_destroy(rx_queue(dev, queue_id));
}

void
virtio_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	virtio_stats_keep_tx(dev->dev_private, queue_id, tx_queue(dev, queue_id));
	virtio_txq_destroy(tx_queue(dev, queue_id));
}

static int
start_rx(struct plx_eth_dev *dev, uint16_t id)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_rxq *rxq = rx_queue(dev, id);
	int ret = virtio_rxq_start(rxq);

	if (ret < 0)
		return ret;
	ret = hw->transport->ops->queue_enable(hw->transport, &rxq->vq);
	if (ret < 0)
		virtio_rxq_stop(rxq);
	return ret;
}

static int
start_tx(struct plx_eth_dev *dev, uint16_t id)
{
	const struct virtio_hw *hw = dev->dev_private;
	struct virtio_txq *txq = tx_queue(dev, id);

	virtio_txq_start(txq);
	return hw->transport->ops->queue_enable(hw->transport, &txq->vq);
}

int
virtio_rx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id)
{
	int ret = check_ring_reset(dev->dev_private);

	if (ret == 0)
		ret = start_rx(dev, queue_id);
	if (ret == 0)
		rx_queue(dev, queue_id)->ops->kick(&rx_queue(dev, queue_id)->vq);
	return ret;
}

int
virtio_tx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const int ret = check_ring_reset(dev->dev_private);

	return ret < 0 ? ret : start_tx(dev, queue_id);
}

static int
reset_queue(struct plx_eth_dev *dev, const struct virtqueue *vq)
{
	const struct virtio_hw *hw = dev->dev_private;
	const int ret = check_ring_reset(hw);

	return ret < 0 ? ret : hw->transport->ops->queue_reset(hw->transport, vq);
}

/* Only once the device has let go of it may its mbufs be freed. */
int
virtio_rx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const int ret = reset_queue(dev, &rx_queue(dev, queue_id)->vq);

	if (ret == 0)
		virtio_rxq_stop(rx_queue(dev, queue_id));
	return ret;
}

int
virtio_tx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const int ret = reset_queue(dev, &tx_queue(dev, queue_id)->vq);

	if (ret == 0)
		virtio_txq_stop(tx_queue(dev, queue_id));
	return ret;
}

int
virtio_tx_done_cleanup(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt)
{
	struct virtio_txq *txq = tx_queue(dev, queue_id);
	const uint32_t max = free_cnt == 0 ? UINT16_MAX : free_cnt;

	return txq->vq.broken ? 0 :
		txq->ops->reclaim(txq, (uint16_t)PLX_MIN(max, (uint32_t)UINT16_MAX));
}

static int
start_cq(struct virtio_hw *hw)
{
	struct virtqueue *vq;
	int ret;

	if (hw->cq == NULL)
		return 0;
	vq = virtio_cq_start(hw->cq, virtio_cq_index(hw));
	ret = virtqueue_set_checker(vq, hw->transport);
	return ret < 0 ? ret : hw->transport->ops->queue_enable(hw->transport, vq);
}

int
virtio_queues_start(struct plx_eth_dev *dev)
{
	int ret = 0;

	for (uint16_t i = 0; i < dev->nb_rx_queues && ret == 0; i++) {
		if (dev->rxq_info[i].conf.rx_deferred_start)
			virtio_rxq_stop(rx_queue(dev, i));
		else
			ret = start_rx(dev, i);
	}
	for (uint16_t i = 0; i < dev->nb_tx_queues && ret == 0; i++) {
		if (dev->txq_info[i].conf.tx_deferred_start)
			virtio_txq_stop(tx_queue(dev, i));
		else
			ret = start_tx(dev, i);
	}
	return ret < 0 ? ret : start_cq(dev->dev_private);
}

void
virtio_queues_kick(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		if (!rx_queue(dev, i)->vq.broken)
			rx_queue(dev, i)->ops->kick(&rx_queue(dev, i)->vq);
}

void
virtio_queues_stop(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		virtio_rxq_stop(rx_queue(dev, i));
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		virtio_txq_stop(tx_queue(dev, i));
}
