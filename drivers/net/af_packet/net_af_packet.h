/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NET_AF_PACKET_H
#define NET_AF_PACKET_H
/*
 * net_af_packet: a port on an interface of the kernel, by packet sockets whose rings are mapped
 * (packet(7), the kernel's Documentation/networking/packet_mmap.rst).
 *
 * The rings are those of version 2, with slots of one size. Version 3 packs frames into blocks, but
 * hands a block over only when it is full or a timer of a millisecond or more ran out; so whatever
 * waits for an answer waits for that timer, and a poll-mode port has no use for blocks anyway.
 */
#include <pthread.h>

#include <linux/if_packet.h>

#include <netdev.h>
#include <netdev_watch.h>
#include <vport.h>
#include <vport_filter.h>
#include <vport_member.h>

/*
 * As the user gave them; the names are DPDK's.
 * @qpairs: queues each way, at most.
 * @blocksz: bytes that the kernel allocates in one piece for a ring.
 * @framesz: bytes of a slot.
 * @framecnt: slots of a ring.
 * @qdisc_bypass: send past the kernel's queueing.
 */
struct af_packet_args {
	char *iface;
	uint32_t qpairs;
	uint32_t blocksz;
	uint32_t framesz;
	uint32_t framecnt;
	uint32_t qdisc_bypass;
};

/* One direction of a socket's memory. @slots: @n addresses. */
struct af_packet_ring {
	char **slots;
	unsigned int n;
	unsigned int next;
};

struct af_packet_rxq {
	struct vport_rx rx;
	struct af_packet_ring ring;
	bool strip;			/* VLAN tags; may change meanwhile */
} __plx_cache_aligned;

/*
 * @pending, @pending_bytes: slots that the kernel has not taken yet, up to ring.next, and their frames.
 * @max_len: bytes of a frame that fits a slot.
 * @silent: a failure was logged, and nothing succeeded since.
 */
struct af_packet_txq {
	struct vport_counters counters;
	struct af_packet_ring ring;
	int fd;
	unsigned int pending;
	uint64_t pending_bytes;
	uint32_t max_len;
	bool silent;
	const char *port_name;
} __plx_cache_aligned;

/* A socket: Rx queue and Tx queue of one number. */
struct af_packet_socket {
	int fd;
	char *map;
	size_t map_size;
	char **slots;			/* of both rings */
	uint64_t missed;		/* as the kernel told, which then forgets it */
};

/*
 * @member_fd: what the interface has to receive for this port, as long as it is open; -1: not started.
 * @nb_sockets: open, for the queues configured.
 */
struct af_packet_port {
	struct vport vport;
	struct af_packet_args args;
	struct netdev netdev;
	struct netdev_watch watch;
	int member_fd;
	unsigned int nb_sockets;
	uint64_t missed_base;
	pthread_mutex_t missed_lock;
	struct af_packet_socket sockets[PLX_MAX_QUEUES_PER_PORT];
	struct af_packet_rxq rxqs[PLX_MAX_QUEUES_PER_PORT];
	struct af_packet_txq txqs[PLX_MAX_QUEUES_PER_PORT];
};

extern struct plx_logtype af_packet_logtype;

/* af_packet_args.c */
/* 0, or -errno, logged; the name of the interface is the device's. */
int af_packet_args_parse(const struct plx_device *device, struct af_packet_args *args);

/* af_packet_socket.c: silent. */
/* Open @n sockets, which take nothing until there is a filter. */
int af_packet_open(struct af_packet_port *port, unsigned int n, unsigned int nb_rx);
void af_packet_close(struct af_packet_port *port);
int af_packet_filter(struct af_packet_port *port, const struct vport_filter *filter);
/* Frames that found no slot, since the port was made. */
uint64_t af_packet_missed(struct af_packet_port *port);

/* af_packet_rxtx.c */
uint16_t af_packet_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t af_packet_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
/* Forget all that is in the rings; nobody uses the queue. */
void af_packet_rx_flush(struct af_packet_rxq *rxq);
void af_packet_tx_flush(struct af_packet_txq *txq);

#endif
