/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: extended statistics. */
#include <atomic>

#include "test_ethdev_toy.h"

namespace {

/* One Rx and one Tx queue; two counters of the driver's own. */
class EthdevXstats : public Ethdev {
protected:
	void SetUp() override
	{
		Ethdev::SetUp();
		set_up();
		toy->xnames = { "rx_crc_errors", "tx_collisions" };
		toy->xvalues = { 71, 72 };
		toy->stats = { 1, 2, 3, 4, 5, 6, 7, 8 };
		toy->rxq_stats[0] = { 11, 12, 13 };
		toy->txq_stats[0] = { 21, 22, 23 };
	}

	std::vector<std::string> names()
	{
		std::vector<plx_eth_xstat_name> raw(100);
		std::vector<std::string> all;

		for (int i = 0; i < plx_eth_xstats_get_names(id, raw.data(), 100); i++)
			all.push_back(raw[static_cast<size_t>(i)].name);
		return all;
	}

	std::vector<uint64_t> values()
	{
		std::vector<plx_eth_xstat> raw(100);
		std::vector<uint64_t> all;

		for (int i = 0; i < plx_eth_xstats_get(id, raw.data(), 100); i++) {
			EXPECT_EQ(raw[static_cast<size_t>(i)].id, static_cast<uint64_t>(i));
			all.push_back(raw[static_cast<size_t>(i)].value);
		}
		return all;
	}
};

TEST_F(EthdevXstats, AllByNameAndValue)
{
	EXPECT_EQ(names(), (std::vector<std::string>{ "rx_good_packets", "tx_good_packets",
		"rx_good_bytes", "tx_good_bytes", "rx_missed_errors", "rx_errors", "tx_errors",
		"rx_mbuf_allocation_errors", "rx_q0_packets", "rx_q0_bytes", "rx_q0_errors",
		"tx_q0_packets", "tx_q0_bytes", "tx_q0_errors", "rx_crc_errors", "tx_collisions" }));
	EXPECT_EQ(values(), (std::vector<uint64_t>{ 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 21, 22, 23,
		71, 72 }));
	EXPECT_EQ(plx_eth_xstats_get_names(id, nullptr, 0), 16);
	EXPECT_EQ(plx_eth_xstats_get(id, nullptr, 0), 16);
	EXPECT_EQ(plx_eth_xstats_get(id, nullptr, 15), 16) << "not a part of them";
}

TEST_F(EthdevXstats, DriversWithLess)
{
	toy->ops.xstats_names = nullptr;
	EXPECT_EQ(names().size(), 14u);
	EXPECT_EQ(values().size(), 14u);
	toy->ops.queue_stats_get = nullptr;
	EXPECT_EQ(names().back(), "rx_mbuf_allocation_errors");
	EXPECT_EQ(values(), (std::vector<uint64_t>{ 1, 2, 3, 4, 5, 6, 7, 8 }));
	EXPECT_EQ(plx_eth_xstats_reset(id), 0);
}

TEST_F(EthdevXstats, AQueueThatIsNotSetUp)
{
	ASSERT_EQ(plx_eth_dev_configure(id, 2, 1, nullptr), 0);
	ASSERT_EQ(rx_setup(1), 0);
	toy->rxq_stats[1] = { 31, 32, 33 };
	toy->calls.clear();
	EXPECT_EQ(values(), (std::vector<uint64_t>{ 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 31, 32, 33,
		0, 0, 0, 71, 72 }));
	EXPECT_EQ(toy->count("rx stats 0"), 0u);
}

TEST_F(EthdevXstats, ById)
{
	const uint64_t ids[] = { 15, 0, 8 }, beyond[] = { 0, 16 };
	plx_eth_xstat_name some[3];
	uint64_t values[16], id_of;

	EXPECT_EQ(plx_eth_xstats_get_by_id(id, ids, values, 3), 3);
	EXPECT_EQ(values[0], 72u);
	EXPECT_EQ(values[1], 1u);
	EXPECT_EQ(values[2], 11u);
	EXPECT_EQ(plx_eth_xstats_get_names_by_id(id, some, 3, ids), 3);
	EXPECT_STREQ(some[0].name, "tx_collisions");
	EXPECT_EQ(plx_eth_xstats_get_by_id(id, beyond, values, 2), -EINVAL);
	EXPECT_EQ(plx_eth_xstats_get_names_by_id(id, some, 2, beyond), -EINVAL);
	EXPECT_EQ(plx_eth_xstats_get_by_id(id, nullptr, values, 15), 16);
	EXPECT_EQ(plx_eth_xstats_get_by_id(id, nullptr, values, 16), 16);
	EXPECT_EQ(values[15], 72u);
	EXPECT_EQ(plx_eth_xstats_get_names_by_id(id, some, 3, nullptr), 16);
	EXPECT_EQ(plx_eth_xstats_get_id_by_name(id, "rx_crc_errors", &id_of), 0);
	EXPECT_EQ(id_of, 14u);
	EXPECT_EQ(plx_eth_xstats_get_id_by_name(id, "rx_crc", &id_of), -ENOENT);
}

TEST_F(EthdevXstats, Reset)
{
	ASSERT_EQ(plx_eth_xstats_reset(id), 0);
	EXPECT_EQ(toy->count("stats reset"), 1u);
	EXPECT_EQ(toy->count("xstats reset"), 1u);
	/* Of queues ethdev remembers where they were, until they are set up anew. */
	toy->rxq_stats[0] = { 15, 12, 13 };
	EXPECT_EQ(values()[8], 4u);
	EXPECT_EQ(values()[9], 0u);
	EXPECT_EQ(values()[11], 0u);
	ASSERT_EQ(plx_eth_xstats_reset(id), 0);
	EXPECT_EQ(values()[8], 0u);
	ASSERT_EQ(rx_setup(0), 0);
	EXPECT_EQ(values()[8], 15u);
	ASSERT_EQ(plx_eth_stats_reset(id), 0);
	EXPECT_EQ(values()[8], 0u);
}

TEST_F(EthdevXstats, Errors)
{
	uint64_t value, id_of;

	EXPECT_EQ(plx_eth_xstats_get_names(NO_PORT, nullptr, 0), -ENODEV);
	EXPECT_EQ(plx_eth_xstats_get(NO_PORT, nullptr, 0), -ENODEV);
	EXPECT_EQ(plx_eth_xstats_get_by_id(NO_PORT, nullptr, &value, 1), -ENODEV);
	EXPECT_EQ(plx_eth_xstats_get_id_by_name(NO_PORT, "x", &id_of), -ENODEV);
	for (const char *reading : { "stats", "rx stats 0", "tx stats 0", "xstats" }) {
		toy->fails = reading;
		EXPECT_EQ(plx_eth_xstats_get(id, nullptr, 0), -EIO) << reading;
	}
	toy->fails = "xstats names";
	EXPECT_EQ(plx_eth_xstats_get_names(id, nullptr, 0), -EIO);
	EXPECT_EQ(plx_eth_xstats_get(id, nullptr, 0), -EIO);
	for (const char *resetting : { "stats reset", "xstats reset", "tx stats 0" }) {
		toy->fails = resetting;
		expect_refused(-EIO, { "extended statistics" },
			[&] { return plx_eth_xstats_reset(id); });
	}
	expect_refused(-ENODEV, { "statistics" }, [] { return plx_eth_xstats_reset(NO_PORT); });
}

/* Readers of other threads never meet a queue that is half gone: the sanitizers would tell. */
TEST_F(EthdevXstats, WhileQueuesComeAndGo)
{
	std::atomic<bool> over{false};

	run_threads(2, [&](unsigned int n) {
		plx_eth_stats stats;
		uint64_t all[100];

		for (int i = 0; n == 0 && i < 50; i++) {
			EXPECT_EQ(plx_eth_dev_configure(id, static_cast<uint16_t>(1 + i % 4), 1,
				nullptr), 0);
			EXPECT_EQ(rx_setup(0), 0);
			EXPECT_EQ(tx_setup(0), 0);
		}
		if (n == 0)
			over = true;
		while (n == 1 && !over) {
			/* Those of the port: it may have no queue at the moment. */
			EXPECT_GE(plx_eth_xstats_get_by_id(id, nullptr, all, 100), 10);
			EXPECT_EQ(plx_eth_stats_get(id, &stats), 0);
		}
	});
}

} // namespace
