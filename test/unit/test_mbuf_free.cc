/* SPDX-License-Identifier: BSD-3-Clause */
/* Mbufs come from their pools and go back, shared ones with their last user. */
#include <atomic>
#include <cstring>

#include "test_mbuf.h"

#include <plx_lcore.h>

namespace {

TEST_F(Mbuf, SegmentsCanBeFreedOneByOne)
{
	plx_mbuf *m = packet(3, 10), *next;

	for (; m != nullptr; m = next) {
		next = m->next;
		plx_pktmbuf_free_seg(m);
	}
}

TEST_F(Mbuf, RawAllocNeedsNoResetToBeFreed)
{
	plx_mbuf *used = packet(3, 10);

	plx_pktmbuf_free(used);
	plx_mbuf *m = plx_mbuf_raw_alloc(mp.get());
	ASSERT_NE(m, nullptr);
	EXPECT_EQ(check_free_mbuf(mp.get(), nullptr, m, 0), 0);
	plx_mbuf_raw_free(m);

	plx_mbuf *mbufs[40];
	ASSERT_EQ(plx_mbuf_raw_alloc_bulk(mp.get(), mbufs, 40), 0);
	for (plx_mbuf *raw : mbufs)
		check_free_mbuf(mp.get(), nullptr, raw, 0);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 40u);
	plx_mbuf_raw_free_bulk(mp.get(), mbufs, 40);
}

TEST_F(Mbuf, ExhaustedPoolFailsCleanly)
{
	std::vector<plx_mbuf *> mbufs(POOL_SIZE);
	plx_mbuf *more[2];

	ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), mbufs.data(), POOL_SIZE - 1), 0);
	EXPECT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), more, 2), -ENOENT);
	EXPECT_EQ(plx_mbuf_raw_alloc_bulk(mp.get(), more, 2), -ENOENT);
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), 1u);
	mbufs.back() = plx_pktmbuf_alloc(mp.get());
	EXPECT_NE(mbufs.back(), nullptr);
	errno = 0;
	EXPECT_EQ(plx_pktmbuf_alloc(mp.get()), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	errno = 0;
	EXPECT_EQ(plx_mbuf_raw_alloc(mp.get()), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	for (plx_mbuf *m : mbufs) {
		EXPECT_EQ(fault(m), "");
		EXPECT_EQ(m->data_off, PLX_PKTMBUF_HEADROOM);
	}
	plx_pktmbuf_free_bulk(mbufs.data(), POOL_SIZE);
}

TEST_F(Mbuf, BulkOfNothing)
{
	EXPECT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), nullptr, 0), 0);
	plx_pktmbuf_free_bulk(nullptr, 0);
	plx_mbuf *nothing[3] = {};
	plx_pktmbuf_free_bulk(nothing, 3);
}

TEST_F(Mbuf, RefcntCounts)
{
	plx_mbuf *m = packet(1, 10);

	EXPECT_EQ(plx_mbuf_refcnt_update(m, 2), 3);
	EXPECT_EQ(plx_mbuf_refcnt_update(m, -1), 2);
	EXPECT_EQ(plx_mbuf_refcnt_read(m), 2);
	EXPECT_EQ(plx_pktmbuf_prefree_seg(m), nullptr);
	EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
	plx_mbuf_refcnt_set(m, 65535);
	EXPECT_EQ(plx_mbuf_refcnt_update(m, -65535 / 2), 65535 - 65535 / 2);
	plx_mbuf_refcnt_set(m, 1);
	EXPECT_EQ(plx_mbuf_refcnt_update(m, -1), 0);
	EXPECT_EQ(plx_mbuf_refcnt_update(m, 1), 1);
	EXPECT_EQ(plx_pktmbuf_prefree_seg(m), m);
	plx_mbuf_raw_free(m);
}

TEST_F(Mbuf, SharedPacketsGoWithTheirLastUser)
{
	plx_mbuf *m = packet(3, 10);

	plx_pktmbuf_refcnt_update(m, 1);
	plx_pktmbuf_free(m);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 3u);
	EXPECT_EQ(fault(m), "");
	/* A shared tail outlives its packet. */
	plx_mbuf *tail = m->next;
	plx_mbuf_refcnt_update(tail, 1);
	plx_pktmbuf_free(m);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 1u);
	plx_pktmbuf_free_bulk(&tail, 1);
}

TEST_F(Mbuf, SharedPacketsInBulk)
{
	plx_mbuf *mbufs[10];

	for (plx_mbuf *&m : mbufs) {
		m = packet(2, 10);
		plx_pktmbuf_refcnt_update(m, 1);
	}
	plx_pktmbuf_free_bulk(mbufs, 10);
	EXPECT_EQ(plx_mempool_in_use_count(mp.get()), 20u);
	for (plx_mbuf *m : mbufs)
		EXPECT_EQ(fault(m), "");
	plx_pktmbuf_free_bulk(mbufs, 10);
}

/* All threads hold each packet; the last one to free it gives it back, whoever that is. */
TEST_F(Mbuf, SharedAmongThreads)
{
	const unsigned int threads = 4, packets = 101, rounds = 20;
	std::vector<plx_mbuf *> mbufs(packets);

	for (unsigned int round = 0; round < rounds; round++) {
		std::atomic<unsigned int> wrong(0);

		for (plx_mbuf *&m : mbufs) {
			m = packet(2, 8);
			plx_pktmbuf_refcnt_update(m, threads - 1);
		}
		run_threads(threads, [&](unsigned int id) {
			for (unsigned int i = 0; i < packets; i++) {
				/* Everyone in another order: 101 is prime. */
				plx_mbuf *m = mbufs[(i * (2 * id + 1)) % packets];

				if (m->next->data_len != 8 || *plx_pktmbuf_mtod(m->next, char *) != 8)
					wrong++;
				if (id % 2)
					plx_pktmbuf_free(m);
				else
					plx_pktmbuf_free_bulk(&m, 1);
			}
		});
		EXPECT_EQ(wrong.load(), 0u);
		expect_all_back(mp);
	}
}

/*
 * Two users let go of the same segment at the same moment, again and again. The last one may write
 * to it at once: the other has read all it wanted.
 */
TEST_F(Mbuf, TwoUsersLeaveAtOnce)
{
	std::vector<plx_mbuf *> mbufs(POOL_SIZE);
	std::atomic<unsigned int> wrong(0);

	for (unsigned int round = 0; round < 20; round++) {
		std::atomic<unsigned int> arrived(0);

		ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), mbufs.data(), POOL_SIZE), 0);
		for (plx_mbuf *m : mbufs) {
			*plx_pktmbuf_mtod(m, char *) = 0;
			plx_mbuf_refcnt_update(m, 1);
		}
		run_threads(2, [&](unsigned int) {
			for (unsigned int i = 0; i < POOL_SIZE; i++) {
				arrived++;
				for (unsigned int spins = 1; arrived.load() < 2 * (i + 1); spins++)
					if (spins % 1000 == 0)
						std::this_thread::yield();
				if (*plx_pktmbuf_mtod(mbufs[i], char *) != 0)
					wrong++;
				if (plx_pktmbuf_prefree_seg(mbufs[i]) == nullptr)
					continue;
				*plx_pktmbuf_mtod(mbufs[i], char *) = 1;
				plx_mbuf_raw_free(mbufs[i]);
			}
		});
		EXPECT_EQ(wrong.load(), 0u);
		expect_all_back(mp);
	}
}

TEST_F(Mbuf, BulkFreeSortsPoolsSegmentsAndGaps)
{
	Pool pools[3] = { make_pool("p0"), make_pool("p1", 8, 512, 0), make_pool("p2", 0, 64, 100) };
	std::vector<plx_mbuf *> mbufs;
	uint32_t random = 3;

	for (unsigned int i = 0; i < 300; i++) {
		random = random * 1664525 + 1013904223;
		const unsigned int kind = random >> 24;
		if (kind % 8 == 0) {
			mbufs.push_back(nullptr);
			continue;
		}
		/* Runs of the same pool, and chains with a segment of another one. */
		plx_mbuf *m = plx_pktmbuf_alloc(pools[i / 70 % 3].get());
		ASSERT_NE(m, nullptr);
		if (kind % 4 == 1) {
			plx_mbuf *tail = plx_pktmbuf_alloc(pools[kind % 3].get());
			ASSERT_NE(tail, nullptr);
			ASSERT_EQ(plx_pktmbuf_chain(m, tail), 0);
		}
		mbufs.push_back(m);
	}
	plx_pktmbuf_free_bulk(mbufs.data(), unsigned(mbufs.size()));
	for (const Pool &pool : pools)
		expect_all_back(pool);
}

TEST_F(Mbuf, BulkFreeOfEachSize)
{
	std::vector<plx_mbuf *> mbufs(POOL_SIZE);

	for (unsigned int n = 1; n <= POOL_SIZE; n++) {
		ASSERT_EQ(plx_pktmbuf_alloc_bulk(mp.get(), mbufs.data(), n), 0);
		EXPECT_EQ(plx_mempool_in_use_count(mp.get()), n);
		plx_pktmbuf_free_bulk(mbufs.data(), n);
		ASSERT_EQ(plx_mempool_avail_count(mp.get()), POOL_SIZE);
	}
}

} // namespace
