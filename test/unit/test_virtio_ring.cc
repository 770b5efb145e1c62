/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings of net_virtio: who wakes whom, and memory that a device has written anything to. */
#include <random>

#include "test_virtio_queue.h"

namespace {

class VirtioRxRing : public VirtioRx {
protected:
	/* The memory that the device can write. */
	std::pair<uint8_t *, size_t> memory() const
	{
		uint8_t *start = static_cast<uint8_t *>(rxq->vq.ring);
		uint8_t *end = static_cast<uint8_t *>(rxq->vq.device_area) + (rxq->vq.packed ?
			sizeof(virtq_packed_event) : VIRTQ_USED_BYTES(SIZE));

		return { start, size_t(end - start) };
	}
};

class VirtioTxRing : public VirtioTx {};

TEST_P(VirtioTxRing, DoorbellAtTheIndexThatTheDeviceNames)
{
	if (!txq->vq.event_idx)
		GTEST_SKIP() << "it names none";
	/* Once around, so that the laps and the end of the ring are among it. */
	for (unsigned int i = 0; i < 3 * SIZE; i++) {
		const uint16_t n = uint16_t(i % 5);
		const int before = device->kicks;

		device->wake_after(n);
		for (unsigned int k = 0; k <= n; k++) {
			EXPECT_EQ(device->kicks, before) << "after " << k << " of " << n;
			ASSERT_EQ(send(packet({ frame(k) })), 1);
		}
		EXPECT_EQ(device->kicks, before + 1);
		ASSERT_EQ(send(packet({ frame(0) })), 1);
		EXPECT_EQ(device->kicks, before + 1) << "not before it asks again";
		complete();
		make_it_reclaim();
	}
	EXPECT_EQ(txq->vq.kicks, uint64_t(device->kicks));
}

/* 2.9: the doorbell says where the ring goes on. */
TEST_P(VirtioTxRing, DoorbellTellsTheIndex)
{
	for (unsigned int i = 1; i <= 2 * SIZE; i++) {
		device->listen();
		ASSERT_EQ(send(packet({ frame(i) })), 1);

		const unsigned int next = txq->vq.packed ?
			i % SIZE | (i / SIZE % 2 == 0 ? 0x8000u : 0) : i;

		EXPECT_EQ(device->kick_data, next << 16 | 1u);
		complete();
		make_it_reclaim();
	}
}

TEST_P(VirtioRxRing, CountAndStatus)
{
	const auto status = [this](uint16_t offset) {
		return rxq->ops->descriptor_status(rxq, offset);
	};

	EXPECT_EQ(rxq->ops->queue_count(rxq), 0);
	for (unsigned int i = 0; i < 5; i++)
		device->receive(frame(i));
	EXPECT_EQ(rxq->ops->queue_count(rxq), 5);
	EXPECT_EQ(status(4), PLX_ETH_RX_DESC_DONE);
	EXPECT_EQ(status(5), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(burst(), 5u);
	EXPECT_EQ(rxq->ops->queue_count(rxq), 0);
	EXPECT_EQ(status(0), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(status(SIZE - 1), PLX_ETH_RX_DESC_UNAVAIL) << "not refilled yet";
	EXPECT_EQ(status(SIZE), -EINVAL);
}

/* Whatever is written: nothing out of bounds (the sanitizers look), no mbuf lost, no end without. */
TEST_P(VirtioRxRing, AnythingInTheRing)
{
	std::mt19937 random(5);

	for (unsigned int round = 0; round < 2000; round++) {
		const auto mem = memory();

		if (round % 2 == 1)
			rxq->mergeable = rxq->csum = rxq->strip = full = true;
		for (unsigned int n = random() % 64; n > 0; n--)
			mem.first[random() % mem.second] = uint8_t(random() % 4 ? random() : 0x80);
		for (unsigned int n = 0; n < 4; n++) {
			burst();
			rxq->ops->queue_count(rxq);
			for (plx_mbuf *m : got)
				plx_pktmbuf_free(m);
			got.clear();
		}
		virtio_rxq_stop(rxq);
		ASSERT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		start();
	}
}

TEST_P(VirtioTxRing, AnythingInTheRing)
{
	std::mt19937 random(6);
	uint8_t *start_of = static_cast<uint8_t *>(txq->vq.ring);
	const size_t size = size_t(static_cast<uint8_t *>(txq->vq.device_area) - start_of) +
		(txq->vq.packed ? sizeof(virtq_packed_event) : VIRTQ_USED_BYTES(SIZE));

	for (unsigned int round = 0; round < 2000; round++) {
		for (unsigned int n = 0; n < 20; n++) {
			plx_mbuf *m = random() % 4 == 0 ? packet({ "one", "two", "three" }) :
				packet({ frame(n) });

			if (send(m) == 0)
				plx_pktmbuf_free(m);
			if (n % 5 == 0)
				start_of[random() % size] = uint8_t(random() % 4 ? random() : 0x80);
		}
		make_it_reclaim();
		virtio_txq_stop(txq);
		ASSERT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		start();
	}
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioRxRing, all_rings(), ring_name);
INSTANTIATE_TEST_SUITE_P(Rings, VirtioTxRing, all_rings(), ring_name);

} // namespace
