/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_POOL_H
#define TEST_POOL_H
/* A mempool that goes with whoever has it. */
#include <memory>

#include <plx_mempool.h>

struct PoolDeleter {
	void operator()(plx_mempool *mp) const { plx_mempool_free(mp); }
};
using Pool = std::unique_ptr<plx_mempool, PoolDeleter>;

#endif
