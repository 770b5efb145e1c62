/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VPORT_FILTER_H
#define VPORT_FILTER_H
/*
 * What a port takes of an interface's frames, as a program that the kernel runs on each of them
 * (linux/filter.h): what is not wanted takes no room in queues, and a change is at once and whole.
 */
#include <stdbool.h>

#include <linux/filter.h>

#include <plx_ethdev_driver.h>

#define VPORT_MC_ADDRS 64
#define VPORT_FILTER_MAX (5 * (PLX_ETH_MAC_ADDRS_MAX + VPORT_MC_ADDRS + 2) + 4)

/* @closed: take nothing. @addrs: zero where there is none. */
struct vport_filter {
	bool closed;
	bool promiscuous;
	bool all_multicast;
	struct plx_ether_addr addrs[PLX_ETH_MAC_ADDRS_MAX];
	const struct plx_ether_addr *mc_addrs;
	uint32_t nb_mc_addrs;
};

/* As the port is set now. */
void vport_filter_init(struct vport_filter *filter, const struct plx_eth_dev *dev);
/* Return: instructions in @program, of VPORT_FILTER_MAX. */
unsigned short vport_filter_program(const struct vport_filter *filter, struct sock_filter *program);

#endif
