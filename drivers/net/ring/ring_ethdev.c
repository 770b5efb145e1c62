/* SPDX-License-Identifier: BSD-3-Clause */
/* net_ring as a port. */
#include <errno.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_ring.h"

PLX_LOG_REGISTER(ring_port_logtype, "pmd.net.ring.port", "RING", NOTICE)

static void
set_link(struct plx_eth_dev *dev, int up)
{
	struct ring_port *port = dev->dev_private;

	if (port->set != NULL)
		ring_set_link(port->set, port->end, up);
}

/* The port hears of its own word too, as of a wire that is pulled. */
static int
change_link(struct plx_eth_dev *dev, int up)
{
	int ret;

	set_link(dev, up);
	ret = up ? vport_link_up(dev) : vport_link_down(dev);
	if (ret == 0)
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	return ret;
}

static int
ring_link_up(struct plx_eth_dev *dev)
{
	return change_link(dev, 1);
}

static int
ring_link_down(struct plx_eth_dev *dev)
{
	return change_link(dev, 0);
}

static int
ring_start(struct plx_eth_dev *dev)
{
	struct ring_port *port = dev->dev_private;

	if (port->set != NULL)
		ring_set_start(port->set, port->end);
	set_link(dev, 1);
	return vport_link_up(dev);
}

static int
ring_stop(struct plx_eth_dev *dev)
{
	struct ring_port *port = dev->dev_private;

	if (port->set != NULL)
		ring_set_stop(port->set, port->end);
	return vport_link_down(dev);
}

static int
ring_close(struct plx_eth_dev *dev)
{
	struct ring_port *port = dev->dev_private;

	if (port->set != NULL)
		ring_set_put(port->set, port->end);
	return 0;
}

static int
ring_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	const struct ring_port *port = dev->dev_private;

	vport_link_update(dev, wait, link);
	if (port->set != NULL && !ring_set_peer_up(port->set, port->end))
		link->link_status = 0;
	return 0;
}

static void
ring_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct ring_port *port = dev->dev_private;

	info->max_rx_queues = (uint16_t)port->nb_rx;
	info->max_tx_queues = (uint16_t)port->nb_tx;
}

/* Packets come with the mbufs of who sent them: the pool is not used. */
static int
ring_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	vport_rx_queue(dev, queue_id);
	return 0;
}

static int
ring_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	vport_tx_queue(dev, queue_id);
	return 0;
}

static const struct plx_eth_dev_ops ring_ops = {
	.dev_start = ring_start,
	.dev_stop = ring_stop,
	.dev_close = ring_close,
	.dev_reset = vport_accept,
	.dev_infos_get = ring_infos_get,
	.rx_queue_setup = ring_rx_queue_setup,
	.tx_queue_setup = ring_tx_queue_setup,
	.rx_queue_release = vport_queue_release,
	.tx_queue_release = vport_queue_release,
	.link_update = ring_link_update,
	.dev_set_link_up = ring_link_up,
	.dev_set_link_down = ring_link_down,
	.stats_get = vport_stats_get,
	.stats_reset = vport_stats_reset,
	.queue_stats_get = vport_queue_stats_get,
	.promiscuous_enable = vport_accept,
	.promiscuous_disable = vport_accept,
	.allmulticast_enable = vport_accept,
	.allmulticast_disable = vport_accept,
	.mac_addr_set = vport_mac_addr_set,
	.mtu_set = vport_mtu_set,
};

static const char *const ring_devargs[] = {
	"wire=NAME  the two ports of that name are wired: what one sends the other receives",
	"nodeaction=NAME:NODE:CREATE  make rings that other ports can share, on a NUMA node",
	"nodeaction=NAME:NODE:ATTACH  share the rings of that name",
	NULL,
};

static struct plx_eth_caps ring_caps = {
	.info = {
		.driver_name = "net_ring",
		VPORT_INFO,
		.max_mac_addrs = 1,
		.max_rx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_tx_queues = PLX_MAX_QUEUES_PER_PORT,
		.tx_offload_capa = VPORT_TX_OFFLOADS,
		.tx_queue_offload_capa = VPORT_TX_OFFLOADS,
		.dev_flags = PLX_ETH_DEV_INTR_LSC,
	},
	.ops = &ring_ops,
	.devices = "none: rings of packets, by --vdev=net_ring0",
	.devargs = ring_devargs,
};
PLX_ETH_REGISTER_CAPS(ring_caps)

/* Is each side of the ring one thread's? */
static bool
is_st(const struct plx_ring *r)
{
	return r->prod.sync_type == PLX_RING_SYNC_ST && r->cons.sync_type == PLX_RING_SYNC_ST;
}

static void
take_rings(struct plx_eth_dev *dev, struct plx_ring *const *rx, unsigned int nb_rx,
	struct plx_ring *const *tx, unsigned int nb_tx)
{
	struct ring_port *port = dev->dev_private;
	bool rx_st = true, tx_st = true;

	port->nb_rx = nb_rx;
	port->nb_tx = nb_tx;
	for (unsigned int i = 0; i < nb_rx; i++) {
		port->rxqs[i].ring = rx[i];
		port->rxqs[i].port_id = dev->port_id;
		rx_st &= is_st(rx[i]);
	}
	for (unsigned int i = 0; i < nb_tx; i++) {
		port->txqs[i].ring = tx[i];
		tx_st &= is_st(tx[i]);
	}
	dev->rx_pkt_burst = rx_st ? ring_rx_burst_st : ring_rx_burst;
	dev->tx_pkt_burst = tx_st ? ring_tx_burst_st : ring_tx_burst;
	dev->rx_queue_count = ring_rx_queue_count;
}

static int
have_set(const struct ring_args *args, struct plx_eth_dev *dev)
{
	struct ring_port *port = dev->dev_private;
	int ret = ring_set_get(args, dev, &port->set, &port->end);

	if (ret == 0) {
		/* What is no wire comes back by the ring that it went. */
		unsigned int out = args->kind == RING_WIRE ? !port->end : 0;

		take_rings(dev, port->set->rings[port->end], RING_QUEUES, port->set->rings[out],
			RING_QUEUES);
	} else {
		PLX_LOG(ERR, &ring_port_logtype, "%s: no rings %s (%s): %s", dev->name,
			args->name != NULL ? args->name : "of its own", plx_strerror(ret),
			ret == -EEXIST ? "they are there, ATTACH" :
			ret == -ENOENT ? "CREATE them first" :
			ret == -EBUSY ? "the wire has both its ends" : "free some memory");
	}
	return ret;
}

/* With the rings that were given for it, or else those of @args. */
static int
port_new(struct plx_vdev_device *vdev, const struct ring_args *args)
{
	const struct ring_given *given = ring_given_find(vdev->device.name);
	struct plx_eth_dev *dev;
	struct ring_port *port;
	int ret = 0;

	vdev->device.numa_node = (int)(given != NULL ? given->numa_node : args->numa_node);
	dev = vport_create(vdev, &ring_caps, sizeof(*port));
	if (dev == NULL)
		return -errno;
	port = dev->dev_private;
	port->vport.rx = VPORT_QUEUES(port->rxqs);
	port->vport.tx = VPORT_QUEUES(port->txqs);
	if (given != NULL)
		take_rings(dev, given->rx, given->nb_rx, given->tx, given->nb_tx);
	else
		ret = have_set(args, dev);
	if (ret < 0)
		plx_eth_dev_release_port(dev);
	else
		plx_eth_dev_probing_finish(dev);
	return ret;
}

static int
ring_probe(struct plx_vdev_device *vdev)
{
	struct ring_args args;
	int ret = ring_args_parse(&vdev->device, &args);

	if (ret == 0)
		ret = port_new(vdev, &args);
	ring_args_free(&args);
	return ret;
}

static struct plx_vdev_driver ring_driver = {
	.driver = { .name = "net_ring" },
	.probe = ring_probe,
	.remove = vport_remove,
};
PLX_PMD_REGISTER_VDEV(ring_driver)
