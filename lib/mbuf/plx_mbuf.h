/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MBUF_H
#define PLX_MBUF_H
/**
 * DOC: Packet buffers: pools, allocation, reference counts, and the four ways to move the ends.
 *
 * A packet belongs to one thread at a time. A segment that several packets or threads share has a
 * reference count above 1; who shares it may read its data, and drop it by freeing it.
 *
 * A free mbuf rests in its pool with refcnt 1, next NULL and nb_segs 1, and is direct, so that
 * drivers which set all other fields anyway can take it raw and free it without a write. Whether it
 * is direct is in bits of ol_flags, which freeing tests in one go and in the line that it reads
 * anyway; sharing and external buffers are in plx_mbuf_attach.h.
 *
 *	headroom        data              tailroom
 *	|<- data_off ->|<- data_len ->|               |
 *	buf_addr                                      buf_addr + buf_len
 *
 *	prepend moves the start of data to the left, adj to the right;
 *	append moves the end of data to the right, trim to the left.
 */
#include <errno.h>

#include <plx_mbuf_core.h>
#include <plx_memory.h>

PLX_BEGIN_DECLS

/**
 * plx_pktmbuf_pool_create() - make a pool of mbufs.
 * @name: of the mempool.
 * @n: mbufs; see plx_mempool_create().
 * @cache_size: mbufs that each lcore caches; see plx_mempool_create().
 * @priv_size: bytes of private data of each mbuf, a multiple of PLX_MBUF_PRIV_ALIGN.
 * @data_room_size: bytes of each buffer, the headroom included; PLX_MBUF_DEFAULT_BUF_SIZE is usual.
 * @socket_id: NUMA node, or SOCKET_ID_ANY.
 *
 * Any thread. Return: the pool, to be freed with plx_mempool_free(); or NULL with errno as of
 * plx_mempool_create(), EINVAL also for @priv_size.
 */
PLX_EXPORT struct plx_mempool *plx_pktmbuf_pool_create(const char *name, unsigned int n,
	unsigned int cache_size, uint16_t priv_size, uint16_t data_room_size, int socket_id);

/**
 * plx_pktmbuf_pool_init() - set up the private data of a pool of mbufs; a plx_mempool_ctor_t.
 * @mp: pool with at least sizeof(struct plx_pktmbuf_pool_private) bytes of private data.
 * @arg: a struct plx_pktmbuf_pool_private to be copied.
 *
 * For programs which call plx_mempool_create() themselves. Return: 0; -EINVAL if the objects or the
 * private data of @mp are too small, or mbuf_priv_size is no multiple of PLX_MBUF_PRIV_ALIGN.
 */
PLX_EXPORT int plx_pktmbuf_pool_init(struct plx_mempool *mp, void *arg);

/**
 * plx_pktmbuf_init() - make an mbuf of an object; a plx_mempool_obj_cb_t.
 * @mp: pool, after plx_pktmbuf_pool_init().
 * @arg: not used.
 * @obj: object of the pool.
 * @obj_idx: not used.
 *
 * Return: 0.
 */
PLX_EXPORT int plx_pktmbuf_init(struct plx_mempool *mp, void *arg, void *obj,
	unsigned int obj_idx);

/**
 * plx_pktmbuf_free_bulk() - free many packets, pool by pool.
 * @mbufs: array of @count first segments, of any pools; NULL entries are fine.
 * @count: packets.
 */
PLX_EXPORT void plx_pktmbuf_free_bulk(struct plx_mbuf **mbufs, unsigned int count);

/** plx_pktmbuf_data_room_size() - bytes of each buffer of the pool @mp, the headroom included. */
static inline uint16_t
plx_pktmbuf_data_room_size(struct plx_mempool *mp)
{
	return ((struct plx_pktmbuf_pool_private *)plx_mempool_get_priv(mp))->mbuf_data_room_size;
}

/** plx_pktmbuf_priv_size() - bytes of private data of each mbuf of the pool @mp. */
static inline uint16_t
plx_pktmbuf_priv_size(struct plx_mempool *mp)
{
	return ((struct plx_pktmbuf_pool_private *)plx_mempool_get_priv(mp))->mbuf_priv_size;
}

/** plx_mbuf_to_priv() - the application's private data of @m, priv_size bytes. */
static inline void *
plx_mbuf_to_priv(struct plx_mbuf *m)
{
	return m + 1;
}

/** plx_mbuf_prefetch_part1() - bring the first cache line of @m near, which receivers write. */
static inline void
plx_mbuf_prefetch_part1(struct plx_mbuf *m)
{
	plx_prefetch0(m);
}

/** plx_mbuf_prefetch_part2() - bring the second cache line of @m near: Tx offload, private size. */
static inline void
plx_mbuf_prefetch_part2(struct plx_mbuf *m)
{
	plx_prefetch0(&m->tx_offload);
}

/** plx_mbuf_refcnt_read() - users of the segment. Any thread that is one of them. */
static inline uint16_t
plx_mbuf_refcnt_read(const struct plx_mbuf *m)
{
	/* Acquire: who finds itself the last user must come after all that the others did. */
	return __atomic_load_n(&m->refcnt, __ATOMIC_ACQUIRE);
}

/** plx_mbuf_refcnt_set() - set the number of users; only for the sole user of @m. */
static inline void
plx_mbuf_refcnt_set(struct plx_mbuf *m, uint16_t new_value)
{
	/* Relaxed: whatever way @m goes to other users orders this too. */
	__atomic_store_n(&m->refcnt, new_value, __ATOMIC_RELAXED);
}

/**
 * plx_mbuf_refcnt_update() - add users, or take them away.
 * @m: segment of which the caller is a user.
 * @value: what to add, may be negative; the sum is from 0 to 65535.
 *
 * Return: the new number of users.
 */
static inline uint16_t
plx_mbuf_refcnt_update(struct plx_mbuf *m, int16_t value)
{
	/* A sole user races with nobody: no locked instruction. */
	if (plx_likely(plx_mbuf_refcnt_read(m) == 1)) {
		plx_mbuf_refcnt_set(m, (uint16_t)(1 + value));
		return (uint16_t)(1 + value);
	}
	/*
	 * Release: what this user did with the data is over before it counts as gone. Acquire: the
	 * last one to go comes after all the others.
	 */
	return __atomic_add_fetch(&m->refcnt, (uint16_t)value, __ATOMIC_ACQ_REL);
}

/** plx_pktmbuf_refcnt_update() - plx_mbuf_refcnt_update() on each segment of the packet @m. */
static inline void
plx_pktmbuf_refcnt_update(struct plx_mbuf *m, int16_t value)
{
	do {
		plx_mbuf_refcnt_update(m, value);
	} while ((m = m->next) != NULL);
}

/**
 * plx_mbuf_raw_alloc() - take an mbuf from a pool as it is.
 * @mp: pool.
 *
 * refcnt is 1, next NULL, nb_segs 1, and what belongs to the buffer is valid; the caller sets all
 * else, data_off first of all. Return: the mbuf, or NULL with errno ENOMEM.
 */
static __plx_always_inline struct plx_mbuf *
plx_mbuf_raw_alloc(struct plx_mempool *mp)
{
	void *m = NULL;

	if (plx_unlikely(plx_mempool_get(mp, &m) < 0)) {
		errno = ENOMEM;
		return NULL;
	}
	return (struct plx_mbuf *)m;
}

/**
 * plx_mbuf_raw_alloc_bulk() - take @n mbufs as they are; see plx_mbuf_raw_alloc().
 * Return: 0; -ENOENT with none taken when the pool has less.
 */
static __plx_always_inline int
plx_mbuf_raw_alloc_bulk(struct plx_mempool *mp, struct plx_mbuf **mbufs, unsigned int n)
{
	return plx_mempool_get_bulk(mp, (void **)mbufs, n);
}

/** plx_mbuf_raw_free() - put @m back as it is: refcnt is 1, next NULL, nb_segs 1. */
static __plx_always_inline void
plx_mbuf_raw_free(struct plx_mbuf *m)
{
	plx_mempool_put(m->pool, m);
}

/** plx_mbuf_raw_free_bulk() - put back @n mbufs of the pool @mp; see plx_mbuf_raw_free(). */
static __plx_always_inline void
plx_mbuf_raw_free_bulk(struct plx_mempool *mp, struct plx_mbuf **mbufs, unsigned int n)
{
	plx_mempool_put_bulk(mp, (void **)mbufs, n);
}

/** plx_pktmbuf_reset_headroom() - make the headroom the usual one; @m has no data. */
static inline void
plx_pktmbuf_reset_headroom(struct plx_mbuf *m)
{
	m->data_off = (uint16_t)PLX_MIN(PLX_PKTMBUF_HEADROOM, m->buf_len);
}

/** plx_pktmbuf_reset() - make @m an empty packet of one segment; refcnt is left alone. */
static inline void
plx_pktmbuf_reset(struct plx_mbuf *m)
{
	m->next = NULL;
	plx_pktmbuf_reset_headroom(m);
	m->nb_segs = 1;
	m->port = PLX_MBUF_PORT_INVALID;
	/* An mbuf of a pool with pinned buffers keeps its one. */
	m->ol_flags &= PLX_MBUF_F_EXTERNAL;
	m->packet_type = 0;
	m->pkt_len = 0;
	m->data_len = 0;
	m->vlan_tci = 0;
	m->vlan_tci_outer = 0;
	m->tx_offload = 0;
}

/**
 * plx_pktmbuf_alloc() - take an empty packet of one segment from a pool.
 * Return: the mbuf, to be freed with plx_pktmbuf_free() or sent; or NULL with errno ENOMEM.
 */
static inline struct plx_mbuf *
plx_pktmbuf_alloc(struct plx_mempool *mp)
{
	struct plx_mbuf *m = plx_mbuf_raw_alloc(mp);

	if (plx_likely(m != NULL))
		plx_pktmbuf_reset(m);
	return m;
}

/**
 * plx_pktmbuf_alloc_bulk() - take @count empty packets of one segment.
 * @pool: pool.
 * @mbufs: array of @count pointers to be filled.
 * @count: packets, all or none.
 *
 * Return: 0; -ENOENT with none taken when the pool has less.
 */
static inline int
plx_pktmbuf_alloc_bulk(struct plx_mempool *pool, struct plx_mbuf **mbufs, unsigned int count)
{
	unsigned int i;
	int ret;

	ret = plx_mbuf_raw_alloc_bulk(pool, mbufs, count);
	if (plx_unlikely(ret < 0))
		return ret;
	for (i = 0; i < count; i++)
		plx_pktmbuf_reset(mbufs[i]);
	return 0;
}

/**
 * plx_pktmbuf_release_buf() - let go of a buffer that is not the mbuf's own.
 * @m: segment whose last user the caller is, and which is not direct.
 *
 * The out-of-line part of plx_pktmbuf_prefree_seg(). Return: @m, as it is to be in its pool; NULL
 * if it is of a pool with pinned buffers and others still have its buffer: the last of them puts it
 * there.
 */
PLX_EXPORT struct plx_mbuf *plx_pktmbuf_release_buf(struct plx_mbuf *m);

/**
 * plx_pktmbuf_prefree_seg() - stop using a segment.
 * @m: segment; its next is the caller's to remember.
 *
 * Return: @m if the caller was the last user, ready for plx_mbuf_raw_free(); else NULL.
 */
static __plx_always_inline struct plx_mbuf *
plx_pktmbuf_prefree_seg(struct plx_mbuf *m)
{
	if (plx_unlikely(plx_mbuf_refcnt_read(m) != 1)) {
		if (plx_mbuf_refcnt_update(m, -1) != 0)
			return NULL;
		plx_mbuf_refcnt_set(m, 1);
	}
	if (plx_unlikely(!PLX_MBUF_DIRECT(m)))
		return plx_pktmbuf_release_buf(m);
	/* Compared first, for mostly they are right and the cache line can stay clean. */
	if (m->next != NULL)
		m->next = NULL;
	if (m->nb_segs != 1)
		m->nb_segs = 1;
	return m;
}

/** plx_pktmbuf_free_seg() - stop using one segment; it goes to its pool with its last user. */
static __plx_always_inline void
plx_pktmbuf_free_seg(struct plx_mbuf *m)
{
	m = plx_pktmbuf_prefree_seg(m);
	if (plx_likely(m != NULL))
		plx_mbuf_raw_free(m);
}

/** plx_pktmbuf_free() - plx_pktmbuf_free_seg() on each segment of the packet @m; NULL is fine. */
static inline void
plx_pktmbuf_free(struct plx_mbuf *m)
{
	struct plx_mbuf *next;

	while (m != NULL) {
		next = m->next;
		plx_pktmbuf_free_seg(m);
		m = next;
	}
}

/** plx_pktmbuf_headroom() - unused bytes before the data of segment @m. */
static inline uint16_t
plx_pktmbuf_headroom(const struct plx_mbuf *m)
{
	return m->data_off;
}

/** plx_pktmbuf_tailroom() - unused bytes behind the data of segment @m. */
static inline uint16_t
plx_pktmbuf_tailroom(const struct plx_mbuf *m)
{
	return (uint16_t)(m->buf_len - m->data_off - m->data_len);
}

/** plx_pktmbuf_iova_offset() - address for devices, @o bytes into the data of segment @m. */
static inline uint64_t
plx_pktmbuf_iova_offset(const struct plx_mbuf *m, size_t o)
{
	return plx_mem_iova((const char *)m->buf_addr + m->data_off + o);
}

/** plx_pktmbuf_iova() - address for devices of the data of segment @m; all of @m is contiguous. */
static inline uint64_t
plx_pktmbuf_iova(const struct plx_mbuf *m)
{
	return plx_pktmbuf_iova_offset(m, 0);
}

/** plx_pktmbuf_lastseg() - last segment of the packet @m. */
static inline struct plx_mbuf *
plx_pktmbuf_lastseg(struct plx_mbuf *m)
{
	while (m->next != NULL)
		m = m->next;
	return m;
}

/** plx_pktmbuf_is_contiguous() - 1 if the packet @m has one segment, else 0. */
static inline int
plx_pktmbuf_is_contiguous(const struct plx_mbuf *m)
{
	return m->nb_segs == 1;
}

/**
 * plx_pktmbuf_prepend() - put @len bytes before the data of the first segment.
 * Return: the new start of the data; NULL with errno ENOSPC if the headroom is smaller.
 */
static inline char *
plx_pktmbuf_prepend(struct plx_mbuf *m, uint16_t len)
{
	if (plx_unlikely(len > plx_pktmbuf_headroom(m))) {
		errno = ENOSPC;
		return NULL;
	}
	m->data_off = (uint16_t)(m->data_off - len);
	m->data_len = (uint16_t)(m->data_len + len);
	m->pkt_len += len;
	return plx_pktmbuf_mtod(m, char *);
}

/**
 * plx_pktmbuf_append() - put @len bytes behind the data of the last segment.
 * Return: the first of them; NULL with errno ENOSPC if the tailroom is smaller.
 */
static inline char *
plx_pktmbuf_append(struct plx_mbuf *m, uint16_t len)
{
	struct plx_mbuf *last = plx_pktmbuf_lastseg(m);
	char *tail;

	if (plx_unlikely(len > plx_pktmbuf_tailroom(last))) {
		errno = ENOSPC;
		return NULL;
	}
	tail = plx_pktmbuf_mtod_offset(last, char *, last->data_len);
	last->data_len = (uint16_t)(last->data_len + len);
	m->pkt_len += len;
	return tail;
}

/**
 * plx_pktmbuf_adj() - take @len bytes from the start of the first segment.
 * Return: the new start of the data; NULL with errno EINVAL if that segment has less.
 */
static inline char *
plx_pktmbuf_adj(struct plx_mbuf *m, uint16_t len)
{
	if (plx_unlikely(len > m->data_len)) {
		errno = EINVAL;
		return NULL;
	}
	m->data_off = (uint16_t)(m->data_off + len);
	m->data_len = (uint16_t)(m->data_len - len);
	m->pkt_len -= len;
	return plx_pktmbuf_mtod(m, char *);
}

/**
 * plx_pktmbuf_trim() - take @len bytes from the end of the last segment.
 * Return: 0; -EINVAL if that segment has less.
 */
static inline int
plx_pktmbuf_trim(struct plx_mbuf *m, uint16_t len)
{
	struct plx_mbuf *last = plx_pktmbuf_lastseg(m);

	if (plx_unlikely(len > last->data_len))
		return -EINVAL;
	last->data_len = (uint16_t)(last->data_len - len);
	m->pkt_len -= len;
	return 0;
}

/**
 * plx_pktmbuf_chain() - append the packet @tail to the packet @head, which owns it from now on.
 * Return: 0; -EOVERFLOW, with both unchanged, for more than PLX_MBUF_MAX_NB_SEGS segments.
 */
static inline int
plx_pktmbuf_chain(struct plx_mbuf *head, struct plx_mbuf *tail)
{
	if (plx_unlikely(head->nb_segs + tail->nb_segs > PLX_MBUF_MAX_NB_SEGS))
		return -EOVERFLOW;
	plx_pktmbuf_lastseg(head)->next = tail;
	head->nb_segs = (uint16_t)(head->nb_segs + tail->nb_segs);
	head->pkt_len += tail->pkt_len;
	/* Only the first segment speaks for the packet. */
	tail->nb_segs = 1;
	tail->pkt_len = tail->data_len;
	return 0;
}

PLX_END_DECLS

#include <plx_mbuf_attach.h>
#include <plx_mbuf_data.h>
#include <plx_mbuf_show.h>
#endif
