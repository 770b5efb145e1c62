/* SPDX-License-Identifier: BSD-3-Clause */
/* What all spaces have in common: every request is checked here before a backend sees it. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "iova_private.h"

int
iova_space_init(struct plx_iova_space *space, const struct iova_ops *ops, int fd, bool owned,
	pthread_mutex_t *lock)
{
	static const struct plx_iova_range all = { .start = 0, .last = UINT64_MAX };

	space->ops = ops;
	space->fd = fd;
	space->owned = owned;
	space->own_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	space->lock = lock != NULL ? lock : &space->own_lock;
	space->reach.budget = UINT64_MAX;
	/* What the first mapping needs, now and not when it is in a hurry. */
	if (shadow_reserve(&space->shadow, 1) == 0 && shadow_reserve(&space->pending, 1) == 0 &&
	    iova_set_windows(space, &all, 1, (uint64_t)sysconf(_SC_PAGESIZE)) == 0)
		return 0;
	shadow_clear(&space->shadow);
	shadow_clear(&space->pending);
	return -ENOMEM;
}

void
iova_space_fini(struct plx_iova_space *space)
{
	shadow_clear(&space->shadow);
	shadow_clear(&space->pending);
	free(space->leaving);
	free(space->reach.windows);
	if (space->owned)
		close(space->fd);
	free(space);
}

/* Windows outlive spaces: what this one maps of them is mapped no more. */
static void
forget_windows(struct plx_iova_space *space)
{
	struct shadow_at at;
	struct iova_extent *e;

	for (e = shadow_seek(&space->shadow, 0, &at); e != NULL; e = shadow_next(&space->shadow, &at))
		iova_window_ref(e, -1);
}

int
plx_iova_space_close(struct plx_iova_space *space)
{
	int ret;

	pthread_mutex_lock(space->lock);
	ret = space->stats.attached > 0 ? -EBUSY : 0;
	if (ret == 0)
		forget_windows(space);
	pthread_mutex_unlock(space->lock);
	return ret < 0 ? ret : space->ops->close(space);
}

int
plx_iova_space_open_beside(struct plx_iova_space *space, struct plx_iova_space **beside)
{
	return space->ops->open_beside(space, beside);
}

const void *
iova_domain(const struct plx_iova_space *space)
{
	return space->domain != NULL ? (const void *)space->domain : space;
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

bool
iova_is_live(const struct plx_iova_space *space)
{
	return space->ops->open_maps || space->stats.attached > 0;
}

int
iova_check_range(uint64_t iova, uint64_t len)
{
	return len == 0 || iova + (len - 1) < iova ? -EINVAL : 0;
}

void
iova_extent_to_mapping(const struct iova_extent *e, struct plx_iova_mapping *m)
{
	*m = (struct plx_iova_mapping){
		.iova = e->iova,
		.len = e->len,
		.va = e->va,
		.flags = e->flags,
		.fd = e->fd,
		.fd_offset = e->fd_offset,
		.granule = e->len,
	};
}

int
plx_iova_lookup(struct plx_iova_space *space, uint64_t iova, struct plx_iova_mapping *mapping)
{
	struct shadow_at at;
	struct iova_extent *e;
	int ret = -ENOENT;

	pthread_mutex_lock(space->lock);
	e = shadow_seek(&space->shadow, iova, &at);
	if (e != NULL && e->iova <= iova) {
		iova_extent_to_mapping(e, mapping);
		ret = 0;
	}
	pthread_mutex_unlock(space->lock);
	return ret;
}

int
plx_iova_check(struct plx_iova_space *space, uint64_t iova, uint64_t len)
{
	uint64_t last = iova + (len - 1);
	struct shadow_at at;
	struct iova_extent *e;

	if (iova_check_range(iova, len) < 0)
		return -EINVAL;
	pthread_mutex_lock(space->lock);
	/* From one extent to the next without a gap, until the end is reached. */
	e = shadow_seek(&space->shadow, iova, &at);
	while (e != NULL && e->iova <= iova && extent_last(e) < last) {
		iova = extent_last(e) + 1;
		e = shadow_next(&space->shadow, &at);
	}
	pthread_mutex_unlock(space->lock);
	return e != NULL && e->iova <= iova ? 0 : -EFAULT;
}

int
plx_iova_walk(struct plx_iova_space *space,
	int (*func)(const struct plx_iova_mapping *mapping, void *arg), void *arg)
{
	struct plx_iova_mapping m;
	struct shadow_at at;
	struct iova_extent *e;
	int ret = 0;

	pthread_mutex_lock(space->lock);
	e = shadow_seek(&space->shadow, 0, &at);
	for (; e != NULL && ret == 0; e = shadow_next(&space->shadow, &at)) {
		iova_extent_to_mapping(e, &m);
		ret = func(&m, arg);
	}
	pthread_mutex_unlock(space->lock);
	return ret;
}

void
plx_iova_stats_get(struct plx_iova_space *space, struct plx_iova_stats *stats)
{
	pthread_mutex_lock(space->lock);
	*stats = space->stats;
	stats->extents = space->shadow.count;
	stats->entries_left = space->reach.budget == UINT64_MAX ? UINT64_MAX :
		space->reach.budget - space->shadow.count;
	pthread_mutex_unlock(space->lock);
}

static int
print_mapping(const struct plx_iova_mapping *m, void *arg)
{
	return fprintf(arg, "  0x%012jx-0x%012jx %10ju KiB %c%c at %p%s\n", (uintmax_t)m->iova,
		(uintmax_t)(m->iova + (m->len - 1)), (uintmax_t)m->len >> 10,
		m->flags & PLX_IOVA_READ ? 'r' : '-', m->flags & PLX_IOVA_WRITE ? 'w' : '-', m->va,
		m->flags & PLX_IOVA_FD ? " of a file" : "") < 0 ? -EIO : 0;
}

int
plx_iova_dump(struct plx_iova_space *space, FILE *file)
{
	static const char *const calls[PLX_IOVA_CALLS] = { "map", "map_file", "copy", "unmap" };
	struct plx_iova_stats s;

	plx_iova_stats_get(space, &s);
	fprintf(file, "%s: %ju extents, %ju KiB, %u attached\n", plx_iova_space_name(space),
		(uintmax_t)s.extents, (uintmax_t)s.bytes >> 10, s.attached);
	for (unsigned int i = 0; i < PLX_IOVA_CALLS; i++)
		fprintf(file, "  %-8s %10ju calls %12ju KiB %12ju us\n", calls[i],
			(uintmax_t)s.calls[i], (uintmax_t)s.bytes_done[i] >> 10,
			(uintmax_t)s.ns[i] / 1000);
	pthread_mutex_lock(space->lock);
	for (unsigned int i = 0; i < space->reach.nb_windows; i++)
		fprintf(file, "  window 0x%jx-0x%jx\n", (uintmax_t)space->reach.windows[i].start,
			(uintmax_t)space->reach.windows[i].last);
	pthread_mutex_unlock(space->lock);
	return plx_iova_walk(space, print_mapping, file) < 0 || ferror(file) ? -EIO : 0;
}
