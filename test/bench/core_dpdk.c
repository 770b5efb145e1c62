/* SPDX-License-Identifier: BSD-3-Clause */
/* dpdk-bench-core EAL-OPTION... - what plx-bench-core measures, with DPDK's. */
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_launch.h>
#include <rte_mbuf.h>

#define API(name) rte_##name
#include "core.h"

int
main(int argc, char **argv)
{
	int ret;

	if (rte_eal_init(argc, argv) < 0)
		return EXIT_FAILURE;
	ret = bench_core();
	if (rte_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
