/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_RING_H
#define PLX_RING_H
/**
 * DOC: A bounded queue of pointers without locks, first in, first out.
 *
 * Any number of threads on each side (MP, MC) or one at a time (SP, SC), objects one by one, in
 * bulk (all or nothing) or in bursts (as many as possible). Objects of one call stay together and
 * in order. With several threads on a side one of them may have to wait for another which is in
 * the middle of its call: do not call from signal handlers, and choose the mode by whether such a
 * thread may be preempted: see enum plx_ring_sync_type and doc/containers.md.
 *
 * Other kinds of elements are in plx_ring_elem.h, looking before taking and writing in place in
 * plx_ring_peek.h; this header includes all of them.
 *
 * The fast path is inline; what is wrong there (NULL, a freed ring) is not checked.
 */
#include <stdio.h>

#include <plx_ring_elem.h>
#include <plx_ring_hts.h>
#include <plx_ring_peek.h>
#include <plx_ring_rts.h>

PLX_BEGIN_DECLS

/**
 * plx_ring_get_memsize() - bytes that a ring takes.
 * @count: slots, a power of two from 2 to PLX_RING_SZ_MASK; with RING_F_EXACT_SZ in mind, the
 *	power of two above the objects to be held.
 *
 * Any thread. Return: bytes, slots included, a multiple of a cache line; -EINVAL for a bad @count.
 */
PLX_EXPORT ssize_t plx_ring_get_memsize(unsigned int count);

/**
 * plx_ring_init() - make an empty ring in memory of the caller.
 * @r: plx_ring_get_memsize() bytes, aligned to a cache line; they stay the caller's.
 * @name: at most PLX_RING_NAMESIZE - 1 bytes; copied. Not entered anywhere: plx_ring_lookup() does
 *	not find it.
 * @count: as in plx_ring_create().
 * @flags: as in plx_ring_create().
 *
 * For elements other than pointers take plx_ring_get_memsize_elem() bytes. Return: 0; -EINVAL for a
 * bad
 * @count, an unknown flag or two modes for one side; -ENAMETOOLONG.
 */
PLX_EXPORT int plx_ring_init(struct plx_ring *r, const char *name, unsigned int count,
	unsigned int flags);

/**
 * plx_ring_create() - make an empty ring in a memzone.
 * @name: 1 to PLX_RING_NAMESIZE - 1 bytes, unique among rings; copied.
 * @count: slots, a power of two; the ring holds one object less. With RING_F_EXACT_SZ: objects to
 *	be held, any number. From 2 (exact: 1) to PLX_RING_SZ_MASK.
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 * @flags: any of RING_F_*, at most one mode for each side; 0 for a MP/MC ring.
 *
 * Any thread. Return: the ring, to be freed with plx_ring_free(); or NULL with errno EINVAL,
 * ENAMETOOLONG, EEXIST or ENOMEM.
 */
PLX_EXPORT struct plx_ring *plx_ring_create(const char *name, unsigned int count, int socket_id,
	unsigned int flags);

/**
 * plx_ring_free() - give back a ring of plx_ring_create(); objects in it are the caller's worry.
 * @r: no thread uses it any more; NULL is fine. A ring which was not made by plx_ring_create() is
 *	left alone and one line is logged.
 */
PLX_EXPORT void plx_ring_free(struct plx_ring *r);

/**
 * plx_ring_lookup() - find a ring of plx_ring_create() by its name.
 * Any thread. Return: the ring, or NULL with errno ENOENT.
 */
PLX_EXPORT struct plx_ring *plx_ring_lookup(const char *name);

/**
 * plx_ring_mp_enqueue_bulk() - enqueue all or nothing; several producers may run.
 * @r: ring.
 * @obj_table: array of @n pointers.
 * @n: objects.
 * @free_space: if not NULL: set to the objects that still fit after this call.
 *
 * Return: objects enqueued: @n or 0.
 */
static __plx_always_inline unsigned int
plx_ring_mp_enqueue_bulk(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_mp_enqueue_bulk_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_sp_enqueue_bulk() - plx_ring_mp_enqueue_bulk(), but one producer at a time. */
static __plx_always_inline unsigned int
plx_ring_sp_enqueue_bulk(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_sp_enqueue_bulk_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_enqueue_bulk() - plx_ring_mp_enqueue_bulk() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_enqueue_bulk(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_enqueue_bulk_elem(r, obj_table, sizeof(void *), n, free_space);
}

/**
 * plx_ring_mp_enqueue_burst() - enqueue as many as fit; several producers may run.
 * @r: ring.
 * @obj_table: array of @n pointers.
 * @n: objects.
 * @free_space: if not NULL: set to the objects that still fit after this call.
 *
 * Return: objects enqueued: 0 to @n, the first ones of @obj_table.
 */
static __plx_always_inline unsigned int
plx_ring_mp_enqueue_burst(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_mp_enqueue_burst_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_sp_enqueue_burst() - plx_ring_mp_enqueue_burst(), but one producer at a time. */
static __plx_always_inline unsigned int
plx_ring_sp_enqueue_burst(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_sp_enqueue_burst_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_enqueue_burst() - plx_ring_mp_enqueue_burst() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_enqueue_burst(struct plx_ring *r, void * const *obj_table, unsigned int n,
	unsigned int *free_space)
{
	return plx_ring_enqueue_burst_elem(r, obj_table, sizeof(void *), n, free_space);
}

/** plx_ring_mp_enqueue() - enqueue one object, MP. Return: 0; -ENOBUFS when full. */
static __plx_always_inline int
plx_ring_mp_enqueue(struct plx_ring *r, void *obj)
{
	return plx_ring_mp_enqueue_bulk(r, &obj, 1, NULL) ? 0 : -ENOBUFS;
}

/** plx_ring_sp_enqueue() - enqueue one object, SP. Return: 0; -ENOBUFS when full. */
static __plx_always_inline int
plx_ring_sp_enqueue(struct plx_ring *r, void *obj)
{
	return plx_ring_sp_enqueue_bulk(r, &obj, 1, NULL) ? 0 : -ENOBUFS;
}

/**
 * plx_ring_enqueue() - enqueue one object in the mode of the ring. Return: 0; -ENOBUFS when full.
 */
static __plx_always_inline int
plx_ring_enqueue(struct plx_ring *r, void *obj)
{
	return plx_ring_enqueue_bulk(r, &obj, 1, NULL) ? 0 : -ENOBUFS;
}

/**
 * plx_ring_mc_dequeue_bulk() - dequeue all or nothing; several consumers may run.
 * @r: ring.
 * @obj_table: array of @n pointers to be filled.
 * @n: objects.
 * @available: if not NULL: set to the objects that are left after this call.
 *
 * Return: objects dequeued: @n or 0.
 */
static __plx_always_inline unsigned int
plx_ring_mc_dequeue_bulk(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_mc_dequeue_bulk_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_sc_dequeue_bulk() - plx_ring_mc_dequeue_bulk(), but one consumer at a time. */
static __plx_always_inline unsigned int
plx_ring_sc_dequeue_bulk(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_sc_dequeue_bulk_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_dequeue_bulk() - plx_ring_mc_dequeue_bulk() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_dequeue_bulk(struct plx_ring *r, void **obj_table, unsigned int n, unsigned int *available)
{
	return plx_ring_dequeue_bulk_elem(r, obj_table, sizeof(void *), n, available);
}

/**
 * plx_ring_mc_dequeue_burst() - dequeue what is there, up to @n; several consumers may run.
 * @r: ring.
 * @obj_table: array of @n pointers to be filled.
 * @n: objects.
 * @available: if not NULL: set to the objects that are left after this call.
 *
 * Return: objects dequeued: 0 to @n.
 */
static __plx_always_inline unsigned int
plx_ring_mc_dequeue_burst(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_mc_dequeue_burst_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_sc_dequeue_burst() - plx_ring_mc_dequeue_burst(), but one consumer at a time. */
static __plx_always_inline unsigned int
plx_ring_sc_dequeue_burst(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_sc_dequeue_burst_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_dequeue_burst() - plx_ring_mc_dequeue_burst() in the mode of the ring. */
static __plx_always_inline unsigned int
plx_ring_dequeue_burst(struct plx_ring *r, void **obj_table, unsigned int n,
	unsigned int *available)
{
	return plx_ring_dequeue_burst_elem(r, obj_table, sizeof(void *), n, available);
}

/** plx_ring_mc_dequeue() - dequeue one object, MC. Return: 0; -ENOENT when empty. */
static __plx_always_inline int
plx_ring_mc_dequeue(struct plx_ring *r, void **obj_p)
{
	return plx_ring_mc_dequeue_bulk(r, obj_p, 1, NULL) ? 0 : -ENOENT;
}

/** plx_ring_sc_dequeue() - dequeue one object, SC. Return: 0; -ENOENT when empty. */
static __plx_always_inline int
plx_ring_sc_dequeue(struct plx_ring *r, void **obj_p)
{
	return plx_ring_sc_dequeue_bulk(r, obj_p, 1, NULL) ? 0 : -ENOENT;
}

/**
 * plx_ring_dequeue() - dequeue one object in the mode of the ring. Return: 0; -ENOENT when empty.
 */
static __plx_always_inline int
plx_ring_dequeue(struct plx_ring *r, void **obj_p)
{
	return plx_ring_dequeue_bulk(r, obj_p, 1, NULL) ? 0 : -ENOENT;
}

/**
 * plx_ring_reset() - empty a ring by force.
 * @r: no thread uses it meanwhile; objects in it are the caller's worry.
 */
PLX_EXPORT void plx_ring_reset(struct plx_ring *r);

/**
 * plx_ring_dump() - print the state of a ring for people.
 * @f: open for writing.
 * @r: ring. Any thread. Return: 0; -EIO.
 */
PLX_EXPORT int plx_ring_dump(FILE *f, const struct plx_ring *r);

/**
 * plx_ring_list_dump() - plx_ring_dump() for all rings of plx_ring_create().
 * @f: open for writing; no ring can be made or freed meanwhile. Any thread. Return: 0; -EIO.
 */
PLX_EXPORT int plx_ring_list_dump(FILE *f);

/** plx_ring_get_prod_sync_type() - the mode of the producers. */
static inline enum plx_ring_sync_type
plx_ring_get_prod_sync_type(const struct plx_ring *r)
{
	return r->prod.sync_type;
}

/** plx_ring_get_cons_sync_type() - the mode of the consumers. */
static inline enum plx_ring_sync_type
plx_ring_get_cons_sync_type(const struct plx_ring *r)
{
	return r->cons.sync_type;
}

/** plx_ring_is_prod_single() - 1 if one producer at a time may run, else 0. */
static inline int
plx_ring_is_prod_single(const struct plx_ring *r)
{
	return r->prod.sync_type == PLX_RING_SYNC_ST;
}

/** plx_ring_is_cons_single() - 1 if one consumer at a time may run, else 0. */
static inline int
plx_ring_is_cons_single(const struct plx_ring *r)
{
	return r->cons.sync_type == PLX_RING_SYNC_ST;
}

/** plx_ring_get_size() - slots, a power of two; see plx_ring_get_capacity(). */
static inline unsigned int
plx_ring_get_size(const struct plx_ring *r)
{
	return r->size;
}

/** plx_ring_get_capacity() - objects that the ring can hold. */
static inline unsigned int
plx_ring_get_capacity(const struct plx_ring *r)
{
	return r->capacity;
}

/**
 * plx_ring_count() - objects in the ring.
 * Any thread; it may have changed by the time of the return, but is never more than the capacity.
 */
static inline unsigned int
plx_ring_count(const struct plx_ring *r)
{
	/*
	 * The consumers' tail first, and acquired: what was dequeued up to it had been enqueued, so
	 * the producers' tail is not behind it. It may have run ahead of it, hence the minimum.
	 */
	uint32_t cons_tail = (uint32_t)__atomic_load_n(&r->cons.tail, __ATOMIC_ACQUIRE);
	uint32_t count = (uint32_t)__atomic_load_n(&r->prod.tail, __ATOMIC_RELAXED) - cons_tail;

	return PLX_MIN(count, r->capacity);
}

/** plx_ring_free_count() - objects that still fit; any thread, see plx_ring_count(). */
static inline unsigned int
plx_ring_free_count(const struct plx_ring *r)
{
	return r->capacity - plx_ring_count(r);
}

/** plx_ring_full() - 1 if nothing more fits, else 0; any thread, see plx_ring_count(). */
static inline int
plx_ring_full(const struct plx_ring *r)
{
	return plx_ring_free_count(r) == 0;
}

/** plx_ring_empty() - 1 if nothing is in the ring, else 0; any thread, see plx_ring_count(). */
static inline int
plx_ring_empty(const struct plx_ring *r)
{
	return plx_ring_count(r) == 0;
}

PLX_END_DECLS
#endif
