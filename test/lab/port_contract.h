/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_PORT_CONTRACT_H
#define TEST_PORT_CONTRACT_H
/*
 * What the tests of the port contract stand on: the ports of this run, a fixture that leaves each
 * test's ports stopped and its pools full, and ways to send and to wait. How to run it:
 * port_contract.cc.
 */
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <plx_ethdev.h>

#include "port_frames.h"

namespace contract {

/* Who hears what a port sends: nobody, itself, or the other one of two. */
enum class Wire { NONE, SELF, PAIR };

/* What the command line says of the ports, and they can't say themselves. */
struct Options {
	Wire wire = Wire::PAIR;
	/* the port takes what is for it only, unless it is promiscuous */
	bool filters = true;
	/* frames wait on it for a port that has no room, also for a stopped one */
	bool buffered_wire = false;
	/*
	 * What a device model may lack although its driver has it, since the real device has:
	 * --lacks.
	 */
	bool rx_checksums = true;	/* to say of a packet whether they are right */
	bool rss = true;		/* to spread packets */
	bool tso_last_flags = true;	/* FIN and PSH in the last segment */
	bool oversize_count = true;	/* to count frames that it drops as too long */
	bool empty_vlan_filter = true;	/* a reset leaves no VLAN in the filter, not all */
	bool all_multicast = true;	/* to take all groups */
	bool own_vlans = true;		/* all VLANs without a filter, tags without strip */
	bool link_interrupts = true;
	bool uneven_queues = true;	/* more Tx than Rx queues without RSS */
	bool byte_counts = true;
	std::string kernel_nic;		/* interface of the kernel on the same wire, "" for none */
	unsigned int restarts = 1000;
};
extern Options options;

/* What a port that was sent so many bytes, or received them, tells. */
inline uint64_t
counted(size_t bytes)
{
	return options.byte_counts ? bytes : 0;
}

/* Until @done(), for 20 s at most. */
template <typename F> bool
await(F done)
{
	const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);

	while (!done())
		if (std::chrono::steady_clock::now() > deadline)
			return false;
	return true;
}

/* How a port is to be configured; what is 0 is the driver's choice. */
struct Config {
	uint16_t rx_queues = 1, tx_queues = 1;
	uint16_t rx_desc = 0, tx_desc = 0;
	plx_eth_conf conf {};
	plx_eth_rxconf rxconf {};
	plx_eth_txconf txconf {};
	/* Rx queue i takes that of i modulo their number; none: the test's */
	std::vector<plx_mempool *> pools;
};

/* A packet as it was received. */
struct Packet {
	Bytes data;
	uint64_t ol_flags;
	uint32_t packet_type, hash;
	uint16_t vlan_tci, queue, segments;
};

class Port {
public:
	explicit Port(uint16_t port_id) : id(port_id) {}

	plx_eth_dev_info info() const;
	plx_ether_addr mac() const;
	plx_eth_stats stats() const;
	bool link_is(bool up) const;
	/* Configure, and make all queues. Return: 0, or the errno of the first call that failed. */
	int set_up(const Config &setup, plx_mempool *pool);
	/* The device's name, as "0000:01:00.0". */
	std::string name() const;

	const uint16_t id;
	uint16_t rx_queues = 0, tx_queues = 0;	/* of the last set_up() */
};

/* Those of this run: as many as the wire has ends. */
extern std::vector<Port> ports;

/* @n Rx or Tx descriptors rounded up to what @lim allows. */
uint16_t round_desc(const plx_eth_desc_lim &lim, unsigned int n);

/* The NIC of that PCI address has its wire plugged in, or out; false if this is not the lab. */
bool set_wire(const std::string &bdf, bool plugged);

class Contract : public testing::Test {
protected:
	Contract();
	void SetUp() override;
	void TearDown() override;

	/* A pool that goes with the test, which fails if an mbuf is missing then. */
	plx_mempool *make_pool(unsigned int n, uint16_t data_room = PLX_MBUF_DEFAULT_BUF_SIZE,
		uint16_t priv_size = 0);
	/* The frame as a packet of @segments mbufs of about the same length. */
	static plx_mbuf *make_packet(plx_mempool *pool, const Bytes &frame,
		unsigned int segments = 1);

	/*
	 * Start both ends of the wire and wait for their links; one that hears itself gets both
	 * set-ups.
	 */
	void start(const Config &sender = {}, const Config &receiver = {});
	void start_one(Port &port, const Config &setup = {});
	void stop();

	/* Give all to the sender, each to queue @queue. */
	void send(std::vector<plx_mbuf *> packets, uint16_t queue = 0);
	/* Send, never many at once, and receive until nothing is missing of as many. */
	std::vector<Packet> exchange(const std::vector<plx_mbuf *> &packets, uint16_t queue = 0);
	std::vector<Packet> exchange(const std::vector<Bytes> &frames);
	/* Send, and see it arrive if anybody hears it. */
	void transfer(const std::vector<Bytes> &frames);
	/* Receive what is ours until there are @n packets, or time is up, which fails. */
	std::vector<Packet> receive(size_t n);
	/* Add what has come to @packets. */
	void poll(std::vector<Packet> &packets);
	/*
	 * Send @frame, and behind it one that must arrive: the number of packets before that. A
	 * wire keeps the order, so what has not come then was dropped.
	 */
	size_t arrive(const Bytes &frame);

	/* What the sender sends to the receiver. */
	Bytes frame(size_t len) { return plain_frame(rx.mac(), tx.mac(), len, ++seed); }
	std::vector<Bytes> frames(size_t n, size_t len);
	/* Each of @sent has come, once and in order. */
	static void expect_same(const std::vector<Bytes> &sent,
		const std::vector<Packet> &received);

	plx_mempool *pool = nullptr;
	Port &tx, &rx;			/* one and the same with Wire::SELF and NONE */
	uint32_t seed = 0;
	size_t foreign = 0;		/* packets received that were not ours */

private:
	void start_port(Port &port);

	std::vector<plx_mempool *> pools;
};

#define NEED(condition, reason) do { \
	if (!(condition)) \
		GTEST_SKIP() << reason; \
} while (0)
/* Without any offload there is nothing to prepare, and nobody who refuses. */
#define NEED_PREPARE() NEED((tx.info().tx_offload_capa & ~(PLX_ETH_TX_OFFLOAD_MULTI_SEGS | \
	PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)) != 0, "no Tx offloads")
#define NEED_WIRE() NEED(options.wire != Wire::NONE, "nobody hears what this port sends")

} // namespace contract
#endif
