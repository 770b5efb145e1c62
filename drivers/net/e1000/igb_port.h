/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IGB_PORT_H
#define IGB_PORT_H
/**
 * DOC: A port with advanced descriptors: what its PF and its VF driver share, and what the files of
 * the PF driver share.
 */
#include "e1000_port.h"
#include "igb_chip.h"
#include "igb_rxtx.h"

PLX_BEGIN_DECLS

/** IGB_FRAME_OVERHEAD - bytes by which a frame is longer than the MTU: header and a VLAN tag. */
#define IGB_FRAME_OVERHEAD (PLX_ETHER_HDR_LEN + PLX_VLAN_HLEN)
/** IGB_MTU_MAX - largest MTU. */
#define IGB_MTU_MAX (IGB_FRAME_MAX - IGB_FRAME_OVERHEAD)

/** IGB_RX_OFFLOADS - of each queue. */
#define IGB_RX_QUEUE_OFFLOADS (PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_RSS_HASH)
/** IGB_TX_OFFLOADS - of the port, and of each queue. */
#define IGB_TX_OFFLOADS (PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | \
	PLX_ETH_TX_OFFLOAD_UDP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM | \
	PLX_ETH_TX_OFFLOAD_SCTP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO | \
	PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)

/** IGB_DESC_LIMS - rx_desc_lim, tx_desc_lim and what is used if none is asked for. */
#define IGB_DESC_LIMS \
	.rx_desc_lim = { .nb_max = IGB_DESC_MAX, .nb_min = IGB_RX_DESC_MIN, \
		.nb_align = IGB_DESC_ALIGN }, \
	.tx_desc_lim = { .nb_max = IGB_DESC_MAX, .nb_min = IGB_TX_DESC_MIN, \
		.nb_align = IGB_DESC_ALIGN, .nb_seg_max = IGB_TX_SEGS_MAX, \
		.nb_mtu_seg_max = IGB_TX_SEGS_MAX }, \
	.default_rx_desc = 256, .default_tx_desc = 256

/** igb_rxq() - Rx queue @id. */
static inline struct igb_rxq *
igb_rxq(const struct plx_eth_dev *dev, uint16_t id)
{
	return (struct igb_rxq *)dev->rx_queues[id];
}

/** igb_txq() - Tx queue @id. */
static inline struct igb_txq *
igb_txq(const struct plx_eth_dev *dev, uint16_t id)
{
	return (struct igb_txq *)dev->tx_queues[id];
}

/* igb_port_queues.c: of PF and VF. */

/**
 * igb_rx_queue_make() - rx_queue_setup.
 * @regs: where the queue's registers are.
 * @exact: frames are never longer than the MTU says, so that a buffer need not be whole KiB.
 */
int igb_rx_queue_make(struct plx_eth_dev *dev, uint16_t queue_id, void *regs, bool exact,
	uint16_t nb_desc, int socket_id, const struct plx_eth_rxconf *conf,
	struct plx_mempool *mb_pool);
/** igb_tx_queue_make() - tx_queue_setup, of a queue whose registers are at @regs. */
int igb_tx_queue_make(struct plx_eth_dev *dev, uint16_t queue_id, void *regs, uint16_t nb_desc,
	int socket_id, const struct plx_eth_txconf *conf);
void igb_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);
void igb_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);
int igb_rx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id);
int igb_rx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id);
int igb_tx_queue_start(struct plx_eth_dev *dev, uint16_t queue_id);
int igb_tx_queue_stop(struct plx_eth_dev *dev, uint16_t queue_id);
int igb_tx_done_cleanup(struct plx_eth_dev *dev, uint16_t queue_id, uint32_t free_cnt);
/** igb_mtu_fits() - do frames of that MTU fit the buffers of all queues that don't scatter? */
bool igb_mtu_fits(const struct plx_eth_dev *dev, uint16_t mtu);
/** igb_choose_bursts() - which burst functions the port has with its queues as they are. */
void igb_choose_bursts(struct plx_eth_dev *dev);
/** igb_queues_start() - those that start with the port. Return: 0; the first errno. */
int igb_queues_start(struct plx_eth_dev *dev);
/** igb_queues_stop() - all. Return: 0; the first errno: then the chip has to be reset. */
int igb_queues_stop(struct plx_eth_dev *dev);
/** igb_queues_clear() - the chip was reset: free what queues have. */
void igb_queues_clear(struct plx_eth_dev *dev);

/* igb_intr.c: of the PF. */

int igb_intr_start(struct plx_eth_dev *dev);
int igb_intr_stop(struct plx_eth_dev *dev);
int igb_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id);
int igb_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id);

/* igb_config.c: of the PF. */

/** igb_rx_program() - MTU, offloads, address and hash into a chip that does not receive. */
int igb_rx_program(struct plx_eth_dev *dev);
int igb_mtu_set(struct plx_eth_dev *dev, uint16_t mtu);
int igb_vlan_offload_set(struct plx_eth_dev *dev, int mask);
int igb_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss);
/** IGB_RSS - PLX_ETH_RSS_* that there are. */
#define IGB_RSS (PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV4_TCP | PLX_ETH_RSS_NONFRAG_IPV4_UDP | \
	PLX_ETH_RSS_IPV6 | PLX_ETH_RSS_IPV6_EX | PLX_ETH_RSS_NONFRAG_IPV6_TCP | \
	PLX_ETH_RSS_NONFRAG_IPV6_UDP | PLX_ETH_RSS_IPV6_TCP_EX | PLX_ETH_RSS_IPV6_UDP_EX)

PLX_END_DECLS
#endif
