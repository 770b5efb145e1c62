/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ETHDEV_WRAP_H
#define ETHDEV_WRAP_H
/*
 * What goes around the bursts of a port: callbacks, and the check of addresses of --dma-check. While
 * one of them is wanted the port's burst function in the fast-path table is one of wrap.c, which is
 * the only thing that a switch changes: whoever polls meanwhile runs the one or the other.
 *
 * Such a function gets the driver's queue like the driver's own. What belongs to it is found by its
 * address, in a table of all queues of such ports (wrap_table.c).
 */
#include "ethdev_private.h"

/* A callback that was added; in the lists of which it is a part, and then in its port's list of those
 * that were removed. */
struct plx_eth_rxtx_callback {
	plx_rx_callback_fn rx;
	plx_tx_callback_fn tx;
	void *user_param;
	struct plx_eth_rxtx_callback *retired;
};

/* The callbacks of a queue, which are never changed but replaced. */
struct wrap_list {
	struct wrap_list *retired;
	unsigned int n;
	struct plx_eth_rxtx_callback *callbacks[];
};

/*
 * @list: NULL for none.
 * @dropped: Tx packets that the device could not have reached; its thread writes it.
 * @label: for messages.
 */
struct wrap_queue {
	struct plx_eth_dev *dev;
	uint16_t id;
	struct wrap_list *list;
	uint64_t dropped;
	char label[16];
};

/*
 * @nb_rx: callbacks of all Rx queues.
 * @nb_tx: callbacks of all Tx queues.
 * @lists: that were replaced and may still be in use, until the port stops.
 * @callbacks: that were removed, as @lists.
 * @dropped_base: what was dropped before the last reset of statistics.
 */
struct eth_dev_wrap {
	unsigned int nb_rx;
	unsigned int nb_tx;
	struct wrap_list *lists;
	struct plx_eth_rxtx_callback *callbacks;
	uint64_t dropped_base;
	struct wrap_queue rx[PLX_MAX_QUEUES_PER_PORT];
	struct wrap_queue tx[PLX_MAX_QUEUES_PER_PORT];
};

/* wrap.c: the burst functions. */
uint16_t wrap_rx_burst(void *queue, struct plx_mbuf **pkts, uint16_t nb_pkts);
uint16_t wrap_tx_burst(void *queue, struct plx_mbuf **pkts, uint16_t nb_pkts);

/* wrap_table.c: by any thread; what is there is found while others come and go. */
void wrap_table_add(const void *queue, struct wrap_queue *wrap);
void wrap_table_remove(const void *queue);
struct wrap_queue *wrap_table_find(const void *queue);

#endif
