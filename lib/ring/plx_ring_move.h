/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_MOVE_H
#define PLX_RING_MOVE_H
/**
 * DOC: How the indices of a ring move, and why each access is ordered as it is.
 *
 * How a side is shared among threads is an argument of each inline function, a constant at each
 * call; so the compiler leaves one kind of code, without a test, where the caller knows the kind.
 *
 * Orders stand on the accesses themselves, there are no fences. Each one that is stronger than
 * relaxed is needed: test/unit/test_ring_model.cc runs this code on every weakly ordered machine
 * that C11 allows, and sees it fail when any of them is taken away.
 */
#include <plx_cycles.h>
#include <plx_ring_core.h>

PLX_BEGIN_DECLS

/**
 * plx_ring_copy_elems() - copy elements as wide as the CPU can.
 * @dst: room for @n elements.
 * @src: @n elements; the two do not overlap.
 * @esize: bytes of an element, a multiple of 4.
 * @n: elements.
 */
static __plx_always_inline void
plx_ring_copy_elems(void *dst, const void *src, unsigned int esize, unsigned int n)
{
	const size_t size = (size_t)n * esize;
	char *d = (char *)dst;
	const char *s = (const char *)src;
	size_t i;

	for (i = 0; i < size / 64; i++, d += 64, s += 64)
		__builtin_memcpy(d, s, 64);
	if (size & 32) {
		__builtin_memcpy(d, s, 32);
		d += 32;
		s += 32;
	}
	if (size & 16) {
		__builtin_memcpy(d, s, 16);
		d += 16;
		s += 16;
	}
	if (size & 8) {
		__builtin_memcpy(d, s, 8);
		d += 8;
		s += 8;
	}
	if (size & 4)
		__builtin_memcpy(d, s, 4);
}

/** plx_ring_copy_objs() - plx_ring_copy_elems() for pointers to anything. */
static __plx_always_inline void
plx_ring_copy_objs(void *dst, const void *src, unsigned int n)
{
	plx_ring_copy_elems(dst, src, (unsigned int)sizeof(void *), n);
}

/**
 * plx_ring_read_head() - the head that a thread may try to move; waits until it may.
 * @own: the thread's side.
 * @sync: of @own.
 *
 * Return: as in struct plx_ring_headtail.
 */
static __plx_always_inline uint64_t
plx_ring_read_head(const struct plx_ring_headtail *own, enum plx_ring_sync_type sync)
{
	uint64_t head, tail;

	if (sync == PLX_RING_SYNC_ST)
		/* Relaxed: written by this thread, or by one that handed the side over to it. */
		return __atomic_load_n(&own->head, __ATOMIC_RELAXED);
	if (sync == PLX_RING_SYNC_MT)
		/* Acquire: see plx_ring_move_head(). */
		return __atomic_load_n(&own->head, __ATOMIC_ACQUIRE);
	for (;;) {
		if (sync == PLX_RING_SYNC_MT_RTS) {
			/* Acquire: as above. Relaxed: an old tail only makes this wait longer. */
			head = __atomic_load_n(&own->head, __ATOMIC_ACQUIRE);
			tail = __atomic_load_n(&own->tail, __ATOMIC_RELAXED);
			if ((uint32_t)head - (uint32_t)tail <= own->htd_max)
				return head;
		} else {
			/*
			 * Nobody is inside while the head is where the tail is. The head can't be
			 * behind a tail that was seen, so an exchange that finds this value in the
			 * head finds it in the tail too. Acquire: this thread's tail vouches for
			 * those before it. Relaxed: a hint, the exchange will tell.
			 */
			tail = __atomic_load_n(&own->tail, __ATOMIC_ACQUIRE);
			if (__atomic_load_n(&own->head, __ATOMIC_RELAXED) == tail)
				return tail;
		}
		plx_pause();
	}
}

/**
 * plx_ring_move_head() - take slots on one side.
 * @own: that side.
 * @other: the side across.
 * @span: capacity for a producer (slots behind the consumers' tail), 0 for a consumer.
 * @n: slots wanted.
 * @behavior: what to do when there are less.
 * @sync: of @own.
 * @old_head: set to the position of the first slot taken.
 * @avail: set to the slots that could have been taken.
 *
 * Return: slots taken, 0 if none.
 */
static __plx_always_inline uint32_t
plx_ring_move_head(struct plx_ring_headtail *own, const struct plx_ring_headtail *other,
	uint32_t span, uint32_t n, enum plx_ring_queue_behavior behavior,
	enum plx_ring_sync_type sync, uint32_t *old_head, uint32_t *avail)
{
	uint64_t head, found, next;
	uint32_t take;

	/*
	 * Acquire in there, with the release in the exchange below: a head which another thread
	 * has moved was judged against a tail of the other side, and this thread must see that
	 * tail or a later one. With an earlier one the difference below would wrap to "nearly
	 * 2^32 free". It also keeps the load of the tail after that of the head. A sole thread
	 * needs neither.
	 */
	head = plx_ring_read_head(own, sync);
	for (;;) {
		/* Acquire, with the release in plx_ring_move_tail(): the slots are ours to use. */
		*avail = span + (uint32_t)__atomic_load_n(&other->tail, __ATOMIC_ACQUIRE) -
			(uint32_t)head;
		take = n;
		if (plx_unlikely(take > *avail))
			take = behavior == PLX_RING_QUEUE_FIXED ? 0 : *avail;
		if (plx_unlikely(take == 0))
			break;
		next = (uint32_t)((uint32_t)head + take);
		if (sync == PLX_RING_SYNC_ST) {
			/* Relaxed: only this thread looks at it. */
			__atomic_store_n(&own->head, next, __ATOMIC_RELAXED);
			break;
		}
		if (sync == PLX_RING_SYNC_MT_RTS)
			next |= ((head >> 32) + 1) << 32;
		/*
		 * A head that is out of date fails here, whatever was made of it above. If it does
		 * not, go on with @head and not with the equal @found: the CPU knows @head earlier.
		 */
		found = head;
		if (plx_likely(__atomic_compare_exchange_n(&own->head, &found, next, 1,
				__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)))
			break;
		head = sync == PLX_RING_SYNC_MT ? found : plx_ring_read_head(own, sync);
	}
	*old_head = (uint32_t)head;
	return take;
}

/** plx_ring_move_tail_rts() - plx_ring_move_tail() where the last of several moves it for all. */
static __plx_always_inline void
plx_ring_move_tail_rts(struct plx_ring_headtail *own)
{
	uint64_t head, tail, next;

	/*
	 * Acquire, and then the head: whoever is counted in this tail had begun before, and its
	 * head, or a later one, is what is loaded below. So equal counts mean that all calls up to
	 * that head have ended.
	 */
	tail = __atomic_load_n(&own->tail, __ATOMIC_ACQUIRE);
	do {
		head = __atomic_load_n(&own->head, __ATOMIC_RELAXED);
		next = tail + ((uint64_t)1 << 32);
		if (next >> 32 == head >> 32)
			next = head;
		/* Release: copying is over; exchanges in a row vouch for all who made one. */
	} while (!__atomic_compare_exchange_n(&own->tail, &tail, next, 0,
			__ATOMIC_RELEASE, __ATOMIC_ACQUIRE));
}

/**
 * plx_ring_move_tail() - hand the slots that were taken to the other side.
 * @own: this side.
 * @old_head: position of the first of them.
 * @n: how many.
 * @sync: of @own.
 */
static __plx_always_inline void
plx_ring_move_tail(struct plx_ring_headtail *own, uint32_t old_head, uint32_t n,
	enum plx_ring_sync_type sync)
{
	uint32_t next = old_head + n;

	if (sync == PLX_RING_SYNC_MT_RTS) {
		plx_ring_move_tail_rts(own);
		return;
	}
	/*
	 * Slots are handed over in the order in which they were taken. Acquire: the store below
	 * vouches for the copies of the threads before this one too, so this one must have seen
	 * them done.
	 */
	if (sync == PLX_RING_SYNC_MT)
		while (__atomic_load_n(&own->tail, __ATOMIC_ACQUIRE) != old_head)
			plx_pause();
	/* Release: copying, be it into the slots or out of them, is over before this is seen. */
	__atomic_store_n(&own->tail, next, __ATOMIC_RELEASE);
}

/**
 * plx_ring_slots() - the slots from a position on.
 * @r: ring.
 * @esize: bytes of an element.
 * @pos: position.
 * @first: set to the slots from there to the end of the memory; then it goes on at its start.
 *
 * Return: where the slot of @pos is.
 */
static __plx_always_inline char *
plx_ring_slots(struct plx_ring *r, unsigned int esize, uint32_t pos, uint32_t *first)
{
	uint32_t idx = pos & r->mask;

	*first = r->size - idx;
	return (char *)(r + 1) + (size_t)idx * esize;
}

/** plx_ring_copy_in() - copy @n elements into the slots from position @pos on. */
static __plx_always_inline void
plx_ring_copy_in(struct plx_ring *r, uint32_t pos, const void *objs, unsigned int esize, uint32_t n)
{
	uint32_t first;
	char *slots = plx_ring_slots(r, esize, pos, &first);

	/* There is room for one at least, which spares the test where @n is the constant 1. */
	if (plx_likely(n == 1 || n <= first)) {
		plx_ring_copy_elems(slots, objs, esize, n);
	} else {
		plx_ring_copy_elems(slots, objs, esize, first);
		plx_ring_copy_elems(r + 1, (const char *)objs + (size_t)first * esize, esize,
			n - first);
	}
}

/** plx_ring_copy_out() - copy @n elements out of the slots from position @pos on. */
static __plx_always_inline void
plx_ring_copy_out(struct plx_ring *r, uint32_t pos, void *objs, unsigned int esize, uint32_t n)
{
	uint32_t first;
	const char *slots = plx_ring_slots(r, esize, pos, &first);

	if (plx_likely(n == 1 || n <= first)) {
		plx_ring_copy_elems(objs, slots, esize, n);
	} else {
		plx_ring_copy_elems(objs, slots, esize, first);
		plx_ring_copy_elems((char *)objs + (size_t)first * esize, r + 1, esize, n - first);
	}
}

/**
 * plx_ring_do_enqueue() - what all enqueue functions are made of.
 * @r: ring.
 * @objs: array of elements.
 * @esize: bytes of an element.
 * @n: elements in it.
 * @behavior: see enum plx_ring_queue_behavior.
 * @sync: of the producers, by the caller's word.
 * @free_space: if not NULL: set to the elements that still fit after this.
 *
 * Return: elements enqueued, the first ones of @objs.
 */
static __plx_always_inline unsigned int
plx_ring_do_enqueue(struct plx_ring *r, const void *objs, unsigned int esize, unsigned int n,
	enum plx_ring_queue_behavior behavior, enum plx_ring_sync_type sync,
	unsigned int *free_space)
{
	uint32_t head, avail, took;

	took = plx_ring_move_head(&r->prod, &r->cons, r->capacity, n, behavior, sync, &head,
		&avail);
	if (plx_likely(took > 0)) {
		/* All or nothing, so a constant stays one. */
		if (behavior == PLX_RING_QUEUE_FIXED)
			took = n;
		plx_ring_copy_in(r, head, objs, esize, took);
		plx_ring_move_tail(&r->prod, head, took, sync);
	}
	if (free_space != NULL)
		*free_space = avail - took;
	return took;
}

/**
 * plx_ring_do_dequeue() - what all dequeue functions are made of.
 * @r: ring.
 * @objs: array of @n elements to be filled.
 * @esize: bytes of an element.
 * @n: elements wanted.
 * @behavior: see enum plx_ring_queue_behavior.
 * @sync: of the consumers, by the caller's word.
 * @available: if not NULL: set to the elements that are left after this.
 *
 * Return: elements dequeued.
 */
static __plx_always_inline unsigned int
plx_ring_do_dequeue(struct plx_ring *r, void *objs, unsigned int esize, unsigned int n,
	enum plx_ring_queue_behavior behavior, enum plx_ring_sync_type sync,
	unsigned int *available)
{
	uint32_t head, avail, took;

	took = plx_ring_move_head(&r->cons, &r->prod, 0, n, behavior, sync, &head, &avail);
	if (plx_likely(took > 0)) {
		/* All or nothing, so a constant stays one. */
		if (behavior == PLX_RING_QUEUE_FIXED)
			took = n;
		plx_ring_copy_out(r, head, objs, esize, took);
		plx_ring_move_tail(&r->cons, head, took, sync);
	}
	if (available != NULL)
		*available = avail - took;
	return took;
}

/** plx_ring_any_enqueue() - plx_ring_do_enqueue() in the mode of the ring's producers. */
static __plx_always_inline unsigned int
plx_ring_any_enqueue(struct plx_ring *r, const void *objs, unsigned int esize, unsigned int n,
	enum plx_ring_queue_behavior behavior, unsigned int *free_space)
{
	/* The cheapest mode is asked for first: the test counts for most there. */
	if (plx_likely(r->prod.sync_type == PLX_RING_SYNC_ST))
		return plx_ring_do_enqueue(r, objs, esize, n, behavior, PLX_RING_SYNC_ST,
			free_space);
	if (plx_likely(r->prod.sync_type == PLX_RING_SYNC_MT))
		return plx_ring_do_enqueue(r, objs, esize, n, behavior, PLX_RING_SYNC_MT,
			free_space);
	if (r->prod.sync_type == PLX_RING_SYNC_MT_RTS)
		return plx_ring_do_enqueue(r, objs, esize, n, behavior, PLX_RING_SYNC_MT_RTS,
			free_space);
	return plx_ring_do_enqueue(r, objs, esize, n, behavior, PLX_RING_SYNC_MT_HTS, free_space);
}

/** plx_ring_any_dequeue() - plx_ring_do_dequeue() in the mode of the ring's consumers. */
static __plx_always_inline unsigned int
plx_ring_any_dequeue(struct plx_ring *r, void *objs, unsigned int esize, unsigned int n,
	enum plx_ring_queue_behavior behavior, unsigned int *available)
{
	/* The cheapest mode is asked for first: the test counts for most there. */
	if (plx_likely(r->cons.sync_type == PLX_RING_SYNC_ST))
		return plx_ring_do_dequeue(r, objs, esize, n, behavior, PLX_RING_SYNC_ST,
			available);
	if (plx_likely(r->cons.sync_type == PLX_RING_SYNC_MT))
		return plx_ring_do_dequeue(r, objs, esize, n, behavior, PLX_RING_SYNC_MT,
			available);
	if (r->cons.sync_type == PLX_RING_SYNC_MT_RTS)
		return plx_ring_do_dequeue(r, objs, esize, n, behavior, PLX_RING_SYNC_MT_RTS,
			available);
	return plx_ring_do_dequeue(r, objs, esize, n, behavior, PLX_RING_SYNC_MT_HTS, available);
}

PLX_END_DECLS
#endif
