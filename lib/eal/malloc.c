/* SPDX-License-Identifier: BSD-3-Clause */
/* plx_malloc() and its kin: locking and choice of node around heap.c. */
#include <errno.h>
#include <string.h>

#include "eal_private.h"

/* The wanted node; for SOCKET_ID_ANY the caller's and, while memory is short, the others. */
static int
alloc_any(struct eal_memory *mem, int socket, size_t size, size_t align, const char *type,
	void **obj, bool *zeroed)
{
	int first = socket, ret;

	if (socket == SOCKET_ID_ANY)
		first = (int)plx_socket_id();
	if (first == SOCKET_ID_ANY)
		first = 0;
	ret = heap_alloc(mem, first, size, align, type, obj, zeroed);
	if (socket != SOCKET_ID_ANY)
		return ret;
	for (int node = 0; node < PLX_MAX_NUMA_NODES && ret < 0; node++) {
		if (node == first || mem->arenas[node].base == NULL)
			continue;
		ret = heap_alloc(mem, node, size, align, type, obj, zeroed);
	}
	return ret;
}

static void *
alloc(const char *type, size_t size, unsigned int align, int socket, bool zero)
{
	struct eal_memory *mem = &eal.mem;
	bool zeroed = false;
	void *obj = NULL;
	int ret = -ENOMEM;

	pthread_mutex_lock(&mem->lock);
	if (mem->ready)
		ret = alloc_any(mem, socket, size, align, type, &obj, &zeroed);
	pthread_mutex_unlock(&mem->lock);
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	return zero && !zeroed ? memset(obj, 0, size) : obj;
}

void *
plx_malloc_socket(const char *type, size_t size, unsigned int align, int socket)
{
	return alloc(type, size, align, socket, false);
}

void *
plx_zmalloc_socket(const char *type, size_t size, unsigned int align, int socket)
{
	return alloc(type, size, align, socket, true);
}

void *
plx_malloc(const char *type, size_t size, unsigned int align)
{
	return alloc(type, size, align, SOCKET_ID_ANY, false);
}

void *
plx_zmalloc(const char *type, size_t size, unsigned int align)
{
	return alloc(type, size, align, SOCKET_ID_ANY, true);
}

void *
plx_calloc(const char *type, size_t num, size_t size, unsigned int align)
{
	size_t bytes;

	if (__builtin_mul_overflow(num, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return alloc(type, bytes, align, SOCKET_ID_ANY, true);
}

void
plx_free(void *ptr)
{
	struct eal_memory *mem = &eal.mem;
	int saved = errno;
	int ret;

	if (ptr == NULL)
		return;
	pthread_mutex_lock(&mem->lock);
	ret = mem->ready ? heap_free(mem, ptr) : -EINVAL;
	pthread_mutex_unlock(&mem->lock);
	if (ret < 0)
		PLX_LOG(ERR, &mem_logtype, "plx_free(%p): not an object of the heap, or freed before "
			"(EINVAL): nothing done", ptr);
	errno = saved;
}

int
plx_malloc_get_socket_stats(int socket, struct plx_malloc_socket_stats *stats)
{
	struct eal_memory *mem = &eal.mem;

	if (socket < 0 || socket >= PLX_MAX_NUMA_NODES || !mem->ready ||
	    mem->arenas[socket].base == NULL)
		return -EINVAL;
	pthread_mutex_lock(&mem->lock);
	heap_stats(&mem->heaps[socket], stats);
	pthread_mutex_unlock(&mem->lock);
	return 0;
}
