/* SPDX-License-Identifier: BSD-3-Clause */
/* The interrupt thread, events of devices, and each thread's epoll set. */
#include <atomic>
#include <cerrno>
#include <functional>
#include <string>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <plx_dev_event.h>
#include <plx_eal.h>
#include <plx_interrupts.h>
#include <plx_lcore.h>

#include "eal_env.h"

namespace {

/* An eventfd that interrupts. */
struct Source {
	Source() { handle.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
	~Source() { close(handle.fd); }
	void fire() const { EXPECT_EQ(eventfd_write(handle.fd, 1), 0); }

	plx_intr_handle handle { "test", PLX_INTR_HANDLE_EVENTFD, -1 };
};

/* A number that others change, and that can be waited for. */
class Counter {
public:
	void add()
	{
		std::lock_guard<std::mutex> lock(mutex_);
		n_++;
		changed_.notify_all();
	}
	int get()
	{
		std::lock_guard<std::mutex> lock(mutex_);
		return n_;
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

using Function = std::function<int()>;

int
call(void *arg)
{
	return (*static_cast<Function *>(arg))();
}

int
add(const Source &s, Function &f)
{
	return plx_intr_callback_register(&s.handle, call, &f);
}

int
remove(const Source &s, Function &f)
{
	return plx_intr_callback_unregister(&s.handle, call, &f);
}

/* Whatever was fired before has been handled when this returns. */
void
settle()
{
	Source s;
	Counter calls;
	Function f = [&] { calls.add(); return 0; };

	/* The kernel reports files that are readable in turn: twice round is enough. */
	ASSERT_EQ(add(s, f), 0);
	for (int i = 1; i <= 2; i++) {
		s.fire();
		ASSERT_TRUE(calls.reaches(i));
	}
	ASSERT_EQ(remove(s, f), 0);
}

TEST(Interrupts, CallBackOnTheirOwnThread)
{
	Source s;
	Counter calls;
	char name[16] = "";
	Function f = [&] {
		EXPECT_EQ(plx_thread_is_intr(), 1);
		EXPECT_EQ(plx_lcore_id(), LCORE_ID_ANY);
		pthread_getname_np(pthread_self(), name, sizeof(name));
		calls.add();
		return 0;
	};

	EXPECT_EQ(plx_thread_is_intr(), 0);
	ASSERT_EQ(add(s, f), 0);
	for (int i = 1; i <= 3; i++) {
		s.fire();
		ASSERT_TRUE(calls.reaches(i));
	}
	settle();
	EXPECT_EQ(calls.get(), 3) << "once for each: the thread reads the eventfd";
	EXPECT_STREQ(name, "plx-intr");
	EXPECT_EQ(remove(s, f), 0);
	s.fire();
	settle();
	EXPECT_EQ(calls.get(), 3);
}

TEST(Interrupts, SeveralCallbacksInOrder)
{
	Source s;
	Counter last;
	std::vector<int> order;
	Function f[] = {
		[&] { order.push_back(0); return 0; },
		[&] { order.push_back(1); return 0; },
		[&] { order.push_back(2); last.add(); return 0; },
	};

	for (Function &fn : f)
		ASSERT_EQ(add(s, fn), 0);
	s.fire();
	ASSERT_TRUE(last.reaches(1));
	ASSERT_EQ(remove(s, f[1]), 0);
	s.fire();
	ASSERT_TRUE(last.reaches(2));
	ASSERT_EQ(remove(s, f[2]), 0);
	ASSERT_EQ(remove(s, f[0]), 0);
	EXPECT_EQ(order, (std::vector<int> { 0, 1, 2, 0, 2 }));
}

TEST(Interrupts, WhatIsRefused)
{
	Source s;
	Function f = [] { return 0; };
	plx_intr_handle bad = s.handle;

	EXPECT_EQ(remove(s, f), -ENOENT);
	ASSERT_EQ(add(s, f), 0);
	EXPECT_EQ(add(s, f), -EEXIST);
	EXPECT_EQ(remove(s, f), 0);
	EXPECT_EQ(remove(s, f), -ENOENT);
	bad.fd = -1;
	EXPECT_EQ(plx_intr_callback_register(&bad, call, &f), -EINVAL);
	bad = s.handle;
	bad.name = nullptr;
	EXPECT_EQ(plx_intr_callback_register(&bad, call, &f), -EINVAL);

	/* epoll can't watch a file of a file system; nothing stays registered. */
	bad = { "file", PLX_INTR_HANDLE_EXT, open("/proc/self/exe", O_RDONLY | O_CLOEXEC) };
	EXPECT_EQ(plx_intr_callback_register(&bad, call, &f), -EPERM);
	EXPECT_EQ(plx_intr_callback_unregister(&bad, call, &f), -ENOENT);
	close(bad.fd);
	EXPECT_EQ(plx_intr_callback_register(&bad, call, &f), -EBADF);
}

TEST(Interrupts, UnregisterWithinTheCallback)
{
	Source s, other;
	Counter calls, other_calls;
	Function g = [&] { other_calls.add(); return 0; };
	Function f = [&] {
		EXPECT_EQ(remove(s, f), 0);
		EXPECT_EQ(remove(other, g), 0);
		EXPECT_EQ(add(other, g), 0);
		calls.add();
		return 0;
	};

	ASSERT_EQ(add(other, g), 0);
	for (int i = 1; i <= 100; i++) {
		ASSERT_EQ(add(s, f), 0);
		s.fire();
		ASSERT_TRUE(calls.reaches(i));
		settle();
		ASSERT_EQ(remove(s, f), -ENOENT);
	}
	other.fire();
	EXPECT_TRUE(other_calls.reaches(1));
	EXPECT_EQ(remove(other, g), 0);
}

/* Where another one of the same file is unregistered before its turn, it does not get it. */
TEST(Interrupts, UnregisterTheNextOne)
{
	Source s;
	Counter calls;
	int wrong = 0;
	Function g = [&] { return wrong++; };
	Function f = [&] {
		EXPECT_EQ(remove(s, g), 0);
		calls.add();
		return 0;
	};

	ASSERT_EQ(add(s, f), 0);
	ASSERT_EQ(add(s, g), 0);
	s.fire();
	ASSERT_TRUE(calls.reaches(1));
	ASSERT_EQ(remove(s, f), 0);
	EXPECT_EQ(wrong, 0);
}

/* unregister returns only when the callback, which runs in the other thread, is over. */
TEST(Interrupts, UnregisterWaitsForTheCallback)
{
	for (int i = 0; i < 200; i++) {
		Source s;
		Counter began;
		int finished = 0;	/* not atomic: the wait is what orders it */
		Function f = [&] {
			began.add();
			usleep(200);
			finished = 1;
			return 0;
		};

		ASSERT_EQ(add(s, f), 0);
		s.fire();
		ASSERT_TRUE(began.reaches(1));
		ASSERT_EQ(remove(s, f), 0);
		ASSERT_EQ(finished, 1);
	}
}

/* Two threads register, fire and unregister on the same file; nobody is called after. */
TEST(Interrupts, ManyAtOnce)
{
	Source s;

	run_threads(4, [&](unsigned int) {
		for (int i = 0; i < 300; i++) {
			bool registered = true;
			Function f = [&] { EXPECT_TRUE(registered); return 0; };

			ASSERT_EQ(add(s, f), 0);
			s.fire();
			ASSERT_EQ(remove(s, f), 0);
			registered = false;
		}
	});
}

/* Who unregisters may close the file, though its interrupt is being reported just then. */
TEST(Interrupts, ClosedFileIsNotRead)
{
	Function f = [] { return 0; };

	for (int i = 0; i < 3000; i++) {
		uint64_t count = 0;
		int fd;

		{
			Source s;

			fd = s.handle.fd;
			ASSERT_EQ(add(s, f), 0);
			s.fire();
			ASSERT_EQ(remove(s, f), 0);
		}

		const int other = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

		ASSERT_EQ(other, fd) << "the number is used again";
		for (int j = 0; j < 20; j++)
			sched_yield();
		ASSERT_EQ(read(other, &count, sizeof(count)), ssize_t(sizeof(count))) << "round " << i;
		close(other);
	}
}

TEST(Interrupts, ErrorsAreLoggedAndCounted)
{
	plx_intr_stats before, after;
	Source s;
	Counter calls;
	Function f = [&] { calls.add(); return -EIO; };

	plx_intr_stats_get(&before);
	ASSERT_EQ(add(s, f), 0);
	testing::internal::CaptureStderr();
	s.fire();
	ASSERT_TRUE(calls.reaches(1));
	ASSERT_EQ(remove(s, f), 0);
	settle();

	const std::string log = testing::internal::GetCapturedStderr();

	plx_intr_stats_get(&after);
	EXPECT_NE(log.find("interrupt test"), log.npos) << log;
	EXPECT_NE(log.find("EIO"), log.npos) << log;
	EXPECT_EQ(after.errors, before.errors + 1);
	EXPECT_EQ(after.interrupts, before.interrupts + 3);
}

/* Any file will do if its callback reads it. */
TEST(Interrupts, OtherFiles)
{
	int ends[2];
	Counter calls;
	Function f = [&] {
		char c;

		EXPECT_EQ(read(ends[0], &c, 1), 1);
		calls.add();
		return 0;
	};

	ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);

	const plx_intr_handle handle { "pipe", PLX_INTR_HANDLE_EXT, ends[0] };

	ASSERT_EQ(plx_intr_callback_register(&handle, call, &f), 0);
	ASSERT_EQ(write(ends[1], "abc", 3), 3);
	EXPECT_TRUE(calls.reaches(3));
	EXPECT_EQ(plx_intr_callback_unregister(&handle, call, &f), 0);
	EXPECT_EQ(calls.get(), 3);
	close(ends[0]);
	close(ends[1]);
}

/* What can't be read is not watched any more, instead of keeping the thread busy for ever. */
TEST(Interrupts, FilesThatCanNotBeRead)
{
	int ends[2];
	Function f = [] { return 0; };

	ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);

	const plx_intr_handle handle { "pipe", PLX_INTR_HANDLE_EVENTFD, ends[1] };
	plx_intr_stats before, after;

	close(ends[0]);		/* EPOLLERR */
	testing::internal::CaptureStderr();
	plx_intr_stats_get(&before);
	ASSERT_EQ(plx_intr_callback_register(&handle, call, &f), 0);
	settle();
	plx_intr_stats_get(&after);

	const std::string log = testing::internal::GetCapturedStderr();

	EXPECT_NE(log.find("not watched any more"), log.npos) << log;
	EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
	EXPECT_EQ(after.interrupts, before.interrupts + 2);
	EXPECT_EQ(plx_intr_callback_unregister(&handle, call, &f), 0);
	close(ends[1]);
}

struct Seen {
	Counter calls;
	std::string name;
	plx_dev_event_type event = PLX_DEV_EVENT_ADD;
	int ret = 0;
};

int
on_dev_event(const char *name, plx_dev_event_type event, void *arg)
{
	Seen *seen = static_cast<Seen *>(arg);

	seen->name = name;
	seen->event = event;
	seen->calls.add();
	return seen->ret;
}

TEST(DevEvents, ByNameOrAll)
{
	Seen one, all;

	ASSERT_EQ(plx_dev_event_callback_register("0000:01:00.0", on_dev_event, &one), 0);
	EXPECT_EQ(plx_dev_event_callback_register("0000:01:00.0", on_dev_event, &one), -EEXIST);
	ASSERT_EQ(plx_dev_event_callback_register(nullptr, on_dev_event, &all), 0);
	EXPECT_EQ(plx_dev_event_callback_process("0000:01:00.0", PLX_DEV_EVENT_REMOVE), 2);
	EXPECT_EQ(plx_dev_event_callback_process("0000:02:00.0", PLX_DEV_EVENT_ERROR), 1);
	EXPECT_EQ(one.calls.get(), 1);
	EXPECT_EQ(one.event, PLX_DEV_EVENT_REMOVE);
	EXPECT_EQ(all.calls.get(), 2);
	EXPECT_EQ(all.name, "0000:02:00.0");
	EXPECT_EQ(all.event, PLX_DEV_EVENT_ERROR);
	EXPECT_EQ(plx_dev_event_callback_unregister("0000:02:00.0", on_dev_event, &one), -ENOENT);
	EXPECT_EQ(plx_dev_event_callback_unregister("0000:01:00.0", on_dev_event, &one), 0);
	EXPECT_EQ(plx_dev_event_callback_unregister(nullptr, on_dev_event, &all), 0);
	EXPECT_EQ(plx_dev_event_callback_process("0000:01:00.0", PLX_DEV_EVENT_REMOVE), 0);
}

TEST(DevEvents, ErrorsAreLogged)
{
	Seen seen;

	seen.ret = -ENOSYS;
	ASSERT_EQ(plx_dev_event_callback_register(nullptr, on_dev_event, &seen), 0);
	testing::internal::CaptureStderr();
	EXPECT_EQ(plx_dev_event_callback_process("net_x", PLX_DEV_EVENT_ADD), 1);

	const std::string log = testing::internal::GetCapturedStderr();

	EXPECT_NE(log.find("net_x"), log.npos) << log;
	EXPECT_NE(log.find("ENOSYS"), log.npos) << log;
	EXPECT_EQ(plx_dev_event_callback_unregister(nullptr, on_dev_event, &seen), 0);
}

plx_epoll_event
event_of(void *data)
{
	return { { EPOLLIN | EPOLLET, data } };
}

TEST(Epoll, WakesWithItsData)
{
	Source a, b;
	plx_epoll_event ev = event_of(&a), got[4];

	ASSERT_EQ(plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, a.handle.fd, &ev), 0);
	ev = event_of(&b);
	ASSERT_EQ(plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD, b.handle.fd, &ev), 0);
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 4, 0), 0);
	for (int i = 0; i < 3; i++) {
		b.fire();
		ASSERT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 4, -1), 1);
		EXPECT_EQ(got[0].epdata.data, &b);
		EXPECT_EQ(got[0].epdata.event, unsigned(EPOLLIN));
		EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 4, 0), 0) << "nothing is to be read";
	}
	a.fire();
	b.fire();
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 1, -1), 1);
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 4, -1), 1);
	ASSERT_EQ(plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, a.handle.fd, nullptr), 0);
	a.fire();
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 4, 0), 0);
	ASSERT_EQ(plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, b.handle.fd, nullptr), 0);
	EXPECT_EQ(plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_DEL, b.handle.fd, nullptr),
		-ENOENT);
	EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, got, 0, 0), -EINVAL);
	EXPECT_EQ(plx_epoll_wait(a.handle.fd, got, 1, 0), -EINVAL) << "no epoll file";
}

/* Each thread has its own set, which is closed when the thread ends. */
TEST(Epoll, SetsAreOfTheirThreads)
{
	Source s;
	int lowest = dup(0);
	plx_epoll_event got;

	close(lowest);
	for (int i = 0; i < 3; i++) {
		std::thread([&] {
			plx_epoll_event ev = event_of(&s);

			ASSERT_EQ(plx_epoll_ctl(PLX_EPOLL_PER_THREAD, PLX_INTR_EVENT_ADD,
				s.handle.fd, &ev), 0);
			s.fire();
			ASSERT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &got, 1, -1), 1);
		}).join();
		EXPECT_EQ(plx_epoll_wait(PLX_EPOLL_PER_THREAD, &got, 1, 0), 0);
	}

	int now = dup(0);

	close(now);
	EXPECT_LE(now, lowest + 1) << "files are left open";
}

} // namespace
