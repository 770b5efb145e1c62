/* SPDX-License-Identifier: BSD-3-Clause */
/* The transport over vhost-user: what a device would have in registers is kept here. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include <plx_errno.h>

#include "virtio_log.h"
#include "virtio_spec.h"
#include "virtio_user.h"

/* How long the peer may take to answer a message. */
#define PEER_TIMEOUT_MS 3000

#define BIT VIRTIO_BIT
/* What we answer for, whatever the peer has. */
#define OWN_FEATURES (BIT(VIRTIO_NET_F_MAC) | BIT(VIRTIO_NET_F_STATUS))
/*
 * What the peer decides about. All that is commands or needs an IOMMU is nothing over a socket.
 * Any peer has the messages that stop a ring and let it go again, but one without RING_RESET may
 * stop all of them: DPDK's vhost library takes the device from its program.
 */
#define PEER_FEATURES (BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_INDIRECT_DESC) | \
	BIT(VIRTIO_F_EVENT_IDX) | BIT(VIRTIO_F_RING_PACKED) | BIT(VIRTIO_F_ORDER_PLATFORM) | \
	BIT(VIRTIO_F_RING_RESET) | BIT(VIRTIO_NET_F_CSUM) | \
	BIT(VIRTIO_NET_F_GUEST_CSUM) | BIT(VIRTIO_NET_F_GUEST_TSO4) | \
	BIT(VIRTIO_NET_F_GUEST_TSO6) | BIT(VIRTIO_NET_F_HOST_TSO4) | BIT(VIRTIO_NET_F_HOST_TSO6) | \
	BIT(VIRTIO_NET_F_MRG_RXBUF))

static struct virtio_user *
to_user(struct virtio_transport *t)
{
	return plx_container_of(t, struct virtio_user, transport);
}

static uint64_t
offered(const struct virtio_user *u)
{
	uint64_t features = u->vu.features & PEER_FEATURES;

	if (!u->args.packed)
		features &= ~BIT(VIRTIO_F_RING_PACKED);
	if (!u->args.mergeable)
		features &= ~BIT(VIRTIO_NET_F_MRG_RXBUF);
	return features | OWN_FEATURES;
}

int
virtio_user_check_peer(const struct virtio_user *u)
{
	const uint64_t missing = (u->features | BIT(VIRTIO_F_VERSION_1)) & ~offered(u);

	if (missing != 0) {
		VIRTIO_ERR(u->name, "the vhost-user peer at %s has the features 0x%" PRIx64
			", of what is needed it lacks 0x%" PRIx64, u->args.path, u->vu.features,
			missing);
		return -ENOTSUP;
	}
	if (u->vu.nb_pairs < u->args.pairs) {
		VIRTIO_ERR(u->name, "the vhost-user peer at %s has %" PRIu64 " pairs of queues, queues=%u "
			"asked for", u->args.path, u->vu.nb_pairs, u->args.pairs);
		return -ENOTSUP;
	}
	return 0;
}

/*
 * Where the peer goes on. A split ring says itself how far it was used: buffers that a peer had and
 * did not return are worked on again. Of a packed one only a peer knows, so it has to be a new one:
 * both indices 0, both wrap counters 1.
 */
static uint32_t
base_of(const struct virtqueue *vq)
{
	return vq->packed ? 0x80008000 : __atomic_load_n(&vq->used->idx, __ATOMIC_ACQUIRE);
}

static int
set_vring(struct virtio_user *u, const struct virtio_user_queue *q)
{
	const struct vhost_user_vring vring = {
		.index = q->vq->index,
		.size = q->vq->size,
		.base = base_of(q->vq),
		.desc = (uint64_t)(uintptr_t)q->vq->ring,
		.avail = (uint64_t)(uintptr_t)q->vq->driver_area,
		.used = (uint64_t)(uintptr_t)q->vq->device_area,
		.kick_fd = q->kick_fd,
		.call_fd = q->call_fd,
	};

	return vhost_user_set_vring(&u->vu, &vring);
}

/* The peer decides by this bit whether it uses more than one pair. */
static uint64_t
peer_features(const struct virtio_user *u)
{
	return (u->features & PEER_FEATURES) | (u->vu.features & BIT(VIRTIO_NET_F_MQ));
}

int
virtio_user_program(struct virtio_user *u)
{
	int ret;

	if (!(u->status & VIRTIO_STATUS_DRIVER_OK) || !vhost_user_ok(&u->vu))
		return 0;
	if (u->moved && (u->features & BIT(VIRTIO_F_RING_PACKED)))
		return -ESTALE;
	ret = vhost_user_set_features(&u->vu, peer_features(u));
	if (ret == 0)
		ret = vhost_user_set_mem_table(&u->vu, u->regions, u->nb_regions);
	u->moved |= ret == 0;
	for (unsigned int i = 0; i < 2 * u->args.pairs && ret == 0; i++)
		if (u->queues[i].vq != NULL)
			ret = set_vring(u, &u->queues[i]);
	if (ret == 0)
		ret = vhost_user_set_status(&u->vu, u->status);
	/* Peers, as DPDK's, answer first and then have their program take the device. */
	if (ret == 0)
		ret = vhost_user_sync(&u->vu);
	u->programmed = ret == 0;
	/* What was made available before it came. */
	for (unsigned int i = 0; i < 2 * u->args.pairs && ret == 0; i++)
		if (u->queues[i].vq != NULL)
			(void)eventfd_write(u->queues[i].kick_fd, 1);
	return ret;
}

/* After this the peer does not use our memory: it said so, or the connection is cut. */
static int
user_reset(struct virtio_transport *t)
{
	struct virtio_user *u = to_user(t);
	int ret = 0;

	pthread_mutex_lock(&u->lock);
	for (unsigned int i = 0; i < 2 * u->args.pairs; i++) {
		if (u->programmed && u->queues[i].vq != NULL && ret == 0)
			ret = vhost_user_stop_vring(&u->vu, i);
		u->queues[i].vq = NULL;
	}
	if (u->programmed && ret == 0)
		ret = vhost_user_set_status(&u->vu, 0);
	u->status = 0;
	u->programmed = false;
	u->moved = false;
	pthread_mutex_unlock(&u->lock);
	/* One that has gone does nothing any more either. */
	return ret == -ETIMEDOUT ? ret : 0;
}

static uint8_t
user_get_status(struct virtio_transport *t)
{
	struct virtio_user *u = to_user(t);
	uint8_t status;

	pthread_mutex_lock(&u->lock);
	status = u->status;
	pthread_mutex_unlock(&u->lock);
	return status;
}

static void
user_set_status(struct virtio_transport *t, uint8_t status)
{
	struct virtio_user *u = to_user(t);
	int ret;

	pthread_mutex_lock(&u->lock);
	u->status = status;
	if (status & VIRTIO_STATUS_DRIVER_OK) {
		ret = virtio_user_program(u);
		if (ret < 0)
			VIRTIO_ERR(u->name, "the vhost-user peer at %s can't be told of the queues (%s)",
				u->args.path, plx_strerror(ret));
	}
	pthread_mutex_unlock(&u->lock);
}

static uint64_t
user_get_features(struct virtio_transport *t)
{
	struct virtio_user *u = to_user(t);
	uint64_t features;

	pthread_mutex_lock(&u->lock);
	features = offered(u);
	pthread_mutex_unlock(&u->lock);
	return features;
}

static void
user_set_features(struct virtio_transport *t, uint64_t features)
{
	struct virtio_user *u = to_user(t);

	pthread_mutex_lock(&u->lock);
	u->features = features;
	t->features = features;
	pthread_mutex_unlock(&u->lock);
}

static int
user_read_config(struct virtio_transport *t, size_t offset, void *buf, size_t len)
{
	struct virtio_user *u = to_user(t);
	uint8_t config[VIRTIO_NET_CONFIG_STATUS + sizeof(uint16_t)] = { 0 };

	if (offset + len > sizeof(config))
		return -ENOENT;
	memcpy(config + VIRTIO_NET_CONFIG_MAC, u->args.mac, sizeof(u->args.mac));
	pthread_mutex_lock(&u->lock);
	config[VIRTIO_NET_CONFIG_STATUS] = u->programmed ? VIRTIO_NET_S_LINK_UP : 0;
	pthread_mutex_unlock(&u->lock);
	memcpy(buf, config + offset, len);
	return 0;
}

static uint16_t
user_queue_size(struct virtio_transport *t, uint16_t index)
{
	const struct virtio_user *u = to_user(t);

	return index < 2 * u->args.pairs ? (uint16_t)u->args.queue_size : 0;
}

static void
ring_doorbell(void *arg, uint32_t data)
{
	(void)eventfd_write((int)(intptr_t)arg, 1);	/* if it is full the peer is awake */
}

static int
user_queue_enable(struct virtio_transport *t, struct virtqueue *vq)
{
	struct virtio_user *u = to_user(t);
	struct virtio_user_queue *q = &u->queues[vq->index];
	int ret = 0;

	vq->notify = ring_doorbell;
	vq->notify_arg = (void *)(intptr_t)q->kick_fd;
	pthread_mutex_lock(&u->lock);
	q->vq = vq;
	if (u->programmed)
		ret = set_vring(u, q);
	if (ret < 0)
		q->vq = NULL;
	pthread_mutex_unlock(&u->lock);
	return ret;
}

static int
user_queue_reset(struct virtio_transport *t, const struct virtqueue *vq)
{
	struct virtio_user *u = to_user(t);
	int ret = 0;

	pthread_mutex_lock(&u->lock);
	if (u->programmed)
		ret = vhost_user_stop_vring(&u->vu, vq->index);
	u->queues[vq->index].vq = NULL;
	pthread_mutex_unlock(&u->lock);
	return ret == -ETIMEDOUT ? ret : 0;
}

static void
user_close(struct virtio_transport *t)
{
	virtio_user_fini(to_user(t));
}

static const struct virtio_transport_ops user_ops = {
	.reset = user_reset,
	.get_status = user_get_status,
	.set_status = user_set_status,
	.get_features = user_get_features,
	.set_features = user_set_features,
	.read_config = user_read_config,
	.queue_size = user_queue_size,
	.queue_enable = user_queue_enable,
	.queue_reset = user_queue_reset,
	.close = user_close,
};

/* There are files already: nothing has to be had. */
static int
user_intr_enable(struct virtio_transport *t, uint16_t nb_rx_queues)
{
	return 0;
}

static int
user_intr_disable(struct virtio_transport *t)
{
	return 0;
}

static int
user_config_start(struct virtio_transport *t, int (*changed)(void *arg), void *arg)
{
	struct virtio_user *u = to_user(t);

	pthread_mutex_lock(&u->cb_lock);
	u->changed = changed;
	u->changed_arg = arg;
	pthread_mutex_unlock(&u->cb_lock);
	return 0;
}

static int
user_config_stop(struct virtio_transport *t)
{
	return user_config_start(t, NULL, NULL);
}

static int
user_rx_fd(struct virtio_transport *t, uint16_t queue)
{
	return to_user(t)->queues[VIRTIO_NET_RX_VQ(queue)].call_fd;
}

static const struct virtio_intr_ops user_intr_ops = {
	.enable = user_intr_enable,
	.disable = user_intr_disable,
	.config_start = user_config_start,
	.config_stop = user_config_stop,
	.rx_fd = user_rx_fd,
};

static void
close_eventfds(struct virtio_user *u)
{
	for (unsigned int i = 0; i < 2 * u->args.pairs; i++) {
		if (u->queues[i].kick_fd >= 0)
			close(u->queues[i].kick_fd);
		if (u->queues[i].call_fd >= 0)
			close(u->queues[i].call_fd);
	}
}

static int
open_eventfds(struct virtio_user *u)
{
	for (unsigned int i = 0; i < 2 * u->args.pairs; i++)
		u->queues[i].kick_fd = u->queues[i].call_fd = -1;
	for (unsigned int i = 0; i < 2 * u->args.pairs; i++) {
		u->queues[i].kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		u->queues[i].call_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (u->queues[i].kick_fd < 0 || u->queues[i].call_fd < 0) {
			int ret = -errno;

			VIRTIO_ERR(u->name, "can't have %u eventfds (%s)", 4 * u->args.pairs,
				plx_strerror(ret));
			close_eventfds(u);
			return ret;
		}
	}
	return 0;
}

int
virtio_user_init(struct virtio_user *u, const char *name, const struct virtio_user_args *args)
{
	int ret;

	u->name = name;
	u->args = *args;
	u->transport.ops = &user_ops;
	u->transport.intr = &user_intr_ops;
	u->transport.required = BIT(VIRTIO_F_VERSION_1);
	u->transport.timeout_ms = PEER_TIMEOUT_MS;
	u->transport.pairs = (uint16_t)args->pairs;
	u->transport.receives_all = true;
	u->vu.timeout_ms = PEER_TIMEOUT_MS;
	pthread_mutex_init(&u->lock, NULL);
	pthread_mutex_init(&u->cb_lock, NULL);
	ret = open_eventfds(u);
	if (ret < 0)
		return ret;
	ret = virtio_user_conn_open(u);
	if (ret < 0)
		goto err_conn;
	ret = virtio_user_conn_watch(u);
	if (ret < 0) {
		VIRTIO_ERR(u->name, "can't watch its socket (%s)", plx_strerror(ret));
		goto err_conn;
	}
	ret = virtio_user_mem_init(u);
	if (ret == 0)
		return 0;
	virtio_user_conn_close(u);
	close_eventfds(u);
	return ret;
err_conn:
	vhost_user_close(&u->vu);
	if (u->listen_fd >= 0) {
		close(u->listen_fd);
		(void)unlink(args->path);
	}
	close_eventfds(u);
	return ret;
}

void
virtio_user_fini(struct virtio_user *u)
{
	virtio_user_mem_fini(u);
	virtio_user_conn_close(u);
	close_eventfds(u);
	pthread_mutex_destroy(&u->lock);
	pthread_mutex_destroy(&u->cb_lock);
}
