/* SPDX-License-Identifier: BSD-3-Clause */
/* The address spaces of the bus: which devices share one, and how long each lives. */
#include <errno.h>
#include <stdlib.h>

#include "vfio_private.h"

/* A space that can be the one that is wanted. */
static struct vfio_space *
find_shared(const struct vfio_bus *bus, const struct vfio_space *wanted)
{
	struct vfio_space *s = bus->spaces;

	while (s != NULL && (!s->shared || s->legacy != wanted->legacy ||
			     s->noiommu != wanted->noiommu || s->iommufd != wanted->iommufd))
		s = s->next;
	return s;
}

/* Spaces of one iommufd are opened beside each other, so that they share pins. */
static int
open_iova(const struct vfio_bus *bus, struct vfio_space *space)
{
	const struct vfio_space *s = bus->spaces;

	if (space->noiommu)
		return plx_iova_space_open_noiommu(space->legacy ? -1 : space->iommufd->fd, &space->iova);
	if (space->legacy)
		return plx_iova_space_open_type1(space->iommufd != NULL ? space->iommufd->fd : -1,
			&space->iova);
	while (s != NULL && (s->legacy || s->iommufd != space->iommufd))
		s = s->next;
	return s != NULL ? plx_iova_space_open_beside(s->iova, &space->iova) :
		plx_iova_space_open_iommufd(space->iommufd->fd, &space->iova);
}

static int
open_space(struct vfio_bus *bus, struct vfio_space *wanted, struct vfio_space **space)
{
	struct vfio_space **at = &bus->spaces, *s = malloc(sizeof(*s));
	int ret;

	if (s == NULL)
		return -ENOMEM;
	*s = *wanted;
	ret = open_iova(bus, s);
	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "can't make an address space by %s (%s): %s",
			s->iommufd != NULL ? s->iommufd->id : "/dev/vfio/vfio", plx_strerror(ret),
			s->noiommu ? vfio_noiommu_space_hint(s, ret) :
			ret == -ENOENT ? "modprobe vfio-pci" : ret == -EOPNOTSUPP ?
			"the kernel lacks CONFIG_VFIO_IOMMU_TYPE1, or the IOMMU is off" :
			vfio_map_hint(ret));
		free(s);
		return ret;
	}
	while (*at != NULL)
		at = &(*at)->next;
	pthread_mutex_lock(&bus->spaces_lock);
	*at = s;
	pthread_mutex_unlock(&bus->spaces_lock);
	*space = s;
	return 0;
}

/* It leaves the list and its listener goes first, so that nothing is announced to what is being closed. */
static int
close_space(struct vfio_bus *bus, struct vfio_space *space)
{
	struct vfio_space **at = &bus->spaces;
	int first = 0, ret;

	while (*at != space)
		at = &(*at)->next;
	pthread_mutex_lock(&bus->spaces_lock);
	*at = space->next;
	pthread_mutex_unlock(&bus->spaces_lock);
	if (space->listening)
		first = plx_mem_event_callback_unregister(vfio_map_event, space);
	ret = plx_iova_space_close(space->iova);
	first = first < 0 ? first : ret;
	vfio_user_maps_free(space);
	free(space);
	return first;
}

int
vfio_space_get(struct vfio_bus *bus, const struct plx_vfio_device *dev, bool legacy,
	struct vfio_space **space)
{
	struct vfio_space wanted = {
		.legacy = legacy,
		.noiommu = dev->noiommu,
		.shared = !dev->args->private_space,
	};
	struct vfio_space *found;
	int ret = 0;

	/* A legacy device is in a container of its own kind unless an iommufd is named to be one. */
	if (!legacy || dev->args->iommufd != NULL)
		ret = vfio_iommufd_get(bus, dev->args, &wanted.iommufd);
	if (ret < 0)
		return ret;
	found = wanted.shared ? find_shared(bus, &wanted) : NULL;
	if (found == NULL)
		ret = open_space(bus, &wanted, &found);
	if (ret < 0)
		return ret;
	found->users++;
	*space = found;
	return 0;
}

/* A shared one stays, with its mappings, for the next device; unless it did not come so far. */
int
vfio_space_put(struct vfio_bus *bus, struct vfio_space *space)
{
	return --space->users == 0 && (!space->shared || !space->listening) ? close_space(bus, space) :
		0;
}

int
vfio_space_listen(struct vfio_bus *bus, struct vfio_space *space)
{
	int ret;

	if (!bus->listening || space->listening)
		return 0;
	ret = plx_mem_event_callback_register("vfio", vfio_map_event, space);
	if (ret < 0)
		return ret;
	ret = vfio_user_maps_replay(space);
	space->listening = ret == 0;
	if (ret < 0 && plx_mem_event_callback_unregister(vfio_map_event, space) < 0)
		PLX_LOG(DEBUG, &vfio_logtype, "a new address space, after that");
	return ret;
}

void
vfio_space_describe(const struct vfio_space *space, char *text, size_t size)
{
	snprintf(text, size, "%s %s of %s", space->shared ? "shared" : "private",
		space->legacy ? "container" : "IOAS",
		space->iommufd != NULL ? space->iommufd->id : "/dev/vfio/vfio");
}

static int
narrow(struct plx_dev_windows *win, struct plx_iova_space *space)
{
	struct plx_iova_range *ranges;
	unsigned int n;
	int ret;

	n = plx_iova_windows(space, NULL, 0, NULL);
	ranges = calloc(n + 1, sizeof(*ranges));
	if (ranges == NULL)
		return -ENOMEM;
	n = plx_iova_windows(space, ranges, n, NULL);
	ret = plx_dev_windows_intersect(win, ranges, n);
	free(ranges);
	return ret;
}

int
vfio_spaces_narrow(const struct vfio_bus *bus, struct plx_dev_windows *win)
{
	const struct vfio_space *s;
	int ret = 0;

	for (s = bus->spaces; s != NULL && ret == 0; s = s->next)
		if (!s->noiommu)	/* where memory is has nothing to do with its addresses here */
			ret = narrow(win, s->iova);
	return ret;
}

int
vfio_spaces_close(struct vfio_bus *bus)
{
	int first = 0;

	while (bus->spaces != NULL) {
		int ret = close_space(bus, bus->spaces);

		first = first < 0 ? first : ret;
	}
	return first;
}
