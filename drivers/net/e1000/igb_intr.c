/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts of the PF: the link by vector 0, packets by one for each Rx queue. */
#include "igb_port.h"

/* Vector 0 is for all but packets. */
#define VECTOR_OTHER 0
#define VECTOR_RX(queue) ((uint16_t)((queue) + 1))
#define BIT_OF(vector) (1u << (vector))

/* Reading ICR clears it, and with INTx lowers the line. */
static int
on_interrupt(void *arg)
{
	struct plx_eth_dev *dev = arg;
	const uint32_t icr = e1000_read(e1000_hw(dev), E1000_ICR);

	if (icr != UINT32_MAX && (icr & E1000_INT_LSC))
		plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	return e1000_is_msix(dev) ? 0 : plx_pci_intr_ack(e1000_port(dev)->pci_dev);
}

/*
 * EIAC, EIAM: a cause that is told of by a vector of its own clears itself; that of packets masks
 * itself, too, so that a queue is told of once each time that it is enabled.
 */
static void
program_msix(struct plx_eth_dev *dev)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	uint32_t rx = 0;

	if (dev->conf.intr_conf.rxq) {
		for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
			igb_vector_set(hw, i, VECTOR_RX(i));
			e1000_write(hw, IGB_EITR(VECTOR_RX(i)), 0);
			rx |= BIT_OF(VECTOR_RX(i));
		}
	}
	e1000_write(hw, IGB_GPIE, IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_PBA | IGB_GPIE_NSICR);
	e1000_write(hw, IGB_EITR(VECTOR_OTHER), 0);
	e1000_write(hw, IGB_IVAR_MISC, IGB_IVAR_MISC_OTHER(VECTOR_OTHER));
	e1000_write(hw, IGB_EIAC, rx | BIT_OF(VECTOR_OTHER));
	e1000_write(hw, IGB_EIAM, rx);
	e1000_write(hw, IGB_EIMS, BIT_OF(VECTOR_OTHER));
}

int
igb_intr_start(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);
	int ret;

	if (e1000_is_msix(dev))
		program_msix(dev);
	else
		e1000_write(&port->hw, IGB_GPIE, IGB_GPIE_NSICR);
	if (!dev->conf.intr_conf.lsc)
		return 0;
	ret = plx_pci_intr_callback_register(port->pci_dev, on_interrupt, dev);
	if (ret < 0)
		return ret;
	port->intr_on = true;
	/* What was before the start is not told of. */
	(void)e1000_read(&port->hw, E1000_ICR);
	e1000_write(&port->hw, E1000_IMS, E1000_INT_LSC);
	return 0;
}

int
igb_intr_stop(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);

	e1000_write(&port->hw, E1000_IMC, E1000_INT_ALL);
	e1000_write(&port->hw, IGB_EIMC, IGB_EIMS_ALL);
	for (unsigned int i = 0; i < IGB_IVAR_SIZE; i++)
		e1000_write(&port->hw, IGB_IVAR(i), 0);
	e1000_write(&port->hw, IGB_IVAR_MISC, 0);
	e1000_flush(&port->hw);
	if (!port->intr_on)
		return 0;
	port->intr_on = false;
	return plx_pci_intr_callback_unregister(port->pci_dev, on_interrupt, dev);
}

/*
 * What came before is found by the poll that follows, so its cause is cleared. The read that flushes
 * the writes is the fence that the poll needs.
 */
int
igb_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	const struct e1000_hw *hw = e1000_hw(dev);

	e1000_write(hw, IGB_EICR, BIT_OF(VECTOR_RX(queue_id)));
	e1000_write(hw, IGB_EIMS, BIT_OF(VECTOR_RX(queue_id)));
	e1000_flush(hw);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}

int
igb_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id)
{
	e1000_write(e1000_hw(dev), IGB_EIMC, BIT_OF(VECTOR_RX(queue_id)));
	return 0;
}
