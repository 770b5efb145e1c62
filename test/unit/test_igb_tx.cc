/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_igb: packets out, and mbufs back. */
#include <random>

#include "test_igb_tx.h"

namespace {

/* Both ways of sending do this. */
class IgbTxBoth : public IgbTx, public testing::WithParamInterface<plx_eth_tx_burst_t> {
protected:
	void SetUp() override
	{
		xmit = GetParam();
		IgbTx::SetUp();
	}
};

INSTANTIATE_TEST_SUITE_P(Ways, IgbTxBoth, testing::Values(igb_xmit_pkts, igb_xmit_simple_pkts));

TEST_P(IgbTxBoth, TheChipGetsPackets)
{
	EXPECT_EQ(send(0, 10), 10u);
	EXPECT_EQ(reg(IGB_DT), 10u);
	run();
	ASSERT_EQ(sent.size(), 10u);
	for (unsigned int i = 0; i < 10; i++)
		EXPECT_EQ(sent[i].data, frame(i));
	EXPECT_EQ(txq->q.packets, 10u);
	EXPECT_EQ(txq->q.bytes, 600u);
	EXPECT_EQ(nb_rs, 0u) << "too few to report";
}

TEST_P(IgbTxBoth, ReportsAreRare)
{
	for (unsigned int i = 0; i < 10 * RS; i += 8) {
		EXPECT_EQ(send(i, 8), 8u);
		run();
	}
	EXPECT_EQ(nb_rs, 10u);
	EXPECT_LT(plx_mempool_in_use_count(pool.get()), SIZE) << "they came back meanwhile";
}

TEST_P(IgbTxBoth, GoesRound)
{
	for (const uint16_t rs : { 1, 5, 16, 32, 61 }) {
		std::mt19937 random(rs);
		unsigned int n = 0;

		unmake();
		make(SIZE + 8, rs);
		sent.clear();
		while (n < 5000) {
			n += send(n, random() % 80);
			run(random() % 100);
		}
		run();
		ASSERT_EQ(sent.size(), n);
		for (unsigned int i = 0; i < n; i++)
			ASSERT_EQ(sent[i].data, frame(i));
		EXPECT_EQ(txq->q.errors, 0u);
		EXPECT_EQ(txq->q.packets, n);
	}
}

TEST_P(IgbTxBoth, AFullRing)
{
	EXPECT_EQ(send(0, 200), SIZE - 1u) << "a full ring would look like an empty one";
	EXPECT_EQ(send(0, 1), 0u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE - 1u);
	run(RS - 1);
	EXPECT_EQ(send(0, 1), 0u) << "nothing is reported";
	run(1);
	EXPECT_EQ(send(SIZE - 1, 200), RS);
	run();
	for (unsigned int i = 0; i < sent.size(); i++)
		EXPECT_EQ(sent[i].data, frame(i));
}

/* Other pools, other users of an mbuf: each goes where it came from, and not too early. */
TEST_P(IgbTxBoth, MbufsOfOthers)
{
	Pool other(plx_pktmbuf_pool_create("igb other", 255, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
		SOCKET_ID_ANY));
	std::vector<plx_mbuf *> shared;

	ASSERT_NE(other, nullptr);
	for (unsigned int i = 0; i < 40; i++) {
		plx_mbuf *m = plx_pktmbuf_alloc(i % 3 == 0 ? other.get() : pool.get());

		memcpy(plx_pktmbuf_append(m, 60), frame(i).data(), 60);
		if (i % 7 == 0) {
			plx_mbuf_refcnt_update(m, 1);
			shared.push_back(m);
		}
		EXPECT_EQ(send({ m }), 1u);
	}
	run();
	EXPECT_EQ(igb_txq_done_cleanup(txq, 0), 32);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()) + plx_mempool_in_use_count(other.get()),
		8u + shared.size() - 1u) << "5 of the first 32 and 1 of the others are shared";
	EXPECT_EQ(igb_txq_stop(txq), 0);
	for (plx_mbuf *m : shared) {
		EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
		plx_pktmbuf_free(m);
	}
	EXPECT_EQ(plx_mempool_in_use_count(other.get()), 0u);
	start();
}

TEST_P(IgbTxBoth, WhatCannotBeSentIsDropped)
{
	plx_mbuf *huge = plx_pktmbuf_alloc(pool.get());

	huge->data_len = IGB_FRAME_MAX + 1;
	huge->pkt_len = huge->data_len;
	EXPECT_EQ(send({ packet(frame(0, IGB_FRAME_MIN - 1)), packet(frame(1)), huge,
		packet(frame(2)) }), 4u);
	run();
	ASSERT_EQ(sent.size(), 2u);
	EXPECT_EQ(sent[0].data, frame(1));
	EXPECT_EQ(sent[1].data, frame(2));
	EXPECT_EQ(txq->q.errors, 2u);
	EXPECT_EQ(txq->q.packets, 2u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 2u);
	/* Nothing for the chip: no doorbell. */
	regs[IGB_DT / 4] = 77;
	EXPECT_EQ(send({ packet(frame(0, 1)) }), 1u);
	EXPECT_EQ(reg(IGB_DT), 77u);
	regs[IGB_DT / 4] = 2;
}

TEST_P(IgbTxBoth, DoneCleanup)
{
	EXPECT_EQ(igb_txq_done_cleanup(txq, 0), 0);
	EXPECT_EQ(send(0, 40), 40u);
	EXPECT_EQ(igb_txq_done_cleanup(txq, 0), 0) << "it is not done";
	run();
	EXPECT_EQ(igb_txq_done_cleanup(txq, 5), 5);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 35u);
	EXPECT_EQ(igb_txq_done_cleanup(txq, 20), 20);
	EXPECT_EQ(igb_txq_done_cleanup(txq, 0), 7) << "8 are not reported";
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 8u);
	EXPECT_EQ(send(40, SIZE - 9u), SIZE - 9u);
	run();
	EXPECT_EQ(sent.size(), 40u + SIZE - 9u);
}

TEST_P(IgbTxBoth, DescriptorStatus)
{
	EXPECT_EQ(igb_tx_descriptor_status(txq, 0), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 2), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 1), PLX_ETH_TX_DESC_UNAVAIL);
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE), -EINVAL);
	EXPECT_EQ(send(0, 40), 40u);
	/* The last 40 entries of the order are those that were sent, oldest first. */
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 42), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 40), PLX_ETH_TX_DESC_FULL);
	run();
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 40), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 40 + 31), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(igb_tx_descriptor_status(txq, SIZE - 40 + 32), PLX_ETH_TX_DESC_FULL)
		<< "not reported";
}

TEST_P(IgbTxBoth, StopFreesWhatWasNotSent)
{
	EXPECT_EQ(send(0, 50), 50u);
	regs[IGB_DH / 4] = 50;	/* it says that it sent them */
	EXPECT_EQ(igb_txq_stop(txq), 0);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	EXPECT_EQ(send(0, 1), 0u) << "it is stopped";
	start();
	EXPECT_EQ(send(7, 1), 1u);
	run();
	EXPECT_EQ(sent.back().data, frame(7));
}

TEST_F(IgbTx, SimpleDropsChains)
{
	xmit = igb_xmit_simple_pkts;
	EXPECT_EQ(send({ chain(frame(0, 100), 50), packet(frame(1)) }), 2u);
	run();
	ASSERT_EQ(sent.size(), 1u);
	EXPECT_EQ(txq->q.errors, 1u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 1u);
}

TEST_F(IgbTx, ChainsUpToTheLimit)
{
	for (size_t nb_segs = 1; nb_segs <= IGB_TX_SEGS_MAX; nb_segs++) {
		EXPECT_EQ(send({ chain(frame(unsigned(nb_segs), nb_segs * 20), 20) }), 1u);
		run();
		ASSERT_EQ(sent.back().data, frame(unsigned(nb_segs), nb_segs * 20));
	}
	EXPECT_EQ(txq->q.errors, 0u);
	EXPECT_EQ(send({ chain(frame(0, (IGB_TX_SEGS_MAX + 1) * 20), 20) }), 1u);
	EXPECT_EQ(txq->q.errors, 1u);
	run();
	EXPECT_EQ(sent.size(), size_t(IGB_TX_SEGS_MAX));
}

/* A chain that bites its tail is no packet. */
TEST_F(IgbTx, AChainWithoutEnd)
{
	plx_mbuf *m = packet(frame(0));

	m->next = m;
	EXPECT_EQ(igb_tx_check(m), -EINVAL);
	m->next = nullptr;
	plx_pktmbuf_free(m);
}

TEST_F(IgbTx, EmptySegmentsAreLeftOut)
{
	plx_mbuf *m = plx_pktmbuf_alloc(pool.get());

	EXPECT_EQ(plx_pktmbuf_chain(m, packet(frame(1, 30))), 0);
	EXPECT_EQ(plx_pktmbuf_chain(m, plx_pktmbuf_alloc(pool.get())), 0);
	EXPECT_EQ(plx_pktmbuf_chain(m, packet("tail")), 0);
	EXPECT_EQ(plx_pktmbuf_chain(m, plx_pktmbuf_alloc(pool.get())), 0);
	EXPECT_EQ(send({ m }), 1u);
	EXPECT_EQ(reg(IGB_DT), 2u);
	run();
	EXPECT_EQ(sent.back().data, frame(1, 30) + "tail");
}

TEST_F(IgbTx, AChainThatDoesNotFitWaits)
{
	EXPECT_EQ(send(0, SIZE - 10), SIZE - 10u);

	std::vector<plx_mbuf *> pkts = { chain(frame(0, 400), 20), packet(frame(1)) };

	EXPECT_EQ(send(pkts), 0u) << "nor does what is behind it pass it";
	run();
	EXPECT_EQ(send(pkts), 2u);
	run();
	EXPECT_EQ(sent.back().data, frame(1));
}

/* The smallest ring and the rarest reports never lock up. */
TEST_F(IgbTx, LargestPacketsInTheSmallestRing)
{
	unmake();
	make(IGB_TX_DESC_MIN, IGB_TX_RS_MAX(IGB_TX_DESC_MIN));
	for (unsigned int i = 0; i < 500; i++) {
		plx_mbuf *m = i % 3 == 0 ? packet(frame(i)) :
			chain(frame(i, IGB_TX_SEGS_MAX * 20), 20);

		m->ol_flags = PLX_MBUF_F_TX_VLAN;
		m->vlan_tci = uint16_t(i);
		if (send({ m }) == 0) {
			run();
			ASSERT_EQ(send({ m }), 1u) << i;
		}
	}
	run();
	EXPECT_EQ(sent.size(), 500u);
}

TEST_F(IgbTx, AChipThatIsGone)
{
	EXPECT_EQ(send(0, 5), 5u);
	memset(regs, 0xff, sizeof(regs));
	EXPECT_EQ(igb_txq_stop(txq), 0);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	memset(regs, 0, sizeof(regs));
	start();
}

} /* namespace */
