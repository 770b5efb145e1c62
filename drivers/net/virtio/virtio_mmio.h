/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_MMIO_H
#define VIRTIO_MMIO_H
/**
 * DOC: Access to registers in memory.
 */
#include <plx_common.h>

/*
 * One access of just this width, in program order: volatile does that. Atomic too, since the other
 * side changes registers at any time.
 */
static inline uint8_t
mmio_read8(const volatile void *reg)
{
	return __atomic_load_n((const volatile uint8_t *)reg, __ATOMIC_RELAXED);
}

static inline uint16_t
mmio_read16(const volatile void *reg)
{
	return __atomic_load_n((const volatile uint16_t *)reg, __ATOMIC_RELAXED);
}

static inline uint32_t
mmio_read32(const volatile void *reg)
{
	return __atomic_load_n((const volatile uint32_t *)reg, __ATOMIC_RELAXED);
}

static inline void
mmio_write8(volatile void *reg, uint8_t value)
{
	__atomic_store_n((volatile uint8_t *)reg, value, __ATOMIC_RELAXED);
}

static inline void
mmio_write16(volatile void *reg, uint16_t value)
{
	__atomic_store_n((volatile uint16_t *)reg, value, __ATOMIC_RELAXED);
}

static inline void
mmio_write32(volatile void *reg, uint32_t value)
{
	__atomic_store_n((volatile uint32_t *)reg, value, __ATOMIC_RELAXED);
}

/* 4.1.3.1: a register of 64 bits is written in halves. */
static inline void
mmio_write64(volatile uint32_t reg[2], uint64_t value)
{
	mmio_write32(&reg[0], (uint32_t)value);
	mmio_write32(&reg[1], (uint32_t)(value >> 32));
}

#endif
