/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The --lcores grammar:
 *   list  := item (',' item)*
 *   item  := set ['@' set]          lcores, and the CPUs that each of them may run on
 *   set   := range | '(' range (',' range)* ')'
 *   range := NUMBER ['-' NUMBER]
 * Without '@' an lcore runs on the CPU of its own number; the members of a group in parentheses
 * all run on the CPUs of the group.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <numa.h>

#include "eal_private.h"

#define MAX_NUMBER (PLX_MAX_LCORE > CPU_SETSIZE ? PLX_MAX_LCORE : CPU_SETSIZE)

struct set {
	unsigned char has[MAX_NUMBER];
	bool grouped;
};

static int
parse_number(const char **at, unsigned int *number)
{
	char *end;
	unsigned long value;

	if (**at < '0' || **at > '9')
		return -EINVAL;
	value = strtoul(*at, &end, 10);
	if (value >= MAX_NUMBER)
		return -ERANGE;
	*at = end;
	*number = (unsigned int)value;
	return 0;
}

static int
parse_range(const char **at, struct set *set)
{
	unsigned int first, last;
	int ret = parse_number(at, &first);

	if (ret < 0)
		return ret;
	last = first;
	if (**at == '-') {
		(*at)++;
		ret = parse_number(at, &last);
		if (ret < 0)
			return ret;
	}
	if (last < first)
		return -EINVAL;
	memset(&set->has[first], 1, last - first + 1);
	return 0;
}

static int
parse_set(const char **at, struct set *set)
{
	int ret;

	memset(set, 0, sizeof(*set));
	if (**at != '(')
		return parse_range(at, set);
	set->grouped = true;
	do {
		(*at)++;
		ret = parse_range(at, set);
		if (ret < 0)
			return ret;
	} while (**at == ',');
	if (**at != ')')
		return -EINVAL;
	(*at)++;
	return 0;
}

static int
add_lcores(const struct set *ids, const struct set *cpus, struct eal_lcore *lcores)
{
	for (unsigned int id = 0; id < MAX_NUMBER; id++) {
		if (!ids->has[id])
			continue;
		if (id >= PLX_MAX_LCORE)
			return -ERANGE;
		if (lcores[id].enabled)
			return -EEXIST;
		lcores[id].enabled = true;
		CPU_ZERO(&lcores[id].cpus);
		for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (cpus != NULL ? cpus->has[cpu] : cpu == id)
				CPU_SET(cpu, &lcores[id].cpus);
	}
	return 0;
}

static int
parse_item(const char **at, struct eal_lcore *lcores)
{
	struct set ids, cpus;
	int ret = parse_set(at, &ids);

	if (ret < 0)
		return ret;
	if (**at != '@')
		return add_lcores(&ids, ids.grouped ? &ids : NULL, lcores);
	(*at)++;
	ret = parse_set(at, &cpus);
	return ret < 0 ? ret : add_lcores(&ids, &cpus, lcores);
}

/* CPUs that are online, as one text for messages and one set for the check. */
static int
online_cpus(cpu_set_t *cpus, char *text, size_t size)
{
	struct bitmask *mask;
	FILE *f = fopen("/sys/devices/system/cpu/online", "re");
	char *line;

	if (f == NULL)
		return -errno;
	line = fgets(text, (int)size, f);
	fclose(f);
	if (line == NULL)
		return -EIO;
	text[strcspn(text, "\n")] = '\0';
	mask = numa_parse_cpustring_all(text);
	if (mask == NULL)
		return -EIO;
	CPU_ZERO(cpus);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE && cpu < mask->size; cpu++)
		if (numa_bitmask_isbitset(mask, cpu))
			CPU_SET(cpu, cpus);
	numa_free_cpumask(mask);
	return 0;
}

static int
check_online(const char *text, const struct eal_lcore *lcores)
{
	cpu_set_t online;
	char list[256];
	int ret = online_cpus(&online, list, sizeof(list));

	if (ret < 0) {
		PLX_LOG(ERR, &eal_logtype, "can't read which CPUs are online (%s): mount /sys",
			plx_strerror(ret));
		return ret;
	}
	for (unsigned int id = 0; id < PLX_MAX_LCORE; id++) {
		if (!lcores[id].enabled)
			continue;
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			if (!CPU_ISSET(cpu, &lcores[id].cpus) || CPU_ISSET(cpu, &online))
				continue;
			PLX_LOG(ERR, &eal_logtype, "--lcores %s: there is no CPU %d for lcore %u "
				"(EINVAL): online are %s", text, cpu, id, list);
			return -EINVAL;
		}
	}
	return 0;
}

int
eal_lcores_parse(const char *text, struct eal_lcore *lcores)
{
	const char *at = text;
	int ret;

	for (;;) {
		ret = parse_item(&at, lcores);
		if (ret < 0 || *at != ',')
			break;
		at++;
	}
	if (ret == -ERANGE)
		PLX_LOG(ERR, &eal_logtype, "--lcores %s: number too large at '%s' (EINVAL): lcores are "
			"0 to %d, CPUs 0 to %d", text, at, PLX_MAX_LCORE - 1, CPU_SETSIZE - 1);
	else if (ret == -EEXIST)
		PLX_LOG(ERR, &eal_logtype, "--lcores %s: an lcore is named twice (EINVAL): before '%s'",
			text, at);
	else if (ret < 0 || *at != '\0')
		PLX_LOG(ERR, &eal_logtype, "--lcores %s: not understood from '%s' on (EINVAL): write "
			"0-3,8 or LCORES@CPUS", text, at);
	else
		return check_online(text, lcores);
	return -EINVAL;
}
