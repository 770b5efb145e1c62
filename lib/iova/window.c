/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Windows: what is staged once and then mapped run by run. The pages behind a granule are shared by
 * all spaces that map it; so as long as one does, new memory at the same address would get the old
 * pages with the next mapping. The counts here make that impossible.
 */
#include <errno.h>
#include <stdlib.h>

#include "batch.h"

static int
alloc_window(struct plx_iova_space *space, const struct plx_iova_mapping *m,
	struct plx_iova_window **window)
{
	struct plx_iova_window *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -ENOMEM;
	w->lock = space->lock;
	w->ops = space->ops;
	w->domain = iova_domain(space);
	w->m = *m;
	w->granules = m->len / m->granule;
	w->refs = calloc(w->granules, sizeof(*w->refs));
	w->present = calloc(w->granules, sizeof(*w->present));
	*window = w;
	return w->refs != NULL && w->present != NULL ? 0 : -ENOMEM;
}

static void
free_window(struct plx_iova_window *w)
{
	if (w == NULL)
		return;
	free(w->refs);
	free(w->present);
	free(w);
}

int
plx_iova_window_open(struct plx_iova_space *space, const struct plx_iova_mapping *mapping,
	struct plx_iova_window **window)
{
	struct plx_iova_window *w = NULL;
	struct batch_op checked;
	int ret = iova_batch_op_map(space, mapping, &checked);

	if (ret == 0 && (mapping->granule == 0 || mapping->flags & PLX_IOVA_OWN_PINS ||
			 ((mapping->iova | mapping->len) & (mapping->granule - 1)) != 0))
		ret = -EINVAL;
	if (ret == 0)
		ret = alloc_window(space, mapping, &w);
	if (ret == 0 && space->ops->stage != NULL) {
		pthread_mutex_lock(space->lock);
		ret = space->ops->stage(space, w);
		pthread_mutex_unlock(space->lock);
	}
	if (ret < 0) {
		free_window(w);
		return ret;
	}
	*window = w;
	return 0;
}

bool
iova_window_has(const struct plx_iova_window *w, uint64_t offset, uint64_t len)
{
	return len > 0 && offset <= w->m.len && len <= w->m.len - offset &&
		((offset | len) & (w->m.granule - 1)) == 0;
}

/* Does a space map one of @n granules from @first on? */
static bool
any_ref(const struct plx_iova_window *w, uint64_t first, uint64_t n)
{
	for (uint64_t i = first; i < first + n; i++)
		if (w->refs[i] > 0)
			return true;
	return false;
}

static int
set_present_locked(struct plx_iova_window *w, uint64_t offset, uint64_t len, bool present)
{
	uint64_t first = offset / w->m.granule, n = len / w->m.granule;

	for (uint64_t i = first; i < first + n; i++)
		if (w->present[i] == present)
			return present ? -EEXIST : -ENOENT;
	if (any_ref(w, first, n))
		return -EBUSY;
	for (uint64_t i = first; i < first + n; i++)
		w->present[i] = present;
	return 0;
}

static int
set_present(struct plx_iova_window *w, uint64_t offset, uint64_t len, bool present)
{
	int ret;

	if (!iova_window_has(w, offset, len))
		return -EINVAL;
	pthread_mutex_lock(w->lock);
	ret = set_present_locked(w, offset, len, present);
	pthread_mutex_unlock(w->lock);
	return ret;
}

int
plx_iova_window_add(struct plx_iova_window *window, uint64_t offset, uint64_t len)
{
	return set_present(window, offset, len, true);
}

int
plx_iova_window_remove(struct plx_iova_window *window, uint64_t offset, uint64_t len)
{
	return set_present(window, offset, len, false);
}

int
plx_iova_window_close(struct plx_iova_window *window)
{
	int ret;

	pthread_mutex_lock(window->lock);
	ret = any_ref(window, 0, window->granules) ? -EBUSY : 0;
	if (ret == 0 && window->ops->unstage != NULL)
		ret = window->ops->unstage(window);
	pthread_mutex_unlock(window->lock);
	if (ret < 0)
		return ret;
	/* With its last user the lock goes too. */
	ret = window->release != NULL ? window->release(window) : 0;
	free_window(window);
	return ret;
}

void
iova_window_ref(const struct iova_extent *e, int change)
{
	struct plx_iova_window *w = e->window;

	if (w != NULL)
		w->refs[(e->iova - w->m.iova) / w->m.granule] += (uint32_t)change;
}

bool
iova_window_present(const struct plx_iova_window *w, uint64_t iova)
{
	return w->present[(iova - w->m.iova) / w->m.granule];
}
