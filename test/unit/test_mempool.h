/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_MEMPOOL_H
#define TEST_MEMPOOL_H
/* Pools, and whether all of their objects are there. */
#include <set>
#include <vector>

#include "eal_env.h"
#include "test_pool.h"

#include <plx_lcore.h>
#include <plx_mempool.h>

inline Pool
make_pool(unsigned int n, unsigned int elt_size, unsigned int cache_size, unsigned int flags = 0)
{
	return Pool(plx_mempool_create("test", n, elt_size, cache_size, 0, nullptr, nullptr,
		nullptr, nullptr, SOCKET_ID_ANY, flags));
}

inline plx_mempool_cache *
own_cache(const Pool &mp)
{
	return plx_mempool_default_cache(mp.get(), plx_lcore_id());
}

inline uintptr_t
num(const void *p)
{
	return reinterpret_cast<uintptr_t>(p);
}

/* Take one object after the other until there is none. */
inline std::vector<void *>
drain(plx_mempool *mp)
{
	std::vector<void *> objs;
	void *obj;

	while (plx_mempool_get(mp, &obj) == 0)
		objs.push_back(obj);
	return objs;
}

/* All objects of the pool, once each, and it can get them all. */
inline void
expect_complete(plx_mempool *mp)
{
	std::vector<void *> objs;

	EXPECT_EQ(plx_mempool_avail_count(mp), mp->size);
	EXPECT_EQ(plx_mempool_in_use_count(mp), 0u);
	EXPECT_EQ(plx_mempool_full(mp), 1);
	objs = drain(mp);
	EXPECT_EQ(objs.size(), mp->size);
	EXPECT_EQ(std::set<void *>(objs.begin(), objs.end()).size(), mp->size);
	for (void *obj : objs)
		EXPECT_EQ(plx_mempool_from_obj(obj), mp);
	EXPECT_EQ(plx_mempool_empty(mp), 1);
	EXPECT_EQ(plx_mempool_avail_count(mp), 0u);
	for (void *obj : objs)
		plx_mempool_put(mp, obj);
	EXPECT_EQ(plx_mempool_avail_count(mp), mp->size);
}

#endif
