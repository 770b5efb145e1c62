/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_LCORE_H
#define PLX_LCORE_H
/**
 * DOC: lcores: one pinned thread each, and how to run functions on them.
 *
 * The thread that called plx_eal_init() is the main lcore; every other lcore is a thread that
 * waits for a function, runs it and keeps its return value until it is waited for.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** LCORE_ID_ANY - lcore id of a thread that is no lcore. */
#define LCORE_ID_ANY UINT32_MAX
/** SOCKET_ID_ANY - "whichever NUMA node"; also a node that is not known. */
#define SOCKET_ID_ANY (-1)

/** plx_per_lcore_id - id of the calling lcore; read it through plx_lcore_id(). */
PLX_EXPORT extern __thread unsigned int plx_per_lcore_id;

/** plx_lcore_id() - id of the calling lcore; LCORE_ID_ANY in a thread that is none. */
static inline unsigned int
plx_lcore_id(void)
{
	return plx_per_lcore_id;
}

/** enum plx_lcore_state_t - what an lcore does. */
enum plx_lcore_state_t {
	WAIT,		/* no function, or its return value was collected */
	RUNNING,	/* in the function */
	FINISHED,	/* it returned; the value waits for plx_eal_wait_lcore() */
};

/** typedef lcore_function_t - what an lcore runs; @arg is the launcher's. */
typedef int (lcore_function_t)(void *arg);

/** enum plx_rmt_call_main_t - does a call to all lcores include the main one? */
enum plx_rmt_call_main_t {
	SKIP_MAIN,
	CALL_MAIN,
};

/** plx_get_main_lcore() - id of the main lcore. */
PLX_EXPORT unsigned int plx_get_main_lcore(void);
/** plx_lcore_count() - number of lcores, the main one included. */
PLX_EXPORT unsigned int plx_lcore_count(void);
/** plx_lcore_index() - position of @lcore_id (-1: the caller) among the lcores, or -1 if it is none. */
PLX_EXPORT int plx_lcore_index(int lcore_id);
/** plx_lcore_is_enabled() - 1 if @lcore_id is an lcore of this process. */
PLX_EXPORT int plx_lcore_is_enabled(unsigned int lcore_id);
/** plx_lcore_to_socket_id() - NUMA node of @lcore_id's CPUs; 0 where it is not known. */
PLX_EXPORT unsigned int plx_lcore_to_socket_id(unsigned int lcore_id);
/** plx_socket_id() - NUMA node of the calling lcore, or SOCKET_ID_ANY (as unsigned) in others. */
PLX_EXPORT unsigned int plx_socket_id(void);

/**
 * plx_get_next_lcore() - the next lcore after @i.
 * @i: where to start; -1 (as unsigned) for the first one.
 * @skip_main: leave the main lcore out.
 * @wrap: go on at the first one after the last.
 *
 * Return: its id, or PLX_MAX_LCORE when there is none.
 */
PLX_EXPORT unsigned int plx_get_next_lcore(unsigned int i, int skip_main, int wrap);

/** PLX_LCORE_FOREACH() - for every lcore, the main one included. */
#define PLX_LCORE_FOREACH(i) \
	for (i = plx_get_next_lcore((unsigned int)-1, 0, 0); i < PLX_MAX_LCORE; \
	     i = plx_get_next_lcore(i, 0, 0))
/** PLX_LCORE_FOREACH_WORKER() - for every lcore but the main one. */
#define PLX_LCORE_FOREACH_WORKER(i) \
	for (i = plx_get_next_lcore((unsigned int)-1, 1, 0); i < PLX_MAX_LCORE; \
	     i = plx_get_next_lcore(i, 1, 0))

/**
 * plx_eal_remote_launch() - run @f(@arg) on a worker.
 * Main lcore only. Return: 0; -EBUSY if it still runs or was not waited for; -EINVAL if
 * @worker_id is no worker; -EPERM outside the main lcore.
 */
PLX_EXPORT int plx_eal_remote_launch(lcore_function_t *f, void *arg, unsigned int worker_id);
/**
 * plx_eal_mp_remote_launch() - run @f(@arg) on all workers, and here last with CALL_MAIN.
 * Return: 0; -EBUSY, with nothing launched, if a worker is not in WAIT; -EPERM as above.
 */
PLX_EXPORT int plx_eal_mp_remote_launch(lcore_function_t *f, void *arg,
	enum plx_rmt_call_main_t call_main);
/** plx_eal_get_lcore_state() - what @lcore_id does now; the main lcore is RUNNING in a CALL_MAIN. */
PLX_EXPORT enum plx_lcore_state_t plx_eal_get_lcore_state(unsigned int lcore_id);
/**
 * plx_eal_wait_lcore() - wait until a worker's function has returned.
 * Return: what it returned; 0 if there was none; -EINVAL for an id that is no lcore.
 */
PLX_EXPORT int plx_eal_wait_lcore(unsigned int worker_id);
/** plx_eal_mp_wait_lcore() - wait for all workers and drop what they returned. */
PLX_EXPORT void plx_eal_mp_wait_lcore(void);

PLX_END_DECLS
#endif
