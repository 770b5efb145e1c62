/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_vmxnet3: what the device is asked to do with a packet, and what it can not be asked. */
#include <functional>

#include "test_vmxnet3_tx.h"

namespace {

TEST_F(Vmxnet3Tx, WhatTheDeviceIsAskedFor)
{
	const uint64_t whole = VMXNET3_TXD_EOP | VMXNET3_TXD_CQ | VMXNET3_TXD_GEN;
	const auto word = [this](plx_mbuf *m) {
		EXPECT_EQ(vmxnet3_prep_pkts(txq, &m, 1), 1) << strerror(errno);
		EXPECT_EQ(send(m), 1);
		return device->send()[0].word;
	};

	EXPECT_EQ(word(tcp(500, PLX_MBUF_F_TX_TCP_CKSUM)), whole | 500 | VMXNET3_TXD_OM_CSUM |
		VMXNET3_TXD_HLEN(34) | VMXNET3_TXD_MSSCOF(34 + 16));
	EXPECT_EQ(word(tcp(100, PLX_MBUF_F_TX_UDP_CKSUM)), whole | 100 | VMXNET3_TXD_OM_CSUM |
		VMXNET3_TXD_HLEN(34) | VMXNET3_TXD_MSSCOF(34 + 6)) << "also from the data ring";

	plx_mbuf *m = one(frame(0));

	m->ol_flags = PLX_MBUF_F_TX_VLAN;
	m->vlan_tci = 0x6123;
	EXPECT_EQ(word(m), whole | 60 | VMXNET3_TXD_TI(0x6123));
	m = tcp(1900, PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM, 700);
	EXPECT_EQ(word(m), whole | 1900 | VMXNET3_TXD_OM_TSO | VMXNET3_TXD_HLEN(54) |
		VMXNET3_TXD_MSSCOF(700));
}

TEST_F(Vmxnet3Tx, RequestsThatCanNotBe)
{
	const struct {
		const char *what;
		int why;
		std::function<plx_mbuf *()> make;
	} cases[] = {
		{ "IPv4 checksum alone", ENOTSUP, [&] { return tcp(500, PLX_MBUF_F_TX_IP_CKSUM); } },
		{ "SCTP", ENOTSUP, [&] { return tcp(500, PLX_MBUF_F_TX_SCTP_CKSUM); } },
		{ "two tags", ENOTSUP, [&] { return tcp(500, PLX_MBUF_F_TX_QINQ | PLX_MBUF_F_TX_VLAN); } },
		{ "no header lengths", EINVAL, [&] {
			plx_mbuf *m = tcp(500, PLX_MBUF_F_TX_TCP_CKSUM);
			m->l2_len = m->l3_len = 0;
			return m; } },
		{ "headers behind the end", EINVAL, [&] {
			plx_mbuf *m = tcp(60, PLX_MBUF_F_TX_TCP_CKSUM);
			m->l3_len = 400;
			return m; } },
		{ "segments of 0 bytes", EINVAL, [&] {
			return tcp(1900, PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM, 0); } },
		{ "segments larger than can be said", EINVAL, [&] {
			return tcp(20000, PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM, 16384); } },
		{ "a TCP header of 16 bytes", EINVAL, [&] {
			plx_mbuf *m = tcp(1900, PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM, 700);
			m->l4_len = 16;
			return m; } },
		{ "nothing to be cut", EINVAL, [&] {
			return tcp(54, PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IP_CKSUM, 700); } },
		{ "longer than a frame", EINVAL, [&] { return tcp(VMXNET3_FRAME_MAX + 1, 0); } },
		{ "less than a header", EINVAL, [&] { return one(std::string(13, 'x')); } },
		{ "another length than it says", EINVAL, [&] {
			plx_mbuf *m = packet(pool.get(), { frame(0), frame(1) });
			m->pkt_len = 20;
			return m; } },
	};

	for (const auto &c : cases) {
		expect_refused(c.make(), c.why, c.what);
		expect_dropped(c.make(), c.what);
	}
	EXPECT_EQ(send(one(frame(9))), 1) << "and it goes on";
	EXPECT_EQ(device->take().data, frame(9));
}

TEST_F(Vmxnet3Tx, OffloadsThatAreNotOn)
{
	txq->offloads = 0;
	expect_refused(tcp(500, PLX_MBUF_F_TX_TCP_CKSUM), ENOTSUP, "checksum");
	expect_refused(packet(pool.get(), { frame(0), frame(1) }), ENOTSUP, "a chain");

	plx_mbuf *m = one(frame(0));

	EXPECT_EQ(vmxnet3_prep_pkts(txq, &m, 1), 1);
	plx_pktmbuf_free(m);
}

} // namespace
