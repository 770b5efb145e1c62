/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_CORE_H
#define PLX_RING_CORE_H
/**
 * DOC: How a ring lies in memory and how its indices move. Programs include <plx_ring.h>.
 *
 * Each side of the ring has a head and a tail, 32-bit counters that only grow and wrap at 2^32;
 * the slot of a counter is its value modulo the ring's size. An operation has three steps: it
 * moves the head of its own side over the slots that it takes, copies, and moves the tail of its
 * own side after the head. The other side looks at that tail only, so it never sees a slot which
 * is still being written (or read).
 *
 * How a side is shared among threads is an argument of each inline function, a constant at each
 * call; so the compiler leaves one kind of code, without a test, where the caller knows the kind.
 */
#include <plx_common.h>
#include <plx_cycles.h>
#include <plx_memzone.h>

PLX_BEGIN_DECLS

/** PLX_RING_MZ_PREFIX - a ring's memzone has this before the ring's name. */
#define PLX_RING_MZ_PREFIX "RG_"
/** PLX_RING_NAMESIZE - bytes of a ring's name, the final NUL included. */
#define PLX_RING_NAMESIZE (PLX_MEMZONE_NAMESIZE - sizeof(PLX_RING_MZ_PREFIX) + 1)
/** PLX_RING_SZ_MASK - the largest count that a ring may be asked for. */
#define PLX_RING_SZ_MASK 0x7fffffffU

/** RING_F_SP_ENQ - plx_ring_enqueue*() is called by one thread at a time. */
#define RING_F_SP_ENQ 0x0001U
/** RING_F_SC_DEQ - plx_ring_dequeue*() is called by one thread at a time. */
#define RING_F_SC_DEQ 0x0002U
/** RING_F_EXACT_SZ - hold exactly count objects; count need not be a power of two. */
#define RING_F_EXACT_SZ 0x0004U

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
 * @PLX_RING_SYNC_MT: any number of threads at a time.
 * @PLX_RING_SYNC_ST: one thread at a time.
 */
enum plx_ring_sync_type {
	PLX_RING_SYNC_MT,
	PLX_RING_SYNC_ST,
};

/**
 * struct plx_ring_headtail - one side of a ring, producers or consumers.
 * @head: end of the slots that were taken.
 * @tail: end of the slots that are done with: @tail to @head are being copied now.
 * @sync_type: of plx_ring_enqueue*() or plx_ring_dequeue*(); fixed when the ring is made.
 */
struct plx_ring_headtail {
	uint32_t head;
	uint32_t tail;
	enum plx_ring_sync_type sync_type;
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

/**
 * plx_ring_copy_objs() - copy pointers as wide as the CPU can.
 * @dst: array of at least @n pointers to anything.
 * @src: another such array; the two do not overlap.
 * @n: pointers; when it is a constant no loop or branch remains.
 */
static __plx_always_inline void
plx_ring_copy_objs(void *dst, const void *src, unsigned int n)
{
	char *d = (char *)dst;
	const char *s = (const char *)src;
	unsigned int i;

	for (i = 0; i < n / 8; i++, d += 8 * sizeof(void *), s += 8 * sizeof(void *))
		__builtin_memcpy(d, s, 8 * sizeof(void *));
	if (n & 4) {
		__builtin_memcpy(d, s, 4 * sizeof(void *));
		d += 4 * sizeof(void *);
		s += 4 * sizeof(void *);
	}
	if (n & 2) {
		__builtin_memcpy(d, s, 2 * sizeof(void *));
		d += 2 * sizeof(void *);
		s += 2 * sizeof(void *);
	}
	if (n & 1)
		__builtin_memcpy(d, s, sizeof(void *));
}

/**
 * plx_ring_move_head() - take slots on one side.
 * @own: that side.
 * @other: the side across.
 * @span: capacity for a producer (slots behind the consumers' tail), 0 for a consumer.
 * @n: slots wanted.
 * @behavior: what to do when there are less.
 * @sync: of @own.
 * @old_head: set to the first slot taken.
 * @avail: set to the slots that could have been taken.
 *
 * Return: slots taken, 0 if none.
 */
static __plx_always_inline uint32_t
plx_ring_move_head(struct plx_ring_headtail *own, const struct plx_ring_headtail *other,
	uint32_t span, uint32_t n, enum plx_ring_queue_behavior behavior,
	enum plx_ring_sync_type sync, uint32_t *old_head, uint32_t *avail)
{
	uint32_t head, found, take;

	/*
	 * Acquire, with the release in the exchange below: a head which another thread has moved
	 * was judged against a tail of the other side, and this thread must see that tail or a
	 * later one. With an earlier one the difference below would wrap to "nearly 2^32 free". It
	 * also keeps the load of the tail after that of the head. A sole thread needs neither.
	 */
	head = __atomic_load_n(&own->head,
		sync == PLX_RING_SYNC_ST ? __ATOMIC_RELAXED : __ATOMIC_ACQUIRE);
	for (;;) {
		/* Acquire, with the release in plx_ring_move_tail(): the slots are ours to use. */
		*avail = span + __atomic_load_n(&other->tail, __ATOMIC_ACQUIRE) - head;
		take = n;
		if (plx_unlikely(take > *avail))
			take = behavior == PLX_RING_QUEUE_FIXED ? 0 : *avail;
		if (plx_unlikely(take == 0))
			break;
		if (sync == PLX_RING_SYNC_ST) {
			/* Relaxed: only this thread looks at it. */
			__atomic_store_n(&own->head, head + take, __ATOMIC_RELAXED);
			break;
		}
		/*
		 * A head that is out of date fails here, whatever was made of it above. If it does
		 * not, go on with @head and not with the equal @found: the CPU knows @head earlier.
		 */
		found = head;
		if (plx_likely(__atomic_compare_exchange_n(&own->head, &found, head + take, 1,
				__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)))
			break;
		head = found;
	}
	*old_head = head;
	return take;
}

/**
 * plx_ring_move_tail() - hand the slots that were taken to the other side.
 * @own: this side.
 * @old_head: first of them.
 * @n: how many.
 * @sync: of @own.
 */
static __plx_always_inline void
plx_ring_move_tail(struct plx_ring_headtail *own, uint32_t old_head, uint32_t n,
	enum plx_ring_sync_type sync)
{
	/*
	 * Slots are handed over in the order in which they were taken. Acquire: the store below
	 * vouches for the copies of the threads before this one too, so this one must have seen
	 * them done.
	 */
	if (sync == PLX_RING_SYNC_MT)
		while (__atomic_load_n(&own->tail, __ATOMIC_ACQUIRE) != old_head)
			plx_pause();
	/* Release: copying, be it into the slots or out of them, is over before this is seen. */
	__atomic_store_n(&own->tail, old_head + n, __ATOMIC_RELEASE);
}

/**
 * plx_ring_do_enqueue() - what all enqueue functions are made of.
 * @r: ring.
 * @objs: array of pointers.
 * @n: pointers in it.
 * @behavior: see enum plx_ring_queue_behavior.
 * @sync: of the producers, by the caller's word.
 * @free_space: if not NULL: set to the objects that still fit after this.
 *
 * Return: objects enqueued, the first ones of @objs.
 */
static __plx_always_inline unsigned int
plx_ring_do_enqueue(struct plx_ring *r, void * const *objs, unsigned int n,
	enum plx_ring_queue_behavior behavior, enum plx_ring_sync_type sync,
	unsigned int *free_space)
{
	void **slots = (void **)(void *)(r + 1);
	uint32_t head, avail, idx, first;

	n = plx_ring_move_head(&r->prod, &r->cons, r->capacity, n, behavior, sync, &head, &avail);
	if (plx_likely(n > 0)) {
		idx = head & r->mask;
		first = r->size - idx;
		if (plx_likely(n <= first)) {
			plx_ring_copy_objs(slots + idx, objs, n);
		} else {
			plx_ring_copy_objs(slots + idx, objs, first);
			plx_ring_copy_objs(slots, objs + first, n - first);
		}
		plx_ring_move_tail(&r->prod, head, n, sync);
	}
	if (free_space != NULL)
		*free_space = avail - n;
	return n;
}

/**
 * plx_ring_do_dequeue() - what all dequeue functions are made of.
 * @r: ring.
 * @objs: array of @n pointers to be filled.
 * @n: pointers wanted.
 * @behavior: see enum plx_ring_queue_behavior.
 * @sync: of the consumers, by the caller's word.
 * @available: if not NULL: set to the objects that are left after this.
 *
 * Return: objects dequeued.
 */
static __plx_always_inline unsigned int
plx_ring_do_dequeue(struct plx_ring *r, void **objs, unsigned int n,
	enum plx_ring_queue_behavior behavior, enum plx_ring_sync_type sync,
	unsigned int *available)
{
	void **slots = (void **)(void *)(r + 1);
	uint32_t head, avail, idx, first;

	n = plx_ring_move_head(&r->cons, &r->prod, 0, n, behavior, sync, &head, &avail);
	if (plx_likely(n > 0)) {
		idx = head & r->mask;
		first = r->size - idx;
		if (plx_likely(n <= first)) {
			plx_ring_copy_objs(objs, slots + idx, n);
		} else {
			plx_ring_copy_objs(objs, slots + idx, first);
			plx_ring_copy_objs(objs + first, slots, n - first);
		}
		plx_ring_move_tail(&r->cons, head, n, sync);
	}
	if (available != NULL)
		*available = avail - n;
	return n;
}

PLX_END_DECLS
#endif
