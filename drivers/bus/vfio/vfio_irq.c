/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts of a device: vectors by eventfds, and the two signals that VFIO itself has for us. */
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <plx_dev_event.h>

#include "vfio_private.h"

/* What VFIO tells about the device by an interrupt that is none of the device's own. */
struct vfio_signal {
	struct plx_intr_handle handle;	/* name is NULL: not armed */
	const char *device_name;
	uint32_t index;
	enum plx_dev_event_type event;
};

struct vfio_irqs {
	enum plx_pci_intr_type type;	/* what is enabled */
	unsigned int nb_vectors;
	int *fds;			/* the eventfd of each vector */
	char name[PCI_NAME_MAX + 16];	/* of vector 0, for messages */
	struct vfio_signal request;
	struct vfio_signal error;
};

static const struct {
	const char *option;
	const char *name;
	uint32_t index;
} types[] = {
	[PLX_PCI_INTR_LEGACY] = { "legacy", "INTx", VFIO_PCI_INTX_IRQ_INDEX },
	[PLX_PCI_INTR_MSI] = { "msi", "MSI", VFIO_PCI_MSI_IRQ_INDEX },
	[PLX_PCI_INTR_MSIX] = { "msix", "MSI-X", VFIO_PCI_MSIX_IRQ_INDEX },
};

int
vfio_intr_parse(const char *value, enum plx_pci_intr_type *type)
{
	for (unsigned int i = PLX_PCI_INTR_LEGACY; i < PLX_DIM(types); i++) {
		if (strcmp(value, types[i].option) == 0) {
			*type = (enum plx_pci_intr_type)i;
			return 0;
		}
	}
	PLX_LOG(ERR, &vfio_logtype, "--vfio-intr: bad value '%s' (EINVAL): give msix, msi or legacy",
		value);
	return -EINVAL;
}

static int
irq_info(const struct plx_vfio_device *dev, uint32_t index, struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info){ .argsz = sizeof(*info), .index = index };
	return ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, info) < 0 ? -errno : 0;
}

/* Let the vectors from @start on signal @fds. */
static int
set_eventfds(const struct plx_vfio_device *dev, uint32_t index, unsigned int start,
	const int *fds, unsigned int n)
{
	const size_t size = sizeof(struct vfio_irq_set) + n * sizeof(*fds);
	struct vfio_irq_set *set = malloc(size);
	int ret;

	if (set == NULL)
		return -ENOMEM;
	*set = (struct vfio_irq_set){
		.argsz = (uint32_t)size,
		.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
		.start = start,
		.count = n,
	};
	memcpy(set->data, fds, n * sizeof(*fds));
	ret = ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set);
	if (ret < 0)
		ret = -errno;
	else if (ret > 0)	/* so many vectors it could have had */
		ret = -ENOSPC;
	free(set);
	return ret;
}

/* Do what @flags say to @n vectors; with ACTION_TRIGGER and 0 the index is disabled. */
static int
set_plain(const struct plx_vfio_device *dev, uint32_t index, uint32_t action, unsigned int n)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | action,
		.index = index,
		.count = n,
	};

	return ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, &set) < 0 ? -errno : 0;
}

static void
close_fds(const int *fds, unsigned int n)
{
	while (n-- > 0)
		close(fds[n]);
}

/* Make the eventfds @from up to @to of @fds. */
static int
open_fds(int *fds, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (fds[i] < 0) {
			int ret = -errno;

			close_fds(fds + from, i - from);
			return ret;
		}
	}
	return 0;
}

/*
 * A set that can't be resized is taken down and made anew. An interrupt may be lost in between, so
 * all are woken: once too often does no harm. If it fails, it is as before.
 */
static int
replace(const struct plx_vfio_device *dev, uint32_t index, const int *fds, unsigned int had,
	unsigned int want)
{
	const uint64_t one = 1;
	int ret = set_plain(dev, index, VFIO_IRQ_SET_ACTION_TRIGGER, 0), back = 0;

	if (ret < 0)
		return ret;
	ret = set_eventfds(dev, index, 0, fds, want);
	if (ret < 0)
		back = set_eventfds(dev, index, 0, fds, had);
	if (back < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: no interrupts any more (%s): see dmesg", dev->name,
			plx_strerror(back));
	for (unsigned int i = 0; i < had; i++)
		if (write(fds[i], &one, sizeof(one)) < 0)
			PLX_LOG(DEBUG, &vfio_logtype, "%s: vector %u is signalled already",
				dev->name, i);
	return ret;
}

/* From the vectors that there are, maybe none, to @want. If it fails, it is as before. */
static int
grow(const struct plx_vfio_device *dev, enum plx_pci_intr_type type, unsigned int want)
{
	struct vfio_irqs *irqs = dev->irqs;
	const uint32_t index = types[type].index;
	unsigned int had = irqs->nb_vectors;
	struct vfio_irq_info info;
	int *fds, ret = irq_info(dev, index, &info);

	if (ret < 0)
		return ret;
	if (info.count == 0 || !(info.flags & VFIO_IRQ_INFO_EVENTFD))
		return -ENOTSUP;
	if (info.count < want)
		return -ENOSPC;
	fds = realloc(irqs->fds, want * sizeof(*fds));
	if (fds == NULL)
		return -ENOMEM;
	irqs->fds = fds;
	ret = open_fds(fds, had, want);
	if (ret < 0)
		return ret;
	if (had == 0 || !(info.flags & VFIO_IRQ_INFO_NORESIZE))
		ret = set_eventfds(dev, index, had, fds + had, want - had);
	else
		ret = replace(dev, index, fds, had, want);
	if (ret < 0) {
		close_fds(fds + had, want - had);
		return ret;
	}
	irqs->type = type;
	irqs->nb_vectors = want;
	return 0;
}

/* The best one that has as many vectors as are wanted; or only what --vfio-intr says. */
static int
choose_and_enable(const struct plx_pci_device *pci, unsigned int want)
{
	const enum plx_pci_intr_type asked =
		plx_container_of(pci->device.bus, const struct vfio_bus, bus)->intr;
	int first = 0, ret;

	if (asked != PLX_PCI_INTR_NONE)
		return grow(pci->vfio, asked, want);
	for (int type = PLX_PCI_INTR_MSIX; type >= PLX_PCI_INTR_LEGACY; type--) {
		ret = grow(pci->vfio, (enum plx_pci_intr_type)type, want);
		if (ret == 0)
			return 0;
		/* What is not there says nothing about what is wrong. */
		first = first == 0 || first == -ENOTSUP ? ret : first;
	}
	return first;
}

static struct vfio_irqs *
irqs_of(const struct plx_pci_device *pci)
{
	return pci->vfio != NULL ? pci->vfio->irqs : NULL;
}

static void
log_refused(const struct plx_pci_device *pci, unsigned int want, int ret)
{
	struct vfio_irq_info info;
	unsigned int counts[PLX_DIM(types)] = { 0 };

	for (unsigned int i = PLX_PCI_INTR_LEGACY; i < PLX_DIM(types); i++)
		if (irq_info(pci->vfio, types[i].index, &info) == 0)
			counts[i] = info.count;
	PLX_LOG(ERR, &vfio_logtype, "%s: can't have %u interrupt vectors (%s): it has %u of MSI-X, "
		"%u of MSI, %u of INTx; ask for fewer queues, or see --vfio-intr",
		pci->device.name, want, plx_strerror(ret), counts[PLX_PCI_INTR_MSIX], counts[PLX_PCI_INTR_MSI],
		counts[PLX_PCI_INTR_LEGACY]);
}

int
plx_pci_intr_enable(const struct plx_pci_device *dev, uint16_t nb_rx_vectors)
{
	struct vfio_irqs *irqs = irqs_of(dev);
	const unsigned int want = nb_rx_vectors + 1u;
	int ret;

	if (irqs == NULL)
		return -ENODEV;
	if (want <= irqs->nb_vectors)
		return 0;
	ret = irqs->type != PLX_PCI_INTR_NONE ? grow(dev->vfio, irqs->type, want) :
		choose_and_enable(dev, want);
	if (ret < 0)
		log_refused(dev, want, ret);
	else
		PLX_LOG(INFO, &vfio_logtype, "%s: %u vectors of %s", dev->device.name, want,
			types[irqs->type].name);
	return ret;
}

int
plx_pci_intr_disable(const struct plx_pci_device *dev)
{
	struct vfio_irqs *irqs = irqs_of(dev);
	int ret = 0;

	if (irqs == NULL)
		return -ENODEV;
	if (irqs->type != PLX_PCI_INTR_NONE)
		ret = set_plain(dev->vfio, types[irqs->type].index, VFIO_IRQ_SET_ACTION_TRIGGER, 0);
	close_fds(irqs->fds, irqs->nb_vectors);
	free(irqs->fds);
	irqs->fds = NULL;
	irqs->nb_vectors = 0;
	irqs->type = PLX_PCI_INTR_NONE;
	return ret;
}

enum plx_pci_intr_type
plx_pci_intr_type_get(const struct plx_pci_device *dev)
{
	const struct vfio_irqs *irqs = irqs_of(dev);

	return irqs != NULL ? irqs->type : PLX_PCI_INTR_NONE;
}

int
plx_pci_intr_ack(const struct plx_pci_device *dev)
{
	switch (plx_pci_intr_type_get(dev)) {
	case PLX_PCI_INTR_NONE:
		return -EINVAL;
	case PLX_PCI_INTR_LEGACY:
		return set_plain(dev->vfio, VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_UNMASK, 1);
	default:
		return 0;
	}
}

int
plx_pci_intr_rx_fd(const struct plx_pci_device *dev, uint16_t queue)
{
	const struct vfio_irqs *irqs = irqs_of(dev);

	return irqs != NULL && queue + 1u < irqs->nb_vectors ? irqs->fds[queue + 1] : -EINVAL;
}

static struct plx_intr_handle
vector_0(const struct vfio_irqs *irqs)
{
	return (struct plx_intr_handle){ irqs->name, PLX_INTR_HANDLE_EVENTFD, irqs->fds[0] };
}

int
plx_pci_intr_callback_register(const struct plx_pci_device *dev, plx_intr_callback_fn cb,
	void *cb_arg)
{
	struct plx_intr_handle handle;

	if (plx_pci_intr_type_get(dev) == PLX_PCI_INTR_NONE)
		return -EINVAL;
	handle = vector_0(dev->vfio->irqs);
	return plx_intr_callback_register(&handle, cb, cb_arg);
}

int
plx_pci_intr_callback_unregister(const struct plx_pci_device *dev, plx_intr_callback_fn cb,
	void *cb_arg)
{
	struct plx_intr_handle handle;

	if (plx_pci_intr_type_get(dev) == PLX_PCI_INTR_NONE)
		return -EINVAL;
	handle = vector_0(dev->vfio->irqs);
	return plx_intr_callback_unregister(&handle, cb, cb_arg);
}

/* On the interrupt thread. The kernel asks for a device again every 10 s. */
static int
on_signal(void *arg)
{
	const struct vfio_signal *s = arg;

	if (s->event == PLX_DEV_EVENT_ERROR)
		PLX_LOG(WARNING, &vfio_logtype, "%s: it reported an error: see dmesg for AER",
			s->device_name);
	if (plx_dev_event_callback_process(s->device_name, s->event) == 0 &&
	    s->event == PLX_DEV_EVENT_REMOVE)
		PLX_LOG(WARNING, &vfio_logtype, "%s: it is to go, but nobody here listens: what "
			"unbinds it waits until this process ends", s->device_name);
	return 0;
}

/* Devices that don't have a signal, as conventional PCI has no errors, are none the worse. */
static int
arm(const struct plx_vfio_device *dev, struct vfio_signal *s)
{
	struct vfio_irq_info info;
	int fd, ret;

	s->device_name = dev->name;
	if (irq_info(dev, s->index, &info) < 0 || info.count == 0)
		return 0;
	ret = open_fds(&fd, 0, 1);
	if (ret < 0)
		return ret;
	s->handle = (struct plx_intr_handle){ dev->name, PLX_INTR_HANDLE_EVENTFD, fd };
	ret = plx_intr_callback_register(&s->handle, on_signal, s);
	if (ret == 0) {
		ret = set_eventfds(dev, s->index, 0, &fd, 1);
		if (ret == 0)
			return 0;
		(void)plx_intr_callback_unregister(&s->handle, on_signal, s);
	}
	close(fd);
	s->handle.name = NULL;
	return ret;
}

/* Return: 0 or the first errno; it is disarmed in any case. */
static int
disarm(const struct plx_vfio_device *dev, struct vfio_signal *s)
{
	int ret, unregister_ret;

	if (s->handle.name == NULL)
		return 0;
	ret = set_plain(dev, s->index, VFIO_IRQ_SET_ACTION_TRIGGER, 0);
	unregister_ret = plx_intr_callback_unregister(&s->handle, on_signal, s);
	close(s->handle.fd);
	s->handle.name = NULL;
	return ret < 0 ? ret : unregister_ret;
}

int
vfio_irq_setup(struct plx_pci_device *pci)
{
	struct plx_vfio_device *dev = pci->vfio;
	int ret;

	dev->irqs = calloc(1, sizeof(*dev->irqs));
	if (dev->irqs == NULL)
		return -ENOMEM;
	snprintf(dev->irqs->name, sizeof(dev->irqs->name), "%s vector 0", dev->name);
	dev->irqs->request.index = VFIO_PCI_REQ_IRQ_INDEX;
	dev->irqs->request.event = PLX_DEV_EVENT_REMOVE;
	dev->irqs->error.index = VFIO_PCI_ERR_IRQ_INDEX;
	dev->irqs->error.event = PLX_DEV_EVENT_ERROR;
	ret = arm(dev, &dev->irqs->request);
	return ret < 0 ? ret : arm(dev, &dev->irqs->error);
}

int
vfio_irq_teardown(struct plx_pci_device *pci)
{
	struct plx_vfio_device *dev = pci->vfio;
	int first, ret;

	if (dev->irqs == NULL)
		return 0;
	first = plx_pci_intr_disable(pci);
	ret = disarm(dev, &dev->irqs->error);
	first = first < 0 ? first : ret;
	ret = disarm(dev, &dev->irqs->request);
	free(dev->irqs);
	dev->irqs = NULL;
	return first < 0 ? first : ret;
}
