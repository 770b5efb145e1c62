/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_CORE_H
#define PLX_ETHDEV_CORE_H
/**
 * DOC: The fast-path table: all that a burst call touches of a port.
 *
 * One entry a port, exactly two cache lines: the first is all that Rx needs, the second all that
 * Tx needs, so that a core that only receives never pulls in the other.
 *
 * What wraps bursts (callbacks, checks of addresses) replaces the burst functions here while it is
 * wanted, so that nothing is asked or loaded for it otherwise.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

struct plx_mbuf;

/** typedef plx_eth_rx_burst_t - a driver's receive function for one queue. */
typedef uint16_t (*plx_eth_rx_burst_t)(void *rxq, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** typedef plx_eth_tx_burst_t - a driver's transmit function for one queue. */
typedef uint16_t (*plx_eth_tx_burst_t)(void *txq, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/**
 * typedef plx_eth_tx_prep_t - a driver's check of packets that are going to be sent.
 * Returns how many of the first ones are fine; if not all, errno says why the next one is not.
 */
typedef uint16_t (*plx_eth_tx_prep_t)(void *txq, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/** typedef plx_eth_rx_queue_count_t - packets that a queue holds and nobody took yet. */
typedef int (*plx_eth_rx_queue_count_t)(void *rxq);
/** typedef plx_eth_rx_descriptor_status_t - see plx_eth_rx_descriptor_status(). */
typedef int (*plx_eth_rx_descriptor_status_t)(void *rxq, uint16_t offset);
/** typedef plx_eth_tx_descriptor_status_t - see plx_eth_tx_descriptor_status(). */
typedef int (*plx_eth_tx_descriptor_status_t)(void *txq, uint16_t offset);

/**
 * struct plx_eth_fp_ops - a port, as the burst calls see it.
 * @rx_pkt_burst: never NULL: of a port that is not started it returns 0.
 * @rxq: the driver's queues, by queue id.
 * @rx_queue_count: never NULL.
 * @rx_descriptor_status: never NULL.
 * @tx_pkt_burst: as @rx_pkt_burst.
 * @txq: as @rxq.
 * @tx_pkt_prepare: NULL if there is nothing to prepare.
 * @tx_descriptor_status: never NULL.
 */
struct plx_eth_fp_ops {
	plx_eth_rx_burst_t rx_pkt_burst;
	void **rxq;
	plx_eth_rx_queue_count_t rx_queue_count;
	plx_eth_rx_descriptor_status_t rx_descriptor_status;
	uintptr_t reserved_rx[4];
	plx_eth_tx_burst_t tx_pkt_burst;
	void **txq;
	plx_eth_tx_prep_t tx_pkt_prepare;
	plx_eth_tx_descriptor_status_t tx_descriptor_status;
	uintptr_t reserved_tx[4];
} __plx_cache_aligned;

PLX_STATIC_ASSERT(sizeof(struct plx_eth_fp_ops) == 2 * PLX_CACHE_LINE_SIZE,
	"a port is two cache lines");
PLX_STATIC_ASSERT(offsetof(struct plx_eth_fp_ops, tx_pkt_burst) == PLX_CACHE_LINE_SIZE,
	"one for each direction");

/** plx_eth_fp_ops - the table, by port id. */
PLX_EXPORT extern struct plx_eth_fp_ops plx_eth_fp_ops[PLX_MAX_ETHPORTS];

PLX_END_DECLS
#endif
