/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of ports whose bursts are wrapped, by their address: open addressing, at most half full. */
#include "wrap.h"

#define NB_SLOTS (4ull * PLX_MAX_ETHPORTS * PLX_MAX_QUEUES_PER_PORT)

/* @queue: NULL: never used; REMOVED: others may lie behind it. */
static struct slot {
	const void *queue;
	struct wrap_queue *wrap;
} slots[NB_SLOTS];

static const char removed;
#define REMOVED ((const void *)&removed)

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

/* The slot of @queue, or NB_SLOTS. There is always an empty one to end the search. */
static size_t
find(const void *queue)
{
	const void *at;

	for (size_t i = first_slot(queue); (at = queue_at(i)) != NULL; i = (i + 1) % NB_SLOTS)
		if (at == queue)
			return i;
	return NB_SLOTS;
}

struct wrap_queue *
wrap_table_find(const void *queue)
{
	const size_t i = find(queue);

	return i < NB_SLOTS ? slots[i].wrap : NULL;
}

void
wrap_table_add(const void *queue, struct wrap_queue *wrap)
{
	size_t i = first_slot(queue);

	if (find(queue) < NB_SLOTS)
		return;
	while (queue_at(i) != NULL && queue_at(i) != REMOVED)
		i = (i + 1) % NB_SLOTS;
	slots[i].wrap = wrap;
	__atomic_store_n(&slots[i].queue, queue, __ATOMIC_RELEASE);
}

void
wrap_table_remove(const void *queue)
{
	const size_t i = find(queue);

	if (i < NB_SLOTS)
		__atomic_store_n(&slots[i].queue, REMOVED, __ATOMIC_RELEASE);
}
