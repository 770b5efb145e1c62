/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of net_virtio that ask the transport about every address. */
#include "test_virtio_queue.h"

namespace {

using Range = std::pair<uint64_t, uint64_t>;

Range
buffer_of(const plx_mbuf *m)
{
	return { uintptr_t(m->buf_addr), uintptr_t(m->buf_addr) + m->buf_len };
}

class VirtioRxCheck : public VirtioRx {
protected:
	void SetUp() override
	{
		VirtioRx::SetUp();
		net.transport()->check = true;
		ASSERT_EQ(virtqueue_set_checker(&rxq->vq, net.transport()), 0);
	}

	unsigned int burst_checked()
	{
		plx_mbuf *pkts[64];
		const uint16_t nb = virtio_recv_pkts_checked(rxq, pkts, 64);

		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	NetDevice net;
};

TEST_F(VirtioRxCheck, EveryBufferIsAskedFor)
{
	const unsigned int before = net.checks;

	virtio_rxq_stop(rxq);
	start();
	EXPECT_EQ(net.checks, before + SIZE);
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst_checked(), SIZE);
	EXPECT_EQ(net.checks, before + 2 * SIZE);
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(rxq->stats.nombuf, 0u);
}

TEST_F(VirtioRxCheck, BadBuffersAreNotPosted)
{
	net.hole = { 0, UINT64_MAX };
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst_checked(), SIZE);
	EXPECT_EQ(device->available(), 0u);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(burst_checked(), 0u);
	EXPECT_EQ(rxq->stats.nombuf, SIZE) << "each once, however often we poll";
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE) << "none is lost";
	net.hole = {};
	EXPECT_EQ(burst_checked(), 0u);
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(device->kicks, 1);
}

/* The others of the same refill are posted. */
TEST_F(VirtioRxCheck, OneBadBuffer)
{
	std::vector<plx_mbuf *> others(POOL_SIZE - SIZE);

	/* Let the pool have as many as the refill will need. */
	ASSERT_EQ(plx_pktmbuf_alloc_bulk(pool.get(), others.data(), others.size()), 0);

	plx_mbuf *m = others.back();

	for (unsigned int i = 0; i < SIZE; i++, others.pop_back())
		plx_pktmbuf_free(others.back());
	net.hole = buffer_of(m);
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	burst_checked();
	EXPECT_EQ(device->available(), SIZE - 1u);
	EXPECT_EQ(rxq->stats.nombuf, 1u);
	for (unsigned int i = 0; i < SIZE; i++)
		EXPECT_NE(rxq->sw_ring[i], m);
	for (plx_mbuf *other : others)
		plx_pktmbuf_free(other);
}

TEST_F(VirtioRxCheck, StartWithABadPool)
{
	virtio_rxq_stop(rxq);
	net.hole = { 0, UINT64_MAX };
	EXPECT_EQ(virtio_rxq_start(rxq), -EFAULT);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	net.hole = {};
	start();
}

TEST_F(VirtioRxCheck, RingsAreAskedFor)
{
	net.hole = { uintptr_t(rxq->vq.used), uintptr_t(rxq->vq.used) + 1 };
	EXPECT_EQ(virtqueue_set_checker(&rxq->vq, net.transport()), -EFAULT);
}

class VirtioTxCheck : public VirtioTx {
protected:
	void SetUp() override
	{
		VirtioTx::SetUp();
		net.transport()->check = true;
		ASSERT_EQ(virtqueue_set_checker(&txq->vq, net.transport()), 0);
		net.checks = 0;
	}

	uint16_t send_checked(plx_mbuf *m) { return virtio_xmit_pkts_checked(txq, &m, 1); }

	NetDevice net;
};

TEST_F(VirtioTxCheck, EverySegmentWithDataIsAskedFor)
{
	ASSERT_EQ(send_checked(packet({ frame(1) })), 1);
	EXPECT_EQ(net.checks, 1u);
	ASSERT_EQ(send_checked(packet({ "one", "", "two" })), 1);
	EXPECT_EQ(net.checks, 3u);
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(1));
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + "onetwo");
	EXPECT_EQ(txq->stats.errors, 0u);
}

TEST_F(VirtioTxCheck, BadPacketIsDroppedAmongGoodOnes)
{
	plx_mbuf *pkts[] = { packet({ frame(1) }), packet({ frame(2) }), packet({ frame(3) }) };

	net.hole = buffer_of(pkts[1]);
	EXPECT_EQ(virtio_xmit_pkts_checked(txq, pkts, 3), 3);
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(txq->stats.packets, 2u);
	EXPECT_EQ(txq->stats.bytes, 120u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 2u) << "it was freed";
	EXPECT_EQ(device->available(), 2u);
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(1));
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(3));
}

TEST_F(VirtioTxCheck, ChainWithOneBadSegment)
{
	plx_mbuf *m = packet({ "one", "two", "three" });

	net.hole = buffer_of(m->next->next);
	EXPECT_EQ(send_checked(m), 1);
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(device->available(), 0u);
	EXPECT_EQ(device->kicks, 0);
	EXPECT_EQ(txq->nb_free, SIZE);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
}

/* The header goes in front of the data: it is part of what the device reads. */
TEST_F(VirtioTxCheck, HeaderInTheHeadroom)
{
	plx_mbuf *m = packet({ frame(1) });
	const uint64_t data = uintptr_t(plx_pktmbuf_mtod(m, char *));

	net.hole = { data - 1, data };
	EXPECT_EQ(send_checked(m), 1);
	EXPECT_EQ(txq->stats.errors, 1u);
	m = packet({ frame(2) });
	plx_mbuf_refcnt_update(m, 1);
	EXPECT_EQ(send_checked(m), 1) << "shared, so the header is elsewhere";
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(device->available(), 1u);
	virtio_txq_stop(txq);
	plx_pktmbuf_free(m);
	start();
}

/* Off is off: no call, and what can't be reached is handed over. */
TEST_F(VirtioTxCheck, OffCostsNoCall)
{
	net.transport()->check = false;
	ASSERT_EQ(virtqueue_set_checker(&txq->vq, net.transport()), 0);
	net.hole = { 0, UINT64_MAX };
	EXPECT_EQ(send(packet({ "one", "two" })), 1);
	EXPECT_EQ(net.checks, 0u);
	EXPECT_EQ(device->available(), 1u);
}

} // namespace
