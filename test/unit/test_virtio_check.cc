/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of net_virtio that ask the transport about the addresses of what is theirs. */
#include "test_virtio_queue.h"

namespace {

class VirtioRxCheck : public VirtioRx {
protected:
	NetDevice net;
};

TEST_P(VirtioRxCheck, RingsAreAskedFor)
{
	EXPECT_EQ(virtqueue_set_checker(&rxq->vq, net.transport()), 0);
	EXPECT_EQ(net.checks, 0u) << "off is off";
	net.transport()->check = true;
	EXPECT_EQ(virtqueue_set_checker(&rxq->vq, net.transport()), 0);
	EXPECT_EQ(net.checks, 1u);
	net.hole = { uintptr_t(rxq->vq.device_area), uintptr_t(rxq->vq.device_area) + 1 };
	EXPECT_EQ(virtqueue_set_checker(&rxq->vq, net.transport()), -EFAULT);
}

class VirtioTxCheck : public VirtioTx {
protected:
	NetDevice net;
};

TEST_P(VirtioTxCheck, HeadersAndTablesAreAskedFor)
{
	remake(VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC));
	net.transport()->check = true;
	ASSERT_EQ(virtqueue_set_checker(&txq->vq, net.transport()), 0);
	EXPECT_EQ(virtio_txq_check(txq), 0);
	EXPECT_EQ(net.checks, 3u);
	for (const char *part : { txq->hdrs, txq->tables }) {
		net.hole = { uintptr_t(part), uintptr_t(part) + 1 };
		EXPECT_EQ(virtio_txq_check(txq), -EFAULT);
	}
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioRxCheck, all_rings(), ring_name);
INSTANTIATE_TEST_SUITE_P(Rings, VirtioTxCheck, all_rings(), ring_name);

} // namespace
