/* SPDX-License-Identifier: BSD-3-Clause */
/* Each thread's own epoll set, in which it sleeps for its receive queues. */
#include <errno.h>
#include <unistd.h>

#include <plx_interrupts.h>

#include "eal_private.h"

/* The set of a thread is kept as fd + 1, NULL being none; it is closed when the thread ends. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

static void
close_set(void *value)
{
	close((int)(intptr_t)value - 1);
}

static void
make_key(void)
{
	key_error = -pthread_key_create(&key, close_set);
}

static int
own_set(void)
{
	intptr_t value;
	int fd, ret;

	pthread_once(&once, make_key);
	if (key_error < 0)
		return key_error;
	value = (intptr_t)pthread_getspecific(key);
	if (value != 0)
		return (int)value - 1;
	fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = -pthread_setspecific(key, (void *)(intptr_t)(fd + 1));
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

void
eal_epoll_fini(void)
{
	void *value = NULL;

	pthread_once(&once, make_key);
	if (key_error == 0)
		value = pthread_getspecific(key);
	if (value == NULL)
		return;
	close_set(value);
	/* Can't fail: the thread has a place for this key already. */
	pthread_setspecific(key, NULL);
}

int
plx_epoll_wait(int epfd, struct plx_epoll_event *events, int maxevents, int timeout)
{
	struct epoll_event found[PLX_EPOLL_MAX_EVENTS];
	int n;

	if (epfd == PLX_EPOLL_PER_THREAD)
		epfd = own_set();
	if (epfd < 0)
		return epfd;
	n = epoll_wait(epfd, found, PLX_MIN(maxevents, PLX_EPOLL_MAX_EVENTS), timeout);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++)
		events[i].epdata = (struct plx_epoll_data){ found[i].events, found[i].data.ptr };
	return n;
}

int
plx_epoll_ctl(int epfd, int op, int fd, const struct plx_epoll_event *event)
{
	struct epoll_event ev = { 0 };

	if (epfd == PLX_EPOLL_PER_THREAD)
		epfd = own_set();
	if (epfd < 0)
		return epfd;
	if (event != NULL) {
		ev.events = event->epdata.event;
		ev.data.ptr = event->epdata.data;
	}
	return epoll_ctl(epfd, op, fd, &ev) < 0 ? -errno : 0;
}
