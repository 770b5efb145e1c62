/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal_env.h"

#include <pthread.h>
#include <sched.h>

#include <plx_eal.h>
#include <plx_malloc.h>
#include <plx_memory.h>

namespace {

cpu_set_t all_cpus;

class EalEnvironment : public testing::Environment {
public:
	void SetUp() override
	{
		char args[][16] = { "test", "--no-huge", "--no-pci", "-m", "128" };
		char *argv[] = { args[0], args[1], args[2], args[3], args[4], nullptr };

		ASSERT_EQ(sched_getaffinity(0, sizeof(all_cpus), &all_cpus), 0);
		ASSERT_EQ(plx_eal_init(5, argv), 4);
	}

	void TearDown() override
	{
		ASSERT_EQ(plx_eal_cleanup(), 0);
	}
};

/* gtest owns it. */
testing::Environment *const environment =
	testing::AddGlobalTestEnvironment(new EalEnvironment);

} // namespace

void
run_on_cpu(unsigned int n)
{
	unsigned int skip = n % unsigned(CPU_COUNT(&all_cpus));
	cpu_set_t one;

	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all_cpus) && skip-- == 0) {
			CPU_SET(cpu, &one);
			break;
		}
	}
	ASSERT_EQ(pthread_setaffinity_np(pthread_self(), sizeof(one), &one), 0);
}

size_t
heap_bytes_in_use()
{
	struct plx_malloc_socket_stats stats;
	size_t sum = 0;

	for (int node = 0; node < PLX_MAX_NUMA_NODES; node++)
		if (plx_malloc_get_socket_stats(node, &stats) == 0)
			sum += stats.heap_allocsz_bytes;
	return sum;
}

size_t
bytes_plugged()
{
	size_t sum = 0;

	plx_mem_region_walk([](const plx_mem_region *r, void *arg) {
		*static_cast<size_t *>(arg) += r->len;
		return 0;
	}, &sum);
	return sum;
}
