/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_CORE_H
#define PLX_ETHDEV_CORE_H
/**
 * DOC: The fast-path table: all that a burst call touches of a port.
 *
 * One entry a port, exactly two cache lines: the first is all that Rx needs, the second all that
 * Tx needs, so that a core that only receives never pulls in the other.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

struct plx_mbuf;

/** typedef plx_eth_rx_burst_t - a driver's receive function for one queue. */
typedef uint16_t (*plx_eth_rx_burst_t)(void *rxq, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/** typedef plx_eth_tx_burst_t - a driver's transmit function for one queue. */
typedef uint16_t (*plx_eth_tx_burst_t)(void *txq, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

/**
 * struct plx_eth_fp_ops - a port, as the burst calls see it.
 * @rx_pkt_burst: never NULL: of a port that is not started it returns 0.
 * @rxq: the driver's queues, by queue id.
 * @tx_pkt_burst: as @rx_pkt_burst.
 * @txq: the driver's queues, by queue id.
 */
struct plx_eth_fp_ops {
	plx_eth_rx_burst_t rx_pkt_burst;
	void **rxq;
	uintptr_t reserved_rx[6];
	plx_eth_tx_burst_t tx_pkt_burst;
	void **txq;
	uintptr_t reserved_tx[6];
} __plx_cache_aligned;

PLX_STATIC_ASSERT(sizeof(struct plx_eth_fp_ops) == 2 * PLX_CACHE_LINE_SIZE,
	"a port is two cache lines");

/** plx_eth_fp_ops - the table, by port id. */
PLX_EXPORT extern struct plx_eth_fp_ops plx_eth_fp_ops[PLX_MAX_ETHPORTS];

PLX_END_DECLS
#endif
