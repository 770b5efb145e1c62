/* SPDX-License-Identifier: BSD-3-Clause */
/* The prompt of -i: some commands of DPDK's testpmd, by its words, answered in its words. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>
#include <plx_errno.h>

#include "testpmd.h"

#define PROMPT "testpmd> "
#define MAX_WORDS 8
#define MAX_LINE 256
#define HISTORY_LINES 100

/*
 * @words: lower case is as it is typed, upper case stands for an argument. @run gets the argument, or
 * ""; it returns 0, QUIT, or an errno that ends the program: what a command fails in is logged.
 * Instead of it, @each is called for the port that the argument names, or for all.
 */
struct command {
	const char *words;
	const char *help;
	int (*run)(struct testpmd *tp, const char *arg);
	int (*each)(struct testpmd *tp, struct fwd_port *port);
};

#define QUIT 1

static int
start(struct testpmd *tp, bool tx_first)
{
	if (tp->forwarding) {
		printf("Packet forwarding already started\n");
		return 0;
	}
	for (unsigned int i = 0; i < tp->nb_ports; i++) {
		if (tp->ports[i].started)
			continue;
		printf("Not all ports were started\n");
		return 0;
	}
	/* What can't be started was logged, and the user may try again. */
	if (forward_start(tp, tx_first) < 0)
		tp->wanted = false;
	return 0;
}

static int
cmd_start(struct testpmd *tp, const char *arg)
{
	return start(tp, false);
}

static int
cmd_start_tx_first(struct testpmd *tp, const char *arg)
{
	return start(tp, true);
}

static int
cmd_stop(struct testpmd *tp, const char *arg)
{
	if (!tp->forwarding)
		printf("Packet forwarding not started\n");
	forward_stop(tp);
	tp->wanted = false;
	return 0;
}

static int
cmd_quit(struct testpmd *tp, const char *arg)
{
	return QUIT;
}

/* May the port be stopped or closed? */
static bool
is_free(const struct fwd_port *port)
{
	if (port->forwards)
		printf("Please remove port %u from forwarding configuration.\n", port->port_id);
	return !port->forwards;
}

static int
start_one(struct testpmd *tp, struct fwd_port *port)
{
	if (port->started)
		printf("Port %u is already started\n", port->port_id);
	return port->started ? 0 : port_start(tp, port);
}

static int
stop_one(struct testpmd *tp, struct fwd_port *port)
{
	return is_free(port) && port->started ? port_stop(tp, port) : 0;
}

static int
close_one(struct testpmd *tp, struct fwd_port *port)
{
	if (!is_free(port))
		return 0;
	if (port->started) {
		printf("Please stop port %u first\n", port->port_id);
		return 0;
	}
	return port_close(tp, port);
}

static int
show_stats(struct testpmd *tp, struct fwd_port *port)
{
	stats_show_port(port);
	return 0;
}

static int
show_info(struct testpmd *tp, struct fwd_port *port)
{
	static const char border[] = "*********************";
	struct plx_eth_dev_info info;
	struct plx_ether_addr mac;
	struct plx_eth_link link;
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret == 0)
		ret = plx_eth_macaddr_get(port->port_id, &mac);
	if (ret == 0)
		ret = plx_eth_link_get_nowait(port->port_id, &link);
	if (ret < 0)
		return ret;
	printf("\n%s Infos for port %-2u %s\n", border, port->port_id, border);
	printf("MAC address: " PLX_ETHER_ADDR_PRT_FMT "\n", PLX_ETHER_ADDR_BYTES(&mac));
	printf("Device name: %s\nDriver name: %s\n", info.device->name, info.driver_name);
	printf("Connect to socket: %d\n", port->socket_id);
	printf("Link status: %s\n", link.link_status ? "up" : "down");
	printf("Max possible RX queues: %u\nMax possible TX queues: %u\n", info.max_rx_queues,
		info.max_tx_queues);
	printf("Current number of RX queues: %u\nCurrent number of TX queues: %u\n",
		info.nb_rx_queues, info.nb_tx_queues);
	return 0;
}

/* Do it to the port that @arg names, or to all. Ports may be closed by it. */
static void
each_port(struct testpmd *tp, const char *arg, int (*run)(struct testpmd *tp, struct fwd_port *port))
{
	bool all = strcmp(arg, "all") == 0, any = false;
	uint32_t wanted = UINT32_MAX;

	if (!all && plx_kvarg_u32(arg, &wanted) < 0)
		wanted = UINT32_MAX;
	for (uint16_t id = 0; id < PLX_MAX_ETHPORTS; id++) {
		struct fwd_port *port = all || id == wanted ? port_find(tp, id) : NULL;
		int ret = port != NULL ? run(tp, port) : 0;

		any |= port != NULL;
		if (ret < 0)
			TESTPMD_LOG(ERR, "port %u: the command failed (%s)", id, plx_strerror(ret));
	}
	if (!any && !all)
		printf("Invalid port %s\n", arg);
}

static int
cmd_port_start(struct testpmd *tp, const char *arg)
{
	each_port(tp, arg, start_one);
	return ports_check_links(tp);
}

static int
cmd_attach(struct testpmd *tp, const char *arg)
{
	printf("Attaching a new port...\n");
	if (device_attach(tp, arg) < 0)
		TESTPMD_LOG(ERR, "Failed to attach port %s", arg);
	return 0;
}

static int
detach_one(struct testpmd *tp, struct fwd_port *port)
{
	struct plx_eth_dev_info info;
	int ret = plx_eth_dev_info_get(port->port_id, &info);

	if (ret < 0)
		return ret;
	if (port->started) {
		printf("Port %u not stopped\n", port->port_id);
		return 0;
	}
	return device_detach(tp, plx_dev_find(info.device->name));
}

/* For one whose ports are closed. */
static int
cmd_device_detach(struct testpmd *tp, const char *arg)
{
	struct plx_device *dev = plx_dev_find(arg);
	struct plx_eth_dev_info info;

	for (unsigned int i = 0; i < tp->nb_ports && dev != NULL; i++)
		if (plx_eth_dev_info_get(tp->ports[i].port_id, &info) == 0 && info.device == dev)
			return detach_one(tp, &tp->ports[i]);
	if (dev == NULL)
		printf("Device %s is not attached\n", arg);
	else
		device_detach(tp, dev);	/* has logged what failed */
	return 0;
}

static int cmd_help(struct testpmd *tp, const char *arg);

static const struct command commands[] = {
	{ "device detach NAME", "release a device", cmd_device_detach, NULL },
	{ "help", "list the commands", cmd_help, NULL },
	{ "port attach DEVARGS", "take a device: as -a or --vdev", cmd_attach, NULL },
	{ "port close PORT", "close a stopped port, or all", NULL, close_one },
	{ "port detach PORT", "close a stopped port and release its device", NULL, detach_one },
	{ "port start PORT", "start a port, or all", cmd_port_start, NULL },
	{ "port stop PORT", "stop a port, or all", NULL, stop_one },
	{ "quit", "end the program", cmd_quit, NULL },
	{ "show port info PORT", "what a port is; or all", NULL, show_info },
	{ "show port stats PORT", "what it counted; or all", NULL, show_stats },
	{ "start", "forward packets", cmd_start, NULL },
	{ "start tx_first", "the same, after a burst of packets by each stream", cmd_start_tx_first, NULL },
	{ "stop", "stop forwarding, and show what it did", cmd_stop, NULL },
};

static int
cmd_help(struct testpmd *tp, const char *arg)
{
	printf("\n");
	for (size_t i = 0; i < PLX_DIM(commands); i++)
		printf("  %-24s %s\n", commands[i].words, commands[i].help);
	printf("\n  PORT is a number or \"all\".\n\n");
	return 0;
}

/* Split @line, which is changed. Return: number of words, MAX_WORDS at most. */
static unsigned int
split(char *line, char *words[MAX_WORDS])
{
	unsigned int n = 0;
	char *next, *word;

	for (word = strtok_r(line, " \t\r\n", &next); word != NULL && n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r\n", &next))
		words[n++] = word;
	return n;
}

/* Do @n words make this command? *known: the first one does. */
static bool
matches(const struct command *c, char *words[], unsigned int n, const char **arg, bool *known)
{
	char pattern[MAX_LINE], *parts[MAX_WORDS];
	unsigned int want;

	snprintf(pattern, sizeof(pattern), "%s", c->words);
	want = split(pattern, parts);
	*known |= strcmp(parts[0], words[0]) == 0;
	*arg = "";
	for (unsigned int i = 0; i < want && want == n; i++) {
		if (isupper((unsigned char)parts[i][0]))
			*arg = words[i];
		else if (strcmp(parts[i], words[i]) != 0)
			return false;
	}
	return want == n;
}

static int
execute(struct testpmd *tp, char *line)
{
	char *words[MAX_WORDS];
	unsigned int n = split(line, words);
	bool known = false;
	const char *arg;

	if (n == 0 || words[0][0] == '#')
		return 0;
	for (size_t i = 0; i < PLX_DIM(commands); i++) {
		if (!matches(&commands[i], words, n, &arg, &known))
			continue;
		if (commands[i].run != NULL)
			return commands[i].run(tp, arg);
		each_port(tp, arg, commands[i].each);
		return 0;
	}
	printf(known ? "Bad arguments\n" : "Command not found\n");
	return 0;
}

/* What may wait for input also serves devices that come and go. 1; 0 at the end; -1. */
static int
next_char(struct testpmd *tp, char *c)
{
	ssize_t n;
	int came;

	fflush(stdout);
	do {
		came = wait_and_serve(tp, -1, true);
		if (came != CAME_INPUT)
			return came < 0 ? -1 : 0;
		n = read(STDIN_FILENO, c, 1);
	} while (n < 0 && errno == EINTR);
	return (int)n;
}

/* For libedit. Commands are ASCII. */
static int
next_wide(EditLine *el, wchar_t *wide)
{
	struct testpmd *tp;
	char c;
	int n;

	el_get(el, EL_CLIENTDATA, &tp);
	n = next_char(tp, &c);
	*wide = n == 1 && (c & 0x80) == 0 ? (wchar_t)c : L'?';
	return n;
}

static char *
prompt_text(EditLine *el)
{
	static char text[] = PROMPT;

	return text;
}

/* A user at a terminal. Return: 0, or an errno that ends the program. */
static int
serve_terminal(struct testpmd *tp)
{
	EditLine *el = el_init("plx-testpmd", stdin, stdout, stderr);
	History *past = history_init();
	char line[MAX_LINE];
	const char *typed;
	HistEvent ev;
	int ret = el != NULL && past != NULL ? 0 : -ENOMEM, n;

	if (ret == 0) {
		history(past, &ev, H_SETSIZE, HISTORY_LINES);
		el_set(el, EL_CLIENTDATA, tp);
		el_set(el, EL_GETCFN, next_wide);
		el_set(el, EL_PROMPT, prompt_text);
		el_set(el, EL_EDITOR, "emacs");
		el_set(el, EL_HIST, history, past);
	}
	while (ret == 0 && (typed = el_gets(el, &n)) != NULL && n > 0) {
		history(past, &ev, H_ENTER, typed);
		snprintf(line, sizeof(line), "%s", typed);
		ret = execute(tp, line);
	}
	if (past != NULL)
		history_end(past);
	if (el != NULL)
		el_end(el);
	return ret;
}

/* A script: each command is shown, as if it had been typed. */
static int
serve_script(struct testpmd *tp)
{
	char line[MAX_LINE], c = 0;
	size_t len = 0;
	int ret = 0, n = 1;

	while (ret == 0 && n == 1) {
		n = next_char(tp, &c);
		if (n == 1 && c != '\n') {
			if (len + 1 < sizeof(line))
				line[len++] = c;
			continue;
		}
		line[len] = '\0';
		if (n == 1 || len > 0)
			printf(PROMPT "%s\n", line);
		ret = execute(tp, line);
		len = 0;
	}
	return ret < 0 ? ret : n < 0 ? -EIO : 0;
}

int
prompt(struct testpmd *tp)
{
	int ret = isatty(STDIN_FILENO) ? serve_terminal(tp) : serve_script(tp);

	if (ret < 0)
		TESTPMD_LOG(ERR, "no commands any more (%s)", plx_strerror(ret));
	return ret < 0 ? ret : 0;
}
