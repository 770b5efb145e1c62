/* SPDX-License-Identifier: BSD-3-Clause */
/* A space as an IOAS of iommufd. Documentation/userspace-api/iommufd.rst. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "iommufd_uapi.h"
#include "iova_private.h"

/* What the spaces and windows of one iommufd share. */
struct iommufd_domain {
	int fd;
	bool owned;
	bool has_map_file;
	unsigned int users;		/* spaces and windows */
	pthread_mutex_t lock;
	struct iommufd_space *spaces;
	uint32_t staging_id;		/* IOAS without devices, for windows; 0: none yet */
};

struct iommufd_space {
	struct plx_iova_space space;
	uint32_t ioas_id;
	uint32_t hwpt_id;		/* of plx_iova_keep_tables(); 0: none */
	struct iommufd_space *next;	/* in the domain */
};

static struct iommufd_space *
self(const struct plx_iova_space *space)
{
	return (struct iommufd_space *)(uintptr_t)space;
}

static int
ioas_alloc(int fd, uint32_t *id)
{
	struct uapi_ioas_alloc cmd = { .size = sizeof(cmd) };

	if (ioctl(fd, UAPI_IOAS_ALLOC, &cmd) < 0)
		return -errno;
	*id = cmd.out_ioas_id;
	return 0;
}

static int
destroy(int fd, uint32_t id)
{
	struct uapi_iommu_destroy cmd = { .size = sizeof(cmd), .id = id };

	return ioctl(fd, UAPI_IOMMU_DESTROY, &cmd) < 0 ? -errno : 0;
}

static int
attach_to(int fd, uint32_t id)
{
	struct uapi_vfio_attach_pt cmd = { .argsz = sizeof(cmd), .pt_id = id };

	return ioctl(fd, UAPI_VFIO_DEVICE_ATTACH_IOMMUFD_PT, &cmd) < 0 ? -errno : 0;
}

/* EINVAL: the device is behind another kind of IOMMU, and gets a table that the kernel makes. */
static int
iommufd_attach(struct plx_iova_space *space, int fd, bool first)
{
	const struct iommufd_space *s = self(space);
	int ret = s->hwpt_id != 0 ? attach_to(fd, s->hwpt_id) : -EINVAL;

	return ret == -EINVAL ? attach_to(fd, s->ioas_id) : ret;
}

static int
iommufd_keep_tables(struct plx_iova_space *space, uint32_t devid)
{
	struct iommufd_space *s = self(space);
	struct uapi_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.dev_id = devid,
		.pt_id = s->ioas_id,
	};

	if (s->hwpt_id != 0)
		return -EALREADY;
	if (ioctl(space->fd, UAPI_HWPT_ALLOC, &cmd) < 0)
		return -errno;
	s->hwpt_id = cmd.out_hwpt_id;
	return 0;
}

static int
iommufd_detach(struct plx_iova_space *space, int fd)
{
	struct uapi_vfio_detach_pt cmd = { .argsz = sizeof(cmd) };

	return ioctl(fd, UAPI_VFIO_DEVICE_DETACH_IOMMUFD_PT, &cmd) < 0 ? -errno : 0;
}

int
iova_iommufd_phys(const struct plx_iova_space *space, uint64_t iova, uint64_t *len, uint64_t *phys)
{
	struct uapi_ioas_noiommu_get_pa cmd = {
		.size = sizeof(cmd),
		.ioas_id = self(space)->ioas_id,
		.iova = iova,
		.length = *len,
	};

	if (ioctl(space->fd, UAPI_IOAS_NOIOMMU_GET_PA, &cmd) < 0)
		return -errno;
	*len = cmd.length;
	*phys = cmd.out_phys;
	return 0;
}

static uint32_t
map_flags(unsigned int flags)
{
	return UAPI_IOAS_MAP_FIXED_IOVA |
		(flags & PLX_IOVA_READ ? UAPI_IOAS_MAP_READABLE : 0) |
		(flags & PLX_IOVA_WRITE ? UAPI_IOAS_MAP_WRITEABLE : 0);
}

static int
map_va(int fd, uint32_t ioas_id, const struct iova_extent *e)
{
	struct uapi_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = map_flags(e->flags),
		.ioas_id = ioas_id,
		.user_va = (uintptr_t)e->va,
		.length = e->len,
		.iova = e->iova,
	};

	return ioctl(fd, UAPI_IOAS_MAP, &cmd) < 0 ? -errno : 0;
}

static int
map_file(int fd, uint32_t ioas_id, const struct iova_extent *e)
{
	struct uapi_ioas_map_file cmd = {
		.size = sizeof(cmd),
		.flags = map_flags(e->flags),
		.ioas_id = ioas_id,
		.fd = e->fd,
		.start = e->fd_offset,
		.length = e->len,
		.iova = e->iova,
	};

	return ioctl(fd, UAPI_IOAS_MAP_FILE, &cmd) < 0 ? -errno : 0;
}

static int
copy(int fd, uint32_t dst, uint32_t src, uint64_t dst_iova, uint64_t src_iova, uint64_t len,
	unsigned int flags)
{
	struct uapi_ioas_copy cmd = {
		.size = sizeof(cmd),
		.flags = map_flags(flags),
		.dst_ioas_id = dst,
		.src_ioas_id = src,
		.length = len,
		.dst_iova = dst_iova,
		.src_iova = src_iova,
	};

	return ioctl(fd, UAPI_IOAS_COPY, &cmd) < 0 ? -errno : 0;
}

/*
 * Another space that maps the same bytes of the same file: from it the pages are had without being
 * pinned and charged again. The identity of the file makes sure that they are the same, and not
 * what was at this address before.
 */
static const struct iommufd_space *
find_sharer(const struct plx_iova_space *space, const struct iova_extent *want)
{
	const struct iommufd_space *s = space->domain->spaces;

	if ((want->flags & (PLX_IOVA_FD | PLX_IOVA_OWN_PINS)) != PLX_IOVA_FD)
		return NULL;
	for (; s != NULL; s = s->next) {
		struct shadow_at at;
		const struct iova_extent *e = shadow_seek(&s->space.shadow, want->iova, &at);

		if (&s->space != space && e != NULL && e->iova == want->iova &&
		    e->len == want->len && e->va == want->va &&
		    (e->flags & ~PLX_IOVA_OWN_PINS) == want->flags &&
		    e->dev == want->dev && e->ino == want->ino && e->fd_offset == want->fd_offset)
			return s;
	}
	return NULL;
}

static int
iommufd_map(struct plx_iova_space *space, const struct iova_extent *e, enum plx_iova_call *call)
{
	const struct iommufd_space *sharer = find_sharer(space, e);

	if (sharer != NULL) {
		*call = PLX_IOVA_CALL_COPY;
		return copy(space->fd, self(space)->ioas_id, sharer->ioas_id, e->iova, e->iova,
			e->len, e->flags);
	}
	/* Without its file (see undo() in commit.c) by its address in this process. */
	if (e->fd >= 0 && e->flags & PLX_IOVA_FD && space->domain->has_map_file) {
		*call = PLX_IOVA_CALL_MAP_FILE;
		return map_file(space->fd, self(space)->ioas_id, e);
	}
	return map_va(space->fd, self(space)->ioas_id, e);
}

/* Windows are staged at the addresses that they have in this process, which no two share. */
static int
iommufd_copy(struct plx_iova_space *space, const struct plx_iova_window *w, uint64_t iova,
	uint64_t len)
{
	return copy(space->fd, self(space)->ioas_id, space->domain->staging_id, iova,
		(uintptr_t)w->m.va + (iova - w->m.iova), len, w->m.flags);
}

static int
unmap(int fd, uint32_t ioas_id, uint64_t iova, uint64_t len, uint64_t *unmapped)
{
	struct uapi_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas_id,
		.iova = iova,
		.length = len,
	};

	if (ioctl(fd, UAPI_IOAS_UNMAP, &cmd) < 0)
		return -errno;
	*unmapped = cmd.length;
	return 0;
}

static int
iommufd_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len, uint64_t *unmapped)
{
	return unmap(space->fd, self(space)->ioas_id, iova, len, unmapped);
}

/* The kernel says how many there are when the room is too small (EMSGSIZE). */
static int
iommufd_windows(struct plx_iova_space *space)
{
	struct uapi_ioas_iova_ranges cmd = { .size = sizeof(cmd), .ioas_id = self(space)->ioas_id };
	struct plx_iova_range *ranges = NULL;
	int ret;

	/* struct plx_iova_range is first and last address, as the kernel's struct iommu_iova_range. */
	do {
		struct plx_iova_range *more = realloc(ranges, (cmd.num_iovas + 1) * sizeof(*ranges));

		if (more == NULL) {
			free(ranges);
			return -ENOMEM;
		}
		ranges = more;
		cmd.allowed_iovas = (uintptr_t)ranges;
		ret = ioctl(space->fd, UAPI_IOAS_IOVA_RANGES, &cmd) < 0 ? -errno : 0;
	} while (ret == -EMSGSIZE);
	if (ret == 0)
		ret = iova_set_windows(space, ranges, cmd.num_iovas, cmd.out_iova_alignment);
	free(ranges);
	return ret;
}

/* A command that the kernel does not know is ENOTTY; one that it knows finds no IOAS 0. */
static bool
probe_map_file(int fd)
{
	struct uapi_ioas_map_file cmd = { .size = sizeof(cmd), .fd = -1 };

	return ioctl(fd, UAPI_IOAS_MAP_FILE, &cmd) == 0 || errno != ENOTTY;
}

static int
domain_open(int fd, struct iommufd_domain **domain)
{
	struct iommufd_domain *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return -ENOMEM;
	d->owned = fd < 0;
	d->fd = d->owned ? open("/dev/iommu", O_RDWR | O_CLOEXEC) : fd;
	if (d->fd < 0) {
		int ret = -errno;

		free(d);
		return ret;
	}
	d->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	d->users = 1;
	d->has_map_file = probe_map_file(d->fd);
	*domain = d;
	return 0;
}

static void
domain_get(struct iommufd_domain *d)
{
	pthread_mutex_lock(&d->lock);
	d->users++;
	pthread_mutex_unlock(&d->lock);
}

/* The last user ends it: with the staging IOAS all that was staged goes. */
static int
domain_put(struct iommufd_domain *d)
{
	bool last;
	int ret = 0;

	pthread_mutex_lock(&d->lock);
	last = --d->users == 0;
	pthread_mutex_unlock(&d->lock);
	if (!last)
		return 0;
	if (d->staging_id != 0)
		ret = destroy(d->fd, d->staging_id);
	if (d->owned)
		close(d->fd);
	free(d);
	return ret;
}

static int
iommufd_release(struct plx_iova_window *w)
{
	return domain_put((struct iommufd_domain *)(uintptr_t)w->domain);
}

/* Take back the granules of @w below @len. An empty range would be an error (ENOENT). */
static int
unstage(const struct iommufd_domain *d, const struct plx_iova_window *w, uint64_t len)
{
	uint64_t unmapped = 0;
	int ret = len > 0 ? unmap(d->fd, d->staging_id, (uintptr_t)w->m.va, len, &unmapped) : 0;

	return ret == 0 && unmapped != len ? -EIO : ret;
}

/* One area a granule, so that each can be removed from the spaces on its own. Nothing is pinned. */
static int
iommufd_stage(struct plx_iova_space *space, struct plx_iova_window *w)
{
	struct iommufd_domain *d = space->domain;
	struct iova_extent e = {
		.iova = (uintptr_t)w->m.va,
		.len = w->m.granule,
		.va = w->m.va,
		.fd = w->m.fd,
		.fd_offset = w->m.fd_offset,
		.flags = (uint16_t)w->m.flags,
	};
	uint64_t done = 0;
	int ret = d->staging_id == 0 ? ioas_alloc(d->fd, &d->staging_id) : 0, undo;

	while (ret == 0 && done < w->m.len) {
		ret = w->m.flags & PLX_IOVA_FD && d->has_map_file ?
			map_file(d->fd, d->staging_id, &e) : map_va(d->fd, d->staging_id, &e);
		if (ret < 0)
			break;
		done += e.len;
		e.iova += e.len;
		e.va = PLX_PTR_ADD(e.va, e.len);
		e.fd_offset += e.len;
	}
	if (ret < 0) {
		undo = d->staging_id != 0 ? unstage(d, w, done) : 0;
		return undo < 0 ? undo : ret;
	}
	d->users++;
	w->release = iommufd_release;
	return 0;
}

static int
iommufd_unstage(struct plx_iova_window *w)
{
	return unstage(w->domain, w, w->m.len);
}

/* Destroying an IOAS unmaps all of it; a table of its own goes before. */
static int
iommufd_close(struct plx_iova_space *space)
{
	const struct iommufd_space *s = self(space);
	struct iommufd_domain *d = space->domain;
	struct iommufd_space **at = &d->spaces;
	int first, ret, put;

	pthread_mutex_lock(&d->lock);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	first = s->hwpt_id != 0 ? destroy(d->fd, s->hwpt_id) : 0;
	ret = destroy(d->fd, s->ioas_id);
	pthread_mutex_unlock(&d->lock);
	iova_space_fini(space);
	put = domain_put(d);
	first = first < 0 ? first : ret;
	return first < 0 ? first : put;
}

/* A space in @d, of which the caller has a use to give: it is the space's, or put on failure. */
static int open_in(struct iommufd_domain *d, struct plx_iova_space **space);

static int
iommufd_open_beside(struct plx_iova_space *space, struct plx_iova_space **beside)
{
	domain_get(space->domain);
	return open_in(space->domain, beside);
}

static const struct iova_ops iommufd_ops = {
	.name = "iommufd",
	.open_maps = true,
	.keep_tables = iommufd_keep_tables,
	.attach = iommufd_attach,
	.detach = iommufd_detach,
	.map = iommufd_map,
	.copy = iommufd_copy,
	.unmap = iommufd_unmap,
	.windows = iommufd_windows,
	.open_beside = iommufd_open_beside,
	.stage = iommufd_stage,
	.unstage = iommufd_unstage,
	.close = iommufd_close,
};

static int
open_in(struct iommufd_domain *d, struct plx_iova_space **space)
{
	struct iommufd_space *s = calloc(1, sizeof(*s));
	int ret = s != NULL ? iova_space_init(&s->space, &iommufd_ops, d->fd, false, &d->lock) : -ENOMEM;
	int put;

	if (ret == 0)
		ret = ioas_alloc(d->fd, &s->ioas_id);
	if (ret < 0) {
		if (s != NULL)
			iova_space_fini(&s->space);
		put = domain_put(d);
		return put < 0 ? put : ret;
	}
	s->space.domain = d;
	pthread_mutex_lock(&d->lock);
	s->next = d->spaces;
	d->spaces = s;
	pthread_mutex_unlock(&d->lock);
	*space = &s->space;
	return 0;
}

int
plx_iova_space_open_iommufd(int iommufd, struct plx_iova_space **space)
{
	struct iommufd_domain *d = NULL;
	int ret = domain_open(iommufd, &d);

	return ret < 0 ? ret : open_in(d, space);
}
