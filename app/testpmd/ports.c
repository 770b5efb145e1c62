/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports and the pools of their mbufs: from plx_eal_init() to traffic and back. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>

#include "testpmd.h"

#define LINK_CHECK_MS 100
#define LINK_CHECKS 90
#define MORE_PORTS 4	/* that a pool has mbufs for, beside those of the start */

struct fwd_port *
port_find(struct testpmd *tp, uint16_t port_id)
{
	for (unsigned int i = 0; i < tp->nb_ports; i++)
		if (tp->ports[i].port_id == port_id)
			return &tp->ports[i];
	return NULL;
}

/*
 * With fewer mbufs in a pool than this, an engine that makes packets could stand still: what was sent
 * comes back only when more is sent, and for that there must be mbufs outside of rings and caches.
 */
static uint64_t
mbufs_needed(const struct testpmd *tp, int socket_id)
{
	const struct testpmd_options *o = &tp->opts;
	uint64_t need = (o->nb_cores + 1) * (MEMPOOL_CACHE + MEMPOOL_CACHE / 2);

	for (unsigned int i = 0; i < tp->nb_ports; i++)
		if (tp->ports[i].socket_id == socket_id)
			need += (uint64_t)o->rxq * tp->ports[i].nb_rxd +
				(uint64_t)o->txq * (tp->ports[i].nb_txd +
				o->burst * o->tx_layout.nb_segs);
	return need;
}

/* As DPDK reckons: full rings, full caches, and a burst in flight; of the ports of a pool. */
static unsigned int
pool_size(const struct testpmd *tp, unsigned int nb_ports, uint64_t need)
{
	const struct testpmd_options *o = &tp->opts;
	unsigned int rxd = PLX_MAX(o->rxd, (uint32_t)MAX_RING_SIZE);
	unsigned int txd = PLX_MAX(o->txd, (uint32_t)MAX_RING_SIZE);
	unsigned int n;

	if (o->total_num_mbufs != 0)
		return o->total_num_mbufs;
	n = nb_ports * (o->rxq * rxd + o->txq * txd + (plx_lcore_count() - 1) * MEMPOOL_CACHE +
		MAX_PKT_BURST);
	return PLX_MAX(n, (unsigned int)need);
}

/* ethdev checks most options against the port's limits, but does not hear of --txpkts. */
static int
read_info(const struct testpmd_options *o, struct fwd_port *port)
{
	struct plx_eth_dev_info info;
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret < 0)
		return ret;
	port->has_lsc = (info.dev_flags & PLX_ETH_DEV_INTR_LSC) != 0;
	port->nb_rxd = o->rxd ? o->rxd : info.default_rx_desc;
	port->nb_txd = o->txd ? o->txd : info.default_tx_desc;
	port_conf_init(o, &info, port);
	if ((o->engine->generates || o->tx_first) && o->tx_layout.nb_segs > info.tx_desc_lim.nb_seg_max) {
		TESTPMD_LOG(ERR, "--txpkts: %u segments (EINVAL): port %u sends at most %u",
			o->tx_layout.nb_segs, port->port_id, info.tx_desc_lim.nb_seg_max);
		return -EINVAL;
	}
	return plx_eth_macaddr_get(port->port_id, &port->mac_addr);
}

/*
 * Where devices may come there is room for more ports: a pool can't be freed with its port, as other
 * ports have its mbufs in their rings.
 */
static int
create_pool(struct testpmd *tp, int socket_id)
{
	unsigned int nb_ports = tp->opts.hot_plug || tp->opts.interactive ? MORE_PORTS : 0, n;
	char name[32];
	uint64_t need;
	int ret;

	for (unsigned int i = 0; i < tp->nb_ports; i++)
		nb_ports += tp->ports[i].socket_id == socket_id;
	need = mbufs_needed(tp, socket_id);
	n = pool_size(tp, nb_ports, need);
	if (tp->opts.engine->generates && n < need) {
		TESTPMD_LOG(ERR, "--total-num-mbufs=%u (EINVAL): %s can need %" PRIu64 " on socket %d "
			"for rings, caches and bursts: give as many, or shorten --rxd and --txd", n,
			tp->opts.engine->name, need, socket_id);
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "mb_pool_%d", socket_id);
	TESTPMD_LOG(INFO, "create a new mbuf pool <%s>: n=%u, size=%u, socket=%d", name, n,
		tp->opts.mbuf_size, socket_id);
	tp->pools[socket_id] = plx_pktmbuf_pool_create(name, n, MEMPOOL_CACHE, 0,
		(uint16_t)tp->opts.mbuf_size, socket_id);
	if (tp->pools[socket_id] != NULL)
		return 0;
	ret = -errno;
	TESTPMD_LOG(ERR, "Creation of mbuf pool for socket %d failed (%s): free some memory, or "
		"ask for less by --total-num-mbufs", socket_id, plx_strerror(ret));
	return ret;
}

/* Each node that has a port has a pool. */
static int
get_pool(struct testpmd *tp, struct fwd_port *port)
{
	int ret = tp->pools[port->socket_id] == NULL ? create_pool(tp, port->socket_id) : 0;

	port->pool = tp->pools[port->socket_id];
	return ret;
}

/* As DPDK's testpmd words it. On the interrupt thread, beside whatever main() prints. */
static int
print_event(uint16_t port_id, enum plx_eth_event_type event, void *arg, void *ret_param)
{
	static const char *const names[] = {
		[PLX_ETH_EVENT_INTR_LSC] = "link state change",
		[PLX_ETH_EVENT_INTR_RESET] = "reset",
		[PLX_ETH_EVENT_INTR_RMV] = "device removal",
	};

	printf("\nPort %u: %s event\n", port_id, names[event]);
	fflush(stdout);
	return 0;
}

/* The close of the port unregisters them. */
static int
register_events(uint16_t port_id)
{
	static const enum plx_eth_event_type events[] = {
		PLX_ETH_EVENT_INTR_LSC, PLX_ETH_EVENT_INTR_RESET, PLX_ETH_EVENT_INTR_RMV,
	};
	int ret = 0;

	for (unsigned int i = 0; i < PLX_DIM(events) && ret == 0; i++)
		ret = plx_eth_dev_callback_register(port_id, events[i], print_event, NULL);
	return ret;
}

/* In the order of their numbers, which are given anew. */
int
port_add(struct testpmd *tp, uint16_t port_id)
{
	unsigned int at = 0;
	struct fwd_port *port;
	int ret;

	while (at < tp->nb_ports && tp->ports[at].port_id < port_id)
		at++;
	port = &tp->ports[at];
	memmove(port + 1, port, (tp->nb_ports++ - at) * sizeof(*port));
	*port = (struct fwd_port){ .port_id = port_id, .socket_id = plx_eth_dev_socket_id(port_id) };
	if (port->socket_id < 0 || port->socket_id >= PLX_MAX_NUMA_NODES)
		port->socket_id = (int)plx_socket_id();
	ret = read_info(&tp->opts, port);
	return ret == 0 ? register_events(port_id) : ret;
}

void
port_drop(struct testpmd *tp, struct fwd_port *port)
{
	unsigned int behind = (unsigned int)(&tp->ports[--tp->nb_ports] - port);

	memmove(port, port + 1, behind * sizeof(*port));
}

/* At first a port receives all. A driver that can't is no reason to stop: ethdev has logged it. */
static int
try_promiscuous(struct fwd_port *port)
{
	int ret = port->promisc_tried ? 0 : plx_eth_promiscuous_enable(port->port_id);

	port->promisc_tried = true;
	return ret == -ENOTSUP ? 0 : ret;
}

int
port_start(struct testpmd *tp, struct fwd_port *port)
{
	int ret = get_pool(tp, port);

	if (ret < 0)
		return ret;
	printf("Configuring Port %u (socket %d)\n", port->port_id, port->socket_id);
	ret = port_configure(tp, port);
	if (ret == 0)
		ret = plx_eth_dev_start(port->port_id);
	if (ret < 0)
		return ret;
	port->started = true;
	printf("Port %u: " PLX_ETHER_ADDR_PRT_FMT "\n", port->port_id,
		PLX_ETHER_ADDR_BYTES(&port->mac_addr));
	return try_promiscuous(port);
}

static int
find_ports(struct testpmd *tp)
{
	uint16_t port_id;
	int ret = 0;

	PLX_ETH_FOREACH_DEV(port_id)
		ret = ret == 0 ? port_add(tp, port_id) : ret;
	if (tp->nb_ports > 0 || tp->opts.hot_plug || tp->opts.interactive)
		return ret;
	TESTPMD_LOG(ERR, "No probed ethernet devices (ENODEV): give some by -a or --vdev, as "
		"--vdev net_null0");
	return -ENODEV;
}

/* Pools come before the first port is started, so that nothing has begun when there is no memory. */
int
ports_open(struct testpmd *tp)
{
	int ret = find_ports(tp);

	for (unsigned int i = 0; i < tp->nb_ports && ret == 0; i++)
		ret = get_pool(tp, &tp->ports[i]);
	for (unsigned int i = 0; i < tp->nb_ports && ret == 0; i++)
		ret = port_start(tp, &tp->ports[i]);
	if (ret < 0)
		ports_close(tp);
	return ret;
}

void
link_speed_text(uint32_t speed, char *buf, size_t size)
{
	if (speed == PLX_ETH_SPEED_NUM_UNKNOWN)
		snprintf(buf, size, "Unknown");
	else if (speed == PLX_ETH_SPEED_NUM_NONE)
		snprintf(buf, size, "None");
	else if (speed >= 1000)
		snprintf(buf, size, speed % 1000 ? "%.1f Gbps" : "%.0f Gbps", speed / 1000.0);
	else
		snprintf(buf, size, "%u Mbps", speed);
}

static void
print_link(uint16_t port_id, const struct plx_eth_link *link)
{
	char speed[32];

	if (!link->link_status) {
		printf("Port %u Link down\n", port_id);
		return;
	}
	link_speed_text(link->link_speed, speed, sizeof(speed));
	printf("Port %u Link up at %s %s %s\n", port_id, speed, link->link_duplex ? "FDX" : "HDX",
		link->link_autoneg ? "Autoneg" : "Fixed");
}

static bool
all_up(const struct testpmd *tp)
{
	struct plx_eth_link link;

	for (unsigned int i = 0; i < tp->nb_ports; i++)
		if (tp->ports[i].started &&
		    (plx_eth_link_get_nowait(tp->ports[i].port_id, &link) < 0 || !link.link_status))
			return false;
	return true;
}

int
ports_check_links(struct testpmd *tp)
{
	struct plx_eth_link link;
	int ret = 0;

	printf("Checking link statuses...\n");
	fflush(stdout);
	for (int i = 0; i < LINK_CHECKS && ret == 0 && !all_up(tp); i++)
		ret = wait_signal(tp, LINK_CHECK_MS);
	for (unsigned int i = 0; i < tp->nb_ports && ret >= 0; i++) {
		if (!tp->ports[i].started)
			continue;
		ret = plx_eth_link_get_nowait(tp->ports[i].port_id, &link);
		if (ret < 0)
			TESTPMD_LOG(ERR, "port %u: no link state (%s)", tp->ports[i].port_id,
				plx_strerror(ret));
		else
			print_link(tp->ports[i].port_id, &link);
	}
	printf("Done\n");
	return ret;
}

int
port_stop(struct testpmd *tp, struct fwd_port *port)
{
	int ret;

	printf("Stopping ports...\n");
	ret = plx_eth_dev_stop(port->port_id);
	port->started = false;
	printf("Done\n");
	return ret;
}

int
port_close(struct testpmd *tp, struct fwd_port *port)
{
	uint16_t port_id = port->port_id;
	int ret;

	printf("Closing ports...\n");
	ret = plx_eth_dev_close(port_id);
	port_drop(tp, port);
	printf("Port %u is closed\nDone\n", port_id);
	return ret;
}

int
ports_stop(struct testpmd *tp)
{
	int first = 0;

	for (unsigned int i = 0; i < tp->nb_ports; i++) {
		int ret;

		if (!tp->ports[i].started)
			continue;
		printf("\nStopping port %u...\n", tp->ports[i].port_id);
		ret = port_stop(tp, &tp->ports[i]);
		first = first < 0 ? first : ret;
	}
	return first;
}

int
ports_close(struct testpmd *tp)
{
	int first = 0;

	while (tp->nb_ports > 0) {
		int ret;

		printf("\nShutting down port %u...\n", tp->ports[0].port_id);
		ret = port_close(tp, &tp->ports[0]);
		first = first < 0 ? first : ret;
	}
	for (unsigned int i = 0; i < PLX_MAX_NUMA_NODES; i++) {
		plx_mempool_free(tp->pools[i]);
		tp->pools[i] = NULL;
	}
	return first;
}
