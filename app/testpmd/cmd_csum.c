/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: what mode csum leaves to a port. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const struct {
	const char *name;
	const char *shown;
	uint32_t hw;
	uint64_t offload;
} layers[] = {
	{ "ip", "IP", CSUM_HW_IP, PLX_ETH_TX_OFFLOAD_IPV4_CKSUM },
	{ "udp", "UDP", CSUM_HW_UDP, PLX_ETH_TX_OFFLOAD_UDP_CKSUM },
	{ "tcp", "TCP", CSUM_HW_TCP, PLX_ETH_TX_OFFLOAD_TCP_CKSUM },
};

static uint64_t
tx_capa(const struct fwd_port *port)
{
	struct plx_eth_dev_info info;

	return plx_eth_dev_info_get(port->port_id, &info) == 0 ? info.tx_offload_capa : 0;
}

static int
csum_show(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	for (size_t i = 0; i < PLX_DIM(layers); i++)
		printf("%s checksum offload is %s\n", layers[i].shown,
			port->csum.hw & layers[i].hw ? "hw" : "sw");
	return 0;
}

/* @args: layer, hw or sw, port. */
static int
csum_set(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	const bool hw = strcmp(args[1], "hw") == 0;
	size_t i = 0;

	while (i < PLX_DIM(layers) && strcmp(args[0], layers[i].name) != 0)
		i++;
	if (i == PLX_DIM(layers) || (!hw && strcmp(args[1], "sw") != 0))
		return CMD_BAD_ARGUMENTS;
	if (!is_port_stopped(port))
		return 0;
	if (hw && !(tx_capa(port) & layers[i].offload)) {
		printf("%s checksum offload is not supported by port %u\n", layers[i].shown,
			port->port_id);
		return 0;
	}
	port->csum.hw = hw ? port->csum.hw | layers[i].hw : port->csum.hw & ~layers[i].hw;
	port->tx_offloads = hw ? port->tx_offloads | layers[i].offload :
		port->tx_offloads & ~layers[i].offload;
	return csum_show(tp, port, args);
}

static int
tso_show(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	if (port->csum.tso_segsz == 0)
		printf("TSO for non-tunneled packets is disabled\n");
	else
		printf("TSO segment size for non-tunneled packets is %u\n", port->csum.tso_segsz);
	return 0;
}

/* @args: bytes, port. */
static int
tso_set(struct testpmd *tp, struct fwd_port *port, char *const args[])
{
	uint32_t segsz;

	if (arg_number(args[0], UINT16_MAX, &segsz) != 0)
		return CMD_BAD_ARGUMENTS;
	if (!is_port_stopped(port))
		return 0;
	if (segsz != 0 && !(tx_capa(port) & PLX_ETH_TX_OFFLOAD_TCP_TSO)) {
		printf("Error: TSO is not supported by port %u\n", port->port_id);
		return 0;
	}
	port->csum.tso_segsz = (uint16_t)segsz;
	if (segsz != 0)
		port->tx_offloads |= PLX_ETH_TX_OFFLOAD_TCP_TSO;
	else
		port->tx_offloads &= ~PLX_ETH_TX_OFFLOAD_TCP_TSO;
	return tso_show(tp, port, args);
}

const struct command csum_commands[] = {
	{ "csum set LAYER HOW PORT", "who computes ip, udp or tcp checksums in mode csum: hw or sw", NULL,
		csum_set },
	{ "csum show PORT", "who does", NULL, csum_show },
	{ "tso set SEGSZ PORT", "payload that mode csum lets TCP packets be cut to; 0: no cutting", NULL,
		tso_set },
	{ "tso show PORT", "to how much", NULL, tso_show },
	{ NULL, NULL, NULL, NULL },
};
