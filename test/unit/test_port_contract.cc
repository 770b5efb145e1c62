/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract (test/lab/port_contract.cc) over software ports: one run of that program each,
 * whose failures are shown here. One port alone, to look into: build/test/lab/port_contract, with
 * the arguments of the table below; in a network namespace (unshare --net) if it has a setup.
 */
#include <fstream>
#include <memory>
#include <sstream>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "run_program.h"

namespace {

struct Ports {
	const char *name;
	std::vector<std::string> vdevs;		/* for --vdev */
	std::vector<std::string> options;	/* behind "--" */
	std::string setup {};			/* commands for interfaces, in a namespace of this run */
	bool vhost = false;			/* with a VhostPeer at both ends of the wire */
};

/* Of the vhost-user peer: a digit for the port comes behind. */
const std::string vhost_socket = "/tmp/plx-contract-vhost." + std::to_string(getpid()) + ".";

/* Without IPv6 the kernel has nothing to say there by itself. */
const std::string quiet = "for n in left right; do\n"
	"	[ ! -d /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/$n/disable_ipv6\n"
	"done\n";
const std::string veth = "ip link add left type veth peer name right\n" + quiet +
	"ip link set left up\n"
	"ip link set right up\n";
/* What the one sends the kernel sends by the other. */
const std::string taps = "for n in left right; do\n"
	"	ip tuntap add $n mode tap multi_queue\n"
	"	tc qdisc add dev $n ingress\n"
	"done\n"
	"redirect='protocol all u32 match u32 0 0 action mirred egress redirect dev'\n"
	"tc filter add dev left parent ffff: $redirect right\n"
	"tc filter add dev right parent ffff: $redirect left\n" + quiet;

/*
 * DPDK's vhost neither looks at checksums nor says that they are good. A packet that is too long
 * for the receiver's buffers makes it refuse those behind too, and testpmd drops what is refused.
 */
const std::vector<std::string> with_vhost = { "--wire=pair", "--unfiltered", "--restarts=100",
	"--lacks=rx-checksums", "--lacks=uneven-queues",
	"--gtest_filter=-Packets.longer_than_the_receiver_allows" };

std::vector<std::string>
virtio_users(const std::string &args)
{
	std::vector<std::string> made;

	for (const char *n : { "0", "1" })
		made.push_back("net_virtio_user" + std::string(n) + ",queues=2,path=" +
			vhost_socket + n + args);
	return made;
}

/* A further port is a further line. */
const Ports ports[] = {
	{ "null", { "net_null0" }, { "--wire=none" } },
	{ "null_copy", { "net_null0,copy=1,size=200" }, { "--wire=none" } },
	{ "ring", { "net_ring0" }, { "--wire=self", "--unfiltered", "--lacks=byte-counts" } },
	/* It has no mbufs of its own that could run out: packets come in those of the other port. */
	{ "ring_wire", { "net_ring0,wire=w", "net_ring1,wire=w" },
		{ "--wire=pair", "--unfiltered", "--lacks=byte-counts",
			"--gtest_filter=-Packets.an_exhausted_pool" } },
	{ "pcap", { "net_pcap0,tx_pcap=/dev/null" }, { "--wire=none" } },
	/* The interface drops what is longer than its MTU, and tells it the kernel only. */
	{ "pcap_iface", { "net_pcap0,iface=left,phy_mac=1", "net_pcap1,iface=right,phy_mac=1" },
		{ "--wire=pair", "--unfiltered", "--lacks=oversize-count" }, veth },
	{ "af_packet", { "net_af_packet0,iface=left,qpairs=4", "net_af_packet1,iface=right,qpairs=4" },
		{ "--wire=pair" }, veth },
	{ "af_packet_large", { "net_af_packet0,iface=left,framesz=16384,blocksz=65536",
		"net_af_packet1,iface=right,framesz=16384,blocksz=65536" },
		{ "--wire=pair", "--lacks=oversize-count" }, veth },
	{ "tap", { "net_tap0,iface=left,persist=1", "net_tap1,iface=right,persist=1" },
		{ "--wire=pair" }, taps },
	{ "virtio_user_split", virtio_users(""), with_vhost, "", true },
	{ "virtio_user_packed", virtio_users(",packed_vq=1"), with_vhost, "", true },
};

/* DPDK's testpmd with two ports of vhost-user, between which it forwards while this is there. */
class VhostPeer {
public:
	VhostPeer()
	{
		const std::string command = "exec dpdk-testpmd --lcores=" + lcores() +
			" --no-huge -m 128 --no-pci --no-telemetry --no-shconf"
			" --vdev=net_vhost0,queues=2,iface=" + vhost_socket + "0"
			" --vdev=net_vhost1,queues=2,iface=" + vhost_socket + "1"
			" -- --forward-mode=io --rxq=2 --txq=2 --total-num-mbufs=8192"
			" --disable-link-check >" + log() + " 2>&1";

		EXPECT_EQ(pipe2(input_, O_CLOEXEC), 0);
		pid_ = fork();
		if (pid_ == 0)
			run(command.c_str());
		close(input_[0]);
		for (int left = 600; left > 0 && !listens() && !ended(); left--)
			usleep(100 * 1000);
		EXPECT_TRUE(listens()) << "no vhost-user peer: tools/deps peer installs it; it said\n"
			<< std::ifstream(log()).rdbuf();
	}

	~VhostPeer()
	{
		if (!ended()) {
			kill(pid_, SIGKILL);
			waitpid(pid_, nullptr, 0);
		}
		close(input_[1]);
		for (const char *what : { "0", "1", "log" })
			unlink((vhost_socket + what).c_str());
	}

private:
	static std::string log() { return vhost_socket + "log"; }

	bool ended()
	{
		if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0)
			pid_ = -1;
		return pid_ <= 0;
	}

	/* That the sockets are there is not enough: in /proc/net/unix they are marked. */
	static bool listens()
	{
		std::ifstream sockets("/proc/net/unix");
		std::string line;
		int n = 0;

		while (std::getline(sockets, line))
			n += line.find(vhost_socket) != line.npos &&
				line.find(" 00010000 ") != line.npos;
		return n == 2;
	}

	/* It polls: the last processor is what the port, on the first, leaves it. */
	static std::string lcores()
	{
		cpu_set_t set;
		int cpu = CPU_SETSIZE - 1;

		EXPECT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
		while (cpu > 0 && !CPU_ISSET(cpu, &set))
			cpu--;
		return "0@" + std::to_string(cpu) + ",1@" + std::to_string(cpu);
	}

	/* Without input it would end. It does with the thread that started it. */
	[[noreturn]] void run(const char *command)
	{
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(input_[0], 0);
		execl("/bin/sh", "sh", "-c", command, nullptr);
		_exit(127);
	}

	int input_[2] = { -1, -1 };
	pid_t pid_ = -1;
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

/* Whoever is no root becomes root of a user namespace. */
std::vector<std::string>
in_namespace(const std::string &setup)
{
	std::vector<std::string> argv = { "/usr/bin/unshare", "--net" };

	if (geteuid() != 0)
		argv.insert(argv.end(), { "--user", "--map-root-user" });
	argv.insert(argv.end(), { "sh", "-c", "set -e\n" + setup + "exec \"$@\"", "sh" });
	return argv;
}

TEST_P(PortContract, holds)
{
	std::vector<std::string> argv = GetParam().setup.empty() ? std::vector<std::string>() :
		in_namespace(GetParam().setup);

	argv.insert(argv.end(), { built("test/lab/port_contract"), "-l", "0", "--no-huge",
		"--no-pci", "-m", "128" });

	for (const std::string &vdev : GetParam().vdevs)
		argv.insert(argv.end(), { "--vdev", vdev });
	argv.push_back("--");
	argv.insert(argv.end(), GetParam().options.begin(), GetParam().options.end());

	std::unique_ptr<VhostPeer> peer(GetParam().vhost ? new VhostPeer : nullptr);
	const Outcome run = run_program(argv, "", 0, 240);

	EXPECT_FALSE(run.timed_out);
	EXPECT_EQ(run.status, 0) << failures(run);
	EXPECT_NE(run.out.find("[  PASSED  ]"), std::string::npos) << run.out << run.err;
}

INSTANTIATE_TEST_SUITE_P(Software, PortContract, testing::ValuesIn(ports),
	[](const testing::TestParamInfo<Ports> &info) { return std::string(info.param.name); });

} // namespace
