/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to an interface, as events of its port: rtnetlink(7) by the EAL's interrupt thread. */
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <plx_interrupts.h>

#include "netdev_watch.h"
#include "vport.h"

/* The port may be closed when this returns. */
static void
tell_events(struct plx_eth_dev *dev, bool gone)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;

	if (gone && conf->rmv)
		vport_removed(dev);
	else if (conf->lsc)
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
}

/* Has the interface gone, or only to another namespace, where the port still reaches it? */
static bool
is_gone(const struct netdev_watch *watch)
{
	return watch->tap_fd < 0 || !netdev_tap_is_there(watch->tap_fd);
}

static int
look(struct netdev_watch *watch)
{
	int flags = 0, ret = netdev_flags(watch->netdev, &flags);
	const bool gone = ret == -ENODEV && is_gone(watch);
	const bool running = (flags & IFF_RUNNING) != 0;

	if (ret < 0 && !gone)
		return ret == -ENODEV ? 0 : ret;
	if (running == watch->running && gone == watch->gone)
		return 0;
	watch->running = running;
	watch->gone = gone;
	watch->tell(watch->dev, gone);
	return 0;
}

/*
 * What the kernel says is not read: some of it may be lost, and it is of all interfaces. It is asked
 * instead, and is right then.
 */
static int
on_message(void *arg)
{
	const struct netdev_watch *watch = arg;
	char piece[1];

	while (recv(watch->fd, piece, sizeof(piece), MSG_DONTWAIT) >= 0 || errno == ENOBUFS || errno == EINTR)
		;
	return look(arg);
}

static int
open_socket(void)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), ret;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static struct plx_intr_handle
handle_of(const struct netdev_watch *watch)
{
	return (struct plx_intr_handle){ watch->dev->name, PLX_INTR_HANDLE_EXT, watch->fd };
}

int
netdev_watch_start_fn(struct netdev_watch *watch, struct plx_eth_dev *dev,
	const struct netdev *netdev, int tap_fd, netdev_watch_fn tell)
{
	struct plx_intr_handle handle;
	int flags = 0, fd = open_socket(), ret;

	if (fd < 0)
		return fd;
	*watch = (struct netdev_watch){ .fd = fd, .dev = dev, .netdev = netdev, .tap_fd = tap_fd,
		.tell = tell };
	handle = handle_of(watch);
	/* The socket is there already: what changes from here on is told. */
	ret = netdev_flags(netdev, &flags);
	watch->running = (flags & IFF_RUNNING) != 0;
	if (ret == 0)
		ret = plx_intr_callback_register(&handle, on_message, watch);
	if (ret < 0) {
		close(watch->fd);
		watch->fd = -1;
	}
	return ret;
}

int
netdev_watch_start(struct netdev_watch *watch, struct plx_eth_dev *dev, const struct netdev *netdev,
	int tap_fd)
{
	if (!dev->conf.intr_conf.lsc && !dev->conf.intr_conf.rmv)
		return 0;
	return netdev_watch_start_fn(watch, dev, netdev, tap_fd, tell_events);
}

void
netdev_watch_stop(struct netdev_watch *watch)
{
	struct plx_intr_handle handle;

	if (watch->fd < 0)
		return;
	handle = handle_of(watch);
	plx_intr_callback_unregister(&handle, on_message, watch);
	close(watch->fd);
	watch->fd = -1;
}
