/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NET_TAP_H
#define NET_TAP_H
/*
 * net_tap: a port whose wire ends in the kernel's network stack, by a tap device (the kernel's
 * Documentation/networking/tuntap.rst). Each queue is a file; each read or write is a frame, behind a
 * struct virtio_net_hdr that says what is left to do in it.
 */
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/uio.h>

#include <netdev.h>
#include <netdev_watch.h>
#include <vport.h>
#include <vport_filter.h>
#include <vport_member.h>

#define TAP_VNET_LEN sizeof(struct virtio_net_hdr)
#define TAP_QUEUES 16
#define TAP_IOVECS 64		/* pieces of a packet that go as they are; more are copied */

/*
 * @mbuf: waits for the next frame, so that an empty poll costs no more than its read; NULL: none.
 * @more: what did not fit @mbuf.
 * @offloads: of the queue, PLX_ETH_RX_OFFLOAD_*.
 * @silent: the device is gone, and that was logged.
 */
struct tap_rxq {
	struct vport_rx rx;
	int fd;
	struct plx_mbuf *mbuf;
	char *more;
	uint64_t offloads;
	bool silent;
	struct plx_eth_dev *dev;
} __plx_cache_aligned;

struct tap_txq {
	struct vport_counters counters;
	int fd;
	bool silent;
	char *buf;
	const char *port_name;
	uint64_t offloads;
} __plx_cache_aligned;

struct tap_args {
	char *iface;
	char *remote;			/* NULL: none */
	struct plx_ether_addr mac;	/* zero: any */
	uint32_t persist;
};

/* What the interface @from receives leaves by another one: what was added to it for that. */
struct tap_redirect {
	int from;
	bool qdisc;
	bool filter;
};

/*
 * The interface whose traffic the port has taken over.
 * @netdev: with an fd of -1 there is none.
 * @netlink: a socket for traffic control.
 * @member_fd: what it has to receive for this port, between start and stop; else -1.
 * @gone: it is, and that was logged.
 * @flags, @mtu, @mac: what it had before.
 * @in, @out: what it receives goes to the tap device, and what the port sends goes to it.
 */
struct tap_remote {
	struct netdev netdev;
	int netlink;
	int member_fd;
	int gone;
	int flags;
	int mtu;
	struct plx_ether_addr mac;
	struct netdev_watch watch;
	struct tap_redirect in;
	struct tap_redirect out;
};

/*
 * @fds: files of the device, @nb_fds of them: one for each Rx queue, for the kernel spreads frames
 * over all that are open. The first one is open as long as the port is there.
 */
struct tap_port {
	struct vport vport;
	struct tap_args args;
	char name[IFNAMSIZ];
	struct netdev netdev;
	struct netdev_watch watch;
	struct tap_remote remote;
	int fds[TAP_QUEUES];
	unsigned int nb_fds;
	struct tap_rxq rxqs[PLX_MAX_QUEUES_PER_PORT];
	struct tap_txq txqs[PLX_MAX_QUEUES_PER_PORT];
};

extern struct plx_logtype tap_logtype;

#define TAP_RX_L4_CKSUM (PLX_ETH_RX_OFFLOAD_UDP_CKSUM | PLX_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TAP_RX_CKSUM (PLX_ETH_RX_OFFLOAD_IPV4_CKSUM | TAP_RX_L4_CKSUM)

/* tap_args.c: logs what is wrong. Return: 0 or a negative errno. */
int tap_args_parse(const struct plx_device *device, struct tap_args *args);

/* tap_cksum.c */
/* Flags of what is right and wrong in a packet, of the checksums in @offloads that it has. */
uint64_t tap_rx_cksum(const struct plx_mbuf *m, uint64_t offloads);

/* tap_filter.c: before the interface is up, and functions of struct plx_eth_dev_ops. */
int tap_filter_start(struct plx_eth_dev *dev);
int tap_promiscuous_enable(struct plx_eth_dev *dev);
int tap_promiscuous_disable(struct plx_eth_dev *dev);
int tap_allmulticast_enable(struct plx_eth_dev *dev);
int tap_allmulticast_disable(struct plx_eth_dev *dev);
int tap_mac_addr_set(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr);
int tap_mac_addr_add(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int tap_mac_addr_remove(struct plx_eth_dev *dev, const struct plx_ether_addr *mac_addr,
	uint32_t index);
int tap_set_mc_addr_list(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addr);

/* tap_redirect.c: of interfaces by their indexes. A socket for it, or a negative errno. */
int tap_redirect_open(void);
/*
 * All that @from receives shall leave by @to. What was done until it failed is in @redirect too,
 * for tap_redirect_undo(). Return: 0; -EBUSY if another filter comes first there; a negative errno.
 */
int tap_redirect(int fd, struct tap_redirect *redirect, int from, int to);
int tap_redirect_undo(int fd, struct tap_redirect *redirect);

/*
 * tap_remote.c: all do nothing without a remote interface; one that is gone is a line in the log,
 * once, and no error. Return: 0 or a negative errno.
 */
void tap_remote_init(struct tap_remote *remote);
/* Take over the interface of the arguments, for a tap device that is there. Logs what fails. */
int tap_remote_open(struct plx_eth_dev *dev);
/* Give it back as it was; also if it was taken over in part. */
void tap_remote_close(struct plx_eth_dev *dev);
int tap_remote_start(struct plx_eth_dev *dev);
void tap_remote_stop(struct plx_eth_dev *dev);
/* Is the far end of the port's wire there? */
bool tap_remote_is_running(const struct plx_eth_dev *dev);
/* As vport_member(), of a port that is started. */
int tap_remote_member(struct plx_eth_dev *dev, bool add, unsigned short type,
	const struct plx_ether_addr *addr);
int tap_remote_mc_addrs(struct plx_eth_dev *dev, const struct plx_ether_addr *mc_addrs,
	uint32_t nb_mc_addrs);
int tap_remote_set_mac(struct plx_eth_dev *dev, const struct plx_ether_addr *mac);
int tap_remote_set_mtu(struct plx_eth_dev *dev, int mtu);

/* tap_rx.c */
uint16_t tap_rx_burst(void *queue, struct plx_mbuf **rx_pkts, uint16_t nb_pkts);
/* Throw away what waits; nobody uses the queue. */
void tap_rx_flush(struct tap_rxq *rxq);

/* tap_tx.c */
uint16_t tap_tx_burst(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);
uint16_t tap_tx_prepare(void *queue, struct plx_mbuf **tx_pkts, uint16_t nb_pkts);

#endif
