/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VIRTIO_QUEUE_H
#define TEST_VIRTIO_QUEUE_H
/* Rx and Tx queues of net_virtio and their device, as fixtures. */
#include <deque>
#include <memory>
#include <string>

#include "eal_env.h"
#include "test_frames.h"
#include "test_virtio_device.h"

constexpr uint16_t SIZE = 32;
constexpr uint16_t THRESH = 8;
constexpr unsigned int POOL_SIZE = 255;
constexpr uint16_t PORT = 7;

inline Pool
make_pool(const char *name, unsigned int n = POOL_SIZE)
{
	return Pool(plx_pktmbuf_pool_create(name, n, 0, 16, PLX_MBUF_DEFAULT_BUF_SIZE,
		SOCKET_ID_ANY));
}

/* By the rings, and as a test changes it before it makes a queue anew. */
inline virtio_queue_conf
queue_conf(uint16_t index, uint64_t features)
{
	virtio_queue_conf conf {};

	conf.dev_name = "test device";
	conf.port_id = PORT;
	conf.index = index;
	conf.size = SIZE;
	conf.free_thresh = THRESH;
	conf.features = features;
	conf.socket = SOCKET_ID_ANY;
	return conf;
}

class VirtioRx : public testing::TestWithParam<uint64_t> {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		conf = queue_conf(0, GetParam());
		make(POOL_SIZE);
	}

	void TearDown() override
	{
		unmake();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void make(unsigned int mbufs)
	{
		pool = make_pool("virtio rx", mbufs);
		ASSERT_NE(pool, nullptr);
		rxq = virtio_rxq_create(&conf, pool.get());
		ASSERT_NE(rxq, nullptr);
		rxq->vq.on_broken = [](void *arg) { ++*static_cast<unsigned int *>(arg); };
		rxq->vq.on_broken_arg = &told;
		start();
	}

	void start()
	{
		ASSERT_EQ(virtio_rxq_start(rxq), 0);
		device.reset(new RingDevice(rxq->vq));
	}

	/* No mbuf may be lost, whatever went on before. */
	void unmake()
	{
		for (plx_mbuf *m : got)
			plx_pktmbuf_free(m);
		got.clear();
		virtio_rxq_stop(rxq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		virtio_rxq_destroy(rxq);
		pool.reset();
	}

	/* Make the queue anew, with more features, and bursts that know them. */
	void remake(uint64_t features, uint64_t offloads = 0, unsigned int mbufs = POOL_SIZE)
	{
		unmake();
		conf.features = GetParam() | features;
		conf.offloads = offloads;
		full = true;
		make(mbufs);
	}

	/* One burst into @got. */
	unsigned int burst(uint16_t n = 64)
	{
		plx_mbuf *pkts[64];
		const uint16_t nb = (full ? rxq->ops->recv_pkts_full : rxq->ops->recv_pkts)(rxq,
			pkts, n);

		EXPECT_LE(nb, n);
		got.insert(got.end(), pkts, pkts + nb);
		return nb;
	}

	/* Nothing moves any more, even if the device is good from now on; a restart helps. */
	void expect_broken()
	{
		const uint64_t errors = rxq->stats.errors;

		EXPECT_TRUE(rxq->vq.broken);
		EXPECT_EQ(told, 1u);
		told = 0;
		device->use(0, 64);
		EXPECT_EQ(burst(), 0u);
		EXPECT_EQ(rxq->stats.errors, errors);
		virtio_rxq_stop(rxq);
		start();

		virtio_net_hdr hdr {};

		hdr.num_buffers = 1;
		device->receive(hdr, frame(99));
		ASSERT_EQ(burst(), 1u);
		EXPECT_EQ(data_of(got.back()), frame(99));
	}

	Pool pool;
	virtio_queue_conf conf {};
	virtio_rxq *rxq = nullptr;
	bool full = false;
	unsigned int told = 0;
	std::unique_ptr<RingDevice> device;
	std::deque<plx_mbuf *> got;

private:
	size_t heap_ = 0;
};

class VirtioTx : public testing::TestWithParam<uint64_t> {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		pool = make_pool("virtio tx");
		ASSERT_NE(pool, nullptr);
		conf = queue_conf(1, GetParam());
		make();
	}

	void make()
	{
		txq = virtio_txq_create(&conf);
		ASSERT_NE(txq, nullptr);
		txq->vq.on_broken = [](void *arg) { ++*static_cast<unsigned int *>(arg); };
		txq->vq.on_broken_arg = &told;
		start();
	}

	/* Make the queue anew, with more features, and bursts that know them. */
	void remake(uint64_t features, uint64_t offloads = 0)
	{
		virtio_txq_stop(txq);
		virtio_txq_destroy(txq);
		conf.features = GetParam() | features;
		conf.offloads = offloads;
		full = true;
		make();
	}

	void TearDown() override
	{
		virtio_txq_stop(txq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		virtio_txq_destroy(txq);
		pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void start()
	{
		virtio_txq_start(txq);
		device.reset(new RingDevice(txq->vq));
	}

	/* A packet of these segments. */
	plx_mbuf *packet(const std::vector<std::string> &segs)
	{
		plx_mbuf *head = nullptr;

		for (const std::string &s : segs) {
			plx_mbuf *m = plx_pktmbuf_alloc(pool.get());

			EXPECT_NE(m, nullptr);
			memset(m->buf_addr, 0xee, m->data_off);
			memcpy(plx_pktmbuf_append(m, uint16_t(s.size())), s.data(), s.size());
			if (head == nullptr)
				head = m;
			else
				EXPECT_EQ(plx_pktmbuf_chain(head, m), 0);
		}
		return head;
	}

	uint16_t send(plx_mbuf **pkts, uint16_t n)
	{
		return (full ? txq->ops->xmit_pkts_full : txq->ops->xmit_pkts)(txq, pkts, n);
	}

	uint16_t send(plx_mbuf *m) { return send(&m, 1); }

	/* Free descriptors, by what the device has. */
	unsigned int nb_free() const
	{
		if (!txq->vq.packed)
			return uint16_t(txq->free_tail - txq->free_head);
		return unsigned(SIZE - virtqueue_nb_outstanding(&txq->vq));
	}

	/* Let the device send all it has. */
	void complete()
	{
		while (device->available() > 0)
			device->use(device->take(), 0);
	}

	/* Make the driver look at what came back. */
	uint16_t make_it_reclaim() { return txq->ops->reclaim(txq, UINT16_MAX); }

	void expect_broken(uint64_t errors)
	{
		plx_mbuf *m = packet({ frame(0) });

		EXPECT_TRUE(txq->vq.broken);
		EXPECT_EQ(told, 1u);
		told = 0;
		EXPECT_EQ(txq->stats.errors, errors);
		EXPECT_EQ(send(m), 0);
		plx_pktmbuf_free(m);
		virtio_txq_stop(txq);
		EXPECT_EQ(plx_mempool_in_use_count(pool.get()), 0u);
		start();
		EXPECT_EQ(send(packet({ frame(98) })), 1);
		EXPECT_EQ(device->read(device->take()), std::string(12, 0) + frame(98));
	}

	Pool pool;
	virtio_queue_conf conf {};
	virtio_txq *txq = nullptr;
	bool full = false;
	unsigned int told = 0;
	std::unique_ptr<RingDevice> device;
	size_t heap_ = 0;
};

#endif
