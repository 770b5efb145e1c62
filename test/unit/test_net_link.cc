/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to an interface is an event of its port: net_af_packet and net_tap. */
#include <atomic>

#include <unistd.h>

#include "test_netns.h"
#include "test_vport.h"

namespace {

int
count(uint16_t, enum plx_eth_event_type, void *arg, void *)
{
	++*static_cast<std::atomic<int> *>(arg);
	return 0;
}

struct Driver {
	const char *name;
	const char *args;
};

class NetLink : public VportTest, public testing::WithParamInterface<Driver> {
protected:
	void SetUp() override
	{
		VportTest::SetUp();
		if (!is_tap())
			make_veth("mine", "other");
		port = std::make_unique<Vport>(GetParam().name, GetParam().args);
	}

	void TearDown() override
	{
		port.reset();
		/* A tap device goes with its port. */
		if (!is_tap() && !gone)
			delete_link("mine");
		VportTest::TearDown();
	}

	static bool is_tap() { return std::string(GetParam().name) == "net_tap0"; }

	void run(bool lsc, bool rmv)
	{
		plx_eth_conf conf = {};

		conf.intr_conf.lsc = lsc;
		conf.intr_conf.rmv = rmv;
		ASSERT_EQ(port->set_up(mp, 1, 1, &conf), 0);
		ASSERT_EQ(plx_eth_dev_callback_register(port->id, PLX_ETH_EVENT_INTR_LSC, count, &changes), 0);
		ASSERT_EQ(plx_eth_dev_callback_register(port->id, PLX_ETH_EVENT_INTR_RMV, count, &removals), 0);
		ASSERT_EQ(plx_eth_dev_start(port->id), 0);
	}

	std::unique_ptr<Vport> port;
	std::atomic<int> changes { 0 }, removals { 0 };
	bool gone = false;
};

TEST_P(NetLink, DownAndUp)
{
	ASSERT_NO_FATAL_FAILURE(run(true, false));
	for (int i = 0; i < 3; i++) {
		int before = changes;

		ASSERT_TRUE(ip("link set mine down"));
		EXPECT_TRUE(eventually([&] { return changes > before; })) << "down";
		EXPECT_FALSE(port->has_link());
		before = changes;
		ASSERT_TRUE(ip("link set mine up"));
		EXPECT_TRUE(eventually([&] { return changes > before; })) << "up";
		EXPECT_TRUE(eventually([&] { return port->has_link(); }));
	}
	/* After a stop nobody is told, and the next start tells again. */
	ASSERT_EQ(plx_eth_dev_stop(port->id), 0);

	const int before = changes;

	ASSERT_TRUE(ip("link set mine down"));
	ASSERT_TRUE(ip("link set mine up"));
	EXPECT_EQ(changes, before);
	ASSERT_EQ(plx_eth_dev_start(port->id), 0);
	ASSERT_TRUE(ip("link set mine down"));
	EXPECT_TRUE(eventually([&] { return changes > before; }));
	EXPECT_EQ(removals, 0);
}

TEST_P(NetLink, NobodyIsToldWhoDidNotAsk)
{
	ASSERT_NO_FATAL_FAILURE(run(false, true));
	ASSERT_TRUE(ip("link set mine down"));
	delete_link("mine");
	gone = true;
	/* Removal comes after all that went before. */
	EXPECT_TRUE(eventually([&] { return removals == 1; }));
	EXPECT_EQ(changes, 0);
	EXPECT_FALSE(port->has_link());
}

TEST_P(NetLink, Deleted)
{
	ASSERT_NO_FATAL_FAILURE(run(true, true));
	delete_link("mine");
	gone = true;
	EXPECT_TRUE(eventually([&] { return removals == 1; }));
	EXPECT_FALSE(port->has_link());
	EXPECT_EQ(plx_eth_dev_stop(port->id), 0);
	EXPECT_EQ(removals, 1);
}

/* To whoever did not ask for removals the link is down. */
TEST_P(NetLink, DeletedIsALinkThatIsDown)
{
	ASSERT_NO_FATAL_FAILURE(run(true, false));
	delete_link("mine");
	gone = true;
	EXPECT_TRUE(eventually([&] { return changes > 0; }));
	EXPECT_FALSE(port->has_link());
	EXPECT_EQ(removals, 0);
}

/* A tap device in another namespace is not gone: frames come and go. */
TEST_P(NetLink, MovedToAnotherNamespace)
{
	if (!is_tap())
		GTEST_SKIP() << "a packet socket loses its interface then";
	ASSERT_NO_FATAL_FAILURE(run(true, true));

	/* Names of namespaces are the machine's. */
	const std::string other = "net_link_" + std::to_string(getpid());

	ASSERT_TRUE(ip("netns add " + other));
	ASSERT_TRUE(ip("link set mine netns " + other));
	ASSERT_TRUE(ip("-n " + other + " link set mine up"));
	EXPECT_TRUE(port->has_link());
	EXPECT_TRUE(send(port->id, std::string(60, '\xff')));
	EXPECT_EQ(port->stats().opackets, 1u);
	EXPECT_EQ(removals, 0);
	ASSERT_TRUE(ip("netns del " + other));
}

INSTANTIATE_TEST_SUITE_P(Drivers, NetLink, testing::Values(
	Driver { "net_af_packet0", "iface=mine" }, Driver { "net_tap0", "iface=mine" }),
	[](const testing::TestParamInfo<Driver> &info) { return std::string(info.param.name); });

} // namespace
