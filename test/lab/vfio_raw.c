/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/memfd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <plx_iova.h>

#include "iommufd_uapi.h"
#include "vfio_raw.h"

/* "vfio3" or "noiommu-vfio3": the one name in the device's directory vfio-dev. */
static int
node_of(const char *bdf, char *path, size_t size)
{
	struct dirent *entry;
	int ret = -ENODEV;
	DIR *dir;

	snprintf(path, size, "/sys/bus/pci/devices/%s/vfio-dev", bdf);
	dir = opendir(path);
	if (dir == NULL)
		return -errno;
	while (ret < 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, size, "/dev/vfio/devices/%s", entry->d_name);
		ret = 0;
	}
	closedir(dir);
	return ret;
}

static int
open_rw(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int
raw_open_cdev(const char *bdf, int iommufd)
{
	struct uapi_vfio_bind_iommufd bind = { .argsz = sizeof(bind), .iommufd = iommufd };
	char path[PATH_MAX];
	int ret = node_of(bdf, path, sizeof(path));
	int fd = ret < 0 ? ret : open_rw(path);

	if (fd < 0)
		return fd;
	if (ioctl(fd, UAPI_VFIO_DEVICE_BIND_IOMMUFD, &bind) == 0)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

int
raw_open_group(const char *bdf)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", bdf);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		return -errno;
	link[len] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%s", basename(link));
	if (access(path, F_OK) < 0)
		snprintf(path, sizeof(path), "/dev/vfio/noiommu-%s", basename(link));
	return open_rw(path);
}

int
raw_attach(struct plx_iova_space *space, const char *bdf)
{
	bool iommufd = strcmp(plx_iova_space_name(space), "iommufd") == 0;
	int fd = iommufd ? raw_open_cdev(bdf, plx_iova_space_fd(space)) : raw_open_group(bdf);
	int ret;

	if (fd < 0)
		return fd;
	ret = plx_iova_attach(space, fd);
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

int
raw_detach(struct plx_iova_space *space, int fd)
{
	int ret = plx_iova_detach(space, fd);

	close(fd);
	return ret;
}

void *
raw_hugepages(void *va, size_t len, int *fd)
{
	int flags = MAP_SHARED | MAP_POPULATE | (va != NULL ? MAP_FIXED_NOREPLACE : 0);
	void *addr;

	*fd = memfd_create("raw", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
	if (*fd < 0)
		return NULL;
	addr = ftruncate(*fd, (off_t)len) == 0 ?
		mmap(va, len, PROT_READ | PROT_WRITE, flags, *fd, 0) : MAP_FAILED;
	if (addr != MAP_FAILED)
		return addr;
	close(*fd);
	*fd = -1;
	return NULL;
}

/* The number behind "NAME:" at the start of a line of @path. */
static long
number_of(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	size_t len = strlen(name);
	long value = LONG_MIN;
	char line[256];

	if (file == NULL)
		return LONG_MIN;
	while (value == LONG_MIN && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			value = strtol(line + len + 1, NULL, 10);
	fclose(file);
	return value;
}

long
raw_status_kb(const char *name)
{
	return number_of("/proc/self/status", name);
}

long
raw_pinned_kb(const struct plx_iova_space *space)
{
	return raw_status_kb(strcmp(plx_iova_space_name(space), "iommufd") == 0 ? "VmPin" : "VmLck");
}

long
raw_hugepages_free(void)
{
	return number_of("/proc/meminfo", "HugePages_Free");
}
