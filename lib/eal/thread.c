/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads of the EAL that are no lcores: where they may run, and that no signal is theirs. */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "eal_private.h"

/* A thread that polls must not share its CPU: a burst that comes late is a packet lost. */
static bool
is_busy(unsigned int id, enum eal_busy busy)
{
	if (busy == EAL_BUSY_WORKERS)
		return id != eal.main_lcore;
	return id != plx_lcore_id() && plx_eal_get_lcore_state(id) == RUNNING;
}

unsigned int
eal_spare_cpus(enum eal_busy busy, cpu_set_t *cpus)
{
	unsigned int id, n = 0;

	*cpus = eal.caller_cpus;
	PLX_LCORE_FOREACH(id) {
		if (!is_busy(id, busy))
			continue;
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &eal.lcores[id].cpus))
				CPU_CLR(cpu, cpus);
	}
	n = (unsigned int)CPU_COUNT(cpus);
	if (n == 0)
		*cpus = eal.caller_cpus;
	return n;
}

/* What the program's other threads shall get. An instruction's own signal, blocked, would kill. */
void
eal_blocked_signals(sigset_t *set)
{
	sigfillset(set);
	sigdelset(set, SIGBUS);
	sigdelset(set, SIGFPE);
	sigdelset(set, SIGILL);
	sigdelset(set, SIGSEGV);
}

int
eal_thread_create(pthread_t *thread, const char *name, const cpu_set_t *cpus,
	void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int err = pthread_attr_init(&attr);

	if (err != 0)
		return -err;
	/* A thread starts with the mask of its maker. */
	eal_blocked_signals(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err == 0) {
		err = pthread_attr_setaffinity_np(&attr, sizeof(*cpus), cpus);
		if (err == 0)
			err = pthread_create(thread, &attr, run, arg);
		/* Can't fail: the mask is one that was in force. */
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	if (err != 0)
		return -err;
	/* Only a help for ps and top. */
	if (pthread_setname_np(*thread, name) != 0)
		PLX_LOG(DEBUG, &eal_logtype, "thread %s not named", name);
	return 0;
}

uint64_t
eal_now_ns(void)
{
	struct timespec ts;

	/* Can't fail: the clock exists since Linux 2.6.32 and ts is ours. */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}
