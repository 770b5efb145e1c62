/* SPDX-License-Identifier: BSD-3-Clause */
/* The fast path of net_af_packet: slots to mbufs and back. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_ether.h>

#include <arpa/inet.h>
#include <plx_errno.h>
#include <plx_log.h>

#include "net_af_packet.h"

/* Where the data of a frame that is to be sent begin in its slot. */
#define TX_OFFSET (TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))

static inline struct tpacket2_hdr *
slot(const struct af_packet_ring *ring)
{
	return (struct tpacket2_hdr *)(void *)ring->slots[ring->next];
}

static inline void
advance(struct af_packet_ring *ring)
{
	if (++ring->next == ring->n)
		ring->next = 0;
}

/* The kernel takes the tag out. There is room in front of the frame to have it back. */
static void *
insert_tag(const struct tpacket2_hdr *hdr, char *frame)
{
	const struct plx_vlan_hdr tag = { htons(hdr->tp_vlan_tci), 0 };
	const uint16_t tpid = htons(hdr->tp_status & TP_STATUS_VLAN_TPID_VALID ? hdr->tp_vlan_tpid : ETH_P_8021Q);
	char *start = frame - sizeof(tag);

	memmove(start, frame, 2 * PLX_ETHER_ADDR_LEN);
	memcpy(start + 2 * PLX_ETHER_ADDR_LEN, &tpid, sizeof(tpid));
	memcpy(start + 2 * PLX_ETHER_ADDR_LEN + sizeof(tpid), &tag.vlan_tci, sizeof(tag.vlan_tci));
	return start;
}

static __plx_always_inline int
receive(struct af_packet_rxq *rxq, struct tpacket2_hdr *hdr, struct plx_mbuf **out)
{
	const bool tagged = (hdr->tp_status & TP_STATUS_VLAN_VALID) != 0;
	const bool strip = __atomic_load_n(&rxq->strip, __ATOMIC_RELAXED);
	char *frame = (char *)hdr + hdr->tp_mac;
	uint32_t len = hdr->tp_snaplen;
	int ret;

	if (plx_unlikely(len < hdr->tp_len)) {
		/* It does not fit the slot. */
		vport_count(&rxq->rx.counters.errors, 1);
		return -EMSGSIZE;
	}
	if (plx_unlikely(tagged && !strip)) {
		frame = insert_tag(hdr, frame);
		len += sizeof(struct plx_vlan_hdr);
	}
	ret = vport_rx_frame(&rxq->rx, frame, len, out);
	if (ret == 0 && plx_unlikely(tagged && strip)) {
		(*out)->vlan_tci = hdr->tp_vlan_tci;
		(*out)->ol_flags |= PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED;
	}
	/* From this machine: nobody has computed it, and nobody will. */
	if (ret == 0 && hdr->tp_status & TP_STATUS_CSUMNOTREADY)
		(*out)->ol_flags |= PLX_MBUF_F_RX_L4_CKSUM_NONE;
	return ret;
}

uint16_t
af_packet_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts)
{
	struct af_packet_rxq *rxq = queue;
	uint16_t nb_rx = 0;
	uint64_t bytes = 0;

	while (nb_rx < nb_pkts) {
		struct tpacket2_hdr *hdr = slot(&rxq->ring);
		int ret;

		/* Acquire: the frame was written before this. */
		if (!(__atomic_load_n(&hdr->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		ret = receive(rxq, hdr, &rx_pkts[nb_rx]);
		/* The frame waits in its slot for an mbuf. */
		if (ret == -ENOMEM)
			break;
		if (ret == 0)
			bytes += rx_pkts[nb_rx++]->pkt_len;
		__atomic_store_n(&hdr->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		advance(&rxq->ring);
	}
	vport_count_packets(&rxq->rx.counters, nb_rx, bytes);
	return nb_rx;
}

void
af_packet_rx_flush(struct af_packet_rxq *rxq)
{
	struct tpacket2_hdr *hdr = slot(&rxq->ring);

	while (__atomic_load_n(&hdr->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) {
		__atomic_store_n(&hdr->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		advance(&rxq->ring);
		hdr = slot(&rxq->ring);
	}
}

/* The slot that was filled @n slots ago. */
static inline struct tpacket2_hdr *
slot_before(const struct af_packet_ring *ring, unsigned int n)
{
	const unsigned int at = ring->next >= n ? ring->next - n : ring->next + ring->n - n;

	return (struct tpacket2_hdr *)(void *)ring->slots[at];
}

/* Acquire: the kernel has read the frame. */
static inline bool
is_taken(const struct tpacket2_hdr *hdr)
{
	return __atomic_load_n(&hdr->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_SEND_REQUEST;
}

/* Count what the kernel has taken: it goes from slot to slot. */
static void
settle(struct af_packet_txq *txq)
{
	if (plx_likely(txq->pending == 0 || is_taken(slot_before(&txq->ring, 1)))) {
		vport_count_packets(&txq->counters, txq->pending, txq->pending_bytes);
		txq->pending = 0;
		txq->pending_bytes = 0;
		return;
	}
	while (is_taken(slot_before(&txq->ring, txq->pending))) {
		const uint32_t len = slot_before(&txq->ring, txq->pending--)->tp_len;

		vport_count_packets(&txq->counters, 1, len);
		txq->pending_bytes -= len;
	}
}

/* The kernel would try the first one again for ever; one without a header it skips. */
static void
give_up_first(struct af_packet_txq *txq)
{
	struct tpacket2_hdr *hdr = slot_before(&txq->ring, txq->pending--);

	txq->pending_bytes -= hdr->tp_len;
	hdr->tp_len = 0;
	vport_count(&txq->counters.errors, 1);
}

/* All that the kernel has not taken. */
static void
take_back(struct af_packet_txq *txq)
{
	struct af_packet_ring *ring = &txq->ring;

	vport_count(&txq->counters.errors, txq->pending);
	for (; txq->pending > 0; txq->pending--) {
		__atomic_store_n(&slot_before(ring, 1)->tp_status, TP_STATUS_AVAILABLE, __ATOMIC_RELEASE);
		ring->next = (ring->next != 0 ? ring->next : ring->n) - 1;
	}
	txq->pending_bytes = 0;
}

/* Return: 0 or an errno. */
static int
ask_to_send(int fd)
{
	if (plx_likely(send(fd, NULL, 0, MSG_DONTWAIT) >= 0))
		return 0;
	/* The socket remembers that the interface went down, and says so once after it came back. */
	if (errno != ENETDOWN || netdev_socket_error(fd) == 0)
		return errno;
	return send(fd, NULL, 0, MSG_DONTWAIT) >= 0 ? 0 : errno;
}

/*
 * Let the kernel send. A frame that the interface drops is tried twice, for its queue may have been
 * full, and then no more: all others wait behind it.
 */
static void
kick(struct af_packet_txq *txq)
{
	const struct tpacket2_hdr *refused = NULL;
	int error;

	for (;;) {
		error = ask_to_send(txq->fd);
		settle(txq);
		if (error != ENOBUFS || txq->pending == 0)
			break;
		if (slot_before(&txq->ring, txq->pending) == refused)
			give_up_first(txq);
		else
			refused = slot_before(&txq->ring, txq->pending);
	}
	if (plx_likely(error == 0)) {
		txq->silent = false;
		return;
	}
	/* It takes the rest when it has sent some. */
	if (error == EAGAIN || error == ENOBUFS || error == EINTR)
		return;
	if (!txq->silent)
		PLX_LOG(ERR, &af_packet_logtype, "%s: the interface does not send (%s): packets are dropped "
			"until it does", txq->port_name, plx_strerror(error));
	txq->silent = true;
	take_back(txq);
}

static __plx_always_inline void
copy_out(char *to, const struct plx_mbuf *m)
{
	for (; m != NULL; to += m->data_len, m = m->next)
		memcpy(to, plx_pktmbuf_mtod(m, const void *), m->data_len);
}

uint16_t
af_packet_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts)
{
	struct af_packet_txq *txq = queue;
	unsigned int nb_tx = 0, nb_bad = 0;

	for (; nb_tx < nb_pkts; nb_tx++) {
		const struct plx_mbuf *m = tx_pkts[nb_tx];
		struct tpacket2_hdr *hdr = slot(&txq->ring);

		if (plx_unlikely(m->pkt_len > txq->max_len)) {
			nb_bad++;
			continue;
		}
		/* Acquire: the kernel is done with the slot. */
		if (__atomic_load_n(&hdr->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE)
			break;
		copy_out((char *)hdr + TX_OFFSET, m);
		hdr->tp_len = m->pkt_len;
		__atomic_store_n(&hdr->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
		advance(&txq->ring);
		txq->pending++;
		txq->pending_bytes += m->pkt_len;
	}
	if (txq->pending > 0)
		kick(txq);
	plx_pktmbuf_free_bulk(tx_pkts, nb_tx);
	vport_count(&txq->counters.errors, nb_bad);
	return (uint16_t)nb_tx;
}

void
af_packet_tx_flush(struct af_packet_txq *txq)
{
	settle(txq);
	take_back(txq);
}
