/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_virtio; the test is the device, an honest one or one that is not. */
#include <algorithm>
#include <random>
#include <utility>

#include "test_virtio_queue.h"

namespace {

TEST_P(VirtioRx, StartGivesTheDeviceAllBuffers)
{
	EXPECT_FALSE(device->interrupts_wanted());
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE);
	for (uint16_t i = 0; i < SIZE; i++) {
		const plx_mbuf *m = rxq->sw_ring[i];

		ASSERT_NE(m, nullptr);
		EXPECT_EQ(device->take(), i);

		const Piece d = device->chain(i)[0];

		EXPECT_EQ(d.addr, uintptr_t(m->buf_addr) + PLX_PKTMBUF_HEADROOM -
			VIRTIO_NET_HDR_SIZE);
		EXPECT_EQ(d.addr + d.len, uintptr_t(m->buf_addr) + m->buf_len);
		EXPECT_EQ(d.flags, VIRTQ_DESC_F_WRITE);
	}
	EXPECT_EQ(device->kicks, 0);
}

TEST_P(VirtioRx, StartWithTooFewMbufs)
{
	conf.size = 256;

	virtio_rxq *large = virtio_rxq_create(&conf, pool.get());

	ASSERT_NE(large, nullptr);
	EXPECT_EQ(virtio_rxq_start(large), -ENOMEM);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE) << "nothing but the other queue's";
	virtio_rxq_destroy(large);
}

TEST_P(VirtioRx, PacketsAreWhatTheDeviceWrote)
{
	device->receive(frame(0, PLX_ETHER_HDR_LEN));
	device->receive(frame(1, 60));
	device->receive(frame(2, PLX_MBUF_DEFAULT_DATAROOM));
	ASSERT_EQ(burst(), 3u);
	for (unsigned int i = 0; i < 3; i++) {
		const plx_mbuf *m = got[i];
		const char *reason;

		EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
		EXPECT_EQ(data_of(m), frame(i, m->data_len));
		EXPECT_EQ(m->pkt_len, m->data_len);
		EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(m->port, PORT);
		EXPECT_EQ(m->ol_flags, 0u);
		EXPECT_EQ(m->packet_type, 0u);
	}
	EXPECT_EQ(rxq->stats.packets, 3u);
	EXPECT_EQ(rxq->stats.bytes, PLX_ETHER_HDR_LEN + 60u + PLX_MBUF_DEFAULT_DATAROOM);
	EXPECT_EQ(rxq->stats.errors, 0u);
	EXPECT_EQ(burst(), 0u);
}

TEST_P(VirtioRx, NoMorePacketsThanAskedFor)
{
	for (unsigned int i = 0; i < 5; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst(2), 2u);
	EXPECT_EQ(burst(2), 2u);
	EXPECT_EQ(burst(2), 1u);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(data_of(got[i]), frame(i));
}

TEST_P(VirtioRx, IndicesWrapAround)
{
	std::mt19937 random(1);
	unsigned int sent = 0, received = 0;

	while (received < 3 * 65536) {
		for (unsigned int n = random() % (device->available() + 1); n > 0; n--)
			device->receive(frame(sent++));
		burst(uint16_t(random() % 40));
		for (; !got.empty(); got.pop_front()) {
			ASSERT_EQ(data_of(got.front()), frame(received++));
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->stats.packets, received);
	EXPECT_EQ(rxq->stats.errors, 0u);
	EXPECT_EQ(rxq->stats.nombuf, 0u);
}

/* Without VIRTIO_F_IN_ORDER a device may return buffers in any order. */
TEST_P(VirtioRx, AnyOrder)
{
	std::mt19937 random(2);
	unsigned int sent = 0, received = 0;
	std::deque<std::pair<uint16_t, unsigned int>> written;
	std::deque<unsigned int> order;

	while (received < 20000) {
		for (unsigned int n = random() % (device->available() + 1); n > 0; n--, sent++)
			written.emplace_back(device->write(frame(sent)), sent);
		std::shuffle(written.begin(), written.end(), random);
		for (size_t n = random() % (written.size() + 1); n > 0; n--) {
			device->use(written.front().first, VIRTIO_NET_HDR_SIZE + 60);
			order.push_back(written.front().second);
			written.pop_front();
		}
		burst();
		for (; !got.empty(); got.pop_front(), order.pop_front(), received++) {
			ASSERT_EQ(data_of(got.front()), frame(order.front()));
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->stats.errors, 0u);
}

TEST_P(VirtioRx, OneDoorbellForMany)
{
	for (unsigned int i = 0; i < THRESH - 1u; i++)
		device->receive(frame(i));
	burst();
	EXPECT_EQ(device->kicks, 0) << "too few to refill";
	device->receive(frame(0));
	burst();
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(device->kicks, 1);
	device->poll();
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	burst();
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(device->kicks, 1);
}

TEST_P(VirtioRx, MbufsRunOut)
{
	unmake();
	make(SIZE + 3);
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst(), SIZE);
	EXPECT_EQ(device->available(), 0u);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->stats.nombuf, SIZE) << "each once, however often we poll";

	/* With mbufs back, an idle poll is enough. */
	for (; !got.empty(); got.pop_front())
		plx_pktmbuf_free(got.front());
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(rxq->stats.nombuf, SIZE);
	device->receive(frame(5));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), frame(5));
}

TEST_P(VirtioRx, BadId)
{
	for (uint32_t id : { uint32_t(SIZE), uint32_t(UINT16_MAX), UINT32_MAX }) {
		device->receive(frame(0));
		device->use(id, 64);
		EXPECT_EQ(burst(), 1u) << "the one before is good";
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

TEST_P(VirtioRx, IdUsedTwice)
{
	const uint16_t id = device->write(frame(0));

	device->use(id, VIRTIO_NET_HDR_SIZE + 60);
	device->use(id, VIRTIO_NET_HDR_SIZE + 60);
	EXPECT_EQ(burst(), 1u);
	EXPECT_EQ(rxq->stats.errors, 1u);
	expect_broken();
}

TEST_P(VirtioRx, MoreUsedThanOutstanding)
{
	if (rxq->vq.packed)
		GTEST_SKIP() << "there is no index that could say so";
	device->jump(SIZE + 1);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->stats.errors, 1u);
	expect_broken();
	device->jump(UINT16_MAX);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->stats.errors, 2u);
	expect_broken();
}

TEST_P(VirtioRx, TooShortIsDropped)
{
	for (uint32_t len : { 0u, 1u, 11u, 12u, 25u })
		device->use(device->take(), len);
	device->use(device->take(), 26);
	EXPECT_EQ(burst(), 1u);
	EXPECT_EQ(got[0]->pkt_len, 14u);
	EXPECT_EQ(rxq->stats.errors, 5u);
	EXPECT_EQ(rxq->stats.packets, 1u);
	EXPECT_FALSE(rxq->vq.broken);
}

TEST_P(VirtioRx, LongerThanItsBuffer)
{
	for (uint32_t len : { rxq->buf_len + 1, UINT32_MAX }) {
		device->use(device->take(), len);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioRx, all_rings(), ring_name);

} // namespace
