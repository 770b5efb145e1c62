/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_IO_H
#define PLX_IO_H
/**
 * DOC: Access to device registers in memory.
 *
 * Each call is one access of just that width, never torn, repeated or left out. Without "_relaxed",
 * a read comes before and a write after all other accesses to memory in program order: a doorbell
 * rings after what it is about was written. On x86-64, where devices see stores in their order and
 * loads are not done early, that takes no instruction. All registers are little endian. Any thread.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

PLX_STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "registers are not swapped");

/** plx_io_wmb() - what was written before is seen by devices before what is written later. */
static __plx_always_inline void
plx_io_wmb(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/** plx_io_rmb() - what was read before was read before what is read later. */
static __plx_always_inline void
plx_io_rmb(void)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/** plx_read8() - read a register of 8 bits. */
static __plx_always_inline uint8_t
plx_read8(const volatile void *addr)
{
	return __atomic_load_n((const volatile uint8_t *)addr, __ATOMIC_ACQUIRE);
}

/** plx_read16() - read a register of 16 bits. */
static __plx_always_inline uint16_t
plx_read16(const volatile void *addr)
{
	return __atomic_load_n((const volatile uint16_t *)addr, __ATOMIC_ACQUIRE);
}

/** plx_read32() - read a register of 32 bits. */
static __plx_always_inline uint32_t
plx_read32(const volatile void *addr)
{
	return __atomic_load_n((const volatile uint32_t *)addr, __ATOMIC_ACQUIRE);
}

/** plx_write8() - write a register of 8 bits. */
static __plx_always_inline void
plx_write8(uint8_t value, volatile void *addr)
{
	__atomic_store_n((volatile uint8_t *)addr, value, __ATOMIC_RELEASE);
}

/** plx_write16() - write a register of 16 bits. */
static __plx_always_inline void
plx_write16(uint16_t value, volatile void *addr)
{
	__atomic_store_n((volatile uint16_t *)addr, value, __ATOMIC_RELEASE);
}

/** plx_write32() - write a register of 32 bits. */
static __plx_always_inline void
plx_write32(uint32_t value, volatile void *addr)
{
	__atomic_store_n((volatile uint32_t *)addr, value, __ATOMIC_RELEASE);
}

PLX_END_DECLS
#endif
