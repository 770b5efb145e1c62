/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings of elements of any size, in two steps and in place; what rings tell of themselves. */
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "eal_env.h"
#include "test_ring.h"

namespace {

TEST(RingElem, CreateRefusesBadSizesAndLeavesNothing)
{
	const size_t before = heap_bytes_in_use();

	for (unsigned int esize : { 0u, 1u, 2u, 3u, 5u, 6u, 7u, 9u, UINT32_MAX }) {
		errno = 0;
		EXPECT_EQ(plx_ring_create_elem("e", esize, 8, SOCKET_ID_ANY, 0), nullptr);
		EXPECT_EQ(errno, EINVAL) << esize;
		EXPECT_EQ(plx_ring_get_memsize_elem(esize, 8), -EINVAL);
	}
	errno = 0;
	EXPECT_EQ(plx_ring_create_elem("e", UINT32_MAX - 3, 1u << 30, SOCKET_ID_ANY, 0), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(heap_bytes_in_use(), before);
	EXPECT_EQ(plx_ring_get_memsize_elem(4, 16), ssize_t(sizeof(plx_ring) + 64));
	EXPECT_EQ(plx_ring_get_memsize_elem(12, 8), ssize_t(sizeof(plx_ring) + 128));
}

/* Each size, each number of elements at each place, also over the end of the memory. */
TEST(RingElem, EverySizeAndNumberKeepsItsBytes)
{
	for (unsigned int esize : { 4u, 8u, 12u, 16u, 20u, 28u, 60u, 64u, 68u, 132u, 256u }) {
		Ring ring(plx_ring_create_elem("e", esize, 64, SOCKET_ID_ANY, 0));
		plx_ring *r = ring.get();
		std::vector<char> in(64 * esize), out(64 * esize + 64);
		unsigned int left;

		ASSERT_TRUE(ring);
		for (char &c : in)
			c = char(rand());
		for (unsigned int n = 1; n <= 63; n++) {
			std::fill(out.begin(), out.end(), char(0x77));
			ASSERT_EQ(plx_ring_enqueue_bulk_elem(r, in.data(), esize, n, &left), n);
			ASSERT_EQ(left, 63 - n);
			ASSERT_EQ(plx_ring_enqueue_bulk_elem(r, in.data(), esize, 64 - n, nullptr), 0u);
			ASSERT_EQ(plx_ring_dequeue_burst_elem(r, out.data(), esize, 64, &left), n);
			ASSERT_EQ(left, 0u);
			ASSERT_EQ(memcmp(in.data(), out.data(), size_t(n) * esize), 0) << n;
			for (unsigned int i = n * esize; i < out.size(); i++)
				ASSERT_EQ(out[i], 0x77) << esize << " " << n;
		}
		EXPECT_EQ(plx_ring_dequeue_elem(r, out.data(), esize), -ENOENT);
		EXPECT_EQ(plx_ring_enqueue_elem(r, in.data(), esize), 0);
		EXPECT_EQ(plx_ring_mc_dequeue_elem(r, out.data(), esize), 0);
		EXPECT_EQ(memcmp(in.data(), out.data(), esize), 0);
	}
}

class RingPeek : public testing::TestWithParam<unsigned int> {
protected:
	void SetUp() override
	{
		ring = make_ring(8, GetParam());
		ASSERT_TRUE(ring);
		r = ring.get();
	}

	Ring ring;
	plx_ring *r = nullptr;
	void *out[8] = {};
	unsigned int left = 99;
};

TEST_P(RingPeek, EnqueueHandsOverAsManyAsWanted)
{
	std::vector<void *> in = objects(1, 8);

	EXPECT_EQ(plx_ring_enqueue_bulk_start(r, 8, &left), 0u);
	EXPECT_EQ(left, 7u);
	for (unsigned int n = 0; n <= 5; n++) {
		ASSERT_EQ(plx_ring_enqueue_bulk_start(r, 5, &left), 5u);
		EXPECT_EQ(left, 2u);
		/* Not seen before it is finished. */
		EXPECT_EQ(plx_ring_count(r), 0u);
		EXPECT_EQ(plx_ring_dequeue_burst(r, out, 8, nullptr), 0u);
		plx_ring_enqueue_finish(r, in.data(), n);
		EXPECT_EQ(plx_ring_count(r), n);
		ASSERT_EQ(plx_ring_dequeue_burst(r, out, 8, nullptr), n);
		EXPECT_TRUE(std::equal(out, out + n, in.begin()));
	}
	EXPECT_EQ(plx_ring_enqueue_burst_start(r, 100, &left), 7u);
	EXPECT_EQ(left, 0u);
	plx_ring_enqueue_finish(r, in.data(), 7);
	EXPECT_EQ(plx_ring_enqueue_burst_start(r, 1, nullptr), 0u);
	EXPECT_TRUE(plx_ring_full(r));
}

TEST_P(RingPeek, DequeueTakesAsManyAsWanted)
{
	std::vector<void *> in = objects(1, 7);

	ASSERT_EQ(plx_ring_dequeue_bulk_start(r, out, 1, &left), 0u);
	EXPECT_EQ(left, 0u);
	for (unsigned int round = 0; round < 9; round++) {
		ASSERT_EQ(plx_ring_enqueue_bulk(r, in.data(), 7, nullptr), 7u);
		for (unsigned int n : { 0u, 1u, 0u, 3u }) {
			const unsigned int gone = 7 - plx_ring_count(r);

			ASSERT_EQ(plx_ring_dequeue_bulk_start(r, out, 3, &left), 3u);
			EXPECT_EQ(left, 4 - gone);
			EXPECT_TRUE(std::equal(out, out + 3, in.begin() + gone));
			/* The slots are not free before it is finished. */
			EXPECT_EQ(plx_ring_enqueue_bulk(r, in.data(), gone + 1, nullptr), 0u);
			plx_ring_dequeue_finish(r, n);
		}
		ASSERT_EQ(plx_ring_dequeue_burst_start(r, out, 8, nullptr), 3u);
		plx_ring_dequeue_finish(r, 3);
		EXPECT_TRUE(plx_ring_empty(r));
	}
}

TEST_P(RingPeek, InPlaceAcrossTheEndOfTheMemory)
{
	for (uintptr_t round = 0; round < 20; round++) {
		struct plx_ring_zc_data zcd = {};

		ASSERT_EQ(plx_ring_enqueue_zc_bulk_start(r, 5, &zcd, &left), 5u);
		EXPECT_EQ(left, 2u);
		ASSERT_EQ(zcd.ptr2 == nullptr, zcd.n1 == 5);
		for (uintptr_t i = 0; i < 5; i++) {
			void **at = static_cast<void **>(i < zcd.n1 ? zcd.ptr1 : zcd.ptr2);

			at[i < zcd.n1 ? i : i - zcd.n1] = ptr(round * 10 + i);
		}
		plx_ring_enqueue_zc_finish(r, 5);
		ASSERT_EQ(plx_ring_dequeue(r, out), 0);
		EXPECT_EQ(out[0], ptr(round * 10));
		ASSERT_EQ(plx_ring_dequeue_zc_burst_start(r, 8, &zcd, &left), 4u);
		EXPECT_EQ(left, 0u);
		for (uintptr_t i = 0; i < 4; i++) {
			void **at = static_cast<void **>(i < zcd.n1 ? zcd.ptr1 : zcd.ptr2);

			EXPECT_EQ(at[i < zcd.n1 ? i : i - zcd.n1], ptr(round * 10 + 1 + i));
		}
		plx_ring_dequeue_zc_finish(r, 4);
		EXPECT_TRUE(plx_ring_empty(r));
	}
}

INSTANTIATE_TEST_SUITE_P(All, RingPeek, testing::Values(RING_F_SP_ENQ | RING_F_SC_DEQ,
	RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ, RING_F_SP_ENQ | RING_F_MC_HTS_DEQ));

TEST(RingPeekModes, OtherModesReserveNothing)
{
	for (unsigned int flags : { 0u, RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ }) {
		Ring ring = make_ring(8, flags);
		struct plx_ring_zc_data zcd = {};
		void *out[4];
		unsigned int left = 99;

		ASSERT_TRUE(ring);
		ASSERT_EQ(plx_ring_enqueue(ring.get(), ptr(1)), 0);
		EXPECT_EQ(plx_ring_enqueue_bulk_start(ring.get(), 1, &left), 0u);
		EXPECT_EQ(left, 0u);
		EXPECT_EQ(plx_ring_dequeue_burst_start(ring.get(), out, 1, nullptr), 0u);
		EXPECT_EQ(plx_ring_dequeue_zc_bulk_start(ring.get(), 1, &zcd, nullptr), 0u);
		EXPECT_EQ(plx_ring_count(ring.get()), 1u);
		EXPECT_EQ(plx_ring_dequeue(ring.get(), out), 0);
	}
}

/* Several threads look, take or leave; nothing is lost. */
TEST(RingPeekModes, ThreadsThatLookAndLeaveLoseNothing)
{
	const uintptr_t total = 20000;
	Ring ring = make_ring(32, RING_F_SP_ENQ | RING_F_MC_HTS_DEQ);
	plx_ring *r = ring.get();
	std::vector<uintptr_t> seen[3];
	std::atomic<uintptr_t> got(0);

	ASSERT_TRUE(ring);
	run_threads(4, [&](unsigned int id) {
		if (id == 3) {
			for (uintptr_t i = 1; i <= total; )
				if (plx_ring_enqueue(r, ptr(i)) == 0)
					i++;
				else
					std::this_thread::yield();
			return;
		}
		for (unsigned int round = 0; got.load() < total; round++) {
			void *objs[4];
			unsigned int n = plx_ring_dequeue_burst_start(r, objs, 4, nullptr);

			if (n == 0) {
				std::this_thread::yield();
				continue;
			}
			n = std::min(n, round % 4);
			plx_ring_dequeue_finish(r, n);
			for (unsigned int i = 0; i < n; i++)
				seen[id].push_back(num(objs[i]));
			got += n;
		}
	});
	std::vector<uintptr_t> all;
	for (const auto &s : seen) {
		EXPECT_TRUE(std::is_sorted(s.begin(), s.end()));
		all.insert(all.end(), s.begin(), s.end());
	}
	std::sort(all.begin(), all.end());
	ASSERT_EQ(all.size(), total);
	for (uintptr_t i = 0; i < total; i++)
		ASSERT_EQ(all[i], i + 1);
}

TEST(RingState, HeadTailDistanceIsOfRtsOnly)
{
	Ring rts = make_ring(64, RING_F_MP_RTS_ENQ);

	ASSERT_TRUE(rts);
	EXPECT_EQ(plx_ring_get_prod_htd_max(rts.get()), 63u / 8);
	EXPECT_EQ(plx_ring_set_prod_htd_max(rts.get(), 3), 0);
	EXPECT_EQ(plx_ring_get_prod_htd_max(rts.get()), 3u);
	EXPECT_EQ(plx_ring_get_cons_htd_max(rts.get()), UINT32_MAX);
	EXPECT_EQ(plx_ring_set_cons_htd_max(rts.get(), 3), -ENOTSUP);
	EXPECT_EQ(plx_ring_get_prod_sync_type(rts.get()), PLX_RING_SYNC_MT_RTS);
	EXPECT_EQ(plx_ring_get_cons_sync_type(rts.get()), PLX_RING_SYNC_MT);
	EXPECT_EQ(plx_ring_is_prod_single(rts.get()), 0);
	EXPECT_EQ(plx_ring_is_cons_single(rts.get()), 0);
}

TEST(RingState, ResetEmptiesAndDumpsTell)
{
	Ring ring = make_ring(8, RING_F_SP_ENQ | RING_F_MC_RTS_DEQ);
	char *text = nullptr;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ASSERT_TRUE(ring);
	ASSERT_EQ(plx_ring_enqueue(ring.get(), ptr(1)), 0);
	EXPECT_EQ(plx_ring_dump(f, ring.get()), 0);
	EXPECT_EQ(plx_ring_list_dump(f), 0);
	fflush(f);
	std::string s(text);
	EXPECT_NE(s.find("ring <test>@"), std::string::npos);
	EXPECT_NE(s.find("ring <test>@"), s.rfind("ring <test>@"));
	EXPECT_NE(s.find("used=1 avail=6"), std::string::npos) << s;
	EXPECT_NE(s.find("prod=ST head=1 tail=1"), std::string::npos) << s;
	EXPECT_NE(s.find("cons=MT_RTS head=0 tail=0 htd_max=0"), std::string::npos) << s;
	fclose(f);
	free(text);

	plx_ring_reset(ring.get());
	EXPECT_TRUE(plx_ring_empty(ring.get()));
	FILE *full = fopen("/dev/full", "w");
	setvbuf(full, nullptr, _IONBF, 0);
	EXPECT_EQ(plx_ring_dump(full, ring.get()), -EIO);
	fclose(full);
}

} // namespace
