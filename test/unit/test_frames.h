/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H
/* Frames that can be told from each other, and what mbufs hold of them. */
#include <string>

#include <plx_mbuf.h>

/* It tells its number and is as long as one may be. */
inline std::string
frame(unsigned int n, size_t len = 60)
{
	std::string s = "packet " + std::to_string(n) + " ";

	s.resize(len, char('a' + n % 26));
	return s;
}

/* All segments of a packet. */
inline std::string
data_of(const plx_mbuf *m)
{
	std::string s;

	for (; m != nullptr; m = m->next)
		s.append(plx_pktmbuf_mtod(m, const char *), m->data_len);
	return s;
}

#endif
