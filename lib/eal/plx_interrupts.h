/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_INTERRUPTS_H
#define PLX_INTERRUPTS_H
/**
 * DOC: Interrupts: files that become readable.
 *
 * Two ways, for two kinds. What comes now and then (link changes, errors, requests) calls back on
 * one thread of the EAL, "plx-intr", which starts with the first registration. What comes with
 * packets wakes the lcore that polls: each thread has an epoll set of its own, in which it sleeps
 * when there is nothing to do.
 */
#include <sys/epoll.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * enum plx_intr_handle_type - what a file is, and who reads it.
 * @PLX_INTR_HANDLE_EVENTFD: an eventfd, not blocking: the thread reads it before it calls back.
 * @PLX_INTR_HANDLE_EXT: any other: the callback must read it, or is called again at once.
 */
enum plx_intr_handle_type {
	PLX_INTR_HANDLE_EVENTFD,
	PLX_INTR_HANDLE_EXT,
};

/**
 * struct plx_intr_handle - a source of interrupts. It is copied.
 * @name: for messages, as "0000:01:00.0 link"; not NULL.
 * @type: the same for all registrations of a file.
 * @fd: the file; it stays the owner's, and must be open until nothing is registered for it.
 */
struct plx_intr_handle {
	const char *name;
	enum plx_intr_handle_type type;
	int fd;
};

/**
 * typedef plx_intr_callback_fn - called on the interrupt thread when the file is readable.
 * Returns 0 or a negative errno, which is logged and counted. While it runs no other callback
 * does: it must not wait for long.
 */
typedef int (*plx_intr_callback_fn)(void *cb_arg);

/**
 * plx_intr_callback_register() - call @cb(@cb_arg) on each interrupt of @handle.
 *
 * Several may be registered for a handle. Any thread, also within a callback; after
 * plx_eal_init() began. Return: 0; -EINVAL before that, or for a bad handle; -EEXIST if it is
 * registered already; -ENOMEM; -EPERM for a file that epoll(7) can't watch; another errno if the
 * thread can't be started.
 */
PLX_EXPORT int plx_intr_callback_register(const struct plx_intr_handle *handle,
	plx_intr_callback_fn cb, void *cb_arg);
/**
 * plx_intr_callback_unregister() - undo plx_intr_callback_register() of the same arguments.
 *
 * Any thread. When it returns, the callback does not run and will not be called any more, so it
 * waits for one that runs, and must not be called with a lock that the callback takes. From within
 * a callback it does not wait: there nothing else runs. Return: 0; -ENOENT if it is not registered.
 */
PLX_EXPORT int plx_intr_callback_unregister(const struct plx_intr_handle *handle,
	plx_intr_callback_fn cb, void *cb_arg);

/** plx_thread_is_intr() - 1 if the caller is the interrupt thread. */
PLX_EXPORT int plx_thread_is_intr(void);

/**
 * struct plx_intr_stats - counted since plx_eal_init().
 * @interrupts: that were delivered.
 * @errors: that callbacks returned.
 */
struct plx_intr_stats {
	uint64_t interrupts;
	uint64_t errors;
};

/** plx_intr_stats_get() - fill @stats; any thread. */
PLX_EXPORT void plx_intr_stats_get(struct plx_intr_stats *stats);

/** PLX_EPOLL_PER_THREAD - the epoll set of the calling thread; it is made when it is first used. */
#define PLX_EPOLL_PER_THREAD (-1)

/** PLX_INTR_EVENT_ADD - operation of plx_epoll_ctl(): watch a file. */
#define PLX_INTR_EVENT_ADD EPOLL_CTL_ADD
/** PLX_INTR_EVENT_DEL - operation of plx_epoll_ctl(): watch it no more. */
#define PLX_INTR_EVENT_DEL EPOLL_CTL_DEL

/**
 * struct plx_epoll_data - what is watched for, or what happened.
 * @event: EPOLLIN and so on, see epoll_ctl(2).
 * @data: the caller's.
 */
struct plx_epoll_data {
	uint32_t event;
	void *data;
};

/**
 * struct plx_epoll_event - an event.
 * @epdata: what happened, and the data of the file that it happened to.
 */
struct plx_epoll_event {
	struct plx_epoll_data epdata;
};

/** PLX_EPOLL_MAX_EVENTS - most events that one plx_epoll_wait() returns. */
#define PLX_EPOLL_MAX_EVENTS 64

/**
 * plx_epoll_wait() - sleep until something happens.
 * @epfd: an epoll file, or PLX_EPOLL_PER_THREAD.
 * @events: room for @maxevents, of which at most PLX_EPOLL_MAX_EVENTS are used.
 * @timeout: milliseconds; 0 does not wait, -1 waits for ever.
 *
 * Return: number of events; 0 when time is up; -EINTR when a signal handler ran; -EINVAL; another
 * errno of epoll_wait(2), or of making the set.
 */
PLX_EXPORT int plx_epoll_wait(int epfd, struct plx_epoll_event *events, int maxevents, int timeout);
/**
 * plx_epoll_ctl() - watch a file, or no more.
 * @epfd: an epoll file, or PLX_EPOLL_PER_THREAD.
 * @op: PLX_INTR_EVENT_ADD, PLX_INTR_EVENT_DEL or EPOLL_CTL_MOD.
 * @event: copied; NULL for PLX_INTR_EVENT_DEL.
 *
 * An eventfd with EPOLLET need not be read: each interrupt is a new event.
 * Return: 0; the errno of epoll_ctl(2), or of making the set.
 */
PLX_EXPORT int plx_epoll_ctl(int epfd, int op, int fd, const struct plx_epoll_event *event);

PLX_END_DECLS
#endif
