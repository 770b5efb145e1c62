/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending. */
#include <errno.h>
#include <string.h>

#include <plx_io.h>
#include <plx_tcp.h>
#include <plx_udp.h>

#include "vmxnet3_rxtx.h"

/* Mbufs that go back to their pool at once. */
#define FREE_MAX 64
/* What only the slow way can do, or nobody. */
#define TX_FLAGS (PLX_MBUF_F_TX_QINQ | PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_L4_MASK | \
	PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_VLAN)
/*
 * A buffer does not cross such a border, unless its packet would have too many then. QEMU maps each
 * buffer in one piece, and drops the packet if that is in two hugepages which are no neighbours in the
 * machine's memory.
 */
#define BORDER (UINT64_C(2) << 20)
#define NO_BORDER (UINT64_C(1) << 63)
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
 * How many completions are there, of at most @max? They come in order, so one that is there stands for
 * all before it: steps that become shorter find the last one, and most are never read.
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

/* The descriptors that @n completions say are done; 0 if they can't be: then the queue is broken. */
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
	vmxnet3_queue_break(&txq->q, "%u completions up to descriptor %u, it had %u from %u on", n, idx,
		nb_outstanding(txq), txq->next_done);
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

/* One segment and one user: fields of rearm_data as in the mbuf; acquire as plx_mbuf_refcnt_read(). */
static __plx_always_inline bool
is_simple(const struct plx_mbuf *m)
{
	const uint64_t rearm = __atomic_load_n(&m->rearm_data, __ATOMIC_ACQUIRE);

	return (uint32_t)(rearm >> 16) == 0x00010001;
}

/* Copy 14 to 128 bytes, by as few moves as there can be: two that overlap for what is no power of two. */
static __plx_always_inline void
copy_small(uint8_t *dst, const uint8_t *src, uint16_t len)
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

static __plx_always_inline void
advance(struct vmxnet3_txq *txq)
{
	txq->nb_free--;
	if (plx_unlikely(++txq->next_fill == txq->size)) {
		txq->next_fill = 0;
		txq->gen ^= VMXNET3_TXD_GEN;
	}
}

/* Of @len bytes at @addr, so many can be one buffer; @border is a power of two. */
static __plx_always_inline uint32_t
buffer_len(uint64_t addr, uint32_t len, uint64_t border)
{
	const uint64_t to_border = border - (addr & (border - 1));

	len = PLX_MIN(len, (uint32_t)VMXNET3_TX_BUF_MAX);
	return plx_unlikely(to_border < len) ? (uint32_t)to_border : len;
}

/*
 * What the first descriptor says of offloads. Return: 0; -ENOTSUP, -EINVAL: the device can't do that, and
 * might stop the queue over it.
 */
static int
offload_word(const struct plx_mbuf *m, uint64_t *word)
{
	const uint64_t l4 = m->ol_flags & PLX_MBUF_F_TX_L4_MASK;
	const uint32_t l4_off = (uint32_t)(m->l2_len + m->l3_len);
	uint32_t field;

	*word = m->ol_flags & PLX_MBUF_F_TX_VLAN ? VMXNET3_TXD_TI(m->vlan_tci) : 0;
	if (m->ol_flags & PLX_MBUF_F_TX_QINQ)
		return -ENOTSUP;
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG) {
		const uint32_t hdr = l4_off + m->l4_len;

		if (m->tso_segsz == 0 || m->tso_segsz > VMXNET3_TXD_LEN || l4_off < PLX_ETHER_HDR_LEN ||
		    m->l4_len < sizeof(struct plx_tcp_hdr) || hdr > m->data_len || hdr >= m->pkt_len ||
		    m->pkt_len > VMXNET3_TSO_MAX)
			return -EINVAL;
		*word |= VMXNET3_TXD_OM_TSO | VMXNET3_TXD_HLEN(hdr) | VMXNET3_TXD_MSSCOF(m->tso_segsz);
		return 0;
	}
	if (m->pkt_len > VMXNET3_FRAME_MAX)
		return -EINVAL;
	if ((m->ol_flags & PLX_MBUF_F_TX_IP_CKSUM) || l4 == PLX_MBUF_F_TX_SCTP_CKSUM)
		return -ENOTSUP;
	if (l4 == PLX_MBUF_F_TX_L4_NO_CKSUM)
		return 0;
	field = l4_off + (uint32_t)(l4 == PLX_MBUF_F_TX_TCP_CKSUM ?
		offsetof(struct plx_tcp_hdr, cksum) : offsetof(struct plx_udp_hdr, dgram_cksum));
	if (l4_off < PLX_ETHER_HDR_LEN || field + 2 > m->data_len)
		return -EINVAL;
	*word |= VMXNET3_TXD_OM_CSUM | VMXNET3_TXD_HLEN(l4_off) | VMXNET3_TXD_MSSCOF(field);
	return 0;
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
 * Describe @m, which has @left descriptors. The generation of the first one is written last: until then
 * the device does not look behind it.
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
		len = buffer_len(desc->addr, seg->data_len - off, border);
		off += len;
		left--;
		word |= (len & VMXNET3_TXD_LEN) | (left == 0 ? WHOLE : 0);
		if (desc == first)
			first_word |= word;
		else
			desc->word = word;
		last = txq->next_fill;
		advance(txq);
	} while (left > 0);
	publish(first, first_word);
	txq->slots[last] = (struct vmxnet3_tx_slot){ .mbuf = m };
	txq->nb_held++;
}

/* Buffers that the data of @seg is in; none if it has no data. */
static uint32_t
nb_buffers(const struct plx_mbuf *seg, uint64_t border)
{
	uint32_t n = 0;

	for (uint32_t off = 0; off < seg->data_len; n++)
		off += buffer_len(plx_pktmbuf_iova_offset(seg, off), seg->data_len - off,
			border);
	return n;
}

/*
 * Descriptors that @m takes, if it is not copied. -EINVAL: more than a packet may have, or it is too
 * short, or not as long as it says.
 */
static int
nb_descs_of(const struct plx_mbuf *m, uint64_t border)
{
	const uint32_t max = m->ol_flags & PLX_MBUF_F_TX_TCP_SEG ? VMXNET3_TXD_PER_TSO :
		VMXNET3_TXD_PER_PKT;
	uint32_t len = 0, n = 0;

	for (const struct plx_mbuf *seg = m; seg != NULL && n <= max; seg = seg->next) {
		n += nb_buffers(seg, border);
		len += seg->data_len;
	}
	return n > max || len != m->pkt_len || len < PLX_ETHER_HDR_LEN ? -EINVAL : (int)n;
}

/* Enqueue any packet. Return: 0; -ENOSPC; another errno if the device can't send it. */
static __attribute__((noinline)) int
enqueue_any(struct vmxnet3_txq *txq, struct plx_mbuf *m)
{
	uint64_t word, border = BORDER;
	int ret, nb_descs = nb_descs_of(m, border);

	if (plx_unlikely(nb_descs < 0)) {
		border = NO_BORDER;
		nb_descs = nb_descs_of(m, border);
		if (nb_descs < 0)
			return nb_descs;
	}
	ret = offload_word(m, &word);
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
		advance(txq);
		publish(desc, word);
	} else {
		fill_chain(txq, m, word, (uint32_t)nb_descs, border);
	}
	return 0;
}

/* @n packets from @pkts on, all of @pool, were copied and can go back there as they are. */
static __plx_always_inline void
free_copied(struct plx_mempool *pool, struct plx_mbuf **pkts, int n)
{
	if (n > 0)
		plx_mbuf_raw_free_bulk(pool, pkts, (unsigned int)n);
}

/* Is it one segment with one user, in one buffer, nothing to be done to it, and not too long or short? */
static __plx_always_inline bool
is_plain(const struct plx_mbuf *m)
{
	const uint32_t len = m->data_len;

	return is_simple(m) && !(m->ol_flags & TX_FLAGS) &&
		len - PLX_ETHER_HDR_LEN <= VMXNET3_FRAME_MAX - PLX_ETHER_HDR_LEN &&
		(len <= VMXNET3_DATA_SIZE || buffer_len(plx_pktmbuf_iova(m), len, BORDER) == len);
}

/*
 * All packets of a burst are told of at once, also if the device says by its threshold that it would do
 * with less: it looks at the ring by itself then, but when is not known, and nobody calls us to make up
 * for it.
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
	struct plx_mempool *pool = NULL;
	/* Packets from here to the one at hand were copied, are of @pool and have yet to be freed. */
	uint16_t copied = 0;
	uint16_t nb_tx, nb_bad = 0;

	if (vmxnet3_queue_is_broken(&txq->q))
		return 0;
	if (txq->nb_free < txq->free_thresh || txq->nb_free < nb_pkts)
		(void)reclaim(txq, UINT16_MAX);
	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		struct plx_mbuf *m = tx_pkts[nb_tx];
		struct vmxnet3_desc *desc = &txq->desc[txq->next_fill];
		const uint64_t word = m->data_len | WHOLE | txq->gen;

		if (plx_unlikely(!is_plain(m))) {
			int ret;

			free_copied(pool, &tx_pkts[copied], nb_tx - copied);
			copied = nb_tx;
			ret = enqueue_any(txq, m);
			if (ret == -ENOSPC)
				break;
			copied++;
			if (plx_unlikely(ret < 0)) {
				plx_pktmbuf_free(m);
				nb_bad++;
			}
			continue;
		}
		if (plx_unlikely(txq->nb_free == 0))
			break;
		if (m->data_len > VMXNET3_DATA_SIZE || m->pool != pool) {
			free_copied(pool, &tx_pkts[copied], nb_tx - copied);
			copied = nb_tx;
			pool = m->pool;
		}
		if (m->data_len <= VMXNET3_DATA_SIZE) {
			copy_small(txq->data[txq->next_fill], plx_pktmbuf_mtod(m, const uint8_t *),
				m->data_len);
			desc->addr = txq->data_iova + (uint64_t)txq->next_fill * VMXNET3_DATA_SIZE;
		} else {
			copied++;
			desc->addr = plx_pktmbuf_iova(m);
			txq->slots[txq->next_fill] = (struct vmxnet3_tx_slot){ m, pool };
			txq->nb_held++;
		}
		advance(txq);
		publish(desc, word);
	}
	free_copied(pool, &tx_pkts[copied], nb_tx - copied);
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

/* What enqueue_any() would say, and whether the queue was set up for it. */
static int
prep(const struct vmxnet3_txq *txq, struct plx_mbuf *m)
{
	static const struct plx_eth_desc_lim lim = {
		.nb_seg_max = VMXNET3_TXD_PER_TSO, .nb_mtu_seg_max = VMXNET3_TXD_PER_PKT,
	};
	uint64_t word;
	int ret = plx_eth_tx_prepare_check(m, txq->offloads, &lim, VMXNET3_TSO_MAX);

	if (ret < 0)
		return ret;
	ret = nb_descs_of(m, NO_BORDER);
	if (ret < 0)
		return ret;
	ret = offload_word(m, &word);
	if (ret < 0 || !(m->ol_flags & (PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_L4_MASK)))
		return ret;
	return plx_eth_tx_prepare_cksum(m);
}

uint16_t
vmxnet3_prep_pkts(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	const struct vmxnet3_txq *txq = queue;
	uint16_t i;

	for (i = 0; i < nb_pkts; i++) {
		int ret = prep(txq, tx_pkts[i]);

		if (ret < 0) {
			errno = -ret;
			break;
		}
	}
	return i;
}
