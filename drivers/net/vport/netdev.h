/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NETDEV_H
#define NETDEV_H
/*
 * Interfaces of the kernel, as ports see them: state, address, MTU; and tap devices. What needs ioctl
 * is in netdev.c, and nowhere else in a driver. All return 0 or a negative errno: -ENODEV if the
 * interface is gone.
 */
#include <stdbool.h>

#include <plx_ether.h>

struct sock_filter;

/* @fd: a socket for questions. @index: of the interface, which outlives a change of its name. */
struct netdev {
	int fd;
	int index;
};

int netdev_open(struct netdev *nd, const char *name);
/* Also of one that was not opened, with an @fd of -1. */
void netdev_close(struct netdev *nd);
/* IFF_UP, IFF_RUNNING, ... of netdevice(7). */
int netdev_flags(const struct netdev *nd, int *flags);
int netdev_change_flags(const struct netdev *nd, int set, int clear);
int netdev_mtu(const struct netdev *nd, int *mtu);
int netdev_set_mtu(const struct netdev *nd, int mtu);
int netdev_mac(const struct netdev *nd, struct plx_ether_addr *mac);
int netdev_set_mac(const struct netdev *nd, const struct plx_ether_addr *mac);

/*
 * What a packet socket remembers, and then forgets: an errno or 0. Of an interface that went down it
 * says ENETDOWN once more when that has come back, so who sends tries again.
 */
int netdev_socket_error(int fd);

/*
 * One queue of a tap device, nonblocking; the first one makes it. Each frame begins with a struct
 * virtio_net_hdr. @name is IFNAMSIZ bytes, a pattern as "dtap%d" for the first one, and is what the
 * device is called then. @anew: it must not be there yet, else -EBUSY. Return: the file or a negative
 * errno.
 */
int netdev_tap_open(char *name, bool anew);
/* TUN_F_* of linux/if_tun.h: what the kernel may leave to the reader of frames. */
int netdev_tap_set_offload(int fd, unsigned int flags);
/* Is there a device behind the file, in whatever namespace? */
bool netdev_tap_is_there(int fd);
/* Does the device stay when all files are closed? */
int netdev_tap_persist(int fd, bool on);
/* The frames of all queues that are to be read: a program of @n instructions. */
int netdev_tap_filter(int fd, struct sock_filter *program, unsigned short n);

#endif
