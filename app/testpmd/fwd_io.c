/* SPDX-License-Identifier: BSD-3-Clause */
/* Modes that never look at a packet: io sends it on, rxonly drops it. */
#include "fwd.h"

static void
io_forward(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_rx = stream_receive(fs, pkts);

	if (nb_rx > 0)
		stream_transmit(fs, pkts, nb_rx);
}

const struct fwd_engine io_engine = {
	.name = "io",
	.packet_fwd = io_forward,
};

static void
rxonly_receive(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_rx = stream_receive(fs, pkts);

	if (nb_rx > 0)
		plx_pktmbuf_free_bulk(pkts, nb_rx);
}

const struct fwd_engine rxonly_engine = {
	.name = "rxonly",
	.packet_fwd = rxonly_receive,
};
