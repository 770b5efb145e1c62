/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a port: states, limits, and what remains after a failure. */
#include "test_ethdev_toy.h"

namespace {

TEST_F(Ethdev, NamesAndNumbers)
{
	Toy other("toy1");
	char name[PLX_ETH_NAME_MAX_LEN];
	uint16_t found = 99, p;
	std::vector<uint16_t> all;

	EXPECT_EQ(plx_eth_dev_count_avail(), 2);
	EXPECT_EQ(plx_eth_dev_get_port_by_name("toy1", &found), 0);
	EXPECT_EQ(found, other.id);
	EXPECT_EQ(plx_eth_dev_get_port_by_name("toy2", &found), -ENODEV);
	EXPECT_EQ(plx_eth_dev_get_name_by_port(id, name), 0);
	EXPECT_STREQ(name, "toy0");
	EXPECT_EQ(plx_eth_dev_get_name_by_port(NO_PORT, name), -ENODEV);
	EXPECT_EQ(plx_eth_dev_of(&other.device), other.dev);
	PLX_ETH_FOREACH_DEV(p)
		all.push_back(p);
	EXPECT_EQ(all, (std::vector<uint16_t>{ id, other.id }));
	EXPECT_EQ(plx_eth_find_next(UINT16_MAX), PLX_MAX_ETHPORTS);
	EXPECT_FALSE(plx_eth_dev_is_valid_port(UINT16_MAX));
}

TEST_F(Ethdev, APortIsSeenOnceItsProbeIsOver)
{
	plx_device device = {};
	uint16_t found;

	device.numa_node = SOCKET_ID_ANY;

	plx_eth_dev *dev = plx_eth_dev_create(&device, "half made", 100);

	ASSERT_NE(dev, nullptr);
	EXPECT_FALSE(plx_eth_dev_is_valid_port(dev->port_id));
	EXPECT_EQ(plx_eth_dev_get_port_by_name("half made", &found), -ENODEV);
	EXPECT_EQ(plx_eth_dev_count_avail(), 1);
	plx_eth_dev_release_port(dev);
	EXPECT_EQ(plx_eth_dev_of(&device), nullptr);
}

TEST_F(Ethdev, CreateRefuses)
{
	plx_device device = {};

	device.numa_node = SOCKET_ID_ANY;
	auto create = [&](const std::string &name, size_t size) {
		errno = 0;
		EXPECT_EQ(plx_eth_dev_create(&device, name.c_str(), size), nullptr);
		return errno;
	};
	EXPECT_EQ(create("toy0", 0), EEXIST);
	EXPECT_EQ(create("", 0), ENAMETOOLONG);
	EXPECT_EQ(create(std::string(PLX_ETH_NAME_MAX_LEN, 'x'), 0), ENAMETOOLONG);
	EXPECT_EQ(create("big", size_t(1) << 50), ENOMEM);

	std::vector<std::unique_ptr<Toy>> all;

	for (int i = 1; i < PLX_MAX_ETHPORTS; i++)
		all.push_back(std::make_unique<Toy>(("more" + std::to_string(i)).c_str()));
	EXPECT_EQ(plx_eth_dev_count_avail(), PLX_MAX_ETHPORTS);
	EXPECT_EQ(create("one too many", 0), ENOSPC);

	uint16_t freed = all[3]->id;

	all[3].reset();
	EXPECT_EQ(std::make_unique<Toy>("again")->id, freed);
}

TEST_F(Ethdev, NoSuchPort)
{
	const plx_ether_addr mac = { { 2, 0, 0, 0, 0, 1 } };
	const std::vector<std::function<int(uint16_t)>> changes = {
		[](uint16_t p) { return plx_eth_dev_configure(p, 1, 1, nullptr); },
		[&](uint16_t p) {
			return plx_eth_rx_queue_setup(p, 0, 0, 0, nullptr, pool.get());
		},
		[](uint16_t p) { return plx_eth_tx_queue_setup(p, 0, 0, 0, nullptr); },
		plx_eth_dev_start, plx_eth_dev_stop, plx_eth_dev_close, plx_eth_stats_reset,
		plx_eth_promiscuous_enable, plx_eth_promiscuous_disable,
		[&](uint16_t p) { return plx_eth_dev_default_mac_addr_set(p, &mac); },
		[](uint16_t p) { return plx_eth_dev_set_mtu(p, 1500); },
	};
	plx_eth_dev_info info;
	plx_eth_link link;
	plx_eth_stats stats;
	plx_ether_addr addr;
	uint16_t mtu;

	for (const auto &change : changes)
		expect_refused(-ENODEV, { std::to_string(NO_PORT), "ENODEV" },
			[&] { return change(NO_PORT); });
	EXPECT_EQ(changes[0](UINT16_MAX), -ENODEV);
	EXPECT_EQ(plx_eth_dev_info_get(NO_PORT, &info), -ENODEV);
	EXPECT_EQ(plx_eth_link_get(NO_PORT, &link), -ENODEV);
	EXPECT_EQ(plx_eth_link_get_nowait(NO_PORT, &link), -ENODEV);
	EXPECT_EQ(plx_eth_stats_get(NO_PORT, &stats), -ENODEV);
	EXPECT_EQ(plx_eth_promiscuous_get(NO_PORT), -ENODEV);
	EXPECT_EQ(plx_eth_macaddr_get(NO_PORT, &addr), -ENODEV);
	EXPECT_EQ(plx_eth_dev_get_mtu(NO_PORT, &mtu), -ENODEV);
	EXPECT_EQ(plx_eth_dev_socket_id(NO_PORT), SOCKET_ID_ANY);
}

TEST_F(Ethdev, BurstsOfAPortThatIsNotStarted)
{
	plx_mbuf *m = nullptr;

	EXPECT_EQ(plx_eth_rx_burst(NO_PORT, PLX_MAX_QUEUES_PER_PORT - 1, &m, 1), 0);
	EXPECT_EQ(plx_eth_tx_burst(NO_PORT, PLX_MAX_QUEUES_PER_PORT - 1, &m, 1), 0);
	EXPECT_FALSE(bursts_work());
	set_up();
	EXPECT_FALSE(bursts_work());
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_TRUE(bursts_work());
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	EXPECT_FALSE(bursts_work());
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_TRUE(bursts_work());
	ASSERT_EQ(plx_eth_dev_close(id), 0);
	EXPECT_FALSE(bursts_work());
}

TEST_F(Ethdev, ALifeInOrder)
{
	ASSERT_EQ(plx_eth_dev_configure(id, 2, 1, nullptr), 0);
	ASSERT_EQ(rx_setup(0), 0);
	ASSERT_EQ(rx_setup(1), 0);
	ASSERT_EQ(tx_setup(0), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0) << "it is started already";
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	ASSERT_EQ(plx_eth_dev_stop(id), 0) << "it is stopped already";
	ASSERT_EQ(plx_eth_dev_close(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "configure", "rx setup 0", "rx setup 1", "tx setup 0",
		"start", "stop", "rx release 0", "rx release 1", "tx release 0", "close" }));
	EXPECT_FALSE(plx_eth_dev_is_valid_port(id));
}

TEST_F(Ethdev, ConfigureRefuses)
{
	start();
	expect_refused(-EBUSY, { "EBUSY", "stop" },
		[&] { return plx_eth_dev_configure(id, 1, 1, nullptr); });
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->calls.clear();

	plx_eth_conf conf = {};

	expect_refused(-EINVAL, { "neither" },
		[&] { return plx_eth_dev_configure(id, 0, 0, nullptr); });
	expect_refused(-EINVAL, { "5 Rx", "have 4" },
		[&] { return plx_eth_dev_configure(id, 5, 1, nullptr); });
	expect_refused(-EINVAL, { "3 Tx", "have 2" },
		[&] { return plx_eth_dev_configure(id, 1, 3, nullptr); });
	conf.rxmode.mtu = 9001;
	expect_refused(-EINVAL, { "9001", "68 to 9000" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	conf.rxmode.mtu = 100000;	/* of 32 bits, all of them looked at */
	expect_refused(-EINVAL, { "100000" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	toy->limits.max_rx_queues = UINT16_MAX;
	expect_refused(-EINVAL, { "have " + std::to_string(PLX_MAX_QUEUES_PER_PORT) },
		[&] { return plx_eth_dev_configure(id, PLX_MAX_QUEUES_PER_PORT + 1, 1, nullptr); });
	/* The port is as it was. */
	EXPECT_EQ(toy->calls, Calls{});
	EXPECT_EQ(plx_eth_dev_start(id), 0);
}

TEST_F(Ethdev, AFailedConfigureLeavesNothing)
{
	set_up();
	toy->fails = "configure";
	expect_refused(-EIO, { "configure", "EIO" },
		[&] { return plx_eth_dev_configure(id, 1, 1, nullptr); });
	EXPECT_EQ(toy->calls, (Calls{ "rx release 0", "tx release 0", "configure" }));
	EXPECT_EQ(toy->dev->nb_rx_queues, 0);
	EXPECT_EQ(rx_setup(0), -EINVAL);
	EXPECT_EQ(plx_eth_dev_start(id), -EINVAL);

	plx_eth_conf conf = {};

	conf.rxmode.mtu = 9000;
	toy->fails = "mtu 9000";
	expect_refused(-EIO, { "MTU", "EIO" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	EXPECT_EQ(toy->dev->mtu, 1500);
	EXPECT_EQ(plx_eth_dev_start(id), -EINVAL);
	toy->fails = "";
	set_up();
}

TEST_F(Ethdev, OneDirectionIsEnough)
{
	plx_mbuf *m = nullptr;

	ASSERT_EQ(plx_eth_dev_configure(id, 0, 1, nullptr), 0);
	ASSERT_EQ(tx_setup(0), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_EQ(plx_eth_rx_burst(id, 0, &m, 1), 0);
	EXPECT_EQ(plx_eth_tx_burst(id, 0, &m, 1), 1);
}

TEST_F(Ethdev, QueueSetupRefuses)
{
	expect_refused(-EINVAL, { "configure it" }, [&] { return rx_setup(0); });
	expect_refused(-EINVAL, { "configure it" }, [&] { return tx_setup(0); });
	start();
	expect_refused(-EBUSY, { "EBUSY" }, [&] { return rx_setup(0); });
	expect_refused(-EBUSY, { "EBUSY" }, [&] { return tx_setup(0); });
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->calls.clear();
	expect_refused(-EINVAL, { "Rx queue 1", "with 1" }, [&] { return rx_setup(1); });
	expect_refused(-EINVAL, { "Tx queue 1", "with 1" }, [&] { return tx_setup(1); });
	for (uint16_t bad : { 63, 65, 96, 2048 })
		expect_refused(-EINVAL, { std::to_string(bad) + " Rx", "64 to 1024", "powers" },
			[&] { return rx_setup(0, bad); });
	for (uint16_t bad : { 16, 40, 528 })
		expect_refused(-EINVAL, { std::to_string(bad) + " Tx", "32 to 512", "of 16" },
			[&] { return tx_setup(0, bad); });

	Pool small = new_pool("small", PLX_PKTMBUF_HEADROOM + 1517);
	Pool plain(plx_mempool_create("plain", 63, 4096, 0, 0, nullptr, nullptr, nullptr, nullptr,
		SOCKET_ID_ANY, 0));

	for (plx_mempool *mp : { static_cast<plx_mempool *>(nullptr), plain.get() })
		expect_refused(-EINVAL, { "pool of mbufs" }, [&] {
			return plx_eth_rx_queue_setup(id, 0, 0, SOCKET_ID_ANY, nullptr, mp);
		});
	expect_refused(-EINVAL, { "small", "1518", std::to_string(PLX_PKTMBUF_HEADROOM + 1517) },
		[&] {
			return plx_eth_rx_queue_setup(id, 0, 0, SOCKET_ID_ANY, nullptr,
				small.get());
		});
	/* The queues that were there are there. */
	EXPECT_EQ(toy->calls, Calls{});
	EXPECT_EQ(plx_eth_dev_start(id), 0);
}

TEST_F(Ethdev, QueueSizesAndNodes)
{
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 2, nullptr), 0);
	ASSERT_EQ(rx_setup(0), 0);
	EXPECT_EQ(toy->last_desc, 256);
	ASSERT_EQ(rx_setup(0, 1024), 0);
	EXPECT_EQ(toy->last_desc, 1024);
	ASSERT_EQ(tx_setup(1), 0);
	EXPECT_EQ(toy->last_desc, 128);
	ASSERT_EQ(tx_setup(1, 48), 0);
	EXPECT_EQ(toy->last_desc, 48);
	EXPECT_EQ(toy->calls, (Calls{ "configure", "rx setup 0", "rx release 0", "rx setup 0",
		"tx setup 1", "tx release 1", "tx setup 1" }));
	toy->device.numa_node = 3;
	ASSERT_EQ(rx_setup(0), 0);
	EXPECT_EQ(toy->last_socket, 3) << "the port's";
	ASSERT_EQ(plx_eth_tx_queue_setup(id, 0, 0, 1, nullptr), 0);
	EXPECT_EQ(toy->last_socket, 1) << "the caller's";
}

TEST_F(Ethdev, AQueueThatCantBeMadeIsNotThere)
{
	set_up();
	toy->fails = "rx setup 0";
	toy->error = -ENOMEM;
	expect_refused(-ENOMEM, { "Rx queue 0", "ENOMEM" }, [&] { return rx_setup(0); });
	expect_refused(-EINVAL, { "Rx queue 0 is not set up" },
		[&] { return plx_eth_dev_start(id); });
	toy->fails = "tx setup 0";
	ASSERT_EQ(rx_setup(0), 0);
	expect_refused(-ENOMEM, { "Tx queue 0", "ENOMEM" }, [&] { return tx_setup(0); });
	expect_refused(-EINVAL, { "Tx queue 0 is not set up" },
		[&] { return plx_eth_dev_start(id); });
	/* None of them was released twice, or when it had not been made. */
	EXPECT_EQ(toy->calls, (Calls{ "rx release 0", "rx setup 0", "rx setup 0", "tx release 0",
		"tx setup 0" }));
	toy->calls.clear();
	ASSERT_EQ(plx_eth_dev_close(id), 0);
	EXPECT_EQ(toy->calls, (Calls{ "rx release 0", "close" }));
}

TEST_F(Ethdev, StartFails)
{
	expect_refused(-EINVAL, { "configure it" }, [&] { return plx_eth_dev_start(id); });
	set_up();
	toy->fails = "start";
	expect_refused(-EIO, { "start", "EIO" }, [&] { return plx_eth_dev_start(id); });
	EXPECT_FALSE(bursts_work());
	EXPECT_EQ(toy->calls, Calls{ "start" }) << "nothing to stop";

	toy->calls.clear();
	ASSERT_EQ(plx_eth_promiscuous_enable(id), 0);
	toy->fails = "promisc on";
	expect_refused(-EIO, { "receive all", "EIO" }, [&] { return plx_eth_dev_start(id); });
	EXPECT_FALSE(bursts_work());
	EXPECT_EQ(toy->calls, (Calls{ "start", "promisc on", "stop" }));

	toy->fails = "";
	EXPECT_EQ(plx_eth_dev_start(id), 0);
	EXPECT_TRUE(bursts_work());
}

TEST_F(Ethdev, StopAndCloseGoOn)
{
	start();
	toy->fails = "stop";
	expect_refused(-EIO, { "stop", "EIO" }, [&] { return plx_eth_dev_stop(id); });
	EXPECT_FALSE(bursts_work());
	EXPECT_EQ(plx_eth_dev_stop(id), 0) << "it was stopped all the same";
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	toy->calls.clear();
	expect_refused(-EIO, { "stop", "EIO" }, [&] { return plx_eth_dev_close(id); });
	EXPECT_EQ(toy->calls, (Calls{ "stop", "rx release 0", "tx release 0", "close" }));
	EXPECT_FALSE(plx_eth_dev_is_valid_port(id));

	Toy other("toy1");

	other.fails = "close";
	expect_refused(-EIO, { "close", "EIO" }, [&] { return plx_eth_dev_close(other.id); });
	EXPECT_FALSE(plx_eth_dev_is_valid_port(other.id));
}

} // namespace
