/* SPDX-License-Identifier: BSD-3-Clause */
/* plx-testpmd: forward packets between ports, as DPDK's testpmd does. The life of the program. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <plx_eal.h>
#include <plx_errno.h>

#include "testpmd.h"

PLX_LOG_REGISTER(testpmd_logtype, "app.testpmd", "testpmd", INFO)

/* A run may come with closed standard files; whatever is opened later must not become them. */
static int
fill_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -EBADF;
	return 0;
}

/*
 * From here on SIGINT and SIGTERM only make a file readable. It is done before there are other
 * threads, which inherit that; and the file is never read, so that every wait sees the signal.
 */
static int
open_signals(struct testpmd *tp)
{
	sigset_t end;
	int ret;

	sigemptyset(&end);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &end, NULL) == 0) {
		tp->signal_fd = signalfd(-1, &end, SFD_CLOEXEC);
		if (tp->signal_fd >= 0)
			return 0;
	}
	ret = -errno;
	TESTPMD_LOG(ERR, "signals can't be caught (%s)", plx_strerror(ret));
	return ret;
}

/* poll() that a stray signal does not end. Return: as poll(), or a negative errno. */
static int
wait_files(struct pollfd *files, nfds_t n, int ms)
{
	int ret;

	do {
		ret = poll(files, n, ms);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

int
wait_signal(const struct testpmd *tp, int ms)
{
	struct pollfd file = { .fd = tp->signal_fd, .events = POLLIN };

	return wait_files(&file, 1, ms);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
wait_and_serve(struct testpmd *tp, int ms, bool input)
{
	/* poll(2) passes over a negative file. */
	struct pollfd files[] = {
		{ .fd = tp->signal_fd, .events = POLLIN },
		{ .fd = tp->hot_fd[0], .events = POLLIN },
		{ .fd = input ? STDIN_FILENO : -1, .events = POLLIN },
	};
	const int64_t end = now_ms() + ms;
	int ret;

	do {
		ret = wait_files(files, 3, ms < 0 ? -1 : (int)PLX_MAX(end - now_ms(), (int64_t)0));
		if (ret > 0 && files[0].revents != 0)
			return CAME_SIGNAL;
		if (ret > 0 && files[1].revents == 0)
			return CAME_INPUT;
		if (ret > 0)
			ret = hotplug_serve(tp);
		else if (ret == 0)
			return 0;
	} while (ret == 0);
	return ret;
}

/* Show statistics, at once first. Return: 0 or a negative errno. */
static int
show_until_signal(struct testpmd *tp)
{
	int64_t next = now_ms(), left;
	int ret;

	do {
		stats_show_ports(tp);
		next += tp->opts.stats_period * 1000;
		left = next - now_ms();
		ret = wait_and_serve(tp, (int)PLX_MAX(left, (int64_t)0), false);
	} while (ret == 0);
	return ret < 0 ? ret : 0;
}

/*
 * A byte, or the end of input from a terminal, is the user's Enter. Any other end of input is not:
 * programs that nobody types to, as services, run with /dev/null there.
 */
static bool
is_enter(void)
{
	ssize_t n;
	char c;

	do {
		n = read(STDIN_FILENO, &c, 1);
	} while (n < 0 && errno == EINTR);
	return n > 0 || (n == 0 && isatty(STDIN_FILENO));
}

static int
wait_enter_or_signal(struct testpmd *tp)
{
	int ret;

	printf("Press enter to exit\n");
	fflush(stdout);
	ret = wait_and_serve(tp, -1, true);
	if (ret != CAME_INPUT || is_enter())
		return ret < 0 ? ret : 0;
	printf("End of input: running until SIGINT or SIGTERM\n");
	fflush(stdout);
	ret = wait_and_serve(tp, -1, false);
	return ret < 0 ? ret : 0;
}

/* Until it shall end. */
static int
forward(struct testpmd *tp)
{
	int ret;

	printf("No commandline core given, start packet forwarding\n");
	ret = forward_start(tp, tp->opts.tx_first);
	if (ret < 0)
		return ret;
	ret = tp->opts.stats_period ? show_until_signal(tp) : wait_enter_or_signal(tp);
	if (ret < 0)
		TESTPMD_LOG(ERR, "waiting for the end failed (%s)", plx_strerror(ret));
	return ret;
}

static int
interact(struct testpmd *tp)
{
	int ret = 0;

	if (tp->opts.auto_start) {
		printf("Start automatic packet forwarding\n");
		ret = forward_start(tp, tp->opts.tx_first);
	}
	return ret < 0 ? ret : prompt(tp);
}

/* What the options chose, in DPDK's words. */
static void
print_options(const struct testpmd_options *o)
{
	if (o->interactive)
		printf("Interactive-mode selected\n");
	if (o->engine_given)
		printf("Set %s packet forwarding mode\n", o->engine->name);
	if (o->auto_start)
		printf("Auto-start selected\n");
	if (o->tx_first)
		printf("Ports to start sending a burst of packets first\n");
}

/* All that happens between plx_eal_init() and plx_eal_cleanup(). */
static int
run(struct testpmd *tp)
{
	int ret, close_ret;

	print_options(&tp->opts);
	ret = streams_check_lcores(tp);
	if (ret == 0)
		ret = ports_open(tp);
	if (ret < 0)
		return ret;
	ret = hotplug_open(tp);
	if (ret == 0)
		ret = ports_check_links(tp);
	if (ret == 0)
		ret = tp->opts.interactive ? interact(tp) : forward(tp);
	forward_stop(tp);
	hotplug_close(tp);
	close_ret = ports_stop(tp);
	if (ret == 0)
		ret = close_ret;
	close_ret = ports_close(tp);
	return ret < 0 ? ret : close_ret;
}

/* Text that nobody got is an error too. */
static int
check_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	TESTPMD_LOG(ERR, "standard output can't be written (%s)", plx_strerror(errno));
	return -EIO;
}

/* Where the options of the program start: at "--", or, if there is none, behind the last. */
static int
find_options(int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	return i;
}

int
main(int argc, char **argv)
{
	struct testpmd tp = { .hot_fd = { -1, -1 } };
	int first = find_options(argc, argv), ret, cleanup_ret;

	ret = fill_standard_fds();
	if (ret == 0)
		ret = options_parse(&tp.opts, argc - first, argv + first);
	if (ret == 0)
		ret = open_signals(&tp);
	if (ret == 0)
		ret = plx_eal_init(argc, argv);
	if (ret >= 0) {
		ret = run(&tp);
		printf("\nBye...\n");
		cleanup_ret = plx_eal_cleanup();
		ret = ret < 0 ? ret : cleanup_ret;
	}
	if (check_output() < 0)
		return EXIT_FAILURE;
	/* --help and the like end with -ECANCELED, as asked for. */
	return ret == 0 || ret == -ECANCELED ? EXIT_SUCCESS : EXIT_FAILURE;
}
