/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plx-bench-iova - one measurement of memory that comes and goes; tools/bench iova runs them all,
 * in turn with DPDK's, and makes a table of what they print.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_malloc.h>

#include "iova_bench.h"

static int
usage(void)
{
	fprintf(stderr, "usage: plx-bench-iova start EAL-OPTION...        EAL start and exit\n"
		"       plx-bench-iova alloc EAL-OPTION...        allocate and free 512 MiB\n"
		"       plx-bench-iova map iommufd|type1 DEVICE   map 512 MiB, at once and by pages\n"
		"       plx-bench-iova share DEVICE DEVICE        two spaces with the same 512 MiB\n"
		"       plx-bench-iova terabyte                   1 TiB on a backend that counts\n"
		"       plx-bench-iova extents N                  among N mappings, on the same\n"
		"DEVICE is a PCI address, bound to vfio-pci. What is printed is in nanoseconds.\n");
	return 2;
}

static int
run_eal(int argc, char **argv, bool alloc)
{
	int ret = plx_eal_init(argc, argv), cleaned;

	if (ret < 0)
		return ret;
	if (alloc && bench_alloc(plx_malloc, plx_free) < 0)
		ret = -ENOMEM;
	cleaned = plx_eal_cleanup();
	return ret < 0 ? ret : cleaned;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int ret;

	if (strcmp(what, "start") == 0 || strcmp(what, "alloc") == 0)
		ret = run_eal(argc - 1, argv + 1, what[0] == 'a');
	else if (strcmp(what, "map") == 0 && argc == 4 && strcmp(argv[2], "iommufd") == 0)
		ret = bench_map_iommufd(argv[3]);
	else if (strcmp(what, "map") == 0 && argc == 4 && strcmp(argv[2], "type1") == 0)
		ret = bench_map_type1(argv[3]);
	else if (strcmp(what, "share") == 0 && argc == 4)
		ret = bench_share(argv[2], argv[3]);
	else if (strcmp(what, "terabyte") == 0 && argc == 2)
		ret = bench_terabyte();
	else if (strcmp(what, "extents") == 0 && argc == 3 && strtoull(argv[2], NULL, 10) > 0)
		ret = bench_extents(strtoull(argv[2], NULL, 10));
	else
		return usage();
	if (ret < 0)
		fprintf(stderr, "plx-bench-iova: %s: %s\n", what, plx_strerror(ret));
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
