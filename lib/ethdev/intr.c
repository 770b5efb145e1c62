/* SPDX-License-Identifier: BSD-3-Clause */
/* Events of ports, and interrupts of their Rx queues. */
#include <plx_dev_event.h>

#include "ethdev_private.h"

int
plx_eth_dev_callback_register(uint16_t port_id, enum plx_eth_event_type event,
	plx_eth_dev_cb_fn cb_fn, void *cb_arg)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "register a callback");

	if (dev == NULL)
		return -ENODEV;
	return eth_dev_result(dev, "register a callback", plx_callbacks_add(&dev->callbacks,
		event, NULL, (plx_callback_fn)cb_fn, cb_arg));
}

int
plx_eth_dev_callback_unregister(uint16_t port_id, enum plx_eth_event_type event,
	plx_eth_dev_cb_fn cb_fn, void *cb_arg)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "unregister a callback");

	if (dev == NULL)
		return -ENODEV;
	return eth_dev_result(dev, "unregister a callback", plx_callbacks_remove(&dev->callbacks,
		event, NULL, (plx_callback_fn)cb_fn, cb_arg));
}

struct occurrence {
	const struct plx_eth_dev *dev;
	enum plx_eth_event_type event;
	void *ret_param;
	int nb_called;
};

static void
call(const struct plx_callback *cb, void *ctx)
{
	struct occurrence *o = ctx;
	int ret;

	o->nb_called++;
	ret = ((plx_eth_dev_cb_fn)cb->fn)(o->dev->port_id, o->event, cb->arg, o->ret_param);
	if (ret < 0)
		PORT_ERR(o->dev, "event %d was not handled (%s)", o->event, plx_strerror(ret));
}

int
plx_eth_dev_callback_process(struct plx_eth_dev *dev, enum plx_eth_event_type event,
	void *ret_param)
{
	struct occurrence o = { dev, event, ret_param, 0 };

	plx_callbacks_run(&dev->callbacks, event, call, &o);
	return o.nb_called;
}

/* The EAL tells of a device of the port. */
static int
on_device_event(const char *device_name, enum plx_dev_event_type event, void *cb_arg)
{
	if (event == PLX_DEV_EVENT_REMOVE)
		plx_eth_dev_callback_process(cb_arg, PLX_ETH_EVENT_INTR_RMV, NULL);
	return 0;
}

int
eth_dev_watch_removal(struct plx_eth_dev *dev, bool on)
{
	int ret;

	if (on)
		ret = plx_dev_event_callback_register(dev->device->name, on_device_event, dev);
	else
		ret = plx_dev_event_callback_unregister(dev->device->name, on_device_event, dev);
	/* It was so already. */
	if (ret == -EEXIST || ret == -ENOENT)
		ret = 0;
	return eth_dev_result(dev, "watch for the removal of its device", ret);
}

/* The port, if its Rx queue @queue_id can interrupt; it must be started too for @enabling. */
static int
rx_intr_port(uint16_t port_id, uint16_t queue_id, bool enabling, struct plx_eth_dev **out)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "use Rx interrupts");
	int ret;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->rx_queue_intr_enable == NULL)
		return eth_dev_result(dev, "use Rx interrupts", -ENOTSUP);
	if (!dev->conf.intr_conf.rxq || dev->state == PLX_ETH_DEV_MADE)
		return eth_dev_refuse(dev, -EINVAL,
			"no Rx interrupts: configure it with intr_conf.rxq");
	ret = eth_dev_check_queue(dev, true, queue_id);
	if (ret == 0 && enabling && dev->state != PLX_ETH_DEV_STARTED)
		ret = eth_dev_refuse(dev, -EINVAL,
			"can't enable or disable Rx interrupts: start it first");
	*out = dev;
	return ret;
}

int
plx_eth_dev_rx_intr_enable(uint16_t port_id, uint16_t queue_id)
{
	struct plx_eth_dev *dev;
	int ret = rx_intr_port(port_id, queue_id, true, &dev);

	return ret < 0 ? ret : eth_dev_result(dev, "enable an Rx interrupt",
		dev->dev_ops->rx_queue_intr_enable(dev, queue_id));
}

int
plx_eth_dev_rx_intr_disable(uint16_t port_id, uint16_t queue_id)
{
	struct plx_eth_dev *dev;
	int ret = rx_intr_port(port_id, queue_id, true, &dev);

	return ret < 0 ? ret : eth_dev_result(dev, "disable an Rx interrupt",
		dev->dev_ops->rx_queue_intr_disable(dev, queue_id));
}

int
plx_eth_dev_rx_intr_ctl_q_get_fd(uint16_t port_id, uint16_t queue_id)
{
	struct plx_eth_dev *dev;
	int ret = rx_intr_port(port_id, queue_id, false, &dev);

	return ret < 0 ? ret : eth_dev_result(dev, "have the file of an Rx interrupt",
		dev->dev_ops->rx_queue_intr_fd(dev, queue_id));
}

int
plx_eth_dev_rx_intr_ctl_q(uint16_t port_id, uint16_t queue_id, int epfd, int op, void *data)
{
	/* By edges: nobody need read the file, each interrupt is a new event. */
	const struct plx_epoll_event event = { { EPOLLIN | EPOLLET, data } };
	int fd = plx_eth_dev_rx_intr_ctl_q_get_fd(port_id, queue_id);
	int ret = fd < 0 ? fd : plx_epoll_ctl(epfd, op, fd, &event);

	if (fd >= 0 && ret < 0)
		PORT_ERR(eth_dev_get(port_id), "can't change who sleeps for Rx queue %u (%s)",
			queue_id, plx_strerror(ret));
	return ret;
}
