/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VHOST_USER_H
#define VHOST_USER_H
/**
 * DOC: The front end's side of the vhost-user protocol: messages over a unix socket.
 *
 * The protocol is described in QEMU's docs/interop/vhost-user.rst. The peer is not trusted: each
 * answer is checked for what it answers and for its size, and awaited for a limited time. After any
 * error the connection is of no use: the socket is shut down, which whoever watches it sees, and all
 * later calls answer -ENOTCONN.
 *
 * One thread at a time.
 */
#include <stdbool.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

/** VHOST_USER_F_PROTOCOL_FEATURES - in the features of a peer: it has protocol features. */
#define VHOST_USER_F_PROTOCOL_FEATURES 30
/** VHOST_USER_PROTOCOL_F_MQ - it says how many queues it has. */
#define VHOST_USER_PROTOCOL_F_MQ 0
/** VHOST_USER_PROTOCOL_F_REPLY_ACK - it acknowledges what has no answer of its own. */
#define VHOST_USER_PROTOCOL_F_REPLY_ACK 3
/** VHOST_USER_PROTOCOL_F_STATUS - it takes the device status. */
#define VHOST_USER_PROTOCOL_F_STATUS 16
/** VHOST_USER_MAX_REGIONS - regions of memory that a peer takes at once. */
#define VHOST_USER_MAX_REGIONS 8

/**
 * struct vhost_user - a connection.
 * @fd: the socket, or -1.
 * @dead: an error has ended it.
 * @timeout_ms: how long the peer may take to answer.
 * @features: virtio features that the peer has.
 * @protocol: protocol features that were agreed on, a bit each.
 * @nb_pairs: pairs of queues that the peer has; peers of network devices count those.
 */
struct vhost_user {
	int fd;
	bool dead;
	unsigned int timeout_ms;
	uint64_t features;
	uint64_t protocol;
	uint64_t nb_pairs;
};

/**
 * struct vhost_user_region - memory as the peer is told of it.
 * @addr: where it is in this process, which is what descriptors say too.
 * @len: bytes.
 * @fd: its file.
 * @offset: of @addr in the file.
 */
struct vhost_user_region {
	uint64_t addr;
	uint64_t len;
	int fd;
	uint64_t offset;
};

/**
 * struct vhost_user_vring - a virtqueue as the peer is told of it.
 * @index: its number.
 * @size: descriptors.
 * @base: where the peer goes on: of a packed ring both indices with their wrap counters.
 * @desc: address of the descriptors.
 * @avail: address of the driver's area.
 * @used: address of the device's area.
 * @kick_fd: eventfd of the doorbell.
 * @call_fd: eventfd of the interrupt.
 */
struct vhost_user_vring {
	uint32_t index;
	uint32_t size;
	uint32_t base;
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	int kick_fd;
	int call_fd;
};

/**
 * vhost_user_connect() - connect to the socket @path.
 * Return: a file; -ENAMETOOLONG; the errno of socket(2) or connect(2).
 */
int vhost_user_connect(const char *path);
/**
 * vhost_user_listen() - listen at the socket @path, in place of a socket that is there.
 * Return: a file, not blocking; -ENAMETOOLONG; the errno of socket(2), bind(2) or listen(2).
 */
int vhost_user_listen(const char *path);
/**
 * vhost_user_hello() - take the connection @fd and agree on the protocol.
 * @vu: all but timeout_ms is set; it owns @fd, also if this fails.
 * Return: 0; -EPROTO; -ETIMEDOUT; -ECONNRESET.
 */
int vhost_user_hello(struct vhost_user *vu, int fd);
/** vhost_user_close() - end the connection, if there is one. */
void vhost_user_close(struct vhost_user *vu);
/** vhost_user_ok() - is there a connection that works? */
static inline bool
vhost_user_ok(const struct vhost_user *vu)
{
	return vu->fd >= 0 && !vu->dead;
}

/** vhost_user_set_features() - accept virtio @features. Return: as vhost_user_hello(); -ENOTCONN. */
int vhost_user_set_features(struct vhost_user *vu, uint64_t features);
/**
 * vhost_user_sync() - wait until all that was said before is done: messages are worked on in turn.
 * Return: as vhost_user_set_features().
 */
int vhost_user_sync(struct vhost_user *vu);
/**
 * vhost_user_set_mem_table() - all memory that the peer may use; when it returns, the peer has let go of
 * what is no more among it. @n: at most VHOST_USER_MAX_REGIONS. Return: as vhost_user_set_features().
 */
int vhost_user_set_mem_table(struct vhost_user *vu, const struct vhost_user_region *regions,
	unsigned int n);
/** vhost_user_set_vring() - tell of a virtqueue and let it go. Return: as vhost_user_set_features(). */
int vhost_user_set_vring(struct vhost_user *vu, const struct vhost_user_vring *vring);
/**
 * vhost_user_stop_vring() - when it returns the peer does not use virtqueue @index any more.
 * Return: as vhost_user_set_features().
 */
int vhost_user_stop_vring(struct vhost_user *vu, uint32_t index);
/**
 * vhost_user_set_status() - 2.1 of virtio, if the peer takes it.
 * Return: as vhost_user_set_features().
 */
int vhost_user_set_status(struct vhost_user *vu, uint8_t status);

PLX_END_DECLS
#endif
