/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef FWD_H
#define FWD_H
/* Forwarding engines, and what they work on. */
#include <stdbool.h>

#include <plx_ethdev.h>

#define MAX_PKT_BURST 512
#define MAX_TX_SEGS 255

/* Lengths in bytes of the segments of a generated packet. */
struct tx_layout {
	uint16_t nb_segs;
	uint16_t seg_lens[MAX_TX_SEGS];
	uint32_t pkt_len;
};

/* What mode csum leaves to a port; all else it does itself. */
#define CSUM_HW_IP 1u
#define CSUM_HW_UDP 2u
#define CSUM_HW_TCP 4u

/* @hw: CSUM_HW_*. @tso_segsz: bytes of payload to cut TCP packets to; 0: they are not cut. */
struct csum_conf {
	uint32_t hw;
	uint16_t tso_segsz;
};

/*
 * Packets from one Rx queue to one Tx queue. One lcore runs it and writes the counters; others read
 * them after it has stopped.
 */
struct fwd_stream {
	uint16_t rx_port;
	uint16_t rx_queue;
	uint16_t tx_port;
	uint16_t tx_queue;
	uint16_t burst;
	struct plx_ether_addr peer_addr;	/* whom the Tx port sends to... */
	struct plx_ether_addr port_addr;	/* ...and its own address */
	const struct tx_layout *tx_layout;
	struct plx_mempool *pool;		/* for generated packets */
	char *tx_packet;			/* what txonly sends */
	struct csum_conf csum;			/* of the Tx port */
	bool disabled;				/* one of its queues is stopped */
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t fwd_dropped;
	uint64_t rx_bad_ip_csum;
	uint64_t rx_bad_l4_csum;
} __plx_cache_aligned;

/* Move at most one burst of a stream. */
typedef void (*fwd_packets_t)(struct fwd_stream *fs);

/*
 * A way of forwarding. @begin and @end are called for each stream before and after the run, on the
 * main lcore; both may be NULL. @begin returns 0 or a negative errno.
 */
struct fwd_engine {
	const char *name;
	bool answers;		/* by the queue that a packet came from, whatever the topology */
	bool generates;		/* packets, laid out as --txpkts says */
	int (*begin)(struct fwd_stream *fs);
	void (*end)(struct fwd_stream *fs);
	fwd_packets_t packet_fwd;
};

extern const struct fwd_engine io_engine;
extern const struct fwd_engine mac_engine;
extern const struct fwd_engine macswap_engine;
extern const struct fwd_engine rxonly_engine;
extern const struct fwd_engine txonly_engine;
extern const struct fwd_engine icmpecho_engine;
extern const struct fwd_engine csum_engine;

static inline uint16_t
stream_receive(struct fwd_stream *fs, struct plx_mbuf **pkts)
{
	uint16_t nb_rx = plx_eth_rx_burst(fs->rx_port, fs->rx_queue, pkts, fs->burst);

	fs->rx_packets += nb_rx;
	return nb_rx;
}

/* What the port does not take is dropped. */
static inline void
stream_transmit(struct fwd_stream *fs, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_tx = plx_eth_tx_burst(fs->tx_port, fs->tx_queue, pkts, nb_pkts);

	fs->tx_packets += nb_tx;
	if (plx_unlikely(nb_tx < nb_pkts)) {
		fs->fwd_dropped += nb_pkts - nb_tx;
		plx_pktmbuf_free_bulk(pkts + nb_tx, nb_pkts - nb_tx);
	}
}

#endif
