/* SPDX-License-Identifier: BSD-3-Clause */
#include "test_netns.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include <gtest/gtest.h>

namespace {

void
write_file(const char *path, const std::string &text)
{
	std::ofstream(path) << text;
}

/* Before the EAL and its threads. Whoever is no root becomes root of a user namespace. */
bool
enter_namespace()
{
	const std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());

	if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		perror("no network namespace for this test");
		return false;
	}
	if (uid != "0") {
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", "0 " + uid + " 1");
		write_file("/proc/self/gid_map", "0 " + gid + " 1");
	}
	return true;
}

const bool in_namespace = enter_namespace();

} // namespace

bool
ip(const std::string &args)
{
	/* Nothing may touch the host. */
	return in_namespace && system(("ip " + args).c_str()) == 0;
}

void
make_veth(const std::string &left, const std::string &right)
{
	ASSERT_TRUE(ip("link add " + left + " type veth peer name " + right));
	for (const auto &name : { left, right }) {
		/* The kernel talks by itself there, unless it has no IPv6. */
		write_file(("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6").c_str(), "1");
		ASSERT_TRUE(ip("link set " + name + " up"));
	}
}

void
delete_link(const std::string &name)
{
	EXPECT_TRUE(ip("link del " + name));
}

Peer::Peer(const std::string &iface) : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0))
{
	sockaddr_ll address = {};

	address.sll_family = AF_PACKET;
	address.sll_protocol = htons(ETH_P_ALL);
	address.sll_ifindex = int(if_nametoindex(iface.c_str()));
	EXPECT_GE(fd_, 0);
	EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr *>(&address), sizeof(address)), 0) << strerror(errno);
}

Peer::~Peer()
{
	close(fd_);
}

void
Peer::send(const std::string &frame) const
{
	EXPECT_EQ(write(fd_, frame.data(), frame.size()), ssize_t(frame.size())) << strerror(errno);
}

std::string
Peer::receive(const std::string &prefix) const
{
	pollfd readable = { fd_, POLLIN, 0 };
	char frame[65536];

	while (poll(&readable, 1, 10 * 1000) == 1) {
		ssize_t n = read(fd_, frame, sizeof(frame));

		if (n >= ssize_t(prefix.size()) && memcmp(frame, prefix.data(), prefix.size()) == 0)
			return std::string(frame, size_t(n));
		if (n < 0)
			break;
	}
	return "";
}
