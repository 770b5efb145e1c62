/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_FILTER_H
#define PLX_ETHDEV_FILTER_H
/**
 * DOC: Which packets a port receives: addresses, multicast, VLANs. Programs include <plx_ethdev.h>.
 *
 * All of it may be set from configure on, takes effect from the start of the port, and stays over
 * stop and start. A call that fails has logged why, and all is as before.
 */
#include <plx_ether.h>

PLX_BEGIN_DECLS

/**
 * plx_eth_promiscuous_enable() - receive all; of a port that is not started, from its start on.
 * It stays so over stop and start. Return: 0; -ENODEV; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_promiscuous_enable(uint16_t port_id);
/** plx_eth_promiscuous_disable() - only what is for us. Return: as plx_eth_promiscuous_enable(). */
PLX_EXPORT int plx_eth_promiscuous_disable(uint16_t port_id);
/** plx_eth_promiscuous_get() - 1 if it receives all, 0 if not; -ENODEV. */
PLX_EXPORT int plx_eth_promiscuous_get(uint16_t port_id);

/** plx_eth_allmulticast_enable() - receive all multicast. Return: 0; -ENODEV; -ENOTSUP; an errno. */
PLX_EXPORT int plx_eth_allmulticast_enable(uint16_t port_id);
/** plx_eth_allmulticast_disable() - only that of the list. Return: as the other one. */
PLX_EXPORT int plx_eth_allmulticast_disable(uint16_t port_id);
/** plx_eth_allmulticast_get() - 1 if it receives all multicast, 0 if not; -ENODEV. */
PLX_EXPORT int plx_eth_allmulticast_get(uint16_t port_id);

/** plx_eth_macaddr_get() - copy the port's address. Return: 0; -ENODEV. */
PLX_EXPORT int plx_eth_macaddr_get(uint16_t port_id, struct plx_ether_addr *mac_addr);
/**
 * plx_eth_macaddrs_get() - copy all addresses, the default one first.
 * @ma: of @num entries. Return: how many there are, which may be more than @num; -ENODEV.
 */
PLX_EXPORT int plx_eth_macaddrs_get(uint16_t port_id, struct plx_ether_addr *ma, unsigned int num);
/**
 * plx_eth_dev_default_mac_addr_set() - change it.
 * Return: 0; -ENODEV; -EINVAL if it is no unicast address; -EEXIST if plx_eth_dev_mac_addr_add() added
 * it; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_default_mac_addr_set(uint16_t port_id,
	const struct plx_ether_addr *mac_addr);
/**
 * plx_eth_dev_mac_addr_add() - receive what is for one more address.
 * Return: 0, also if it is there already; -ENODEV; -EINVAL if it is no unicast address; -ENOSPC if all
 * max_mac_addrs are taken; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_mac_addr_add(uint16_t port_id, const struct plx_ether_addr *mac_addr);
/**
 * plx_eth_dev_mac_addr_remove() - no more.
 * Return: 0; -ENODEV; -ENOENT if it is not there; -EADDRINUSE if it is the default one; -ENOTSUP.
 */
PLX_EXPORT int plx_eth_dev_mac_addr_remove(uint16_t port_id, const struct plx_ether_addr *mac_addr);
/**
 * plx_eth_dev_set_mc_addr_list() - receive what is for these multicast addresses, in place of others.
 * @mc_addr_set: @nb_mc_addr addresses, copied.
 * @nb_mc_addr: 0 to max_mc_addrs of the port's info.
 *
 * Many NICs filter by a hash, and so may let others in. Return: 0; -ENODEV; -EINVAL for one that is
 * not multicast; -ENOSPC for too many; -ENOMEM; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_set_mc_addr_list(uint16_t port_id, const struct plx_ether_addr *mc_addr_set,
	uint32_t nb_mc_addr);

/**
 * plx_eth_dev_vlan_filter() - receive a VLAN, or no more; matters while
 * PLX_ETH_RX_OFFLOAD_VLAN_FILTER is on. Packets without a tag are always received.
 * @vlan_id: 0 to 4095.
 * @on: 1 or 0.
 *
 * Return: 0; -ENODEV; -EINVAL for an id above 4095; -ENOTSUP if the port can't, or the offload is not
 * on; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_vlan_filter(uint16_t port_id, uint16_t vlan_id, int on);
/**
 * plx_eth_dev_set_vlan_offload() - switch VLAN offloads of all queues.
 * @offload_mask: PLX_ETH_VLAN_*_OFFLOAD that shall be on; others are switched off.
 *
 * Return: 0; -ENODEV; -EINVAL for one that rx_offload_capa does not have; -ENOTSUP; the driver's errno.
 */
PLX_EXPORT int plx_eth_dev_set_vlan_offload(uint16_t port_id, int offload_mask);
/** plx_eth_dev_get_vlan_offload() - PLX_ETH_VLAN_*_OFFLOAD that are on; -ENODEV. */
PLX_EXPORT int plx_eth_dev_get_vlan_offload(uint16_t port_id);

PLX_END_DECLS
#endif
