/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of the EAL: one table, from which parsing and --help both come. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eal_private.h"

#define MAX_OPTIONS 64
#define LONG_ONLY 256	/* getopt values of options start here; below are their letters */

struct eal_option {
	const char *name;
	char letter;
	const char *value;
	const char *help;
	int (*set)(struct eal_options *o, const char *value);
};

int
eal_parse_u64(const char *text, uint64_t max, uint64_t *out)
{
	int base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
	char *end;

	/* strtoull would take spaces and signs. */
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoull(text, &end, base);
	return errno != 0 || *end != '\0' || *out > max ? -EINVAL : 0;
}

int
eal_bad_value(const char *option, const char *value, const char *cure)
{
	PLX_LOG(ERR, &eal_logtype, "%s: bad value '%s' (EINVAL): %s", option, value, cure);
	return -EINVAL;
}

static int
set_lcores(struct eal_options *o, const char *value)
{
	if (o->lcores != NULL)
		return eal_bad_value("--lcores", value, "give -l or --lcores once");
	o->lcores = value;
	return 0;
}

static int
set_main_lcore(struct eal_options *o, const char *value)
{
	o->main_lcore = value;
	return 0;
}

static int
set_allow(struct eal_options *o, const char *value)
{
	return eal_devarg_add(&o->devargs, PLX_DEVARG_ALLOW, value);
}

static int
set_block(struct eal_options *o, const char *value)
{
	return eal_devarg_add(&o->devargs, PLX_DEVARG_BLOCK, value);
}

static int
set_vdev(struct eal_options *o, const char *value)
{
	return eal_devarg_add(&o->devargs, PLX_DEVARG_VDEV, value);
}

static int
set_iova_mode(struct eal_options *o, const char *value)
{
	if (strcmp(value, "va") != 0 && strcmp(value, "pa") != 0)
		return eal_bad_value("--iova-mode", value, "give va or pa");
	o->iova_mode = *value == 'v' ? PLX_IOVA_VA : PLX_IOVA_PA;
	return 0;
}

static void
print_logtype(const char *name, const char *level, void *arg)
{
	printf("%-24s %s\n", name, level);
}

static int
set_log_level(struct eal_options *o, const char *value)
{
	int ret;

	if (strcmp(value, "help") == 0) {
		plx_log_list(print_logtype, NULL);
		return -ECANCELED;
	}
	ret = plx_log_parse(value);
	if (ret == -ENOENT)
		return eal_bad_value("--log-level", value, "no component has that name, see --log-level=help");
	if (ret < 0)
		return eal_bad_value("--log-level", value, "give [PATTERN:]LEVEL, LEVEL 1 to 8 or a name");
	return 0;
}

static int
set_version(struct eal_options *o, const char *value)
{
	printf("%s\n", plx_version());
	return -ECANCELED;
}

static int print_help(struct eal_options *o, const char *value);

static const struct eal_option options[] = {
	{ "lcores", 'l', "LIST", "lcores, as 0-3,8 or LCORES@CPUS: 0@4,(1-3)@(5-7)", set_lcores },
	{ "main-lcore", 0, "ID", "main lcore; the first one unless given", set_main_lcore },
	{ "allow", 'a', "DEV[,ARGS]", "probe only this device; may be repeated", set_allow },
	{ "block", 'b', "DEV", "never probe this device; may be repeated", set_block },
	{ "vdev", 0, "NAME[,ARGS]", "make a virtual device, as net_null0,size=64", set_vdev },
	{ "memory-size", 'm', "MB", "MiB of memory to have from the start", eal_set_memory },
	{ "socket-mem", 0, "MB,...", "the same for each NUMA node", eal_set_socket_mem },
	{ "socket-limit", 0, "MB,...", "MiB that each NUMA node may grow to", eal_set_socket_limit },
	{ "no-huge", 0, NULL, "4 KiB pages instead of hugepages", eal_set_no_huge },
	{ "in-memory", 0, NULL, "leave no file in any file system (default)", eal_set_in_memory },
	{ "huge-dir", 0, "DIR", "files in this hugetlbfs, and pages of its size", eal_set_huge_dir },
	{ "file-prefix", 0, "PREFIX", "what their names start with", eal_set_file_prefix },
	{ "huge-unlink", 0, "[existing|always|never]", "when they go; always by default",
		eal_set_huge_unlink },
	{ "match-allocations", 0, NULL, "give memory back just as it was allocated",
		eal_set_match_allocations },
	{ "base-virtaddr", 0, "ADDR", "where to look for address space first", eal_set_base_virtaddr },
	{ "iova-mode", 0, "va|pa", "what devices must address memory by", set_iova_mode },
	{ "log-level", 0, "[PATTERN:]LEVEL", "what is logged; 'help' lists components", set_log_level },
	{ "version", 'v', NULL, "print the version and end", set_version },
	{ "help", 'h', NULL, "print this and end", print_help },
};

static void
print_option(char letter, const char *name, const char *value, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", name, value ? "=" : "", value ? value : "");
	if (letter)
		printf("  -%c, %-30s %s\n", letter, left, help);
	else
		printf("      %-30s %s\n", left, help);
}

static int
print_help(struct eal_options *o, const char *value)
{
	printf("EAL options, before \"--\":\n");
	for (size_t i = 0; i < PLX_DIM(options); i++)
		print_option(options[i].letter, options[i].name, options[i].value, options[i].help);
	for (const struct plx_bus *bus = eal_buses(); bus != NULL; bus = bus->next)
		for (const struct plx_bus_option *b = bus->options; b && b->name; b++)
			print_option(0, b->name, b->value, b->help);
	return -ECANCELED;
}

/* What getopt_long() wants, and which bus option each value above LONG_ONLY means. */
struct parser {
	char letters[2 * PLX_DIM(options) + 3];
	struct option longs[MAX_OPTIONS + 1];
	const struct plx_bus_option *bus_options[MAX_OPTIONS];
};

/* getopt_long(3)'s word for it; a value in brackets may be left out. */
static int
has_value(const struct eal_option *o)
{
	if (o->value == NULL)
		return no_argument;
	return o->value[0] == '[' && o->value[strlen(o->value) - 1] == ']' ? optional_argument :
		required_argument;
}

static int
build_parser(struct parser *p)
{
	size_t n = 0;
	char *l = p->letters;

	memset(p, 0, sizeof(*p));
	*l++ = '+';	/* stop at what is no option */
	*l++ = ':';	/* tell a missing value from an unknown option */
	for (; n < PLX_DIM(options); n++) {
		const struct eal_option *o = &options[n];

		p->longs[n] = (struct option){ o->name, has_value(o), NULL, LONG_ONLY + (int)n };
		if (o->letter)
			*l++ = o->letter;
		if (o->letter && o->value != NULL)
			*l++ = ':';
	}
	for (const struct plx_bus *bus = eal_buses(); bus != NULL; bus = bus->next) {
		for (const struct plx_bus_option *b = bus->options; b && b->name; b++, n++) {
			if (n == MAX_OPTIONS) {
				PLX_LOG(ERR, &eal_logtype, "more than %d options (ENOSPC): raise "
					"MAX_OPTIONS", MAX_OPTIONS);
				return -ENOSPC;
			}
			p->bus_options[n] = b;
			p->longs[n] = (struct option){ b->name, b->value != NULL, NULL,
				LONG_ONLY + (int)n };
		}
	}
	return 0;
}

static int
set_option(const struct parser *p, int value, struct eal_options *opts)
{
	if (value >= LONG_ONLY && p->bus_options[value - LONG_ONLY] != NULL)
		return p->bus_options[value - LONG_ONLY]->set(optarg);
	if (value >= LONG_ONLY)
		return options[value - LONG_ONLY].set(opts, optarg);
	for (size_t i = 0; i < PLX_DIM(options); i++)
		if (options[i].letter == value)
			return options[i].set(opts, optarg);
	return -EINVAL;
}

/* getopt's '?' and ':' as one line; @arg is the argument in question. */
static int
log_bad_option(int value, const char *arg)
{
	if (value == ':')
		PLX_LOG(ERR, &eal_logtype, "option %s needs a value (EINVAL): see --help", arg);
	else if (optopt == 0 || optopt >= LONG_ONLY)
		PLX_LOG(ERR, &eal_logtype, "unknown, ambiguous or misused option '%s' (EINVAL): see --help",
			arg);
	else
		PLX_LOG(ERR, &eal_logtype, "unknown option '-%c' (EINVAL): see --help", optopt);
	return -EINVAL;
}

static int
check_conflicts(const struct eal_options *opts)
{
	bool allow = false, block = false;
	int ret;

	for (const struct plx_devarg *d = opts->devargs; d != NULL; d = d->next) {
		allow |= d->kind == PLX_DEVARG_ALLOW;
		block |= d->kind == PLX_DEVARG_BLOCK;
	}
	if (allow && block) {
		PLX_LOG(ERR, &eal_logtype, "-a and -b exclude each other (EINVAL): give only one kind");
		return -EINVAL;
	}
	ret = eal_check_memory_options(opts);
	return ret < 0 ? ret : eal_buses_check_devargs(opts->devargs);
}

int
eal_options_parse(int argc, char **argv, struct eal_options *opts, int *consumed)
{
	struct parser p;
	int value, ret;

	memset(opts, 0, sizeof(*opts));
	ret = build_parser(&p);
	if (ret < 0)
		return ret;
	optind = 0;	/* getopt(3): a new vector is scanned */
	opterr = 0;
	while ((value = getopt_long(argc, argv, p.letters, p.longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			ret = log_bad_option(value, argv[optind - 1]);
		else
			ret = set_option(&p, value, opts);
		if (ret < 0)
			goto out;
	}
	if (optind < argc && strcmp(argv[optind - 1], "--") != 0) {
		PLX_LOG(ERR, &eal_logtype, "'%s' is no option (EINVAL): arguments of the application "
			"go behind \"--\"", argv[optind]);
		ret = -EINVAL;
		goto out;
	}
	ret = check_conflicts(opts);
	*consumed = optind - 1;
out:
	optind = 0;	/* the application scans its own vector */
	opterr = 1;
	if (ret < 0)
		eal_options_free(opts);
	return ret;
}

void
eal_options_free(struct eal_options *opts)
{
	eal_devargs_free(&opts->devargs);
	memset(opts, 0, sizeof(*opts));
}
