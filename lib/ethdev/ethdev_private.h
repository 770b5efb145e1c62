/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ETHDEV_PRIVATE_H
#define ETHDEV_PRIVATE_H
/* What the files of lib/ethdev share. Nothing of it is exported. */
#include <errno.h>
#include <stdbool.h>

#include <plx_errno.h>
#include <plx_ethdev_driver.h>
#include <plx_log.h>

extern struct plx_logtype ethdev_logtype;

/* Log an error of the port @dev. */
#define PORT_ERR(dev, format, ...) PLX_LOG(ERR, &ethdev_logtype, "port %u (%s): " format, \
	(dev)->port_id, (dev)->name, ##__VA_ARGS__)

/* ports.c: a port that may be used, or NULL. The second one logs that @what can't be done. */
struct plx_eth_dev *eth_dev_get(uint16_t port_id);
struct plx_eth_dev *eth_dev_get_to(uint16_t port_id, const char *what);
/* Log that @what failed, unless @ret is 0. Return: @ret. */
int eth_dev_result(const struct plx_eth_dev *dev, const char *what, int ret);
/* Log why a request is refused, with the errno @err at the end. Return: @err. */
int eth_dev_refuse(const struct plx_eth_dev *dev, int err, const char *format, ...)
	__plx_format_printf(3, 4);

/* fastpath.c: let bursts reach the driver, or not. */
void eth_dev_fp_enable(struct plx_eth_dev *dev);
void eth_dev_fp_disable(uint16_t port_id);

/* config.c: has @capa all of the offloads @wanted, of @direction? Logs what is missing. Return: 0; @err. */
int eth_dev_check_offloads(const struct plx_eth_dev *dev, const char *direction, uint64_t wanted,
	uint64_t capa, int err);

/* queues.c: the port is stopped; all counts are 0 then, or what the second one says. */
void eth_dev_release_queues(struct plx_eth_dev *dev);
void eth_dev_set_queue_counts(struct plx_eth_dev *dev, uint16_t nb_rx, uint16_t nb_tx);
/* Queue @id of one that is configured? Logs. */
int eth_dev_check_queue(const struct plx_eth_dev *dev, bool rx, uint16_t id);

/* restore.c: give to the driver what a start made the device forget. Logs what fails. */
int eth_dev_restore(struct plx_eth_dev *dev);
/* The VLANs alone, if they matter. */
int eth_dev_restore_vlans(struct plx_eth_dev *dev);

/* wrap_port.c: what goes around bursts, see wrap.h. Room for it: -ENOMEM. */
int eth_dev_wrap_create(struct plx_eth_dev *dev);
/* Burst functions for the fast-path table: the driver's, if nothing goes around them. */
plx_eth_rx_burst_t eth_dev_rx_burst(struct plx_eth_dev *dev);
plx_eth_tx_burst_t eth_dev_tx_burst(struct plx_eth_dev *dev);
/* The driver's @queue, which may be NULL, goes. */
void eth_dev_wrap_forget(struct plx_eth_dev *dev, const void *queue);
/* No burst runs: free callbacks that were removed, or all. */
void eth_dev_wrap_free_retired(struct plx_eth_dev *dev);
void eth_dev_wrap_remove_callbacks(struct plx_eth_dev *dev);
/* Tx packets dropped for their addresses since the last reset; the reset. */
uint64_t eth_dev_wrap_dropped(const struct plx_eth_dev *dev);
void eth_dev_wrap_stats_reset(struct plx_eth_dev *dev);
/* With --dma-check: 0 if the device can write to all mbufs of @mp. */
int eth_dev_wrap_check_pool(struct plx_eth_dev *dev, uint16_t rx_queue_id, struct plx_mempool *mp);

/* info.c: statistics of the port; stats_lock is held. */
int eth_dev_stats(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
void eth_dev_info(struct plx_eth_dev *dev, struct plx_eth_dev_info *info);

/* mtu.c: the MTU that a port gets when none is asked for. */
uint16_t eth_dev_default_mtu(struct plx_eth_dev *dev);
/* Can the port have it? Give it to the driver. Both log what fails. */
int eth_dev_check_mtu(struct plx_eth_dev *dev, uint32_t mtu);
int eth_dev_change_mtu(struct plx_eth_dev *dev, uint16_t mtu);
/* Bytes of the longest frame in a queue's mbufs at @mtu. */
uint32_t eth_dev_frame_len(const struct plx_eth_dev_info *info, uint32_t mtu, uint64_t rx_offloads);

/* rss.c: can the port have what @conf asks for? Keep it; dev_start programs it. The first one logs. */
int eth_dev_check_rss(const struct plx_eth_dev *dev, const struct plx_eth_dev_info *info,
	uint16_t nb_rx, const struct plx_eth_conf *conf);
void eth_dev_init_rss(struct plx_eth_dev *dev, const struct plx_eth_dev_info *info);

/* intr.c: raise PLX_ETH_EVENT_INTR_RMV when the device goes, or no more. Logs what fails. */
int eth_dev_watch_removal(struct plx_eth_dev *dev, bool on);

#endif
