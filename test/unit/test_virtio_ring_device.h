/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VIRTIO_RING_DEVICE_H
#define TEST_VIRTIO_RING_DEVICE_H
/* The device's half of net_virtio's rings, played by the test. */
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../drivers/net/virtio/virtio_net.h"

constexpr uint64_t SPLIT = 0;
constexpr uint64_t PACKED = VIRTIO_BIT(VIRTIO_F_RING_PACKED);
constexpr uint64_t EVENT_IDX = VIRTIO_BIT(VIRTIO_F_EVENT_IDX);

/* All rings that there are, for tests that go for each. */
inline auto
all_rings()
{
	return testing::Values(SPLIT, SPLIT | EVENT_IDX, PACKED, PACKED | EVENT_IDX);
}

inline std::string
ring_name(const testing::TestParamInfo<uint64_t> &info)
{
	return std::string((info.param & PACKED) ? "packed" : "split") +
		((info.param & EVENT_IDX) ? "_event" : "");
}

/* A descriptor, whatever the layout; flags are VIRTQ_DESC_F_*. */
struct Piece {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
};

/* The device's half of a virtqueue. A packed one keeps its own indices by laps, as 2.8.1 has them. */
class RingDevice {
public:
	explicit RingDevice(virtqueue &vq) : vq_(vq)
	{
		vq.notify = [](void *arg, uint32_t data) {
			static_cast<RingDevice *>(arg)->notified(data);
		};
		vq.notify_arg = this;
	}

	/* Split: as a device that takes over from another one: from that index on. */
	void go_on_at(uint16_t idx) { avail_idx_ = idx; }

	/* Buffers that the driver made available and that were not taken yet. */
	unsigned int available() const
	{
		if (!vq_.packed)
			return uint16_t(__atomic_load_n(&vq_.avail->idx, __ATOMIC_ACQUIRE) -
				avail_idx_);

		unsigned int n = 0, descs = 0;
		Place p = avail_;

		for (; descs < vq_.size && is_available(p); n++)
			descs += skip(p);
		return n;
	}

	/* The next one; returns its id. */
	uint16_t take()
	{
		EXPECT_GT(available(), 0u);

		uint16_t id;
		std::vector<Piece> pieces;

		if (vq_.packed) {
			id = take_packed(pieces);
		} else {
			id = vq_.avail->ring[avail_idx_++ & vq_.mask];
			pieces = split_chain(vq_.desc, id);
		}
		chains_[id] = pieces;
		return id;
	}

	/* What an honest device never does is possible too: any id, any length. */
	void use(uint32_t id, uint32_t len)
	{
		if (!vq_.packed) {
			vq_.used->ring[vq_.used->idx & vq_.mask] = { id, len };
			jump(1);
			return;
		}

		virtq_packed_desc &d = vq_.pdesc[used_.slot];

		d.id = uint16_t(id);
		d.len = len;
		__atomic_store_n(&d.flags, uint16_t(used_.wrap ? 0x8080 : 0), __ATOMIC_RELEASE);
		advance(used_, descs_.count(id) ? descs_[id] : 1);
	}

	/* Split: so many more are used, says the index. */
	void jump(uint16_t n)
	{
		__atomic_store_n(&vq_.used->idx, uint16_t(vq_.used->idx + n), __ATOMIC_RELEASE);
	}

	/* It wants to hear of the next buffer. */
	void listen()
	{
		if (!vq_.packed && vq_.event_idx)
			*virtq_avail_event(vq_.used, vq_.size) = avail_idx_;
	}

	/* From now on it polls. */
	void poll()
	{
		if (vq_.packed)
			vq_.device_event->flags = VIRTQ_PACKED_EVENT_DISABLE;
		else if (vq_.event_idx)
			*virtq_avail_event(vq_.used, vq_.size) = uint16_t(vq_.avail_idx - 1);
		else
			vq_.used->flags = VIRTQ_USED_F_NO_NOTIFY;
	}

	/* It wants to hear of the buffer that is @n descriptors after the next one; needs EVENT_IDX. */
	void wake_after(uint16_t n)
	{
		const uint16_t idx = uint16_t(vq_.avail_idx + n);

		if (!vq_.packed) {
			*virtq_avail_event(vq_.used, vq_.size) = idx;
			return;
		}
		vq_.device_event->off_wrap = uint16_t((idx & vq_.mask) |
			((idx & vq_.size) ? 0 : VIRTQ_PACKED_EVENT_WRAP));
		vq_.device_event->flags = VIRTQ_PACKED_EVENT_DESC;
	}

	/* Would a buffer that is used now interrupt? After it was used. */
	bool interrupts() const
	{
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (!vq_.packed && !vq_.event_idx)
			return !(__atomic_load_n(&vq_.avail->flags, __ATOMIC_RELAXED) &
				VIRTQ_AVAIL_F_NO_INTERRUPT);
		if (!vq_.packed)
			return uint16_t(vq_.used->idx - 1) == __atomic_load_n(
				virtq_used_event(vq_.avail, vq_.size), __ATOMIC_RELAXED);

		return interrupts_wanted();
	}

	/* Does the driver ask for interrupts at all? */
	bool interrupts_wanted() const
	{
		if (vq_.packed)
			return __atomic_load_n(&vq_.driver_event->flags, __ATOMIC_RELAXED) !=
				VIRTQ_PACKED_EVENT_DISABLE;
		if (vq_.event_idx)
			return __atomic_load_n(virtq_used_event(vq_.avail, vq_.size),
				__ATOMIC_RELAXED) == vq_.used->idx;
		return !(__atomic_load_n(&vq_.avail->flags, __ATOMIC_RELAXED) &
			VIRTQ_AVAIL_F_NO_INTERRUPT);
	}

	/* The descriptors of a buffer that was taken; those of its table, if it has one. */
	std::vector<Piece> chain(uint16_t id) const
	{
		const std::vector<Piece> &pieces = chains_.at(id);

		if (!(pieces[0].flags & VIRTQ_DESC_F_INDIRECT))
			return pieces;
		EXPECT_EQ(pieces.size(), 1u);
		if (!vq_.packed)
			return split_chain(reinterpret_cast<virtq_desc *>(pieces[0].addr), 0);

		const auto *table = reinterpret_cast<virtq_packed_desc *>(pieces[0].addr);
		std::vector<Piece> all;

		for (unsigned int i = 0; i < pieces[0].len / sizeof(*table); i++)
			all.push_back({ table[i].addr, table[i].len,
				uint16_t(table[i].flags & VIRTQ_DESC_F_WRITE) });
		return all;
	}

	/* Descriptors of the ring that it has. */
	size_t nb_descs(uint16_t id) const { return chains_.at(id).size(); }

	/* What they hold, header and all. */
	std::string read(uint16_t id) const
	{
		std::string s;

		for (const Piece &d : chain(id)) {
			EXPECT_EQ(d.flags & VIRTQ_DESC_F_WRITE, 0);
			EXPECT_GT(d.len, 0u);
			s.append(reinterpret_cast<const char *>(d.addr), d.len);
		}
		return s;
	}

	/* What the driver asks for, and the packet behind it. */
	virtio_net_hdr header(uint16_t id, size_t size = VIRTIO_NET_HDR_SIZE) const
	{
		virtio_net_hdr hdr {};

		memcpy(&hdr, read(id).data(), size);
		return hdr;
	}

	/* Bytes into the next buffer, header and all; returns its id. */
	uint16_t write_raw(const std::string &bytes)
	{
		const uint16_t id = take();
		const Piece &d = chains_[id][0];

		EXPECT_EQ(d.flags, VIRTQ_DESC_F_WRITE);
		EXPECT_GE(d.len, bytes.size());
		memcpy(reinterpret_cast<char *>(d.addr), bytes.data(), bytes.size());
		return id;
	}

	/* A packet into the next buffer; returns its id. */
	uint16_t write(const std::string &packet)
	{
		return write_raw(std::string(VIRTIO_NET_HDR_SIZE, char(0xee)) + packet);
	}

	void receive(const std::string &packet)
	{
		const uint16_t id = write(packet);

		use(id, uint32_t(VIRTIO_NET_HDR_SIZE + packet.size()));
	}

	/* With a header, and bytes of it as were negotiated. */
	void receive(const virtio_net_hdr &hdr, const std::string &packet,
		size_t hdr_size = VIRTIO_NET_HDR_SIZE)
	{
		const std::string bytes(reinterpret_cast<const char *>(&hdr), hdr_size);
		const uint16_t id = write_raw(bytes + packet);

		use(id, uint32_t(hdr_size + packet.size()));
	}

	int kicks = 0;
	uint32_t kick_data = 0;

private:
	struct Place {
		uint16_t slot = 0;
		bool wrap = true;
	};

	void notified(uint32_t data)
	{
		kicks++;
		kick_data = data;
	}

	void advance(Place &p, unsigned int n)
	{
		p.slot = uint16_t(p.slot + n);
		if (p.slot >= vq_.size) {
			p.slot = uint16_t(p.slot - vq_.size);
			p.wrap = !p.wrap;
		}
	}

	bool is_available(const Place &p) const
	{
		const uint16_t flags = __atomic_load_n(&vq_.pdesc[p.slot].flags, __ATOMIC_ACQUIRE);

		const bool avail = flags & VIRTQ_PACKED_DESC_F_AVAIL;
		const bool used = flags & VIRTQ_PACKED_DESC_F_USED;

		return avail == p.wrap && used != p.wrap;
	}

	/* To the next buffer; returns descriptors of this one. */
	unsigned int skip(Place &p) const
	{
		unsigned int n = 1;
		Place next = p;

		for (;; n++) {
			const bool more = vq_.pdesc[next.slot].flags & VIRTQ_DESC_F_NEXT;

			if (++next.slot == vq_.size) {
				next.slot = 0;
				next.wrap = !next.wrap;
			}
			if (!more || n == vq_.size)
				break;
		}
		p = next;
		return n;
	}

	uint16_t take_packed(std::vector<Piece> &pieces)
	{
		for (;;) {
			const virtq_packed_desc d = vq_.pdesc[avail_.slot];

			pieces.push_back({ d.addr, d.len, uint16_t(d.flags & 7) });
			advance(avail_, 1);
			if (!(d.flags & VIRTQ_DESC_F_NEXT)) {
				descs_[d.id] = unsigned(pieces.size());
				return d.id;
			}
		}
	}

	std::vector<Piece> split_chain(const virtq_desc *table, uint16_t head) const
	{
		std::vector<Piece> pieces { { table[head].addr, table[head].len, table[head].flags } };

		while ((table[head].flags & VIRTQ_DESC_F_NEXT) && pieces.size() <= vq_.size) {
			head = table[head].next;
			pieces.push_back({ table[head].addr, table[head].len, table[head].flags });
		}
		return pieces;
	}

	virtqueue &vq_;
	uint16_t avail_idx_ = 0;
	Place avail_, used_;
	std::map<uint16_t, std::vector<Piece>> chains_;
	std::map<uint32_t, unsigned int> descs_;
};

#endif
