/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VIRTIO_DEVICE_H
#define TEST_VIRTIO_DEVICE_H
/* The other side of net_virtio: a network device and its transport, played by the test. */
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include "test_pool.h"
#include "test_virtio_ring_device.h"

/* A network device and how it is reached. What an honest one does is the default. */
class NetDevice {
public:
	NetDevice()
	{
		static const virtio_transport_ops ops = {
			[](virtio_transport *t) { return self(t)->reset(); },
			[](virtio_transport *t) { return self(t)->status; },
			[](virtio_transport *t, uint8_t s) { self(t)->set_status(s); },
			[](virtio_transport *t) { return self(t)->offered; },
			[](virtio_transport *t, uint64_t f) { self(t)->accepted = f; },
			[](virtio_transport *t, size_t offset, void *buf, size_t len) {
				return self(t)->read_config(offset, buf, len);
			},
			[](virtio_transport *t, uint16_t i) { return self(t)->size_of(i); },
			[](virtio_transport *t, virtqueue *vq) { return self(t)->enable(vq); },
			[](virtio_transport *t, const virtqueue *vq) { return self(t)->reset_queue(vq); },
			nullptr,
			[](const virtio_transport *t, const virtqueue *, uint64_t iova, size_t len,
				uint32_t how) {
				return self(const_cast<virtio_transport *>(t))->check(iova, len, how);
			},
		};

		static const virtio_intr_ops intr_ops = {
			[](virtio_transport *t, uint16_t n) { return self(t)->enable_intr(n); },
			[](virtio_transport *t) { return self(t)->disable_intr(); },
			[](virtio_transport *t, int (*changed)(void *), void *arg) {
				return self(t)->start_config_intr(changed, arg);
			},
			[](virtio_transport *t) { return self(t)->stop_config_intr(); },
			[](virtio_transport *t, uint16_t queue) {
				return queue < self(t)->rx_fds.size() ? self(t)->rx_fds[queue] :
					-EINVAL;
			},
		};

		impl.transport.ops = &ops;
		impl.transport.intr = &intr_ops;
		impl.transport.required = VIRTIO_BIT(VIRTIO_F_VERSION_1) |
			VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM);
		impl.transport.timeout_ms = 20;
		impl.device = this;
	}

	~NetDevice() { disable_intr(); }

	virtio_transport *transport() { return &impl.transport; }

	/* Answer the command that waits in the control queue. */
	void answer()
	{
		const uint16_t head = control->take();
		const std::vector<Piece> descs = control->chain(head);

		ASSERT_EQ(descs.size(), 2u);
		ASSERT_EQ(descs[1].flags, VIRTQ_DESC_F_WRITE);
		ASSERT_EQ(descs[1].len, 1u);
		commands.push_back(std::string(reinterpret_cast<char *>(descs[0].addr),
			descs[0].len));
		*reinterpret_cast<uint8_t *>(descs[1].addr) = ack;
		control->listen();
		control->use(head + used_id_error, 1);
		if (used_jump > 0)
			control->jump(used_jump);
	}

	/* 2.7.10.1: a buffer was used; interrupt, unless the driver does not want it. */
	void interrupt(const virtqueue &vq)
	{
		if (vq.vector == VIRTIO_NO_VECTOR || !queues[vq.index]->interrupts())
			return;
		interrupts++;
		EXPECT_EQ(eventfd_write(rx_fds[vq.vector - 1u], 1), 0);
	}

	/* What it is. */
	uint64_t offered = VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM) |
		VIRTIO_BIT(VIRTIO_NET_F_MAC) | VIRTIO_BIT(VIRTIO_NET_F_STATUS) |
		VIRTIO_BIT(VIRTIO_NET_F_CTRL_VQ) | VIRTIO_BIT(VIRTIO_NET_F_CTRL_RX) |
		VIRTIO_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR);
	uint8_t config[24] = { 0x52, 0x54, 0, 0, 0, 1, VIRTIO_NET_S_LINK_UP, 0, 1, 0, 0, 0,
		0, 0, 0, 0, 0, 40, 128, 0, 0xff, 0x01, 0, 0 };
	uint16_t sizes[3] = { 256, 128, 64 };	/* Rx, Tx, control */

	/* What it can't reach, if it was asked to check. */
	std::pair<uint64_t, uint64_t> hole {};	/* from, to */
	unsigned int checks = 0;

	/* What it does wrong. */
	int reset_error = 0;
	int config_error = 0;
	int enable_error = 0;		/* of queue number bad_queue */
	uint16_t bad_queue = 0;
	int queue_reset_error = 0;
	bool refuses_features = false;
	bool silent = false;		/* gives no answer to commands */
	unsigned int deaf = 0;		/* doorbells of the control queue that it misses */
	uint8_t ack = VIRTIO_NET_OK;
	int intr_error = 0;
	int config_intr_error = 0;
	uint32_t used_id_error = 0;
	uint16_t used_jump = 0;

	/* What was done to it. */
	uint8_t status = 0;
	uint64_t accepted = 0;
	std::vector<uint8_t> statuses;	/* in this order; 0 is a reset */
	std::vector<std::string> commands;
	std::map<uint16_t, std::unique_ptr<RingDevice>> queues;
	RingDevice *rx = nullptr, *tx = nullptr, *control = nullptr;	/* the first of each */
	std::vector<int> rx_fds;		/* of the queues' vectors */
	bool intr_enabled = false;
	int (*config_changed)(void *arg) = nullptr;
	void *config_arg = nullptr;
	unsigned int interrupts = 0;		/* of receive queues */

private:
	/* The driver knows only the first member. */
	struct Impl {
		virtio_transport transport;
		NetDevice *device;
	};

	static NetDevice *self(virtio_transport *t) { return reinterpret_cast<Impl *>(t)->device; }

	int reset()
	{
		set_status(0);
		queues.clear();
		rx = tx = control = nullptr;
		return reset_error;
	}

	void set_status(uint8_t s)
	{
		statuses.push_back(s);
		if (refuses_features)
			s &= uint8_t(~VIRTIO_STATUS_FEATURES_OK);
		status = s;
	}

	int read_config(size_t offset, void *buf, size_t len)
	{
		if (config_error != 0)
			return config_error;
		if (offset + len > sizeof(config))
			return -ENOENT;
		memcpy(buf, config + offset, len);
		return 0;
	}

	int check(uint64_t iova, size_t len, uint32_t how)
	{
		checks++;
		EXPECT_GT(len, 0u);
		EXPECT_NE(how, 0u);
		return iova < hole.second && iova + len > hole.first ? -EFAULT : 0;
	}

	/* 5.1.2: what is behind all pairs. */
	uint16_t control_index() const
	{
		const uint64_t many = VIRTIO_BIT(VIRTIO_NET_F_MQ) | VIRTIO_BIT(VIRTIO_NET_F_RSS);

		return uint16_t(2 * ((accepted & many) ? config[8] | config[9] << 8 : 1));
	}

	uint16_t size_of(uint16_t index) const
	{
		return index == control_index() ? sizes[2] : sizes[index % 2];
	}

	/* 3.1.1: queues are set up between FEATURES_OK and DRIVER_OK, but for 2.6.1. */
	int enable(virtqueue *vq)
	{
		const uint8_t set_up = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
			VIRTIO_STATUS_FEATURES_OK;

		EXPECT_TRUE(status == set_up || (accepted & VIRTIO_BIT(VIRTIO_F_RING_RESET)));
		EXPECT_EQ(queues.count(vq->index), 0u) << "it is enabled";
		if (enable_error != 0 && vq->index == bad_queue)
			return enable_error;

		RingDevice *ring = new RingDevice(*vq);

		queues[vq->index].reset(ring);
		if (vq->index == 0)
			rx = ring;
		else if (vq->index == 1)
			tx = ring;
		if (vq->index == control_index()) {
			control = ring;
			vq->notify_arg = this;
			vq->notify = [](void *arg, uint32_t) {
				NetDevice *device = static_cast<NetDevice *>(arg);

				if (device->deaf > 0)
					device->deaf--;
				else if (!device->silent)
					device->answer();
			};
		}
		return 0;
	}

	int reset_queue(const virtqueue *vq)
	{
		EXPECT_NE(accepted & VIRTIO_BIT(VIRTIO_F_RING_RESET), 0u);
		if (queue_reset_error == 0)
			queues.erase(vq->index);
		return queue_reset_error;
	}

	int enable_intr(unsigned int n)
	{
		if (intr_error != 0)
			return intr_error;
		intr_enabled = true;
		while (rx_fds.size() < n)
			rx_fds.push_back(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
		return 0;
	}

	int disable_intr()
	{
		for (int fd : rx_fds)
			close(fd);
		rx_fds.clear();
		intr_enabled = false;
		return 0;
	}

	/* 4.1.5.1.2: vectors are set up as queues are. */
	int start_config_intr(int (*changed)(void *), void *arg)
	{
		EXPECT_TRUE(intr_enabled);
		EXPECT_EQ(status, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
			VIRTIO_STATUS_FEATURES_OK);
		if (config_intr_error != 0)
			return config_intr_error;
		config_changed = changed;
		config_arg = arg;
		return 0;
	}

	int stop_config_intr()
	{
		config_changed = nullptr;
		return 0;
	}

	Impl impl {};
};

#endif
