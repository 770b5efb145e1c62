/* SPDX-License-Identifier: BSD-3-Clause */
/* The port contract: the life of a port, its limits, and what is refused. */
#include "port_contract.h"

#include <algorithm>

namespace contract {

namespace {

class Life : public Contract {
protected:
	/* Packets go from one end to the other. */
	void expect_traffic(uint16_t queue = 0)
	{
		const std::vector<Bytes> sent = frames(options.wire == Wire::NONE ? 0 : 8, 200);
		std::vector<plx_mbuf *> packets;

		for (const Bytes &one : sent)
			packets.push_back(make_packet(pool, one));
		expect_same(sent, exchange(packets, queue));
	}
};

TEST_F(Life, info_agrees_with_itself)
{
	const plx_eth_dev_info info = tx.info();
	const plx_ether_addr mac = tx.mac();

	EXPECT_LE(info.min_mtu, 1500);
	EXPECT_GE(info.max_mtu, 1500);
	if (options.wire != Wire::NONE) {
		EXPECT_GE(info.max_rx_pktlen, uint32_t(info.max_mtu) + PLX_ETHER_HDR_LEN);
	}
	EXPECT_GE(info.max_rx_queues, 1);
	EXPECT_GE(info.max_tx_queues, 1);
	EXPECT_GE(info.max_mac_addrs, 1u);
	EXPECT_EQ(info.rx_queue_offload_capa & ~info.rx_offload_capa, 0u);
	EXPECT_EQ(info.tx_queue_offload_capa & ~info.tx_offload_capa, 0u);
	EXPECT_EQ(info.flow_type_rss_offloads != 0, info.reta_size != 0);
	EXPECT_LE(info.hash_key_size, PLX_ETH_RSS_KEY_MAX);
	EXPECT_LE(info.reta_size, PLX_ETH_RSS_RETA_SIZE_MAX);
	EXPECT_EQ(round_desc(info.rx_desc_lim, info.default_rx_desc), info.default_rx_desc);
	EXPECT_EQ(round_desc(info.tx_desc_lim, info.default_tx_desc), info.default_tx_desc);
	EXPECT_GE(info.tx_desc_lim.nb_seg_max, info.tx_desc_lim.nb_mtu_seg_max);
	EXPECT_NE(info.driver_name, nullptr);
	EXPECT_TRUE(plx_is_unicast_ether_addr(&mac));
	EXPECT_FALSE(plx_is_zero_ether_addr(&mac));
}

TEST_F(Life, starts_and_stops_in_any_order)
{
	for (bool receiver_first : { true, false })
		for (bool receiver_last : { true, false }) {
			Port &first = receiver_first ? rx : tx, &second = receiver_first ? tx : rx;
			Port &early = receiver_last ? tx : rx, &late = receiver_last ? rx : tx;

			ASSERT_EQ(first.set_up({}, pool), 0);
			ASSERT_EQ(second.set_up({}, pool), 0);
			ASSERT_EQ(plx_eth_dev_start(first.id), 0);
			ASSERT_EQ(plx_eth_dev_start(second.id), 0);
			EXPECT_EQ(plx_eth_dev_start(first.id), 0) << "it is started already";
			ASSERT_TRUE(await([&] { return tx.link_is(true) && rx.link_is(true); }));
			expect_traffic();
			EXPECT_EQ(plx_eth_dev_stop(early.id), 0);
			EXPECT_EQ(plx_eth_dev_stop(late.id), 0);
			EXPECT_EQ(plx_eth_dev_stop(early.id), 0) << "it is stopped already";
			EXPECT_TRUE(plx_mempool_full(pool));
			/* The same queues again. */
			ASSERT_EQ(plx_eth_dev_start(second.id), 0);
			ASSERT_EQ(plx_eth_dev_start(first.id), 0);
			ASSERT_TRUE(await([&] { return tx.link_is(true) && rx.link_is(true); }));
			expect_traffic();
			stop();
		}
}

TEST_F(Life, nothing_moves_on_a_stopped_port)
{
	plx_mbuf *packet = make_packet(pool, frame(64)), *burst[4];

	ASSERT_EQ(tx.set_up({}, pool), 0);
	EXPECT_EQ(plx_eth_tx_burst(tx.id, 0, &packet, 1), 0);
	EXPECT_EQ(plx_eth_rx_burst(tx.id, 0, burst, 4), 0);
	EXPECT_TRUE(tx.link_is(false));
	start_one(tx);
	stop();
	EXPECT_EQ(plx_eth_tx_burst(tx.id, 0, &packet, 1), 0);
	EXPECT_EQ(plx_eth_rx_burst(tx.id, 0, burst, 4), 0);
	EXPECT_TRUE(tx.link_is(false));
	plx_pktmbuf_free(packet);
}

TEST_F(Life, calls_out_of_turn_are_refused)
{
	ASSERT_EQ(plx_eth_dev_configure(tx.id, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_dev_start(tx.id), -EINVAL) << "no queue is set up";
	ASSERT_EQ(plx_eth_rx_queue_setup(tx.id, 0, 0, SOCKET_ID_ANY, nullptr, pool), 0);
	EXPECT_EQ(plx_eth_dev_start(tx.id), -EINVAL) << "a queue is not set up";
	EXPECT_EQ(plx_eth_rx_queue_setup(tx.id, 1, 0, SOCKET_ID_ANY, nullptr, pool), -EINVAL);
	start_one(tx);
	EXPECT_EQ(plx_eth_dev_configure(tx.id, 1, 1, nullptr), -EBUSY);
	EXPECT_EQ(plx_eth_rx_queue_setup(tx.id, 0, 0, SOCKET_ID_ANY, nullptr, pool), -EBUSY);
	EXPECT_EQ(plx_eth_tx_queue_setup(tx.id, 0, 0, SOCKET_ID_ANY, nullptr), -EBUSY);
	stop();
	ASSERT_NO_FATAL_FAILURE(start());
	expect_traffic();
}

TEST_F(Life, queue_counts)
{
	/* PCI models have few; of the many of a software port not all need be tried. */
	const uint16_t max_rx = std::min(rx.info().max_rx_queues, uint16_t(8));
	const uint16_t max_tx = std::min(tx.info().max_tx_queues, uint16_t(8));

	for (uint16_t n : { uint16_t(1), std::max(max_rx, max_tx), uint16_t(2), uint16_t(1) }) {
		Config sender, receiver;

		sender.tx_queues = std::min(n, max_tx);
		receiver.rx_queues = std::min(n, max_rx);
		sender.tx_desc = round_desc(tx.info().tx_desc_lim, 64);
		sender.rx_desc = round_desc(tx.info().rx_desc_lim, 64);
		receiver.rx_desc = round_desc(rx.info().rx_desc_lim, 64);
		ASSERT_NO_FATAL_FAILURE(start(sender, receiver));
		EXPECT_EQ(tx.info().nb_tx_queues, sender.tx_queues);
		EXPECT_EQ(rx.info().nb_rx_queues, receiver.rx_queues);
		for (uint16_t queue = 0; queue < sender.tx_queues; queue++)
			expect_traffic(queue);
		stop();
		EXPECT_TRUE(plx_mempool_full(pool));
	}
}

TEST_F(Life, queue_counts_beyond_the_limit_are_refused)
{
	const plx_eth_dev_info info = tx.info();

	ASSERT_EQ(tx.set_up({}, pool), 0);
	EXPECT_EQ(plx_eth_dev_configure(tx.id, uint16_t(info.max_rx_queues + 1), 1, nullptr),
		-EINVAL);
	EXPECT_EQ(plx_eth_dev_configure(tx.id, 1, uint16_t(info.max_tx_queues + 1), nullptr),
		-EINVAL);
	EXPECT_EQ(plx_eth_dev_configure(tx.id, 0, 0, nullptr), -EINVAL);
	/* It is as it was. */
	EXPECT_EQ(plx_eth_dev_start(tx.id), 0);
}

/* Sizes at and beyond the limits of a ring: refused ones first. */
struct Sizes {
	std::vector<unsigned int> good, bad;

	explicit Sizes(const plx_eth_desc_lim &lim)
	{
		/*
		 * A ring has to be filled: software ports that have none name limits beyond any
		 * memory.
		 */
		const unsigned int most = std::min(unsigned(lim.nb_max), 8192U);
		const unsigned int align = std::max(unsigned(lim.nb_align), 1U);

		good = { lim.nb_min, round_desc(lim, lim.nb_min + 1U), most };
		if (lim.nb_max + align <= UINT16_MAX)
			bad.push_back(lim.nb_max + align);
		if (lim.nb_min > align)
			bad.push_back(lim.nb_min - align);
		if (align > 1 && lim.nb_min < lim.nb_max)
			bad.push_back(lim.nb_min + 1U);
		if (lim.nb_pow2 && lim.nb_max >= 4U * lim.nb_min)
			bad.push_back(3U * lim.nb_min);
	}
};

TEST_F(Life, ring_sizes)
{
	const Sizes rx_sizes(rx.info().rx_desc_lim), tx_sizes(tx.info().tx_desc_lim);
	plx_mempool *const large = make_pool(8192 + 511);

	for (size_t i = 0; i < rx_sizes.good.size(); i++) {
		Config sender, receiver;
		plx_eth_rxq_info rxq {};
		plx_eth_txq_info txq {};

		sender.tx_desc = uint16_t(tx_sizes.good[i]);
		sender.rx_desc = round_desc(tx.info().rx_desc_lim, 64);
		receiver.rx_desc = uint16_t(rx_sizes.good[i]);
		sender.pools = receiver.pools = { large };
		ASSERT_NO_FATAL_FAILURE(start(sender, receiver));
		EXPECT_EQ(plx_eth_rx_queue_info_get(rx.id, 0, &rxq), 0);
		EXPECT_EQ(rxq.nb_desc, receiver.rx_desc) << "sizes are data, and never clamped";
		EXPECT_EQ(plx_eth_tx_queue_info_get(tx.id, 0, &txq), 0);
		EXPECT_EQ(txq.nb_desc, sender.tx_desc);
		/* Rings wrap. */
		for (size_t sent = 0; sent < 2U * std::min(rx_sizes.good[i], 256U); sent += 8)
			expect_traffic();
		stop();
		EXPECT_TRUE(plx_mempool_full(large));
	}
}

TEST_F(Life, ring_sizes_beyond_the_limits_are_refused)
{
	const Sizes rx_sizes(rx.info().rx_desc_lim), tx_sizes(tx.info().tx_desc_lim);

	for (unsigned int n : rx_sizes.bad) {
		Config setup;

		setup.rx_desc = uint16_t(n);
		EXPECT_EQ(rx.set_up(setup, pool), -EINVAL) << n << " Rx descriptors";
	}
	for (unsigned int n : tx_sizes.bad) {
		Config setup;

		setup.tx_desc = uint16_t(n);
		EXPECT_EQ(tx.set_up(setup, pool), -EINVAL) << n << " Tx descriptors";
	}
	ASSERT_NO_FATAL_FAILURE(start());
	expect_traffic();
}

TEST_F(Life, a_pool_that_is_too_small_fails_the_start_and_is_full_again)
{
	plx_mempool *const small = make_pool(15);
	Config setup;

	setup.rx_desc = round_desc(rx.info().rx_desc_lim, 32);
	setup.pools = { small };
	ASSERT_EQ(rx.set_up(setup, pool), 0);

	const int ret = plx_eth_dev_start(rx.id);

	EXPECT_TRUE(ret == -ENOMEM || ret == 0) << ret
		<< ": 0 is for ports that take mbufs when packets come";
	EXPECT_EQ(plx_eth_dev_stop(rx.id), 0);
	EXPECT_TRUE(plx_mempool_full(small));
	ASSERT_NO_FATAL_FAILURE(start());
	expect_traffic();
}

/* Queues as they are, with packets in the rings that nobody takes out. */
TEST_F(Life, no_mbuf_is_lost_by_restarts)
{
	Config setup;

	setup.rx_desc = round_desc(rx.info().rx_desc_lim, 64);
	setup.tx_desc = round_desc(tx.info().tx_desc_lim, 64);
	ASSERT_NO_FATAL_FAILURE(start(setup, setup));
	for (unsigned int i = 0; i < options.restarts; i++) {
		plx_mbuf *packet = make_packet(pool, frame(64));

		if (plx_eth_tx_burst(tx.id, 0, &packet, 1) == 0)
			plx_pktmbuf_free(packet);
		ASSERT_EQ(plx_eth_dev_stop(tx.id), 0);
		ASSERT_EQ(plx_eth_dev_stop(rx.id), 0);
		ASSERT_EQ(plx_mempool_avail_count(pool), pool->size) << "restart " << i;
		ASSERT_EQ(plx_eth_dev_start(rx.id), 0);
		ASSERT_EQ(plx_eth_dev_start(tx.id), 0);
	}
	ASSERT_TRUE(await([&] { return tx.link_is(true) && rx.link_is(true); }));
	if (options.wire != Wire::NONE) {
		EXPECT_EQ(arrive(frame(64)), 1u);
	}
}

TEST_F(Life, mtu)
{
	const plx_eth_dev_info info = rx.info();
	uint16_t mtu = 0, before = 0;

	ASSERT_EQ(rx.set_up({}, pool), 0);
	ASSERT_EQ(plx_eth_dev_get_mtu(rx.id, &before), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(rx.id, uint16_t(info.min_mtu - 1)), -EINVAL);
	if (info.max_mtu < UINT16_MAX) {
		EXPECT_EQ(plx_eth_dev_set_mtu(rx.id, uint16_t(info.max_mtu + 1)), -EINVAL);
	}
	EXPECT_EQ(plx_eth_dev_get_mtu(rx.id, &mtu), 0);
	EXPECT_EQ(mtu, before);

	const int ret = plx_eth_dev_set_mtu(rx.id, 1400);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "the MTU can't be changed";
	EXPECT_EQ(ret, 0);
	EXPECT_EQ(plx_eth_dev_get_mtu(rx.id, &mtu), 0);
	EXPECT_EQ(mtu, 1400);
	EXPECT_EQ(plx_eth_dev_set_mtu(rx.id, before), 0);
}

TEST_F(Life, configurations_that_it_does_not_have_are_refused)
{
	const plx_eth_dev_info info = tx.info();

	ASSERT_EQ(tx.set_up({}, pool), 0);
	for (int bit = 0; bit < 20; bit++) {
		const uint64_t offload = UINT64_C(1) << bit;
		Config setup;

		setup.conf.rxmode.offloads = offload;
		if (!(info.rx_offload_capa & offload)) {
			EXPECT_EQ(plx_eth_dev_configure(tx.id, 1, 1, &setup.conf), -ENOTSUP)
				<< "Rx offload " << bit;
		}
		setup.conf.rxmode.offloads = 0;
		setup.conf.txmode.offloads = offload;
		if (!(info.tx_offload_capa & offload)) {
			EXPECT_EQ(plx_eth_dev_configure(tx.id, 1, 1, &setup.conf), -ENOTSUP)
				<< "Tx offload " << bit;
		}
	}
	if (info.flow_type_rss_offloads == 0) {
		Config setup;

		setup.conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
		setup.conf.rx_adv_conf.rss_conf.rss_hf = PLX_ETH_RSS_IPV4;
		EXPECT_EQ(plx_eth_dev_configure(tx.id, 1, 1, &setup.conf), -ENOTSUP);
	}
	/* It is as it was. */
	EXPECT_EQ(plx_eth_dev_start(tx.id), 0);
}

TEST_F(Life, reset)
{
	ASSERT_NO_FATAL_FAILURE(start());

	const plx_ether_addr before = rx.mac();
	const int ret = plx_eth_dev_reset(rx.id);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "the port can't be reset";
	ASSERT_EQ(ret, 0);
	stop();
	EXPECT_TRUE(plx_mempool_full(pool));
	EXPECT_EQ(plx_eth_dev_start(rx.id), -EINVAL) << "it has to be configured again";

	const plx_ether_addr after = rx.mac();

	EXPECT_TRUE(plx_is_same_ether_addr(&before, &after));
	ASSERT_NO_FATAL_FAILURE(start());
	expect_traffic();
}

} // namespace

} // namespace contract
