/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What devices address memory by. Behind an IOMMU it is the virtual address, and nothing is done here.
 * Else it is the physical one: each arena then has a table of its pages, which the bus fills in while
 * a region is announced, and which the fast path reads without a lock. Pages don't move, and nobody
 * has an object in a region before it was announced or after it went.
 */
#include <errno.h>
#include <stdlib.h>

#include "eal_private.h"

#define ARENAS (PLX_MAX_NUMA_NODES * EAL_PAGE_SIZES)

/* On a line that nobody writes after start-up. */
int plx_mem_iova_is_pa __plx_cache_aligned;

static const char *
mode_name(enum plx_iova_mode mode)
{
	return mode == PLX_IOVA_PA ? "pa" : "va";
}

int
eal_iova_mode_init(const struct eal_options *opts)
{
	enum plx_iova_mode mode;
	int ret = eal_buses_iova_mode(&mode);

	if (ret < 0) {
		PLX_LOG(ERR, &eal_logtype, "devices behind an IOMMU and without one exclude each other "
			"(EINVAL): name those of one kind by -a");
		return ret;
	}
	if (opts->iova_mode == PLX_IOVA_PA && mode != PLX_IOVA_PA) {
		PLX_LOG(ERR, &eal_logtype, "--iova-mode=pa, but no device is without an IOMMU (EINVAL): "
			"leave it out, or see --vfio-backend=noiommu");
		return -EINVAL;
	}
	if (opts->iova_mode == PLX_IOVA_VA && mode == PLX_IOVA_PA) {
		PLX_LOG(ERR, &eal_logtype, "--iova-mode=va, but devices without an IOMMU know physical "
			"addresses only (EINVAL): leave it out");
		return -EINVAL;
	}
	eal.iova_mode = mode == PLX_IOVA_PA ? PLX_IOVA_PA : PLX_IOVA_VA;
	plx_mem_iova_is_pa = mode == PLX_IOVA_PA;
	PLX_LOG(INFO, &eal_logtype, "IOVA mode %s", mode_name(eal.iova_mode));
	return 0;
}

void
eal_iova_mode_fini(void)
{
	eal.iova_mode = PLX_IOVA_DC;
	plx_mem_iova_is_pa = 0;
}

enum plx_iova_mode
plx_eal_iova_mode(void)
{
	return eal.iova_mode;
}

/* A page without an address is 0 in the table, which so costs memory only where it is used. */
int
eal_iova_arena_init(struct eal_arena *arena)
{
	if (eal.iova_mode != PLX_IOVA_PA)
		return 0;
	arena->iovas = calloc(arena->len / arena->page_size, sizeof(*arena->iovas));
	return arena->iovas != NULL ? 0 : -ENOMEM;
}

void
eal_iova_arena_fini(struct eal_arena *arena)
{
	free(arena->iovas);
	arena->iovas = NULL;
}

static struct eal_arena *
arena_of(struct eal_memory *mem, uintptr_t addr)
{
	for (unsigned int i = 0; i < ARENAS; i++) {
		struct eal_arena *a = &mem->arenas[i / EAL_PAGE_SIZES][i % EAL_PAGE_SIZES];

		if (a->base != NULL && addr - (uintptr_t)a->base < a->len)
			return a;
	}
	return NULL;
}

/* Relaxed: whoever has an object of the region got it through a lock, after the table was filled in. */
static void
set(struct eal_arena *a, const struct plx_mem_region *region, const uint64_t *iovas)
{
	size_t page = PLX_PTR_DIFF(region->addr, a->base) / a->page_size;

	for (size_t i = 0; i < region->len / a->page_size; i++)
		__atomic_store_n(&a->iovas[page + i], iovas != NULL ? ~iovas[i] : 0, __ATOMIC_RELAXED);
}

int
plx_mem_iova_set(const struct plx_mem_region *region, const uint64_t *iovas)
{
	struct eal_arena *a = arena_of(&eal.mem, (uintptr_t)region->addr);

	if (eal.iova_mode != PLX_IOVA_PA || a == NULL)
		return -EINVAL;
	for (size_t i = 0; i < region->len / a->page_size; i++)
		if ((iovas[i] & (a->page_size - 1)) != 0)
			return -EINVAL;
	set(a, region, iovas);
	return 0;
}

void
eal_iova_forget(const struct eal_region *region)
{
	if (region->arena->iovas != NULL)
		set(region->arena, &region->pub, NULL);
}

static uint64_t
physical(struct eal_memory *mem, uintptr_t addr)
{
	const struct eal_arena *a = arena_of(mem, addr);
	uint64_t inverted;

	if (a == NULL)
		return PLX_BAD_IOVA;
	inverted = __atomic_load_n(&a->iovas[(addr - (uintptr_t)a->base) / a->page_size],
		__ATOMIC_RELAXED);
	return inverted != 0 ? ~inverted + (addr & (a->page_size - 1)) : PLX_BAD_IOVA;
}

uint64_t
plx_mem_virt2iova(const void *virt)
{
	struct eal_memory *mem = &eal.mem;
	bool found;

	if (plx_mem_iova_is_pa)
		return physical(mem, (uintptr_t)virt);
	pthread_mutex_lock(&mem->lock);
	found = eal_region_find(mem, virt) != NULL || eal_extmem_find(mem, virt) != NULL;
	pthread_mutex_unlock(&mem->lock);
	return found ? (uintptr_t)virt : PLX_BAD_IOVA;
}

size_t
plx_mem_iova_page(void)
{
	const struct eal_memory *mem = &eal.mem;
	size_t page = 0;

	for (unsigned int i = 0; plx_mem_iova_is_pa && i < mem->n_page_sizes; i++)
		if (page == 0 || mem->page_sizes[i] < page)
			page = mem->page_sizes[i];
	return page;
}

/* From page to page as long as each follows the one before. */
size_t
eal_iova_run(struct eal_memory *mem, uintptr_t addr, size_t len)
{
	const struct eal_arena *a = plx_mem_iova_is_pa ? arena_of(mem, addr) : NULL;
	uint64_t iova;
	size_t run;

	if (a == NULL)
		return len;
	iova = physical(mem, addr);
	run = a->page_size - (addr & (a->page_size - 1));
	while (run < len && physical(mem, addr + run) == iova + run)
		run += a->page_size;
	return PLX_MIN(run, len);
}
