/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: single queues. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

/* @args: port, queue, "start" or "stop". */
static int
change(struct testpmd *tp, struct fwd_port *port, char *const args[],
	int (*start)(uint16_t port_id, uint16_t queue_id),
	int (*stop)(uint16_t port_id, uint16_t queue_id))
{
	const bool on = strcmp(args[2], "start") == 0;
	uint32_t queue;

	if (arg_number(args[1], UINT16_MAX, &queue) != 0 || (!on && strcmp(args[2], "stop") != 0))
		return CMD_BAD_ARGUMENTS;
	if (is_forwarding_stopped(tp))
		(void)(on ? start : stop)(port->port_id, (uint16_t)queue);
	return 0;
}

static int
change_rxq(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return change(tp, port, args, plx_eth_dev_rx_queue_start, plx_eth_dev_rx_queue_stop);
}

static int
change_txq(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	return change(tp, port, args, plx_eth_dev_tx_queue_start, plx_eth_dev_tx_queue_stop);
}

static const char *
on_off(unsigned int on)
{
	return on ? "on" : "off";
}

static const char *
state_name(uint8_t state)
{
	return state == PLX_ETH_QUEUE_STATE_STARTED ? "started" : "stopped";
}

static void
print_border(const char *direction, uint16_t port_id, uint32_t queue)
{
	static const char border[] = "*********************";

	printf("\n%s Infos for port %-2u, %s queue %-2u %s", border, port_id, direction, queue, border);
}

/* Registers that only DPDK's oldest NICs have, and that nobody here sets. */
static void
print_thresholds(const char *direction)
{
	printf("\n%s prefetch threshold: 0\n%s host threshold: 0\n%s writeback threshold: 0", direction,
		direction, direction);
}

static int
show_rxq(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_rxq_info info;
	uint32_t queue;

	if (arg_number(args[1], UINT16_MAX, &queue) != 0)
		return CMD_BAD_ARGUMENTS;
	if (plx_eth_rx_queue_info_get(port->port_id, (uint16_t)queue, &info) < 0) {
		printf("Failed to retrieve information for port: %u, RX queue: %u\n", port->port_id,
			queue);
		return 0;
	}
	print_border("RX", port->port_id, queue);
	printf("\nMempool: %s", info.mp->name);
	print_thresholds("RX");
	printf("\nRX free threshold: %u", info.conf.rx_free_thresh);
	printf("\nRX drop packets: %s", on_off(info.conf.rx_drop_en));
	printf("\nRX deferred start: %s", on_off(info.conf.rx_deferred_start));
	printf("\nRX scattered packets: %s", on_off(info.scattered_rx));
	printf("\nRx queue state: %s", state_name(info.queue_state));
	printf("\nRX buffer size: %u", info.rx_buf_size);
	printf("\nNumber of RXDs: %u\n\n", info.nb_desc);
	return 0;
}

static int
show_txq(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	struct plx_eth_txq_info info;
	uint32_t queue;

	if (arg_number(args[1], UINT16_MAX, &queue) != 0)
		return CMD_BAD_ARGUMENTS;
	if (plx_eth_tx_queue_info_get(port->port_id, (uint16_t)queue, &info) < 0) {
		printf("Failed to retrieve information for port: %u, TX queue: %u\n", port->port_id,
			queue);
		return 0;
	}
	print_border("TX", port->port_id, queue);
	print_thresholds("TX");
	printf("\nTX RS threshold: %u", info.conf.tx_rs_thresh);
	printf("\nTX free threshold: %u", info.conf.tx_free_thresh);
	printf("\nTX deferred start: %s", on_off(info.conf.tx_deferred_start));
	printf("\nNumber of TXDs: %u", info.nb_desc);
	printf("\nTx queue state: %s\n\n", state_name(info.queue_state));
	return 0;
}

/* @args: port, queue, descriptor. Of a queue that nobody polls meanwhile. */
static int
show_rx_desc(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	static const char *const names[] = { "AVAILABLE", "DONE", "UNAVAILABLE" };
	uint32_t queue, desc;
	int status;

	if (arg_number(args[1], tp->opts.rxq - 1, &queue) != 0 ||
	    arg_number(args[2], UINT16_MAX, &desc) != 0)
		return CMD_BAD_ARGUMENTS;
	status = plx_eth_rx_descriptor_status(port->port_id, (uint16_t)queue, (uint16_t)desc);
	if (status < 0)
		printf("Invalid input: queue id = %u, desc id = %u\n", queue, desc);
	else
		printf("Desc status = %s\n", names[status]);
	return 0;
}

static int
show_tx_desc(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	static const char *const names[] = { "FULL", "DONE", "UNAVAILABLE" };
	uint32_t queue, desc;
	int status;

	if (arg_number(args[1], tp->opts.txq - 1, &queue) != 0 ||
	    arg_number(args[2], UINT16_MAX, &desc) != 0)
		return CMD_BAD_ARGUMENTS;
	status = plx_eth_tx_descriptor_status(port->port_id, (uint16_t)queue, (uint16_t)desc);
	if (status < 0)
		printf("Invalid input: queue id = %u, desc id = %u\n", queue, desc);
	else
		printf("Desc status = %s\n", names[status]);
	return 0;
}

const struct command queue_commands[] = {
	{ "port PORT rxq QUEUE ACTION", "start or stop an Rx queue", NULL, change_rxq },
	{ "port PORT txq QUEUE ACTION", "start or stop a Tx queue", NULL, change_txq },
	{ "show port PORT rxq QUEUE desc N status", "what an Rx descriptor is like", NULL, show_rx_desc },
	{ "show port PORT txq QUEUE desc N status", "what a Tx descriptor is like", NULL, show_tx_desc },
	{ "show rxq info PORT QUEUE", "how an Rx queue is set up", NULL, show_rxq },
	{ "show txq info PORT QUEUE", "how a Tx queue is set up", NULL, show_txq },
	{ NULL, NULL, NULL, NULL },
};
