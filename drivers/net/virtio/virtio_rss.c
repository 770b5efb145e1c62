/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive side scaling: virtio 1.2 section 5.1.6.5.7. */
#include <errno.h>
#include <string.h>

#include "virtio_net.h"

static const struct {
	uint64_t rss_hf;
	uint32_t type;
} hashes[] = {
	{ PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_FRAG_IPV4 | PLX_ETH_RSS_NONFRAG_IPV4_OTHER,
		VIRTIO_NET_HASH_TYPE_IPv4 },
	{ PLX_ETH_RSS_NONFRAG_IPV4_TCP, VIRTIO_NET_HASH_TYPE_TCPv4 },
	{ PLX_ETH_RSS_NONFRAG_IPV4_UDP, VIRTIO_NET_HASH_TYPE_UDPv4 },
	{ PLX_ETH_RSS_IPV6 | PLX_ETH_RSS_FRAG_IPV6 | PLX_ETH_RSS_NONFRAG_IPV6_OTHER,
		VIRTIO_NET_HASH_TYPE_IPv6 },
	{ PLX_ETH_RSS_NONFRAG_IPV6_TCP, VIRTIO_NET_HASH_TYPE_TCPv6 },
	{ PLX_ETH_RSS_NONFRAG_IPV6_UDP, VIRTIO_NET_HASH_TYPE_UDPv6 },
	{ PLX_ETH_RSS_IPV6_EX, VIRTIO_NET_HASH_TYPE_IP_EX },
	{ PLX_ETH_RSS_IPV6_TCP_EX, VIRTIO_NET_HASH_TYPE_TCP_EX },
	{ PLX_ETH_RSS_IPV6_UDP_EX, VIRTIO_NET_HASH_TYPE_UDP_EX },
};

uint64_t
virtio_rss_flow_types(uint32_t hash_types)
{
	uint64_t rss_hf = 0;

	for (size_t i = 0; i < PLX_DIM(hashes); i++)
		if (hash_types & hashes[i].type)
			rss_hf |= hashes[i].rss_hf;
	return rss_hf;
}

static uint32_t
hash_types(uint64_t rss_hf)
{
	uint32_t types = 0;

	for (size_t i = 0; i < PLX_DIM(hashes); i++)
		if (rss_hf & hashes[i].rss_hf)
			types |= hashes[i].type;
	return types;
}

/* A command that is written field by field: what follows the table has no fixed place. */
struct rss_config {
	uint8_t bytes[VIRTIO_CQ_DATA_MAX];
	size_t len;
};

static void
append(struct rss_config *config, const void *field, size_t len)
{
	memcpy(config->bytes + config->len, field, len);
	config->len += len;
}

PLX_STATIC_ASSERT(2 * VIRTIO_RETA_SIZE_MAX + VIRTIO_RSS_KEY_SIZE + 11 <= VIRTIO_CQ_DATA_MAX,
	"the longest table fits a command");

/* 5.1.6.5.7.1: the hash and the table, and how many transmit queues will be used. */
int
virtio_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss)
{
	const uint16_t mask = (uint16_t)(rss->reta_size - 1), unclassified = 0;
	const uint16_t pairs = PLX_MAX(dev->nb_rx_queues, dev->nb_tx_queues);
	const uint32_t types = hash_types(rss->rss_hf);
	struct virtio_hw *hw = dev->dev_private;
	struct rss_config config = { .len = 0 };

	if (!virtio_has(hw, VIRTIO_NET_F_RSS))
		return -ENOTSUP;
	if (rss->reta_size == 0 || rss->reta_size > VIRTIO_RETA_SIZE_MAX ||
	    rss->key_len != VIRTIO_RSS_KEY_SIZE)
		return -EINVAL;
	append(&config, &types, sizeof(types));
	append(&config, &mask, sizeof(mask));
	append(&config, &unclassified, sizeof(unclassified));
	append(&config, rss->reta, rss->reta_size * sizeof(rss->reta[0]));
	append(&config, &pairs, sizeof(pairs));
	append(&config, &rss->key_len, sizeof(rss->key_len));
	append(&config, rss->key, rss->key_len);
	return virtio_cq_command(hw->cq, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG,
		config.bytes, config.len);
}
