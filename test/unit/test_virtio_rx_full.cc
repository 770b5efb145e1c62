/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx queues of net_virtio with mergeable buffers and offloads; the test is the device. */
#include <random>

#include "test_virtio_queue.h"

namespace {

constexpr uint64_t MRG = VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF);
constexpr uint64_t CSUM = VIRTIO_BIT(VIRTIO_NET_F_GUEST_CSUM);
constexpr uint64_t HASH = VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT);

class VirtioRxFull : public VirtioRx {
protected:
	virtio_net_hdr header(uint16_t num_buffers = 1) const
	{
		virtio_net_hdr hdr {};

		hdr.num_buffers = num_buffers;
		return hdr;
	}

	/* A packet over as many buffers as it takes, full but for the last one. */
	void receive_merged(const std::string &packet)
	{
		std::string rest = std::string(VIRTIO_NET_HDR_SIZE, 0) + packet;
		std::vector<std::pair<uint16_t, uint32_t>> used;
		const uint16_t n = uint16_t((rest.size() + rxq->buf_len - 1) / rxq->buf_len);

		memcpy(&rest[offsetof(virtio_net_hdr, num_buffers)], &n, sizeof(n));
		for (; !rest.empty(); rest.erase(0, rxq->buf_len)) {
			const std::string piece = rest.substr(0, rxq->buf_len);

			used.emplace_back(device->write_raw(piece), piece.size());
		}
		for (const auto &u : used)
			device->use(u.first, u.second);
	}

	/* The next packet, sane. */
	plx_mbuf *one()
	{
		const char *reason = "";

		if (burst(1) != 1)
			return nullptr;
		EXPECT_EQ(plx_mbuf_check(got.back(), 1, &reason), 0) << reason;
		return got.back();
	}
};

TEST_P(VirtioRxFull, PacketsOfManyBuffers)
{
	remake(MRG);
	for (size_t len : { size_t(60), size_t(rxq->buf_len - 12), size_t(rxq->buf_len - 11),
			size_t(9018), size_t(3 * rxq->buf_len - 12), size_t(20000) }) {
		const std::string packet = frame(unsigned(len), len);

		receive_merged(packet);

		plx_mbuf *m = one();

		ASSERT_NE(m, nullptr);
		EXPECT_EQ(m->pkt_len, len);
		EXPECT_EQ(m->nb_segs, (len + 12 + rxq->buf_len - 1) / rxq->buf_len);
		EXPECT_EQ(data_of(m), packet);
		plx_pktmbuf_free(m);
		got.pop_back();
	}
	EXPECT_EQ(rxq->stats.errors, 0u);
	EXPECT_EQ(rxq->stats.packets, 6u);
}

TEST_P(VirtioRxFull, ManyPacketsOfAllLengths)
{
	std::mt19937 random(4);
	std::deque<std::string> sent;
	unsigned int received = 0;

	remake(MRG);
	while (received < 20000) {
		while (random() % 8 != 0) {
			const std::string packet = frame(unsigned(sent.size()), 60 + random() % 6000);

			if (device->available() < packet.size() / rxq->buf_len + 2)
				break;
			receive_merged(packet);
			sent.push_back(packet);
		}
		burst(uint16_t(random() % 20));
		for (; !got.empty(); got.pop_front(), sent.pop_front(), received++) {
			ASSERT_EQ(data_of(got.front()), sent.front());
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->stats.errors, 0u);
}

/* 5.1.6.4.1: all buffers of a packet are seen together. */
TEST_P(VirtioRxFull, FewerBuffersThanItSays)
{
	remake(MRG);
	for (uint16_t n : { 2, 33, 0xffff }) {
		device->receive(header(1), frame(1));
		device->receive(header(n), frame(2));
		EXPECT_EQ(burst(), 1u);
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

TEST_P(VirtioRxFull, NoBuffersIsOne)
{
	remake(MRG);
	device->receive(header(0), frame(1));
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[0]->nb_segs, 1);
}

TEST_P(VirtioRxFull, BadLengthsInAPacket)
{
	remake(MRG);
	for (uint32_t len : { 0u, rxq->buf_len + 1, UINT32_MAX }) {
		const uint16_t first = device->write_raw(std::string(12 + 60, 0));
		const uint16_t second = device->take();
		const uint16_t two = 2;

		memcpy(reinterpret_cast<char *>(device->chain(first)[0].addr) + 10, &two, 2);
		device->use(first, 12 + 60);
		device->use(second, len);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

TEST_P(VirtioRxFull, BadIdInAPacket)
{
	remake(MRG);
	for (uint32_t id : { uint32_t(SIZE), 0u }) {
		device->receive(header(2), frame(1));	/* id 0 */
		device->use(id, 60);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

TEST_P(VirtioRxFull, Checksums)
{
	const struct {
		uint8_t flags;
		uint64_t ol_flags;
	} cases[] = {
		{ 0, PLX_MBUF_F_RX_L4_CKSUM_UNKNOWN },
		{ VIRTIO_NET_HDR_F_DATA_VALID, PLX_MBUF_F_RX_L4_CKSUM_GOOD },
		{ VIRTIO_NET_HDR_F_NEEDS_CSUM, PLX_MBUF_F_RX_L4_CKSUM_NONE },
	};
	virtio_net_hdr hdr = header();

	remake(CSUM);
	for (const auto &c : cases) {
		hdr.flags = c.flags;
		device->receive(hdr, frame(1));
		ASSERT_NE(one(), nullptr);
		EXPECT_EQ(got.back()->ol_flags, c.ol_flags);
	}
}

/* Flags of a device that was not asked are nothing. */
TEST_P(VirtioRxFull, NothingThatWasNotNegotiated)
{
	virtio_net_hdr hdr = header(3);

	hdr.flags = 0xff;
	hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	remake(0, PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
	device->receive(hdr, frame(1));
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[0]->ol_flags, 0u);
	EXPECT_EQ(got[0]->nb_segs, 1);
}

TEST_P(VirtioRxFull, LargePacketsArePutTogether)
{
	virtio_net_hdr hdr = header();

	remake(CSUM | MRG);
	hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN;
	hdr.gso_size = 1440;
	hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	device->receive(hdr, frame(1, 1500));
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[0]->ol_flags, PLX_MBUF_F_RX_LRO | PLX_MBUF_F_RX_L4_CKSUM_NONE);
	EXPECT_EQ(got[0]->tso_segsz, 1440u);
	hdr.gso_type = 0x33;
	device->receive(hdr, frame(1, 1500));
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[1]->ol_flags, PLX_MBUF_F_RX_L4_CKSUM_NONE) << "a type that nobody knows";
}

TEST_P(VirtioRxFull, Hash)
{
	virtio_net_hdr hdr = header();

	remake(HASH);
	EXPECT_EQ(rxq->hdr_size, VIRTIO_NET_HDR_HASH_SIZE);
	hdr.hash_value = 0x12345678;
	hdr.hash_report = 2;
	device->receive(hdr, frame(1), VIRTIO_NET_HDR_HASH_SIZE);
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[0]->ol_flags, PLX_MBUF_F_RX_RSS_HASH);
	EXPECT_EQ(got[0]->hash.rss, 0x12345678u);
	EXPECT_EQ(data_of(got[0]), frame(1));
	EXPECT_EQ(got[0]->data_off, PLX_PKTMBUF_HEADROOM);
	hdr.hash_report = 0;
	device->receive(hdr, frame(2), VIRTIO_NET_HDR_HASH_SIZE);
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[1]->ol_flags, 0u);
}

TEST_P(VirtioRxFull, VlanTagIsTakenOut)
{
	const std::string addresses = "\1\2\3\4\5\6\7\10\11\12\13\14", rest = "\x08\x06" "the rest of it";

	remake(0, PLX_ETH_RX_OFFLOAD_VLAN_STRIP);
	device->receive(header(), addresses + std::string("\x81\x00\x21\x23", 4) + rest);
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[0]->ol_flags, PLX_MBUF_F_RX_VLAN | PLX_MBUF_F_RX_VLAN_STRIPPED);
	EXPECT_EQ(got[0]->vlan_tci, 0x2123);
	EXPECT_EQ(data_of(got[0]), addresses + rest);
	EXPECT_EQ(got[0]->pkt_len, got[0]->data_len);
	device->receive(header(), addresses + rest);
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[1]->ol_flags, 0u);
	EXPECT_EQ(data_of(got[1]), addresses + rest);
	device->receive(header(), addresses + std::string("\x81\x00\x21", 3));
	ASSERT_NE(one(), nullptr);
	EXPECT_EQ(got[2]->ol_flags, 0u) << "half a tag is none";
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioRxFull, all_rings(), ring_name);

} // namespace
