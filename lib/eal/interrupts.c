/* SPDX-License-Identifier: BSD-3-Clause */
/* The interrupt thread: waits for files to become readable, and calls back. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <plx_interrupts.h>

#include "eal_private.h"

static __thread bool is_intr;

int
plx_thread_is_intr(void)
{
	return is_intr;
}

void
plx_intr_stats_get(struct plx_intr_stats *stats)
{
	stats->interrupts = __atomic_load_n(&eal.intr.interrupts, __ATOMIC_RELAXED);
	stats->errors = __atomic_load_n(&eal.intr.errors, __ATOMIC_RELAXED);
}

static void
call(const struct plx_callback *cb, void *ctx)
{
	int ret = ((plx_intr_callback_fn)cb->fn)(cb->arg);

	if (ret >= 0)
		return;
	__atomic_add_fetch(&eal.intr.errors, 1, __ATOMIC_RELAXED);
	PLX_LOG(ERR, &eal_logtype, "interrupt %s (file %d) was not handled (%s)", cb->name,
		(int)cb->key, plx_strerror(ret));
}

/* Read an eventfd; lock is held. Return: is it an interrupt? */
static bool
read_eventfd(struct eal_intr *intr, int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) == sizeof(count))
		return true;
	if (errno == EAGAIN || errno == EINTR)
		return false;	/* somebody else read it; or it will be reported again */
	PLX_LOG(ERR, &eal_logtype, "can't read interrupt file %d (%s): it is not watched any more",
		fd, plx_strerror(-errno));
	/* May fail if it is closed: then it is out as well. */
	epoll_ctl(intr->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	return false;
}

/*
 * As read_eventfd(), of a file that was reported. Its last callback may have been taken out since
 * then, and the file closed: its number may be another one's.
 */
static bool
drain(struct eal_intr *intr, int fd)
{
	bool is_interrupt;

	pthread_mutex_lock(&intr->lock);
	is_interrupt = plx_callbacks_count(&intr->callbacks, (uint64_t)fd) > 0 &&
		read_eventfd(intr, fd);
	pthread_mutex_unlock(&intr->lock);
	return is_interrupt;
}

/*
 * One file at a time, so that what a callback does to another one, as to unregister and close it,
 * is in force before that one's turn. Those that stay readable go to the end of the kernel's queue.
 */
static void *
intr_main(void *arg)
{
	struct eal_intr *intr = arg;
	struct epoll_event ev;
	int n, fd;

	is_intr = true;
	for (;;) {
		n = epoll_wait(intr->epoll_fd, &ev, 1, -1);
		if (n < 0 && errno != EINTR) {
			PLX_LOG(ERR, &eal_logtype, "no more interrupts (%s): was file %d closed?",
				plx_strerror(-errno), intr->epoll_fd);
			return NULL;
		}
		if (n != 1)
			continue;
		fd = (int)(uint32_t)ev.data.u64;
		if (fd == intr->end_fd)
			return NULL;
		if (ev.data.u64 >> 32 == PLX_INTR_HANDLE_EVENTFD && !drain(intr, fd))
			continue;
		__atomic_add_fetch(&intr->interrupts, 1, __ATOMIC_RELAXED);
		plx_callbacks_run(&intr->callbacks, (uint64_t)fd, call, NULL);
	}
}

static int
watch(const struct eal_intr *intr, enum plx_intr_handle_type type, int fd)
{
	struct epoll_event ev = {
		.events = EPOLLIN,
		.data.u64 = (uint64_t)type << 32 | (uint32_t)fd,
	};

	return epoll_ctl(intr->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static int
start_thread(struct eal_intr *intr)
{
	cpu_set_t cpus;
	int ret = watch(intr, PLX_INTR_HANDLE_EVENTFD, intr->end_fd);

	if (ret < 0)
		return ret;
	eal_spare_cpus(EAL_BUSY_WORKERS, &cpus);
	return eal_thread_create(&intr->thread, "plx-intr", &cpus, intr_main, intr);
}

/* lock is held. */
static int
start(struct eal_intr *intr)
{
	int ret;

	if (intr->started)
		return 0;
	intr->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (intr->epoll_fd < 0)
		return -errno;
	intr->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = intr->end_fd < 0 ? -errno : start_thread(intr);
	if (ret == 0) {
		intr->started = true;
		return 0;
	}
	if (intr->end_fd >= 0)
		close(intr->end_fd);
	close(intr->epoll_fd);
	return ret;
}

/* lock is held. */
static int
add(struct eal_intr *intr, const struct plx_intr_handle *h, plx_intr_callback_fn cb, void *cb_arg)
{
	int ret = start(intr);

	if (ret == 0)
		ret = plx_callbacks_add(&intr->callbacks, (uint64_t)h->fd, h->name,
			(plx_callback_fn)cb, cb_arg);
	if (ret < 0)
		return ret;
	ret = watch(intr, h->type, h->fd);
	if (ret == 0 || ret == -EEXIST)	/* which is for another callback */
		return 0;
	/* It can't be running: the file is not watched. */
	plx_callbacks_remove(&intr->callbacks, (uint64_t)h->fd, h->name, (plx_callback_fn)cb,
		cb_arg);
	return ret;
}

int
plx_intr_callback_register(const struct plx_intr_handle *handle, plx_intr_callback_fn cb,
	void *cb_arg)
{
	struct eal_intr *intr = &eal.intr;
	int ret;

	if (handle->fd < 0 || handle->name == NULL || eal.lcore_count == 0)
		return -EINVAL;
	pthread_mutex_lock(&intr->lock);
	ret = add(intr, handle, cb, cb_arg);
	pthread_mutex_unlock(&intr->lock);
	return ret;
}

int
plx_intr_callback_unregister(const struct plx_intr_handle *handle, plx_intr_callback_fn cb,
	void *cb_arg)
{
	struct eal_intr *intr = &eal.intr;
	int ret = plx_callbacks_remove(&intr->callbacks, (uint64_t)handle->fd, handle->name,
		(plx_callback_fn)cb, cb_arg);

	/* Without the lock up to here, since the callback that it waited for may want it. */
	pthread_mutex_lock(&intr->lock);
	if (ret == 0 && plx_callbacks_count(&intr->callbacks, (uint64_t)handle->fd) == 0)
		/* May fail only where it is out already, as after a failed read. */
		epoll_ctl(intr->epoll_fd, EPOLL_CTL_DEL, handle->fd, NULL);
	pthread_mutex_unlock(&intr->lock);
	return ret;
}

void
eal_intr_fini(void)
{
	struct eal_intr *intr = &eal.intr;
	const uint64_t one = 1;

	if (!intr->started)
		return;
	/* Can't fail: the eventfd is ours, and this is all that is ever added to it. */
	while (write(intr->end_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(intr->thread, NULL);
	close(intr->end_fd);
	close(intr->epoll_fd);
	plx_callbacks_clear(&intr->callbacks);
	intr->started = false;
	intr->interrupts = 0;
	intr->errors = 0;
}
