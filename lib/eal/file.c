/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files behind regions: sealed memfds, or with --huge-dir files in a hugetlbfs. Those are named
 * PREFIXmap_N, and locked as long as their process lives: a file that can be locked is a dead one's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "eal_private.h"

#define NAME_SIZE 256
#define MAX_FILES 1000000u

/* -ENAMETOOLONG can't come from here: options.c limits the prefix. */
static void
file_name(const struct eal_files *files, unsigned int number, char *name)
{
	snprintf(name, NAME_SIZE, "%smap_%u", files->prefix, number);
}

static bool
is_ours(const struct eal_files *files, const char *name)
{
	size_t len = strlen(files->prefix);

	if (strncmp(name, files->prefix, len) != 0 || strncmp(name + len, "map_", 4) != 0)
		return false;
	name += len + 4;
	return name[0] != '\0' && name[strspn(name, "0123456789")] == '\0';
}

/* Is the open file still the one of that name, after the wait for its lock? */
static bool
still_named(int dir_fd, const char *name, int fd)
{
	struct stat by_fd, by_name;

	return fstat(fd, &by_fd) == 0 && S_ISREG(by_fd.st_mode) &&
		fstatat(dir_fd, name, &by_name, AT_SYMLINK_NOFOLLOW) == 0 &&
		by_fd.st_dev == by_name.st_dev && by_fd.st_ino == by_name.st_ino;
}

/* 1 if it was dead and is gone, 0 if it is in use or another user's. */
static int
remove_if_dead(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int gone;

	if (fd < 0)
		return 0;
	gone = flock(fd, LOCK_EX | LOCK_NB) == 0 && still_named(dir_fd, name, fd) &&
		unlinkat(dir_fd, name, 0) == 0;
	close(fd);
	return gone;
}

int
eal_files_remove_stale(const struct eal_files *files)
{
	/* Opened anew, since readdir(3) moves the offset of the descriptor. */
	int fd = openat(files->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *d;
	int n = 0, ret = -errno;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while ((d = readdir(dir)) != NULL)
		if (is_ours(files, d->d_name))
			n += remove_if_dead(files->dir_fd, d->d_name);
	closedir(dir);
	return n;
}

/* 0 or a negative errno; *page_size is the mount's. */
static int
open_dir(const char *path, int *dir_fd, size_t *page_size)
{
	struct statfs fs;
	int ret = 0;

	*dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir_fd < 0)
		return -errno;
	if (fstatfs(*dir_fd, &fs) < 0)
		ret = -errno;
	else if (fs.f_type != HUGETLBFS_MAGIC)
		ret = -ENODEV;
	if (ret < 0) {
		close(*dir_fd);
		*dir_fd = -1;
		return ret;
	}
	*page_size = (size_t)fs.f_bsize;
	return 0;
}

/* *page_size is left alone without --huge-dir. */
int
eal_files_open(struct eal_files *files, const struct eal_options *opts, size_t *page_size)
{
	int ret;

	files->dir_fd = -1;
	files->prefix = opts->file_prefix != NULL ? opts->file_prefix : EAL_FILE_PREFIX;
	files->unlink = opts->huge_unlink;
	if (opts->huge_dir == NULL)
		return 0;
	ret = open_dir(opts->huge_dir, &files->dir_fd, page_size);
	if (ret < 0) {
		PLX_LOG(ERR, &mem_logtype, "--huge-dir %s is no hugetlbfs that can be used (%s): mount -t "
			"hugetlbfs nodev %s, or leave the option out", opts->huge_dir,
			plx_strerror(ret), opts->huge_dir);
		return ret;
	}
	ret = files->unlink != HUGE_UNLINK_NEVER ? eal_files_remove_stale(files) : 0;
	if (ret < 0)
		PLX_LOG(ERR, &mem_logtype, "--huge-dir %s: can't list it (%s): make it readable",
			opts->huge_dir, plx_strerror(ret));
	else if (ret > 0)
		PLX_LOG(NOTICE, &mem_logtype, "--huge-dir %s: removed %d files of dead processes",
			opts->huge_dir, ret);
	return ret < 0 ? ret : 0;
}

void
eal_files_close(struct eal_files *files)
{
	if (files->dir_fd >= 0)
		close(files->dir_fd);
	files->dir_fd = -1;
}

/*
 * A memfd of @len bytes that can't change size any more: a file truncated under a device would leave
 * it with pages that nobody else sees.
 */
static int
make_memfd(size_t len, size_t page_size)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd, ret;

	if (page_size > (size_t)sysconf(_SC_PAGESIZE))
		flags |= MFD_HUGETLB | (unsigned int)__builtin_ctzll(page_size) << MFD_HUGE_SHIFT;
	fd = memfd_create("pollux", flags);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)len) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/*
 * The file of that name, locked, or -EAGAIN if another process has it. With HUGE_UNLINK_NEVER one
 * that a dead process left is taken, and tells by its size that it has old pages.
 */
static int
claim(const struct eal_files *files, const char *name, struct eal_file *file)
{
	int excl = files->unlink == HUGE_UNLINK_NEVER ? 0 : O_EXCL;
	struct stat st;
	int fd = openat(files->dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | excl, 0600);

	if (fd < 0)
		return errno == EEXIST || errno == EACCES ? -EAGAIN : -errno;
	/* Another one's start-up may just take it for a dead one's, and remove it. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !still_named(files->dir_fd, name, fd) ||
	    fstat(fd, &st) < 0) {
		close(fd);
		return -EAGAIN;
	}
	file->fd = fd;
	file->dirty = st.st_size > 0;
	file->named = true;
	return 0;
}

static int
make_named(const struct eal_files *files, size_t len, struct eal_file *file)
{
	char name[NAME_SIZE];
	int ret = -EAGAIN;

	for (unsigned int n = 0; n < MAX_FILES && ret == -EAGAIN; n++) {
		file->number = n;
		file_name(files, n, name);
		ret = claim(files, name, file);
	}
	if (ret < 0)
		return ret == -EAGAIN ? -EEXIST : ret;
	if (ftruncate(file->fd, (off_t)len) < 0)
		ret = -errno;
	else if (files->unlink == HUGE_UNLINK_DEFAULT || files->unlink == HUGE_UNLINK_ALWAYS) {
		ret = unlinkat(files->dir_fd, name, 0) < 0 ? -errno : 0;
		file->named = ret < 0;
	}
	if (ret < 0)
		eal_file_drop(files, file, false);
	return ret;
}

int
eal_file_make(const struct eal_files *files, size_t len, size_t page_size, struct eal_file *file)
{
	*file = (struct eal_file){ .fd = -1 };
	if (files->dir_fd >= 0)
		return make_named(files, len, file);
	file->fd = make_memfd(len, page_size);
	return file->fd < 0 ? file->fd : 0;
}

void
eal_file_drop(const struct eal_files *files, struct eal_file *file, bool at_exit)
{
	char name[NAME_SIZE];

	if (file->named && !(at_exit && files->unlink == HUGE_UNLINK_NEVER)) {
		file_name(files, file->number, name);
		if (unlinkat(files->dir_fd, name, 0) < 0)
			PLX_LOG(WARNING, &mem_logtype, "%s can't be removed (%s): remove it by hand",
				name, plx_strerror(errno));
	}
	close(file->fd);
	file->fd = -1;
}
