/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: offloads of port and queues, room of mbufs, single queues that start and stop. */
#include "test_ethdev_toy.h"

namespace {

class EthdevQueues : public Ethdev {
protected:
	int rx_setup_with(const plx_eth_rxconf &conf, uint16_t queue = 0)
	{
		return plx_eth_rx_queue_setup(id, queue, 0, SOCKET_ID_ANY, &conf, pool.get());
	}

	int tx_setup_with(const plx_eth_txconf &conf)
	{
		return plx_eth_tx_queue_setup(id, 0, 0, SOCKET_ID_ANY, &conf);
	}

	plx_eth_conf conf = {};
};

TEST_F(EthdevQueues, OffloadsOfThePort)
{
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_UDP_CKSUM;
	expect_refused(-ENOTSUP, { "Rx offloads 0x5", "no UDP_CKSUM", "0x92211", "EOPNOTSUPP" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	conf.rxmode.offloads = 0;
	conf.txmode.offloads = PLX_ETH_TX_OFFLOAD_TCP_TSO;
	expect_refused(-ENOTSUP, { "Tx offloads 0x20", "no TCP_TSO", "0x8002" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	conf.txmode.offloads = UINT64_C(1) << 63;
	expect_refused(-ENOTSUP, { "no UNKNOWN" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	conf.txmode.offloads = 0;
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_RSS_HASH;
	expect_refused(-EINVAL, { "RSS_HASH", "mq_mode" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_TCP_LRO;
	conf.rxmode.max_lro_pkt_size = 9017;
	expect_refused(-EINVAL, { "9017", "9018" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	conf.rxmode.max_lro_pkt_size = 9018;
	EXPECT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	EXPECT_STREQ(plx_eth_dev_rx_offload_name(PLX_ETH_RX_OFFLOAD_SCATTER), "SCATTER");
	EXPECT_STREQ(plx_eth_dev_tx_offload_name(3), "UNKNOWN") << "one at a time";
}

TEST_F(EthdevQueues, OffloadsOfAQueue)
{
	plx_eth_rxconf rx = {};
	plx_eth_txconf tx = {};

	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_STRIP;
	conf.txmode.offloads = PLX_ETH_TX_OFFLOAD_IPV4_CKSUM;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	rx.offloads = PLX_ETH_RX_OFFLOAD_VLAN_FILTER;
	expect_refused(-EINVAL, { "Rx", "no VLAN_FILTER", "0x2000", "EINVAL" },
		[&] { return rx_setup_with(rx); });
	tx.offloads = PLX_ETH_TX_OFFLOAD_TCP_TSO;
	expect_refused(-EINVAL, { "Tx", "no TCP_TSO", "0x8000", "EINVAL" },
		[&] { return tx_setup_with(tx); });
	/* Those of the port may be said again. The driver gets all. */
	rx.offloads = PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_SCATTER;
	ASSERT_EQ(rx_setup_with(rx), 0);
	EXPECT_EQ(toy->last_rxconf.offloads, rx.offloads);
	tx.offloads = PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
	ASSERT_EQ(tx_setup_with(tx), 0);
	EXPECT_EQ(toy->last_txconf.offloads,
		PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM);
}

TEST_F(EthdevQueues, Thresholds)
{
	plx_eth_rxconf rx = {};
	plx_eth_txconf tx = {};

	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
	rx.rx_free_thresh = 257;
	expect_refused(-EINVAL, { "rx_free_thresh 257", "256" }, [&] { return rx_setup_with(rx); });
	tx.tx_rs_thresh = 129;
	expect_refused(-EINVAL, { "tx_rs_thresh 129", "128" }, [&] { return tx_setup_with(tx); });
	tx.tx_rs_thresh = 0;
	tx.tx_free_thresh = 129;
	expect_refused(-EINVAL, { "tx_free_thresh 129" }, [&] { return tx_setup_with(tx); });
	rx.rx_free_thresh = 256;
	EXPECT_EQ(rx_setup_with(rx), 0);
	EXPECT_EQ(toy->last_rxconf.rx_free_thresh, 256);
}

/* The toy's frames are 18 bytes longer than the MTU, the pool's mbufs take 2048. */
TEST_F(EthdevQueues, FramesFitOrAreScattered)
{
	plx_eth_rxq_info info;
	plx_eth_rxconf scatter = {};

	scatter.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	conf.rxmode.mtu = 2031;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	expect_refused(-EINVAL, { "2176", "MTU 2031", "128 + 2049", "SCATTER" },
		[&] { return rx_setup(0); });
	ASSERT_EQ(rx_setup_with(scatter), 0);
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 0, &info), 0);
	EXPECT_EQ(info.scattered_rx, 1);
	conf.rxmode.mtu = 2030;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	ASSERT_EQ(rx_setup_with(scatter), 0);
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 0, &info), 0);
	EXPECT_EQ(info.scattered_rx, 0) << "they may be, but all fit";
	ASSERT_EQ(rx_setup(0), 0);
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_KEEP_CRC;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	expect_refused(-EINVAL, { "128 + 2052" }, [&] { return rx_setup(0); });
}

TEST_F(EthdevQueues, AnMtuThatQueuesCantTake)
{
	plx_eth_rxconf scatter = {};

	scatter.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	ASSERT_EQ(plx_eth_dev_configure(id, 2, 1, nullptr), 0);
	ASSERT_EQ(rx_setup_with(scatter, 0), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(id, 2031), 0) << "queue 1 is not there yet";
	ASSERT_EQ(plx_eth_dev_set_mtu(id, 1500), 0);
	ASSERT_EQ(rx_setup(1), 0);
	ASSERT_EQ(tx_setup(0), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	toy->calls.clear();
	expect_refused(-EINVAL, { "MTU 2031", "2049", "queue 1", "2048", "SCATTER" },
		[&] { return plx_eth_dev_set_mtu(id, 2031); });
	EXPECT_EQ(toy->calls, Calls{});
	EXPECT_EQ(plx_eth_dev_set_mtu(id, 2030), 0);
}

TEST_F(EthdevQueues, Info)
{
	plx_eth_rxconf rx = {};
	plx_eth_rxq_info rxq;
	plx_eth_txq_info txq;

	EXPECT_EQ(plx_eth_rx_queue_info_get(NO_PORT, 0, &rxq), -ENODEV);
	EXPECT_EQ(plx_eth_tx_queue_info_get(NO_PORT, 0, &txq), -ENODEV);
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_STRIP;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	EXPECT_EQ(plx_eth_rx_queue_info_get(id, 0, &rxq), -EINVAL) << "not set up";
	EXPECT_EQ(plx_eth_tx_queue_info_get(id, 0, &txq), -EINVAL);
	rx.rx_free_thresh = 8;
	rx.rx_drop_en = 1;
	ASSERT_EQ(rx_setup_with(rx), 0);
	ASSERT_EQ(tx_setup(0, 64), 0);
	EXPECT_EQ(plx_eth_rx_queue_info_get(id, 1, &rxq), -EINVAL);
	EXPECT_EQ(plx_eth_tx_queue_info_get(id, 1, &txq), -EINVAL);
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 0, &rxq), 0);
	EXPECT_EQ(rxq.mp, pool.get());
	EXPECT_EQ(rxq.nb_desc, 256);
	EXPECT_EQ(rxq.rx_buf_size, 2048);
	EXPECT_EQ(rxq.conf.rx_free_thresh, 8);
	EXPECT_EQ(rxq.conf.rx_drop_en, 1);
	EXPECT_EQ(rxq.conf.offloads, PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
	EXPECT_EQ(rxq.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 0, &rxq), 0);
	EXPECT_EQ(rxq.queue_state, PLX_ETH_QUEUE_STATE_STARTED);
	ASSERT_EQ(plx_eth_tx_queue_info_get(id, 0, &txq), 0);
	EXPECT_EQ(txq.nb_desc, 64);
	EXPECT_EQ(txq.queue_state, PLX_ETH_QUEUE_STATE_STARTED);
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	ASSERT_EQ(plx_eth_tx_queue_info_get(id, 0, &txq), 0);
	EXPECT_EQ(txq.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
}

TEST_F(EthdevQueues, SingleQueuesStartAndStop)
{
	plx_eth_rxq_info info;

	set_up();
	expect_refused(-EINVAL, { "Rx queue 0", "start the port" },
		[&] { return plx_eth_dev_rx_queue_start(id, 0); });
	expect_refused(-EINVAL, { "Tx queue 0", "start the port" },
		[&] { return plx_eth_dev_tx_queue_stop(id, 0); });
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	toy->calls.clear();
	EXPECT_EQ(plx_eth_dev_rx_queue_start(id, 0), 0) << "it is";
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(id, 0), 0);
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(id, 0), 0) << "it is";
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 0, &info), 0);
	EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
	EXPECT_EQ(plx_eth_dev_tx_queue_stop(id, 0), 0);
	EXPECT_EQ(plx_eth_dev_rx_queue_start(id, 0), 0);
	EXPECT_EQ(plx_eth_dev_tx_queue_start(id, 0), 0);
	EXPECT_EQ(toy->calls, (Calls{ "rx stop 0", "tx stop 0", "rx start 0", "tx start 0" }));
	for (auto change : { plx_eth_dev_rx_queue_start, plx_eth_dev_rx_queue_stop,
			plx_eth_dev_tx_queue_start, plx_eth_dev_tx_queue_stop }) {
		expect_refused(-EINVAL, { "queue 7", "with 1" }, [&] { return change(id, 7); });
		expect_refused(-ENODEV, { "ENODEV" }, [&] { return change(NO_PORT, 0); });
	}
	toy->fails = "rx stop 0";
	expect_refused(-EIO, { "stop Rx queue 0", "EIO" },
		[&] { return plx_eth_dev_rx_queue_stop(id, 0); });
	toy->fails = "";
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(id, 0), 0) << "it was as before";
	toy->ops.tx_queue_stop = nullptr;
	expect_refused(-ENOTSUP, { "stop Tx queue 0" },
		[&] { return plx_eth_dev_tx_queue_stop(id, 0); });
}

/* Drivers that work out where the buffer is look behind the mbuf. */
TEST_F(EthdevQueues, ExternalBuffers)
{
	const PinnedPool pinned(63);
	plx_eth_caps caps {};
	const auto set_up = [&] {
		return plx_eth_rx_queue_setup(id, 0, 0, SOCKET_ID_ANY, nullptr, pinned.get());
	};

	ASSERT_NE(pinned.get(), nullptr);
	caps.info = toy->limits;
	toy->dev->caps = &caps;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
	EXPECT_EQ(set_up(), 0) << "for drivers that look";
	caps.rx_own_buffers = true;
	expect_refused(-ENOTSUP, { "pinned", "external buffers", "plx_pktmbuf_pool_create()" }, set_up);
	EXPECT_EQ(rx_setup(0), 0);
	toy->dev->caps = nullptr;
}

TEST_F(EthdevQueues, DeferredStart)
{
	plx_eth_rxconf rx = {};
	plx_eth_txconf tx = {};
	plx_eth_rxq_info info;

	rx.rx_deferred_start = 1;
	tx.tx_deferred_start = 1;
	ASSERT_EQ(plx_eth_dev_configure(id, 2, 1, nullptr), 0);
	ASSERT_EQ(rx_setup(0), 0);
	ASSERT_EQ(rx_setup_with(rx, 1), 0);
	ASSERT_EQ(tx_setup_with(tx), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	toy->calls.clear();
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 1, &info), 0);
	EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
	EXPECT_EQ(plx_eth_dev_rx_queue_start(id, 1), 0);
	EXPECT_EQ(plx_eth_dev_tx_queue_start(id, 0), 0);
	EXPECT_EQ(toy->calls, (Calls{ "rx start 1", "tx start 0" }));
	/* And again with the next start of the port. */
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	ASSERT_EQ(plx_eth_rx_queue_info_get(id, 1, &info), 0);
	EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);

	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->ops.rx_queue_start = nullptr;
	toy->ops.tx_queue_start = nullptr;
	expect_refused(-EINVAL, { "deferred", "Rx" }, [&] { return rx_setup_with(rx); });
	expect_refused(-EINVAL, { "deferred", "Tx" }, [&] { return tx_setup_with(tx); });
}

TEST_F(EthdevQueues, WhatTheDriverCanTell)
{
	static const auto count = [](void *) { return 5; };
	static const auto status = [](void *, uint16_t offset) { return static_cast<int>(offset); };

	start();
	EXPECT_EQ(plx_eth_rx_queue_count(id, 0), -ENOTSUP);
	EXPECT_EQ(plx_eth_rx_descriptor_status(id, 0, 1), -ENOTSUP);
	EXPECT_EQ(plx_eth_tx_descriptor_status(id, 0, 1), -ENOTSUP);
	EXPECT_EQ(plx_eth_tx_prepare(id, 0, nullptr, 9), 9) << "nothing to prepare";
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->dev->rx_queue_count = count;
	toy->dev->rx_descriptor_status = status;
	toy->dev->tx_descriptor_status = status;
	toy->dev->tx_pkt_prepare = [](void *, plx_mbuf **, uint16_t) -> uint16_t { return 3; };
	EXPECT_EQ(plx_eth_rx_queue_count(id, 0), -ENOTSUP) << "not started";
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_EQ(plx_eth_rx_queue_count(id, 0), 5);
	EXPECT_EQ(plx_eth_rx_descriptor_status(id, 0, 1), 1);
	EXPECT_EQ(plx_eth_tx_descriptor_status(id, 0, 2), 2);
	EXPECT_EQ(plx_eth_tx_prepare(id, 0, nullptr, 9), 3);
}

TEST_F(EthdevQueues, DoneCleanup)
{
	EXPECT_EQ(plx_eth_tx_done_cleanup(NO_PORT, 0, 1), -ENODEV);
	EXPECT_EQ(plx_eth_tx_done_cleanup(id, 0, 1), -EINVAL);
	start();
	EXPECT_EQ(plx_eth_tx_done_cleanup(id, 0, 7), 7);
	EXPECT_EQ(plx_eth_tx_done_cleanup(id, 1, 7), -EINVAL);
	EXPECT_EQ(toy->calls, Calls{ "cleanup 0" });
	toy->ops.tx_done_cleanup = nullptr;
	EXPECT_EQ(plx_eth_tx_done_cleanup(id, 0, 7), -ENOTSUP);
}

} // namespace
