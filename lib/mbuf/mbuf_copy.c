/* SPDX-License-Identifier: BSD-3-Clause */
/* Data of packets that lie in several segments: read, moved into one, copied. */
#include <string.h>

#include <plx_mbuf.h>

/* Copy what lies @off bytes into the packet to @dst; @len bytes of it are there. */
static void
copy_data(const struct plx_mbuf *m, uint32_t off, uint32_t len, char *dst)
{
	uint32_t n;

	for (; len > 0; m = m->next) {
		if (off >= m->data_len) {
			off -= m->data_len;
			continue;
		}
		n = PLX_MIN(len, m->data_len - off);
		memcpy(dst, plx_pktmbuf_mtod_offset(m, const char *, off), n);
		dst += n;
		len -= n;
		off = 0;
	}
}

const void *
plx_pktmbuf_read_segs(const struct plx_mbuf *m, uint32_t off, uint32_t len, void *buf)
{
	if ((uint64_t)off + len > m->pkt_len)
		return NULL;
	while (off >= m->data_len && m->next != NULL) {
		off -= m->data_len;
		m = m->next;
	}
	if ((uint64_t)off + len <= m->data_len)
		return plx_pktmbuf_mtod_offset(m, const char *, off);
	copy_data(m, off, len, (char *)buf);
	return buf;
}

int
plx_pktmbuf_linearize(struct plx_mbuf *mbuf)
{
	const uint32_t more = mbuf->pkt_len - mbuf->data_len;
	struct plx_mbuf *rest = mbuf->next;

	if (plx_pktmbuf_is_contiguous(mbuf))
		return 0;
	if (more > plx_pktmbuf_tailroom(mbuf) || !plx_pktmbuf_is_private(mbuf))
		return -ENOSPC;
	copy_data(rest, 0, more, plx_pktmbuf_mtod_offset(mbuf, char *, mbuf->data_len));
	mbuf->data_len = (uint16_t)mbuf->pkt_len;
	mbuf->next = NULL;
	mbuf->nb_segs = 1;
	plx_pktmbuf_free(rest);
	return 0;
}

/* What else there is to a packet. Its buffer is its own, whatever that of @m is. */
static void
copy_header(struct plx_mbuf *to, const struct plx_mbuf *m)
{
	const uint64_t buffer = PLX_MBUF_F_INDIRECT | PLX_MBUF_F_EXTERNAL;

	to->ol_flags = (to->ol_flags & buffer) | (m->ol_flags & ~buffer);
	to->port = m->port;
	to->packet_type = m->packet_type;
	to->vlan_tci = m->vlan_tci;
	to->vlan_tci_outer = m->vlan_tci_outer;
	to->hash = m->hash;
	to->tx_offload = m->tx_offload;
	to->timesync = m->timesync;
	memcpy(to->dynfield1, m->dynfield1, sizeof(to->dynfield1));
}

/* Copy @length bytes into new segments behind @head, and into its own buffer first. 0 or -errno. */
static int
copy_segments(struct plx_mbuf *head, const struct plx_mbuf *m, struct plx_mempool *mp,
	uint32_t offset, uint32_t length)
{
	struct plx_mbuf *last = head;
	uint16_t n;

	for (;;) {
		n = (uint16_t)PLX_MIN(length, (uint32_t)plx_pktmbuf_tailroom(last));
		copy_data(m, offset, n, plx_pktmbuf_mtod(last, char *));
		last->data_len = n;
		head->pkt_len += n;
		offset += n;
		length -= n;
		if (length == 0)
			return 0;
		if (head->nb_segs == PLX_MBUF_MAX_NB_SEGS)
			return -EOVERFLOW;
		last->next = plx_pktmbuf_alloc(mp);
		if (last->next == NULL)
			return -ENOMEM;
		last = last->next;
		/* Headroom is for headers, which are in front. */
		last->data_off = 0;
		head->nb_segs++;
	}
}

struct plx_mbuf *
plx_pktmbuf_copy(const struct plx_mbuf *m, struct plx_mempool *mp, uint32_t offset,
	uint32_t length)
{
	struct plx_mbuf *head;
	int ret;

	if (offset > m->pkt_len) {
		errno = EINVAL;
		return NULL;
	}
	head = plx_pktmbuf_alloc(mp);
	if (head == NULL)
		return NULL;
	copy_header(head, m);
	ret = copy_segments(head, m, mp, offset, PLX_MIN(length, m->pkt_len - offset));
	if (ret < 0) {
		plx_pktmbuf_free(head);
		errno = -ret;
		return NULL;
	}
	return head;
}
