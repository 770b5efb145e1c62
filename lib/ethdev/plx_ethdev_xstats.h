/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_XSTATS_H
#define PLX_ETHDEV_XSTATS_H
/**
 * DOC: Extended statistics: all counters of a port, by name. Programs include <plx_ethdev.h>.
 *
 * First those of struct plx_eth_stats, as rx_good_packets; then those of the queues, as
 * rx_q0_packets; then the driver's own. An id is an index into that list; it holds until the
 * port is configured anew. All may be called by any thread.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** PLX_ETH_XSTATS_NAME_SIZE - bytes of a name, the final NUL included. */
#define PLX_ETH_XSTATS_NAME_SIZE 64

/** struct plx_eth_xstat - a counter: its id and its value. */
struct plx_eth_xstat {
	uint64_t id;
	uint64_t value;
};

/** struct plx_eth_xstat_name - the name of a counter. */
struct plx_eth_xstat_name {
	char name[PLX_ETH_XSTATS_NAME_SIZE];
};

/**
 * plx_eth_xstats_get_names() - names of all counters.
 * @xstats_names: of @size entries, filled if all fit; may be NULL with 0.
 *
 * Return: how many there are, and if that is more than @size nothing was filled; -ENODEV.
 */
PLX_EXPORT int plx_eth_xstats_get_names(uint16_t port_id, struct plx_eth_xstat_name *xstats_names,
	unsigned int size);
/** plx_eth_xstats_get() - values of all; as plx_eth_xstats_get_names(); or the driver's errno. */
PLX_EXPORT int plx_eth_xstats_get(uint16_t port_id, struct plx_eth_xstat *xstats, unsigned int n);
/**
 * plx_eth_xstats_get_names_by_id() - names of some counters.
 * @ids: of @size entries; NULL for all, and then as plx_eth_xstats_get_names().
 * Return: @size; -ENODEV; -EINVAL for an id that is not there.
 */
PLX_EXPORT int plx_eth_xstats_get_names_by_id(uint16_t port_id, struct plx_eth_xstat_name *xstats_names,
	unsigned int size, const uint64_t *ids);
/** plx_eth_xstats_get_by_id() - values of some; as plx_eth_xstats_get_names_by_id(). */
PLX_EXPORT int plx_eth_xstats_get_by_id(uint16_t port_id, const uint64_t *ids, uint64_t *values,
	unsigned int size);
/** plx_eth_xstats_get_id_by_name() - find one. Return: 0; -ENODEV; -ENOENT. */
PLX_EXPORT int plx_eth_xstats_get_id_by_name(uint16_t port_id, const char *xstat_name, uint64_t *id);
/** plx_eth_xstats_reset() - all from 0 again, plx_eth_stats too. Return: 0; -ENODEV; an errno. */
PLX_EXPORT int plx_eth_xstats_reset(uint16_t port_id);

PLX_END_DECLS
#endif
