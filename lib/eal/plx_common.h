/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_COMMON_H
#define PLX_COMMON_H
/**
 * DOC: The few macros that every room uses.
 *
 * Nothing here allocates, locks or fails; all of it may be used from any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include <plx_config.h>

#ifdef __cplusplus
#define PLX_BEGIN_DECLS extern "C" {
#define PLX_END_DECLS }
#define PLX_STATIC_ASSERT(cond, msg) static_assert(cond, msg)
#else
#define PLX_BEGIN_DECLS
#define PLX_END_DECLS
/** PLX_STATIC_ASSERT() - fail the build with @msg unless @cond holds. */
#define PLX_STATIC_ASSERT(cond, msg) _Static_assert(cond, msg)
#endif

/** PLX_EXPORT - marks a symbol of the shared library; everything else is hidden. */
#define PLX_EXPORT __attribute__((visibility("default")))

/** plx_likely() - tell the compiler that @x is nearly always true. */
#define plx_likely(x) __builtin_expect(!!(x), 1)
/** plx_unlikely() - tell the compiler that @x is nearly always false. */
#define plx_unlikely(x) __builtin_expect(!!(x), 0)

/** PLX_CACHE_LINE_SIZE - bytes of a cache line (x86-64). */
#define PLX_CACHE_LINE_SIZE 64
/** __plx_cache_aligned - start a type or a field on a cache line of its own. */
#define __plx_cache_aligned __attribute__((aligned(PLX_CACHE_LINE_SIZE)))
/** __plx_always_inline - inline even without optimisation; for the fast path only. */
#define __plx_always_inline inline __attribute__((always_inline))
/** __plx_format_printf() - let the compiler check format argument @f against those from @a on. */
#define __plx_format_printf(f, a) __attribute__((format(printf, f, a)))

/** PLX_DIM() - number of elements of the array @a. */
#define PLX_DIM(a) (sizeof(a) / sizeof((a)[0]))
/** PLX_MIN() - the smaller one; each argument is evaluated once. */
#define PLX_MIN(a, b) __extension__({ \
	__typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
/** PLX_MAX() - the larger one; each argument is evaluated once. */
#define PLX_MAX(a, b) __extension__({ \
	__typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })

/** PLX_ALIGN_FLOOR() - @v rounded down to a multiple of @align, a power of two. */
#define PLX_ALIGN_FLOOR(v, align) ((v) & ~((__typeof__(v))(align) - 1))
/** PLX_ALIGN_CEIL() - @v rounded up to a multiple of @align, a power of two. */
#define PLX_ALIGN_CEIL(v, align) PLX_ALIGN_FLOOR((v) + ((__typeof__(v))(align) - 1), align)
/** PLX_PTR_ADD() - @ptr plus @x bytes. */
#define PLX_PTR_ADD(ptr, x) ((void *)((uintptr_t)(ptr) + (x)))
/** PLX_PTR_DIFF() - bytes from @b up to @a. */
#define PLX_PTR_DIFF(a, b) ((uintptr_t)(a) - (uintptr_t)(b))

/** plx_container_of() - the @type whose field @member is at @ptr. */
#define plx_container_of(ptr, type, member) \
	((type *)(void *)((uintptr_t)(ptr) - offsetof(type, member)))

/** PLX_INIT() - define a function that runs when the program or the library is loaded. */
#define PLX_INIT(func) static void __attribute__((constructor, used)) func(void)

/** plx_is_power_of_2() - true for 1, 2, 4, ...; false for 0. */
static inline int
plx_is_power_of_2(uint64_t n)
{
	return n && !(n & (n - 1));
}

/** plx_align64pow2() - the smallest power of two that is at least @v; 1 for 0. */
static inline uint64_t
plx_align64pow2(uint64_t v)
{
	return v <= 1 ? 1 : (uint64_t)1 << (64 - __builtin_clzll(v - 1));
}

/** plx_align32pow2() - as plx_align64pow2(), for 32 bits. */
static inline uint32_t
plx_align32pow2(uint32_t v)
{
	return (uint32_t)plx_align64pow2(v);
}

/** plx_prefetch0() - bring the cache line at @p near, for reading soon and often. */
static inline void
plx_prefetch0(const volatile void *p)
{
	__builtin_prefetch((const void *)(uintptr_t)p, 0, 3);
}

/** plx_prefetch0_write() - as plx_prefetch0(), for writing. */
static inline void
plx_prefetch0_write(const volatile void *p)
{
	__builtin_prefetch((const void *)(uintptr_t)p, 1, 3);
}

#endif
