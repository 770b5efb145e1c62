/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory comes while devices are attached, and goes by plx_mem_trim() and by the reaper. Each time
 * the mappings of the devices and what is pinned for them must be back where they were.
 *
 *   mem_retire EAL-OPTION...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <plx_eal.h>
#include <plx_iova.h>
#include <plx_malloc.h>
#include <vfio_private.h>

#include "vfio_raw.h"

#define PIECES 3
#define PIECE ((size_t)64 << 20)
#define WAIT_MS 30000

struct usage {
	uint64_t extents;	/* of all devices */
	long pinned_kb;
	long pages_free;
};

static struct usage
usage(void)
{
	struct usage u = {
		/* One of the two, as the backend counts. */
		.pinned_kb = raw_status_kb("VmPin") + raw_status_kb("VmLck"),
		.pages_free = raw_hugepages_free(),
	};

	for (const struct vfio_space *space = vfio_bus.spaces; space != NULL; space = space->next) {
		struct plx_iova_stats stats;

		plx_iova_stats_get(space->iova, &stats);
		u.extents += stats.extents;
	}
	return u;
}

static bool
same(struct usage a, struct usage b)
{
	return a.extents == b.extents && a.pinned_kb == b.pinned_kb && a.pages_free == b.pages_free;
}

static void
print(const char *when, struct usage u)
{
	printf("%s: %ju mappings, %ld KiB pinned, %ld pages free\n", when, (uintmax_t)u.extents,
		u.pinned_kb, u.pages_free);
}

/* Allocate and free. Return: 0 if the devices were given all of it meanwhile, else -1. */
static int
come_and_go(struct usage before)
{
	void *piece[PIECES];
	struct usage u;
	int ret = 0;

	for (int i = 0; i < PIECES; i++) {
		piece[i] = plx_malloc("piece", PIECE, 0);
		if (piece[i] == NULL)
			ret = -1;
	}
	u = usage();
	print("allocated", u);
	for (int i = 0; i < PIECES; i++)
		plx_free(piece[i]);
	if (u.extents <= before.extents ||
	    u.pinned_kb < before.pinned_kb + (long)(PIECES * PIECE >> 10))
		ret = -1;
	return ret;
}

static int
by_trim(struct usage before)
{
	/* The reaper keeps its hands off. */
	int ret = plx_mem_retire_limits_set(SIZE_MAX, 0);

	if (ret == 0)
		ret = come_and_go(before);
	if (plx_mem_trim() < (int64_t)(PIECES * PIECE))
		ret = -1;
	print("trimmed", usage());
	return same(before, usage()) ? ret : -1;
}

static int
by_reaper(struct usage before)
{
	int ret = plx_mem_retire_limits_set(0, 10);

	if (ret == 0)
		ret = come_and_go(before);
	for (int ms = 0; ms < WAIT_MS && !same(before, usage()); ms++)
		usleep(1000);
	print("reaped", usage());
	return same(before, usage()) ? ret : -1;
}

int
main(int argc, char **argv)
{
	struct usage before;
	int ret;

	if (plx_eal_init(argc, argv) < 0)
		return EXIT_FAILURE;
	/* What drivers allocated and gave back in their probe is not waited for. */
	ret = plx_mem_trim() < 0 ? -1 : 0;
	before = usage();
	print("before", before);
	for (int i = 0; i < 2 && ret == 0; i++) {
		ret = by_trim(before);
		if (ret == 0)
			ret = by_reaper(before);
	}
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
