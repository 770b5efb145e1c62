/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IOVA_SHADOW_H
#define IOVA_SHADOW_H
/*
 * Extents by address. They never overlap, so a sorted sequence is all that is needed; it is kept in
 * two levels, leaves of up to 128 extents and an array of the leaves' first addresses. A search
 * touches a few cache lines of keys and one of payload, where a binary tree would miss the cache at
 * each of its levels: at 100,000 extents that is what counts.
 */
#include <stdbool.h>

#include <plx_iova.h>

struct plx_iova_window;

/*
 * One mapping of the kernel: the unit that can be removed. One cache line.
 * @dev, @ino: identity of the file behind it, if flags has PLX_IOVA_FD.
 * @window: it was mapped through; NULL for most.
 * @granule_shift: log2 of the granule it was asked with; 0: as a whole.
 * @state: while a batch is committed: how far this extent is.
 */
enum extent_state {
	EXTENT_IDLE,	/* stays as it is; will be mapped */
	EXTENT_LATE,	/* will be mapped after the removals */
	EXTENT_LEAVES,	/* will be unmapped */
	EXTENT_GONE,	/* was unmapped */
	EXTENT_MAPPED,	/* was mapped */
};

struct iova_extent {
	uint64_t iova;
	uint64_t len;
	void *va;
	uint64_t fd_offset;
	uint64_t ino;
	struct plx_iova_window *window;
	int32_t fd;
	uint32_t dev;
	uint16_t flags;
	uint8_t granule_shift;
	uint8_t state;
};

struct shadow_leaf;

struct shadow {
	struct shadow_leaf **leaves;	/* by rising address; none is empty */
	uint64_t *firsts;		/* first address of each leaf */
	unsigned int n;
	unsigned int room;		/* of the two arrays */
	size_t count;			/* extents */
	struct shadow_leaf *spare;	/* what shadow_reserve() set aside */
	unsigned int nb_spare;
};

/* A place in a shadow, valid until the next change of it. */
struct shadow_at {
	unsigned int leaf;
	unsigned int slot;
};

/* All zero is an empty shadow too. */
void shadow_clear(struct shadow *s);
/* Remove all extents, but keep what one needs. */
void shadow_empty(struct shadow *s);

/* The extent around @iova, else the next one, else NULL. */
struct iova_extent *shadow_seek(const struct shadow *s, uint64_t iova, struct shadow_at *at);
/* The one after @at, or NULL. */
struct iova_extent *shadow_next(const struct shadow *s, struct shadow_at *at);

/* Make sure that @n inserts can't fail. 0 or -ENOMEM. */
int shadow_reserve(struct shadow *s, size_t n);
/* Insert a copy, which must overlap nothing. After shadow_reserve(). */
void shadow_insert(struct shadow *s, const struct iova_extent *e);
/* Remove the extent that starts at @iova; there must be one. */
void shadow_remove(struct shadow *s, uint64_t iova);

static inline uint64_t
extent_last(const struct iova_extent *e)
{
	return e->iova + (e->len - 1);
}

#endif
