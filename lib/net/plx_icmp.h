/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ICMP_H
#define PLX_ICMP_H
/**
 * DOC: ICMP echo (RFC 792).
 */
#include <plx_byteorder.h>

PLX_BEGIN_DECLS

/** PLX_IP_ICMP_ECHO_REPLY - icmp_type: the answer to a ping. */
#define PLX_IP_ICMP_ECHO_REPLY 0
/** PLX_IP_ICMP_ECHO_REQUEST - icmp_type: a ping. */
#define PLX_IP_ICMP_ECHO_REQUEST 8

/**
 * struct plx_icmp_hdr - header of an echo request or reply.
 * @icmp_type: PLX_IP_ICMP_*.
 * @icmp_code: 0 for echoes.
 * @icmp_cksum: of header and data; see plx_raw_cksum().
 * @icmp_ident: which pinger.
 * @icmp_seq_nb: which ping.
 */
struct plx_icmp_hdr {
	uint8_t icmp_type;
	uint8_t icmp_code;
	plx_be16_t icmp_cksum;
	plx_be16_t icmp_ident;
	plx_be16_t icmp_seq_nb;
} __attribute__((packed));

PLX_STATIC_ASSERT(sizeof(struct plx_icmp_hdr) == 8, "as on the wire");

PLX_END_DECLS
#endif
