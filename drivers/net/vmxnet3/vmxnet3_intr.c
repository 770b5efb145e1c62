/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts: events by vector 0, packets by one for each Rx queue; Tx never interrupts. */
#include <errno.h>

#include <plx_io.h>

#include "vmxnet3_hw.h"

/* MASK for VMXNET3_IMR. */
#define UNMASKED 0
#define MASKED 1

static void
set_mask(const struct vmxnet3_hw *hw, uint16_t vector, uint32_t mask)
{
	plx_write32(mask, hw->data_bar + VMXNET3_IMR(vector));
}

/*
 * The vector that is for whatever never interrupts, and stays masked: behind those that are in use.
 */
static uint16_t
silent_vector(const struct plx_eth_dev *dev)
{
	return (uint16_t)(1 + (dev->conf.intr_conf.rxq ? dev->nb_rx_queues : 0));
}

int
vmxnet3_intr_configure(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);

	if (conf->lsc || conf->rxq)
		return plx_pci_intr_enable(hw->pci, conf->rxq ? dev->nb_rx_queues : 0);
	if (plx_pci_intr_type_get(hw->pci) == PLX_PCI_INTR_NONE)
		return 0;
	return plx_pci_intr_disable(hw->pci);
}

void
vmxnet3_intr_fill(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const uint16_t silent = silent_vector(dev);

	hw->shared->auto_mask = hw->mask_auto;
	hw->shared->nb_intrs = (uint8_t)(silent + 1);
	hw->shared->event_intr = 0;
	hw->shared->intr_ctrl = conf->lsc || conf->rxq ? 0 : VMXNET3_IC_DISABLE_ALL;
	for (uint16_t i = 0; i < hw->shared->nb_txq; i++)
		hw->tx_descs[i].intr = (uint8_t)silent;
	for (uint16_t i = 0; i < hw->shared->nb_rxq; i++)
		hw->rx_descs[i].intr = (uint8_t)(i + 1 < silent ? i + 1 : silent);
	for (uint16_t i = 0; i <= silent; i++)
		set_mask(hw, i, MASKED);
}

static bool
break_if_stopped(struct vmxnet3_queue *q, const struct vmxnet3_status *status)
{
	if (!status->stopped || vmxnet3_queue_is_broken(q))
		return false;
	vmxnet3_queue_fault(q, "it stopped the queue, error 0x%x", status->error);
	return true;
}

/*
 * The device says which queues it stopped when it is asked. Callbacks are called without the lock,
 * for they may ask for statistics.
 */
static void
break_stopped_queues(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	bool any = false;

	pthread_mutex_lock(&hw->lock);
	if (hw->active && hw->command(hw, VMXNET3_CMD_GET_QUEUE_STATUS) == 0) {
		for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
			struct vmxnet3_rxq *rxq = dev->rx_queues[i];

			any |= break_if_stopped(&rxq->q, &hw->rx_descs[i].status);
		}
		for (uint16_t i = 0; i < dev->nb_tx_queues; i++) {
			struct vmxnet3_txq *txq = dev->tx_queues[i];

			any |= break_if_stopped(&txq->q, &hw->tx_descs[i].status);
		}
	}
	pthread_mutex_unlock(&hw->lock);
	if (any)
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_RESET, NULL);
}

uint32_t
vmxnet3_handle_events(struct plx_eth_dev *dev, uint32_t which)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const uint32_t events = __atomic_load_n(&hw->shared->ecr, __ATOMIC_ACQUIRE) & which;

	if (events == 0)
		return 0;
	vmxnet3_write_control(hw, VMXNET3_ECR, events);
	if (events & (VMXNET3_ECR_RQERR | VMXNET3_ECR_TQERR))
		break_stopped_queues(dev);
	return events;
}

/*
 * Vector 0. With INTx, reading the cause lowers the line, before we look so that nothing is missed.
 */
static int
on_interrupt(void *arg)
{
	struct plx_eth_dev *dev = arg;
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const bool intx = plx_pci_intr_type_get(hw->pci) == PLX_PCI_INTR_LEGACY;

	if (intx)
		(void)vmxnet3_read_control(hw, VMXNET3_ICR);
	if (vmxnet3_handle_events(dev, UINT32_MAX) & VMXNET3_ECR_LINK)
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	set_mask(hw, 0, UNMASKED);
	return intx ? plx_pci_intr_ack(hw->pci) : 0;
}

int
vmxnet3_intr_start(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret;

	if (!dev->conf.intr_conf.lsc && !dev->conf.intr_conf.rxq)
		return 0;
	ret = plx_pci_intr_callback_register(hw->pci, on_interrupt, dev);
	if (ret < 0)
		return ret;
	hw->intr_on = true;
	set_mask(hw, 0, UNMASKED);
	return 0;
}

int
vmxnet3_intr_stop(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret = 0;

	if (hw->intr_on)
		ret = plx_pci_intr_callback_unregister(hw->pci, on_interrupt, dev);
	hw->intr_on = false;
	for (uint16_t i = 0; i <= silent_vector(dev); i++)
		set_mask(hw, i, MASKED);
	return ret;
}

/* A packet that came while the vector was masked interrupts as soon as it no longer is. */
int
vmxnet3_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	set_mask(vmxnet3_hw_of(dev), (uint16_t)(queue_id + 1), UNMASKED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}

int
vmxnet3_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	set_mask(vmxnet3_hw_of(dev), (uint16_t)(queue_id + 1), MASKED);
	return 0;
}

int
vmxnet3_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id)
{
	return plx_pci_intr_rx_fd(vmxnet3_hw_of(dev)->pci, queue_id);
}
