/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_vmxnet3; the test is the device, an honest one or one that is not. */
#include <deque>
#include <random>

#include <plx_malloc.h>

#include "test_vmxnet3_tx.h"

namespace {

TEST_F(Vmxnet3Tx, SmallPacketsAreCopiedAndFreedAtOnce)
{
	plx_mbuf *pkts[32];

	for (unsigned int i = 0; i < 32; i++)
		pkts[i] = one(frame(i));
	EXPECT_EQ(bar.get(VMXNET3_TXPROD(ID)), NO_WRITE);
	EXPECT_EQ(vmxnet3_xmit_pkts(txq, pkts, 32), 32);
	EXPECT_EQ(in_use(), 0u);
	EXPECT_EQ(bar.get(VMXNET3_TXPROD(ID)), 32u) << "one doorbell for all";
	for (unsigned int i = 0; i < 32; i++) {
		const Sent s = device->take();

		EXPECT_EQ(s.data, frame(i));
		EXPECT_TRUE(s.in_data_ring);
	}
	EXPECT_FALSE(device->has_packet());
}

/* Also if the device bears more: nobody would ring later. */
TEST_F(Vmxnet3Tx, EachBurstRings)
{
	for (unsigned int i = 1; i <= 3; i++) {
		EXPECT_EQ(send(one(frame(i))), 1);
		EXPECT_EQ(bar.get(VMXNET3_TXPROD(ID)), i);
	}
	bar.set(VMXNET3_TXPROD(ID), NO_WRITE);
	EXPECT_EQ(vmxnet3_xmit_pkts(txq, nullptr, 0), 0);
	EXPECT_EQ(bar.get(VMXNET3_TXPROD(ID)), NO_WRITE);
}

TEST_F(Vmxnet3Tx, AllLengths)
{
	for (size_t len = PLX_ETHER_HDR_LEN; len <= 300; len++) {
		ASSERT_EQ(send(one(frame(unsigned(len), len))), 1);

		const std::vector<Sent> sent = device->send();

		ASSERT_EQ(sent.size(), 1u);
		ASSERT_EQ(sent[0].data, frame(unsigned(len), len));
		ASSERT_EQ(sent[0].in_data_ring, len <= VMXNET3_DATA_SIZE);
	}
}

TEST_F(Vmxnet3Tx, LargePacketsAreSentFromTheirMbufs)
{
	EXPECT_EQ(send(one(frame(0, 1000))), 1);
	EXPECT_EQ(send(one(frame(1, 1000))), 1);
	EXPECT_EQ(in_use(), 2u);
	EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 0);
	EXPECT_EQ(device->send()[1].data, frame(1, 1000));
	EXPECT_EQ(vmxnet3_tx_clean(txq, 1), 1) << "as many as asked for";
	EXPECT_EQ(in_use(), 1u);
	EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 1);
	EXPECT_EQ(in_use(), 0u);
}

TEST_F(Vmxnet3Tx, OfTwoPoolsAndShared)
{
	plx_mbuf *shared = one(frame(2)), *large = one(frame(3, 500));
	plx_mbuf *pkts[] = { one(frame(0)), packet(other_pool.get(), { frame(1) }), shared, large,
		one(frame(4)), one(frame(5)) };

	plx_mbuf_refcnt_update(shared, 1);
	EXPECT_EQ(vmxnet3_xmit_pkts(txq, pkts, 6), 6);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 2u);
	EXPECT_EQ(plx_mempool_in_use_count(other_pool.get()), 0u);

	const std::vector<Sent> sent = device->send();

	ASSERT_EQ(sent.size(), 6u);
	for (unsigned int i = 0; i < 6; i++)
		EXPECT_EQ(sent[i].data, frame(i, i == 3 ? 500 : 60));
	EXPECT_EQ(plx_mbuf_refcnt_read(shared), 1);
	plx_pktmbuf_free(shared);
	EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 1);
	EXPECT_EQ(in_use(), 0u);
}

TEST_F(Vmxnet3Tx, Chains)
{
	EXPECT_EQ(send(packet(pool.get(), { frame(0), "", frame(1, 500), frame(2, 1), "" })), 1);
	EXPECT_EQ(send(packet(pool.get(), { frame(0, 14), frame(1, 100), frame(2, 14) })), 1);
	EXPECT_EQ(in_use(), 5u) << "the second one was copied";

	const std::vector<Sent> sent = device->send();

	EXPECT_EQ(sent[0].data, frame(0) + frame(1, 500) + frame(2, 1));
	EXPECT_EQ(sent[0].descs, 3u);
	EXPECT_EQ(sent[1].data, frame(0, 14) + frame(1, 100) + frame(2, 14));
	EXPECT_EQ(sent[1].descs, 1u);
	EXPECT_TRUE(sent[1].in_data_ring);
	EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 1);
	EXPECT_EQ(in_use(), 0u);
}

TEST_F(Vmxnet3Tx, AsManySegmentsAsThereMayBeAndOneMore)
{
	const auto chain = [this](size_t n, size_t len) {
		return packet(pool.get(), std::vector<std::string>(n, frame(1, len)));
	};
	plx_mbuf *m = chain(VMXNET3_TXD_PER_PKT, 100);

	EXPECT_EQ(vmxnet3_prep_pkts(txq, &m, 1), 1);
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(device->send()[0].descs, unsigned(VMXNET3_TXD_PER_PKT));
	expect_refused(chain(VMXNET3_TXD_PER_PKT + 1, 100), EINVAL, "17 segments");
	expect_dropped(chain(VMXNET3_TXD_PER_PKT + 1, 100), "17 segments");

	const auto tso = [&](size_t n) {
		plx_mbuf *t = chain(n, 1000);

		t->ol_flags = PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IPV6;
		t->l2_len = 14;
		t->l3_len = 40;
		t->l4_len = 20;
		t->tso_segsz = 1000;
		return t;
	};

	m = tso(VMXNET3_TXD_PER_TSO);
	EXPECT_EQ(vmxnet3_prep_pkts(txq, &m, 1), 1);
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(device->send()[0].descs, unsigned(VMXNET3_TXD_PER_TSO));
	expect_refused(tso(VMXNET3_TXD_PER_TSO + 1), EINVAL, "25 segments");
	expect_dropped(tso(VMXNET3_TXD_PER_TSO + 1), "25 segments");
}

/* A segment may be larger than a descriptor can say. */
TEST_F(Vmxnet3Tx, ASegmentOfSeveralDescriptors)
{
	Pool large(plx_pktmbuf_pool_create("large", 3, 0, 0, 60000 + PLX_PKTMBUF_HEADROOM, SOCKET_ID_ANY));
	plx_mbuf *m = packet(large.get(), { frame(7, 40000) });

	m->ol_flags = PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV6;
	m->l2_len = 14;
	m->l3_len = 40;
	m->l4_len = 32;
	m->tso_segsz = 1428;
	EXPECT_EQ(send(m), 1);

	const Sent s = device->send()[0];

	EXPECT_EQ(s.data, frame(7, 40000));
	EXPECT_EQ(s.descs, 3u);
	EXPECT_EQ(s.word & ~VMXNET3_TXD_GEN, VMXNET3_TXD_OM_TSO | VMXNET3_TXD_HLEN(86) |
		VMXNET3_TXD_MSSCOF(1428)) << "16384 bytes are 0";
	EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 1);
	EXPECT_EQ(plx_mempool_in_use_count(large.get()), 0u);
}

/* A buffer in two hugepages, which may be anywhere, is two for the device; if that may be so many. */
TEST_F(Vmxnet3Tx, BordersOfHugepages)
{
	constexpr uintptr_t BORDER = 2 << 20;
	char *const room = static_cast<char *>(plx_malloc("border", 2 * BORDER, BORDER));
	plx_mbuf *m = one(frame(0, 1000)), *chain;
	void *const buf_addr = m->buf_addr;
	const auto move = [&](plx_mbuf *seg, size_t before) {
		const std::string data = data_of(seg);

		seg->buf_addr = room + BORDER - before - seg->data_off;
		memcpy(plx_pktmbuf_mtod(seg, char *), data.data(), seg->data_len);
	};

	ASSERT_NE(room, nullptr);
	for (const auto &[before, descs] : std::vector<std::pair<size_t, unsigned int>> { { 1, 2 }, { 999, 2 },
			{ 1000, 1 }, { 0, 1 } }) {
		move(m, before);
		plx_mbuf_refcnt_update(m, 1);
		EXPECT_EQ(send(m), 1);

		const Sent s = device->send()[0];

		EXPECT_EQ(s.data, frame(0, 1000));
		EXPECT_EQ(s.descs, descs) << before << " bytes before the border";
		EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 1);
	}
	m->buf_addr = buf_addr;
	plx_pktmbuf_free(m);
	chain = packet(pool.get(), std::vector<std::string>(VMXNET3_TXD_PER_PKT, frame(3, 100)));
	move(chain, 50);
	plx_pktmbuf_refcnt_update(chain, 1);
	EXPECT_EQ(send(chain), 1);
	EXPECT_EQ(device->send()[0].descs, unsigned(VMXNET3_TXD_PER_PKT)) << "no more than there may be";
	EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 1);
	chain->buf_addr = PLX_PTR_ADD(chain, sizeof(*chain) + chain->priv_size);
	plx_pktmbuf_free(chain);
	plx_free(room);
}

TEST_F(Vmxnet3Tx, AFullRing)
{
	plx_mbuf *pkts[SIZE];

	for (unsigned int i = 0; i < SIZE; i++)
		pkts[i] = one(frame(i, i % 2 ? 60 : 600));
	EXPECT_EQ(vmxnet3_xmit_pkts(txq, pkts, SIZE), SIZE - 1);
	EXPECT_EQ(send(pkts[SIZE - 1]), 0);

	plx_mbuf *chain = packet(pool.get(), { frame(0, 600), frame(1, 600) });

	EXPECT_EQ(send(chain), 0);
	EXPECT_EQ(txq->q.errors, 0u) << "the caller has them";
	EXPECT_EQ(device->send().size(), SIZE - 1u);
	EXPECT_EQ(send(pkts[SIZE - 1]), 1);
	EXPECT_EQ(send(chain), 1);
	EXPECT_EQ(in_use(), 2u) << "a small packet was copied";
}

/* Packets of all kinds, and a device that completes now and then. */
TEST_F(Vmxnet3Tx, RingsGoRound)
{
	std::mt19937 random(1);
	std::deque<std::string> in_flight;
	std::deque<uint16_t> done;

	for (unsigned int n = 0; n < 20000;) {
		std::vector<plx_mbuf *> pkts;
		std::vector<std::string> data;

		for (unsigned int left = random() % 16; left > 0; left--, n++) {
			const std::string a = frame(n, 14 + random() % 200), b = frame(n, 1 + random() % 200);

			pkts.push_back(random() % 4 ? one(a) : packet(pool.get(), { a, b }));
			data.push_back(data_of(pkts.back()));
		}

		const uint16_t sent = vmxnet3_xmit_pkts(txq, pkts.data(), uint16_t(pkts.size()));

		in_flight.insert(in_flight.end(), data.begin(), data.begin() + sent);
		for (size_t i = sent; i < pkts.size(); i++)
			plx_pktmbuf_free(pkts[i]);
		for (unsigned int left = random() % 20; left > 0 && device->has_packet(); left--) {
			const Sent s = device->take();

			ASSERT_EQ(s.data, in_flight.front());
			in_flight.pop_front();
			done.push_back(s.last);
		}
		for (unsigned int left = random() % 20; left > 0 && !done.empty(); left--) {
			device->complete(done.front());
			done.pop_front();
		}
	}
	EXPECT_EQ(txq->q.errors, 0u);
}

TEST_F(Vmxnet3Tx, DescriptorStatus)
{
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, 0), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE - 1), PLX_ETH_TX_DESC_UNAVAIL);
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE), -EINVAL);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(send(one(frame(i))), 1);
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE - 5), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE - 4), PLX_ETH_TX_DESC_UNAVAIL);
	for (uint16_t i = 1; i <= 3; i++)
		EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE - i), PLX_ETH_TX_DESC_FULL);
	device->complete(device->take().last);
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE - 3), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(vmxnet3_tx_descriptor_status(txq, SIZE - 2), PLX_ETH_TX_DESC_FULL);
}

TEST_F(Vmxnet3Tx, ACompletionBeyondTheRing)
{
	EXPECT_EQ(send(one(frame(0))), 1);
	device->complete(SIZE);
	expect_break("1 completions up to descriptor 64, it had 1 from 0 on");
}

TEST_F(Vmxnet3Tx, ACompletionOfWhatItDidNotHave)
{
	EXPECT_EQ(send(one(frame(0, 500))), 1);
	device->complete(1);
	expect_break("1 completions up to descriptor 1, it had 1 from 0 on");
}

TEST_F(Vmxnet3Tx, MoreCompletionsThanDescriptors)
{
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(send(one(frame(i, 500))), 1);
	for (unsigned int i = 0; i < 4; i++)
		device->complete(0);
	expect_break("4 completions up to descriptor 0, it had 4 from 0 on");
}

TEST_F(Vmxnet3Tx, Garbage)
{
	std::mt19937_64 random(4);

	for (unsigned int round = 0; round < 2000; round++) {
		for (unsigned int i = random() % 40; i > 0; i--) {
			plx_mbuf *m = one(frame(i, i % 2 ? 60 : 600));

			if (send(m) == 0)
				plx_pktmbuf_free(m);
		}
		for (unsigned int i = 0; i < txq->size; i++)
			txq->q.comp[i] = { random() % (round % 2 ? SIZE : 4096), random() };
		testing::internal::CaptureStderr();
		for (unsigned int i = 0; i < 5; i++) {
			EXPECT_LT(vmxnet3_tx_descriptor_status(txq, uint16_t(random() % SIZE)), 3);
			vmxnet3_tx_clean(txq, uint32_t(random() % 8));
		}
		testing::internal::GetCapturedStderr();
		vmxnet3_txq_stop(txq);
		ASSERT_EQ(in_use(), 0u);
		start();
	}
}

} // namespace
