/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NET_PCAP_H
#define NET_PCAP_H
/*
 * net_pcap: a port whose packets come from capture files or the kernel's interfaces, and go there, by
 * libpcap. Each rx_ argument is an Rx queue, each tx_ argument a Tx queue.
 */
#include <stdio.h>

#include <pcap/pcap.h>

#include <netdev.h>
#include <vport.h>

#define PCAP_SNAPLEN 262144

enum pcap_kind {
	PCAP_NONE,	/* receives nothing; takes what is sent, and drops it */
	PCAP_FILE,
	PCAP_IFACE,
	PCAP_IFACE_IN,	/* without what the interface sends */
};

/* What one queue is. */
struct pcap_end {
	enum pcap_kind kind;
	char *name;
};

/*
 * @iface: one interface for both directions, instead of queues.
 * @phy_mac: take the address of @iface.
 * @infinite_rx: files begin again at their end.
 */
struct pcap_args {
	struct pcap_end rx[PLX_MAX_QUEUES_PER_PORT];
	struct pcap_end tx[PLX_MAX_QUEUES_PER_PORT];
	unsigned int nb_rx;
	unsigned int nb_tx;
	char *iface;
	uint32_t phy_mac;
	uint32_t infinite_rx;
};

/* A frame of a file that is in memory. */
struct pcap_frame {
	const char *data;
	uint32_t len;
};

/*
 * @pending, @data, @len, @time: a packet that waits for an mbuf, and when it came.
 * @silent: at the end of the file, or broken; or an interface about which a line was logged.
 * @frames: of a file with infinite_rx, @nb_frames of them, the next one is @next.
 */
struct pcap_rxq {
	struct vport_rx rx;
	pcap_t *pcap;
	bool pending;
	bool silent;
	const void *data;
	uint32_t len;
	struct timeval time;
	struct pcap_frame *frames;
	char *bytes;
	uint32_t nb_frames;
	uint32_t next;
	const struct pcap_end *end;
	const char *port_name;
} __plx_cache_aligned;

/*
 * @good: bytes of the file that are whole packets.
 * @silent: a failure was logged, and nothing succeeded since.
 * @buf: for packets of several mbufs.
 */
struct pcap_txq {
	struct vport_counters counters;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	off_t good;
	bool silent;
	char *buf;
	const struct pcap_end *end;
	const char *port_name;
} __plx_cache_aligned;

struct pcap_port {
	struct vport vport;
	struct pcap_args args;
	pcap_t *iface;			/* of both queues, if @args.iface */
	struct netdev netdev;		/* of the first interface; fd -1: none */
	struct pcap_rxq rxqs[PLX_MAX_QUEUES_PER_PORT];
	struct pcap_txq txqs[PLX_MAX_QUEUES_PER_PORT];
};

extern struct plx_logtype pcap_logtype;

#define PCAP_ERR(port_name, format, ...) PLX_LOG(ERR, &pcap_logtype, "%s: " format, port_name, \
	##__VA_ARGS__)

/* pcap_args.c: logs; what it fills is freed by the second, also after an errno. */
int pcap_args_parse(const struct plx_device *device, struct pcap_args *args);
void pcap_args_free(struct pcap_args *args);

/* pcap_rx.c: the opening ones log. */
int pcap_iface_open(const char *port_name, const char *iface, pcap_t **out);
int pcap_rx_open(struct pcap_rxq *rxq, bool infinite);
void pcap_rx_close(struct pcap_rxq *rxq);
/* A file from its beginning, an interface from now on. */
int pcap_rx_rewind(struct pcap_rxq *rxq);
uint16_t pcap_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t pcap_rx_burst_infinite(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);

/* pcap_tx.c */
int pcap_tx_open(struct pcap_txq *txq);
void pcap_tx_close(struct pcap_txq *txq);
uint16_t pcap_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

#endif
