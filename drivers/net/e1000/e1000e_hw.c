/* SPDX-License-Identifier: BSD-3-Clause */
/* Initialization of the 82574, in the order of its datasheet, 4.6. */
#include <string.h>

#include "e1000e_hw.h"

/* Descriptors are fetched early and reported at once; see E1000E_DCTL_*. */
#define RXDCTL (E1000E_DCTL_GRAN | E1000E_DCTL_WTHRESH(1))
#define TXDCTL (E1000E_DCTL_GRAN | E1000E_DCTL_ONE | E1000E_DCTL_HTHRESH(1) | \
	E1000E_DCTL_PTHRESH(31))
/* What a hash needs to be told by its packets' descriptors in place of the checksum. */
#define CKSUM_OFFLOADS (PLX_ETH_RX_OFFLOAD_UDP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_CKSUM)

uint64_t
e1000e_rx_offloads(const struct plx_eth_dev *dev)
{
	uint64_t offloads = dev->conf.rxmode.offloads;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		const struct e1000e_rxq *rxq = dev->rx_queues[i];

		/* Those of VLANs are the port's alone, and change without the queues. */
		if (rxq != NULL)
			offloads |= rxq->offloads & ~(PLX_ETH_RX_OFFLOAD_VLAN_STRIP |
				PLX_ETH_RX_OFFLOAD_VLAN_FILTER);
	}
	return offloads;
}

uint64_t
e1000e_tx_offloads(const struct plx_eth_dev *dev)
{
	uint64_t offloads = dev->conf.txmode.offloads;

	for (uint16_t i = 0; i < dev->nb_tx_queues; i++) {
		const struct e1000e_txq *txq = dev->tx_queues[i];

		if (txq != NULL)
			offloads |= txq->offloads;
	}
	return offloads;
}

uint32_t
e1000e_buf_len(const struct plx_eth_dev *dev)
{
	uint32_t buf_len = E1000E_FRAME_MAX;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		const struct e1000e_rxq *rxq = dev->rx_queues[i];

		if (rxq != NULL)
			buf_len = PLX_MIN(buf_len, e1000e_rx_buf_len(rxq->room));
	}
	return buf_len;
}

bool
e1000e_fits(const struct plx_eth_dev *dev, uint32_t mtu)
{
	const uint64_t offloads = dev->conf.rxmode.offloads;
	const uint32_t crc = offloads & PLX_ETH_RX_OFFLOAD_KEEP_CRC ? PLX_ETHER_CRC_LEN : 0;

	return mtu + E1000E_L2_OVERHEAD + crc <= e1000e_buf_len(dev);
}

/*
 * CTRL.VME both strips and inserts (10.2.2). Where only inserting is wanted the Rx queues put tags
 * back, see rxq->strip.
 */
void
e1000e_vlan_set(struct plx_eth_dev *dev)
{
	const uint64_t offloads = e1000e_rx_offloads(dev);
	const struct e1000_hw *hw = e1000_hw(dev);

	e1000_assign(hw, E1000_CTRL, E1000_CTRL_VME,
		(offloads & PLX_ETH_RX_OFFLOAD_VLAN_STRIP) ||
		(e1000e_tx_offloads(dev) & PLX_ETH_TX_OFFLOAD_VLAN_INSERT));
	e1000_assign(hw, E1000_RCTL, E1000_RCTL_VFE,
		(offloads & PLX_ETH_RX_OFFLOAD_VLAN_FILTER) != 0);
}

static uint32_t
mrqc(uint64_t rss_hf)
{
	return (rss_hf & PLX_ETH_RSS_NONFRAG_IPV4_TCP ? E1000E_MRQC_TCP_IPV4 : 0) |
		(rss_hf & PLX_ETH_RSS_IPV4 ? E1000E_MRQC_IPV4 : 0) |
		(rss_hf & PLX_ETH_RSS_NONFRAG_IPV6_TCP ? E1000E_MRQC_TCP_IPV6 : 0) |
		(rss_hf & PLX_ETH_RSS_IPV6_EX ? E1000E_MRQC_IPV6_EX : 0) |
		(rss_hf & PLX_ETH_RSS_IPV6 ? E1000E_MRQC_IPV6 : 0);
}

static bool
rx_started(const struct plx_eth_dev *dev, uint16_t id)
{
	const struct e1000e_rxq *rxq = id < dev->nb_rx_queues ? dev->rx_queues[id] : NULL;

	return rxq != NULL && rxq->q.started;
}

static uint16_t
reta_queue(const struct plx_eth_dev *dev, uint16_t queue)
{
	return !rx_started(dev, queue) && rx_started(dev, queue ^ 1) ? queue ^ 1 : queue;
}

void
e1000e_rss_set(struct plx_eth_dev *dev, const struct plx_eth_rss *rss)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint32_t types = mrqc(rss->rss_hf);

	for (uint32_t i = 0; i < E1000_RSS_KEY_SIZE / 4; i++) {
		uint32_t key;

		memcpy(&key, &rss->key[4 * i], sizeof(key));
		e1000_write(hw, E1000_RSSRK(i), key);
	}
	for (uint32_t i = 0; i < E1000_RETA_SIZE / 4; i++) {
		uint32_t entries = 0;

		for (uint32_t j = 0; j < 4; j++)
			entries |= E1000E_RETA_QUEUE(reta_queue(dev, rss->reta[4 * i + j])) <<
				(8 * j);
		e1000_write(hw, E1000_RETA(i), entries);
	}
	e1000_write(hw, E1000_MRQC, types | (types != 0 ? E1000E_MRQC_RSS : 0));
}

static void
program_rx(struct plx_eth_dev *dev)
{
	const uint64_t offloads = e1000e_rx_offloads(dev);
	const struct e1000_hw *hw = e1000_hw(dev);
	uint32_t rctl = E1000_RCTL_BAM | e1000e_rctl_buf_len(e1000e_buf_len(dev));

	if (!(offloads & PLX_ETH_RX_OFFLOAD_KEEP_CRC))
		rctl |= E1000_RCTL_SECRC;
	if (dev->mtu > PLX_ETHER_MTU)
		rctl |= E1000_RCTL_LPE;
	e1000_write(hw, E1000_RCTL, rctl);
	e1000_write(hw, E1000_RFCTL, E1000_RFCTL_EXTEN);
	e1000_write(hw, E1000_RXCSUM,
		(offloads & PLX_ETH_RX_OFFLOAD_IPV4_CKSUM ? E1000_RXCSUM_IPOFLD : 0) |
		(offloads & CKSUM_OFFLOADS ? E1000_RXCSUM_TUOFLD : 0) |
		(dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS ? E1000_RXCSUM_PCSD : 0));
	/* Packets are reported at once. */
	e1000_write(hw, E1000E_RDTR, 0);
	e1000_write(hw, E1000E_RADV, 0);
	if (dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS)
		e1000e_rss_set(dev, &dev->rss);
}

void
e1000e_rx_ring_set(struct plx_eth_dev *dev, const struct e1000e_rxq *rxq)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint64_t iova = rxq->q.started ? plx_mem_iova(rxq->ring) : 0;
	const uint16_t id = rxq->q.id;

	e1000_write(hw, E1000E_RDBAL(id), (uint32_t)iova);
	e1000_write(hw, E1000E_RDBAH(id), (uint32_t)(iova >> 32));
	e1000_write(hw, E1000E_RDLEN(id), rxq->q.started ? rxq->size * sizeof(rxq->ring[0]) : 0);
	e1000_write(hw, E1000E_RDH(id), 0);
	e1000_write(hw, E1000E_RDT(id), 0);
	e1000_write(hw, E1000E_RXDCTL(id), RXDCTL);
}

void
e1000e_tx_ring_set(struct plx_eth_dev *dev, const struct e1000e_txq *txq)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint64_t iova = txq->q.started ? plx_mem_iova(txq->ring) : 0;
	const uint16_t id = txq->q.id;

	e1000_write(hw, E1000E_TDBAL(id), (uint32_t)iova);
	e1000_write(hw, E1000E_TDBAH(id), (uint32_t)(iova >> 32));
	e1000_write(hw, E1000E_TDLEN(id), txq->q.started ? txq->size * sizeof(txq->ring[0]) : 0);
	e1000_write(hw, E1000E_TDH(id), 0);
	e1000_write(hw, E1000E_TDT(id), 0);
	e1000_write(hw, E1000E_TXDCTL(id), TXDCTL);
	e1000_assign(hw, E1000E_TARC(id), E1000E_TARC_ENABLE, txq->q.started);
}

int
e1000e_hw_start(struct plx_eth_dev *dev)
{
	struct e1000_hw *hw = e1000_hw(dev);
	int ret = plx_pci_set_bus_master(e1000_port(dev)->pci_dev, 1);

	if (ret == 0)
		ret = e1000_reset(hw);
	if (ret < 0)
		return ret;
	e1000_set(hw, E1000_CTRL_EXT, E1000_CTRL_EXT_DRV_LOAD);
	e1000_filters_clear(hw);
	e1000_rar_set(hw, 0, &dev->mac_addr);
	e1000_write(hw, E1000_VET, PLX_ETHER_TYPE_VLAN);
	program_rx(dev);
	e1000e_vlan_set(dev);
	e1000_write(hw, E1000_TCTL, E1000_TCTL_PSP | E1000_TCTL_RTLC |
		E1000_TCTL_CT(E1000_TCTL_CT_DEFAULT) | E1000_TCTL_COLD(E1000_TCTL_COLD_FD));
	return e1000_link_start(hw);
}

void
e1000e_hw_run(struct plx_eth_dev *dev)
{
	const struct e1000_hw *hw = e1000_hw(dev);
	bool rx = false;

	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		e1000e_tx_ring_set(dev, dev->tx_queues[i]);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		e1000e_rx_ring_set(dev, dev->rx_queues[i]);
		rx = rx || rx_started(dev, i);
	}
	/* The table knows which queues are started only now. */
	if (dev->conf.rxmode.mq_mode == PLX_ETH_MQ_RX_RSS)
		e1000e_rss_set(dev, &dev->rss);
	e1000_set(hw, E1000_TCTL, E1000_TCTL_EN);
	e1000_assign(hw, E1000_RCTL, E1000_RCTL_EN, rx);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		if (rx_started(dev, i))
			e1000e_rxq_publish(dev->rx_queues[i]);
}

int
e1000e_hw_stop(struct plx_eth_dev *dev)
{
	int ret = e1000_reset(e1000_hw(dev));

	if (ret == 0)
		return 0;
	/* What is gone does no DMA: it is stopped. Of others the bus makes sure. */
	if (plx_pci_set_bus_master(e1000_port(dev)->pci_dev, 0) < 0 && ret != -ENODEV)
		(void)plx_pci_reset(e1000_port(dev)->pci_dev);
	return ret == -ENODEV ? 0 : ret;
}
