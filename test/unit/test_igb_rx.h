/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IGB_RX_H
#define TEST_IGB_RX_H
/* Rx queues of net_igb and the chip that writes to them, as fixtures. */
#include <algorithm>

#include "test_igb_ring.h"

constexpr uint16_t SIZE = 64, THRESH = 16, BUF = 2048;
constexpr uint64_t GOOD = IGB_RXD_DD | IGB_RXD_EOP;

class IgbRx : public IgbRing {
protected:
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

	void make(uint16_t size = SIZE, uint16_t thresh = THRESH)
	{
		rxq = igb_rxq_create(toy->dev, 3, regs, size, thresh, pool.get(), SOCKET_ID_ANY);
		ASSERT_NE(rxq, nullptr);
		rxq->ol_mask = UINT64_MAX;
		start();
	}

	void start()
	{
		ASSERT_EQ(igb_rxq_start(rxq), 0);
		head = 0;
	}

	void unmake()
	{
		for (plx_mbuf *m : got)
			plx_pktmbuf_free(m);
		got.clear();
		if (rxq != nullptr) {
			EXPECT_EQ(igb_rxq_stop(rxq), 0);
		}
		igb_rxq_destroy(rxq);
		rxq = nullptr;
	}

	/* Descriptors that the chip has. */
	unsigned int owned() const
	{
		return (reg(IGB_DT) + rxq->nb_desc - head) % rxq->nb_desc;
	}

	/* Write @s to the next buffer, and report it with @hi and @lo. */
	void write(const std::string &s, uint64_t hi = GOOD, uint64_t lo = 0)
	{
		igb_desc &d = rxq->ring[head];

		ASSERT_GT(owned(), 0u);
		ASSERT_LE(s.size(), rxq->buf_len);
		ASSERT_EQ(d.hi, 0u) << "DD of the last time is gone";
		memcpy(reinterpret_cast<void *>(d.lo), s.data(), s.size());
		report(s.size(), hi, lo);
	}

	void report(size_t len, uint64_t hi, uint64_t lo = 0)
	{
		rxq->ring[head].lo = lo;
		rxq->ring[head].hi = hi | uint64_t(len) << 32;
		head = uint16_t((head + 1) % rxq->nb_desc);
	}

	/* One frame, over as many buffers as it takes. */
	void write_chain(const std::string &s, uint64_t hi = GOOD)
	{
		size_t at = 0;

		for (; s.size() - at > rxq->buf_len; at += rxq->buf_len)
			write(s.substr(at, rxq->buf_len), IGB_RXD_DD);
		write(s.substr(at), hi);
	}

	unsigned int burst(uint16_t n = 64)
	{
		plx_mbuf *pkts[64];
		const uint16_t nb = recv(rxq, pkts, n);

		EXPECT_LE(nb, n);
		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	/* Nothing moves, one line and one event said so; a restart helps. */
	void expect_broken(const char *words)
	{
		testing::internal::CaptureStderr();
		EXPECT_EQ(burst(), 0u);
		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find(words), log.npos) << log;
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
		EXPECT_TRUE(rxq->q.broken);
		EXPECT_EQ(resets, 1);
		EXPECT_EQ(rxq->q.errors, 1u);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(resets, 1);
		ASSERT_EQ(igb_rxq_stop(rxq), 0);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), got.size());
		start();
		write(frame(99));
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(data_of(got.back()), frame(99));
	}

	plx_eth_rx_burst_t recv = igb_recv_pkts;
	igb_rxq *rxq = nullptr;
	uint16_t head = 0;
	std::deque<plx_mbuf *> got;
};

class IgbRxScattered : public IgbRx {
protected:
	void SetUp() override
	{
		recv = igb_recv_scattered_pkts;
		IgbRx::SetUp();
	}
};

#endif
