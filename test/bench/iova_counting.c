/* SPDX-License-Identifier: BSD-3-Clause */
/* What lib/iova itself costs: on a backend whose kernel calls do nothing and are only counted. */
#include <errno.h>
#include <stdlib.h>

#include <iova_private.h>

#include "iova_bench.h"

#define TERABYTE ((uint64_t)1 << 40)
#define GIGABYTE ((uint64_t)1 << 30)
#define PAGE 4096u

struct counting {
	struct plx_iova_space space;
	uint64_t entries;	/* that the kernel would have */
};

static int
counting_map(struct plx_iova_space *space, const struct iova_extent *e,
	enum plx_iova_call *call)
{
	((struct counting *)space)->entries++;
	return 0;
}

static int
counting_unmap(struct plx_iova_space *space, uint64_t iova, uint64_t len,
	uint64_t *unmapped)
{
	*unmapped = len;
	return 0;
}

static int
counting_close(struct plx_iova_space *space)
{
	iova_space_fini(space);
	return 0;
}

static const struct iova_ops counting_ops = {
	.name = "counting",
	.open_maps = true,
	.map = counting_map,
	.unmap = counting_unmap,
	.close = counting_close,
};

static int
open_counting(struct counting **counting)
{
	struct counting *c = calloc(1, sizeof(*c));
	int ret = c != NULL ? iova_space_init(&c->space, &counting_ops, -1, false, NULL) : -ENOMEM;

	if (ret < 0)
		free(c);
	*counting = c;
	return ret;
}

static struct plx_iova_mapping
mapping_at(uint64_t iova, uint64_t len, uint64_t granule)
{
	return (struct plx_iova_mapping){
		.iova = iova,
		.len = len,
		.va = (void *)(uintptr_t)iova,
		.flags = PLX_IOVA_READ | PLX_IOVA_WRITE,
		.granule = granule,
	};
}

/* By 2 MiB pages, as they would be announced one by one, in granules of 1 GiB. */
static int
fill_terabyte(struct plx_iova_space *space)
{
	struct plx_iova_batch *batch = plx_iova_batch_begin(space);
	int ret = batch != NULL ? 0 : -ENOMEM;

	for (uint64_t iova = TERABYTE; ret == 0 && iova < 2 * TERABYTE; iova += BENCH_PAGE) {
		struct plx_iova_mapping m = mapping_at(iova, BENCH_PAGE, GIGABYTE);

		ret = plx_iova_batch_map(batch, &m);
	}
	if (ret == 0)
		return plx_iova_batch_commit(batch);
	plx_iova_batch_abort(batch);
	return ret;
}

int
bench_terabyte(void)
{
	struct plx_iova_stats stats;
	struct counting *c;
	uint64_t start;
	int ret = open_counting(&c), closed;

	if (ret < 0)
		return ret;
	start = bench_now();
	ret = fill_terabyte(&c->space);
	bench_result("terabyte-time", bench_now() - start);
	plx_iova_stats_get(&c->space, &stats);
	bench_result("terabyte-entries", c->entries);
	bench_result("terabyte-calls", stats.calls[PLX_IOVA_CALL_MAP]);
	closed = plx_iova_space_close(&c->space);
	return ret < 0 ? ret : closed;
}

/* The addresses of @n mappings in random order, each with a gap behind it. */
static uint64_t *
shuffled(uint64_t n)
{
	uint64_t *at = calloc(n, sizeof(*at));

	for (uint64_t i = 0; at != NULL && i < n; i++) {
		uint64_t k = (uint64_t)rand() % (i + 1);

		at[i] = at[k];
		at[k] = (i + 1) * 2 * BENCH_PAGE;
	}
	return at;
}

static int
map_all(struct plx_iova_space *space, const uint64_t *at, uint64_t n)
{
	int ret = 0;

	for (uint64_t i = 0; i < n && ret == 0; i++) {
		struct plx_iova_mapping m = mapping_at(at[i], BENCH_PAGE, 0);

		ret = plx_iova_map(space, &m);
	}
	return ret;
}

static int
unmap_all(struct plx_iova_space *space, const uint64_t *at, uint64_t n)
{
	int ret = 0;

	for (uint64_t i = 0; i < n && ret == 0; i++)
		ret = plx_iova_unmap(space, at[i], BENCH_PAGE);
	return ret;
}

static int
look_up_all(struct plx_iova_space *space, const uint64_t *at, uint64_t n)
{
	struct plx_iova_mapping m;
	int ret = 0;

	for (uint64_t i = 0; i < n && ret == 0; i++)
		ret = plx_iova_lookup(space, at[i] + PAGE, &m);
	return ret;
}

/*
 * A twentieth of the @n mappings is looked up, removed and mapped again, in turns; so often that
 * any @n comes to the same number of operations.
 */
static int
measure(struct plx_iova_space *space, const uint64_t *at, uint64_t n)
{
	const uint64_t some = n / 20 > 0 ? n / 20 : 1, rounds = 200000 / some;
	uint64_t lookup = 0, map = 0, unmap = 0;
	int ret = 0;

	for (uint64_t i = 0; i < rounds && ret == 0; i++) {
		const uint64_t *now = at + i * some % (n - some + 1);
		uint64_t start = bench_now(), looked, gone;

		ret = look_up_all(space, now, some);
		looked = bench_now();
		if (ret == 0)
			ret = unmap_all(space, now, some);
		gone = bench_now();
		if (ret == 0)
			ret = map_all(space, now, some);
		map += bench_now() - gone;
		unmap += gone - looked;
		lookup += looked - start;
	}
	bench_result("lookup-ps", lookup * 1000 / (rounds * some));
	bench_result("map-ps", map * 1000 / (rounds * some));
	bench_result("unmap-ps", unmap * 1000 / (rounds * some));
	return ret;
}

int
bench_extents(uint64_t n)
{
	uint64_t *at = shuffled(n);
	struct counting *c;
	int ret = at != NULL ? open_counting(&c) : -ENOMEM, closed;

	if (ret < 0) {
		free(at);
		return ret;
	}
	ret = map_all(&c->space, at, n);
	if (ret == 0)
		ret = measure(&c->space, at, n);
	closed = plx_iova_space_close(&c->space);
	free(at);
	return ret < 0 ? ret : closed;
}
