/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000_QUEUE_H
#define E1000_QUEUE_H
/**
 * DOC: What queues of all families have in common: counters, and what happens when the device breaks
 * the protocol.
 */
#include <stdbool.h>

#include <plx_ethdev_driver.h>

PLX_BEGIN_DECLS

/**
 * struct e1000_queue - the first member of a queue, Rx or Tx.
 * @dev: port.
 * @id: number of the queue.
 * @running: it is started, and not broken: what bursts look at.
 * @broken: the device broke the protocol: nothing moves until the next start.
 * @started: between its start and stop.
 * @packets: received or sent. These counters are written by the queue's thread only.
 * @bytes: of them, without CRC.
 * @errors: packets in error, and protocol errors of the device.
 * @nombuf: mbufs that could not be had.
 */
struct e1000_queue {
	struct plx_eth_dev *dev;
	uint16_t id;
	bool running;
	bool broken;
	bool started;
	uint64_t packets;
	uint64_t bytes;
	uint64_t errors;
	uint64_t nombuf;
};

/** e1000_count() - count; other threads may read the counter meanwhile. */
static inline void
e1000_count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/** e1000_queue_set_started() - the queue was started, and so healed, or stopped. */
static inline void
e1000_queue_set_started(struct e1000_queue *queue, bool started)
{
	queue->started = started;
	queue->running = started;
	queue->broken = false;
}

/**
 * e1000_queue_break() - the device broke the protocol on a queue.
 * @rx: it is an Rx queue.
 * @format: what the device did.
 *
 * Counts an error, says so in one line, and raises PLX_ETH_EVENT_INTR_RESET, once until the next start.
 * By the thread of the queue.
 */
void e1000_queue_break(struct e1000_queue *queue, bool rx, const char *format, ...)
	__plx_format_printf(3, 4);

/**
 * e1000_ring_alloc() - zeroed memory for descriptors, that the device sees in one piece.
 * @ring: gets it; plx_free() it.
 * Return: 0; -ENOMEM; -EINVAL if pages are smaller than @bytes, and devices address them one by one.
 */
int e1000_ring_alloc(void **ring, const char *type, size_t bytes, unsigned int align, int socket);
/** e1000_queue_thresh() - @wanted, or if that is 0 what is @usual, of small rings a quarter. */
uint16_t e1000_queue_thresh(uint16_t wanted, uint16_t usual, uint16_t nb_desc);

PLX_END_DECLS
#endif
