/* SPDX-License-Identifier: BSD-3-Clause */
/* Which ports there are. */
#include <stdarg.h>
#include <stdio.h>
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

int
eth_dev_refuse(const struct plx_eth_dev *dev, int err, const char *format, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	PORT_ERR(dev, "%s (%s)", why, plx_strerror(err));
	return err;
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
	dev->stats_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
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
	if (dev->dev_ops == NULL && dev->caps != NULL)
		dev->dev_ops = dev->caps->ops;
	ports.usable[dev->port_id] = true;
}

void
plx_eth_dev_release_port(struct plx_eth_dev *dev)
{
	ports.usable[dev->port_id] = false;
	ports.devs[dev->port_id] = NULL;
	plx_callbacks_clear(&dev->callbacks);
	free(dev->mc_addrs);
	free(dev->wrap);
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
