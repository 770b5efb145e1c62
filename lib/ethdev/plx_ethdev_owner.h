/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_OWNER_H
#define PLX_ETHDEV_OWNER_H
/**
 * DOC: Is a queue used by two threads at once? Asked by bursts in a build with -Dethdev_debug=true.
 *
 * The one that finds another thread inside gets no packet in or out, and one line is logged for
 * that queue; the queue itself is not harmed.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * plx_eth_queue_enter() - a burst begins.
 * @port_id: port, less than PLX_MAX_ETHPORTS.
 * @queue_id: queue, less than PLX_MAX_QUEUES_PER_PORT.
 * @is_tx: 0 for an Rx queue, 1 for a Tx queue.
 *
 * Return: 0; -EBUSY if another thread is inside, which is logged the first time; -EINVAL.
 */
PLX_EXPORT int plx_eth_queue_enter(uint16_t port_id, uint16_t queue_id, int is_tx);
/** plx_eth_queue_leave() - the burst that plx_eth_queue_enter() let in has ended. */
PLX_EXPORT void plx_eth_queue_leave(uint16_t port_id, uint16_t queue_id, int is_tx);

PLX_END_DECLS
#endif
