/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start the EAL with the arguments given and tell what came of it, for test_eal_options.cc: the EAL
 * is one a process, so every argument vector needs a process of its own. Arguments behind "--" are
 * told, and some are done: alloc=MIB, free (the last object), regions, wait (until all regions are gone),
 * pause (until it is killed, or has a line on stdin).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_lcore.h>
#include <plx_malloc.h>
#include <plx_memory.h>

static int
print_region(const struct plx_mem_region *region, void *arg)
{
	printf("region node %d page %zu len %zu addr %p\n", region->socket_id, region->page_size,
		region->len, region->addr);
	return 0;
}

static int
any_region(const struct plx_mem_region *region, void *arg)
{
	return 1;
}

static void
wait_until_gone(void)
{
	int ms = 0;

	while (ms++ < 10000 && plx_mem_region_walk(any_region, NULL) != 0)
		usleep(1000);
	printf("%s\n", plx_mem_region_walk(any_region, NULL) == 0 ? "gone" : "still there");
}

static void
do_argument(const char *text)
{
	static void *last;

	printf("argument %s\n", text);
	if (strncmp(text, "alloc=", 6) == 0) {
		last = plx_malloc("eal_args", (size_t)atoi(text + 6) << 20, 0);
		printf("%s\n", last != NULL ? "ok" : plx_strerror(errno));
	} else if (strcmp(text, "free") == 0) {
		plx_free(last);
	} else if (strcmp(text, "regions") == 0) {
		plx_mem_region_walk(print_region, NULL);
	} else if (strcmp(text, "wait") == 0) {
		wait_until_gone();
	} else if (strcmp(text, "pause") == 0) {
		/* What was told is seen now. */
		fflush(stdout);
		getchar();
	}
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
		do_argument(argv[i]);
	plx_mem_region_walk(print_region, NULL);
	return plx_eal_cleanup() < 0 ? 2 : 0;
}
