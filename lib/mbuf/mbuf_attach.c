/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers that are not the mbuf's own: attached, let go of, pinned. */
#include <string.h>

#include <plx_mbuf.h>

static const struct plx_pktmbuf_pool_private *
pool_private(struct plx_mempool *mp)
{
	return (const struct plx_pktmbuf_pool_private *)plx_mempool_get_priv(mp);
}

static int
is_pinned(const struct plx_mbuf *m)
{
	return (pool_private(m->pool)->flags & PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF) != 0;
}

/* The shared info of a pinned buffer lies behind the private data of its mbuf. */
static struct plx_mbuf_ext_shared_info *
pinned_shinfo(struct plx_mbuf *m)
{
	return (struct plx_mbuf_ext_shared_info *)(void *)((char *)(m + 1) + m->priv_size);
}

static void
own_buffer(struct plx_mbuf *m)
{
	m->priv_size = plx_pktmbuf_priv_size(m->pool);
	m->buf_addr = (char *)(m + 1) + m->priv_size;
	m->buf_len = plx_pktmbuf_data_room_size(m->pool);
	plx_pktmbuf_reset_headroom(m);
	m->data_len = 0;
	m->ol_flags = 0;
	m->shinfo = NULL;
}

static void
drop_extbuf(struct plx_mbuf *m)
{
	struct plx_mbuf_ext_shared_info *shinfo = m->shinfo;

	if (plx_mbuf_ext_refcnt_update(shinfo, -1) == 0)
		shinfo->free_cb(m->buf_addr, shinfo->fcb_opaque);
}

/* One user less of an mbuf whose buffer another one had; it goes to its pool with the last. */
static void
drop_direct(struct plx_mbuf *md)
{
	if (plx_mbuf_refcnt_update(md, -1) != 0)
		return;
	md->next = NULL;
	md->nb_segs = 1;
	plx_mbuf_refcnt_set(md, 1);
	plx_mbuf_raw_free(md);
}

void
plx_pktmbuf_detach(struct plx_mbuf *m)
{
	struct plx_mbuf *md;

	if (PLX_MBUF_HAS_EXTBUF(m)) {
		if (is_pinned(m))
			return;
		drop_extbuf(m);
		own_buffer(m);
	} else if (PLX_MBUF_CLONED(m)) {
		md = m->direct;
		own_buffer(m);
		drop_direct(md);
	}
}

struct plx_mbuf *
plx_pktmbuf_release_buf(struct plx_mbuf *m)
{
	m->next = NULL;
	m->nb_segs = 1;
	if (!PLX_MBUF_HAS_EXTBUF(m) || !is_pinned(m)) {
		plx_pktmbuf_detach(m);
		return m;
	}
	/*
	 * Others may have the buffer: then the last one of them puts the mbuf back, by
	 * free_pinned().
	 */
	m->ol_flags = PLX_MBUF_F_EXTERNAL;
	if (plx_mbuf_ext_refcnt_update(m->shinfo, -1) != 0)
		return NULL;
	plx_mbuf_ext_refcnt_set(m->shinfo, 1);
	return m;
}

struct plx_mbuf_ext_shared_info *
plx_pktmbuf_ext_shinfo_init_helper(void *buf_addr, uint16_t *buf_len,
	plx_mbuf_extbuf_free_callback_t free_cb, void *fcb_opaque)
{
	const uintptr_t start = (uintptr_t)buf_addr, end = start + *buf_len;
	struct plx_mbuf_ext_shared_info *shinfo;
	uintptr_t at;

	if (free_cb == NULL) {
		errno = EINVAL;
		return NULL;
	}
	at = PLX_ALIGN_FLOOR(end - PLX_MIN((uintptr_t)*buf_len, sizeof(*shinfo)),
		sizeof(uintptr_t));
	if (at <= start || end - at < sizeof(*shinfo)) {
		errno = ENOSPC;
		return NULL;
	}
	*buf_len = (uint16_t)(at - start);
	shinfo = (struct plx_mbuf_ext_shared_info *)at;
	shinfo->free_cb = free_cb;
	shinfo->fcb_opaque = fcb_opaque;
	plx_mbuf_ext_refcnt_set(shinfo, 1);
	return shinfo;
}

void
plx_pktmbuf_attach_extbuf(struct plx_mbuf *m, void *buf_addr, uint16_t buf_len,
	struct plx_mbuf_ext_shared_info *shinfo)
{
	m->buf_addr = buf_addr;
	m->buf_len = buf_len;
	m->data_len = 0;
	plx_pktmbuf_reset_headroom(m);
	m->ol_flags |= PLX_MBUF_F_EXTERNAL;
	m->shinfo = shinfo;
}

int
plx_pktmbuf_attach(struct plx_mbuf *mi, struct plx_mbuf *m)
{
	struct plx_mbuf *md;

	if (!PLX_MBUF_DIRECT(mi) || plx_mbuf_refcnt_read(mi) != 1 || is_pinned(mi) || mi == m)
		return -EINVAL;
	if (PLX_MBUF_HAS_EXTBUF(m)) {
		plx_mbuf_ext_refcnt_update(m->shinfo, 1);
		mi->ol_flags = m->ol_flags;
		mi->shinfo = m->shinfo;
	} else {
		/* The direct one is remembered, and not found by the buffer: it may be pinned. */
		md = PLX_MBUF_CLONED(m) ? m->direct : m;
		plx_mbuf_refcnt_update(md, 1);
		mi->ol_flags = m->ol_flags | PLX_MBUF_F_INDIRECT;
		mi->direct = md;
	}
	mi->buf_addr = m->buf_addr;
	mi->buf_len = m->buf_len;
	mi->data_off = m->data_off;
	mi->data_len = m->data_len;
	mi->pkt_len = m->data_len;
	mi->port = m->port;
	mi->vlan_tci = m->vlan_tci;
	mi->vlan_tci_outer = m->vlan_tci_outer;
	mi->tx_offload = m->tx_offload;
	mi->hash = m->hash;
	mi->packet_type = m->packet_type;
	mi->timesync = m->timesync;
	memcpy(mi->dynfield1, m->dynfield1, sizeof(mi->dynfield1));
	mi->next = NULL;
	mi->nb_segs = 1;
	return 0;
}

/* One more segment of a clone. 0 or -errno. */
static int
clone_segment(struct plx_mbuf *md, struct plx_mempool *mp, struct plx_mbuf **clone)
{
	struct plx_mbuf *mi = plx_pktmbuf_alloc(mp);
	int ret;

	if (mi == NULL)
		return -ENOMEM;
	ret = plx_pktmbuf_attach(mi, md);
	if (ret < 0)
		plx_pktmbuf_free(mi);
	else
		*clone = mi;
	return ret;
}

struct plx_mbuf *
plx_pktmbuf_clone(struct plx_mbuf *md, struct plx_mempool *mp)
{
	struct plx_mbuf *head = NULL, **last = &head;
	const uint32_t pkt_len = md->pkt_len;
	const uint16_t nb_segs = md->nb_segs;
	int ret;

	for (; md != NULL; md = md->next) {
		ret = clone_segment(md, mp, last);
		if (ret < 0) {
			plx_pktmbuf_free(head);
			errno = -ret;
			return NULL;
		}
		last = &(*last)->next;
	}
	head->nb_segs = nb_segs;
	head->pkt_len = pkt_len;
	return head;
}

static void
free_pinned(void *addr, void *opaque)
{
	struct plx_mbuf *m = (struct plx_mbuf *)opaque;

	(void)addr;
	plx_mbuf_ext_refcnt_set(m->shinfo, 1);
	m->ol_flags = PLX_MBUF_F_EXTERNAL;
	plx_mbuf_raw_free(m);
}

/* Where the next pinned buffer is. */
struct pinned_next {
	const struct plx_pktmbuf_extmem *mem;
	unsigned int left;
	size_t off;
};

static int
init_pinned(struct plx_mempool *mp, void *arg, void *obj, unsigned int obj_idx)
{
	struct pinned_next *next = (struct pinned_next *)arg;
	struct plx_mbuf *m = (struct plx_mbuf *)obj;
	struct plx_mbuf_ext_shared_info *shinfo;

	while (next->left > 0 && next->mem->buf_len - next->off < next->mem->elt_size) {
		next->mem++;
		next->left--;
		next->off = 0;
	}
	if (next->left == 0)
		return -ENOSPC;
	(void)plx_pktmbuf_init(mp, NULL, obj, obj_idx);
	shinfo = pinned_shinfo(m);
	shinfo->free_cb = free_pinned;
	shinfo->fcb_opaque = m;
	plx_mbuf_ext_refcnt_set(shinfo, 1);
	plx_pktmbuf_attach_extbuf(m, (char *)next->mem->buf_ptr + next->off,
		plx_pktmbuf_data_room_size(mp), shinfo);
	next->off += next->mem->elt_size;
	return 0;
}

struct plx_mempool *
plx_pktmbuf_pool_create_extbuf(const char *name, unsigned int n, unsigned int cache_size,
	uint16_t priv_size, uint16_t data_room_size, int socket_id,
	const struct plx_pktmbuf_extmem *ext_mem, unsigned int ext_num)
{
	struct plx_pktmbuf_pool_private priv = {
		.mbuf_data_room_size = data_room_size,
		.mbuf_priv_size = priv_size,
		.flags = PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF,
	};
	struct pinned_next next = { .mem = ext_mem, .left = ext_num, .off = 0 };
	size_t room = 0;
	unsigned int i;

	for (i = 0; i < ext_num; i++) {
		if (ext_mem[i].buf_ptr == NULL || ext_mem[i].elt_size < data_room_size ||
		    ext_mem[i].elt_size == 0) {
			errno = EINVAL;
			return NULL;
		}
		room += ext_mem[i].buf_len / ext_mem[i].elt_size;
	}
	if (room < n) {
		errno = ENOSPC;
		return NULL;
	}
	return plx_mempool_create(name, n, (unsigned int)(sizeof(struct plx_mbuf) + priv_size +
		sizeof(struct plx_mbuf_ext_shared_info)), cache_size, sizeof(priv),
		plx_pktmbuf_pool_init, &priv, init_pinned, &next, socket_id, 0);
}
