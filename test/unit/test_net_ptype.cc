/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/net: packet types in software, of right packets and of any bytes. */
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <plx_ptype.h>

namespace {

using Bytes = std::vector<uint8_t>;

Bytes
operator+(Bytes a, const Bytes &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

Bytes
ether(uint16_t type)
{
	Bytes b(14);

	b[12] = static_cast<uint8_t>(type >> 8);
	b[13] = static_cast<uint8_t>(type);
	return b;
}

Bytes
tag(uint16_t type)
{
	return { 0, 5, static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type) };
}

/* @words: of the header; @frag: flags and offset. */
Bytes
ipv4(uint8_t proto, unsigned int words = 5, uint16_t frag = 0)
{
	Bytes b(words * 4);

	b[0] = static_cast<uint8_t>(0x40 | words);
	b[6] = static_cast<uint8_t>(frag >> 8);
	b[7] = static_cast<uint8_t>(frag);
	b[9] = proto;
	return b;
}

Bytes
ipv6(uint8_t next)
{
	Bytes b(40);

	b[0] = 0x60;
	b[6] = next;
	return b;
}

Bytes
extension(uint8_t next, size_t len, uint8_t len_field)
{
	Bytes b(len);

	b[0] = next;
	b[1] = len_field;
	return b;
}

Bytes
tcp(unsigned int words = 5)
{
	Bytes b(words * 4);

	b[12] = static_cast<uint8_t>(words << 4);
	return b;
}

/* In memory that ends with the packet, so that AddressSanitizer sees what goes beyond. */
uint32_t
ptype_of(const Bytes &packet, plx_net_hdr_lens *lens = nullptr, uint32_t layers = PLX_PTYPE_ALL_MASK)
{
	std::unique_ptr<uint8_t[]> exact(new uint8_t[packet.size()]);

	std::copy(packet.begin(), packet.end(), exact.get());
	return plx_net_ptype(exact.get(), packet.size(), lens, layers);
}

TEST(NetPtype, Layer2)
{
	EXPECT_EQ(ptype_of({}), 0u);
	EXPECT_EQ(ptype_of(Bytes(13)), 0u);
	EXPECT_EQ(ptype_of(ether(0x1234)), 0x01u);
	EXPECT_EQ(ptype_of(ether(0x0806)), 0x03u);
	EXPECT_EQ(ptype_of(ether(0x88cc)), 0x04u);
	EXPECT_EQ(ptype_of(ether(0x88f7)), 0x02u);
	EXPECT_EQ(ptype_of(ether(0x8100) + tag(0x0806)), 0x06u);
	EXPECT_EQ(ptype_of(ether(0x88a8) + tag(0x8100) + tag(0x1234)), 0x07u);
	EXPECT_EQ(ptype_of(ether(0x8100) + Bytes(3)), 0x01u) << "the tag is not all there";
	EXPECT_EQ(ptype_of(ether(0x8100) + tag(0x8100) + tag(0x8100) + ipv4(6) + tcp()), 0x07u)
		<< "of three tags two are named";
}

TEST(NetPtype, Ipv4)
{
	plx_net_hdr_lens lens;

	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(6) + tcp(), &lens), 0x111u);
	EXPECT_EQ(lens.l2_len, 14);
	EXPECT_EQ(lens.l3_len, 20);
	EXPECT_EQ(lens.l4_len, 20);
	EXPECT_EQ(ptype_of(ether(0x8100) + tag(0x0800) + ipv4(6, 15) + tcp(15), &lens), 0x136u);
	EXPECT_EQ(lens.l2_len, 18);
	EXPECT_EQ(lens.l3_len, 60);
	EXPECT_EQ(lens.l4_len, 60);
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(17) + Bytes(8), &lens), 0x211u);
	EXPECT_EQ(lens.l4_len, 8);
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(132) + Bytes(12), &lens), 0x411u);
	EXPECT_EQ(lens.l4_len, 12);
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(1) + Bytes(8)), 0x511u);
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(89)), 0x611u);
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(6, 5, 0x2000) + tcp(), &lens), 0x311u) << "the first";
	EXPECT_EQ(lens.l4_len, 0);
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(17, 5, 1)), 0x311u) << "the last";
	EXPECT_EQ(ptype_of(ether(0x0800) + ipv4(6, 5, 0x4000) + tcp()), 0x111u) << "don't fragment";
}

TEST(NetPtype, Ipv6)
{
	plx_net_hdr_lens lens;

	EXPECT_EQ(ptype_of(ether(0x86dd) + ipv6(17) + Bytes(8), &lens), 0x241u);
	EXPECT_EQ(lens.l3_len, 40);
	EXPECT_EQ(ptype_of(ether(0x86dd) + ipv6(0) + extension(60, 8, 0) + extension(51, 24, 2) +
		extension(6, 12, 1) + tcp(), &lens), 0x1c1u);
	EXPECT_EQ(lens.l3_len, 84);
	EXPECT_EQ(lens.l4_len, 20);
	EXPECT_EQ(ptype_of(ether(0x86dd) + ipv6(44) + extension(6, 8, 255) + tcp(), &lens), 0x3c1u);
	EXPECT_EQ(lens.l3_len, 48);
	EXPECT_EQ(ptype_of(ether(0x86dd) + ipv6(58) + Bytes(4)), 0x541u);
	EXPECT_EQ(ptype_of(ether(0x86dd) + ipv6(59)), 0x41u) << "nothing follows";
	EXPECT_EQ(ptype_of(ether(0x86dd) + ipv6(0) + extension(6, 8, 1) + tcp(), &lens), 0x0c1u)
		<< "an extension of 16 bytes, and then no TCP header";
}

TEST(NetPtype, HeadersThatGoBeyondAreNotNamed)
{
	const Bytes v4 = ether(0x0800) + ipv4(6, 6) + tcp(6), v6 = ether(0x86dd) + ipv6(0) +
		extension(17, 16, 1) + Bytes(8);
	auto first = [](const Bytes &b, size_t n) {
		return Bytes(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(n));
	};
	plx_net_hdr_lens lens;

	for (size_t n = 0; n <= v4.size(); n++) {
		EXPECT_EQ(ptype_of(first(v4, n), &lens), n < 14 ? 0u : n < 38 ? 0x1u :
			n < 62 ? 0x31u : 0x131u) << n;
		EXPECT_LE(lens.l2_len + lens.l3_len + lens.l4_len, static_cast<int>(n));
	}
	for (size_t n = 0; n <= v6.size(); n++)
		EXPECT_EQ(ptype_of(first(v6, n), &lens), n < 14 ? 0u : n < 54 ? 0x1u :
			n < 78 ? 0xc1u : 0x2c1u) << n;
}

TEST(NetPtype, HeadersThatAreWrong)
{
	Bytes bad = ether(0x0800) + ipv4(6) + tcp();

	bad[14] = 0x44;
	EXPECT_EQ(ptype_of(bad), 0x1u) << "a header of 16 bytes";
	bad[14] = 0x65;
	EXPECT_EQ(ptype_of(bad), 0x1u) << "version 6";
	bad[14] = 0x45;
	bad[34 + 12] = 0x40;
	EXPECT_EQ(ptype_of(bad), 0x11u) << "a TCP header of 16 bytes";
	bad = ether(0x86dd) + ipv6(17) + Bytes(8);
	bad[14] = 0x45;
	EXPECT_EQ(ptype_of(bad), 0x1u);
}

TEST(NetPtype, AsFarAsAsked)
{
	const Bytes packet = ether(0x0800) + ipv4(6) + tcp();
	plx_net_hdr_lens lens;

	EXPECT_EQ(ptype_of(packet, &lens, PLX_PTYPE_L2_MASK), 0x1u);
	EXPECT_EQ(lens.l3_len, 0);
	EXPECT_EQ(ptype_of(packet, &lens, PLX_PTYPE_L2_MASK | PLX_PTYPE_L3_MASK), 0x11u);
	EXPECT_EQ(lens.l4_len, 0);
	EXPECT_EQ(ptype_of(packet, &lens, PLX_PTYPE_L4_MASK), 0x100u);
	EXPECT_EQ(lens.l4_len, 20);
}

/* Any bytes: no read beyond them (the sanitizers would tell), and lengths within them. */
TEST(NetPtype, AnyBytes)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x8100, 0x88a8 };
	static const uint8_t protos[] = { 0, 6, 17, 43, 44, 51, 58, 59, 60, 132 };
	std::mt19937 random(20261127);
	plx_net_hdr_lens lens;

	for (int round = 0; round < 50000; round++) {
		Bytes packet(random() % 160);

		for (auto &b : packet)
			b = static_cast<uint8_t>(random() % 4 ? protos[random() % 10] : random());
		if (packet.size() > 14) {
			uint16_t type = types[random() % 4];

			packet[12] = static_cast<uint8_t>(type >> 8);
			packet[13] = static_cast<uint8_t>(type);
			packet[14] = static_cast<uint8_t>(type == 0x86dd ? 0x60 : 0x40 | random() % 16);
		}
		uint32_t ptype = ptype_of(packet, &lens);

		ASSERT_LE(size_t(lens.l2_len) + lens.l3_len + lens.l4_len, packet.size());
		if ((ptype & PLX_PTYPE_L3_MASK) == 0) {
			ASSERT_EQ(ptype & PLX_PTYPE_L4_MASK, 0u);
		}
	}
	/* Extension headers without end, longer than a length can say. */
	Bytes endless = ether(0x86dd) + ipv6(60);

	for (int i = 0; i < 40; i++)
		endless = endless + extension(60, 2048, 255);
	EXPECT_EQ(ptype_of(endless, &lens) & PLX_PTYPE_L4_MASK, 0u);
}

} // namespace
