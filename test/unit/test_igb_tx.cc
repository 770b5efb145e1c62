/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_igb; the test is the chip. */
#include <random>

#include "test_igb_ring.h"

namespace {

constexpr uint16_t SIZE = 128, RS = 16;

class IgbTx : public IgbRing {
protected:
	/* A packet as the chip sees it. */
	struct Sent {
		std::string data;
		uint64_t first;		/* of its first descriptor */
		igb_desc ctx;		/* that it refers to */
	};

	void SetUp() override
	{
		IgbRing::SetUp();
		make();
	}

	void TearDown() override
	{
		unmake();
		IgbRing::TearDown();
	}

	void make(uint16_t size = SIZE, uint16_t rs = RS)
	{
		txq = igb_txq_create(toy->dev, 1, regs, size, rs, uint16_t(size / 2), SOCKET_ID_ANY);
		ASSERT_NE(txq, nullptr);
		start();
	}

	void start()
	{
		ASSERT_EQ(igb_txq_start(txq), 0);
		head = 0;
		doorbell = 0;
	}

	void unmake()
	{
		if (txq == nullptr)
			return;
		run();
		EXPECT_EQ(igb_txq_stop(txq), 0);
		igb_txq_destroy(txq);
		txq = nullptr;
	}

	plx_mbuf *packet(const std::string &s)
	{
		plx_mbuf *m = plx_pktmbuf_alloc(pool.get());

		memcpy(plx_pktmbuf_append(m, uint16_t(s.size())), s.data(), s.size());
		return m;
	}

	/* @s in pieces of @piece bytes. */
	plx_mbuf *chain(const std::string &s, size_t piece)
	{
		plx_mbuf *m = packet(s.substr(0, piece));

		for (size_t at = piece; at < s.size(); at += piece)
			EXPECT_EQ(plx_pktmbuf_chain(m, packet(s.substr(at, piece))), 0);
		return m;
	}

	uint16_t send(std::vector<plx_mbuf *> pkts)
	{
		return xmit(txq, pkts.data(), uint16_t(pkts.size()));
	}

	uint16_t send(unsigned int from, unsigned int n)
	{
		std::vector<plx_mbuf *> pkts;

		for (unsigned int i = 0; i < n; i++)
			pkts.push_back(packet(frame(from + i)));

		const uint16_t nb = send(pkts);

		for (unsigned int i = nb; i < n; i++)
			plx_pktmbuf_free(pkts[i]);
		return nb;
	}

	/* The chip sends what it was told of, @n descriptors at most, and reports. */
	void run(unsigned int n = UINT32_MAX)
	{
		for (; n > 0 && head != reg(IGB_DT); n--) {
			igb_desc &d = txq->ring[head];

			ASSERT_TRUE(d.hi & IGB_TXD_DEXT);
			if ((d.hi >> 20 & 0xf) == 2) {
				ctx[d.hi >> 36 & 1] = d;
				nb_ctx++;
				ASSERT_FALSE(d.hi & IGB_TXD_RS);
			} else {
				data(d);
			}
			head = uint16_t((head + 1) % txq->nb_desc);
		}
		regs[IGB_DH / 4] = head;
	}

	void data(igb_desc &d)
	{
		ASSERT_EQ(d.hi >> 20 & 0xf, 3u);
		ASSERT_TRUE(d.hi & IGB_TXD_IFCS);
		ASSERT_GT(d.hi & 0xffff, 0u) << "nothing to send";
		if (!open)
			sent.push_back({ "", d.hi, ctx[d.hi >> 36 & 1] });
		sent.back().data.append(reinterpret_cast<const char *>(d.lo), d.hi & 0xffff);
		open = !(d.hi & IGB_TXD_EOP);
		if (!open && !(d.hi & IGB_TXD_TSE)) {
			EXPECT_EQ(sent.back().first >> 46, sent.back().data.size());
		}
		if (d.hi & IGB_TXD_RS) {
			ASSERT_FALSE(open) << "RS is at the end of a packet";
			nb_rs++;
			d.hi |= IGB_TXD_DD;
		}
	}

	plx_eth_tx_burst_t xmit = igb_xmit_pkts;
	igb_txq *txq = nullptr;
	uint16_t head = 0;
	uint32_t doorbell = 0;
	bool open = false;
	igb_desc ctx[2] = {};
	std::vector<Sent> sent;
	unsigned int nb_rs = 0, nb_ctx = 0;
};

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
