/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_igb and an honest chip. */
#include <random>

#include <plx_ptype.h>

#include "test_igb_rx.h"

namespace {

TEST_F(IgbRx, StartGivesTheChipItsRing)
{
	EXPECT_EQ(reg(IGB_DBAL) | uint64_t(reg(IGB_DBAH)) << 32, uintptr_t(rxq->ring));
	EXPECT_EQ(uintptr_t(rxq->ring) % IGB_RING_ALIGN, 0u);
	EXPECT_EQ(reg(IGB_DLEN), SIZE * 16u);
	EXPECT_EQ(reg(IGB_DH), 0u);
	EXPECT_EQ(reg(IGB_DT), SIZE - 1u) << "a full ring would look like an empty one";
	EXPECT_EQ(reg(IGB_SRRCTL), BUF / 1024 | IGB_SRRCTL_ONE_BUFFER);
	EXPECT_TRUE(reg(IGB_DCTL) & IGB_DCTL_ENABLE);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE);
	for (uint16_t i = 0; i < SIZE; i++) {
		const plx_mbuf *m = rxq->sw_ring[i];

		EXPECT_EQ(rxq->ring[i].lo, uintptr_t(m->buf_addr) + PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(rxq->ring[i].hi, 0u);
	}
}

TEST_F(IgbRx, PrivateBytesOfMbufsAreLeftAlone)
{
	unmake();
	make_pool(255, PLX_MBUF_DEFAULT_BUF_SIZE, 64);
	make();
	EXPECT_EQ(rxq->ring[5].lo, uintptr_t(rxq->sw_ring[5]->buf_addr) + PLX_PKTMBUF_HEADROOM);
}

TEST_F(IgbRx, DropEnable)
{
	ASSERT_EQ(igb_rxq_stop(rxq), 0);
	EXPECT_FALSE(reg(IGB_DCTL) & IGB_DCTL_ENABLE);
	rxq->drop_en = true;
	start();
	EXPECT_TRUE(reg(IGB_SRRCTL) & IGB_SRRCTL_DROP_EN);
}

TEST_F(IgbRx, StartWithTooFewMbufs)
{
	igb_rxq *large = igb_rxq_create(toy->dev, 0, regs, 1024, THRESH, pool.get(), SOCKET_ID_ANY);

	ASSERT_NE(large, nullptr);
	EXPECT_EQ(igb_rxq_start(large), -ENOMEM);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE) << "nothing but the other queue's";
	igb_rxq_destroy(large);
}

TEST_F(IgbRx, PacketsAreWhatTheChipWrote)
{
	write(frame(0, PLX_ETHER_HDR_LEN));
	write(frame(1, 60), GOOD | uint64_t(0x1234) << 48 | IGB_RXD_VP, uint64_t(0xabcd1234) << 32 | 1);
	write(frame(2, BUF));
	ASSERT_EQ(burst(), 3u);
	for (unsigned int i = 0; i < 3; i++) {
		const plx_mbuf *m = got[i];
		const char *reason;

		EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
		EXPECT_EQ(data_of(m), frame(i, m->data_len));
		EXPECT_EQ(m->pkt_len, m->data_len);
		EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(m->port, toy->id);
	}
	EXPECT_EQ(got[0]->ol_flags, 0u);
	EXPECT_EQ(got[1]->ol_flags, PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED |
		PLX_MBUF_F_RX_RSS_HASH);
	EXPECT_EQ(got[1]->vlan_tci, 0x1234);
	EXPECT_EQ(got[1]->hash.rss, 0xabcd1234);
	EXPECT_EQ(rxq->q.packets, 3u);
	EXPECT_EQ(rxq->q.bytes, PLX_ETHER_HDR_LEN + 60u + BUF);
	EXPECT_EQ(burst(), 0u);
}

TEST_F(IgbRx, ChecksumFlags)
{
	const struct {
		uint64_t hi, flags;
	} cases[] = {
		{ 0, 0 },
		{ IGB_RXD_IPCS, PLX_MBUF_F_RX_IP_CKSUM_GOOD },
		{ IGB_RXD_IPCS | IGB_RXD_IPE, PLX_MBUF_F_RX_IP_CKSUM_BAD },
		{ IGB_RXD_L4CS, PLX_MBUF_F_RX_L4_CKSUM_GOOD },
		{ IGB_RXD_L4CS | IGB_RXD_L4E, PLX_MBUF_F_RX_L4_CKSUM_BAD },
		{ IGB_RXD_IPCS | IGB_RXD_L4CS | IGB_RXD_L4E,
			PLX_MBUF_F_RX_IP_CKSUM_GOOD | PLX_MBUF_F_RX_L4_CKSUM_BAD },
		{ IGB_RXD_IPE | IGB_RXD_L4E, 0 },	/* nobody looked */
	};

	for (const auto &c : cases) {
		write(frame(0), GOOD | c.hi);
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(got.back()->ol_flags, c.flags) << std::hex << c.hi;
	}
	rxq->ol_mask = PLX_MBUF_F_RX_IP_CKSUM_MASK;
	write(frame(0), GOOD | IGB_RXD_IPCS | IGB_RXD_L4CS, 1);
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(got.back()->ol_flags, PLX_MBUF_F_RX_IP_CKSUM_GOOD) << "only what was asked for";
}

TEST_F(IgbRx, PacketTypes)
{
	const struct {
		uint32_t chip, ptype;
	} cases[] = {
		{ 0, 0 },
		{ IGB_RXD_PTYPE_IPV4, PLX_PTYPE_L3_IPV4 },
		{ IGB_RXD_PTYPE_IPV4 | IGB_RXD_PTYPE_TCP, PLX_PTYPE_L3_IPV4 | PLX_PTYPE_L4_TCP },
		{ IGB_RXD_PTYPE_IPV4 | IGB_RXD_PTYPE_UDP, PLX_PTYPE_L3_IPV4 | PLX_PTYPE_L4_UDP },
		{ IGB_RXD_PTYPE_IPV4 | IGB_RXD_PTYPE_SCTP, PLX_PTYPE_L3_IPV4 | PLX_PTYPE_L4_SCTP },
		{ IGB_RXD_PTYPE_IPV4E | IGB_RXD_PTYPE_TCP, PLX_PTYPE_L3_IPV4_EXT | PLX_PTYPE_L4_TCP },
		{ IGB_RXD_PTYPE_IPV6 | IGB_RXD_PTYPE_UDP, PLX_PTYPE_L3_IPV6 | PLX_PTYPE_L4_UDP },
		{ IGB_RXD_PTYPE_IPV6E, PLX_PTYPE_L3_IPV6_EXT },
		{ IGB_RXD_PTYPE_IPV4 | IGB_RXD_PTYPE_IPV6 | IGB_RXD_PTYPE_TCP, PLX_PTYPE_L3_IPV4 },
		{ IGB_RXD_PTYPE_TCP, 0 },
	};

	for (const auto &c : cases) {
		write(frame(0), GOOD, c.chip << 4);
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(got.back()->packet_type, c.ptype) << std::hex << c.chip;
	}
}

TEST_F(IgbRx, NoMorePacketsThanAskedFor)
{
	for (unsigned int i = 0; i < 5; i++)
		write(frame(i));
	EXPECT_EQ(burst(2), 2u);
	EXPECT_EQ(burst(2), 2u);
	EXPECT_EQ(burst(2), 1u);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(data_of(got[i]), frame(i));
}

/* The ring goes round, at sizes of batches that do not divide it. */
TEST_F(IgbRx, GoesRound)
{
	for (const uint16_t thresh : { 1, 7, 16, 33, 63 }) {
		std::mt19937 random(thresh);
		unsigned int sent = 0, received = 0;

		unmake();
		make(SIZE + 8, thresh);
		while (received < 5000) {
			for (unsigned int n = random() % (owned() + 1); n > 0; n--)
				write(frame(sent++));
			burst(uint16_t(random() % 40));
			for (; !got.empty(); got.pop_front()) {
				ASSERT_EQ(data_of(got.front()), frame(received++));
				plx_pktmbuf_free(got.front());
			}
		}
		EXPECT_EQ(rxq->q.packets, received);
		EXPECT_EQ(rxq->q.errors, 0u);
		EXPECT_EQ(rxq->q.nombuf, 0u);
	}
}

TEST_F(IgbRx, TailIsWrittenOnceForMany)
{
	const uint32_t tail = reg(IGB_DT);

	for (unsigned int i = 0; i < THRESH - 1u; i++)
		write(frame(i));
	burst();
	EXPECT_EQ(reg(IGB_DT), tail) << "too few to refill";
	write(frame(0));
	burst();
	EXPECT_EQ(owned(), SIZE - 1u);
	EXPECT_EQ(reg(IGB_DT), THRESH - 1u);
}

TEST_F(IgbRx, MbufsRunOut)
{
	unmake();
	make_pool(SIZE + 3);
	make();
	for (unsigned int i = 0; i < SIZE - 1u; i++)
		write(frame(i));
	EXPECT_EQ(burst(), SIZE - 1u);
	EXPECT_EQ(rxq->nb_owned, 0);
	EXPECT_EQ(rxq->q.nombuf, SIZE - 1u);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->q.nombuf, SIZE - 1u) << "each empty descriptor counts once";
	EXPECT_EQ(resets, 0);
	for (unsigned int i = 0; i < SIZE - 1u; i++) {
		plx_pktmbuf_free(got.front());
		got.pop_front();
	}
	EXPECT_EQ(burst(), 0u) << "an idle poll refills";
	EXPECT_EQ(owned(), SIZE - 1u);
	write(frame(7));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got.back()), frame(7));
}

TEST_F(IgbRx, DamagedPacketsAndNoFrames)
{
	write(frame(0), GOOD | IGB_RXD_RXE);
	write(frame(1, PLX_ETHER_HDR_LEN - 1));
	write("");
	write(frame(2));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), frame(2));
	EXPECT_EQ(rxq->q.errors, 3u);
	EXPECT_EQ(rxq->q.packets, 1u);
	EXPECT_EQ(resets, 0);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE - 4u + 1u);
}

TEST_F(IgbRx, CrcIsKeptButNotCounted)
{
	rxq->crc_len = PLX_ETHER_CRC_LEN;
	write(frame(0, 64));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(got[0]->pkt_len, 64u);
	EXPECT_EQ(rxq->q.bytes, 60u);
}

TEST_F(IgbRx, CountAndStatus)
{
	EXPECT_EQ(igb_rx_queue_count(rxq), 0);
	for (unsigned int i = 0; i < 10; i++) {
		write(frame(i));
		EXPECT_EQ(igb_rx_queue_count(rxq), int(i + 1));
	}
	EXPECT_EQ(burst(4), 4u);
	EXPECT_EQ(igb_rx_queue_count(rxq), 6);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, 0), PLX_ETH_RX_DESC_DONE);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, 5), PLX_ETH_RX_DESC_DONE);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, 6), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, SIZE - 6), PLX_ETH_RX_DESC_AVAIL);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, SIZE - 5), PLX_ETH_RX_DESC_UNAVAIL);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, SIZE - 1), PLX_ETH_RX_DESC_UNAVAIL);
	EXPECT_EQ(igb_rx_descriptor_status(rxq, SIZE), -EINVAL);
}

/* A program may poll a queue that is stopped by itself, or not started yet. */
TEST_F(IgbRx, NothingMovesWhileItIsStopped)
{
	write(frame(0));
	ASSERT_EQ(igb_rxq_stop(rxq), 0);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	EXPECT_EQ(igb_rx_queue_count(rxq), 0);
	EXPECT_EQ(resets, 0);
	start();
}

TEST_F(IgbRxScattered, ChainsAreWhatTheChipWrote)
{
	const size_t sizes[] = { 60, BUF, BUF + 1, 2 * BUF, IGB_FRAME_MAX };

	for (size_t size : sizes)
		write_chain(frame(unsigned(size), size), GOOD | IGB_RXD_VP | uint64_t(7) << 48);
	ASSERT_EQ(burst(), PLX_DIM(sizes));
	for (unsigned int i = 0; i < PLX_DIM(sizes); i++) {
		const char *reason;

		EXPECT_EQ(plx_mbuf_check(got[i], 1, &reason), 0) << reason;
		EXPECT_EQ(data_of(got[i]), frame(unsigned(sizes[i]), sizes[i]));
		EXPECT_EQ(got[i]->nb_segs, (sizes[i] + BUF - 1) / BUF);
		EXPECT_EQ(got[i]->ol_flags, PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED);
		EXPECT_EQ(got[i]->vlan_tci, 7);
		EXPECT_EQ(got[i]->port, toy->id);
	}
	EXPECT_EQ(rxq->q.packets, PLX_DIM(sizes));
}

TEST_F(IgbRxScattered, AChainOverSeveralBursts)
{
	const std::string s = frame(1, 3 * BUF);

	write(s.substr(0, BUF), IGB_RXD_DD);
	EXPECT_EQ(burst(), 0u);
	write(s.substr(BUF, BUF), IGB_RXD_DD);
	EXPECT_EQ(burst(), 0u);
	write(s.substr(2 * BUF));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), s);
	/* One that never comes to its end is not lost by a stop. */
	write(s.substr(0, BUF), IGB_RXD_DD);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->first->nb_segs, 1);
}

TEST_F(IgbRxScattered, DamagedChain)
{
	write_chain(frame(0, 2 * BUF), GOOD | IGB_RXD_RXE);
	write_chain(frame(1, 2 * BUF));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), frame(1, 2 * BUF));
	EXPECT_EQ(rxq->q.errors, 1u);
}

} /* namespace */
