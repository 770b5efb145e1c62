/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_vmxnet3; the test is the device, an honest one or one that is not. */
#include <deque>
#include <random>

#include "eal_env.h"
#include "test_vmxnet3_device.h"

namespace {

constexpr uint16_t SIZE = 64, THRESH = 8, ID = 2, NB_RXQ = 4, PORT = 7, MTU = 1500;
constexpr uint32_t NO_WRITE = 0xdeadbeef;

class Vmxnet3Rx : public testing::Test {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		make(PLX_MBUF_DEFAULT_BUF_SIZE, false);
	}

	void TearDown() override
	{
		unmake();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void make(uint16_t data_room, bool scatter, unsigned int mbufs = 511, uint16_t mtu = MTU)
	{
		vmxnet3_rxq_conf conf {};

		pool.reset(plx_pktmbuf_pool_create("vmxnet3 rx", mbufs, 0, 16, data_room, SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
		conf.dev_name = "test device";
		conf.port_id = PORT;
		conf.id = ID;
		conf.nb_desc = SIZE;
		conf.scatter = scatter;
		conf.free_thresh = THRESH;
		conf.mp = pool.get();
		conf.socket = SOCKET_ID_ANY;
		rxq = vmxnet3_rxq_create(&conf);
		ASSERT_NE(rxq, nullptr);
		mtu_ = mtu;
		start();
	}

	void start(uint64_t offloads = PLX_ETH_RX_OFFLOAD_CHECKSUM | PLX_ETH_RX_OFFLOAD_RSS_HASH)
	{
		ctrl = {};
		bar.set(VMXNET3_RXPROD(ID), NO_WRITE);
		bar.set(VMXNET3_RXPROD2(ID), NO_WRITE);
		ASSERT_EQ(vmxnet3_rxq_start(rxq, &ctrl, bar.bytes, NB_RXQ, mtu_, offloads), 0);
		device.reset(new RxDevice(*rxq));
	}

	void restart(uint64_t offloads = PLX_ETH_RX_OFFLOAD_CHECKSUM | PLX_ETH_RX_OFFLOAD_RSS_HASH)
	{
		vmxnet3_rxq_stop(rxq);
		start(offloads);
	}

	/* No mbuf may be lost, whatever went on before. */
	void unmake()
	{
		free_got();
		vmxnet3_rxq_stop(rxq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		vmxnet3_rxq_destroy(rxq);
		pool.reset();
	}

	void remake(uint16_t data_room, bool scatter, unsigned int mbufs = 511, uint16_t mtu = MTU)
	{
		unmake();
		make(data_room, scatter, mbufs, mtu);
	}

	void free_got()
	{
		for (plx_mbuf *m : got)
			plx_pktmbuf_free(m);
		got.clear();
	}

	/* One burst into @got. */
	unsigned int burst(uint16_t n = 64)
	{
		plx_mbuf *pkts[64];
		const uint16_t nb = vmxnet3_recv_pkts(rxq, pkts, n);

		EXPECT_LE(nb, n);
		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	/* A burst ends with the queue broken, one line about it, and nothing moves from then on; a restart helps. */
	void expect_break(const char *words)
	{
		const uint64_t errors = rxq->q.errors;

		testing::internal::CaptureStderr();
		burst();

		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find(words), log.npos) << log;
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
		EXPECT_TRUE(rxq->q.broken);
		EXPECT_EQ(rxq->q.errors, errors + 1);
		free_got();
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->q.errors, errors + 1);
		restart();
		device->receive(frame(99));
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(data_of(got.back()), frame(99));
		free_got();
	}

	Pool pool;
	vmxnet3_rxq *rxq = nullptr;
	vmxnet3_rx_desc ctrl {};
	DataBar bar;
	std::unique_ptr<RxDevice> device;
	std::deque<plx_mbuf *> got;

private:
	size_t heap_ = 0;
	uint16_t mtu_ = MTU;
};

constexpr uint64_t WHOLE = VMXNET3_RXC_SOP | VMXNET3_RXC_EOP | VMXNET3_RXC_CNC;

TEST_F(Vmxnet3Rx, StartGivesTheDeviceAllBuffersButOne)
{
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE - 1u);
	for (uint16_t i = 0; i < SIZE - 1; i++) {
		const plx_mbuf *m = rxq->ring[0].mbufs[i];
		const vmxnet3_desc &d = rxq->ring[0].desc[i];

		EXPECT_EQ(device->take(), i);
		EXPECT_EQ(d.addr, uintptr_t(m->buf_addr) + PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(d.addr + (d.word & 0x3fff), uintptr_t(m->buf_addr) + m->buf_len);
		EXPECT_FALSE(d.word & VMXNET3_RXD_BODY);
	}
	EXPECT_FALSE(device->has_buffer());
	EXPECT_FALSE(device->has_buffer(1)) << "a packet is one buffer";
	EXPECT_EQ(bar.get(VMXNET3_RXPROD(ID)), NO_WRITE);
	vmxnet3_rxq_tell(rxq);
	EXPECT_EQ(bar.get(VMXNET3_RXPROD(ID)), SIZE - 1u);
	EXPECT_EQ(bar.get(VMXNET3_RXPROD2(ID)), 0u);
}

TEST_F(Vmxnet3Rx, StartWithTooFewMbufs)
{
	unmake();
	pool.reset(plx_pktmbuf_pool_create("few", 40, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));

	vmxnet3_rxq_conf conf { nullptr, "test device", PORT, ID, SIZE, false, THRESH, pool.get(),
		SOCKET_ID_ANY };

	rxq = vmxnet3_rxq_create(&conf);
	ASSERT_NE(rxq, nullptr);
	EXPECT_EQ(vmxnet3_rxq_start(rxq, &ctrl, bar.bytes, NB_RXQ, MTU, 0), -ENOMEM);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
}

TEST_F(Vmxnet3Rx, PacketsAreWhatTheDeviceWrote)
{
	const size_t lens[] = { PLX_ETHER_HDR_LEN, 60, PLX_MBUF_DEFAULT_DATAROOM };

	for (unsigned int i = 0; i < 3; i++)
		device->receive(frame(i, lens[i]));
	EXPECT_EQ(vmxnet3_rx_queue_count(rxq), 3);
	ASSERT_EQ(burst(2), 2u);
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(burst(), 0u);
	for (unsigned int i = 0; i < 3; i++) {
		const plx_mbuf *m = got[i];
		const char *reason;

		EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
		EXPECT_EQ(data_of(m), frame(i, lens[i]));
		EXPECT_EQ(m->pkt_len, lens[i]);
		EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(m->port, PORT);
		EXPECT_EQ(m->ol_flags, 0u);
		EXPECT_EQ(m->packet_type, 0u);
	}
}

TEST_F(Vmxnet3Rx, RingsGoRound)
{
	std::mt19937 random(1);
	unsigned int sent = 0, received = 0;

	while (received < 20000) {
		for (unsigned int n = random() % SIZE; n > 0 && device->has_buffer(); n--)
			device->receive(frame(sent++));
		burst(uint16_t(random() % 40));
		for (; !got.empty(); got.pop_front()) {
			ASSERT_EQ(data_of(got.front()), frame(received++));
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->q.errors, 0u);
	EXPECT_EQ(rxq->nombuf, 0u);
	EXPECT_EQ(bar.get(VMXNET3_RXPROD(ID)), NO_WRITE) << "the device did not ask for it";
}

TEST_F(Vmxnet3Rx, TheDeviceIsToldOfBuffersIfItAsks)
{
	ctrl.update_prod = 1;
	for (unsigned int i = 0; i < THRESH - 1; i++)
		device->receive(frame(i));
	burst();
	EXPECT_EQ(bar.get(VMXNET3_RXPROD(ID)), NO_WRITE) << "nothing is refilled yet";
	device->receive(frame(0));
	burst();
	EXPECT_EQ(bar.get(VMXNET3_RXPROD(ID)), uint32_t(SIZE - 1 + THRESH) % SIZE);
	free_got();
}

TEST_F(Vmxnet3Rx, PacketsOfSeveralBuffers)
{
	std::mt19937 random(2);
	unsigned int sent = 0, received = 0;

	remake(512 + PLX_PKTMBUF_HEADROOM, true, 1023, VMXNET3_MTU_MAX);

	const auto len = [](unsigned int n) { return 60 + n * 911 % (VMXNET3_FRAME_MAX - 59); };

	while (received < 3000) {
		/* The driver may look when only a part of a packet is there. */
		const std::string f = frame(sent, len(sent));
		const size_t n = device->buffers(f.size()), cut = random() % (n + 1);

		device->receive(f, 0, 0, 0, cut);
		burst();
		device->receive(f, 0, 0, cut, n);
		burst();
		sent++;
		for (; !got.empty(); got.pop_front(), received++) {
			const char *reason;

			ASSERT_EQ(plx_mbuf_check(got.front(), 1, &reason), 0) << reason;
			ASSERT_EQ(data_of(got.front()), frame(received, len(received)));
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->q.errors, 0u);
}

TEST_F(Vmxnet3Rx, AStopInTheMiddleOfAPacket)
{
	remake(512 + PLX_PKTMBUF_HEADROOM, true);
	device->receive(frame(0, 1500), 0, 0, 0, 2);
	EXPECT_EQ(burst(), 0u);
	restart();
	device->receive(frame(1, 1500));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), frame(1, 1500));
}

/* The second ring holds a packet of the largest MTU, however small the mbufs and the first ring are. */
TEST_F(Vmxnet3Rx, SmallMbufsHoldTheLargestPacket)
{
	remake(VMXNET3_RX_BUF_MIN + PLX_PKTMBUF_HEADROOM, true, 511, VMXNET3_MTU_MAX);
	EXPECT_EQ(rxq->sg_max, (VMXNET3_FRAME_MAX + 127) / 128);
	device->receive(frame(0, VMXNET3_FRAME_MAX));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), frame(0, VMXNET3_FRAME_MAX));
}

TEST_F(Vmxnet3Rx, WhatTheDeviceFoundOut)
{
	constexpr uint64_t V4 = VMXNET3_RXC_V4, V6 = VMXNET3_RXC_V6, TCP = VMXNET3_RXC_TCP,
		UDP = VMXNET3_RXC_UDP, TUC = VMXNET3_RXC_TUC, IPC = VMXNET3_RXC_IPC;
	const uint64_t ip_good = PLX_MBUF_F_RX_IP_CKSUM_GOOD, ip_bad = PLX_MBUF_F_RX_IP_CKSUM_BAD;
	const uint64_t l4_good = PLX_MBUF_F_RX_L4_CKSUM_GOOD, l4_bad = PLX_MBUF_F_RX_L4_CKSUM_BAD;
	const struct {
		uint64_t hi, flags;
	} cases[] = {
		{ V4 | TCP | TUC | IPC, ip_good | l4_good },
		{ V4 | UDP | IPC, ip_good | l4_bad },
		{ V4 | TCP | TUC, ip_bad | l4_good },
		{ V4 | IPC, ip_good },
		{ V4 | UDP | IPC | VMXNET3_RXC_FRG, ip_good },
		{ V6 | UDP | TUC | IPC, l4_good },
		{ V6 | TCP | IPC, l4_bad },
		{ 0, 0 },
	};

	for (const auto &c : cases) {
		device->receive(frame(0), VMXNET3_RXC_CNC, c.hi);
		device->receive(frame(0), 0, c.hi);
		ASSERT_EQ(burst(), 2u);
		EXPECT_EQ(got[0]->ol_flags, c.flags);
		EXPECT_EQ(got[1]->ol_flags, 0u) << "it did not look";
		free_got();
	}
	restart(0);
	device->receive(frame(0), VMXNET3_RXC_CNC, cases[0].hi);
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(got[0]->ol_flags, 0u) << "nobody asked for it";
}

TEST_F(Vmxnet3Rx, TagAndHash)
{
	constexpr uint64_t HASH = UINT64_C(0x12345678) << 32 | UINT64_C(2) << 26;

	device->receive(frame(0), HASH, VMXNET3_RXC_TS | 0x2345u << 16);
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(got[0]->ol_flags, PLX_MBUF_F_RX_RSS_HASH | PLX_MBUF_F_RX_VLAN |
		PLX_MBUF_F_RX_VLAN_STRIPPED);
	EXPECT_EQ(got[0]->hash.rss, 0x12345678u);
	EXPECT_EQ(got[0]->vlan_tci, 0x2345);
	EXPECT_EQ(data_of(got[0]), frame(0));
}

/* A device may leave buffers out, and does not come back to them. */
TEST_F(Vmxnet3Rx, BuffersThatAreLeftOut)
{
	for (unsigned int round = 0; round < 3 * SIZE; round++) {
		for (unsigned int n = round % 4; n > 0; n--)
			device->take();
		device->receive(frame(round));
		ASSERT_EQ(burst(), 1u);
		ASSERT_EQ(data_of(got[0]), frame(round));
		free_got();
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), rxq->ring[0].nb_used);
	}
	EXPECT_EQ(rxq->q.errors, 0u);
}

TEST_F(Vmxnet3Rx, PacketsInErrorAreDropped)
{
	device->receive(frame(0), 0, VMXNET3_RXC_ERR);
	device->receive(frame(1));
	device->receive(frame(2, PLX_ETHER_HDR_LEN - 1));
	device->receive(frame(3));
	ASSERT_EQ(burst(), 2u);
	EXPECT_EQ(data_of(got[0]), frame(1));
	EXPECT_EQ(data_of(got[1]), frame(3));
	EXPECT_EQ(rxq->q.errors, 1u) << "what it calls an error the device counts itself";
	EXPECT_FALSE(rxq->q.broken);
}

TEST_F(Vmxnet3Rx, NoMbufsForAWhile)
{
	std::vector<plx_mbuf *> taken;

	while (plx_mbuf *m = plx_pktmbuf_alloc(pool.get()))
		taken.push_back(m);
	for (unsigned int i = 0; i < SIZE - 1; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst(), SIZE - 1u);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->nombuf, SIZE - 1u) << "each empty descriptor once";
	/* Less than a bulk, but enough to go on. */
	for (unsigned int i = 0; i < 10; i++)
		plx_pktmbuf_free(taken[i]);
	EXPECT_EQ(burst(), 0u);
	device->receive(frame(100));
	EXPECT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got.back()), frame(100));
	for (size_t i = 10; i < taken.size(); i++)
		plx_pktmbuf_free(taken[i]);
}

TEST_F(Vmxnet3Rx, DescriptorStatus)
{
	device->receive(frame(0));
	device->receive(frame(1));
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, 0), PLX_ETH_RX_DESC_DONE);
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, 1), PLX_ETH_RX_DESC_DONE);
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, 2), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, SIZE - 2), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, SIZE - 1), PLX_ETH_RX_DESC_UNAVAIL);
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, SIZE), -EINVAL);
	burst();
	EXPECT_EQ(vmxnet3_rx_descriptor_status(rxq, SIZE - 3), PLX_ETH_RX_DESC_UNAVAIL);
	EXPECT_EQ(vmxnet3_rx_queue_count(rxq), 0);
}

TEST_F(Vmxnet3Rx, AnIndexBeyondTheRing)
{
	device->complete(device->rqid(0) | WHOLE | SIZE, 60);
	expect_break("descriptor 64 of ring 2, which it did not have");
}

TEST_F(Vmxnet3Rx, ABufferThatItDidNotHave)
{
	device->receive(frame(0));
	ASSERT_EQ(burst(), 1u);
	device->complete(device->rqid(0) | WHOLE | 0, 60);
	expect_break("descriptor 0 of ring 2, which it did not have");
}

TEST_F(Vmxnet3Rx, TheOneThatIsAlwaysEmpty)
{
	device->complete(device->rqid(0) | WHOLE | (SIZE - 1), 60);
	expect_break("descriptor 63 of ring 2, which it did not have");
}

TEST_F(Vmxnet3Rx, MoreBytesThanTheBufferHas)
{
	device->complete(device->rqid(0) | WHOLE | device->take(), PLX_MBUF_DEFAULT_DATAROOM + 1);
	expect_break("descriptor 0 of ring 2 with 2049 bytes in a buffer of 2048");
}

TEST_F(Vmxnet3Rx, AnotherQueue)
{
	device->complete(VMXNET3_RXC_RQID(ID + 1) | WHOLE | device->take(), 60);
	expect_break("a completion of ring 3");
}

TEST_F(Vmxnet3Rx, ARingThatIsEmpty)
{
	device->complete(device->rqid(1) | WHOLE, 60);
	expect_break("descriptor 0 of ring 6, which it did not have");
}

TEST_F(Vmxnet3Rx, APacketWithoutAStart)
{
	remake(512 + PLX_PKTMBUF_HEADROOM, true);
	device->complete(device->write(frame(0), 0, 60) | VMXNET3_RXC_EOP, 60);
	expect_break("a packet without a start");
}

TEST_F(Vmxnet3Rx, AStartWithinAPacket)
{
	remake(512 + PLX_PKTMBUF_HEADROOM, true);
	device->receive(frame(0, 1500), 0, 0, 0, 2);
	device->receive(frame(1));
	expect_break("a packet begins within a packet");
}

TEST_F(Vmxnet3Rx, AStartInTheSecondRing)
{
	remake(512 + PLX_PKTMBUF_HEADROOM, true);
	device->complete(device->write(frame(0), 0, 60, 1) | WHOLE, 60);
	expect_break("a packet begins in the second ring");
}

TEST_F(Vmxnet3Rx, NoEnd)
{
	remake(512 + PLX_PKTMBUF_HEADROOM, true);
	device->complete(device->write(frame(0), 0, 60) | VMXNET3_RXC_SOP, 60);
	while (device->has_buffer(1))
		device->complete(device->write(frame(0), 0, 60, 1), 60);
	expect_break("a packet without an end, of 3 buffers");
}

/* Without the offload a packet is one buffer. */
TEST_F(Vmxnet3Rx, APacketOfTwoBuffersThatNobodyWanted)
{
	device->complete(device->write(frame(0), 0, 60) | VMXNET3_RXC_SOP, 60);
	device->complete(device->write(frame(0), 0, 60) | VMXNET3_RXC_EOP, 60);
	expect_break("a packet without an end, of 1 buffers");
}

/* Whatever is in the completion ring: never out of bounds, never without an end, no mbuf lost. */
TEST_F(Vmxnet3Rx, Garbage)
{
	std::mt19937_64 random(3);

	remake(512 + PLX_PKTMBUF_HEADROOM, true);
	for (unsigned int round = 0; round < 2000; round++) {
		for (unsigned int i = 0; i < rxq->q.nb_comps; i++) {
			const uint64_t rqid = random() % 2 * NB_RXQ + (random() % 8 ? ID : random() % 8);

			/* More or less like a completion, or nothing could happen. */
			rxq->q.comp[i] = { (random() & ~(VMXNET3_RXC_RQID(0x3ff) | VMXNET3_RXC_IDX)) |
				VMXNET3_RXC_RQID(rqid) | random() % (round % 2 ? SIZE : 4096),
				(random() & ~UINT64_C(0x3fff)) | random() % (round % 3 ? 512 : 16384) };
		}
		testing::internal::CaptureStderr();
		for (unsigned int i = 0; i < 10; i++)
			burst();
		testing::internal::GetCapturedStderr();
		free_got();
		vmxnet3_rxq_stop(rxq);
		ASSERT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		start();
	}
}

} // namespace
