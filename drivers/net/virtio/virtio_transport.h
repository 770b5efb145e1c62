/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_H
/**
 * DOC: How a virtio device is reached. The rings and the network device know only this.
 *
 * One thread at a time, but for the notify() of a virtqueue, which belongs to the queue's thread.
 */
#include <stdbool.h>

#include <plx_common.h>

struct virtio_transport;
struct virtqueue;

#define VIRTIO_DMA_READ		0x1	/* the device reads it */
#define VIRTIO_DMA_WRITE	0x2	/* the device writes it */

/**
 * struct virtio_transport_ops - a transport's functions; const static storage.
 * @reset: 2.4: bring the device back to its initial state. Return: 0; -ETIMEDOUT, and then too the
 *	device does no DMA any more.
 * @get_status: 2.1: read the device status.
 * @set_status: 2.1: write it.
 * @get_features: 2.2: what the device offers.
 * @set_features: 2.2: what we accept.
 * @read_config: 2.5: read @len bytes of the device configuration; a field of 2 or 4 bytes in one
 *	piece. Return: 0; -ENOENT if the device has less; -EIO if it never stands still.
 * @queue_size: most descriptors of queue @index; 0 if there is no such queue. After a reset only.
 * @queue_enable: tell the device the size and the rings of @vq, let it go, and set vq->notify.
 *	Return: 0; -EINVAL if the device's doorbell is out of its bounds; -EFAULT if a ring is not
 *	in DMA memory; -EBUSY if the device can't have vq->vector.
 * @queue_reset: 2.6: have the device forget @vq, with VIRTIO_F_RING_RESET; it may be enabled again.
 *	Return: 0; -ETIMEDOUT: it may still use it.
 * @close: NULL, or end it all; the port is closed.
 * @dma_check: could the device reach @len bytes from @iova, which are for @vq? @how: VIRTIO_DMA_READ,
 *	VIRTIO_DMA_WRITE or both. Any thread. Return: 0; -EFAULT, logged.
 */
struct virtio_transport_ops {
	int (*reset)(struct virtio_transport *t);
	uint8_t (*get_status)(struct virtio_transport *t);
	void (*set_status)(struct virtio_transport *t, uint8_t status);
	uint64_t (*get_features)(struct virtio_transport *t);
	void (*set_features)(struct virtio_transport *t, uint64_t features);
	int (*read_config)(struct virtio_transport *t, size_t offset, void *buf, size_t len);
	uint16_t (*queue_size)(struct virtio_transport *t, uint16_t index);
	int (*queue_enable)(struct virtio_transport *t, struct virtqueue *vq);
	int (*queue_reset)(struct virtio_transport *t, const struct virtqueue *vq);
	void (*close)(struct virtio_transport *t);
	int (*dma_check)(const struct virtio_transport *t, const struct virtqueue *vq,
		uint64_t iova, size_t len, uint32_t how);
};

/**
 * struct virtio_intr_ops - a transport's interrupts; const static storage.
 * @enable: have vector 0 for the configuration and vector @i + 1 for receive queue @i, of
 *	@nb_rx_queues. Return: 0; the bus's errno, logged.
 * @disable: have none. Return: 0; the bus's errno.
 * @config_start: between FEATURES_OK and DRIVER_OK: call @changed(@arg), on the interrupt thread,
 *	when the device configuration changed. Return: 0; a negative errno.
 * @config_stop: no more, and it does not run any more. Return: 0; a negative errno.
 * @rx_fd: the eventfd of receive queue @queue; a negative errno.
 */
struct virtio_intr_ops {
	int (*enable)(struct virtio_transport *t, uint16_t nb_rx_queues);
	int (*disable)(struct virtio_transport *t);
	int (*config_start)(struct virtio_transport *t, int (*changed)(void *arg), void *arg);
	int (*config_stop)(struct virtio_transport *t);
	int (*rx_fd)(struct virtio_transport *t, uint16_t queue);
};

/**
 * struct virtio_transport - one device; embedded in the transport's own struct.
 * @ops: its functions.
 * @intr: its interrupts; NULL if it has none.
 * @required: feature bits without which the device can't be used over this transport.
 * @features: those that were accepted, for what depends on them in the transport.
 * @pairs: pairs of queues, where no configuration says so and no command switches them; else 0.
 * @receives_all: the other side filters nothing.
 * @timeout_ms: how long the device may take to do what it is told.
 * @check: the address of every ring is to go through dma_check() before the device gets it.
 */
struct virtio_transport {
	const struct virtio_transport_ops *ops;
	const struct virtio_intr_ops *intr;
	uint64_t required;
	uint64_t features;
	uint16_t pairs;
	bool receives_all;
	unsigned int timeout_ms;
	bool check;
};

#endif
