/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kernel call that maps or unmaps goes through here and is counted. */
#include <errno.h>
#include <time.h>

#include "iova_private.h"

static uint64_t
now_ns(void)
{
	struct timespec ts;

	/* Can't fail: the clock exists and ts is ours. */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
account(struct plx_iova_space *space, enum plx_iova_call call, uint64_t start, int ret,
	uint64_t bytes)
{
	space->stats.calls[call]++;
	space->stats.ns[call] += now_ns() - start;
	if (ret == 0)
		space->stats.bytes_done[call] += bytes;
}

int
iova_kernel_map(struct plx_iova_space *space, const struct iova_extent *e)
{
	enum plx_iova_call call = PLX_IOVA_CALL_MAP;
	uint64_t start = now_ns();
	int ret = space->ops->map(space, e, &call);

	account(space, call, start, ret, e->len);
	return ret;
}

int
iova_kernel_copy(struct plx_iova_space *space, const struct plx_iova_window *w, uint64_t iova,
	uint64_t len)
{
	uint64_t start = now_ns();
	int ret = space->ops->copy(space, w, iova, len);

	account(space, PLX_IOVA_CALL_COPY, start, ret, len);
	return ret;
}

int
iova_kernel_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len, uint64_t expected)
{
	uint64_t start = now_ns(), unmapped = expected;
	int ret = space->ops->unmap != NULL ? space->ops->unmap(space, iova, len, &unmapped) : 0;

	account(space, PLX_IOVA_CALL_UNMAP, start, ret, unmapped);
	return ret == 0 && unmapped != expected ? -EIO : ret;
}
