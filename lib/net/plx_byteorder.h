/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_BYTEORDER_H
#define PLX_BYTEORDER_H
/**
 * DOC: Numbers in network (big-endian) and PCI (little-endian) order, and in the CPU's.
 *
 * The types only tell the reader; the compiler doesn't tell them apart.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** typedef plx_be16_t - 16 bits, big-endian. */
typedef uint16_t plx_be16_t;
/** typedef plx_be32_t - 32 bits, big-endian. */
typedef uint32_t plx_be32_t;
/** typedef plx_be64_t - 64 bits, big-endian. */
typedef uint64_t plx_be64_t;
/** typedef plx_le16_t - 16 bits, little-endian. */
typedef uint16_t plx_le16_t;
/** typedef plx_le32_t - 32 bits, little-endian. */
typedef uint32_t plx_le32_t;
/** typedef plx_le64_t - 64 bits, little-endian. */
typedef uint64_t plx_le64_t;

/*
 * Each order is the CPU's or its mirror. Macros, because an initialiser of static data must be a
 * constant expression.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/** __PLX_BE() - @v between CPU order and big-endian. */
#define __PLX_BE(bits, v) __builtin_bswap##bits((uint##bits##_t)(v))
/** __PLX_LE() - @v between CPU order and little-endian. */
#define __PLX_LE(bits, v) ((uint##bits##_t)(v))
#else
#define __PLX_BE(bits, v) ((uint##bits##_t)(v))
#define __PLX_LE(bits, v) __builtin_bswap##bits((uint##bits##_t)(v))
#endif

/** PLX_BE16() - 16 bits between CPU order and big-endian; constant if @v is. */
#define PLX_BE16(v) __PLX_BE(16, v)
/** PLX_BE32() - 32 bits between CPU order and big-endian; constant if @v is. */
#define PLX_BE32(v) __PLX_BE(32, v)
/** PLX_BE64() - 64 bits between CPU order and big-endian; constant if @v is. */
#define PLX_BE64(v) __PLX_BE(64, v)
/** PLX_LE16() - 16 bits between CPU order and little-endian; constant if @v is. */
#define PLX_LE16(v) __PLX_LE(16, v)
/** PLX_LE32() - 32 bits between CPU order and little-endian; constant if @v is. */
#define PLX_LE32(v) __PLX_LE(32, v)
/** PLX_LE64() - 64 bits between CPU order and little-endian; constant if @v is. */
#define PLX_LE64(v) __PLX_LE(64, v)

/** plx_cpu_to_be_16() - 16 bits from CPU order to big-endian. */
static inline plx_be16_t
plx_cpu_to_be_16(uint16_t x)
{
	return PLX_BE16(x);
}

/** plx_cpu_to_be_32() - 32 bits from CPU order to big-endian. */
static inline plx_be32_t
plx_cpu_to_be_32(uint32_t x)
{
	return PLX_BE32(x);
}

/** plx_cpu_to_be_64() - 64 bits from CPU order to big-endian. */
static inline plx_be64_t
plx_cpu_to_be_64(uint64_t x)
{
	return PLX_BE64(x);
}

/** plx_be_to_cpu_16() - 16 bits from big-endian to CPU order. */
static inline uint16_t
plx_be_to_cpu_16(plx_be16_t x)
{
	return PLX_BE16(x);
}

/** plx_be_to_cpu_32() - 32 bits from big-endian to CPU order. */
static inline uint32_t
plx_be_to_cpu_32(plx_be32_t x)
{
	return PLX_BE32(x);
}

/** plx_be_to_cpu_64() - 64 bits from big-endian to CPU order. */
static inline uint64_t
plx_be_to_cpu_64(plx_be64_t x)
{
	return PLX_BE64(x);
}

/** plx_cpu_to_le_16() - 16 bits from CPU order to little-endian. */
static inline plx_le16_t
plx_cpu_to_le_16(uint16_t x)
{
	return PLX_LE16(x);
}

/** plx_cpu_to_le_32() - 32 bits from CPU order to little-endian. */
static inline plx_le32_t
plx_cpu_to_le_32(uint32_t x)
{
	return PLX_LE32(x);
}

/** plx_cpu_to_le_64() - 64 bits from CPU order to little-endian. */
static inline plx_le64_t
plx_cpu_to_le_64(uint64_t x)
{
	return PLX_LE64(x);
}

/** plx_le_to_cpu_16() - 16 bits from little-endian to CPU order. */
static inline uint16_t
plx_le_to_cpu_16(plx_le16_t x)
{
	return PLX_LE16(x);
}

/** plx_le_to_cpu_32() - 32 bits from little-endian to CPU order. */
static inline uint32_t
plx_le_to_cpu_32(plx_le32_t x)
{
	return PLX_LE32(x);
}

/** plx_le_to_cpu_64() - 64 bits from little-endian to CPU order. */
static inline uint64_t
plx_le_to_cpu_64(plx_le64_t x)
{
	return PLX_LE64(x);
}

PLX_END_DECLS
#endif
