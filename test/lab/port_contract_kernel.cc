/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract: the kernel's stack as the judge of what a port makes of checksums and TCP. It
 * has an interface on the same wire, which leaves the checking to software and puts nothing
 * together: tests/port-contract sets it up.
 */
#include "port_contract_tx.h"

#include <cstring>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

namespace contract {

namespace {

constexpr uint16_t OPEN_PORT = 7777, CLOSED_PORT = 9;

/* A counter of /proc/net/snmp: a line of names, and one of values. */
long
snmp(const std::string &protocol, const std::string &name)
{
	std::ifstream file("/proc/net/snmp");
	std::string names, values, word;

	while (std::getline(file, names) && std::getline(file, values)) {
		std::istringstream n(names), v(values);
		long value;

		n >> word;
		v >> word;
		if (word != protocol + ":")
			continue;
		while (n >> word && v >> value)
			if (word == name)
				return value;
	}
	ADD_FAILURE() << "no " << protocol << name;
	return 0;
}

long
snmp6(const std::string &name)
{
	std::ifstream file("/proc/net/snmp6");
	std::string word;
	long value;

	while (file >> word >> value)
		if (word == name)
			return value;
	ADD_FAILURE() << "no " << name;
	return 0;
}

class Judge : public TxOffload {
protected:
	void SetUp() override
	{
		TxOffload::SetUp();
		NEED(!options.kernel_nic.empty(), "no interface of the kernel");

		std::ifstream file("/sys/class/net/" + options.kernel_nic + "/address");
		std::string text;

		std::getline(file, text);
		ASSERT_EQ(plx_ether_unformat_addr(text.c_str(), &kernel), 0) << options.kernel_nic
			<< ": " << text;
	}

	Bytes to_kernel(const Kind &kind, uint16_t port, size_t payload)
	{
		IpSpec spec = spec_of(kind);

		spec.dst_port = port;
		spec.payload = payload;
		spec.seed = ++seed;
		return ip_frame(kernel, tx.mac(), spec);
	}

	void send_prepared(plx_mbuf *packet)
	{
		ASSERT_EQ(plx_eth_tx_prepare(tx.id, 0, &packet, 1), 1) << "errno " << errno;
		send({ packet });
	}

	plx_ether_addr kernel {};
};

/* A UDP socket of the kernel, for both versions of IP. */
class Socket {
public:
	Socket() : fd_(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
	{
		sockaddr_in6 any {};

		any.sin6_family = AF_INET6;
		any.sin6_port = htons(OPEN_PORT);
		EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr *>(&any), sizeof(any)), 0)
			<< strerror(errno);
	}
	~Socket() { close(fd_); }
	Socket(const Socket &) = delete;

	/* What came, if anything did. To ask is what makes the kernel look at the checksum. */
	Bytes take()
	{
		Bytes data(65536);
		const ssize_t n = recv(fd_, data.data(), data.size(), 0);

		data.resize(n > 0 ? size_t(n) : 0);
		return data;
	}

private:
	int fd_;
};

TEST_F(Judge, udp_with_its_checksum_filled_in)
{
	Socket socket;

	NEED(capa & PLX_ETH_TX_OFFLOAD_UDP_CKSUM, "no checksums are filled in");
	ASSERT_NO_FATAL_FAILURE(start_with());

	const long errors = snmp("Udp", "InCsumErrors") + snmp6("Udp6InCsumErrors");

	for (const Kind &kind : { kinds[0], kinds[2] })
		for (size_t payload : { 30, 501, 1400 }) {
			const Bytes frame = to_kernel(kind, OPEN_PORT, payload);
			Bytes came;

			ASSERT_NO_FATAL_FAILURE(send_prepared(request(frame)));
			ASSERT_TRUE(await([&] { return !(came = socket.take()).empty(); }))
				<< kind.name << ", " << payload;
			EXPECT_EQ(difference(Bytes(frame.end() - long(payload), frame.end()), came),
				"") << kind.name;
		}
	EXPECT_EQ(snmp("Udp", "InCsumErrors") + snmp6("Udp6InCsumErrors"), errors);

	/* The judge can tell. */
	Bytes bad = to_kernel(kinds[0], OPEN_PORT, 100);

	bad.back() ^= 1;
	send({ make_packet(pool, bad) });
	EXPECT_TRUE(await([&] {
		EXPECT_TRUE(socket.take().empty());
		return snmp("Udp", "InCsumErrors") + snmp6("Udp6InCsumErrors") == errors + 1;
	}));
}

/*
 * Nobody listens: each segment with a right checksum is answered by a reset, and the others are
 * counted.
 */
TEST_F(Judge, tcp_with_its_checksum_filled_in_and_cut)
{
	NEED(capa & PLX_ETH_TX_OFFLOAD_TCP_CKSUM, "no checksums are filled in");
	ASSERT_NO_FATAL_FAILURE(start_with(PLX_ETH_TX_OFFLOAD_TCP_TSO));

	const long errors = snmp("Tcp", "InCsumErrors");

	for (const Kind &kind : { kinds[1], kinds[3] }) {
		const Bytes small = to_kernel(kind, CLOSED_PORT, 333);
		const Bytes large = to_kernel(kind, CLOSED_PORT, 10001);
		long resets = snmp("Tcp", "OutRsts");

		ASSERT_NO_FATAL_FAILURE(send_prepared(request(small)));
		EXPECT_TRUE(await([&] { return snmp("Tcp", "OutRsts") == resets + 1; }))
			<< kind.name;
		if (!(capa & PLX_ETH_TX_OFFLOAD_TCP_TSO))
			continue;
		resets = snmp("Tcp", "OutRsts");
		ASSERT_NO_FATAL_FAILURE(send_prepared(cut_request(large, 1400)));
		EXPECT_TRUE(await([&] { return snmp("Tcp", "OutRsts") == resets + 8; }))
			<< kind.name << ", cut: "
			<< snmp("Tcp", "OutRsts") - resets << " resets";
	}
	EXPECT_EQ(snmp("Tcp", "InCsumErrors"), errors);

	Bytes bad = to_kernel(kinds[1], CLOSED_PORT, 100);

	bad.back() ^= 1;
	send({ make_packet(pool, bad) });
	EXPECT_TRUE(await([&] { return snmp("Tcp", "InCsumErrors") == errors + 1; }));
}

} // namespace

} // namespace contract
