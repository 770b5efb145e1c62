/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the kernel refuses for lack of rights or by a limit: threads and binding to a node. Each test
 * is a process of its own, since what is taken away from it never comes back.
 */
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <dirent.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <eal_private.h>

namespace {

constexpr size_t MB = 1 << 20;

/* In the child: what is not so is told on stdout and ends it. */
#define CHECK_THAT(x) do { \
	if (!(x)) { \
		printf("line %d: not so: %s (errno %d)\n", __LINE__, #x, errno); \
		fflush(stdout); \
		_exit(1); \
	} \
} while (0)

/* Run @body in a process of its own. Return: what it wrote to stderr. It fails if the body does. */
std::string
in_child(const std::function<void()> &body)
{
	testing::internal::CaptureStderr();
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		body();
		fflush(nullptr);
		_exit(0);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	return testing::internal::GetCapturedStderr();
}

/* From now on system calls @a and @b of this process fail with @err. See seccomp(2). */
void
deny(uint32_t a, uint32_t b, uint32_t err)
{
	sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, a, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, b, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	sock_fprog program = { PLX_DIM(code), code };

	CHECK_THAT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK_THAT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

void
deny_threads()
{
	deny(SYS_clone, SYS_clone3, EAGAIN);
}

/* As a log line has it. */
std::string
name(int err)
{
	return plx_strerror(err);
}

int
init(std::vector<std::string> args)
{
	std::vector<char *> argv;

	args.insert(args.begin(), { "test", "--no-huge", "--no-pci" });
	for (auto &a : args)
		argv.push_back(a.data());
	argv.push_back(nullptr);
	return plx_eal_init(static_cast<int>(args.size()), argv.data());
}

size_t
threads()
{
	DIR *d = opendir("/proc/self/task");
	size_t n = 0;

	while (dirent *e = readdir(d))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/* Mappings of this process whose line has @text. */
size_t
mappings(const std::string &text)
{
	std::ifstream maps("/proc/self/maps");
	std::string line;
	size_t n = 0;

	while (std::getline(maps, line))
		n += line.find(text) != std::string::npos;
	return n;
}

size_t
plugged()
{
	size_t sum = 0;

	plx_mem_region_walk([](const plx_mem_region *r, void *arg) {
		*static_cast<size_t *>(arg) += r->len;
		return 0;
	}, &sum);
	return sum;
}

/* The thread that calls does it all. */
TEST(Denied, ThreadsThatPopulate)
{
	std::string log = in_child([] {
		deny_threads();
		CHECK_THAT(init({ "-l", "0", "-m", "128" }) >= 0);
		plx_mem_region_walk([](const plx_mem_region *r, void *) {
			std::vector<unsigned char> in_core(r->len / 4096);

			CHECK_THAT(mincore(r->addr, r->len, in_core.data()) == 0);
			CHECK_THAT(std::all_of(in_core.begin(), in_core.end(),
				[](unsigned char c) { return c & 1; }));
			return 0;
		}, nullptr);
		CHECK_THAT(plugged() == 128 * MB);
		CHECK_THAT(plx_eal_cleanup() == 0);
	});
	EXPECT_EQ(log, "");
}

/* Memory comes and goes without it, only not by itself; that is said once. */
TEST(Denied, TheReaperThread)
{
	std::string log = in_child([] {
		CHECK_THAT(init({ "-l", "0" }) >= 0);
		deny_threads();
		void *a = plx_malloc("a", 40 * MB, 0), *b = plx_malloc("b", 40 * MB, 0);
		CHECK_THAT(a != nullptr && b != nullptr);
		plx_free(a);
		plx_free(b);
		size_t all = plugged();
		CHECK_THAT(plx_mem_trim() == static_cast<int64_t>(all));
		CHECK_THAT(plugged() == 0);
		CHECK_THAT(plx_eal_cleanup() == 0);
	});
	EXPECT_EQ(log, "MEM: no thread to give empty memory back (" + name(EAGAIN) + "): it stays "
		"until plx_mem_trim()\n");
}

TEST(Denied, ThreadsOfLcores)
{
	std::string log = in_child([] {
		const size_t own = threads();	/* ThreadSanitizer has one, too */
		cpu_set_t before, after;

		CHECK_THAT(sched_getaffinity(0, sizeof(before), &before) == 0);
		deny_threads();
		CHECK_THAT(init({ "--lcores", "0@0,1@0", "-m", "16" }) == -EAGAIN);
		CHECK_THAT(threads() == own);
		CHECK_THAT(mappings("memfd:pollux") == 0);
		CHECK_THAT(sched_getaffinity(0, sizeof(after), &after) == 0);
		CHECK_THAT(CPU_EQUAL(&before, &after));
		CHECK_THAT(init({ "-l", "0", "-m", "16" }) >= 0);
		CHECK_THAT(plx_eal_cleanup() == 0);
	});
	EXPECT_EQ(log, "EAL: can't start a thread for lcore 1 (" + name(EAGAIN) + "): check the cpuset "
		"and ulimit -u\n");
}

/* Those that were started before it end again. */
TEST(Denied, TheThirdThreadOfLcores)
{
	constexpr uid_t NOBODYS = 54321;

#ifdef __SANITIZE_THREAD__
	GTEST_SKIP() << "ThreadSanitizer's own thread counts among the user's";
#endif
	if (geteuid() != 0)
		GTEST_SKIP() << "limits on a user's threads need a user without other threads";
	std::string log = in_child([] {
		rlimit limit = { 3, 3 };

		CHECK_THAT(setresuid(NOBODYS, NOBODYS, NOBODYS) == 0);
		CHECK_THAT(setrlimit(RLIMIT_NPROC, &limit) == 0);
		CHECK_THAT(init({ "--lcores", "0@0,1@0,2@0,3@0", "-m", "16" }) == -EAGAIN);
		CHECK_THAT(threads() == 1);
		CHECK_THAT(mappings("memfd:pollux") == 0);
		CHECK_THAT(init({ "--lcores", "0@0,1@0,2@0", "-m", "16" }) >= 0);
		CHECK_THAT(threads() == 3);
		CHECK_THAT(plx_eal_cleanup() == 0);
	});
	EXPECT_EQ(log, "EAL: can't start a thread for lcore 3 (" + name(EAGAIN) + "): check the cpuset "
		"and ulimit -u\n");
}

/* As in a container. An allocation has the errno, start-up a line; nothing is left of either. */
TEST(Denied, BindingToANode)
{
	std::string log = in_child([] {
		CHECK_THAT(init({ "-l", "0", "-m", "16" }) >= 0);
		size_t mapped = mappings("memfd:pollux");
		eal_options opts = {};

		deny(SYS_mbind, SYS_mbind, EPERM);
		eal.mem.bind_nodes = true;	/* as on a machine with two */
		errno = 0;
		CHECK_THAT(plx_malloc("a", 40 * MB, 0) == nullptr);
		CHECK_THAT(errno == EPERM);
		CHECK_THAT(plugged() == 16 * MB);
		CHECK_THAT(mappings("memfd:pollux") == mapped);
		opts.memory = 32 * MB;
		CHECK_THAT(eal_memory_plug_initial(&eal.mem, &opts) == -EPERM);
		CHECK_THAT(plugged() == 16 * MB);
		CHECK_THAT(mappings("memfd:pollux") == mapped);
		eal.mem.bind_nodes = false;
		void *a = plx_malloc("a", 40 * MB, 0);
		CHECK_THAT(a != nullptr);
		plx_free(a);
		CHECK_THAT(plx_eal_cleanup() == 0);
	});
	EXPECT_EQ(log, "MEM: -m 32: may not bind 32 MiB to node 0 (" + name(EPERM) + "): let the seccomp "
		"profile of the container allow mbind\n");
}

} // namespace
