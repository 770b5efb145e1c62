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
/* Let bursts reach the driver, or not. */
void eth_dev_fp_enable(struct plx_eth_dev *dev);
void eth_dev_fp_disable(uint16_t port_id);

/* config.c: the port is stopped. */
void eth_dev_release_queues(struct plx_eth_dev *dev);

/* info.c */
void eth_dev_info(struct plx_eth_dev *dev, struct plx_eth_dev_info *info);
/* The MTU that a port gets when none is asked for. */
uint16_t eth_dev_default_mtu(struct plx_eth_dev *dev);
/* Can the port have it? Give it to the driver. Both log what fails. */
int eth_dev_check_mtu(struct plx_eth_dev *dev, uint32_t mtu);
int eth_dev_change_mtu(struct plx_eth_dev *dev, uint16_t mtu);

#endif
