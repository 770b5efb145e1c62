/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_RING_H
#define TEST_RING_H
/* Rings, and objects for them. */
#include <cstdint>
#include <memory>
#include <vector>

#include <plx_lcore.h>
#include <plx_ring.h>

inline void *
ptr(uintptr_t n)
{
	return reinterpret_cast<void *>(n);
}

inline uintptr_t
num(const void *p)
{
	return reinterpret_cast<uintptr_t>(p);
}

/* Objects first, first + 1, ... */
inline std::vector<void *>
objects(uintptr_t first, unsigned int n)
{
	std::vector<void *> v(n);

	for (unsigned int i = 0; i < n; i++)
		v[i] = ptr(first + i);
	return v;
}

struct RingDeleter {
	void operator()(plx_ring *r) const { plx_ring_free(r); }
};
using Ring = std::unique_ptr<plx_ring, RingDeleter>;

inline Ring
make_ring(unsigned int count, unsigned int flags)
{
	return Ring(plx_ring_create("test", count, SOCKET_ID_ANY, flags));
}

#endif
