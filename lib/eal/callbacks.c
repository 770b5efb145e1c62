/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <plx_callbacks.h>

/* A call that goes on; on the stack of its thread. */
struct plx_callback_run {
	const struct plx_callback *cb;
	pthread_t thread;
	struct plx_callback_run *next;
};

/* Where the one with these arguments is linked, or the end of the list; lock is held. */
static struct plx_callback **
find(struct plx_callbacks *list, uint64_t key, const char *name, plx_callback_fn fn,
	const void *arg)
{
	struct plx_callback **at = &list->first;

	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->key == key && (*at)->fn == fn && (*at)->arg == arg &&
		    strcmp((*at)->name, name) == 0)
			break;
	return at;
}

int
plx_callbacks_add(struct plx_callbacks *list, uint64_t key, const char *name, plx_callback_fn fn,
	void *arg)
{
	struct plx_callback *cb, **at;
	int ret = -EEXIST;
	size_t size;

	name = name != NULL ? name : "";
	size = strlen(name) + 1;
	cb = malloc(sizeof(*cb) + size);
	if (cb == NULL)
		return -ENOMEM;
	*cb = (struct plx_callback){ .key = key, .fn = fn, .arg = arg, .refs = 1 };
	memcpy(cb->name, name, size);
	pthread_mutex_lock(&list->lock);
	if (*find(list, key, name, fn, arg) == NULL) {
		cb->id = ++list->last_id;
		for (at = &list->first; *at != NULL; )
			at = &(*at)->next;
		*at = cb;
		ret = 0;
	}
	pthread_mutex_unlock(&list->lock);
	if (ret < 0)
		free(cb);
	return ret;
}

static void
put(struct plx_callback *cb)
{
	if (--cb->refs == 0)
		free(cb);
}

static bool
runs_elsewhere(const struct plx_callbacks *list, const struct plx_callback *cb)
{
	for (const struct plx_callback_run *run = list->runs; run != NULL; run = run->next)
		if (run->cb == cb && !pthread_equal(run->thread, pthread_self()))
			return true;
	return false;
}

/* Take out what is linked at @at; lock is held, but not while it waits. */
static void
take_out(struct plx_callbacks *list, struct plx_callback **at)
{
	struct plx_callback *cb = *at;

	*at = cb->next;
	while (runs_elsewhere(list, cb))
		pthread_cond_wait(&list->ended, &list->lock);
	put(cb);
}

int
plx_callbacks_remove(struct plx_callbacks *list, uint64_t key, const char *name, plx_callback_fn fn,
	void *arg)
{
	struct plx_callback **at;
	int ret = -ENOENT;

	pthread_mutex_lock(&list->lock);
	at = find(list, key, name != NULL ? name : "", fn, arg);
	if (*at != NULL) {
		take_out(list, at);
		ret = 0;
	}
	pthread_mutex_unlock(&list->lock);
	return ret;
}

void
plx_callbacks_clear(struct plx_callbacks *list)
{
	pthread_mutex_lock(&list->lock);
	while (list->first != NULL)
		take_out(list, &list->first);
	pthread_mutex_unlock(&list->lock);
}

unsigned int
plx_callbacks_count(struct plx_callbacks *list, uint64_t key)
{
	unsigned int n = 0;

	pthread_mutex_lock(&list->lock);
	for (const struct plx_callback *cb = list->first; cb != NULL; cb = cb->next)
		n += cb->key == key;
	pthread_mutex_unlock(&list->lock);
	return n;
}

/* The first one for @key behind @id and up to @last: the list may change from call to call. */
static struct plx_callback *
next_one(const struct plx_callbacks *list, uint64_t key, uint64_t id, uint64_t last)
{
	struct plx_callback *cb = list->first;

	while (cb != NULL && (cb->key != key || cb->id <= id))
		cb = cb->next;
	return cb != NULL && cb->id <= last ? cb : NULL;
}

static void
end_run(struct plx_callbacks *list, const struct plx_callback_run *run)
{
	struct plx_callback_run **at = &list->runs;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	pthread_cond_broadcast(&list->ended);
}

void
plx_callbacks_run(struct plx_callbacks *list, uint64_t key,
	void (*call)(const struct plx_callback *cb, void *ctx), void *ctx)
{
	struct plx_callback *cb;
	uint64_t id = 0, last;

	pthread_mutex_lock(&list->lock);
	last = list->last_id;
	while ((cb = next_one(list, key, id, last)) != NULL) {
		struct plx_callback_run run = { cb, pthread_self(), list->runs };

		id = cb->id;
		cb->refs++;
		list->runs = &run;
		pthread_mutex_unlock(&list->lock);
		call(cb, ctx);
		pthread_mutex_lock(&list->lock);
		end_run(list, &run);
		put(cb);
	}
	pthread_mutex_unlock(&list->lock);
}
