/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_CYCLES_H
#define PLX_CYCLES_H
/**
 * DOC: The time stamp counter, and waiting by it. x86-64.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** plx_rdtsc() - cycles of the time stamp counter; not ordered with other instructions. */
static inline uint64_t
plx_rdtsc(void)
{
	return __builtin_ia32_rdtsc();
}

/** plx_pause() - tell the CPU that this is a spin loop. */
static inline void
plx_pause(void)
{
	__builtin_ia32_pause();
}

/**
 * plx_get_tsc_hz() - cycles of plx_rdtsc() in a second.
 *
 * Taken from CPUID leaf 0x15 where that is complete (Intel SDM vol. 2A, CPUID), else measured once
 * against CLOCK_MONOTONIC_RAW over about 10 ms, at the first call. Any thread.
 */
PLX_EXPORT uint64_t plx_get_tsc_hz(void);

/** plx_get_timer_cycles() - same as plx_rdtsc(): the timer is the TSC. */
static inline uint64_t
plx_get_timer_cycles(void)
{
	return plx_rdtsc();
}

/** plx_get_timer_hz() - same as plx_get_tsc_hz(). */
static inline uint64_t
plx_get_timer_hz(void)
{
	return plx_get_tsc_hz();
}

/** plx_delay_us() - spin for at least @us microseconds; never sleeps. */
PLX_EXPORT void plx_delay_us(unsigned int us);

PLX_END_DECLS
#endif
