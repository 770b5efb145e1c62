/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: registers that are taken away read as ones, and nobody else's SIGBUS is lost. */
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
}

namespace {

constexpr size_t PAGE = 4096;
constexpr size_t LEN = 4 * PAGE;

/* Memory of a file, whose end can be moved: an access behind it is a SIGBUS, as with a lost BAR. */
struct Bar {
	Bar()
	{
		fd = memfd_create("bar", MFD_CLOEXEC);
		EXPECT_EQ(ftruncate(fd, LEN), 0);
		void *p = mmap(nullptr, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		EXPECT_NE(p, MAP_FAILED);
		regs = static_cast<volatile uint8_t *>(p);
	}
	~Bar()
	{
		munmap(addr(), LEN);
		close(fd);
	}
	void vanish(off_t from = 0) const { ASSERT_EQ(ftruncate(fd, from), 0); }
	void *addr() const { return const_cast<uint8_t *>(regs); }
	uint32_t read32(size_t offset) const
	{
		return *reinterpret_cast<volatile uint32_t *>(const_cast<uint8_t *>(regs) + offset);
	}

	int fd;
	volatile uint8_t *regs;
};

plx_pci_device
device_with(const Bar &bar)
{
	plx_pci_device dev {};

	dev.mem_resource[2] = { bar.addr(), LEN };
	return dev;
}

struct sigaction
now()
{
	struct sigaction action;

	EXPECT_EQ(sigaction(SIGBUS, nullptr, &action), 0);
	return action;
}

TEST(VfioGuard, WhatIsTakenAwayReadsAsOnes)
{
	Bar bar;
	const plx_pci_device dev = device_with(bar);

	ASSERT_EQ(vfio_guard_add(bar.addr(), LEN), 0);
	bar.regs[0] = 5;
	bar.regs[PAGE] = 6;
	bar.vanish(PAGE);
	EXPECT_EQ(bar.regs[0], 5) << "still there";
	EXPECT_EQ(plx_pci_is_lost(&dev), 0);
	errno = 17;
	EXPECT_EQ(bar.read32(PAGE), 0xffffffff);
	EXPECT_EQ(bar.read32(LEN - 4), 0xffffffff);
	EXPECT_EQ(errno, 17);
	EXPECT_EQ(plx_pci_is_lost(&dev), 1);
	bar.regs[2 * PAGE] = 7;		/* a write must not kill either, nor reach another page */
	EXPECT_EQ(bar.regs[2 * PAGE + 1], 0xff);
	EXPECT_EQ(bar.regs[PAGE], 0xff);
	EXPECT_EQ(bar.regs[3 * PAGE], 0xff);
	vfio_guard_remove(bar.addr());
	EXPECT_EQ(plx_pci_is_lost(&dev), 0);
}

TEST(VfioGuard, AnyThreadAtOnce)
{
	Bar bar;

	ASSERT_EQ(vfio_guard_add(bar.addr(), LEN), 0);
	bar.vanish();

	std::thread a([&] { EXPECT_EQ(bar.read32(0), 0xffffffff); });
	std::thread b([&] { EXPECT_EQ(bar.read32(4), 0xffffffff); });

	a.join();
	b.join();
	vfio_guard_remove(bar.addr());
}

TEST(VfioGuard, EntriesAreUsedAgain)
{
	for (int i = 0; i < 3; i++) {
		Bar one, two;

		ASSERT_EQ(vfio_guard_add(one.addr(), LEN), 0);
		ASSERT_EQ(vfio_guard_add(two.addr(), LEN), 0);
		one.vanish();
		EXPECT_EQ(one.regs[0], 0xff);
		vfio_guard_remove(one.addr());

		const plx_pci_device dev = device_with(two);

		EXPECT_EQ(plx_pci_is_lost(&dev), 0) << "that was the other one";
		two.vanish();
		EXPECT_EQ(two.regs[0], 0xff);
		vfio_guard_remove(two.addr());
	}
}

sigjmp_buf elsewhere;
void *fault_addr;
int handled;

void
handler(int, siginfo_t *info, void *)
{
	fault_addr = info->si_addr;
	handled++;
	siglongjmp(elsewhere, 1);
}

TEST(VfioGuard, OthersSignalsReachTheHandlerOfBefore)
{
	Bar bar, other;
	struct sigaction ours {}, before = now();

	ours.sa_sigaction = handler;
	ours.sa_flags = SA_SIGINFO;
	ASSERT_EQ(sigaction(SIGBUS, &ours, nullptr), 0);
	ASSERT_EQ(vfio_guard_add(bar.addr(), LEN), 0);
	EXPECT_NE(now().sa_sigaction, handler);
	bar.vanish();
	other.vanish();
	EXPECT_EQ(bar.regs[PAGE], 0xff);
	EXPECT_EQ(handled, 0);
	if (sigsetjmp(elsewhere, 1) == 0) {
		EXPECT_EQ(other.regs[PAGE], 0) << "must not come to this";
	}
	EXPECT_EQ(handled, 1);
	EXPECT_EQ(fault_addr, PLX_PTR_ADD(other.addr(), PAGE));
	vfio_guard_remove(bar.addr());
	EXPECT_EQ(now().sa_sigaction, handler) << "the last BAR took the handler with it";
	ASSERT_EQ(sigaction(SIGBUS, &before, nullptr), 0);
}

/* Run it in a child. Return: the signal that ended it. */
template <typename Fn> int
signal_that_ends(Fn fn)
{
	const pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		signal(SIGBUS, SIG_DFL);
		fn();
		_exit(0);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(VfioGuard, WithoutAHandlerOthersDieAsBefore)
{
	Bar bar, other;

	bar.vanish();
	other.vanish();
	EXPECT_EQ(signal_that_ends([&] {
		if (vfio_guard_add(bar.addr(), LEN) == 0 && bar.regs[0] == 0xff)
			(void)other.regs[0];
	}), SIGBUS) << "an access elsewhere";
	EXPECT_EQ(signal_that_ends([&] {
		if (vfio_guard_add(bar.addr(), LEN) == 0)
			kill(getpid(), SIGBUS);
	}), SIGBUS) << "somebody's kill";
	EXPECT_EQ(signal_that_ends([&] {
		if (vfio_guard_add(bar.addr(), LEN) == 0)
			vfio_guard_remove(bar.addr());
		(void)bar.regs[0];
	}), SIGBUS) << "no BAR any more";
}

} // namespace
