/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Devices that see physical addresses: a bus that says so, and says of each page an address of the
 * test's choice, since real memory does not lie as a test would have it.
 */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <plx_dev.h>
#include <plx_eal.h>
#include <plx_malloc.h>
#include <plx_mbuf.h>
#include <plx_memzone.h>

namespace {

constexpr size_t PAGE = 4096;

/* Pages of a region follow each other in runs of so many, and the runs lie in reverse. */
size_t run_pages;
/* What listeners are told, to see that the tables have it. */
int veto;

int
tell(plx_mem_event event, const plx_mem_region *region, void *)
{
	const size_t n = region->len / PAGE;
	std::vector<uint64_t> iovas(n);

	if (event == PLX_MEM_EVENT_REMOVE)
		return 0;
	if (veto != 0)
		return veto;
	for (size_t i = 0; i < n; i++)
		iovas[i] = (uint64_t(1) << 40) - i / run_pages * 2 * run_pages * PAGE + i % run_pages * PAGE;
	return plx_mem_iova_set(region, iovas.data());
}

struct FakeBus {
	plx_bus bus = {};
	plx_iova_mode mode = PLX_IOVA_DC;
	bool listens = false;

	static FakeBus *of(plx_bus *bus) { return reinterpret_cast<FakeBus *>(bus); }

	explicit FakeBus(const char *name)
	{
		bus.name = name;
		bus.scan = bus.probe = [](plx_bus *) { return 0; };
		bus.iova_mode = [](plx_bus *b) { return of(b)->mode; };
		bus.map = [](plx_bus *b) {
			of(b)->listens = of(b)->mode == PLX_IOVA_PA;
			return of(b)->listens ? plx_mem_event_callback_register("fake", tell, b) : 0;
		};
		bus.cleanup = [](plx_bus *b) {
			bool listened = of(b)->listens;

			of(b)->listens = false;
			return listened ? plx_mem_event_callback_unregister(tell, b) : 0;
		};
		bus.dma_map = [](plx_bus *, plx_device *, void *, uint64_t, size_t, int, uint64_t) {
			return 0;
		};
		bus.dma_unmap = [](plx_bus *, plx_device *, void *, uint64_t, size_t) { return 0; };
		plx_bus_register(&bus);
	}
};

FakeBus bus_a("fake_a"), bus_b("fake_b");

class Physical : public testing::Test {
protected:
	void SetUp() override
	{
		bus_a.mode = PLX_IOVA_PA;
		bus_b.mode = PLX_IOVA_DC;
		run_pages = 1;
		veto = 0;
	}

	void TearDown() override
	{
		stop();
		EXPECT_EQ(plx_eal_iova_mode(), PLX_IOVA_DC);
		EXPECT_EQ(plx_mem_iova_is_pa, 0);
	}

	int start(std::vector<std::string> more = {})
	{
		std::vector<std::string> words { "test", "--no-huge", "--no-pci", "-m", "8" };
		std::vector<char *> argv;
		int ret;

		words.insert(words.end(), more.begin(), more.end());
		for (auto &w : words)
			argv.push_back(w.data());
		argv.push_back(nullptr);
		testing::internal::CaptureStderr();
		ret = plx_eal_init(static_cast<int>(words.size()), argv.data());
		err = testing::internal::GetCapturedStderr();
		running = ret >= 0;
		return ret;
	}

	void stop()
	{
		EXPECT_EQ(running ? plx_eal_cleanup() : 0, 0);
		running = false;
	}

	void expect_refused(const char *word)
	{
		EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
		EXPECT_NE(err.find(word), std::string::npos) << err;
		EXPECT_NE(err.find("EINVAL"), std::string::npos) << err;
	}

	bool running = false;
	std::string err;
};

/* Do the bytes lie behind each other for a device? */
bool
is_contiguous(const void *addr, size_t len)
{
	const char *p = static_cast<const char *>(addr);
	uint64_t first = plx_mem_iova(p);

	if (first == PLX_BAD_IOVA)
		return false;
	for (size_t at = 0; at < len; at += 64)
		if (plx_mem_iova(p + at) != first + at)
			return false;
	return plx_mem_iova(p + len - 1) == first + len - 1;
}

int
no_regions(const plx_mem_region *, void *)
{
	return 1;
}

TEST_F(Physical, AddressesAreThoseOfTheBus)
{
	char local;

	ASSERT_GE(start(), 0) << err;
	EXPECT_EQ(plx_eal_iova_mode(), PLX_IOVA_PA);
	EXPECT_EQ(plx_mem_iova_page(), PAGE);
	plx_mem_region_walk([](const plx_mem_region *r, void *) {
		const char *p = static_cast<const char *>(r->addr);

		for (size_t at = 0; at < r->len; at += PAGE / 2) {
			uint64_t want = (uint64_t(1) << 40) - at / PAGE * 2 * PAGE + at % PAGE;

			/* Without a lock, or this would wait for ever. */
			EXPECT_EQ(plx_mem_virt2iova(p + at), want);
			EXPECT_EQ(plx_mem_iova(p + at), want);
		}
		EXPECT_EQ(plx_mem_virt2iova(p + r->len), PLX_BAD_IOVA);
		return 0;
	}, nullptr);
	EXPECT_EQ(plx_mem_virt2iova(&local), PLX_BAD_IOVA);
}

TEST_F(Physical, AddressesGoWithTheMemory)
{
	ASSERT_GE(start({ "--match-allocations" }), 0) << err;
	void *p = plx_malloc(nullptr, 16 << 20, 0);

	ASSERT_NE(p, nullptr);
	EXPECT_NE(plx_mem_virt2iova(p), PLX_BAD_IOVA);
	plx_free(p);
	EXPECT_GE(plx_mem_trim(), 0);
	EXPECT_EQ(plx_mem_virt2iova(p), PLX_BAD_IOVA);
	veto = -EIO;
	EXPECT_EQ(plx_malloc(nullptr, 16 << 20, 0), nullptr);
	EXPECT_EQ(errno, EIO);
	EXPECT_EQ(plx_mem_virt2iova(p), PLX_BAD_IOVA);
}

TEST_F(Physical, WhatFitsIntoAPageIsContiguous)
{
	std::mt19937 rng(1);
	std::vector<void *> objs;

	ASSERT_GE(start(), 0) << err;
	for (int i = 0; i < 3000; i++) {
		size_t size = 1 + rng() % PAGE;
		unsigned int align = 64u << rng() % 7;
		void *p = plx_malloc(nullptr, size, align);

		ASSERT_NE(p, nullptr);
		ASSERT_TRUE(is_contiguous(p, size)) << size;
		ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % align, 0u);
		objs.push_back(p);
		if (rng() % 2 == 0) {
			std::swap(objs[rng() % objs.size()], objs.back());
			plx_free(objs.back());
			objs.pop_back();
		}
	}
	for (void *p : objs)
		plx_free(p);
}

TEST_F(Physical, GrowingInPlaceStaysContiguous)
{
	ASSERT_GE(start(), 0) << err;
	for (size_t size = 64; size <= PAGE; size += 64) {
		char *p = static_cast<char *>(plx_malloc(nullptr, size, 0));

		ASSERT_NE(p, nullptr);
		memset(p, 7, size);
		p = static_cast<char *>(plx_realloc(p, PAGE, 0));
		ASSERT_NE(p, nullptr);
		ASSERT_TRUE(is_contiguous(p, PAGE)) << size;
		ASSERT_EQ(p[size - 1], 7);
		plx_free(p);
	}
}

TEST_F(Physical, ContiguousZones)
{
	run_pages = 8;
	ASSERT_GE(start(), 0) << err;
	for (size_t pages = 1; pages <= 8; pages++) {
		const plx_memzone *z = plx_memzone_reserve(std::to_string(pages).c_str(),
			pages * PAGE - PAGE / 2, SOCKET_ID_ANY, PLX_MEMZONE_IOVA_CONTIG);

		ASSERT_NE(z, nullptr) << pages;
		EXPECT_TRUE(is_contiguous(z->addr, z->len)) << pages;
		EXPECT_EQ(z->iova, plx_mem_virt2iova(z->addr));
	}
}

TEST_F(Physical, WithoutSuchMemoryAZoneIsRefused)
{
	ASSERT_GE(start(), 0) << err;
	EXPECT_EQ(plx_memzone_reserve("contig", 2 * PAGE, SOCKET_ID_ANY, PLX_MEMZONE_IOVA_CONTIG), nullptr);
	EXPECT_EQ(errno, ENOMEM);
	/* What was plugged to no avail goes again, but for start-up's. */
	plx_malloc_socket_stats before, after;
	EXPECT_GE(plx_mem_trim(), 0);
	ASSERT_EQ(plx_malloc_get_socket_stats(0, &before), 0);
	EXPECT_EQ(before.heap_totalsz_bytes, size_t(8) << 20);
	const plx_memzone *z = plx_memzone_reserve("any", 2 * PAGE, SOCKET_ID_ANY, 0);
	ASSERT_NE(z, nullptr);
	EXPECT_EQ(z->iova, plx_mem_virt2iova(z->addr));
	ASSERT_EQ(plx_memzone_free(z), 0);
	ASSERT_EQ(plx_malloc_get_socket_stats(0, &after), 0);
	EXPECT_EQ(after.heap_allocsz_bytes, before.heap_allocsz_bytes);
}

struct Objects {
	std::set<uintptr_t> starts;
	size_t size;
	bool contiguous;
	size_t inside;
};

/* How many lie in a piece of memory that the pool has told. */
int
count_inside(plx_mempool *mp, void *arg, const plx_mempool_memhdr *mem, unsigned int)
{
	Objects *o = static_cast<Objects *>(arg);
	const uintptr_t first = reinterpret_cast<uintptr_t>(mem->addr);

	for (uintptr_t at : o->starts)
		o->inside += at > first && at + mp->elt_size <= first + mem->len;
	return 0;
}

int
look_at(plx_mempool *mp, void *arg, void *obj, unsigned int idx)
{
	Objects *o = static_cast<Objects *>(arg);

	EXPECT_EQ(idx, o->starts.size());
	EXPECT_TRUE(o->starts.insert(reinterpret_cast<uintptr_t>(obj)).second);
	o->contiguous &= is_contiguous(obj, o->size);
	EXPECT_EQ((static_cast<plx_mempool_objhdr *>(obj) - 1)->mp, mp);
	return 0;
}

TEST_F(Physical, NoObjectOfAPoolStraddles)
{
	ASSERT_GE(start(), 0) << err;
	for (unsigned int size : { 1u, 64u, 200u, 1000u, 1500u, 1984u, 1985u, 2176u, 3900u }) {
		for (unsigned int n : { 1u, 2u, 31u, 1000u }) {
			plx_mempool *mp = plx_mempool_create("p", n, size, 0, 0, nullptr, nullptr, nullptr,
				nullptr, SOCKET_ID_ANY, 0);
			Objects o = { {}, size, true, 0 };

			ASSERT_NE(mp, nullptr) << size;
			EXPECT_EQ(plx_mempool_obj_iter(mp, look_at, &o), 0);
			EXPECT_TRUE(o.contiguous) << size << " " << n;
			ASSERT_EQ(o.starts.size(), n);
			uintptr_t last = 0;
			for (uintptr_t at : o.starts) {
				EXPECT_GE(at - last, size + sizeof(plx_mempool_objhdr));
				last = at;
			}
			EXPECT_EQ(plx_mempool_mem_iter(mp, count_inside, &o), 0);
			EXPECT_EQ(o.inside, n);
			plx_mempool_free(mp);
		}
	}
}

TEST_F(Physical, ObjectsLargerThanAPageArePacked)
{
	ASSERT_GE(start(), 0) << err;
	plx_mempool *mp = plx_mempool_create("p", 10, 3 * PAGE, 0, 0, nullptr, nullptr, nullptr, nullptr,
		SOCKET_ID_ANY, 0);
	Objects o = { {}, 3 * PAGE, true, 0 };

	ASSERT_NE(mp, nullptr);
	EXPECT_EQ(plx_mempool_obj_iter(mp, look_at, &o), 0);
	EXPECT_EQ(*o.starts.rbegin() - *o.starts.begin(), 9 * plx_mempool_calc_obj_size(3 * PAGE, 0, nullptr));
	plx_mempool_free(mp);
}

TEST_F(Physical, Mbufs)
{
	ASSERT_GE(start(), 0) << err;
	plx_mempool *mp = plx_pktmbuf_pool_create("mbufs", 100, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

	ASSERT_NE(mp, nullptr);
	for (int i = 0; i < 100; i++) {
		plx_mbuf *m = plx_pktmbuf_alloc(mp);
		char *data = plx_pktmbuf_mtod(m, char *);

		ASSERT_TRUE(is_contiguous(m, sizeof(*m) + m->buf_len));
		EXPECT_EQ(plx_pktmbuf_iova(m), plx_mem_virt2iova(data));
		EXPECT_EQ(plx_pktmbuf_iova_offset(m, 100), plx_mem_virt2iova(data + 100));
	}
	plx_mempool_free(mp);
}

TEST_F(Physical, ExternalMemoryIsRefused)
{
	ASSERT_GE(start(), 0) << err;
	void *p = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(p, MAP_FAILED);
	ASSERT_EQ(plx_extmem_register(p, PAGE, PAGE, -1, 0), 0);
	EXPECT_EQ(plx_mem_virt2iova(p), PLX_BAD_IOVA);
	EXPECT_EQ(plx_dev_dma_map(nullptr, p, reinterpret_cast<uintptr_t>(p), PAGE), -ENOTSUP);
	EXPECT_EQ(plx_extmem_unregister(p, PAGE), 0);
	munmap(p, PAGE);
}

TEST_F(Physical, BadAddressesAreRefused)
{
	uint64_t iova = PAGE / 2, good = PAGE;
	plx_mem_region r = {};

	ASSERT_GE(start(), 0) << err;
	void *p = plx_malloc(nullptr, PAGE, PAGE);
	ASSERT_NE(p, nullptr);
	r.addr = p;
	r.len = r.page_size = PAGE;
	EXPECT_EQ(plx_mem_iova_set(&r, &iova), -EINVAL);
	r.addr = &r;
	EXPECT_EQ(plx_mem_iova_set(&r, &good), -EINVAL);
	plx_free(p);
	stop();
	bus_a.mode = PLX_IOVA_VA;
	ASSERT_GE(start({ "--iova-mode=va" }), 0) << err;
	EXPECT_EQ(plx_eal_iova_mode(), PLX_IOVA_VA);
	EXPECT_EQ(plx_mem_iova_page(), 0u);
	EXPECT_EQ(plx_mem_region_walk([](const plx_mem_region *region, void *arg) {
		return plx_mem_iova_set(region, static_cast<uint64_t *>(arg));
	}, &good), -EINVAL);
}

TEST_F(Physical, TheModeThatIsAskedForMustBeTheDevices)
{
	EXPECT_GE(start({ "--iova-mode=pa" }), 0) << err;
	stop();
	EXPECT_EQ(start({ "--iova-mode=va" }), -EINVAL);
	expect_refused("--iova-mode=va");
	bus_a.mode = PLX_IOVA_VA;
	EXPECT_EQ(start({ "--iova-mode=pa" }), -EINVAL);
	expect_refused("--iova-mode=pa");
	bus_a.mode = PLX_IOVA_DC;
	EXPECT_EQ(start({ "--iova-mode=pa" }), -EINVAL);
	expect_refused("--iova-mode=pa");
	EXPECT_EQ(plx_mem_region_walk(no_regions, nullptr), 0);
}

TEST_F(Physical, BusesMustAgree)
{
	bus_b.mode = PLX_IOVA_VA;
	EXPECT_EQ(start(), -EINVAL);
	expect_refused("exclude each other");
	bus_b.mode = PLX_IOVA_PA;
	EXPECT_GE(start(), 0) << err;
}

} // namespace
