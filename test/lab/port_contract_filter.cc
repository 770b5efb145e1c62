/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract: which packets a port receives, by address and by VLAN; and tags put in and
 * taken out.
 */
#include "port_contract.h"

#include <algorithm>

namespace contract {

namespace {

const plx_ether_addr broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
/* Multicast addresses whose hashes differ in all of the ways in which NICs make them. */
const plx_ether_addr group1 = { { 0x01, 0x00, 0x5e, 0x10, 0x20, 0x30 } };
const plx_ether_addr group2 = { { 0x33, 0x33, 0x00, 0xc5, 0x7a, 0x91 } };
const plx_ether_addr other = { { 0x02, 0x50, 0x6f, 0x6c, 0x00, 0x01 } };
const plx_ether_addr another = { { 0x02, 0x50, 0x6f, 0x6c, 0x00, 0x02 } };

class Filters : public Contract {
protected:
	void SetUp() override
	{
		Contract::SetUp();
		NEED_WIRE();
		NEED(options.filters, "these ports take whatever comes");
		ASSERT_NO_FATAL_FAILURE(start());
	}

	bool arrives(const plx_ether_addr &dst)
	{
		return arrive(plain_frame(dst, tx.mac(), 64, ++seed)) == 1;
	}
};

TEST_F(Filters, unicast_to_others_only_when_promiscuous)
{
	EXPECT_TRUE(arrives(rx.mac()));
	EXPECT_TRUE(arrives(broadcast));
	EXPECT_FALSE(arrives(other));

	const int ret = plx_eth_promiscuous_enable(rx.id);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "no promiscuous mode";
	ASSERT_EQ(ret, 0);
	EXPECT_EQ(plx_eth_promiscuous_get(rx.id), 1);
	EXPECT_TRUE(arrives(other));
	EXPECT_TRUE(arrives(group1));
	/* It stays so. */
	stop();
	ASSERT_NO_FATAL_FAILURE(start());
	EXPECT_TRUE(arrives(other));
	ASSERT_EQ(plx_eth_promiscuous_disable(rx.id), 0);
	EXPECT_FALSE(arrives(other));
	EXPECT_FALSE(arrives(group1));
	EXPECT_TRUE(arrives(rx.mac()));
}

TEST_F(Filters, all_multicast)
{
	EXPECT_FALSE(arrives(group1));

	const int ret = plx_eth_allmulticast_enable(rx.id);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "no switch for all multicast";
	ASSERT_EQ(ret, 0);
	EXPECT_EQ(plx_eth_allmulticast_get(rx.id), 1);
	NEED(options.all_multicast, "the model of the device has it not");
	EXPECT_TRUE(arrives(group1));
	EXPECT_TRUE(arrives(group2));
	EXPECT_FALSE(arrives(other));
	stop();
	ASSERT_NO_FATAL_FAILURE(start());
	EXPECT_TRUE(arrives(group1));
	ASSERT_EQ(plx_eth_allmulticast_disable(rx.id), 0);
	EXPECT_FALSE(arrives(group1));
	EXPECT_TRUE(arrives(broadcast));
}

TEST_F(Filters, multicast_list)
{
	const plx_ether_addr both[] = { group1, group2 };

	NEED(rx.info().max_mc_addrs >= 2, "no multicast list");
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, both, 2), 0);
	EXPECT_TRUE(arrives(group1));
	EXPECT_TRUE(arrives(group2));
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, &group2, 1), 0);
	EXPECT_FALSE(arrives(group1)) << "the list replaces that of before";
	EXPECT_TRUE(arrives(group2));
	stop();
	ASSERT_NO_FATAL_FAILURE(start());
	EXPECT_TRUE(arrives(group2)) << "after a restart";
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, &other, 1), -EINVAL) << "not multicast";
	EXPECT_TRUE(arrives(group2)) << "as before";
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, nullptr, 0), 0);
	EXPECT_FALSE(arrives(group2));
}

TEST_F(Filters, more_multicast_addresses_than_there_is_room_for)
{
	const uint32_t max = rx.info().max_mc_addrs;
	std::vector<plx_ether_addr> many;

	NEED(max > 0 && max < 10000, "a list of " << max);
	for (uint32_t i = 0; i <= max; i++)
		many.push_back({ { 0x01, 0x00, 0x5e, 0x01, uint8_t(i >> 8), uint8_t(i) } });
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, many.data(), max + 1), -ENOSPC);
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, many.data(), max), 0);
	EXPECT_TRUE(arrives(many[0]));
	EXPECT_TRUE(arrives(many[max - 1]));
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(rx.id, nullptr, 0), 0);
}

TEST_F(Filters, added_addresses)
{
	const unsigned int max = rx.info().max_mac_addrs;

	NEED(max > 1, "one address only");
	EXPECT_FALSE(arrives(other));
	ASSERT_EQ(plx_eth_dev_mac_addr_add(rx.id, &other), 0);
	EXPECT_EQ(plx_eth_dev_mac_addr_add(rx.id, &other), 0) << "it is there";
	EXPECT_TRUE(arrives(other));
	EXPECT_FALSE(arrives(another));
	EXPECT_TRUE(arrives(rx.mac()));
	stop();
	ASSERT_NO_FATAL_FAILURE(start());
	EXPECT_TRUE(arrives(other)) << "after a restart";
	EXPECT_EQ(plx_eth_dev_mac_addr_remove(rx.id, &another), -ENOENT);
	ASSERT_EQ(plx_eth_dev_mac_addr_remove(rx.id, &other), 0);
	EXPECT_FALSE(arrives(other));
	EXPECT_EQ(plx_eth_dev_mac_addr_add(rx.id, &group1), -EINVAL);

	const plx_ether_addr mine = rx.mac();

	EXPECT_EQ(plx_eth_dev_mac_addr_remove(rx.id, &mine), -EADDRINUSE);
}

TEST_F(Filters, as_many_addresses_as_there_are_and_one_more)
{
	const unsigned int max = rx.info().max_mac_addrs;
	std::vector<plx_ether_addr> many;

	NEED(max > 1, "one address only");
	for (unsigned int i = 1; i < max; i++) {
		many.push_back({ { 0x02, 0x50, 0x6f, 0x6c, 0x01, uint8_t(i) } });
		ASSERT_EQ(plx_eth_dev_mac_addr_add(rx.id, &many.back()), 0) << "address " << i;
	}
	EXPECT_EQ(plx_eth_dev_mac_addr_add(rx.id, &other), -ENOSPC);
	EXPECT_EQ(plx_eth_macaddrs_get(rx.id, nullptr, 0), int(max));
	EXPECT_TRUE(arrives(many.front()));
	EXPECT_TRUE(arrives(many.back()));
	EXPECT_FALSE(arrives(other));
	for (const plx_ether_addr &mac : many)
		EXPECT_EQ(plx_eth_dev_mac_addr_remove(rx.id, &mac), 0);
	EXPECT_FALSE(arrives(many.back()));
	EXPECT_EQ(plx_eth_macaddrs_get(rx.id, nullptr, 0), 1);
}

TEST_F(Filters, another_default_address)
{
	const plx_ether_addr mine = rx.mac();
	const int ret = plx_eth_dev_default_mac_addr_set(rx.id, &another);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "the address can't be changed";
	ASSERT_EQ(ret, 0);
	EXPECT_TRUE(arrives(another));
	EXPECT_FALSE(arrives(mine));
	stop();
	ASSERT_NO_FATAL_FAILURE(start());
	EXPECT_TRUE(arrives(another)) << "after a restart";
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(rx.id, &group1), -EINVAL);
	ASSERT_EQ(plx_eth_dev_default_mac_addr_set(rx.id, &mine), 0);
	EXPECT_TRUE(arrives(mine));
	EXPECT_FALSE(arrives(another));
}

class Vlan : public Contract {
protected:
	void SetUp() override
	{
		Contract::SetUp();
		NEED_WIRE();
	}

	/* The receiver with these offloads, the sender with those. */
	void start_with(uint64_t rx_offloads, uint64_t tx_offloads = 0)
	{
		Config sender, receiver;

		sender.conf.txmode.offloads = tx_offloads;
		receiver.conf.rxmode.offloads = rx_offloads;
		ASSERT_NO_FATAL_FAILURE(start(sender, receiver));
	}

	Packet one(plx_mbuf *packet)
	{
		std::vector<Packet> received = exchange({ packet });

		if (received.size() == 1)
			return received[0];
		ADD_FAILURE() << received.size() << " packets";
		return {};
	}

	/* With these VLANs, which are not in the filter, let out of one that a reset has filled. */
	void start_with_filter(std::initializer_list<uint16_t> out)
	{
		ASSERT_NO_FATAL_FAILURE(start_with(PLX_ETH_RX_OFFLOAD_VLAN_FILTER));
		if (options.empty_vlan_filter)
			return;
		for (uint16_t vlan : out)
			for (int on : { 1, 0 })
				ASSERT_EQ(plx_eth_dev_vlan_filter(rx.id, vlan, on), 0);
	}

	bool passes(uint16_t vlan)
	{
		return arrive(tagged(frame(100), vlan)) == 1;
	}
};

TEST_F(Vlan, tags_pass_by_default)
{
	const Bytes sent = tagged(frame(100), 0xa123);

	ASSERT_NO_FATAL_FAILURE(start_with(0));
	EXPECT_EQ(difference(sent, one(make_packet(pool, sent)).data), "");
	/* The longest frame has room for one. */
	const Bytes longest = tagged(frame(1514), 5);

	EXPECT_EQ(difference(longest, one(make_packet(pool, longest)).data), "");
}

TEST_F(Vlan, strip)
{
	NEED(rx.info().rx_offload_capa & PLX_ETH_RX_OFFLOAD_VLAN_STRIP, "no VLAN strip");
	ASSERT_NO_FATAL_FAILURE(start_with(PLX_ETH_RX_OFFLOAD_VLAN_STRIP));
	/* Priority and all. */
	for (uint16_t tci : { 0xa123, 0x0001, 0x0fff }) {
		const Bytes inner = frame(100);
		const Packet packet = one(make_packet(pool, tagged(inner, tci)));

		EXPECT_EQ(difference(inner, packet.data), "");
		EXPECT_EQ(packet.ol_flags & (PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED),
			PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED);
		EXPECT_EQ(packet.vlan_tci, tci);
	}

	const Bytes plain = frame(100);
	const Packet packet = one(make_packet(pool, plain));

	EXPECT_EQ(difference(plain, packet.data), "");
	EXPECT_EQ(packet.ol_flags & (PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED), 0u);
}

TEST_F(Vlan, strip_is_switched_while_packets_flow)
{
	const Bytes inner = frame(100), sent = tagged(inner, 7);

	NEED(rx.info().rx_offload_capa & PLX_ETH_RX_OFFLOAD_VLAN_STRIP, "no VLAN strip");
	ASSERT_NO_FATAL_FAILURE(start_with(0));
	for (int round = 0; round < 2; round++) {
		const int ret = plx_eth_dev_set_vlan_offload(rx.id, PLX_ETH_VLAN_STRIP_OFFLOAD);

		if (ret == -EBUSY || ret == -ENOTSUP)
			GTEST_SKIP() << "not while it is started";
		ASSERT_EQ(ret, 0);
		EXPECT_EQ(plx_eth_dev_get_vlan_offload(rx.id), PLX_ETH_VLAN_STRIP_OFFLOAD);
		EXPECT_EQ(difference(inner, one(make_packet(pool, sent)).data), "");
		ASSERT_EQ(plx_eth_dev_set_vlan_offload(rx.id, 0), 0);
		EXPECT_EQ(difference(sent, one(make_packet(pool, sent)).data), "");
	}
}

TEST_F(Vlan, insert)
{
	NEED(tx.info().tx_offload_capa & PLX_ETH_TX_OFFLOAD_VLAN_INSERT, "no VLAN insertion");
	ASSERT_NO_FATAL_FAILURE(start_with(0, PLX_ETH_TX_OFFLOAD_VLAN_INSERT));
	for (size_t len : { 60, 100, 1514 })
		for (uint16_t tci : { 0xe001, 0x0123 }) {
			const Bytes inner = frame(len);
			plx_mbuf *m = make_packet(pool, inner);

			m->ol_flags |= PLX_MBUF_F_TX_VLAN;
			m->vlan_tci = tci;
			ASSERT_EQ(plx_eth_tx_prepare(tx.id, 0, &m, 1), 1);
			EXPECT_EQ(difference(tagged(inner, tci), one(m).data), "");
		}

	/* Only where it is asked for. */
	const Bytes plain = frame(100);

	EXPECT_EQ(difference(plain, one(make_packet(pool, plain)).data), "");
}

TEST_F(Vlan, insert_that_is_not_on_is_refused)
{
	NEED_PREPARE();
	ASSERT_NO_FATAL_FAILURE(start_with(0));

	plx_mbuf *m = make_packet(pool, frame(100));

	m->ol_flags |= PLX_MBUF_F_TX_VLAN;
	m->vlan_tci = 1;
	errno = 0;
	EXPECT_EQ(plx_eth_tx_prepare(tx.id, 0, &m, 1), 0);
	EXPECT_EQ(errno, ENOTSUP);
	plx_pktmbuf_free(m);
}

TEST_F(Vlan, filter)
{
	NEED(rx.info().rx_offload_capa & PLX_ETH_RX_OFFLOAD_VLAN_FILTER, "no VLAN filter");
	ASSERT_NO_FATAL_FAILURE(start_with_filter({ 5, 6, 37 }));
	EXPECT_FALSE(passes(5));
	EXPECT_EQ(arrive(frame(100)), 1u) << "without a tag";
	ASSERT_EQ(plx_eth_dev_vlan_filter(rx.id, 5, 1), 0);
	ASSERT_EQ(plx_eth_dev_vlan_filter(rx.id, 4094, 1), 0);
	EXPECT_TRUE(passes(5));
	EXPECT_TRUE(passes(0xe005)) << "a priority is no VLAN";
	EXPECT_TRUE(passes(4094));
	EXPECT_FALSE(passes(6));
	EXPECT_FALSE(passes(37)) << "one word further";
	stop();
	ASSERT_NO_FATAL_FAILURE(start_with_filter({ 6 }));
	EXPECT_TRUE(passes(5)) << "after a restart";
	EXPECT_FALSE(passes(6)) << "after a restart";
	ASSERT_EQ(plx_eth_dev_vlan_filter(rx.id, 5, 0), 0);
	EXPECT_FALSE(passes(5));
	EXPECT_TRUE(passes(4094));
	EXPECT_EQ(plx_eth_dev_vlan_filter(rx.id, 4096, 1), -EINVAL);
	ASSERT_EQ(plx_eth_dev_vlan_filter(rx.id, 4094, 0), 0);
}

} // namespace

} // namespace contract
