/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive side scaling: hash, key and redirection table, which ethdev keeps. */
#include <string.h>

#include "ethdev_private.h"

/*
 * Unless a program has its own: that of Microsoft's RSS verification suite, for which hashes of many
 * packets are published, and for longer keys twelve bytes more.
 */
static const uint8_t default_key[PLX_ETH_RSS_KEY_MAX] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa, 0x91, 0x3c, 0x5e, 0x07, 0xd8, 0x64, 0xa2, 0x1f,
	0x4b, 0xe6, 0x73, 0x89,
};

static int
check_hash(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	const struct plx_eth_rss_conf *conf)
{
	const uint64_t missing = conf->rss_hf & ~info->flow_type_rss_offloads;

	if (missing != 0)
		return eth_dev_refuse(dev, -ENOTSUP, "RSS of %#lx asked for, it has no %#lx and can have %#lx",
			conf->rss_hf, missing, info->flow_type_rss_offloads);
	if (conf->rss_key != NULL && conf->rss_key_len != info->hash_key_size)
		return eth_dev_refuse(dev, -EINVAL, "an RSS key of %u bytes asked for, it has %u",
			conf->rss_key_len, info->hash_key_size);
	return 0;
}

int
eth_dev_check_rss(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	uint16_t nb_rx, const struct plx_eth_conf *conf)
{
	if (conf->rxmode.mq_mode == PLX_ETH_MQ_RX_NONE)
		return 0;
	if (conf->rxmode.mq_mode != PLX_ETH_MQ_RX_RSS)
		return eth_dev_refuse(dev, -EINVAL, "there is no Rx mq_mode %d", conf->rxmode.mq_mode);
	if (dev->dev_ops->rss_set == NULL || info->reta_size == 0)
		return eth_dev_result(dev, "spread packets by RSS", -ENOTSUP);
	if (nb_rx == 0)
		return eth_dev_refuse(dev, -EINVAL, "RSS asked for without an Rx queue");
	if (info->reta_size > PLX_ETH_RSS_RETA_SIZE_MAX ||
	    info->hash_key_size > PLX_ETH_RSS_KEY_MAX)
		return eth_dev_refuse(dev, -ENOTSUP, "its RSS has a table of %u and a key of %u bytes, "
			"Pollux can %u and %u", info->reta_size, info->hash_key_size,
			PLX_ETH_RSS_RETA_SIZE_MAX, PLX_ETH_RSS_KEY_MAX);
	return check_hash(dev, info, &conf->rx_adv_conf.rss_conf);
}

static void
set_hash(struct plx_eth_rss *rss, const struct plx_eth_rss_conf *conf)
{
	rss->rss_hf = conf->rss_hf;
	if (conf->rss_key != NULL)
		memcpy(rss->key, conf->rss_key, rss->key_len);
}

void
eth_dev_init_rss(struct plx_eth_dev *dev, const struct plx_eth_dev_info *info)
{
	struct plx_eth_rss *rss = &dev->rss;

	memset(rss, 0, sizeof(*rss));
	if (dev->conf.rxmode.mq_mode != PLX_ETH_MQ_RX_RSS)
		return;
	rss->key_len = info->hash_key_size;
	rss->reta_size = info->reta_size;
	memcpy(rss->key, default_key, rss->key_len);
	set_hash(rss, &dev->conf.rx_adv_conf.rss_conf);
	for (uint16_t i = 0; i < rss->reta_size; i++)
		rss->reta[i] = i % dev->nb_rx_queues;
}

/* The port, if it was configured with RSS; @what: NULL: silently. */
static int
rss_port(uint16_t port_id, const char *what, struct plx_eth_dev **out)
{
	struct plx_eth_dev *dev = what != NULL ? eth_dev_get_to(port_id, what) : eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	*out = dev;
	if (dev->state >= PLX_ETH_DEV_CONFIGURED && dev->rss.reta_size > 0)
		return 0;
	return what == NULL ? -ENOTSUP :
		eth_dev_refuse(dev, -ENOTSUP, "can't %s: it is not configured with RSS", what);
}

/* @rss becomes that of the port; a start would program it anyway. */
static int
rss_change(struct plx_eth_dev *dev, const char *what, const struct plx_eth_rss *rss)
{
	int ret = dev->state == PLX_ETH_DEV_STARTED ? dev->dev_ops->rss_set(dev, rss) : 0;

	if (ret == 0)
		dev->rss = *rss;
	return eth_dev_result(dev, what, ret);
}

int
plx_eth_dev_rss_hash_update(uint16_t port_id, const struct plx_eth_rss_conf *rss_conf)
{
	const char *what = "change the RSS hash";
	struct plx_eth_dev_info info;
	struct plx_eth_dev *dev;
	struct plx_eth_rss rss;
	int ret = rss_port(port_id, what, &dev);

	if (ret < 0)
		return ret;
	eth_dev_info(dev, &info);
	ret = check_hash(dev, &info, rss_conf);
	if (ret < 0)
		return ret;
	rss = dev->rss;
	set_hash(&rss, rss_conf);
	return rss_change(dev, what, &rss);
}

int
plx_eth_dev_rss_hash_conf_get(uint16_t port_id, struct plx_eth_rss_conf *rss_conf)
{
	struct plx_eth_dev *dev;
	int ret = rss_port(port_id, NULL, &dev);

	if (ret < 0)
		return ret;
	if (rss_conf->rss_key != NULL) {
		if (rss_conf->rss_key_len < dev->rss.key_len)
			return -EINVAL;
		memcpy(rss_conf->rss_key, dev->rss.key, dev->rss.key_len);
	}
	rss_conf->rss_key_len = dev->rss.key_len;
	rss_conf->rss_hf = dev->rss.rss_hf;
	return 0;
}

static bool
wanted(const struct plx_eth_rss_reta_entry64 *reta_conf, uint16_t i)
{
	return reta_conf[i / PLX_ETH_RETA_GROUP_SIZE].mask >> i % PLX_ETH_RETA_GROUP_SIZE & 1;
}

int
plx_eth_dev_rss_reta_update(uint16_t port_id, const struct plx_eth_rss_reta_entry64 *reta_conf,
	uint16_t reta_size)
{
	const char *what = "change the RSS table";
	struct plx_eth_dev *dev;
	struct plx_eth_rss rss;
	int ret = rss_port(port_id, what, &dev);

	if (ret < 0)
		return ret;
	rss = dev->rss;
	if (reta_size != rss.reta_size)
		return eth_dev_refuse(dev, -EINVAL, "an RSS table of %u entries given, it has %u",
			reta_size, rss.reta_size);
	for (uint16_t i = 0; i < reta_size; i++) {
		if (!wanted(reta_conf, i))
			continue;
		rss.reta[i] = reta_conf[i / PLX_ETH_RETA_GROUP_SIZE].reta[i % PLX_ETH_RETA_GROUP_SIZE];
		if (rss.reta[i] >= dev->nb_rx_queues)
			return eth_dev_refuse(dev, -EINVAL, "queue %u asked for in entry %u of the RSS table,"
				" it has %u", rss.reta[i], i, dev->nb_rx_queues);
	}
	return rss_change(dev, what, &rss);
}

int
plx_eth_dev_rss_reta_query(uint16_t port_id, struct plx_eth_rss_reta_entry64 *reta_conf,
	uint16_t reta_size)
{
	struct plx_eth_dev *dev;
	int ret = rss_port(port_id, NULL, &dev);

	if (ret < 0)
		return ret;
	if (reta_size != dev->rss.reta_size)
		return -EINVAL;
	for (uint16_t i = 0; i < reta_size; i++)
		if (wanted(reta_conf, i))
			reta_conf[i / PLX_ETH_RETA_GROUP_SIZE].reta[i % PLX_ETH_RETA_GROUP_SIZE] =
				dev->rss.reta[i];
	return 0;
}
