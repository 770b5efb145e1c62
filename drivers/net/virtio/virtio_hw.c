/* SPDX-License-Identifier: BSD-3-Clause */
/* Device initialization: virtio 1.2 sections 3.1.1 and 5.1.5. */
#include <errno.h>
#include <inttypes.h>

#include <bsd/stdlib.h>

#include <plx_errno.h>

#include "virtio_log.h"
#include "virtio_net.h"

PLX_LOG_REGISTER(virtio_logtype, "pmd.net.virtio", "VIRTIO", NOTICE)

static void
add_status(struct virtio_transport *t, uint8_t bits)
{
	t->ops->set_status(t, (uint8_t)(t->ops->get_status(t) | bits));
}

/* 3.1.1 steps 1 to 3. */
static int
greet(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;
	int ret;

	ret = t->ops->reset(t);
	if (ret < 0)
		return ret;
	add_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	add_status(t, VIRTIO_STATUS_DRIVER);
	return 0;
}

/* 3.1.1 steps 4 to 6, having read what is offered. */
static int
accept_features(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;

	t->ops->set_features(t, hw->features);
	add_status(t, VIRTIO_STATUS_FEATURES_OK);
	if (t->ops->get_status(t) & VIRTIO_STATUS_FEATURES_OK)
		return 0;
	add_status(t, VIRTIO_STATUS_FAILED);
	return -EPROTO;
}

int
virtio_hw_reinit(struct virtio_hw *hw)
{
	int ret;

	ret = greet(hw);
	return ret < 0 ? ret : accept_features(hw);
}

void
virtio_hw_ready(struct virtio_hw *hw)
{
	add_status(hw->transport, VIRTIO_STATUS_DRIVER_OK);
}

/* Without these there is nothing a driver could do: what cures it is another set-up of the host. */
static int
check_required(const struct virtio_hw *hw, uint64_t offered)
{
	const uint64_t missing = hw->transport->required & ~offered;

	if (missing & VIRTIO_BIT(VIRTIO_F_VERSION_1))
		VIRTIO_ERR(hw->dev_name, "a legacy device: VIRTIO_F_VERSION_1 is not among its "
			"features 0x%" PRIx64 "; with QEMU: disable-legacy=on,disable-modern=off",
			offered);
	else if (missing & VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM))
		VIRTIO_ERR(hw->dev_name, "its DMA would bypass the IOMMU: VIRTIO_F_ACCESS_PLATFORM "
			"is not among its features 0x%" PRIx64
			"; with QEMU: iommu_platform=on,disable-legacy=on", offered);
	return missing != 0 ? -ENOTSUP : 0;
}

/* The MTU decides whether its feature is any good. */
static int
read_mtu(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;
	uint16_t mtu = 0;
	int ret;

	hw->max_mtu = VIRTIO_MTU_MAX;
	if (!virtio_has(hw, VIRTIO_NET_F_MTU))
		return 0;
	ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_MTU, &mtu, sizeof(mtu));
	if (ret < 0)
		return ret;
	if (mtu < PLX_ETHER_MIN_MTU)
		hw->features &= ~VIRTIO_BIT(VIRTIO_NET_F_MTU);
	else
		hw->max_mtu = PLX_MIN(mtu, (uint16_t)VIRTIO_MTU_MAX);
	return 0;
}

/* 5.1.4: 1 to 0x8000; others make the features that they belong to no good. */
static int
read_pairs(struct virtio_hw *hw)
{
	const uint64_t bits = VIRTIO_BIT(VIRTIO_NET_F_MQ) | VIRTIO_BIT(VIRTIO_NET_F_RSS);
	struct virtio_transport *t = hw->transport;
	uint16_t pairs = 1;
	int ret = 0;

	if (t->pairs > 0)
		pairs = t->pairs;
	else if (hw->features & bits)
		ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_MAX_PAIRS, &pairs, sizeof(pairs));
	if (ret < 0)
		return ret;
	if (pairs < 1 || pairs > 0x8000) {
		hw->features &= ~(bits | VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT));
		pairs = 1;
	}
	hw->device_pairs = pairs;
	hw->max_pairs = PLX_MIN(pairs, (uint16_t)PLX_MAX_QUEUES_PER_PORT);
	return 0;
}

/* 5.1.4: what the hash and the table can be. */
static int
read_rss(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;
	uint16_t table = 0;
	uint8_t key = 0;
	int ret;

	if (!virtio_has(hw, VIRTIO_NET_F_RSS))
		return 0;
	ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_RSS_KEY, &key, sizeof(key));
	if (ret == 0)
		ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_RSS_TABLE, &table, sizeof(table));
	if (ret == 0)
		ret = t->ops->read_config(t, VIRTIO_NET_CONFIG_HASH_TYPES, &hw->hash_types,
			sizeof(hw->hash_types));
	if (ret < 0)
		return ret;
	if (key < VIRTIO_RSS_KEY_SIZE || table < VIRTIO_RETA_SIZE_MAX) {
		hw->features &= ~(VIRTIO_BIT(VIRTIO_NET_F_RSS) |
			VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT));
		hw->hash_types = 0;
	} else {
		hw->reta_size = VIRTIO_RETA_SIZE_MAX;
	}
	return 0;
}

/* Choose among @offered. What the configuration says may make a feature no good. */
static int
choose_features(struct virtio_hw *hw, uint64_t offered)
{
	int ret;

	hw->features = virtio_features_known(offered);
	hw->reta_size = 0;
	hw->hash_types = 0;
	ret = read_mtu(hw);
	if (ret == 0)
		ret = read_pairs(hw);
	return ret < 0 ? ret : read_rss(hw);
}

void
virtio_random_mac(struct plx_ether_addr *mac)
{
	arc4random_buf(mac, sizeof(*mac));
	mac->addr_bytes[0] &= (uint8_t)~PLX_ETHER_GROUP_ADDR;
	mac->addr_bytes[0] |= PLX_ETHER_LOCAL_ADMIN_ADDR;
}

/* 5.1.4.2: without VIRTIO_NET_F_MAC we make up an address. */
static int
read_mac(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;

	if (virtio_has(hw, VIRTIO_NET_F_MAC))
		return t->ops->read_config(t, VIRTIO_NET_CONFIG_MAC, &hw->mac, sizeof(hw->mac));
	virtio_random_mac(&hw->mac);
	return 0;
}

/* Most descriptors of a queue: 2.7 wants a power of two. */
static uint16_t
read_queue_size(struct virtio_hw *hw, uint16_t index)
{
	uint16_t size = hw->transport->ops->queue_size(hw->transport, index);

	if (size == 0)
		return 0;
	return (uint16_t)(1u << (31 - __builtin_clz(size)));
}

/* The smallest of its kind, of the pairs that we can use. */
static void
read_pair_sizes(struct virtio_hw *hw)
{
	hw->rx_size = hw->tx_size = VIRTQ_SIZE_MAX;
	for (uint16_t i = 0; i < hw->max_pairs; i++) {
		hw->rx_size = PLX_MIN(hw->rx_size, read_queue_size(hw, VIRTIO_NET_RX_VQ(i)));
		hw->tx_size = PLX_MIN(hw->tx_size, read_queue_size(hw, VIRTIO_NET_TX_VQ(i)));
	}
}

static int
read_queue_sizes(struct virtio_hw *hw)
{
	const bool has_cq = virtio_has(hw, VIRTIO_NET_F_CTRL_VQ);

	hw->cq_size = has_cq ? read_queue_size(hw, virtio_cq_index(hw)) : 0;
	read_pair_sizes(hw);
	if (hw->rx_size >= VIRTIO_QUEUE_MIN && hw->tx_size >= VIRTIO_QUEUE_MIN &&
	    (hw->cq_size >= VIRTIO_CQ_MIN || !has_cq))
		return 0;
	VIRTIO_ERR(hw->dev_name, "Rx, Tx and control queue can have %u, %u and %u descriptors, "
		"needed are %u, %u and %u", hw->rx_size, hw->tx_size, hw->cq_size,
		VIRTIO_QUEUE_MIN, VIRTIO_QUEUE_MIN, has_cq ? VIRTIO_CQ_MIN : 0);
	return -EPROTO;
}

/* Read what 5.1.5 needs, the device being told that there is a driver. */
static int
learn(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;
	const uint64_t offered = t->ops->get_features(t);
	int ret;

	ret = check_required(hw, offered);
	if (ret < 0)
		return ret;
	ret = choose_features(hw, offered);
	if (ret == 0 && accept_features(hw) < 0) {
		VIRTIO_ERR(hw->dev_name, "does not agree on the features 0x%" PRIx64 " of the 0x%"
			PRIx64 " that it offers", hw->features, offered);
		return -EPROTO;
	}
	if (ret == 0)
		ret = read_mac(hw);
	if (ret < 0) {
		VIRTIO_ERR(hw->dev_name, "can't read its configuration (%s)", plx_strerror(ret));
		return ret;
	}
	ret = read_queue_sizes(hw);
	if (ret < 0)
		return ret;
	hw->supported = hw->features;
	PLX_LOG(INFO, &virtio_logtype, "%s: features 0x%" PRIx64 " of 0x%" PRIx64
		", up to %u pairs of queues with %u Rx and %u Tx descriptors", hw->dev_name,
		hw->features, offered, hw->max_pairs, hw->rx_size, hw->tx_size);
	return 0;
}

int
virtio_hw_init(struct virtio_hw *hw)
{
	struct virtio_transport *t = hw->transport;
	int ret, reset_ret;

	ret = greet(hw);
	if (ret == 0) {
		ret = learn(hw);
		if (ret < 0)
			add_status(t, VIRTIO_STATUS_FAILED);
		/* Nothing runs before the start of the port. */
		reset_ret = t->ops->reset(t);
		if (reset_ret == 0)
			return ret;
		ret = reset_ret;
	}
	VIRTIO_ERR(hw->dev_name, "does not come out of reset (%s)", plx_strerror(ret));
	return ret;
}
