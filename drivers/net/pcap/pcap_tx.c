/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets into capture files and interfaces. */
#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_pcap.h"

#define FILE_BUFFER 65536	/* bytes that go to the file in one call */

static int
file_open(struct pcap_txq *txq)
{
	FILE *file = fopen(txq->end->name, "we");
	int ret = file != NULL ? 0 : -errno;

	if (ret == 0) {
		txq->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, PCAP_SNAPLEN,
			PCAP_TSTAMP_PRECISION_NANO);
		ret = txq->pcap != NULL ? 0 : -ENOMEM;
	}
	if (ret == 0) {
		setvbuf(file, NULL, _IOFBF, FILE_BUFFER);
		errno = EIO;
		txq->dumper = pcap_dump_fopen(txq->pcap, file);
		ret = txq->dumper != NULL && fflush(file) == 0 ? 0 : -errno;
	}
	if (ret == 0) {
		txq->good = ftello(file);
		return 0;
	}
	PCAP_ERR(txq->port_name, "can't write packets to %s (%s)", txq->end->name, plx_strerror(ret));
	if (txq->dumper == NULL && file != NULL)
		fclose(file);
	return ret;
}

int
pcap_tx_open(struct pcap_txq *txq)
{
	if (txq->end->kind == PCAP_NONE)
		return 0;
	txq->buf = malloc(VPORT_MAX_PKTLEN);
	if (txq->buf == NULL) {
		PCAP_ERR(txq->port_name, "no memory for a queue (ENOMEM)");
		return -ENOMEM;
	}
	if (txq->end->kind == PCAP_FILE)
		return file_open(txq);
	/* The interface may have been opened for both queues. */
	return txq->pcap != NULL ? 0 : pcap_iface_open(txq->port_name, txq->end->name, &txq->pcap);
}

void
pcap_tx_close(struct pcap_txq *txq)
{
	if (txq->dumper != NULL)
		pcap_dump_close(txq->dumper);
	if (txq->pcap != NULL)
		pcap_close(txq->pcap);
	free(txq->buf);
	txq->dumper = NULL;
	txq->pcap = NULL;
	txq->buf = NULL;
}

/* Once for a row of failures. */
static void
fail(struct pcap_txq *txq, int error, const char *why)
{
	if (!txq->silent)
		PCAP_ERR(txq->port_name, "%s does not take packets (%s): %s", txq->end->name,
			plx_strerror(error), why);
	txq->silent = true;
}

/* The file has whole packets only, whatever the disk took of those that failed. */
static void
undo(struct pcap_txq *txq)
{
	FILE *file = pcap_dump_file(txq->dumper);
	int error = errno;

	__fpurge(file);
	clearerr(file);
	fail(txq, error, "free some space; they are dropped until then");
	if (ftruncate(fileno(file), txq->good) < 0 || fseeko(file, txq->good, SEEK_SET) < 0)
		PCAP_ERR(txq->port_name, "%s can't be shortened to its %ld good bytes (%s)",
			txq->end->name, (long)txq->good, plx_strerror(errno));
}

/* On the disk's way with each burst: there is no later moment at which somebody asks for it. */
static uint16_t
dump(struct pcap_txq *txq, struct plx_mbuf **pkts, uint16_t nb_pkts, uint64_t *bytes)
{
	struct pcap_pkthdr header = { 0 };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	header.ts.tv_sec = now.tv_sec;
	header.ts.tv_usec = now.tv_nsec;	/* as the precision of the file says */
	for (uint16_t i = 0; i < nb_pkts; i++) {
		header.len = pkts[i]->pkt_len;
		header.caplen = pkts[i]->pkt_len;
		pcap_dump((u_char *)txq->dumper, &header, vport_tx_bytes(pkts[i], txq->buf));
		*bytes += header.len;
	}
	if (pcap_dump_flush(txq->dumper) < 0) {
		undo(txq);
		return 0;
	}
	txq->good = ftello(pcap_dump_file(txq->dumper));
	txq->silent = false;
	return nb_pkts;
}

static bool
inject_one(const struct pcap_txq *txq, const struct plx_mbuf *m)
{
	const void *bytes = vport_tx_bytes(m, txq->buf);

	if (pcap_sendpacket(txq->pcap, bytes, (int)m->pkt_len) == 0)
		return true;
	return errno == ENETDOWN && netdev_socket_error(pcap_fileno(txq->pcap)) != 0 &&
		pcap_sendpacket(txq->pcap, bytes, (int)m->pkt_len) == 0;
}

static uint16_t
inject(struct pcap_txq *txq, struct plx_mbuf **pkts, uint16_t nb_pkts, uint64_t *bytes)
{
	uint16_t nb_tx = 0;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		if (inject_one(txq, pkts[i])) {
			*bytes += pkts[i]->pkt_len;
			nb_tx++;
			txq->silent = false;
		} else {
			fail(txq, errno, pcap_geterr(txq->pcap));
		}
	}
	return nb_tx;
}

/* What is too long for the buffer goes to the end of @pkts. Return: the others. */
static uint16_t
sort_out(struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	for (uint16_t i = 0; i < nb_pkts; ) {
		struct plx_mbuf *m = pkts[i];

		if (plx_likely(m->pkt_len <= VPORT_MAX_PKTLEN)) {
			i++;
			continue;
		}
		pkts[i] = pkts[--nb_pkts];
		pkts[nb_pkts] = m;
	}
	return nb_pkts;
}

/* All are taken: what can't be written is an error, for nobody could do it later. */
uint16_t
pcap_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct pcap_txq *txq = queue;
	uint16_t good = sort_out(tx_pkts, nb_pkts), nb_tx = good;
	uint64_t bytes = 0;

	if (nb_pkts == 0)
		return 0;
	if (txq->end->kind == PCAP_FILE)
		nb_tx = dump(txq, tx_pkts, good, &bytes);
	else if (txq->end->kind != PCAP_NONE)
		nb_tx = inject(txq, tx_pkts, good, &bytes);
	else
		for (uint16_t i = 0; i < good; i++)
			bytes += tx_pkts[i]->pkt_len;
	plx_pktmbuf_free_bulk(tx_pkts, nb_pkts);
	vport_count_packets(&txq->counters, nb_tx, nb_tx > 0 ? bytes : 0);
	vport_count(&txq->counters.errors, (uint64_t)(nb_pkts - nb_tx));
	return nb_pkts;
}
