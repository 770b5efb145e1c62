/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETH_RING_H
#define PLX_ETH_RING_H
/**
 * DOC: net_ring: a port whose queues are rings of mbufs, for packets between threads that know ports
 * only. --vdev net_ring0 makes one with rings of its own; these functions take the caller's.
 */
#include <plx_ring.h>

PLX_BEGIN_DECLS

/**
 * plx_eth_from_rings() - make a port of rings.
 * @name: the device becomes "net_ring_" and this; the port has the same name.
 * @rx_queues: @nb_rx_queues rings; Rx queue i takes packets from ring i. May be NULL with 0.
 * @nb_rx_queues: up to PLX_MAX_QUEUES_PER_PORT.
 * @tx_queues: @nb_tx_queues rings; Tx queue i puts packets into ring i. May be NULL with 0.
 * @nb_tx_queues: up to PLX_MAX_QUEUES_PER_PORT.
 * @numa_node: of the port, or (unsigned int)SOCKET_ID_ANY.
 *
 * Rings hold struct plx_mbuf pointers, whole packets. They stay the caller's, with what is in them, and
 * outlive the port, which plx_vdev_uninit() takes away. Any thread. Return: the port's number; -EINVAL
 * without any ring, or for a NULL ring or too many of them; as plx_vdev_init(). Logged.
 */
PLX_EXPORT int plx_eth_from_rings(const char *name, struct plx_ring *const rx_queues[],
	unsigned int nb_rx_queues, struct plx_ring *const tx_queues[], unsigned int nb_tx_queues,
	unsigned int numa_node);

/** plx_eth_from_ring() - a port that receives what it sends, by @r, and is called as @r. */
PLX_EXPORT int plx_eth_from_ring(struct plx_ring *r);

PLX_END_DECLS
#endif
