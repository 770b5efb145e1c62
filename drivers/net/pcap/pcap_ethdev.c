/* SPDX-License-Identifier: BSD-3-Clause */
/* net_pcap as a port. */
#include <errno.h>
#include <net/if.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_pcap.h"

PLX_LOG_REGISTER(pcap_logtype, "pmd.net.pcap", "PCAP", NOTICE)

/* Each start plays files from their beginning, and interfaces from now on. Files that are written go on. */
static int
pcap_start(struct plx_eth_dev *dev)
{
	struct pcap_port *port = dev->dev_private;

	for (unsigned int i = 0; i < dev->nb_rx_queues; i++) {
		int ret = pcap_rx_rewind(&port->rxqs[i]);

		if (ret < 0)
			return ret;
	}
	return vport_link_up(dev);
}

static void
close_queues(struct pcap_port *port)
{
	for (unsigned int i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		if (port->rxqs[i].pcap == port->iface)
			port->rxqs[i].pcap = NULL;
		if (port->txqs[i].pcap == port->iface)
			port->txqs[i].pcap = NULL;
		pcap_rx_close(&port->rxqs[i]);
		pcap_tx_close(&port->txqs[i]);
	}
	if (port->iface != NULL)
		pcap_close(port->iface);
	netdev_close(&port->netdev);
	pcap_args_free(&port->args);
}

static int
pcap_port_close(struct plx_eth_dev *dev)
{
	close_queues(dev->dev_private);
	return 0;
}

/* Of files it is what the user says, of an interface what the kernel says too. */
static int
pcap_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	const struct pcap_port *port = dev->dev_private;
	int flags = 0;

	vport_link_update(dev, wait, link);
	if (port->netdev.fd >= 0 && (netdev_flags(&port->netdev, &flags) < 0 || !(flags & IFF_RUNNING)))
		link->link_status = 0;
	return 0;
}

static void
pcap_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct pcap_port *port = dev->dev_private;

	info->max_rx_queues = (uint16_t)port->args.nb_rx;
	info->max_tx_queues = (uint16_t)port->args.nb_tx;
}

static int
pcap_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	vport_rx_init(vport_rx_queue(dev, queue_id), dev, conf, mb_pool);
	return 0;
}

static int
pcap_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	vport_tx_queue(dev, queue_id);
	return 0;
}

/* A port that is an interface has its MTU. */
static int
pcap_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	const struct pcap_port *port = dev->dev_private;

	return port->args.iface != NULL ? netdev_set_mtu(&port->netdev, mtu) : 0;
}

static const struct plx_eth_dev_ops pcap_ops = {
	.dev_start = pcap_start,
	.dev_stop = vport_link_down,
	.dev_close = pcap_port_close,
	.dev_reset = vport_accept,
	.dev_infos_get = pcap_infos_get,
	.rx_queue_setup = pcap_rx_queue_setup,
	.tx_queue_setup = pcap_tx_queue_setup,
	.rx_queue_release = vport_queue_release,
	.tx_queue_release = vport_queue_release,
	.link_update = pcap_link_update,
	.dev_set_link_up = vport_link_up,
	.dev_set_link_down = vport_link_down,
	.stats_get = vport_stats_get,
	.stats_reset = vport_stats_reset,
	.queue_stats_get = vport_queue_stats_get,
	.promiscuous_enable = vport_accept,
	.promiscuous_disable = vport_accept,
	.allmulticast_enable = vport_accept,
	.allmulticast_disable = vport_accept,
	.mac_addr_set = vport_mac_addr_set,
	.mtu_set = pcap_mtu_set,
};

static const char *const pcap_devargs[] = {
	"rx_pcap=FILE  an Rx queue that plays the file",
	"tx_pcap=FILE  a Tx queue that writes the file",
	"rx_iface=NAME  an Rx queue with what an interface receives and sends",
	"rx_iface_in=NAME  an Rx queue with what it receives",
	"tx_iface=NAME  a Tx queue that sends by an interface",
	"iface=NAME  one queue each way, of an interface",
	"phy_mac=0|1  have the address of iface (0)",
	"infinite_rx=0|1  play rx_pcap files again and again (0)",
	NULL,
};

static struct plx_eth_caps pcap_caps = {
	.info = {
		.driver_name = "net_pcap",
		VPORT_INFO,
		.max_mac_addrs = 1,
		.max_rx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_tx_queues = PLX_MAX_QUEUES_PER_PORT,
		.rx_offload_capa = PLX_ETH_RX_OFFLOAD_SCATTER,
		.rx_queue_offload_capa = PLX_ETH_RX_OFFLOAD_SCATTER,
		.tx_offload_capa = VPORT_TX_OFFLOADS,
		.tx_queue_offload_capa = VPORT_TX_OFFLOADS,
	},
	.ops = &pcap_ops,
	.devices = "none: capture files and interfaces of the kernel, by --vdev=net_pcap0",
	.devargs = pcap_devargs,
};
PLX_ETH_REGISTER_CAPS(pcap_caps)

/* A port has queues both ways: those that nobody asked for receive nothing, and drop. */
static void
fill_ends(struct pcap_args *args)
{
	if (args->nb_tx == 0)
		args->nb_tx = args->nb_rx;
	if (args->nb_rx == 0)
		args->nb_rx = args->nb_tx;
}

static int
open_iface(struct plx_eth_dev *dev)
{
	struct pcap_port *port = dev->dev_private;
	const char *name = port->args.iface;
	int ret, mtu = PLX_ETHER_MTU;

	for (unsigned int i = 0; i < port->args.nb_tx && name == NULL; i++)
		if (port->args.tx[i].kind == PCAP_IFACE)
			name = port->args.tx[i].name;
	for (unsigned int i = 0; i < port->args.nb_rx && name == NULL; i++)
		if (port->args.rx[i].kind >= PCAP_IFACE)
			name = port->args.rx[i].name;
	if (name == NULL)
		return 0;
	ret = netdev_open(&port->netdev, name);
	if (ret == 0 && port->args.phy_mac)
		ret = netdev_mac(&port->netdev, &dev->mac_addr);
	if (ret == 0 && port->args.iface != NULL)
		ret = netdev_mtu(&port->netdev, &mtu);
	if (ret < 0) {
		PCAP_ERR(dev->name, "no interface %s (%s)", name, plx_strerror(ret));
		return ret;
	}
	dev->mtu = (uint16_t)PLX_MIN(mtu, UINT16_MAX);
	return port->args.iface != NULL ? pcap_iface_open(dev->name, name, &port->iface) : 0;
}

static int
open_queues(struct plx_eth_dev *dev)
{
	struct pcap_port *port = dev->dev_private;
	int ret = open_iface(dev);

	for (unsigned int i = 0; i < port->args.nb_rx && ret == 0; i++) {
		struct pcap_rxq *rxq = &port->rxqs[i];

		rxq->end = &port->args.rx[i];
		rxq->port_name = dev->name;
		rxq->pcap = port->iface;
		if (port->iface == NULL)
			ret = pcap_rx_open(rxq, port->args.infinite_rx);
	}
	for (unsigned int i = 0; i < port->args.nb_tx && ret == 0; i++) {
		struct pcap_txq *txq = &port->txqs[i];

		txq->end = &port->args.tx[i];
		txq->port_name = dev->name;
		txq->pcap = port->iface;
		ret = pcap_tx_open(txq);
	}
	return ret;
}

static int
pcap_probe(struct plx_vdev_device *vdev)
{
	struct plx_eth_dev *dev = vport_create(vdev, &pcap_caps, sizeof(struct pcap_port));
	struct pcap_port *port;
	int ret;

	if (dev == NULL)
		return -errno;
	port = dev->dev_private;
	port->vport.rx = VPORT_QUEUES(port->rxqs);
	port->vport.tx = VPORT_QUEUES(port->txqs);
	port->netdev.fd = -1;
	ret = pcap_args_parse(&vdev->device, &port->args);
	if (ret == 0) {
		fill_ends(&port->args);
		ret = open_queues(dev);
	}
	if (ret < 0) {
		close_queues(port);
		plx_eth_dev_release_port(dev);
		return ret;
	}
	dev->rx_pkt_burst = port->args.infinite_rx ? pcap_rx_burst_infinite : pcap_rx_burst;
	dev->tx_pkt_burst = pcap_tx_burst;
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static struct plx_vdev_driver pcap_driver = {
	.driver = { .name = "net_pcap" },
	.probe = pcap_probe,
	.remove = vport_remove,
};
PLX_PMD_REGISTER_VDEV(pcap_driver)
