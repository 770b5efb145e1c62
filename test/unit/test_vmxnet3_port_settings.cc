/* SPDX-License-Identifier: BSD-3-Clause */
/* net_vmxnet3: what a program sets on a port, in what the device reads. */
#include "test_vmxnet3_port.h"

namespace {

TEST_F(Vmxnet3Port, Filters)
{
	plx_ether_addr mc[2] {}, mac {};

	ASSERT_NO_FATAL_FAILURE(run());

	const vmxnet3_shared *s = device.shared();

	EXPECT_EQ(s->rx_mode, VMXNET3_RXM_UCAST | VMXNET3_RXM_BCAST);
	EXPECT_EQ(s->vlan_table[4], UINT32_MAX) << "without the filter all pass";
	EXPECT_EQ(plx_eth_promiscuous_enable(port), 0);
	EXPECT_EQ(s->rx_mode, VMXNET3_RXM_UCAST | VMXNET3_RXM_BCAST | VMXNET3_RXM_PROMISC);
	EXPECT_EQ(plx_eth_allmulticast_enable(port), 0);
	EXPECT_EQ(plx_eth_promiscuous_disable(port), 0);
	EXPECT_EQ(s->rx_mode, VMXNET3_RXM_UCAST | VMXNET3_RXM_BCAST | VMXNET3_RXM_ALL_MULTI);
	device.answers[VMXNET3_CMD_UPDATE_RX_MODE] = 1;
	EXPECT_EQ(plx_eth_promiscuous_enable(port), -EIO);
	EXPECT_EQ(s->rx_mode, VMXNET3_RXM_UCAST | VMXNET3_RXM_BCAST | VMXNET3_RXM_ALL_MULTI);
	device.answers.clear();

	memcpy(mc, "\x01\0\x5e\0\0\x01\x33\x33\0\0\0\x02", 12);
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(port, mc, 2), 0);
	EXPECT_EQ(device.multicast, std::vector<uint8_t>(mc[0].addr_bytes, mc[0].addr_bytes + 12));
	EXPECT_TRUE(s->rx_mode & VMXNET3_RXM_MCAST);
	EXPECT_EQ(plx_eth_dev_set_mc_addr_list(port, mc, 0), 0);
	EXPECT_TRUE(device.multicast.empty());
	EXPECT_FALSE(s->rx_mode & VMXNET3_RXM_MCAST);

	memcpy(mac.addr_bytes, "\x02\x11\x22\x33\x44\x55", 6);
	EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port, &mac), 0);
	EXPECT_EQ(device.control.get(VMXNET3_MACL), 0x33221102u);
	EXPECT_EQ(device.control.get(VMXNET3_MACH), 0x5544u);
}

TEST_F(Vmxnet3Port, ExternalBuffers)
{
	const PinnedPool pinned(63);

	ASSERT_EQ(probe(), 0);
	ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr, pinned.get()),
		-ENOTSUP);
}

TEST_F(Vmxnet3Port, Vlans)
{
	plx_eth_conf conf {};

	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_FILTER;
	ASSERT_NO_FATAL_FAILURE(run(1, 1, conf));

	const vmxnet3_shared *s = device.shared();

	EXPECT_EQ(s->vlan_table[0], 1u) << "what has no tag";
	EXPECT_EQ(s->vlan_table[127], 0u);
	EXPECT_EQ(plx_eth_dev_vlan_filter(port, 4094, 1), 0);
	EXPECT_EQ(s->vlan_table[127], 1u << 30);
	device.answers[VMXNET3_CMD_UPDATE_VLAN_FILTERS] = 1;
	EXPECT_EQ(plx_eth_dev_vlan_filter(port, 4000, 1), -EIO);
	EXPECT_EQ(s->vlan_table[125], 0u);
	device.answers.clear();
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(s->vlan_table[127], 1u << 30);
	EXPECT_EQ(s->features, 0u);
	EXPECT_EQ(plx_eth_dev_set_vlan_offload(port, PLX_ETH_VLAN_STRIP_OFFLOAD), 0);
	EXPECT_EQ(s->features, VMXNET3_F_RXVLAN);
	EXPECT_EQ(s->vlan_table[64], UINT32_MAX);
	EXPECT_EQ(device.count(VMXNET3_CMD_UPDATE_FEATURE), 1u);
}

TEST_F(Vmxnet3Port, Rss)
{
	uint8_t key[VMXNET3_RSS_KEY_SIZE];
	plx_eth_rss_reta_entry64 reta[2] {};
	plx_eth_conf conf {};

	for (unsigned int i = 0; i < sizeof(key); i++)
		key[i] = uint8_t(i);
	conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
	conf.rx_adv_conf.rss_conf = { key, sizeof(key), PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV6_TCP };
	ASSERT_NO_FATAL_FAILURE(run(4, 1, conf));

	const vmxnet3_shared *s = device.shared();
	const vmxnet3_rss *rss = reinterpret_cast<const vmxnet3_rss *>(uintptr_t(s->rss.addr));

	EXPECT_EQ(s->features, VMXNET3_F_RSS);
	EXPECT_EQ(s->rss.len, sizeof(*rss));
	EXPECT_EQ(rss->hash_type, VMXNET3_RSS_IPV4 | VMXNET3_RSS_TCP_IPV6);
	EXPECT_EQ(rss->hash_key_size, sizeof(key));
	EXPECT_EQ(memcmp(rss->hash_key, key, sizeof(key)), 0);
	for (unsigned int i = 0; i < 128; i++)
		EXPECT_EQ(rss->ind_table[i], i % 4);

	reta[1].mask = UINT64_C(1) << 63;
	reta[1].reta[63] = 1;
	EXPECT_EQ(plx_eth_dev_rss_reta_update(port, reta, 128), 0);
	EXPECT_EQ(rss->ind_table[127], 1);
	EXPECT_EQ(device.count(VMXNET3_CMD_UPDATE_RSSIDT), 1u);
	EXPECT_EQ(device.count(VMXNET3_CMD_UPDATE_FEATURE), 0u);
	device.answers[VMXNET3_CMD_UPDATE_RSSIDT] = 1;
	reta[1].reta[63] = 2;
	EXPECT_EQ(plx_eth_dev_rss_reta_update(port, reta, 128), -EIO);
	EXPECT_EQ(rss->ind_table[127], 1);
	device.answers.clear();

	key[0] = 0x55;
	EXPECT_EQ(plx_eth_dev_rss_hash_update(port, &conf.rx_adv_conf.rss_conf), 0);
	EXPECT_EQ(rss->hash_key[0], 0x55);
	EXPECT_EQ(device.count(VMXNET3_CMD_UPDATE_FEATURE), 2u) << "off and on";
	EXPECT_EQ(s->features, VMXNET3_F_RSS);
	conf.rx_adv_conf.rss_conf = { nullptr, 0, 0 };
	EXPECT_EQ(plx_eth_dev_rss_hash_update(port, &conf.rx_adv_conf.rss_conf), 0);
	EXPECT_EQ(s->features, 0u);
}

TEST_F(Vmxnet3Port, Mtu)
{
	ASSERT_NO_FATAL_FAILURE(run());
	EXPECT_EQ(plx_eth_dev_set_mtu(port, 1400), -EBUSY) << "the device learns it when it is activated";
	EXPECT_EQ(plx_eth_dev_stop(port), 0);
	EXPECT_EQ(plx_eth_dev_set_mtu(port, 1400), 0);
	EXPECT_EQ(plx_eth_dev_start(port), 0);
	EXPECT_EQ(device.shared()->mtu, 1400u);
}

TEST_F(Vmxnet3Port, ThresholdsOfQueues)
{
	plx_eth_rxconf rx {};
	plx_eth_txconf tx {};

	ASSERT_EQ(probe(), 0);
	ASSERT_NO_FATAL_FAILURE(set_up());
	rx.rx_free_thresh = DESC;
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &rx, pool.get()), -EINVAL);
	tx.tx_free_thresh = DESC;
	EXPECT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &tx), -EINVAL);
	rx.rx_free_thresh = DESC - 1;
	EXPECT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, &rx, pool.get()), 0);
}

} // namespace
