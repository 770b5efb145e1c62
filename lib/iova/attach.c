/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices come into a space, leave it, and move to another one. */
#include <errno.h>
#include <stdlib.h>

#include "iova_private.h"

/* Give the kernel what the tree has; the device that came first may not reach all of it. */
static int
map_tree(struct plx_iova_space *space)
{
	struct shadow_at at;
	struct iova_extent *e = shadow_seek(&space->shadow, 0, &at);
	int ret = space->shadow.count > space->reach.budget ? -ENOSPC : 0;

	for (; ret == 0 && e != NULL; e = shadow_next(&space->shadow, &at))
		ret = iova_inside_windows(space, e->iova, extent_last(e)) ?
			iova_kernel_map(space, e) : -EADDRINUSE;
	return ret;
}

static int
attach(struct plx_iova_space *space, int fd)
{
	bool first = space->stats.attached == 0;
	int ret = space->ops->attach(space, fd, first), undo;
	struct iova_reach before = space->reach;

	if (ret < 0)
		return ret;
	space->reach.windows = NULL;	/* the old ones may be needed again */
	ret = space->ops->windows(space);
	if (ret == 0 && first && !space->ops->open_maps)
		ret = map_tree(space);
	if (ret == 0) {
		space->stats.attached++;
		free(before.windows);
		return 0;
	}
	free(space->reach.windows);
	space->reach = before;
	/* Without its last device the kernel drops the replay too. */
	undo = space->ops->detach(space, fd);
	return undo < 0 ? undo : ret;
}

int
plx_iova_attach(struct plx_iova_space *space, int fd)
{
	int ret;

	pthread_mutex_lock(space->lock);
	ret = attach(space, fd);
	pthread_mutex_unlock(space->lock);
	return ret;
}

int
plx_iova_detach(struct plx_iova_space *space, int fd)
{
	int ret = -ENOENT;

	pthread_mutex_lock(space->lock);
	if (space->stats.attached > 0)
		ret = space->ops->detach(space, fd);
	if (ret == 0)
		space->stats.attached--;
	pthread_mutex_unlock(space->lock);
	return ret;
}

int
plx_iova_windows_update(struct plx_iova_space *space)
{
	int ret;

	pthread_mutex_lock(space->lock);
	ret = space->ops->windows(space);
	pthread_mutex_unlock(space->lock);
	return ret;
}

/* The windows of what a device has left may be wider now; that they stay narrow is no failure. */
static void
widen(struct plx_iova_space *space)
{
	struct iova_reach before = space->reach;

	space->reach.windows = NULL;
	if (space->ops->windows(space) == 0) {
		free(before.windows);
		return;
	}
	free(space->reach.windows);
	space->reach = before;
}

/* An attach to another space replaces the one before, in the kernel too: back is the same call. */
static int
move(struct plx_iova_space *from, struct plx_iova_space *to, int fd)
{
	struct iova_reach before = to->reach;
	int ret = to->ops->attach(to, fd, to->stats.attached == 0), undo;

	if (ret < 0)
		return ret;
	to->reach.windows = NULL;
	ret = to->ops->windows(to);
	if (ret == 0) {
		free(before.windows);
		from->stats.attached--;
		to->stats.attached++;
		widen(from);
		return 0;
	}
	free(to->reach.windows);
	to->reach = before;
	undo = from->ops->attach(from, fd, from->stats.attached == 1);
	return undo < 0 ? undo : ret;
}

int
plx_iova_move(struct plx_iova_space *from, struct plx_iova_space *to, int fd)
{
	int ret = -ENOENT;

	/* One lock guards all spaces of a domain. */
	if (from == to || from->domain == NULL || from->domain != to->domain)
		return -EINVAL;
	pthread_mutex_lock(to->lock);
	if (from->stats.attached > 0)
		ret = move(from, to, fd);
	pthread_mutex_unlock(to->lock);
	return ret;
}

int
plx_iova_keep_tables(struct plx_iova_space *space, uint32_t devid)
{
	int ret;

	if (space->ops->keep_tables == NULL)
		return -ENOTSUP;
	pthread_mutex_lock(space->lock);
	ret = space->ops->keep_tables(space, devid);
	pthread_mutex_unlock(space->lock);
	return ret;
}
