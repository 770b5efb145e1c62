/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MBUF_SHOW_H
#define PLX_MBUF_SHOW_H
/**
 * DOC: Is a packet sane, and what does it look like? Programs include <plx_mbuf.h>.
 */
#include <stdio.h>

#include <plx_mbuf.h>

PLX_BEGIN_DECLS

/**
 * plx_mbuf_check() - is this mbuf what an mbuf in use should be?
 * @m: mbuf, may be NULL.
 * @is_header: 1: the first segment of a packet, look at the whole chain; 0: look at @m alone.
 * @reason: if not NULL: set to a static text that says what is wrong, or to "".
 *
 * Return: 0; -EINVAL.
 */
PLX_EXPORT int plx_mbuf_check(const struct plx_mbuf *m, int is_header, const char **reason);

/**
 * plx_pktmbuf_dump() - print a packet for people.
 * @f: open for writing.
 * @m: packet.
 * @dump_len: bytes of data to print at most. Return: 0; -EIO.
 */
PLX_EXPORT int plx_pktmbuf_dump(FILE *f, const struct plx_mbuf *m, unsigned int dump_len);

/** plx_get_rx_ol_flag_name() - name of the one receive flag @mask, or NULL. Static storage. */
PLX_EXPORT const char *plx_get_rx_ol_flag_name(uint64_t mask);
/**
 * plx_get_rx_ol_flag_list() - names of the receive flags in @mask, separated by blanks.
 * @mask: ol_flags.
 * @buf: @buflen bytes, filled and ended by NUL.
 * Return: 0; -ENOSPC if they do not fit, and as many as do are there.
 */
PLX_EXPORT int plx_get_rx_ol_flag_list(uint64_t mask, char *buf, size_t buflen);
/** plx_get_tx_ol_flag_name() - name of the one send flag @mask, or NULL. Static storage. */
PLX_EXPORT const char *plx_get_tx_ol_flag_name(uint64_t mask);
/** plx_get_tx_ol_flag_list() - as plx_get_rx_ol_flag_list(), of the send flags. */
PLX_EXPORT int plx_get_tx_ol_flag_list(uint64_t mask, char *buf, size_t buflen);

PLX_END_DECLS
#endif
