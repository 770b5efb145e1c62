/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What rings, mempools and mbufs cost: one source for Pollux and for DPDK, whose calls differ in
 * their prefix, API(x), only. Prints a line "NAME VALUE" for each measurement: TSC cycles for an
 * element that is put in and taken out, times 1000.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRUCT(name) struct API(name)

#define RING_SIZE 4096
#define CHUNKS 65		/* of a measurement, of which the median counts: others may preempt us */
#define CHUNK_ELEMS (1u << 15)
#define MAX_BULK 128
#define POOL_SIZE 8191

static unsigned int errors;

static int
compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* @cycles: of each chunk. */
static void
print(const char *what, const char *how, unsigned int n, uint64_t *cycles, unsigned int elems)
{
	qsort(cycles, CHUNKS, sizeof(*cycles), compare);
	printf("%s:%s:%u %ju\n", what, how, n, (uintmax_t)(cycles[CHUNKS / 2] * 1000 / elems));
}

/*
 * @do_in and @do_out are expressions on n, a constant as it is in most programs; false: it failed.
 */
#define MEASURE(what, how, n_, do_in, do_out) do { \
	const unsigned int n = (n_); \
	uint64_t cycles[CHUNKS]; \
	for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) { \
		uint64_t start = API(rdtsc)(); \
		for (unsigned int i = 0; i < CHUNK_ELEMS / n; i++) \
			if (__builtin_expect(!(do_in), 0) || __builtin_expect(!(do_out), 0)) \
				errors++; \
		cycles[chunk] = API(rdtsc)() - start; \
	} \
	print(what, how, n, cycles, CHUNK_ELEMS / n * n); \
} while (0)

#define MEASURE_SIZES(what, how, in, out) do { \
	MEASURE(what, how, 1, in, out); \
	MEASURE(what, how, 8, in, out); \
	MEASURE(what, how, 32, in, out); \
	MEASURE(what, how, 128, in, out); \
} while (0)

static STRUCT(ring) *
ring_of(unsigned int flags)
{
	STRUCT(ring) *r = API(ring_create)("bench", RING_SIZE, 0, flags);

	if (r == NULL)
		errors++;
	return r;
}

static void
bench_ring_modes(void)
{
	void *objs[MAX_BULK] = { NULL };
	STRUCT(ring) *r;

	r = ring_of(RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (r == NULL)
		return;
	MEASURE_SIZES("ring", "sp/sc bulk", API(ring_sp_enqueue_bulk)(r, objs, n, NULL) == n,
		API(ring_sc_dequeue_bulk)(r, objs, n, NULL) == n);
	MEASURE("ring", "sp/sc burst", 32, API(ring_sp_enqueue_burst)(r, objs, n, NULL) == n,
		API(ring_sc_dequeue_burst)(r, objs, n, NULL) == n);
	MEASURE_SIZES("ring", "by flags sp/sc bulk", API(ring_enqueue_bulk)(r, objs, n, NULL) == n,
		API(ring_dequeue_bulk)(r, objs, n, NULL) == n);
	MEASURE("ring", "sc empty", 1, 1, API(ring_sc_dequeue_bulk)(r, objs, 8, NULL) == 0);
	API(ring_free)(r);

	r = ring_of(0);
	if (r == NULL)
		return;
	MEASURE_SIZES("ring", "mp/mc bulk", API(ring_mp_enqueue_bulk)(r, objs, n, NULL) == n,
		API(ring_mc_dequeue_bulk)(r, objs, n, NULL) == n);
	MEASURE("ring", "mp/mc burst", 32, API(ring_mp_enqueue_burst)(r, objs, n, NULL) == n,
		API(ring_mc_dequeue_burst)(r, objs, n, NULL) == n);
	MEASURE("ring", "mc empty", 1, 1, API(ring_mc_dequeue_bulk)(r, objs, 8, NULL) == 0);
	API(ring_free)(r);

	r = ring_of(RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ);
	if (r == NULL)
		return;
	MEASURE_SIZES("ring", "rts bulk", API(ring_mp_rts_enqueue_bulk)(r, objs, n, NULL) == n,
		API(ring_mc_rts_dequeue_bulk)(r, objs, n, NULL) == n);
	API(ring_free)(r);

	r = ring_of(RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ);
	if (r == NULL)
		return;
	MEASURE_SIZES("ring", "hts bulk", API(ring_mp_hts_enqueue_bulk)(r, objs, n, NULL) == n,
		API(ring_mc_hts_dequeue_bulk)(r, objs, n, NULL) == n);
	API(ring_free)(r);
}

static void
bench_ring_elems(void)
{
	uint32_t objs[MAX_BULK * 4] = { 0 };
	STRUCT(ring) *r = API(ring_create_elem)("elem", 4, RING_SIZE, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);

	if (r == NULL) {
		errors++;
		return;
	}
	MEASURE_SIZES("ring", "4 bytes sp/sc bulk",
		API(ring_sp_enqueue_bulk_elem)(r, objs, 4, n, NULL) == n,
		API(ring_sc_dequeue_bulk_elem)(r, objs, 4, n, NULL) == n);
	API(ring_free)(r);
	r = API(ring_create_elem)("elem", 16, RING_SIZE, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (r == NULL) {
		errors++;
		return;
	}
	MEASURE_SIZES("ring", "16 bytes sp/sc bulk",
		API(ring_sp_enqueue_bulk_elem)(r, objs, 16, n, NULL) == n,
		API(ring_sc_dequeue_bulk_elem)(r, objs, 16, n, NULL) == n);
	API(ring_free)(r);
}

/* One lcore puts in, the other one takes out, until all elements went through. */
struct pair {
	STRUCT(ring) *r;
	unsigned int n;
	int multi;
	int go;
};

static int
take_out(void *arg)
{
	struct pair *p = (struct pair *)arg;
	void *objs[MAX_BULK];
	const unsigned int n = p->n;

	__atomic_store_n(&p->go, 1, __ATOMIC_RELEASE);
	for (unsigned int left = CHUNKS * (CHUNK_ELEMS / n); left > 0; )
		left -= (p->multi ? API(ring_mc_dequeue_bulk)(p->r, objs, n, NULL) :
			API(ring_sc_dequeue_bulk)(p->r, objs, n, NULL)) / n;
	return 0;
}

static void
bench_ring_pair(const char *how, unsigned int flags, int multi, unsigned int n)
{
	void *objs[MAX_BULK] = { NULL };
	struct pair p = { ring_of(flags), n, multi, 0 };
	unsigned int lcore = API(get_next_lcore)(-1, 1, 0);
	uint64_t cycles[CHUNKS];

	if (p.r == NULL || API(eal_remote_launch)(take_out, &p, lcore) < 0) {
		errors++;
		return;
	}
	while (!__atomic_load_n(&p.go, __ATOMIC_ACQUIRE))
		;
	for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) {
		uint64_t start = API(rdtsc)();

		for (unsigned int left = CHUNK_ELEMS / n; left > 0; )
			left -= (multi ? API(ring_mp_enqueue_bulk)(p.r, objs, n, NULL) :
				API(ring_sp_enqueue_bulk)(p.r, objs, n, NULL)) / n;
		cycles[chunk] = API(rdtsc)() - start;
	}
	API(eal_wait_lcore)(lcore);
	print("two cores", how, n, cycles, CHUNK_ELEMS / n * n);
	API(ring_free)(p.r);
}

static void
bench_pool_kind(STRUCT(mempool) *mp, const char *how, STRUCT(mempool_cache) *cache)
{
	void *objs[MAX_BULK];

	MEASURE_SIZES("mempool", how, API(mempool_generic_get)(mp, objs, n, cache) == 0,
		(API(mempool_generic_put)(mp, objs, n, cache), 1));
}

/*
 * As programs have it: the cache of the lcore is looked for in each call. More than the cache holds
 * too.
 */
static void
bench_pool_default(STRUCT(mempool) *mp)
{
	void *kept[512];

	MEASURE_SIZES("mempool", "lcore cache", API(mempool_get_bulk)(mp, kept, n) == 0,
		(API(mempool_put_bulk)(mp, kept, n), 1));
	for (unsigned int n = 8; n <= 128; n *= 4) {
		uint64_t cycles[CHUNKS];

		for (unsigned int chunk = 0; chunk < CHUNKS; chunk++) {
			cycles[chunk] = API(rdtsc)();
			for (unsigned int i = 0; i < CHUNK_ELEMS / 512; i++) {
				for (unsigned int k = 0; k < 512; k += n)
					errors += API(mempool_get_bulk)(mp, kept + k, n) != 0;
				for (unsigned int k = 0; k < 512; k += n)
					API(mempool_put_bulk)(mp, kept + k, n);
			}
			cycles[chunk] = API(rdtsc)() - cycles[chunk];
		}
		print("mempool", "lcore cache, 512 kept", n, cycles, CHUNK_ELEMS);
	}
}

static void
bench_mempool(void)
{
	STRUCT(mempool) *mp = API(mempool_create)("bench", POOL_SIZE, 64, 256, 0, NULL, NULL, NULL,
		NULL, 0, 0);
	STRUCT(mempool_cache) *cache = API(mempool_cache_create)(256, 0);

	if (mp == NULL || cache == NULL) {
		errors++;
		return;
	}
	bench_pool_kind(mp, "no cache", NULL);
	bench_pool_kind(mp, "user cache", cache);
	API(mempool_cache_flush)(cache, mp);
	API(mempool_cache_free)(cache);
	bench_pool_default(mp);
	API(mempool_free)(mp);
}

static void
bench_mbuf(void)
{
	STRUCT(mempool) *mp = API(pktmbuf_pool_create)("mbufs", POOL_SIZE, 256, 0, 2048 + 128, 0);
	STRUCT(mbuf) *m[MAX_BULK];

	if (mp == NULL) {
		errors++;
		return;
	}
	MEASURE("mbuf", "alloc + free", 1, (m[0] = API(pktmbuf_alloc)(mp)) != NULL,
		(API(pktmbuf_free)(m[0]), 1));
	MEASURE("mbuf", "alloc_bulk + free_bulk", 8, API(pktmbuf_alloc_bulk)(mp, m, n) == 0,
		(API(pktmbuf_free_bulk)(m, n), 1));
	MEASURE("mbuf", "alloc_bulk + free_bulk", 32, API(pktmbuf_alloc_bulk)(mp, m, n) == 0,
		(API(pktmbuf_free_bulk)(m, n), 1));
	MEASURE("mbuf", "raw_alloc + raw_free", 1, (m[0] = API(mbuf_raw_alloc)(mp)) != NULL,
		(API(mbuf_raw_free)(m[0]), 1));
	API(mempool_free)(mp);
}

static int
bench_core(void)
{
	bench_ring_modes();
	bench_ring_elems();
	if (API(lcore_count)() > 1) {
		bench_ring_pair("sp/sc bulk", RING_F_SP_ENQ | RING_F_SC_DEQ, 0, 8);
		bench_ring_pair("sp/sc bulk", RING_F_SP_ENQ | RING_F_SC_DEQ, 0, 32);
		bench_ring_pair("mp/mc bulk", 0, 1, 8);
		bench_ring_pair("mp/mc bulk", 0, 1, 32);
	}
	bench_mempool();
	bench_mbuf();
	if (errors != 0)
		fprintf(stderr, "%u calls failed\n", errors);
	return errors != 0 ? -EIO : 0;
}
