/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_igb; the test is the chip, an honest one or one that is not. */
#include <random>

#include <plx_ptype.h>

#include "test_igb_ring.h"

namespace {

constexpr uint16_t SIZE = 64, THRESH = 16, BUF = 2048;
constexpr uint64_t GOOD = IGB_RXD_DD | IGB_RXD_EOP;

class IgbRx : public IgbRing {
protected:
	void SetUp() override
	{
		IgbRing::SetUp();
		make();
	}

	void TearDown() override
	{
		unmake();
		IgbRing::TearDown();
	}

	void make(uint16_t size = SIZE, uint16_t thresh = THRESH)
	{
		rxq = igb_rxq_create(toy->dev, 3, regs, size, thresh, pool.get(), SOCKET_ID_ANY);
		ASSERT_NE(rxq, nullptr);
		rxq->ol_mask = UINT64_MAX;
		start();
	}

	void start()
	{
		ASSERT_EQ(igb_rxq_start(rxq), 0);
		head = 0;
	}

	void unmake()
	{
		for (plx_mbuf *m : got)
			plx_pktmbuf_free(m);
		got.clear();
		if (rxq != nullptr) {
			EXPECT_EQ(igb_rxq_stop(rxq), 0);
		}
		igb_rxq_destroy(rxq);
		rxq = nullptr;
	}

	/* Descriptors that the chip has. */
	unsigned int owned() const
	{
		return (reg(IGB_DT) + rxq->nb_desc - head) % rxq->nb_desc;
	}

	/* Write @s to the next buffer, and report it with @hi and @lo. */
	void write(const std::string &s, uint64_t hi = GOOD, uint64_t lo = 0)
	{
		igb_desc &d = rxq->ring[head];

		ASSERT_GT(owned(), 0u);
		ASSERT_LE(s.size(), rxq->buf_len);
		ASSERT_EQ(d.hi, 0u) << "DD of the last time is gone";
		memcpy(reinterpret_cast<void *>(d.lo), s.data(), s.size());
		report(s.size(), hi, lo);
	}

	void report(size_t len, uint64_t hi, uint64_t lo = 0)
	{
		rxq->ring[head].lo = lo;
		rxq->ring[head].hi = hi | uint64_t(len) << 32;
		head = uint16_t((head + 1) % rxq->nb_desc);
	}

	/* One frame, over as many buffers as it takes. */
	void write_chain(const std::string &s, uint64_t hi = GOOD)
	{
		size_t at = 0;

		for (; s.size() - at > rxq->buf_len; at += rxq->buf_len)
			write(s.substr(at, rxq->buf_len), IGB_RXD_DD);
		write(s.substr(at), hi);
	}

	unsigned int burst(uint16_t n = 64)
	{
		plx_mbuf *pkts[64];
		const uint16_t nb = recv(rxq, pkts, n);

		EXPECT_LE(nb, n);
		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	/* Nothing moves, one line and one event said so; a restart helps. */
	void expect_broken(const char *words)
	{
		testing::internal::CaptureStderr();
		EXPECT_EQ(burst(), 0u);
		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find(words), log.npos) << log;
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
		EXPECT_TRUE(rxq->q.broken);
		EXPECT_EQ(resets, 1);
		EXPECT_EQ(rxq->q.errors, 1u);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(resets, 1);
		ASSERT_EQ(igb_rxq_stop(rxq), 0);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), got.size());
		start();
		write(frame(99));
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(data_of(got.back()), frame(99));
	}

	plx_eth_rx_burst_t recv = igb_recv_pkts;
	igb_rxq *rxq = nullptr;
	uint16_t head = 0;
	std::deque<plx_mbuf *> got;
};

class IgbRxScattered : public IgbRx {
protected:
	void SetUp() override
	{
		recv = igb_recv_scattered_pkts;
		IgbRx::SetUp();
	}
};

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

TEST_F(IgbRx, AChipThatIsGone)
{
	ASSERT_EQ(igb_rxq_stop(rxq), 0);
	memset(regs, 0xff, sizeof(regs));
	EXPECT_EQ(igb_queue_disable(regs), -ENODEV);
	EXPECT_EQ(igb_rxq_stop(rxq), 0) << "what is gone does no DMA";
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
