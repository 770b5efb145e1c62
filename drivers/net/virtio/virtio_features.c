/* SPDX-License-Identifier: BSD-3-Clause */
/* Which features are taken: each costs something, so only those that a port's configuration wants. */
#include "virtio_net.h"

#define BITS_2(a, b) (VIRTIO_BIT(a) | VIRTIO_BIT(b))
#define CKSUM_OFFLOADS (PLX_ETH_RX_OFFLOAD_UDP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_CKSUM_OFFLOADS (PLX_ETH_TX_OFFLOAD_UDP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM)
#define HOST_TSO BITS_2(VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6)
#define GUEST_TSO BITS_2(VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6)

/* Those that every port takes. */
#define ALWAYS ( \
	VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM) | \
	VIRTIO_BIT(VIRTIO_F_ORDER_PLATFORM) | VIRTIO_BIT(VIRTIO_F_EVENT_IDX) | \
	VIRTIO_BIT(VIRTIO_F_RING_PACKED) | VIRTIO_BIT(VIRTIO_F_NOTIFICATION_DATA) | \
	VIRTIO_BIT(VIRTIO_F_RING_RESET) | VIRTIO_BIT(VIRTIO_NET_F_MTU) | \
	VIRTIO_BIT(VIRTIO_NET_F_MAC) | VIRTIO_BIT(VIRTIO_NET_F_STATUS) | \
	VIRTIO_BIT(VIRTIO_NET_F_CTRL_VQ) | VIRTIO_BIT(VIRTIO_NET_F_CTRL_RX) | \
	VIRTIO_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR) | VIRTIO_BIT(VIRTIO_NET_F_MQ))

/* 5.1.3.1: bits that are nothing without another one. */
static const struct {
	unsigned int needed;
	uint64_t bits;
} dependent[] = {
	{ VIRTIO_NET_F_CTRL_VQ, VIRTIO_BIT(VIRTIO_NET_F_CTRL_RX) |
		VIRTIO_BIT(VIRTIO_NET_F_CTRL_VLAN) | VIRTIO_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR) |
		VIRTIO_BIT(VIRTIO_NET_F_MQ) | VIRTIO_BIT(VIRTIO_NET_F_RSS) },
	/* 5.1.6.5.2.2: its command may only be given with this one. */
	{ VIRTIO_NET_F_CTRL_RX, VIRTIO_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR) },
	{ VIRTIO_NET_F_RSS, VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT) },
	{ VIRTIO_NET_F_CSUM, HOST_TSO },
	{ VIRTIO_NET_F_GUEST_CSUM, GUEST_TSO },
};

/*
 * Those that are taken if one of the offloads is asked for; and which offloads come with them, if all
 * bits are there. What needs no bit is done by the driver.
 */
static const struct {
	uint64_t offloads;
	uint64_t bits;
} rx_offloads[] = {
	{ CKSUM_OFFLOADS, VIRTIO_BIT(VIRTIO_NET_F_GUEST_CSUM) },
	{ PLX_ETH_RX_OFFLOAD_SCATTER, VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF) },
	{ PLX_ETH_RX_OFFLOAD_TCP_LRO, GUEST_TSO |
		BITS_2(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_MRG_RXBUF) },
	{ PLX_ETH_RX_OFFLOAD_VLAN_FILTER, VIRTIO_BIT(VIRTIO_NET_F_CTRL_VLAN) },
	{ PLX_ETH_RX_OFFLOAD_RSS_HASH, BITS_2(VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT) },
	{ PLX_ETH_RX_OFFLOAD_VLAN_STRIP, 0 },
}, tx_offloads[] = {
	{ TX_CKSUM_OFFLOADS, VIRTIO_BIT(VIRTIO_NET_F_CSUM) },
	{ PLX_ETH_TX_OFFLOAD_TCP_TSO, HOST_TSO | VIRTIO_BIT(VIRTIO_NET_F_CSUM) },
	{ PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE, 0 },
	{ PLX_ETH_TX_OFFLOAD_MULTI_SEGS, 0 },
};

uint64_t
virtio_features_known(uint64_t offered)
{
	uint64_t bits = ALWAYS | VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC);

	for (size_t i = 0; i < PLX_DIM(rx_offloads); i++)
		bits |= rx_offloads[i].bits;
	for (size_t i = 0; i < PLX_DIM(tx_offloads); i++)
		bits |= tx_offloads[i].bits;
	bits &= offered;
	for (size_t i = 0; i < PLX_DIM(dependent); i++)
		if (!(bits & VIRTIO_BIT(dependent[i].needed)))
			bits &= ~dependent[i].bits;
	return bits;
}

uint64_t
virtio_features_for(uint64_t supported, const struct plx_eth_conf *conf)
{
	const bool rss = conf->rxmode.mq_mode == PLX_ETH_MQ_RX_RSS;
	uint64_t bits = ALWAYS;

	for (size_t i = 0; i < PLX_DIM(rx_offloads); i++)
		if (conf->rxmode.offloads & rx_offloads[i].offloads)
			bits |= rx_offloads[i].bits;
	for (size_t i = 0; i < PLX_DIM(tx_offloads); i++)
		if (conf->txmode.offloads & tx_offloads[i].offloads)
			bits |= tx_offloads[i].bits;
	if (conf->txmode.offloads & (PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_TCP_TSO))
		bits |= VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC);
	/* By an index a device interrupts once, and not until nobody wants it any more. */
	if (conf->intr_conf.rxq)
		bits &= ~VIRTIO_BIT(VIRTIO_F_EVENT_IDX);
	/* Hashes are of no use but with it, and its command is what switches them on. */
	if (rss)
		bits |= VIRTIO_BIT(VIRTIO_NET_F_RSS);
	else
		bits &= ~BITS_2(VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT);
	return bits & supported;
}

uint64_t
virtio_rx_offload_capa(uint64_t supported)
{
	uint64_t offloads = 0;

	for (size_t i = 0; i < PLX_DIM(rx_offloads); i++)
		if ((rx_offloads[i].bits & ~supported) == 0)
			offloads |= rx_offloads[i].offloads;
	return offloads;
}

uint64_t
virtio_tx_offload_capa(uint64_t supported)
{
	uint64_t offloads = 0;

	for (size_t i = 0; i < PLX_DIM(tx_offloads); i++)
		if ((tx_offloads[i].bits & ~supported) == 0)
			offloads |= tx_offloads[i].offloads;
	return offloads;
}
