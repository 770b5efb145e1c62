/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_e1000e; the test is the device, an honest one or one that is not. */
#include "test_e1000e_queue.h"

namespace {

const uint16_t SIZE = 64, THRESH = 16;

class E1000eRx : public E1000eQueue {
protected:
	void create(uint64_t offloads = 0, uint32_t buf_len = 2048, uint16_t size = SIZE)
	{
		plx_eth_rxconf conf {};

		conf.rx_free_thresh = THRESH;
		conf.offloads = offloads;
		dev->conf.rxmode.offloads = offloads;
		ASSERT_EQ(e1000e_rxq_create(dev, 0, size, SOCKET_ID_ANY, &conf, mp.get(), &tail, &rxq), 0);
		ASSERT_EQ(e1000e_rxq_start(rxq, buf_len), 0);
		e1000e_rxq_publish(rxq);
		nic = std::make_unique<RxDevice>(rxq);
	}

	void TearDown() override
	{
		free_got();
		if (rxq != nullptr)
			e1000e_rxq_stop(rxq);
		e1000e_rxq_destroy(rxq);
		E1000eQueue::TearDown();
	}

	uint16_t burst(plx_eth_rx_burst_t fn = e1000e_rx_burst, uint16_t n = 32)
	{
		plx_mbuf *pkts[256];
		const uint16_t nb = fn(rxq, pkts, n);

		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	void free_got()
	{
		for (plx_mbuf *m : got)
			plx_pktmbuf_free(m);
		got.clear();
	}

	void expect_broken(plx_eth_rx_burst_t fn)
	{
		const uint64_t errors = rxq->q.errors;

		EXPECT_TRUE(rxq->q.broken);
		EXPECT_EQ(resets, 1);
		EXPECT_GE(errors, 1u);
		nic->packet(bytes(60));
		EXPECT_EQ(burst(fn), 0) << "nothing moves any more";
		EXPECT_EQ(rxq->q.errors, errors) << "and that is said once";
		EXPECT_EQ(resets, 1);
		/* A start heals it. */
		free_got();
		e1000e_rxq_stop(rxq);
		EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 0u);
		ASSERT_EQ(e1000e_rxq_start(rxq, rxq->buf_len), 0);
		nic = std::make_unique<RxDevice>(rxq);
		nic->packet(bytes(60));
		EXPECT_EQ(burst(fn), 1);
	}

	e1000e_rxq *rxq = nullptr;
	std::unique_ptr<RxDevice> nic;
	std::vector<plx_mbuf *> got;
};

TEST_F(E1000eRx, StartGivesAllButOne)
{
	create();
	EXPECT_EQ(tail, SIZE - 1u);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), SIZE);
	for (uint16_t i = 0; i < SIZE; i++) {
		EXPECT_EQ(rxq->ring[i].read.addr, uintptr_t(rxq->sw_ring[i]->buf_addr) + PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(rxq->ring[i].read.zero, 0u);
	}
}

TEST_F(E1000eRx, StartWithTooFewMbufs)
{
	plx_eth_rxconf conf {};

	ASSERT_EQ(e1000e_rxq_create(dev, 0, 512, SOCKET_ID_ANY, &conf, mp.get(), &tail, &rxq), 0);
	EXPECT_EQ(e1000e_rxq_start(rxq, 2048), -ENOMEM);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 0u);
	EXPECT_EQ(burst(), 0) << "not started";
}

TEST_F(E1000eRx, ThresholdOfAWholeRingIsRefused)
{
	plx_eth_rxconf conf {};

	conf.rx_free_thresh = SIZE;
	EXPECT_EQ(e1000e_rxq_create(dev, 0, SIZE, SOCKET_ID_ANY, &conf, mp.get(), &tail, &rxq), -EINVAL);
}

TEST_F(E1000eRx, PacketsAreWhatTheDeviceWrote)
{
	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full, e1000e_rx_burst_scattered }) {
		create();
		for (size_t len : { 14, 60, 1518, 2048 })
			nic->packet(bytes(len, uint8_t(len)));
		ASSERT_EQ(burst(fn), 4);
		for (size_t i = 0; i < 4; i++) {
			const size_t len = std::vector<size_t>({ 14, 60, 1518, 2048 })[i];
			const char *reason;

			EXPECT_EQ(plx_mbuf_check(got[i], 1, &reason), 0) << reason;
			EXPECT_EQ(data_of(got[i]), bytes(len, uint8_t(len)));
			EXPECT_EQ(got[i]->port, dev->port_id);
			EXPECT_EQ(got[i]->ol_flags, 0u);
			EXPECT_EQ(got[i]->packet_type, 0u);
		}
		EXPECT_EQ(rxq->q.packets, 4u);
		EXPECT_EQ(rxq->q.bytes, 14u + 60 + 1518 + 2048);
		free_got();
		e1000e_rxq_stop(rxq);
		e1000e_rxq_destroy(rxq);
		rxq = nullptr;
	}
}

TEST_F(E1000eRx, OneTailWriteForManyPackets)
{
	create();
	tail = 0xdeadbeef;
	for (int i = 0; i < THRESH - 1; i++)
		nic->packet(bytes(60));
	EXPECT_EQ(burst(), THRESH - 1);
	EXPECT_EQ(tail, 0xdeadbeef) << "not yet";
	nic->packet(bytes(60));
	EXPECT_EQ(burst(), 1);
	EXPECT_EQ(tail, THRESH - 1u);
	EXPECT_EQ(rxq->nb_empty, 0);
	EXPECT_EQ(rxq->ring[0].read.zero, 0u) << "not done any more";
}

TEST_F(E1000eRx, GoesRoundTheRing)
{
	create();
	for (unsigned int i = 0; i < 5 * SIZE; i++) {
		nic->packet(bytes(60 + i % 7, uint8_t(i)));
		ASSERT_EQ(burst(), 1) << i;
		EXPECT_EQ(data_of(got[0]), bytes(60 + i % 7, uint8_t(i)));
		free_got();
	}
}

/* Old descriptors behind those that the device has look done: they are not looked at. */
TEST_F(E1000eRx, NothingIsTakenTwiceWhenThePoolIsEmpty)
{
	create();
	std::vector<plx_mbuf *> all(plx_mempool_avail_count(mp.get()));
	ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), all.data(), unsigned(all.size())), 0);
	for (uint16_t i = 0; i < SIZE - 1; i++)
		nic->packet(bytes(60));
	while (burst() > 0)
		;
	EXPECT_EQ(got.size(), SIZE - 1u);
	EXPECT_EQ(rxq->q.nombuf, SIZE - 1u) << "each empty descriptor once";
	EXPECT_EQ(burst(), 0);
	EXPECT_EQ(rxq->q.nombuf, SIZE - 1u);
	/* A single mbuf is enough to go on. */
	plx_pktmbuf_free(all.back());
	all.pop_back();
	EXPECT_EQ(burst(), 0);
	EXPECT_EQ(rxq->nb_empty, SIZE - 2);
	nic->next = SIZE - 1;
	nic->packet(bytes(61));
	EXPECT_EQ(burst(), 1);
	EXPECT_EQ(got.back()->pkt_len, 61u);
	for (plx_mbuf *m : all)
		plx_pktmbuf_free(m);
}

TEST_F(E1000eRx, OffloadsAreTold)
{
	create(PLX_ETH_RX_OFFLOAD_CHECKSUM | PLX_ETH_RX_OFFLOAD_RSS_HASH | PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
	const uint32_t done = E1000E_RXD_DD | E1000E_RXD_EOP;

	nic->write(done | E1000E_RXD_IPCS | E1000E_RXD_TCPCS, 60, 0, 0x12345678, 1);
	nic->write(done | E1000E_RXD_IPCS | E1000E_RXD_IPE | E1000E_RXD_TCPCS | E1000E_RXD_TCPE, 60, 0, 7, 0);
	nic->write(done | E1000E_RXD_IPE | E1000E_RXD_TCPE, 60);
	nic->write(done | E1000E_RXD_VP, 60, 0x6123);
	ASSERT_EQ(burst(e1000e_rx_burst_full), 4);
	EXPECT_EQ(got[0]->ol_flags, PLX_MBUF_F_RX_IP_CKSUM_GOOD | PLX_MBUF_F_RX_L4_CKSUM_GOOD |
		PLX_MBUF_F_RX_RSS_HASH);
	EXPECT_EQ(got[0]->hash.rss, 0x12345678u);
	EXPECT_EQ(got[1]->ol_flags, PLX_MBUF_F_RX_IP_CKSUM_BAD | PLX_MBUF_F_RX_L4_CKSUM_BAD);
	EXPECT_EQ(got[2]->ol_flags, 0u) << "an error of what nobody looked at";
	EXPECT_EQ(got[3]->ol_flags, PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED);
	EXPECT_EQ(got[3]->vlan_tci, 0x6123);
}

/* Tags are taken out since the port inserts some, but nobody wants that: they are put back. */
TEST_F(E1000eRx, VlanTagIsPutBack)
{
	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full, e1000e_rx_burst_scattered }) {
		std::vector<uint8_t> frame = bytes(64), stripped = frame;

		create();
		frame[12] = 0x81;
		frame[13] = 0x00;
		frame[14] = 0x61;
		frame[15] = 0x23;
		stripped.erase(stripped.begin() + 12, stripped.begin() + 16);
		nic->packet(stripped, E1000E_RXD_VP, 0x6123);
		ASSERT_EQ(burst(fn), 1);
		EXPECT_EQ(data_of(got[0]), frame);
		EXPECT_EQ(got[0]->ol_flags, 0u);
		free_got();
		e1000e_rxq_stop(rxq);
		e1000e_rxq_destroy(rxq);
		rxq = nullptr;
	}
}

TEST_F(E1000eRx, CrcStaysButIsNotCounted)
{
	create(PLX_ETH_RX_OFFLOAD_KEEP_CRC);
	nic->packet(bytes(64));
	ASSERT_EQ(burst(e1000e_rx_burst_full), 1);
	EXPECT_EQ(got[0]->pkt_len, 64u);
	EXPECT_EQ(rxq->q.bytes, 60u);
}

TEST_F(E1000eRx, Chains)
{
	create(PLX_ETH_RX_OFFLOAD_SCATTER, 256);
	nic->packet(bytes(1000));
	nic->packet(bytes(60));
	nic->packet(bytes(256));
	ASSERT_EQ(burst(e1000e_rx_burst_scattered), 3);
	EXPECT_EQ(got[0]->nb_segs, 4);
	EXPECT_EQ(fault(got[0]), "");
	EXPECT_EQ(data_of(got[0]), bytes(1000));
	EXPECT_EQ(got[1]->nb_segs, 1);
	EXPECT_EQ(data_of(got[2]), bytes(256));
	EXPECT_EQ(rxq->q.bytes, 1316u);
}

TEST_F(E1000eRx, AChainOverSeveralBursts)
{
	create(PLX_ETH_RX_OFFLOAD_SCATTER, 256);
	nic->write(E1000E_RXD_DD, 256);
	EXPECT_EQ(burst(e1000e_rx_burst_scattered), 0);
	nic->write(E1000E_RXD_DD, 256);
	EXPECT_EQ(burst(e1000e_rx_burst_scattered), 0);
	nic->write(E1000E_RXD_DD | E1000E_RXD_EOP, 10);
	ASSERT_EQ(burst(e1000e_rx_burst_scattered), 1);
	EXPECT_EQ(got[0]->pkt_len, 522u);
	EXPECT_EQ(fault(got[0]), "");
	/* One without its end goes with the queue. */
	nic->write(E1000E_RXD_DD, 256);
	EXPECT_EQ(burst(e1000e_rx_burst_scattered), 0);
}

/* The last buffer may have had bytes of the CRC only. */
TEST_F(E1000eRx, AnEmptyLastBuffer)
{
	create(PLX_ETH_RX_OFFLOAD_SCATTER, 256);
	nic->write(E1000E_RXD_DD, 256);
	nic->write(E1000E_RXD_DD | E1000E_RXD_EOP, 0);
	ASSERT_EQ(burst(e1000e_rx_burst_scattered), 1);
	EXPECT_EQ(got[0]->pkt_len, 256u);
	EXPECT_EQ(fault(got[0]), "");
}

/* The device takes 1 KiB of 1,500 bytes, and nobody asked for chains. */
TEST_F(E1000eRx, BuffersArePutTogether)
{
	create(0, 1024);
	rxq->room = 1500;
	nic->packet(bytes(1500));
	nic->packet(bytes(1501));
	nic->packet(bytes(60));
	ASSERT_EQ(burst(e1000e_rx_burst_scattered), 2);
	EXPECT_EQ(got[0]->nb_segs, 1);
	EXPECT_EQ(fault(got[0]), "");
	EXPECT_EQ(data_of(got[0]), bytes(1500));
	EXPECT_EQ(got[1]->pkt_len, 60u);
	EXPECT_EQ(rxq->q.errors, 1u) << "one that has no room";
}

TEST_F(E1000eRx, DamagedPacketsAreDroppedAndCounted)
{
	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full, e1000e_rx_burst_scattered }) {
		create();
		for (uint32_t error : { E1000E_RXD_CE, E1000E_RXD_SE, E1000E_RXD_SEQ, E1000E_RXD_CXE, E1000E_RXD_RXE })
			nic->write(E1000E_RXD_DD | E1000E_RXD_EOP | error, 60);
		nic->write(E1000E_RXD_DD | E1000E_RXD_EOP, 13);
		nic->write(E1000E_RXD_DD | E1000E_RXD_EOP, 0);
		nic->packet(bytes(60));
		ASSERT_EQ(burst(fn), 1);
		EXPECT_EQ(rxq->q.errors, 7u);
		EXPECT_EQ(rxq->q.packets, 1u);
		EXPECT_FALSE(rxq->q.broken);
		free_got();
		e1000e_rxq_stop(rxq);
		e1000e_rxq_destroy(rxq);
		rxq = nullptr;
	}
}

/* The MAC lets frames above the MTU pass: without SCATTER they are dropped, to their end. */
TEST_F(E1000eRx, FramesAboveTheBufferAreDropped)
{
	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full }) {
		create();
		nic->packet(bytes(60));
		nic->packet(bytes(5000));
		nic->packet(bytes(61));
		ASSERT_EQ(burst(fn, 3), 1) << "a burst looks at so many descriptors";
		ASSERT_EQ(burst(fn), 1);
		EXPECT_EQ(got[1]->pkt_len, 61u);
		EXPECT_EQ(rxq->q.errors, 1u);
		free_got();
		e1000e_rxq_stop(rxq);
		e1000e_rxq_destroy(rxq);
		rxq = nullptr;
	}
}

TEST_F(E1000eRx, BytesBeyondTheBufferBreakTheQueue)
{
	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full, e1000e_rx_burst_scattered })
		for (uint32_t end : { 0u, E1000E_RXD_EOP }) {
			create();
			resets = 0;
			nic->packet(bytes(60));
			nic->write(E1000E_RXD_DD | end, 2049);
			EXPECT_EQ(burst(fn), 1) << "what was good before";
			expect_broken(fn);
			free_got();
			e1000e_rxq_stop(rxq);
			e1000e_rxq_destroy(rxq);
			rxq = nullptr;
		}
}

TEST_F(E1000eRx, APacketWithoutEndBreaksTheQueue)
{
	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full, e1000e_rx_burst_scattered })
		for (uint16_t len : { 2048, 0 }) {
			create();
			resets = 0;
			for (int i = 0; i < 200 && !rxq->q.broken; i++) {
				nic->write(E1000E_RXD_DD, len);
				EXPECT_EQ(burst(fn), 0);
			}
			expect_broken(fn);
			free_got();
			e1000e_rxq_stop(rxq);
			e1000e_rxq_destroy(rxq);
			rxq = nullptr;
		}
}

/* Every status and length there is, in any order: nothing is out of bounds, and all mbufs are found again. */
TEST_F(E1000eRx, AnythingMayBeWritten)
{
	uint32_t seed = 1;
	auto random = [&] { return seed = seed * 1664525 + 1013904223; };

	for (plx_eth_rx_burst_t fn : { e1000e_rx_burst, e1000e_rx_burst_full, e1000e_rx_burst_scattered }) {
		create(PLX_ETH_RX_OFFLOAD_CHECKSUM, 1024);
		for (int i = 0; i < 20000; i++) {
			for (uint32_t n = random() >> 28; n > 0; n--)
				nic->write(random() | (random() >> 31), uint16_t(random() >> (random() % 64 ? 22 : 16)),
					uint16_t(random()), random(), random());
			burst(fn);
			for (plx_mbuf *m : got) {
				EXPECT_LE(m->data_len, rxq->room + PLX_VLAN_HLEN);
				EXPECT_GE(m->pkt_len, 14u);
			}
			free_got();
			if (rxq->q.broken) {
				e1000e_rxq_stop(rxq);
				ASSERT_EQ(e1000e_rxq_start(rxq, 1024), 0);
				nic->next = 0;
			}
		}
		e1000e_rxq_stop(rxq);
		e1000e_rxq_destroy(rxq);
		rxq = nullptr;
	}
}

TEST_F(E1000eRx, CountAndStatus)
{
	create();
	EXPECT_EQ(e1000e_rx_queue_count(rxq), 0);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, 0), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, SIZE - 1), PLX_ETH_RX_DESC_UNAVAIL);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, SIZE), -EINVAL);
	nic->packet(bytes(60));
	nic->packet(bytes(60));
	EXPECT_EQ(e1000e_rx_queue_count(rxq), 2);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, 1), PLX_ETH_RX_DESC_DONE);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, 2), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(burst(), 2);
	EXPECT_EQ(e1000e_rx_queue_count(rxq), 0);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, SIZE - 4), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(e1000e_rx_descriptor_status(rxq, SIZE - 3), PLX_ETH_RX_DESC_UNAVAIL);
	e1000e_rxq_stop(rxq);
	EXPECT_EQ(e1000e_rx_queue_count(rxq), 0);
	EXPECT_EQ(burst(), 0);
}

TEST(E1000eRxBuffers, SizesThatTheDeviceKnows)
{
	EXPECT_EQ(e1000e_rx_buf_len(255), 0u);
	EXPECT_EQ(e1000e_rx_buf_len(256), 256u);
	EXPECT_EQ(e1000e_rx_buf_len(1023), 512u);
	EXPECT_EQ(e1000e_rx_buf_len(2048), 2048u);
	EXPECT_EQ(e1000e_rx_buf_len(4095), 3072u);
	EXPECT_EQ(e1000e_rx_buf_len(16383), 15360u);
	EXPECT_EQ(e1000e_rx_buf_len(65535), 16384u);
	EXPECT_EQ(e1000e_rctl_buf_len(2048), 0u);
	EXPECT_EQ(e1000e_rctl_buf_len(256), 3u << 16);
	EXPECT_EQ(e1000e_rctl_buf_len(4096), 3u << 16 | 1u << 25);
	EXPECT_EQ(e1000e_rctl_buf_len(16384), 1u << 16 | 1u << 25);
	EXPECT_EQ(e1000e_rctl_buf_len(3072), 3u << 27);
}

} // namespace
