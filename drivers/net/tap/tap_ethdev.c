/* SPDX-License-Identifier: BSD-3-Clause */
/* net_tap as a port: arguments, the device, its files, addresses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include <plx_errno.h>
#include <plx_log.h>
#include <plx_malloc.h>

#include "net_tap.h"

PLX_LOG_REGISTER(tap_logtype, "pmd.net.tap", "TAP", NOTICE)

static void
close_files(struct tap_port *port, unsigned int keep)
{
	while (port->nb_fds > keep)
		close(port->fds[--port->nb_fds]);
}

/* A queue's file: the kernel does as the port's offloads say. */
static int
open_file(struct tap_port *port)
{
	int fd = netdev_tap_open(port->name, port->args.persist == 0 && port->nb_fds == 0);

	if (fd >= 0)
		port->fds[port->nb_fds++] = fd;
	return fd < 0 ? fd : 0;
}

static int
set_offload(const struct tap_port *port, uint64_t rx_offloads)
{
	unsigned int flags = 0;

	if (rx_offloads & (TAP_RX_L4_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_LRO))
		flags |= TUN_F_CSUM;
	if (rx_offloads & PLX_ETH_RX_OFFLOAD_TCP_LRO)
		flags |= TUN_F_TSO4 | TUN_F_TSO6;
	return netdev_tap_set_offload(port->fds[0], flags);
}

static int
tap_configure(struct plx_eth_dev *dev)
{
	struct tap_port *port = dev->dev_private;
	int ret = 0;

	close_files(port, PLX_MAX(dev->nb_rx_queues, (uint16_t)1));
	while (port->nb_fds < dev->nb_rx_queues && ret == 0)
		ret = open_file(port);
	if (ret == 0)
		ret = set_offload(port, dev->conf.rxmode.offloads);
	if (ret < 0)
		close_files(port, 1);
	return ret;
}

static int
tap_stop(struct plx_eth_dev *dev)
{
	struct tap_port *port = dev->dev_private;
	int ret;

	netdev_watch_stop(&port->watch);
	tap_remote_stop(dev);
	ret = netdev_change_flags(&port->netdev, 0, IFF_UP);
	vport_link_down(dev);
	for (unsigned int i = 0; i < dev->nb_rx_queues; i++)
		tap_rx_flush(&port->rxqs[i]);
	/* With the interface all is gone that could send. */
	return ret == -ENODEV ? 0 : ret;
}

static int
tap_start(struct plx_eth_dev *dev)
{
	struct tap_port *port = dev->dev_private;
	int ret = tap_filter_start(dev);

	if (ret == 0)
		ret = netdev_change_flags(&port->netdev, IFF_UP, 0);
	if (ret == 0)
		ret = tap_remote_start(dev);
	if (ret == 0)
		ret = netdev_watch_start(&port->watch, dev, &port->netdev, port->fds[0]);
	if (ret < 0) {
		tap_remote_stop(dev);
		netdev_change_flags(&port->netdev, 0, IFF_UP);
	}
	return ret == 0 ? vport_link_up(dev) : ret;
}

static int
tap_close(struct plx_eth_dev *dev)
{
	struct tap_port *port = dev->dev_private;

	tap_remote_close(dev);
	close_files(port, 0);
	netdev_close(&port->netdev);
	free(port->args.iface);
	free(port->args.remote);
	return 0;
}

static int
tap_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	const struct tap_port *port = dev->dev_private;
	int flags = 0, ret;

	vport_link_update(dev, wait, link);
	if (!tap_remote_is_running(dev))
		link->link_status = 0;
	ret = netdev_flags(&port->netdev, &flags);
	/* In another namespace it can't be asked, and works as it did. */
	if (ret == -ENODEV && netdev_tap_is_there(port->fds[0]))
		return 0;
	if (ret < 0 || !(flags & IFF_RUNNING))
		link->link_status = 0;
	return 0;
}

static int
tap_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	const struct tap_port *port = dev->dev_private;
	struct tap_rxq *rxq = vport_rx_queue(dev, queue_id);

	vport_rx_init(&rxq->rx, dev, conf, mb_pool);
	rxq->more = plx_malloc_socket("net_tap frame", VPORT_MAX_PKTLEN, 0, socket_id);
	if (rxq->more == NULL)
		return -errno;
	rxq->fd = port->fds[queue_id];
	rxq->offloads = conf->offloads;
	rxq->silent = false;
	rxq->dev = dev;
	return 0;
}

static int
tap_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	const struct tap_port *port = dev->dev_private;
	struct tap_txq *txq = vport_tx_queue(dev, queue_id);

	txq->buf = plx_malloc_socket("net_tap frame", VPORT_MAX_PKTLEN, 0, socket_id);
	if (txq->buf == NULL)
		return -errno;
	/* Several threads may write to one file. */
	txq->fd = port->fds[queue_id % port->nb_fds];
	txq->offloads = conf->offloads;
	txq->port_name = dev->name;
	txq->silent = false;
	return 0;
}

static void
tap_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct tap_rxq *rxq = dev->rx_queues[queue_id];

	plx_free(rxq->more);
}

static void
tap_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct tap_txq *txq = dev->tx_queues[queue_id];

	plx_free(txq->buf);
}

static int
tap_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	const struct tap_port *port = dev->dev_private;
	int ret = tap_remote_set_mtu(dev, mtu);

	if (ret < 0)
		return ret;
	ret = netdev_set_mtu(&port->netdev, mtu);
	if (ret < 0)
		tap_remote_set_mtu(dev, dev->mtu);
	return ret;
}

/* The file tells of each frame, and always: there is nothing to switch. */
static int
tap_rx_intr_accept(struct plx_eth_dev *dev, uint16_t queue_id)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}

static int
tap_rx_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const struct tap_port *port = dev->dev_private;

	return port->fds[queue_id];
}

static const struct plx_eth_dev_ops tap_ops = {
	.dev_configure = tap_configure,
	.dev_start = tap_start,
	.dev_stop = tap_stop,
	.dev_close = tap_close,
	.dev_reset = vport_accept,
	.rx_queue_setup = tap_rx_queue_setup,
	.tx_queue_setup = tap_tx_queue_setup,
	.rx_queue_release = tap_rx_queue_release,
	.tx_queue_release = tap_tx_queue_release,
	.link_update = tap_link_update,
	.dev_set_link_up = vport_set_link_up,
	.dev_set_link_down = vport_set_link_down,
	.stats_get = vport_stats_get,
	.stats_reset = vport_stats_reset,
	.queue_stats_get = vport_queue_stats_get,
	.promiscuous_enable = tap_promiscuous_enable,
	.promiscuous_disable = tap_promiscuous_disable,
	.allmulticast_enable = tap_allmulticast_enable,
	.allmulticast_disable = tap_allmulticast_disable,
	.mac_addr_set = tap_mac_addr_set,
	.mac_addr_add = tap_mac_addr_add,
	.mac_addr_remove = tap_mac_addr_remove,
	.set_mc_addr_list = tap_set_mc_addr_list,
	.mtu_set = tap_mtu_set,
	.rx_queue_intr_enable = tap_rx_intr_accept,
	.rx_queue_intr_disable = tap_rx_intr_accept,
	.rx_queue_intr_fd = tap_rx_intr_fd,
};

static const char *const tap_devargs[] = {
	"iface=NAME  of the kernel's interface (dtap%d)",
	"mac=fixed|ADDRESS  of the interface, the port and the remote (the remote's, or random)",
	"persist=0|1  leave the interface when the port goes, and take one that is there (0)",
	"remote=NAME  of an interface: the port receives what comes in there, and sends by it (none)",
	NULL,
};

#define TAP_TX_OFFLOADS (VPORT_TX_OFFLOADS | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM | \
	PLX_ETH_TX_OFFLOAD_UDP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_CKSUM | PLX_ETH_TX_OFFLOAD_TCP_TSO)
static struct plx_eth_caps tap_caps = {
	.info = {
		.driver_name = "net_tap",
		VPORT_INFO,
		.max_rx_queues = TAP_QUEUES,
		.max_tx_queues = TAP_QUEUES,
		.max_mac_addrs = PLX_ETH_MAC_ADDRS_MAX,
		.max_mc_addrs = VPORT_MC_ADDRS,
		.rx_offload_capa = PLX_ETH_RX_OFFLOAD_SCATTER | TAP_RX_CKSUM |
			PLX_ETH_RX_OFFLOAD_TCP_LRO,
		.rx_queue_offload_capa = PLX_ETH_RX_OFFLOAD_SCATTER,
		.tx_offload_capa = TAP_TX_OFFLOADS,
		.tx_queue_offload_capa = TAP_TX_OFFLOADS,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &tap_ops,
	.devices = "none: the kernel's network stack, by --vdev=net_tap0",
	.devargs = tap_devargs,
};
PLX_ETH_REGISTER_CAPS(tap_caps)

static const char *
cure_for(int ret)
{
	switch (ret) {
	case -EPERM:
		return "making an interface needs CAP_NET_ADMIN";
	case -EBUSY:
	case -EEXIST:
		return "an interface has that name: give another one by iface=, or persist=1 to take it";
	case -EINVAL:
		return "an interface has that name, but is no tap device of several queues: give another one "
			"by iface=";
	case -ENOENT:
		return "no /dev/net/tun: load the kernel module tun";
	default:
		return "the kernel said no";
	}
}

static int
set_address(struct plx_eth_dev *dev)
{
	struct tap_port *port = dev->dev_private;

	if (!plx_is_zero_ether_addr(&port->args.mac))
		dev->mac_addr = port->args.mac;
	return netdev_set_mac(&port->netdev, &dev->mac_addr);
}

static int
make_device(struct plx_eth_dev *dev)
{
	struct tap_port *port = dev->dev_private;
	int ret;

	strcpy(port->name, port->args.iface != NULL ? port->args.iface : "dtap%d");
	ret = open_file(port);
	if (ret == 0)
		ret = netdev_open(&port->netdev, port->name);
	if (ret == 0)
		ret = set_address(dev);
	if (ret < 0)
		PLX_LOG(ERR, &tap_logtype, "%s: can't make the interface %s (%s): %s", dev->name, port->name,
			plx_strerror(ret), cure_for(ret));
	return ret;
}

/* Last: until then the device goes with its files. */
static int
keep_device(struct plx_eth_dev *dev)
{
	const struct tap_port *port = dev->dev_private;
	int ret = netdev_tap_persist(port->fds[0], true);

	if (ret < 0)
		PLX_LOG(ERR, &tap_logtype, "%s: the interface %s can't stay (%s): leave persist out",
			dev->name, port->name, plx_strerror(ret));
	return ret;
}

static int
tap_probe(struct plx_vdev_device *vdev)
{
	struct plx_eth_dev *dev = vport_create(vdev, &tap_caps, sizeof(struct tap_port));
	struct tap_port *port;
	int ret;

	if (dev == NULL)
		return -errno;
	port = dev->dev_private;
	port->vport.rx = VPORT_QUEUES(port->rxqs);
	port->vport.tx = VPORT_QUEUES(port->txqs);
	port->netdev.fd = -1;
	port->watch.fd = -1;
	tap_remote_init(&port->remote);
	ret = tap_args_parse(&vdev->device, &port->args);
	if (ret == 0)
		ret = make_device(dev);
	if (ret == 0)
		ret = tap_remote_open(dev);
	if (ret == 0 && port->args.persist)
		ret = keep_device(dev);
	if (ret < 0) {
		tap_close(dev);
		plx_eth_dev_release_port(dev);
		return ret;
	}
	dev->rx_pkt_burst = tap_rx_burst;
	dev->tx_pkt_burst = tap_tx_burst;
	dev->tx_pkt_prepare = tap_tx_prepare;
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static struct plx_vdev_driver tap_driver = {
	.driver = { .name = "net_tap" },
	.probe = tap_probe,
	.remove = vport_remove,
};
PLX_PMD_REGISTER_VDEV(tap_driver)
