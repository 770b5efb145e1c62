/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COMMANDS_H
#define COMMANDS_H
/* Commands of the prompt: tables of them in the files cmd_*.c, found and run by commands.c. */
#include "testpmd.h"

#define MAX_WORDS 20
#define MAX_LINE 512

/* What a command returns beside 0 and an errno, which ends the program. */
#define CMD_QUIT 1
#define CMD_BAD_ARGUMENTS 2

typedef int each_port_fn(struct testpmd *tp, struct fwd_port *port, char *const args[]);

/*
 * @words: lower case is as it is typed, upper case stands for an argument. @run gets the arguments in
 * their order. Instead of it, @each is called for the port that the argument PORT names, or for all.
 * What fails in ethdev has been logged there.
 */
struct command {
	const char *words;
	const char *help;
	int (*run)(struct testpmd *tp, char *const args[]);
	each_port_fn *each;
};

/* The tables; each ends with words NULL. */
extern const struct command forward_commands[];	/* cmd_forward.c */
extern const struct command port_commands[];	/* cmd_port.c */
extern const struct command queue_commands[];	/* cmd_queue.c */
extern const struct command show_commands[];	/* cmd_show.c */
extern const struct command filter_commands[];	/* cmd_filter.c */
extern const struct command rss_commands[];	/* cmd_rss.c */
extern const struct command csum_commands[];	/* cmd_csum.c */
extern const struct command fc_commands[];	/* cmd_flow_ctrl.c */

/* cmd_rss.c: the names of PLX_ETH_RSS_*, one a line. */
void rss_print_types(uint64_t rss_hf);

/* commands.c: split @line, which is changed. Return: number of words, MAX_WORDS at most. */
unsigned int split(char *line, char *words[MAX_WORDS]);
int commands_execute(struct testpmd *tp, char *line);
/* Do it to the port that @which names, or to all. Ports may be closed by it. */
int each_port(struct testpmd *tp, const char *which, each_port_fn *each, char *const args[]);
/* Arguments: 0, or CMD_BAD_ARGUMENTS. */
int arg_on_off(const char *arg, bool *on);
int arg_mac(const char *arg, struct plx_ether_addr *mac);
int arg_number(const char *arg, uint32_t max, uint32_t *number);
/* Says so if not. */
bool is_forwarding_stopped(const struct testpmd *tp);
bool is_port_stopped(const struct fwd_port *port);

#endif
