/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract: single queues: started, stopped, looked into, slept for, buffered, called back
 * from.
 */
#include "port_contract.h"

#include <algorithm>
#include <thread>

namespace contract {

namespace {

class Queues : public Contract {
protected:
	std::vector<plx_mbuf *> packets(size_t n)
	{
		std::vector<plx_mbuf *> made;

		for (size_t i = 0; i < n; i++)
			made.push_back(make_packet(pool, frame(100)));
		return made;
	}
};

TEST_F(Queues, receive_queue_is_stopped_and_started)
{
	plx_mempool *const own = make_pool(511);
	Config receiver;

	NEED_WIRE();
	receiver.rx_desc = round_desc(rx.info().rx_desc_lim, 64);
	receiver.pools = { own };
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	for (int round = 0; round < 3; round++) {
		plx_eth_rxq_info info {};
		const int ret = plx_eth_dev_rx_queue_stop(rx.id, 0);

		if (ret == -ENOTSUP)
			GTEST_SKIP() << "queues can't be stopped";
		ASSERT_EQ(ret, 0);
		EXPECT_EQ(plx_eth_dev_rx_queue_stop(rx.id, 0), 0) << "it is stopped";
		EXPECT_EQ(plx_eth_rx_queue_info_get(rx.id, 0, &info), 0);
		EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
		EXPECT_TRUE(plx_mempool_full(own)) << "its mbufs are freed";
		ASSERT_EQ(plx_eth_dev_rx_queue_start(rx.id, 0), 0);
		EXPECT_EQ(plx_eth_dev_rx_queue_start(rx.id, 0), 0) << "it is started";
		EXPECT_EQ(plx_eth_rx_queue_info_get(rx.id, 0, &info), 0);
		EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STARTED);
		EXPECT_EQ(exchange(packets(100)).size(), 100u);
	}
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(rx.id, 1), -EINVAL) << "it is not there";
}

TEST_F(Queues, transmit_queue_is_stopped_and_started)
{
	plx_mempool *const own = make_pool(127);

	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());
	for (int round = 0; round < 3; round++) {
		plx_eth_txq_info info {};
		std::vector<plx_mbuf *> some;

		for (int i = 0; i < 16; i++)
			some.push_back(make_packet(own, frame(100)));
		EXPECT_EQ(exchange(some).size(), 16u);

		const int ret = plx_eth_dev_tx_queue_stop(tx.id, 0);

		if (ret == -ENOTSUP)
			GTEST_SKIP() << "queues can't be stopped";
		ASSERT_EQ(ret, 0);
		EXPECT_EQ(plx_eth_tx_queue_info_get(tx.id, 0, &info), 0);
		EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
		EXPECT_TRUE(plx_mempool_full(own)) << "its mbufs are freed";
		ASSERT_EQ(plx_eth_dev_tx_queue_start(tx.id, 0), 0);
		EXPECT_EQ(plx_eth_tx_queue_info_get(tx.id, 0, &info), 0);
		EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STARTED);
	}
	EXPECT_EQ(exchange(packets(100)).size(), 100u);
}

TEST_F(Queues, deferred_start)
{
	Config receiver;
	plx_eth_rxq_info info {};

	NEED_WIRE();
	receiver.rxconf.rx_deferred_start = 1;
	ASSERT_NO_FATAL_FAILURE(start());
	if (plx_eth_dev_rx_queue_stop(rx.id, 0) == -ENOTSUP) {
		stop();
		EXPECT_EQ(rx.set_up(receiver, pool), -EINVAL);
		GTEST_SKIP() << "queues can't be started by themselves";
	}
	stop();
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	EXPECT_EQ(plx_eth_rx_queue_info_get(rx.id, 0, &info), 0);
	EXPECT_EQ(info.queue_state, PLX_ETH_QUEUE_STATE_STOPPED);
	ASSERT_EQ(plx_eth_dev_rx_queue_start(rx.id, 0), 0);
	EXPECT_EQ(exchange(packets(20)).size(), 20u);
}

TEST_F(Queues, one_of_several_is_stopped)
{
	Config sender, receiver;

	NEED_WIRE();
	NEED(tx.info().max_tx_queues > 1, "one queue");
	sender.tx_queues = 2;
	/* Some that hear themselves have queues in pairs. */
	receiver.rx_queues = std::min(rx.info().max_rx_queues, uint16_t(2));
	ASSERT_NO_FATAL_FAILURE(start(sender, receiver));

	const int ret = plx_eth_dev_tx_queue_stop(tx.id, 1);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "queues can't be stopped";
	ASSERT_EQ(ret, 0);
	EXPECT_EQ(exchange(packets(50), 0).size(), 50u) << "the other one goes on";
	ASSERT_EQ(plx_eth_dev_tx_queue_start(tx.id, 1), 0);
	EXPECT_EQ(exchange(packets(50), 1).size(), 50u);
}

TEST_F(Queues, receive_descriptors_are_looked_at)
{
	Config receiver;
	std::vector<Packet> received;
	const uint16_t desc = round_desc(rx.info().rx_desc_lim, 64);

	NEED_WIRE();
	receiver.rx_desc = desc;
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	NEED(plx_eth_rx_descriptor_status(rx.id, 0, 0) != -ENOTSUP, "descriptors are not told of");
	for (uint16_t round = 0; round < 3; round++) {
		EXPECT_EQ(plx_eth_rx_descriptor_status(rx.id, 0, 0), PLX_ETH_RX_DESC_AVAIL);
		send(packets(5));
		EXPECT_TRUE(await([&] {
			return plx_eth_rx_descriptor_status(rx.id, 0, 4) == PLX_ETH_RX_DESC_DONE;
		}));
		EXPECT_EQ(plx_eth_rx_descriptor_status(rx.id, 0, 0), PLX_ETH_RX_DESC_DONE);
		EXPECT_NE(plx_eth_rx_descriptor_status(rx.id, 0, 5), PLX_ETH_RX_DESC_DONE);

		const int count = plx_eth_rx_queue_count(rx.id, 0);

		EXPECT_TRUE(count == 5 || count == -ENOTSUP) << count;
		EXPECT_EQ(receive(5).size(), 5u);
	}
	EXPECT_EQ(plx_eth_rx_descriptor_status(rx.id, 0, desc), -EINVAL);
}

TEST_F(Queues, transmit_descriptors_are_looked_at)
{
	Config sender;
	const uint16_t desc = round_desc(tx.info().tx_desc_lim, 64);

	sender.tx_desc = desc;
	ASSERT_NO_FATAL_FAILURE(start(sender));
	NEED(plx_eth_tx_descriptor_status(tx.id, 0, 0) != -ENOTSUP, "descriptors are not told of");
	EXPECT_EQ(plx_eth_tx_descriptor_status(tx.id, 0, 0), PLX_ETH_TX_DESC_DONE);
	/* All that was sent is done some time. */
	for (int round = 0; round < 20; round++)
		send(packets(8));
	for (uint16_t offset = 0; offset < desc; offset++) {
		EXPECT_TRUE(await([&] {
			return plx_eth_tx_descriptor_status(tx.id, 0, offset) !=
				PLX_ETH_TX_DESC_FULL;
		})) << "descriptor " << offset;
	}
	EXPECT_EQ(plx_eth_tx_descriptor_status(tx.id, 0, desc), -EINVAL);
}

TEST_F(Queues, what_was_sent_is_freed_when_asked)
{
	plx_mempool *const own = make_pool(127);
	std::vector<plx_mbuf *> some;

	ASSERT_NO_FATAL_FAILURE(start());
	for (int i = 0; i < 16; i++)
		some.push_back(make_packet(own, frame(100)));
	send(some);

	const int ret = plx_eth_tx_done_cleanup(tx.id, 0, 1);

	NEED(ret != -ENOTSUP, "not to be asked");
	EXPECT_GE(ret, 0);
	EXPECT_LE(ret, 1);
	/*
	 * The device may tell of several at once, so others follow. What was received by reference
	 * is ours to free.
	 */
	EXPECT_TRUE(await([&] {
		std::vector<Packet> received;

		send(packets(1));
		poll(received);
		EXPECT_GE(plx_eth_tx_done_cleanup(tx.id, 0, 0), 0);
		return plx_mempool_full(own) == 1;
	})) << plx_mempool_in_use_count(own) << " mbufs stay";
	EXPECT_EQ(plx_eth_tx_done_cleanup(tx.id, 1, 0), -EINVAL) << "it is not there";
}

/* Asleep until a packet comes; whether it comes before or after we fall asleep. */
TEST_F(Queues, interrupt_wakes_the_sleeper)
{
	Config receiver;
	int mark = 0;

	NEED_WIRE();
	receiver.conf.intr_conf.rxq = 1;

	const int ret = plx_eth_dev_configure(rx.id, 1, 1, &receiver.conf);

	NEED(ret != -ENOTSUP, "no Rx interrupts");
	ASSERT_EQ(ret, 0);
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(rx.id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD,
		&mark), 0);
	for (int round = 0; round < 100; round++) {
		std::vector<Packet> received;
		plx_epoll_event event {};
		plx_mbuf *packet = make_packet(pool, frame(100));

		ASSERT_EQ(plx_eth_dev_rx_intr_enable(rx.id, 0), 0);
		poll(received);
		ASSERT_TRUE(received.empty());

		std::thread sender([&] { send({ packet }); });
		const int woken = plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 20 * 1000);

		sender.join();
		EXPECT_EQ(plx_eth_dev_rx_intr_disable(rx.id, 0), 0);
		ASSERT_EQ(woken, 1) << "asleep in spite of a packet, round " << round;
		EXPECT_EQ(event.epdata.data, &mark);
		EXPECT_EQ(receive(1).size(), 1u);
	}
	EXPECT_EQ(plx_eth_dev_rx_intr_ctl_q(rx.id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL,
		nullptr), 0);
}

TEST_F(Queues, buffered_transmit)
{
	alignas(plx_eth_dev_tx_buffer) char memory[PLX_ETH_TX_BUFFER_SIZE(8)];
	auto *buffer = reinterpret_cast<plx_eth_dev_tx_buffer *>(memory);
	const std::vector<plx_mbuf *> some = packets(12);
	uint64_t dropped = 0;

	ASSERT_EQ(plx_eth_tx_buffer_init(buffer, 8), 0);
	ASSERT_EQ(plx_eth_tx_buffer_set_err_callback(buffer, plx_eth_tx_buffer_count_callback,
		&dropped), 0);
	ASSERT_NO_FATAL_FAILURE(start());

	const plx_eth_stats before = tx.stats();

	for (size_t i = 0; i < some.size(); i++)
		EXPECT_EQ(plx_eth_tx_buffer(tx.id, 0, buffer, some[i]), i == 7 ? 8 : 0) << i;
	EXPECT_EQ(plx_eth_tx_buffer_flush(tx.id, 0, buffer), 4);
	EXPECT_EQ(plx_eth_tx_buffer_flush(tx.id, 0, buffer), 0) << "nothing is left";
	EXPECT_TRUE(await([&] { return tx.stats().opackets - before.opackets == 12; }));
	EXPECT_EQ(dropped, 0u);
	if (options.wire != Wire::NONE) {
		EXPECT_EQ(receive(12).size(), 12u);
	}
	/* Nothing goes by a port that is stopped. */
	stop();
	EXPECT_EQ(plx_eth_tx_buffer(tx.id, 0, buffer, make_packet(pool, frame(64))), 0);
	EXPECT_EQ(plx_eth_tx_buffer_flush(tx.id, 0, buffer), 0);
	EXPECT_EQ(dropped, 1u);
}

class Callbacks : public Queues {
protected:
	struct Seen {
		std::string *order;
		char name;
		unsigned int calls, packets;
	};

	static uint16_t on_rx(uint16_t, uint16_t, plx_mbuf **, uint16_t n, uint16_t max, void *arg)
	{
		Seen *seen = static_cast<Seen *>(arg);

		EXPECT_LE(n, max);
		seen->calls++;
		seen->packets += n;
		if (n > 0)
			*seen->order += seen->name;
		return n;
	}
	/* Drops all. */
	static uint16_t drop(uint16_t, uint16_t, plx_mbuf **pkts, uint16_t n, void *arg)
	{
		static_cast<Seen *>(arg)->packets += n;
		plx_pktmbuf_free_bulk(pkts, n);
		return 0;
	}
};

TEST_F(Callbacks, receive)
{
	std::string order;
	Seen a { &order, 'a', 0, 0 }, b { &order, 'b', 0, 0 };

	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());

	const plx_eth_rxtx_callback *second = plx_eth_add_rx_callback(rx.id, 0, on_rx, &b);
	const plx_eth_rxtx_callback *first = plx_eth_add_first_rx_callback(rx.id, 0, on_rx, &a);

	ASSERT_NE(first, nullptr);
	ASSERT_NE(second, nullptr);
	EXPECT_EQ(exchange(packets(1)).size(), 1u);
	EXPECT_EQ(order, "ab");
	EXPECT_EQ(exchange(packets(30)).size(), 30u);
	EXPECT_EQ(a.packets, 31u);
	EXPECT_EQ(b.packets, 31u);
	EXPECT_EQ(plx_eth_remove_rx_callback(rx.id, 0, first), 0);
	EXPECT_EQ(exchange(packets(10)).size(), 10u);
	EXPECT_EQ(a.packets, 31u);
	EXPECT_EQ(b.packets, 41u);
	EXPECT_EQ(plx_eth_remove_rx_callback(rx.id, 0, first), -EINVAL) << "it is gone";
	EXPECT_EQ(plx_eth_remove_rx_callback(rx.id, 0, second), 0);
	EXPECT_EQ(exchange(packets(10)).size(), 10u);
	EXPECT_EQ(b.packets, 41u);
}

TEST_F(Callbacks, transmit)
{
	std::string order;
	Seen a { &order, 'a', 0, 0 };

	ASSERT_NO_FATAL_FAILURE(start());

	const plx_eth_stats before = tx.stats();
	const plx_eth_rxtx_callback *callback = plx_eth_add_tx_callback(tx.id, 0, drop, &a);
	std::vector<plx_mbuf *> some = packets(8);

	ASSERT_NE(callback, nullptr);
	plx_eth_tx_burst(tx.id, 0, some.data(), 8);
	EXPECT_EQ(a.packets, 8u);
	EXPECT_EQ(plx_eth_remove_tx_callback(tx.id, 0, callback), 0);
	send(packets(8));
	EXPECT_TRUE(await([&] { return tx.stats().opackets - before.opackets == 8; }));
	EXPECT_EQ(a.packets, 8u);
	EXPECT_EQ(plx_eth_add_tx_callback(tx.id, 1, drop, &a), nullptr);
	EXPECT_EQ(errno, EINVAL);
}

} // namespace

} // namespace contract
