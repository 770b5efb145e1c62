/* SPDX-License-Identifier: BSD-3-Clause */
/* Offloads by name. */
#include "ethdev_private.h"

struct offload {
	uint64_t bit;
	const char *name;
};

#define RX(name) { PLX_ETH_RX_OFFLOAD_##name, #name }
static const struct offload rx_offloads[] = {
	RX(VLAN_STRIP), RX(IPV4_CKSUM), RX(UDP_CKSUM), RX(TCP_CKSUM), RX(TCP_LRO), RX(QINQ_STRIP),
	RX(VLAN_FILTER), RX(VLAN_EXTEND), RX(SCATTER), RX(KEEP_CRC), RX(SCTP_CKSUM), RX(RSS_HASH),
};

#define TX(name) { PLX_ETH_TX_OFFLOAD_##name, #name }
static const struct offload tx_offloads[] = {
	TX(VLAN_INSERT), TX(IPV4_CKSUM), TX(UDP_CKSUM), TX(TCP_CKSUM), TX(SCTP_CKSUM), TX(TCP_TSO),
	TX(QINQ_INSERT), TX(MULTI_SEGS), TX(MBUF_FAST_FREE),
};

static const char *
name_of(const struct offload *offloads, size_t n, uint64_t offload)
{
	for (size_t i = 0; i < n; i++)
		if (offloads[i].bit == offload)
			return offloads[i].name;
	return "UNKNOWN";
}

const char *
plx_eth_dev_rx_offload_name(uint64_t offload)
{
	return name_of(rx_offloads, PLX_DIM(rx_offloads), offload);
}

const char *
plx_eth_dev_tx_offload_name(uint64_t offload)
{
	return name_of(tx_offloads, PLX_DIM(tx_offloads), offload);
}
