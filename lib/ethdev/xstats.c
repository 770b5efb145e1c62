/* SPDX-License-Identifier: BSD-3-Clause */
/* Extended statistics: one list of the port's counters, those of its queues and the driver's own. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ethdev_private.h"

struct counter {
	const char *name;
	size_t offset;
};

static const struct counter port_counters[] = {
	{ "rx_good_packets", offsetof(struct plx_eth_stats, ipackets) },
	{ "tx_good_packets", offsetof(struct plx_eth_stats, opackets) },
	{ "rx_good_bytes", offsetof(struct plx_eth_stats, ibytes) },
	{ "tx_good_bytes", offsetof(struct plx_eth_stats, obytes) },
	{ "rx_missed_errors", offsetof(struct plx_eth_stats, imissed) },
	{ "rx_errors", offsetof(struct plx_eth_stats, ierrors) },
	{ "tx_errors", offsetof(struct plx_eth_stats, oerrors) },
	{ "rx_mbuf_allocation_errors", offsetof(struct plx_eth_stats, rx_nombuf) },
};

static const struct counter queue_counters[] = {
	{ "packets", offsetof(struct plx_eth_queue_stats, packets) },
	{ "bytes", offsetof(struct plx_eth_queue_stats, bytes) },
	{ "errors", offsetof(struct plx_eth_queue_stats, errors) },
};

static uint64_t
value_at(const void *stats, const struct counter *counter)
{
	uint64_t value;

	memcpy(&value, (const char *)stats + counter->offset, sizeof(value));
	return value;
}

/* Counters of ethdev: the first ones. */
static unsigned int
nb_basic(const struct plx_eth_dev *dev)
{
	const unsigned int nb_queues = dev->dev_ops->queue_stats_get != NULL ?
		(unsigned int)dev->nb_rx_queues + dev->nb_tx_queues : 0;

	return (unsigned int)(PLX_DIM(port_counters) + nb_queues * PLX_DIM(queue_counters));
}

/* All counters, or a negative errno. */
static int
nb_all(struct plx_eth_dev *dev)
{
	int n = dev->dev_ops->xstats_names != NULL ? dev->dev_ops->xstats_names(dev, NULL, 0) : 0;

	return n < 0 ? n : (int)nb_basic(dev) + n;
}

static struct plx_eth_xstat_name *
queue_names(struct plx_eth_xstat_name *at, const char *direction, uint16_t nb_queues)
{
	for (unsigned int q = 0; q < nb_queues; q++)
		for (size_t i = 0; i < PLX_DIM(queue_counters); i++, at++)
			snprintf(at->name, sizeof(at->name), "%s_q%u_%s", direction, q,
				queue_counters[i].name);
	return at;
}

/* Fill @names, which has room for all @n. */
static int
fill_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n)
{
	struct plx_eth_xstat_name *at = names;

	memset(names, 0, n * sizeof(*names));
	for (size_t i = 0; i < PLX_DIM(port_counters); i++, at++)
		snprintf(at->name, sizeof(at->name), "%s", port_counters[i].name);
	if (dev->dev_ops->queue_stats_get != NULL) {
		at = queue_names(at, "rx", dev->nb_rx_queues);
		at = queue_names(at, "tx", dev->nb_tx_queues);
	}
	return dev->dev_ops->xstats_names == NULL ? 0 :
		dev->dev_ops->xstats_names(dev, at, n - nb_basic(dev));
}

/* Since the last reset. Zeros for a queue that is not set up. */
static int
queue_stats(struct plx_eth_dev *dev, bool rx, uint16_t id, struct plx_eth_queue_stats *stats)
{
	const struct plx_eth_queue_stats *base = rx ? &dev->rxq_base[id] : &dev->txq_base[id];
	int ret = 0;

	*stats = (struct plx_eth_queue_stats){ 0 };
	if ((rx ? dev->rx_queues[id] : dev->tx_queues[id]) != NULL)
		ret = dev->dev_ops->queue_stats_get(dev, rx, id, stats);
	stats->packets -= base->packets;
	stats->bytes -= base->bytes;
	stats->errors -= base->errors;
	return ret;
}

static int
queue_values(struct plx_eth_dev *dev, bool rx, uint64_t **at)
{
	const uint16_t nb_queues = rx ? dev->nb_rx_queues : dev->nb_tx_queues;
	struct plx_eth_queue_stats stats;
	int ret = 0;

	for (uint16_t q = 0; q < nb_queues && ret == 0; q++) {
		ret = queue_stats(dev, rx, q, &stats);
		for (size_t i = 0; i < PLX_DIM(queue_counters); i++)
			*(*at)++ = value_at(&stats, &queue_counters[i]);
	}
	return ret;
}

static int
fill_values(struct plx_eth_dev *dev, uint64_t *values, unsigned int n)
{
	struct plx_eth_stats stats;
	uint64_t *at = values;
	int ret = eth_dev_stats(dev, &stats);

	for (size_t i = 0; i < PLX_DIM(port_counters); i++)
		*at++ = value_at(&stats, &port_counters[i]);
	if (dev->dev_ops->queue_stats_get != NULL) {
		if (ret == 0)
			ret = queue_values(dev, true, &at);
		if (ret == 0)
			ret = queue_values(dev, false, &at);
	}
	if (ret == 0 && dev->dev_ops->xstats_names != NULL)
		ret = dev->dev_ops->xstats_get(dev, at, n - nb_basic(dev));
	return PLX_MIN(ret, 0);
}

/*
 * A new array of all names, or of all values, and their number; or a negative errno. stats_lock is
 * held: no queue comes or goes.
 */
static int
all_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name **names)
{
	int n = nb_all(dev), ret;

	if (n < 0)
		return n;
	*names = malloc((size_t)n * sizeof(**names));
	if (*names == NULL)
		return -ENOMEM;
	ret = fill_names(dev, *names, (unsigned int)n);
	if (ret >= 0)
		return n;
	free(*names);
	return ret;
}

static int
all_values(struct plx_eth_dev *dev, uint64_t **values)
{
	int n = nb_all(dev), ret;

	if (n < 0)
		return n;
	*values = calloc((size_t)n, sizeof(**values));
	if (*values == NULL)
		return -ENOMEM;
	ret = fill_values(dev, *values, (unsigned int)n);
	if (ret >= 0)
		return n;
	free(*values);
	return ret;
}

static int
names_get(uint16_t port_id, struct plx_eth_xstat_name **names)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);
	int n;

	if (dev == NULL)
		return -ENODEV;
	pthread_mutex_lock(&dev->stats_lock);
	n = all_names(dev, names);
	pthread_mutex_unlock(&dev->stats_lock);
	return n;
}

static int
values_get(uint16_t port_id, uint64_t **values)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);
	int n;

	if (dev == NULL)
		return -ENODEV;
	pthread_mutex_lock(&dev->stats_lock);
	n = all_values(dev, values);
	pthread_mutex_unlock(&dev->stats_lock);
	return n;
}

int
plx_eth_xstats_get_names(uint16_t port_id, struct plx_eth_xstat_name *xstats_names,
	unsigned int size)
{
	struct plx_eth_xstat_name *names;
	int n = names_get(port_id, &names);

	if (n < 0)
		return n;
	if ((unsigned int)n <= size)
		memcpy(xstats_names, names, (size_t)n * sizeof(*names));
	free(names);
	return n;
}

int
plx_eth_xstats_get(uint16_t port_id, struct plx_eth_xstat *xstats, unsigned int n)
{
	uint64_t *values;
	int all = values_get(port_id, &values);

	if (all < 0)
		return all;
	for (unsigned int i = 0; (unsigned int)all <= n && i < (unsigned int)all; i++)
		xstats[i] = (struct plx_eth_xstat){ i, values[i] };
	free(values);
	return all;
}

/* Are all of the @size @ids below @n? */
static int
check_ids(const uint64_t *ids, unsigned int size, int n)
{
	for (unsigned int i = 0; i < size; i++)
		if (ids[i] >= (uint64_t)n)
			return -EINVAL;
	return 0;
}

int
plx_eth_xstats_get_names_by_id(uint16_t port_id, struct plx_eth_xstat_name *xstats_names,
	unsigned int size, const uint64_t *ids)
{
	struct plx_eth_xstat_name *names;
	int n, ret;

	if (ids == NULL)
		return plx_eth_xstats_get_names(port_id, xstats_names, size);
	n = names_get(port_id, &names);
	if (n < 0)
		return n;
	ret = check_ids(ids, size, n);
	for (unsigned int i = 0; i < size && ret == 0; i++)
		xstats_names[i] = names[ids[i]];
	free(names);
	return ret < 0 ? ret : (int)size;
}

int
plx_eth_xstats_get_by_id(uint16_t port_id, const uint64_t *ids, uint64_t *values,
	unsigned int size)
{
	uint64_t *all;
	int n = values_get(port_id, &all), ret;

	if (n < 0)
		return n;
	if (ids == NULL) {
		if ((unsigned int)n <= size)
			memcpy(values, all, (size_t)n * sizeof(*all));
		free(all);
		return n;
	}
	ret = check_ids(ids, size, n);
	for (unsigned int i = 0; i < size && ret == 0; i++)
		values[i] = all[ids[i]];
	free(all);
	return ret < 0 ? ret : (int)size;
}

int
plx_eth_xstats_get_id_by_name(uint16_t port_id, const char *xstat_name, uint64_t *id)
{
	struct plx_eth_xstat_name *names;
	int n = names_get(port_id, &names), ret = -ENOENT;

	if (n < 0)
		return n;
	for (int i = 0; i < n && ret < 0; i++) {
		if (strcmp(names[i].name, xstat_name) != 0)
			continue;
		*id = (uint64_t)i;
		ret = 0;
	}
	free(names);
	return ret;
}

/* What a queue has counted up to now does not count any more. */
static int
reset_queues(struct plx_eth_dev *dev, bool rx)
{
	const uint16_t nb_queues = rx ? dev->nb_rx_queues : dev->nb_tx_queues;
	struct plx_eth_queue_stats *base = rx ? dev->rxq_base : dev->txq_base, stats;
	int ret = 0;

	for (uint16_t q = 0; q < nb_queues && ret == 0; q++) {
		ret = queue_stats(dev, rx, q, &stats);
		if (ret < 0)
			break;
		base[q].packets += stats.packets;
		base[q].bytes += stats.bytes;
		base[q].errors += stats.errors;
	}
	return ret;
}

/* stats_lock is held. */
static int
stats_reset(struct plx_eth_dev *dev)
{
	int ret = dev->dev_ops->stats_reset(dev);

	if (ret < 0)
		return ret;
	eth_dev_wrap_stats_reset(dev);
	if (dev->dev_ops->queue_stats_get == NULL)
		return 0;
	ret = reset_queues(dev, true);
	return ret < 0 ? ret : reset_queues(dev, false);
}

int
plx_eth_stats_reset(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "reset statistics");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	pthread_mutex_lock(&dev->stats_lock);
	ret = stats_reset(dev);
	pthread_mutex_unlock(&dev->stats_lock);
	return eth_dev_result(dev, "reset statistics", ret);
}

int
plx_eth_xstats_reset(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "reset extended statistics");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	pthread_mutex_lock(&dev->stats_lock);
	ret = stats_reset(dev);
	if (ret == 0 && dev->dev_ops->xstats_reset != NULL)
		ret = dev->dev_ops->xstats_reset(dev);
	pthread_mutex_unlock(&dev->stats_lock);
	return eth_dev_result(dev, "reset extended statistics", ret);
}
