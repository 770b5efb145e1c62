/* SPDX-License-Identifier: BSD-3-Clause */
/* net_null as a port: arguments, queues, statistics. */
#include <errno.h>
#include <stdlib.h>

#include <plx_errno.h>
#include <plx_log.h>
#include <plx_malloc.h>

#include "null.h"

PLX_LOG_REGISTER(null_logtype, "pmd.net.null", "NULL", NOTICE)

/* What the user may say in --vdev; the meaning is that of struct null_port. */
struct null_args {
	uint32_t size;
	uint32_t copy;
};

static int
set_size(const char *value, void *arg)
{
	return plx_kvarg_u32(value, &((struct null_args *)arg)->size);
}

static int
set_copy(const char *value, void *arg)
{
	return plx_kvarg_u32(value, &((struct null_args *)arg)->copy);
}

static const struct plx_kvarg known_args[] = {
	{ "size", set_size },
	{ "copy", set_copy },
	{ NULL, NULL },
};

static int
parse_args(const struct plx_device *device, struct null_args *args)
{
	int ret = plx_kvargs_parse(device->name, device->args, known_args, args);

	if (ret < 0)
		return ret;
	if (args->size >= NULL_MIN_SIZE && args->size <= NULL_MAX_SIZE && args->copy <= 1)
		return 0;
	PLX_LOG(ERR, &null_logtype, "%s: size=%u,copy=%u (EINVAL): give a size of %d to %d bytes, "
		"copy 0 or 1", device->name, args->size, args->copy, NULL_MIN_SIZE, NULL_MAX_SIZE);
	return -EINVAL;
}

/* All packets that it receives are of one size, whatever the MTU. */
static void
null_infos_get(struct plx_eth_dev *dev, struct plx_eth_dev_info *info)
{
	const struct null_port *port = dev->dev_private;

	info->min_rx_bufsize = port->size;
	info->max_rx_pktlen = port->size;
}

/* What does not matter without a wire. */
static int
null_accept(struct plx_eth_dev *dev)
{
	return 0;
}

static int
null_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	return 0;
}

static int
null_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	return 0;
}

static int
null_start(struct plx_eth_dev *dev)
{
	struct null_port *port = dev->dev_private;

	__atomic_store_n(&port->link_up, 1, __ATOMIC_RELAXED);
	return 0;
}

static int
null_stop(struct plx_eth_dev *dev)
{
	struct null_port *port = dev->dev_private;

	__atomic_store_n(&port->link_up, 0, __ATOMIC_RELAXED);
	return 0;
}

static int
null_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	const struct null_port *port = dev->dev_private;

	link->link_speed = PLX_ETH_SPEED_NUM_10G;
	link->link_duplex = 1;
	link->link_status = __atomic_load_n(&port->link_up, __ATOMIC_RELAXED) != 0;
	return 0;
}

/* The frame of a queue with copy=1; without it there is none. */
static int
frame_new(const struct null_port *port, int socket_id, char **frame)
{
	*frame = NULL;
	if (port->copy)
		*frame = plx_zmalloc_socket("net_null frame", port->size, 0, socket_id);
	return port->copy && *frame == NULL ? -errno : 0;
}

static int
null_rx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_rxconf *conf, struct plx_mempool *mb_pool)
{
	struct null_port *port = dev->dev_private;
	struct null_rxq *rxq = &port->rxqs[queue_id];
	const struct plx_mbuf fresh = {
		.data_off = PLX_PKTMBUF_HEADROOM,
		.refcnt = 1,
		.nb_segs = 1,
		.port = dev->port_id,
	};
	int ret = frame_new(port, socket_id, &rxq->frame);

	if (ret < 0)
		return ret;
	rxq->pool = mb_pool;
	rxq->rearm_data = fresh.rearm_data;
	rxq->size = (uint16_t)port->size;
	rxq->before = rxq->packets;
	dev->rx_queues[queue_id] = rxq;
	return 0;
}

static int
null_tx_queue_setup(struct plx_eth_dev *dev, uint16_t queue_id, uint16_t nb_desc, int socket_id,
	const struct plx_eth_txconf *conf)
{
	struct null_port *port = dev->dev_private;
	struct null_txq *txq = &port->txqs[queue_id];
	int ret = frame_new(port, socket_id, &txq->frame);

	if (ret < 0)
		return ret;
	txq->size = (uint16_t)port->size;
	txq->fast_free = (conf->offloads & PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE) != 0;
	txq->packets_before = txq->packets;
	txq->bytes_before = txq->bytes;
	dev->tx_queues[queue_id] = txq;
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

/* What all queues have counted since the port was made. */
static void
sum_queues(const struct null_port *port, struct plx_eth_stats *sum)
{
	*sum = (struct plx_eth_stats){ 0 };
	for (unsigned int i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		const struct null_rxq *rxq = &port->rxqs[i];
		const struct null_txq *txq = &port->txqs[i];

		sum->ipackets += __atomic_load_n(&rxq->packets, __ATOMIC_RELAXED);
		sum->rx_nombuf += __atomic_load_n(&rxq->nombuf, __ATOMIC_RELAXED);
		sum->opackets += __atomic_load_n(&txq->packets, __ATOMIC_RELAXED);
		sum->obytes += __atomic_load_n(&txq->bytes, __ATOMIC_RELAXED);
	}
	sum->ibytes = sum->ipackets * port->size;
}

static int
null_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats)
{
	const struct null_port *port = dev->dev_private;
	const struct plx_eth_stats *base = &port->base;

	sum_queues(port, stats);
	stats->ipackets -= base->ipackets;
	stats->ibytes -= base->ibytes;
	stats->rx_nombuf -= base->rx_nombuf;
	stats->opackets -= base->opackets;
	stats->obytes -= base->obytes;
	return 0;
}

static int
null_stats_reset(struct plx_eth_dev *dev)
{
	struct null_port *port = dev->dev_private;

	sum_queues(port, &port->base);
	return 0;
}

static int
null_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats)
{
	const struct null_port *port = dev->dev_private;
	const struct null_rxq *rxq = &port->rxqs[queue_id];
	const struct null_txq *txq = &port->txqs[queue_id];

	if (rx) {
		stats->packets = __atomic_load_n(&rxq->packets, __ATOMIC_RELAXED) - rxq->before;
		stats->bytes = stats->packets * port->size;
	} else {
		stats->packets = __atomic_load_n(&txq->packets, __ATOMIC_RELAXED) -
			txq->packets_before;
		stats->bytes = __atomic_load_n(&txq->bytes, __ATOMIC_RELAXED) - txq->bytes_before;
	}
	return 0;
}

static const struct plx_eth_dev_ops null_ops = {
	.dev_start = null_start,
	.dev_stop = null_stop,
	.dev_close = null_accept,
	.dev_infos_get = null_infos_get,
	.rx_queue_setup = null_rx_queue_setup,
	.tx_queue_setup = null_tx_queue_setup,
	.rx_queue_release = null_rx_queue_release,
	.tx_queue_release = null_tx_queue_release,
	.link_update = null_link_update,
	.stats_get = null_stats_get,
	.stats_reset = null_stats_reset,
	.queue_stats_get = null_queue_stats_get,
	.promiscuous_enable = null_accept,
	.promiscuous_disable = null_accept,
	.mac_addr_set = null_mac_addr_set,
	.mtu_set = null_mtu_set,
};

/* There are no rings: any number of descriptors will do. */
#define NULL_ANY_DESC .nb_max = UINT16_MAX, .nb_min = 1, .nb_align = 1
#define NULL_OFFLOADS_TX (PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_MBUF_FAST_FREE)

static const char *const null_devargs[] = {
	"size=BYTES  of each packet that is received (64)",
	"copy=0|1    copy packets, rather than leave their data alone (0)",
	NULL
};

static struct plx_eth_caps null_caps = {
	.info = {
		.driver_name = "net_null",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = NULL_MAX_SIZE - PLX_ETHER_HDR_LEN,
		.min_rx_bufsize = NULL_DEFAULT_SIZE,
		.max_rx_pktlen = NULL_MAX_SIZE,
		.max_rx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_tx_queues = PLX_MAX_QUEUES_PER_PORT,
		.max_mac_addrs = 1,
		.tx_offload_capa = NULL_OFFLOADS_TX,
		.tx_queue_offload_capa = NULL_OFFLOADS_TX,
		.rx_desc_lim = { NULL_ANY_DESC },
		.tx_desc_lim = { NULL_ANY_DESC, .nb_seg_max = PLX_MBUF_MAX_NB_SEGS,
			.nb_mtu_seg_max = PLX_MBUF_MAX_NB_SEGS },
		.default_rx_desc = 512,
		.default_tx_desc = 512,
	},
	.ops = &null_ops,
	.devices = "none: packets without a wire, by --vdev=net_null0",
	.devargs = null_devargs,
};
PLX_ETH_REGISTER_CAPS(null_caps)

static void
random_mac(struct plx_ether_addr *mac)
{
	arc4random_buf(mac->addr_bytes, sizeof(mac->addr_bytes));
	mac->addr_bytes[0] &= (uint8_t)~PLX_ETHER_GROUP_ADDR;
	mac->addr_bytes[0] |= PLX_ETHER_LOCAL_ADMIN_ADDR;
}

static int
null_probe(struct plx_vdev_device *vdev)
{
	struct null_args args = { .size = NULL_DEFAULT_SIZE };
	const char *name = vdev->device.name;
	struct null_port *port;
	struct plx_eth_dev *dev;
	int ret = parse_args(&vdev->device, &args);

	if (ret < 0)
		return ret;
	dev = plx_eth_dev_create(&vdev->device, name, sizeof(*port));
	if (dev == NULL) {
		ret = -errno;
		PLX_LOG(ERR, &null_logtype, "%s: can't make a port (%s)", name, plx_strerror(ret));
		return ret;
	}
	port = dev->dev_private;
	port->size = args.size;
	port->copy = args.copy;
	dev->caps = &null_caps;
	dev->rx_pkt_burst = null_rx_burst;
	dev->tx_pkt_burst = null_tx_burst;
	dev->mtu = PLX_ETHER_MTU;
	random_mac(&dev->mac_addr);
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static int
null_remove(struct plx_vdev_device *vdev)
{
	const struct plx_eth_dev *dev = plx_eth_dev_of(&vdev->device);

	return dev != NULL ? plx_eth_dev_close(dev->port_id) : 0;
}

static struct plx_vdev_driver null_driver = {
	.driver = { .name = "net_null" },
	.probe = null_probe,
	.remove = null_remove,
};
PLX_PMD_REGISTER_VDEV(null_driver)
