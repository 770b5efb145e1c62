/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EAL_PRIVATE_H
#define EAL_PRIVATE_H
/* What the files of lib/eal share. Nothing of it is exported. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>

#include <plx_callbacks.h>
#include <plx_dev.h>
#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_lcore.h>
#include <plx_log.h>
#include <plx_malloc.h>
#include <plx_memory.h>
#include <plx_memzone.h>

PLX_BEGIN_DECLS

extern struct plx_logtype eal_logtype;
extern struct plx_logtype mem_logtype;

/* When files of --huge-dir lose their names. */
enum eal_huge_unlink {
	HUGE_UNLINK_DEFAULT,	/* not given: as HUGE_UNLINK_ALWAYS */
	HUGE_UNLINK_ALWAYS,	/* as soon as they are open: none is left by whatever death */
	HUGE_UNLINK_EXISTING,	/* when the memory goes; those of dead processes at start */
	HUGE_UNLINK_NEVER,	/* not at exit: the next process finds the pages allocated */
};

/* Options as they were given; texts that later steps parse point into argv. */
struct eal_options {
	struct plx_devarg *devargs;
	const char *lcores;		/* -l/--lcores, NULL: all CPUs of the process */
	const char *main_lcore;		/* NULL: the first one */
	uint64_t memory;		/* -m in bytes, 0: nothing in advance */
	const char *socket_mem;		/* --socket-mem as given, for messages; NULL: not given */
	uint64_t node_memory[PLX_MAX_NUMA_NODES];	/* it, in bytes */
	uint64_t node_limit[PLX_MAX_NUMA_NODES];	/* --socket-limit in bytes, 0: none */
	uint64_t base_virtaddr;		/* 0: EAL_BASE_VIRTADDR */
	const char *huge_dir;		/* NULL: memfd */
	const char *file_prefix;	/* NULL: EAL_FILE_PREFIX */
	enum eal_huge_unlink huge_unlink;
	enum plx_iova_mode iova_mode;	/* --iova-mode; PLX_IOVA_DC: as the devices need it */
	bool in_memory;
	bool no_huge;
	bool match_allocations;
};

/* One lcore and its thread. @lock guards state, f, arg and ret; @changed tells both sides. */
struct eal_lcore {
	bool enabled;
	cpu_set_t cpus;
	int socket_id;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum plx_lcore_state_t state;
	bool quit;
	lcore_function_t *f;
	void *arg;
	int ret;
};

/* By address: pieces of memory that don't overlap. Finding one takes a key of the same type. */
RB_HEAD(eal_region_tree, eal_region);
RB_HEAD(eal_extmem_tree, eal_extmem);
TAILQ_HEAD(eal_listener_list, eal_listener);
LIST_HEAD(eal_memzone_list, eal_memzone);

/* Page sizes that can be in use at once: two of hugepages, or the base page alone. */
#define EAL_PAGE_SIZES 2

/* Reserved address space of one node and page size; memory is plugged into it piece by piece. */
struct eal_arena {
	void *base;			/* NULL: none */
	size_t len;
	size_t page_size;
	int socket_id;
	unsigned int size_index;	/* of the page size in eal_memory.page_sizes */
	struct eal_region_tree regions;
	uint64_t *iovas;		/* of each page, inverted; PLX_IOVA_PA only, see iova.c */
};

/* The file of a region. */
struct eal_file {
	int fd;
	unsigned int number;		/* in its name, if it has one */
	bool named;
	bool dirty;			/* left by another process: not zeroed */
};

enum eal_region_state {
	REGION_PLUGGING,	/* its addresses are taken; being mapped and populated */
	REGION_LIVE,		/* listeners agreed; in the heap */
	REGION_RETIRING,	/* out of the heap, on its way out */
	REGION_STUCK,		/* a listener can't let go of it: stays mapped, is never used again */
};

/* One plugged piece of an arena. */
struct eal_region {
	struct plx_mem_region pub;
	struct eal_arena *arena;
	struct eal_file file;
	enum eal_region_state state;
	bool pinned;			/* plugged at start-up: never retires */
	bool empty;			/* no object in it */
	uint64_t empty_since;		/* then: eal_now_ns() */
	RB_ENTRY(eal_region) node;
};

LIST_HEAD(eal_dma_map_list, eal_dma_map);

/* Memory of the application; see extmem.c. */
struct eal_extmem {
	void *addr;
	size_t len;
	size_t page_size;
	int fd;				/* -1: none */
	uint64_t fd_offset;
	struct eal_dma_map_list dma_maps;	/* guarded by event_lock */
	RB_ENTRY(eal_extmem) node;
};

#define HEAP_CLASSES 48

/* Heap of a node; see heap.c. */
struct eal_heap {
	/* One growth at a time, so that threads that are short together don't grow it twice. */
	pthread_mutex_t growing;
	struct heap_elem *free[EAL_PAGE_SIZES][HEAP_CLASSES];	/* by power of two of the size */
	size_t limit;				/* --socket-limit, 0: none */
	size_t total;				/* bytes plugged */
	size_t used;				/* of them in objects, headers included */
	size_t empty;				/* of them in empty regions that may retire */
	unsigned int objects;
};

/* What an allocation wants. */
struct heap_request {
	int socket_id;
	size_t size;
	size_t align;		/* a power of two, 0: a cache line */
	size_t bound;		/* a power of two that the object crosses no multiple of, 0: none */
	size_t page_size;	/* from pages of this size, 0: of any */
	bool contig;		/* contiguous for devices, even if it is larger than a page */
	const char *type;
};

/* Where the files of regions are. */
struct eal_files {
	int dir_fd;		/* -1: memfd */
	const char *prefix;
	enum eal_huge_unlink unlink;
};

/* Start-up's "populated so far", on stderr; see progress.c. */
struct eal_progress {
	uint64_t total;		/* bytes that will be populated */
	uint64_t done;
	uint64_t next;		/* ns: when to tell again */
	bool terminal;
	bool open_line;
};

/* Who gives back what is empty; see retire.c. */
struct eal_reaper {
	pthread_t thread;
	pthread_cond_t wake;
	bool started;
	bool warned;		/* it could not be started, and that was said */
	bool quit;
	bool idle;		/* sleeps until it is woken, not until a time */
	uint64_t emptied;	/* how often a region became empty */
	uint64_t retired;	/* how many went */
	size_t keep;		/* bytes of empty regions that a heap keeps */
	uint64_t delay_ns;	/* how long a region has been empty before it goes */
};

/*
 * All DMA memory. Three locks, taken in this order:
 *
 * 1. heaps[].growing: one thread at a time grows a heap. Held while the kernel populates.
 * 2. event_lock: regions are announced, listeners come and go, external memory changes. Held while
 *    listeners run and while a region is unmapped, which may take 100 ms.
 * 3. lock: everything in here and every object header in the heaps. Held for a moment only, never
 *    over a kernel call; an allocation that needs no growth takes this one alone.
 *
 * A region becomes or stops being REGION_LIVE, and @extmems changes, with event_lock and lock held:
 * either one is enough to read. @listeners is event_lock's alone.
 */
struct eal_memory {
	pthread_mutex_t event_lock;
	pthread_mutex_t lock;
	bool ready;
	bool closing;			/* arenas will go as one: don't restore them piece by piece */
	bool match_allocations;
	bool bind_nodes;		/* is there more than one node? */
	unsigned int n_page_sizes;
	size_t page_sizes[EAL_PAGE_SIZES];	/* the preferred one first */
	struct eal_arena arenas[PLX_MAX_NUMA_NODES][EAL_PAGE_SIZES];
	struct eal_heap heaps[PLX_MAX_NUMA_NODES];
	struct eal_listener_list listeners;
	struct eal_memzone_list memzones;
	struct eal_extmem_tree extmems;
	struct eal_files files;
	struct eal_reaper reaper;
	struct eal_progress *progress;	/* NULL after start-up */
};

RB_PROTOTYPE(eal_region_tree, eal_region, node, eal_region_cmp)
RB_PROTOTYPE(eal_extmem_tree, eal_extmem, node, eal_extmem_cmp)

/* Of two ranges for a tree: those that overlap are equal. */
static inline int
eal_range_cmp(const void *a, size_t a_len, const void *b, size_t b_len)
{
	if ((uintptr_t)a + a_len <= (uintptr_t)b)
		return -1;
	return (uintptr_t)b + b_len <= (uintptr_t)a;
}

/* The interrupt thread; see interrupts.c. @lock: starting it, and which files it watches. */
struct eal_intr {
	pthread_mutex_t lock;
	struct plx_callbacks callbacks;	/* keyed by file */
	bool started;
	pthread_t thread;
	int epoll_fd;
	int end_fd;			/* readable: the thread ends */
	uint64_t interrupts;
	uint64_t errors;
};

/* Devices that come and go. */
struct eal_hotplug {
	pthread_mutex_t lock;		/* one call at a time */
	pthread_mutex_t monitor_lock;
	int monitor_fd;			/* the kernel's messages; -1: not listened to */
};

/* The environment. One process has one, as DPDK's API has it; no other file-scope state. */
struct eal {
	bool initialised;
	bool has_hugepages;		/* from the options on */
	struct eal_options opts;
	struct eal_lcore lcores[PLX_MAX_LCORE];
	unsigned int lcore_count;
	unsigned int main_lcore;
	cpu_set_t caller_cpus;		/* affinity of the caller before plx_eal_init() */
	enum plx_iova_mode iova_mode;
	struct eal_memory mem;
	struct eal_intr intr;
	struct plx_callbacks dev_callbacks;	/* of device events */
	struct eal_hotplug hotplug;
};
extern struct eal eal;

/* options.c: 0 or -EINVAL, -ENOMEM, -ECANCELED; *consumed as plx_eal_init() returns it. */
int eal_options_parse(int argc, char **argv, struct eal_options *opts, int *consumed);
void eal_options_free(struct eal_options *opts);
/* Log that @value is no good. Return: -EINVAL. */
int eal_bad_value(const char *option, const char *value, const char *cure);
/* Whole decimal or 0x number up to @max: 0 or -EINVAL. */
int eal_parse_u64(const char *text, uint64_t max, uint64_t *out);

/* options_memory.c */
int eal_set_memory(struct eal_options *o, const char *value);
int eal_set_socket_mem(struct eal_options *o, const char *value);
int eal_set_socket_limit(struct eal_options *o, const char *value);
int eal_set_no_huge(struct eal_options *o, const char *value);
int eal_set_in_memory(struct eal_options *o, const char *value);
int eal_set_huge_dir(struct eal_options *o, const char *value);
int eal_set_file_prefix(struct eal_options *o, const char *value);
int eal_set_huge_unlink(struct eal_options *o, const char *value);
int eal_set_match_allocations(struct eal_options *o, const char *value);
int eal_set_base_virtaddr(struct eal_options *o, const char *value);
int eal_check_memory_options(const struct eal_options *opts);

/* devargs.c */
int eal_devarg_add(struct plx_devarg **list, enum plx_devarg_kind kind, const char *text);
void eal_devargs_free(struct plx_devarg **list);

/* lcore_parse.c: fill enabled and cpus of @lcores; one line is logged on -EINVAL. */
int eal_lcores_parse(const char *text, struct eal_lcore *lcores);

/* lcore.c */
int eal_lcores_init(const struct eal_options *opts);
int eal_lcores_start(void);
void eal_lcores_fini(void);
bool eal_lcores_idle(void);

/* bus.c: each logs what fails. */
struct plx_bus *eal_buses(void);
int eal_buses_scan(void);
int eal_buses_attach(struct plx_dev_windows *win);
/* What devices address memory by, PLX_IOVA_DC if there are none. 0 or -EINVAL if they differ. */
int eal_buses_iova_mode(enum plx_iova_mode *mode);
int eal_buses_map(void);
int eal_buses_probe(void);
int eal_buses_cleanup(void);
int eal_buses_check_devargs(const struct plx_devarg *devargs);

/* arena.c: address space. */
#define EAL_BASE_VIRTADDR 0x100000000ull
int eal_arena_reserve(struct eal_arena *arena, size_t len, uint64_t from,
	const struct plx_dev_windows *win);
int eal_arena_release(struct eal_arena *arena);

/* file.c: what backs a region. 0 or a negative errno; eal_files_open() logs. */
#define EAL_FILE_PREFIX "plx"
int eal_files_open(struct eal_files *files, const struct eal_options *opts, size_t *page_size);
void eal_files_close(struct eal_files *files);
/* Remove files of the prefix whose process is dead. Return: how many, or a negative errno. */
int eal_files_remove_stale(const struct eal_files *files);
int eal_file_make(const struct eal_files *files, size_t len, size_t page_size,
	struct eal_file *file);
/* @at_exit: the process ends, as opposed to giving memory back while it runs. */
void eal_file_drop(const struct eal_files *files, struct eal_file *file, bool at_exit);

/* What the kernel makes of base pages where it can; larger regions start at a multiple of it. */
#define EAL_LARGE_PAGE ((size_t)2 << 20)

/* populate.c: 0, or -ENOMEM for a pool that ran dry; event_lock and lock are not held. */
int eal_populate(struct eal_memory *mem, void *addr, size_t len, size_t page_size);

/* progress.c: the main thread's only. */
void eal_progress_begin(struct eal_progress *p, uint64_t total, uint64_t now);
void eal_progress_add(struct eal_progress *p, uint64_t bytes, uint64_t now);
void eal_progress_end(struct eal_progress *p);

/*
 * thread.c: a thread with all signals blocked that are not its own doing, on those CPUs of the
 * process that are left when @busy lcores are taken away, if any are left. 0 or a negative errno.
 */
enum eal_busy { EAL_BUSY_RUNNING, EAL_BUSY_WORKERS };
unsigned int eal_spare_cpus(enum eal_busy busy, cpu_set_t *cpus);
int eal_thread_create(pthread_t *thread, const char *name, const cpu_set_t *cpus,
	void *(*run)(void *), void *arg);
/* All signals but those that an instruction raises, which a handler may cure. */
void eal_blocked_signals(sigset_t *set);
/* Nanoseconds of CLOCK_MONOTONIC, to a few ms, without a kernel call on any clock source. */
uint64_t eal_now_ns(void);

/*
 * region.c: plugging memory in and out. plug: only heaps[].growing is held. unplug: event_lock is
 * held; it returns -errno when a listener can't let go, and the region is REGION_STUCK then.
 */
int eal_region_plug(struct eal_memory *mem, struct eal_arena *arena, size_t len, bool pinned,
	struct eal_region **region);
int eal_region_unplug(struct eal_memory *mem, struct eal_region *region);
/* The live region of an address, or NULL; lock is held. */
struct eal_region *eal_region_find(struct eal_memory *mem, const void *addr);
/* The live region after @region (NULL: the first), by node, page size and address; lock is held. */
struct eal_region *eal_region_next(struct eal_memory *mem, struct eal_region *region);

/* listener.c: event_lock is held. *stuck: after a veto one of the others couldn't let go. */
int eal_announce_add(struct eal_memory *mem, struct eal_region *region, bool *stuck);
int eal_announce_remove(struct eal_memory *mem, struct eal_region *region);

/* hugepages.c: what the kernel has to offer. */
size_t eal_hugepages_available(size_t page_size);
size_t eal_hugepages_free_on(int node, size_t page_size);
unsigned int eal_hugepages_sizes(size_t *sizes);

/* memory.c */
int eal_memory_init(const struct eal_options *opts, const struct plx_dev_windows *win);
int eal_memory_fini(void);
bool eal_memory_has_node(const struct eal_memory *mem, int node);
int eal_memory_first_node(const struct eal_memory *mem);

/* In front of each piece of a heap; one cache line, so that objects start on one. */
struct heap_elem {
	size_t size;		/* bytes of the piece, header included */
	size_t prev_size;	/* of the piece before it in the region; 0 in the first one */
	struct heap_elem *next;	/* in its free list */
	struct heap_elem *prev;
	char type[16];
	uint32_t state;
	int16_t socket_id;
	uint8_t size_index;	/* of the page size */
	bool last;		/* in its region */
	bool zeroed;		/* free, and still as the kernel zeroed it, header excepted */
} __plx_cache_aligned;

#define HEAP_HDR sizeof(struct heap_elem)
#define HEAP_FREE 0x46524545u	/* "FREE" */
#define HEAP_BUSY 0x42555359u	/* "BUSY" */

static inline struct heap_elem *
heap_elem_next(struct heap_elem *e)
{
	return e->last ? NULL : (struct heap_elem *)PLX_PTR_ADD(e, e->size);
}

/* memory_initial.c: logs what fails. */
int eal_memory_plug_initial(struct eal_memory *mem, const struct eal_options *opts);

/* heap.c: lock is held; 0 or a negative errno. Checks @req, and rounds it. */
int heap_request_check(const struct eal_memory *mem, struct heap_request *req);
/*
 * From what is plugged: -ENOMEM if nothing there fits. *zeroed tells that the kernel has just zeroed
 * the object's bytes, so that nobody need do it again.
 */
int heap_alloc(struct eal_memory *mem, const struct heap_request *req, void **obj, bool *zeroed);
/* -EINVAL if @obj is no object: in no region, or free already. As for all below. */
int heap_free(struct eal_memory *mem, void *obj);
/* Give the object @size bytes where it is: -ENOSPC if what is behind it is not free. */
int heap_resize(struct eal_memory *mem, void *obj, size_t size);
/* The header of an object, or NULL. */
struct heap_elem *heap_elem_of(struct eal_memory *mem, void *obj);
void heap_add_region(struct eal_memory *mem, struct eal_region *region);
/* The region is empty; the heap forgets it. */
void heap_take_region(struct eal_memory *mem, struct eal_region *region);
/* Bytes that a region for @req must have at least. */
size_t heap_need(const struct heap_request *req);

/* heap_info.c: lock is held. */
void heap_stats(const struct eal_heap *heap, struct plx_malloc_socket_stats *stats);

/* grow.c: no lock is held. */
int eal_heap_alloc(struct eal_memory *mem, struct heap_request *req, void **obj, bool *zeroed);
/* Plug in @len bytes, a multiple of the page size, for good. */
int eal_heap_plug_pinned(struct eal_memory *mem, struct eal_arena *arena, size_t len);

/* malloc.c: eal_heap_alloc() on the wanted node or, for SOCKET_ID_ANY, where there is memory. */
int eal_malloc(struct eal_memory *mem, struct heap_request *req, void **obj, bool *zeroed);

/* retire.c */
void eal_reaper_init(struct eal_memory *mem);
void eal_reaper_start(struct eal_memory *mem);
void eal_reaper_stop(struct eal_memory *mem);
/* A region became empty; lock is held. */
void eal_reaper_notify(struct eal_memory *mem, const struct eal_heap *heap);
int64_t eal_trim(struct eal_memory *mem);

/* interrupts.c: end the thread, and forget who is registered. */
void eal_intr_fini(void);

/* epoll.c: close the calling thread's set. */
void eal_epoll_fini(void);

/* uevent.c: @text has @len bytes. 0; -EINVAL for what is no message. @event points into @text. */
int eal_uevent_parse(const char *text, size_t len, struct plx_uevent *event);
/* Read one, of at most @size bytes. 0; -EPROTO if the kernel did not send it whole; another errno. */
int eal_uevent_receive(int fd, char *text, size_t size, struct plx_uevent *event);
/* Let the buses say what it means, and tell the callbacks. */
void eal_uevent_deliver(const struct plx_uevent *event);

/* memzone.c */
void eal_memzones_fini(struct eal_memory *mem);

/* iova.c: what devices address memory by is decided once, before there is memory. Logs. */
int eal_iova_mode_init(const struct eal_options *opts);
void eal_iova_mode_fini(void);
int eal_iova_arena_init(struct eal_arena *arena);
void eal_iova_arena_fini(struct eal_arena *arena);
/* The I/O addresses of a region that goes are none any more. */
void eal_iova_forget(const struct eal_region *region);
/* Bytes from @addr on, no more than @len, that are contiguous for devices. */
size_t eal_iova_run(struct eal_memory *mem, uintptr_t addr, size_t len);

/* extmem.c: NULL if @addr is in none. */
struct eal_extmem *eal_extmem_find(struct eal_memory *mem, const void *addr);
void eal_extmems_fini(struct eal_memory *mem);

PLX_END_DECLS
#endif
