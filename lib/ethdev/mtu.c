/* SPDX-License-Identifier: BSD-3-Clause */
/* The MTU: within the port's limits, and such that frames fit the mbufs of the queues. */
#include "ethdev_private.h"

int
plx_eth_dev_get_mtu(uint16_t port_id, uint16_t *mtu)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	*mtu = dev->mtu;
	return 0;
}

uint16_t
eth_dev_default_mtu(struct plx_eth_dev *dev)
{
	struct plx_eth_dev_info info;
	uint16_t mtu;

	if (dev->dev_ops->mtu_set == NULL)
		return dev->mtu;
	eth_dev_info(dev, &info);
	mtu = PLX_MIN((uint16_t)PLX_ETHER_MTU, info.max_mtu);
	return PLX_MAX(mtu, info.min_mtu);
}

uint32_t
eth_dev_frame_len(const struct plx_eth_dev_info *info, uint32_t mtu, uint64_t rx_offloads)
{
	const uint32_t longest = info->max_rx_pktlen, max_mtu = info->max_mtu;
	const uint32_t around = longest > max_mtu ? longest - max_mtu : 0;

	return PLX_MIN(mtu + around, longest) +
		(rx_offloads & PLX_ETH_RX_OFFLOAD_KEEP_CRC ? PLX_ETHER_CRC_LEN : 0);
}

int
eth_dev_check_mtu(struct plx_eth_dev *dev, uint32_t mtu)
{
	struct plx_eth_dev_info info;

	eth_dev_info(dev, &info);
	if (mtu < info.min_mtu || mtu > info.max_mtu)
		return eth_dev_refuse(dev, -EINVAL, "an MTU of %u asked for, it can have %u to %u", mtu,
			info.min_mtu, info.max_mtu);
	if (mtu != dev->mtu && dev->dev_ops->mtu_set == NULL)
		return eth_dev_result(dev, "change the MTU", -ENOTSUP);
	return 0;
}

int
eth_dev_change_mtu(struct plx_eth_dev *dev, uint16_t mtu)
{
	int ret = mtu != dev->mtu ? dev->dev_ops->mtu_set(dev, mtu) : 0;

	if (ret == 0)
		dev->mtu = mtu;
	return eth_dev_result(dev, "change the MTU", ret);
}

/* Do frames of that MTU fit the queues that are there? */
static int
check_rooms(struct plx_eth_dev *dev, uint16_t mtu)
{
	struct plx_eth_dev_info info;

	eth_dev_info(dev, &info);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		const struct plx_eth_rxq_info *q = &dev->rxq_info[i];
		const uint32_t frame = eth_dev_frame_len(&info, mtu, q->conf.offloads);

		if (dev->rx_queues[i] == NULL || frame <= q->rx_buf_size ||
		    (q->conf.offloads & PLX_ETH_RX_OFFLOAD_SCATTER))
			continue;
		return eth_dev_refuse(dev, -EINVAL, "frames of MTU %u have %u bytes, mbufs of Rx queue %u"
			" take %u: larger mbufs, or offload SCATTER", mtu, frame, i, q->rx_buf_size);
	}
	return 0;
}

int
plx_eth_dev_set_mtu(uint16_t port_id, uint16_t mtu)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "set the MTU");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	ret = eth_dev_check_mtu(dev, mtu);
	if (ret == 0)
		ret = check_rooms(dev, mtu);
	return ret < 0 ? ret : eth_dev_change_mtu(dev, mtu);
}
