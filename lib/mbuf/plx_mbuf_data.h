/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MBUF_DATA_H
#define PLX_MBUF_DATA_H
/**
 * DOC: Data of packets that may lie in several segments: read, moved into one, copied. Programs
 * include <plx_mbuf.h>.
 */
#include <plx_mbuf.h>

PLX_BEGIN_DECLS

/**
 * plx_pktmbuf_read_segs() - data of a packet in one piece.
 * @m: packet.
 * @off: bytes from its start.
 * @len: bytes.
 * @buf: @len bytes, used when they lie in several segments.
 *
 * Return: where they are: in the packet, or @buf; NULL if the packet is shorter.
 */
PLX_EXPORT const void *plx_pktmbuf_read_segs(const struct plx_mbuf *m, uint32_t off, uint32_t len,
	void *buf);

/** plx_pktmbuf_read() - plx_pktmbuf_read_segs(), quick for what is in the first segment. */
static inline const void *
plx_pktmbuf_read(const struct plx_mbuf *m, uint32_t off, uint32_t len, void *buf)
{
	if (plx_likely((uint64_t)off + len <= m->data_len))
		return plx_pktmbuf_mtod_offset(m, const char *, off);
	return plx_pktmbuf_read_segs(m, off, len, buf);
}

/**
 * plx_pktmbuf_linearize() - move all data of a packet into its first segment, and free the others.
 * @mbuf: packet.
 *
 * Return: 0; -ENOSPC, with nothing changed, if the tailroom of the first segment is too small or
 * its buffer is shared.
 */
PLX_EXPORT int plx_pktmbuf_linearize(struct plx_mbuf *mbuf);

/**
 * plx_pktmbuf_copy() - a packet with a copy of data of another one.
 * @m: packet.
 * @mp: pool of the copy.
 * @offset: bytes of @m to leave out at its start.
 * @length: bytes to copy, as far as there are; UINT32_MAX: all.
 *
 * In as many segments as it takes; offload flags and lengths are copied too, the headroom is the
 * usual one. Return: the copy; NULL with errno EINVAL if @offset is behind the end, ENOMEM,
 * EOVERFLOW.
 */
PLX_EXPORT struct plx_mbuf *plx_pktmbuf_copy(const struct plx_mbuf *m, struct plx_mempool *mp,
	uint32_t offset, uint32_t length);

PLX_END_DECLS
#endif
