/* SPDX-License-Identifier: BSD-3-Clause */
/* What the device can send, and how it is asked. */
#include <errno.h>

#include <plx_tcp.h>
#include <plx_udp.h>

#include "vmxnet3_rxtx.h"

int
vmxnet3_offload_word(const struct plx_mbuf *m, uint64_t *word)
{
	const uint64_t l4 = m->ol_flags & PLX_MBUF_F_TX_L4_MASK;
	const uint32_t l4_off = (uint32_t)(m->l2_len + m->l3_len);
	uint32_t field;

	*word = m->ol_flags & PLX_MBUF_F_TX_VLAN ? VMXNET3_TXD_TI(m->vlan_tci) : 0;
	if (m->ol_flags & PLX_MBUF_F_TX_QINQ)
		return -ENOTSUP;
	if (m->ol_flags & PLX_MBUF_F_TX_TCP_SEG) {
		const uint32_t hdr = l4_off + m->l4_len;

		if (m->tso_segsz == 0 || m->tso_segsz > VMXNET3_TXD_LEN ||
		    l4_off < PLX_ETHER_HDR_LEN || m->l4_len < sizeof(struct plx_tcp_hdr) ||
		    hdr > m->data_len || hdr >= m->pkt_len || m->pkt_len > VMXNET3_TSO_MAX)
			return -EINVAL;
		*word |= VMXNET3_TXD_OM_TSO | VMXNET3_TXD_HLEN(hdr) |
			VMXNET3_TXD_MSSCOF(m->tso_segsz);
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

/* Buffers that the data of @seg is in; none if it has no data. */
static uint32_t
nb_buffers(const struct plx_mbuf *seg, uint64_t border)
{
	uint32_t n = 0;

	for (uint32_t off = 0; off < seg->data_len; n++)
		off += vmxnet3_buffer_len(plx_pktmbuf_iova_offset(seg, off), seg->data_len - off,
			border);
	return n;
}

int
vmxnet3_nb_descs_of(const struct plx_mbuf *m, uint64_t border)
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

/* What the burst would say, and whether the queue was set up for it. */
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
	ret = vmxnet3_nb_descs_of(m, VMXNET3_NO_BORDER);
	if (ret < 0)
		return ret;
	ret = vmxnet3_offload_word(m, &word);
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
