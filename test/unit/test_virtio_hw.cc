/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio: initialization of the device, and its control queue. */
#include <algorithm>

#include "eal_env.h"
#include "test_virtio_device.h"

namespace {

class VirtioHw : public testing::Test {
protected:
	VirtioHw()
	{
		hw.transport = device.transport();
		hw.dev_name = "test device";
	}

	/* What virtio_hw_init() returns, with its one line of log in @log. */
	int init()
	{
		testing::internal::CaptureStderr();

		const int ret = virtio_hw_init(&hw);

		log = testing::internal::GetCapturedStderr();
		return ret;
	}

	void expect_refused(int error, const std::vector<std::string> &words)
	{
		EXPECT_EQ(init(), error);
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
		EXPECT_NE(log.find("test device"), log.npos) << log;
		for (const std::string &word : words)
			EXPECT_NE(log.find(word), log.npos) << log;
		EXPECT_EQ(device.status, 0) << "it is left in reset";
	}

	NetDevice device;
	virtio_hw hw {};
	std::string log;
};

TEST_F(VirtioHw, LearnsWhatTheDeviceIs)
{
	device.sizes[0] = 300;
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(log, "");
	EXPECT_EQ(hw.features, device.offered);
	EXPECT_EQ(device.accepted, device.offered);
	EXPECT_EQ(hw.rx_size, 256) << "a power of two";
	EXPECT_EQ(hw.tx_size, 128);
	EXPECT_EQ(hw.cq_size, 64);
	EXPECT_EQ(hw.max_mtu, VIRTIO_MTU_MAX);
	EXPECT_EQ(memcmp(&hw.mac, device.config, 6), 0);
}

TEST_F(VirtioHw, InTheOrderOfTheSpecification)
{
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(device.statuses, (std::vector<uint8_t> { 0, 1, 1 | 2, 1 | 2 | 8, 0 }));
}

TEST_F(VirtioHw, TakesNoFeatureThatItDoesNotKnow)
{
	uint64_t known = device.offered | VIRTIO_BIT(VIRTIO_F_ORDER_PLATFORM) | EVENT_IDX | PACKED;

	for (unsigned int f : { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_MTU,
			VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_HOST_TSO4,
			VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_CTRL_VLAN,
			VIRTIO_NET_F_MQ, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_NOTIFICATION_DATA,
			VIRTIO_F_RING_RESET, VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_RSS })
		known |= VIRTIO_BIT(f);

	device.config[10] = 0xdc;
	device.config[11] = 0x05;
	device.offered = UINT64_MAX;
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(device.accepted, known);
}

TEST_F(VirtioHw, LegacyDevice)
{
	device.offered &= UINT32_MAX;
	expect_refused(-ENOTSUP, { "VERSION_1", "disable-legacy=on" });
}

TEST_F(VirtioHw, DmaThatBypassesTheIommu)
{
	device.offered &= ~VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM);
	expect_refused(-ENOTSUP, { "ACCESS_PLATFORM", "iommu_platform=on" });

	/* Where there is no IOMMU on the way, it is as good without. */
	device.transport()->required = VIRTIO_BIT(VIRTIO_F_VERSION_1);
	EXPECT_EQ(init(), 0);
}

TEST_F(VirtioHw, FeaturesAreRefused)
{
	device.refuses_features = true;
	expect_refused(-EPROTO, { "features" });
	EXPECT_EQ(device.statuses[device.statuses.size() - 2] & VIRTIO_STATUS_FAILED,
		VIRTIO_STATUS_FAILED);
}

TEST_F(VirtioHw, ResetNeverEnds)
{
	device.reset_error = -ETIMEDOUT;
	expect_refused(-ETIMEDOUT, { "reset", "ETIMEDOUT" });
}

TEST_F(VirtioHw, ConfigurationCannotBeRead)
{
	device.config_error = -EIO;
	expect_refused(-EIO, { "configuration", "EIO" });
}

TEST_F(VirtioHw, QueuesTooSmall)
{
	for (int i = 0; i < 3; i++)
		for (uint16_t size : { 0, 1 }) {
			const uint16_t good = device.sizes[i];

			device.sizes[i] = size;
			expect_refused(-EPROTO, { "descriptors" });
			device.sizes[i] = good;
		}
	device.sizes[1] = VIRTIO_QUEUE_MIN - 1;
	expect_refused(-EPROTO, { "descriptors" });
}

TEST_F(VirtioHw, ControlFeaturesNeedTheControlQueue)
{
	device.offered &= ~VIRTIO_BIT(VIRTIO_NET_F_CTRL_VQ);
	device.sizes[2] = 0;
	EXPECT_EQ(init(), 0);
	EXPECT_FALSE(virtio_has(&hw, VIRTIO_NET_F_CTRL_RX));
	EXPECT_FALSE(virtio_has(&hw, VIRTIO_NET_F_CTRL_MAC_ADDR));
	EXPECT_EQ(hw.cq_size, 0);
}

TEST_F(VirtioHw, Mtu)
{
	device.offered |= VIRTIO_BIT(VIRTIO_NET_F_MTU);
	for (uint16_t mtu : { 68, 1400, 9000 }) {
		memcpy(device.config + 10, &mtu, sizeof(mtu));
		EXPECT_EQ(init(), 0);
		EXPECT_EQ(hw.max_mtu, mtu);
		EXPECT_TRUE(virtio_has(&hw, VIRTIO_NET_F_MTU));
	}

	const uint16_t nonsense = 67;

	memcpy(device.config + 10, &nonsense, sizeof(nonsense));
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(hw.max_mtu, VIRTIO_MTU_MAX);
	EXPECT_FALSE(virtio_has(&hw, VIRTIO_NET_F_MTU));
}

TEST_F(VirtioHw, MakesUpAnAddress)
{
	device.offered &= ~VIRTIO_BIT(VIRTIO_NET_F_MAC);
	EXPECT_EQ(init(), 0);
	EXPECT_TRUE(plx_is_valid_assigned_ether_addr(&hw.mac));
	EXPECT_TRUE(plx_is_local_admin_ether_addr(&hw.mac));
}

/* 5.1.3.1: what depends on a feature that is not there is not taken. */
TEST_F(VirtioHw, DependentFeatures)
{
	const uint64_t base = device.offered;

	device.offered = base | VIRTIO_BIT(VIRTIO_NET_F_HOST_TSO4) |
		VIRTIO_BIT(VIRTIO_NET_F_GUEST_TSO6) | VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT);
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(device.accepted, base);
	device.offered = (base | VIRTIO_BIT(VIRTIO_NET_F_MQ) | VIRTIO_BIT(VIRTIO_NET_F_RSS) |
		VIRTIO_BIT(VIRTIO_NET_F_CTRL_VLAN)) & ~VIRTIO_BIT(VIRTIO_NET_F_CTRL_VQ);
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(hw.max_pairs, 1);
	EXPECT_EQ(device.accepted & ~base, 0u);
}

TEST_F(VirtioHw, Pairs)
{
	device.offered |= VIRTIO_BIT(VIRTIO_NET_F_MQ);
	for (uint16_t pairs : { 1, 4, 0x8000 }) {
		memcpy(device.config + VIRTIO_NET_CONFIG_MAX_PAIRS, &pairs, sizeof(pairs));
		EXPECT_EQ(init(), 0);
		EXPECT_EQ(hw.max_pairs, std::min<uint16_t>(pairs, PLX_MAX_QUEUES_PER_PORT));
		EXPECT_EQ(virtio_cq_index(&hw), uint16_t(2 * pairs));
	}
	for (uint16_t pairs : { 0, 0x8001, 0xffff }) {
		memcpy(device.config + VIRTIO_NET_CONFIG_MAX_PAIRS, &pairs, sizeof(pairs));
		hw = {};
		hw.transport = device.transport();
		hw.dev_name = "test device";
		testing::internal::CaptureStderr();
		EXPECT_EQ(virtio_hw_init(&hw), 0) << testing::internal::GetCapturedStderr();
		testing::internal::GetCapturedStderr();
		EXPECT_EQ(hw.max_pairs, 1) << "nonsense";
		EXPECT_FALSE(virtio_supports(&hw, VIRTIO_NET_F_MQ));
	}
}

TEST_F(VirtioHw, RssThatIsTooSmallIsNone)
{
	device.offered |= VIRTIO_BIT(VIRTIO_NET_F_RSS) | VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT);
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(hw.reta_size, 128);
	EXPECT_EQ(hw.hash_types, 0x1ffu);
	device.config[VIRTIO_NET_CONFIG_RSS_KEY] = 39;
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(hw.reta_size, 0);
	EXPECT_FALSE(virtio_supports(&hw, VIRTIO_NET_F_RSS));
	EXPECT_FALSE(virtio_supports(&hw, VIRTIO_NET_F_HASH_REPORT));
	device.config[VIRTIO_NET_CONFIG_RSS_KEY] = 40;
	device.config[VIRTIO_NET_CONFIG_RSS_TABLE] = 64;
	EXPECT_EQ(init(), 0);
	EXPECT_EQ(hw.reta_size, 0);
}

/* Each feature costs something: a port without offloads takes none that are for them. */
TEST(VirtioFeatures, OnlyWhatTheConfigurationWants)
{
	const uint64_t all = virtio_features_known(UINT64_MAX);
	const plx_eth_conf none {};
	const uint64_t plain = virtio_features_for(all, &none);
	const struct {
		uint64_t rx, tx;
		uint64_t features;
	} cases[] = {
		{ PLX_ETH_RX_OFFLOAD_TCP_CKSUM, 0, VIRTIO_BIT(VIRTIO_NET_F_GUEST_CSUM) },
		{ PLX_ETH_RX_OFFLOAD_SCATTER, 0, VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF) },
		{ PLX_ETH_RX_OFFLOAD_TCP_LRO, 0, VIRTIO_BIT(VIRTIO_NET_F_GUEST_CSUM) |
			VIRTIO_BIT(VIRTIO_NET_F_MRG_RXBUF) | VIRTIO_BIT(VIRTIO_NET_F_GUEST_TSO4) |
			VIRTIO_BIT(VIRTIO_NET_F_GUEST_TSO6) },
		{ PLX_ETH_RX_OFFLOAD_VLAN_FILTER, 0, VIRTIO_BIT(VIRTIO_NET_F_CTRL_VLAN) },
		{ PLX_ETH_RX_OFFLOAD_VLAN_STRIP, PLX_ETH_TX_OFFLOAD_VLAN_INSERT, 0 },
		{ 0, PLX_ETH_TX_OFFLOAD_UDP_CKSUM, VIRTIO_BIT(VIRTIO_NET_F_CSUM) },
		{ 0, PLX_ETH_TX_OFFLOAD_TCP_TSO, VIRTIO_BIT(VIRTIO_NET_F_CSUM) |
			VIRTIO_BIT(VIRTIO_NET_F_HOST_TSO4) | VIRTIO_BIT(VIRTIO_NET_F_HOST_TSO6) |
			VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC) },
		{ 0, PLX_ETH_TX_OFFLOAD_MULTI_SEGS, VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC) },
	};

	for (const auto &c : cases) {
		plx_eth_conf conf {};

		conf.rxmode.offloads = c.rx;
		conf.txmode.offloads = c.tx;
		EXPECT_EQ(virtio_features_for(all, &conf), plain | c.features);
		/* And without them the offloads are not there. */
		if (c.features == 0 || c.tx == PLX_ETH_TX_OFFLOAD_MULTI_SEGS)
			continue;
		EXPECT_EQ((virtio_rx_offload_capa(plain) & c.rx) |
			(virtio_tx_offload_capa(plain) & c.tx), 0u);
	}

	plx_eth_conf intr {};

	intr.intr_conf.rxq = 1;
	EXPECT_EQ(virtio_features_for(all, &intr), plain & ~EVENT_IDX);

	plx_eth_conf rss {};

	rss.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
	EXPECT_EQ(virtio_features_for(all, &rss), plain | VIRTIO_BIT(VIRTIO_NET_F_RSS));
	rss.rxmode.offloads = PLX_ETH_RX_OFFLOAD_RSS_HASH;
	EXPECT_EQ(virtio_features_for(all, &rss), plain | VIRTIO_BIT(VIRTIO_NET_F_RSS) |
		VIRTIO_BIT(VIRTIO_NET_F_HASH_REPORT));
}

/* What the documents are made of is what the best device has. */
TEST(VirtioFeatures, CapsAreThoseOfTheBestDevice)
{
	const plx_eth_caps *caps = plx_eth_caps_first();

	while (caps != nullptr && std::string(caps->info.driver_name) != "net_virtio")
		caps = caps->next;
	ASSERT_NE(caps, nullptr);
	EXPECT_EQ(caps->info.rx_offload_capa, virtio_rx_offload_capa(UINT64_MAX));
	EXPECT_EQ(caps->info.tx_offload_capa, virtio_tx_offload_capa(UINT64_MAX));
	EXPECT_EQ(caps->info.flow_type_rss_offloads & virtio_rss_flow_types(UINT32_MAX),
		virtio_rss_flow_types(UINT32_MAX));
}

class VirtioCq : public testing::TestWithParam<uint64_t> {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		cq = virtio_cq_create("test device", 4, GetParam(), 20, SOCKET_ID_ANY);
		ASSERT_NE(cq, nullptr);
		enable();
	}

	void TearDown() override
	{
		virtio_cq_destroy(cq);
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	void enable()
	{
		device.queues.clear();
		device.status = 1 | 2 | 8;
		ASSERT_EQ(device.transport()->ops->queue_enable(device.transport(),
			virtio_cq_start(cq, 2)), 0);
	}

	int command(const std::string &data)
	{
		return virtio_cq_command(cq, 3, 4, data.data(), data.size());
	}

	/* It stays so until the next start. */
	void expect_broken(int error)
	{
		testing::internal::CaptureStderr();
		EXPECT_EQ(command("x"), error);

		const std::string log = testing::internal::GetCapturedStderr();

		EXPECT_NE(log.find("control queue"), log.npos) << log;
		EXPECT_EQ(command("x"), -EPROTO);
		device.silent = false;
		device.used_id_error = 0;
		device.used_jump = 0;
		EXPECT_EQ(command("x"), -EPROTO);
		enable();
		EXPECT_EQ(command("x"), 0);
	}

	NetDevice device;
	virtio_cq *cq = nullptr;

private:
	size_t heap_ = 0;
};

TEST_P(VirtioCq, CommandsAndAnswers)
{
	EXPECT_EQ(command("hello"), 0);
	device.ack = VIRTIO_NET_ERR;
	EXPECT_EQ(command("again"), -EIO);
	device.ack = VIRTIO_NET_OK;
	EXPECT_EQ(command(std::string(VIRTIO_CQ_DATA_MAX, 'z')), 0);
	EXPECT_EQ(command(std::string(VIRTIO_CQ_DATA_MAX + 1, 'z')), -EINVAL);
	EXPECT_EQ(device.commands, (std::vector<std::string> { "\3\4hello", "\3\4again",
		"\3\4" + std::string(VIRTIO_CQ_DATA_MAX, 'z') }));
}

TEST_P(VirtioCq, IndicesWrapAround)
{
	for (int i = 0; i < 70000; i++)
		ASSERT_EQ(command("x"), 0);
}

TEST_P(VirtioCq, NoAnswer)
{
	device.silent = true;
	expect_broken(-ETIMEDOUT);
}

TEST_P(VirtioCq, MissedDoorbell)
{
	device.deaf = 1;
	EXPECT_EQ(command("one"), 0);
	EXPECT_EQ(command("two"), 0);
	device.deaf = 2;
	expect_broken(-ETIMEDOUT);
}

TEST_P(VirtioCq, AnswerToAnotherCommand)
{
	device.used_id_error = 1;
	expect_broken(-EPROTO);
}

TEST_P(VirtioCq, TwoAnswersToOneCommand)
{
	if (GetParam() & PACKED)
		GTEST_SKIP() << "there is no index that could say so";
	device.used_jump = 1;
	expect_broken(-EPROTO);
}

INSTANTIATE_TEST_SUITE_P(Rings, VirtioCq, all_rings(), ring_name);

} // namespace
