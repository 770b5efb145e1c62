/* SPDX-License-Identifier: BSD-3-Clause */
/* The port contract: packets of all lengths, in all kinds of mbufs, come out as they went in. */
#include "port_contract.h"

#include <algorithm>

#include <plx_malloc.h>
#include <plx_mbuf_attach.h>

namespace contract {

namespace {

class Packets : public Contract {
protected:
	/* Both ends with frames of this MTU, whatever that takes of mbufs. */
	void start_with_mtu(uint16_t mtu, plx_mempool *receive_pool)
	{
		Config setup;

		setup.conf.rxmode.mtu = mtu;
		setup.rx_desc = round_desc(rx.info().rx_desc_lim, 128);
		setup.pools = { receive_pool };
		ASSERT_NO_FATAL_FAILURE(start(setup, setup));
	}

	/* What an MTU comes to, less than which every port can. */
	size_t longest() const { return 1500 + PLX_ETHER_HDR_LEN; }
};

TEST_F(Packets, every_length)
{
	std::vector<Bytes> sent;

	NEED_WIRE();
	for (size_t len = 60; len <= longest(); len++)
		sent.push_back(frame(len));
	ASSERT_NO_FATAL_FAILURE(start());
	expect_same(sent, exchange(sent));
}

/*
 * Ethernet has no frames of less than 60 bytes: padding is the port's business, and must not be
 * what lay around.
 */
TEST_F(Packets, shorter_than_ethernet_allows)
{
	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());
	for (size_t len : { 22, 30, 59 }) {
		const Bytes sent = frame(len);
		plx_mbuf *m = make_packet(pool, sent);

		ASSERT_NE(m, nullptr);
		memset(plx_pktmbuf_mtod_offset(m, char *, len), 0xa5, 60 - len);

		const std::vector<Packet> received = exchange({ m });

		ASSERT_EQ(received.size(), 1u);
		ASSERT_GE(received[0].data.size(), len);
		EXPECT_LE(received[0].data.size(), 60u);
		for (size_t i = 0; i < received[0].data.size(); i++) {
			ASSERT_EQ(received[0].data[i], i < len ? sent[i] : 0) << "byte " << i
				<< " of " << len;
		}
	}
}

/*
 * Longer than the receiver wants: whole, or not at all and counted; and those behind are not
 * harmed.
 */
TEST_F(Packets, longer_than_the_receiver_allows)
{
	NEED(options.wire == Wire::PAIR, "needs two ends");

	Config sender, receiver;
	plx_mempool *const large = make_pool(511, uint16_t(PLX_PKTMBUF_HEADROOM + 16384));

	sender.conf.rxmode.mtu = std::min(tx.info().max_mtu, uint16_t(9000));
	NEED(sender.conf.rxmode.mtu > 2000, "no frames that are longer than the other end wants");
	sender.pools = { large };
	sender.rx_desc = round_desc(tx.info().rx_desc_lim, 64);
	receiver.conf.rxmode.mtu = 1500;
	ASSERT_NO_FATAL_FAILURE(start(sender, receiver));
	/* With room for two VLAN tags a frame may be a little longer than it should. */
	const size_t most = sender.conf.rxmode.mtu + 14;

	for (size_t len : { size_t(1500 + 14 + 9), size_t(2049), most }) {
		const plx_eth_stats before = rx.stats();
		const Bytes long_frame = frame(len), behind = frame(64);
		std::vector<Packet> received;

		send({ make_packet(large, long_frame), make_packet(pool, behind) });
		ASSERT_TRUE(await([&] {
			poll(received);
			return !received.empty() && received.back().data == behind;
		})) << "the frame behind one of " << len << " bytes is lost";
		if (received.size() == 2) {
			EXPECT_EQ(difference(long_frame, received[0].data), "");
			continue;
		}
		EXPECT_EQ(received.size(), 1u);
		if (!options.oversize_count)
			continue;
		ASSERT_TRUE(await([&] {
			const plx_eth_stats now = rx.stats();

			return now.imissed + now.ierrors > before.imissed + before.ierrors;
		})) << "a frame of " << len << " bytes was dropped, and not counted";
	}
}

TEST_F(Packets, jumbo_frames)
{
	const uint16_t mtu = std::min({ tx.info().max_mtu, rx.info().max_mtu, uint16_t(9000) });
	/* To some chips buffers are powers of two. */
	plx_mempool *const large = make_pool(511, uint16_t(PLX_PKTMBUF_HEADROOM + 16384));
	std::vector<plx_mbuf *> packets;
	std::vector<Bytes> sent;

	NEED_WIRE();
	NEED(mtu > 1500, "the largest MTU is " << mtu);
	ASSERT_NO_FATAL_FAILURE(start_with_mtu(mtu, large));
	for (size_t len : { size_t(60), size_t(1515), size_t(2048), size_t(2049), size_t(4096),
			size_t(mtu + 13), size_t(mtu + 14) })
		if (len <= mtu + 14U)
			sent.push_back(frame(len));
	for (const Bytes &one : sent)
		packets.push_back(make_packet(large, one));
	expect_same(sent, exchange(packets));
}

/* Small mbufs, and a frame is as many as it takes. */
TEST_F(Packets, scattered_receive)
{
	const plx_eth_dev_info info = rx.info();
	const uint16_t mtu = std::min({ tx.info().max_mtu, info.max_mtu, uint16_t(9000) });
	const uint16_t room = uint16_t(std::max(info.min_rx_bufsize, 1024U));
	Config setup;

	NEED_WIRE();
	NEED(info.rx_offload_capa & PLX_ETH_RX_OFFLOAD_SCATTER, "no scattered receive");

	plx_mempool *const small = make_pool(2047, uint16_t(PLX_PKTMBUF_HEADROOM + room));
	plx_mempool *const large = make_pool(63, uint16_t(PLX_PKTMBUF_HEADROOM + 9000 + 64));
	const size_t most = size_t(mtu) + PLX_ETHER_HDR_LEN;
	plx_eth_rxq_info rxq {};
	std::vector<plx_mbuf *> packets;
	std::vector<Bytes> sent;

	setup.conf.rxmode.mtu = mtu;
	setup.conf.rxmode.offloads = PLX_ETH_RX_OFFLOAD_SCATTER;
	setup.pools = { small };
	ASSERT_NO_FATAL_FAILURE(start(setup, setup));
	EXPECT_EQ(plx_eth_rx_queue_info_get(rx.id, 0, &rxq), 0);
	EXPECT_EQ(rxq.scattered_rx, 1);
	for (size_t buffers = 1; buffers * room <= mtu; buffers++)
		for (int more : { -1, 0, 1 })
			sent.push_back(frame(std::min(buffers * room + size_t(more), most)));
	sent.push_back(frame(most));
	for (const Bytes &one : sent)
		packets.push_back(make_packet(large, one));

	const std::vector<Packet> received = exchange(packets);

	expect_same(sent, received);
	if (!received.empty() && mtu > room) {
		EXPECT_GT(received.back().segments, 1);
	}
}

TEST_F(Packets, mbufs_too_small_without_scattered_receive_are_refused)
{
	plx_mempool *const small = make_pool(255, uint16_t(PLX_PKTMBUF_HEADROOM + 1024));

	NEED_WIRE();
	ASSERT_EQ(plx_eth_dev_configure(rx.id, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_eth_rx_queue_setup(rx.id, 0, 0, SOCKET_ID_ANY, nullptr, small), -EINVAL);
}

TEST_F(Packets, chains_of_every_length_up_to_the_limit)
{
	Config sender;
	const unsigned int limit = std::min(unsigned(tx.info().tx_desc_lim.nb_mtu_seg_max), 64U);

	NEED_WIRE();
	NEED(tx.info().tx_offload_capa & PLX_ETH_TX_OFFLOAD_MULTI_SEGS, "no chains");
	sender.conf.txmode.offloads = PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
	ASSERT_NO_FATAL_FAILURE(start(sender));
	for (unsigned int segments = 1; segments <= limit; segments++) {
		const std::vector<Bytes> sent = { frame(std::max(size_t(64), size_t(segments))),
			frame(longest()) };
		const std::vector<plx_mbuf *> packets = { make_packet(pool, sent[0], segments),
			make_packet(pool, sent[1], segments) };

		ASSERT_NO_FATAL_FAILURE(expect_same(sent, exchange(packets)));
		ASSERT_FALSE(HasFailure()) << segments << " segments";
		/* Where a chain has one entry of the ring, the ring could hold more than the pool. */
		const int cleaned = plx_eth_tx_done_cleanup(tx.id, 0, 0);

		ASSERT_TRUE(cleaned >= 0 || cleaned == -ENOTSUP) << cleaned;
	}
}

TEST_F(Packets, a_chain_beyond_the_limit_is_refused)
{
	Config sender;
	const unsigned int limit = tx.info().tx_desc_lim.nb_mtu_seg_max;

	NEED(tx.info().tx_offload_capa & PLX_ETH_TX_OFFLOAD_MULTI_SEGS, "no chains");
	NEED(limit < 1000, "a chain may have " << limit << " segments");
	sender.conf.txmode.offloads = PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
	ASSERT_NO_FATAL_FAILURE(start(sender));

	plx_mbuf *packet = make_packet(pool, frame(std::max(size_t(limit + 1), size_t(64))),
		limit + 1);
	const plx_eth_stats before = tx.stats();

	errno = 0;
	EXPECT_EQ(plx_eth_tx_prepare(tx.id, 0, &packet, 1), 0);
	EXPECT_EQ(errno, EINVAL);
	/* Who did not ask loses it, and that is counted. */
	send({ packet });
	EXPECT_TRUE(await([&] { return tx.stats().oerrors == before.oerrors + 1; }));
	EXPECT_EQ(tx.stats().opackets, before.opackets);
	if (options.wire != Wire::NONE) {
		EXPECT_EQ(arrive(frame(64)), 1u) << "the queue goes on";
	}
}

/*
 * Several pools in one burst and in one packet, with private data, little headroom, and a buffer of
 * just the size.
 */
TEST_F(Packets, mbufs_of_many_kinds)
{
	const bool chains = tx.info().tx_offload_capa & PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
	plx_mempool *const tight = make_pool(63, uint16_t(PLX_PKTMBUF_HEADROOM + 200));
	plx_mempool *const with_priv = make_pool(63, PLX_MBUF_DEFAULT_BUF_SIZE, 64);
	plx_mempool *const huge = make_pool(63, 60000);
	std::vector<Bytes> sent = frames(32, 200);
	std::vector<plx_mbuf *> packets;
	Config sender;

	NEED_WIRE();
	sender.conf.txmode.offloads = chains ? PLX_ETH_TX_OFFLOAD_MULTI_SEGS : 0;
	ASSERT_NO_FATAL_FAILURE(start(sender));
	for (size_t i = 0; i < sent.size(); i++) {
		plx_mempool *const of[] = { tight, with_priv, huge, pool };
		const auto middle = sent[i].begin() + 80;
		const Bytes head(sent[i].begin(), middle), tail(middle, sent[i].end());

		if (chains && i % 5 == 4) {
			packets.push_back(make_packet(tight, head));
			EXPECT_EQ(plx_pktmbuf_chain(packets.back(), make_packet(huge, tail)), 0);
			continue;
		}
		packets.push_back(make_packet(of[i % 4], sent[i]));
	}
	expect_same(sent, exchange(packets));
}

TEST_F(Packets, without_headroom)
{
	const std::vector<Bytes> sent = frames(16, 300);
	std::vector<plx_mbuf *> packets;

	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());
	for (size_t i = 0; i < sent.size(); i++) {
		plx_mbuf *m = plx_pktmbuf_alloc(pool);

		ASSERT_NE(m, nullptr);
		m->data_off = uint16_t(i);	/* odd ones too */
		std::copy(sent[i].begin(), sent[i].end(), plx_pktmbuf_append(m, 300));
		packets.push_back(m);
	}
	expect_same(sent, exchange(packets));
}

/* Who holds a reference has the packet as it was, and may send it again. */
TEST_F(Packets, shared_mbufs_are_not_changed)
{
	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());

	const Bytes sent = frame(500);
	plx_mbuf *m = make_packet(pool, sent);

	for (int i = 0; i < 4; i++) {
		plx_mbuf_refcnt_update(m, 1);

		const std::vector<Packet> received = exchange({ m });

		ASSERT_EQ(received.size(), 1u);
		EXPECT_EQ(difference(sent, received[0].data), "");
		EXPECT_EQ(m->data_len, 500);
		EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
	}
	stop();
	EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
	plx_pktmbuf_free(m);
}

/*
 * Packets that share a buffer, each with headers of its own in front; the one who had it first sees
 * no change.
 */
TEST_F(Packets, clones)
{
	const Bytes sent = frame(700);
	plx_mempool *const indirect = make_pool(63, 0);

	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());

	plx_mbuf *original = make_packet(pool, sent);
	std::vector<plx_mbuf *> packets;

	for (int i = 0; i < 16; i++) {
		packets.push_back(plx_pktmbuf_clone(original, indirect));
		ASSERT_NE(packets.back(), nullptr);
	}
	expect_same(std::vector<Bytes>(16, sent), exchange(packets));
	stop();
	EXPECT_EQ(plx_mbuf_refcnt_read(original), 1);

	const uint8_t *data = plx_pktmbuf_mtod(original, uint8_t *);

	EXPECT_EQ(difference(sent, Bytes(data, data + 700)), "");
	plx_pktmbuf_free(original);
}

/* A buffer of the program's, which gets it back when it was sent. */
TEST_F(Packets, external_buffers)
{
	uint16_t len = 2048;
	int freed = 0;

	NEED_WIRE();
	ASSERT_NO_FATAL_FAILURE(start());

	auto *buffer = static_cast<uint8_t *>(plx_malloc("contract", len, 0));

	ASSERT_NE(buffer, nullptr);

	const Bytes sent = frame(900);
	plx_mbuf_ext_shared_info *shinfo = plx_pktmbuf_ext_shinfo_init_helper(buffer, &len,
		[](void *, void *arg) { ++*static_cast<int *>(arg); }, &freed);
	plx_mbuf *m = plx_pktmbuf_alloc(pool);

	ASSERT_NE(m, nullptr);
	ASSERT_NE(shinfo, nullptr);
	plx_pktmbuf_attach_extbuf(m, buffer, len, shinfo);
	std::copy(sent.begin(), sent.end(), plx_pktmbuf_append(m, uint16_t(sent.size())));

	const std::vector<plx_mbuf *> packets = { m };

	expect_same({ sent }, exchange(packets));
	stop();
	EXPECT_EQ(freed, 1);
	plx_free(buffer);
}

/* Received into memory of the program, or such a pool is refused. */
TEST_F(Packets, pinned_buffers)
{
	constexpr unsigned int N = 511;
	constexpr uint16_t ROOM = PLX_MBUF_DEFAULT_BUF_SIZE;
	Config receiver;

	NEED_WIRE();

	void *memory = plx_malloc("contract", size_t(N) * ROOM, 0);
	const plx_pktmbuf_extmem mem = { memory, 0, size_t(N) * ROOM, ROOM };
	plx_mempool *pinned = plx_pktmbuf_pool_create_extbuf("pinned", N, 0, 0, ROOM, SOCKET_ID_ANY,
		&mem, 1);

	ASSERT_NE(pinned, nullptr) << errno;
	receiver.rx_desc = round_desc(rx.info().rx_desc_lim, 64);
	receiver.pools = { pinned };

	const int ret = rx.set_up(receiver, pool);

	if (ret == 0) {
		const std::vector<Bytes> sent = frames(100, 300);

		start({}, receiver);
		expect_same(sent, exchange(sent));
		stop();
	}
	EXPECT_EQ(plx_eth_dev_configure(rx.id, 1, 1, nullptr), 0);
	EXPECT_EQ(plx_mempool_avail_count(pinned), N);
	plx_mempool_free(pinned);
	plx_free(memory);
	NEED(ret != -ENOTSUP, "buffers have to be the mbufs' own");
	EXPECT_EQ(ret, 0);
}

TEST_F(Packets, each_queue_takes_mbufs_of_its_pool)
{
	const uint16_t queues = std::min(rx.info().max_rx_queues, uint16_t(4));
	Config receiver;

	NEED_WIRE();
	NEED(queues > 1, "one queue");
	receiver.rx_queues = queues;
	receiver.rx_desc = round_desc(rx.info().rx_desc_lim, 64);
	for (uint16_t i = 0; i < queues; i++)
		receiver.pools.push_back(make_pool(511));
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));

	const std::vector<Bytes> sent = frames(32, 100);

	expect_same(sent, exchange(sent));
}

/*
 * Nothing is received when there is nothing to receive into; that is counted, and goes on when
 * there is.
 */
TEST_F(Packets, an_exhausted_pool)
{
	const uint16_t desc = round_desc(rx.info().rx_desc_lim, 32);
	plx_mempool *const small = make_pool(desc + 31U);
	std::vector<plx_mbuf *> hoard;
	std::vector<Packet> received;
	Config receiver;

	NEED(options.wire == Wire::PAIR, "needs two ends");
	receiver.rx_desc = desc;
	receiver.pools = { small };
	ASSERT_NO_FATAL_FAILURE(start({}, receiver));
	for (plx_mbuf *m = plx_pktmbuf_alloc(small); m != nullptr; m = plx_pktmbuf_alloc(small))
		hoard.push_back(m);

	const plx_eth_stats before = rx.stats();
	plx_mbuf *burst[8];

	/* What is received is not given back. */
	ASSERT_TRUE(await([&] {
		plx_mbuf *m = make_packet(pool, frame(100));

		send({ m });

		const uint16_t n = plx_eth_rx_burst(rx.id, 0, burst, 8);

		hoard.insert(hoard.end(), burst, burst + n);

		const plx_eth_stats now = rx.stats();

		return now.rx_nombuf > before.rx_nombuf || now.imissed > before.imissed;
	})) << "neither in rx_nombuf nor in imissed";
	for (plx_mbuf *m : hoard)
		plx_pktmbuf_free(m);

	const Bytes last = frame(64);

	EXPECT_TRUE(await([&] {
		send({ make_packet(pool, last) });
		poll(received);
		return !received.empty() && received.back().data == last;
	})) << "the port does not go on";
}

} // namespace

} // namespace contract
