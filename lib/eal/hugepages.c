/* SPDX-License-Identifier: BSD-3-Clause */
/* Which page sizes the kernel has memory for. See Documentation/admin-guide/mm/hugetlbpage.rst. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "eal_private.h"

static size_t
read_count(size_t page_size, const char *what)
{
	char path[128];
	unsigned long count = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%zukB/%s",
		page_size >> 10, what);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;	/* this size does not exist here */
	if (fscanf(f, "%lu", &count) != 1)
		count = 0;
	fclose(f);
	return count;
}

/* Pages that could be had: free and not promised to others, and those the pool may still grow by. */
size_t
eal_hugepages_available(size_t page_size)
{
	size_t unused = read_count(page_size, "free_hugepages");
	size_t promised = read_count(page_size, "resv_hugepages");
	size_t limit = read_count(page_size, "nr_overcommit_hugepages");
	size_t surplus = read_count(page_size, "surplus_hugepages");

	return (unused > promised ? unused - promised : 0) + (limit > surplus ? limit - surplus : 0);
}

/* 2 MiB pages first: they waste less, and the IOMMU maps 1 GiB runs of them nearly as well. */
size_t
eal_page_size_choose(bool no_huge)
{
	static const size_t sizes[] = { (size_t)2 << 20, (size_t)1 << 30 };

	if (no_huge)
		return (size_t)sysconf(_SC_PAGESIZE);
	for (size_t i = 0; i < PLX_DIM(sizes); i++)
		if (eal_hugepages_available(sizes[i]) > 0)
			return sizes[i];
	return 0;
}
