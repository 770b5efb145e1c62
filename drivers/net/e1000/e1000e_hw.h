/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000E_HW_H
#define E1000E_HW_H
/**
 * DOC: The 82574 as a port: what dev_start and its like do to the device. dev_private is a struct
 * e1000_port.
 */
#include "e1000_port.h"
#include "e1000e_rxtx.h"

PLX_BEGIN_DECLS

/** E1000E_L2_OVERHEAD - bytes by which a frame is longer than the MTU: header and a VLAN tag. */
#define E1000E_L2_OVERHEAD (PLX_ETHER_HDR_LEN + PLX_VLAN_HLEN)

/** e1000e_family - of the 82574 and 82583V. */
extern const struct e1000_family e1000e_family;

/** e1000e_rx_offloads() - of the port and of any of its Rx queues. */
uint64_t e1000e_rx_offloads(const struct plx_eth_dev *dev);
/** e1000e_tx_offloads() - of the port and of any of its Tx queues. */
uint64_t e1000e_tx_offloads(const struct plx_eth_dev *dev);
/** e1000e_buf_len() - bytes that the device may write to a buffer of any Rx queue that is set up. */
uint32_t e1000e_buf_len(const struct plx_eth_dev *dev);
/** e1000e_fits() - does each frame of that MTU fit one buffer? */
bool e1000e_fits(const struct plx_eth_dev *dev, uint32_t mtu);

/**
 * e1000e_hw_start() - reset the device and program it, up to where queues can be started.
 * Return: 0; -ENODEV; -ETIMEDOUT; -EIO if the PHY does not answer.
 */
int e1000e_hw_start(struct plx_eth_dev *dev);
/** e1000e_hw_run() - let it receive and send, by those queues that are started. */
void e1000e_hw_run(struct plx_eth_dev *dev);
/**
 * e1000e_hw_stop() - no DMA any more, by taking the bus from the device if its reset fails.
 * Return: 0, also if it is gone; -ETIMEDOUT; the bus's errno.
 */
int e1000e_hw_stop(struct plx_eth_dev *dev);

/** e1000e_vlan_set() - strip and filter tags, as conf.rxmode.offloads and Tx offloads want it. */
void e1000e_vlan_set(struct plx_eth_dev *dev);
/**
 * e1000e_rss_set() - program hash and table. What is for a queue that is stopped goes to the other
 * one: the device has one place for packets that wait, and those of both would wait in it.
 */
void e1000e_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss);

/** e1000e_rx_ring_set() - tell the device of a queue's ring. */
void e1000e_rx_ring_set(struct plx_eth_dev *dev, const struct e1000e_rxq *rxq);
/** e1000e_tx_ring_set() - tell the device of a queue's ring. */
void e1000e_tx_ring_set(struct plx_eth_dev *dev, const struct e1000e_txq *txq);

/* Of struct plx_eth_dev_ops. */
int e1000e_rx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id);
int e1000e_rx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id);
int e1000e_tx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id);
int e1000e_tx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id);
/** e1000e_start_queues() - fill the rings of queues without deferred start. Return: 0; -ENOMEM. */
int e1000e_start_queues(struct plx_eth_dev *dev);
/** e1000e_stop_queues() - free the mbufs of all queues; there is no DMA. */
void e1000e_stop_queues(struct plx_eth_dev *dev);

/** e1000e_intr_start() - after a reset: link changes interrupt. Return: 0; the bus's errno. */
int e1000e_intr_start(struct plx_eth_dev *dev);
/** e1000e_intr_stop() - no event is raised any more. Return: 0; the bus's errno. */
int e1000e_intr_stop(struct plx_eth_dev *dev);
/* Of struct plx_eth_dev_ops. */
int e1000e_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id);
int e1000e_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id);

PLX_END_DECLS
#endif
