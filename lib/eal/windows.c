/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of I/O address ranges: which addresses can all devices reach? */
#include <errno.h>
#include <stdlib.h>

#include <plx_dev.h>

int
plx_dev_windows_init(struct plx_dev_windows *w)
{
	w->n = 0;
	w->ranges = malloc(sizeof(*w->ranges));
	if (w->ranges == NULL)
		return -ENOMEM;
	w->ranges[w->n++] = (struct plx_iova_range){ .start = 0, .last = UINT64_MAX };
	return 0;
}

int
plx_dev_windows_intersect(struct plx_dev_windows *w, const struct plx_iova_range *ranges,
	unsigned int n)
{
	/* Each step below ends a range of one of the two sets. */
	struct plx_iova_range *both = malloc((w->n + n + 1) * sizeof(*both));
	unsigned int i = 0, j = 0, count = 0;

	if (both == NULL)
		return -ENOMEM;
	while (i < w->n && j < n) {
		uint64_t start = PLX_MAX(w->ranges[i].start, ranges[j].start);
		uint64_t last = PLX_MIN(w->ranges[i].last, ranges[j].last);

		if (start <= last)
			both[count++] = (struct plx_iova_range){ .start = start, .last = last };
		if (w->ranges[i].last < ranges[j].last)
			i++;
		else
			j++;
	}
	free(w->ranges);
	w->ranges = both;
	w->n = count;
	return 0;
}

void
plx_dev_windows_fini(struct plx_dev_windows *w)
{
	free(w->ranges);
	w->ranges = NULL;
	w->n = 0;
}
