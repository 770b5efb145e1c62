/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver on the PCI bus. */
#include <errno.h>

#include <plx_errno.h>

#include "vmxnet3_hw.h"
#include "vmxnet3_log.h"

static int
dma_check(const struct plx_eth_dev *dev, const char *queue, uint64_t iova, size_t len,
	int device_writes)
{
	return plx_pci_dma_check(vmxnet3_hw_of(dev)->pci, queue, iova, len,
		device_writes ? PLX_PCI_DMA_WRITE : PLX_PCI_DMA_READ);
}

static int
vmxnet3_probe(const struct plx_pci_driver *drv, struct plx_pci_device *pci)
{
	static const struct plx_kvarg no_keys[] = { { NULL, NULL } };
	struct plx_eth_dev *dev;
	struct vmxnet3_hw *hw;
	int ret = plx_kvargs_parse(pci->device.name, pci->device.args, no_keys, NULL);

	if (ret < 0)
		return ret;
	dev = plx_eth_dev_create(&pci->device, pci->device.name, sizeof(*hw));
	if (dev == NULL) {
		ret = -errno;
		VMXNET3_ERR(pci->device.name, "can't make a port (%s)", plx_strerror(ret));
		return ret;
	}
	hw = vmxnet3_hw_of(dev);
	hw->pci = pci;
	hw->command = vmxnet3_mmio_command;
	if (plx_pci_dma_check_enabled(pci))
		dev->dma_check = dma_check;
	ret = vmxnet3_port_init(dev);
	if (ret < 0) {
		plx_eth_dev_release_port(dev);
		return ret;
	}
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static int
vmxnet3_remove(struct plx_pci_device *pci)
{
	const struct plx_eth_dev *dev = plx_eth_dev_of(&pci->device);

	return dev != NULL ? plx_eth_dev_close(dev->port_id) : 0;
}

static const struct plx_pci_id vmxnet3_ids[] = {
	{ PLX_PCI_DEVICE(VMXNET3_PCI_VENDOR, VMXNET3_PCI_DEVICE) },
	{ .vendor_id = 0 },
};

static struct plx_pci_driver net_vmxnet3 = {
	.driver = { .name = "net_vmxnet3" },
	.id_table = vmxnet3_ids,
	.probe = vmxnet3_probe,
	.remove = vmxnet3_remove,
};
PLX_PMD_REGISTER_PCI(net_vmxnet3)
