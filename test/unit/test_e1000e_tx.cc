/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_e1000e; the test is the device, an honest one or one that is not. */
#include <cerrno>

#include "test_e1000e_queue.h"

#include <plx_ip.h>
#include <plx_tcp.h>

namespace {

const uint16_t SIZE = 128, RS_THRESH = 16, FREE_THRESH = 16;

class E1000eTx : public E1000eQueue {
protected:
	void create(uint64_t offloads = 0, uint16_t size = SIZE, uint16_t rs_thresh = RS_THRESH)
	{
		plx_eth_txconf conf {};

		conf.tx_rs_thresh = rs_thresh;
		conf.tx_free_thresh = FREE_THRESH;
		conf.offloads = offloads;
		ASSERT_EQ(e1000e_txq_create(dev, 0, size, SOCKET_ID_ANY, &conf, &tail, &txq), 0);
		e1000e_txq_start(txq);
	}

	void destroy()
	{
		if (txq != nullptr)
			e1000e_txq_stop(txq);
		e1000e_txq_destroy(txq);
		txq = nullptr;
	}

	void TearDown() override
	{
		destroy();
		E1000eQueue::TearDown();
	}

	plx_mbuf *packet(uint16_t len, unsigned int segs = 1)
	{
		plx_mbuf *head = nullptr;

		for (unsigned int i = 0; i < segs; i++) {
			plx_mbuf *m = plx_pktmbuf_alloc(mp.get());

			EXPECT_NE(m, nullptr);
			memset(plx_pktmbuf_append(m, len), int(i + 1), len);
			if (head == nullptr)
				head = m;
			else
				EXPECT_EQ(plx_pktmbuf_chain(head, m), 0);
		}
		return head;
	}

	/* Send @n packets of 60 bytes. Return: how many were taken. */
	uint16_t send(unsigned int n, plx_eth_tx_burst_t fn = e1000e_tx_burst)
	{
		std::vector<plx_mbuf *> pkts;

		for (unsigned int i = 0; i < n; i++)
			pkts.push_back(packet(60));
		const uint16_t taken = fn(txq, pkts.data(), uint16_t(n));
		for (unsigned int i = taken; i < n; i++)
			plx_pktmbuf_free(pkts[i]);
		return taken;
	}

	uint16_t send(plx_mbuf *m, plx_eth_tx_burst_t fn = e1000e_tx_burst_full)
	{
		return fn(txq, &m, 1);
	}

	/* The device does what it was told up to the tail: reports where it is asked to. */
	void run()
	{
		for (; tail < txq->size && head != tail; head = (head + 1) % txq->size)
			if (txq->ring[head].cmd & E1000E_TXD_RS)
				__atomic_fetch_or(&txq->ring[head].cmd, E1000E_TXD_DD, __ATOMIC_RELEASE);
	}

	unsigned int in_use() { return plx_mempool_in_use_count(mp.get()); }

	e1000e_txq *txq = nullptr;
	uint32_t head = 0;
};

TEST_F(E1000eTx, ThresholdsThatCanNotBe)
{
	plx_eth_txconf conf {};

	conf.tx_rs_thresh = 64 - E1000E_TX_SEGS_MAX - 1;
	EXPECT_EQ(e1000e_txq_create(dev, 0, 64, SOCKET_ID_ANY, &conf, &tail, &txq), -EINVAL) <<
		"a queue that waits for itself";
	conf.tx_rs_thresh--;
	ASSERT_EQ(e1000e_txq_create(dev, 0, 64, SOCKET_ID_ANY, &conf, &tail, &txq), 0);
	EXPECT_EQ(send(1), 0) << "not started";
	destroy();
	conf.tx_free_thresh = 64;
	EXPECT_EQ(e1000e_txq_create(dev, 0, 64, SOCKET_ID_ANY, &conf, &tail, &txq), -EINVAL);
}

TEST_F(E1000eTx, OneDescriptorAPacketAndOneTailWriteABurst)
{
	for (plx_eth_tx_burst_t fn : { e1000e_tx_burst, e1000e_tx_burst_full }) {
		create();
		EXPECT_EQ(send(3, fn), 3);
		EXPECT_EQ(tail, 3u);
		for (int i = 0; i < 3; i++) {
			EXPECT_EQ(txq->ring[i].addr, uintptr_t(plx_pktmbuf_mtod(txq->sw_ring[i], char *)));
			EXPECT_EQ(txq->ring[i].cmd, E1000E_TXD_DATA | E1000E_TXD_EOP | E1000E_TXD_IFCS | 60);
		}
		EXPECT_EQ(txq->q.packets, 3u);
		EXPECT_EQ(txq->q.bytes, 180u);
		tail = 77;
		EXPECT_EQ(send(0u, fn), 0);
		EXPECT_EQ(tail, 77u) << "nothing to tell";
		destroy();
	}
}

TEST_F(E1000eTx, ReportsAreAskedForSeldom)
{
	for (plx_eth_tx_burst_t fn : { e1000e_tx_burst, e1000e_tx_burst_full }) {
		create();
		EXPECT_EQ(send(2 * RS_THRESH + 1, fn), 2 * RS_THRESH + 1);
		for (unsigned int i = 0; i <= 2 * RS_THRESH; i++)
			EXPECT_EQ((txq->ring[i].cmd & E1000E_TXD_RS) != 0, i % RS_THRESH == RS_THRESH - 1u) << i;
		EXPECT_EQ(txq->nb_reports, 2);
		destroy();
	}
}

TEST_F(E1000eTx, MbufsComeBackWhenTheDeviceReports)
{
	for (plx_eth_tx_burst_t fn : { e1000e_tx_burst, e1000e_tx_burst_full })
		for (uint64_t offloads : { uint64_t(0), PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE }) {
			create(offloads);
			head = 0;
			send(RS_THRESH, fn);
			EXPECT_EQ(e1000e_txq_clean(txq, 0), 0u) << "not yet";
			EXPECT_EQ(in_use(), RS_THRESH);
			run();
			EXPECT_EQ(e1000e_txq_clean(txq, 0), RS_THRESH);
			EXPECT_EQ(in_use(), 0u);
			EXPECT_EQ(txq->nb_free, SIZE - 1);
			destroy();
		}
}

TEST_F(E1000eTx, ARingThatIsFullTakesNoMore)
{
	for (plx_eth_tx_burst_t fn : { e1000e_tx_burst, e1000e_tx_burst_full }) {
		create();
		head = 0;
		EXPECT_EQ(send(SIZE + 5, fn), SIZE - 1);
		EXPECT_EQ(send(1, fn), 0);
		EXPECT_EQ(tail, SIZE - 1u);
		run();
		EXPECT_EQ(send(1, fn), 1);
		EXPECT_EQ(tail, 0u);
		destroy();
	}
}

TEST_F(E1000eTx, GoesRoundTheRing)
{
	for (plx_eth_tx_burst_t fn : { e1000e_tx_burst, e1000e_tx_burst_full }) {
		create();
		head = 0;
		for (int i = 0; i < 200; i++) {
			ASSERT_EQ(send(unsigned(1 + i % 23), fn), 1 + i % 23);
			run();
		}
		EXPECT_LT(in_use(), SIZE);
		destroy();
		EXPECT_EQ(in_use(), 0u);
	}
}

/* Two pools, and mbufs that others have too: what can't go back in one piece goes one by one. */
TEST_F(E1000eTx, MbufsOfAllKindsComeBack)
{
	Pool other = make_pool("other");

	for (plx_eth_tx_burst_t fn : { e1000e_tx_burst, e1000e_tx_burst_full }) {
		plx_mbuf *shared = packet(60);

		create();
		head = 0;
		plx_mbuf_refcnt_update(shared, 1);
		for (int i = 0; i < RS_THRESH; i++) {
			plx_mbuf *m = i == 3 ? shared : plx_pktmbuf_alloc(i % 2 ? other.get() : mp.get());

			if (i != 3)
				plx_pktmbuf_append(m, 60);
			ASSERT_EQ(fn(txq, &m, 1), 1);
		}
		run();
		EXPECT_EQ(e1000e_txq_clean(txq, 0), RS_THRESH);
		EXPECT_EQ(plx_mempool_in_use_count(other.get()), 0u);
		EXPECT_EQ(in_use(), 1u);
		EXPECT_EQ(plx_mbuf_refcnt_read(shared), 1);
		plx_pktmbuf_free(shared);
		destroy();
	}
	expect_all_back(other);
}

TEST_F(E1000eTx, SimpleQueuesDropWhatTheyCanNotSend)
{
	create();
	plx_mbuf *pkts[] = { packet(60, 2), packet(16), packet(60), packet(0) };

	EXPECT_EQ(e1000e_tx_burst(txq, pkts, 4), 4);
	EXPECT_EQ(txq->q.errors, 3u);
	EXPECT_EQ(txq->q.packets, 1u);
	EXPECT_EQ(in_use(), 1u);
	EXPECT_EQ(tail, 1u);
	tail = 77;
	EXPECT_EQ(send(packet(16), e1000e_tx_burst), 1);
	EXPECT_EQ(tail, 77u) << "nothing to tell";
}

TEST_F(E1000eTx, ChainsAreTakenApart)
{
	create(PLX_ETH_TX_OFFLOAD_MULTI_SEGS);
	plx_mbuf *m = packet(100, 3);

	m->next->data_len = 0;
	m->pkt_len -= 100;
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(tail, 2u) << "a segment without data has no descriptor";
	EXPECT_EQ(in_use(), 2u);
	EXPECT_EQ(txq->ring[0].cmd & E1000E_TXD_EOP, 0u);
	EXPECT_NE(txq->ring[1].cmd & E1000E_TXD_EOP, 0u);
	for (int i = 0; i < RS_THRESH / 4; i++)
		EXPECT_EQ(send(packet(20, 4)), 1);
	run();
	EXPECT_EQ(e1000e_txq_clean(txq, 0), 5u) << "packets";
	EXPECT_EQ(in_use(), 0u);
}

TEST_F(E1000eTx, TheLongestChainFitsTheSmallestRing)
{
	const uint16_t rs_thresh = E1000E_TX_DESC_MIN - E1000E_TX_SEGS_MAX - 2;

	create(PLX_ETH_TX_OFFLOAD_MULTI_SEGS, E1000E_TX_DESC_MIN, rs_thresh);
	for (int i = 0; i < 100; i++) {
		send(unsigned(i % rs_thresh), e1000e_tx_burst_full);
		plx_mbuf *m = packet(20, E1000E_TX_SEGS_MAX);

		m->ol_flags = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_TCP_CKSUM;
		m->l2_len = uint64_t(14 + i % 2) & 0x7f;
		m->l3_len = 20;
		run();
		ASSERT_EQ(send(m), 1) << i;
		run();
	}
	EXPECT_EQ(send(packet(20, E1000E_TX_SEGS_MAX + 1)), 1);
	EXPECT_EQ(txq->q.errors, 1u) << "one more is dropped";
}

/* nb_segs, pkt_len and the chain must agree: a program at fault shall not make the device hang. */
TEST_F(E1000eTx, ChainsThatAreNoneAreDropped)
{
	create(PLX_ETH_TX_OFFLOAD_MULTI_SEGS);
	plx_mbuf *m = packet(60, 2);

	m->nb_segs = 1;
	EXPECT_EQ(send(m), 1);
	m = packet(60, 2);
	m->pkt_len = 100;
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(txq->q.errors, 2u);
	EXPECT_EQ(tail, 0xdeadbeef);
	EXPECT_EQ(in_use(), 0u);
}

class E1000eTxOffload : public E1000eTx {
protected:
	plx_mbuf *ip(uint64_t flags, uint16_t len = 200)
	{
		plx_mbuf *m = packet(len);

		m->ol_flags = flags;
		m->l2_len = 14;
		m->l3_len = flags & PLX_MBUF_F_TX_IPV6 ? 40 : 20;
		m->l4_len = 20;
		return m;
	}
};

TEST_F(E1000eTxOffload, ContextSaysWhereChecksumsAre)
{
	create(PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM);
	EXPECT_EQ(send(ip(PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_CKSUM)), 1);
	ASSERT_EQ(tail, 2u);
	EXPECT_EQ(txq->ring[0].addr, E1000E_TXC_IPCSS(14) | E1000E_TXC_IPCSO(24) | E1000E_TXC_IPCSE(33) |
		E1000E_TXC_TUCSS(34) | E1000E_TXC_TUCSO(50));
	EXPECT_EQ(txq->ring[0].cmd, E1000E_TXD_DEXT | E1000E_TXC_TCP | E1000E_TXC_IPV4);
	EXPECT_EQ(txq->ring[1].cmd, E1000E_TXD_DATA | E1000E_TXD_IFCS | E1000E_TXD_EOP | E1000E_TXD_IXSM |
		E1000E_TXD_TXSM | 200);
	EXPECT_EQ(txq->sw_ring[0], nullptr);
}

TEST_F(E1000eTxOffload, AContextHoldsUntilAnotherOne)
{
	const uint64_t tcp = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_TCP_CKSUM;
	const uint64_t udp = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_UDP_CKSUM;

	create(PLX_ETH_TX_OFFLOAD_TCP_CKSUM);
	send(ip(tcp));
	send(ip(tcp));
	EXPECT_EQ(tail, 3u);
	send(ip(udp));
	EXPECT_EQ(tail, 5u);
	send(packet(60));
	send(ip(udp));
	EXPECT_EQ(tail, 7u) << "a packet without leaves it";
	send(ip(tcp));
	EXPECT_EQ(tail, 9u);
	destroy();
	/* The device remembers one for both queues. */
	dev->nb_tx_queues = 2;
	create(PLX_ETH_TX_OFFLOAD_TCP_CKSUM);
	send(ip(tcp));
	send(ip(tcp));
	EXPECT_EQ(tail, 4u);
	dev->nb_tx_queues = 1;
}

TEST_F(E1000eTxOffload, Tso)
{
	const uint64_t flags = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_SEG;

	create(PLX_ETH_TX_OFFLOAD_TCP_TSO);
	for (int i = 0; i < 2; i++) {
		plx_mbuf *m = ip(flags, 1054);

		m->tso_segsz = 400;
		EXPECT_EQ(send(m), 1);
	}
	ASSERT_EQ(tail, 4u) << "a context for each";
	EXPECT_EQ(txq->ring[0].cmd, E1000E_TXD_DEXT | E1000E_TXC_TCP | E1000E_TXC_IPV4 | E1000E_TXC_TSE |
		E1000E_TXC_HDRLEN(54) | E1000E_TXC_MSS(400) | 1000);
	EXPECT_EQ(txq->ring[1].cmd, E1000E_TXD_DATA | E1000E_TXD_IFCS | E1000E_TXD_EOP | E1000E_TXD_IXSM |
		E1000E_TXD_TXSM | E1000E_TXD_TSE | 1054);
}

TEST_F(E1000eTxOffload, VlanTag)
{
	create(PLX_ETH_TX_OFFLOAD_VLAN_INSERT);
	plx_mbuf *m = packet(60);

	m->ol_flags = PLX_MBUF_F_TX_VLAN;
	m->vlan_tci = 0x6123;
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(tail, 1u);
	EXPECT_EQ(txq->ring[0].cmd, E1000E_TXD_DATA | E1000E_TXD_IFCS | E1000E_TXD_EOP | E1000E_TXD_VLE |
		E1000E_TXD_VLAN(0x6123) | 60);
}

/* With contexts in between, mbufs of one pool still go back unread. */
TEST_F(E1000eTxOffload, ReportsOverContexts)
{
	create(PLX_ETH_TX_OFFLOAD_TCP_CKSUM);
	for (int i = 0; i < RS_THRESH; i++)
		send(ip(PLX_MBUF_F_TX_IPV4 | (i % 2 ? PLX_MBUF_F_TX_TCP_CKSUM : PLX_MBUF_F_TX_UDP_CKSUM)));
	run();
	EXPECT_EQ(txq->reports[0].pool, mp.get());
	EXPECT_TRUE(txq->reports[0].holes);
	EXPECT_EQ(e1000e_txq_clean(txq, 0), RS_THRESH);
	EXPECT_EQ(in_use(), 0u);
}

TEST_F(E1000eTxOffload, RequestsThatCanNotBeAreRefusedAndDropped)
{
	const uint64_t all = PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM |
		PLX_ETH_TX_OFFLOAD_UDP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO | PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
	const uint64_t tso = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_SEG;
	const uint64_t tcp = PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_TCP_CKSUM;
	std::vector<std::pair<const char *, plx_mbuf *>> bad;
	auto add = [&](const char *why, plx_mbuf *m) { bad.emplace_back(why, m); return m; };

	create(all);
	add("16 bytes", packet(16));
	add("41 segments", packet(20, E1000E_TX_SEGS_MAX + 1));
	add("L4 header beyond the packet", ip(tcp))->l3_len = 300;
	add("checksum beyond byte 255", ip(tcp, 700))->l3_len = 300;
	add("MSS 0", ip(tso, 1000))->tso_segsz = 0;
	add("TSO without data", ip(tso, 54))->tso_segsz = 100;
	add("TSO without L4 header", ip(tso, 1000))->l4_len = 0;
	bad.back().second->tso_segsz = 100;
	add("MSS above a frame", ip(tso, 1000))->tso_segsz = 9200;
	add("a frame above the longest", packet(1500, 7));
	for (auto &[why, m] : bad) {
		const uint64_t errors = txq->q.errors;

		errno = 0;
		EXPECT_EQ(e1000e_tx_prepare(txq, &m, 1), 0) << why;
		EXPECT_EQ(errno, EINVAL) << why;
		EXPECT_EQ(send(m), 1) << why;
		EXPECT_EQ(txq->q.errors, errors + 1) << why;
	}
	EXPECT_EQ(tail, 0xdeadbeef) << "the device never hears of them";
	plx_mbuf *good[] = { packet(60), ip(tcp), packet(16) };
	EXPECT_EQ(e1000e_tx_prepare(txq, good, 3), 2);
	for (plx_mbuf *m : good)
		plx_pktmbuf_free(m);
}

TEST_F(E1000eTxOffload, OffloadsThatAreOffAreRefused)
{
	create(PLX_ETH_TX_OFFLOAD_MULTI_SEGS);
	plx_mbuf *m = ip(PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_TCP_CKSUM);

	errno = 0;
	EXPECT_EQ(e1000e_tx_prepare(txq, &m, 1), 0);
	EXPECT_EQ(errno, ENOTSUP);
	plx_pktmbuf_free(m);
}

/* DD where no report was asked for, or before the device had anything: nothing is freed for it. */
TEST_F(E1000eTx, ReportsNobodyAskedFor)
{
	create();
	for (uint16_t i = 0; i < SIZE; i++)
		txq->ring[i].cmd |= E1000E_TXD_DD;
	EXPECT_EQ(e1000e_txq_clean(txq, 0), 0u);
	send(RS_THRESH - 1);
	for (uint16_t i = 0; i < SIZE; i++)
		txq->ring[i].cmd |= E1000E_TXD_DD | E1000E_TXD_RS;
	EXPECT_EQ(e1000e_txq_clean(txq, 0), 0u);
	EXPECT_EQ(in_use(), RS_THRESH - 1u);
	/* Whatever is in the ring, addresses and lengths are not read from it. */
	memset(txq->ring, 0xff, SIZE * sizeof(txq->ring[0]));
	send(1);
	memset(txq->ring, 0xff, SIZE * sizeof(txq->ring[0]));
	EXPECT_EQ(e1000e_txq_clean(txq, 0), RS_THRESH);
	EXPECT_EQ(in_use(), 0u);
}

TEST_F(E1000eTx, CleanupTakesWholeReports)
{
	create();
	send(3 * RS_THRESH);
	run();
	EXPECT_EQ(e1000e_txq_clean(txq, RS_THRESH - 1), 0u);
	EXPECT_EQ(e1000e_txq_clean(txq, 2 * RS_THRESH), 2u * RS_THRESH);
	EXPECT_EQ(in_use(), RS_THRESH);
	EXPECT_EQ(e1000e_txq_clean(txq, 0), RS_THRESH);
}

TEST_F(E1000eTx, DescriptorStatus)
{
	create();
	EXPECT_EQ(e1000e_tx_descriptor_status(txq, 0), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(e1000e_tx_descriptor_status(txq, SIZE), -EINVAL);
	send(RS_THRESH + 2);
	EXPECT_EQ(e1000e_tx_descriptor_status(txq, SIZE - RS_THRESH - 3), PLX_ETH_TX_DESC_DONE);
	for (uint16_t i = SIZE - RS_THRESH - 2; i < SIZE; i++)
		EXPECT_EQ(e1000e_tx_descriptor_status(txq, i), PLX_ETH_TX_DESC_FULL) << i;
	run();
	for (uint16_t i = SIZE - RS_THRESH - 2; i < SIZE; i++)
		EXPECT_EQ(e1000e_tx_descriptor_status(txq, i), i < SIZE - 2 ? PLX_ETH_TX_DESC_DONE :
			PLX_ETH_TX_DESC_FULL) << i;
	e1000e_txq_stop(txq);
	EXPECT_EQ(e1000e_tx_descriptor_status(txq, 0), PLX_ETH_TX_DESC_UNAVAIL);
}

} // namespace
