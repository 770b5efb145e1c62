/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NETDEV_WATCH_H
#define NETDEV_WATCH_H
/*
 * What happens to an interface of the kernel, as events of its port: PLX_ETH_EVENT_INTR_LSC when it
 * begins or ends to run, PLX_ETH_EVENT_INTR_RMV when it is gone; to whoever configured only the
 * former, that is a link that is down.
 */
#include <plx_ethdev_driver.h>

#include "netdev.h"

/* Something has changed: @gone, or whether it runs. The port may be closed in it. */
typedef void (*netdev_watch_fn)(struct plx_eth_dev *dev, bool gone);

/* In a port's private data; @fd is -1 while nothing is watched, also before the first start. */
struct netdev_watch {
	int fd;
	int tap_fd;
	bool running;
	bool gone;
	const struct netdev *netdev;
	struct plx_eth_dev *dev;
	netdev_watch_fn tell;
};

/*
 * Watch, if the port was configured to tell. @tap_fd: a file of the tap device, which is not gone as
 * long as that is good, or -1. Return: 0 or a negative errno.
 */
int netdev_watch_start(struct netdev_watch *watch, struct plx_eth_dev *dev, const struct netdev *netdev,
	int tap_fd);
/* Watch in any case, and have the interrupt thread tell @tell. Return: 0 or a negative errno. */
int netdev_watch_start_fn(struct netdev_watch *watch, struct plx_eth_dev *dev,
	const struct netdev *netdev, int tap_fd, netdev_watch_fn tell);
/* After that there are no events. Also if nothing is watched, and within an event. */
void netdev_watch_stop(struct netdev_watch *watch);

#endif
