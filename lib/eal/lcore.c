/* SPDX-License-Identifier: BSD-3-Clause */
/* lcore threads: who they are, and running functions on them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <numa.h>

#include "eal_private.h"

__thread unsigned int plx_per_lcore_id = LCORE_ID_ANY;

static void
default_lcores(struct eal_lcore *lcores)
{
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE && cpu < PLX_MAX_LCORE; cpu++) {
		if (!CPU_ISSET(cpu, &eal.caller_cpus))
			continue;
		lcores[cpu].enabled = true;
		CPU_ZERO(&lcores[cpu].cpus);
		CPU_SET(cpu, &lcores[cpu].cpus);
	}
}

static int
first_node(const cpu_set_t *cpus)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int node;

		if (!CPU_ISSET(cpu, cpus))
			continue;
		node = numa_available() < 0 ? 0 : numa_node_of_cpu(cpu);
		return node >= 0 && node < PLX_MAX_NUMA_NODES ? node : 0;
	}
	return 0;
}

static int
choose_main(const struct eal_options *opts)
{
	uint64_t id = plx_get_next_lcore((unsigned int)-1, 0, 0);

	if (opts->main_lcore != NULL &&
	    (eal_parse_u64(opts->main_lcore, PLX_MAX_LCORE - 1, &id) < 0 || !eal.lcores[id].enabled)) {
		PLX_LOG(ERR, &eal_logtype, "--main-lcore %s: no such lcore (EINVAL): name one of "
			"--lcores", opts->main_lcore);
		return -EINVAL;
	}
	eal.main_lcore = (unsigned int)id;
	return 0;
}

/* Become the main lcore. The affinity is what fails when the CPUs are not ours to use. */
static int
enter_main(void)
{
	int err = pthread_setaffinity_np(pthread_self(), sizeof(cpu_set_t),
		&eal.lcores[eal.main_lcore].cpus);

	if (err != 0) {
		PLX_LOG(ERR, &eal_logtype, "lcore %u can't run on its CPUs (%s): check taskset and the "
			"cpuset of the process", eal.main_lcore, plx_strerror(err));
		return -err;
	}
	plx_per_lcore_id = eal.main_lcore;
	return 0;
}

int
eal_lcores_init(const struct eal_options *opts)
{
	int ret = 0;

	memset(eal.lcores, 0, sizeof(eal.lcores));
	eal.lcore_count = 0;
	if (opts->lcores != NULL)
		ret = eal_lcores_parse(opts->lcores, eal.lcores);
	else
		default_lcores(eal.lcores);
	if (ret < 0)
		return ret;
	for (unsigned int id = 0; id < PLX_MAX_LCORE; id++) {
		struct eal_lcore *l = &eal.lcores[id];

		if (!l->enabled)
			continue;
		l->socket_id = first_node(&l->cpus);
		l->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
		l->changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
		eal.lcore_count++;
	}
	if (eal.lcore_count == 0) {
		PLX_LOG(ERR, &eal_logtype, "no CPU below %d to run on (EINVAL): map lcores to CPUs by "
			"--lcores 0@CPU", PLX_MAX_LCORE);
		return -EINVAL;
	}
	ret = choose_main(opts);
	return ret < 0 ? ret : enter_main();
}

static void *
worker_main(void *arg)
{
	struct eal_lcore *l = arg;

	plx_per_lcore_id = (unsigned int)(l - eal.lcores);
	pthread_mutex_lock(&l->lock);
	for (;;) {
		int ret;

		while (l->state != RUNNING && !l->quit)
			pthread_cond_wait(&l->changed, &l->lock);
		if (l->quit)
			break;
		pthread_mutex_unlock(&l->lock);
		ret = l->f(l->arg);
		pthread_mutex_lock(&l->lock);
		l->ret = ret;
		l->state = FINISHED;
		pthread_cond_broadcast(&l->changed);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

static int
start_worker(unsigned int id)
{
	struct eal_lcore *l = &eal.lcores[id];
	pthread_attr_t attr;
	char name[16];
	int err = pthread_attr_init(&attr);

	if (err != 0)
		return -err;
	err = pthread_attr_setaffinity_np(&attr, sizeof(cpu_set_t), &l->cpus);
	if (err == 0)
		err = pthread_create(&l->thread, &attr, worker_main, l);
	pthread_attr_destroy(&attr);
	if (err != 0)
		return -err;
	l->has_thread = true;
	snprintf(name, sizeof(name), "plx-worker-%u", id);
	/* Only a help for ps and top. */
	if (pthread_setname_np(l->thread, name) != 0)
		PLX_LOG(DEBUG, &eal_logtype, "lcore %u: thread not named", id);
	return 0;
}

int
eal_lcores_start(void)
{
	sigset_t all, old;
	unsigned int id;
	int ret = 0;

	/* Signals are for the main thread: workers poll and must not be interrupted. */
	eal_blocked_signals(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	PLX_LCORE_FOREACH_WORKER(id) {
		ret = start_worker(id);
		if (ret < 0) {
			PLX_LOG(ERR, &eal_logtype, "can't start a thread for lcore %u (%s): check the "
				"cpuset and ulimit -u", id, plx_strerror(ret));
			break;
		}
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

bool
eal_lcores_idle(void)
{
	unsigned int id;

	PLX_LCORE_FOREACH_WORKER(id)
		if (plx_eal_get_lcore_state(id) == RUNNING)
			return false;
	return true;
}

void
eal_lcores_fini(void)
{
	for (unsigned int id = 0; id < PLX_MAX_LCORE; id++) {
		struct eal_lcore *l = &eal.lcores[id];

		if (!l->has_thread)
			continue;
		pthread_mutex_lock(&l->lock);
		l->quit = true;
		pthread_cond_broadcast(&l->changed);
		pthread_mutex_unlock(&l->lock);
		pthread_join(l->thread, NULL);
		l->has_thread = false;
	}
	memset(eal.lcores, 0, sizeof(eal.lcores));
	eal.lcore_count = 0;
	plx_per_lcore_id = LCORE_ID_ANY;
	/* The affinity that the caller had was allowed, so it still is, unless its cpuset shrank. */
	if (pthread_setaffinity_np(pthread_self(), sizeof(cpu_set_t), &eal.caller_cpus) != 0)
		PLX_LOG(WARNING, &eal_logtype, "the CPU affinity of before could not be restored");
}

unsigned int
plx_get_main_lcore(void)
{
	return eal.main_lcore;
}

unsigned int
plx_lcore_count(void)
{
	return eal.lcore_count;
}

int
plx_lcore_is_enabled(unsigned int lcore_id)
{
	return lcore_id < PLX_MAX_LCORE && eal.lcores[lcore_id].enabled;
}

int
plx_lcore_index(int lcore_id)
{
	unsigned int wanted = lcore_id < 0 ? plx_lcore_id() : (unsigned int)lcore_id;
	int index = 0;

	if (!plx_lcore_is_enabled(wanted))
		return -1;
	for (unsigned int id = 0; id < wanted; id++)
		index += eal.lcores[id].enabled;
	return index;
}

unsigned int
plx_lcore_to_socket_id(unsigned int lcore_id)
{
	return plx_lcore_is_enabled(lcore_id) ? (unsigned int)eal.lcores[lcore_id].socket_id : 0;
}

unsigned int
plx_socket_id(void)
{
	if (!plx_lcore_is_enabled(plx_lcore_id()))
		return (unsigned int)SOCKET_ID_ANY;
	return plx_lcore_to_socket_id(plx_lcore_id());
}

unsigned int
plx_get_next_lcore(unsigned int i, int skip_main, int wrap)
{
	for (unsigned int tried = 0; tried < PLX_MAX_LCORE; tried++) {
		i++;
		if (i >= PLX_MAX_LCORE && !wrap)
			break;
		i %= PLX_MAX_LCORE;
		if (eal.lcores[i].enabled && !(skip_main && i == eal.main_lcore))
			return i;
	}
	return PLX_MAX_LCORE;
}

static bool
is_worker(unsigned int id)
{
	return plx_lcore_is_enabled(id) && id != eal.main_lcore;
}

int
plx_eal_remote_launch(lcore_function_t *f, void *arg, unsigned int worker_id)
{
	struct eal_lcore *l;
	int ret = -EBUSY;

	if (plx_lcore_id() != eal.main_lcore)
		return -EPERM;
	if (!is_worker(worker_id))
		return -EINVAL;
	l = &eal.lcores[worker_id];
	pthread_mutex_lock(&l->lock);
	if (l->state == WAIT) {
		l->f = f;
		l->arg = arg;
		l->state = RUNNING;
		pthread_cond_broadcast(&l->changed);
		ret = 0;
	}
	pthread_mutex_unlock(&l->lock);
	return ret;
}

int
plx_eal_mp_remote_launch(lcore_function_t *f, void *arg, enum plx_rmt_call_main_t call_main)
{
	struct eal_lcore *self = &eal.lcores[eal.main_lcore];
	unsigned int id;
	int ret;

	if (plx_lcore_id() != eal.main_lcore)
		return -EPERM;
	PLX_LCORE_FOREACH_WORKER(id)
		if (plx_eal_get_lcore_state(id) != WAIT)
			return -EBUSY;
	PLX_LCORE_FOREACH_WORKER(id) {
		ret = plx_eal_remote_launch(f, arg, id);
		if (ret < 0)
			return ret;
	}
	if (call_main == CALL_MAIN) {
		__atomic_store_n(&self->state, RUNNING, __ATOMIC_RELAXED);
		self->ret = f(arg);
		__atomic_store_n(&self->state, WAIT, __ATOMIC_RELAXED);
	}
	return 0;
}

enum plx_lcore_state_t
plx_eal_get_lcore_state(unsigned int lcore_id)
{
	enum plx_lcore_state_t state;
	struct eal_lcore *l;

	if (!plx_lcore_is_enabled(lcore_id))
		return WAIT;
	l = &eal.lcores[lcore_id];
	if (lcore_id == eal.main_lcore)
		return __atomic_load_n(&l->state, __ATOMIC_RELAXED);
	pthread_mutex_lock(&l->lock);
	state = l->state;
	pthread_mutex_unlock(&l->lock);
	return state;
}

int
plx_eal_wait_lcore(unsigned int worker_id)
{
	struct eal_lcore *l;
	int ret = 0;

	if (!is_worker(worker_id))
		return -EINVAL;
	l = &eal.lcores[worker_id];
	pthread_mutex_lock(&l->lock);
	while (l->state == RUNNING)
		pthread_cond_wait(&l->changed, &l->lock);
	if (l->state == FINISHED)
		ret = l->ret;
	l->state = WAIT;
	pthread_mutex_unlock(&l->lock);
	return ret;
}

void
plx_eal_mp_wait_lcore(void)
{
	unsigned int id;

	PLX_LCORE_FOREACH_WORKER(id)
		plx_eal_wait_lcore(id);
}
