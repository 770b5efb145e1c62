/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts of a VF: the mailbox by vector 0, packets by one for each Rx queue. */
#include "igbvf.h"

#define VECTOR_MBX 0
#define VECTOR_RX(queue) ((uint16_t)((queue) + 1))
#define BIT_OF(vector) (1u << (vector))
#define ALL_VECTORS 0x7u

/*
 * The PF was reset, or it says that something has changed, which is the link mostly. A message
 * without CTS comes from a PF that does not know us any more.
 */
static int
on_mailbox(void *arg)
{
	struct plx_eth_dev *dev = arg;
	struct igbvf_port *vf = igbvf_port(dev);
	const struct e1000_hw *hw = &vf->port.hw;
	const uint32_t events = igbvf_events(vf);

	if (events == IGBVF_MBX_GONE)
		return 0;
	if (events & (IGBVF_MBX_RSTI | IGBVF_MBX_RSTD)) {
		igbvf_pf_lost(dev);
	} else if (events & IGBVF_MBX_PFSTS) {
		/* The answer to a request of another thread is left to it. */
		const uint32_t msg = e1000_read(hw, IGBVF_MBX_MEM(0));

		if ((msg & IGBVF_MSG_TYPE) == IGBVF_MSG_PF_CONTROL && !(msg & IGBVF_MSG_CTS))
			igbvf_pf_lost(dev);
	}
	plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_LSC, NULL);
	e1000_write(hw, IGB_EIMS, BIT_OF(VECTOR_MBX));
	return 0;
}

int
igbvf_intr_start(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	struct e1000_port *port = e1000_port(dev);
	uint32_t ivar = 0, rx = 0;
	int ret;

	for (uint16_t i = 0; conf->rxq && i < dev->nb_rx_queues; i++) {
		ivar |= IGBVF_IVAR_RX(i, VECTOR_RX(i));
		rx |= BIT_OF(VECTOR_RX(i));
		e1000_write(&port->hw, IGB_EITR(VECTOR_RX(i)), 0);
	}
	e1000_write(&port->hw, IGBVF_IVAR, ivar);
	e1000_write(&port->hw, IGBVF_IVAR_MISC, conf->lsc ? VECTOR_MBX | IGB_IVAR_VALID : 0);
	e1000_write(&port->hw, IGB_EIAC, rx | BIT_OF(VECTOR_MBX));
	e1000_write(&port->hw, IGB_EIAM, rx);
	if (!conf->lsc)
		return 0;
	ret = plx_pci_intr_callback_register(port->pci_dev, on_mailbox, dev);
	if (ret < 0)
		return ret;
	port->intr_on = true;
	e1000_write(&port->hw, IGB_EIMS, BIT_OF(VECTOR_MBX));
	return 0;
}

int
igbvf_intr_stop(struct plx_eth_dev *dev)
{
	struct e1000_port *port = e1000_port(dev);

	e1000_write(&port->hw, IGB_EIMC, ALL_VECTORS);
	e1000_write(&port->hw, IGBVF_IVAR, 0);
	e1000_write(&port->hw, IGBVF_IVAR_MISC, 0);
	if (!port->intr_on)
		return 0;
	port->intr_on = false;
	return plx_pci_intr_callback_unregister(port->pci_dev, on_mailbox, dev);
}
