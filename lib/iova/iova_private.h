/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IOVA_PRIVATE_H
#define IOVA_PRIVATE_H
/* A space and what a backend must do. Only lib/iova and its tests see this. */
#include <pthread.h>

#include <plx_iova.h>

#include "shadow.h"

struct iommufd_domain;

/* Address space where memory comes and goes by granules. @lock of its spaces guards it. */
struct plx_iova_window {
	pthread_mutex_t *lock;
	const struct iova_ops *ops;
	const void *domain;		/* spaces of the same one can map it */
	struct plx_iova_mapping m;
	uint64_t granules;
	uint32_t *refs;			/* by granule: spaces that map it */
	bool *present;			/* by granule: is there memory? */
	int (*release)(struct plx_iova_window *w);	/* after it was closed; NULL: nothing */
};

/*
 * A backend. All calls come with the space's lock held and return 0 or a negative errno.
 * @open_maps: may it map before a device is attached?
 * @keep_tables: see plx_iova_keep_tables(); NULL: can't.
 * @attach, @detach: @first tells whether it is the only one.
 * @map: map one extent. *call says which kernel call it was.
 * @copy: map a run of a window's granules by one call; NULL: @map is called for each.
 * @unmap: *unmapped gets the bytes that the kernel says it removed; NULL: it has nothing to remove.
 * @windows: read them by iova_set_windows(), and the budget.
 * @open_beside: another space like this one.
 * @stage, @unstage: a window comes, goes; NULL: nothing to do.
 * @close: undo what opening did; the tree is still there, no device is.
 */
struct iova_ops {
	const char *name;
	bool open_maps;
	int (*keep_tables)(struct plx_iova_space *space, uint32_t devid);
	int (*attach)(struct plx_iova_space *space, int fd, bool first);
	int (*detach)(struct plx_iova_space *space, int fd);
	int (*map)(struct plx_iova_space *space, const struct iova_extent *e, enum plx_iova_call *call);
	int (*copy)(struct plx_iova_space *space, const struct plx_iova_window *w, uint64_t iova,
		uint64_t len);
	int (*unmap)(struct plx_iova_space *space, uint64_t iova, uint64_t len, uint64_t *unmapped);
	int (*windows)(struct plx_iova_space *space);
	int (*open_beside)(struct plx_iova_space *space, struct plx_iova_space **beside);
	int (*stage)(struct plx_iova_space *space, struct plx_iova_window *w);
	int (*unstage)(struct plx_iova_window *w);
	int (*close)(struct plx_iova_space *space);
};

/*
 * What the attached devices leave to a space.
 * @windows: @nb_windows of them, sorted, not overlapping.
 * @alignment: of addresses and lengths.
 * @budget: mappings that the kernel takes in all; UINT64_MAX: any.
 */
struct iova_reach {
	struct plx_iova_range *windows;
	unsigned int nb_windows;
	uint64_t alignment;
	uint64_t budget;
};

/* A backend embeds this in its own struct as the first thing. */
struct plx_iova_space {
	const struct iova_ops *ops;
	struct iommufd_domain *domain;	/* what spaces of one iommufd share; NULL: nothing */
	int fd;
	bool owned;			/* is fd ours to close? */
	pthread_mutex_t own_lock;
	pthread_mutex_t *lock;		/* own_lock, or the domain's */
	struct shadow shadow;
	struct iova_reach reach;
	struct plx_iova_stats stats;	/* bytes, calls, attached; the rest on demand */
	struct shadow pending;		/* what the batch in commit will map */
	uint64_t *leaving;		/* where what it unmaps starts */
	size_t nb_leaving;
	size_t room_leaving;
};

/*
 * For a backend's open: everything but what only it knows. @lock NULL: the space has its own.
 * Windows are all of 64 bits. 0 or -ENOMEM.
 */
int iova_space_init(struct plx_iova_space *space, const struct iova_ops *ops, int fd, bool owned,
	pthread_mutex_t *lock);
/* For a backend's open that fails after iova_space_init(), and for the end. Closes an owned fd. */
void iova_space_fini(struct plx_iova_space *space);
/* Does the kernel have the mappings, or only the tree? */
bool iova_is_live(const struct plx_iova_space *space);
/* 0, or -EINVAL for length 0 and wrap-around. */
int iova_check_range(uint64_t iova, uint64_t len);
void iova_extent_to_mapping(const struct iova_extent *e, struct plx_iova_mapping *m);
/* What tells whether a space and a window belong together. */
const void *iova_domain(const struct plx_iova_space *space);

/*
 * reach.c: replace the windows by a copy of @ranges. 0 or -ENOMEM, with the old ones kept. Does a
 * window have all of the range?
 */
int iova_set_windows(struct plx_iova_space *space, const struct plx_iova_range *ranges,
	unsigned int n, uint64_t alignment);
bool iova_inside_windows(const struct plx_iova_space *space, uint64_t iova, uint64_t last);

/* kernel.c: the calls, counted. Unmap: -EIO if the kernel removed other than @expected bytes. */
int iova_kernel_map(struct plx_iova_space *space, const struct iova_extent *e);
int iova_kernel_copy(struct plx_iova_space *space, const struct plx_iova_window *w, uint64_t iova,
	uint64_t len);
int iova_kernel_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len,
	uint64_t expected);

/*
 * type1.c: a legacy container: has it IOMMUs of @type (-EOPNOTSUPP), groups come, and it gets such
 * a one with the first, and go.
 */
int iova_container_check(int container, int type);
int iova_container_attach(struct plx_iova_space *space, int fd, bool first, int type);
int iova_container_detach(struct plx_iova_space *space, int fd);

/*
 * iommufd.c: the physical address of what is mapped at @iova, for a device without an IOMMU. *len:
 * how much is wanted, gets how much is contiguous. 0 or the kernel's errno: -ENOTTY before Linux 7.3,
 * -EPERM without CAP_SYS_RAWIO.
 */
int iova_iommufd_phys(const struct plx_iova_space *space, uint64_t iova, uint64_t *len,
	uint64_t *phys);

/*
 * window.c: has the window these bytes, and do they cut no granule? Count @e, a granule, as mapped
 * or not. Is there memory in the granule at @iova?
 */
bool iova_window_has(const struct plx_iova_window *w, uint64_t offset, uint64_t len);
void iova_window_ref(const struct iova_extent *e, int change);
bool iova_window_present(const struct plx_iova_window *w, uint64_t iova);

#endif
