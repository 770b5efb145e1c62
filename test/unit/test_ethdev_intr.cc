/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: events of ports, and interrupts of Rx queues. */
#include <climits>

#include <sys/eventfd.h>
#include <unistd.h>

#include <plx_dev_event.h>

#include "test_ethdev_toy.h"

namespace {

class EthdevIntr : public Ethdev {
protected:
	int configure(bool lsc, bool rxq)
	{
		plx_eth_conf conf {};

		conf.intr_conf.lsc = lsc;
		conf.intr_conf.rxq = rxq;
		return plx_eth_dev_configure(id, 1, 1, &conf);
	}

	void start_rxq()
	{
		ASSERT_EQ(configure(false, true), 0);
		ASSERT_EQ(rx_setup(0), 0);
		ASSERT_EQ(tx_setup(0), 0);
		ASSERT_EQ(plx_eth_dev_start(id), 0);
		toy->calls.clear();
	}
};

struct Seen {
	int ret = 0;
	std::vector<plx_eth_event_type> events;
	uint16_t port = NO_PORT;
	void *param = nullptr;
};

int
on_event(uint16_t port, plx_eth_event_type event, void *arg, void *param)
{
	Seen *seen = static_cast<Seen *>(arg);

	seen->events.push_back(event);
	seen->port = port;
	seen->param = param;
	return seen->ret;
}

TEST_F(EthdevIntr, CallbacksByEvent)
{
	Seen lsc, rmv;
	int param;

	ASSERT_EQ(plx_eth_dev_callback_register(id, PLX_ETH_EVENT_INTR_LSC, on_event, &lsc), 0);
	ASSERT_EQ(plx_eth_dev_callback_register(id, PLX_ETH_EVENT_INTR_RMV, on_event, &rmv), 0);
	EXPECT_EQ(plx_eth_dev_callback_process(toy->dev, PLX_ETH_EVENT_INTR_LSC, &param), 1);
	EXPECT_EQ(plx_eth_dev_callback_process(toy->dev, PLX_ETH_EVENT_INTR_RMV, nullptr), 1);
	EXPECT_EQ(plx_eth_dev_callback_process(toy->dev, PLX_ETH_EVENT_INTR_RESET, nullptr), 0);
	EXPECT_EQ(lsc.events, std::vector<plx_eth_event_type> { PLX_ETH_EVENT_INTR_LSC });
	EXPECT_EQ(lsc.port, id);
	EXPECT_EQ(lsc.param, &param);
	EXPECT_EQ(rmv.events, std::vector<plx_eth_event_type> { PLX_ETH_EVENT_INTR_RMV });
	ASSERT_EQ(plx_eth_dev_callback_unregister(id, PLX_ETH_EVENT_INTR_LSC, on_event, &lsc), 0);
	EXPECT_EQ(plx_eth_dev_callback_process(toy->dev, PLX_ETH_EVENT_INTR_LSC, nullptr), 0);
	/* rmv is left to the close of the port. */
}

TEST_F(EthdevIntr, CallbacksThatAreRefused)
{
	Seen seen;

	expect_refused(-ENODEV, { "register a callback" }, [&] {
		return plx_eth_dev_callback_register(NO_PORT, PLX_ETH_EVENT_INTR_LSC, on_event, &seen);
	});
	expect_refused(-ENOENT, { "toy0", "ENOENT" }, [&] {
		return plx_eth_dev_callback_unregister(id, PLX_ETH_EVENT_INTR_LSC, on_event, &seen);
	});
	ASSERT_EQ(plx_eth_dev_callback_register(id, PLX_ETH_EVENT_INTR_LSC, on_event, &seen), 0);
	expect_refused(-EEXIST, { "toy0", "EEXIST" }, [&] {
		return plx_eth_dev_callback_register(id, PLX_ETH_EVENT_INTR_LSC, on_event, &seen);
	});
	seen.ret = -EIO;
	expect_refused(1, { "toy0", "EIO" }, [&] {
		return plx_eth_dev_callback_process(toy->dev, PLX_ETH_EVENT_INTR_LSC, nullptr);
	});
}

TEST_F(EthdevIntr, ConfigureRefusesWhatTheDriverDoesNotHave)
{
	toy->limits.dev_flags = 0;
	expect_refused(-ENOTSUP, { "toy0", "link changes", "EOPNOTSUPP" }, [&] {
		return configure(true, false);
	});
	toy->limits.dev_flags = PLX_ETH_DEV_INTR_LSC;
	toy->ops.rx_queue_intr_enable = nullptr;
	expect_refused(-ENOTSUP, { "toy0", "packets", "EOPNOTSUPP" }, [&] {
		return configure(false, true);
	});
	expect_refused(-ENOTSUP, { "toy0", "EOPNOTSUPP" }, [&] {
		return plx_eth_dev_rx_intr_enable(id, 0);
	});
	EXPECT_EQ(toy->count("configure"), 0u);
	EXPECT_EQ(configure(true, false), 0);
	EXPECT_EQ(toy->dev->conf.intr_conf.lsc, 1u);
}

TEST_F(EthdevIntr, RxNeedsConfigureAndStart)
{
	expect_refused(-ENODEV, { "Rx interrupts" }, [&] {
		return plx_eth_dev_rx_intr_enable(NO_PORT, 0);
	});
	set_up();
	expect_refused(-EINVAL, { "intr_conf.rxq" }, [&] {
		return plx_eth_dev_rx_intr_enable(id, 0);
	});
	start_rxq();
	EXPECT_EQ(plx_eth_dev_rx_intr_enable(id, 0), 0);
	EXPECT_EQ(plx_eth_dev_rx_intr_disable(id, 0), 0);
	EXPECT_EQ(toy->calls, (Calls { "rx intr on 0", "rx intr off 0" }));
	expect_refused(-EINVAL, { "no Rx queue 1" }, [&] {
		return plx_eth_dev_rx_intr_enable(id, 1);
	});
	toy->fails = "rx intr on 0";
	expect_refused(-EIO, { "toy0", "EIO" }, [&] { return plx_eth_dev_rx_intr_enable(id, 0); });
	toy->fails = "rx intr fd 0";
	expect_refused(-EIO, { "toy0", "EIO" }, [&] {
		return plx_eth_dev_rx_intr_ctl_q(id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, nullptr);
	});
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	expect_refused(-EINVAL, { "start it first" }, [&] {
		return plx_eth_dev_rx_intr_enable(id, 0);
	});
}

TEST_F(EthdevIntr, SleepAndWake)
{
	plx_epoll_event event {};

	start_rxq();
	toy->intr_fd = INT_MAX;
	expect_refused(-EBADF, { "toy0", "Rx queue 0", "EBADF" }, [&] {
		return plx_eth_dev_rx_intr_ctl_q(id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, nullptr);
	});
	toy->intr_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	EXPECT_EQ(plx_eth_dev_rx_intr_ctl_q_get_fd(id, 0), toy->intr_fd);
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, this), 0);
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 0), 0);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(eventfd_write(toy->intr_fd, 1), 0);
		ASSERT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, -1), 1);
		EXPECT_EQ(event.epdata.data, this);
		EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 0), 0);
	}
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(id, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, nullptr), 0);
	ASSERT_EQ(eventfd_write(toy->intr_fd, 1), 0);
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 0), 0);
	close(toy->intr_fd);
}

TEST_F(EthdevIntr, RemovalOfTheDevice)
{
	plx_eth_conf conf {};
	Seen seen;

	ASSERT_EQ(plx_eth_dev_callback_register(id, PLX_ETH_EVENT_INTR_RMV, on_event, &seen), 0);
	EXPECT_EQ(plx_dev_event_callback_process("toy0", PLX_DEV_EVENT_REMOVE), 0) << "not asked";
	conf.intr_conf.rmv = 1;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0) << "again";
	EXPECT_EQ(plx_dev_event_callback_process("toy0", PLX_DEV_EVENT_REMOVE), 1);
	EXPECT_EQ(plx_dev_event_callback_process("toy0", PLX_DEV_EVENT_ERROR), 1);
	EXPECT_EQ(plx_dev_event_callback_process("toy1", PLX_DEV_EVENT_REMOVE), 0);
	EXPECT_EQ(seen.events, std::vector<plx_eth_event_type>{ PLX_ETH_EVENT_INTR_RMV });
	EXPECT_EQ(seen.port, id);
	conf.intr_conf.rmv = 0;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	EXPECT_EQ(plx_dev_event_callback_process("toy0", PLX_DEV_EVENT_REMOVE), 0);
	conf.intr_conf.rmv = 1;
	ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, &conf), 0);
	toy->limits.dev_flags = 0;
	expect_refused(-ENOTSUP, { "device goes" },
		[&] { return plx_eth_dev_configure(id, 1, 1, &conf); });
	ASSERT_EQ(plx_eth_dev_close(id), 0);
	EXPECT_EQ(plx_dev_event_callback_process("toy0", PLX_DEV_EVENT_REMOVE), 0);
}

} // namespace
