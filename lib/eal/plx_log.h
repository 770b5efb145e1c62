/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_LOG_H
#define PLX_LOG_H
/**
 * DOC: Logging, with a level for each component.
 *
 * A component registers a log type by a dotted name ("lib.eal", "bus.vfio", "pmd.net.virtio") and
 * logs lines through it. A line goes to stderr as one write, so lines of several threads do not
 * mix. A leaf function returns an errno and stays silent; the boundary that knows the object logs
 * one line: what, numbers, errno, cure.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** enum plx_log_level - syslog's levels, with DPDK's numbers. */
enum plx_log_level {
	PLX_LOG_EMERG = 1,
	PLX_LOG_ALERT,
	PLX_LOG_CRIT,
	PLX_LOG_ERR,
	PLX_LOG_WARNING,
	PLX_LOG_NOTICE,
	PLX_LOG_INFO,
	PLX_LOG_DEBUG,
};

/**
 * struct plx_logtype - one component's level; static storage of the component.
 * @name: dotted name; must outlive the process.
 * @prefix: what stands before each line, "EAL" for "EAL: ...".
 * @level: lines above it are dropped; an enum plx_log_level.
 * @next: the registry's; leave it alone.
 */
struct plx_logtype {
	const char *name;
	const char *prefix;
	int level;
	struct plx_logtype *next;
};

/**
 * plx_log_register() - put @type into the registry, so that --log-level reaches it.
 * @type: static storage of the caller, never freed.
 *
 * Called by PLX_LOG_REGISTER() before main(); not thread safe against itself.
 */
PLX_EXPORT void plx_log_register(struct plx_logtype *type);

/** PLX_LOG_REGISTER() - define and register the static log type @var. */
#define PLX_LOG_REGISTER(var, name_, prefix_, level_) \
	struct plx_logtype var = { .name = (name_), .prefix = (prefix_), \
		.level = PLX_LOG_##level_, .next = NULL }; \
	PLX_INIT(var##_register) { plx_log_register(&var); }

/**
 * plx_log_set_level_pattern() - set the level of all types whose name matches.
 * @pattern: shell wildcard, "lib.*"; "*" for all.
 * @level: 1 (emergency) to 8 (debug).
 *
 * Any thread. Return: number of types that matched; -EINVAL for a level out of range.
 */
PLX_EXPORT int plx_log_set_level_pattern(const char *pattern, int level);

/**
 * plx_log_parse() - apply an option "[PATTERN:]LEVEL", as --log-level has it.
 * @arg: LEVEL is 1 to 8 or emergency, alert, critical, error, warning, notice, info, debug.
 *
 * Return: 0; -EINVAL when the level is not one; -ENOENT when no component matches.
 */
PLX_EXPORT int plx_log_parse(const char *arg);

/**
 * plx_log_list() - print the components and their levels, one a line.
 * @write_line: called for each component with its name and the name of its level.
 * @arg: passed on.
 */
PLX_EXPORT void plx_log_list(void (*write_line)(const char *name, const char *level, void *arg),
	void *arg);

/**
 * plx_log() - write a line, if @type's level lets it pass.
 * @level: of this line.
 * @type: component.
 * @format: as printf(3), without a newline at the end.
 *
 * Any thread; errno is kept. A line of more than 1,023 bytes is cut.
 */
PLX_EXPORT void plx_log(int level, const struct plx_logtype *type, const char *format, ...)
	__plx_format_printf(3, 4);

/** PLX_LOG() - plx_log() by the short name of the level; arguments are evaluated if it passes. */
#define PLX_LOG(level_, type_, ...) do { \
	if (PLX_LOG_##level_ <= (type_)->level) \
		plx_log(PLX_LOG_##level_, (type_), __VA_ARGS__); \
} while (0)

PLX_END_DECLS
#endif
