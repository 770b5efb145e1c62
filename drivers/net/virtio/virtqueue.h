/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTQUEUE_H
#define VIRTQUEUE_H
/**
 * DOC: A virtqueue, whatever it carries and however the device is reached.
 *
 * What both layouts have in common is here; virtqueue_split.h and virtqueue_packed.h have how
 * buffers go to the device and come back. Code on the way of packets knows its layout when it is
 * compiled.
 *
 * The device is not trusted: what it writes is read once and checked before use. A queue whose
 * device breaks the protocol is broken: it says so once, moves nothing more, and comes back with the
 * next start of the port.
 *
 * Indices of both layouts run freely from 0 to 65535 and around; the slot is the index modulo the
 * size, which is a power of two of at most 32768. So the difference of two is the number of
 * descriptors between them, and the bit above the slot's is the number of the lap, odd or even,
 * which is what a packed ring has its wrap counter for.
 *
 * Memory order. Rings and buffers are ordinary cacheable memory, and device DMA is coherent. What
 * the other side must see first is written first, then what hands it over (an index or flags) with
 * release order; what was handed over is read after that was loaded with acquire order. On x86-64
 * both are plain moves, and that holds for a device on another CPU as for one behind a bus, so it
 * makes no difference in code whether VIRTIO_F_ORDER_PLATFORM was negotiated.
 *
 * Two places need a full fence, for there each side writes one thing and then reads another that the
 * other side writes, and a store followed by a load of something else is the one pair that x86
 * reorders:
 *
 * - kick: we hand over buffers, then look whether the device wants to be told. It asks to be told,
 *   then looks for buffers once more before it sleeps (2.7.13.4.1, 2.8.21.3.1).
 * - intr_enable: we ask for an interrupt, then (the caller's poll) look for used buffers. The device
 *   hands back a buffer, then looks whether we want to be told (2.7.10.1, 2.8.10).
 *
 * Without the fence each could miss what the other wrote, and both would wait for ever.
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
 * @desc: split: descriptor table, start of the one piece of DMA memory that all is in.
 * @avail: split: available ring, which only the driver writes; its elements start at a cache line.
 * @used: split: used ring, which only the device writes; its elements start at a cache line too.
 * @pdesc: packed: descriptor ring, start of the memory.
 * @driver_event: packed: when we want an interrupt; in a cache line of its own.
 * @device_event: packed: when the device wants its doorbell rung; in a cache line of its own.
 * @ring: what the transport tells the device of: descriptors.
 * @driver_area: the same: avail or driver_event.
 * @device_area: the same: used or device_event.
 * @size: descriptors, a power of two.
 * @mask: @size - 1.
 * @avail_idx: index of the next descriptor (split: slot) we will make available.
 * @used_idx: index of the next one that we will look at.
 * @kicked_idx: what avail_idx was when we last asked ourselves whether to ring the doorbell.
 * @event_idx: VIRTIO_F_EVENT_IDX: the sides say at which index they want to be woken.
 * @packed: layout.
 * @broken: the device broke the protocol.
 * @index: number of the queue on the device.
 * @vector: its interrupt, or VIRTIO_NO_VECTOR; before it is enabled.
 * @notify: rings the device's doorbell, see virtqueue_notify(); the transport's.
 * @notify_arg: the transport's.
 * @kicks: how often it was rung; one writer, the queue's thread.
 * @dev_name: of the device, for messages.
 * @label: "Rx queue", for messages.
 * @on_broken: NULL, or called once when the device breaks the protocol, by the queue's thread.
 * @on_broken_arg: its argument.
 * @checker: what virtqueue_check() asks; NULL if nothing is checked.
 */
struct virtqueue {
	__extension__ union {
		__extension__ struct {
			struct virtq_desc *desc;
			struct virtq_avail *avail;
			struct virtq_used *used;
		};
		__extension__ struct {
			struct virtq_packed_desc *pdesc;
			struct virtq_packed_event *driver_event;
			struct virtq_packed_event *device_event;
		};
		__extension__ struct {
			void *ring;
			void *driver_area;
			void *device_area;
		};
	};
	uint16_t size;
	uint16_t mask;
	uint16_t avail_idx;
	uint16_t used_idx;
	uint16_t kicked_idx;
	bool event_idx;
	bool packed;
	bool broken;
	uint16_t index;
	uint16_t vector;
	void (*notify)(void *arg, uint32_t data);
	void *notify_arg;
	uint64_t kicks;
	const char *dev_name;
	const char *label;
	void (*on_broken)(void *arg);
	void *on_broken_arg;
	const struct virtio_transport *checker;
};

/**
 * virtqueue_alloc() - allocate the rings of a queue.
 * @vq: zeroed, with dev_name (which must outlive it), label and index.
 * @type: what the memory is for; static storage.
 * @size: descriptors, a power of two.
 * @features: VIRTIO_F_* that were agreed on.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 *
 * Return: 0; -ENOMEM. The queue must be reset before use, and freed by virtqueue_free().
 */
int virtqueue_alloc(struct virtqueue *vq, const char *type, uint16_t size, uint64_t features,
	int socket);
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

/** virtqueue_nb_outstanding() - descriptors (split: slots) that the device has, as far as we know. */
static inline uint16_t
virtqueue_nb_outstanding(const struct virtqueue *vq)
{
	return (uint16_t)(vq->avail_idx - vq->used_idx);
}

/** virtqueue_count() - count; other threads may read the counter meanwhile. */
static inline void
virtqueue_count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/**
 * virtqueue_notify() - ring the doorbell.
 * @next: where the ring goes on, 2.9 (VIRTIO_F_NOTIFICATION_DATA); transports without it leave it.
 */
static inline void
virtqueue_notify(struct virtqueue *vq, uint16_t next)
{
	vq->kicked_idx = vq->avail_idx;
	virtqueue_count(&vq->kicks, 1);
	vq->notify(vq->notify_arg, (uint32_t)next << 16 | vq->index);
}

PLX_END_DECLS
#endif
