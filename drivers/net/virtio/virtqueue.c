/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <plx_malloc.h>
#include <plx_memory.h>

#include "virtio_log.h"
#include "virtio_spec.h"
#include "virtqueue_packed.h"
#include "virtqueue_split.h"

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
split_bytes(uint16_t size)
{
	return used_offset(size) + VIRTQ_USED_BYTES(size);
}

/* Packed: each event structure, written by one side and watched by the other, has its own line. */
static size_t
driver_event_offset(uint16_t size)
{
	return PLX_ALIGN_CEIL(size * sizeof(struct virtq_packed_desc), (size_t)PLX_CACHE_LINE_SIZE);
}

static size_t
device_event_offset(uint16_t size)
{
	return driver_event_offset(size) + PLX_CACHE_LINE_SIZE;
}

static size_t
rings_bytes(const struct virtqueue *vq)
{
	return vq->packed ? device_event_offset(vq->size) + PLX_CACHE_LINE_SIZE :
		split_bytes(vq->size);
}

int
virtqueue_alloc(struct virtqueue *vq, const char *type, uint16_t size, uint64_t features, int socket)
{
	vq->size = size;
	vq->mask = (uint16_t)(size - 1);
	vq->packed = (features & VIRTIO_BIT(VIRTIO_F_RING_PACKED)) != 0;
	vq->event_idx = (features & VIRTIO_BIT(VIRTIO_F_EVENT_IDX)) != 0;
	vq->vector = VIRTIO_NO_VECTOR;
	vq->ring = plx_zmalloc_socket(type, rings_bytes(vq), PLX_CACHE_LINE_SIZE, socket);
	if (vq->ring == NULL)
		return -ENOMEM;
	vq->driver_area = PLX_PTR_ADD(vq->ring,
		vq->packed ? driver_event_offset(size) : avail_offset(size));
	vq->device_area = PLX_PTR_ADD(vq->ring,
		vq->packed ? device_event_offset(size) : used_offset(size));
	return 0;
}

void
virtqueue_free(struct virtqueue *vq)
{
	plx_free(vq->ring);
	vq->ring = NULL;
}

void
virtqueue_reset(struct virtqueue *vq)
{
	memset(vq->ring, 0, rings_bytes(vq));
	vq->avail_idx = 0;
	vq->used_idx = 0;
	vq->kicked_idx = 0;
	vq->broken = false;
	if (vq->packed)
		virtqueue_packed_intr_disable(vq);
	else
		virtqueue_split_intr_disable(vq);
}

int
virtqueue_set_checker(struct virtqueue *vq, const struct virtio_transport *transport)
{
	vq->checker = transport->check ? transport : NULL;
	return virtqueue_check(vq, plx_mem_iova(vq->ring), rings_bytes(vq),
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
	if (vq->on_broken != NULL)
		vq->on_broken(vq->on_broken_arg);
}
