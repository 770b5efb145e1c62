/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_TX_OFFLOAD_H
#define VIRTIO_TX_OFFLOAD_H
/**
 * DOC: What a packet that is sent asks the device for: virtio 1.2 section 5.1.6.2.
 */
#include <stdbool.h>

#include <plx_mbuf.h>

#include "virtio_spec.h"

PLX_BEGIN_DECLS

/**
 * virtio_tx_csum() - ask for a checksum by @hdr, if the packet @m does. The pseudo-header's is there.
 * @shift: bytes that are put in front of the L3 header.
 * Return: false for a sum that can't be had: out of the packet, or SCTP's.
 */
static __plx_always_inline bool
virtio_tx_csum(struct virtio_net_hdr *hdr, const struct plx_mbuf *m, uint16_t shift)
{
	const uint64_t l4 = m->ol_flags & PLX_MBUF_F_TX_L4_MASK;
	const uint16_t offset = l4 == PLX_MBUF_F_TX_TCP_CKSUM ? 16 : 6;
	const uint16_t start = (uint16_t)(m->l2_len + m->l3_len);

	if (l4 == 0)
		return true;
	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = (uint16_t)(start + shift);
	hdr->csum_offset = offset;
	return l4 != PLX_MBUF_F_TX_SCTP_CKSUM && (uint32_t)start + offset + 2 <= m->pkt_len;
}

/**
 * virtio_tx_tso_fits() - has @m all that TSO needs where it is needed?
 *
 * Its headers are in the first segment, and their sizes add up. Return: true or false.
 */
bool virtio_tx_tso_fits(const struct plx_mbuf *m);
/**
 * virtio_tx_tso() - ask for TSO by @hdr, which virtio_tx_csum() saw, and make the sums in the packet
 * @m what the device wants: that of IPv4 complete, that of TCP the pseudo-header's with the length.
 * @shift: as virtio_tx_csum().
 */
void virtio_tx_tso(struct virtio_net_hdr *hdr, struct plx_mbuf *m, uint16_t shift);
/**
 * virtio_tx_tag() - put the tag m->vlan_tci in: the first 16 bytes of the frame, with it, to @to.
 * @to: may overlap with the data; 4 bytes before them and the frame is in one piece again.
 */
void virtio_tx_tag(const struct plx_mbuf *m, char *to);
/** virtio_tx_prepare() - the driver's plx_eth_tx_prep_t. */
uint16_t virtio_tx_prepare(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

PLX_END_DECLS
#endif
