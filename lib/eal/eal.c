/* SPDX-License-Identifier: BSD-3-Clause */
/* Start-up in order, clean-up in reverse. */
#include <errno.h>
#include <string.h>

#include <plx_dev_hotplug.h>

#include "eal_private.h"

PLX_LOG_REGISTER(eal_logtype, "lib.eal", "EAL", NOTICE)

struct eal eal = {
	.intr = { .lock = PTHREAD_MUTEX_INITIALIZER, .callbacks = PLX_CALLBACKS_INITIALIZER },
	.dev_callbacks = PLX_CALLBACKS_INITIALIZER,
	.hotplug = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.monitor_lock = PTHREAD_MUTEX_INITIALIZER,
		.monitor_fd = -1,
	},
};

/*
 * Devices are opened before memory is reserved, since only an open device tells exactly which
 * addresses it can reach; and memory is mapped before drivers see the devices.
 */
static int
start(void)
{
	struct plx_dev_windows win;
	int ret = eal_lcores_init(&eal.opts);

	if (ret < 0)
		return ret;
	eal.has_hugepages = !eal.opts.no_huge;
	ret = plx_dev_windows_init(&win);
	if (ret < 0)
		return ret;
	ret = eal_buses_scan();
	if (ret == 0)
		ret = eal_buses_attach(&win);
	if (ret == 0)
		ret = eal_iova_mode_init(&eal.opts);
	if (ret == 0)
		ret = eal_memory_init(&eal.opts, &win);
	plx_dev_windows_fini(&win);
	if (ret == 0)
		ret = eal_buses_map();
	if (ret == 0)
		ret = eal_lcores_start();
	if (ret == 0)
		ret = eal_buses_probe();
	return ret;
}

/* Undo start() as far as it went. Return: 0 or the first errno. */
static int
stop(void)
{
	int bus_ret, mem_ret;

	plx_dev_event_monitor_stop();	/* -ENOENT if nobody started it */
	pthread_mutex_lock(&eal.hotplug.lock);
	bus_ret = eal_buses_cleanup();
	eal.initialised = false;
	pthread_mutex_unlock(&eal.hotplug.lock);
	eal_intr_fini();
	plx_callbacks_clear(&eal.dev_callbacks);
	eal_epoll_fini();
	eal_lcores_fini();
	mem_ret = eal_memory_fini();
	eal_options_free(&eal.opts);
	eal_iova_mode_fini();
	eal.has_hugepages = false;
	return bus_ret < 0 ? bus_ret : mem_ret;
}

int
plx_eal_init(int argc, char **argv)
{
	int consumed = 0, ret;

	if (eal.initialised)
		return -EALREADY;
	if (sched_getaffinity(0, sizeof(eal.caller_cpus), &eal.caller_cpus) < 0)
		return -errno;
	ret = eal_options_parse(argc, argv, &eal.opts, &consumed);
	if (ret == 0)
		ret = start();
	if (ret < 0) {
		stop();	/* what failed has been logged; what fails now is a consequence */
		return ret;
	}
	eal.initialised = true;
	/* As DPDK does it: "--", or what was last consumed, becomes the application's argv[0]. */
	argv[consumed] = argv[0];
	return consumed;
}

int
plx_eal_cleanup(void)
{
	if (!eal.initialised)
		return -EALREADY;
	if (plx_lcore_id() != eal.main_lcore)
		return -EPERM;
	if (!eal_lcores_idle())
		return -EBUSY;
	return stop();
}

int
plx_eal_has_hugepages(void)
{
	return eal.has_hugepages;
}

const char *
plx_version(void)
{
	return "Pollux " PLX_VERSION;
}
