/* SPDX-License-Identifier: BSD-3-Clause */
/* How a device of any family becomes a port, and ceases to be one. */
#include <plx_errno.h>

#include "e1000_port.h"

int
e1000_probe(struct plx_pci_device *pci_dev, size_t private_size, size_t bar_size,
	int (*init)(struct plx_eth_dev *dev), const char *hint)
{
	static const struct plx_kvarg no_keys[] = { { NULL, NULL } };
	const char *name = pci_dev->device.name;
	struct plx_eth_dev *dev;
	int ret = plx_kvargs_parse(name, pci_dev->device.args, no_keys, NULL);

	if (ret < 0)
		return ret;
	dev = plx_eth_dev_create(&pci_dev->device, name, private_size);
	if (dev == NULL) {
		ret = -errno;
		E1000_ERR(name, "can't make a port (%s)", plx_strerror(ret));
		return ret;
	}
	e1000_port(dev)->pci_dev = pci_dev;
	e1000_hw(dev)->bar = plx_pci_mmio_addr(pci_dev, 0, 0, bar_size);
	dev->mtu = PLX_ETHER_MTU;
	if (plx_pci_dma_check_enabled(pci_dev))
		dev->dma_check = e1000_dma_check;
	ret = e1000_hw(dev)->bar != NULL ? init(dev) : -ENXIO;
	if (ret < 0) {
		E1000_ERR(name, "can't initialize the device (%s): %s", plx_strerror(ret),
			ret == -ENXIO ? "BAR 0 is too small, or not mapped" : hint);
		plx_eth_dev_release_port(dev);
		return ret;
	}
	plx_eth_dev_probing_finish(dev);
	return 0;
}

int
e1000_remove(struct plx_pci_device *pci_dev)
{
	const struct plx_eth_dev *dev = plx_eth_dev_of(&pci_dev->device);

	return dev != NULL ? plx_eth_dev_close(dev->port_id) : 0;
}
