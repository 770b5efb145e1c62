/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IGB_CHIP_H
#define TEST_IGB_CHIP_H
/* A PCI device for the drivers net_igb and net_igbvf, from probe to remove, whose registers the test has. */
#include <memory>

#include "eal_env.h"
#include "test_ethdev_toy.h"
#include "test_fake_bar.h"
#include "test_vfio_fake.h"

extern "C" {
#include "../../drivers/net/e1000/igb_port.h"
#include "../../drivers/net/e1000/igbvf.h"
}

class PciPort : public FakeVfio {
protected:
	void SetUp() override
	{
		FakeVfio::SetUp();
		heap_ = heap_bytes_in_use();
		irqs[VFIO_PCI_MSIX_IRQ_INDEX] = { 10, VFIO_IRQ_INFO_EVENTFD, {}, 0 };
		vfio.config.size = 4096;
		dev.device.args = "";
		dev.device.numa_node = SOCKET_ID_ANY;
		dev.id.vendor_id = IGB_PCI_VENDOR;
		ASSERT_EQ(vfio_irq_setup(&dev), 0);
	}

	void TearDown() override
	{
		if (plx_eth_dev_of(&dev.device) != nullptr) {
			EXPECT_EQ(driver->remove(&dev), 0);
		}
		EXPECT_EQ(vfio_irq_teardown(&dev), 0);
		pool.reset();
		bar.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
		FakeVfio::TearDown();
	}

	void use(const char *name, uint16_t device_id, size_t bar_size)
	{
		bar.reset();
		bar.reset(new FakeBar(bar_size));
		dev.mem_resource[0] = { bar->addr, bar_size };
		dev.id.device_id = device_id;
		for (driver = vfio_bus.drivers; driver != nullptr; driver = driver->next)
			if (strcmp(driver->driver.name, name) == 0)
				break;
		ASSERT_NE(driver, nullptr);
		dev.device.driver = &driver->driver;
	}

	int probe()
	{
		const int ret = logged([this] { return driver->probe(driver, &dev); });

		EXPECT_EQ(log_lines(), ret < 0 ? 1 : 0) << log;
		eth = plx_eth_dev_of(&dev.device);
		EXPECT_EQ(eth != nullptr, ret == 0);
		return ret;
	}

	/* Of a device that is good for a probe. */
	void expect_external_buffers_refused()
	{
		const PinnedPool pinned(63);

		ASSERT_EQ(probe(), 0);
		ASSERT_EQ(plx_eth_dev_configure(eth->port_id, 1, 1, nullptr), 0);
		EXPECT_EQ(logged([&] { return plx_eth_rx_queue_setup(eth->port_id, 0, 64, SOCKET_ID_ANY,
			nullptr, pinned.get()); }), -ENOTSUP);
		EXPECT_TRUE(log_has("external buffers"));
	}

	/* Configure, make the queues, with a pool of enough mbufs. */
	void set_up(uint16_t nb_rx = 1, uint16_t nb_tx = 1, const plx_eth_conf &conf = {})
	{
		if (pool == nullptr)
			pool.reset(plx_pktmbuf_pool_create("igb port", 4095, 0, 0,
				PLX_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
		ASSERT_EQ(plx_eth_dev_configure(eth->port_id, nb_rx, nb_tx, &conf), 0);
		for (uint16_t i = 0; i < nb_rx; i++)
			ASSERT_EQ(plx_eth_rx_queue_setup(eth->port_id, i, 64, SOCKET_ID_ANY, nullptr,
				pool.get()), 0);
		for (uint16_t i = 0; i < nb_tx; i++)
			ASSERT_EQ(plx_eth_tx_queue_setup(eth->port_id, i, 64, SOCKET_ID_ANY, nullptr), 0);
	}

	int start()
	{
		return logged([this] { return plx_eth_dev_start(eth->port_id); });
	}

	int stop()
	{
		return logged([this] { return plx_eth_dev_stop(eth->port_id); });
	}

	size_t mbufs() { return plx_mempool_in_use_count(pool.get()); }

	std::unique_ptr<FakeBar> bar;
	plx_pci_driver *driver = nullptr;
	plx_eth_dev *eth = nullptr;
	Pool pool;

private:
	size_t heap_ = 0;
};

#endif
