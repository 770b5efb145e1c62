/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: callbacks around bursts, checks of addresses, Tx buffers. */
#include <atomic>
#include <random>

#include <plx_ptype.h>

#include "test_ethdev_toy.h"

extern "C" {
#include "../../lib/ethdev/wrap.h"
}

namespace {

class EthdevWrap : public Ethdev {
protected:
	/* @n packets of 10, 11, ... bytes. */
	std::vector<plx_mbuf *> packets(unsigned int n)
	{
		std::vector<plx_mbuf *> pkts(n);

		EXPECT_EQ(plx_pktmbuf_alloc_bulk(pool.get(), pkts.data(), n), 0);
		for (unsigned int i = 0; i < n; i++)
			plx_pktmbuf_append(pkts[i], static_cast<uint16_t>(10 + i));
		return pkts;
	}

	void TearDown() override
	{
		plx_pktmbuf_free_bulk(toy->sent.data(), static_cast<unsigned int>(toy->sent.size()));
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		Ethdev::TearDown();
	}
};

/* A callback that notes that it was called, and drops packets of @drops bytes. */
struct Noting {
	std::string name;
	std::vector<std::string> *order;
	uint16_t drops = 0;
	uint16_t port = NO_PORT, queue = 99, max = 0;
};

uint16_t
note(uint16_t port, uint16_t queue, plx_mbuf *pkts[], uint16_t nb_pkts, uint16_t max, void *arg)
{
	Noting *self = static_cast<Noting *>(arg);
	uint16_t n = 0;

	self->order->push_back(self->name);
	self->port = port;
	self->queue = queue;
	self->max = max;
	for (uint16_t i = 0; i < nb_pkts; i++) {
		if (pkts[i]->pkt_len == self->drops)
			plx_pktmbuf_free(pkts[i]);
		else
			pkts[n++] = pkts[i];
	}
	return n;
}

uint16_t
note_tx(uint16_t port, uint16_t queue, plx_mbuf *pkts[], uint16_t nb_pkts, void *arg)
{
	return note(port, queue, pkts, nb_pkts, 0, arg);
}

TEST_F(EthdevWrap, RxInOrder)
{
	std::vector<std::string> order;
	Noting a{"a", &order}, b{"b", &order}, c{"c", &order};
	auto in = packets(2);
	plx_mbuf *got[8];

	start();
	const void *direct = reinterpret_cast<const void *>(plx_eth_fp_ops[id].rx_pkt_burst);
	auto cb_a = plx_eth_add_rx_callback(id, 0, note, &a);
	auto cb_b = plx_eth_add_rx_callback(id, 0, note, &b);
	auto cb_c = plx_eth_add_first_rx_callback(id, 0, note, &c);

	ASSERT_TRUE(cb_a != nullptr && cb_b != nullptr && cb_c != nullptr);
	toy->incoming = { in[0], in[1] };
	b.drops = 11;
	ASSERT_EQ(plx_eth_rx_burst(id, 0, got, 8), 1);
	EXPECT_EQ(got[0], in[0]);
	EXPECT_EQ(order, (std::vector<std::string>{ "c", "a", "b" }));
	EXPECT_EQ(a.port, id);
	EXPECT_EQ(a.queue, 0);
	EXPECT_EQ(a.max, 8);
	order.clear();
	ASSERT_EQ(plx_eth_remove_rx_callback(id, 0, cb_a), 0);
	EXPECT_EQ(plx_eth_rx_burst(id, 0, got + 1, 7), 0);
	EXPECT_EQ(order, (std::vector<std::string>{ "c", "b" })) << "also without packets";
	ASSERT_EQ(plx_eth_remove_rx_callback(id, 0, cb_c), 0);
	ASSERT_EQ(plx_eth_remove_rx_callback(id, 0, cb_b), 0);
	EXPECT_EQ(reinterpret_cast<const void *>(plx_eth_fp_ops[id].rx_pkt_burst), direct)
		<< "straight to the driver again";
	plx_pktmbuf_free(got[0]);
}

TEST_F(EthdevWrap, OfItsQueueOnly)
{
	std::vector<std::string> order;
	Noting a{"a", &order}, b{"b", &order};
	plx_mbuf *got;

	ASSERT_EQ(plx_eth_dev_configure(id, 3, 1, nullptr), 0);
	ASSERT_NE(plx_eth_add_rx_callback(id, 2, note, &a), nullptr) << "before its set-up";
	for (uint16_t q = 0; q < 3; q++)
		ASSERT_EQ(rx_setup(q), 0);
	ASSERT_EQ(tx_setup(0), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	ASSERT_NE(plx_eth_add_rx_callback(id, 1, note, &b), nullptr) << "while it is started";
	for (uint16_t q = 0; q < 3; q++)
		EXPECT_EQ(plx_eth_rx_burst(id, q, &got, 1), 0);
	EXPECT_EQ(order, (std::vector<std::string>{ "b", "a" }));
	EXPECT_EQ(a.queue, 2);
	/* They stay over a stop and when a queue is set up anew, but not over a configure. */
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	EXPECT_EQ(plx_eth_rx_burst(id, 2, &got, 1), 0);
	ASSERT_EQ(rx_setup(2), 0);
	ASSERT_EQ(plx_eth_dev_start(id), 0);
	order.clear();
	EXPECT_EQ(plx_eth_rx_burst(id, 2, &got, 1), 0);
	EXPECT_EQ(order, std::vector<std::string>{ "a" });
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	start();
	order.clear();
	EXPECT_EQ(plx_eth_rx_burst(id, 0, &got, 1), 0);
	EXPECT_EQ(order, std::vector<std::string>{});
}

/* What was dropped is taken; what the driver leaves is the last ones, and the caller's. */
TEST_F(EthdevWrap, TxDropsAndLeaves)
{
	std::vector<std::string> order;
	Noting a{"a", &order};
	auto out = packets(5);
	const auto all = out;

	start();
	a.drops = 11;
	auto cb = plx_eth_add_tx_callback(id, 0, note_tx, &a);

	ASSERT_NE(cb, nullptr);
	toy->tx_room = 2;
	ASSERT_EQ(plx_eth_tx_burst(id, 0, out.data(), 5), 3);
	EXPECT_EQ(toy->sent, (std::vector<plx_mbuf *>{ all[0], all[2] }));
	EXPECT_EQ(out[3], all[3]);
	EXPECT_EQ(out[4], all[4]);
	toy->tx_room = 9;
	EXPECT_EQ(plx_eth_tx_burst(id, 0, out.data() + 3, 2), 2);
	ASSERT_EQ(plx_eth_remove_tx_callback(id, 0, cb), 0);
	order.clear();
	EXPECT_EQ(plx_eth_tx_burst(id, 0, nullptr, 0), 0);
	EXPECT_EQ(order, std::vector<std::string>{});
}

TEST_F(EthdevWrap, Refused)
{
	std::vector<std::string> order;
	Noting a{"a", &order};

	start();
	auto cb = plx_eth_add_rx_callback(id, 0, note, &a);
	auto expect_null = [&](int expected, uint16_t port, uint16_t queue) {
		expect_refused(-expected, {}, [&] {
			errno = 0;
			EXPECT_EQ(plx_eth_add_rx_callback(port, queue, note, &a), nullptr);
			return -errno;
		});
		expect_refused(-expected, {}, [&] {
			errno = 0;
			EXPECT_EQ(plx_eth_add_tx_callback(port, queue, note_tx, &a), nullptr);
			return -errno;
		});
	};
	expect_null(ENODEV, NO_PORT, 0);
	expect_null(EINVAL, id, 1);
	expect_refused(-ENODEV, {}, [&] { return plx_eth_remove_rx_callback(NO_PORT, 0, cb); });
	expect_refused(-EINVAL, { "queue 1" },
		[&] { return plx_eth_remove_rx_callback(id, 1, cb); });
	expect_refused(-EINVAL, { "Tx queue 0", "no such" },
		[&] { return plx_eth_remove_tx_callback(id, 0, cb); });
	EXPECT_EQ(plx_eth_remove_rx_callback(id, 0, cb), 0);
	expect_refused(-EINVAL, { "Rx queue 0", "no such" },
		[&] { return plx_eth_remove_rx_callback(id, 0, cb); });
}

uint16_t
count_calls(uint16_t, uint16_t, plx_mbuf **, uint16_t nb_pkts, uint16_t, void *arg)
{
	++*static_cast<std::atomic<unsigned int> *>(arg);
	return nb_pkts;
}

/* One thread polls, the main one adds and removes: each burst sees the one list or the other. */
TEST_F(EthdevWrap, WhileBurstsRun)
{
	std::atomic<unsigned int> calls{0}, polls{0};
	std::atomic<bool> over{false};
	auto wait_for_polls = [&](unsigned int n) {
		for (unsigned int before = polls; polls - before < n; )
			std::this_thread::yield();
	};

	start();
	run_threads(2, [&](unsigned int n) {
		plx_mbuf *got[4];

		while (n == 1 && !over) {
			EXPECT_EQ(plx_eth_rx_burst(id, 0, got, 4), 0);
			polls++;
		}
		for (int i = 0; n == 0 && i < 200; i++) {
			auto cb = plx_eth_add_rx_callback(id, 0, count_calls, &calls);
			auto cb2 = plx_eth_add_first_rx_callback(id, 0, count_calls, &calls);
			unsigned int before = calls;

			ASSERT_TRUE(cb != nullptr && cb2 != nullptr);
			while (calls == before)
				std::this_thread::yield();
			EXPECT_EQ(plx_eth_remove_rx_callback(id, 0, cb), 0);
			EXPECT_EQ(plx_eth_remove_rx_callback(id, 0, cb2), 0);
			/* The burst that may have the old list is over after two. */
			wait_for_polls(2);
			before = calls;
			wait_for_polls(2);
			EXPECT_EQ(calls, before) << "called after its removal";
		}
		if (n == 0)
			over = true;
	});
}

/* Queues that came and went leave no traces: searches end, and find what is there. */
TEST_F(EthdevWrap, MoreQueuesThanTheTableHasRoomFor)
{
	constexpr unsigned int MANY = 40 * PLX_MAX_ETHPORTS * PLX_MAX_QUEUES_PER_PORT, ALIVE = 16;
	static char queues[MANY * 8];
	wrap_queue wrap {};

	for (unsigned int i = 0; i < MANY; i++) {
		wrap_table_add(&queues[i * 8], &wrap);
		if (i >= ALIVE)
			wrap_table_remove(&queues[(i - ALIVE) * 8]);
	}
	EXPECT_EQ(wrap_table_find(&queues[0]), nullptr);
	for (unsigned int i = MANY - ALIVE; i < MANY; i++) {
		EXPECT_EQ(wrap_table_find(&queues[i * 8]), &wrap);
		wrap_table_remove(&queues[i * 8]);
		EXPECT_EQ(wrap_table_find(&queues[i * 8]), nullptr);
	}
}

/* Each port may be set up by a thread of its own. Addresses at random share places in the table. */
TEST_F(EthdevWrap, QueuesOfSeveralThreads)
{
	constexpr unsigned int THREADS = 4;
	constexpr unsigned int QUEUES = PLX_MAX_ETHPORTS * PLX_MAX_QUEUES_PER_PORT / THREADS;
	std::atomic<unsigned int> missing { 0 };

	run_threads(THREADS, [&](unsigned int thread) {
		std::mt19937_64 random(thread);
		std::vector<const void *> queues(QUEUES);
		wrap_queue wrap {};

		for (unsigned int round = 0; round < 100; round++) {
			for (const void *&queue : queues) {
				const uint64_t at = random() % (1ull << 40) * 32 + 8 * (thread + 1);

				queue = reinterpret_cast<const void *>(at);
				wrap_table_add(queue, &wrap);
			}
			for (const void *queue : queues)
				missing += wrap_table_find(queue) != &wrap;
			for (const void *queue : queues)
				wrap_table_remove(queue);
		}
	});
	EXPECT_EQ(missing, 0u);
}

/* Several ports whose bursts are wrapped at once; queues are found by their address. */
TEST_F(EthdevWrap, ManyPorts)
{
	std::vector<std::unique_ptr<Toy>> toys;
	std::vector<std::string> order;
	std::vector<Noting> notes;
	plx_mbuf *got;

	notes.reserve(10);
	for (int i = 1; i < 10; i++) {
		toys.push_back(std::make_unique<Toy>(("toy" + std::to_string(i)).c_str()));
		uint16_t p = toys.back()->id;

		notes.push_back({ std::to_string(p), &order });
		ASSERT_EQ(plx_eth_dev_configure(p, 4, 0, nullptr), 0);
		for (uint16_t q = 0; q < 4; q++)
			ASSERT_EQ(plx_eth_rx_queue_setup(p, q, 0, SOCKET_ID_ANY, nullptr,
				pool.get()), 0);
		ASSERT_EQ(plx_eth_dev_start(p), 0);
		ASSERT_NE(plx_eth_add_rx_callback(p, 3, note, &notes.back()), nullptr);
	}
	for (size_t i = 0; i < toys.size(); i += 2)
		toys[i].reset();
	for (size_t i = 1; i < toys.size(); i += 2) {
		order.clear();
		EXPECT_EQ(plx_eth_rx_burst(toys[i]->id, 3, &got, 1), 0);
		EXPECT_EQ(order, std::vector<std::string>{ std::to_string(toys[i]->id) });
	}
}

/* The device reaches all but one address. */
int
check_dma(const plx_eth_dev *dev, const char *queue, uint64_t iova, size_t len, int device_writes)
{
	const Toy *toy = *static_cast<Toy *const *>(dev->dev_private);

	EXPECT_STREQ(queue, device_writes ? "Rx queue 0" : "Tx queue 0");
	return iova <= toy->unreachable && toy->unreachable < iova + len ? -EFAULT : 0;
}

TEST_F(EthdevWrap, TxThatTheDeviceCantReach)
{
	auto out = packets(4);
	const auto all = out;
	plx_mbuf *tail = plx_pktmbuf_alloc(pool.get());
	plx_eth_stats stats;

	toy->dev->dma_check = check_dma;
	start();
	plx_pktmbuf_append(tail, 100);
	ASSERT_EQ(plx_pktmbuf_chain(out[1], tail), 0);
	toy->unreachable = plx_pktmbuf_iova_offset(tail, 99);
	toy->tx_room = 2;
	EXPECT_EQ(plx_eth_tx_burst(id, 0, out.data(), 4), 3);
	EXPECT_EQ(toy->sent, (std::vector<plx_mbuf *>{ all[0], all[2] }));
	EXPECT_EQ(out[3], all[3]);
	ASSERT_EQ(plx_eth_stats_get(id, &stats), 0);
	EXPECT_EQ(stats.oerrors, 1u);
	ASSERT_EQ(plx_eth_stats_reset(id), 0);
	ASSERT_EQ(plx_eth_stats_get(id, &stats), 0);
	EXPECT_EQ(stats.oerrors, 0u);
	plx_pktmbuf_free(out[3]);
}

TEST_F(EthdevWrap, AnRxPoolThatTheDeviceCantReach)
{
	plx_mbuf *m = plx_pktmbuf_alloc(pool.get());

	toy->dev->dma_check = check_dma;
	set_up();
	toy->unreachable = plx_mem_iova(static_cast<char *>(m->buf_addr) + m->buf_len - 1);
	plx_pktmbuf_free(m);
	expect_refused(-EFAULT, { "Rx queue 0", "EFAULT" }, [&] { return rx_setup(0); });
	EXPECT_EQ(toy->calls, Calls{}) << "the queue that was there is there";
	EXPECT_EQ(plx_eth_dev_start(id), 0);
}

TEST_F(EthdevWrap, PacketTypesInSoftware)
{
	plx_mbuf *m = packets(1)[0], *known = packets(1)[0], *got[2];
	uint8_t *data = reinterpret_cast<uint8_t *>(plx_pktmbuf_append(m, 60));

	start();
	ASSERT_NE(plx_eth_add_rx_callback(id, 0, plx_eth_rx_ptype_callback, nullptr), nullptr);
	data = plx_pktmbuf_mtod(m, uint8_t *);
	memset(data, 0, m->data_len);
	data[12] = 0x08;
	data[14] = 0x45;
	data[23] = 17;
	m->packet_type = 0;
	known->packet_type = PLX_PTYPE_L2_ETHER_LLDP;
	toy->incoming = { m, known };
	ASSERT_EQ(plx_eth_rx_burst(id, 0, got, 2), 2);
	EXPECT_EQ(m->packet_type, static_cast<uint32_t>(PLX_PTYPE_L2_ETHER | PLX_PTYPE_L3_IPV4 |
		PLX_PTYPE_L4_UDP));
	EXPECT_EQ(known->packet_type, static_cast<uint32_t>(PLX_PTYPE_L2_ETHER_LLDP));
	plx_pktmbuf_free_bulk(got, 2);
}

TEST_F(EthdevWrap, TxBuffer)
{
	alignas(8) char memory[PLX_ETH_TX_BUFFER_SIZE(4)];
	auto *buffer = reinterpret_cast<plx_eth_dev_tx_buffer *>(memory);
	auto out = packets(7);
	uint64_t lost = 0;

	start();
	EXPECT_EQ(plx_eth_tx_buffer_init(nullptr, 4), -EINVAL);
	EXPECT_EQ(plx_eth_tx_buffer_init(buffer, 0), -EINVAL);
	ASSERT_EQ(plx_eth_tx_buffer_init(buffer, 4), 0);
	EXPECT_EQ(plx_eth_tx_buffer_set_err_callback(buffer, nullptr, nullptr), -EINVAL);
	EXPECT_EQ(plx_eth_tx_buffer_set_err_callback(nullptr, nullptr, nullptr), -EINVAL);
	EXPECT_EQ(plx_eth_tx_buffer_flush(id, 0, buffer), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(plx_eth_tx_buffer(id, 0, buffer, out[static_cast<size_t>(i)]), 0);
	EXPECT_EQ(toy->sent.size(), 0u);
	EXPECT_EQ(plx_eth_tx_buffer(id, 0, buffer, out[3]), 4);
	EXPECT_EQ(toy->sent.size(), 4u);
	toy->tx_room = 1;
	EXPECT_EQ(plx_eth_tx_buffer(id, 0, buffer, out[4]), 0);
	EXPECT_EQ(plx_eth_tx_buffer(id, 0, buffer, out[5]), 0);
	EXPECT_EQ(plx_eth_tx_buffer_flush(id, 0, buffer), 1) << "the other one is dropped";
	ASSERT_EQ(plx_eth_tx_buffer_set_err_callback(buffer, plx_eth_tx_buffer_count_callback, &lost),
		0);
	EXPECT_EQ(plx_eth_tx_buffer(id, 0, buffer, out[6]), 0);
	EXPECT_EQ(plx_eth_tx_buffer_flush(id, 0, buffer), 0);
	EXPECT_EQ(lost, 1u);
}

} // namespace
