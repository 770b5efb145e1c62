/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shadow.h"

#define LEAF_MAX 128u

struct shadow_leaf {
	unsigned int n;
	struct shadow_leaf *next;	/* spare ones */
	uint64_t keys[LEAF_MAX] __plx_cache_aligned;
	struct iova_extent extents[LEAF_MAX] __plx_cache_aligned;
};

PLX_STATIC_ASSERT(sizeof(struct iova_extent) == PLX_CACHE_LINE_SIZE, "an extent is a line");

/* Number of the @n sorted @keys that are not above @key. No branch depends on the data. */
static unsigned int
count_up_to(const uint64_t *keys, unsigned int n, uint64_t key)
{
	const uint64_t *base = keys;

	if (n == 0)
		return 0;
	while (n > 1) {
		unsigned int half = n / 2;

		base += base[half - 1] <= key ? half : 0;
		n -= half;
	}
	return (unsigned int)(base - keys) + (*base <= key);
}

struct iova_extent *
shadow_next(const struct shadow *s, struct shadow_at *at)
{
	if (++at->slot == s->leaves[at->leaf]->n) {
		at->leaf++;
		at->slot = 0;
	}
	return at->leaf < s->n ? &s->leaves[at->leaf]->extents[at->slot] : NULL;
}

/* All keys of a leaf at once: one after the other, each step of the search would wait for its own. */
static inline void
prefetch_keys(const struct shadow_leaf *leaf)
{
	__builtin_prefetch(leaf);
	for (unsigned int i = 0; i < LEAF_MAX; i += PLX_CACHE_LINE_SIZE / sizeof(leaf->keys[0]))
		__builtin_prefetch(&leaf->keys[i]);
}

struct iova_extent *
shadow_seek(const struct shadow *s, uint64_t iova, struct shadow_at *at)
{
	unsigned int leaf = count_up_to(s->firsts, s->n, iova), slot;
	struct iova_extent *e;

	*at = (struct shadow_at){ 0, 0 };
	if (s->n == 0)
		return NULL;
	if (leaf == 0)		/* all of them start above @iova */
		return &s->leaves[0]->extents[0];
	at->leaf = leaf - 1;
	prefetch_keys(s->leaves[at->leaf]);
	slot = count_up_to(s->leaves[at->leaf]->keys, s->leaves[at->leaf]->n, iova);
	at->slot = slot - 1;	/* the leaf's first key is not above, so there is one */
	e = &s->leaves[at->leaf]->extents[at->slot];
	return extent_last(e) >= iova ? e : shadow_next(s, at);
}

void
shadow_clear(struct shadow *s)
{
	for (unsigned int i = 0; i < s->n; i++)
		free(s->leaves[i]);
	while (s->spare != NULL) {
		struct shadow_leaf *leaf = s->spare;

		s->spare = leaf->next;
		free(leaf);
	}
	free(s->leaves);
	free(s->firsts);
	*s = (struct shadow){ 0 };
}

static void
remove_leaf(struct shadow *s, unsigned int at)
{
	struct shadow_leaf *leaf = s->leaves[at];

	s->n--;
	memmove(&s->leaves[at], &s->leaves[at + 1], (s->n - at) * sizeof(s->leaves[0]));
	memmove(&s->firsts[at], &s->firsts[at + 1], (s->n - at) * sizeof(s->firsts[0]));
	/* One is kept, so that adding and removing one extent needs no malloc. */
	if (s->nb_spare > 0) {
		free(leaf);
		return;
	}
	leaf->next = NULL;
	s->spare = leaf;
	s->nb_spare = 1;
}

void
shadow_empty(struct shadow *s)
{
	while (s->n > 0)
		remove_leaf(s, s->n - 1);
	s->count = 0;
}

static int
make_room(struct shadow *s, unsigned int leaves)
{
	unsigned int room = PLX_MAX(leaves, 2 * s->room);
	struct shadow_leaf **new_leaves;
	uint64_t *new_firsts;

	if (leaves <= s->room)
		return 0;
	new_leaves = realloc(s->leaves, room * sizeof(*new_leaves));
	if (new_leaves == NULL)
		return -ENOMEM;
	s->leaves = new_leaves;
	new_firsts = realloc(s->firsts, room * sizeof(*new_firsts));
	if (new_firsts == NULL)
		return -ENOMEM;
	s->firsts = new_firsts;
	s->room = room;
	return 0;
}

int
shadow_reserve(struct shadow *s, size_t n)
{
	/* Every leaf may be full and be split once; after that it takes half a leaf to fill one. */
	size_t splits = PLX_MIN(n, s->n + n / (LEAF_MAX / 2) + 1);

	if (splits > UINT32_MAX / 4 - s->n || make_room(s, s->n + (unsigned int)splits) < 0)
		return -ENOMEM;
	while (s->nb_spare < splits) {
		struct shadow_leaf *leaf = aligned_alloc(PLX_CACHE_LINE_SIZE, sizeof(*leaf));

		if (leaf == NULL)
			return -ENOMEM;
		leaf->next = s->spare;
		s->spare = leaf;
		s->nb_spare++;
	}
	return 0;
}

/* Put a spare leaf, empty, at place @at. */
static struct shadow_leaf *
insert_leaf(struct shadow *s, unsigned int at)
{
	struct shadow_leaf *leaf = s->spare;

	s->spare = leaf->next;
	s->nb_spare--;
	leaf->n = 0;
	memmove(&s->leaves[at + 1], &s->leaves[at], (s->n - at) * sizeof(s->leaves[0]));
	memmove(&s->firsts[at + 1], &s->firsts[at], (s->n - at) * sizeof(s->firsts[0]));
	s->leaves[at] = leaf;
	s->n++;
	return leaf;
}

/* Move the extents of @from, from @slot on, to the end of @to. */
static void
move_tail(struct shadow_leaf *from, unsigned int slot, struct shadow_leaf *to)
{
	unsigned int n = from->n - slot;

	memcpy(&to->keys[to->n], &from->keys[slot], n * sizeof(to->keys[0]));
	memcpy(&to->extents[to->n], &from->extents[slot], n * sizeof(to->extents[0]));
	to->n += n;
	from->n = slot;
}

void
shadow_insert(struct shadow *s, const struct iova_extent *e)
{
	unsigned int at = count_up_to(s->firsts, s->n, e->iova), slot;
	struct shadow_leaf *leaf;

	at = at > 0 ? at - 1 : 0;
	if (s->n == 0)
		insert_leaf(s, 0);
	leaf = s->leaves[at];
	slot = count_up_to(leaf->keys, leaf->n, e->iova);
	if (leaf->n == LEAF_MAX) {
		struct shadow_leaf *upper = insert_leaf(s, at + 1);
		/* What grows at its end fills leaves whole; all else is split in halves. */
		unsigned int cut = slot == LEAF_MAX ? LEAF_MAX : LEAF_MAX / 2;

		move_tail(leaf, cut, upper);
		if (slot >= cut) {
			at++;
			leaf = upper;
			slot -= cut;
		} else {
			s->firsts[at + 1] = upper->keys[0];
		}
	}
	memmove(&leaf->keys[slot + 1], &leaf->keys[slot], (leaf->n - slot) * sizeof(leaf->keys[0]));
	memmove(&leaf->extents[slot + 1], &leaf->extents[slot],
		(leaf->n - slot) * sizeof(leaf->extents[0]));
	leaf->keys[slot] = e->iova;
	leaf->extents[slot] = *e;
	leaf->n++;
	s->firsts[at] = leaf->keys[0];
	s->count++;
}

/* Leaves that got small go together with their neighbour, so that searches stay short. */
static void
merge_leaf(struct shadow *s, unsigned int at)
{
	if (s->leaves[at]->n == 0) {
		remove_leaf(s, at);
		return;
	}
	s->firsts[at] = s->leaves[at]->keys[0];
	if (at + 1 < s->n && s->leaves[at]->n + s->leaves[at + 1]->n <= LEAF_MAX / 2) {
		move_tail(s->leaves[at + 1], 0, s->leaves[at]);
		remove_leaf(s, at + 1);
	}
}

void
shadow_remove(struct shadow *s, uint64_t iova)
{
	unsigned int at = count_up_to(s->firsts, s->n, iova) - 1;
	struct shadow_leaf *leaf = s->leaves[at];
	unsigned int slot = count_up_to(leaf->keys, leaf->n, iova) - 1;

	leaf->n--;
	memmove(&leaf->keys[slot], &leaf->keys[slot + 1], (leaf->n - slot) * sizeof(leaf->keys[0]));
	memmove(&leaf->extents[slot], &leaf->extents[slot + 1],
		(leaf->n - slot) * sizeof(leaf->extents[0]));
	s->count--;
	merge_leaf(s, at);
}
