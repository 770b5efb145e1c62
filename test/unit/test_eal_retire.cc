/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that goes: when, how much of it, who hears, and who does not wait for it. 4 KiB pages. */
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <plx_lcore.h>
#include <plx_malloc.h>
#include <plx_memory.h>

#include "eal_env.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t MB = 1 << 20;

/* Counts events, can refuse a REMOVE, and can be stopped inside of one. */
class Retire : public testing::Test {
protected:
	void SetUp() override
	{
		ASSERT_EQ(plx_mem_retire_limits_set(SIZE_MAX, 0), 0);
		ASSERT_GE(plx_mem_trim(), 0);
		/* Start-up's memory never goes: leave too little of it for what the tests allocate. */
		hog_ = plx_malloc("hog", 120 * MB, 0);
		ASSERT_NE(hog_, nullptr);
		start_ = bytes_plugged();
		ASSERT_EQ(plx_mem_event_callback_register("t", on_event, this), 0);
		adds = 0;
	}

	void TearDown() override
	{
		EXPECT_EQ(plx_mem_event_callback_unregister(on_event, this), 0);
		EXPECT_EQ(plx_mem_retire_limits_set(64 * MB, 2000), 0);
		plx_free(hog_);
	}

	/* Wait until @n regions were removed. */
	bool removed(int n)
	{
		std::unique_lock<std::mutex> lock(mutex);
		return changed.wait_for(lock, std::chrono::seconds(30),
			[this, n] { return removes >= n; });
	}

	void cycle(size_t size)
	{
		void *p = plx_malloc("t", size, 0);

		ASSERT_NE(p, nullptr);
		plx_free(p);
	}

	static int on_event(plx_mem_event event, const plx_mem_region *r, void *arg)
	{
		auto *t = static_cast<Retire *>(arg);
		std::unique_lock<std::mutex> lock(t->mutex);

		if (event == PLX_MEM_EVENT_ADD) {
			t->adds++;
			return 0;
		}
		t->removes++;
		t->last_removed = r->len;
		t->when = Clock::now();
		t->changed.notify_all();
		t->changed.wait(lock, [t] { return !t->stop; });
		return t->remove_ret;
	}

	std::mutex mutex;
	std::condition_variable changed;
	int adds = 0, removes = 0, remove_ret = 0;
	size_t last_removed = 0, start_ = 0;
	void *hog_ = nullptr;
	bool stop = false;
	Clock::time_point when;
};

TEST_F(Retire, CyclesCauseNoEvent)
{
	ASSERT_EQ(plx_mem_retire_limits_set(0, 60000), 0);
	for (int i = 0; i < 50; i++)
		cycle(256 * MB);
	EXPECT_EQ(adds, 1);
	EXPECT_EQ(removes, 0);
	EXPECT_EQ(plx_mem_trim(), static_cast<int64_t>(256 * MB + 4096));
	EXPECT_EQ(removes, 1);
}

/* The kernel ends a process in strict mode at its first call but read, write and exit. */
TEST_F(Retire, CyclesCauseNoKernelCall)
{
#ifdef __SANITIZE_THREAD__
	GTEST_SKIP() << "the sanitizer makes calls of its own";
#endif
	int status = 0;

	ASSERT_EQ(plx_mem_retire_limits_set(0, 60000), 0);
	cycle(512 * MB);	/* which wakes the reaper */
	pid_t pid = fork();
	ASSERT_GE(pid, 0);
	if (pid == 0) {
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
			_exit(77);
		for (int i = 0; i < 1000; i++)
			plx_free(plx_malloc("t", 512 * MB, 0));
		syscall(SYS_exit, 0);
	}
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		GTEST_SKIP() << "no seccomp here";
	EXPECT_EQ(status, 0);
}

TEST_F(Retire, TrimTakesAllButTheFirstMemory)
{
	void *stays = plx_malloc("t", 50 * MB, 0);
	void *goes = plx_malloc("t", 60 * MB, 0);

	ASSERT_NE(stays, nullptr);
	ASSERT_NE(goes, nullptr);
	plx_free(goes);
	EXPECT_EQ(plx_mem_trim(), static_cast<int64_t>(60 * MB + 4096));
	EXPECT_EQ(plx_mem_virt2iova(goes), PLX_BAD_IOVA);
	EXPECT_EQ(plx_mem_trim(), 0);
	plx_free(stays);
	EXPECT_EQ(plx_mem_trim(), static_cast<int64_t>(50 * MB + 4096));
	EXPECT_EQ(bytes_plugged(), start_);
	EXPECT_EQ(removes, 2);
}

TEST_F(Retire, GoesAfterTheDelayAndNotBefore)
{
	ASSERT_EQ(plx_mem_retire_limits_set(0, 300), 0);
	auto freed = Clock::now();
	cycle(40 * MB);
	ASSERT_TRUE(removed(1));
	/* The coarse clock may be a tick behind. */
	EXPECT_GE(when - freed, std::chrono::milliseconds(280));
	ASSERT_GE(plx_mem_trim(), 0);	/* waits for what is on its way */
	EXPECT_EQ(bytes_plugged(), start_);
}

/* Three of 40 MiB with 100 to keep: one goes. One of 200 comes and goes: it goes, not the others. */
TEST_F(Retire, KeepsTheReserveAndTheLargestGoesFirst)
{
	void *p[3];

	ASSERT_EQ(plx_mem_retire_limits_set(100 * MB, 0), 0);
	for (auto &one : p)
		ASSERT_NE(one = plx_malloc("t", 40 * MB, 0), nullptr);
	for (auto *one : p)
		plx_free(one);
	ASSERT_TRUE(removed(1));
	cycle(200 * MB);
	ASSERT_TRUE(removed(2));
	EXPECT_EQ(last_removed, 200 * MB + 4096);
	EXPECT_EQ(plx_mem_trim(), static_cast<int64_t>(2 * (40 * MB + 4096)));
	EXPECT_EQ(removes, 4);
}

/* It stays mapped, since a device may write to it, and no heap uses it any more. */
TEST_F(Retire, ListenerThatCantLetGo)
{
	testing::internal::CaptureStderr();
	void *p = plx_malloc("t", 40 * MB, 0);

	ASSERT_NE(p, nullptr);
	plx_free(p);
	remove_ret = -EBUSY;
	EXPECT_EQ(plx_mem_trim(), -EBUSY);
	remove_ret = 0;
	EXPECT_EQ(plx_mem_trim(), 0);
	EXPECT_EQ(plx_mem_virt2iova(p), PLX_BAD_IOVA);
	memset(p, 1, 4096);
	std::string err = testing::internal::GetCapturedStderr();
	EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
	void *other = plx_malloc("t", 40 * MB, 0);
	ASSERT_NE(other, nullptr);
	EXPECT_NE(other, p);
	plx_free(other);
	EXPECT_EQ(plx_mem_trim(), static_cast<int64_t>(40 * MB + 4096));
}

/* While a device takes its time to let go, others allocate and free. */
TEST_F(Retire, SlowRemoveBlocksNobody)
{
	cycle(40 * MB);
	stop = true;
	std::thread trimmer([] { plx_mem_trim(); });
	EXPECT_TRUE(removed(1));
	for (int i = 0; i < 100; i++)
		cycle(1000);
	{
		std::unique_lock<std::mutex> lock(mutex);
		EXPECT_TRUE(stop);
		stop = false;
		changed.notify_all();
	}
	trimmer.join();
	EXPECT_EQ(bytes_plugged(), start_);
}

/* Regions come and go under four threads at once; every object is the thread's own. */
TEST_F(Retire, ReaperAndThreads)
{
	size_t used = heap_bytes_in_use();

	ASSERT_EQ(plx_mem_retire_limits_set(0, 0), 0);
	run_threads(4, [](unsigned int t) {
		for (unsigned int i = 0; i < 15; i++) {
			size_t size = 33 * MB + t * 4096 + i * 64;
			auto *p = static_cast<unsigned char *>(plx_malloc("t", size, 0));
			auto *q = static_cast<unsigned char *>(plx_zmalloc("t", 3000, 0));

			ASSERT_NE(p, nullptr);
			ASSERT_NE(q, nullptr);
			p[0] = p[size - 1] = q[2999] = static_cast<unsigned char>(t + 1);
			if (i % 5 == 0) {
				ASSERT_GE(plx_mem_trim(), 0);
			}
			ASSERT_EQ(p[0], t + 1);
			ASSERT_EQ(p[size - 1], t + 1);
			ASSERT_EQ(q[0], 0);
			plx_free(p);
			plx_free(q);
		}
	});
	ASSERT_GE(plx_mem_trim(), 0);
	EXPECT_EQ(heap_bytes_in_use(), used);
	EXPECT_EQ(bytes_plugged(), start_);
	EXPECT_EQ(adds, removes);
}

/* Threads that are short of memory together grow the heap once. */
TEST_F(Retire, ManyThreadsGrowOnce)
{
	std::vector<void *> fills;
	void *p[4] = {};

	while (adds == 0) {	/* until no piece of this size is left */
		fills.push_back(plx_malloc("fill", 1000000, 0));
		ASSERT_NE(fills.back(), nullptr);
	}
	plx_free(fills.back());
	fills.pop_back();
	ASSERT_GT(plx_mem_trim(), 0);
	adds = removes = 0;
	run_threads(4, [&p](unsigned int t) { p[t] = plx_malloc("t", 1000000, 0); });
	EXPECT_EQ(adds, 1);
	for (auto *one : p)
		plx_free(one);
	for (auto *one : fills)
		plx_free(one);
	ASSERT_GE(plx_mem_trim(), 0);
	EXPECT_EQ(bytes_plugged(), start_);
}

} // namespace
