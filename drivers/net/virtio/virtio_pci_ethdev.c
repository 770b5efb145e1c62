/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver on the PCI bus. */
#include <errno.h>

#include <plx_errno.h>

#include "virtio_log.h"
#include "virtio_net.h"
#include "virtio_pci.h"

/** struct virtio_pci_port - dev_private of a port on the PCI bus. */
struct virtio_pci_port {
	struct virtio_hw hw;
	struct virtio_pci pci;
};

/* For ethdev, which asks for what is in mbufs. */
static int
dma_check(const struct plx_eth_dev *dev, const char *queue, uint64_t iova, size_t len,
	int device_writes)
{
	const struct virtio_pci_port *port = dev->dev_private;

	return plx_pci_dma_check(port->pci.dev, queue, iova, len,
		device_writes ? PLX_PCI_DMA_WRITE : PLX_PCI_DMA_READ);
}

static int
init_port(struct plx_eth_dev *dev, const struct plx_pci_device *pci_dev)
{
	struct virtio_pci_port *port = dev->dev_private;
	int ret;

	ret = virtio_pci_init(&port->pci, pci_dev);
	if (ret < 0)
		return ret;
	port->hw.transport = &port->pci.transport;
	port->hw.dev_name = pci_dev->device.name;
	ret = virtio_hw_init(&port->hw);
	if (ret < 0)
		return ret;
	if (plx_pci_dma_check_enabled(pci_dev))
		dev->dma_check = dma_check;
	ret = virtio_port_init(dev);
	if (ret < 0)
		VIRTIO_ERR(pci_dev->device.name, "can't make its control queue (%s)",
			plx_strerror(ret));
	return ret;
}

static int
virtio_pci_probe(const struct plx_pci_driver *drv, struct plx_pci_device *pci_dev)
{
	static const struct plx_kvarg no_keys[] = { { NULL, NULL } };
	struct plx_eth_dev *dev;
	int ret = plx_kvargs_parse(pci_dev->device.name, pci_dev->device.args, no_keys, NULL);

	if (ret < 0)
		return ret;
	dev = plx_eth_dev_create(&pci_dev->device, pci_dev->device.name,
		sizeof(struct virtio_pci_port));
	if (dev == NULL) {
		ret = -errno;
		VIRTIO_ERR(pci_dev->device.name, "can't make a port (%s)", plx_strerror(ret));
		return ret;
	}
	ret = init_port(dev, pci_dev);
	if (ret < 0) {
		plx_eth_dev_release_port(dev);
		return ret;
	}
	plx_eth_dev_probing_finish(dev);
	return 0;
}

static int
virtio_pci_remove(struct plx_pci_device *pci_dev)
{
	const struct plx_eth_dev *dev = plx_eth_dev_of(&pci_dev->device);

	return dev != NULL ? plx_eth_dev_close(dev->port_id) : 0;
}

static const struct plx_pci_id virtio_pci_ids[] = {
	{ PLX_PCI_DEVICE(VIRTIO_PCI_VENDOR, VIRTIO_PCI_DEVICE_NET) },
	{ PLX_PCI_DEVICE(VIRTIO_PCI_VENDOR, VIRTIO_PCI_DEVICE_NET_TRANS) },
	{ .vendor_id = 0 },
};

static struct plx_pci_driver net_virtio = {
	.driver = { .name = "net_virtio" },
	.id_table = virtio_pci_ids,
	.probe = virtio_pci_probe,
	.remove = virtio_pci_remove,
};
PLX_PMD_REGISTER_PCI(net_virtio)
