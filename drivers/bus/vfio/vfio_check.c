/* SPDX-License-Identifier: BSD-3-Clause */
/* --dma-check: what a driver is about to tell its device, against what is mapped for that device. */
#include <errno.h>
#include <inttypes.h>

#include <plx_cycles.h>

#include "vfio_private.h"

PLX_STATIC_ASSERT(PLX_PCI_DMA_READ == PLX_IOVA_READ && PLX_PCI_DMA_WRITE == PLX_IOVA_WRITE,
	"both go into one comparison");

static struct vfio_bus *
bus_of(const struct plx_pci_device *dev)
{
	return plx_container_of(dev->device.bus, struct vfio_bus, bus);
}

bool
plx_pci_dma_check_enabled(const struct plx_pci_device *dev)
{
	return dev->device.bus != NULL && bus_of(dev)->dma_check.on;
}

/* Is every byte mapped, and so that the device may do what it will? */
static int
check(struct plx_iova_space *space, uint64_t iova, size_t len, uint32_t how)
{
	struct plx_iova_mapping m;
	int ret = plx_iova_check(space, iova, len);

	for (uint64_t at = iova; ret == 0 && at - iova < len; at = m.iova + m.len)
		if (plx_iova_lookup(space, at, &m) < 0 || (m.flags & how) != how)
			ret = -EFAULT;
	return ret < 0 ? -EFAULT : 0;
}

/* The mapping that is nearest to an address, so far. */
struct nearest {
	uint64_t iova;
	uint64_t distance;
	struct plx_iova_mapping mapping;
};

static int
compare_nearest(const struct plx_iova_mapping *m, void *arg)
{
	struct nearest *n = arg;
	const uint64_t last = m->iova + (m->len - 1);
	const uint64_t distance = n->iova < m->iova ? m->iova - n->iova :
		n->iova > last ? n->iova - last : 0;

	if (n->mapping.len == 0 || distance < n->distance) {
		n->distance = distance;
		n->mapping = *m;
	}
	return 0;
}

/* One line a second is enough; *unsaid tells how many there would have been since the last one. */
static bool
may_log(struct vfio_dma_check *c, uint64_t *unsaid)
{
	const uint64_t now = plx_get_timer_cycles();
	uint64_t next = __atomic_load_n(&c->next_line, __ATOMIC_RELAXED);

	if (now < next || !__atomic_compare_exchange_n(&c->next_line, &next,
			now + plx_get_timer_hz(), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		__atomic_fetch_add(&c->unsaid, 1, __ATOMIC_RELAXED);
		return false;
	}
	*unsaid = __atomic_exchange_n(&c->unsaid, 0, __ATOMIC_RELAXED);
	return true;
}

static void
log_bad(const struct plx_pci_device *dev, struct plx_iova_space *space, const char *queue,
	uint64_t iova, size_t len, uint32_t how)
{
	struct nearest n = { .iova = iova };
	char where[80] = "nothing is mapped";
	uint64_t unsaid;

	if (!may_log(&bus_of(dev)->dma_check, &unsaid))
		return;
	if (space != NULL)
		plx_iova_walk(space, compare_nearest, &n);
	if (n.mapping.len > 0)
		snprintf(where, sizeof(where), "nearest is 0x%" PRIx64 " to 0x%" PRIx64 "%s",
			n.mapping.iova, n.mapping.iova + (n.mapping.len - 1),
			n.mapping.flags & PLX_IOVA_WRITE ? "" : ", read only");
	PLX_LOG(ERR, &vfio_logtype, "%s: %s%sgets no %zu bytes at 0x%" PRIx64 " to %s (EFAULT): %s; "
		"map them by plx_dev_dma_map() (%" PRIu64 " more since the last line)",
		dev->device.name, queue != NULL ? queue : "", queue != NULL ? " " : "", len, iova,
		how & PLX_PCI_DMA_WRITE ? "write" : "read", where, unsaid);
}

int
plx_pci_dma_check(const struct plx_pci_device *dev, const char *queue, uint64_t iova, size_t len,
	uint32_t how)
{
	struct plx_iova_space *space;

	if (!plx_pci_dma_check_enabled(dev))
		return 0;
	space = dev->vfio != NULL ? dev->vfio->space->iova : NULL;
	if (space != NULL && check(space, iova, len, how) == 0)
		return 0;
	log_bad(dev, space, queue, iova, len, how);
	return -EFAULT;
}
