/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio_user, with a vhost-user peer that the test plays; when a port is gone nothing is left. */
#include <chrono>

#include <dirent.h>
#include <fcntl.h>

#include <plx_bus_vdev.h>
#include <plx_malloc.h>

#include "eal_env.h"
#include "test_pool.h"
#include "test_vhost_peer.h"

namespace {

constexpr uint16_t DESC = 64;
const std::string PATH = "/tmp/plx-test-vhost." + std::to_string(getpid());

size_t
open_files()
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(dir) != nullptr)
		n++;
	closedir(dir);
	return n;
}

class VirtioUser : public testing::TestWithParam<uint64_t> {
protected:
	void SetUp() override
	{
		plx_epoll_event event;

		/* The thread's set of files is there from now on. */
		ASSERT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 0), 0);
		files_ = open_files();
		heap_ = heap_bytes_in_use();
		pool.reset(plx_pktmbuf_pool_create("virtio user", 1023, 0, 0,
			PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
		peer.features |= GetParam();
	}

	void TearDown() override
	{
		EXPECT_EQ(port != PLX_MAX_ETHPORTS ? plx_vdev_uninit("net_virtio_user0") : 0, 0);
		peer.stop();
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
		EXPECT_EQ(open_files(), files_);
		EXPECT_NE(access(PATH.c_str(), F_OK), 0) << "the socket is left";
	}

	bool packed() const { return GetParam() & PACKED; }

	int probe(const std::string &args = "")
	{
		int ret = plx_vdev_init("net_virtio_user0", ("path=" + PATH + ",packed_vq=" +
			(packed() ? "1" : "0") + args).c_str());

		return ret == 0 ? plx_eth_dev_get_port_by_name("net_virtio_user0", &port) : ret;
	}

	/* What is logged by a probe that is refused: one line. */
	std::string refused(int error, const std::string &args = "")
	{
		testing::internal::CaptureStderr();
		EXPECT_EQ(probe(args), error) << args;

		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find("net_virtio_user0"), log.npos) << log;
		return log;
	}

	void set_up(uint16_t pairs = 1, bool rxq = false)
	{
		plx_eth_conf conf {};

		conf.intr_conf.lsc = !rxq;
		conf.intr_conf.rxq = rxq;
		ASSERT_EQ(plx_eth_dev_configure(port, pairs, pairs, &conf), 0);
		for (uint16_t i = 0; i < pairs; i++) {
			ASSERT_EQ(plx_eth_rx_queue_setup(port, i, DESC, SOCKET_ID_ANY, nullptr,
				pool.get()), 0);
			ASSERT_EQ(plx_eth_tx_queue_setup(port, i, DESC, SOCKET_ID_ANY, nullptr), 0);
		}
	}

	void run(uint16_t pairs = 1)
	{
		peer.start(PATH);
		ASSERT_EQ(probe(",queues=" + std::to_string(pairs)), 0);
		set_up(pairs);
		ASSERT_EQ(plx_eth_dev_start(port), 0);
		ASSERT_TRUE(peer.running(2u * pairs));
	}

	/* Packets in and out again through pair @pair, by what the peer has mapped. */
	void forward(uint16_t pair, unsigned int n)
	{
		for (unsigned int i = 0; i < n; i++) {
			const std::string packet = "packet number " + std::to_string(i);
			plx_mbuf *m = nullptr;

			{
				std::lock_guard<std::mutex> lock(peer.mutex);

				peer.vrings.at(2 * pair).ring->receive(packet);
			}
			ASSERT_EQ(plx_eth_rx_burst(port, pair, &m, 1), 1);
			ASSERT_EQ(plx_eth_tx_burst(port, pair, &m, 1), 1);

			std::lock_guard<std::mutex> lock(peer.mutex);
			RingDevice &tx = *peer.vrings.at(2 * pair + 1).ring;
			const uint16_t id = tx.take();
			const Piece d = tx.chain(id)[0];
			const void *there = peer.translate(d.addr, d.len);

			ASSERT_NE(there, nullptr) << "the peer does not have that memory";
			ASSERT_EQ(std::string(static_cast<const char *>(there), d.len),
				std::string(12, 0) + packet);
			tx.use(id, 0);
		}
	}

	bool link() const
	{
		plx_eth_link l {};

		EXPECT_EQ(plx_eth_link_get_nowait(port, &l), 0);
		return l.link_status;
	}

	/* Without the peer's lock, for the driver may wait for the peer meanwhile. */
	bool await_link(bool up) const
	{
		int left = 2000;

		for (; link() != up && left > 0; left--)
			poll(nullptr, 0, 5);
		return left > 0;
	}

	VhostPeer peer;
	Pool pool;
	uint16_t port = PLX_MAX_ETHPORTS;

private:
	size_t files_ = 0, heap_ = 0;
};

TEST_P(VirtioUser, PacketsBothWays)
{
	run(2);
	EXPECT_TRUE(link());
	EXPECT_EQ((peer.accepted & PACKED) != 0, packed());
	EXPECT_NE(peer.accepted & VIRTIO_BIT(30), 0u);
	for (int i = 0; i < 3; i++) {
		forward(0, 200);
		forward(1, 200);
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
		EXPECT_FALSE(link());
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		EXPECT_TRUE(peer.running(0)) << "it was stopped before memory is used again";
		ASSERT_EQ(plx_eth_dev_start(port), 0);
		ASSERT_TRUE(peer.running(4));
	}
	EXPECT_EQ(peer.connections, 1u);
}

TEST_P(VirtioUser, Address)
{
	plx_ether_addr mac;

	peer.start(PATH);
	ASSERT_EQ(probe(",mac=02:11:22:33:44:55"), 0);
	ASSERT_EQ(plx_eth_macaddr_get(port, &mac), 0);
	EXPECT_EQ(memcmp(&mac, "\x02\x11\x22\x33\x44\x55", 6), 0);
}

/* There is nobody who could filter. */
TEST_P(VirtioUser, ReceivesAll)
{
	run();
	EXPECT_EQ(plx_eth_promiscuous_enable(port), 0);
	EXPECT_EQ(plx_eth_promiscuous_disable(port), -ENOTSUP);
	EXPECT_EQ(plx_eth_allmulticast_enable(port), 0);
	forward(0, 1);
}

TEST_P(VirtioUser, WithoutProtocolFeatures)
{
	peer.features &= ~(VIRTIO_BIT(30) | VIRTIO_BIT(VIRTIO_NET_F_MQ));
	peer.start(PATH);
	EXPECT_NE(refused(-ENOTSUP, ",queues=2").find("1 pairs of queues"), std::string::npos);
	ASSERT_EQ(probe(), 0);
}

/* Memory that comes is the peer's before the program has it, and what goes was taken from it. */
TEST_P(VirtioUser, MemoryComesAndGoes)
{
	run();

	const unsigned int tables = peer.tables;
	Pool more(plx_pktmbuf_pool_create("more", 100000, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
		SOCKET_ID_ANY));

	ASSERT_NE(more, nullptr);
	EXPECT_GT(peer.tables, tables);

	plx_mbuf *m = plx_pktmbuf_alloc(more.get());

	ASSERT_NE(m, nullptr);
	EXPECT_NE(peer.translate(uintptr_t(m->buf_addr), m->buf_len), nullptr);

	const uint64_t addr = uintptr_t(m->buf_addr);

	plx_pktmbuf_free(m);
	forward(0, 100);
	more.reset();
	plx_mem_trim();
	EXPECT_EQ(peer.translate(addr, 1), nullptr);
	forward(0, 100);
}

TEST_P(VirtioUser, MoreMemoryThanThePeerTakes)
{
	std::vector<void *> pieces;

	run();
	testing::internal::CaptureStderr();
	for (unsigned int i = 0; i < 20; i++) {
		void *p = plx_malloc("a region each", 40u << 20, 0);

		if (p == nullptr)
			break;
		pieces.push_back(p);
	}
	EXPECT_LT(pieces.size(), 20u);
	EXPECT_NE(testing::internal::GetCapturedStderr().find("8 regions"), std::string::npos);
	forward(0, 10);
	for (void *p : pieces)
		plx_free(p);
	plx_mem_trim();
}

TEST_P(VirtioUser, PeerDiesAndReturns)
{
	struct Events { std::atomic<unsigned int> lsc { 0 }, reset { 0 }; } events;
	const auto on_event = [](uint16_t, plx_eth_event_type event, void *arg, void *) {
		Events *e = static_cast<Events *>(arg);

		(event == PLX_ETH_EVENT_INTR_LSC ? e->lsc : e->reset)++;
		return 0;
	};

	run();
	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_LSC, on_event, &events), 0);
	ASSERT_EQ(plx_eth_dev_callback_register(port, PLX_ETH_EVENT_INTR_RESET, on_event, &events), 0);
	forward(0, 100);
	peer.stop();
	ASSERT_TRUE(peer.await([&] { return events.lsc == 1; }));
	EXPECT_FALSE(link());

	/* The port goes on without it: what is sent waits, or is refused when the ring is full. */
	plx_mbuf *m = plx_pktmbuf_alloc(pool.get()), *none;

	ASSERT_NE(m, nullptr);
	ASSERT_NE(plx_pktmbuf_append(m, 60), nullptr);
	ASSERT_EQ(plx_eth_tx_burst(port, 0, &m, 1), 1);
	EXPECT_EQ(plx_eth_rx_burst(port, 0, &none, 1), 0);

	peer.start(PATH);
	if (packed()) {
		/* Only the one that is gone knew how far it was. */
		ASSERT_TRUE(peer.await([&] { return events.reset == 1; }));
		EXPECT_FALSE(link());
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
		ASSERT_EQ(plx_eth_dev_start(port), 0);
	} else {
		ASSERT_TRUE(peer.await([&] { return events.lsc == 2; }));
	}
	EXPECT_TRUE(await_link(true));
	ASSERT_TRUE(peer.running(2));
	if (!packed()) {
		/* What waited is there. */
		std::lock_guard<std::mutex> lock(peer.mutex);
		RingDevice &tx = *peer.vrings.at(1).ring;

		ASSERT_EQ(tx.available(), 1u);
		tx.use(tx.take(), 0);
	}
	forward(0, 300);
	EXPECT_EQ(peer.connections, 2u);
}

TEST_P(VirtioUser, StartWithoutAPeer)
{
	peer.start(PATH);
	ASSERT_EQ(probe(), 0);
	set_up();
	peer.stop();
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_FALSE(link());
	peer.start(PATH);
	EXPECT_TRUE(await_link(true));
	ASSERT_TRUE(peer.running(2));
	forward(0, 100);
}

/* What is sent as soon as there is a link is not lost. */
TEST_P(VirtioUser, NoLinkBeforeThePeerIsReady)
{
	peer.slow = true;
	run();
	EXPECT_TRUE(peer.ready);
	EXPECT_TRUE(link());
}

TEST_P(VirtioUser, Server)
{
	peer.start(PATH, true);
	ASSERT_EQ(probe(",server=1"), 0);
	set_up();
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	ASSERT_TRUE(peer.running(2));
	forward(0, 100);
}

TEST_P(VirtioUser, NobodyIsThere)
{
	EXPECT_NE(refused(-ECONNREFUSED).find("server=1"), std::string::npos);
	EXPECT_NE(refused(-ENOENT, ",server=1,path=/nonexistent/socket").find("/nonexistent"),
		std::string::npos);
}

TEST_P(VirtioUser, NothingInCommon)
{
	peer.features &= ~VIRTIO_BIT(VIRTIO_F_VERSION_1);
	peer.start(PATH);

	const std::string log = refused(-ENOTSUP);

	EXPECT_NE(log.find("features"), log.npos) << log;
	EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST_P(VirtioUser, TooFewQueues)
{
	peer.pairs = 1;
	peer.start(PATH);
	EXPECT_NE(refused(-ENOTSUP, ",queues=2").find("1 pairs"), std::string::npos);
}

TEST_P(VirtioUser, Garbage)
{
	const uint32_t bad[][3] = { { 0xdeadbeef, 5, 8 }, { GET_FEATURES, 1, 8 },
		{ GET_FEATURES, 6, 8 }, { GET_FEATURES, 5, 0 }, { GET_FEATURES, 5, UINT32_MAX } };

	peer.garbage_on = GET_FEATURES;
	for (const auto &header : bad) {
		memcpy(peer.garbage, header, sizeof(header));
		peer.start(PATH);
		EXPECT_NE(refused(-EPROTO).find("EPROTO"), std::string::npos);
		peer.stop();
	}
}

/* In the middle of a start: no link, one line, and a start when it behaves again. */
TEST_P(VirtioUser, GarbageLater)
{
	peer.start(PATH);
	ASSERT_EQ(probe(), 0);
	set_up();
	for (uint32_t request : { SET_FEATURES, SET_MEM_TABLE, SET_VRING_ADDR, SET_VRING_ENABLE,
			SET_STATUS }) {
		(request % 2 ? peer.garbage_on : peer.refuses) = request;
		ASSERT_EQ(plx_eth_dev_start(port), 0);
		EXPECT_FALSE(link());
		peer.garbage_on = peer.refuses = 0;
		EXPECT_TRUE(packed() || await_link(true)) << "it is told again";
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
		ASSERT_EQ(plx_eth_dev_start(port), 0);
		ASSERT_TRUE(await_link(true));
		ASSERT_TRUE(peer.running(2));
		forward(0, 10);
		ASSERT_EQ(plx_eth_dev_stop(port), 0);
	}
}

/* A peer that hangs: no call takes for ever. */
TEST_P(VirtioUser, Silence)
{
	const auto begin = std::chrono::steady_clock::now();

	peer.silent_on = GET_FEATURES;
	peer.start(PATH);
	EXPECT_NE(refused(-ETIMEDOUT).find("ETIMEDOUT"), std::string::npos);
	peer.silent_on = 0;
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	ASSERT_TRUE(peer.running(2));
	peer.silent_on = GET_VRING_BASE;
	EXPECT_EQ(plx_eth_dev_stop(port), -ETIMEDOUT);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
	peer.silent_on = 0;
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_TRUE(await_link(true));
	ASSERT_TRUE(peer.running(2));
	forward(0, 10);
	EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST_P(VirtioUser, SingleQueues)
{
	peer.features |= VIRTIO_BIT(VIRTIO_F_RING_RESET);
	run(2);
	EXPECT_NE(peer.accepted & VIRTIO_BIT(VIRTIO_F_RING_RESET), 0u);
	forward(1, 10);
	ASSERT_EQ(plx_eth_dev_rx_queue_stop(port, 1), 0);
	EXPECT_TRUE(peer.running(3));
	forward(0, 10);
	ASSERT_EQ(plx_eth_dev_rx_queue_start(port, 1), 0);
	ASSERT_TRUE(peer.running(4));
	forward(1, 10);
}

/* DPDK's can't: it takes the device from its program when one ring is stopped. */
TEST_P(VirtioUser, SingleQueuesNeedAPeerThatCan)
{
	run(2);
	EXPECT_EQ(plx_eth_dev_rx_queue_stop(port, 1), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_tx_queue_stop(port, 1), -ENOTSUP);
	EXPECT_TRUE(peer.running(4));
	forward(1, 10);
}

TEST_P(VirtioUser, RxInterrupt)
{
	peer.start(PATH);
	ASSERT_EQ(probe(), 0);
	set_up(1, true);
	ASSERT_EQ(plx_eth_dev_start(port), 0);
	ASSERT_TRUE(peer.running(2));
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, this), 0);
	ASSERT_EQ(plx_eth_dev_rx_intr_enable(port, 0), 0);
	{
		std::lock_guard<std::mutex> lock(peer.mutex);
		VhostPeer::Vring &v = peer.vrings.at(0);

		v.ring->receive("a packet that wakes somebody");
		ASSERT_TRUE(v.ring->interrupts());
		ASSERT_EQ(eventfd_write(v.call, 1), 0);
	}

	plx_epoll_event event;
	plx_mbuf *m;

	ASSERT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &event, 1, 10000), 1);
	EXPECT_EQ(event.epdata.data, this);
	ASSERT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 1);
	plx_pktmbuf_free(m);
	ASSERT_EQ(plx_eth_dev_rx_intr_ctl_q(port, 0, PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, nullptr),
		0);
}

TEST_P(VirtioUser, ExternalBuffers)
{
	const PinnedPool pinned(63);

	peer.start(PATH);
	ASSERT_EQ(probe(), 0);
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, pinned.get()),
		-ENOTSUP);
}

TEST_P(VirtioUser, Arguments)
{
	for (const char *bad : { ",queues=0", ",queues=100000", ",queue_size=100", ",queue_size=8",
			",queue_size=65536", ",server=2", ",mac=1:2", ",mac=01:00:00:00:00:01",
			",mac=02:00:00:00:00:01x", ",packed_vq=x", ",mrg_rxbuf=2", ",in_order=-1",
			",nonsense=1", ",path=" })
		refused(-EINVAL, bad);

	testing::internal::CaptureStderr();
	EXPECT_EQ(plx_vdev_init("net_virtio_user0", ""), -EINVAL);
	EXPECT_NE(testing::internal::GetCapturedStderr().find("path="), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioUser, all_rings(), ring_name);

} // namespace
