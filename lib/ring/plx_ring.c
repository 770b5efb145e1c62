/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include <plx_log.h>
#include <plx_ring.h>

#define RING_F_ALL (RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ)

PLX_LOG_REGISTER(plx_ring_logtype, "lib.ring", "RING", NOTICE)

ssize_t
plx_ring_get_memsize(unsigned int count)
{
	if (!plx_is_power_of_2(count) || count < 2)
		return -EINVAL;
	return (ssize_t)PLX_ALIGN_CEIL(sizeof(struct plx_ring) + count * sizeof(void *),
		PLX_CACHE_LINE_SIZE);
}

/* Slots and capacity of a ring, or -EINVAL. One slot stays free: a full ring is no empty one. */
static int
ring_dimensions(unsigned int count, unsigned int flags, uint32_t *size, uint32_t *capacity)
{
	if ((flags & ~RING_F_ALL) || count == 0 || count > PLX_RING_SZ_MASK)
		return -EINVAL;
	if (flags & RING_F_EXACT_SZ) {
		*size = plx_align32pow2(count + 1);
		*capacity = count;
		return 0;
	}
	if (!plx_is_power_of_2(count) || count < 2)
		return -EINVAL;
	*size = count;
	*capacity = count - 1;
	return 0;
}

int
plx_ring_init(struct plx_ring *r, const char *name, unsigned int count, unsigned int flags)
{
	uint32_t size, capacity;
	int ret;

	if (name == NULL)
		return -EINVAL;
	if (strlen(name) >= PLX_RING_NAMESIZE)
		return -ENAMETOOLONG;
	ret = ring_dimensions(count, flags, &size, &capacity);
	if (ret < 0)
		return ret;

	memset(r, 0, sizeof(*r));
	strcpy(r->name, name);
	r->flags = flags;
	r->mask = size - 1;
	r->capacity = capacity;
	r->prod.sync_type = flags & RING_F_SP_ENQ ? PLX_RING_SYNC_ST : PLX_RING_SYNC_MT;
	r->cons.sync_type = flags & RING_F_SC_DEQ ? PLX_RING_SYNC_ST : PLX_RING_SYNC_MT;
	/* Release: who finds the ring by its name, and a size in it, finds all of it. */
	__atomic_store_n(&r->size, size, __ATOMIC_RELEASE);
	return 0;
}

static int
zone_name(char zone[PLX_MEMZONE_NAMESIZE], const char *name)
{
	if (name == NULL || name[0] == '\0')
		return -EINVAL;
	if (strlen(name) >= PLX_RING_NAMESIZE)
		return -ENAMETOOLONG;
	(void)snprintf(zone, PLX_MEMZONE_NAMESIZE, PLX_RING_MZ_PREFIX "%s", name);
	return 0;
}

struct plx_ring *
plx_ring_create(const char *name, unsigned int count, int socket_id, unsigned int flags)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz;
	uint32_t size, capacity;
	int ret;

	ret = zone_name(zone, name);
	if (ret == 0)
		ret = ring_dimensions(count, flags, &size, &capacity);
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	mz = plx_memzone_reserve(zone, (size_t)plx_ring_get_memsize(size), socket_id, 0);
	if (mz == NULL)
		return NULL;
	ret = plx_ring_init((struct plx_ring *)mz->addr, name, count, flags);
	if (ret < 0) {
		plx_ring_free((struct plx_ring *)mz->addr);
		errno = -ret;
		return NULL;
	}
	return (struct plx_ring *)mz->addr;
}

void
plx_ring_free(struct plx_ring *r)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz = NULL;
	int ret;

	if (r == NULL)
		return;
	ret = zone_name(zone, r->name);
	if (ret == 0)
		mz = plx_memzone_lookup(zone);
	ret = mz != NULL && mz->addr == r ? plx_memzone_free(mz) : -EINVAL;
	if (ret < 0)
		PLX_LOG(ERR, &plx_ring_logtype, "ring %p \"%s\" not freed, error %d: "
			"free only what plx_ring_create() made, and once", (void *)r, r->name, -ret);
}

struct plx_ring *
plx_ring_lookup(const char *name)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz;
	struct plx_ring *r;

	if (zone_name(zone, name) == 0) {
		mz = plx_memzone_lookup(zone);
		r = mz != NULL ? (struct plx_ring *)mz->addr : NULL;
		/* Acquire, with the release in plx_ring_init(); without a size it is in the making. */
		if (r != NULL && __atomic_load_n(&r->size, __ATOMIC_ACQUIRE) != 0)
			return r;
	}
	errno = ENOENT;
	return NULL;
}
