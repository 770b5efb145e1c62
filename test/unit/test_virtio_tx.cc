/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_virtio; the test is the device, an honest one or one that is not. */
#include <algorithm>
#include <random>

#include "test_virtio_queue.h"

namespace {

TEST_P(VirtioTx, OneSegmentOneDescriptor)
{
	ASSERT_EQ(send(packet({ frame(1) })), 1);
	ASSERT_EQ(device->available(), 1u);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 1u);
	EXPECT_EQ(device->read(id), std::string(12, 0) + frame(1));
	EXPECT_EQ(txq->stats.packets, 1u);
	EXPECT_EQ(txq->stats.bytes, 60u);
	EXPECT_EQ(device->kicks, 1);
}

TEST_P(VirtioTx, SegmentsBecomeDescriptors)
{
	ASSERT_EQ(send(packet({ "one", "", "two", "three", "" })), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 3u) << "none without data";
	EXPECT_EQ(device->read(id), std::string(12, 0) + "onetwothree");
	ASSERT_EQ(send(packet({ "", "four" })), 1);
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + "four");
	EXPECT_EQ(txq->stats.bytes, 15u);
}

TEST_P(VirtioTx, SharedMbufIsNotWritten)
{
	plx_mbuf *m = packet({ frame(1) });

	plx_mbuf_refcnt_update(m, 1);
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 2u);
	EXPECT_EQ(device->read(id), std::string(12, 0) + frame(1));
	EXPECT_EQ(std::string(static_cast<char *>(m->buf_addr), m->data_off),
		std::string(m->data_off, char(0xee)));
	device->use(id, 0);
	make_it_reclaim();
	EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
	EXPECT_EQ(data_of(m), frame(1));
	plx_pktmbuf_free(m);
}

TEST_P(VirtioTx, NoRoomForTheHeader)
{
	plx_mbuf *m = packet({ "" });

	m->data_off = VIRTIO_NET_HDR_SIZE - 1;
	memcpy(plx_pktmbuf_append(m, 60), frame(3).data(), 60);
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 2u);
	EXPECT_EQ(device->read(id), std::string(12, 0) + frame(3));
}

TEST_P(VirtioTx, FullRing)
{
	std::vector<plx_mbuf *> pkts;

	for (unsigned int i = 0; i < SIZE + 4; i++)
		pkts.push_back(packet({ frame(i) }));
	EXPECT_EQ(send(pkts.data(), SIZE + 4), SIZE);
	EXPECT_EQ(device->kicks, 1);
	EXPECT_EQ(send(&pkts[SIZE], 4), 0);
	EXPECT_EQ(device->kicks, 1) << "nothing new, no doorbell";
	for (int i = 0; i < 3; i++)
		device->use(device->take(), 0);
	EXPECT_EQ(send(&pkts[SIZE], 4), 3);
	plx_pktmbuf_free(pkts[SIZE + 3]);
	for (unsigned int i = 3; i < SIZE + 3; i++) {
		const uint16_t id = device->take();

		EXPECT_EQ(device->read(id), std::string(12, 0) + frame(i));
	}
}

TEST_P(VirtioTx, DoorbellOnlyIfTheDeviceSleeps)
{
	device->poll();
	ASSERT_EQ(send(packet({ frame(1) })), 1);
	EXPECT_EQ(device->kicks, 0);
	EXPECT_EQ(device->available(), 1u);
}

/* A packet that needs more descriptors than are free may wait for those that are done. */
TEST_P(VirtioTx, ChainReclaimsWhatItNeeds)
{
	const std::vector<std::string> segs(SIZE - 1, "x");

	txq->free_thresh = 1;
	for (unsigned int i = 0; i < SIZE - 2u; i++)
		ASSERT_EQ(send(packet({ frame(i) })), 1);

	plx_mbuf *m = packet(segs);

	EXPECT_EQ(send(m), 0);
	complete();
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(device->chain(device->take()).size(), SIZE - 1u);
}

TEST_P(VirtioTx, TooManySegments)
{
	const std::vector<std::string> segs(SIZE, "x");
	plx_mbuf *pkts[] = { packet({ frame(1) }), packet(segs), packet({ frame(2) }) };

	EXPECT_EQ(send(pkts, 3), 3);
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(txq->stats.packets, 2u);
	EXPECT_EQ(txq->stats.bytes, 120u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 2u) << "it was freed";
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(1));
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(2));
}

TEST_P(VirtioTx, OnlyBadPackets)
{
	plx_mbuf *m = packet(std::vector<std::string>(SIZE, "x"));

	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(device->kicks, 0);
	EXPECT_EQ(device->available(), 0u);
}

/* Packets of all kinds, completed in any order, until the indices have wrapped around. */
TEST_P(VirtioTx, EverythingThatIsSentArrivesAndIsFreed)
{
	std::mt19937 random(3);
	std::deque<std::string> expected;
	std::vector<uint16_t> sent;
	unsigned int n = 0;

	while (n < 3 * 65536) {
		plx_mbuf *pkts[8];
		const uint16_t nb = uint16_t(random() % 9);

		for (uint16_t i = 0; i < nb; i++) {
			const std::string f = frame(n + i);
			const bool shared = random() % 16 == 0;

			pkts[i] = random() % 4 == 0 ?
				packet({ f.substr(0, 10), f.substr(10, 10), f.substr(20) }) :
				packet({ f });
			if (shared)
				plx_pktmbuf_refcnt_update(pkts[i], 1);
		}

		const uint16_t done = send(pkts, nb);

		for (uint16_t i = 0; i < nb; i++) {
			if (plx_mbuf_refcnt_read(pkts[i]) == 2)
				plx_pktmbuf_refcnt_update(pkts[i], -1);
			if (i >= done)
				plx_pktmbuf_free(pkts[i]);
			else
				expected.push_back(frame(n++));
		}
		while (device->available() > 0 && random() % 8 != 0) {
			sent.push_back(device->take());
			ASSERT_EQ(device->read(sent.back()), std::string(12, 0) + expected.front());
			expected.pop_front();
		}
		if (random() % 2 == 0)
			std::shuffle(sent.begin(), sent.end(), random);
		for (size_t k = random() % (sent.size() + 1); k > 0; k--) {
			device->use(sent.front(), 0);
			sent.erase(sent.begin());
		}
		ASSERT_FALSE(txq->vq.broken);
		ASSERT_LE(plx_mempool_in_use_count(pool.get()), 3u * SIZE);
	}
	EXPECT_EQ(txq->stats.packets, n);
	EXPECT_EQ(txq->stats.errors, 0u);

	/* No descriptor was lost either: the whole ring can be filled. */
	for (uint16_t id : sent)
		device->use(id, 0);
	complete();

	std::vector<plx_mbuf *> pkts;

	for (unsigned int i = 0; i < SIZE; i++)
		pkts.push_back(packet({ frame(i) }));
	EXPECT_EQ(send(pkts.data(), SIZE), SIZE);
	for (unsigned int i = 0; i < SIZE; i++)
		EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(i));
}

TEST_P(VirtioTx, MbufsGoBackToTheirPools)
{
	Pool other = make_pool("virtio tx 2");

	for (unsigned int i = 0; i < SIZE; i++) {
		plx_mbuf *m = plx_pktmbuf_alloc(i % 3 == 0 ? other.get() : pool.get());

		ASSERT_NE(m, nullptr);
		ASSERT_NE(plx_pktmbuf_append(m, 60), nullptr);
		ASSERT_EQ(send(m), 1);
	}
	complete();
	make_it_reclaim();
	EXPECT_EQ(plx_mempool_in_use_count(other.get()), 0u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), device->available());
}

TEST_P(VirtioTx, BadId)
{
	for (uint32_t id : { uint32_t(SIZE), uint32_t(UINT16_MAX), UINT32_MAX }) {
		ASSERT_EQ(send(packet({ frame(0) })), 1);
		device->use(id, 0);
		make_it_reclaim();
		expect_broken(1);
		txq->stats.errors = 0;
	}
}

TEST_P(VirtioTx, IdUsedTwice)
{
	ASSERT_EQ(send(packet({ frame(0) })), 1);
	ASSERT_EQ(send(packet({ frame(1) })), 1);

	const uint16_t id = device->take();

	device->use(id, 0);
	device->use(id, 0);
	make_it_reclaim();
	expect_broken(1);
}

TEST_P(VirtioTx, IdInsideAChain)
{
	ASSERT_EQ(send(packet({ "one", "two" })), 1);
	/* Split: that of another descriptor; packed: one that no buffer has. */
	device->use((device->take() + 1u) % SIZE, 0);
	make_it_reclaim();
	expect_broken(1);
}

TEST_P(VirtioTx, MoreUsedThanOutstanding)
{
	if (txq->vq.packed)
		GTEST_SKIP() << "there is no index that could say so";
	ASSERT_EQ(send(packet({ frame(0) })), 1);
	device->jump(SIZE + 1);
	testing::internal::CaptureStderr();
	make_it_reclaim();

	const std::string log = testing::internal::GetCapturedStderr();

	EXPECT_NE(log.find("33 buffers used of"), log.npos) << log;
	expect_broken(1);
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioTx, all_rings(), ring_name);

} // namespace
