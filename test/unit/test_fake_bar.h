/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_FAKE_BAR_H
#define TEST_FAKE_BAR_H
/*
 * Registers that answer. What the driver gets is memory that may not be touched: each access faults, is let through for one
 * instruction, and then the model hears of it. So a register can clear itself, count, or ignore what is written. For one
 * thread, and one BAR at a time.
 */
#include <csignal>
#include <cstdint>
#include <cstring>
#include <functional>

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <gtest/gtest.h>

class FakeBar {
public:
	explicit FakeBar(size_t size) : size_(size)
	{
		const int fd = memfd_create("bar", 0);

		EXPECT_EQ(ftruncate(fd, off_t(size)), 0);
		model_ = map(fd, PROT_READ | PROT_WRITE);
		addr = map(fd, PROT_NONE);
		close(fd);
		self() = this;
		install(SIGSEGV, on_fault, &old_segv_);
		install(SIGTRAP, on_step, &old_trap_);
	}

	~FakeBar()
	{
		sigaction(SIGSEGV, &old_segv_, nullptr);
		sigaction(SIGTRAP, &old_trap_, nullptr);
		self() = nullptr;
		munmap(addr, size_);
		munmap(model_, size_);
	}

	FakeBar(const FakeBar &) = delete;
	FakeBar &operator=(const FakeBar &) = delete;

	/* A register, for the test and the model. */
	uint32_t &operator[](uint32_t offset)
	{
		return static_cast<uint32_t *>(model_)[offset / sizeof(uint32_t)];
	}

	/* The device is gone: everything reads as ones, and what is written is lost. */
	void pull_out()
	{
		gone_ = true;
		memset(model_, 0xff, size_);
	}

	void *addr = nullptr;
	std::function<void(uint32_t offset)> before_read = [](uint32_t) {};
	std::function<void(uint32_t offset)> after_read = [](uint32_t) {};
	/* @old: what was there before. */
	std::function<void(uint32_t offset, uint32_t value, uint32_t old)> after_write =
		[](uint32_t, uint32_t, uint32_t) {};
	unsigned int reads = 0, writes = 0;

private:
	static constexpr greg_t PAGE_FAULT_WRITE = 2;
	static constexpr greg_t TRAP_FLAG = 0x100;

	static FakeBar *&self()
	{
		static FakeBar *bar;
		return bar;
	}

	void *map(int fd, int prot)
	{
		void *p = mmap(nullptr, size_, prot, MAP_SHARED, fd, 0);

		EXPECT_NE(p, MAP_FAILED);
		return p;
	}

	static void install(int signal, void (*handler)(int, siginfo_t *, void *), struct sigaction *old)
	{
		struct sigaction sa = {};

		sa.sa_sigaction = handler;
		sa.sa_flags = SA_SIGINFO;
		sigaction(signal, &sa, old);
	}

	static void on_fault(int signal, siginfo_t *info, void *context)
	{
		FakeBar *bar = self();
		auto *uc = static_cast<ucontext_t *>(context);
		const uintptr_t at = uintptr_t(info->si_addr);

		if (bar == nullptr || at < uintptr_t(bar->addr) || at >= uintptr_t(bar->addr) + bar->size_) {
			/* A real one: it comes again, and is not ours then. */
			::signal(signal, SIG_DFL);
			return;
		}
		bar->offset_ = uint32_t(at - uintptr_t(bar->addr));
		bar->is_write_ = (uc->uc_mcontext.gregs[REG_ERR] & PAGE_FAULT_WRITE) != 0;
		if (!bar->is_write_ && !bar->gone_)
			bar->before_read(bar->offset_);
		bar->old_ = (*bar)[bar->offset_];
		mprotect(bar->addr, bar->size_, PROT_READ | PROT_WRITE);
		uc->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
	}

	static void on_step(int, siginfo_t *, void *context)
	{
		FakeBar *bar = self();
		auto *uc = static_cast<ucontext_t *>(context);

		uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
		mprotect(bar->addr, bar->size_, PROT_NONE);
		(bar->is_write_ ? bar->writes : bar->reads)++;
		if (bar->gone_)
			(*bar)[bar->offset_] = UINT32_MAX;
		else if (bar->is_write_)
			bar->after_write(bar->offset_, (*bar)[bar->offset_], bar->old_);
		else
			bar->after_read(bar->offset_);
	}

	const size_t size_;
	void *model_ = nullptr;
	bool gone_ = false, is_write_ = false;
	uint32_t offset_ = 0, old_ = 0;
	struct sigaction old_segv_ = {}, old_trap_ = {};
};

#endif
