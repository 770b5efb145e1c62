/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: ports that start, stop, come and go. */
#include <stdio.h>

#include <plx_errno.h>

#include "commands.h"

/* May the port be stopped or closed? */
static bool
is_free(const struct testpmd *tp, const struct fwd_port *port)
{
	if (tp->forwarding && port->started)
		printf("Please remove port %u from forwarding configuration.\n", port->port_id);
	return !tp->forwarding || !port->started;
}

static int
start_one(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	if (port->started)
		printf("Port %u is already started\n", port->port_id);
	return port->started ? 0 : port_start(tp, port);
}

static int
cmd_port_start(struct testpmd *tp, char *const args[])
{
	int ret = each_port(tp, args[0], start_one, args);

	return ret != 0 ? ret : ports_check_links(tp);
}

static int
stop_one(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return is_free(tp, port) && port->started ? port_stop(tp, port) : 0;
}

static int
close_one(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return is_free(tp, port) && is_port_stopped(port) ? port_close(tp, port) : 0;
}

static int
reset_one(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	if (!is_free(tp, port) || !is_port_stopped(port))
		return 0;
	printf("Resetting ports...\n");
	if (plx_eth_dev_reset(port->port_id) == 0)
		printf("Done\n");
	return 0;
}

static int
cmd_attach(struct testpmd *tp, char *const args[])
{
	printf("Attaching a new port...\n");
	if (device_attach(tp, args[0]) < 0)
		TESTPMD_LOG(ERR, "Failed to attach port %s", args[0]);
	return 0;
}

static int
detach_one(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_dev_info info;
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret < 0)
		return ret;
	if (port->started) {
		printf("Port %u not stopped\n", port->port_id);
		return 0;
	}
	return device_detach(tp, plx_dev_find(info.device->name));
}

/* For one whose ports are closed. */
static int
cmd_device_detach(struct testpmd *tp, char *const args[])
{
	struct plx_device *dev = plx_dev_find(args[0]);
	struct plx_eth_dev_info info;

	for (unsigned int i = 0; i < tp->nb_ports && dev != NULL; i++)
		if (plx_eth_dev_info_get(tp->ports[i].port_id, &info) == 0 && info.device == dev)
			return detach_one(tp, &tp->ports[i], args);
	if (dev == NULL)
		printf("Device %s is not attached\n", args[0]);
	else
		device_detach(tp, dev);	/* has logged what failed */
	return 0;
}

static int
config_mtu(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	uint32_t mtu;

	if (arg_number(args[1], UINT16_MAX, &mtu) != 0)
		return CMD_BAD_ARGUMENTS;
	if (plx_eth_dev_set_mtu(port->port_id, (uint16_t)mtu) == 0)
		port->mtu = mtu;
	return 0;
}

static int
link_up(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	(void)plx_eth_dev_set_link_up(port->port_id);
	return 0;
}

static int
link_down(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	(void)plx_eth_dev_set_link_down(port->port_id);
	return 0;
}

const struct command port_commands[] = {
	{ "device detach NAME", "release a device", cmd_device_detach, NULL },
	{ "port attach DEVARGS", "take a device: as -a or --vdev", cmd_attach, NULL },
	{ "port close PORT", "close a stopped port", NULL, close_one },
	{ "port config mtu PORT N", "bytes of the largest layer 3 packet", NULL, config_mtu },
	{ "port detach PORT", "close a stopped port and release its device", NULL, detach_one },
	{ "port reset PORT", "reset the device of a stopped port", NULL, reset_one },
	{ "port start PORT", "start a port", cmd_port_start, NULL },
	{ "port stop PORT", "stop a port", NULL, stop_one },
	{ "set link-down port PORT", "take the link down", NULL, link_down },
	{ "set link-up port PORT", "let it have a link", NULL, link_up },
	{ NULL, NULL, NULL, NULL },
};
