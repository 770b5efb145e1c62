/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IOVA_BATCH_H
#define IOVA_BATCH_H
/*
 * A commit in two steps: batch.c plans it, on paper only, and commit.c executes the plan. In between
 * space->pending has what will be mapped and space->leaving where what will be unmapped starts.
 */
#include "iova_private.h"

/* A change as it was asked for: of the whole extent, which for @unmap has only a range. */
struct batch_op {
	bool unmap;
	struct iova_extent e;
};

struct plx_iova_batch {
	struct plx_iova_space *space;
	struct batch_op *ops;
	size_t n;
	size_t room;
};

int iova_batch_op_map(const struct plx_iova_space *space, const struct plx_iova_mapping *m,
	struct batch_op *op);
/* 0 or the errno that plx_iova_batch_commit() returns before the kernel is asked. */
int iova_batch_plan(struct plx_iova_space *space, const struct batch_op *ops, size_t n);
/* Execute the plan if @planned is 0, and forget it in any case. Return: what the commit returns. */
int iova_batch_execute(struct plx_iova_space *space, int planned);

#endif
