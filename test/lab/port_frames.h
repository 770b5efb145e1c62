/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_PORT_FRAMES_H
#define TEST_PORT_FRAMES_H
/*
 * Frames for tests of ports: made, recognised and judged in software, by nothing that a driver
 * uses.
 */
#include <cstdint>
#include <string>
#include <vector>

#include <netinet/in.h>

#include <plx_ether.h>

namespace contract {

using Bytes = std::vector<uint8_t>;

/*
 * A frame of @len bytes, at least 22, of the type for local experiments (IEEE 802); all depends on
 * @seed.
 */
Bytes plain_frame(const plx_ether_addr &dst, const plx_ether_addr &src, size_t len, uint32_t seed);
/* With a VLAN tag of @tci between addresses and type. */
Bytes tagged(const Bytes &frame, uint16_t tci);
Bytes untagged(const Bytes &frame);

/*
 * What an IP packet is made of. The addresses are those for benchmarks: 198.18.0.0/15 and
 * 2001:2::/48.
 */
struct IpSpec {
	int version = 4;
	uint8_t proto = IPPROTO_UDP;		/* UDP, TCP, or another, without a header */
	uint8_t src_host = 1, dst_host = 2;
	uint16_t src_port = 1024, dst_port = 9;
	uint16_t id = 0;			/* IPv4 */
	uint32_t seq = 1;			/* TCP */
	uint8_t tcp_flags = 0x10;
	size_t tcp_options = 0;			/* bytes, a multiple of 4 */
	size_t payload = 100;
	uint32_t seed = 1;			/* of the payload */
};

/* With all checksums right. */
Bytes ip_frame(const plx_ether_addr &dst, const plx_ether_addr &src, const IpSpec &spec);

/* Where the headers of an IP frame are; VLAN tags count to L2. */
struct Layout {
	size_t l2_len, l3_len, l4_len;
	int version;
	uint8_t proto;
	size_t l4() const { return l2_len + l3_len; }
	size_t data() const { return l2_len + l3_len + l4_len; }
	/* Offset of the L4 checksum; of that of IPv4. */
	size_t l4_cksum() const { return l4() + (proto == IPPROTO_UDP ? 6 : 16); }
	size_t ip_cksum() const { return l2_len + 10; }
};
Layout layout_of(const Bytes &frame);

uint16_t get16(const Bytes &frame, size_t offset);
uint32_t get32(const Bytes &frame, size_t offset);
void put16(Bytes &frame, size_t offset, uint16_t value);
void put32(Bytes &frame, size_t offset, uint32_t value);

/* Was it made by one of the functions above? */
bool is_ours(const Bytes &frame);
/* What is wrong with the checksums of an IP frame; "" if nothing is. */
std::string wrong_checksums(const Bytes &frame);
/* Compute the checksums anew; only that of IPv4. */
void set_checksums(Bytes &frame);
void set_ip_checksum(Bytes &frame);
/* The TCP packets that a NIC is to cut @frame into, @mss bytes of data each. */
std::vector<Bytes> cut(const Bytes &frame, size_t mss);

/* The Toeplitz hash of the addresses of an IP frame, and of its ports if @ports. */
uint32_t toeplitz(const Bytes &key, const Bytes &frame, bool ports);

/* Of a frame of @len bytes, without the zeros that made one of 60 of it on its way. */
Bytes unpadded(const Bytes &frame, size_t len);
/* Where two frames differ, for people; "" if they are equal. */
std::string difference(const Bytes &expected, const Bytes &found);

} // namespace contract
#endif
