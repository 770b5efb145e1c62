/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet sockets and their memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include "net_af_packet.h"

static int
set_option(int fd, int name, const void *value, socklen_t size)
{
	return setsockopt(fd, SOL_PACKET, name, value, size) < 0 ? -errno : 0;
}

static int
set_int(int fd, int name, int value)
{
	return set_option(fd, name, &value, sizeof(value));
}

static int
set_filter(int fd, const struct vport_filter *filter)
{
	struct sock_filter program[VPORT_FILTER_MAX];
	const struct sock_fprog fprog = { vport_filter_program(filter, program), program };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof(fprog)) < 0 ? -errno : 0;
}

int
af_packet_filter(struct af_packet_port *port, const struct vport_filter *filter)
{
	int ret = 0;

	for (unsigned int i = 0; i < port->nb_sockets && ret == 0; i++)
		ret = set_filter(port->sockets[i].fd, filter);
	return ret;
}

static int
set_options(int fd, const struct af_packet_args *args)
{
	static const struct vport_filter closed = { .closed = true };
	int ret = set_filter(fd, &closed);

	if (ret == 0)
		ret = set_int(fd, PACKET_VERSION, TPACKET_V2);
	/* A frame that can't be sent is dropped, and does not stop those behind it. */
	if (ret == 0)
		ret = set_int(fd, PACKET_LOSS, 1);
	/* A port receives what comes in: not what others send by the interface. */
	if (ret == 0)
		ret = set_int(fd, PACKET_IGNORE_OUTGOING, 1);
	if (ret == 0 && args->qdisc_bypass)
		ret = set_int(fd, PACKET_QDISC_BYPASS, 1);
	return ret;
}

/* Frames lie in blocks, and none across two. */
static void
lay_out(char **slots, const struct af_packet_args *args, char *memory)
{
	unsigned int per_block = args->blocksz / args->framesz;

	for (unsigned int i = 0; i < args->framecnt; i++)
		slots[i] = memory + (size_t)(i / per_block) * args->blocksz +
			(size_t)(i % per_block) * args->framesz;
}

static int
map_rings(struct af_packet_socket *s, const struct af_packet_args *args)
{
	const unsigned int per_block = args->blocksz / args->framesz;
	const struct tpacket_req req = {
		.tp_block_size = args->blocksz,
		.tp_block_nr = args->framecnt / per_block,
		.tp_frame_size = args->framesz,
		.tp_frame_nr = args->framecnt,
	};
	const size_t ring_size = (size_t)req.tp_block_size * req.tp_block_nr;
	int ret = set_option(s->fd, PACKET_RX_RING, &req, sizeof(req));
	void *map;

	if (ret == 0)
		ret = set_option(s->fd, PACKET_TX_RING, &req, sizeof(req));
	if (ret < 0)
		return ret;
	s->slots = calloc(2 * (size_t)args->framecnt, sizeof(*s->slots));
	if (s->slots == NULL)
		return -ENOMEM;
	map = mmap(NULL, 2 * ring_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, s->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	s->map = map;
	s->map_size = 2 * ring_size;
	lay_out(s->slots, args, s->map);
	lay_out(s->slots + args->framecnt, args, s->map + ring_size);
	return 0;
}

static int
bind_to(int fd, int ifindex)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};

	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* The first of a port makes a group, and the kernel finds a number for it; the others join. */
static int
join(int fd, int *group)
{
	uint32_t how = PACKET_FANOUT_HASH;
	socklen_t size = sizeof(how);
	int ret;

	if (*group < 0) {
		how |= PACKET_FANOUT_FLAG_UNIQUEID;
		ret = set_int(fd, PACKET_FANOUT, (int)(how << 16));
		if (ret == 0 && getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &how, &size) < 0)
			ret = -errno;
		*group = (int)(how & 0xffff);
		return ret;
	}
	return set_int(fd, PACKET_FANOUT, (int)(how << 16 | (uint32_t)*group));
}

static int
socket_open(struct af_packet_socket *s, const struct af_packet_port *port)
{
	int ret;

	s->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -errno;
	ret = set_options(s->fd, &port->args);
	if (ret == 0)
		ret = map_rings(s, &port->args);
	return ret == 0 ? bind_to(s->fd, port->netdev.index) : ret;
}

int
af_packet_open(struct af_packet_port *port, unsigned int n, unsigned int nb_rx)
{
	int ret = 0, group = -1;

	for (unsigned int i = 0; i < n && ret == 0; i++) {
		struct af_packet_socket *s = &port->sockets[i];

		port->nb_sockets++;
		ret = socket_open(s, port);
		/* One that only sends keeps its filter, and is in no group. */
		if (ret == 0 && nb_rx > 1 && i < nb_rx)
			ret = join(s->fd, &group);
		port->rxqs[i].ring = (struct af_packet_ring){ s->slots, port->args.framecnt, 0 };
		port->txqs[i].ring = (struct af_packet_ring){ s->slots != NULL ?
			s->slots + port->args.framecnt : NULL, port->args.framecnt, 0 };
		port->txqs[i].fd = s->fd;
		port->txqs[i].pending = 0;
		port->txqs[i].pending_bytes = 0;
	}
	if (ret < 0)
		af_packet_close(port);
	return ret;
}

/* Since it was asked last. */
static uint64_t
read_drops(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);

	return fd >= 0 && getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0 ?
		stats.tp_drops : 0;
}

static void
socket_close(struct af_packet_socket *s)
{
	s->missed += read_drops(s->fd);
	if (s->map != NULL)
		munmap(s->map, s->map_size);
	free(s->slots);
	if (s->fd >= 0)
		close(s->fd);
	s->map = NULL;
	s->slots = NULL;
	s->fd = -1;
}

void
af_packet_close(struct af_packet_port *port)
{
	pthread_mutex_lock(&port->missed_lock);
	while (port->nb_sockets > 0)
		socket_close(&port->sockets[--port->nb_sockets]);
	pthread_mutex_unlock(&port->missed_lock);
}

uint64_t
af_packet_missed(struct af_packet_port *port)
{
	uint64_t sum = 0;

	pthread_mutex_lock(&port->missed_lock);
	for (unsigned int i = 0; i < PLX_MAX_QUEUES_PER_PORT; i++) {
		struct af_packet_socket *s = &port->sockets[i];

		if (i < port->nb_sockets)
			s->missed += read_drops(s->fd);
		sum += s->missed;
	}
	pthread_mutex_unlock(&port->missed_lock);
	return sum;
}
