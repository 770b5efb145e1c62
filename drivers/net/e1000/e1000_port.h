/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000_PORT_H
#define E1000_PORT_H
/**
 * DOC: A port of any family: those functions of struct plx_eth_dev_ops that are the same for all.
 */
#include <plx_bus_vfio.h>
#include <plx_ethdev_driver.h>
#include <plx_log.h>

#include "e1000_hw.h"
#include "e1000_queue.h"

PLX_BEGIN_DECLS

/** e1000_logtype - "pmd.net.e1000". */
extern struct plx_logtype e1000_logtype;
/** E1000_ERR() - log an error of the device @name. */
#define E1000_ERR(name, format, ...) \
	PLX_LOG(ERR, &e1000_logtype, "%s: " format, name, ##__VA_ARGS__)

/**
 * struct e1000_queue_stats - sums of counters of queues; see struct e1000_queue.
 */
struct e1000_queue_stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t errors;
	uint64_t nombuf;
};

/**
 * struct e1000_port - the start of dev_private.
 * @hw: the chip.
 * @pci_dev: it.
 * @intr_on: the port's callback for vector 0 is registered.
 * @rx_gone: what released Rx queues had counted.
 * @tx_gone: what released Tx queues had counted.
 * @stats_base: what was counted when the statistics were reset.
 */
struct e1000_port {
	struct e1000_hw hw;
	struct plx_pci_device *pci_dev;
	bool intr_on;
	struct e1000_queue_stats rx_gone;
	struct e1000_queue_stats tx_gone;
	struct plx_eth_stats stats_base;
};

/** e1000_port() - of a port whose dev_private is one. */
static inline struct e1000_port *
e1000_port(const struct plx_eth_dev *dev)
{
	return (struct e1000_port *)dev->dev_private;
}

/** e1000_hw() - the chip of a port. */
static inline struct e1000_hw *
e1000_hw(const struct plx_eth_dev *dev)
{
	return &e1000_port(dev)->hw;
}

/**
 * e1000_probe() - the probe of a driver: make a port of the device, which takes no arguments.
 * @private_size: bytes of dev_private.
 * @bar_size: bytes of BAR 0.
 * @init: initialize the chip, and choose what is the family's own in @dev, which has all else.
 * @hint: what may be wrong if it can't.
 * Return: 0, or a negative errno, logged.
 */
int e1000_probe(struct plx_pci_device *pci_dev, size_t private_size, size_t bar_size,
	int (*init)(struct plx_eth_dev *dev), const char *hint);
/** e1000_remove() - the remove of a driver. */
int e1000_remove(struct plx_pci_device *pci_dev);
/** e1000_link_wait() - link_update, of a family that sees its link by @look. Return: 0. */
int e1000_link_wait(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link,
	void (*look)(struct plx_eth_dev *dev, struct plx_eth_link *link));
/** e1000_is_msix() - has each Rx queue a vector of its own? */
bool e1000_is_msix(const struct plx_eth_dev *dev);
/** e1000_queue_gone() - a queue is about to be freed: the port keeps what it counted. */
void e1000_queue_gone(struct e1000_queue_stats *gone, const struct e1000_queue *queue);
/** e1000_dma_check() - dev->dma_check. */
int e1000_dma_check(const struct plx_eth_dev *dev, const char *queue, uint64_t iova, size_t len,
	int device_writes);

/*
 * These are functions of struct plx_eth_dev_ops; queues start with a struct e1000_queue. The reset
 * of statistics resets extended ones, too.
 */
int e1000_intr_configure(struct plx_eth_dev *dev);
int e1000_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id);
int e1000_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link);
int e1000_set_link_up(struct plx_eth_dev *dev);
int e1000_set_link_down(struct plx_eth_dev *dev);
int e1000_stats_get_op(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
int e1000_stats_reset_op(struct plx_eth_dev *dev);
int e1000_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats);
int e1000_xstats_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n);
int e1000_xstats_get(struct plx_eth_dev *dev, uint64_t *values, unsigned int n);
int e1000_promiscuous_enable(struct plx_eth_dev *dev);
int e1000_promiscuous_disable(struct plx_eth_dev *dev);
int e1000_allmulticast_enable(struct plx_eth_dev *dev);
int e1000_allmulticast_disable(struct plx_eth_dev *dev);
int e1000_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
int e1000_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int e1000_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int e1000_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr);
int e1000_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on);
int e1000_flow_ctrl_get(struct plx_eth_dev *dev, struct plx_eth_fc_conf *fc_conf);
int e1000_flow_ctrl_set(struct plx_eth_dev *dev, const struct plx_eth_fc_conf *fc_conf);
int e1000_dev_led_on(struct plx_eth_dev *dev);
int e1000_dev_led_off(struct plx_eth_dev *dev);
int e1000_get_eeprom_length(struct plx_eth_dev *dev);
int e1000_get_eeprom(struct plx_eth_dev *dev, struct plx_dev_eeprom_info *info);
int e1000_get_reg(struct plx_eth_dev *dev, struct plx_dev_reg_info *info);

PLX_END_DECLS
#endif
