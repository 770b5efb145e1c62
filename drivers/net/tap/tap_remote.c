/* SPDX-License-Identifier: BSD-3-Clause */
/* remote=: an interface whose traffic the port has; the port's settings are its own too. */
#include <errno.h>
#include <unistd.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_tap.h"

static struct tap_remote *
remote_of(const struct plx_eth_dev *dev)
{
	return &((struct tap_port *)dev->dev_private)->remote;
}

static const char *
name_of(const struct plx_eth_dev *dev)
{
	return ((const struct tap_port *)dev->dev_private)->args.remote;
}

static bool
is_there(const struct tap_remote *remote)
{
	return remote->netdev.fd >= 0 && !__atomic_load_n(&remote->gone, __ATOMIC_RELAXED);
}

static void
say_gone(const struct plx_eth_dev *dev)
{
	if (!__atomic_exchange_n(&remote_of(dev)->gone, 1, __ATOMIC_RELAXED))
		PLX_LOG(ERR, &tap_logtype, "%s: the remote interface %s is gone (ENODEV): the port "
			"has no link; detach it, and attach it to one that is there", dev->name,
			name_of(dev));
}

/* A port outlives its remote. */
static int
go_on(const struct plx_eth_dev *dev, int ret)
{
	if (ret != -ENODEV)
		return ret;
	say_gone(dev);
	return 0;
}

static int
refuse(const struct plx_eth_dev *dev, int ret, const char *what, const char *cure)
{
	if (ret < 0)
		PLX_LOG(ERR, &tap_logtype, "%s: the remote interface %s %s (%s): %s", dev->name,
			name_of(dev), what, plx_strerror(ret), cure);
	return ret;
}

static const char *
redirect_cure(int ret)
{
	switch (ret) {
	case -EPERM:
		return "traffic control needs CAP_NET_ADMIN";
	case -EBUSY:
		return "another filter, maybe a port's, comes first there: see tc filter show dev "
			"NAME ingress";
	case -ENOENT:
	case -EOPNOTSUPP:
		return "the kernel needs its modules sch_ingress, cls_u32 and act_mirred";
	default:
		return "the kernel said no";
	}
}

/* Of an interface that can be one: what it has now. */
static int
look_at(struct plx_eth_dev *dev)
{
	const struct tap_port *port = dev->dev_private;
	struct tap_remote *remote = remote_of(dev);
	int ret = netdev_open(&remote->netdev, port->args.remote);

	if (ret < 0)
		return refuse(dev, ret, "is not there", "give one that ip link shows");
	if (remote->netdev.index == port->netdev.index)
		return refuse(dev, -EINVAL, "is the port's own",
			"give another one, or another iface=");
	ret = netdev_mac(&remote->netdev, &remote->mac);
	if (ret == 0 && plx_is_zero_ether_addr(&remote->mac))
		ret = -EPROTONOSUPPORT;
	if (ret == 0)
		ret = netdev_mtu(&remote->netdev, &remote->mtu);
	if (ret == 0)
		ret = netdev_flags(&remote->netdev, &remote->flags);
	return refuse(dev, ret, "is no Ethernet device", "give one that is");
}

/* Starting would find out, but say less. */
static int
check_rights(struct plx_eth_dev *dev)
{
	int fd = vport_member_open();

	if (fd < 0)
		return refuse(dev, fd, "can't be told what to receive",
			"packet sockets need CAP_NET_RAW");
	close(fd);
	return 0;
}

/* The port's address is the remote's, or the remote's the one that was asked for. */
static int
share_mac(struct plx_eth_dev *dev)
{
	const struct tap_port *port = dev->dev_private;
	const struct tap_remote *remote = remote_of(dev);
	int ret;

	if (!plx_is_zero_ether_addr(&port->args.mac))
		return refuse(dev, tap_remote_set_mac(dev, &port->args.mac),
			"does not take the address of mac=",
			"take it down first, or leave mac= out");
	dev->mac_addr = remote->mac;
	ret = netdev_set_mac(&port->netdev, &remote->mac);
	return refuse(dev, ret, "has an address that the port can't have", "give one by mac=");
}

static int
share_mtu(struct plx_eth_dev *dev)
{
	const struct tap_port *port = dev->dev_private;
	const int mtu = PLX_MIN(remote_of(dev)->mtu, (int)dev->caps->info.max_mtu);
	int ret = netdev_set_mtu(&port->netdev, mtu);

	if (ret == 0)
		dev->mtu = (uint16_t)mtu;
	return refuse(dev, ret, "has an MTU that the port can't have",
		"set another one by ip link set");
}

static int
redirect(struct plx_eth_dev *dev)
{
	const struct tap_port *port = dev->dev_private;
	struct tap_remote *remote = remote_of(dev);
	int ret = tap_redirect_open();

	if (ret >= 0) {
		remote->netlink = ret;
		ret = tap_redirect(ret, &remote->out, port->netdev.index, remote->netdev.index);
	}
	if (ret == 0)
		ret = tap_redirect(remote->netlink, &remote->in, remote->netdev.index,
			port->netdev.index);
	return refuse(dev, ret, "and the port can't be joined", redirect_cure(ret));
}

void
tap_remote_init(struct tap_remote *remote)
{
	remote->netdev.fd = -1;
	remote->netlink = -1;
	remote->member_fd = -1;
	remote->watch.fd = -1;
}

int
tap_remote_open(struct plx_eth_dev *dev)
{
	int ret;

	if (name_of(dev) == NULL)
		return 0;
	ret = look_at(dev);
	if (ret == 0)
		ret = check_rights(dev);
	/* Before it is changed: it may be another port's. */
	if (ret == 0)
		ret = redirect(dev);
	if (ret == 0)
		ret = share_mac(dev);
	return ret == 0 ? share_mtu(dev) : ret;
}

/* Down first: there are drivers that take no address while they run. */
static int
give_back(struct plx_eth_dev *dev)
{
	const struct tap_remote *remote = remote_of(dev);
	int ret = 0, err;

	if (!(remote->flags & IFF_UP))
		ret = netdev_change_flags(&remote->netdev, 0, IFF_UP);
	err = tap_remote_set_mac(dev, &remote->mac);
	ret = ret == 0 ? err : ret;
	err = tap_remote_set_mtu(dev, remote->mtu);
	return ret == 0 ? err : ret;
}

void
tap_remote_close(struct plx_eth_dev *dev)
{
	struct tap_remote *remote = remote_of(dev);
	int ret = 0, flags, err;

	if (remote->netlink >= 0) {
		ret = tap_redirect_undo(remote->netlink, &remote->in);
		err = tap_redirect_undo(remote->netlink, &remote->out);
		ret = ret == 0 ? err : ret;
		close(remote->netlink);
	}
	/* It is no Ethernet device, or the port's own, if it has no address here. */
	if (is_there(remote) && !plx_is_zero_ether_addr(&remote->mac) &&
	    netdev_flags(&remote->netdev, &flags) == 0) {
		err = give_back(dev);
		ret = ret == 0 ? err : ret;
	}
	if (ret != -ENODEV)
		refuse(dev, ret, "is not as it was before the port",
			"tc qdisc del dev NAME clsact and ip link set do that by hand");
	netdev_close(&remote->netdev);
	tap_remote_init(remote);
}

static void
on_change(struct plx_eth_dev *dev, bool gone)
{
	if (gone)
		say_gone(dev);
	if (dev->conf.intr_conf.lsc)
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
}

int
tap_remote_start(struct plx_eth_dev *dev)
{
	struct tap_remote *remote = remote_of(dev);
	int ret;

	if (!is_there(remote))
		return 0;
	remote->member_fd = vport_member_open();
	if (remote->member_fd < 0)
		return remote->member_fd;
	ret = netdev_change_flags(&remote->netdev, IFF_UP, 0);
	if (ret == 0)
		ret = netdev_watch_start_fn(&remote->watch, dev, &remote->netdev, -1, on_change);
	return go_on(dev, ret);
}

void
tap_remote_stop(struct plx_eth_dev *dev)
{
	struct tap_remote *remote = remote_of(dev);

	netdev_watch_stop(&remote->watch);
	if (remote->member_fd >= 0)
		close(remote->member_fd);
	remote->member_fd = -1;
}

bool
tap_remote_is_running(const struct plx_eth_dev *dev)
{
	const struct tap_remote *remote = remote_of(dev);
	int flags = 0;

	if (remote->netdev.fd < 0)
		return true;
	return go_on(dev, netdev_flags(&remote->netdev, &flags)) == 0 && flags & IFF_RUNNING;
}

int
tap_remote_member(struct plx_eth_dev *dev, bool add, unsigned short type,
	const struct plx_ether_addr *addr)
{
	const struct tap_remote *remote = remote_of(dev);

	if (!is_there(remote))
		return 0;
	return go_on(dev, vport_member(remote->member_fd, &remote->netdev, add, type, addr));
}

int
tap_remote_mc_addrs(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addrs)
{
	const struct tap_remote *remote = remote_of(dev);

	if (!is_there(remote))
		return 0;
	return go_on(dev, vport_member_mc_addrs(remote->member_fd, &remote->netdev, dev, mc_addrs,
		nb_mc_addrs));
}

/* Not again what it has: there are drivers that take no address while they run. */
int
tap_remote_set_mac(struct plx_eth_dev *dev, const struct plx_ether_addr *mac)
{
	const struct tap_remote *remote = remote_of(dev);
	struct plx_ether_addr now;
	int ret;

	if (!is_there(remote))
		return 0;
	ret = netdev_mac(&remote->netdev, &now);
	if (ret == 0 && !plx_is_same_ether_addr(&now, mac))
		ret = netdev_set_mac(&remote->netdev, mac);
	return go_on(dev, ret);
}

int
tap_remote_set_mtu(struct plx_eth_dev *dev, int mtu)
{
	const struct tap_remote *remote = remote_of(dev);
	int now = 0, ret;

	if (!is_there(remote))
		return 0;
	ret = netdev_mtu(&remote->netdev, &now);
	if (ret == 0 && now != mtu)
		ret = netdev_set_mtu(&remote->netdev, mtu);
	return go_on(dev, ret);
}
