/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VMXNET3_HW_H
#define VMXNET3_HW_H
/**
 * DOC: The device: commands, and the memory that it shares with the driver.
 *
 * The device is told of that memory once, in probe, and knows it until the port is closed: at a
 * change of the link it writes there also while the port is stopped.
 */
#include <pthread.h>
#include <stdbool.h>

#include <plx_bus_vfio.h>
#include <plx_ethdev_driver.h>
#include <plx_memzone.h>

#include "vmxnet3_rxtx.h"
#include "vmxnet3_spec.h"

PLX_BEGIN_DECLS

/**
 * struct vmxnet3_counters - of all queues, in the order of enum vmxnet3_rx_stat and
 * vmxnet3_tx_stat.
 */
struct vmxnet3_counters {
	uint64_t rx[VMXNET3_MAX_RX_QUEUES][VMXNET3_NB_STATS];
	uint64_t tx[VMXNET3_MAX_TX_QUEUES][VMXNET3_NB_STATS];
	uint64_t rx_errors[VMXNET3_MAX_RX_QUEUES];
	uint64_t rx_nombuf[VMXNET3_MAX_RX_QUEUES];
	uint64_t tx_errors[VMXNET3_MAX_TX_QUEUES];
};

/**
 * struct vmxnet3_hw - dev_private of a port.
 * @pci: device.
 * @command: write a command and read its result; the registers', or a test's.
 * @data_bar: VMXNET3_BAR_DATA, mapped.
 * @control_bar: VMXNET3_BAR_CONTROL, mapped.
 * @lock: commands, and what the device reads or writes at them: any thread may ask for statistics.
 * @mz: memory of what follows.
 * @shared: configuration.
 * @rss: part of it.
 * @tx_descs: queues of the device; @rx_descs are right behind the last one.
 * @rx_descs: valid from start to stop.
 * @spare_iova: rings without buffers for queues that nobody asked for: the device wants powers of
 *	two.
 * @rx_mode: VMXNET3_RXM_* that the device is to have.
 * @max_rx_queues: Rx queues of this device.
 * @mask_auto: the device masks interrupts itself when it signals them.
 * @active: the device has rings.
 * @intr_on: events are told of.
 * @gone: what was counted before the last activation, or by queues that are released.
 * @base: what was counted when the statistics were reset.
 */
struct vmxnet3_hw {
	const struct plx_pci_device *pci;
	uint32_t (*command)(struct vmxnet3_hw *hw, uint32_t cmd);
	volatile uint8_t *data_bar;
	volatile uint8_t *control_bar;
	pthread_mutex_t lock;
	const struct plx_memzone *mz;
	struct vmxnet3_shared *shared;
	struct vmxnet3_rss *rss;
	struct vmxnet3_tx_desc *tx_descs;
	struct vmxnet3_rx_desc *rx_descs;
	uint64_t spare_iova;
	uint32_t rx_mode;
	uint16_t max_rx_queues;
	bool mask_auto;
	bool active;
	bool intr_on;
	struct vmxnet3_counters gone;
	struct vmxnet3_counters base;
};

/** vmxnet3_hw_of() - the device of @dev. */
static inline struct vmxnet3_hw *
vmxnet3_hw_of(const struct plx_eth_dev *dev)
{
	return (struct vmxnet3_hw *)dev->dev_private;
}

/** vmxnet3_read_control() - read a register of the control BAR. */
uint32_t vmxnet3_read_control(const struct vmxnet3_hw *hw, uint32_t reg);
/** vmxnet3_write_control() - write one. */
void vmxnet3_write_control(const struct vmxnet3_hw *hw, uint32_t reg, uint32_t value);
/** vmxnet3_mmio_command() - vmxnet3_hw.command of a real device; under the lock. */
uint32_t vmxnet3_mmio_command(struct vmxnet3_hw *hw, uint32_t cmd);
/**
 * vmxnet3_command() - a command that returns 0 if all is fine. Return: 0; -EIO; -ENODEV: it is
 * gone.
 */
int vmxnet3_command(struct vmxnet3_hw *hw, enum vmxnet3_cmd cmd);
/** vmxnet3_ask() - a command that returns @answer. Return: 0; -ENODEV: it is gone. */
int vmxnet3_ask(struct vmxnet3_hw *hw, enum vmxnet3_cmd cmd, uint32_t *answer);

/**
 * vmxnet3_hw_init() - find out what the device is, and share memory with it.
 * @dev: its dev_private has pci and command. Gets mac_addr.
 *
 * Return: 0; a negative errno, logged, and nothing is left.
 */
int vmxnet3_hw_init(struct plx_eth_dev *dev);
/** vmxnet3_hw_reset() - as after vmxnet3_hw_init() again. Return: 0; -EIO; -ENODEV. */
int vmxnet3_hw_reset(struct vmxnet3_hw *hw);
/** vmxnet3_hw_destroy() - make the device forget the memory, and free it. Return: 0; the errno. */
int vmxnet3_hw_destroy(struct vmxnet3_hw *hw);
/**
 * vmxnet3_hw_activate() - all queues are filled: let the device have them.
 * Return: 0; -EIO if the device does not want them; -ENODEV.
 */
int vmxnet3_hw_activate(struct plx_eth_dev *dev);
/**
 * vmxnet3_hw_quiesce() - make it stop DMA of packets, by all means.
 * Return: 0; -ENODEV; the errno of the gentlest way that failed, after which a rougher one was
 * taken.
 */
int vmxnet3_hw_quiesce(struct vmxnet3_hw *hw);

/** vmxnet3_nb_queues() - queues that the device has for @wanted: a power of two, at least 1. */
static inline uint16_t
vmxnet3_nb_queues(uint16_t wanted)
{
	return (uint16_t)plx_align32pow2(wanted);
}

/** vmxnet3_queue_descs() - set @tx_descs and @rx_descs for the queues of @dev, zeroed. */
void vmxnet3_queue_descs(struct plx_eth_dev *dev);

/**
 * vmxnet3_fill_filters() - the filters of @dev as they are after a start; into the shared memory.
 */
void vmxnet3_fill_filters(struct plx_eth_dev *dev);
/** vmxnet3_fill_rss() - vmxnet3_hw.rss as @rss says. Return: whether it is to be on. */
bool vmxnet3_fill_rss(struct vmxnet3_hw *hw, const struct plx_eth_rss *rss);
/** vmxnet3_features() - VMXNET3_F_* that @dev wants. */
uint64_t vmxnet3_features(struct plx_eth_dev *dev);
/** vmxnet3_write_mac() - let the device have that address. */
void vmxnet3_write_mac(const struct vmxnet3_hw *hw, const struct plx_ether_addr *mac);

/* Functions of struct plx_eth_dev_ops: filters. */
int vmxnet3_promiscuous_enable(struct plx_eth_dev *dev);
int vmxnet3_promiscuous_disable(struct plx_eth_dev *dev);
int vmxnet3_allmulticast_enable(struct plx_eth_dev *dev);
int vmxnet3_allmulticast_disable(struct plx_eth_dev *dev);
int vmxnet3_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac);
int vmxnet3_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *addrs,
	uint32_t n);
int vmxnet3_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on);
int vmxnet3_vlan_offload_set(struct plx_eth_dev *dev, int mask);
int vmxnet3_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss);

/* Statistics. */
int vmxnet3_stats_get(struct plx_eth_dev *dev, struct plx_eth_stats *stats);
int vmxnet3_stats_reset(struct plx_eth_dev *dev);
int vmxnet3_queue_stats_get(struct plx_eth_dev *dev, int rx, uint16_t queue_id,
	struct plx_eth_queue_stats *stats);
int vmxnet3_xstats_names(struct plx_eth_dev *dev, struct plx_eth_xstat_name *names, unsigned int n);
/* Queues are released here, for their counters are kept. */
void vmxnet3_rx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);
void vmxnet3_tx_queue_release(struct plx_eth_dev *dev, uint16_t queue_id);
int vmxnet3_xstats_get(struct plx_eth_dev *dev, uint64_t *values, unsigned int n);
/** vmxnet3_stats_keep() - the device is about to forget its counters. Return: 0; -EIO; -ENODEV. */
int vmxnet3_stats_keep(struct plx_eth_dev *dev);

/* Registers. */
int vmxnet3_get_reg(struct plx_eth_dev *dev, struct plx_dev_reg_info *info);

/* Interrupts. */
int vmxnet3_intr_configure(struct plx_eth_dev *dev);
/** vmxnet3_intr_fill() - which interrupt is for what; into the shared memory. */
void vmxnet3_intr_fill(struct plx_eth_dev *dev);
/** vmxnet3_intr_start() - the device is active: tell of events. Return: 0; the bus's errno. */
int vmxnet3_intr_start(struct plx_eth_dev *dev);
/** vmxnet3_intr_stop() - no event is raised any more. Return: 0; the bus's errno. */
int vmxnet3_intr_stop(struct plx_eth_dev *dev);
/**
 * vmxnet3_handle_events() - see what the device told, other than of packets.
 * @which: VMXNET3_ECR_* to look for.
 * Return: those of them that were there. Any thread.
 */
uint32_t vmxnet3_handle_events(struct plx_eth_dev *dev, uint32_t which);
int vmxnet3_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id);
int vmxnet3_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id);
int vmxnet3_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id);

/** vmxnet3_port_init() - make a port of a device. As vmxnet3_hw_init(). */
int vmxnet3_port_init(struct plx_eth_dev *dev);

PLX_END_DECLS
#endif
