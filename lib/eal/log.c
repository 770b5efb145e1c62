/* SPDX-License-Identifier: BSD-3-Clause */
/* Levels by component, and the one place that writes log lines. */
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <plx_log.h>

/* Constructors fill it before main(), in no order: it can't live in a context of plx_eal_init(). */
static struct plx_logtype *logtypes;

static const char *const level_names[] = {
	[PLX_LOG_EMERG] = "emergency",
	[PLX_LOG_ALERT] = "alert",
	[PLX_LOG_CRIT] = "critical",
	[PLX_LOG_ERR] = "error",
	[PLX_LOG_WARNING] = "warning",
	[PLX_LOG_NOTICE] = "notice",
	[PLX_LOG_INFO] = "info",
	[PLX_LOG_DEBUG] = "debug",
};

/* Sorted by name, so that lists come out the same whatever the link order was. */
void
plx_log_register(struct plx_logtype *type)
{
	struct plx_logtype **at = &logtypes;

	while (*at != NULL && strcmp((*at)->name, type->name) < 0)
		at = &(*at)->next;
	type->next = *at;
	*at = type;
}

int
plx_log_set_level_pattern(const char *pattern, int level)
{
	struct plx_logtype *type;
	int matched = 0;

	if (level < PLX_LOG_EMERG || level > PLX_LOG_DEBUG)
		return -EINVAL;
	for (type = logtypes; type != NULL; type = type->next) {
		if (fnmatch(pattern, type->name, 0) != 0)
			continue;
		__atomic_store_n(&type->level, level, __ATOMIC_RELAXED);
		matched++;
	}
	return matched;
}

static int
parse_level(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end != text && *end == '\0')
		return number >= PLX_LOG_EMERG && number <= PLX_LOG_DEBUG ? (int)number : -EINVAL;
	for (int level = PLX_LOG_EMERG; level <= PLX_LOG_DEBUG; level++)
		if (strcasecmp(text, level_names[level]) == 0)
			return level;
	return -EINVAL;
}

int
plx_log_parse(const char *arg)
{
	const char *colon = strrchr(arg, ':');
	int level = parse_level(colon != NULL ? colon + 1 : arg);
	char pattern[128];
	int matched;

	if (level < 0)
		return level;
	if (colon == NULL)
		return plx_log_set_level_pattern("*", level) < 0 ? -EINVAL : 0;
	if ((size_t)(colon - arg) >= sizeof(pattern))
		return -ENOENT;
	memcpy(pattern, arg, (size_t)(colon - arg));
	pattern[colon - arg] = '\0';
	matched = plx_log_set_level_pattern(pattern, level);
	return matched > 0 ? 0 : -ENOENT;
}

void
plx_log_list(void (*write_line)(const char *name, const char *level, void *arg), void *arg)
{
	for (const struct plx_logtype *type = logtypes; type != NULL; type = type->next)
		write_line(type->name, level_names[type->level], arg);
}

void
plx_log(int level, const struct plx_logtype *type, const char *format, ...)
{
	char line[1024];
	int saved = errno;
	size_t used;
	va_list ap;
	int n;

	if (level > __atomic_load_n(&type->level, __ATOMIC_RELAXED))
		return;
	used = (size_t)snprintf(line, sizeof(line), "%s: ", type->prefix);
	va_start(ap, format);
	n = vsnprintf(line + used, sizeof(line) - used, format, ap);
	va_end(ap);
	if (n > 0)
		used = PLX_MIN(used + (size_t)n, sizeof(line) - 1);
	line[used++] = '\n';
	/* One write: lines of several threads stay whole. stderr that can't be written is nobody's
	 * fault that could be reported anywhere.
	 */
	while (write(STDERR_FILENO, line, used) < 0 && errno == EINTR)
		;
	errno = saved;
}
