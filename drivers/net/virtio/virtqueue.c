/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <plx_malloc.h>

#include "virtio_log.h"
#include "virtqueue.h"

/*
 * Where a ring of @header bytes and elements goes, behind @end bytes: its elements start at a cache
 * line. Flags and idx, which both sides watch, have the line before for themselves, and no line is
 * written by both sides. That also aligns used elements, so that each can be read at once.
 */
static size_t
ring_offset(size_t end, size_t header)
{
	const size_t line = PLX_CACHE_LINE_SIZE;

	return PLX_ALIGN_CEIL(end, line) + line - header;
}

static size_t
avail_offset(uint16_t size)
{
	return ring_offset(VIRTQ_DESC_BYTES(size), offsetof(struct virtq_avail, ring));
}

static size_t
used_offset(uint16_t size)
{
	return ring_offset(avail_offset(size) + VIRTQ_AVAIL_BYTES(size),
		offsetof(struct virtq_used, ring));
}

static size_t
rings_bytes(uint16_t size)
{
	return used_offset(size) + VIRTQ_USED_BYTES(size);
}

int
virtqueue_alloc(struct virtqueue *vq, const char *type, const char *dev_name, const char *label,
	uint16_t index, uint16_t size, int socket)
{
	void *mem;

	mem = plx_zmalloc_socket(type, rings_bytes(size), PLX_CACHE_LINE_SIZE, socket);
	if (mem == NULL)
		return -ENOMEM;
	vq->desc = mem;
	vq->avail = PLX_PTR_ADD(mem, avail_offset(size));
	vq->used = PLX_PTR_ADD(mem, used_offset(size));
	vq->size = size;
	vq->mask = (uint16_t)(size - 1);
	vq->index = index;
	vq->vector = VIRTIO_NO_VECTOR;
	vq->dev_name = dev_name;
	vq->label = label;
	return 0;
}

void
virtqueue_free(struct virtqueue *vq)
{
	plx_free(vq->desc);
	vq->desc = NULL;
}

void
virtqueue_reset(struct virtqueue *vq)
{
	memset(vq->desc, 0, rings_bytes(vq->size));
	vq->avail->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
	vq->avail_idx = 0;
	vq->used_idx = 0;
	vq->broken = false;
}

int
virtqueue_set_checker(struct virtqueue *vq, const struct virtio_transport *transport)
{
	vq->checker = transport->check ? transport : NULL;
	return virtqueue_check(vq, (uint64_t)(uintptr_t)vq->desc, rings_bytes(vq->size),
		VIRTIO_DMA_READ | VIRTIO_DMA_WRITE);
}

int
virtqueue_check(const struct virtqueue *vq, uint64_t addr, size_t len, uint32_t how)
{
	if (vq->checker == NULL)
		return 0;
	return vq->checker->ops->dma_check(vq->checker, vq, addr, len, how);
}

void
virtqueue_break(struct virtqueue *vq, const char *format, ...)
{
	char what[128];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	vq->broken = true;
	VIRTIO_ERR(vq->dev_name, "%s (virtqueue %u) is stopped as the device broke the protocol: "
		"%s; stop and start the port", vq->label, vq->index, what);
}
