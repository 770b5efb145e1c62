/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_RING_H
#define VIRTIO_RING_H
/**
 * DOC: Layouts of virtqueues in memory that driver and device share.
 *
 * Split: virtio 1.2 section 2.7. Three arrays: the driver writes the descriptors and the available
 * ring, the device writes the used ring. All indices run freely from 0 to 65535 and around; the slot
 * is the index modulo the size, which is a power of two.
 *
 * Packed: section 2.8. One ring of descriptors that both sides write, in turn, and two bits in each
 * which say whose turn it is; a small struct for each side that says when it wants to be woken.
 */
#include <plx_common.h>

#define VIRTQ_SIZE_MAX			32768	/* 2.7: largest queue size */

#define VIRTQ_DESC_F_NEXT		0x1	/* virtq_desc.flags: goes on at .next */
#define VIRTQ_DESC_F_WRITE		0x2	/* the device writes it; else it reads it */
#define VIRTQ_DESC_F_INDIRECT		0x4	/* 2.7.5.3, 2.8.7: .addr is a table of descriptors */
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

/** virtq_used_event() - 2.7.7: what @avail of @size ends with: the used index that interrupts. */
static inline uint16_t *
virtq_used_event(struct virtq_avail *avail, uint16_t size)
{
	return &avail->ring[size];
}

/** virtq_avail_event() - 2.7.10: what @used of @size ends with: the available index that kicks. */
static inline uint16_t *
virtq_avail_event(struct virtq_used *used, uint16_t size)
{
	return (uint16_t *)(void *)&used->ring[size];
}

#define VIRTQ_PACKED_DESC_F_AVAIL	0x80	/* 2.8.1: both bits have the value of the side */
#define VIRTQ_PACKED_DESC_F_USED	0x8000	/* which wrote, or differ: not used yet */

/** struct virtq_packed_desc - 2.8.13: a piece of a buffer, or a buffer that was used. */
struct virtq_packed_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t id;		/* of the buffer; in the last descriptor of a chain */
	uint16_t flags;
};

#define VIRTQ_PACKED_EVENT_ENABLE	0	/* 2.8.10: whenever there is something */
#define VIRTQ_PACKED_EVENT_DISABLE	1	/* never */
#define VIRTQ_PACKED_EVENT_DESC		2	/* at off_wrap, with VIRTIO_F_EVENT_IDX */
#define VIRTQ_PACKED_EVENT_WRAP		0x8000	/* in off_wrap: the wrap counter */

/** struct virtq_packed_event - 2.8.14: when a side wants to be woken. */
struct virtq_packed_event {
	uint16_t off_wrap;
	uint16_t flags;
};

PLX_STATIC_ASSERT(sizeof(struct virtq_packed_desc) == 16, "2.8.13");
PLX_STATIC_ASSERT(sizeof(struct virtq_packed_event) == 4, "2.8.14");

#endif
