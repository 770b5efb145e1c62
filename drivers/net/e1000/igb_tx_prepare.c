/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that ask for offloads, before they are sent. */
#include <errno.h>

#include "igb_rxtx.h"

uint16_t
igb_prep_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	static const struct plx_eth_desc_lim lim = {
		.nb_seg_max = IGB_TX_SEGS_MAX, .nb_mtu_seg_max = IGB_TX_SEGS_MAX };
	const struct igb_txq *txq = queue;
	uint16_t i;

	for (i = 0; i < nb_pkts; i++) {
		int ret = plx_eth_tx_prepare_check(tx_pkts[i], txq->offloads, &lim, IGB_TSO_MAX);

		if (ret == 0)
			ret = igb_tx_check(tx_pkts[i]);
		if (ret == 0)
			ret = plx_eth_tx_prepare_cksum(tx_pkts[i]);
		if (ret < 0) {
			errno = -ret;
			break;
		}
	}
	return i;
}
