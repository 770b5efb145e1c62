/* SPDX-License-Identifier: BSD-3-Clause */
/* Peers that come and go, and the thread that watches them. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <plx_cycles.h>
#include <plx_errno.h>

#include "virtio_log.h"
#include "virtio_spec.h"
#include "virtio_user.h"

/* How long to wait for a first peer, and how often a peer that is gone is looked for. */
#define FIRST_PEER_MS 5000
#define RETRY_MS 100

/* A connection to greet; -EAGAIN if nobody is there. */
static int
get_peer(const struct virtio_user *u)
{
	int fd;

	if (!u->args.server) {
		fd = vhost_user_connect(u->args.path);
		return fd == -ECONNREFUSED || fd == -ENOENT ? -EAGAIN : fd;
	}
	fd = accept4(u->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return fd >= 0 ? fd : -errno;
}

/* One line for each kind of trouble, however often it is met. */
static void
report(struct virtio_user *u, const char *what, int ret)
{
	if (!u->reported)
		VIRTIO_ERR(u->name, "the vhost-user peer at %s %s (%s)", u->args.path, what,
			plx_strerror(ret));
	u->reported = true;
}

/* Return: 0: there is a peer that will do; -EAGAIN: none is there; an errno, logged. */
static int
meet_peer(struct virtio_user *u)
{
	int ret = get_peer(u);

	if (ret == -EAGAIN)
		return ret;
	if (ret >= 0)
		ret = vhost_user_hello(&u->vu, ret);
	if (ret < 0)
		report(u, "does not answer as it should", ret);
	else
		ret = virtio_user_check_peer(u);
	if (ret < 0)
		vhost_user_close(&u->vu);
	return ret;
}

int
virtio_user_conn_open(struct virtio_user *u)
{
	const uint64_t deadline = plx_get_timer_cycles() +
		plx_get_timer_hz() / 1000 * FIRST_PEER_MS;
	int ret;

	u->vu.fd = -1;
	u->listen_fd = -1;
	if (u->args.server) {
		ret = vhost_user_listen(u->args.path);
		if (ret < 0) {
			VIRTIO_ERR(u->name, "can't listen at %s (%s)", u->args.path, plx_strerror(ret));
			return ret;
		}
		u->listen_fd = ret;
	}
	while ((ret = meet_peer(u)) == -EAGAIN && u->args.server &&
	       plx_get_timer_cycles() < deadline)
		usleep(RETRY_MS * 1000 / 10);
	if (ret != -EAGAIN)
		return ret;
	ret = u->args.server ? -ETIMEDOUT : -ECONNREFUSED;
	VIRTIO_ERR(u->name, "no vhost-user peer at %s (%s): %s", u->args.path, plx_strerror(ret),
		u->args.server ? "nobody connected" : "start it first, or use server=1");
	return ret;
}

static void
tell_of_link(struct virtio_user *u)
{
	pthread_mutex_lock(&u->cb_lock);
	if (u->changed != NULL)
		(void)u->changed(u->changed_arg);	/* logs what fails */
	pthread_mutex_unlock(&u->cb_lock);
}

/* With the lock. */
static void
lose_peer(struct virtio_user *u)
{
	VIRTIO_ERR(u->name, "the vhost-user peer at %s is gone: no link until it returns",
		u->args.path);
	vhost_user_close(&u->vu);
	u->programmed = false;
	u->reported = false;
}

/* With the lock. Return: is there one now? */
static bool
regain_peer(struct virtio_user *u)
{
	int ret = meet_peer(u);

	if (ret < 0)
		return false;
	ret = virtio_user_program(u);
	if (ret < 0 && ret != -ESTALE) {
		report(u, "can't be told of the queues", ret);
		vhost_user_close(&u->vu);
		return false;
	}
	if (ret == -ESTALE)
		u->status |= VIRTIO_STATUS_NEEDS_RESET;
	VIRTIO_LOG(NOTICE, u->name, "the vhost-user peer at %s is back%s", u->args.path, ret == 0 ? "" :
		", but packed rings have to be made anew: stop and start the port");
	u->reported = false;
	return true;
}

/* What happens while nothing is asked of the peer: it goes, or comes. */
static void *
watch(void *arg)
{
	struct virtio_user *u = arg;
	bool changed, connected;
	struct pollfd pfd[2];
	eventfd_t count;

	for (;;) {
		pthread_mutex_lock(&u->lock);
		changed = false;
		if (u->stop)
			break;
		connected = u->vu.fd >= 0;
		pfd[0] = (struct pollfd){ .fd = u->wake_fd, .events = POLLIN };
		/* Not POLLIN: answers are awaited by who asked. */
		pfd[1] = (struct pollfd){ .fd = connected ? u->vu.fd : u->listen_fd,
			.events = connected ? POLLRDHUP : POLLIN };
		pthread_mutex_unlock(&u->lock);
		if (poll(pfd, 2, connected || u->args.server ? -1 : RETRY_MS) < 0)
			continue;
		if (pfd[0].revents != 0)
			(void)eventfd_read(u->wake_fd, &count);
		pthread_mutex_lock(&u->lock);
		if (connected && pfd[1].revents != 0) {
			lose_peer(u);
			changed = true;
		} else if (!connected && !u->stop) {
			changed = regain_peer(u);
		}
		pthread_mutex_unlock(&u->lock);
		if (changed)
			tell_of_link(u);
	}
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

int
virtio_user_conn_watch(struct virtio_user *u)
{
	sigset_t all, before;
	int ret;

	u->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (u->wake_fd < 0)
		return -errno;
	/* Signals are the program's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&u->thread, NULL, watch, u);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ret == 0) {
		(void)pthread_setname_np(u->thread, "plx-vhost-user");
		return 0;
	}
	close(u->wake_fd);
	return -ret;
}

void
virtio_user_conn_close(struct virtio_user *u)
{
	pthread_mutex_lock(&u->lock);
	u->stop = true;
	pthread_mutex_unlock(&u->lock);
	(void)eventfd_write(u->wake_fd, 1);
	pthread_join(u->thread, NULL);
	close(u->wake_fd);
	vhost_user_close(&u->vu);
	if (u->listen_fd >= 0) {
		close(u->listen_fd);
		(void)unlink(u->args.path);
	}
}
