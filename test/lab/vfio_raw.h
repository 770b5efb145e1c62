/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_VFIO_RAW_H
#define TEST_VFIO_RAW_H
/* What tests and benchmarks of lib/iova need of a device and of the kernel, without the EAL. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <plx_common.h>

PLX_BEGIN_DECLS

struct plx_iova_space;

/* @bdf's node, bound to @iommufd; or its group. Open file, or a negative errno. */
int raw_open_cdev(const char *bdf, int iommufd);
int raw_open_group(const char *bdf);

/* Attach @bdf to @space as its backend wants it. The fd for raw_detach(), or a negative errno. */
int raw_attach(struct plx_iova_space *space, const char *bdf);
int raw_detach(struct plx_iova_space *space, int fd);

/*
 * Populated 2 MiB pages of a memfd, mapped shared at @va (NULL: where the kernel likes; else it
 * must be free). *fd gets the file. NULL on failure, with errno.
 */
void *raw_hugepages(void *va, size_t len, int *fd);

/* A line of /proc/self/status in KiB, as "VmPin"; LONG_MIN if it is not there. */
long raw_status_kb(const char *name);
/* What the kernel has pinned for this process: VmPin for iommufd, VmLck for type1. In KiB. */
long raw_pinned_kb(const struct plx_iova_space *space);
/* Free hugepages of 2 MiB. */
long raw_hugepages_free(void);

PLX_END_DECLS
#endif
