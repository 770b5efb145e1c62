/* SPDX-License-Identifier: BSD-3-Clause */
/* plx_malloc() and its kin: locking and choice of node around heap.c. */
#include <errno.h>
#include <string.h>

#include "eal_private.h"

int
eal_malloc(struct eal_memory *mem, struct heap_request *req, void **obj, bool *zeroed)
{
	bool any = req->socket_id == SOCKET_ID_ANY;
	int ret, first;

	if (!mem->ready)
		return -ENOMEM;
	if (any)
		req->socket_id = (int)plx_socket_id();
	if (req->socket_id == SOCKET_ID_ANY || (any && !eal_memory_has_node(mem, req->socket_id)))
		req->socket_id = eal_memory_first_node(mem);
	first = req->socket_id;
	ret = eal_heap_alloc(mem, req, obj, zeroed);
	for (int node = 0; any && node < PLX_MAX_NUMA_NODES && ret < 0; node++) {
		req->socket_id = node;
		if (node != first && eal_memory_has_node(mem, node))
			ret = eal_heap_alloc(mem, req, obj, zeroed);
	}
	return ret;
}

static void *
alloc(const char *type, size_t size, unsigned int align, int socket, bool zero)
{
	struct heap_request req = {
		.socket_id = socket,
		.size = size,
		.align = align,
		.type = type,
	};
	bool zeroed = false;
	void *obj = NULL;
	int ret = eal_malloc(&eal.mem, &req, &obj, &zeroed);

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
plx_calloc_socket(const char *type, size_t num, size_t size, unsigned int align, int socket)
{
	size_t bytes;

	if (__builtin_mul_overflow(num, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return alloc(type, bytes, align, socket, true);
}

void *
plx_calloc(const char *type, size_t num, size_t size, unsigned int align)
{
	return plx_calloc_socket(type, num, size, align, SOCKET_ID_ANY);
}

/*
 * Try it in place. 0; -ENOSPC if the object has to move, with its bytes in *had and its type (of 16
 * bytes); -EINVAL if it is none.
 */
static int
resize(struct eal_memory *mem, void *ptr, size_t size, unsigned int align, int socket, size_t *had,
	char *type)
{
	struct heap_elem *e;
	int ret = -EINVAL;

	if ((align & (align - 1)) != 0)
		return -EINVAL;
	pthread_mutex_lock(&mem->lock);
	e = mem->ready ? heap_elem_of(mem, ptr) : NULL;
	if (e != NULL) {
		*had = e->size - HEAP_HDR;
		memcpy(type, e->type, sizeof(e->type));
		ret = -ENOSPC;
		if ((socket == SOCKET_ID_ANY || socket == e->socket_id) &&
		    (align == 0 || (uintptr_t)ptr % align == 0))
			ret = heap_resize(mem, ptr, size);
	}
	pthread_mutex_unlock(&mem->lock);
	return ret;
}

static void *
move(void *ptr, size_t had, const char *type, size_t size, unsigned int align, int socket)
{
	void *obj = alloc(type, size, align, socket, false);

	if (obj == NULL)
		return NULL;
	memcpy(obj, ptr, PLX_MIN(had, size));
	plx_free(ptr);
	return obj;
}

void *
plx_realloc_socket(void *ptr, size_t size, unsigned int align, int socket)
{
	char type[sizeof(((struct heap_elem *)NULL)->type)];
	size_t had;
	int ret;

	if (ptr == NULL)
		return alloc(NULL, size, align, socket, false);
	if (size == 0) {
		plx_free(ptr);
		return NULL;
	}
	ret = resize(&eal.mem, ptr, size, align, socket, &had, type);
	if (ret == 0)
		return ptr;
	if (ret == -ENOSPC)
		return move(ptr, had, type, size, align, socket);
	errno = -ret;
	return NULL;
}

void *
plx_realloc(void *ptr, size_t size, unsigned int align)
{
	return plx_realloc_socket(ptr, size, align, SOCKET_ID_ANY);
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
