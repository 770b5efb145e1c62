/* SPDX-License-Identifier: BSD-3-Clause */
/* net_ring: loops, wires, rings of others; and the life of software ports while others have traffic. */
#include <atomic>
#include <thread>

#include <plx_eth_ring.h>

#include "test_vport.h"

namespace {

class NetRing : public VportTest { };

TEST_F(NetRing, BringsBackWhatItSends)
{
	Vport port("net_ring0");
	std::string large(3000, 'x');

	ASSERT_EQ(port.run(mp, 2, 2), 0);
	EXPECT_TRUE(port.has_link());
	EXPECT_EQ(receive(port.id), Strings{});
	EXPECT_TRUE(send(port.id, "first"));
	EXPECT_TRUE(send(port.id, large, 0, 3));
	EXPECT_TRUE(send(port.id, "other queue", 1));
	EXPECT_EQ(receive(port.id), (Strings{ "first", large }));
	EXPECT_EQ(receive(port.id, 1), Strings{ "other queue" });
	EXPECT_EQ(port.stats().opackets, 3u);
	EXPECT_EQ(port.stats().ipackets, 3u);
	EXPECT_EQ(plx_eth_stats_reset(port.id), 0);
	EXPECT_EQ(port.stats().ipackets + port.stats().opackets, 0u);
}

TEST_F(NetRing, FullRingsTakeAsManyAsFit)
{
	Vport port("net_ring0");
	std::vector<plx_mbuf *> pkts(1500);

	ASSERT_EQ(port.run(mp), 0);
	for (auto &m : pkts)
		m = packet("1234");
	EXPECT_EQ(plx_eth_tx_burst(port.id, 0, pkts.data(), 1500), 1023);
	EXPECT_EQ(plx_eth_tx_burst(port.id, 0, pkts.data() + 1023, 1), 0);
	EXPECT_EQ(port.stats().opackets, 1023u) << "what was not taken is not counted";
	EXPECT_EQ(port.stats().oerrors, 0u) << "and is no error: it is the caller's";
	plx_pktmbuf_free_bulk(pkts.data() + 1023, 1500 - 1023);
	/* What nobody received is freed. */
	EXPECT_EQ(plx_eth_dev_stop(port.id), 0);
	EXPECT_TRUE(plx_mempool_full(mp));
}

TEST_F(NetRing, SharedRingsAreMadeOnceAndGoWithTheirLastPort)
{
	expect_no_vdev(-ENOENT, "net_ring0", "nodeaction=a:0:ATTACH", { "net_ring0", "ENOENT", "CREATE" });
	{
		Vport first("net_ring0", "nodeaction=a:0:CREATE");

		expect_no_vdev(-EEXIST, "net_ring1", "nodeaction=a:0:CREATE", { "net_ring1", "EEXIST", "ATTACH" });

		Vport second("net_ring1", "nodeaction=a:0:ATTACH");

		ASSERT_EQ(first.run(mp), 0);
		ASSERT_EQ(second.run(mp), 0);
		EXPECT_TRUE(send(first.id, "to anybody"));
		EXPECT_EQ(receive(second.id), Strings{ "to anybody" });
		EXPECT_TRUE(send(first.id, "to myself"));
		EXPECT_EQ(receive(first.id), Strings{ "to myself" });
		EXPECT_TRUE(send(second.id, "stays"));
		EXPECT_EQ(plx_eth_dev_stop(second.id), 0);
		EXPECT_EQ(receive(first.id), Strings{ "stays" });
		EXPECT_TRUE(send(first.id, "lost"));
	}
	Vport again("net_ring0", "nodeaction=a:0:CREATE");
}

int
count_event(uint16_t, plx_eth_event_type, void *arg, void *)
{
	++*static_cast<int *>(arg);
	return 0;
}

TEST_F(NetRing, AWireHasTwoEnds)
{
	int events = 0;
	auto left = std::make_unique<Vport>("net_ring0", "wire=w");
	const plx_eth_conf lsc = [] { plx_eth_conf c = {}; c.intr_conf.lsc = 1; return c; }();

	ASSERT_EQ(left->run(mp, 1, 1, &lsc), 0);
	EXPECT_FALSE(left->has_link()) << "there is nobody";
	ASSERT_EQ(plx_eth_dev_callback_register(left->id, PLX_ETH_EVENT_INTR_LSC, count_event, &events), 0);
	{
		Vport right("net_ring1", "wire=w");

		expect_no_vdev(-EBUSY, "net_ring2", "wire=w", { "net_ring2", "EBUSY", "both" });
		EXPECT_TRUE(left->has_link()) << "as on a wire whose other end is plugged in";
		EXPECT_EQ(events, 1);
		ASSERT_EQ(right.run(mp), 0);
		EXPECT_TRUE(right.has_link());
		EXPECT_TRUE(send(left->id, "to the right"));
		EXPECT_EQ(receive(left->id), Strings{});
		EXPECT_EQ(receive(right.id), Strings{ "to the right" });
		EXPECT_TRUE(send(right.id, "to the left"));
		EXPECT_TRUE(send(right.id, "still"));
		EXPECT_EQ(receive(right.id), Strings{});
		EXPECT_TRUE(send(left->id, "freed by the stop"));
		ASSERT_EQ(plx_eth_dev_stop(right.id), 0);
		EXPECT_EQ(receive(left->id), (Strings{ "to the left", "still" }));
		/* Nobody hears this, until the other end comes back or both are gone. */
		EXPECT_TRUE(send(left->id, "kept"));
		ASSERT_EQ(plx_eth_dev_start(right.id), 0);
		EXPECT_EQ(receive(right.id), Strings{ "kept" });
		EXPECT_TRUE(send(left->id, "freed"));
		events = 0;
		EXPECT_EQ(plx_eth_dev_set_link_down(right.id), 0);
		EXPECT_FALSE(left->has_link());
		EXPECT_EQ(events, 1);
		EXPECT_EQ(plx_eth_dev_set_link_up(right.id), 0);
		EXPECT_TRUE(left->has_link());
		EXPECT_EQ(events, 2);
	}
	EXPECT_FALSE(left->has_link());
	EXPECT_EQ(events, 3);

	/* The free end is taken by whoever comes. */
	Vport right("net_ring3", "wire=w");

	ASSERT_EQ(right.run(mp), 0);
	left.reset();
	EXPECT_FALSE(right.has_link());
}

TEST_F(NetRing, RefusesBadArguments)
{
	const std::string name = "net_ring0";

	for (const char *args : { "nodeaction=", "nodeaction=a", "nodeaction=a:0", "nodeaction=a:0:MAKE",
			"nodeaction=:0:CREATE", "nodeaction=a:x:CREATE", "nodeaction=a:99:CREATE",
			"nodeaction=a:0:CREATE,nodeaction=b:0:CREATE", "wire=w,nodeaction=a:0:CREATE" })
		expect_no_vdev(-EINVAL, name, args, { name, "nodeaction", "EINVAL", "NAME:NODE:CREATE" });
	expect_no_vdev(-EINVAL, name, "wire=", { name, "'wire='", "a name" });
	expect_no_vdev(-EINVAL, name, "wire=a,wire=b", { name, "'wire=b'", "once" });
	expect_no_vdev(-EINVAL, name, "nodeaction=a:0:CREATE,wire=w", { name, "'wire=w'", "no nodeaction" });
	expect_no_vdev(-EINVAL, name, "peer=x", { name, "'peer'", "nodeaction, wire" });
}

/* A ring of the test. */
struct RingFree { void operator()(plx_ring *r) const { plx_ring_free(r); } };
using Ring = std::unique_ptr<plx_ring, RingFree>;

Ring
make_ring(const char *name, unsigned int flags)
{
	return Ring(plx_ring_create(name, 64, SOCKET_ID_ANY, flags));
}

TEST_F(NetRing, PortsOfTheCallersRings)
{
	Ring st = make_ring("st", RING_F_SP_ENQ | RING_F_SC_DEQ), mt = make_ring("mt", 0);
	plx_ring *const both[] = { st.get(), mt.get() }, *const one[] = { st.get() };
	const int id = plx_eth_from_rings("given", both, 2, one, 1, unsigned(SOCKET_ID_ANY));

	ASSERT_GE(id, 0);
	ASSERT_EQ(plx_eth_dev_configure(uint16_t(id), 3, 1, nullptr), -EINVAL);
	ASSERT_EQ(plx_eth_dev_configure(uint16_t(id), 2, 1, nullptr), 0);
	for (uint16_t q = 0; q < 2; q++)
		ASSERT_EQ(plx_eth_rx_queue_setup(uint16_t(id), q, 0, SOCKET_ID_ANY, nullptr, mp), 0);
	ASSERT_EQ(plx_eth_tx_queue_setup(uint16_t(id), 0, 0, SOCKET_ID_ANY, nullptr), 0);
	ASSERT_EQ(plx_eth_dev_start(uint16_t(id)), 0);
	EXPECT_TRUE(send(uint16_t(id), "around"));
	EXPECT_EQ(receive(uint16_t(id)), Strings{ "around" });
	EXPECT_EQ(plx_ring_enqueue(mt.get(), packet("from outside")), 0);
	EXPECT_EQ(plx_eth_rx_queue_count(uint16_t(id), 1), 1);
	EXPECT_EQ(receive(uint16_t(id), 1), Strings{ "from outside" });
	EXPECT_TRUE(send(uint16_t(id), "stays in the caller's ring"));
	EXPECT_EQ(plx_vdev_uninit("net_ring_given"), 0);

	void *left = nullptr;

	ASSERT_EQ(plx_ring_dequeue(st.get(), &left), 0);
	EXPECT_EQ(bytes(static_cast<plx_mbuf *>(left)), "stays in the caller's ring");

	const int loop = plx_eth_from_ring(mt.get());

	ASSERT_GE(loop, 0);
	expect_one_line(-EEXIST, { "net_ring_mt", "EEXIST" }, [&] { return plx_eth_from_ring(mt.get()); });
	EXPECT_EQ(plx_vdev_uninit("net_ring_mt"), 0);
}

TEST_F(NetRing, BadRingsAreRefused)
{
	Ring r = make_ring("r", 0);
	plx_ring *const rings[] = { r.get(), nullptr };
	const std::string long_name(80, 'n');

	auto refused = [&](const char *name, unsigned int nb_rx, unsigned int nb_tx) {
		expect_one_line(-EINVAL, { name, "EINVAL", "up to" }, [&] {
			return plx_eth_from_rings(name, rings, nb_rx, rings, nb_tx, 0);
		});
		EXPECT_EQ(plx_eth_dev_count_avail(), 0);
	};
	refused("none", 0, 0);
	refused("null", 2, 1);
	refused("null", 1, 2);
	refused("many", 1, PLX_MAX_QUEUES_PER_PORT + 1);
	refused("a,wire=w", 1, 1);
	refused(long_name.c_str(), 1, 1);
	expect_one_line(-EINVAL, { "EINVAL" }, [] {
		return plx_eth_from_rings("x", nullptr, 1, nullptr, 0, 0);
	});
}

TEST_F(NetRing, TooManyPorts)
{
	std::vector<std::unique_ptr<Vport>> ports;

	for (unsigned int i = 0; i < PLX_MAX_ETHPORTS; i++)
		ports.push_back(std::make_unique<Vport>("net_ring" + std::to_string(i)));
	expect_no_vdev(-ENOSPC, "net_ring_more", "", { "net_ring_more", "ENOSPC" });
}

TEST_F(NetRing, PortsComeAndGoWhileOthersHaveTraffic)
{
	Vport left("net_ring0", "wire=w"), right("net_ring1", "wire=w");
	std::atomic<bool> end { false };

	ASSERT_EQ(left.run(mp), 0);
	ASSERT_EQ(right.run(mp), 0);

	std::thread traffic([&] {
		plx_mbuf *pkts[32];
		unsigned int sent = 0;

		while (!end) {
			ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp, pkts, 32), 0);
			sent += plx_eth_tx_burst(left.id, 0, pkts, 32);
			ASSERT_EQ(sent % 32, 0u);
			ASSERT_EQ(plx_eth_rx_burst(right.id, 0, pkts, 32), 32);
			plx_pktmbuf_free_bulk(pkts, 32);
		}
	});
	for (int i = 0; i < 300 || right.stats().ipackets == 0; i++) {
		Vport other("net_ring2"), null("net_null0");

		EXPECT_EQ(other.run(mp, 2, 2), 0);
		EXPECT_EQ(null.run(mp), 0);
		EXPECT_TRUE(send(other.id, "left in the ring", uint16_t(i % 2)));
	}
	end = true;
	traffic.join();
	EXPECT_EQ(left.stats().opackets, right.stats().ipackets);
}

} // namespace
