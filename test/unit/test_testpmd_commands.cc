/* SPDX-License-Identifier: BSD-3-Clause */
/* plx-testpmd -i: commands on ports, on net_null, which has little of what they ask for. */
#include "test_testpmd_prompt.h"

namespace {

class Commands : public Prompt {
protected:
	/* All of @lines are refused by ethdev, each by one line with the word beside it. */
	void expect_refused(const std::vector<std::pair<std::string, std::string>> &lines,
		const std::vector<std::string> &options = {})
	{
		std::string script;
		size_t at = 0;

		for (const auto &line : lines)
			script += line.first + "\n";
		run(1, script, options);
		for (const auto &line : lines) {
			const size_t found = o.err.find("ETHDEV: port 0 (net_null0): ", at);
			const size_t end = o.err.find('\n', found);

			ASSERT_NE(found, o.err.npos) << line.first << " was not refused:\n" << o.err;
			EXPECT_NE(o.err.substr(found, end - found).find(line.second), o.err.npos)
				<< line.second << " is not in " << o.err.substr(found, end - found);
			at = end;
		}
		EXPECT_EQ(o.err.find("ETHDEV", at), o.err.npos) << "each by one line:\n" << o.err;
	}
};

TEST_F(Commands, Show)
{
	run(2, "show port summary all\nshow port info 1\nshow rxq info 0 1\nshow txq info 1 0\n"
		"show rxq info 0 2\nshow port xstats 0\nshow port 0 rxq 1 desc 0 status\n",
		{ "--rxq=2", "--txq=2", "--rxfreet=9", "--txrst=8", "--txfreet=7", "--enable-drop-en" });
	expect_in_order({ "Number of available ports: 2\n"
		"Port MAC Address       Name         Driver         Status   Link\n0    ",
		" net_null0    net_null       up       10 Gbps\n1    ",
		"\n********************* Infos for port 1  *********************\nMAC address: ",
		"\nDevice name: net_null1\nDriver name: net_null\nFirmware-version: not available\n",
		"\nLink status: up\nLink speed: 10 Gbps\nLink duplex: full-duplex\nAutoneg status: Off\n"
		"MTU: 1500\nPromiscuous mode: enabled\nAllmulticast mode: disabled\n"
		"VLAN offload: \n  strip off, filter off, extend off, qinq strip off\n",
		"Max possible RX queues: ", "Current number of RX queues: 2\n",
		"\n********************* Infos for port 0 , RX queue 1  *********************\n"
		"Mempool: mb_pool_0\n", "RX free threshold: 9\nRX drop packets: on\n"
		"RX deferred start: off\nRX scattered packets: off\nRx queue state: started\n"
		"RX buffer size: 2048\nNumber of RXDs: 512\n",
		"\n********************* Infos for port 1 , TX queue 0  *********************\n",
		"TX RS threshold: 8\nTX free threshold: 7\nTX deferred start: off\nNumber of TXDs: 512\n"
		"Tx queue state: started\n",
		"Failed to retrieve information for port: 0, RX queue: 2\n",
		"###### NIC extended statistics for port 0 \nrx_good_packets: 0\ntx_good_packets: 0\n",
		"rx_q1_packets: 0\n", "Invalid input: queue id = 1, desc id = 0\n" });
}

TEST_F(Commands, Clear)
{
	run(1, "start\nset fwd mac\nset burst 8\nport 0 rxq 0 stop\nshow port stats 0\nstop\n"
		"clear port stats 0\nshow port xstats 0\nstart\nstop\nclear port xstats all\n"
		"show port xstats 0\nset fwd fly\nset fwd mac\nset burst 7\nstart\nstop\n");
	expect_in_order({ "testpmd> start\n", "Please stop forwarding first\n",
		"Please stop forwarding first\n", "Please stop forwarding first\n", "NIC statistics",
		"testpmd> clear port stats 0\n\n  NIC statistics for port 0 cleared\n",
		"rx_good_packets: 0\n", "tx_q0_packets: 0\n", "testpmd> clear port xstats all\n",
		"rx_good_packets: 0\n", "Invalid fly packet forwarding mode\n",
		"Set mac packet forwarding mode\n", "Number of packets per burst set to 7\n",
		"mac packet forwarding packets/burst=7\n" });
}

TEST_F(Commands, RefusedByThePort)
{
	expect_refused({
		{ "set allmulti 0 on", "receive all multicast" },
		{ "mac_addr add 0 02:00:00:00:00:77", "add a MAC" },
		{ "mac_addr remove 0 02:00:00:00:00:77", "remove a MAC" },
		{ "mac_addr set 0 ff:ff:ff:ff:ff:ff", "FF:FF:FF:FF:FF:FF is no unicast" },
		{ "mcast_addr add 0 01:00:5e:00:00:01", "multicast" },
		{ "vlan set strip on 0", "VLAN" },
		{ "vlan set filter on 0", "VLAN" },
		{ "rx_vlan add 5 0", "VLAN" },
		{ "rx_vlan rm 5 0", "VLAN" },
		{ "port config mtu 0 20", "MTU of 20" },
		{ "port config 0 rss udp", "RSS" },
		{ "port config all rss none", "RSS" },
		{ "port 0 rxq 0 stop", "stop Rx queue 0" },
		{ "port 0 txq 7 stop", "no Tx queue 7" },
		{ "set link-up port 0", "link up" },
		{ "set link-down port 0", "link down" },
		{ "set flow_ctrl rx on 0", "flow control" },
		{ "set flow_ctrl rx on tx off 20 10 5 1 mac_ctrl_frame_fwd off autoneg on 0",
			"flow control" },
	});
}

TEST_F(Commands, ForAStoppedPort)
{
	run(1, "port reset 0\ncsum set ip hw 0\ntso set 1000 0\nport stop 0\ncsum set ip hw 0\n"
		"csum set tcp sw 0\ncsum show 0\ntso set 1000 0\ntso set 0 0\nport reset 0\n"
		"port start 0\nset promisc 0 off\nport config mtu 0 900\nport stop 0\nport start 0\n"
		"show port info 0\n");
	expect_in_order({ "Please stop port 0 first\n", "Please stop port 0 first\n",
		"Please stop port 0 first\n", "IP checksum offload is not supported by port 0\n",
		"IP checksum offload is sw\nUDP checksum offload is sw\nTCP checksum offload is sw\n",
		"testpmd> csum show 0\nIP checksum offload is sw\n",
		"Error: TSO is not supported by port 0\n",
		"TSO for non-tunneled packets is disabled\n", "Resetting ports...\n",
		"MTU: 900\nPromiscuous mode: disabled\n" });
}

TEST_F(Commands, WhatDoesNotConcernAPortWithoutRss)
{
	run(1, "port config 0 rss reta (0,1)\nshow port 0 rss reta 128 (0x1,0x1)\n"
		"show port 0 rss-hash\nshow port 0 flow_ctrl\nmcast_addr remove 0 01:00:5e:00:00:01\n");
	expect_in_order({ "Redirection table size is 0 which is invalid for RSS\n",
		"Failed to get RSS RETA info", "RSS disabled\n",
		"Failed to get current flow control information for port 0\n",
		"multicast address not filtered by port 0\n" });
}

TEST_F(Commands, BadArguments)
{
	const std::vector<std::string> bad { "set promisc 0 maybe", "set allmulti 0 1",
		"mac_addr add 0 02:00", "mac_addr set 0 x", "mac_addr remove 0 x", "mcast_addr add 0 x",
		"mcast_addr remove 0 x", "vlan set strip yes 0", "rx_vlan add x 0",
		"port config mtu 0 65536", "port config 0 rss everything",
		"show port 0 rss reta 128 0x1", "show port 0 rss reta 0 (0)",
		"show port 0 rss reta 128 (1)", "show port 0 rss reta 128 (1,2,3)",
		"show port 0 rss reta 128 (1,2)x", "show port 0 rss reta 1024 (1)",
		"port 0 rxq 0 pause", "port 0 txq x stop", "show rxq info 0 x", "show txq info 0 x",
		"show port 0 rxq 1 desc 0 status", "show port 0 txq 0 desc x status",
		"csum set sctp hw 0", "csum set ip maybe 0", "tso set x 0", "set burst 0",
		"set burst 513", "set flow_ctrl colour red 0", "set flow_ctrl rx maybe 0",
		"set flow_ctrl send_xon 65536 0", "set flow_ctrl high_water x 0", "help me" };
	std::string script;
	size_t n = 0;

	for (const auto &line : bad)
		script += line + "\n";
	run(1, script);
	for (size_t at = 0; (at = o.out.find("\nBad arguments\n", at)) != o.out.npos; at++)
		n++;
	EXPECT_EQ(n, bad.size()) << o.out;
	EXPECT_EQ(o.err.find("ETHDEV"), o.err.npos) << o.err;
}

} // namespace
