/* SPDX-License-Identifier: BSD-3-Clause */
/* What all spaces have in common: every request is checked here before a backend sees it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iova_private.h"

int
iova_set_windows(struct plx_iova_space *space, const struct plx_iova_range *ranges,
	unsigned int n, uint64_t alignment)
{
	struct plx_iova_range *copy = calloc(n + 1, sizeof(*copy));

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, ranges, n * sizeof(*copy));
	free(space->windows);
	space->windows = copy;
	space->nb_windows = n;
	space->alignment = alignment;
	return 0;
}

int
iova_space_init(struct plx_iova_space *space, const struct iova_ops *ops, int fd, bool owned)
{
	static const struct plx_iova_range all = { .start = 0, .last = UINT64_MAX };

	space->ops = ops;
	space->fd = fd;
	space->owned = owned;
	space->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	RB_INIT(&space->tree);
	return iova_set_windows(space, &all, 1, (uint64_t)sysconf(_SC_PAGESIZE));
}

void
iova_space_fini(struct plx_iova_space *space)
{
	iova_tree_clear(&space->tree);
	free(space->windows);
	if (space->owned)
		close(space->fd);
	free(space);
}

int
plx_iova_space_close(struct plx_iova_space *space)
{
	int ret;

	pthread_mutex_lock(&space->lock);
	ret = space->attached > 0 ? -EBUSY : 0;
	pthread_mutex_unlock(&space->lock);
	if (ret < 0)
		return ret;
	ret = space->ops->close(space);
	iova_space_fini(space);
	return ret;
}

const char *
plx_iova_space_name(const struct plx_iova_space *space)
{
	return space->ops->name;
}

int
plx_iova_space_fd(const struct plx_iova_space *space)
{
	return space->fd;
}

/* Does the kernel have the mappings, or only the tree? */
static bool
is_live(const struct plx_iova_space *space)
{
	return space->ops->open_maps || space->attached > 0;
}

static bool
inside_windows(const struct plx_iova_space *space, uint64_t iova, uint64_t last)
{
	for (unsigned int i = 0; i < space->nb_windows; i++)
		if (iova >= space->windows[i].start && last <= space->windows[i].last)
			return true;
	return false;
}

/* Give the kernel what the tree has; the device that came first may not reach all of it. */
static int
replay(struct plx_iova_space *space)
{
	struct iova_extent *e;

	for (e = iova_tree_first(&space->tree); e != NULL; e = iova_tree_next(e)) {
		int ret = inside_windows(space, e->m.iova, iova_last(&e->m)) ?
			space->ops->map(space, &e->m) : -EADDRINUSE;

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
attach(struct plx_iova_space *space, int fd)
{
	bool first = space->attached == 0;
	int ret = space->ops->attach(space, fd, first), undo;

	if (ret < 0)
		return ret;
	ret = space->ops->windows(space);
	if (ret == 0 && first && !space->ops->open_maps)
		ret = replay(space);
	if (ret == 0) {
		space->attached++;
		return 0;
	}
	/* Without its last device the kernel drops the replay too. */
	undo = space->ops->detach(space, fd);
	if (undo == 0 && space->ops->open_maps)
		undo = space->ops->windows(space);
	return undo < 0 ? undo : ret;
}

int
plx_iova_attach(struct plx_iova_space *space, int fd)
{
	int ret;

	pthread_mutex_lock(&space->lock);
	ret = attach(space, fd);
	pthread_mutex_unlock(&space->lock);
	return ret;
}

int
plx_iova_detach(struct plx_iova_space *space, int fd)
{
	int ret = -ENOENT;

	pthread_mutex_lock(&space->lock);
	if (space->attached > 0)
		ret = space->ops->detach(space, fd);
	if (ret == 0)
		space->attached--;
	pthread_mutex_unlock(&space->lock);
	return ret;
}

static int
check_range(uint64_t iova, uint64_t len)
{
	return len == 0 || iova + (len - 1) < iova ? -EINVAL : 0;
}

static int
check_mapping(struct plx_iova_space *space, const struct plx_iova_mapping *m)
{
	uint64_t mask = space->alignment - 1;

	if (check_range(m->iova, m->len) < 0 || ((m->iova | m->len | (uintptr_t)m->va) & mask) != 0)
		return -EINVAL;
	if ((m->flags & (PLX_IOVA_READ | PLX_IOVA_WRITE)) == 0 ||
	    (m->flags & ~(PLX_IOVA_READ | PLX_IOVA_WRITE)) != 0)
		return -EINVAL;
	if (!inside_windows(space, m->iova, iova_last(m)))
		return -ERANGE;
	return 0;
}

/* The tree first: it is what can be taken back without a kernel call that might fail. */
static int
map(struct plx_iova_space *space, const struct plx_iova_mapping *m)
{
	int ret = check_mapping(space, m);

	if (ret == 0)
		ret = iova_tree_insert(&space->tree, m);
	if (ret < 0 || !is_live(space))
		return ret;
	ret = space->ops->map(space, m);
	if (ret < 0)
		iova_tree_remove(&space->tree, m->iova, m->len);
	return ret;
}

int
plx_iova_map(struct plx_iova_space *space, const struct plx_iova_mapping *mapping)
{
	int ret;

	pthread_mutex_lock(&space->lock);
	ret = map(space, mapping);
	pthread_mutex_unlock(&space->lock);
	return ret;
}

static int
unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len)
{
	uint64_t expected, unmapped;
	int ret = check_range(iova, len);

	if (ret == 0)
		ret = iova_tree_covered(&space->tree, iova, len, &expected);
	if (ret < 0)
		return ret;
	if (is_live(space)) {
		ret = space->ops->unmap(space, iova, len, &unmapped);
		if (ret < 0)
			return ret;
		if (unmapped != expected)
			ret = -EIO;
	}
	iova_tree_remove(&space->tree, iova, len);
	return ret;
}

int
plx_iova_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len)
{
	int ret;

	pthread_mutex_lock(&space->lock);
	ret = unmap(space, iova, len);
	pthread_mutex_unlock(&space->lock);
	return ret;
}

unsigned int
plx_iova_windows(struct plx_iova_space *space, struct plx_iova_range *ranges, unsigned int n,
	uint64_t *alignment)
{
	unsigned int count;

	pthread_mutex_lock(&space->lock);
	count = space->nb_windows;
	for (unsigned int i = 0; i < count && i < n; i++)
		ranges[i] = space->windows[i];
	if (alignment != NULL)
		*alignment = space->alignment;
	pthread_mutex_unlock(&space->lock);
	return count;
}

int
plx_iova_lookup(struct plx_iova_space *space, uint64_t iova, struct plx_iova_mapping *mapping)
{
	struct iova_extent *e;
	int ret = -ENOENT;

	pthread_mutex_lock(&space->lock);
	e = iova_tree_first_from(&space->tree, iova);
	if (e != NULL && e->m.iova <= iova) {
		*mapping = e->m;
		ret = 0;
	}
	pthread_mutex_unlock(&space->lock);
	return ret;
}

int
plx_iova_walk(struct plx_iova_space *space,
	int (*func)(const struct plx_iova_mapping *mapping, void *arg), void *arg)
{
	struct iova_extent *e;
	int ret = 0;

	pthread_mutex_lock(&space->lock);
	for (e = iova_tree_first(&space->tree); e != NULL && ret == 0; e = iova_tree_next(e))
		ret = func(&e->m, arg);
	pthread_mutex_unlock(&space->lock);
	return ret;
}
