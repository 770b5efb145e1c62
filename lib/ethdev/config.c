/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a port: configure, queues, start, stop, close. */
#include <stdio.h>

#include "ethdev_private.h"

static int
check_stopped(const struct plx_eth_dev *dev, const char *what)
{
	if (dev->state != PLX_ETH_DEV_STARTED)
		return 0;
	PORT_ERR(dev, "can't %s while it is started (EBUSY): stop it first", what);
	return -EBUSY;
}

static void
release_rx_queue(struct plx_eth_dev *dev, uint16_t id)
{
	if (dev->rx_queues[id] != NULL)
		dev->dev_ops->rx_queue_release(dev, id);
	dev->rx_queues[id] = NULL;
}

static void
release_tx_queue(struct plx_eth_dev *dev, uint16_t id)
{
	if (dev->tx_queues[id] != NULL)
		dev->dev_ops->tx_queue_release(dev, id);
	dev->tx_queues[id] = NULL;
}

void
eth_dev_release_queues(struct plx_eth_dev *dev)
{
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		release_rx_queue(dev, i);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		release_tx_queue(dev, i);
	dev->nb_rx_queues = 0;
	dev->nb_tx_queues = 0;
}

static int
check_queue_count(const struct plx_eth_dev *dev, const char *direction, uint16_t nb, uint16_t max)
{
	max = PLX_MIN(max, (uint16_t)PLX_MAX_QUEUES_PER_PORT);
	if (nb <= max)
		return 0;
	PORT_ERR(dev, "%u %s queues asked for, it can have %u (EINVAL)", nb, direction, max);
	return -EINVAL;
}

static int
check_queue_counts(struct plx_eth_dev *dev, uint16_t nb_rx, uint16_t nb_tx)
{
	struct plx_eth_dev_info info;
	int ret;

	if (nb_rx == 0 && nb_tx == 0) {
		PORT_ERR(dev, "neither Rx nor Tx queues asked for, it needs one (EINVAL)");
		return -EINVAL;
	}
	eth_dev_info(dev, &info);
	ret = check_queue_count(dev, "Rx", nb_rx, info.max_rx_queues);
	return ret < 0 ? ret : check_queue_count(dev, "Tx", nb_tx, info.max_tx_queues);
}

static int
check_interrupts(struct plx_eth_dev *dev, const struct plx_eth_intr_conf *conf)
{
	struct plx_eth_dev_info info;

	eth_dev_info(dev, &info);
	if (conf->lsc && !(info.dev_flags & PLX_ETH_DEV_INTR_LSC))
		return eth_dev_result(dev, "interrupt on link changes", -ENOTSUP);
	if (conf->rxq && dev->dev_ops->rx_queue_intr_enable == NULL)
		return eth_dev_result(dev, "interrupt on packets", -ENOTSUP);
	return 0;
}

int
plx_eth_dev_configure(uint16_t port_id, uint16_t nb_rx_queue, uint16_t nb_tx_queue,
	const struct plx_eth_conf *conf)
{
	static const struct plx_eth_conf default_conf;
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "configure");
	uint32_t mtu;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	conf = conf != NULL ? conf : &default_conf;
	ret = check_stopped(dev, "configure");
	if (ret == 0)
		ret = check_queue_counts(dev, nb_rx_queue, nb_tx_queue);
	if (ret == 0)
		ret = check_interrupts(dev, &conf->intr_conf);
	mtu = conf->rxmode.mtu != 0 ? conf->rxmode.mtu : eth_dev_default_mtu(dev);
	if (ret == 0)
		ret = eth_dev_check_mtu(dev, mtu);
	if (ret < 0)
		return ret;

	eth_dev_release_queues(dev);
	dev->state = PLX_ETH_DEV_MADE;
	dev->nb_rx_queues = nb_rx_queue;
	dev->nb_tx_queues = nb_tx_queue;
	dev->conf = *conf;
	if (dev->dev_ops->dev_configure != NULL)
		ret = eth_dev_result(dev, "configure", dev->dev_ops->dev_configure(dev));
	if (ret == 0)
		ret = eth_dev_change_mtu(dev, (uint16_t)mtu);
	if (ret < 0) {
		dev->nb_rx_queues = 0;
		dev->nb_tx_queues = 0;
		return ret;
	}
	dev->state = PLX_ETH_DEV_CONFIGURED;
	return 0;
}

/* May queue @id be set up now? */
static int
check_queue(const struct plx_eth_dev *dev, const char *direction, uint16_t id, uint16_t nb_queues)
{
	int ret = check_stopped(dev, "set up queues");

	if (ret < 0)
		return ret;
	if (dev->state != PLX_ETH_DEV_CONFIGURED) {
		PORT_ERR(dev, "can't set up queues (EINVAL): configure it first");
		return -EINVAL;
	}
	if (id >= nb_queues) {
		PORT_ERR(dev, "no %s queue %u, it was configured with %u (EINVAL)", direction, id,
			nb_queues);
		return -EINVAL;
	}
	return 0;
}

static int
check_desc(const struct plx_eth_dev *dev, const char *direction, uint16_t nb,
	const struct plx_eth_desc_lim *lim)
{
	uint16_t align = PLX_MAX(lim->nb_align, (uint16_t)1);

	if (nb >= lim->nb_min && nb <= lim->nb_max && nb % align == 0 &&
	    (!lim->nb_pow2 || plx_is_power_of_2(nb)))
		return 0;
	PORT_ERR(dev, "%u %s descriptors asked for, it can have %u to %u, multiples of %u%s (EINVAL)",
		nb, direction, lim->nb_min, lim->nb_max, align,
		lim->nb_pow2 ? ", powers of two" : "");
	return -EINVAL;
}

static int
check_pool(const struct plx_eth_dev *dev, struct plx_mempool *mp, uint32_t min_rx_bufsize)
{
	uint16_t room;

	if (mp == NULL || mp->private_data_size < sizeof(struct plx_pktmbuf_pool_private)) {
		PORT_ERR(dev, "an Rx queue needs a pool of mbufs (EINVAL)");
		return -EINVAL;
	}
	room = plx_pktmbuf_data_room_size(mp);
	if (room >= PLX_PKTMBUF_HEADROOM + min_rx_bufsize)
		return 0;
	PORT_ERR(dev, "mbufs of %s have room for %u bytes, Rx needs headroom %u + %u (EINVAL)",
		mp->name, room, PLX_PKTMBUF_HEADROOM, min_rx_bufsize);
	return -EINVAL;
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

int
plx_eth_rx_queue_setup(uint16_t port_id, uint16_t rx_queue_id, uint16_t nb_rx_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	static const struct plx_eth_rxconf default_conf;
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set up an Rx queue");
	struct plx_eth_dev_info info;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	eth_dev_info(dev, &info);
	nb_rx_desc = nb_rx_desc ? nb_rx_desc : info.default_rx_desc;
	ret = check_queue(dev, "Rx", rx_queue_id, dev->nb_rx_queues);
	if (ret == 0)
		ret = check_desc(dev, "Rx", nb_rx_desc, &info.rx_desc_lim);
	if (ret == 0)
		ret = check_pool(dev, mb_pool, info.min_rx_bufsize);
	if (ret < 0)
		return ret;
	release_rx_queue(dev, rx_queue_id);
	ret = dev->dev_ops->rx_queue_setup(dev, rx_queue_id, nb_rx_desc,
		queue_socket(dev, socket_id), conf != NULL ? conf : &default_conf, mb_pool);
	if (ret < 0)
		dev->rx_queues[rx_queue_id] = NULL;
	return queue_result(dev, "Rx", rx_queue_id, ret);
}

int
plx_eth_tx_queue_setup(uint16_t port_id, uint16_t tx_queue_id, uint16_t nb_tx_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	static const struct plx_eth_txconf default_conf;
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set up a Tx queue");
	struct plx_eth_dev_info info;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	eth_dev_info(dev, &info);
	nb_tx_desc = nb_tx_desc ? nb_tx_desc : info.default_tx_desc;
	ret = check_queue(dev, "Tx", tx_queue_id, dev->nb_tx_queues);
	if (ret == 0)
		ret = check_desc(dev, "Tx", nb_tx_desc, &info.tx_desc_lim);
	if (ret < 0)
		return ret;
	release_tx_queue(dev, tx_queue_id);
	ret = dev->dev_ops->tx_queue_setup(dev, tx_queue_id, nb_tx_desc,
		queue_socket(dev, socket_id), conf != NULL ? conf : &default_conf);
	if (ret < 0)
		dev->tx_queues[tx_queue_id] = NULL;
	return queue_result(dev, "Tx", tx_queue_id, ret);
}

static int
missing_queue(const struct plx_eth_dev *dev, const char *direction, unsigned int id)
{
	PORT_ERR(dev, "can't start: %s queue %u is not set up (EINVAL)", direction, id);
	return -EINVAL;
}

static int
check_startable(const struct plx_eth_dev *dev)
{
	if (dev->state != PLX_ETH_DEV_CONFIGURED) {
		PORT_ERR(dev, "can't start (EINVAL): configure it first");
		return -EINVAL;
	}
	for (unsigned int i = 0; i < dev->nb_rx_queues; i++)
		if (dev->rx_queues[i] == NULL)
			return missing_queue(dev, "Rx", i);
	for (unsigned int i = 0; i < dev->nb_tx_queues; i++)
		if (dev->tx_queues[i] == NULL)
			return missing_queue(dev, "Tx", i);
	return 0;
}

int
plx_eth_dev_start(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "start");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->state == PLX_ETH_DEV_STARTED)
		return 0;
	ret = check_startable(dev);
	if (ret < 0)
		return ret;
	ret = eth_dev_result(dev, "start", dev->dev_ops->dev_start(dev));
	if (ret < 0)
		return ret;
	/* A start resets most devices. */
	if (dev->promiscuous)
		ret = eth_dev_result(dev, "receive all", dev->dev_ops->promiscuous_enable(dev));
	if (ret < 0) {
		eth_dev_result(dev, "stop", dev->dev_ops->dev_stop(dev));
		return ret;
	}
	dev->state = PLX_ETH_DEV_STARTED;
	eth_dev_fp_enable(dev);
	return 0;
}

/* The driver has stopped the device whatever it returns, see struct plx_eth_dev_ops. */
static int
dev_stop(struct plx_eth_dev *dev)
{
	if (dev->state != PLX_ETH_DEV_STARTED)
		return 0;
	eth_dev_fp_disable(dev->port_id);
	dev->state = PLX_ETH_DEV_CONFIGURED;
	return eth_dev_result(dev, "stop cleanly", dev->dev_ops->dev_stop(dev));
}

int
plx_eth_dev_stop(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "stop");

	return dev != NULL ? dev_stop(dev) : -ENODEV;
}

int
plx_eth_dev_close(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "close");
	int stop_ret, close_ret;

	if (dev == NULL)
		return -ENODEV;
	stop_ret = dev_stop(dev);
	eth_dev_release_queues(dev);
	close_ret = eth_dev_result(dev, "close cleanly", dev->dev_ops->dev_close(dev));
	plx_eth_dev_release_port(dev);
	return stop_ret < 0 ? stop_ret : close_ret;
}
