/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <plx_cycles.h>

#include "vhost_user.h"

/* Requests, by their numbers in the protocol. */
enum {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_VRING_BASE = 11,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	GET_QUEUE_NUM = 17,
	SET_VRING_ENABLE = 18,
	SET_STATUS = 39,
};

/* Flags of a message. */
#define VERSION		0x1
#define VERSION_MASK	0x3
#define IS_REPLY	0x4
#define NEEDS_REPLY	0x8

#define BIT(f) (UINT64_C(1) << (f))
#define WANTED_PROTOCOL (BIT(VHOST_USER_PROTOCOL_F_MQ) | BIT(VHOST_USER_PROTOCOL_F_REPLY_ACK) | \
	BIT(VHOST_USER_PROTOCOL_F_STATUS))

struct header {
	uint32_t request;
	uint32_t flags;
	uint32_t size;
};

struct vring_state {
	uint32_t index;
	uint32_t num;
};

struct vring_addr {
	uint32_t index;
	uint32_t flags;
	uint64_t desc;
	uint64_t used;
	uint64_t avail;
	uint64_t log;
};

struct mem_table {
	uint32_t nregions;
	uint32_t padding;
	struct {
		uint64_t guest_phys_addr;
		uint64_t memory_size;
		uint64_t userspace_addr;
		uint64_t mmap_offset;
	} regions[VHOST_USER_MAX_REGIONS];
};

struct message {
	struct header header;
	union {
		uint64_t u64;
		struct vring_state state;
		struct vring_addr addr;
		struct mem_table mem;
	} payload;
};

static int
set_address(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

int
vhost_user_connect(const char *path)
{
	struct sockaddr_un address;
	int fd, ret = set_address(&address, path);

	if (ret < 0)
		return ret;
	/* Not blocking: a peer that does not accept is no reason to wait, see unix(7). */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/* One that nobody listens at any more is in the way; what is no socket is not ours to remove. */
static void
remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);	/* then the bind says why */
}

int
vhost_user_listen(const char *path)
{
	struct sockaddr_un address;
	int fd, ret = set_address(&address, path);

	if (ret < 0)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	remove_socket(path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static int
fail(struct vhost_user *vu, int ret)
{
	vu->dead = true;
	(void)shutdown(vu->fd, SHUT_RDWR);	/* the peer may have gone before */
	return ret;
}

/* Until the socket can be read or written. Return: 0; -ETIMEDOUT. */
static int
await(const struct vhost_user *vu, short events, uint64_t deadline)
{
	struct pollfd pfd = { .fd = vu->fd, .events = events };
	const uint64_t now = plx_get_timer_cycles();
	const uint64_t left = now < deadline ? (deadline - now) / (plx_get_timer_hz() / 1000) : 0;
	int n = poll(&pfd, 1, (int)left);

	if (n < 0 && errno != EINTR)
		return -errno;
	return n != 0 || plx_get_timer_cycles() < deadline ? 0 : -ETIMEDOUT;
}

static uint64_t
deadline_of(const struct vhost_user *vu)
{
	return plx_get_timer_cycles() + plx_get_timer_hz() / 1000 * vu->timeout_ms;
}

/*
 * Send header and payload, which are two pieces as the header is 12 bytes. Files go with the first
 * byte. Short messages are sent at once or not at all, but a stream socket does not promise it.
 */
static int
send_message(struct vhost_user *vu, struct message *msg, const int *fds, unsigned int nb_fds)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(VHOST_USER_MAX_REGIONS * sizeof(int))];
	} control = { 0 };
	struct iovec iov[2] = { { &msg->header, sizeof(msg->header) },
		{ &msg->payload, msg->header.size } };
	struct msghdr hdr = { .msg_iov = iov, .msg_iovlen = 2 };
	const uint64_t deadline = deadline_of(vu);
	struct cmsghdr *cmsg;
	ssize_t n;
	int ret;

	if (nb_fds > 0) {
		hdr.msg_control = control.buf;
		hdr.msg_controllen = CMSG_SPACE(nb_fds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&hdr);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(nb_fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, nb_fds * sizeof(int));
	}
	while (iov[0].iov_len + iov[1].iov_len > 0) {
		ret = await(vu, POLLOUT, deadline);
		if (ret < 0)
			return fail(vu, ret);
		n = sendmsg(vu->fd, &hdr, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail(vu, -ECONNRESET);
		for (size_t i = 0; i < 2 && n > 0; i++) {
			const size_t part = PLX_MIN((size_t)n, iov[i].iov_len);

			iov[i].iov_base = PLX_PTR_ADD(iov[i].iov_base, part);
			iov[i].iov_len -= part;
			n -= (ssize_t)part;
			hdr.msg_control = NULL;
			hdr.msg_controllen = 0;
		}
	}
	return 0;
}

static int
receive(struct vhost_user *vu, void *buf, size_t len, uint64_t deadline)
{
	ssize_t n;
	int ret;

	for (size_t got = 0; got < len; got += n > 0 ? (size_t)n : 0) {
		ret = await(vu, POLLIN, deadline);
		if (ret < 0)
			return fail(vu, ret);
		/* Files that come along are not for us; without room for them the kernel closes them. */
		n = recv(vu->fd, PLX_PTR_ADD(buf, got), len - got, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return fail(vu, -ECONNRESET);
	}
	return 0;
}

/* The answer to @request: @size bytes into @payload. */
static int
receive_reply(struct vhost_user *vu, uint32_t request, void *payload, uint32_t size)
{
	const uint64_t deadline = deadline_of(vu);
	struct header header;
	int ret = receive(vu, &header, sizeof(header), deadline);

	if (ret < 0)
		return ret;
	if (header.request != request || header.size != size ||
	    (header.flags & (VERSION_MASK | IS_REPLY)) != (VERSION | IS_REPLY))
		return fail(vu, -EPROTO);
	return receive(vu, payload, size, deadline);
}

/* A request with an answer of its own, of the kind of @payload. */
static int
ask(struct vhost_user *vu, uint32_t request, const void *sent, void *payload, uint32_t size)
{
	struct message msg = { .header = { request, VERSION, sent != NULL ? size : 0 } };
	int ret;

	if (!vhost_user_ok(vu))
		return -ENOTCONN;
	if (sent != NULL)
		memcpy(&msg.payload, sent, size);
	ret = send_message(vu, &msg, NULL, 0);
	return ret < 0 ? ret : receive_reply(vu, request, payload, size);
}

/* A request without; the peer says that it has done it, if it can. */
static int
tell(struct vhost_user *vu, uint32_t request, const void *payload, uint32_t size, const int *fds,
	unsigned int nb_fds)
{
	const bool ack = (vu->protocol & BIT(VHOST_USER_PROTOCOL_F_REPLY_ACK)) != 0;
	struct message msg = { .header = { request, VERSION | (ack ? NEEDS_REPLY : 0), size } };
	uint64_t refused;
	int ret;

	if (!vhost_user_ok(vu))
		return -ENOTCONN;
	if (size > 0)
		memcpy(&msg.payload, payload, size);
	ret = send_message(vu, &msg, fds, nb_fds);
	if (ret < 0 || !ack)
		return ret;
	ret = receive_reply(vu, request, &refused, sizeof(refused));
	if (ret < 0)
		return ret;
	return refused == 0 ? 0 : fail(vu, -EPROTO);
}

static int
tell_u64(struct vhost_user *vu, uint32_t request, uint64_t value)
{
	return tell(vu, request, &value, sizeof(value), NULL, 0);
}

static int
agree_on_protocol(struct vhost_user *vu)
{
	uint64_t offered;
	int ret;

	ret = ask(vu, GET_PROTOCOL_FEATURES, NULL, &offered, sizeof(offered));
	if (ret < 0)
		return ret;
	ret = tell_u64(vu, SET_PROTOCOL_FEATURES, offered & WANTED_PROTOCOL);
	if (ret < 0)
		return ret;
	vu->protocol = offered & WANTED_PROTOCOL;
	if (!(vu->protocol & BIT(VHOST_USER_PROTOCOL_F_MQ)))
		return 0;
	return ask(vu, GET_QUEUE_NUM, NULL, &vu->nb_pairs, sizeof(vu->nb_pairs));
}

int
vhost_user_hello(struct vhost_user *vu, int fd)
{
	int ret;

	vu->fd = fd;
	vu->dead = false;
	vu->protocol = 0;
	vu->nb_pairs = 1;
	ret = ask(vu, GET_FEATURES, NULL, &vu->features, sizeof(vu->features));
	if (ret == 0 && (vu->features & BIT(VHOST_USER_F_PROTOCOL_FEATURES)))
		ret = agree_on_protocol(vu);
	return ret < 0 ? ret : tell(vu, SET_OWNER, NULL, 0, NULL, 0);
}

void
vhost_user_close(struct vhost_user *vu)
{
	if (vu->fd >= 0)
		close(vu->fd);
	vu->fd = -1;
}

int
vhost_user_set_features(struct vhost_user *vu, uint64_t features)
{
	return tell_u64(vu, SET_FEATURES,
		features | (vu->features & BIT(VHOST_USER_F_PROTOCOL_FEATURES)));
}

int
vhost_user_sync(struct vhost_user *vu)
{
	uint64_t features;

	return ask(vu, GET_FEATURES, NULL, &features, sizeof(features));
}

int
vhost_user_set_mem_table(struct vhost_user *vu, const struct vhost_user_region *regions,
	unsigned int n)
{
	struct mem_table table = { .nregions = n };
	int fds[VHOST_USER_MAX_REGIONS];
	int ret;

	if (n > VHOST_USER_MAX_REGIONS)
		return -EINVAL;
	for (unsigned int i = 0; i < n; i++) {
		table.regions[i].guest_phys_addr = regions[i].addr;
		table.regions[i].memory_size = regions[i].len;
		table.regions[i].userspace_addr = regions[i].addr;
		table.regions[i].mmap_offset = regions[i].offset;
		fds[i] = regions[i].fd;
	}
	ret = tell(vu, SET_MEM_TABLE, &table, (uint32_t)(offsetof(struct mem_table, regions) +
		n * sizeof(table.regions[0])), fds, n);
	if (ret < 0 || (vu->protocol & BIT(VHOST_USER_PROTOCOL_F_REPLY_ACK)))
		return ret;
	return vhost_user_sync(vu);
}

static int
tell_fd(struct vhost_user *vu, uint32_t request, uint32_t index, int fd)
{
	const uint64_t value = index;

	return tell(vu, request, &value, sizeof(value), &fd, 1);
}

static int
tell_state(struct vhost_user *vu, uint32_t request, uint32_t index, uint32_t num)
{
	const struct vring_state state = { index, num };

	return tell(vu, request, &state, sizeof(state), NULL, 0);
}

/* The kick is what lets a ring go, or, with protocol features, the enable. So they come last. */
int
vhost_user_set_vring(struct vhost_user *vu, const struct vhost_user_vring *vring)
{
	const struct vring_addr addr = { vring->index, 0, vring->desc, vring->used, vring->avail, 0 };
	int ret;

	ret = tell_state(vu, SET_VRING_NUM, vring->index, vring->size);
	if (ret == 0)
		ret = tell_state(vu, SET_VRING_BASE, vring->index, vring->base);
	if (ret == 0)
		ret = tell(vu, SET_VRING_ADDR, &addr, sizeof(addr), NULL, 0);
	if (ret == 0)
		ret = tell_fd(vu, SET_VRING_CALL, vring->index, vring->call_fd);
	if (ret == 0)
		ret = tell_fd(vu, SET_VRING_KICK, vring->index, vring->kick_fd);
	if (ret == 0 && (vu->features & BIT(VHOST_USER_F_PROTOCOL_FEATURES)))
		ret = tell_state(vu, SET_VRING_ENABLE, vring->index, 1);
	return ret;
}

int
vhost_user_stop_vring(struct vhost_user *vu, uint32_t index)
{
	const struct vring_state asked = { index, 0 };
	struct vring_state state;
	int ret = ask(vu, GET_VRING_BASE, &asked, &state, sizeof(state));

	if (ret < 0)
		return ret;
	return state.index == index ? 0 : fail(vu, -EPROTO);
}

int
vhost_user_set_status(struct vhost_user *vu, uint8_t status)
{
	if (!(vu->protocol & BIT(VHOST_USER_PROTOCOL_F_STATUS)))
		return vhost_user_ok(vu) ? 0 : -ENOTCONN;
	return tell_u64(vu, SET_STATUS, status);
}
