/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IGBVF_H
#define IGBVF_H
/**
 * DOC: net_igbvf: a virtual function of the 82576. Its queues are the PF's kind; what concerns others
 * (addresses, VLANs, MTU) it asks its PF for, by the mailbox.
 */
#include "igb_port.h"
#include "igbvf_regs.h"

PLX_BEGIN_DECLS

/** IGBVF_MBX_TIMEOUT_US - until the PF answers; its driver may have to be scheduled. */
#define IGBVF_MBX_TIMEOUT_US 500000
/** IGBVF_RESET_TIMEOUT_US - until the PF says that it is not being reset. */
#define IGBVF_RESET_TIMEOUT_US 1000000

/**
 * struct igbvf_port - dev_private.
 * @port: common part; first.
 * @events: IGBVF_MBX_EVENTS that were read, which clears them, and not handled yet. Any thread.
 * @lost: the PF was reset, or forgot us: nothing goes until the next start. Any thread.
 * @mac: what the PF gave.
 * @given_mac: whether it gave one.
 */
struct igbvf_port {
	struct e1000_port port;
	uint32_t events;
	bool lost;
	struct plx_ether_addr mac;
	bool given_mac;
};

/** igbvf_port() - of a port whose dev_private is one. */
static inline struct igbvf_port *
igbvf_port(const struct plx_eth_dev *dev)
{
	return (struct igbvf_port *)dev->dev_private;
}

/* igbvf_mbx.c */

/** IGBVF_MBX_GONE - the VF does not answer. */
#define IGBVF_MBX_GONE UINT32_MAX
/**
 * igbvf_events() - look at the mailbox.
 * Return: IGBVF_MBX_*, with what was seen before; IGBVF_MBX_GONE. Any thread.
 */
uint32_t igbvf_events(struct igbvf_port *vf);
/** igbvf_events_clear() - these were handled. Any thread. */
void igbvf_events_clear(struct igbvf_port *vf, uint32_t events);
/**
 * igbvf_request() - ask the PF for something, and wait for its answer.
 * @msg: @n words; gets as many of the answer.
 * @n: 1 to IGBVF_MBX_WORDS.
 *
 * Return: 0; -EPERM if the PF refuses; -ENETRESET if it was reset or forgot us meanwhile; -ETIMEDOUT if
 * it does not answer; -EPROTO if it answers something else; -ENODEV.
 */
int igbvf_request(struct igbvf_port *vf, uint32_t *msg, unsigned int n);
/**
 * igbvf_reset() - reset the function, and have the PF know of it.
 * Return: 0, with @mac and @given_mac of @vf; as igbvf_request().
 */
int igbvf_reset(struct igbvf_port *vf);
/** igbvf_pf_lost() - the PF was reset: say so, once until the next start. Any thread. */
void igbvf_pf_lost(struct plx_eth_dev *dev);

/* igbvf_filter.c: functions of struct plx_eth_dev_ops that ask the PF. */

int igbvf_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
int igbvf_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int igbvf_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int igbvf_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr);
int igbvf_allmulticast_enable(struct plx_eth_dev *dev);
int igbvf_allmulticast_disable(struct plx_eth_dev *dev);
int igbvf_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on);
int igbvf_mtu_set(struct plx_eth_dev *dev, uint16_t mtu);
/** igbvf_mac_send() - have the PF let in what is for @mac. Return: as igbvf_request(). */
int igbvf_mac_send(struct igbvf_port *vf, const struct plx_ether_addr *mac);
/** igbvf_mtu_send() - have the PF let in frames of that MTU. Return: as igbvf_request(). */
int igbvf_mtu_send(struct igbvf_port *vf, uint16_t mtu);

/* igbvf_intr.c */

int igbvf_intr_start(struct plx_eth_dev *dev);
int igbvf_intr_stop(struct plx_eth_dev *dev);

PLX_END_DECLS
#endif
