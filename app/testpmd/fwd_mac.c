/* SPDX-License-Identifier: BSD-3-Clause */
/* Modes that change the Ethernet addresses: mac sets them, macswap exchanges them. */
#include "fwd.h"

/* Inlined into each mode, and @rewrite into this. */
static __plx_always_inline void
forward(struct fwd_stream *fs,
	void (*rewrite)(const struct fwd_stream *fs, struct plx_ether_hdr *eth))
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_rx = stream_receive(fs, pkts);

	if (nb_rx == 0)
		return;
	for (uint16_t i = 0; i < nb_rx; i++) {
		if (plx_likely(i + 1 < nb_rx))
			plx_prefetch0_write(plx_pktmbuf_mtod(pkts[i + 1], void *));
		rewrite(fs, plx_pktmbuf_mtod(pkts[i], struct plx_ether_hdr *));
	}
	stream_transmit(fs, pkts, nb_rx);
}

static inline void
set_addresses(const struct fwd_stream *fs, struct plx_ether_hdr *eth)
{
	eth->dst_addr = fs->peer_addr;
	eth->src_addr = fs->port_addr;
}

static inline void
swap_addresses(const struct fwd_stream *fs, struct plx_ether_hdr *eth)
{
	struct plx_ether_addr dst = eth->dst_addr;

	eth->dst_addr = eth->src_addr;
	eth->src_addr = dst;
}

static void
mac_forward(struct fwd_stream *fs)
{
	forward(fs, set_addresses);
}

static void
macswap_forward(struct fwd_stream *fs)
{
	forward(fs, swap_addresses);
}

const struct fwd_engine mac_engine = {
	.name = "mac",
	.packet_fwd = mac_forward,
};

const struct fwd_engine macswap_engine = {
	.name = "macswap",
	.packet_fwd = macswap_forward,
};
