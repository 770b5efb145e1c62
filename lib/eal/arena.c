/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Address space for memory to come: reserved, not populated, where every device can reach it at
 * the same address (PROT_NONE and MAP_NORESERVE cost no memory).
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "eal_private.h"

/* 1 GiB, so that the largest IOMMU page fits at every multiple of it. */
#define ARENA_ALIGN ((uint64_t)1 << 30)
/* End of user space without asking for 5-level addresses. */
#define USER_LAST (((uint64_t)1 << 47) - 1)

static int
reserve_at(uint64_t start, size_t len, void **base)
{
	*base = mmap((void *)(uintptr_t)start, len, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	return *base == MAP_FAILED ? -errno : 0;
}

/* The first aligned place in start..last, or 0. */
static uint64_t
fit(uint64_t start, uint64_t last, size_t len)
{
	uint64_t at = PLX_ALIGN_CEIL(start, ARENA_ALIGN);

	return at >= start && at <= last && last - at >= len - 1 ? at : 0;
}

/* Try the gap first..last between two mappings, in every window. */
static int
reserve_in_gap(uint64_t first, uint64_t last, size_t len, const struct plx_dev_windows *win,
	void **base)
{
	int ret = -EADDRNOTAVAIL;

	for (unsigned int i = 0; i < win->n && ret < 0 && ret != -ENOMEM; i++) {
		uint64_t at = fit(PLX_MAX(first, win->ranges[i].start),
			PLX_MIN(last, win->ranges[i].last), len);

		if (at != 0)
			ret = reserve_at(at, len, base);
	}
	return ret;
}

/*
 * Walk the gaps between what is mapped, from @from upwards. Low addresses first: they are the
 * ones that a narrow IOMMU has (39 bits), and the loader leaves them alone. -ENOMEM ends it: a
 * limit on address space that no other place would help against.
 */
static int
reserve(uint64_t from, size_t len, const struct plx_dev_windows *win, void **base)
{
	/* The first place is nearly always free, and finding out is one call. */
	int ret = reserve_in_gap(from, USER_LAST, len, win, base);
	uint64_t gap = from;
	unsigned long start, end;
	FILE *maps;

	if (ret == 0 || ret == -ENOMEM || ret == -EADDRNOTAVAIL)
		return ret;
	maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		return -errno;
	ret = -EADDRNOTAVAIL;
	while (ret < 0 && ret != -ENOMEM && fscanf(maps, "%lx-%lx%*[^\n]", &start, &end) == 2) {
		if (start > gap)
			ret = reserve_in_gap(gap, PLX_MIN(start - 1, USER_LAST), len, win, base);
		gap = PLX_MAX(gap, end);
	}
	if (ret < 0 && ret != -ENOMEM && gap <= USER_LAST)
		ret = reserve_in_gap(gap, USER_LAST, len, win, base);
	fclose(maps);
	return ret;
}

/*
 * @win is what all devices can reach. @len shrinks by halves where the windows are too small for
 * it, since less address space only means that less memory can ever be plugged in.
 */
int
eal_arena_reserve(struct eal_arena *arena, size_t len, uint64_t from,
	const struct plx_dev_windows *win)
{
	int ret = -EADDRNOTAVAIL;

	for (; ret < 0 && len >= ARENA_ALIGN; len = PLX_ALIGN_FLOOR(len / 2, ARENA_ALIGN)) {
		ret = reserve(from, len, win, &arena->base);
		if (ret == 0)
			arena->len = len;
		else
			arena->base = NULL;
	}
	return ret;
}

int
eal_arena_release(struct eal_arena *arena)
{
	int ret = arena->base != NULL && munmap(arena->base, arena->len) < 0 ? -errno : 0;

	eal_iova_arena_fini(arena);
	arena->base = NULL;
	arena->len = 0;
	return ret;
}
