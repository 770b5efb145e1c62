/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_NET_TAP_REMOTE_H
#define TEST_NET_TAP_REMOTE_H
/* For tests of net_tap's remote=: a wire whose one end is the remote, and what the kernel says of it. */
#include <cstdio>

#include <net/if.h>

#include "test_netns.h"
#include "test_vport.h"

inline std::string
output(const std::string &command)
{
	FILE *f = popen(command.c_str(), "r");
	std::string all;

	for (int c; (c = fgetc(f)) != EOF;)
		all += char(c);
	EXPECT_EQ(pclose(f), 0) << command;
	return all;
}

/* All that a port may change of an interface. */
inline std::string
state_of(const std::string &iface)
{
	return output("ip -d link show " + iface + " && tc qdisc show dev " + iface +
		" && tc filter show dev " + iface + " ingress");
}

inline bool
has(const std::string &iface, const std::string &word)
{
	return state_of(iface).find(word) != std::string::npos;
}

class NetTapRemote : public VportTest {
protected:
	void SetUp() override
	{
		VportTest::SetUp();
		make_veth("wire", "far");
		before = state_of("wire");
	}

	void TearDown() override
	{
		if (if_nametoindex("wire") != 0)
			delete_link("wire");
		VportTest::TearDown();
	}

	/* A frame to the port, or to another address. */
	static std::string frame(const Vport &port, size_t size, const std::string &to = "")
	{
		plx_ether_addr mac;
		std::string f(size, 'x');

		EXPECT_EQ(plx_eth_macaddr_get(port.id, &mac), 0);
		f.replace(0, 6, to.empty() ? std::string(reinterpret_cast<char *>(mac.addr_bytes), 6) : to);
		f.replace(6, 8, std::string("\x02\x00\x00\x00\x00\x02\x88\xb5", 8));
		return f;
	}

	/* Does the port receive that next? */
	bool comes(const Vport &port, const std::string &f)
	{
		Strings got;

		/* What the kernel says on the tap device by itself comes too. */
		return eventually([&] {
			got = receive(port.id);
			return std::find(got.begin(), got.end(), f) != got.end();
		});
	}

	void expect_nothing_changed(const std::string &was)
	{
		EXPECT_EQ(state_of("wire"), was);
		EXPECT_EQ(if_nametoindex("mine"), 0u);
	}

	std::string before;
};

inline const std::string elsewhere("\x02\x00\x00\x00\x00\x77", 6), group("\x01\x00\x5e\x00\x00\x77", 6);
inline constexpr plx_ether_addr other_mac = { { 0x02, 0, 0, 0, 0, 0x77 } }, third_mac = { { 0x02, 0, 0, 0, 0, 0x78 } },
	group_mac = { { 0x01, 0, 0x5e, 0, 0, 0x77 } };

#endif
