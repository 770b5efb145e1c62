/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fd-launcher - give a program without rights the devices that it needs, and nothing else.
 *
 * As root it opens /dev/iommu and the VFIO node of each device, becomes another user, and runs the
 * program with the open files and the EAL options that name them. The program can then open neither
 * /dev/iommu nor any node of /dev/vfio itself: what it has been given is all that it gets.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char help[] =
	"usage: fd-launcher --user USER [--memlock MIB] -a BDF[,ARGS]... -- PROGRAM [ARG...]\n"
	"\n"
	"Open /dev/iommu and the VFIO node of each PCI device BDF (bound to vfio-pci), become USER, and\n"
	"run PROGRAM with --iommufd and -a options for them before its own ARGs.\n"
	"\n"
	"  -a, --allow BDF[,ARGS]  a device, as 0000:01:00.0, and what else its -a option shall say\n"
	"  -u, --user USER         who the program runs as\n"
	"  -l, --memlock MIB       what it may map for DMA (RLIMIT_MEMLOCK); without: as much as here\n"
	"  -h, --help              this text\n"
	"\n"
	"Exit status: the program's; 2 for a wrong command line, 1 if the program could not be run.\n";

/* The program's command line: as long as ours and two words for each of our options. */
struct command {
	char **argv;
	size_t n;
};

__attribute__((noreturn, format(printf, 2, 3))) static void
die(int status, const char *format, ...)
{
	va_list args;

	fputs("fd-launcher: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

__attribute__((format(printf, 3, 4))) static void
add(struct command *cmd, const char *option, const char *format, ...)
{
	va_list args;

	cmd->argv[cmd->n++] = strdup(option);
	va_start(args, format);
	if (cmd->argv[cmd->n - 1] == NULL || vasprintf(&cmd->argv[cmd->n], format, args) < 0)
		die(1, "out of memory");
	va_end(args);
	cmd->n++;
}

/* Files stay open through exec: no O_CLOEXEC. */
static int
open_for_program(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		die(1, "can't open %s (%s): %s", path, strerror(errno), errno == EACCES ?
			"run as root" : "is the device bound to vfio-pci, on a kernel with iommufd?");
	return fd;
}

/* /dev/vfio/devices/vfioN of the device, by sysfs. */
static int
open_device(const char *bdf)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", bdf);
	dir = opendir(path);
	if (dir == NULL)
		die(1, "%s: no VFIO node (%s): is it bound to vfio-pci?", bdf, strerror(errno));
	do {
		entry = readdir(dir);
		if (entry == NULL)
			die(1, "%s: %s is empty", bdf, path);
	} while (entry->d_name[0] == '.');
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
	closedir(dir);
	return open_for_program(path);
}

static void
allow(struct command *cmd, char *arg)
{
	char *rest = strchr(arg, ',');

	if (cmd->n == 1)	/* the program, and no device yet */
		add(cmd, "--iommufd", "id=launcher,fd=%d", open_for_program("/dev/iommu"));
	if (rest != NULL)
		*rest++ = '\0';
	add(cmd, "-a", "%s,iommufd=launcher,fd=%d%s%s", arg, open_device(arg), rest != NULL ? "," : "",
		rest != NULL ? rest : "");
}

/* A soft and a hard limit, since only root may raise the latter. */
static void
set_memlock(const char *mib)
{
	char *end;
	unsigned long long n = strtoull(mib, &end, 10);
	struct rlimit limit = { .rlim_cur = n << 20, .rlim_max = n << 20 };

	if (*mib < '0' || *mib > '9' || *end != '\0' || n > RLIM_INFINITY >> 20)
		die(2, "--memlock %s: give a number of MiB", mib);
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		die(1, "can't set RLIMIT_MEMLOCK to %s MiB (%s): run as root", mib, strerror(errno));
}

/* All of it, in the one order in which each step is still allowed. */
static void
become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
	    setuid(user->pw_uid) < 0)
		die(1, "can't become %s (%s): run as root", user->pw_name, strerror(errno));
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "allow", required_argument, NULL, 'a' },
		{ "user", required_argument, NULL, 'u' },
		{ "memlock", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	/* Room: a word of ours becomes two at most, and the first device brings the iommufd. */
	struct command cmd = { .argv = calloc(2 * (size_t)argc + 4, sizeof(char *)) };
	struct passwd *user = NULL;
	size_t program;
	int c;

	if (cmd.argv == NULL)
		die(1, "out of memory");
	program = cmd.n++;	/* known when our options have been read */
	while ((c = getopt_long(argc, argv, "+a:u:l:h", options, NULL)) != -1) {
		switch (c) {
		case 'a':
			allow(&cmd, optarg);
			break;
		case 'u':
			user = getpwnam(optarg);
			if (user == NULL)
				die(2, "--user %s: there is no such user", optarg);
			break;
		case 'l':
			set_memlock(optarg);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	}
	if (user == NULL || cmd.n == 1 || optind == argc)
		die(2, "%s: see --help", user == NULL ? "no --user" : cmd.n == 1 ? "no device" :
			"no program");
	cmd.argv[program] = argv[optind++];
	while (optind < argc)
		cmd.argv[cmd.n++] = argv[optind++];
	become(user);
	execvp(cmd.argv[program], cmd.argv);
	die(1, "can't run %s (%s)", cmd.argv[program], strerror(errno));
}
