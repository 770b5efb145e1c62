/* SPDX-License-Identifier: BSD-3-Clause */
/* Memberships of packet sockets. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "vport_member.h"

int
vport_member_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int
vport_member(int fd, const struct netdev *nd, bool add, unsigned short type,
	const struct plx_ether_addr *addr)
{
	struct packet_mreq request = { .mr_ifindex = nd->index, .mr_type = type };

	if (addr != NULL) {
		request.mr_alen = PLX_ETHER_ADDR_LEN;
		memcpy(request.mr_address, addr->addr_bytes, PLX_ETHER_ADDR_LEN);
	}
	return setsockopt(fd, SOL_PACKET, add ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP,
		&request, sizeof(request)) < 0 ? -errno : 0;
}

/* Memberships are counted by the kernel: the new ones first, then what was before goes. */
int
vport_member_mc_addrs(int fd, const struct netdev *nd, const struct plx_eth_dev *dev,
	const struct plx_ether_addr *mc_addrs, uint32_t nb_mc_addrs)
{
	uint32_t n;
	int ret = 0;

	for (n = 0; n < nb_mc_addrs && ret == 0; n++)
		ret = vport_member(fd, nd, true, PACKET_MR_MULTICAST, &mc_addrs[n]);
	if (ret < 0) {
		/* The last one is not there. What undoing says is nothing to what went wrong. */
		while (--n > 0)
			(void)vport_member(fd, nd, false, PACKET_MR_MULTICAST, &mc_addrs[n - 1]);
		return ret;
	}
	/* Right after a start those of the port are these, and there were none. */
	for (uint32_t i = 0; i < dev->nb_mc_addrs && ret == 0 && mc_addrs != dev->mc_addrs; i++)
		ret = vport_member(fd, nd, false, PACKET_MR_MULTICAST, &dev->mc_addrs[i]);
	return ret;
}
