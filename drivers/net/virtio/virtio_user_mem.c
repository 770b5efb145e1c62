/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of memory that the peer has, kept as the EAL's regions are. */
#include <errno.h>

#include <plx_errno.h>

#include "virtio_log.h"
#include "virtio_user.h"

/* With the lock. A peer that can't be told is cut off by that, and told when it returns. */
static void
tell_peer(struct virtio_user *u)
{
	if (u->programmed && vhost_user_set_mem_table(&u->vu, u->regions, u->nb_regions) < 0)
		u->programmed = false;
}

static int
add(struct virtio_user *u, const struct plx_mem_region *region)
{
	if (u->nb_regions == VHOST_USER_MAX_REGIONS) {
		VIRTIO_ERR(u->name, "no more memory while it is there: a vhost-user peer takes %d "
			"regions; start with more at once (-m)", VHOST_USER_MAX_REGIONS);
		return -ENOSPC;
	}
	u->regions[u->nb_regions++] = (struct vhost_user_region){
		.addr = (uint64_t)(uintptr_t)region->addr, .len = region->len,
		.fd = region->fd, .offset = region->fd_offset,
	};
	tell_peer(u);
	return 0;
}

static void
del(struct virtio_user *u, const struct plx_mem_region *region)
{
	for (unsigned int i = 0; i < u->nb_regions; i++) {
		if (u->regions[i].addr != (uint64_t)(uintptr_t)region->addr)
			continue;
		u->regions[i] = u->regions[--u->nb_regions];
		tell_peer(u);
		return;
	}
}

static int
on_memory(enum plx_mem_event event, const struct plx_mem_region *region, void *arg)
{
	struct virtio_user *u = arg;
	int ret = 0;

	pthread_mutex_lock(&u->lock);
	if (event == PLX_MEM_EVENT_ADD)
		ret = add(u, region);
	else
		del(u, region);
	pthread_mutex_unlock(&u->lock);
	return ret;
}

int
virtio_user_mem_init(struct virtio_user *u)
{
	int ret = plx_mem_event_callback_register("net_virtio_user", on_memory, u);

	if (ret < 0 && ret != -ENOSPC)
		VIRTIO_ERR(u->name, "can't hear of memory (%s)", plx_strerror(ret));
	return ret;
}

void
virtio_user_mem_fini(struct virtio_user *u)
{
	(void)plx_mem_event_callback_unregister(on_memory, u);	/* it agrees to all */
}
