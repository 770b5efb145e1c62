/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTQUEUE_SPLIT_H
#define VIRTQUEUE_SPLIT_H
/**
 * DOC: How buffers go to the device and come back in a split virtqueue: virtio 1.2 section 2.7.
 *
 * See virtqueue.h for the order of accesses to memory.
 */
#include "virtqueue.h"

PLX_BEGIN_DECLS

/**
 * virtqueue_split_nb_used() - buffers that came back; not checked against those which are outstanding.
 *
 * Acquire: used elements, and what the device wrote into buffers, are read after the index.
 */
static inline uint16_t
virtqueue_split_nb_used(const struct virtqueue *vq)
{
	return (uint16_t)(__atomic_load_n(&vq->used->idx, __ATOMIC_ACQUIRE) - vq->used_idx);
}

/**
 * virtqueue_split_used_at() - read the used element in @slot, once.
 *
 * An atomic load, so that the compiler can't read it again after it was checked.
 */
static inline struct virtq_used_elem
virtqueue_split_used_at(const struct virtqueue *vq, uint16_t slot)
{
	typedef uint64_t __attribute__((may_alias)) word_t;
	const void *elem = &vq->used->ring[slot];
	const uint64_t word = __atomic_load_n((const word_t *)elem, __ATOMIC_RELAXED);
	struct virtq_used_elem e;

	e.id = (uint32_t)word;
	e.len = (uint32_t)(word >> 32);
	return e;
}

/** virtqueue_split_put() - the buffer at descriptor @head is the device's, at the next publish. */
static __plx_always_inline void
virtqueue_split_put(struct virtqueue *vq, uint16_t head)
{
	uint16_t *entry = &vq->avail->ring[vq->avail_idx++ & vq->mask];

	/* Mostly it is there from the last time round, and the device's copy stays good. */
	if (plx_unlikely(*entry != head))
		*entry = head;
}

/**
 * virtqueue_split_publish() - let the device see all buffers below avail_idx.
 *
 * Release: descriptors, ring entries and buffers are written before the index.
 */
static inline void
virtqueue_split_publish(struct virtqueue *vq)
{
	__atomic_store_n(&vq->avail->idx, vq->avail_idx, __ATOMIC_RELEASE);
}

/**
 * virtqueue_split_kick() - after virtqueue_split_publish(): ring the doorbell if the device wants it.
 *
 * It says so by a flag or, with VIRTIO_F_EVENT_IDX, by the index of a buffer (2.7.10.1): if that is
 * one of those which came since we asked the last time. The full fence: see virtqueue.h.
 */
static inline void
virtqueue_split_kick(struct virtqueue *vq)
{
	const uint16_t now = vq->avail_idx, before = vq->kicked_idx;
	bool wanted;

	vq->kicked_idx = now;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (vq->event_idx) {
		const uint16_t event = __atomic_load_n(virtq_avail_event(vq->used, vq->size),
			__ATOMIC_RELAXED);

		wanted = (uint16_t)(now - event - 1) < (uint16_t)(now - before);
	} else {
		wanted = !(__atomic_load_n(&vq->used->flags, __ATOMIC_RELAXED) &
			VIRTQ_USED_F_NO_NOTIFY);
	}
	if (wanted)
		virtqueue_notify(vq, now);
}

/**
 * virtqueue_split_intr_enable() - let the device interrupt when it returns a buffer.
 *
 * Without VIRTIO_F_EVENT_IDX, by which it would do so once. The full fence: see virtqueue.h.
 */
static inline void
virtqueue_split_intr_enable(struct virtqueue *vq)
{
	__atomic_store_n(&vq->avail->flags, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/**
 * virtqueue_split_intr_disable() - ask the device not to; one that is under way may still come.
 *
 * 2.7.7.1: with VIRTIO_F_EVENT_IDX the flag is not heeded and has to be 0. An index that was passed
 * just now comes again after 65,536 buffers: so rarely an interrupt that nobody waits for is harmless.
 */
static inline void
virtqueue_split_intr_disable(struct virtqueue *vq)
{
	if (vq->event_idx)
		__atomic_store_n(virtq_used_event(vq->avail, vq->size), (uint16_t)(vq->used_idx - 1),
			__ATOMIC_RELAXED);
	else
		__atomic_store_n(&vq->avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT, __ATOMIC_RELAXED);
}

PLX_END_DECLS
#endif
