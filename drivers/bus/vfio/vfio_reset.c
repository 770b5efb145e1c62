/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reset of a function, and hot reset of all that hangs on its bus or slot.
 * include/uapi/linux/vfio.h of Linux 7.2, VFIO_DEVICE_RESET to VFIO_DEVICE_PCI_HOT_RESET.
 */
#include <errno.h>
#include <linux/pci.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vfio_private.h"

/* What Debian 12's header (Linux 6.1) lacks; the id of a device is where that of its group was. */
#define UAPI_HOT_RESET_DEV_ID		(1u << 0)	/* opened by its own node: ids are devices' */
#define UAPI_HOT_RESET_DEV_ID_OWNED	(1u << 1)	/* all affected devices are ours */
#define UAPI_DEVID_NOT_OWNED		UINT32_MAX

/* How long another reset may keep ours waiting. */
#define BUSY_MS 1000
#define POLL_US 1000
/* No bus and what is under it has more functions. */
#define MAX_AFFECTED 65536

/* Bits of the command register that a reset must not cost us. */
#define COMMAND_KEPT (PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

static uint64_t
now_ms(void)
{
	struct timespec ts;

	/* Can't fail: the clock exists and ts is ours. */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

/* @request, again and again while another reset is under way. */
static int
when_free(int fd, unsigned long request, void *arg)
{
	const uint64_t deadline = now_ms() + BUSY_MS;

	while (ioctl(fd, request, arg) < 0) {
		int ret = -errno;

		if ((ret != -EAGAIN && ret != -EBUSY) || now_ms() >= deadline)
			return ret;
		usleep(POLL_US);
	}
	return 0;
}

/* What is to be switched on again after a reset; 0 if the device does not answer. */
static uint16_t
command_of(const struct plx_pci_device *dev)
{
	uint16_t command;

	if (plx_pci_read_config(dev, &command, sizeof(command), PCI_COMMAND) < 0)
		return 0;
	return command & COMMAND_KEPT;
}

int
plx_pci_reset(const struct plx_pci_device *dev)
{
	uint16_t command;
	int ret;

	if (dev->vfio == NULL)
		return -ENODEV;
	if (!dev->vfio->can_reset)
		return -EOPNOTSUPP;
	command = command_of(dev);
	ret = when_free(dev->vfio->fd, VFIO_DEVICE_RESET, NULL);
	return ret < 0 ? ret : pci_set_command(dev, command, 0);
}

/* Which devices a hot reset hits. The caller frees it. */
static int
get_affected(int fd, struct vfio_pci_hot_reset_info **out)
{
	uint32_t room = 8;

	while (room <= MAX_AFFECTED) {
		const size_t size = sizeof(**out) + room * sizeof((*out)->devices[0]);
		struct vfio_pci_hot_reset_info *info = calloc(1, size);
		int ret;

		if (info == NULL)
			return -ENOMEM;
		info->argsz = (uint32_t)size;
		ret = ioctl(fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info) < 0 ? -errno : 0;
		if (ret == 0 && info->count <= room) {
			*out = info;
			return 0;
		}
		/* Some may come while we look: always more than was asked for. */
		room = PLX_MAX(info->count, 2 * room);
		free(info);
		if (ret < 0 && ret != -ENOSPC)
			return ret;
	}
	return -E2BIG;
}

static const char *
name_of(const struct vfio_pci_dependent_device *hit, char name[PCI_NAME_MAX])
{
	snprintf(name, PCI_NAME_MAX, "%04x:%02x:%02x.%x", hit->segment, hit->bus,
		PCI_SLOT(hit->devfn), PCI_FUNC(hit->devfn));
	return name;
}

static int
in_the_way(const struct plx_pci_device *dev, const struct vfio_pci_dependent_device *hit,
	const char *why)
{
	char name[PCI_NAME_MAX];

	PLX_LOG(ERR, &vfio_logtype, "%s: a hot reset would hit %s too, which %s (EBUSY): bind it to "
		"vfio-pci and give it to this program", dev->device.name, name_of(hit, name), why);
	return -EBUSY;
}

/* Devices that were opened by their nodes: the kernel knows whose they are. */
static int
check_owned(const struct plx_pci_device *dev, const struct vfio_pci_hot_reset_info *info)
{
	if (info->flags & UAPI_HOT_RESET_DEV_ID_OWNED)
		return 0;
	for (uint32_t i = 0; i < info->count; i++)
		if (info->devices[i].group_id == UAPI_DEVID_NOT_OWNED)
			return in_the_way(dev, &info->devices[i], "is not ours");
	return 0;	/* the kernel will say */
}

static const struct vfio_group *
find_group(const struct vfio_bus *bus, uint32_t id)
{
	const struct vfio_group *group = bus->groups;

	while (group != NULL && group->id != id)
		group = group->next;
	return group;
}

/* Whoever comes by groups shows the files of all that are hit, each once. */
static int
add_groups(const struct plx_pci_device *dev, const struct vfio_bus *bus,
	const struct vfio_pci_hot_reset_info *info, struct vfio_pci_hot_reset *request)
{
	for (uint32_t i = 0; i < info->count; i++) {
		const struct vfio_group *group = find_group(bus, info->devices[i].group_id);
		char why[48];
		uint32_t n = 0;

		if (group == NULL) {
			snprintf(why, sizeof(why), "is in group %u that is not ours",
				info->devices[i].group_id);
			return in_the_way(dev, &info->devices[i], why);
		}
		while (n < request->count && request->group_fds[n] != group->fd)
			n++;
		request->group_fds[n] = group->fd;
		request->count = PLX_MAX(request->count, n + 1);
	}
	return 0;
}

/*
 * The kernel wants every device bound to VFIO, but a group is viable also with one that has no
 * driver at all. -EBUSY, having said which.
 */
static int
find_unbound(const struct plx_pci_device *dev, const struct vfio_pci_hot_reset_info *info)
{
	for (uint32_t i = 0; i < info->count; i++) {
		const struct vfio_pci_dependent_device *hit = &info->devices[i];
		char name[PCI_NAME_MAX], driver[64];

		if (pci_kernel_driver(name_of(hit, name), driver, sizeof(driver)) == 0 &&
		    driver[0] == '\0')
			return in_the_way(dev, hit, "has no driver");
	}
	return 0;
}

/* The device that is hit, if it is one of our open ones. */
static const struct plx_pci_device *
find_open(const struct vfio_bus *bus, const struct vfio_pci_dependent_device *hit)
{
	const struct plx_pci_addr addr = { hit->segment, hit->bus, PCI_SLOT(hit->devfn),
		PCI_FUNC(hit->devfn) };
	const struct plx_pci_device *pci = bus->devices;

	while (pci != NULL && (pci->vfio == NULL || pci_addr_compare(&pci->addr, &addr) != 0))
		pci = pci->next;
	return pci;
}

/*
 * The reset itself, and the command registers of our devices as they were. Also after a failure:
 * the kernel may have pulled the reset line and not seen the link come back.
 */
static int
reset_all(const struct plx_pci_device *dev, const struct vfio_bus *bus,
	const struct vfio_pci_hot_reset_info *info, struct vfio_pci_hot_reset *request)
{
	uint16_t *commands = calloc(info->count + 1u, sizeof(*commands));
	int ret, restored = 0;

	if (commands == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < info->count; i++) {
		const struct plx_pci_device *pci = find_open(bus, &info->devices[i]);

		commands[i] = pci != NULL ? command_of(pci) : 0;
	}
	ret = when_free(dev->vfio->fd, VFIO_DEVICE_PCI_HOT_RESET, request);
	for (uint32_t i = 0; i < info->count && restored == 0; i++)
		if (commands[i] != 0)
			restored = pci_set_command(find_open(bus, &info->devices[i]), commands[i], 0);
	free(commands);
	return ret < 0 ? ret : restored;
}

static int
try_reset(const struct plx_pci_device *dev, const struct vfio_bus *bus,
	const struct vfio_pci_hot_reset_info *info, struct vfio_pci_hot_reset *request)
{
	int ret = reset_all(dev, bus, info, request);

	if (ret == 0)
		return 0;
	if (ret == -EINVAL && find_unbound(dev, info) < 0)
		return -EBUSY;
	if (ret == -ENOTTY)
		ret = -EOPNOTSUPP;
	PLX_LOG(ERR, &vfio_logtype, "%s: hot reset of %u devices failed (%s): %s", dev->device.name,
		info->count, plx_strerror(ret), ret == -EOPNOTSUPP ?
		"the port above can't, or its link did not come back: see dmesg" : "see dmesg");
	return ret;
}

static int
hot_reset(const struct plx_pci_device *dev, const struct vfio_bus *bus,
	const struct vfio_pci_hot_reset_info *info)
{
	const size_t size = sizeof(struct vfio_pci_hot_reset) + info->count * sizeof(int32_t);
	struct vfio_pci_hot_reset *request = calloc(1, size);
	int ret;

	if (request == NULL)
		return -ENOMEM;
	request->argsz = (uint32_t)size;
	/* By its node: no group is shown. */
	ret = info->flags & UAPI_HOT_RESET_DEV_ID ? check_owned(dev, info) :
		add_groups(dev, bus, info, request);
	if (ret == 0)
		ret = try_reset(dev, bus, info, request);
	free(request);
	return ret;
}

int
plx_pci_hot_reset(const struct plx_pci_device *dev)
{
	struct vfio_pci_hot_reset_info *info;
	int ret;

	if (dev->vfio == NULL || dev->device.bus == NULL)
		return -ENODEV;
	ret = get_affected(dev->vfio->fd, &info);
	if (ret < 0) {
		if (ret == -ENODEV)
			ret = -EOPNOTSUPP;
		PLX_LOG(ERR, &vfio_logtype, "%s: no hot reset (%s): %s", dev->device.name,
			plx_strerror(ret), ret == -EOPNOTSUPP ? "no bus or slot there can be reset" :
			"see dmesg");
		return ret;
	}
	ret = hot_reset(dev, plx_container_of(dev->device.bus, const struct vfio_bus, bus), info);
	free(info);
	return ret;
}
