/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of ports whose bursts are wrapped, by their address: open addressing, at most half full. */
#include <pthread.h>

#include "wrap.h"

#define NB_SLOTS (4ull * PLX_MAX_ETHPORTS * PLX_MAX_QUEUES_PER_PORT)

/* @queue: NULL: never used; REMOVED: others may lie behind it. */
static struct slot {
	const void *queue;
	struct wrap_queue *wrap;
} slots[NB_SLOTS];

static const char removed;
#define REMOVED ((const void *)&removed)

/* Of those who add and remove: each port may have a thread that does. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Multiplicative hashing, its upper bits scaled to the table. */
static size_t
first_slot(const void *queue)
{
	const uint64_t hash = ((uint64_t)(uintptr_t)queue >> 3) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)((hash >> 32) * NB_SLOTS >> 32);
}

static const void *
queue_at(size_t i)
{
	return __atomic_load_n(&slots[i].queue, __ATOMIC_ACQUIRE);
}

static void
set_queue(size_t i, const void *queue)
{
	__atomic_store_n(&slots[i].queue, queue, __ATOMIC_RELEASE);
}

/* The slot of @queue, or NB_SLOTS. Where no slot is empty any more, all have been looked at. */
static size_t
find(const void *queue)
{
	size_t i = first_slot(queue);

	for (size_t n = 0; n < NB_SLOTS && queue_at(i) != NULL; n++, i = (i + 1) % NB_SLOTS)
		if (queue_at(i) == queue)
			return i;
	return NB_SLOTS;
}

struct wrap_queue *
wrap_table_find(const void *queue)
{
	const size_t i = find(queue);

	return i < NB_SLOTS ? slots[i].wrap : NULL;
}

static void
add(const void *queue, struct wrap_queue *wrap)
{
	size_t i = first_slot(queue);

	if (find(queue) < NB_SLOTS)
		return;
	while (queue_at(i) != NULL && queue_at(i) != REMOVED)
		i = (i + 1) % NB_SLOTS;
	slots[i].wrap = wrap;
	set_queue(i, queue);
}

void
wrap_table_add(const void *queue, struct wrap_queue *wrap)
{
	pthread_mutex_lock(&lock);
	add(queue, wrap);
	pthread_mutex_unlock(&lock);
}

/* Slots that no search goes beyond are empty again: else the table fills, and searches get long. */
static void
reclaim(size_t i)
{
	if (queue_at((i + 1) % NB_SLOTS) != NULL)
		return;
	for (; queue_at(i) == REMOVED; i = (i + NB_SLOTS - 1) % NB_SLOTS)
		set_queue(i, NULL);
}

void
wrap_table_remove(const void *queue)
{
	size_t i;

	pthread_mutex_lock(&lock);
	i = find(queue);
	if (i < NB_SLOTS) {
		set_queue(i, REMOVED);
		reclaim(i);
	}
	pthread_mutex_unlock(&lock);
}
