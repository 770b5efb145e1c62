/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VHOST_PEER_H
#define TEST_VHOST_PEER_H
/* A vhost-user back end, played by the test in a thread: honest, or not. */
#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test_virtio_ring_device.h"

/* Requests of the protocol that the peer does something about. */
enum VhostRequest : uint32_t {
	GET_FEATURES = 1, SET_FEATURES = 2, SET_OWNER = 3, SET_MEM_TABLE = 5, SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9, SET_VRING_BASE = 10, GET_VRING_BASE = 11, SET_VRING_KICK = 12,
	SET_VRING_CALL = 13, GET_PROTOCOL_FEATURES = 15, SET_PROTOCOL_FEATURES = 16,
	GET_QUEUE_NUM = 17, SET_VRING_ENABLE = 18, SET_STATUS = 39,
};

class VhostPeer {
public:
	/* A virtqueue as the front end told of it; ring is at the peer's own mapping of it. */
	struct Vring {
		uint32_t num = 0, base = 0;
		uint64_t desc = 0, used = 0, avail = 0;
		int kick = -1, call = -1;
		bool enabled = false;
		virtqueue vq {};
		std::unique_ptr<RingDevice> ring;
	};

	~VhostPeer() { stop(); }

	/* Wait for a front end at @path, or connect to one that waits there. */
	void start(const std::string &path, bool connect_to = false)
	{
		sockaddr_un address {};

		address.sun_family = AF_UNIX;
		strcpy(address.sun_path, path.c_str());
		path_ = path;
		ASSERT_EQ(pipe2(stop_, O_CLOEXEC), 0);
		fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ASSERT_GE(fd_, 0);
		if (!connect_to) {
			unlink(path.c_str());
			ASSERT_EQ(bind(fd_, reinterpret_cast<sockaddr *>(&address), sizeof(address)), 0);
			ASSERT_EQ(listen(fd_, 4), 0);
		}
		thread_ = std::thread([this, address, connect_to] {
			if (connect_to)
				connect_until_stopped(address);
			else
				accept_until_stopped();
		});
	}

	/* As if it had died: the socket is gone, and it does nothing any more. */
	void stop()
	{
		if (!thread_.joinable())
			return;
		EXPECT_EQ(write(stop_[1], "", 1), 1);
		thread_.join();
		close(fd_);
		close(stop_[0]);
		close(stop_[1]);
		unlink(path_.c_str());
		forget();
	}

	/* Wait until @condition holds, which is looked at with the peer's lock. */
	bool await(const std::function<bool()> &condition, int timeout_ms = 10000)
	{
		for (; timeout_ms > 0; timeout_ms -= 5) {
			{
				std::lock_guard<std::mutex> lock(mutex);

				if (condition())
					return true;
			}
			poll(nullptr, 0, 5);
		}
		return false;
	}

	bool running(unsigned int queues)
	{
		return await([&] {
			unsigned int n = 0;

			for (const auto &v : vrings)
				n += v.second.ring != nullptr;
			return n == queues && (n == 0 || !(agreed & (1u << 16)) || (status & 4));
		});
	}

	/* Where the front end's address @addr is in our mapping of its memory; NULL: nowhere. */
	void *translate(uint64_t addr, size_t len) const
	{
		for (const Region &r : regions)
			if (addr >= r.addr && addr + len <= r.addr + r.len)
				return static_cast<char *>(r.map) + (addr - r.addr);
		return nullptr;
	}

	/* What it is. */
	uint64_t features = VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(30) | PACKED |
		VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF) | VIRTIO_BIT(VIRTIO_NET_F_MQ);
	uint64_t protocol = 1u << 0 | 1u << 3 | 1u << 16;
	uint64_t pairs = 4;

	/* What it does wrong. */
	std::atomic<uint32_t> silent_on { 0 };
	std::atomic<uint32_t> garbage_on { 0 };
	std::atomic<uint32_t> refuses { 0 };
	/* As DPDK's: answers that the status is set, and then takes its time until it uses the rings. */
	std::atomic<bool> slow { false }, ready { false };
	uint32_t garbage[3] = { 0xdeadbeef, 5, 8 };

	/* What it was told; with the lock. */
	struct Region {
		uint64_t addr, len;
		void *map;
		size_t map_len;
	};
	std::mutex mutex;
	std::vector<Region> regions;
	std::map<uint32_t, Vring> vrings;
	uint64_t agreed = 0, accepted = 0;
	uint64_t status = 0;
	unsigned int connections = 0, tables = 0;

private:
	struct Message {
		uint32_t request, flags, size;
		uint64_t payload[40];
		int fds[8];
		unsigned int nb_fds;
	};

	bool stopped() const
	{
		pollfd pfd = { stop_[0], POLLIN, 0 };

		return poll(&pfd, 1, 0) == 1;
	}

	void accept_until_stopped()
	{
		while (!stopped()) {
			pollfd pfd[2] = { { fd_, POLLIN, 0 }, { stop_[0], POLLIN, 0 } };

			poll(pfd, 2, -1);
			if (!pfd[0].revents)
				continue;

			const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);

			if (fd < 0)
				continue;
			serve(fd);
			close(fd);
		}
	}

	void connect_until_stopped(const sockaddr_un &address)
	{
		while (!stopped()) {
			const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

			if (connect(fd, reinterpret_cast<const sockaddr *>(&address),
					sizeof(address)) == 0)
				serve(fd);
			close(fd);
			poll(nullptr, 0, 10);
		}
	}

	void serve(int fd)
	{
		{
			std::lock_guard<std::mutex> lock(mutex);

			connections++;
			agreed = 0;
		}
		for (;;) {
			pollfd pfd[2] = { { fd, POLLIN, 0 }, { stop_[0], POLLIN, 0 } };
			Message msg {};

			poll(pfd, 2, -1);
			if (pfd[1].revents || !receive(fd, msg) || !answer(fd, msg))
				break;
			if (slow && msg.request == SET_STATUS) {
				poll(nullptr, 0, 100);
				ready = msg.payload[0] != 0;
			}
		}
		std::lock_guard<std::mutex> lock(mutex);

		forget_locked();
	}

	bool receive(int fd, Message &msg)
	{
		char control[CMSG_SPACE(8 * sizeof(int))];
		iovec iov = { &msg, 12 };
		msghdr hdr {};

		hdr.msg_iov = &iov;
		hdr.msg_iovlen = 1;
		hdr.msg_control = control;
		hdr.msg_controllen = sizeof(control);
		if (recvmsg(fd, &hdr, MSG_CMSG_CLOEXEC) != 12)
			return false;

		const cmsghdr *cmsg = CMSG_FIRSTHDR(&hdr);

		if (cmsg != nullptr) {
			msg.nb_fds = unsigned((cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int));
			memcpy(msg.fds, CMSG_DATA(cmsg), msg.nb_fds * sizeof(int));
		}
		EXPECT_LE(msg.size, sizeof(msg.payload));
		return msg.size == 0 ||
			recv(fd, msg.payload, msg.size, MSG_WAITALL) == ssize_t(msg.size);
	}

	static void close_files(const Message &msg)
	{
		for (unsigned int i = 0; i < msg.nb_fds; i++)
			close(msg.fds[i]);
	}

	bool answer(int fd, Message &msg)
	{
		std::lock_guard<std::mutex> lock(mutex);
		uint64_t value = 0;
		bool asked = true;

		if (silent_on == msg.request || garbage_on == msg.request)
			close_files(msg);
		if (silent_on == msg.request)
			return true;
		if (garbage_on == msg.request) {
			struct { uint32_t header[3]; uint64_t payload; } __attribute__((packed)) bad;

			memcpy(bad.header, garbage, sizeof(bad.header));
			bad.payload = 0;
			return send(fd, &bad, sizeof(bad), MSG_NOSIGNAL) > 0;
		}
		switch (msg.request) {
		case GET_FEATURES: value = features; break;
		case GET_PROTOCOL_FEATURES: value = protocol; break;
		case GET_QUEUE_NUM: value = pairs; break;
		case GET_VRING_BASE:
			value = msg.payload[0] & UINT32_MAX;
			drop(vrings[uint32_t(msg.payload[0])]);
			break;
		default:
			asked = false;
			take(msg);
			value = refuses == msg.request;
		}
		if (!asked && !(msg.flags & 8))
			return true;
		EXPECT_TRUE(asked || (agreed & (1u << 3))) << "an answer that was not agreed on";

		struct { uint32_t header[3]; uint64_t payload; } __attribute__((packed)) reply =
			{ { msg.request, 5, 8 }, value };

		return send(fd, &reply, sizeof(reply), MSG_NOSIGNAL) == ssize_t(sizeof(reply));
	}

	void take(Message &msg)
	{
		const uint32_t index = uint32_t(msg.payload[0]) & 0xff;
		const uint32_t num = uint32_t(msg.payload[0] >> 32);

		switch (msg.request) {
		case SET_FEATURES: accepted = msg.payload[0]; break;
		case SET_PROTOCOL_FEATURES: agreed = msg.payload[0]; break;
		case SET_STATUS: status = msg.payload[0]; break;
		case SET_MEM_TABLE: map_table(msg); break;
		case SET_VRING_NUM: vrings[index].num = num; break;
		case SET_VRING_BASE: vrings[index].base = num; break;
		case SET_VRING_ADDR:
			vrings[index].desc = msg.payload[1];
			vrings[index].used = msg.payload[2];
			vrings[index].avail = msg.payload[3];
			break;
		case SET_VRING_CALL: vrings[index].call = msg.fds[0]; break;
		case SET_VRING_KICK: vrings[index].kick = msg.fds[0]; break;
		case SET_VRING_ENABLE: enable(vrings[index], index); break;
		case SET_OWNER: break;
		default: ADD_FAILURE() << "request " << msg.request;
		}
	}

	void map_table(const Message &msg)
	{
		const uint32_t n = uint32_t(msg.payload[0]);
		std::vector<Region> before;

		ASSERT_EQ(n, msg.nb_fds);
		before.swap(regions);
		tables++;
		for (uint32_t i = 0; i < n; i++) {
			const uint64_t *r = &msg.payload[1 + 4 * i];	/* gpa, size, uva, offset */
			const size_t len = r[1] + r[3];

			EXPECT_EQ(r[0], r[2]);

			void *map = mmap(nullptr, len, PROT_READ | PROT_WRITE, MAP_SHARED, msg.fds[i], 0);

			ASSERT_NE(map, MAP_FAILED);
			close(msg.fds[i]);
			regions.push_back({ r[0], r[1], static_cast<char *>(map) + r[3], len });
		}
		unmap(before);
		for (auto &v : vrings)
			if (v.second.ring != nullptr)
				place(v.second);
	}

	void place(Vring &v)
	{
		v.vq.ring = translate(v.desc, 1);
		v.vq.driver_area = translate(v.avail, 1);
		v.vq.device_area = translate(v.used, 1);
		ASSERT_NE(v.vq.ring, nullptr);
		ASSERT_NE(v.vq.driver_area, nullptr);
		ASSERT_NE(v.vq.device_area, nullptr);
	}

	void enable(Vring &v, uint32_t index)
	{
		v.enabled = true;
		v.vq.size = uint16_t(v.num);
		v.vq.mask = uint16_t(v.num - 1);
		v.vq.index = uint16_t(index);
		v.vq.packed = accepted & PACKED;
		v.vq.event_idx = accepted & EVENT_IDX;
		place(v);
		v.ring.reset(new RingDevice(v.vq));
		if (!v.vq.packed)
			v.ring->go_on_at(uint16_t(v.base));
		EXPECT_TRUE(!v.vq.packed || v.base == 0x80008000u);
	}

	void unmap(const std::vector<Region> &which)
	{
		for (const Region &r : which)
			munmap(static_cast<char *>(r.map) - (r.map_len - r.len), r.map_len);
	}

	void drop(Vring &v)
	{
		if (v.kick >= 0)
			close(v.kick);
		if (v.call >= 0)
			close(v.call);
		v = {};
	}

	void forget()
	{
		std::lock_guard<std::mutex> lock(mutex);

		forget_locked();
	}

	void forget_locked()
	{
		for (auto &v : vrings)
			drop(v.second);
		vrings.clear();
		unmap(regions);
		regions.clear();
		status = 0;
	}

	std::string path_;
	int fd_ = -1;
	int stop_[2] = { -1, -1 };
	std::thread thread_;
};

#endif
