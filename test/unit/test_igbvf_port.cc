/* SPDX-License-Identifier: BSD-3-Clause */
/* net_igbvf as a port. The test is the PF, a good one or one that does not answer as it should. */
#include "test_igb_chip.h"

namespace {

const plx_ether_addr given = { { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } };

class IgbvfPort : public PciPort {
protected:
	using Message = std::vector<uint32_t>;

	void SetUp() override
	{
		PciPort::SetUp();
		irqs[VFIO_PCI_MSIX_IRQ_INDEX].count = 3;
		use("net_igbvf", IGBVF_DEV_82576, IGBVF_BAR_SIZE);
		(*bar)[E1000_STATUS] = E1000_STATUS_FD | E1000_STATUS_LU;
		bar->after_write = [this](uint32_t reg, uint32_t value, uint32_t) {
			if (reg == IGBVF_MBX)
				mailbox(value);
			else if (reg == E1000_CTRL && (value & E1000_CTRL_RST))
				resets++;
		};
		bar->after_read = [this](uint32_t reg) {
			if (reg == IGBVF_MBX)
				(*bar)[reg] &= ~IGBVF_MBX_EVENTS;
		};
	}

	/* What the VF wrote is not what is read: VFU sticks, REQ and ACK are heard. */
	void mailbox(uint32_t value)
	{
		mbx = (mbx & ~IGBVF_MBX_VFU) | (value & IGBVF_MBX_VFU);
		(*bar)[IGBVF_MBX] = mbx;
		if (value & IGBVF_MBX_REQ)
			request();
		if ((value & IGBVF_MBX_ACK) && !queued.empty())
			post();
	}

	void request()
	{
		Message m;

		for (uint32_t i = 0; i < IGBVF_MBX_WORDS; i++)
			m.push_back((*bar)[IGBVF_MBX_MEM(i)]);
		heard.push_back(m);
		if (silent)
			return;
		(*bar)[IGBVF_MBX] |= IGBVF_MBX_PFACK;
		if (mute)
			return;
		queued.insert(queued.end(), chatter, Message{ IGBVF_MSG_PF_CONTROL | IGBVF_MSG_CTS });
		queued.push_back(answer(m));
		post();
	}

	/* The next message for the VF. */
	void post()
	{
		const Message m = queued.front();

		queued.erase(queued.begin());
		for (uint32_t i = 0; i < m.size(); i++)
			(*bar)[IGBVF_MBX_MEM(i)] = m[i];
		(*bar)[IGBVF_MBX] |= IGBVF_MBX_PFSTS;
	}

	Message answer(const Message &m) const
	{
		Message a(3);

		if ((m[0] & IGBVF_MSG_TYPE) == IGBVF_MSG_RESET) {
			a[0] = IGBVF_MSG_RESET | (has_mac ? IGBVF_MSG_ACK : IGBVF_MSG_NACK);
			memcpy(&a[1], &given, sizeof(given));
			return a;
		}
		a[0] = (m[0] & ~IGBVF_MSG_CTS) | (forgets ? 0 : IGBVF_MSG_CTS) |
			((m[0] & IGBVF_MSG_TYPE) == refused || forgets ? IGBVF_MSG_NACK : IGBVF_MSG_ACK);
		if (nonsense)
			a[0] = 0x77;
		return a;
	}

	/* The messages of one kind that the PF heard. */
	std::vector<Message> heard_of(uint32_t type) const
	{
		std::vector<Message> v;

		for (const auto &m : heard)
			if ((m[0] & IGBVF_MSG_TYPE) == type)
				v.push_back(m);
		return v;
	}

	static int on_reset(uint16_t, enum plx_eth_event_type, void *arg, void *)
	{
		++*static_cast<int *>(arg);
		return 0;
	}

	uint32_t mbx = 0, refused = 0;
	bool silent = false, mute = false, has_mac = true, forgets = false, nonsense = false;
	unsigned int resets = 0;
	size_t chatter = 0;
	std::vector<Message> heard, queued;
};

TEST_F(IgbvfPort, ProbeAsksThePfForAnAddress)
{
	plx_ether_addr mac;

	ASSERT_EQ(probe(), 0);
	EXPECT_EQ(resets, 1u);
	ASSERT_EQ(plx_eth_macaddr_get(eth->port_id, &mac), 0);
	EXPECT_TRUE(plx_is_same_ether_addr(&mac, &given));
}

TEST_F(IgbvfPort, APfThatHasNoAddress)
{
	plx_ether_addr mac;

	has_mac = false;
	ASSERT_EQ(probe(), 0);
	ASSERT_EQ(plx_eth_macaddr_get(eth->port_id, &mac), 0);
	EXPECT_TRUE(plx_is_valid_assigned_ether_addr(&mac));
	set_up();
	ASSERT_EQ(start(), 0);
	ASSERT_EQ(heard_of(IGBVF_MSG_SET_MAC).size(), 1u);
	EXPECT_EQ(memcmp(&heard_of(IGBVF_MSG_SET_MAC)[0][1], &mac, 6), 0);
}

TEST_F(IgbvfPort, APfThatIsNotThere)
{
	silent = true;
	EXPECT_EQ(probe(), -ETIMEDOUT);
	EXPECT_TRUE(log_has("is its PF up?"));
	silent = false;
	mute = true;
	EXPECT_EQ(probe(), -ETIMEDOUT);
	mute = false;
	EXPECT_EQ(probe(), 0);
}

TEST_F(IgbvfPort, APfThatIsBeingReset)
{
	mbx = IGBVF_MBX_RSTI;
	(*bar)[IGBVF_MBX] = mbx;
	EXPECT_EQ(probe(), -ETIMEDOUT);
	mbx = 0;
	(*bar)[IGBVF_MBX] = IGBVF_MBX_RSTD;	/* is over */
	EXPECT_EQ(probe(), 0);
}

TEST_F(IgbvfPort, ABufferThatThePfKeeps)
{
	bar->after_write = [this](uint32_t reg, uint32_t, uint32_t) {
		if (reg == IGBVF_MBX)
			(*bar)[reg] = IGBVF_MBX_PFU;
	};
	EXPECT_EQ(probe(), -ETIMEDOUT);
}

TEST_F(IgbvfPort, AnswersThatAreNone)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	nonsense = true;
	EXPECT_EQ(start(), -EPROTO);
	EXPECT_EQ(mbufs(), 0u);
	nonsense = false;
	chatter = 1000;
	EXPECT_EQ(start(), -EPROTO) << "a PF that talks for ever";
	queued.clear();
	chatter = 3;
	EXPECT_EQ(start(), 0) << log;
}

TEST_F(IgbvfPort, AVfThatIsGone)
{
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	bar->pull_out();
	EXPECT_EQ(stop(), 0) << log;
	EXPECT_EQ(mbufs(), 0u);
	EXPECT_EQ(start(), -ENODEV);
}

TEST_F(IgbvfPort, ExternalBuffers)
{
	expect_external_buffers_refused();
}

TEST_F(IgbvfPort, StartAndStop)
{
	ASSERT_EQ(probe(), 0);
	set_up(2, 2);
	ASSERT_EQ(start(), 0) << log;
	EXPECT_EQ(resets, 2u);
	EXPECT_EQ(heard_of(IGBVF_MSG_SET_MAC).size(), 0u) << "it is the one that the PF gave";
	ASSERT_EQ(heard_of(IGBVF_MSG_SET_LPE).size(), 1u);
	EXPECT_EQ(heard_of(IGBVF_MSG_SET_LPE)[0][1], 1522u);
	for (uint32_t q = 0; q < 2; q++) {
		EXPECT_TRUE((*bar)[IGBVF_RXQ(q) + IGB_DCTL] & IGB_DCTL_ENABLE);
		EXPECT_TRUE((*bar)[IGBVF_TXQ(q) + IGB_DCTL] & IGB_DCTL_ENABLE);
		EXPECT_EQ((*bar)[IGBVF_RXQ(q) + IGB_DT], 63u);
	}
	ASSERT_EQ(stop(), 0) << log;
	EXPECT_EQ(mbufs(), 0u);
	EXPECT_FALSE((*bar)[IGBVF_RXQ(1) + IGB_DCTL] & IGB_DCTL_ENABLE);
}

TEST_F(IgbvfPort, WhatThePfIsAskedFor)
{
	const plx_ether_addr more[] = { { { 2, 0, 0, 0, 0, 1 } }, { { 2, 0, 0, 0, 0, 2 } } };
	const plx_ether_addr multicast[] = { { { 1, 0, 0x5e, 0, 0x12, 0x34 } },
		{ { 1, 0, 0x5e, 0, 0xff, 0xff } }, { { 1, 0, 0x5e, 0, 0, 0x01 } } };
	plx_eth_conf conf = {};

	conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_VLAN_FILTER;
	ASSERT_EQ(probe(), 0);
	set_up(1, 1, conf);
	ASSERT_EQ(start(), 0);
	ASSERT_EQ(plx_eth_dev_set_mtu(eth->port_id, 1600), 0);
	EXPECT_EQ(heard.back()[1], 1622u);
	ASSERT_EQ(plx_eth_dev_vlan_filter(eth->port_id, 100, 1), 0);
	EXPECT_EQ(heard.back()[0], IGBVF_MSG_SET_VLAN | IGBVF_MSG_INFO(1));
	EXPECT_EQ(heard.back()[1], 100u);
	ASSERT_EQ(plx_eth_dev_set_mc_addr_list(eth->port_id, multicast, 3), 0);
	EXPECT_EQ(heard.back()[0], IGBVF_MSG_SET_MULTICAST | IGBVF_MSG_INFO(3));
	EXPECT_EQ(heard.back()[1], 0xfff0341u);
	EXPECT_EQ(heard.back()[2], 0x010u);
	ASSERT_EQ(plx_eth_allmulticast_enable(eth->port_id), 0);
	EXPECT_EQ(heard.back()[0], IGBVF_MSG_SET_PROMISC | IGBVF_MSG_ALL_MULTICAST);
	ASSERT_EQ(plx_eth_dev_mac_addr_add(eth->port_id, &more[0]), 0);
	ASSERT_EQ(plx_eth_dev_mac_addr_add(eth->port_id, &more[1]), 0);
	EXPECT_EQ(heard.back()[0], IGBVF_MSG_SET_MAC | IGBVF_MSG_FILTER_ADD);
	heard.clear();
	ASSERT_EQ(plx_eth_dev_mac_addr_remove(eth->port_id, &more[0]), 0);
	ASSERT_EQ(heard.size(), 2u) << "all are forgotten, the other one comes again";
	EXPECT_EQ(heard[0][0], IGBVF_MSG_SET_MAC | IGBVF_MSG_FILTER_CLEAR);
	EXPECT_EQ(memcmp(&heard[1][1], &more[1], 6), 0);
	EXPECT_EQ(logged([&] { return plx_eth_promiscuous_enable(eth->port_id); }), -ENOTSUP);
}

TEST_F(IgbvfPort, WhatThePfRefuses)
{
	const plx_ether_addr mac = { { 2, 0, 0, 0, 0, 9 } };
	plx_ether_addr now;

	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	refused = IGBVF_MSG_SET_MAC;
	EXPECT_EQ(logged([&] { return plx_eth_dev_default_mac_addr_set(eth->port_id, &mac); }), -EPERM);
	ASSERT_EQ(plx_eth_macaddr_get(eth->port_id, &now), 0);
	EXPECT_TRUE(plx_is_same_ether_addr(&now, &given));
	/* Asked for while it is stopped, it fails the start. */
	ASSERT_EQ(stop(), 0);
	ASSERT_EQ(plx_eth_dev_default_mac_addr_set(eth->port_id, &mac), 0);
	EXPECT_EQ(start(), -EPERM);
	EXPECT_EQ(mbufs(), 0u);
}

TEST_F(IgbvfPort, APfThatWasResetMeanwhile)
{
	plx_eth_link link;
	int events = 0;

	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	ASSERT_EQ(plx_eth_dev_callback_register(eth->port_id, PLX_ETH_EVENT_INTR_RESET, on_reset,
		&events), 0);
	ASSERT_EQ(plx_eth_link_get_nowait(eth->port_id, &link), 0);
	EXPECT_EQ(link.link_status, 1);
	(*bar)[IGBVF_MBX] |= IGBVF_MBX_RSTD;
	logged([&] { return plx_eth_link_get_nowait(eth->port_id, &link); });
	EXPECT_EQ(log_lines(), 1) << log;
	EXPECT_EQ(link.link_status, 0);
	EXPECT_EQ(events, 1);
	ASSERT_EQ(plx_eth_link_get_nowait(eth->port_id, &link), 0);
	EXPECT_EQ(events, 1) << "once until the next start";
	EXPECT_EQ(logged([&] { return plx_eth_dev_set_mtu(eth->port_id, 1600); }), -ENETRESET);
	ASSERT_EQ(stop(), 0);
	ASSERT_EQ(start(), 0);
	ASSERT_EQ(plx_eth_link_get_nowait(eth->port_id, &link), 0);
	EXPECT_EQ(link.link_status, 1);
	/* One that forgot us refuses without CTS. */
	forgets = true;
	EXPECT_EQ(logged([&] { return plx_eth_dev_set_mtu(eth->port_id, 1700); }), -ENETRESET);
}

/* Counters go on from 0 after 32 bits, and start anew when the PF is reset. */
TEST_F(IgbvfPort, CountersWrap)
{
	uint64_t id, value;

	(*bar)[IGBVF_GPRC] = 0xfffffff0;
	ASSERT_EQ(probe(), 0);
	set_up();
	ASSERT_EQ(start(), 0);
	ASSERT_EQ(plx_eth_xstats_get_id_by_name(eth->port_id, "rx_wire_good_packets", &id), 0);
	ASSERT_EQ(plx_eth_xstats_get_by_id(eth->port_id, &id, &value, 1), 1);
	EXPECT_EQ(value, 0u) << "what was before us is not ours";
	(*bar)[IGBVF_GPRC] = 0x10;
	ASSERT_EQ(plx_eth_xstats_get_by_id(eth->port_id, &id, &value, 1), 1);
	EXPECT_EQ(value, 0x20u);
	ASSERT_EQ(stop(), 0);
	bar->before_read = [this](uint32_t reg) {
		if (reg == IGBVF_MBX && resets == 3)
			(*bar)[IGBVF_GPRC] = 0;
	};
	ASSERT_EQ(start(), 0);
	EXPECT_EQ(resets, 3u);
	(*bar)[IGBVF_GPRC] = 7;
	bar->before_read = [](uint32_t) {};
	ASSERT_EQ(plx_eth_xstats_get_by_id(eth->port_id, &id, &value, 1), 1);
	EXPECT_EQ(value, 0x27u);
}

TEST_F(IgbvfPort, Vectors)
{
	plx_eth_conf conf = {};

	conf.intr_conf.rxq = 1;
	conf.intr_conf.lsc = 1;
	ASSERT_EQ(probe(), 0);
	set_up(2, 1, conf);
	EXPECT_EQ(irqs[VFIO_PCI_MSIX_IRQ_INDEX].fds.size(), 3u);
	ASSERT_EQ(start(), 0) << log;
	EXPECT_EQ((*bar)[IGBVF_IVAR], 0x00820081u);
	EXPECT_EQ((*bar)[IGBVF_IVAR_MISC], 0x80u);
	ASSERT_EQ(stop(), 0);
	EXPECT_EQ((*bar)[IGBVF_IVAR], 0u);
}

} /* namespace */
