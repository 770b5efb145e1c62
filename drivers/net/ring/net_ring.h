/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NET_RING_H
#define NET_RING_H
/*
 * net_ring: a port whose queues are rings. Packets go through as they are, by pointer. The rings are
 * the port's own and bring back what it sends; or a wire to another port; or shared by any number
 * of ports; or of plx_eth_from_rings().
 */
#include <plx_eth_ring.h>
#include <vport.h>

/* As of DPDK's. */
#define RING_QUEUES 16
#define RING_SLOTS 1024

enum ring_kind {
	RING_OWN,	/* one port */
	RING_SHARED,	/* any number of ports, all in and out by the same rings */
	RING_WIRE,	/* two ports: what one sends the other receives */
};

struct ring_args {
	enum ring_kind kind;
	char *name;		/* of what is shared, or the wire */
	bool create;		/* RING_SHARED: it is not there yet */
	uint32_t numa_node;
};

/*
 * Rings that go when their last port goes.
 * @rings: those of the second direction are of a wire only.
 * @ends: the ports of a wire.
 * @started: ports that are started at each end; what is no wire has the first one only.
 * @up: has that end of a wire a link?
 */
struct ring_set {
	enum ring_kind kind;
	char *name;
	unsigned int users;
	struct plx_ring *rings[2][RING_QUEUES];
	struct plx_eth_dev *ends[2];
	unsigned int started[2];
	int up[2];
	struct ring_set *next;
};

/* What plx_eth_from_rings() wants, as long as it runs. */
struct ring_given {
	const char *device;
	struct plx_ring *const *rx;
	struct plx_ring *const *tx;
	unsigned int nb_rx;
	unsigned int nb_tx;
	unsigned int numa_node;
	struct ring_given *next;
};

struct ring_queue {
	struct vport_counters counters;
	struct plx_ring *ring;
	uint16_t port_id;
} __plx_cache_aligned;

/*
 * @set: NULL if the rings were given.
 * @end: of the wire, 0 or 1; else 0.
 */
struct ring_port {
	struct vport vport;
	struct ring_set *set;
	unsigned int end;
	unsigned int nb_rx;
	unsigned int nb_tx;
	struct ring_queue rxqs[PLX_MAX_QUEUES_PER_PORT];
	struct ring_queue txqs[PLX_MAX_QUEUES_PER_PORT];
};

/* ring_args.c: logs. What it fills is freed by the second, also after an errno. */
int ring_args_parse(const struct plx_device *device, struct ring_args *args);
void ring_args_free(struct ring_args *args);

/* ring_set.c: none of them logs. */
/* Have the set that @args name. Return: 0; -EEXIST, -ENOENT, -EBUSY (a wire has two ends), -ENOMEM. */
int ring_set_get(const struct ring_args *args, struct plx_eth_dev *dev, struct ring_set **set,
	unsigned int *end);
/* The port goes; the set too, with its last one. */
void ring_set_put(struct ring_set *set, unsigned int end);
/* A port starts; one stops, and mbufs that nobody can receive any more are freed. */
void ring_set_start(struct ring_set *set, unsigned int end);
void ring_set_stop(struct ring_set *set, unsigned int end);
/* Nobody has taken this end away, or its link down; or somebody has. Tells the other end. */
void ring_set_link(struct ring_set *set, unsigned int end, int up);
/* Is there another end, with a link? It need not be started. */
int ring_set_peer_up(const struct ring_set *set, unsigned int end);

/* ring_given.c: what was given for the device of that name, or NULL. */
const struct ring_given *ring_given_find(const char *device);

/* ring_rxtx.c: for rings whose every side has one thread, and for any. */
uint16_t ring_rx_burst_st(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t ring_tx_burst_st(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
uint16_t ring_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
uint16_t ring_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
int ring_rx_queue_count(void *queue);

#endif
