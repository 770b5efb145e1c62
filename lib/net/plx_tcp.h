/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_TCP_H
#define PLX_TCP_H
/**
 * DOC: TCP headers (RFC 9293).
 */
#include <plx_byteorder.h>

PLX_BEGIN_DECLS

/** PLX_TCP_FIN_FLAG - tcp_flags: no more data. */
#define PLX_TCP_FIN_FLAG 0x01
/** PLX_TCP_SYN_FLAG - tcp_flags: start of a connection. */
#define PLX_TCP_SYN_FLAG 0x02
/** PLX_TCP_RST_FLAG - tcp_flags: the connection is gone. */
#define PLX_TCP_RST_FLAG 0x04
/** PLX_TCP_PSH_FLAG - tcp_flags: deliver at once. */
#define PLX_TCP_PSH_FLAG 0x08
/** PLX_TCP_ACK_FLAG - tcp_flags: recv_ack is valid. */
#define PLX_TCP_ACK_FLAG 0x10
/** PLX_TCP_URG_FLAG - tcp_flags: tcp_urp is valid. */
#define PLX_TCP_URG_FLAG 0x20
/** PLX_TCP_ECE_FLAG - tcp_flags: congestion was seen. */
#define PLX_TCP_ECE_FLAG 0x40
/** PLX_TCP_CWR_FLAG - tcp_flags: the congestion window was reduced. */
#define PLX_TCP_CWR_FLAG 0x80

/**
 * struct plx_tcp_hdr - a TCP header.
 * @src_port: from where.
 * @dst_port: to where.
 * @sent_seq: number of the first byte of data.
 * @recv_ack: number of the next byte that is expected.
 * @data_off: upper 4 bits: 32-bit words of the header, options included.
 * @tcp_flags: PLX_TCP_*_FLAG.
 * @rx_win: bytes that may be sent to this end.
 * @cksum: see plx_ipv4_udptcp_cksum().
 * @tcp_urp: urgent pointer.
 */
struct plx_tcp_hdr {
	plx_be16_t src_port;
	plx_be16_t dst_port;
	plx_be32_t sent_seq;
	plx_be32_t recv_ack;
	uint8_t data_off;
	uint8_t tcp_flags;
	plx_be16_t rx_win;
	plx_be16_t cksum;
	plx_be16_t tcp_urp;
} __attribute__((packed));

PLX_STATIC_ASSERT(sizeof(struct plx_tcp_hdr) == 20, "as on the wire");

PLX_END_DECLS
#endif
