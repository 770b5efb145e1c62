/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_IOVA_H
#define BENCH_IOVA_H
/*
 * What plx-bench-iova and dpdk-bench-iova share: results go to stdout, a line each, "NAME VALUE";
 * times in nanoseconds. test/bench/iova.py makes a table of them.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* The size that all measurements with memory have, and of its pages. */
#define BENCH_SIZE ((size_t)512 << 20)
#define BENCH_PAGE ((size_t)2 << 20)
/* Allocations and releases after the first one. */
#define BENCH_CYCLES 20

static inline uint64_t
bench_now(void)
{
	struct timespec ts;

	/* Can't fail: the clock exists and ts is ours. */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline void
bench_result(const char *name, uint64_t value)
{
	printf("%s %" PRIu64 "\n", name, value);
}

/*
 * Allocate and free BENCH_SIZE by the two functions: the first time, its release, and the mean of
 * those that follow. 0, or -1 if there was no memory.
 */
static inline int
bench_alloc(void *(*alloc)(const char *type, size_t size, unsigned int align),
	void (*release)(void *))
{
	uint64_t start = bench_now(), got, freed;
	void *obj = alloc("bench", BENCH_SIZE, 0);

	got = bench_now();
	if (obj == NULL)
		return -1;
	release(obj);
	freed = bench_now();
	bench_result("first-alloc", got - start);
	bench_result("first-free", freed - got);
	start = bench_now();
	for (unsigned int i = 0; i < BENCH_CYCLES; i++) {
		obj = alloc("bench", BENCH_SIZE, 0);
		if (obj == NULL)
			return -1;
		release(obj);
	}
	bench_result("cycle", (bench_now() - start) / BENCH_CYCLES);
	return 0;
}

#endif
