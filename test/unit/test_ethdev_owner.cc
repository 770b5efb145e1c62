/* SPDX-License-Identifier: BSD-3-Clause */
/* A debug build's bursts see that two threads are in a queue at once. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>

#include <plx_common.h>
#ifndef PLX_ETHDEV_DEBUG
#define PLX_ETHDEV_DEBUG 1
#endif
#include <plx_ethdev.h>

namespace {

const uint16_t PORT = PLX_MAX_ETHPORTS - 1;
unsigned int calls;
uint16_t other_rx, other_queue_rx, other_tx;

/* While a burst of queue 0 runs, another thread tries the same queue, and other ones. */
uint16_t
rx_burst(void *queue, plx_mbuf **pkts, uint16_t n)
{
	calls++;
	if (queue == nullptr && calls == 1) {
		std::thread([=] {
			other_rx = plx_eth_rx_burst(PORT, 0, pkts, n);
			other_queue_rx = plx_eth_rx_burst(PORT, 1, pkts, n);
			other_tx = plx_eth_tx_burst(PORT, 0, pkts, n);
		}).join();
	}
	return n;
}

uint16_t
tx_burst(void *, plx_mbuf **, uint16_t n)
{
	return n;
}

TEST(EthdevOwner, TwoThreadsInOneQueueAreReported)
{
	struct plx_eth_fp_ops *ops = &plx_eth_fp_ops[PORT];
	const struct plx_eth_fp_ops before = *ops;
	void *queues[2] = { nullptr, queues };
	plx_mbuf *pkts[4];

	ops->rx_pkt_burst = rx_burst;
	ops->tx_pkt_burst = tx_burst;
	ops->rxq = ops->txq = queues;
	testing::internal::CaptureStderr();
	EXPECT_EQ(plx_eth_rx_burst(PORT, 0, pkts, 4), 4);
	/* The second one got nothing and did not come to the driver. */
	EXPECT_EQ(other_rx, 0);
	EXPECT_EQ(other_queue_rx, 4);
	EXPECT_EQ(other_tx, 4);
	EXPECT_EQ(calls, 2u);
	/* One after the other is fine, and what was told is not told again. */
	calls = 0;
	EXPECT_EQ(plx_eth_rx_burst(PORT, 0, pkts, 3), 3);
	EXPECT_EQ(other_rx, 0);
	std::thread([&] { EXPECT_EQ(plx_eth_rx_burst(PORT, 0, pkts, 2), 2); }).join();
	const std::string log = testing::internal::GetCapturedStderr();
	*ops = before;
	EXPECT_NE(log.find("Rx queue 0 is used by two threads"), std::string::npos) << log;
	EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST(EthdevOwner, WhatIsNoQueueIsRefused)
{
	EXPECT_EQ(plx_eth_queue_enter(PLX_MAX_ETHPORTS, 0, 0), -EINVAL);
	EXPECT_EQ(plx_eth_queue_enter(0, PLX_MAX_QUEUES_PER_PORT, 1), -EINVAL);
	EXPECT_EQ(plx_eth_queue_enter(0, 1, 1), 0);
	EXPECT_EQ(plx_eth_queue_enter(0, 1, 0), 0);
	plx_eth_queue_leave(0, 1, 1);
	plx_eth_queue_leave(0, 1, 0);
}

} // namespace
