/* SPDX-License-Identifier: BSD-3-Clause */
/* The port contract: counters, and the link. */
#include "port_contract.h"

#include <algorithm>
#include <atomic>

namespace contract {

namespace {

class Stats : public Contract {
protected:
	/* Packets and bytes of @sent, in both ends' counters. Those of devices may come late. */
	void expect_counted(const std::vector<Bytes> &sent, const plx_eth_stats &tx_before,
		const plx_eth_stats &rx_before)
	{
		uint64_t bytes = 0;

		for (const Bytes &one : sent)
			bytes += counted(one.size());
		EXPECT_TRUE(await([&] {
			return tx.stats().opackets - tx_before.opackets >= sent.size();
		}));
		EXPECT_EQ(tx.stats().opackets - tx_before.opackets, sent.size());
		EXPECT_EQ(tx.stats().obytes - tx_before.obytes, bytes);
		EXPECT_EQ(tx.stats().oerrors, tx_before.oerrors);
		if (options.wire == Wire::NONE)
			return;
		EXPECT_TRUE(await([&] {
			return rx.stats().ipackets - rx_before.ipackets >= sent.size() + foreign;
		}));
		EXPECT_EQ(rx.stats().ipackets - rx_before.ipackets, sent.size() + foreign);
		if (foreign == 0) {
			EXPECT_EQ(rx.stats().ibytes - rx_before.ibytes, bytes);
		}
		EXPECT_EQ(rx.stats().ierrors, rx_before.ierrors);
		EXPECT_EQ(rx.stats().rx_nombuf, rx_before.rx_nombuf);
	}
};

TEST_F(Stats, packets_and_bytes_of_both_ends)
{
	std::vector<Bytes> sent;

	for (size_t len = 60; len < 1500; len += 11)
		sent.push_back(frame(len));
	ASSERT_NO_FATAL_FAILURE(start());

	const plx_eth_stats tx_before = tx.stats(), rx_before = rx.stats();

	transfer(sent);
	expect_counted(sent, tx_before, rx_before);
	/* They are of the port, and not of its queues. */
	stop();
	expect_counted(sent, tx_before, rx_before);
	ASSERT_NO_FATAL_FAILURE(start());
	expect_counted(sent, tx_before, rx_before);
}

TEST_F(Stats, reset)
{
	const std::vector<Bytes> sent = frames(20, 100);

	ASSERT_NO_FATAL_FAILURE(start());
	transfer(sent);
	EXPECT_EQ(plx_eth_stats_reset(tx.id), 0);
	EXPECT_EQ(plx_eth_stats_reset(rx.id), 0);
	if (options.wire != Wire::NONE) {
		EXPECT_EQ(rx.stats().ipackets, 0u);
	}
	EXPECT_EQ(tx.stats().opackets, 0u);
	EXPECT_EQ(tx.stats().obytes, 0u);
	transfer(sent);
	foreign = 0;
	expect_counted(sent, {}, {});
}

class Link : public Contract {
protected:
	static int on_event(uint16_t, plx_eth_event_type, void *arg, void *)
	{
		++*static_cast<std::atomic<int> *>(arg);
		return 0;
	}
};

TEST_F(Link, speed_and_duplex_are_told)
{
	plx_eth_link link {};

	ASSERT_NO_FATAL_FAILURE(start());
	ASSERT_EQ(plx_eth_link_get(tx.id, &link), 0);
	EXPECT_EQ(link.link_status, 1);
	EXPECT_NE(link.link_speed, uint32_t(PLX_ETH_SPEED_NUM_NONE));
}

/* By our own word: an event each, and packets flow again. */
TEST_F(Link, set_down_and_up)
{
	std::atomic<int> events { 0 };
	Config setup;

	setup.conf.intr_conf.lsc = options.link_interrupts &&
		(rx.info().dev_flags & PLX_ETH_DEV_INTR_LSC) != 0;
	ASSERT_NO_FATAL_FAILURE(start({}, setup));

	const int ret = plx_eth_dev_set_link_down(rx.id);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "the port has no say in it";
	ASSERT_EQ(ret, 0);
	EXPECT_TRUE(await([&] { return rx.link_is(false); }));
	ASSERT_EQ(plx_eth_dev_callback_register(rx.id, PLX_ETH_EVENT_INTR_LSC, on_event, &events),
		0);
	ASSERT_EQ(plx_eth_dev_set_link_up(rx.id), 0);
	EXPECT_TRUE(await([&] { return rx.link_is(true); }));
	EXPECT_TRUE(await([&] { return !setup.conf.intr_conf.lsc || events > 0; })) << "no event";
	EXPECT_EQ(plx_eth_dev_callback_unregister(rx.id, PLX_ETH_EVENT_INTR_LSC, on_event, &events),
		0);
	if (options.wire != Wire::NONE) {
		const std::vector<Bytes> sent = frames(8, 100);

		expect_same(sent, exchange(sent));
	}
	/* A start lets it have a link, too. */
	ASSERT_EQ(plx_eth_dev_set_link_down(rx.id), 0);
	stop();
	ASSERT_NO_FATAL_FAILURE(start({}, setup));
	stop();
	EXPECT_EQ(plx_eth_dev_set_link_up(rx.id), -EINVAL) << "it is stopped";
}

/* The wire is pulled, and plugged in again: an event each, and packets flow again. */
TEST_F(Link, wire)
{
	std::atomic<int> events { 0 };
	Config setup;

	NEED(set_wire(rx.name(), true), "this wire can't be pulled");
	setup.conf.intr_conf.lsc = options.link_interrupts &&
		(rx.info().dev_flags & PLX_ETH_DEV_INTR_LSC) != 0;
	ASSERT_NO_FATAL_FAILURE(start({}, setup));
	ASSERT_EQ(plx_eth_dev_callback_register(rx.id, PLX_ETH_EVENT_INTR_LSC, on_event, &events),
		0);
	/* The link of a fresh start may still be told of. */
	for (int round = 0; round < 2; round++) {
		const int before = events;

		ASSERT_TRUE(set_wire(rx.name(), false));
		EXPECT_TRUE(await([&] { return rx.link_is(false); }));
		EXPECT_TRUE(await([&] { return !setup.conf.intr_conf.lsc || events > before; }))
			<< "down";

		const int down = events;

		ASSERT_TRUE(set_wire(rx.name(), true));
		EXPECT_TRUE(await([&] { return rx.link_is(true); }));
		EXPECT_TRUE(await([&] { return !setup.conf.intr_conf.lsc || events > down; }))
			<< "up";
	}
	EXPECT_EQ(plx_eth_dev_callback_unregister(rx.id, PLX_ETH_EVENT_INTR_LSC, on_event, &events),
		0);

	const std::vector<Bytes> sent = frames(8, 100);

	expect_same(sent, exchange(sent));
}

} // namespace

} // namespace contract
