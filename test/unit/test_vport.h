/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VPORT_H
#define TEST_VPORT_H
/* For tests of software ports: ports that are made and go with the test, and packets. */
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plx_bus_vdev.h>
#include <plx_ethdev.h>

#include "eal_env.h"

/* A port of --vdev. Its device is gone at the end. */
class Vport {
public:
	Vport(const std::string &name, const std::string &args = "") : name_(name)
	{
		EXPECT_EQ(plx_vdev_init(name.c_str(), args.c_str()), 0);
		EXPECT_EQ(plx_eth_dev_get_port_by_name(name.c_str(), &id), 0);
	}
	Vport(const Vport &) = delete;
	~Vport() { EXPECT_EQ(plx_vdev_uninit(name_.c_str()), 0); }

	int set_up(plx_mempool *mp, uint16_t nb_rx = 1, uint16_t nb_tx = 1,
		const plx_eth_conf *conf = nullptr)
	{
		int ret = plx_eth_dev_configure(id, nb_rx, nb_tx, conf);

		for (uint16_t q = 0; q < nb_rx && ret == 0; q++)
			ret = plx_eth_rx_queue_setup(id, q, 0, SOCKET_ID_ANY, nullptr, mp);
		for (uint16_t q = 0; q < nb_tx && ret == 0; q++)
			ret = plx_eth_tx_queue_setup(id, q, 0, SOCKET_ID_ANY, nullptr);
		return ret;
	}

	int run(plx_mempool *mp, uint16_t nb_rx = 1, uint16_t nb_tx = 1,
		const plx_eth_conf *conf = nullptr)
	{
		int ret = set_up(mp, nb_rx, nb_tx, conf);

		return ret == 0 ? plx_eth_dev_start(id) : ret;
	}

	plx_eth_stats stats() const
	{
		plx_eth_stats s = {};

		EXPECT_EQ(plx_eth_stats_get(id, &s), 0);
		return s;
	}

	bool has_link() const
	{
		plx_eth_link link = {};

		EXPECT_EQ(plx_eth_link_get_nowait(id, &link), 0);
		return link.link_status != 0;
	}

	uint16_t id = 0;

private:
	std::string name_;
};

/* A pool of mbufs; at the end of each test none may be missing, and nothing left in the heap. */
class VportTest : public testing::Test {
protected:
	static constexpr unsigned int NB_MBUFS = 4095;

	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		mp = plx_pktmbuf_pool_create("vport", NB_MBUFS, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
			SOCKET_ID_ANY);
		ASSERT_NE(mp, nullptr);
	}

	void TearDown() override
	{
		EXPECT_EQ(plx_eth_dev_count_avail(), 0);
		EXPECT_EQ(plx_mempool_avail_count(mp), NB_MBUFS);
		plx_mempool_free(mp);
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	/* A packet of those bytes. */
	plx_mbuf *packet(const std::string &bytes, unsigned int segments = 1)
	{
		plx_mbuf *head = nullptr;

		for (unsigned int i = 0; i < segments; i++) {
			size_t from = bytes.size() * i / segments, to = bytes.size() * (i + 1) / segments;
			plx_mbuf *m = plx_pktmbuf_alloc(mp);

			if (m == nullptr || to - from > plx_pktmbuf_tailroom(m)) {
				ADD_FAILURE() << "no mbuf for " << to - from << " bytes";
				plx_pktmbuf_free(m);
				return head;
			}
			bytes.copy(plx_pktmbuf_append(m, uint16_t(to - from)), to - from, from);
			if (head == nullptr)
				head = m;
			else
				EXPECT_EQ(plx_pktmbuf_chain(head, m), 0);
		}
		return head;
	}

	/* The bytes of a packet, which is freed. */
	static std::string bytes(plx_mbuf *m)
	{
		std::string s;
		const char *reason = "";

		EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
		for (const plx_mbuf *seg = m; seg != nullptr; seg = seg->next)
			s.append(plx_pktmbuf_mtod(seg, const char *), seg->data_len);
		plx_pktmbuf_free(m);
		return s;
	}

	/* Send one packet of those bytes. Was it taken? */
	bool send(uint16_t port, const std::string &data, uint16_t queue = 0, unsigned int segments = 1)
	{
		plx_mbuf *m = packet(data, segments);

		if (plx_eth_tx_burst(port, queue, &m, 1) == 1)
			return true;
		plx_pktmbuf_free(m);
		return false;
	}

	/* What has come, up to @max packets. */
	std::vector<std::string> receive(uint16_t port, uint16_t queue = 0, uint16_t max = 64)
	{
		std::vector<plx_mbuf *> pkts(max);
		std::vector<std::string> all;
		uint16_t n = plx_eth_rx_burst(port, queue, pkts.data(), max);

		for (uint16_t i = 0; i < n; i++) {
			EXPECT_EQ(pkts[i]->port, port);
			all.push_back(bytes(pkts[i]));
		}
		return all;
	}

	plx_mempool *mp = nullptr;

private:
	size_t heap_ = 0;
};

using Strings = std::vector<std::string>;

/* What @fn logs while it must return @expected: one line, with each of @words in it. */
inline void
expect_one_line(int expected, const Strings &words, const std::function<int()> &fn)
{
	testing::internal::CaptureStderr();

	int ret = fn();
	std::string err = testing::internal::GetCapturedStderr();

	EXPECT_EQ(ret, expected) << err;
	EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
	for (const auto &word : words)
		EXPECT_NE(err.find(word), std::string::npos) << word << " is not in: " << err;
}

/* A device that is refused: with one line, and nothing left. */
inline void
expect_no_vdev(int expected, const std::string &name, const std::string &args, const Strings &words)
{
	const size_t heap = heap_bytes_in_use();
	const uint16_t ports = plx_eth_dev_count_avail();

	expect_one_line(expected, words, [&] { return plx_vdev_init(name.c_str(), args.c_str()); });
	EXPECT_EQ(plx_vdev_uninit(name.c_str()), -ENOENT);
	EXPECT_EQ(plx_eth_dev_count_avail(), ports);
	EXPECT_EQ(heap_bytes_in_use(), heap);
}

#endif
