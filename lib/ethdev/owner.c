/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is inside a queue: of a debug build. */
#include <errno.h>

#include <plx_ethdev_owner.h>
#include <plx_lcore.h>

#include "ethdev_private.h"

struct owner {
	uintptr_t thread;	/* inside now; 0: nobody */
	uint32_t reported;
};

/* A registry of all queues, as the fast-path table is. */
static struct owner owners[PLX_MAX_ETHPORTS][PLX_MAX_QUEUES_PER_PORT][2];

/* Its address is the thread's number. */
static __thread char self;

int
plx_eth_queue_enter(uint16_t port_id, uint16_t queue_id, int is_tx)
{
	uintptr_t found = 0;
	struct owner *o;

	if (port_id >= PLX_MAX_ETHPORTS || queue_id >= PLX_MAX_QUEUES_PER_PORT)
		return -EINVAL;
	o = &owners[port_id][queue_id][is_tx != 0];
	/*
	 * Relaxed: threads that use a queue in turn have to order that themselves. If this did it
	 * for them, a debug build would hide that they don't.
	 */
	if (__atomic_compare_exchange_n(&o->thread, &found, (uintptr_t)&self, 0, __ATOMIC_RELAXED,
			__ATOMIC_RELAXED))
		return 0;
	if (__atomic_exchange_n(&o->reported, 1, __ATOMIC_RELAXED) == 0)
		PLX_LOG(ERR, &ethdev_logtype, "port %u: %s queue %u is used by two threads at once, one of "
			"them lcore %d: give each a queue of its own, or a lock (EBUSY)", port_id,
			is_tx ? "Tx" : "Rx", queue_id, (int)plx_lcore_id());
	return -EBUSY;
}

void
plx_eth_queue_leave(uint16_t port_id, uint16_t queue_id, int is_tx)
{
	__atomic_store_n(&owners[port_id][queue_id][is_tx != 0].thread, 0, __ATOMIC_RELAXED);
}
