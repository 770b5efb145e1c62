/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: vectors, removal requests and errors, of a device without a kernel. */
#include <sys/eventfd.h>

#include <plx_dev_event.h>

#include "eal_env.h"
#include "test_vfio_fake.h"

namespace {

constexpr unsigned int INTX = VFIO_PCI_INTX_IRQ_INDEX, MSI = VFIO_PCI_MSI_IRQ_INDEX,
	MSIX = VFIO_PCI_MSIX_IRQ_INDEX, ERR = VFIO_PCI_ERR_IRQ_INDEX, REQ = VFIO_PCI_REQ_IRQ_INDEX;

/* A number that the interrupt thread changes. */
class Counter {
public:
	int add()
	{
		std::lock_guard<std::mutex> lock(mutex_);
		n_++;
		changed_.notify_all();
		return 0;
	}
	bool reaches(int n)
	{
		std::unique_lock<std::mutex> lock(mutex_);
		return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return n_ >= n; });
	}

private:
	std::mutex mutex_;
	std::condition_variable changed_;
	int n_ = 0;
};

int
count(void *arg)
{
	return static_cast<Counter *>(arg)->add();
}

/* The lowest file descriptor that is free. */
int
next_fd()
{
	const int fd = dup(0);

	close(fd);
	return fd;
}

class VfioIrq : public FakeVfio {
protected:
	void SetUp() override
	{
		FakeVfio::SetUp();
		/* The interrupt thread has files of its own. */
		Counter none;
		const plx_intr_handle handle { "start", PLX_INTR_HANDLE_EVENTFD, eventfd(0, EFD_NONBLOCK) };

		ASSERT_EQ(plx_intr_callback_register(&handle, count, &none), 0);
		ASSERT_EQ(plx_intr_callback_unregister(&handle, count, &none), 0);
		close(handle.fd);

		irqs[INTX] = { 1, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_AUTOMASKED, {}, 0 };
		irqs[MSI] = { 4, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE, {}, 0 };
		irqs[MSIX] = { 6, VFIO_IRQ_INFO_EVENTFD, {}, 0 };
		irqs[ERR] = { 1, VFIO_IRQ_INFO_EVENTFD, {}, 0 };
		irqs[REQ] = { 1, VFIO_IRQ_INFO_EVENTFD, {}, 0 };
		free_fd = next_fd();
	}

	void TearDown() override
	{
		EXPECT_EQ(vfio_irq_teardown(&dev), 0);
		EXPECT_EQ(next_fd(), free_fd) << "files are left open";
		for (const auto &i : irqs)
			EXPECT_EQ(i.second.fds.size(), 0u) << "index " << i.first << " is left enabled";
		FakeVfio::TearDown();
	}

	void setup() { ASSERT_EQ(vfio_irq_setup(&dev), 0); }

	int enable(unsigned int nb_rx)
	{
		return logged([&] { return plx_pci_intr_enable(&dev, nb_rx); });
	}

	unsigned int sets() { return calls[VFIO_DEVICE_SET_IRQS]; }

	/* Does the eventfd have a signal? Takes it. */
	static bool signalled(int eventfd)
	{
		eventfd_t value;

		return eventfd_read(eventfd, &value) == 0;
	}

	int free_fd = -1;
};

struct Seen : Counter {
	std::string name;
	plx_dev_event_type event = PLX_DEV_EVENT_ADD;
};

int
on_event(const char *name, plx_dev_event_type event, void *arg)
{
	Seen *seen = static_cast<Seen *>(arg);

	seen->name = name;
	seen->event = event;
	return seen->add();
}

TEST_F(VfioIrq, RequestsAndErrorsAreEvents)
{
	Seen seen;

	setup();
	ASSERT_EQ(irqs[REQ].fds.size(), 1u);
	ASSERT_EQ(irqs[ERR].fds.size(), 1u);
	ASSERT_EQ(plx_dev_event_callback_register(vfio.name, on_event, &seen), 0);
	ASSERT_EQ(eventfd_write(irqs[REQ].fds[0], 1), 0);
	ASSERT_TRUE(seen.reaches(1));
	EXPECT_EQ(seen.name, vfio.name);
	EXPECT_EQ(seen.event, PLX_DEV_EVENT_REMOVE);
	testing::internal::CaptureStderr();
	ASSERT_EQ(eventfd_write(irqs[ERR].fds[0], 1), 0);
	ASSERT_TRUE(seen.reaches(2));
	EXPECT_EQ(seen.event, PLX_DEV_EVENT_ERROR);
	EXPECT_EQ(plx_dev_event_callback_unregister(vfio.name, on_event, &seen), 0);
	EXPECT_NE(testing::internal::GetCapturedStderr().find("AER"), std::string::npos);

	/* Nobody listens: then the log says what waits for whom. */
	testing::internal::CaptureStderr();
	ASSERT_EQ(eventfd_write(irqs[REQ].fds[0], 1), 0);
	EXPECT_EQ(vfio_irq_teardown(&dev), 0);
	setup();
	ASSERT_EQ(plx_dev_event_callback_register(nullptr, on_event, &seen), 0);
	ASSERT_EQ(eventfd_write(irqs[REQ].fds[0], 1), 0);
	ASSERT_TRUE(seen.reaches(3));
	EXPECT_EQ(plx_dev_event_callback_unregister(nullptr, on_event, &seen), 0);
	log = testing::internal::GetCapturedStderr();
	EXPECT_LE(log_lines(), 1) << log;
}

TEST_F(VfioIrq, SignalsThatAreNotThere)
{
	irqs.erase(ERR);
	irqs[REQ].count = 0;
	setup();
	EXPECT_EQ(irqs[REQ].fds.size(), 0u);
	irqs.erase(ERR);
}

TEST_F(VfioIrq, SetupThatFailsLeavesNothing)
{
	for (const std::vector<int> &answers : { std::vector<int> { -ENOMEM }, { 0, -ENOMEM } }) {
		errors[VFIO_DEVICE_SET_IRQS] = answers;
		EXPECT_EQ(vfio_irq_setup(&dev), -ENOMEM);
		EXPECT_EQ(vfio_irq_teardown(&dev), 0);
		EXPECT_EQ(next_fd(), free_fd);
	}
}

TEST_F(VfioIrq, NotSetUp)
{
	EXPECT_EQ(plx_pci_intr_enable(&dev, 0), -ENODEV);
	EXPECT_EQ(plx_pci_intr_disable(&dev), -ENODEV);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_NONE);
	EXPECT_EQ(plx_pci_intr_ack(&dev), -EINVAL);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 0), -EINVAL);
	EXPECT_EQ(plx_pci_intr_callback_register(&dev, count, nullptr), -EINVAL);
	EXPECT_EQ(plx_pci_intr_callback_unregister(&dev, count, nullptr), -EINVAL);
}

TEST_F(VfioIrq, TheBestKindThatHasEnough)
{
	setup();
	ASSERT_EQ(enable(2), 0);
	EXPECT_EQ(log, "");
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_MSIX);
	ASSERT_EQ(irqs[MSIX].fds.size(), 3u);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 0), irqs[MSIX].fds[1]);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 1), irqs[MSIX].fds[2]);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 2), -EINVAL);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, UINT16_MAX), -EINVAL);
	ASSERT_EQ(plx_pci_intr_disable(&dev), 0);
	EXPECT_EQ(irqs[MSIX].fds.size(), 0u);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_NONE);

	irqs[MSIX].count = 2;
	ASSERT_EQ(enable(3), 0);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_MSI);
	ASSERT_EQ(plx_pci_intr_disable(&dev), 0);
	irqs[MSIX].count = irqs[MSI].count = 0;
	ASSERT_EQ(enable(0), 0);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_LEGACY);
	ASSERT_EQ(plx_pci_intr_disable(&dev), 0);
	EXPECT_EQ(enable(1), -ENOSPC);
	EXPECT_EQ(log_lines(), 1) << log;
	EXPECT_TRUE(log_has("0000:01:00.0: can't have 2 interrupt vectors (ENOSPC")) << log;
	EXPECT_TRUE(log_has("0 of MSI-X, 0 of MSI, 1 of INTx")) << log;
	irqs[INTX].count = 0;
	EXPECT_EQ(enable(0), -ENOTSUP);
}

TEST_F(VfioIrq, OnlyWhatIsAskedFor)
{
	setup();
	bus.intr = PLX_PCI_INTR_MSI;
	ASSERT_EQ(enable(0), 0);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_MSI);
	ASSERT_EQ(plx_pci_intr_disable(&dev), 0);
	irqs[MSI].count = 0;
	EXPECT_EQ(enable(0), -ENOTSUP);
	EXPECT_TRUE(log_has("--vfio-intr")) << log;
	bus.intr = PLX_PCI_INTR_LEGACY;
	EXPECT_EQ(enable(1), -ENOSPC);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_NONE);
}

TEST_F(VfioIrq, VectorsAreAddedLive)
{
	setup();
	ASSERT_EQ(enable(1), 0);

	const std::vector<int> before = irqs[MSIX].fds;
	unsigned int n = sets();

	ASSERT_EQ(enable(4), 0);
	EXPECT_EQ(sets(), n + 1) << "those of before are not touched";
	ASSERT_EQ(irqs[MSIX].fds.size(), 5u);
	EXPECT_EQ(irqs[MSIX].fds[0], before[0]);
	EXPECT_EQ(irqs[MSIX].fds[1], before[1]);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 3), irqs[MSIX].fds[4]);
	ASSERT_EQ(enable(0), 0) << "more than enough";
	ASSERT_EQ(enable(4), 0);
	EXPECT_EQ(sets(), n + 1);
	EXPECT_FALSE(signalled(before[0]));

	EXPECT_EQ(enable(6), -ENOSPC);
	errors[VFIO_DEVICE_SET_IRQS] = { -ENOMEM };
	EXPECT_EQ(enable(5), -ENOMEM);
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 3), irqs[MSIX].fds[4]) << "as it was";
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 4), -EINVAL);
}

TEST_F(VfioIrq, VectorsAreReplacedWhereTheKernelCanNotAdd)
{
	irqs[MSIX].count = 0;
	setup();
	ASSERT_EQ(enable(0), 0);

	const int first = irqs[MSI].fds[0];

	ASSERT_EQ(enable(2), 0);
	ASSERT_EQ(irqs[MSI].fds.size(), 3u);
	EXPECT_EQ(irqs[MSI].fds[0], first);
	EXPECT_TRUE(signalled(first)) << "an interrupt may have been lost";
	EXPECT_FALSE(signalled(irqs[MSI].fds[1]));

	/* It fails: back to what there was. */
	errors[VFIO_DEVICE_SET_IRQS] = { 0, -ENOMEM };
	EXPECT_EQ(enable(3), -ENOMEM);
	EXPECT_EQ(irqs[MSI].fds.size(), 3u);
	EXPECT_TRUE(signalled(first));
	EXPECT_EQ(plx_pci_intr_rx_fd(&dev, 2), -EINVAL);
	errors[VFIO_DEVICE_SET_IRQS] = { 0, -ENOMEM, -EIO };
	EXPECT_EQ(enable(3), -ENOMEM);
	EXPECT_TRUE(log_has("no interrupts any more (EIO")) << log;
	errors[VFIO_DEVICE_SET_IRQS] = { -EIO };
	EXPECT_EQ(enable(3), -EIO);
}

/* The kernel says how many it could have had. */
TEST_F(VfioIrq, FewerThanTheDeviceHas)
{
	setup();
	bus.intr = PLX_PCI_INTR_MSIX;
	errors[VFIO_DEVICE_SET_IRQS] = { 2 };
	EXPECT_EQ(enable(4), -ENOSPC);
	EXPECT_EQ(plx_pci_intr_type_get(&dev), PLX_PCI_INTR_NONE);
}

TEST_F(VfioIrq, Callbacks)
{
	setup();
	for (plx_pci_intr_type type : { PLX_PCI_INTR_LEGACY, PLX_PCI_INTR_MSI, PLX_PCI_INTR_MSIX }) {
		const unsigned int index = type - PLX_PCI_INTR_LEGACY;
		Counter seen;

		bus.intr = type;
		ASSERT_EQ(enable(0), 0);
		ASSERT_EQ(plx_pci_intr_callback_register(&dev, count, &seen), 0);
		for (int i = 1; i <= 3; i++) {
			ASSERT_EQ(eventfd_write(irqs[index].fds[0], 1), 0);
			ASSERT_TRUE(seen.reaches(i));
			EXPECT_EQ(plx_pci_intr_ack(&dev), 0);
		}
		EXPECT_EQ(irqs[index].unmasked, type == PLX_PCI_INTR_LEGACY ? 3u : 0u);
		ASSERT_EQ(plx_pci_intr_callback_unregister(&dev, count, &seen), 0);
		EXPECT_EQ(plx_pci_intr_callback_unregister(&dev, count, &seen), -ENOENT);
		ASSERT_EQ(plx_pci_intr_disable(&dev), 0);
	}
}

TEST_F(VfioIrq, Option)
{
	plx_pci_intr_type type = PLX_PCI_INTR_NONE;

	EXPECT_EQ(vfio_intr_parse("legacy", &type), 0);
	EXPECT_EQ(type, PLX_PCI_INTR_LEGACY);
	EXPECT_EQ(vfio_intr_parse("msi", &type), 0);
	EXPECT_EQ(type, PLX_PCI_INTR_MSI);
	EXPECT_EQ(vfio_intr_parse("msix", &type), 0);
	EXPECT_EQ(type, PLX_PCI_INTR_MSIX);
	EXPECT_EQ(logged([&] { return vfio_intr_parse("intx", &type); }), -EINVAL);
	EXPECT_TRUE(log_has("'intx'")) << log;
	EXPECT_EQ(type, PLX_PCI_INTR_MSIX);
}

} // namespace
