/* SPDX-License-Identifier: BSD-3-Clause */
/* Questions to the kernel about its interfaces: netdevice(7) and linux/if_tun.h. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_tun.h>

#include "netdev.h"

static int
ask(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

/* By its name of now. */
static int
ask_by_index(const struct netdev *nd, unsigned long request, struct ifreq *ifr)
{
	struct ifreq name = { .ifr_ifindex = nd->index };
	int ret = ask(nd->fd, SIOCGIFNAME, &name);

	if (ret < 0)
		return ret;
	memcpy(ifr->ifr_name, name.ifr_name, sizeof(ifr->ifr_name));
	return ask(nd->fd, request, ifr);
}

int
netdev_open(struct netdev *nd, const char *name)
{
	struct ifreq ifr = { 0 };
	int ret;

	if (strlen(name) >= sizeof(ifr.ifr_name))
		return -ENODEV;
	nd->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (nd->fd < 0)
		return -errno;
	strcpy(ifr.ifr_name, name);
	ret = ask(nd->fd, SIOCGIFINDEX, &ifr);
	nd->index = ifr.ifr_ifindex;
	if (ret < 0)
		netdev_close(nd);
	return ret;
}

void
netdev_close(struct netdev *nd)
{
	if (nd->fd >= 0)
		close(nd->fd);
	nd->fd = -1;
}

int
netdev_flags(const struct netdev *nd, int *flags)
{
	struct ifreq ifr = { 0 };
	int ret = ask_by_index(nd, SIOCGIFFLAGS, &ifr);

	if (ret == 0)
		*flags = (unsigned short)ifr.ifr_flags;
	return ret;
}

int
netdev_change_flags(const struct netdev *nd, int set, int clear)
{
	struct ifreq ifr = { 0 };
	int flags = 0, ret = netdev_flags(nd, &flags);

	if (ret < 0)
		return ret;
	ifr.ifr_flags = (short)((flags & ~clear) | set);
	return ask_by_index(nd, SIOCSIFFLAGS, &ifr);
}

int
netdev_mtu(const struct netdev *nd, int *mtu)
{
	struct ifreq ifr = { 0 };
	int ret = ask_by_index(nd, SIOCGIFMTU, &ifr);

	if (ret == 0)
		*mtu = ifr.ifr_mtu;
	return ret;
}

int
netdev_set_mtu(const struct netdev *nd, int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };

	return ask_by_index(nd, SIOCSIFMTU, &ifr);
}

int
netdev_mac(const struct netdev *nd, struct plx_ether_addr *mac)
{
	struct ifreq ifr = { 0 };
	int ret = ask_by_index(nd, SIOCGIFHWADDR, &ifr);

	if (ret == 0 && ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
	    ifr.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
		return -EPROTONOSUPPORT;
	if (ret == 0)
		memcpy(mac->addr_bytes, ifr.ifr_hwaddr.sa_data, sizeof(mac->addr_bytes));
	return ret;
}

int
netdev_set_mac(const struct netdev *nd, const struct plx_ether_addr *mac)
{
	struct ifreq ifr = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };

	memcpy(ifr.ifr_hwaddr.sa_data, mac->addr_bytes, sizeof(mac->addr_bytes));
	return ask_by_index(nd, SIOCSIFHWADDR, &ifr);
}

int
netdev_socket_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : 0;
}

int
netdev_tap_open(char *name, bool anew)
{
	const int flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_VNET_HDR | (anew ? IFF_TUN_EXCL : 0);
	struct ifreq ifr = { .ifr_flags = (short)flags };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	strncpy(ifr.ifr_name, name, sizeof(ifr.ifr_name) - 1);
	ret = ask(fd, TUNSETIFF, &ifr);
	if (ret < 0) {
		close(fd);
		return ret;
	}
	memcpy(name, ifr.ifr_name, sizeof(ifr.ifr_name));
	return fd;
}

int
netdev_tap_set_offload(int fd, unsigned int flags)
{
	return ioctl(fd, TUNSETOFFLOAD, (unsigned long)flags) < 0 ? -errno : 0;
}

bool
netdev_tap_is_there(int fd)
{
	struct ifreq ifr = { 0 };

	return ask(fd, TUNGETIFF, &ifr) == 0;
}

int
netdev_tap_persist(int fd, bool on)
{
	return ioctl(fd, TUNSETPERSIST, (unsigned long)on) < 0 ? -errno : 0;
}

int
netdev_tap_filter(int fd, struct sock_filter *program, unsigned short n)
{
	struct sock_fprog fprog = { n, program };

	return ask(fd, TUNATTACHFILTER, &fprog);
}
