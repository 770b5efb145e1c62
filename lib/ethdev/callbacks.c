/* SPDX-License-Identifier: BSD-3-Clause */
/* Callbacks of bursts: added and removed, also while bursts run. */
#include <stdlib.h>

#include <plx_ptype.h>

#include "wrap.h"

/* Bursts that begin later use @list, which may be NULL. */
static void
replace(struct plx_eth_dev *dev, bool rx, struct wrap_queue *queue, struct wrap_list *list)
{
	struct plx_eth_fp_ops *fp = &plx_eth_fp_ops[dev->port_id];
	struct wrap_list *old = queue->list;

	__atomic_store_n(&queue->list, list, __ATOMIC_RELEASE);
	if (old != NULL) {
		old->retired = dev->wrap->lists;
		dev->wrap->lists = old;
	}
	if (dev->state != PLX_ETH_DEV_STARTED)
		eth_dev_wrap_free_retired(dev);
	else if (rx)
		__atomic_store_n(&fp->rx_pkt_burst, eth_dev_rx_burst(dev), __ATOMIC_RELEASE);
	else
		__atomic_store_n(&fp->tx_pkt_burst, eth_dev_tx_burst(dev), __ATOMIC_RELEASE);
}

static struct wrap_list *
list_new(unsigned int n)
{
	struct wrap_list *list = malloc(sizeof(*list) + n * sizeof(list->callbacks[0]));

	if (list != NULL)
		*list = (struct wrap_list){ .n = n };
	return list;
}

/* A copy of @cb behind or before those that @queue has. */
static struct plx_eth_rxtx_callback *
add_to(struct plx_eth_dev *dev, bool rx, struct wrap_queue *queue,
	const struct plx_eth_rxtx_callback *cb, bool first)
{
	const unsigned int n = queue->list != NULL ? queue->list->n : 0;
	struct wrap_list *list = list_new(n + 1);
	struct plx_eth_rxtx_callback *copy = malloc(sizeof(*copy));

	if (list == NULL || copy == NULL) {
		free(list);
		free(copy);
		return NULL;
	}
	*copy = *cb;
	for (unsigned int i = 0; i < n; i++)
		list->callbacks[i + first] = queue->list->callbacks[i];
	list->callbacks[first ? 0 : n] = copy;
	*(rx ? &dev->wrap->nb_rx : &dev->wrap->nb_tx) += 1;
	replace(dev, rx, queue, list);
	return copy;
}

static const struct plx_eth_rxtx_callback *
add(uint16_t port_id, bool rx, uint16_t id, const struct plx_eth_rxtx_callback *cb, bool first)
{
	const char *what = "add a callback of bursts";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	struct plx_eth_rxtx_callback *added = NULL;
	int ret = -ENODEV;

	if (dev != NULL) {
		ret = eth_dev_check_queue(dev, rx, id);
		if (ret == 0)
			ret = eth_dev_result(dev, what, eth_dev_wrap_create(dev));
	}
	if (ret == 0) {
		added = add_to(dev, rx, rx ? &dev->wrap->rx[id] : &dev->wrap->tx[id], cb, first);
		if (added == NULL)
			ret = eth_dev_result(dev, what, -ENOMEM);
	}
	if (ret < 0)
		errno = -ret;
	return added;
}

const struct plx_eth_rxtx_callback *
plx_eth_add_rx_callback(uint16_t port_id, uint16_t queue_id, plx_rx_callback_fn fn,
	void *user_param)
{
	const struct plx_eth_rxtx_callback cb = { .rx = fn, .user_param = user_param };

	return add(port_id, true, queue_id, &cb, false);
}

const struct plx_eth_rxtx_callback *
plx_eth_add_first_rx_callback(uint16_t port_id, uint16_t queue_id, plx_rx_callback_fn fn,
	void *user_param)
{
	const struct plx_eth_rxtx_callback cb = { .rx = fn, .user_param = user_param };

	return add(port_id, true, queue_id, &cb, true);
}

const struct plx_eth_rxtx_callback *
plx_eth_add_tx_callback(uint16_t port_id, uint16_t queue_id, plx_tx_callback_fn fn,
	void *user_param)
{
	const struct plx_eth_rxtx_callback cb = { .tx = fn, .user_param = user_param };

	return add(port_id, false, queue_id, &cb, false);
}

/* The place of @user_cb among the callbacks of @queue, or their number. */
static unsigned int
find(const struct wrap_queue *queue, const struct plx_eth_rxtx_callback *user_cb)
{
	unsigned int i = 0, n = queue->list != NULL ? queue->list->n : 0;

	while (i < n && queue->list->callbacks[i] != user_cb)
		i++;
	return i;
}

static int
remove_from(struct plx_eth_dev *dev, bool rx, struct wrap_queue *queue, unsigned int at)
{
	struct plx_eth_rxtx_callback *cb = queue->list->callbacks[at];
	const unsigned int n = queue->list->n - 1;
	struct wrap_list *list = NULL;

	if (n > 0) {
		list = list_new(n);
		if (list == NULL)
			return -ENOMEM;
		for (unsigned int i = 0; i < n; i++)
			list->callbacks[i] = queue->list->callbacks[i + (i >= at)];
	}
	cb->retired = dev->wrap->callbacks;
	dev->wrap->callbacks = cb;
	*(rx ? &dev->wrap->nb_rx : &dev->wrap->nb_tx) -= 1;
	replace(dev, rx, queue, list);
	return 0;
}

static int
remove_callback(uint16_t port_id, bool rx, uint16_t id, const struct plx_eth_rxtx_callback *user_cb)
{
	const char *what = "remove a callback of bursts";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	struct wrap_queue *queue;
	unsigned int at;
	int ret;

	if (dev == NULL)
		return -ENODEV;
	ret = eth_dev_check_queue(dev, rx, id);
	if (ret < 0)
		return ret;
	queue = dev->wrap == NULL ? NULL : rx ? &dev->wrap->rx[id] : &dev->wrap->tx[id];
	at = queue != NULL ? find(queue, user_cb) : 0;
	if (queue == NULL || queue->list == NULL || at == queue->list->n)
		return eth_dev_refuse(dev, -EINVAL, "%s queue %u has no such callback",
			rx ? "Rx" : "Tx", id);
	return eth_dev_result(dev, what, remove_from(dev, rx, queue, at));
}

int
plx_eth_remove_rx_callback(uint16_t port_id, uint16_t queue_id,
	const struct plx_eth_rxtx_callback *user_cb)
{
	return remove_callback(port_id, true, queue_id, user_cb);
}

int
plx_eth_remove_tx_callback(uint16_t port_id, uint16_t queue_id,
	const struct plx_eth_rxtx_callback *user_cb)
{
	return remove_callback(port_id, false, queue_id, user_cb);
}

uint16_t
plx_eth_rx_ptype_callback(uint16_t port_id, uint16_t queue, struct plx_mbuf *pkts[],
	uint16_t nb_pkts, uint16_t max_pkts, void *user_param)
{
	for (uint16_t i = 0; i < nb_pkts; i++)
		if (pkts[i]->packet_type == PLX_PTYPE_UNKNOWN)
			pkts[i]->packet_type = plx_net_ptype(plx_pktmbuf_mtod(pkts[i], const void *),
				pkts[i]->data_len, NULL, PLX_PTYPE_ALL_MASK);
	return nb_pkts;
}
