/* SPDX-License-Identifier: BSD-3-Clause */
/* net_af_packet as a port: sockets, addresses. */
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_af_packet.h"

PLX_LOG_REGISTER(af_packet_logtype, "pmd.net.af_packet", "AF_PACKET", NOTICE)

/* The kernel puts a frame's network header there, or behind it: TPACKET2_HDRLEN and 16, aligned. */
#define RX_NET_OFFSET 80

static int
af_packet_configure(struct plx_eth_dev *dev)
{
	struct af_packet_port *port = dev->dev_private;

	af_packet_close(port);
	return af_packet_open(port, PLX_MAX(dev->nb_rx_queues, dev->nb_tx_queues), dev->nb_rx_queues);
}

/* With what @filter says of one thing, and the port of all others. */
static int
apply(struct plx_eth_dev *dev, const struct vport_filter *filter)
{
	return af_packet_filter(dev->dev_private, filter);
}

static int
af_packet_stop(struct plx_eth_dev *dev)
{
	static const struct vport_filter closed = { .closed = true };
	struct af_packet_port *port = dev->dev_private;

	netdev_watch_stop(&port->watch);
	vport_link_down(dev);
	if (port->member_fd >= 0)
		close(port->member_fd);
	port->member_fd = -1;
	for (unsigned int i = 0; i < dev->nb_tx_queues; i++)
		af_packet_tx_flush(&port->txqs[i]);
	return apply(dev, &closed);
}

static int
af_packet_start(struct plx_eth_dev *dev)
{
	struct af_packet_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret;

	port->member_fd = vport_member_open();
	if (port->member_fd < 0)
		return port->member_fd;
	for (unsigned int i = 0; i < dev->nb_rx_queues; i++)
		af_packet_rx_flush(&port->rxqs[i]);
	/* ethdev tells of all else once it is started. */
	vport_filter_init(&filter, dev);
	filter.promiscuous = false;
	filter.all_multicast = false;
	ret = apply(dev, &filter);
	if (ret == 0)
		ret = netdev_watch_start(&port->watch, dev, &port->netdev, -1);
	if (ret < 0)
		af_packet_stop(dev);
	return ret == 0 ? vport_link_up(dev) : ret;
}

static int
af_packet_dev_close(struct plx_eth_dev *dev)
{
	struct af_packet_port *port = dev->dev_private;

	af_packet_close(port);
	netdev_close(&port->netdev);
	free(port->args.iface);
	pthread_mutex_destroy(&port->missed_lock);
	return 0;
}

static int
af_packet_dev_reset(struct plx_eth_dev *dev)
{
	af_packet_close(dev->dev_private);
	return 0;
}

static int
af_packet_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	const struct af_packet_port *port = dev->dev_private;
	int flags = 0;

	vport_link_update(dev, wait, link);
	if (netdev_flags(&port->netdev, &flags) < 0 || !(flags & IFF_RUNNING))
		link->link_status = 0;
	return 0;
}

static void
af_packet_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct af_packet_port *port = dev->dev_private;
	const uint32_t longest = port->args.framesz - RX_NET_OFFSET + PLX_ETHER_HDR_LEN;

	info->max_rx_queues = (uint16_t)port->args.qpairs;
	info->max_tx_queues = (uint16_t)port->args.qpairs;
	info->max_rx_pktlen = PLX_MIN(longest, (uint32_t)VPORT_MAX_PKTLEN);
	info->max_mtu = (uint16_t)(info->max_rx_pktlen - PLX_ETHER_HDR_LEN);
}

static int
af_packet_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	struct af_packet_rxq *rxq = vport_rx_queue(dev, queue_id);

	vport_rx_init(&rxq->rx, dev, conf, mb_pool);
	rxq->strip = (conf->offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
	return 0;
}

static int
af_packet_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	const struct af_packet_port *port = dev->dev_private;
	struct af_packet_txq *txq = vport_tx_queue(dev, queue_id);

	txq->max_len = port->args.framesz - (uint32_t)(TPACKET2_HDRLEN - sizeof(struct sockaddr_ll));
	txq->port_name = dev->name;
	txq->silent = false;
	return 0;
}

static int
af_packet_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	struct af_packet_port *port = dev->dev_private;
	int ret = vport_stats_get(dev, stats);

	stats->imissed = af_packet_missed(port) - port->missed_base;
	return ret;
}

static int
af_packet_stats_reset(struct plx_eth_dev *dev)
{
	struct af_packet_port *port = dev->dev_private;

	port->missed_base = af_packet_missed(port);
	return vport_stats_reset(dev);
}

static int
set_promiscuous(struct plx_eth_dev *dev, bool on)
{
	const struct af_packet_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret = vport_member(port->member_fd, &port->netdev, on, PACKET_MR_PROMISC, NULL);

	vport_filter_init(&filter, dev);
	filter.promiscuous = on;
	return ret == 0 ? apply(dev, &filter) : ret;
}

static int
af_packet_promiscuous_enable(struct plx_eth_dev *dev)
{
	return set_promiscuous(dev, true);
}

static int
af_packet_promiscuous_disable(struct plx_eth_dev *dev)
{
	return set_promiscuous(dev, false);
}

static int
set_allmulticast(struct plx_eth_dev *dev, bool on)
{
	const struct af_packet_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret = vport_member(port->member_fd, &port->netdev, on, PACKET_MR_ALLMULTI, NULL);

	vport_filter_init(&filter, dev);
	filter.all_multicast = on;
	return ret == 0 ? apply(dev, &filter) : ret;
}

static int
af_packet_allmulticast_enable(struct plx_eth_dev *dev)
{
	return set_allmulticast(dev, true);
}

static int
af_packet_allmulticast_disable(struct plx_eth_dev *dev)
{
	return set_allmulticast(dev, false);
}

/* The address of the port is that of the interface. */
static int
af_packet_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	struct af_packet_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret = netdev_set_mac(&port->netdev, mac_addr);

	vport_filter_init(&filter, dev);
	filter.addrs[0] = *mac_addr;
	filter.closed = port->member_fd < 0;
	return ret == 0 ? apply(dev, &filter) : ret;
}

static int
change_mac_addr(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index, bool add)
{
	static const struct plx_ether_addr none;
	const struct af_packet_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret = vport_member(port->member_fd, &port->netdev, add, PACKET_MR_UNICAST, mac_addr);

	vport_filter_init(&filter, dev);
	filter.addrs[index] = add ? *mac_addr : none;
	return ret == 0 ? apply(dev, &filter) : ret;
}

static int
af_packet_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	return change_mac_addr(dev, mac_addr, index, true);
}

static int
af_packet_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	return change_mac_addr(dev, mac_addr, index, false);
}

static int
af_packet_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr)
{
	const struct af_packet_port *port = dev->dev_private;
	struct vport_filter filter;
	int ret = vport_member_mc_addrs(port->member_fd, &port->netdev, dev, mc_addrs, nb_mc_addr);

	vport_filter_init(&filter, dev);
	filter.mc_addrs = mc_addrs;
	filter.nb_mc_addrs = nb_mc_addr;
	return ret == 0 ? apply(dev, &filter) : ret;
}

static int
af_packet_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	const struct af_packet_port *port = dev->dev_private;

	return netdev_set_mtu(&port->netdev, mtu);
}

static int
af_packet_vlan_offload_set(struct plx_eth_dev *dev, int mask)
{
	struct af_packet_port *port = dev->dev_private;
	const bool strip = (dev->conf.rxmode.offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;

	for (unsigned int i = 0; mask & PLX_ETH_VLAN_STRIP_OFFLOAD && i < dev->nb_rx_queues; i++)
		__atomic_store_n(&port->rxqs[i].strip, strip, __ATOMIC_RELAXED);
	return 0;
}

/* The socket tells of each frame, and always: there is nothing to switch. */
static int
af_packet_rx_intr_accept(struct plx_eth_dev *dev, uint16_t queue_id)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}

static int
af_packet_rx_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const struct af_packet_port *port = dev->dev_private;

	return port->sockets[queue_id].fd;
}

static const struct plx_eth_dev_ops af_packet_ops = {
	.dev_configure = af_packet_configure,
	.dev_start = af_packet_start,
	.dev_stop = af_packet_stop,
	.dev_close = af_packet_dev_close,
	.dev_reset = af_packet_dev_reset,
	.dev_infos_get = af_packet_infos_get,
	.rx_queue_setup = af_packet_rx_queue_setup,
	.tx_queue_setup = af_packet_tx_queue_setup,
	.rx_queue_release = vport_queue_release,
	.tx_queue_release = vport_queue_release,
	.link_update = af_packet_link_update,
	.dev_set_link_up = vport_set_link_up,
	.dev_set_link_down = vport_set_link_down,
	.stats_get = af_packet_stats_get,
	.stats_reset = af_packet_stats_reset,
	.queue_stats_get = vport_queue_stats_get,
	.promiscuous_enable = af_packet_promiscuous_enable,
	.promiscuous_disable = af_packet_promiscuous_disable,
	.allmulticast_enable = af_packet_allmulticast_enable,
	.allmulticast_disable = af_packet_allmulticast_disable,
	.mac_addr_set = af_packet_mac_addr_set,
	.mac_addr_add = af_packet_mac_addr_add,
	.mac_addr_remove = af_packet_mac_addr_remove,
	.set_mc_addr_list = af_packet_set_mc_addr_list,
	.mtu_set = af_packet_mtu_set,
	.vlan_offload_set = af_packet_vlan_offload_set,
	.rx_queue_intr_enable = af_packet_rx_intr_accept,
	.rx_queue_intr_disable = af_packet_rx_intr_accept,
	.rx_queue_intr_fd = af_packet_rx_intr_fd,
};

static const char *const af_packet_devargs[] = {
	"iface=NAME  the interface; needed",
	"qpairs=N  queues each way that it may have (1)",
	"blocksz=BYTES  of memory in one piece (4096)",
	"framesz=BYTES  of a slot, for one frame (2048)",
	"framecnt=N  slots of a queue (512)",
	"qdisc_bypass=0|1  send past the kernel's queueing (1)",
	NULL,
};

#define RX_OFFLOADS (PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_VLAN_STRIP)
static struct plx_eth_caps af_packet_caps = {
	.info = {
		.driver_name = "net_af_packet",
		VPORT_INFO,
		.max_rx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_tx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_mac_addrs = PLX_ETH_MAC_ADDRS_MAX,
		.max_mc_addrs = VPORT_MC_ADDRS,
		.rx_offload_capa = RX_OFFLOADS,
		.rx_queue_offload_capa = RX_OFFLOADS,
		.tx_offload_capa = VPORT_TX_OFFLOADS,
		.tx_queue_offload_capa = VPORT_TX_OFFLOADS,
		.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV,
	},
	.ops = &af_packet_ops,
	.devices = "none: interfaces of the kernel, by --vdev=net_af_packet0,iface=NAME",
	.devargs = af_packet_devargs,
};
PLX_ETH_REGISTER_CAPS(af_packet_caps)

/* What would fail later, in the words for it. */
static int
check_interface(struct plx_eth_dev *dev)
{
	struct af_packet_port *port = dev->dev_private;
	const char *cure = "give the name of an interface";
	int ret = netdev_open(&port->netdev, port->args.iface), fd, mtu = 0;

	if (ret == 0)
		ret = netdev_mac(&port->netdev, &dev->mac_addr);
	if (ret == 0)
		ret = netdev_mtu(&port->netdev, &mtu);
	if (ret == 0) {
		dev->mtu = (uint16_t)PLX_MIN(mtu, UINT16_MAX);
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
		ret = fd < 0 ? -errno : 0;
		cure = "packet sockets need CAP_NET_RAW";
		if (fd >= 0)
			close(fd);
	}
	if (ret < 0)
		PLX_LOG(ERR, &af_packet_logtype, "%s: can't use interface %s (%s): %s", dev->name,
			port->args.iface, plx_strerror(ret), cure);
	return ret;
}

static int
af_packet_probe(struct plx_vdev_device *vdev)
{
	struct plx_eth_dev *dev = vport_create(vdev, &af_packet_caps, sizeof(struct af_packet_port));
	struct af_packet_port *port;
	int ret;

	if (dev == NULL)
		return -errno;
	port = dev->dev_private;
	port->vport.rx = VPORT_QUEUES(port->rxqs);
	port->vport.tx = VPORT_QUEUES(port->txqs);
	port->netdev.fd = -1;
	port->watch.fd = -1;
	port->member_fd = -1;
	pthread_mutex_init(&port->missed_lock, NULL);
	ret = af_packet_args_parse(&vdev->device, &port->args);
	if (ret == 0)
		ret = check_interface(dev);
	if (ret < 0) {
		af_packet_dev_close(dev);
		plx_eth_dev_release_port(dev);
		return ret;
	}
	dev->rx_pkt_burst = af_packet_rx_burst;
	dev->tx_pkt_burst = af_packet_tx_burst;
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static struct plx_vdev_driver af_packet_driver = {
	.driver = { .name = "net_af_packet" },
	.probe = af_packet_probe,
	.remove = vport_remove,
};
PLX_PMD_REGISTER_VDEV(af_packet_driver)
