/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending. */
#include <errno.h>
#include <string.h>

#include <plx_io.h>

#include "vmxnet3_rxtx.h"

/* Mbufs that go back to their pool at once. */
#define FREE_MAX 64
/* What only the slow way can do, or nobody. */
#define TX_FLAGS (PLX_MBUF_F_TX_QINQ | PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_L4_MASK | \
	PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_VLAN)
#define WHOLE (VMXNET3_TXD_EOP | VMXNET3_TXD_CQ)

void
vmxnet3_txq_start(struct vmxnet3_txq *txq, volatile uint8_t *bar)
{
	txq->prod = bar + VMXNET3_TXPROD(txq->q.id);
}

void
vmxnet3_txq_stop(struct vmxnet3_txq *txq)
{
	for (unsigned int i = 0; i < txq->size; i++) {
		plx_pktmbuf_free(txq->slots[i].mbuf);
		txq->slots[i].mbuf = NULL;
		txq->desc[i] = (struct vmxnet3_desc){ 0 };
		txq->q.comp[i] = (struct vmxnet3_comp){ 0 };
	}
	txq->q.next_comp = 0;
	txq->q.comp_gen = VMXNET3_COMP_GEN;
	txq->q.broken = false;
	txq->gen = VMXNET3_TXD_GEN;
	txq->next_fill = 0;
	txq->next_done = 0;
	txq->nb_free = (uint16_t)(txq->size - 1);
	txq->nb_held = 0;
}

static inline uint16_t
nb_outstanding(const struct vmxnet3_txq *txq)
{
	return (uint16_t)(txq->size - 1 - txq->nb_free);
}

/*
 * How many completions are there, of at most @max? They come in order, so one that is there stands
 * for all before it: steps that become shorter find the last one, and most are never read.
 */
static uint16_t
nb_completed(const struct vmxnet3_txq *txq, uint16_t max)
{
	uint16_t n = 0;

	for (uint32_t step = plx_align32pow2(max); step > 0; step /= 2)
		if (n + step <= max && vmxnet3_comp_is_new(&txq->q, (uint16_t)(n + step - 1)))
			n = (uint16_t)(n + step);
	return n;
}

/* Free the packets in @n slots from the oldest one on. Return: how many. */
static int
free_slots(struct vmxnet3_txq *txq, uint16_t n)
{
	struct vmxnet3_tx_slot *slot = &txq->slots[txq->next_done];
	struct plx_mempool *pool = NULL;
	struct plx_mbuf *done[FREE_MAX];
	uint16_t nb_done = 0, left;
	int nb_freed = 0;

	for (left = n; left > 0; left--) {
		if (slot->mbuf != NULL) {
			if (slot->pool == NULL) {
				plx_pktmbuf_free(slot->mbuf);
			} else {
				if (slot->pool != pool || nb_done == FREE_MAX) {
					if (nb_done > 0)
						plx_mbuf_raw_free_bulk(pool, done, nb_done);
					nb_done = 0;
					pool = slot->pool;
				}
				done[nb_done++] = slot->mbuf;
			}
			slot->mbuf = NULL;
			nb_freed++;
		}
		if (++slot == txq->slots + txq->size)
			slot = txq->slots;
	}
	if (nb_done > 0)
		plx_mbuf_raw_free_bulk(pool, done, nb_done);
	txq->nb_held = (uint16_t)(txq->nb_held - nb_freed);
	return nb_freed;
}

/*
 * The descriptors that @n completions say are done; 0 if they can't be: then the queue is broken.
 */
static uint16_t
nb_descs_done(struct vmxnet3_txq *txq, uint16_t n)
{
	const uint32_t at = (uint32_t)txq->q.next_comp + n - 1;
	const struct vmxnet3_comp *comp = &txq->q.comp[at >= txq->size ? at - txq->size : at];
	const uint16_t idx = vmxnet3_comp_lo(comp) & VMXNET3_TXC_IDX;
	uint32_t nb_descs;

	nb_descs = (idx >= txq->next_done ? 0u : txq->size) + idx - txq->next_done + 1u;
	/* Each of them was for a descriptor of its own at least. */
	if (idx < txq->size && nb_descs <= nb_outstanding(txq) && nb_descs >= n)
		return (uint16_t)nb_descs;
	vmxnet3_queue_break(&txq->q, "%u completions up to descriptor %u, it had %u from %u on",
		n, idx, nb_outstanding(txq), txq->next_done);
	return 0;
}

/* Take up to @max completions. Return: packets whose mbufs were freed. */
static int
reclaim(struct vmxnet3_txq *txq, uint16_t max)
{
	const uint16_t n = nb_completed(txq, PLX_MIN(max, nb_outstanding(txq)));
	uint16_t nb_descs;
	uint32_t next;
	int nb_freed = 0;

	if (n == 0)
		return 0;
	nb_descs = nb_descs_done(txq, n);
	if (plx_unlikely(nb_descs == 0))
		return 0;
	/* Small packets were copied: with no others there is nothing to look at. */
	if (txq->nb_held > 0)
		nb_freed = free_slots(txq, nb_descs);
	next = (uint32_t)txq->next_done + nb_descs;
	txq->next_done = (uint16_t)(next >= txq->size ? next - txq->size : next);
	txq->nb_free = (uint16_t)(txq->nb_free + nb_descs);
	vmxnet3_comp_advance(&txq->q, n);
	return nb_freed;
}

int
vmxnet3_tx_clean(struct vmxnet3_txq *txq, uint32_t max)
{
	if (vmxnet3_queue_is_broken(&txq->q))
		return 0;
	return reclaim(txq, max == 0 || max > UINT16_MAX ? UINT16_MAX : (uint16_t)max);
}

/*
 * One segment and one user: fields of rearm_data as in the mbuf; acquire as plx_mbuf_refcnt_read().
 */
static __plx_always_inline bool
is_simple(const struct plx_mbuf *m)
{
	const uint64_t rearm = __atomic_load_n(&m->rearm_data, __ATOMIC_ACQUIRE);

	return (uint32_t)(rearm >> 16) == 0x00010001;
}

/*
 * Copy 14 to 128 bytes, by as few moves as there can be: two that overlap for what is no power of
 * two.
 */
static __plx_always_inline void
copy_small(uint8_t *dst, const uint8_t *src, uint32_t len)
{
	if (len >= 64) {
		memcpy(dst, src, 64);
		if (len > 64)
			memcpy(dst + len - 64, src + len - 64, 64);
	} else if (len >= 32) {
		memcpy(dst, src, 32);
		memcpy(dst + len - 32, src + len - 32, 32);
	} else if (len >= 16) {
		memcpy(dst, src, 16);
		memcpy(dst + len - 16, src + len - 16, 16);
	} else {
		memcpy(dst, src, 8);
		memcpy(dst + len - 8, src + len - 8, 8);
	}
}

/* The next descriptor is filled but for its generation: hand it over, with all before it. */
static __plx_always_inline void
publish(struct vmxnet3_desc *desc, uint64_t word)
{
	__atomic_store_n(&desc->word, word, __ATOMIC_RELEASE);
}

/* @n descriptors from next_fill on were filled, none of them behind the end of the ring. */
static __plx_always_inline void
advance(struct vmxnet3_txq *txq, uint32_t n)
{
	txq->nb_free = (uint16_t)(txq->nb_free - n);
	txq->next_fill = (uint16_t)(txq->next_fill + n);
	if (plx_unlikely(txq->next_fill == txq->size)) {
		txq->next_fill = 0;
		txq->gen ^= VMXNET3_TXD_GEN;
	}
}

/* Copy all of @m into the data ring, and free it. Return: its address for the device. */
static uint64_t
copy_chain(struct vmxnet3_txq *txq, struct plx_mbuf *m)
{
	uint8_t *dst = txq->data[txq->next_fill];

	for (const struct plx_mbuf *seg = m; seg != NULL; seg = seg->next) {
		memcpy(dst, plx_pktmbuf_mtod(seg, const void *), seg->data_len);
		dst += seg->data_len;
	}
	plx_pktmbuf_free(m);
	return txq->data_iova + (uint64_t)txq->next_fill * VMXNET3_DATA_SIZE;
}

/*
 * Describe @m, which has @left descriptors. The generation of the first one is written last: until
 * then the device does not look behind it.
 */
static void
fill_chain(struct vmxnet3_txq *txq, struct plx_mbuf *m, uint64_t first_word, uint32_t left,
	uint64_t border)
{
	struct vmxnet3_desc *first = &txq->desc[txq->next_fill];
	const struct plx_mbuf *seg = m;
	uint32_t off = 0, last;

	first_word |= txq->gen;
	do {
		struct vmxnet3_desc *desc = &txq->desc[txq->next_fill];
		uint64_t word = txq->gen;
		uint32_t len;

		for (; off == seg->data_len; off = 0)
			seg = seg->next;
		desc->addr = plx_pktmbuf_iova_offset(seg, off);
		len = vmxnet3_buffer_len(desc->addr, seg->data_len - off, border);
		off += len;
		left--;
		word |= (len & VMXNET3_TXD_LEN) | (left == 0 ? WHOLE : 0);
		if (desc == first)
			first_word |= word;
		else
			desc->word = word;
		last = txq->next_fill;
		advance(txq, 1);
	} while (left > 0);
	publish(first, first_word);
	txq->slots[last] = (struct vmxnet3_tx_slot){ .mbuf = m };
	txq->nb_held++;
}

/* Enqueue any packet. Return: 0; -ENOSPC; another errno if the device can't send it. */
static __attribute__((noinline)) int
enqueue_any(struct vmxnet3_txq *txq, struct plx_mbuf *m)
{
	uint64_t word, border = VMXNET3_BORDER;
	int ret, nb_descs = vmxnet3_nb_descs_of(m, border);

	if (plx_unlikely(nb_descs < 0)) {
		border = VMXNET3_NO_BORDER;
		nb_descs = vmxnet3_nb_descs_of(m, border);
		if (nb_descs < 0)
			return nb_descs;
	}
	ret = vmxnet3_offload_word(m, &word);
	if (ret < 0)
		return ret;
	if (m->pkt_len <= VMXNET3_DATA_SIZE)
		nb_descs = 1;
	if (nb_descs > txq->nb_free) {
		(void)reclaim(txq, UINT16_MAX);
		if (vmxnet3_queue_is_broken(&txq->q) || nb_descs > txq->nb_free)
			return -ENOSPC;
	}
	if (m->pkt_len <= VMXNET3_DATA_SIZE) {
		struct vmxnet3_desc *desc = &txq->desc[txq->next_fill];

		word |= m->pkt_len | WHOLE | txq->gen;
		desc->addr = copy_chain(txq, m);
		advance(txq, 1);
		publish(desc, word);
	} else {
		fill_chain(txq, m, word, (uint32_t)nb_descs, border);
	}
	return 0;
}

/*
 * Does @m go as it is: one segment with one user, nothing to be done to it, and @len bytes are @min
 * to @max?
 */
static __plx_always_inline bool
is_plain(const struct plx_mbuf *m, uint32_t len, uint32_t min, uint32_t max)
{
	return len - min <= max - min && is_simple(m) && !(m->ol_flags & TX_FLAGS);
}

/* Of @nb_pkts packets, those that descriptors are free for, up to the end of the ring. */
static __plx_always_inline uint32_t
run_max(const struct vmxnet3_txq *txq, uint32_t nb_pkts)
{
	nb_pkts = PLX_MIN(nb_pkts, (uint32_t)txq->nb_free);
	return PLX_MIN(nb_pkts, (uint32_t)(txq->size - txq->next_fill));
}

/*
 * Copy plain and small packets of one pool, @nb_pkts at most, and free them in bulk, unread: what
 * the cache holds goes back to the pool first. Return: how many.
 */
static __plx_always_inline uint16_t
copy_run(struct vmxnet3_txq *txq, struct plx_mbuf **pkts, uint32_t nb_pkts)
{
	struct vmxnet3_desc *desc = &txq->desc[txq->next_fill];
	uint8_t (*data)[VMXNET3_DATA_SIZE] = &txq->data[txq->next_fill];
	const uint64_t iova = txq->data_iova + (uint64_t)txq->next_fill * VMXNET3_DATA_SIZE;
	const uint64_t word = WHOLE | txq->gen;
	struct plx_mempool *pool = pkts[0]->pool;
	uint32_t n;

	nb_pkts = run_max(txq, nb_pkts);
	for (n = 0; n < nb_pkts; n++) {
		const struct plx_mbuf *m = pkts[n];
		const uint32_t len = m->data_len;

		if (!is_plain(m, len, PLX_ETHER_HDR_LEN, VMXNET3_DATA_SIZE) || m->pool != pool)
			break;
		copy_small(data[n], plx_pktmbuf_mtod(m, const uint8_t *), len);
		desc[n].addr = iova + n * VMXNET3_DATA_SIZE;
		publish(&desc[n], word | len);
	}
	if (n > 0) {
		plx_mbuf_raw_free_bulk(pool, pkts, n);
		advance(txq, n);
	}
	return (uint16_t)n;
}

/*
 * Send plain packets that are too large for that from their mbufs, @nb_pkts at most. Return: how
 * many.
 */
static __plx_always_inline uint16_t
attach_run(struct vmxnet3_txq *txq, struct plx_mbuf **pkts, uint32_t nb_pkts)
{
	struct vmxnet3_desc *desc = &txq->desc[txq->next_fill];
	struct vmxnet3_tx_slot *slots = &txq->slots[txq->next_fill];
	const uint64_t word = WHOLE | txq->gen;
	uint32_t n;

	nb_pkts = run_max(txq, nb_pkts);
	for (n = 0; n < nb_pkts; n++) {
		struct plx_mbuf *m = pkts[n];
		const uint64_t iova = plx_pktmbuf_iova(m);
		const uint32_t len = m->data_len;

		if (!is_plain(m, len, VMXNET3_DATA_SIZE + 1, VMXNET3_FRAME_MAX) ||
		    vmxnet3_buffer_len(iova, len, VMXNET3_BORDER) < len)
			break;
		slots[n] = (struct vmxnet3_tx_slot){ m, m->pool };
		desc[n].addr = iova;
		publish(&desc[n], word | len);
	}
	txq->nb_held = (uint16_t)(txq->nb_held + n);
	advance(txq, n);
	return (uint16_t)n;
}

/*
 * All packets of a burst are told of at once, also if the device says by its threshold that it
 * would do with less: it looks at the ring by itself then, but when is not known, and nobody calls
 * us to make up for it.
 */
static __plx_always_inline void
ring_doorbell(const struct vmxnet3_txq *txq)
{
	plx_write32(txq->next_fill, txq->prod);
}

uint16_t
vmxnet3_xmit_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct vmxnet3_txq *txq = queue;
	uint16_t nb_tx = 0, nb_bad = 0, n;

	if (vmxnet3_queue_is_broken(&txq->q))
		return 0;
	if (txq->nb_free < txq->free_thresh || txq->nb_free < nb_pkts)
		(void)reclaim(txq, UINT16_MAX);
	for (; nb_tx < nb_pkts; nb_tx = (uint16_t)(nb_tx + n)) {
		struct plx_mbuf **pkts = &tx_pkts[nb_tx];
		int ret;

		n = pkts[0]->data_len <= VMXNET3_DATA_SIZE ?
			copy_run(txq, pkts, (uint32_t)(nb_pkts - nb_tx)) :
			attach_run(txq, pkts, (uint32_t)(nb_pkts - nb_tx));
		if (plx_likely(n > 0))
			continue;
		ret = enqueue_any(txq, pkts[0]);
		if (ret == -ENOSPC)
			break;
		n = 1;
		if (plx_unlikely(ret < 0)) {
			plx_pktmbuf_free(pkts[0]);
			nb_bad++;
		}
	}
	if (plx_unlikely(nb_bad > 0))
		vmxnet3_stat_add(&txq->q.errors, nb_bad);
	if (plx_likely(nb_tx > nb_bad))
		ring_doorbell(txq);
	return nb_tx;
}

int
vmxnet3_tx_descriptor_status(void *queue, uint16_t offset)
{
	const struct vmxnet3_txq *txq = queue;
	const uint16_t n = nb_completed(txq, nb_outstanding(txq));
	const struct vmxnet3_comp *comp;
	uint32_t at, idx;

	if (offset >= txq->size)
		return -EINVAL;
	if (offset < txq->nb_free)
		return PLX_ETH_TX_DESC_DONE;
	if (offset == txq->nb_free)
		return PLX_ETH_TX_DESC_UNAVAIL;
	if (n == 0)
		return PLX_ETH_TX_DESC_FULL;
	at = (uint32_t)txq->q.next_comp + n - 1;
	comp = &txq->q.comp[at >= txq->size ? at - txq->size : at];
	idx = vmxnet3_comp_lo(comp) & VMXNET3_TXC_IDX;
	/* Counted from the oldest one that the device has. */
	idx = (idx >= txq->next_done ? 0u : txq->size) + idx - txq->next_done;
	return offset - txq->nb_free - 1u <= idx ? PLX_ETH_TX_DESC_DONE : PLX_ETH_TX_DESC_FULL;
}
