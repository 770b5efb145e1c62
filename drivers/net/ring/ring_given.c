/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports of the caller's rings. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>
#include <plx_log.h>

#include "net_ring.h"

PLX_LOG_REGISTER(ring_logtype, "pmd.net.ring", "RING", NOTICE)

/* A device hears of nothing but text, so that what can't be text waits here for its probe. */
static struct {
	pthread_mutex_t lock;
	struct ring_given *first;
} given = { .lock = PTHREAD_MUTEX_INITIALIZER };

const struct ring_given *
ring_given_find(const char *device)
{
	struct ring_given *g;

	pthread_mutex_lock(&given.lock);
	for (g = given.first; g != NULL && strcmp(g->device, device) != 0; g = g->next)
		;
	pthread_mutex_unlock(&given.lock);
	return g;
}

/* Of two that want the same name at once one is too late. */
static int
add(struct ring_given *g)
{
	if (ring_given_find(g->device) != NULL)
		return -EEXIST;
	pthread_mutex_lock(&given.lock);
	g->next = given.first;
	given.first = g;
	pthread_mutex_unlock(&given.lock);
	return 0;
}

static void
take_away(struct ring_given *g)
{
	struct ring_given **at = &given.first;

	pthread_mutex_lock(&given.lock);
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	pthread_mutex_unlock(&given.lock);
}

static int
check_rings(struct plx_ring *const rings[], unsigned int n)
{
	if (n > PLX_MAX_QUEUES_PER_PORT || (n > 0 && rings == NULL))
		return -EINVAL;
	for (unsigned int i = 0; i < n; i++)
		if (rings[i] == NULL)
			return -EINVAL;
	return 0;
}

int
plx_eth_from_rings(const char *name, struct plx_ring *const rx_queues[], unsigned int nb_rx_queues,
	struct plx_ring *const tx_queues[], unsigned int nb_tx_queues, unsigned int numa_node)
{
	char device[PLX_ETH_NAME_MAX_LEN];
	struct ring_given g = { device, rx_queues, tx_queues, nb_rx_queues, nb_tx_queues, numa_node, NULL };
	uint16_t port_id;
	int ret;

	if (nb_rx_queues + nb_tx_queues == 0 || check_rings(rx_queues, nb_rx_queues) < 0 ||
	    check_rings(tx_queues, nb_tx_queues) < 0 || strpbrk(name, ",=") != NULL ||
	    snprintf(device, sizeof(device), "net_ring_%s", name) >= (int)sizeof(device)) {
		PLX_LOG(ERR, &ring_logtype, "%s: no port of %u Rx and %u Tx rings (EINVAL): give up to "
			"%u each, one at least, none of them NULL, and a name of up to %zu bytes", name,
			nb_rx_queues, nb_tx_queues, PLX_MAX_QUEUES_PER_PORT,
			sizeof(device) - sizeof("net_ring_"));
		return -EINVAL;
	}
	ret = add(&g);
	if (ret < 0) {
		PLX_LOG(ERR, &ring_logtype, "%s is being made (%s)", device, plx_strerror(ret));
		return ret;
	}
	ret = plx_vdev_init(device, NULL);
	take_away(&g);
	if (ret == 0)
		ret = plx_eth_dev_get_port_by_name(device, &port_id);
	return ret < 0 ? ret : port_id;
}

int
plx_eth_from_ring(struct plx_ring *r)
{
	struct plx_ring *const rings[] = { r };

	return plx_eth_from_rings(r->name, rings, 1, rings, 1, (unsigned int)SOCKET_ID_ANY);
}
