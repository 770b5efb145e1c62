/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_IOVA_BENCH_H
#define BENCH_IOVA_BENCH_H
/* The measurements of plx-bench-iova. Each prints its results; 0, or a negative errno. */
#include "iova.h"

/* Devices by PCI address. */
int bench_map_iommufd(const char *bdf);
int bench_map_type1(const char *bdf);
int bench_share(const char *first, const char *second);

/* On a backend that only counts. */
int bench_terabyte(void);
int bench_extents(uint64_t n);

#endif
