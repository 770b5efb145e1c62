/* SPDX-License-Identifier: BSD-3-Clause */
/* Link, interrupts, filters and flow control of a port of any family. */
#include <unistd.h>

#include "e1000_port.h"

/* How long, and how often, to look for a link. */
#define LINK_WAIT_MS 9000
#define LINK_POLL_MS 50

PLX_LOG_REGISTER(e1000_logtype, "pmd.net.e1000", "E1000", NOTICE)

int
e1000_dma_check(const struct plx_eth_dev *dev, const char *queue, uint64_t iova, size_t len,
	int device_writes)
{
	return plx_pci_dma_check(e1000_port(dev)->pci_dev, queue, iova, len,
		device_writes ? PLX_PCI_DMA_WRITE : PLX_PCI_DMA_READ);
}

bool
e1000_is_msix(const struct plx_eth_dev *dev)
{
	return plx_pci_intr_type_get(e1000_port(dev)->pci_dev) == PLX_PCI_INTR_MSIX;
}

int
e1000_intr_configure(struct plx_eth_dev *dev)
{
	const struct plx_eth_intr_conf *conf = &dev->conf.intr_conf;
	const struct plx_pci_device *pci_dev = e1000_port(dev)->pci_dev;
	int ret;

	if (!conf->lsc && !conf->rxq)
		return plx_pci_intr_disable(pci_dev);
	ret = plx_pci_intr_enable(pci_dev, conf->rxq ? dev->nb_rx_queues : 0);
	/* Without MSI-X queues have no vectors of their own. */
	if (ret < 0 || !conf->rxq || e1000_is_msix(dev))
		return ret;
	ret = plx_pci_intr_disable(pci_dev);
	return ret < 0 ? ret : -ENOTSUP;
}

int
e1000_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id)
{
	return plx_pci_intr_rx_fd(e1000_port(dev)->pci_dev, queue_id);
}

int
e1000_link_wait(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link,
	void (*look)(struct plx_eth_dev *dev, struct plx_eth_link *link))
{
	const struct e1000_hw *hw = e1000_hw(dev);

	look(dev, link);
	for (int waited = 0; wait && !link->link_status && waited < LINK_WAIT_MS;
	     waited += LINK_POLL_MS) {
		if (__atomic_load_n(&hw->link_off, __ATOMIC_RELAXED) || e1000_is_gone(hw))
			break;
		usleep(LINK_POLL_MS * 1000);
		look(dev, link);
	}
	return 0;
}

static void
look_for_link(struct plx_eth_dev *dev, struct plx_eth_link *link)
{
	e1000_link_get(e1000_hw(dev), link);
}

int
e1000_link_update(struct plx_eth_dev *dev, int wait, struct plx_eth_link *link)
{
	return e1000_link_wait(dev, wait, link, look_for_link);
}

int
e1000_set_link_up(struct plx_eth_dev *dev)
{
	return e1000_link_set(e1000_hw(dev), true);
}

int
e1000_set_link_down(struct plx_eth_dev *dev)
{
	return e1000_link_set(e1000_hw(dev), false);
}

int
e1000_promiscuous_enable(struct plx_eth_dev *dev)
{
	e1000_set(e1000_hw(dev), E1000_RCTL, E1000_RCTL_UPE | E1000_RCTL_MPE);
	return 0;
}

int
e1000_promiscuous_disable(struct plx_eth_dev *dev)
{
	e1000_clear(e1000_hw(dev), E1000_RCTL, E1000_RCTL_UPE |
		(dev->all_multicast ? 0 : E1000_RCTL_MPE));
	return 0;
}

int
e1000_allmulticast_enable(struct plx_eth_dev *dev)
{
	e1000_set(e1000_hw(dev), E1000_RCTL, E1000_RCTL_MPE);
	return 0;
}

int
e1000_allmulticast_disable(struct plx_eth_dev *dev)
{
	if (!dev->promiscuous)
		e1000_clear(e1000_hw(dev), E1000_RCTL, E1000_RCTL_MPE);
	return 0;
}

/* While the port is stopped it is enough that ethdev keeps the address: the start sets it. */
int
e1000_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr)
{
	if (dev->state == PLX_ETH_DEV_STARTED)
		e1000_rar_set(e1000_hw(dev), 0, mac_addr);
	return 0;
}

int
e1000_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr, uint32_t index)
{
	e1000_rar_set(e1000_hw(dev), index, mac_addr);
	return 0;
}

int
e1000_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index)
{
	(void)mac_addr;
	e1000_rar_clear(e1000_hw(dev), index);
	return 0;
}

int
e1000_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr)
{
	e1000_mta_set(e1000_hw(dev), mc_addrs, nb_mc_addr);
	return 0;
}

int
e1000_vlan_filter_set(struct plx_eth_dev *dev, uint16_t vlan_id, int on)
{
	e1000_vfta_set(e1000_hw(dev), vlan_id, on);
	return 0;
}

int
e1000_flow_ctrl_get(struct plx_eth_dev *dev, struct plx_eth_fc_conf *fc_conf)
{
	e1000_fc_get(e1000_hw(dev), fc_conf);
	return 0;
}

int
e1000_flow_ctrl_set(struct plx_eth_dev *dev, const struct plx_eth_fc_conf *fc_conf)
{
	return e1000_fc_set(e1000_hw(dev), fc_conf);
}

int
e1000_dev_led_on(struct plx_eth_dev *dev)
{
	e1000_led_set(e1000_hw(dev), true);
	return 0;
}

int
e1000_dev_led_off(struct plx_eth_dev *dev)
{
	e1000_led_set(e1000_hw(dev), false);
	return 0;
}
