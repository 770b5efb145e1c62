/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with a packet, and what it looks like. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include <plx_mbuf.h>

/* What is wrong with one segment; NULL: nothing. */
static const char *
segment_fault(const struct plx_mbuf *m)
{
	if (m->pool == NULL)
		return "no pool";
	if (m->buf_addr == NULL)
		return "no buffer";
	if (plx_mbuf_refcnt_read(m) == 0)
		return "reference count is 0";
	if (!PLX_MBUF_DIRECT(m) && m->shinfo == NULL)
		return "a buffer from elsewhere, but not whose";
	if ((uint32_t)m->data_off + m->data_len > m->buf_len)
		return "data reach beyond the buffer";
	return NULL;
}

/* What is wrong with a packet; NULL: nothing. */
static const char *
packet_fault(const struct plx_mbuf *m)
{
	unsigned int segs = m->nb_segs;
	uint64_t len = m->pkt_len;
	const char *fault;

	/* Stops after nb_segs, so that a chain which is a circle ends too. */
	for (; m != NULL; m = m->next) {
		if (segs-- == 0)
			return "more segments than nb_segs";
		fault = segment_fault(m);
		if (fault != NULL)
			return fault;
		if (m->data_len > len)
			return "data of the segments exceed pkt_len";
		len -= m->data_len;
	}
	if (segs != 0)
		return "less segments than nb_segs";
	return len != 0 ? "data of the segments fall short of pkt_len" : NULL;
}

int
plx_mbuf_check(const struct plx_mbuf *m, int is_header, const char **reason)
{
	const char *fault;

	if (m == NULL)
		fault = "no mbuf";
	else
		fault = is_header ? packet_fault(m) : segment_fault(m);
	if (reason != NULL)
		*reason = fault != NULL ? fault : "";
	return fault != NULL ? -EINVAL : 0;
}

struct flag_name {
	uint64_t flag;
	uint64_t mask;
	const char *name;
};

#define FLAG(name) { name, name, #name }
#define FIELD(name, mask) { name, mask, #name }

static const struct flag_name rx_names[] = {
	FLAG(PLX_MBUF_F_RX_VLAN),
	FLAG(PLX_MBUF_F_RX_RSS_HASH),
	FIELD(PLX_MBUF_F_RX_L4_CKSUM_BAD, PLX_MBUF_F_RX_L4_CKSUM_MASK),
	FIELD(PLX_MBUF_F_RX_L4_CKSUM_GOOD, PLX_MBUF_F_RX_L4_CKSUM_MASK),
	FIELD(PLX_MBUF_F_RX_L4_CKSUM_NONE, PLX_MBUF_F_RX_L4_CKSUM_MASK),
	FIELD(PLX_MBUF_F_RX_IP_CKSUM_BAD, PLX_MBUF_F_RX_IP_CKSUM_MASK),
	FIELD(PLX_MBUF_F_RX_IP_CKSUM_GOOD, PLX_MBUF_F_RX_IP_CKSUM_MASK),
	FIELD(PLX_MBUF_F_RX_IP_CKSUM_NONE, PLX_MBUF_F_RX_IP_CKSUM_MASK),
	FLAG(PLX_MBUF_F_RX_VLAN_STRIPPED),
	FLAG(PLX_MBUF_F_RX_QINQ_STRIPPED),
	FLAG(PLX_MBUF_F_RX_LRO),
	FLAG(PLX_MBUF_F_RX_QINQ),
};

static const struct flag_name tx_names[] = {
	FLAG(PLX_MBUF_F_TX_QINQ),
	FLAG(PLX_MBUF_F_TX_TCP_SEG),
	FIELD(PLX_MBUF_F_TX_TCP_CKSUM, PLX_MBUF_F_TX_L4_MASK),
	FIELD(PLX_MBUF_F_TX_SCTP_CKSUM, PLX_MBUF_F_TX_L4_MASK),
	FIELD(PLX_MBUF_F_TX_UDP_CKSUM, PLX_MBUF_F_TX_L4_MASK),
	FLAG(PLX_MBUF_F_TX_IP_CKSUM),
	FLAG(PLX_MBUF_F_TX_IPV4),
	FLAG(PLX_MBUF_F_TX_IPV6),
	FLAG(PLX_MBUF_F_TX_VLAN),
};

static const char *
flag_name(const struct flag_name *names, unsigned int n, uint64_t mask)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (names[i].flag == mask)
			return names[i].name;
	return NULL;
}

static int
flag_list(const struct flag_name *names, unsigned int n, uint64_t mask, char *buf, size_t buflen)
{
	size_t used = 0, len;
	unsigned int i;

	if (buflen == 0)
		return -ENOSPC;
	buf[0] = '\0';
	for (i = 0; i < n; i++) {
		if ((mask & names[i].mask) != names[i].flag)
			continue;
		len = strlen(names[i].name);
		if (used + (used != 0) + len >= buflen)
			return -ENOSPC;
		used += (size_t)sprintf(buf + used, "%s%s", used != 0 ? " " : "", names[i].name);
	}
	return 0;
}

const char *
plx_get_rx_ol_flag_name(uint64_t mask)
{
	return flag_name(rx_names, PLX_DIM(rx_names), mask);
}

int
plx_get_rx_ol_flag_list(uint64_t mask, char *buf, size_t buflen)
{
	return flag_list(rx_names, PLX_DIM(rx_names), mask, buf, buflen);
}

const char *
plx_get_tx_ol_flag_name(uint64_t mask)
{
	return flag_name(tx_names, PLX_DIM(tx_names), mask);
}

int
plx_get_tx_ol_flag_list(uint64_t mask, char *buf, size_t buflen)
{
	return flag_list(tx_names, PLX_DIM(tx_names), mask, buf, buflen);
}

static void
dump_line(FILE *f, unsigned int at, const unsigned char *data, unsigned int n)
{
	unsigned int i;

	fprintf(f, "    %08X:", at);
	for (i = 0; i < 16; i++)
		if (i < n)
			fprintf(f, " %02X", data[i]);
		else
			fprintf(f, "   ");
	fprintf(f, " | ");
	for (i = 0; i < n; i++)
		fputc(isprint(data[i]) ? data[i] : '.', f);
	fputc('\n', f);
}

int
plx_pktmbuf_dump(FILE *f, const struct plx_mbuf *m, unsigned int dump_len)
{
	unsigned int segs = m->nb_segs, len, at;

	fprintf(f, "dump mbuf at %p, buf_len=%u\n  pkt_len=%" PRIu32 ", ol_flags=%#" PRIx64
		", nb_segs=%u, port=%u, ptype=%#" PRIx32 "\n", (const void *)m, m->buf_len,
		m->pkt_len, m->ol_flags, m->nb_segs, m->port, m->packet_type);
	/* No more than nb_segs, so that a chain that is a circle ends too. */
	for (; m != NULL && segs-- > 0; m = m->next) {
		fprintf(f, "  segment at %p, data=%p, len=%u, off=%u, refcnt=%u\n", (const void *)m,
			plx_pktmbuf_mtod(m, const void *), m->data_len, m->data_off,
			plx_mbuf_refcnt_read(m));
		len = PLX_MIN(dump_len, (unsigned int)m->data_len);
		dump_len -= len;
		for (at = 0; at < len; at += 16)
			dump_line(f, at, plx_pktmbuf_mtod_offset(m, const unsigned char *, at),
				PLX_MIN(len - at, 16u));
	}
	return ferror(f) ? -EIO : 0;
}
