/* SPDX-License-Identifier: BSD-3-Clause */
/* net_null as a port: arguments and queues. */
#include <errno.h>

#include <plx_malloc.h>

#include "null.h"

static int
set_size(const char *value, void *arg)
{
	return vport_arg_u32(value, NULL_MIN_SIZE, VPORT_MAX_SEGMENT,
		&((struct null_args *)arg)->size);
}

static int
set_copy(const char *value, void *arg)
{
	return vport_arg_u32(value, 0, 1, &((struct null_args *)arg)->copy);
}

static int
set_no_rx(const char *value, void *arg)
{
	return vport_arg_u32(value, 0, 1, &((struct null_args *)arg)->no_rx);
}

static const struct plx_kvarg known_args[] = {
	{ "size", set_size, "a size of 60 to 64512 bytes" },
	{ "copy", set_copy, "0 or 1" },
	{ "no-rx", set_no_rx, "0 or 1" },
	{ NULL, NULL, NULL },
};

/* The frame of a queue with copy=1; without it there is none. */
static int
frame_new(const struct null_port *port, int socket_id, char **frame)
{
	*frame = NULL;
	if (port->args.copy)
		*frame = plx_zmalloc_socket("net_null frame", port->args.size, 0, socket_id);
	return port->args.copy && *frame == NULL ? -errno : 0;
}

static int
null_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	const struct null_port *port = dev->dev_private;
	struct null_rxq *rxq = vport_rx_queue(dev, queue_id);
	int ret = frame_new(port, socket_id, &rxq->frame);

	if (ret < 0)
		return ret;
	rxq->pool = mb_pool;
	rxq->fresh = vport_fresh(dev, (uint16_t)port->args.size);
	return 0;
}

static int
null_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	const struct null_port *port = dev->dev_private;
	struct null_txq *txq = vport_tx_queue(dev, queue_id);
	int ret = frame_new(port, socket_id, &txq->frame);

	if (ret < 0)
		return ret;
	txq->size = (uint16_t)port->args.size;
	txq->fast_free = (conf->offloads & PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE) != 0;
	return 0;
}

static void
null_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct null_rxq *rxq = dev->rx_queues[queue_id];

	plx_free(rxq->frame);
}

static void
null_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
	struct null_txq *txq = dev->tx_queues[queue_id];

	plx_free(txq->frame);
}

/* All packets that it receives are of one size, whatever the MTU. */
static void
null_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct null_port *port = dev->dev_private;

	info->min_rx_bufsize = port->args.size;
	info->max_rx_pktlen = port->args.size;
}

static const struct plx_eth_dev_ops null_ops = {
	.dev_start = vport_link_up,
	.dev_stop = vport_link_down,
	.dev_close = vport_accept,
	.dev_reset = vport_accept,
	.dev_infos_get = null_infos_get,
	.rx_queue_setup = null_rx_queue_setup,
	.tx_queue_setup = null_tx_queue_setup,
	.rx_queue_release = null_rx_queue_release,
	.tx_queue_release = null_tx_queue_release,
	.link_update = vport_link_update,
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
	.mtu_set = vport_mtu_set,
};

static const char *const null_devargs[] = {
	"size=BYTES  of each packet that is received (64)",
	"copy=0|1  copy packets, rather than leave their data alone (0)",
	"no-rx=0|1  receive nothing (0)",
	NULL,
};

static struct plx_eth_caps null_caps = {
	.info = {
		.driver_name = "net_null",
		VPORT_INFO,
		.max_mac_addrs = 1,
		.max_rx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_tx_queues = PLX_MAX_QUEUES_PER_PORT,
		.tx_offload_capa = VPORT_TX_OFFLOADS,
		.tx_queue_offload_capa = VPORT_TX_OFFLOADS,
	},
	.ops = &null_ops,
	.devices = "none: packets without a wire, by --vdev=net_null0",
	.devargs = null_devargs,
};
PLX_ETH_REGISTER_CAPS(null_caps)

static int
null_probe(struct plx_vdev_device *vdev)
{
	struct null_args args = { .size = NULL_DEFAULT_SIZE };
	struct null_port *port;
	struct plx_eth_dev *dev;
	int ret = plx_kvargs_parse(vdev->device.name, vdev->device.args, known_args, &args);

	if (ret < 0)
		return ret;
	dev = vport_create(vdev, &null_caps, sizeof(*port));
	if (dev == NULL)
		return -errno;
	port = dev->dev_private;
	port->vport.rx = VPORT_QUEUES(port->rxqs);
	port->vport.tx = VPORT_QUEUES(port->txqs);
	port->args = args;
	dev->rx_pkt_burst = args.no_rx ? null_rx_burst_none :
		args.copy ? null_rx_burst_copy : null_rx_burst;
	dev->tx_pkt_burst = args.copy ? null_tx_burst_copy : null_tx_burst;
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static struct plx_vdev_driver null_driver = {
	.driver = { .name = "net_null" },
	.probe = null_probe,
	.remove = vport_remove,
};
PLX_PMD_REGISTER_VDEV(null_driver)
