/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MBUF_ATTACH_H
#define PLX_MBUF_ATTACH_H
/**
 * DOC: Buffers that are not the mbuf's own: those of other mbufs, and from outside of any pool.
 *
 * An mbuf with a buffer of its own is direct. An indirect one has the buffer of another mbuf, which
 * counts it in its refcnt and stays until nobody has its buffer. An mbuf with an external buffer
 * has memory from anywhere; all mbufs with it share a struct plx_mbuf_ext_shared_info, whose
 * callback the last one calls. Whoever shares a buffer may read it; who wants to write looks first
 * whether plx_pktmbuf_is_private() says so.
 *
 * The mbufs of a pool with pinned buffers have an external buffer for life.
 */
#include <plx_mbuf.h>

PLX_BEGIN_DECLS

/** plx_mbuf_ext_refcnt_read() - mbufs that have an external buffer. */
static inline uint16_t
plx_mbuf_ext_refcnt_read(const struct plx_mbuf_ext_shared_info *shinfo)
{
	/* Acquire: as in plx_mbuf_refcnt_read(). */
	return __atomic_load_n(&shinfo->refcnt, __ATOMIC_ACQUIRE);
}

/** plx_mbuf_ext_refcnt_set() - set that number; only where nobody else has the buffer. */
static inline void
plx_mbuf_ext_refcnt_set(struct plx_mbuf_ext_shared_info *shinfo, uint16_t new_value)
{
	__atomic_store_n(&shinfo->refcnt, new_value, __ATOMIC_RELAXED);
}

/**
 * plx_mbuf_ext_refcnt_update() - add @value to that number, which may be negative. Return: the sum.
 */
static inline uint16_t
plx_mbuf_ext_refcnt_update(struct plx_mbuf_ext_shared_info *shinfo, int16_t value)
{
	/* As in plx_mbuf_refcnt_update(). */
	if (plx_likely(plx_mbuf_ext_refcnt_read(shinfo) == 1)) {
		plx_mbuf_ext_refcnt_set(shinfo, (uint16_t)(1 + value));
		return (uint16_t)(1 + value);
	}
	return __atomic_add_fetch(&shinfo->refcnt, (uint16_t)value, __ATOMIC_ACQ_REL);
}

/**
 * plx_pktmbuf_ext_shinfo_init_helper() - make shared info at the end of an external buffer.
 * @buf_addr: the buffer.
 * @buf_len: its bytes; set to those in front of the shared info.
 * @free_cb: gets the buffer back.
 * @fcb_opaque: its argument.
 *
 * Return: the shared info, with a refcnt of 1; NULL with errno ENOSPC if there is no room for it,
 * and EINVAL without @free_cb.
 */
PLX_EXPORT struct plx_mbuf_ext_shared_info *plx_pktmbuf_ext_shinfo_init_helper(void *buf_addr,
	uint16_t *buf_len, plx_mbuf_extbuf_free_callback_t free_cb, void *fcb_opaque);

/**
 * plx_pktmbuf_attach_extbuf() - give an mbuf an external buffer.
 * @m: direct mbuf that nobody shares and whose data are of no use any more; of a pool without
 *	pinned buffers.
 * @buf_addr: the buffer, which devices can reach: see plx_dev_dma_map().
 * @buf_len: its bytes.
 * @shinfo: its shared info, which counts @m already: 1 after it was made.
 *
 * @m has no data then, and the usual headroom. plx_pktmbuf_detach_extbuf(), or freeing, undoes it.
 */
PLX_EXPORT void plx_pktmbuf_attach_extbuf(struct plx_mbuf *m, void *buf_addr, uint16_t buf_len,
	struct plx_mbuf_ext_shared_info *shinfo);

/**
 * plx_pktmbuf_attach() - give an mbuf the buffer of another one, and its data.
 * @mi: direct mbuf with a refcnt of 1, of a pool without pinned buffers; it becomes indirect, or,
 *	where
 *	@m has an external buffer, another mbuf with that.
 * @m: segment, of any kind; one more user is counted. Its dynamic fields are copied too.
 *
 * @mi is a packet of one segment. Any thread that is a user of @m. Return: 0; -EINVAL, with nothing
 * changed, if @mi can't be.
 */
PLX_EXPORT int plx_pktmbuf_attach(struct plx_mbuf *mi, struct plx_mbuf *m);

/**
 * plx_pktmbuf_detach() - give an mbuf its own buffer again, without data.
 * @m: mbuf with a refcnt of 1; nothing is done to a direct one or to one with a pinned buffer.
 */
PLX_EXPORT void plx_pktmbuf_detach(struct plx_mbuf *m);

/** plx_pktmbuf_detach_extbuf() - plx_pktmbuf_detach() of an mbuf with an external buffer. */
static inline void
plx_pktmbuf_detach_extbuf(struct plx_mbuf *m)
{
	plx_pktmbuf_detach(m);
}

/**
 * plx_pktmbuf_clone() - another packet with the same data, which both share.
 * @md: packet.
 * @mp: pool of the mbufs of the clone; one without pinned buffers.
 *
 * Return: the clone; NULL with errno ENOMEM, or EINVAL for the pool.
 */
PLX_EXPORT struct plx_mbuf *plx_pktmbuf_clone(struct plx_mbuf *md, struct plx_mempool *mp);

/** plx_pktmbuf_is_private() - 1 if nobody shares the buffer of segment @m, else 0. */
static inline int
plx_pktmbuf_is_private(const struct plx_mbuf *m)
{
	return !PLX_MBUF_CLONED(m) && plx_mbuf_refcnt_read(m) == 1 &&
		(!PLX_MBUF_HAS_EXTBUF(m) || plx_mbuf_ext_refcnt_read(m->shinfo) == 1);
}

/**
 * struct plx_pktmbuf_extmem - memory for pinned buffers.
 * @buf_ptr: its start.
 * @buf_iova: not used: devices have the address that plx_mem_iova() says.
 * @buf_len: bytes.
 * @elt_size: bytes of a buffer, of which as many as fit are taken from here.
 */
struct plx_pktmbuf_extmem {
	void *buf_ptr;
	uint64_t buf_iova;
	size_t buf_len;
	uint16_t elt_size;
};

/**
 * plx_pktmbuf_pool_create_extbuf() - make a pool of mbufs whose buffers are in memory of the
 * caller.
 * @name: as of plx_pktmbuf_pool_create(), as are all others.
 * @data_room_size: bytes of each buffer.
 * @ext_mem: array of @ext_num; the memory is the caller's until the pool is freed, and is to be
 *	registered and mapped for devices.
 * @ext_num: its entries.
 *
 * Queues of NICs do not receive into them: see plx_eth_rx_queue_setup().
 *
 * Return: the pool; NULL with errno as of plx_pktmbuf_pool_create(); EINVAL also if an elt_size is
 * less than @data_room_size, and ENOSPC if there are less than @n buffers in all of @ext_mem.
 */
PLX_EXPORT struct plx_mempool *plx_pktmbuf_pool_create_extbuf(const char *name, unsigned int n,
	unsigned int cache_size, uint16_t priv_size, uint16_t data_room_size, int socket_id,
	const struct plx_pktmbuf_extmem *ext_mem, unsigned int ext_num);

PLX_END_DECLS
#endif
