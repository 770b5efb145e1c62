/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Executing a plan: map what touches no removal, unmap, map the rest; and from every failure back to
 * where it began. Nothing here allocates once the first kernel call is made.
 */
#include <errno.h>
#include <stdlib.h>

#include "batch.h"

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Does an extent of @s that overlaps the range have @state? */
static bool
any_with_state(const struct shadow *s, uint64_t iova, uint64_t last, uint8_t state)
{
	struct shadow_at at;
	struct iova_extent *e = shadow_seek(s, iova, &at);

	while (e != NULL && e->iova <= last && e->state != state)
		e = shadow_next(s, &at);
	return e != NULL && e->iova <= last;
}

/*
 * The budget in entries, and which mappings wait for removals: those at the same addresses, or all
 * of them if there are too few entries to have old and new ones at once.
 */
static int
schedule(struct plx_iova_space *space)
{
	uint64_t old = space->shadow.count, new = space->pending.count;
	bool tight = old + new > space->reach.budget;
	struct shadow_at at;
	struct iova_extent *e;

	if (iova_is_live(space) && old - space->nb_leaving + new > space->reach.budget)
		return -ENOSPC;
	if (shadow_reserve(&space->shadow, new) < 0)
		return -ENOMEM;
	if (space->nb_leaving == 0)
		return 0;
	qsort(space->leaving, space->nb_leaving, sizeof(space->leaving[0]), compare);
	for (e = shadow_seek(&space->pending, 0, &at); e != NULL; e = shadow_next(&space->pending, &at))
		if (tight || any_with_state(&space->shadow, e->iova, extent_last(e), EXTENT_LEAVES))
			e->state = EXTENT_LATE;
	return 0;
}

/* Bytes from @e on that one copy can map: granules of one window that follow each other. */
static uint64_t
window_run(struct plx_iova_space *space, struct shadow_at at, const struct iova_extent *e)
{
	const struct iova_extent *next = e;
	uint64_t len = 0;

	do {
		len += next->len;
		next = shadow_next(&space->pending, &at);
	} while (next != NULL && next->iova == e->iova + len && next->window == e->window &&
		 next->state == e->state);
	return len;
}

/* Map all of the pending ones that have @state. On failure those that were mapped say so. */
static int
map_pending(struct plx_iova_space *space, enum extent_state state)
{
	struct shadow_at at;
	struct iova_extent *e = shadow_seek(&space->pending, 0, &at);
	int ret = 0;

	while (e != NULL && ret == 0) {
		bool copy = e->window != NULL && space->ops->copy != NULL;
		uint64_t len = e->len;

		if (e->state != state) {
			e = shadow_next(&space->pending, &at);
			continue;
		}
		if (copy) {
			len = window_run(space, at, e);
			ret = iova_kernel_copy(space, e->window, e->iova, len);
		} else {
			ret = iova_kernel_map(space, e);
		}
		for (; ret == 0 && len > 0; e = shadow_next(&space->pending, &at)) {
			e->state = EXTENT_MAPPED;
			len -= e->len;
		}
	}
	return ret;
}

/*
 * One call for each run of removals: gaps may lie in it, but nothing that stays, old or new. On
 * failure those that are gone say so.
 */
static int
unmap_leaving(struct plx_iova_space *space)
{
	size_t i = 0, end;
	int ret = 0;

	for (; ret == 0 && i < space->nb_leaving; i = end) {
		struct shadow_at at;
		struct iova_extent *e = shadow_seek(&space->shadow, space->leaving[i], &at);
		uint64_t first = e->iova, last = first, bytes = 0;

		for (end = i; e != NULL && e->state == EXTENT_LEAVES; end++) {
			if (any_with_state(&space->pending, first, extent_last(e), EXTENT_MAPPED))
				break;
			last = extent_last(e);
			bytes += e->len;
			e = shadow_next(&space->shadow, &at);
		}
		ret = iova_kernel_unmap(space, first, last - first + 1, bytes);
		if (ret < 0)
			break;
		for (size_t k = i; k < end; k++)
			shadow_seek(&space->shadow, space->leaving[k], &at)->state = EXTENT_GONE;
	}
	return ret;
}

/* As it was mapped before: from where its pages are shared, or they would be pinned once more. */
static int
remap(struct plx_iova_space *space, const struct iova_extent *e)
{
	return e->window != NULL && space->ops->copy != NULL ?
		iova_kernel_copy(space, e->window, e->iova, e->len) : iova_kernel_map(space, e);
}

/* Back to where it was. What the kernel does not take back keeps its state. -ENOTRECOVERABLE or 0. */
static int
undo(struct plx_iova_space *space)
{
	struct shadow_at at;
	struct iova_extent *e;
	int ret = 0;

	for (e = shadow_seek(&space->pending, 0, &at); e != NULL; e = shadow_next(&space->pending, &at)) {
		if (e->state != EXTENT_MAPPED)
			continue;
		if (iova_kernel_unmap(space, e->iova, e->len, e->len) == 0)
			e->state = EXTENT_IDLE;
		else
			ret = -ENOTRECOVERABLE;
	}
	for (size_t i = 0; i < space->nb_leaving; i++) {
		struct iova_extent again;

		e = shadow_seek(&space->shadow, space->leaving[i], &at);
		if (e->state != EXTENT_GONE)
			continue;
		again = *e;
		/* The caller may have closed the file by now; its memory is still mapped. */
		again.fd = -1;
		if (remap(space, &again) == 0)
			e->state = EXTENT_LEAVES;
		else
			ret = -ENOTRECOVERABLE;
	}
	return ret;
}

static int
run_plan(struct plx_iova_space *space)
{
	int ret, undone;

	if (!iova_is_live(space))
		return 0;
	ret = map_pending(space, EXTENT_IDLE);
	if (ret == 0)
		ret = unmap_leaving(space);
	if (ret == 0)
		ret = map_pending(space, EXTENT_LATE);
	if (ret == 0)
		return 0;
	undone = undo(space);
	return undone < 0 ? undone : ret;
}

/* Make the tree what the kernel has now; @done: the plan was executed as a whole. */
static void
settle(struct plx_iova_space *space, bool done)
{
	struct shadow_at at;
	struct iova_extent *e;

	for (size_t i = 0; i < space->nb_leaving; i++) {
		e = shadow_seek(&space->shadow, space->leaving[i], &at);
		if (!done && e->state != EXTENT_GONE) {
			e->state = EXTENT_IDLE;
			continue;
		}
		space->stats.bytes -= e->len;
		iova_window_ref(e, -1);
		shadow_remove(&space->shadow, e->iova);
	}
	for (e = shadow_seek(&space->pending, 0, &at); e != NULL; e = shadow_next(&space->pending, &at)) {
		if (!done && e->state != EXTENT_MAPPED)
			continue;
		e->state = EXTENT_IDLE;
		space->stats.bytes += e->len;
		iova_window_ref(e, 1);
		shadow_insert(&space->shadow, e);
	}
}

int
iova_batch_execute(struct plx_iova_space *space, int planned)
{
	int ret = planned;

	if (ret == 0)
		ret = schedule(space);
	if (ret == 0)
		ret = run_plan(space);
	settle(space, ret == 0);
	shadow_empty(&space->pending);
	space->nb_leaving = 0;
	return ret;
}
