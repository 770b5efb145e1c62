/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings as one thread sees them. */
#include <cerrno>
#include <string>

#include "eal_env.h"
#include "test_ring.h"

#include <plx_malloc.h>

namespace {

TEST(RingSetup, MemsizeCountsHeaderAndSlots)
{
	EXPECT_EQ(plx_ring_get_memsize(0), -EINVAL);
	EXPECT_EQ(plx_ring_get_memsize(1), -EINVAL);
	EXPECT_EQ(plx_ring_get_memsize(3), -EINVAL);
	EXPECT_EQ(plx_ring_get_memsize(1023), -EINVAL);
	EXPECT_EQ(plx_ring_get_memsize(2), ssize_t(sizeof(plx_ring)) + PLX_CACHE_LINE_SIZE);
	EXPECT_EQ(plx_ring_get_memsize(1024), ssize_t(sizeof(plx_ring) + 1024 * sizeof(void *)));
	EXPECT_EQ(plx_ring_get_memsize(PLX_RING_SZ_MASK + 1),
		ssize_t(sizeof(plx_ring) + (size_t(1) << 31) * sizeof(void *)));
}

TEST(RingSetup, SidesShareNoLineAndNoPairOfLines)
{
	EXPECT_GE(offsetof(plx_ring, prod) - offsetof(plx_ring, guard0), size_t(64));
	EXPECT_GE(offsetof(plx_ring, cons) - offsetof(plx_ring, prod), size_t(128));
	EXPECT_GE(sizeof(plx_ring) - offsetof(plx_ring, cons), size_t(128));
	Ring r = make_ring(8, 0);
	ASSERT_TRUE(r);
	EXPECT_EQ(num(r.get()) % PLX_CACHE_LINE_SIZE, 0u);
}

struct BadRing {
	const char *name;
	unsigned int count;
	unsigned int flags;
	int error;
};

TEST(RingSetup, CreateRefusesBadArguments)
{
	const std::string longest(PLX_RING_NAMESIZE - 1, 'x'), too_long(PLX_RING_NAMESIZE, 'x');
	const BadRing bad[] = {
		{ nullptr, 8, 0, EINVAL },
		{ "", 8, 0, EINVAL },
		{ too_long.c_str(), 8, 0, ENAMETOOLONG },
		{ "r", 0, 0, EINVAL },
		{ "r", 1, 0, EINVAL },
		{ "r", 7, 0, EINVAL },
		{ "r", PLX_RING_SZ_MASK, 0, EINVAL },
		{ "r", PLX_RING_SZ_MASK + 1, 0, EINVAL },
		{ "r", 0, RING_F_EXACT_SZ, EINVAL },
		{ "r", PLX_RING_SZ_MASK + 1, RING_F_EXACT_SZ, EINVAL },
		{ "r", 8, 0x80, EINVAL },
		{ "r", 8, RING_F_SP_ENQ | RING_F_MP_RTS_ENQ, EINVAL },
		{ "r", 8, RING_F_SC_DEQ | RING_F_MC_HTS_DEQ, EINVAL },
		{ "r", 8, RING_F_MP_RTS_ENQ | RING_F_MP_HTS_ENQ, EINVAL },
		{ "r", 8, RING_F_MC_RTS_DEQ | RING_F_MC_HTS_DEQ, EINVAL },
	};
	const size_t before = heap_bytes_in_use();

	for (const BadRing &b : bad) {
		errno = 0;
		EXPECT_EQ(plx_ring_create(b.name, b.count, SOCKET_ID_ANY, b.flags), nullptr);
		EXPECT_EQ(errno, b.error) << (b.name ? b.name : "NULL") << " " << b.count;
	}
	errno = 0;
	EXPECT_EQ(plx_ring_lookup("r"), nullptr);
	EXPECT_EQ(errno, ENOENT);
	EXPECT_EQ(heap_bytes_in_use(), before);

	plx_ring *r = plx_ring_create(longest.c_str(), 8, SOCKET_ID_ANY, 0);
	ASSERT_NE(r, nullptr);
	EXPECT_EQ(plx_ring_lookup(longest.c_str()), r);
	plx_ring_free(r);
	EXPECT_EQ(heap_bytes_in_use(), before);
}

TEST(RingSetup, NamesAreUniqueAndFoundUntilFreed)
{
	plx_ring *a = plx_ring_create("a", 8, SOCKET_ID_ANY, 0);
	plx_ring *b = plx_ring_create("b", 8, SOCKET_ID_ANY, 0);

	ASSERT_NE(a, nullptr);
	ASSERT_NE(b, nullptr);
	EXPECT_EQ(plx_ring_lookup("a"), a);
	EXPECT_EQ(plx_ring_lookup("b"), b);
	errno = 0;
	EXPECT_EQ(plx_ring_create("a", 8, SOCKET_ID_ANY, 0), nullptr);
	EXPECT_EQ(errno, EEXIST);
	plx_ring_free(a);
	EXPECT_EQ(plx_ring_lookup("a"), nullptr);
	EXPECT_EQ(plx_ring_lookup("b"), b);
	EXPECT_EQ(plx_ring_lookup(nullptr), nullptr);
	EXPECT_EQ(plx_ring_lookup(std::string(100, 'x').c_str()), nullptr);
	plx_ring_free(b);
	plx_ring_free(nullptr);
}

TEST(RingSetup, InitInOwnMemoryIsNotFoundAndNotFreed)
{
	void *mem = plx_malloc("ring", size_t(plx_ring_get_memsize(8)), 0);
	plx_ring *r = static_cast<plx_ring *>(mem);

	ASSERT_NE(mem, nullptr);
	EXPECT_EQ(plx_ring_init(r, nullptr, 8, 0), -EINVAL);
	EXPECT_EQ(plx_ring_init(r, "own", 9, 0), -EINVAL);
	EXPECT_EQ(plx_ring_init(r, "own", 8, 0x80), -EINVAL);
	EXPECT_EQ(plx_ring_init(r, std::string(PLX_RING_NAMESIZE, 'x').c_str(), 8, 0),
		-ENAMETOOLONG);
	ASSERT_EQ(plx_ring_init(r, "own", 8, 0), 0);
	EXPECT_EQ(plx_ring_lookup("own"), nullptr);
	/* Logs one line and does no harm, be there a ring of this name or not. */
	testing::internal::CaptureStderr();
	plx_ring_free(r);
	EXPECT_NE(testing::internal::GetCapturedStderr().find("not freed (EINVAL"), std::string::npos);
	plx_ring *other = plx_ring_create("own", 8, SOCKET_ID_ANY, 0);
	ASSERT_NE(other, nullptr);
	plx_ring_free(r);
	EXPECT_EQ(plx_ring_lookup("own"), other);
	EXPECT_EQ(plx_ring_enqueue(r, ptr(1)), 0);
	plx_ring_free(other);
	plx_free(mem);
}

TEST(RingSetup, CapacityIsOneLessOrExact)
{
	struct {
		unsigned int count, flags, size, capacity;
	} const cases[] = {
		{ 2, 0, 2, 1 },
		{ 8, 0, 8, 7 },
		{ 1, RING_F_EXACT_SZ, 2, 1 },
		{ 7, RING_F_EXACT_SZ, 8, 7 },
		{ 8, RING_F_EXACT_SZ, 16, 8 },
		{ 9, RING_F_EXACT_SZ, 16, 9 },
		{ 16, RING_F_EXACT_SZ, 32, 16 },
	};
	for (const auto &c : cases) {
		Ring r = make_ring(c.count, c.flags);
		ASSERT_TRUE(r);
		EXPECT_EQ(plx_ring_get_size(r.get()), c.size);
		EXPECT_EQ(plx_ring_get_capacity(r.get()), c.capacity);
		for (unsigned int i = 0; i < c.capacity; i++)
			EXPECT_EQ(plx_ring_enqueue(r.get(), ptr(i)), 0);
		EXPECT_EQ(plx_ring_enqueue(r.get(), ptr(99)), -ENOBUFS);
		EXPECT_TRUE(plx_ring_full(r.get()));
	}
}

/* Every way to call a ring: the names with sp, mp, sc, mc, and those which ask the flags. */
struct Calls {
	const char *name;
	unsigned int flags;
	unsigned int (*enqueue_bulk)(plx_ring *, void *const *, unsigned int, unsigned int *);
	unsigned int (*enqueue_burst)(plx_ring *, void *const *, unsigned int, unsigned int *);
	int (*enqueue)(plx_ring *, void *);
	unsigned int (*dequeue_bulk)(plx_ring *, void **, unsigned int, unsigned int *);
	unsigned int (*dequeue_burst)(plx_ring *, void **, unsigned int, unsigned int *);
	int (*dequeue)(plx_ring *, void **);
};

#define CALLS(name, flags, p, c) { name, flags, \
	plx_ring_##p##enqueue_bulk, plx_ring_##p##enqueue_burst, plx_ring_##p##enqueue, \
	plx_ring_##c##dequeue_bulk, plx_ring_##c##dequeue_burst, plx_ring_##c##dequeue }

#define CALLS_BULK(name, flags, p, c) { name, flags, \
	plx_ring_##p##enqueue_bulk, plx_ring_##p##enqueue_burst, plx_ring_enqueue, \
	plx_ring_##c##dequeue_bulk, plx_ring_##c##dequeue_burst, plx_ring_dequeue }

const Calls all_calls[] = {
	CALLS("MpMc", 0, mp_, mc_),
	CALLS("SpSc", 0, sp_, sc_),
	CALLS("FlagsNone", 0, , ),
	CALLS("FlagsSp", RING_F_SP_ENQ, , ),
	CALLS("FlagsSc", RING_F_SC_DEQ, , ),
	CALLS("FlagsSpSc", RING_F_SP_ENQ | RING_F_SC_DEQ, , ),
	CALLS("FlagsRts", RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ, , ),
	CALLS("FlagsHts", RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ, , ),
	CALLS("FlagsRtsHts", RING_F_MP_RTS_ENQ | RING_F_MC_HTS_DEQ, , ),
	CALLS("FlagsSpRts", RING_F_SP_ENQ | RING_F_MC_RTS_DEQ, , ),
	CALLS_BULK("Rts", RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ, mp_rts_, mc_rts_),
	CALLS_BULK("Hts", RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ, mp_hts_, mc_hts_),
};

class RingCalls : public testing::TestWithParam<Calls> {
protected:
	void SetUp() override
	{
		ring = make_ring(64, GetParam().flags);
		ASSERT_TRUE(ring);
		r = ring.get();
	}

	/* Let both sides stand at @index, as after that many objects. */
	void start_at(uint32_t index)
	{
		r->prod.head = r->prod.tail = r->cons.head = r->cons.tail = index;
	}

	Ring ring;
	plx_ring *r = nullptr;
	const Calls &call = GetParam();
};

TEST_P(RingCalls, SinglesComeOutInOrder)
{
	void *obj = ptr(77);

	EXPECT_EQ(call.dequeue(r, &obj), -ENOENT);
	EXPECT_EQ(obj, ptr(77));
	for (uintptr_t i = 0; i < 63; i++)
		ASSERT_EQ(call.enqueue(r, ptr(i)), 0);
	EXPECT_EQ(call.enqueue(r, ptr(63)), -ENOBUFS);
	for (uintptr_t i = 0; i < 63; i++) {
		ASSERT_EQ(call.dequeue(r, &obj), 0);
		EXPECT_EQ(obj, ptr(i));
	}
	EXPECT_EQ(call.dequeue(r, &obj), -ENOENT);
}

TEST_P(RingCalls, BulkIsAllOrNothing)
{
	std::vector<void *> in = objects(1000, 64), out(64, ptr(7));
	unsigned int left = 12345;

	EXPECT_EQ(call.enqueue_bulk(r, in.data(), 64, &left), 0u);
	EXPECT_EQ(left, 63u);
	EXPECT_TRUE(plx_ring_empty(r));
	EXPECT_EQ(call.enqueue_bulk(r, in.data(), 60, &left), 60u);
	EXPECT_EQ(left, 3u);
	EXPECT_EQ(call.enqueue_bulk(r, in.data(), 4, &left), 0u);
	EXPECT_EQ(left, 3u);
	EXPECT_EQ(call.enqueue_bulk(r, in.data() + 60, 3, nullptr), 3u);
	EXPECT_TRUE(plx_ring_full(r));
	EXPECT_EQ(call.enqueue_bulk(r, in.data(), 1, &left), 0u);
	EXPECT_EQ(left, 0u);

	EXPECT_EQ(call.dequeue_bulk(r, out.data(), 64, &left), 0u);
	EXPECT_EQ(left, 63u);
	EXPECT_EQ(out, std::vector<void *>(64, ptr(7)));
	EXPECT_EQ(call.dequeue_bulk(r, out.data(), 60, &left), 60u);
	EXPECT_EQ(left, 3u);
	EXPECT_EQ(call.dequeue_bulk(r, out.data() + 60, 4, &left), 0u);
	EXPECT_EQ(left, 3u);
	EXPECT_EQ(call.dequeue_bulk(r, out.data() + 60, 3, &left), 3u);
	EXPECT_EQ(left, 0u);
	in[63] = ptr(7);
	EXPECT_EQ(out, in);
}

TEST_P(RingCalls, BurstTakesWhatFits)
{
	std::vector<void *> in = objects(1000, 64), out(64, ptr(7));
	unsigned int left = 12345;

	EXPECT_EQ(call.dequeue_burst(r, out.data(), 32, &left), 0u);
	EXPECT_EQ(left, 0u);
	EXPECT_EQ(call.enqueue_burst(r, in.data(), 50, &left), 50u);
	EXPECT_EQ(left, 13u);
	EXPECT_EQ(call.enqueue_burst(r, in.data() + 50, 14, &left), 13u);
	EXPECT_EQ(left, 0u);
	EXPECT_EQ(call.enqueue_burst(r, in.data(), 5, &left), 0u);
	EXPECT_EQ(left, 0u);

	EXPECT_EQ(call.dequeue_burst(r, out.data(), 50, &left), 50u);
	EXPECT_EQ(left, 13u);
	EXPECT_EQ(call.dequeue_burst(r, out.data() + 50, 14, nullptr), 13u);
	EXPECT_EQ(call.dequeue_burst(r, out.data(), 14, &left), 0u);
	in[63] = ptr(7);
	EXPECT_EQ(out, in);
}

TEST_P(RingCalls, NothingIsNothing)
{
	unsigned int left = 12345;

	EXPECT_EQ(call.enqueue_bulk(r, nullptr, 0, &left), 0u);
	EXPECT_EQ(left, 63u);
	EXPECT_EQ(call.enqueue_burst(r, nullptr, 0, &left), 0u);
	EXPECT_EQ(left, 63u);
	ASSERT_EQ(call.enqueue(r, ptr(1)), 0);
	EXPECT_EQ(call.dequeue_bulk(r, nullptr, 0, &left), 0u);
	EXPECT_EQ(left, 1u);
	EXPECT_EQ(call.dequeue_burst(r, nullptr, 0, &left), 0u);
	EXPECT_EQ(left, 1u);
	EXPECT_EQ(plx_ring_count(r), 1u);
}

TEST_P(RingCalls, HugeRequestsAreRefused)
{
	std::vector<void *> in = objects(0, 63), out(63);
	unsigned int left;

	/* Bulk looks at no object, however large n is. */
	EXPECT_EQ(call.enqueue_bulk(r, in.data(), UINT32_MAX, &left), 0u);
	EXPECT_EQ(left, 63u);
	ASSERT_EQ(call.enqueue_bulk(r, in.data(), 63, nullptr), 63u);
	EXPECT_EQ(call.dequeue_bulk(r, out.data(), UINT32_MAX, &left), 0u);
	/* A burst never takes more than there is. */
	EXPECT_EQ(call.dequeue_burst(r, out.data(), UINT32_MAX, &left), 63u);
	EXPECT_EQ(out, in);
}

TEST_P(RingCalls, EachSizeAtEachPlaceAcrossTheEnd)
{
	std::vector<void *> out(64);

	for (uint32_t start = 0; start < 64; start++) {
		for (unsigned int n = 1; n < 64; n++) {
			std::vector<void *> in = objects(start * 100 + n, n);

			start_at(start);
			std::fill(out.begin(), out.end(), ptr(0));
			ASSERT_EQ(call.enqueue_bulk(r, in.data(), n, nullptr), n);
			ASSERT_EQ(call.dequeue_burst(r, out.data(), 64, nullptr), n);
			for (unsigned int i = 0; i < 64; i++)
				ASSERT_EQ(out[i], i < n ? in[i] : ptr(0)) << start << " " << n;
		}
	}
}

TEST_P(RingCalls, IndicesWrapAtTwoToThe32)
{
	std::vector<void *> in = objects(5, 63), out(63);
	unsigned int left;

	for (uint32_t before = 0; before < 70; before++) {
		start_at(UINT32_MAX - before);
		EXPECT_TRUE(plx_ring_empty(r));
		ASSERT_EQ(call.enqueue_bulk(r, in.data(), 40, &left), 40u);
		EXPECT_EQ(left, 23u);
		EXPECT_EQ(plx_ring_count(r), 40u);
		EXPECT_EQ(plx_ring_free_count(r), 23u);
		ASSERT_EQ(call.enqueue_burst(r, in.data() + 40, 24, &left), 23u);
		EXPECT_TRUE(plx_ring_full(r));
		EXPECT_EQ(call.enqueue(r, ptr(1)), -ENOBUFS);
		ASSERT_EQ(call.dequeue_bulk(r, out.data(), 40, &left), 40u);
		EXPECT_EQ(left, 23u);
		ASSERT_EQ(call.dequeue_bulk(r, out.data() + 40, 24, &left), 0u);
		ASSERT_EQ(call.dequeue_burst(r, out.data() + 40, 24, &left), 23u);
		EXPECT_EQ(out, in);
		EXPECT_TRUE(plx_ring_empty(r));
	}
}

INSTANTIATE_TEST_SUITE_P(All, RingCalls, testing::ValuesIn(all_calls),
	[](const auto &p) { return std::string(p.param.name); });

TEST(RingExact, ExactCapacityHoldsAcrossTheWrap)
{
	Ring r = make_ring(10, RING_F_EXACT_SZ);
	std::vector<void *> in = objects(1, 11), out(11);
	unsigned int left;

	ASSERT_TRUE(r);
	r->prod.head = r->prod.tail = r->cons.head = r->cons.tail = UINT32_MAX - 3;
	EXPECT_EQ(plx_ring_enqueue_bulk(r.get(), in.data(), 11, &left), 0u);
	EXPECT_EQ(left, 10u);
	EXPECT_EQ(plx_ring_enqueue_burst(r.get(), in.data(), 11, &left), 10u);
	EXPECT_EQ(left, 0u);
	EXPECT_EQ(plx_ring_count(r.get()), 10u);
	EXPECT_TRUE(plx_ring_full(r.get()));
	EXPECT_EQ(plx_ring_dequeue_burst(r.get(), out.data(), 11, &left), 10u);
	out[10] = in[10];
	EXPECT_EQ(out, in);
}

} // namespace
