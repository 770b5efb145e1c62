/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IGB_RING_H
#define TEST_IGB_RING_H
/* Queues of net_igb on plain memory, and the chip's side of them, as fixtures. */
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "eal_env.h"
#include "test_ethdev_toy.h"
#include "test_frames.h"

extern "C" {
#include "../../drivers/net/e1000/igb_rxtx.h"
}

/* A port, registers of one queue, and a pool. */
class IgbRing : public testing::Test {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		toy.reset(new Toy("igb"));
		ASSERT_NE(toy->dev, nullptr);
		ASSERT_EQ(plx_eth_dev_callback_register(toy->id, PLX_ETH_EVENT_INTR_RESET, on_reset,
			&resets), 0);
		make_pool(1023);
	}

	void TearDown() override
	{
		if (pool != nullptr) {
			EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u) << "mbufs are lost";
		}
		pool.reset();
		toy.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void make_pool(unsigned int n, uint16_t room = PLX_MBUF_DEFAULT_BUF_SIZE, uint16_t priv = 0)
	{
		pool.reset();
		pool.reset(plx_pktmbuf_pool_create("igb test", n, 0, priv, room, SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
	}

	static int on_reset(uint16_t, enum plx_eth_event_type, void *arg, void *)
	{
		++*static_cast<int *>(arg);
		return 0;
	}

	uint32_t reg(uint32_t r) const { return regs[r / 4]; }

	std::unique_ptr<Toy> toy;
	Pool pool;
	int resets = 0;
	alignas(64) uint32_t regs[64] = {};

private:
	size_t heap_ = 0;
};

#endif
