/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract (test/lab/port_contract.cc) over software ports: one run of that program each,
 * whose failures are shown here. One port alone, to look into: build/test/lab/port_contract, with
 * the arguments of the table below.
 */
#include <sstream>

#include <gtest/gtest.h>

#include "run_program.h"

namespace {

struct Ports {
	const char *name;
	std::vector<std::string> vdevs;		/* for --vdev */
	std::vector<std::string> options;	/* behind "--" */
};

/* A further port is a further line. */
const Ports ports[] = {
	{ "null", { "net_null0" }, { "--wire=none" } },
	{ "null_copy", { "net_null0,copy=1,size=200" }, { "--wire=none" } },
	{ "ring", { "net_ring0" }, { "--wire=self", "--unfiltered" } },
	/* It has no mbufs of its own that could run out: packets come in those of the other port. */
	{ "ring_wire", { "net_ring0,wire=w", "net_ring1,wire=w" },
		{ "--wire=pair", "--unfiltered", "--gtest_filter=-Packets.an_exhausted_pool" } },
	{ "pcap", { "net_pcap0,tx_pcap=/dev/null" }, { "--wire=none" } },
};

/* What the program says of failures, and nothing of what went well. */
std::string
failures(const Outcome &run)
{
	std::istringstream lines(run.out);
	std::string text, line;
	bool ok = true;

	while (std::getline(lines, line)) {
		if (line.rfind("[ RUN", 0) == 0)
			ok = true;
		if (line.find(": Failure") != std::string::npos)
			ok = false;
		if (!ok)
			text += line + "\n";
	}
	return text + run.err;
}

class PortContract : public testing::TestWithParam<Ports> {};

TEST_P(PortContract, holds)
{
	std::vector<std::string> argv = { built("test/lab/port_contract"), "-l", "0", "--no-huge",
		"--no-pci",
		"-m", "128" };

	for (const std::string &vdev : GetParam().vdevs)
		argv.insert(argv.end(), { "--vdev", vdev });
	argv.push_back("--");
	argv.insert(argv.end(), GetParam().options.begin(), GetParam().options.end());

	const Outcome run = run_program(argv, "", 0, 240);

	EXPECT_FALSE(run.timed_out);
	EXPECT_EQ(run.status, 0) << failures(run);
	EXPECT_NE(run.out.find("[  PASSED  ]"), std::string::npos) << run.out << run.err;
}

INSTANTIATE_TEST_SUITE_P(Software, PortContract, testing::ValuesIn(ports),
	[](const testing::TestParamInfo<Ports> &info) { return std::string(info.param.name); });

} // namespace
