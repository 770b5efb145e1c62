/* SPDX-License-Identifier: BSD-3-Clause */
/* Heap, memzones, regions and their listeners; 4 KiB pages, no device. */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <plx_dev.h>
#include <plx_lcore.h>
#include <plx_malloc.h>
#include <plx_memory.h>
#include <plx_memzone.h>

#include "eal_env.h"

namespace {

/* Objects of all sizes keep their bytes, are aligned, and all come back. */
TEST(Heap, RandomLoad)
{
	struct Object { unsigned char *p; size_t size; unsigned char fill; };
	size_t before = heap_bytes_in_use();
	std::vector<Object> objects;
	std::mt19937 rng(2);

	for (int step = 0; step < 20000; step++) {
		if (objects.size() < 200 && rng() % 3 != 0) {
			size_t size = 1 + rng() % (rng() % 20 == 0 ? 200000 : 3000);
			unsigned int align = 1u << (rng() % 14);
			bool zero = rng() % 2;
			auto *p = static_cast<unsigned char *>(zero ? plx_zmalloc("t", size, align) :
				plx_malloc("t", size, align));

			ASSERT_NE(p, nullptr);
			ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % align, 0u);
			ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % PLX_CACHE_LINE_SIZE, 0u);
			ASSERT_TRUE(!zero || std::all_of(p, p + size,
				[](unsigned char c) { return c == 0; }));
			objects.push_back({ p, size, static_cast<unsigned char>(rng()) });
			memset(p, objects.back().fill, size);
		} else if (!objects.empty()) {
			size_t i = rng() % objects.size();
			Object o = objects[i];

			ASSERT_TRUE(std::all_of(o.p, o.p + o.size,
				[o](unsigned char c) { return c == o.fill; }));
			plx_free(o.p);
			objects[i] = objects.back();
			objects.pop_back();
		}
	}
	for (auto &o : objects)
		plx_free(o.p);
	EXPECT_EQ(heap_bytes_in_use(), before);
}

TEST(Heap, BadRequests)
{
	errno = 0;
	EXPECT_EQ(plx_malloc("t", 0, 0), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_malloc("t", 1, 48), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_malloc("t", SIZE_MAX, 0), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_malloc("t", SIZE_MAX - 64, 4096), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_calloc("t", SIZE_MAX / 2, 3, 0), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_malloc_socket("t", 1, 0, PLX_MAX_NUMA_NODES), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_malloc_socket("t", 1, 0, -2), nullptr);
	EXPECT_EQ(errno, EINVAL);
}

/* Freeing what is not there is told and changes nothing. */
TEST(Heap, BadFrees)
{
	auto *p = static_cast<char *>(plx_malloc("t", 1000, 0));
	size_t used = heap_bytes_in_use();
	alignas(64) char stack[128];

	ASSERT_NE(p, nullptr);
	testing::internal::CaptureStderr();
	plx_free(p + 64);
	plx_free(p + 1);
	plx_free(stack + 64);
	plx_free(nullptr);
	EXPECT_EQ(heap_bytes_in_use(), used);
	plx_free(p);
	plx_free(p);
	std::string err = testing::internal::GetCapturedStderr();
	EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 4) << err;
	EXPECT_LT(heap_bytes_in_use(), used);
}

/* Growing and shrinking keep what both sizes have, in place where the neighbour is free. */
TEST(Heap, Realloc)
{
	size_t used = heap_bytes_in_use();
	auto *p = static_cast<unsigned char *>(plx_realloc(nullptr, 1000, 0));

	ASSERT_NE(p, nullptr);
	memset(p, 0x5a, 1000);
	EXPECT_EQ(plx_realloc(p, 100, 0), p);
	EXPECT_EQ(plx_realloc(p, 800, 0), p) << "nobody took what is behind it";
	void *wall = nullptr;
	while (wall < p || static_cast<unsigned char *>(wall) > p + 2000)	/* behind it now */
		wall = plx_malloc("wall", 64, 0);
	auto *q = static_cast<unsigned char *>(plx_realloc(p, 100000, 0));
	ASSERT_NE(q, nullptr);
	EXPECT_NE(q, p);
	EXPECT_TRUE(std::all_of(q, q + 100, [](unsigned char c) { return c == 0x5a; }));
	auto *r = static_cast<unsigned char *>(plx_realloc(q, 50, 1u << 20));
	ASSERT_NE(r, nullptr);
	EXPECT_EQ(reinterpret_cast<uintptr_t>(r) % (1u << 20), 0u);
	EXPECT_TRUE(std::all_of(r, r + 50, [](unsigned char c) { return c == 0x5a; }));
	EXPECT_EQ(plx_realloc(r, 0, 0), nullptr);
	plx_free(wall);
	EXPECT_EQ(heap_bytes_in_use(), used);
}

TEST(Heap, ReallocFailsAndChangesNothing)
{
	auto *p = static_cast<char *>(plx_malloc("t", 100, 0));
	size_t used = heap_bytes_in_use();

	ASSERT_NE(p, nullptr);
	strcpy(p, "still here");
	EXPECT_EQ(plx_realloc(p, SIZE_MAX, 0), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(plx_realloc(p, 100, 48), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_realloc(p + 1, 100, 0), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_realloc_socket(p, 100, 0, PLX_MAX_NUMA_NODES), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_STREQ(p, "still here");
	EXPECT_EQ(heap_bytes_in_use(), used);
	plx_free(p);
}

/* Random sizes against a copy of the bytes. */
TEST(Heap, ReallocRandomLoad)
{
	size_t used = heap_bytes_in_use();
	std::vector<std::vector<unsigned char>> want(20);
	std::vector<unsigned char *> have(20);
	std::mt19937 rng(5);

	for (int step = 0; step < 3000; step++) {
		size_t i = rng() % have.size(), size = 1 + rng() % 5000, old = want[i].size();
		auto *p = static_cast<unsigned char *>(plx_realloc(have[i], size, 0));

		ASSERT_NE(p, nullptr);
		ASSERT_TRUE(std::equal(p, p + std::min(old, size), want[i].begin()));
		have[i] = p;
		want[i].resize(size);
		for (size_t b = old; b < size; b++)
			p[b] = want[i][b] = static_cast<unsigned char>(rng());
	}
	for (auto *p : have)
		plx_free(p);
	EXPECT_EQ(heap_bytes_in_use(), used);
}

TEST(Heap, Dumps)
{
	void *p = plx_calloc_socket("dumped", 2, 100, 0, 0);
	char *text = nullptr;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	ASSERT_NE(p, nullptr);
	ASSERT_NE(f, nullptr);
	EXPECT_EQ(plx_malloc_dump_stats(f, "dumped"), 0);
	EXPECT_EQ(plx_malloc_dump_heaps(f), 0);
	EXPECT_EQ(plx_mem_dump(f), 0);
	EXPECT_EQ(plx_memzone_dump(f), 0);
	fclose(f);
	std::string out(text, len);
	free(text);
	EXPECT_NE(out.find("type dumped: 320 bytes in 1 objects"), std::string::npos) << out;
	EXPECT_NE(out.find("len 256 busy dumped"), std::string::npos);
	EXPECT_NE(out.find("len 134217728 fd"), std::string::npos);
	EXPECT_NE(out.find("pinned"), std::string::npos);
	plx_free(p);
}

TEST(Heap, LargeAlignment)
{
	void *p = plx_malloc("t", 100, 2u << 20);

	ASSERT_NE(p, nullptr);
	EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % (2u << 20), 0u);
	plx_free(p);
}

/* Memory that was plugged for a request is there for the next one: no second growth. */
TEST(Heap, GrowsOnce)
{
	void *p = plx_malloc("t", 150u << 20, 0);

	ASSERT_NE(p, nullptr);
	plx_free(p);
	size_t plugged = bytes_plugged();
	for (int i = 0; i < 10; i++) {
		p = plx_malloc("t", 150u << 20, 0);
		ASSERT_NE(p, nullptr);
		plx_free(p);
	}
	EXPECT_EQ(bytes_plugged(), plugged);
}

TEST(Heap, Threads)
{
	size_t before = heap_bytes_in_use();

	run_threads(4, [](unsigned int t) {
		for (int i = 0; i < 300; i++) {
			void *p = plx_zmalloc("t", 100 + t * 1000 + static_cast<unsigned>(i), 0);

			ASSERT_NE(p, nullptr);
			memset(p, static_cast<int>(t), 100);
			plx_free(p);
		}
	});
	EXPECT_EQ(heap_bytes_in_use(), before);
}

TEST(Memzone, Life)
{
	size_t used = heap_bytes_in_use();
	const plx_memzone *z = plx_memzone_reserve_aligned("zone", 5000, SOCKET_ID_ANY, 0, 4096);

	ASSERT_NE(z, nullptr);
	EXPECT_EQ(reinterpret_cast<uintptr_t>(z->addr) % 4096, 0u);
	EXPECT_EQ(z->iova, reinterpret_cast<uintptr_t>(z->addr));
	EXPECT_EQ(z->len, 5000u);
	EXPECT_EQ(plx_memzone_lookup("zone"), z);
	EXPECT_EQ(plx_memzone_reserve("zone", 1, SOCKET_ID_ANY, 0), nullptr);
	EXPECT_EQ(errno, EEXIST);
	int zones = 0;
	plx_memzone_walk([](const plx_memzone *, void *arg) { ++*static_cast<int *>(arg); }, &zones);
	EXPECT_EQ(zones, 1);
	EXPECT_EQ(plx_memzone_free(z), 0);
	EXPECT_EQ(plx_memzone_free(z), -EINVAL);
	EXPECT_EQ(plx_memzone_lookup("zone"), nullptr);
	EXPECT_EQ(errno, ENOENT);
	EXPECT_EQ(heap_bytes_in_use(), used);
}

/* Whatever is in the way, no zone crosses a multiple of its bound. */
TEST(Memzone, Bounded)
{
	size_t used = heap_bytes_in_use();
	std::vector<const plx_memzone *> zones;
	std::mt19937 rng(7);

	for (int i = 0; i < 300; i++) {
		unsigned int bound = 32u << (rng() % 12);
		unsigned int align = rng() % 4 == 0 ? 0 : 1u << (rng() % 15);
		size_t len = 1 + rng() % bound;
		std::string name = "z" + std::to_string(i);
		auto *z = plx_memzone_reserve_bounded(name.c_str(), len, SOCKET_ID_ANY, 0, align, bound);

		ASSERT_NE(z, nullptr) << "bound " << bound << " align " << align << " len " << len;
		ASSERT_EQ(z->iova / bound, (z->iova + len - 1) / bound);
		ASSERT_EQ(align ? z->iova % align : 0, 0u);
		ASSERT_EQ(z->hugepage_sz, 4096u);
		zones.push_back(z);
	}
	for (auto *z : zones)
		ASSERT_EQ(plx_memzone_free(z), 0);
	EXPECT_EQ(heap_bytes_in_use(), used);
}

/* A page size that is not there: an error, unless it was only a hint. */
TEST(Memzone, PageSizes)
{
	for (unsigned int flags : { PLX_MEMZONE_2MB, PLX_MEMZONE_1GB, PLX_MEMZONE_2MB | PLX_MEMZONE_1GB }) {
		EXPECT_EQ(plx_memzone_reserve("z", 1, SOCKET_ID_ANY, flags), nullptr);
		EXPECT_EQ(errno, ENOMEM);
		auto *z = plx_memzone_reserve("z", 1, SOCKET_ID_ANY,
			flags | PLX_MEMZONE_SIZE_HINT_ONLY);
		ASSERT_NE(z, nullptr);
		EXPECT_EQ(z->hugepage_sz, 4096u);
		EXPECT_EQ(plx_memzone_free(z), 0);
	}
}

TEST(Memzone, BadRequests)
{
	size_t used = heap_bytes_in_use();

	EXPECT_EQ(plx_memzone_reserve("", 1, 0, 0), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_memzone_reserve("z", 0, 0, 0), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_memzone_reserve("z", 1, 0, 8), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_memzone_reserve_bounded("z", 100, 0, 0, 0, 96), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_memzone_reserve_bounded("z", 100, 0, 0, 0, 64), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_memzone_reserve_aligned("z", 1, 0, 0, 3), nullptr);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(plx_memzone_reserve(std::string(32, 'z').c_str(), 1, 0, 0), nullptr);
	EXPECT_EQ(errno, ENAMETOOLONG);
	EXPECT_EQ(plx_memzone_reserve("z", SIZE_MAX / 2, 0, 0), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(heap_bytes_in_use(), used);
}

/* The file behind an address is the memory: another mapping of it shows the same bytes. */
TEST(Region, FdIsTheMemory)
{
	auto *p = static_cast<char *>(plx_zmalloc("t", 8192, 4096));
	uint64_t offset;
	int fd = plx_mem_virt2fd(p, &offset);
	int local;

	ASSERT_GE(fd, 0);
	void *again = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(offset));
	ASSERT_NE(again, MAP_FAILED);
	strcpy(p, "seen twice");
	EXPECT_STREQ(static_cast<char *>(again), "seen twice");
	munmap(again, 4096);
	EXPECT_EQ(plx_mem_virt2iova(p), reinterpret_cast<uintptr_t>(p));
	EXPECT_EQ(plx_mem_virt2iova(&local), PLX_BAD_IOVA);
	EXPECT_EQ(plx_mem_virt2fd(&local, &offset), -ENOENT);
	plx_free(p);
}

/* Nobody can cut the file off under a device. */
TEST(Region, FileCantShrink)
{
	uint64_t offset;
	void *p = plx_malloc("t", 1, 0);
	int fd = plx_mem_virt2fd(p, &offset);

	EXPECT_EQ(ftruncate(fd, 0), -1);
	EXPECT_EQ(errno, EPERM);
	plx_free(p);
}

struct Listener {
	std::vector<void *> known;
	int veto_at = 0;	/* the ADD that is refused, counted from 1 */
	int adds = 0;

	static int on_event(plx_mem_event event, const plx_mem_region *r, void *arg)
	{
		auto *l = static_cast<Listener *>(arg);

		if (event == PLX_MEM_EVENT_ADD) {
			if (++l->adds == l->veto_at)
				return -ENOSPC;
			l->known.push_back(r->addr);
			return 0;
		}
		auto at = std::find(l->known.begin(), l->known.end(), r->addr);
		if (at == l->known.end())
			return -ENOENT;
		l->known.erase(at);
		return 0;
	}
};

TEST(Listener, HearsOfExistingRegions)
{
	Listener l;
	size_t regions = 0;

	plx_mem_region_walk([](const plx_mem_region *, void *arg) {
		++*static_cast<size_t *>(arg);
		return 0;
	}, &regions);
	ASSERT_EQ(plx_mem_event_callback_register("t", Listener::on_event, &l), 0);
	EXPECT_EQ(l.known.size(), regions);
	EXPECT_EQ(plx_mem_event_callback_register("t", Listener::on_event, &l), -EEXIST);
	EXPECT_EQ(plx_mem_event_callback_unregister(Listener::on_event, &l), 0);
	EXPECT_TRUE(l.known.empty());
	EXPECT_EQ(plx_mem_event_callback_unregister(Listener::on_event, &l), -ENOENT);
}

/* A veto of new memory: the caller gets the errno, earlier listeners forget it, it is gone. */
TEST(Listener, VetoUndoesTheGrowth)
{
	Listener first, second;
	size_t plugged = bytes_plugged(), used = heap_bytes_in_use();

	ASSERT_EQ(plx_mem_event_callback_register("first", Listener::on_event, &first), 0);
	ASSERT_EQ(plx_mem_event_callback_register("second", Listener::on_event, &second), 0);
	size_t known = first.known.size();
	second.veto_at = second.adds + 1;
	EXPECT_EQ(plx_malloc("t", 300u << 20, 0), nullptr);
	EXPECT_EQ(errno, ENOSPC);
	EXPECT_EQ(first.known.size(), known);
	EXPECT_EQ(second.known.size(), known);
	EXPECT_EQ(bytes_plugged(), plugged);
	EXPECT_EQ(heap_bytes_in_use(), used);
	EXPECT_EQ(plx_mem_event_callback_unregister(Listener::on_event, &first), 0);
	EXPECT_EQ(plx_mem_event_callback_unregister(Listener::on_event, &second), 0);
}

TEST(Listener, VetoOfExistingRegionsRefusesTheListener)
{
	Listener l;
	void *p = plx_malloc("t", 200u << 20, 0);	/* so that there are two regions or more */

	ASSERT_NE(p, nullptr);
	l.veto_at = 2;
	EXPECT_EQ(plx_mem_event_callback_register("t", Listener::on_event, &l), -ENOSPC);
	EXPECT_TRUE(l.known.empty());
	EXPECT_EQ(plx_mem_event_callback_unregister(Listener::on_event, &l), -ENOENT);
	plx_free(p);
}

TEST(Windows, Intersection)
{
	plx_dev_windows w;
	const plx_iova_range a[] = { { 0, 99 }, { 200, 299 }, { 400, 499 } };
	const plx_iova_range b[] = { { 50, 250 }, { 299, 400 } };

	ASSERT_EQ(plx_dev_windows_init(&w), 0);
	ASSERT_EQ(plx_dev_windows_intersect(&w, a, 3), 0);
	ASSERT_EQ(w.n, 3u);
	ASSERT_EQ(plx_dev_windows_intersect(&w, b, 2), 0);
	ASSERT_EQ(w.n, 4u);
	const uint64_t want[][2] = { { 50, 99 }, { 200, 250 }, { 299, 299 }, { 400, 400 } };
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(w.ranges[i].start, want[i][0]);
		EXPECT_EQ(w.ranges[i].last, want[i][1]);
	}
	ASSERT_EQ(plx_dev_windows_intersect(&w, nullptr, 0), 0);
	EXPECT_EQ(w.n, 0u);
	plx_dev_windows_fini(&w);
}

} // namespace
