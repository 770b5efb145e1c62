/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EAL_ENV_H
#define EAL_ENV_H
/*
 * A test program that links eal_env.cc runs all its tests between one plx_eal_init(), without
 * hugepages and devices, and one plx_eal_cleanup(), and fails if either fails.
 */
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

/* Bytes of the heaps in use, to see that a failure leaves nothing behind. */
size_t heap_bytes_in_use();
/* Bytes of all regions, to see that memory went back to the kernel. */
size_t bytes_plugged();

/*
 * Move the calling thread to the CPU number @n, modulo their number, of those that the program was
 * given. Else a new thread stays on the CPU of the main lcore, and nothing runs at the same time.
 */
void run_on_cpu(unsigned int n);

/* All threads that meet here go on together. */
class Gate {
public:
	explicit Gate(unsigned int threads) : missing_(threads) {}
	void meet()
	{
		std::unique_lock<std::mutex> lock(mutex_);
		if (--missing_ == 0)
			open_.notify_all();
		open_.wait(lock, [this] { return missing_ == 0; });
	}

private:
	std::mutex mutex_;
	std::condition_variable open_;
	unsigned int missing_;
};

/* Run fn(0) to fn(n - 1) at the same time, in threads which are no lcores, and wait for them. */
template <typename Fn> void
run_threads(unsigned int n, Fn fn)
{
	Gate gate(n);
	std::vector<std::thread> threads;

	for (unsigned int i = 0; i < n; i++)
		threads.emplace_back([&gate, &fn, i] {
			run_on_cpu(i);
			gate.meet();
			fn(i);
		});
	for (auto &t : threads)
		t.join();
}

#endif
