/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio: interrupts for link changes and for packets, over a transport that the test plays. */
#include <sched.h>

#include "test_virtio_port.h"

namespace {

struct Events {
	unsigned int calls = 0;
	plx_eth_event_type last = PLX_ETH_EVENT_INTR_RMV;
};

int
on_event(uint16_t, plx_eth_event_type event, void *arg, void *)
{
	Events *events = static_cast<Events *>(arg);

	events->calls++;
	events->last = event;
	return 0;
}

class VirtioIntr : public VirtioPort {
protected:
	void TearDown() override
	{
		VirtioPort::TearDown();
		EXPECT_FALSE(device.intr_enabled) << "the close disables them";
		EXPECT_EQ(device.config_changed, nullptr);
	}

	int configure(bool lsc, bool rxq)
	{
		plx_eth_conf conf {};

		conf.intr_conf.lsc = lsc;
		conf.intr_conf.rxq = rxq;
		return plx_eth_dev_configure(port, 1, 1, &conf);
	}

	void start(bool lsc, bool rxq)
	{
		ASSERT_EQ(configure(lsc, rxq), 0);
		ASSERT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr,
			pool.get()), 0);
		ASSERT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr), 0);
		ASSERT_EQ(plx_eth_dev_start(port), 0);
	}

	const virtqueue &rx_vq() const
	{
		return static_cast<virtio_rxq *>(plx_eth_fp_ops[port].rxq[0])->vq;
	}

	bool wants_none() const { return !device.rx->interrupts_wanted(); }

	/* Receive all there is. */
	unsigned int poll() const
	{
		plx_mbuf *pkts[32];
		const uint16_t n = plx_eth_rx_burst(port, 0, pkts, 32);

		plx_pktmbuf_free_bulk(pkts, n);
		return n;
	}
};

TEST_P(VirtioIntr, NoneUnlessAskedFor)
{
	start(false, false);
	EXPECT_FALSE(device.intr_enabled);
	EXPECT_EQ(device.config_changed, nullptr);
	EXPECT_EQ(rx_vq().vector, VIRTIO_NO_VECTOR);
	EXPECT_TRUE(wants_none());
	EXPECT_EQ(plx_eth_dev_rx_intr_enable(port, 0), -EINVAL);
}

TEST_P(VirtioIntr, LinkChange)
{
	Events events;

	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_LSC, on_event, &events), 0);
	start(true, false);
	EXPECT_EQ(device.rx_fds.size(), 0u);
	EXPECT_EQ(rx_vq().vector, VIRTIO_NO_VECTOR);
	ASSERT_NE(device.config_changed, nullptr);
	device.config[VIRTIO_NET_CONFIG_STATUS] = 0;
	EXPECT_EQ(device.config_changed(device.config_arg), 0);
	EXPECT_EQ(events.calls, 1u);
	EXPECT_EQ(events.last, PLX_ETH_EVENT_INTR_LSC);
	EXPECT_EQ(link().link_status, 0);

	/* Over stop and start; while it is stopped there is none. */
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(device.config_changed, nullptr);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	ASSERT_NE(device.config_changed, nullptr);
	device.config[VIRTIO_NET_CONFIG_STATUS] = VIRTIO_NET_S_LINK_UP;
	EXPECT_EQ(device.config_changed(device.config_arg), 0);
	EXPECT_EQ(events.calls, 2u);
	EXPECT_EQ(link().link_status, 1);
	ASSERT_EQ(plx_eth_dev_callback_unregister(port, PLX_ETH_EVENT_INTR_LSC, on_event, &events),
		0);
	EXPECT_EQ(device.config_changed(device.config_arg), 0);
	EXPECT_EQ(events.calls, 2u);
}

TEST_P(VirtioIntr, DeviceThatGaveUp)
{
	Events lsc, reset;

	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_LSC, on_event, &lsc), 0);
	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_RESET, on_event, &reset), 0);
	start(true, true);
	device.status |= VIRTIO_STATUS_NEEDS_RESET;
	EXPECT_EQ(device.config_changed(device.config_arg), 0);
	EXPECT_EQ(lsc.calls, 0u);
	EXPECT_EQ(reset.calls, 1u);
	EXPECT_EQ(device.config_changed(device.config_arg), 0);
	EXPECT_EQ(reset.calls, 1u) << "once";
}

/* A broken queue tells too, from the thread that polls it. */
TEST_P(VirtioIntr, BrokenQueueRaisesResetOnce)
{
	Events reset;

	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_RESET, on_event, &reset), 0);
	start(false, false);
	device.rx->use(DESC, 64);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(poll(), 0u);
	EXPECT_EQ(reset.calls, 1u);
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	device.rx->use(DESC, 64);
	EXPECT_EQ(poll(), 0u);
	EXPECT_EQ(reset.calls, 2u) << "after a start once more";
}

TEST_P(VirtioIntr, WhatTheDeviceDoesNotHaveIsRefused)
{
	plx_eth_dev_info info;

	ASSERT_EQ(plx_eth_dev_info_get(port, &info), 0);
	EXPECT_EQ(info.dev_flags, unsigned(PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV));
	device.intr_error = -ENOSPC;
	EXPECT_EQ(configure(false, true), -ENOSPC);
	device.intr_error = 0;

	ASSERT_EQ(plx_eth_dev_close(port), 0);
	device.offered &= ~VIRTIO_BIT(VIRTIO_NET_F_STATUS);
	probe();
	ASSERT_EQ(plx_eth_dev_info_get(port, &info), 0);
	EXPECT_EQ(info.dev_flags, unsigned(PLX_ETH_DEV_INTR_RMV));
	EXPECT_EQ(configure(true, false), -ENOTSUP);
	EXPECT_EQ(configure(false, true), 0);

	const virtio_intr_ops *intr = device.transport()->intr;

	ASSERT_EQ(plx_eth_dev_close(port), 0);
	device.transport()->intr = nullptr;
	device.offered |= VIRTIO_BIT(VIRTIO_NET_F_STATUS);
	probe();
	EXPECT_EQ(configure(true, false), -ENOTSUP);
	EXPECT_EQ(configure(false, true), -ENOTSUP);
	EXPECT_EQ(configure(false, false), 0);
	ASSERT_EQ(plx_eth_dev_close(port), 0);
	device.transport()->intr = intr;
	probe();
}

TEST_P(VirtioIntr, StartThatFailsLeavesNone)
{
	start(true, true);
	ASSERT_EQ(plx_eth_dev_stop(port), 0);
	device.config_intr_error = -EBUSY;
	EXPECT_EQ(plx_eth_dev_start(port), -EBUSY);
	device.config_intr_error = 0;
	device.enable_error = -EBUSY;
	EXPECT_EQ(plx_eth_dev_start(port), -EBUSY);
	EXPECT_EQ(device.config_changed, nullptr);
	device.enable_error = 0;
	EXPECT_EQ(plx_eth_dev_start(port), 0);
}

TEST_P(VirtioIntr, RxFlag)
{
	start(false, true);
	EXPECT_EQ(rx_vq().vector, 1);
	EXPECT_TRUE(wants_none());
	device.rx->receive("nobody waits for this");
	device.interrupt(rx_vq());
	EXPECT_EQ(device.interrupts, 0u);
	EXPECT_EQ(plx_eth_dev_rx_intr_enable(port, 0), 0);
	EXPECT_FALSE(wants_none());
	EXPECT_EQ(poll(), 1u) << "what came before is found by the poll after the enable";
	device.rx->receive("this one interrupts");
	device.interrupt(rx_vq());
	EXPECT_EQ(device.interrupts, 1u);
	EXPECT_EQ(plx_eth_dev_rx_intr_disable(port, 0), 0);
	EXPECT_TRUE(wants_none());
	EXPECT_EQ(poll(), 1u);
	EXPECT_EQ(plx_eth_dev_rx_intr_ctl_q_get_fd(port, 0), device.rx_fds[0]);
}

/*
 * The order that plx_eth_dev_rx_intr_enable() asks for, against a device that works at the same
 * time: no packet is slept over.
 */
TEST_P(VirtioIntr, NoWakeUpIsLost)
{
	constexpr unsigned int PACKETS = 20000;
	unsigned int received = 0, sleeps = 0;

	start(false, true);
	run_threads(2, [&](unsigned int i) {
		if (i == 0) {
			for (unsigned int n = 0; n < PACKETS; n++) {
				/* Now and then only to one who sleeps, or nearly so. */
				while (device.rx->available() == 0 || (n % 100 == 0 && wants_none()))
					sched_yield();
				device.rx->receive("a packet of a few bytes");
				device.interrupt(rx_vq());
			}
			return;
		}

		plx_epoll_event event;

		ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD,
			&received), 0);
		while (received < PACKETS) {
			unsigned int n = poll();

			received += n;
			if (n > 0)
				continue;
			ASSERT_EQ(plx_eth_dev_rx_intr_enable(port, 0), 0);
			n = poll();
			received += n;
			if (n == 0 && received < PACKETS) {
				sleeps++;
				ASSERT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 30000), 1)
					<< "slept over packet " << received;
				ASSERT_EQ(event.epdata.data, &received);
			}
			ASSERT_EQ(plx_eth_dev_rx_intr_disable(port, 0), 0);
		}
		ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL,
			nullptr), 0);
	});
	EXPECT_EQ(received, PACKETS);
	EXPECT_GT(sleeps, 0u);
	EXPECT_GT(device.interrupts, 0u);
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioIntr, all_rings(), ring_name);

} // namespace
