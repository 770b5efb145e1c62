/* SPDX-License-Identifier: BSD-3-Clause */
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plx_arp.h>
#include <plx_ether.h>
#include <plx_icmp.h>
#include <plx_ip.h>
#include <plx_mbuf_core.h>
#include <plx_tcp.h>
#include <plx_udp.h>

namespace {

/* What is on the wire as 0xab, 0xcd reads 0xabcd. */
uint16_t
wire16(uint16_t v)
{
	return plx_be_to_cpu_16(v);
}

TEST(ByteOrder, BytesComeInOrder)
{
	const uint16_t be16 = plx_cpu_to_be_16(0x0102), le16 = plx_cpu_to_le_16(0x0102);
	const uint32_t be32 = plx_cpu_to_be_32(0x01020304), le32 = plx_cpu_to_le_32(0x01020304);
	const uint64_t be64 = plx_cpu_to_be_64(0x0102030405060708);
	const uint64_t le64 = plx_cpu_to_le_64(0x0102030405060708);

	EXPECT_EQ(memcmp(&be16, "\1\2", 2), 0);
	EXPECT_EQ(memcmp(&le16, "\2\1", 2), 0);
	EXPECT_EQ(memcmp(&be32, "\1\2\3\4", 4), 0);
	EXPECT_EQ(memcmp(&le32, "\4\3\2\1", 4), 0);
	EXPECT_EQ(memcmp(&be64, "\1\2\3\4\5\6\7\10", 8), 0);
	EXPECT_EQ(memcmp(&le64, "\10\7\6\5\4\3\2\1", 8), 0);
	EXPECT_EQ(plx_be_to_cpu_16(be16), 0x0102);
	EXPECT_EQ(plx_le_to_cpu_16(le16), 0x0102);
	EXPECT_EQ(plx_be_to_cpu_32(be32), 0x01020304u);
	EXPECT_EQ(plx_le_to_cpu_32(le32), 0x01020304u);
	EXPECT_EQ(plx_be_to_cpu_64(be64), 0x0102030405060708u);
	EXPECT_EQ(plx_le_to_cpu_64(le64), 0x0102030405060708u);
}

TEST(ByteOrder, MacrosAreConstantExpressions)
{
	static_assert(PLX_BE16(0x0102) == 0x0201 || PLX_LE16(0x0102) == 0x0201, "one of them");
	static constexpr uint32_t be32 = PLX_BE32(0x01020304);
	static constexpr uint64_t be64 = PLX_BE64(1);

	EXPECT_EQ(be32, plx_cpu_to_be_32(0x01020304));
	EXPECT_EQ(be64, plx_cpu_to_be_64(1));
	EXPECT_EQ(PLX_LE32(7), plx_cpu_to_le_32(7));
	EXPECT_EQ(PLX_LE64(7), plx_cpu_to_le_64(7));
}

TEST(Ether, FormatsAnAddress)
{
	const plx_ether_addr addr = { { 0x52, 0x54, 0x00, 0xab, 0xcd, 0xef } };
	char buf[PLX_ETHER_ADDR_FMT_SIZE];

	plx_ether_format_addr(buf, sizeof(buf), &addr);
	EXPECT_STREQ(buf, "52:54:00:AB:CD:EF");
	plx_ether_format_addr(buf, 6, &addr);
	EXPECT_STREQ(buf, "52:54");
	buf[0] = 'x';
	plx_ether_format_addr(buf, 0, &addr);
	EXPECT_EQ(buf[0], 'x');
}

TEST(Ether, ReadsAddresses)
{
	const struct {
		const char *text;
		plx_ether_addr addr;
	} good[] = {
		{ "52:54:00:ab:CD:ef", { { 0x52, 0x54, 0x00, 0xab, 0xcd, 0xef } } },
		{ "0:1:2:3:4:5", { { 0, 1, 2, 3, 4, 5 } } },
		{ "00:00:00:00:00:00", { { 0, 0, 0, 0, 0, 0 } } },
		{ "ff:ff:ff:ff:ff:ff", { { 255, 255, 255, 255, 255, 255 } } },
		{ "5254:00ab:cdef", { { 0x52, 0x54, 0x00, 0xab, 0xcd, 0xef } } },
		{ "1:20:300", { { 0, 1, 0, 0x20, 3, 0 } } },
	};
	for (const auto &g : good) {
		plx_ether_addr addr = { { 9, 9, 9, 9, 9, 9 } };

		EXPECT_EQ(plx_ether_unformat_addr(g.text, &addr), 0) << g.text;
		EXPECT_TRUE(plx_is_same_ether_addr(&addr, &g.addr)) << g.text;
	}
}

TEST(Ether, RefusesWhatIsNoAddress)
{
	const char *const bad[] = {
		"", ":", "52", "52:54:00:ab:cd", "52:54:00:ab:cd:", "52:54:00:ab:cd:ef:",
		"52:54:00:ab:cd:ef:01", "52:54:00:ab:cd:efg", "52:54:00:ab:cd:eg",
		"152:54:00:ab:cd:ef", "52:54:00:ab:cd:0ef", ":54:00:ab:cd:ef", "52::00:ab:cd:ef",
		"52:54:00:ab:cd:ef ", " 52:54:00:ab:cd:ef", "52-54-00-ab-cd-ef", "525400abcdef",
		"5254:00ab", "5254:00ab:cdef:", "5254:00ab:cdef:0000", "15254:00ab:cdef",
		"5254::cdef", "+2:54:00:ab:cd:ef", "0x:54:00:ab:cd:ef",
	};
	const plx_ether_addr before = { { 9, 9, 9, 9, 9, 9 } };

	for (const char *text : bad) {
		plx_ether_addr addr = before;

		EXPECT_EQ(plx_ether_unformat_addr(text, &addr), -EINVAL) << text;
		EXPECT_TRUE(plx_is_same_ether_addr(&addr, &before)) << text;
	}
}

TEST(Ether, TellsKindsOfAddresses)
{
	const plx_ether_addr zero = { { 0, 0, 0, 0, 0, 0 } };
	const plx_ether_addr broadcast = { { 255, 255, 255, 255, 255, 255 } };
	const plx_ether_addr group = { { 0x01, 0x00, 0x5e, 0, 0, 1 } };
	const plx_ether_addr vendor = { { 0x00, 0x1b, 0x21, 1, 2, 3 } };
	const plx_ether_addr local = { { 0x02, 0, 0, 0, 0, 1 } };
	plx_ether_addr copy = zero;

	EXPECT_EQ(plx_is_zero_ether_addr(&zero), 1);
	EXPECT_EQ(plx_is_zero_ether_addr(&local), 0);
	EXPECT_EQ(plx_is_broadcast_ether_addr(&broadcast), 1);
	EXPECT_EQ(plx_is_broadcast_ether_addr(&group), 0);
	EXPECT_EQ(plx_is_multicast_ether_addr(&group), 1);
	EXPECT_EQ(plx_is_multicast_ether_addr(&broadcast), 1);
	EXPECT_EQ(plx_is_multicast_ether_addr(&vendor), 0);
	EXPECT_EQ(plx_is_unicast_ether_addr(&vendor), 1);
	EXPECT_EQ(plx_is_unicast_ether_addr(&group), 0);
	EXPECT_EQ(plx_is_local_admin_ether_addr(&local), 1);
	EXPECT_EQ(plx_is_local_admin_ether_addr(&vendor), 0);
	EXPECT_EQ(plx_is_valid_assigned_ether_addr(&vendor), 1);
	EXPECT_EQ(plx_is_valid_assigned_ether_addr(&local), 1);
	EXPECT_EQ(plx_is_valid_assigned_ether_addr(&zero), 0);
	EXPECT_EQ(plx_is_valid_assigned_ether_addr(&group), 0);
	EXPECT_EQ(plx_is_valid_assigned_ether_addr(&broadcast), 0);
	plx_ether_addr_copy(&vendor, &copy);
	EXPECT_EQ(plx_is_same_ether_addr(&vendor, &copy), 1);
	EXPECT_EQ(plx_is_same_ether_addr(&vendor, &local), 0);
}

TEST(Headers, FieldsLieWhereTheRfcsSay)
{
	EXPECT_EQ(offsetof(plx_ether_hdr, src_addr), 6u);
	EXPECT_EQ(offsetof(plx_ether_hdr, ether_type), 12u);
	EXPECT_EQ(sizeof(plx_vlan_hdr), 4u);
	EXPECT_EQ(offsetof(plx_arp_hdr, arp_opcode), 6u);
	EXPECT_EQ(offsetof(plx_arp_hdr, arp_data) + offsetof(plx_arp_ipv4, arp_sip), 14u);
	EXPECT_EQ(offsetof(plx_arp_hdr, arp_data) + offsetof(plx_arp_ipv4, arp_tip), 24u);
	EXPECT_EQ(offsetof(plx_ipv4_hdr, time_to_live), 8u);
	EXPECT_EQ(offsetof(plx_ipv4_hdr, hdr_checksum), 10u);
	EXPECT_EQ(offsetof(plx_ipv4_hdr, dst_addr), 16u);
	EXPECT_EQ(offsetof(plx_ipv6_hdr, proto), 6u);
	EXPECT_EQ(offsetof(plx_ipv6_hdr, dst_addr), 24u);
	EXPECT_EQ(offsetof(plx_icmp_hdr, icmp_cksum), 2u);
	EXPECT_EQ(offsetof(plx_icmp_hdr, icmp_seq_nb), 6u);
	EXPECT_EQ(offsetof(plx_udp_hdr, dgram_len), 4u);
	EXPECT_EQ(offsetof(plx_udp_hdr, dgram_cksum), 6u);
	EXPECT_EQ(offsetof(plx_tcp_hdr, data_off), 12u);
	EXPECT_EQ(offsetof(plx_tcp_hdr, cksum), 16u);
}

/* RFC 1071, section 3: the numerical example. */
TEST(Cksum, Rfc1071Example)
{
	const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	EXPECT_EQ(wire16(plx_raw_cksum(data, sizeof(data))), 0xddf2);
}

/* The sum word by word, as the RFC writes it. */
uint16_t
plain_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return uint16_t(sum);
}

TEST(Cksum, AgreesWithThePlainSumAtEachLengthAndAlignment)
{
	std::vector<uint8_t> data(2048);
	uint32_t random = 1;

	for (uint8_t &byte : data) {
		random = random * 1664525 + 1013904223;
		byte = uint8_t(random >> 24);
	}
	for (size_t start = 0; start < 8; start++)
		for (size_t len = 0; len < 1600; len += len < 70 ? 1 : 97)
			ASSERT_EQ(wire16(plx_raw_cksum(&data[start], len)),
				plain_sum(&data[start], len)) << start << " " << len;
}

TEST(Cksum, CarriesFoldCompletely)
{
	const std::vector<uint8_t> ones(65536, 0xff);

	EXPECT_EQ(plx_raw_cksum(ones.data(), ones.size()), 0xffff);
	EXPECT_EQ(plx_raw_cksum(ones.data(), 4), 0xffff);
	EXPECT_EQ(wire16(plx_raw_cksum(ones.data(), 1)), 0xff00);
	EXPECT_EQ(plx_raw_cksum(ones.data(), 0), 0);
	EXPECT_EQ(plx_cksum_fold(UINT64_MAX), 0xffff);
	EXPECT_EQ(plx_cksum_fold(0x1ffffffff), 0x0001);
	EXPECT_EQ(plx_cksum_fold(0xffff0000ffff0001), 0x0001);
}

plx_ipv4_hdr
ipv4(uint8_t proto, uint16_t payload)
{
	plx_ipv4_hdr hdr = {};

	hdr.version_ihl = PLX_IPV4_VHL_DEF;
	hdr.total_length = plx_cpu_to_be_16(uint16_t(sizeof(hdr) + payload));
	hdr.time_to_live = 64;
	hdr.next_proto_id = proto;
	hdr.src_addr = plx_cpu_to_be_32(PLX_IPV4(192, 168, 0, 1));
	hdr.dst_addr = plx_cpu_to_be_32(PLX_IPV4(192, 168, 0, 199));
	return hdr;
}

/* A header that is printed in many texts: its checksum is 0xb861. */
TEST(Ipv4, KnownHeader)
{
	plx_ipv4_hdr hdr = ipv4(IPPROTO_UDP, 95);

	hdr.fragment_offset = plx_cpu_to_be_16(PLX_IPV4_HDR_DF_FLAG);
	EXPECT_EQ(plx_ipv4_hdr_len(&hdr), 20);
	hdr.hdr_checksum = plx_ipv4_cksum(&hdr);
	EXPECT_EQ(wire16(hdr.hdr_checksum), 0xb861);
	EXPECT_EQ(plx_raw_cksum(&hdr, sizeof(hdr)), 0xffff);
}

TEST(Ipv4, OptionsAreSummedToo)
{
	struct {
		plx_ipv4_hdr hdr;
		uint8_t options[4];
	} p = { ipv4(IPPROTO_UDP, 0), { 0x94, 0x04, 0x00, 0x00 } };

	p.hdr.version_ihl = 0x46;
	EXPECT_EQ(plx_ipv4_hdr_len(&p.hdr), 24);
	p.hdr.hdr_checksum = plx_ipv4_cksum(&p.hdr);
	EXPECT_EQ(plx_raw_cksum(&p, 24), 0xffff);
}

TEST(Ipv4, MulticastAddresses)
{
	EXPECT_FALSE(PLX_IS_IPV4_MCAST(PLX_IPV4(223, 255, 255, 255)));
	EXPECT_TRUE(PLX_IS_IPV4_MCAST(PLX_IPV4(224, 0, 0, 0)));
	EXPECT_TRUE(PLX_IS_IPV4_MCAST(PLX_IPV4(239, 255, 255, 255)));
	EXPECT_FALSE(PLX_IS_IPV4_MCAST(PLX_IPV4(240, 0, 0, 0)));
}

TEST(Icmp, EchoChecksum)
{
	struct {
		plx_icmp_hdr hdr;
		char data[4];
	} p = {};

	p.hdr.icmp_type = PLX_IP_ICMP_ECHO_REQUEST;
	p.hdr.icmp_ident = plx_cpu_to_be_16(1);
	p.hdr.icmp_seq_nb = plx_cpu_to_be_16(9);
	memcpy(p.data, "abcd", 4);
	/* 0800 + 0001 + 0009 + 6162 + 6364 = ccd0 */
	p.hdr.icmp_cksum = uint16_t(~plx_raw_cksum(&p, sizeof(p)));
	EXPECT_EQ(wire16(p.hdr.icmp_cksum), 0x332f);
	EXPECT_EQ(plx_raw_cksum(&p, sizeof(p)), 0xffff);
}

struct UdpPacket {
	plx_ipv4_hdr ip;
	plx_udp_hdr udp;
	uint8_t data[3];
};

UdpPacket
udp_packet()
{
	UdpPacket p = {};

	p.ip = ipv4(IPPROTO_UDP, sizeof(p.udp) + sizeof(p.data));
	p.udp.src_port = plx_cpu_to_be_16(9);
	p.udp.dst_port = plx_cpu_to_be_16(10);
	p.udp.dgram_len = plx_cpu_to_be_16(sizeof(p.udp) + sizeof(p.data));
	memcpy(p.data, "abc", 3);
	return p;
}

TEST(Ipv4Udp, ChecksumByHand)
{
	UdpPacket p = udp_packet();

	/* c0a8 + 0001 + c0a8 + 00c7 + 0011 + 000b = 8235 with the carry */
	EXPECT_EQ(wire16(plx_ipv4_phdr_cksum(&p.ip, 0)), 0x8235);
	/* Without the length of 11. */
	EXPECT_EQ(wire16(plx_ipv4_phdr_cksum(&p.ip, PLX_MBUF_F_TX_TCP_SEG)), 0x8235 - 11);
	/* + 0009 + 000a + 000b + 6162 + 6300 = 46b6 with the carry, its complement: */
	EXPECT_EQ(wire16(plx_ipv4_udptcp_cksum(&p.ip, &p.udp)), 0xb949);
}

TEST(Ipv4Udp, VerifyFindsEachFlippedBit)
{
	UdpPacket p = udp_packet();
	uint8_t *l4 = reinterpret_cast<uint8_t *>(&p.udp);

	p.udp.dgram_cksum = plx_ipv4_udptcp_cksum(&p.ip, &p.udp);
	EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(&p.ip, &p.udp), 0);
	for (size_t bit = 0; bit < 11 * 8; bit++) {
		l4[bit / 8] = uint8_t(l4[bit / 8] ^ 1 << bit % 8);
		EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(&p.ip, &p.udp), -EBADMSG) << bit;
		l4[bit / 8] = uint8_t(l4[bit / 8] ^ 1 << bit % 8);
	}
	/* A length that is not even the header's. */
	p.ip.total_length = plx_cpu_to_be_16(19);
	EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(&p.ip, &p.udp), -EBADMSG);
}

TEST(Ipv4Udp, ZeroIsSentAsOnes)
{
	UdpPacket p = udp_packet();

	/* Make the sum 0xffff, so that its complement is 0. */
	p.udp.src_port = 0;
	p.udp.src_port = plx_ipv4_udptcp_cksum(&p.ip, &p.udp);
	EXPECT_EQ(plx_ipv4_udptcp_cksum(&p.ip, &p.udp), 0xffff);
	/* TCP has no such exception: the sum shrinks by 11, and the port makes up for it. */
	p.ip.next_proto_id = IPPROTO_TCP;
	p.udp.src_port = plx_cpu_to_be_16(uint16_t(wire16(p.udp.src_port) + 11));
	EXPECT_EQ(plx_ipv4_udptcp_cksum(&p.ip, &p.udp), 0);
}

TEST(Ipv4Tcp, ChecksumVerifies)
{
	struct {
		plx_ipv4_hdr ip;
		plx_tcp_hdr tcp;
		uint8_t data[100];
	} p = {};

	p.ip = ipv4(IPPROTO_TCP, sizeof(p.tcp) + sizeof(p.data));
	p.tcp.sent_seq = plx_cpu_to_be_32(0xdeadbeef);
	p.tcp.data_off = 5 << 4;
	p.tcp.tcp_flags = PLX_TCP_ACK_FLAG | PLX_TCP_PSH_FLAG;
	memset(p.data, 0xa5, sizeof(p.data));
	p.tcp.cksum = plx_ipv4_udptcp_cksum(&p.ip, &p.tcp);
	EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(&p.ip, &p.tcp), 0);
	p.data[50] ^= 1;
	EXPECT_EQ(plx_ipv4_udptcp_cksum_verify(&p.ip, &p.tcp), -EBADMSG);
}

TEST(Ipv6Udp, ChecksumByHandAndVerify)
{
	struct {
		plx_ipv6_hdr ip;
		plx_udp_hdr udp;
		uint8_t data[2];
	} p = {};

	p.ip.vtc_flow = plx_cpu_to_be_32(6u << 28);
	p.ip.payload_len = plx_cpu_to_be_16(10);
	p.ip.proto = IPPROTO_UDP;
	p.ip.src_addr[0] = p.ip.dst_addr[0] = 0xfe;
	p.ip.src_addr[1] = p.ip.dst_addr[1] = 0x80;
	p.ip.src_addr[15] = 1;
	p.ip.dst_addr[15] = 2;
	p.udp.dgram_len = plx_cpu_to_be_16(10);
	p.data[0] = 0x12;
	p.data[1] = 0x34;
	/* fe80 + 0001 + fe80 + 0002 = fd03 with the carry + 0011 + 000a */
	EXPECT_EQ(wire16(plx_ipv6_phdr_cksum(&p.ip, 0)), 0xfd1f);
	EXPECT_EQ(wire16(plx_ipv6_phdr_cksum(&p.ip, PLX_MBUF_F_TX_TCP_SEG)), 0xfd15);
	/* + 000a + 1234 = 0f5e with the carry */
	EXPECT_EQ(wire16(plx_ipv6_udptcp_cksum(&p.ip, &p.udp)), uint16_t(~0x0f5e));
	p.udp.dgram_cksum = plx_ipv6_udptcp_cksum(&p.ip, &p.udp);
	EXPECT_EQ(plx_ipv6_udptcp_cksum_verify(&p.ip, &p.udp), 0);
	p.ip.dst_addr[7] ^= 0x10;
	EXPECT_EQ(plx_ipv6_udptcp_cksum_verify(&p.ip, &p.udp), -EBADMSG);
}

TEST(Ipv4Udp, PseudoHeaderKnowsTheMbufFlag)
{
	EXPECT_EQ(PLX_IP_PHDR_NO_LEN, PLX_MBUF_F_TX_TCP_SEG);
}

} // namespace
