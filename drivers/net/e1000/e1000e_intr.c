/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts: link changes by vector 0, packets by one for each Rx queue. 82574: 7.4, 10.2.4. */
#include "e1000e_hw.h"

/*
 * Vector 0. With MSI-X, "other" comes for more causes than the link, and all of them are cleared here:
 * one that stays would keep the next one from being told.
 */
static int
on_interrupt(void *arg)
{
	struct plx_eth_dev *dev = arg;
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint32_t icr = e1000_read(hw, E1000_ICR);

	if (icr != UINT32_MAX) {
		/* Queues have vectors of their own. */
		e1000_write(hw, E1000_ICR, icr & ~(E1000E_INT_RXQ(0) | E1000E_INT_RXQ(1)));
		if (icr & E1000_INT_LSC)
			plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	}
	return plx_pci_intr_ack(e1000_port(dev)->pci_dev);
}

int
e1000e_intr_start(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	struct e1000_port *port = e1000_port(dev);
	uint32_t ivar = E1000E_IVAR_OTHER(0), causes = 0;
	int ret;

	if (e1000_is_msix(dev)) {
		for (uint16_t i = 0; conf->rxq && i < dev->nb_rx_queues; i++) {
			ivar |= E1000E_IVAR_RXQ(i, i + 1u);
			causes |= E1000E_INT_RXQ(i);
		}
		e1000_write(&port->hw, E1000E_IVAR, ivar);
		/* The message itself clears the cause of a queue: nobody reads ICR for it. */
		e1000_write(&port->hw, E1000E_EIAC, causes);
	}
	if (!conf->lsc)
		return 0;
	ret = plx_pci_intr_callback_register(port->pci_dev, on_interrupt, dev);
	if (ret < 0)
		return ret;
	port->intr_on = true;
	e1000_write(&port->hw, E1000_IMS,
		E1000_INT_LSC | (e1000_is_msix(dev) ? E1000E_INT_OTHER : 0));
	return 0;
}

int
e1000e_intr_stop(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);

	e1000_write(&port->hw, E1000_IMC, E1000_INT_ALL);
	e1000_flush(&port->hw);
	if (!port->intr_on)
		return 0;
	port->intr_on = false;
	return plx_pci_intr_callback_unregister(port->pci_dev, on_interrupt, dev);
}

int
e1000e_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const struct e1000_hw *hw = e1000_hw(dev);

	/* What came before is found by the poll that follows. */
	e1000_write(hw, E1000_ICR, E1000E_INT_RXQ(queue_id));
	e1000_write(hw, E1000_IMS, E1000E_INT_RXQ(queue_id));
	e1000_flush(hw);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}

int
e1000e_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	e1000_write(e1000_hw(dev), E1000_IMC, E1000E_INT_RXQ(queue_id));
	return 0;
}
