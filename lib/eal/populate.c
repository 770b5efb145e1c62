/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Having pages now, as an errno: later it would be a SIGBUS. Nearly all of the time goes into zeroing
 * them, so several CPUs share a large piece.
 */
#include <errno.h>
#include <sys/mman.h>

#include "eal_private.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23	/* Linux 5.14, include/uapi/asm-generic/mman-common.h */
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25	/* Linux 6.1, same place */
#endif

/* Below this a thread costs more than it saves. */
#define PARALLEL_MIN ((size_t)64 << 20)
/* What a thread takes at a time: some 5 ms of work, so that all end at nearly the same time. */
#define SLICE ((size_t)32 << 20)
/* More threads than this only wait for memory. */
#define MAX_THREADS 16u

/* One population, shared by the threads that do it. @next and @err are atomic. */
struct job {
	uint8_t *addr;
	size_t len;
	size_t page_size;
	size_t slice;		/* a multiple of the page size */
	size_t next;		/* offset of what nobody has taken yet */
	int err;		/* the first one; ends it for all */
};

static int
populate(void *addr, size_t len)
{
	int ret;

	do {
		ret = madvise(addr, len, MADV_POPULATE_WRITE) < 0 ? -errno : 0;
	} while (ret == -EINTR || ret == -EAGAIN);
	/* madvise(2): EFAULT stands for the SIGBUS of a hugepage pool that ran dry. */
	return ret == -EFAULT ? -ENOMEM : ret;
}

/*
 * Base pages cost a fault each when they come, and time again when they go: where the kernel can it
 * is to make one of 512. It takes it from the node of what is there already: of the first page,
 * which comes from where mbind(2) said. Only a wish: what this leaves out becomes base pages.
 */
static int
populate_large(void *addr, size_t len, size_t page_size)
{
	for (size_t at = 0; at < len; at += EAL_LARGE_PAGE) {
		int ret = populate(PLX_PTR_ADD(addr, at), page_size);

		if (ret < 0)
			return ret;
	}
	return madvise(addr, len, MADV_COLLAPSE) < 0 ? -errno : 0;
}

static int
populate_slice(void *addr, size_t len, size_t page_size)
{
	int ret = 0;

	if (page_size < EAL_LARGE_PAGE && len >= EAL_LARGE_PAGE)
		ret = populate_large(addr, len, page_size);
	if (ret < 0)
		PLX_LOG(DEBUG, &mem_logtype, "no large pages for %zu bytes at %p (%s)", len, addr,
			plx_strerror(ret));
	return populate(addr, len);
}

/* Do one slice. Return: bytes done; 0 when there is nothing left to take. */
static size_t
do_slice(struct job *job)
{
	size_t at, len;
	int ret, none = 0;

	if (__atomic_load_n(&job->err, __ATOMIC_RELAXED) != 0)
		return 0;
	at = __atomic_fetch_add(&job->next, job->slice, __ATOMIC_RELAXED);
	if (at >= job->len)
		return 0;
	len = PLX_MIN(job->slice, job->len - at);
	ret = populate_slice(job->addr + at, len, job->page_size);
	if (ret == 0)
		return len;
	__atomic_compare_exchange_n(&job->err, &none, ret, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return 0;
}

static void *
helper(void *arg)
{
	while (do_slice(arg) > 0)
		;
	return NULL;
}

/* Helpers for @job beside the calling thread. One that can't be had leaves more to the others. */
static unsigned int
start_helpers(struct job *job, pthread_t *threads)
{
	size_t slices = job->len / job->slice;
	unsigned int wanted, n = 0;
	cpu_set_t cpus;

	if (job->len < PARALLEL_MIN)
		return 0;
	wanted = PLX_MIN(eal_spare_cpus(EAL_BUSY_RUNNING, &cpus), MAX_THREADS);
	wanted = (unsigned int)PLX_MIN((size_t)wanted, slices);
	for (; n + 1 < wanted; n++)
		if (eal_thread_create(&threads[n], "plx-populate", &cpus, helper, job) < 0)
			break;
	return n;
}

/* Start-up's progress line, after @told bytes of the job: what is taken is as good as done. */
static size_t
tell(struct eal_memory *mem, struct job *job, size_t told)
{
	size_t done = PLX_MIN(__atomic_load_n(&job->next, __ATOMIC_RELAXED), job->len) - told;

	if (mem->progress != NULL)
		eal_progress_add(mem->progress, done, eal_now_ns());
	return done;
}

int
eal_populate(struct eal_memory *mem, void *addr, size_t len, size_t page_size)
{
	struct job job = {
		.addr = addr,
		.len = len,
		.page_size = page_size,
		.slice = PLX_MAX(SLICE, page_size),
	};
	pthread_t threads[MAX_THREADS];
	unsigned int n = start_helpers(&job, threads);
	size_t told = 0;

	while (do_slice(&job) > 0)
		told += tell(mem, &job, told);
	/* Can't fail: the threads are ours and nobody else joins them. */
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	tell(mem, &job, told);
	return job.err;
}
