/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_NET_H
#define VIRTIO_NET_H
/**
 * DOC: The network device over any transport.
 */
#include <plx_ethdev_driver.h>

#include "virtio_rxtx.h"
#include "virtio_transport.h"

PLX_BEGIN_DECLS

/** VIRTIO_L2_OVERHEAD - bytes by which a frame is longer than the MTU: header and a VLAN tag. */
#define VIRTIO_L2_OVERHEAD (PLX_ETHER_HDR_LEN + PLX_VLAN_HLEN)
/** VIRTIO_MTU_MAX - largest MTU: the frame and its header fill the 16-bit length of an mbuf. */
#define VIRTIO_MTU_MAX (UINT16_MAX - VIRTIO_L2_OVERHEAD - VIRTIO_NET_HDR_SIZE)

/** VIRTIO_CQ_MIN - fewest descriptors of a control queue. */
#define VIRTIO_CQ_MIN 2
/** VIRTIO_CQ_DATA_MAX - bytes of data that a command may have. */
#define VIRTIO_CQ_DATA_MAX 16

struct virtio_cq;

/**
 * struct virtio_hw - a network device; the start of what a transport's probe has as dev_private.
 * @transport: how to reach it.
 * @dev_name: for messages; the bus's storage.
 * @features: agreed by virtio_hw_init().
 * @rx_size: most descriptors of the receive queue.
 * @tx_size: most descriptors of the transmit queue.
 * @cq_size: descriptors of the control queue; 0 if there is none.
 * @max_mtu: bytes.
 * @mac: its address after a reset.
 * @cq: the control queue; NULL if there is none.
 * @started: between dev_start and dev_stop.
 * @intr_started: changes of the configuration are told of.
 * @gave_up: that the device wants to be reset was logged.
 * @rx_gone: what released Rx queues had counted.
 * @tx_gone: what released Tx queues had counted.
 * @stats_base: what was counted when the statistics were reset.
 */
struct virtio_hw {
	struct virtio_transport *transport;
	const char *dev_name;
	uint64_t features;
	uint16_t rx_size;
	uint16_t tx_size;
	uint16_t cq_size;
	uint16_t max_mtu;
	struct plx_ether_addr mac;
	struct virtio_cq *cq;
	bool started;
	bool intr_started;
	bool gave_up;
	struct virtio_queue_stats rx_gone;
	struct virtio_queue_stats tx_gone;
	struct plx_eth_stats stats_base;
};

/** virtio_has() - was feature bit @f agreed on? */
static inline bool
virtio_has(const struct virtio_hw *hw, unsigned int f)
{
	return (hw->features & VIRTIO_BIT(f)) != 0;
}

/**
 * virtio_hw_init() - agree on features and learn what the device is; it is in reset afterwards.
 * @hw: zeroed, with transport and dev_name.
 *
 * Return: 0, with all the above filled in but @cq; or a negative errno, logged: -ENOTSUP if the
 * device lacks a feature that we need, -EPROTO if it breaks the protocol.
 */
int virtio_hw_init(struct virtio_hw *hw);
/**
 * virtio_hw_reinit() - from reset up to the point where queues are set up.
 * Return: 0; -EPROTO if it does not accept the features of before; the errno of a failed reset.
 */
int virtio_hw_reinit(struct virtio_hw *hw);
/** virtio_hw_ready() - all queues are enabled: let the device run. */
void virtio_hw_ready(struct virtio_hw *hw);

/**
 * virtio_port_init() - make a port of a device.
 * @dev: made by the transport's probe, dev_private starting with a struct virtio_hw that went
 *	through virtio_hw_init().
 *
 * Return: 0; -ENOMEM.
 */
int virtio_port_init(struct plx_eth_dev *dev);

/**
 * virtio_intr_configure() - the port has new queues and a new conf.intr_conf; it is stopped.
 * Return: 0; -ENOTSUP; the bus's errno.
 */
int virtio_intr_configure(struct plx_eth_dev *dev);
/** virtio_intr_start() - before the queues are enabled. Return: 0; the transport's errno. */
int virtio_intr_start(struct plx_eth_dev *dev);
/** virtio_intr_stop() - no event is raised any more. Return: 0; the transport's errno. */
int virtio_intr_stop(struct plx_eth_dev *dev);
/** virtio_rx_queue_intr_enable() - the driver's rx_queue_intr_enable. */
int virtio_rx_queue_intr_enable(struct plx_eth_dev *dev, uint16_t queue_id);
/** virtio_rx_queue_intr_disable() - the driver's rx_queue_intr_disable. */
int virtio_rx_queue_intr_disable(struct plx_eth_dev *dev, uint16_t queue_id);
/** virtio_rx_queue_intr_fd() - the driver's rx_queue_intr_fd. */
int virtio_rx_queue_intr_fd(struct plx_eth_dev *dev, uint16_t queue_id);

/**
 * virtio_cq_create() - make the control queue.
 * @dev_name: of the device; must outlive the queue.
 * @index: number of the virtqueue.
 * @size: descriptors, a power of two, at least VIRTIO_CQ_MIN.
 * @timeout_ms: how long the device may take to answer a command.
 * @socket: NUMA node, or SOCKET_ID_ANY.
 * Return: the queue, or NULL for lack of memory.
 */
struct virtio_cq *virtio_cq_create(const char *dev_name, uint16_t index, uint16_t size,
	unsigned int timeout_ms, int socket);
/** virtio_cq_start() - make it as new, before it is enabled. Return: its virtqueue. */
struct virtqueue *virtio_cq_start(struct virtio_cq *cq);
/** virtio_cq_destroy() - free it; the device is in reset. NULL is fine. */
void virtio_cq_destroy(struct virtio_cq *cq);
/**
 * virtio_cq_command() - send a command to the device and wait for its answer.
 * @cls: class of the command.
 * @command: in that class.
 * @data: of @len bytes, at most VIRTIO_CQ_DATA_MAX.
 *
 * Return: 0; -EINVAL if @len is too large; -EFAULT if addresses are checked and the device can't
 * reach the command, which it does not get then; -EIO if the device refused; -ETIMEDOUT if it did not
 * answer and -EPROTO if it broke the protocol: the queue is broken then, until the next start.
 */
int virtio_cq_command(struct virtio_cq *cq, uint8_t cls, uint8_t command, const void *data,
	size_t len);

PLX_END_DECLS
#endif
