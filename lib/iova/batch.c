/* SPDX-License-Identifier: BSD-3-Clause */
/* Batches: collecting changes, and what they come to in the end. commit.c then does it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "batch.h"

struct plx_iova_batch *
plx_iova_batch_begin(struct plx_iova_space *space)
{
	struct plx_iova_batch *batch = calloc(1, sizeof(*batch));

	if (batch != NULL)
		batch->space = space;
	return batch;
}

void
plx_iova_batch_abort(struct plx_iova_batch *batch)
{
	if (batch == NULL)
		return;
	free(batch->ops);
	free(batch);
}

static int
add_op(struct plx_iova_batch *batch, const struct batch_op *op)
{
	if (batch->n == batch->room) {
		size_t room = batch->room ? 2 * batch->room : 16;
		struct batch_op *more = realloc(batch->ops, room * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		batch->ops = more;
		batch->room = room;
	}
	batch->ops[batch->n++] = *op;
	return 0;
}

/* From what the user says to an extent; 0 or -EINVAL, or the errno of looking at the file. */
int
iova_batch_op_map(const struct plx_iova_space *space, const struct plx_iova_mapping *m,
	struct batch_op *op)
{
	const unsigned int access = PLX_IOVA_READ | PLX_IOVA_WRITE;
	struct stat st;

	if (iova_check_range(m->iova, m->len) < 0 || (m->flags & access) == 0 ||
	    (m->flags & ~(access | PLX_IOVA_FD | PLX_IOVA_OWN_PINS)) != 0)
		return -EINVAL;
	if (((m->iova | m->len | (uintptr_t)m->va | m->granule) & (space->reach.alignment - 1)) != 0)
		return -EINVAL;
	if (m->granule != 0 && !plx_is_power_of_2(m->granule))
		return -EINVAL;
	*op = (struct batch_op){ .e = {
		.iova = m->iova,
		.len = m->len,
		.va = m->va,
		.fd = -1,
		.flags = (uint16_t)m->flags,
		.granule_shift = m->granule ? (uint8_t)__builtin_ctzll(m->granule) : 0,
	} };
	if (!(m->flags & PLX_IOVA_FD))
		return 0;
	if ((m->fd_offset & (space->reach.alignment - 1)) != 0)
		return -EINVAL;
	if (fstat(m->fd, &st) < 0)
		return -errno;
	op->e.fd = m->fd;
	op->e.fd_offset = m->fd_offset;
	op->e.dev = (uint32_t)st.st_dev;
	op->e.ino = st.st_ino;
	return 0;
}

int
plx_iova_batch_map(struct plx_iova_batch *batch, const struct plx_iova_mapping *mapping)
{
	struct batch_op op;
	int ret = iova_batch_op_map(batch->space, mapping, &op);

	return ret < 0 ? ret : add_op(batch, &op);
}

int
plx_iova_batch_unmap(struct plx_iova_batch *batch, uint64_t iova, uint64_t len)
{
	struct batch_op op = { .unmap = true, .e = { .iova = iova, .len = len } };

	return iova_check_range(iova, len) < 0 ? -EINVAL : add_op(batch, &op);
}

int
plx_iova_batch_map_window(struct plx_iova_batch *batch, struct plx_iova_window *window,
	uint64_t offset, uint64_t len)
{
	const struct plx_iova_mapping *w = &window->m;
	struct plx_iova_mapping m = *w;
	struct batch_op op;
	int ret;

	if (window->domain != iova_domain(batch->space) || !iova_window_has(window, offset, len))
		return -EINVAL;
	m.iova += offset;
	m.len = len;
	m.va = PLX_PTR_ADD(m.va, offset);
	/* The file was looked at when the window was staged. */
	m.flags &= ~PLX_IOVA_FD;
	ret = iova_batch_op_map(batch->space, &m, &op);
	op.e.window = window;
	return ret < 0 ? ret : add_op(batch, &op);
}

static bool
overlaps(const struct shadow *s, uint64_t iova, uint64_t last)
{
	struct shadow_at at;
	struct iova_extent *e = shadow_seek(s, iova, &at);

	while (e != NULL && e->iova <= last && e->state == EXTENT_LEAVES)
		e = shadow_next(s, &at);
	return e != NULL && e->iova <= last;
}

/* Is @b, which starts where @a ends, more of the same memory? */
static bool
continues(const struct iova_extent *a, const struct iova_extent *b)
{
	if (PLX_PTR_ADD(a->va, a->len) != b->va || a->flags != b->flags || a->window != b->window ||
	    a->granule_shift != b->granule_shift)
		return false;
	return !(a->flags & PLX_IOVA_FD) || (a->dev == b->dev && a->ino == b->ino &&
		a->fd_offset + a->len == b->fd_offset);
}

/* May the two, neighbours, be one? Only inside of one granule, and never if asked for as a whole. */
static bool
grow_together(const struct iova_extent *a, const struct iova_extent *b)
{
	return a->granule_shift != 0 && extent_last(a) + 1 == b->iova &&
		a->iova >> a->granule_shift == extent_last(b) >> a->granule_shift && continues(a, b);
}

/* Add a piece that crosses no border of its granules. */
static int
add_pending(struct shadow *pending, const struct iova_extent *piece)
{
	struct iova_extent *before, *behind;
	struct shadow_at at;

	before = piece->iova > 0 ? shadow_seek(pending, piece->iova - 1, &at) : NULL;
	if (before == NULL || !grow_together(before, piece)) {
		if (shadow_reserve(pending, 1) < 0)
			return -ENOMEM;
		shadow_insert(pending, piece);
		before = shadow_seek(pending, piece->iova, &at);
	} else {
		before->len += piece->len;
	}
	behind = shadow_next(pending, &at);
	if (behind != NULL && grow_together(before, behind)) {
		before->len += behind->len;
		shadow_remove(pending, behind->iova);
	}
	return 0;
}

static int
plan_map(struct plx_iova_space *space, const struct iova_extent *e)
{
	uint64_t granule = e->granule_shift ? (uint64_t)1 << e->granule_shift : 0;
	struct iova_extent piece = *e;
	uint64_t left = e->len;
	int ret = 0;

	if (!iova_inside_windows(space, e->iova, extent_last(e)))
		return -ERANGE;
	if (overlaps(&space->pending, e->iova, extent_last(e)) ||
	    overlaps(&space->shadow, e->iova, extent_last(e)))
		return -EEXIST;
	for (; ret == 0 && left > 0; left -= piece.len) {
		/* Up to the next border, if there is one. */
		piece.len = granule ? PLX_MIN(left, granule - (piece.iova & (granule - 1))) : left;
		if (piece.window != NULL && !iova_window_present(piece.window, piece.iova))
			return -ENOENT;
		ret = add_pending(&space->pending, &piece);
		piece.iova += piece.len;
		piece.va = PLX_PTR_ADD(piece.va, piece.len);
		piece.fd_offset += piece.len;
	}
	return ret;
}

static int
add_leaving(struct plx_iova_space *space, uint64_t iova)
{
	if (space->nb_leaving == space->room_leaving) {
		size_t room = space->room_leaving ? 2 * space->room_leaving : 16;
		uint64_t *more = realloc(space->leaving, room * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		space->leaving = more;
		space->room_leaving = room;
	}
	space->leaving[space->nb_leaving++] = iova;
	return 0;
}

/* Mark what the kernel has in the range. Return: how many, -EINVAL, or -ENOMEM. */
static int
leave(struct plx_iova_space *space, uint64_t iova, uint64_t last)
{
	struct shadow_at at;
	struct iova_extent *e = shadow_seek(&space->shadow, iova, &at);
	int found = 0;

	for (; e != NULL && e->iova <= last; e = shadow_next(&space->shadow, &at)) {
		if (e->state == EXTENT_LEAVES)
			continue;
		if (e->iova < iova || extent_last(e) > last)
			return -EINVAL;
		if (add_leaving(space, e->iova) < 0)
			return -ENOMEM;
		e->state = EXTENT_LEAVES;
		found = 1;
	}
	return found;
}

/* What this batch would have mapped in the range is not mapped after all. */
static int
cancel(struct shadow *pending, uint64_t iova, uint64_t last)
{
	struct shadow_at at;
	struct iova_extent *e;
	int found = 0;

	while ((e = shadow_seek(pending, iova, &at)) != NULL && e->iova <= last) {
		if (e->iova < iova || extent_last(e) > last)
			return -EINVAL;
		shadow_remove(pending, e->iova);
		found = 1;
	}
	return found;
}

static int
plan_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t last)
{
	int here = cancel(&space->pending, iova, last);
	int there = here < 0 ? here : leave(space, iova, last);

	if (there < 0)
		return there;
	return here + there > 0 ? 0 : -ENOENT;
}

int
iova_batch_plan(struct plx_iova_space *space, const struct batch_op *ops, size_t n)
{
	int ret = 0;

	for (size_t i = 0; i < n && ret == 0; i++) {
		const struct iova_extent *e = &ops[i].e;

		ret = ops[i].unmap ? plan_unmap(space, e->iova, extent_last(e)) :
			plan_map(space, e);
	}
	return ret;
}

static int
commit_locked(struct plx_iova_space *space, const struct batch_op *ops, size_t n)
{
	int ret;

	pthread_mutex_lock(space->lock);
	ret = iova_batch_plan(space, ops, n);
	ret = iova_batch_execute(space, ret);
	pthread_mutex_unlock(space->lock);
	return ret;
}

int
plx_iova_batch_commit(struct plx_iova_batch *batch)
{
	int ret = commit_locked(batch->space, batch->ops, batch->n);

	plx_iova_batch_abort(batch);
	return ret;
}

int
plx_iova_map(struct plx_iova_space *space, const struct plx_iova_mapping *mapping)
{
	struct batch_op op;
	int ret = iova_batch_op_map(space, mapping, &op);

	return ret < 0 ? ret : commit_locked(space, &op, 1);
}

int
plx_iova_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len)
{
	struct batch_op op = { .unmap = true, .e = { .iova = iova, .len = len } };

	return iova_check_range(iova, len) < 0 ? -EINVAL : commit_locked(space, &op, 1);
}
