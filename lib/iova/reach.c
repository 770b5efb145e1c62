/* SPDX-License-Identifier: BSD-3-Clause */
/* What the devices of a space can reach, and where addresses leave it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "iova_private.h"

int
iova_set_windows(struct plx_iova_space *space, const struct plx_iova_range *ranges,
	unsigned int n, uint64_t alignment)
{
	struct plx_iova_range *copy = calloc(n + 1, sizeof(*copy));

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, ranges, n * sizeof(*copy));
	free(space->reach.windows);
	space->reach.windows = copy;
	space->reach.nb_windows = n;
	space->reach.alignment = alignment;
	return 0;
}

/* The first hole in the range, in full: from the window below to the one above. Is there one? */
static bool
find_hole(const struct plx_iova_space *space, uint64_t iova, uint64_t last,
	struct plx_iova_range *hole)
{
	const struct plx_iova_range *w = space->reach.windows, *end = w + space->reach.nb_windows;
	uint64_t start = 0;

	/* Over the windows that are below, and those that have what comes first. */
	while (w < end && w->start <= iova) {
		if (last <= w->last)
			return false;
		start = w->last + 1;
		iova = PLX_MAX(iova, start);
		w++;
	}
	hole->start = start;
	hole->last = w < end ? w->start - 1 : UINT64_MAX;
	return true;
}

bool
iova_inside_windows(const struct plx_iova_space *space, uint64_t iova, uint64_t last)
{
	struct plx_iova_range hole;

	return !find_hole(space, iova, last, &hole);
}

unsigned int
plx_iova_windows(struct plx_iova_space *space, struct plx_iova_range *ranges, unsigned int n,
	uint64_t *alignment)
{
	unsigned int count;

	pthread_mutex_lock(space->lock);
	count = space->reach.nb_windows;
	for (unsigned int i = 0; i < count && i < n; i++)
		ranges[i] = space->reach.windows[i];
	if (alignment != NULL)
		*alignment = space->reach.alignment;
	pthread_mutex_unlock(space->lock);
	return count;
}

int
plx_iova_windows_hole(struct plx_iova_space *space, uint64_t iova, uint64_t len,
	struct plx_iova_range *hole)
{
	int ret = iova_check_range(iova, len);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(space->lock);
	ret = find_hole(space, iova, iova + (len - 1), hole) ? -ERANGE : 0;
	pthread_mutex_unlock(space->lock);
	return ret;
}
