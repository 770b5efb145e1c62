/* SPDX-License-Identifier: BSD-3-Clause */
/* Rx and Tx queues of net_virtio; the test is the device, an honest one or one that is not. */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <random>
#include <string>

#include "eal_env.h"
#include "test_virtio_device.h"

namespace {

constexpr uint16_t SIZE = 32;
constexpr uint16_t THRESH = 8;
constexpr unsigned int POOL_SIZE = 255;
constexpr uint16_t PORT = 7;

Pool
make_pool(const char *name, unsigned int n = POOL_SIZE)
{
	return Pool(plx_pktmbuf_pool_create(name, n, 0, 16, PLX_MBUF_DEFAULT_BUF_SIZE,
		SOCKET_ID_ANY));
}

/* A frame that tells its number and is as long as one may be. */
std::string
frame(unsigned int n, size_t len = 60)
{
	std::string s = "packet " + std::to_string(n) + " ";

	s.resize(len, char('a' + n % 26));
	return s;
}

std::string
data_of(const plx_mbuf *m)
{
	return std::string(plx_pktmbuf_mtod(m, const char *), m->data_len);
}

class VirtioRx : public testing::Test {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		make(POOL_SIZE);
	}

	void TearDown() override
	{
		unmake();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void make(unsigned int mbufs)
	{
		pool = make_pool("virtio rx", mbufs);
		ASSERT_NE(pool, nullptr);
		rxq = virtio_rxq_create("test device", PORT, 0, SIZE, THRESH, pool.get(),
			SOCKET_ID_ANY);
		ASSERT_NE(rxq, nullptr);
		start();
	}

	void start()
	{
		ASSERT_EQ(virtio_rxq_start(rxq), 0);
		device.reset(new RingDevice(rxq->vq));
	}

	/* No mbuf may be lost, whatever went on before. */
	void unmake()
	{
		for (plx_mbuf *m : got)
			plx_pktmbuf_free(m);
		got.clear();
		virtio_rxq_stop(rxq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		virtio_rxq_destroy(rxq);
		pool.reset();
	}

	/* One burst into @got. */
	unsigned int burst(uint16_t n = 64)
	{
		plx_mbuf *pkts[64];
		const uint16_t nb = virtio_recv_pkts(rxq, pkts, n);

		EXPECT_LE(nb, n);
		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	/* Nothing moves any more, even if the device is good from now on; a restart helps. */
	void expect_broken()
	{
		const uint64_t errors = rxq->stats.errors;

		EXPECT_TRUE(rxq->vq.broken);
		device->use(0, 64);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->stats.errors, errors);
		virtio_rxq_stop(rxq);
		start();
		device->receive(frame(99));
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(data_of(got.back()), frame(99));
	}

	Pool pool;
	virtio_rxq *rxq = nullptr;
	std::unique_ptr<RingDevice> device;
	std::deque<plx_mbuf *> got;

private:
	size_t heap_ = 0;
};

TEST_F(VirtioRx, StartGivesTheDeviceAllBuffers)
{
	EXPECT_EQ(rxq->vq.avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE);
	for (uint16_t i = 0; i < SIZE; i++) {
		const plx_mbuf *m = rxq->sw_ring[i];
		const virtq_desc &d = rxq->vq.desc[i];

		ASSERT_NE(m, nullptr);
		EXPECT_EQ(device->take(), i);
		EXPECT_EQ(d.addr, uintptr_t(m->buf_addr) + PLX_PKTMBUF_HEADROOM -
			VIRTIO_NET_HDR_SIZE);
		EXPECT_EQ(d.addr + d.len, uintptr_t(m->buf_addr) + m->buf_len);
		EXPECT_EQ(d.flags, VIRTQ_DESC_F_WRITE);
	}
	EXPECT_EQ(device->kicks, 0);
}

TEST_F(VirtioRx, StartWithTooFewMbufs)
{
	virtio_rxq *large = virtio_rxq_create("test device", PORT, 0, 256, THRESH, pool.get(),
		SOCKET_ID_ANY);

	ASSERT_NE(large, nullptr);
	EXPECT_EQ(virtio_rxq_start(large), -ENOMEM);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), SIZE) << "nothing but the other queue's";
	virtio_rxq_destroy(large);
}

TEST_F(VirtioRx, PacketsAreWhatTheDeviceWrote)
{
	device->receive(frame(0, PLX_ETHER_HDR_LEN));
	device->receive(frame(1, 60));
	device->receive(frame(2, PLX_MBUF_DEFAULT_DATAROOM));
	ASSERT_EQ(burst(), 3u);
	for (unsigned int i = 0; i < 3; i++) {
		const plx_mbuf *m = got[i];
		const char *reason;

		EXPECT_EQ(plx_mbuf_check(m, 1, &reason), 0) << reason;
		EXPECT_EQ(data_of(m), frame(i, m->data_len));
		EXPECT_EQ(m->pkt_len, m->data_len);
		EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
		EXPECT_EQ(m->port, PORT);
		EXPECT_EQ(m->ol_flags, 0u);
		EXPECT_EQ(m->packet_type, 0u);
	}
	EXPECT_EQ(rxq->stats.packets, 3u);
	EXPECT_EQ(rxq->stats.bytes, PLX_ETHER_HDR_LEN + 60u + PLX_MBUF_DEFAULT_DATAROOM);
	EXPECT_EQ(rxq->stats.errors, 0u);
	EXPECT_EQ(burst(), 0u);
}

TEST_F(VirtioRx, NoMorePacketsThanAskedFor)
{
	for (unsigned int i = 0; i < 5; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst(2), 2u);
	EXPECT_EQ(burst(2), 2u);
	EXPECT_EQ(burst(2), 1u);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(data_of(got[i]), frame(i));
}

TEST_F(VirtioRx, IndicesWrapAround)
{
	std::mt19937 random(1);
	unsigned int sent = 0, received = 0;

	while (received < 3 * 65536) {
		for (unsigned int n = random() % (device->available() + 1); n > 0; n--)
			device->receive(frame(sent++));
		burst(uint16_t(random() % 40));
		for (; !got.empty(); got.pop_front()) {
			ASSERT_EQ(data_of(got.front()), frame(received++));
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->stats.packets, received);
	EXPECT_EQ(rxq->stats.errors, 0u);
	EXPECT_EQ(rxq->stats.nombuf, 0u);
}

/* Without VIRTIO_F_IN_ORDER a device may return buffers in any order. */
TEST_F(VirtioRx, AnyOrder)
{
	std::mt19937 random(2);
	unsigned int sent = 0, received = 0;
	std::deque<std::pair<uint16_t, unsigned int>> written;
	std::deque<unsigned int> order;

	while (received < 20000) {
		for (unsigned int n = random() % (device->available() + 1); n > 0; n--, sent++)
			written.emplace_back(device->write(frame(sent)), sent);
		std::shuffle(written.begin(), written.end(), random);
		for (size_t n = random() % (written.size() + 1); n > 0; n--) {
			device->use(written.front().first, VIRTIO_NET_HDR_SIZE + 60);
			order.push_back(written.front().second);
			written.pop_front();
		}
		burst();
		for (; !got.empty(); got.pop_front(), order.pop_front(), received++) {
			ASSERT_EQ(data_of(got.front()), frame(order.front()));
			plx_pktmbuf_free(got.front());
		}
	}
	EXPECT_EQ(rxq->stats.errors, 0u);
}

TEST_F(VirtioRx, OneDoorbellForMany)
{
	for (unsigned int i = 0; i < THRESH - 1u; i++)
		device->receive(frame(i));
	burst();
	EXPECT_EQ(device->kicks, 0) << "too few to refill";
	device->receive(frame(0));
	burst();
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(device->kicks, 1);
	device->poll();
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	burst();
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(device->kicks, 1);
}

TEST_F(VirtioRx, MbufsRunOut)
{
	unmake();
	make(SIZE + 3);
	for (unsigned int i = 0; i < SIZE; i++)
		device->receive(frame(i));
	EXPECT_EQ(burst(), SIZE);
	EXPECT_EQ(device->available(), 0u);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->stats.nombuf, SIZE) << "each once, however often we poll";

	/* With mbufs back, an idle poll is enough. */
	for (; !got.empty(); got.pop_front())
		plx_pktmbuf_free(got.front());
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(device->available(), SIZE);
	EXPECT_EQ(rxq->stats.nombuf, SIZE);
	device->receive(frame(5));
	ASSERT_EQ(burst(), 1u);
	EXPECT_EQ(data_of(got[0]), frame(5));
}

TEST_F(VirtioRx, BadId)
{
	for (uint32_t id : { uint32_t(SIZE), uint32_t(UINT16_MAX), UINT32_MAX }) {
		device->receive(frame(0));
		device->use(id, 64);
		EXPECT_EQ(burst(), 1u) << "the one before is good";
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

TEST_F(VirtioRx, IdUsedTwice)
{
	const uint16_t id = device->write(frame(0));

	device->use(id, VIRTIO_NET_HDR_SIZE + 60);
	device->use(id, VIRTIO_NET_HDR_SIZE + 60);
	EXPECT_EQ(burst(), 1u);
	EXPECT_EQ(rxq->stats.errors, 1u);
	expect_broken();
}

TEST_F(VirtioRx, MoreUsedThanOutstanding)
{
	device->jump(SIZE + 1);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->stats.errors, 1u);
	expect_broken();
	device->jump(UINT16_MAX);
	EXPECT_EQ(burst(), 0u);
	EXPECT_EQ(rxq->stats.errors, 2u);
	expect_broken();
}

TEST_F(VirtioRx, TooShortIsDropped)
{
	for (uint32_t len : { 0u, 1u, 11u, 12u, 25u })
		device->use(device->take(), len);
	device->use(device->take(), 26);
	EXPECT_EQ(burst(), 1u);
	EXPECT_EQ(got[0]->pkt_len, 14u);
	EXPECT_EQ(rxq->stats.errors, 5u);
	EXPECT_EQ(rxq->stats.packets, 1u);
	EXPECT_FALSE(rxq->vq.broken);
}

TEST_F(VirtioRx, LongerThanItsBuffer)
{
	for (uint32_t len : { rxq->buf_len + 1, UINT32_MAX }) {
		device->use(device->take(), len);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->stats.errors, 1u);
		expect_broken();
		rxq->stats.errors = 0;
	}
}

class VirtioTx : public testing::Test {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		pool = make_pool("virtio tx");
		ASSERT_NE(pool, nullptr);
		txq = virtio_txq_create("test device", 1, SIZE, THRESH, SOCKET_ID_ANY);
		ASSERT_NE(txq, nullptr);
		start();
	}

	void TearDown() override
	{
		virtio_txq_stop(txq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		virtio_txq_destroy(txq);
		pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void start()
	{
		virtio_txq_start(txq);
		device.reset(new RingDevice(txq->vq));
	}

	/* A packet of these segments. */
	plx_mbuf *packet(const std::vector<std::string> &segs)
	{
		plx_mbuf *head = nullptr;

		for (const std::string &s : segs) {
			plx_mbuf *m = plx_pktmbuf_alloc(pool.get());

			EXPECT_NE(m, nullptr);
			memset(m->buf_addr, 0xee, m->data_off);
			memcpy(plx_pktmbuf_append(m, uint16_t(s.size())), s.data(), s.size());
			if (head == nullptr)
				head = m;
			else
				EXPECT_EQ(plx_pktmbuf_chain(head, m), 0);
		}
		return head;
	}

	uint16_t send(plx_mbuf *m) { return virtio_xmit_pkts(txq, &m, 1); }

	/* Let the device send all it has. */
	void complete()
	{
		while (device->available() > 0)
			device->use(device->take(), 0);
	}

	/* Make the driver look at the used ring: a burst which is too large for the free ones. */
	void make_it_reclaim()
	{
		plx_mbuf *m = packet({ frame(0) });
		uint16_t left = txq->nb_free;

		for (; left > 0 && !txq->vq.broken && left >= THRESH; left = txq->nb_free)
			if (send(m) == 1)
				m = packet({ frame(0) });
		if (send(m) == 0)
			plx_pktmbuf_free(m);
	}

	void expect_broken(uint64_t errors)
	{
		plx_mbuf *m = packet({ frame(0) });

		EXPECT_TRUE(txq->vq.broken);
		EXPECT_EQ(txq->stats.errors, errors);
		EXPECT_EQ(send(m), 0);
		plx_pktmbuf_free(m);
		virtio_txq_stop(txq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		start();
		EXPECT_EQ(send(packet({ frame(98) })), 1);
		EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(98));
	}

	Pool pool;
	virtio_txq *txq = nullptr;
	std::unique_ptr<RingDevice> device;
	size_t heap_ = 0;
};

TEST_F(VirtioTx, OneSegmentOneDescriptor)
{
	ASSERT_EQ(send(packet({ frame(1) })), 1);
	ASSERT_EQ(device->available(), 1u);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 1u);
	EXPECT_EQ(device->read(id), std::string(12, 0) + frame(1));
	EXPECT_EQ(txq->stats.packets, 1u);
	EXPECT_EQ(txq->stats.bytes, 60u);
	EXPECT_EQ(device->kicks, 1);
}

TEST_F(VirtioTx, SegmentsBecomeDescriptors)
{
	ASSERT_EQ(send(packet({ "one", "", "two", "three", "" })), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 3u) << "none without data";
	EXPECT_EQ(device->read(id), std::string(12, 0) + "onetwothree");
	ASSERT_EQ(send(packet({ "", "four" })), 1);
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + "four");
	EXPECT_EQ(txq->stats.bytes, 15u);
}

TEST_F(VirtioTx, SharedMbufIsNotWritten)
{
	plx_mbuf *m = packet({ frame(1) });

	plx_mbuf_refcnt_update(m, 1);
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 2u);
	EXPECT_EQ(device->read(id), std::string(12, 0) + frame(1));
	EXPECT_EQ(std::string(static_cast<char *>(m->buf_addr), m->data_off),
		std::string(m->data_off, char(0xee)));
	device->use(id, 0);
	make_it_reclaim();
	EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
	EXPECT_EQ(data_of(m), frame(1));
	plx_pktmbuf_free(m);
}

TEST_F(VirtioTx, NoRoomForTheHeader)
{
	plx_mbuf *m = packet({ "" });

	m->data_off = VIRTIO_NET_HDR_SIZE - 1;
	memcpy(plx_pktmbuf_append(m, 60), frame(3).data(), 60);
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->chain(id).size(), 2u);
	EXPECT_EQ(device->read(id), std::string(12, 0) + frame(3));
}

TEST_F(VirtioTx, FullRing)
{
	std::vector<plx_mbuf *> pkts;

	for (unsigned int i = 0; i < SIZE + 4; i++)
		pkts.push_back(packet({ frame(i) }));
	EXPECT_EQ(virtio_xmit_pkts(txq, pkts.data(), SIZE + 4), SIZE);
	EXPECT_EQ(device->kicks, 1);
	EXPECT_EQ(virtio_xmit_pkts(txq, &pkts[SIZE], 4), 0);
	EXPECT_EQ(device->kicks, 1) << "nothing new, no doorbell";
	for (int i = 0; i < 3; i++)
		device->use(device->take(), 0);
	EXPECT_EQ(virtio_xmit_pkts(txq, &pkts[SIZE], 4), 3);
	plx_pktmbuf_free(pkts[SIZE + 3]);
	for (unsigned int i = 3; i < SIZE + 3; i++) {
		const uint16_t id = device->take();

		EXPECT_EQ(device->read(id), std::string(12, 0) + frame(i));
	}
}

TEST_F(VirtioTx, DoorbellOnlyIfTheDeviceSleeps)
{
	device->poll();
	ASSERT_EQ(send(packet({ frame(1) })), 1);
	EXPECT_EQ(device->kicks, 0);
	EXPECT_EQ(device->available(), 1u);
}

/* A packet that needs more descriptors than are free may wait for those that are done. */
TEST_F(VirtioTx, ChainReclaimsWhatItNeeds)
{
	const std::vector<std::string> segs(SIZE - 1, "x");

	txq->free_thresh = 1;
	for (unsigned int i = 0; i < SIZE - 2u; i++)
		ASSERT_EQ(send(packet({ frame(i) })), 1);

	plx_mbuf *m = packet(segs);

	EXPECT_EQ(send(m), 0);
	complete();
	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(device->chain(device->take()).size(), SIZE - 1u);
}

TEST_F(VirtioTx, TooManySegments)
{
	const std::vector<std::string> segs(SIZE, "x");
	plx_mbuf *pkts[] = { packet({ frame(1) }), packet(segs), packet({ frame(2) }) };

	EXPECT_EQ(virtio_xmit_pkts(txq, pkts, 3), 3);
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(txq->stats.packets, 2u);
	EXPECT_EQ(txq->stats.bytes, 120u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 2u) << "it was freed";
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(1));
	EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(2));
}

TEST_F(VirtioTx, OnlyBadPackets)
{
	plx_mbuf *m = packet(std::vector<std::string>(SIZE, "x"));

	EXPECT_EQ(send(m), 1);
	EXPECT_EQ(txq->stats.errors, 1u);
	EXPECT_EQ(device->kicks, 0);
	EXPECT_EQ(device->available(), 0u);
}

/* Packets of all kinds, completed in any order, until the indices have wrapped around. */
TEST_F(VirtioTx, EverythingThatIsSentArrivesAndIsFreed)
{
	std::mt19937 random(3);
	std::deque<std::string> expected;
	std::vector<uint16_t> sent;
	unsigned int n = 0;

	while (n < 3 * 65536) {
		plx_mbuf *pkts[8];
		const uint16_t nb = uint16_t(random() % 9);

		for (uint16_t i = 0; i < nb; i++) {
			const std::string f = frame(n + i);
			const bool shared = random() % 16 == 0;

			pkts[i] = random() % 4 == 0 ?
				packet({ f.substr(0, 10), f.substr(10, 10), f.substr(20) }) :
				packet({ f });
			if (shared)
				plx_pktmbuf_refcnt_update(pkts[i], 1);
		}

		const uint16_t done = virtio_xmit_pkts(txq, pkts, nb);

		for (uint16_t i = 0; i < nb; i++) {
			if (plx_mbuf_refcnt_read(pkts[i]) == 2)
				plx_pktmbuf_refcnt_update(pkts[i], -1);
			if (i >= done)
				plx_pktmbuf_free(pkts[i]);
			else
				expected.push_back(frame(n++));
		}
		while (device->available() > 0 && random() % 8 != 0) {
			sent.push_back(device->take());
			ASSERT_EQ(device->read(sent.back()), std::string(12, 0) + expected.front());
			expected.pop_front();
		}
		if (random() % 2 == 0)
			std::shuffle(sent.begin(), sent.end(), random);
		for (size_t k = random() % (sent.size() + 1); k > 0; k--) {
			device->use(sent.front(), 0);
			sent.erase(sent.begin());
		}
		ASSERT_FALSE(txq->vq.broken);
		ASSERT_LE(plx_mempool_in_use_count(pool.get()), 3u * SIZE);
	}
	EXPECT_EQ(txq->stats.packets, n);
	EXPECT_EQ(txq->stats.errors, 0u);

	/* No descriptor was lost either: the whole ring can be filled. */
	for (uint16_t id : sent)
		device->use(id, 0);
	complete();

	std::vector<plx_mbuf *> pkts;

	for (unsigned int i = 0; i < SIZE; i++)
		pkts.push_back(packet({ frame(i) }));
	EXPECT_EQ(virtio_xmit_pkts(txq, pkts.data(), SIZE), SIZE);
	for (unsigned int i = 0; i < SIZE; i++)
		EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(i));
}

TEST_F(VirtioTx, MbufsGoBackToTheirPools)
{
	Pool other = make_pool("virtio tx 2");

	for (unsigned int i = 0; i < SIZE; i++) {
		plx_mbuf *m = plx_pktmbuf_alloc(i % 3 == 0 ? other.get() : pool.get());

		ASSERT_NE(m, nullptr);
		ASSERT_NE(plx_pktmbuf_append(m, 60), nullptr);
		ASSERT_EQ(send(m), 1);
	}
	complete();
	make_it_reclaim();
	EXPECT_EQ(plx_mempool_in_use_count(other.get()), 0u);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), device->available());
}

TEST_F(VirtioTx, BadId)
{
	for (uint32_t id : { uint32_t(SIZE), uint32_t(UINT16_MAX), UINT32_MAX }) {
		ASSERT_EQ(send(packet({ frame(0) })), 1);
		device->use(id, 0);
		make_it_reclaim();
		expect_broken(1);
		txq->stats.errors = 0;
	}
}

TEST_F(VirtioTx, IdUsedTwice)
{
	ASSERT_EQ(send(packet({ frame(0) })), 1);
	ASSERT_EQ(send(packet({ frame(1) })), 1);

	const uint16_t id = device->take();

	device->use(id, 0);
	device->use(id, 0);
	make_it_reclaim();
	expect_broken(1);
}

TEST_F(VirtioTx, IdInsideAChain)
{
	ASSERT_EQ(send(packet({ "one", "two" })), 1);
	device->use(device->chain(device->take())[0].next, 0);
	make_it_reclaim();
	expect_broken(1);
}

TEST_F(VirtioTx, MoreUsedThanOutstanding)
{
	ASSERT_EQ(send(packet({ frame(0) })), 1);
	device->jump(SIZE + 1);
	testing::internal::CaptureStderr();
	make_it_reclaim();

	const std::string log = testing::internal::GetCapturedStderr();

	EXPECT_NE(log.find("33 buffers used of"), log.npos) << log;
	expect_broken(1);
}

} // namespace
