/* SPDX-License-Identifier: BSD-3-Clause */
#include "run_program.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Start the program; its stdout goes to out[1], its stderr to err[1]. */
static pid_t
start(const std::vector<std::string> &argv, const std::string &input, int out[2], int err[2])
{
	std::vector<char *> args;
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	for (const auto &a : argv)
		args.push_back(const_cast<char *>(a.c_str()));
	args.push_back(nullptr);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	if (posix_spawnp(&pid, args[0], &actions, nullptr, args.data(), environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* Append what there is to @text. False at the end. */
static bool
drain(int fd, std::string &text)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		text.append(buf, static_cast<size_t>(n));
	return n > 0 || (n < 0 && errno == EINTR);
}

Outcome
run_program(const std::vector<std::string> &argv, const std::string &trigger, int sig,
	int timeout_s, const std::string &input)
{
	using clock = std::chrono::steady_clock;
	auto deadline = clock::now() + std::chrono::seconds(timeout_s);
	Outcome o = { -1, "", "", false, false };
	int out[2], err[2], status = 0;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return o;
	pid_t pid = start(argv, input, out, err);
	close(out[1]);
	close(err[1]);
	pollfd fds[2] = { { out[0], POLLIN, 0 }, { err[0], POLLIN, 0 } };
	while (pid > 0 && (fds[0].fd >= 0 || fds[1].fd >= 0)) {
		auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
			deadline - clock::now()).count();

		if (left <= 0 || poll(fds, 2, static_cast<int>(left)) == 0) {
			o.timed_out = true;
			kill(pid, SIGKILL);
			break;
		}
		if (fds[0].fd >= 0 && fds[0].revents != 0 && !drain(out[0], o.out))
			fds[0].fd = -1;
		if (fds[1].fd >= 0 && fds[1].revents != 0 && !drain(err[0], o.err))
			fds[1].fd = -1;
		if (sig != 0 && !o.saw_trigger && o.out.find(trigger) != std::string::npos) {
			o.saw_trigger = true;
			kill(pid, sig);
		}
	}
	close(out[0]);
	close(err[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid)
		o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return o;
}

size_t
count_lines(const std::string &text)
{
	return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string
built(const std::string &path)
{
	const auto self = std::filesystem::read_symlink("/proc/self/exe");

	/* BUILD/test/unit/test_... */
	return self.parent_path().parent_path().parent_path() / path;
}
