/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs of plx-testpmd: their beginning, their end, and the texts that people's scripts read. */
#include <algorithm>
#include <csignal>
#include <cstring>
#include <regex>

#include <gtest/gtest.h>

#include "run_program.h"

namespace {

using Args = std::vector<std::string>;

/* Lcores share a CPU, so that one will do. */
const Args EAL { "--no-huge", "--no-pci", "--lcores=(0-1)@0" };
const Args EAL4 { "--no-huge", "--no-pci", "--lcores=(0-3)@0" };

Args
command(const Args &eal, unsigned int nb_ports, const Args &args)
{
	Args all { built("app/testpmd/plx-testpmd") };

	all.insert(all.end(), eal.begin(), eal.end());
	for (unsigned int i = 0; i < nb_ports; i++)
		all.push_back("--vdev=net_null" + std::to_string(i));
	all.push_back("--");
	all.insert(all.end(), args.begin(), args.end());
	return all;
}

/* A run that is ended by @sig once @trigger is out. */
Outcome
run(unsigned int nb_ports, const Args &args, const std::string &trigger = "End of input",
	int sig = SIGINT, const Args &eal = EAL)
{
	Outcome o = run_program(command(eal, nb_ports, args), trigger, sig);

	EXPECT_FALSE(o.timed_out);
	EXPECT_TRUE(o.saw_trigger) << o.out << o.err;
	EXPECT_EQ(o.status, 0) << o.err;
	return o;
}

/* The part of @text from @from up to @to. */
std::string
part(const std::string &text, const std::string &from, const std::string &to)
{
	size_t a = text.find(from), b = text.find(to, a == std::string::npos ? 0 : a);

	return a == std::string::npos || b == std::string::npos ? "" : text.substr(a, b - a);
}

/*
 * The text @want: <mac> stands for any address, <n> for a number and its padding to the right,
 * <rate> for a number of 12 columns.
 */
void
expect_text(const std::string &text, const std::string &want)
{
	std::string pattern;

	for (char c : want)
		pattern += strchr("\\^$.|?*+()[]{}", c) ? std::string("\\") + c : std::string(1, c);
	pattern = std::regex_replace(pattern, std::regex("<mac>"),
		"[0-9A-F]{2}(:[0-9A-F]{2}){5}");
	pattern = std::regex_replace(pattern, std::regex("<n>"), "[0-9]+ *");
	pattern = std::regex_replace(pattern, std::regex("<rate>"), "[ 0-9]{11}[0-9]");
	EXPECT_TRUE(std::regex_match(text, std::regex(pattern))) << text << "\nis not\n" << want;
}

TEST(TestpmdRun, FromTheFirstLineToTheLast)
{
	Outcome o = run(2, { "--forward-mode=mac", "-a", "--tx-first" });

	expect_text(o.out,
		"Set mac packet forwarding mode\n"
		"Auto-start selected\n"
		"Ports to start sending a burst of packets first\n"
		"Configuring Port 0 (socket 0)\n"
		"Port 0: <mac>\n"
		"Configuring Port 1 (socket 0)\n"
		"Port 1: <mac>\n"
		"Checking link statuses...\n"
		"Port 0 Link up at 10 Gbps FDX Fixed\n"
		"Port 1 Link up at 10 Gbps FDX Fixed\n"
		"Done\n"
		"No commandline core given, start packet forwarding\n"
		"mac packet forwarding - ports=2 - cores=1 - streams=2 - NUMA support enabled, "
		"MP allocation mode: native\n"
		"Logical Core 1 (socket 0) forwards packets on 2 streams:\n"
		"  RX P=0/Q=0 (socket 0) -> TX P=1/Q=0 (socket 0) peer=02:00:00:00:00:01\n"
		"  RX P=1/Q=0 (socket 0) -> TX P=0/Q=0 (socket 0) peer=02:00:00:00:00:00\n"
		"\n"
		"  mac packet forwarding packets/burst=32\n"
		"  nb forwarding cores=1 - nb forwarding ports=2\n"
		"  port 0: RX queue number: 1 Tx queue number: 1\n"
		"    Rx offloads=0x0 Tx offloads=0x10000\n"
		"    RX queue: 0\n"
		"      RX desc=512 - RX free threshold=0\n"
		"      RX threshold registers: pthresh=0 hthresh=0  wthresh=0\n"
		"      RX Offloads=0x0\n"
		"    TX queue: 0\n"
		"      TX desc=512 - TX free threshold=0\n"
		"      TX threshold registers: pthresh=0 hthresh=0  wthresh=0\n"
		"      TX offloads=0x10000 - TX RS bit threshold=0\n"
		"  port 1: RX queue number: 1 Tx queue number: 1\n"
		"    Rx offloads=0x0 Tx offloads=0x10000\n"
		"    RX queue: 0\n"
		"      RX desc=512 - RX free threshold=0\n"
		"      RX threshold registers: pthresh=0 hthresh=0  wthresh=0\n"
		"      RX Offloads=0x0\n"
		"    TX queue: 0\n"
		"      TX desc=512 - TX free threshold=0\n"
		"      TX threshold registers: pthresh=0 hthresh=0  wthresh=0\n"
		"      TX offloads=0x10000 - TX RS bit threshold=0\n"
		"Press enter to exit\n"
		"End of input: running until SIGINT or SIGTERM\n"
		"Telling cores to stop...\n"
		"Waiting for lcores to finish...\n"
		"\n"
		"  ---------------------- Forward statistics for port 0  ----------------------\n"
		"  RX-packets: <n> RX-dropped: 0             RX-total: <n>\n"
		"  TX-packets: <n> TX-dropped: 0             TX-total: <n>\n"
		"  ----------------------------------------------------------------------------\n"
		"\n"
		"  ---------------------- Forward statistics for port 1  ----------------------\n"
		"  RX-packets: <n> RX-dropped: 0             RX-total: <n>\n"
		"  TX-packets: <n> TX-dropped: 0             TX-total: <n>\n"
		"  ----------------------------------------------------------------------------\n"
		"\n"
		"  +++++++++++++++ Accumulated forward statistics for all ports+++++++++++++++\n"
		"  RX-packets: <n> RX-dropped: 0             RX-total: <n>\n"
		"  TX-packets: <n> TX-dropped: 0             TX-total: <n>\n"
		"  ++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++\n"
		"\n"
		"Done.\n"
		"\nStopping port 0...\nStopping ports...\nDone\n"
		"\nStopping port 1...\nStopping ports...\nDone\n"
		"\nShutting down port 0...\nClosing ports...\nPort 0 is closed\nDone\n"
		"\nShutting down port 1...\nClosing ports...\nPort 1 is closed\nDone\n"
		"\nBye...\n");
	EXPECT_NE(o.err.find("testpmd: create a new mbuf pool <mb_pool_0>: n=9716, size=2176, "
		"socket=0\n"), std::string::npos) << o.err;
}

/* The number behind @name in the accumulated statistics. */
uint64_t
total(const Outcome &o, const std::string &name)
{
	size_t at = o.out.find(name, o.out.find("Accumulated"));

	return at == std::string::npos ? 0 : strtoull(&o.out[at + name.size()], nullptr, 10);
}

TEST(TestpmdRun, EveryModeCountsWhatItDoes)
{
	for (const char *mode : { "io", "mac", "macswap" }) {
		Outcome o = run(2, { std::string("--forward-mode=") + mode });

		EXPECT_GT(total(o, "RX-packets: "), 0u) << mode;
		EXPECT_EQ(total(o, "RX-packets: "), total(o, "TX-packets: ")) << mode;
		EXPECT_EQ(total(o, "RX-total: "), total(o, "RX-packets: ")) << mode;
	}
	for (const char *mode : { "rxonly", "icmpecho" }) {
		Outcome o = run(2, { std::string("--forward-mode=") + mode });

		EXPECT_GT(total(o, "RX-packets: "), 0u) << mode;
		EXPECT_EQ(total(o, "TX-packets: "), 0u) << mode;
	}
	Outcome o = run(2, { "--forward-mode=txonly", "--txpkts=64,100" });

	EXPECT_EQ(total(o, "RX-packets: "), 0u);
	EXPECT_GT(total(o, "TX-packets: "), 0u);
	EXPECT_NE(o.out.find("\n  packet len=164 - nb packet segments=2\n"), std::string::npos);
}

TEST(TestpmdRun, TxFirstIsCounted)
{
	Outcome o = run(3, { "--tx-first", "--burst=7" });

	EXPECT_EQ(total(o, "TX-packets: "), total(o, "RX-packets: ") + 3 * 7);
	o = run(1, { "--tx-first", "--forward-mode=rxonly", "--rxq=2", "--txq=2" });
	EXPECT_EQ(total(o, "TX-packets: "), 2u * 32);
}

/* What a --stats-period shows of two ports. */
std::string
show_of_two_ports(const std::string &rate)
{
	std::string text = "\033[2J\033[1;1H\nPort statistics ====================================";

	for (const char *p : { "0", "1" })
		text += std::string("\n  ######################## NIC statistics for port ") + p +
			"  ########################\n"
			"  RX-packets: <n> RX-missed: 0          RX-bytes:  <n>\n"
			"  RX-errors: 0\n"
			"  RX-nombuf:  0         \n"
			"  TX-packets: <n> TX-errors: 0          TX-bytes:  <n>\n"
			"\n"
			"  Throughput (since last show)\n"
			"  Rx-pps: " + rate + "          Rx-bps: " + rate + "\n"
			"  Tx-pps: " + rate + "          Tx-bps: " + rate + "\n"
			"  ##################################################################"
			"##########\n";
	return text;
}

TEST(TestpmdRun, StatisticsComeAtOnceAndEveryPeriod)
{
	/* The end of a show, right before another one. */
	const std::string between = "######\n\033[2J\033[1;1H\n";
	Outcome o = run(2, { "--stats-period=1" }, between);
	size_t first = o.out.find("\033[2J"), second = o.out.find(between) + 7,
		end = std::min(o.out.find(between, second), o.out.find("Telling cores"));

	expect_text(o.out.substr(first, second - first), show_of_two_ports("           0"));
	expect_text(o.out.substr(second, end - second), show_of_two_ports("<rate>"));
	EXPECT_EQ(o.out.find("Press enter"), std::string::npos);
}

TEST(TestpmdRun, TopologiesAndQueues)
{
	auto streams = [](const Outcome &o) {
		return part(o.out, "Logical Core", "\n\n  ");
	};
	auto line = [](int rx, int tx, int queue) {
		std::string q = "/Q=" + std::to_string(queue) + " (socket 0)",
			from = std::to_string(rx), to = std::to_string(tx);

		return "\n  RX P=" + from + q + " -> TX P=" + to + q +
			" peer=02:00:00:00:00:0" + to;
	};
	auto core = [](int lcore, int n) {
		return (lcore > 1 ? "\n" : "") + std::string("Logical Core ") +
			std::to_string(lcore) + " (socket 0) forwards packets on " +
			std::to_string(n) + " streams:";
	};
	Outcome o = run(3, { "--rxq=2", "--txq=2" });

	EXPECT_EQ(streams(o), core(1, 6) + line(0, 1, 0) + line(1, 0, 0) + line(2, 2, 0) +
		line(0, 1, 1) + line(1, 0, 1) + line(2, 2, 1));
	EXPECT_NE(o.err.find("the last port will pair with itself"), std::string::npos);

	o = run(3, { "--port-topology=chained" });
	EXPECT_EQ(streams(o), core(1, 3) + line(0, 1, 0) + line(1, 2, 0) + line(2, 0, 0));
	EXPECT_EQ(o.err.find("Warning"), std::string::npos);

	o = run(2, { "--port-topology=loop" });
	EXPECT_EQ(streams(o), core(1, 2) + line(0, 0, 0) + line(1, 1, 0));

	o = run(2, { "--forward-mode=icmpecho", "--rxq=2", "--txq=3" });
	EXPECT_EQ(streams(o), core(1, 4) + line(0, 0, 0) + line(0, 0, 1) + line(1, 1, 0) +
		line(1, 1, 1));
	EXPECT_NE(o.err.find("only 2 of each are used"), std::string::npos);

	/* What can't be shared out evenly goes to the last lcores. */
	o = run(4, { "--nb-cores=3", "--rxq=2", "--txq=2" }, "End of input", SIGINT, EAL4);
	EXPECT_EQ(streams(o), core(1, 2) + line(0, 1, 0) + line(1, 0, 0) +
		core(2, 3) + line(2, 3, 0) + line(3, 2, 0) + line(0, 1, 1) +
		core(3, 3) + line(1, 0, 1) + line(2, 3, 1) + line(3, 2, 1));
	o = run(1, { "--nb-cores=3" }, "End of input", SIGINT, EAL4);
	EXPECT_EQ(streams(o), core(1, 1) + line(0, 0, 0));
}

TEST(TestpmdRun, StreamsAreShownWhenPortsHaveSeveral)
{
	Outcome o = run(2, { "--rxq=2", "--txq=2" });
	std::string want;

	for (const char *stream : { "RX Port= 0/Queue= 0 -> TX Port= 1/Queue= 0",
			"RX Port= 1/Queue= 0 -> TX Port= 0/Queue= 0",
			"RX Port= 0/Queue= 1 -> TX Port= 1/Queue= 1",
			"RX Port= 1/Queue= 1 -> TX Port= 0/Queue= 1" })
		want += std::string("\n  ------- Forward Stats for ") + stream + " -------\n"
			"  RX-packets: <n> TX-packets: <n> TX-dropped: 0             \n";
	expect_text(part(o.out, "\n  ------- Fo", "\n  ---------------------- Fo"), want);
}

TEST(TestpmdRun, AnySignalAndAnyInputEndItWell)
{
	/* The end of input does not; with --stats-period no input does. */
	run(1, {}, "End of input", SIGTERM);
	run(1, { "--stats-period=100" }, "Port statistics", SIGTERM);

	std::string shell;

	for (const auto &word : command(EAL, 1, {}))
		shell += "'" + word + "' ";
	Outcome o = run_program({ "sh", "-c", "echo | " + shell });

	EXPECT_EQ(o.status, 0) << o.err;
	EXPECT_NE(o.out.find("Press enter to exit\nTelling cores to stop..."), std::string::npos);

	/* Standard files that are closed are like /dev/null. */
	o = run_program({ "sh", "-c", "exec " + shell + "<&- 2>&-" }, "End of input", SIGINT);
	EXPECT_EQ(o.status, 0);
	EXPECT_NE(o.out.find("\nBye...\n"), std::string::npos);
}

TEST(TestpmdRun, OutputThatCantBeWrittenIsAnError)
{
	std::string shell;

	for (const auto &word : command(EAL, 1, {}))
		shell += "'" + word + "' ";
	Outcome o = run_program({ "sh", "-c", "echo | " + shell + "> /dev/full" });

	EXPECT_EQ(o.status, 1);
	EXPECT_NE(o.err.find("standard output can't be written (ENOSPC"), std::string::npos)
		<< o.err;
}

} // namespace
