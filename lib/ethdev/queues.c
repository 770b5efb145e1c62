/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues: made, released, and what is known of them. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ethdev_private.h"

/*
 * Who reads statistics, in whatever thread, may find a queue there or not, but never half gone:
 * that is what stats_lock is for.
 */
static void
release_rx_queue(struct plx_eth_dev *dev, uint16_t id)
{
	eth_dev_wrap_forget(dev, dev->rx_queues[id]);
	pthread_mutex_lock(&dev->stats_lock);
	if (dev->rx_queues[id] != NULL)
		dev->dev_ops->rx_queue_release(dev, id);
	dev->rx_queues[id] = NULL;
	memset(&dev->rxq_info[id], 0, sizeof(dev->rxq_info[id]));
	memset(&dev->rxq_base[id], 0, sizeof(dev->rxq_base[id]));
	pthread_mutex_unlock(&dev->stats_lock);
}

static void
release_tx_queue(struct plx_eth_dev *dev, uint16_t id)
{
	eth_dev_wrap_forget(dev, dev->tx_queues[id]);
	pthread_mutex_lock(&dev->stats_lock);
	if (dev->tx_queues[id] != NULL)
		dev->dev_ops->tx_queue_release(dev, id);
	dev->tx_queues[id] = NULL;
	memset(&dev->txq_info[id], 0, sizeof(dev->txq_info[id]));
	memset(&dev->txq_base[id], 0, sizeof(dev->txq_base[id]));
	pthread_mutex_unlock(&dev->stats_lock);
}

void
eth_dev_set_queue_counts(struct plx_eth_dev *dev, uint16_t nb_rx, uint16_t nb_tx)
{
	pthread_mutex_lock(&dev->stats_lock);
	dev->nb_rx_queues = nb_rx;
	dev->nb_tx_queues = nb_tx;
	pthread_mutex_unlock(&dev->stats_lock);
}

void
eth_dev_release_queues(struct plx_eth_dev *dev)
{
	eth_dev_wrap_remove_callbacks(dev);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		release_rx_queue(dev, i);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		release_tx_queue(dev, i);
	eth_dev_set_queue_counts(dev, 0, 0);
}

int
eth_dev_check_queue(const struct plx_eth_dev *dev, bool rx, uint16_t id)
{
	const uint16_t nb_queues = rx ? dev->nb_rx_queues : dev->nb_tx_queues;

	if (id < nb_queues)
		return 0;
	return eth_dev_refuse(dev, -EINVAL, "no %s queue %u, it was configured with %u",
		rx ? "Rx" : "Tx", id, nb_queues);
}

/* May queue @id be set up now? */
static int
check_settable(const struct plx_eth_dev *dev, bool rx, uint16_t id)
{
	if (dev->state == PLX_ETH_DEV_STARTED)
		return eth_dev_refuse(dev, -EBUSY,
			"can't set up queues while it is started: stop it first");
	if (dev->state != PLX_ETH_DEV_CONFIGURED)
		return eth_dev_refuse(dev, -EINVAL, "can't set up queues: configure it first");
	return eth_dev_check_queue(dev, rx, id);
}

static int
check_desc(const struct plx_eth_dev *dev, const char *direction, uint16_t nb,
	const struct plx_eth_desc_lim *lim)
{
	uint16_t align = PLX_MAX(lim->nb_align, (uint16_t)1);

	if (nb >= lim->nb_min && nb <= lim->nb_max && nb % align == 0 &&
	    (!lim->nb_pow2 || plx_is_power_of_2(nb)))
		return 0;
	return eth_dev_refuse(dev, -EINVAL,
		"%u %s descriptors asked for, it can have %u to %u, multiples of %u%s",
		nb, direction, lim->nb_min, lim->nb_max, align,
		lim->nb_pow2 ? ", powers of two" : "");
}

static int
check_thresh(const struct plx_eth_dev *dev, const char *name, uint16_t thresh, uint16_t nb_desc)
{
	if (thresh <= nb_desc)
		return 0;
	return eth_dev_refuse(dev, -EINVAL, "%s %u asked for, the queue has %u descriptors", name,
		thresh, nb_desc);
}

/* @wanted: of this queue, beside those of the port. */
static int
check_queue_offloads(const struct plx_eth_dev *dev, const char *direction, uint64_t wanted,
	uint64_t of_port, uint64_t queue_capa)
{
	/* Not there, or not for a queue alone: the program's mistake in both cases. */
	return eth_dev_check_offloads(dev, direction, wanted & ~of_port, queue_capa, -EINVAL);
}

static int
check_deferred(const struct plx_eth_dev *dev, const char *direction, uint8_t deferred,
	int (*start)(struct plx_eth_dev *dev, uint16_t queue_id))
{
	if (!deferred || start != NULL)
		return 0;
	return eth_dev_refuse(dev, -EINVAL, "deferred start asked for, its %s queues all start with it",
		direction);
}

/* Room of a segment, behind the headroom. */
static uint32_t
seg_room(struct plx_mempool *mp)
{
	const uint32_t room = plx_pktmbuf_data_room_size(mp), head = PLX_PKTMBUF_HEADROOM;

	return room > head ? room - head : 0;
}

/* Are the buffers of the program's memory, and not behind the mbufs, where the driver looks for them? */
static bool
buffers_elsewhere(const struct plx_eth_dev *dev, struct plx_mempool *mp)
{
	const struct plx_pktmbuf_pool_private *priv = plx_mempool_get_priv(mp);

	return dev->caps != NULL && dev->caps->rx_own_buffers &&
		(priv->flags & PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF) != 0;
}

static int
check_pool(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	struct plx_mempool *mp, uint64_t offloads)
{
	uint32_t need = info->min_rx_bufsize;
	const uint32_t frame = eth_dev_frame_len(info, dev->mtu, offloads);
	const char *cure = "";

	if (mp == NULL || mp->private_data_size < sizeof(struct plx_pktmbuf_pool_private))
		return eth_dev_refuse(dev, -EINVAL, "an Rx queue needs a pool of mbufs");
	if (buffers_elsewhere(dev, mp))
		return eth_dev_refuse(dev, -ENOTSUP, "mbufs of %s have external buffers, this driver "
			"receives into mbufs' own: make the pool by plx_pktmbuf_pool_create()", mp->name);
	if (!(offloads & PLX_ETH_RX_OFFLOAD_SCATTER) && frame > need) {
		need = frame;
		cure = ", or offload SCATTER";
	}
	if (seg_room(mp) >= need)
		return 0;
	return eth_dev_refuse(dev, -EINVAL,
		"mbufs of %s have room for %u bytes, Rx at MTU %u needs headroom %u + %u%s",
		mp->name, plx_pktmbuf_data_room_size(mp), dev->mtu, PLX_PKTMBUF_HEADROOM, need, cure);
}

static int
queue_socket(const struct plx_eth_dev *dev, int socket_id)
{
	return socket_id != SOCKET_ID_ANY ? socket_id : dev->device->numa_node;
}

/* Log that a driver could not make a queue. */
static int
queue_result(const struct plx_eth_dev *dev, const char *direction, uint16_t id, int ret)
{
	char what[48];

	snprintf(what, sizeof(what), "set up %s queue %u", direction, id);
	return eth_dev_result(dev, what, ret);
}

static int
check_rx_queue(struct plx_eth_dev *dev, const struct plx_eth_dev_info *info, uint16_t id,
	uint16_t nb_desc, const struct plx_eth_rxconf *conf, struct plx_mempool *mp)
{
	const uint64_t of_port = dev->conf.rxmode.offloads;
	int ret = check_settable(dev, true, id);

	if (ret == 0)
		ret = check_desc(dev, "Rx", nb_desc, &info->rx_desc_lim);
	if (ret == 0)
		ret = check_thresh(dev, "rx_free_thresh", conf->rx_free_thresh, nb_desc);
	if (ret == 0)
		ret = check_deferred(dev, "Rx", conf->rx_deferred_start,
			dev->dev_ops->rx_queue_start);
	if (ret == 0)
		ret = check_queue_offloads(dev, "Rx", conf->offloads, of_port,
			info->rx_queue_offload_capa);
	return ret < 0 ? ret : check_pool(dev, info, mp, conf->offloads | of_port);
}

int
plx_eth_rx_queue_setup(uint16_t port_id, uint16_t rx_queue_id, uint16_t nb_rx_desc, int socket_id,
	const struct plx_eth_rxconf *rx_conf, struct plx_mempool *mb_pool)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set up an Rx queue");
	struct plx_eth_rxconf conf = { 0 };
	struct plx_eth_dev_info info;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (rx_conf != NULL)
		conf = *rx_conf;
	eth_dev_info(dev, &info);
	nb_rx_desc = nb_rx_desc ? nb_rx_desc : info.default_rx_desc;
	ret = check_rx_queue(dev, &info, rx_queue_id, nb_rx_desc, &conf, mb_pool);
	if (ret < 0)
		return ret;
	ret = queue_result(dev, "Rx", rx_queue_id,
		eth_dev_wrap_check_pool(dev, rx_queue_id, mb_pool));
	if (ret < 0)
		return ret;
	conf.offloads |= dev->conf.rxmode.offloads;
	release_rx_queue(dev, rx_queue_id);
	pthread_mutex_lock(&dev->stats_lock);
	ret = dev->dev_ops->rx_queue_setup(dev, rx_queue_id, nb_rx_desc,
		queue_socket(dev, socket_id), &conf, mb_pool);
	if (ret < 0)
		dev->rx_queues[rx_queue_id] = NULL;
	else
		dev->rxq_info[rx_queue_id] = (struct plx_eth_rxq_info){
			.mp = mb_pool, .conf = conf, .nb_desc = nb_rx_desc,
			.rx_buf_size = (uint16_t)seg_room(mb_pool) };
	pthread_mutex_unlock(&dev->stats_lock);
	return queue_result(dev, "Rx", rx_queue_id, ret);
}

static int
check_tx_queue(struct plx_eth_dev *dev, const struct plx_eth_dev_info *info, uint16_t id,
	uint16_t nb_desc, const struct plx_eth_txconf *conf)
{
	int ret = check_settable(dev, false, id);

	if (ret == 0)
		ret = check_desc(dev, "Tx", nb_desc, &info->tx_desc_lim);
	if (ret == 0)
		ret = check_thresh(dev, "tx_rs_thresh", conf->tx_rs_thresh, nb_desc);
	if (ret == 0)
		ret = check_thresh(dev, "tx_free_thresh", conf->tx_free_thresh, nb_desc);
	if (ret == 0)
		ret = check_deferred(dev, "Tx", conf->tx_deferred_start,
			dev->dev_ops->tx_queue_start);
	return ret < 0 ? ret : check_queue_offloads(dev, "Tx", conf->offloads,
		dev->conf.txmode.offloads, info->tx_queue_offload_capa);
}

int
plx_eth_tx_queue_setup(uint16_t port_id, uint16_t tx_queue_id, uint16_t nb_tx_desc, int socket_id,
	const struct plx_eth_txconf *tx_conf)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set up a Tx queue");
	struct plx_eth_txconf conf = { 0 };
	struct plx_eth_dev_info info;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (tx_conf != NULL)
		conf = *tx_conf;
	eth_dev_info(dev, &info);
	nb_tx_desc = nb_tx_desc ? nb_tx_desc : info.default_tx_desc;
	ret = check_tx_queue(dev, &info, tx_queue_id, nb_tx_desc, &conf);
	if (ret < 0)
		return ret;
	conf.offloads |= dev->conf.txmode.offloads;
	release_tx_queue(dev, tx_queue_id);
	pthread_mutex_lock(&dev->stats_lock);
	ret = dev->dev_ops->tx_queue_setup(dev, tx_queue_id, nb_tx_desc,
		queue_socket(dev, socket_id), &conf);
	if (ret < 0)
		dev->tx_queues[tx_queue_id] = NULL;
	else
		dev->txq_info[tx_queue_id] = (struct plx_eth_txq_info){
			.conf = conf, .nb_desc = nb_tx_desc };
	pthread_mutex_unlock(&dev->stats_lock);
	return queue_result(dev, "Tx", tx_queue_id, ret);
}
