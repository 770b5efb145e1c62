/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports without a NIC: how they come and go, and what does not matter to them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "vport.h"

PLX_LOG_REGISTER(vport_logtype, "pmd.net.vport", "VPORT", NOTICE)

static void
random_mac(struct plx_ether_addr *mac)
{
	arc4random_buf(mac->addr_bytes, sizeof(mac->addr_bytes));
	mac->addr_bytes[0] &= (uint8_t)~PLX_ETHER_GROUP_ADDR;
	mac->addr_bytes[0] |= PLX_ETHER_LOCAL_ADMIN_ADDR;
}

struct plx_eth_dev *
vport_create(struct plx_vdev_device *vdev, const struct plx_eth_caps *caps, size_t private_size)
{
	const char *name = vdev->device.name;
	struct plx_eth_dev *dev = plx_eth_dev_create(&vdev->device, name, private_size);
	int ret;

	if (dev == NULL) {
		ret = -errno;
		PLX_LOG(ERR, &vport_logtype, "%s: can't make a port (%s)", name, plx_strerror(ret));
		errno = -ret;
		return NULL;
	}
	dev->caps = caps;
	dev->dev_ops = caps->ops;
	dev->mtu = PLX_ETHER_MTU;
	random_mac(&dev->mac_addr);
	return dev;
}

int
vport_remove(struct plx_vdev_device *vdev)
{
	const struct plx_eth_dev *dev = plx_eth_dev_of(&vdev->device);

	return dev != NULL ? plx_eth_dev_close(dev->port_id) : 0;
}

int
vport_arg_u32(const char *value, uint32_t min, uint32_t max, uint32_t *out)
{
	uint32_t number;
	int ret = plx_kvarg_u32(value, &number);

	if (ret < 0 || number < min || number > max)
		return -EINVAL;
	*out = number;
	return 0;
}

int
vport_arg_text(const char *value, char **out)
{
	char *copy;

	if (value[0] == '\0')
		return -EINVAL;
	copy = strdup(value);
	if (copy == NULL)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

int
vport_accept(struct plx_eth_dev *dev)
{
	return 0;
}

int
vport_mtu_set(struct plx_eth_dev *dev, uint16_t mtu)
{
	return 0;
}

int
vport_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	return 0;
}

int
vport_link_up(struct plx_eth_dev *dev)
{
	struct vport *port = dev->dev_private;

	__atomic_store_n(&port->link_up, 1, __ATOMIC_RELAXED);
	return 0;
}

int
vport_link_down(struct plx_eth_dev *dev)
{
	struct vport *port = dev->dev_private;

	__atomic_store_n(&port->link_up, 0, __ATOMIC_RELAXED);
	return 0;
}

static int
tell_link(struct plx_eth_dev *dev)
{
	if (dev->conf.intr_conf.lsc)
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	return 0;
}

int
vport_set_link_up(struct plx_eth_dev *dev)
{
	vport_link_up(dev);
	return tell_link(dev);
}

int
vport_set_link_down(struct plx_eth_dev *dev)
{
	vport_link_down(dev);
	return tell_link(dev);
}

void
vport_removed(struct plx_eth_dev *dev)
{
	struct vport *port = dev->dev_private;

	if (!__atomic_exchange_n(&port->removed, 1, __ATOMIC_RELAXED))
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_RMV, NULL);
}

int
vport_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	const struct vport *port = dev->dev_private;

	link->link_speed = PLX_ETH_SPEED_NUM_10G;
	link->link_duplex = 1;
	link->link_status = __atomic_load_n(&port->link_up, __ATOMIC_RELAXED) != 0;
	return 0;
}

void
vport_queue_release(struct plx_eth_dev *dev, uint16_t queue_id)
{
}
