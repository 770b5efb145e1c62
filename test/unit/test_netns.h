/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_NETNS_H
#define TEST_NETNS_H
/*
 * Interfaces of the kernel for tests, in a network namespace of the test's own: link test_netns.cc
 * too. All of the program runs in it, and so nothing of the host is touched.
 */
#include <chrono>
#include <string>

/* Run ip(8) with those arguments. Did it succeed? */
bool ip(const std::string &args);
/* Two interfaces joined by a wire, up, without offloads of checksums; their names. */
void make_veth(const std::string &left, const std::string &right);
void delete_link(const std::string &name);

/* A packet socket on an interface, to be the other side. */
class Peer {
public:
	explicit Peer(const std::string &iface);
	Peer(const Peer &) = delete;
	~Peer();

	void send(const std::string &frame) const;
	/* The next frame that begins with @prefix, within 10 s; "" if none comes. */
	std::string receive(const std::string &prefix) const;

private:
	int fd_;
};

/* Until @done() is true, for 10 s. */
template <typename Done> bool
eventually(Done done)
{
	const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);

	while (!done())
		if (std::chrono::steady_clock::now() > end)
			return false;
	return true;
}

#endif
