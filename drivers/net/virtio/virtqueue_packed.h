/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTQUEUE_PACKED_H
#define VIRTQUEUE_PACKED_H
/**
 * DOC: How buffers go to the device and come back in a packed virtqueue: virtio 1.2 section 2.8.
 *
 * Our indices run freely, and the wrap counter of 2.8.1 is 1 in even laps and 0 in odd ones. See
 * virtqueue.h for the order of accesses to memory.
 */
#include "virtqueue.h"

PLX_BEGIN_DECLS

/** virtqueue_packed_avail_flags() - the two bits of a descriptor at @idx that is made available. */
static __plx_always_inline uint16_t
virtqueue_packed_avail_flags(const struct virtqueue *vq, uint16_t idx)
{
	return (idx & vq->size) ? VIRTQ_PACKED_DESC_F_USED : VIRTQ_PACKED_DESC_F_AVAIL;
}

/**
 * virtqueue_packed_is_used() - has the device given back the descriptor at @idx?
 *
 * Acquire: its id and length, and what the device wrote into buffers, are read after the flags.
 */
static __plx_always_inline bool
virtqueue_packed_is_used(const struct virtqueue *vq, uint16_t idx)
{
	const uint16_t both = VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;
	const uint16_t flags = __atomic_load_n(&vq->pdesc[idx & vq->mask].flags, __ATOMIC_ACQUIRE);

	return (flags & both) == ((idx & vq->size) ? 0 : both);
}

/** virtqueue_packed_used_at() - read what the device gave back at @idx, once, after is_used. */
static __plx_always_inline struct virtq_used_elem
virtqueue_packed_used_at(const struct virtqueue *vq, uint16_t idx)
{
	const struct virtq_packed_desc *d = &vq->pdesc[idx & vq->mask];
	struct virtq_used_elem e;

	e.id = __atomic_load_n(&d->id, __ATOMIC_RELAXED);
	e.len = __atomic_load_n(&d->len, __ATOMIC_RELAXED);
	return e;
}

/**
 * virtqueue_packed_set() - write a descriptor at @idx but for its flags; @id matters in the last one
 * of a chain.
 */
static __plx_always_inline void
virtqueue_packed_set(struct virtqueue *vq, uint16_t idx, uint64_t addr, uint32_t len, uint16_t id)
{
	struct virtq_packed_desc *d = &vq->pdesc[idx & vq->mask];

	d->addr = addr;
	d->len = len;
	d->id = id;
}

/**
 * virtqueue_packed_publish() - hand over the descriptor at @idx, with VIRTQ_DESC_F_* @flags.
 *
 * Release: what the device will read is written before. The first descriptor of a chain goes last.
 */
static __plx_always_inline void
virtqueue_packed_publish(struct virtqueue *vq, uint16_t idx, uint16_t flags)
{
	__atomic_store_n(&vq->pdesc[idx & vq->mask].flags,
		(uint16_t)(flags | virtqueue_packed_avail_flags(vq, idx)), __ATOMIC_RELEASE);
}

/** virtqueue_packed_off_wrap() - 2.8.14: @idx as event suppression structures have it. */
static inline uint16_t
virtqueue_packed_off_wrap(const struct virtqueue *vq, uint16_t idx)
{
	return (uint16_t)((idx & vq->mask) | ((idx & vq->size) ? 0 : VIRTQ_PACKED_EVENT_WRAP));
}

/* Is the descriptor that the device wants to be woken at between @before and @now? */
static inline bool
virtqueue_packed_event_between(const struct virtqueue *vq, uint16_t before, uint16_t now)
{
	const uint16_t two_laps = (uint16_t)(2 * vq->size - 1);
	const uint16_t off_wrap = __atomic_load_n(&vq->device_event->off_wrap, __ATOMIC_RELAXED);
	const uint16_t event = (uint16_t)((off_wrap & vq->mask) |
		((off_wrap & VIRTQ_PACKED_EVENT_WRAP) ? 0 : vq->size));

	return ((now - event - 1) & two_laps) < ((now - before) & two_laps);
}

/**
 * virtqueue_packed_kick() - after descriptors were published: ring the doorbell if the device wants it.
 * The full fence: see virtqueue.h.
 */
static inline void
virtqueue_packed_kick(struct virtqueue *vq)
{
	const uint16_t now = vq->avail_idx, before = vq->kicked_idx;
	uint16_t flags;

	vq->kicked_idx = now;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* Acquire: off_wrap was written before the flag which says that it counts. */
	flags = __atomic_load_n(&vq->device_event->flags, __ATOMIC_ACQUIRE);
	if (flags == VIRTQ_PACKED_EVENT_DISABLE)
		return;
	if (flags == VIRTQ_PACKED_EVENT_DESC && vq->event_idx &&
	    !virtqueue_packed_event_between(vq, before, now))
		return;
	virtqueue_notify(vq, virtqueue_packed_off_wrap(vq, now));
}

/**
 * virtqueue_packed_intr_enable() - let the device interrupt when it returns a buffer.
 * The full fence: see virtqueue.h.
 */
static inline void
virtqueue_packed_intr_enable(struct virtqueue *vq)
{
	__atomic_store_n(&vq->driver_event->flags, VIRTQ_PACKED_EVENT_ENABLE, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/** virtqueue_packed_intr_disable() - ask the device not to; one that is under way may still come. */
static inline void
virtqueue_packed_intr_disable(struct virtqueue *vq)
{
	__atomic_store_n(&vq->driver_event->flags, VIRTQ_PACKED_EVENT_DISABLE, __ATOMIC_RELAXED);
}

PLX_END_DECLS
#endif
