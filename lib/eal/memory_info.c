/* SPDX-License-Identifier: BSD-3-Clause */
/* What memory there is, for programs and for people. */
#include <errno.h>

#include "eal_private.h"

int
plx_mem_region_walk(int (*func)(const struct plx_mem_region *region, void *arg), void *arg)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_region *r = NULL;
	int ret = 0;

	pthread_mutex_lock(&mem->lock);
	while (ret == 0 && (r = eal_region_next(mem, r)) != NULL)
		ret = func(&r->pub, arg);
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

int
plx_mem_virt2fd(const void *virt, uint64_t *offset)
{
	struct eal_memory *mem = &eal.mem;
	const struct eal_extmem *x;
	const struct eal_region *r;
	int fd = -ENOENT;

	pthread_mutex_lock(&mem->lock);
	r = eal_region_find(mem, virt);
	x = eal_extmem_find(mem, virt);
	if (r != NULL) {
		fd = r->pub.fd;
		*offset = r->pub.fd_offset + PLX_PTR_DIFF(virt, r->pub.addr);
	} else if (x != NULL && x->fd >= 0) {
		fd = x->fd;
		*offset = x->fd_offset + PLX_PTR_DIFF(virt, x->addr);
	}
	pthread_mutex_unlock(&mem->lock);
	return fd;
}

static const char *
state_name(const struct eal_region *r)
{
	static const char *const names[] = {
		[REGION_PLUGGING] = "plugging",
		[REGION_LIVE] = "live",
		[REGION_RETIRING] = "retiring",
		[REGION_STUCK] = "stuck",
	};

	return r->state == REGION_LIVE && r->empty ? "empty" : names[r->state];
}

static void
dump_arena(struct eal_arena *a, FILE *f)
{
	struct eal_region *r;

	fprintf(f, "node %d: arena %p len %zu page %zu\n", a->socket_id, a->base, a->len, a->page_size);
	RB_FOREACH(r, eal_region_tree, &a->regions)
		fprintf(f, "  region %p len %zu fd %d offset %ju %s%s\n", r->pub.addr, r->pub.len,
			r->pub.fd, (uintmax_t)r->pub.fd_offset, state_name(r),
			r->pinned ? " pinned" : "");
}

int
plx_mem_dump(FILE *f)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_extmem *x;

	pthread_mutex_lock(&mem->lock);
	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES; i++) {
		struct eal_arena *a = &mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES];

		if (a->base != NULL)
			dump_arena(a, f);
	}
	RB_FOREACH(x, eal_extmem_tree, &mem->extmems)
		fprintf(f, "external %p len %zu page %zu fd %d offset %ju\n", x->addr, x->len,
			x->page_size, x->fd, (uintmax_t)x->fd_offset);
	pthread_mutex_unlock(&mem->lock);
	return ferror(f) ? -EIO : 0;
}
