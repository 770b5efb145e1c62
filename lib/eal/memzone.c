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
reserve(const char *name, size_t len, int socket_id, unsigned int align, struct eal_memzone **zone)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_memzone *z = calloc(1, sizeof(*z));
	int ret = 0;

	if (z == NULL)
		return -ENOMEM;
	strcpy(z->pub.name, name);
	z->pub.len = len;
	/* Allocated outside of the lock, which the heap takes; a name is claimed only with it. */
	z->pub.addr = plx_zmalloc_socket(name, len, align, socket_id);
	if (z->pub.addr == NULL) {
		ret = -errno;
		free(z);
		return ret;
	}
	z->pub.iova = plx_mem_virt2iova(z->pub.addr);
	pthread_mutex_lock(&mem->lock);
	z->pub.socket_id = eal_region_find(mem, z->pub.addr)->pub.socket_id;
	if (find(mem, name) != NULL)
		ret = -EEXIST;
	else
		LIST_INSERT_HEAD(&mem->memzones, z, next);
	pthread_mutex_unlock(&mem->lock);
	if (ret < 0) {
		plx_free(z->pub.addr);
		free(z);
		return ret;
	}
	*zone = z;
	return 0;
}

const struct plx_memzone *
plx_memzone_reserve_aligned(const char *name, size_t len, int socket_id, unsigned int flags,
	unsigned int align)
{
	struct eal_memzone *zone = NULL;
	int ret;

	if (name == NULL || name[0] == '\0' || len == 0 || flags != 0)
		ret = -EINVAL;
	else if (strlen(name) >= PLX_MEMZONE_NAMESIZE)
		ret = -ENAMETOOLONG;
	else if (plx_memzone_lookup(name) != NULL)
		ret = -EEXIST;
	else
		ret = reserve(name, len, socket_id, align, &zone);
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	return &zone->pub;
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
