/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IOVA_PRIVATE_H
#define IOVA_PRIVATE_H
/* A space and what a backend must do. Only lib/iova and its tests see this. */
#include <pthread.h>
#include <stdbool.h>

#include <bsd/sys/tree.h>

#include <plx_iova.h>

/* One mapping in the shadow tree. Extents never overlap. */
struct iova_extent {
	struct plx_iova_mapping m;
	RB_ENTRY(iova_extent) node;
};

RB_HEAD(iova_tree, iova_extent);

/*
 * A backend. All calls come with the space's lock held and return 0 or a negative errno.
 * @open_maps: may it map before a device is attached?
 * @attach, @detach: @first and @last tell whether it is the only one.
 * @unmap: *unmapped gets the bytes that the kernel says it removed.
 * @windows: read them by iova_set_windows().
 * @close: undo what opening did; the tree is still there, no device is.
 */
struct iova_ops {
	const char *name;
	bool open_maps;
	int (*attach)(struct plx_iova_space *space, int fd, bool first);
	int (*detach)(struct plx_iova_space *space, int fd);
	int (*map)(struct plx_iova_space *space, const struct plx_iova_mapping *m);
	int (*unmap)(struct plx_iova_space *space, uint64_t iova, uint64_t len, uint64_t *unmapped);
	int (*windows)(struct plx_iova_space *space);
	int (*close)(struct plx_iova_space *space);
};

/* A backend embeds this in its own struct as the first thing. */
struct plx_iova_space {
	const struct iova_ops *ops;
	int fd;
	bool owned;			/* is fd ours to close? */
	pthread_mutex_t lock;
	struct iova_tree tree;
	struct plx_iova_range *windows;
	unsigned int nb_windows;
	uint64_t alignment;
	unsigned int attached;
};

/* For a backend's open: everything but ops and fd. Windows are all of 64 bits. 0 or -ENOMEM. */
int iova_space_init(struct plx_iova_space *space, const struct iova_ops *ops, int fd, bool owned);
/* For a backend's open that fails after iova_space_init(), and for the end. Closes an owned fd. */
void iova_space_fini(struct plx_iova_space *space);
/* Replace the windows by a copy of @ranges. 0 or -ENOMEM, with the old ones kept. */
int iova_set_windows(struct plx_iova_space *space, const struct plx_iova_range *ranges,
	unsigned int n, uint64_t alignment);

/* shadow.c: the tree. */
struct iova_extent *iova_tree_first_from(struct iova_tree *tree, uint64_t iova);
struct iova_extent *iova_tree_next(struct iova_extent *e);
struct iova_extent *iova_tree_first(struct iova_tree *tree);
/* 0; -ENOMEM; -EEXIST if it overlaps. */
int iova_tree_insert(struct iova_tree *tree, const struct plx_iova_mapping *m);
bool iova_tree_overlaps(struct iova_tree *tree, uint64_t iova, uint64_t len);
/* Bytes mapped in the range; 0 or -EINVAL if an end of it cuts an extent, -ENOENT if it is empty. */
int iova_tree_covered(struct iova_tree *tree, uint64_t iova, uint64_t len, uint64_t *bytes);
void iova_tree_remove(struct iova_tree *tree, uint64_t iova, uint64_t len);
void iova_tree_clear(struct iova_tree *tree);

static inline uint64_t
iova_last(const struct plx_iova_mapping *m)
{
	return m->iova + (m->len - 1);
}

#endif
