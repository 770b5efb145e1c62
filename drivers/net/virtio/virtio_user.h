/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_USER_H
#define VIRTIO_USER_H
/**
 * DOC: A transport without a device: the other side of the rings is a vhost-user back end, another
 * process, at a unix socket.
 *
 * The peer shares our memory by its files, and wakes us and is woken by eventfds. It may come and go:
 * a thread of the port watches the socket. What was said of features and queues is kept here, so that
 * a peer that returns is told again: see virtio_user_program().
 */
#include <pthread.h>
#include <stdbool.h>

#include <plx_memory.h>

#include "vhost_user.h"
#include "virtio_transport.h"
#include "virtqueue.h"

PLX_BEGIN_DECLS

/** VIRTIO_USER_MAX_PAIRS - pairs of queues; the protocol has 8 bits for the number of a queue. */
#define VIRTIO_USER_MAX_PAIRS (PLX_MAX_QUEUES_PER_PORT < 128 ? PLX_MAX_QUEUES_PER_PORT : 128)

/**
 * struct virtio_user_args - what --vdev says.
 * @path: of the socket.
 * @pairs: pairs of queues.
 * @queue_size: descriptors of each.
 * @server: 1: listen at @path; 0: connect to it.
 * @packed: 1: packed rings, if the peer has them.
 * @mergeable: 1: packets over several buffers, if the peer has that.
 * @in_order: accepted as DPDK's; this driver does not need the promise.
 * @mac: address.
 */
struct virtio_user_args {
	char path[108];
	uint32_t pairs;
	uint32_t queue_size;
	uint32_t server;
	uint32_t packed;
	uint32_t mergeable;
	uint32_t in_order;
	uint8_t mac[6];
};

/**
 * struct virtio_user_queue - a virtqueue.
 * @vq: its rings, if it is enabled.
 * @kick_fd: eventfd of its doorbell.
 * @call_fd: eventfd of its interrupt.
 */
struct virtio_user_queue {
	struct virtqueue *vq;
	int kick_fd;
	int call_fd;
};

/**
 * struct virtio_user - the transport.
 * @transport: what the rest of the driver sees.
 * @name: of the device, for messages.
 * @args: see there.
 * @lock: for all below, which the program, the thread and listeners of memory use.
 * @vu: the connection.
 * @listen_fd: with args.server, or -1.
 * @wake_fd: eventfd for the thread: look again.
 * @thread: watches the socket.
 * @stop: the thread is to end.
 * @reported: a failure to have a peer was logged, and nothing has changed since.
 * @features: that the rest of the driver accepted.
 * @status: device status, as the driver wrote it.
 * @programmed: the peer was told of all, and moves packets.
 * @moved: since the queues were enabled a peer has had them.
 * @regions: memory, @nb_regions of them.
 * @nb_regions: see @regions.
 * @queues: by number.
 * @cb_lock: held while @changed runs.
 * @changed: is called when the link has changed; NULL: nobody is.
 * @changed_arg: its argument.
 */
struct virtio_user {
	struct virtio_transport transport;
	const char *name;
	struct virtio_user_args args;
	pthread_mutex_t lock;
	struct vhost_user vu;
	int listen_fd;
	int wake_fd;
	pthread_t thread;
	bool stop;
	bool reported;
	uint64_t features;
	uint8_t status;
	bool programmed;
	bool moved;
	struct vhost_user_region regions[VHOST_USER_MAX_REGIONS];
	unsigned int nb_regions;
	struct virtio_user_queue queues[2 * VIRTIO_USER_MAX_PAIRS];
	pthread_mutex_t cb_lock;
	int (*changed)(void *arg);
	void *changed_arg;
};

/**
 * virtio_user_init() - make the transport and wait for the peer.
 * @u: zeroed.
 * @name: of the device; must outlive @u.
 *
 * Return: 0; a negative errno, logged, with nothing left: the peer's socket is not there, nobody came
 * within the time, or it does not speak the protocol or has too little.
 */
int virtio_user_init(struct virtio_user *u, const char *name, const struct virtio_user_args *args);
/** virtio_user_fini() - undo virtio_user_init(); the port does not use it any more. */
void virtio_user_fini(struct virtio_user *u);

/* virtio_user_conn.c; with the lock, where it is not said otherwise. */

/** virtio_user_conn_open() - wait for a first peer. Return: 0; a negative errno, logged. */
int virtio_user_conn_open(struct virtio_user *u);
/** virtio_user_conn_watch() - start the thread. Return: 0; a negative errno. Without the lock. */
int virtio_user_conn_watch(struct virtio_user *u);
/** virtio_user_conn_close() - end thread, connection and socket. Without the lock. */
void virtio_user_conn_close(struct virtio_user *u);

/* virtio_user.c; with the lock. */

/** virtio_user_check_peer() - has the peer what was promised? Return: 0; -ENOTSUP, logged. */
int virtio_user_check_peer(const struct virtio_user *u);
/**
 * virtio_user_program() - tell the peer of memory and rings and let it run, if the driver is ready.
 * Return: 0; -ESTALE if a packed ring was in use by another peer: it has to be made anew, by a start
 * of the port; the protocol's errno.
 */
int virtio_user_program(struct virtio_user *u);

/* virtio_user_mem.c */

/** virtio_user_mem_init() - listen to what memory there is. Return: 0; a negative errno, logged. */
int virtio_user_mem_init(struct virtio_user *u);
/** virtio_user_mem_fini() - no more. */
void virtio_user_mem_fini(struct virtio_user *u);

PLX_END_DECLS
#endif
