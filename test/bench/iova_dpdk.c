/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dpdk-bench-iova - what plx-bench-iova measures of the EAL, with DPDK's.
 *
 *   dpdk-bench-iova start|alloc EAL-OPTION...
 */
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_malloc.h>

#include "iova.h"

int
main(int argc, char **argv)
{
	int ret = 0;

	if (argc < 2 || (strcmp(argv[1], "start") != 0 && strcmp(argv[1], "alloc") != 0)) {
		fprintf(stderr, "usage: dpdk-bench-iova start|alloc EAL-OPTION...\n");
		return 2;
	}
	if (rte_eal_init(argc - 1, argv + 1) < 0) {
		fprintf(stderr, "dpdk-bench-iova: the EAL did not start\n");
		return EXIT_FAILURE;
	}
	if (strcmp(argv[1], "alloc") == 0) {
		ret = bench_alloc(rte_malloc, rte_free);
		if (ret < 0)
			fprintf(stderr, "dpdk-bench-iova: no memory\n");
	}
	if (rte_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
