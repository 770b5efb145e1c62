/* SPDX-License-Identifier: BSD-3-Clause */
/* net_vmxnet3: the port's life, and what the device is told and says. */
#include <algorithm>
#include <set>

#include "test_vmxnet3_port.h"

namespace {

TEST_F(Vmxnet3Port, AGoodDevice)
{
	plx_ether_addr mac;
	plx_eth_dev_info info;

	ASSERT_EQ(probe(), 0);
	EXPECT_EQ(plx_eth_macaddr_get(port, &mac), 0);
	EXPECT_EQ(memcmp(mac.addr_bytes, "\x52\x54\0\0\0\x01", 6), 0);
	EXPECT_EQ(plx_eth_dev_info_get(port, &info), 0);
	EXPECT_EQ(info.max_rx_queues, 8) << "of revision 1 alone";
	EXPECT_EQ(info.max_tx_queues, 8);
	EXPECT_EQ(device.count(VMXNET3_CMD_RESET_DEV), 1u);
}

TEST_F(Vmxnet3Port, ANewerDevice)
{
	plx_eth_dev_info info;

	device.control.set(VMXNET3_VRRS, 0x7f);
	ASSERT_EQ(probe(), 0);
	EXPECT_EQ(device.control.get(VMXNET3_VRRS), 1u) << "the chosen one";
	EXPECT_EQ(plx_eth_dev_info_get(port, &info), 0);
	EXPECT_EQ(info.max_rx_queues, 16);
}

TEST_F(Vmxnet3Port, DevicesThatCanNotBeDriven)
{
	device.control.set(VMXNET3_VRRS, 2);
	expect_no_port(-ENOTSUP, "revision 1 is needed, it has 0x2 of the device and 0x1 of UPT");
	device.control.set(VMXNET3_VRRS, 1);
	device.answers[VMXNET3_CMD_RESET_DEV] = 1;
	expect_no_port(-EIO, "can't reset it (EIO");
	device.answers[VMXNET3_CMD_RESET_DEV] = GONE;
	expect_no_port(-ENODEV, "can't reset it (ENODEV");
	device.answers.clear();
	device.answers[VMXNET3_CMD_GET_PERM_MAC_LO] = 0x1;
	expect_no_port(-EIO, "its MAC address is 01:00:00:00:00:01");
	device.answers[VMXNET3_CMD_GET_PERM_MAC_LO] = GONE;
	expect_no_port(-ENODEV, "can't have its MAC address (ENODEV");
	device.pci.mem_resource[1].len = 64;
	expect_no_port(-ENODEV, "can't map its registers (ENODEV");
}

/* Registers that are memory answer a command by the command. */
TEST_F(Vmxnet3Port, RegistersOfNoDevice)
{
	expect_no_port(-EIO, "can't reset it (EIO", vmxnet3_mmio_command);
	EXPECT_EQ(device.control.get(VMXNET3_CMD), uint32_t(VMXNET3_CMD_RESET_DEV));
}

TEST_F(Vmxnet3Port, WhatTheDeviceIsToldOfQueues)
{
	ASSERT_NO_FATAL_FAILURE(run(3, 2));

	const vmxnet3_shared *s = device.shared();
	std::set<uint64_t> rings;

	EXPECT_EQ(s->nb_txq, 2);
	EXPECT_EQ(s->nb_rxq, 4) << "a power of two";
	EXPECT_EQ(s->queue_descs_len, 6 * 256u);
	EXPECT_EQ(s->mtu, 1500u);
	EXPECT_EQ(s->max_rx_sg, 1);
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT_EQ(device.tx_desc(i)->ring, uintptr_t(txq(i)->desc));
		EXPECT_EQ(device.tx_desc(i)->comp, uintptr_t(txq(i)->q.comp));
		EXPECT_EQ(device.tx_desc(i)->data, uintptr_t(txq(i)->data));
		EXPECT_EQ(device.tx_desc(i)->ring_size, DESC);
	}
	for (unsigned int i = 0; i < 4; i++) {
		const vmxnet3_rx_desc *d = device.rx_desc(i);

		for (uint64_t ring : { d->ring[0], d->ring[1], d->comp })
			EXPECT_EQ(ring % VMXNET3_RING_ALIGN, 0u);
		EXPECT_GE(d->comp_size, d->ring_size[0] + d->ring_size[1]);
		EXPECT_TRUE(rings.insert(d->ring[0]).second);
		if (i == 3)
			EXPECT_EQ(reinterpret_cast<vmxnet3_desc *>(uintptr_t(d->ring[0]))->word, 0u)
				<< "the spare one has no buffers";
		else
			EXPECT_EQ(device.data.get(VMXNET3_RXPROD(i)), DESC - 1u);
	}
	EXPECT_EQ(rxq(2)->nb_rxq, 4) << "second rings are numbered by the device's queues";
}

TEST_F(Vmxnet3Port, PacketsInAndOut)
{
	plx_mbuf *m;

	ASSERT_NO_FATAL_FAILURE(run());
	for (unsigned int round = 0; round < 3; round++) {
		RxDevice rx(*rxq());
		TxDevice tx(*txq());

		for (unsigned int i = 0; i < 100; i++) {
			rx.receive(frame(i, 60 + i));
			ASSERT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 1);
			EXPECT_EQ(m->port, port);
			ASSERT_EQ(plx_eth_tx_burst(port, 0, &m, 1), 1);
			EXPECT_EQ(tx.send()[0].data, frame(i, 60 + i));
		}
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
		EXPECT_FALSE(device.active);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		EXPECT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 0);
		ASSERT_EQ(plx_eth_dev_start(port), 0);
	}
}

TEST_F(Vmxnet3Port, ADeviceThatDoesNotWantToBeActivated)
{
	ASSERT_EQ(probe(), 0);
	ASSERT_NO_FATAL_FAILURE(set_up());
	for (const auto &[answer, err] : std::map<uint32_t, int> { { 1, -EIO }, { GONE, -ENODEV } }) {
		device.answers[VMXNET3_CMD_ACTIVATE_DEV] = answer;
		EXPECT_EQ(plx_eth_dev_start(port), err);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	}
	device.answers.clear();
	device.answers[VMXNET3_CMD_UPDATE_RX_MODE] = 1;
	EXPECT_EQ(plx_eth_dev_start(port), -EIO);
	EXPECT_FALSE(device.active) << "it is quiet before its buffers go";
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	device.answers.clear();
	EXPECT_EQ(plx_eth_dev_start(port), 0);
}

/* No packet may come after a stop: if the device does not obey it is reset. */
TEST_F(Vmxnet3Port, ADeviceThatDoesNotWantToStop)
{
	ASSERT_NO_FATAL_FAILURE(run());
	device.answers[VMXNET3_CMD_QUIESCE_DEV] = 1;

	const unsigned int resets = device.count(VMXNET3_CMD_RESET_DEV);

	EXPECT_EQ(plx_eth_dev_stop(port), -EIO);
	EXPECT_EQ(device.count(VMXNET3_CMD_RESET_DEV), resets + 1);
	EXPECT_FALSE(device.active);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	EXPECT_NE(device.shared(), nullptr) << "it goes on telling of its link";
	device.answers.clear();
	EXPECT_EQ(plx_eth_dev_start(port), 0);
}

TEST_F(Vmxnet3Port, ADeviceThatIsGone)
{
	plx_eth_link link;
	plx_eth_stats s;

	ASSERT_NO_FATAL_FAILURE(run());
	for (uint32_t cmd : { VMXNET3_CMD_QUIESCE_DEV, VMXNET3_CMD_GET_LINK, VMXNET3_CMD_GET_STATS,
			VMXNET3_CMD_UPDATE_RX_MODE, VMXNET3_CMD_RESET_DEV })
		device.answers[cmd] = GONE;
	EXPECT_EQ(plx_eth_link_get(port, &link), 0);
	EXPECT_EQ(link.link_status, 0);
	EXPECT_EQ(plx_eth_stats_get(port, &s), -ENODEV);
	EXPECT_EQ(plx_eth_promiscuous_enable(port), -ENODEV);
	EXPECT_EQ(plx_eth_dev_stop(port), 0) << "what is gone is stopped";
	device.active = false;
}

TEST_F(Vmxnet3Port, Link)
{
	plx_eth_link link;

	ASSERT_NO_FATAL_FAILURE(run());
	EXPECT_EQ(plx_eth_link_get_nowait(port, &link), 0);
	EXPECT_EQ(link.link_status, 1);
	EXPECT_EQ(link.link_speed, 10000u);
	device.link = VMXNET3_LINK_UP;
	EXPECT_EQ(plx_eth_link_get_nowait(port, &link), 0);
	EXPECT_EQ(link.link_speed, PLX_ETH_SPEED_NUM_UNKNOWN);
	device.link = 0;
	EXPECT_EQ(plx_eth_link_get_nowait(port, &link), 0);
	EXPECT_EQ(link.link_status, 0);
}

TEST_F(Vmxnet3Port, Statistics)
{
	ASSERT_NO_FATAL_FAILURE(run(2, 1));
	device.count_by = 10;
	EXPECT_EQ(stats().ipackets, 2 * 30u) << "two queues, three kinds of addresses";
	EXPECT_EQ(plx_eth_dev_stop(port), 0);	/* and once more */

	plx_eth_stats s = stats();

	EXPECT_EQ(s.ipackets, 4 * 30u) << "the device has forgotten, the port has not";
	EXPECT_EQ(s.opackets, 2 * 30u);
	EXPECT_EQ(s.ibytes, 4 * 30u);
	EXPECT_EQ(s.imissed, 4 * 10u);
	EXPECT_EQ(s.ierrors, 4 * 10u);
	EXPECT_EQ(s.oerrors, 2 * 20u);
	EXPECT_EQ(plx_eth_stats_reset(port), 0);
	EXPECT_EQ(stats().ipackets, 0u);
	EXPECT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(stats().ipackets, 2 * 30u);
	device.answers[VMXNET3_CMD_GET_STATS] = 7;
	EXPECT_EQ(plx_eth_stats_get(port, &s), -EIO);
}

TEST_F(Vmxnet3Port, CountersOfQueuesThatAreReleased)
{
	ASSERT_NO_FATAL_FAILURE(run());
	rxq()->q.errors = 3;
	rxq()->nombuf = 4;
	txq()->q.errors = 5;
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	ASSERT_NO_FATAL_FAILURE(set_up());

	const plx_eth_stats s = stats();

	EXPECT_EQ(s.ierrors, 3u);
	EXPECT_EQ(s.rx_nombuf, 4u);
	EXPECT_EQ(s.oerrors, 5u);
}

TEST_F(Vmxnet3Port, Xstats)
{
	ASSERT_NO_FATAL_FAILURE(run(2, 1));
	device.count_by = 1;
	for (const auto &[name, value] : std::map<std::string, uint64_t> { { "rx_unicast_packets", 2 },
			{ "rx_broadcast_bytes", 4 }, { "tx_tso_packets", 3 }, { "tx_device_discards", 4 } }) {
		uint64_t id, found = 0;

		ASSERT_EQ(plx_eth_xstats_get_id_by_name(port, name.c_str(), &id), 0) << name;
		ASSERT_EQ(plx_eth_xstats_get_by_id(port, &id, &found, 1), 1) << name;
		EXPECT_GE(found, value) << name;
	}
	EXPECT_EQ(plx_eth_xstats_reset(port), 0);
}

/* The queue that the device stopped is told of once, with its reason, and nothing moves on it. */
TEST_F(Vmxnet3Port, QueuesThatTheDeviceStops)
{
	unsigned int told = 0;
	plx_eth_link link;
	plx_mbuf *m;

	ASSERT_NO_FATAL_FAILURE(run(2, 2));
	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_RESET,
		[](uint16_t id, plx_eth_event_type, void *arg, void *) {
			plx_eth_stats s;

			++*static_cast<unsigned int *>(arg);
			return plx_eth_stats_get(id, &s);
		}, &told), 0);
	device.shared_rw()->ecr = VMXNET3_ECR_RQERR | VMXNET3_ECR_TQERR | VMXNET3_ECR_LINK;
	device.rx_desc(1)->status = { 1, {}, 0x80000004 };
	device.tx_desc(0)->status = { 1, {}, 0x80000007 };
	testing::internal::CaptureStderr();
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(plx_eth_link_get_nowait(port, &link), 0);

	const std::string log = testing::internal::GetCapturedStderr();

	EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
	EXPECT_NE(log.find("Rx queue 1 is stopped as the device is at fault: it stopped the queue, error "
		"0x80000004; stop and start the port"), log.npos) << log;
	EXPECT_NE(log.find("Tx queue 0"), log.npos) << log;
	EXPECT_EQ(told, 1u);
	EXPECT_EQ(device.control.get(VMXNET3_ECR), VMXNET3_ECR_RQERR | VMXNET3_ECR_TQERR)
		<< "a change of the link is left to the interrupt";
	EXPECT_EQ(stats().ierrors, 1u);
	EXPECT_EQ(stats().oerrors, 1u);

	RxDevice(*rxq(1)).receive(frame(0));
	EXPECT_EQ(plx_eth_rx_burst(port, 1, &m, 1), 0);
	RxDevice(*rxq(0)).receive(frame(0));
	ASSERT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 1) << "others go on";
	EXPECT_EQ(plx_eth_tx_burst(port, 0, &m, 1), 0);
	plx_pktmbuf_free(m);
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(plx_eth_dev_start(port), 0);
	RxDevice(*rxq(1)).receive(frame(0));
	ASSERT_EQ(plx_eth_rx_burst(port, 1, &m, 1), 1);
	plx_pktmbuf_free(m);
}

/* One that breaks the protocol raises the event too. */
TEST_F(Vmxnet3Port, ABrokenQueueRaisesReset)
{
	unsigned int told = 0;
	plx_mbuf *m;

	ASSERT_NO_FATAL_FAILURE(run());
	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_RESET,
		[](uint16_t, plx_eth_event_type, void *arg, void *) {
			++*static_cast<unsigned int *>(arg);
			return 0;
		}, &told), 0);
	RxDevice(*rxq()).complete(UINT64_MAX, 60);
	testing::internal::CaptureStderr();
	EXPECT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 0);
	EXPECT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 0);
	testing::internal::GetCapturedStderr();
	EXPECT_EQ(told, 1u);
	EXPECT_EQ(stats().ierrors, 1u);
}

TEST_F(Vmxnet3Port, InterruptsThatNobodyWants)
{
	ASSERT_NO_FATAL_FAILURE(run(2, 2));

	const vmxnet3_shared *s = device.shared();

	EXPECT_EQ(s->intr_ctrl, VMXNET3_IC_DISABLE_ALL);
	EXPECT_EQ(s->nb_intrs, 2);
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT_EQ(device.data.get(VMXNET3_IMR(i)), 1u);
		EXPECT_EQ(device.tx_desc(i)->intr, 1);
		EXPECT_EQ(device.rx_desc(i)->intr, 1);
	}
}

TEST_F(Vmxnet3Port, Registers)
{
	plx_dev_reg_info info {};

	ASSERT_NO_FATAL_FAILURE(run(2, 1));
	ASSERT_EQ(plx_eth_dev_get_reg_info(port, &info), 0);
	EXPECT_EQ(info.width, 4u);
	EXPECT_EQ(info.version, UINT64_C(0x15ad) << 24 | 0x07b0u << 8 | 1);

	std::vector<uint32_t> values(info.length, 0x5a5a5a5a);
	std::vector<std::array<char, PLX_DEV_REG_NAME_SIZE>> names(info.length);

	info.data = values.data();
	info.names = reinterpret_cast<char (*)[PLX_DEV_REG_NAME_SIZE]>(names.data());
	ASSERT_EQ(plx_eth_dev_get_reg_info(port, &info), 0);

	std::map<std::string, uint32_t> regs;

	for (size_t i = 0; i < values.size(); i++)
		regs[names[i].data()] = values[i];
	EXPECT_EQ(regs.size(), values.size()) << "names are unique";
	EXPECT_EQ(regs.at("VRRS"), 1u);
	EXPECT_EQ(regs.at("IMR0"), 1u);
	EXPECT_EQ(regs.at("rx1_ring0_next_fill"), DESC - 1u);
	EXPECT_EQ(regs.at("tx0_size"), DESC);

	info = {};
	info.offset = uint32_t(values.size()) - 1;
	ASSERT_EQ(plx_eth_dev_get_reg_info(port, &info), 0);
	EXPECT_EQ(info.length, 1u);
	info.offset += 2;
	EXPECT_EQ(plx_eth_dev_get_reg_info(port, &info), -EINVAL);
}

TEST_F(Vmxnet3Port, Reset)
{
	ASSERT_NO_FATAL_FAILURE(run());

	const unsigned int resets = device.count(VMXNET3_CMD_RESET_DEV);

	EXPECT_EQ(plx_eth_dev_reset(port), 0);
	EXPECT_EQ(device.count(VMXNET3_CMD_RESET_DEV), resets + 1);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	ASSERT_NO_FATAL_FAILURE(set_up());
	EXPECT_EQ(plx_eth_dev_start(port), 0);
}

} // namespace
