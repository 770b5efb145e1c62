/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_CORE_H
#define PLX_RING_CORE_H
/**
 * DOC: How a ring lies in memory. Programs include <plx_ring.h>.
 *
 * Each side of the ring has a head and a tail, 32-bit positions that only grow and wrap at 2^32;
 * the slot of a position is its value modulo the ring's size. An operation has three steps: it
 * moves the head of its own side over the slots that it takes, copies, and moves the tail of its
 * own side after the head. The other side looks at that tail only, so it never sees a slot which
 * is still being written (or read). How both move is in plx_ring_move.h.
 */
#include <plx_common.h>
#include <plx_memzone.h>

PLX_BEGIN_DECLS

/** PLX_RING_MZ_PREFIX - a ring's memzone has this before the ring's name. */
#define PLX_RING_MZ_PREFIX "RG_"
/** PLX_RING_NAMESIZE - bytes of a ring's name, the final NUL included. */
#define PLX_RING_NAMESIZE (PLX_MEMZONE_NAMESIZE - sizeof(PLX_RING_MZ_PREFIX) + 1)
/** PLX_RING_ELEM_ALIGN - bytes of an element are a multiple of this. */
#define PLX_RING_ELEM_ALIGN 4U
/** PLX_RING_SZ_MASK - the largest count that a ring may be asked for. */
#define PLX_RING_SZ_MASK 0x7fffffffU

/** RING_F_SP_ENQ - plx_ring_enqueue*() is called by one thread at a time. */
#define RING_F_SP_ENQ 0x0001U
/** RING_F_SC_DEQ - plx_ring_dequeue*() is called by one thread at a time. */
#define RING_F_SC_DEQ 0x0002U
/** RING_F_EXACT_SZ - hold exactly count objects; count need not be a power of two. */
#define RING_F_EXACT_SZ 0x0004U
/** RING_F_MP_RTS_ENQ - several producers, in the mode PLX_RING_SYNC_MT_RTS. */
#define RING_F_MP_RTS_ENQ 0x0008U
/** RING_F_MC_RTS_DEQ - several consumers, in the mode PLX_RING_SYNC_MT_RTS. */
#define RING_F_MC_RTS_DEQ 0x0010U
/** RING_F_MP_HTS_ENQ - several producers, in the mode PLX_RING_SYNC_MT_HTS. */
#define RING_F_MP_HTS_ENQ 0x0020U
/** RING_F_MC_HTS_DEQ - several consumers, in the mode PLX_RING_SYNC_MT_HTS. */
#define RING_F_MC_HTS_DEQ 0x0040U

/**
 * enum plx_ring_queue_behavior - what to do when not all objects fit, or not as many are there.
 * @PLX_RING_QUEUE_FIXED: move nothing (bulk).
 * @PLX_RING_QUEUE_VARIABLE: move as many as possible (burst).
 */
enum plx_ring_queue_behavior {
	PLX_RING_QUEUE_FIXED,
	PLX_RING_QUEUE_VARIABLE,
};

/**
 * enum plx_ring_sync_type - how the threads of one side get along.
 * @PLX_RING_SYNC_MT: any number of threads at a time. They finish in the order in which they began:
 *	one that is preempted in the middle of its call has all later ones of its side spinning.
 * @PLX_RING_SYNC_ST: one thread at a time.
 * @PLX_RING_SYNC_MT_RTS: relaxed tail: any number of threads; the last of those that overlap moves
 *	the tail for all, so none waits for another one to finish, unless the head is too far ahead
 *	(plx_ring_set_prod_htd_max()). Two atomic exchanges a call. For threads that may be
 *	preempted.
 * @PLX_RING_SYNC_MT_HTS: head and tail in step: one thread at a time is let in, the others spin at
 *	the door. For threads that may be preempted, and the only one of the MT modes with which one
 *	can look before one takes (plx_ring_peek.h).
 */
enum plx_ring_sync_type {
	PLX_RING_SYNC_MT,
	PLX_RING_SYNC_ST,
	PLX_RING_SYNC_MT_RTS,
	PLX_RING_SYNC_MT_HTS,
};

/**
 * struct plx_ring_headtail - one side of a ring, producers or consumers.
 * @head: end of the slots that were taken.
 * @tail: end of the slots that are done with: @tail to @head are being copied now.
 * @sync_type: of plx_ring_enqueue*() or plx_ring_dequeue*(); fixed when the ring is made.
 * @htd_max: with PLX_RING_SYNC_MT_RTS: a thread waits while @head is farther ahead of @tail.
 *
 * The low half of @head and @tail is the position. The high half counts with PLX_RING_SYNC_MT_RTS
 * the calls that began or ended, and is 0 with the others; the whole is always read and written at
 * once.
 */
struct plx_ring_headtail {
	uint64_t head;
	uint64_t tail;
	enum plx_ring_sync_type sync_type;
	uint32_t htd_max;
};

/**
 * struct plx_ring - a ring; its slots follow in memory. Users read no field of it.
 * @name: as given to plx_ring_create() or plx_ring_init().
 * @flags: as given, RING_F_*.
 * @size: slots, a power of two. Not 0 once the ring is ready to be used.
 * @mask: @size - 1.
 * @capacity: objects that it can hold, at most @mask.
 * @guard0: with the others: an unused line before and after each side, for the CPU prefetches
 *	lines in pairs and would drag a line that the other side writes along.
 * @prod: the producers' side, on a line of its own.
 * @guard1: see @guard0.
 * @cons: the consumers' side, on a line of its own.
 * @guard2: see @guard0.
 */
struct plx_ring {
	char name[PLX_RING_NAMESIZE] __plx_cache_aligned;
	uint32_t flags;
	uint32_t size;
	uint32_t mask;
	uint32_t capacity;
	char guard0 __plx_cache_aligned;
	struct plx_ring_headtail prod __plx_cache_aligned;
	char guard1 __plx_cache_aligned;
	struct plx_ring_headtail cons __plx_cache_aligned;
	char guard2 __plx_cache_aligned;
};

PLX_STATIC_ASSERT(sizeof(struct plx_ring) == 6 * PLX_CACHE_LINE_SIZE, "six lines before the slots");

PLX_END_DECLS
#endif
