/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands, and the life of the device: found, active, quiet, gone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>
#include <plx_io.h>

#include "vmxnet3_hw.h"
#include "vmxnet3_log.h"

PLX_LOG_REGISTER(vmxnet3_logtype, "pmd.net.vmxnet3", "VMXNET3", NOTICE)

/* What a register of a device reads as that is gone. */
#define GONE UINT32_MAX
/* Rings for all spare queues, which stay empty. */
#define SPARE_RING_BYTES (VMXNET3_RING_MIN * sizeof(struct vmxnet3_desc))
#define SPARE_COMP_BYTES (2 * VMXNET3_RING_MIN * sizeof(struct vmxnet3_comp))

/* Where everything is in the memory that is shared; parts start at VMXNET3_RING_ALIGN. */
#define SHARED_OFF 0
#define RSS_OFF 1024
#define QUEUES_OFF 1536
#define QUEUES_BYTES \
	((VMXNET3_MAX_TX_QUEUES + VMXNET3_MAX_RX_QUEUES) * sizeof(struct vmxnet3_tx_desc))
#define SPARE_OFF (QUEUES_OFF + QUEUES_BYTES)
#define SPARE_COMP_OFF (SPARE_OFF + SPARE_RING_BYTES)
#define SPARE_DATA_OFF (SPARE_COMP_OFF + SPARE_COMP_BYTES)
#define SHARED_BYTES (SPARE_DATA_OFF + VMXNET3_RING_MIN * VMXNET3_DATA_SIZE)

PLX_STATIC_ASSERT(sizeof(struct vmxnet3_shared) <= RSS_OFF, "fits");
PLX_STATIC_ASSERT(RSS_OFF + sizeof(struct vmxnet3_rss) <= QUEUES_OFF, "fits");
PLX_STATIC_ASSERT(SPARE_OFF % VMXNET3_RING_ALIGN == 0, "aligned");
PLX_STATIC_ASSERT(SPARE_COMP_OFF % VMXNET3_RING_ALIGN == 0, "aligned");

uint32_t
vmxnet3_read_control(const struct vmxnet3_hw *hw, uint32_t reg)
{
	return plx_read32(hw->control_bar + reg);
}

void
vmxnet3_write_control(const struct vmxnet3_hw *hw, uint32_t reg, uint32_t value)
{
	plx_write32(value, hw->control_bar + reg);
}

uint32_t
vmxnet3_mmio_command(struct vmxnet3_hw *hw, uint32_t cmd)
{
	vmxnet3_write_control(hw, VMXNET3_CMD, cmd);
	return vmxnet3_read_control(hw, VMXNET3_CMD);
}

int
vmxnet3_ask(struct vmxnet3_hw *hw, enum vmxnet3_cmd cmd, uint32_t *answer)
{
	pthread_mutex_lock(&hw->lock);
	*answer = hw->command(hw, cmd);
	pthread_mutex_unlock(&hw->lock);
	return *answer == GONE ? -ENODEV : 0;
}

int
vmxnet3_command(struct vmxnet3_hw *hw, enum vmxnet3_cmd cmd)
{
	uint32_t status;
	int ret = vmxnet3_ask(hw, cmd, &status);

	return ret == 0 && status != 0 ? -EIO : ret;
}

/* The device knows the memory as soon as the high half is written. */
static void
share(const struct vmxnet3_hw *hw)
{
	const uint64_t iova = hw->mz->iova + SHARED_OFF;

	vmxnet3_write_control(hw, VMXNET3_DSAL, (uint32_t)iova);
	vmxnet3_write_control(hw, VMXNET3_DSAH, (uint32_t)(iova >> 32));
}

/* A device has bits for the revisions that it knows, and is told which one we are. */
static int
choose_revision(struct vmxnet3_hw *hw)
{
	const uint32_t revisions = vmxnet3_read_control(hw, VMXNET3_VRRS);
	const uint32_t upt = vmxnet3_read_control(hw, VMXNET3_UVRS);

	if (revisions == GONE && upt == GONE)
		return -ENODEV;
	if (!(revisions & upt & VMXNET3_REVISION_1)) {
		VMXNET3_ERR(hw->pci->device.name, "revision 1 is needed, it has 0x%x of the "
			"device and 0x%x of UPT", revisions, upt);
		return -ENOTSUP;
	}
	hw->max_rx_queues = revisions == VMXNET3_REVISION_1 ? VMXNET3_MAX_RX_QUEUES_REV1 :
		VMXNET3_MAX_RX_QUEUES;
	vmxnet3_write_control(hw, VMXNET3_VRRS, VMXNET3_REVISION_1);
	vmxnet3_write_control(hw, VMXNET3_UVRS, VMXNET3_REVISION_1);
	return 0;
}

int
vmxnet3_hw_reset(struct vmxnet3_hw *hw)
{
	int ret = vmxnet3_command(hw, VMXNET3_CMD_RESET_DEV);

	if (ret == 0)
		ret = choose_revision(hw);
	if (ret == 0)
		share(hw);
	return ret;
}

static int
read_mac(struct vmxnet3_hw *hw, struct plx_ether_addr *mac)
{
	uint32_t lo, hi;
	int ret = vmxnet3_ask(hw, VMXNET3_CMD_GET_PERM_MAC_LO, &lo);

	if (ret == 0)
		ret = vmxnet3_ask(hw, VMXNET3_CMD_GET_PERM_MAC_HI, &hi);
	if (ret < 0)
		return ret;
	memcpy(&mac->addr_bytes[0], &lo, 4);
	memcpy(&mac->addr_bytes[4], &hi, 2);
	if (plx_is_valid_assigned_ether_addr(mac))
		return 0;
	VMXNET3_ERR(hw->pci->device.name, "its MAC address is " PLX_ETHER_ADDR_PRT_FMT,
		PLX_ETHER_ADDR_BYTES(mac));
	return -EIO;
}

static int
map_registers(struct vmxnet3_hw *hw)
{
	hw->data_bar = plx_pci_mmio_addr(hw->pci, VMXNET3_BAR_DATA, 0, VMXNET3_BAR_SIZE);
	hw->control_bar = plx_pci_mmio_addr(hw->pci, VMXNET3_BAR_CONTROL, 0, VMXNET3_BAR_SIZE);
	return hw->data_bar != NULL && hw->control_bar != NULL ? 0 : -ENODEV;
}

static int
alloc_shared(struct vmxnet3_hw *hw, uint16_t port_id)
{
	char name[PLX_MEMZONE_NAMESIZE];

	snprintf(name, sizeof(name), "vmxnet3 %u shared", port_id);
	hw->mz = plx_memzone_reserve_aligned(name, SHARED_BYTES, hw->pci->device.numa_node,
		PLX_MEMZONE_IOVA_CONTIG, VMXNET3_RING_ALIGN);
	if (hw->mz == NULL)
		return -errno;
	hw->shared = PLX_PTR_ADD(hw->mz->addr, SHARED_OFF);
	hw->rss = PLX_PTR_ADD(hw->mz->addr, RSS_OFF);
	return plx_pci_dma_check(hw->pci, NULL, hw->mz->iova, SHARED_BYTES,
		PLX_PCI_DMA_READ | PLX_PCI_DMA_WRITE);
}

/* Steps of vmxnet3_hw_init() that can fail. */
static int
init(struct plx_eth_dev *dev, const char **step)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	uint32_t conf;
	int ret;

	*step = "map its registers";
	ret = map_registers(hw);
	if (ret < 0)
		return ret;
	*step = "have memory to share with it";
	ret = alloc_shared(hw, dev->port_id);
	if (ret < 0)
		return ret;
	*step = "reset it";
	ret = vmxnet3_hw_reset(hw);
	if (ret < 0)
		return ret;
	*step = "learn how it interrupts";
	ret = vmxnet3_ask(hw, VMXNET3_CMD_GET_CONF_INTR, &conf);
	if (ret < 0)
		return ret;
	hw->mask_auto = VMXNET3_INTR_MASK_MODE(conf) == 0;
	*step = "have its MAC address";
	return read_mac(hw, &dev->mac_addr);
}

int
vmxnet3_hw_init(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const char *step;
	int ret = pthread_mutex_init(&hw->lock, NULL);

	if (ret != 0)
		return -ret;
	ret = init(dev, &step);
	if (ret == 0)
		return 0;
	VMXNET3_ERR(hw->pci->device.name, "can't %s (%s)", step, plx_strerror(ret));
	(void)vmxnet3_hw_destroy(hw);
	return ret;
}

int
vmxnet3_hw_destroy(struct vmxnet3_hw *hw)
{
	int ret = 0;

	if (hw->mz != NULL) {
		/* It would write there at the next change of its link, or to address 0. */
		ret = plx_pci_set_bus_master(hw->pci, 0);
		(void)vmxnet3_command(hw, VMXNET3_CMD_RESET_DEV);
		(void)plx_memzone_free(hw->mz);
		hw->mz = NULL;
	}
	pthread_mutex_destroy(&hw->lock);
	return ret == -ENODEV ? 0 : ret;
}

void
vmxnet3_queue_descs(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	const uint16_t nb_txq = vmxnet3_nb_queues(dev->nb_tx_queues);

	hw->tx_descs = PLX_PTR_ADD(hw->mz->addr, QUEUES_OFF);
	hw->rx_descs = (struct vmxnet3_rx_desc *)(hw->tx_descs + nb_txq);
	memset(hw->tx_descs, 0, QUEUES_BYTES);
	hw->spare_iova = hw->mz->iova + SPARE_OFF;
	memset(PLX_PTR_ADD(hw->mz->addr, SPARE_OFF), 0, SPARE_RING_BYTES + SPARE_COMP_BYTES);
}

static void
fill_tx_queue(struct vmxnet3_hw *hw, uint16_t id, const struct vmxnet3_txq *txq)
{
	struct vmxnet3_tx_desc *d = &hw->tx_descs[id];

	if (txq == NULL) {
		d->ring = hw->spare_iova;
		d->comp = hw->spare_iova + SPARE_COMP_OFF - SPARE_OFF;
		d->data = hw->spare_iova + SPARE_DATA_OFF - SPARE_OFF;
		d->ring_size = d->data_size = d->comp_size = VMXNET3_RING_MIN;
		return;
	}
	d->ring = txq->q.mz->iova;
	d->comp = d->ring + PLX_PTR_DIFF(txq->q.comp, txq->q.mz->addr);
	d->data = txq->data_iova;
	d->ring_size = d->data_size = d->comp_size = txq->size;
}

static void
fill_rx_queue(struct vmxnet3_hw *hw, uint16_t id, const struct vmxnet3_rxq *rxq)
{
	struct vmxnet3_rx_desc *d = &hw->rx_descs[id];

	if (rxq == NULL) {
		d->ring[0] = d->ring[1] = hw->spare_iova;
		d->comp = hw->spare_iova + SPARE_COMP_OFF - SPARE_OFF;
		d->ring_size[0] = d->ring_size[1] = VMXNET3_RING_MIN;
		d->comp_size = 2 * VMXNET3_RING_MIN;
		return;
	}
	d->ring[0] = rxq->q.mz->iova;
	d->ring[1] = d->ring[0] + PLX_PTR_DIFF(rxq->ring[1].desc, rxq->q.mz->addr);
	d->comp = d->ring[0] + PLX_PTR_DIFF(rxq->q.comp, rxq->q.mz->addr);
	d->ring_size[0] = rxq->ring[0].size;
	d->ring_size[1] = rxq->ring[1].size;
	d->comp_size = rxq->q.nb_comps;
}

/* Most buffers that a packet of any queue may take. */
static uint16_t
max_sg(const struct plx_eth_dev *dev)
{
	uint16_t sg = 1;

	for (uint16_t i = 0; i < dev->nb_rx_queues; i++) {
		const struct vmxnet3_rxq *rxq = dev->rx_queues[i];

		sg = PLX_MAX(sg, rxq->sg_max);
	}
	return sg;
}

/* All that the device is told when it is activated, but interrupts and filters. */
static void
fill_shared(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	struct vmxnet3_shared *s = hw->shared;
	const uint16_t nb_txq = vmxnet3_nb_queues(dev->nb_tx_queues);
	const uint16_t nb_rxq = vmxnet3_nb_queues(dev->nb_rx_queues);

	memset(s, 0, sizeof(*s));
	s->magic = VMXNET3_MAGIC;
	s->driver_version = 1;
	s->gos = VMXNET3_GOS;
	s->revision = s->upt_version = VMXNET3_REVISION_1;
	s->features = vmxnet3_features(dev);
	s->queue_descs = hw->mz->iova + QUEUES_OFF;
	s->queue_descs_len = (uint32_t)((nb_txq + nb_rxq) * sizeof(struct vmxnet3_tx_desc));
	s->mtu = dev->mtu;
	s->max_rx_sg = max_sg(dev);
	s->nb_txq = (uint8_t)nb_txq;
	s->nb_rxq = (uint8_t)nb_rxq;
	s->rss = (struct vmxnet3_part){ 1, sizeof(*hw->rss), hw->mz->iova + RSS_OFF };
	for (uint16_t i = 0; i < nb_txq; i++)
		fill_tx_queue(hw, i, i < dev->nb_tx_queues ? dev->tx_queues[i] : NULL);
	for (uint16_t i = 0; i < nb_rxq; i++)
		fill_rx_queue(hw, i, i < dev->nb_rx_queues ? dev->rx_queues[i] : NULL);
}

static void
set_active(struct vmxnet3_hw *hw, bool active)
{
	pthread_mutex_lock(&hw->lock);
	__atomic_store_n(&hw->active, active, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&hw->lock);
}

/* What not every device takes over when it is activated. */
static int
finish_activation(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret;

	/* QEMU goes back to the permanent address. */
	vmxnet3_write_mac(hw, &dev->mac_addr);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		vmxnet3_rxq_tell(dev->rx_queues[i]);
	ret = vmxnet3_command(hw, VMXNET3_CMD_UPDATE_VLAN_FILTERS);
	return ret < 0 ? ret : vmxnet3_command(hw, VMXNET3_CMD_UPDATE_RX_MODE);
}

int
vmxnet3_hw_activate(struct plx_eth_dev *dev)
{
	struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);
	int ret;

	fill_shared(dev);
	vmxnet3_fill_filters(dev);
	vmxnet3_intr_fill(dev);
	share(hw);
	ret = vmxnet3_command(hw, VMXNET3_CMD_ACTIVATE_DEV);
	if (ret < 0)
		return ret;
	ret = finish_activation(dev);
	if (ret < 0) {
		(void)vmxnet3_hw_quiesce(hw);
		return ret;
	}
	set_active(hw, true);
	return 0;
}

int
vmxnet3_hw_quiesce(struct vmxnet3_hw *hw)
{
	int ret = vmxnet3_command(hw, VMXNET3_CMD_QUIESCE_DEV);

	set_active(hw, false);
	if (ret == 0 || ret == -ENODEV)
		return ret;
	if (vmxnet3_hw_reset(hw) < 0 && plx_pci_reset(hw->pci) < 0)
		(void)plx_pci_set_bus_master(hw->pci, 0);
	return ret;
}
