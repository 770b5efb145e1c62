/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry of fields and flags that come at run time. */
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include <plx_mbuf_dyn.h>

#define FIELDS_START offsetof(struct plx_mbuf, dynfield1)
#define FIELDS_SIZE sizeof(((struct plx_mbuf *)NULL)->dynfield1)
/* Bits of ol_flags between those of receivers and of senders. */
#define FIRST_FLAG 23
#define LAST_FLAG 39
#define N_FLAGS (LAST_FLAG - FIRST_FLAG + 1)

struct field {
	struct plx_mbuf_dynfield params;
	size_t offset;
};

/* A registry: one for the process, since a name means the same everywhere in it. */
static struct {
	pthread_mutex_t lock;
	unsigned int n_fields;
	struct field fields[FIELDS_SIZE];
	uint8_t used[FIELDS_SIZE];
	struct plx_mbuf_dynflag flags[N_FLAGS];	/* without a name: free */
} dyn = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int
bad_name(const char *name)
{
	return name[0] == '\0' || memchr(name, '\0', PLX_MBUF_DYN_NAMESIZE) == NULL;
}

static struct field *
find_field(const char *name)
{
	unsigned int i;

	for (i = 0; i < dyn.n_fields; i++)
		if (strcmp(dyn.fields[i].params.name, name) == 0)
			return &dyn.fields[i];
	return NULL;
}

static int
is_free(size_t offset, size_t size)
{
	size_t i;

	if (offset < FIELDS_START || size > FIELDS_SIZE ||
	    offset - FIELDS_START > FIELDS_SIZE - size)
		return 0;
	for (i = 0; i < size; i++)
		if (dyn.used[offset - FIELDS_START + i])
			return 0;
	return 1;
}

/* A place where the least is broken: the free run that is shortest. SIZE_MAX: none. */
static size_t
best_offset(size_t size, size_t align)
{
	size_t best = SIZE_MAX, best_run = SIZE_MAX, at, run;

	for (at = PLX_ALIGN_CEIL(FIELDS_START, align); at < FIELDS_START + FIELDS_SIZE;
	     at += align) {
		if (!is_free(at, size))
			continue;
		for (run = size; is_free(at, run + 1); )
			run++;
		if (run < best_run) {
			best = at;
			best_run = run;
		}
	}
	return best;
}

static int
register_field(const struct plx_mbuf_dynfield *params, size_t offset)
{
	struct field *f = find_field(params->name);

	if (f != NULL) {
		if (f->params.size != params->size || f->params.align != params->align ||
		    (offset != SIZE_MAX && offset != f->offset))
			return -EEXIST;
		return (int)f->offset;
	}
	if (offset == SIZE_MAX) {
		offset = best_offset(params->size, params->align);
		if (offset == SIZE_MAX)
			return -ENOSPC;
	} else if (!is_free(offset, params->size)) {
		return -EBUSY;
	}
	memset(&dyn.used[offset - FIELDS_START], 1, params->size);
	f = &dyn.fields[dyn.n_fields++];
	f->params = *params;
	f->offset = offset;
	return (int)offset;
}

int
plx_mbuf_dynfield_register_offset(const struct plx_mbuf_dynfield *params, size_t offset)
{
	int ret;

	if (bad_name(params->name) || params->size == 0 || params->size > FIELDS_SIZE ||
	    !plx_is_power_of_2(params->align) || params->align > PLX_CACHE_LINE_SIZE ||
	    params->flags != 0 || (offset != SIZE_MAX && offset % params->align != 0))
		return -EINVAL;
	pthread_mutex_lock(&dyn.lock);
	ret = register_field(params, offset);
	pthread_mutex_unlock(&dyn.lock);
	return ret;
}

int
plx_mbuf_dynfield_register(const struct plx_mbuf_dynfield *params)
{
	return plx_mbuf_dynfield_register_offset(params, SIZE_MAX);
}

int
plx_mbuf_dynfield_lookup(const char *name, struct plx_mbuf_dynfield *params)
{
	const struct field *f;
	int ret = -ENOENT;

	pthread_mutex_lock(&dyn.lock);
	f = find_field(name);
	if (f != NULL) {
		ret = (int)f->offset;
		if (params != NULL)
			*params = f->params;
	}
	pthread_mutex_unlock(&dyn.lock);
	return ret;
}

/* Index of the flag of that name; of the first free one for ""; -ENOENT. */
static int
find_flag(const char *name)
{
	int i;

	for (i = 0; i < N_FLAGS; i++)
		if (strcmp(dyn.flags[i].name, name) == 0)
			return i;
	return -ENOENT;
}

static int
register_flag(const struct plx_mbuf_dynflag *params, unsigned int bitnum)
{
	int i = find_flag(params->name);

	if (i >= 0)
		return bitnum == UINT_MAX || bitnum == (unsigned int)i + FIRST_FLAG ?
			i + FIRST_FLAG : -EEXIST;
	i = bitnum == UINT_MAX ? find_flag("") : (int)(bitnum - FIRST_FLAG);
	if (i < 0)
		return -ENOSPC;
	if (dyn.flags[i].name[0] != '\0')
		return -EBUSY;
	dyn.flags[i] = *params;
	return i + FIRST_FLAG;
}

int
plx_mbuf_dynflag_register_bitnum(const struct plx_mbuf_dynflag *params, unsigned int bitnum)
{
	int ret;

	if (bad_name(params->name) || params->flags != 0 || (bitnum != UINT_MAX && bitnum > 63))
		return -EINVAL;
	if (bitnum != UINT_MAX && (bitnum < FIRST_FLAG || bitnum > LAST_FLAG))
		return -EBUSY;
	pthread_mutex_lock(&dyn.lock);
	ret = register_flag(params, bitnum);
	pthread_mutex_unlock(&dyn.lock);
	return ret;
}

int
plx_mbuf_dynflag_register(const struct plx_mbuf_dynflag *params)
{
	return plx_mbuf_dynflag_register_bitnum(params, UINT_MAX);
}

int
plx_mbuf_dynflag_lookup(const char *name, struct plx_mbuf_dynflag *params)
{
	int i;

	pthread_mutex_lock(&dyn.lock);
	i = name[0] != '\0' ? find_flag(name) : -ENOENT;
	if (i >= 0 && params != NULL)
		*params = dyn.flags[i];
	pthread_mutex_unlock(&dyn.lock);
	return i < 0 ? i : i + FIRST_FLAG;
}

int
plx_mbuf_dyn_dump(FILE *out)
{
	unsigned int i;

	pthread_mutex_lock(&dyn.lock);
	for (i = 0; i < dyn.n_fields; i++)
		fprintf(out, "field %s offset %zu size %zu align %zu\n", dyn.fields[i].params.name,
			dyn.fields[i].offset, dyn.fields[i].params.size,
			dyn.fields[i].params.align);
	for (i = 0; i < N_FLAGS; i++)
		if (dyn.flags[i].name[0] != '\0')
			fprintf(out, "flag %s bit %u\n", dyn.flags[i].name, i + FIRST_FLAG);
	pthread_mutex_unlock(&dyn.lock);
	return ferror(out) ? -EIO : 0;
}
