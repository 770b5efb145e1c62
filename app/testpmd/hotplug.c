/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices that come and go: --hot-plug, and attaching and detaching. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <plx_errno.h>

#include "testpmd.h"

/* From the interrupt thread to the main lcore, through the pipe: short enough to go as one. */
struct message {
	enum plx_dev_event_type event;
	char name[PLX_DEV_NAME_MAX];
};

static int
on_event(const char *device_name, enum plx_dev_event_type event, void *arg)
{
	const struct testpmd *tp = arg;
	struct message m = { .event = event };

	if (event == PLX_DEV_EVENT_ERROR || strlen(device_name) >= sizeof(m.name))
		return 0;
	strcpy(m.name, device_name);
	return write(tp->hot_fd[1], &m, sizeof(m)) == (ssize_t)sizeof(m) ? 0 : -errno;
}

static void
close_pipe(struct testpmd *tp)
{
	for (unsigned int i = 0; i < PLX_DIM(tp->hot_fd); i++) {
		close(tp->hot_fd[i]);
		tp->hot_fd[i] = -1;
	}
}

int
hotplug_open(struct testpmd *tp)
{
	int ret;

	if (!tp->opts.hot_plug)
		return 0;
	if (pipe2(tp->hot_fd, O_CLOEXEC | O_NONBLOCK) < 0) {
		ret = -errno;
		TESTPMD_LOG(ERR, "no pipe for --hot-plug (%s)", plx_strerror(ret));
		return ret;
	}
	ret = plx_dev_event_callback_register(NULL, on_event, tp);
	if (ret < 0) {
		TESTPMD_LOG(ERR, "no device events (%s)", plx_strerror(ret));
		close_pipe(tp);
		return ret;
	}
	ret = plx_dev_event_monitor_start();
	if (ret < 0)
		hotplug_close(tp);
	return ret;
}

void
hotplug_close(struct testpmd *tp)
{
	if (tp->hot_fd[0] < 0)
		return;
	plx_dev_event_monitor_stop();	/* -ENOENT if it could not be started */
	plx_dev_event_callback_unregister(NULL, on_event, tp);
	close_pipe(tp);
}

int
device_attach(struct testpmd *tp, const char *devargs)
{
	int ret = plx_dev_probe(devargs);
	uint16_t id;

	if (ret < 0)
		return ret;
	PLX_ETH_FOREACH_DEV(id) {
		if (port_find(tp, id) != NULL)
			continue;
		ret = port_add(tp, id);
		if (ret < 0)
			return ret;
		printf("Port %u is attached. Now total ports is %u\n", id, tp->nb_ports);
	}
	printf("Done\n");
	return 0;
}

static bool
belongs_to(const struct fwd_port *port, const struct plx_device *dev)
{
	struct plx_eth_dev_info info;

	return plx_eth_dev_info_get(port->port_id, &info) == 0 && info.device == dev;
}

int
device_detach(struct testpmd *tp, struct plx_device *dev)
{
	int ret;

	for (unsigned int i = tp->nb_ports; i-- > 0; )
		if (belongs_to(&tp->ports[i], dev))
			port_drop(tp, &tp->ports[i]);
	printf("Removing a device...\n");
	ret = plx_dev_remove(dev);
	if (ret < 0)
		TESTPMD_LOG(ERR, "Failed to detach device cleanly (%s)", plx_strerror(ret));
	printf("Device is detached\nNow total ports is %u\nDone\n", tp->nb_ports);
	return ret;
}

static int
start_ports_of(struct testpmd *tp, const struct plx_device *dev)
{
	int ret = 0;

	for (unsigned int i = 0; i < tp->nb_ports && ret == 0; i++)
		if (belongs_to(&tp->ports[i], dev))
			ret = port_start(tp, &tp->ports[i]);
	return ret;
}

/* A device that can't be used is let go again; the others forward in any case. */
static int
arrive(struct testpmd *tp, const char *name)
{
	struct plx_device *dev;

	if (!plx_dev_is_wanted(name) || plx_dev_find(name) != NULL)
		return 0;
	printf("Attaching a new port...\n");
	if (device_attach(tp, name) < 0)
		return 0;
	/* The others went on up to here. */
	forward_stop(tp);
	dev = plx_dev_find(name);
	if (start_ports_of(tp, dev) < 0)
		device_detach(tp, dev);
	return tp->wanted ? forward_start(tp, false) : 0;
}

/* Whether its registers still answer or not. */
static int
leave(struct testpmd *tp, const char *name)
{
	struct plx_device *dev = plx_dev_find(name);

	if (dev == NULL)
		return 0;
	printf("The device: %s has been removed!\n", name);
	forward_stop(tp);
	device_detach(tp, dev);
	return tp->wanted ? forward_start(tp, false) : 0;
}

int
hotplug_serve(struct testpmd *tp)
{
	struct message m;
	ssize_t n = read(tp->hot_fd[0], &m, sizeof(m));
	int ret;

	if (n != (ssize_t)sizeof(m))
		return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
	ret = m.event == PLX_DEV_EVENT_ADD ? arrive(tp, m.name) : leave(tp, m.name);
	fflush(stdout);
	return ret;
}
