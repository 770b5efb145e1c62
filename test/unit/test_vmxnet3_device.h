/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VMXNET3_DEVICE_H
#define TEST_VMXNET3_DEVICE_H
/* The other side of net_vmxnet3: rings and commands, played by the test. I/O addresses are addresses here. */
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../drivers/net/vmxnet3/vmxnet3_rxtx.h"
#include "test_frames.h"
#include "test_pool.h"

/* A packet of these segments. */
inline plx_mbuf *
packet(plx_mempool *pool, const std::vector<std::string> &segs)
{
	plx_mbuf *head = nullptr;

	for (const std::string &s : segs) {
		plx_mbuf *m = plx_pktmbuf_alloc(pool);

		EXPECT_NE(m, nullptr);
		memcpy(plx_pktmbuf_append(m, uint16_t(s.size())), s.data(), s.size());
		if (head == nullptr)
			head = m;
		else
			EXPECT_EQ(plx_pktmbuf_chain(head, m), 0);
	}
	return head;
}

/* Where the device is in a ring of descriptors or completions. */
struct Position {
	uint16_t size;
	uint16_t next = 0;
	bool gen = true;

	explicit Position(uint16_t n) : size(n) {}

	uint16_t advance()
	{
		const uint16_t at = next++;

		if (next == size) {
			next = 0;
			gen = !gen;
		}
		return at;
	}
};

/* The device's half of an Rx queue. */
class RxDevice {
public:
	explicit RxDevice(vmxnet3_rxq &rxq) : rxq_(rxq), comp_(rxq.q.nb_comps),
		pos { Position(rxq.ring[0].size), Position(rxq.ring[1].size) }
	{
	}

	bool has_buffer(unsigned int ring = 0) const
	{
		const uint64_t word = rxq_.ring[ring].desc[pos[ring].next].word;

		return ((word & VMXNET3_RXD_GEN) != 0) == pos[ring].gen;
	}

	/* Take the next buffer. Return: its index. */
	uint16_t take(unsigned int ring = 0)
	{
		EXPECT_TRUE(has_buffer(ring));
		return pos[ring].advance();
	}

	/* What an honest device never does is possible too. */
	void complete(uint64_t lo, uint64_t hi)
	{
		const bool gen = comp_.gen;
		vmxnet3_comp &c = rxq_.q.comp[comp_.advance()];

		c.lo = lo;
		__atomic_store_n(&c.hi, (hi & ~VMXNET3_COMP_GEN) | (gen ? VMXNET3_COMP_GEN : 0),
			__ATOMIC_RELEASE);
	}

	uint64_t rqid(unsigned int ring) const
	{
		return VMXNET3_RXC_RQID(rxq_.q.id + ring * rxq_.nb_rxq);
	}

	/* Write @len bytes at @from to the next buffer. Return: lo of its completion but SOP and EOP. */
	uint64_t write(const std::string &data, size_t from, size_t len, unsigned int ring = 0)
	{
		const uint16_t idx = take(ring);

		memcpy(reinterpret_cast<void *>(uintptr_t(rxq_.ring[ring].desc[idx].addr)), data.data() + from,
			len);
		return rqid(ring) | idx | VMXNET3_RXC_CNC;
	}

	/* Buffers of a packet of @len bytes. */
	size_t buffers(size_t len) const { return (len + rxq_.buf_len - 1) / rxq_.buf_len; }

	/* Receive @data, as far as buffers of @from on to before @to go; by default all. */
	void receive(const std::string &data, uint64_t lo = 0, uint64_t hi = 0, size_t from = 0,
		size_t to = SIZE_MAX)
	{
		const size_t n = buffers(data.size());

		for (size_t i = from; i < std::min(n, to); i++) {
			const size_t off = i * rxq_.buf_len;
			const size_t len = std::min(data.size() - off, size_t(rxq_.buf_len));
			const uint64_t ends = (i == 0 ? VMXNET3_RXC_SOP : 0) |
				(i == n - 1 ? VMXNET3_RXC_EOP : 0);

			complete((write(data, off, len, i > 0) ^ (lo & VMXNET3_RXC_CNC)) |
				(lo & ~VMXNET3_RXC_CNC) | ends, len | hi);
		}
	}

private:
	vmxnet3_rxq &rxq_;
	Position comp_;

public:
	Position pos[2];
};

/* A packet that the driver sent. */
struct Sent {
	std::string data;
	uint64_t word;		/* of the first descriptor */
	uint16_t last;		/* descriptor */
	unsigned int descs;
	bool in_data_ring;
};

/* The device's half of a Tx queue. */
class TxDevice {
public:
	explicit TxDevice(vmxnet3_txq &txq) : txq_(txq), desc_(txq.size), comp_(txq.size) {}

	bool has_packet() const
	{
		return ((txq_.desc[desc_.next].word & VMXNET3_TXD_GEN) != 0) == desc_.gen;
	}

	Sent take()
	{
		Sent sent { "", txq_.desc[desc_.next].word, 0, 0, false };
		uint64_t word;

		do {
			if (!has_packet()) {
				ADD_FAILURE() << "a packet without an end";
				return sent;
			}
			sent.last = desc_.advance();
			word = txq_.desc[sent.last].word;

			const uint64_t addr = txq_.desc[sent.last].addr;
			const size_t len = word & VMXNET3_TXD_LEN ? word & VMXNET3_TXD_LEN : VMXNET3_TX_BUF_MAX;

			sent.in_data_ring = addr == txq_.data_iova + sent.last * VMXNET3_DATA_SIZE;
			sent.data.append(reinterpret_cast<const char *>(uintptr_t(addr)), len);
			sent.descs++;
		} while (!(word & VMXNET3_TXD_EOP));
		EXPECT_TRUE(word & VMXNET3_TXD_CQ);
		return sent;
	}

	void complete(uint64_t idx)
	{
		const bool gen = comp_.gen;
		vmxnet3_comp &c = txq_.q.comp[comp_.advance()];

		c.lo = idx;
		__atomic_store_n(&c.hi, gen ? VMXNET3_COMP_GEN : 0, __ATOMIC_RELEASE);
	}

	/* Send all there is. Return: the packets. */
	std::vector<Sent> send()
	{
		std::vector<Sent> all;

		while (has_packet()) {
			all.push_back(take());
			complete(all.back().last);
		}
		return all;
	}

private:
	vmxnet3_txq &txq_;
	Position desc_, comp_;
};

/* Registers of the data BAR, as memory. */
struct DataBar {
	alignas(8) uint8_t bytes[VMXNET3_BAR_SIZE] {};

	uint32_t get(uint32_t reg) const
	{
		uint32_t value;

		memcpy(&value, bytes + reg, sizeof(value));
		return value;
	}
	void set(uint32_t reg, uint32_t value) { memcpy(bytes + reg, &value, sizeof(value)); }
};

#endif
