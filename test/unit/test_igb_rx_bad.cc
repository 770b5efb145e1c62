/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_igb and a chip that writes what it may not, or is gone. */
#include <random>

#include "test_igb_rx.h"

namespace {

TEST_F(IgbRx, AChipThatIsGone)
{
	ASSERT_EQ(igb_rxq_stop(rxq), 0);
	memset(regs, 0xff, sizeof(regs));
	EXPECT_EQ(igb_queue_disable(regs), -ENODEV);
	EXPECT_EQ(igb_rxq_stop(rxq), 0) << "what is gone does no DMA";
}

TEST_F(IgbRx, LengthBeyondTheBuffer)
{
	report(BUF + 1, GOOD);
	expect_broken("2049 bytes in a buffer of 2048");
}

TEST_F(IgbRx, NoEndOfThePacket)
{
	report(60, IGB_RXD_DD);
	expect_broken("no end");
}

TEST_F(IgbRx, WritesBackWhatItDoesNotHave)
{
	unmake();
	make_pool(SIZE);
	make();
	for (unsigned int i = 0; i < SIZE - 1u; i++)
		write(frame(i));
	EXPECT_EQ(burst(), SIZE - 1u);
	for (; !got.empty(); got.pop_front())
		plx_pktmbuf_free(got.front());
	/* The pool gives none while it is tested: hold them. */
	std::vector<plx_mbuf *> held(SIZE - 1);
	ASSERT_EQ(plx_mbuf_raw_alloc_bulk(pool.get(), held.data(), SIZE - 1), 0);
	report(60, GOOD);
	testing::internal::CaptureStderr();
	EXPECT_EQ(burst(), 0u);
	EXPECT_NE(testing::internal::GetCapturedStderr().find("did not have"), std::string::npos);
	EXPECT_EQ(resets, 1);
	EXPECT_TRUE(rxq->q.broken);
	plx_mbuf_raw_free_bulk(pool.get(), held.data(), SIZE - 1);
}

/* Whatever is in the ring, nothing is read or written out of bounds and nothing hangs or is lost. */
TEST_F(IgbRx, AnyNonsense)
{
	for (plx_eth_rx_burst_t fn : { igb_recv_pkts, igb_recv_scattered_pkts }) {
		recv = fn;
		for (unsigned int seed = 0; seed < 300; seed++) {
			std::mt19937_64 random(seed);

			testing::internal::CaptureStderr();
			for (unsigned int i = 0; i < 40 && !rxq->q.broken; i++) {
				for (uint16_t d = 0; d < SIZE; d++) {
					if (random() % 4 == 0)
						continue;
					rxq->ring[d].lo = random();
					rxq->ring[d].hi = random();
					/* Mostly lengths that could be. */
					if (random() % 16 != 0)
						rxq->ring[d].hi &= ~(UINT64_C(0xf800) << 32);
				}
				burst(uint16_t(1 + random() % 64));
				for (; !got.empty(); got.pop_front()) {
					const char *reason;

					ASSERT_EQ(plx_mbuf_check(got.front(), 1, &reason), 0) << reason;
					plx_pktmbuf_free(got.front());
				}
			}
			testing::internal::GetCapturedStderr();
			ASSERT_EQ(igb_rxq_stop(rxq), 0);
			ASSERT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
			start();
		}
	}
}

TEST_F(IgbRxScattered, LengthBeyondTheBuffer)
{
	report(BUF + 1, IGB_RXD_DD);
	expect_broken("2049 bytes in a buffer of 2048");
}

TEST_F(IgbRxScattered, AChainThatNeverEnds)
{
	for (unsigned int i = 0; i < SIZE - 1u; i++)
		report(BUF, IGB_RXD_DD);
	expect_broken("a packet of more than 5 buffers");
}

} /* namespace */
