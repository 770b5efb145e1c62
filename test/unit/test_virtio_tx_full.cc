/* SPDX-License-Identifier: BSD-3-Clause */
/* Tx queues of net_virtio with offloads and tables of descriptors; the test is the device. */
#include <plx_ip.h>
#include <plx_tcp.h>

#include "../../drivers/net/virtio/virtio_tx_offload.h"
#include "test_virtio_queue.h"

namespace {

constexpr uint64_t CSUM = VIRTIO_BIT(VIRTIO_NET_F_CSUM);
constexpr uint64_t TSO = CSUM | VIRTIO_BIT(VIRTIO_NET_F_HOST_TSO4) |
	VIRTIO_BIT(VIRTIO_NET_F_HOST_TSO6);
constexpr uint64_t INDIRECT = VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC);
constexpr uint16_t L2 = 14, L3 = 20, L4 = 20;

class VirtioTxFull : public VirtioTx {
protected:
	/* TCP over IPv4 with @payload bytes, in segments of at most @seg behind the headers. */
	plx_mbuf *tcp(size_t payload, uint64_t ol_flags, size_t seg = 1000)
	{
		plx_ipv4_hdr ip {};
		std::string headers(L2, 'e');

		ip.version_ihl = 0x45;
		ip.total_length = plx_cpu_to_be_16(uint16_t(L3 + L4 + payload));
		ip.time_to_live = 64;
		ip.next_proto_id = 6;
		ip.src_addr = plx_cpu_to_be_32(0x0a000001);
		ip.dst_addr = plx_cpu_to_be_32(0x0a000002);
		headers.append(reinterpret_cast<char *>(&ip), sizeof(ip));
		headers.append(L4, 0);

		std::vector<std::string> segs { headers };

		for (size_t left = payload; left > 0; left -= std::min(left, seg))
			segs.push_back(std::string(std::min(left, seg), 'p'));

		plx_mbuf *m = packet(segs);

		m->ol_flags = ol_flags;
		m->l2_len = L2;
		m->l3_len = L3;
		m->l4_len = L4;
		return m;
	}

	/* It is dropped, counted, and nothing reaches the device. */
	void expect_refused(plx_mbuf *m)
	{
		const uint64_t errors = txq->stats.errors;
		const unsigned int in_use = plx_mempool_in_use_count(pool.get()) - m->nb_segs;

		EXPECT_EQ(send(m), 1);
		EXPECT_EQ(txq->stats.errors, errors + 1);
		EXPECT_EQ(device->available(), 0u);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), in_use);
		EXPECT_EQ(nb_free(), SIZE);
	}
};

TEST_P(VirtioTxFull, Checksum)
{
	const struct {
		uint64_t flags;
		uint16_t offset;
	} cases[] = { { PLX_MBUF_F_TX_TCP_CKSUM, 16 }, { PLX_MBUF_F_TX_UDP_CKSUM, 6 } };

	remake(CSUM);
	for (const auto &c : cases) {
		for (size_t payload : { 0, 30 }) {
			ASSERT_EQ(send(tcp(payload, c.flags | PLX_MBUF_F_TX_IPV4)), 1);

			const virtio_net_hdr hdr = device->header(device->take());

			EXPECT_EQ(hdr.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
			EXPECT_EQ(hdr.csum_start, L2 + L3);
			EXPECT_EQ(hdr.csum_offset, c.offset);
			EXPECT_EQ(hdr.gso_type, VIRTIO_NET_HDR_GSO_NONE);
		}
	}
	ASSERT_EQ(send(tcp(0, 0)), 1);
	EXPECT_EQ(device->read(device->take()).substr(0, 12), std::string(12, 0));
}

TEST_P(VirtioTxFull, HeaderOfAPacketThatIsShared)
{
	plx_mbuf *m = tcp(0, PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV4);

	remake(CSUM);
	plx_mbuf_refcnt_update(m, 1);
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->nb_descs(id), 2u);
	EXPECT_EQ(device->header(id).csum_start, L2 + L3);
	virtio_txq_stop(txq);
	plx_pktmbuf_free(m);
	start();
}

TEST_P(VirtioTxFull, ChecksumsThatCannotBe)
{
	plx_mbuf *m = tcp(0, PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV4);

	remake(CSUM);
	m->l3_len = 40;
	expect_refused(m);
	m = tcp(100, PLX_MBUF_F_TX_UDP_CKSUM | PLX_MBUF_F_TX_IPV4);
	m->l2_len = 127;
	m->l3_len = 511;
	expect_refused(m);
	expect_refused(tcp(0, PLX_MBUF_F_TX_SCTP_CKSUM | PLX_MBUF_F_TX_IPV4));
	expect_refused(tcp(100, PLX_MBUF_F_TX_SCTP_CKSUM | PLX_MBUF_F_TX_IPV4));
	expect_refused(tcp(0, PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_IPV4));
}

/* By the plain bursts too. */
TEST_P(VirtioTxFull, WhatWasNotNegotiatedIsRefused)
{
	for (uint64_t f : { PLX_MBUF_F_TX_TCP_CKSUM, PLX_MBUF_F_TX_UDP_CKSUM, PLX_MBUF_F_TX_TCP_SEG,
			PLX_MBUF_F_TX_VLAN, PLX_MBUF_F_TX_QINQ, PLX_MBUF_F_TX_IP_CKSUM })
		expect_refused(tcp(100, f));
	remake(CSUM);
	for (uint64_t f : { PLX_MBUF_F_TX_TCP_SEG, PLX_MBUF_F_TX_VLAN, PLX_MBUF_F_TX_QINQ,
			PLX_MBUF_F_TX_IP_CKSUM })
		expect_refused(tcp(100, f));
}

TEST_P(VirtioTxFull, TcpIsCut)
{
	plx_mbuf *m = tcp(20000, PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IPV4 |
		PLX_MBUF_F_TX_IP_CKSUM | PLX_MBUF_F_TX_TCP_CKSUM, 1500);

	remake(TSO | INDIRECT);
	m->tso_segsz = 1448;
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();
	const virtio_net_hdr hdr = device->header(id);
	const std::string bytes = device->read(id).substr(12);
	plx_ipv4_hdr ip;
	plx_tcp_hdr th;

	EXPECT_EQ(device->nb_descs(id), 1u) << "by a table";
	EXPECT_EQ(bytes.size(), L2 + L3 + L4 + 20000u);
	EXPECT_EQ(hdr.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	EXPECT_EQ(hdr.gso_size, 1448);
	EXPECT_EQ(hdr.hdr_len, L2 + L3 + L4);
	EXPECT_EQ(hdr.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	EXPECT_EQ(hdr.csum_start, L2 + L3);
	EXPECT_EQ(hdr.csum_offset, 16);
	memcpy(&ip, &bytes[L2], sizeof(ip));
	memcpy(&th, &bytes[L2 + L3], sizeof(th));
	EXPECT_EQ(plx_raw_cksum(&ip, sizeof(ip)), 0xffff) << "of the whole, should nobody cut it";
	EXPECT_EQ(th.cksum, plx_ipv4_phdr_cksum(&ip, 0)) << "with the length";
}

TEST_P(VirtioTxFull, TcpThatCannotBeCut)
{
	const uint64_t flags = PLX_MBUF_F_TX_TCP_SEG | PLX_MBUF_F_TX_IPV4 | PLX_MBUF_F_TX_IP_CKSUM;

	remake(TSO);
	for (int i = 0; i < 6; i++) {
		plx_mbuf *m = tcp(3000, flags);

		m->tso_segsz = i == 0 ? 0 : 1000;
		if (i == 1)
			m->l3_len = 16;
		if (i == 2)
			m->l4_len = 16;
		if (i == 3)
			m->l4_len = 24;	/* beyond the first segment */
		if (i == 4)
			m->ol_flags |= PLX_MBUF_F_TX_IPV6;
		if (i == 5)
			m->l2_len = 100;
		expect_refused(m);
	}
	EXPECT_EQ(send(tcp(0, 0)), 1) << "the queue goes on";
}

/* What a burst would drop is told before, and the sums are made ready. */
TEST_P(VirtioTxFull, Prepare)
{
	const uint64_t l4 = PLX_MBUF_F_TX_TCP_CKSUM | PLX_MBUF_F_TX_IPV4;

	remake(TSO, PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO |
		PLX_ETH_TX_OFFLOAD_MULTI_SEGS);

	plx_mbuf *pkts[] = { tcp(0, l4), tcp(3000, l4 | PLX_MBUF_F_TX_TCP_SEG |
		PLX_MBUF_F_TX_IP_CKSUM), tcp(0, PLX_MBUF_F_TX_VLAN) };

	pkts[1]->tso_segsz = 1000;
	errno = 0;
	EXPECT_EQ(virtio_tx_prepare(txq, pkts, 3), 2);
	EXPECT_EQ(errno, ENOTSUP);
	pkts[2]->ol_flags = l4;
	pkts[2]->l3_len = 60;
	EXPECT_EQ(virtio_tx_prepare(txq, pkts, 3), 2);
	EXPECT_EQ(errno, EINVAL);
	pkts[2]->l3_len = L3;
	EXPECT_EQ(virtio_tx_prepare(txq, pkts, 3), 3);
	EXPECT_EQ(send(pkts, 3), 3);
	EXPECT_EQ(txq->stats.errors, 0u);

	const std::string bytes = device->read(device->take()).substr(12);
	plx_ipv4_hdr ip;
	plx_tcp_hdr th;

	memcpy(&ip, &bytes[L2], sizeof(ip));
	memcpy(&th, &bytes[L2 + L3], sizeof(th));
	EXPECT_EQ(th.cksum, plx_ipv4_phdr_cksum(&ip, 0));

	plx_mbuf *m = packet(std::vector<std::string>(SIZE, "x"));

	EXPECT_EQ(virtio_tx_prepare(txq, &m, 1), 0);
	EXPECT_EQ(errno, EINVAL) << "more segments than it takes";
	plx_pktmbuf_free(m);
}

TEST_P(VirtioTxFull, VlanTagIsPutIn)
{
	const std::string addresses = "\1\2\3\4\5\6\7\10\11\12\13\14", rest = "\x08\x06" "the rest of it";
	const std::string tagged = addresses + std::string("\x81\x00\x21\x23", 4) + rest;

	remake(CSUM, PLX_ETH_TX_OFFLOAD_VLAN_INSERT);
	for (int kind = 0; kind < 3; kind++) {
		plx_mbuf *m = kind < 2 ? packet({ addresses + rest }) :
			packet({ addresses + rest.substr(0, 2), rest.substr(2) });

		m->ol_flags = PLX_MBUF_F_TX_VLAN | PLX_MBUF_F_TX_UDP_CKSUM;
		m->vlan_tci = 0x2123;
		m->l2_len = 14;
		m->l3_len = 4;
		if (kind == 1)
			plx_mbuf_refcnt_update(m, 1);
		ASSERT_EQ(send(m), 1);

		const uint16_t id = device->take();

		EXPECT_EQ(device->read(id).substr(12), tagged);
		EXPECT_EQ(device->header(id).csum_start, 22) << "behind the tag";
		device->use(id, 0);
		make_it_reclaim();
		if (kind == 1) {
			EXPECT_EQ(data_of(m), addresses + rest) << "it is somebody else's too";
			plx_pktmbuf_free(m);
		}
	}

	plx_mbuf *m = packet({ "too short" });

	m->ol_flags = PLX_MBUF_F_TX_VLAN;
	expect_refused(m);
}

TEST_P(VirtioTxFull, LongChainsGoByTables)
{
	const std::vector<std::string> segs { "one", "two", "three", "four", "five", "six" };

	remake(INDIRECT);
	for (unsigned int i = 0; i < 3 * VIRTIO_TX_TABLES; i++) {
		ASSERT_EQ(send(packet(segs)), 1);

		const uint16_t id = device->take();

		EXPECT_EQ(device->nb_descs(id), 1u);
		EXPECT_EQ(device->chain(id).size(), 6u);
		EXPECT_EQ(device->read(id), std::string(12, 0) + "onetwothreefourfivesix");
		EXPECT_EQ(nb_free(), SIZE - 1u);
		device->use(id, 0);
		EXPECT_EQ(make_it_reclaim(), 1);
	}
	EXPECT_EQ(txq->nb_free_tables, VIRTIO_TX_TABLES);
	ASSERT_EQ(send(packet({ "one", "two" })), 1);
	EXPECT_EQ(device->nb_descs(device->take()), 2u) << "short ones do not";
}

/* When all tables are taken they go by the ring. */
TEST_P(VirtioTxFull, WithoutATable)
{
	remake(INDIRECT);
	txq->nb_free_tables = 1;
	for (unsigned int i = 0; i < 2; i++)
		ASSERT_EQ(send(packet({ "1", "2", "3", "4", "5", "6" })), 1);
	EXPECT_EQ(device->nb_descs(device->take()), 1u);
	EXPECT_EQ(device->nb_descs(device->take()), 6u);
	EXPECT_EQ(nb_free(), SIZE - 7u);
}

/* The header is longer with hashes, in this direction too. */
TEST_P(VirtioTxFull, HashReport)
{
	remake(VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT));
	ASSERT_EQ(send(packet({ frame(1) })), 1);
	EXPECT_EQ(device->read(device->take()), std::string(20, 0) + frame(1));
	ASSERT_EQ(send(packet({ "one", "two" })), 1);
	EXPECT_EQ(device->read(device->take()), std::string(20, 0) + "onetwo");
}

/* An mbuf whose data are another one's is neither written nor freed unread. */
TEST_P(VirtioTxFull, AttachedMbuf)
{
	plx_mbuf *m = packet({ frame(1) });

	m->ol_flags |= UINT64_C(1) << 61;
	ASSERT_EQ(send(m), 1);

	const uint16_t id = device->take();

	EXPECT_EQ(device->nb_descs(id), 2u);
	EXPECT_EQ(txq->slots[id].pool, nullptr);
	EXPECT_EQ(std::string(static_cast<char *>(m->buf_addr), m->data_off),
		std::string(m->data_off, char(0xee)));
	m->ol_flags = 0;
}

TEST_P(VirtioTxFull, DescriptorStatus)
{
	const auto status = [this](uint16_t offset) {
		return txq->ops->descriptor_status(txq, offset);
	};

	for (unsigned int i = 0; i < 8; i++)
		ASSERT_EQ(send(packet({ frame(i) })), 1);
	EXPECT_EQ(status(0), PLX_ETH_TX_DESC_DONE) << "it never had it";
	EXPECT_EQ(status(SIZE - 9), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(status(SIZE - 8), PLX_ETH_TX_DESC_FULL) << "the oldest";
	EXPECT_EQ(status(SIZE - 1), PLX_ETH_TX_DESC_FULL) << "the newest";
	device->use(device->take(), 0);
	EXPECT_EQ(status(SIZE - 8), PLX_ETH_TX_DESC_DONE);
	EXPECT_EQ(status(SIZE - 7), PLX_ETH_TX_DESC_FULL);
	EXPECT_EQ(status(SIZE), -EINVAL);
}

TEST_P(VirtioTxFull, ReclaimAsManyAsAskedFor)
{
	for (unsigned int i = 0; i < 8; i++)
		ASSERT_EQ(send(packet({ frame(i) })), 1);
	complete();
	EXPECT_EQ(txq->ops->reclaim(txq, 3), 3);
	EXPECT_EQ(txq->ops->reclaim(txq, 100), 5);
	EXPECT_EQ(txq->ops->reclaim(txq, 100), 0);
	EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioTxFull, all_rings(), ring_name);

} // namespace
