/* SPDX-License-Identifier: BSD-3-Clause */
/* How the PF receives: MTU, offloads, VLANs, hash. */
#include <string.h>

#include "igb_port.h"

/* RLPML counts the CRC. */
static uint32_t
longest(uint16_t mtu)
{
	return (uint32_t)mtu + IGB_FRAME_OVERHEAD + PLX_ETHER_CRC_LEN;
}

int
igb_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	if (!igb_mtu_fits(dev, mtu))
		return -EINVAL;
	/* A start programs it. */
	if (dev->state == PLX_ETH_DEV_STARTED)
		e1000_write(e1000_hw(dev), IGB_RLPML, longest(mtu));
	return 0;
}

int
igb_vlan_offload_set(struct plx_eth_dev *dev, int mask)
{
	const uint64_t offloads = dev->conf.rxmode.offloads;
	const struct e1000_hw *hw = e1000_hw(dev);

	if (mask & PLX_ETH_VLAN_STRIP_OFFLOAD)
		e1000_assign(hw, E1000_CTRL, E1000_CTRL_VME,
			offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
	if (mask & PLX_ETH_VLAN_FILTER_OFFLOAD)
		e1000_assign(hw, E1000_RCTL, E1000_RCTL_VFE,
			offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER);
	return 0;
}

/* MRQC. */
static uint32_t
hashes_of(uint64_t rss_hf)
{
	static const struct {
		uint64_t rss;
		uint32_t mrqc;
	} map[] = {
		{ PLX_ETH_RSS_IPV4, IGB_MRQC_IPV4 },
		{ PLX_ETH_RSS_NONFRAG_IPV4_TCP, IGB_MRQC_TCP_IPV4 },
		{ PLX_ETH_RSS_NONFRAG_IPV4_UDP, IGB_MRQC_UDP_IPV4 },
		{ PLX_ETH_RSS_IPV6, IGB_MRQC_IPV6 },
		{ PLX_ETH_RSS_IPV6_EX, IGB_MRQC_IPV6_EX },
		{ PLX_ETH_RSS_NONFRAG_IPV6_TCP, IGB_MRQC_TCP_IPV6 },
		{ PLX_ETH_RSS_IPV6_TCP_EX, IGB_MRQC_TCP_IPV6_EX },
		{ PLX_ETH_RSS_NONFRAG_IPV6_UDP, IGB_MRQC_UDP_IPV6 },
		{ PLX_ETH_RSS_IPV6_UDP_EX, IGB_MRQC_UDP_IPV6_EX },
	};
	uint32_t mrqc = 0;

	for (size_t i = 0; i < PLX_DIM(map); i++)
		mrqc |= rss_hf & map[i].rss ? map[i].mrqc : 0;
	return mrqc;
}

/* Key and table first: what is hashed meanwhile goes to a queue that there is. */
int
igb_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint32_t hashes = hashes_of(rss->rss_hf);
	uint32_t word;

	for (unsigned int i = 0; i < E1000_RSS_KEY_SIZE / sizeof(word); i++) {
		memcpy(&word, &rss->key[i * sizeof(word)], sizeof(word));
		e1000_write(hw, E1000_RSSRK(i), word);
	}
	for (unsigned int i = 0; i < E1000_RETA_SIZE / sizeof(word); i++) {
		word = 0;
		for (unsigned int j = 0; j < sizeof(word); j++)
			word |= (uint32_t)rss->reta[i * sizeof(word) + j] << (8 * j);
		e1000_write(hw, E1000_RETA(i), word);
	}
	e1000_write(hw, E1000_MRQC, hashes != 0 ? hashes | IGB_MRQC_RSS : 0);
	return 0;
}

static void
program_checksums(struct plx_eth_dev *dev)
{
	const bool rss = dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS;
	const uint64_t offloads = dev->conf.rxmode.offloads;
	uint32_t rxcsum = rss ? E1000_RXCSUM_PCSD : 0;

	if (offloads & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM)
		rxcsum |= E1000_RXCSUM_IPOFLD;
	if (offloads & (PLX_ETH_RX_OFFLOAD_TCP_CKSUM | PLX_ETH_RX_OFFLOAD_UDP_CKSUM))
		rxcsum |= E1000_RXCSUM_TUOFLD;
	if (offloads & PLX_ETH_RX_OFFLOAD_SCTP_CKSUM)
		rxcsum |= E1000_RXCSUM_TUOFLD | IGB_RXCSUM_CRCOFL;
	e1000_write(e1000_hw(dev), E1000_RXCSUM, rxcsum);
}

static void
program_crc(struct plx_eth_dev *dev, bool strip)
{
	const struct e1000_hw *hw = e1000_hw(dev);

	if (!igb_chip(hw)->queue_strips_crc)
		return;
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		e1000_assign(hw, IGB_DVMOLR(i), IGB_DVMOLR_STRCRC, strip);
}

/*
 * RCTL without EN, which comes last. All frames are long ones (LPE), so that RLPML alone says how
 * long they may be; buffers are what SRRCTL says.
 */
int
igb_rx_program(struct plx_eth_dev *dev)
{
	const bool strip = !(dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_KEEP_CRC);
	const struct e1000_hw *hw = e1000_hw(dev);

	e1000_write(hw, E1000_RCTL, E1000_RCTL_LPE | E1000_RCTL_BAM | E1000_RCTL_DPF |
		(strip ? E1000_RCTL_SECRC : 0));
	program_crc(dev, strip);
	e1000_write(hw, IGB_RLPML, longest(dev->mtu));
	e1000_filters_clear(hw);
	e1000_rar_set(hw, 0, &dev->mac_addr);
	program_checksums(dev);
	e1000_write(hw, E1000_MRQC, 0);
	(void)igb_vlan_offload_set(dev, PLX_ETH_VLAN_STRIP_OFFLOAD | PLX_ETH_VLAN_FILTER_OFFLOAD);
	return dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS ? igb_rss_set(dev, &dev->rss) : 0;
}
