/* SPDX-License-Identifier: BSD-3-Clause */
/* net_virtio: the PCI transport. Configuration space is a file, the BAR is memory. */
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "eal_env.h"
#include "test_virtio_device.h"

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
}
#include "../../drivers/net/virtio/virtio_pci.h"

namespace {

constexpr uint8_t BAR = 4;
constexpr uint32_t BAR_SIZE = 0x4000;
constexpr uint32_t COMMON = 0, CONFIG = 0x2000, NOTIFY = 0x3000, PART_SIZE = 0x1000;
constexpr uint16_t BUS_MASTER = 4;

class VirtioPci : public testing::Test {
protected:
	void SetUp() override
	{
		ASSERT_EQ(posix_memalign(&bar, 4096, BAR_SIZE), 0);
		memset(bar, 0, BAR_SIZE);
		vfio.name = "0000:01:00.0";
		vfio.fd = memfd_create("config space", 0);
		ASSERT_GE(vfio.fd, 0);
		ASSERT_EQ(ftruncate(vfio.fd, 256), 0);
		vfio.config.size = 256;
		dev.device.name = vfio.name;
		dev.vfio = &vfio;
		dev.mem_resource[BAR] = { bar, BAR_SIZE };
		poke(4, uint16_t(BUS_MASTER));
		poke(6, uint16_t(0x10));	/* status: there are capabilities */
		add_cap(VIRTIO_PCI_CAP_COMMON_CFG, BAR, COMMON, PART_SIZE);
		add_cap(VIRTIO_PCI_CAP_DEVICE_CFG, BAR, CONFIG, PART_SIZE);
		add_cap(VIRTIO_PCI_CAP_NOTIFY_CFG, BAR, NOTIFY, PART_SIZE, 4);
	}

	void TearDown() override
	{
		close(vfio.fd);
		free(bar);
	}

	template <typename T> void poke(off_t offset, T value)
	{
		ASSERT_EQ(pwrite(vfio.fd, &value, sizeof(value), offset), ssize_t(sizeof(value)));
	}

	template <typename T> T peek(off_t offset)
	{
		T value {};

		EXPECT_EQ(pread(vfio.fd, &value, sizeof(value), offset), ssize_t(sizeof(value)));
		return value;
	}

	/* Append a capability to the list. */
	void add_cap(uint8_t type, uint8_t bar_index, uint32_t offset, uint32_t length,
		uint32_t multiplier = 0, uint8_t cap_len = sizeof(virtio_pci_notify_cap))
	{
		virtio_pci_notify_cap cap {};

		cap.cap.cap_vndr = PCI_CAP_ID_VNDR;
		cap.cap.cap_len = cap_len;
		cap.cap.cfg_type = type;
		cap.cap.bar = bar_index;
		cap.cap.offset = offset;
		cap.cap.length = length;
		cap.notify_off_multiplier = multiplier;
		poke(next_, cap);
		poke(link_, next_);
		last = next_;
		link_ = uint8_t(next_ + 1);
		next_ = uint8_t(next_ + 0x18);
	}

	void no_caps()
	{
		poke(0x34, uint8_t(0));
		next_ = 0x40;
		link_ = 0x34;
	}

	/* virtio_pci_init(), and that it says why if it fails. */
	int init()
	{
		testing::internal::CaptureStderr();

		const int ret = virtio_pci_init(&pci, &dev);

		log = testing::internal::GetCapturedStderr();
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), ret < 0 ? 1 : 0) << log;
		t = &pci.transport;
		return ret;
	}

	virtio_pci_common_cfg *common() { return static_cast<virtio_pci_common_cfg *>(bar); }

	uint8_t *at(uint32_t offset) { return static_cast<uint8_t *>(bar) + offset; }

	void *bar = nullptr;
	plx_vfio_device vfio {};
	plx_pci_device dev {};
	virtio_pci pci {};
	virtio_transport *t = nullptr;
	std::string log;
	uint8_t last = 0;

private:
	uint8_t next_ = 0x40;
	uint8_t link_ = 0x34;
};

TEST_F(VirtioPci, FindsItsRegisters)
{
	ASSERT_EQ(init(), 0);
	EXPECT_EQ(static_cast<volatile void *>(pci.common), at(COMMON));
	EXPECT_EQ(pci.config, at(CONFIG));
	EXPECT_EQ(pci.notify, at(NOTIFY));
	EXPECT_EQ(pci.notify_mult, 4u);
	EXPECT_EQ(t->required, VIRTIO_BIT(VIRTIO_F_VERSION_1) |
		VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM));
}

/* The first of a kind that will do is taken; reserved kinds and BARs are passed over. */
TEST_F(VirtioPci, PassesOverWhatWillNotDo)
{
	no_caps();
	add_cap(200, BAR, 0, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_COMMON_CFG, 6, COMMON, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_COMMON_CFG, 0, COMMON, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_COMMON_CFG, BAR, 0x1000, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_COMMON_CFG, BAR, COMMON, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_DEVICE_CFG, BAR, CONFIG, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_NOTIFY_CFG, BAR, NOTIFY, PART_SIZE, 4,
		sizeof(virtio_pci_cap));	/* no multiplier */
	add_cap(VIRTIO_PCI_CAP_NOTIFY_CFG, BAR, NOTIFY, PART_SIZE, 2);
	ASSERT_EQ(init(), 0);
	EXPECT_EQ(static_cast<volatile void *>(pci.common), at(0x1000));
	EXPECT_EQ(pci.notify_mult, 2u);
}

TEST_F(VirtioPci, RegistersOutOfBounds)
{
	const struct {
		uint32_t offset, length;
	} bad[] = {
		{ COMMON, 55 },			/* too small */
		{ 2, PART_SIZE },		/* not aligned */
		{ BAR_SIZE, 56 },
		{ BAR_SIZE - 52, 56 },
		{ 4, BAR_SIZE },
		{ 0xfffffffc, 56 },		/* wraps around */
		{ 56, 0xffffffff },
	};

	for (const auto &b : bad) {
		no_caps();
		add_cap(VIRTIO_PCI_CAP_COMMON_CFG, BAR, b.offset, b.length);
		add_cap(VIRTIO_PCI_CAP_DEVICE_CFG, BAR, CONFIG, PART_SIZE);
		add_cap(VIRTIO_PCI_CAP_NOTIFY_CFG, BAR, NOTIFY, PART_SIZE, 4);
		EXPECT_EQ(init(), -ENODEV) << b.offset << " " << b.length;
		EXPECT_NE(log.find("common are missing"), log.npos) << log;
	}
}

TEST_F(VirtioPci, LegacyOnly)
{
	no_caps();
	EXPECT_EQ(init(), -ENODEV);
	EXPECT_NE(log.find("disable-modern=off"), log.npos) << log;
	poke(6, uint16_t(0));
	EXPECT_EQ(init(), -ENODEV);
}

TEST_F(VirtioPci, CapabilitiesInALoop)
{
	poke(last + 1, uint8_t(0x40));
	EXPECT_EQ(init(), -ELOOP);
}

TEST_F(VirtioPci, ConfigurationSpaceEnds)
{
	poke(last + 1, uint8_t(0xf4));
	poke(0xf4, uint8_t(PCI_CAP_ID_VNDR));
	EXPECT_EQ(init(), -EINVAL);
}

TEST_F(VirtioPci, Status)
{
	ASSERT_EQ(init(), 0);
	t->ops->set_status(t, 7);
	EXPECT_EQ(common()->device_status, 7);
	EXPECT_EQ(t->ops->get_status(t), 7);
	EXPECT_EQ(t->ops->reset(t), 0);
	EXPECT_EQ(common()->device_status, 0);
}

/* A device that ignores the reset must not reach our memory any more. */
TEST_F(VirtioPci, ResetNeverEnds)
{
	ASSERT_EQ(init(), 0);

	const virtio_transport_ops *good = t->ops;
	virtio_transport_ops stuck = *good;

	stuck.get_status = [](virtio_transport *) { return uint8_t(0x7f); };
	t->ops = &stuck;
	t->timeout_ms = 20;
	EXPECT_EQ(t->ops->reset(t), -ETIMEDOUT);
	EXPECT_EQ(peek<uint16_t>(4) & BUS_MASTER, 0);
	t->ops = good;
	EXPECT_EQ(t->ops->reset(t), 0);
	EXPECT_EQ(peek<uint16_t>(4) & BUS_MASTER, BUS_MASTER);
}

/* Nobody waits for one that reads as ones, whether it is gone or its registers only are. */
TEST_F(VirtioPci, ResetOfADeviceThatIsGone)
{
	ASSERT_EQ(init(), 0);

	const virtio_transport_ops *good = t->ops;
	virtio_transport_ops gone = *good;

	gone.get_status = [](virtio_transport *) { return uint8_t(0xff); };
	t->ops = &gone;
	t->timeout_ms = 1000000000;
	EXPECT_EQ(t->ops->reset(t), -ENODEV);
	EXPECT_EQ(peek<uint16_t>(4) & BUS_MASTER, 0);
	t->ops = good;
	EXPECT_EQ(t->ops->reset(t), 0);
	EXPECT_EQ(peek<uint16_t>(4) & BUS_MASTER, BUS_MASTER);
}

/* Registers without memory behind them, as the kernel leaves them: SIGBUS, were it not guarded. */
TEST_F(VirtioPci, RegistersThatAreTakenAway)
{
	const int fd = memfd_create("registers", MFD_CLOEXEC);
	void *lost = mmap(nullptr, BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ASSERT_NE(lost, MAP_FAILED);
	ASSERT_EQ(ftruncate(fd, BAR_SIZE), 0);
	ASSERT_EQ(vfio_guard_add(lost, BAR_SIZE), 0);
	dev.mem_resource[BAR].addr = lost;
	ASSERT_EQ(init(), 0);
	EXPECT_EQ(t->ops->reset(t), 0);
	EXPECT_EQ(plx_pci_is_lost(&dev), 0);
	ASSERT_EQ(ftruncate(fd, 0), 0);
	EXPECT_EQ(t->ops->reset(t), -ENODEV) << "though what was written reads back";
	EXPECT_EQ(plx_pci_is_lost(&dev), 1);
	EXPECT_EQ(peek<uint16_t>(4) & BUS_MASTER, 0);
	vfio_guard_remove(lost);
	munmap(lost, BAR_SIZE);
	close(fd);
}

TEST_F(VirtioPci, ReadsTheConfiguration)
{
	uint8_t mac[6];
	uint16_t v16;

	ASSERT_EQ(init(), 0);
	for (uint8_t i = 0; i < 12; i++)
		at(CONFIG)[i] = uint8_t(i + 1);
	EXPECT_EQ(t->ops->read_config(t, 0, mac, sizeof(mac)), 0);
	EXPECT_EQ(memcmp(mac, at(CONFIG), sizeof(mac)), 0);
	EXPECT_EQ(t->ops->read_config(t, 6, &v16, sizeof(v16)), 0);
	EXPECT_EQ(v16, 0x0807);
	EXPECT_EQ(t->ops->read_config(t, PART_SIZE - 2, &v16, sizeof(v16)), 0);
	EXPECT_EQ(t->ops->read_config(t, PART_SIZE - 1, &v16, sizeof(v16)), -ENOENT);
}

/* If the generation never stands still, the read ends all the same. */
TEST_F(VirtioPci, ConfigurationNeverStandsStill)
{
	uint16_t v16;
	bool stop = false;

	ASSERT_EQ(init(), 0);

	std::thread device([&] {
		while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
			__atomic_add_fetch(&common()->config_generation, 1, __ATOMIC_RELAXED);
	});
	const int ret = t->ops->read_config(t, 6, &v16, sizeof(v16));

	EXPECT_TRUE(ret == 0 || ret == -EIO) << ret;
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	device.join();
}

TEST_F(VirtioPci, EnablesQueues)
{
	virtqueue vq {};

	ASSERT_EQ(init(), 0);
	vq.index = 3;
	ASSERT_EQ(virtqueue_alloc(&vq, "test", 64, SPLIT, SOCKET_ID_ANY), 0);
	common()->queue_notify_off = 5;
	ASSERT_EQ(t->ops->queue_enable(t, &vq), 0);
	EXPECT_EQ(common()->queue_select, 3);
	EXPECT_EQ(common()->queue_size, 64);
	EXPECT_EQ(common()->queue_enable, 1);
	EXPECT_EQ(common()->queue_desc[0], uint32_t(uintptr_t(vq.desc)));
	EXPECT_EQ(common()->queue_desc[1], uint32_t(uintptr_t(vq.desc) >> 32));
	EXPECT_EQ(common()->queue_driver[0], uint32_t(uintptr_t(vq.avail)));
	EXPECT_EQ(common()->queue_device[0], uint32_t(uintptr_t(vq.used)));
	vq.notify(vq.notify_arg, 0x12340003);
	EXPECT_EQ(*reinterpret_cast<uint32_t *>(at(NOTIFY + 5 * 4)), 3u);

	/* 2.9 */
	t->ops->set_features(t, VIRTIO_BIT(VIRTIO_F_NOTIFICATION_DATA));
	ASSERT_EQ(t->ops->queue_enable(t, &vq), 0);
	vq.notify(vq.notify_arg, 0x12340003);
	EXPECT_EQ(*reinterpret_cast<uint32_t *>(at(NOTIFY + 5 * 4)), 0x12340003u);
	virtqueue_free(&vq);
}

/* The device clears what we wrote when it is done; one that never does is not waited for. */
TEST_F(VirtioPci, ResetsQueues)
{
	virtqueue vq {};

	ASSERT_EQ(init(), 0);
	vq.index = 3;
	t->timeout_ms = 20;
	EXPECT_EQ(t->ops->queue_reset(t, &vq), -ETIMEDOUT);
	EXPECT_EQ(common()->queue_select, 3);
	EXPECT_EQ(common()->queue_reset, 1);
	t->timeout_ms = 10000;
	common()->queue_reset = 0;

	std::thread device([&] {
		while (__atomic_load_n(&common()->queue_reset, __ATOMIC_ACQUIRE) == 0)
			sched_yield();
		__atomic_store_n(&common()->queue_reset, 0, __ATOMIC_RELEASE);
	});

	EXPECT_EQ(t->ops->queue_reset(t, &vq), 0);
	device.join();
}

/* A device whose registers end before that of the reset does not have it, whatever it offers. */
TEST_F(VirtioPci, NoQueueResetWithoutItsRegister)
{
	no_caps();
	add_cap(VIRTIO_PCI_CAP_COMMON_CFG, BAR, COMMON, VIRTIO_PCI_COMMON_MIN);
	add_cap(VIRTIO_PCI_CAP_DEVICE_CFG, BAR, CONFIG, PART_SIZE);
	add_cap(VIRTIO_PCI_CAP_NOTIFY_CFG, BAR, NOTIFY, PART_SIZE, 4);
	ASSERT_EQ(init(), 0);
	common()->device_feature = UINT32_MAX;
	EXPECT_EQ(t->ops->get_features(t), ~VIRTIO_BIT(VIRTIO_F_RING_RESET));
}

TEST_F(VirtioPci, DoorbellOutOfBounds)
{
	virtqueue vq {};

	ASSERT_EQ(init(), 0);
	vq.index = 3;
	ASSERT_EQ(virtqueue_alloc(&vq, "test", 64, SPLIT, SOCKET_ID_ANY), 0);
	for (uint16_t off : { PART_SIZE / 4, 0xffffu }) {
		common()->queue_notify_off = off;
		EXPECT_EQ(t->ops->queue_enable(t, &vq), -EINVAL);
	}
	common()->queue_notify_off = 1;
	pci.notify_mult = 3;
	EXPECT_EQ(t->ops->queue_enable(t, &vq), -EINVAL) << "not aligned";
	pci.notify_mult = UINT32_MAX - 1;
	EXPECT_EQ(t->ops->queue_enable(t, &vq), -EINVAL);
	EXPECT_EQ(common()->queue_enable, 0);
	virtqueue_free(&vq);
}

TEST_F(VirtioPci, RingsOutsideOfDmaMemory)
{
	alignas(16) static char memory[4096];
	virtqueue vq {};

	ASSERT_EQ(init(), 0);
	vq.desc = reinterpret_cast<virtq_desc *>(memory);
	vq.avail = reinterpret_cast<virtq_avail *>(memory + 1024);
	vq.used = reinterpret_cast<virtq_used *>(memory + 2048);
	EXPECT_EQ(t->ops->queue_enable(t, &vq), -EFAULT);
}

} // namespace
