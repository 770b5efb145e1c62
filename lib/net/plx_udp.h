/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_UDP_H
#define PLX_UDP_H
/**
 * DOC: UDP headers (RFC 768).
 */
#include <plx_byteorder.h>

PLX_BEGIN_DECLS

/**
 * struct plx_udp_hdr - a UDP header.
 * @src_port: from where.
 * @dst_port: to where.
 * @dgram_len: bytes of header and data.
 * @dgram_cksum: see plx_ipv4_udptcp_cksum(); 0: none.
 */
struct plx_udp_hdr {
	plx_be16_t src_port;
	plx_be16_t dst_port;
	plx_be16_t dgram_len;
	plx_be16_t dgram_cksum;
} __attribute__((packed));

PLX_STATIC_ASSERT(sizeof(struct plx_udp_hdr) == 8, "as on the wire");

PLX_END_DECLS
#endif
