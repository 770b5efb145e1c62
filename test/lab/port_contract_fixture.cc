/* SPDX-License-Identifier: BSD-3-Clause */
/* The port contract: ports, their wire, and the fixture of all its tests. */
#include "port_contract.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace contract {

plx_eth_dev_info
Port::info() const
{
	plx_eth_dev_info found {};

	EXPECT_EQ(plx_eth_dev_info_get(id, &found), 0);
	return found;
}

plx_ether_addr
Port::mac() const
{
	plx_ether_addr found {};

	EXPECT_EQ(plx_eth_macaddr_get(id, &found), 0);
	return found;
}

plx_eth_stats
Port::stats() const
{
	plx_eth_stats found {};

	EXPECT_EQ(plx_eth_stats_get(id, &found), 0);
	return found;
}

bool
Port::link_is(bool up) const
{
	plx_eth_link link {};

	EXPECT_EQ(plx_eth_link_get_nowait(id, &link), 0);
	return (link.link_status != 0) == up;
}

std::string
Port::name() const
{
	char text[PLX_ETH_NAME_MAX_LEN] = "";

	EXPECT_EQ(plx_eth_dev_get_name_by_port(id, text), 0);
	return text;
}

int
Port::set_up(const Config &setup, plx_mempool *pool)
{
	int ret = plx_eth_dev_configure(id, setup.rx_queues, setup.tx_queues, &setup.conf);

	for (uint16_t i = 0; i < setup.rx_queues && ret == 0; i++)
		ret = plx_eth_rx_queue_setup(id, i, setup.rx_desc, SOCKET_ID_ANY, &setup.rxconf,
			setup.pools.empty() ? pool : setup.pools[i % setup.pools.size()]);
	for (uint16_t i = 0; i < setup.tx_queues && ret == 0; i++)
		ret = plx_eth_tx_queue_setup(id, i, setup.tx_desc, SOCKET_ID_ANY, &setup.txconf);
	rx_queues = ret == 0 ? setup.rx_queues : uint16_t(0);
	tx_queues = ret == 0 ? setup.tx_queues : uint16_t(0);
	return ret;
}

uint16_t
round_desc(const plx_eth_desc_lim &lim, unsigned int n)
{
	unsigned int desc = std::max(n, unsigned(lim.nb_min));

	if (lim.nb_align > 1)
		desc = (desc + lim.nb_align - 1) / lim.nb_align * lim.nb_align;
	while (lim.nb_pow2 && (desc & (desc - 1)) != 0)
		desc += desc & -desc;
	return uint16_t(std::min(desc, unsigned(lim.nb_max)));
}

/* The device node of the lab's monitor (test/lab/monitor). */
static std::string
monitor_node()
{
	std::error_code error;

	const std::filesystem::directory_iterator ports("/sys/class/virtio-ports", error);

	for (const auto &entry : ports) {
		std::ifstream file(entry.path() / "name");
		std::string name;

		if (std::getline(file, name) && name == "monitor")
			return "/dev/" + entry.path().filename().string();
	}
	return "";
}

bool
set_wire(const std::string &bdf, bool plugged)
{
	const std::string node = getenv("LAB_NICS") != nullptr ? monitor_node() : "";
	unsigned int bus;
	char answer[200] = "";

	if (node.empty() || sscanf(bdf.c_str(), "%*x:%x:", &bus) != 1)
		return false;

	const std::string request = "set_link nic" + std::to_string(bus) +
		(plugged ? " on\n" : " off\n");
	const int fd = open(node.c_str(), O_RDWR | O_CLOEXEC);
	pollfd readable = { fd, POLLIN, 0 };

	EXPECT_EQ(write(fd, request.data(), request.size()), ssize_t(request.size()));
	EXPECT_EQ(poll(&readable, 1, 60 * 1000), 1) << "the monitor does not answer";
	EXPECT_GT(read(fd, answer, sizeof(answer) - 1), 0);
	EXPECT_EQ(strncmp(answer, "ok", 2), 0) << answer;
	close(fd);
	return true;
}

Contract::Contract() : tx(ports.front()), rx(ports.back()) {}

void
Contract::SetUp()
{
	pool = make_pool(2047);
	if (!options.buffered_wire)
		return;
	/* What the last test left there comes as soon as it can. */
	ASSERT_NO_FATAL_FAILURE(start());
	(void)arrive(frame(64));
	foreign = 0;
	stop();
}

/*
 * A port whose PF decides (--lacks=own-vlans) takes those VLANs only that it was told of: it is told
 * of all that tests send to one without a filter; or to forget them.
 */
static void
tell_of_vlans(const Port &port, int on)
{
	if (options.own_vlans ||
	    !(plx_eth_dev_get_vlan_offload(port.id) & PLX_ETH_VLAN_FILTER_OFFLOAD))
		return;
	for (uint16_t vlan : { 0x001, 0x005, 0x007, 0x123, 0x345, 0xfff })
		EXPECT_EQ(plx_eth_dev_vlan_filter(port.id, vlan, on), 0);
}

/* A test that failed may have left them. */
static void
restore_filters(const Port &port)
{
	std::vector<plx_ether_addr> macs(256);
	const int n = plx_eth_macaddrs_get(port.id, macs.data(), unsigned(macs.size()));

	for (int i = 1; i < n; i++)
		EXPECT_EQ(plx_eth_dev_mac_addr_remove(port.id, &macs[size_t(i)]), 0);
	if (plx_eth_promiscuous_get(port.id) == 1) {
		EXPECT_EQ(plx_eth_promiscuous_disable(port.id), 0);
	}
	if (plx_eth_allmulticast_get(port.id) == 1) {
		EXPECT_EQ(plx_eth_allmulticast_disable(port.id), 0);
	}
	if (port.info().max_mc_addrs > 0) {
		EXPECT_EQ(plx_eth_dev_set_mc_addr_list(port.id, nullptr, 0), 0);
	}
}

void
Contract::TearDown()
{
	stop();
	for (Port &port : ports) {
		restore_filters(port);
		if (&port == &rx)
			tell_of_vlans(port, 0);
		/* Queues hold on to pools. */
		EXPECT_EQ(plx_eth_dev_configure(port.id, 1, 1, nullptr), 0);
	}
	for (plx_mempool *mp : pools) {
		EXPECT_EQ(plx_mempool_avail_count(mp), mp->size) << "mbufs are lost: " << mp->name;
		plx_mempool_free(mp);
	}
}

plx_mempool *
Contract::make_pool(unsigned int n, uint16_t data_room, uint16_t priv_size)
{
	const std::string name = "contract" + std::to_string(pools.size());
	plx_mempool *made = plx_pktmbuf_pool_create(name.c_str(), n, std::min(n / 8, 32U),
		priv_size, data_room, SOCKET_ID_ANY);

	EXPECT_NE(made, nullptr) << n << " mbufs of " << data_room << " bytes: errno " << errno;
	if (made != nullptr)
		pools.push_back(made);
	return made;
}

plx_mbuf *
Contract::make_packet(plx_mempool *pool, const Bytes &frame, unsigned int segments)
{
	plx_mbuf *packet = nullptr;

	for (unsigned int i = 0; i < segments; i++) {
		const size_t from = frame.size() * i / segments;
		const size_t to = frame.size() * (i + 1) / segments;
		plx_mbuf *m = plx_pktmbuf_alloc(pool);
		char *data = m != nullptr ? plx_pktmbuf_append(m, uint16_t(to - from)) : nullptr;

		EXPECT_NE(data, nullptr) << "an mbuf for " << to - from << " bytes";
		if (data == nullptr) {
			plx_pktmbuf_free(m);
			break;
		}
		std::copy(frame.begin() + long(from), frame.begin() + long(to), data);
		if (packet == nullptr)
			packet = m;
		else {
			EXPECT_EQ(plx_pktmbuf_chain(packet, m), 0);
		}
	}
	return packet;
}

void
Contract::start_port(Port &port)
{
	ASSERT_EQ(plx_eth_dev_start(port.id), 0);
	ASSERT_TRUE(await([&] { return port.link_is(true); })) << port.name() << " has no link";
}

void
Contract::start_one(Port &port, const Config &setup)
{
	ASSERT_EQ(port.set_up(setup, pool), 0);
	start_port(port);
}

void
Contract::start(const Config &sender, const Config &receiver)
{
	Config both = receiver, even = sender;

	if (!options.uneven_queues)
		even.rx_queues = std::max(even.rx_queues, even.tx_queues);
	if (&tx != &rx) {
		if (!options.own_vlans)
			both.conf.rxmode.offloads |= PLX_ETH_RX_OFFLOAD_VLAN_FILTER;
		ASSERT_NO_FATAL_FAILURE(start_one(rx, both));
		if (!(receiver.conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER))
			tell_of_vlans(rx, 1);
		ASSERT_NO_FATAL_FAILURE(start_one(tx, even));
		return;
	}
	both.tx_queues = sender.tx_queues;
	both.tx_desc = sender.tx_desc;
	both.txconf = sender.txconf;
	both.conf.txmode = sender.conf.txmode;
	ASSERT_NO_FATAL_FAILURE(start_one(rx, both));
}

void
Contract::stop()
{
	for (Port &port : ports) {
		EXPECT_EQ(plx_eth_dev_stop(port.id), 0);
	}
}

void
Contract::poll(std::vector<Packet> &packets)
{
	const int vlan_offload = options.own_vlans ? 0 : plx_eth_dev_get_vlan_offload(rx.id);
	plx_mbuf *burst[32];

	for (uint16_t queue = 0; queue < rx.rx_queues; queue++) {
		const uint16_t n = plx_eth_rx_burst(rx.id, queue, burst, 32);

		for (uint16_t i = 0; i < n; i++) {
			const plx_mbuf *m = burst[i];
			const char *reason = "";
			Packet packet { {}, m->ol_flags, m->packet_type, m->hash.rss, m->vlan_tci,
				queue, m->nb_segs };

			EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
			EXPECT_EQ(m->port, rx.id);
			for (const plx_mbuf *s = m; s != nullptr; s = s->next) {
				const uint8_t *data = plx_pktmbuf_mtod(s, const uint8_t *);

				packet.data.insert(packet.data.end(), data, data + s->data_len);
			}
			/* A PF strips tags unasked; then the mbuf has them. */
			if (!options.own_vlans && (m->ol_flags & PLX_MBUF_F_RX_VLAN_STRIPPED) &&
			    !(vlan_offload & PLX_ETH_VLAN_STRIP_OFFLOAD))
				packet.data = tagged(packet.data, m->vlan_tci);
			if (is_ours(packet.data))
				packets.push_back(packet);
			else
				foreign++;
		}
		plx_pktmbuf_free_bulk(burst, n);
	}
}

void
Contract::send(std::vector<plx_mbuf *> packets, uint16_t queue)
{
	size_t sent = 0;

	/* One that could not be made has failed the test already. */
	packets.erase(std::remove(packets.begin(), packets.end(), nullptr), packets.end());
	EXPECT_TRUE(await([&] {
		const size_t n = std::min(packets.size() - sent, size_t(32));

		if (n > 0)
			sent += plx_eth_tx_burst(tx.id, queue,
				&packets[sent], uint16_t(n));
		return sent == packets.size();
	})) << sent << " of " << packets.size() << " packets taken";
	for (; sent < packets.size(); sent++)
		plx_pktmbuf_free(packets[sent]);
}

std::vector<Packet>
Contract::receive(size_t n)
{
	std::vector<Packet> packets;

	EXPECT_TRUE(await([&] {
		poll(packets);
		return packets.size() >= n;
	})) << packets.size() << " of " << n << " packets came";
	return packets;
}

std::vector<Packet>
Contract::exchange(const std::vector<plx_mbuf *> &packets, uint16_t queue)
{
	constexpr size_t WINDOW = 16;	/* the smallest Rx ring holds so many, mostly */
	std::vector<Packet> received;

	for (size_t from = 0; from < packets.size(); from += WINDOW) {
		const size_t to = std::min(from + WINDOW, packets.size());

		send({ packets.begin() + long(from), packets.begin() + long(to) }, queue);

		const bool all = await([&] {
			poll(received);
			return received.size() >= to;
		});

		EXPECT_TRUE(all) << received.size() << " of " << to << " packets came";
		if (!all) {
			for (size_t i = to; i < packets.size(); i++)
				plx_pktmbuf_free(packets[i]);
			break;
		}
	}
	return received;
}

std::vector<Packet>
Contract::exchange(const std::vector<Bytes> &frames)
{
	std::vector<plx_mbuf *> packets;

	for (const Bytes &one : frames)
		packets.push_back(make_packet(pool, one));
	return exchange(packets);
}

void
Contract::transfer(const std::vector<Bytes> &frames)
{
	std::vector<plx_mbuf *> packets;

	if (options.wire != Wire::NONE)
		return expect_same(frames, exchange(frames));
	for (const Bytes &one : frames)
		packets.push_back(make_packet(pool, one));
	send(packets);
}

size_t
Contract::arrive(const Bytes &frame)
{
	const Bytes last = this->frame(64);
	std::vector<Packet> packets;

	send({ make_packet(pool, frame), make_packet(pool, last) });
	EXPECT_TRUE(await([&] {
		poll(packets);
		return !packets.empty() && packets.back().data == last;
	})) << "the packet behind did not arrive";
	return packets.empty() ? 0 : packets.size() - 1;
}

std::vector<Bytes>
Contract::frames(size_t n, size_t len)
{
	std::vector<Bytes> made;

	for (size_t i = 0; i < n; i++)
		made.push_back(frame(len));
	return made;
}

void
Contract::expect_same(const std::vector<Bytes> &sent, const std::vector<Packet> &received)
{
	EXPECT_EQ(received.size(), sent.size());
	for (size_t i = 0; i < sent.size() && i < received.size(); i++) {
		ASSERT_EQ(difference(sent[i], received[i].data), "") << "packet " << i;
	}
}

} // namespace contract
