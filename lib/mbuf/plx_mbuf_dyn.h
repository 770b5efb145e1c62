/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MBUF_DYN_H
#define PLX_MBUF_DYN_H
/**
 * DOC: Fields and flags of mbufs that libraries and programs register at run time, by name.
 *
 * Fields lie in dynfield1 of struct plx_mbuf, flags are bits of ol_flags that nothing else uses.
 * Who registers first says where; others who register the same get the same place. They stay for
 * the life of the process. What is in them is up to those who use them; receiving does not reset
 * fields.
 */
#include <stdio.h>

#include <plx_mbuf.h>

PLX_BEGIN_DECLS

/** PLX_MBUF_DYN_NAMESIZE - bytes of a name, the final NUL included. */
#define PLX_MBUF_DYN_NAMESIZE 64

/**
 * struct plx_mbuf_dynfield - a field.
 * @name: unique among fields.
 * @size: bytes.
 * @align: bytes, a power of two.
 * @flags: 0.
 */
struct plx_mbuf_dynfield {
	char name[PLX_MBUF_DYN_NAMESIZE];
	size_t size;
	size_t align;
	unsigned int flags;
};

/**
 * struct plx_mbuf_dynflag - a flag.
 * @name: unique among flags.
 * @flags: 0.
 */
struct plx_mbuf_dynflag {
	char name[PLX_MBUF_DYN_NAMESIZE];
	unsigned int flags;
};

/**
 * plx_mbuf_dynfield_register() - have a field.
 * @params: copied.
 *
 * Any thread. Return: its offset in struct plx_mbuf, for PLX_MBUF_DYNFIELD(); -EINVAL; -EEXIST if
 * there is one of this name and another size or alignment; -ENOSPC if there is no room.
 */
PLX_EXPORT int plx_mbuf_dynfield_register(const struct plx_mbuf_dynfield *params);
/**
 * plx_mbuf_dynfield_register_offset() - plx_mbuf_dynfield_register() at a given place.
 * @params: copied.
 * @offset: in struct plx_mbuf; SIZE_MAX: anywhere.
 *
 * Return: as above; -EBUSY if the place is taken; -EEXIST also if the field is elsewhere.
 */
PLX_EXPORT int plx_mbuf_dynfield_register_offset(const struct plx_mbuf_dynfield *params,
	size_t offset);
/**
 * plx_mbuf_dynfield_lookup() - find a field.
 * @params: filled in, if not NULL. Any thread. Return: its offset; -ENOENT.
 */
PLX_EXPORT int plx_mbuf_dynfield_lookup(const char *name, struct plx_mbuf_dynfield *params);

/**
 * plx_mbuf_dynflag_register() - have a flag.
 * @params: copied.
 *
 * Any thread. Return: its bit number in ol_flags; -EINVAL; -ENOSPC if all are taken.
 */
PLX_EXPORT int plx_mbuf_dynflag_register(const struct plx_mbuf_dynflag *params);
/**
 * plx_mbuf_dynflag_register_bitnum() - plx_mbuf_dynflag_register() of a given bit.
 * @params: copied.
 * @bitnum: in ol_flags; UINT_MAX: any.
 *
 * Return: as above; -EBUSY if the bit is taken; -EEXIST if the flag has another one.
 */
PLX_EXPORT int plx_mbuf_dynflag_register_bitnum(const struct plx_mbuf_dynflag *params,
	unsigned int bitnum);
/**
 * plx_mbuf_dynflag_lookup() - find a flag.
 * @params: filled in, if not NULL. Any thread. Return: its bit number; -ENOENT.
 */
PLX_EXPORT int plx_mbuf_dynflag_lookup(const char *name, struct plx_mbuf_dynflag *params);

/** plx_mbuf_dyn_dump() - print fields and flags for people. Any thread. Return: 0; -EIO. */
PLX_EXPORT int plx_mbuf_dyn_dump(FILE *out);

/** PLX_MBUF_DYNFIELD() - the field of @m at @offset, as a pointer of type @type. */
#define PLX_MBUF_DYNFIELD(m, offset, type) ((type)(void *)((char *)(m) + (offset)))

PLX_END_DECLS
#endif
