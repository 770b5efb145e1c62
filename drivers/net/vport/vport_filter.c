/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters by destination address. */
#include <string.h>

#include "vport_filter.h"

#define TAKE_ALL UINT32_MAX

void
vport_filter_init(struct vport_filter *filter, const struct plx_eth_dev *dev)
{
	*filter = (struct vport_filter){
		.promiscuous = dev->promiscuous,
		.all_multicast = dev->all_multicast,
		.mc_addrs = dev->mc_addrs,
		.nb_mc_addrs = dev->nb_mc_addrs,
	};
	memcpy(filter->addrs, dev->mac_addrs, sizeof(filter->addrs));
	filter->addrs[0] = dev->mac_addr;
}

static struct sock_filter *
add_return(struct sock_filter *at, uint32_t bytes)
{
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, bytes);
	return at;
}

/* Take frames to @addr. Jumps do not leave the five. */
static struct sock_filter *
add_address(struct sock_filter *at, const struct plx_ether_addr *addr)
{
	const uint8_t *b = addr->addr_bytes;
	const uint32_t high = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	const uint32_t low = (uint32_t)b[4] << 8 | b[5];

	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 0, 3);
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, low, 0, 1);
	return add_return(at, TAKE_ALL);
}

static struct sock_filter *
add_all_multicast(struct sock_filter *at)
{
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PLX_ETHER_GROUP_ADDR, 0, 1);
	return add_return(at, TAKE_ALL);
}

unsigned short
vport_filter_program(const struct vport_filter *filter, struct sock_filter *program)
{
	static const struct plx_ether_addr broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	struct sock_filter *at = program;

	if (filter->closed || filter->promiscuous)
		return (unsigned short)(add_return(at, filter->closed ? 0 : TAKE_ALL) - program);
	for (unsigned int i = 0; i < PLX_DIM(filter->addrs); i++)
		if (!plx_is_zero_ether_addr(&filter->addrs[i]))
			at = add_address(at, &filter->addrs[i]);
	at = add_address(at, &broadcast);
	if (filter->all_multicast)
		at = add_all_multicast(at);
	for (uint32_t i = 0; i < filter->nb_mc_addrs; i++)
		at = add_address(at, &filter->mc_addrs[i]);
	return (unsigned short)(add_return(at, 0) - program);
}
