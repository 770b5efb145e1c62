/* SPDX-License-Identifier: BSD-3-Clause */
/* Which page sizes the kernel has memory for. See Documentation/admin-guide/mm/hugetlbpage.rst. */
#include <stdio.h>

#include "eal_private.h"

#define OF_ALL_NODES "/sys/kernel/mm"
#define OF_NODE "/sys/devices/system/node/node%d"

static size_t
read_count(const char *dir, size_t page_size, const char *what)
{
	char path[128];
	unsigned long count = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/hugepages/hugepages-%zukB/%s", dir, page_size >> 10, what);
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
	size_t unused = read_count(OF_ALL_NODES, page_size, "free_hugepages");
	size_t promised = read_count(OF_ALL_NODES, page_size, "resv_hugepages");
	size_t limit = read_count(OF_ALL_NODES, page_size, "nr_overcommit_hugepages");
	size_t surplus = read_count(OF_ALL_NODES, page_size, "surplus_hugepages");

	return (unused > promised ? unused - promised : 0) + (limit > surplus ? limit - surplus : 0);
}

size_t
eal_hugepages_free_on(int node, size_t page_size)
{
	char dir[64];

	snprintf(dir, sizeof(dir), OF_NODE, node);
	return read_count(dir, page_size, "free_hugepages");
}

/*
 * Page sizes with pages to be had into @sizes (EAL_PAGE_SIZES of them); returns how many. 2 MiB
 * first: they waste less, and the IOMMU maps 1 GiB runs of them nearly as well.
 */
unsigned int
eal_hugepages_sizes(size_t *sizes)
{
	static const size_t known[EAL_PAGE_SIZES] = { (size_t)2 << 20, (size_t)1 << 30 };
	unsigned int n = 0;

	for (size_t i = 0; i < PLX_DIM(known); i++)
		if (eal_hugepages_available(known[i]) > 0)
			sizes[n++] = known[i];
	return n;
}
