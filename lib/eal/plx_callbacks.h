/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_CALLBACKS_H
#define PLX_CALLBACKS_H
/**
 * DOC: Lists of callbacks, for whoever tells others of events: interrupts, devices, ports.
 *
 * Any thread may add, remove and run at any time, also from within a callback: nothing is locked
 * while one runs. Callbacks run in the order in which they were added; one that is added meanwhile
 * waits for the next event, one that is removed meanwhile is not called any more.
 */
#include <pthread.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

/** typedef plx_callback_fn - any function; who runs it knows its type, and casts. */
typedef void (*plx_callback_fn)(void);

struct plx_callback_run;

/**
 * struct plx_callback - one callback in a list; read only.
 * @key: which events it is for.
 * @fn: the function.
 * @arg: of who added it.
 * @id: rising in the order of adding.
 * @refs: the list's own, and one for each run.
 * @next: in the list.
 * @name: further tells what it is for; "" if it was added with NULL.
 */
struct plx_callback {
	uint64_t key;
	plx_callback_fn fn;
	void *arg;
	uint64_t id;
	unsigned int refs;
	struct plx_callback *next;
	char name[];
};

/**
 * struct plx_callbacks - a list of callbacks; its fields are its own.
 * @lock: guards all, but is not held while a callback runs.
 * @ended: a run has ended.
 * @first: by rising id.
 * @runs: what runs now.
 * @last_id: given.
 */
struct plx_callbacks {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct plx_callback *first;
	struct plx_callback_run *runs;
	uint64_t last_id;
};

/** PLX_CALLBACKS_INITIALIZER - an empty list. */
#define PLX_CALLBACKS_INITIALIZER \
	{ PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL, 0 }

/**
 * plx_callbacks_add() - add a callback.
 * @key: which events it is for.
 * @name: copied; NULL is "".
 *
 * Return: 0; -EEXIST if these four are in the list; -ENOMEM.
 */
PLX_EXPORT int plx_callbacks_add(struct plx_callbacks *list, uint64_t key, const char *name,
	plx_callback_fn fn, void *arg);

/**
 * plx_callbacks_remove() - remove what was added with the same arguments.
 *
 * When it returns, the callback runs in no other thread and will not be called again; so it must
 * not be called with a lock that the callback takes. From within the callback itself it returns at
 * once. Return: 0; -ENOENT if it is not in the list.
 */
PLX_EXPORT int plx_callbacks_remove(struct plx_callbacks *list, uint64_t key, const char *name,
	plx_callback_fn fn, void *arg);

/** plx_callbacks_clear() - remove all, each as plx_callbacks_remove() does. */
PLX_EXPORT void plx_callbacks_clear(struct plx_callbacks *list);

/** plx_callbacks_count() - number of callbacks for @key. */
PLX_EXPORT unsigned int plx_callbacks_count(struct plx_callbacks *list, uint64_t key);

/**
 * plx_callbacks_run() - call @call for each callback for @key, which calls it with its true type.
 * @ctx: passed on.
 */
PLX_EXPORT void plx_callbacks_run(struct plx_callbacks *list, uint64_t key,
	void (*call)(const struct plx_callback *cb, void *ctx), void *ctx);

PLX_END_DECLS
#endif
