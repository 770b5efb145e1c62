/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings of ports: who has them, and what becomes of packets in them. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <plx_malloc.h>

#include "net_ring.h"

/* Those with a name. */
static struct {
	pthread_mutex_t lock;
	struct ring_set *first;
} sets = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
drain(struct plx_ring *ring)
{
	struct plx_mbuf *pkts[64];
	unsigned int n;

	while ((n = plx_ring_dequeue_burst(ring, (void **)pkts, PLX_DIM(pkts), NULL)) > 0)
		plx_pktmbuf_free_bulk(pkts, n);
}

static void
drain_all(struct ring_set *set, unsigned int direction)
{
	for (unsigned int i = 0; i < RING_QUEUES; i++)
		if (set->rings[direction][i] != NULL)
			drain(set->rings[direction][i]);
}

static void
set_free(struct ring_set *set)
{
	for (unsigned int d = 0; d < 2; d++) {
		drain_all(set, d);
		for (unsigned int i = 0; i < RING_QUEUES; i++)
			plx_free(set->rings[d][i]);
	}
	free(set->name);
	free(set);
}

static int
ring_new(const struct ring_args *args, struct plx_ring **out)
{
	/* Queues have one thread each, but those that ports share. */
	unsigned int flags = args->kind == RING_SHARED ? 0 : RING_F_SP_ENQ | RING_F_SC_DEQ;
	ssize_t size = plx_ring_get_memsize(RING_SLOTS);
	struct plx_ring *r = plx_zmalloc_socket("net_ring", (size_t)size, PLX_CACHE_LINE_SIZE,
		(int)args->numa_node);

	if (r == NULL)
		return -errno;
	*out = r;
	return plx_ring_init(r, "net_ring", RING_SLOTS, flags);
}

static int
set_new(const struct ring_args *args, struct ring_set **out)
{
	struct ring_set *set = calloc(1, sizeof(*set));
	unsigned int directions = args->kind == RING_WIRE ? 2 : 1;
	int ret = 0;

	if (set == NULL)
		return -ENOMEM;
	set->kind = args->kind;
	if (args->name != NULL) {
		set->name = strdup(args->name);
		ret = set->name != NULL ? 0 : -ENOMEM;
	}
	for (unsigned int d = 0; d < directions; d++)
		for (unsigned int i = 0; i < RING_QUEUES && ret == 0; i++)
			ret = ring_new(args, &set->rings[d][i]);
	if (ret < 0) {
		set_free(set);
		return ret;
	}
	*out = set;
	return 0;
}

static struct ring_set *
find(const struct ring_args *args)
{
	struct ring_set *set = sets.first;

	while (set != NULL && (set->kind != args->kind || strcmp(set->name, args->name) != 0))
		set = set->next;
	return set;
}

static int
find_or_make(const struct ring_args *args, struct ring_set **out)
{
	struct ring_set *set = args->name != NULL ? find(args) : NULL;
	int ret = 0;

	if (args->kind == RING_SHARED && args->create && set != NULL)
		return -EEXIST;
	if (args->kind == RING_SHARED && !args->create && set == NULL)
		return -ENOENT;
	if (args->kind == RING_WIRE && set != NULL && set->users == 2)
		return -EBUSY;
	if (set == NULL) {
		ret = set_new(args, &set);
		if (ret == 0 && set->name != NULL) {
			set->next = sets.first;
			sets.first = set;
		}
	}
	*out = set;
	return ret;
}

void
ring_set_link(struct ring_set *set, unsigned int end, int up)
{
	__atomic_store_n(&set->up[end], up, __ATOMIC_RELAXED);
	if (set->kind == RING_WIRE && set->started[!end] > 0)
		plx_eth_dev_callback_process(set->ends[!end], PLX_ETH_EVENT_INTR_LSC, NULL);
}

int
ring_set_get(const struct ring_args *args, struct plx_eth_dev *dev, struct ring_set **set,
	unsigned int *end)
{
	int ret;

	pthread_mutex_lock(&sets.lock);
	ret = find_or_make(args, set);
	if (ret == 0) {
		(*set)->users++;
		*end = args->kind == RING_WIRE && (*set)->ends[0] != NULL;
		(*set)->ends[*end] = dev;
	}
	pthread_mutex_unlock(&sets.lock);
	if (ret == 0)
		ring_set_link(*set, *end, 1);
	return ret;
}

void
ring_set_put(struct ring_set *set, unsigned int end)
{
	struct ring_set **at = &sets.first;

	ring_set_link(set, end, 0);
	pthread_mutex_lock(&sets.lock);
	set->ends[end] = NULL;
	if (--set->users == 0) {
		while (*at != NULL && *at != set)
			at = &(*at)->next;
		if (*at != NULL)
			*at = set->next;
		set_free(set);
	}
	pthread_mutex_unlock(&sets.lock);
}

void
ring_set_start(struct ring_set *set, unsigned int end)
{
	set->started[end]++;
}

void
ring_set_stop(struct ring_set *set, unsigned int end)
{
	set->started[end]--;
	/* The other end of a wire may go on to send, and has yet to receive what this one sent. */
	if (set->kind == RING_WIRE)
		drain_all(set, end);
	if (set->started[0] + set->started[1] == 0) {
		drain_all(set, 0);
		drain_all(set, 1);
	}
}

int
ring_set_peer_up(const struct ring_set *set, unsigned int end)
{
	return set->kind != RING_WIRE || __atomic_load_n(&set->up[!end], __ATOMIC_RELAXED);
}
