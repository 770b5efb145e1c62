/* SPDX-License-Identifier: BSD-3-Clause */
/* plx-testpmd's options: what is refused, by which line, and what is accepted. */
#include <gtest/gtest.h>

#include <plx_config.h>

#include "run_program.h"

namespace {

using Args = std::vector<std::string>;

/* Two lcores wherever there is one CPU. */
const Args EAL { "--no-huge", "--no-pci", "--lcores=(0-1)@0" };
const Args TWO_PORTS { "--vdev=net_null0", "--vdev=net_null1" };

Args
operator+(Args a, const Args &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

Outcome
testpmd(const Args &args, const std::string &trigger = "", int sig = 0)
{
	return run_program(Args { built("app/testpmd/plx-testpmd") } + args, trigger, sig);
}

/* stderr without what is said on good days too. */
std::string
complaints(const std::string &err)
{
	std::string rest;

	for (size_t at = 0, end; at < err.size(); at = end) {
		end = err.find('\n', at);
		end = end == std::string::npos ? err.size() : end + 1;
		if (err.compare(at, 34, "testpmd: create a new mbuf pool <m") != 0)
			rest += err.substr(at, end - at);
	}
	return rest;
}

void
expect_refused(const Outcome &o, const Args &words)
{
	std::string err = complaints(o.err);

	EXPECT_FALSE(o.timed_out);
	EXPECT_EQ(o.status, 1);
	EXPECT_EQ(count_lines(err), 1u) << err;
	for (const auto &word : words)
		EXPECT_NE(err.find(word), std::string::npos) << word << " is not in: " << err;
}

struct Refused {
	Args args;	/* behind "--" */
	Args words;	/* what the line must name */
};

void
PrintTo(const Refused &r, std::ostream *os)
{
	for (const auto &a : r.args)
		*os << a << ' ';
}

/* What is wrong at sight is refused before the EAL is started: it would complain of --nonsense. */
class TestpmdRefuses : public testing::TestWithParam<Refused> {};

TEST_P(TestpmdRefuses, AtSight)
{
	Outcome o = testpmd(Args { "--nonsense", "--" } + GetParam().args);

	expect_refused(o, GetParam().words);
	EXPECT_EQ(o.err.rfind("testpmd: ", 0), 0u) << o.err;
	EXPECT_EQ(o.out, "");
}

const std::string MANY_SEGS = [] {
	std::string list = "1";

	for (int i = 1; i < 256; i++)
		list += ",1";
	return list;
}();

const std::string MAX_QUEUES = std::to_string(PLX_MAX_QUEUES_PER_PORT);

INSTANTIATE_TEST_SUITE_P(Options, TestpmdRefuses, testing::Values(
	Refused{ { "--nothing" }, { "--nothing", "--help" } },
	Refused{ { "-I" }, { "-I", "--help" } },
	Refused{ { "-aI" }, { "-I ", "--help" } },
	Refused{ { "--rx" }, { "--rx", "several" } },
	Refused{ { "--rxq" }, { "--rxq", "needs a value" } },
	Refused{ { "--tx-first=1" }, { "--tx-first=1", "no value" } },
	Refused{ { "word" }, { "word", "--help" } },
	Refused{ { "--burst=0" }, { "--burst=0", "1 to 512" } },
	Refused{ { "--burst=513" }, { "--burst=513", "1 to 512" } },
	Refused{ { "--burst=" }, { "--burst=", "1 to 512" } },
	Refused{ { "--burst=-1" }, { "--burst=-1", "1 to 512" } },
	Refused{ { "--burst=3x" }, { "--burst=3x", "1 to 512" } },
	Refused{ { "--burst", "99999999999" }, { "--burst=99999999999", "1 to 512" } },
	Refused{ { "--rxq=0" }, { "--rxq=0", "1 to " + MAX_QUEUES } },
	Refused{ { "--txq=99999" }, { "--txq=99999", "1 to " + MAX_QUEUES } },
	Refused{ { "--rxd=65536" }, { "--rxd=65536", "0 to 65535" } },
	Refused{ { "--txd=65536" }, { "--txd=65536", "0 to 65535" } },
	Refused{ { "--rxfreet=65536" }, { "--rxfreet=65536", "0 to 65535" } },
	Refused{ { "--max-pkt-len=63" }, { "--max-pkt-len=63", "64 to 65535" } },
	Refused{ { "--rx-offloads=x" }, { "--rx-offloads=x", "hexadecimal" } },
	Refused{ { "--rx-offloads=-1" }, { "--rx-offloads=-1", "hexadecimal" } },
	Refused{ { "--tx-offloads=0x" }, { "--tx-offloads=0x", "hexadecimal" } },
	Refused{ { "--tx-offloads=10000000000000000" }, { "--tx-offloads", "hexadecimal" } },
	Refused{ { "--nb-cores=0" }, { "--nb-cores=0", "1 to " } },
	Refused{ { "--stats-period=1s" }, { "--stats-period=1s", "0 to 65535" } },
	Refused{ { "--total-num-mbufs=1024" }, { "--total-num-mbufs=1024", "1025 to" } },
	Refused{ { "--mbuf-size=191" }, { "--mbuf-size=191", "192 to 65535" } },
	Refused{ { "--mbuf-size=65536" }, { "--mbuf-size=65536", "192 to 65535" } },
	Refused{ { "--forward-mode=flowgen" }, { "flowgen", "io, mac, macswap, rxonly, txonly" } },
	Refused{ { "--forward-mode=" }, { "--forward-mode=", "icmpecho" } },
	Refused{ { "--port-topology=star" }, { "star", "paired, chained or loop" } },
	Refused{ { "--txpkts=41" }, { "--txpkts=41", "42 to 65549" } },
	Refused{ { "--txpkts=64," }, { "--txpkts=64,", "at least 1 byte" } },
	Refused{ { "--txpkts=64,0" }, { "--txpkts=64,0", "at least 1 byte" } },
	Refused{ { "--txpkts=40000,40000" }, { "40000,40000", "42 to 65549" } },
	Refused{ { "--txpkts=" + MANY_SEGS }, { "1 to 255 lengths" } },
	Refused{ { "--txpkts=64,2049" }, { "2049", "--mbuf-size=2176", "holds 2048" } },
	Refused{ { "--mbuf-size=200", "--txpkts=73" }, { "73", "--mbuf-size=200", "holds 72" } }));

TEST(TestpmdOptions, HelpNeedsNoMachine)
{
	for (const Args &args : { Args { "--nonsense", "--", "--help" }, Args { "--", "-h" } }) {
		Outcome o = testpmd(args);

		EXPECT_EQ(o.status, 0);
		EXPECT_EQ(o.err, "");
		for (const char *name : { "auto-start", "burst", "forward-mode", "mbuf-size",
				"disable-rss", "enable-drop-en", "enable-hw-vlan",
				"enable-hw-vlan-filter", "enable-hw-vlan-strip", "enable-rx-cksum",
				"enable-scatter", "max-pkt-len", "no-flush-rx", "rss-ip", "rss-udp",
				"rx-offloads", "rxfreet", "tx-offloads", "txfreet", "txrst",
				"nb-cores", "port-topology", "rxd", "rxq", "stats-period",
				"total-num-mbufs", "tx-first", "txd", "txpkts", "txq", "help" })
			EXPECT_NE(o.out.find(std::string("--") + name), std::string::npos) << name;
	}
}

TEST(TestpmdOptions, EalHelpAndVersionEndWell)
{
	Outcome help = testpmd({ "--help" }), version = testpmd({ "-v", "--" });

	EXPECT_EQ(help.status, 0);
	EXPECT_NE(help.out.find("--vdev"), std::string::npos);
	EXPECT_EQ(version.status, 0);
	EXPECT_EQ(version.out, "Pollux " PLX_VERSION "\n");
}

TEST(TestpmdOptions, WhatTheMachineLacks)
{
	const Args one_lcore { "--no-huge", "--no-pci", "-l", "0@0" };
	const Args behind { "--" };

	expect_refused(testpmd({ "--nonsense" }), { "EAL: ", "--nonsense" });
	expect_refused(testpmd(EAL), { "No probed ethernet devices", "--vdev" });
	expect_refused(testpmd(one_lcore + TWO_PORTS), { "No cores defined for forwarding", "-l" });
	expect_refused(testpmd(EAL + TWO_PORTS + behind + Args { "--nb-cores=2" }),
		{ "--nb-cores=2", "1 to 1" });
	expect_refused(testpmd(EAL + TWO_PORTS + behind + Args { "--total-num-mbufs=2000000000" }),
		{ "mbuf pool", "ENOMEM", "--total-num-mbufs" });
	/* Rings of 2 ports, caches of 2 lcores, 2 bursts of 32: else it could send no more some day. */
	expect_refused(testpmd(EAL + TWO_PORTS + behind + Args { "--forward-mode=txonly", "--rxd=64",
		"--txd=512", "--total-num-mbufs=1965" }),
		{ "--total-num-mbufs=1965", "EINVAL", "txonly can need 1966", "--txd" });
	expect_refused(testpmd(EAL + Args { "--vdev=net_null0,size=2049" }),
		{ "ETHDEV: port 0 (net_null0)", "2176", "2049" });
	expect_refused(testpmd(EAL + Args { "--vdev=net_nil0" }), { "net_nil0", "net_null" });
}

/* Offloads, sizes and thresholds are asked for as they are, and ethdev says what a port lacks. */
TEST(TestpmdOptions, WhatThePortLacks)
{
	const std::vector<std::pair<Args, std::string>> lacks = {
		{ { "--enable-rx-cksum" }, "no IPV4_CKSUM" },
		{ { "--enable-scatter" }, "no SCATTER" },
		{ { "--enable-hw-vlan" }, "Rx offloads 0x201 " },
		{ { "--enable-hw-vlan-strip" }, "no VLAN_STRIP" },
		{ { "--enable-hw-vlan-filter" }, "no VLAN_FILTER" },
		{ { "--rx-offloads=0x2000", "--rx-offloads=4" }, "Rx offloads 0x2004 " },
		{ { "--tx-offloads=20" }, "no TCP_TSO" },
		{ { "--rxfreet=65", "--rxd=64" }, "rx_free_thresh 65" },
		{ { "--txfreet=65", "--txd=64" }, "tx_free_thresh 65" },
		{ { "--txrst=65", "--txd=64" }, "tx_rs_thresh 65" },
		{ { "--max-pkt-len=64" }, "MTU of 46" },
	};

	for (const auto &l : lacks)
		expect_refused(testpmd(EAL + Args { "--vdev=net_null0", "--" } + l.first),
			{ "ETHDEV: port 0 (net_null0)", l.second });
}

TEST(TestpmdOptions, Accepted)
{
	const std::vector<Args> good = {
		{ "-a" },
		{ "--auto" },				/* short for --auto-start */
		{ "--forward=mac", "--stats=0", "--port-top", "loop", "--tot=2000" },
		{ "--burst", "0x20", "--rxq=3", "--txq=2", "--rxd=64", "--txd=65535" },
		{ "--txpkts=1,1,62,2048", "--tx-first", "--mbuf-size=2176", "--nb-cores=1" },
		{ "--forward-mode=io", "--forward-mode=rxonly" },
		{ "--rxq=2", "--txq=2", "--disable-rss" },
		{ "--rxq=2", "--txq=2", "--rss-udp", "--rss-ip", "--no-flush-rx", "--enable-drop-en" },
		{ "--rxfreet=8", "--txfreet=16", "--txrst=4", "--max-pkt-len=1400", "--tx-offloads=8000" },
		{ "--forward-mode=csum" },
	};

	for (const auto &args : good) {
		Outcome o = testpmd(EAL + TWO_PORTS + Args { "--" } + args, "Press enter", SIGTERM);

		EXPECT_EQ(o.status, 0) << args[0] << ": " << o.err;
		EXPECT_TRUE(o.saw_trigger) << args[0];
		EXPECT_NE(o.out.find("\nBye...\n"), std::string::npos) << args[0];
	}
}

} // namespace
