/* SPDX-License-Identifier: BSD-3-Clause */
/* What --vdev may say of a net_pcap. */
#include <errno.h>
#include <stdlib.h>

#include <plx_log.h>

#include "net_pcap.h"

static int
add_end(struct pcap_end *ends, unsigned int *n, enum pcap_kind kind, const char *name)
{
	int ret;

	if (*n == PLX_MAX_QUEUES_PER_PORT)
		return -EINVAL;
	ret = vport_arg_text(name, &ends[*n].name);
	if (ret == 0)
		ends[(*n)++].kind = kind;
	return ret;
}

static int
add_rx(struct pcap_args *args, enum pcap_kind kind, const char *name)
{
	return add_end(args->rx, &args->nb_rx, kind, name);
}

static int
add_tx(struct pcap_args *args, enum pcap_kind kind, const char *name)
{
	return add_end(args->tx, &args->nb_tx, kind, name);
}

static int
set_rx_pcap(const char *value, void *arg)
{
	return add_rx(arg, PCAP_FILE, value);
}

static int
set_rx_iface(const char *value, void *arg)
{
	return add_rx(arg, PCAP_IFACE, value);
}

static int
set_rx_iface_in(const char *value, void *arg)
{
	return add_rx(arg, PCAP_IFACE_IN, value);
}

static int
set_tx_pcap(const char *value, void *arg)
{
	return add_tx(arg, PCAP_FILE, value);
}

static int
set_tx_iface(const char *value, void *arg)
{
	return add_tx(arg, PCAP_IFACE, value);
}

static int
set_iface(const char *value, void *arg)
{
	struct pcap_args *args = arg;
	int ret = vport_arg_text(value, &args->iface);

	if (ret == 0)
		ret = add_rx(args, PCAP_IFACE, value);
	return ret == 0 ? add_tx(args, PCAP_IFACE, value) : ret;
}

static int
set_phy_mac(const char *value, void *arg)
{
	return vport_arg_u32(value, 0, 1, &((struct pcap_args *)arg)->phy_mac);
}

static int
set_infinite_rx(const char *value, void *arg)
{
	return vport_arg_u32(value, 0, 1, &((struct pcap_args *)arg)->infinite_rx);
}

static const struct plx_kvarg known_args[] = {
	{ "rx_pcap", set_rx_pcap, "a file, for one of 64 Rx queues at most" },
	{ "tx_pcap", set_tx_pcap, "a file, for one of 64 Tx queues at most" },
	{ "rx_iface", set_rx_iface, "an interface, for one of 64 Rx queues at most" },
	{ "rx_iface_in", set_rx_iface_in, "an interface, for one of 64 Rx queues at most" },
	{ "tx_iface", set_tx_iface, "an interface, for one of 64 Tx queues at most" },
	{ "iface", set_iface, "an interface" },
	{ "phy_mac", set_phy_mac, "0 or 1" },
	{ "infinite_rx", set_infinite_rx, "0 or 1" },
	{ NULL, NULL, NULL },
};

/* What is wrong with all of them together; NULL: nothing. */
static const char *
fault(const struct pcap_args *args)
{
	if (args->nb_rx + args->nb_tx == 0)
		return "give a file or an interface";
	if (args->iface != NULL && (args->nb_rx > 1 || args->nb_tx > 1))
		return "iface is both directions, give it alone";
	if (args->phy_mac && args->iface == NULL)
		return "phy_mac needs iface";
	if (args->infinite_rx && args->nb_rx == 0)
		return "infinite_rx needs rx_pcap";
	for (unsigned int i = 0; i < args->nb_rx && args->infinite_rx; i++)
		if (args->rx[i].kind != PCAP_FILE)
			return "infinite_rx is for files";
	return NULL;
}

int
pcap_args_parse(const struct plx_device *device, struct pcap_args *args)
{
	int ret = plx_kvargs_parse(device->name, device->args, known_args, args);
	const char *why = ret == 0 ? fault(args) : NULL;

	if (why == NULL)
		return ret;
	PCAP_ERR(device->name, "\"%s\" (EINVAL): %s", device->args, why);
	return -EINVAL;
}

void
pcap_args_free(struct pcap_args *args)
{
	for (unsigned int i = 0; i < args->nb_rx; i++)
		free(args->rx[i].name);
	for (unsigned int i = 0; i < args->nb_tx; i++)
		free(args->tx[i].name);
	free(args->iface);
	*args = (struct pcap_args){ 0 };
}
