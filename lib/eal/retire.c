/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving back what is empty, off the path of whoever frees. A region goes when it has been empty for a
 * while and its heap has more empty memory than it is to keep: an allocation that comes and goes
 * again and again finds its region still there, and makes no kernel call.
 */
#include <errno.h>
#include <time.h>

#include "eal_private.h"

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull
/* What small allocations come and go in: twice the largest step that heap.c shares among them. */
#define DEFAULT_KEEP ((size_t)64 << 20)
/* Longer than the pause of a program that sets up its ports again; short for who waits for memory. */
#define DEFAULT_DELAY_NS (2 * NS_PER_S)

void
eal_reaper_init(struct eal_memory *mem)
{
	mem->reaper.keep = mem->match_allocations ? 0 : DEFAULT_KEEP;
	mem->reaper.delay_ns = mem->match_allocations ? 0 : DEFAULT_DELAY_NS;
}

static bool
may_retire(const struct eal_region *r)
{
	return r->empty && !r->pinned;
}

/*
 * The largest region that may go now, so that what stays is as near as can be to what is to be kept;
 * with @all whatever is empty. *due gets when the next one may go, UINT64_MAX: never.
 */
static struct eal_region *
choose(struct eal_memory *mem, bool all, uint64_t now, uint64_t *due)
{
	struct eal_region *r = NULL, *best = NULL;

	*due = UINT64_MAX;
	while ((r = eal_region_next(mem, r)) != NULL) {
		uint64_t at = r->empty_since + mem->reaper.delay_ns;

		if (!may_retire(r) ||
		    (!all && mem->heaps[r->pub.socket_id].empty <= mem->reaper.keep))
			continue;
		*due = PLX_MIN(*due, at);
		if ((all || at <= now) && (best == NULL || r->pub.len > best->pub.len))
			best = r;
	}
	return best;
}

/* Return: bytes given back; 0 if there was nothing to; the errno of a listener. */
static int64_t
retire_one(struct eal_memory *mem, bool all)
{
	struct eal_region *r;
	uint64_t due;
	size_t len = 0;
	int ret = 0;

	pthread_mutex_lock(&mem->event_lock);
	pthread_mutex_lock(&mem->lock);
	r = choose(mem, all, eal_now_ns(), &due);
	if (r != NULL) {
		heap_take_region(mem, r);
		r->state = REGION_RETIRING;
		len = r->pub.len;
	}
	pthread_mutex_unlock(&mem->lock);
	/* The slow part: allocations go on beside it. */
	if (r != NULL)
		ret = eal_region_unplug(mem, r);
	pthread_mutex_lock(&mem->lock);
	mem->reaper.retired += r != NULL && ret == 0;
	pthread_mutex_unlock(&mem->lock);
	pthread_mutex_unlock(&mem->event_lock);
	return ret < 0 ? ret : (int64_t)len;
}

int64_t
eal_trim(struct eal_memory *mem)
{
	int64_t sum = 0, ret;
	int first = 0;

	/* Ends: what can't go is out of the heap, and not chosen again. */
	while ((ret = retire_one(mem, true)) != 0) {
		if (ret > 0)
			sum += ret;
		else if (first == 0)
			first = (int)ret;
	}
	return first < 0 ? first : sum;
}

/* eal_now_ns() lags behind the clock that sleeping goes by, by a tick of the kernel at most. */
#define TICK_NS (10 * NS_PER_MS)

/* lock is held, and free while it sleeps. */
static void
sleep_until(struct eal_memory *mem, uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)((ns + TICK_NS) / NS_PER_S),
		.tv_nsec = (long)((ns + TICK_NS) % NS_PER_S),
	};

	/* ETIMEDOUT or woken: the caller looks again either way. */
	pthread_cond_timedwait(&mem->reaper.wake, &mem->lock, &ts);
}

static void
sleep_until_woken(struct eal_memory *mem)
{
	mem->reaper.idle = true;
	while (mem->reaper.idle && !mem->reaper.quit)
		pthread_cond_wait(&mem->reaper.wake, &mem->lock);
	mem->reaper.idle = false;
}

/*
 * Sleeps until the next region is due. Only when none became empty for a whole delay does it sleep
 * without an end, since then the next free has to wake it, which is a kernel call.
 */
static void *
reap(void *arg)
{
	struct eal_memory *mem = arg;
	struct eal_reaper *reaper = &mem->reaper;
	uint64_t seen, due;

	pthread_mutex_lock(&mem->lock);
	seen = reaper->emptied;
	while (!reaper->quit) {
		uint64_t now = eal_now_ns();

		if (choose(mem, false, now, &due) != NULL) {
			pthread_mutex_unlock(&mem->lock);
			/* What a listener can't let go of it has logged, and it is not chosen again. */
			retire_one(mem, false);
			pthread_mutex_lock(&mem->lock);
		} else if (due == UINT64_MAX && reaper->emptied == seen) {
			sleep_until_woken(mem);
		} else {
			seen = reaper->emptied;
			sleep_until(mem, due != UINT64_MAX ? due : now + reaper->delay_ns);
		}
	}
	pthread_mutex_unlock(&mem->lock);
	return NULL;
}

void
eal_reaper_notify(struct eal_memory *mem, const struct eal_heap *heap)
{
	struct eal_reaper *reaper = &mem->reaper;

	reaper->emptied++;
	if (reaper->idle && heap->empty > reaper->keep) {
		reaper->idle = false;
		pthread_cond_signal(&reaper->wake);
	}
}

static int
start(struct eal_memory *mem)
{
	struct eal_reaper *reaper = &mem->reaper;
	pthread_condattr_t attr;
	cpu_set_t cpus;
	int ret;

	ret = -pthread_condattr_init(&attr);
	if (ret < 0)
		return ret;
	ret = -pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (ret == 0)
		ret = -pthread_cond_init(&reaper->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (ret < 0)
		return ret;
	eal_spare_cpus(EAL_BUSY_WORKERS, &cpus);
	ret = eal_thread_create(&reaper->thread, "plx-reaper", &cpus, reap, mem);
	if (ret < 0)
		pthread_cond_destroy(&reaper->wake);
	return ret;
}

/* At the first growth: a program that lives in what start-up plugged needs no reaper. */
void
eal_reaper_start(struct eal_memory *mem)
{
	bool warn = false;
	int ret = 0;

	pthread_mutex_lock(&mem->lock);
	if (!mem->reaper.started) {
		ret = start(mem);
		mem->reaper.started = ret == 0;
		warn = ret < 0 && !mem->reaper.warned;
		mem->reaper.warned |= warn;
	}
	pthread_mutex_unlock(&mem->lock);
	if (warn)
		PLX_LOG(WARNING, &mem_logtype, "no thread to give empty memory back (%s): it stays "
			"until plx_mem_trim()", plx_strerror(ret));
}

void
eal_reaper_stop(struct eal_memory *mem)
{
	struct eal_reaper *reaper = &mem->reaper;

	if (!reaper->started)
		return;
	pthread_mutex_lock(&mem->lock);
	reaper->quit = true;
	pthread_cond_signal(&reaper->wake);
	pthread_mutex_unlock(&mem->lock);
	pthread_join(reaper->thread, NULL);
	pthread_cond_destroy(&reaper->wake);
	reaper->started = false;
	reaper->quit = false;
}

int
plx_mem_retire_limits_set(size_t keep_bytes, unsigned int delay_ms)
{
	struct eal_memory *mem = &eal.mem;

	if (!mem->ready)
		return -EINVAL;
	pthread_mutex_lock(&mem->lock);
	mem->reaper.keep = keep_bytes;
	mem->reaper.delay_ns = delay_ms * NS_PER_MS;
	mem->reaper.idle = false;
	if (mem->reaper.started)
		pthread_cond_signal(&mem->reaper.wake);
	pthread_mutex_unlock(&mem->lock);
	return 0;
}

int64_t
plx_mem_trim(void)
{
	return eal.mem.ready ? eal_trim(&eal.mem) : -EINVAL;
}
