/* SPDX-License-Identifier: BSD-3-Clause */
/* Which ports there are, and the table through which bursts reach them. */
#include <stdlib.h>
#include <string.h>

#include <plx_lcore.h>
#include <plx_malloc.h>

#include "ethdev_private.h"

PLX_LOG_REGISTER(ethdev_logtype, "lib.ethdev", "ETHDEV", NOTICE)

/* @devs: made by drivers. @usable: the probe is over. */
static struct {
	struct plx_eth_dev *devs[PLX_MAX_ETHPORTS];
	bool usable[PLX_MAX_ETHPORTS];
} ports;

static void *no_queues[PLX_MAX_QUEUES_PER_PORT];

static uint16_t
no_burst(void *queue, struct plx_mbuf **pkts, uint16_t nb_pkts)
{
	return 0;
}

static int
no_count(void *queue)
{
	return -ENOTSUP;
}

static int
no_status(void *queue, uint16_t offset)
{
	return -ENOTSUP;
}

#define NOT_STARTED { \
	.rx_pkt_burst = no_burst, .rxq = no_queues, .rxq_data = no_queues, \
	.rx_queue_count = no_count, .rx_descriptor_status = no_status, \
	.tx_pkt_burst = no_burst, .txq = no_queues, .txq_data = no_queues, \
	.tx_descriptor_status = no_status, \
}

struct plx_eth_fp_ops plx_eth_fp_ops[PLX_MAX_ETHPORTS] = {
	[0 ... PLX_MAX_ETHPORTS - 1] = NOT_STARTED
};

void
eth_dev_fp_disable(uint16_t port_id)
{
	plx_eth_fp_ops[port_id] = (struct plx_eth_fp_ops)NOT_STARTED;
}

void
eth_dev_fp_enable(struct plx_eth_dev *dev)
{
	struct plx_eth_fp_ops *fp = &plx_eth_fp_ops[dev->port_id];

	/* A port may have queues of one direction only; then the other keeps no_burst(). */
	if (dev->nb_rx_queues > 0) {
		fp->rxq = dev->rx_queues;
		fp->rx_pkt_burst = dev->rx_pkt_burst;
	}
	if (dev->nb_tx_queues > 0) {
		fp->txq = dev->tx_queues;
		fp->tx_pkt_burst = dev->tx_pkt_burst;
	}
}

struct plx_eth_dev *
eth_dev_get(uint16_t port_id)
{
	return plx_eth_dev_is_valid_port(port_id) ? ports.devs[port_id] : NULL;
}

struct plx_eth_dev *
eth_dev_get_to(uint16_t port_id, const char *what)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		PLX_LOG(ERR, &ethdev_logtype, "port %u: can't %s (ENODEV): no such port among %u",
			port_id, what, plx_eth_dev_count_avail());
	return dev;
}

int
eth_dev_result(const struct plx_eth_dev *dev, const char *what, int ret)
{
	if (ret < 0)
		PORT_ERR(dev, "can't %s (%s)", what, plx_strerror(ret));
	return ret;
}

static struct plx_eth_dev *
find_name(const char *name)
{
	for (unsigned int i = 0; i < PLX_MAX_ETHPORTS; i++)
		if (ports.devs[i] != NULL && strcmp(ports.devs[i]->name, name) == 0)
			return ports.devs[i];
	return NULL;
}

static int
find_free(uint16_t *port_id)
{
	for (unsigned int i = 0; i < PLX_MAX_ETHPORTS; i++) {
		if (ports.devs[i] == NULL) {
			*port_id = (uint16_t)i;
			return 0;
		}
	}
	return -ENOSPC;
}

static int
dev_create(struct plx_device *device, const char *name, size_t private_size,
	struct plx_eth_dev **out)
{
	struct plx_eth_dev *dev;
	uint16_t port_id;

	if (name[0] == '\0' || strlen(name) >= PLX_ETH_NAME_MAX_LEN)
		return -ENAMETOOLONG;
	if (find_name(name) != NULL)
		return -EEXIST;
	if (find_free(&port_id) < 0)
		return -ENOSPC;
	dev = calloc(1, sizeof(*dev));
	if (dev == NULL)
		return -ENOMEM;
	if (private_size > 0) {
		dev->dev_private = plx_zmalloc_socket("ethdev private", private_size, 0,
			device->numa_node);
		if (dev->dev_private == NULL) {
			int ret = -errno;

			free(dev);
			return ret;
		}
	}
	strcpy(dev->name, name);
	dev->device = device;
	dev->port_id = port_id;
	dev->state = PLX_ETH_DEV_MADE;
	dev->callbacks = (struct plx_callbacks)PLX_CALLBACKS_INITIALIZER;
	ports.devs[port_id] = dev;
	*out = dev;
	return 0;
}

struct plx_eth_dev *
plx_eth_dev_create(struct plx_device *device, const char *name, size_t private_size)
{
	struct plx_eth_dev *dev = NULL;
	int ret = dev_create(device, name, private_size, &dev);

	if (ret < 0)
		errno = -ret;
	return dev;
}

void
plx_eth_dev_probing_finish(struct plx_eth_dev *dev)
{
	ports.usable[dev->port_id] = true;
}

void
plx_eth_dev_release_port(struct plx_eth_dev *dev)
{
	ports.usable[dev->port_id] = false;
	ports.devs[dev->port_id] = NULL;
	plx_callbacks_clear(&dev->callbacks);
	plx_free(dev->dev_private);
	free(dev);
}

struct plx_eth_dev *
plx_eth_dev_of(const struct plx_device *device)
{
	for (unsigned int i = 0; i < PLX_MAX_ETHPORTS; i++)
		if (ports.devs[i] != NULL && ports.devs[i]->device == device)
			return ports.devs[i];
	return NULL;
}

uint16_t
plx_eth_dev_count_avail(void)
{
	uint16_t n = 0, p;

	PLX_ETH_FOREACH_DEV(p)
		n++;
	return n;
}

int
plx_eth_dev_is_valid_port(uint16_t port_id)
{
	return port_id < PLX_MAX_ETHPORTS && ports.usable[port_id];
}

uint16_t
plx_eth_find_next(uint16_t port_id)
{
	while (port_id < PLX_MAX_ETHPORTS && !ports.usable[port_id])
		port_id++;
	return PLX_MIN(port_id, (uint16_t)PLX_MAX_ETHPORTS);
}

int
plx_eth_dev_get_port_by_name(const char *name, uint16_t *port_id)
{
	const struct plx_eth_dev *dev = find_name(name);

	if (dev == NULL || !ports.usable[dev->port_id])
		return -ENODEV;
	*port_id = dev->port_id;
	return 0;
}

int
plx_eth_dev_get_name_by_port(uint16_t port_id, char name[PLX_ETH_NAME_MAX_LEN])
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	strcpy(name, dev->name);
	return 0;
}

int
plx_eth_dev_socket_id(uint16_t port_id)
{
	const struct plx_eth_dev *dev = eth_dev_get(port_id);

	return dev != NULL ? dev->device->numa_node : SOCKET_ID_ANY;
}
