/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_OFFLOAD_H
#define PLX_ETHDEV_OFFLOAD_H
/**
 * DOC: Work that a port can take from the CPU. Programs include <plx_ethdev.h>.
 *
 * What a port can do is in rx_offload_capa and tx_offload_capa of its struct plx_eth_dev_info; what
 * can be chosen for each queue is in rx_queue_offload_capa and tx_queue_offload_capa as well. What is
 * asked for and not there is refused. The bits are DPDK's.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** PLX_ETH_RX_OFFLOAD_VLAN_STRIP - take the VLAN tag out, into vlan_tci. */
#define PLX_ETH_RX_OFFLOAD_VLAN_STRIP	(UINT64_C(1) << 0)
/** PLX_ETH_RX_OFFLOAD_IPV4_CKSUM - check the IPv4 header checksum: PLX_MBUF_F_RX_IP_CKSUM_*. */
#define PLX_ETH_RX_OFFLOAD_IPV4_CKSUM	(UINT64_C(1) << 1)
/** PLX_ETH_RX_OFFLOAD_UDP_CKSUM - check the UDP checksum: PLX_MBUF_F_RX_L4_CKSUM_*. */
#define PLX_ETH_RX_OFFLOAD_UDP_CKSUM	(UINT64_C(1) << 2)
/** PLX_ETH_RX_OFFLOAD_TCP_CKSUM - check the TCP checksum: PLX_MBUF_F_RX_L4_CKSUM_*. */
#define PLX_ETH_RX_OFFLOAD_TCP_CKSUM	(UINT64_C(1) << 3)
/** PLX_ETH_RX_OFFLOAD_TCP_LRO - put TCP segments together: PLX_MBUF_F_RX_LRO. */
#define PLX_ETH_RX_OFFLOAD_TCP_LRO	(UINT64_C(1) << 4)
/** PLX_ETH_RX_OFFLOAD_QINQ_STRIP - take both tags out. */
#define PLX_ETH_RX_OFFLOAD_QINQ_STRIP	(UINT64_C(1) << 5)
/** PLX_ETH_RX_OFFLOAD_VLAN_FILTER - drop what is of no VLAN of plx_eth_dev_vlan_filter(). */
#define PLX_ETH_RX_OFFLOAD_VLAN_FILTER	(UINT64_C(1) << 9)
/** PLX_ETH_RX_OFFLOAD_VLAN_EXTEND - packets have an outer tag, which is left alone. */
#define PLX_ETH_RX_OFFLOAD_VLAN_EXTEND	(UINT64_C(1) << 10)
/** PLX_ETH_RX_OFFLOAD_SCATTER - a packet may be a chain of mbufs. */
#define PLX_ETH_RX_OFFLOAD_SCATTER	(UINT64_C(1) << 13)
/** PLX_ETH_RX_OFFLOAD_KEEP_CRC - leave the four bytes of the CRC at the end of the data. */
#define PLX_ETH_RX_OFFLOAD_KEEP_CRC	(UINT64_C(1) << 16)
/** PLX_ETH_RX_OFFLOAD_SCTP_CKSUM - check the SCTP checksum: PLX_MBUF_F_RX_L4_CKSUM_*. */
#define PLX_ETH_RX_OFFLOAD_SCTP_CKSUM	(UINT64_C(1) << 17)
/** PLX_ETH_RX_OFFLOAD_RSS_HASH - deliver the hash: hash.rss and PLX_MBUF_F_RX_RSS_HASH. */
#define PLX_ETH_RX_OFFLOAD_RSS_HASH	(UINT64_C(1) << 19)
/** PLX_ETH_RX_OFFLOAD_CHECKSUM - IPv4, UDP and TCP. */
#define PLX_ETH_RX_OFFLOAD_CHECKSUM (PLX_ETH_RX_OFFLOAD_IPV4_CKSUM | \
	PLX_ETH_RX_OFFLOAD_UDP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_CKSUM)

/** PLX_ETH_TX_OFFLOAD_VLAN_INSERT - PLX_MBUF_F_TX_VLAN. */
#define PLX_ETH_TX_OFFLOAD_VLAN_INSERT	(UINT64_C(1) << 0)
/** PLX_ETH_TX_OFFLOAD_IPV4_CKSUM - PLX_MBUF_F_TX_IP_CKSUM. */
#define PLX_ETH_TX_OFFLOAD_IPV4_CKSUM	(UINT64_C(1) << 1)
/** PLX_ETH_TX_OFFLOAD_UDP_CKSUM - PLX_MBUF_F_TX_UDP_CKSUM. */
#define PLX_ETH_TX_OFFLOAD_UDP_CKSUM	(UINT64_C(1) << 2)
/** PLX_ETH_TX_OFFLOAD_TCP_CKSUM - PLX_MBUF_F_TX_TCP_CKSUM. */
#define PLX_ETH_TX_OFFLOAD_TCP_CKSUM	(UINT64_C(1) << 3)
/** PLX_ETH_TX_OFFLOAD_SCTP_CKSUM - PLX_MBUF_F_TX_SCTP_CKSUM. */
#define PLX_ETH_TX_OFFLOAD_SCTP_CKSUM	(UINT64_C(1) << 4)
/** PLX_ETH_TX_OFFLOAD_TCP_TSO - PLX_MBUF_F_TX_TCP_SEG. */
#define PLX_ETH_TX_OFFLOAD_TCP_TSO	(UINT64_C(1) << 5)
/** PLX_ETH_TX_OFFLOAD_QINQ_INSERT - PLX_MBUF_F_TX_QINQ. */
#define PLX_ETH_TX_OFFLOAD_QINQ_INSERT	(UINT64_C(1) << 8)
/**
 * PLX_ETH_TX_OFFLOAD_MULTI_SEGS - packets may be chains of mbufs.
 *
 * A driver that has a quicker way for single mbufs takes it where this is not set, and then drops
 * chains and counts them in oerrors.
 */
#define PLX_ETH_TX_OFFLOAD_MULTI_SEGS	(UINT64_C(1) << 15)
/**
 * PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE - all mbufs of a queue are of one pool, direct, refcnt 1.
 *
 * The program's promise, not a thing to be switched on: with it a driver frees without a look.
 */
#define PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE (UINT64_C(1) << 16)

/** PLX_ETH_VLAN_STRIP_OFFLOAD - for plx_eth_dev_set_vlan_offload(): PLX_ETH_RX_OFFLOAD_VLAN_STRIP. */
#define PLX_ETH_VLAN_STRIP_OFFLOAD	0x0001
/** PLX_ETH_VLAN_FILTER_OFFLOAD - for the same: PLX_ETH_RX_OFFLOAD_VLAN_FILTER. */
#define PLX_ETH_VLAN_FILTER_OFFLOAD	0x0002
/** PLX_ETH_VLAN_EXTEND_OFFLOAD - for the same: PLX_ETH_RX_OFFLOAD_VLAN_EXTEND. */
#define PLX_ETH_VLAN_EXTEND_OFFLOAD	0x0004

/** plx_eth_dev_rx_offload_name() - "VLAN_STRIP" of PLX_ETH_RX_OFFLOAD_VLAN_STRIP; "UNKNOWN". */
PLX_EXPORT const char *plx_eth_dev_rx_offload_name(uint64_t offload);
/** plx_eth_dev_tx_offload_name() - as plx_eth_dev_rx_offload_name(), of PLX_ETH_TX_OFFLOAD_*. */
PLX_EXPORT const char *plx_eth_dev_tx_offload_name(uint64_t offload);

PLX_END_DECLS
#endif
