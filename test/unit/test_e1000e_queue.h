/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_E1000E_QUEUE_H
#define TEST_E1000E_QUEUE_H
/* Queues of net_e1000e on ring memory where the test is the device; their tail registers are plain memory. */
#include <cstring>
#include <memory>
#include <vector>

#include "test_mbuf.h"

extern "C" {
#include "../../drivers/net/e1000/e1000e_rxtx.h"
}

const uint16_t PORT = 0;

/* A port whose events are counted, and a pool of which nothing may be missing in the end. */
class E1000eQueue : public testing::Test {
protected:
	void SetUp() override
	{
		device.name = "0000:01:00.0";
		device.numa_node = SOCKET_ID_ANY;
		dev = plx_eth_dev_create(&device, device.name, 64);
		ASSERT_NE(dev, nullptr);
		dev->nb_rx_queues = dev->nb_tx_queues = 1;
		plx_eth_dev_probing_finish(dev);
		ASSERT_EQ(plx_eth_dev_callback_register(dev->port_id, PLX_ETH_EVENT_INTR_RESET,
			[](uint16_t, plx_eth_event_type, void *n, void *) { return ++*static_cast<int *>(n), 0; },
			&resets), 0);
		mp = make_pool("e1000e", 0, room);
		ASSERT_TRUE(mp);
	}

	void TearDown() override
	{
		expect_all_back(mp);
		plx_eth_dev_release_port(dev);
	}

	plx_device device {};
	plx_eth_dev *dev = nullptr;
	Pool mp;
	uint16_t room = PLX_MBUF_DEFAULT_BUF_SIZE;
	uint32_t tail = 0xdeadbeef;
	int resets = 0;
};

/* What the device does with an Rx ring. */
class RxDevice {
public:
	explicit RxDevice(e1000e_rxq *rxq) : rxq(rxq) {}

	uint64_t addr(uint16_t i) const { return rxq->ring[i].read.addr; }
	/* Write into the next descriptor that it has, or any, whether it has it or not. */
	void write(uint32_t status, uint16_t len, uint16_t vlan = 0, uint32_t rss = 0, uint32_t mrq = 0)
	{
		e1000e_rx_desc *d = &rxq->ring[next];

		next = uint16_t((next + 1) % rxq->size);
		d->wb.mrq = mrq;
		d->wb.rss = rss;
		__atomic_store_n(&d->wb.status, uint64_t(vlan) << 48 | uint64_t(len) << 32 | status,
			__ATOMIC_RELEASE);
	}
	/* A packet of these bytes, in as many buffers as it takes. */
	void packet(const std::vector<uint8_t> &data, uint32_t flags = 0, uint16_t vlan = 0)
	{
		size_t at = 0;

		do {
			const size_t n = std::min(data.size() - at, size_t(rxq->buf_len));
			const bool end = at + n == data.size();

			memcpy(reinterpret_cast<void *>(addr(next)), &data[at], n);
			at += n;
			write(E1000E_RXD_DD | (end ? E1000E_RXD_EOP | flags : 0), uint16_t(n), end ? vlan : 0);
		} while (at < data.size());
	}

	e1000e_rxq *rxq;
	uint16_t next = 0;
};

inline std::vector<uint8_t>
bytes(size_t n, uint8_t first = 1)
{
	std::vector<uint8_t> v(n);

	for (size_t i = 0; i < n; i++)
		v[i] = uint8_t(first + i);
	return v;
}

inline std::vector<uint8_t>
data_of(const plx_mbuf *m)
{
	std::vector<uint8_t> v;

	for (; m != nullptr; m = m->next) {
		const uint8_t *p = plx_pktmbuf_mtod(m, const uint8_t *);

		v.insert(v.end(), p, p + m->data_len);
	}
	return v;
}

#endif
