/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <plx_cycles.h>
#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_io.h>

#include "virtio_log.h"
#include "virtio_pci.h"
#include "virtio_spec.h"
#include "virtqueue.h"

/* Devices in software answer within a millisecond if they are scheduled; hardware may take long. */
#define DEVICE_TIMEOUT_MS 3000
/* A list with more capabilities than configuration space has room for is a loop. */
#define MAX_CAPS 48
/* A configuration that changes so often while it is read will not come to rest. */
#define CONFIG_READ_TRIES 100

static struct virtio_pci *
to_pci(struct virtio_transport *t)
{
	return plx_container_of(t, struct virtio_pci, transport);
}

static uint8_t
pci_get_status(struct virtio_transport *t)
{
	return plx_read8(&to_pci(t)->common->device_status);
}

static void
pci_set_status(struct virtio_transport *t, uint8_t status)
{
	plx_write8(status, &to_pci(t)->common->device_status);
}

/* It may do DMA still, to memory that others will get. */
static int
shut_door(struct virtio_pci *pci)
{
	pci->bus_master_off = true;
	return plx_pci_set_bus_master(pci->dev, 0);
}

/* 4.1.4.3.2: after the write of 0, wait until 0 can be read. */
static int
pci_reset(struct virtio_transport *t)
{
	struct virtio_pci *pci = to_pci(t);
	const uint64_t timeout = plx_get_timer_hz() / 1000 * t->timeout_ms;
	const uint64_t start = plx_get_timer_cycles();
	uint8_t status;
	int ret;

	t->ops->set_status(t, 0);
	while ((status = t->ops->get_status(t)) != 0 && status != VIRTIO_STATUS_GONE) {
		if (plx_get_timer_cycles() - start < timeout) {
			plx_delay_us(100);
			continue;
		}
		ret = shut_door(pci);
		if (ret < 0)
			VIRTIO_ERR(pci->dev->device.name, "can't turn bus mastering off (%s)",
				plx_strerror(ret));
		return -ETIMEDOUT;
	}
	/* Not by the 0, which may be our own: it may be that only its registers are out of reach. */
	if (status == VIRTIO_STATUS_GONE || plx_pci_is_lost(pci->dev)) {
		(void)shut_door(pci);	/* fails if it is really gone */
		return -ENODEV;
	}
	if (pci->bus_master_off) {
		ret = plx_pci_set_bus_master(pci->dev, 1);
		if (ret < 0)
			return ret;
		pci->bus_master_off = false;
	}
	return 0;
}

static uint64_t
pci_get_features(struct virtio_transport *t)
{
	volatile struct virtio_pci_common_cfg *common = to_pci(t)->common;
	uint64_t features;

	plx_write32(1, &common->device_feature_select);
	features = (uint64_t)plx_read32(&common->device_feature) << 32;
	plx_write32(0, &common->device_feature_select);
	features |= plx_read32(&common->device_feature);
	/* What comes with a register that is not there is not there. */
	if (to_pci(t)->common_len < sizeof(*common))
		features &= ~VIRTIO_BIT(VIRTIO_F_RING_RESET);
	return features;
}

static void
pci_set_features(struct virtio_transport *t, uint64_t features)
{
	volatile struct virtio_pci_common_cfg *common = to_pci(t)->common;

	t->features = features;
	plx_write32(0, &common->driver_feature_select);
	plx_write32((uint32_t)features, &common->driver_feature);
	plx_write32(1, &common->driver_feature_select);
	plx_write32((uint32_t)(features >> 32), &common->driver_feature);
}

/* 4.1.3.1: a field is read by its own width. */
static void
read_config_once(const volatile uint8_t *config, void *buf, size_t len)
{
	uint8_t *bytes = buf;
	uint16_t v16;
	uint32_t v32;
	size_t i;

	if (len == sizeof(v16)) {
		v16 = plx_read16(config);
		memcpy(buf, &v16, len);
	} else if (len == sizeof(v32)) {
		v32 = plx_read32(config);
		memcpy(buf, &v32, len);
	} else {
		for (i = 0; i < len; i++)
			bytes[i] = plx_read8(config + i);
	}
}

/* 2.5.1: what was read belongs together if the generation is the same before and after. */
static int
pci_read_config(struct virtio_transport *t, size_t offset, void *buf, size_t len)
{
	struct virtio_pci *pci = to_pci(t);
	uint8_t generation;
	int tries;

	if (offset + len > pci->config_len)
		return -ENOENT;
	for (tries = 0; tries < CONFIG_READ_TRIES; tries++) {
		generation = plx_read8(&pci->common->config_generation);
		read_config_once(pci->config + offset, buf, len);
		if (plx_read8(&pci->common->config_generation) == generation)
			return 0;
	}
	return -EIO;
}

static uint16_t
pci_queue_size(struct virtio_transport *t, uint16_t index)
{
	volatile struct virtio_pci_common_cfg *common = to_pci(t)->common;

	if (index >= plx_read16(&common->num_queues))
		return 0;
	plx_write16(index, &common->queue_select);
	return plx_read16(&common->queue_size);
}

/* 4.1.3.1: a field of 64 bits is written as two. */
static void
write_halves(volatile uint32_t reg[2], uint64_t value)
{
	plx_write32((uint32_t)value, &reg[0]);
	plx_write32((uint32_t)(value >> 32), &reg[1]);
}

/* 4.1.5.2: the doorbell is told which queue it is for. */
static void
ring_doorbell(void *doorbell, uint32_t data)
{
	plx_write16((uint16_t)data, doorbell);
}

/* The same with VIRTIO_F_NOTIFICATION_DATA, which adds where the ring goes on. */
static void
ring_doorbell_data(void *doorbell, uint32_t data)
{
	plx_write32(data, doorbell);
}

/* 4.1.4.4: find it; it has to lie in what the device showed of its BAR. */
static int
find_doorbell(struct virtio_pci *pci, struct virtqueue *vq)
{
	const bool with_data = pci->transport.features & VIRTIO_BIT(VIRTIO_F_NOTIFICATION_DATA);
	const uint32_t width = with_data ? sizeof(uint32_t) : sizeof(uint16_t);
	const uint64_t offset = (uint64_t)plx_read16(&pci->common->queue_notify_off) *
		pci->notify_mult;

	if (offset % width != 0 || offset + width > pci->notify_len)
		return -EINVAL;
	vq->notify = with_data ? ring_doorbell_data : ring_doorbell;
	vq->notify_arg = (void *)(uintptr_t)(pci->notify + offset);
	return 0;
}

/* 4.1.5.1.3 */
static int
pci_queue_enable(struct virtio_transport *t, struct virtqueue *vq)
{
	struct virtio_pci *pci = to_pci(t);
	volatile struct virtio_pci_common_cfg *common = pci->common;
	const uint64_t desc = plx_mem_virt2iova(vq->ring);
	const uint64_t avail = plx_mem_virt2iova(vq->driver_area);
	const uint64_t used = plx_mem_virt2iova(vq->device_area);
	int ret;

	if (desc == PLX_BAD_IOVA || avail == PLX_BAD_IOVA || used == PLX_BAD_IOVA)
		return -EFAULT;
	plx_write16(vq->index, &common->queue_select);
	ret = find_doorbell(pci, vq);
	if (ret < 0)
		return ret;
	plx_write16(vq->size, &common->queue_size);
	write_halves(common->queue_desc, desc);
	write_halves(common->queue_driver, avail);
	write_halves(common->queue_device, used);
	ret = virtio_pci_set_vector(pci, &common->queue_msix_vector, vq->vector);
	if (ret < 0)
		return ret;
	plx_write16(1, &common->queue_enable);
	return 0;
}

/* 4.1.4.3.1, 4.1.4.3.2: write 1, wait for 0; the queue is disabled then. */
static int
pci_queue_reset(struct virtio_transport *t, const struct virtqueue *vq)
{
	volatile struct virtio_pci_common_cfg *common = to_pci(t)->common;
	const uint64_t timeout = plx_get_timer_hz() / 1000 * t->timeout_ms;
	const uint64_t start = plx_get_timer_cycles();

	plx_write16(vq->index, &common->queue_select);
	plx_write16(1, &common->queue_reset);
	while (plx_read16(&common->queue_reset) != 0 || plx_read16(&common->queue_enable) != 0) {
		if (plx_get_timer_cycles() - start > timeout)
			return -ETIMEDOUT;
		plx_delay_us(10);
	}
	return 0;
}

PLX_STATIC_ASSERT(VIRTIO_DMA_READ == PLX_PCI_DMA_READ && VIRTIO_DMA_WRITE == PLX_PCI_DMA_WRITE,
	"passed on as they are");

static int
pci_dma_check(const struct virtio_transport *t, const struct virtqueue *vq, uint64_t iova,
	size_t len, uint32_t how)
{
	const struct virtio_pci *pci = plx_container_of(t, const struct virtio_pci, transport);

	return plx_pci_dma_check(pci->dev, vq->label, iova, len, how);
}

static const struct virtio_transport_ops pci_ops = {
	.reset = pci_reset,
	.get_status = pci_get_status,
	.set_status = pci_set_status,
	.get_features = pci_get_features,
	.set_features = pci_set_features,
	.read_config = pci_read_config,
	.queue_size = pci_queue_size,
	.queue_enable = pci_queue_enable,
	.queue_reset = pci_queue_reset,
	.dma_check = pci_dma_check,
};

/*
 * Where the structure of @cap is in this process, or NULL if it is not in a BAR that we have, not
 * within it, not aligned to @align, or smaller than @min.
 */
static volatile void *
map_cap(const struct plx_pci_device *dev, const struct virtio_pci_cap *cap, size_t min,
	size_t align)
{
	if (cap->length < min || cap->offset % align != 0)
		return NULL;
	return plx_pci_mmio_addr(dev, cap->bar, cap->offset, cap->length);
}

/* Take what the capability at @pos points to, if it is the first one of its kind that will do. */
static int
read_cap(struct virtio_pci *pci, uint8_t pos)
{
	struct virtio_pci_notify_cap cap = { 0 };
	const size_t base = sizeof(cap.cap);
	int ret;

	ret = plx_pci_read_config(pci->dev, &cap.cap, base, pos);
	if (ret < 0)
		return ret;
	if (cap.cap.cap_len < base)
		return 0;
	switch (cap.cap.cfg_type) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		if (pci->common != NULL)
			break;
		pci->common = map_cap(pci->dev, &cap.cap, VIRTIO_PCI_COMMON_MIN, 4);
		pci->common_len = cap.cap.length;
		break;
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		if (pci->notify != NULL || cap.cap.cap_len < sizeof(cap))
			break;
		ret = plx_pci_read_config(pci->dev, &cap.notify_off_multiplier,
			sizeof(cap.notify_off_multiplier), pos + base);
		if (ret < 0)
			return ret;
		pci->notify = map_cap(pci->dev, &cap.cap, 2, 2);
		pci->notify_len = cap.cap.length;
		pci->notify_mult = cap.notify_off_multiplier;
		break;
	case VIRTIO_PCI_CAP_ISR_CFG:
		if (pci->isr == NULL)
			pci->isr = map_cap(pci->dev, &cap.cap, 1, 1);
		break;
	case VIRTIO_PCI_CAP_DEVICE_CFG:
		if (pci->config != NULL)
			break;
		pci->config = map_cap(pci->dev, &cap.cap, 1, 4);
		pci->config_len = cap.cap.length;
		break;
	}
	return 0;
}

static int
read_caps(struct virtio_pci *pci)
{
	int pos = 0, n, ret;

	for (n = 0; n < MAX_CAPS; n++) {
		pos = plx_pci_find_next_capability(pci->dev, PCI_CAP_ID_VNDR, (uint8_t)pos);
		if (pos <= 0)
			return pos;
		ret = read_cap(pci, (uint8_t)pos);
		if (ret < 0)
			return ret;
	}
	return -ELOOP;
}

int
virtio_pci_init(struct virtio_pci *pci, const struct plx_pci_device *dev)
{
	const char *name = dev->device.name;
	int ret;

	memset(pci, 0, sizeof(*pci));
	pci->dev = dev;
	pci->transport.ops = &pci_ops;
	pci->transport.intr = &virtio_pci_intr_ops;
	pci->transport.timeout_ms = DEVICE_TIMEOUT_MS;
	pci->transport.check = plx_pci_dma_check_enabled(dev);
	/* Legacy devices have other registers; without the other bit, DMA is past the IOMMU. */
	pci->transport.required = VIRTIO_BIT(VIRTIO_F_VERSION_1);
	if (plx_eal_iova_mode() != PLX_IOVA_PA)
		pci->transport.required |= VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM);
	ret = read_caps(pci);
	if (ret < 0) {
		VIRTIO_ERR(name, "can't read its PCI capabilities (%s)", plx_strerror(ret));
		return ret;
	}
	if (pci->common == NULL || pci->notify == NULL || pci->config == NULL) {
		VIRTIO_ERR(name, "a legacy device: of its virtio 1 registers common are %s, notify "
			"%s, device %s; with QEMU: disable-legacy=on,disable-modern=off",
			pci->common ? "there" : "missing", pci->notify ? "there" : "missing",
			pci->config ? "there" : "missing");
		return -ENODEV;
	}
	return 0;
}
