/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio as a port with several queues, filters and RSS, over a transport that the test plays. */
#include "test_virtio_port.h"

namespace {

constexpr uint16_t PAIRS = 4;

std::string
le16(uint16_t v)
{
	return std::string(reinterpret_cast<char *>(&v), sizeof(v));
}

std::string
le32(uint32_t v)
{
	return std::string(reinterpret_cast<char *>(&v), sizeof(v));
}

class VirtioMulti : public VirtioPort {
protected:
	void SetUp() override
	{
		for (unsigned int f : { VIRTIO_NET_F_MQ, VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT,
				VIRTIO_NET_F_CTRL_VLAN, VIRTIO_F_RING_RESET, VIRTIO_NET_F_MRG_RXBUF })
			device.offered |= VIRTIO_BIT(f);
		device.config[VIRTIO_NET_CONFIG_MAX_PAIRS] = PAIRS;
		VirtioPort::SetUp();
	}

	void configure(uint16_t nb_rx, uint16_t nb_tx, const plx_eth_conf &conf = {},
		bool deferred = false)
	{
		plx_eth_rxconf rx {};
		plx_eth_txconf tx {};

		rx.rx_deferred_start = tx.tx_deferred_start = deferred;
		ASSERT_EQ(plx_eth_dev_configure(port, nb_rx, nb_tx, &conf), 0);
		for (uint16_t i = 0; i < nb_rx; i++)
			ASSERT_EQ(plx_eth_rx_queue_setup(port, i, DESC, SOCKET_ID_ANY, &rx,
				pool.get()), 0);
		for (uint16_t i = 0; i < nb_tx; i++)
			ASSERT_EQ(plx_eth_tx_queue_setup(port, i, DESC, SOCKET_ID_ANY, &tx), 0);
	}

	/* Packets through pair @pair. */
	void forward(uint16_t pair, unsigned int n)
	{
		RingDevice &rx = *device.queues.at(VIRTIO_NET_RX_VQ(pair));
		RingDevice &tx = *device.queues.at(VIRTIO_NET_TX_VQ(pair));
		plx_mbuf *m;

		for (unsigned int i = 0; i < n; i++) {
			const std::string packet = "packet number " + std::to_string(i);

			rx.receive(packet);
			ASSERT_EQ(plx_eth_rx_burst(port, pair, &m, 1), 1);
			ASSERT_EQ(plx_eth_tx_burst(port, pair, &m, 1), 1);

			const uint16_t id = tx.take();

			ASSERT_EQ(tx.read(id), std::string(12, 0) + packet);
			tx.use(id, 0);
		}
	}
};

TEST_P(VirtioMulti, EveryPairMovesPackets)
{
	plx_eth_dev_info info;

	ASSERT_EQ(plx_eth_dev_info_get(port, &info), 0);
	EXPECT_EQ(info.max_rx_queues, PAIRS);
	for (uint16_t pairs : { 4, 2, 1, 3 }) {
		configure(pairs, pairs);
		device.commands.clear();
		ASSERT_EQ(plx_eth_dev_start(port), 0);
		EXPECT_EQ(device.queues.size(), 2u * pairs + 1);
		EXPECT_EQ(device.queues.count(2 * PAIRS), 1u) << "control, behind all there could be";
		ASSERT_GT(device.commands.size(), 0u);
		EXPECT_EQ(device.commands[0], pairs == 1 ? std::string("\0\0\0", 3) :
			std::string("\4\0", 2) + le16(pairs));
		for (uint16_t i = 0; i < pairs; i++)
			forward(i, 100);
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
	}
	EXPECT_EQ(stats().ipackets, 1000u);
	EXPECT_EQ(stats().opackets, 1000u);
}

TEST_P(VirtioMulti, CountersOfQueues)
{
	plx_eth_xstat_name names[64];
	plx_eth_xstat values[64];

	configure(2, 2);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	forward(0, 3);
	forward(1, 5);

	const int n = plx_eth_xstats_get_names(port, names, 64);

	ASSERT_GT(n, 0);
	ASSERT_EQ(plx_eth_xstats_get(port, values, 64), n);

	std::map<std::string, uint64_t> by_name;

	for (int i = 0; i < n; i++)
		by_name[names[i].name] = values[i].value;
	EXPECT_EQ(by_name.at("rx_q0_packets"), 3u);
	EXPECT_EQ(by_name.at("rx_q1_packets"), 5u);
	EXPECT_EQ(by_name.at("tx_q1_packets"), 5u);
	EXPECT_GE(by_name.at("rx_kicks"), 2u) << "one at each start";
	EXPECT_EQ(by_name.count("tx_kicks"), 1u);
	ASSERT_EQ(plx_eth_xstats_reset(port), 0);
	ASSERT_EQ(plx_eth_xstats_get(port, values, 64), n);
	for (int i = 0; i < n; i++)
		EXPECT_EQ(values[i].value, 0u) << names[i].name;
}

/* A device without a table sends to any pair, so each needs its Rx queue. */
TEST_P(VirtioMulti, MoreTxThanRxQueues)
{
	EXPECT_EQ(plx_eth_dev_configure(port, 1, 2, nullptr), -EINVAL);
	EXPECT_EQ(plx_eth_dev_configure(port, 2, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_dev_configure(port, PAIRS + 1, 1, nullptr), -EINVAL);
}

TEST_P(VirtioMulti, RssIsProgrammed)
{
	plx_eth_conf conf {};
	std::string key;
	plx_eth_rss_reta_entry64 reta[2] {};
	std::string table;

	for (int i = 0; i < VIRTIO_RSS_KEY_SIZE; i++)
		key += char(i);
	conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_RSS_HASH;
	conf.rx_adv_conf.rss_conf.rss_hf = PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV6_TCP;
	conf.rx_adv_conf.rss_conf.rss_key = reinterpret_cast<uint8_t *>(&key[0]);
	conf.rx_adv_conf.rss_conf.rss_key_len = VIRTIO_RSS_KEY_SIZE;
	configure(2, 3, conf);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_NE(device.accepted & VIRTIO_BIT(VIRTIO_NET_F_RSS), 0u);
	EXPECT_NE(device.accepted & VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT), 0u);
	for (uint16_t i = 0; i < 128; i++)
		table += le16(i % 2);
	EXPECT_EQ(device.commands.front(), "\4\1" + le32(0x11) + le16(127) + le16(0) + table + le16(3) +
		char(VIRTIO_RSS_KEY_SIZE) + key);

	reta[1].mask = 1;
	reta[1].reta[0] = 1;
	ASSERT_EQ(plx_eth_dev_rss_reta_update(port, reta, 128), 0);
	table.replace(2 * 64, 2, le16(1));
	EXPECT_EQ(device.commands.back().substr(10, 256), table);
}

TEST_P(VirtioMulti, AddressesAreOneTable)
{
	const plx_ether_addr a = { { 2, 0, 0, 0, 0, 1 } }, b = { { 2, 0, 0, 0, 0, 2 } };
	const plx_ether_addr mc[] = { { { 1, 0, 0x5e, 0, 0, 1 } }, { { 1, 0, 0x5e, 0, 0, 2 } } };
	const auto bytes = [](const plx_ether_addr &addr) {
		return std::string(reinterpret_cast<const char *>(&addr), sizeof(addr));
	};
	const std::string set("\1\0", 2);

	run();
	ASSERT_EQ(plx_eth_dev_mac_addr_add(port, &a), 0);
	EXPECT_EQ(device.commands.back(), set + le32(1) + bytes(a) + le32(0));
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(port, mc, 2), 0);
	EXPECT_EQ(device.commands.back(), set + le32(1) + bytes(a) + le32(2) + bytes(mc[0]) +
		bytes(mc[1]));
	ASSERT_EQ(plx_eth_dev_mac_addr_add(port, &b), 0);

	const std::string all = set + le32(2) + bytes(a) + bytes(b) + le32(2) + bytes(mc[0]) +
		bytes(mc[1]);

	EXPECT_EQ(device.commands.back(), all);
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(device.commands.back(), all) << "after a start as before";
	ASSERT_EQ(plx_eth_dev_mac_addr_remove(port, &a), 0);
	EXPECT_EQ(device.commands.back(), set + le32(1) + bytes(b) + le32(2) + bytes(mc[0]) +
		bytes(mc[1]));
	device.ack = VIRTIO_NET_ERR;
	EXPECT_EQ(plx_eth_dev_mac_addr_add(port, &a), -EIO);
	device.ack = VIRTIO_NET_OK;
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(port, nullptr, 0), 0);
	EXPECT_EQ(device.commands.back(), set + le32(1) + bytes(b) + le32(0));
}

TEST_P(VirtioMulti, VlansAndMulticast)
{
	plx_eth_conf conf {};

	run();
	EXPECT_EQ(device.accepted & VIRTIO_BIT(VIRTIO_NET_F_CTRL_VLAN), 0u);
	ASSERT_EQ(plx_eth_allmulticast_enable(port), 0);
	EXPECT_EQ(device.commands.back(), std::string("\0\1\1", 3));
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_FILTER;
	configure(1, 1, conf);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_NE(device.accepted & VIRTIO_BIT(VIRTIO_NET_F_CTRL_VLAN), 0u);
	ASSERT_EQ(plx_eth_dev_vlan_filter(port, 0x123, 1), 0);
	EXPECT_EQ(device.commands.back(), std::string("\2\0\x23\1", 4));
	ASSERT_EQ(plx_eth_dev_vlan_filter(port, 0x123, 0), 0);
	EXPECT_EQ(device.commands.back(), std::string("\2\1\x23\1", 4));
	EXPECT_EQ(plx_eth_dev_set_vlan_offload(port, 0), -EBUSY) << "that is agreed on at the start";
}

TEST_P(VirtioMulti, SingleQueues)
{
	configure(2, 2);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	forward(1, 10);
	ASSERT_EQ(plx_eth_dev_rx_queue_stop(port, 1), 0);
	ASSERT_EQ(plx_eth_dev_tx_queue_stop(port, 1), 0);
	EXPECT_EQ(device.queues.count(VIRTIO_NET_RX_VQ(1)), 0u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), unsigned(DESC)) << "those of queue 0";

	plx_mbuf *m;

	EXPECT_EQ(plx_eth_rx_burst(port, 1, &m, 1), 0);
	forward(0, 10);
	ASSERT_EQ(plx_eth_dev_rx_queue_start(port, 1), 0);
	ASSERT_EQ(plx_eth_dev_tx_queue_start(port, 1), 0);
	forward(1, 10);

	/* One that the device does not let go of stays as it is, with its mbufs. */
	device.queue_reset_error = -ETIMEDOUT;
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(port, 1), -ETIMEDOUT);
	EXPECT_GE(plx_mempool_in_use_count(pool.get()), 2u * DESC);
	device.queue_reset_error = 0;
	forward(1, 10);
	ASSERT_EQ(plx_eth_dev_rx_queue_stop(port, 1), 0);
	device.enable_error = -EBUSY;
	device.bad_queue = VIRTIO_NET_RX_VQ(1);
	EXPECT_EQ(plx_eth_dev_rx_queue_start(port, 1), -EBUSY);
	device.enable_error = 0;
	ASSERT_EQ(plx_eth_dev_rx_queue_start(port, 1), 0);
	forward(1, 10);
}

TEST_P(VirtioMulti, DeferredStart)
{
	configure(2, 2, {}, true);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(device.queues.size(), 1u) << "the control queue";
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	ASSERT_EQ(plx_eth_dev_rx_queue_start(port, 1), 0);
	ASSERT_EQ(plx_eth_dev_tx_queue_start(port, 1), 0);
	forward(1, 10);
}

TEST_P(VirtioMulti, SingleQueuesNeedTheFeature)
{
	ASSERT_EQ(plx_eth_dev_close(port), 0);
	device.offered &= ~VIRTIO_BIT(VIRTIO_F_RING_RESET);
	probe();

	plx_eth_rxconf rx {};
	plx_eth_txconf tx {};

	rx.rx_deferred_start = tx.tx_deferred_start = 1;
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &rx, pool.get()), -EINVAL);
	EXPECT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &tx), -EINVAL);
	run();
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(port, 0), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_tx_queue_stop(port, 0), -ENOTSUP);
	VirtioPort::forward("and all goes on as before");
}

TEST_P(VirtioMulti, ExternalBuffers)
{
	const PinnedPool pinned(63);

	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, pinned.get()),
		-ENOTSUP);
}

/* Small buffers need a device that merges; without the offload a packet has to fit one. */
TEST_P(VirtioMulti, SmallBuffers)
{
	Pool small(plx_pktmbuf_pool_create("small", 511, 0, 0, PLX_PKTMBUF_HEADROOM + 512,
		SOCKET_ID_ANY));
	plx_eth_conf conf {};

	ASSERT_NE(small, nullptr);
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, small.get()), -EINVAL);
	conf.rxmode.mtu = 400;
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, &conf), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, small.get()), -EINVAL)
		<< "5.1.6.3.1 wants 1526 bytes";
	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	conf.rxmode.mtu = 9000;
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, &conf), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, small.get()), 0);
	ASSERT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_NE(device.accepted & VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF), 0u);
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(plx_mempool_in_use_count(small.get()), 0u);
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioMulti, all_rings(), ring_name);

} // namespace
