/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving by net_igb while the chip, a thread of its own here, writes back what it has. */
#include <atomic>
#include <thread>

#include "test_igb_ring.h"

namespace {

constexpr unsigned int FRAMES = 20000;
constexpr uint16_t SIZE = 64;

class IgbRace : public IgbRing {
protected:
	void SetUp() override
	{
		IgbRing::SetUp();
		rxq = igb_rxq_create(toy->dev, 0, regs, SIZE, 16, pool.get(), SOCKET_ID_ANY);
		ASSERT_NE(rxq, nullptr);
		rxq->ol_mask = UINT64_MAX;
		ASSERT_EQ(igb_rxq_start(rxq), 0);
		let_chip_have();
	}

	void TearDown() override
	{
		if (rxq != nullptr) {
			EXPECT_EQ(igb_rxq_stop(rxq), 0);
		}
		igb_rxq_destroy(rxq);
		IgbRing::TearDown();
	}

	/* Up to the tail, which the chip thread does not read itself: it is no atomic. */
	void let_chip_have() { tail.store(uint16_t(reg(IGB_DT)), std::memory_order_release); }

	void chip()
	{
		for (unsigned int i = 0; i < FRAMES; i++) {
			const uint16_t head = uint16_t(i % SIZE);

			while (tail.load(std::memory_order_acquire) == head) {
				if (over)
					return;
				std::this_thread::yield();
			}
			igb_desc &d = rxq->ring[head];

			memcpy(reinterpret_cast<void *>(d.lo), &i, sizeof(i));
			d.lo = 0;
			__atomic_store_n(&d.hi, IGB_RXD_DD | IGB_RXD_EOP | UINT64_C(60) << 32,
				__ATOMIC_RELEASE);
		}
	}

	/* Return: frames, which are to come in order and all. */
	unsigned int receive(plx_eth_rx_burst_t recv)
	{
		unsigned int n = 0;

		while (n < FRAMES && !HasFailure()) {
			plx_mbuf *pkts[8];
			const uint16_t nb = recv(rxq, pkts, 8);

			for (uint16_t i = 0; i < nb; i++, n++)
				EXPECT_EQ(*plx_pktmbuf_mtod(pkts[i], unsigned int *), n);
			plx_pktmbuf_free_bulk(pkts, nb);
			let_chip_have();
			EXPECT_EQ(rxq->q.errors, 0u);
			EXPECT_FALSE(rxq->q.broken);
		}
		return n;
	}

	void run(plx_eth_rx_burst_t recv)
	{
		std::thread writer(&IgbRace::chip, this);

		EXPECT_EQ(receive(recv), FRAMES);
		over = true;
		writer.join();
	}

	igb_rxq *rxq = nullptr;
	std::atomic<uint16_t> tail{0};
	std::atomic<bool> over{false};
};

TEST_F(IgbRace, WholePackets)
{
	run(igb_recv_pkts);
}

TEST_F(IgbRace, ScatteredPackets)
{
	run(igb_recv_scattered_pkts);
}

} // namespace
