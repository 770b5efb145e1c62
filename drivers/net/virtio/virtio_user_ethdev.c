/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio_user as a virtual device: its arguments, and a port of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <plx_bus_vdev.h>
#include <plx_eal.h>
#include <plx_errno.h>

#include "virtio_log.h"
#include "virtio_net.h"
#include "virtio_user.h"

#define DEFAULT_QUEUE_SIZE 256

/** struct virtio_user_port - dev_private of a port. */
struct virtio_user_port {
	struct virtio_hw hw;
	struct virtio_user user;
};

static int
set_path(const char *value, void *arg)
{
	struct virtio_user_args *args = arg;

	if (value[0] == '\0' || strlen(value) >= sizeof(args->path))
		return -EINVAL;
	strcpy(args->path, value);
	return 0;
}

static int
set_mac(const char *value, void *arg)
{
	struct virtio_user_args *args = arg;
	struct plx_ether_addr mac;
	int ret = plx_ether_unformat_addr(value, &mac);

	if (ret == 0 && !plx_is_valid_assigned_ether_addr(&mac))
		ret = -EINVAL;
	if (ret == 0)
		memcpy(args->mac, &mac, sizeof(mac));
	return ret;
}

static int
set_number(const char *value, uint32_t *number, uint32_t min, uint32_t max)
{
	int ret = plx_kvarg_u32(value, number);

	if (ret < 0)
		return ret;
	return *number >= min && *number <= max ? 0 : -EINVAL;
}

static int
set_queues(const char *value, void *arg)
{
	return set_number(value, &((struct virtio_user_args *)arg)->pairs, 1,
		VIRTIO_USER_MAX_PAIRS);
}

static int
set_queue_size(const char *value, void *arg)
{
	uint32_t *size = &((struct virtio_user_args *)arg)->queue_size;
	int ret = set_number(value, size, VIRTIO_QUEUE_MIN, VIRTQ_SIZE_MAX);

	return ret < 0 || plx_is_power_of_2(*size) ? ret : -EINVAL;
}

static int
set_server(const char *value, void *arg)
{
	return set_number(value, &((struct virtio_user_args *)arg)->server, 0, 1);
}

static int
set_packed(const char *value, void *arg)
{
	return set_number(value, &((struct virtio_user_args *)arg)->packed, 0, 1);
}

static int
set_mergeable(const char *value, void *arg)
{
	return set_number(value, &((struct virtio_user_args *)arg)->mergeable, 0, 1);
}

static int
set_in_order(const char *value, void *arg)
{
	return set_number(value, &((struct virtio_user_args *)arg)->in_order, 0, 1);
}

static const struct plx_kvarg known_args[] = {
	{ "path", set_path },
	{ "mac", set_mac },
	{ "queues", set_queues },
	{ "queue_size", set_queue_size },
	{ "server", set_server },
	{ "packed_vq", set_packed },
	{ "mrg_rxbuf", set_mergeable },
	{ "in_order", set_in_order },
	{ NULL, NULL },
};

static const char *const devargs[] = {
	"path=FILE       unix socket of the vhost-user peer; must be given",
	"mac=ADDRESS     address of the port; a random one",
	"queues=N        pairs of queues (1)",
	"queue_size=N    descriptors of each queue, a power of two (256)",
	"server=0|1      1: listen at path, and let the peer connect (0)",
	"packed_vq=0|1   1: packed rings, if the peer has them (0)",
	"mrg_rxbuf=0|1   1: packets over several buffers, if the peer has that and SCATTER is asked for (1)",
	"in_order=0|1    accepted, as DPDK's; the driver does not need that promise",
	NULL,
};

static struct plx_eth_caps virtio_user_caps = {
	.info = {
		.driver_name = "net_virtio_user",
		.min_mtu = PLX_ETHER_MIN_MTU,
		.max_mtu = VIRTIO_MTU_MAX,
		.min_rx_bufsize = VIRTIO_RX_BUF_MIN,
		.max_rx_pktlen = VIRTIO_MTU_MAX + VIRTIO_L2_OVERHEAD,
		.max_rx_queues = VIRTIO_USER_MAX_PAIRS,
		.max_tx_queues = VIRTIO_USER_MAX_PAIRS,
		.max_mac_addrs = 1,
		.rx_offload_capa = PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_UDP_CKSUM |
			PLX_ETH_RX_OFFLOAD_TCP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_LRO |
			PLX_ETH_RX_OFFLOAD_SCATTER,
		.tx_offload_capa = VIRTIO_TX_OFFLOAD_CAPA,
		.rx_desc_lim = VIRTIO_RX_DESC_LIM,
		.tx_desc_lim = VIRTIO_TX_DESC_LIM,
		.default_rx_desc = DEFAULT_QUEUE_SIZE,
		.default_tx_desc = DEFAULT_QUEUE_SIZE,
		.dev_flags = PLX_ETH_DEV_INTR_LSC,
	},
	.ops = &virtio_eth_dev_ops,
	.devices = "a vhost-user back end at a unix socket: DPDK's net_vhost, Open vSwitch, a VM's",
	.devargs = devargs,
	.rx_own_buffers = true,
};
PLX_ETH_REGISTER_CAPS(virtio_user_caps)

static int
parse_args(const struct plx_device *device, struct virtio_user_args *args)
{
	int ret = plx_kvargs_parse(device->name, device->args, known_args, args);

	if (ret < 0)
		return ret;
	if (args->path[0] == '\0') {
		VIRTIO_ERR(device->name, "there is no path= of the vhost-user peer's socket (EINVAL)");
		return -EINVAL;
	}
	/* Descriptors hold addresses of this process, which the peer translates by its table. */
	if (plx_eal_iova_mode() == PLX_IOVA_PA) {
		VIRTIO_ERR(device->name, "not together with devices that address memory physically "
			"(ENOTSUP)");
		return -ENOTSUP;
	}
	return 0;
}

static int
init_port(struct plx_eth_dev *dev, const struct virtio_user_args *args)
{
	struct virtio_user_port *port = dev->dev_private;
	const char *name = dev->device->name;
	int ret;

	ret = virtio_user_init(&port->user, name, args);
	if (ret < 0)
		return ret;
	port->hw.transport = &port->user.transport;
	port->hw.dev_name = name;
	ret = virtio_hw_init(&port->hw);
	if (ret == 0)
		ret = virtio_port_init(dev);
	dev->caps = &virtio_user_caps;
	if (ret < 0)
		virtio_user_fini(&port->user);
	return ret;
}

static int
virtio_user_probe(struct plx_vdev_device *vdev)
{
	struct virtio_user_args args = {
		.pairs = 1, .queue_size = DEFAULT_QUEUE_SIZE, .mergeable = 1 };
	const char *name = vdev->device.name;
	struct plx_eth_dev *dev;
	int ret;

	virtio_random_mac((struct plx_ether_addr *)args.mac);
	ret = parse_args(&vdev->device, &args);
	if (ret < 0)
		return ret;
	dev = plx_eth_dev_create(&vdev->device, name, sizeof(struct virtio_user_port));
	if (dev == NULL) {
		ret = -errno;
		VIRTIO_ERR(name, "can't make a port (%s)", plx_strerror(ret));
		return ret;
	}
	ret = init_port(dev, &args);
	if (ret < 0) {
		plx_eth_dev_release_port(dev);
		return ret;
	}
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static int
virtio_user_remove(struct plx_vdev_device *vdev)
{
	const struct plx_eth_dev *dev = plx_eth_dev_of(&vdev->device);

	return dev != NULL ? plx_eth_dev_close(dev->port_id) : 0;
}

static struct plx_vdev_driver net_virtio_user = {
	.driver = { .name = "net_virtio_user" },
	.probe = virtio_user_probe,
	.remove = virtio_user_remove,
};
PLX_PMD_REGISTER_VDEV(net_virtio_user)
