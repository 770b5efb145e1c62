/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_RING_H
#define VIRTIO_RING_H
/**
 * DOC: Layout of a split virtqueue: virtio 1.2 section 2.7.
 *
 * Three arrays in memory that driver and device share. The driver writes the descriptors and the
 * available ring, the device writes the used ring. All indices run freely from 0 to 65535 and
 * around; the slot is the index modulo the size, which is a power of two.
 */
#include <plx_common.h>

#define VIRTQ_SIZE_MAX			32768	/* 2.7: largest queue size */

#define VIRTQ_DESC_F_NEXT		0x1	/* virtq_desc.flags: goes on at .next */
#define VIRTQ_DESC_F_WRITE		0x2	/* the device writes it; else it reads it */
#define VIRTQ_AVAIL_F_NO_INTERRUPT	0x1	/* virtq_avail.flags: we poll */
#define VIRTQ_USED_F_NO_NOTIFY		0x1	/* virtq_used.flags: the device polls */

/** struct virtq_desc - 2.7.5: one piece of a buffer. */
struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/** struct virtq_avail - 2.7.6: first descriptors of buffers that the device may use. */
struct virtq_avail {
	uint16_t flags;
	uint16_t idx;		/* where the driver will put the next one */
	uint16_t ring[];
};

/** struct virtq_used_elem - 2.7.8: a buffer that the device has done with. */
struct virtq_used_elem {
	uint32_t id;		/* its first descriptor */
	uint32_t len;		/* bytes that the device wrote */
};

/** struct virtq_used - 2.7.8: buffers that the device has done with. */
struct virtq_used {
	uint16_t flags;
	uint16_t idx;		/* where the device will put the next one */
	struct virtq_used_elem ring[];
};

PLX_STATIC_ASSERT(sizeof(struct virtq_desc) == 16, "2.7.5");
PLX_STATIC_ASSERT(sizeof(struct virtq_avail) == 4, "2.7.6");
PLX_STATIC_ASSERT(sizeof(struct virtq_used_elem) == 8, "2.7.8");
PLX_STATIC_ASSERT(sizeof(struct virtq_used) == 4, "2.7.8");

/* 2.7: bytes of each part, with the event field that ends the two rings. */
#define VIRTQ_DESC_BYTES(size)	((size_t)(size) * sizeof(struct virtq_desc))
#define VIRTQ_AVAIL_BYTES(size)	(sizeof(struct virtq_avail) + 2 * (size_t)(size) + 2)
#define VIRTQ_USED_BYTES(size) \
	(sizeof(struct virtq_used) + sizeof(struct virtq_used_elem) * (size_t)(size) + 2)

#endif
