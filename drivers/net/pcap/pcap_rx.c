/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets from capture files and interfaces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_pcap.h"

/* libpcap tells most failures by text. */
static int
pcap_errno(int status)
{
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return -ENODEV;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return -EPERM;
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENETDOWN;
	default:
		return -EIO;
	}
}

static int
check_linktype(const char *port_name, const char *name, pcap_t *pcap)
{
	const char *type = pcap_datalink_val_to_name(pcap_datalink(pcap));

	if (pcap_datalink(pcap) == DLT_EN10MB)
		return 0;
	PCAP_ERR(port_name, "%s has frames of link type %s (EPROTONOSUPPORT): a port has Ethernet "
		"(EN10MB)", name, type != NULL ? type : "unknown");
	return -EPROTONOSUPPORT;
}

int
pcap_iface_open(const char *port_name, const char *iface, pcap_t **out)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(iface, text);
	int ret = pcap != NULL ? 0 : PCAP_ERROR;

	if (ret == 0) {
		pcap_set_snaplen(pcap, PCAP_SNAPLEN);
		pcap_set_promisc(pcap, 1);
		pcap_set_immediate_mode(pcap, 1);
		ret = pcap_activate(pcap);	/* above 0: a warning */
		if (ret < 0)
			snprintf(text, sizeof(text), "%s", pcap_geterr(pcap));
	}
	if (ret >= 0)
		ret = pcap_setnonblock(pcap, 1, text);
	if (ret < 0) {
		PCAP_ERR(port_name, "can't open interface %s (%s): %s", iface,
			plx_strerror(pcap_errno(ret)), text);
		if (pcap != NULL)
			pcap_close(pcap);
		return pcap_errno(ret);
	}
	ret = check_linktype(port_name, iface, pcap);
	if (ret < 0)
		pcap_close(pcap);
	else
		*out = pcap;
	return ret;
}

static int
file_open(struct pcap_rxq *rxq)
{
	char text[PCAP_ERRBUF_SIZE];
	pcap_t *pcap;
	int ret;

	errno = 0;
	pcap = pcap_open_offline(rxq->end->name, text);
	if (pcap == NULL) {
		/* Without an errno it is no capture file. */
		ret = errno != 0 ? -errno : -EINVAL;
		PCAP_ERR(rxq->port_name, "can't read packets of %s (%s): %s", rxq->end->name,
			plx_strerror(ret), text);
		return ret;
	}
	ret = check_linktype(rxq->port_name, rxq->end->name, pcap);
	if (ret < 0)
		pcap_close(pcap);
	else
		rxq->pcap = pcap;
	return ret;
}

/* Room for @need more bytes behind @used. */
static int
grow(char **bytes, size_t *size, size_t used, size_t need)
{
	size_t wanted = *size;
	char *larger;

	while (wanted < used + need)
		wanted = wanted != 0 ? 2 * wanted : 65536;
	if (wanted == *size)
		return 0;
	larger = realloc(*bytes, wanted);
	if (larger == NULL)
		return -ENOMEM;
	*bytes = larger;
	*size = wanted;
	return 0;
}

/* All packets into memory, each behind its length. */
static int
read_all(struct pcap_rxq *rxq, size_t *used)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	size_t size = 0;
	int ret;

	*used = 0;
	while ((ret = pcap_next_ex(rxq->pcap, &header, &data)) == 1) {
		uint32_t len = header->caplen;

		if (grow(&rxq->bytes, &size, *used, sizeof(len) + len) < 0)
			return -ENOMEM;
		memcpy(rxq->bytes + *used, &len, sizeof(len));
		memcpy(rxq->bytes + *used + sizeof(len), data, len);
		*used += sizeof(len) + len;
		rxq->nb_frames++;
	}
	return ret == PCAP_ERROR_BREAK ? 0 : -EIO;
}

static int
load(struct pcap_rxq *rxq)
{
	size_t used, at = 0;
	int ret = read_all(rxq, &used);

	if (ret == -EIO) {
		PCAP_ERR(rxq->port_name, "%s can't be read to its end (EIO): %s", rxq->end->name,
			pcap_geterr(rxq->pcap));
		return ret;
	}
	if (ret == 0 && rxq->nb_frames == 0) {
		PCAP_ERR(rxq->port_name, "%s has no packets (ENODATA): infinite_rx needs one",
			rxq->end->name);
		return -ENODATA;
	}
	if (ret == 0)
		rxq->frames = calloc(rxq->nb_frames, sizeof(*rxq->frames));
	if (rxq->frames == NULL) {
		PCAP_ERR(rxq->port_name, "no memory for %s (ENOMEM)", rxq->end->name);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < rxq->nb_frames; i++) {
		memcpy(&rxq->frames[i].len, rxq->bytes + at, sizeof(uint32_t));
		rxq->frames[i].data = rxq->bytes + at + sizeof(uint32_t);
		at += sizeof(uint32_t) + rxq->frames[i].len;
	}
	return 0;
}

int
pcap_rx_open(struct pcap_rxq *rxq, bool infinite)
{
	int ret;

	if (rxq->end->kind == PCAP_NONE)
		return 0;
	if (rxq->end->kind == PCAP_FILE) {
		ret = file_open(rxq);
		return ret == 0 && infinite ? load(rxq) : ret;
	}
	ret = pcap_iface_open(rxq->port_name, rxq->end->name, &rxq->pcap);
	if (ret == 0 && rxq->end->kind == PCAP_IFACE_IN &&
	    pcap_setdirection(rxq->pcap, PCAP_D_IN) < 0) {
		PCAP_ERR(rxq->port_name, "no direction of %s (EIO): %s", rxq->end->name,
			pcap_geterr(rxq->pcap));
		return -EIO;
	}
	return ret;
}

void
pcap_rx_close(struct pcap_rxq *rxq)
{
	if (rxq->pcap != NULL)
		pcap_close(rxq->pcap);
	rxq->pcap = NULL;
	free(rxq->frames);
	free(rxq->bytes);
	rxq->frames = NULL;
	rxq->bytes = NULL;
	rxq->nb_frames = 0;
}

/*
 * A file ends with its first error; an interface may come back, and is told of once. @nb_rx: packets of
 * this burst, which are not counted yet.
 */
static void
fail(struct pcap_rxq *rxq, uint16_t nb_rx)
{
	if (rxq->silent)
		return;
	vport_count(&rxq->rx.counters.errors, 1);
	rxq->silent = true;
	PCAP_ERR(rxq->port_name, "%s: no packets after %lu (EIO): %s", rxq->end->name,
		(unsigned long)(rxq->rx.counters.packets + nb_rx), pcap_geterr(rxq->pcap));
}

/* The next packet, or one that is waiting. */
static bool
next_packet(struct pcap_rxq *rxq, uint16_t nb_rx)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int ret;

	if (rxq->pending)
		return true;
	if (rxq->silent && rxq->end->kind == PCAP_FILE)
		return false;
	ret = pcap_next_ex(rxq->pcap, &header, &data);
	if (ret != 1) {
		if (ret == PCAP_ERROR_BREAK)
			rxq->silent = true;
		else if (ret < 0)
			fail(rxq, nb_rx);
		return false;
	}
	if (rxq->end->kind != PCAP_FILE)
		rxq->silent = false;
	rxq->data = data;
	rxq->len = header->caplen;
	rxq->time = header->ts;
	rxq->pending = true;
	return true;
}

/* What an interface received while the port was stopped is not the port's. */
static void
forget_old(struct pcap_rxq *rxq)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	while (next_packet(rxq, 0) && timercmp(&rxq->time, &now, <))
		rxq->pending = false;
}

int
pcap_rx_rewind(struct pcap_rxq *rxq)
{
	pcap_t *old = rxq->pcap;
	int ret;

	rxq->next = 0;
	if (rxq->end->kind == PCAP_IFACE || rxq->end->kind == PCAP_IFACE_IN)
		forget_old(rxq);
	if (rxq->end->kind != PCAP_FILE || rxq->frames != NULL)
		return 0;
	ret = file_open(rxq);
	if (ret < 0)
		return ret;
	pcap_close(old);
	rxq->pending = false;
	rxq->silent = false;
	return 0;
}

uint16_t
pcap_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct pcap_rxq *rxq = queue;
	uint16_t nb_rx = 0;
	uint64_t bytes = 0;

	if (rxq->pcap == NULL)
		return 0;
	while (nb_rx < nb_pkts && next_packet(rxq, nb_rx)) {
		int ret = vport_rx_frame(&rxq->rx, rxq->data, rxq->len, &rx_pkts[nb_rx]);

		/* It waits until there are mbufs again. */
		if (ret == -ENOMEM)
			break;
		rxq->pending = false;
		if (ret == 0) {
			bytes += rxq->len;
			nb_rx++;
		}
	}
	vport_count_packets(&rxq->rx.counters, nb_rx, bytes);
	return nb_rx;
}

uint16_t
pcap_rx_burst_infinite(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct pcap_rxq *rxq = queue;
	uint16_t nb_rx = 0;
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		const struct pcap_frame *frame = &rxq->frames[rxq->next];
		int ret = vport_rx_frame(&rxq->rx, frame->data, frame->len, &rx_pkts[nb_rx]);

		if (ret == -ENOMEM)
			break;
		rxq->next = rxq->next + 1 < rxq->nb_frames ? rxq->next + 1 : 0;
		if (ret == 0) {
			bytes += frame->len;
			nb_rx++;
		}
	}
	vport_count_packets(&rxq->rx.counters, nb_rx, bytes);
	return nb_rx;
}
