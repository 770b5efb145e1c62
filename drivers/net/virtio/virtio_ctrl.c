/* SPDX-License-Identifier: BSD-3-Clause */
/* What the device is told by commands: virtio 1.2 section 5.1.6.5. */
#include <errno.h>
#include <string.h>

#include "virtio_net.h"

/* le32 entries; then 6 bytes each. Two of them make the filter of addresses. */
#define MAC_TABLE_BYTES(n) (sizeof(uint32_t) + (size_t)(n) * PLX_ETHER_ADDR_LEN)

PLX_STATIC_ASSERT(MAC_TABLE_BYTES(PLX_ETH_MAC_ADDRS_MAX) + MAC_TABLE_BYTES(VIRTIO_MC_ADDRS_MAX) <=
	VIRTIO_CQ_DATA_MAX, "the longest filter fits a command");

static struct virtio_hw *
hw_of(const struct plx_eth_dev *dev)
{
	return dev->dev_private;
}

static int
command(struct virtio_hw *hw, unsigned int feature, uint8_t cls, uint8_t cmd, const void *data,
	size_t len)
{
	if (!virtio_has(hw, feature))
		return -ENOTSUP;
	return virtio_cq_command(hw->cq, cls, cmd, data, len);
}

static int
rx_mode(struct plx_eth_dev *dev, uint8_t cmd, uint8_t on)
{
	return command(hw_of(dev), VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_CTRL_RX, cmd, &on, sizeof(on));
}

int
virtio_promiscuous_enable(struct plx_eth_dev *dev)
{
	return hw_of(dev)->transport->receives_all ? 0 :
		rx_mode(dev, VIRTIO_NET_CTRL_RX_PROMISC, 1);
}

int
virtio_promiscuous_disable(struct plx_eth_dev *dev)
{
	return rx_mode(dev, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

int
virtio_allmulticast_enable(struct plx_eth_dev *dev)
{
	return hw_of(dev)->transport->receives_all ? 0 :
		rx_mode(dev, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
}

int
virtio_allmulticast_disable(struct plx_eth_dev *dev)
{
	return rx_mode(dev, VIRTIO_NET_CTRL_RX_ALLMULTI, 0);
}

/* While the port is stopped it is enough that ethdev keeps the address: the start sets it. */
int
virtio_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	struct virtio_hw *hw = hw_of(dev);

	if (!virtio_has(hw, VIRTIO_NET_F_CTRL_MAC_ADDR))
		return -ENOTSUP;
	if (!hw->started)
		return 0;
	return virtio_cq_command(hw->cq, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET,
		mac_addr, sizeof(*mac_addr));
}

static void
add_mac(char *table, const struct plx_ether_addr *mac)
{
	uint32_t n;

	memcpy(&n, table, sizeof(n));
	memcpy(table + MAC_TABLE_BYTES(n), mac, sizeof(*mac));
	n++;
	memcpy(table, &n, sizeof(n));
}

static size_t
table_bytes(const char *table)
{
	uint32_t n;

	memcpy(&n, table, sizeof(n));
	return MAC_TABLE_BYTES(n);
}

/*
 * 5.1.6.5.2: the device takes all addresses at once, so there is one command for what are three of
 * ethdev's: filter @index is @mac or, if that is NULL, no more; the others are as they are. A filter
 * above them all changes none of them.
 */
static int
set_mac_table(struct plx_eth_dev *dev, uint32_t index, const struct plx_ether_addr *mac,
	const struct plx_ether_addr *mc_addrs, uint32_t nb_mc_addr)
{
	char tables[VIRTIO_CQ_DATA_MAX] = { 0 };
	char *multicast;

	for (uint32_t i = 1; i < PLX_ETH_MAC_ADDRS_MAX; i++) {
		const struct plx_ether_addr *a = i == index ? mac : &dev->mac_addrs[i];

		if (a != NULL && !plx_is_zero_ether_addr(a))
			add_mac(tables, a);
	}
	multicast = tables + table_bytes(tables);
	for (uint32_t i = 0; i < nb_mc_addr; i++)
		add_mac(multicast, &mc_addrs[i]);
	return command(hw_of(dev), VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_CTRL_MAC,
		VIRTIO_NET_CTRL_MAC_TABLE_SET, tables,
		table_bytes(tables) + table_bytes(multicast));
}

int
virtio_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	return set_mac_table(dev, index, mac_addr, dev->mc_addrs, dev->nb_mc_addrs);
}

int
virtio_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index)
{
	return set_mac_table(dev, index, NULL, dev->mc_addrs, dev->nb_mc_addrs);
}

int
virtio_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr)
{
	return set_mac_table(dev, PLX_ETH_MAC_ADDRS_MAX, NULL, mc_addrs, nb_mc_addr);
}

int
virtio_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on)
{
	return command(hw_of(dev), VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN,
		on ? VIRTIO_NET_CTRL_VLAN_ADD : VIRTIO_NET_CTRL_VLAN_DEL, &vlan_id, sizeof(vlan_id));
}

int
virtio_set_pairs(struct virtio_hw *hw, uint16_t pairs)
{
	return command(hw, VIRTIO_NET_F_MQ, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_PAIRS_SET,
		&pairs, sizeof(pairs));
}
