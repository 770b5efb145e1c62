/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start the EAL with the arguments given and tell what came of it, for test_eal_options.cc: the EAL
 * is one a process, so every argument vector needs a process of its own.
 */
#include <errno.h>
#include <stdio.h>

#include <plx_eal.h>
#include <plx_lcore.h>
#include <plx_memory.h>

static int
print_region(const struct plx_mem_region *region, void *arg)
{
	printf("region node %d page %zu len %zu addr %p\n", region->socket_id, region->page_size,
		region->len, region->addr);
	return 0;
}

int
main(int argc, char **argv)
{
	int ret = plx_eal_init(argc, argv);
	unsigned int id;

	if (ret == -ECANCELED)
		return 0;
	if (ret < 0)
		return 1;
	printf("consumed %d main %u lcores", ret, plx_get_main_lcore());
	PLX_LCORE_FOREACH(id)
		printf(" %u", id);
	printf("\n");
	for (int i = ret + 1; i < argc; i++)
		printf("argument %s\n", argv[i]);
	plx_mem_region_walk(print_region, NULL);
	return plx_eal_cleanup() < 0 ? 2 : 0;
}
