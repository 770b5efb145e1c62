/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VIRTIO_PORT_H
#define TEST_VIRTIO_PORT_H
/* A port of net_virtio whose device is the test; when it is closed nothing may be left. */
#include "eal_env.h"
#include "test_virtio_device.h"

constexpr uint16_t DESC = 64;

class VirtioPort : public testing::TestWithParam<uint64_t> {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		device.offered |= GetParam();
		pool.reset(plx_pktmbuf_pool_create("virtio port", 511, 0, 0,
			PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
		probe();
	}

	void TearDown() override
	{
		EXPECT_EQ(plx_eth_dev_close(port), 0);
		EXPECT_EQ(device.status, 0);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	/* As the probe of a transport does it. */
	void probe()
	{
		static plx_device bus_device;

		bus_device.name = "test device";
		bus_device.args = "";
		bus_device.numa_node = SOCKET_ID_ANY;

		plx_eth_dev *dev = plx_eth_dev_create(&bus_device, "test device", sizeof(virtio_hw));

		ASSERT_NE(dev, nullptr);

		virtio_hw *hw = static_cast<virtio_hw *>(dev->dev_private);

		hw->transport = device.transport();
		hw->dev_name = bus_device.name;
		ASSERT_EQ(virtio_hw_init(hw), 0);
		ASSERT_EQ(virtio_port_init(dev), 0);
		plx_eth_dev_probing_finish(dev);
		port = dev->port_id;
	}

	void set_up()
	{
		ASSERT_EQ(plx_eth_dev_configure(port, 1, 1, nullptr), 0);
		ASSERT_EQ(plx_eth_rx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr,
			pool.get()), 0);
		ASSERT_EQ(plx_eth_tx_queue_setup(port, 0, DESC, SOCKET_ID_ANY, nullptr), 0);
	}

	void run()
	{
		set_up();
		ASSERT_EQ(plx_eth_dev_start(port), 0);
	}

	/* One packet in, and out again. */
	void forward(const std::string &packet)
	{
		plx_mbuf *m;

		device.rx->receive(packet);
		ASSERT_EQ(plx_eth_rx_burst(port, 0, &m, 1), 1);
		ASSERT_EQ(m->port, port);
		ASSERT_EQ(plx_eth_tx_burst(port, 0, &m, 1), 1);

		const uint16_t id = device.tx->take();

		EXPECT_EQ(device.tx->read(id), std::string(12, 0) + packet);
		device.tx->use(id, 0);
	}

	plx_eth_link link() const
	{
		plx_eth_link l {};

		EXPECT_EQ(plx_eth_link_get_nowait(port, &l), 0);
		return l;
	}

	plx_eth_stats stats() const
	{
		plx_eth_stats s {};

		EXPECT_EQ(plx_eth_stats_get(port, &s), 0);
		return s;
	}

	NetDevice device;
	Pool pool;
	uint16_t port = PLX_MAX_ETHPORTS;

private:
	size_t heap_ = 0;
};

#endif
