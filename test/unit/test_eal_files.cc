/* SPDX-License-Identifier: BSD-3-Clause */
/* Files behind regions: names, locks, and what is left of dead processes. Any directory will do. */
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <eal_private.h>

namespace {

class Files : public testing::Test {
protected:
	void SetUp() override
	{
		ASSERT_NE(mkdtemp(dir), nullptr);
		files.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ASSERT_GE(files.dir_fd, 0);
		files.prefix = "t";
	}

	void TearDown() override
	{
		for (const auto &name : names())
			unlinkat(files.dir_fd, name.c_str(), 0);
		eal_files_close(&files);
		EXPECT_EQ(rmdir(dir), 0);
	}

	std::set<std::string> names()
	{
		std::set<std::string> all;
		DIR *d = opendir(dir);

		while (dirent *e = readdir(d))
			if (e->d_name[0] != '.')
				all.insert(e->d_name);
		closedir(d);
		return all;
	}

	/* A process that makes a file, and lives until it is killed. */
	pid_t other_process()
	{
		int tell[2];
		char c;

		EXPECT_EQ(pipe(tell), 0);
		pid_t pid = fork();
		if (pid == 0) {
			eal_file f;

			if (eal_file_make(&files, 8192, 4096, &f) < 0 || write(tell[1], "x", 1) != 1)
				_exit(1);
			pause();
			_exit(0);
		}
		EXPECT_EQ(read(tell[0], &c, 1), 1);
		close(tell[0]);
		close(tell[1]);
		return pid;
	}

	static void kill_it(pid_t pid)
	{
		kill(pid, SIGKILL);
		EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
	}

	char dir[32] = "/tmp/plx_files_XXXXXX";
	eal_files files = {};
};

TEST_F(Files, AlwaysLeavesNoName)
{
	struct stat st;
	eal_file f;

	files.unlink = HUGE_UNLINK_DEFAULT;
	ASSERT_EQ(eal_file_make(&files, 8192, 4096, &f), 0);
	EXPECT_TRUE(names().empty());
	EXPECT_FALSE(f.dirty);
	ASSERT_EQ(fstat(f.fd, &st), 0);
	EXPECT_EQ(st.st_size, 8192);
	eal_file_drop(&files, &f, true);
}

TEST_F(Files, ExistingHasNamesWhileItLives)
{
	eal_file a, b;

	files.unlink = HUGE_UNLINK_EXISTING;
	ASSERT_EQ(eal_file_make(&files, 8192, 4096, &a), 0);
	ASSERT_EQ(eal_file_make(&files, 8192, 4096, &b), 0);
	EXPECT_EQ(names(), (std::set<std::string>{ "tmap_0", "tmap_1" }));
	eal_file_drop(&files, &a, false);
	EXPECT_EQ(names(), (std::set<std::string>{ "tmap_1" }));
	eal_file_drop(&files, &b, true);
	EXPECT_TRUE(names().empty());
}

TEST_F(Files, OnlyDeadProcessesLoseTheirs)
{
	files.unlink = HUGE_UNLINK_EXISTING;
	pid_t dead = other_process(), alive = other_process();
	for (const char *name : { "tmap_x", "tmap_", "other_0", "ttmap_1" })
		close(openat(files.dir_fd, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ASSERT_EQ(names().size(), 6u);
	kill_it(dead);
	EXPECT_EQ(eal_files_remove_stale(&files), 1);
	EXPECT_EQ(names().count("tmap_0"), 0u);
	EXPECT_EQ(names().count("tmap_1"), 1u);
	EXPECT_EQ(names().size(), 5u);
	kill_it(alive);
	EXPECT_EQ(eal_files_remove_stale(&files), 1);
}

/* The pages of a dead process are taken over, and known not to be zero; those of a living are not. */
TEST_F(Files, NeverTakesOver)
{
	eal_file f;

	files.unlink = HUGE_UNLINK_NEVER;
	pid_t pid = other_process();
	ASSERT_EQ(eal_file_make(&files, 4096, 4096, &f), 0);
	EXPECT_EQ(f.number, 1u);
	EXPECT_FALSE(f.dirty);
	eal_file_drop(&files, &f, true);
	EXPECT_EQ(names().size(), 2u);
	kill_it(pid);
	ASSERT_EQ(eal_file_make(&files, 4096, 4096, &f), 0);
	EXPECT_EQ(f.number, 0u);
	EXPECT_TRUE(f.dirty);
	eal_file_drop(&files, &f, false);	/* memory that is given back while it runs goes */
	EXPECT_EQ(names(), (std::set<std::string>{ "tmap_1" }));
}

TEST_F(Files, FailureLeavesNothing)
{
	eal_file f;

	files.unlink = HUGE_UNLINK_EXISTING;
	EXPECT_EQ(eal_file_make(&files, SIZE_MAX, 4096, &f), -EINVAL);
	EXPECT_TRUE(names().empty());
}

} // namespace
