/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mode icmpecho: answer ARP requests and pings, whatever address they ask for; drop the rest.
 *
 * Headers must be in the first segment. Only headers change, so the data of a ping may be in any
 * number of segments.
 */

#include <plx_arp.h>
#include <plx_icmp.h>
#include <plx_ip.h>

#include "fwd.h"

#define MAX_VLAN_TAGS 2

/* @len bytes at @off of the first segment of @m, or NULL if they are not all there. */
static inline void *
header_at(const struct plx_mbuf *m, size_t off, size_t len)
{
	return off + len <= m->data_len ? plx_pktmbuf_mtod_offset(m, void *, off) : NULL;
}

/* What follows the Ethernet header and VLAN tags, and where. Return: an ether_type; 0 if short. */
static uint16_t
payload_type(const struct plx_mbuf *m, size_t *off)
{
	const struct plx_ether_hdr *eth = header_at(m, 0, sizeof(*eth));
	const struct plx_vlan_hdr *vlan;
	uint16_t type;

	if (eth == NULL)
		return 0;
	type = plx_be_to_cpu_16(eth->ether_type);
	*off = sizeof(*eth);
	for (int tags = 0; tags < MAX_VLAN_TAGS; tags++) {
		if (type != PLX_ETHER_TYPE_VLAN && type != PLX_ETHER_TYPE_QINQ)
			break;
		vlan = header_at(m, *off, sizeof(*vlan));
		if (vlan == NULL)
			return 0;
		type = plx_be_to_cpu_16(vlan->eth_proto);
		*off += sizeof(*vlan);
	}
	return type;
}

/* Send the frame back, from our own address: what was asked may have been a group. */
static void
turn_round(const struct fwd_stream *fs, struct plx_mbuf *m)
{
	struct plx_ether_hdr *eth = plx_pktmbuf_mtod(m, struct plx_ether_hdr *);

	eth->dst_addr = eth->src_addr;
	eth->src_addr = fs->port_addr;
}

static bool
answer_arp(const struct fwd_stream *fs, struct plx_mbuf *m, size_t off)
{
	struct plx_arp_hdr *arp = header_at(m, off, sizeof(*arp));
	struct plx_arp_ipv4 asked;

	if (arp == NULL ||
	    arp->arp_hardware != PLX_BE16(PLX_ARP_HRD_ETHER) ||
	    arp->arp_protocol != PLX_BE16(PLX_ETHER_TYPE_IPV4) ||
	    arp->arp_hlen != PLX_ETHER_ADDR_LEN || arp->arp_plen != sizeof(asked.arp_tip) ||
	    arp->arp_opcode != PLX_BE16(PLX_ARP_OP_REQUEST))
		return false;
	/* A host that probes or announces its own address (RFC 5227) must not hear of another. */
	asked = arp->arp_data;
	if (asked.arp_sip == 0 || asked.arp_sip == asked.arp_tip)
		return false;
	turn_round(fs, m);
	arp->arp_opcode = PLX_BE16(PLX_ARP_OP_REPLY);
	arp->arp_data.arp_sha = fs->port_addr;
	arp->arp_data.arp_sip = asked.arp_tip;
	arp->arp_data.arp_tha = asked.arp_sha;
	arp->arp_data.arp_tip = asked.arp_sip;
	return true;
}

/* Is this the header of a whole ICMP packet, to an address that may also be a source? */
static bool
is_unicast_icmp(const struct plx_ipv4_hdr *ip)
{
	uint16_t fragment = plx_be_to_cpu_16(ip->fragment_offset);
	uint32_t dst = plx_be_to_cpu_32(ip->dst_addr);

	return ip->version_ihl >> 4 == 4 && plx_ipv4_hdr_len(ip) >= sizeof(*ip) &&
		ip->next_proto_id == IPPROTO_ICMP &&
		!(fragment & (PLX_IPV4_HDR_MF_FLAG | PLX_IPV4_HDR_OFFSET_MASK)) &&
		!PLX_IS_IPV4_MCAST(dst) && dst != INADDR_BROADCAST;
}

/* The checksum after the 16-bit word @from became @to (RFC 1624, 3). */
static plx_be16_t
updated_cksum(plx_be16_t cksum, plx_be16_t from, plx_be16_t to)
{
	return (plx_be16_t)~plx_cksum_fold((uint64_t)(uint16_t)~cksum + (uint16_t)~from + to);
}

static bool
answer_ping(const struct fwd_stream *fs, struct plx_mbuf *m, size_t off)
{
	struct plx_ipv4_hdr *ip = header_at(m, off, sizeof(*ip));
	struct plx_icmp_hdr *icmp;
	plx_be32_t src;

	if (ip == NULL || !is_unicast_icmp(ip))
		return false;
	icmp = header_at(m, off + plx_ipv4_hdr_len(ip), sizeof(*icmp));
	if (icmp == NULL || icmp->icmp_type != PLX_IP_ICMP_ECHO_REQUEST || icmp->icmp_code != 0)
		return false;
	turn_round(fs, m);
	/* The header checksum stays right: the sum does not know the order of the addresses. */
	src = ip->src_addr;
	ip->src_addr = ip->dst_addr;
	ip->dst_addr = src;
	icmp->icmp_type = PLX_IP_ICMP_ECHO_REPLY;
	icmp->icmp_cksum = updated_cksum(icmp->icmp_cksum, PLX_BE16(PLX_IP_ICMP_ECHO_REQUEST << 8),
		PLX_BE16(PLX_IP_ICMP_ECHO_REPLY << 8));
	return true;
}

static bool
answer(const struct fwd_stream *fs, struct plx_mbuf *m)
{
	size_t off = 0;

	switch (payload_type(m, &off)) {
	case PLX_ETHER_TYPE_ARP:
		return answer_arp(fs, m, off);
	case PLX_ETHER_TYPE_IPV4:
		return answer_ping(fs, m, off);
	default:
		return false;
	}
}

static void
icmpecho_reply(struct fwd_stream *fs)
{
	struct plx_mbuf *pkts[MAX_PKT_BURST];
	uint16_t nb_rx = stream_receive(fs, pkts), nb_answers = 0;

	for (uint16_t i = 0; i < nb_rx; i++) {
		if (answer(fs, pkts[i]))
			pkts[nb_answers++] = pkts[i];
		else
			plx_pktmbuf_free(pkts[i]);
	}
	if (nb_answers > 0)
		stream_transmit(fs, pkts, nb_answers);
}

const struct fwd_engine icmpecho_engine = {
	.name = "icmpecho",
	.answers = true,
	.packet_fwd = icmpecho_reply,
};
