/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allocate pieces until there is no more, see that the program goes on, and give all back, twice.
 * Prints the pieces that there were and the errno that ended it.
 *
 *   mem_grow EAL-OPTION... -- PIECE-MIB
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_malloc.h>

#define MAX_PIECES 1024

static int
grow(size_t size, unsigned int *pieces)
{
	static void *piece[MAX_PIECES];
	unsigned int n = 0;
	int err = 0;

	while (n < MAX_PIECES && err == 0) {
		piece[n] = plx_malloc("piece", size, 0);
		if (piece[n] != NULL)
			/* All of it is there: what the kernel could not give would be a SIGBUS. */
			memset(piece[n++], 1, size);
		else
			err = errno;
	}
	*pieces = n;
	while (n > 0)
		plx_free(piece[--n]);
	return -err;
}

int
main(int argc, char **argv)
{
	int ret = plx_eal_init(argc, argv), first, again;
	unsigned int had, has;
	size_t size;

	if (ret < 0)
		return EXIT_FAILURE;
	size = ret < argc ? (size_t)strtoul(argv[argc - 1], NULL, 10) << 20 : 0;
	first = grow(size, &had);
	again = grow(size, &has);
	printf("%u pieces, then %s; %u pieces, then %s\n", had, plx_strerror(first), has,
		plx_strerror(again));
	ret = first == again && had == has ? 0 : -1;
	if (plx_eal_cleanup() < 0)
		ret = -1;
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
