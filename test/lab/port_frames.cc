/* SPDX-License-Identifier: BSD-3-Clause */
#include "port_frames.h"

#include <algorithm>
#include <random>

namespace contract {

namespace {

constexpr uint16_t TYPE_EXPERIMENT = 0x88b5, TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd,
	TYPE_VLAN = 0x8100;
constexpr size_t TYPE_OFFSET = 12, TAG_LEN = 4;
constexpr uint32_t MAGIC = 0x506f6c78;

void
append_pattern(Bytes &frame, size_t n, uint32_t seed)
{
	std::minstd_rand random(seed);

	while (n-- > 0)
		frame.push_back(uint8_t(random() >> 8));
}

Bytes
ether_header(const plx_ether_addr &dst, const plx_ether_addr &src, uint16_t type)
{
	Bytes frame(dst.addr_bytes, dst.addr_bytes + 6);

	frame.insert(frame.end(), src.addr_bytes, src.addr_bytes + 6);
	frame.resize(frame.size() + 2);
	put16(frame, TYPE_OFFSET, type);
	return frame;
}

/* RFC 1071, two bytes after the other. */
uint64_t
sum16(const Bytes &frame, size_t from, size_t to, uint64_t sum = 0)
{
	for (size_t i = from; i < to; i++)
		sum += uint64_t(frame[i]) << ((i - from) % 2 == 0 ? 8 : 0);
	return sum;
}

uint16_t
fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return uint16_t(sum);
}

/* Of addresses, protocol and length (RFC 9293 section 3.1, RFC 8200 section 8.1). */
uint64_t
pseudo_sum(const Bytes &frame, const Layout &at)
{
	const size_t len = frame.size() - at.l4();
	const size_t from = at.l2_len + (at.version == 4 ? 12 : 8);

	return sum16(frame, from, from + (at.version == 4 ? 8 : 32)) + at.proto + (len >> 16) +
		(len & 0xffff);
}

/* Of the L4 header, the data and the pseudo-header. */
uint16_t
l4_sum(const Bytes &frame, const Layout &at)
{
	return fold(sum16(frame, at.l4(), frame.size(), pseudo_sum(frame, at)));
}

bool
has_l4_checksum(const Layout &at)
{
	return at.proto == IPPROTO_UDP || at.proto == IPPROTO_TCP;
}

/* The lengths that IP and UDP tell. */
void
set_lengths(Bytes &frame)
{
	const Layout at = layout_of(frame);

	put16(frame, at.l2_len + (at.version == 4 ? 2 : 4),
		uint16_t(frame.size() - at.l2_len - (at.version == 4 ? 0 : 40)));
	if (at.proto == IPPROTO_UDP)
		put16(frame, at.l4() + 4, uint16_t(frame.size() - at.l4()));
}

void
append_ip(Bytes &frame, const IpSpec &spec)
{
	const size_t at = frame.size();

	if (spec.version == 4) {
		frame.resize(at + 20);
		frame[at] = 0x45;
		put16(frame, at + 4, spec.id);
		frame[at + 8] = 64;
		frame[at + 9] = spec.proto;
		put32(frame, at + 12, 198U << 24 | 18U << 16 | spec.src_host);
		put32(frame, at + 16, 198U << 24 | 18U << 16 | spec.dst_host);
		return;
	}
	frame.resize(at + 40);
	frame[at] = 0x60;
	frame[at + 6] = spec.proto;
	frame[at + 7] = 64;
	for (size_t address : { at + 8, at + 24 })
		put32(frame, address, 0x20010002);
	frame[at + 23] = spec.src_host;
	frame[at + 39] = spec.dst_host;
}

void
append_l4(Bytes &frame, const IpSpec &spec)
{
	const size_t at = frame.size();

	if (spec.proto != IPPROTO_UDP && spec.proto != IPPROTO_TCP)
		return;
	frame.resize(at + (spec.proto == IPPROTO_UDP ? 8 : 20 + spec.tcp_options));
	put16(frame, at, spec.src_port);
	put16(frame, at + 2, spec.dst_port);
	if (spec.proto == IPPROTO_UDP)
		return;
	put32(frame, at + 4, spec.seq);
	put32(frame, at + 8, 0x01020304);
	frame[at + 12] = uint8_t((20 + spec.tcp_options) / 4 << 4);
	frame[at + 13] = spec.tcp_flags;
	put16(frame, at + 14, 0x2000);
	/* Options of "no operation". */
	std::fill(frame.begin() + long(at + 20), frame.end(), uint8_t(1));
}

} // namespace

uint16_t
get16(const Bytes &frame, size_t offset)
{
	return uint16_t(frame.at(offset) << 8 | frame.at(offset + 1));
}

uint32_t
get32(const Bytes &frame, size_t offset)
{
	return uint32_t(get16(frame, offset)) << 16 | get16(frame, offset + 2);
}

void
put16(Bytes &frame, size_t offset, uint16_t value)
{
	frame.at(offset) = uint8_t(value >> 8);
	frame.at(offset + 1) = uint8_t(value);
}

void
put32(Bytes &frame, size_t offset, uint32_t value)
{
	put16(frame, offset, uint16_t(value >> 16));
	put16(frame, offset + 2, uint16_t(value));
}

Bytes
plain_frame(const plx_ether_addr &dst, const plx_ether_addr &src, size_t len, uint32_t seed)
{
	Bytes frame = ether_header(dst, src, TYPE_EXPERIMENT);

	frame.resize(22);
	put32(frame, 14, MAGIC);
	put32(frame, 18, seed);
	append_pattern(frame, len - frame.size(), seed);
	return frame;
}

Bytes
tagged(const Bytes &frame, uint16_t tci)
{
	Bytes result = frame;

	result.insert(result.begin() + TYPE_OFFSET, TAG_LEN, 0);
	put16(result, TYPE_OFFSET, TYPE_VLAN);
	put16(result, TYPE_OFFSET + 2, tci);
	return result;
}

Bytes
untagged(const Bytes &frame)
{
	Bytes result = frame;

	result.erase(result.begin() + TYPE_OFFSET, result.begin() + TYPE_OFFSET + TAG_LEN);
	return result;
}

Bytes
ip_frame(const plx_ether_addr &dst, const plx_ether_addr &src, const IpSpec &spec)
{
	Bytes frame = ether_header(dst, src, spec.version == 4 ? TYPE_IPV4 : TYPE_IPV6);

	append_ip(frame, spec);
	append_l4(frame, spec);
	append_pattern(frame, spec.payload, spec.seed);
	set_lengths(frame);
	set_checksums(frame);
	return frame;
}

Layout
layout_of(const Bytes &frame)
{
	Layout at {};

	at.l2_len = get16(frame, TYPE_OFFSET) == TYPE_VLAN ? 18 : 14;
	at.version = frame.at(at.l2_len) >> 4;
	at.l3_len = at.version == 4 ? size_t(frame[at.l2_len] & 15) * 4 : 40;
	at.proto = frame.at(at.l2_len + (at.version == 4 ? 9 : 6));
	if (at.proto == IPPROTO_UDP)
		at.l4_len = 8;
	else if (at.proto == IPPROTO_TCP)
		at.l4_len = size_t(frame.at(at.l4() + 12) >> 4) * 4;
	return at;
}

bool
is_ours(const Bytes &frame)
{
	if (frame.size() < 22)
		return false;

	const size_t l2_len = get16(frame, TYPE_OFFSET) == TYPE_VLAN ? 18 : 14;

	switch (get16(frame, l2_len - 2)) {
	case TYPE_EXPERIMENT: return get32(frame, l2_len) == MAGIC;
	case TYPE_IPV4:
		return frame.size() >= l2_len + 20 && get16(frame, l2_len + 12) == (198 << 8 | 18);
	case TYPE_IPV6:
		return frame.size() >= l2_len + 40 && get32(frame, l2_len + 8) == 0x20010002;
	default: return false;
	}
}

std::string
wrong_checksums(const Bytes &frame)
{
	const Layout at = layout_of(frame);
	std::string wrong;

	if (at.version == 4 && fold(sum16(frame, at.l2_len, at.l4())) != 0xffff)
		wrong += " IPv4";
	if (has_l4_checksum(at) && l4_sum(frame, at) != 0xffff)
		wrong += at.proto == IPPROTO_UDP ? " UDP" : " TCP";
	return wrong;
}

void
set_ip_checksum(Bytes &frame)
{
	const Layout at = layout_of(frame);

	put16(frame, at.ip_cksum(), 0);
	put16(frame, at.ip_cksum(), uint16_t(~fold(sum16(frame, at.l2_len, at.l4()))));
}

void
set_checksums(Bytes &frame)
{
	const Layout at = layout_of(frame);

	if (at.version == 4)
		set_ip_checksum(frame);
	if (!has_l4_checksum(at))
		return;
	put16(frame, at.l4_cksum(), 0);

	const uint16_t sum = uint16_t(~l4_sum(frame, at));

	put16(frame, at.l4_cksum(), sum == 0 && at.proto == IPPROTO_UDP ? 0xffff : sum);
}

std::vector<Bytes>
cut(const Bytes &frame, size_t mss)
{
	constexpr uint8_t FIN = 0x01, PSH = 0x08, CWR = 0x80;
	const Layout at = layout_of(frame);
	const uint16_t id = get16(frame, at.l2_len + 4);
	const uint32_t seq = get32(frame, at.l4() + 4);
	std::vector<Bytes> segments;

	for (size_t from = at.data(); from < frame.size(); from += mss) {
		const size_t to = std::min(from + mss, frame.size());
		Bytes segment(frame.begin(), frame.begin() + long(at.data()));
		uint8_t flags = frame[at.l4() + 13];

		segment.insert(segment.end(), frame.begin() + long(from), frame.begin() + long(to));
		if (at.version == 4)
			put16(segment, at.l2_len + 4, uint16_t(id + segments.size()));
		put32(segment, at.l4() + 4, uint32_t(seq + (from - at.data())));
		/* What ends something is in the last one; CWR in the first one (RFC 3168 6.1.2). */
		if (to != frame.size())
			flags &= uint8_t(~(FIN | PSH));
		if (!segments.empty())
			flags &= uint8_t(~CWR);
		segment[at.l4() + 13] = flags;
		set_lengths(segment);
		set_checksums(segment);
		segments.push_back(segment);
	}
	return segments;
}

/*
 * As Microsoft's RSS documents have it: for each bit of the input that is set, 32 bits of the key
 * from there on.
 */
uint32_t
toeplitz(const Bytes &key, const Bytes &frame, bool ports)
{
	const Layout at = layout_of(frame);
	const auto addresses = frame.begin() + long(at.l2_len + (at.version == 4 ? 12 : 8));
	const auto l4 = frame.begin() + long(at.l4());
	Bytes input(addresses, addresses + (at.version == 4 ? 8 : 32));
	uint32_t hash = 0, window = get32(key, 0);

	if (ports)
		input.insert(input.end(), l4, l4 + 4);
	for (size_t bit = 0; bit < input.size() * 8; bit++) {
		const size_t next = bit + 32;

		if (input[bit / 8] & (0x80 >> bit % 8))
			hash ^= window;
		window = window << 1 | (key.at(next / 8) >> (7 - next % 8) & 1);
	}
	return hash;
}

Bytes
unpadded(const Bytes &frame, size_t len)
{
	const bool padded = len < frame.size() && frame.size() <= 60 &&
		size_t(std::count(frame.begin() + long(len), frame.end(), 0)) == frame.size() - len;

	return padded ? Bytes(frame.begin(), frame.begin() + long(len)) : frame;
}

std::string
difference(const Bytes &expected, const Bytes &found)
{
	const auto [e, f] = std::mismatch(expected.begin(), expected.end(), found.begin(),
		found.end());
	std::string text;

	if (e == expected.end() && f == found.end())
		return "";
	text = std::to_string(expected.size()) + " bytes expected, " +
		std::to_string(found.size()) + " found; they differ from byte " +
		std::to_string(e - expected.begin());
	if (e != expected.end() && f != found.end())
		text += ": " + std::to_string(*e) + " expected, " + std::to_string(*f) + " found";
	return text;
}

} // namespace contract
