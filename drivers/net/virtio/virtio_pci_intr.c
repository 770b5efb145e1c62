/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts over PCI: virtio 1.2 sections 4.1.5.1.2 and 4.1.5.3 to 4.1.5.4. */
#include <errno.h>

#include <plx_io.h>

#include "virtio_pci.h"
#include "virtqueue.h"

#define CONFIG_VECTOR 0

static struct virtio_pci *
to_pci(struct virtio_transport *t)
{
	return plx_container_of(t, struct virtio_pci, transport);
}

int
virtio_pci_set_vector(struct virtio_pci *pci, volatile uint16_t *reg, uint16_t vector)
{
	if (plx_pci_intr_type_get(pci->dev) != PLX_PCI_INTR_MSIX)
		return 0;
	plx_write16(vector, reg);
	/* 4.1.5.1.2.1: a device without resources for the vector answers VIRTIO_NO_VECTOR. */
	return plx_read16(reg) == vector ? 0 : -EBUSY;
}

/* Vector 0. Without MSI-X the device has one line for all, and the ISR says what it is for. */
static int
on_interrupt(void *arg)
{
	struct virtio_pci *pci = arg;
	int ret = 0, ack_ret;

	if (plx_pci_intr_type_get(pci->dev) == PLX_PCI_INTR_MSIX)
		return pci->config_changed(pci->config_arg);
	if (plx_read8(pci->isr) & VIRTIO_PCI_ISR_CONFIG)
		ret = pci->config_changed(pci->config_arg);
	ack_ret = plx_pci_intr_ack(pci->dev);
	return ret < 0 ? ret : ack_ret;
}

static int
pci_intr_enable(struct virtio_transport *t, uint16_t nb_rx_queues)
{
	const struct virtio_pci *pci = to_pci(t);
	int ret = plx_pci_intr_enable(pci->dev, nb_rx_queues);

	if (ret < 0 || plx_pci_intr_type_get(pci->dev) == PLX_PCI_INTR_MSIX || pci->isr != NULL)
		return ret;
	ret = plx_pci_intr_disable(pci->dev);
	return ret < 0 ? ret : -ENOTSUP;
}

static int
pci_intr_disable(struct virtio_transport *t)
{
	return plx_pci_intr_disable(to_pci(t)->dev);
}

static int
pci_config_start(struct virtio_transport *t, int (*changed)(void *arg), void *arg)
{
	struct virtio_pci *pci = to_pci(t);
	int ret;

	pci->config_changed = changed;
	pci->config_arg = arg;
	ret = plx_pci_intr_callback_register(pci->dev, on_interrupt, pci);
	if (ret < 0)
		return ret;
	ret = virtio_pci_set_vector(pci, &pci->common->config_msix_vector, CONFIG_VECTOR);
	if (ret < 0)
		(void)plx_pci_intr_callback_unregister(pci->dev, on_interrupt, pci);
	return ret;
}

/* The device is about to be reset, which takes its vectors away. */
static int
pci_config_stop(struct virtio_transport *t)
{
	struct virtio_pci *pci = to_pci(t);

	return plx_pci_intr_callback_unregister(pci->dev, on_interrupt, pci);
}

static int
pci_rx_fd(struct virtio_transport *t, uint16_t queue)
{
	return plx_pci_intr_rx_fd(to_pci(t)->dev, queue);
}

const struct virtio_intr_ops virtio_pci_intr_ops = {
	.enable = pci_intr_enable,
	.disable = pci_intr_disable,
	.config_start = pci_config_start,
	.config_stop = pci_config_stop,
	.rx_fd = pci_rx_fd,
};
