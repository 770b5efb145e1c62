/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands: forwarding, and the end of the program. */
#include <stdio.h>

#include "commands.h"

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
cmd_start(struct testpmd *tp, char *const args[])
{
	return start(tp, false);
}

static int
cmd_start_tx_first(struct testpmd *tp, char *const args[])
{
	return start(tp, true);
}

static int
cmd_stop(struct testpmd *tp, char *const args[])
{
	if (!tp->forwarding)
		printf("Packet forwarding not started\n");
	forward_stop(tp);
	tp->wanted = false;
	return 0;
}

static int
cmd_set_fwd(struct testpmd *tp, char *const args[])
{
	const struct fwd_engine *engine = fwd_engine_find(args[0]);

	if (engine == NULL) {
		printf("Invalid %s packet forwarding mode\n", args[0]);
		return 0;
	}
	if (!is_forwarding_stopped(tp))
		return 0;
	tp->opts.engine = engine;
	printf("Set %s packet forwarding mode\n", engine->name);
	return 0;
}

static int
cmd_set_burst(struct testpmd *tp, char *const args[])
{
	uint32_t burst;

	if (arg_number(args[0], MAX_PKT_BURST, &burst) != 0 || burst == 0)
		return CMD_BAD_ARGUMENTS;
	if (is_forwarding_stopped(tp)) {
		tp->opts.burst = burst;
		printf("Number of packets per burst set to %u\n", burst);
	}
	return 0;
}

static int
cmd_quit(struct testpmd *tp, char *const args[])
{
	return CMD_QUIT;
}

const struct command forward_commands[] = {
	{ "help", "list the commands", NULL, NULL },	/* commands.c does it */
	{ "quit", "end the program", cmd_quit, NULL },
	{ "set burst N", "packets that are received and sent at once", cmd_set_burst, NULL },
	{ "set fwd MODE", "how packets are forwarded", cmd_set_fwd, NULL },
	{ "start", "forward packets", cmd_start, NULL },
	{ "start tx_first", "the same, after a burst of packets by each stream", cmd_start_tx_first,
		NULL },
	{ "stop", "stop forwarding, and show what it did", cmd_stop, NULL },
	{ NULL, NULL, NULL, NULL },
};
