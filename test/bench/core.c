/* SPDX-License-Identifier: BSD-3-Clause */
/* plx-bench-core EAL-OPTION... - rings, mempools and mbufs, see core.h. */
#include <stdlib.h>

#include <plx_cycles.h>
#include <plx_eal.h>
#include <plx_mbuf.h>

#define API(name) plx_##name
#include "core.h"

int
main(int argc, char **argv)
{
	int ret;

	if (plx_eal_init(argc, argv) < 0)
		return EXIT_FAILURE;
	ret = bench_core();
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
