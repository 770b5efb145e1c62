/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio as a port of ethdev, over a transport that the test plays. */
#include "test_virtio_port.h"

namespace {

const std::string PROMISC_ON("\0\0\1", 3), PROMISC_OFF("\0\0\0", 3);

TEST_P(VirtioPort, LimitsAreTheDevices)
{
	plx_eth_dev_info info {};

	ASSERT_EQ(plx_eth_dev_info_get(port, &info), 0);
	EXPECT_EQ(info.rx_desc_lim.nb_max, 256);
	EXPECT_EQ(info.tx_desc_lim.nb_max, 128);
	EXPECT_EQ(info.rx_desc_lim.nb_min, VIRTIO_QUEUE_MIN);
	EXPECT_TRUE(info.rx_desc_lim.nb_pow2);
	EXPECT_EQ(info.default_rx_desc, 256);
	EXPECT_EQ(info.default_tx_desc, 128);
	EXPECT_EQ(info.max_rx_queues, 1);
	EXPECT_EQ(info.max_tx_queues, 1);
	EXPECT_EQ(info.tx_desc_lim.nb_min, 64);
	EXPECT_EQ(info.tx_desc_lim.nb_seg_max, 63);
	EXPECT_EQ(info.min_mtu, 68);
	EXPECT_EQ(info.max_mtu, VIRTIO_MTU_MAX);
	EXPECT_EQ(info.min_rx_bufsize, 1518u) << "it does not merge";

	plx_ether_addr mac;

	ASSERT_EQ(plx_eth_macaddr_get(port, &mac), 0);
	EXPECT_EQ(memcmp(&mac, device.config, 6), 0);
}

TEST_P(VirtioPort, StartAndStopManyTimes)
{
	set_up();
	for (unsigned int i = 1; i <= 20; i++) {
		ASSERT_EQ(plx_eth_dev_start(port), 0);
		EXPECT_EQ(device.status, 1 | 2 | 8 | 4);
		for (int n = 0; n < 100; n++)
			forward("packet number " + std::to_string(n));
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
		EXPECT_EQ(device.status, 0);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		EXPECT_EQ(stats().ipackets, 100u * i);
		if (i % 5 == 0)
			set_up();
	}
	EXPECT_EQ(stats().opackets, 2000u);
	EXPECT_EQ(plx_eth_stats_reset(port), 0);
	EXPECT_EQ(stats().opackets, 0u);
	EXPECT_EQ(stats().ibytes, 0u);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	forward("and one more packet");
	EXPECT_EQ(stats().ipackets, 1u);
	EXPECT_EQ(stats().opackets, 1u);
	EXPECT_EQ(stats().ibytes, 19u);
	EXPECT_EQ(stats().obytes, 19u);
}

TEST_P(VirtioPort, OneDirectionOnly)
{
	ASSERT_EQ(plx_eth_dev_configure(port, 0, 1, nullptr), 0);
	ASSERT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(device.rx, nullptr);
	EXPECT_NE(device.tx, nullptr);
	EXPECT_EQ(stats().ipackets, 0u);
}

TEST_P(VirtioPort, StartFailsAtEachStepAndLeavesNothing)
{
	set_up();

	const size_t heap = heap_bytes_in_use();

	for (uint16_t queue = 0; queue < 3; queue++) {
		device.enable_error = -EINVAL;
		device.bad_queue = queue;
		EXPECT_EQ(plx_eth_dev_start(port), -EINVAL);
		EXPECT_EQ(device.status, 0);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	}
	device.enable_error = 0;
	device.refuses_features = true;
	EXPECT_EQ(plx_eth_dev_start(port), -EPROTO);
	device.refuses_features = false;
	device.silent = true;
	EXPECT_EQ(plx_eth_dev_start(port), -ETIMEDOUT);
	device.silent = false;
	device.ack = VIRTIO_NET_ERR;
	EXPECT_EQ(plx_eth_dev_start(port), -EIO);
	device.ack = VIRTIO_NET_OK;
	device.reset_error = -ETIMEDOUT;
	EXPECT_EQ(plx_eth_dev_start(port), -ETIMEDOUT);
	device.reset_error = 0;

	plx_mbuf *taken[500];

	ASSERT_EQ(plx_pktmbuf_alloc_bulk(pool.get(), taken, 500), 0);
	EXPECT_EQ(plx_eth_dev_start(port), -ENOMEM);
	plx_pktmbuf_free_bulk(taken, 500);

	EXPECT_EQ(device.status, 0);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	EXPECT_EQ(heap_bytes_in_use(), heap);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	forward("all is well again");
}

TEST_P(VirtioPort, StopFreesMbufsEvenIfTheResetFails)
{
	run();
	device.reset_error = -ETIMEDOUT;
	EXPECT_EQ(plx_eth_dev_stop(port), -ETIMEDOUT);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	device.reset_error = 0;
}

TEST_P(VirtioPort, ADeviceThatIsGoneIsStoppedAndCountsOn)
{
	run();
	forward("before it went away");
	testing::internal::CaptureStderr();
	device.status = 0xff;
	device.reset_error = -ENODEV;
	EXPECT_EQ(link().link_status, 0);
	plx_mbuf *m;
	EXPECT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 0);
	/* What it takes not is refused once the ring is full, whoever polls. */
	m = plx_pktmbuf_alloc(pool.get());
	ASSERT_NE(m, nullptr);
	ASSERT_NE(plx_pktmbuf_append(m, 60), nullptr);
	while (plx_eth_tx_burst(port, 0, &m, 1) == 1) {
		m = plx_pktmbuf_alloc(pool.get());
		ASSERT_NE(m, nullptr);
		ASSERT_NE(plx_pktmbuf_append(m, 60), nullptr);
	}
	plx_pktmbuf_free(m);
	EXPECT_EQ(stats().ipackets, 1u);
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	EXPECT_EQ(stats().ipackets, 1u);
	EXPECT_EQ(plx_eth_dev_close(port), 0);
	EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "nothing to complain about";
	device.reset_error = 0;
	device.status = 0;
	probe();
}

/* A start leaves a device that receives what is for its address; ethdev adds the rest. */
TEST_P(VirtioPort, FiltersAreSetAtStart)
{
	const plx_ether_addr other = { { 2, 3, 4, 5, 6, 7 } };
	const std::string mac_set("\1\1\2\3\4\5\6\7");

	run();
	EXPECT_EQ(device.commands, std::vector<std::string> { PROMISC_OFF });
	device.commands.clear();
	EXPECT_EQ(plx_eth_promiscuous_enable(port), 0);
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port, &other), 0);
	EXPECT_EQ(device.commands, (std::vector<std::string> { PROMISC_ON, mac_set }));

	/* A reset makes the device forget both. */
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	device.commands.clear();
	EXPECT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(device.commands, (std::vector<std::string> { PROMISC_OFF, mac_set, PROMISC_ON }));

	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	device.commands.clear();
	EXPECT_EQ(plx_eth_promiscuous_disable(port), 0);
	memcpy(device.config, &other, sizeof(other));
	EXPECT_EQ(device.commands.size(), 0u);
}

TEST_P(VirtioPort, RefusedCommandsChangeNothing)
{
	const plx_ether_addr other = { { 2, 3, 4, 5, 6, 7 } };
	plx_ether_addr mac;

	run();
	device.ack = VIRTIO_NET_ERR;
	EXPECT_EQ(plx_eth_promiscuous_enable(port), -EIO);
	EXPECT_EQ(plx_eth_promiscuous_get(port), 0);
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port, &other), -EIO);
	ASSERT_EQ(plx_eth_macaddr_get(port, &mac), 0);
	EXPECT_EQ(memcmp(&mac, device.config, 6), 0);
}

TEST_P(VirtioPort, WithoutControlQueue)
{
	const plx_ether_addr other = { { 2, 3, 4, 5, 6, 7 } };

	ASSERT_EQ(plx_eth_dev_close(port), 0);
	device.offered &= ~VIRTIO_BIT(VIRTIO_NET_F_CTRL_VQ);
	probe();
	run();
	EXPECT_EQ(device.control, nullptr);
	EXPECT_EQ(plx_eth_promiscuous_enable(port), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port, &other), -ENOTSUP);
	forward("packets need none");
}

TEST_P(VirtioPort, Link)
{
	EXPECT_EQ(link().link_status, 0) << "not started";
	run();
	EXPECT_EQ(link().link_status, 1);
	EXPECT_EQ(link().link_speed, PLX_ETH_SPEED_NUM_UNKNOWN);
	device.config[VIRTIO_NET_CONFIG_STATUS] = 0;
	EXPECT_EQ(link().link_status, 0);
	EXPECT_EQ(link().link_speed, unsigned(PLX_ETH_SPEED_NUM_NONE));

	plx_eth_link l;

	device.config_error = -EIO;
	EXPECT_EQ(plx_eth_link_get_nowait(port, &l), -EIO);
}

TEST_P(VirtioPort, DeviceThatGaveUp)
{
	run();
	device.status |= VIRTIO_STATUS_NEEDS_RESET;
	for (int i = 0; i < 3; i++) {
		testing::internal::CaptureStderr();
		EXPECT_EQ(link().link_status, 0);

		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_EQ(log.find("needs a reset") != log.npos, i == 0) << "it says so once";
	}
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(link().link_status, 1);
}

TEST_P(VirtioPort, MtuIsLimitedByTheMbufs)
{
	run();
	EXPECT_EQ(plx_eth_dev_set_mtu(port, 2048 - 18), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(port, 2048 - 17), -EINVAL);

	uint16_t mtu;

	ASSERT_EQ(plx_eth_dev_get_mtu(port, &mtu), 0);
	EXPECT_EQ(mtu, 2048 - 18);

	plx_eth_conf conf {};

	conf.rxmode.mtu = 9000;
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, &conf), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, pool.get()),
		-EINVAL);
}

TEST_P(VirtioPort, Thresholds)
{
	plx_eth_rxconf rx {};
	plx_eth_txconf tx {};

	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
	rx.rx_free_thresh = tx.tx_free_thresh = DESC + 1;
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &rx, pool.get()), -EINVAL);
	EXPECT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &tx), -EINVAL);
	rx.rx_free_thresh = tx.tx_free_thresh = DESC;
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &rx, pool.get()), 0);
	EXPECT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &tx), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	for (int n = 0; n < 1000; n++)
		forward("packet number " + std::to_string(n));
}

TEST_P(VirtioPort, ErrorsOfTheDeviceAreCounted)
{
	plx_mbuf *m;

	run();
	device.rx->use(DESC, 64);
	EXPECT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 0);
	EXPECT_EQ(stats().ierrors, 1u);
	EXPECT_EQ(stats().oerrors, 0u);
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	forward("a restart mends it");
	EXPECT_EQ(stats().ierrors, 1u);
}

/* The control queue and all that is not in mbufs; those are ethdev's. Off, checks cost no call. */
TEST_P(VirtioPort, AddressesAreChecked)
{
	run();
	EXPECT_EQ(device.checks, 0u);
	ASSERT_EQ(plx_eth_dev_close(port), 0);

	device.transport()->check = true;
	probe();
	run();
	EXPECT_GT(device.checks, 3u) << "rings, headers";
	const unsigned int before = device.checks;
	EXPECT_EQ(plx_eth_promiscuous_enable(port), 0);
	EXPECT_EQ(device.checks, before + 2);

	const size_t commands = device.commands.size();

	device.hole = { 0, UINT64_MAX };
	EXPECT_EQ(plx_eth_promiscuous_disable(port), -EFAULT);
	EXPECT_EQ(device.commands.size(), commands) << "the device did not get it";
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr), -EFAULT);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, pool.get()), -EFAULT);
	device.hole = {};
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioPort, all_rings(), ring_name);

} // namespace
