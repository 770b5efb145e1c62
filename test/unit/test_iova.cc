/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shadow tree against a brute-force model, and spaces on a back end that counts, remembers and
 * fails when it is told to: what a kernel would do is known exactly, so any difference shows.
 */
#include <cerrno>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
#include <iova_private.h>
}

namespace {

constexpr uint64_t PAGE = 4096;

/* A kernel: mappings by address, and which call is to fail. */
struct Fake {
	plx_iova_space space;
	std::map<uint64_t, uint64_t> maps;
	std::vector<plx_iova_range> ranges;
	int calls;
	int fail_at;		/* the call that fails, counted from 1; 0: none */
	int error;
	bool short_unmap;
	int attached;
	int closed;
};

Fake *
fake_of(plx_iova_space *s)
{
	return reinterpret_cast<Fake *>(s);
}

bool
fails(Fake *f)
{
	return ++f->calls == f->fail_at;
}

int
fake_attach(plx_iova_space *s, int, bool)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	f->attached++;
	return 0;
}

int
fake_detach(plx_iova_space *s, int)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	if (--f->attached == 0 && !s->ops->open_maps)
		f->maps.clear();	/* as type1 does */
	return 0;
}

int
fake_map(plx_iova_space *s, const plx_iova_mapping *m)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	f->maps[m->iova] = m->len;
	return 0;
}

int
fake_unmap(plx_iova_space *s, uint64_t iova, uint64_t len, uint64_t *unmapped)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	*unmapped = 0;
	for (auto at = f->maps.lower_bound(iova); at != f->maps.end() && at->first <= iova + (len - 1);) {
		*unmapped += at->second;
		at = f->maps.erase(at);
	}
	if (f->short_unmap)
		*unmapped -= PAGE;
	return 0;
}

int
fake_windows(plx_iova_space *s)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	return iova_set_windows(s, f->ranges.data(), static_cast<unsigned int>(f->ranges.size()), PAGE);
}

int
fake_close(plx_iova_space *s)
{
	fake_of(s)->closed++;
	return 0;
}

const iova_ops open_ops = { "open", true, fake_attach, fake_detach, fake_map, fake_unmap,
	fake_windows, fake_close };
const iova_ops late_ops = { "late", false, fake_attach, fake_detach, fake_map, fake_unmap,
	fake_windows, fake_close };

/* The parameter is the back end's ops: one that maps at once, one that needs a device. */
class Space : public testing::TestWithParam<const iova_ops *> {
protected:
	void SetUp() override
	{
		/* iova_space_fini() gives it to free(). */
		f = new (calloc(1, sizeof(Fake))) Fake();
		f->error = -EIO;
		f->ranges = { { 0, 0xfedfffff }, { 0xfef00000, (1ull << 39) - 1 } };
		ASSERT_EQ(iova_space_init(&f->space, GetParam(), -1, false), 0);
		s = &f->space;
	}

	void TearDown() override
	{
		while (s->attached > 0)
			ASSERT_EQ(plx_iova_detach(s, 0), 0);
		f->maps.~map();
		f->ranges.~vector();
		ASSERT_EQ(plx_iova_space_close(s), 0);
	}

	int map(uint64_t iova, uint64_t len)
	{
		plx_iova_mapping m = { iova, len, reinterpret_cast<void *>(iova),
			PLX_IOVA_READ | PLX_IOVA_WRITE };

		return plx_iova_map(s, &m);
	}

	bool live() const { return s->ops->open_maps || s->attached > 0; }

	/* Tree and kernel must be the same, as far as the kernel may have mappings. */
	void expect_same()
	{
		std::map<uint64_t, uint64_t> tree;

		plx_iova_walk(s, [](const plx_iova_mapping *m, void *arg) {
			(*static_cast<std::map<uint64_t, uint64_t> *>(arg))[m->iova] = m->len;
			return 0;
		}, &tree);
		if (live())
			EXPECT_EQ(tree, f->maps);
		else
			EXPECT_TRUE(f->maps.empty());
	}

	Fake *f;
	plx_iova_space *s;
};

INSTANTIATE_TEST_SUITE_P(Backends, Space, testing::Values(&open_ops, &late_ops),
	[](const auto &info) { return std::string(info.param->name); });

TEST_P(Space, RefusesBeforeTheKernelIsAsked)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	ASSERT_EQ(map(0x100000, 4 * PAGE), 0);
	int calls = f->calls;

	EXPECT_EQ(map(0x200000, 0), -EINVAL);
	EXPECT_EQ(map(0x200001, PAGE), -EINVAL);
	EXPECT_EQ(map(0x200000, PAGE + 1), -EINVAL);
	EXPECT_EQ(map(UINT64_MAX - PAGE + 1, 2 * PAGE), -EINVAL);
	plx_iova_mapping no_flags = { 0x200000, PAGE, nullptr, 0 };
	EXPECT_EQ(plx_iova_map(s, &no_flags), -EINVAL);
	plx_iova_mapping odd_va = { 0x200000, PAGE, reinterpret_cast<void *>(8), PLX_IOVA_READ };
	EXPECT_EQ(plx_iova_map(s, &odd_va), -EINVAL);
	/* the hole for interrupts, and what lies beyond the IOMMU's width */
	EXPECT_EQ(map(0xfee00000, PAGE), -ERANGE);
	EXPECT_EQ(map(0xfedff000, 2 * PAGE), -ERANGE);
	EXPECT_EQ(map(1ull << 39, PAGE), -ERANGE);
	EXPECT_EQ(map((1ull << 39) - PAGE, 2 * PAGE), -ERANGE);
	/* overlaps: same, inside, both ends, around */
	EXPECT_EQ(map(0x100000, 4 * PAGE), -EEXIST);
	EXPECT_EQ(map(0x101000, PAGE), -EEXIST);
	EXPECT_EQ(map(0x100000 - PAGE, 2 * PAGE), -EEXIST);
	EXPECT_EQ(map(0x103000, 2 * PAGE), -EEXIST);
	EXPECT_EQ(map(0x0ff000, 8 * PAGE), -EEXIST);
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 0), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, UINT64_MAX, 2), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, PAGE), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, 0x101000, 3 * PAGE), -EINVAL);
	EXPECT_EQ(plx_iova_unmap(s, 0x300000, PAGE), -ENOENT);
	EXPECT_EQ(f->calls, calls);
	expect_same();
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 4 * PAGE), 0);
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 4 * PAGE), -ENOENT);
	expect_same();
}

TEST_P(Space, UnmapsManyAndHolesByOneCall)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	for (uint64_t i = 0; i < 10; i += 2)
		ASSERT_EQ(map(0x100000 + i * PAGE, PAGE), 0);
	int calls = f->calls;

	EXPECT_EQ(plx_iova_unmap(s, 0x100000 - 5 * PAGE, 30 * PAGE), 0);
	EXPECT_EQ(f->calls, calls + 1);
	expect_same();
}

TEST_P(Space, FailedMapLeavesNothing)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	f->fail_at = f->calls + 1;
	f->error = -ENOMEM;
	EXPECT_EQ(map(0x100000, PAGE), -ENOMEM);
	expect_same();
	EXPECT_EQ(map(0x100000, PAGE), 0);
	expect_same();
}

TEST_P(Space, FailedUnmapKeepsAll)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	ASSERT_EQ(map(0x100000, PAGE), 0);
	f->fail_at = f->calls + 1;
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, PAGE), -EIO);
	expect_same();
}

TEST_P(Space, ShortUnmapIsTold)
{
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	ASSERT_EQ(map(0x100000, 2 * PAGE), 0);
	f->short_unmap = true;
	EXPECT_EQ(plx_iova_unmap(s, 0x100000, 2 * PAGE), -EIO);
}

TEST_P(Space, KeepsMappingsOverTheLastDetach)
{
	ASSERT_EQ(map(0x100000, PAGE), 0);
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	expect_same();
	ASSERT_EQ(map(0x200000, PAGE), 0);
	ASSERT_EQ(plx_iova_attach(s, 1), 0);
	ASSERT_EQ(plx_iova_detach(s, 0), 0);
	expect_same();
	ASSERT_EQ(plx_iova_detach(s, 1), 0);
	ASSERT_EQ(plx_iova_unmap(s, 0x100000, PAGE), 0);
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	expect_same();
	EXPECT_EQ(plx_iova_detach(s, 0), 0);
	EXPECT_EQ(plx_iova_detach(s, 0), -ENOENT);
}

/* Whichever call of an attach fails: the device is out again and the kernel has nothing of it. */
TEST_P(Space, FailedAttachIsUndone)
{
	ASSERT_EQ(map(0x100000, PAGE), 0);
	ASSERT_EQ(map(0x200000, PAGE), 0);
	int needed = f->calls;
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	needed = f->calls - needed;
	ASSERT_EQ(plx_iova_detach(s, 0), 0);
	for (int i = 1; i <= needed; i++) {
		f->fail_at = f->calls + i;
		EXPECT_EQ(plx_iova_attach(s, 0), -EIO) << i;
		EXPECT_EQ(f->attached, 0) << i;
		EXPECT_EQ(s->attached, 0u) << i;
		expect_same();
	}
	f->fail_at = 0;
	EXPECT_EQ(plx_iova_attach(s, 0), 0);
	expect_same();
}

/* A space that waits for its device keeps what the device then can't reach out of the kernel. */
TEST_P(Space, AttachRefusesWhatTheDeviceCantReach)
{
	if (GetParam()->open_maps)
		return;		/* there the kernel itself refuses: EADDRINUSE */
	ASSERT_EQ(map(1ull << 40, PAGE), 0);
	EXPECT_EQ(plx_iova_attach(s, 0), -EADDRINUSE);
	EXPECT_EQ(f->attached, 0);
	expect_same();
}

TEST_P(Space, WindowsAndLookup)
{
	plx_iova_range r[4];
	plx_iova_mapping m;
	uint64_t alignment;

	EXPECT_EQ(plx_iova_windows(s, r, 4, &alignment), 1u);
	EXPECT_EQ(r[0].last, UINT64_MAX);
	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	EXPECT_EQ(plx_iova_windows(s, nullptr, 0, nullptr), 2u);
	EXPECT_EQ(plx_iova_windows(s, r, 4, &alignment), 2u);
	EXPECT_EQ(alignment, PAGE);
	EXPECT_EQ(r[1].start, 0xfef00000u);
	ASSERT_EQ(map(0x100000, 2 * PAGE), 0);
	EXPECT_EQ(plx_iova_lookup(s, 0x101fff, &m), 0);
	EXPECT_EQ(m.iova, 0x100000u);
	EXPECT_EQ(plx_iova_lookup(s, 0x102000, &m), -ENOENT);
	EXPECT_EQ(plx_iova_lookup(s, 0x0fffff, &m), -ENOENT);
	EXPECT_EQ(plx_iova_walk(s, [](const plx_iova_mapping *, void *) { return 7; }, nullptr), 7);
	EXPECT_EQ(plx_iova_space_close(s), -EBUSY);
}

/* Threads on ranges of their own, for ThreadSanitizer too. */
TEST_P(Space, ThreadsMapAndUnmap)
{
	std::vector<std::thread> threads;

	ASSERT_EQ(plx_iova_attach(s, 0), 0);
	for (uint64_t t = 0; t < 4; t++)
		threads.emplace_back([this, t] {
			uint64_t base = (t + 1) << 24;
			plx_iova_mapping m;

			for (int i = 0; i < 500; i++) {
				ASSERT_EQ(map(base, PAGE), 0);
				ASSERT_EQ(plx_iova_lookup(s, base, &m), 0);
				ASSERT_EQ(plx_iova_unmap(s, base, PAGE), 0);
			}
		});
	for (auto &t : threads)
		t.join();
	expect_same();
}

/* The model: one byte a page, saying which mapping it belongs to. */
TEST(Shadow, SameAsBruteForce)
{
	constexpr int PAGES = 64;
	std::mt19937 rng(1);
	iova_tree tree;
	int model[PAGES] = {};
	int next_id = 1;

	RB_INIT(&tree);
	for (int step = 0; step < 200000; step++) {
		int first = static_cast<int>(rng() % PAGES);
		int n = 1 + static_cast<int>(rng() % static_cast<unsigned>(PAGES - first));
		uint64_t iova = static_cast<uint64_t>(first) * PAGE, len = static_cast<uint64_t>(n) * PAGE;
		uint64_t bytes = 0, covered = 0;
		bool overlaps = false, cut = false;

		for (int i = first; i < first + n; i++) {
			overlaps |= model[i] != 0;
			bytes += model[i] ? PAGE : 0;
		}
		cut = (first > 0 && model[first] && model[first - 1] == model[first]) ||
			(first + n < PAGES && model[first + n] && model[first + n - 1] == model[first + n]);
		ASSERT_EQ(iova_tree_overlaps(&tree, iova, len), overlaps);
		ASSERT_EQ(iova_tree_covered(&tree, iova, len, &covered),
			cut ? -EINVAL : bytes ? 0 : -ENOENT);
		ASSERT_TRUE(cut || covered == bytes);
		if (rng() % 2) {
			plx_iova_mapping m = { iova, len, nullptr, PLX_IOVA_READ };

			n = 1 + n % 4;
			m.len = std::min<uint64_t>(len, static_cast<uint64_t>(n) * PAGE);
			bool busy = iova_tree_overlaps(&tree, iova, m.len);
			ASSERT_EQ(iova_tree_insert(&tree, &m), busy ? -EEXIST : 0);
			for (uint64_t i = 0; !busy && i < m.len / PAGE; i++)
				model[first + static_cast<int>(i)] = next_id;
			next_id++;
		} else if (!cut) {
			iova_tree_remove(&tree, iova, len);
			for (int i = first; i < first + n; i++)
				model[i] = 0;
		}
		iova_extent *e = iova_tree_first_from(&tree, iova);
		int at = first;

		while (at < PAGES && !model[at])
			at++;
		ASSERT_EQ(e == nullptr, at == PAGES);
		ASSERT_TRUE(e == nullptr || (e->m.iova <= static_cast<uint64_t>(at) * PAGE &&
			iova_last(&e->m) >= static_cast<uint64_t>(at) * PAGE));
	}
	iova_tree_clear(&tree);
	EXPECT_EQ(iova_tree_first(&tree), nullptr);
}

/* Extents at the very ends of the address space: no arithmetic may wrap. */
TEST(Shadow, EndsOfTheAddressSpace)
{
	iova_tree tree;
	plx_iova_mapping low = { 0, PAGE, nullptr, PLX_IOVA_READ };
	plx_iova_mapping high = { UINT64_MAX - PAGE + 1, PAGE, nullptr, PLX_IOVA_READ };
	uint64_t bytes;

	RB_INIT(&tree);
	ASSERT_EQ(iova_tree_insert(&tree, &high), 0);
	ASSERT_EQ(iova_tree_insert(&tree, &low), 0);
	EXPECT_EQ(iova_tree_insert(&tree, &high), -EEXIST);
	EXPECT_TRUE(iova_tree_overlaps(&tree, UINT64_MAX, 1));
	EXPECT_TRUE(iova_tree_overlaps(&tree, 0, 1));
	EXPECT_FALSE(iova_tree_overlaps(&tree, PAGE, UINT64_MAX - 2 * PAGE + 1));
	EXPECT_EQ(iova_tree_covered(&tree, high.iova, PAGE, &bytes), 0);
	EXPECT_EQ(bytes, PAGE);
	iova_tree_remove(&tree, high.iova, PAGE);
	EXPECT_FALSE(iova_tree_overlaps(&tree, UINT64_MAX, 1));
	iova_tree_clear(&tree);
}

TEST(Open, WrongFilesAreRefused)
{
	plx_iova_space *s;

	EXPECT_EQ(plx_iova_space_open_iommufd(0x7fff0000, &s), -EBADF);
	EXPECT_EQ(plx_iova_space_open_type1(0x7fff0000, &s), -EBADF);
}

} // namespace
