/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_EAL_H
#define PLX_EAL_H
/**
 * DOC: Start-up and clean-up of the environment abstraction layer.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * enum plx_iova_mode - what a device is given as the address of a byte.
 * @PLX_IOVA_DC: not decided yet.
 * @PLX_IOVA_PA: its physical address (noiommu only); see doc/iova.md.
 * @PLX_IOVA_VA: its virtual address in this process.
 */
enum plx_iova_mode {
	PLX_IOVA_DC,
	PLX_IOVA_PA,
	PLX_IOVA_VA,
};

/**
 * plx_eal_init() - parse EAL options, find devices, set up memory, start lcores, probe drivers.
 * @argc: number of strings in @argv.
 * @argv: argv[0] is the program; EAL options follow and end at "--" or at the end.
 *
 * The calling thread becomes the main lcore. Only once a process at a time; after
 * plx_eal_cleanup() it may be called again. On failure one line on stderr has said why and nothing
 * is left: no memory, no thread, no device, and the caller's CPU affinity is as it was.
 * With -h or --help the options are printed to stdout, with -v or --version the version.
 *
 * Return: number of arguments consumed, argv[0] not counted but "--" counted, as DPDK does: the
 * application goes on with argc - ret, argv + ret. After -h and -v: -ECANCELED (nothing was
 * started; end with status 0). -EALREADY when already initialised; -EINVAL for bad options; else
 * the errno of the step that failed.
 */
PLX_EXPORT int plx_eal_init(int argc, char **argv);

/**
 * plx_eal_cleanup() - release devices, threads and memory in the reverse order of their coming.
 *
 * Main lcore only, with no worker running a function and all ports closed (open ones are closed).
 * Return: 0; -EBUSY when a worker lcore still runs; -EPERM outside the main lcore; -EALREADY if
 * not initialised.
 */
PLX_EXPORT int plx_eal_cleanup(void);

/** plx_eal_iova_mode() - how devices address memory; PLX_IOVA_DC before plx_eal_init(). */
PLX_EXPORT enum plx_iova_mode plx_eal_iova_mode(void);

/** plx_eal_has_hugepages() - 1 if memory comes from hugepages, 0 with --no-huge. Buses may ask. */
PLX_EXPORT int plx_eal_has_hugepages(void);

/** plx_version() - "Pollux 1.2.3"; static storage. */
PLX_EXPORT const char *plx_version(void);

PLX_END_DECLS
#endif
