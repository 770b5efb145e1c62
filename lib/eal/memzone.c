/* SPDX-License-Identifier: BSD-3-Clause */
/* Named pieces of the heap. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eal_private.h"

struct eal_memzone {
	struct plx_memzone pub;
	LIST_ENTRY(eal_memzone) next;
};

#define PAGE_FLAGS (PLX_MEMZONE_2MB | PLX_MEMZONE_1GB)
#define KNOWN_FLAGS (PAGE_FLAGS | PLX_MEMZONE_SIZE_HINT_ONLY | PLX_MEMZONE_IOVA_CONTIG)

static const struct {
	unsigned int flag;
	size_t page_size;
} page_flags[] = {
	{ PLX_MEMZONE_2MB, (size_t)2 << 20 },
	{ PLX_MEMZONE_1GB, (size_t)1 << 30 },
};

static struct eal_memzone *
find(struct eal_memory *mem, const char *name)
{
	struct eal_memzone *z;

	LIST_FOREACH(z, &mem->memzones, next)
		if (strcmp(z->pub.name, name) == 0)
			return z;
	return NULL;
}

static int
zalloc(struct plx_memzone *z, struct heap_request *req)
{
	bool zeroed;
	int ret = eal_malloc(&eal.mem, req, &z->addr, &zeroed);

	if (ret < 0)
		return ret;
	if (!zeroed)
		memset(z->addr, 0, z->len);
	return 0;
}

/* The page sizes that @flags name, one after the other; for a mere hint others in the end. */
static int
zalloc_flags(struct plx_memzone *z, struct heap_request *req, unsigned int flags)
{
	const struct heap_request want = *req;
	int ret = -ENOMEM;

	for (unsigned int i = 0; i < PLX_DIM(page_flags) && ret == -ENOMEM; i++) {
		if (!(flags & page_flags[i].flag))
			continue;
		*req = want;	/* it comes back changed */
		req->page_size = page_flags[i].page_size;
		ret = zalloc(z, req);
	}
	if ((flags & PAGE_FLAGS) != 0 && (ret != -ENOMEM || !(flags & PLX_MEMZONE_SIZE_HINT_ONLY)))
		return ret;
	*req = want;
	return zalloc(z, req);
}

/* Fill in what the memory tells. A name is claimed only together with its place in the list. */
static int
publish(struct eal_memory *mem, struct eal_memzone *z)
{
	const struct eal_region *r;
	int ret = 0;

	z->pub.iova = plx_mem_iova(z->pub.addr);
	pthread_mutex_lock(&mem->lock);
	r = eal_region_find(mem, z->pub.addr);
	z->pub.socket_id = r->pub.socket_id;
	z->pub.hugepage_sz = r->pub.page_size;
	if (find(mem, z->pub.name) != NULL)
		ret = -EEXIST;
	else
		LIST_INSERT_HEAD(&mem->memzones, z, next);
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

static int
reserve(const char *name, struct heap_request *req, unsigned int flags, struct eal_memzone **zone)
{
	struct eal_memzone *z = calloc(1, sizeof(*z));
	int ret;

	if (z == NULL)
		return -ENOMEM;
	strcpy(z->pub.name, name);
	z->pub.len = req->size;
	z->pub.flags = flags;
	ret = zalloc_flags(&z->pub, req, flags);
	if (ret == 0) {
		ret = publish(&eal.mem, z);
		if (ret < 0)
			plx_free(z->pub.addr);
	}
	if (ret < 0) {
		free(z);
		return ret;
	}
	*zone = z;
	return 0;
}

const struct plx_memzone *
plx_memzone_reserve_bounded(const char *name, size_t len, int socket_id, unsigned int flags,
	unsigned int align, unsigned int bound)
{
	struct heap_request req = {
		.socket_id = socket_id,
		.size = len,
		.align = align,
		.bound = bound,
		.contig = (flags & PLX_MEMZONE_IOVA_CONTIG) != 0,
		.type = name,
	};
	struct eal_memzone *zone = NULL;
	int ret;

	if (name == NULL || name[0] == '\0' || (flags & ~KNOWN_FLAGS) != 0)
		ret = -EINVAL;
	else if (strlen(name) >= PLX_MEMZONE_NAMESIZE)
		ret = -ENAMETOOLONG;
	else if (plx_memzone_lookup(name) != NULL)
		ret = -EEXIST;
	else
		ret = reserve(name, &req, flags, &zone);
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	return &zone->pub;
}

const struct plx_memzone *
plx_memzone_reserve_aligned(const char *name, size_t len, int socket_id, unsigned int flags,
	unsigned int align)
{
	return plx_memzone_reserve_bounded(name, len, socket_id, flags, align, 0);
}

const struct plx_memzone *
plx_memzone_reserve(const char *name, size_t len, int socket_id, unsigned int flags)
{
	return plx_memzone_reserve_aligned(name, len, socket_id, flags, 0);
}

const struct plx_memzone *
plx_memzone_lookup(const char *name)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_memzone *z;

	pthread_mutex_lock(&mem->lock);
	z = find(mem, name);
	pthread_mutex_unlock(&mem->lock);
	if (z == NULL)
		errno = ENOENT;
	return z != NULL ? &z->pub : NULL;
}

int
plx_memzone_free(const struct plx_memzone *mz)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_memzone *z;

	pthread_mutex_lock(&mem->lock);
	LIST_FOREACH(z, &mem->memzones, next)
		if (&z->pub == mz)
			break;
	if (z != NULL)
		LIST_REMOVE(z, next);
	pthread_mutex_unlock(&mem->lock);
	if (z == NULL)
		return -EINVAL;
	plx_free(z->pub.addr);
	free(z);
	return 0;
}

void
plx_memzone_walk(void (*func)(const struct plx_memzone *mz, void *arg), void *arg)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_memzone *z;

	pthread_mutex_lock(&mem->lock);
	LIST_FOREACH(z, &mem->memzones, next)
		func(&z->pub, arg);
	pthread_mutex_unlock(&mem->lock);
}

int
plx_memzone_dump(FILE *f)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_memzone *z;

	pthread_mutex_lock(&mem->lock);
	LIST_FOREACH(z, &mem->memzones, next)
		fprintf(f, "zone %s %p len %zu page %ju node %d flags 0x%x\n", z->pub.name, z->pub.addr,
			z->pub.len, (uintmax_t)z->pub.hugepage_sz, z->pub.socket_id, z->pub.flags);
	pthread_mutex_unlock(&mem->lock);
	return ferror(f) ? -EIO : 0;
}

/* The regions go next and take the zones' memory with them. */
void
eal_memzones_fini(struct eal_memory *mem)
{
	while (!LIST_EMPTY(&mem->memzones)) {
		struct eal_memzone *z = LIST_FIRST(&mem->memzones);

		LIST_REMOVE(z, next);
		free(z);
	}
}
