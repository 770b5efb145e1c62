/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_POOL_H
#define TEST_POOL_H
/* A mempool that goes with whoever has it. */
#include <memory>
#include <vector>

#include <plx_mbuf_attach.h>

struct PoolDeleter {
	void operator()(plx_mempool *mp) const { plx_mempool_free(mp); }
};
using Pool = std::unique_ptr<plx_mempool, PoolDeleter>;

/* One whose mbufs have their buffers in memory of the test. */
class PinnedPool {
public:
	explicit PinnedPool(unsigned int n, uint16_t room = PLX_MBUF_DEFAULT_BUF_SIZE) :
		memory_(size_t(n) * room)
	{
		const plx_pktmbuf_extmem mem = { memory_.data(), 0, memory_.size(), room };

		pool_.reset(plx_pktmbuf_pool_create_extbuf("pinned", n, 0, 0, room, SOCKET_ID_ANY,
			&mem, 1));
	}

	plx_mempool *get() const { return pool_.get(); }

private:
	std::vector<char> memory_;
	Pool pool_;
};

#endif
