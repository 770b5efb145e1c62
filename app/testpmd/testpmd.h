/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTPMD_H
#define TESTPMD_H
/* What the files of plx-testpmd share. All state is in one struct testpmd, which main() has. */
#include <plx_dev_hotplug.h>
#include <plx_ethdev.h>
#include <plx_lcore.h>
#include <plx_log.h>

#include "fwd.h"

#define DEFAULT_BURST 32
/* As in DPDK: what a pool must hold of the rings and the cache, before anybody asks for else. */
#define MAX_RING_SIZE 2048
#define MEMPOOL_CACHE 250
#define MAX_MC_ADDRS 128	/* that a user can give to a port */

extern struct plx_logtype testpmd_logtype;

#define TESTPMD_LOG(level, ...) PLX_LOG(level, &testpmd_logtype, __VA_ARGS__)

enum port_topology {
	TOPOLOGY_PAIRED,	/* 0 and 1, 2 and 3, ... to each other */
	TOPOLOGY_CHAINED,	/* 0 to 1, 1 to 2, ..., the last one to 0 */
	TOPOLOGY_LOOP,		/* each port to itself */
};

/* The command line; what is not commented is the option of that name. */
struct testpmd_options {
	const struct fwd_engine *engine;	/* --forward-mode */
	bool engine_given;
	bool auto_start;
	bool tx_first;
	bool no_lsc_interrupt;
	bool interactive;
	bool hot_plug;
	enum port_topology topology;
	uint32_t stats_period;		/* seconds; 0: none */
	uint32_t nb_cores;
	uint32_t total_num_mbufs;	/* of each pool; 0: by the number of queues */
	uint32_t mbuf_size;		/* bytes, headroom included */
	uint32_t burst;
	uint32_t rxq;
	uint32_t txq;
	uint32_t rxd;			/* 0: the driver's default */
	uint32_t txd;
	uint32_t rxfreet;		/* 0: the driver's, as the two below */
	uint32_t txfreet;
	uint32_t txrst;
	uint32_t max_pkt_len;		/* bytes of a frame, CRC included; 0: for an MTU of 1500 */
	uint64_t rx_offloads;		/* of --rx-offloads and the --enable-* */
	uint64_t tx_offloads;
	uint64_t rss_hf;		/* PLX_ETH_RSS_*; 0: --disable-rss */
	bool enable_drop_en;
	bool no_flush_rx;
	struct tx_layout tx_layout;	/* --txpkts */
};

/* A port that takes part, or could. */
struct fwd_port {
	uint16_t port_id;
	int socket_id;
	bool started;
	bool has_lsc;			/* interrupts when the link changes */
	uint32_t nb_rxd;		/* as the driver has it */
	uint32_t nb_txd;
	uint32_t mtu;			/* 0: the default */
	uint64_t rx_offloads;		/* as asked for, and those that are always of use */
	uint64_t tx_offloads;
	uint64_t rss_hf;
	bool promisc_tried;
	struct csum_conf csum;
	struct plx_ether_addr mc_addrs[MAX_MC_ADDRS];
	uint32_t nb_mc_addrs;
	struct plx_ether_addr mac_addr;
	struct plx_mempool *pool;
	struct plx_eth_stats at_start;	/* of forwarding */
	struct plx_eth_stats shown;	/* by the last --stats-period */
	uint64_t shown_ns;		/* when; 0: never */
};

/* An lcore that forwards, and its streams: on cache lines that no other lcore writes. */
struct fwd_lcore {
	unsigned int lcore_id;
	int stop;
	fwd_packets_t packet_fwd;
	struct fwd_stream *streams;
	unsigned int nb_streams;
} __plx_cache_aligned;

struct testpmd {
	struct testpmd_options opts;
	struct fwd_port ports[PLX_MAX_ETHPORTS];
	unsigned int nb_ports;
	struct plx_mempool *pools[PLX_MAX_NUMA_NODES];
	struct fwd_lcore lcores[PLX_MAX_LCORE];
	unsigned int nb_lcores;
	unsigned int nb_streams;	/* of all lcores */
	bool forwarding;
	bool wanted;			/* forwarding: as soon as there are ports */
	int signal_fd;			/* readable when the run shall end */
	int hot_fd[2];			/* a pipe: devices that come and go; -1: not asked for */
};

/* options.c: 0; -EINVAL, logged; -ECANCELED after --help. @argv[0] is the program or "--". */
int options_parse(struct testpmd_options *opts, int argc, char **argv);

/* ports.c: each logs what fails. */
int ports_open(struct testpmd *tp);
int ports_check_links(struct testpmd *tp);
/* "10 Gbps", as DPDK words it. */
void link_speed_text(uint32_t speed, char *buf, size_t size);
int ports_stop(struct testpmd *tp);
int ports_close(struct testpmd *tp);
/* The port of this number; NULL if there is none. Valid until one is added or dropped. */
struct fwd_port *port_find(struct testpmd *tp, uint16_t port_id);
int port_add(struct testpmd *tp, uint16_t port_id);
void port_drop(struct testpmd *tp, struct fwd_port *port);
int port_start(struct testpmd *tp, struct fwd_port *port);
int port_stop(struct testpmd *tp, struct fwd_port *port);
int port_close(struct testpmd *tp, struct fwd_port *port);

/* port_conf.c: what options and commands ask for, as far as @info says that the port can. */
void port_conf_init(const struct testpmd_options *o, const struct plx_eth_dev_info *info,
	struct fwd_port *port);
/* Configure the port and make its queues. ethdev logs what fails. */
int port_configure(const struct testpmd *tp, struct fwd_port *port);
/* Drop what its queues received since they were started; no more than fits them. */
void port_flush(const struct testpmd_options *o, const struct fwd_port *port);

/* hotplug.c: each logs what fails. */
/* Ask to hear of devices that come and go, if --hot-plug says so; the reverse. */
int hotplug_open(struct testpmd *tp);
void hotplug_close(struct testpmd *tp);
/* tp->hot_fd[0] is readable: take a device, or let it go. An errno ends the program. */
int hotplug_serve(struct testpmd *tp);
/* Probe a device, and add its ports, which are not started. */
int device_attach(struct testpmd *tp, const char *devargs);
/* Close its ports, which don't forward, and release it: in any case, also after an errno. */
int device_detach(struct testpmd *tp, struct plx_device *dev);

/* prompt.c: serve the prompt until "quit", the end of input or a signal. */
int prompt(struct testpmd *tp);

/* streams.c: the first two log what fails. */
int streams_check_lcores(const struct testpmd *tp);
int streams_create(struct testpmd *tp);
void streams_free(struct testpmd *tp);
void streams_print(const struct testpmd *tp);

/* forward.c */
const struct fwd_engine *fwd_engine_find(const char *name);
void fwd_engine_names(char *buf, size_t size);
/* With all ports, which are started; without any there is nothing to do. Logs what fails. */
int forward_start(struct testpmd *tp, bool tx_first);
/* If it goes on. */
void forward_stop(struct testpmd *tp);

/* stats.c */
void stats_show_ports(struct testpmd *tp);
void stats_show_port(struct fwd_port *port);
void stats_show_xstats(const struct fwd_port *port);
void stats_start(struct testpmd *tp);
void stats_show_forward(const struct testpmd *tp);

/* main.c: wait up to @ms (-1: for ever) for the signal to end. Return: 1 if it came; 0; errno. */
int wait_signal(const struct testpmd *tp, int ms);
/*
 * main.c: wait up to @ms (-1: for ever) for the signal to end or, if @input, for standard input, and
 * serve what comes and goes meanwhile. Return: who came; 0; errno.
 */
enum { CAME_SIGNAL = 1, CAME_INPUT };
int wait_and_serve(struct testpmd *tp, int ms, bool input);

#endif
