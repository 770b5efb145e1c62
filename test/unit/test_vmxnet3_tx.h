/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VMXNET3_TX_H
#define TEST_VMXNET3_TX_H
/* A Tx queue of net_vmxnet3 and the device that reads it, as a fixture. */
#include <algorithm>

#include "eal_env.h"
#include "test_vmxnet3_device.h"

constexpr uint16_t SIZE = 64, THRESH = 8, ID = 1;
constexpr uint32_t NO_WRITE = 0xdeadbeef;
constexpr uint64_t ALL_OFFLOADS = PLX_ETH_TX_OFFLOAD_VLAN_INSERT | PLX_ETH_TX_OFFLOAD_UDP_CKSUM |
	PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO | PLX_ETH_TX_OFFLOAD_MULTI_SEGS;

class Vmxnet3Tx : public testing::Test {
protected:
	void SetUp() override
	{
		vmxnet3_txq_conf conf {};

		heap_ = heap_bytes_in_use();
		for (Pool *p : { &pool, &other_pool }) {
			p->reset(plx_pktmbuf_pool_create(p == &pool ? "vmxnet3 tx" : "another", 255, 0, 16,
				PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
			ASSERT_NE(*p, nullptr);
		}
		conf.dev_name = "test device";
		conf.id = ID;
		conf.nb_desc = SIZE;
		conf.free_thresh = THRESH;
		conf.offloads = ALL_OFFLOADS;
		conf.socket = SOCKET_ID_ANY;
		txq = vmxnet3_txq_create(&conf);
		ASSERT_NE(txq, nullptr);
		start();
	}

	void TearDown() override
	{
		vmxnet3_txq_stop(txq);
		EXPECT_EQ(in_use(), 0u);
		vmxnet3_txq_destroy(txq);
		pool.reset();
		other_pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void start()
	{
		bar.set(VMXNET3_TXPROD(ID), NO_WRITE);
		vmxnet3_txq_start(txq, bar.bytes);
		device.reset(new TxDevice(*txq));
	}

	unsigned int in_use() const
	{
		return plx_mempool_in_use_count(pool.get()) + plx_mempool_in_use_count(other_pool.get());
	}

	uint16_t send(plx_mbuf *m) { return vmxnet3_xmit_pkts(txq, &m, 1); }

	plx_mbuf *one(const std::string &data) { return packet(pool.get(), { data }); }

	/* A burst that can't all go makes the driver look at completions: the queue is broken then, with one line. */
	void expect_break(const char *words)
	{
		const uint64_t errors = txq->q.errors;

		testing::internal::CaptureStderr();
		EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 0);

		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find(words), log.npos) << log;
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
		EXPECT_TRUE(txq->q.broken);
		EXPECT_EQ(txq->q.errors, errors + 1);

		plx_mbuf *m = one(frame(0));

		EXPECT_EQ(send(m), 0) << "nothing moves any more";
		plx_pktmbuf_free(m);
		EXPECT_EQ(vmxnet3_tx_clean(txq, 0), 0);
		vmxnet3_txq_stop(txq);
		EXPECT_EQ(in_use(), 0u);
		start();
		EXPECT_EQ(send(one(frame(98))), 1);
		EXPECT_EQ(device->take().data, frame(98));
	}

	/* It can't be sent: it is taken, freed and counted, and the device sees nothing of it. */
	void expect_dropped(plx_mbuf *m, const char *what)
	{
		const uint64_t errors = txq->q.errors;
		const unsigned int before = in_use() - m->nb_segs;

		EXPECT_EQ(send(m), 1) << what;
		EXPECT_EQ(txq->q.errors, errors + 1) << what;
		EXPECT_EQ(in_use(), before) << what;
		EXPECT_FALSE(device->has_packet()) << what;
	}

	/* @m is not ready, for that reason, and the caller's still. */
	void expect_refused(plx_mbuf *m, int why, const char *what)
	{
		errno = 0;
		EXPECT_EQ(vmxnet3_prep_pkts(txq, &m, 1), 0) << what;
		EXPECT_EQ(errno, why) << what;
		plx_pktmbuf_free(m);
	}

	/* TCP over IPv4, as far as a driver looks at it. */
	plx_mbuf *tcp(size_t len, uint64_t flags, uint16_t mss = 0)
	{
		std::vector<std::string> segs;

		for (size_t off = 0; off < len; off += 2000)
			segs.push_back(frame(1, std::min(len - off, size_t(2000))));

		plx_mbuf *m = packet(pool.get(), segs);

		m->ol_flags = PLX_MBUF_F_TX_IPV4 | flags;
		m->l2_len = PLX_ETHER_HDR_LEN;
		m->l3_len = 20;
		m->l4_len = 20;
		m->tso_segsz = mss;
		return m;
	}

	Pool pool, other_pool;
	vmxnet3_txq *txq = nullptr;
	DataBar bar;
	std::unique_ptr<TxDevice> device;
	size_t heap_ = 0;
};

#endif
