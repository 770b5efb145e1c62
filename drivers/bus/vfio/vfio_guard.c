/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers of a device that is gone read as ones.
 *
 * The kernel takes the pages of a BAR away when the device goes, and while its memory is off, and an
 * access is a SIGBUS then. A handler puts a page of ones in the place of the one that was touched and
 * lets the instruction try again. The page is private: what is written stays in it, so a driver that
 * must know asks plx_pci_is_lost(). The page stays until the BAR is unmapped, even if the device would
 * come back.
 *
 * The handler takes no lock: entries are never freed, only used again, and their start is written last.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vfio_private.h"

struct entry {
	uintptr_t start;	/* 0: not in use */
	uintptr_t end;
	int lost;
	struct entry *next;
};

/* Signals are the process's, and so is this. @lock guards all but what the handler reads. */
static struct {
	pthread_mutex_t lock;
	struct entry *first;
	unsigned int used;
	struct sigaction before;
	int ones_fd;		/* a page of ones */
	uintptr_t page_size;
} guard = { .lock = PTHREAD_MUTEX_INITIALIZER, .ones_fd = -1 };

static struct entry *
find(uintptr_t addr)
{
	struct entry *e = __atomic_load_n(&guard.first, __ATOMIC_ACQUIRE);

	for (; e != NULL; e = e->next) {
		uintptr_t start = __atomic_load_n(&e->start, __ATOMIC_ACQUIRE);

		if (start != 0 && addr >= start && addr < __atomic_load_n(&e->end, __ATOMIC_RELAXED))
			return e;
	}
	return NULL;
}

/* By the system call itself: of the C library's functions few may be called by a handler. */
static bool
replace_page(uintptr_t addr)
{
	return syscall(SYS_mmap, addr & ~(guard.page_size - 1), guard.page_size,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, guard.ones_fd, 0) != -1;
}

/* As if this handler were not there: an access is tried again under it, other signals come again. */
static void
pass_on(int signum, siginfo_t *info, void *context)
{
	const struct sigaction *before = &guard.before;

	if (before->sa_flags & SA_SIGINFO)
		before->sa_sigaction(signum, info, context);
	else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN)
		before->sa_handler(signum);
	else if (sigaction(signum, before, NULL) == 0 && info->si_code <= 0)
		raise(signum);
}

static void
on_sigbus(int signum, siginfo_t *info, void *context)
{
	int saved = errno;
	struct entry *e = info->si_code == BUS_ADRERR ? find((uintptr_t)info->si_addr) : NULL;

	if (e != NULL && replace_page((uintptr_t)info->si_addr))
		__atomic_store_n(&e->lost, 1, __ATOMIC_RELAXED);
	else
		pass_on(signum, info, context);
	errno = saved;
}

static int
make_ones(void)
{
	uint8_t *page = malloc(guard.page_size);
	ssize_t n = -1;
	int ret = page != NULL ? 0 : -ENOMEM;

	guard.ones_fd = ret == 0 ? memfd_create("pollux-ones", MFD_CLOEXEC) : -1;
	if (guard.ones_fd >= 0) {
		memset(page, 0xff, guard.page_size);
		n = write(guard.ones_fd, page, guard.page_size);
	}
	if (ret == 0 && n != (ssize_t)guard.page_size)
		ret = n < 0 ? -errno : -EIO;
	free(page);
	return ret;
}

/* Before the first BAR. */
static int
install(void)
{
	struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	int ret;

	guard.page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
	ret = make_ones();
	sigemptyset(&action.sa_mask);
	if (ret == 0 && sigaction(SIGBUS, &action, &guard.before) < 0)
		ret = -errno;
	if (ret < 0 && guard.ones_fd >= 0) {
		close(guard.ones_fd);
		guard.ones_fd = -1;
	}
	return ret;
}

/* After the last one. If somebody put a handler before ours, that one goes on to call it. */
static void
uninstall(void)
{
	struct sigaction now;

	if (sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction == on_sigbus)
		sigaction(SIGBUS, &guard.before, NULL);
	close(guard.ones_fd);
	guard.ones_fd = -1;
}

/* One that is not in use; @guard.lock is held. */
static struct entry *
get_entry(void)
{
	struct entry *e = guard.first;

	while (e != NULL && e->start != 0)
		e = e->next;
	if (e != NULL)
		return e;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->next = guard.first;
	__atomic_store_n(&guard.first, e, __ATOMIC_RELEASE);
	return e;
}

int
vfio_guard_add(const void *addr, size_t len)
{
	struct entry *e;
	int ret = 0;

	pthread_mutex_lock(&guard.lock);
	e = get_entry();
	if (e == NULL)
		ret = -ENOMEM;
	else if (guard.used == 0)
		ret = install();
	if (ret == 0) {
		e->lost = 0;
		__atomic_store_n(&e->end, (uintptr_t)addr + len, __ATOMIC_RELAXED);
		__atomic_store_n(&e->start, (uintptr_t)addr, __ATOMIC_RELEASE);
		guard.used++;
	}
	pthread_mutex_unlock(&guard.lock);
	return ret;
}

void
vfio_guard_remove(const void *addr)
{
	struct entry *e;

	pthread_mutex_lock(&guard.lock);
	e = find((uintptr_t)addr);
	if (e != NULL) {
		__atomic_store_n(&e->start, 0, __ATOMIC_RELEASE);
		if (--guard.used == 0)
			uninstall();
	}
	pthread_mutex_unlock(&guard.lock);
}

int
plx_pci_is_lost(const struct plx_pci_device *dev)
{
	for (unsigned int bar = 0; bar < PLX_PCI_MAX_RESOURCE; bar++) {
		const struct entry *e = find((uintptr_t)dev->mem_resource[bar].addr);

		if (e != NULL && __atomic_load_n(&e->lost, __ATOMIC_RELAXED))
			return 1;
	}
	return 0;
}
