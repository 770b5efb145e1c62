/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of the prompt: those of DPDK's testpmd, by its words, answered in its words. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>

#include "commands.h"

static const struct command *const tables[] = {
	forward_commands, port_commands, queue_commands, show_commands, filter_commands, rss_commands,
	csum_commands, fc_commands,
};

int
arg_on_off(const char *arg, bool *on)
{
	*on = strcmp(arg, "on") == 0;
	return *on || strcmp(arg, "off") == 0 ? 0 : CMD_BAD_ARGUMENTS;
}

int
arg_mac(const char *arg, struct plx_ether_addr *mac)
{
	return plx_ether_unformat_addr(arg, mac) < 0 ? CMD_BAD_ARGUMENTS : 0;
}

int
arg_number(const char *arg, uint32_t max, uint32_t *number)
{
	return plx_kvarg_u32(arg, number) < 0 || *number > max ? CMD_BAD_ARGUMENTS : 0;
}

bool
is_forwarding_stopped(const struct testpmd *tp)
{
	if (tp->forwarding)
		printf("Please stop forwarding first\n");
	return !tp->forwarding;
}

bool
is_port_stopped(const struct fwd_port *port)
{
	if (port->started)
		printf("Please stop port %u first\n", port->port_id);
	return !port->started;
}

int
each_port(struct testpmd *tp, const char *which, each_port_fn *each, char *const args[])
{
	bool all = strcmp(which, "all") == 0, any = false;
	uint32_t wanted = UINT32_MAX;

	if (!all && plx_kvarg_u32(which, &wanted) < 0)
		wanted = UINT32_MAX;
	for (uint16_t id = 0; id < PLX_MAX_ETHPORTS; id++) {
		struct fwd_port *port = all || id == wanted ? port_find(tp, id) : NULL;
		int ret = port != NULL ? each(tp, port, args) : 0;

		any |= port != NULL;
		if (ret < 0)
			TESTPMD_LOG(ERR, "port %u: the command failed (%s)", id, plx_strerror(ret));
		else if (ret > 0)
			return ret;
	}
	if (!any && !all)
		printf("Invalid port %s\n", which);
	return 0;
}

static void
print_table(const struct command *c)
{
	for (; c->words != NULL; c++)
		printf("  %-40s %s\n", c->words, c->help);
}

static void
help(void)
{
	printf("\n");
	for (size_t i = 0; i < PLX_DIM(tables); i++)
		print_table(tables[i]);
	printf("\n  PORT is a number or \"all\".\n\n");
}

unsigned int
split(char *line, char *words[MAX_WORDS])
{
	unsigned int n = 0;
	char *next, *word;

	for (word = strtok_r(line, " \t\r\n", &next); word != NULL && n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r\n", &next))
		words[n++] = word;
	return n;
}

/*
 * Do @n words make this command? @args: get its arguments, *port the one that is PORT. *known: the
 * first word is that of a command.
 */
static bool
matches(const struct command *c, char *words[], unsigned int n, char *args[], char **port,
	bool *known)
{
	char pattern[MAX_LINE], *parts[MAX_WORDS];
	unsigned int want, nb_args = 0;

	snprintf(pattern, sizeof(pattern), "%s", c->words);
	want = split(pattern, parts);
	*known |= strcmp(parts[0], words[0]) == 0;
	for (unsigned int i = 0; i < want && want == n; i++) {
		if (!isupper((unsigned char)parts[i][0])) {
			if (strcmp(parts[i], words[i]) != 0)
				return false;
			continue;
		}
		args[nb_args++] = words[i];
		if (strcmp(parts[i], "PORT") == 0)
			*port = words[i];
	}
	return want == n;
}

static int
run(struct testpmd *tp, const struct command *c, char *const args[], const char *port)
{
	return c->run != NULL ? c->run(tp, args) : each_port(tp, port, c->each, args);
}

int
commands_execute(struct testpmd *tp, char *line)
{
	char *words[MAX_WORDS], *args[MAX_WORDS], *port = NULL;
	unsigned int n = split(line, words);
	bool known = false;
	int ret = CMD_BAD_ARGUMENTS;

	if (n == 0 || words[0][0] == '#')
		return 0;
	if (n == 1 && strcmp(words[0], "help") == 0) {
		help();
		return 0;
	}
	for (size_t i = 0; i < PLX_DIM(tables) && ret == CMD_BAD_ARGUMENTS; i++)
		for (const struct command *c = tables[i]; c->words != NULL; c++)
			if (matches(c, words, n, args, &port, &known)) {
				ret = run(tp, c, args, port);
				known = true;
				break;
			}
	if (ret != CMD_BAD_ARGUMENTS)
		return ret;
	printf(known ? "Bad arguments\n" : "Command not found\n");
	return 0;
}
