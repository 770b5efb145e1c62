/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IGB_TX_H
#define TEST_IGB_TX_H
/* A Tx queue of net_igb and the chip that reads it, as a fixture. */
#include "test_igb_ring.h"

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
	bool open = false;
	igb_desc ctx[2] = {};
	std::vector<Sent> sent;
	unsigned int nb_rs = 0, nb_ctx = 0;
};

#endif
