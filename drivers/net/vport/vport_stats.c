/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics of ports that count in software. */
#include "vport.h"

static struct vport_counters *
counters_of(const struct vport_queues *queues, unsigned int queue_id)
{
	return (void *)((char *)queues->first + queue_id * queues->size);
}

static uint64_t
read_counter(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void
read_queue(const struct vport_counters *from, struct vport_counters *to)
{
	to->packets = read_counter(&from->packets);
	to->bytes = read_counter(&from->bytes);
	to->errors = read_counter(&from->errors);
	to->nombuf = read_counter(&from->nombuf);
}

/* What all queues of one direction have counted since the port was made. */
static void
sum_queues(const struct vport_queues *queues, struct vport_counters *sum)
{
	struct vport_counters one;

	*sum = (struct vport_counters){ 0 };
	for (unsigned int i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		read_queue(counters_of(queues, i), &one);
		sum->packets += one.packets;
		sum->bytes += one.bytes;
		sum->errors += one.errors;
		sum->nombuf += one.nombuf;
	}
}

static void
sum_port(const struct vport *port, struct plx_eth_stats *stats)
{
	struct vport_counters rx, tx;

	sum_queues(&port->rx, &rx);
	sum_queues(&port->tx, &tx);
	*stats = (struct plx_eth_stats){
		.ipackets = rx.packets,
		.ibytes = rx.bytes,
		.ierrors = rx.errors,
		.rx_nombuf = rx.nombuf,
		.opackets = tx.packets,
		.obytes = tx.bytes,
		.oerrors = tx.errors,
	};
}

/* Its fields are all of one type: one loop does for all. */
#define NB_STATS (sizeof(struct plx_eth_stats) / sizeof(uint64_t))
union stats {
	struct plx_eth_stats named;
	uint64_t each[NB_STATS];
};

int
vport_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	const struct vport *port = dev->dev_private;
	union stats now;

	sum_port(port, &now.named);
	for (unsigned int i = 0; i < NB_STATS; i++)
		now.each[i] -= port->base[i];
	*stats = now.named;
	return 0;
}

int
vport_stats_reset(struct plx_eth_dev *dev)
{
	struct vport *port = dev->dev_private;
	union stats now;

	sum_port(port, &now.named);
	for (unsigned int i = 0; i < NB_STATS; i++)
		port->base[i] = now.each[i];
	return 0;
}

static void
read_stats(const struct vport_queues *queues, uint16_t queue_id, struct plx_eth_queue_stats *stats)
{
	struct vport_counters now;

	read_queue(counters_of(queues, queue_id), &now);
	stats->packets = now.packets;
	stats->bytes = now.bytes;
	stats->errors = now.errors;
}

int
vport_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats)
{
	const struct vport *port = dev->dev_private;
	const struct vport_queues *queues = rx ? &port->rx : &port->tx;
	const struct plx_eth_queue_stats *before = &queues->before[queue_id];

	read_stats(queues, queue_id, stats);
	stats->packets -= before->packets;
	stats->bytes -= before->bytes;
	stats->errors -= before->errors;
	return 0;
}

void *
vport_rx_queue(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct vport *port = dev->dev_private;

	read_stats(&port->rx, queue_id, &port->rx.before[queue_id]);
	dev->rx_queues[queue_id] = counters_of(&port->rx, queue_id);
	return dev->rx_queues[queue_id];
}

void *
vport_tx_queue(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct vport *port = dev->dev_private;

	read_stats(&port->tx, queue_id, &port->tx.before[queue_id]);
	dev->tx_queues[queue_id] = counters_of(&port->tx, queue_id);
	return dev->tx_queues[queue_id];
}
