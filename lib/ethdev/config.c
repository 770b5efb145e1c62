/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration of a port: what it can't have is refused before anything changes. */
#include "ethdev_private.h"

static int
check_queue_count(const struct plx_eth_dev *dev, const char *direction, uint16_t nb, uint16_t max)
{
	if (nb <= max)
		return 0;
	return eth_dev_refuse(dev, -EINVAL, "%u %s queues asked for, it can have %u", nb, direction,
		max);
}

static int
check_queue_counts(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	uint16_t nb_rx, uint16_t nb_tx)
{
	int ret;

	if (nb_rx == 0 && nb_tx == 0)
		return eth_dev_refuse(dev, -EINVAL,
			"neither Rx nor Tx queues asked for, it needs one");
	ret = check_queue_count(dev, "Rx", nb_rx, info->max_rx_queues);
	return ret < 0 ? ret : check_queue_count(dev, "Tx", nb_tx, info->max_tx_queues);
}

static int
check_interrupts(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	const struct plx_eth_intr_conf *conf)
{
	if (conf->lsc && !(info->dev_flags & PLX_ETH_DEV_INTR_LSC))
		return eth_dev_result(dev, "interrupt on link changes", -ENOTSUP);
	if (conf->rmv && !(info->dev_flags & PLX_ETH_DEV_INTR_RMV))
		return eth_dev_result(dev, "tell when its device goes", -ENOTSUP);
	if (conf->rxq && dev->dev_ops->rx_queue_intr_enable == NULL)
		return eth_dev_result(dev, "interrupt on packets", -ENOTSUP);
	return 0;
}

int
eth_dev_check_offloads(const struct plx_eth_dev *dev, const char *direction, uint64_t wanted,
	uint64_t capa, int err)
{
	const uint64_t missing = wanted & ~capa, first = missing & -missing;

	if (missing == 0)
		return 0;
	return eth_dev_refuse(dev, err,
		"%s offloads %#lx asked for, it has no %s and can have %#lx", direction, wanted,
		direction[0] == 'R' ? plx_eth_dev_rx_offload_name(first) :
		plx_eth_dev_tx_offload_name(first), capa);
}

static int
check_rxmode(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	const struct plx_eth_rxmode *rxmode)
{
	int ret = eth_dev_check_offloads(dev, "Rx", rxmode->offloads, info->rx_offload_capa,
		-ENOTSUP);

	if (ret < 0)
		return ret;
	if ((rxmode->offloads & PLX_ETH_RX_OFFLOAD_RSS_HASH) &&
	    rxmode->mq_mode != PLX_ETH_MQ_RX_RSS)
		return eth_dev_refuse(dev, -EINVAL, "offload RSS_HASH needs mq_mode RSS");
	if ((rxmode->offloads & PLX_ETH_RX_OFFLOAD_TCP_LRO) && rxmode->max_lro_pkt_size != 0 &&
	    rxmode->max_lro_pkt_size < info->max_rx_pktlen)
		return eth_dev_refuse(dev, -EINVAL, "LRO packets of %u bytes asked for, a frame has %u",
			rxmode->max_lro_pkt_size, info->max_rx_pktlen);
	return 0;
}

/* All that can be said without the driver. */
static int
check_conf(struct plx_eth_dev *dev, const struct plx_eth_dev_info *info, uint16_t nb_rx,
	uint16_t nb_tx, const struct plx_eth_conf *conf, uint32_t mtu)
{
	int ret = check_queue_counts(dev, info, nb_rx, nb_tx);

	if (ret == 0)
		ret = check_interrupts(dev, info, &conf->intr_conf);
	if (ret == 0)
		ret = check_rxmode(dev, info, &conf->rxmode);
	if (ret == 0)
		ret = eth_dev_check_offloads(dev, "Tx", conf->txmode.offloads,
			info->tx_offload_capa, -ENOTSUP);
	if (ret == 0)
		ret = eth_dev_check_rss(dev, info, nb_rx, conf);
	return ret < 0 ? ret : eth_dev_check_mtu(dev, mtu);
}

static int
configure(struct plx_eth_dev *dev, uint16_t mtu)
{
	int ret = 0;

	if (dev->dev_ops->dev_configure != NULL)
		ret = eth_dev_result(dev, "configure", dev->dev_ops->dev_configure(dev));
	if (ret == 0)
		ret = eth_dev_change_mtu(dev, mtu);
	return ret < 0 ? ret : eth_dev_watch_removal(dev, dev->conf.intr_conf.rmv);
}

int
plx_eth_dev_configure(uint16_t port_id, uint16_t nb_rx_queue, uint16_t nb_tx_queue,
	const struct plx_eth_conf *conf)
{
	static const struct plx_eth_conf default_conf;
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "configure");
	struct plx_eth_dev_info info;
	uint32_t mtu;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->state == PLX_ETH_DEV_STARTED)
		return eth_dev_refuse(dev, -EBUSY, "can't configure while it is started: stop it first");
	conf = conf != NULL ? conf : &default_conf;
	mtu = conf->rxmode.mtu != 0 ? conf->rxmode.mtu : eth_dev_default_mtu(dev);
	eth_dev_info(dev, &info);
	ret = check_conf(dev, &info, nb_rx_queue, nb_tx_queue, conf, mtu);
	if (ret < 0)
		return ret;

	eth_dev_release_queues(dev);
	dev->state = PLX_ETH_DEV_MADE;
	eth_dev_set_queue_counts(dev, nb_rx_queue, nb_tx_queue);
	dev->conf = *conf;
	eth_dev_init_rss(dev, &info);
	/* The key was copied; the caller's may be gone when somebody looks. */
	dev->conf.rx_adv_conf.rss_conf.rss_key = NULL;
	ret = configure(dev, (uint16_t)mtu);
	if (ret < 0) {
		eth_dev_set_queue_counts(dev, 0, 0);
		return ret;
	}
	dev->state = PLX_ETH_DEV_CONFIGURED;
	return 0;
}
