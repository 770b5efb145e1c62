/* SPDX-License-Identifier: BSD-3-Clause */
/* The register dump: registers that can be read without consequences, and what each queue is at. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <plx_io.h>

#include "vmxnet3_hw.h"

/** struct dump - values and names go to @info, if they are wanted there; @n were there so far. */
struct dump {
	const struct plx_dev_reg_info *info;
	uint32_t n;
};

static __plx_format_printf(3, 4) void
put(struct dump *d, uint32_t value, const char *format, ...)
{
	const struct plx_dev_reg_info *info = d->info;
	const uint32_t i = d->n++ - info->offset;
	va_list ap;

	if (d->n <= info->offset || i >= info->length)
		return;
	if (info->data != NULL)
		((uint32_t *)info->data)[i] = value;
	if (info->names == NULL)
		return;
	va_start(ap, format);
	vsnprintf(info->names[i], sizeof(info->names[i]), format, ap);
	va_end(ap);
}

static void
put_queue(struct dump *d, const struct vmxnet3_queue *q, const char *kind)
{
	put(d, q->broken, "%s%u_broken", kind, q->id);
	put(d, q->nb_comps, "%s%u_comp_size", kind, q->id);
	put(d, q->next_comp, "%s%u_next_comp", kind, q->id);
	put(d, q->comp_gen != 0, "%s%u_comp_gen", kind, q->id);
}

static void
put_rxq(struct dump *d, const struct vmxnet3_rxq *rxq)
{
	const uint16_t id = rxq->q.id;

	put_queue(d, &rxq->q, "rx");
	for (unsigned int i = 0; i < PLX_DIM(rxq->ring); i++) {
		put(d, rxq->ring[i].size, "rx%u_ring%u_size", id, i);
		put(d, rxq->ring[i].next_fill, "rx%u_ring%u_next_fill", id, i);
		put(d, rxq->ring[i].next_use, "rx%u_ring%u_next_use", id, i);
		put(d, rxq->ring[i].gen != 0, "rx%u_ring%u_gen", id, i);
	}
	put(d, rxq->ctrl != NULL ? rxq->ctrl->update_prod : 0, "rx%u_update_prod", id);
}

static void
put_txq(struct dump *d, const struct vmxnet3_hw *hw, const struct vmxnet3_txq *txq)
{
	const uint16_t id = txq->q.id;

	put_queue(d, &txq->q, "tx");
	put(d, txq->size, "tx%u_size", id);
	put(d, txq->next_fill, "tx%u_next_fill", id);
	put(d, txq->next_done, "tx%u_next_done", id);
	put(d, txq->gen != 0, "tx%u_gen", id);
	put(d, hw->active ? hw->tx_descs[id].threshold : 0, "tx%u_threshold", id);
}

static void
put_all(struct dump *d, const struct plx_eth_dev *dev)
{
	static const struct {
		const char *name;
		uint32_t reg;
	} control[] = {
		{ "VRRS", VMXNET3_VRRS }, { "UVRS", VMXNET3_UVRS },
		{ "MACL", VMXNET3_MACL }, { "MACH", VMXNET3_MACH },
	};
	const struct vmxnet3_hw *hw = vmxnet3_hw_of(dev);

	for (unsigned int i = 0; i < PLX_DIM(control); i++)
		put(d, vmxnet3_read_control(hw, control[i].reg), "%s", control[i].name);
	put(d, hw->shared->ecr, "events");
	put(d, (uint32_t)hw->shared->features, "features");
	put(d, hw->shared->rx_mode, "rx_mode");
	for (unsigned int i = 0; i < VMXNET3_MAX_INTRS; i++)
		put(d, plx_read32(hw->data_bar + VMXNET3_IMR(i)), "IMR%u", i);
	for (uint16_t i = 0; i < dev->nb_rx_queues; i++)
		if (dev->rx_queues[i] != NULL)
			put_rxq(d, dev->rx_queues[i]);
	for (uint16_t i = 0; i < dev->nb_tx_queues; i++)
		if (dev->tx_queues[i] != NULL)
			put_txq(d, hw, dev->tx_queues[i]);
}

int
vmxnet3_get_reg(struct plx_eth_dev *dev, struct plx_dev_reg_info *info)
{
	const struct plx_pci_device *pci = vmxnet3_hw_of(dev)->pci;
	const struct plx_dev_reg_info count = { .length = 0 };
	struct dump counting = { .info = &count }, filling = { .info = info };

	put_all(&counting, dev);
	if (info->offset > counting.n)
		return -EINVAL;
	info->width = sizeof(uint32_t);
	info->version = (uint64_t)pci->id.vendor_id << 24 | (uint64_t)pci->id.device_id << 8 |
		VMXNET3_REVISION_1;
	info->length = counting.n - info->offset;
	if (info->data != NULL || info->names != NULL)
		put_all(&filling, dev);
	return 0;
}
