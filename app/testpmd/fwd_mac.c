/* SPDX-License-Identifier: BSD-3-Clause */
/* Modes that change the Ethernet addresses: mac sets them, macswap exchanges them. */
#include "fwd.h"

static void
mac_forward(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_rx = stream_receive(fs, pkts);

	if (nb_rx == 0)
		return;
	for (uint16_t i = 0; i < nb_rx; i++) {
		struct plx_ether_hdr *eth = plx_pktmbuf_mtod(pkts[i], struct plx_ether_hdr *);

		if (plx_likely(i + 1 < nb_rx))
			plx_prefetch0_write(plx_pktmbuf_mtod(pkts[i + 1], void *));
		eth->dst_addr = fs->peer_addr;
		eth->src_addr = fs->port_addr;
	}
	stream_transmit(fs, pkts, nb_rx);
}

const struct fwd_engine mac_engine = {
	.name = "mac",
	.packet_fwd = mac_forward,
};

static void
macswap_forward(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_rx = stream_receive(fs, pkts);

	if (nb_rx == 0)
		return;
	for (uint16_t i = 0; i < nb_rx; i++) {
		struct plx_ether_hdr *eth = plx_pktmbuf_mtod(pkts[i], struct plx_ether_hdr *);
		struct plx_ether_addr dst = eth->dst_addr;

		if (plx_likely(i + 1 < nb_rx))
			plx_prefetch0_write(plx_pktmbuf_mtod(pkts[i + 1], void *));
		eth->dst_addr = eth->src_addr;
		eth->src_addr = dst;
	}
	stream_transmit(fs, pkts, nb_rx);
}

const struct fwd_engine macswap_engine = {
	.name = "macswap",
	.packet_fwd = macswap_forward,
};
