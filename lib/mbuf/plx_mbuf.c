/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools of mbufs, and mbufs freed many at a time. */
#include <string.h>

#include <plx_mbuf.h>

/* Segments that plx_pktmbuf_free_bulk() collects before it puts them. */
#define FREE_BATCH 64

struct free_batch {
	struct plx_mempool *pool;
	unsigned int n;
	struct plx_mbuf *segs[FREE_BATCH];
};

int
plx_pktmbuf_pool_init(struct plx_mempool *mp, void *arg)
{
	const struct plx_pktmbuf_pool_private *priv = (const struct plx_pktmbuf_pool_private *)arg;

	if (mp->private_data_size < sizeof(*priv) ||
	    (priv->flags & ~PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF) ||
	    priv->mbuf_priv_size % PLX_MBUF_PRIV_ALIGN != 0 ||
	    mp->elt_size < sizeof(struct plx_mbuf) + priv->mbuf_priv_size +
		(priv->flags & PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF ? 0 : priv->mbuf_data_room_size))
		return -EINVAL;
	memcpy(plx_mempool_get_priv(mp), priv, sizeof(*priv));
	return 0;
}

int
plx_pktmbuf_init(struct plx_mempool *mp, void *arg, void *obj, unsigned int obj_idx)
{
	struct plx_mbuf *m = (struct plx_mbuf *)obj;

	(void)arg;
	(void)obj_idx;
	memset(m, 0, sizeof(*m));
	m->priv_size = plx_pktmbuf_priv_size(mp);
	m->buf_addr = (char *)(m + 1) + m->priv_size;
	m->buf_len = plx_pktmbuf_data_room_size(mp);
	m->pool = mp;
	plx_mbuf_refcnt_set(m, 1);
	plx_pktmbuf_reset(m);
	return 0;
}

struct plx_mempool *
plx_pktmbuf_pool_create(const char *name, unsigned int n, unsigned int cache_size,
	uint16_t priv_size, uint16_t data_room_size, int socket_id)
{
	struct plx_pktmbuf_pool_private priv = {
		.mbuf_data_room_size = data_room_size,
		.mbuf_priv_size = priv_size,
	};
	unsigned int elt_size = (unsigned int)sizeof(struct plx_mbuf) + priv_size + data_room_size;

	return plx_mempool_create(name, n, elt_size, cache_size, sizeof(priv),
		plx_pktmbuf_pool_init, &priv, plx_pktmbuf_init, NULL, socket_id, 0);
}

static void
batch_flush(struct free_batch *batch)
{
	if (batch->n > 0)
		plx_mbuf_raw_free_bulk(batch->pool, batch->segs, batch->n);
	batch->n = 0;
}

static inline void
batch_add(struct free_batch *batch, struct plx_mbuf *seg)
{
	seg = plx_pktmbuf_prefree_seg(seg);
	if (plx_unlikely(seg == NULL))
		return;
	if (plx_unlikely(seg->pool != batch->pool || batch->n == FREE_BATCH)) {
		batch_flush(batch);
		batch->pool = seg->pool;
	}
	batch->segs[batch->n++] = seg;
}

void
plx_pktmbuf_free_bulk(struct plx_mbuf **mbufs, unsigned int count)
{
	struct free_batch batch;
	struct plx_mbuf *m, *next;
	unsigned int i;

	batch.pool = NULL;
	batch.n = 0;
	for (i = 0; i < count; i++) {
		for (m = mbufs[i]; m != NULL; m = next) {
			next = m->next;
			batch_add(&batch, m);
		}
	}
	batch_flush(&batch);
}
