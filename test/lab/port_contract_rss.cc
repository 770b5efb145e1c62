/* SPDX-License-Identifier: BSD-3-Clause */
/* The port contract: packets are spread over Rx queues by their flows. */
#include "port_contract.h"

#include <algorithm>
#include <map>
#include <set>

namespace contract {

namespace {

class Rss : public Contract {
protected:
	static constexpr size_t FLOWS = 64;

	void SetUp() override
	{
		Contract::SetUp();
		info = rx.info();
		NEED_WIRE();
		NEED(info.flow_type_rss_offloads != 0, "no RSS");
		NEED(info.max_rx_queues > 1, "one queue");
		NEED(options.rss, "this model of the device does not spread packets");
		queues = std::min(info.max_rx_queues, uint16_t(4));
		for (uint8_t i = 0; i < info.hash_key_size; i++)
			key.push_back(uint8_t(i * 73 + 41));
	}

	void start_with(uint64_t rss_hf)
	{
		Config receiver;

		receiver.rx_queues = queues;
		receiver.rx_desc = round_desc(info.rx_desc_lim, 64);
		receiver.conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
		receiver.conf.rxmode.offloads = info.rx_offload_capa & PLX_ETH_RX_OFFLOAD_RSS_HASH;
		receiver.conf.rx_adv_conf.rss_conf = { key.data(), uint8_t(key.size()), rss_hf };
		ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	}

	Bytes flow(IpSpec spec, size_t n)
	{
		spec.src_host = uint8_t(1 + n % 8);
		spec.src_port = uint16_t(1024 + n * 7);
		spec.seed = uint32_t(n + 1);
		return ip_frame(rx.mac(), tx.mac(), spec);
	}

	/*
	 * One packet of each flow. Queues are polled one after another, so they come in another
	 * order.
	 */
	std::map<Bytes, Packet> receive_flows(const IpSpec &spec)
	{
		std::map<Bytes, Packet> by_data;
		std::vector<Bytes> sent;

		for (size_t i = 0; i < FLOWS; i++)
			sent.push_back(flow(spec, i));
		for (const Packet &packet : exchange(sent))
			by_data.emplace(packet.data, packet);
		EXPECT_EQ(by_data.size(), FLOWS);
		return by_data;
	}

	std::vector<plx_eth_rss_reta_entry64> table()
	{
		return std::vector<plx_eth_rss_reta_entry64>((info.reta_size + 63U) / 64U);
	}

	/* All entries to what @queue_of says. */
	template <typename F> void set_table(F queue_of)
	{
		std::vector<plx_eth_rss_reta_entry64> reta = table();

		for (unsigned int i = 0; i < info.reta_size; i++) {
			reta[i / 64].mask |= UINT64_C(1) << i % 64;
			reta[i / 64].reta[i % 64] = uint16_t(queue_of(i));
		}
		ASSERT_EQ(plx_eth_dev_rss_reta_update(rx.id, reta.data(), info.reta_size), 0);
		for (plx_eth_rss_reta_entry64 &group : reta)
			std::fill(std::begin(group.reta), std::end(group.reta), uint16_t(0xffff));
		ASSERT_EQ(plx_eth_dev_rss_reta_query(rx.id, reta.data(), info.reta_size), 0);
		for (unsigned int i = 0; i < info.reta_size; i++)
			ASSERT_EQ(reta[i / 64].reta[i % 64], queue_of(i)) << "entry " << i;
	}

	/* Hash type, packet, and are its ports hashed. */
	struct Kind {
		const char *name;
		uint64_t hf;
		int version;
		uint8_t proto;
		bool ports;
	};
	static const std::vector<Kind> &kinds()
	{
		static const std::vector<Kind> all = {
			{ "TCP on IPv4", PLX_ETH_RSS_NONFRAG_IPV4_TCP, 4, IPPROTO_TCP, true },
			{ "UDP on IPv4", PLX_ETH_RSS_NONFRAG_IPV4_UDP, 4, IPPROTO_UDP, true },
			{ "IPv4", PLX_ETH_RSS_IPV4, 4, 253, false },
			{ "TCP on IPv6", PLX_ETH_RSS_NONFRAG_IPV6_TCP, 6, IPPROTO_TCP, true },
			{ "UDP on IPv6", PLX_ETH_RSS_NONFRAG_IPV6_UDP, 6, IPPROTO_UDP, true },
			{ "IPv6", PLX_ETH_RSS_IPV6, 6, 253, false },
		};
		return all;
	}
	IpSpec spec_of(const Kind &kind)
	{
		IpSpec spec;

		spec.version = kind.version;
		spec.proto = kind.proto;
		return spec;
	}
	/* A kind that this port has. */
	Kind some_kind()
	{
		for (const Kind &kind : kinds())
			if (kind.ports && (info.flow_type_rss_offloads & kind.hf))
				return kind;
		return kinds()[2];
	}

	plx_eth_dev_info info {};
	uint16_t queues = 0;
	Bytes key;
};

TEST_F(Rss, spreads_and_is_stable)
{
	ASSERT_NO_FATAL_FAILURE(start_with(info.flow_type_rss_offloads));
	for (const Kind &kind : kinds()) {
		if (!(info.flow_type_rss_offloads & kind.hf))
			continue;

		const auto first = receive_flows(spec_of(kind));
		const auto second = receive_flows(spec_of(kind));
		std::set<uint16_t> used;

		for (const auto &[data, packet] : first) {
			const auto again = second.find(data);

			ASSERT_NE(again, second.end()) << kind.name;
			EXPECT_EQ(packet.queue, again->second.queue) << kind.name;
			used.insert(packet.queue);
		}
		/*
		 * 8 addresses at least, of which as many as there are queues will hardly have the
		 * same.
		 */
		EXPECT_GT(used.size(), 1u) << kind.name;
	}
}

/* The hash that is told is the one in the books, and the table was followed. */
TEST_F(Rss, hash_is_toeplitz_and_table_is_followed)
{
	NEED(info.rx_offload_capa & PLX_ETH_RX_OFFLOAD_RSS_HASH, "the hash is not told");
	ASSERT_NO_FATAL_FAILURE(start_with(info.flow_type_rss_offloads));
	for (const Kind &kind : kinds()) {
		if (!(info.flow_type_rss_offloads & kind.hf))
			continue;
		for (const auto &[data, packet] : receive_flows(spec_of(kind))) {
			const uint32_t hash = toeplitz(key, data, kind.ports);

			ASSERT_TRUE(packet.ol_flags & PLX_MBUF_F_RX_RSS_HASH) << kind.name;
			ASSERT_EQ(packet.hash, hash) << kind.name;
			ASSERT_EQ(packet.queue, hash % info.reta_size % queues) << kind.name;
		}
	}
}

TEST_F(Rss, table_is_changed)
{
	const Kind kind = some_kind();

	ASSERT_NO_FATAL_FAILURE(start_with(kind.hf));
	for (uint16_t queue = 0; queue < queues; queue++) {
		ASSERT_NO_FATAL_FAILURE(set_table([&](unsigned int) { return queue; }));
		for (const auto &[data, packet] : receive_flows(spec_of(kind)))
			ASSERT_EQ(packet.queue, queue);
	}
	ASSERT_NO_FATAL_FAILURE(set_table([&](unsigned int i) {
		return (i + i / queues) % queues;
	}));
	for (const auto &[data, packet] : receive_flows(spec_of(kind))) {
		const uint32_t i = toeplitz(key, data, kind.ports) % info.reta_size;

		ASSERT_EQ(packet.queue, (i + i / queues) % queues);
	}
}

TEST_F(Rss, table_and_key_survive_a_restart)
{
	const Kind kind = some_kind();

	ASSERT_NO_FATAL_FAILURE(start_with(kind.hf));
	ASSERT_NO_FATAL_FAILURE(set_table([&](unsigned int) { return queues - 1; }));
	ASSERT_EQ(plx_eth_dev_stop(rx.id), 0);
	ASSERT_EQ(plx_eth_dev_start(rx.id), 0);
	if (&tx == &rx) {
		ASSERT_TRUE(await([&] { return rx.link_is(true); }));
	} else {
		ASSERT_TRUE(await([&] { return rx.link_is(true) && tx.link_is(true); }));
	}
	for (const auto &[data, packet] : receive_flows(spec_of(kind)))
		ASSERT_EQ(packet.queue, queues - 1);
}

TEST_F(Rss, key_and_types_are_changed)
{
	const Kind kind = some_kind();
	plx_eth_rss_conf conf {};

	NEED(info.rx_offload_capa & PLX_ETH_RX_OFFLOAD_RSS_HASH, "the hash is not told");
	ASSERT_NO_FATAL_FAILURE(start_with(kind.hf));
	for (uint8_t &byte : key)
		byte = uint8_t(byte * 3 + 1);
	conf = { key.data(), uint8_t(key.size()), kind.hf };
	ASSERT_EQ(plx_eth_dev_rss_hash_update(rx.id, &conf), 0);
	for (const auto &[data, packet] : receive_flows(spec_of(kind)))
		ASSERT_EQ(packet.hash, toeplitz(key, data, kind.ports));

	Bytes told(key.size());

	conf = { told.data(), uint8_t(told.size()), 0 };
	ASSERT_EQ(plx_eth_dev_rss_hash_conf_get(rx.id, &conf), 0);
	EXPECT_EQ(told, key);
	EXPECT_EQ(conf.rss_hf, kind.hf);
	/* Nothing is hashed: all is for queue 0. */
	conf = {};
	ASSERT_EQ(plx_eth_dev_rss_hash_update(rx.id, &conf), 0);
	for (const auto &[data, packet] : receive_flows(spec_of(kind)))
		ASSERT_EQ(packet.queue, 0);
}

TEST_F(Rss, what_it_does_not_have_is_refused)
{
	const Kind kind = some_kind();
	std::vector<plx_eth_rss_reta_entry64> reta = table();
	plx_eth_rss_conf conf {};

	ASSERT_NO_FATAL_FAILURE(start_with(kind.hf));
	conf.rss_hf = UINT64_C(1) << 63;
	EXPECT_EQ(plx_eth_dev_rss_hash_update(rx.id, &conf), -ENOTSUP) << "a type";
	conf = { key.data(), uint8_t(key.size() - 1), kind.hf };
	EXPECT_EQ(plx_eth_dev_rss_hash_update(rx.id, &conf), -EINVAL) << "a key's length";
	reta[0].mask = 1;
	reta[0].reta[0] = queues;
	EXPECT_EQ(plx_eth_dev_rss_reta_update(rx.id, reta.data(), info.reta_size), -EINVAL)
		<< "a queue";
	reta[0].reta[0] = 0;
	EXPECT_EQ(plx_eth_dev_rss_reta_update(rx.id, reta.data(), uint16_t(info.reta_size / 2)),
		-EINVAL) << "a size";
	for (const auto &[data, packet] : receive_flows(spec_of(kind)))
		ASSERT_EQ(packet.queue, toeplitz(key, data, kind.ports) % info.reta_size % queues)
			<< "as before";
}

TEST_F(Rss, without_it_all_is_for_the_first_queue)
{
	Config receiver;

	receiver.rx_queues = queues;
	receiver.rx_desc = round_desc(info.rx_desc_lim, 64);
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	EXPECT_EQ(plx_eth_dev_rss_reta_query(rx.id, table().data(), info.reta_size), -ENOTSUP);
	/* PLX_ETH_MQ_RX_NONE leaves the queue to the device: they come, that is all. */
	receive_flows(spec_of(some_kind()));
}

} // namespace

} // namespace contract
