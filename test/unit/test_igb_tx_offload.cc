/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_igb: what the chip is asked to do with a packet. */
#include "test_igb_tx.h"

namespace {

TEST_F(IgbTx, VlanTags)
{
	for (uint16_t tci : { 7, 7, 7, 8, 7, 8, 9, 7 }) {
		plx_mbuf *m = packet(frame(tci));

		m->ol_flags = PLX_MBUF_F_TX_VLAN;
		m->vlan_tci = tci;
		EXPECT_EQ(send({ m }), 1u);
		run();
		EXPECT_TRUE(sent.back().first & IGB_TXD_VLE);
		EXPECT_EQ(sent.back().ctx.lo >> 16 & 0xffff, tci);
		EXPECT_EQ(sent.back().ctx.lo >> 9 & 0x7f, PLX_ETHER_HDR_LEN);
	}
	EXPECT_EQ(nb_ctx, 4u) << "7, 8, 9 and 7 again: two are remembered";
	EXPECT_EQ(send({ packet(frame(0)) }), 1u);
	run();
	EXPECT_FALSE(sent.back().first & IGB_TXD_VLE);
	/* After a restart the chip remembers none. */
	EXPECT_EQ(igb_txq_stop(txq), 0);
	start();
	plx_mbuf *m = packet(frame(1));
	m->ol_flags = PLX_MBUF_F_TX_VLAN;
	m->vlan_tci = 7;
	EXPECT_EQ(send({ m }), 1u);
	run();
	EXPECT_EQ(nb_ctx, 5u);
}

TEST_F(IgbTx, Checksums)
{
	const struct {
		uint64_t flags, ctx, data;
	} cases[] = {
		{ PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM, IGB_CTX_IPV4, IGB_TXD_IXSM },
		{ PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_CKSUM,
			IGB_CTX_IPV4 | IGB_CTX_TCP, IGB_TXD_IXSM | IGB_TXD_TXSM },
		{ PLX_MBUF_F_TX_IPV6 | PLX_MBUF_F_TX_UDP_CKSUM, IGB_CTX_UDP, IGB_TXD_TXSM },
		{ PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_SCTP_CKSUM, IGB_CTX_IPV4 | IGB_CTX_SCTP,
			IGB_TXD_TXSM },
	};
	const uint64_t ctx_mask = IGB_CTX_IPV4 | UINT64_C(3) << 11;

	for (const auto &c : cases) {
		plx_mbuf *m = packet(frame(0));

		m->ol_flags = c.flags;
		m->l2_len = 14;
		m->l3_len = 20;
		EXPECT_EQ(send({ m }), 1u);
		run();
		EXPECT_EQ(sent.back().first & (IGB_TXD_IXSM | IGB_TXD_TXSM), c.data);
		EXPECT_EQ(sent.back().ctx.hi & ctx_mask, c.ctx);
		EXPECT_EQ(sent.back().ctx.lo, UINT64_C(14) << 9 | 20);
		EXPECT_EQ(sent.back().data, frame(0));
	}
}

plx_mbuf *
tso(plx_mbuf *m, uint16_t segsz, uint8_t l4_len = 20)
{
	m->ol_flags = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_SEG;
	m->l2_len = 14;
	m->l3_len = 20;
	m->l4_len = l4_len;
	m->tso_segsz = segsz;
	return m;
}

TEST_F(IgbTx, Tso)
{
	EXPECT_EQ(send({ tso(chain(frame(3, 20000), 2000), 1460) }), 1u);
	run();
	ASSERT_EQ(sent.size(), 1u);
	EXPECT_EQ(sent[0].data, frame(3, 20000));
	EXPECT_EQ(sent[0].first >> 46, 20000u - 54u) << "bytes of payload";
	EXPECT_TRUE(sent[0].first & IGB_TXD_TSE);
	EXPECT_EQ(sent[0].first & (IGB_TXD_IXSM | IGB_TXD_TXSM), IGB_TXD_IXSM | IGB_TXD_TXSM);
	EXPECT_EQ(sent[0].ctx.hi >> 48, 1460u);
	EXPECT_EQ(sent[0].ctx.hi >> 40 & 0xff, 20u);
	EXPECT_EQ(txq->q.bytes, 20000u);
}

/* The chip is not given what it might stumble over. */
TEST_F(IgbTx, BadRequestsAreDropped)
{
	std::vector<plx_mbuf *> bad = {
		tso(packet(frame(0, 1000)), 0),		/* no end of cutting */
		tso(packet(frame(0, 1000)), 500, 19),	/* no TCP header */
		tso(packet(frame(0, 54)), 500),		/* nothing to cut */
		tso(packet(frame(0, 1000)), 500, 240),	/* headers beyond what it can */
		packet(frame(0)), packet(frame(0)),
	};

	bad[4]->ol_flags = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_UDP_CKSUM;	/* no lengths */
	bad[5]->ol_flags = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_UDP_CKSUM;
	bad[5]->l2_len = 14;
	bad[5]->l3_len = 60;		/* headers longer than the packet */
	for (plx_mbuf *m : bad)
		EXPECT_EQ(igb_tx_check(m), -EINVAL);
	EXPECT_EQ(send(bad), bad.size());
	run();
	EXPECT_EQ(sent.size(), 0u);
	EXPECT_EQ(txq->q.errors, bad.size());
	EXPECT_EQ(send(0, 1), 1u);
}

} /* namespace */
