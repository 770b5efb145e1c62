/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings: made, found, freed and shown; how objects move is in the headers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>
#include <plx_log.h>
#include <plx_ring.h>

#define RING_F_ALL (RING_F_SP_ENQ | RING_F_MP_RTS_ENQ | RING_F_MP_HTS_ENQ | RING_F_SC_DEQ | \
	RING_F_MC_RTS_DEQ | RING_F_MC_HTS_DEQ | RING_F_EXACT_SZ)

/* A head in the mode RTS runs ahead of its tail by this part of the capacity, unless told else. */
#define HTD_MAX_PART 8

PLX_LOG_REGISTER(plx_ring_logtype, "lib.ring", "RING", NOTICE)

ssize_t
plx_ring_get_memsize_elem(unsigned int esize, unsigned int count)
{
	if (esize == 0 || esize % PLX_RING_ELEM_ALIGN != 0 ||
	    !plx_is_power_of_2(count) || count < 2)
		return -EINVAL;
	/* 2^31 elements of less than 2^32 bytes: no overflow. */
	return (ssize_t)PLX_ALIGN_CEIL(sizeof(struct plx_ring) + (size_t)count * esize,
		PLX_CACHE_LINE_SIZE);
}

ssize_t
plx_ring_get_memsize(unsigned int count)
{
	return plx_ring_get_memsize_elem(sizeof(void *), count);
}

/* The mode of a side, which has a flag for each but the default; -EINVAL for two of them. */
static int
sync_type(unsigned int flags, unsigned int st, unsigned int rts, unsigned int hts)
{
	flags &= st | rts | hts;
	if (flags == 0)
		return PLX_RING_SYNC_MT;
	if (flags == st)
		return PLX_RING_SYNC_ST;
	if (flags == rts)
		return PLX_RING_SYNC_MT_RTS;
	return flags == hts ? PLX_RING_SYNC_MT_HTS : -EINVAL;
}

static int
prod_sync_type(unsigned int flags)
{
	return sync_type(flags, RING_F_SP_ENQ, RING_F_MP_RTS_ENQ, RING_F_MP_HTS_ENQ);
}

static int
cons_sync_type(unsigned int flags)
{
	return sync_type(flags, RING_F_SC_DEQ, RING_F_MC_RTS_DEQ, RING_F_MC_HTS_DEQ);
}

/* Slots and capacity of a ring, or -EINVAL. One slot stays free: a full ring is no empty one. */
static int
ring_dimensions(unsigned int count, unsigned int flags, uint32_t *size, uint32_t *capacity)
{
	if (prod_sync_type(flags) < 0 || cons_sync_type(flags) < 0 || (flags & ~RING_F_ALL) ||
	    count == 0 || count > PLX_RING_SZ_MASK)
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
	r->prod.sync_type = (enum plx_ring_sync_type)prod_sync_type(flags);
	r->cons.sync_type = (enum plx_ring_sync_type)cons_sync_type(flags);
	r->prod.htd_max = r->cons.htd_max = capacity / HTD_MAX_PART;
	/* Release: who finds the ring by its name, and a size in it, finds all of it. */
	__atomic_store_n(&r->size, size, __ATOMIC_RELEASE);
	return 0;
}

void
plx_ring_reset(struct plx_ring *r)
{
	r->prod.head = r->prod.tail = 0;
	r->cons.head = r->cons.tail = 0;
}

static uint32_t
get_htd_max(const struct plx_ring_headtail *side)
{
	return side->sync_type == PLX_RING_SYNC_MT_RTS ? side->htd_max : UINT32_MAX;
}

static int
set_htd_max(struct plx_ring_headtail *side, uint32_t v)
{
	if (side->sync_type != PLX_RING_SYNC_MT_RTS)
		return -ENOTSUP;
	side->htd_max = v;
	return 0;
}

uint32_t
plx_ring_get_prod_htd_max(const struct plx_ring *r)
{
	return get_htd_max(&r->prod);
}

uint32_t
plx_ring_get_cons_htd_max(const struct plx_ring *r)
{
	return get_htd_max(&r->cons);
}

int
plx_ring_set_prod_htd_max(struct plx_ring *r, uint32_t v)
{
	return set_htd_max(&r->prod, v);
}

int
plx_ring_set_cons_htd_max(struct plx_ring *r, uint32_t v)
{
	return set_htd_max(&r->cons, v);
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
plx_ring_create_elem(const char *name, unsigned int esize, unsigned int count, int socket_id,
	unsigned int flags)
{
	char zone[PLX_MEMZONE_NAMESIZE];
	const struct plx_memzone *mz;
	uint32_t size, capacity;
	ssize_t bytes = 0;
	int ret;

	ret = zone_name(zone, name);
	if (ret == 0)
		ret = ring_dimensions(count, flags, &size, &capacity);
	if (ret == 0) {
		bytes = plx_ring_get_memsize_elem(esize, size);
		ret = bytes < 0 ? (int)bytes : 0;
	}
	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	mz = plx_memzone_reserve(zone, (size_t)bytes, socket_id, 0);
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

struct plx_ring *
plx_ring_create(const char *name, unsigned int count, int socket_id, unsigned int flags)
{
	return plx_ring_create_elem(name, sizeof(void *), count, socket_id, flags);
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
		PLX_LOG(ERR, &plx_ring_logtype, "ring %p \"%s\" not freed (%s): "
			"free only what plx_ring_create() made, and once", (void *)r, r->name,
			plx_strerror(ret));
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
		/*
		 * Acquire, with the release in plx_ring_init(); without a size it is in the making.
		 */
		if (r != NULL && __atomic_load_n(&r->size, __ATOMIC_ACQUIRE) != 0)
			return r;
	}
	errno = ENOENT;
	return NULL;
}

static const char *
sync_name(const struct plx_ring_headtail *side)
{
	switch (side->sync_type) {
	case PLX_RING_SYNC_ST:
		return "ST";
	case PLX_RING_SYNC_MT_RTS:
		return "MT_RTS";
	case PLX_RING_SYNC_MT_HTS:
		return "MT_HTS";
	case PLX_RING_SYNC_MT:
	default:
		return "MT";
	}
}

static void
dump_side(FILE *f, const char *name, const struct plx_ring_headtail *side)
{
	fprintf(f, "  %s=%s head=%" PRIu32 " tail=%" PRIu32, name, sync_name(side),
		(uint32_t)__atomic_load_n(&side->head, __ATOMIC_RELAXED),
		(uint32_t)__atomic_load_n(&side->tail, __ATOMIC_RELAXED));
	if (side->sync_type == PLX_RING_SYNC_MT_RTS)
		fprintf(f, " htd_max=%" PRIu32, side->htd_max);
	fprintf(f, "\n");
}

int
plx_ring_dump(FILE *f, const struct plx_ring *r)
{
	unsigned int used = plx_ring_count(r);

	fprintf(f, "ring <%s>@%p\n  flags=%x size=%" PRIu32 " capacity=%" PRIu32
		" used=%u avail=%u\n", r->name, (const void *)r, r->flags, r->size, r->capacity,
		used, r->capacity - used);
	dump_side(f, "prod", &r->prod);
	dump_side(f, "cons", &r->cons);
	return ferror(f) ? -EIO : 0;
}

static void
dump_zone(const struct plx_memzone *mz, void *arg)
{
	const struct plx_ring *r = (const struct plx_ring *)mz->addr;

	if (strncmp(mz->name, PLX_RING_MZ_PREFIX, strlen(PLX_RING_MZ_PREFIX)) == 0 &&
	    __atomic_load_n(&r->size, __ATOMIC_ACQUIRE) != 0)
		(void)plx_ring_dump((FILE *)arg, r);
}

int
plx_ring_list_dump(FILE *f)
{
	plx_memzone_walk(dump_zone, f);
	return ferror(f) ? -EIO : 0;
}
