/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EAL_PRIVATE_H
#define EAL_PRIVATE_H
/* What the files of lib/eal share. Nothing of it is exported. */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include <bsd/sys/queue.h>

#include <plx_dev.h>
#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_lcore.h>
#include <plx_log.h>
#include <plx_malloc.h>
#include <plx_memory.h>
#include <plx_memzone.h>

extern struct plx_logtype eal_logtype;
extern struct plx_logtype mem_logtype;

/* Options as they were given; texts that later steps parse point into argv. */
struct eal_options {
	struct plx_devarg *devargs;
	const char *lcores;		/* -l/--lcores, NULL: all CPUs of the process */
	const char *main_lcore;		/* NULL: the first one */
	uint64_t memory;		/* -m in bytes, 0: nothing in advance */
	uint64_t base_virtaddr;		/* 0: EAL_BASE_VIRTADDR */
	bool no_huge;
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

LIST_HEAD(eal_region_list, eal_region);
TAILQ_HEAD(eal_listener_list, eal_listener);
LIST_HEAD(eal_memzone_list, eal_memzone);

/* Reserved address space of one node; memory is plugged into it piece by piece. */
struct eal_arena {
	void *base;			/* NULL: none on this node */
	size_t len;
	size_t page_size;
	int socket_id;
	struct eal_region_list regions;	/* by rising address */
};

/* One plugged piece of an arena. */
struct eal_region {
	struct plx_mem_region pub;
	struct eal_arena *arena;
	LIST_ENTRY(eal_region) next;
};

#define HEAP_CLASSES 48

/* Heap of a node; see heap.c. */
struct eal_heap {
	struct heap_elem *free[HEAP_CLASSES];	/* by power of two of the size */
	size_t total;				/* bytes plugged */
	size_t used;				/* of them in objects, headers included */
	unsigned int objects;
};

/* All DMA memory. @lock guards everything in here and every object header in the heaps. */
struct eal_memory {
	pthread_mutex_t lock;
	bool ready;
	struct eal_arena arenas[PLX_MAX_NUMA_NODES];
	struct eal_heap heaps[PLX_MAX_NUMA_NODES];
	struct eal_listener_list listeners;
	struct eal_memzone_list memzones;
};

/* The environment. One process has one, as DPDK's API has it; no other file-scope state. */
struct eal {
	bool initialised;
	struct eal_options opts;
	struct eal_lcore lcores[PLX_MAX_LCORE];
	unsigned int lcore_count;
	unsigned int main_lcore;
	cpu_set_t caller_cpus;		/* affinity of the caller before plx_eal_init() */
	enum plx_iova_mode iova_mode;
	struct eal_memory mem;
};
extern struct eal eal;

/* options.c: 0 or -EINVAL, -ENOMEM, -ECANCELED; *consumed as plx_eal_init() returns it. */
int eal_options_parse(int argc, char **argv, struct eal_options *opts, int *consumed);
void eal_options_free(struct eal_options *opts);
/* Whole decimal or 0x number up to @max: 0 or -EINVAL. */
int eal_parse_u64(const char *text, uint64_t max, uint64_t *out);

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
int eal_buses_map(void);
int eal_buses_probe(void);
int eal_buses_cleanup(void);
int eal_buses_check_devargs(const struct plx_devarg *devargs);

/* arena.c: address space. */
#define EAL_BASE_VIRTADDR 0x100000000ull
int eal_arena_reserve(struct eal_arena *arena, size_t len, uint64_t from,
	const struct plx_dev_windows *win);
int eal_arena_release(struct eal_arena *arena);

/* region.c: plugging memory in and announcing it; mem->lock is held. */
int eal_region_plug(struct eal_memory *mem, struct eal_arena *arena, size_t len,
	struct eal_region **region);
void eal_region_unplug(struct eal_memory *mem, struct eal_region *region);
struct eal_region *eal_region_find(struct eal_memory *mem, const void *addr);

/* hugepages.c: what the kernel has to offer. */
size_t eal_hugepages_available(size_t page_size);
size_t eal_page_size_choose(bool no_huge);

/* memory.c */
int eal_memory_init(const struct eal_options *opts, const struct plx_dev_windows *win);
int eal_memory_fini(void);

/*
 * heap.c: mem->lock is held; 0 or a negative errno. *zeroed tells that the kernel has just zeroed
 * the object's bytes, so that nobody need do it again.
 */
int heap_alloc(struct eal_memory *mem, int socket_id, size_t size, size_t align, const char *type,
	void **obj, bool *zeroed);
int heap_plug(struct eal_memory *mem, int socket_id, size_t len);
int heap_free(struct eal_memory *mem, void *obj);
void heap_stats(const struct eal_heap *heap, struct plx_malloc_socket_stats *stats);

/* memzone.c */
void eal_memzones_fini(struct eal_memory *mem);

#endif
