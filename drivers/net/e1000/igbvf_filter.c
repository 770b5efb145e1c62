/* SPDX-License-Identifier: BSD-3-Clause */
/* What a VF receives, which is its PF's to say. */
#include <string.h>

#include "igbvf.h"

/* With RCTL.MO 0, as PFs have it, the hash is the 12 highest bits of the address. */
#define MULTICAST_HASH(b) ((uint16_t)(((b)[5] << 8 | (b)[4]) >> 4))

/* A request about @mac. */
static int
send_address(struct igbvf_port *vf, uint32_t what, const struct plx_ether_addr *mac)
{
	uint32_t msg[3] = { what };

	memcpy(&msg[1], mac, sizeof(*mac));
	return igbvf_request(vf, msg, PLX_DIM(msg));
}

int
igbvf_mac_send(struct igbvf_port *vf, const struct plx_ether_addr *mac)
{
	return send_address(vf, IGBVF_MSG_SET_MAC, mac);
}

/* While the port is stopped it is enough that ethdev keeps the address: the start sets it. */
int
igbvf_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	return dev->state == PLX_ETH_DEV_STARTED ? igbvf_mac_send(igbvf_port(dev), mac_addr) : 0;
}

int
igbvf_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	(void)index;
	return send_address(igbvf_port(dev), IGBVF_MSG_SET_MAC | IGBVF_MSG_FILTER_ADD, mac_addr);
}

/* The PF can only be told to forget all of them. */
int
igbvf_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index)
{
	int ret = send_address(igbvf_port(dev), IGBVF_MSG_SET_MAC | IGBVF_MSG_FILTER_CLEAR,
		mac_addr);

	for (uint32_t i = 1; i < PLX_ETH_MAC_ADDRS_MAX && ret == 0; i++)
		if (i != index && !plx_is_zero_ether_addr(&dev->mac_addrs[i]))
			ret = igbvf_mac_addr_add(dev, &dev->mac_addrs[i], i);
	return ret;
}

int
igbvf_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr)
{
	uint32_t msg[IGBVF_MBX_WORDS] = { IGBVF_MSG_SET_MULTICAST | IGBVF_MSG_INFO(nb_mc_addr) };

	for (uint32_t i = 0; i < nb_mc_addr; i++)
		msg[1 + i / 2] |= (uint32_t)MULTICAST_HASH(mc_addrs[i].addr_bytes) << (i % 2 * 16);
	return igbvf_request(igbvf_port(dev), msg, PLX_DIM(msg));
}

int
igbvf_allmulticast_enable(struct plx_eth_dev *dev)
{
	uint32_t msg[] = { IGBVF_MSG_SET_PROMISC | IGBVF_MSG_ALL_MULTICAST };

	return igbvf_request(igbvf_port(dev), msg, PLX_DIM(msg));
}

int
igbvf_allmulticast_disable(struct plx_eth_dev *dev)
{
	uint32_t msg[] = { IGBVF_MSG_SET_PROMISC };

	return igbvf_request(igbvf_port(dev), msg, PLX_DIM(msg));
}

int
igbvf_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on)
{
	uint32_t msg[] = { IGBVF_MSG_SET_VLAN | IGBVF_MSG_INFO(on), vlan_id };

	return igbvf_request(igbvf_port(dev), msg, PLX_DIM(msg));
}

int
igbvf_mtu_send(struct igbvf_port *vf, uint16_t mtu)
{
	uint32_t msg[] = { IGBVF_MSG_SET_LPE,
		(uint32_t)mtu + IGB_FRAME_OVERHEAD + PLX_ETHER_CRC_LEN };

	return igbvf_request(vf, msg, PLX_DIM(msg));
}

/* A start programs it. */
int
igbvf_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	if (!igb_mtu_fits(dev, mtu))
		return -EINVAL;
	return dev->state == PLX_ETH_DEV_STARTED ? igbvf_mtu_send(igbvf_port(dev), mtu) : 0;
}
