/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: flow control by pause frames. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char *
on_off(bool on)
{
	return on ? "on" : "off";
}

static bool
has(const struct plx_eth_fc_conf *fc, enum plx_eth_fc_mode mode)
{
	return fc->mode == mode || fc->mode == PLX_ETH_FC_FULL;
}

static void
set_mode(struct plx_eth_fc_conf *fc, bool rx, bool tx)
{
	static const enum plx_eth_fc_mode modes[2][2] = {
		{ PLX_ETH_FC_NONE, PLX_ETH_FC_TX_PAUSE },
		{ PLX_ETH_FC_RX_PAUSE, PLX_ETH_FC_FULL },
	};

	fc->mode = modes[rx][tx];
}

/* One setting by its name: 0, or CMD_BAD_ARGUMENTS. */
static int
set_one(struct plx_eth_fc_conf *fc, const char *name, const char *value)
{
	uint32_t *number = strcmp(name, "high_water") == 0 ? &fc->high_water :
		strcmp(name, "low_water") == 0 ? &fc->low_water : NULL;
	uint32_t n;
	bool on;

	if (number != NULL)
		return arg_number(value, UINT32_MAX, number);
	if (strcmp(name, "pause_time") == 0 || strcmp(name, "send_xon") == 0) {
		if (arg_number(value, UINT16_MAX, &n) != 0)
			return CMD_BAD_ARGUMENTS;
		*(name[0] == 'p' ? &fc->pause_time : &fc->send_xon) = (uint16_t)n;
		return 0;
	}
	if (arg_on_off(value, &on) != 0)
		return CMD_BAD_ARGUMENTS;
	if (strcmp(name, "rx") == 0)
		set_mode(fc, on, has(fc, PLX_ETH_FC_TX_PAUSE));
	else if (strcmp(name, "tx") == 0)
		set_mode(fc, has(fc, PLX_ETH_FC_RX_PAUSE), on);
	else if (strcmp(name, "autoneg") == 0)
		fc->autoneg = on;
	else if (strcmp(name, "mac_ctrl_frame_fwd") == 0)
		fc->mac_ctrl_frame_fwd = on;
	else
		return CMD_BAD_ARGUMENTS;
	return 0;
}

/* @args: name, value, port. */
static int
set_single(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_fc_conf fc = { 0 };
	int ret;

	(void)plx_eth_dev_flow_ctrl_get(port->port_id, &fc);	/* the set says what is wrong */
	ret = set_one(&fc, args[0], args[1]);
	if (ret == 0)
		(void)plx_eth_dev_flow_ctrl_set(port->port_id, &fc);
	return ret;
}

/* @args: rx, tx, high water, low water, pause time, XON, MAC control frames, autoneg, port. */
static int
set_all(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	static const char *const names[] = { "rx", "tx", "high_water", "low_water", "pause_time",
		"send_xon", "mac_ctrl_frame_fwd", "autoneg" };
	struct plx_eth_fc_conf fc = { 0 };
	int ret = 0;

	for (size_t i = 0; i < PLX_DIM(names) && ret == 0; i++)
		ret = set_one(&fc, names[i], args[i]);
	if (ret == 0)
		(void)plx_eth_dev_flow_ctrl_set(port->port_id, &fc);
	return ret;
}

static int
show(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	static const char border[] = "*********************";
	struct plx_eth_fc_conf fc;

	if (plx_eth_dev_flow_ctrl_get(port->port_id, &fc) < 0) {
		printf("Failed to get current flow control information for port %u\n", port->port_id);
		return 0;
	}
	printf("\n%s Flow control infos for port %-2d %s\n", border, port->port_id, border);
	printf("FC mode:\n   Rx pause: %s\n   Tx pause: %s\n", on_off(has(&fc, PLX_ETH_FC_RX_PAUSE)),
		on_off(has(&fc, PLX_ETH_FC_TX_PAUSE)));
	printf("Autoneg: %s\nPause time: 0x%x\nHigh waterline: 0x%x\nLow waterline: 0x%x\n",
		on_off(fc.autoneg), fc.pause_time, fc.high_water, fc.low_water);
	printf("Send XON: %s\nForward MAC control frames: %s\n\n%s\n", on_off(fc.send_xon),
		on_off(fc.mac_ctrl_frame_fwd), border);
	return 0;
}

const struct command fc_commands[] = {
	{ "set flow_ctrl rx ONOFF tx ONOFF HIGH LOW TIME XON mac_ctrl_frame_fwd ONOFF autoneg ONOFF PORT",
		"all of flow control", NULL, set_all },
	{ "set flow_ctrl NAME VALUE PORT", "one of rx, tx, high_water, low_water, pause_time, send_xon, "
		"mac_ctrl_frame_fwd, autoneg", NULL, set_single },
	{ "show port PORT flow_ctrl", "how it is", NULL, show },
	{ NULL, NULL, NULL, NULL },
};
