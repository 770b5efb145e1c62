/* SPDX-License-Identifier: BSD-3-Clause */
/* What is received, and by which queue. */
#include <errno.h>
#include <string.h>

#include <plx_malloc.h>

#include "vmxnet3_hw.h"

static int
set_rx_mode(struct vmxnet3_hw *hw, uint32_t set, uint32_t clear)
{
	const uint32_t mode = (hw->rx_mode & ~clear) | set;
	int ret;

	hw->shared->rx_mode = mode;
	ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_RX_MODE);
	if (ret == 0)
		hw->rx_mode = mode;
	else
		hw->shared->rx_mode = hw->rx_mode;
	return ret;
}

int
vmxnet3_promiscuous_enable(struct plx_eth_dev *dev)
{
	return set_rx_mode(vmxnet3_hw_of(dev), VMXNET3_RXM_PROMISC, 0);
}

int
vmxnet3_promiscuous_disable(struct plx_eth_dev *dev)
{
	return set_rx_mode(vmxnet3_hw_of(dev), 0, VMXNET3_RXM_PROMISC);
}

int
vmxnet3_allmulticast_enable(struct plx_eth_dev *dev)
{
	return set_rx_mode(vmxnet3_hw_of(dev), VMXNET3_RXM_ALL_MULTI, 0);
}

int
vmxnet3_allmulticast_disable(struct plx_eth_dev *dev)
{
	return set_rx_mode(vmxnet3_hw_of(dev), 0, VMXNET3_RXM_ALL_MULTI);
}

void
vmxnet3_write_mac(const struct vmxnet3_hw *hw, const struct plx_ether_addr *mac)
{
	uint32_t lo, hi = 0;

	memcpy(&lo, &mac->addr_bytes[0], 4);
	memcpy(&hi, &mac->addr_bytes[4], 2);
	vmxnet3_write_control(hw, VMXNET3_MACL, lo);
	vmxnet3_write_control(hw, VMXNET3_MACH, hi);
}

/* While the port is stopped it is enough that ethdev keeps the address: the start sets it. */
int
vmxnet3_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac)
{
	const struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);

	if (hw->active)
		vmxnet3_write_mac(hw, mac);
	return 0;
}

/* The device reads the table at the command, and has a copy then. */
int
vmxnet3_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *addrs, uint32_t n)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const size_t len = n * sizeof(*addrs);
	struct plx_ether_addr *table = NULL;
	int ret;

	if (n > 0) {
		table = plx_malloc_socket("vmxnet3 multicast", len, 0, hw->pci->device.numa_node);
		if (table == NULL)
			return -errno;
		memcpy(table, addrs, len);
		hw->shared->mc_table = plx_mem_iova(table);
	}
	hw->shared->mc_table_len = (uint16_t)len;
	ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_MAC_FILTERS);
	hw->shared->mc_table = 0;
	hw->shared->mc_table_len = 0;
	plx_free(table);
	if (ret == 0)
		ret = set_rx_mode(hw, n > 0 ? VMXNET3_RXM_MCAST : 0, n > 0 ? 0 : VMXNET3_RXM_MCAST);
	return ret;
}

static bool
filters_vlans(const struct plx_eth_dev *dev)
{
	return (dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER) != 0;
}

/* Without the filter all VLANs are in the table; what has no tag is VLAN 0. */
static void
fill_vlans(struct plx_eth_dev *dev)
{
	struct vmxnet3_shared *shared = vmxnet3_hw_of(dev)->shared;
	uint32_t *table = shared->vlan_table;

	PLX_STATIC_ASSERT(sizeof(dev->vlan_ids) == sizeof(shared->vlan_table), "as many bits");
	if (filters_vlans(dev)) {
		memcpy(table, dev->vlan_ids, sizeof(dev->vlan_ids));
		table[0] |= 1;
	} else {
		memset(table, 0xff, sizeof(dev->vlan_ids));
	}
}

void
vmxnet3_fill_filters(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);

	hw->rx_mode = VMXNET3_RXM_UCAST | VMXNET3_RXM_BCAST;
	hw->shared->rx_mode = hw->rx_mode;
	fill_vlans(dev);
}

int
vmxnet3_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const uint32_t bit = 1u << (vlan_id % 32);
	uint32_t *word = &hw->shared->vlan_table[vlan_id / 32];
	const uint32_t before = *word;
	int ret;

	/* Frames without a tag pass always. */
	if (!filters_vlans(dev) || vlan_id == 0)
		return 0;
	*word = on ? before | bit : before & ~bit;
	ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_VLAN_FILTERS);
	if (ret < 0)
		*word = before;
	return ret;
}

uint64_t
vmxnet3_features(struct plx_eth_dev *dev)
{
	const uint64_t offloads = dev->conf.rxmode.offloads;
	uint64_t features = 0;

	if (offloads & PLX_ETH_RX_OFFLOAD_CHECKSUM)
		features |= VMXNET3_F_RXCSUM;
	if (offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP)
		features |= VMXNET3_F_RXVLAN;
	if (dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS &&
	    vmxnet3_fill_rss(vmxnet3_hw_of(dev), &dev->rss))
		features |= VMXNET3_F_RSS;
	return features;
}

static int
set_features(struct vmxnet3_hw *hw, uint64_t features)
{
	const uint64_t before = hw->shared->features;
	int ret;

	hw->shared->features = features;
	ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_FEATURE);
	if (ret < 0)
		hw->shared->features = before;
	return ret;
}

int
vmxnet3_vlan_offload_set(struct plx_eth_dev *dev, int mask)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const bool strip = (dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
	uint64_t features = hw->shared->features & ~(uint64_t)VMXNET3_F_RXVLAN;
	int ret = 0;

	if (mask & PLX_ETH_VLAN_STRIP_OFFLOAD)
		ret = set_features(hw, features | (strip ? VMXNET3_F_RXVLAN : 0));
	if (ret == 0 && (mask & PLX_ETH_VLAN_FILTER_OFFLOAD)) {
		fill_vlans(dev);
		ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_VLAN_FILTERS);
	}
	return ret;
}

bool
vmxnet3_fill_rss(struct vmxnet3_hw *hw, const struct plx_eth_rss *rss)
{
	static const struct {
		uint64_t rss_hf;
		uint16_t type;
	} types[] = {
		{ PLX_ETH_RSS_IPV4, VMXNET3_RSS_IPV4 },
		{ PLX_ETH_RSS_NONFRAG_IPV4_TCP, VMXNET3_RSS_TCP_IPV4 },
		{ PLX_ETH_RSS_IPV6, VMXNET3_RSS_IPV6 },
		{ PLX_ETH_RSS_NONFRAG_IPV6_TCP, VMXNET3_RSS_TCP_IPV6 },
	};
	struct vmxnet3_rss *conf = hw->rss;

	memset(conf, 0, sizeof(*conf));
	for (unsigned int i = 0; i < PLX_DIM(types); i++)
		if (rss->rss_hf & types[i].rss_hf)
			conf->hash_type |= types[i].type;
	conf->hash_func = VMXNET3_RSS_TOEPLITZ;
	conf->hash_key_size = PLX_MIN((uint16_t)rss->key_len, (uint16_t)VMXNET3_RSS_KEY_SIZE);
	memcpy(conf->hash_key, rss->key, conf->hash_key_size);
	conf->ind_table_size = PLX_MIN(rss->reta_size, (uint16_t)VMXNET3_RSS_TABLE_SIZE);
	for (unsigned int i = 0; i < conf->ind_table_size; i++)
		conf->ind_table[i] = (uint8_t)rss->reta[i];
	return conf->hash_type != 0;
}

/*
 * Only the table can be changed alone. Key and types are read when RSS is switched on, so it is
 * switched off for a moment: packets go to queue 0 then.
 */
int
vmxnet3_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const uint64_t features = hw->shared->features & ~(uint64_t)VMXNET3_F_RSS;
	const struct vmxnet3_rss before = *hw->rss;
	const bool was_on = (hw->shared->features & VMXNET3_F_RSS) != 0;
	const bool on = vmxnet3_fill_rss(hw, rss);
	int ret;

	if (was_on && memcmp(&before, hw->rss, offsetof(struct vmxnet3_rss, ind_table)) == 0) {
		ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_RSSIDT);
	} else {
		ret = set_features(hw, features);
		if (ret == 0 && on)
			ret = set_features(hw, features | VMXNET3_F_RSS);
	}
	if (ret < 0)
		*hw->rss = before;
	return ret;
}
