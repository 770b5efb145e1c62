/* SPDX-License-Identifier: BSD-3-Clause */
/* The shadow of the kernel's mappings: extents that don't overlap, in a red-black tree. */
#include <errno.h>
#include <stdlib.h>

#include "iova_private.h"

static int
compare(const struct iova_extent *a, const struct iova_extent *b)
{
	return a->m.iova < b->m.iova ? -1 : a->m.iova > b->m.iova;
}

RB_GENERATE_INTERNAL(iova_tree, iova_extent, node, compare, static __attribute__((unused)))

/* The first extent that ends at @iova or later: the one around @iova, else the next one. */
struct iova_extent *
iova_tree_first_from(struct iova_tree *tree, uint64_t iova)
{
	struct iova_extent *e = RB_ROOT(tree), *found = NULL;

	while (e != NULL) {
		if (iova_last(&e->m) >= iova) {
			found = e;
			e = RB_LEFT(e, node);
		} else {
			e = RB_RIGHT(e, node);
		}
	}
	return found;
}

struct iova_extent *
iova_tree_next(struct iova_extent *e)
{
	return iova_tree_RB_NEXT(e);
}

struct iova_extent *
iova_tree_first(struct iova_tree *tree)
{
	return RB_MIN(iova_tree, tree);
}

bool
iova_tree_overlaps(struct iova_tree *tree, uint64_t iova, uint64_t len)
{
	struct iova_extent *e = iova_tree_first_from(tree, iova);

	return e != NULL && e->m.iova <= iova + (len - 1);
}

int
iova_tree_insert(struct iova_tree *tree, const struct plx_iova_mapping *m)
{
	struct iova_extent *e;

	if (iova_tree_overlaps(tree, m->iova, m->len))
		return -EEXIST;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return -ENOMEM;
	e->m = *m;
	RB_INSERT(iova_tree, tree, e);
	return 0;
}

int
iova_tree_covered(struct iova_tree *tree, uint64_t iova, uint64_t len, uint64_t *bytes)
{
	uint64_t last = iova + (len - 1);
	struct iova_extent *e = iova_tree_first_from(tree, iova);

	*bytes = 0;
	for (; e != NULL && e->m.iova <= last; e = iova_tree_next(e)) {
		if (e->m.iova < iova || iova_last(&e->m) > last)
			return -EINVAL;
		*bytes += e->m.len;
	}
	return *bytes > 0 ? 0 : -ENOENT;
}

static void
drop(struct iova_tree *tree, struct iova_extent *e)
{
	RB_REMOVE(iova_tree, tree, e);
	free(e);
}

void
iova_tree_remove(struct iova_tree *tree, uint64_t iova, uint64_t len)
{
	uint64_t last = iova + (len - 1);
	struct iova_extent *e = iova_tree_first_from(tree, iova), *next;

	for (; e != NULL && e->m.iova <= last; e = next) {
		next = iova_tree_next(e);
		drop(tree, e);
	}
}

void
iova_tree_clear(struct iova_tree *tree)
{
	while (!RB_EMPTY(tree))
		drop(tree, RB_ROOT(tree));
}
