/* SPDX-License-Identifier: BSD-3-Clause */
/* How fast the time stamp counter runs. */
#include <cpuid.h>
#include <time.h>

#include <plx_cycles.h>

#define NS_PER_S 1000000000ull

static uint64_t
clock_ns(void)
{
	struct timespec ts;

	/* Can't fail: the clock exists since Linux 2.6.28 and ts is ours. */
	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Intel SDM vol. 2A, CPUID leaf 0x15: TSC = crystal (ECX, Hz) * EBX / EAX; all three or nothing. */
static uint64_t
hz_from_cpuid(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(0x15, &eax, &ebx, &ecx, &edx) || eax == 0 || ebx == 0 || ecx == 0)
		return 0;
	return (uint64_t)ecx * ebx / eax;
}

/*
 * A pair (TSC, clock) whose two halves were read at the same time, as near as the best of several
 * tries can get: being preempted between the two would spoil the result.
 */
static void
read_pair(uint64_t *tsc, uint64_t *ns)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 10; i++) {
		uint64_t before = plx_rdtsc();
		uint64_t now = clock_ns();
		uint64_t took = plx_rdtsc() - before;

		if (took < best) {
			best = took;
			*tsc = before + took / 2;
			*ns = now;
		}
	}
}

static uint64_t
hz_measured(void)
{
	uint64_t tsc0 = 0, ns0 = 0, tsc1 = 0, ns1 = 0;

	read_pair(&tsc0, &ns0);
	do {
		plx_pause();
	} while (clock_ns() - ns0 < NS_PER_S / 100);
	read_pair(&tsc1, &ns1);
	return (uint64_t)((__uint128_t)(tsc1 - tsc0) * NS_PER_S / (ns1 - ns0));
}

uint64_t
plx_get_tsc_hz(void)
{
	static uint64_t known;
	uint64_t hz = __atomic_load_n(&known, __ATOMIC_RELAXED);

	/* Two threads that come first at once both measure; either result will do. */
	if (hz == 0) {
		hz = hz_from_cpuid();
		if (hz == 0)
			hz = hz_measured();
		__atomic_store_n(&known, hz, __ATOMIC_RELAXED);
	}
	return hz;
}

void
plx_delay_us(unsigned int us)
{
	uint64_t cycles = (uint64_t)us * plx_get_tsc_hz() / 1000000;
	uint64_t start = plx_rdtsc();

	while (plx_rdtsc() - start < cycles)
		plx_pause();
}
