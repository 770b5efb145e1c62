/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings between threads. */
#include <algorithm>
#include <atomic>
#include <string>

#include "eal_env.h"
#include "test_ring.h"

namespace {

/* An object of a producer: who made it, and its number. */
void *
stamp(unsigned int producer, uintptr_t seq)
{
	return ptr(uintptr_t(producer + 1) << 32 | seq);
}

struct Threads {
	const char *name;
	unsigned int flags, producers, consumers;
	bool bulk;
};

class RingThreads : public testing::TestWithParam<Threads> {};

/* Each object arrives exactly once, and those of one producer in order at each consumer. */
TEST_P(RingThreads, NothingIsLostDoubledOrReordered)
{
	const Threads &p = GetParam();
	const uintptr_t per_producer = 12000;
	const uintptr_t total = per_producer * p.producers;
	/* A 1 is among them, so that consumers in bulk get the last ones, whatever is left. */
	const unsigned int sizes[] = { 1, 8, 3, 12 };
	Ring ring = make_ring(32, p.flags);
	plx_ring *r = ring.get();
	std::atomic<uintptr_t> got(0);
	std::vector<std::vector<void *>> seen(p.consumers);

	ASSERT_TRUE(ring);
	/* The indices wrap on the way. */
	r->prod.head = r->prod.tail = r->cons.head = r->cons.tail = UINT32_MAX - total / 2;

	auto produce = [&](unsigned int id) {
		void *objs[12];

		for (uintptr_t seq = 0, round = 0; seq < per_producer; ) {
			unsigned int n = std::min<uintptr_t>(sizes[round % 4], per_producer - seq);
			unsigned int done;

			for (unsigned int i = 0; i < n; i++)
				objs[i] = stamp(id, seq + i);
			done = p.bulk ? plx_ring_enqueue_bulk(r, objs, n, nullptr) :
				plx_ring_enqueue_burst(r, objs, n, nullptr);
			ASSERT_TRUE(done == n || done == 0 || !p.bulk) << done;
			if (done == 0)
				std::this_thread::yield();
			else
				round++;
			seq += done;
		}
	};
	auto consume = [&](unsigned int id) {
		void *objs[12];

		for (uintptr_t round = 0; got.load() < total; round++) {
			unsigned int n = sizes[(round + id) % 4], done;

			done = p.bulk ? plx_ring_dequeue_bulk(r, objs, n, nullptr) :
				plx_ring_dequeue_burst(r, objs, n, nullptr);
			seen[id].insert(seen[id].end(), objs, objs + done);
			got += done;
			if (done == 0)
				std::this_thread::yield();
		}
	};
	run_threads(p.producers + p.consumers, [&](unsigned int i) {
		if (i < p.producers)
			produce(i);
		else
			consume(i - p.producers);
	});

	std::vector<unsigned int> times(total);
	for (const auto &objs : seen) {
		std::vector<uintptr_t> next(p.producers);

		for (void *obj : objs) {
			uintptr_t id = (num(obj) >> 32) - 1, seq = num(obj) & UINT32_MAX;

			ASSERT_LT(id, p.producers);
			ASSERT_LT(seq, per_producer);
			ASSERT_GE(seq, next[id]) << "out of order";
			next[id] = seq + 1;
			times[id * per_producer + seq]++;
		}
	}
	EXPECT_EQ(times, std::vector<unsigned int>(total, 1));
	EXPECT_TRUE(plx_ring_empty(r));
}

/*
 * A thread that stopped in the middle of its call holds up those after it on its side: what is
 * behind its slots must not be seen before they are. The test plays that thread by hand.
 */
TEST(RingStalled, ProducerWaitsForTheOneBeforeIt)
{
	Ring ring = make_ring(8, 0);
	plx_ring *r = ring.get();
	void *obj;

	ASSERT_TRUE(ring);
	__atomic_store_n(&r->prod.head, 1, __ATOMIC_RELEASE);
	std::thread second([r] {
		run_on_cpu(1);
		EXPECT_EQ(plx_ring_mp_enqueue(r, ptr(22)), 0);
	});
	while (__atomic_load_n(&r->prod.head, __ATOMIC_ACQUIRE) != 2)
		std::this_thread::yield();
	for (unsigned int i = 0; i < 100000; i++)
		ASSERT_EQ(plx_ring_dequeue(r, &obj), -ENOENT);
	reinterpret_cast<void **>(r + 1)[0] = ptr(11);
	__atomic_store_n(&r->prod.tail, 1, __ATOMIC_RELEASE);
	second.join();
	ASSERT_EQ(plx_ring_dequeue(r, &obj), 0);
	EXPECT_EQ(obj, ptr(11));
	ASSERT_EQ(plx_ring_dequeue(r, &obj), 0);
	EXPECT_EQ(obj, ptr(22));
	EXPECT_TRUE(plx_ring_empty(r));
}

TEST(RingStalled, ConsumerWaitsForTheOneBeforeIt)
{
	Ring ring = make_ring(8, 0);
	plx_ring *r = ring.get();
	std::vector<void *> in = objects(1, 7);

	ASSERT_TRUE(ring);
	ASSERT_EQ(plx_ring_enqueue_bulk(r, in.data(), 7, nullptr), 7u);
	__atomic_store_n(&r->cons.head, 1, __ATOMIC_RELEASE);
	std::thread second([r] {
		void *obj;

		run_on_cpu(1);
		EXPECT_EQ(plx_ring_mc_dequeue(r, &obj), 0);
		EXPECT_EQ(obj, ptr(2));
	});
	while (__atomic_load_n(&r->cons.head, __ATOMIC_ACQUIRE) != 2)
		std::this_thread::yield();
	/* The first slot is still being read: nothing may be written over it. */
	for (unsigned int i = 0; i < 100000; i++)
		ASSERT_EQ(plx_ring_enqueue(r, ptr(8)), -ENOBUFS);
	__atomic_store_n(&r->cons.tail, 1, __ATOMIC_RELEASE);
	second.join();
	EXPECT_EQ(plx_ring_count(r), 5u);
	EXPECT_EQ(plx_ring_enqueue(r, ptr(8)), 0);
}

/* Objects of one bulk call are neighbours, however many threads there are. */
TEST(RingBulkThreads, BulksStayTogether)
{
	Ring ring = make_ring(64, 0);
	plx_ring *r = ring.get();
	const unsigned int bulks = 1000;
	std::atomic<unsigned int> got(0);

	ASSERT_TRUE(ring);
	run_threads(4, [&](unsigned int i) {
		void *objs[4];

		if (i < 2) {
			for (unsigned int b = 0; b < bulks; b++) {
				for (unsigned int k = 0; k < 4; k++)
					objs[k] = stamp(i, b * 4 + k);
				while (plx_ring_enqueue_bulk(r, objs, 4, nullptr) == 0)
					std::this_thread::yield();
			}
			return;
		}
		while (got.load() < 2 * bulks) {
			if (plx_ring_dequeue_bulk(r, objs, 4, nullptr) == 0) {
				std::this_thread::yield();
				continue;
			}
			got++;
			EXPECT_EQ(num(objs[0]) % 4, 0u);
			for (unsigned int k = 1; k < 4; k++)
				EXPECT_EQ(num(objs[k]), num(objs[0]) + k);
		}
	});
	EXPECT_EQ(got.load(), 2 * bulks);
}

/* The counters stay sane while both sides move. */
TEST(RingBulkThreads, CountNeverExceedsCapacity)
{
	Ring ring = make_ring(10, RING_F_EXACT_SZ);
	plx_ring *r = ring.get();
	std::atomic<bool> stop(false);

	ASSERT_TRUE(ring);
	run_threads(2, [&](unsigned int i) {
		void *objs[7] = {};

		if (i == 0) {
			for (unsigned int k = 0; k < 20000; k++) {
				unsigned int n = plx_ring_enqueue_burst(r, objs, 7, nullptr);
				EXPECT_EQ(plx_ring_dequeue_bulk(r, objs, n, nullptr), n);
			}
			stop = true;
			return;
		}
		while (!stop.load()) {
			EXPECT_LE(plx_ring_count(r), 10u);
			EXPECT_LE(plx_ring_free_count(r), 10u);
		}
	});
}

INSTANTIATE_TEST_SUITE_P(All, RingThreads, testing::Values(
	Threads{ "SpScBurst", RING_F_SP_ENQ | RING_F_SC_DEQ, 1, 1, false },
	Threads{ "MpMcBurst", 0, 3, 3, false },
	Threads{ "MpMcBulk", 0, 3, 1, true },
	Threads{ "SpMcBurst", RING_F_SP_ENQ, 1, 3, false },
	Threads{ "MpScBurst", RING_F_SC_DEQ, 3, 1, false },
	Threads{ "RtsBurst", RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ, 3, 3, false },
	Threads{ "RtsBulk", RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ, 3, 1, true },
	Threads{ "HtsBurst", RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ, 3, 3, false },
	Threads{ "HtsBulk", RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ, 3, 1, true },
	Threads{ "RtsHtsBurst", RING_F_MP_RTS_ENQ | RING_F_MC_HTS_DEQ, 3, 2, false },
	Threads{ "MpRtsBurst", RING_F_MC_RTS_DEQ, 2, 3, false },
	Threads{ "HtsScBurst", RING_F_MP_HTS_ENQ | RING_F_SC_DEQ, 3, 1, false }),
	[](const auto &p) { return std::string(p.param.name); });

} // namespace
