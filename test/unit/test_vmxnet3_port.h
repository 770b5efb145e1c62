/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VMXNET3_PORT_H
#define TEST_VMXNET3_PORT_H
/* A port of net_vmxnet3 whose device is the test. */
#include <cstdlib>
#include <map>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

#include "eal_env.h"
#include "test_vmxnet3_device.h"

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
}
#include "../../drivers/net/vmxnet3/vmxnet3_hw.h"

constexpr uint16_t DESC = 64;
constexpr uint32_t OK = 0, GONE = UINT32_MAX;

/* The function: registers are memory, configuration space is a file, commands are answered here. */
class NicDevice {
public:
	NicDevice()
	{
		fd_ = memfd_create("config space", 0);
		EXPECT_GE(fd_, 0);
		EXPECT_EQ(ftruncate(fd_, 256), 0);
		vfio_.name = "0000:01:00.0";
		vfio_.fd = fd_;
		vfio_.config.size = 256;
		pci.device.name = vfio_.name;
		pci.device.args = "";
		pci.device.numa_node = SOCKET_ID_ANY;
		pci.id.vendor_id = VMXNET3_PCI_VENDOR;
		pci.id.device_id = VMXNET3_PCI_DEVICE;
		pci.vfio = &vfio_;
		for (int i = 0; i < 2; i++)
			pci.mem_resource[i] = { bar(i).bytes, VMXNET3_BAR_SIZE };
		control.set(VMXNET3_VRRS, 1);
		control.set(VMXNET3_UVRS, 1);
		self() = this;
	}
	~NicDevice()
	{
		self() = nullptr;
		close(fd_);
	}

	DataBar &bar(int i) { return i == VMXNET3_BAR_DATA ? data : control; }

	static uint32_t command(vmxnet3_hw *, uint32_t cmd) { return self()->answer(cmd); }

	const vmxnet3_shared *shared() const
	{
		return reinterpret_cast<const vmxnet3_shared *>(uintptr_t(control.get(VMXNET3_DSAL)) |
			uintptr_t(control.get(VMXNET3_DSAH)) << 32);
	}
	vmxnet3_shared *shared_rw() { return const_cast<vmxnet3_shared *>(shared()); }
	vmxnet3_tx_desc *tx_desc(unsigned int i) const
	{
		return reinterpret_cast<vmxnet3_tx_desc *>(uintptr_t(shared()->queue_descs)) + i;
	}
	vmxnet3_rx_desc *rx_desc(unsigned int i) const
	{
		return reinterpret_cast<vmxnet3_rx_desc *>(tx_desc(shared()->nb_txq)) + i;
	}
	unsigned int count(uint32_t cmd) const
	{
		const auto found = commands.find(cmd);

		return found == commands.end() ? 0 : found->second;
	}

	DataBar data, control;
	plx_pci_device pci {};
	std::map<uint32_t, unsigned int> commands;	/* how often */
	std::map<uint32_t, uint32_t> answers;		/* in place of the right one */
	bool active = false;
	uint32_t link = 10000u << 16 | VMXNET3_LINK_UP;
	std::vector<uint8_t> multicast;			/* as the device last read it */
	uint64_t count_by = 0;				/* what GET_STATS adds to each counter */

private:
	static NicDevice *&self()
	{
		static NicDevice *device;

		return device;
	}

	uint32_t answer(uint32_t cmd)
	{
		commands[cmd]++;

		const auto other = answers.find(cmd);

		if (other != answers.end())
			return other->second;
		switch (cmd) {
		case VMXNET3_CMD_ACTIVATE_DEV:
			EXPECT_EQ(shared()->magic, VMXNET3_MAGIC);
			EXPECT_EQ(shared()->features & ~UINT64_C(7), 0u);
			active = true;
			return OK;
		case VMXNET3_CMD_QUIESCE_DEV:
		case VMXNET3_CMD_RESET_DEV:
			active = false;
			return OK;
		case VMXNET3_CMD_UPDATE_MAC_FILTERS: {
			const uint8_t *table = reinterpret_cast<const uint8_t *>(uintptr_t(shared()->mc_table));

			multicast.assign(table, table + shared()->mc_table_len);
			return OK;
		}
		case VMXNET3_CMD_GET_STATS:
			for (unsigned int c = 0; c < VMXNET3_NB_STATS; c++) {
				for (unsigned int i = 0; i < shared()->nb_txq; i++)
					tx_desc(i)->stats[c] += count_by;
				for (unsigned int i = 0; i < shared()->nb_rxq; i++)
					rx_desc(i)->stats[c] += count_by;
			}
			return OK;
		case VMXNET3_CMD_GET_LINK:
			return link;
		case VMXNET3_CMD_GET_PERM_MAC_LO:
			return 0x00005452;
		case VMXNET3_CMD_GET_PERM_MAC_HI:
			return 0x0100;
		default:
			return OK;
		}
	}

	plx_vfio_device vfio_ {};
	int fd_ = -1;
};

class Vmxnet3Port : public testing::Test {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		pool.reset(plx_pktmbuf_pool_create("vmxnet3 port", 2047, 0, 0, PLX_MBUF_DEFAULT_BUF_SIZE,
			SOCKET_ID_ANY));
		ASSERT_NE(pool, nullptr);
	}

	void TearDown() override
	{
		if (port != PLX_MAX_ETHPORTS) {
			EXPECT_EQ(plx_eth_dev_close(port), 0);
		}
		EXPECT_FALSE(device.active);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	/* As the bus's probe does it. */
	int probe(uint32_t (*command)(vmxnet3_hw *, uint32_t) = NicDevice::command)
	{
		dev = plx_eth_dev_create(&device.pci.device, "test device", sizeof(vmxnet3_hw));
		if (dev == nullptr)
			return -errno;

		vmxnet3_hw *hw = vmxnet3_hw_of(dev);

		hw->pci = &device.pci;
		hw->command = command;

		const int ret = vmxnet3_port_init(dev);

		if (ret < 0) {
			plx_eth_dev_release_port(dev);
			return ret;
		}
		plx_eth_dev_probing_finish(dev);
		port = dev->port_id;
		return 0;
	}

	/* probe() fails with that errno and one line. */
	void expect_no_port(int err, const char *words,
		uint32_t (*command)(vmxnet3_hw *, uint32_t) = NicDevice::command)
	{
		testing::internal::CaptureStderr();
		EXPECT_EQ(probe(command), err);

		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find(words), log.npos) << log;
	}

	void set_up(uint16_t nb_rx = 1, uint16_t nb_tx = 1, const plx_eth_conf &conf = {})
	{
		ASSERT_EQ(plx_eth_dev_configure(port, nb_rx, nb_tx, &conf), 0);
		for (uint16_t i = 0; i < nb_rx; i++)
			ASSERT_EQ(plx_eth_rx_queue_setup(port, i, DESC, SOCKET_ID_ANY, nullptr, pool.get()), 0);
		for (uint16_t i = 0; i < nb_tx; i++)
			ASSERT_EQ(plx_eth_tx_queue_setup(port, i, DESC, SOCKET_ID_ANY, nullptr), 0);
	}

	void run(uint16_t nb_rx = 1, uint16_t nb_tx = 1, const plx_eth_conf &conf = {})
	{
		ASSERT_EQ(probe(), 0);
		ASSERT_NO_FATAL_FAILURE(set_up(nb_rx, nb_tx, conf));
		ASSERT_EQ(plx_eth_dev_start(port), 0);
	}

	vmxnet3_rxq *rxq(unsigned int i = 0) { return static_cast<vmxnet3_rxq *>(dev->rx_queues[i]); }
	vmxnet3_txq *txq(unsigned int i = 0) { return static_cast<vmxnet3_txq *>(dev->tx_queues[i]); }

	plx_eth_stats stats() const
	{
		plx_eth_stats s {};

		EXPECT_EQ(plx_eth_stats_get(port, &s), 0);
		return s;
	}

	NicDevice device;
	Pool pool;
	plx_eth_dev *dev = nullptr;
	uint16_t port = PLX_MAX_ETHPORTS;

private:
	size_t heap_ = 0;
};

#endif
