/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTQUEUE_H
#define VIRTQUEUE_H
/**
 * DOC: A split virtqueue, whatever it carries and however the device is reached.
 *
 * The device is not trusted: what it writes into the used ring is read once and checked before
 * use. A queue whose device breaks the protocol is broken: it says so once, moves nothing more,
 * and comes back with the next start of the port.
 *
 * Memory order. Rings and buffers are ordinary cacheable memory, and device DMA is coherent. What
 * the other side must see first is written first, then the index with release order; what was read
 * behind an index is read after the index was loaded with acquire order. On x86-64 both are plain
 * moves, and that holds for a device on another CPU as for one behind a bus, so it makes no
 * difference in code whether VIRTIO_F_ORDER_PLATFORM was negotiated. Only one place needs a real
 * fence: see virtqueue_kick().
 */
#include <stdbool.h>

#include <plx_common.h>

#include "virtio_ring.h"
#include "virtio_transport.h"

PLX_BEGIN_DECLS

/** VIRTIO_NO_VECTOR - 4.1.4.3: no interrupt. */
#define VIRTIO_NO_VECTOR 0xffff

/**
 * struct virtqueue - one queue; used by one thread at a time.
 * @desc: descriptor table, start of the one piece of DMA memory that the rings are in.
 * @avail: available ring, which only the driver writes; its elements start at a cache line.
 * @used: used ring, which only the device writes; its elements start at a cache line too.
 * @size: descriptors, a power of two.
 * @mask: @size - 1.
 * @avail_idx: index of the next buffer we will make available; all before are in the ring.
 * @used_idx: index of the next used element we will look at.
 * @broken: the device broke the protocol.
 * @index: number of the queue on the device.
 * @vector: its interrupt, or VIRTIO_NO_VECTOR; before it is enabled.
 * @notify: rings the device's doorbell; the transport's.
 * @notify_arg: the transport's.
 * @dev_name: of the device, for messages.
 * @label: "Rx queue", for messages.
 * @checker: what virtqueue_check() asks; NULL if nothing is checked.
 */
struct virtqueue {
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	uint16_t size;
	uint16_t mask;
	uint16_t avail_idx;
	uint16_t used_idx;
	bool broken;
	uint16_t index;
	uint16_t vector;
	void (*notify)(void *arg, uint16_t index);
	void *notify_arg;
	const char *dev_name;
	const char *label;
	const struct virtio_transport *checker;
};

/**
 * virtqueue_alloc() - allocate the rings of a queue.
 * @vq: zeroed.
 * @type: what the memory is for; static storage.
 * @dev_name: of the device; must outlive @vq.
 * @label: of the queue; static storage.
 * @index: number of the queue on the device.
 * @size: descriptors, a power of two.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 *
 * Return: 0; -ENOMEM. The queue must be reset before use, and freed by virtqueue_free().
 */
int virtqueue_alloc(struct virtqueue *vq, const char *type, const char *dev_name,
	const char *label, uint16_t index, uint16_t size, int socket);
/** virtqueue_free() - free the rings; the device must not use them any more. */
void virtqueue_free(struct virtqueue *vq);
/** virtqueue_reset() - make all as new: empty, unbroken, interrupts not wanted. */
void virtqueue_reset(struct virtqueue *vq);

/**
 * virtqueue_set_checker() - let @transport check addresses if it wants to, first of all the rings'.
 * Return: 0; -EFAULT if the device can't reach the rings, logged.
 */
int virtqueue_set_checker(struct virtqueue *vq, const struct virtio_transport *transport);
/**
 * virtqueue_check() - may the device be given @addr, if addresses are checked at all?
 * @len: bytes from there.
 * @how: VIRTIO_DMA_READ or VIRTIO_DMA_WRITE.
 * Return: 0; -EFAULT, logged.
 */
int virtqueue_check(const struct virtqueue *vq, uint64_t addr, size_t len, uint32_t how);

/**
 * virtqueue_break() - the device broke the protocol: log it, and use the queue no more.
 * @format: what it did, as printf(3).
 */
void virtqueue_break(struct virtqueue *vq, const char *format, ...)
	__plx_format_printf(2, 3) __attribute__((cold));

/** virtqueue_nb_outstanding() - buffers that the device has, as far as we know. */
static inline uint16_t
virtqueue_nb_outstanding(const struct virtqueue *vq)
{
	return (uint16_t)(vq->avail_idx - vq->used_idx);
}

/**
 * virtqueue_nb_used() - buffers that came back; not checked against those which are outstanding.
 *
 * Acquire: used elements, and what the device wrote into buffers, are read after the index.
 */
static inline uint16_t
virtqueue_nb_used(const struct virtqueue *vq)
{
	return (uint16_t)(__atomic_load_n(&vq->used->idx, __ATOMIC_ACQUIRE) - vq->used_idx);
}

/**
 * virtqueue_used_at() - read the used element in @slot, once.
 *
 * An atomic load, so that the compiler can't read it again after it was checked.
 */
static inline struct virtq_used_elem
virtqueue_used_at(const struct virtqueue *vq, uint16_t slot)
{
	typedef uint64_t __attribute__((may_alias)) word_t;
	const void *elem = &vq->used->ring[slot];
	const uint64_t word = __atomic_load_n((const word_t *)elem, __ATOMIC_RELAXED);
	struct virtq_used_elem e;

	e.id = (uint32_t)word;
	e.len = (uint32_t)(word >> 32);
	return e;
}

/**
 * virtqueue_publish() - let the device see all buffers below avail_idx.
 *
 * Release: descriptors, ring entries and buffers are written before the index.
 */
static inline void
virtqueue_publish(struct virtqueue *vq)
{
	__atomic_store_n(&vq->avail->idx, vq->avail_idx, __ATOMIC_RELEASE);
}

/**
 * virtqueue_kick() - after virtqueue_publish(): ring the doorbell, unless the device polls.
 *
 * The device clears VIRTQ_USED_F_NO_NOTIFY and then looks at avail->idx once more before it
 * sleeps; we write avail->idx and then look at the flag (2.7.13.4.1). If our load were done before
 * our store is visible, each side could miss what the other wrote and both would wait for ever.
 * A store followed by a load of something else is the one pair that x86 reorders: so a full fence.
 */
static inline void
virtqueue_kick(struct virtqueue *vq)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!(__atomic_load_n(&vq->used->flags, __ATOMIC_RELAXED) & VIRTQ_USED_F_NO_NOTIFY))
		vq->notify(vq->notify_arg, vq->index);
}

/**
 * virtqueue_intr_enable() - let the device interrupt when it returns a buffer.
 *
 * The device writes used->idx and then looks at the flag; we write the flag and then, by the
 * caller's poll, look at used->idx (2.7.10.1). As in virtqueue_kick(), only a full fence between
 * the two on both sides rules out that each misses what the other wrote.
 */
static inline void
virtqueue_intr_enable(struct virtqueue *vq)
{
	__atomic_store_n(&vq->avail->flags, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/** virtqueue_intr_disable() - ask the device not to; one that is under way may still come. */
static inline void
virtqueue_intr_disable(struct virtqueue *vq)
{
	__atomic_store_n(&vq->avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT, __ATOMIC_RELAXED);
}

PLX_END_DECLS
#endif
