/* SPDX-License-Identifier: BSD-3-Clause */
/* All mappings of one space in another: for a device that must have, or shall have, its own. */
#include <errno.h>
#include <stdlib.h>

#include "batch.h"

/* Spaces of one iommufd have one lock; others are locked in the order of their addresses. */
static void
lock_both(struct plx_iova_space *a, struct plx_iova_space *b)
{
	pthread_mutex_t *first = PLX_MIN(a->lock, b->lock), *second = PLX_MAX(a->lock, b->lock);

	pthread_mutex_lock(first);
	if (second != first)
		pthread_mutex_lock(second);
}

static void
unlock_both(struct plx_iova_space *a, struct plx_iova_space *b)
{
	pthread_mutex_unlock(a->lock);
	if (b->lock != a->lock)
		pthread_mutex_unlock(b->lock);
}

/* As it is in @from, and to be removed in the same units. 0 or the errno why @to can't have it. */
static int
op_of(const struct iova_extent *e, const struct plx_iova_space *to, struct batch_op *op)
{
	if (!iova_inside_windows(to, e->iova, extent_last(e)))
		return -ERANGE;
	if (((e->iova | e->len) & (to->reach.alignment - 1)) != 0 ||
	    (e->window != NULL && e->window->domain != iova_domain(to)))
		return -EINVAL;
	*op = (struct batch_op){ .e = *e };
	op->e.granule_shift = 0;
	/* The caller may have closed the file by now; its memory is still mapped. */
	op->e.fd = -1;
	return 0;
}

static int
replay(const struct plx_iova_space *from, struct plx_iova_space *to, struct batch_op *ops,
	struct plx_iova_mapping *refused)
{
	struct shadow_at at;
	const struct iova_extent *e = shadow_seek(&from->shadow, 0, &at);
	size_t n = 0;
	int ret = 0;

	for (; e != NULL; e = shadow_next(&from->shadow, &at)) {
		ret = op_of(e, to, &ops[n++]);
		if (ret < 0) {
			if (refused != NULL)
				iova_extent_to_mapping(e, refused);
			return ret;
		}
	}
	return iova_batch_execute(to, iova_batch_plan(to, ops, n));
}

int
plx_iova_replay(struct plx_iova_space *from, struct plx_iova_space *to,
	struct plx_iova_mapping *refused)
{
	struct batch_op *ops;
	int ret = -ENOMEM;

	if (from == to)
		return -EINVAL;
	lock_both(from, to);
	ops = calloc(from->shadow.count + 1, sizeof(*ops));
	if (ops != NULL)
		ret = replay(from, to, ops, refused);
	unlock_both(from, to);
	free(ops);
	return ret;
}
