/* SPDX-License-Identifier: BSD-3-Clause */
/* Who hears of regions that come and go. event_lock is held wherever a listener is called. */
#include <errno.h>
#include <stdlib.h>

#include "eal_private.h"

struct eal_listener {
	const char *name;
	plx_mem_event_cb cb;
	void *arg;
	TAILQ_ENTRY(eal_listener) next;
};

/* REMOVE to all listeners before @end (NULL: to all), the last one first. Return: first errno. */
static int
remove_before(struct eal_memory *mem, struct eal_region *region, struct eal_listener *end)
{
	struct eal_listener *l = end != NULL ? TAILQ_PREV(end, eal_listener_list, next) :
		TAILQ_LAST(&mem->listeners, eal_listener_list);
	int first = 0;

	for (; l != NULL; l = TAILQ_PREV(l, eal_listener_list, next)) {
		int ret = l->cb(PLX_MEM_EVENT_REMOVE, &region->pub, l->arg);

		if (ret < 0)
			PLX_LOG(ERR, &mem_logtype, "%s can't let go of %zu bytes at %p (%s): the memory "
				"stays in use", l->name, region->pub.len, region->pub.addr,
				plx_strerror(ret));
		if (first == 0)
			first = ret;
	}
	return first;
}

int
eal_announce_remove(struct eal_memory *mem, struct eal_region *region)
{
	return remove_before(mem, region, NULL);
}

int
eal_announce_add(struct eal_memory *mem, struct eal_region *region, bool *stuck)
{
	struct eal_listener *l;

	*stuck = false;
	TAILQ_FOREACH(l, &mem->listeners, next) {
		int ret = l->cb(PLX_MEM_EVENT_ADD, &region->pub, l->arg);

		if (ret < 0) {
			*stuck = remove_before(mem, region, l) < 0;
			return ret;
		}
	}
	return 0;
}

/* The one after @r, which event_lock keeps alive; others come and go, hence the lock. */
static struct eal_region *
next_region(struct eal_memory *mem, struct eal_region *r)
{
	struct eal_region *following;

	pthread_mutex_lock(&mem->lock);
	following = eal_region_next(mem, r);
	pthread_mutex_unlock(&mem->lock);
	return following;
}

/*
 * Tell one listener about all regions before @end (NULL: all). An ADD stops at the first veto,
 * *vetoed; a REMOVE goes on. Return: the first errno.
 */
static int
replay(struct eal_memory *mem, struct eal_listener *l, enum plx_mem_event event,
	const struct eal_region *end, struct eal_region **vetoed)
{
	struct eal_region *r;
	int first = 0;

	for (r = next_region(mem, NULL); r != end; r = next_region(mem, r)) {
		int ret = l->cb(event, &r->pub, l->arg);

		if (first == 0)
			first = ret;
		if (ret < 0 && event == PLX_MEM_EVENT_ADD) {
			*vetoed = r;
			return ret;
		}
	}
	return first;
}

static struct eal_listener *
find_listener(struct eal_memory *mem, plx_mem_event_cb cb, void *arg)
{
	struct eal_listener *l;

	TAILQ_FOREACH(l, &mem->listeners, next)
		if (l->cb == cb && l->arg == arg)
			return l;
	return NULL;
}

static int
add_listener(struct eal_memory *mem, const char *name, plx_mem_event_cb cb, void *arg)
{
	struct eal_region *vetoed = NULL;
	struct eal_listener *l;
	int ret;

	if (find_listener(mem, cb, arg) != NULL)
		return -EEXIST;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return -ENOMEM;
	l->name = name;
	l->cb = cb;
	l->arg = arg;
	ret = replay(mem, l, PLX_MEM_EVENT_ADD, NULL, &vetoed);
	if (ret == 0) {
		TAILQ_INSERT_TAIL(&mem->listeners, l, next);
		return 0;
	}
	if (replay(mem, l, PLX_MEM_EVENT_REMOVE, vetoed, NULL) < 0)
		PLX_LOG(ERR, &mem_logtype, "%s can't let go of all memory after its veto", name);
	free(l);
	return ret;
}

int
plx_mem_event_callback_register(const char *name, plx_mem_event_cb cb, void *arg)
{
	struct eal_memory *mem = &eal.mem;
	int ret;

	pthread_mutex_lock(&mem->event_lock);
	ret = add_listener(mem, name, cb, arg);
	pthread_mutex_unlock(&mem->event_lock);
	return ret;
}

int
plx_mem_event_callback_unregister(plx_mem_event_cb cb, void *arg)
{
	struct eal_memory *mem = &eal.mem;
	struct eal_listener *l;
	int ret = -ENOENT;

	pthread_mutex_lock(&mem->event_lock);
	l = find_listener(mem, cb, arg);
	if (l != NULL) {
		TAILQ_REMOVE(&mem->listeners, l, next);
		ret = replay(mem, l, PLX_MEM_EVENT_REMOVE, NULL, NULL);
		free(l);
	}
	pthread_mutex_unlock(&mem->event_lock);
	return ret;
}
